//! What a model says of new rows, which are given by name: linear predictors and hazard ratios.

use crate::error::{Error, ModelError, NotEstimable, Result};
use crate::survival::regression::cox::limit::Fate;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::model::limit::{movement, variance_of};
use crate::survival::regression::new_rows::{NewRows, one_row};
use crate::survival::regression::term::{Status, Term};
use crate::survival::result::hazard_ratio::{HazardRatio, HazardRatioMethod};

impl CoxModel {
    /// The hazard ratio of one unit more of a column of the design, or of a level of a factor against its reference,
    /// as a value that says what is compared with what. `None` unless the coefficient was estimated.
    ///
    /// # Errors
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate).
    pub fn hazard_ratio(&self, name: &str) -> Result<Option<HazardRatio>> {
        let at = self.position(name)?;
        let (term, reference) = (&self.terms[at], self.recipe.compared_with(at));
        Ok(term.std_error().map(|se| {
            HazardRatio::new(HazardRatioMethod::Cox, term.coefficient(), Ok(se)).named(&term.name, &reference)
        }))
    }

    /// The hazard of one row relative to that of another: `exp((x − r)'β)`, the standard error of its log
    /// `√((x − r)'V(x − r))` with the reported variance. With the means as reference the log is R's centred linear
    /// predictor.
    ///
    /// Where the likelihood is monotone a contrast of infinite coefficients may be finite: it has the value of the limit. It
    /// may be ∞ or 0, or have no value: then the answer is [`NotEstimable::NoMaximum`], as it is where the two rows differ
    /// in a way that no rows at risk together did (a level that nobody at risk had, columns that were combinations of
    /// others in the fit). In which of these cases it is does not hang on how the covariates were coded.
    ///
    /// # Errors
    /// As [`linear_predictor`](Self::linear_predictor); [`Error::LengthMismatch`] for more than one row;
    /// [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient) where so many columns are separated in so many ways that a model does not keep
    /// their directions (more than 500).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{CoxPh, Design, Groups, RightCensored};
    ///
    /// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
    /// let arm = Groups::new(&["a", "b", "b", "a", "a", "b"]);
    /// let fit = CoxPh::new().fit(&data, &Design::builder().factor("arm", &arm, "a").build()?)?;
    /// let ratio = fit.hazard_ratio_between(&fit.row().level("arm", "b"), &fit.row().level("arm", "a"))?;
    /// assert_eq!(ratio.value(), fit.hazard_ratio("arm: b")?.unwrap().value());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn hazard_ratio_between(&self, row: &impl NewRows, reference: &impl NewRows) -> Result<HazardRatio> {
        let x = one_row(row, &self.recipe, "the row")?;
        let r = one_row(reference, &self.recipe, "the reference")?;
        // Values that differ by their last bits do not differ: no coefficient, and none that is infinite, is asked for.
        let moved = |(x, r): (&f64, &f64)| {
            let alike = (x - r).abs() <= 4.0 * f64::EPSILON * x.abs().max(r.abs());
            if alike { 0.0 } else { x - r }
        };
        let d: Vec<f64> = x.iter().zip(&r).map(moved).collect();
        let ratio = |log: f64, se| {
            HazardRatio::new(HazardRatioMethod::Cox, log, se).named("the row", "the reference")
        };
        let none =
            || HazardRatio::none("the row", "the reference", HazardRatioMethod::Cox, NotEstimable::NoMaximum);
        if movement(&self.unknown, &d) != [false; 2] {
            return Ok(none());
        }
        let (log_estimate, v) = match self.fate(&d)? {
            Fate::Finite => self.limit.as_ref().map_or_else(
                || (dot(&d, &self.coefficients), self.reported()),
                |limit| (dot(&d, &limit.coefficients), limit.reported()),
            ),
            Fate::PlusInfinity => return Ok(ratio(f64::INFINITY, Err(NotEstimable::ZeroOrInfinite))),
            Fate::MinusInfinity => return Ok(ratio(f64::NEG_INFINITY, Err(NotEstimable::ZeroOrInfinite))),
            Fate::Undecided => return Ok(none()),
        };
        Ok(ratio(log_estimate, Ok(variance_of(&d, v).sqrt())))
    }

    /// What becomes of a contrast of the coefficients where the likelihood has no maximum.
    fn fate(&self, contrast: &[f64]) -> Result<Fate> {
        let Some(limit) = &self.limit else { return Ok(Fate::Finite) };
        match movement(&limit.directions, contrast) {
            [false, false] => Ok(Fate::Finite),
            _ if !limit.extreme => {
                let moved = |(t, c): (&Term, &f64)| *c != 0.0 && !matches!(t.status, Status::Estimated);
                let at = self.terms.iter().zip(contrast).position(moved).unwrap_or(0);
                Err(Error::Model(ModelError::InfiniteCoefficient {
                    covariate: self.terms[at].name.clone(),
                    remedy: "fit with a penalty (`CoxPh::firth`), or leave the covariate out",
                }))
            }
            [true, false] => Ok(Fate::PlusInfinity),
            [false, true] => Ok(Fate::MinusInfinity),
            [true, true] => Ok(Fate::Undecided),
        }
    }

    /// The linear predictor `x'β` of new rows (not centred, without offset): of a [`row`](Self::row), of
    /// [`columns`](Self::columns), or of a [`Design`](crate::survival::Design), which is matched by name. Redundant
    /// columns count as 0. Where the likelihood is monotone it may be finite, ±∞, or NaN where it has no value.
    ///
    /// # Errors
    /// [`ModelError::MissingCovariate`](crate::ModelError::MissingCovariate), [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate) and [`ModelError::UnknownLevel`](crate::ModelError::UnknownLevel) by name;
    /// [`ModelError::OtherCovariate`](crate::ModelError::OtherCovariate) where a covariate has another kind, reference or knots than in the fit;
    /// [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient) as [`hazard_ratio_between`](Self::hazard_ratio_between).
    pub fn linear_predictor(&self, rows: &impl NewRows) -> Result<Vec<f64>> {
        let x = rows.aligned(&self.recipe)?;
        let value = |row: ndarray::ArrayView1<f64>| {
            let x = row.to_vec();
            let finite = self.limit.as_ref().map_or(&*self.coefficients, |limit| &limit.coefficients);
            Ok(match self.fate(&x)? {
                Fate::Finite => dot(&x, finite),
                Fate::PlusInfinity => f64::INFINITY,
                Fate::MinusInfinity => f64::NEG_INFINITY,
                Fate::Undecided => f64::NAN,
            })
        };
        x.rows().into_iter().map(value).collect()
    }
}

fn dot(x: &[f64], b: &[f64]) -> f64 {
    x.iter().zip(b).map(|(x, b)| x * b).sum()
}
