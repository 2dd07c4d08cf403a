//! Sizes beside competing risks, of clusters, of win ratios and of equivalence; what assumptions print and how they are stored.

use greenwood::Error;
use greenwood::survival::log_rank::Weight;
use greenwood::survival::{CompetingRisks, Gray, Groups, LogRank, RightCensored};
use greenwood::trial::design::adaptive::{Dunnett, MultiArmSequential, PromisingZone};
use greenwood::trial::design::monitoring::{Effect, FutureEvents, Interim, repeated_interval};
use greenwood::trial::design::non_proportional::{NonProportionalDesign, PlannedTest};
use greenwood::trial::design::simulation::{Cutoff, LogRankProcedure, Simulation, WeightedProcedure};
use greenwood::trial::design::single_arm::{ExactBinomialDesign, OneSampleDesign, TwoStageDesign};
use greenwood::trial::design::{
    Accrual, Assumptions, BoundaryType, ClusterDesign, CompetingEffect, CompetingRisksDesign,
    EquivalenceDesign, FisherCombination, FixedDesign, Futility, GroupSequential, Hazard, InverseNormal,
    Spending, StagewiseOrdering, StratifiedAssumptions, Target, WinRatioDesign,
};

use crate::random::Random;

type Answer = Result<(), Error>;

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found}, expected {expected}");
}

fn beside(effect: CompetingEffect) -> Result<CompetingRisksDesign, Error> {
    let event = Hazard::piecewise(&[6.0], &[0.05, 0.03])?;
    let design = CompetingRisksDesign::new(effect, event, Accrual::uniform(1.0, 12.0)?, 36.0)
        .competing(Hazard::constant(0.02)?);
    Ok(design.dropout(Hazard::constant(0.01)?, Hazard::constant(0.01)?))
}

/// scipy 1.17.1: the integrals by adaptive quadrature.
#[test]
fn probabilities_beside_competing_events() -> Answer {
    let plan = beside(CompetingEffect::Subdistribution(0.6))?.fit()?;
    close(plan.event_probabilities()[0], 0.3216661453347045, 1e-9);
    close(plan.event_probabilities()[1], 0.4727549479094912, 1e-9);
    close(plan.incidences()[0], 0.38167897227644254, 1e-9);
    close(plan.incidences()[1], 0.5512304718857834, 1e-9);
    let cause = beside(CompetingEffect::CauseSpecific(0.6))?.fit()?;
    close(cause.event_probabilities()[0], 0.32896707595330094, 1e-9);
    close(cause.event_probabilities()[1], 0.4727549479094912, 1e-9);
    // Schoenfeld's events (rpact 3.3.4), whichever hazard has the ratio.
    close(plan.events(), 161.06859190325582, 1e-12);
    close(cause.events(), plan.events(), 1e-12);
    close(plan.subjects(), plan.events() / f64::midpoint(0.3216661453347045, 0.4727549479094912), 1e-9);
    // Pintilie's (2002) closed form for constant hazards.
    let constant = CompetingRisksDesign::new(
        CompetingEffect::CauseSpecific(0.7),
        Hazard::constant(0.05)?,
        Accrual::uniform(1.0, 12.0)?,
        36.0,
    )
    .competing(Hazard::constant(0.03)?);
    close(constant.fit()?.event_probabilities()[1], 0.5660988285831924, 1e-12);
    Ok(())
}

/// In which share of trials of `n` subjects Gray's test shows a subdistribution ratio of `theta` on the two-sided level of 5 %.
fn grays_share(theta: f64, n: usize, trials: u32) -> Result<f64, Error> {
    let (event, other) = (0.05_f64, 0.03_f64);
    let mut random = Random(17);
    let codes: Vec<usize> = (0..n).map(|i| i % 2).collect();
    let arms = Groups::from_codes(&codes, &["experimental", "control"])?;
    let mut rejected = 0;
    for _ in 0..trials {
        let (mut time, mut cause) = (Vec::new(), Vec::new());
        for &code in &codes {
            // F_C(t) = 0.05/0.08 (1 − e^{−0.08t}) and F_E = 1 − (1 − F_C)^θ, inverted; who has no event of interest has the other.
            let power = if code == 0 { theta } else { 1.0 };
            let ever = 1.0 - (1.0 - event / (event + other)).powf(power);
            let u = random.uniform();
            let (at, kind) = if u < ever {
                let f = 1.0 - (1.0 - u).powf(power.recip());
                (-(1.0 - f * (event + other) / event).ln() / (event + other), 1)
            } else {
                (-random.uniform().ln() / (event + other), 2)
            };
            let followed = 36.0 - 12.0 * random.uniform();
            time.push(at.min(followed));
            cause.push((at <= followed).then_some(kind));
        }
        let test = Gray::new(&1).test(&CompetingRisks::new(&time, &cause)?, &arms)?;
        rejected += u32::from(test.statistic() > 3.841458820694124);
    }
    Ok(f64::from(rejected) / f64::from(trials))
}

