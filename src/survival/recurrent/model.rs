//! Models of recurrent events: the rows, strata and clusters of four of them, for the Cox engine.

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::recurrent::events::RecurrentEvents;
use crate::survival::regression::{CoxModel, CoxPh, Design, Frailty, FrailtyModel};

/// Which model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    AndersenGill,
    Total,
    Gap,
    Marginal,
}

/// A proportional-hazards model of recurrent events, each fitted by [`CoxPh`] with subjects (or the clusters of the data) as
/// clusters, so that its robust variance allows for the dependence among the events of a subject. A replication weight of k is
/// k subjects, apart unless they are in a cluster of the data.
///
/// | model | at risk for the j-th event | time | baseline |
/// |---|---|---|---|
/// | [`andersen_gill`](Self::andersen_gill) | all under observation | from the start | one |
/// | [`pwp_total`](Self::pwp_total) | those who have had j − 1 | from the start | one for each j |
/// | [`pwp_gap`](Self::pwp_gap) | those who have had j − 1 | from the event before | one for each j |
/// | [`wlw`](Self::wlw) | all who have not had the j-th | from the start | one for each j |
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`cox`](Self::cox) | Efron's ties | the options of the Cox fit |
/// | [`up_to`](Self::up_to) | all | the last event number with a baseline of its own |
/// | [`event_strata`](Self::event_strata) | the event numbers | other strata in place of these |
///
/// Strata of the data are crossed with the event numbers. A terminal event ends the time at risk; it is not modelled.
///
/// # Conventions
/// Event numbers are counted from the rows: a subject waits for one more than it has had. In gap time the clock starts at 0
/// with the first row of a subject, and again with the first row after each event; a row that is split in between goes on.
///
/// # Cost
/// The rows O(n log n), then a Cox fit of as many rows as the data have; [`wlw`](Self::wlw) has up to one row for each subject's row
/// and each event number.
///
/// # Example
/// ```
/// use greenwood::survival::Design;
/// use greenwood::survival::recurrent::{EventModel, RecurrentEvents};
///
/// let ids = [1, 1, 1, 2, 2, 3, 4, 4, 5, 6];
/// let start = [0., 2., 4., 0., 3., 0., 0., 5., 0., 0.];
/// let stop = [2., 4., 9., 3., 8., 9., 5., 9., 8., 7.];
/// let event = [true, true, false, true, false, true, true, false, false, false];
/// let treated = [0., 0., 0., 0., 0., 0., 1., 1., 1., 1.];
/// let data = RecurrentEvents::new(&ids, &start, &stop, &event)?;
/// let design = Design::builder().numeric("treated", &treated).build()?;
///
/// let fit = EventModel::andersen_gill().fit(&data, &design)?;
/// assert!(fit.terms()[0].hazard_ratio() < 1.0 && fit.terms()[0].robust_std_error().is_some());
///
/// // Residuals and predictions need the rows again.
/// let rows = EventModel::pwp_gap().up_to(2).rows(&data, &design)?;
/// assert_eq!(rows.numbers().labels(), ["1", "2 and later"]);
/// assert_eq!(rows.data().time()[1], 2.0); // from the first event at 2 until the second at 4
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Andersen & Gill (1982), Ann Stat 10:1100. Prentice, Williams & Peterson (1981), Biometrika 68:373. Wei, Lin & Weissfeld
/// (1989), J Am Stat Assoc 84:1065. Robust variance: Lin & Wei (1989), J Am Stat Assoc 84:1074. Therneau & Grambsch (2000),
/// Modeling Survival Data, chapter 8.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct EventModel {
    kind: Kind,
    cox: CoxPh,
    up_to: usize,
    event_strata: Option<Groups>,
}

impl EventModel {
    fn of(kind: Kind) -> Self {
        Self { kind, cox: CoxPh::new(), up_to: usize::MAX, event_strata: None }
    }

    /// Andersen & Gill: every event alike, whatever came before.
    pub fn andersen_gill() -> Self {
        Self::of(Kind::AndersenGill)
    }

    /// Prentice, Williams & Peterson in total time: one baseline an event number.
    pub fn pwp_total() -> Self {
        Self::of(Kind::Total)
    }

