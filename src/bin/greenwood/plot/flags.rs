//! Which flags each kind of figure has: one that would change nothing is refused by its name.

use clap::ValueEnum;

use super::program::{Behind, Kind, Options, Preset, Under};
use crate::support::Failure;
use Kind::{
    Brier, Calibration, CumulativeHazard, Forest, Incidence, LogLog, Roc, SmoothedHazard, States, Survival,
    Swimmer,
};

/// Curves over time.
const CURVES: &[Kind] = &[Survival, Incidence, CumulativeHazard, LogLog, SmoothedHazard, States, Brier];
/// Curves of one event in groups.
const ONE_EVENT: &[Kind] = &[Survival, CumulativeHazard, LogLog, SmoothedHazard];
/// Curves with the risk sets under them.
const COUNTED: &[Kind] = &[Survival, Incidence, CumulativeHazard, LogLog];
/// Curves with bands about them.
const BANDED: &[Kind] = &[Survival, Incidence, CumulativeHazard, SmoothedHazard, States, Brier];
/// Curves with marks where subjects were censored.
const MARKED: &[Kind] = &[Survival, Incidence, CumulativeHazard];
/// Figures with a time axis.
const TIMED: &[Kind] =
    &[Survival, Incidence, CumulativeHazard, LogLog, SmoothedHazard, States, Brier, Swimmer];
/// Scores of predicted risks.
const SCORES: &[Kind] = &[Brier, Roc, Calibration];

fn name(kind: Kind) -> String {
    kind.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
}

fn names(kinds: &[Kind]) -> String {
    kinds.iter().map(|&k| name(k)).collect::<Vec<_>>().join(", ")
}

/// A flag, whether it was given, and the kinds that have it.
type Flag = (&'static str, bool, &'static [Kind]);

