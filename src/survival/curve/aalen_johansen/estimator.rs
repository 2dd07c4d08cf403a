//! The pass over the rows: S, the incidence of each cause, and their variances.

use crate::error::{Error, Result};
use crate::survival::curve::aalen_johansen::cumulative_incidence::CumulativeIncidence;
use crate::survival::curve::aalen_johansen::influence::{Step, Subjects};
use crate::survival::curve::aalen_johansen::variance::{Growing, Hazard, IncidenceVariance};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::risk_table::competing::CompetingRiskTable;

/// The Aalen-Johansen estimate of the cumulative incidence of each of several causes.
///
/// `F_k(t) = Σ_{tⱼ ≤ t} S(tⱼ−) d_kⱼ/nⱼ` over the distinct event times, with S the Kaplan-Meier estimate of being free of
/// any cause: incidences and S add up to 1. One minus Kaplan-Meier with the other causes censored is larger, and the
/// probability of nothing that can happen. With one cause the incidence is one minus Kaplan-Meier, bit for bit.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`variance`](Self::variance) | jackknife | the [`IncidenceVariance`] |
///
/// # Conventions
/// At equal times events come before censorings, and all events at a time see the same risk set, whatever their cause.
/// A subject that enters at t is at risk after t. Once S is 0 nothing changes.
///
/// # Cost
/// One sort and one pass, O(n log n); O(n) where times are whole days.
///
/// # Example
/// Six subjects with ties, by hand: of cause a 1/3, 1/2 and 2/3 after the times 1, 2 and 3.
/// ```
/// use greenwood::survival::{AalenJohansen, CompetingRisks};
///
/// let outcome = ["a", "a", "b", "a", "b", "a"].map(Some);
/// let data = CompetingRisks::new(&[1.0, 1.0, 1.0, 2.0, 2.0, 3.0], &outcome)?;
/// let incidence = AalenJohansen::new().fit(&data)?;
/// let a = incidence.of("a")?;
/// assert!((a.at(2.0).value()? - 0.5).abs() < 1e-15);
/// assert_eq!(a.at(2.0).to_string(), "50.0% ± 20.4%"); // without censoring, the binomial error
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Aalen & Johansen (1978), Scand J Stat 5:141. Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based on
/// Counting Processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct AalenJohansen {
    variance: IncidenceVariance,
}

impl AalenJohansen {
    /// The estimate with the jackknife variance.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the variance is estimated.
    pub fn variance(self, variance: IncidenceVariance) -> Self {
        Self { variance }
    }

    /// The incidence of each cause over all subjects. Strata are ignored.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for another variance than the jackknife with sampling weights or clusters.
    pub fn fit(&self, data: &CompetingRisks) -> Result<CumulativeIncidence> {
        self.check(data)?;
        Ok(self.finish(CompetingRiskTable::new(data), data, |_| true))
    }

    /// One fit per group, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], and those of [`fit`](Self::fit).
    pub fn by_group(&self, data: &CompetingRisks, groups: &Groups) -> Result<Vec<CumulativeIncidence>> {
        self.check(data)?;
        let tables = CompetingRiskTable::by_group(data, groups)?.into_iter().enumerate();
        let member = |g: usize| move |i: usize| groups.codes()[i] as usize == g;
        Ok(tables.map(|(g, table)| self.finish(table, data, member(g))).collect())
    }

    /// The incidences of a risk table, for tables that were merged or are at hand already. What a table cannot tell
    /// (the jackknife with late entries, any variance with sampling weights) is not there: without late entries the
    /// jackknife is the delta variance.
    #[must_use]
    pub fn from_table(&self, table: CompetingRiskTable) -> CumulativeIncidence {
        fit(table, self.variance, None)
    }

    fn check(self, data: &CompetingRisks) -> Result<()> {
        if self.variance != IncidenceVariance::Jackknife && data.any_cause().is_robust() {
            return Err(Error::Unsupported {
                method: "Aalen's or the delta variance of an incidence",
                with: "sampling weights or clusters",
                why: "it takes rows for independent subjects; use the jackknife (`IncidenceVariance::Jackknife`)",
            });
        }
        Ok(())
    }

    fn finish(
        self,
        table: CompetingRiskTable,
        data: &CompetingRisks,
        member: impl Fn(usize) -> bool,
    ) -> CumulativeIncidence {
        let any = data.any_cause();
        // Elsewhere the delta variance is the jackknife, and needs no subjects.
        let needed = any.is_robust() || any.entry().is_some();
        let subjects = (self.variance == IncidenceVariance::Jackknife && needed)
            .then(|| Subjects::new(data, &table, member));
        fit(table, self.variance, subjects)
    }
}

