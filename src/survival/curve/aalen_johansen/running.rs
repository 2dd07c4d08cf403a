//! S, the incidences and their variances as they run from row to row, and how they are kept.
//!
//! Each row's estimates follow from those of the row before. To keep them all costs more than to work them out: memory that
//! is written for the first time. So what stands before every 64th row is kept, and a question is answered by a walk from
//! there: the same steps, the same bits.

use std::ops::Range;

use crate::survival::curve::aalen_johansen::variance::{Growing, Hazard, IncidenceVariance};
use crate::survival::curve::estimator::greenwood;
use crate::survival::risk_table::competing::CompetingRiskTable;

/// Rows from one place that is kept to the next.
pub(super) const BLOCK: usize = 64;

/// One number of each cause: an array where their number is known, so that the compiler unrolls.
pub(super) trait Each: Clone + AsRef<[f64]> + AsMut<[f64]> {}

impl<T: Clone + AsRef<[f64]> + AsMut<[f64]>> Each for T {}

/// Which causes have had events so far.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seen {
    None,
    One(usize),
    Several,
}

impl Seen {
    /// After a row with `each` events of each cause. Of moment in the first rows only, and kept out of the way of the rest.
    #[inline(never)]
    fn after(self, each: &[f64]) -> Self {
        (0..each.len()).filter(|&k| each[k] > 0.0).fold(self, |seen, k| match seen {
            Self::None => Self::One(k),
            Self::One(other) if other == k => seen,
            _ => Self::Several,
        })
    }
}

/// Where the estimates stand after some rows. Which variance grows is known when it is compiled, so that a step holds the terms
/// of one only.
#[derive(Clone)]
struct Running<E, const AALEN: bool> {
    free: f64,
    log_variance: f64,
    incidence: E,
    growing: Growing<E>,
    seen: Seen,
}

impl<E: Each, const AALEN: bool> Running<E, AALEN> {
    fn start(zero: &E) -> Self {
        Self {
            free: 1.0,
            log_variance: 0.0,
            incidence: zero.clone(),
            growing: Growing::new(zero),
            seen: Seen::None,
        }
    }

    /// A row with `n` at risk and `by_cause` events.
    #[allow(
        clippy::inline_always,
        reason = "only inside the loop over rows does what runs stay in registers"
    )]
    #[inline(always)]
    fn step(&mut self, n: f64, by_cause: &E) {
        let each = by_cause.as_ref();
        let d = match each {
            [one] => *one,
            several => several.iter().sum(),
        };
        // Without a branch on whether there are events, which is unpredictable: nothing is added where there are none.
        let hazard = Hazard { at_risk: n, events: d, free: self.free };
        let unit = hazard.unit();
        // A product with the reciprocal is the quotient to the last bit where one subject has the event.
        let fall = if d == 0.0 || d == 1.0 { d * unit } else { d / n };
        let greenwood = greenwood(d, n);
        self.free *= if d >= n && d > 0.0 { 0.0 } else { 1.0 - fall };
        self.log_variance += greenwood;
        if AALEN {
            if d > 0.0 {
                self.growing.step(|k| (hazard.free * (each[k] * unit), hazard.aalen(each[k], each)));
            }
        } else {
            self.growing.step(|k| {
                let (by, b, c) = hazard.multinomial(each[k], unit);
                (by, (greenwood, b, c))
            });
        }
        let incidence = self.incidence.as_mut();
        for (f, d) in incidence.iter_mut().zip(each) {
            *f += hazard.free * (d * unit);
        }
        if self.seen != Seen::Several {
            self.seen = self.seen.after(each);
            // As long as nothing has competed the incidence is one minus Kaplan-Meier, to the last bit.
            for (k, f) in incidence.iter_mut().enumerate() {
                *f = if self.seen == Seen::One(k) { 1.0 - self.free } else { *f };
            }
        }
    }

    fn write(&self, to: &mut Vec<f64>) {
        let seen = match self.seen {
            Seen::None => -1.0,
            Seen::One(k) => k as f64,
            Seen::Several => f64::INFINITY,
        };
        to.extend([self.free, self.log_variance, seen]);
        to.extend_from_slice(self.incidence.as_ref());
        self.growing.write(to);
    }

    fn read(zero: &E, from: &[f64]) -> Self {
        let causes = zero.as_ref().len();
        let mut incidence = zero.clone();
        incidence.as_mut().copy_from_slice(&from[3..3 + causes]);
        let seen = match from[2] {
            k if k < 0.0 => Seen::None,
            k if k.is_finite() => Seen::One(k as usize),
            _ => Seen::Several,
        };
        let growing = Growing::read(zero, &from[3 + causes..]);
        Self { free: from[0], log_variance: from[1], incidence, growing, seen }
    }
}

/// Numbers in one place of a table with that many causes.
fn width(causes: usize) -> usize {
    3 + causes + Growing::<Vec<f64>>::width(causes)
}

