//! The figures of a trial, from the analyses themselves.

use crate::error::Result;
use crate::plot::curves::CurvePlot;
use crate::plot::difference::DifferencePlot;
use crate::plot::forest::ForestPlot;
use crate::plot::forest_row::ForestRow;
use crate::plot::picture::Picture;
use crate::print::PValue;
use crate::trial::analysis::incidence::EVENT;
use crate::trial::analysis::subgroups::{Subgroup, Subgroups};
use crate::trial::{
    Analysis, Contrast, IncidenceContrast, Label, Report, ReportBuilder, StateAnalysis, TimeUnit, label,
};

/// Days in a month of the time axis.
fn month() -> f64 {
    TimeUnit::Months.time(1.0).in_days()
}

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
            .time_unit(month()))
    }

    /// The cumulative incidence of the event and of what competes with it, in these arms over months, with bands and
    /// the numbers at risk (feature `plot`).
    ///
    /// # Errors
    /// Those of [`Analysis::cumulative_incidence`].
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::examples::{Arm, TIME_TO_RESPONSE, saa_course};
    ///
    /// let analysis = saa_course().analyse(&TIME_TO_RESPONSE)?;
    /// let svg = analysis.incidence_figure(&[Arm::Msc, Arm::Control])?.until(6.0).to_svg()?;
    /// assert!(svg.contains("Control: competing event"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn incidence_figure(&self, arms: &[A]) -> Result<CurvePlot> {
        let fits = arms.iter().map(|&arm| self.cumulative_incidence(arm)).collect::<Result<Vec<_>>>()?;
        let names: Vec<String> = arms.iter().map(label).collect();
        Ok(CurvePlot::incidence(&fits, &names)?.title(self.endpoint()).time_axis("Months").time_unit(month()))
    }
}

impl Contrast {
    /// The survival curves of the two arms over months, with the hazard ratio of a Cox model and the p-value of the
    /// log-rank test written in the panel, each where it exists (feature `plot`).
    ///
    /// # Errors
    /// Those of [`HazardRatio::interval`](crate::survival::result::HazardRatio::interval).
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    /// let svg = contrast.figure()?.title("Failure-free survival").to_svg()?;
    /// assert!(svg.contains("Hazard ratio") && svg.contains("Log-rank p = "));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> Result<CurvePlot> {
        self.figure_at(0.95)
    }

    /// The same with the limits of the ratio at this level.
    fn figure_at(&self, level: f64) -> Result<CurvePlot> {
        let (of, against) = self.curves();
        let mut plot = CurvePlot::new(&[of.clone(), against.clone()])
            .labels(&[self.of(), self.against()])
            .interval(level)
            .time_axis("Months")
            .time_unit(month());
        // Where a model cannot be fitted, as without events, there is no ratio to note.
        let model = self.cox(&[]).ok();
        if let Some(ratio) = model.and_then(|m| m.hazard_ratio(self.of()).ok().flatten())
            && let Ok(value) = ratio.value()
        {
            let limits = ratio.interval(level)?.in_brackets(|v| format!("{v:.2}"));
            plot = plot.note(format!("Hazard ratio {value:.2} {limits}"));
        }
        if let Some(p) = self.log_rank().p_value() {
            plot = plot.note(format!("Log-rank {:#}", PValue(p)));
        }
        Ok(plot)
    }

    /// The difference of the two arms' survival over months with its pointwise band (feature `plot`).
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    /// assert!(contrast.difference_figure().to_svg()?.contains("Msc less Control"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn difference_figure(&self) -> DifferencePlot<'_> {
        let (of, against) = self.curves();
        DifferencePlot::new(of, against)
            .labels(self.of(), self.against())
            .time_axis("Months")
            .time_unit(month())
    }
}

impl IncidenceContrast {
    /// The cumulative incidence of the event in the two arms over months, with the p-value of Gray's test in the panel,
    /// where it exists (feature `plot`).
    ///
    /// # Errors
    /// Those of [`IncidenceContrast::gray`].
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::examples::{Arm, TIME_TO_RESPONSE, saa_course};
    ///
    /// let contrast = saa_course().analyse(&TIME_TO_RESPONSE)?.incidence_contrast(Arm::Msc, Arm::Control)?;
    /// assert!(contrast.figure()?.to_svg()?.contains("Gray p = "));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> Result<CurvePlot> {
        let (of, against) = self.curves();
        let names = [self.of(), self.against()];
        let mut plot = CurvePlot::incidence_of(EVENT, &[of, against], &names)?
            .value_axis("Cumulative incidence")
            .time_axis("Months")
            .time_unit(month());
        if let Some(p) = self.gray()?.p_value() {
            plot = plot.note(format!("Gray {:#}", PValue(p)));
        }
        Ok(plot)
    }
}

