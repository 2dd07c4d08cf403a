//! A result as a tidy table: a column a quantity, a row an observation; as a record batch, CSV or lines of JSON.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{Field, Schema};

use crate::error::{Error, FileError, Result};

/// A column's values; `None` is what cannot be estimated or does not exist.
#[derive(Debug, Clone, PartialEq)]
enum Values {
    Numbers(Vec<Option<f64>>),
    Counts(Vec<Option<u64>>),
    Flags(Vec<Option<bool>>),
    Texts(Vec<Option<String>>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(v) => v.len(),
            Self::Counts(v) => v.len(),
            Self::Flags(v) => v.len(),
            Self::Texts(v) => v.len(),
        }
    }

    fn array(&self) -> ArrayRef {
        match self {
            Self::Numbers(v) => Arc::new(Float64Array::from(v.clone())),
            Self::Counts(v) => Arc::new(UInt64Array::from(v.clone())),
            Self::Flags(v) => Arc::new(BooleanArray::from(v.clone())),
            Self::Texts(v) => Arc::new(StringArray::from(v.clone())),
        }
    }

    /// Adds the values of another column of the same kind.
    fn extend(&mut self, other: Self) -> bool {
        match (self, other) {
            (Self::Numbers(a), Self::Numbers(b)) => a.extend(b),
            (Self::Counts(a), Self::Counts(b)) => a.extend(b),
            (Self::Flags(a), Self::Flags(b)) => a.extend(b),
            (Self::Texts(a), Self::Texts(b)) => a.extend(b),
            _ => return false,
        }
        true
    }

    /// The cell as text, unquoted, and whether JSON wants quotes around it. Returns `None` if there is no value.
    fn cell(&self, row: usize) -> Option<(String, bool)> {
        match self {
            Self::Numbers(v) => v[row].map(|x| {
                if x.is_finite() { (x.to_string(), false) } else { (infinite(x).to_string(), true) }
            }),
            Self::Counts(v) => v[row].map(|n| (n.to_string(), false)),
            Self::Flags(v) => v[row].map(|b| (b.to_string(), false)),
            Self::Texts(v) => v[row].clone().map(|t| (t, true)),
        }
    }
}

fn infinite(x: f64) -> &'static str {
    if x > 0.0 { "Inf" } else { "-Inf" }
}

/// A result as a table with named columns of one type each.
///
/// | written as | a missing value is | an infinite one |
/// |---|---|---|
/// | [`to_record_batch`](Self::to_record_batch) | null | infinite |
/// | [`to_csv`](Self::to_csv) | an empty cell | `Inf`, `-Inf` |
/// | [`to_json_lines`](Self::to_json_lines) | `null` | `"Inf"`, `"-Inf"` |
///
/// Numbers are written with all digits that their value needs. The names of the columns are those of
/// [`ToRecordBatch`], and stable.
///
/// # Example
/// ```
/// use greenwood::columns::{Tidy, ToRecordBatch};
/// use greenwood::survival::{Groups, KaplanMeier, RightCensored};
///
/// let data = RightCensored::new(&[6.0, 7.0, 10.0, 15.0], &[true, false, true, true])?;
/// let arm = Groups::new(&["new", "new", "old", "old"]);
/// let curves = KaplanMeier::by_group(&data, &arm)?;
/// let parts = curves.iter().zip(arm.labels()).map(|(curve, label)| curve.tidy().with_label("arm", label));
/// let table = Tidy::stack(parts)?;
/// assert_eq!(table.names()[..3], ["arm", "time", "at_risk"]);
/// assert!(table.to_csv().starts_with("arm,time,at_risk,events,censored,survival,std_error,lower,upper\nnew,6,2,1,0,0.5,"));
/// assert_eq!(table.to_record_batch()?.num_rows(), 4);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tidy {
    columns: Vec<(String, Values)>,
}

impl Tidy {
    pub(super) fn numbers(
        self,
        name: &str,
        values: impl IntoIterator<Item = impl Into<Option<f64>>>,
    ) -> Self {
        // A value that is no number is none.
        let values = values.into_iter().map(|x| x.into().filter(|x| !x.is_nan())).collect();
        self.with(name, Values::Numbers(values))
    }

