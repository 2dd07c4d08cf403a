//! Models with covariates, and measures of prediction.

use greenwood::survival::curve::RatioLaw;
use greenwood::survival::curve::Turnbull;
use greenwood::survival::prediction::{
    Brier, Calibration, CensoringWeights, ExplainedVariation, PairWeight, TimeRoc,
};
use greenwood::survival::regression::parametric::{Knots, SplineScale};
use greenwood::survival::regression::{
    AdditiveHazards, CauseSpecificRisk, Family, Frailty, IntervalRegression, MeanMethod, QuantileMethod,
    QuantileRegression, RestrictedMeanRegression, TestWeight, TimeScale,
};
use greenwood::survival::{Concordance, CoxModel, CoxPh, FineGray, Parametric, Ties};

use crate::sample::{Sample, column};
use crate::shown::{Outcome, Shown};

/// Where a search arrives to the same place by another way.
const SEARCH: [&str; 5] = ["fingerprint", "iterations", "recipe", "frailties", "frailty_variances"];

fn of_cox(shown: &mut Shown, model: &CoxModel, of: &Sample) -> Result<(), greenwood::Error> {
    shown.all("model", model, &SEARCH).text("model", model);
    shown.text(
        "robust score",
        format!("{:?}", model.robust_score_test().map(|t| t.p_value().map(|p| format!("{p:.6}")))),
    );
    let (data, design) = (of.right(), of.design());
    let fitted = model.with(&data, &design)?;
    shown.maybe("profile", fitted.profile_interval("x", 0.95), &[]);
    shown.maybe("score", fitted.score_test_of("b", 1.5), &[]);
    shown.maybe("ratio", fitted.likelihood_ratio_test_of(&["b"]), &[]);
    shown.maybe("hazards", fitted.proportional_hazards(TimeScale::Identity), &[]);
    match fitted.baseline() {
        Ok(baseline) => {
            shown.all("baseline", &baseline, &SEARCH);
            let curve = baseline
                .stratum("s")
                .as_ref()
                .unwrap_or(&baseline)
                .curve(&model.row().numeric("x", 0.3).numeric("b", 1.0))?;
            shown.maybe("S", curve.value(6.0), &[]).maybe("predicted", curve.std_error(6.0), &[]);
        }
        Err(error) => drop(shown.text("baseline", error)),
    }
    let residuals = fitted.residuals()?;
    let w = column(&of.rows, |r| if of.weights(&[]).is_some() { r.weight } else { 1.0 });
    let sum = |v: &[f64]| v.iter().zip(&w).map(|(v, w)| w * v * v).sum::<f64>() / 100.0;
    shown.number("martingale", sum(residuals.martingale())).number("deviance", sum(residuals.deviance()));
    Ok(())
}

fn cox_by(of: &Sample, cox: CoxPh) -> Outcome {
    let mut shown = Shown::default();
    let model = cox.fit(&of.right(), &of.design())?;
    of_cox(&mut shown, &model, of)?;
    Ok(shown)
}

pub fn cox_efron(of: &Sample) -> Outcome {
    cox_by(of, CoxPh::new())
}

pub fn cox_breslow(of: &Sample) -> Outcome {
    cox_by(of, CoxPh::new().ties(Ties::Breslow))
}

pub fn cox_robust(of: &Sample) -> Outcome {
    cox_by(of, CoxPh::new().robust())
}

pub fn cox_exact(of: &Sample) -> Outcome {
    cox_by(of, CoxPh::new().ties(Ties::Exact))
}

pub fn cox_marginal(of: &Sample) -> Outcome {
    cox_by(of, CoxPh::new().ties(Ties::Marginal))
}

pub fn cox_firth(of: &Sample) -> Outcome {
    cox_by(of, CoxPh::new().firth())
}

pub fn cox_ridge(of: &Sample) -> Outcome {
    cox_by(of, CoxPh::new().ridge(0.5))
}