/// Gray's test on 1,500 trials of 300 subjects with a subdistribution ratio of 0.6: 5 standard errors and a percentage point for
/// the normal approximation. 1,500 trials of 100 subjects without an effect reject in 5 %, within 5 standard errors.
#[test]
fn grays_test_has_the_planned_power_and_error() -> Answer {
    let (theta, n, trials) = (0.6, 300, 1_500);
    let design = CompetingRisksDesign::new(
        CompetingEffect::Subdistribution(theta),
        Hazard::constant(0.05)?,
        Accrual::uniform(1.0, 12.0)?,
        36.0,
    )
    .competing(Hazard::constant(0.03)?);
    let plan = design.target(Target::Subjects(n as f64)).fit()?;
    // One-sided at 0.025: the square passes 3.84 on the side of the benefit; the other side is never seen here.
    let power = grays_share(theta, n, trials)?;
    let error = (power * (1.0 - power) / f64::from(trials)).sqrt();
    assert!((power - plan.power()).abs() < 5.0 * error + 0.01, "{power} ± {error}, {plan}");
    let (wrong, error) = (grays_share(1.0, 100, trials)?, (0.05_f64 * 0.95 / f64::from(trials)).sqrt());
    assert!((wrong - 0.05).abs() < 5.0 * error, "{wrong} ± {error}");
    Ok(())
}

/// Competing events in the assumptions: the log-rank plan is that of the cause, and simulated trials have its events.
#[test]
fn competing_events_in_the_assumptions() -> Answer {
    let event = Hazard::piecewise(&[6.0], &[0.05, 0.03])?;
    let other = Hazard::constant(0.02)?;
    let lost = Hazard::constant(0.01)?;
    let assumed = Assumptions::new(event.times(0.6), event, Accrual::uniform(400.0, 12.0)?)
        .dropout(lost.clone(), lost)
        .competing(other.clone(), other);
    let [own, control] = assumed.expected_events(36.0);
    close(own, 200.0 * 0.32896707595330094, 1e-9);
    close(control, 200.0 * 0.4727549479094912, 1e-9);
    let test = PlannedTest::LogRank(Weight::LogRank);
    let plan = NonProportionalDesign::new(assumed.clone(), test, 36.0).fit()?;
    let cause = beside(CompetingEffect::CauseSpecific(0.6))?.fit()?;
    close(plan.subjects(), cause.subjects(), 0.02);
    let refused = NonProportionalDesign::new(assumed.clone(), PlannedTest::RestrictedMean(24.0), 36.0).fit();
    assert!(refused.unwrap_err().to_string().contains("CompetingRisksDesign"));
    let run = Simulation::new(assumed).trials(2_000).cutoff(Cutoff::Time(36.0)).seed(4);
    let result = run.run(&WeightedProcedure(Weight::LogRank))?;
    assert!((result.events().0 - own - control).abs() < 5.0 * result.events().1, "{result}");
    Ok(())
}

/// Without ties and censoring the win ratio is the inverse hazard ratio and its test is Gehan's: 3,000 simulated trials with an effect,
/// and as many smaller ones without.
#[test]
fn win_ratio() -> Answer {
    let n = 200.0;
    let plan = WinRatioDesign::new(1.0 / 0.65).target(Target::Subjects(n)).fit()?;
    let control = Hazard::median(1.0)?;
    let assumed = Assumptions::new(control.times(0.65), control, Accrual::uniform(n, 1.0)?);
    let run = Simulation::new(assumed).trials(3_000).cutoff(Cutoff::Time(1000.0)).seed(2);
    let result = run.run(&WeightedProcedure(Weight::GehanBreslow))?;
    // The formula takes the variance of no effect: a percentage point and a half here.
    assert!((result.power() - plan.power()).abs() < 5.0 * result.std_error() + 0.015, "{plan}\n{result}");
    let control = Hazard::median(1.0)?;
    let none = Assumptions::new(control.clone(), control, Accrual::uniform(100.0, 1.0)?);
    let none = Simulation::new(none).trials(3_000).cutoff(Cutoff::Time(1000.0)).seed(6);
    let none = none.run(&WeightedProcedure(Weight::GehanBreslow))?;
    assert!((none.power() - 0.025).abs() < 5.0 * (0.025_f64 * 0.975 / 3_000.0).sqrt(), "{none}");
    let again = WinRatioDesign::new(1.0 / 0.65).target(Target::Power(plan.power())).fit()?;
    close(again.subjects(), n, 1e-10);
    assert!(
        WinRatioDesign::new(1.5).ties(0.5).fit()?.subjects() > WinRatioDesign::new(1.5).fit()?.subjects()
    );
    let text = WinRatioDesign::new(1.0).fit().unwrap_err().to_string();
    assert!(text.contains("not there"), "{text}");
    assert!(WinRatioDesign::new(1.5).ties(1.0).fit().unwrap_err().to_string().contains("all tied"));
    assert_eq!(plan.in_blocks(2, 2)?.by_arm, Some([100, 100]));
    Ok(())
}

