//! Pages to read: recipes, names from other packages, conventions and scope. Nothing here is code.
//!
//! | page | what it answers |
//! |---|---|
//! | [`cookbook`] | how is this task done? Twenty-six tasks, each of which runs |
//! | [`coming_from_r`] | what is the R function called here, and what differs? |
//! | [`coming_from_python`] | the same for lifelines and scikit-survival |
//! | `columns` (feature `parquet`) | how do Arrow, Parquet, pandas and polars come in, and results out? What of files larger than memory? |
//! | `gallery` (feature `plot`) | what do the figures look like, and which code makes them? |
//! | [`conventions`] | which answer is given where the field has more than one? |
//! | [`scope`] | what is here, and what is not yet? |
//! | [`compared`] | what do other packages have and measure? |

#[cfg(feature = "parquet")]
pub mod columns;
pub mod coming_from_python;
pub mod coming_from_r;
pub mod compared;
pub mod conventions;
pub mod cookbook;
#[cfg(feature = "plot")]
pub mod gallery;
pub mod scope;
