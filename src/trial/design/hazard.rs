//! A hazard that is constant over pieces of time.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::print::Number;
use crate::trial::design::checks;

/// A hazard that is constant over pieces of time since entry.
///
/// # Example
/// ```
/// use greenwood::trial::design::Hazard;
///
/// let median_of_a_year = Hazard::median(12.0)?;
/// assert!((median_of_a_year.survival(24.0) - 0.25).abs() < 1e-15);
/// let delayed = Hazard::piecewise(&[6.0], &[0.06, 0.03])?;
/// assert!((delayed.cumulative(8.0) - (0.36 + 0.06)).abs() < 1e-15);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Pieces", into = "Pieces"))]
pub struct Hazard {
    /// Where each piece but the first begins, increasing.
    pub(super) breaks: Vec<f64>,
    pub(super) rates: Vec<f64>,
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Pieces {
    breaks: Vec<f64>,
    rates: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Pieces> for Hazard {
    type Error = Error;

    fn try_from(pieces: Pieces) -> Result<Self> {
        Self::piecewise(&pieces.breaks, &pieces.rates)
    }
}

#[cfg(feature = "serde")]
impl From<Hazard> for Pieces {
    fn from(hazard: Hazard) -> Self {
        Self { breaks: hazard.breaks, rates: hazard.rates }
    }
}

impl Hazard {
    /// The same hazard at all times: exponential survival.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a rate that is negative or not finite.
    pub fn constant(rate: f64) -> Result<Self> {
        Self::piecewise(&[], &[rate])
    }

    /// Exponential survival with this median.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a median that is not above 0.
    pub fn median(median: f64) -> Result<Self> {
        checks::positive("median", median)?;
        Self::constant(std::f64::consts::LN_2 / median)
    }

    /// Exponential survival that is `probability` at `time`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a time that is not above 0 or a probability outside (0, 1].
    pub fn survival_at(time: f64, probability: f64) -> Result<Self> {
        checks::positive("time", time)?;
        checks::share("probability", probability)?;
        Self::constant(-probability.ln() / time)
    }

    /// Survival that is known at several times: the hazard is constant between them, and after the last as before it.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Empty`] without times; [`Error::NotMonotone`] for times that do not increase from
    /// above 0; [`Error::OutOfRange`] for survival that is not above 0, or rises.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::Hazard;
    ///
    /// let hazard = Hazard::through(&[12.0, 24.0], &[0.7, 0.6])?;
    /// assert!((hazard.survival(12.0) - 0.7).abs() < 1e-15 && (hazard.survival(24.0) - 0.6).abs() < 1e-15);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn through(times: &[f64], survival: &[f64]) -> Result<Self> {
        if times.is_empty() {
            return Err(Error::Empty { argument: "times" });
        }
        check_len("survival", survival.len(), "times", times.len())?;
        let (mut last, mut start, mut rates) = (1.0, 0.0, Vec::with_capacity(times.len()));
        for (index, (&t, &s)) in times.iter().zip(survival).enumerate() {
            if !(t > start && t.is_finite()) {
                let must = "times increase from above 0";
                return Err(Error::NotMonotone { argument: "times", index, value: t, previous: start, must });
            }
            if !(s > 0.0 && s <= last) {
                return checks::refuse("survival", s, "above 0 and not above the survival before it");
            }
            rates.push((last / s).ln() / (t - start));
            (last, start) = (s, t);
        }
        Self::piecewise(&times[..times.len() - 1], &rates)
    }

    /// A curve given by its cumulative hazard: constant over so many pieces of one width up to `until`, with the curve's own
    /// cumulative hazard at the end of each, and after `until` as in the last piece. The error of survival falls with the square
    /// of the width; 200 pieces of a Weibull curve hold four digits or more.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a time that is not above 0, no pieces or more than 100,000, and a cumulative hazard that is not
    /// finite or falls.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::Hazard;
    ///
    /// let weibull = |t: f64| 2f64.ln() * (t / 9.0).powf(1.22);
    /// let hazard = Hazard::approximating(weibull, 36.0, 200)?;
    /// assert!((hazard.survival(9.0) - 0.5).abs() < 1e-12);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn approximating(cumulative: impl Fn(f64) -> f64, until: f64, pieces: usize) -> Result<Self> {
        checks::positive("until", until)?;
        if !(1..=100_000).contains(&pieces) {
            return checks::refuse("pieces", pieces as f64, "between 1 and 100,000");
        }
        let width = until / pieces as f64;
        let edges: Vec<f64> = (0..=pieces).map(|k| k as f64 * width).collect();
        let values: Vec<f64> = edges.iter().map(|&t| if t == 0.0 { 0.0 } else { cumulative(t) }).collect();
        let mut rates = Vec::with_capacity(pieces);
        for pair in values.windows(2) {
            if !(pair[1] >= pair[0] && pair[1].is_finite()) {
                return checks::refuse(
                    "the cumulative hazard",
                    pair[1],
                    "finite, at least 0, and not falling",
                );
            }
            rates.push((pair[1] - pair[0]) / width);
        }
        Self::piecewise(&edges[1..pieces], &rates)
    }

    /// One rate for each piece; each piece but the first begins at a break.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is one rate more than breaks; [`Error::OutOfRange`] for a rate that is
    /// negative or not finite; [`Error::NotMonotone`] for breaks that do not increase from above 0.
    pub fn piecewise(breaks: &[f64], rates: &[f64]) -> Result<Self> {
        check_breaks(breaks, rates, "rates")?;
        Ok(Self { breaks: breaks.to_vec(), rates: rates.to_vec() })
    }

