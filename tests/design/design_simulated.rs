//! Every formula of the planning of trials beside trials that are drawn: errors and power within five binomial standard errors, and what
//! the approximation of a formula is good for where it is one.

use greenwood::Error;
use greenwood::survival::Weight;
use greenwood::trial::design::non_proportional::{NonProportionalDesign, PlannedTest};
use greenwood::trial::design::simulation::{
    Cutoff, LogRankProcedure, MilestoneProcedure, Sample, Simulation, StratifiedLogRankProcedure,
};
use greenwood::trial::design::single_arm::{ExactBinomialDesign, TwoStageDesign};
use greenwood::trial::design::{
    Accrual, Assumptions, Boundaries, BoundaryType, CompetingEffect, CompetingRisksDesign, EquivalenceDesign,
    EventFormula, FixedDesign, Futility, GroupSequential, Hazard, Spending, StagewiseOrdering,
    StratifiedAssumptions, Target,
};

use crate::random::Random;

type Answer = Result<(), Error>;

/// Five binomial standard errors of `trials` trials, and what a formula is good for.
fn assert_share(found: f64, expected: f64, trials: usize, formula: f64, what: &str) {
    let bound = 5.0 * (expected * (1.0 - expected) / trials as f64).sqrt() + formula;
    assert!((found - expected).abs() <= bound, "{what}: {found}, expected {expected} ± {bound}");
}

fn assumed(ratio: f64, subjects: f64) -> Result<Assumptions, Error> {
    let control = Hazard::median(12.0)?;
    Ok(Assumptions::new(control.times(ratio), control, Accrual::uniform(subjects, 24.0)?))
}

fn fixed(ratio: f64, subjects: f64) -> Result<FixedDesign, Error> {
    let design = FixedDesign::new(ratio).control(Hazard::median(12.0)?).accrual(24.0).followup(12.0);
    Ok(design.target(Target::Subjects(subjects)))
}

/// The score of the proportional hazards model at a hazard ratio of `margin` (Com-Nougue et al. 1993), by its definition: observed
/// less expected events of the control arm; with a margin of 1 it is the log-rank test.
fn score(sample: &Sample, margin: f64) -> f64 {
    let mut rows: Vec<(f64, bool, bool)> = (0..sample.time().len())
        .map(|i| (sample.time()[i], sample.event()[i], sample.experimental()[i]))
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut own, mut control, mut sum, mut variance) = (0.0, 0.0, 0.0, 0.0);
    for (_, event, experimental) in rows {
        if experimental {
            own += margin;
        } else {
            control += 1.0;
        }
        if event {
            let share = own / (own + control);
            sum += share - f64::from(u8::from(experimental));
            variance += share * (1.0 - share);
        }
    }
    sum / f64::sqrt(variance)
}