    /// Prentice, Williams & Peterson in gap time: the clock restarts with each event.
    pub fn pwp_gap() -> Self {
        Self::of(Kind::Gap)
    }

    /// Wei, Lin & Weissfeld: the time to the first, to the second, … event, each a survival time of all subjects.
    ///
    /// Coefficients are common to all event numbers; for one each, cross a covariate with the
    /// [`numbers`](EventRows::numbers) of the rows.
    pub fn wlw() -> Self {
        Self::of(Kind::Marginal)
    }

    /// The options of the Cox fit: ties, offset, penalties.
    pub fn cox(self, cox: CoxPh) -> Self {
        Self { cox, ..self }
    }

    /// Later events share the baseline of the k-th; [`wlw`](Self::wlw) leaves them out.
    pub fn up_to(self, k: usize) -> Self {
        Self { up_to: k, ..self }
    }

    /// Strata of the rows of the data that stand in place of the event numbers.
    pub fn event_strata(self, strata: Groups) -> Self {
        Self { event_strata: Some(strata), ..self }
    }

    /// The rows of the model.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the design does not match the data; [`Error::OutOfRange`] where no event number has a
    /// baseline; [`Error::Unsupported`] for other strata of events in an Andersen-Gill or Wei-Lin-Weissfeld model.
    pub fn rows(&self, data: &RecurrentEvents, design: &Design) -> Result<EventRows> {
        data.check_len("the design", design.rows())?;
        self.check(data)?;
        let numbers = data.event_numbers();
        let rows = match self.kind {
            Kind::Marginal => self.marginal(data, design, &numbers),
            kind => self.as_given(data, &numbers, kind == Kind::Gap),
        };
        self.finish(data, design, rows)
    }

    /// Fits the model.
    ///
    /// # Errors
    /// Those of [`rows`](Self::rows) and of [`CoxPh::fit`].
    pub fn fit(&self, data: &RecurrentEvents, design: &Design) -> Result<CoxModel> {
        let rows = self.rows(data, design)?;
        let cox = self.cox.clone();
        let cox = if rows.data.clusters().is_some() { cox } else { cox.robust_by(&rows.subjects) };
        cox.fit(&rows.data, &rows.design)
    }

