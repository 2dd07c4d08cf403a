//! Pages to read: recipes, names from other packages, conventions and scope. Nothing here is code.
//!
//! | page | what it answers |
//! |---|---|
//! | [`cookbook`] | how is this task done? Twenty tasks, each of which runs |
//! | [`coming_from_r`] | what is the R function called here, and what differs? |
//! | [`conventions`] | which answer is given where the field has more than one? |

pub mod coming_from_r;
pub mod conventions;
pub mod cookbook;
