//! What a parametric model is fitted to: each time known exactly, or within (L, R].

use std::borrow::Cow;
use std::sync::Arc;

use ndarray::ArrayView2;

use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::{Groups, encode};
use crate::survival::data::interval_censored::IntervalCensored;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::{Weights, check_weights};
use crate::survival::regression::design::Design;
use crate::survival::regression::fingerprint::PartsFingerprint;

/// Observations of each kind: the time is in `(lower, upper]`, or exactly there where the two are equal.
///
/// An upper limit of ∞ is right censoring; a lower limit of 0 (of −∞ where times may be negative) is left censoring.
/// [`RightCensored`] data are taken as they are: entries, weights, clusters and strata come along.
///
/// # Example
/// ```
/// use greenwood::survival::regression::Observations;
///
/// let seen = Observations::interval(&[1.0, 2.0, 0.0], &[3.0, f64::INFINITY, 2.0])?;
/// assert_eq!((seen.len(), seen.events()), (3, 2));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    /// Shared, since a fit takes observations by value and those of a reference are a copy.
    pub(super) lower: Arc<Vec<f64>>,
    pub(super) upper: Arc<Vec<f64>>,
    pub(super) entry: Option<Vec<f64>>,
    /// By when the event came, since the row would not be there otherwise: ∞ where it was not selected so.
    pub(super) until: Option<Vec<f64>>,
    pub(super) weights: Option<Weights<'static>>,
    pub(super) clusters: Option<Vec<u32>>,
    pub(super) strata: Option<Groups>,
    /// The subject of each row, where a subject has several.
    pub(super) ids: Option<Vec<u32>>,
    pub(super) background: Option<Expected>,
}

/// What a row of the likelihood needs: the rate of an exact time, the cumulative hazard between two limits; and the sum of
/// what does not depend on the model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    pub rows: Vec<f64>,
    pub constant: Vec<f64>,
    /// Are the population's cumulative hazards known at every time?
    pub has_cumulative: bool,
}

/// The part of the data that is given to the model instead.
pub(super) const OFFSET: &str = "the offset";

impl Observations {
    /// What tells these data and covariates from others.
    pub(super) fn fingerprint(
        &self,
        x: &ArrayView2<f64>,
        strata: Option<&[usize]>,
        offset: Option<&[f64]>,
    ) -> PartsFingerprint {
        let weights = self.weights.as_ref().map(|w| {
            let kind = f64::from(u8::from(matches!(w, Weights::Sampling(_))));
            w.values().iter().copied().chain([kind]).collect()
        });
        let covariates = x.as_slice().map_or_else(|| x.iter().copied().collect(), Cow::from);
        // Truncation at ∞ is none.
        let until = self.until.as_deref().filter(|until| until.iter().any(|t| *t < f64::INFINITY));
        let size = [x.nrows() as f64, x.ncols() as f64];
        PartsFingerprint::of([
            ("the number of rows, or of columns of the design", Some(size.to_vec().into())),
            ("the lower limits of the times", Some(self.lower.as_slice().into())),
            ("the upper limits of the times", Some(self.upper.as_slice().into())),
            ("the covariates", Some(covariates)),
            ("entry", self.entry.as_deref().map(Cow::from)),
            ("the right truncation", until.map(Cow::from)),
            ("the weights", weights),
            ("the clusters", self.clusters.as_ref().map(|c| c.iter().map(|&c| f64::from(c)).collect())),
            ("the strata", strata.map(|s| s.iter().map(|&s| s as f64).collect())),
            ("the background hazard", self.background.as_ref().map(|b| b.rows.as_slice().into())),
            (OFFSET, offset.map(Cow::from)),
        ])
    }

    /// Each time in `(lower, upper]`.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`]; [`Error::InvalidObservation`] where a limit is NaN, `lower` is above
    /// `upper`, or nothing is known of a time.
    pub fn interval(lower: &[f64], upper: &[f64]) -> Result<Self> {
        if lower.is_empty() {
            return Err(Error::Empty { argument: "lower" });
        }
        check_len("upper", upper.len(), "lower", lower.len())?;
        for (index, (&lower, &upper)) in lower.iter().zip(upper).enumerate() {
            let why = if lower.is_nan() || upper.is_nan() {
                "a limit is not a number"
            } else if lower > upper {
                "lower is above upper"
            } else if lower == f64::INFINITY || upper == f64::NEG_INFINITY {
                "no finite time is inside"
            } else {
                continue;
            };
            return Err(Error::InvalidObservation { index, lower, upper, why });
        }
        let (lower, upper) = (Arc::new(lower.to_vec()), Arc::new(upper.to_vec()));
        Ok(Self {
            lower,
            upper,
            entry: None,
            until: None,
            weights: None,
            clusters: None,
            strata: None,
            ids: None,
            background: None,
        })
    }

