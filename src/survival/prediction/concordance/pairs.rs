//! The comparable pairs of one stratum, counted for each subject.
//!
//! A subject is part of two kinds of pairs: those of its own event, with all who are then under observation, and those
//! of the events that it outlived since its entry. Both are sums over the scores below, above and equal to its own,
//! which a Fenwick tree over the ranks of the scores keeps (Fenwick 1994, Softw Pract Exp 24:327).
//!
//! Where every pair counts 1, one walk from the last time to the first finds both, with the numbers of all and of the
//! events beside each other in each node of the tree:
//!
//! ```text
//! for each row: own ← the events of all times, by score        (0 where the row enters after 0)
//! for each time, from the last to the first:
//!     who enters at it or later: own += events in the tree; the row leaves the tree, its event stays
//!     the censored:              own −= events in the tree (those after them); they enter the tree
//!     the events:                pairs ← all in the tree; own += pairs; they enter the tree;
//!                                own −= events in the tree (themselves included)
//! who entered before the first time: own += events in the tree
//! ```
//!
//! The differences are exact for whole numbers. With weights they would cancel, so there the events that were outlived
//! are summed in a second walk, forwards.

use crate::survival::prediction::concordance::weight::PairWeight;

/// What pairs add up to: concordant, discordant, tied.
pub(super) type Pairs = [f64; 3];

/// The rows of one stratum in order of time, events before censorings.
pub(super) struct Stratum<'a> {
    pub time: &'a [f64],
    pub event: Vec<bool>,
    /// It is `None` if each counts 1.
    pub weights: Option<Vec<f64>>,
    pub score: Vec<f64>,
    /// The rows that enter after 0, in order of entry.
    pub delayed: Vec<(f64, usize)>,
}

impl Stratum<'_> {
    /// The pairs of all, each times the weights of its two; `own`, which begins at 0, becomes what each row is part of,
    /// not multiplied by its own weight.
    pub fn count(&self, by: PairWeight, own: &mut [Pairs]) -> Pairs {
        let (sorted, ranks, levels) = self.ranks();
        if let (None, true) = (&self.weights, by.counts_all_alike()) {
            let counts: Vec<u32> =
                self.time.iter().zip(&self.event).map(|(&t, &e)| u32::from(e && by.counts_at(t))).collect();
            self.begin_with_all_events(&sorted, &counts, own);
            // Where no two scores are equal, and no row meets its own event in the tree, ties need not be looked up.
            let together = |w: &[f64], e: &[bool]| w[0] == w[1] && e[0] && e[1];
            let ties = levels < self.time.len()
                || !self.delayed.is_empty()
                || self.time.windows(2).zip(self.event.windows(2)).any(|(t, e)| together(t, e));
            return self.one_walk(Tree::new(levels, ties), &ranks, &counts, own);
        }
        let ones = vec![1.0; if self.weights.is_none() { self.time.len() } else { 0 }];
        let weights = self.weights.as_ref().unwrap_or(&ones);
        // What the pairs of each event count.
        let counts = by.of_rows(self.time, &self.event, weights, &self.delayed);
        let total = self.backwards(Tree::new(levels, true), &ranks, weights, &counts, own);
        self.forwards(Tree::new(levels, true), &ranks, weights, &counts, own);
        total
    }

    /// The rows by their scores, the rank of each among the different ones, and how many there are.
    fn ranks(&self) -> (Vec<(u64, u32)>, Vec<u32>, usize) {
        // The order of numbers as an order of bits; a negative zero is 0.
        let key = |s: f64| {
            let bits = (s + 0.0).to_bits();
            if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
        };
        let mut sorted: Vec<(u64, u32)> = self.score.iter().zip(0..).map(|(&s, k)| (key(s), k)).collect();
        sorted.sort_unstable();
        let (mut ranks, mut levels) = (vec![0; sorted.len()], 0);
        for same in sorted.chunk_by(|a, b| a.0 == b.0) {
            for &(_, k) in same {
                ranks[k as usize] = levels as u32;
            }
            levels += 1;
        }
        (sorted, ranks, levels)
    }

    /// The events of all times by their scores: what a row has outlived, less the events from its own time on.
    fn begin_with_all_events(&self, sorted: &[(u64, u32)], counts: &[u32], own: &mut [Pairs]) {
        let all: u32 = counts.iter().sum();
        let mut below = 0;
        for same in sorted.chunk_by(|a, b| a.0 == b.0) {
            let tied: u32 = same.iter().map(|&(_, k)| counts[k as usize]).sum();
            for &(_, k) in same {
                own[k as usize] = [all - below - tied, below, tied].map(f64::from);
            }
            below += tied;
        }
        for &(_, k) in &self.delayed {
            own[k] = [0.0; 3];
        }
    }

    /// The rows of the last time before row `end`: where they start, and the first of the censored.
    fn time_before(&self, end: usize) -> (f64, usize, usize) {
        let t = self.time[end - 1];
        let (mut start, mut first_censored) = (end, end);
        while start > 0 && self.time[start - 1] == t {
            start -= 1;
            first_censored -= usize::from(!self.event[start]);
        }
        (t, start, first_censored)
    }

    fn one_walk(&self, mut met: Tree<u32, 2>, ranks: &[u32], counts: &[u32], own: &mut [Pairs]) -> Pairs {
        let mut total = [0; 3];
        let (mut end, mut entering) = (self.time.len(), self.delayed.as_slice());
        while end > 0 {
            let (t, start, first_censored) = self.time_before(end);
            while let Some((&(_, k), rest)) = entering.split_last().filter(|((entry, _), _)| *entry >= t) {
                outlived(&mut own[k], met.around(ranks[k])[1], 1.0);
                met.change(ranks[k], [1, 0], u32::wrapping_sub);
                entering = rest;
            }
            for k in first_censored..end {
                outlived(&mut own[k], met.around(ranks[k])[1], -1.0);
            }
            for k in first_censored..end {
                met.change(ranks[k], [1, 0], u32::wrapping_add);
            }
            let alone = first_censored - start == 1;
            for k in start..first_censored {
                let [all, mut events] = met.around(ranks[k]);
                for j in 0..3 {
                    let pairs = counts[k] * all[j];
                    own[k][j] += f64::from(pairs);
                    total[j] += u64::from(pairs);
                }
                if alone {
                    // One question less: of the events at this time there is this one alone.
                    events[2] += counts[k];
                    outlived(&mut own[k], events, -1.0);
                }
            }
            for k in start..first_censored {
                met.change(ranks[k], [1, counts[k]], u32::wrapping_add);
            }
            for k in start..if alone { start } else { first_censored } {
                outlived(&mut own[k], met.around(ranks[k])[1], -1.0);
            }
            end = start;
        }
        // Who entered before the first time.
        for &(_, k) in entering {
            outlived(&mut own[k], met.around(ranks[k])[1], 1.0);
        }
        total.map(|pairs| pairs as f64)
    }

    /// Each event meets those who are under observation then.
    fn backwards(
        &self,
        mut met: Tree<f64, 1>,
        ranks: &[u32],
        weights: &[f64],
        counts: &[f64],
        own: &mut [Pairs],
    ) -> Pairs {
        let mut total = [0.0; 3];
        let (mut end, mut entering) = (self.time.len(), self.delayed.as_slice());
        while end > 0 {
            let (t, start, first_censored) = self.time_before(end);
            while let Some((&(_, k), rest)) = entering.split_last().filter(|((entry, _), _)| *entry >= t) {
                met.change(ranks[k], [weights[k]], |a, b| a - b);
                entering = rest;
            }
            for k in first_censored..end {
                met.change(ranks[k], [weights[k]], |a, b| a + b);
            }
            for k in start..first_censored {
                let [all] = met.around(ranks[k]);
                for j in 0..3 {
                    let found = counts[k] * all[j];
                    own[k][j] += found;
                    total[j] += weights[k] * found;
                }
            }
            for k in start..first_censored {
                met.change(ranks[k], [weights[k]], |a, b| a + b);
            }
            end = start;
        }
        total
    }

    /// Each row meets the events that it outlived since its entry.
    fn forwards(
        &self,
        mut met: Tree<f64, 1>,
        ranks: &[u32],
        weights: &[f64],
        counts: &[f64],
        own: &mut [Pairs],
    ) {
        let (mut start, mut entering) = (0, self.delayed.as_slice());
        while start < self.time.len() {
            let t = self.time[start];
            while let Some((&(_, k), rest)) = entering.split_first().filter(|((entry, _), _)| *entry < t) {
                outlived(&mut own[k], met.around(ranks[k])[0], -1.0);
                entering = rest;
            }
            let end = start + self.time[start..].partition_point(|&x| x == t);
            let first_censored = start + self.event[start..end].partition_point(|&e| e);
            for k in start..first_censored {
                outlived(&mut own[k], met.around(ranks[k])[0], 1.0);
            }
            for k in start..first_censored {
                met.change(ranks[k], [counts[k] * weights[k]], |a, b| a + b);
            }
            for k in first_censored..end {
                outlived(&mut own[k], met.around(ranks[k])[0], 1.0);
            }
            start = end;
        }
    }
}

