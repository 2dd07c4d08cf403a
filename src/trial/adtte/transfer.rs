//! Between data sets and analyses.

use std::collections::HashMap;
use std::num::NonZeroU32;

use crate::error::{Error, FileError, Result, TrialError};
use crate::survival::result::direction::Direction;
use crate::trial::adtte::{Adtte, AdtteRow, Cnsr};
use crate::trial::analysis::analysis::About;
use crate::trial::analysis::counts::name;
use crate::trial::facts::baseline::Baseline;
use crate::trial::{
    Analysis, Calendar, Censoring, DayCount, Decision, Label, Outcome, Record, Stratum, Time, TimeUnit,
    Window, label,
};

/// Reasons that need no words of their own, with the numbers under which they are written.
fn known<E>() -> [(u32, Censoring<E>); 4] {
    [(1, Censoring::Cutoff), (2, Censoring::Lost), (3, Censoring::Withdrew), (4, Censoring::MissedVisits)]
}

/// The parameter as which an analysis is written: PARAMCD and PARAM, the unit of AVAL and the calendar.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`unit`](Self::unit) | days | the unit of AVAL: days are exact, other units to the last bit but one |
/// | [`calendar`](Self::calendar) | none | the first day of the study, from which STARTDT and ADT follow |
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is written until it is given to `Adtte::of`"]
pub struct AdtteParameter {
    paramcd: String,
    param: String,
    unit: TimeUnit,
    calendar: Option<Calendar>,
}

impl AdtteParameter {
    /// A parameter of this code (PARAMCD, such as `"PFS"`) and description (PARAM), in days, without dates.
    pub fn new(paramcd: impl Into<String>, param: impl Into<String>) -> Self {
        Self { paramcd: paramcd.into(), param: param.into(), unit: TimeUnit::Days, calendar: None }
    }

    /// The unit in which AVAL is written.
    pub fn unit(self, unit: TimeUnit) -> Self {
        Self { unit, ..self }
    }

    /// The calendar from which the dates STARTDT and ADT follow.
    pub fn calendar(self, calendar: &Calendar) -> Self {
        Self { calendar: Some(*calendar), ..self }
    }
}

impl Adtte {
    /// The rows of an analysis as one parameter. With a calendar STARTDT and ADT are written too (ADT if the time is a
    /// whole number of days).
    ///
    /// CNSR is 1 for the end of the study, 2 for loss to follow-up, 3 for withdrawal, 4 for missed visits, and from 5 on
    /// the events that censored or competed and reasons of one's own, in order of first appearance. Stratification factors become the
    /// columns `STRAT1D`, `STRAT1R`, `STRAT1V` and so on: name, level as randomised, level as verified.
    #[must_use]
    pub fn of<A: Label, E: Label>(analysis: &Analysis<A, E>, parameter: &AdtteParameter) -> Self {
        let AdtteParameter { paramcd, param, unit, calendar } = parameter;
        let (unit, calendar) = (*unit, calendar.as_ref());
        let mut kinds: Vec<Censoring<E>> = Vec::new();
        let factors = analysis.baselines().iter().map(|b| b.strata.len()).max().unwrap_or(0);
        let other_columns =
            (1..=factors).flat_map(|w| ["D", "R", "V"].map(|x| format!("STRAT{w}{x}"))).collect();
        let days = calendar.map_or(DayCount::Elapsed, Calendar::day_count);
        let mut rows = Vec::with_capacity(analysis.records().len());
        for (record, baseline) in analysis.records().iter().zip(analysis.baselines()) {
            let mut numbered = |reason: Censoring<E>| {
                let at = kinds.iter().position(|&k| k == reason).unwrap_or_else(|| {
                    kinds.push(reason);
                    kinds.len() - 1
                });
                5 + at as u32
            };
            let (code, evntdesc) = match record.outcome {
                Outcome::Event(kind) => (0, label(&kind)),
                Outcome::Competing(kind) | Outcome::Censored(Censoring::Event(kind)) => {
                    (numbered(Censoring::Event(kind)), label(&kind))
                }
                Outcome::Censored(reason @ Censoring::Other(_)) => (numbered(reason), name(&reason)),
                Outcome::Censored(reason) => {
                    (known().iter().find(|k| k.1 == reason).map_or(1, |k| k.0), name(&reason))
                }
            };
            let cnsdtdsc = match (record.outcome, record.decision) {
                (Outcome::Competing(_), _) => "competing event".to_string(),
                (_, Decision::LastVisit { .. } | Decision::MissedVisits { .. }) => {
                    record.decision.to_string()
                }
                _ => String::new(),
            };
            let startdt = calendar.and_then(|c| c.date(record.entered + record.origin));
            let strata = (0..factors).flat_map(|w| match baseline.strata.get(w) {
                Some(s) => [s.factor.clone(), s.randomised.clone(), s.actual.clone()],
                None => Default::default(),
            });
            rows.push(AdtteRow {
                usubjid: record.id.clone().unwrap_or_else(|| (record.position + 1).to_string()),
                paramcd: paramcd.clone(),
                param: param.clone(),
                trtp: label(&record.arm),
                startdt,
                adt: startdt.and_then(|start| days.date(start, record.time)),
                aval: record.time.in_unit(unit),
                avalu: unit,
                cnsr: NonZeroU32::new(code).map_or(Cnsr::EVENT, Cnsr::censored),
                evntdesc,
                cnsdtdsc,
                other: strata.collect(),
            });
        }
        let lines = (1..=rows.len()).collect();
        Self { reasons: names(&rows), rows, other_columns, days, lines }
    }

