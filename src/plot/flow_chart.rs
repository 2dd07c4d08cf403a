//! The flow of a trial's subjects, from screening to analysis (CONSORT).

use std::path::Path;

use crate::error::Result;
use crate::plot::boxed::{Line, box_height, draw_arrow, draw_box, padding, widest, widest_word, wrap};
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::picture::{Anchor, Picture, Text};
use crate::plot::style::{GREY, INK, Style};
use crate::trial::Flow;

/// The CONSORT diagram of a trial: who was assessed, excluded and why, randomised, and in each arm what they received,
/// how follow-up ended and in which populations they are analysed. Made by [`Flow::figure`].
///
/// Boxes are as wide as their column and as high as their text; a figure with many arms is wider than asked for, so that
/// no word is cut.
///
/// # Errors
/// Those of [`Picture::save`].
///
/// # References
/// Hopewell et al. (2025), CONSORT 2025 statement, BMJ 389:e081123.
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct FlowChart {
    flow: Flow,
    title: String,
    style: Style,
}

impl Flow {
    /// The diagram of the flow (feature `plot`).
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::Population;
    /// use greenwood::trial::examples::{Arm, Event, saa};
    ///
    /// let alive: Population<Arm, Event> = Population::new("no early death", |s| !s.had(Event::Death));
    /// let flow = saa().flow(&[alive]).screened(21, &[("no consent", 2), ("other disease", 1)])?;
    /// let svg = flow.figure().to_svg()?;
    /// assert!(svg.contains("Assessed for eligibility (n = 21)") && svg.contains("no consent (n = 2)"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> FlowChart {
        FlowChart { flow: self.clone(), title: String::new(), style: Style::journal() }
    }
}

fn counted(name: &str, n: usize) -> String {
    format!("{name} (n = {n})")
}

/// A stage of the trial: its name at the margin, and the box of each arm.
struct Stage {
    name: &'static str,
    boxes: Vec<Vec<Line>>,
}

/// The places that the whole shares.
struct Columns {
    /// Left and right ends of each arm's column.
    arms: Vec<(f64, f64)>,
    left: f64,
    right: f64,
}

impl FlowChart {
    /// A title above.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Sizes.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The figure as data.
    ///
    /// # Errors
    /// None today; a figure is a `Result` everywhere.
    pub fn build(&self) -> Result<Picture> {
        let size = self.style.font_size;
        let stages = self.stages();
        let (columns, width) = self.columns(&stages);
        let mut picture = Picture::new(width, 0.0, self.name(), self.describe());
        self.style.draw_title(&mut picture, &self.title);
        let top = 1.2 * size + if self.title.is_empty() { 0.0 } else { 1.6 * self.style.title_size };
        let bottom = self.enrolment(&mut picture, &columns, top);
        picture.height = self.arms(&mut picture, &columns, &stages, bottom) + 1.2 * size;
        Ok(picture)
    }

    /// Every number of the diagram with its stage and its arm, as a table.
    #[must_use]
    pub fn data(&self) -> FigureData {
        let flow = &self.flow;
        let mut table = DataTable::new("Flow", &["stage", "arm", "subjects", "number"]);
        let mut row = |stage: &str, arm: &str, what: &str, n: usize| {
            table.row([DataCell::from(stage), arm.into(), what.into(), (n as f64).into()]);
        };
        if let Some(assessed) = flow.assessed() {
            row("Enrolment", "", "assessed for eligibility", assessed);
        }
        for (why, n) in flow.excluded() {
            row("Enrolment", "", &format!("excluded: {why}"), *n);
        }
        row("Enrolment", "", "randomised", flow.randomised().iter().sum());
        for (i, arm) in flow.arms().iter().enumerate() {
            row("Allocation", arm, "allocated", flow.randomised()[i]);
            row("Allocation", arm, "received another treatment", flow.other_treatment()[i]);
            row("Follow-up", arm, "lost to follow-up", flow.lost()[i]);
            row("Follow-up", arm, "withdrew", flow.withdrew()[i]);
            for (why, n) in flow.other_reasons() {
                row("Follow-up", arm, why, n[i]);
            }
            row("Follow-up", arm, "followed to a terminal event", flow.terminal()[i]);
            row("Follow-up", arm, "still followed", flow.still_followed()[i]);
            for (name, n) in flow.populations() {
                row("Analysis", arm, &format!("analysed: {name}"), n[i]);
            }
        }
        FigureData::new(self.name(), vec![table])
    }

