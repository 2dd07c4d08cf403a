//! The subgroup table: the treatment effect within the levels of baseline characteristics, and whether it differs
//! between them.

use std::fmt;

use crate::error::{Error, Result, TrialError};
use crate::print::{self, PValue};
use crate::survival::data::groups::Groups;
use crate::survival::regression::cox::{CoxModel, CoxPh};
use crate::survival::regression::design::Design;
use crate::survival::regression::term::Status;
use crate::survival::result::direction::Direction;
use crate::survival::result::interval::ConfidenceInterval;
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::analysis::contrast::Contrast;
use crate::trial::facts::baseline::Characteristic;

/// One level of a characteristic, or all subjects.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Subgroup {
    level: String,
    subjects: [usize; 2],
    events: [usize; 2],
    ratio: Option<f64>,
    interval: ConfidenceInterval,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(Subgroup {
    level: String,
    subjects: [usize; 2],
    events: [usize; 2],
    ratio: Option<f64>,
    interval: ConfidenceInterval,
});

#[cfg(feature = "serde")]
impl Subgroup {
    fn check(&self) -> crate::error::Result<()> {
        for arm in [0, 1] {
            stored::count("the number of subjects", self.subjects[arm])?;
            stored::below("the number of events", self.events[arm], self.subjects[arm] + 1)?;
        }
        self.ratio.map_or(Ok(()), |r| stored::size("the hazard ratio", r))
    }
}

impl Subgroup {
    /// The level; "all" for all subjects.
    #[must_use]
    pub fn level(&self) -> &str {
        &self.level
    }

    /// Subjects of the arm that is compared, and of the other.
    #[must_use]
    pub fn subjects(&self) -> [usize; 2] {
        self.subjects
    }

    /// Their events.
    #[must_use]
    pub fn events(&self) -> [usize; 2] {
        self.events
    }

    /// The hazard ratio of the proportional-hazards model (Efron's ties). Returns `None` if an arm has no events, so
    /// that there is none above 0 and finite.
    #[must_use]
    pub fn hazard_ratio(&self) -> Option<f64> {
        self.ratio
    }

    /// Its Wald interval.
    #[must_use]
    pub fn interval(&self) -> ConfidenceInterval {
        self.interval
    }
}

/// The levels of one characteristic, with the test of its interaction with treatment.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SubgroupFactor {
    name: String,
    subgroups: Vec<Subgroup>,
    interaction: Option<f64>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(SubgroupFactor {
    name: String,
    subgroups: Vec<Subgroup>,
    interaction: Option<f64>,
});

#[cfg(feature = "serde")]
impl SubgroupFactor {
    fn check(&self) -> crate::error::Result<()> {
        self.interaction.map_or(Ok(()), |p| stored::probability("the p-value of the interaction", p))
    }
}

impl SubgroupFactor {
    /// The characteristic.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its levels, in alphabetical order.
    #[must_use]
    pub fn subgroups(&self) -> &[Subgroup] {
        &self.subgroups
    }

    /// The p-value of the interaction: the likelihood-ratio test of the model with treatment, characteristic and their
    /// product against the one without the product. Returns `None` if there is one level only.
    #[must_use]
    pub fn interaction(&self) -> Option<f64> {
        self.interaction
    }
}

/// The subgroup table of a contrast. Made by [`Contrast::subgroups`]; a forest plot is its picture
/// (`ForestPlot::new(table.forest_rows())`, with the feature `plot`).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Subgroups {
    arms: [String; 2],
    factors: Vec<SubgroupFactor>,
    all: Subgroup,
    #[cfg_attr(feature = "serde", serde(default))]
    direction: Direction,
}

