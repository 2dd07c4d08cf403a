//! Curves that models predict: Cox models as steps, parametric models over the Kaplan-Meier curve of the data.

use std::sync::Arc;

use crate::error::{Result, check_len};
use crate::plot::curves::CurvePlot;
use crate::plot::print_columns::Columns;
use crate::plot::series::StepSeries;
use crate::plot::style::{Palette, Style};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::regression::cox::PredictedCurve;
use crate::survival::regression::parametric::{Distribution, Prediction};

/// Places along the time axis at which a continuous curve is computed, a millimetre apart in print.
const PLACES: usize = 100;

impl PredictedCurve {
    /// The curve with its pointwise 95 % band, from 0 to the end of its stratum's follow-up (feature `plot`).
    ///
    /// # Errors
    /// None for a curve that a model made.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{CoxPh, Design, RightCensored};
    ///
    /// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
    /// let design = Design::builder().numeric("age", &[61., 48., 70., 52., 66., 59.]).build()?;
    /// let fit = CoxPh::new().fit(&data, &design)?;
    /// let curve = fit.with(&data, &design)?.baseline()?.curve(&fit.row().numeric("age", 60.0))?;
    ///
    /// let svg = curve.figure()?.time_axis("Months").title("A patient aged 60").to_svg()?;
    /// assert!(svg.contains("Predicted survival"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> Result<CurvePlot> {
        CurvePlot::predicted(std::slice::from_ref(self), &[""])
    }
}

impl CurvePlot {
    /// Curves that a Cox model predicts for several rows, such as patients or mean covariates of two arms, with
    /// pointwise 95 % bands.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch) unless there is one label for each curve.
    ///
    /// # Example
    /// ```
    /// use greenwood::plot::CurvePlot;
    /// use greenwood::survival::{CoxPh, Design, RightCensored};
    ///
    /// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
    /// let design = Design::builder().numeric("age", &[61., 48., 70., 52., 66., 59.]).build()?;
    /// let fit = CoxPh::new().fit(&data, &design)?;
    /// let baseline = fit.with(&data, &design)?.baseline()?;
    /// let curves = [50.0, 70.0].map(|age| baseline.curve(&fit.row().numeric("age", age)).unwrap());
    ///
    /// let figure = CurvePlot::predicted(&curves, &["aged 50", "aged 70"])?.time_axis("Months");
    /// assert!(figure.to_svg()?.contains("aged 70"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn predicted(curves: &[PredictedCurve], labels: &[impl ToString]) -> Result<Self> {
        check_len("labels", labels.len(), "curves", curves.len())?;
        let named = |(curve, label): (&PredictedCurve, &_)| {
            (ToString::to_string(label), Arc::new(curve.survival().clone()))
        };
        Ok(Self::step_functions(curves.iter().zip(labels).map(named).collect())
            .value_axis("Predicted survival"))
    }

    /// Kaplan-Meier curves with the curves of a parametric model over them, in pairs of one colour: steps for what was
    /// observed, a dashed line with its band for what the model says, up to the end of follow-up. It shows where a
    /// family does not fit.
    ///
    /// The limits are those of each [`Prediction`], at its own level. A style of one's own takes
    /// [`Palette::in_pairs`].
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch) unless there are a curve, a prediction and a label for each group.
    ///
    /// # Example
    /// ```
    /// use greenwood::plot::CurvePlot;
    /// use greenwood::survival::regression::Family;
    /// use greenwood::survival::{Design, KaplanMeier, Parametric, RightCensored};
    ///
    /// let data = RightCensored::new(&[2., 3., 5., 8., 9., 12.], &[true, true, false, true, true, false])?;
    /// let fit = Parametric::new(Family::Weibull).fit(&data, &Design::without_covariates(6))?;
    /// let observed = KaplanMeier::fit(&data);
    ///
    /// let figure = CurvePlot::model_over(&[observed], &[fit.predict(&fit.row())?], &["all"])?;
    /// assert!(figure.to_svg()?.contains("all, model"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn model_over<D: Distribution>(
        observed: &[SurvivalCurve],
        predicted: &[Prediction<'_, D>],
        labels: &[impl ToString],
    ) -> Result<Self> {
        check_len("labels", labels.len(), "curves", observed.len())?;
        check_len("predicted", predicted.len(), "observed", observed.len())?;
        let mut series = Vec::new();
        for ((curve, model), label) in observed.iter().zip(predicted).zip(labels) {
            let (label, last) = (label.to_string(), curve.table().last_time().unwrap_or(0.0));
            series.push(StepSeries::of_curve(
                label.clone(),
                &Arc::new(curve.clone()),
                None,
                false,
                Columns::ALL,
            )?);
            series.push(StepSeries::of_model(format!("{label}, model"), model, last)?);
        }
        let style = Style { palette: Palette::default().in_pairs(), ..Style::journal() };
        Ok(Self::steps(series).value_axis("Survival").table(&[]).style(style))
    }
}

impl Palette {
    /// Each colour twice, first as a continuous line and then dashed: for what was observed and what a model says of it.
    #[must_use]
    pub fn in_pairs(self) -> Self {
        let colors = self.colors.iter().flat_map(|&color| [color, color]).collect();
        Self { colors, dashes: vec![Vec::new(), vec![4.0, 2.0]] }
    }
}

impl StepSeries {
    /// A continuous curve, as straight lines from place to place.
    fn of_model<D: Distribution>(label: String, model: &Prediction<'_, D>, last: f64) -> Result<Self> {
        let (mut steps, mut band) = (Vec::new(), Vec::new());
        for i in 0..=PLACES {
            let time = last * i as f64 / PLACES as f64;
            let at = model.survival(time)?;
            if at.value().is_finite() {
                steps.push((time, at.value()));
                band.push((time, at.bounds().filter(|b| b.0.is_finite() && b.1.is_finite())));
            }
        }
        let start = steps.first().map_or(1.0, |s| s.1);
        let mut series = Self::new(label, start, &steps, last)?;
        (series.band, series.smooth) = (band, true);
        Ok(series)
    }
}
