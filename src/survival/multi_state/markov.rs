//! Does where a subject was tell where it goes, beyond where it is? Titman and Putter's landmark log-rank tests of the Markov
//! assumption.

mod result;
#[cfg(feature = "serde")]
mod stored;

pub use result::{MarkovLandmark, MarkovTestResult};

use std::collections::BTreeMap;

use crate::error::{Error, Result, check_samples};
use crate::numeric::quadratic_form::quadratic_form;
use crate::numeric::random::Random;
use crate::survival::data::histories::Histories;

/// A test of the Markov assumption for one transition: among those at risk of it after s, does its hazard depend on the state
/// that they were in at s?
///
/// At each landmark s the subjects under observation are grouped by their state then, and the groups are compared after s by
/// the log-rank test of the transition, `U_g = Σ_{u > s} (d_g − d Y_g/Y)` with the hypergeometric covariance: if the
/// process is a Markov process, the groups share one hazard. One landmark has a chi-square distribution. Over a grid of
/// landmarks the mean and the largest statistic are compared with those of 1000 multiplier samples, in which the residual
/// `Σ (δ_g − Y_g/Y)` of each subject's own transitions is multiplied by a standard normal number.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`at`](Self::at) | the quintiles of the times of the transition | the landmarks | at least 0 |
/// | [`replicates`](Self::replicates) | 1000 | multiplier samples | at least 1 |
/// | [`seed`](Self::seed) | 1 | of their random numbers | |
///
/// Where it rejects, [`TransitionProbability::landmark`](super::TransitionProbability::landmark) still holds, and so do state
/// occupation probabilities.
///
/// # Cost
/// For each landmark two sorts and one pass, O(n log n) and k² numbers for each event time of the transition, k the states held at
/// the landmark. Each multiplier sample takes k operations for each subject with the transition, and k³ for the statistic.
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
/// use greenwood::survival::multi_state::MarkovTest;
///
/// let data = Histories::among(&["well", "ill", "dead"]).rows(&["a", "a", "b", "b", "c", "c", "d", "d"], &[0., 1., 0., 2., 0., 4., 0., 5.], &[1., 9., 2., 8., 4., 6., 5., 7.], &[Some("ill"), Some("dead"), Some("ill"), Some("dead"), Some("ill"), Some("dead"), Some("ill"), Some("dead")])?;
/// let test = MarkovTest::new(&"ill", &"dead").at(&[3.0]).test(&data)?;
/// let at = &test.landmarks()[0];
/// assert_eq!(at.groups(), ["well", "ill"]);
/// assert_eq!(at.observed(), [2.0, 2.0]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Titman & Putter (2022), Biostatistics 23:380. Lin, Wei & Ying (1993), Biometrika 80:557, for the multipliers.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct MarkovTest {
    from: String,
    to: String,
    times: Option<Vec<f64>>,
    replicates: usize,
    seed: u64,
}

impl MarkovTest {
    /// The test of the transition between two states.
    pub fn new<S: ToString + ?Sized>(from: &S, to: &S) -> Self {
        Self { from: from.to_string(), to: to.to_string(), times: None, replicates: 1000, seed: 1 }
    }

    /// The landmarks.
    pub fn at(self, times: &[f64]) -> Self {
        Self { times: Some(times.to_vec()), ..self }
    }

    /// The number of multiplier samples.
    pub fn replicates(self, replicates: usize) -> Self {
        Self { replicates, ..self }
    }

    /// The seed of their random numbers.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Tests the histories.
    ///
    /// # Errors
    /// [`Error::InconsistentHistory`]; [`Error::UnknownState`]; [`Error::UnknownTransition`] where nobody makes it;
    /// [`Error::OutOfRange`] for a landmark that is no time, and without a sample; [`Error::Empty`] without a landmark;
    /// [`Error::Unsupported`] with weights or clusters.
    pub fn test(&self, data: &Histories) -> Result<MarkovTestResult> {
        data.check().into_result()?;
        let (from, to) = (data.position(&self.from)? as u32, data.position(&self.to)? as u32);
        if data.weights.is_some() || data.clusters.is_some() {
            return Err(Error::Unsupported {
                method: "a test of the Markov assumption",
                with: "weights or clusters",
                why: "its variance takes the histories for those of independent subjects, each counted once",
            });
        }
        let times = self.landmark_times(data, from, to)?;
        if self.replicates == 0 {
            return Err(Error::OutOfRange { argument: "replicates", value: 0.0, must_be: "at least 1" });
        }
        let draws = (data.len() * times.len()) as f64;
        check_samples(
            "so many samples",
            self.replicates,
            draws,
            "a thousand give the p-value to two digits",
        )?;
        let all: Vec<Landmark> = times.iter().map(|&s| Landmark::new(data, from, to, s)).collect();
        let statistics: Vec<(f64, usize)> = all.iter().map(|l| l.form(&l.score)).collect();
        let as_large = self.drawn_as_large(data.ids.count(), &all, summary(&statistics));
        let landmarks = all.iter().zip(&statistics).map(|(l, &(statistic, df))| MarkovLandmark {
            time: l.time,
            groups: l.groups.iter().map(|&g| data.states[g as usize].clone()).collect(),
            subjects: l.subjects.clone(),
            observed: l.observed.clone(),
            expected: l.observed.iter().zip(&l.score).map(|(o, u)| o - u).collect(),
            statistic,
            df,
        });
        let landmarks = landmarks.collect();
        Ok(MarkovTestResult {
            from: self.from.clone(),
            to: self.to.clone(),
            landmarks,
            replicates: self.replicates,
            as_large,
        })
    }
}

