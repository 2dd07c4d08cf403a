//! Do groups have the same mean function?

use crate::error::Result;
use crate::numeric::quadratic_form::quadratic_form;
use crate::numeric::sums::Sum;
use crate::survival::data::groups::Groups;
use crate::survival::log_rank::weighted::check_count;
use crate::survival::multi_state::flow::Spell;
use crate::survival::recurrent::events::RecurrentEvents;
use crate::survival::recurrent::mean_test_result::MeanTestResult;

/// An influence smaller than this share of its terms is rounding error, as in the robust log-rank test.
const NOISE: f64 = 1e-12;

/// The k-sample test of equal mean functions with a robust variance.
///
/// The score of group g is `U_g = Σ_t Y_g (dm_g − dm̄)` with `dm̄ = Σ Y_h dm_h/Σ Y_h`; of two groups it is
/// `∫ Y₁Y₀/(Y₁ + Y₀) d(m₁ − m₀)`. Its covariance is the sum over subjects (or clusters) of the squared influence, each by the
/// mean function of its own group, so it holds whatever the dependence among the events of a subject. Without a terminal
/// event the score is that of the log-rank test, and the test is Lawless and Nadeau's (the pseudo-score test of Cook,
/// Lawless & Nadeau); with one it is Ghosh and Lin's. Strata of the data are compared within.
///
/// The robust score test of an Andersen-Gill model is another estimate of the same variance, under equal means.
///
/// # Cost
/// A sort, then for each pair of the k groups a pass over the event times, and for each row and group a look-up: O(n log n + k² t + k
/// n log t) for t event times, and k² numbers for each cluster.
///
/// # Example
/// ```
/// use greenwood::survival::Groups;
/// use greenwood::survival::recurrent::{MeanTest, RecurrentEvents};
///
/// let ids = [1, 1, 1, 2, 2, 3, 4, 4, 5, 6];
/// let start = [0., 2., 4., 0., 3., 0., 0., 5., 0., 0.];
/// let stop = [2., 4., 9., 3., 8., 9., 5., 9., 8., 7.];
/// let event = [true, true, false, true, false, true, true, false, false, false];
/// let arm = Groups::new(&["old", "old", "old", "old", "old", "old", "new", "new", "new", "new"]);
/// let test = MeanTest::test(&RecurrentEvents::new(&ids, &start, &stop, &event)?, &arm)?;
/// assert_eq!((test.labels(), test.df()), (&["old".to_string(), "new".to_string()][..], 1));
/// assert!((test.score()[0] + test.score()[1]).abs() < 1e-12 && test.score()[0] > 0.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Lawless & Nadeau (1995), Technometrics 37:158. Cook, Lawless & Nadeau (1996), Biometrics 52:557. Ghosh & Lin (2000),
/// Biometrics 56:554.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MeanTest;

impl MeanTest {
    /// Compares the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch); [`Error::TooFewGroups`](crate::Error::TooFewGroups);
    /// [`Error::TooManyGroups`](crate::Error::TooManyGroups) beyond 4096.
    pub fn test(data: &RecurrentEvents, groups: &Groups) -> Result<MeanTestResult> {
        data.check_len("groups", groups.len())?;
        let k = groups.count();
        check_count(k)?;
        let mut scores = vec![Sum::default(); k];
        let mut influence = Influence { k, clusters: Vec::new() };
        let strata = data.strata().map_or(1, Groups::count);
        let stratum = |i: usize| data.strata().map_or(0, |g| g.codes()[i] as usize);
        let group = |i: usize| groups.codes()[i] as usize;
        let spells = data.spells((strata * k, |i| stratum(i) * k + group(i)));
        for spells in spells.chunks(k) {
            Stratum::new(spells).walk(spells, &mut scores, &mut influence);
        }
        let score: Vec<f64> = scores.into_iter().map(Sum::value).collect();
        let variance = influence.variance();
        let (statistic, df) = quadratic_form(&score, &variance);
        let mut events = vec![0.0; k];
        for i in (0..data.len()).filter(|&i| data.event()[i]) {
            events[group(i)] += data.weight(i);
        }
        Ok(MeanTestResult {
            labels: groups.labels().to_vec(),
            subjects: data.subjects_by(k, group),
            events,
            with_terminal: data.terminal().is_some(),
            score,
            variance,
            statistic,
            df,
        })
    }
}

