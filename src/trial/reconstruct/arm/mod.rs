//! One arm: its figures, the search for the orders that agree with them, and data from a digitised curve.
//!
//! * what is published: `figures`, of `facts`, with a `convention` for the number behind the ±
//! * which orders agree: `problem` (decided exactly), `search` (every order accounted for), `order` (what it finds)
//! * an arm too large to enumerate: `guyot`, with the accuracy of `digitized`

pub(super) mod convention;
pub(super) mod digitized;
pub(super) mod facts;
pub(super) mod figures;
pub(super) mod guyot;
pub(super) mod order;
pub(super) mod problem;
pub(super) mod search;

pub use convention::StdErrorConvention;
pub use digitized::{Accuracy, DigitizedArm, DigitizedPoint};
pub use facts::Fact;
pub use figures::ArmFigures;
pub use guyot::{Guyot, Repair};
pub use order::{ArmOrder, ArmOrders, SearchOutcome};
pub use search::Progress;
