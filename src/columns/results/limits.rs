//! The columns that many tables share.

use crate::columns::tidy::Tidy;
use crate::survival::result::ConfidenceInterval;

pub(super) fn limits(table: Tidy, limits: &[ConfidenceInterval]) -> Tidy {
    table.numbers("lower", limits.iter().map(|i| i.lower)).numbers("upper", limits.iter().map(|i| i.upper))
}