/// The estimates after each of some rows: of log S the variance, of each cause (row-major) the incidence and its variance.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Columns {
    pub log_variance: Vec<f64>,
    pub incidence: Vec<f64>,
    /// Empty where it follows from that of S (one cause).
    pub variance: Vec<f64>,
}

/// With one cause the variance is that of S.
fn has_own_variance(causes: usize, aalen: bool) -> bool {
    causes > 1 || aalen
}

/// Walks over some rows of a table: `work` is told the rows as a number of causes that is known, or as any number.
fn over<W: Work>(table: &CompetingRiskTable, rows: Range<usize>, work: W) -> W::Output {
    let causes = table.causes().len();
    if let (Some((_, at_risk, _)), Some(events), 2) =
        (table.all().subject_columns(), table.subject_events(), causes)
    {
        // The same code with two causes known, which the compiler unrolls.
        let (events, _) = events.as_chunks::<2>();
        let row = |(n, d): (&u32, &[u32; 2])| (f64::from(*n), d.map(f64::from));
        work.on(at_risk[rows.clone()].iter().zip(&events[rows]).map(row), &[0.0; 2])
    } else {
        let row = |i| (table.all().row(i).at_risk, (0..causes).map(|k| table.events_of(i, k)).collect());
        work.on(rows.map(row), &vec![0.0; causes])
    }
}

trait Work {
    type Output;

    fn on<E: Each>(self, rows: impl ExactSizeIterator<Item = (f64, E)>, zero: &E) -> Self::Output;
}

/// S after each row of a table, and the places from which the rest follows.
pub(super) fn places(table: &CompetingRiskTable, kind: IncidenceVariance) -> (Vec<f64>, Vec<f64>) {
    struct Keep<const AALEN: bool>;

    impl<const AALEN: bool> Work for Keep<AALEN> {
        type Output = (Vec<f64>, Vec<f64>);

        fn on<E: Each>(self, rows: impl ExactSizeIterator<Item = (f64, E)>, zero: &E) -> Self::Output {
            let mut free = Vec::with_capacity(rows.len());
            let mut places = Vec::with_capacity(rows.len().div_ceil(BLOCK) * width(zero.as_ref().len()));
            let mut running = Running::<E, AALEN>::start(zero);
            for (i, (n, by_cause)) in rows.enumerate() {
                if i % BLOCK == 0 {
                    // A copy is written, so that what runs need not lie in memory.
                    running.clone().write(&mut places);
                }
                running.step(n, &by_cause);
                free.push(running.free);
            }
            (free, places)
        }
    }

    let rows = 0..table.all().len();
    if kind == IncidenceVariance::Aalen {
        over(table, rows, Keep::<true>)
    } else {
        over(table, rows, Keep::<false>)
    }
}

/// The estimates after each row, and S.
pub(super) fn columns(table: &CompetingRiskTable, kind: IncidenceVariance) -> (Vec<f64>, Columns) {
    written(table, 0..table.all().len(), kind, None)
}

/// The estimates after each row of block number `block`, from its place among `places`.
pub(super) fn block(
    table: &CompetingRiskTable,
    kind: IncidenceVariance,
    places: &[f64],
    block: usize,
) -> Columns {
    let rows = block * BLOCK..((block + 1) * BLOCK).min(table.all().len());
    let width = width(table.causes().len());
    let place = places.get(block * width..(block + 1) * width);
    written(table, rows, kind, place).1
}

fn written(
    table: &CompetingRiskTable,
    rows: Range<usize>,
    kind: IncidenceVariance,
    place: Option<&[f64]>,
) -> (Vec<f64>, Columns) {
    if kind == IncidenceVariance::Aalen {
        over(table, rows, Write::<true> { place })
    } else {
        over(table, rows, Write::<false> { place })
    }
}

struct Write<'a, const AALEN: bool> {
    /// Where the first row begins; `None` for the start.
    place: Option<&'a [f64]>,
}

impl<const AALEN: bool> Work for Write<'_, AALEN> {
    type Output = (Vec<f64>, Columns);

    fn on<E: Each>(self, rows: impl ExactSizeIterator<Item = (f64, E)>, zero: &E) -> Self::Output {
        let causes = zero.as_ref().len();
        let own = has_own_variance(causes, AALEN);
        let mut free = Vec::with_capacity(rows.len());
        let mut to = Columns {
            log_variance: Vec::with_capacity(rows.len()),
            incidence: Vec::with_capacity(rows.len() * causes),
            variance: Vec::with_capacity(if own { rows.len() * causes } else { 0 }),
        };
        let mut running = match self.place {
            Some(place) => Running::<E, AALEN>::read(zero, place),
            None => Running::start(zero),
        };
        for (n, by_cause) in rows {
            running.step(n, &by_cause);
            free.push(running.free);
            to.log_variance.push(running.log_variance);
            to.incidence.extend_from_slice(running.incidence.as_ref());
            if own {
                to.variance.extend((0..causes).map(|k| running.growing.value(k)));
            }
        }
        (free, to)
    }
}
