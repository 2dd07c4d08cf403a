//! Pseudo-values: what each subject contributes to an estimate, by leaving it out.

mod left_out;
mod values;

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::survival::curve::pseudo::left_out::{AtTime, Row, Segments, Step, all, steps};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::risk_table::competing::CompetingRiskTable;
use crate::survival::risk_table::table::RiskTable;

pub use values::PseudoValues;

/// The jackknife pseudo-values of a survival or incidence curve: `n θ − (n − 1) θ₍₋ᵢ₎`.
///
/// θ is the estimate at a time, `θ₍₋ᵢ₎` that without the subject. Without censoring the pseudo-value of S(t) is 1 for who
/// lives beyond t and 0 for who does not; with censoring it stands in for that unknown outcome in a regression.
///
/// # Conventions
/// Each subject is left out in turn, exactly, ties and delayed entries included; a curve that ends earlier without the
/// subject stays at its last value. With [`infinitesimal`](Self::infinitesimal) it is `θ + n φᵢ` instead, φ the derivative in
/// the weight of the subject: R's `survival::pseudo`, another number. A replication weight w, a whole number, is w
/// subjects of whom one is left out. Under sampling weights and clusters no single row can be left out: there the
/// infinitesimal ones are, with n the sum of the weights, so that their weighted mean is θ whatever the unit of the weights (R
/// takes the number of rows for n, which is the same where the mean weight is 1). Strata are ignored.
///
/// # Cost
/// O(n log n) for the table, and per time O(n), with delayed entry O(n log n): what precedes the subject's exit, and what
/// follows it, are products that are shared.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::curve::Pseudo;
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
/// let pseudo = Pseudo::new(&[2.0]).survival(&data)?;
/// assert_eq!(pseudo.estimate(), [0.5]);
/// // Nobody is censored by 2: dead or alive.
/// for (value, alive) in pseudo.values().column(0).iter().zip([0.0, 0.0, 1.0, 1.0]) {
///     assert!((value - alive).abs() < 1e-12);
/// }
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Andersen, Klein & Rosthøj (2003), Biometrika 90:15. Andersen & Pohar Perme (2010), Stat Methods Med Res 19:71.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until it is asked for a quantity"]
pub struct Pseudo {
    times: Vec<f64>,
    infinitesimal: bool,
}

impl Pseudo {
    /// Pseudo-values at these times; for areas they are the horizons.
    pub fn new(times: &[f64]) -> Self {
        Self { times: times.to_vec(), infinitesimal: false }
    }

    /// Takes a little of a subject's weight away, in place of the whole subject: R's `survival::pseudo`. Then
    /// [`PseudoValues::influence`] is the influence function, whose squares (times the weight, and summed within clusters first)
    /// sum to the robust variance. Weights may be fractions or 0.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::RightCensored;
    /// use greenwood::survival::curve::Pseudo;
    ///
    /// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
    /// let influence = Pseudo::new(&[2.0]).infinitesimal().survival(&data)?.influence();
    /// let variance: f64 = influence.iter().map(|u| u * u).sum();
    /// assert!((variance - 0.25 * 0.25).abs() < 1e-12); // 0.5 · 0.5/4: nobody is censored by 2
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn infinitesimal(self) -> Self {
        Self { infinitesimal: true, ..self }
    }

    pub(crate) fn is_infinitesimal(&self) -> bool {
        self.infinitesimal
    }

    pub(crate) fn times(&self) -> &[f64] {
        &self.times
    }

    /// Of the Kaplan-Meier estimate S(t).
    ///
    /// # Errors
    /// [`Error::Empty`] without times; [`Error::OutOfRange`] where a time is not finite or below 0, or a replication weight
    /// is not a whole number of at least 1; [`Error::BeyondFollowUp`] where nobody is observed up to a time and the curve
    /// is above 0; [`Error::Unsupported`] with sampling weights or clusters, of which no single row can be left out. The
    /// [infinitesimal](Self::infinitesimal) ones take any weights, and clusters.
    pub fn survival(&self, data: &RightCensored) -> Result<PseudoValues> {
        self.of_events(data, |step| step.free)
    }

    /// Of the restricted mean, the area under S up to each time.
    ///
    /// # Errors
    /// As [`survival`](Self::survival).
    pub fn restricted_mean(&self, data: &RightCensored) -> Result<PseudoValues> {
        self.of_events(data, |step| step.free_area)
    }

    /// Of the Nelson-Aalen estimate of the cumulative hazard.
    ///
    /// # Errors
    /// As [`survival`](Self::survival).
    pub fn cumulative_hazard(&self, data: &RightCensored) -> Result<PseudoValues> {
        self.of_events(data, |step| step.hazard)
    }

    /// Of the cumulative incidence of a cause.
    ///
    /// # Errors
    /// As [`survival`](Self::survival); [`Error::UnknownCause`].
    pub fn incidence(&self, data: &CompetingRisks, cause: &(impl ToString + ?Sized)) -> Result<PseudoValues> {
        self.of_cause(data, data.position(cause)?, |step| step.incidence)
    }

    /// Of the mean time lost to a cause, the area under its incidence up to each time.
    ///
    /// # Errors
    /// As [`incidence`](Self::incidence).
    pub fn time_lost(&self, data: &CompetingRisks, cause: &(impl ToString + ?Sized)) -> Result<PseudoValues> {
        self.of_cause(data, data.position(cause)?, |step| step.incidence_area)
    }

