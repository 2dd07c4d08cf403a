//! Proportions: how many of so many, and whether two groups differ. Exact where few are counted.
//!
//! A count among n subjects has one law, the binomial, whatever is counted: responders, subjects with an adverse
//! event, successes. So this room knows neither trials nor time. It stands beside [`survival`](crate::survival), from
//! which it takes only how a number is reported; [`trial`](crate::trial) stands on both.
//!
//! | question | type | in R or Python |
//! |---|---|---|
//! | how large is one proportion? | [`Proportion`], limits by [`ProportionInterval`] | `binom.test`, `exactci::binom.exact` |
//! | how large could it be if nobody had the event? | [`Proportion::upper_limit`], [`Proportion::rule_of_three`] | |
//! | do two differ, given the number of events? | [`Fisher`] | `fisher.test` |
//! | do two differ, whatever that number? | [`Boschloo`], [`Barnard`] | `scipy.stats.boschloo_exact`, `barnard_exact` |
//! | by how much: difference, ratio, odds ratio? | [`MiettinenNurminen`] | `statsmodels` `confint_proportions_2indep` |
//! | the same, exactly | [`ChanZhang`], [`ConditionalOddsRatio`] | `exact2x2::uncondExact2x2`, `fisher.test` |
//! | what would such a test find? | [`Fisher::power`], [`Boschloo::power`], [`Barnard::power`] | |
//!
//! **Which test?** Boschloo's is at least as powerful as Fisher's and as valid: its p-value is never larger. Fisher's
//! is the one that readers know. **Which interval?** Clopper and Pearson's holds its level whatever the truth,
//! Blaker's does so too and lies within it; Wilson's and the mid-p interval hold it on average only.
//!
//! # Example
//! Response at 90 days in two arms of nine children (BMC Pediatrics 2021, doi 10.1186/s12887-021-02562-x):
//! ```
//! use greenwood::proportion::{Boschloo, ChanZhang, Fisher, Proportion, TwoProportions};
//!
//! let pair = TwoProportions::new(Proportion::new(1, 9)?, Proportion::new(2, 9)?);
//! assert_eq!(format!("{:#}", pair.group()), "1/9, 11.1% (95% CI 0.3% to 48.2%)");
//! assert_eq!(Fisher::new().test(&pair).p_value(), 1.0);
//! assert!(Boschloo::new().test(&pair)?.p_value() <= 1.0);
//! // Nine against nine can tell very little: the difference lies anywhere in this interval.
//! let difference = ChanZhang::difference().estimate(&pair)?;
//! let (lower, upper) = difference.interval(0.95)?.bounds().unwrap();
//! assert!(lower < -0.45 && upper > 0.25);
//! # Ok::<(), greenwood::Error>(())
//! ```

pub mod barnard;
pub mod boschloo;
pub mod chan_zhang;
pub mod conditional;
pub mod effect;
pub mod estimate;
pub mod fisher;
pub mod interval;
pub mod miettinen_nurminen;
pub mod pair;
pub mod power;
#[allow(clippy::module_inception, reason = "the file is named for its type")]
pub mod proportion;
pub mod test;

pub(crate) mod binomial;
mod blaker;
mod clopper_pearson;
mod hypergeometric;
mod mid_p;
mod score;
mod unconditional;
mod wilson;

pub use barnard::Barnard;
pub use boschloo::Boschloo;
pub use chan_zhang::ChanZhang;
pub use conditional::ConditionalOddsRatio;
pub use effect::{EffectMeasure, EffectMethod};
pub use estimate::EffectEstimate;
pub use fisher::Fisher;
pub use interval::{ProportionInterval, ProportionMethod};
pub use miettinen_nurminen::MiettinenNurminen;
pub use pair::TwoProportions;
pub use power::Assumed;
pub use proportion::Proportion;
pub use test::{ProportionTest, ProportionTestMethod};
