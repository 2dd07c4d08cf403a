//! Trials (feature `plot`).
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
#![doc = include_str!("../../../docs/figures/gallery/contrast.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/difference.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/flow.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/swimmer.svg")]
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
#![doc = include_str!("../../../docs/figures/gallery/boundaries.svg")]
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
