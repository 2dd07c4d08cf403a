//! From text to rows: every cell that is not what it must be is an error that names it.

use std::collections::HashMap;
use std::io::Read;
use std::num::NonZeroU32;
use std::str::FromStr;

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::trial::TimeUnit;
use crate::trial::adtte::cells::Cells;
use crate::trial::adtte::{Adtte, AdtteRow, Cnsr, Import, Note, ReadOptions};

/// The columns that this library understands, in the order in which it writes them.
pub(super) const COLUMNS: [&str; 11] = [
    "USUBJID", "PARAMCD", "PARAM", "TRTP", "STARTDT", "ADT", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC",
];

/// The usual names of endpoints to which death belongs.
const DIES_WITH: [&str; 5] = ["PFS", "EFS", "DFS", "RFS", "FFS"];

impl FromStr for Cnsr {
    type Err = ();

    /// `0` is an event, a positive whole number a censoring.
    fn from_str(text: &str) -> Result<Self, ()> {
        let code: u32 = text.parse().map_err(|_| ())?;
        Ok(Self(NonZeroU32::new(code)))
    }
}

/// A date as ISO 8601 has it, or as SAS prints it.
struct Day(Date);

impl FromStr for Day {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse().or_else(|_| Date::strptime("%d%b%Y", text)).map(Self)
    }
}

fn unit(text: &str) -> Option<TimeUnit> {
    match text.to_uppercase().as_str() {
        "DAY" | "DAYS" => Some(TimeUnit::Days),
        "WEEK" | "WEEKS" => Some(TimeUnit::Weeks),
        "MONTH" | "MONTHS" => Some(TimeUnit::Months),
        "YEAR" | "YEARS" => Some(TimeUnit::Years),
        _ => None,
    }
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
    fn of(cells: &Cells, unit: Option<TimeUnit>) -> Result<Self> {
        let trtp = match (cells.position("TRTP"), cells.position("TRT01P")) {
            (Some(at), _) | (None, Some(at)) => at,
            (None, None) => cells.required("TRTP", "TRT01P would do")?,
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
    /// as `2014-01-02` or `02JAN2014`.
    ///
    /// # Errors
    /// [`Error::DataSet`] for a file that is no CSV; [`Error::MissingColumn`]; [`Error::InvalidCell`] for a cell that
    /// does not hold what its column must, with its row and column; [`Error::DuplicateRow`]; [`Error::Empty`] where no
    /// row can be used.
    pub fn read_csv(source: impl Read, options: impl Into<ReadOptions>) -> Result<Import> {
        Self::from_cells(&Cells::csv(source)?, options.into())
    }

    pub(super) fn from_cells(cells: &Cells, options: ReadOptions) -> Result<Import> {
        let at = Layout::of(cells, options.unit)?;
        let mut rows = Vec::new();
        let mut notes = Notes::default();
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        for i in 0..cells.rows.len() {
            for column in [at.usubjid, at.paramcd, at.trtp] {
                if cells.text(i, Some(column)).is_empty() {
                    return Err(cells.invalid(i, Some(column), "given"));
                }
            }
            let key = (cells.text(i, Some(at.usubjid)), cells.text(i, Some(at.paramcd)));
            if let Some(first) = seen.insert(key, i + 1) {
                let (usubjid, paramcd) = (key.0.into(), key.1.into());
                return Err(Error::DuplicateRow { row: i + 1, first, usubjid, paramcd });
            }
            rows.extend(at.row(cells, i, options, &mut notes)?);
        }
        if rows.is_empty() {
            return Err(Error::Empty { argument: "the set of usable rows" });
        }
        let other_columns = at.other.iter().map(|&c| cells.header[c].clone()).collect();
        let Notes { dropped, remarks } = notes;
        let adtte = Adtte { rows, other_columns, days: options.days };
        let contradictions = DIES_WITH.iter().flat_map(|within| adtte.contradictions(within, "OS")).collect();
        Ok(Import { adtte, dropped, remarks, contradictions })
    }
}

/// What there is to say about rows.
#[derive(Default)]
struct Notes {
    dropped: Vec<Note>,
    remarks: Vec<Note>,
}

impl Layout {
    /// One row; `None` where it cannot be used.
    fn row(
        &self,
        cells: &Cells,
        i: usize,
        options: ReadOptions,
        notes: &mut Notes,
    ) -> Result<Option<AdtteRow>> {
        let ReadOptions { days, unit: default } = options;
        let text = |column| cells.text(i, column).to_string();
        let (usubjid, paramcd) = (text(Some(self.usubjid)), text(Some(self.paramcd)));
        let note = |what| Note { row: i + 1, usubjid: usubjid.clone(), paramcd: paramcd.clone(), what };
        let Some(cnsr) =
            cells.value::<Cnsr>(i, Some(self.cnsr), "0 for an event or a positive whole number")?
        else {
            notes.dropped.push(note("CNSR is missing".into()));
            return Ok(None);
        };
        let date =
            |column| cells.value(i, column, "a date as 2020-01-31").map(|date| date.map(|Day(date)| date));
        let (startdt, adt) = (date(self.startdt)?, date(self.adt)?);
        if startdt.zip(adt).is_some_and(|(start, end)| end < start) {
            return Err(cells.invalid(i, self.adt, "STARTDT or a later date"));
        }
        let counted = startdt.zip(adt).map(|(start, end)| days.between(start, end)).transpose()?;
        let number = "a finite number of at least 0";
        let aval = cells.value::<f64>(i, self.aval, number)?;
        if aval.is_some_and(|t| !(0.0..f64::INFINITY).contains(&t)) {
            return Err(cells.invalid(i, self.aval, number));
        }
        let avalu = match cells.text(i, self.avalu) {
            "" | "." | "NA" if default.is_some() || aval.is_none() => default.unwrap_or(TimeUnit::Days),
            text => unit(text).ok_or_else(|| cells.invalid(i, self.avalu, "DAYS, WEEKS, MONTHS or YEARS"))?,
        };
        let aval = match (aval, counted) {
            (Some(aval), Some(counted)) => {
                // Days must agree; other units are rounded in the file.
                let off = (avalu.time(aval).in_days() - counted.in_days()).abs();
                if off > if avalu == TimeUnit::Days { 0.0 } else { 1.0 } {
                    let what = format!("AVAL is {aval} {avalu}, but the dates give {counted} ({days:?})");
                    notes.remarks.push(note(what));
                }
                aval
            }
            (Some(aval), None) => {
                if startdt.is_some() {
                    notes.remarks.push(note("ADT is missing: AVAL was taken as it is".into()));
                }
                aval
            }
            (None, Some(counted)) => {
                notes.remarks.push(note(format!("AVAL is missing: the dates give {counted} ({days:?})")));
                counted.in_unit(avalu)
            }
            (None, None) => {
                notes.dropped.push(note("neither AVAL nor both dates are given".into()));
                return Ok(None);
            }
        };
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
}
