//! Functions that travel: a plan that is sent to another machine names its functions, and their options go along as bytes.

use std::sync::Arc;

use datafusion_common::{Result, plan_err};
use datafusion_expr::AggregateUDF;

use crate::function::{Functions, Nulls, SurvivalFunction};
use crate::quantity;

/// The first byte of what is written: raised when the layout changes.
const VERSION: u8 = 1;
const LENGTH: usize = 1 + 1 + 8 + 8;

/// The options of one of this crate's functions as 18 bytes, `None` for any other function.
///
/// A plan carries a function by its name; without its options another machine would answer with its own level and its own
/// treatment of `NULL`.
///
/// ```
/// use greenwood_datafusion::{Functions, decode_options, encode_options};
///
/// for function in Functions::new().level(0.9).all()? {
///     let bytes = encode_options(&function).expect("one of this crate's");
///     assert_eq!(decode_options(function.name(), &bytes)?, Some(function));
/// }
/// # Ok::<(), datafusion::error::DataFusionError>(())
/// ```
pub fn encode_options(function: &AggregateUDF) -> Option<Vec<u8>> {
    let function = function.inner().downcast_ref::<SurvivalFunction>()?;
    let Functions { nulls, level, max_state_bytes } = function.options();
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.push(VERSION);
    bytes.push(match nulls {
        Nulls::Skip => 0,
        Nulls::Refuse => 1,
    });
    bytes.extend(level.to_le_bytes());
    bytes.extend((max_state_bytes as u64).to_le_bytes());
    Some(bytes)
}

/// The function of this name with the options that [`encode_options`] wrote, `None` where the name is none of this crate's.
///
/// # Errors
/// A plan error where the bytes are not those of this version.
pub fn decode_options(name: &str, bytes: &[u8]) -> Result<Option<Arc<AggregateUDF>>> {
    let Some((quantity, part)) = quantity::all().find(|(q, part)| q.name(*part) == name) else {
        return Ok(None);
    };
    let Some(options) = options(bytes) else {
        return plan_err!(
            "the options of {name} were written by another version of greenwood-datafusion: run the same version on every \
             machine"
        );
    };
    Ok(Some(Arc::new(SurvivalFunction::new(quantity, part, options).into())))
}

fn options(bytes: &[u8]) -> Option<Functions> {
    let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
    let nulls = match bytes[..2] {
        [VERSION, 0] => Nulls::Skip,
        [VERSION, 1] => Nulls::Refuse,
        _ => return None,
    };
    let number = |from: usize| bytes[from..from + 8].try_into().ok();
    let level = f64::from_le_bytes(number(2)?);
    let max_state_bytes = usize::try_from(u64::from_le_bytes(number(10)?)).ok()?;
    (level > 0.0 && level < 1.0).then_some(Functions { nulls, level, max_state_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bytes_are_refused_in_words() {
        let function = &Functions::new().all().unwrap()[0];
        let good = encode_options(function).unwrap();
        let refused = |name: &str, bytes: &[u8]| decode_options(name, bytes).unwrap_err().to_string();
        assert_eq!(decode_options("avg", &good).unwrap(), None);
        for i in [0, 1, 9] {
            let mut bad = good.clone();
            bad[i] = 0xff;
            assert!(refused(function.name(), &bad).contains("run the same version"), "byte {i}");
        }
        assert!(refused(function.name(), &good[1..]).contains("run the same version"));
        assert!(refused(function.name(), &[]).contains("run the same version"));
    }
}
