//! Incidences at a time, as text and as fields.

use greenwood::survival::Interval;
use greenwood::survival::curve::IncidenceEstimate;
use serde_json::{Value, json};

use crate::support::{Failure, number};

/// The limits of a probability in brackets; nothing where there is no estimate.
pub(super) fn percents(estimate: &IncidenceEstimate, interval: Interval) -> Result<String, Failure> {
    let limits = estimate.interval(interval)?;
    Ok(match estimate.std_error() {
        Ok(_) => limits.in_brackets(|x| format!("{:.1}%", 100.0 * x)),
        Err(_) => String::new(),
    })
}

/// The probabilities at a time, as fields.
pub(super) fn estimates(
    time: f64,
    (event_free, free_error): (Option<f64>, Option<f64>),
    incidence: &[IncidenceEstimate],
    interval: Interval,
) -> Result<Value, Failure> {
    let limits = incidence.iter().map(|e| e.interval(interval)).collect::<Result<Vec<_>, _>>()?;
    let column = |f: &dyn Fn(usize) -> Option<f64>| -> Vec<Value> {
        (0..incidence.len()).map(|k| number(f(k))).collect()
    };
    Ok(json!({
        "time": time, "at_risk": number(incidence.first().map(IncidenceEstimate::at_risk)),
        "event_free": number(event_free), "event_free_std_error": number(free_error),
        "incidence": column(&|k| incidence[k].value().ok()), "std_error": column(&|k| incidence[k].std_error().ok()),
        "lower": column(&|k| limits[k].lower), "upper": column(&|k| limits[k].upper),
    }))
}
