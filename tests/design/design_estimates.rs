//! What is said of an effect at a look and at the stop, on Brownian paths: coverage of repeated and of final intervals, size of repeated
//! and of stage-wise p-values, medians of estimates, and the chances that a running trial still has. Shares within five binomial
//! standard errors.

use greenwood::Error;
use greenwood::trial::design::adaptive::{ClosedCombination, MultiArmSequential};
use greenwood::trial::design::monitoring::{
    Effect, Interim, conditional_power_of, conditional_rejection, repeated_interval,
};
use greenwood::trial::design::{
    Boundaries, BoundaryType, Futility, GroupSequential, Spending, StagewiseOrdering,
};

use crate::random::Random;

type Answer = Result<(), Error>;

const FRACTIONS: [f64; 3] = [0.3, 0.6, 1.0];

fn assert_share(count: usize, trials: usize, expected: f64, what: &str) {
    let found = count as f64 / trials as f64;
    let bound = 5.0 * (expected * (1.0 - expected) / trials as f64).sqrt();
    assert!((found - expected).abs() <= bound, "{what}: {found}, expected {expected} ± {bound}");
}

/// A standard normal number (Box & Muller 1958).
fn gauss(random: &mut Random) -> f64 {
    (-2.0 * random.uniform().max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * random.uniform()).cos()
}

/// The statistics of a trial at its looks.
fn path(random: &mut Random, drift: f64) -> [f64; 3] {
    let (mut at, mut before) = (0.0, 0.0);
    FRACTIONS.map(|t| {
        at += (t - before) * drift + f64::sqrt(t - before) * gauss(random);
        before = t;
        at / t.sqrt()
    })
}

/// The look at which a trial stops.
fn stop(bounds: &Boundaries, z: &[f64; 3]) -> usize {
    let stops = |&k: &usize| {
        let low = match (bounds.sides(), bounds.is_binding()) {
            (2, _) => -bounds.z()[k],
            (_, true) => bounds.futility_z()[k],
            (_, false) => f64::NEG_INFINITY,
        };
        z[k] >= bounds.z()[k] || z[k] < low
    };
    (0..2).find(stops).unwrap_or(2)
}

fn spending() -> GroupSequential {
    GroupSequential::at(&FRACTIONS).boundary(BoundaryType::Spending(Spending::OBrienFleming))
}

/// At all looks together the repeated limits exclude the truth as often as the error says, whatever the effect and whether or not the
/// trial goes on after a bound was reached.
#[test]
fn repeated_intervals_hold_at_all_looks() -> Answer {
    let trials = 8_000;
    let designs = [
        spending(),
        GroupSequential::at(&FRACTIONS).boundary(BoundaryType::Pocock).alpha(0.1),
        spending().sides(2).alpha(0.05),
    ];
    for (design, information) in designs.into_iter().zip([50.0, 30.0, 80.0]) {
        let bounds = design.fit()?;
        for truth in [1.0_f64, 0.7] {
            let mut random = Random(51);
            let (mut above, mut below) = (0, 0);
            for _ in 0..trials {
                let z = path(&mut random, -truth.ln() * f64::sqrt(information));
                let limits = |k: usize| {
                    let own = FRACTIONS[k] * information;
                    repeated_interval(&bounds, k, (-z[k] / own.sqrt()).exp(), own)
                };
                let limits = [limits(0)?, limits(1)?, limits(2)?];
                let under = limits.iter().any(|(_, high)| *high < truth);
                let over = limits.iter().any(|(low, _)| *low > truth);
                below += usize::from(under);
                above += usize::from(if bounds.sides() == 2 { under || over } else { over });
            }
            let what = format!("{truth}: {bounds}");
            if bounds.sides() == 1 {
                assert_share(below, trials, bounds.alpha(), &what);
            }
            assert_share(above, trials, bounds.alpha(), &what);
        }
    }
    Ok(())
}