/// One simulated power beside six formulas at a ratio of 0.75; they differ by less than a percentage point and a half from each other.
/// The margin of 1.3 and true equality is the same trial seen from another side: non-inferiority, with its error where the true ratio is
/// the margin. Two such tests are equivalence.
#[test]
fn fixed_designs() -> Answer {
    let (n, trials) = (300.0, 1_000);
    let simulation = |ratio: f64| -> Result<Simulation, Error> {
        Ok(Simulation::new(assumed(ratio, n)?).trials(trials).seed(21).cutoff(Cutoff::Time(36.0)))
    };
    // The error of a test needs more trials than its power, and no large ones.
    let small = |ratio: f64| -> Result<Simulation, Error> {
        Ok(Simulation::new(assumed(ratio, 100.0)?).trials(3_000).seed(25).cutoff(Cutoff::Time(36.0)))
    };
    let found = simulation(0.75)?.run(&LogRankProcedure)?.power();
    for formula in [
        EventFormula::Schoenfeld,
        EventFormula::Freedman,
        EventFormula::HsiehFreedman,
        EventFormula::LachinFoulkes,
        EventFormula::LachinFoulkesDifference,
        EventFormula::BernsteinLagakos,
    ] {
        let plan = fixed(0.75, n)?.formula(formula).fit()?;
        assert_share(found, plan.power(), trials, 0.015, &format!("{formula:?}"));
    }
    let test = PlannedTest::LogRank(Weight::LogRank);
    let design = NonProportionalDesign::new(assumed(0.75, 1.0)?, test, 36.0);
    let lakatos = design.target(Target::Subjects(n)).fit()?;
    assert_share(found, lakatos.power(), trials, 0.005, "the log-rank test by its integrals");
    assert_share(small(1.0)?.run(&LogRankProcedure)?.power(), 0.025, 3_000, 0.0, "no effect");

    let not_worse = |sample: &Sample| Some(score(sample, 1.3));
    let plan = fixed(1.0, n)?.margin(1.3).fit()?;
    assert_share(simulation(1.0)?.run(&not_worse)?.power(), plan.power(), trials, 0.01, "non-inferiority");
    assert_share(small(1.3)?.run(&not_worse)?.power(), 0.025, 3_000, 0.0, "the margin");

    let equal = |sample: &Sample| Some(score(sample, 1.45).min(-score(sample, 1.0 / 1.45)));
    let design = EquivalenceDesign::new(1.45).alpha(0.05).control(Hazard::median(12.0)?).accrual(24.0);
    let plan = design.followup(12.0).target(Target::Subjects(n)).fit()?;
    let run = |ratio: f64| simulation(ratio)?.alpha(0.05).run(&equal);
    assert_share(run(1.0)?.power(), plan.power(), trials, 0.01, "equivalence");
    assert_share(run(1.45)?.power(), 0.05, trials, 0.005, "the upper margin");
    assert_share(run(1.0 / 1.45)?.power(), 0.05, trials, 0.005, "the lower margin");
    Ok(())
}

/// Strata of other hazards under a common ratio; competing events that are censored; the difference of survival at one time.
#[test]
fn strata_competing_events_and_milestones() -> Answer {
    let trials = 1_000;
    let stratum = |median: f64, ratio: f64, n: f64| -> Result<Assumptions, Error> {
        let control = Hazard::median(median)?;
        Ok(Assumptions::new(control.times(ratio), control, Accrual::uniform(n, 12.0)?))
    };
    let strata = |ratio: f64| {
        StratifiedAssumptions::new([
            ("mild", stratum(30.0, ratio, 150.0)?),
            ("severe", stratum(6.0, ratio, 100.0)?),
        ])
    };
    let test = PlannedTest::LogRank(Weight::LogRank);
    let plan = NonProportionalDesign::new(strata(0.65)?, test, 36.0).target(Target::Subjects(250.0)).fit()?;
    let run = |ratio: f64| {
        let simulation = Simulation::new(strata(ratio)?).trials(trials).seed(22).cutoff(Cutoff::Time(36.0));
        simulation.run(&StratifiedLogRankProcedure)
    };
    assert_share(run(0.65)?.power(), plan.power(), trials, 0.01, "strata");
    assert_share(run(1.0)?.power(), 0.025, trials, 0.0, "strata without an effect");

    let (control, other) = (Hazard::constant(0.05)?, Hazard::constant(0.03)?);
    let competing = |ratio: f64| -> Result<_, Error> {
        let assumed = Assumptions::new(control.times(ratio), control.clone(), Accrual::uniform(300.0, 12.0)?)
            .competing(other.clone(), other.clone());
        Simulation::new(assumed).trials(trials).seed(23).cutoff(Cutoff::Time(36.0)).run(&LogRankProcedure)
    };
    let effect = CompetingEffect::CauseSpecific(0.65);
    let plan = CompetingRisksDesign::new(effect, control.clone(), Accrual::uniform(1.0, 12.0)?, 36.0)
        .competing(other.clone())
        .target(Target::Subjects(300.0))
        .fit()?;
    assert_share(competing(0.65)?.power(), plan.power(), trials, 0.015, "a cause");
    assert_share(competing(1.0)?.power(), 0.025, trials, 0.0, "a cause without an effect");

    let milestone = |ratio: f64| {
        let simulation = Simulation::new(assumed(ratio, 200.0)?).trials(trials).seed(24);
        simulation.cutoff(Cutoff::Time(42.0)).run(&MilestoneProcedure(18.0))
    };
    let plan = NonProportionalDesign::new(assumed(0.6, 1.0)?, PlannedTest::Milestone(18.0), 42.0)
        .target(Target::Subjects(200.0))
        .fit()?;
    assert_share(milestone(0.6)?.power(), plan.power(), trials, 0.01, "a milestone");
    assert_share(milestone(1.0)?.power(), 0.025, trials, 0.005, "a milestone without an effect");
    Ok(())
}

