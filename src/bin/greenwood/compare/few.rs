//! Few subjects: small-sample intervals of survival at a time, and the melded difference.

use greenwood::Error;
use greenwood::survival::contrast::Measure;
use greenwood::survival::result::print::PValue;
use greenwood::survival::small_sample::Melded;
use greenwood::survival::{SmallSample, SurvivalCurve};
use serde_json::json;

use super::program::Method;
use crate::support::{Answer, Failure, number, of_flag, reason};

/// Survival at a time with an interval made for few subjects, by group.
pub(super) fn small_sample<'a>(
    level: f64,
    (method, t): (Method, f64),
    curves: impl Iterator<Item = (&'a SurvivalCurve, &'a str)>,
    answer: &mut Answer,
) -> Result<(), Failure> {
    let how = match method {
        Method::Bpcp => SmallSample::beta_product(),
        Method::BpcpMidP => SmallSample::beta_product_mid_p(),
        Method::LikelihoodRatio => SmallSample::likelihood_ratio(),
        Method::Rothman => SmallSample::rothman(),
        Method::Borkowf => SmallSample::borkowf(),
    };
    let mut rows = Vec::new();
    for (curve, label) in curves {
        let estimate = curve.at(t);
        let Ok(s) = estimate.value() else {
            answer.text.push(format!("survival at {t}, {label}: {estimate}"));
            rows.push(json!({
                "label": label, "time": t, "estimate": null, "lower": null, "upper": null,
                "not_estimable": reason(estimate.not_estimable()),
            }));
            continue;
        };
        let limits = curve.small_sample_interval(t, how.level(level)).map_err(of_flag("--interval"))?;
        answer.text.push(format!("survival at {t}, {label}: {s:.3} ({limits})"));
        rows.push(json!({
            "label": label, "time": t, "estimate": s,
            "lower": number(limits.lower), "upper": number(limits.upper),
        }));
    }
    answer.add("survival", rows);
    Ok(())
}

/// The difference of two beta product laws.
pub(super) fn difference_of_few(
    level: f64,
    melded: greenwood::Result<Melded>,
    answer: &mut Answer,
) -> Result<(), Failure> {
    let melded = match melded {
        Ok(melded) => melded,
        Err(Error::NotEstimable { because }) => {
            answer.text.push(format!("melded difference: {because}"));
            answer.add("melded", json!({ "estimate": null, "lower": null, "upper": null, "p_value": null }));
            return Ok(());
        }
        Err(other) => return Err(other.into()),
    };
    let limits = melded.interval(Measure::Difference, level)?;
    answer.text.push(format!("melded difference {limits}, {:#.4}", PValue(melded.p_value())));
    let field = json!({
        "estimate": number(melded.estimate(Measure::Difference)), "lower": number(limits.lower),
        "upper": number(limits.upper), "p_value": melded.p_value(),
    });
    answer.add("melded", field);
    Ok(())
}
