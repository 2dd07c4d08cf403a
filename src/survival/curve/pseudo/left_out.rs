//! A curve without one subject: products of what the stretches of time do, shared by all who are left out.

/// The rows until a time, what each does until the next, and all before and after each.
pub(super) struct AtTime<'a> {
    pub(super) rows: &'a [Row],
    full: Vec<Step>,
    pub(super) before: Vec<Step>,
    after: Vec<Step>,
}

impl<'a> AtTime<'a> {
    pub(super) fn new(rows: &'a [Row], t: f64) -> Self {
        let full = steps(rows, t);
        let start = Step::time(rows.first().map_or(t, |r| r.time));
        let (mut before, mut after) = (vec![start], vec![Step::NOTHING; rows.len() + 1]);
        for (i, step) in full.iter().enumerate() {
            before.push(before[i].then(step));
        }
        for i in (0..rows.len()).rev() {
            after[i] = full[i].then(&after[i + 1]);
        }
        Self { rows, full, before, after }
    }

    /// What is left without a subject who is at risk from a row to that of its exit.
    pub(super) fn left_out(
        &self,
        without: &Segments,
        place: (usize, usize),
        (event, own): (bool, bool),
    ) -> Step {
        let (first, exit) = place;
        let (first, until) = (first.min(self.rows.len()), exit.min(self.rows.len()));
        let mut left = self.before[first].then(&without.product(first, until));
        if exit < self.rows.len() {
            let row = self.rows[exit].without(event, own);
            left = left.then(&row.step(self.full[exit].length)).then(&self.after[exit + 1]);
        }
        left
    }

    /// How a change of one row moves the whole.
    fn moved(&self, row: usize, by: &Step) -> Step {
        Step::between(&self.before[row], by, &self.after[row + 1])
    }

    /// How a unit of weight at risk in the rows before each moves the whole.
    pub(super) fn moved_by_risk(&self) -> Vec<Step> {
        let mut so_far = vec![Step::ZERO];
        for (i, row) in self.rows.iter().enumerate() {
            let moved = self.moved(i, &row.change_of_risk(self.full[i].length));
            so_far.push(so_far[i].plus(&moved, 1.0));
        }
        so_far
    }

    /// How a unit of weight of a subject moves the whole.
    pub(super) fn influence(
        &self,
        so_far: &[Step],
        (first, exit): (usize, usize),
        (event, own): (bool, bool),
    ) -> Step {
        let rows = self.rows.len();
        let (first, until) = (first.min(rows), (exit + 1).min(rows));
        let mut moved = so_far[until.max(first)].plus(&so_far[first], -1.0);
        if event && exit < rows {
            let by = self.rows[exit].change_of_event(own, self.full[exit].length);
            moved = moved.plus(&self.moved(exit, &by), 1.0);
        }
        moved
    }
}

/// Who was at risk at a time and had an event, of any cause and of that in question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) time: f64,
    pub(super) at_risk: f64,
    pub(super) events: f64,
    pub(super) own: f64,
}

impl Row {
    /// The row without a subject at risk, who may have had the event at it.
    pub(super) fn without(&self, event: bool, own: bool) -> Self {
        let less = |x: f64, yes: bool| if yes { x - 1.0 } else { x };
        // Where only later entrants are at risk the subject is not among them, and the row is not asked for.
        Self {
            time: self.time,
            at_risk: self.at_risk - 1.0,
            events: less(self.events, event),
            own: less(self.own, own),
        }
    }

    fn step(&self, length: f64) -> Step {
        if !(self.at_risk > 0.0 && self.events > 0.0) {
            return Step::time(length);
        }
        let free = if self.events < self.at_risk { 1.0 - self.events / self.at_risk } else { 0.0 };
        Step::of(free, self.own / self.at_risk, self.events / self.at_risk, length)
    }

    /// How a unit of weight at risk changes the step.
    fn change_of_risk(&self, length: f64) -> Step {
        if !(self.at_risk > 0.0 && self.events > 0.0) {
            return Step::ZERO;
        }
        let less = |events: f64| events / self.at_risk / self.at_risk;
        Step::of(less(self.events), -less(self.own), -less(self.events), length)
    }

