//! The numbers of a report, set as tables of text.

use crate::error::NotEstimable;
use crate::print::{MISSING, Number, PValue};
use crate::survival::contrast::fixed_time::SurvivalContrast;
use crate::survival::curve::quantile::Quantile;
use crate::survival::curve::restricted_mean::RestrictedMean;
use crate::survival::curve::survival_estimate::SurvivalEstimate;
use crate::survival::result::estimate::Estimate;
use crate::survival::result::hazard_ratio::HazardRatio;
use crate::survival::result::interval::ConfidenceInterval;
use crate::trial::report::report::{ArmReport, ComparisonReport, CompetingReport, Report};
use crate::trial::report::table::Table;
use crate::trial::{FollowUp, Incidence, Stratification, Time};

const NONE: &str = MISSING;

pub(super) fn title(report: &Report) -> String {
    match &report.comparison {
        Some(c) => format!("{}: {} against {}", report.endpoint, c.of, c.against),
        None => report.endpoint.clone(),
    }
}

pub(super) fn tables(report: &Report) -> Vec<Table> {
    let mut tables = vec![arms(report)];
    tables.extend(report.comparison.as_ref().map(|c| comparison(report, c)));
    if !report.times.is_empty() {
        tables.push(numbers_at_risk(report));
    }
    tables
}

/// 0.95 as "95%".
fn level(report: &Report) -> String {
    format!("{}%", (report.level * 1e10).round() / 1e8)
}

/// A time in the report's unit: as short as it can be at the times of the report, with one decimal elsewhere.
fn short(report: &Report, t: Time) -> String {
    format!("{}", (t.in_unit(report.unit) * 100.0).round() / 100.0)
}

fn long(report: &Report, days: f64) -> String {
    format!("{:.1}", Time::days(days).in_unit(report.unit))
}

fn limits(interval: ConfidenceInterval, text: impl Fn(f64) -> String, missing: &str) -> String {
    if missing == NONE && interval.bounds().is_none() {
        return "no interval".into();
    }
    let limit = |limit: Option<f64>| limit.map_or_else(|| missing.to_string(), &text);
    format!("{} to {}", limit(interval.lower), limit(interval.upper))
}

fn share(n: usize, of: usize) -> String {
    if of == 0 { n.to_string() } else { format!("{n} ({:.1}%)", 100.0 * n as f64 / of as f64) }
}

fn p_text(p: f64) -> String {
    format!("{:.4}", PValue(p))
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| NONE.into())
}

fn median(report: &Report, quantile: &Quantile) -> String {
    let text = |days: f64| long(report, days);
    let estimate = quantile.value().ok().map_or_else(|| "not reached".into(), text);
    format!("{estimate} ({})", limits(quantile.interval(), text, "not reached"))
}

fn survival(report: &Report, estimate: &SurvivalEstimate) -> String {
    let interval = estimate.interval(report.level).ok();
    let text = |p: f64| format!("{:.1}%", 100.0 * p);
    match estimate.value() {
        Ok(value) => or_none(interval.map(|i| format!("{} ({})", text(value), limits(i, text, NONE)))),
        Err(reason) => because(report, reason),
    }
}

/// Why there is no estimate, with times in the report's unit.
fn because(report: &Report, reason: NotEstimable) -> String {
    match reason {
        NotEstimable::BeyondFollowUp { last, .. } => {
            format!("not estimable: follow-up ends at {} {}", long(report, last), report.unit)
        }
        reason => reason.to_string(),
    }
}

/// An estimate as it prints itself, or why there is none.
fn printed<T: std::fmt::Display>(report: &Report, estimate: &T, value: Result<f64, NotEstimable>) -> String {
    value.map_or_else(|reason| because(report, reason), |_| estimate.to_string())
}

fn incidence(report: &Report, estimate: &Incidence) -> String {
    let text = |p: f64| format!("{:.1}%", 100.0 * p);
    let interval = estimate.interval(report.level).ok();
    match estimate.value() {
        Ok(value) => or_none(interval.map(|i| format!("{} ({})", text(value), limits(i, text, NONE)))),
        Err(reason) => because(report, reason),
    }
}

