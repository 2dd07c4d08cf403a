//! Which types the arguments of a call may have, and what to do about others.

use arrow::datatypes::DataType;
use datafusion_common::{Result, plan_err};

use crate::quantity::{Quantity, Role};

/// Can the arguments be taken? They are cast where a batch is read, so that errors know columns by the names of the query.
pub(crate) fn check_types(quantity: Quantity, name: &str, types: &[DataType]) -> Result<()> {
    let (arguments, required) = quantity.arguments();
    if types.len() < required || types.len() > arguments.len() {
        let names: Vec<&str> = arguments.iter().map(|a| a.0).collect();
        return plan_err!(
            "{name} takes {required} to {} arguments ({}), not {}",
            names.len(),
            names.join(", "),
            types.len()
        );
    }
    for (&(argument, role), given) in arguments.iter().zip(types) {
        if let Some(advice) = refusal(role, given) {
            return plan_err!("{name}: {argument} is {given}; {advice}");
        }
    }
    Ok(())
}

/// Why an argument of this type is refused, if it is.
fn refusal(role: Role, given: &DataType) -> Option<&'static str> {
    if let DataType::Dictionary(_, values) = given {
        return refusal(role, values);
    }
    let is_text = matches!(given, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    match role {
        _ if given.is_null() => None,
        Role::Time | Role::Entry | Role::Weight | Role::Number => match given {
            t if t.is_numeric() => None,
            t if t.is_temporal() => Some(
                "a time is a number: take the difference of two dates, in the unit that you mean, as a DOUBLE",
            ),
            _ if is_text => Some("it must be a number: write CAST(… AS DOUBLE)"),
            _ => Some("it must be a number"),
        },
        Role::Event => match given {
            t if t == &DataType::Boolean || t.is_integer() => None,
            _ if is_text => Some(
                "it must be a BOOLEAN or the integers 0 and 1: write the condition, as in status = 'dead'",
            ),
            _ => Some("it must be a BOOLEAN or the integers 0 and 1: write the condition, as in status = 1"),
        },
        Role::Cause | Role::CauseAsked => {
            (!is_text && !given.is_integer()).then_some("it must be an integer or a text, 0 being censored")
        }
        Role::Arm | Role::Stratum => {
            let others = given.is_numeric() || matches!(given, DataType::Boolean | DataType::Date32);
            (!is_text && !others).then_some("it must be a text, a number, a BOOLEAN or a date")
        }
        Role::WeightKind => (!is_text).then_some("it must be 'replication'"),
    }
}
