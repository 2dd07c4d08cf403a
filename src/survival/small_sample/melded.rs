//! Two survival probabilities compared by melding their beta product confidence distributions.

use std::fmt;

use crate::error::{Error, NotEstimable, Result};
use crate::numeric::quadrature::tanh_sinh;
use crate::numeric::root;
use crate::print::{MISSING, Number, PValue as P};
use crate::survival::contrast::Measure;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::interval::{ConfidenceInterval, percent, z_of};
use crate::survival::small_sample::beta_product::{BetaProductLaw, Law, laws};
use crate::survival::small_sample::method::check_time;

/// Two survival probabilities at one time, compared without asymptotics.
///
/// Each curve has a lower (W⁺) and an upper (W⁻) confidence distribution, those of the
/// [beta product interval](crate::survival::small_sample::SmallSample::beta_product). A limit of `g(S₁, S₀)` is a quantile of g at
/// the independent variables that make it lowest (W⁺ of the first, W⁻ of the second) or highest, and the
/// two-sided p-value is twice the smaller chance that these lie on the wrong side of no difference.
///
/// Without censoring the interval is Fay, Proschan & Brittain's exact one for two binomial shares and the
/// p-value is twice the smaller one-sided p-value of Fisher's exact test. All integrals are deterministic.
///
/// Made by [`SurvivalCurve::melded`]; the measure names what is compared, as in
/// [`SurvivalCurve::contrast`].
///
/// # Size
/// Seeded simulation of two equal arms, 20,000 trials a row, censoring as in
/// [`SmallSample`](crate::survival::small_sample::SmallSample): per cent rejected at 5 %, with the plain and the cumulative-hazard
/// [contrast](SurvivalCurve::contrast) and the log-rank test beside it. Where a statistic does not exist the
/// test does not reject.
///
#[doc = include_str!("size.md")]
///
/// # References
/// Fay, Proschan & Brittain (2015), Biometrics 71:146; mid-p: Fay & Brittain (2016), Stat Med 35:2726.
#[derive(Debug, Clone, PartialEq)]
pub struct Melded {
    time: f64,
    /// Beyond follow-up a curve has no estimate, but its distributions still say what is known.
    estimates: Result<(f64, f64), NotEstimable>,
    first: (Law, Law),
    second: (Law, Law),
    mid_p: bool,
}

impl SurvivalCurve {
    /// This curve's S(t) against that of `other`, an independent one, for samples of any size.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `t` is negative or NaN; [`Error::Unsupported`] for curves with sampling
    /// weights, clusters, fractional weights or delayed entry: the law of such products is not known.
    ///
    /// # Example
    /// Five of nine failed against three of nine, one child of the first group lost early:
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    /// use greenwood::survival::contrast::Measure;
    ///
    /// let (yes, no) = (true, false);
    /// let msc = KaplanMeier::fit(&RightCensored::new(
    ///     &[2., 4., 6., 10., 12., 15., 48., 53., 60.],
    ///     &[yes, no, yes, yes, yes, yes, no, no, no],
    /// )?);
    /// let control = KaplanMeier::fit(&RightCensored::new(
    ///     &[8., 20., 30., 40., 45., 48., 51., 56., 60.],
    ///     &[yes, yes, yes, no, no, no, no, no, no],
    /// )?);
    /// let at_4_years = msc.melded(&control, 39.0)?;
    /// assert_eq!(format!("{:.2}", at_4_years.interval(Measure::Difference, 0.95)?), "-0.72 to 0.28");
    /// assert_eq!(format!("{:.3}", at_4_years.p_value()), "0.492");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn melded(&self, other: &Self, t: f64) -> Result<Melded> {
        check_time(t)?;
        for curve in [self, other] {
            curve.require_counts("the melded comparison")?;
        }
        Ok(Melded {
            time: t,
            estimates: self.at(t).value().and_then(|s| Ok((s, other.at(t).value()?))),
            first: laws(self, t, BetaProductLaw::Moments)?,
            second: laws(other, t, BetaProductLaw::Moments)?,
            mid_p: false,
        })
    }
}

impl Melded {
    /// The same comparison in mid-p form: each variable an even mixture of its W⁺ and W⁻, the two independent.
    /// Closer to the level on average, without a guarantee.
    #[must_use]
    pub fn mid_p(self) -> Self {
        Self { mid_p: true, ..self }
    }

    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The measure at the two estimated probabilities. Returns `None` if it has no value (0/0), and beyond follow-up,
    /// where the interval still holds what is known.
    #[must_use]
    pub fn estimate(&self, measure: Measure) -> Option<f64> {
        self.estimates.ok().and_then(|(first, second)| measure.of(first, second))
    }