    /// Fits the model with a frailty for each subject (or cluster of the data) in place of the robust variance: what makes
    /// the events of a subject go together is then a part of the model. Ties and offset are those of `frailty`.
    ///
    /// # Errors
    /// Those of [`rows`](Self::rows) and of [`Frailty::fit`]; [`Error::Unsupported`] for replication weights without clusters.
    ///
    /// # Example
    /// ```
    /// # use greenwood::survival::Design;
    /// # use greenwood::survival::recurrent::{EventModel, RecurrentEvents};
    /// use greenwood::survival::regression::Frailty;
    /// # let ids = [1, 1, 1, 1, 2, 2, 3, 4];
    /// # let (start, stop) = ([0., 1., 2., 4., 0., 3., 0., 0.], [1., 2., 4., 9., 3., 8., 9., 7.]);
    /// # let event = [true, true, true, false, true, false, false, false];
    /// # let treated = [0., 0., 0., 0., 1., 1., 0., 1.];
    /// # let data = RecurrentEvents::new(&ids, &start, &stop, &event)?;
    /// # let design = Design::builder().numeric("treated", &treated).build()?;
    /// let fit = EventModel::andersen_gill().fit_frailty(&data, &design, &Frailty::gamma())?;
    /// assert_eq!(fit.frailties().len(), 4);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn fit_frailty(
        &self,
        data: &RecurrentEvents,
        design: &Design,
        frailty: &Frailty,
    ) -> Result<FrailtyModel> {
        let rows = self.rows(data, design)?;
        if rows.data.clusters().is_none() {
            return Err(Error::Unsupported {
                method: "a frailty of each subject",
                with: "replication weights without clusters",
                why: "the k subjects of a weight would have k frailties, of which the rows know one: give each subject its \
                      rows, or a model with a robust variance",
            });
        }
        frailty.fit(&rows.data, &rows.design)
    }

    fn check(&self, data: &RecurrentEvents) -> Result<()> {
        if self.up_to == 0 {
            let must_be = "at least 1: the number of the last event with a baseline of its own";
            return Err(Error::OutOfRange { argument: "up_to", value: 0.0, must_be });
        }
        if let Some(strata) = &self.event_strata {
            data.check_len("event_strata", strata.len())?;
            if !matches!(self.kind, Kind::Total | Kind::Gap) {
                return Err(Error::Unsupported {
                    method: "an Andersen-Gill or Wei-Lin-Weissfeld model",
                    with: "other strata of events",
                    why: "it has no such strata, or makes them itself: give strata with the data (`with_strata`)",
                });
            }
        }
        Ok(())
    }

    /// Every row of the data, in gap time from the start of its gap.
    fn as_given(&self, data: &RecurrentEvents, numbers: &[usize], gap: bool) -> Vec<Piece> {
        let histories = &data.histories;
        let mut origin = vec![0.0; data.len()];
        if gap {
            let (ids, order) = (histories.ids().codes(), histories.in_order());
            for (at, &i) in order.iter().enumerate() {
                let before = at.checked_sub(1).map(|b| order[b]);
                let goes_on = before.filter(|&b| ids[b] == ids[i] && !data.event()[b]);
                origin[i] = goes_on.map_or(histories.start()[i], |b| origin[b]);
            }
        }
        let number = |i: usize| if self.kind == Kind::AndersenGill { 1 } else { numbers[i].min(self.up_to) };
        (0..data.len())
            .map(|i| Piece {
                start: histories.start()[i] - origin[i],
                stop: histories.stop()[i] - origin[i],
                event: data.event()[i],
                source: i,
                number: number(i),
            })
            .collect()
    }

    /// For each event number the rows until that event, put together where nothing changes.
    fn marginal(&self, data: &RecurrentEvents, design: &Design, numbers: &[usize]) -> Vec<Piece> {
        let histories = &data.histories;
        let (ids, order, x) = (histories.ids().codes(), histories.in_order(), design.matrix());
        let with_event = (0..data.len()).filter(|&i| data.event()[i]).map(|i| numbers[i]);
        let last = with_event.max().unwrap_or(1).min(self.up_to);
        let alike = |a: usize, b: usize| {
            let stratum = |i: usize| data.strata().map(|s| s.codes()[i]);
            let cluster = |i: usize| histories.clusters.as_ref().map(|c| c[i]);
            ids[a] == ids[b]
                && histories.stop()[a] == histories.start()[b]
                && data.weight(a) == data.weight(b)
                && (stratum(a), cluster(a)) == (stratum(b), cluster(b))
                && x.row(a) == x.row(b)
        };
        let mut pieces: Vec<Piece> = Vec::new();
        for number in 1..=last {
            let first = pieces.len();
            for &i in order.iter().filter(|&&i| numbers[i] <= number) {
                let (start, stop) = (histories.start()[i], histories.stop()[i]);
                let event = data.event()[i] && numbers[i] == number;
                match pieces[first..].last_mut() {
                    Some(piece) if alike(piece.source, i) => {
                        (piece.stop, piece.event, piece.source) = (stop, event, i);
                    }
                    _ => pieces.push(Piece { start, stop, event, source: i, number }),
                }
            }
        }
        pieces
    }

    fn finish(&self, data: &RecurrentEvents, design: &Design, pieces: Vec<Piece>) -> Result<EventRows> {
        let column = |f: fn(&Piece) -> f64| pieces.iter().map(f).collect::<Vec<f64>>();
        let source: Vec<usize> = pieces.iter().map(|p| p.source).collect();
        let events: Vec<bool> = pieces.iter().map(|p| p.event).collect();
        let mut rows = RightCensored::new(column(|p| p.stop), events)?;
        if pieces.iter().any(|p| p.start > 0.0) {
            rows = rows.with_entry(column(|p| p.start))?;
        }
        let histories = &data.histories;
        if let Some(weights) = &histories.weights {
            let values: Vec<f64> = source.iter().map(|&i| weights.values()[i]).collect();
            rows = rows.with_weights(match weights {
                Weights::Replication(_) => Weights::replication(values),
                Weights::Sampling(_) => Weights::sampling(values),
            })?;
        }
        let subjects: Vec<u32> = source.iter().map(|&i| histories.ids().codes()[i]).collect();
        // In a cluster the k subjects of a replication weight would be one.
        let apart = matches!(histories.weights, Some(Weights::Replication(_)));
        if let Some(clusters) = &histories.clusters {
            rows = rows.with_clusters(&source.iter().map(|&i| clusters[i]).collect::<Vec<_>>())?;
        } else if !apart {
            rows = rows.with_clusters(&subjects)?;
        }
        let numbers = match &self.event_strata {
            Some(strata) => pick(strata, &source)?,
            None => self.numbers(&pieces)?,
        };
        let strata = data.strata().map(|s| pick(s, &source)).transpose()?;
        let numbered = self.kind != Kind::AndersenGill;
        if let Some(strata) = match strata {
            Some(strata) if numbered => Some(crossed(&numbers, &strata)?),
            None if numbered => Some(numbers.clone()),
            strata => strata,
        } {
            rows = rows.with_strata(strata)?;
        }
        Ok(EventRows { data: rows, design: design.select(&source)?, source, subjects, numbers })
    }

    /// The event numbers as groups.
    fn numbers(&self, pieces: &[Piece]) -> Result<Groups> {
        let last = pieces.iter().map(|p| p.number).max().unwrap_or(1);
        let open = last == self.up_to && self.kind != Kind::Marginal;
        let label = |n: usize| if n == last && open { format!("{n} and later") } else { n.to_string() };
        let codes: Vec<usize> = pieces.iter().map(|p| p.number - 1).collect();
        Groups::from_codes(&codes, &(1..=last).map(label).collect::<Vec<_>>())
    }
}