impl<A: Label, S: Label> StateAnalysis<A, S> {
    /// The probability of each state in an arm over months, with bands and the numbers under observation in each
    /// state; with [`stacked`](CurvePlot::stacked) as areas (feature `plot`).
    ///
    /// # Errors
    /// Those of [`StateAnalysis::occupation`].
    pub fn figure(&self, arm: A) -> Result<CurvePlot> {
        let title = format!("{}: {}", self.endpoint(), label(&arm));
        Ok(self.occupation(arm)?.figure()?.title(title).time_axis("Months").time_unit(month()))
    }
}

impl<A: Label, E: Label> ReportBuilder<'_, A, E> {
    /// The figure of this report: the curves of the arms that it compares, or of all arms, in its unit and at its level, with the
    /// numbers at risk at its times; the cumulative incidence where events compete (feature `plot`).
    ///
    /// # Errors
    /// Those of [`build`](Self::build).
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let analysis = saa().analyse(&FFS)?;
    /// let report = analysis.report().contrast(Arm::Msc, Arm::Control);
    /// let figure = report.figure()?.build()?;
    /// let html = report.build()?.to_html_with(&figure);
    /// assert!(html.contains("<table") && html.contains("<svg") && html.contains("Hazard ratio 2.76"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn figure(&self) -> Result<CurvePlot> {
        self.check()?;
        let arms = self.analysis.arms();
        let plot = match (self.contrast, self.has_competing()) {
            (Some((of, against)), true) => self.analysis.incidence_contrast(of, against)?.figure()?,
            (None, true) => self.analysis.incidence_figure(arms)?,
            (Some((of, against)), false) => self.analysis.contrast(of, against)?.figure_at(self.level)?,
            (None, false) => self.analysis.figure(arms)?,
        };
        let unit = self.unit.to_string();
        let name = unit[..1].to_uppercase() + &unit[1..];
        let mut ticks: Vec<f64> = self.shown_times().iter().map(|t| t.in_unit(self.unit)).collect();
        ticks.push(0.0);
        ticks.sort_by(f64::total_cmp);
        ticks.dedup();
        let days = self.unit.time(1.0).in_days();
        let plot = plot.title(self.analysis.endpoint()).interval(self.level).time_axis(name).time_unit(days);
        Ok(plot.ticks(&ticks))
    }
}

impl Report {
    /// The report as HTML with a figure under it, drawn in place (feature `plot`).
    #[must_use]
    pub fn to_html_with(&self, figure: &Picture) -> String {
        format!("{}\n<figure>\n{}</figure>\n", self.to_html(), figure.to_svg())
    }
}

impl Subgroups {
    /// The forest plot of the hazard ratios: what favours which arm stands under the axis where the endpoint says whether its
    /// event is wanted (feature `plot`).
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let of = |endpoint| saa().analyse(&endpoint)?.contrast(Arm::Msc, Arm::Control)?.subgroups(&[], 0.95);
    /// assert!(of(FFS.unwanted())?.forest().to_svg()?.contains("favours Msc"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn forest(&self) -> ForestPlot {
        let plot = ForestPlot::new(self.forest_rows()).level(self.all().interval().level);
        let [of, against] = self.arms();
        match self.direction().favours(of, against) {
            Some([below, above]) => plot.favours(below, above),
            None => plot,
        }
    }

    /// The rows of a forest plot (feature `plot`).
    #[must_use]
    pub fn forest_rows(&self) -> Vec<ForestRow> {
        let row = |s: &Subgroup| {
            let limits = s.hazard_ratio().zip(s.interval().bounds());
            let row = match limits {
                Some((ratio, (low, high))) => ForestRow::new(s.level(), ratio, low, high),
                None => ForestRow::not_estimable(s.level()),
            };
            row.counts(s.events().iter().sum(), s.subjects().iter().sum())
        };
        let mut rows = Vec::new();
        for factor in self.factors() {
            let heading = ForestRow::heading(factor.name());
            rows.push(factor.interaction().map_or(heading.clone(), |p| heading.interaction(p)));
            rows.extend(factor.subgroups().iter().map(row));
        }
        rows.push(row(self.all()).overall());
        rows
    }
}
