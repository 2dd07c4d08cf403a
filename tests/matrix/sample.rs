//! The data of the matrix: subjects with everything that a method may ask for, in a cell of it.

use greenwood::survival::recurrent::RecurrentEvents;
use greenwood::survival::{
    CompetingRisks, Design, Groups, Histories, IntervalCensored, RightCensored, Weights,
};

use crate::random::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    None,
    Replication,
    Sampling,
}

/// A cell of the matrix. Ties are in the data: times on a grid or apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub weights: Weighting,
    pub entry: bool,
    pub strata: bool,
    pub clusters: bool,
}

impl Cell {
    pub fn all() -> Vec<Self> {
        let flags = [false, true];
        let weights = [Weighting::None, Weighting::Replication, Weighting::Sampling];
        let mut all = Vec::new();
        for weights in weights {
            for entry in flags {
                for strata in flags {
                    all.extend(flags.map(|clusters| Self { weights, entry, strata, clusters }));
                }
            }
        }
        all
    }
}

/// Under observation in `(entry, time]`, ill from `ill` on, if ever; a row is a part of it where it is cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub id: usize,
    pub entry: f64,
    pub ill: Option<f64>,
    pub time: f64,
    /// 0 where censored.
    pub cause: u8,
    pub weight: f64,
    pub group: usize,
    pub stratum: usize,
    pub cluster: usize,
    pub x: f64,
}

#[derive(Debug, Clone)]
pub struct Sample {
    pub rows: Vec<Subject>,
    pub cell: Cell,
    pub labels: [&'static str; 2],
    /// The scale of sampling weights.
    pub scale: f64,
    /// Where each row of the histories is cut, as a share of it.
    pub cut: Option<f64>,
}

/// Subjects, half of them tied, a third entering late, ten clusters in two groups and two strata.
pub fn subjects(seed: u64, size: usize) -> Vec<Subject> {
    let mut random = Random(seed);
    let tied = seed.is_multiple_of(2);
    let one = |id: usize, random: &mut Random| {
        let part = random.uniform();
        let t = 2.0 * (1.0 + random.below(12) as f64);
        let late = random.below(3) == 0;
        let group = id % 2;
        Subject {
            id,
            entry: if late { t / 2.0 - 0.5 } else { 0.0 },
            ill: (random.below(2) == 0).then_some(t - 0.75),
            time: t + if tied { 0.0 } else { part },
            cause: random.below(3) as u8,
            weight: 1.0 + random.below(3) as f64,
            group,
            stratum: random.below(2),
            cluster: random.below(10),
            x: 2.0 * random.uniform() - 1.0,
        }
    };
    (0..size).map(|id| one(id, &mut random)).collect()
}

pub fn column<T>(rows: &[Subject], of: impl Fn(&Subject) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

impl Sample {
    pub fn new(rows: Vec<Subject>, cell: Cell) -> Self {
        Self { rows, cell, labels: ["a", "b"], scale: 1.0 / 3.0, cut: None }
    }

    pub fn weights(&self, rows: &[Subject]) -> Option<Weights<'static>> {
        match self.cell.weights {
            Weighting::None => None,
            Weighting::Replication => Some(Weights::replication(column(rows, |r| r.weight))),
            Weighting::Sampling => Some(Weights::sampling(column(rows, |r| r.weight * self.scale))),
        }
    }

    fn strata_of(rows: &[Subject]) -> Groups {
        Groups::from_codes(&column(rows, |r| r.stratum), &["s", "t"]).unwrap()
    }

    pub fn right(&self) -> RightCensored<'static> {
        let rows = &self.rows;
        let mut data = RightCensored::new(column(rows, |r| r.time), column(rows, |r| r.cause > 0)).unwrap();
        if self.cell.entry {
            data = data.with_entry(column(rows, |r| r.entry)).unwrap();
        }
        if let Some(weights) = self.weights(rows) {
            data = data.with_weights(weights).unwrap();
        }
        if self.cell.clusters {
            data = data.with_clusters(&column(rows, |r| r.cluster)).unwrap();
        }
        if self.cell.strata {
            data = data.with_strata(Self::strata_of(rows)).unwrap();
        }
        data
    }

