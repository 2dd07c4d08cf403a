//! Tables that know whose they are: parts merge by label, not by position.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::iter;

use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::Groups;

/// Tables of groups, within strata if the data have any, by their labels.
///
/// There are two: [`RiskTables`](crate::survival::risk_table::RiskTables) of one cause of the event and
/// [`CompetingRiskTables`](crate::survival::risk_table::CompetingRiskTables) of several. Groups are numbered again in every
/// batch of data; labels are not, so parts merge label by label.
///
/// Labels and strata are kept in increasing order as text, which no order of the parts can change;
/// [`in_order`](Self::in_order) chooses another, for tests whose sign depends on it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw<T>"))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "T: Table + serde::Deserialize<'de>")))]
pub struct LabelledTables<T> {
    pub(super) labels: Vec<String>,
    /// One label per stratum; none where the data have no strata.
    pub(super) strata: Option<Vec<String>>,
    /// One inner vector per stratum, one table per label in it.
    pub(super) tables: Vec<Vec<T>>,
}

impl<T> Default for LabelledTables<T> {
    fn default() -> Self {
        Self { labels: Vec::new(), strata: None, tables: Vec::new() }
    }
}

/// A sum over subjects that can be given a label.
pub trait Table: Clone {
    /// Does it hold nobody?
    fn is_of_nobody(&self) -> bool;

    /// A table of nobody whose counts mean the same.
    fn of_nobody(&self) -> Self;

    /// Can the two stand in one set, and be merged? Neither is of nobody.
    fn check_alike(&self, other: &Self) -> Result<()>;

    /// The whole of each list of parts, near ties judged over all of them. No list is empty.
    fn merge_lists(lists: &[Vec<&Self>]) -> Result<Vec<Self>>;
}

