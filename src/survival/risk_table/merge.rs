//! Tables of parts become the table of the whole.
//!
//! A table is a sum over subjects. Parts are merged at the exact times that their subjects had, two by two in rounds
//! (O(total × log parts)); near ties are judged at the end, over the whole. Numbers of subjects are exact, and so are sums
//! of weights within the bound of [`Twofold`](crate::numeric::sums::Twofold): the parts may come in any order and grouping.

use std::iter;
use std::ops::AddAssign;

use crate::error::{Error, Result, TableError};
use crate::numeric::near_ties;
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::builder::{Tally, coarsened};
use crate::survival::risk_table::fine::Fine;
use crate::survival::risk_table::table::RiskTable;
use crate::survival::risk_table::tally::{At, Heads, Kind, Sums};

impl RiskTable {
    /// The table of both sets of subjects. See [`merge_all`](Self::merge_all).
    ///
    /// # Errors
    /// Those of [`merge_all`](Self::merge_all).
    pub fn merge(&self, other: &Self) -> Result<Self> {
        Self::merge_all([self, other])
    }

    /// The table of all sets of subjects: batches, sites, threads.
    ///
    /// It is the table of the undivided data to the last bit, whatever the number, order and grouping of the parts, near
    /// ties included. With weights this holds where `n · largest / smallest weight` is below 2⁵²; beyond, sums may
    /// differ in their last digits. Without tables the result holds nobody. Tables whose near ties are exact
    /// ([`NearTies::Exact`]) make the whole exact.
    ///
    /// Tables of groups whose near ties were judged over all groups together are merged by label in
    /// [`RiskTables`](crate::survival::risk_table::RiskTables).
    ///
    /// # Cost
    /// O(total number of rows × log of the number of tables). Merging one after the other is quadratic; this is not.
    ///
    /// # Errors
    /// [`TableError::MixedWeights`](crate::TableError::MixedWeights) where one counts sampling weights, or censorings, and another does not;
    /// [`Error::TooManyRows`].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{RightCensored, RiskTable};
    ///
    /// let part = |time: f64| Ok(RiskTable::new(&RightCensored::new(&[time, 5.0], &[true, false])?));
    /// let parts = [0.3, 0.1 + 0.2, 2.0].map(part).into_iter().collect::<greenwood::Result<Vec<_>>>()?;
    ///
    /// let whole = RiskTable::merge_all(&parts)?;
    /// assert_eq!(whole.times(), [0.3, 2.0, 5.0]); // 0.1 + 0.2 is 0.3 but for rounding
    /// assert_eq!(whole.rows().map(|r| r.events).collect::<Vec<_>>(), [2.0, 1.0, 0.0]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn merge_all<'a>(tables: impl IntoIterator<Item = &'a Self>) -> Result<Self> {
        let tables: Vec<&Self> = tables.into_iter().collect();
        let held: Vec<&Self> = tables.iter().copied().filter(|t| !t.is_empty()).collect();
        match (held.as_slice(), tables.first()) {
            ([], None) => Ok(Self::default()),
            ([], Some(first)) => Ok((*first).clone()),
            ([only], _) => Ok((*only).clone()),
            _ => {
                let whole = Whole::of(&held)?;
                let chained = chained(iter::once(&whole));
                Ok(whole.finish(&chained))
            }
        }
    }

    /// The same table with times that differ only by rounding error made one time (R's rule, see [`NearTies`]): for
    /// tables of data with exact times. Times between which somebody would enter and leave at once stay apart.
    #[must_use]
    pub fn merge_near_ties(&self) -> Self {
        if self.fine.rows.is_empty() && near_ties::tolerance(self.time.iter().copied()) == 0.0 {
            return Self { near_ties: NearTies::Merge, ..self.clone() };
        }
        let whole = Whole::merging(self);
        let chained = chained(iter::once(&whole));
        whole.finish(&chained)
    }

    /// The table seen from the censoring: censored subjects count as events and events as censored.
    ///
    /// At equal times events still come first: a subject with the event at a time is not at risk of being
    /// censored then. (Flipping the indicator of the data instead gets this wrong where the two tie.)
    /// Times at which both happen therefore have their events removed from the number at risk.
    pub(crate) fn reversed(&self) -> Self {
        let rows: Vec<At<Sums>> =
            self.sums().iter().map(|r| At { counts: r.counts.swapped(), ..*r }).collect();
        let mut table = Sums::table(rows.iter().copied(), Kind { reversed: true, ..self.kind() });
        for (i, fine) in self.fine.rows.iter().enumerate() {
            self.fine.sums_at(i).swapped().remember(&mut table.fine, fine.row, fine.time);
        }
        Self { near_ties: self.near_ties, ..table }
    }

    /// The rows at `s` and later: those still under observation then.
    pub(crate) fn from(&self, s: f64) -> Self {
        let i = self.position(s);
        let mut table = match self.exact_heads() {
            Some(_) => {
                let heads: Vec<At<Heads>> =
                    self.sums()[i..].iter().map(|r| At { time: r.time, counts: r.counts.heads }).collect();
                Heads::table(heads.iter().copied(), self.kind())
            }
            None => Sums::table(self.sums()[i..].iter().copied(), self.kind()),
        };
        table.near_ties = self.near_ties;
        let kept = self.fine.rows.partition_point(|f| (f.row as usize) < i);
        table.fine.rows =
            self.fine.rows[kept..].iter().map(|f| Fine { row: f.row - i as u32, ..*f }).collect();
        table.fine.sums = self.fine.sums.get(kept..).unwrap_or_default().to_vec();
        table
    }
}

