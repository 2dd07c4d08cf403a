//! A check of histories as it is read back.

use crate::error::check_len;
use crate::survival::data::histories_check::{HistoryCheck, HistoryProblem, HistoryReturn};
use crate::survival::result::stored;

stored::checked_when_read!(HistoryCheck {
    states: Vec<String>,
    subjects: usize,
    rows: usize,
    problems: Vec<HistoryProblem>,
    transitions: Vec<Vec<usize>>,
    censored: Vec<usize>,
    visits: Vec<Vec<usize>>,
    #[serde(default)]
    returns: Vec<HistoryReturn>,
});

impl HistoryCheck {
    fn check(&self) -> crate::error::Result<()> {
        let k = self.states.len();
        check_len("transitions", self.transitions.len(), "states", k)?;
        self.transitions
            .iter()
            .try_for_each(|row| check_len("a row of transitions", row.len(), "states", k))?;
        check_len("censored", self.censored.len(), "states", k)?;
        check_len("visits", self.visits.len(), "states", k)?;
        let counts = self.transitions.iter().chain([&self.censored]).chain(&self.visits).flatten();
        counts.chain([&self.subjects, &self.rows]).try_for_each(|&n| stored::count("a count", n))
    }
}
