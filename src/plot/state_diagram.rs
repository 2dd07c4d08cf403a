//! The states of a model with the moves between them, counted.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plot::boxed::{
    Line, Rectangle, box_height, crosses, draw_arrow, draw_box, draw_label, padding, widest,
};
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::font;
use crate::plot::layers::{Layers, layers};
use crate::plot::picture::{Anchor, Picture, Text};
use crate::plot::style::{GREY, Style};
use crate::survival::data::histories::Histories;
use crate::trial::{Label, StateAnalysis, label};

/// States as boxes and moves between them as arrows with their number: from the left, where subjects start, to the
/// right. Each box says how many were in the state at the start of their observation and how many at its end.
///
/// States that no subject can reach from one another's side stand in one column. A move over several columns, or back,
/// has a way of its own between the boxes, so that no arrow crosses a box. Many states make the figure wider than asked
/// for.
///
/// # Errors
/// [`Error::Empty`] without states; those of [`Picture::save`].
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
///
/// let to = [Some("ill"), Some("dead"), Some("dead"), None];
/// let data = Histories::among(&["well", "ill", "dead"]).rows(&[1, 1, 2, 3], &[0., 3., 0., 0.], &[3., 8., 5., 9.], &to)?
///     .with_from(&["well", "ill", "well", "well"])?;
/// let svg = data.figure().title("Illness and death").to_svg()?;
/// assert!(svg.contains("at the start 3") && svg.contains("at the end 2"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is drawn until `.build()` or `.save(…)` is called"]
pub struct StateDiagram {
    states: Vec<State>,
    moves: Vec<(usize, usize, usize)>,
    title: String,
    style: Style,
}

#[derive(Debug, Clone)]
struct State {
    name: String,
    start: usize,
    end: usize,
}

impl Histories {
    /// The diagram of the states with the number of moves (feature `plot`). It ignores weights: subjects are counted.
    pub fn figure(&self) -> StateDiagram {
        let mut states: Vec<State> =
            self.states().iter().map(|name| State { name: name.clone(), start: 0, end: 0 }).collect();
        let mut ends: Vec<Option<[usize; 2]>> = vec![None; self.ids().count()];
        for (row, &id) in self.ids().codes().iter().enumerate() {
            let [first, last] = ends[id as usize].get_or_insert([row, row]);
            if self.start()[row] < self.start()[*first] {
                *first = row;
            }
            if self.stop()[row] > self.stop()[*last] {
                *last = row;
            }
        }
        for [first, last] in ends.into_iter().flatten() {
            states[self.from()[first] as usize].start += 1;
            let at_end = match self.to()[last] {
                0 => self.from()[last] as usize,
                to => to as usize - 1,
            };
            states[at_end].end += 1;
        }
        let mut counts = vec![vec![0; states.len()]; states.len()];
        for (&from, &to) in self.from().iter().zip(self.to()).filter(|&(_, &to)| to > 0) {
            counts[from as usize][to as usize - 1] += 1;
        }
        let moves = (0..states.len())
            .flat_map(|from| (0..states.len()).map(move |to| (from, to)))
            .map(|(from, to)| (from, to, counts[from][to]))
            .filter(|&(_, _, count)| count > 0)
            .collect();
        StateDiagram { states, moves, title: String::new(), style: Style::journal() }
    }
}

impl<A: Label, S: Label> StateAnalysis<A, S> {
    /// The diagram of the states of an arm with the number of moves (feature `plot`).
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn diagram(&self, arm: A) -> Result<StateDiagram> {
        let (histories, groups) = self.histories();
        let code = groups.code(&label(&arm))? as u32;
        let keep: Vec<bool> = groups.codes().iter().map(|&c| c == code).collect();
        let title = format!("{}: {}", self.endpoint(), label(&arm));
        Ok(histories.filter(&keep)?.figure().title(title))
    }
}

/// A move with its way: the places through which it goes.
struct Way {
    places: Vec<(f64, f64)>,
    count: usize,
}

