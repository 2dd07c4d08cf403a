//! The actuarial life table: survival from counts in intervals.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::{MISSING, Number};
use crate::survival::data::groups::{Groups, encode};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

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
#[derive(Debug, Clone, Copy)]
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
            if counts.len() != breaks.len() {
                let (len, expected) = (counts.len(), breaks.len());
                return Err(Error::LengthMismatch { argument, len, other: "breaks", expected });
            }
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

/// What happened in one interval.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    /// Entered at its start, and within it.
    present: f64,
    late: f64,
    withdrawn: f64,
    events: f64,
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
    let weights = data.weights().map(Weights::values);
    let interval = |t: f64| breaks.partition_point(|b| *b <= t) - 1;
    let mut counts = vec![Counts::default(); breaks.len()];
    for i in (0..data.len()).filter(|&i| member(i)) {
        let weight = weights.map_or(1.0, |w| w[i]);
        let entry = data.entry().map_or(0.0, |e| e[i]);
        let (start, end) = (interval(entry), interval(data.time()[i]));
        *(if entry == breaks[start] { &mut counts[start].present } else { &mut counts[start].late }) +=
            weight;
        *(if data.event()[i] { &mut counts[end].events } else { &mut counts[end].withdrawn }) += weight;
    }
    let mut table = LifeTable { rows: rows(breaks, &counts), robust: data.is_robust() };
    if table.robust {
        robust_errors(&mut table.rows, data, member, breaks);
    }
    Ok(table)
}

/// One interval of a [`LifeTable`]. What the data do not give is `None`: rates of the open interval, errors where there is
/// no event.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct LifeTableRow {
    /// Where it starts: its first time belongs to it.
    pub start: f64,
    /// Where it ends; `None` for the open one.
    pub end: Option<f64>,
    /// How many are there at its start.
    pub entering: f64,
    /// How many enter within it.
    pub late: f64,
    /// How many leave without the event.
    pub withdrawn: f64,
    /// How many have the event.
    pub events: f64,
    /// The effective number at risk.
    pub effective: f64,
    /// The probability of the event within it, given survival to its start.
    pub conditional: f64,
    /// Its standard error.
    pub conditional_std_error: f64,
    /// Survival to its start.
    pub survival: f64,
    /// Greenwood's standard error of it, or the robust one.
    pub survival_std_error: f64,
    /// The density at its middle.
    pub density: Option<f64>,
    /// Its standard error.
    pub density_std_error: Option<f64>,
    /// The hazard at its middle.
    pub hazard: Option<f64>,
    /// Its standard error.
    pub hazard_std_error: Option<f64>,
    /// The time after its start by which half of those who are there have the event.
    pub median_residual: Option<f64>,
    /// Its standard error.
    pub median_residual_std_error: Option<f64>,
}

impl LifeTableRow {
    /// An interval of survival to the start.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn survival_interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        interval.into().of_probability(self.survival, self.survival_std_error)
    }
}

/// A life table: the result of [`Actuarial`]. It ends with the last interval in which somebody is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LifeTable {
    rows: Vec<LifeTableRow>,
    robust: bool,
}

#[cfg(feature = "serde")]
checked_when_read!(LifeTable { rows: Vec<LifeTableRow>, robust: bool });

#[cfg(feature = "serde")]
impl LifeTable {
    fn check(&self) -> Result<()> {
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        let mut survival = 1.0;
        for (k, row) in self.rows.iter().enumerate() {
            let before = k.checked_sub(1).map_or(Some(0.0), |k| self.rows[k].end);
            let width = row.end.is_none_or(|end| end > row.start && end < f64::INFINITY);
            if before != Some(row.start) || !width {
                return refuse(
                    "the start of an interval",
                    row.start,
                    "the end of the one before, below its own end",
                );
            }
            let counts = [row.entering, row.late, row.withdrawn, row.events, row.effective];
            counts.into_iter().try_for_each(|n| stored::size("a count", n))?;
            stored::probability("a conditional probability", row.conditional)?;
            stored::probability("survival", row.survival)?;
            if !((row.survival - survival).abs() <= 1e-9) {
                return refuse("survival", row.survival, "the product of the intervals before");
            }
            survival *= 1.0 - row.conditional;
            let errors = [Some(row.conditional_std_error), Some(row.survival_std_error)];
            let others = [
                row.density,
                row.density_std_error,
                row.hazard,
                row.hazard_std_error,
                row.median_residual,
                row.median_residual_std_error,
            ];
            errors
                .into_iter()
                .chain(others)
                .flatten()
                .try_for_each(|x| stored::size("an estimate or error", x))?;
        }
        Ok(())
    }
}

