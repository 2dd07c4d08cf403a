//! The curves of `npmle`, a group each, with their limits.

use greenwood::survival::curve::{RatioLaw, TurnbullCurve};
use greenwood::survival::result::ConfidenceInterval;
use greenwood::survival::result::print::{Number, group, level as percent};
use greenwood::survival::{IntervalCensored, Turnbull};
use serde_json::{Value, json};

use super::program::Options;
use crate::support::{Failure, Table, Warnings, number};

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub enum IntervalName {
    /// Likelihood ratio, chi-square: where exact times are known
    ChiSquare,
    /// Likelihood ratio, Banerjee and Wellner's law: where none is
    CubeRoot,
    /// Percentiles of samples drawn from the rows
    Bootstrap,
}

/// The curve of each group.
pub struct Curves {
    labels: Vec<String>,
    fitted: Vec<TurnbullCurve>,
    /// For each time of --at, where limits were asked for.
    limits: Vec<Vec<ConfidenceInterval>>,
}

impl Curves {
    pub fn new(
        options: &Options,
        table: &Table,
        data: &IntervalCensored,
        warnings: &mut Warnings,
    ) -> Result<Self, Failure> {
        let (labels, parts) = match &options.by {
            None => (vec!["all".to_string()], vec![data.clone()]),
            Some(column) => {
                let groups = table.groups("--by", column)?;
                let parts = groups.labels().iter().map(|label| data.subset(&groups, label));
                (groups.labels().to_vec(), parts.collect::<Result<Vec<_>, _>>()?)
            }
        };
        let fitted: Vec<TurnbullCurve> = parts.iter().map(Turnbull::fit).collect();
        let limits = parts.iter().map(|part| options.limits(part)).collect::<Result<Vec<_>, _>>()?;
        for (label, curve) in labels.iter().zip(&fitted) {
            for text in doubts(curve) {
                warnings.add(format!("group {label}: {text}"));
            }
        }
        Ok(Self { labels, fitted, limits })
    }

    pub fn to_json(&self, options: &Options) -> Vec<Value> {
        let groups = self.labels.iter().zip(&self.fitted).zip(&self.limits);
        groups.map(|((label, curve), limits)| options.group(label, curve, limits)).collect()
    }

    pub fn to_text(&self, options: &Options) -> Vec<String> {
        let mut text = Vec::new();
        for ((label, curve), limits) in self.labels.iter().zip(&self.fitted).zip(&self.limits) {
            text.push(if options.by.is_some() {
                format!("{}\n{curve}", group(options.by.as_deref(), label))
            } else {
                curve.to_string()
            });
            for (k, &t) in options.at.iter().enumerate() {
                let region = curve.at(t);
                let limits = limits.get(k).and_then(ConfidenceInterval::bounds).map(|(lower, upper)| {
                    format!(" ({} CI {:.4} to {:.4})", percent(options.level()), Number(lower), Number(upper))
                });
                let limits = limits.unwrap_or_default();
                text.push(format!("survival at {t}: {:.4} to {:.4}{limits}", region.lower, region.upper));
            }
        }
        text
    }
}

/// What a reader of a curve must know.
fn doubts(curve: &TurnbullCurve) -> Vec<String> {
    let mut doubts = Vec::new();
    if !curve.converged() {
        doubts.push(format!("not converged, the gap is {}", Number(curve.kkt_gap())));
    }
    if let Some(at) = curve.exhausted() {
        doubts.push(format!(
            "the likelihood has no maximum: everyone seen by {} had the event and others enter later; survival is 0 from there \
             on, and what comes later is known given that it is reached",
            Number(at.right)
        ));
    } else if !curve.unique() {
        doubts.push("the masses are not proven to be unique".into());
    }
    doubts
}

impl Options {
    /// One for each time of --at, where limits were asked for.
    fn limits(&self, part: &IntervalCensored) -> Result<Vec<ConfidenceInterval>, Failure> {
        let law = match self.interval {
            None => return Ok(Vec::new()),
            Some(IntervalName::Bootstrap) => {
                let samples = Turnbull::bootstrap(part, &self.at, self.samples(), self.seed())?;
                return Ok(self
                    .at
                    .iter()
                    .map(|&t| samples.interval(t, self.level()))
                    .collect::<Result<_, _>>()?);
            }
            Some(IntervalName::ChiSquare) => RatioLaw::ChiSquare,
            Some(IntervalName::CubeRoot) => RatioLaw::CubeRoot,
        };
        let likelihood = Turnbull::likelihood(part)?;
        Ok(self.at.iter().map(|&t| likelihood.interval(t, self.level(), law)).collect::<Result<_, _>>()?)
    }

    fn group(&self, label: &str, curve: &TurnbullCurve, limits: &[ConfidenceInterval]) -> Value {
        let intervals: Vec<Value> = curve
            .intervals()
            .map(|i| {
                json!({ "left": number(i.left), "right": number(i.right), "mass": number(i.mass),
                    "survival_after": number(i.survival_after) })
            })
            .collect();
        let at = |(k, &t): (usize, &f64)| {
            let region = curve.at(t);
            let mut row = json!({ "time": number(t), "survival_lower": number(region.lower),
                "survival_upper": number(region.upper) });
            if let Some(limits) = limits.get(k) {
                row["lower"] = number(limits.lower);
                row["upper"] = number(limits.upper);
            }
            row
        };
        json!({ "label": label, "n": number(curve.subjects()), "loglik": number(curve.log_likelihood()),
            "kkt_gap": number(curve.kkt_gap()), "unique": curve.unique(), "converged": curve.converged(),
            "exhausted_at": number(curve.exhausted().map(|i| i.right)), "intervals": intervals, "at": self.at.iter().enumerate().map(at).collect::<Vec<_>>() })
    }
}
