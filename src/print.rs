//! How numbers are written: one way for p-values, one for numbers, one sign for what is missing, one word between
//! two groups. Every table, sentence and error text of the crate takes them from here, so this file stands below them
//! all; its public place is `survival::result::print`.

use std::borrow::Cow;
use std::fmt;

/// The sign for a number that does not exist.
pub const MISSING: &str = "–";

/// A p-value as it is printed: three decimals, or as many as are asked for; `<0.001` where that would be 0.
///
/// With `{:#}` it is a clause: `p = 0.153`, `p < 0.001`.
///
/// # Example
/// ```
/// use greenwood::survival::result::print::PValue;
///
/// assert_eq!(PValue(0.1529).to_string(), "0.153");
/// assert_eq!(format!("{:#.4}", PValue(2e-17)), "p < 0.0001");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PValue(pub f64);

impl fmt::Display for PValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        // The smallest number with so many decimals: what is below it is said to be so.
        let smallest = if decimals == 0 { "1".to_string() } else { format!("0.{:0>decimals$}", 1) };
        let (sign, text) = if self.0.is_nan() {
            ("=", MISSING.to_string())
        } else if self.0 < smallest.parse().unwrap_or(0.0) && decimals > 0 {
            ("<", smallest)
        } else {
            ("=", format!("{:.decimals$}", self.0))
        };
        match (f.alternate(), sign) {
            (true, sign) => pad(f, &format!("p {sign} {text}")),
            (false, "<") => pad(f, &format!("<{text}")),
            (false, _) => pad(f, &text),
        }
    }
}

/// A number as it is printed where no number of decimals is asked for: seven significant digits as in R, without
/// trailing zeros; powers of ten only from 1e15 on and below 0.0001. `∞` and `−∞` are written so, NaN as missing.
///
/// # Example
/// ```
/// use greenwood::survival::result::print::Number;
///
/// assert_eq!(Number(361.0 / 12.0).to_string(), "30.08333");
/// assert_eq!(Number(48620.0).to_string(), "48620");
/// assert_eq!(format!("{:.2}", Number(361.0 / 12.0)), "30.08");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub f64);

/// From here on a number is written as a power of ten: whole numbers are exact below it.
const LARGE: f64 = 1e15;
/// Below it a number is written as a power of ten.
const SMALL: f64 = 1e-4;

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let x = self.0;
        let text = if x.is_nan() {
            MISSING.to_string()
        } else if x.is_infinite() {
            if x > 0.0 { "∞".to_string() } else { "−∞".to_string() }
        } else if let Some(decimals) = f.precision() {
            let text = format!("{x:.decimals$}");
            // −0.00 is 0.00.
            if text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.')) { text.replace('-', "") } else { text }
        } else {
            // To seven significant digits and back: what is left is the shortest text of the rounded number.
            let rounded: f64 = format!("{x:.6e}").parse().unwrap_or(x);
            let size = rounded.abs();
            if rounded == 0.0 {
                "0".to_string()
            } else if !(SMALL..LARGE).contains(&size) {
                format!("{rounded:e}")
            } else if x.fract() == 0.0 {
                // A whole number (a count, a day) is never rounded.
                format!("{x}")
            } else {
                format!("{rounded}")
            }
        };
        pad(f, &text)
    }
}

/// Pads a finished text to the width that the format asks for: numbers to the right unless asked otherwise.
pub(crate) fn pad(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let fill = f.width().unwrap_or(0).saturating_sub(text.chars().count());
    let left = match f.align() {
        Some(fmt::Alignment::Left) => 0,
        Some(fmt::Alignment::Center) => fill / 2,
        _ => fill,
    };
    write!(f, "{:left$}{text}{:right$}", "", "", right = fill - left)
}

/// The same for what is read as words: to the left unless asked otherwise.
pub(crate) fn pad_left(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let fill = f.width().unwrap_or(0).saturating_sub(text.chars().count());
    write!(f, "{text}{:fill$}", "")
}

/// A number of things: `1 event`, `2 events`.
#[must_use]
pub fn counted(n: impl fmt::Display, noun: &str) -> String {
    let n = n.to_string();
    let plural = if n == "1" { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

/// A name as it stands in a table: what would end the line, or move what is behind it, is a space.
#[must_use]
pub fn one_line(name: &str) -> Cow<'_, str> {
    if name.contains(char::is_control) { name.replace(char::is_control, " ").into() } else { name.into() }
}

/// A number to four significant digits.
#[must_use]
pub(crate) fn significant(x: f64) -> Number {
    Number(format!("{x:.3e}").parse().unwrap_or(x))
}

/// The size of a number that is 0 but for rounding, such as the gap of a search: two significant digits.
#[must_use]
pub(crate) fn roughly(x: f64) -> Number {
    Number(format!("{x:.1e}").parse().unwrap_or(x))
}

/// The number by `text`, or the sign for what is missing.
pub fn or_missing<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| MISSING.to_string(), text)
}

/// `A against B`.
#[must_use]
pub fn pair(group: &str, reference: &str) -> String {
    format!("{} against {}", one_line(group), one_line(reference))
}

/// A level of 0.95 as `95%`.
#[must_use]
pub fn level(level: f64) -> String {
    format!("{}%", (level * 1e10).round() / 1e8)
}

/// The name of a group with that of its column, where it is known: `arm=new`, or `new`.
#[must_use]
pub fn group(column: Option<&str>, label: &str) -> String {
    let label = one_line(label);
    column.map_or_else(|| label.to_string(), |column| format!("{}={label}", one_line(column)))
}