/// Events that a row outlived, by their scores: one with the higher score came first, and is concordant.
fn outlived<T: Into<f64>>(own: &mut Pairs, [below, above, tied]: [T; 3], sign: f64) {
    for (o, f) in own.iter_mut().zip([above, below, tied]) {
        *o += sign * f.into();
    }
}

/// K weights of those met so far, or numbers of them, by the rank of their score.
struct Tree<T, const K: usize> {
    /// Each node holds the weights of the ranks below it.
    nodes: Vec<[T; K]>,
    /// The weights of each rank; empty where ties are not asked for.
    at: Vec<[T; K]>,
    sum: [T; K],
}

impl<T, const K: usize> Tree<T, K>
where
    T: Copy + Default + std::ops::Add<Output = T> + std::ops::Sub<Output = T>,
{
    fn new(levels: usize, ties: bool) -> Self {
        let zero = [T::default(); K];
        Self { nodes: vec![zero; levels + 1], at: vec![zero; if ties { levels } else { 0 }], sum: zero }
    }

    #[inline]
    fn change(&mut self, rank: u32, by: [T; K], change: impl Fn(T, T) -> T) {
        let each = |to: &mut [T; K]| {
            for (to, by) in to.iter_mut().zip(by) {
                *to = change(*to, by);
            }
        };
        each(&mut self.sum);
        if let Some(at) = self.at.get_mut(rank as usize) {
            each(at);
        }
        let mut i = rank as usize + 1;
        while let Some(node) = self.nodes.get_mut(i) {
            each(node);
            i += i & i.wrapping_neg();
        }
    }

    /// The weights of lower scores, of higher ones and of this one.
    #[inline]
    fn around(&self, rank: u32) -> [[T; 3]; K] {
        let (mut i, mut below) = (rank as usize, [T::default(); K]);
        while i > 0 {
            for (sum, node) in below.iter_mut().zip(self.nodes[i]) {
                *sum = *sum + node;
            }
            i &= i - 1;
        }
        let tied = self.at.get(rank as usize).copied().unwrap_or([T::default(); K]);
        std::array::from_fn(|k| [below[k], self.sum[k] - below[k] - tied[k], tied[k]])
    }
}