fn mean(report: &Report, mean: &RestrictedMean) -> String {
    let interval = mean.interval(report.level).ok();
    let limits = or_none(interval.map(|i| limits(i, |days| long(report, days), NONE)));
    format!("{} ({limits})", long(report, mean.value()))
}

fn arms(report: &Report) -> Table {
    let header = std::iter::once(String::new()).chain(report.arms.iter().map(|a| a.arm.clone())).collect();
    let table = Table::new(format!("{} by arm", report.endpoint), header);
    let competing = report.arms.iter().any(|a| a.competing > 0);
    let mut by_arm = ByArm { report, table, competing };
    by_arm.counts();
    if !competing {
        by_arm.follow_up();
    }
    by_arm.probabilities();
    by_arm.restricted_mean();
    by_arm.table.notes = notes(report, competing);
    by_arm.table
}

/// The table of the arms in the making: a line for each quantity, a column for each arm.
struct ByArm<'a> {
    report: &'a Report,
    table: Table,
    competing: bool,
}

impl ByArm<'_> {
    fn line(&mut self, name: impl Into<String>, cell: impl Fn(&ArmReport) -> String) {
        self.table.push(name.into(), self.report.arms.iter().map(cell));
    }

    /// Subjects, events, and the censored by reason.
    fn counts(&mut self) {
        self.line("Subjects", |a| a.subjects.to_string());
        self.line("Events", |a| share(a.events, a.subjects));
        if self.competing {
            self.line("Competing events", |a| share(a.competing, a.subjects));
        }
        self.line("Censored", |a| share(a.censored.iter().map(|c| c.1).sum(), a.subjects));
        let mut reasons: Vec<&str> = Vec::new();
        for (reason, _) in self.report.arms.iter().flat_map(|a| &a.censored) {
            if !reasons.contains(&reason.as_str()) {
                reasons.push(reason);
            }
        }
        for reason in reasons {
            let count = |a: &ArmReport| a.censored.iter().find(|c| c.0 == reason).map_or(0, |c| c.1);
            self.line(format!("  {reason}"), |a| count(a).to_string());
        }
    }

    /// How long the arms were followed, and the median time to the event.
    fn follow_up(&mut self) {
        let (report, unit) = (self.report, self.report.unit);
        let of = |a: &ArmReport, what: &dyn Fn(&FollowUp) -> Option<Time>| {
            or_none(a.follow_up.as_ref().and_then(what).map(|t| long(report, t.in_days())))
        };
        self.line(format!("Median follow-up, reverse Kaplan-Meier, {unit}"), |a| of(a, &|f| f.median()));
        self.line(format!("Shortest follow-up without event, {unit}"), |a| of(a, &|f| f.minimum()));
        if report.cutoff.is_some() {
            self.line(format!("Median potential follow-up, {unit}"), |a| of(a, &|f| f.potential()));
            let complete = |a: &ArmReport| a.follow_up.as_ref().and_then(FollowUp::completeness);
            let percent = |c: f64| format!("{:.1}%", 100.0 * c);
            self.line("Completeness of follow-up", |a| or_none(complete(a).map(percent)));
        }
        let median = |a: &ArmReport| or_none(a.median.as_ref().map(|q| median(report, q)));
        self.line(format!("Median, {unit} ({} CI)", level(report)), median);
    }

    /// The probabilities at each time of the report, with their errors and limits.
    fn probabilities(&mut self) {
        let report = self.report;
        let (level, unit) = (level(report), report.unit);
        for (i, &t) in report.times.iter().enumerate().filter(|(_, t)| **t > Time::ZERO) {
            let at = format!("{} {unit}", short(report, t));
            if self.competing {
                let cell = |a: &ArmReport| or_none(a.incidence.get(i).map(|x| printed(report, x, x.value())));
                self.line(format!("Event by {at}, ± standard error"), cell);
                let limits = |a: &ArmReport| or_none(a.incidence.get(i).map(|x| incidence(report, x)));
                self.line(format!("  ({level} CI)"), limits);
            } else {
                let cell = |a: &ArmReport| or_none(a.survival.get(i).map(|x| printed(report, x, x.value())));
                self.line(format!("Free of event at {at}, ± standard error"), cell);
                let limits = |a: &ArmReport| or_none(a.survival.get(i).map(|s| survival(report, s)));
                self.line(format!("  ({level} CI)"), limits);
            }
        }
    }

    fn restricted_mean(&mut self) {
        let report = self.report;
        let Some(first) = report.arms.first().and_then(|a| a.restricted_mean) else { return };
        let tau = short(report, Time::days(first.tau()));
        let cell = |a: &ArmReport| or_none(a.restricted_mean.as_ref().map(|m| mean(report, m)));
        self.line(format!("Restricted mean to {tau} {} ({} CI)", report.unit, level(report)), cell);
    }
}

