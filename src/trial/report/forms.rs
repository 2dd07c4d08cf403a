//! A report as text, Markdown, LaTeX, HTML and CSV.

use std::fmt;

use crate::trial::report::layout;
use crate::trial::report::report::Report;
use crate::trial::report::table::{self, Table};

impl Report {
    /// The report as tables: the arms, the comparison, the numbers at risk.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        layout::tables(self)
    }

    /// The title and all tables in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        self.joined(|title| format!("## {}\n\n", table::markdown(title)), Table::to_markdown)
    }

    /// The title and all tables in LaTeX.
    #[must_use]
    pub fn to_latex(&self) -> String {
        self.joined(|title| format!("\\section*{{{}}}\n\n", table::latex(title)), Table::to_latex)
    }

    /// The title and all tables in HTML: a `section` element.
    #[must_use]
    pub fn to_html(&self) -> String {
        let body = self.joined(|title| format!("<h2>{}</h2>\n", table::html(title)), Table::to_html);
        format!("<section>\n{body}</section>\n")
    }

    /// All tables as comma-separated values, each under its caption and with an empty line before the next.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let table = |table: &Table| format!("{}\n{}", table::csv(&table.caption), table.to_csv());
        self.tables().iter().map(table).collect::<Vec<_>>().join("\n")
    }

    fn joined(&self, title: impl Fn(&str) -> String, table: impl Fn(&Table) -> String) -> String {
        let tables: Vec<String> = self.tables().iter().map(table).collect();
        title(&layout::title(self)) + &tables.join("\n")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&layout::title(self))?;
        self.tables().iter().try_for_each(|table| write!(f, "\n\n{table}"))
    }
}
