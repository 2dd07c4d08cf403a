//! The rows on the scale of the search.

use std::sync::Arc;

/// So many rows are enough for a start.
const PART: usize = 1 << 14;

/// The rows on the scale of the search.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// The limits as they were given, and what they are multiplied by.
    pub raw: [Arc<Vec<f64>>; 2],
    pub per_unit: f64,
    /// −∞ where a row is under observation from the start.
    pub entry: Option<Vec<f64>>,
    /// By when the event came, since the row would not be there otherwise; ∞ where that is not so.
    pub until: Option<Vec<f64>>,
    pub weight: Option<Vec<f64>>,
    pub offset: Option<Vec<f64>>,
    pub stratum: Option<Vec<u32>>,
    /// The columns of the design, centred and scaled.
    pub columns: Vec<Vec<f64>>,
    /// The time, or its logarithm, where that alone is needed.
    pub y: Vec<f64>,
    pub kinds: Vec<Kind>,
    /// The population's rate at an exact time; its cumulative hazard between two limits.
    pub background: Option<Vec<f64>>,
}

/// Is a row one of those for which a location-scale family has a short formula?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Censored,
    Exact,
    Other,
}

impl Rows {
    pub fn has_events(&self) -> bool {
        (0..self.len()).any(|i| self.weight(i) > 0.0 && self.is_event(i))
    }

    /// Every so manieth row is a part that is searched first: at least a sixteenth, from whose maximum the whole takes few steps.
    pub fn step_of_a_part(&self) -> usize {
        (self.len() / PART).min(16)
    }

    pub fn len(&self) -> usize {
        self.raw[0].len()
    }

    /// The lower limit.
    pub fn lower(&self, row: usize) -> f64 {
        self.raw[0][row] * self.per_unit
    }

    /// The upper limit.
    pub fn upper(&self, row: usize) -> f64 {
        self.raw[1][row] * self.per_unit
    }

    pub fn weight(&self, row: usize) -> f64 {
        self.weight.as_ref().map_or(1.0, |w| w[row])
    }

    /// Is the event known to have come by some time?
    pub fn is_event(&self, row: usize) -> bool {
        self.upper(row) < f64::INFINITY
    }

    /// The kinds of all rows.
    pub fn all_kinds(&self) -> Vec<Kind> {
        if self.background.is_some() || self.entry.is_some() || self.until.is_some() {
            return (0..self.len()).map(|row| self.kind(row)).collect();
        }
        // The same in short, for the most frequent data.
        let [lower, upper] = &self.raw;
        let kind = |((lower, upper), y): ((&f64, &f64), &f64)| {
            if !y.is_finite() {
                Kind::Other
            } else if *upper == f64::INFINITY {
                Kind::Censored
            } else if lower == upper {
                Kind::Exact
            } else {
                Kind::Other
            }
        };
        lower.iter().zip(upper.iter()).zip(&self.y).map(kind).collect()
    }

    /// The kind of a row.
    pub fn kind(&self, row: usize) -> Kind {
        let at_risk_from_start = self.entry.as_ref().is_none_or(|e| e[row] == f64::NEG_INFINITY);
        let background = self.background.as_ref().is_some_and(|b| b[row] > 0.0);
        let truncated = self.until.as_ref().is_some_and(|u| u[row] < f64::INFINITY);
        if background || !at_risk_from_start || truncated || !self.y[row].is_finite() {
            Kind::Other
        } else if self.upper(row) == f64::INFINITY {
            Kind::Censored
        } else if self.lower(row) == self.upper(row) {
            Kind::Exact
        } else {
            Kind::Other
        }
    }

    /// The rows at every multiple of a step.
    pub fn every(&self, step: usize) -> Self {
        fn pick<T: Copy>(values: &[T], step: usize) -> Vec<T> {
            values.iter().copied().step_by(step).collect()
        }
        let some = |column: &Option<Vec<f64>>| column.as_ref().map(|values| pick(values, step));
        Self {
            raw: self.raw.each_ref().map(|limits| Arc::new(pick(limits, step))),
            per_unit: self.per_unit,
            entry: some(&self.entry),
            until: some(&self.until),
            weight: some(&self.weight),
            offset: some(&self.offset),
            stratum: self.stratum.as_ref().map(|codes| pick(codes, step)),
            columns: self.columns.iter().map(|values| pick(values, step)).collect(),
            y: pick(&self.y, step),
            kinds: pick(&self.kinds, step),
            background: some(&self.background),
        }
    }
}
