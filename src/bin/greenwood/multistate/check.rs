//! What the check of histories says, as fields.

use greenwood::survival::Histories;
use greenwood::survival::data::{HistoryCheck, ProblemKind};
use serde_json::{Value, json};

use crate::support::counted;

/// What is wrong with the rows, counted as R's `survcheck` counts: there a row that stands twice is an overlap, and
/// duplicates are of data with one row for each time, which these are not. A row is counted from 1, without the header.
pub(super) fn check_field(check: &HistoryCheck) -> Value {
    let problems: Vec<Value> = check
        .problems()
        .iter()
        .map(|p| json!({ "kind": p.kind().to_string(), "id": p.id(), "row": p.row() + 1 }))
        .collect();
    let repeated = check.problems().iter().filter(|p| p.repeats().is_some()).count();
    json!({
        "subjects": check.subjects(), "rows": check.rows(), "overlap": check.count(ProblemKind::Overlap),
        "gap": check.count(ProblemKind::Gap), "duplicate": 0, "jump": check.count(ProblemKind::Jump),
        "teleport": check.count(ProblemKind::Teleport), "repeated": repeated, "problems": problems,
    })
}

/// The transitions that take place, by their states.
pub(super) fn transitions_field(check: &HistoryCheck) -> Vec<Value> {
    let states = check.states();
    let pairs =
        check.transitions().iter().enumerate().flat_map(|(h, row)| {
            row.iter().enumerate().filter(|&(_, &n)| n > 0).map(move |(j, &n)| (h, j, n))
        });
    pairs.map(|(h, j, n)| json!({ "from": states[h], "to": states[j], "n": n })).collect()
}

/// The number of subjects in the rows that are kept.
pub(super) fn subjects(data: &Histories, keep: &[bool]) -> Value {
    let mut own = vec![false; data.ids().count()];
    let first = |(&id, &keep): (&u32, &bool)| keep && !std::mem::replace(&mut own[id as usize], true);
    counted(data.weights(), data.ids().codes().iter().zip(keep).map(first))
}
