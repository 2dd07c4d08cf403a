//! Models and predictions (feature `plot`).
//!
//! # Predicted by a Cox model
//! One curve for each row of covariates.
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::CurvePlot;
//! use greenwood::survival::{CoxPh, Design};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = CoxPh::new().fit(&data, &design)?;
//! let baseline = fit.with(&data, &design)?.baseline()?;
//! let curves = [fit.row().level("arm", "6-MP"), fit.row().level("arm", "placebo")];
//! let curves = [baseline.curve(&curves[0])?, baseline.curve(&curves[1])?];
//! let figure = CurvePlot::predicted(&curves, arm.labels())?.time_axis("Weeks").build()?;
//! assert!(figure.to_svg().contains("Predicted survival"));
//! # let kept = "docs/figures/gallery/predicted.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/predicted.svg")]
//!
//! # A parametric model over the data
//! Steps for what was observed, dashed lines for what the model says.
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::CurvePlot;
//! use greenwood::survival::regression::Family;
//! use greenwood::survival::{Design, KaplanMeier, Parametric};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = Parametric::new(Family::Weibull).fit(&data, &design)?;
//! let models = [fit.predict(&fit.row().level("arm", "6-MP"))?, fit.predict(&fit.row().level("arm", "placebo"))?];
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let figure = CurvePlot::model_over(&curves, &models, arm.labels())?.time_axis("Weeks").build()?;
//! assert!(figure.to_svg().contains("placebo, model"));
//! # let kept = "docs/figures/gallery/model_over.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/model_over.svg")]
//!
//! # An effect in every subgroup
//! Squares grow with the number of events; the diamond is the effect in all.
//! ```
//! use greenwood::plot::{ForestPlot, ForestRow};
//!
//! let figure = ForestPlot::new(vec![
//!     ForestRow::heading("Sex").interaction(0.41),
//!     ForestRow::new("women", 0.60, 0.35, 1.02).counts(40, 90),
//!     ForestRow::new("men", 0.80, 0.55, 1.16).counts(66, 138),
//!     ForestRow::new("all", 0.73, 0.54, 0.99).counts(106, 228).overall(),
//! ])
//! .favours("new better", "old better")
//! .build()?;
//! assert!(figure.to_svg().contains("interaction p = 0.41"));
//! # let kept = "docs/figures/gallery/forest.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/forest.svg")]
//!
//! # Does a coefficient change with time?
//! Scaled Schoenfeld residuals with a smooth line; dashed the estimate.
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::ResidualPlot;
//! use greenwood::survival::{CoxPh, Design};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = CoxPh::new().fit(&data, &design)?;
//! let residuals = fit.with(&data, &design)?.residuals()?;
//! let scaled: Vec<f64> = residuals.scaled_schoenfeld().column(0).to_vec();
//! let mut weeks: Vec<f64> = data.time().iter().zip(data.event()).filter(|(_, e)| **e).map(|(t, _)| *t).collect();
//! weeks.sort_by(f64::total_cmp);
//! let plot = ResidualPlot::new(&weeks, &scaled).axes("Weeks", "β(t) of 6-MP").reference(fit.coefficients()[0]);
//! let figure = plot.build()?;
//! assert!(figure.to_svg().contains("β(t) of 6-MP"));
//! # let kept = "docs/figures/gallery/residuals.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/residuals.svg")]
//!
//! # Are predicted risks true?
//! Observed risks with their intervals in groups of predicted risk.
//! ```
//! use greenwood::survival::RightCensored;
//! use greenwood::survival::prediction::Calibration;
//!
//! let time: Vec<f64> = (1..=24).map(f64::from).collect();
//! let event: Vec<bool> = (0..24).map(|i| i % 4 != 2).collect();
//! let data = RightCensored::new(time, event)?;
//! let risk: Vec<f64> = (0..24).map(|i| 0.92 - 0.035 * f64::from(i) + 0.12 * f64::from(i * 7 % 5 - 2)).collect();
//! let risk: Vec<f64> = risk.iter().map(|r| r.clamp(0.02, 0.98)).collect();
//! let figure = Calibration::new().groups(4).estimate(&data, &risk, 12.0)?.figure().build()?;
//! assert!(figure.to_svg().contains("Predicted risk (%)"));
//! # let kept = "docs/figures/gallery/calibration.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/calibration.svg")]
//!
//! # Does a marker tell who has the event?
//! ROC curves at a time with the areas under them.
//! ```
//! use greenwood::plot::RocPlot;
//! use greenwood::survival::RightCensored;
//! use greenwood::survival::prediction::TimeRoc;
//!
//! let time: Vec<f64> = (1..=24).map(f64::from).collect();
//! let event: Vec<bool> = (0..24).map(|i| i % 4 != 2).collect();
//! let data = RightCensored::new(time, event)?;
//! let risk: Vec<f64> = (0..24).map(|i| 0.92 - 0.035 * f64::from(i) + 0.12 * f64::from(i * 7 % 5 - 2)).collect();
//! let risk: Vec<f64> = risk.iter().map(|r| r.clamp(0.02, 0.98)).collect();
//! let weak: Vec<f64> = (0..24).map(|i| f64::from(24 - i * 11 % 24)).collect();
//! let curves = [TimeRoc::new().estimate(&data, &risk, 12.0)?, TimeRoc::new().estimate(&data, &weak, 12.0)?];
//! let figure = RocPlot::new(&curves).labels(&["model", "marker"]).build()?;
//! assert!(figure.to_svg().contains("model, AUC"));
//! # let kept = "docs/figures/gallery/roc.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/roc.svg")]
//!
//! # How far are predicted risks from what happened?
//! The Brier score over time beside that of one risk for all: below it a model is worth something.
//! ```
//! use greenwood::plot::CurvePlot;
//! use greenwood::survival::RightCensored;
//! use greenwood::survival::prediction::Brier;
//!
//! let time: Vec<f64> = (1..=24).map(f64::from).collect();
//! let event: Vec<bool> = (0..24).map(|i| i % 4 != 2).collect();
//! let data = RightCensored::new(time, event)?;
//! // The hazard of subject i falls from 0.13 to 0.02; that of the other model is one for all but a little noise.
//! let risks = |hazard: fn(i32) -> f64, t: f64| (0..24).map(|i| 1.0 - (-hazard(i) * t).exp()).collect::<Vec<f64>>();
//! let times: Vec<f64> = (1..=20).map(f64::from).collect();
//! let of = |hazard: fn(i32) -> f64| times.iter().map(|&t| risks(hazard, t)).collect::<Vec<_>>();
//! let good = Brier::new().over_time(&data, &of(|i| 0.13 - 0.0048 * f64::from(i)), &times)?;
//! let poor = Brier::new().over_time(&data, &of(|i| 0.04 + 0.012 * f64::from(i * 7 % 5)), &times)?;
//! let figure = CurvePlot::brier(&[good, poor], &["model", "marker"])?.time_axis("Months").build()?;
//! assert!(figure.to_svg().contains("one risk for all"));
//! # let kept = "docs/figures/gallery/brier.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/brier.svg")]
