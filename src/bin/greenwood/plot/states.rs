//! The probability of each state over time.

use greenwood::survival::multi_state::Occupation;
use greenwood::survival::{Groups, Histories};

use super::program::{Drawn, Options};
use crate::support::{Failure, Table, history_problem};

impl Options {
    pub(super) fn occupation(&self, table: &Table) -> Result<Drawn, Failure> {
        let data = self.histories(table)?;
        if let Some(column) = &self.panels {
            one_panel_each(table, &data, column)?;
        }
        self.sheet(table, None, data.len(), |keep, _| {
            let own = match keep {
                Some(keep) => data.filter(keep)?,
                None => data.clone(),
            };
            let plot = Occupation::new().fit(&own)?.figure()?.interval(self.level());
            Ok(if self.stacked { plot.stacked() } else { plot })
        })
    }

    /// Start-stop rows from `--entry` to `--time`, with the state of `--event` entered at the end.
    fn histories(&self, table: &Table) -> Result<Histories, Failure> {
        let columns = &self.columns;
        let (Some(id), Some(entry)) = (&columns.id, &columns.entry) else {
            return Err("--kind states needs --id and --entry".into());
        };
        let mut to: Vec<Option<String>> = Vec::with_capacity(table.len());
        for (row, cell) in table.text("--event", &columns.event)?.into_iter().enumerate() {
            let number = cell.parse::<f64>();
            let same = |s: &&String| {
                s.as_str() == cell || matches!((s.parse::<f64>(), &number), (Ok(a), Ok(b)) if a == *b)
            };
            let state = self.states.iter().find(same).cloned();
            if state.is_none() && number != Ok(0.0) {
                return Err(format!(
                    "{}: --event \"{}\" is \"{cell}\", which is neither 0 (none) nor among --states {}",
                    table.place(row),
                    columns.event,
                    self.states.join(", ")
                )
                .into());
            }
            to.push(state);
        }
        let ids = table.text("--id", id)?;
        let (start, stop) = (table.numbers("--entry", entry)?, table.numbers("--time", &columns.time)?);
        let explain = |error: greenwood::Error| history_problem(table, id, &error);
        let mut data = Histories::among(&self.states).rows(&ids, &start, &stop, &to).map_err(explain)?;
        if let Some(weights) = columns.rows.weights(table)? {
            data = data.with_weights(weights).map_err(explain)?;
        }
        if let Some(column) = &columns.rows.cluster {
            data = data.with_clusters(&table.text("--cluster", column)?)?;
        }
        Ok(data)
    }
}

/// A subject stands in one panel.
fn one_panel_each(table: &Table, data: &Histories, column: &str) -> Result<(), Failure> {
    let panels: Groups = table.groups("--panels", column)?;
    let mut own: Vec<Option<u32>> = vec![None; data.ids().count()];
    for (row, (&id, &panel)) in data.ids().codes().iter().zip(panels.codes()).enumerate() {
        if *own[id as usize].get_or_insert(panel) != panel {
            return Err(format!(
                "{}: --panels \"{column}\" is not the same in all rows of subject {}",
                table.place(row),
                data.ids().labels()[id as usize]
            )
            .into());
        }
    }
    Ok(())
}