impl StateDiagram {
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
    /// See [`StateDiagram`].
    pub fn build(&self) -> Result<Picture> {
        if self.states.is_empty() {
            return Err(Error::Empty { argument: "states" });
        }
        let size = self.style.font_size;
        let plan = layers(self.states.len(), &self.moves.iter().map(|m| (m.0, m.1)).collect::<Vec<_>>());
        let lines: Vec<Vec<Line>> = self.states.iter().enumerate().map(|(i, s)| self.words(i, s)).collect();
        let top = 1.2 * size + if self.title.is_empty() { 0.0 } else { 1.6 * self.style.title_size };
        let (boxes, slots, width, bottom) = self.places(&plan, &lines, top);
        let name = if self.title.is_empty() { "States and moves" } else { &self.title };
        let mut picture = Picture::new(width, bottom + 2.6 * size, name, self.describe());
        self.style.draw_title(&mut picture, &self.title);
        let ways = self.ways(&plan, &boxes, &slots);
        for way in &ways {
            draw_arrow(&mut picture, "move", &way.places, size);
        }
        for (i, own) in lines.iter().enumerate() {
            draw_box(&mut picture, &self.style, &format!("state {}", i + 1), boxes[i], own, true);
        }
        self.labels(&mut picture, &ways, &boxes);
        let note = "At each arrow: the number of moves. In each box: subjects at the start and at the end of observation.";
        let at = (0.8 * size, bottom + 1.6 * size);
        let mut small = self.style.text("note", at, Anchor::Start, note);
        // The note is set as large as it fits.
        let fit = (width - 1.6 * size) / font::width(note, size, false);
        small.size = size * fit.clamp(0.6, 0.9);
        picture.text(Text { color: GREY, ..small });
        Ok(picture)
    }

    /// The states with their subjects and the moves between them, as tables.
    #[must_use]
    pub fn data(&self) -> FigureData {
        let mut states = DataTable::new("States", &["state", "at the start", "at the end"]);
        for state in &self.states {
            states.row([DataCell::from(&state.name), (state.start as f64).into(), (state.end as f64).into()]);
        }
        let mut moves = DataTable::new("Moves", &["from", "to", "number"]);
        for &(from, to, count) in &self.moves {
            let name = |k: usize| DataCell::from(&self.states[k].name);
            moves.row([name(from), name(to), (count as f64).into()]);
        }
        let title = if self.title.is_empty() { "States and moves" } else { &self.title };
        FigureData::new(title, vec![states, moves])
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// See [`StateDiagram`].
    pub fn to_svg(&self) -> Result<String> {
        Ok(self.build()?.to_svg())
    }

    /// The figure as a file: `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// See [`StateDiagram`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.build()?.save(path)
    }

    fn words(&self, i: usize, state: &State) -> Vec<Line> {
        let mut lines = vec![Line::bold(&state.name)];
        if state.start > 0 {
            lines.push(Line::new(format!("at the start {}", state.start)));
        }
        lines.push(Line::new(format!("at the end {}", state.end)));
        if let Some(again) = self.moves.iter().find(|m| m.0 == i && m.1 == i) {
            lines.push(Line::new(format!("entered again {}", again.2)));
        }
        lines
    }

