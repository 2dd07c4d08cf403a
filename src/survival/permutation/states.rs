//! The distribution of a score sum over all equally likely labellings, state by state.
//!
//! Scores become whole numbers: multiplied by a power of two so large that every sum just fits 64 bits (2⁻⁵⁵ of
//! the largest score for 18 subjects), so sums do not depend on the order of addition and equal ones are one
//! state. A subject is added to a list of states, kept sorted by sum for each number of subjects in the first arm,
//! by merging it with its shifted copy: linear in the states, and tied scores share theirs (Streitberg & Röhmel
//! 1986). Two half lists are read against each other and never multiplied out (van de Wiel's split-up), so 40
//! distinct scores cost 2·2²⁰ states and not 2⁴⁰.

/// One possible sum, and how many labellings (scaled) have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct State {
    pub sum: i64,
    pub count: f64,
}

/// The most states that a list may grow to.
pub(super) const LIMIT: usize = 1 << 22;

/// Subjects whose labels are exchangeable: scores as whole numbers, and how many of them the first arm has.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub scores: Vec<i64>,
    pub first_arm: usize,
}

/// Pairs of lists: every sum of the distribution is a sum of the left list plus one of the right.
pub(super) struct States {
    pairs: Vec<(Vec<State>, Vec<State>)>,
    total: f64,
}

impl States {
    /// `None` where it would take more than [`LIMIT`] states.
    pub(super) fn new(blocks: &[Block]) -> Option<Self> {
        let pairs = if let [block] = blocks {
            halves(block)?
        } else {
            let mut lists = blocks.iter().map(whole).collect::<Option<Vec<_>>>()?;
            lists.sort_by_key(|l| std::cmp::Reverse(l.len()));
            let neutral = || vec![State { sum: 0, count: 1.0 }];
            let (mut left, mut right) = (neutral(), neutral());
            for list in lists {
                let side = if left.len() <= right.len() { &mut left } else { &mut right };
                *side = convolve(side, &list)?;
            }
            vec![(left, right)]
        };
        let sum = |list: &[State]| list.iter().map(|s| s.count).sum::<f64>();
        let total = pairs.iter().map(|(l, r)| sum(l) * sum(r)).sum();
        Some(Self { pairs, total })
    }

    /// `P(T ≤ x)`.
    pub(super) fn at_most(&self, x: i64) -> f64 {
        let mut count = 0.0;
        for (left, right) in &self.pairs {
            let (mut below, mut r) = (0.0, 0);
            for l in left.iter().rev() {
                while r < right.len() && l.sum + right[r].sum <= x {
                    below += right[r].count;
                    r += 1;
                }
                count += l.count * below;
            }
        }
        count / self.total
    }

    /// `P(T ≥ x)`, summed from its own side: a small tail keeps its digits.
    pub(super) fn at_least(&self, x: i64) -> f64 {
        let mut count = 0.0;
        for (left, right) in &self.pairs {
            let (mut above, mut r) = (0.0, right.len());
            for l in left {
                while r > 0 && l.sum + right[r - 1].sum >= x {
                    r -= 1;
                    above += right[r].count;
                }
                count += l.count * above;
            }
        }
        count / self.total
    }
}

/// Lists per number of subjects in the first arm, for some scores.
struct Lists {
    by_count: Vec<Vec<State>>,
    most: usize,
    states: usize,
}

impl Lists {
    fn new(most: usize) -> Self {
        Self { by_count: vec![vec![State { sum: 0, count: 1.0 }]], most, states: 1 }
    }

    /// One more subject, in either arm.
    fn add(&mut self, score: i64) -> Option<()> {
        if self.by_count.len() <= self.most {
            self.by_count.push(Vec::new());
        }
        for count in (1..self.by_count.len()).rev() {
            let (below, here) = self.by_count.split_at_mut(count);
            if !below[count - 1].is_empty() {
                let merged = merge(&here[0], &below[count - 1], score);
                self.states += merged.len() - here[0].len();
                here[0] = merged;
            }
        }
        (self.states <= LIMIT).then_some(())
    }
}

/// `a` and `b` shifted, as one sorted list.
#[allow(clippy::comparison_chain)] // three cases, each a line
fn merge(a: &[State], b: &[State], shift: i64) -> Vec<State> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], State { sum: b[j].sum + shift, ..b[j] });
        if x.sum == y.sum {
            merged.push(State { sum: x.sum, count: x.count + y.count });
            (i, j) = (i + 1, j + 1);
        } else if x.sum < y.sum {
            merged.push(x);
            i += 1;
        } else {
            merged.push(y);
            j += 1;
        }
    }
    merged.extend_from_slice(&a[i..]);
    merged.extend(b[j..].iter().map(|y| State { sum: y.sum + shift, ..*y }));
    merged
}

/// The subjects in two halves with about as many states, tied scores together.
fn halves(block: &Block) -> Option<Vec<(Vec<State>, Vec<State>)>> {
    let mut scores = block.scores.clone();
    scores.sort_unstable();
    let mut runs: Vec<&[i64]> = scores.chunk_by(|a, b| a == b).collect();
    runs.sort_by_key(|r| std::cmp::Reverse(r.len()));
    let mut sides = [Lists::new(block.first_arm), Lists::new(block.first_arm)];
    for run in runs {
        let lighter = usize::from(sides[1].states < sides[0].states);
        for &score in run {
            sides[lighter].add(score)?;
        }
    }
    let [left, right] = sides.map(|s| s.by_count);
    let mut pairs = Vec::new();
    for (count, list) in left.into_iter().enumerate() {
        if let Some(rest) = block.first_arm.checked_sub(count).and_then(|r| right.get(r)) {
            // Empty where a half has too few subjects.
            if !list.is_empty() && !rest.is_empty() {
                pairs.push((list, rest.clone()));
            }
        }
    }
    Some(pairs)
}

/// The whole distribution of a block as one list.
fn whole(block: &Block) -> Option<Vec<State>> {
    let mut lists = Lists::new(block.first_arm);
    for &score in &block.scores {
        lists.add(score)?;
    }
    Some(lists.by_count.pop().unwrap_or_default())
}

/// All sums of one of `a` and one of `b`.
fn convolve(a: &[State], b: &[State]) -> Option<Vec<State>> {
    if a.len().checked_mul(b.len())? > LIMIT {
        return None;
    }
    let mut all: Vec<State> = Vec::with_capacity(a.len() * b.len());
    for x in a {
        all.extend(b.iter().map(|y| State { sum: x.sum + y.sum, count: x.count * y.count }));
    }
    all.sort_unstable_by_key(|s| s.sum);
    all.dedup_by(|next, kept| {
        let same = next.sum == kept.sum;
        if same {
            kept.count += next.count;
        }
        same
    });
    Some(all)
}
