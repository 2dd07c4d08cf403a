//! Regression.
//!
//! # 13. A Cox model
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = CoxPh::new().fit(&data, &design)?;
//! assert!(fit.stop().is_success());
//! let term = &fit.terms()[0];
//! assert!((term.coefficient() + 1.572125149).abs() < 1e-8); // R: coxph(Surv(weeks, relapse) ~ arm)
//! assert!((term.std_error().unwrap() - 0.412396718).abs() < 1e-8);
//! assert!((term.hazard_ratio() - 0.207603525).abs() < 1e-8);
//! println!("{fit}");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 14. Are the hazards proportional?
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design};
//! use greenwood::survival::regression::TimeScale;
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = CoxPh::new().fit(&data, &design)?;
//! let test = fit.with(&data, &design)?.proportional_hazards(TimeScale::KaplanMeier)?;
//! assert!((test.global().statistic() - 0.022863378).abs() < 1e-7); // R: cox.zph(fit)
//! assert!((test.global().p_value().unwrap() - 0.87981).abs() < 1e-5);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 15. The predicted curve of a new patient
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = CoxPh::new().fit(&data, &design)?;
//! let baseline = fit.with(&data, &design)?.baseline()?;
//! let curve = baseline.curve(&fit.row().level("arm", "6-MP"))?;
//! assert!((curve.value(10.0)? - 0.80261799).abs() < 1e-7); // R: survfit(fit, newdata = ...)
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 16. An effect that changes with time
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design};
//!
//! let (data, _) = leukaemia()?;
//! let treated: Vec<f64> = (0..42).map(|i| if i < 21 { 1.0 } else { 0.0 }).collect();
//! let rows = data.split_at(&[10.0])?;
//! let design = Design::builder().numeric_within("6-MP", &rows.expand(&treated)?, rows.periods()).build()?;
//! let fit = CoxPh::new().fit(rows.data(), &design)?;
//! // R: survSplit(..., cut = 10), then coxph(Surv(tstart, weeks, relapse) ~ treated:strata(episode))
//! assert!((fit.coefficients()[0] + 1.30851004575).abs() < 1e-7);
//! assert!((fit.coefficients()[1] + 1.91079943486).abs() < 1e-7);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # 17. How well a score predicts: the concordance
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::Concordance;
//!
//! let (data, arm) = leukaemia()?;
//! let score: Vec<f64> = arm.codes().iter().map(|&code| f64::from(code)).collect(); // placebo: the higher risk
//! let c = Concordance::new().estimate(&data, &score)?;
//! assert!((c.value()? - 0.690042076).abs() < 1e-8); // R: concordance(coxph(...))
//! assert!((c.std_error()? - 0.0411353889).abs() < 1e-9);
//! # Ok::<(), greenwood::Error>(())
//! ```
