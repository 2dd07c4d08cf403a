//! From text to rows: every cell that is not what it must be is an error that names it.

use std::collections::HashMap;
use std::io::Read;
use std::str::FromStr;

use jiff::civil::Date;

use crate::error::{Error, FileError, Result};
use crate::trial::adtte::cells::{Cells, column, is_missing};
use crate::trial::adtte::cnsr::Cnsr;
use crate::trial::adtte::data_set::{Adtte, AdtteRow};
use crate::trial::adtte::import::{Import, Note};
use crate::trial::adtte::read_options::ReadOptions;
use crate::trial::{DayCount, Time, TimeUnit};

/// The columns that this library understands, in the order in which it writes them.
pub(super) const COLUMNS: [&str; 11] = [
    "USUBJID", "PARAMCD", "PARAM", "TRTP", "STARTDT", "ADT", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC",
];

/// The usual names of endpoints to which death belongs.
const DIES_WITH: [&str; 5] = ["PFS", "EFS", "DFS", "RFS", "FFS"];

/// A date as ISO 8601 has it, as SAS prints it, or as SAS stores it: the number of days since 1 January 1960.
struct Day(Date);

/// An ISO date that ends before its day: `2014` or `2014-03`.
fn is_partial(text: &str) -> bool {
    let parts: Vec<&str> = text.trim_end_matches('-').split('-').collect();
    parts.len() < 3
        && parts[0].len() == 4
        && parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}

impl FromStr for Day {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        // Four digits are a year without its day, not a number of days.
        // From 1900 to 2100: 201403 is a month without its day, and 1.7e9 seconds.
        if let Ok(days) = text.parse::<f64>()
            && days.fract() == 0.0
            && (-21_914.0..=51_134.0).contains(&days)
            && !is_partial(text)
        {
            let days = jiff::Span::new().try_days(days as i64)?;
            return Date::new(1960, 1, 1)?.checked_add(days).map(Self);
        }
        // Nine characters: `%Y` would take 14 for the year 14.
        match text.parse() {
            Err(_) if text.len() == 9 => Date::strptime("%d%b%Y", text).map(Self),
            date => date.map(Self),
        }
    }
}

/// The unit, and how many of the file's own unit it has.
fn unit(text: &str) -> Option<(TimeUnit, f64)> {
    let unit = match text.to_uppercase().as_str() {
        "HOUR" | "HOURS" => return Some((TimeUnit::Days, 24.0)),
        "DAY" | "DAYS" => Some(TimeUnit::Days),
        "WEEK" | "WEEKS" => Some(TimeUnit::Weeks),
        "MONTH" | "MONTHS" => Some(TimeUnit::Months),
        "YEAR" | "YEARS" => Some(TimeUnit::Years),
        _ => None,
    };
    unit.map(|unit| (unit, 1.0))
}

/// Half of the last digit that a number was written with: `5.9` is 0.05.
fn half_digit(text: &str) -> f64 {
    let decimals = text.split_once('.').map_or(0, |(_, d)| d.trim_end().len());
    0.5 * 10f64.powi(-(decimals.min(15) as i32))
}

/// Where the columns are.
struct Layout {
    usubjid: usize,
    paramcd: usize,
    trtp: usize,
    cnsr: usize,
    param: Option<usize>,
    startdt: Option<usize>,
    adt: Option<usize>,
    aval: Option<usize>,
    avalu: Option<usize>,
    evntdesc: Option<usize>,
    cnsdtdsc: Option<usize>,
    other: Vec<usize>,
}

impl Layout {
    fn of(cells: &Cells, options: &ReadOptions) -> Result<Self> {
        let unit = options.unit;
        let trtp = match (&options.treatment, cells.position("TRTP"), cells.position("TRT01P")) {
            (Some(chosen), ..) => cells.position(&column(chosen)).ok_or_else(|| {
                let known = cells.header.join(", ");
                Error::File(FileError::DataSet {
                    action: "read",
                    why: format!("it has no column {chosen} for the arm; there are {known}"),
                })
            })?,
            (None, Some(at), _) | (None, None, Some(at)) => at,
            (None, None, None) => {
                cells.required("TRTP", "TRT01P would do, or another one by `ReadOptions::treatment`")?
            }
        };
        let dates = cells.position("STARTDT").zip(cells.position("ADT"));
        if cells.position("AVAL").is_none() && dates.is_none() {
            cells.required("AVAL", "both STARTDT and ADT would do")?;
        }
        if cells.position("AVAL").is_some() && unit.is_none() {
            cells.required("AVALU", "AVAL has no unit without it, unless `ReadOptions::unit` says which")?;
        }
        let must = "every row needs one";
        let understood =
            |i: usize| i == trtp || COLUMNS.contains(&cells.header[i].as_str()) && cells.header[i] != "TRTP";
        Ok(Self {
            usubjid: cells.required("USUBJID", must)?,
            paramcd: cells.required("PARAMCD", must)?,
            trtp,
            cnsr: cells.required("CNSR", "an event indicator is not taken for it: 0 is an event")?,
            param: cells.position("PARAM"),
            startdt: cells.position("STARTDT"),
            adt: cells.position("ADT"),
            aval: cells.position("AVAL"),
            avalu: cells.position("AVALU"),
            evntdesc: cells.position("EVNTDESC"),
            cnsdtdsc: cells.position("CNSDTDSC"),
            other: (0..cells.header.len()).filter(|&i| !understood(i)).collect(),
        })
    }
}

