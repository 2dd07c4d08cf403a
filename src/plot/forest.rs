//! The forest plot: an effect with its interval in every subgroup.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::axis::{Scale, label, ticks_between, ticks_logarithmic};
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture, Text};
use crate::plot::style::{GREY, INK, Style};

/// A row of a forest plot.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestRow {
    name: String,
    counts: String,
    effect: Option<(f64, f64, f64)>,
    interaction: Option<f64>,
    weight: f64,
    heading: bool,
    overall: bool,
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
        let (name, counts) = (name.into(), String::new());
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
        Self { counts: format!("{events} / {subjects}"), weight: (events as f64).max(1.0), ..self }
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
}

/// An effect with its interval in every subgroup: squares whose area grows with the number of events, arrows where an
/// interval leaves the axis, a line at no effect, a diamond for all.
///
/// # Errors
/// [`Error::Empty`] without rows, [`Error::OutOfRange`] for an estimate that cannot stand on the axis; those of
/// [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::plot::{ForestPlot, ForestRow};
///
/// let svg = ForestPlot::new(vec![
///     ForestRow::heading("Sex").interaction(0.41),
///     ForestRow::new("women", 0.60, 0.35, 1.02).counts(40, 90),
///     ForestRow::new("men", 0.80, 0.55, 1.16).counts(66, 138),
///     ForestRow::new("all", 0.73, 0.54, 0.99).counts(106, 228).overall(),
/// ])
/// .favours("new better", "old better")
/// .to_svg()?;
/// assert!(svg.contains("interaction p = 0.41"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct ForestPlot {
    rows: Vec<ForestRow>,
    title: String,
    effect_name: String,
    logarithmic: bool,
    range: Option<(f64, f64)>,
    favours: Option<(String, String)>,
    style: Style,
}

impl ForestPlot {
    /// Ratios on a logarithmic axis.
    pub fn new(rows: Vec<ForestRow>) -> Self {
        Self {
            rows,
            title: String::new(),
            effect_name: "Hazard ratio".into(),
            logarithmic: true,
            range: None,
            favours: None,
            style: Style { width_mm: 160.0, ..Style::journal() },
        }
    }

    /// Differences on a linear axis, with no effect at 0.
    pub fn differences(rows: Vec<ForestRow>) -> Self {
        Self { logarithmic: false, effect_name: "Difference".into(), ..Self::new(rows) }
    }

    /// A title above.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// What the effect is.
    pub fn effect(self, name: impl Into<String>) -> Self {
        Self { effect_name: name.into(), ..self }
    }

    /// The ends of the axis; intervals beyond end in arrows.
    pub fn range(self, low: f64, high: f64) -> Self {
        Self { range: Some((low, high)), ..self }
    }

    /// What stands under the axis left and right of no effect.
    pub fn favours(self, left: impl Into<String>, right: impl Into<String>) -> Self {
        Self { favours: Some((left.into(), right.into())), ..self }
    }

