//! `multistate`: in which state is a subject, how probably and for how long?

use std::path::PathBuf;

use greenwood::Error;
use greenwood::survival::multi_state::{
    Occupation, OccupationVariance, StateOccupation, TimeInState, TransitionMatrix, TransitionProbability,
    TransitionVariance,
};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::result::print::group;
use greenwood::survival::{Groups, Histories, Interval};
use serde_json::{Value, json};

use super::check::{check_field, subjects, transitions_field};
use super::cox::Transitions;
use crate::support::{
    Failure, Program, RowFlags, Table, Warnings, WeightKind, distinct, history_problem, json_text, number,
    of_flag, reason, times_to_ask,
};

/// State occupation, transition probabilities and time in each state from start-stop histories of a file.
#[derive(clap::Parser)]
#[command(
    after_help = "Example: multistate colon_ms.csv --id id --start tstart --stop tstop --from from --to to --states 1,2,3 --at 500,1000"
)]
pub struct Options {
    /// The CSV file: one row for each interval (start, stop] of a subject
    file: PathBuf,
    /// Column with the subject
    #[arg(long)]
    id: String,
    /// Column with the start of each row
    #[arg(long)]
    start: String,
    /// Column with the end of each row
    #[arg(long)]
    stop: String,
    /// Column with the state entered at the end of each row, 0 for none
    #[arg(long)]
    to: String,
    /// Column with the state held in each row; without it subjects begin in the first state
    #[arg(long)]
    from: Option<String>,
    /// The states, in order
    #[arg(long, value_delimiter = ',', required = true)]
    states: Vec<String>,
    /// The distribution over the states at the start, where it is known
    #[arg(long, value_delimiter = ',')]
    initial: Vec<f64>,
    /// Times at which the probabilities are printed
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    at: Vec<f64>,
    /// Carry the last values on beyond follow-up, as R's extend = TRUE, instead of no estimate
    #[arg(long, requires = "at")]
    extend: bool,
    /// Horizon of the mean time in each state
    #[arg(long, allow_negative_numbers = true)]
    tau: Option<f64>,
    /// The time from which transition probabilities are counted
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    from_time: f64,
    /// How variances are estimated
    #[arg(long, value_enum, default_value = "jackknife")]
    variance: VarianceName,
    /// Column with groups: one set of curves for each
    #[arg(long)]
    by: Option<String>,
    /// Refused: one curve has no strata
    #[arg(long, hide = true)]
    strata: Option<String>,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    level: f64,
    /// Print what the histories hold and what is wrong with them, and nothing else
    #[arg(long)]
    check_only: bool,
    #[command(flatten)]
    cox: Transitions,
    #[command(flatten)]
    rows: RowFlags,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum VarianceName {
    Jackknife,
    Aalen,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        times_to_ask("--at", &self.at)?;
        times_to_ask("--from-time", &[self.from_time])?;
        times_to_ask("--tau", self.tau.as_slice())?;
        if let Some(column) = &self.strata {
            return Err(format!(
                "--strata {column}: the probability of a state is estimated from all rows of a group together, and has no \
                 strata; --by {column} gives curves for each"
            )
            .into());
        }
        self.check()?;
        let mut warnings = Warnings::default();
        let table = self.table(&mut warnings)?;
        let data = self.data(&table)?;
        let check = data.check();
        let mut text = vec![check.to_string()];
        let mut answer = json!({
            "states": data.states(), "check": check_field(&check), "transitions": transitions_field(&check),
        });
        if !self.check_only {
            check.into_result().map_err(|error| self.explain(&table, &error))?;
            let groups = self.groups(&table, &data)?;
            answer["groups"] = self.estimate(&data, &groups, &mut text, &mut warnings)?.into();
            if let Some((model, described)) = self.cox.fit(&table, &data, &self.at, self.level)? {
                text.push(model);
                answer["cox"] = described;
            }
        }
        Ok(if self.rows.json { json_text(answer, &warnings) } else { text.join("\n\n") })
    }
}

