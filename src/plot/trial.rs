//! The figure of a trial's endpoint, from the analysis itself.

use crate::error::Result;
use crate::plot::curves::CurvePlot;
use crate::plot::picture::Picture;
use crate::trial::{Analysis, Label, Report, label};

impl<A: Label, E: Label> Analysis<A, E> {
    /// The survival curves of these arms over months, with bands, marks and the numbers at risk (feature `plot`).
    ///
    /// # Errors
    /// Those of [`Analysis::curve`].
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let figure = saa().analyse(&FFS)?.figure(&[Arm::Msc, Arm::Control])?;
    /// let svg = figure.until(60.0).to_svg()?;
    /// assert!(svg.contains("Months"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self, arms: &[A]) -> Result<CurvePlot> {
        let curves = arms.iter().map(|&arm| self.curve(arm)).collect::<Result<Vec<_>>>()?;
        let names: Vec<String> = arms.iter().map(label).collect();
        Ok(CurvePlot::new(&curves)
            .labels(&names)
            .title(self.endpoint())
            .time_axis("Months")
            .time_unit(crate::trial::TimeUnit::Months.time(1.0).in_days()))
    }
}

impl Report {
    /// The report as HTML with a figure under it, drawn in place (feature `plot`).
    #[must_use]
    pub fn to_html_with(&self, figure: &Picture) -> String {
        format!("{}\n<figure>\n{}</figure>\n", self.to_html(), figure.to_svg())
    }
}