/// The rows of a whole at their exact times, before near ties are judged.
pub(super) struct Whole {
    rows: Rows,
    kind: Kind,
    near_ties: NearTies,
}

enum Rows {
    Heads(Vec<At<Heads>>),
    Sums(Vec<At<Sums>>),
}

impl Whole {
    /// One table, whose near ties are to be merged.
    pub(super) fn merging(table: &RiskTable) -> Self {
        let rows = table.exact_heads().map_or_else(|| Rows::Sums(table.exact_sums()), Rows::Heads);
        Self { rows, kind: table.kind(), near_ties: NearTies::Merge }
    }

    /// Of rows at their exact times; of subjects where they have no weights.
    pub(super) fn of_rows(rows: Vec<At<Sums>>, weights: Option<Kind>, near_ties: NearTies) -> Self {
        let rows = match weights {
            Some(_) => Rows::Sums(rows),
            None => {
                Rows::Heads(rows.iter().map(|row| At { time: row.time, counts: row.counts.heads }).collect())
            }
        };
        let kind = weights.unwrap_or(Kind { sampling: false, reversed: false });
        Self { rows, kind, near_ties }
    }

    /// Of one table or more, none of which is empty.
    pub(super) fn of(tables: &[&RiskTable]) -> Result<Self> {
        let first = tables[0];
        if let Some(other) = tables.iter().find(|t| t.kind() != first.kind()) {
            return Err(Error::Table(TableError::MixedWeights {
                left: first.kind_name(),
                right: other.kind_name(),
            }));
        }
        let rows: usize = tables.iter().map(|t| t.subjects()).sum();
        if u32::try_from(rows).is_err() {
            return Err(Error::TooManyRows { rows });
        }
        let exact = tables.iter().any(|t| t.near_ties == NearTies::Exact);
        let heads: Option<Vec<_>> = tables.iter().map(|t| t.exact_heads()).collect();
        let rows = match heads {
            Some(heads) => Rows::Heads(in_rounds(heads)),
            None => Rows::Sums(in_rounds(tables.iter().map(|t| t.exact_sums()).collect())),
        };
        let near_ties = if exact { NearTies::Exact } else { NearTies::Merge };
        Ok(Self { rows, kind: first.kind(), near_ties })
    }

    /// The same with near ties to be judged by this rule.
    #[cfg(feature = "arrow")]
    pub(super) fn judged(self, near_ties: NearTies) -> Self {
        Self { near_ties, ..self }
    }

    fn times(&self) -> Vec<f64> {
        match &self.rows {
            Rows::Heads(rows) => rows.iter().map(|r| r.time).collect(),
            Rows::Sums(rows) => rows.iter().map(|r| r.time).collect(),
        }
    }

