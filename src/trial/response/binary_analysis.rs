//! What a binary endpoint made of the subjects.

use std::fmt;

use crate::error::{Error, Result};
use crate::proportion::{Proportion, TwoProportions};
use crate::survival::result::direction::Direction;
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::analysis::analysis::check_arm;
use crate::trial::response::binary_endpoint::{BinaryEndpoint, BinaryRole, CountAs, When};
use crate::trial::response::contrast::BinaryContrast;
use crate::trial::{Exit, Label, Subject, Time, Trial, label};

/// What is known of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum BinaryStatus {
    /// It responded.
    Responder,
    /// It did not.
    NonResponder,
    /// It died before the date without a response that counts.
    Dead,
    /// It left before the date.
    Missing,
    /// It was under observation to a cutoff that came before its date: it never counts.
    NotDue,
}

/// One subject's record for a binary endpoint.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct BinaryRecord<A> {
    /// The subject's position in the trial.
    pub position: usize,
    /// Its identifier, if it has one.
    pub id: Option<String>,
    /// Its arm.
    pub arm: A,
    /// What is known of it.
    pub status: BinaryStatus,
    /// When what is known became known: the event, the end of follow-up, or the date.
    pub known_at: Time,
}

/// How many of an arm have which status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BinaryCounts {
    /// Known to have responded.
    pub responders: u64,
    /// Known not to have.
    pub non_responders: u64,
    /// Died before the date without a response that counts.
    pub dead: u64,
    /// Left before the date.
    pub missing: u64,
    /// Still under observation when a cutoff came before their date. They never count, whatever the rules.
    pub not_due: u64,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(BinaryCounts {
    responders: u64,
    non_responders: u64,
    dead: u64,
    missing: u64,
    not_due: u64,
});

#[cfg(feature = "serde")]
impl BinaryCounts {
    fn check(&self) -> crate::error::Result<()> {
        [self.responders, self.non_responders, self.dead, self.missing, self.not_due]
            .into_iter()
            .try_for_each(|n| stored::count("a count", usize::try_from(n).unwrap_or(usize::MAX)))
    }
}

impl BinaryCounts {
    /// All of them.
    #[must_use]
    pub fn subjects(&self) -> u64 {
        self.responders + self.non_responders + self.dead + self.missing + self.not_due
    }
}

/// The records of a binary endpoint, and what can be asked of them. Made by [`Trial::responses`].
///
/// Prints one line for each arm.
///
/// # Example
/// ```
/// use greenwood::trial::examples::{Arm, RESPONSE, saa_course};
///
/// let response = saa_course().responses(&RESPONSE)?;
/// assert_eq!(response.proportion(Arm::Msc)?.to_string(), "1/9 (11.1%)");
/// // One child of that arm died before 90 days: by the endpoint's rule it has not responded.
/// assert_eq!(response.counts(Arm::Msc)?.dead, 1);
/// let contrast = response.contrast(Arm::Msc, Arm::Control)?;
/// assert_eq!(contrast.fisher().p_value(), 1.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BinaryAnalysis<A> {
    endpoint: String,
    population: String,
    cutoff: Option<Time>,
    date: Time,
    dead: CountAs,
    missing: CountAs,
    direction: Direction,
    records: Vec<BinaryRecord<A>>,
    arms: Vec<A>,
}

impl<A: Label, E: Label> Trial<A, E> {
    /// Asks of every subject whether it has responded by a date.
    ///
    /// # Errors
    /// [`Error::Empty`] for a trial without subjects; [`Error::OutOfRange`] where the date is no time;
    /// [`TrialError::NotTerminal`](crate::TrialError::NotTerminal) where follow-up goes on after an event that ended it in another subject.
    pub fn responses<F: Fn(E) -> BinaryRole>(
        &self,
        endpoint: &BinaryEndpoint<E, F>,
    ) -> Result<BinaryAnalysis<A>> {
        if !endpoint.date().is_valid() {
            let (value, must_be) = (endpoint.date().in_days(), "finite and at least 0");
            return Err(Error::OutOfRange { argument: "the date of the endpoint", value, must_be });
        }
        self.check_histories()?;
        if self.subjects().is_empty() {
            return Err(Error::Empty { argument: "the set of subjects" });
        }
        let [dead, missing] = endpoint.rules();
        Ok(BinaryAnalysis {
            endpoint: endpoint.name().into(),
            population: self.population().into(),
            cutoff: self.cutoff().map(|cutoff| cutoff.0),
            date: endpoint.date(),
            dead,
            missing,
            direction: endpoint.direction(),
            records: self.subjects().iter().enumerate().map(|(i, s)| record(i, s, endpoint)).collect(),
            arms: self.arms(),
        })
    }
}

fn record<A: Label, E: Label, F: Fn(E) -> BinaryRole>(
    position: usize,
    subject: &Subject<A, E>,
    endpoint: &BinaryEndpoint<E, F>,
) -> BinaryRecord<A> {
    let date = endpoint.date();
    let mut played: Vec<(Time, BinaryRole)> = subject
        .history()
        .map(|(at, kind)| (at, endpoint.role(kind)))
        .filter(|&(at, role)| at <= date && role != BinaryRole::Ignore)
        .collect();
    // At equal times a response comes before what ends it.
    played.sort_by(|a, b| {
        let failure = |role: BinaryRole| role == BinaryRole::Failure;
        a.0.in_days().total_cmp(&b.0.in_days()).then(failure(a.1).cmp(&failure(b.1)))
    });
    let died = matches!(subject.exit, Exit::Terminal(_)) && subject.end <= date;
    let followed = subject.end >= date;
    // By a date the first event that plays a role decides; at a date the last one, of those who are there.
    let decided = match endpoint.when {
        When::By => played.first().copied(),
        When::At if followed && !died => played.last().copied(),
        When::At => None,
    };
    let (status, known_at) = match decided {
        Some((at, BinaryRole::Response)) => (BinaryStatus::Responder, at),
        // A failure that is death itself is death.
        Some((at, _)) if !(died && at == subject.end) => (BinaryStatus::NonResponder, at),
        _ if died => (BinaryStatus::Dead, subject.end),
        _ if followed => (BinaryStatus::NonResponder, date),
        _ if subject.exit == Exit::Cutoff => (BinaryStatus::NotDue, subject.end),
        _ => (BinaryStatus::Missing, subject.end),
    };
    BinaryRecord { position, id: subject.id.clone(), arm: subject.arm, status, known_at }
}

