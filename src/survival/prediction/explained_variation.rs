//! Explained variation: how much of the spread of survival a Cox model accounts for.

use std::f64::consts::PI;
use std::fmt;

use crate::error::{Error, NotEstimable, Result, check_len};
use crate::numeric::distribution::normal_quantile;
use crate::print::{Number, or_missing};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::CoxModel;
use crate::survival::regression::cox::CoxPh;
use crate::survival::regression::design::Design;
use crate::survival::result::estimate::{Estimate, Scale};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// Royston and Sauerbrei's D and measures of explained variation of a Cox model.
///
/// * **D**: the log hazard ratio between two halves of the subjects by prognosis. It is `b √(8/π)` with b the coefficient
///   of the normal scores `Φ⁻¹((rank − 3/8)/(n + 1/4))` of the linear predictor in a Cox model with Efron's ties; equal
///   predictors share the mean of their scores. `R²_D = b²/(π²/6 + b²)`.
/// * **Kent and O'Quigley**: `v/(π²/6 + v)` with v the variance of the linear predictor.
/// * **Nagelkerke**: `(1 − exp(2(l₀ − l)/n))/(1 − exp(2l₀/n))` of the log partial likelihoods.
/// * **Gönen and Heller's concordance**: the probability, under the model, that of two subjects the one with the higher
///   risk has the event first. It hangs on the model alone, and not on the censoring.
///
/// # Cost
/// Two sorts and a Cox fit; Gönen and Heller's sum is over all pairs, O(n²).
///
/// # Example
/// ```
/// use greenwood::survival::prediction::ExplainedVariation;
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5., 6., 8.], &[true, true, true, false, true, true, true, false])?;
/// let design = Design::builder().numeric("age", &[61., 48., 70., 52., 66., 59., 50., 63.]).build()?;
/// let fit = CoxPh::new().fit(&data, &design)?;
/// let explained = ExplainedVariation::estimate(&fit, &data, &design)?;
/// assert!(explained.r2_d().unwrap() > 0.0 && explained.gonen_heller() > Some(0.5));
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Royston & Sauerbrei (2004), Stat Med 23:723. Kent & O'Quigley (1988), Biometrika 75:525. Gönen & Heller (2005),
/// Biometrika 92:965.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExplainedVariation {
    d: Estimate,
    kent_oquigley: Option<f64>,
    nagelkerke: Option<f64>,
    gonen_heller: Option<f64>,
}

#[cfg(feature = "serde")]
checked_when_read!(ExplainedVariation {
    d: Estimate,
    kent_oquigley: Option<f64>,
    nagelkerke: Option<f64>,
    gonen_heller: Option<f64>
});

#[cfg(feature = "serde")]
impl ExplainedVariation {
    fn check(&self) -> Result<()> {
        self.kent_oquigley.map_or(Ok(()), |x| stored::number("kent_oquigley", x))?;
        self.nagelkerke.map_or(Ok(()), |x| stored::number("nagelkerke", x))?;
        self.gonen_heller.map_or(Ok(()), |x| stored::probability("gonen_heller", x))
    }
}

