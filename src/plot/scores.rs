//! Brier scores over time.

use std::sync::Arc;

use crate::error::{Error, Result, check_len};
use crate::plot::curves::CurvePlot;
use crate::plot::series::{Limited, StepSeries};
use crate::survival::prediction::brier::{BrierCurve, BrierScore, Integration};

/// The name of the score of one risk for all.
const REFERENCE: &str = "one risk for all";

impl BrierCurve {
    /// The score over time with its pointwise 95 % band, beside that of one risk for all (feature `plot`); of several
    /// models by [`CurvePlot::brier`].
    ///
    /// # Errors
    /// [`Error::Empty`] without scores.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::RightCensored;
    /// use greenwood::survival::prediction::Brier;
    ///
    /// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
    /// let risks = [vec![0.4, 0.3, 0.2, 0.1], vec![0.8, 0.6, 0.4, 0.2]];
    /// let scores = Brier::new().over_time(&data, &risks, &[1.0, 2.0])?;
    /// assert!(scores.figure()?.to_svg()?.contains("one risk for all"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> Result<CurvePlot> {
        CurvePlot::brier(std::slice::from_ref(self), &["model"])
    }
}

impl CurvePlot {
    /// Brier scores of several models over time with their pointwise bands, and the score of one risk for all, the
    /// cumulative incidence: a model below it is worth something. Straight lines join the times, from 0 at time 0 on; the
    /// integrated scores are noted.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is one label for each; [`Error::Empty`] without scores.
    ///
    /// # Example
    /// ```
    /// use greenwood::plot::CurvePlot;
    /// use greenwood::survival::RightCensored;
    /// use greenwood::survival::prediction::Brier;
    ///
    /// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
    /// let good = Brier::new().over_time(&data, &[vec![0.6, 0.3, 0.2, 0.1]], &[1.0])?;
    /// let poor = Brier::new().over_time(&data, &[vec![0.2, 0.3, 0.2, 0.3]], &[1.0])?;
    /// let figure = CurvePlot::brier(&[good, poor], &["new", "old"])?.time_axis("Years");
    /// assert!(figure.to_svg()?.contains("Integrated: new 0.0"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn brier(curves: &[BrierCurve], labels: &[impl ToString]) -> Result<Self> {
        let (len, expected) = (labels.len(), curves.len());
        check_len("labels", len, "curves", expected)?;
        let (mut series, mut references) = (Vec::new(), Vec::<StepSeries>::new());
        let (mut notes, mut reference_note) = (Vec::new(), None);
        for (curve, label_of) in curves.iter().zip(labels) {
            let scores = curve.scores();
            let Some(last) = scores.last() else { return Err(Error::Empty { argument: "scores" }) };
            let origin = (scores[0].time() > 0.0).then_some((0.0, 0.0));
            let through = |value: fn(&BrierScore) -> f64| {
                origin.into_iter().chain(scores.iter().map(|s| (s.time(), value(s)))).collect::<Vec<_>>()
            };
            let mut own =
                StepSeries::new(label_of.to_string(), 0.0, &through(BrierScore::value), last.time())?;
            own.band = origin.map(|(t, v)| (t, Some((v, v)))).into_iter().collect();
            own.estimates =
                Arc::new(scores.iter().map(|s| (s.time(), Limited::Other(s.estimate()))).collect());
            own.smooth = true;
            series.push(own);
            if let Some(all) = curve.integrated(Integration::Trapezoid) {
                notes.push(format!("{} {all:.3}", label_of.to_string()));
            }
            // Scores of the same subjects have one reference.
            let reference = StepSeries::new(REFERENCE, 0.0, &through(BrierScore::null_value), last.time())?;
            if references.iter().all(|known| known.steps != reference.steps) {
                if let (Some(all), true) =
                    (curve.integrated_null(Integration::Trapezoid), references.is_empty())
                {
                    references.push(StepSeries { smooth: true, ..reference });
                    reference_note = Some(format!("{REFERENCE} {all:.3}"));
                } else {
                    let own = format!("{REFERENCE} ({})", label_of.to_string());
                    references.push(StepSeries { label: own, smooth: true, ..reference });
                }
            }
        }
        series.extend(references);
        let mut plot = Self::steps(series).value_axis("Brier score").table(&[]).without_marks();
        notes.extend(reference_note);
        if !notes.is_empty() {
            plot = plot.note(format!("Integrated: {}", notes.join(", ")));
        }
        Ok(plot)
    }
}
