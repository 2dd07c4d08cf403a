//! Curves and hazards (feature `plot`).
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
#![doc = include_str!("../../../docs/figures/gallery/kaplan_meier.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/kmunicate.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/cumulative_hazard.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/smoothed_hazard.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/log_log.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/incidence.svg")]
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
//! let data = Histories::among(&["well", "ill", "dead"]).rows(&ids, &start, &stop, &to)?.with_from(&from)?;
//! let figure = Occupation::new().fit(&data)?.figure()?.stacked().time_axis("Months").build()?;
//! assert!(figure.to_svg().contains("Probability of the state"));
//! # let kept = "docs/figures/gallery/states.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/states.svg")]
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
//! let data = Histories::among(&["well", "ill", "dead"]).rows(&ids, &start, &stop, &to)?.with_from(&from)?;
//! let figure = data.figure().build()?;
//! assert!(figure.to_svg().contains("at the start 7"));
//! # let kept = "docs/figures/gallery/state_diagram.svg";
//! # if std::env::var_os("GREENWOOD_GALLERY").is_some() { figure.save(kept)?; }
//! # assert!(std::fs::read_to_string(kept).is_ok_and(|svg| svg == figure.to_svg()), "{kept} is not this picture");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
#![doc = include_str!("../../../docs/figures/gallery/state_diagram.svg")]
