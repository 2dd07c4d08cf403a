//! Figures that a journal prints, drawn from the same numbers as the tables (feature `plot`).
//!
//! A figure is first a [`Picture`]: lines, areas and texts with their places in points, as data that can be tested and
//! stored. Then it is written: as SVG whose text stays text, as PNG, or as PDF. Nothing is read from the system: the
//! fonts are part of the crate, so the same figure is the same file on every machine.
//!
//! The fonts (Liberation Sans, a subset) have Latin, Greek, Cyrillic and Hebrew letters. What they lack, such as Chinese,
//! Japanese and Arabic, stays text in an SVG, where a browser finds a font for it; in PNG and PDF it is drawn as boxes of
//! the right width, and [`Picture::missing_characters`] says which ones these are.
//!
//! | question | figure |
//! |---|---|
//! | how many survive, with bands, censoring marks and the numbers at risk | [`KaplanMeierPlot`] |
//! | cumulative hazard, cumulative incidence, log-minus-log | [`CurvePlot::hazards`], [`CurvePlot::incidence`], [`CurvePlot::log_log`] |
//! | the hazard itself, smoothed | [`CurvePlot::smoothed_hazards`], `SmoothedHazardCurve::figure` |
//! | what a Cox model predicts, a parametric model over the data | `PredictedCurve::figure`, [`CurvePlot::predicted`], [`CurvePlot::model_over`] |
//! | in which state over time | `StateOccupation::figure` |
//! | any other step functions, also stacked | [`CurvePlot::steps`] |
//! | the difference of two curves over time | [`DifferencePlot`] |
//! | an effect in every subgroup | [`ForestPlot`] |
//! | when a trial may stop | [`BoundaryPlot`], by [`Boundaries::figure`](crate::trial::design::Boundaries::figure) |
//! | what happened to each subject | [`SwimmerPlot`] |
//! | residuals over time, with a smooth line | [`ResidualPlot`] |
//! | the flow of a trial's subjects (CONSORT) | `Flow::figure`, [`FlowChart`] |
//! | states and the moves between them, counted | `Histories::figure`, [`StateDiagram`] |
//! | are predicted risks true; does a marker tell who has the event | `CalibrationTable::figure`, [`RocPlot`] |
//! | how far are predicted risks from what happened, over time | [`CurvePlot::brier`], `BrierCurve::figure` |
//! | boxes and arrows of one's own | [`BoxPlot`] |
//! | the same in strata, a panel each on common axes | [`PanelPlot`] |
//! | several figures on one sheet | [`Picture::beside`] |
//! | the numbers of a figure as a table, for those who cannot see it | `data()` of each figure, a [`FigureData`] |
//!
//! # Example
//! ```
//! use greenwood::plot::KaplanMeierPlot;
//! use greenwood::survival::{Groups, KaplanMeier, RightCensored};
//!
//! let months = [6.0, 7.0, 10.0, 15.0, 19.0, 25.0, 3.0, 4.0, 8.0, 11.0];
//! let died = [true, false, true, true, false, false, true, true, true, false];
//! let arm = Groups::new(&["new", "new", "new", "new", "new", "new", "old", "old", "old", "old"]);
//! let curves = KaplanMeier::by_group(&RightCensored::new(&months, &died)?, &arm)?;
//!
//! let svg = KaplanMeierPlot::new(&curves).labels(arm.labels()).time_axis("Months").to_svg()?;
//! assert!(svg.starts_with("<svg") && svg.contains("Number at risk"));
//! # Ok::<(), greenwood::Error>(())
//! ```

pub(crate) mod axis;
pub(crate) mod behind;
pub(crate) mod boundaries;
pub(crate) mod boxed;
pub(crate) mod boxes;
pub(crate) mod calibrated;
pub(crate) mod curves;
pub(crate) mod data;
pub(crate) mod difference;
pub(crate) mod flow_chart;
pub(crate) mod font;
pub(crate) mod forest;
pub(crate) mod forest_marks;
pub(crate) mod forest_row;
pub(crate) mod hazards;
pub(crate) mod layers;
pub(crate) mod layout;
pub(crate) mod occupied;
pub(crate) mod pdf;
pub(crate) mod picture;
pub(crate) mod png;
pub(crate) mod predicted;
pub(crate) mod print_columns;
pub(crate) mod residuals;
pub(crate) mod roc;
pub(crate) mod scores;
pub(crate) mod series;
pub(crate) mod square;
pub(crate) mod state_diagram;
pub(crate) mod states;
pub(crate) mod style;
pub(crate) mod svg;
pub(crate) mod swimmer;
pub(crate) mod thinned;
pub(crate) mod trial;

pub use boundaries::BoundaryPlot;
pub use boxes::BoxPlot;
pub use calibrated::CalibrationPlot;
pub use curves::{CurvePlot, Detail, KaplanMeierPlot, Legend, PanelPlot, TableRow, VerticalAxis};
pub use data::{DataCell, DataTable, FigureData};
pub use difference::DifferencePlot;
pub use flow_chart::FlowChart;
pub use forest::ForestPlot;
pub use forest_row::ForestRow;
pub use picture::{Anchor, Color, Format, Item, Path, Picture, Segment, Stroke, Text};
pub use residuals::ResidualPlot;
pub use roc::RocPlot;
pub use series::StepSeries;
pub use state_diagram::StateDiagram;
pub use style::{Palette, Style};
pub use swimmer::{SwimmerLane, SwimmerPlot};
