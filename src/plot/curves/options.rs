//! The options of a figure, each by its name.

use crate::error::Result;
use crate::plot::curves::builder::{CurvePlot, Kind, VerticalAxis};
use crate::plot::curves::legend::Legend;
use crate::plot::curves::table::{OwnRow, TableRow};
use crate::plot::curves::words::Detail;
use crate::plot::style::Style;
use crate::print::{Number, PValue};
use crate::survival::result::hazard_ratio::HazardRatio;
use crate::survival::result::interval::Interval;
use crate::survival::result::test::TestSummary;

impl CurvePlot {
    /// Names of the curves, in their order.
    pub fn labels(self, labels: &[impl ToString]) -> Self {
        Self { labels: Some(labels.iter().map(ToString::to_string).collect()), ..self }
    }

    /// A title above the panel.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// What the vertical axis shows of survival curves.
    pub fn vertical_axis(self, axis: VerticalAxis) -> Self {
        let kind = if self.kind == Kind::Steps { Kind::Steps } else { Kind::Probability(axis) };
        Self { kind, ..self }
    }

    /// The scale and level of the bands.
    pub fn interval(self, interval: impl Into<Interval>) -> Self {
        Self { bands: Some(interval.into()), ..self }
    }

    /// No bands.
    pub fn without_bands(self) -> Self {
        Self { bands: None, ..self }
    }

    /// No marks where subjects were censored.
    pub fn without_marks(self) -> Self {
        Self { marks: false, ..self }
    }

    /// Step functions are stacked on each other, the first at the bottom, and the areas between them are filled.
    pub fn stacked(self) -> Self {
        Self { stacked: true, ..self }
    }

    /// The vertical axis runs from 0 to 1 instead of 0 to 100 per cent.
    pub fn fraction(self) -> Self {
        Self { fraction: true, ..self }
    }

    /// The name of the time axis. Where it says months or days its ticks are round in that unit.
    pub fn time_axis(self, name: impl Into<String>) -> Self {
        Self { time_name: name.into(), ..self }
    }

    /// The name of the vertical axis: what the event is, where it is not death.
    pub fn value_axis(self, name: impl Into<String>) -> Self {
        Self { value_name: Some(name.into()), ..self }
    }

    /// How many units of the data one unit of the time axis has: 30.4375 shows days as months, 365.25 as years.
    pub fn time_unit(self, unit: f64) -> Self {
        Self { unit, ..self }
    }

    /// Where the time axis ends, in its own unit.
    pub fn until(self, end: f64) -> Self {
        Self { until: Some(end), ..self }
    }

    /// The times of the ticks and of the table's columns, in the unit of the axis.
    pub fn ticks(self, ticks: &[f64]) -> Self {
        Self { ticks: Some(ticks.to_vec()), ..self }
    }

    /// The rows of the table under the axis, for each curve; none for no table.
    pub fn table(self, rows: &[TableRow]) -> Self {
        Self { table: rows.to_vec(), ..self }
    }

    /// Vertical lines at these times, in the unit of the axis.
    pub fn landmarks(self, times: &[f64]) -> Self {
        Self { landmarks: times.to_vec(), ..self }
    }

    /// Lines from the axis at one half to each median and down to the time axis.
    pub fn median_lines(self) -> Self {
        Self { medians: true, ..self }
    }

    /// Where the names of the curves stand.
    pub fn legend(self, legend: Legend) -> Self {
        Self { legend, ..self }
    }

    /// What stands behind each name in the legend: numbers of subjects and events, the median with its interval.
    pub fn name_with(self, details: &[Detail]) -> Self {
        Self { details: details.to_vec(), ..self }
    }

    /// Confidence bars at these times, in the unit of the axis, instead of bands; at the ticks where no times are given.
    /// Bars of several curves at one time stand beside each other.
    pub fn bars(self, times: &[f64]) -> Self {
        Self { bars: Some(times.to_vec()), ..self }
    }

    /// A row of one's own in the table, for each curve: from the number of the curve, counted from 0, and the time of the
    /// column in the unit of the axis to the text that stands there.
    ///
    /// ```
    /// use greenwood::plot::KaplanMeierPlot;
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let curve = KaplanMeier::fit(&RightCensored::new(&[6.0, 7.0, 10.0, 15.0], &[true, false, true, true])?);
    /// let at = curve.clone();
    /// let svg = KaplanMeierPlot::new(&[curve])
    ///     .own_row("Event-free (95% CI)", move |_, t| format!("{:.0}", at.at(t)))
    ///     .to_svg()?;
    /// assert!(svg.contains("75%"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn own_row(
        mut self,
        heading: impl Into<String>,
        text: impl Fn(usize, f64) -> String + Send + Sync + 'static,
    ) -> Self {
        self.own_rows.push(OwnRow::new(heading.into(), text));
        self
    }

    /// The table counts subjects where the curve is weighted; without this it has sums of weights, rounded.
    pub fn count_subjects(self) -> Self {
        Self { subjects: true, ..self }
    }

    /// The area under each survival curve up to this time of the axis is filled: the restricted mean, whose value is
    /// noted. It stands in the place of the bands.
    pub fn mean_to(self, tau: f64) -> Self {
        Self { mean_to: Some(tau), ..self }
    }

    /// A hazard ratio with its interval, as a line of text: its scale and level as in [`interval`](Self::interval).
    ///
    /// # Errors
    /// Those of [`HazardRatio::interval`].
    pub fn hazard_ratio(self, ratio: &HazardRatio, level: f64) -> Result<Self> {
        let groups = match (ratio.group(), ratio.reference()) {
            ("", _) | (_, "") => String::new(),
            (group, reference) => format!(", {group} against {reference}"),
        };
        let value = match (ratio.value(), ratio.interval(level)?.bounds()) {
            (Ok(value), Some((lower, upper))) => format!(
                "{value:.2} ({}% CI {:.2} to {:.2})",
                Number(100.0 * level),
                Number(lower),
                Number(upper)
            ),
            (Ok(value), None) => format!("{value:.2}"),
            (Err(because), _) => format!("not estimable ({because})"),
        };
        Ok(self.note(format!("Hazard ratio{groups}: {value}")))
    }

    /// The p-value of a test with the name of the test, as a line of text.
    pub fn test(self, test: impl Into<TestSummary>) -> Self {
        let test = test.into();
        let p = test.p_value().map_or_else(|| "no p-value".to_string(), |p| format!("{:#}", PValue(p)));
        self.note(format!("{}: {p}", test.method()))
    }

    /// Values on both sides of 0, with a line there.
    pub(crate) fn around_zero(self) -> Self {
        Self { signed: true, ..self }
    }

    /// The vertical axis ends at so many times the highest line; a band that goes further is cut there.
    pub(crate) fn reaching(self, times: f64) -> Self {
        Self { reach: Some(times), ..self }
    }

    /// A line of text in the panel; may be given several times. It stands where it covers nothing, or above the panel.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Sizes, colours and dashes.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The look that `KMunicate` recommends: bands, no marks, and events, censorings and numbers at risk under the axis
    /// (Morris et al. 2019).
    pub fn kmunicate(self) -> Self {
        self.without_marks().table(&[TableRow::AtRisk, TableRow::Censored, TableRow::Events])
    }
}
