//! Risk tables that know whose they are: parts merge by label, not by position.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::iter;

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::merge::{Whole, chained};
use crate::survival::risk_table::table::RiskTable;

/// The risk tables of groups, within strata if the data have any, by their labels.
///
/// Groups are numbered anew in every batch of data; labels are not. Parts merge label by label, and near ties are judged
/// over all tables together, as [`RiskTable::by_group`] judges them: the tables of any parts, in any order and grouping,
/// merge into those of the whole, bit for bit (with weights as far as [`RiskTable::merge_all`] says).
///
/// Labels and strata are kept in increasing order as text, which no order of the parts can change;
/// [`in_order`](Self::in_order) chooses another, for tests whose sign depends on it.
///
/// # Example
/// Two batches in which the arms appear in different order:
/// ```
/// use greenwood::survival::risk_table::RiskTables;
/// use greenwood::survival::{Groups, KaplanMeier, LogRank, RightCensored};
///
/// let one = RightCensored::new(&[5.0, 8.0, 9.0], &[true, true, false])?;
/// let two = RightCensored::new(&[4.0, 6.0, 7.0], &[true, false, true])?;
/// let parts = [
///     RiskTables::new(&one, &Groups::new(&["new", "old", "old"]))?,
///     RiskTables::new(&two, &Groups::new(&["old", "new", "new"]))?,
/// ];
/// let whole = parts.iter().sum::<greenwood::Result<RiskTables>>()?.in_order(&["old", "new"])?;
/// assert_eq!(whole.table("new")?.subjects(), 3);
///
/// let curve = KaplanMeier::from_table(whole.table("new")?.clone());
/// assert!((curve.at(5.0).value()? - 2.0 / 3.0).abs() < 1e-15);
/// let test = LogRank::from_tables(whole.tables(), &whole.labels())?;
/// assert_eq!(test.labels(), ["old", "new"]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # Cost
/// As [`RiskTable::merge_all`], for each label.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct RiskTables {
    pub(super) labels: Vec<String>,
    /// One label per stratum; none where the data have no strata.
    pub(super) strata: Option<Vec<String>>,
    /// One inner vector per stratum, one table per label in it.
    pub(super) tables: Vec<Vec<RiskTable>>,
}

impl RiskTables {
    /// The tables of the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// Those of [`RiskTable::by_stratum_and_group`].
    pub fn new(data: &RightCensored, groups: &Groups) -> Result<Self> {
        let tables = RiskTable::by_stratum_and_group(data, groups)?;
        let strata = data.strata().map(|s| s.labels().to_vec());
        Ok(Self { labels: groups.labels().to_vec(), strata, tables }.sorted())
    }

