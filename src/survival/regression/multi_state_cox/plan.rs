//! Which coefficient stands where, and which transitions share a baseline.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::numeric::sums::whole_count;
use crate::survival::data::histories::Histories;
use crate::survival::regression::design::Design;
use crate::survival::regression::multi_state_cox::options::MultiStateCox;

/// One transition: its states by position, how often it is made, and what its hazard is made of.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Transition {
    pub from: u32,
    pub to: u32,
    pub events: usize,
    /// For each column of the design the coefficient that multiplies it.
    pub coefficients: Vec<Option<usize>>,
    /// The number of its baseline.
    pub baseline: usize,
    /// The coefficient by which it is proportional to the baseline; none where it is the baseline itself.
    pub ratio: Option<usize>,
}

/// The transitions in order of their states, and the names of the coefficients.
#[derive(Debug)]
pub(super) struct Plan {
    pub transitions: Vec<Transition>,
    pub names: Vec<String>,
    /// The names of the baselines.
    pub baselines: Vec<String>,
}

impl Transition {
    pub fn name(&self, states: &[String]) -> String {
        format!("{} → {}", states[self.from as usize], states[self.to as usize])
    }
}

/// Two columns with one key have one coefficient.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Key {
    Own { transition: usize, column: usize },
    Common { rule: usize, column: usize },
}

impl Plan {
    pub fn new(options: &MultiStateCox, data: &Histories, design: &Design) -> Result<Self> {
        let mut counts: HashMap<(u32, u32), f64> = HashMap::new();
        // A row of weight 0 is nobody's.
        for row in (0..data.len()).filter(|&i| data.to[i] > 0 && data.weight(i) > 0.0) {
            *counts.entry((data.from[row], data.to[row] - 1)).or_default() += data.count(row);
        }
        if counts.is_empty() {
            return Err(Error::Empty { argument: "the transitions" });
        }
        let mut seen: Vec<((u32, u32), f64)> = counts.into_iter().collect();
        seen.sort_unstable_by_key(|&(states, _)| states);
        let mut transitions: Vec<Transition> = seen
            .into_iter()
            .enumerate()
            .map(|(baseline, ((from, to), events))| Transition {
                from,
                to,
                events: whole_count(events),
                coefficients: vec![None; design.columns()],
                baseline,
                ratio: None,
            })
            .collect();
        let mut names = coefficients(options, data, design, &mut transitions)?;
        let baselines = share(options, data, &mut transitions, &mut names)?;
        Ok(Self { transitions, names, baselines })
    }
}

/// The position of a transition by its states.
pub(super) fn position(
    data: &Histories,
    transitions: &[Transition],
    (from, to): &(String, String),
) -> Result<usize> {
    let pair = (data.position(from)? as u32, data.position(to)? as u32);
    transitions.iter().position(|t| (t.from, t.to) == pair).ok_or_else(|| Error::UnknownTransition {
        transition: format!("{from} → {to}"),
        known: transitions.iter().map(|t| t.name(&data.states)).collect::<Vec<_>>().join(", "),
    })
}

/// The coefficient of every column for every transition, as the rules have it: a later rule goes before an earlier one.
fn keys(
    options: &MultiStateCox,
    data: &Histories,
    design: &Design,
    transitions: &[Transition],
) -> Result<Vec<Option<Key>>> {
    let columns = design.columns();
    let mut keys: Vec<Option<Key>> = vec![None; transitions.len() * columns];
    for (rule_number, rule) in options.rules.iter().enumerate() {
        let on = match &rule.on {
            None => (0..transitions.len()).collect(),
            Some(on) => on.iter().map(|p| position(data, transitions, p)).collect::<Result<Vec<_>>>()?,
        };
        for covariate in &rule.covariates {
            for column in design.recipe().columns_of(covariate)? {
                let common = rule.common.then_some(Key::Common { rule: rule_number, column });
                for &transition in &on {
                    keys[transition * columns + column] = common.or(Some(Key::Own { transition, column }));
                }
            }
        }
    }
    Ok(keys)
}

/// Fills in the coefficients and returns their names.
fn coefficients(
    options: &MultiStateCox,
    data: &Histories,
    design: &Design,
    transitions: &mut [Transition],
) -> Result<Vec<String>> {
    let columns = design.columns();
    let keys = keys(options, data, design, transitions)?;
    let mut numbers: HashMap<Key, usize> = HashMap::new();
    let mut on: Vec<(usize, Vec<String>)> = Vec::new();
    for (t, transition) in transitions.iter_mut().enumerate() {
        let name = transition.name(&data.states);
        for column in 0..columns {
            let Some(key) = keys[t * columns + column] else { continue };
            let number = *numbers.entry(key).or_insert_with(|| {
                on.push((column, Vec::new()));
                on.len() - 1
            });
            on[number].1.push(name.clone());
            transition.coefficients[column] = Some(number);
        }
    }
    let name =
        |(column, on): &(usize, Vec<String>)| format!("{} ({})", design.names()[*column], on.join(", "));
    Ok(on.iter().map(name).collect())
}

/// Numbers the baselines, adds a coefficient for each transition that is proportional to another, and returns the names of the
/// baselines.
fn share(
    options: &MultiStateCox,
    data: &Histories,
    transitions: &mut [Transition],
    names: &mut Vec<String>,
) -> Result<Vec<String>> {
    let mut shared = vec![false; transitions.len()];
    for pairs in &options.shared {
        let members = pairs.iter().map(|p| position(data, transitions, p)).collect::<Result<Vec<_>>>()?;
        for (i, &t) in members.iter().enumerate() {
            if std::mem::replace(&mut shared[t], true) {
                let name = transitions[t].name(&data.states);
                return Err(Error::DuplicateName { what: "transitions with a shared baseline", name });
            }
            if i > 0 {
                transitions[t].baseline = transitions[members[0]].baseline;
                transitions[t].ratio = Some(names.len());
                let [of, to] = [t, members[0]].map(|t| transitions[t].name(&data.states));
                names.push(format!("hazard of {of} to {to}"));
            }
        }
    }
    // Numbers without holes, in order of the transitions.
    let mut order: Vec<usize> = Vec::new();
    let mut labels: Vec<Vec<String>> = Vec::new();
    for transition in transitions {
        let at = order.iter().position(|&b| b == transition.baseline).unwrap_or_else(|| {
            order.push(transition.baseline);
            labels.push(Vec::new());
            order.len() - 1
        });
        labels[at].push(transition.name(&data.states));
        transition.baseline = at;
    }
    Ok(labels.iter().map(|l| l.join(", ")).collect())
}
