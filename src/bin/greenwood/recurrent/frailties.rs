//! A frailty of each subject in a model of recurrent events, as text and as JSON.

use greenwood::survival::regression::{Frailty, FrailtyModel, FrailtyTest, FrailtyVariance, Term};
use greenwood::survival::{Design, RightCensored};
use serde_json::{Value, json};

use crate::support::{Failure, TiesName, number};

/// The flags of a frailty.
#[derive(clap::Args)]
pub struct Frailties {
    /// A frailty of each subject (or --cluster) in place of the robust variance
    #[arg(long, value_enum, requires = "model")]
    frailty: Option<LawName>,
    /// How its variance is found: ml (gamma), reml (gaussian), aic, or a number
    #[arg(long, requires = "frailty")]
    frailty_variance: Option<String>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum LawName {
    /// Of mean 1 with a gamma distribution
    Gamma,
    /// With a normal logarithm
    Gaussian,
}

impl Frailties {
    pub fn is_asked(&self) -> bool {
        self.frailty.is_some()
    }

    fn model(&self, law: LawName) -> Result<Frailty, Failure> {
        let model = match law {
            LawName::Gamma => Frailty::gamma(),
            LawName::Gaussian => Frailty::gaussian(),
        };
        let Some(text) = &self.frailty_variance else { return Ok(model) };
        let variance = match (text.as_str(), law) {
            ("ml", LawName::Gamma) => FrailtyVariance::MaximumLikelihood,
            ("reml", LawName::Gaussian) => FrailtyVariance::RestrictedMaximumLikelihood,
            ("aic", _) => FrailtyVariance::Aic,
            (number, _) => match number.parse::<f64>() {
                Ok(theta) if theta > 0.0 && theta.is_finite() => FrailtyVariance::Fixed(theta),
                _ => {
                    let own = if law == LawName::Gamma { "ml" } else { "reml" };
                    return Err(
                        format!("--frailty-variance {text}: give {own}, aic, or a number above 0").into()
                    );
                }
            },
        };
        Ok(model.variance(variance))
    }

    /// The model with a frailty, where one is asked for.
    pub fn answer(
        &self,
        data: &RightCensored,
        design: &Design<'static>,
        ties: Option<TiesName>,
        level: f64,
    ) -> Result<Option<(String, Value)>, Failure> {
        let Some(law) = self.frailty else { return Ok(None) };
        let mut model = self.model(law)?;
        if let Some(ties) = ties {
            model = model.ties(ties.ties());
        }
        let fit = model.fit(data, design)?;
        let interval =
            if law == LawName::Gamma && matches!(self.frailty_variance.as_deref(), None | Some("ml")) {
                let limits = model.variance_interval(data, design, level)?;
                json!({ "lower": number(limits.lower), "upper": number(limits.upper) })
            } else {
                Value::Null
            };
        Ok(Some((fit.printed(level)?.to_string(), json_of(&fit, interval, level)?)))
    }
}

fn json_of(fit: &FrailtyModel, interval: Value, level: f64) -> Result<Value, Failure> {
    let coefficient = |t: &Term| -> Result<Value, Failure> {
        let limits = t.interval(level)?;
        Ok(json!({
            "name": t.name(), "coef": number(t.coefficient()), "se": number(t.model_std_error()), "robust_se": null,
            "z": number(t.z()), "p_value": number(t.p_value()), "hazard_ratio": number(t.hazard_ratio()),
            "lower": number(limits.lower), "upper": number(limits.upper), "status": format!("{:?}", t.status()),
        }))
    };
    let matrix = fit.variance();
    let vcov: Vec<Vec<Value>> =
        matrix.rows().into_iter().map(|r| r.iter().map(|&v| number(v)).collect()).collect();
    let list = |values: &[f64]| values.iter().map(|&v| number(v)).collect::<Vec<Value>>();
    let df = fit.degrees_of_freedom();
    Ok(json!({
        "n": fit.rows(), "events": fit.events(), "ties": fit.ties().to_string().to_lowercase(),
        "converged": fit.stop().is_success(), "stop": format!("{:?}", fit.stop()), "iterations": fit.iterations(),
        "loglik": fit.log_likelihood().map(number), "vcov": vcov,
        "coefficients": fit.terms().iter().map(coefficient).collect::<Result<Vec<_>, _>>()?,
        "lrt": test(&fit.likelihood_ratio_test()),
        "frailty": {
            "theta": number(fit.theta()), "interval": interval, "integrated_loglik": number(fit.integrated_log_likelihood()),
            "df": number(df.frailty()), "df_covariates": list(df.covariates()), "clusters": fit.frailties().len(),
            "log_frailties": list(fit.frailties()), "variances": list(fit.frailty_variances()),
            "wald": test(&fit.frailty_test()), "no_variance": fit.variance_test().map(|t| test(&t)),
        },
    }))
}

fn test(t: &FrailtyTest) -> Value {
    json!({ "statistic": number(t.statistic()), "df": number(t.df()), "p_value": number(t.p_value()) })
}