/// What was asked of whom, and how it was computed.
fn notes(report: &Report, competing: bool) -> Vec<String> {
    let mut notes = vec![format!("Population: {}.", report.population)];
    if !report.strategies.is_empty() {
        notes.push(format!("Intercurrent events: {}.", report.strategies));
    }
    if let Some(cutoff) = report.cutoff {
        notes.push(format!(
            "Data cutoff {} {} after the calendar's start.",
            short(report, cutoff),
            report.unit
        ));
    }
    if report.without_origin > 0 {
        notes
            .push(format!("{} subjects without a record: their clock never started.", report.without_origin));
    }
    if report.mis_stratified > 0 {
        notes.push(format!(
            "{} subjects were randomised in a stratum that was not theirs.",
            report.mis_stratified
        ));
    }
    notes.push(if competing {
        "Aalen-Johansen estimates with Greenwood-type standard errors; events compete.".into()
    } else {
        "Kaplan-Meier estimates with Greenwood standard errors; log-log confidence intervals.".into()
    });
    notes
}

fn ratio(report: &Report, ratio: &HazardRatio) -> String {
    let interval = ratio.interval(report.level).ok();
    let limits = or_none(interval.map(|i| limits(i, |x| format!("{x:.3}"), NONE)));
    match ratio.value() {
        Ok(value) => format!("{:.3} ({limits})", Number(value)),
        Err(reason) => because(report, reason),
    }
}

fn difference(report: &Report, difference: &SurvivalContrast) -> String {
    let text = |d: f64| format!("{:+.1}", 100.0 * d);
    let interval = difference.interval(report.level).ok();
    let limits = or_none(interval.map(|i| limits(i, text, NONE)));
    match difference.value() {
        Ok(value) => format!("{} ({limits})", text(value)),
        Err(reason) => because(report, reason),
    }
}

fn comparison(report: &Report, c: &ComparisonReport) -> Table {
    let level = level(report);
    let header = ["", "Estimate", "p"].map(String::from).into();
    let mut table = Table::new(format!("{}: {} against {}", report.endpoint, c.of, c.against), header);
    let by = match report.stratification {
        None => "",
        Some(Stratification::AsRandomised) => ", strata as randomised",
        Some(Stratification::AsActual) => ", strata as verified",
    };
    let test = &c.log_rank;
    let statistic = format!("χ² {:.3}, {} df", test.statistic(), test.df());
    table.push(format!("Log-rank test{by}"), [statistic, or_none(test.p_value().map(p_text))]);
    if let Some(exact) = &c.exact {
        table.push("Exact permutation log-rank test", [String::new(), p_text(exact.p_value())]);
    }
    let estimate = or_none(c.hazard_ratio.as_ref().map(|r| ratio(report, r)));
    let p = c.hazard_ratio.as_ref().and_then(HazardRatio::p_value).map(p_text);
    table.push(format!("Hazard ratio, Cox{by} ({level} CI)"), [estimate, or_none(p)]);
    if let Some(firth) = &c.firth {
        let limits = limits(firth.interval, |x| format!("{x:.3}"), NONE);
        let estimate = format!("{:.3} ({limits})", Number(firth.hazard_ratio));
        table.push(
            format!("Hazard ratio, Firth's penalty{by} ({level} profile CI)"),
            [estimate, or_none(firth.p_value.map(p_text))],
        );
    }
    table.push(
        format!("Hazard ratio, Peto ({level} CI)"),
        [or_none(c.peto.as_ref().map(|r| ratio(report, r)))],
    );
    if let Some(p) = c.proportional_hazards {
        table.push("Proportional hazards (score test)", [String::new(), p_text(p)]);
    }
    for (&t, d) in report.times.iter().zip(&c.differences).filter(|(t, _)| **t > Time::ZERO) {
        let name = format!("Difference at {} {}, points ({level} CI)", short(report, t), report.unit);
        table.push(name, [difference(report, d), or_none(d.p_value().map(p_text))]);
    }
    if let Some(competing) = &c.competing {
        of_probabilities(report, competing, by, &mut table);
    }
    if let Some(mean) = &c.mean_difference {
        let text = |days: f64| format!("{:+.2}", Time::days(days).in_unit(report.unit));
        let interval = mean.interval(report.level).ok().map(|i| limits(i, text, NONE));
        let estimate = mean.value().ok().map(|d| format!("{} ({})", text(d), or_none(interval)));
        let name = format!("Difference of restricted means, {} ({level} CI)", report.unit);
        table.push(name, [or_none(estimate), or_none(mean.p_value().map(p_text))]);
    }
    table.notes.push(report.direction.below_one(&c.of, &c.against));
    if report.arms.iter().any(|a| a.competing > 0) {
        table.notes.push("Events compete: the test and the ratios are of cause-specific hazards.".into());
        let probabilities = "Gray's test, the subdistribution hazards, the differences and the time lost are of the probability of \
                             the event beside what competes.";
        table.notes.push(probabilities.into());
    }
    table
}