impl Adtte {
    /// Reads CSV with a header. `options` say how the file counts the days between STARTDT and ADT: an AVAL that
    /// contradicts it is remarked upon, and an AVAL that is missing is made from the dates with it. Dates are written
    /// as `2014-01-02`, `02JAN2014` or SAS's number of days since 1960; AVAL may be in hours, which become days.
    ///
    /// # Errors
    /// [`FileError::DataSet`](crate::FileError::DataSet) for a file that is no CSV; [`FileError::MissingColumn`](crate::FileError::MissingColumn); [`FileError::InvalidCell`](crate::FileError::InvalidCell) for a cell that
    /// does not hold what its column must, with its row and column; [`Error::Empty`] where no row can be used. A row
    /// without an arm is left out with a note, a partial date counts as missing with a remark, and two rows of one subject
    /// and parameter are remarked upon: that parameter alone cannot be analysed. Arms and parameters that differ by case or
    /// blanks alone are remarked upon too.
    pub fn read_csv(source: impl Read, options: impl Into<ReadOptions>) -> Result<Import> {
        Self::from_cells(&Cells::csv(source)?, &options.into())
    }

    pub(super) fn from_cells(cells: &Cells, options: &ReadOptions) -> Result<Import> {
        let at = Layout::of(cells, options)?;
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        let mut notes = Notes::default();
        let mut alike = Alike::default();
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        for i in 0..cells.rows.len() {
            for column in [at.usubjid, at.paramcd] {
                if is_missing(cells.text(i, Some(column))) {
                    return Err(cells.invalid(i, Some(column), "given"));
                }
            }
            let (usubjid, paramcd) = (cells.text(i, Some(at.usubjid)), cells.text(i, Some(at.paramcd)));
            let note =
                |what: String| Note { row: i + 1, usubjid: usubjid.into(), paramcd: paramcd.into(), what };
            if is_missing(cells.text(i, Some(at.trtp))) {
                notes.dropped.push(note(format!("{} is missing", cells.header[at.trtp])));
                continue;
            }
            let Some(row) = at.row(cells, i, options, &mut notes)? else { continue };
            if let Some(first) = seen.insert((usubjid, paramcd), i + 1) {
                notes.remarks.push(note(format!(
                    "row {first} has the same subject and parameter: {paramcd} cannot be analysed until one is removed"
                )));
            }
            for column in [at.trtp, at.paramcd] {
                let what = alike.remark(&cells.header[column], cells.text(i, Some(column)));
                notes.remarks.extend(what.map(note));
            }
            rows.push(row);
            lines.push(i + 1);
        }
        if rows.is_empty() {
            return Err(Error::Empty { argument: "the set of usable rows" });
        }
        let other_columns = at.other.iter().map(|&c| cells.header[c].clone()).collect();
        let Notes { dropped, remarks } = notes;
        let reasons = super::transfer::names(&rows);
        let adtte = Adtte { rows, reasons, other_columns, days: options.days, lines };
        let contradictions = DIES_WITH.iter().flat_map(|within| adtte.contradictions(within, "OS")).collect();
        Ok(Import { adtte, dropped, remarks, contradictions })
    }
}

/// Names that have been met, to find those that differ by their case or blanks alone.
#[derive(Default)]
struct Alike {
    /// By column and by the name in small letters without blanks: the names as they stand.
    names: HashMap<(String, String), Vec<String>>,
}

impl Alike {
    /// What there is to say where a name is met for the first time and is nearly one that was met before.
    fn remark(&mut self, column: &str, name: &str) -> Option<String> {
        let plain: String = name.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        let known = self.names.entry((column.into(), plain)).or_default();
        if known.iter().any(|k| k == name) {
            return None;
        }
        known.push(name.into());
        let [first, .., _] = known.as_slice() else { return None };
        Some(format!(
            "{column} is {name:?}, which differs from {first:?} by its case or blanks alone: they count as two"
        ))
    }
}

/// What there is to say about rows.
#[derive(Default)]
struct Notes {
    dropped: Vec<Note>,
    remarks: Vec<Note>,
}

