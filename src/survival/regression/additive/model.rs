//! What was fitted: cumulative coefficients with their covariance, predictions, and the test of no effect.

use std::fmt;

use super::estimation_end::EstimationEnd;
use super::risk_sets::{EventSet, RiskSets};
use super::test_weight::TestWeight;
use crate::error::{Error, ModelError, NotEstimable, Result};
use crate::numeric::quadratic_form::quadratic_form;
use crate::print::{Number, PValue, counted, one_line};
use crate::survival::regression::design::Design;
use crate::survival::regression::new_rows::{NewRow, NewRows, one_row};
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::term::TestResult;
use crate::survival::result::estimate::{Estimate, Scale};

/// Aalen's additive hazards: the result of [`AdditiveHazards`](super::AdditiveHazards).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AdditiveModel {
    pub(super) recipe: Recipe,
    /// The labels of the strata; none where the data had none.
    pub(super) strata: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) weight: TestWeight,
    pub(super) rows: usize,
    pub(super) robust: bool,
    pub(super) start: f64,
    pub(super) end: Option<EstimationEnd>,
    /// The end of follow-up of each stratum, or of what was used of it.
    pub(super) last: Vec<f64>,
    pub(super) times: Vec<f64>,
    pub(super) at_risk: Vec<usize>,
    /// One row for each time.
    pub(super) cumulative: Vec<f64>,
    /// Lower triangles, one for each time.
    pub(super) covariance: Vec<f64>,
    pub(super) test_sums: Vec<f64>,
    pub(super) test_covariance: Vec<f64>,
}

impl AdditiveModel {
    pub(super) fn empty(sets: &RiskSets, weight: TestWeight, design: &Design, strata: &[String]) -> Self {
        let p = sets.p;
        Self {
            recipe: design.recipe().clone(),
            strata: strata.to_vec(),
            names: names(strata, design.names()),
            weight,
            rows: sets.time.len(),
            robust: sets.robust,
            start: sets.start,
            end: sets.end,
            last: sets.last_of_strata(),
            times: Vec::new(),
            at_risk: Vec::new(),
            cumulative: Vec::new(),
            covariance: Vec::new(),
            test_sums: vec![0.0; p],
            test_covariance: vec![0.0; p * (p + 1) / 2],
        }
    }

    pub(super) fn push(&mut self, set: &EventSet, cumulative: &[f64], covariance: &[f64]) {
        self.times.push(set.time);
        self.at_risk.push(set.reported());
        self.cumulative.extend_from_slice(cumulative);
        self.covariance.extend_from_slice(covariance);
    }

    /// The coefficients: `(Intercept)`, of strata that of each, and the columns of the design.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How the covariates were made.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// A new row, given by name and checked against the recipe.
    pub fn row(&self) -> NewRow {
        self.recipe.row()
    }

    /// The event times that were used, at which the cumulative coefficients step.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// How many rows were at risk at each of them: one with a replication weight of 2 as two.
    #[must_use]
    pub fn at_risk(&self) -> &[usize] {
        &self.at_risk
    }

    /// Where and why the estimation ended before the last event. Returns `None` if all events were used.
    #[must_use]
    pub fn end(&self) -> Option<EstimationEnd> {
        self.end
    }

