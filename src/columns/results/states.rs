//! What recurs, and what has several states.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::curve::incidence_rate::IncidenceRate;
use crate::survival::data::{HistoryCheck, HistoryProblem};
use crate::survival::multi_state::{
    MarkovLandmark, MarkovTestResult, OccupationEstimate, StateOccupation, TimeInState, TransitionMatrix,
};
use crate::survival::recurrent::{EventRate, MeanEstimate, MeanFunction, MeanRow};
use crate::survival::regression::multi_state_cox::{OccupationPath, PredictedOccupation};
use crate::survival::result::Interval;
use crate::trial::Label;
use crate::trial::facts::label::label;
use crate::trial::states::StateAnalysis;

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
            .numbers("std_error", rows.iter().map(|row| row.std_error().ok()));
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
            .numbers("probability", rows.iter().map(|r| r.0.probability(r.1, r.2).ok()))
            .numbers("std_error", rows.iter().map(|r| r.0.std_error(r.1, r.2).ok())))
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
            .numbers("std_error", self.iter().map(|t| t.std_error().ok()));
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

/// The expected number of events up to times.
impl ToRecordBatch for [MeanEstimate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", self.iter().map(MeanEstimate::time))
            .numbers("mean", self.iter().map(|e| e.value().ok()))
            .numbers("std_error", self.iter().map(|e| e.std_error().ok()));
        let reason = |e: &MeanEstimate| e.value().err().map(|because| because.to_string());
        Ok(limits(table, &between).texts("not_estimable", self.iter().map(reason)))
    }
}

/// The rate with limits that are exact for Poisson's law, and with those of the subjects' sums (`robust_…`).
impl ToRecordBatch for [EventRate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let poisson: Vec<IncidenceRate> = self.iter().map(EventRate::poisson).collect();
        let robust: Vec<_> = self.iter().map(|r| r.robust().interval(interval)).collect::<Result<_>>()?;
        Ok(poisson
            .tidy_with(interval)?
            .numbers("robust_std_error", self.iter().map(|r| r.robust().std_error().ok()))
            .numbers("robust_lower", robust.iter().map(|i| i.lower))
            .numbers("robust_upper", robust.iter().map(|i| i.upper)))
    }
}

impl ToRecordBatch for EventRate {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}

/// A row a time and state.
impl ToRecordBatch for OccupationPath {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let of_states = |(time, p)| self.states().iter().zip(p).map(move |(s, &p): (_, &f64)| (time, s, p));
        let rows: Vec<(f64, &String, f64)> = self.rows().flat_map(of_states).collect();
        Ok(Tidy::default()
            .numbers("time", rows.iter().map(|r| r.0))
            .texts("state", rows.iter().map(|r| Some(r.1.clone())))
            .numbers("probability", rows.iter().map(|r| r.2)))
    }
}

/// A row a time and state.
impl ToRecordBatch for [PredictedOccupation] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let of_states = |p: &PredictedOccupation| {
            let states = p.states().iter().cloned().zip(p.estimates().iter().copied());
            states.map(|(state, estimate)| (p.time(), state, estimate)).collect::<Vec<_>>()
        };
        let rows: Vec<(f64, String, OccupationEstimate)> = self.iter().flat_map(of_states).collect();
        let between: Vec<_> = rows.iter().map(|r| r.2.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", rows.iter().map(|r| r.0))
            .texts("state", rows.iter().map(|r| Some(r.1.clone())))
            .numbers("probability", rows.iter().map(|r| r.2.value().ok()))
            .numbers("std_error", rows.iter().map(|r| r.2.std_error().ok()));
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for PredictedOccupation {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}

/// The occupation of the states in each arm.
impl<A: Label, S: Label> ToRecordBatch for StateAnalysis<A, S> {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let part = |&arm: &A| Ok(self.occupation(arm)?.tidy_with(interval)?.with_label("arm", &label(&arm)));
        Tidy::stack(self.arms().iter().map(part).collect::<Result<Vec<_>>>()?)
    }
}

/// A row a landmark, then the test of their mean and that of the largest, whose p-values are by simulation.
impl ToRecordBatch for MarkovTestResult {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows = self.landmarks();
        let all = [("mean", self.p_value()), ("largest", self.p_value_of_largest())];
        let names = rows.iter().map(|_| "landmark").chain(all.map(|a| a.0));
        Ok(Tidy::default()
            .texts("test", names.map(|name| Some(name.into())))
            .numbers("landmark", rows.iter().map(|l| Some(l.time())).chain([None; 2]))
            .numbers("statistic", rows.iter().map(|l| Some(l.statistic())).chain([None; 2]))
            .counts("df", rows.iter().map(|l| Some(l.df() as u64)).chain([None; 2]))
            .numbers("p_value", rows.iter().map(MarkovLandmark::p_value).chain(all.map(|a| a.1))))
    }
}

/// A row a landmark and the state in which subjects were at it.
impl ToRecordBatch for [MarkovLandmark] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let cells = || self.iter().flat_map(|l| (0..l.groups().len()).map(move |k| (l, k)));
        Ok(Tidy::default()
            .numbers("landmark", cells().map(|(l, _)| l.time()))
            .texts("group", cells().map(|(l, k)| Some(l.groups()[k].clone())))
            .counts("subjects", cells().map(|(l, k)| Some(l.subjects()[k] as u64)))
            .numbers("observed", cells().map(|(l, k)| l.observed()[k]))
            .numbers("expected", cells().map(|(l, k)| l.expected()[k])))
    }
}

/// A row a pair of states: how many rows lead from the one to the other.
impl ToRecordBatch for HistoryCheck {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let states = self.states();
        let cells = || (0..states.len()).flat_map(|i| (0..states.len()).map(move |j| (i, j)));
        Ok(Tidy::default()
            .texts("from", cells().map(|(i, _)| Some(states[i].clone())))
            .texts("to", cells().map(|(_, j)| Some(states[j].clone())))
            .counts("transitions", cells().map(|(i, j)| Some(self.transitions()[i][j] as u64))))
    }
}

/// A row a problem; rows are counted from 0.
impl ToRecordBatch for [HistoryProblem] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .texts("problem", self.iter().map(|p| Some(p.kind().to_string())))
            .texts("id", self.iter().map(|p| Some(p.id().into())))
            .counts("row", self.iter().map(|p| Some(p.row() as u64)))
            .counts("repeats", self.iter().map(|p| p.repeats().map(|r| r as u64))))
    }
}