    /// The rows of several parameters in one data set.
    ///
    /// # Errors
    /// [`FileError::DataSet`](crate::FileError::DataSet) where the two have different other columns or ways of counting days;
    /// [`FileError::DuplicateRow`](crate::FileError::DuplicateRow) where a subject has a parameter in both.
    pub fn append(&mut self, other: Self) -> Result<()> {
        if (&self.other_columns, self.days) != (&other.other_columns, other.days) {
            let why = "the two data sets have different columns, or count days in different ways".into();
            return Err(Error::File(FileError::DataSet { action: "joined", why }));
        }
        let key = |r: &AdtteRow| (r.usubjid.clone(), r.paramcd.clone());
        let mut seen: HashMap<_, usize> =
            self.rows.iter().enumerate().map(|(i, r)| (key(r), i + 1)).collect();
        for (row, r) in (self.rows.len() + 1..).zip(&other.rows) {
            if let Some(first) = seen.insert(key(r), row) {
                let (usubjid, paramcd) = key(r);
                return Err(Error::File(FileError::DuplicateRow { row, first, usubjid, paramcd }));
            }
        }
        self.lines.extend(self.rows.len() + 1..=self.rows.len() + other.rows.len());
        self.rows.extend(other.rows);
        self.reasons = names(&self.rows);
        Ok(())
    }

