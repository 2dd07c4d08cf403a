//! What a figure shows, as tables: for readers who cannot see it, and for those who want its numbers.

use std::fmt::{self, Write};
use std::path::Path;

use crate::error::{Error, FileError, Result};
use crate::plot::picture::show_in_notebook;
use crate::plot::svg::escape;

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum DataCell {
    /// Words.
    Text(String),
    /// A number, as it is drawn: on the scale of its axis.
    Number(f64),
    /// There is none.
    Missing,
}

impl From<&str> for DataCell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&String> for DataCell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for DataCell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for DataCell {
    /// NaN is [`DataCell::Missing`].
    fn from(value: f64) -> Self {
        if value.is_nan() { Self::Missing } else { Self::Number(value) }
    }
}

impl From<Option<f64>> for DataCell {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Missing, Self::from)
    }
}

/// A number to six digits, a text as it is; nothing where there is nothing.
impl fmt::Display for DataCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.pad(text),
            Self::Number(value) => f.pad(&six_digits(*value)),
            Self::Missing => f.pad(""),
        }
    }
}

/// A number to six digits without idle zeros.
fn six_digits(value: f64) -> String {
    if !value.is_finite() {
        return if value > 0.0 { "Inf".into() } else { "-Inf".into() };
    }
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    let size = rounded.abs();
    if size != 0.0 && !(1e-5..1e15).contains(&size) {
        format!("{rounded:e}")
    } else {
        format!("{}", rounded + 0.0)
    }
}

/// A table of what a figure shows.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct DataTable {
    /// What it holds, such as "Curves".
    pub name: String,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each with a cell for every column.
    pub rows: Vec<Vec<DataCell>>,
}

impl DataTable {
    pub(crate) fn new(name: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(ToString::to_string).collect();
        Self { name: name.into(), columns, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = DataCell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as CSV (RFC 4180) with a header; numbers as they are, to the last digit.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let quoted = |text: &str| {
            if text.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.to_string()
            }
        };
        let cell = |cell: &DataCell| match cell {
            DataCell::Text(text) => quoted(text),
            DataCell::Number(value) if value.is_finite() => {
                format!("{value:?}").trim_end_matches(".0").to_string()
            }
            DataCell::Number(value) => six_digits(*value),
            DataCell::Missing => String::new(),
        };
        let mut out = self.columns.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",");
        out.push('\n');
        for row in &self.rows {
            out.push_str(&row.iter().map(cell).collect::<Vec<_>>().join(","));
            out.push('\n');
        }
        out
    }

    /// The table as HTML: its name is the caption, the first row the header.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut out = format!("<table>\n<caption>{}</caption>\n<thead><tr>", escape(&self.name));
        for column in &self.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", escape(column));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for cell in row {
                let _ = write!(out, "<td>{}</td>", escape(&cell.to_string()));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
        out
    }
}

/// The name, then the columns under their names.
impl fmt::Display for DataTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        let texts: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let width = |k: usize| {
            let cells = texts.iter().filter_map(|row| row.get(k)).chain([&self.columns[k]]);
            cells.map(|text| text.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let number = |k: usize| self.rows.iter().any(|row| matches!(row.get(k), Some(DataCell::Number(_))));
        let right: Vec<bool> = (0..self.columns.len()).map(number).collect();
        for row in std::iter::once(&self.columns).chain(&texts) {
            let mut line = String::new();
            for (k, text) in row.iter().enumerate() {
                let gap = if k == 0 { "" } else { "  " };
                let _ = match (right.get(k), widths.get(k)) {
                    (Some(true), Some(width)) => write!(line, "{gap}{text:>width$}"),
                    (_, width) => write!(line, "{gap}{text:<width$}", width = width.copied().unwrap_or(0)),
                };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The numbers of a figure as tables: what its lines, bands and marks show, on the scales of its axes, and the table under
/// the axis. Made by the method `data` of every figure.
///
/// Prints as text, which a screen reader reads row by row.
///
/// # Example
/// ```
/// use greenwood::plot::KaplanMeierPlot;
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[6.0, 7.0, 10.0, 15.0], &[true, false, true, true])?);
/// let data = KaplanMeierPlot::new(&[curve]).without_bands().time_axis("Months").data()?;
/// assert_eq!(data.table("Curves").unwrap().to_csv(), "\
/// curve,Months,Event-free (%)
/// 1,0,100
/// 1,6,75
/// 1,10,37.5
/// 1,15,0
/// ");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct FigureData {
    /// The name of the figure.
    pub title: String,
    /// Its tables.
    pub tables: Vec<DataTable>,
}

impl FigureData {
    /// A figure of this name; tables without rows are left out.
    pub(crate) fn new(title: impl Into<String>, tables: Vec<DataTable>) -> Self {
        let tables = tables.into_iter().filter(|t| !t.rows.is_empty()).collect();
        Self { title: title.into(), tables }
    }

    /// The table of this name, where the figure has it.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&DataTable> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// All tables as CSV, each with its header, an empty line between two.
    #[must_use]
    pub fn to_csv(&self) -> String {
        self.tables.iter().map(DataTable::to_csv).collect::<Vec<_>>().join("\n")
    }

    /// All tables as HTML under the name of the figure, to stand beside it in a page.
    #[must_use]
    pub fn to_html(&self) -> String {
        let tables: String = self.tables.iter().map(DataTable::to_html).collect();
        format!("<section>\n<h2>{}</h2>\n{tables}</section>\n", escape(&self.title))
    }

    /// Shows the tables in a Jupyter notebook that runs Rust (evcxr calls this by its name).
    pub fn evcxr_display(&self) {
        show_in_notebook("text/html", &self.to_html());
    }

    /// The tables as a file: `.csv`, `.html` or `.txt`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for another ending; [`FileError::NotWritten`](crate::FileError::NotWritten) where the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let text = match ending.as_str() {
            "csv" => self.to_csv(),
            "html" => self.to_html(),
            "txt" => self.to_string(),
            _ => {
                return Err(Error::Unsupported {
                    method: "the data of a figure",
                    with: "this ending of the file's name",
                    why: "they are written as .csv, .html or .txt",
                });
            }
        };
        std::fs::write(path, text).map_err(|e| {
            Error::File(FileError::NotWritten { path: path.display().to_string(), why: e.to_string() })
        })
    }
}

/// The name of the figure, then each table.
impl fmt::Display for FigureData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for table in &self.tables {
            write!(f, "\n{table}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_commas_quotes_and_digits() {
        let mut table = DataTable::new("T", &["a,b", "c"]);
        table.row([DataCell::from("x \"y\"\nz"), (1.0_f64 / 3.0).into()]);
        table.row([DataCell::from(""), f64::NAN.into()]);
        table.row([DataCell::from("w"), f64::INFINITY.into()]);
        table.row([DataCell::from("v"), 120.0.into()]);
        assert_eq!(table.to_csv(), "\"a,b\",c\n\"x \"\"y\"\"\nz\",0.3333333333333333\n,\nw,Inf\nv,120\n");
        assert!(table.to_html().contains("<td>x &quot;y&quot; z</td><td>0.333333</td>"));
    }

    #[test]
    fn text_has_six_digits() {
        let cases =
            [(0.0, "0"), (-0.0, "0"), (1.0 / 3.0, "0.333333"), (123_456_789.0, "123457000"), (1e-9, "1e-9")];
        for (value, text) in cases {
            assert_eq!(six_digits(value), text);
        }
    }

    #[test]
    fn other_endings_are_refused() {
        assert!(FigureData::new("", Vec::new()).save("data.xlsx").unwrap_err().to_string().contains(".csv"));
    }
}
