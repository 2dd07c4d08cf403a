//! The swimmer plot: a lane for each subject, with what happened on it.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::axis::{Rounding, Scale, label, ticks};
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture};
use crate::plot::style::{INK, Style, fill_of};

/// A subject: how long it was followed, and what happened when.
#[derive(Debug, Clone, PartialEq)]
pub struct SwimmerLane {
    label: String,
    group: String,
    end: f64,
    ongoing: bool,
    events: Vec<(f64, String)>,
}

impl SwimmerLane {
    /// A subject followed to `end`.
    #[must_use]
    pub fn new(label: impl Into<String>, end: f64) -> Self {
        Self { label: label.into(), group: String::new(), end, ongoing: false, events: Vec::new() }
    }

    /// The group whose colour the lane has.
    #[must_use]
    pub fn group(self, group: impl Into<String>) -> Self {
        Self { group: group.into(), ..self }
    }

    /// Still followed at the end: the lane ends in an arrow.
    #[must_use]
    pub fn ongoing(self) -> Self {
        Self { ongoing: true, ..self }
    }

    /// What happened at a time.
    #[must_use]
    pub fn event(mut self, time: f64, name: impl Into<String>) -> Self {
        self.events.push((time, name.into()));
        self
    }
}

/// A lane for each subject, as long as its follow-up, the longest at the top, with a sign for each event.
///
/// # Errors
/// [`Error::Empty`] without lanes, [`Error::InvalidTime`] for a time that is not finite or below 0; those of
/// [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::plot::{SwimmerLane, SwimmerPlot};
///
/// let svg = SwimmerPlot::new(vec![
///     SwimmerLane::new("01", 30.0).group("new").ongoing(),
///     SwimmerLane::new("02", 12.0).group("old").event(5.0, "relapse").event(12.0, "death"),
/// ])
/// .time_axis("Months")
/// .to_svg()?;
/// assert!(svg.contains("relapse") && svg.contains("death"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct SwimmerPlot {
    lanes: Vec<SwimmerLane>,
    title: String,
    time_name: String,
    style: Style,
}

/// The names in order of first appearance.
fn names<'a>(all: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in all {
        if !name.is_empty() && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

impl SwimmerPlot {
    /// These lanes.
    pub fn new(lanes: Vec<SwimmerLane>) -> Self {
        Self { lanes, title: String::new(), time_name: "Time".into(), style: Style::journal() }
    }

    /// A title above.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// The name of the time axis.
    pub fn time_axis(self, name: impl Into<String>) -> Self {
        Self { time_name: name.into(), ..self }
    }

    /// Sizes and colours.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// See [`SwimmerPlot`].
    pub fn build(&self) -> Result<Picture> {
        self.check()?;
        let mut lanes: Vec<&SwimmerLane> = self.lanes.iter().collect();
        lanes.sort_by(|a, b| b.end.total_cmp(&a.end));
        let size = self.style.font_size;
        let (groups, kinds) = (
            names(self.lanes.iter().map(|l| &l.group)),
            names(self.lanes.iter().flat_map(|l| l.events.iter().map(|e| &e.1))),
        );
        let widest = lanes.iter().map(|l| font::width(&l.label, size, false)).fold(0.0, f64::max);
        let left = (widest + 1.8 * size).min(0.35 * self.style.width());
        let right = self.style.width() - 2.4 * size;
        let title = if self.title.is_empty() { 0.0 } else { 1.6 * self.style.title_size };
        let (places, rows) = self.legend_places(&groups, &kinds, right - left);
        let top = 1.2 * size + title + rows as f64 * 1.45 * size;
        let lane = (1.6 * size).min(self.style.panel_height() * 3.0 / lanes.len() as f64);
        let bottom = top + lane * lanes.len() as f64 + 0.4 * size;
        let end = lanes.iter().flat_map(|l| l.events.iter().map(|e| e.0).chain([l.end])).fold(0.0, f64::max);
        let end = if end > 0.0 { end } else { 1.0 };
        let x = Scale::linear((0.0, end), (left, right));
        let description = format!(
            "{} subjects, followed for {} to {}.",
            lanes.len(),
            label(lanes[lanes.len() - 1].end),
            label(lanes[0].end)
        );
        let mut picture = Picture::new(self.style.width(), bottom + 3.4 * size, self.name(), description);
        self.style.draw_title(&mut picture, &self.title);
        self.legend(&mut picture, &groups, &kinds, &places, (left, 1.2 * size + title));
        for (i, own) in lanes.iter().enumerate() {
            let group = groups.iter().position(|g| *g == own.group).unwrap_or(0);
            self.draw_lane(&mut picture, (i, own, group), &kinds, x, (top + (i as f64 + 0.5) * lane, lane));
        }
        self.axis(&mut picture, x, (left, right, bottom), end);
        Ok(picture)
    }

    /// A lane of this height with its middle at y: a bar in the colour of its group, its name, the signs of its events.
    fn draw_lane(
        &self,
        picture: &mut Picture,
        (i, own, group): (usize, &SwimmerLane, usize),
        kinds: &[String],
        x: Scale,
        (y, height): (f64, f64),
    ) {
        let (size, color) = (self.style.font_size, self.style.palette.color(group));
        let (left, to, half) = (x.place(0.0), x.place(own.end), 0.3 * height);
        let bar = [(left, y - half), (to, y - half), (to, y + half), (left, y + half)];
        picture.area(format!("lane {}", i + 1), &bar, color, fill_of(group));
        if own.ongoing {
            let arrow = [(to, y - half), (to + 1.6 * half, y), (to, y + half)];
            picture.area(format!("ongoing {}", i + 1), &arrow, color, 0.9);
        }
        if height > 0.9 * size {
            let at = (left - 0.7 * size, y + 0.35 * size);
            picture.text(self.style.text(format!("subject {}", i + 1), at, Anchor::End, &own.label));
        }
        for (time, kind) in &own.events {
            let sign = kinds.iter().position(|k| k == kind).unwrap_or(0);
            draw_sign(picture, sign, (x.place(*time), y), (0.33 * height).min(0.4 * size));
        }
    }

