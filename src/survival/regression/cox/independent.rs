//! Which columns tell something that earlier ones do not.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::newton::Objective;
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;

/// Of its variance, what a column must keep beyond earlier ones; and of the events, its least variance that counts.
pub(super) const COLLINEAR: (f64, f64) = (1e-11, 1e-3);

/// The columns on which the likelihood depends and that are no combinations of earlier ones, whatever the offset, the
/// weights and the starting values.
pub(in crate::survival::regression) fn independent_columns(rows: &Rows, ties: Ties) -> Vec<usize> {
    let all: Vec<usize> = (0..rows.p).collect();
    let free = told_apart(rows, ties, plain_information(rows, ties));
    if free.len() == rows.p {
        return free;
    }
    // Beside a row that is far from the others in several columns all else that these tell is rounding.
    let among_ordinary =
        |ordinary: Rows| independent_of(&ordinary, &plain_information(&ordinary, ties), &all);
    rows.without_extremes().map(among_ordinary).filter(|other| other.len() > free.len()).unwrap_or(free)
}

/// Beside columns that are nearly collinear what a later one keeps is rounding in part, and passes for information.
const ROUNDING: f64 = 1e-12;

/// The first of these columns, from a number on, of whose variance what is left beyond earlier ones may be rounding.
pub(super) fn doubtful(information: &[f64], p: usize, columns: &[usize], from: usize) -> Option<usize> {
    let mut least = 1.0_f64;
    let pivots = Cholesky::new(information, p, columns)?;
    let left = columns.iter().zip(pivots.pivots()).map(|(&j, pivot)| (j, pivot / information[j * p + j]));
    for (j, left) in left {
        if j >= from && left * least < ROUNDING {
            return Some(j);
        }
        least = least.min(left);
    }
    None
}

/// The columns that are no combinations of earlier ones; a doubtful one is taken apart from them row by row.
fn told_apart(rows: &Rows, ties: Ties, mut information: Vec<f64>) -> Vec<usize> {
    let (p, all) = (rows.p, (0..rows.p).collect::<Vec<_>>());
    let mut known = 0;
    loop {
        let free = independent_of(rows, &information, &all);
        let Some(j) = doubtful(&information, p, &free, known) else { return free };
        let earlier: Vec<usize> = free.iter().copied().filter(|&k| k < j).collect();
        let kept = apart_from(rows, ties, &earlier, j) / information[j * p + j];
        if !(kept > COLLINEAR.0) {
            for k in 0..p {
                (information[j * p + k], information[k * p + j]) = (0.0, 0.0);
            }
        }
        known = j + 1;
    }
}

/// The information on what is left of a column once the earlier ones are taken out of each row, twice for their digits.
fn apart_from(rows: &Rows, ties: Ties, earlier: &[usize], j: usize) -> f64 {
    let (p, mut rows) = (rows.p, rows.clone());
    for _ in 0..2 {
        let information = plain_information(&rows, ties);
        let column: Vec<f64> = (0..p).map(|k| information[k * p + j]).collect();
        let Some(factor) = Cholesky::new(&information, p, earlier) else { break };
        let share = factor.solve(&column);
        for row in rows.x.chunks_exact_mut(p) {
            row[j] -= earlier.iter().map(|&k| row[k] * share[k]).sum::<f64>();
        }
    }
    plain_information(&rows, ties)[j * (p + 1)]
}

/// Of some columns, those that are no combinations of earlier ones of them.
pub(super) fn independent_of(rows: &Rows, information: &[f64], columns: &[usize]) -> Vec<usize> {
    let events = rows.event.iter().filter(|&&e| e).count() as f64;
    let pairs = columns.iter().flat_map(|i| columns.iter().map(move |j| information[i * rows.p + j]));
    let own: Vec<f64> = pairs.collect();
    let found = Cholesky::independent(&own, columns.len(), COLLINEAR.0, COLLINEAR.1 * events);
    found.into_iter().map(|k| columns[k]).collect()
}

/// The information at 0 of the rows without offset and weights: it vanishes in no direction that tells anything.
pub(super) fn plain_information(rows: &Rows, ties: Ties) -> Vec<f64> {
    let mut plain = rows.unweighted();
    plain.centre_within_strata();
    let mut point = Point::new(rows.p);
    Objective::new(&plain, ties, vec![0.0; rows.p]).evaluate(&vec![0.0; rows.p], &mut point);
    point.information
}