    /// The two-sided p-value of the hypothesis that both probabilities are equal, whatever the measure.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        let (lower, higher) = (Alternative::FirstLower, Alternative::FirstHigher);
        (2.0 * self.one_sided_p_value(lower).min(self.one_sided_p_value(higher))).min(1.0)
    }

    /// The p-value against the one-sided alternative. As everywhere it speaks of the hazard:
    /// [`FirstLower`](Alternative::FirstLower) says that the first curve is the higher one.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> f64 {
        match alternative {
            Alternative::FirstLower => self.lower_cdf(Measure::Difference, 0.0),
            Alternative::FirstHigher => 1.0 - self.upper_cdf(Measure::Difference, 0.0),
        }
    }

    /// The interval of the measure. A ratio whose denominator may be 0 has no upper limit.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1); [`Error::Unsupported`] for
    /// [`Measure::Arcsine`] and [`Measure::CumulativeHazardRatio`], for which melding is not defined here.
    pub fn interval(&self, measure: Measure, level: f64) -> Result<ConfidenceInterval> {
        z_of(level)?;
        if !matches!(measure, Measure::Difference | Measure::Ratio | Measure::OddsRatio) {
            return Err(Error::Unsupported {
                method: "the melded comparison",
                with: "this measure",
                why: "it is offered for the difference, the ratio and the odds ratio",
            });
        }
        let tail = (1.0 - level) / 2.0;
        let lower = quantile(measure, |g| self.lower_cdf(measure, g) - tail);
        let upper = quantile(measure, |g| self.upper_cdf(measure, g) - (1.0 - tail));
        let floor = if measure == Measure::Difference { -1.0 } else { 0.0 };
        Ok(ConfidenceInterval { lower: Some(lower.unwrap_or(floor)), upper, level })
    }

    /// P(g(first, second) ≤ value) with the variables that make it lowest.
    fn lower_cdf(&self, measure: Measure, value: f64) -> f64 {
        if self.mid_p {
            return self.mixture(measure, value);
        }
        chance(measure, value, &self.first.1, &self.second.0)
    }

    /// The same with those that make it highest.
    fn upper_cdf(&self, measure: Measure, value: f64) -> f64 {
        if self.mid_p {
            return self.mixture(measure, value);
        }
        chance(measure, value, &self.first.0, &self.second.1)
    }

    /// The same with each variable drawn from its W⁻ or its W⁺ by the toss of a coin of its own.
    fn mixture(&self, measure: Measure, value: f64) -> f64 {
        let first = [&self.first.0, &self.first.1];
        let second = [&self.second.0, &self.second.1];
        let pairs = first.iter().flat_map(|&x| second.iter().map(move |&y| (x, y)));
        pairs.map(|(x, y)| chance(measure, value, x, y)).sum::<f64>() / 4.0
    }
}

/// A ratio of 1e12, as x/(1 + x), is no ratio any more.
const NEARLY_ONE: f64 = 1.0 - 1e-12;

/// The value at which the increasing function `f` passes 0, or `None` if it stays below: infinity.
fn quantile(measure: Measure, f: impl Fn(f64) -> f64) -> Option<f64> {
    if measure == Measure::Difference {
        return Some(root::find(-1.0, 1.0, f));
    }
    // In x/(1 + x), which has a finite range.
    let ratio = |u: f64| u / (1.0 - u);
    if f(ratio(NEARLY_ONE)) < 0.0 {
        return None;
    }
    Some(ratio(root::find(0.0, NEARLY_ONE, |u| f(ratio(u)))))
}

/// P(g(X, Y) ≤ value) for independent X and Y: an integral over the law of Y of P(X ≤ x such that g = value).
fn chance(measure: Measure, value: f64, x: &Law, y: &Law) -> f64 {
    // The largest X that still satisfies g(X, y) ≤ value.
    let edge = |y: f64, complement: f64| match measure {
        Measure::Difference => value + y,
        Measure::Ratio => value * y,
        _ => value * y / (complement + value * y),
    };
    let beta = match y {
        // At y = 0 a ratio is infinite unless its numerator is 0 too: nothing is known then, and the limits
        // must hold it. At y = 1 the odds are infinite.
        Law::Zero if measure != Measure::Difference => {
            return if *x == Law::Zero { 0.5 } else { 0.0 };
        }
        Law::Zero => return x.cdf(edge(0.0, 1.0)),
        Law::One if measure == Measure::OddsRatio => {
            return if *x == Law::One { 0.5 } else { 1.0 };
        }
        Law::One => return x.cdf(edge(1.0, 0.0)),
        Law::Beta(beta) => beta,
        Law::Product(_) => unreachable!("melding uses the moments"),
    };
    // Where the edge leaves [0, 1] the integrand is 0 or the density: only the part between needs a rule.
    let (low, high) = match measure {
        Measure::Difference => ((-value).max(0.0), (1.0 - value).min(1.0)),
        Measure::Ratio if value > 1.0 => (0.0, value.recip()),
        _ => (0.0, 1.0),
    };
    if low >= high {
        return if measure == Measure::Difference && value < 0.0 { x.cdf(-1.0) } else { 1.0 };
    }
    if let Law::Zero = x {
        return beta.sf(low);
    }
    if let Law::One = x {
        return beta.sf(high);
    }
    let between = tanh_sinh(low, high, |y, from_low, from_high| {
        let complement = if high == 1.0 { from_high } else { 1.0 - y };
        let y = if low == 0.0 { from_low } else { y };
        x.cdf(edge(y, complement)) * beta.density(y, complement)
    });
    (between + beta.sf(high)).clamp(0.0, 1.0)
}

impl fmt::Display for Melded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = 0.95;
        write!(
            f,
            "Melded beta product comparison at {}{} ({}% CI)",
            Number(self.time),
            if self.mid_p { ", mid-p" } else { "" },
            percent(level)
        )?;
        for measure in [Measure::Difference, Measure::Ratio, Measure::OddsRatio] {
            let interval = self.interval(measure, level).map_err(|_| fmt::Error)?;
            let estimate = self.estimate(measure).map_or(MISSING.to_string(), |x| format!("{x:.3}"));
            write!(f, "\n{measure:<12} {estimate:>7} ({interval})")?;
        }
        write!(f, "\n{:#}", P(self.p_value()))
    }
}
