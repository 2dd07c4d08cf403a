//! What a model says of new rows, which are given by name: linear predictors and hazard ratios.

use crate::error::{Error, Result};
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::new_rows::{NewRows, one_row};
use crate::survival::result::hazard_ratio::{HazardRatio, HazardRatioMethod};

impl CoxModel {
    /// The hazard ratio of one unit more of a column of the design, or of a level of a factor against its reference,
    /// as a value that says what is compared with what. `None` unless the coefficient was estimated.
    ///
    /// # Errors
    /// [`Error::UnknownCovariate`].
    pub fn hazard_ratio(&self, name: &str) -> Result<Option<HazardRatio>> {
        let at = self.position(name)?;
        let (term, reference) = (&self.terms[at], self.recipe.compared_with(at));
        Ok(term.std_error().map(|se| {
            HazardRatio::new(&term.name, &reference, HazardRatioMethod::Cox, term.coefficient, Ok(se))
        }))
    }

    /// The hazard of one row relative to that of another: `exp((x − r)'β)`, the standard error of its log
    /// `√((x − r)'V(x − r))` with the reported variance. With the means as reference the log is R's centred linear
    /// predictor.
    ///
    /// # Errors
    /// As [`linear_predictor`](Self::linear_predictor); [`Error::LengthMismatch`] for more than one row;
    /// [`Error::InfiniteCoefficient`] where the ratio is infinite or not estimable. (Where the likelihood is monotone
    /// a contrast of infinite coefficients may be finite: it has the value of the limit.)
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
        let p = self.coefficients.len();
        let d: Vec<f64> = x.iter().zip(&r).map(|(x, r)| x - r).collect();
        let log_estimate;
        let (limit, mut v) = (self.limit.as_ref(), self.reported());
        if let Some(limit) = limit.filter(|l| l.is_finite(&d)) {
            log_estimate = d.iter().zip(&limit.coefficients).map(|(d, b)| d * b).sum();
            v = limit.reported();
        } else {
            log_estimate = self.log_ratio(&d)?;
        }
        let form: f64 =
            (0..p).flat_map(|i| (0..p).map(move |j| (i, j))).map(|(i, j)| d[i] * v[i * p + j] * d[j]).sum();
        let se = form.max(0.0).sqrt();
        Ok(HazardRatio::new("the row", "the reference", HazardRatioMethod::Cox, log_estimate, Ok(se)))
    }

    /// `d'β` of estimated coefficients.
    fn log_ratio(&self, d: &[f64]) -> Result<f64> {
        let mut sum = 0.0;
        for ((d, b), term) in
            d.iter().zip(&self.coefficients).zip(&self.terms).filter(|((d, _), _)| **d != 0.0)
        {
            if !b.is_finite() {
                return Err(Error::InfiniteCoefficient { covariate: term.name.clone() });
            }
            sum += d * b;
        }
        Ok(sum)
    }

    /// The linear predictor `x'β` of new rows (not centred, without offset): of a [`row`](Self::row), of
    /// [`columns`](Self::columns), or of a [`Design`](crate::survival::Design), which is matched by name. Redundant
    /// columns count as 0.
    ///
    /// # Errors
    /// [`Error::MissingCovariate`], [`Error::UnknownCovariate`] and [`Error::UnknownLevel`] by name;
    /// [`Error::OtherCovariate`] where a covariate has another kind, reference or knots than in the fit.
    pub fn linear_predictor(&self, rows: &impl NewRows) -> Result<Vec<f64>> {
        let x = rows.aligned(&self.recipe)?;
        let dot = |row: ndarray::ArrayView1<f64>| {
            // 0 · ∞ is no part of a sum.
            row.iter().zip(&self.coefficients).filter(|(x, _)| **x != 0.0).map(|(x, b)| x * b).sum()
        };
        Ok(x.rows().into_iter().map(dot).collect())
    }
}
