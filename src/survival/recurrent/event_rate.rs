//! Events per unit of time, where a subject may have more than one.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::sums::{Balance, Sum};
use crate::survival::curve::incidence_rate::{IncidenceRate, counted};
use crate::survival::data::groups::Groups;
use crate::survival::data::weights::Weights;
use crate::survival::recurrent::events::RecurrentEvents;
use crate::survival::result::estimate::{Estimate, Scale};
#[cfg(feature = "serde")]
use crate::survival::result::stored;

/// The rate of recurrent events, `r = D/T`: with the exact Poisson interval, and with a robust error that holds where the
/// events of a subject depend on each other.
///
/// The robust standard error of log r is `√(Σ uᵢ²)/D`, `uᵢ = Dᵢ − r Tᵢ` summed within a subject (or cluster). It is the
/// larger one where few subjects have most of the events.
///
/// # Cost
/// One pass over the rows.
///
/// # Example
/// ```
/// use greenwood::survival::recurrent::{EventRate, RecurrentEvents};
///
/// let data = RecurrentEvents::new(&[1, 1, 2], &[0., 2., 0.], &[2., 6., 4.], &[true, true, false])?;
/// let rate = EventRate::estimate(&data)?;
/// assert_eq!((rate.value(), rate.poisson().events()), (0.2, 2)); // two events in ten years
/// assert!((rate.robust().std_error()? - 0.32_f64.sqrt() * 2.0 / 2.0).abs() < 1e-12); // u = 0.8 and −0.8
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Lawless & Nadeau (1995), Technometrics 37:158. The exact interval: Garwood (1936), Biometrika 28:437.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EventRate {
    poisson: IncidenceRate,
    robust: Estimate,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(EventRate { poisson: IncidenceRate, robust: Estimate });

#[cfg(feature = "serde")]
impl EventRate {
    fn check(&self) -> crate::error::Result<()> {
        let same = |robust| stored::equal("the rate with a robust error", robust, self.poisson.value());
        self.robust.value().map_or(Ok(()), same)
    }
}

impl EventRate {
    /// The rate over all subjects.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with sampling weights, since a sum of those counts nothing; [`Error::OutOfRange`] where a
    /// replication weight is not a whole number, or nobody was observed for any time.
    pub fn estimate(data: &RecurrentEvents) -> Result<Self> {
        Ok(Self::by(data, vec![(0..data.len()).collect()])?.remove(0))
    }

    /// One rate per group of rows, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; those of [`estimate`](Self::estimate).
    pub fn by_group(data: &RecurrentEvents, groups: &Groups) -> Result<Vec<Self>> {
        data.check_len("groups", groups.len())?;
        let mut rows = vec![Vec::new(); groups.count()];
        for (i, &code) in groups.codes().iter().enumerate() {
            rows[code as usize].push(i);
        }
        Self::by(data, rows)
    }

    /// The rate of each group of rows.
    fn by(data: &RecurrentEvents, groups: Vec<Vec<usize>>) -> Result<Vec<Self>> {
        if matches!(data.histories.weights, Some(Weights::Sampling(_))) {
            return Err(Error::Unsupported {
                method: "an exact interval of a rate",
                with: "sampling weights",
                why: "it counts events; fit the mean function, which takes such weights",
            });
        }
        if let Some(value) = (0..data.len()).map(|i| data.weight(i)).find(|w| w.fract() != 0.0) {
            let must_be = "a whole number, since events are counted";
            return Err(Error::OutOfRange { argument: "a replication weight", value, must_be });
        }
        // By cluster: events, time, and how many subjects it stands for.
        let clusters = data.histories.clusters.as_deref();
        let cluster = |i: usize| clusters.map_or(data.histories.ids.codes()[i], |c| c[i]) as usize;
        let count = (0..data.len()).map(cluster).max().map_or(0, |m| m + 1);
        let mut sums = vec![(0.0, Sum::default(), 1.0); count];
        let rate = |rows: Vec<usize>| {
            let mut seen: Vec<usize> = rows.iter().map(|&i| cluster(i)).collect();
            seen.sort_unstable();
            seen.dedup();
            for &c in &seen {
                sums[c] = (0.0, Sum::default(), 1.0);
            }
            Self::of_rows(data, &rows, cluster, (&mut sums, &seen))
        };
        groups.into_iter().map(rate).collect()
    }

    /// The rate of some rows; `sums` has room for each cluster, of which these rows hold those `seen`.
    fn of_rows(
        data: &RecurrentEvents,
        rows: &[usize],
        cluster: impl Fn(usize) -> usize,
        (sums, seen): (&mut [(f64, Sum, f64)], &[usize]),
    ) -> Result<Self> {
        let clusters = data.histories.clusters.as_deref();
        let (mut events, mut time) = (0.0, Sum::default());
        for &i in rows {
            let (d, t) =
                (f64::from(u8::from(data.event[i])), data.histories.stop[i] - data.histories.start[i]);
            let w = data.weight(i);
            events += w * d;
            time.add(w * t);
            let own = &mut sums[cluster(i)];
            // Within a cluster the subjects that one stands for are together.
            let size = if clusters.is_some() { w } else { 1.0 };
            own.0 += size * d;
            own.1.add(size * t);
            own.2 = if clusters.is_some() { 1.0 } else { w };
        }
        let poisson = IncidenceRate::new(counted(events)?, time.value())?;
        let rate = events / time.value();
        let squares: f64 = seen
            .iter()
            .map(|&c| {
                let (d, t, count) = &sums[c];
                let mut u = Balance::default();
                u.add(*d);
                u.add(-rate * t.value());
                let u = u.value();
                count * u * u
            })
            .sum();
        let robust = Estimate::new(Scale::Log, rate.ln(), squares.sqrt() / events);
        Ok(Self { poisson, robust })
    }

    /// Events per unit of time.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.poisson.value()
    }

    /// The rate with its exact interval, right where events are independent of each other.
    #[must_use]
    pub fn poisson(&self) -> IncidenceRate {
        self.poisson
    }

    /// The rate with the robust standard error of its logarithm.
    #[must_use]
    pub fn robust(&self) -> Estimate {
        self.robust
    }
}

/// `0.072 (3 in 41.5)`.
impl fmt::Display for EventRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.poisson.fmt(f)
    }
}
