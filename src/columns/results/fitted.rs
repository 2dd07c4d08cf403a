//! What a fitted model says of its rows, its hazard and its rivals.

use ndarray::ArrayView2;

use super::effects::estimates;
use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::prediction::{ConcordanceDifference, ExplainedVariation};
use crate::survival::regression::additive::EffectTest;
use crate::survival::regression::cox::{Baseline, PredictedCurve, Residuals};
use crate::survival::regression::fine_gray::{SubdistributionBaseline, SubdistributionResiduals};
use crate::survival::regression::parametric::{Comparison, Extrapolation, Predicted};
use crate::survival::result::{ConfidenceInterval, Interval};

/// The columns of a matrix, each under its number from 1.
fn numbered(table: Tidy, name: &str, matrix: ArrayView2<'_, f64>) -> Tidy {
    let columns = matrix.columns().into_iter().enumerate();
    columns
        .fold(table, |table, (k, column)| table.numbers(&format!("{name}_{}", k + 1), column.iter().copied()))
}

/// A row a row of the data. Score and dfbeta residuals have a column for each coefficient, `score_1`, …, `dfbeta_1`, …; under
/// exact ties they do not exist. Those of the events are [`Residuals::tidy_events`].
impl ToRecordBatch for Residuals {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut table = Tidy::default()
            .counts("row", (0..self.martingale().len()).map(|i| Some(i as u64)))
            .numbers("martingale", self.martingale().iter().copied())
            .numbers("deviance", self.deviance().iter().copied())
            .numbers("expected", self.expected().iter().copied());
        if let (Ok(score), Ok(dfbeta)) = (self.score(), self.dfbeta()) {
            table = numbered(numbered(table, "score", score), "dfbeta", dfbeta);
        }
        Ok(table)
    }
}

impl Residuals {
    /// The residuals of the events as a table: `time, schoenfeld_1, …, scaled_schoenfeld_1, …`, a row an event and a column a
    /// coefficient.
    #[must_use]
    pub fn tidy_events(&self) -> Tidy {
        let table = Tidy::default().numbers("time", self.event_times().iter().copied());
        let table = numbered(table, "schoenfeld", self.schoenfeld());
        numbered(table, "scaled_schoenfeld", self.scaled_schoenfeld())
    }
}

/// A row a row of the data. Those of the events are [`SubdistributionResiduals::tidy_events`].
impl ToRecordBatch for SubdistributionResiduals {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let table = Tidy::default()
            .counts("row", (0..self.martingale().len()).map(|i| Some(i as u64)))
            .numbers("martingale", self.martingale().iter().copied());
        Ok(numbered(numbered(table, "score", self.score()), "dfbeta", self.dfbeta()))
    }
}

impl SubdistributionResiduals {
    /// The residuals of the events as a table: `time, schoenfeld_1, …, scaled_schoenfeld_1, …`, a row an event and a column a
    /// coefficient.
    #[must_use]
    pub fn tidy_events(&self) -> Tidy {
        let table = Tidy::default().numbers("time", self.event_times().iter().copied());
        let table = numbered(table, "schoenfeld", self.schoenfeld());
        numbered(table, "scaled_schoenfeld", self.scaled_schoenfeld())
    }
}

/// The limits are at the level of the prediction.
impl ToRecordBatch for [Predicted] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .numbers("estimate", self.iter().map(Predicted::value))
            .numbers("std_error", self.iter().map(Predicted::std_error))
            .numbers("lower", self.iter().map(|p| p.bounds().map(|b| b.0)))
            .numbers("upper", self.iter().map(|p| p.bounds().map(|b| b.1))))
    }
}

/// The hazard and survival at the means of the covariates.
fn at_means(curve: &PredictedCurve, interval: Interval) -> Result<Tidy> {
    let times = curve.times();
    let between: Vec<_> = times.iter().map(|&t| curve.interval(t, interval)).collect::<Result<_>>()?;
    let table = Tidy::default()
        .numbers("time", times.iter().copied())
        .numbers("cumulative_hazard", times.iter().map(|&t| curve.cumulative_hazard().value(t).ok()))
        .numbers("survival", times.iter().map(|&t| curve.value(t).ok()))
        .numbers("std_error", times.iter().map(|&t| curve.std_error(t).ok()));
    Ok(limits(table, &between))
}

