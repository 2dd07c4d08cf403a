//! How allocations are drawn: shuffles within sets, or the permuted blocks of the trial itself.

use crate::error::{Error, Result};
use crate::numeric::random::Random;
use crate::survival::permutation::scores::Subjects;

/// The largest block, and the largest sum of a ratio: a block is held in memory.
const LARGEST_BLOCK: usize = 1 << 20;

/// How a trial randomised its two arms: in permuted blocks, within its strata.
///
/// Subjects of a stratum are taken in the order of the rows. Each block's size is drawn from `sizes` with equal
/// chance, and the block holds the arms in the ratio `first : second`, in random order; the last block of a stratum
/// may be cut off. Sizes are rounded down to whole multiples of the ratio's sum, at least one. No block, and no sum of a
/// ratio, is larger than 2²⁰.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PermutedBlocks {
    /// The block sizes.
    pub sizes: Vec<usize>,
    /// The allocation ratio of the first group to the second.
    pub ratio: (usize, usize),
}

/// A scheme that was checked: block sizes are multiples of the ratio's sum.
pub(super) struct Scheme {
    sizes: Vec<usize>,
    ratio: (usize, usize),
}

impl Scheme {
    pub(super) fn new(blocks: &PermutedBlocks) -> Result<Self> {
        let (first, second) = blocks.ratio;
        let refuse = |argument, value: usize, must_be| {
            Err(Error::OutOfRange { argument, value: value as f64, must_be })
        };
        if first == 0 || second == 0 {
            return refuse("ratio", 0, "above 0 on both sides");
        }
        let unit = first.checked_add(second).filter(|&unit| unit <= LARGEST_BLOCK);
        let Some(unit) = unit else {
            return refuse("ratio", first.max(second), "small enough for a block of at most 2^20 subjects");
        };
        if blocks.sizes.is_empty() {
            return Err(Error::Empty { argument: "sizes" });
        }
        if let Some(&size) = blocks.sizes.iter().find(|&&size| size > LARGEST_BLOCK) {
            return refuse("a block size", size, "at most 2^20");
        }
        let sizes = blocks.sizes.iter().map(|size| (size / unit).max(1) * unit).collect();
        Ok(Self { sizes, ratio: blocks.ratio })
    }

    fn unit(&self) -> usize {
        self.ratio.0 + self.ratio.1
    }
}

/// The subjects' scores by sets within which arms are exchanged, and what is needed to allocate them again.
pub(super) struct Sample {
    blocks: Vec<Vec<f64>>,
    /// How many of each are in the first arm.
    first: Vec<usize>,
    scheme: Option<Scheme>,
    /// T as observed.
    pub statistic: f64,
    /// Room for one block of scores, and for one of arms.
    shuffled: Vec<f64>,
    arms: Vec<bool>,
}

impl Sample {
    pub(super) fn new(subjects: &Subjects, scheme: Option<Scheme>) -> Self {
        let mut blocks: Vec<Vec<f64>> = vec![Vec::new(); subjects.block_count];
        let mut first = vec![0_usize; subjects.block_count];
        let mut statistic = 0.0;
        for ((&a, &arm), &b) in subjects.scores.iter().zip(&subjects.arms).zip(&subjects.blocks) {
            blocks[b as usize].push(a);
            if arm == 0 {
                first[b as usize] += 1;
                statistic += a;
            }
        }
        Self { blocks, first, scheme, statistic, shuffled: Vec::new(), arms: Vec::new() }
    }

    /// Of T over all allocations.
    pub(super) fn expectation(&self) -> f64 {
        let share = |b: usize| match &self.scheme {
            Some(scheme) => scheme.ratio.0 as f64 / scheme.unit() as f64,
            None => self.first[b] as f64 / self.blocks[b].len().max(1) as f64,
        };
        (0..self.blocks.len()).map(|b| share(b) * self.blocks[b].iter().sum::<f64>()).sum()
    }

    /// T of a random allocation.
    pub(super) fn draw(&mut self, random: &mut Random) -> f64 {
        let Self { blocks, first, scheme, shuffled, arms, .. } = self;
        let sets = blocks.iter().zip(first);
        match scheme {
            None => sets.map(|(scores, &mut first)| shuffle(scores, first, shuffled, random)).sum(),
            Some(scheme) => sets.map(|(scores, _)| randomise(scores, scheme, arms, random)).sum(),
        }
    }
}

/// The sum over `first` random ones of the scores: the head of a partial shuffle, always from the same start.
fn shuffle(scores: &[f64], first: usize, shuffled: &mut Vec<f64>, random: &mut Random) -> f64 {
    shuffled.clear();
    shuffled.extend_from_slice(scores);
    let mut t = 0.0;
    for i in 0..first {
        let j = i + random.below(shuffled.len() - i);
        shuffled.swap(i, j);
        t += shuffled[i];
    }
    t
}

/// The sum over those whom permuted blocks put into the first arm, in the order of the rows.
fn randomise(scores: &[f64], scheme: &Scheme, arms: &mut Vec<bool>, random: &mut Random) -> f64 {
    let (mut t, mut i) = (0.0, 0);
    while i < scores.len() {
        let size = scheme.sizes[random.below(scheme.sizes.len())];
        arms.clear();
        arms.resize(size / scheme.unit() * scheme.ratio.0, true);
        arms.resize(size, false);
        for k in 0..size.min(scores.len() - i) {
            let j = k + random.below(size - k);
            arms.swap(k, j);
            t += if arms[k] { scores[i + k] } else { 0.0 };
        }
        i += size;
    }
    t
}
