//! Rows cut at given times into episodes: for coefficients and covariates that change with time.

use crate::error::{Error, Result, check_len};
use crate::numeric::near_ties;
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;

/// Rows cut into episodes at given times, as R's `survSplit` and Stata's `stsplit`. Made by
/// [`RightCensored::split_at`].
///
/// A subject observed over `(entry, time]` becomes a row for each period that this reaches into; the event, if there
/// was one, is that of the last. Nobody is in two rows at once, so no risk set changes and neither does any estimate,
/// until a row's covariates depend on its period:
///
/// * a coefficient per period: [`Design::builder`](crate::survival::Design::builder) with
///   [`numeric_within`](crate::survival::regression::DesignBuilder::numeric_within) the [`periods`](Self::periods);
/// * a baseline per period: the periods as strata;
/// * a coefficient that is a function of time, `β + γ g(t)`: cut at every event time, and add the column `x g(t)` with
///   `t` the end of each row (R's `tt`; up to rows × event times, so for small data).
///
/// # Example
/// Does the effect of a treatment last? One coefficient for the first ten weeks, one for the time after.
/// ```
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// let weeks = [3., 5., 6., 8., 9., 12., 14., 15., 18., 20., 22., 25.];
/// let relapse = [true, true, true, true, true, true, false, true, true, true, false, true];
/// let treated = [0., 0., 1., 0., 0., 1., 1., 0., 1., 1., 0., 0.];
///
/// let rows = RightCensored::new(&weeks, &relapse)?.split_at(&[10.0])?;
/// assert_eq!(rows.data().len(), 12 + 7); // seven were still observed after the tenth week
/// assert_eq!(rows.periods().labels(), ["until 10", "after 10"]);
///
/// let design = Design::builder().numeric_within("treated", &rows.expand(&treated)?, rows.periods()).build()?;
/// let fit = CoxPh::new().fit(rows.data(), &design)?;
/// assert_eq!(design.names(), ["treated: until 10", "treated: after 10"]);
/// assert!(fit.coefficients()[0] < 0.0 && fit.coefficients()[1] > 0.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Therneau & Grambsch (2000), Modeling Survival Data, section 3.7. Therneau, Crowson & Atkinson, vignette "timedep"
/// of R's survival.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawEpisodes"))]
pub struct Episodes {
    data: RightCensored<'static>,
    source: Vec<usize>,
    periods: Groups,
}

impl RightCensored<'_> {
    /// Cuts each row at the given times, into episodes `(start, end]`: an event at a cut belongs to the period before
    /// it. Weights, strata and clusters go with the row. Under sampling weights without clusters the rows of a subject
    /// become a cluster, so that the robust variance stays what it was.
    ///
    /// Rows stand in the order of the data, the episodes of each in order of time.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where cuts are not positive, finite and increasing; [`Error::EmptyInterval`] for a subject
    /// at time 0, which is under observation at no time; [`Error::TooManyRows`].
    pub fn split_at(&self, cuts: &[f64]) -> Result<Episodes> {
        check_cuts(cuts)?;
        let none = vec![0.0; self.len()];
        let columns = [self.entry().unwrap_or(&none), self.time(), cuts];
        // A cut within rounding of a time is that time: no row of no length comes of it.
        let merged = match self.near_ties() {
            NearTies::Merge => near_ties::merged_columns(&columns),
            NearTies::Exact => None,
        };
        let exact = merged.is_some() || self.near_ties() == NearTies::Exact;
        let [entry, time, cuts] = match merged.as_deref() {
            Some([entry, time, cuts]) => [&entry[..], &time[..], &cuts[..]],
            _ => columns,
        };
        let pieces = Pieces::of(entry, time, self.event(), cuts)?;
        let mut data = RightCensored::new(pieces.end, pieces.event)?;
        if exact {
            data = data.with_near_ties(NearTies::Exact)?;
        }
        if pieces.start.iter().any(|&s| s > 0.0) {
            data = data.with_entry(pieces.start)?;
        }
        let data = self.carry_over(data, &pieces.source)?;
        Ok(Episodes {
            data,
            periods: Groups::from_codes(&pieces.period, &labels(cuts))?,
            source: pieces.source,
        })
    }

    /// Gives the rows the weights, strata and clusters of the rows that they come from.
    pub(super) fn carry_over(
        &self,
        data: RightCensored<'static>,
        source: &[usize],
    ) -> Result<RightCensored<'static>> {
        let mut data = data;
        if let Some(weights) = self.weights() {
            let values = expand(weights.values(), source);
            data = data.with_weights(match weights {
                Weights::Replication(_) => Weights::replication(values),
                Weights::Sampling(_) => Weights::sampling(values),
            })?;
        }
        if let Some(strata) = self.strata() {
            data = data.with_strata(expand_groups(strata, source)?)?;
        }
        if let Some(ids) = self.ids() {
            data = data.with_ids(
                &source.iter().map(|&i| &ids.labels()[ids.codes()[i] as usize]).collect::<Vec<_>>(),
            )?;
        }
        match (self.clusters(), self.weights()) {
            (Some(clusters), _) => data.with_clusters(&expand(clusters, source)),
            (None, Some(Weights::Sampling(_))) => data.with_clusters(source),
            _ => Ok(data),
        }
    }
}