    pub fn competing(&self) -> CompetingRisks<'static> {
        let rows = &self.rows;
        let outcome = column(rows, |r| (r.cause > 0).then_some(r.cause));
        let mut data = CompetingRisks::with_causes(column(rows, |r| r.time), &outcome, &[1, 2]).unwrap();
        if self.cell.entry {
            data = data.with_entry(column(rows, |r| r.entry)).unwrap();
        }
        if let Some(weights) = self.weights(rows) {
            data = data.with_weights(weights).unwrap();
        }
        if self.cell.clusters {
            data = data.with_clusters(&column(rows, |r| r.cluster)).unwrap();
        }
        if self.cell.strata {
            data = data.with_strata(Self::strata_of(rows)).unwrap();
        }
        data
    }

    /// An event is known to lie in the two units before its time.
    pub fn intervals(&self) -> IntervalCensored<'static> {
        let rows = &self.rows;
        let upper = column(rows, |r| if r.cause > 0 { r.time } else { f64::INFINITY });
        let lower = column(rows, |r| if r.cause > 0 { r.time - 2.0 } else { r.time });
        let mut data = IntervalCensored::new(lower, upper).unwrap();
        if self.cell.entry {
            data = data.with_entry(column(rows, |r| (r.entry - 2.0).max(0.0))).unwrap();
        }
        if let Some(weights) = self.weights(rows) {
            data = data.with_weights(weights).unwrap();
        }
        if self.cell.clusters {
            data = data.with_clusters(&column(rows, |r| r.cluster)).unwrap();
        }
        if self.cell.strata {
            data = data.with_strata(Self::strata_of(rows)).unwrap();
        }
        data
    }

    pub fn groups(&self) -> Groups {
        let codes = column(&self.rows, |r| r.group);
        Groups::from_codes(&codes, &self.labels).unwrap()
    }

    pub fn design(&self) -> Design<'static> {
        Self::design_of(&self.rows)
    }

    pub fn design_of(rows: &[Subject]) -> Design<'static> {
        Design::builder()
            .numeric("x", &column(rows, |r| r.x))
            .numeric("b", &column(rows, |r| r.group as f64))
            .build()
            .unwrap()
    }

    /// Start-stop rows: the interval, whether the subject is ill in it, and whether it becomes ill at its end.
    pub fn long(&self) -> Long {
        let mut long = Long::default();
        for r in &self.rows {
            let entry = if self.cell.entry { r.entry } else { 0.0 };
            let spells = match r.ill {
                Some(at) => vec![(entry, at, false, true), (at, r.time, true, false)],
                None => vec![(entry, r.time, false, false)],
            };
            for (start, stop, ill, becomes_ill) in spells {
                let middle = self.cut.map(|share| start + share * (stop - start));
                for (start, stop, becomes_ill) in match middle {
                    Some(middle) => vec![(start, middle, false), (middle, stop, becomes_ill)],
                    None => vec![(start, stop, becomes_ill)],
                } {
                    long.of.push(r.clone());
                    long.start.push(start);
                    long.stop.push(stop);
                    long.ill.push(ill);
                    long.becomes_ill.push(becomes_ill);
                }
            }
        }
        long
    }

    pub fn histories(&self) -> (Histories, Long) {
        let long = self.long();
        let to: Vec<Option<&str>> = (0..long.of.len())
            .map(|i| match (long.becomes_ill[i], long.last(i) && long.of[i].cause > 0) {
                (true, _) => Some("ill"),
                (_, true) => Some("dead"),
                _ => None,
            })
            .collect();
        let from: Vec<&str> = long.ill.iter().map(|&ill| if ill { "ill" } else { "well" }).collect();
        let data = Histories::among(&["well", "ill", "dead"])
            .rows(&column(&long.of, |r| r.id), &long.start, &long.stop, &to)
            .unwrap();
        let mut data = data.with_from(&from).unwrap();
        if let Some(weights) = self.weights(&long.of) {
            data = data.with_weights(weights).unwrap();
        }
        if self.cell.clusters {
            data = data.with_clusters(&column(&long.of, |r| r.cluster)).unwrap();
        }
        (data, long)
    }

    /// Illness is an event, the first cause a second one; the other cause is terminal.
    pub fn events(&self) -> (RecurrentEvents, Long) {
        let long = self.long();
        let ends = |i: usize, cause: u8| long.last(i) && long.of[i].cause == cause;
        let event: Vec<bool> = (0..long.of.len()).map(|i| long.becomes_ill[i] || ends(i, 1)).collect();
        let terminal: Vec<bool> = (0..long.of.len()).map(|i| ends(i, 2)).collect();
        let data =
            RecurrentEvents::new(&column(&long.of, |r| r.id), &long.start, &long.stop, &event).unwrap();
        let mut data = data.with_terminal(&terminal).unwrap();
        if let Some(weights) = self.weights(&long.of) {
            data = data.with_weights(weights).unwrap();
        }
        if self.cell.clusters {
            data = data.with_clusters(&column(&long.of, |r| r.cluster)).unwrap();
        }
        if self.cell.strata {
            data = data.with_strata(Self::strata_of(&long.of)).unwrap();
        }
        (data, long)
    }

    pub fn groups_of(&self, rows: &[Subject]) -> Groups {
        Groups::from_codes(&column(rows, |r| r.group), &self.labels).unwrap()
    }
}

#[derive(Debug, Default)]
pub struct Long {
    pub of: Vec<Subject>,
    pub start: Vec<f64>,
    pub stop: Vec<f64>,
    ill: Vec<bool>,
    becomes_ill: Vec<bool>,
}

impl Long {
    fn last(&self, i: usize) -> bool {
        self.stop[i] == self.of[i].time
    }
}
