//! Analyses of a trial.

use super::effects::estimates;
use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::proportion::{Proportion, ProportionInterval};
use crate::survival::curve::IncidenceRate;
use crate::survival::result::{ConfidenceInterval, Estimate, HazardRatioMethod, Interval};
use crate::trial::analysis::counts::name;
use crate::trial::analysis::{
    CensoringReasons, Comparisons, Contrast, Flow, FollowUp, NumbersAtRisk, Subgroups,
};
use crate::trial::facts::label::label;
use crate::trial::response::{BinaryContrast, BinaryReport};
use crate::trial::safety::{AdverseEventRow, AdverseEventTable};
use crate::trial::sensitivity::{CensoringBounds, Fragility, TippingPoint};
use crate::trial::{Label, Time};

/// A row an arm and time, in months.
impl<A: Label> ToRecordBatch for NumbersAtRisk<A> {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut rows = Vec::new();
        for &arm in self.arms() {
            let counts = self.at_risk(arm)?.into_iter().zip(self.censored(arm)?).zip(self.events(arm)?);
            for (time, ((at_risk, censored), events)) in self.times().iter().zip(counts) {
                rows.push((label(&arm), time.in_months(), [at_risk, censored, events]));
            }
        }
        let count = |k: usize| rows.iter().map(move |r| Some(r.2[k] as u64));
        Ok(Tidy::default()
            .texts("arm", rows.iter().map(|r| Some(r.0.clone())))
            .numbers("months", rows.iter().map(|r| r.1))
            .counts("at_risk", count(0))
            .counts("censored", count(1))
            .counts("events", count(2)))
    }
}

/// A row an arm and reason.
impl<A: Label, E: Label> ToRecordBatch for CensoringReasons<A, E> {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let cells = || self.arms().iter().flat_map(|&a| self.reasons().iter().map(move |&r| (a, r)));
        Ok(Tidy::default()
            .texts("arm", cells().map(|(arm, _)| Some(label(&arm))))
            .texts("reason", cells().map(|(_, reason)| Some(name(&reason))))
            .counts("subjects", cells().map(|(arm, reason)| Some(self.count(arm, reason) as u64))))
    }
}

/// One row, in months; completeness is a share.
impl ToRecordBatch for FollowUp {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let (lower, upper) = self.limits();
        let months = |table: Tidy, name: &str, time: Option<Time>| {
            table.numbers(name, [time.map(crate::trial::Time::in_months)])
        };
        let mut table = months(Tidy::default(), "median", self.median());
        table = months(months(table, "lower", lower), "upper", upper);
        table = months(table, "observed", Some(self.observed()));
        table = months(months(table, "potential", self.potential()), "minimum", self.minimum());
        Ok(table.numbers("completeness", [self.completeness()]))
    }
}

/// A row a stage and arm. Those screened, and those excluded, have no arm.
impl ToRecordBatch for Flow {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut rows: Vec<(String, Option<String>, usize)> = Vec::new();
        rows.extend(self.assessed().map(|n| ("screened".into(), None, n)));
        rows.extend(self.excluded().iter().map(|(why, n)| (format!("excluded: {why}"), None, *n)));
        let mut stages: Vec<(String, &[usize])> = vec![
            ("randomised".into(), self.randomised()),
            ("received another treatment".into(), self.other_treatment()),
            ("lost to follow-up".into(), self.lost()),
            ("withdrew".into(), self.withdrew()),
        ];
        stages.extend(self.other_reasons().iter().map(|(why, counts)| (why.clone(), &counts[..])));
        stages.push(("followed to the end".into(), self.terminal()));
        stages.push(("still followed".into(), self.still_followed()));
        let analysed = self.populations().iter();
        stages.extend(analysed.map(|(name, counts)| (format!("analysed: {name}"), &counts[..])));
        for (stage, counts) in stages {
            let of_arms = self.arms().iter().zip(counts);
            rows.extend(of_arms.map(|(arm, &n)| (stage.clone(), Some(arm.clone()), n)));
        }
        Ok(Tidy::default()
            .texts("stage", rows.iter().map(|r| Some(r.0.clone())))
            .texts("arm", rows.iter().map(|r| r.1.clone()))
            .counts("subjects", rows.iter().map(|r| Some(r.2 as u64))))
    }
}