impl MarkovTest {
    /// The landmarks that were given, or the quintiles of the times of the transition.
    fn landmark_times(&self, data: &Histories, from: u32, to: u32) -> Result<Vec<f64>> {
        let own = (0..data.len()).filter(|&i| data.from[i] == from && data.to[i] == to + 1);
        let mut moves: Vec<f64> = own.map(|i| data.stop[i]).collect();
        if moves.is_empty() {
            let transition = format!("{} → {}", self.from, self.to);
            let check = data.check();
            let pairs = check.transitions().iter().enumerate();
            let made = pairs.flat_map(|(h, row)| row.iter().enumerate().map(move |(j, &n)| (h, j, n)));
            let named = made
                .filter(|&(.., n)| n > 0)
                .map(|(h, j, _)| format!("{} → {}", data.states[h], data.states[j]));
            return Err(Error::UnknownTransition { transition, known: named.collect::<Vec<_>>().join(", ") });
        }
        moves.sort_by(f64::total_cmp);
        let times = self.times.clone().unwrap_or_else(|| {
            let mut quintiles: Vec<f64> = (1..5).map(|k| moves[(moves.len() - 1) * k / 5]).collect();
            quintiles.dedup();
            quintiles
        });
        if times.is_empty() {
            return Err(Error::Empty { argument: "the landmarks" });
        }
        match times.iter().find(|t| !(0.0..f64::INFINITY).contains(*t)) {
            Some(&value) => {
                let must_be = "finite and at least 0";
                Err(Error::OutOfRange { argument: "a landmark", value, must_be })
            }
            None => Ok(times),
        }
    }

    /// How many multiplier samples have a mean, and a largest statistic, at least as large as those found.
    fn drawn_as_large(&self, subjects: usize, all: &[Landmark], found: [f64; 2]) -> [usize; 2] {
        let mut as_large = [0; 2];
        for replicate in 0..self.replicates {
            let mut random = Random::new(self.seed, replicate as u64);
            let multipliers: Vec<f64> = (0..subjects).map(|_| normal(&mut random)).collect();
            let sample: Vec<(f64, usize)> = all.iter().map(|l| l.form(&l.multiplied(&multipliers))).collect();
            for (n, (drawn, found)) in as_large.iter_mut().zip(summary(&sample).into_iter().zip(found)) {
                *n += usize::from(drawn >= found);
            }
        }
        as_large
    }
}

/// The mean and the largest of the statistics that have a degree of freedom.
fn summary(statistics: &[(f64, usize)]) -> [f64; 2] {
    let with: Vec<f64> = statistics.iter().filter(|s| s.1 > 0).map(|s| s.0).collect();
    [with.iter().sum::<f64>() / with.len().max(1) as f64, with.iter().copied().fold(0.0, f64::max)]
}

/// A standard normal number, after Box & Muller (1958).
fn normal(random: &mut Random) -> f64 {
    (-2.0 * random.uniform().ln()).sqrt() * (std::f64::consts::TAU * random.uniform()).cos()
}

/// The sums of one landmark.
struct Landmark {
    time: f64,
    /// The states in which subjects at risk were.
    groups: Vec<u32>,
    subjects: Vec<usize>,
    observed: Vec<f64>,
    score: Vec<f64>,
    /// Of all groups but the last.
    variance: Vec<f64>,
    /// Subject, and the residual of its own transitions by group.
    residuals: Vec<(u32, Vec<f64>)>,
}

/// The rows at risk of a transition after a landmark, and the group of each: the state of its subject at the landmark.
struct AtRisk<'a> {
    data: &'a Histories,
    ids: &'a [u32],
    /// The state of each subject at the landmark.
    state: Vec<Option<u32>>,
    /// In the order in which they leave.
    rows: Vec<usize>,
    groups: Vec<u32>,
}

