//! Every kind of figure, with the code that made it (feature `plot`).
//!
//! Each example runs with the tests, and the picture under it is the one that it draws, byte for byte. `figure` is a
//! [`Picture`](crate::plot::Picture): `figure.save("figure.svg")?` (or `.png`, `.pdf`) writes it. Sizes, colours and dashes are those of
//! [`Style::journal`](crate::plot::Style::journal); every option of a figure stands at its type in [`plot`](crate::plot).
//!
//! To draw the pictures again: `GREENWOOD_GALLERY=1 cargo test --doc --features plot gallery`.
//!
//! # Kaplan-Meier curves
//! Bands, censoring marks, lines to the medians, and the numbers at risk under their ticks.
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::KaplanMeierPlot;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let figure = KaplanMeierPlot::new(&curves).labels(arm.labels()).median_lines().time_axis("Weeks").build()?;
//! assert!(figure.to_svg().contains("Number at risk"));
//! # let kept = "docs/figures/gallery/kaplan_meier.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/kaplan_meier.svg")]
//!
//! # As KMunicate recommends
//! No marks; at risk, censored and events under the axis (Morris et al. 2019).
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::KaplanMeierPlot;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let figure = KaplanMeierPlot::new(&curves).labels(arm.labels()).kmunicate().time_axis("Weeks").build()?;
//! assert!(figure.to_svg().contains("Censored"));
//! # let kept = "docs/figures/gallery/kmunicate.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/kmunicate.svg")]
//!
//! # Cumulative hazards
//! Nelson and Aalen's estimate.
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::CurvePlot;
//! use greenwood::survival::NelsonAalen;
//!
//! let (data, arm) = leukaemia()?;
//! let hazards = NelsonAalen::by_group(&data, &arm)?;
//! let figure = CurvePlot::hazards(&hazards).labels(arm.labels()).time_axis("Weeks").build()?;
//! assert!(figure.to_svg().contains("Cumulative hazard"));
//! # let kept = "docs/figures/gallery/cumulative_hazard.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/cumulative_hazard.svg")]
//!
//! # The hazard itself
//! Smoothed by kernels, with pointwise bands.
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::CurvePlot;
//! use greenwood::survival::curve::{Bandwidth, SmoothedHazard};
//!
//! let (data, arm) = leukaemia()?;
//! let smooth = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(8.0)).between(0.0, 20.0);
//! let hazards = smooth.by_group(&data, &arm)?;
//! let figure = CurvePlot::smoothed_hazards(&hazards)?.labels(arm.labels()).time_axis("Weeks");
//! let figure = figure.value_axis("Relapses per week").build()?;
//! assert!(figure.to_svg().contains("Relapses per week"));
//! # let kept = "docs/figures/gallery/smoothed_hazard.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/smoothed_hazard.svg")]
//!
//! # Are hazards proportional?
//! `ln(−ln S)` over the logarithm of time: parallel where they are.
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::CurvePlot;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let figure = CurvePlot::log_log(&curves).labels(arm.labels()).time_axis("Weeks").build()?;
//! assert_eq!(figure.width, CurvePlot::new(&curves).build()?.width);
//! # let kept = "docs/figures/gallery/log_log.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/log_log.svg")]
//!
//! # Cumulative incidence
//! The event beside what competes with it, in each arm of a trial.
//! ```
//! use greenwood::trial::examples::{Arm, TIME_TO_RESPONSE, saa_course};
//!
//! let analysis = saa_course().analyse(&TIME_TO_RESPONSE)?;
//! let figure = analysis.incidence_figure(&[Arm::Msc, Arm::Control])?.until(6.0).build()?;
//! assert!(figure.to_svg().contains("competing event"));
//! # let kept = "docs/figures/gallery/incidence.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/incidence.svg")]
//!
//! # Two arms of a trial
//! With the hazard ratio and the p-value of the named test.
//! ```
//! use greenwood::trial::examples::{Arm, FFS, saa};
//!
//! let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
//! let figure = contrast.figure()?.title("Failure-free survival").build()?;
//! assert!(figure.to_svg().contains("Log-rank p = 0.153"));
//! # let kept = "docs/figures/gallery/contrast.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/contrast.svg")]
//!
//! # The difference of two curves
//! With its pointwise band.
//! ```
//! use greenwood::trial::examples::{Arm, FFS, saa};
//!
//! let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
//! let figure = contrast.difference_figure().build()?;
//! assert!(figure.to_svg().contains("Msc less Control"));
//! # let kept = "docs/figures/gallery/difference.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/difference.svg")]
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
#![doc = include_str!("../../docs/figures/gallery/predicted.svg")]
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
#![doc = include_str!("../../docs/figures/gallery/model_over.svg")]
//!
//! # State occupation
//! The probability of each state over time; without `stacked` as lines with bands.
//! ```
//! use greenwood::survival::Histories;
//! use greenwood::survival::multi_state::Occupation;
//!
//! let (ill, dead) = (Some("ill"), Some("dead"));
//! let to = [ill, dead, dead, None, ill, None, ill, dead, dead, None];
//! let from = ["well", "ill", "well", "well", "well", "ill", "well", "ill", "well", "well"];
//! let ids = [1, 1, 2, 3, 4, 4, 5, 5, 6, 7];
//! let start = [0., 3., 0., 0., 0., 2., 0., 6., 0., 0.];
//! let stop = [3., 8., 5., 9., 2., 7., 6., 10., 4., 11.];
//! let data = Histories::new(&ids, &start, &stop, &to, &["well", "ill", "dead"])?.with_from(&from)?;
//! let figure = Occupation::new().fit(&data)?.figure()?.stacked().time_axis("Months").build()?;
//! assert!(figure.to_svg().contains("Probability of the state"));
//! # let kept = "docs/figures/gallery/states.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/states.svg")]
//!
//! # The states and the moves
//! Counted; arrows go around boxes.
//! ```
//! use greenwood::survival::Histories;
//!
//! let (ill, dead) = (Some("ill"), Some("dead"));
//! let to = [ill, dead, dead, None, ill, None, ill, dead, dead, None];
//! let from = ["well", "ill", "well", "well", "well", "ill", "well", "ill", "well", "well"];
//! let ids = [1, 1, 2, 3, 4, 4, 5, 5, 6, 7];
//! let start = [0., 3., 0., 0., 0., 2., 0., 6., 0., 0.];
//! let stop = [3., 8., 5., 9., 2., 7., 6., 10., 4., 11.];
//! let data = Histories::new(&ids, &start, &stop, &to, &["well", "ill", "dead"])?.with_from(&from)?;
//! let figure = data.figure().build()?;
//! assert!(figure.to_svg().contains("at the start 7"));
//! # let kept = "docs/figures/gallery/state_diagram.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/state_diagram.svg")]
//!
//! # The flow of a trial's subjects
//! The CONSORT diagram, from screening to the populations that are analysed.
//! ```
//! use greenwood::trial::Population;
//! use greenwood::trial::examples::{Arm, Event, saa};
//!
//! let all: Population<Arm, Event> = Population::new("full analysis set", |_| true);
//! let flow = saa().flow(&[all]).screened(21, &[("no consent", 2), ("other disease", 1)])?;
//! let figure = flow.figure().build()?;
//! assert!(figure.to_svg().contains("Excluded (n = 3)"));
//! # let kept = "docs/figures/gallery/flow.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/flow.svg")]
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
#![doc = include_str!("../../docs/figures/gallery/forest.svg")]
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
#![doc = include_str!("../../docs/figures/gallery/residuals.svg")]
//!
//! # What happened to each subject
//! A lane for each, with a sign for each event.
//! ```
//! use greenwood::plot::{SwimmerLane, SwimmerPlot};
//!
//! let figure = SwimmerPlot::new(vec![
//!     SwimmerLane::new("01", 30.0).group("new").event(4.0, "response").ongoing(),
//!     SwimmerLane::new("02", 24.0).group("new").event(6.0, "response").event(19.0, "relapse"),
//!     SwimmerLane::new("03", 12.0).group("old").event(5.0, "relapse").event(12.0, "death"),
//!     SwimmerLane::new("04", 18.0).group("old").event(9.0, "response").ongoing(),
//! ])
//! .time_axis("Months")
//! .build()?;
//! assert!(figure.to_svg().contains("relapse"));
//! # let kept = "docs/figures/gallery/swimmer.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/swimmer.svg")]
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
#![doc = include_str!("../../docs/figures/gallery/calibration.svg")]
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
#![doc = include_str!("../../docs/figures/gallery/roc.svg")]
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
#![doc = include_str!("../../docs/figures/gallery/brier.svg")]
//!
//! # When may a trial stop?
//! The bounds over the information, with the statistics of the looks so far.
//! ```
//! use greenwood::trial::design::{Futility, GroupSequential, Spending};
//!
//! let bounds = GroupSequential::looks(4).futility(Futility::Spending(Spending::OBrienFleming)).fit()?;
//! let figure = bounds.figure().observed(&[0.9, 1.8]).build()?;
//! assert!(figure.to_svg().contains("Efficacy"));
//! # let kept = "docs/figures/gallery/boundaries.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../docs/figures/gallery/boundaries.svg")]
//!
//! # The numbers of a figure
//! For readers who cannot see it, and for those who want them: as text, CSV or HTML.
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::plot::KaplanMeierPlot;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let numbers = KaplanMeierPlot::new(&curves).labels(arm.labels()).time_axis("Weeks").data()?;
//! let under = numbers.table("Under the axis").unwrap().to_csv();
//! assert!(under.starts_with("row,curve,0,5,10,15,20,25,30,35\nNumber at risk,6-MP,21,21,15,11,8,5,4,1\n"));
//! # Ok::<(), greenwood::Error>(())
//! ```