/// A row a method that gives a hazard ratio of the log-rank sums: Peto and Pike.
impl ToRecordBatch for Contrast {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        use HazardRatioMethod::{Peto, Pike};
        let ratios = [Peto, Pike]
            .into_iter()
            .filter_map(|method| Some((method.to_string(), Estimate::from(self.hazard_ratio(method)?))));
        let ratios: Vec<(String, Estimate)> = ratios.collect();
        let table = estimates(&ratios, "method", interval)?;
        Ok(table.with_label("reference", self.against()).with_label("group", self.of()))
    }
}

/// A row a comparison; the ratio is Peto's, incidences are those at the time asked.
impl ToRecordBatch for Comparisons {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let rows = self.rows();
        let ratios: Vec<Option<Estimate>> =
            rows.iter().map(|r| r.hazard_ratio.clone().map(Estimate::from)).collect();
        let between = ratios.iter().map(|ratio| match ratio {
            Some(ratio) => ratio.interval(interval),
            None => Ok(ConfidenceInterval { lower: None, upper: None, level: interval.confidence_level() }),
        });
        let between: Vec<ConfidenceInterval> = between.collect::<Result<_>>()?;
        let count = |of: fn(&crate::trial::analysis::Comparison) -> usize| {
            rows.iter().map(move |r| Some(of(r) as u64))
        };
        let table = Tidy::default()
            .texts("label", rows.iter().map(|r| Some(r.label.clone())))
            .texts("group", rows.iter().map(|r| Some(r.arms[0].clone())))
            .texts("reference", rows.iter().map(|r| Some(r.arms[1].clone())))
            .texts("endpoint", rows.iter().map(|r| Some(r.endpoint.clone())))
            .texts("population", rows.iter().map(|r| Some(r.population.clone())))
            .counts("subjects", count(|r| r.subjects[0]))
            .counts("events", count(|r| r.events[0]))
            .counts("reference_subjects", count(|r| r.subjects[1]))
            .counts("reference_events", count(|r| r.events[1]))
            .numbers("incidence", rows.iter().map(|r| r.incidence[0].value().ok()))
            .numbers("reference_incidence", rows.iter().map(|r| r.incidence[1].value().ok()))
            .numbers("hazard_ratio", ratios.iter().map(|ratio| ratio.as_ref().and_then(|r| r.value().ok())));
        Ok(limits(table, &between)
            .numbers("p_value", rows.iter().map(|r| r.p_value))
            .flags("competing", rows.iter().map(|r| r.competing)))
    }
}

/// A row a subgroup, the last being all. The interval is that of the subgroups; the interaction stands beside each level of
/// its factor.
impl ToRecordBatch for Subgroups {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let of_factors = self.factors().iter().flat_map(|factor| {
            factor.subgroups().iter().map(move |s| (Some(factor.name()), s, factor.interaction()))
        });
        let rows: Vec<_> = of_factors.chain([(None, self.all(), None)]).collect();
        let [group, reference] = self.arms();
        let between: Vec<ConfidenceInterval> = rows.iter().map(|r| r.1.interval()).collect();
        let table = Tidy::default()
            .texts("factor", rows.iter().map(|r| r.0.map(Into::into)))
            .texts("level", rows.iter().map(|r| Some(r.1.level().into())))
            .texts("group", rows.iter().map(|_| Some(group.clone())))
            .texts("reference", rows.iter().map(|_| Some(reference.clone())))
            .counts("subjects", rows.iter().map(|r| Some(r.1.subjects()[0] as u64)))
            .counts("events", rows.iter().map(|r| Some(r.1.events()[0] as u64)))
            .counts("reference_subjects", rows.iter().map(|r| Some(r.1.subjects()[1] as u64)))
            .counts("reference_events", rows.iter().map(|r| Some(r.1.events()[1] as u64)))
            .numbers("hazard_ratio", rows.iter().map(|r| r.1.hazard_ratio()));
        Ok(limits(table, &between).numbers("interaction_p_value", rows.iter().map(|r| r.2)))
    }
}

