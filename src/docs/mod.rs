//! Pages to read: recipes, names from other packages, conventions and scope. Nothing here is code.
//!
//! | page | what it answers |
//! |---|---|
//! | [`cookbook`] | how is this task done? Twenty tasks, each of which runs |

pub mod cookbook;
