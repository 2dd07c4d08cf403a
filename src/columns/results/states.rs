//! What recurs, and what has several states.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::curve::incidence_rate::IncidenceRate;
use crate::survival::multi_state::{OccupationEstimate, StateOccupation, TimeInState, TransitionMatrix};
use crate::survival::recurrent::{MeanFunction, MeanRow};
use crate::survival::result::Interval;

impl ToRecordBatch for MeanFunction {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let rows = self.rows();
        let between: Vec<_> =
            rows.iter().map(|row| self.row_estimate(row).interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", rows.iter().map(MeanRow::time))
            .numbers("at_risk", rows.iter().map(MeanRow::at_risk))
            .numbers("events", rows.iter().map(MeanRow::events))
            .numbers("terminal_events", rows.iter().map(MeanRow::terminal_events))
            .numbers("mean", rows.iter().map(MeanRow::value))
            .numbers("std_error", rows.iter().map(MeanRow::std_error));
        Ok(limits(table, &between))
    }
}

/// A row a time and state.
impl ToRecordBatch for StateOccupation {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let states = self.states();
        let mut rows: Vec<(f64, &String, u32, OccupationEstimate)> = Vec::new();
        for (i, (time, of_states)) in self.rows().enumerate() {
            let at_risk = self.at_risk(i);
            rows.extend((0..states.len()).map(|k| (time, &states[k], at_risk[k], of_states[k])));
        }
        let between: Vec<_> = rows.iter().map(|r| r.3.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", rows.iter().map(|r| r.0))
            .texts("state", rows.iter().map(|r| Some(r.1.clone())))
            .counts("at_risk", rows.iter().map(|r| Some(r.2.into())))
            .numbers("probability", rows.iter().map(|r| r.3.value().ok()))
            .numbers("std_error", rows.iter().map(|r| r.3.std_error().ok()));
        Ok(limits(table, &between))
    }
}

/// A row a time and a pair of states.
impl ToRecordBatch for [TransitionMatrix] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut rows = Vec::new();
        for matrix in self {
            let states = matrix.states().len();
            rows.extend((0..states * states).map(|i| (matrix, i / states, i % states)));
        }
        let state = |matrix: &TransitionMatrix, k: usize| Some(matrix.states()[k].clone());
        Ok(Tidy::default()
            .numbers("from_time", rows.iter().map(|r| r.0.times().0))
            .numbers("time", rows.iter().map(|r| r.0.times().1))
            .texts("from", rows.iter().map(|r| state(r.0, r.1)))
            .texts("to", rows.iter().map(|r| state(r.0, r.2)))
            .numbers("probability", rows.iter().map(|r| r.0.probability(r.1, r.2)))
            .numbers("std_error", rows.iter().map(|r| r.0.std_error(r.1, r.2))))
    }
}

impl ToRecordBatch for TransitionMatrix {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}

impl ToRecordBatch for [TimeInState] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|t| t.estimate().interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .texts("state", self.iter().map(|t| Some(t.state().into())))
            .numbers("tau", self.iter().map(TimeInState::tau))
            .numbers("estimate", self.iter().map(TimeInState::value))
            .numbers("std_error", self.iter().map(TimeInState::std_error));
        Ok(limits(table, &between))
    }
}

/// The limits are exact, at the level of the interval.
impl ToRecordBatch for [IncidenceRate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let level = interval.confidence_level();
        let between: Vec<_> = self.iter().map(|rate| rate.interval(level)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .counts("events", self.iter().map(|rate| Some(rate.events())))
            .numbers("person_time", self.iter().map(IncidenceRate::person_time))
            .numbers("rate", self.iter().map(IncidenceRate::value));
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for IncidenceRate {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}