/// Peto's ratio as observed, and with those censored early counted for and against the group.
impl ToRecordBatch for CensoringBounds {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let rows = [("observed", &self.observed), ("best", &self.best), ("worst", &self.worst)];
        let ratio = |contrast: &Contrast| contrast.hazard_ratio(HazardRatioMethod::Peto).map(Estimate::from);
        let ratios = rows.into_iter().filter_map(|(name, contrast)| Some((name.into(), ratio(contrast)?)));
        estimates(&ratios.collect::<Vec<(String, Estimate)>>(), "scenario", interval)
    }
}

impl ToRecordBatch for TippingPoint {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let rows = self.rows();
        Ok(Tidy::default()
            .numbers("delta", rows.iter().map(|r| r.delta))
            .numbers("hazard_ratio", rows.iter().map(|r| r.hazard_ratio))
            .numbers("p_value", rows.iter().map(|r| r.p_value)))
    }
}

impl ToRecordBatch for Fragility {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .numbers("index", [self.index.map(|n| n as f64)])
            .numbers("p_before", [self.p_before])
            .numbers("p_after", [self.p_after]))
    }
}

/// A row a term and arm, first that of any event, then each. Limits are exact: Clopper and Pearson's of the share with an event,
/// Poisson's of the rate of all events a year.
impl<A: Label, E: Label> ToRecordBatch for AdverseEventTable<A, E> {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let mut rows: Vec<(String, A, AdverseEventRow)> = Vec::new();
        for &arm in self.arms() {
            rows.push(("Any".into(), arm, self.any(arm)?));
        }
        for &term in self.terms() {
            for &arm in self.arms() {
                rows.push((label(&term), arm, self.row(arm, term)?));
            }
        }
        let level = interval.confidence_level();
        let exact = ProportionInterval::clopper_pearson().level(level);
        let none = ConfidenceInterval { lower: None, upper: None, level };
        let mut shares = Vec::new();
        let mut rates: Vec<(Option<f64>, ConfidenceInterval)> = Vec::new();
        for (_, _, row) in &rows {
            shares.push(Proportion::new(row.with_event, row.subjects)?.interval(exact)?);
            rates.push(match IncidenceRate::new(row.events, row.time.in_years()) {
                Ok(rate) => (Some(rate.value()), rate.interval(level)?),
                Err(_) => (None, none),
            });
        }
        let table = Tidy::default()
            .texts("term", rows.iter().map(|r| Some(r.0.clone())))
            .texts("arm", rows.iter().map(|r| Some(label(&r.1))))
            .counts("subjects", rows.iter().map(|r| Some(r.2.subjects)))
            .counts("with_event", rows.iter().map(|r| Some(r.2.with_event)))
            .numbers("proportion", rows.iter().map(|r| r.2.with_event as f64 / r.2.subjects as f64));
        Ok(limits(table, &shares)
            .counts("events", rows.iter().map(|r| Some(r.2.events)))
            .numbers("years", rows.iter().map(|r| r.2.time.in_years()))
            .numbers("rate", rates.iter().map(|r| r.0))
            .numbers("rate_lower", rates.iter().map(|r| r.1.lower))
            .numbers("rate_upper", rates.iter().map(|r| r.1.upper)))
    }
}

/// The effects of the report.
impl ToRecordBatch for BinaryReport {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        self.effects().tidy_with(interval)
    }
}

/// Difference, ratio and odds ratio.
impl ToRecordBatch for BinaryContrast {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let table = [self.difference(), self.ratio(), self.odds_ratio()].tidy_with(interval)?;
        Ok(table.with_label("reference", self.against()).with_label("group", self.of()))
    }
}