    /// Where each box stands, and the height of each way through a column; the width of the whole and where it ends.
    #[allow(clippy::type_complexity, reason = "boxes, slots and the ends of the whole")]
    fn places(
        &self,
        plan: &Layers,
        lines: &[Vec<Line>],
        top: f64,
    ) -> (Vec<Rectangle>, Vec<(f64, f64, f64)>, f64, f64) {
        let size = self.style.font_size;
        let own_width = |i: usize| widest(&lines[i], size) + 2.0 * padding(size);
        let count = lines.len();
        let wide: Vec<f64> = plan
            .columns
            .iter()
            .map(|c| c.iter().filter(|&&n| n < count).map(|&n| own_width(n)).fold(0.0, f64::max))
            .collect();
        // Arrows that share a side of a box stand apart.
        let sides = |n: usize| {
            let left = plan.chains.iter().filter(|c| c.last() == Some(&n)).count();
            left.max(plan.chains.iter().filter(|c| c.first() == Some(&n)).count())
        };
        let height = |n: usize| {
            let apart = |n| (sides(n) as f64 + 1.0) * 1.25 * size;
            if n < count { box_height(&lines[n], size).max(apart(n)) } else { 1.6 * size }
        };
        let between = 2.4 * size;
        let total = |c: &Vec<usize>| {
            c.iter().map(|&n| height(n)).sum::<f64>() + between * (c.len() as f64 - 1.0).max(0.0)
        };
        let tallest = plan.columns.iter().map(total).fold(0.0, f64::max);
        let label = self.moves.iter().map(|m| font::width(&m.2.to_string(), size, false)).fold(0.0, f64::max);
        let gaps = (plan.columns.len() as f64 - 1.0).max(0.0);
        let least = label + 5.5 * size;
        let free = self.style.width() - wide.iter().sum::<f64>() - 1.6 * size;
        let gap = if gaps > 0.0 { (free / gaps).clamp(least, 3.0 * least) } else { 0.0 };
        let content = wide.iter().sum::<f64>() + gap * gaps;
        let width = (content + 1.6 * size).max(self.style.width());
        let (mut boxes, mut slots) = (vec![(0.0, 0.0, 0.0, 0.0); count], Vec::new());
        slots.resize(plan.nodes.max(count) - count, (0.0, 0.0, 0.0));
        let mut left = (width - content) / 2.0;
        for (column, &wide) in plan.columns.iter().zip(&wide) {
            // Columns are centred: a short one has more room between its boxes.
            let spare = (tallest - total(column)) / (column.len() as f64 + 1.0);
            let mut y = top + spare;
            for &n in column {
                let high = height(n);
                if n < count {
                    let half = own_width(n) / 2.0;
                    let middle = left + wide / 2.0;
                    boxes[n] = (middle - half, y, middle + half, y + high);
                } else {
                    slots[n - count] = (left, left + wide, y + high / 2.0);
                }
                y += high + between + spare;
            }
            left += wide + gap;
        }
        straighten(plan, &boxes, &mut slots, between / 2.0);
        (boxes, slots, width, top + tallest)
    }

    /// Each move from the side of its box to that of the other, through the slots of the columns between. Where several
    /// share a side they are spread over it in the order of where they go.
    fn ways(&self, plan: &Layers, boxes: &[Rectangle], slots: &[(f64, f64, f64)]) -> Vec<Way> {
        let count = boxes.len();
        let height = |n: usize| {
            if n < count { f64::midpoint(boxes[n].1, boxes[n].3) } else { slots[n - count].2 }
        };
        // Every way as it runs from left to right, whatever its direction.
        let chains: Vec<&Vec<usize>> = plan.chains.iter().collect();
        let spread = |n: usize, chain: usize, right: bool| {
            let mut own: Vec<(f64, usize)> = chains
                .iter()
                .enumerate()
                .filter_map(|(k, c)| {
                    let (end, next) = if right {
                        (c[0], *c.get(1)?)
                    } else {
                        (*c.last()?, *c.get(c.len().checked_sub(2)?)?)
                    };
                    (end == n).then(|| (height(next), k))
                })
                .collect();
            own.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let place = own.iter().position(|o| o.1 == chain).unwrap_or(0);
            let (_, top, _, bottom) = boxes[n];
            top + (bottom - top) * (place as f64 + 1.0) / (own.len() as f64 + 1.0)
        };
        let mut ways = Vec::new();
        for (k, chain) in chains.iter().enumerate() {
            let (&[first, .., last], Some(&(from, _, moves))) = (&chain[..], self.way(plan, k)) else {
                continue;
            };
            let mut places = vec![(boxes[first].2, spread(first, k, true))];
            for &n in &chain[1..chain.len() - 1] {
                let (left, right, y) = slots[n - count];
                places.extend([(left, y), (right, y)]);
            }
            places.push((boxes[last].0, spread(last, k, false)));
            if from != first {
                places.reverse();
            }
            ways.push(Way { places, count: moves });
        }
        ways
    }

