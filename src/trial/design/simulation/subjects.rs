//! The subjects of one whole trial.

use crate::error::{Error, Result};
use crate::numeric::random::Random;
use crate::trial::design::simulation::clock::Clock;
use crate::trial::design::simulation::course::{Change, Course, Process};
use crate::trial::design::simulation::sample::Cutoff;
use crate::trial::design::simulation::sampler::Sampler;
use crate::trial::design::simulation::trial_simulation::{TrialSimulation, latest_time};
use crate::trial::design::simulation::visits::Visits;
use crate::trial::{DataCutoff, Exit, Label, Subject, Time, TimeUnit, Trial, label};

/// Where dropping out stands among the processes; the event is the first.
const DROPOUT: usize = 1;

/// Everything that trials of a run have in common, prepared once.
pub(super) struct Generator<A, E> {
    sampler: Sampler,
    names: Vec<String>,
    arms: [A; 2],
    /// The kind of each process; dropping out has none.
    kinds: Vec<Option<E>>,
    seen_at_visits: Vec<bool>,
    /// By stratum and arm.
    processes: Vec<[Vec<Process>; 2]>,
    /// By arm.
    changes: [Vec<Change>; 2],
    visits: Option<Visits>,
    unit: TimeUnit,
    /// The calendar time at which all follow-up ends.
    closing: f64,
    event: E,
}

/// What a thread keeps from one trial to the next.
#[derive(Debug, Default)]
pub(super) struct Space {
    course: Course,
    entry: Vec<f64>,
    experimental: Vec<bool>,
    visits: Vec<f64>,
}

/// What every process of a run is a hazard of; the place of a kind is that of its process.
struct Kinds<E>(Vec<Option<E>>);

impl<E: Label> Kinds<E> {
    fn of<A>(simulation: &TrialSimulation<A, E>) -> Result<Self> {
        let mut kinds = vec![Some(simulation.event), None];
        kinds.extend(simulation.competing.map(Some));
        kinds.extend(simulation.further.iter().map(|f| Some(f.kind)));
        for (second, kind) in kinds.iter().enumerate().filter(|(_, k)| k.is_some()) {
            if let Some(first) = kinds[..second].iter().position(|earlier| earlier == kind) {
                let label = kind.map(|k| label(&k)).unwrap_or_default();
                return Err(Error::DuplicateLabel { label, first, second });
            }
        }
        Ok(Self(kinds))
    }

    fn place(&self, kind: E) -> Result<usize> {
        self.0.iter().position(|k| *k == Some(kind)).ok_or_else(|| Error::UnknownLabel {
            label: label(&kind),
            known: self.0.iter().flatten().map(label).collect::<Vec<_>>().join(", "),
        })
    }

    /// Which kinds are dated by the visit that sees them.
    fn seen_at_visits<A>(&self, simulation: &TrialSimulation<A, E>) -> Result<Vec<bool>> {
        let mut seen = vec![false; self.0.len()];
        for &kind in &simulation.seen_at_visits {
            let at = self.place(kind)?;
            let ends = (at == 0 && simulation.terminal) || Some(kind) == simulation.competing;
            if ends || simulation.visits.is_none() {
                return Err(Error::Unsupported {
                    method: "dating an event by visits",
                    with: if ends { "a kind that ends follow-up" } else { "no visits" },
                    why: "no visit follows it: say `.visits(…)`, and date what ends follow-up by itself",
                });
            }
            seen[at] = true;
        }
        Ok(seen)
    }

    /// What an event does to the hazards of others, by arm.
    fn changes<A>(&self, simulation: &TrialSimulation<A, E>) -> Result<[Vec<Change>; 2]> {
        let mut changes = [Vec::new(), Vec::new()];
        for change in &simulation.changes {
            let first = self.place(change.first)?;
            let second = change.second.map_or(Ok(DROPOUT), |kind| self.place(kind))?;
            for (own, &factor) in changes.iter_mut().zip(&change.factors) {
                if !(factor >= 0.0 && factor.is_finite()) {
                    return Err(Error::OutOfRange {
                        argument: "the factor of a hazard after an event",
                        value: factor,
                        must_be: "finite and at least 0",
                    });
                }
                own.push(Change { first, second, factor });
            }
        }
        Ok(changes)
    }

    /// The processes of each stratum and arm, in the order of the kinds.
    fn processes<A>(
        &self,
        simulation: &TrialSimulation<A, E>,
        sampler: &Sampler,
    ) -> Result<Vec<[Vec<Process>; 2]>> {
        let waits = simulation.further.iter().map(|f| f.only_after.map(|kind| self.place(kind)).transpose());
        let waits: Vec<Option<usize>> = waits.collect::<Result<_>>()?;
        let of = |stratum: usize, arm: usize| {
            let own = &sampler.strata[stratum];
            let process = |clock: &Clock, ends| Process { clock: clock.clone(), only_after: None, ends };
            let mut all =
                vec![process(&own.event[arm], simulation.terminal), process(&own.dropout[arm], true)];
            if simulation.competing.is_some() {
                all.push(process(&own.competing[arm], true));
            }
            for (further, &only_after) in simulation.further.iter().zip(&waits) {
                let clock = Clock::new(&further.hazards[arm]);
                all.push(Process { clock, only_after, ends: false });
            }
            all
        };
        Ok((0..sampler.strata.len()).map(|s| [of(s, 0), of(s, 1)]).collect())
    }
}

