//! How true predicted risks are: the Brier score over time, ROC curves, calibration.

use greenwood::plot::{CurvePlot, RocPlot};
use greenwood::survival::CompetingRisks;
use greenwood::survival::prediction::{Brier, Calibration, Outcomes, TimeRoc};

use super::program::{Drawn, Kind, Options};
use crate::support::{Failure, Table};

impl Options {
    /// What risks are judged by where causes compete: the first of `--causes`.
    pub(super) fn outcomes_of_first(&self, table: &Table) -> Result<Outcomes, Failure> {
        let time = table.numbers("--time", &self.columns.time)?;
        let data = CompetingRisks::with_causes(time, &self.outcomes(table)?, &self.causes)?;
        Ok(Outcomes::of_cause(&data, &self.causes[0])?)
    }

    pub(super) fn scores(&self, table: &Table, data: Outcomes) -> Result<Drawn, Failure> {
        let risks =
            self.risk.iter().map(|c| table.numbers("--risk", c)).collect::<Result<Vec<Vec<f64>>, _>>()?;
        // Risks are read from the file: the reader wants the line of one that is none.
        if self.kind != Kind::Roc {
            for (column, risk) in self.risk.iter().zip(&risks) {
                if let Some(row) = risk.iter().position(|r| !(0.0..=1.0).contains(r)) {
                    let place = table.place(row);
                    let value = risk[row];
                    return Err(
                        format!("{place}, --risk \"{column}\" is {value}: a risk is from 0 to 1").into()
                    );
                }
            }
        }
        match self.kind {
            Kind::Brier => {
                let scores = Brier::new().over_time(data, &risks, &self.horizon)?;
                let plot =
                    CurvePlot::brier(&[scores], &["model"])?.interval(self.level()).title(self.title());
                let plot = self.options(plot);
                Ok((plot.build()?, plot.data()?))
            }
            Kind::Roc => {
                let curves = risks
                    .iter()
                    .map(|marker| TimeRoc::new().estimate(data.clone(), marker, self.horizon[0]))
                    .collect::<Result<Vec<_>, _>>()?;
                let plot = RocPlot::new(&curves).labels(&self.risk).title(self.title()).style(self.style());
                Ok((plot.build()?, plot.data()?))
            }
            _ => {
                let mut calibration = Calibration::new().level(self.level());
                if let Some(groups) = self.groups {
                    calibration = calibration.groups(groups);
                }
                let table = calibration.estimate(data, &risks[0], self.horizon[0])?;
                let plot = table.figure().title(self.title()).style(self.style());
                Ok((plot.build()?, plot.data()?))
            }
        }
    }
}