    /// Sizes and colours.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`ForestPlot`].
    pub fn build(&self) -> Result<Picture> {
        if self.rows.is_empty() {
            return Err(Error::Empty { argument: "rows" });
        }
        for row in &self.rows {
            if let Some((estimate, lower, upper)) = row.effect {
                let possible = !estimate.is_nan()
                    && lower <= estimate
                    && estimate <= upper
                    && (!self.logarithmic || lower >= 0.0);
                if !possible {
                    return Err(Error::OutOfRange {
                        argument: "an estimate of the forest plot",
                        value: estimate,
                        must_be: "between its limits, and at least 0 on a logarithmic axis",
                    });
                }
            }
        }
        let size = self.style.font_size;
        let width = self.style.width();
        let line = 1.75 * size;
        let indent = |row: &ForestRow| if row.heading || row.overall { 0.0 } else { 1.2 * size };
        let names =
            self.rows.iter().map(|r| indent(r) + font::width(&r.name, size, r.heading)).fold(0.0, f64::max);
        let names = names.min(0.32 * width);
        let has_counts = self.rows.iter().any(|r| !r.counts.is_empty());
        let counts = if has_counts { 8.5 * size } else { 0.0 };
        let figures = 10.5 * size;
        let left = 0.8 * size + names + counts + 1.2 * size;
        let right = width - figures - 1.6 * size;
        if !(right - left > 6.0 * size) {
            return Err(Error::OutOfRange {
                argument: "width_mm",
                value: self.style.width_mm,
                must_be: "wide enough for the names, the counts and the axis",
            });
        }
        let top = if self.title.is_empty() { 3.2 * size } else { 3.2 * size + 1.6 * self.style.title_size };
        let bottom = top + self.rows.len() as f64 * line + 0.4 * size;
        let height = bottom + if self.favours.is_some() { 4.2 * size } else { 2.6 * size };
        let (low, high) = self.range.unwrap_or_else(|| self.natural_range());
        let x = if self.logarithmic {
            Scale::logarithmic((low, high), (left, right))
        } else {
            Scale::linear((low, high), (left, right))
        };
        let mut picture = Picture::new(width, height, self.name(), self.describe());
        self.heads(&mut picture, left, right, top - 0.9 * size, has_counts, names);
        let none = if self.logarithmic { 1.0 } else { 0.0 };
        let most = self.rows.iter().map(|r| r.weight).fold(1.0, f64::max);
        picture.line(
            "no effect",
            &[(x.place(none), top - 0.3 * size), (x.place(none), bottom)],
            GREY,
            0.06 * size,
        );
        for (i, row) in self.rows.iter().enumerate() {
            let y = top + (i as f64 + 0.5) * line;
            let name = self.style.text(
                format!("name {}", i + 1),
                (0.8 * size + indent(row), y + 0.35 * size),
                Anchor::Start,
                &row.name,
            );
            picture.text(Text { bold: row.heading || row.overall, ..name });
            if has_counts {
                let at = (0.8 * size + names + counts, y + 0.35 * size);
                picture.text(self.style.text(format!("counts {}", i + 1), at, Anchor::End, &row.counts));
            }
            let at = (width - 0.8 * size, y + 0.35 * size);
            picture.text(self.style.text(format!("figures {}", i + 1), at, Anchor::End, Self::figures(row)));
            if let Some(effect) = row.effect {
                self.draw(&mut picture, row, i, effect, (low, high), x, y, (row.weight / most).sqrt());
            }
        }
        self.axis(&mut picture, x, (low, high), (left, right), bottom);
        Ok(picture)
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`ForestPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`ForestPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    fn name(&self) -> String {
        if self.title.is_empty() { format!("Forest plot: {}", self.effect_name) } else { self.title.clone() }
    }

    fn describe(&self) -> String {
        let rows = self.rows.iter().filter(|r| !r.heading);
        let sentences: Vec<String> = rows.map(|r| format!("{}: {}", r.name, Self::figures(r))).collect();
        format!("{} with 95% interval. {}.", self.effect_name, sentences.join(". "))
    }

    fn figures(row: &ForestRow) -> String {
        let number = |v: f64| {
            if v.is_infinite() {
                if v > 0.0 { "∞".into() } else { "\u{2212}∞".into() }
            } else {
                format!("{v:.2}").replace('-', "\u{2212}")
            }
        };
        match (row.effect, row.interaction) {
            (Some((e, l, u)), _) => format!("{} ({} to {})", number(e), number(l), number(u)),
            (None, Some(p)) => format!("interaction {}", p_text(p)),
            (None, None) if row.heading => String::new(),
            (None, None) => "not estimable".into(),
        }
    }

    /// The estimates and most of their intervals, and no effect.
    fn natural_range(&self) -> (f64, f64) {
        let effects = || self.rows.iter().filter_map(|r| r.effect);
        if self.logarithmic {
            let usual = |v: f64| v.is_finite() && v > 0.0;
            let low =
                effects().flat_map(|(e, l, _)| [e, l.max(e / 8.0)]).filter(|&v| usual(v)).fold(0.8, f64::min);
            let high = effects()
                .flat_map(|(e, _, u)| [e, u.min(e * 8.0)])
                .filter(|&v| usual(v))
                .fold(1.25, f64::max);
            (low / 1.15, high * 1.15)
        } else {
            let finite = || effects().flat_map(|(e, l, u)| [e, l, u]).filter(|v| v.is_finite());
            let (low, high) = (finite().fold(0.0, f64::min), finite().fold(0.0, f64::max));
            let margin = 0.08 * (high - low).max(1e-9);
            (low - margin, high + margin)
        }
    }

    fn heads(&self, picture: &mut Picture, left: f64, right: f64, y: f64, counts: bool, names: f64) {
        let size = self.style.font_size;
        self.style.draw_title(picture, &self.title);
        let bold = |text: Text| Text { bold: true, ..text };
        picture.text(bold(self.style.text("head", (0.8 * size, y), Anchor::Start, "Subgroup")));
        if counts {
            picture.text(bold(self.style.text(
                "head",
                (0.8 * size + names + 8.5 * size, y),
                Anchor::End,
                "Events / n",
            )));
        }
        let _ = (left, right);
        let at = (self.style.width() - 0.8 * size, y);
        picture.text(bold(self.style.text(
            "head",
            at,
            Anchor::End,
            format!("{} (95% CI)", self.effect_name),
        )));
    }

    #[allow(clippy::too_many_arguments, reason = "one row: what it is and where it stands")]
    fn draw(
        &self,
        picture: &mut Picture,
        row: &ForestRow,
        i: usize,
        (e, l, u): (f64, f64, f64),
        (low, high): (f64, f64),
        x: Scale,
        y: f64,
        share: f64,
    ) {
        let size = self.style.font_size;
        let color = self.style.palette.color(0);
        let (from, to) = (x.place(l.max(low)), x.place(u.min(high)));
        let half = 0.35 * size;
        if row.overall && e >= low && e <= high {
            let at = x.place(e);
            picture.area(
                format!("overall {}", i + 1),
                &[(from, y), (at, y - half), (to, y), (at, y + half)],
                color,
                1.0,
            );
            return;
        }
        picture.line(format!("interval {}", i + 1), &[(from, y), (to, y)], INK, 0.1 * size);
        let arrow = 0.3 * size;
        if l < low {
            picture.area(
                format!("arrow {}", i + 1),
                &[(from - arrow, y), (from + arrow, y - arrow), (from + arrow, y + arrow)],
                INK,
                1.0,
            );
        }
        if u > high {
            picture.area(
                format!("arrow {}", i + 1),
                &[(to + arrow, y), (to - arrow, y - arrow), (to - arrow, y + arrow)],
                INK,
                1.0,
            );
        }
        if e >= low && e <= high {
            let (at, side) = (x.place(e), half * share.max(0.35));
            let corners =
                [(at - side, y - side), (at + side, y - side), (at + side, y + side), (at - side, y + side)];
            picture.area(format!("estimate {}", i + 1), &corners, color, 1.0);
        }
    }

    fn axis(
        &self,
        picture: &mut Picture,
        x: Scale,
        (low, high): (f64, f64),
        (left, right): (f64, f64),
        bottom: f64,
    ) {
        let size = self.style.font_size;
        picture.line("axis", &[(left, bottom), (right, bottom)], INK, 0.08 * size);
        let ticks = if self.logarithmic { ticks_logarithmic(low, high) } else { ticks_between(low, high, 6) };
        let mut free = f64::NEG_INFINITY;
        for tick in ticks {
            let at = x.place(tick);
            picture.line("axis", &[(at, bottom), (at, bottom + 0.4 * size)], INK, 0.08 * size);
            let half = font::width(&label(tick), size, false) / 2.0;
            if at - half > free {
                picture.text(self.style.text("tick", (at, bottom + 1.5 * size), Anchor::Middle, label(tick)));
                free = at + half + 0.4 * size;
            }
        }
        if let Some((below, above)) = &self.favours {
            let none = x.place(if self.logarithmic { 1.0 } else { 0.0 });
            let y = bottom + 3.0 * size;
            picture.text(self.style.text(
                "favours",
                (none - 0.8 * size, y),
                Anchor::End,
                format!("← {below}"),
            ));
            picture.text(self.style.text(
                "favours",
                (none + 0.8 * size, y),
                Anchor::Start,
                format!("{above} →"),
            ));
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