fn check_cuts(cuts: &[f64]) -> Result<()> {
    let mut previous = 0.0;
    for &value in cuts {
        if !(value > previous && value.is_finite()) {
            let must_be = "finite, above 0 and increasing";
            return Err(Error::OutOfRange { argument: "a cut", value, must_be });
        }
        previous = value;
    }
    Ok(())
}

/// Rows cut into pieces: the row and the period of each, its start and end, and whether it ends with the event.
#[derive(Default)]
struct Pieces {
    source: Vec<usize>,
    period: Vec<usize>,
    start: Vec<f64>,
    end: Vec<f64>,
    event: Vec<bool>,
}

impl Pieces {
    fn of(entry: &[f64], time: &[f64], event: &[bool], cuts: &[f64]) -> Result<Self> {
        let mut pieces = Self::default();
        for (i, (&entry, &time)) in entry.iter().zip(time).enumerate() {
            if entry >= time {
                return Err(Error::EmptyInterval { index: i, entry, time });
            }
            let mut start = entry;
            for period in cuts.partition_point(|&c| c <= entry)..=cuts.len() {
                let end = cuts.get(period).map_or(time, |&c| time.min(c));
                pieces.source.push(i);
                pieces.period.push(period);
                pieces.start.push(start);
                pieces.end.push(end);
                pieces.event.push(event[i] && end == time);
                if end == time {
                    break;
                }
                start = end;
            }
        }
        Ok(pieces)
    }
}

fn labels(cuts: &[f64]) -> Vec<String> {
    let [first, .., last] = cuts else {
        return match cuts {
            [only] => vec![format!("until {only}"), format!("after {only}")],
            _ => vec!["all".into()],
        };
    };
    let between = cuts.windows(2).map(|w| format!("{} to {}", w[0], w[1]));
    let ends = (format!("until {first}"), format!("after {last}"));
    std::iter::once(ends.0).chain(between).chain(std::iter::once(ends.1)).collect()
}

pub(super) fn expand<T: Clone>(values: &[T], source: &[usize]) -> Vec<T> {
    source.iter().map(|&i| values[i].clone()).collect()
}

fn expand_groups(groups: &Groups, source: &[usize]) -> Result<Groups> {
    let codes: Vec<usize> = source.iter().map(|&i| groups.codes()[i] as usize).collect();
    Groups::from_codes(&codes, groups.labels())
}

impl Episodes {
    /// The start-stop rows.
    #[must_use]
    pub fn data(&self) -> &RightCensored<'static> {
        &self.data
    }

    /// The row of the original data that each row comes from: as clusters, the ids of the subjects.
    #[must_use]
    pub fn source(&self) -> &[usize] {
        &self.source
    }

    /// The period of each row, labelled by the cuts.
    #[must_use]
    pub fn periods(&self) -> &Groups {
        &self.periods
    }

    /// A column of the original data, row by row of the episodes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the column is shorter than the original data.
    pub fn expand<T: Clone>(&self, column: &[T]) -> Result<Vec<T>> {
        self.check("column", column.len())?;
        Ok(expand(column, &self.source))
    }

    /// Groups of the original data, row by row of the episodes.
    ///
    /// # Errors
    /// As [`expand`](Self::expand).
    pub fn expand_groups(&self, groups: &Groups) -> Result<Groups> {
        self.check("groups", groups.len())?;
        expand_groups(groups, &self.source)
    }

    pub(in crate::survival) fn check(&self, argument: &'static str, len: usize) -> Result<()> {
        let expected = self.source.last().map_or(0, |&last| last + 1);
        check_len(argument, len, "the data before the split", expected)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawEpisodes {
    data: RightCensored<'static>,
    source: Vec<usize>,
    periods: Groups,
}

#[cfg(feature = "serde")]
impl TryFrom<RawEpisodes> for Episodes {
    type Error = Error;

    fn try_from(raw: RawEpisodes) -> Result<Self> {
        let RawEpisodes { data, source, periods } = raw;
        periods.check_len("periods", data.len())?;
        check_source(&source, data.len())?;
        Ok(Self { data, source, periods })
    }
}

/// Every row of the data before the split has a piece, in their order.
#[cfg(feature = "serde")]
pub(super) fn check_source(source: &[usize], rows: usize) -> Result<()> {
    check_len("source", source.len(), "time", rows)?;
    // Every row has been under observation, so each has a piece: none is left out.
    let mut next = 0;
    for &row in source {
        if row == next {
            next += 1;
        } else if row.checked_add(1) != Some(next) {
            let must_be = "the row before, or the next one";
            return Err(Error::OutOfRange { argument: "a row that is cut", value: row as f64, must_be });
        }
    }
    Ok(())
}
