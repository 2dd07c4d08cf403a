//! How subjects enter, and the events to expect among them.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::Number;
use crate::trial::design::checks;
use crate::trial::design::hazard::{Hazard, check_breaks};

/// How subjects enter: at rates that are constant over pieces of calendar time, then no more.
///
/// # Example
/// ```
/// use greenwood::trial::design::Accrual;
///
/// let slow_start = Accrual::piecewise(&[0.0, 6.0, 18.0], &[5.0, 15.0])?;
/// assert_eq!(slow_start.subjects(), 210.0);
/// assert_eq!(slow_start.entered_by(12.0), 120.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "AccrualPieces", into = "AccrualPieces"))]
pub struct Accrual {
    /// From 0 to the end of accrual; one more than rates.
    breaks: Vec<f64>,
    rates: Vec<f64>,
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct AccrualPieces {
    breaks: Vec<f64>,
    rates: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<AccrualPieces> for Accrual {
    type Error = Error;

    fn try_from(pieces: AccrualPieces) -> Result<Self> {
        Self::piecewise(&pieces.breaks, &pieces.rates)
    }
}

#[cfg(feature = "serde")]
impl From<Accrual> for AccrualPieces {
    fn from(accrual: Accrual) -> Self {
        Self { breaks: accrual.breaks, rates: accrual.rates }
    }
}

impl Accrual {
    /// So many subjects, evenly over a duration; all at once where the duration is 0.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a number that is not above 0 or a duration below 0.
    pub fn uniform(subjects: f64, duration: f64) -> Result<Self> {
        checks::not_negative("duration", duration)?;
        checks::positive("subjects", subjects)?;
        // All at once is entry over a moment that no other time can resolve.
        let duration = duration.max(1e-9);
        Self::piecewise(&[0.0, duration], &[subjects / duration])
    }

    /// A rate for each piece between the breaks; the first break is 0, the last the end of accrual.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is one break more than rates; [`Error::NotMonotone`] for breaks that do not
    /// increase from 0; [`Error::OutOfRange`] for a rate that is negative, or rates that are all 0.
    pub fn piecewise(breaks: &[f64], rates: &[f64]) -> Result<Self> {
        if let Some((&value, rest)) = breaks.split_first() {
            if value != 0.0 {
                return checks::refuse("the first break of the accrual", value, "0");
            }
            let extended: Vec<f64> = rates.iter().copied().chain([0.0]).collect();
            check_breaks(rest, &extended, "rates")?;
        } else {
            return Err(Error::Empty { argument: "breaks" });
        }
        if !rates.iter().any(|&r| r > 0.0) {
            return checks::refuse("the accrual rates", 0.0, "above 0 in some piece: nobody would enter");
        }
        Ok(Self { breaks: breaks.to_vec(), rates: rates.to_vec() })
    }

    /// All subjects.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.entered_by(f64::INFINITY)
    }

    /// How many have entered by a calendar time.
    #[must_use]
    pub fn entered_by(&self, t: f64) -> f64 {
        self.pieces().map(|(from, to, rate)| rate * (to.min(t) - from).max(0.0)).sum::<f64>() + 0.0
    }

    /// The end of accrual.
    #[must_use]
    pub fn duration(&self) -> f64 {
        self.breaks[self.breaks.len() - 1]
    }

    /// The same shape with so many subjects in all.
    #[must_use]
    pub fn with_subjects(&self, subjects: f64) -> Self {
        let factor = subjects / self.subjects();
        Self { breaks: self.breaks.clone(), rates: self.rates.iter().map(|r| r * factor).collect() }
    }

    /// The calendar time by which a share of all subjects has entered.
    #[must_use]
    pub fn time_of_share(&self, share: f64) -> f64 {
        let mut wanted = share.clamp(0.0, 1.0) * self.subjects();
        for (from, to, rate) in self.pieces() {
            let gain = rate * (to - from);
            if rate > 0.0 && gain >= wanted {
                return from + wanted / rate;
            }
            wanted -= gain;
        }
        self.duration()
    }

    /// From 0 to the end of accrual: where the pieces begin and end.
    #[must_use]
    pub fn breaks(&self) -> &[f64] {
        &self.breaks
    }

    /// The rate of each piece.
    #[must_use]
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    fn pieces(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        self.rates.iter().enumerate().map(|(i, &rate)| (self.breaks[i], self.breaks[i + 1], rate))
    }

    /// Expected events by calendar time `t` where every subject has this hazard and this hazard of dropping out.
    #[must_use]
    pub fn expected_events(&self, t: f64, event: &Hazard, dropout: &Hazard) -> f64 {
        self.pieces()
            .map(|(from, to, rate)| {
                let to = to.min(t);
                if from >= to {
                    return 0.0;
                }
                // Who entered at s has been followed for t − s: the integral of the probability of an event over these.
                rate * event_area(t - to, t - from, event, dropout)
            })
            .sum::<f64>()
            + 0.0
    }
}

/// As in a protocol.
impl fmt::Display for Accrual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |x: f64| Number((x * 1e3).round() / 1e3);
        write!(f, "{} subjects enter", short(self.subjects()))?;
        if self.duration() <= 1e-8 {
            return write!(f, " at once");
        }
        if let [_] = self.rates[..] {
            return write!(f, " evenly over {}", Number(self.duration()));
        }
        write!(f, " over {}, per unit of time", Number(self.duration()))?;
        for (k, (_, to, rate)) in self.pieces().enumerate() {
            write!(f, "{} {} to {}", if k == 0 { "" } else { "," }, short(rate), Number(to))?;
        }
        Ok(())
    }
}

/// `∫ P(event observed within v) dv` over (`low`, `high`), piece by piece in closed form. Not as a difference of two areas
/// from 0: that would lose the digits of a short accrual.
fn event_area(low: f64, high: f64, event: &Hazard, dropout: &Hazard) -> f64 {
    let mut breaks: Vec<f64> =
        event.breaks.iter().chain(&dropout.breaks).copied().filter(|&b| b < high).collect();
    breaks.extend([low, high]);
    breaks.sort_by(f64::total_cmp);
    breaks.dedup();
    let (mut start, mut still, mut probability, mut area) = (0.0, 1.0, 0.0, 0.0);
    for end in breaks {
        let (rate, width) = (event.rate(start), end - start);
        let k = rate + dropout.rate(start);
        let (gone, lasting) = if k > 0.0 {
            // 1 − e^{−kw} and ∫ (1 − e^{−kv}) dv, without cancellation where kw is small.
            let gone = -(-k * width).exp_m1();
            let x = k * width;
            let rest = if x < 1e-3 {
                x * x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0)))
            } else {
                x - gone
            };
            (gone, rest / k)
        } else {
            (0.0, 0.0)
        };
        let share = if k > 0.0 { rate / k } else { 0.0 };
        if start >= low {
            area += probability * width + still * share * lasting;
        }
        probability += still * share * gone;
        still *= 1.0 - gone;
        start = end;
    }
    area
}