impl<T: Table> LabelledTables<T> {
    /// Tables that are at hand, under their labels: one inner vector per stratum (one without strata), one table per label in
    /// it. A group that a stratum does not have is an empty table.
    ///
    /// # Errors
    /// Those of [`Groups::from_codes`] where a label stands twice; [`Error::LengthMismatch`] where a stratum has not one
    /// table per label; [`TableError::MixedWeights`](crate::TableError::MixedWeights); [`TableError::MixedCauses`](crate::TableError::MixedCauses).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::risk_table::RiskTables;
    /// use greenwood::survival::{RightCensored, RiskTable};
    ///
    /// let table = |time: f64| RightCensored::new(&[time], &[true]).map(|data| RiskTable::new(&data));
    /// let labels = ["old", "new"].map(String::from).to_vec();
    /// let tables = RiskTables::from_tables(labels, None, vec![vec![table(1.0)?, table(2.0)?]])?;
    /// assert_eq!(tables.labels(), ["new", "old"]);
    /// assert_eq!(tables.table("old")?.times(), [1.0]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn from_tables(
        labels: Vec<String>,
        strata: Option<Vec<String>>,
        tables: Vec<Vec<T>>,
    ) -> Result<Self> {
        Ok(Self::checked(labels, strata, tables)?.sorted())
    }

    fn checked(labels: Vec<String>, strata: Option<Vec<String>>, tables: Vec<Vec<T>>) -> Result<Self> {
        // Labels that are all different: the rule of groups.
        Groups::from_codes(&[], &labels)?;
        if let Some(strata) = &strata {
            Groups::from_codes(&[], strata)?;
        }
        let rows = strata.as_ref().map_or(tables.len().min(1), Vec::len);
        check_len("tables", tables.len(), "strata", rows)?;
        if let Some(stratum) = tables.iter().find(|t| t.len() != labels.len()) {
            let (len, other, expected) = (stratum.len(), "labels", labels.len());
            return Err(Error::LengthMismatch { argument: "tables", len, other, expected });
        }
        check_alike(tables.iter().flatten())?;
        Ok(Self { labels, strata, tables })
    }

    /// Labels and strata in increasing order.
    pub(super) fn sorted(self) -> Self {
        let order = |labels: &[String]| {
            let mut order: Vec<usize> = (0..labels.len()).collect();
            order.sort_by(|&a, &b| labels[a].cmp(&labels[b]));
            order
        };
        let groups = order(&self.labels);
        let strata = self.strata.as_ref().map_or_else(|| (0..self.tables.len()).collect(), |s| order(s));
        self.picked(&strata, &groups)
    }

    fn picked(&self, strata: &[usize], groups: &[usize]) -> Self {
        let tables = strata.iter().map(|&s| groups.iter().map(|&g| self.tables[s][g].clone()).collect());
        Self {
            labels: groups.iter().map(|&g| self.labels[g].clone()).collect(),
            strata: self.strata.as_ref().map(|labels| strata.iter().map(|&s| labels[s].clone()).collect()),
            tables: tables.collect(),
        }
    }

    /// The same tables with the groups in another order.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::LengthMismatch`] where not every group is named once.
    pub fn in_order(&self, labels: &[&str]) -> Result<Self> {
        let groups: Vec<usize> = labels.iter().map(|l| self.position(l)).collect::<Result<_>>()?;
        let distinct = groups.iter().collect::<BTreeSet<_>>().len();
        if distinct != self.labels.len() || labels.len() != distinct {
            let (argument, other, expected) = ("labels", "the tables", self.labels.len());
            return Err(Error::LengthMismatch { argument, len: distinct, other, expected });
        }
        Ok(self.picked(&(0..self.tables.len()).collect::<Vec<_>>(), &groups))
    }

    /// The labels of the groups.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        self.labels.iter().map(String::as_str).collect()
    }

    /// The labels of the strata, or `None` if the data had none.
    #[must_use]
    pub fn strata(&self) -> Option<&[String]> {
        self.strata.as_deref()
    }

    /// One inner slice per stratum, one table per label in it: what
    /// [`LogRank::from_tables`](crate::survival::LogRank::from_tables) and
    /// [`Gray::from_tables`](crate::survival::Gray::from_tables) take.
    #[must_use]
    pub fn tables(&self) -> &[Vec<T>] {
        &self.tables
    }

    fn position(&self, label: &str) -> Result<usize> {
        let unknown = || Error::UnknownLabel { label: label.into(), known: self.labels.join(", ") };
        self.labels.iter().position(|l| l == label).ok_or_else(unknown)
    }

    /// The table of a group, for data without strata.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::Unsupported`] with strata, which [`tables`](Self::tables) keeps apart and
    /// [`of_group`](Self::of_group) joins.
    pub fn table(&self, label: &str) -> Result<&T> {
        let group = self.position(label)?;
        match self.tables.as_slice() {
            [tables] if self.strata.is_none() => Ok(&tables[group]),
            _ => Err(Error::Unsupported {
                method: "the one table of a group",
                with: "strata",
                why: "each stratum has its own: take them from `tables`, or join them with `of_group`",
            }),
        }
    }

    /// The table of a group over all strata: what
    /// [`AalenJohansen::from_table`](crate::survival::AalenJohansen::from_table) and
    /// [`KaplanMeier::from_table`](crate::survival::KaplanMeier::from_table) take.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::TooManyRows`].
    pub fn of_group(&self, label: &str) -> Result<T> {
        let at = self.position(label)?;
        whole(self.tables.iter().map(|tables| &tables[at]).collect())?
            .ok_or(Error::Empty { argument: "the tables" })
    }

    /// The tables of all subjects of both. See [`merge_all`](Self::merge_all).
    ///
    /// # Errors
    /// Those of [`merge_all`](Self::merge_all).
    pub fn merge(&self, other: &Self) -> Result<Self> {
        Self::merge_all([self, other])
    }

    /// The tables of all subjects of the parts, label by label.
    ///
    /// # Cost
    /// As that of merging one table after the other, for each label: O(rows × log parts).
    ///
    /// # Errors
    /// [`TableError::MixedWeights`](crate::TableError::MixedWeights); [`TableError::MixedCauses`](crate::TableError::MixedCauses); [`Error::TooManyRows`]; [`Error::Unsupported`] where one part has
    /// strata and another has none.
    pub fn merge_all<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Result<Self>
    where
        T: 'a,
    {
        let parts: Vec<&Self> = parts.into_iter().filter(|p| !p.tables.is_empty()).collect();
        let Some(first) = parts.first() else { return Ok(Self::default()) };
        if parts.iter().any(|p| p.strata.is_some() != first.strata.is_some()) {
            return Err(Error::Unsupported {
                method: "merging risk tables",
                with: "strata in some parts and none in others",
                why: "give every part its strata, or none",
            });
        }
        let mut cells: BTreeMap<(&str, &str), Vec<&T>> = BTreeMap::new();
        let (mut labels, mut strata) = (BTreeSet::new(), BTreeSet::new());
        for part in &parts {
            labels.extend(part.labels.iter().map(String::as_str));
            for (s, tables) in part.tables.iter().enumerate() {
                let stratum = part.strata.as_ref().map_or("", |labels| &labels[s]);
                strata.insert(stratum);
                for (label, table) in part.labels.iter().zip(tables) {
                    cells.entry((stratum, label)).or_default().push(table);
                }
            }
        }
        check_alike(cells.values().flatten().copied())?;
        let (keys, lists): (Vec<_>, Vec<Vec<&T>>) = cells.into_iter().unzip();
        let mut merged: BTreeMap<(&str, &str), T> = keys.into_iter().zip(T::merge_lists(&lists)?).collect();
        // A table of nobody counts as those of the whole do.
        let pattern = merged.values().find(|t| !t.is_of_nobody());
        let nobody = pattern.or_else(|| first.tables.iter().flatten().next()).map(T::of_nobody);
        let mut tables = Vec::with_capacity(strata.len());
        for s in &strata {
            let mut row = Vec::with_capacity(labels.len());
            for l in &labels {
                let held = merged.remove(&(*s, *l)).filter(|table| !table.is_of_nobody());
                row.extend(held.or_else(|| nobody.clone()));
            }
            tables.push(row);
        }
        let owned = |labels: &BTreeSet<&str>| labels.iter().map(ToString::to_string).collect();
        Ok(Self { tables, labels: owned(&labels), strata: first.strata.is_some().then(|| owned(&strata)) })
    }
}