    /// Whether variances are robust: clusters or sampling weights.
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.robust
    }

    /// The labels of the strata; none where the data had none.
    #[must_use]
    pub fn strata(&self) -> &[String] {
        &self.strata
    }

    /// The model of one stratum: its own intercept beside the common coefficients, for predictions of its members.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn stratum(&self, label: &str) -> Result<Self> {
        let known = || self.strata.join(", ");
        let own = self.strata.iter().position(|s| s == label);
        let own = own.ok_or_else(|| Error::UnknownLabel { label: label.into(), known: known() })?;
        let (p, first) = (self.p(), self.intercepts());
        let kept: Vec<usize> = std::iter::once(own).chain(first..p).collect();
        let of = |row: &[f64]| kept.iter().map(|j| row[*j]).collect::<Vec<f64>>();
        let of_triangle = |triangle: &[f64]| -> Vec<f64> {
            let of_pair = |(a, b): (usize, usize)| triangle[kept[a] * (kept[a] + 1) / 2 + kept[b]];
            (0..kept.len()).flat_map(|a| (0..=a).map(move |b| (a, b))).map(of_pair).collect()
        };
        Ok(Self {
            strata: Vec::new(),
            names: names(&[], &self.names[first..]),
            last: vec![self.last[own]],
            cumulative: self.cumulative.chunks_exact(p).flat_map(of).collect(),
            covariance: self.covariance.chunks_exact(p * (p + 1) / 2).flat_map(of_triangle).collect(),
            test_sums: of(&self.test_sums),
            test_covariance: of_triangle(&self.test_covariance),
            recipe: self.recipe.clone(),
            times: self.times.clone(),
            at_risk: self.at_risk.clone(),
            ..*self
        })
    }

    fn p(&self) -> usize {
        self.names.len()
    }

    /// How many of the coefficients are intercepts.
    pub(super) fn intercepts(&self) -> usize {
        self.strata.len().max(1)
    }

    /// The end of follow-up: of an intercept that of its stratum.
    fn last_of(&self, j: usize) -> f64 {
        self.last.get(j).copied().unwrap_or_else(|| self.last.iter().fold(0.0, |m: f64, t| m.max(*t)))
    }

    /// The event times with the cumulative coefficients after each, in the order of [`names`](Self::names).
    pub fn path(&self) -> impl ExactSizeIterator<Item = (f64, &[f64])> {
        self.times.iter().copied().zip(self.cumulative.chunks_exact(self.p()))
    }

    pub(super) fn coefficients(&self, k: usize) -> &[f64] {
        &self.cumulative[k * self.p()..(k + 1) * self.p()]
    }

    pub(super) fn variance(&self, k: usize, j: usize) -> f64 {
        self.covariance[k * self.p() * (self.p() + 1) / 2 + j * (j + 1) / 2 + j]
    }

    /// The position of the last event time by t: `None` before the first. An error beyond the end.
    fn position(&self, time: f64) -> Result<Result<Option<usize>, NotEstimable>> {
        if !(time >= self.start) {
            return Err(Error::OutOfRange {
                argument: "time",
                value: time,
                must_be: "at or after the start",
            });
        }
        let (beyond, last) = match self.end {
            Some(end) => (time >= end.time, end.time),
            None => (time > self.last_of(usize::MAX), self.last_of(usize::MAX)),
        };
        if beyond {
            return Ok(Err(NotEstimable::BeyondFollowUp { time, last }));
        }
        Ok(Ok(self.times.partition_point(|t| *t <= time).checked_sub(1)))
    }

    /// The cumulative coefficients at a time, in the order of [`names`](Self::names): from the start to there. Beyond the
    /// [end](Self::end) of the estimation they are not estimable, nor is the intercept of a stratum after its last time.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a time before the start, or NaN.
    pub fn at(&self, time: f64) -> Result<Vec<Estimate>> {
        let at = match self.position(time)? {
            Ok(at) => at,
            Err(because) => return Ok(vec![Estimate::none(Scale::Identity, because); self.p()]),
        };
        let one = |j: usize| match at {
            _ if time > self.last_of(j) => {
                Estimate::none(Scale::Identity, NotEstimable::BeyondFollowUp { time, last: self.last_of(j) })
            }
            Some(k) => Estimate::new(Scale::Identity, self.coefficients(k)[j], self.variance(k, j).sqrt()),
            None => Estimate::with_error(Scale::Identity, 0.0, Err(NotEstimable::CurveIsOne)),
        };
        Ok((0..self.p()).map(one).collect())
    }

    /// The cumulative hazard `B₀(t) + x'B(t)` of a row given by name, from the start to t, with its standard error. It may
    /// fall, and be below 0, where the model does not fit or few are at risk.
    ///
    /// # Errors
    /// Those of [`at`](Self::at); [`ModelError::MissingCovariate`](crate::ModelError::MissingCovariate) and others where the row is not one of the model;
    /// [`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded) of a model with strata: ask that of one ([`stratum`](Self::stratum)).
    pub fn cumulative_hazard(&self, row: &impl NewRows, time: f64) -> Result<Estimate> {
        if self.strata.len() > 1 {
            return Err(Error::Model(ModelError::StratumNeeded { known: self.strata.join(", ") }));
        }
        let x: Vec<f64> = std::iter::once(1.0).chain(one_row(row, &self.recipe, "the row")?).collect();
        let at = match self.position(time)? {
            Ok(_) if time > self.last_of(0) => {
                let because = NotEstimable::BeyondFollowUp { time, last: self.last_of(0) };
                return Ok(Estimate::none(Scale::Identity, because));
            }
            Ok(at) => at,
            Err(because) => return Ok(Estimate::none(Scale::Identity, because)),
        };
        let Some(k) = at else {
            return Ok(Estimate::with_error(Scale::Identity, 0.0, Err(NotEstimable::CurveIsOne)));
        };
        let value = self.coefficients(k).iter().zip(&x).map(|(b, x)| b * x).sum();
        let triangle = self.p() * (self.p() + 1) / 2;
        let full = full(&self.covariance[k * triangle..(k + 1) * triangle], self.p());
        let p = self.p();
        let variance: f64 = (0..p).map(|a| (0..p).map(|b| x[a] * full[a * p + b] * x[b]).sum::<f64>()).sum();
        Ok(Estimate::new(Scale::Identity, value, variance.max(0.0).sqrt()))
    }

    /// Survival `exp(−H)` of a row from the start to t; its log has the standard error of the
    /// [cumulative hazard](Self::cumulative_hazard). It is not cut to 1.
    ///
    /// # Errors
    /// Those of [`cumulative_hazard`](Self::cumulative_hazard).
    pub fn survival(&self, row: &impl NewRows, time: f64) -> Result<Estimate> {
        let hazard = self.cumulative_hazard(row, time)?;
        Ok(match hazard.value() {
            Ok(value) => Estimate::with_error(Scale::Log, -value, hazard.std_error()),
            Err(because) => Estimate::none(Scale::Log, because),
        })
    }

    /// The test of no effect of any covariate: `U' V⁻ U` of the weighted sums `U_j = Σ w_j(t) dB_j(t)` without those of
    /// intercepts. R's `aareg` prints it (Aalen 1989, Stat Med 8:907). There is no test (0 degrees of freedom) where a robust
    /// variance does not know all coefficients, as with no more clusters than covariates.
    ///
    /// # Cost
    /// The sums are kept by the fit; q³ operations for q covariates.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::regression::AdditiveHazards;
    /// use greenwood::survival::{Design, RightCensored};
    ///
    /// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[true; 6])?;
    /// let design = Design::builder().numeric("dose", &[2.0, 1.0, 2.0, 0.0, 1.0, 0.0]).build()?;
    /// let model = AdditiveHazards::new().fit(&data, &design)?;
    /// let (test, alone) = (model.test(), &model.weighted_sums()[1]);
    /// let z = alone.value()? / alone.std_error()?; // of one covariate the statistic is z²
    /// assert!(test.df() == 1 && (test.statistic() - z * z).abs() < 1e-9);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn test(&self) -> TestResult {
        let (p, first) = (self.p(), self.intercepts());
        let full = full(&self.test_covariance, p);
        let covariance: Vec<f64> =
            (first..p).flat_map(|a| (first..p).map(move |b| (a, b))).map(|(a, b)| full[a * p + b]).collect();
        // In units of each sum's own error: covariates have different units.
        let unit: Vec<f64> = (first..p).map(|a| full[a * p + a].sqrt()).collect();
        let safe = |x: f64| if x > 0.0 { x } else { 1.0 };
        let u: Vec<f64> = (first..p).map(|a| self.test_sums[a] / safe(unit[a - first])).collect();
        let q = p - first;
        let v: Vec<f64> =
            (0..q * q).map(|i| covariance[i] / safe(unit[i / q.max(1)]) / safe(unit[i % q.max(1)])).collect();
        let (statistic, df) = quadratic_form(&u, &v);
        // A robust variance from no more clusters than covariates does not know all of them.
        if self.robust && df < q {
            return TestResult { statistic: 0.0, degrees_of_freedom: 0 };
        }
        TestResult { statistic, degrees_of_freedom: df }
    }

    /// The weighted sum of each coefficient's increments, with its standard error: its z tests that coefficient alone.
    #[must_use]
    pub fn weighted_sums(&self) -> Vec<Estimate> {
        let diagonal = |j: usize| self.test_covariance[j * (j + 1) / 2 + j].sqrt();
        (0..self.p()).map(|j| Estimate::new(Scale::Identity, self.test_sums[j], diagonal(j))).collect()
    }

    /// The covariance of the [weighted sums](Self::weighted_sums), row by row.
    #[must_use]
    pub fn weighted_covariance(&self) -> Vec<f64> {
        full(&self.test_covariance, self.p())
    }
}