fn pick(groups: &Groups, rows: &[usize]) -> Result<Groups> {
    Groups::from_codes(&rows.iter().map(|&i| groups.codes()[i] as usize).collect::<Vec<_>>(), groups.labels())
}

/// Every pair of two groupings that has a row.
fn crossed(a: &Groups, b: &Groups) -> Result<Groups> {
    let mut pairs: Vec<(u32, u32)> = a.codes().iter().copied().zip(b.codes().iter().copied()).collect();
    let rows = pairs.clone();
    pairs.sort_unstable();
    pairs.dedup();
    let codes: Vec<usize> = rows.iter().map(|pair| pairs.partition_point(|p| p < pair)).collect();
    let label = |&(x, y): &(u32, u32)| format!("{}, {}", a.labels()[x as usize], b.labels()[y as usize]);
    Groups::from_codes(&codes, &pairs.iter().map(label).collect::<Vec<_>>())
}

/// A row of a model before it is one.
struct Piece {
    start: f64,
    stop: f64,
    event: bool,
    source: usize,
    number: usize,
}

/// The rows of an [`EventModel`]: what [`CoxPh`] is given, and where each comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRows {
    data: RightCensored<'static>,
    design: Design<'static>,
    source: Vec<usize>,
    subjects: Vec<u32>,
    numbers: Groups,
}

impl EventRows {
    /// Times, strata and clusters: subjects, where the data have no others. Under replication weights without clusters there
    /// are none, since the k subjects of a weight are apart: [`CoxPh::robust_by`] with the [`subjects`](Self::subjects) is what
    /// [`EventModel::fit`] does.
    #[must_use]
    pub fn data(&self) -> &RightCensored<'static> {
        &self.data
    }

    /// The covariates, row by row of the model.
    #[must_use]
    pub fn design(&self) -> &Design<'static> {
        &self.design
    }

    /// The row of the original data that each row comes from; where several were put together, the last.
    #[must_use]
    pub fn source(&self) -> &[usize] {
        &self.source
    }

    /// The subject of each row, numbered by first appearance in the data.
    #[must_use]
    pub fn subjects(&self) -> &[u32] {
        &self.subjects
    }

    /// The event number that each row waits for.
    #[must_use]
    pub fn numbers(&self) -> &Groups {
        &self.numbers
    }

    /// A column of the original data, row by row of the model.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the column is shorter than the original data.
    pub fn expand<T: Clone>(&self, column: &[T]) -> Result<Vec<T>> {
        let one = |&i: &usize| {
            let must_be = "a row of the column: give one value for each row of the data";
            column.get(i).cloned().ok_or(Error::OutOfRange { argument: "a row", value: i as f64, must_be })
        };
        self.source.iter().map(one).collect()
    }
}