    /// Tables that are at hand, under their labels: one inner vector per stratum (one without strata), one table per label in
    /// it. A group that a stratum does not have is an empty table.
    ///
    /// # Errors
    /// Those of [`Groups::from_codes`] where a label stands twice; [`Error::LengthMismatch`] where a stratum has not one
    /// table per label; [`Error::MixedWeights`].
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
        tables: Vec<Vec<RiskTable>>,
    ) -> Result<Self> {
        Ok(Self::checked(labels, strata, tables)?.sorted())
    }

    fn checked(
        labels: Vec<String>,
        strata: Option<Vec<String>>,
        tables: Vec<Vec<RiskTable>>,
    ) -> Result<Self> {
        // Labels that are all different: the rule of groups.
        Groups::from_codes(&[], &labels)?;
        if let Some(strata) = &strata {
            Groups::from_codes(&[], strata)?;
        }
        let rows = strata.as_ref().map_or(tables.len().min(1), Vec::len);
        if tables.len() != rows {
            let (argument, other) = ("tables", "strata");
            return Err(Error::LengthMismatch { argument, len: tables.len(), other, expected: rows });
        }
        if let Some(stratum) = tables.iter().find(|t| t.len() != labels.len()) {
            let (len, other, expected) = (stratum.len(), "labels", labels.len());
            return Err(Error::LengthMismatch { argument: "tables", len, other, expected });
        }
        check_alike(tables.iter().flatten())?;
        Ok(Self { labels, strata, tables })
    }

    /// Labels and strata in increasing order.
    fn sorted(self) -> Self {
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

    /// The labels of the strata, or `None` where the data had none.
    #[must_use]
    pub fn strata(&self) -> Option<&[String]> {
        self.strata.as_deref()
    }

    /// One inner slice per stratum, one table per label in it: what
    /// [`LogRank::from_tables`](crate::survival::LogRank::from_tables) takes.
    #[must_use]
    pub fn tables(&self) -> &[Vec<RiskTable>] {
        &self.tables
    }

    fn position(&self, label: &str) -> Result<usize> {
        let unknown = || Error::UnknownLabel { label: label.into(), known: self.labels.join(", ") };
        self.labels.iter().position(|l| l == label).ok_or_else(unknown)
    }

    /// The table of a group, for data without strata.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::Unsupported`] with strata, which [`tables`](Self::tables) keeps apart.
    pub fn table(&self, label: &str) -> Result<&RiskTable> {
        let group = self.position(label)?;
        match self.tables.as_slice() {
            [tables] if self.strata.is_none() => Ok(&tables[group]),
            _ => Err(Error::Unsupported {
                method: "the one table of a group",
                with: "strata",
                why: "each stratum has its own; take them from `tables`",
            }),
        }
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
    /// # Errors
    /// [`Error::MixedWeights`]; [`Error::TooManyRows`]; [`Error::Unsupported`] where one part has strata and another has
    /// none.
    pub fn merge_all<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Result<Self> {
        let parts: Vec<&Self> = parts.into_iter().filter(|p| !p.tables.is_empty()).collect();
        let Some(first) = parts.first() else { return Ok(Self::default()) };
        if parts.iter().any(|p| p.strata.is_some() != first.strata.is_some()) {
            return Err(Error::Unsupported {
                method: "merging risk tables",
                with: "strata in some parts and none in others",
                why: "give every part its strata, or none",
            });
        }
        let mut cells: BTreeMap<(&str, &str), Vec<&RiskTable>> = BTreeMap::new();
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
        let mut wholes = Vec::new();
        for tables in cells.values() {
            let held: Vec<&RiskTable> = tables.iter().copied().filter(|t| !t.is_empty()).collect();
            wholes.push(if held.is_empty() { None } else { Some(Whole::of(&held)?) });
        }
        check_alike(cells.values().flatten().copied())?;
        let chained = chained(wholes.iter().flatten());
        let mut merged: BTreeMap<(&str, &str), RiskTable> = cells
            .into_iter()
            .zip(wholes)
            .map(|((key, tables), whole)| {
                (key, whole.map_or_else(|| tables[0].clone(), |whole| whole.finish(&chained)))
            })
            .collect();
        let nobody = first.tables.iter().flatten().next().map(RiskTable::emptied).unwrap_or_default();
        let mut tables = Vec::with_capacity(strata.len());
        for s in &strata {
            let cells = labels.iter().map(|l| merged.remove(&(*s, *l)).unwrap_or_else(|| nobody.clone()));
            tables.push(cells.collect());
        }
        let owned = |labels: &BTreeSet<&str>| labels.iter().map(ToString::to_string).collect();
        Ok(Self { tables, labels: owned(&labels), strata: first.strata.is_some().then(|| owned(&strata)) })
    }

    /// The same tables with times that differ only by rounding error made one time, judged over all tables together (R's
    /// rule): for tables of data with exact times. See [`RiskTable::merge_near_ties`].
    #[must_use]
    pub fn merge_near_ties(&self) -> Self {
        let wholes: Vec<Whole> = self.tables.iter().flatten().map(Whole::merging).collect();
        let chained = chained(wholes.iter());
        let mut merged = wholes.into_iter().map(|whole| whole.finish(&chained));
        let tables = self.tables.iter().map(|t| merged.by_ref().take(t.len()).collect()).collect();
        Self { labels: self.labels.clone(), strata: self.strata.clone(), tables }
    }
}

/// Tables of one kind of counts, in one set.
fn check_alike<'a>(tables: impl Iterator<Item = &'a RiskTable>) -> Result<()> {
    let mut held = tables.filter(|t| !t.is_empty());
    let Some(first) = held.next() else { return Ok(()) };
    match held.find(|t| t.kind() != first.kind()) {
        Some(other) => Err(Error::MixedWeights { left: first.kind_name(), right: other.kind_name() }),
        None => Ok(()),
    }
}

impl<'a> FromIterator<&'a RiskTables> for Result<RiskTables> {
    fn from_iter<I: IntoIterator<Item = &'a RiskTables>>(parts: I) -> Self {
        RiskTables::merge_all(parts)
    }
}

impl FromIterator<RiskTables> for Result<RiskTables> {
    fn from_iter<I: IntoIterator<Item = RiskTables>>(parts: I) -> Self {
        let parts: Vec<RiskTables> = parts.into_iter().collect();
        RiskTables::merge_all(&parts)
    }
}

impl<'a> iter::Sum<&'a RiskTables> for Result<RiskTables> {
    fn sum<I: Iterator<Item = &'a RiskTables>>(parts: I) -> Self {
        parts.collect()
    }
}

impl iter::Sum<RiskTables> for Result<RiskTables> {
    fn sum<I: Iterator<Item = RiskTables>>(parts: I) -> Self {
        parts.collect()
    }
}

/// Merges more parts into a whole, unless it is an error already.
impl Extend<RiskTables> for Result<RiskTables> {
    fn extend<I: IntoIterator<Item = RiskTables>>(&mut self, parts: I) {
        if let Ok(whole) = self {
            *self = iter::once(std::mem::take(whole)).chain(parts).collect();
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    labels: Vec<String>,
    strata: Option<Vec<String>>,
    tables: Vec<Vec<RiskTable>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for RiskTables {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Self::checked(raw.labels, raw.strata, raw.tables)
    }
}

impl fmt::Display for RiskTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (s, tables) in self.tables.iter().enumerate() {
            for (label, table) in self.labels.iter().zip(tables) {
                if !std::mem::take(&mut first) {
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