/// On which side of a comparison an arm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The arm that is compared, or one that is looked at alone.
    Compared,
    /// The reference.
    Reference,
}

impl<A: Label> BinaryAnalysis<A> {
    /// The endpoint's name.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The name of the population.
    pub fn population(&self) -> &str {
        &self.population
    }

    /// The date, since entry.
    pub fn date(&self) -> Time {
        self.date
    }

    /// The data cutoff, if there was one.
    pub fn cutoff(&self) -> Option<Time> {
        self.cutoff
    }

    /// The rules for the dead and for the missing.
    pub fn rules(&self) -> [CountAs; 2] {
        [self.dead, self.missing]
    }

    /// The same records under other rules: a sensitivity analysis in one line.
    ///
    /// ```
    /// use greenwood::trial::CountAs;
    /// use greenwood::trial::examples::{Arm, RESPONSE, saa_course};
    ///
    /// let known = saa_course().responses(&RESPONSE)?.counting([CountAs::Excluded; 2]);
    /// assert_eq!(known.proportion(Arm::Msc)?.to_string(), "1/8 (12.5%)");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn counting(self, [dead, missing]: [CountAs; 2]) -> Self {
        Self { dead, missing, ..self }
    }

    /// One record per subject, in the trial's order.
    pub fn records(&self) -> &[BinaryRecord<A>] {
        &self.records
    }

    /// The arms, in order of first appearance.
    pub fn arms(&self) -> &[A] {
        &self.arms
    }

    /// How many of an arm have which status, before any rule.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn counts(&self, arm: A) -> Result<BinaryCounts> {
        check_arm(&self.arms, arm)?;
        let mut counts = BinaryCounts::default();
        for record in self.records.iter().filter(|r| r.arm == arm) {
            *match record.status {
                BinaryStatus::Responder => &mut counts.responders,
                BinaryStatus::NonResponder => &mut counts.non_responders,
                BinaryStatus::Dead => &mut counts.dead,
                BinaryStatus::Missing => &mut counts.missing,
                BinaryStatus::NotDue => &mut counts.not_due,
            } += 1;
        }
        Ok(counts)
    }

    /// The responders of an arm among those who count. Under a worst or best case the arm counts as the compared one.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::Empty`] where all subjects of the arm are excluded.
    pub fn proportion(&self, arm: A) -> Result<Proportion> {
        self.counted(arm, Side::Compared)
    }

    fn counted(&self, arm: A, side: Side) -> Result<Proportion> {
        let counts = self.counts(arm)?;
        let (mut events, mut subjects) = (counts.responders, counts.responders + counts.non_responders);
        for (unknown, rule) in [(counts.dead, self.dead), (counts.missing, self.missing)] {
            // The unwanted outcome is a response where responses are to be avoided.
            let unwanted_is_response = self.direction == Direction::Unwanted;
            let response = match rule {
                CountAs::Excluded => continue,
                CountAs::Responder => true,
                CountAs::NonResponder => false,
                CountAs::WorstCase => unwanted_is_response == (side == Side::Compared),
                CountAs::BestCase => unwanted_is_response != (side == Side::Compared),
            };
            subjects += unknown;
            events += if response { unknown } else { 0 };
        }
        if subjects == 0 {
            return Err(Error::Empty {
                argument: "the set of subjects of an arm of whom the response is known",
            });
        }
        Proportion::new(events, subjects)
    }

    /// Compares the arm `of` with the arm `against`.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::TooFewGroups`] where both are the same arm; [`Error::Empty`] where all
    /// subjects of an arm are excluded.
    pub fn contrast(&self, of: A, against: A) -> Result<BinaryContrast> {
        check_arm(&self.arms, of)?;
        check_arm(&self.arms, against)?;
        if of == against {
            return Err(Error::TooFewGroups { found: 1 });
        }
        let pair =
            TwoProportions::new(self.counted(of, Side::Compared)?, self.counted(against, Side::Reference)?);
        Ok(BinaryContrast::new(pair, label(&of), label(&against)))
    }
}

/// `Msc: 1/9 (11.1%); 1 died before, 0 missing`, a line for each arm.
impl<A: Label> fmt::Display for BinaryAnalysis<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.endpoint)?;
        for &arm in &self.arms {
            let counts = self.counts(arm).unwrap_or_default();
            write!(f, "\n{}: ", label(&arm))?;
            match self.proportion(arm) {
                Ok(proportion) => write!(f, "{proportion}")?,
                Err(_) => write!(f, "nobody of whom it is known")?,
            }
            write!(f, "; {} died before, {} missing", counts.dead, counts.missing)?;
            if counts.not_due > 0 {
                write!(f, ", {} not yet due", counts.not_due)?;
            }
        }
        Ok(())
    }
}