impl<'a> AtRisk<'a> {
    fn new(data: &'a Histories, from: u32, s: f64) -> Self {
        let ids = data.ids.codes();
        let mut state = vec![None; data.ids.count()];
        for i in (0..data.len()).filter(|&i| data.start[i] <= s && s < data.stop[i]) {
            state[ids[i] as usize] = Some(data.from[i]);
        }
        let at_risk =
            |i: &usize| data.from[*i] == from && data.stop[*i] > s && state[ids[*i] as usize].is_some();
        let mut rows: Vec<usize> = (0..data.len()).filter(at_risk).collect();
        rows.sort_by(|&a, &b| data.stop[a].total_cmp(&data.stop[b]).then(a.cmp(&b)));
        let mut groups: Vec<u32> = rows.iter().map(|&i| state[ids[i] as usize].unwrap_or(0)).collect();
        groups.sort_unstable();
        groups.dedup();
        Self { data, ids, state, rows, groups }
    }

    /// The position of a row's group.
    fn group(&self, row: usize) -> usize {
        let of = self.state[self.ids[row] as usize].unwrap_or(0);
        self.groups.partition_point(|&g| g < of)
    }

    /// How many subjects are in each group.
    fn subjects(&self) -> Vec<usize> {
        let mut subjects = vec![0; self.groups.len()];
        let mut seen = vec![false; self.state.len()];
        for &i in &self.rows {
            if !std::mem::replace(&mut seen[self.ids[i] as usize], true) {
                subjects[self.group(i)] += 1;
            }
        }
        subjects
    }

    /// The rows in the order in which they enter.
    fn entries(&self) -> Vec<usize> {
        let mut entries = self.rows.clone();
        entries.sort_by(|&a, &b| self.data.start[a].total_cmp(&self.data.start[b]));
        entries
    }
}

impl Landmark {
    fn new(data: &Histories, from: u32, to: u32, s: f64) -> Self {
        let at_risk = AtRisk::new(data, from, s);
        let (k, entries) = (at_risk.groups.len(), at_risk.entries());
        let mut out = Self {
            time: s,
            subjects: at_risk.subjects(),
            observed: vec![0.0; k],
            score: vec![0.0; k],
            variance: vec![0.0; k.saturating_sub(1).pow(2)],
            residuals: Vec::new(),
            groups: at_risk.groups.clone(),
        };
        let (mut n, mut entered) = (vec![0.0; k], 0);
        let mut own: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for tied in at_risk.rows.chunk_by(|&a, &b| data.stop[a] == data.stop[b]) {
            let u = data.stop[tied[0]];
            while entered < entries.len() && data.start[entries[entered]] < u {
                n[at_risk.group(entries[entered])] += 1.0;
                entered += 1;
            }
            let mut events = 0;
            for &i in tied.iter().filter(|&&i| data.to[i] == to + 1) {
                events += 1;
                let residual = own.entry(at_risk.ids[i]).or_insert_with(|| vec![0.0; k]);
                out.add_event(at_risk.group(i), &n, residual);
            }
            out.add_variance(f64::from(events), &n);
            for &i in tied {
                n[at_risk.group(i)] -= 1.0;
            }
        }
        out.residuals = own.into_iter().collect();
        out
    }

    /// An event in a group, with `n` at risk in each.
    fn add_event(&mut self, group: usize, n: &[f64], residual: &mut [f64]) {
        let all: f64 = n.iter().sum();
        self.observed[group] += 1.0;
        for (h, r) in residual.iter_mut().enumerate() {
            let share = f64::from(u8::from(h == group)) - n[h] / all;
            *r += share;
            self.score[h] += share;
        }
    }

    /// The hypergeometric variance of `d` events at a time, with `n` at risk in each group.
    fn add_variance(&mut self, d: f64, n: &[f64]) {
        let all: f64 = n.iter().sum();
        if !(d > 0.0 && all > 1.0) {
            return;
        }
        let (k, c) = (n.len(), d * (all - d) / (all - 1.0));
        for a in 0..k - 1 {
            for b in 0..k - 1 {
                let same = f64::from(u8::from(a == b));
                self.variance[a * (k - 1) + b] += c * n[a] / all * (same - n[b] / all);
            }
        }
    }

    fn form(&self, score: &[f64]) -> (f64, usize) {
        match self.groups.len() {
            0 | 1 => (0.0, 0),
            k => quadratic_form(&score[..k - 1], &self.variance),
        }
    }

    fn multiplied(&self, multipliers: &[f64]) -> Vec<f64> {
        let mut score = vec![0.0; self.groups.len()];
        for (id, residual) in &self.residuals {
            let m = multipliers[*id as usize];
            score.iter_mut().zip(residual).for_each(|(s, r)| *s += m * r);
        }
        score
    }
}