impl Options {
    /// A flag that this call would leave without effect is a mistake.
    fn check(&self) -> Result<(), Failure> {
        self.cox.check()?;
        let estimates = [
            ("--at", !self.at.is_empty()),
            ("--tau", self.tau.is_some()),
            ("--initial", !self.initial.is_empty()),
            ("--by", self.by.is_some()),
            ("--covariates, --factor and --shared-baseline", self.cox.is_asked()),
        ];
        match estimates.into_iter().find(|(_, given)| self.check_only && *given) {
            Some((flag, _)) => {
                Err(format!("--check-only prints the check and nothing else: leave out {flag}").into())
            }
            None if self.from_time > 0.0 && self.at.is_empty() => Err(format!(
                "--from-time {}: transition probabilities are those to the times of --at: add it, such as --at {}",
                self.from_time,
                self.from_time + 12.0
            )
            .into()),
            None => Ok(()),
        }
    }

    /// The rows that are complete in every column named.
    fn table(&self, warnings: &mut Warnings) -> Result<Table, Failure> {
        let named = [
            ("--id", Some(&self.id)),
            ("--start", Some(&self.start)),
            ("--stop", Some(&self.stop)),
            ("--to", Some(&self.to)),
            ("--from", self.from.as_ref()),
            ("--by", self.by.as_ref()),
        ];
        let mut named: Vec<(&'static str, &str)> =
            named.into_iter().filter_map(|(flag, column)| Some((flag, column?.as_str()))).collect();
        let mut checked = named.clone();
        checked.extend(self.rows.weight.iter().map(|c| ("--weight", c.as_str())));
        distinct(&checked)?;
        named.extend(self.rows.used());
        named.extend(self.cox.columns());
        self.rows.read(&self.file, &named, &[], warnings)
    }

    fn data(&self, table: &Table) -> Result<Histories, Failure> {
        let explain = |error: greenwood::Error| self.explain(table, &error);
        let code = |flag: &'static str, column: &str, row: usize, cell: &str| -> Result<String, Failure> {
            let number = cell.parse::<f64>();
            // A code may be written as 2 or as 2.0.
            let same = |s: &&String| {
                s.as_str() == cell || matches!((s.parse::<f64>(), &number), (Ok(a), Ok(b)) if a == *b)
            };
            self.states.iter().find(same).cloned().ok_or_else(|| {
                let known = self.states.join(", ");
                format!(
                    "{}: {flag} \"{column}\" is \"{cell}\", which is not among --states {known}",
                    table.place(row)
                )
                .into()
            })
        };
        let mut to = Vec::with_capacity(table.len());
        for (row, cell) in table.text("--to", &self.to)?.into_iter().enumerate() {
            let none = cell.parse() == Ok(0.0) && !self.states.iter().any(|s| s == cell);
            to.push(if none { None } else { Some(code("--to", &self.to, row, cell)?) });
        }
        let ids = table.text("--id", &self.id)?;
        let start = table.numbers("--start", &self.start)?;
        let stop = table.numbers("--stop", &self.stop)?;
        let mut data = Histories::among(&self.states).rows(&ids, &start, &stop, &to).map_err(explain)?;
        if let Some(column) = &self.from {
            let cells = table.text("--from", column)?.into_iter().enumerate();
            let from: Vec<String> =
                cells.map(|(row, cell)| code("--from", column, row, cell)).collect::<Result<_, _>>()?;
            data = data.with_from(&from).map_err(explain)?;
        }
        if let Some(weights) = self.rows.weights(table)? {
            data = data.with_weights(weights).map_err(explain)?;
        }
        if let Some(column) = &self.rows.cluster {
            data = data.with_clusters(&table.text("--cluster", column)?)?;
        }
        Ok(data)
    }