/// scipy 1.17.1: `brentq` on the power of the two tests.
#[test]
fn equivalence() -> Answer {
    let symmetric = EquivalenceDesign::new(1.25).fit()?;
    close(symmetric.events(), 869.3723331480595, 1e-9);
    let skewed = EquivalenceDesign::new(1.3).lower(0.75).hazard_ratio(0.95).alpha(0.025).allocation(2.0);
    let plan = skewed.clone().target(Target::Power(0.8)).fit()?;
    close(plan.events(), 681.5020330299653, 1e-9);
    let near = EquivalenceDesign::new(1.2).hazard_ratio(1.05).target(Target::Power(0.8)).fit()?;
    close(near.events(), 1401.6777348278526, 1e-9);
    close(skewed.target(Target::Events(plan.events())).fit()?.power(), 0.8, 1e-9);
    let mut last = 0.0;
    for events in [100.0, 400.0, 900.0, 2000.0] {
        let power = EquivalenceDesign::new(1.25).target(Target::Events(events)).fit()?.power();
        assert!(power >= last);
        last = power;
    }
    let text = EquivalenceDesign::new(1.25).hazard_ratio(1.3).fit().unwrap_err().to_string();
    assert!(text.contains("between the margins"), "{text}");
    assert!(EquivalenceDesign::new(0.8).fit().is_err());
    Ok(())
}

