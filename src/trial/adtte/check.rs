//! Do the parameters of one subject agree with each other?

use std::collections::HashMap;
use std::fmt;

use crate::trial::adtte::{Adtte, AdtteRow};

/// Two parameters of one subject that cannot both be true.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Contradiction {
    /// The subject.
    pub usubjid: String,
    /// What cannot be.
    pub what: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.usubjid, self.what)
    }
}

impl Adtte {
    /// The contradictions between an endpoint to which death belongs (PFS, EFS, DFS, FFS) and overall survival.
    ///
    /// Nothing lasts longer than life; a subject who is censored for the first on the day of death or later must have had
    /// its event; and a subject has one arm and one origin. Endpoints that [`Trial::analyse`](crate::trial::Trial::analyse)
    /// makes agree by construction; a file need not.
    #[must_use]
    pub fn contradictions(&self, within: &str, overall: &str) -> Vec<Contradiction> {
        let of_overall = self.rows.iter().filter(|r| r.paramcd == overall);
        let lives: HashMap<&str, &AdtteRow> = of_overall.map(|r| (r.usubjid.as_str(), r)).collect();
        let mut found = Vec::new();
        for row in self.rows.iter().filter(|r| r.paramcd == within) {
            let usubjid = row.usubjid.as_str();
            let Some(life) = lives.get(usubjid) else { continue };
            let mut say = |what: String| found.push(Contradiction { usubjid: usubjid.into(), what });
            let (time, lived) = (row.avalu.time(row.aval), life.avalu.time(life.aval));
            if row.trtp != life.trtp {
                say(format!("{within} is on {}, {overall} on {}", row.trtp, life.trtp));
            }
            if row.startdt.zip(life.startdt).is_some_and(|(a, b)| a != b) {
                say(format!("{within} and {overall} start on different dates"));
            }
            if time > lived {
                say(format!("{within} lasts {time}, but {overall} ends at {lived}"));
            } else if time == lived && life.cnsr.is_event() && !row.cnsr.is_event() {
                say(format!("{within} is censored at {time}, the time of death, which is an event of it"));
            }
        }
        found
    }
}
