//! What is assumed of a trial to come: who enters when, who has the event when, who leaves.

use crate::error::{Error, Result};

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
    breaks: Vec<f64>,
    rates: Vec<f64>,
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
        if !(median > 0.0 && median.is_finite()) {
            return Err(Error::OutOfRange {
                argument: "median",
                value: median,
                must_be: "finite and above 0",
            });
        }
        Self::constant(std::f64::consts::LN_2 / median)
    }

    /// Exponential survival that is `probability` at `time`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a time that is not above 0 or a probability outside (0, 1].
    pub fn survival_at(time: f64, probability: f64) -> Result<Self> {
        if !(time > 0.0 && time.is_finite()) {
            return Err(Error::OutOfRange { argument: "time", value: time, must_be: "finite and above 0" });
        }
        if !(probability > 0.0 && probability <= 1.0) {
            let (argument, value) = ("probability", probability);
            return Err(Error::OutOfRange { argument, value, must_be: "above 0 and at most 1" });
        }
        Self::constant(-probability.ln() / time)
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
    fn pieces(&self, t: f64) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let start = |i: usize| if i == 0 { 0.0 } else { self.breaks[i - 1] };
        let end = move |i: usize| self.breaks.get(i).copied().unwrap_or(f64::INFINITY).min(t);
        (0..self.rates.len()).filter(move |&i| start(i) < t).map(move |i| (start(i), end(i), self.rates[i]))
    }
}

fn check_breaks(breaks: &[f64], values: &[f64], argument: &'static str) -> Result<()> {
    if values.len() != breaks.len() + 1 {
        let (len, expected) = (values.len(), breaks.len() + 1);
        return Err(Error::LengthMismatch { argument, len, other: "the pieces between breaks", expected });
    }
    let mut previous = 0.0;
    for (index, &value) in breaks.iter().enumerate() {
        if !(value > previous && value.is_finite()) {
            let must = "breaks increase from above 0";
            return Err(Error::NotMonotone { argument: "breaks", index, value, previous, must });
        }
        previous = value;
    }
    for &value in values {
        if !(value >= 0.0 && value.is_finite()) {
            return Err(Error::OutOfRange { argument, value, must_be: "finite and at least 0" });
        }
    }
    Ok(())
}

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
        if !(duration >= 0.0 && duration.is_finite()) {
            let (argument, value) = ("duration", duration);
            return Err(Error::OutOfRange { argument, value, must_be: "finite and at least 0" });
        }
        if !(subjects > 0.0 && subjects.is_finite()) {
            let (argument, value) = ("subjects", subjects);
            return Err(Error::OutOfRange { argument, value, must_be: "finite and above 0" });
        }
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
                return Err(Error::OutOfRange {
                    argument: "the first break of the accrual",
                    value,
                    must_be: "0",
                });
            }
            let extended: Vec<f64> = rates.iter().copied().chain([0.0]).collect();
            check_breaks(rest, &extended, "rates")?;
        } else {
            return Err(Error::Empty { argument: "breaks" });
        }
        if !rates.iter().any(|&r| r > 0.0) {
            let (argument, value) = ("the accrual rates", 0.0);
            return Err(Error::OutOfRange {
                argument,
                value,
                must_be: "above 0 in some piece: nobody would enter",
            });
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

/// Two arms, how subjects enter them, and how they leave.
///
/// # Example
/// ```
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
///
/// let control = Hazard::median(12.0)?;
/// let assumed = Assumptions::new(control.times(0.7), control, Accrual::uniform(400.0, 24.0)?).allocation(2.0)?;
/// let by_arm = assumed.expected_events(36.0);
/// assert!(by_arm[0] > by_arm[1] && by_arm.iter().sum::<f64>() < 400.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Assumptions {
    experimental: Hazard,
    control: Hazard,
    dropout: [Hazard; 2],
    accrual: Accrual,
    ratio: f64,
}

impl Assumptions {
    /// The hazards of the experimental and the control arm and the accrual of both together; 1:1, nobody drops out.
    #[must_use]
    pub fn new(experimental: Hazard, control: Hazard, accrual: Accrual) -> Self {
        let none = Hazard { breaks: Vec::new(), rates: vec![0.0] };
        Self { experimental, control, dropout: [none.clone(), none], accrual, ratio: 1.0 }
    }

    /// So many subjects in the experimental arm for each one in the control arm.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a ratio that is not above 0.
    pub fn allocation(self, ratio: f64) -> Result<Self> {
        if !(ratio > 0.0 && ratio.is_finite()) {
            return Err(Error::OutOfRange { argument: "ratio", value: ratio, must_be: "finite and above 0" });
        }
        Ok(Self { ratio, ..self })
    }

    /// The hazards of dropping out.
    #[must_use]
    pub fn dropout(self, experimental: Hazard, control: Hazard) -> Self {
        Self { dropout: [experimental, control], ..self }
    }

    /// The accrual.
    #[must_use]
    pub fn accrual(&self) -> &Accrual {
        &self.accrual
    }

    /// The hazards of the event: experimental, control.
    #[must_use]
    pub fn hazards(&self) -> [&Hazard; 2] {
        [&self.experimental, &self.control]
    }

    /// The hazards of dropping out: experimental, control.
    #[must_use]
    pub fn dropout_hazards(&self) -> [&Hazard; 2] {
        [&self.dropout[0], &self.dropout[1]]
    }

    /// The experimental arm's share of subjects.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.ratio / (1.0 + self.ratio)
    }

    /// Expected events by calendar time `t` in the experimental and the control arm.
    ///
    /// `∫ a(s) ∫₀^{t − s} λ(v) exp(−Λ(v) − H(v)) dv ds`, with `a` the accrual rate of the arm, `λ` the hazard of the event and
    /// `H` the cumulative hazard of dropping out; in closed form over the pieces.
    #[must_use]
    pub fn expected_events(&self, t: f64) -> [f64; 2] {
        let of = |hazard: &Hazard, dropout: &Hazard| self.accrual.expected_events(t, hazard, dropout);
        let share = self.share();
        [
            share * of(&self.experimental, &self.dropout[0]),
            (1.0 - share) * of(&self.control, &self.dropout[1]),
        ]
    }

    /// The probability that a subject of each arm has an observed event by calendar time `t`, per subject of the final accrual.
    #[must_use]
    pub fn event_probabilities(&self, t: f64) -> [f64; 2] {
        let (events, subjects, share) = (self.expected_events(t), self.accrual.subjects(), self.share());
        [events[0] / (share * subjects), events[1] / ((1.0 - share) * subjects)]
    }

    /// The calendar time at which so many events are expected; `None` where that is never.
    #[must_use]
    pub fn time_of_events(&self, events: f64) -> Option<f64> {
        let total = |t: f64| self.expected_events(t).iter().sum::<f64>();
        if !(events >= 0.0) {
            return None;
        }
        let mut high = self.accrual.duration().max(1e-6);
        let mut doublings = 0;
        while total(high) < events {
            high *= 2.0;
            doublings += 1;
            if doublings > 60 {
                return None;
            }
        }
        // The number of events grows without a break, so halving finds the time.
        let mut low = 0.0;
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if total(middle) < events { low = middle } else { high = middle }
        }
        Some(high)
    }
}
