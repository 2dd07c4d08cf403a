//! Life tables: survival from counts in intervals.

pub mod actuarial;
mod intervals;
pub mod result;
mod robust;

pub use actuarial::Actuarial;
pub use result::{LifeTable, LifeTableRow};