/// What became of a trial: the look at which it stopped, and whether for benefit (1), the other side (2), futility (3) or not at all.
fn stopped(bounds: &Boundaries, z: &[f64], obeying: bool) -> (usize, u8) {
    for (k, &z) in z.iter().enumerate() {
        if z >= bounds.z()[k] {
            return (k, 1);
        }
        if bounds.sides() == 2 && z <= -bounds.z()[k] {
            return (k, 2);
        }
        if obeying && bounds.futility_z().get(k).is_some_and(|low| z < *low) {
            return (k, 3);
        }
    }
    (z.len() - 1, 0)
}

/// Each kind of bounds on the same 5,000 Brownian paths, under no effect and under the drift of the plan.
#[test]
fn bounds_of_every_kind() -> Answer {
    let (fractions, trials) = ([0.3, 0.6, 1.0], 5_000);
    let mut random = Random(31);
    let mut gauss = || {
        (-2.0 * random.uniform().max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * random.uniform()).cos()
    };
    let mut path = || {
        let (mut at, mut before) = (0.0, 0.0);
        fractions.map(|t| {
            at += f64::sqrt(t - before) * gauss();
            before = t;
            at / t.sqrt()
        })
    };
    let paths: Vec<[f64; 3]> = (0..trials).map(|_| path()).collect();
    let plain = || GroupSequential::at(&fractions);
    let spending = || plain().boundary(BoundaryType::Spending(Spending::OBrienFleming));
    let designs = [
        plain().boundary(BoundaryType::OBrienFleming),
        plain().boundary(BoundaryType::Pocock),
        plain().boundary(BoundaryType::WangTsiatis(0.25)),
        plain().boundary(BoundaryType::HaybittlePeto(3.0)),
        spending(),
        plain().boundary(BoundaryType::Spending(Spending::Pocock)),
        plain().boundary(BoundaryType::Spending(Spending::HwangShihDeCani(-4.0))),
        plain().boundary(BoundaryType::Spending(Spending::KimDeMets(2.0))),
        plain().boundary(BoundaryType::Spending(Spending::User(vec![0.005, 0.01, 0.025]))),
        spending().sides(2).alpha(0.05),
        spending().futility(Futility::Z(vec![0.0, 0.7])),
        spending().futility(Futility::Z(vec![0.0, 0.7])).binding(true),
        spending().futility(Futility::Spending(Spending::HwangShihDeCani(-2.0))),
        spending().futility(Futility::Spending(Spending::HwangShihDeCani(-2.0))).binding(true),
        spending().harm(Spending::Pocock, 0.025),
    ];
    for design in designs {
        let bounds = design.power(0.85).fit()?;
        let what = bounds.to_string();
        // Bounds that do not count on the stops keep their error where these are not obeyed, and those that do where they are.
        let error = |z: &[f64; 3]| u32::from([1, 2].contains(&stopped(&bounds, z, bounds.is_binding()).1));
        let wrong = f64::from(paths.iter().map(error).sum::<u32>()) / trials as f64;
        assert_share(wrong, bounds.alpha(), trials, 0.0, &what);
        for drift in [0.0, bounds.drift()] {
            let (mut benefit, mut futile, mut size, mut harm) = ([0.0; 3], [0.0; 3], 0.0, [0.0; 3]);
            for path in &paths {
                let mut z = *path;
                z.iter_mut().zip(fractions).for_each(|(z, t)| *z += drift * t.sqrt());
                let (look, why) = stopped(&bounds, &z, true);
                size += fractions[look] / trials as f64;
                let into = match why {
                    1 => &mut benefit,
                    3 => &mut futile,
                    _ => continue,
                };
                into[look] += 1.0 / trials as f64;
            }
            for path in &paths {
                let first = bounds.harm_z().iter().zip(fractions).zip(path);
                if let Some(k) = first.into_iter().position(|((low, t), z)| z + drift * t.sqrt() <= *low) {
                    harm[k] += 1.0 / trials as f64;
                }
            }
            for k in 0..3 {
                assert_share(benefit[k], bounds.rejection_by_look(drift)[k], trials, 1e-9, &what);
                if let Some(&expected) = bounds.futility_by_look(drift).get(k).filter(|_| k < 2) {
                    assert_share(futile[k], expected, trials, 1e-9, &what);
                }
            }
            if bounds.harm_z().is_empty() {
                // A share of the information lies between 0.3 and 1: its standard error is at most 0.35/√trials.
                let expected = bounds.expected_fraction(drift);
                assert!((size - expected).abs() < 5.0 * 0.35 / (trials as f64).sqrt(), "{size}: {what}");
            } else {
                let expected: f64 = bounds.harm_by_look(drift).iter().sum();
                assert_share(harm.iter().sum(), expected, trials, 1e-9, &what);
            }
        }
    }
    // At the stop the p-value is as often below ½, and the estimate as often below the truth, as a median is.
    let bounds = spending().fit()?;
    let (mut low, mut under, few) = (0.0, 0.0, 100);
    for path in &paths[..few] {
        let (look, _) = stopped(&bounds, path, false);
        low += f64::from(u8::from(
            StagewiseOrdering::new().estimate(&bounds, look, path[look])?.p_value() < 0.5,
        ));
        let moved: Vec<f64> = path.iter().zip(fractions).map(|(z, t)| z + 2.5 * t.sqrt()).collect();
        let (look, _) = stopped(&bounds, &moved, false);
        under +=
            f64::from(u8::from(StagewiseOrdering::new().estimate(&bounds, look, moved[look])?.drift() < 2.5));
    }
    assert_share(low / few as f64, 0.5, few, 0.0, "p-values at the stop");
    assert_share(under / few as f64, 0.5, few, 0.0, "estimates at the stop");
    Ok(())
}

