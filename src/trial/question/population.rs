//! Who is analysed, under a name that every report carries.

use crate::trial::{Label, Subject};

/// A named filter of subjects: intention to treat, per protocol, safety.
///
/// It asks facts only (what happened to the subject, what was known at entry), so it is fixed before any endpoint
/// is looked at.
///
/// # Example
/// ```
/// use greenwood::trial::{Exit, Population, Subject, Time, Trial};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { FirstDose, Deviation, Death }
///
/// const SAFETY: Population<&str, Event> =
///     Population::new("safety", |s| s.had(Event::FirstDose)).by_treatment_received();
/// const PER_PROTOCOL: Population<&str, Event> =
///     Population::new("per protocol", |s| s.had(Event::FirstDose) && !s.had(Event::Deviation));
///
/// let months = Time::months;
/// let trial = Trial::new([
///     Subject::on("A").then(months(0.0), Event::FirstDose).until(months(9.0), Exit::Cutoff)?,
///     Subject::on("A").received("B").then(months(0.1), Event::FirstDose).until(months(8.0), Exit::Cutoff)?,
///     Subject::on("B").until(months(1.0), Exit::Withdrew)?,
/// ]);
/// let safety = trial.among(&SAFETY);
/// assert_eq!((safety.subjects().len(), safety.arms(), safety.population()), (2, vec!["A", "B"], "safety"));
/// assert_eq!(trial.among(&PER_PROTOCOL).arms(), ["A"]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Population<A, E> {
    name: &'static str,
    includes: fn(&Subject<A, E>) -> bool,
    as_treated: bool,
}

impl<A: Label, E: Label> Population<A, E> {
    /// The subjects for which `includes` is true, on the arms to which they were randomised.
    pub const fn new(name: &'static str, includes: fn(&Subject<A, E>) -> bool) -> Self {
        Self { name, includes, as_treated: false }
    }

    /// On the arms whose treatment they received, as a safety population is analysed.
    #[must_use]
    pub const fn by_treatment_received(self) -> Self {
        Self { as_treated: true, ..self }
    }

    /// The name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Is the subject in it?
    pub fn includes(&self, subject: &Subject<A, E>) -> bool {
        (self.includes)(subject)
    }

    /// The subject as this population analyses it, if it is in it.
    pub(in crate::trial) fn take(&self, subject: &Subject<A, E>) -> Option<Subject<A, E>> {
        let mut subject = self.includes(subject).then(|| subject.clone())?;
        if self.as_treated {
            subject.arm = subject.received();
        }
        Some(subject)
    }
}
