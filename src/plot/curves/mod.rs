//! Curves over time with their bands, marks and the table under the axis.
//!
//! * what is to be drawn and how: `builder`, `options`; its numbers on the scale of the axes: `source`; where everything is: `frame`
//! * steps and bands: `lines`; censorings: `marks`; the axes: `axes`
//! * which line is which: `legend`, `direct`; medians, landmarks, means and notes: `annotations`
//! * incidences of competing causes: `incidences`; several panels on common axes: `panels`
//! * the numbers under the ticks: `table`; the figure in words: `words`; all its numbers: `numbers`

mod annotations;
mod axes;
pub(crate) mod builder;
mod direct;
mod frame;
mod incidences;
pub(crate) mod legend;
mod lines;
mod marks;
mod numbers;
mod options;
mod panels;
mod source;
pub(crate) mod table;
pub(crate) mod words;

pub use builder::{CurvePlot, KaplanMeierPlot, VerticalAxis};
pub use legend::Legend;
pub use panels::PanelPlot;
pub use table::TableRow;
pub use words::Detail;