impl LifeTable {
    /// The intervals.
    #[must_use]
    pub fn rows(&self) -> &[LifeTableRow] {
        &self.rows
    }

    /// Whether errors are robust: clusters or sampling weights.
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.robust
    }

    /// Survival to the end of the last interval of the table; NaN where nobody is in it.
    #[must_use]
    pub fn survival_after(&self) -> f64 {
        self.rows.last().map_or(f64::NAN, |r| r.survival * (1.0 - r.conditional))
    }

    /// The median life time, the median residual life at 0; `None` where survival stays above a half.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.rows.first().and_then(|r| r.median_residual)
    }
}

fn rows(breaks: &[f64], counts: &[Counts]) -> Vec<LifeTableRow> {
    let mut rows: Vec<LifeTableRow> = Vec::with_capacity(breaks.len());
    let (mut there, mut survival, mut sum) = (0.0, 1.0, 0.0);
    // What sums of weights leave where nobody is left.
    let rounding = 1e-12 * counts.iter().map(|c| c.present + c.late).sum::<f64>();
    for (k, c) in counts.iter().enumerate() {
        let entering = there + c.present;
        let effective = entering - c.withdrawn / 2.0 + c.late / 2.0;
        if !(effective > rounding) {
            break; // nobody is there: nothing further on is known
        }
        // Who enters late and has the event at once counts for half a subject.
        let q = (c.events / effective).min(1.0);
        let width = breaks.get(k + 1).map(|end| end - breaks[k]);
        let own = (1.0 - q) / (effective * q);
        let density = width.map(|b| survival * q / b);
        let hazard = width.map(|b| 2.0 * q / (b * (2.0 - q)));
        let with_event = |x: f64| (q > 0.0).then_some(x);
        rows.push(LifeTableRow {
            start: breaks[k],
            end: breaks.get(k + 1).copied(),
            entering,
            late: c.late,
            withdrawn: c.withdrawn,
            events: c.events,
            effective,
            conditional: q,
            conditional_std_error: (q * (1.0 - q) / effective).sqrt(),
            survival,
            survival_std_error: survival * f64::sqrt(sum),
            density,
            density_std_error: density.and_then(|f| with_event(f * f64::sqrt(sum + own))),
            hazard,
            hazard_std_error: hazard.zip(width).and_then(|(h, b)| {
                with_event(h * ((1.0 - (b * h / 2.0).powi(2)).max(0.0) / (effective * q)).sqrt())
            }),
            median_residual: None,
            median_residual_std_error: None,
        });
        there = (entering + c.late - c.withdrawn - c.events).max(0.0);
        // Once survival is 0 its variance is 0 times anything.
        sum += if q < 1.0 { q / (effective * (1.0 - q)) } else { 0.0 };
        survival *= 1.0 - q;
    }
    medians(&mut rows, survival);
    rows
}

/// From each start to where survival is half of what it is there, linear within intervals.
fn medians(rows: &mut [LifeTableRow], last: f64) {
    let survival: Vec<f64> = rows.iter().map(|r| r.survival).chain([last]).collect();
    for i in 0..rows.len() {
        let half = survival[i] / 2.0;
        let Some(j) = (i..rows.len()).find(|&j| survival[j] >= half && survival[j + 1] < half) else {
            continue;
        };
        let (Some(end), Some(density)) = (rows[j].end, rows[j].density) else { continue };
        let (start, width) = (rows[j].start, end - rows[j].start);
        let into = width * (survival[j] - half) / (survival[j] - survival[j + 1]);
        rows[i].median_residual = Some(start - rows[i].start + into);
        rows[i].median_residual_std_error = Some(survival[i] / (2.0 * density * rows[i].effective.sqrt()));
    }
}

