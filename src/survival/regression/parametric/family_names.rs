//! The families by name.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ModelError};
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::standard::SplineScale;

const NAMES: [(&str, Family); 12] = [
    ("exponential", Family::Exponential),
    ("weibull", Family::Weibull),
    ("weibull-ph", Family::WeibullPh),
    ("log-normal", Family::LogNormal),
    ("log-logistic", Family::LogLogistic),
    ("gompertz", Family::Gompertz),
    ("gamma", Family::Gamma),
    ("generalized-gamma", Family::GeneralizedGamma),
    ("generalized-f", Family::GeneralizedF),
    ("gaussian", Family::Gaussian),
    ("logistic", Family::Logistic),
    ("extreme-value", Family::ExtremeValue),
];

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Spline { scale, .. } => match scale {
                SplineScale::Hazard => "spline-hazard".to_string(),
                SplineScale::Odds => "spline-odds".into(),
                SplineScale::Normal => "spline-normal".into(),
            },
            Self::PiecewiseExponential { .. } => "piecewise-exponential".into(),
            Self::MixtureCure(base) => format!("cure-mixture-{base}"),
            Self::NonMixtureCure(base) => format!("cure-non-mixture-{base}"),
            other => NAMES.iter().find(|(_, family)| family == other).map_or("", |(name, _)| name).into(),
        };
        f.pad(&name)
    }
}

/// By its name; a spline has one inner knot and a piecewise exponential model no cut until they are given.
impl FromStr for Family {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let cured = |base: &str| base.parse::<Self>().ok().filter(|f| f.as_base().is_some()).map(Box::new);
        let found = match name {
            "spline-hazard" => Some(Self::spline_hazard(1)),
            "spline-odds" => Some(Self::spline_odds(1)),
            "spline-normal" => Some(Self::spline_normal(1)),
            "piecewise-exponential" => Some(Self::piecewise_exponential(&[])),
            _ => {
                if let Some(base) = name.strip_prefix("cure-mixture-") {
                    cured(base).map(Self::MixtureCure)
                } else if let Some(base) = name.strip_prefix("cure-non-mixture-") {
                    cured(base).map(Self::NonMixtureCure)
                } else {
                    NAMES.iter().find(|(known, _)| *known == name).map(|(_, family)| family.clone())
                }
            }
        };
        found.ok_or_else(|| {
            let mut known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            known.extend(["spline-hazard", "spline-odds", "spline-normal", "piecewise-exponential"]);
            known.extend(["cure-mixture-NAME", "cure-non-mixture-NAME (NAME with times above 0, no spline)"]);
            Error::Model(ModelError::UnknownName {
                what: "distribution",
                name: name.into(),
                known: known.join(", "),
            })
        })
    }
}