/// The lines that compare the probabilities of the event where others compete.
fn of_probabilities(report: &Report, competing: &CompetingReport, by: &str, table: &mut Table) {
    let level = level(report);
    if let Some(gray) = &competing.gray {
        let statistic = format!("χ² {:.3}, {} df", gray.statistic(), gray.df());
        table.push(format!("Gray's test{by}"), [statistic, or_none(gray.p_value().map(p_text))]);
    }
    let mut line = |name: String, estimate: &Estimate, text: &dyn Fn(f64) -> String| {
        let interval = estimate.interval(report.level).ok().map(|i| limits(i, text, NONE));
        let cell = match estimate.value() {
            Ok(value) => format!("{} ({})", text(value), or_none(interval)),
            Err(because) => because.to_string(),
        };
        table.push(name, [cell, or_none(estimate.p_value().map(p_text))]);
    };
    if let Some(ratio) = &competing.subdistribution_ratio {
        let text = |x: f64| format!("{:.3}", Number(x));
        line(format!("Subdistribution hazard ratio, Fine-Gray{by} ({level} CI)"), ratio, &text);
    }
    for (&t, d) in report.times.iter().zip(&competing.differences).filter(|(t, _)| **t > Time::ZERO) {
        let name =
            format!("Difference of events by {} {}, points ({level} CI)", short(report, t), report.unit);
        line(name, d, &|d| format!("{:+.1}", 100.0 * d));
    }
    if let (Some(tau), Some(lost)) = (competing.tau, &competing.time_lost) {
        let unit = report.unit;
        let name =
            format!("Difference of mean time lost to {} {unit}, {unit} ({level} CI)", short(report, tau));
        line(name, lost, &|days| format!("{:+.2}", Time::days(days).in_unit(unit)));
    }
}

fn numbers_at_risk(report: &Report) -> Table {
    // The table begins at 0, where all are at risk, whatever times are reported.
    let from_zero = report.times.contains(&Time::ZERO);
    let start = (!from_zero).then_some(Time::ZERO);
    let times = start.into_iter().chain(report.times.iter().copied());
    let header = std::iter::once(String::new()).chain(times.map(|t| short(report, t))).collect();
    let mut table = Table::new(format!("Numbers at risk, {}", report.unit), header);
    let competing = report.arms.iter().any(|a| a.competing > 0);
    for arm in &report.arms {
        let names = ["at risk", "censored", "events", "competing events"];
        for (which, name) in names.into_iter().enumerate().take(if competing { 4 } else { 3 }) {
            let first = (!from_zero).then_some(if which == 0 { arm.subjects } else { 0 });
            let cells = first
                .into_iter()
                .chain(arm.at_risk.iter().map(|counts| counts[which]))
                .map(|n| n.to_string());
            table.push(format!("{}: {name}", arm.arm), cells);
        }
    }
    table.notes.push("At each time each arm's numbers add up to its subjects (KMunicate).".into());
    table
}
