//! Plans of trials, and what a running one says of its end.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::result::{ConfidenceInterval, Interval};
use crate::trial::design::adaptive::{ClosedTestResult, MultiArmBoundaries, PromisingZonePlan};
use crate::trial::design::non_proportional::NonProportionalPlan;
use crate::trial::design::randomisation::Allocation;
use crate::trial::design::single_arm::{ExactBinomialPlan, OneSamplePlan, TwoStagePlan};
use crate::trial::design::{
    Boundaries, ClusterPlan, CompetingRisksPlan, EquivalencePlan, FixedPlan, Forecast, SequentialPlan,
    StagewiseResult, WinRatioPlan,
};

/// A row a quantity; one that the plan does not have is null.
fn quantities(rows: &[(&str, Option<f64>)]) -> Tidy {
    Tidy::default()
        .texts("quantity", rows.iter().map(|r| Some(r.0.into())))
        .numbers("value", rows.iter().map(|r| r.1))
}

/// A plan is a table of its quantities.
macro_rules! plans {
    ($($plan:ty: |$p:ident| [$($name:literal: $value:expr),+ $(,)?];)+) => {
        $(impl ToRecordBatch for $plan {
            fn tidy_with(&self, _: Interval) -> Result<Tidy> {
                let $p = self;
                Ok(quantities(&[$(($name, Option::<f64>::from($value))),+]))
            }
        })+
    };
}

plans! {
    FixedPlan: |p| [
        "events": p.events(), "subjects": p.subjects(), "subjects_experimental": p.subjects_by_arm().map(|n| n[0]),
        "subjects_control": p.subjects_by_arm().map(|n| n[1]), "duration": p.duration(), "power": p.power(),
        "critical_hazard_ratio": p.critical_hazard_ratio(),
    ];
    EquivalencePlan: |p| [
        "events": p.events(), "subjects": p.subjects(), "subjects_experimental": p.subjects_by_arm().map(|n| n[0]),
        "subjects_control": p.subjects_by_arm().map(|n| n[1]), "duration": p.duration(), "power": p.power(),
    ];
    NonProportionalPlan: |p| [
        "subjects": p.subjects(), "subjects_experimental": p.subjects_by_arm()[0],
        "subjects_control": p.subjects_by_arm()[1], "events": p.events(),
        "events_experimental": p.events_by_arm()[0], "events_control": p.events_by_arm()[1], "time": p.time(),
        "power": p.power(), "critical": p.critical(), "drift": p.drift(), "effect": p.effect(),
        "information": p.information(), "average_hazard_ratio": p.average_hazard_ratio(),
    ];
    CompetingRisksPlan: |p| [
        "events": p.events(), "subjects": p.subjects(), "power": p.power(),
        "event_probability_experimental": p.event_probabilities()[0],
        "event_probability_control": p.event_probabilities()[1],
        "incidence_experimental": p.incidences()[0], "incidence_control": p.incidences()[1],
    ];
    ClusterPlan: |p| [
        "events": p.events(), "subjects": p.subjects(),
        "clusters_experimental": p.clusters_by_arm().map(|n| n[0] as f64),
        "clusters_control": p.clusters_by_arm().map(|n| n[1] as f64), "design_effect": p.design_effect(),
        "power": p.power(),
    ];
    WinRatioPlan: |p| ["subjects": p.subjects(), "power": p.power()];
    OneSamplePlan: |p| [
        "subjects": p.subjects(), "events": p.events(), "expected": p.expected(), "power": p.power(),
    ];
    ExactBinomialPlan: |p| [
        "subjects": p.subjects() as f64, "needed": p.needed() as f64, "error": p.error(), "power": p.power(),
        "lasting": p.lasting() as f64,
    ];
    TwoStagePlan: |p| [
        "first_stop": p.first().0 as f64, "first_subjects": p.first().1 as f64, "both_stop": p.both().0 as f64,
        "both_subjects": p.both().1 as f64, "error": p.error(), "power": p.power(),
        "stopping_probability": p.stopping_probability(), "expected_subjects": p.expected_subjects(),
    ];
    PromisingZonePlan: |p| [
        "promising_from": p.zone_limits()[0], "promising_to": p.zone_limits()[1],
        "promising_from_z": p.zone_limits_z()[0], "promising_to_z": p.zone_limits_z()[1],
        "critical_value": p.critical_value(),
    ];
}

/// A row a subject. `block` is null where there are no blocks.
impl ToRecordBatch for [Allocation] {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        Ok(Tidy::default()
            .texts("stratum", self.iter().map(|a| Some(a.stratum.clone())))
            .counts("number", self.iter().map(|a| Some(a.number as u64)))
            .counts("block", self.iter().map(|a| Some(a.block as u64).filter(|&block| block > 0)))
            .texts("arm", self.iter().map(|a| Some(a.arm.clone()))))
    }
}

