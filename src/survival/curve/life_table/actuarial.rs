//! The actuarial estimate: counts in intervals, and what follows from them.

use crate::error::{Error, Result, check_len};
use crate::survival::curve::life_table::intervals::{Counts, rows};
use crate::survival::curve::life_table::result::LifeTable;
use crate::survival::curve::life_table::robust::robust_errors;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;

/// The actuarial (life-table) estimate from times grouped into intervals, as SAS's `LIFETEST METHOD=LIFE`.
///
/// In the interval `[a, a + b)` let n subjects be there at a, d have the event, w leave without it and v enter late. Of
/// those who are not there all the time half of it is counted, `n' = n − w/2 + v/2`, and then
///
/// | quantity | estimate | variance |
/// |---|---|---|
/// | conditional probability of the event | q = d/n', p = 1 − q | q p/n' |
/// | survival to a | S = Π p of the intervals before | S² Σ q/(n' p) of the intervals before (Greenwood) |
/// | density at the middle | f = S q/b | f² (Σ q/(n' p) + p/(n' q)) |
/// | hazard at the middle | h = d/(b (n' − d/2)) | h² (1 − (b h/2)²)/(n' q) |
/// | median residual life at a | from a to where survival is S/2, linear within an interval | (S/(2 f))²/n', f there |
///
/// With clusters or sampling weights the errors are robust: of each cluster `φ = Σ w (d − q n')` in each interval, d, n' of a
/// row, is what it does to q, times n'; by the delta method it does `−Σ φ/(n' p) S` to S, and so on (the infinitesimal
/// jackknife). The median's is then that of the curve at the median given survival to a, over f.
///
/// An event or censoring at a break belongs to the interval that begins there. Rows that enter late (which SAS does not
/// know) count from their entry; an entry at a break is there from the start.
///
/// # Cost
/// One pass over the rows with a search among the breaks; with clusters a number for each cluster in each interval.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::curve::Actuarial;
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 6.0, 8.0], &[true, false, true, true, false])?;
/// let table = Actuarial::fit(&data, &[0.0, 5.0, 10.0])?;
/// let first = &table.rows()[0];
/// assert_eq!((first.entering, first.withdrawn, first.events, first.effective), (5.0, 1.0, 2.0, 4.5));
/// assert!((table.rows()[1].survival - (1.0 - 2.0 / 4.5)).abs() < 1e-15);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Berkson & Gage (1950), Proc Staff Meet Mayo Clin 25:270. Cutler & Ederer (1958), J Chron Dis 8:699. Gehan (1969), J Chron
/// Dis 21:629.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Actuarial;

impl Actuarial {
    /// The table of all subjects over the intervals between the breaks; the last one is open to the right.
    ///
    /// # Errors
    /// [`Error::Empty`] without breaks; [`Error::OutOfRange`] for breaks that do not start at 0 or do not increase.
    pub fn fit(data: &RightCensored, breaks: &[f64]) -> Result<LifeTable> {
        of(data, |_| true, breaks)
    }

    /// One table per group, in the order of the group codes.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit); [`Error::LengthMismatch`].
    pub fn by_group(data: &RightCensored, groups: &Groups, breaks: &[f64]) -> Result<Vec<LifeTable>> {
        groups.check_len("groups", data.len())?;
        (0..groups.count()).map(|g| of(data, |i| groups.codes()[i] as usize == g, breaks)).collect()
    }

    /// From counts of subjects who left without the event and with it, in each interval between the breaks (the last
    /// one open): all who are counted were there at the first break.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit) for breaks; [`Error::LengthMismatch`]; [`Error::OutOfRange`] for a count that is
    /// negative or not finite.
    pub fn from_counts(breaks: &[f64], withdrawn: &[f64], events: &[f64]) -> Result<LifeTable> {
        check(breaks)?;
        for (argument, counts) in [("withdrawn", withdrawn), ("events", events)] {
            check_len(argument, counts.len(), "breaks", breaks.len())?;
            if let Some(&value) = counts.iter().find(|c| !(0.0..f64::INFINITY).contains(*c)) {
                return Err(Error::OutOfRange { argument, value, must_be: "a finite count of at least 0" });
            }
        }
        let mut counts: Vec<Counts> = (0..breaks.len())
            .map(|k| Counts { withdrawn: withdrawn[k], events: events[k], ..Counts::default() })
            .collect();
        counts[0].present = counts.iter().map(|c| c.withdrawn + c.events).sum();
        let value = counts[0].present;
        if value == f64::INFINITY {
            return Err(Error::OutOfRange {
                argument: "the sum of the counts",
                value,
                must_be: "below 1.8e308",
            });
        }
        Ok(LifeTable { rows: rows(breaks, &counts), robust: false })
    }
}

fn check(breaks: &[f64]) -> Result<()> {
    match breaks.first() {
        None => return Err(Error::Empty { argument: "breaks" }),
        Some(&value) if value != 0.0 => {
            return Err(Error::OutOfRange { argument: "the first break", value, must_be: "0" });
        }
        _ => {}
    }
    match breaks.windows(2).find(|w| !(w[1] > w[0] && w[1] < f64::INFINITY)) {
        Some(w) => Err(Error::OutOfRange {
            argument: "a break",
            value: w[1],
            must_be: "above the one before, and finite",
        }),
        None => Ok(()),
    }
}

fn of(data: &RightCensored, member: impl Fn(usize) -> bool, breaks: &[f64]) -> Result<LifeTable> {
    check(breaks)?;
    // A time that is a break but for rounding is at the break; breaks themselves stay apart.
    let merged = data.merged_with(breaks).filter(|(_, breaks)| check(breaks).is_ok());
    Ok(match &merged {
        Some((data, limits)) => counted(data, member, breaks, limits),
        None => counted(data, member, breaks, breaks),
    })
}

/// The table of intervals with these breaks, of which a time is in the one that `limits` say.
fn counted(
    data: &RightCensored,
    member: impl Fn(usize) -> bool,
    breaks: &[f64],
    limits: &[f64],
) -> LifeTable {
    let weights = data.weights().map(Weights::values);
    let interval = |t: f64| limits.partition_point(|b| *b <= t) - 1;
    let mut counts = vec![Counts::default(); limits.len()];
    for i in (0..data.len()).filter(|&i| member(i)) {
        let weight = weights.map_or(1.0, |w| w[i]);
        let entry = data.entry().map_or(0.0, |e| e[i]);
        let (start, end) = (interval(entry), interval(data.time()[i]));
        *(if entry == limits[start] { &mut counts[start].present } else { &mut counts[start].late }) +=
            weight;
        *(if data.event()[i] { &mut counts[end].events } else { &mut counts[end].withdrawn }) += weight;
    }
    let mut table = LifeTable { rows: rows(breaks, &counts), robust: data.is_robust() };
    if table.robust {
        robust_errors(&mut table.rows, data, member, limits);
    }
    table
}