    /// The groups, one for each subject.
    fn groups(&self, table: &Table, data: &Histories) -> Result<Groups, Failure> {
        let Some(column) = &self.by else {
            return Ok(Groups::new(&vec!["all"; table.len()]));
        };
        let groups = table.groups("--by", column)?;
        let mut own: Vec<Option<u32>> = vec![None; data.ids().count()];
        for (row, (&id, &group)) in data.ids().codes().iter().zip(groups.codes()).enumerate() {
            if *own[id as usize].get_or_insert(group) != group {
                return Err(format!(
                    "{}: --by \"{column}\" is not the same in all rows of subject {}: a group is held from the start",
                    table.place(row),
                    data.ids().labels()[id as usize]
                )
                .into());
            }
        }
        Ok(groups)
    }

    fn estimate(
        &self,
        data: &Histories,
        groups: &Groups,
        text: &mut Vec<String>,
        warnings: &mut Warnings,
    ) -> Result<Vec<Value>, Failure> {
        let mut occupation = Occupation::new().variance(match self.variance {
            VarianceName::Jackknife => OccupationVariance::Jackknife,
            VarianceName::Aalen => OccupationVariance::Aalen,
        });
        if !self.initial.is_empty() {
            occupation = occupation.initial(&self.initial);
        }
        let mut fits = occupation.by_group(data, groups).map_err(|error| match error {
            Error::LengthMismatch { argument: "initial", .. } | Error::OutOfRange { .. }
                if !self.initial.is_empty() =>
            {
                of_flag("--initial")(error)
            }
            other => other.into(),
        })?;
        if self.extend {
            fits = fits.iter().map(StateOccupation::extended).collect();
        }
        let times = match self.tau {
            Some(tau) => {
                let tau_error = |e: greenwood::Error| Failure::from(format!("--tau {tau}: {e}"));
                Some(occupation.time_in_state_by_group(data, groups, tau).map_err(tau_error)?)
            }
            None => None,
        };
        let mut answers = Vec::new();
        for (g, (fit, label)) in fits.iter().zip(groups.labels()).enumerate() {
            if self.by.is_some() {
                text.push(group(self.by.as_deref(), label));
            }
            text.push(fit.to_string());
            warnings.of(label, &fit.warnings());
            let at = self.at.iter().map(|&t| self.occupied(fit, label, t, text, warnings));
            let at = at.collect::<Result<Vec<_>, Failure>>()?;
            let times: Vec<Value> =
                times.iter().flat_map(|t| &t[g]).map(|t| self.time_in(t, text)).collect::<Result<_, _>>()?;
            let keep: Vec<bool> = groups.codes().iter().map(|&c| c as usize == g).collect();
            let probability = self.transition(&data.filter(&keep)?, text, warnings)?;
            answers.push(json!({
                "label": label, "n": subjects(data, &keep), "at": at, "time_in_state": times,
                "transition_probability": probability,
            }));
        }
        Ok(answers)
    }

    fn occupied(
        &self,
        fit: &StateOccupation,
        label: &str,
        t: f64,
        text: &mut Vec<String>,
        warnings: &mut Warnings,
    ) -> Result<Value, Failure> {
        let found = fit.at(t);
        let beyond = matches!(found[0].value(), Err(NotEstimable::BeyondFollowUp { .. }));
        if beyond {
            warnings.add(format!("--at {t} is beyond the follow-up of group {label}: not estimable"));
        }
        let limits = found.iter().map(|e| e.interval(Interval::log().level(self.level)));
        let limits = limits.collect::<Result<Vec<_>, _>>()?;
        let column = |f: &dyn Fn(usize) -> Option<f64>| -> Vec<Value> {
            (0..found.len()).map(|h| number(f(h))).collect()
        };
        let each = fit.states().iter().zip(found.iter().zip(&limits));
        let each = each.map(|(s, (e, i))| match e.value() {
            Ok(_) if i.bounds().is_some() => {
                format!("{s} {e} {}", i.in_brackets(|x| format!("{:.1}%", 100.0 * x)))
            }
            _ => format!("{s} {e}"),
        });
        let each: Vec<String> = each.collect();
        // Beyond follow-up the reason is the same for all states.
        match found[0].value() {
            Ok(_) => text.push(format!("at {t}: {}", each.join(", "))),
            Err(because) => text.push(format!("at {t}: {because}")),
        }
        Ok(json!({
            "time": t, "occupation": column(&|h| found[h].value().ok()),
            "std_error": column(&|h| found[h].std_error().ok()), "lower": column(&|h| limits[h].lower),
            "upper": column(&|h| limits[h].upper), "beyond_follow_up": beyond,
            "not_estimable": reason(found[0].value().err()),
        }))
    }