    pub(super) fn counts(self, name: &str, values: impl IntoIterator<Item = Option<u64>>) -> Self {
        self.with(name, Values::Counts(values.into_iter().collect()))
    }

    pub(super) fn flags(self, name: &str, values: impl IntoIterator<Item = bool>) -> Self {
        self.with(name, Values::Flags(values.into_iter().map(Some).collect()))
    }

    pub(super) fn texts(self, name: &str, values: impl IntoIterator<Item = Option<String>>) -> Self {
        self.with(name, Values::Texts(values.into_iter().collect()))
    }

    fn with(mut self, name: &str, values: Values) -> Self {
        self.columns.push((name.into(), values));
        self
    }

    /// The names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// Are there no rows?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// With a first column that holds one text in all rows: the group, the analysis, the file.
    #[must_use]
    pub fn with_label(self, column: &str, label: &str) -> Self {
        let values = vec![Some(label.into()); self.len()];
        self.texts_first(column, values)
    }

    /// With a first column of texts, one for each row.
    pub(super) fn texts_first(mut self, column: &str, values: Vec<Option<String>>) -> Self {
        self.columns.insert(0, (column.into(), Values::Texts(values)));
        self
    }

    /// The rows of several tables of the same columns, one after the other.
    ///
    /// # Errors
    /// [`FileError::UnknownColumn`](crate::FileError::UnknownColumn) where a table has other columns than the first.
    pub fn stack(parts: impl IntoIterator<Item = Self>) -> Result<Self> {
        let mut parts = parts.into_iter();
        let Some(mut whole) = parts.next() else { return Ok(Self::default()) };
        for part in parts {
            let strange = |name: &str| {
                Err(Error::File(FileError::UnknownColumn {
                    column: name.into(),
                    known: whole.names().join(", "),
                }))
            };
            if part.columns.len() != whole.columns.len() {
                return strange(part.names().last().unwrap_or(&""));
            }
            let other = part.columns.iter().zip(&whole.columns).find(|(a, b)| a.0 != b.0);
            if let Some((column, _)) = other {
                return strange(&column.0);
            }
            for ((name, values), (_, more)) in whole.columns.iter_mut().zip(part.columns) {
                if !values.extend(more) {
                    let known = format!("another one of that name, \"{name}\", with values of another kind");
                    return Err(Error::File(FileError::UnknownColumn { column: name.clone(), known }));
                }
            }
        }
        Ok(whole)
    }

    /// The table as a record batch of Arrow: `Float64`, `UInt64`, `Boolean` and `Utf8` columns, all nullable.
    ///
    /// # Errors
    /// [`FileError::DuplicateColumn`](crate::FileError::DuplicateColumn), as after two labels of one name.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let arrays: Vec<ArrayRef> = self.columns.iter().map(|(_, values)| values.array()).collect();
        let fields = self.columns.iter().zip(&arrays);
        let fields: Vec<Field> =
            fields.map(|((name, _), array)| Field::new(name, array.data_type().clone(), true)).collect();
        for (i, (name, _)) in self.columns.iter().enumerate() {
            if let Some(first) = self.columns[..i].iter().position(|(other, _)| other == name) {
                return Err(Error::File(FileError::DuplicateColumn {
                    column: name.clone(),
                    first,
                    second: i,
                }));
            }
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|e| Error::File(FileError::DataSet { action: "written", why: e.to_string() }))
    }

    /// The table as comma-separated values (RFC 4180), the names of the columns first.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let quoted = |text: &str| {
            let special = text.contains(['"', ',', '\n', '\r']);
            if special { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
        };
        let header: Vec<String> = self.columns.iter().map(|(name, _)| quoted(name)).collect();
        let mut text = header.join(",") + "\n";
        for row in 0..self.len() {
            let cell = |values: &Values| values.cell(row).map_or(String::new(), |(cell, _)| quoted(&cell));
            let cells: Vec<String> = self.columns.iter().map(|(_, values)| cell(values)).collect();
            text += &cells.join(",");
            text.push('\n');
        }
        text
    }

    /// The table as lines of JSON: an object a row.
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        let mut text = String::new();
        for row in 0..self.len() {
            let cell = |values: &Values| match values.cell(row) {
                None => "null".to_string(),
                Some((cell, true)) => json_string(&cell),
                Some((cell, false)) => cell,
            };
            let fields: Vec<String> = self
                .columns
                .iter()
                .map(|(name, values)| format!("{}: {}", json_string(name), cell(values)))
                .collect();
            let _ = writeln!(text, "{{{}}}", fields.join(", "));
        }
        text
    }
}