impl Contrast {
    /// The hazard ratio within each level of baseline characteristics, with counts, intervals of this level and tests of
    /// interaction. A stratified analysis stays stratified.
    ///
    /// # Errors
    /// [`TrialError::MissingBaseline`](crate::TrialError::MissingBaseline) where a subject lacks a characteristic; [`Error::Unsupported`] for a characteristic that is
    /// a number, not a level; [`Error::OutOfRange`] for a level outside (0, 1); as
    /// [`CoxPh::fit`].
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::{Endpoint, Exit, Subject, Time, Trial};
    ///
    /// # #[derive(Debug, Clone, Copy, PartialEq)]
    /// # enum Event { Death }
    /// # const OS: Endpoint<Event> = Endpoint::overall_survival(|_| true);
    /// let subject = |arm, sex, month: f64, died| {
    ///     let exit = if died { Exit::Terminal(Event::Death) } else { Exit::Cutoff };
    ///     Subject::on(arm).baseline("sex", sex).until(Time::months(month), exit)
    /// };
    /// let trial = Trial::new([
    ///     subject("new", "f", 9.0, true)?, subject("new", "f", 14.0, true)?, subject("new", "m", 7.0, true)?,
    ///     subject("new", "m", 20.0, false)?, subject("old", "f", 5.0, true)?, subject("old", "f", 11.0, true)?,
    ///     subject("old", "m", 8.0, true)?, subject("old", "m", 6.0, true)?,
    /// ]);
    /// let table = trial.analyse(&OS)?.contrast("new", "old")?.subgroups(&["sex"], 0.95)?;
    /// let sex = &table.factors()[0];
    /// assert_eq!((sex.subgroups()[0].level(), sex.subgroups()[0].events()), ("f", [2, 2]));
    /// assert!(sex.interaction().unwrap() > 0.05);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn subgroups(&self, characteristics: &[&str], level: f64) -> Result<Subgroups> {
        let n = self.survival_data().0.len();
        let all = self.subgroup("all", &vec![true; n], level)?;
        let mut factors = Vec::new();
        for &name in characteristics {
            let levels = self.levels_of(name)?;
            let of = |(code, label): (usize, &String)| {
                let keep: Vec<bool> = levels.codes().iter().map(|&c| c as usize == code).collect();
                self.subgroup(label, &keep, level)
            };
            let subgroups = levels.labels().iter().enumerate().map(of).collect::<Result<Vec<_>>>()?;
            let interaction = if subgroups.len() > 1 { self.interaction(name, &levels)? } else { None };
            factors.push(SubgroupFactor { name: name.into(), subgroups, interaction });
        }
        let arms = [self.of().into(), self.against().into()];
        Ok(Subgroups { arms, factors, all, direction: self.direction() })
    }

    fn levels_of(&self, name: &str) -> Result<Groups> {
        let mut levels = Vec::new();
        for (i, characteristic) in self.characteristics(name).enumerate() {
            match characteristic {
                Some(Characteristic::Level(level)) => levels.push(level.as_str()),
                Some(Characteristic::Number(_)) => {
                    return Err(Error::Unsupported {
                        method: "a subgroup",
                        with: "a characteristic that is a number",
                        why: "a subgroup is a level; give one for each range, such as \"under 65\"",
                    });
                }
                None => {
                    return Err(Error::Trial(TrialError::MissingBaseline {
                        subject: self.subject(i).into(),
                        what: name.into(),
                    }));
                }
            }
        }
        Ok(Groups::new(&levels).sorted())
    }

    fn subgroup(&self, label: &str, keep: &[bool], level: f64) -> Result<Subgroup> {
        let (data, groups) = self.survival_data();
        let (mut subjects, mut events) = ([0; 2], [0; 2]);
        for (i, _) in keep.iter().enumerate().filter(|(_, k)| **k) {
            let arm = groups.codes()[i] as usize;
            subjects[arm] += 1;
            events[arm] += usize::from(data.event()[i]);
        }
        // Without events or without subjects in an arm there is nothing to compare.
        let none = ConfidenceInterval::new(None, level);
        let mut found = Subgroup { level: label.into(), subjects, events, ratio: None, interval: none };
        if subjects.contains(&0) || events.contains(&0) {
            crate::survival::result::interval::z_of(level)?;
            return Ok(found);
        }
        let arm = self.indicator(keep);
        let design = Design::builder().numeric(self.of(), &arm).build()?;
        let model = CoxPh::new().fit(&data.filter(keep)?, &design)?;
        if let Some(term) = model.terms().first().filter(|t| t.status() == Status::Estimated) {
            found.ratio = Some(term.hazard_ratio());
            found.interval = term.interval(level)?;
        }
        Ok(found)
    }

    /// 1 for the arm that is compared, of the subjects kept.
    fn indicator(&self, keep: &[bool]) -> Vec<f64> {
        let codes = self.survival_data().1.codes().iter().zip(keep);
        codes.filter(|(_, k)| **k).map(|(&c, _)| f64::from(u8::from(c == 0))).collect()
    }

    fn interaction(&self, name: &str, levels: &Groups) -> Result<Option<f64>> {
        let (data, _) = self.survival_data();
        let arm = self.indicator(&vec![true; data.len()]);
        let model = |product: bool| -> Result<CoxModel> {
            let design = Design::builder().numeric(self.of(), &arm).factor(name, levels, &levels.labels()[0]);
            let design = if product { design.interaction(self.of(), name) } else { design };
            CoxPh::new().fit(data, &design.build()?)
        };
        Ok(model(true)?.likelihood_ratio_against(&model(false)?)?.p_value())
    }
}

impl Subgroups {
    /// Whether the endpoint's event is wanted: which side of 1 favours which arm.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The arm whose hazard the ratios ask for, and the other.
    #[must_use]
    pub fn arms(&self) -> &[String; 2] {
        &self.arms
    }

    /// The characteristics, as they were asked for.
    #[must_use]
    pub fn factors(&self) -> &[SubgroupFactor] {
        &self.factors
    }

    /// All subjects.
    #[must_use]
    pub fn all(&self) -> &Subgroup {
        &self.all
    }
}

/// The table, events / subjects of each arm.
impl fmt::Display for Subgroups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.arms.iter().map(|a| a.chars().count()).max().unwrap_or(0).max(11);
        let level = print::level(self.all.interval.level);
        let pair = print::pair(&self.arms[0], &self.arms[1]);
        let levels =
            self.factors.iter().flat_map(|factor| &factor.subgroups).map(|s| s.level.chars().count() + 2);
        let first = levels.chain([pair.chars().count()]).max().unwrap_or(0).max(24);
        write!(
            f,
            "{:<first$} {:>width$} {:>width$}   hazard ratio ({level} CI)",
            print::one_line(&pair),
            print::one_line(&self.arms[0]),
            print::one_line(&self.arms[1])
        )?;
        let row = |f: &mut fmt::Formatter<'_>, s: &Subgroup, indent: &str| {
            let counts = |arm: usize| format!("{} / {}", s.events[arm], s.subjects[arm]);
            let effect = match s.ratio {
                Some(ratio) => format!("{ratio:.2} ({})", s.interval.limits(|x| format!("{x:.2}"))),
                None => print::MISSING.into(),
            };
            let name = format!("{indent}{}", s.level);
            let name = print::one_line(&name);
            write!(f, "\n{name:<first$} {:>width$} {:>width$}   {effect}", counts(0), counts(1))
        };
        for factor in &self.factors {
            write!(f, "\n{}", factor.name)?;
            if let Some(p) = factor.interaction {
                write!(f, " (interaction {:#})", PValue(p))?;
            }
            for subgroup in &factor.subgroups {
                row(f, subgroup, "  ")?;
            }
        }
        row(f, &self.all, "")
    }
}
