//! Arms, events and reasons that are known at run time.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A word for people that is known at run time: an arm, a kind of event, a reason; read from a file or made from a `String`.
///
/// It is as small and as free to copy as an enum, so a trial of names is used as a trial of enums is, and tables and
/// errors show it as it stands. It compares, and is written and read, as its text.
///
/// Each distinct text is kept until the program ends. Arms, kinds of events and reasons are few; what is different for every
/// subject (an identifier) stays a `String`.
///
/// # Example
/// ```
/// use greenwood::trial::{Endpoint, Exit, Name, Role, Subject, Time, Trial};
///
/// // As they come from a file: arm, day, what happened.
/// let rows = [("MSC + IST", 40.0, "relapse"), ("MSC + IST", 90.0, ""), ("IST", 10.0, "death"), ("IST", 80.0, "")];
/// let subjects = rows.map(|(arm, day, what)| {
///     let exit = if what.is_empty() { Exit::Cutoff } else { Exit::Terminal(Name::from(what.to_string())) };
///     Subject::on(Name::from(arm)).until(Time::days(day), exit)
/// });
/// let trial = Trial::new(subjects.into_iter().collect::<Result<Vec<_>, _>>()?);
/// let analysis = trial.analyse(&Endpoint::new("EFS", |_: Name| Role::Event))?;
/// assert_eq!(analysis.survival("MSC + IST".into(), Time::days(60.0))?.value()?, 0.5);
/// assert!(analysis.report().build()?.to_string().contains("MSC + IST"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Name(&'static str);

/// The texts of all names so far.
static TEXTS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

impl Name {
    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = texts.get_or_insert_default();
        if let Some(known) = texts.get(text.as_str()) {
            return Self(known);
        }
        let kept: &'static str = text.leak();
        texts.insert(kept);
        Self(kept)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        text.to_string().into()
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// In quotes, as a string.
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

// A derived form would need a text that lives as long as the program.
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input).map(Self::from)
    }
}