/// A text in quotation marks, as JSON wants it.
fn json_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c < ' ' => _ = write!(quoted, "\\u{:04x}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Results that can be written as a table. The names of the columns are part of the interface:
///
/// | result | columns |
/// |---|---|
/// | `SurvivalCurve` | `time, at_risk, events, censored, survival, std_error, lower, upper` |
/// | `[SurvivalEstimate]` (`at_many`) | `time, at_risk, events, survival, std_error, lower, upper, not_estimable` |
/// | `CumulativeHazard` | `time, at_risk, events, censored, cumulative_hazard, std_error, lower, upper` |
/// | `[HazardEstimate]`; `StepFunction` | `time, cumulative_hazard, std_error, lower, upper, not_estimable`; `time, value, std_error, lower, upper` |
/// | `[Quantile]` | `p, estimate, lower, upper, not_estimable` |
/// | `SurvivalBand` | `time, lower, upper` |
/// | `TurnbullCurve` | `left, right, left_closed, right_closed, mass, survival_after` |
/// | `TurnbullBootstrap` | `time, survival_lower, survival_upper, std_error, lower, upper` |
/// | `[SmallRiskSet]` | `time, at_risk, at_risk_later, share, condition_on` |
/// | `CumulativeIncidence` | `time, cause, at_risk, events, censored, incidence, std_error, lower, upper` |
/// | `StateOccupation` | `time, state, at_risk, probability, std_error, lower, upper` |
/// | `MeanFunction` | `time, at_risk, events, terminal_events, mean, std_error, lower, upper` |
/// | `[MeanEstimate]` | `time, mean, std_error, lower, upper, not_estimable` |
/// | `[IncidenceRate]`, `IncidenceRate` | `events, person_time, rate, lower, upper` |
/// | `[EventRate]`, `EventRate` | the same, then `robust_std_error, robust_lower, robust_upper` |
/// | `RiskTable` (numbers at risk) | `time, at_risk, events, censored, entered, subjects_at_risk` |
/// | `RiskTables`, `CompetingRiskTables` | `group`, (`stratum`,) then as the table of one |
/// | `GridTable`, `[GridBound]` (of the curve of the data) | `time, lower, upper` |
/// | `CompetingRiskTable` | `time, cause, at_risk, events, censored, entered` |
/// | `[IncidenceEstimate]` | `time, at_risk, events, incidence, std_error, lower, upper, not_estimable` |
/// | `[IncidenceQuantile]` | `p, estimate, lower, upper` |
/// | `RestrictedMean`, `TimeLost` | `tau, estimate, std_error, lower, upper` |
/// | `SmoothedHazardCurve` | `time, hazard, std_error, lower, upper` |
/// | `LifeTable` | `start, end, entering, late, withdrawn, events, effective, conditional, survival, std_error, lower, upper, density, density_std_error, hazard, hazard_std_error, median_residual, median_residual_std_error` |
/// | `[TransitionMatrix]`, `TransitionMatrix` | `from_time, time, from, to, probability, std_error` |
/// | `[TimeInState]` | `state, tau, estimate, std_error, lower, upper` |
/// | `OccupationPath` | `time, state, probability` |
/// | `[PredictedOccupation]`, `PredictedOccupation` | `time, state, probability, std_error, lower, upper` |
/// | `trial::StateAnalysis` | `arm`, then as `StateOccupation` |
/// | `MarkovTestResult`; `[MarkovLandmark]` | `test, landmark, statistic, df, p_value`; `landmark, group, subjects, observed, expected` |
/// | `HistoryCheck`; `[HistoryProblem]` | `from, to, transitions`; `problem, id, row, repeats` |
/// | `[TestSummary]`, `TestSummary`, and every test alone (`LogRankTest`, `GrayTest`, …) | `method, statistic, df, p_value, subjects, events` |
/// | `LogRankTest::tidy_groups` | `group, observed, expected` |
/// | `PairwiseTest`, `PairwiseGrayTest` | the same, then `group, reference, adjusted_p_value` |
/// | `ProportionalHazards` | `covariate, statistic, df, p_value`, the last row being `GLOBAL` |
/// | `PredictedCurve` | `time, survival, std_error, lower, upper` |
/// | `Baseline` | (`stratum`,) `time, cumulative_hazard, survival, std_error, lower, upper` at the means of the covariates |
/// | `[SubdistributionBaseline]` | `stratum, time, jump, cumulative_hazard` |
/// | `Residuals` | `row, martingale, deviance, expected, score_1, …, dfbeta_1, …` |
/// | `Residuals::tidy_events` | `time, schoenfeld_1, …, scaled_schoenfeld_1, …` |
/// | `SubdistributionResiduals`; `tidy_events` | `row, martingale, score_1, …, dfbeta_1, …`; as of `Residuals` |
/// | `SubdistributionRows` | `row, start, stop, event, weight` |
/// | `[Predicted]` of a parametric model | `estimate, std_error, lower, upper` |
/// | `ExplainedVariation` | `measure, estimate, std_error, lower, upper` |
/// | `[RiskEstimate]` of `CauseSpecificRisk` | `time, incidence, std_error, lower, upper` |
/// | `AdditiveModel` | `time, term, at_risk, cumulative_coefficient, std_error, lower, upper` |
/// | `QuantileModel` | `tau, term, coefficient, std_error, lower, upper` |
/// | `RestrictedMeanModel` | `term, estimate, std_error, lower, upper, p_value, scale` |
/// | `ConcordanceEstimate` | `concordance, std_error, lower, upper, concordant, discordant, tied` |
/// | `ConcordanceDifference` | `quantity`, then as `Estimate` |
/// | `[EffectTest]` | `term, supremum, supremum_p_value, departure, departure_p_value` |
/// | `BrierCurve`, `[BrierScore]` | `time, brier_score, std_error, lower, upper, null_score, scaled` |
/// | `CalibrationTable` | `upper_risk, subjects, mean_risk, observed, std_error, lower, upper` |
/// | `RocCurve` | `threshold, sensitivity, false_positives` |
/// | `PseudoValues` | `subject, time, pseudo_value` |
/// | `CoxModel`, `FineGrayModel`, `FrailtyModel`, `MultiStateCoxModel` | `term, coefficient, std_error, z, p_value, hazard_ratio, lower, upper, status` |
/// | `ParametricModel` | `term, coefficient, std_error, lower, upper` (working scale)`, parameter, value` (natural scale)`, not_estimable` |
/// | `Comparison` of distributions | `distribution, coefficients, log_likelihood, aic, aicc, bic, weight, diagnosis` |
/// | `Extrapolation` | `time, observed, survival, lower, upper, hazard` |
/// | `[Estimate]`, `Estimate`, `HazardRatio`, `AverageRatio`, `SurvivalContrast` | `estimate, std_error, lower, upper, p_value, scale` |
/// | `MedianContrast` | `measure, estimate, lower, upper, not_estimable` |
/// | `InvertedLogRank` | `group, reference, hazard_ratio, lower, upper, p_value` |
/// | `Melded` | `time, measure, estimate, lower, upper, p_value` |
/// | `NumberNeeded` | `quantity, number, effect` |
/// | `WinStatistics` | `group, reference, wins, losses, ties, measure, estimate, std_error, lower, upper, p_value, scale` |
/// | `AdjustedWinStatistics` | `group, reference, wins, losses, measure, estimate, std_error, lower, upper, p_value, scale` |
/// | `[EndpointWins]`, `[EndpointShares]` | `endpoint, wins, losses` |
/// | `[StratumWins]` | `stratum, pairs, wins, losses, ties` |
/// | `[Proportion]`, `Proportion` | `events, subjects, proportion, lower, upper` |
/// | `[EffectEstimate]`, `EffectEstimate`, `trial::response::BinaryReport` | `measure, method, estimate, lower, upper, p_value` |
/// | `trial::response::BinaryContrast` | `group, reference`, then the same |
/// | `RightCensored`, `DigitizedArm` (its subjects) | `time, event`, then `entry`, `weight`, `stratum` where there are any |
/// | `trial::response::BinaryAnalysis` | `arm, responders, non_responders, dead, missing, not_due, counted_responders, counted, proportion, lower, upper` |
/// | `trial::Contrast`; `trial::CensoringBounds` | `group, reference, method`; `scenario`; then as `Estimate`, of hazard ratios |
/// | `trial::NumbersAtRisk`; `trial::CensoringReasons` | `arm, months, at_risk, censored, events`; `arm, reason, subjects` |
/// | `trial::FollowUp`; `trial::Flow` | `median, lower, upper, observed, potential, minimum, completeness`, in months; `stage, arm, subjects` |
/// | `trial::Comparisons` | `label, group, reference, endpoint, population, subjects, events, reference_subjects, reference_events, incidence, reference_incidence, hazard_ratio, lower, upper, p_value, competing` |
/// | `trial::Subgroups` | `factor, level, group, reference, subjects, events, reference_subjects, reference_events, hazard_ratio, lower, upper, interaction_p_value` |
/// | `trial::TippingPoint`; `trial::Fragility` | `delta, hazard_ratio, p_value`; `index, p_before, p_after` |
/// | `trial::AdverseEventTable` | `term, arm, subjects, with_event, proportion, lower, upper, events, years, rate, rate_lower, rate_upper` |
/// | `Boundaries`, `MultiArmBoundaries` | `look, fraction, efficacy_z, futility_z,` (`harm_z, nominal_p,`) `alpha_spent` (`, power`) |
/// | `SequentialPlan` | as `Boundaries`, then `events, subjects, time, critical_hazard_ratio` |
/// | every other plan of a design | `quantity, value` |
/// | `[Allocation]` (a randomisation list) | `stratum, number, block, arm` |
/// | `StagewiseResult`; `ClosedTestResult` | `quantity, estimate, lower, upper, p_value`; `arms, look, p_value, z, rejected` |
/// | `Forecast` | `event, months, earliest, latest` |
/// | `Consistency`; `ArmOrders` | `figure, without, lower, upper`; `pattern, events, at_risk, with_ties` |
/// | `Interleavings` | `observed_minus_expected, variance, statistic, p_value, orders, example` |
/// | `ReportedHazardRatio` | `group, reference, hazard_ratio, std_error, lower, upper, p_value, source` |
/// | `OperatingCharacteristics`; `SimulationStudy` | `quantity, value, std_error` (of Monte Carlo); `scenario` before them |
/// | `trial::report::Table` | its header, as text |
/// | `trial::Report` | `table, row, column, value` |
///
/// `lower` and `upper` are 95 % limits on the default scale of the result (of the hazard ratio in a `CoxModel` or `FineGrayModel`; exact ones of rates and proportions);
/// [`tidy_with`](Self::tidy_with) takes another level or scale. `std_error` is on the scale of the estimate for curves, and on the
/// working scale that `scale` names for an `Estimate`. What cannot be estimated is null, with the reason in
/// `not_estimable` where there is such a column.
pub trait ToRecordBatch {
    /// The result as a table, with limits by this interval where it has limits.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a level outside (0, 1).
    fn tidy_with(&self, interval: crate::survival::result::interval::Interval) -> Result<Tidy>;

    /// The result as a table.
    #[must_use]
    fn tidy(&self) -> Tidy {
        // The default level is a level.
        self.tidy_with(crate::survival::result::interval::Interval::default()).unwrap_or_default()
    }

    /// The result as a record batch.
    ///
    /// # Errors
    /// As [`Tidy::to_record_batch`].
    fn to_record_batch(&self) -> Result<RecordBatch> {
        self.tidy().to_record_batch()
    }
}
