//! What is added to a refusal of a number that is too close to 0.

use crate::print::Number;

/// A weight that is none, in words: one above 0 that has fewer digits than others (below 2.3e-308) has more of them.
pub(super) fn weight(index: usize, value: f64) -> String {
    let rule = "a weight must be finite and at least 0";
    if value > 0.0 && value < f64::MIN_POSITIVE {
        format!("weights[{index}] is {}: {rule}, and 2.3e-308 or more where it is above 0", Number(value))
    } else {
        format!("weights[{index}] is {value}: {rule}")
    }
}