/// What each cluster adds to the scores.
struct Influence {
    k: usize,
    clusters: Vec<Cluster>,
}

#[derive(Clone)]
struct Cluster {
    sums: Vec<Sum>,
    /// The sizes of the terms behind the sums.
    terms: f64,
    /// How many subjects it stands for.
    count: f64,
}

impl Influence {
    fn of(&mut self, spell: &Spell) -> &mut Cluster {
        let at = spell.cluster as usize;
        if self.clusters.len() <= at {
            let none = Cluster { sums: vec![Sum::default(); self.k], terms: 0.0, count: 0.0 };
            self.clusters.resize(at + 1, none);
        }
        self.clusters[at].count = spell.count;
        &mut self.clusters[at]
    }

    fn variance(&self) -> Vec<f64> {
        let k = self.k;
        let mut variance = vec![Sum::default(); k * k];
        for cluster in &self.clusters {
            let value = |g: usize| {
                let x = cluster.sums[g].value();
                if x.abs() <= NOISE * cluster.terms { 0.0 } else { x }
            };
            for g in 0..k {
                for h in 0..k {
                    variance[g * k + h].add(cluster.count * value(g) * value(h));
                }
            }
        }
        variance.into_iter().map(Sum::value).collect()
    }
}

/// One group at the times of the stratum.
#[derive(Default)]
struct Group {
    at_risk: Vec<f64>,
    events: Vec<f64>,
    terminal: Vec<f64>,
}

struct Stratum {
    /// The times at which any group has an event of either kind.
    times: Vec<f64>,
    groups: Vec<Group>,
}

impl Stratum {
    fn new(spells: &[Vec<Spell>]) -> Self {
        let mut times: Vec<f64> =
            spells.iter().flatten().filter(|s| s.events != [0, 0]).map(|s| s.stop).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup();
        let groups = spells.iter().map(|s| Group::new(s, &times)).collect();
        Self { times, groups }
    }

    /// Adds the scores and influences of this stratum.
    fn walk(&self, spells: &[Vec<Spell>], scores: &mut [Sum], influence: &mut Influence) {
        let k = self.groups.len();
        let all: Vec<f64> = (0..self.times.len())
            .map(|j| self.groups.iter().map(|g| g.at_risk[j]).collect::<Sum>().value())
            .collect();
        for (h, own) in self.groups.iter().enumerate() {
            let path = Path::new(own);
            for g in 0..k {
                // How much an event of group h counts in the score of g.
                let factor = |j: usize| {
                    let share = own.at_risk[j] / all[j];
                    self.groups[g].at_risk[j] * (if g == h { 1.0 - share } else { -share })
                };
                let costs = path.costs(own, factor, &mut scores[g]);
                for spell in &spells[h] {
                    costs.charge(spell, &self.times, influence.of(spell), g);
                }
            }
        }
    }
}

