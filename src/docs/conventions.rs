//! Where the field has more than one answer, this is the answer here.
//!
//! | question | answer |
//! |---|---|
//! | events and censorings at one time | events come first |
//! | entry at t | at risk after t, in `(entry, time]`; an entry at 0 is no delayed entry |
//! | times that differ by a rounding error | one time, by R's rule, over all groups together; [`NearTies::Exact`] switches it off |
//! | number at risk at t | those under observation just before t |
//! | `std_error` of a survival curve | of S itself, by Greenwood's formula |
//! | default interval of S | log-log at 95 %; [`Interval`] has five scales, [`Conventions`] those of R and SAS |
//! | quantile where the curve is flat at 1 − p | the midpoint, as R's `quantile`; [`FlatStep::First`] for the first time |
//! | beyond follow-up, or in an empty group | not estimable, with the reason, unless the curve is 0 there |
//! | S is 1, or a robust variance cancels | no standard error and no interval |
//! | weights | declared as [`Weights::replication`] or [`Weights::sampling`] |
//! | sampling weights, clusters | robust variance (infinitesimal jackknife) |
//! | Fleming-Harrington with replication weights | a weight of k leaves as k subjects |
//! | median follow-up | reverse Kaplan-Meier, in which events leave before tied censorings |
//! | restricted mean beyond follow-up | an error, unless the curve is [`extended`](SurvivalCurve::extended) |
//! | tied events in a Cox model | Efron; on request [`Ties::Breslow`], [`Ties::Exact`] (discrete: R `exact`, SAS DISCRETE, Stata `exactp`), [`Ties::Marginal`] (SAS EXACT, Stata `exactm`) |
//! | variance of a cumulative incidence | [`IncidenceVariance`] names three; the default is the jackknife, as in R's `survfit` |
//! | a score and the concordance | a higher score is a higher risk |
//! | hazard ratio, difference | names the group and the reference |
//! | p-value | two-sided; [`Alternative`] for one-sided ones |
//! | direction of an event | unknown unless said; until then no sentence favours a group |
//! | order of groups | first appearance; [`Groups::sorted`] sorts |
//!
//! # The standard error and the interval belong together
//! An [`Estimate`] keeps its value and its error on the scale on which the two are meant ([`Scale`]). Interval, statistic and
//! p-value come from there, so a 95 % interval holds no effect exactly when p exceeds 0.05.
//!
//! # Examples
//! Ties, delayed entry and rounding errors:
//! ```
//! use greenwood::survival::{KaplanMeier, RightCensored};
//! use greenwood::survival::data::NearTies;
//!
//! // At 2 one subject has the event and one is censored: the censored one is still at risk.
//! let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 2.0, 3.0], &[false, true, false, true])?);
//! assert!((curve.at(2.0).value()? - 2.0 / 3.0).abs() < 1e-15);
//!
//! // Who enters at 2 is not at risk at 2.
//! let data = RightCensored::new(&[2.0, 3.0, 4.0], &[true, false, true])?.with_entry(&[0.0, 0.0, 2.0])?;
//! assert_eq!(KaplanMeier::fit(&data).at(2.0).value()?, 0.5);
//!
//! // 0.1 + 0.2 is not 0.3 in binary numbers, but it is the same time.
//! let data = RightCensored::new(&[0.1 + 0.2, 0.3, 1.0], &[true, true, false])?;
//! assert_eq!(KaplanMeier::fit(&data).table().times(), [0.3, 1.0]);
//! assert_eq!(KaplanMeier::fit(&data.with_near_ties(NearTies::Exact)?).table().times(), [0.3, 0.1 + 0.2, 1.0]);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! Quantiles on a flat step, and what is not estimable:
//! ```
//! use greenwood::survival::{Interval, KaplanMeier, RightCensored};
//! use greenwood::survival::curve::{FlatStep, QuantileRule};
//! use greenwood::survival::result::NotEstimable;
//!
//! let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 4.0, 6.0], &[true, true, true, false])?);
//! assert_eq!(curve.median().value()?, 3.0); // flat at 0.5 from 2 to 4
//! let rule = QuantileRule::default().with_interval(Interval::log()).flat_step(FlatStep::First);
//! assert_eq!(curve.quantiles(&[0.5], rule)?[0].value()?, 2.0);
//! assert!(curve.at(7.0).value().is_err()); // follow-up ends at 6 with the curve above 0
//! assert_eq!(curve.at(0.5).std_error(), Err(NotEstimable::CurveIsOne));
//! # Ok::<(), greenwood::Error>(())
//! ```

#[allow(clippy::wildcard_imports)] // the links of the page
use crate::survival::{
    contrast::*, curve::*, data::*, log_rank::*, permutation::*, prediction::*, regression::*, result::*,
    risk_table::*, small_sample::*,
};