pub fn cause_specific_risk(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, design) = (of.competing(), of.design());
    let (one, two) = (data.cause_specific("1")?, data.cause_specific("2")?);
    let (a, b) = (CoxPh::new().fit(&one, &design)?, CoxPh::new().fit(&two, &design)?);
    let (beside_a, beside_b) = (a.with(&one, &design)?, b.with(&two, &design)?);
    let patient = a.row().numeric("x", 0.2).numeric("b", 1.0);
    let risk = CauseSpecificRisk::new(&[("1", &beside_a, &patient), ("2", &beside_b, &patient)])?;
    let risk = if of.cell.strata { risk.stratum("s") } else { risk };

    for cause in ["1", "2"] {
        let at = risk.of(cause, 8.0)?;
        shown.number("risk", at.value()).maybe("interval", at.interval(0.9), &[]);
    }
    Ok(shown)
}

/// Of clusters in no order.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

pub fn frailty(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let model = Frailty::gamma().fit(&of.right(), &of.design())?;
    shown.all("model", &model, &SEARCH).text("model", &model).numbers("frailties", sorted(model.frailties()));
    Ok(shown)
}

pub fn gaussian_frailty(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let model = Frailty::gaussian().fit(&of.right(), &of.design())?;
    shown.all("model", &model, &SEARCH).text("model", &model).numbers("frailties", sorted(model.frailties()));
    Ok(shown)
}

pub fn additive_hazards(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    for weight in [TestWeight::Aalen, TestWeight::AtRisk] {
        let model =
            AdditiveHazards::new().test_weight(weight).min_at_risk(4).fit(&of.right(), &of.design())?;
        shown.all("model", &model, &SEARCH).text("model", &model);
        shown.text("test", format!("{:.9?}", model.test().p_value()));
    }
    Ok(shown)
}

pub fn restricted_mean_weighted(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let model = RestrictedMeanRegression::new(8.0).fit(&of.right(), &of.design())?;
    shown.all("model", &model, &SEARCH).text("model", &model);
    Ok(shown)
}

pub fn restricted_mean_infinitesimal(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let model = RestrictedMeanRegression::new(8.0).method(MeanMethod::InfinitesimalPseudoValues);
    let model = model.fit(&of.right(), &of.design())?;
    shown.all("model", &model, &SEARCH).text("model", &model);
    Ok(shown)
}

pub fn restricted_mean_pseudo(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let model = RestrictedMeanRegression::new(8.0).method(MeanMethod::PseudoValues);
    let model = model.fit(&of.right(), &of.design())?;
    shown.all("model", &model, &SEARCH).text("model", &model);
    Ok(shown)
}

fn quantile(of: &Sample, method: QuantileMethod) -> Outcome {
    let mut shown = Shown::default();
    let model = QuantileRegression::new().method(method).fit(&of.right(), &of.design())?;
    shown.maybe("coefficients", model.coefficients(0.3), &[]).text("model", &model);
    Ok(shown)
}

pub fn quantile_portnoy(of: &Sample) -> Outcome {
    quantile(of, QuantileMethod::Portnoy)
}

pub fn quantile_peng_huang(of: &Sample) -> Outcome {
    quantile(of, QuantileMethod::PengHuang)
}

fn parametric(of: &Sample, family: Family) -> Outcome {
    let mut shown = Shown::default();
    let model = Parametric::new(family).fit(&of.right(), &of.design())?;
    shown.numbers("coefficients", model.coefficients().iter().copied());
    shown.numbers("variance", model.variance().iter().copied());
    shown.number("log likelihood", model.log_likelihood()).text("model", &model);
    Ok(shown)
}

pub fn weibull(of: &Sample) -> Outcome {
    parametric(of, Family::Weibull)
}

pub fn log_normal(of: &Sample) -> Outcome {
    parametric(of, Family::LogNormal)
}

pub fn spline(of: &Sample) -> Outcome {
    parametric(of, Family::Spline { scale: SplineScale::Hazard, knots: Knots::Inner(1) })
}