impl Group {
    fn new(spells: &[Spell], times: &[f64]) -> Self {
        let weight = |s: &Spell| s.size * s.count;
        let mut starts: Vec<(f64, f64)> = spells.iter().map(|s| (s.start, weight(s))).collect();
        let mut stops: Vec<(f64, f64)> = spells.iter().map(|s| (s.stop, weight(s))).collect();
        for ends in [&mut starts, &mut stops] {
            ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        }
        let (mut entered, mut left, mut sum) = (0, 0, Sum::default());
        let mut group = Self {
            at_risk: Vec::with_capacity(times.len()),
            events: vec![0.0; times.len()],
            terminal: vec![0.0; times.len()],
        };
        for &t in times {
            while entered < starts.len() && starts[entered].0 < t {
                sum.add(starts[entered].1);
                entered += 1;
            }
            while left < stops.len() && stops[left].0 < t {
                sum.add(-stops[left].1);
                left += 1;
            }
            // What fractional weights leave of nobody is nobody.
            group.at_risk.push(if entered == left { 0.0 } else { sum.value() });
        }
        let mut ends: Vec<(f64, f64, [u32; 2])> =
            spells.iter().filter(|s| s.events != [0, 0]).map(|s| (s.stop, weight(s), s.events)).collect();
        ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for (stop, w, events) in ends {
            let j = times.partition_point(|&t| t < stop);
            group.events[j] += if events[0] > 0 { w } else { 0.0 };
            group.terminal[j] += if events[1] > 0 { w } else { 0.0 };
        }
        group
    }

    /// A quotient by the number at risk, 0 where nobody is.
    fn per_risk(&self, j: usize, x: f64) -> f64 {
        if self.at_risk[j] > 0.0 { x / self.at_risk[j] } else { 0.0 }
    }
}

/// The survival of a group just before each time.
struct Path {
    survival: Vec<f64>,
}

/// What the survival of a group is worth after each time in one score, and what being at risk has cost until then.
struct Costs<'a, F> {
    group: &'a Group,
    path: &'a Path,
    factor: F,
    worth: Vec<f64>,
    cost: Vec<f64>,
    size: Vec<f64>,
}

impl Path {
    fn new(group: &Group) -> Self {
        let mut s = 1.0;
        let survival = (0..group.at_risk.len())
            .map(|j| {
                let before = s;
                s *= 1.0 - group.per_risk(j, group.terminal[j]).min(1.0);
                before
            })
            .collect();
        Self { survival }
    }

    fn costs<'a, F: Fn(usize) -> f64>(
        &'a self,
        group: &'a Group,
        factor: F,
        score: &mut Sum,
    ) -> Costs<'a, F> {
        let n = self.survival.len();
        let mut worth = vec![0.0; n];
        let mut value = 0.0;
        for j in (0..n).rev() {
            worth[j] = value;
            let death = group.per_risk(j, group.terminal[j]);
            value = factor(j) * group.per_risk(j, group.events[j]) + (1.0 - death) * value;
        }
        let (mut cost, mut size) = (vec![0.0; n + 1], vec![0.0; n + 1]);
        let (mut sum, mut terms) = (Sum::default(), 0.0);
        for j in 0..n {
            let s = self.survival[j];
            let gain = s * factor(j) * group.per_risk(j, group.events[j]);
            score.add(gain);
            let (of_event, of_death) = (
                group.per_risk(j, gain),
                group.per_risk(j, s * worth[j] * group.per_risk(j, group.terminal[j])),
            );
            sum.add(of_event);
            sum.add(-of_death);
            terms += of_event.abs() + of_death.abs();
            cost[j + 1] = sum.value();
            size[j + 1] = terms;
        }
        Costs { group, path: self, factor, worth, cost, size }
    }
}

impl<F: Fn(usize) -> f64> Costs<'_, F> {
    /// Adds the influence of a spell on the score of group `g` to its cluster.
    fn charge(&self, spell: &Spell, times: &[f64], to: &mut Cluster, g: usize) {
        let until = |t: f64| times.partition_point(|&x| x <= t);
        let (from, upto) = (until(spell.start), until(spell.stop));
        let mut add = |x: f64| {
            to.sums[g].add(x);
            to.terms += x.abs();
        };
        add(-spell.size * (self.cost[upto] - self.cost[from]));
        if spell.events != [0, 0] {
            let j = upto - 1;
            let own = self.group.per_risk(j, spell.size * self.path.survival[j]);
            if spell.events[0] > 0 {
                add(own * (self.factor)(j));
            }
            if spell.events[1] > 0 {
                add(-own * self.worth[j]);
            }
        }
        to.terms += spell.size * self.size[upto];
    }
}
