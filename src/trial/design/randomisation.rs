//! Lists of treatments: permuted blocks, the biased coin, and minimisation; each reproducible from its seed.
//!
//! A list is a function of its seed, its stratum and its options: two machines make the same list, and the lists of two
//! strata are independent streams of one seed.

use std::fmt;

use crate::error::{Error, Result, check_len, check_size};
use crate::numeric::random::Random;

/// Permuted blocks: in each block every arm has its share, in random order; block sizes may be drawn at random.
///
/// # Example
/// ```
/// use greenwood::trial::design::randomisation::PermutedBlockList;
///
/// let list = PermutedBlockList::new(&["new", "old"], &[2, 1]).block_sizes(&[3, 6]).seed(2026).allocate("site 1", 30)?;
/// let new = list.iter().filter(|a| a.arm == "new").count();
/// assert_eq!(list.len(), 30);
/// assert!((18..=22).contains(&new));
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Zelen (1974), J Chronic Dis 27:365. Matts & Lachin (1988), Control Clin Trials 9:327.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is drawn until `.allocate(…)` is called"]
pub struct PermutedBlockList {
    arms: Vec<String>,
    ratio: Vec<usize>,
    sizes: Vec<usize>,
    seed: u64,
}

/// One subject's place in a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Allocation {
    /// The stratum.
    pub stratum: String,
    /// The place in the stratum's list, from 1.
    pub number: usize,
    /// The block, from 1; 0 where there are none.
    pub block: usize,
    /// The arm.
    pub arm: String,
}

/// `stratum,number,block,arm` as a line of CSV.
impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", quoted(&self.stratum), self.number, self.block, quoted(&self.arm))
    }
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}

/// A list as CSV, with a header.
#[must_use]
pub fn to_csv(list: &[Allocation]) -> String {
    let mut lines = vec!["stratum,number,block,arm".to_string()];
    lines.extend(list.iter().map(ToString::to_string));
    lines.join("\n") + "\n"
}

