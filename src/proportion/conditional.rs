//! The odds ratio given how many have the event.

use crate::error::{Error, NotEstimable};
use crate::numeric::root;
use crate::proportion::hypergeometric::{Cell, Tails, possible};
use crate::proportion::pair::TwoProportions;

/// The conditional odds ratio with exact limits: that of R's `fisher.test`.
///
/// Given the number of events of both groups the group's share follows Fisher's noncentral hypergeometric law, which
/// knows only the odds ratio. The estimate is its maximum-likelihood value (the mean is the observed number), nearer
/// to 1 than the ratio of the observed odds; at a limit the observed number or more, or less, has the probability α/2.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`mid_p`](Self::mid_p) | off | half the probability of what was observed: no longer exact, less conservative |
///
/// # Cost
/// A root for the estimate and for each limit, each step of it a pass over the possible tables, at most min(n, m, s, N − s) + 1
/// for s events among N = n + m subjects; of large tables over those with a noticeable probability.
///
/// # Example
/// ```
/// use greenwood::proportion::{ConditionalOddsRatio, Proportion, TwoProportions};
///
/// let pair = TwoProportions::new(Proportion::new(3, 4)?, Proportion::new(1, 4)?);
/// // As scipy's `contingency.odds_ratio`; R's `fisher.test` prints 6.408309 (its root is good to four digits).
/// let ratio = ConditionalOddsRatio::new().estimate(&pair);
/// assert_eq!(ratio.to_string(), "6.408 (95% CI 0.212 to 626.244), p = 0.486");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Cornfield (1956), Proc 3rd Berkeley Symp 4:135. Fisher (1962), Aust J Stat 4:41.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct ConditionalOddsRatio {
    mid_p: bool,
}

impl ConditionalOddsRatio {
    /// With exact limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// With half the probability of what was observed.
    pub fn mid_p(self) -> Self {
        Self { mid_p: true }
    }

    pub(super) fn is_mid_p(self) -> bool {
        self.mid_p
    }
}

/// No logarithm of an odds ratio is looked for beyond this.
const FAR: f64 = 700.0;

/// The root of a function that grows with the logarithm of the odds ratio.
fn odds_ratio(f: impl Fn(f64) -> f64) -> f64 {
    let mut far = 2.0;
    while (f(-far) > 0.0 || f(far) < 0.0) && far < FAR {
        far *= 2.0;
    }
    root::find(-far, far, f).exp()
}

/// The maximum-likelihood estimate.
pub(super) fn estimate(pair: &TwoProportions) -> Result<f64, NotEstimable> {
    let (first, last) = possible(pair);
    let x = pair.group().events();
    if first == last {
        return Err(NotEstimable::Undefined);
    }
    if x == first {
        return Ok(0.0);
    }
    if x == last {
        return Ok(f64::INFINITY);
    }
    // Of counts beyond 10¹¹ the two estimates differ by less than 1e-11.
    let Some(cell) = Cell::near(pair) else { return pair.odds_ratio() };
    let above = (x - cell.first) as f64;
    Ok(odds_ratio(|ln| {
        let law = cell.probabilities_at(ln);
        law.iter().enumerate().map(|(i, p)| (i as f64 - above) * p).sum::<f64>()
    }))
}

/// The probability of the observed number or more, less half of its own with mid-p.
fn at_least(law: &[f64], at: usize, mid_p: bool) -> f64 {
    let own = if mid_p { 0.5 } else { 1.0 };
    law[at + 1..].iter().rev().sum::<f64>() + own * law[at]
}

/// The lower limit.
pub(super) fn lower(pair: &TwoProportions, tail: f64, mid_p: bool) -> Result<f64, Error> {
    let x = pair.group().events();
    if x == possible(pair).0 {
        return Ok(0.0);
    }
    let Some(cell) = Cell::near(pair) else {
        return Err(Error::TooLarge {
            what: "the conditional law of the counts",
            size: format!("{x} events in the group"),
            instead: "use Miettinen and Nurminen's interval, which is as good for so many",
        });
    };
    let at = (x - cell.first) as usize;
    Ok(odds_ratio(|ln| at_least(&cell.probabilities_at(ln), at, mid_p) - tail))
}

/// The one-sided p-values of an odds ratio of 1: that the group is lower, that it is higher.
pub(super) fn no_effect(pair: &TwoProportions, mid_p: bool) -> [f64; 2] {
    let tails = Tails::of(pair);
    let tails = if mid_p { tails.mid() } else { tails };
    [tails.lower, tails.higher]
}
