//! Trials to try things on.

use crate::trial::facts::baseline::Baseline;
use crate::trial::{AdverseEvents, BinaryEndpoint, BinaryRole, Endpoint, Exit, Role, Subject, Time, Trial};

/// The arms of the aplastic-anaemia trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Arm {
    /// Standard immunosuppression with umbilical-cord mesenchymal stem cells.
    Msc,
    /// Standard immunosuppression alone.
    Control,
}

/// What happens to a child with severe aplastic anaemia.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Event {
    /// Death from any cause.
    Death,
    /// No response by the time the protocol sets, known when that time has come.
    NoResponse,
    /// Relapse after a response.
    Relapse,
    /// A clonal disease (myelodysplasia, leukaemia, paroxysmal nocturnal haemoglobinuria).
    ClonalEvolution,
    /// Stem-cell transplantation.
    Transplant,
}

/// Overall survival.
pub const OS: Endpoint<Event> = Endpoint::overall_survival(|event| matches!(event, Event::Death));

/// Failure-free survival: death, no response, relapse or clonal evolution, whichever comes first.
///
/// The abstract of the trial does not define failure; this is the usual set in children's aplastic anaemia.
pub const FFS: Endpoint<Event> = Endpoint::new("FFS", |event| match event {
    Event::Death | Event::NoResponse | Event::Relapse | Event::ClonalEvolution => Role::Event,
    // Salvage after failure. `Role::Censor` would ask what happens without it.
    Event::Transplant => Role::Ignore,
});

/// Mesenchymal stem cells with standard immunosuppression against standard immunosuppression alone in
/// children with severe aplastic anaemia, 9 + 9 patients (BMC Pediatrics 2021, doi
/// 10.1186/s12887-021-02562-x).
///
/// # What is true of these data and what is not
/// Patient-level data are not public. **The order of events is reconstructed from the published figures; the
/// times, the kinds of failure and who was lost are illustrative.** From `n = 9`, `38.1% ± 17.2%` and
/// `66.7% ± 15.7%` alone the order of events within each arm is determined: in the stem-cell arm a failure, a
/// censoring, four failures; in the control arm three failures. Of the 84 ways to interleave the two
/// without ties one alone gives the published log-rank p = 0.153, and that is the one used here. (With tied
/// times five further orders give it too.) Whatever depends on ranks only, the log-rank test among them, is
/// therefore about the trial; whatever depends on times (medians, restricted means) is about the
/// illustration. The times were chosen so that the median follow-up is the published 48 months.
///
/// # Example
/// ```
/// use greenwood::trial::Time;
/// use greenwood::trial::examples::{Arm, FFS, saa};
///
/// let analysis = saa().analyse(&FFS)?;
/// assert_eq!(analysis.survival(Arm::Msc, Time::years(4.0))?.to_string(), "38.1% ± 17.2%");
/// assert_eq!(analysis.survival(Arm::Control, Time::years(4.0))?.to_string(), "66.7% ± 15.7%");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[must_use]
pub fn saa() -> Trial<Arm, Event> {
    use Arm::{Control, Msc};
    use Event::{Death, NoResponse, Relapse};
    use Exit::{Cutoff, Lost, Terminal};

    // Months: failure other than death, if any; end of follow-up, and how it ended.
    type Line = (Arm, Option<(f64, Event)>, f64, Exit<Event>);
    const SUBJECTS: [Line; 18] = [
        (Msc, None, 2.0, Terminal(Death)),
        (Msc, None, 4.0, Lost),
        (Msc, Some((6.0, NoResponse)), 50.0, Cutoff),
        (Msc, Some((10.0, Relapse)), 47.0, Cutoff),
        (Msc, Some((12.0, Relapse)), 46.0, Cutoff),
        (Msc, Some((15.0, Relapse)), 49.0, Cutoff),
        (Msc, None, 48.0, Cutoff),
        (Msc, None, 53.0, Cutoff),
        (Msc, None, 60.0, Cutoff),
        (Control, Some((8.0, NoResponse)), 9.0, Terminal(Death)),
        (Control, Some((20.0, Relapse)), 44.0, Cutoff),
        (Control, Some((30.0, Relapse)), 48.0, Cutoff),
        (Control, None, 40.0, Cutoff),
        (Control, None, 45.0, Cutoff),
        (Control, None, 48.0, Cutoff),
        (Control, None, 51.0, Cutoff),
        (Control, None, 56.0, Cutoff),
        (Control, None, 60.0, Cutoff),
    ];
    Trial::new(SUBJECTS.into_iter().map(|(arm, failure, end, exit)| Subject {
        arm,
        id: None,
        entered: Time::ZERO,
        visits: Vec::new(),
        events: failure.into_iter().map(|(at, kind)| (Time::months(at), kind)).collect(),
        end: Time::months(end),
        exit,
        received: None,
        baseline: Baseline::default(),
    }))
}