/// Trials that stop as their bounds say: the stage-wise p-value of no effect is uniform; with and without an effect the estimate is as
/// often below the truth as a median is, and the 80 % interval holds the truth in 80 %.
fn estimates_at_the_stop(trials: usize) -> Answer {
    let designs = [
        spending(),
        spending().futility(Futility::Z(vec![0.0, 0.7])).binding(true),
        GroupSequential::at(&FRACTIONS).boundary(BoundaryType::Pocock).sides(2).alpha(0.05),
    ];
    for design in designs {
        let bounds = design.fit()?;
        for drift in [0.0, 2.5] {
            let mut random = Random(52);
            let (mut below, mut held, mut small) = (0, 0, [0; 3]);
            for _ in 0..trials {
                let z = path(&mut random, drift);
                let look = stop(&bounds, &z);
                let found = StagewiseOrdering::new().estimate(&bounds, look, z[look])?;
                below += usize::from(found.drift() < drift);
                // The limits are where the tail is 0.1 and 0.9, and the tail grows with the drift.
                let tail = found.tail(drift);
                held += usize::from((0.1..=0.9).contains(&tail));
                if held <= 3 {
                    let (low, high) = found.drift_interval(0.8)?;
                    assert_eq!((0.1..=0.9).contains(&tail), low <= drift && drift <= high);
                }
                let p = found.p_value();
                small.iter_mut().zip([0.1, 0.5, 0.8]).for_each(|(n, level)| *n += usize::from(p <= level));
            }
            let what = format!("drift {drift}: {bounds}");
            assert_share(below, trials, 0.5, &format!("estimates below, {what}"));
            assert_share(held, trials, 0.8, &format!("intervals, {what}"));
            for (count, level) in small.into_iter().zip([0.1, 0.5, 0.8]).filter(|_| drift == 0.0) {
                assert_share(count, trials, level, &format!("p-values below {level}, {what}"));
            }
        }
    }
    Ok(())
}

#[test]
fn estimates_and_p_values_at_the_stop() -> Answer {
    estimates_at_the_stop(40)
}

#[test]
#[ignore = "some seconds of release build: `bash .ci/long design`"]
fn estimates_and_p_values_at_the_stop_of_many_trials() -> Answer {
    estimates_at_the_stop(5_000)
}

/// Two arms and a control, with any effects: some limit at some look excludes its truth as often as the error says. Without effects
/// some repeated p-value at some look is below a level as often as the level says, which need not be that of the design.
#[test]
fn repeated_limits_and_p_values_of_several_arms() -> Answer {
    let trials = 8_000;
    for boundary in [BoundaryType::Pocock, BoundaryType::Spending(Spending::OBrienFleming)] {
        let design = MultiArmSequential::looks(2, 2).alpha(0.1).boundary(boundary);
        let bounds = design.clone().fit()?;
        // The repeated p-value grows as the statistic falls, and is 0.2 where the bounds of this error are.
        let critical = design.alpha(0.2).fit()?.z().to_vec();
        for look in 1..=2 {
            let p = bounds.repeated_p_values(look, &[critical[look - 1], critical[look - 1] + 0.1])?;
            assert!((p[0] - 0.2).abs() < 1e-8 && p[1] < 0.2, "{p:?}");
        }
        let mut random = Random(53);
        for drifts in [[0.0, 0.0], [3.0, 1.0]] {
            let (mut excluded, mut small) = (0, 0);
            for _ in 0..trials {
                let (mut at, mut out, mut low_p) = ([0.0; 3], false, false);
                for (k, t) in [0.5_f64, 1.0].into_iter().enumerate() {
                    for own in &mut at {
                        *own += f64::sqrt(0.5) * gauss(&mut random);
                    }
                    for arm in 0..2 {
                        let z = (at[arm + 1] - at[0]) / (2.0 * t).sqrt() + drifts[arm] * t.sqrt();
                        out |= bounds.repeated_drift_limit(k + 1, z)? > drifts[arm];
                        low_p |= z >= critical[k];
                    }
                }
                excluded += usize::from(out);
                small += usize::from(low_p);
            }
            assert_share(excluded, trials, 0.1, &format!("limits, {bounds}"));
            if drifts == [0.0, 0.0] {
                assert_share(small, trials, 0.2, &format!("p-values, {bounds}"));
            }
        }
    }
    Ok(())
}