/// The names of the coefficients.
pub(super) fn names(strata: &[String], columns: &[String]) -> Vec<String> {
    let own: Vec<String> = match strata {
        [] | [_] => vec!["(Intercept)".into()],
        strata => strata.iter().map(|label| format!("(Intercept): {label}")).collect(),
    };
    own.into_iter().chain(columns.iter().cloned()).collect()
}

/// A symmetric matrix from its lower triangle.
fn full(triangle: &[f64], p: usize) -> Vec<f64> {
    let mut full = vec![0.0; p * p];
    let mut at = 0;
    for a in 0..p {
        for b in 0..=a {
            full[a * p + b] = triangle[at];
            full[b * p + a] = triangle[at];
            at += 1;
        }
    }
    full
}

impl fmt::Display for AdditiveModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Additive hazards: {}, {}",
            counted(self.rows, "row"),
            counted(self.times.len(), "event time")
        )?;
        if self.strata.len() > 1 {
            write!(f, ", {} strata", self.strata.len())?;
        }
        if let Some(end) = self.end {
            let why = if end.too_few { "too few" } else { "their covariates are collinear" };
            write!(f, "\nnothing is estimated from {} on: {} at risk, {why}", Number(end.time), end.at_risk)?;
        }
        let Some(last) = self.times.len().checked_sub(1) else { return Ok(()) };
        let width = self.names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        let error = if self.robust { "robust se" } else { "std error" };
        let at = format!("B({})", Number(self.times[last]));
        write!(f, "\n{:width$} {at:>12} {error:>12} {:>8} {:>8}", "", "z of test", "p")?;
        for (j, (name, sum)) in self.names.iter().zip(self.weighted_sums()).enumerate() {
            let (z, p) = (sum.statistic(), sum.p_value());
            write!(
                f,
                "\n{:width$} {:>12.5} {:>12.5} {:>8.3} {:>8}",
                one_line(name),
                Number(self.coefficients(last)[j]),
                self.variance(last, j).sqrt(),
                Number(z.unwrap_or(f64::NAN)),
                PValue(p.unwrap_or(f64::NAN)).to_string()
            )?;
        }
        let test = self.test();
        match test.p_value() {
            Some(p) => write!(
                f,
                "\nno effect at all: chi-square {:.4} on {} df, {:#}",
                test.statistic(),
                test.df(),
                PValue(p)
            ),
            None => Ok(()),
        }
    }
}