    fn name(&self) -> &str {
        if self.title.is_empty() { "Flow of subjects" } else { &self.title }
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`FlowChart`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`FlowChart`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    fn stages(&self) -> Vec<Stage> {
        let flow = &self.flow;
        let arms = 0..flow.arms().len();
        let allocation = |i: usize| {
            let (n, other) = (flow.randomised()[i], flow.other_treatment()[i]);
            vec![
                Line::bold(counted(&format!("Allocated to {}", flow.arms()[i]), n)),
                Line::new(counted("Received it", n.saturating_sub(other))),
                Line::new(counted("Received another treatment", other)),
            ]
        };
        let follow_up = |i: usize| {
            let mut lines = vec![
                Line::new(counted("Lost to follow-up", flow.lost()[i])),
                Line::new(counted("Withdrew", flow.withdrew()[i])),
            ];
            lines.extend(flow.other_reasons().iter().map(|(why, n)| Line::new(counted(why, n[i]))));
            lines.push(Line::new(counted("Followed to a terminal event", flow.terminal()[i])));
            lines.push(Line::new(counted("Still followed", flow.still_followed()[i])));
            lines
        };
        let analysis = |i: usize| {
            let line =
                |(name, n): &(String, Vec<usize>)| Line::new(counted(&format!("Analysed: {name}"), n[i]));
            flow.populations().iter().map(line).collect::<Vec<_>>()
        };
        let mut stages = vec![
            Stage { name: "Allocation", boxes: arms.clone().map(allocation).collect() },
            Stage { name: "Follow-up", boxes: arms.clone().map(follow_up).collect() },
        ];
        if !flow.populations().is_empty() {
            stages.push(Stage { name: "Analysis", boxes: arms.map(analysis).collect() });
        }
        stages
    }

    /// A column for each arm beside the names of the stages; as wide as the figure, or as its longest word needs.
    fn columns(&self, stages: &[Stage]) -> (Columns, f64) {
        let size = self.style.font_size;
        let count = self.flow.arms().len().max(1);
        let left = 2.6 * size;
        let gap = 1.6 * size;
        let word = stages.iter().flat_map(|s| &s.boxes).map(|b| widest_word(b, size)).fold(0.0, f64::max);
        let least = (word + 2.0 * padding(size)).max(9.0 * size);
        let room = self.style.width() - left - 0.8 * size;
        let each = ((room - gap * (count as f64 - 1.0)) / count as f64).max(least);
        // Two lines of text need no more than their own width.
        let natural = stages.iter().flat_map(|s| &s.boxes).map(|b| widest(b, size)).fold(0.0, f64::max);
        let own = each.min((natural + 2.0 * padding(size)).max(least));
        let spread = (room - own * count as f64) / count as f64;
        let spread = spread.max(gap);
        let start = left + if count > 1 { 0.0 } else { spread / 2.0 };
        let step = if count > 1 { ((room - own) / (count as f64 - 1.0)).max(own + gap) } else { 0.0 };
        let arms: Vec<(f64, f64)> =
            (0..count).map(|i| (start + i as f64 * step, start + i as f64 * step + own)).collect();
        let right = arms.last().map_or(left, |a| a.1).max(left + room);
        (Columns { arms, left, right }, right + 0.8 * size)
    }

    /// From those who were assessed to those who were randomised. Returns where the boxes end.
    fn enrolment(&self, picture: &mut Picture, columns: &Columns, top: f64) -> f64 {
        let size = self.style.font_size;
        let middle = f64::midpoint(columns.arms[0].0, columns.arms[columns.arms.len() - 1].1);
        let total: usize = self.flow.randomised().iter().sum();
        let centred = |picture: &mut Picture, class: &str, line: Line, top: f64| {
            let (half, height) = (
                widest(std::slice::from_ref(&line), size) / 2.0 + padding(size),
                box_height(std::slice::from_ref(&line), size),
            );
            draw_box(
                picture,
                &self.style,
                class,
                (middle - half, top, middle + half, top + height),
                &[line],
                true,
            );
            top + height
        };
        let mut y = top;
        if let Some(assessed) = self.flow.assessed() {
            let from =
                centred(picture, "assessed", Line::bold(counted("Assessed for eligibility", assessed)), y);
            let reasons = self.flow.excluded();
            let excluded: usize = reasons.iter().map(|r| r.1).sum();
            let mut to = from + 2.2 * size;
            if excluded > 0 {
                let mut lines = vec![Line::bold(counted("Excluded", excluded))];
                lines.extend(reasons.iter().map(|(why, n)| Line::indented(counted(why, *n))));
                let left = middle + 2.4 * size;
                let lines = wrap(&lines, columns.right - left - 2.0 * padding(size), size);
                let height = box_height(&lines, size);
                let own = (widest(&lines, size) + 2.0 * padding(size)).min(columns.right - left);
                let place = (left, from + 1.2 * size, left + own, from + 1.2 * size + height);
                let level = f64::midpoint(place.1, place.3);
                to = place.3 + 1.2 * size;
                draw_arrow(picture, "arrow", &[(middle, level), (left, level)], size);
                draw_box(picture, &self.style, "excluded", place, &lines, false);
            }
            draw_arrow(picture, "arrow", &[(middle, from), (middle, to)], size);
            y = to;
        }
        let bottom = centred(picture, "randomised", Line::bold(counted("Randomised", total)), y);
        self.stage_name(picture, columns, "Enrolment", (top, bottom));
        bottom
    }

    /// The stages below, a column for each arm. Returns where they end.
    fn arms(&self, picture: &mut Picture, columns: &Columns, stages: &[Stage], from: f64) -> f64 {
        let size = self.style.font_size;
        let middle = f64::midpoint(columns.arms[0].0, columns.arms[columns.arms.len() - 1].1);
        let centre = |arm: (f64, f64)| f64::midpoint(arm.0, arm.1);
        let (bus, mut y) = (from + 1.3 * size, from + 3.0 * size);
        let (first, last) = (centre(columns.arms[0]), centre(columns.arms[columns.arms.len() - 1]));
        picture.line("trunk", &[(middle, from), (middle, bus)], INK, 0.09 * size);
        if first < last {
            picture.line("trunk", &[(first, bus), (last, bus)], INK, 0.09 * size);
        }
        for &arm in &columns.arms {
            draw_arrow(picture, "arrow", &[(centre(arm), bus), (centre(arm), y)], size);
        }
        for (k, stage) in stages.iter().enumerate() {
            let room = columns.arms[0].1 - columns.arms[0].0 - 2.0 * padding(size);
            let boxes: Vec<Vec<Line>> = stage.boxes.iter().map(|b| wrap(b, room, size)).collect();
            // The name at the margin is no longer than its stage.
            let least = font::width(stage.name, size, false) + 0.4 * size;
            let height = boxes.iter().map(|b| box_height(b, size)).fold(least, f64::max);
            for (lines, &arm) in boxes.iter().zip(&columns.arms) {
                let class = stage.name.to_lowercase();
                draw_box(picture, &self.style, &class, (arm.0, y, arm.1, y + height), lines, false);
                if k + 1 < stages.len() {
                    let (from, to) = (y + height, y + height + 2.0 * size);
                    draw_arrow(picture, "arrow", &[(centre(arm), from), (centre(arm), to)], size);
                }
            }
            self.stage_name(picture, columns, stage.name, (y, y + height));
            y += height + 2.0 * size;
        }
        y - 2.0 * size
    }

    /// The name of a stage at the margin, with a rule as long as the stage.
    fn stage_name(&self, picture: &mut Picture, columns: &Columns, name: &str, (top, bottom): (f64, f64)) {
        let size = self.style.font_size;
        let x = columns.left - 0.9 * size;
        // A name that is much longer than its stage would run into the next one.
        if font::width(name, size, false) > bottom - top + 1.6 * size {
            return;
        }
        picture.line("stage rule", &[(x, top), (x, bottom)], GREY, 0.06 * size);
        let at = (x - 0.5 * size, f64::midpoint(top, bottom));
        let text = self.style.text("stage", at, Anchor::Middle, name);
        picture.text(Text { upwards: true, color: GREY, ..text });
    }

    fn describe(&self) -> String {
        let flow = &self.flow;
        let mut sentences = Vec::new();
        if let Some(assessed) = flow.assessed() {
            let reasons: Vec<String> = flow.excluded().iter().map(|(why, n)| format!("{why} {n}")).collect();
            let excluded: usize = flow.excluded().iter().map(|e| e.1).sum();
            sentences.push(format!("Assessed {assessed}, excluded {excluded} ({})", reasons.join(", ")));
        }
        for (i, arm) in flow.arms().iter().enumerate() {
            let analysed: Vec<String> =
                flow.populations().iter().map(|(name, n)| format!(", analysed ({name}) {}", n[i])).collect();
            let others: Vec<String> =
                flow.other_reasons().iter().map(|(why, n)| format!("{why} {}, ", n[i])).collect();
            sentences.push(format!(
                "{arm}: randomised {}, another treatment {}, lost {}, withdrew {}, {}terminal event {}, still followed {}{}",
                flow.randomised()[i],
                flow.other_treatment()[i],
                flow.lost()[i],
                flow.withdrew()[i],
                others.concat(),
                flow.terminal()[i],
                flow.still_followed()[i],
                analysed.concat()
            ));
        }
        format!("{}.", sentences.join(". "))
    }
}