    fn of_events(&self, data: &RightCensored, quantity: fn(&Step) -> f64) -> Result<PseudoValues> {
        let codes: Vec<u32> = data.event().iter().map(|&e| u32::from(e)).collect();
        let table = RiskTable::new(data);
        let rows =
            table.rows().map(|r| Row { time: r.time, at_risk: r.at_risk, events: r.events, own: r.events });
        let merged = data.merged();
        self.meant(&merged, data.near_ties()).leave_out(&merged, rows.collect(), &codes, 1, quantity)
    }

    fn of_cause(
        &self,
        data: &CompetingRisks,
        cause: usize,
        quantity: fn(&Step) -> f64,
    ) -> Result<PseudoValues> {
        let table = CompetingRiskTable::new(data);
        let one = |(i, r): (usize, crate::survival::risk_table::table::Row)| Row {
            time: r.time,
            at_risk: r.at_risk,
            events: r.events,
            own: table.events_of(i, cause),
        };
        let rows = table.all().rows().enumerate().map(one).collect();
        let merged = data.merged();
        let rule = data.any_cause().near_ties();
        self.meant(&merged, rule).leave_out(&merged, rows, data.codes(), cause as u32 + 1, quantity)
    }

    /// The times as the data have them.
    fn meant(&self, data: &RightCensored, rule: NearTies) -> Self {
        Self { times: self.times.iter().map(|&t| data.meant(t, rule)).collect(), ..self.clone() }
    }

    /// Refuses times and weights of which there is no pseudo-value.
    pub(crate) fn check_parts(&self, robust: bool, weights: &[f64]) -> Result<()> {
        if self.times.is_empty() {
            return Err(Error::Empty { argument: "times" });
        }
        if let Some(&value) = self.times.iter().find(|t| !(**t >= 0.0 && t.is_finite())) {
            return Err(Error::OutOfRange { argument: "times", value, must_be: "finite and at least 0" });
        }
        if self.infinitesimal {
            return Ok(());
        }
        if robust {
            return Err(Error::Unsupported {
                method: "a pseudo-value",
                with: "sampling weights or clusters",
                why: "it leaves out one independent subject: take the infinitesimal ones, or give one row per subject, or \
                      replication weights",
            });
        }
        match weights.iter().find(|w| !(**w >= 1.0 && w.fract() == 0.0)) {
            Some(&value) => {
                let must_be = "a whole number of at least 1, since one subject is left out";
                Err(Error::OutOfRange { argument: "a replication weight", value, must_be })
            }
            None => Ok(()),
        }
    }

    fn check(&self, data: &RightCensored, rows: &[Row]) -> Result<()> {
        self.check_parts(data.is_robust(), data.weights().map_or(&[][..], Weights::values))?;
        let last = rows.last().map_or(0.0, |r| r.time);
        let reaches_zero = rows.last().is_some_and(|_| all(&steps(rows, last)).free <= 0.0);
        match self.times.iter().find(|&&t| t > last) {
            Some(&tau) if !reaches_zero => Err(Error::BeyondFollowUp { tau, last }),
            _ => Ok(()),
        }
    }

    fn leave_out(
        &self,
        data: &RightCensored,
        rows: Vec<Row>,
        codes: &[u32],
        own_code: u32,
        quantity: fn(&Step) -> f64,
    ) -> Result<PseudoValues> {
        self.check(data, &rows)?;
        let weights: Vec<f64> = data.weights().map_or_else(|| vec![1.0; data.len()], |w| w.values().to_vec());
        let n = weights.iter().sum::<f64>();
        let entry = |i: usize| data.entry().map_or(0.0, |e| e[i]);
        // By subject: the first row at which it is at risk, and that of its exit.
        let places: Vec<(usize, usize)> = (0..data.len())
            .map(|i| {
                let after_entry = rows.partition_point(|r| entry(i) > 0.0 && r.time <= entry(i));
                (after_entry, rows.partition_point(|r| r.time < data.time()[i]))
            })
            .collect();
        let (mut values, mut estimate) = (Array2::zeros((data.len(), self.times.len())), Vec::new());
        for (k, &t) in self.times.iter().enumerate() {
            let at = AtTime::new(&rows[..rows.partition_point(|r| r.time <= t)], t);
            let theta = quantity(&at.before[at.rows.len()]);
            let own = |i: usize| (codes[i] > 0, codes[i] == own_code);
            if self.infinitesimal {
                let so_far = at.moved_by_risk();
                for (i, &place) in places.iter().enumerate() {
                    values[[i, k]] = theta + n * quantity(&at.influence(&so_far, place, own(i)));
                }
            } else {
                let without: Vec<Row> = at.rows.iter().map(|r| r.without(false, false)).collect();
                let without = Segments::new(steps(&without, t));
                for (i, &place) in places.iter().enumerate() {
                    let others = quantity(&at.left_out(&without, place, own(i)));
                    values[[i, k]] = n * (theta - others) + others;
                }
            }
            estimate.push(theta);
        }
        let own = || (0..data.len() as u32).collect();
        let units = data.is_robust().then(|| data.clusters().map_or_else(own, <[u32]>::to_vec));
        Ok(PseudoValues::new(&self.times, estimate, values, weights).with_units(units))
    }
}