    /// The rows of a parameter as an analysis, arms and reasons named as in the file. What is not the event is a
    /// censoring: say which numbers of CNSR compete with
    /// [`analyse_with_competing`](Self::analyse_with_competing).
    ///
    /// # Errors
    /// [`TrialError::UnknownParameter`](crate::TrialError::UnknownParameter) where there is no such parameter; [`FileError::DuplicateRow`](crate::FileError::DuplicateRow) where a subject has it twice.
    pub fn analyse<'a>(&'a self, paramcd: &str) -> Result<Analysis<&'a str, &'a str>> {
        self.analyse_with_competing(paramcd, &[])
    }

    /// As [`analyse`](Self::analyse), where these numbers of CNSR are competing events.
    ///
    /// # Errors
    /// As [`analyse`](Self::analyse).
    pub fn analyse_with_competing<'a>(
        &'a self,
        paramcd: &str,
        competing: &[NonZeroU32],
    ) -> Result<Analysis<&'a str, &'a str>> {
        let rows = || self.rows.iter().enumerate().filter(|(_, r)| r.paramcd == paramcd);
        let first = self.rows.iter().filter_map(|r| r.startdt).min();
        let mut records = Vec::new();
        let mut baselines = Vec::new();
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (i, row) in rows() {
            if let Some(first) = seen.insert(&row.usubjid, self.lines[i]) {
                let (usubjid, paramcd) = (row.usubjid.clone(), row.paramcd.clone());
                let row = self.lines[i];
                return Err(Error::File(FileError::DuplicateRow { row, first, usubjid, paramcd }));
            }
            let time = row.avalu.time(row.aval);
            let kind = self.reasons[i].as_str();
            let outcome = match row.cnsr.reason() {
                None => Outcome::Event(kind),
                Some(code) if competing.contains(&code) => Outcome::Competing(kind),
                Some(_) => {
                    let reason = known().iter().find(|k| name(&k.1) == kind).map(|k| k.1);
                    Outcome::Censored(reason.unwrap_or(Censoring::Event(kind)))
                }
            };
            let entered =
                first.zip(row.startdt).map(|(first, start)| DayCount::Elapsed.between(first, start));
            records.push(Record {
                position: i,
                id: Some(row.usubjid.clone()),
                arm: row.trtp.as_str(),
                entered: entered.transpose()?.unwrap_or(Time::ZERO),
                origin: Time::ZERO,
                time,
                outcome,
                window: Window { after: time, by: row.cnsr.is_event().then_some(time) },
                decision: Decision::Read { row: self.lines[i] },
            });
            baselines.push(Baseline { strata: self.strata(row), characteristics: Vec::new() });
        }
        if records.is_empty() {
            let known = self.parameters().join(", ");
            return Err(Error::Trial(TrialError::UnknownParameter { parameter: paramcd.into(), known }));
        }
        let about = About {
            endpoint: paramcd.into(),
            strategies: String::new(),
            population: "as in the data set".into(),
            cutoff: None,
            without_origin: 0,
            direction: Direction::Unknown,
        };
        Analysis::new(about, records, baselines)
    }

    /// The stratification factors of a row: `STRATwR` as randomised and `STRATwV` as verified (as randomised where
    /// there is none), called as `STRATwD` says, with the column where two are called alike; without numbers, `STRATAR` and `STRATAV`. `STRATw` alone counts as
    /// randomised.
    fn strata(&self, row: &AdtteRow) -> Vec<Stratum> {
        let mut strata = Vec::new();
        for column in &self.other_columns {
            let Some(stem) = column.strip_prefix("STRAT") else { continue };
            let stem = stem.strip_suffix('R').unwrap_or(stem);
            if stem != "A" && stem.parse::<u32>().is_err() {
                continue;
            }
            // A number alone is the factor as randomised, unless the file has its R too.
            let plain = column == &format!("STRAT{stem}");
            let cell = |suffix: &str| self.other(row, &format!("STRAT{stem}{suffix}"));
            if plain && self.other_columns.contains(&format!("STRAT{stem}R")) {
                continue;
            }
            if let Some(randomised) = cell(if plain { "" } else { "R" }) {
                let column = format!("STRAT{stem}");
                let named = cell("D").unwrap_or(&column);
                let taken = strata.iter().any(|s: &Stratum| s.factor == named);
                strata.push(Stratum {
                    factor: if taken { format!("{named} ({column})") } else { named.into() },
                    randomised: randomised.into(),
                    actual: cell("V").unwrap_or(randomised).into(),
                });
            }
        }
        strata
    }
}

/// What each row's event or censoring is called: EVNTDESC, else CNSDTDSC. Where one text stands for several numbers of CNSR
/// within a parameter, the number is part of the name: they are different reasons.
pub(super) fn names(rows: &[AdtteRow]) -> Vec<String> {
    let text = |row: &AdtteRow| {
        let described = [&row.evntdesc, &row.cnsdtdsc].into_iter().find(|text| !text.is_empty());
        let default = if row.cnsr.is_event() { row.paramcd.as_str() } else { "censored" };
        described.map_or(default, String::as_str).to_string()
    };
    let mut codes: HashMap<(&str, String), Vec<Cnsr>> = HashMap::new();
    for row in rows {
        let known = codes.entry((&row.paramcd, text(row))).or_default();
        if !known.contains(&row.cnsr) {
            known.push(row.cnsr);
        }
    }
    rows.iter()
        .map(|row| {
            let name = text(row);
            let several = codes.get(&(row.paramcd.as_str(), name.clone())).is_some_and(|c| c.len() > 1);
            if several { format!("{name} (CNSR {})", row.cnsr) } else { name }
        })
        .collect()
}
