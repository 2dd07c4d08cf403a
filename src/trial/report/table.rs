//! A table of text, in the forms in which reports are written: plain, Markdown, LaTeX, HTML and CSV.

use std::fmt;

use crate::print::one_line;

/// A table: a caption, a header, rows of text as long as the header, and notes under it.
///
/// `Display` is plain text. In the other forms everything that has a meaning there is escaped, so that a name like
/// `A & B_1 <new>` stays what it is.
///
/// # Example
/// ```
/// use greenwood::trial::examples::{Arm, FFS, saa};
///
/// let report = saa().analyse(&FFS)?.report().contrast(Arm::Msc, Arm::Control).build()?;
/// let table = &report.tables()[0];
/// assert!(table.to_markdown().contains("| Subjects | 9 | 9 |"));
/// assert!(table.to_latex().contains("Subjects & 9 & 9 \\\\"));
/// assert!(table.to_html().contains("<th scope=\"row\">Subjects</th><td>9</td><td>9</td>"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The names of the columns; that of the first is often empty.
    pub header: Vec<String>,
    /// The cells, the name of the row first.
    pub rows: Vec<Vec<String>>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Table {
    pub(in crate::trial) fn new(caption: impl Into<String>, header: Vec<String>) -> Self {
        Self { caption: caption.into(), header, rows: Vec::new(), notes: Vec::new() }
    }

    pub(in crate::trial) fn push(
        &mut self,
        name: impl Into<String>,
        cells: impl IntoIterator<Item = String>,
    ) {
        let mut row = vec![name.into()];
        row.extend(cells);
        row.resize(self.header.len(), String::new());
        self.rows.push(row);
    }

    /// GitHub's Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let line = |cells: &[String]| {
            format!("| {} |\n", each(cells, |c| indented(c, "&emsp;", markdown)).join(" | "))
        };
        let rule = format!("|---|{}\n", "---:|".repeat(self.header.len().saturating_sub(1)));
        let caption = markdown(self.caption.trim());
        // Four stars alone would be a line across the page.
        let caption = if caption.is_empty() { caption } else { format!("**{caption}**\n\n") };
        let mut parts = vec![caption, line(&self.header), rule];
        parts.extend(self.rows.iter().map(|row| line(row)));
        parts.extend(self.notes.iter().map(|note| format!("\n{}\n", paragraph(note))));
        parts.concat()
    }

    /// A LaTeX `table` environment; it needs no package.
    #[must_use]
    pub fn to_latex(&self) -> String {
        let line = |cells: &[String]| {
            format!("{} \\\\\n", each(cells, |c| indented(c, "\\quad ", latex)).join(" & "))
        };
        let columns = format!("l{}", "r".repeat(self.header.len().saturating_sub(1)));
        let mut parts = vec![
            format!("\\begin{{table}}\n\\caption{{{}}}\n", latex(&self.caption)),
            format!("\\begin{{tabular}}{{{columns}}}\n\\hline\n{}\\hline\n", line(&self.header)),
        ];
        parts.extend(self.rows.iter().map(|row| line(row)));
        parts.push("\\hline\n\\end{tabular}\n".into());
        parts.extend(self.notes.iter().map(|note| format!("\\par {}\n", latex(note))));
        parts.push("\\end{table}\n".into());
        parts.concat()
    }

    /// Comma-separated values (RFC 4180): the header and the rows, one a line, without caption and notes.
    ///
    /// ```
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let report = saa().analyse(&FFS)?.report().build()?;
    /// assert!(report.tables()[0].to_csv().starts_with(",Msc,Control\nSubjects,9,9\n"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn to_csv(&self) -> String {
        let lines = std::iter::once(&self.header).chain(&self.rows);
        lines.map(|line| each(line, |cell| csv(cell.trim_start_matches(' '))).join(",") + "\n").collect()
    }

    /// An HTML `table` element.
    #[must_use]
    pub fn to_html(&self) -> String {
        let head = each(&self.header, |c| format!("<th scope=\"col\">{}</th>", html(c))).concat();
        let mut parts = vec![
            format!("<table>\n<caption>{}</caption>\n", html(&self.caption)),
            format!("<thead><tr>{head}</tr></thead>\n<tbody>\n"),
        ];
        for (name, cells) in self.rows.iter().filter_map(|row| row.split_first()) {
            let cells = each(cells, |c| format!("<td>{}</td>", html(c))).concat();
            parts
                .push(format!("<tr><th scope=\"row\">{}</th>{cells}</tr>\n", indented(name, "&emsp;", html)));
        }
        parts.push("</tbody>\n".into());
        if !self.notes.is_empty() {
            let notes = each(&self.notes, |note| format!("<p>{}</p>", html(note))).concat();
            let columns = self.header.len();
            parts.push(format!("<tfoot><tr><td colspan=\"{columns}\">{notes}</td></tr></tfoot>\n"));
        }
        parts.push("</table>\n".into());
        parts.concat()
    }
}

