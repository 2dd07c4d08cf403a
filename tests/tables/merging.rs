//! Tables of parts, attacked: chains of near ties across parts, times and weights of mixed size, groups and strata that a
//! part lacks, parts of one row. Any partition, in any order and grouping, is the table of the whole, bit for bit.

use crate::random::Random;
use greenwood::survival::data::NearTies;
use greenwood::survival::risk_table::{CompetingRiskTable, CompetingRiskTables, RiskTables};
use greenwood::survival::{CompetingRisks, Groups, RightCensored, RiskTable, Weights};

struct Rows {
    time: Vec<f64>,
    cause: Vec<Option<usize>>,
    entry: Option<Vec<f64>>,
    weight: Option<(bool, Vec<f64>)>,
    arm: Vec<usize>,
    stratum: Option<Vec<usize>>,
    near_ties: NearTies,
}

const CAUSES: [&str; 3] = ["relapse", "Relapse", ""];
const ARMS: [&str; 4] = ["new", "old", "old ", "0 new"];
const SITES: [&str; 2] = ["north", ""];

/// Times of one scale with chains: each step is a fraction of what still counts as rounding.
fn times(r: &mut Random, n: usize) -> Vec<f64> {
    let scale = [1e-9, 1e-6, 1.0, 1.0, 1e3, 1e9][r.below(6)];
    let kind = r.below(5);
    let time = |r: &mut Random| match kind {
        0 => (r.below(9) as f64 / 3.0 + r.below(4) as f64 * 6e-9) * scale,
        1 => (0..=r.below(9)).fold(0.0, |sum, _| sum + 0.1) * scale,
        2 => r.uniform() * scale,
        3 => r.below(12) as f64 * scale.max(1.0),
        _ => 10_f64.powi(r.below(19) as i32 - 9) * (1.0 + r.below(3) as f64 * 1e-9),
    };
    (0..n).map(|_| time(r)).collect()
}

fn rows(r: &mut Random) -> Rows {
    let n = 1 + r.below(40);
    let time = times(r, n);
    let causes = 1 + r.below(3);
    let cause = (0..n).map(|_| (r.below(3) > 0).then(|| r.below(causes))).collect();
    let entry = (r.below(3) == 0).then(|| {
        let from = times(r, n);
        // Far enough before the end that no rule for rounding makes the two one.
        time.iter()
            .zip(from)
            .map(|(&t, e)| if e < t * 0.9 && t - e > 1e-7 * (1.0 + t) { e } else { 0.0 })
            .collect()
    });
    let weight = (r.below(2) == 0).then(|| {
        let kind = r.below(3);
        let mut one = || match kind {
            0 => (1 + r.below(5)) as f64,
            1 => [0.1, 0.2, 1.0 / 3.0, 0.7, 2.5, 1e-4, 12345.678][r.below(7)],
            _ => 0.01 + r.uniform(),
        };
        let weights = (0..n).map(|_| one()).collect();
        (r.below(2) == 0, weights)
    });
    let arms = 1 + r.below(4);
    Rows {
        time,
        cause,
        entry,
        weight,
        arm: (0..n).map(|_| r.below(arms)).collect(),
        stratum: (r.below(3) == 0).then(|| (0..n).map(|_| r.below(2)).collect()),
        near_ties: if r.below(5) == 0 { NearTies::Exact } else { NearTies::Merge },
    }
}

impl Rows {
    fn pick<T: Copy>(column: &[T], of: &[usize]) -> Vec<T> {
        of.iter().map(|&i| column[i]).collect()
    }

    fn data(&self, of: &[usize]) -> greenwood::Result<RightCensored<'static>> {
        let event: Vec<bool> = of.iter().map(|&i| self.cause[i].is_some()).collect();
        let mut data =
            RightCensored::new(Self::pick(&self.time, of), event)?.with_near_ties(self.near_ties)?;
        if let Some(entry) = &self.entry {
            data = data.with_entry(Self::pick(entry, of))?;
        }
        if let Some((sampling, weight)) = &self.weight {
            let w = Self::pick(weight, of);
            data =
                data.with_weights(if *sampling { Weights::sampling(w) } else { Weights::replication(w) })?;
        }
        if let Some(stratum) = &self.stratum {
            let names: Vec<&str> = of.iter().map(|&i| SITES[stratum[i]]).collect();
            data = data.with_strata(Groups::new(&names))?;
        }
        Ok(data)
    }

    fn competing(&self, of: &[usize], causes: usize) -> greenwood::Result<CompetingRisks<'static>> {
        let outcome: Vec<Option<&str>> = of.iter().map(|&i| self.cause[i].map(|c| CAUSES[c])).collect();
        let mut data = CompetingRisks::with_causes(Self::pick(&self.time, of), &outcome, &CAUSES[..causes])?
            .with_near_ties(self.near_ties)?;
        if let Some(entry) = &self.entry {
            data = data.with_entry(Self::pick(entry, of))?;
        }
        if let Some((sampling, weight)) = &self.weight {
            let w = Self::pick(weight, of);
            data =
                data.with_weights(if *sampling { Weights::sampling(w) } else { Weights::replication(w) })?;
        }
        if let Some(stratum) = &self.stratum {
            let names: Vec<&str> = of.iter().map(|&i| SITES[stratum[i]]).collect();
            data = data.with_strata(Groups::new(&names))?;
        }
        Ok(data)
    }

    fn arms(&self, of: &[usize]) -> Groups {
        Groups::new(&of.iter().map(|&i| ARMS[self.arm[i]]).collect::<Vec<_>>())
    }
}

