//! Smoothed hazards over time.

use std::sync::Arc;

use crate::error::Result;
use crate::plot::curves::CurvePlot;
use crate::plot::series::{Limited, StepSeries};
use crate::survival::curve::smoothed_hazard::SmoothedHazardCurve;

/// The vertical axis ends at so many times the highest hazard: the limits of a hazard near 0 may be far above all others.
const REACH: f64 = 2.5;

impl SmoothedHazardCurve {
    /// The hazard over its range with its pointwise 95 % band (feature `plot`); of several groups by
    /// [`CurvePlot::smoothed_hazards`].
    ///
    /// # Errors
    /// None for a hazard that data made.
    ///
    /// # Example
    /// ```
    /// use greenwood::datasets::leukaemia;
    /// use greenwood::survival::curve::SmoothedHazard;
    ///
    /// let (data, _) = leukaemia()?;
    /// let svg = SmoothedHazard::new().fit(&data)?.figure()?.time_axis("Weeks").to_svg()?;
    /// assert!(svg.contains(">Hazard</text>"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> Result<CurvePlot> {
        CurvePlot::smoothed_hazards(std::slice::from_ref(self))
    }
}

impl CurvePlot {
    /// Smoothed hazards with their pointwise bands, each over its own range. They are per unit of the time axis: with
    /// [`time_unit`](Self::time_unit) 30.4375 hazards per day are shown per month.
    ///
    /// The band is symmetric in the logarithm, at the level of [`interval`](Self::interval), and knows nothing of the
    /// bias of smoothing. The axis ends at two and a half times the highest hazard, where a wider band is cut;
    /// [`data`](Self::data) has all limits.
    ///
    /// # Errors
    /// None for hazards that data made.
    ///
    /// # Example
    /// ```
    /// use greenwood::datasets::leukaemia;
    /// use greenwood::plot::CurvePlot;
    /// use greenwood::survival::curve::SmoothedHazard;
    ///
    /// let (data, arm) = leukaemia()?;
    /// let hazards = SmoothedHazard::new().by_group(&data, &arm)?;
    /// let figure = CurvePlot::smoothed_hazards(&hazards)?.labels(arm.labels()).time_axis("Weeks");
    /// assert!(figure.to_svg()?.contains("class=\"band 2\""));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn smoothed_hazards(hazards: &[SmoothedHazardCurve]) -> Result<Self> {
        let several = hazards.len() > 1;
        let series = hazards.iter().enumerate().map(|(i, hazard)| {
            let points: Vec<(f64, f64)> = hazard.points().iter().map(|p| (p.time, p.hazard)).collect();
            let start = points.first().map_or(0.0, |p| p.1);
            let label = if several { format!("{}", i + 1) } else { String::new() };
            let own = StepSeries::new(label, start, &points, hazard.range().1)?;
            let estimates = hazard.points().iter().map(|&p| (p.time, Limited::Hazard(p)));
            let estimates = Arc::new(estimates.collect());
            Ok(StepSeries { estimates, smooth: true, per_time: true, ..own })
        });
        let series = series.collect::<Result<Vec<_>>>()?;
        Ok(Self::steps(series).value_axis("Hazard").table(&[]).reaching(REACH))
    }
}