/// A row a look. A bound at which nothing is stopped is null; the power is that where the effect is as planned.
impl ToRecordBatch for Boundaries {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let looks = self.fractions().len();
        let finite = |z: &[f64]| -> Vec<Option<f64>> {
            (0..looks).map(|k| z.get(k).copied().filter(|z| z.is_finite())).collect()
        };
        Ok(Tidy::default()
            .counts("look", (1..=looks).map(|k| Some(k as u64)))
            .numbers("fraction", self.fractions().iter().copied())
            .numbers("efficacy_z", finite(self.z()))
            .numbers("futility_z", finite(self.futility_z()))
            .numbers("harm_z", finite(self.harm_z()))
            .numbers("nominal_p", self.nominal_p())
            .numbers("alpha_spent", self.alpha_spent().iter().copied())
            .numbers("power", self.power_by_look(self.drift())))
    }
}

/// The columns of the bounds, then those of the plan.
impl ToRecordBatch for SequentialPlan {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let table = self.boundaries().tidy_with(interval)?;
        let looks = table.len();
        let of = |values: Option<&[f64]>| -> Vec<Option<f64>> {
            (0..looks).map(|k| values.and_then(|v| v.get(k)).copied()).collect()
        };
        Ok(table
            .numbers("events", self.events_by_look())
            .numbers("subjects", of(self.subjects_by_look()))
            .numbers("time", of(self.time_by_look()))
            .numbers("critical_hazard_ratio", self.critical_hazard_ratios()))
    }
}

/// A row a look.
impl ToRecordBatch for MultiArmBoundaries {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let finite = |z: &[f64]| -> Vec<Option<f64>> {
            z.iter().map(|&z| Some(z).filter(|z| z.is_finite())).collect()
        };
        Ok(Tidy::default()
            .counts("look", (1..=self.z().len()).map(|k| Some(k as u64)))
            .numbers("fraction", self.fractions().iter().copied())
            .numbers("efficacy_z", finite(self.z()))
            .numbers("futility_z", finite(self.futility_z()))
            .numbers("alpha_spent", self.alpha_spent().iter().copied()))
    }
}

/// The drift and the hazard ratio, median unbiased, with their limits at the level of the interval.
impl ToRecordBatch for StagewiseResult {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let level = interval.confidence_level();
        let drift = self.drift_interval(level)?;
        let ratio = self.hazard_ratio_interval(level)?;
        let between = [Some(drift), ratio].map(|limits| ConfidenceInterval {
            lower: limits.map(|l| l.0),
            upper: limits.map(|l| l.1),
            level,
        });
        let table = Tidy::default()
            .texts("quantity", ["drift", "hazard_ratio"].map(|name| Some(name.into())))
            .numbers("estimate", [Some(self.drift()), self.hazard_ratio()]);
        Ok(limits(table, &between).numbers("p_value", [self.p_value(); 2]))
    }
}

/// A row an intersection hypothesis and look; arms are counted from 1, and separated by blanks.
impl ToRecordBatch for ClosedTestResult {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let of_looks = |i| (0..self.looks()).map(move |k| (i, k));
        let rows: Vec<_> = self.intersections().iter().flat_map(of_looks).collect();
        let arms = |arms: &[usize]| arms.iter().map(|a| (a + 1).to_string()).collect::<Vec<_>>().join(" ");
        Ok(Tidy::default()
            .texts("arms", rows.iter().map(|(i, _)| Some(arms(i.arms()))))
            .counts("look", rows.iter().map(|(_, k)| Some(*k as u64 + 1)))
            .numbers("p_value", rows.iter().map(|(i, k)| i.p_values()[*k]))
            .numbers("z", rows.iter().map(|(i, k)| i.statistics()[*k]))
            .flags("rejected", rows.iter().map(|(i, k)| i.rejected_at().is_some_and(|at| at <= k + 1))))
    }
}

/// A row an event to come, up to the last that those under observation and those who still enter can have; dates are months on
/// the trial's calendar.
impl ToRecordBatch for Forecast {
    fn tidy_with(&self, _: Interval) -> Result<Tidy> {
        let mut rows = Vec::new();
        for number in self.events() + 1.. {
            let Some(date) = self.date_of(number)? else { break };
            rows.push((number as u64, date));
        }
        Ok(Tidy::default()
            .counts("event", rows.iter().map(|r| Some(r.0)))
            .numbers("months", rows.iter().map(|r| r.1.date().in_months()))
            .numbers("earliest", rows.iter().map(|r| r.1.earliest().in_months()))
            .numbers("latest", rows.iter().map(|r| r.1.latest().map(crate::trial::Time::in_months))))
    }
}
