//! Sizes beside competing risks, of clusters, of win ratios and of equivalence; what assumptions print and how they are stored.

use greenwood::Error;
use greenwood::survival::log_rank::Weight;
use greenwood::survival::{CompetingRisks, Gray, Groups, LogRank, RightCensored};
use greenwood::trial::design::non_proportional::{NonProportionalDesign, PlannedTest};
use greenwood::trial::design::simulation::{Cutoff, Simulation, WeightedProcedure};
use greenwood::trial::design::{
    Accrual, Assumptions, ClusterDesign, CompetingEffect, CompetingRisksDesign, EquivalenceDesign,
    FixedDesign, Hazard, StratifiedAssumptions, Target, WinRatioDesign,
};

type Answer = Result<(), Error>;

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found}, expected {expected}");
}

fn beside(effect: CompetingEffect) -> Result<CompetingRisksDesign, Error> {
    let event = Hazard::piecewise(&[6.0], &[0.05, 0.03])?;
    let design =
        CompetingRisksDesign::new(effect, event, Hazard::constant(0.02)?, Accrual::uniform(1.0, 12.0)?, 36.0);
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
        Hazard::constant(0.03)?,
        Accrual::uniform(1.0, 12.0)?,
        36.0,
    );
    close(constant.fit()?.event_probabilities()[1], 0.5660988285831924, 1e-12);
    Ok(())
}

struct Random(u64);

impl Random {
    /// `SplitMix64`, inside (0, 1).
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64 + 1e-17
    }
}

/// Gray's test on 1,500 trials of 300 subjects with a subdistribution ratio of 0.6: 5 standard errors and a percentage point for
/// the normal approximation.
#[test]
fn grays_test_has_the_planned_power() -> Answer {
    let (event, other, theta, n) = (0.05, 0.03, 0.6, 300);
    let design = CompetingRisksDesign::new(
        CompetingEffect::Subdistribution(theta),
        Hazard::constant(event)?,
        Hazard::constant(other)?,
        Accrual::uniform(1.0, 12.0)?,
        36.0,
    );
    let plan = design.target(Target::Subjects(n as f64)).fit()?;
    let mut random = Random(17);
    let (mut rejected, trials) = (0, 1500);
    let codes: Vec<usize> = (0..n).map(|i| i % 2).collect();
    let arms = Groups::from_codes(&codes, &["experimental", "control"])?;
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
        // One-sided at 0.025: the square passes 3.84 on the side of the benefit; the other side is never seen here.
        rejected += usize::from(test.statistic() > 3.841458820694124);
    }
    let power = f64::from(u32::try_from(rejected).unwrap()) / f64::from(trials);
    let error = (power * (1.0 - power) / f64::from(trials)).sqrt();
    assert!((power - plan.power()).abs() < 5.0 * error + 0.01, "{power} ± {error}, {plan}");
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

/// Without ties and censoring the win ratio is the inverse hazard ratio and its test is Gehan's: 3,000 simulated trials.
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
        (alone.clone().control(Hazard::median(12.0)?).accrual(-1.0), "finite durations of at least 0"),
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
/// correlation of the martingale residuals, and the robust test has the power of the plan. 5 standard errors, and two
/// percentage points for the normal approximation with 22 clusters an arm.
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
    let (mut rejected, mut sum, mut inflation) = (0, 0.0, 0.0);
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
        if effect {
            let robust = LogRank::test(&data.with_clusters(&id)?, &arms)?;
            rejected += usize::from(robust.statistic() > 3.841458820694124 && plain.z().unwrap() > 0.0);
        } else {
            sum += 1.0;
            inflation += plain.statistic();
        }
    }
    // Without an effect the naive statistic is a chi-square times the design effect.
    let (mean, expected) = (inflation / sum, design.design_effect()?);
    let error = expected * (2.0 / sum).sqrt();
    assert!((mean - expected).abs() < 5.0 * error, "{mean} ± {error}, {expected}");
    let power = f64::from(u32::try_from(rejected).unwrap()) / f64::from(trials);
    let error = (power * (1.0 - power) / f64::from(trials)).sqrt();
    assert!((power - plan.power()).abs() < 5.0 * error + 0.02, "{power} ± {error}, {plan}");
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
