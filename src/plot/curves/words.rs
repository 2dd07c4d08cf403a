//! What a figure is called, and what a reader is told who cannot see it.

use crate::plot::axis::label;
use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::curves::source::Source;
use crate::plot::curves::table::whole;
use crate::plot::series::StepSeries;
use crate::print::Number;
use crate::survival::curve::quantile::QuantileRule;
use crate::survival::curve::survival_curve::SurvivalCurve;

/// What stands behind a name in the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Detail {
    /// How many subjects (or their weight): "n = 21".
    Subjects,
    /// How many events: "9 events".
    Events,
    /// The median of a survival curve with its interval: "median 23 (95% CI 13 to not reached)".
    Median,
}

impl CurvePlot {
    /// What stands behind the name of a curve; the series is in the unit of the data.
    pub(super) fn details_of(&self, i: usize, own: &StepSeries) -> Vec<String> {
        let detail = |detail: &Detail| match detail {
            Detail::Subjects => (own.is_counted()).then(|| format!("n = {}", whole(own.total()))),
            Detail::Events => (own.is_counted()).then(|| {
                let events = whole(own.events_before(f64::INFINITY));
                format!("{events} event{}", if events == "1" { "" } else { "s" })
            }),
            Detail::Median => match &self.source {
                Source::Curves(curves) => Some(self.median_of(&curves[i])),
                _ => None,
            },
        };
        self.details.iter().filter_map(detail).collect()
    }

    fn median_of(&self, curve: &SurvivalCurve) -> String {
        let interval = self.bands.unwrap_or_default();
        let rule = QuantileRule::default().with_interval(interval);
        let Ok(Some(median)) = curve.quantiles(&[0.5], rule).map(|q| q.first().copied()) else {
            return "median not estimable".into();
        };
        let time = |t: f64| if t.is_finite() { short(t / self.unit) } else { "not reached".into() };
        let value = median.value().map_or_else(|_| "not reached".into(), time);
        let limits = median.interval();
        let text = |limit: Option<f64>| limit.map_or_else(|| "not reached".into(), time);
        match (limits.lower, limits.upper) {
            (None, None) => format!("median {value}"),
            (lower, upper) => format!(
                "median {value} ({}% CI {} to {})",
                Number(100.0 * interval.confidence_level()),
                text(lower),
                text(upper)
            ),
        }
    }

    pub(super) fn name(&self) -> String {
        if self.title.is_empty() {
            format!("{} over {}", self.value_title(), self.time_name.to_lowercase())
        } else {
            self.title.clone()
        }
    }

    pub(super) fn value_title(&self) -> String {
        let percent = if self.fraction { "" } else { " (%)" };
        match (&self.value_name, self.kind) {
            (Some(name), Kind::Probability(VerticalAxis::LogMinusLog) | Kind::Steps) => name.clone(),
            (Some(name), _) => format!("{name}{percent}"),
            (None, Kind::Probability(VerticalAxis::Survival)) => format!("Event-free{percent}"),
            (None, Kind::Probability(VerticalAxis::Event)) => format!("With event{percent}"),
            (None, Kind::Probability(VerticalAxis::LogMinusLog)) => "ln(\u{2212}ln S)".into(),
            (None, Kind::Steps) => "Value".into(),
        }
    }

    /// What a reader who cannot see the figure is told: each curve at a few times, and its median.
    pub(super) fn describe(&self, series: &[StepSeries]) -> String {
        let mut sentences = Vec::new();
        for own in series {
            let name = if own.label.is_empty() { "The curve".to_string() } else { own.label.clone() };
            let mut parts = Vec::new();
            for share in [0.25, 0.5, 0.75, 1.0] {
                let t = own.end * share;
                if !own.value_at(t).is_finite() {
                    continue;
                }
                parts.push(format!("{} at {}", label(round3(own.value_at(t))), label(round3(t))));
            }
            let mut sentence = format!("{name}: {}", parts.join(", "));
            if self.survives() {
                match own.median {
                    Some(t) => sentence.extend(["; median ", &label(round3(t))]),
                    None => sentence += "; median not reached",
                }
            }
            if own.is_counted() {
                let (events, censored) =
                    (own.events_before(f64::INFINITY), own.censored_before(f64::INFINITY));
                sentence.extend(["; ", &whole(events), " events, ", &whole(censored), " censored"]);
            }
            sentences.push(sentence);
        }
        format!("{} over {}. {}.", self.value_title(), self.time_name.to_lowercase(), sentences.join(". "))
    }
}

fn round3(value: f64) -> f64 {
    // Below a tenth three digits that count: 0.0004 is not 0.
    let unit =
        if value.abs() < 0.1 && value != 0.0 { 10f64.powf(value.abs().log10().floor() - 2.0) } else { 0.001 };
    (value / unit).round() * unit
}

/// A time as it stands in a sentence: three digits or the whole number.
pub(super) fn short(value: f64) -> String {
    let decimals: f64 = match value.abs() {
        x if x >= 100.0 => 1.0,
        x if x >= 10.0 => 10.0,
        x if x >= 1.0 => 100.0,
        _ => 10_000.0,
    };
    label((value * decimals).round() / decimals)
}
