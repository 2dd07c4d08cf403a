//! Pseudo-values: what each subject contributes to an estimate, by leaving it out.

use ndarray::{Array2, ArrayView2};

use crate::error::{Error, Result};
use crate::numeric::sums::Sum;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::risk_table::competing::CompetingRiskTable;
use crate::survival::risk_table::table::RiskTable;

/// The jackknife pseudo-values of a survival or incidence curve: `n θ − (n − 1) θ₍₋ᵢ₎`.
///
/// θ is the estimate at a time, `θ₍₋ᵢ₎` that without the subject. Without censoring the pseudo-value of S(t) is 1 for who
/// lives beyond t and 0 for who does not; with censoring it stands in for that unknown outcome in a regression.
///
/// # Conventions
/// Each subject is left out in turn, exactly, ties and delayed entries included; a curve that ends earlier without the
/// subject stays at its last value. With [`infinitesimal`](Self::infinitesimal) it is `θ + n φᵢ` instead, φ the derivative in
/// the weight of the subject: R's `survival::pseudo`, another number. A replication weight w, a whole number, is w
/// subjects of whom one is left out. Strata are ignored.
///
/// # Cost
/// O(n log n) for the table, and per time O(n), with delayed entry O(n log n): what precedes the subject's exit, and what
/// follows it, are products that are shared.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::curve::Pseudo;
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
/// let pseudo = Pseudo::new(&[2.0]).survival(&data)?;
/// assert_eq!(pseudo.estimate(), [0.5]);
/// // Nobody is censored by 2: dead or alive.
/// for (value, alive) in pseudo.values().column(0).iter().zip([0.0, 0.0, 1.0, 1.0]) {
///     assert!((value - alive).abs() < 1e-12);
/// }
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Andersen, Klein & Rosthøj (2003), Biometrika 90:15. Andersen & Pohar Perme (2010), Stat Methods Med Res 19:71.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until it is asked for a quantity"]
pub struct Pseudo {
    times: Vec<f64>,
    infinitesimal: bool,
}

impl Pseudo {
    /// Pseudo-values at these times; for areas they are the horizons.
    pub fn new(times: &[f64]) -> Self {
        Self { times: times.to_vec(), infinitesimal: false }
    }

    /// Takes a little of a subject's weight away, in place of the whole subject: R's `survival::pseudo`. Then
    /// [`PseudoValues::influence`] is the influence function, whose squares sum to the robust variance.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::RightCensored;
    /// use greenwood::survival::curve::Pseudo;
    ///
    /// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
    /// let influence = Pseudo::new(&[2.0]).infinitesimal().survival(&data)?.influence();
    /// let variance: f64 = influence.iter().map(|u| u * u).sum();
    /// assert!((variance - 0.25 * 0.25).abs() < 1e-12); // 0.5 · 0.5/4: nobody is censored by 2
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn infinitesimal(self) -> Self {
        Self { infinitesimal: true, ..self }
    }

    pub(crate) fn is_infinitesimal(&self) -> bool {
        self.infinitesimal
    }

    pub(crate) fn times(&self) -> &[f64] {
        &self.times
    }

    /// Of the Kaplan-Meier estimate S(t).
    ///
    /// # Errors
    /// [`Error::Empty`] without times; [`Error::OutOfRange`] where a time is not finite or below 0, or a replication weight
    /// is not a whole number of at least 1; [`Error::BeyondFollowUp`] where nobody is observed up to a time and the curve
    /// is above 0; [`Error::Unsupported`] with sampling weights or clusters, of which no single row can be left out.
    pub fn survival(&self, data: &RightCensored) -> Result<PseudoValues> {
        self.of_events(data, |step| step.free)
    }

    /// Of the restricted mean, the area under S up to each time.
    ///
    /// # Errors
    /// As [`survival`](Self::survival).
    pub fn restricted_mean(&self, data: &RightCensored) -> Result<PseudoValues> {
        self.of_events(data, |step| step.free_area)
    }

    /// Of the Nelson-Aalen estimate of the cumulative hazard.
    ///
    /// # Errors
    /// As [`survival`](Self::survival).
    pub fn cumulative_hazard(&self, data: &RightCensored) -> Result<PseudoValues> {
        self.of_events(data, |step| step.hazard)
    }

    /// Of the cumulative incidence of a cause.
    ///
    /// # Errors
    /// As [`survival`](Self::survival); [`Error::UnknownCause`].
    pub fn incidence(&self, data: &CompetingRisks, cause: &(impl ToString + ?Sized)) -> Result<PseudoValues> {
        self.of_cause(data, data.position(cause)?, |step| step.incidence)
    }

    /// Of the mean time lost to a cause, the area under its incidence up to each time.
    ///
    /// # Errors
    /// As [`incidence`](Self::incidence).
    pub fn time_lost(&self, data: &CompetingRisks, cause: &(impl ToString + ?Sized)) -> Result<PseudoValues> {
        self.of_cause(data, data.position(cause)?, |step| step.incidence_area)
    }

