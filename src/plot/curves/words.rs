//! What a figure is called, and what a reader is told who cannot see it.

use crate::plot::axis::label;
use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::curves::table::whole;
use crate::plot::series::StepSeries;

impl CurvePlot {
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
            if self.kind == Kind::Probability(VerticalAxis::Survival) {
                let half = if self.fraction { 0.5 } else { 50.0 };
                match own.first_at_or_below(half) {
                    Some(t) => sentence.extend(["; median ", &label(round3(t))]),
                    None => sentence += "; median not reached",
                }
            }
            if !own.counts.is_empty() {
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
    (value * 1000.0).round() / 1000.0
}