/// Responses of one arm, drawn one by one.
#[test]
fn one_arm_of_responses() -> Answer {
    let (trials, mut random) = (3_000, Random(41));
    let mut responses = |n: u64, p: f64| (0..n).filter(|_| random.uniform() < p).count() as u64;
    let one = ExactBinomialDesign::new(0.2, 0.4).fit()?;
    let two = TwoStageDesign::new(0.2, 0.4).fit()?;
    let ((few, n1), (all, n)) = (two.first(), two.both());
    for (p, exact, stages) in [(0.2, one.error(), two.error()), (0.4, one.power(), two.power())] {
        let (mut shown, mut both, mut stops) = (0, 0, 0);
        for _ in 0..trials {
            shown += usize::from(responses(one.subjects(), p) >= one.needed());
            let first = responses(n1, p);
            stops += usize::from(first <= few);
            both += usize::from(first > few && first + responses(n - n1, p) > all);
        }
        let share = |count: usize| count as f64 / trials as f64;
        assert_share(share(shown), exact, trials, 0.0, "one stage");
        assert_share(share(both), stages, trials, 0.0, "two stages");
        if p == 0.2 {
            assert_share(share(stops), two.stopping_probability(), trials, 0.0, "the stop");
            let expected = n1 as f64 + (1.0 - share(stops)) * (n - n1) as f64;
            let error = 5.0 * 0.5 * (n - n1) as f64 / (trials as f64).sqrt();
            assert!((expected - two.expected_subjects()).abs() < error, "{expected}");
        }
    }
    Ok(())
}