fn each(cells: &[String], text: impl Fn(&str) -> String) -> Vec<String> {
    cells.iter().map(|cell| text(cell)).collect()
}

/// A row under another keeps its place in every form: leading spaces become the form's own sign, one for each two.
fn indented(cell: &str, sign: &str, text: impl Fn(&str) -> String) -> String {
    let inner = cell.trim_start_matches(' ');
    sign.repeat((cell.len() - inner.len()).div_ceil(2)) + &text(inner)
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).chain(self.header.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        write!(f, "{}", one_line(&self.caption))?;
        for row in std::iter::once(&self.header).chain(&self.rows) {
            let mut line = String::new();
            for (i, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let cell = one_line(cell);
                let padded = if i == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
                line.push_str(&padded);
            }
            write!(f, "\n{}", line.trim_end())?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "\n{}", one_line(note)))
    }
}

/// Each character by itself, or by what stands for it.
fn escape(text: &str, replace: impl Fn(char) -> Option<&'static str>) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match (replace(c), c) {
            (Some(with), _) => escaped.push_str(with),
            (None, '\u{2028}' | '\u{2029}') => escaped.push(' '),
            (None, c) if c.is_control() => escaped.push(' '),
            (None, c) => escaped.push(c),
        }
    }
    escaped
}

/// A cell in quotes where it must have them.
pub(super) fn csv(text: &str) -> String {
    let special = text.contains(['"', ',', '\n', '\r']);
    if special { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

pub(super) fn markdown(text: &str) -> String {
    escape(text, |c| match c {
        '\\' => Some("\\\\"),
        '|' => Some("\\|"),
        '*' => Some("\\*"),
        '_' => Some("\\_"),
        '`' => Some("\\`"),
        '~' => Some("\\~"),
        '$' => Some("\\$"),
        '[' => Some("\\["),
        ']' => Some("\\]"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        _ => None,
    })
}

/// A paragraph of Markdown: what begins a heading, a list or a rule at the start of a line is a character like others.
fn paragraph(text: &str) -> String {
    let text = text.trim_start();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let behind = text[digits..].strip_prefix(['.', ')']);
    let mark =
        digits > 0 && behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    let at = if text.starts_with(['#', '+', '-', '=']) || mark { digits } else { return markdown(text) };
    format!("{}\\{}", &text[..at], markdown(&text[at..]))
}

/// Letters and signs that the crate's own texts have, and that LaTeX has without a package in formulas only.
fn in_formula(c: char) -> Option<&'static str> {
    Some(match c {
        '±' => "$\\pm$",
        '−' => "$-$",
        '∞' => "$\\infty$",
        '≤' => "$\\leq$",
        '≥' => "$\\geq$",
        '≠' => "$\\neq$",
        '≈' => "$\\approx$",
        '×' => "$\\times$",
        '→' => "$\\rightarrow$",
        '²' => "$^2$",
        'α' => "$\\alpha$",
        'β' => "$\\beta$",
        'γ' => "$\\gamma$",
        'δ' => "$\\delta$",
        'Δ' => "$\\Delta$",
        'θ' => "$\\theta$",
        'λ' => "$\\lambda$",
        'μ' | 'µ' => "$\\mu$",
        'ρ' => "$\\rho$",
        'σ' => "$\\sigma$",
        'τ' => "$\\tau$",
        'χ' => "$\\chi$",
        _ => return None,
    })
}

pub(super) fn latex(text: &str) -> String {
    // Two signs side by side would be read as one other.
    let text = text
        .replace("--", "-\u{1}-")
        .replace("--", "-\u{1}-")
        .replace("?`", "?\u{1}`")
        .replace("!`", "!\u{1}`");
    escape(&text, |c| match c {
        '\u{1}' => Some("{}"),
        '|' => Some("\\textbar{}"),
        '\\' => Some("\\textbackslash{}"),
        '{' => Some("\\{"),
        '}' => Some("\\}"),
        '$' => Some("\\$"),
        '&' => Some("\\&"),
        '#' => Some("\\#"),
        '^' => Some("\\textasciicircum{}"),
        '_' => Some("\\_"),
        '%' => Some("\\%"),
        '~' => Some("\\textasciitilde{}"),
        // Behind the end of a row these would be read as its options.
        '[' => Some("{[}"),
        '*' => Some("{*}"),
        '<' => Some("$<$"),
        '>' => Some("$>$"),
        c => in_formula(c),
    })
}

pub(super) fn html(text: &str) -> String {
    escape(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    })
}