/// Hazard and survival at the means of the covariates, a row an event time; with strata each has its rows. A limit of a monotone
/// likelihood has none.
impl ToRecordBatch for Baseline {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let labels: Vec<&str> = self.strata().collect();
        if labels.is_empty() {
            return at_means(&self.at_means()?, interval);
        }
        let parts = labels.into_iter().map(|label| {
            Ok(at_means(&self.stratum(label)?.at_means()?, interval)?.with_label("stratum", label))
        });
        Tidy::stack(parts.collect::<Result<Vec<_>>>()?)
    }
}

/// The hazard for covariates 0; `stratum` is empty where there is one alone.
impl ToRecordBatch for [SubdistributionBaseline] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut rows = Vec::new();
        for baseline in self {
            let mut sum = 0.0;
            for (&time, &jump) in baseline.times().iter().zip(baseline.jumps()) {
                sum += jump;
                rows.push((baseline.label(), time, jump, sum));
            }
        }
        Ok(Tidy::default()
            .texts("stratum", rows.iter().map(|r| Some(r.0.into())))
            .numbers("time", rows.iter().map(|r| r.1))
            .numbers("jump", rows.iter().map(|r| r.2))
            .numbers("cumulative_hazard", rows.iter().map(|r| r.3)))
    }
}

/// A row a measure; D alone has an error.
impl ToRecordBatch for ExplainedVariation {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let d = self.d();
        let none = ConfidenceInterval { lower: None, upper: None, level: interval.confidence_level() };
        let rows = [
            ("d", d.value().ok()),
            ("r2_d", self.r2_d()),
            ("kent_oquigley", self.kent_oquigley()),
            ("nagelkerke", self.nagelkerke()),
            ("gonen_heller", self.gonen_heller()),
        ];
        let table = Tidy::default()
            .texts("measure", rows.map(|r| Some(r.0.into())))
            .numbers("estimate", rows.map(|r| r.1))
            .numbers("std_error", [d.std_error().ok(), None, None, None, None]);
        Ok(limits(table, &[d.interval(interval)?, none, none, none, none]))
    }
}

/// Both concordances and their difference.
impl ToRecordBatch for ConcordanceDifference {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let rows = [
            ("first", self.first().estimate()),
            ("second", self.second().estimate()),
            ("difference", self.estimate()),
        ];
        estimates(&rows.map(|(name, estimate)| (name.to_string(), estimate)), "quantity", interval)
    }
}

impl ToRecordBatch for [EffectTest] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .texts("term", self.iter().map(|t| Some(t.name().into())))
            .numbers("supremum", self.iter().map(EffectTest::supremum))
            .numbers("supremum_p_value", self.iter().map(EffectTest::supremum_p_value))
            .numbers("departure", self.iter().map(EffectTest::departure))
            .numbers("departure_p_value", self.iter().map(EffectTest::departure_p_value)))
    }
}

/// A row a model; those that could not be fitted are [`Comparison::refused`].
impl ToRecordBatch for Comparison {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows = self.rows();
        Ok(Tidy::default()
            .texts("distribution", rows.iter().map(|r| Some(r.distribution.clone())))
            .counts("coefficients", rows.iter().map(|r| Some(r.coefficients as u64)))
            .numbers("log_likelihood", rows.iter().map(|r| r.log_likelihood))
            .numbers("aic", rows.iter().map(|r| r.aic))
            .numbers("aicc", rows.iter().map(|r| r.aicc))
            .numbers("bic", rows.iter().map(|r| r.bic))
            .numbers("weight", rows.iter().map(|r| r.weight))
            .texts("diagnosis", rows.iter().map(|r| Some(r.diagnosis.clone()))))
    }
}

/// The limits are those of the extrapolation.
impl ToRecordBatch for Extrapolation {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows = self.rows();
        Ok(Tidy::default()
            .numbers("time", rows.iter().map(|r| r.time))
            .flags("observed", rows.iter().map(|r| r.observed))
            .numbers("survival", rows.iter().map(|r| r.survival))
            .numbers("lower", rows.iter().map(|r| r.limits.map(|l| l.0)))
            .numbers("upper", rows.iter().map(|r| r.limits.map(|l| l.1)))
            .numbers("hazard", rows.iter().map(|r| r.hazard)))
    }
}