/// Closed combinations, the worse of two arms dropped after the first stage: a repeated p-value is at most a level where the arm is
/// rejected at that level, and at most in one trial in ten some limit at some look excludes its truth; not in much fewer, since only
/// the dropped arm's second chance is given away.
#[test]
fn repeated_limits_and_p_values_of_closed_combinations() -> Answer {
    let (trials, effects, information) = (600_usize, [1.5, 0.0], [[1.0, 1.0], [1.0, 1.0]]);
    let design = GroupSequential::looks(2).boundary(BoundaryType::Pocock).alpha(0.1);
    let bounds = design.fit()?;
    let test = ClosedCombination::new(&bounds, 2);
    let (mut random, mut excluded, mut asked) = (Random(54), 0, 0);
    for _ in 0..trials {
        let mut stage = || {
            let control = gauss(&mut random);
            effects.map(|e| e + (gauss(&mut random) - control) * std::f64::consts::FRAC_1_SQRT_2)
        };
        let first = stage();
        let kept = usize::from(first[1] > first[0]);
        let mut second = stage().map(Some);
        second[1 - kept] = None;
        let stages = [first.map(Some), second];
        // The single-step test excludes no truth that a test of the arm alone would not: one trial in six need be asked.
        let away = |arm: usize, z: f64| z - effects[arm];
        let alone = (0..2).any(|arm| away(arm, first[arm]) >= bounds.z()[0])
            || (away(kept, first[kept]) + away(kept, second[kept].unwrap_or(0.0))) / 2_f64.sqrt()
                >= bounds.z()[1];
        if alone {
            let before = test.repeated_limits(&stages[..1], &information[..1])?;
            let after = test.repeated_limits(&stages, &information)?;
            let out = |arm: usize| {
                before[arm].is_some_and(|l| l > effects[arm]) || after[arm].is_some_and(|l| l > effects[arm])
            };
            excluded += usize::from(out(0) || out(1));
        }
        if alone && asked < 4 {
            asked += 1;
            let found = test.test(&stages)?;
            for look in 1..=2 {
                let p = found.repeated_p_values(&design, look)?;
                let rejected = found.rejected_by(look)?;
                assert!((0..2).all(|arm| (p[arm] <= 0.1) == rejected[arm]), "{p:?} {rejected:?}\n{found}");
            }
        }
    }
    let (share, error) = (excluded as f64 / trials as f64, (0.1_f64 * 0.9 / trials as f64).sqrt());
    assert!(asked == 4 && share < 0.1 + 5.0 * error && share > 0.05, "{share}");
    Ok(())
}

/// From an interim result on: the trials that go on reject as often as conditional power says, under no effect and under one; averaged
/// over what the result says of the effect it is the predictive power, over a prior the assurance.
#[test]
fn chances_of_a_running_trial() -> Answer {
    let (trials, mut random) = (8_000, Random(55));
    let (z, t, critical) = (1.2, 0.3_f64, 1.96);
    let interim = Interim::new(z, t)?;
    let rest =
        |drift: f64, random: &mut Random| z * t.sqrt() + (1.0 - t) * drift + (1.0 - t).sqrt() * gauss(random);
    for effect in [Effect::Drift(0.0), Effect::Drift(3.0), Effect::Trend] {
        let drift = if let Effect::Drift(drift) = effect { drift } else { z / t.sqrt() };
        let shown = (0..trials).filter(|_| rest(drift, &mut random) >= critical).count();
        assert_share(shown, trials, interim.conditional_power(critical, effect)?, "conditional power");
    }
    let predicted = |random: &mut Random| {
        let drift = z / t.sqrt() + gauss(random) / t.sqrt();
        rest(drift, random) >= critical
    };
    let shown = (0..trials).filter(|_| predicted(&mut random)).count();
    assert_share(shown, trials, interim.predictive_power(critical)?, "predictive power");
    let planned = |random: &mut Random| 2.0 + 0.8 * gauss(random) + gauss(random) >= critical;
    let shown = (0..trials).filter(|_| planned(&mut random)).count();
    assert_share(shown, trials, Interim::assurance(critical, 2.0, 0.8)?, "assurance");
    let bounds = spending().futility(Futility::Z(vec![-0.5, 0.7])).binding(true).fit()?;
    for drift in [0.0, 3.0] {
        let mut rejected = [0; 2];
        for _ in 0..trials {
            let second = z * t.sqrt() + 0.3 * drift + 0.3_f64.sqrt() * gauss(&mut random);
            let third = second + 0.4 * drift + 0.4_f64.sqrt() * gauss(&mut random);
            let second = second / 0.6_f64.sqrt();
            if second >= bounds.z()[1] {
                rejected[0] += 1;
            } else if second >= bounds.futility_z()[1] && third >= bounds.z()[2] {
                rejected[1] += 1;
            }
        }
        let expected = conditional_power_of(&bounds, 0, z, drift)?;
        for (count, expected) in rejected.into_iter().zip(&expected) {
            assert_share(count, trials, *expected, "later looks");
        }
        if drift == 0.0 {
            let all: f64 = expected.iter().sum();
            assert!((conditional_rejection(&bounds, 0, z)? - all).abs() < 1e-14);
        }
    }
    Ok(())
}
