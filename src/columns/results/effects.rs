//! How large an effect is.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::proportion::{EffectEstimate, EffectMeasure, Proportion, ProportionInterval};
use crate::survival::contrast::{
    AdjustedWinStatistics, EndpointShares, EndpointWins, InvertedLogRank, Measure, MedianContrast,
    MedianMeasure, NeededInterval, NeededValue, NumberNeeded, StratumWins, WinStatistics,
};
use crate::survival::result::{Estimate, Interval};
use crate::survival::small_sample::melded::Melded;

/// The interval is that of the contrast.
impl ToRecordBatch for MedianContrast {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let measure = match self.measure() {
            MedianMeasure::Difference => "difference",
            MedianMeasure::Ratio => "ratio",
        };
        let table =
            Tidy::default().texts("measure", [Some(measure.into())]).numbers("estimate", [self.value().ok()]);
        let reason = self.value().err().map(|because| because.to_string());
        Ok(limits(table, &[self.interval()]).texts("not_estimable", [reason]))
    }
}

/// The estimate, then the ends of its interval at the lower and upper limits of the difference of the probabilities of being
/// free of the event.
impl ToRecordBatch for NumberNeeded {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        use NeededValue::{Infinite, OneFewer, OneMore};
        let mut rows = vec![("estimate", self.value().ok())];
        rows.extend(self.interval().into_iter().flat_map(|interval| {
            let (lower, upper) = match interval {
                NeededInterval::Fewer { least, most } => (OneFewer(most), OneFewer(least)),
                NeededInterval::More { least, most } => (OneMore(least), OneMore(most)),
                NeededInterval::ThroughInfinity { more, fewer } => (OneMore(more), OneFewer(fewer)),
            };
            [("lower", Some(lower)), ("upper", Some(upper))]
        }));
        let number = |value: NeededValue| match value {
            OneFewer(n) | OneMore(n) => n,
            Infinite => f64::INFINITY,
        };
        let effect = |value: NeededValue| match value {
            OneFewer(_) => "one event fewer",
            OneMore(_) => "one event more",
            Infinite => "none",
        };
        Ok(Tidy::default()
            .texts("quantity", rows.iter().map(|r| Some(r.0.into())))
            .numbers("number", rows.iter().map(|r| r.1.map(number)))
            .texts("effect", rows.iter().map(|r| r.1.map(|value| effect(value).into()))))
    }
}

impl ToRecordBatch for InvertedLogRank {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let table = Tidy::default()
            .texts("group", [Some(self.group().into())])
            .texts("reference", [Some(self.reference().into())])
            .numbers("hazard_ratio", [self.value().ok()]);
        Ok(limits(table, &[InvertedLogRank::interval(self, interval)?])
            .numbers("p_value", [self.p_value(1.0)?]))
    }
}

/// A row a measure; all have one p-value.
impl ToRecordBatch for Melded {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let measures = [
            ("difference", Measure::Difference),
            ("ratio", Measure::Ratio),
            ("odds_ratio", Measure::OddsRatio),
        ];
        let level = interval.confidence_level();
        let between: Vec<_> = measures.iter().map(|m| self.interval(m.1, level)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("time", measures.map(|_| self.time()))
            .texts("measure", measures.map(|m| Some(m.0.into())))
            .numbers("estimate", measures.map(|m| self.estimate(m.1)));
        Ok(limits(table, &between).numbers("p_value", measures.map(|_| self.p_value())))
    }
}

/// A row a measure; who won at which endpoint are the rows of [`endpoints`](WinStatistics::endpoints), the test
/// is [`finkelstein_schoenfeld`](WinStatistics::finkelstein_schoenfeld).
impl ToRecordBatch for WinStatistics {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let measures = [
            ("win_ratio", self.win_ratio()),
            ("win_odds", self.win_odds()),
            ("net_benefit", self.net_benefit()),
        ];
        let between: Vec<_> = measures.iter().map(|m| m.1.interval(interval)).collect::<Result<_>>()?;
        let count = |n: u64| measures.map(|_| Some(n));
        let table = Tidy::default()
            .texts("group", measures.map(|_| Some(self.group().into())))
            .texts("reference", measures.map(|_| Some(self.reference().into())))
            .counts("wins", count(self.wins()))
            .counts("losses", count(self.losses()))
            .counts("ties", count(self.ties()))
            .texts("measure", measures.map(|m| Some(m.0.into())))
            .numbers("estimate", measures.map(|m| m.1.value().ok()))
            .numbers("std_error", measures.map(|m| m.1.std_error().ok()));
        Ok(limits(table, &between)
            .numbers("p_value", measures.map(|m| m.1.p_value()))
            .texts("scale", measures.map(|m| Some(format!("{:?}", m.1.scale())))))
    }
}