/// The whole of tables that may be of nobody; `None` without any.
fn whole<T: Table>(tables: Vec<&T>) -> Result<Option<T>> {
    if tables.is_empty() { Ok(None) } else { Ok(T::merge_lists(&[tables])?.pop()) }
}

/// Tables of one kind of counts, in one set.
fn check_alike<'a, T: Table + 'a>(tables: impl Iterator<Item = &'a T>) -> Result<()> {
    let mut held = tables.filter(|t| !t.is_of_nobody());
    let Some(first) = held.next() else { return Ok(()) };
    held.try_for_each(|other| first.check_alike(other))
}

impl<'a, T: Table + 'a> FromIterator<&'a LabelledTables<T>> for Result<LabelledTables<T>> {
    fn from_iter<I: IntoIterator<Item = &'a LabelledTables<T>>>(parts: I) -> Self {
        LabelledTables::merge_all(parts)
    }
}

impl<T: Table> FromIterator<LabelledTables<T>> for Result<LabelledTables<T>> {
    fn from_iter<I: IntoIterator<Item = LabelledTables<T>>>(parts: I) -> Self {
        let parts: Vec<LabelledTables<T>> = parts.into_iter().collect();
        LabelledTables::merge_all(&parts)
    }
}

impl<'a, T: Table + 'a> iter::Sum<&'a LabelledTables<T>> for Result<LabelledTables<T>> {
    fn sum<I: Iterator<Item = &'a LabelledTables<T>>>(parts: I) -> Self {
        parts.collect()
    }
}

impl<T: Table> iter::Sum<LabelledTables<T>> for Result<LabelledTables<T>> {
    fn sum<I: Iterator<Item = LabelledTables<T>>>(parts: I) -> Self {
        parts.collect()
    }
}

/// Merges more parts into a whole, unless it is an error already.
impl<T: Table> Extend<LabelledTables<T>> for Result<LabelledTables<T>> {
    fn extend<I: IntoIterator<Item = LabelledTables<T>>>(&mut self, parts: I) {
        if let Ok(whole) = self {
            *self = iter::once(std::mem::take(whole)).chain(parts).collect();
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw<T> {
    labels: Vec<String>,
    strata: Option<Vec<String>>,
    tables: Vec<Vec<T>>,
}

#[cfg(feature = "serde")]
impl<T: Table> TryFrom<Raw<T>> for LabelledTables<T> {
    type Error = Error;

    fn try_from(raw: Raw<T>) -> Result<Self> {
        Self::checked(raw.labels, raw.strata, raw.tables)
    }
}

impl<T: fmt::Display> fmt::Display for LabelledTables<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (s, tables) in self.tables.iter().enumerate() {
            for (g, (label, table)) in self.labels.iter().zip(tables).enumerate() {
                if s + g > 0 {
                    writeln!(f)?;
                }
                if let Some(strata) = &self.strata {
                    write!(f, "{}, ", strata[s])?;
                }
                write!(f, "{label}\n{table}")?;
            }
        }
        Ok(())
    }
}
