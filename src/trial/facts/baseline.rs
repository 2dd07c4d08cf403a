//! What was known of a subject when it entered: stratification factors and characteristics.

use std::collections::BTreeSet;

use crate::error::{Error, Result, TrialError};
use crate::survival::data::groups::{Groups, encode};
use crate::survival::regression::design::DesignBuilder;

/// One factor by which randomisation was stratified, as it was entered then and as it turned out to be.
///
/// The two differ where somebody was randomised in the wrong stratum. Both are kept, since the analysis as
/// randomised is the primary one (ICH E9) and the other its check.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Stratum {
    /// The factor's name.
    pub factor: String,
    /// The level under which the subject was randomised.
    pub randomised: String,
    /// The true level.
    pub actual: String,
}

/// Which version of the stratification factors an analysis takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Stratification {
    /// The levels under which subjects were randomised.
    AsRandomised,
    /// The true levels.
    AsActual,
}

/// A baseline characteristic: a number (age) or a level (sex).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Characteristic {
    /// A number; a model takes it as it is.
    Number(f64),
    /// A level of a factor; a model compares it with the first level in alphabetical order.
    Level(String),
}

impl From<f64> for Characteristic {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Characteristic {
    fn from(level: &str) -> Self {
        Self::Level(level.into())
    }
}

/// Everything that was known of one subject at entry.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(in crate::trial) struct Baseline {
    pub(in crate::trial) strata: Vec<Stratum>,
    pub(in crate::trial) characteristics: Vec<(String, Characteristic)>,
}

impl Baseline {
    pub(in crate::trial) fn characteristic(&self, name: &str) -> Option<&Characteristic> {
        self.characteristics.iter().find(|(n, _)| n == name).map(|(_, c)| c)
    }

    /// Factors and characteristics are found by their names, so no two have one.
    pub(in crate::trial) fn check(&self) -> Result<()> {
        let twice = |names: Vec<&str>| {
            let at = (1..names.len()).find(|&i| names[..i].contains(&names[i]));
            at.map(|i| names[i].to_string())
        };
        let of = |what, name: Option<String>| match name {
            Some(name) => Err(Error::DuplicateName { what, name }),
            None => Ok(()),
        };
        let strata = self.strata.iter().map(|s| s.factor.as_str()).collect();
        of("stratification factors of one subject", twice(strata))?;
        let characteristics = self.characteristics.iter().map(|(name, _)| name.as_str()).collect();
        of("characteristics of one subject", twice(characteristics))
    }

    /// The level of a factor, in the version that is asked for.
    fn level(&self, factor: &str, version: Stratification) -> Option<&str> {
        let stratum = self.strata.iter().find(|s| s.factor == factor)?;
        Some(match version {
            Stratification::AsRandomised => &stratum.randomised,
            Stratification::AsActual => &stratum.actual,
        })
    }
}

/// The stratum of each subject: its levels of all factors that occur, joined by commas. `name` says who a subject
/// is.
pub(in crate::trial) fn strata<'a>(
    baselines: impl Iterator<Item = &'a Baseline> + Clone,
    version: Stratification,
    name: impl Fn(usize) -> String,
) -> Result<Groups> {
    let factors: BTreeSet<&str> =
        baselines.clone().flat_map(|b| b.strata.iter().map(|s| s.factor.as_str())).collect();
    if factors.is_empty() {
        return Err(Error::Empty { argument: "the set of stratification factors" });
    }
    let mut labels = Vec::new();
    for (i, baseline) in baselines.enumerate() {
        let mut levels = Vec::with_capacity(factors.len());
        for &factor in &factors {
            let missing =
                || Error::Trial(TrialError::MissingBaseline { subject: name(i), what: factor.into() });
            levels.push(baseline.level(factor, version).ok_or_else(missing)?);
        }
        labels.push(levels);
    }
    let (codes, firsts) = encode(&labels);
    let joined = |quote: fn(&&str) -> String| -> Vec<String> {
        let levels = |i: &usize| labels[*i].iter().map(quote).collect::<Vec<_>>().join(", ");
        firsts.iter().map(levels).collect()
    };
    let codes: Vec<usize> = codes.into_iter().map(|c| c as usize).collect();
    // Levels that have commas of their own are told apart by quotes.
    Groups::from_codes(&codes, &joined(|level| (*level).to_string()))
        .or_else(|_| Groups::from_codes(&codes, &joined(|level| format!("{level:?}"))))
}

/// Adds a characteristic of all subjects to a design: a column of numbers, or a factor against its first level.
pub(in crate::trial) fn adjust(
    design: DesignBuilder,
    name: &str,
    baselines: &[Baseline],
    who: impl Fn(usize) -> String,
) -> Result<DesignBuilder> {
    let mut numbers = Vec::new();
    let mut levels: Vec<&str> = Vec::new();
    for (i, baseline) in baselines.iter().enumerate() {
        match baseline.characteristic(name) {
            Some(Characteristic::Number(value)) => numbers.push(*value),
            Some(Characteristic::Level(level)) => levels.push(level),
            None => {
                return Err(Error::Trial(TrialError::MissingBaseline { subject: who(i), what: name.into() }));
            }
        }
    }
    if levels.is_empty() {
        return Ok(design.numeric(name, &numbers));
    }
    if !numbers.is_empty() {
        let why = "it is a number for some subjects and a level for others: write it in one way";
        return Err(Error::Unsupported { method: "adjusting", with: "a mixed characteristic", why });
    }
    let groups = Groups::new(&levels).sorted();
    let reference = groups.labels()[0].clone();
    Ok(design.factor(name, &groups, &reference))
}