/// A number for a text, the same on every machine (FNV-1a).
fn stream(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// A list that would not fit into memory is refused: an allocation with its two short texts takes some 100 bytes.
fn check_subjects(subjects: usize) -> Result<()> {
    check_size(
        "a list of so many subjects",
        subjects,
        100,
        "allocate fewer subjects, or several strata in turn",
    )
}

/// An arm or a factor is found by its name, so no two have one.
fn check_distinct(what: &'static str, names: &[String]) -> Result<()> {
    let twice = names.iter().enumerate().find(|&(i, name)| names[..i].contains(name));
    twice.map_or(Ok(()), |(_, name)| Err(Error::DuplicateName { what, name: name.clone() }))
}

fn check_arms(arms: &[String], ratio: &[usize]) -> Result<()> {
    if arms.len() < 2 {
        return Err(Error::TooFewGroups { found: arms.len() });
    }
    check_distinct("arms", arms)?;
    check_len("ratio", ratio.len(), "arms", arms.len())?;
    if let Some(&value) = ratio.iter().find(|r| !(1..=1000).contains(*r)) {
        return Err(Error::OutOfRange {
            argument: "ratio",
            value: value as f64,
            must_be: "between 1 and 1000",
        });
    }
    Ok(())
}

impl PermutedBlockList {
    /// Arms with the number of subjects that each has in the smallest block.
    pub fn new(arms: &[impl ToString], ratio: &[usize]) -> Self {
        let arms = arms.iter().map(ToString::to_string).collect();
        let smallest: usize = ratio.iter().fold(0, |sum: usize, r| sum.saturating_add(*r));
        Self { arms, ratio: ratio.to_vec(), sizes: vec![smallest.saturating_mul(2)], seed: 0 }
    }

    /// The sizes of blocks, each a multiple of the sum of the ratio; of several each block has one at random.
    pub fn block_sizes(self, sizes: &[usize]) -> Self {
        Self { sizes: sizes.to_vec(), ..self }
    }

    /// The seed.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The list of a stratum: whole blocks, cut at the number of subjects.
    ///
    /// # Errors
    /// [`Error::TooFewGroups`], [`Error::DuplicateName`], [`Error::LengthMismatch`], [`Error::OutOfRange`] for the ratio and for sizes that are not
    /// multiples of its sum or above 10,000; [`Error::Empty`] without sizes; [`Error::TooLarge`] for more subjects than
    /// fit into memory.
    pub fn allocate(&self, stratum: &str, subjects: usize) -> Result<Vec<Allocation>> {
        check_arms(&self.arms, &self.ratio)?;
        let unit: usize = self.ratio.iter().sum();
        if self.sizes.is_empty() {
            return Err(Error::Empty { argument: "block_sizes" });
        }
        if let Some(&value) = self.sizes.iter().find(|s| **s == 0 || **s > 10_000 || **s % unit != 0) {
            return Err(Error::OutOfRange {
                argument: "block_sizes",
                value: value as f64,
                must_be: "a multiple of the sum of the ratio, at most 10,000",
            });
        }
        check_subjects(subjects)?;
        let mut random = Random::new(self.seed, stream(stratum));
        let mut list = Vec::with_capacity(subjects);
        let mut block = 0;
        while list.len() < subjects {
            block += 1;
            let size = self.sizes[random.below(self.sizes.len())];
            let times = size / unit;
            let mut own: Vec<usize> = self
                .ratio
                .iter()
                .enumerate()
                .flat_map(|(arm, r)| std::iter::repeat_n(arm, r * times))
                .collect();
            // Fisher and Yates's shuffle: every order is equally likely.
            for i in (1..own.len()).rev() {
                own.swap(i, random.below(i + 1));
            }
            for arm in own.into_iter().take(subjects - list.len()) {
                let (stratum, arm) = (stratum.to_string(), self.arms[arm].clone());
                list.push(Allocation { stratum, number: list.len() + 1, block, arm });
            }
        }
        Ok(list)
    }
}

/// Efron's biased coin for two arms: the arm that is behind has the larger probability.
///
/// # Example
/// ```
/// use greenwood::trial::design::randomisation::BiasedCoin;
///
/// let list = BiasedCoin::new("new", "old", 2.0 / 3.0)?.seed(1).allocate("all", 100)?;
/// let new = list.iter().filter(|a| a.arm == "new").count();
/// assert!((40..=60).contains(&new));
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Efron (1971), Biometrika 58:403.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is drawn until `.allocate(…)` is called"]
pub struct BiasedCoin {
    arms: [String; 2],
    probability: f64,
    seed: u64,
}

impl BiasedCoin {
    /// Two arms and the probability of the one that is behind.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a probability outside [½, 1].
    pub fn new(first: impl Into<String>, second: impl Into<String>, probability: f64) -> Result<Self> {
        if !(0.5..=1.0).contains(&probability) {
            let (argument, value) = ("probability", probability);
            return Err(Error::OutOfRange { argument, value, must_be: "between 0.5 and 1" });
        }
        Ok(Self { arms: [first.into(), second.into()], probability, seed: 0 })
    }

    /// The seed.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The list of a stratum.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more subjects than fit into memory.
    pub fn allocate(&self, stratum: &str, subjects: usize) -> Result<Vec<Allocation>> {
        check_subjects(subjects)?;
        let mut random = Random::new(self.seed, stream(stratum));
        let mut ahead = 0_i64;
        Ok((1..=subjects)
            .map(|number| {
                let first = match ahead.signum() {
                    0 => 0.5,
                    1 => 1.0 - self.probability,
                    _ => self.probability,
                };
                let arm = usize::from(random.uniform() >= first);
                ahead += if arm == 0 { 1 } else { -1 };
                Allocation { stratum: stratum.to_string(), number, block: 0, arm: self.arms[arm].clone() }
            })
            .collect())
    }
}

/// Pocock and Simon's minimisation: each subject goes, with a high probability, to the arm that leaves the factors most
/// balanced.
///
/// The imbalance of an arm's choice is `Σ_f w_f · range(n_f / ratio)` over the subject's levels of the factors.
///
/// # Example
/// ```
/// use greenwood::trial::design::randomisation::Minimisation;
///
/// let mut scheme = Minimisation::new(&["new", "old"], &[1, 1], &["sex", "stage"]).seed(7).start()?;
/// for i in 0..40 {
///     scheme.assign(&[["f", "m"][i % 2], ["I", "II", "III"][i % 3]])?;
/// }
/// assert!(scheme.counts("sex", "f").unwrap().iter().all(|n| (8..=12).contains(n)));
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Pocock & Simon (1975), Biometrics 31:103. Taves (1974), Clin Pharmacol Ther 15:443.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is assigned until `.start()` is called"]
pub struct Minimisation {
    arms: Vec<String>,
    ratio: Vec<usize>,
    factors: Vec<String>,
    weights: Vec<f64>,
    probability: f64,
    seed: u64,
}

/// A trial that is being allocated by [`Minimisation`].
#[derive(Debug, Clone)]
pub struct MinimisedTrial {
    options: Minimisation,
    /// For each factor its levels, each with the number in every arm.
    counts: Vec<Vec<(String, Vec<usize>)>>,
    random: Random,
}

impl Minimisation {
    /// Arms, their ratio, and the names of the factors.
    pub fn new(arms: &[impl ToString], ratio: &[usize], factors: &[impl ToString]) -> Self {
        let factors: Vec<String> = factors.iter().map(ToString::to_string).collect();
        Self {
            arms: arms.iter().map(ToString::to_string).collect(),
            ratio: ratio.to_vec(),
            weights: vec![1.0; factors.len()],
            factors,
            probability: 0.8,
            seed: 0,
        }
    }

    /// The probability of the arm with the least imbalance; the others share the rest.
    pub fn probability(self, probability: f64) -> Self {
        Self { probability, ..self }
    }

    /// How much each factor counts.
    pub fn weights(self, weights: &[f64]) -> Self {
        Self { weights: weights.to_vec(), ..self }
    }

    /// The seed.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Begins the allocation.
    ///
    /// # Errors
    /// [`Error::TooFewGroups`], [`Error::DuplicateName`], [`Error::LengthMismatch`], [`Error::OutOfRange`] for options, [`Error::Empty`] without factors.
    pub fn start(&self) -> Result<MinimisedTrial> {
        check_arms(&self.arms, &self.ratio)?;
        if self.factors.is_empty() {
            return Err(Error::Empty { argument: "factors" });
        }
        check_distinct("factors", &self.factors)?;
        check_len("weights", self.weights.len(), "factors", self.factors.len())?;
        if let Some(&value) = self.weights.iter().find(|w| !(**w >= 0.0 && w.is_finite())) {
            return Err(Error::OutOfRange { argument: "weights", value, must_be: "finite and at least 0" });
        }
        if !(self.probability > 0.0 && self.probability <= 1.0) {
            let (argument, value) = ("probability", self.probability);
            return Err(Error::OutOfRange { argument, value, must_be: "above 0 and at most 1" });
        }
        let random = Random::new(self.seed, 0);
        Ok(MinimisedTrial { options: self.clone(), counts: vec![Vec::new(); self.factors.len()], random })
    }
}

impl MinimisedTrial {
    /// The arm of the next subject, who has these levels of the factors.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is one level for each factor.
    pub fn assign(&mut self, levels: &[&str]) -> Result<&str> {
        check_len("levels", levels.len(), "factors", self.counts.len())?;
        let arms = self.options.arms.len();
        let places: Vec<usize> = levels
            .iter()
            .zip(&mut self.counts)
            .map(|(level, known)| {
                known.iter().position(|(l, _)| l == level).unwrap_or_else(|| {
                    known.push(((*level).to_string(), vec![0; arms]));
                    known.len() - 1
                })
            })
            .collect();
        let imbalance = |arm: usize| -> f64 {
            let of = |(factor, place): (usize, &usize)| {
                let shares = self.counts[factor][*place].1.iter().zip(&self.options.ratio).enumerate();
                let shares =
                    shares.map(|(a, (n, r))| (*n as f64 + if a == arm { 1.0 } else { 0.0 }) / *r as f64);
                let (low, high) = shares.fold((f64::INFINITY, 0.0_f64), |(l, h), s| (l.min(s), h.max(s)));
                self.options.weights[factor] * (high - low)
            };
            places.iter().enumerate().map(of).sum()
        };
        let scores: Vec<f64> = (0..arms).map(imbalance).collect();
        let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
        let best: Vec<usize> = (0..arms).filter(|&a| scores[a] <= least + 1e-12).collect();
        // Of arms that are equally good each has its share by the ratio; so have all others of the rest.
        let others: Vec<usize> = (0..arms).filter(|a| !best.contains(a)).collect();
        let from = if others.is_empty() || self.random.uniform() < self.options.probability {
            &best
        } else {
            &others
        };
        let total: usize = from.iter().map(|&a| self.options.ratio[a]).sum();
        let mut draw = self.random.below(total);
        let mut arm = from[0];
        for &a in from {
            if draw < self.options.ratio[a] {
                arm = a;
                break;
            }
            draw -= self.options.ratio[a];
        }
        for (factor, place) in places.iter().enumerate() {
            self.counts[factor][*place].1[arm] += 1;
        }
        Ok(&self.options.arms[arm])
    }

    /// How many subjects with a level of a factor each arm has; `None` for a factor or level that is not there.
    #[must_use]
    pub fn counts(&self, factor: &str, level: &str) -> Option<&[usize]> {
        let factor = self.options.factors.iter().position(|f| f == factor)?;
        self.counts[factor].iter().find(|(l, _)| l == level).map(|(_, n)| n.as_slice())
    }
}