    /// The lanes and the events on them, as tables.
    ///
    /// # Errors
    /// See [`SwimmerPlot`].
    pub fn data(&self) -> Result<FigureData> {
        self.check()?;
        let mut lanes = DataTable::new("Subjects", &["subject", "group", "followed to", "still followed"]);
        let mut events = DataTable::new("Events", &["subject", &self.time_name, "event"]);
        for lane in &self.lanes {
            let ongoing = if lane.ongoing { "yes" } else { "no" };
            lanes.row([DataCell::from(&lane.label), (&lane.group).into(), lane.end.into(), ongoing.into()]);
            for (time, name) in &lane.events {
                events.row([DataCell::from(&lane.label), (*time).into(), name.into()]);
            }
        }
        Ok(FigureData::new(self.name(), vec![lanes, events]))
    }

    fn name(&self) -> String {
        if self.title.is_empty() { "Swimmer plot".into() } else { self.title.clone() }
    }

    fn check(&self) -> Result<()> {
        if self.lanes.is_empty() {
            return Err(Error::Empty { argument: "lanes" });
        }
        for (index, lane) in self.lanes.iter().enumerate() {
            for value in lane.events.iter().map(|e| e.0).chain([lane.end]) {
                if !(0.0..f64::INFINITY).contains(&value) {
                    return Err(Error::InvalidTime { argument: "lanes", index, value });
                }
            }
        }
        Ok(())
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`SwimmerPlot`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`SwimmerPlot`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    /// Where each entry of the legend stands, and in how many rows.
    fn legend_places(&self, groups: &[String], kinds: &[String], width: f64) -> (Vec<(f64, f64)>, usize) {
        let size = self.style.font_size;
        let (mut x, mut row, mut places) = (0.0, 0, Vec::new());
        for name in groups.iter().chain(kinds) {
            let own = font::width(name, size, false) + 3.2 * size;
            if x > 0.0 && x + own > width {
                (x, row) = (0.0, row + 1);
            }
            places.push((x, row as f64 * 1.45 * size));
            x += own;
        }
        let rows = if places.is_empty() { 0 } else { row + 1 };
        (places, rows)
    }

    fn legend(
        &self,
        picture: &mut Picture,
        groups: &[String],
        kinds: &[String],
        places: &[(f64, f64)],
        (left, top): (f64, f64),
    ) {
        let size = self.style.font_size;
        for (i, (name, (x, y))) in groups.iter().chain(kinds).zip(places).enumerate() {
            let (x, y) = (left + x, top + y);
            if i < groups.len() {
                let corners = [
                    (x, y - 0.3 * size),
                    (x + size, y - 0.3 * size),
                    (x + size, y + 0.3 * size),
                    (x, y + 0.3 * size),
                ];
                picture.area(format!("key {}", i + 1), &corners, self.style.palette.color(i), fill_of(i));
            } else {
                draw_sign(picture, i - groups.len(), (x + 0.5 * size, y), 0.35 * size);
            }
            picture.text(self.style.text(
                format!("label {}", i + 1),
                (x + 1.5 * size, y + 0.35 * size),
                Anchor::Start,
                name,
            ));
        }
    }

    fn axis(&self, picture: &mut Picture, x: Scale, (left, right, bottom): (f64, f64, f64), end: f64) {
        let size = self.style.font_size;
        picture.line("axis", &[(left, bottom), (right, bottom)], INK, 0.08 * size);
        for tick in ticks(end, 8, Rounding::of(&self.time_name)) {
            let at = x.place(tick);
            picture.line("axis", &[(at, bottom), (at, bottom + 0.4 * size)], INK, 0.08 * size);
            picture.text(self.style.text(
                "time tick",
                (at, bottom + 1.5 * size),
                Anchor::Middle,
                label(tick),
            ));
        }
        picture.text(self.style.text(
            "time axis",
            (f64::midpoint(left, right), bottom + 2.8 * size),
            Anchor::Middle,
            &self.time_name,
        ));
    }
}

/// Signs that differ in shape: disc, square, triangle, diamond, cross, ring of a square.
fn draw_sign(picture: &mut Picture, kind: usize, (x, y): (f64, f64), r: f64) {
    let class = format!("sign {}", kind + 1);
    let round: Vec<(f64, f64)> = (0..16)
        .map(|i| {
            let angle = f64::from(i) * std::f64::consts::TAU / 16.0;
            (x + r * angle.cos(), y + r * angle.sin())
        })
        .collect();
    match kind % 6 {
        0 => picture.area(class, &round, INK, 1.0),
        1 => picture.area(class, &[(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)], INK, 1.0),
        2 => picture.area(class, &[(x, y - r), (x + r, y + r), (x - r, y + r)], INK, 1.0),
        3 => picture.area(class, &[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], INK, 1.0),
        4 => {
            picture.line(class.clone(), &[(x - r, y - r), (x + r, y + r)], INK, 0.45 * r);
            picture.line(class, &[(x - r, y + r), (x + r, y - r)], INK, 0.45 * r);
        }
        _ => picture.line(
            class,
            &[(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r), (x - r, y - r)],
            INK,
            0.35 * r,
        ),
    }
}