/// tests/data/equivalence.py, scipy 1.17.1: events by `brentq`, the probability of an event by adaptive quadrature.
#[test]
fn subjects_of_equivalence() -> Answer {
    let plain = EquivalenceDesign::new(1.25).control(Hazard::median(12.0)?).accrual(24.0).followup(24.0);
    let leaving = Hazard::constant(0.01)?;
    let skewed = EquivalenceDesign::new(1.3)
        .lower(0.75)
        .hazard_ratio(0.95)
        .alpha(0.025)
        .allocation(2.0)
        .target(Target::Power(0.8))
        .control(Hazard::piecewise(&[6.0], &[0.05, 0.03])?)
        .accrual_shape(Accrual::uniform(1.0, 18.0)?)
        .followup(30.0)
        .dropout(leaving.clone(), leaving);
    for (design, subjects, experimental, events, power, duration) in [
        (plain, 1005.3483752050016, 502.6741876025008, 869.3723331480595, 0.9, 48.0),
        (skewed, 1097.5800151912956, 731.7200101275304, 681.5020330299653, 0.8, 48.0),
    ] {
        let plan = design.fit()?;
        close(plan.subjects().unwrap(), subjects, 1e-9);
        close(plan.subjects_by_arm().unwrap()[0], experimental, 1e-9);
        close(plan.events(), events, 1e-9);
        assert_eq!(plan.duration(), Some(duration));
        let by_subjects = design.clone().target(Target::Subjects(subjects)).fit()?;
        close(by_subjects.power(), power, 1e-9);
        close(by_subjects.events(), events, 1e-9);
        let followup = duration - design.clone().fit()?.assumptions().unwrap().accrual().duration();
        close(design.followup_for(subjects)?.unwrap(), followup, 1e-8);
        // With fewer subjects than events no follow-up suffices.
        assert_eq!(design.followup_for(0.9 * events)?, None);
        let [own, control] = plan.rounded().by_arm.unwrap();
        assert!(plan.to_string().contains(&format!("({own} experimental, {control} control)")), "{plan}");
    }
    let alone = EquivalenceDesign::new(1.25);
    assert_eq!((alone.fit()?.subjects(), alone.fit()?.duration()), (None, None));
    for (design, expected) in [
        (alone.clone().target(Target::Subjects(100.0)), "give these, or the events"),
        (
            alone.clone().control(Hazard::median(12.0)?).accrual(-1.0),
            "accrual is -1: it must be a finite duration of at least 0",
        ),
        (alone.clone().control(Hazard::median(12.0)?).accrual(0.0), "nobody would be followed"),
        (alone.control(Hazard::constant(0.0)?).accrual(12.0), "nobody would have an event"),
    ] {
        let text = design.fit().unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
    Ok(())
}

/// Clusters of 10 to 30 whose members share a normal variable of correlation 0.25 (a Gaussian copula of exponential times, so
/// that the hazards stay proportional): the score of the log-rank test of 400 trials is inflated as the formula has it, with the
/// correlation of the martingale residuals, and the robust test has the power of the plan, and its error. 5 standard errors, and two
/// percentage points for the normal approximation with 24 clusters an arm.
#[test]
fn the_design_effect_of_clusters_by_simulation() -> Answer {
    let (ratio, rate, followed, trials, correlation) = (0.6, 0.06, 24.0, 400, 0.25_f64);
    let sizes = [10_usize, 20, 30];
    let mut random = Random(5);
    let mut normal = move || {
        let (u, v) = (random.uniform(), random.uniform());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    };
    // The normal distribution function.
    let below = |x: f64| 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
    let mut cluster = |size: usize, hazard: f64| -> Vec<(f64, bool)> {
        let shared = normal();
        (0..size)
            .map(|_| {
                let z = correlation.sqrt() * shared + (1.0 - correlation).sqrt() * normal();
                let t = -below(z).max(1e-300).ln() / hazard;
                (t.min(followed), t <= followed)
            })
            .collect()
    };
    // The intracluster correlation of the residuals D − H(X), from 40,000 pairs.
    let (mut product, mut square, mut pairs) = (0.0, 0.0, 0.0);
    for _ in 0..40_000 {
        let of = |(t, event): (f64, bool)| f64::from(u8::from(event)) - rate * t;
        let pair = cluster(2, rate);
        let (a, b) = (of(pair[0]), of(pair[1]));
        (product, square, pairs) = (product + a * b, square + 0.5 * (a * a + b * b), pairs + 1.0);
    }
    let residual_correlation = product / square;
    assert!(residual_correlation > 0.1 && residual_correlation < correlation && pairs > 0.0);
    // Sizes of 10, 20 and 30 in equal numbers.
    let design = ClusterDesign::new(20.0, residual_correlation).variation((200.0_f64 / 3.0).sqrt() / 20.0);
    let clusters = 24_usize;
    // The trial of as many subjects without clusters has the power of `events / effect` events.
    let n = 2.0 * 20.0 * clusters as f64;
    let control = Hazard::constant(rate)?;
    let effective = FixedDesign::new(ratio)
        .control(control)
        .accrual(0.0)
        .followup(followed)
        .target(Target::Subjects(n / design.design_effect()?))
        .fit()?;
    let plan = design.plan(&effective)?;
    close(plan.subjects().unwrap(), n, 1e-9);
    let (mut rejected, mut wrong, mut sum, mut inflation) = (0, 0.0, 0.0, 0.0);
    for trial in 0..2 * trials {
        // Trials with the effect, and as many without it.
        let effect = trial < trials;
        let (mut time, mut event, mut arm, mut id) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for k in 0..2 * clusters {
            let own = k % 2;
            let hazard = if own == 1 && effect { ratio * rate } else { rate };
            for (t, e) in cluster(sizes[(k / 2) % 3], hazard) {
                time.push(t);
                event.push(e);
                arm.push(own);
                id.push(k);
            }
        }
        let arms = Groups::from_codes(&arm, &["control", "experimental"])?;
        let data = RightCensored::new(&time, &event)?;
        let plain = LogRank::test(&data, &arms)?;
        let robust = LogRank::test(&data.with_clusters(&id)?, &arms)?.statistic() > 3.841458820694124;
        if effect {
            rejected += usize::from(robust && plain.z().unwrap() > 0.0);
        } else {
            sum += 1.0;
            inflation += plain.statistic();
            wrong += f64::from(u8::from(robust));
        }
    }
    // Without an effect the naive statistic is a chi-square times the design effect.
    let (mean, expected) = (inflation / sum, design.design_effect()?);
    let error = expected * (2.0 / sum).sqrt();
    assert!((mean - expected).abs() < 5.0 * error, "{mean} ± {error}, {expected}");
    let power = f64::from(u32::try_from(rejected).unwrap()) / f64::from(trials);
    let error = (power * (1.0 - power) / f64::from(trials)).sqrt();
    assert!((power - plan.power()).abs() < 5.0 * error + 0.02, "{power} ± {error}, {plan}");
    let (share, error) = (wrong / sum, (0.05_f64 * 0.95 / sum).sqrt());
    assert!((share - 0.05).abs() < 5.0 * error + 0.02, "{share} ± {error} of two sides");
    Ok(())
}

#[test]
fn clusters_and_whole_blocks() -> Answer {
    let alone = FixedDesign::new(0.6).control(Hazard::median(12.0)?).accrual(24.0).followup(12.0).fit()?; // 251.36 subjects
    let plan = ClusterDesign::new(20.0, 0.05).variation(0.5).plan(&alone)?;
    close(plan.design_effect(), 1.0 + (1.25 * 20.0 - 1.0) * 0.05, 1e-14);
    close(plan.subjects().unwrap(), 2.2 * 251.362800927403, 1e-10);
    assert_eq!(plan.clusters_by_arm(), Some([14, 14]));
    assert!(ClusterDesign::new(0.5, 0.1).design_effect().unwrap_err().to_string().contains("at least 1"));
    let whole = alone.in_blocks(3, 3)?;
    assert_eq!((whole.events, whole.subjects, whole.by_arm), (162, Some(252), Some([126, 126])));
    let text = alone.in_blocks(2, 1).unwrap_err().to_string();
    assert!(text.contains("allocation ratio of the plan"), "{text}");
    assert!(alone.in_blocks(0, 0).is_err());
    Ok(())
}

#[test]
fn paragraphs() -> Answer {
    let control = Hazard::piecewise(&[6.0], &[0.05, 0.03])?;
    let assumed = Assumptions::new(control.times(0.6), control.clone(), Accrual::uniform(300.0, 24.0)?)
        .allocation(2.0)?
        .dropout(Hazard::constant(0.01)?, Hazard::constant(0.01)?)
        .competing(Hazard::constant(0.02)?, Hazard::constant(0.03)?);
    let text = "300 subjects enter evenly over 24, 2:1. The hazard of the event is 0.03 to 6, then 0.018 in the experimental and \
                0.05 to 6, then 0.03 in the control arm, that of competing events 0.02 (median 34.65736) and 0.03 (median \
                23.10491), that of dropping out 0.01 (median 69.31472) in both.";
    assert_eq!(assumed.to_string(), text);
    let slow = Accrual::piecewise(&[0.0, 6.0, 18.0], &[5.0, 15.0])?;
    assert_eq!(slow.to_string(), "210 subjects enter over 18, per unit of time 5 to 6, 15 to 18");
    let plain = Assumptions::new(control.times(0.6), control, slow);
    let strata = StratifiedAssumptions::new([("old", assumed), ("young", plain)])?;
    let lines: Vec<String> = strata.to_string().lines().map(str::to_string).collect();
    assert!(
        lines.len() == 2
            && lines[0].starts_with("Stratum old: 300")
            && lines[1].starts_with("Stratum young: 210")
    );
    let plan = NonProportionalDesign::new(strata, PlannedTest::LogRank(Weight::LogRank), 48.0).fit()?;
    let text = plan.to_string();
    assert!(text.contains("Assumed: Stratum old") && text.contains("in both."), "{text}");
    let curve = Hazard::approximating(|t| (t / 20.0).powf(1.3), 48.0, 100)?;
    assert_eq!(
        curve.to_string(),
        "that of a curve of 100 pieces with survival 0.602 at 11.88, 0.286 at 23.76 and 0.046 at 47.52"
    );
    Ok(())
}

#[cfg(feature = "serde")]
#[test]
fn assumptions_are_read_back() -> Answer {
    let control = Hazard::piecewise(&[6.0], &[0.05, 0.03])?;
    let plain =
        Assumptions::new(control.times(0.6), control, Accrual::uniform(300.0, 24.0)?).allocation(2.0)?;
    let other = plain.clone().competing(Hazard::constant(0.02)?, Hazard::constant(0.03)?);
    for assumed in [plain, other] {
        let text = serde_json::to_string(&assumed).unwrap();
        let read: Assumptions = serde_json::from_str(&text).unwrap();
        assert_eq!(read, assumed);
        assert_eq!(read.expected_events(30.0), assumed.expected_events(30.0));
        // A ratio that is none is refused when read.
        let wrong = text.replace("\"ratio\":2.0", "\"ratio\":-2.0");
        assert!(wrong != text && serde_json::from_str::<Assumptions>(&wrong).is_err());
    }
    Ok(())
}

/// Every number that any plan takes, put to what it cannot be: an answer without a NaN, or an error that names the argument and says
/// what it must be, at once.
#[test]
#[allow(clippy::too_many_lines, reason = "a table of questions")]
fn no_number_breaks_a_plan() {
    type Numbers = Result<Vec<f64>, Error>;
    type Question<'a> = Box<dyn Fn(f64) -> Numbers + 'a>;
    let hazard = |v: f64| Hazard::constant(v);
    let fixed = || Ok::<_, Error>(FixedDesign::new(0.7).control(hazard(0.05)?).accrual(12.0).followup(12.0));
    let numbers = |d: FixedDesign| -> Numbers {
        let plan = d.fit()?;
        let bounds = GroupSequential::looks(2).fit()?;
        let looks = d.sequential(&bounds)?;
        Ok([
            vec![plan.events(), plan.power(), looks.events(), looks.power()],
            looks.time_by_look().unwrap_or(&[]).to_vec(),
        ]
        .concat())
    };
    let looks = |d: GroupSequential| -> Numbers {
        let bounds = d.fit()?;
        Ok([bounds.z().to_vec(), bounds.alpha_spent().to_vec(), vec![bounds.drift(), bounds.inflation()]]
            .concat())
    };
    let boundary = |b: BoundaryType| looks(GroupSequential::looks(2).boundary(b));
    let arms = |d: MultiArmSequential| -> Numbers { Ok(d.fit()?.z().to_vec()) };
    let targets = |v: f64| [Target::Power(v), Target::Subjects(v), Target::Events(v)];
    let assumed =
        |v: f64| Ok::<_, Error>(Assumptions::new(hazard(0.03)?, hazard(0.05)?, Accrual::uniform(v, 12.0)?));
    let non_proportional = |test: PlannedTest, time: f64| -> Numbers {
        let plan = NonProportionalDesign::new(assumed(100.0)?, test, time).fit()?;
        Ok(vec![plan.subjects(), plan.power()])
    };
    let simulated = |s: Simulation| -> Numbers {
        let found = s.trials(3).run(&LogRankProcedure)?;
        Ok(vec![found.power(), found.events().0, found.duration().0])
    };
    let competing = |event: f64, other: f64, ratio: f64, time: f64| -> Numbers {
        let effect = CompetingEffect::CauseSpecific(ratio);
        let plan = CompetingRisksDesign::new(effect, hazard(event)?, Accrual::uniform(1.0, 12.0)?, time)
            .competing(hazard(other)?);
        let plan = plan.fit()?;
        Ok(vec![plan.events(), plan.subjects()])
    };
    let stopped = |o: StagewiseOrdering, z: f64| -> Numbers {
        let found = o.estimate(&GroupSequential::looks(2).fit()?, 1, z)?;
        Ok([vec![found.p_value()], found.hazard_ratio().into_iter().collect()].concat())
    };
    let zone = |z: PromisingZone| -> Numbers { Ok(z.fit()?.zone_limits().to_vec()) };
    let one = |result: Result<f64, Error>| -> Numbers { Ok(vec![result?]) };
    let questions: Vec<(&str, Question<'_>)> = vec![
        ("hazard", Box::new(|v| Ok(vec![hazard(v)?.cumulative(3.0)]))),
        ("median", Box::new(|v| Ok(vec![Hazard::median(v)?.cumulative(3.0)]))),
        ("hazard break", Box::new(|v| Ok(vec![Hazard::piecewise(&[v], &[0.1, 0.2])?.cumulative(3.0)]))),
        ("hazard piece", Box::new(|v| Ok(vec![Hazard::piecewise(&[3.0], &[0.1, v])?.cumulative(9.0)]))),
        ("subjects", Box::new(|v| Ok(vec![Accrual::uniform(v, 12.0)?.entered_by(3.0)]))),
        ("duration", Box::new(|v| Ok(vec![Accrual::uniform(9.0, v)?.entered_by(3.0)]))),
        ("accrual break", Box::new(|v| Ok(vec![Accrual::piecewise(&[0.0, v], &[5.0])?.entered_by(3.0)]))),
        ("accrual rate", Box::new(|v| Ok(vec![Accrual::piecewise(&[0.0, 6.0], &[v])?.entered_by(3.0)]))),
        (
            "fixed ratio",
            Box::new(|v| numbers(FixedDesign::new(v).control(hazard(0.05)?).accrual(12.0).followup(6.0))),
        ),
        ("fixed alpha", Box::new(|v| numbers(fixed()?.alpha(v)))),
        ("fixed allocation", Box::new(|v| numbers(fixed()?.allocation(v)))),
        ("fixed margin", Box::new(|v| numbers(fixed()?.margin(v)))),
        ("fixed accrual", Box::new(|v| numbers(fixed()?.accrual(v)))),
        ("fixed follow-up", Box::new(|v| numbers(fixed()?.followup(v)))),
        ("fixed control", Box::new(|v| numbers(fixed()?.control(hazard(v)?)))),
        ("fixed dropout", Box::new(|v| numbers(fixed()?.dropout(hazard(v)?, hazard(0.0)?)))),
        ("fixed power", Box::new(|v| numbers(fixed()?.target(targets(v)[0])))),
        ("fixed subjects", Box::new(|v| numbers(fixed()?.target(targets(v)[1])))),
        ("fixed events", Box::new(|v| numbers(fixed()?.target(targets(v)[2])))),
        ("follow-up for", Box::new(|v| Ok(fixed()?.followup_for(v)?.into_iter().collect()))),
        ("detectable", Box::new(|v| one(fixed()?.target(Target::Events(90.0)).detectable_ratio(v)))),
        ("look", Box::new(|v| looks(GroupSequential::at(&[v, 1.0])))),
        ("last look", Box::new(|v| looks(GroupSequential::at(&[0.5, v])))),
        ("look alpha", Box::new(|v| looks(GroupSequential::looks(2).alpha(v)))),
        ("look power", Box::new(|v| looks(GroupSequential::looks(2).power(v)))),
        ("Wang-Tsiatis", Box::new(|v| boundary(BoundaryType::WangTsiatis(v)))),
        ("Haybittle", Box::new(|v| boundary(BoundaryType::HaybittlePeto(v)))),
        ("hsd", Box::new(|v| boundary(BoundaryType::Spending(Spending::HwangShihDeCani(v))))),
        ("kim", Box::new(|v| boundary(BoundaryType::Spending(Spending::KimDeMets(v))))),
        ("user", Box::new(|v| boundary(BoundaryType::Spending(Spending::User(vec![v, 0.025]))))),
        ("user end", Box::new(|v| boundary(BoundaryType::Spending(Spending::User(vec![0.01, v]))))),
        (
            "futility",
            Box::new(|v| looks(GroupSequential::looks(2).futility(Futility::Z(vec![v])).binding(true))),
        ),
        ("harm", Box::new(|v| looks(GroupSequential::looks(2).harm(Spending::Pocock, v)))),
        ("time", Box::new(|v| looks(GroupSequential::looks(2).spending_time(&[v, 1.0])))),
        ("observed", Box::new(|v| looks(GroupSequential::observed(&[v], 100.0)))),
        ("planned", Box::new(|v| looks(GroupSequential::observed(&[50.0], v)))),
        ("spent", Box::new(|v| Spending::Pocock.spent(&[0.5, 1.0], v))),
        ("spent at", Box::new(|v| Spending::OBrienFleming.spent(&[v], 0.05))),
        ("interim z", Box::new(|v| one(Interim::new(v, 0.5)?.conditional_power(2.0, Effect::Trend)))),
        ("interim t", Box::new(|v| one(Interim::new(1.0, v)?.predictive_power(2.0)))),
        ("critical", Box::new(|v| one(Interim::new(1.0, 0.5)?.conditional_power(v, Effect::Drift(1.0))))),
        ("drift", Box::new(|v| one(Interim::new(1.0, 0.5)?.conditional_power(2.0, Effect::Drift(v))))),
        ("assurance", Box::new(|v| one(Interim::assurance(2.0, v, 1.0)))),
        ("prior", Box::new(|v| one(Interim::assurance(2.0, 1.0, v)))),
        ("at risk", Box::new(|v| one(FutureEvents::new(v, 0.1).within(3.0)))),
        ("future hazard", Box::new(|v| Ok(FutureEvents::new(9.0, v).time_until(3.0)?.into_iter().collect()))),
        ("future events", Box::new(|v| Ok(FutureEvents::new(9.0, 0.1).time_until(v)?.into_iter().collect()))),
        (
            "repeated",
            Box::new(|v| {
                let (low, high) = repeated_interval(&GroupSequential::looks(2).fit()?, 0, v, 12.5)?;
                Ok(vec![low, high])
            }),
        ),
        ("stopped z", Box::new(|v| stopped(StagewiseOrdering::new(), v))),
        ("stopped events", Box::new(|v| stopped(StagewiseOrdering::new().events(v), 2.0))),
        ("stopped margin", Box::new(|v| stopped(StagewiseOrdering::new().events(50.0).margin(v), 2.0))),
        ("inverse normal", Box::new(|v| InverseNormal::new(&[v, 1.0])?.statistics(&[0.1, 0.2]))),
        ("stage p", Box::new(|v| InverseNormal::new(&[1.0, 1.0])?.statistics(&[0.1, v]))),
        ("Fisher", Box::new(|v| Ok(vec![FisherCombination::new(v, 0.5)?.critical_product()]))),
        ("Fisher futility", Box::new(|v| Ok(vec![FisherCombination::new(0.025, v)?.first_stage_level()]))),
        ("Dunnett", Box::new(|v| one(Dunnett::new(&[v, 1.0])?.critical_value(0.025)))),
        ("Dunnett alpha", Box::new(|v| one(Dunnett::new(&[1.0, 1.0])?.critical_value(v)))),
        ("Dunnett z", Box::new(|v| one(Dunnett::new(&[1.0, 1.0])?.p_value(v)))),
        ("arms alpha", Box::new(|v| arms(MultiArmSequential::looks(2, 2).alpha(v)))),
        ("arms ratio", Box::new(|v| arms(MultiArmSequential::looks(2, 2).ratios(&[v])))),
        ("arms futility", Box::new(|v| arms(MultiArmSequential::looks(2, 2).futility(&[v]).binding(true)))),
        ("zone", Box::new(|v| zone(PromisingZone::new(v, 100.0)))),
        ("zone look", Box::new(|v| zone(PromisingZone::new(400.0, v).maximum(800.0)))),
        ("zone maximum", Box::new(|v| zone(PromisingZone::new(400.0, 200.0).maximum(v)))),
        ("competing event", Box::new(|v| competing(v, 0.03, 0.7, 36.0))),
        ("competing other", Box::new(|v| competing(0.05, v, 0.7, 36.0))),
        ("competing ratio", Box::new(|v| competing(0.05, 0.03, v, 36.0))),
        ("competing time", Box::new(|v| competing(0.05, 0.03, 0.7, v))),
        ("equivalence", Box::new(|v| Ok(vec![EquivalenceDesign::new(v).fit()?.events()]))),
        ("equivalence lower", Box::new(|v| Ok(vec![EquivalenceDesign::new(1.25).lower(v).fit()?.events()]))),
        ("win ratio", Box::new(|v| Ok(vec![WinRatioDesign::new(v).fit()?.subjects()]))),
        ("ties", Box::new(|v| Ok(vec![WinRatioDesign::new(1.5).ties(v).fit()?.subjects()]))),
        ("cluster", Box::new(|v| one(ClusterDesign::new(v, 0.1).design_effect()))),
        ("correlation", Box::new(|v| one(ClusterDesign::new(20.0, v).design_effect()))),
        ("variation", Box::new(|v| one(ClusterDesign::new(20.0, 0.1).variation(v).design_effect()))),
        ("null", Box::new(|v| Ok(vec![TwoStageDesign::new(v, 0.3).fit()?.power()]))),
        ("hoped", Box::new(|v| Ok(vec![TwoStageDesign::new(0.1, v).fit()?.power()]))),
        ("exact null", Box::new(|v| Ok(vec![ExactBinomialDesign::new(v, 0.3).fit()?.power()]))),
        ("exact alpha", Box::new(|v| Ok(vec![ExactBinomialDesign::new(0.1, 0.3).alpha(v).fit()?.power()]))),
        (
            "one sample",
            Box::new(|v| {
                let accrual = Accrual::uniform(1.0, 5.0)?;
                Ok(vec![OneSampleDesign::new(hazard(v)?, hazard(0.1)?, accrual, 8.0).fit()?.subjects()])
            }),
        ),
        (
            "one sample time",
            Box::new(|v| {
                let accrual = Accrual::uniform(1.0, 5.0)?;
                Ok(vec![OneSampleDesign::new(hazard(0.05)?, hazard(0.1)?, accrual, v).fit()?.subjects()])
            }),
        ),
        ("time of a test", Box::new(|v| non_proportional(PlannedTest::LogRank(Weight::LogRank), v))),
        ("restricted mean", Box::new(|v| non_proportional(PlannedTest::RestrictedMean(v), 30.0))),
        ("milestone", Box::new(|v| non_proportional(PlannedTest::Milestone(v), 30.0))),
        (
            "weight",
            Box::new(|v| non_proportional(PlannedTest::LogRank(Weight::fleming_harrington(v, 0.0)), 30.0)),
        ),
        ("allocation", Box::new(|v| Ok(assumed(90.0)?.allocation(v)?.expected_events(20.0).to_vec()))),
        ("events", Box::new(|v| Ok(assumed(90.0)?.time_of_events(v).into_iter().collect()))),
        ("simulated alpha", Box::new(|v| simulated(Simulation::new(assumed(30.0)?).alpha(v)))),
        (
            "simulated cutoff",
            Box::new(|v| simulated(Simulation::new(assumed(30.0)?).cutoff(Cutoff::Time(v)))),
        ),
        (
            "simulated until",
            Box::new(|v| simulated(Simulation::new(assumed(30.0)?).cutoff(Cutoff::EventsUntil(9, v)))),
        ),
        ("simulated truth", Box::new(|v| simulated(Simulation::new(assumed(30.0)?).truth(v)))),
        ("simulated tau", Box::new(|v| simulated(Simulation::new(assumed(30.0)?).dependent_dropout(v)))),
        (
            "simulated hazard",
            Box::new(|v| {
                let accrual = Accrual::uniform(30.0, 9.0)?;
                simulated(
                    Simulation::new(Assumptions::new(hazard(v)?, hazard(v)?, accrual))
                        .cutoff(Cutoff::Events(9)),
                )
            }),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, question) in &questions {
        for v in [0.0, -1.0, 1.0, f64::NAN, f64::INFINITY, 1e-300, 1e9, 1e300] {
            match question(v) {
                Ok(numbers) if numbers.iter().any(|x| x.is_nan()) => {
                    wrong.push(format!("{name} of {v}: {numbers:?}"));
                }
                Err(error) if error.to_string().len() < 25 => wrong.push(format!("{name} of {v}: {error}")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
