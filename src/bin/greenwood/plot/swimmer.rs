//! What happened to each subject.

use greenwood::plot::{SwimmerLane, SwimmerPlot};
use greenwood::survival::{Groups, RightCensored};

use super::program::{Drawn, Options};
use crate::support::{Failure, Table};

impl Options {
    pub(super) fn swimmer(
        &self,
        table: &Table,
        data: &RightCensored,
        groups: Option<&Groups>,
    ) -> Result<Drawn, Failure> {
        let unit = self.time_unit();
        if !(unit > 0.0 && unit.is_finite()) {
            return Err(format!("time_unit is {unit}: it must be above 0 and finite").into());
        }
        let names: Option<Vec<&str>> = match &self.columns.id {
            Some(column) => Some(table.text("--id", column)?),
            None => None,
        };
        let lane = |i: usize| {
            let label = names.as_ref().map_or_else(|| (i + 1).to_string(), |n| n[i].to_string());
            let time = data.time()[i] / unit;
            let mut lane = SwimmerLane::new(label, time);
            if let Some(groups) = groups {
                lane = lane.group(&groups.labels()[groups.codes()[i] as usize]);
            }
            if data.event()[i] { lane.event(time, "event") } else { lane.ongoing() }
        };
        let plot = SwimmerPlot::new((0..data.len()).map(lane).collect())
            .title(self.title())
            .time_axis(self.time_axis())
            .style(self.style());
        Ok((plot.build()?, plot.data()?))
    }
}
