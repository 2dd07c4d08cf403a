//! Transition probabilities between two times, with their covariance.

mod product;

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::error::{Error, NotEstimable, Result};
use crate::print::{MISSING, Number, or_missing};
use crate::survival::data::histories::Histories;
use crate::survival::data::weights::Weights;
use crate::survival::multi_state::occupation_estimate::OccupationEstimate;
use crate::survival::multi_state::probability::product::Product;
use crate::survival::multi_state::transitions::flow;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// How the covariance of transition probabilities is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TransitionVariance {
    /// Multinomial increments at each time: etm, mstate's `greenwood`.
    #[default]
    Greenwood,
    /// Poisson increments, weighted by the probabilities just after each time: mstate's `aalen`.
    Aalen,
    /// None: the probabilities alone, which sampling weights and clusters allow; errors are [`NotEstimable::NotAsked`].
    None,
}

/// Transition probabilities `P(s, t) = Π_{s < u ≤ t} (I + dA(u))`: from the state held at s (row) to that at t (column).
///
/// They mean what they say where the future depends on the present state alone. With
/// [`landmark`](Self::landmark) only subjects in that state at s count, which holds without this assumption (Putter &
/// Spitoni 2018): then the row of that state is the one to read.
///
/// # Cost
/// A sort of the rows; then at each time with m kinds of transitions O(m² K⁴) for K states, and K⁴ numbers are kept. Without a
/// covariance O(m K²) and K². More than 94 states with a covariance are refused.
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
/// use greenwood::survival::multi_state::TransitionProbability;
///
/// let data = Histories::among(&["well", "ill", "dead"]).rows(&["a", "a", "b", "c"], &[0.0, 2.0, 0.0, 0.0], &[2.0, 5.0, 6.0, 4.0], &[Some("ill"), Some("dead"), None, Some("dead")])?;
/// let p = &TransitionProbability::new(1.0).estimate(&data, &[4.5])?[0];
/// assert!((p.probability(0, 2)? - 1.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Andersen, Borgan, Gill & Keiding (1993), section IV.4. Allignol, Schumacher & Beyersmann (2011), J Stat Softw 38(4).
/// Putter & Spitoni (2018), Stat Methods Med Res 27:2081.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct TransitionProbability {
    s: f64,
    variance: TransitionVariance,
    landmark: Option<String>,
}

impl TransitionProbability {
    /// From time `s` on: transitions after s count.
    pub fn new(s: f64) -> Self {
        Self { s, variance: TransitionVariance::default(), landmark: None }
    }

    /// How the covariance is estimated.
    pub fn variance(self, variance: TransitionVariance) -> Self {
        Self { variance, ..self }
    }

    /// Only subjects under observation in this state at s, `start ≤ s < stop`: the landmark Aalen-Johansen estimate.
    pub fn landmark(self, state: &(impl ToString + ?Sized)) -> Self {
        Self { landmark: Some(state.to_string()), ..self }
    }