    /// Every rate times a factor: a hazard ratio.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self { breaks: self.breaks.clone(), rates: self.rates.iter().map(|r| r * factor).collect() }
    }

    /// The hazard of what never happens.
    pub(super) fn none() -> Self {
        Self { breaks: Vec::new(), rates: vec![0.0] }
    }

    /// Is it 0 at all times?
    pub(super) fn is_none(&self) -> bool {
        self.rates.iter().all(|&r| r == 0.0)
    }

    /// The hazard of whichever of two comes first.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        if other.is_none() {
            return self.clone();
        }
        let mut breaks = [self.breaks.as_slice(), &other.breaks].concat();
        breaks.sort_by(f64::total_cmp);
        breaks.dedup();
        let starts = std::iter::once(0.0).chain(breaks.iter().copied());
        let rates = starts.map(|t| self.rate(t) + other.rate(t)).collect();
        Self { breaks, rates }
    }

    /// The rate from `t` on.
    #[must_use]
    pub fn rate(&self, t: f64) -> f64 {
        self.rates[self.breaks.partition_point(|&b| b <= t)]
    }

    /// The cumulative hazard at `t`.
    #[must_use]
    pub fn cumulative(&self, t: f64) -> f64 {
        self.pieces(t).map(|(from, to, rate)| (to - from) * rate).sum::<f64>() + 0.0
    }

    /// The cumulative hazard at increasing times, in one pass.
    pub(super) fn cumulative_along(&self, times: &[f64]) -> Vec<f64> {
        let (mut piece, mut start, mut passed) = (0, 0.0, 0.0);
        let at = |&t: &f64| {
            while piece < self.breaks.len() && self.breaks[piece] <= t {
                passed += self.rates[piece] * (self.breaks[piece] - start);
                start = self.breaks[piece];
                piece += 1;
            }
            passed + self.rates[piece] * (t - start)
        };
        times.iter().map(at).collect()
    }

    /// The probability of no event before `t`.
    #[must_use]
    pub fn survival(&self, t: f64) -> f64 {
        (-self.cumulative(t)).exp()
    }

    /// The time at which the cumulative hazard reaches `h`; infinite where it never does.
    #[must_use]
    pub fn inverse_cumulative(&self, h: f64) -> f64 {
        let (mut start, mut passed) = (0.0, 0.0);
        for (i, &rate) in self.rates.iter().enumerate() {
            let end = self.breaks.get(i).copied().unwrap_or(f64::INFINITY);
            let gain = rate * (end - start);
            if rate > 0.0 && passed + gain >= h {
                return start + (h - passed) / rate;
            }
            passed += if rate > 0.0 { gain } else { 0.0 };
            start = end;
        }
        f64::INFINITY
    }

    /// Where the pieces begin, but the first.
    #[must_use]
    pub fn breaks(&self) -> &[f64] {
        &self.breaks
    }

    /// The rate of each piece.
    #[must_use]
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// The pieces up to `t`.
    pub(super) fn pieces(&self, t: f64) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let start = |i: usize| if i == 0 { 0.0 } else { self.breaks[i - 1] };
        let end = move |i: usize| self.breaks.get(i).copied().unwrap_or(f64::INFINITY).min(t);
        (0..self.rates.len()).filter(move |&i| start(i) < t).map(move |i| (start(i), end(i), self.rates[i]))
    }
}

/// As in a protocol: a rate with its median, or the rate of each piece. Of more than eight pieces the survival at some times.
impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rates.as_slice(), self.breaks.last()) {
            ([rate], _) if *rate > 0.0 => {
                write!(f, "{} (median {})", Number(*rate), Number(std::f64::consts::LN_2 / rate))
            }
            ([rate], _) => write!(f, "{}", Number(*rate)),
            (rates, Some(last)) if rates.len() > 8 => {
                write!(f, "that of a curve of {} pieces with survival", rates.len())?;
                for (quarter, sign) in [(0.25, ""), (0.5, ","), (1.0, " and")] {
                    let t = quarter * last;
                    write!(f, "{sign} {:.3} at {}", self.survival(t), Number(t))?;
                }
                Ok(())
            }
            (rates, _) => {
                for (rate, end) in rates.iter().zip(&self.breaks) {
                    write!(f, "{} to {}, ", Number(*rate), Number(*end))?;
                }
                write!(f, "then {}", Number(rates[rates.len() - 1]))
            }
        }
    }
}

pub(super) fn check_breaks(breaks: &[f64], values: &[f64], argument: &'static str) -> Result<()> {
    check_len(argument, values.len(), "the pieces between breaks", breaks.len() + 1)?;
    let mut previous = 0.0;
    for (index, &value) in breaks.iter().enumerate() {
        if !(value > previous && value.is_finite()) {
            let must = "breaks increase from above 0";
            return Err(Error::NotMonotone { argument: "breaks", index, value, previous, must });
        }
        previous = value;
    }
    for &value in values {
        checks::not_negative(argument, value)?;
    }
    Ok(())
}

/// A hazard ratio that sets in after a delay: the control hazard before, times `ratio` after.
///
/// # Errors
/// [`Error::OutOfRange`] for a delay or a ratio that is not above 0.
pub fn delayed_effect(control: &Hazard, delay: f64, ratio: f64) -> Result<Hazard> {
    for (argument, value) in [("delay", delay), ("ratio", ratio)] {
        checks::positive(argument, value)?;
    }
    let mut breaks: Vec<f64> = control.breaks().iter().copied().chain([delay]).collect();
    breaks.sort_by(f64::total_cmp);
    breaks.dedup();
    let starts = std::iter::once(0.0).chain(breaks.iter().copied());
    let rates: Vec<f64> = starts.map(|s| control.rate(s) * if s >= delay { ratio } else { 1.0 }).collect();
    Hazard::piecewise(&breaks, &rates)
}