    /// Subjects that come under observation at `entry`, since the time was later than that.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidObservation`] where an entry is not below the time, or not below the
    /// upper limit.
    pub fn with_entry(mut self, entry: &[f64]) -> Result<Self> {
        self.same_length("entry", entry.len())?;
        for (index, &at) in entry.iter().enumerate() {
            let (lower, upper) = (self.lower[index], self.upper[index]);
            if !(at < upper && at <= lower.max(f64::MIN)) || at == f64::INFINITY {
                let why = "the entry must come before it";
                return Err(Error::InvalidObservation { index, lower, upper, why });
            }
        }
        self.entry = Some(entry.to_vec());
        Ok(self)
    }

    /// Right truncation: a row is there only because its event came by then (a register that was closed, incubation times
    /// of those who fell ill). It counts by its probability given that, `P(T in (L, R])/P(E < T ≤ until)` with E the entry;
    /// ∞ is no truncation. An upper limit beyond it is lowered to it.
    ///
    /// Such data may not tell how likely a late event is: then the fit says that there is no maximum
    /// ([`ParametricModel::stop`](super::ParametricModel::stop)). Kalbfleisch & Lawless (1989), J Am Stat Assoc 84:360.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::regression::{Family, Observations};
    /// use greenwood::survival::{Design, Parametric};
    ///
    /// let years = [0.5, 1.0, 1.5, 2.0, 0.3, 0.8];
    /// let seen = Observations::interval(&years, &years)?.with_right_truncation(&[4.0; 6])?;
    /// let fit = Parametric::new(Family::Exponential).fit(seen, &Design::without_covariates(6))?;
    /// // The mean of an exponential time that is at most 4 is that of the data, 6.1/6.
    /// let mean = fit.coefficients()[0].exp();
    /// assert!((mean - 4.0 / ((4.0 / mean).exp() - 1.0) - 6.1 / 6.0).abs() < 1e-9);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidObservation`] where nothing of a row's limits, or of what is after its
    /// entry, lies at or before it; [`Error::Unsupported`] beside a background hazard.
    pub fn with_right_truncation(mut self, until: &[f64]) -> Result<Self> {
        self.same_length("until", until.len())?;
        Self::refuse_both(self.background.is_some(), until)?;
        let limits = Arc::make_mut(&mut self.upper);
        for (index, &at) in until.iter().enumerate() {
            let (lower, upper) = (self.lower[index], limits[index]);
            let entry = self.entry.as_ref().map_or(f64::NEG_INFINITY, |e| e[index]);
            let inside = if lower == upper { lower <= at } else { lower < at };
            if !(inside && entry < at) {
                let why = "it must come at or before the time of right truncation, which is after the entry";
                return Err(Error::InvalidObservation { index, lower, upper, why });
            }
            limits[index] = upper.min(at);
        }
        self.until = Some(until.to_vec());
        Ok(self)
    }

    /// The whole hazard up to the time of truncation would be needed.
    pub(super) fn refuse_both(background: bool, until: &[f64]) -> Result<()> {
        if background && until.iter().any(|t| *t < f64::INFINITY) {
            return Err(Error::Unsupported {
                method: "a background hazard",
                with: "right truncation",
                why: "the probability to be seen hangs on the whole hazard, of which the background is given at the \
                      event times only: fit without one of the two",
            });
        }
        Ok(())
    }

    /// How much each row counts.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::InvalidWeight`], [`Error::HugeWeights`], [`Error::ZeroWeights`].
    pub fn with_weights(mut self, weights: Weights) -> Result<Self> {
        let values = weights.values();
        self.same_length("weights", values.len())?;
        check_weights(values)?;
        if values.iter().all(|&w| w == 0.0) {
            return Err(Error::ZeroWeights);
        }
        self.weights = Some(match &weights {
            Weights::Replication(w) => Weights::replication(w.to_vec()),
            Weights::Sampling(w) => Weights::sampling(w.to_vec()),
        });
        Ok(self)
    }