/// A row a measure; shares by the endpoint that decided are the rows of [`endpoints`](AdjustedWinStatistics::endpoints).
impl ToRecordBatch for AdjustedWinStatistics {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let measures = [
            ("win_ratio", self.win_ratio()),
            ("win_odds", self.win_odds()),
            ("net_benefit", self.net_benefit()),
        ];
        let between: Vec<_> = measures.iter().map(|m| m.1.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .texts("group", measures.map(|_| Some(self.group().into())))
            .texts("reference", measures.map(|_| Some(self.reference().into())))
            .numbers("wins", measures.map(|_| Some(self.wins())))
            .numbers("losses", measures.map(|_| Some(self.losses())))
            .texts("measure", measures.map(|m| Some(m.0.into())))
            .numbers("estimate", measures.map(|m| m.1.value().ok()))
            .numbers("std_error", measures.map(|m| m.1.std_error().ok()));
        Ok(limits(table, &between)
            .numbers("p_value", measures.map(|m| m.1.p_value()))
            .texts("scale", measures.map(|m| Some(format!("{:?}", m.1.scale())))))
    }
}

/// A row an endpoint, in their order of priority.
impl ToRecordBatch for [EndpointShares] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .texts("endpoint", self.iter().map(|e| Some(e.name().into())))
            .numbers("wins", self.iter().map(|e| Some(e.wins())))
            .numbers("losses", self.iter().map(|e| Some(e.losses()))))
    }
}

/// A row an endpoint, in their order of priority.
impl ToRecordBatch for [EndpointWins] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .texts("endpoint", self.iter().map(|e| Some(e.name().into())))
            .counts("wins", self.iter().map(|e| Some(e.wins())))
            .counts("losses", self.iter().map(|e| Some(e.losses()))))
    }
}

/// A row a stratum.
impl ToRecordBatch for [StratumWins] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .texts("stratum", self.iter().map(|s| Some(s.label().into())))
            .counts("pairs", self.iter().map(|s| Some(s.pairs())))
            .counts("wins", self.iter().map(|s| Some(s.wins())))
            .counts("losses", self.iter().map(|s| Some(s.losses())))
            .counts("ties", self.iter().map(|s| Some(s.ties()))))
    }
}

/// The limits are exact (Clopper and Pearson's), at the level of the interval.
impl ToRecordBatch for [Proportion] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let exact = ProportionInterval::clopper_pearson().level(interval.confidence_level());
        let between: Vec<_> = self.iter().map(|p| p.interval(exact)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .counts("events", self.iter().map(|p| Some(p.events())))
            .counts("subjects", self.iter().map(|p| Some(p.subjects())))
            .numbers("proportion", self.iter().map(Proportion::value));
        Ok(limits(table, &between))
    }
}

impl ToRecordBatch for Proportion {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}

/// The limits are those of each estimate's method.
impl ToRecordBatch for [EffectEstimate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let level = interval.confidence_level();
        let between: Vec<_> = self.iter().map(|e| e.interval(level)).collect::<Result<_>>()?;
        let measure = |e: &EffectEstimate| match e.measure() {
            EffectMeasure::Difference => "difference",
            EffectMeasure::Ratio => "ratio",
            EffectMeasure::OddsRatio => "odds_ratio",
        };
        let table = Tidy::default()
            .texts("measure", self.iter().map(|e| Some(measure(e).into())))
            .texts("method", self.iter().map(|e| Some(e.method().to_string())))
            .numbers("estimate", self.iter().map(|e| e.value().ok()));
        Ok(limits(table, &between).numbers("p_value", self.iter().map(EffectEstimate::p_value)))
    }
}

impl ToRecordBatch for EffectEstimate {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}

/// What each method makes of one difference: the columns of an estimate, a row each.
pub(super) fn estimates(rows: &[(String, Estimate)], name: &str, interval: Interval) -> Result<Tidy> {
    let values: Vec<Estimate> = rows.iter().map(|r| r.1).collect();
    let names = rows.iter().map(|r| Some(r.0.clone())).collect();
    Ok(values.tidy_with(interval)?.texts_first(name, names))
}