impl<A: Label, E: Label> Generator<A, E> {
    pub(super) fn new(simulation: &TrialSimulation<A, E>) -> Result<Self> {
        let plan = &simulation.plan;
        let sampler = plan.check()?;
        let closing = latest_time(plan.looks_of_a_trial().into_iter().map(|l| l.0))?;
        if let Some(visits) = &simulation.visits {
            visits.check(closing)?;
        }
        let competes = plan.assumptions.strata().iter().any(|(_, a)| a.has_competing_events());
        if competes && simulation.competing.is_none() {
            return Err(Error::Unsupported {
                method: "a simulation of whole trials",
                with: "competing hazards without a kind of event",
                why: "name it: `.competing(Event::Death)`",
            });
        }
        let kinds = Kinds::of(simulation)?;
        Ok(Self {
            names: plan.names(),
            arms: simulation.arms,
            seen_at_visits: kinds.seen_at_visits(simulation)?,
            changes: kinds.changes(simulation)?,
            processes: kinds.processes(simulation, &sampler)?,
            visits: simulation.visits,
            unit: simulation.unit,
            closing,
            event: simulation.event,
            sampler,
            kinds: kinds.0,
        })
    }

    #[allow(clippy::unused_self, reason = "the space belongs to the generator")]
    pub(super) fn space(&self) -> Space {
        Space::default()
    }

    /// A trial that is followed to its closing.
    pub(super) fn draw(&self, space: &mut Space, random: &mut Random) -> Result<Trial<A, E>> {
        let mut subjects = Vec::with_capacity(self.sampler.strata.iter().map(|s| s.subjects).sum());
        for (number, stratum) in self.sampler.strata.iter().enumerate() {
            space.entry.clear();
            space.experimental.clear();
            self.sampler.enter(stratum, random, &mut space.entry, &mut space.experimental);
            for i in 0..space.entry.len() {
                let (entry, arm) = (space.entry[i], usize::from(!space.experimental[i]));
                // Who would enter after the closing has draws too: so the others do not depend on the cutoff.
                let [event, dropout] = self.sampler.thresholds(random);
                space.course.thresholds(self.kinds.len(), event, dropout, random);
                let mut visiting = self.visits.map(|v| (v, Random::new(random.next(), 0)));
                if entry < self.closing {
                    let processes = &self.processes[number][arm];
                    space.course.run(processes, &self.changes[arm], self.closing - entry);
                    if let Some((visits, own)) = &mut visiting {
                        visits.draw(space.course.end, own, &mut space.visits);
                    }
                    subjects.push(self.subject(number, arm, entry, space)?);
                }
            }
        }
        Ok(Trial::new(subjects))
    }

    fn subject(&self, stratum: usize, arm: usize, entry: f64, space: &Space) -> Result<Subject<A, E>> {
        let time = |t: f64| self.unit.time(t);
        let course = &space.course;
        let mut subject = Subject::on(self.arms[arm]).entered(time(entry));
        if let Some(name) = self.names.get(stratum) {
            subject = subject.stratum("stratum", name);
        }
        for &at in &space.visits {
            subject = subject.visit(time(at));
        }
        for &(at, kind) in &course.events {
            let (Some(event), false) = (self.kinds[kind], course.ended_by == Some(kind)) else { continue };
            let known = if self.seen_at_visits[kind] {
                space.visits.get(space.visits.partition_point(|&v| v < at)).copied()
            } else {
                Some(at)
            };
            if let Some(at) = known {
                subject = subject.then(time(at), event);
            }
        }
        let exit = match course.ended_by.map(|kind| self.kinds[kind]) {
            None => Exit::Cutoff,
            Some(None) => Exit::Lost,
            Some(Some(event)) => Exit::Terminal(event),
        };
        subject.until(time(course.end), exit)
    }

    /// The trial as it is known at a cutoff, the time of that, and the number of events known by then.
    pub(super) fn at(&self, whole: &Trial<A, E>, cutoff: Cutoff) -> Result<(Trial<A, E>, f64, usize)> {
        let (events, time) = cutoff.parts();
        let latest = self.unit.time(time.unwrap_or(self.closing));
        let date = events.map_or(latest, |d| {
            let mut dates: Vec<Time> = whole.subjects().iter().filter_map(|s| self.date(s)).collect();
            if d > dates.len() {
                return latest;
            }
            let by_date = |a: &Time, b: &Time| a.in_days().total_cmp(&b.in_days());
            let own = *dates.select_nth_unstable_by(d - 1, by_date).1;
            if own < latest { own } else { latest }
        });
        let trial = whole.at(DataCutoff(date))?;
        let known = trial.subjects().iter().filter(|s| self.date(s).is_some()).count();
        Ok((trial, date.in_unit(self.unit), known))
    }

    /// The calendar time at which a subject's event is known.
    fn date(&self, subject: &Subject<A, E>) -> Option<Time> {
        let terminal = (subject.exit() == Exit::Terminal(self.event)).then(|| subject.end());
        let earlier = subject.events().iter().find(|(_, kind)| *kind == self.event).map(|e| e.0);
        earlier.or(terminal).map(|t| subject.entered() + t)
    }
}
