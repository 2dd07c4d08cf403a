//! A row of a forest plot: what stands in its columns.

/// A row of a forest plot.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestRow {
    pub(super) name: String,
    pub(super) counts: Option<(usize, usize)>,
    pub(super) effect: Option<(f64, f64, f64)>,
    pub(super) interaction: Option<f64>,
    pub(super) weight: f64,
    pub(super) heading: bool,
    pub(super) overall: bool,
}

impl ForestRow {
    /// A subgroup with its estimate and limits. Limits may be 0 or infinite: they end in an arrow.
    #[must_use]
    pub fn new(name: impl Into<String>, estimate: f64, lower: f64, upper: f64) -> Self {
        Self { effect: Some((estimate, lower, upper)), ..Self::heading(name).plain() }
    }

    /// A heading over subgroups, such as the name of a factor.
    #[must_use]
    pub fn heading(name: impl Into<String>) -> Self {
        let (name, counts) = (name.into(), None);
        Self { name, counts, effect: None, interaction: None, weight: 1.0, heading: true, overall: false }
    }

    /// A subgroup in which nothing can be estimated.
    #[must_use]
    pub fn not_estimable(name: impl Into<String>) -> Self {
        Self::heading(name).plain()
    }

    fn plain(self) -> Self {
        Self { heading: false, ..self }
    }

    /// Events and subjects, as they stand in the second column.
    #[must_use]
    pub fn counts(self, events: usize, subjects: usize) -> Self {
        Self { counts: Some((events, subjects)), weight: (events as f64).max(1.0), ..self }
    }

    /// Events and subjects as they are written.
    pub(super) fn counts_text(&self) -> String {
        self.counts.map_or_else(String::new, |(events, subjects)| format!("{events} / {subjects}"))
    }

    /// The p-value of the interaction of a heading's factor with the treatment.
    #[must_use]
    pub fn interaction(self, p: f64) -> Self {
        Self { interaction: Some(p), ..self }
    }

    /// The effect in all subjects: drawn as a diamond.
    #[must_use]
    pub fn overall(self) -> Self {
        Self { overall: true, ..self }
    }

    /// The estimate with its limits, or what stands in their place.
    pub(super) fn figures(&self) -> String {
        let number = |v: f64| {
            if v.is_infinite() {
                if v > 0.0 { "∞".into() } else { "\u{2212}∞".into() }
            } else {
                format!("{v:.2}").replace('-', "\u{2212}")
            }
        };
        match (self.effect, self.interaction) {
            (Some((e, l, u)), _) => format!("{} ({} to {})", number(e), number(l), number(u)),
            (None, Some(p)) => format!("interaction {}", p_text(p)),
            (None, None) if self.heading => String::new(),
            (None, None) => "not estimable".into(),
        }
    }
}

/// A p-value as a sentence has it: two digits, and never 0.
fn p_text(p: f64) -> String {
    if p < 0.001 {
        "p < 0.001".into()
    } else if p < 0.095 {
        format!("p = {p:.3}")
    } else {
        format!("p = {p:.2}")
    }
}
