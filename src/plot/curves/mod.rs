//! Curves over time with their bands, marks and the table under the axis.
//!
//! * what is to be drawn and how: `builder`; its numbers on the scale of the axes: `source`; where everything is: `frame`
//! * steps and bands: `lines`; censorings: `marks`; the axes: `axes`
//! * which line is which: `legend`; medians, landmarks and notes: `annotations`
//! * the numbers under the ticks: `table`; the figure in words: `words`

mod annotations;
mod axes;
pub(crate) mod builder;
mod frame;
mod legend;
mod lines;
mod marks;
mod source;
pub(crate) mod table;
mod words;

pub use builder::{CurvePlot, KaplanMeierPlot, VerticalAxis};
pub use table::TableRow;