pub fn fine_gray(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let model = FineGray::new(&1).fit(&of.competing(), &of.design())?;
    shown.all("model", &model, &SEARCH).text("model", &model);
    let (data, design) = (of.competing(), of.design());
    let beside = model.with(&data, &design)?;
    let row = model.row().numeric("x", 0.2).numeric("b", 1.0);
    match beside.incidence(&row, &[6.0]) {
        Ok(risk) => {
            for risk in risk {
                shown.number("risk", risk.value()).maybe("interval", risk.interval(0.9), &[]);
            }
        }
        Err(error) => drop(shown.text("risk", error)),
    }
    Ok(shown)
}

pub fn turnbull(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let curve = Turnbull::fit(&of.intervals());
    for t in [3.0, 6.0, 11.0] {
        let at = curve.at(t);
        shown.number("lower", at.lower).number("upper", at.upper);
    }
    shown.number("log likelihood", curve.log_likelihood()).text("curve", &curve);
    Ok(shown)
}

pub fn turnbull_likelihood(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let data = of.intervals();
    let likelihood = Turnbull::likelihood(&data)?;
    for law in [RatioLaw::CubeRoot, RatioLaw::ChiSquare] {
        shown.maybe("interval", likelihood.interval(6.0, 0.9, law), &[]);
    }
    Ok(shown)
}

pub fn turnbull_bootstrap(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let samples = Turnbull::bootstrap(&of.intervals(), &[6.0], 30, 1)?;
    shown.maybe("se", samples.std_error(6.0), &[]);
    Ok(shown)
}

pub fn interval_regression(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let model = IntervalRegression::proportional_hazards().fit(&of.intervals(), &of.design())?;
    shown.numbers("coefficients", model.coefficients().iter().copied()).text("model", &model);
    shown.all("test", &model.likelihood_ratio_test(), &[]);
    Ok(shown)
}

fn concordance_by(of: &Sample, weight: PairWeight) -> Outcome {
    let mut shown = Shown::default();
    let score = column(&of.rows, |r| (4.0 * r.x).round() / 4.0);
    let other = column(&of.rows, |r| r.group as f64);
    let method = Concordance::new().weight(weight);
    let c = method.estimate(&of.right(), &score)?;
    shown.all("c", &c, &[]).text("c", c);
    let difference = method.difference(&of.right(), &score, &other)?;
    shown.all("difference", &difference, &[]).text("difference", difference);
    Ok(shown)
}

pub fn concordance(of: &Sample) -> Outcome {
    concordance_by(of, PairWeight::equal())
}

pub fn concordance_uno(of: &Sample) -> Outcome {
    concordance_by(of, PairWeight::uno())
}

fn risk(of: &Sample) -> Vec<f64> {
    column(&of.rows, |r| 0.5 + 0.4 * (4.0 * r.x).round() / 4.0)
}

pub fn brier(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let score = Brier::new().estimate(&of.right(), &risk(of), 8.0)?;
    shown.all("score", &score, &[]).text("score", score);
    let score = Brier::new().difference(&of.right(), &risk(of), &vec![0.5; of.rows.len()], 8.0)?;
    shown.text("difference", score);
    Ok(shown)
}

pub fn roc(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let roc = TimeRoc::new().estimate(&of.right(), &risk(of), 8.0)?;
    shown.text("auc", roc.auc()).maybe("auc", roc.auc().value(), &[]);
    Ok(shown)
}

pub fn calibration(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let table = Calibration::new().groups(3).estimate(&of.right(), &risk(of), 8.0)?;
    shown.text("table", &table);
    Ok(shown)
}

pub fn censoring_weights(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let sum = CensoringWeights::kaplan_meier(&of.right())?.weights(8.0)?.iter().sum::<f64>();
    shown.number("weights", sum);
    Ok(shown)
}

pub fn explained_variation(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, design) = (of.right(), of.design());
    let model = CoxPh::new().fit(&data, &design)?;
    let explained = ExplainedVariation::estimate(&model, &data, &design)?;
    shown.all("explained", &explained, &[]);
    Ok(shown)
}
