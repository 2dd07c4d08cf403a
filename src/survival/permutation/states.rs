//! The distribution of a score sum over all equally likely allocations, state by state.
//!
//! Scores become whole numbers: multiplied by a power of two so large that every sum just fits 64 bits (2⁻⁵⁵ of
//! the largest score for 18 subjects), so sums do not depend on the order of addition and equal ones are one
//! state. A subject is added to a list of states, kept sorted by sum for each number of subjects in the first arm,
//! by merging it with its shifted copy: linear in the states, and tied scores share theirs (Streitberg & Röhmel
//! 1986). Two half lists are read against each other and never multiplied out (van de Wiel's split-up), so 40
//! distinct scores cost 2·2²⁰ states and not 2⁴⁰.
//!
//! Numbers of allocations are counted as they are while all of them fit `f64`, so that small problems are exact. Beyond
//! that each subject is in the first arm with the arm's share, and what is kept is a probability: it neither overflows
//! nor, where it matters, vanishes.

/// One possible sum, and how many allocations (scaled) have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct State {
    pub sum: i64,
    pub count: f64,
}

/// The most states that a list may grow to.
pub(super) const LIMIT: usize = 1 << 22;

/// Subjects who are exchangeable: scores as whole numbers, and how many of them the first arm has.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub scores: Vec<i64>,
    pub first_arm: usize,
}

/// List entries that may be written: some seconds.
const WORK: f64 = 5e7;
/// Up to this logarithm numbers of allocations, and products of two of them, are counted as they are.
const COUNTED: f64 = 300.0;

/// Pairs of lists: every sum of the distribution is a sum of the left list plus one of the right.
pub(super) struct States {
    pairs: Vec<(Vec<State>, Vec<State>)>,
    total: f64,
    /// What is added to every sum.
    offset: i64,
}

impl States {
    /// Returns `None` if it would take more than [`LIMIT`] states, or too long. `log_allocations` is the logarithm of
    /// the number of all of them.
    pub(super) fn new(blocks: &[Block], log_allocations: f64) -> Option<Self> {
        // The smaller arm is followed: the sum of the other is what remains.
        let mut offset = 0;
        let blocks: Vec<Block> = blocks
            .iter()
            .map(|block| {
                let others = block.scores.len() - block.first_arm;
                if block.first_arm <= others {
                    return block.clone();
                }
                offset += block.scores.iter().sum::<i64>();
                Block { scores: block.scores.iter().map(|s| -s).collect(), first_arm: others }
            })
            .collect();
        let work: f64 = blocks.iter().map(|b| b.scores.len() as f64 * (b.first_arm + 1) as f64).sum();
        if work > WORK {
            return None;
        }
        let counted = log_allocations <= COUNTED;
        let pairs = if let [block] = blocks.as_slice() {
            halves(block, counted)?
        } else {
            let mut lists = blocks.iter().map(|b| whole(b, counted)).collect::<Option<Vec<_>>>()?;
            lists.sort_by_key(|l| std::cmp::Reverse(l.len()));
            let neutral = || vec![State { sum: 0, count: 1.0 }];
            let (mut left, mut right) = (neutral(), neutral());
            for list in lists {
                let side = if left.len() <= right.len() { &mut left } else { &mut right };
                *side = convolve(side, &list)?;
            }
            vec![(left, right)]
        };
        let total = pairs.iter().map(|(l, r)| total(l) * total(r)).sum();
        Some(Self { pairs, total, offset })
    }

    /// `P(T ≤ x)`.
    pub(super) fn at_most(&self, x: i64) -> f64 {
        let x = x - self.offset;
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
        let x = x - self.offset;
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

fn total(list: &[State]) -> f64 {
    list.iter().map(|s| s.count).sum()
}

/// Lists per number of subjects in the first arm, for some scores.
struct Lists {
    by_count: Vec<Vec<State>>,
    most: usize,
    states: usize,
    /// What a subject multiplies by in the other arm, and in the first.
    ways: (f64, f64),
}

impl Lists {
    fn new(block: &Block, counted: bool) -> Self {
        let share = block.first_arm as f64 / block.scores.len() as f64;
        let ways = if counted { (1.0, 1.0) } else { (1.0 - share, share) };
        Self { by_count: vec![vec![State { sum: 0, count: 1.0 }]], most: block.first_arm, states: 1, ways }
    }

    /// One more subject, in either arm.
    fn add(&mut self, score: i64) -> Option<()> {
        if self.by_count.len() <= self.most {
            self.by_count.push(Vec::new());
        }
        for count in (1..self.by_count.len()).rev() {
            let (below, here) = self.by_count.split_at_mut(count);
            if !below[count - 1].is_empty() {
                let merged = merge(&here[0], &below[count - 1], score, self.ways);
                self.states += merged.len() - here[0].len();
                here[0] = merged;
            }
        }
        self.by_count[0].iter_mut().for_each(|s| s.count *= self.ways.0);
        (self.states <= LIMIT).then_some(())
    }
}

/// `a` and `b` shifted, as one sorted list; each with its factor.
#[allow(clippy::comparison_chain)] // three cases, each a line
fn merge(a: &[State], b: &[State], shift: i64, (stays, joins): (f64, f64)) -> Vec<State> {
    let of_a = |x: &State| State { sum: x.sum, count: x.count * stays };
    let of_b = |y: &State| State { sum: y.sum + shift, count: y.count * joins };
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (of_a(&a[i]), of_b(&b[j]));
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
    merged.extend(a[i..].iter().map(of_a));
    merged.extend(b[j..].iter().map(of_b));
    merged
}

/// The subjects in two halves with about as many states, tied scores together.
fn halves(block: &Block, counted: bool) -> Option<Vec<(Vec<State>, Vec<State>)>> {
    let mut scores = block.scores.clone();
    scores.sort_unstable();
    let mut runs: Vec<&[i64]> = scores.chunk_by(|a, b| a == b).collect();
    runs.sort_by_key(|r| std::cmp::Reverse(r.len()));
    let mut sides = [Lists::new(block, counted), Lists::new(block, counted)];
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
fn whole(block: &Block, counted: bool) -> Option<Vec<State>> {
    let mut lists = Lists::new(block, counted);
    for &score in &block.scores {
        lists.add(score)?;
    }
    let mut list = lists.by_count.pop().unwrap_or_default();
    if !counted {
        // A product over many blocks would vanish.
        let total = total(&list);
        for state in &mut list {
            state.count /= total;
        }
    }
    Some(list)
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
