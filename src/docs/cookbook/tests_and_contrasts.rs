//! Tests and contrasts.
//!
//! # 8. The log-rank test
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::LogRank;
//!
//! let (data, arm) = leukaemia()?;
//! let test = LogRank::test(&data, &arm)?;
//! assert!((test.statistic() - 16.7929409892).abs() < 1e-9); // R: survdiff(Surv(weeks, relapse) ~ arm)
//! assert_eq!((test.observed(), test.df()), (&[9.0, 21.0][..], 1));
//! assert!((test.expected()[0] - 19.250501).abs() < 1e-6);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 9. A weighted and a stratified log-rank test
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{Groups, LogRank, Weight};
//!
//! let (data, arm) = leukaemia()?;
//! let early = LogRank::weighted(Weight::fleming_harrington(1.0, 0.0)).test(&data, &arm)?;
//! assert!((early.statistic() - 14.4571508187).abs() < 1e-9); // R: survdiff(..., rho = 1)
//!
//! // Strata belong to the data, so every test and model respects them.
//! let site = Groups::new(&["a", "b", "c"].repeat(14));
//! let stratified = LogRank::test(&data.with_strata(site)?, &arm)?;
//! assert!((stratified.statistic() - 15.1816069949).abs() < 1e-9); // R: survdiff(... ~ arm + strata(site))
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 10. Hazards that are not proportional: the largest of several tests
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::MaxCombo;
//!
//! let (data, arm) = leukaemia()?;
//! let test = MaxCombo::new().test(&data, &arm)?;
//! assert!((test.p_value().unwrap() - 1.0987e-4).abs() < 1e-8); // R: nph, logrank.maxtest
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 11. A small trial: the exact test and an interval with guaranteed coverage
//! ```
//! use greenwood::survival::{ExactLogRank, Groups, KaplanMeier, RightCensored, SmallSample};
//!
//! let months = [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
//! let failed = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1);
//! let arm = Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["new", "old"])?;
//! let data = RightCensored::new(&months, &failed)?;
//!
//! let exact = ExactLogRank::new().test(&data, &arm)?;
//! assert!((exact.p_value() - 7964.0 / 48620.0).abs() < 1e-14); // R: coin, logrank_test(distribution = "exact")
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! assert_eq!(curve.small_sample_interval(36.0, SmallSample::beta_product())?.to_string(), "0.087 to 0.760");
//! assert!(curve.advice(36.0).is_some()); // few are at risk: the normal approximation is in doubt
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 12. The difference of two survival probabilities, and the number needed to treat
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//! use greenwood::survival::contrast::NeededValue;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let difference = curves[0].difference(&curves[1], 10.0);
//! assert!((difference.value()? - (0.752941176471 - 0.380952380952)).abs() < 1e-11); // R: summary(survfit(...), times = 10)
//! let needed = curves[0].number_needed_to_treat(&curves[1], 10.0, 0.95)?;
//! assert!(matches!(needed.value()?, NeededValue::OneFewer(n) if (n - 1.0 / difference.value()?).abs() < 1e-12));
//! # Ok::<(), greenwood::Error>(())
//! ```
