//! Descriptions of trials that were stored: every field is mutated, and what is read back is refused, or answers as what was built.
#![cfg(feature = "serde")]

use greenwood::Result;
use greenwood::trial::design::single_arm::{ExactBinomialDesign, TwoStageDesign};
use greenwood::trial::design::{
    Accrual, Assumptions, Boundaries, BoundaryType, EquivalenceDesign, Futility, GroupSequential, Hazard,
    Spending, StratifiedAssumptions, Target, WinRatioDesign,
};

use greenwood::trial::Trial;
use greenwood::trial::design::adaptive::MultiArmSequential;
use greenwood::trial::design::simulation::{
    ArmAllocation, Cutoff, LogRankProcedure, OperatingCharacteristics, Simulation, SimulationStudy,
    TrialSimulation, Visits,
};

use super::stored_values::{Answers, Report, finish};

fn assumptions() -> Result<Assumptions> {
    let (new, old) = (Hazard::piecewise(&[6.0], &[0.05, 0.03])?, Hazard::median(12.0)?);
    let dropout = Hazard::constant(0.002)?;
    let described = Assumptions::new(new, old, Accrual::piecewise(&[0.0, 6.0, 18.0], &[5.0, 10.0])?);
    Ok(described.allocation(2.0)?.dropout(dropout.clone(), dropout))
}

fn ask_assumptions(of: &Assumptions, a: &mut Answers) {
    for t in [0.0, 7.0, 30.0] {
        let [[new, old], [events_new, events_old]] = [of.event_probabilities(t), of.expected_events(t)];
        a.p(new).p(old).size(events_new).size(events_old);
    }
    a.p(of.share()).size(of.time_of_events(20.0));
}

fn ask_bounds(bounds: Result<Boundaries>, a: &mut Answers) {
    if let Ok(bounds) = bounds {
        for p in bounds.nominal_p().iter().chain(bounds.alpha_spent()) {
            a.p(*p);
        }
    }
}

#[test]
fn descriptions_of_trials() -> Result<()> {
    let mut report = Report::default();
    report.of("Hazard", &Hazard::piecewise(&[6.0, 12.0], &[0.1, 0.05, 0.2])?, |h, a| {
        for t in [0.0, 6.0, 50.0] {
            a.p(h.survival(t)).size(h.cumulative(t)).size(h.rate(t)).size(h.inverse_cumulative(t / 10.0));
        }
    });
    report.of("Accrual", &Accrual::piecewise(&[0.0, 6.0, 18.0], &[5.0, 10.0])?, |of, a| {
        a.size(of.subjects()).size(of.duration()).size(of.entered_by(7.0)).size(of.time_of_share(0.4));
    });
    report.printed("Assumptions", &assumptions()?, ask_assumptions);
    let strata = StratifiedAssumptions::new([("mild", assumptions()?), ("severe", assumptions()?)])?;
    report.of("StratifiedAssumptions", &strata, |of, a| {
        let [new, old] = of.total_events(20.0);
        a.size(new).size(old);
        of.strata().iter().for_each(|(_, s)| ask_assumptions(s, a));
    });
    finish(report);
    Ok(())
}