impl Layout {
    /// One row. Returns `None` if it cannot be used.
    fn row(
        &self,
        cells: &Cells,
        i: usize,
        options: &ReadOptions,
        notes: &mut Notes,
    ) -> Result<Option<AdtteRow>> {
        let text = |column| cells.text(i, column).to_string();
        let (usubjid, paramcd) = (text(Some(self.usubjid)), text(Some(self.paramcd)));
        let note = |what| Note { row: i + 1, usubjid: usubjid.clone(), paramcd: paramcd.clone(), what };
        let Some(cnsr) =
            cells.value::<Cnsr>(i, Some(self.cnsr), "0 for an event or a positive whole number")?
        else {
            notes.dropped.push(note("CNSR is missing".into()));
            return Ok(None);
        };
        let [startdt, adt] = self.dates(cells, i, &note, notes)?;
        let counted = startdt.zip(adt).map(|(start, end)| options.days.between(start, end)).transpose()?;
        let written = self.written_time(cells, i, options.unit)?;
        let (aval, remark) = written.beside(counted, startdt.is_some(), options.days);
        let to = if aval.is_some() { &mut notes.remarks } else { &mut notes.dropped };
        to.extend(remark.map(&note));
        let Some(aval) = aval else { return Ok(None) };
        let avalu = written.unit;
        Ok(Some(AdtteRow {
            usubjid,
            paramcd,
            param: text(self.param),
            trtp: text(Some(self.trtp)),
            startdt,
            adt,
            aval,
            avalu,
            cnsr,
            evntdesc: text(self.evntdesc),
            cnsdtdsc: text(self.cnsdtdsc),
            other: self.other.iter().map(|&c| text(Some(c))).collect(),
        }))
    }

    /// `STARTDT` and `ADT`. A date without its day is no date: nothing is imputed.
    fn dates(
        &self,
        cells: &Cells,
        i: usize,
        note: &impl Fn(String) -> Note,
        notes: &mut Notes,
    ) -> Result<[Option<Date>; 2]> {
        let mut date = |column: Option<usize>, name: &str| {
            if is_partial(cells.text(i, column)) {
                let text = cells.text(i, column);
                notes.remarks.push(note(format!("{name} is {text}, without its day: it counts as missing")));
                return Ok(None);
            }
            cells.value(i, column, "a date as 2020-01-31").map(|date| date.map(|Day(date)| date))
        };
        let dates = [date(self.startdt, "STARTDT")?, date(self.adt, "ADT")?];
        if dates[0].zip(dates[1]).is_some_and(|(start, end)| end < start) {
            return Err(cells.invalid(i, self.adt, "STARTDT or a later date"));
        }
        Ok(dates)
    }

    /// `AVAL` and its unit.
    fn written_time(&self, cells: &Cells, i: usize, default: Option<TimeUnit>) -> Result<Written> {
        let number = "a finite number of at least 0";
        let aval = cells.value::<f64>(i, self.aval, number)?;
        if aval.is_some_and(|t| !(0.0..f64::INFINITY).contains(&t)) {
            return Err(cells.invalid(i, self.aval, number));
        }
        let (unit, per) = match cells.text(i, self.avalu) {
            "" | "." | "NA" if default.is_some() || aval.is_none() => {
                (default.unwrap_or(TimeUnit::Days), 1.0)
            }
            text => unit(text)
                .ok_or_else(|| cells.invalid(i, self.avalu, "HOURS, DAYS, WEEKS, MONTHS or YEARS"))?,
        };
        let half_digit = half_digit(cells.text(i, self.aval)) / per;
        Ok(Written { time: aval.map(|t| t / per), unit, per, half_digit })
    }
}

/// A time as `AVAL` and `AVALU` give it.
struct Written {
    time: Option<f64>,
    unit: TimeUnit,
    /// So many of the file's own units are one of `unit`.
    per: f64,
    /// Half of the last digit that is written.
    half_digit: f64,
}

impl Written {
    /// The time of a row from what is written and what the dates give, and a remark on it; there is none where there is
    /// neither.
    fn beside(
        &self,
        counted: Option<Time>,
        has_start: bool,
        days: DayCount,
    ) -> (Option<f64>, Option<String>) {
        let unit = self.unit;
        match (self.time, counted) {
            (Some(aval), Some(counted)) => {
                // Days must agree, other units within a day, and all within the rounding with which AVAL is written.
                let off = (unit.time(aval).in_days() - counted.in_days()).abs();
                let slack = match unit {
                    TimeUnit::Days if self.per == 1.0 => 0.0,
                    TimeUnit::Days => 1.0,
                    _ => f64::max(1.0, unit.time(self.half_digit).in_days() + 0.5),
                };
                let remark = || format!("AVAL is {aval} {unit}, but the dates give {counted} ({days:?})");
                (Some(aval), (off > slack).then(remark))
            }
            (Some(aval), None) => {
                (Some(aval), has_start.then(|| "ADT is missing: AVAL was taken as it is".into()))
            }
            (None, Some(counted)) => {
                let remark = format!("AVAL is missing: the dates give {counted} ({days:?})");
                (Some(counted.in_unit(unit)), Some(remark))
            }
            (None, None) => (None, Some("neither AVAL nor both dates are given".into())),
        }
    }
}