/// A partition in which some parts are single rows, the rows of each in some order.
fn parts(r: &mut Random, n: usize) -> Vec<Vec<usize>> {
    let k = 1 + r.below(n.min(12));
    let mut parts = vec![Vec::new(); k];
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, r.below(i + 1));
    }
    let crowded = r.below(2) == 0;
    for i in order {
        let part = if crowded && r.below(2) == 0 { 0 } else { r.below(k) };
        parts[part].push(i);
    }
    parts.retain(|p| !p.is_empty());
    parts
}

/// Merges by a random tree: now many at once, now two.
fn by_a_tree<T: Clone>(r: &mut Random, mut tables: Vec<T>, merge: impl Fn(&[T]) -> T) -> T {
    while tables.len() > 1 {
        let take = 2 + r.below(tables.len() - 1);
        let mut taken = Vec::new();
        for _ in 0..take {
            taken.push(tables.swap_remove(r.below(tables.len())));
        }
        tables.push(merge(&taken));
    }
    tables.pop().unwrap()
}

#[test]
fn any_partition_is_the_whole() {
    let mut merged_near_ties = 0;
    for seed in 0..4000 {
        let mut r = Random(seed);
        let rows = rows(&mut r);
        let n = rows.time.len();
        let all: Vec<usize> = (0..n).collect();
        // An interval that rounding would close is refused by name, of the whole as of a part.
        let Ok(data) = rows.data(&all) else { continue };
        let parts = parts(&mut r, n);

        let whole = RiskTable::new(&data);
        merged_near_ties += usize::from(format!("{whole:?}").contains("Fine {"));
        let tables: Vec<RiskTable> = parts.iter().map(|p| RiskTable::new(&rows.data(p).unwrap())).collect();
        assert_eq!(by_a_tree(&mut r, tables, |t| RiskTable::merge_all(t).unwrap()), whole, "seed {seed}");

        let whole = RiskTables::new(&data, &rows.arms(&all)).unwrap();
        let tables: Vec<RiskTables> =
            parts.iter().map(|p| RiskTables::new(&rows.data(p).unwrap(), &rows.arms(p)).unwrap()).collect();
        let merged = by_a_tree(&mut r, tables.clone(), |t| RiskTables::merge_all(t).unwrap());
        assert_eq!(merged, whole, "seed {seed}");
        let gridded: Vec<RiskTables> = tables.iter().map(|t| t.on_grid(0.75).unwrap_or_default()).collect();
        if let Ok(whole) = whole.on_grid(0.75)
            && gridded.iter().all(|t| *t != RiskTables::default())
        {
            let merged = by_a_tree(&mut r, gridded, |t| RiskTables::merge_all(t).unwrap());
            assert_eq!(merged, whole, "grid, seed {seed}");
        }

        let causes = rows.cause.iter().flatten().max().map_or(1, |c| c + 1);
        let whole = CompetingRiskTable::new(&rows.competing(&all, causes).unwrap());
        let tables: Vec<CompetingRiskTable> =
            parts.iter().map(|p| CompetingRiskTable::new(&rows.competing(p, causes).unwrap())).collect();
        let merged = by_a_tree(&mut r, tables, |t| CompetingRiskTable::merge_all(t).unwrap());
        assert_eq!(merged, whole, "causes, seed {seed}");
        assert_eq!(*merged.all(), RiskTable::new(&data), "any cause, seed {seed}");

        let of = |p: &[usize]| {
            CompetingRiskTables::new(&rows.competing(p, causes).unwrap(), &rows.arms(p)).unwrap()
        };
        let tables: Vec<CompetingRiskTables> = parts.iter().map(|p| of(p)).collect();
        let merged = by_a_tree(&mut r, tables, |t| CompetingRiskTables::merge_all(t).unwrap());
        assert_eq!(merged, of(&all), "causes by label, seed {seed}");
        #[cfg(feature = "serde")]
        {
            let text = serde_json::to_string(&merged).unwrap();
            assert_eq!(serde_json::from_str::<CompetingRiskTables>(&text).unwrap(), merged, "seed {seed}");
        }
    }
    assert!(merged_near_ties > 400, "{merged_near_ties}");
}
