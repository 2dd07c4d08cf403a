//! Histories as spells at risk and kinds of transitions.

use std::collections::HashMap;

use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::Groups;
use crate::survival::data::histories::Histories;
use crate::survival::data::weights::Weights;
use crate::survival::multi_state::flow::{Flow, Kind, Spell};

/// The flow of the rows that `keep`; `from_time` leaves out what ended before.
pub(crate) fn flow(data: &Histories, from_time: f64, keep: impl Fn(usize) -> bool) -> Result<Flow> {
    let mut one = flows(data, from_time, (1, |i| usize::from(!keep(i))))?;
    Ok(one.remove(0))
}

/// The flow of each of some groups of rows: how many there are, and which a row is in (none where the number is no group).
pub(crate) fn flows(
    data: &Histories,
    from_time: f64,
    (count, group): (usize, impl Fn(usize) -> usize),
) -> Result<Vec<Flow>> {
    data.check().into_result()?;
    let k = data.states.len();
    let mut codes: HashMap<(u32, u32), u32> = HashMap::new();
    let mut pairs: Vec<(u32, u32)> =
        (0..data.len()).filter(|&i| data.to[i] > 0).map(|i| (data.from[i], data.to[i] - 1)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (i, pair) in pairs.iter().enumerate() {
        codes.insert(*pair, i as u32 + 1);
    }
    let unit = |j: u32, x: u32| f64::from(u8::from(j == x));
    let kinds = pairs.iter().map(|&(h, j)| Kind {
        from: h as usize,
        effect: (0..k as u32).map(|x| unit(j, x) - unit(h, x)).collect(),
    });
    let kinds: Vec<Kind> = kinds.collect();
    let spells = spells(data, from_time, (count, group), |i| {
        [if data.to[i] > 0 { codes[&(data.from[i], data.to[i] - 1)] } else { 0 }, 0]
    });
    spells.into_iter().map(|spells| flow_of(k, &kinds, spells)).collect()
}

fn flow_of(states: usize, kinds: &[Kind], spells: Vec<Spell>) -> Result<Flow> {
    if spells.is_empty() {
        return Err(Error::Empty { argument: "the rows at risk" });
    }
    Ok(Flow::new(states, kinds.to_vec(), spells))
}

/// The spells of the rows of each group, in one pass: rows that follow each other without an event, in one state, are one spell.
pub(crate) fn spells(
    data: &Histories,
    from_time: f64,
    (count, group): (usize, impl Fn(usize) -> usize),
    events: impl Fn(usize) -> [u32; 2],
) -> Vec<Vec<Spell>> {
    let cluster = |i: usize| data.clusters.as_ref().map_or(data.ids.codes()[i], |c| c[i]);
    let weight = |i: usize| match &data.weights {
        None => (1.0, 1.0),
        // Within a cluster the subjects that one stands for are together.
        Some(Weights::Replication(w)) if data.clusters.is_none() => (1.0, w[i]),
        Some(w) => (w.values()[i], 1.0),
    };
    let mut all: Vec<Vec<Spell>> = vec![Vec::new(); count];
    let mut last_ids = vec![u32::MAX; count];
    for i in data.in_order() {
        let (size, count) = weight(i);
        let own = group(i);
        let Some(spells) = all.get_mut(own) else { continue };
        if data.stop[i] < from_time || size * count == 0.0 {
            continue;
        }
        let spell = Spell {
            start: data.start[i],
            stop: data.stop[i],
            state: data.from[i],
            events: events(i),
            cluster: cluster(i),
            size,
            count,
        };
        let id = data.ids.codes()[i];
        match spells.last_mut() {
            Some(s)
                if last_ids[own] == id
                    && s.events == [0, 0]
                    && s.stop == spell.start
                    && (s.state, s.cluster, s.size) == (spell.state, spell.cluster, spell.size) =>
            {
                s.stop = spell.stop;
                s.events = spell.events;
            }
            _ => spells.push(spell),
        }
        last_ids[own] = id;
    }
    all
}

/// Checks the groups, and that nobody is in two of them: one code per row.
pub(crate) fn check_groups(data: &Histories, groups: &Groups) -> Result<()> {
    check_len("groups", groups.len(), "stop", data.len())
}