/// What else the abstract of the trial reports of its children, beside the events of [`saa`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Course {
    /// A partial response.
    PartialResponse,
    /// An anaphylactic reaction to antithymocyte globulin.
    Anaphylaxis,
    /// What the time-to-event endpoints are about.
    Outcome(Event),
}

/// Partial response by 90 days. The child who died before that day has none.
pub const RESPONSE: BinaryEndpoint<Course> =
    BinaryEndpoint::by("partial response by 90 days", Time::days(90.0), |course| match course {
        Course::PartialResponse => BinaryRole::Response,
        Course::Outcome(Event::Transplant) => BinaryRole::Failure,
        Course::Anaphylaxis | Course::Outcome(_) => BinaryRole::Ignore,
    });

/// Time to the partial response, which death prevents.
pub const TIME_TO_RESPONSE: Endpoint<Course> = Endpoint::time_to(
    "time to response",
    |course| matches!(course, Course::PartialResponse),
    |course| matches!(course, Course::Outcome(Event::Death)),
)
.wanted();

/// Adverse events: anaphylaxis and clonal evolution.
pub const HARMS: AdverseEvents<Course> = AdverseEvents::new(|course| {
    matches!(course, Course::Anaphylaxis | Course::Outcome(Event::ClonalEvolution))
});

/// The children of [`saa`] with what else the abstract reports: a partial response by 90 days in 1 of 9 (stem cells)
/// and 2 of 9 (controls), an anaphylactic reaction to antithymocyte globulin in 4 of the 9 children with stem cells,
/// and no clonal evolution.
///
/// **The numbers are the abstract's; who they were and on which day is illustrative.** Of anaphylaxis among the
/// controls the abstract says nothing: that none is recorded here is no zero.
///
/// # Example
/// ```
/// use greenwood::trial::examples::{Arm, Course, HARMS, RESPONSE, saa_course};
///
/// let trial = saa_course();
/// let response = trial.responses(&RESPONSE)?;
/// assert_eq!(response.proportion(Arm::Control)?.to_string(), "2/9 (22.2%)");
/// let harms = trial.adverse_events(&HARMS)?;
/// assert_eq!(harms.proportion(Arm::Msc, Course::Anaphylaxis)?.to_string(), "4/9 (44.4%)");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[must_use]
pub fn saa_course() -> Trial<Arm, Course> {
    /// Position in [`saa`], day, what.
    const BESIDE: [(usize, f64, Course); 7] = [
        (1, 2.0, Course::Anaphylaxis),
        (3, 1.0, Course::Anaphylaxis),
        (4, 1.0, Course::Anaphylaxis),
        (7, 3.0, Course::Anaphylaxis),
        (8, 78.0, Course::PartialResponse),
        (15, 84.0, Course::PartialResponse),
        (16, 90.0, Course::PartialResponse),
    ];
    let trial = saa();
    Trial::new(trial.subjects().iter().enumerate().map(|(position, subject)| {
        let own = BESIDE.iter().filter(|b| b.0 == position).map(|b| (Time::days(b.1), b.2));
        let outcomes = subject.events.iter().map(|&(at, event)| (at, Course::Outcome(event)));
        Subject {
            arm: subject.arm,
            id: None,
            entered: Time::ZERO,
            visits: Vec::new(),
            // What is beside comes within 90 days, before any outcome.
            events: own.chain(outcomes).collect(),
            end: subject.end,
            exit: match subject.exit {
                Exit::Terminal(event) => Exit::Terminal(Course::Outcome(event)),
                Exit::Cutoff => Exit::Cutoff,
                Exit::Lost => Exit::Lost,
                Exit::Withdrew => Exit::Withdrew,
                Exit::Other(why) => Exit::Other(why),
            },
            received: None,
            baseline: Baseline::default(),
        }
    }))
}