#[test]
fn designs() {
    let mut report = Report::default();
    let equivalence = EquivalenceDesign::new(1.3).lower(0.75).allocation(2.0).target(Target::Power(0.8));
    report.of("EquivalenceDesign", &equivalence, |of, a| {
        if let Ok(plan) = of.fit() {
            a.p(plan.power()).size(plan.events());
        }
    });
    report.of("WinRatioDesign", &WinRatioDesign::new(1.5).target(Target::Power(0.8)), |of, a| {
        if let Ok(plan) = of.fit() {
            a.p(plan.power()).size(plan.subjects());
        }
    });
    report.of("ExactBinomialDesign", &ExactBinomialDesign::new(0.2, 0.5), |of, a| {
        if let Ok(plan) = of.fit() {
            a.p(plan.power()).p(plan.error());
        }
    });
    report.of("TwoStageDesign", &TwoStageDesign::new(0.2, 0.5), |of, a| {
        if let Ok(plan) = of.fit() {
            a.p(plan.power()).p(plan.error()).p(plan.stopping_probability()).size(plan.expected_subjects());
        }
    });
    let looks = || GroupSequential::looks(3);
    for kind in [
        BoundaryType::WangTsiatis(0.25),
        BoundaryType::HaybittlePeto(3.0),
        BoundaryType::Spending(Spending::KimDeMets(2.0)),
        BoundaryType::Spending(Spending::User(vec![0.005, 0.01, 0.025])),
    ] {
        report.of("BoundaryType", &kind, |kind, a| ask_bounds(looks().boundary(kind.clone()).fit(), a));
    }
    for futility in [Futility::Z(vec![0.0, 0.5]), Futility::Spending(Spending::HwangShihDeCani(-2.0))] {
        report.of("Futility", &futility, |futility, a| {
            ask_bounds(looks().futility(futility.clone()).fit(), a);
        });
    }
    finish(report);
}

fn ask_characteristics(of: &OperatingCharacteristics, a: &mut Answers) {
    a.p(of.power()).size(of.std_error()).size(of.events().0).size(of.events().1);
    a.size(of.duration().0).size(of.duration().1);
    for p in of.rejection_by_look() {
        a.p(p);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
enum Arm {
    New,
    Old,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
enum Event {
    Progression,
    Death,
    Therapy,
}

/// What is read back draws three trials, or is refused when it runs.
#[test]
fn simulations() -> Result<()> {
    let mut report = Report::default();
    let control = Hazard::median(12.0)?;
    let few = || {
        Ok::<_, greenwood::Error>(Assumptions::new(
            control.times(0.6),
            control.clone(),
            Accrual::uniform(20.0, 6.0)?,
        ))
    };
    let bounds = GroupSequential::looks(2).fit()?;
    let simulation = Simulation::new(few()?)
        .trials(3)
        .looks_at(&bounds, &[Cutoff::EventsUntil(6, 20.0), Cutoff::Events(12)])
        .allocation(ArmAllocation::Blocks(vec![4]))
        .dependent_dropout(0.3)
        .truth(0.6);
    report.of("Simulation", &simulation, |of, a| {
        if let Ok(found) = of.clone().trials(3).run(&LogRankProcedure) {
            ask_characteristics(&found, a);
        }
    });
    report.printed("OperatingCharacteristics", &simulation.run(&LogRankProcedure)?, ask_characteristics);
    report.printed("SimulationStudy", &simulation.study(&LogRankProcedure)?, |of: &SimulationStudy, a| {
        ask_characteristics(of.with_effect(), a);
    });
    let rare = Hazard::constant(0.02)?;
    let trials = TrialSimulation::new(
        few()?.competing(rare.clone(), rare.clone()),
        [Arm::New, Arm::Old],
        Event::Progression,
    )
    .competing(Event::Death)
    .intercurrent(Event::Therapy, &rare, &rare)
    .after(Event::Therapy, Event::Progression, [0.5, 0.5])
    .visits(Visits::every(6.0).missed(0.1))
    .seen_at_visits(Event::Progression)
    .cutoff(Cutoff::Time(30.0))
    .trials(3);
    report.of("TrialSimulation", &trials, |of, a| {
        let counted = |trial: &Trial<Arm, Event>| Some(trial.subjects().len() as f64);
        if let Ok(found) = of.clone().trials(3).run(&counted) {
            ask_characteristics(&found, a);
        }
    });
    let arms = MultiArmSequential::looks(2, 1).ratios(&[0.5, 1.0]).futility(&[]);
    report.of("MultiArmSequential", &arms, |of, a| {
        if let Ok(bounds) = of.fit() {
            for p in bounds.alpha_spent() {
                a.p(*p);
            }
        }
    });
    finish(report);
    Ok(())
}
