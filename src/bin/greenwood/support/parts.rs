//! Flags of the form `name:value` and `name=value`.

use greenwood::survival::regression::NewRow;

use super::written::Failure;

/// Two names with a mark between them.
pub fn parts<'a>(flag: &str, pair: &'a str, mark: char) -> Result<(&'a str, &'a str), Failure> {
    pair.split_once(mark).filter(|(a, b)| !a.is_empty() && !b.is_empty()).ok_or_else(|| {
        let example = if mark == ':' { "shape:age" } else { "age=60" };
        format!("{flag} {pair}: write it as {example}").into()
    })
}

/// The row of `--new` by the names of its covariates, and the stratum where one of the names is its column.
pub fn named_row<'a>(
    new: &'a [String],
    mut row: NewRow,
    factors: &[String],
    strata: Option<&str>,
) -> Result<(NewRow, Option<&'a str>), Failure> {
    let mut stratum = None;
    for pair in new {
        let (name, value) = parts("--new", pair, '=')?;
        if strata == Some(name) {
            stratum = Some(value);
        } else if factors.iter().any(|f| f == name) {
            row = row.level(name, value);
        } else {
            let number: f64 = value.parse().map_err(|_| {
                format!("--new {pair}: \"{value}\" is not a number, and {name} is no --factor")
            })?;
            row = row.numeric(name, number);
        }
    }
    Ok((row, stratum))
}