    pub(super) fn finish(self, chained: &[(f64, f64)]) -> RiskTable {
        let near_ties = self.near_ties;
        let table = match self.rows {
            Rows::Heads(rows) => coarsened(rows, chained, self.kind),
            Rows::Sums(rows) => coarsened(rows, chained, self.kind),
        };
        RiskTable { near_ties, ..table }
    }
}

/// The near ties of several tables, judged over all of them.
pub(super) fn chained<'a>(wholes: impl Iterator<Item = &'a Whole> + Clone) -> Vec<(f64, f64)> {
    if wholes.clone().any(|w| w.near_ties == NearTies::Exact) {
        return Vec::new();
    }
    let columns: Vec<Vec<f64>> = wholes.map(Whole::times).collect();
    if let [only] = columns.as_slice() {
        return near_ties::chained(only);
    }
    let mut times = columns.concat();
    times.sort_by(f64::total_cmp); // runs in order, which a stable sort merges
    times.dedup();
    near_ties::chained(&times)
}

/// Two by two, until one is left: to and fro between two blocks of memory.
pub(super) fn in_rounds<C: Copy + AddAssign>(parts: Vec<Vec<At<C>>>) -> Vec<At<C>> {
    let mut ends: Vec<usize> = parts
        .iter()
        .scan(0, |sum, p| {
            *sum += p.len();
            Some(*sum)
        })
        .collect();
    let mut rows = parts.concat();
    let mut other = Vec::with_capacity(if ends.len() > 1 { rows.len() } else { 0 });
    while ends.len() > 1 {
        other.clear();
        let mut from = 0;
        ends = ends
            .chunks(2)
            .map(|pair| {
                match *pair {
                    [middle, end] => both(&rows[from..middle], &rows[middle..end], &mut other),
                    _ => other.extend_from_slice(&rows[from..pair[0]]),
                }
                from = pair[pair.len() - 1];
                other.len()
            })
            .collect();
        std::mem::swap(&mut rows, &mut other);
    }
    rows
}

fn both<C: Copy + AddAssign>(a: &[At<C>], b: &[At<C>], rows: &mut Vec<At<C>>) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        let (first, second) = (x.time <= y.time, y.time <= x.time);
        let mut counts = if first { x.counts } else { y.counts };
        if first && second {
            counts += y.counts;
        }
        rows.push(At { time: if first { x.time } else { y.time }, counts });
        i += usize::from(first);
        j += usize::from(second);
    }
    rows.extend_from_slice(&a[i..]);
    rows.extend_from_slice(&b[j..]);
}

/// Merges: `parts.into_iter().collect::<greenwood::Result<RiskTable>>()`.
impl FromIterator<RiskTable> for Result<RiskTable> {
    fn from_iter<I: IntoIterator<Item = RiskTable>>(tables: I) -> Self {
        let tables: Vec<RiskTable> = tables.into_iter().collect();
        RiskTable::merge_all(&tables)
    }
}

/// Merges: `parts.iter().collect::<greenwood::Result<RiskTable>>()`.
impl<'a> FromIterator<&'a RiskTable> for Result<RiskTable> {
    fn from_iter<I: IntoIterator<Item = &'a RiskTable>>(tables: I) -> Self {
        RiskTable::merge_all(tables)
    }
}

impl iter::Sum<RiskTable> for Result<RiskTable> {
    fn sum<I: Iterator<Item = RiskTable>>(tables: I) -> Self {
        tables.collect()
    }
}

impl<'a> iter::Sum<&'a RiskTable> for Result<RiskTable> {
    fn sum<I: Iterator<Item = &'a RiskTable>>(tables: I) -> Self {
        tables.collect()
    }
}

/// Merges more tables into a whole, unless it is an error already.
impl Extend<RiskTable> for Result<RiskTable> {
    fn extend<I: IntoIterator<Item = RiskTable>>(&mut self, tables: I) {
        if let Ok(whole) = self {
            *self = iter::once(std::mem::take(whole)).chain(tables).collect();
        }
    }
}