    fn of_events(&self, data: &RightCensored, quantity: fn(&Step) -> f64) -> Result<PseudoValues> {
        let codes: Vec<u32> = data.event().iter().map(|&e| u32::from(e)).collect();
        let table = RiskTable::new(data);
        let rows =
            table.rows().map(|r| Row { time: r.time, at_risk: r.at_risk, events: r.events, own: r.events });
        self.leave_out(&data.merged(), rows.collect(), &codes, 1, quantity)
    }

    fn of_cause(
        &self,
        data: &CompetingRisks,
        cause: usize,
        quantity: fn(&Step) -> f64,
    ) -> Result<PseudoValues> {
        let table = CompetingRiskTable::new(data);
        let one = |(i, r): (usize, crate::survival::risk_table::table::Row)| Row {
            time: r.time,
            at_risk: r.at_risk,
            events: r.events,
            own: table.events_of(i, cause),
        };
        let rows = table.all().rows().enumerate().map(one).collect();
        self.leave_out(&data.merged(), rows, data.codes(), cause as u32 + 1, quantity)
    }

    /// Refuses times and weights of which there is no pseudo-value.
    pub(crate) fn check_parts(&self, robust: bool, weights: &[f64]) -> Result<()> {
        if self.times.is_empty() {
            return Err(Error::Empty { argument: "times" });
        }
        if let Some(&value) = self.times.iter().find(|t| !(**t >= 0.0 && t.is_finite())) {
            return Err(Error::OutOfRange { argument: "times", value, must_be: "finite and at least 0" });
        }
        if robust {
            return Err(Error::Unsupported {
                method: "a pseudo-value",
                with: "sampling weights or clusters",
                why: "it leaves out one independent subject; give one row per subject, or replication weights",
            });
        }
        match weights.iter().find(|w| !(**w >= 1.0 && w.fract() == 0.0)) {
            Some(&value) => {
                let must_be = "a whole number of at least 1, since one subject is left out";
                Err(Error::OutOfRange { argument: "a replication weight", value, must_be })
            }
            None => Ok(()),
        }
    }

    fn check(&self, data: &RightCensored, rows: &[Row]) -> Result<()> {
        self.check_parts(data.is_robust(), data.weights().map_or(&[][..], Weights::values))?;
        let last = rows.last().map_or(0.0, |r| r.time);
        let reaches_zero = rows.last().is_some_and(|_| all(&steps(rows, last)).free <= 0.0);
        match self.times.iter().find(|&&t| t > last) {
            Some(&tau) if !reaches_zero => Err(Error::BeyondFollowUp { tau, last }),
            _ => Ok(()),
        }
    }

    fn leave_out(
        &self,
        data: &RightCensored,
        rows: Vec<Row>,
        codes: &[u32],
        own_code: u32,
        quantity: fn(&Step) -> f64,
    ) -> Result<PseudoValues> {
        self.check(data, &rows)?;
        let weights: Vec<f64> = data.weights().map_or_else(|| vec![1.0; data.len()], |w| w.values().to_vec());
        let n = weights.iter().sum::<f64>();
        let entry = |i: usize| data.entry().map_or(0.0, |e| e[i]);
        // By subject: the first row at which it is at risk, and that of its exit.
        let places: Vec<(usize, usize)> = (0..data.len())
            .map(|i| {
                let after_entry = rows.partition_point(|r| entry(i) > 0.0 && r.time <= entry(i));
                (after_entry, rows.partition_point(|r| r.time < data.time()[i]))
            })
            .collect();
        let (mut values, mut estimate) = (Array2::zeros((data.len(), self.times.len())), Vec::new());
        for (k, &t) in self.times.iter().enumerate() {
            let at = AtTime::new(&rows[..rows.partition_point(|r| r.time <= t)], t);
            let theta = quantity(&at.before[at.rows.len()]);
            let own = |i: usize| (codes[i] > 0, codes[i] == own_code);
            if self.infinitesimal {
                let so_far = at.moved_by_risk();
                for (i, &place) in places.iter().enumerate() {
                    values[[i, k]] = theta + n * quantity(&at.influence(&so_far, place, own(i)));
                }
            } else {
                let without: Vec<Row> = at.rows.iter().map(|r| r.without(false, false)).collect();
                let without = Segments::new(steps(&without, t));
                for (i, &place) in places.iter().enumerate() {
                    let others = quantity(&at.left_out(&without, place, own(i)));
                    values[[i, k]] = n * (theta - others) + others;
                }
            }
            estimate.push(theta);
        }
        Ok(PseudoValues { times: self.times.clone(), estimate, values, weights })
    }
}

/// The rows until a time, what each does until the next, and all before and after each.
struct AtTime<'a> {
    rows: &'a [Row],
    full: Vec<Step>,
    before: Vec<Step>,
    after: Vec<Step>,
}

