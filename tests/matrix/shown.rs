//! What a method answers, as numbers and texts with a path each.

use std::fmt::Display;

use greenwood::Error;
use serde::Serialize;
use serde_json::Value;

/// Numbers and texts, each with its path.
#[derive(Debug, Default, Clone)]
pub struct Shown {
    pub numbers: Vec<(String, f64)>,
    pub texts: Vec<(String, String)>,
}

pub type Outcome = Result<Shown, Error>;

impl Shown {
    pub fn number(&mut self, path: impl Display, value: f64) -> &mut Self {
        self.numbers.push((path.to_string(), value));
        self
    }

    pub fn numbers(&mut self, path: &str, values: impl IntoIterator<Item = f64>) -> &mut Self {
        for (i, value) in values.into_iter().enumerate() {
            self.number(format!("{path}[{i}]"), value);
        }
        self
    }

    pub fn text(&mut self, path: impl Display, value: impl Display) -> &mut Self {
        self.texts.push((path.to_string(), value.to_string()));
        self
    }

    /// Every number, text and flag of a result as it is written, but for some keys.
    pub fn all(&mut self, path: &str, value: &impl Serialize, without: &[&str]) -> &mut Self {
        let value = serde_json::to_value(value).unwrap();
        self.walk(path, &value, without);
        self
    }

    /// The same of what may have no answer: the reason is an answer.
    pub fn maybe<T: Serialize, E: Display>(
        &mut self,
        path: &str,
        value: Result<T, E>,
        without: &[&str],
    ) -> &mut Self {
        match value {
            Ok(value) => self.all(path, &value, without),
            Err(error) => self.text(path, error),
        }
    }

    fn walk(&mut self, path: &str, value: &Value, without: &[&str]) {
        match value {
            Value::Null => drop(self.text(path, "null")),
            Value::Bool(b) => drop(self.text(path, b)),
            Value::Number(x) => drop(self.number(path, x.as_f64().unwrap())),
            Value::String(s) => drop(self.text(path, s)),
            Value::Array(values) => {
                for (i, v) in values.iter().enumerate() {
                    self.walk(&format!("{path}[{i}]"), v, without);
                }
            }
            Value::Object(map) => {
                for (key, v) in map.iter().filter(|(key, _)| !without.contains(&key.as_str())) {
                    self.walk(&format!("{path}.{key}"), v, without);
                }
            }
        }
    }
}

/// What differs, or nothing.
pub fn difference(got: &Outcome, expected: &Outcome, tolerance: f64) -> Option<String> {
    let (got, expected) = match (got, expected) {
        (Ok(got), Ok(expected)) => (got, expected),
        (Err(got), Err(expected)) => {
            let (got, expected) = (got.to_string(), expected.to_string());
            let (a, b) = (without_numbers(&got), without_numbers(&expected));
            return (a != b).then(|| format!("other errors: {got} | {expected}"));
        }
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => return Some(format!("only one is refused: {error}")),
    };
    let paths = |s: &Shown| s.numbers.iter().map(|n| n.0.clone()).collect::<Vec<_>>();
    if paths(got) != paths(expected) {
        let (a, b) = (paths(got), paths(expected));
        let at = a.iter().zip(&b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
        return Some(format!("other numbers from {:?} and {:?}", a.get(at), b.get(at)));
    }
    for ((path, a), (_, b)) in got.numbers.iter().zip(&expected.numbers) {
        let same =
            a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0);
        if !same {
            return Some(format!("{path}: {a} for {b}"));
        }
    }
    for ((path, a), (other, b)) in got.texts.iter().zip(&expected.texts) {
        if (path, a) != (other, b) {
            return Some(format!("{path}:\n{a}\nfor {other}:\n{b}"));
        }
    }
    (got.texts.len() != expected.texts.len()).then(|| "other texts".into())
}

impl Shown {
    /// Without numbers under some names, and of texts without what counts rows.
    pub fn without(&self, names: &[&str]) -> Self {
        let named = |path: &str| names.iter().any(|name| path.split(['.', '[']).any(|part| part == *name));
        let counts = |text: &str| -> String {
            text.lines().filter(|line| !line.contains(" rows")).collect::<Vec<_>>().join("\n")
        };
        Self {
            numbers: self.numbers.iter().filter(|n| !named(&n.0)).cloned().collect(),
            texts: self.texts.iter().filter(|t| !named(&t.0)).map(|(p, t)| (p.clone(), counts(t))).collect(),
        }
    }
}

fn without_numbers(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit() && !".-e ".contains(*c)).collect()
}