    /// The matrices at the times asked for, in their order.
    ///
    /// # Errors
    /// [`Error::InconsistentHistory`]; [`Error::OutOfRange`] where s or a time is no time, or a time is before s;
    /// [`Error::Empty`] where nobody is in the landmark state at s; [`Error::Unsupported`] with sampling weights or
    /// clusters.
    pub fn estimate(&self, data: &Histories, times: &[f64]) -> Result<Vec<TransitionMatrix>> {
        if !(self.s >= 0.0 && self.s < f64::INFINITY) {
            return Err(Error::OutOfRange { argument: "s", value: self.s, must_be: "finite and at least 0" });
        }
        if let Some(&value) = times.iter().find(|t| !(**t >= self.s && **t < f64::INFINITY)) {
            return Err(Error::OutOfRange { argument: "a time", value, must_be: "finite and at least s" });
        }
        let robust = data.clusters.is_some() || matches!(data.weights, Some(Weights::Sampling(_)));
        if robust && self.variance != TransitionVariance::None {
            return Err(Error::Unsupported {
                method: "the covariance of transition probabilities",
                with: "sampling weights or clusters",
                why: "it takes rows for independent subjects; take `TransitionVariance::None`, or the jackknife of `Occupation`",
            });
        }
        let flow = match &self.landmark {
            None => flow(data, 0.0, |_| true)?,
            Some(state) => {
                let state = data.position(state)? as u32;
                let mut kept = vec![false; data.ids.count()];
                for i in 0..data.len() {
                    if data.from[i] == state && data.start[i] <= self.s && self.s < data.stop[i] {
                        kept[data.ids.codes()[i] as usize] = true;
                    }
                }
                if !kept.contains(&true) {
                    return Err(Error::Empty { argument: "the landmark state at s" });
                }
                flow(data, 0.0, |i| kept[data.ids.codes()[i] as usize])?
            }
        };
        if self.variance != TransitionVariance::None && flow.states > MOST_STATES {
            return Err(Error::TooLarge {
                what: "the covariance of transition probabilities",
                size: format!("{} states, their number to the fourth power", flow.states),
                instead: "take `TransitionVariance::None`",
            });
        }
        let mut order: Vec<usize> = (0..times.len()).collect();
        order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
        let mut product = Product::new(flow.states, self.variance);
        let mut step = flow.steps_until(self.s);
        let mut found = vec![None; times.len()];
        for i in order {
            while step < flow.steps_until(times[i]) {
                product.step(&flow, step);
                step += 1;
            }
            found[i] = Some(product.matrix(data, &flow, (self.s, times[i])));
        }
        Ok(found.into_iter().flatten().collect())
    }
}

/// The covariance of so many states has 8·10⁷ numbers.
const MOST_STATES: usize = 94;

/// The probabilities of moving from each state to each between two times, with their covariance. Made by
/// [`TransitionProbability::estimate`]; it prints a row for each state at the first time.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TransitionMatrix {
    states: Vec<String>,
    s: f64,
    t: f64,
    /// The end of follow-up.
    last: f64,
    p: Vec<f64>,
    /// Empty without a variance.
    covariance: Vec<f64>,
    /// Of each state at s: do the data tell?
    known: Vec<bool>,
}

#[cfg(feature = "serde")]
checked_when_read!(TransitionMatrix {
    states: Vec<String>,
    s: f64,
    t: f64,
    last: f64,
    p: Vec<f64>,
    covariance: Vec<f64>,
    known: Vec<bool>,
});

#[cfg(feature = "serde")]
impl TransitionMatrix {
    fn check(&self) -> Result<()> {
        let (k, p) = (self.states.len(), self.p.len());
        check_len("probabilities", p, "pairs of states", k * k)?;
        check_len("known", self.known.len(), "the states", k)?;
        if !self.covariance.is_empty() {
            check_len("covariances", self.covariance.len(), "pairs of probabilities", p * p)?;
        }
        stored::size("time", self.s)?;
        stored::size("time", self.t - self.s)?;
        stored::size("the end of follow-up", self.last)?;
        self.p.iter().try_for_each(|&p| stored::probability("a probability", p))?;
        self.covariance.iter().try_for_each(|&v| stored::number("a covariance", v))?;
        // A variance may be below 0 by rounding alone.
        let mut diagonal = self.covariance.iter().step_by(p + 1);
        diagonal.try_for_each(|&v| stored::size("a variance", if v > -1e-12 { v.max(0.0) } else { v }))
    }
}

impl fmt::Display for TransitionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transition probabilities from {} to {}", Number(self.s), Number(self.t))?;
        let width = self.states.iter().map(|s| s.chars().count()).max().unwrap_or(0).max(6);
        write!(f, "\n{:width$}", "from")?;
        self.states.iter().try_for_each(|to| write!(f, " {to:>w$}", w = width.max(15)))?;
        for (h, from) in self.states.iter().enumerate() {
            write!(f, "\n{from:width$}")?;
            for j in 0..self.states.len() {
                let cell = match (self.probability(h, j), self.std_error(h, j)) {
                    (Err(_), _) => MISSING.to_string(),
                    (Ok(p), Err(NotEstimable::NotAsked)) => format!("{:.4}", Number(p)),
                    (Ok(p), se) => {
                        format!("{:.4} ± {}", Number(p), or_missing(se.ok(), |se| format!("{se:.4}")))
                    }
                };
                write!(f, " {cell:>w$}", w = width.max(15))?;
            }
            if let Err(because) = self.probability(h, 0) {
                write!(f, "  {because}")?;
            }
        }
        Ok(())
    }
}

