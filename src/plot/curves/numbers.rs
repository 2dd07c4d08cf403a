//! The numbers of a figure of curves: its steps and limits, its marks, and the table under the axis.

use crate::error::Result;
use crate::plot::axis::label;
use crate::plot::curves::builder::CurvePlot;
use crate::plot::data::{DataCell, DataTable, FigureData};
use crate::plot::series::StepSeries;

impl CurvePlot {
    /// What the figure shows, as tables: "Curves" (the value from each time on, with its limits, on the scales of the
    /// axes), "Censored", "Under the axis" (at risk, events and the other rows for each tick) and "Notes".
    ///
    /// # Errors
    /// See [`CurvePlot`].
    ///
    /// # Example
    /// ```
    /// use greenwood::plot::KaplanMeierPlot;
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let curve = KaplanMeier::fit(&RightCensored::new(&[6.0, 7.0, 10.0, 15.0], &[true, false, true, true])?);
    /// let data = KaplanMeierPlot::new(&[curve]).labels(&["all"]).time_axis("Months").data()?;
    /// let curves = data.table("Curves").unwrap();
    /// assert_eq!(curves.columns, ["curve", "Months", "Event-free (%)", "lower limit", "upper limit"]);
    /// assert!(data.to_string().contains("Number at risk"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn data(&self) -> Result<FigureData> {
        self.check()?;
        let series = self.all_series(false)?;
        Ok(FigureData::new(self.name(), self.tables(&series)?))
    }

    pub(super) fn tables(&self, series: &[StepSeries]) -> Result<Vec<DataTable>> {
        let frame = self.frame(series)?;
        let value = self.value_title();
        let mut curves = DataTable::new("Curves", &["curve", &self.time_name, &value]);
        let banded = !self.stacked && series.iter().any(|s| s.band.iter().any(|b| b.1.is_some()));
        if banded {
            curves.columns.extend(["lower limit".into(), "upper limit".into()]);
        }
        let mut censored = DataTable::new("Censored", &["curve", &self.time_name, "censored"]);
        for (i, own) in series.iter().enumerate() {
            let name = if own.label.is_empty() { format!("{}", i + 1) } else { own.label.clone() };
            let first = own.steps.first().is_none_or(|s| s.0 > 0.0) && !own.smooth && !self.logarithmic();
            let start = first.then_some((0.0, own.start));
            let mut last = None;
            for (time, at) in start.into_iter().chain(own.steps.iter().copied()) {
                let mut row = vec![DataCell::from(&name), time.into(), at.into()];
                if banded {
                    let limits = own.limits_at(time);
                    row.extend([limits.map(|l| l.0).into(), limits.map(|l| l.1).into()]);
                }
                curves.row(row);
                last = Some((time, at));
            }
            // The end of follow-up, where it is no step.
            if let Some((time, at)) = last
                && own.end > time
            {
                let mut row = vec![DataCell::from(&name), own.end.into(), at.into()];
                if banded {
                    let limits = own.limits_at(own.end);
                    row.extend([limits.map(|l| l.0).into(), limits.map(|l| l.1).into()]);
                }
                curves.row(row);
            }
            for mark in &own.censored {
                censored.row([DataCell::from(&name), mark.from.into(), mark.count.into()]);
            }
        }
        let mut notes = DataTable::new("Notes", &["note"]);
        for note in self.all_notes(series)? {
            notes.row([DataCell::from(note)]);
        }
        let mut under = DataTable::new("Under the axis", &["row", "curve"]);
        under.columns.extend(frame.ticks.iter().map(|&t| label(t)));
        for row in self.texts_under(series, &frame.ticks) {
            under.row(row.into_iter().map(DataCell::from));
        }
        Ok(vec![curves, censored, under, notes])
    }
}
