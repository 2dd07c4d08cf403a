//! The maximal intersections of intervals, and which of them each interval covers.

use crate::survival::data::interval_censored::{Closed, IntervalCensored};

/// A place on the time axis: just before (−1), at (0) or just after (1) a time.
pub(crate) type Place = (f64, i8);

/// The maximal intersections, in order, and the observations as ranges of them. An observation whose weight is 0 takes
/// part in nothing.
#[derive(Debug, Clone)]
pub(crate) struct Intersections {
    /// From the first place of an intersection to its last.
    pub places: Vec<(Place, Place)>,
    /// Distinct ranges (first and last intersection, inclusive) with the sum of their weights, ordered.
    pub cells: Vec<(u32, u32, f64)>,
    pub total: f64,
    /// Of each intersection, the weight of those under observation before it whose event came after it.
    pub survivors: Vec<f64>,
    pub truncated: bool,
}

pub(super) fn compare(a: &Place, b: &Place) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

/// The first and the last place of an observation. A left-censored one begins at 0 itself.
pub(super) fn ends(lower: f64, upper: f64, closed: Closed) -> (Place, Place) {
    let lower = if lower == f64::NEG_INFINITY { None } else { Some(lower + 0.0) };
    let upper = upper + 0.0;
    if lower == Some(upper) {
        return ((upper, 0), (upper, 0));
    }
    let first = match lower {
        None => (0.0, 0),
        Some(l) => (l, i8::from(closed != Closed::Both)),
    };
    // A left-censored time of 0 is 0.
    let open = closed == Closed::Neither && upper != f64::INFINITY && upper > 0.0;
    (first, (upper, if open { -1 } else { 0 }))
}

/// The same for a row, whose event is after its entry.
fn ends_of(data: &IntervalCensored, row: usize) -> (Place, Place) {
    let (mut first, last) = ends(data.lower()[row], data.upper()[row], data.closed());
    let entry = (data.entered(row), 1);
    if entry.0 > 0.0 && compare(&first, &entry).is_lt() {
        first = entry;
    }
    (first, last)
}

/// From the first intersection of an observation to that after its last.
fn range(places: &[(Place, Place)], (left, right): &(Place, Place)) -> (usize, usize) {
    let first = places.partition_point(|p| compare(&p.0, left).is_lt());
    let end = places.partition_point(|p| compare(&p.1, right).is_le());
    (first, end.max(first))
}

/// The number of intersections up to an entry.
fn entered(places: &[(Place, Place)], entry: f64) -> usize {
    if entry > 0.0 { places.partition_point(|p| compare(&p.1, &(entry, 0)).is_le()) } else { 0 }
}

/// Of each row the intersections up to its entry, its first one and that after its last; a row without weight may cover
/// none.
pub(super) fn ranges_of(places: &[(Place, Place)], data: &IntervalCensored) -> Vec<(usize, usize, usize)> {
    (0..data.len())
        .map(|i| {
            let (first, end) = range(places, &ends_of(data, i));
            (entered(places, data.entered(i)), first, end)
        })
        .collect()
}

/// Sums of weights of rows from their entry to their first intersection; exactly 0 where there are none.
fn survivors(rows: impl Iterator<Item = (usize, usize, f64)>, places: usize) -> Vec<f64> {
    let mut change = vec![(0i64, 0.0); places + 1];
    for (entered, first, weight) in rows {
        let first = first.max(entered);
        change[entered] = (change[entered].0 + 1, change[entered].1 + weight);
        change[first] = (change[first].0 - 1, change[first].1 - weight);
    }
    let (mut count, mut sum) = (0, 0.0);
    change
        .iter()
        .take(places)
        .map(|(rows, weight)| {
            count += rows;
            sum = if count == 0 { 0.0 } else { sum + weight };
            sum
        })
        .collect()
}

impl Intersections {
    pub fn new(data: &IntervalCensored) -> Self {
        Self::parted(data, None)
    }