impl TransitionMatrix {
    /// The states, in order.
    #[must_use]
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The two times.
    #[must_use]
    pub fn times(&self) -> (f64, f64) {
        (self.s, self.t)
    }

    /// The probability of being in state number `to` at t, given state number `from` at s.
    ///
    /// # Errors
    /// [`NotEstimable`]: beyond follow-up ([`is_known`](Self::is_known)); where there is no such state,
    /// [`NotEstimable::Undefined`].
    pub fn probability(&self, from: usize, to: usize) -> Result<f64, NotEstimable> {
        let at = self.index(from, to).ok_or(NotEstimable::Undefined)?;
        if self.is_known(from) {
            return Ok(self.p[at]);
        }
        Err(NotEstimable::BeyondFollowUp { time: self.t, last: self.last })
    }

    /// The probability with its error, for intervals.
    ///
    /// # Errors
    /// As [`probability`](Self::probability).
    pub fn estimate(&self, from: usize, to: usize) -> Result<OccupationEstimate, NotEstimable> {
        let value = self.probability(from, to)?;
        Ok(match self.covariance((from, to), (from, to)) {
            Err(because) => OccupationEstimate::without_error(value, because),
            Ok(variance) => OccupationEstimate::new(value, variance.max(0.0).sqrt()), // below 0 by rounding
        })
    }

    /// The same probabilities, carried on flat beyond the last observation, as if nobody moved from there on.
    #[must_use]
    pub fn extended(&self) -> Self {
        Self { known: vec![true; self.states.len()], ..self.clone() }
    }

    /// Do the data tell where somebody is at t who is in state number `from` at s? Within follow-up they do, and beyond its end where
    /// all are then in states that nobody is seen to leave.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::data::Histories;
    /// use greenwood::survival::multi_state::TransitionProbability;
    ///
    /// let states = ["well", "ill", "dead"];
    /// let to = [Some("ill"), Some("dead"), None, Some("dead")];
    /// let data = Histories::among(&states).rows(&[1, 1, 2, 3], &[0., 2., 0., 0.], &[2., 5., 6., 3.], &to)?;
    /// let later = &TransitionProbability::new(0.0).estimate(&data, &[4.0, 60.0])?;
    /// assert!(later[0].is_known(0) && !later[1].is_known(0)); // subject 2 was well when last seen, at 6
    /// assert!(later[1].probability(0, 2).is_err() && later[1].extended().probability(0, 2)? > 0.5);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn is_known(&self, from: usize) -> bool {
        self.known.get(from).copied().unwrap_or(false)
    }

    /// Its standard error, above 0.
    ///
    /// # Errors
    /// As [`probability`](Self::probability); where the probability is 0 or 1, which is no certainty; where no variance was
    /// asked for ([`NotEstimable::NotAsked`]).
    pub fn std_error(&self, from: usize, to: usize) -> Result<f64, NotEstimable> {
        self.estimate(from, to)?.std_error()
    }

    /// The covariance of two probabilities, each given as (from, to).
    ///
    /// # Errors
    /// As [`std_error`](Self::std_error); a covariance may be 0.
    pub fn covariance(&self, one: (usize, usize), other: (usize, usize)) -> Result<f64, NotEstimable> {
        self.probability(one.0, one.1)?;
        self.probability(other.0, other.1)?;
        match (self.index(one.0, one.1), self.index(other.0, other.1)) {
            (Some(a), Some(b)) => {
                self.covariance.get(a * self.p.len() + b).copied().ok_or(NotEstimable::NotAsked)
            }
            _ => Err(NotEstimable::Undefined),
        }
    }

    fn index(&self, from: usize, to: usize) -> Option<usize> {
        let k = self.states.len();
        (from < k && to < k).then_some(from * k + to)
    }
}
