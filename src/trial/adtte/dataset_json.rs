//! The same data set as CDISC Dataset-JSON 1.1.

use std::io::{Read, Write};

use jiff::civil::DateTime;
use serde_json::{Value, json};

use crate::error::Result;
use crate::trial::adtte::cells::{Cells, column, unreadable};
use crate::trial::adtte::write::unwritable;
use crate::trial::adtte::{Adtte, Import, ReadOptions};

impl Adtte {
    /// Reads CDISC Dataset-JSON 1.1: an object whose `columns` have names and whose `rows` are arrays of cells; or its form by
    /// lines (NDJSON): the object without rows, then an array of cells on each line.
    ///
    /// # Errors
    /// As [`read_csv`](Self::read_csv); [`FileError::DataSet`](crate::FileError::DataSet) for what is no Dataset-JSON, or has
    /// not as many rows as its `records` says.
    pub fn read_dataset_json(source: impl Read, options: impl Into<ReadOptions>) -> Result<Import> {
        let mut values = serde_json::Deserializer::from_reader(source).into_iter::<Value>();
        let file = values.next().unwrap_or(Ok(Value::Null)).map_err(unreadable)?;
        let lines: Vec<Value> = values.collect::<Result<_, _>>().map_err(unreadable)?;
        let list = |name: &str| file.get(name).and_then(Value::as_array);
        let columns = list("columns").ok_or_else(|| unreadable("there is no array `columns`"))?;
        let name = |c: &Value| c.get("name").and_then(Value::as_str).map(column);
        let header: Option<Vec<String>> = columns.iter().map(name).collect();
        let header = header.ok_or_else(|| unreadable("a column has no `name`"))?;
        let all = match (list("rows"), lines.is_empty()) {
            (Some(rows), true) => rows,
            (None, false) => &lines,
            (Some(_), false) => return Err(unreadable("there is something behind the end of the object")),
            (None, true) => return Err(unreadable("there is no array `rows`")),
        };
        if let Some(records) = file.get("records").and_then(Value::as_u64)
            && records != all.len() as u64
        {
            let held = all.len();
            return Err(unreadable(format!(
                "`records` says {records} rows, but there are {held}: it is cut short"
            )));
        }
        let mut rows = Vec::new();
        for (i, row) in all.iter().enumerate() {
            let cells = row.as_array().filter(|cells| cells.len() == header.len());
            let cells = cells.map(|cells| cells.iter().map(text).collect::<Option<Vec<_>>>());
            let wrong =
                || unreadable(format!("row {} is not an array of {} plain values", i + 1, header.len()));
            rows.push(cells.flatten().ok_or_else(wrong)?);
        }
        Self::from_cells(&Cells { header, rows }.checked()?, &options.into())
    }

    /// Writes CDISC Dataset-JSON 1.1, created at a date and time. Read back it is the same data set.
    ///
    /// # Errors
    /// [`FileError::DataSet`](crate::FileError::DataSet) where the destination fails.
    pub fn write_dataset_json(&self, destination: impl Write, created: DateTime) -> Result<()> {
        let columns = self.columns().map(|name| {
            let data_type = match name {
                "AVAL" => "double",
                "CNSR" => "integer",
                "STARTDT" | "ADT" => "date",
                _ => "string",
            };
            json!({"itemOID": format!("IT.ADTTE.{name}"), "name": name, "label": label(name), "dataType": data_type})
        });
        let rows = self.rows.iter().map(|row| {
            let mut cells: Vec<Value> = Self::cells(row).into_iter().map(Value::from).collect();
            // The positions of STARTDT, ADT, AVAL and CNSR among the columns.
            for (at, missing) in [(4, row.startdt.is_none()), (5, row.adt.is_none())] {
                if missing {
                    cells[at] = Value::Null;
                }
            }
            (cells[6], cells[8]) =
                (json!(row.aval), json!(row.cnsr.reason().map_or(0, std::num::NonZeroU32::get)));
            Value::from(cells)
        });
        let file = json!({
            "datasetJSONCreationDateTime": created.to_string(),
            "datasetJSONVersion": "1.1.0",
            "itemGroupOID": "IG.ADTTE",
            "records": self.rows.len(),
            "name": "ADTTE",
            "label": "Time-to-Event Analysis",
            "columns": columns.collect::<Vec<_>>(),
            "rows": rows.collect::<Vec<_>>(),
        });
        serde_json::to_writer(destination, &file).map_err(unwritable)
    }
}

/// A cell as text; `None` for what is no plain value.
fn text(cell: &Value) -> Option<String> {
    match cell {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The label of a column of ADTTE.
fn label(name: &str) -> &str {
    match name {
        "USUBJID" => "Unique Subject Identifier",
        "PARAMCD" => "Parameter Code",
        "PARAM" => "Parameter",
        "TRTP" => "Planned Treatment",
        "STARTDT" => "Time to Event Origin Date for Subject",
        "ADT" => "Analysis Date",
        "AVAL" => "Analysis Value",
        "AVALU" => "Analysis Value Unit",
        "CNSR" => "Censor",
        "EVNTDESC" => "Event or Censoring Description",
        "CNSDTDSC" => "Censor Date Description",
        other => other,
    }
}