    /// How a unit of weight of an event changes the step.
    fn change_of_event(&self, own: bool, length: f64) -> Step {
        let unit = self.at_risk.recip();
        Step::of(-unit, if own { unit } else { 0.0 }, unit, length)
    }
}

/// What a stretch of time does to who is free of events at its start: an element of a product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) free: f64,
    pub(super) incidence: f64,
    pub(super) hazard: f64,
    length: f64,
    pub(super) free_area: f64,
    pub(super) incidence_area: f64,
}

impl Step {
    const ZERO: Self =
        Self { free: 0.0, incidence: 0.0, hazard: 0.0, length: 0.0, free_area: 0.0, incidence_area: 0.0 };
    const NOTHING: Self = Self { free: 1.0, ..Self::ZERO };

    /// Events, and the time until the next.
    fn of(free: f64, incidence: f64, hazard: f64, length: f64) -> Self {
        Self { free, incidence, hazard, length, free_area: free * length, incidence_area: incidence * length }
    }

    /// Time without events.
    fn time(length: f64) -> Self {
        Self { length, free_area: length, ..Self::NOTHING }
    }

    fn then(&self, next: &Self) -> Self {
        Self {
            free: self.free * next.free,
            incidence: self.incidence + self.free * next.incidence,
            hazard: self.hazard + next.hazard,
            length: self.length + next.length,
            free_area: self.free_area + self.free * next.free_area,
            incidence_area: self.incidence_area
                + self.incidence * next.length
                + self.free * next.incidence_area,
        }
    }

    /// How the whole is moved where the stretch between two others is moved by so much: it is linear in each.
    fn between(before: &Self, by: &Self, after: &Self) -> Self {
        let (free, incidence) = (before.free * by.free, before.free * by.incidence);
        Self {
            free: free * after.free,
            incidence: incidence + free * after.incidence,
            hazard: by.hazard,
            length: 0.0,
            free_area: before.free * by.free_area + free * after.free_area,
            incidence_area: before.free * by.incidence_area
                + incidence * after.length
                + free * after.incidence_area,
        }
    }

    /// The sum, of changes.
    fn plus(&self, other: &Self, factor: f64) -> Self {
        Self {
            free: self.free + factor * other.free,
            incidence: self.incidence + factor * other.incidence,
            hazard: self.hazard + factor * other.hazard,
            length: 0.0,
            free_area: self.free_area + factor * other.free_area,
            incidence_area: self.incidence_area + factor * other.incidence_area,
        }
    }
}

/// Each row with the time up to the next, or to `end`.
pub(super) fn steps(rows: &[Row], end: f64) -> Vec<Step> {
    let ends = rows.iter().skip(1).map(|r| r.time).chain([end]);
    rows.iter().zip(ends).map(|(r, end)| r.step(end - r.time)).collect()
}

pub(super) fn all(steps: &[Step]) -> Step {
    steps.iter().fold(Step::NOTHING, |product, step| product.then(step))
}

/// Products of stretches in O(log n), and of those from the start in O(1).
pub(super) struct Segments {
    from_start: Vec<Step>,
    size: usize,
    tree: Vec<Step>,
}

impl Segments {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        let size = steps.len().next_power_of_two();
        let mut tree = vec![Step::NOTHING; 2 * size];
        tree[size..size + steps.len()].copy_from_slice(&steps);
        for i in (1..size).rev() {
            tree[i] = tree[2 * i].then(&tree[2 * i + 1]);
        }
        let mut from_start = vec![Step::NOTHING];
        for (i, step) in steps.iter().enumerate() {
            from_start.push(from_start[i].then(step));
        }
        Self { from_start, size, tree }
    }

    /// The product of the stretches `first..until`.
    fn product(&self, first: usize, until: usize) -> Step {
        if first == 0 {
            return self.from_start[until];
        }
        let (mut left, mut right) = (Step::NOTHING, Step::NOTHING);
        let (mut a, mut b) = (first + self.size, until.max(first) + self.size);
        while a < b {
            if a % 2 == 1 {
                left = left.then(&self.tree[a]);
                a += 1;
            }
            if b % 2 == 1 {
                b -= 1;
                right = self.tree[b].then(&right);
            }
            a /= 2;
            b /= 2;
        }
        left.then(&right)
    }
}
