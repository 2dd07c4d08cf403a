//! What is assumed where strata differ.

use std::fmt;

use crate::error::{Error, Result};
use crate::trial::design::assumptions::Assumptions;

/// Assumptions by stratum: each has its own hazards, dropout, allocation and accrual, and so its share of the subjects.
///
/// One stratum is any [`Assumptions`]: `into()` makes them.
///
/// # Example
/// Two in three subjects carry a marker, and profit more:
/// ```
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard, StratifiedAssumptions};
///
/// let (carriers, others) = (Hazard::median(12.0)?, Hazard::median(18.0)?);
/// let strata = StratifiedAssumptions::new([
///     ("carriers", Assumptions::new(carriers.times(0.6), carriers, Accrual::uniform(200.0, 24.0)?)),
///     ("others", Assumptions::new(others.times(0.9), others, Accrual::uniform(100.0, 24.0)?)),
/// ])?;
/// assert_eq!(strata.subjects(), 300.0);
/// let (names, events): (Vec<_>, Vec<[f64; 2]>) = strata.expected_events(36.0).into_iter().unzip();
/// assert_eq!(names, ["carriers", "others"]);
/// assert!(events[0][0] < events[0][1] && events[1][1] < events[0][1]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Strata", into = "Strata"))]
pub struct StratifiedAssumptions {
    strata: Vec<(String, Assumptions)>,
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Strata(Vec<(String, Assumptions)>);

#[cfg(feature = "serde")]
impl TryFrom<Strata> for StratifiedAssumptions {
    type Error = Error;

    fn try_from(strata: Strata) -> Result<Self> {
        Self::new(strata.0)
    }
}

#[cfg(feature = "serde")]
impl From<StratifiedAssumptions> for Strata {
    fn from(assumptions: StratifiedAssumptions) -> Self {
        Self(assumptions.strata)
    }
}

impl From<Assumptions> for StratifiedAssumptions {
    fn from(assumptions: Assumptions) -> Self {
        Self { strata: vec![("all".into(), assumptions)] }
    }
}

impl StratifiedAssumptions {
    /// Strata with their names.
    ///
    /// # Errors
    /// [`Error::Empty`] without strata; [`Error::DuplicateLabel`] for a name that stands twice.
    pub fn new<N: Into<String>>(strata: impl IntoIterator<Item = (N, Assumptions)>) -> Result<Self> {
        let strata: Vec<(String, Assumptions)> = strata.into_iter().map(|(n, a)| (n.into(), a)).collect();
        if strata.is_empty() {
            return Err(Error::Empty { argument: "strata" });
        }
        for (second, (label, _)) in strata.iter().enumerate() {
            if let Some(first) = strata[..second].iter().position(|(earlier, _)| earlier == label) {
                return Err(Error::DuplicateLabel { label: label.clone(), first, second });
            }
        }
        Ok(Self { strata })
    }

    /// The strata.
    #[must_use]
    pub fn strata(&self) -> &[(String, Assumptions)] {
        &self.strata
    }

    /// The assumptions of a stratum by its name.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`], which names the strata there are.
    pub fn stratum(&self, name: &str) -> Result<&Assumptions> {
        let found = self.strata.iter().find(|(own, _)| own == name);
        found.map(|(_, assumed)| assumed).ok_or_else(|| Error::UnknownLabel {
            label: name.into(),
            known: self.strata.iter().map(|(own, _)| own.clone()).collect::<Vec<_>>().join(", "),
        })
    }

    /// All subjects.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.strata.iter().map(|(_, a)| a.accrual().subjects()).sum()
    }

    /// The end of accrual in the stratum that closes last.
    #[must_use]
    pub fn accrual_duration(&self) -> f64 {
        self.strata.iter().map(|(_, a)| a.accrual().duration()).fold(0.0, f64::max)
    }

    /// The experimental arms' share of all subjects.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.strata.iter().map(|(_, a)| a.share() * a.accrual().subjects()).sum::<f64>() / self.subjects()
    }

    /// The same shape with so many subjects in all.
    #[must_use]
    pub fn with_subjects(&self, subjects: f64) -> Self {
        let factor = subjects / self.subjects();
        let scaled = |a: &Assumptions| a.with_subjects(a.accrual().subjects() * factor);
        Self { strata: self.strata.iter().map(|(name, a)| (name.clone(), scaled(a))).collect() }
    }

    /// Expected events by calendar time `t` in each stratum: experimental, control.
    #[must_use]
    pub fn expected_events(&self, t: f64) -> Vec<(&str, [f64; 2])> {
        self.strata.iter().map(|(name, a)| (name.as_str(), a.expected_events(t))).collect()
    }

    /// Expected events by calendar time `t` in all strata together: experimental, control.
    #[must_use]
    pub fn total_events(&self, t: f64) -> [f64; 2] {
        self.strata.iter().fold([0.0, 0.0], |sum, (_, a)| {
            let own = a.expected_events(t);
            [sum[0] + own[0], sum[1] + own[1]]
        })
    }
}

/// A paragraph for a protocol; one for each stratum where there are several.
impl fmt::Display for StratifiedAssumptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [(_, only)] = self.strata.as_slice() {
            return only.fmt(f);
        }
        for (k, (name, assumed)) in self.strata.iter().enumerate() {
            write!(f, "{}Stratum {name}: {assumed}", if k == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}