    /// With a time that parts them, for curves that are held there: mass may then lie before and after it, also where
    /// no observation ends.
    pub fn parted(data: &IntervalCensored, at: Option<f64>) -> Self {
        let n = data.len();
        let ends: Vec<(Place, Place)> = (0..n).map(|i| ends_of(data, i)).collect();
        let weights: Vec<f64> = (0..n).map(|i| data.weight(i)).collect();
        let counted = |i: &usize| weights[*i] > 0.0;
        let mut lefts: Vec<Place> = (0..n).filter(counted).map(|i| ends[i].0).collect();
        let mut rights: Vec<Place> = (0..n).filter(counted).map(|i| ends[i].1).collect();
        // Mass up to an entry is not in the condition of that row: the entry parts intersections as an end does.
        let late = |i: &usize| data.entered(*i) > 0.0;
        rights.extend((0..n).filter(counted).filter(late).map(|i| (data.entered(i), 0)));
        if let Some(time) = at {
            lefts.extend([(0.0, 0), (time, 1)]);
            rights.push((time, 0));
        }
        lefts.sort_unstable_by(compare);
        rights.sort_unstable_by(compare);
        let mut places = Vec::new();
        let mut next = 0;
        for (r, right) in rights.iter().enumerate() {
            if r > 0 && compare(&rights[r - 1], right).is_eq() {
                continue;
            }
            let mut last = None;
            while next < lefts.len() && compare(&lefts[next], right).is_le() {
                last = Some(lefts[next]);
                next += 1;
            }
            if let Some(left) = last {
                places.push((left, *right));
            }
        }
        let ranges: Vec<(u32, u32)> = ends
            .iter()
            .map(|ends| {
                let (first, end) = range(&places, ends);
                (first as u32, (end as u32).wrapping_sub(1))
            })
            .collect();
        let survivors = survivors(
            (0..n)
                .filter(counted)
                .map(|i| (entered(&places, data.entered(i)), ranges[i].0 as usize, weights[i])),
            places.len(),
        );
        let mut cells: Vec<(u32, u32, f64)> =
            (0..n).filter(counted).map(|i| (ranges[i].0, ranges[i].1, weights[i])).collect();
        cells.sort_unstable_by(|x, y| (x.0, x.1).cmp(&(y.0, y.1)).then(x.2.total_cmp(&y.2)));
        cells.dedup_by(|later, kept| {
            let same = (later.0, later.1) == (kept.0, kept.1);
            if same {
                kept.2 += later.2;
            }
            same
        });
        let total = cells.iter().map(|c| c.2).sum();
        let truncated = data.is_truncated();
        Self { places, cells, total, survivors, truncated }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The probability of each cell.
    pub fn probabilities(&self, mass: &[f64]) -> Vec<f64> {
        let mut before = Vec::with_capacity(mass.len() + 1);
        before.push(0.0);
        let mut sum = 0.0;
        for p in mass {
            sum += p;
            before.push(sum);
        }
        let mut after = vec![0.0; mass.len() + 1];
        for j in (0..mass.len()).rev() {
            after[j] = after[j + 1] + mass[j];
        }
        // The difference that loses fewer digits; a short range is added up.
        let of = |&(a, b, _): &(u32, u32, f64)| {
            let (a, b) = (a as usize, b as usize);
            if b - a < 8 {
                mass[a..=b].iter().sum()
            } else if before[b + 1] < after[a] {
                before[b + 1] - before[a]
            } else {
                after[a] - after[b + 1]
            }
        };
        self.cells.iter().map(of).collect()
    }

    /// The log likelihood of the cells with these probabilities.
    pub fn log_likelihood(&self, probabilities: &[f64]) -> f64 {
        self.cells.iter().zip(probabilities).map(|(c, p)| c.2 * p.ln()).sum()
    }

    /// The derivative by each mass: the sum of w/P over the cells that cover it. At the maximum none is above Σw.
    pub fn gradient(&self, probabilities: &[f64]) -> Vec<f64> {
        let (mut starts, mut stops) = (vec![0.0; self.len() + 1], vec![0.0; self.len() + 1]);
        for (&(a, b, w), p) in self.cells.iter().zip(probabilities) {
            starts[a as usize] += w / p;
            stops[b as usize + 1] += w / p;
        }
        let mut sum = 0.0;
        (0..self.len())
            .map(|j| {
                sum += starts[j] - stops[j];
                sum
            })
            .collect()
    }
}