    /// Rows with one id are not independent: the variance is robust, summed within a cluster.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_clusters<I: Eq + std::hash::Hash>(mut self, ids: &[I]) -> Result<Self> {
        self.same_length("clusters", ids.len())?;
        self.clusters = Some(encode(ids).0);
        Ok(self)
    }

    /// Strata, each with a scale of its own.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_strata(mut self, strata: Groups) -> Result<Self> {
        strata.check_len("strata", self.len())?;
        self.strata = Some(strata);
        Ok(self)
    }

    fn same_length(&self, argument: &'static str, len: usize) -> Result<()> {
        check_len(argument, len, "the observations", self.len())
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lower.len()
    }

    /// Are there no rows? Never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lower.is_empty()
    }

    /// The number of rows that are not right censored.
    #[must_use]
    pub fn events(&self) -> usize {
        self.upper.iter().filter(|u| u.is_finite()).count()
    }

    /// How many subjects the rows stand for, and how many of them are not right censored: a row with a replication
    /// weight of 2 is two, a sampling weight makes no subject more.
    #[must_use]
    pub fn sizes(&self) -> [f64; 2] {
        let weight = |i: usize| match &self.weights {
            Some(Weights::Replication(w)) => w[i],
            Some(Weights::Sampling(w)) if w[i] == 0.0 => 0.0,
            _ => 1.0,
        };
        let known = |i: &usize| self.upper[*i].is_finite();
        [(0..self.len()).map(weight).sum(), (0..self.len()).filter(known).map(weight).sum()]
    }

    /// The largest size of a finite limit; 0 without any.
    pub(super) fn largest(&self) -> f64 {
        largest_of(&self.lower, f64::abs).max(largest_of(&self.upper, f64::abs))
    }

    /// The last finite time, at least 0.
    pub(super) fn last_time(&self) -> f64 {
        largest_of(&self.lower, |t| t).max(largest_of(&self.upper, |t| t))
    }

    /// The logarithms of the event times, in increasing order: midpoints where they are known within limits. Each with how
    /// often it counts: a replication weight is rows written out, a sampling weight has no unit and counts once.
    pub(super) fn log_event_times(&self) -> Vec<(f64, f64)> {
        let known = |i: usize| self.upper[i] < f64::INFINITY && self.lower[i] > 0.0 && self.weight(i) > 0.0;
        let middle = |i: usize| f64::midpoint(self.lower[i], self.upper[i]).ln();
        let count = |i: usize| match &self.weights {
            Some(Weights::Replication(w)) => w[i],
            _ => 1.0,
        };
        let mut times: Vec<(f64, f64)> =
            (0..self.len()).filter(|i| known(*i)).map(|i| (middle(i), count(i))).collect();
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        times
    }

    /// Rows of one subject with different covariates are no data of an accelerated model.
    pub(super) fn refuse_changes(&self, design: &Design) -> Result<()> {
        let Some(ids) = &self.ids else { return Ok(()) };
        let mut first: Vec<Option<usize>> =
            vec![None; ids.iter().map(|i| *i as usize + 1).max().unwrap_or(0)];
        for (row, &id) in ids.iter().enumerate() {
            let first = *first[id as usize].get_or_insert(row);
            if design.matrix().row(first) != design.matrix().row(row) {
                return Err(Error::Unsupported {
                    method: "an accelerated failure time model",
                    with: "covariates that change within a subject",
                    why: "the time so far was accelerated by the earlier values, which a row does not know: take a model \
                          of the hazard (weibull-ph, gompertz, spline-hazard, piecewise-exponential, Cox)",
                });
            }
        }
        Ok(())
    }

    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w.values()[row])
    }

    pub(super) fn is_robust(&self) -> bool {
        self.clusters.is_some() || matches!(self.weights, Some(Weights::Sampling(_)))
    }
}

impl From<&Observations> for Observations {
    fn from(data: &Observations) -> Self {
        data.clone()
    }
}

impl From<&RightCensored<'_>> for Observations {
    fn from(data: &RightCensored) -> Self {
        let upper = data.time().iter().zip(data.event()).map(|(&t, &e)| if e { t } else { f64::INFINITY });
        Self {
            lower: Arc::new(data.time().to_vec()),
            upper: Arc::new(upper.collect()),
            entry: data.entry().map(<[f64]>::to_vec),
            until: None,
            weights: data.weights().map(|weights| match weights {
                Weights::Replication(w) => Weights::replication(w.to_vec()),
                Weights::Sampling(w) => Weights::sampling(w.to_vec()),
            }),
            clusters: data.clusters().map(<[u32]>::to_vec),
            strata: data.strata().cloned(),
            ids: data.ids().map(|ids| ids.codes().to_vec()),
            background: None,
        }
    }
}

/// A continuous time has no mass at an end of its interval, so it does not matter which ends belong to it.
impl From<&IntervalCensored<'_>> for Observations {
    fn from(data: &IntervalCensored) -> Self {
        Self {
            lower: Arc::new(data.lower().to_vec()),
            upper: Arc::new(data.upper().to_vec()),
            entry: data.entry().map(<[f64]>::to_vec),
            until: None,
            weights: data.weights().map(|weights| match weights {
                Weights::Replication(w) => Weights::replication(w.to_vec()),
                Weights::Sampling(w) => Weights::sampling(w.to_vec()),
            }),
            clusters: data.clusters().map(<[u32]>::to_vec),
            strata: data.strata().cloned(),
            ids: None,
            background: None,
        }
    }
}

/// The largest finite size, at least 0: eight side by side, since one maximum alone waits for itself.
fn largest_of(limits: &[f64], size: impl Fn(f64) -> f64) -> f64 {
    let mut most = [0.0_f64; 8];
    for chunk in limits.chunks(8) {
        for (most, t) in most.iter_mut().zip(chunk) {
            let size = size(*t);
            *most = if size > *most && size < f64::INFINITY { size } else { *most };
        }
    }
    most.into_iter().fold(0.0, f64::max)
}