impl<'a> AtTime<'a> {
    fn new(rows: &'a [Row], t: f64) -> Self {
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
    fn left_out(&self, without: &Segments, place: (usize, usize), (event, own): (bool, bool)) -> Step {
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
    fn moved_by_risk(&self) -> Vec<Step> {
        let mut so_far = vec![Step::ZERO];
        for (i, row) in self.rows.iter().enumerate() {
            let moved = self.moved(i, &row.change_of_risk(self.full[i].length));
            so_far.push(so_far[i].plus(&moved, 1.0));
        }
        so_far
    }

    /// How a unit of weight of a subject moves the whole.
    fn influence(&self, so_far: &[Step], (first, exit): (usize, usize), (event, own): (bool, bool)) -> Step {
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
struct Row {
    time: f64,
    at_risk: f64,
    events: f64,
    own: f64,
}

impl Row {
    /// The row without a subject at risk, who may have had the event at it.
    fn without(&self, event: bool, own: bool) -> Self {
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
struct Step {
    free: f64,
    incidence: f64,
    hazard: f64,
    length: f64,
    free_area: f64,
    incidence_area: f64,
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
fn steps(rows: &[Row], end: f64) -> Vec<Step> {
    let ends = rows.iter().skip(1).map(|r| r.time).chain([end]);
    rows.iter().zip(ends).map(|(r, end)| r.step(end - r.time)).collect()
}

fn all(steps: &[Step]) -> Step {
    steps.iter().fold(Step::NOTHING, |product, step| product.then(step))
}

/// Products of stretches in O(log n), and of those from the start in O(1).
struct Segments {
    from_start: Vec<Step>,
    size: usize,
    tree: Vec<Step>,
}

impl Segments {
    fn new(steps: Vec<Step>) -> Self {
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

/// Pseudo-values by row of the data and time, and the estimates that they belong to. Made by [`Pseudo`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct PseudoValues {
    times: Vec<f64>,
    estimate: Vec<f64>,
    values: Array2<f64>,
    weights: Vec<f64>,
}

impl PseudoValues {
    pub(crate) fn new(times: &[f64], estimate: Vec<f64>, values: Array2<f64>, weights: Vec<f64>) -> Self {
        Self { times: times.to_vec(), estimate, values, weights }
    }

    /// What each subject adds to the estimate, `(pᵢ − θ)/n`: with [`Pseudo::infinitesimal`] the influence function
    /// (R: `residuals(survfit)`), else what leaving the subject out takes away, times `(n − 1)/n`.
    #[must_use]
    pub fn influence(&self) -> Array2<f64> {
        let n: f64 = self.weights.iter().sum();
        Array2::from_shape_fn(self.values.dim(), |(i, k)| (self.values[[i, k]] - self.estimate[k]) / n)
    }

    /// The times, as they were given.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The estimate at each time.
    #[must_use]
    pub fn estimate(&self) -> &[f64] {
        &self.estimate
    }

    /// The pseudo-values: one row for each row of the data, one column for each time.
    #[must_use]
    pub fn values(&self) -> ArrayView2<'_, f64> {
        self.values.view()
    }

    /// The jackknife standard error of each estimate, `√(Σ (pᵢ − p̄)²/(n (n − 1)))`; `None` with one subject alone.
    ///
    /// # References
    /// Tukey (1958), Ann Math Stat 29:614.
    #[must_use]
    pub fn std_errors(&self) -> Option<Vec<f64>> {
        let n: f64 = self.weights.iter().sum();
        let one = |column: ndarray::ArrayView1<f64>| {
            let weighted = || column.iter().zip(&self.weights);
            let mean = weighted().map(|(p, w)| p * w).collect::<Sum>().value() / n;
            let squares = weighted().map(|(p, w)| w * (p - mean).powi(2)).collect::<Sum>().value();
            (squares / (n * (n - 1.0))).sqrt()
        };
        (n > 1.0).then(|| self.values.columns().into_iter().map(one).collect())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw {
    times: Vec<f64>,
    estimate: Vec<f64>,
    values: Vec<f64>,
    weights: Vec<f64>,
}

#[cfg(feature = "serde")]
impl From<PseudoValues> for Raw {
    fn from(from: PseudoValues) -> Self {
        let PseudoValues { times, estimate, values, weights } = from;
        Self { times, estimate, values: values.into_iter().collect(), weights }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for PseudoValues {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { times, estimate, values, weights } = raw;
        if estimate.len() != times.len() {
            let (len, expected) = (estimate.len(), times.len());
            return Err(Error::LengthMismatch { argument: "estimate", len, other: "times", expected });
        }
        if let Some(&value) = weights.iter().find(|w| !(**w >= 1.0 && w.is_finite())) {
            return Err(Error::OutOfRange { argument: "weights", value, must_be: "finite and at least 1" });
        }
        let (len, expected) = (values.len(), times.len() * weights.len());
        let values = Array2::from_shape_vec((weights.len(), times.len()), values).map_err(|_| {
            Error::LengthMismatch { argument: "values", len, other: "weights by times", expected }
        })?;
        Ok(Self { times, estimate, values, weights })
    }
}
