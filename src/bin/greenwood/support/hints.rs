//! What may be wrong with a file, from what is seen in it.

/// The first few labels.
pub(super) fn listed(labels: &[String]) -> String {
    let more = if labels.len() > 6 { ", …" } else { "" };
    labels.iter().take(6).map(|l| format!("\"{l}\"")).collect::<Vec<_>>().join(", ") + more
}

/// What may be wrong with a header that lacks a column.
pub(super) fn header_hint(header: &[String]) -> &'static str {
    if header.len() > 1 && header.iter().any(|name| name.parse::<f64>().is_ok()) {
        return "; the first line must hold the names of the columns";
    }
    separator_hint(header)
}

/// Where all labels are numbers, the largest as an example: of codes such as 1 and 2 that is the event, most often.
pub(super) fn largest(labels: &[String]) -> Option<f64> {
    let numbers = labels.iter().map(|l| l.parse::<f64>().ok()).collect::<Option<Vec<f64>>>();
    numbers.into_iter().flatten().reduce(f64::max)
}

/// A header of one name that holds a separator was read with the wrong one.
pub(super) fn separator_hint(header: &[String]) -> &'static str {
    match header {
        [one] if one.contains(';') => "; if cells are separated by semicolons, add --delimiter ';'",
        [one] if one.contains('\t') => "; if cells are separated by tabulators, add --delimiter tab",
        [one] if one.contains(',') => "; if cells are separated by commas, leave out --delimiter",
        _ => "",
    }
}

/// A cell without any letter or digit is a sign of something: of a missing value, most often.
pub(super) fn missing_hint(cell: &str) -> &'static str {
    if cell.chars().any(char::is_alphanumeric) && !cell.eq_ignore_ascii_case("nan") {
        return "";
    }
    "; if this stands for a missing value, name it with --missing and leave out such rows with --skip-missing"
}