    fn time_in(&self, time: &TimeInState, text: &mut Vec<String>) -> Result<Value, Failure> {
        let estimate = time.estimate();
        let limits = estimate.interval(self.level)?;
        let value = match estimate.value() {
            Ok(value) => format!("{value:.2} {}", limits.in_brackets(|x| format!("{x:.2}"))),
            Err(because) => because.to_string(),
        };
        text.push(format!("mean time in {} until {}: {value}", time.state(), time.tau()));
        Ok(json!({
            "state": time.state(), "tau": time.tau(), "estimate": time.value(),
            "std_error": number(time.std_error().ok()), "lower": number(limits.lower), "upper": number(limits.upper),
        }))
    }

    /// Matrices from `--from-time` to each time asked for that is not before it.
    fn transition(
        &self,
        data: &Histories,
        text: &mut Vec<String>,
        warnings: &mut Warnings,
    ) -> Result<Value, Failure> {
        let times: Vec<f64> = self.at.iter().copied().filter(|&t| t >= self.from_time).collect();
        let robust = self.rows.cluster.is_some() || self.rows.weight_kind == Some(WeightKind::Sampling);
        let variance = match self.variance {
            _ if robust => TransitionVariance::None,
            VarianceName::Jackknife => TransitionVariance::Greenwood,
            VarianceName::Aalen => TransitionVariance::Aalen,
        };
        if robust {
            warnings.add(
                "transition probabilities have no standard errors under sampling weights or clusters; those of the \
                 occupation are robust",
            );
        }
        let mut matrices =
            TransitionProbability::new(self.from_time).variance(variance).estimate(data, &times)?;
        if self.extend {
            matrices = matrices.iter().map(TransitionMatrix::extended).collect();
        }
        // From the start on they are the occupation of a subject who starts there: printed where a later time is asked for.
        if self.from_time > 0.0 {
            text.extend(matrices.iter().map(ToString::to_string));
        }
        let k = data.states().len();
        let square = |f: &dyn Fn(usize, usize) -> Option<f64>| -> Vec<Vec<Value>> {
            (0..k).map(|h| (0..k).map(|j| number(f(h, j))).collect()).collect()
        };
        let at: Vec<Value> = times
            .iter()
            .zip(&matrices)
            .map(|(&t, m)| {
                let beyond: Vec<bool> = (0..k).map(|h| !m.is_known(h)).collect();
                json!({ "time": t, "probability": square(&|h, j| m.probability(h, j).ok()),
                    "std_error": square(&|h, j| m.std_error(h, j).ok()), "beyond_follow_up": beyond })
            })
            .collect();
        Ok(json!({ "from_time": self.from_time, "at": at }))
    }

    /// The library counts rows from 0; a reader of the file wants its line, the flag and the column.
    fn explain(&self, table: &Table, error: &greenwood::Error) -> Failure {
        use greenwood::Error as E;
        let (index, flag, column) = match error {
            E::InvalidTime { argument: "start", index, .. } => (*index, "--start", &self.start),
            E::InvalidTime { index, .. }
            | E::EmptyInterval { index, .. }
            | E::NearTieInterval { index, .. } => (*index, "--stop", &self.stop),
            E::InvalidWeight { index, .. } => {
                (*index, "--weight", self.rows.weight.as_ref().unwrap_or(&self.id))
            }
            E::InconsistentHistory { .. } => {
                let problem = history_problem(table, &self.id, error);
                return format!("{problem}; --check-only lists them all").into();
            }
            _ => return error.to_string().into(),
        };
        format!("{}, {flag} \"{column}\": {error}", table.place(index)).into()
    }
}