    /// The move that a chain stands for.
    fn way(&self, plan: &Layers, chain: usize) -> Option<&(usize, usize, usize)> {
        self.moves.get(plan.moves[chain])
    }

    /// A number on each arrow, where it touches neither box nor number nor another arrow.
    fn labels(&self, picture: &mut Picture, ways: &[Way], boxes: &[Rectangle]) {
        let size = self.style.font_size;
        let mut taken: Vec<Rectangle> = boxes.to_vec();
        for (k, way) in ways.iter().enumerate() {
            let text = way.count.to_string();
            let (half, high) = (font::width(&text, size, false) / 2.0 + 0.3 * size, 0.65 * size);
            let mut best: Option<(usize, (f64, f64))> = None;
            // The middle of each piece first, then nearer to its ends.
            for share in [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78] {
                for pair in way.places.windows(2) {
                    let at = (
                        pair[0].0 + share * (pair[1].0 - pair[0].0),
                        pair[0].1 + share * (pair[1].1 - pair[0].1),
                    );
                    let own = (at.0 - half, at.1 - high, at.0 + half, at.1 + high);
                    let overlap = taken.iter().filter(|&&t| overlap(own, t)).count() * 10;
                    let crossed =
                        ways.iter().enumerate().filter(|&(j, w)| j != k && crosses(&w.places, own)).count();
                    let cost = overlap + crossed;
                    if best.is_none_or(|(least, _)| cost < least) {
                        best = Some((cost, at));
                    }
                }
            }
            if let Some((_, at)) = best {
                taken.push((at.0 - half, at.1 - high, at.0 + half, at.1 + high));
                draw_label(picture, &self.style, "count", at, &text);
            }
        }
    }

    fn describe(&self) -> String {
        let states: Vec<String> = self
            .states
            .iter()
            .map(|s| format!("{}: at the start {}, at the end {}", s.name, s.start, s.end))
            .collect();
        let moves: Vec<String> = self
            .moves
            .iter()
            .map(|&(from, to, n)| format!("{} to {}: {n}", self.states[from].name, self.states[to].name))
            .collect();
        format!("{}. Moves: {}.", states.join("; "), moves.join("; "))
    }
}

/// The slots of a long way are brought to one height where its neighbours in each column leave room for that.
fn straighten(plan: &Layers, boxes: &[Rectangle], slots: &mut [(f64, f64, f64)], room: f64) {
    let count = boxes.len();
    for chain in plan.chains.iter().filter(|c| c.len() > 3) {
        let own = &chain[1..chain.len() - 1];
        let free = |slots: &[(f64, f64, f64)], node: usize, y: f64| {
            let Some(column) = plan.columns.iter().find(|c| c.contains(&node)) else { return false };
            let at = column.iter().position(|&n| n == node).unwrap_or(0);
            let ends = |n: usize| {
                if n < count { (boxes[n].1, boxes[n].3) } else { (slots[n - count].2, slots[n - count].2) }
            };
            let above = at.checked_sub(1).is_none_or(|a| ends(column[a]).1 + room <= y);
            above && column.get(at + 1).is_none_or(|&b| y + room <= ends(b).0)
        };
        let heights: Vec<f64> = own.iter().map(|&n| slots[n - count].2).collect();
        if let Some(&y) = heights.iter().find(|&&y| own.iter().all(|&n| free(slots, n, y))) {
            for &n in own {
                slots[n - count].2 = y;
            }
        }
    }
}

fn overlap(a: Rectangle, b: Rectangle) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}
