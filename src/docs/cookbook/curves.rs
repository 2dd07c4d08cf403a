//! Curves.
//!
//! # 1. A Kaplan-Meier curve for each group, with intervals
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let at_ten = curves[0].at(10.0);
//! assert_eq!(at_ten.to_string(), "75.3% ± 9.6%");
//! assert!((at_ten.std_error()? - 0.096349653).abs() < 1e-8); // R: summary(survfit(...), times = 10)
//! // The default interval is log-log at 95 %.
//! let (lower, upper) = at_ten.interval(0.95)?.bounds().unwrap();
//! assert!((lower - 0.50319951).abs() < 1e-7 && (upper - 0.88936184).abs() < 1e-7); // R: conf.type = "log-log"
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 2. The interval that R's `survfit` prints by default
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{Interval, KaplanMeier};
//!
//! let (data, arm) = leukaemia()?;
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! let (lower, upper) = curve.at(10.0).interval(Interval::log())?.bounds().unwrap();
//! assert!((lower - 0.585918982).abs() < 1e-8 && (upper - 0.967574755).abs() < 1e-8); // R: summary(survfit(...))
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 3. The median with its interval
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! assert_eq!(curves[0].median().to_string(), "23 (95% CI 13 to not reached)"); // R: quantile(survfit(...), 0.5)
//! assert_eq!(curves[1].median().to_string(), "8 (95% CI 4 to 11)");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 4. The restricted mean and the difference of two
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//! use greenwood::survival::contrast::MeanMeasure;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let mean = curves[0].restricted_mean(23.0)?;
//! assert!((mean.value() - 17.90924369748).abs() < 1e-9); // R: summary(survfit(...), rmean = 23)
//! assert!((mean.std_error()? - 1.55318997825).abs() < 1e-9);
//! let gain = curves[0].restricted_mean_contrast(&curves[1], 23.0, MeanMeasure::Difference)?;
//! assert!((gain.value()? - (17.90924369748 - 8.66666666667)).abs() < 1e-9);
//! assert!(gain.p_value().unwrap() < 0.001);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 5. The median follow-up (reverse Kaplan-Meier)
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let follow_up = &KaplanMeier::censoring_by_group(&data, &arm)?[0];
//! assert_eq!(follow_up.median().value()?, 25.0); // R: quantile(survfit(Surv(weeks, 1 - relapse) ~ arm), 0.5)
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 6. The numbers at risk under a figure
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! let at_risk: Vec<f64> = [0.0, 10.0, 20.0, 30.0].iter().map(|&t| curve.table().at_risk(t)).collect();
//! assert_eq!(at_risk, [21.0, 15.0, 8.0, 4.0]); // those under observation just before each time
//! # Ok::<(), greenwood::Error>(())
//! ```
//! With the feature `plot`, `KaplanMeierPlot::new(&curves).labels(&["6-MP", "placebo"]).save("curve.svg")?` draws the
//! curves with these numbers under the ticks.
//!
//! # 7. A band around the whole curve
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{Band, KaplanMeier};
//!
//! let (data, arm) = leukaemia()?;
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! let band = Band::equal_precision().fit(curve)?;
//! // A simultaneous band is wider than the interval at one time.
//! assert!(band.at(10.0).unwrap().lower < curve.at(10.0).interval(0.95)?.lower);
//! # Ok::<(), greenwood::Error>(())
//! ```