impl ExplainedVariation {
    /// The measures of a model on the data that it was fitted to.
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) where these are not the data of the fit, with the part that differs;
    /// those of [`CoxModel::linear_predictor`] and [`CoxPh::fit`]; [`Error::LengthMismatch`] where the design has other rows
    /// than the data; [`Error::Unsupported`] for weights;
    /// [`Error::NotEstimable`] where nobody has the event while another is at risk.
    pub fn estimate(model: &CoxModel, data: &RightCensored, design: &Design) -> Result<Self> {
        let _ = model.with(data, design)?;
        let score = model.linear_predictor(design)?;
        let (len, expected) = (score.len(), data.len());
        check_len("design", len, "time", expected)?;
        if data.weights().is_some() {
            let why = "ranks and pairs would need a rule for them: leave them out";
            return Err(Error::Unsupported { method: "explained variation", with: "weights", why });
        }
        let n = len as f64;
        let mean = score.iter().sum::<f64>() / n;
        let variance = score.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let [null, fitted] = model.log_likelihood();
        // One subject, or nobody at risk beside those who have the event: nothing is there to be explained.
        if score.len() < 2 || null == 0.0 {
            return Err(NotEstimable::NoPairs.into());
        }
        Ok(Self {
            d: d_of(&score, data)?,
            kent_oquigley: finite(variance / (PI * PI / 6.0 + variance)),
            nagelkerke: finite((2.0 * (null - fitted) / n).exp_m1() / (2.0 * null / n).exp_m1()),
            gonen_heller: finite(gonen_heller(&score)),
        })
    }

    /// Royston and Sauerbrei's D with its standard error.
    #[must_use]
    pub fn d(&self) -> Estimate {
        self.d
    }

    /// `R²_D`, where D is estimable.
    #[must_use]
    pub fn r2_d(&self) -> Option<f64> {
        let b = self.d.value().ok()? / (8.0 / PI).sqrt();
        // Beyond 1e150 the square is no number, and the share is 1.
        let square = (b * b).min(1e300);
        Some(square / (PI * PI / 6.0 + square))
    }

    /// Kent and O'Quigley's measure. `None` where a predictor is infinite, and of one subject.
    #[must_use]
    pub fn kent_oquigley(&self) -> Option<f64> {
        self.kent_oquigley
    }

    /// Nagelkerke's measure. `None` where no model can change the likelihood.
    #[must_use]
    pub fn nagelkerke(&self) -> Option<f64> {
        self.nagelkerke
    }

    /// Gönen and Heller's concordance. `None` where two predictors are infinite alike, and of one subject.
    #[must_use]
    pub fn gonen_heller(&self) -> Option<f64> {
        self.gonen_heller
    }
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

fn d_of(score: &[f64], data: &RightCensored) -> Result<Estimate> {
    let n = score.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|&a, &b| score[a].total_cmp(&score[b]));
    let normal = |rank: usize| normal_quantile((rank as f64 - 0.375) / (n as f64 + 0.25));
    let (mut scores, mut passed) = (vec![0.0; n], 0);
    for tied in order.chunk_by(|&a, &b| score[a] == score[b]) {
        let mean = (passed + 1..=passed + tied.len()).map(normal).sum::<f64>() / tied.len() as f64;
        for &i in tied {
            scores[i] = mean;
        }
        passed += tied.len();
    }
    let design = Design::builder().numeric("normal scores", &scores).build()?;
    let fit = CoxPh::new().fit(data, &design)?;
    let (term, unit) = (&fit.terms()[0], (8.0 / PI).sqrt());
    Ok(match term.std_error() {
        Some(se) => Estimate::new(Scale::Identity, unit * term.coefficient(), unit * se),
        None => Estimate::none(Scale::Identity, NotEstimable::NoMaximum),
    })
}

fn gonen_heller(score: &[f64]) -> f64 {
    let mut sorted = score.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let pairs = score.len() as f64 * (score.len() as f64 - 1.0) / 2.0;
    let of = |(i, &low): (usize, &f64)| {
        sorted[i + 1..].iter().map(|high| 1.0 / (1.0 + (low - high).exp())).sum::<f64>()
    };
    sorted.iter().enumerate().map(of).sum::<f64>() / pairs
}

impl fmt::Display for ExplainedVariation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.d.value(), self.d.std_error()) {
            (Ok(d), Ok(se)) => {
                write!(f, "D {d:.3} ± {se:.3}, R²_D {:.3}", Number(self.r2_d().unwrap_or(f64::NAN)))?;
            }
            _ => write!(f, "D –")?,
        }
        let three = |x: Option<f64>| or_missing(x, |x| format!("{:.3}", Number(x)));
        write!(
            f,
            ", Kent-O'Quigley {}, Nagelkerke {}, Gönen-Heller {}",
            three(self.kent_oquigley),
            three(self.nagelkerke),
            three(self.gonen_heller)
        )
    }
}