impl Options {
    /// Refuses flags that the kind does not have, and those without which it cannot be drawn.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.check_kind()?;
        for (flag, given, kinds) in self.given() {
            if given && kinds.is_empty() {
                return Err(
                    format!("{flag} changes nothing in plot, which prints nothing: leave it out").into()
                );
            }
            if given && !kinds.contains(&self.kind) {
                return Err(format!(
                    "{flag} changes nothing in --kind {}: leave it out, or choose another kind ({})",
                    name(self.kind),
                    names(kinds)
                )
                .into());
            }
        }
        self.check_together()?;
        self.check_rows()
    }

    /// What a kind needs, and what belongs to one kind alone.
    fn check_kind(&self) -> Result<(), Failure> {
        self.check_what_belongs()?;
        self.check_causes_and_states()?;
        self.check_scores()
    }

    /// Flags of forests, panels, and curves of one event.
    fn check_what_belongs(&self) -> Result<(), Failure> {
        if self.kind == Forest && self.by.is_none() {
            return Err("--kind forest needs --by COLUMN, the two groups that are compared; --subgroups COLUMN,… adds \
                        the effect in each subgroup"
                .into());
        }
        if self.kind != Forest && !self.subgroups.is_empty() {
            return Err("--subgroups belongs to --kind forest: add it, or leave out --subgroups".into());
        }
        if self.stacked && self.kind == Incidence && self.by.is_some() {
            return Err("--stacked draws one group: use --panels COLUMN instead of --by, a panel each".into());
        }
        if self.panels.is_some() && !CURVES.contains(&self.kind) {
            return Err("--panels belongs to curves: leave it out, or choose another --kind".into());
        }
        if (self.mean_to.is_some() || self.rising) && self.kind != Survival {
            return Err(
                "--mean-to and --rising belong to --kind survival: leave them out, or choose it".into()
            );
        }
        if (self.test || self.hazard_ratio) && !ONE_EVENT.contains(&self.kind) {
            return Err("--test and --hazard-ratio belong to curves of one event: leave them out".into());
        }
        Ok(())
    }

    fn check_causes_and_states(&self) -> Result<(), Failure> {
        let with_causes = self.kind == Incidence || SCORES.contains(&self.kind) && !self.causes.is_empty();
        if with_causes == self.causes.is_empty() {
            return Err(
                "--kind incidence and --causes belong together, such as --kind incidence --causes 1,2".into(),
            );
        }
        if self.stacked && !matches!(self.kind, Incidence | States) {
            return Err(
                "--stacked belongs to --kind incidence and --kind states: add one, or leave out --stacked"
                    .into(),
            );
        }
        if self.kind == States
            && (self.states.is_empty() || self.columns.id.is_none() || self.columns.entry.is_none())
        {
            return Err("--kind states needs --states LIST, --id COLUMN, --entry COLUMN (where a row starts), --time \
                        COLUMN (where it ends) and --event COLUMN (the state entered there, 0 for none)"
                .into());
        }
        if self.kind == States && self.by.is_some() {
            return Err(
                "--kind states draws one group: use --panels COLUMN instead of --by, a panel each".into()
            );
        }
        Ok(())
    }

    /// The columns of risks and their horizons.
    fn check_scores(&self) -> Result<(), Failure> {
        let horizons = match self.kind {
            Brier => self.risk.len(),
            Roc | Calibration => 1,
            _ => return Ok(()),
        };
        if self.risk.is_empty() || self.horizon.len() != horizons {
            return Err(match self.kind {
                Brier => {
                    "--kind brier needs --risk COLUMN,… and --horizon TIME,…: a time for each column of risks"
                }
                _ => "--kind roc and --kind calibration need --risk COLUMN and one --horizon TIME",
            }
            .into());
        }
        if self.kind == Calibration && self.risk.len() != 1 {
            return Err("--kind calibration draws one model: name one column with --risk".into());
        }
        Ok(())
    }

    /// Each flag, whether it is given, and the kinds that have it.
    fn given(&self) -> impl Iterator<Item = Flag> {
        [self.given_content(), self.given_look(), self.given_columns()].into_iter().flatten()
    }

    /// Flags that say what is drawn.
    fn given_content(&self) -> Vec<Flag> {
        vec![
            (
                "--by",
                self.by.is_some(),
                &[Survival, Incidence, CumulativeHazard, LogLog, SmoothedHazard, Forest, Swimmer],
            ),
            (
                "--panels",
                self.panels.is_some(),
                &[Survival, Incidence, CumulativeHazard, LogLog, SmoothedHazard, States],
            ),
            ("--states", !self.states.is_empty(), &[States]),
            ("--risk", !self.risk.is_empty(), SCORES),
            ("--horizon", !self.horizon.is_empty(), SCORES),
            ("--groups", self.groups.is_some(), &[Calibration]),
            ("--medians", self.medians, &[Survival]),
            ("--landmarks", !self.landmarks.is_empty(), CURVES),
            (
                "--level",
                self.level.is_some(),
                &[
                    Survival,
                    Incidence,
                    CumulativeHazard,
                    LogLog,
                    SmoothedHazard,
                    States,
                    Brier,
                    Forest,
                    Calibration,
                ],
            ),
        ]
    }

    /// Flags that say how it looks.
    fn given_look(&self) -> Vec<Flag> {
        vec![
            ("--time-axis", self.time_axis.is_some(), TIMED),
            ("--time-unit", self.time_unit.is_some(), TIMED),
            ("--until", self.until.is_some(), CURVES),
            ("--kmunicate", self.kmunicate, COUNTED),
            ("--preset kmunicate", self.preset == Preset::Kmunicate, COUNTED),
            ("--legend", self.legend.is_some(), CURVES),
            ("--name-with", !self.name_with.is_empty(), COUNTED),
            ("--table", self.table_rows.is_some(), CURVES),
            ("--count-subjects", self.count_subjects, &[Survival, CumulativeHazard, LogLog]),
            ("--no-bands", self.no_bands, BANDED),
            ("--bars", self.bars, &[Survival, Incidence, CumulativeHazard, States]),
            ("--no-marks", self.no_marks, MARKED),
            ("--fraction", self.fraction, &[Survival, Incidence, States]),
            ("--value-axis", self.value_axis.is_some(), CURVES),
        ]
    }

    /// Flags that name columns of the file.
    fn given_columns(&self) -> Vec<Flag> {
        let (columns, rows) = (&self.columns, &self.columns.rows);
        vec![
            (
                "--event-value",
                columns.event_value.is_some(),
                &[
                    Survival,
                    CumulativeHazard,
                    LogLog,
                    SmoothedHazard,
                    Forest,
                    Swimmer,
                    Brier,
                    Roc,
                    Calibration,
                ],
            ),
            (
                "--entry",
                columns.entry.is_some(),
                &[Survival, Incidence, CumulativeHazard, LogLog, SmoothedHazard, States, Forest],
            ),
            ("--id", columns.id.is_some(), &[Survival, CumulativeHazard, LogLog, States, Forest, Swimmer]),
            (
                "--weight",
                rows.weight.is_some(),
                &[Survival, Incidence, CumulativeHazard, LogLog, SmoothedHazard, States, Forest],
            ),
            ("--cluster", rows.cluster.is_some(), &[Survival, CumulativeHazard, Incidence, States, Forest]),
            ("--json", rows.json, &[]),
        ]
    }

    /// Flags that contradict each other.
    fn check_together(&self) -> Result<(), Failure> {
        if self.level.is_some() && self.kind == LogLog && !self.hazard_ratio {
            return Err("--level changes nothing in --kind log-log, which has no bands: leave it out".into());
        }
        if SCORES.contains(&self.kind) && !self.causes.is_empty() && self.columns.event_value.is_some() {
            return Err("--event-value and --causes contradict each other: leave out --event-value".into());
        }
        if self.bars && (self.no_bands || self.stacked) {
            let other = if self.stacked { "--stacked" } else { "--no-bands" };
            return Err(format!("--bars and {other} contradict each other: leave one out").into());
        }
        if self.medians && self.rising {
            return Err("--medians draws them on survival curves: leave out --rising or --medians".into());
        }
        if self.mean_to.is_some() && self.no_bands {
            return Err("--mean-to has no bands already: leave out --no-bands".into());
        }
        Ok(())
    }

    /// Rows under the axis, and what stands behind names, of which the kind has no numbers.
    fn check_rows(&self) -> Result<(), Failure> {
        let rows: &[Under] = match self.kind {
            States => &[Under::AtRisk, Under::Value, Under::None],
            SmoothedHazard | Brier => &[Under::Value, Under::None],
            _ => return self.check_names(),
        };
        if let Some(row) = self.table_rows.iter().flatten().find(|row| !rows.contains(row)) {
            let text =
                |row: &Under| row.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default();
            return Err(format!(
                "--table {}: --kind {} has {}",
                text(row),
                name(self.kind),
                rows.iter().map(text).collect::<Vec<_>>().join(", ")
            )
            .into());
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), Failure> {
        if self.name_with.contains(&Behind::Median) && matches!(self.kind, Incidence | CumulativeHazard) {
            return Err(format!(
                "--name-with median: --kind {} has no medians: leave it out",
                name(self.kind)
            )
            .into());
        }
        Ok(())
    }
}
