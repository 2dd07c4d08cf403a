//! State occupation over time, as lines or stacked areas.

use std::sync::Arc;

use crate::error::Result;
use crate::plot::curves::CurvePlot;
use crate::plot::series::{Limited, StepSeries};
use crate::survival::multi_state::StateOccupation;

impl StateOccupation {
    /// The probability of each state over time, with 95 % bands and the numbers under observation in each state under
    /// the axis (feature `plot`). With [`stacked`](CurvePlot::stacked) the states fill the panel, the first at the bottom.
    ///
    /// Before the time at which the curves start the distribution is that at their start.
    ///
    /// # Errors
    /// None for an occupation that data made.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::multi_state::Occupation;
    /// use greenwood::survival::Histories;
    ///
    /// let ill = Some("ill");
    /// let data = Histories::among(&["well", "ill", "dead"]).rows(&[1, 1, 2, 3], &[0.0, 3.0, 0.0, 0.0], &[3.0, 8.0, 5.0, 9.0], &[ill, Some("dead"), Some("dead"), None])?
    /// .with_from(&["well", "ill", "well", "well"])?;
    /// let figure = Occupation::new().fit(&data)?.figure()?.time_axis("Months");
    /// assert!(figure.clone().stacked().to_svg()?.contains("class=\"band 3\""));
    /// assert!(figure.to_svg()?.contains("Number at risk"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> Result<CurvePlot> {
        let last = self.times().last().copied().unwrap_or(0.0);
        let mut series = Vec::new();
        for (k, state) in self.states().iter().enumerate() {
            let (mut steps, mut estimates) = (Vec::new(), Vec::new());
            let mut before = self.initial()[k];
            for (time, row) in self.rows() {
                // Times at which the state keeps its probability are no steps of it.
                let value = row[k].value()?;
                if value != before || estimates.is_empty() {
                    before = value;
                    steps.push((time, before));
                    estimates.push((time, Limited::State(row[k])));
                }
            }
            let at_risk: Vec<(f64, f64)> =
                self.times().iter().enumerate().map(|(i, &t)| (t, f64::from(self.at_risk(i)[k]))).collect();
            let mut own = StepSeries::new(state, self.initial()[k], &steps, last)?.with_at_risk(&at_risk);
            own.estimates = Arc::new(estimates);
            series.push(own);
        }
        Ok(CurvePlot::steps(series).value_axis("Probability of the state"))
    }
}