/// What each cluster does to the estimates: sums over its rows, then squares over the clusters.
fn robust_errors(
    rows: &mut [LifeTableRow],
    data: &RightCensored,
    member: impl Fn(usize) -> bool,
    breaks: &[f64],
) {
    let members: Vec<usize> = (0..data.len()).filter(|&i| member(i)).collect();
    let codes: Vec<u32> = members.iter().map(|&i| data.clusters().map_or(i as u32, |c| c[i])).collect();
    let (cluster, firsts) = encode(&codes);
    let (clusters, last) = (firsts.len(), rows.len());
    let interval = |t: f64| breaks.partition_point(|b| *b <= t) - 1;
    // Of each interval, the rows with their event there, who left there, entered there, and were there all the time.
    let mut own = vec![Vec::<(usize, f64, f64)>::new(); last];
    for (&i, &c) in members.iter().zip(&cluster) {
        let weight = data.weights().map_or(1.0, |w| w.values()[i]);
        let entry = data.entry().map_or(0.0, |e| e[i]);
        let (start, end) = (interval(entry), interval(data.time()[i]));
        for k in start..=end.min(last.saturating_sub(1)) {
            let late = k == start && entry > breaks[start];
            let left = k == end && !data.event()[i];
            let event = f64::from(u8::from(k == end && data.event()[i]));
            let there = 1.0 - 0.5 * f64::from(u8::from(late)) - 0.5 * f64::from(u8::from(left));
            if let Some(own) = own.get_mut(k) {
                own.push((c as usize, weight * event, weight * there));
            }
        }
    }
    // φ/n' of each interval, and the influence on ln S at its start.
    let (mut of_q, mut of_log): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (Vec::new(), vec![vec![0.0; clusters]]);
    for (row, own) in rows.iter().zip(&own) {
        let mut phi = vec![0.0; clusters];
        for &(c, event, there) in own {
            phi[c] += (event - row.conditional * there) / row.effective;
        }
        let survives = 1.0 - row.conditional;
        let before = &of_log[of_log.len() - 1];
        // Once survival is 0 nothing moves it.
        let step = |phi: &f64| if survives > 0.0 { phi / survives } else { 0.0 };
        let after = before.iter().zip(&phi).map(|(log, phi)| log - step(phi)).collect();
        of_q.push(phi);
        of_log.push(after);
    }
    let error = |each: &dyn Fn(usize) -> f64| (0..clusters).map(|c| each(c).powi(2)).sum::<f64>().sqrt();
    let medians: Vec<Option<f64>> = rows.iter().map(|r| r.median_residual).collect();
    let starts: Vec<(f64, f64, f64, Option<f64>)> =
        rows.iter().map(|r| (r.start, r.survival, r.conditional, r.density)).collect();
    for (k, row) in rows.iter_mut().enumerate() {
        let (q, phi, log) = (row.conditional, &of_q[k], &of_log[k]);
        row.conditional_std_error = error(&|c| phi[c]);
        row.survival_std_error = row.survival * error(&|c| log[c]);
        let with_event = |x: f64| (q > 0.0).then_some(x);
        row.density_std_error = row.density.and_then(|f| with_event(f * error(&|c| log[c] + phi[c] / q)));
        row.hazard_std_error =
            row.hazard.and_then(|h| with_event(h * error(&|c| 2.0 * phi[c] / (q * (2.0 - q)))));
        row.median_residual_std_error = medians[k].and_then(|median| {
            let at = row.start + median;
            let j = starts.partition_point(|s| s.0 <= at).max(1) - 1;
            let (start, survival, q, Some(density)) = starts[j] else { return None };
            if !(density > 0.0) {
                return None;
            }
            // S(at) = S_j − f_j (at − a_j), of which half of S_k is taken away.
            let fall = density * (at - start);
            let moved = |c: usize| {
                survival * of_log[j][c] - fall * (of_log[j][c] + of_q[j][c] / q) - 0.5 * row.survival * log[c]
            };
            Some(error(&moved) / density)
        });
    }
}

impl fmt::Display for LifeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Actuarial life table\n{:>15} {:>9} {:>9} {:>7} {:>9} {:>9} {:>9} {:>10} {:>10}",
            "interval",
            "entering",
            "withdrawn",
            "events",
            "effective",
            "survival",
            if self.robust { "robust se" } else { "std error" },
            "hazard",
            "median"
        )?;
        for r in &self.rows {
            let end = r.end.map_or("∞".to_string(), |e| Number(e).to_string());
            let interval = format!("[{}, {end})", Number(r.start));
            let or_none = |x: Option<f64>| x.map_or(MISSING.to_string(), |x| format!("{x:.5}"));
            write!(
                f,
                "\n{interval:>15} {:>9} {:>9} {:>7} {:>9} {:>9.4} {:>9.4} {:>10} {:>10}",
                Number(r.entering).to_string(),
                Number(r.withdrawn).to_string(),
                Number(r.events).to_string(),
                Number(r.effective).to_string(),
                r.survival,
                r.survival_std_error,
                or_none(r.hazard),
                or_none(r.median_residual),
            )?;
        }
        Ok(())
    }
}