/// S, log-variance of S, incidences and their variances, row by row.
pub(super) fn fit(
    table: CompetingRiskTable,
    kind: IncidenceVariance,
    subjects: Option<Subjects>,
) -> CumulativeIncidence {
    let causes = table.causes().len();
    let estimates = if let (Some((_, at_risk, _)), Some(events), 2) =
        (table.all().subject_columns(), table.subject_events(), causes)
    {
        // The same code with two causes known, which the compiler unrolls.
        let (events, _) = events.as_chunks::<2>();
        pass::<[f64; 2], _>(at_risk.len(), 2, kind, |i| (f64::from(at_risk[i]), events[i].map(f64::from)))
    } else {
        pass::<Vec<f64>, _>(table.all().len(), causes, kind, |i| {
            (table.all().row(i).at_risk, (0..causes).map(|k| table.events_of(i, k)).collect())
        })
    };
    let Estimates { free, mut log_variance, incidence, mut variance } = estimates;
    let late = (0..table.all().len()).any(|i| table.all().row(i).entered_subjects > 0);
    if let Some(subjects) = &subjects {
        let rows = table.all().len();
        let by_cause: Vec<f64> = (0..rows)
            .flat_map(|i| (0..causes).map(move |k| (i, k)))
            .map(|(i, k)| table.events_of(i, k))
            .collect();
        (log_variance, variance) = subjects.variances(rows, causes, |i| {
            let row = table.all().row(i);
            Step {
                at_risk: row.at_risk,
                events: row.events,
                free_before: if i == 0 { 1.0 } else { free[i - 1] },
                by_cause: &by_cause[i * causes..(i + 1) * causes],
                incidence: &incidence[i * causes..(i + 1) * causes],
            }
        });
    } else if table.all().has_sampling_weights() || late && kind == IncidenceVariance::Jackknife {
        (log_variance, variance) = (Vec::new(), Vec::new());
    }
    CumulativeIncidence {
        table,
        kind,
        free,
        log_variance,
        incidence,
        variance,
        subjects,
        start: 0.0,
        extended: false,
    }
}

struct Estimates {
    free: Vec<f64>,
    log_variance: Vec<f64>,
    incidence: Vec<f64>,
    variance: Vec<f64>,
}

/// Which causes have had events so far.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    None,
    One(usize),
    Several,
}

fn pass<E: AsRef<[f64]>, R: FnMut(usize) -> (f64, E)>(
    rows: usize,
    causes: usize,
    kind: IncidenceVariance,
    mut row: R,
) -> Estimates {
    // With one cause the variance is that of S.
    let own_variance = causes > 1 || kind == IncidenceVariance::Aalen;
    let mut to = Estimates {
        free: Vec::with_capacity(rows),
        log_variance: Vec::with_capacity(rows),
        incidence: Vec::with_capacity(rows * causes),
        variance: Vec::with_capacity(if own_variance { rows * causes } else { 0 }),
    };
    let (mut s, mut log_variance, mut curvature) = (1.0, 0.0, 0.0);
    let mut incidence = vec![0.0; causes];
    let mut growing = vec![Growing::default(); causes];
    let mut variance = vec![0.0; causes];
    let mut seen = Seen::None;
    for i in 0..rows {
        let (n, by_cause) = row(i);
        let by_cause = by_cause.as_ref();
        let d = match by_cause {
            [one] => *one,
            several => several.iter().sum(),
        };
        if d > 0.0 && n > 0.0 {
            let hazard = Hazard { at_risk: n, events: d, free: s };
            if d < n {
                s *= 1.0 - d / n;
                log_variance += d / (n * (n - d));
            } else {
                s = 0.0;
            }
            let before = curvature;
            for (k, &own) in by_cause.iter().enumerate() {
                let by = hazard.free * own / n;
                let (a, b, c) = hazard.terms(kind, own, by_cause.iter().copied());
                growing[k].step(by, before, (b, c));
                variance[k] = growing[k].value();
                curvature = before + a;
                if own > 0.0 {
                    seen = match seen {
                        Seen::None => Seen::One(k),
                        Seen::One(other) if other == k => Seen::One(k),
                        _ => Seen::Several,
                    };
                }
                incidence[k] += by;
            }
            // As long as nothing has competed the incidence is one minus Kaplan-Meier, to the last bit.
            if let Seen::One(k) = seen {
                incidence[k] = 1.0 - s;
            }
        }
        to.free.push(s);
        to.log_variance.push(log_variance);
        to.incidence.extend_from_slice(&incidence);
        if own_variance {
            to.variance.extend_from_slice(&variance);
        }
    }
    to
}
