//! Trials with one arm: Simon's published table, exact sizes by R, Wu's published example.

use std::sync::atomic::{AtomicUsize, Ordering};

use greenwood::Error;
use greenwood::survival::RightCensored;
use greenwood::survival::log_rank::{OneSampleLogRank, OneSampleVariance};
use greenwood::trial::design::simulation::{Cutoff, Sample, Simulation};
use greenwood::trial::design::single_arm::{
    ExactBinomialDesign, OneSampleDesign, TwoStageDesign, TwoStageOptimum,
};
use greenwood::trial::design::{Accrual, Assumptions, Hazard, Target};

type Answer = Result<(), Error>;

type Published = (u64, u64, u64, u64, f64);

/// Simon (1989), Control Clin Trials 10:1, table 1 (p₁ − p₀ = 0.20): p₀, α, β; r₁, n₁, r, n, EN of the optimal and of the
/// minimax design.
const SIMON: [(f64, f64, f64, Published, Published); 17] = [
    (0.05, 0.10, 0.10, (0, 9, 2, 24, 14.5), (0, 13, 2, 20, 16.4)),
    (0.05, 0.05, 0.20, (0, 9, 2, 17, 12.0), (0, 12, 2, 16, 13.8)),
    (0.05, 0.05, 0.10, (0, 9, 3, 30, 16.8), (0, 15, 3, 25, 20.4)),
    (0.10, 0.10, 0.10, (1, 12, 5, 35, 19.8), (1, 16, 4, 25, 20.4)),
    (0.10, 0.05, 0.20, (1, 10, 5, 29, 15.0), (1, 15, 5, 25, 19.5)),
    (0.10, 0.05, 0.10, (2, 18, 6, 35, 22.5), (2, 22, 6, 33, 26.2)),
    (0.20, 0.10, 0.10, (3, 17, 10, 37, 26.0), (3, 19, 10, 36, 28.3)),
    (0.20, 0.05, 0.20, (3, 13, 12, 43, 20.6), (4, 18, 10, 33, 22.3)),
    (0.20, 0.05, 0.10, (4, 19, 15, 54, 30.4), (5, 24, 13, 45, 31.2)),
    (0.30, 0.10, 0.10, (7, 22, 17, 46, 29.9), (7, 28, 15, 39, 35.0)),
    (0.30, 0.05, 0.20, (5, 15, 18, 46, 23.6), (6, 19, 16, 39, 25.7)),
    (0.30, 0.05, 0.10, (8, 24, 24, 63, 34.7), (7, 24, 21, 53, 36.6)),
    (0.40, 0.05, 0.20, (7, 16, 23, 46, 24.5), (17, 34, 20, 39, 34.4)),
    (0.40, 0.05, 0.10, (11, 25, 32, 66, 36.0), (12, 29, 27, 54, 38.1)),
    (0.50, 0.05, 0.20, (8, 15, 26, 43, 23.5), (12, 23, 23, 37, 27.7)),
    (0.60, 0.05, 0.20, (7, 11, 30, 43, 20.5), (8, 13, 25, 35, 20.8)),
    (0.70, 0.05, 0.20, (4, 6, 22, 27, 14.8), (19, 23, 21, 26, 23.2)),
];

#[test]
fn simons_table() -> Answer {
    let mut wrong = Vec::new();
    for (p0, alpha, beta, optimal, minimax) in SIMON {
        let design = TwoStageDesign::new(p0, p0 + 0.2).alpha(alpha).power(1.0 - beta);
        for (optimum, expected) in [(TwoStageOptimum::Optimal, optimal), (TwoStageOptimum::Minimax, minimax)]
        {
            let found = design.optimum(optimum).fit()?;
            let counts = (found.first().0, found.first().1, found.both().0, found.both().1);
            let (r1, n1, r, n, en) = expected;
            let mean = (found.expected_subjects() - en).abs() <= 0.0501;
            if counts != (r1, n1, r, n) || !mean {
                wrong.push(format!("{p0} {alpha} {beta} {optimum:?}: {expected:?}, found {found}"));
            }
            assert!(found.error() <= alpha && found.power() >= 1.0 - beta);
            let given = design.optimum(optimum).given(found.first(), found.both())?;
            assert!((given.power() - found.power()).abs() < 1e-14);
            assert!((given.expected_subjects() - found.expected_subjects()).abs() < 1e-12);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Simon (1989), tables 1 and 2, as `tests/data/simon.py` finds them by complete enumeration (`numpy` 2.4, `scipy` 1.17.1): counts, and
/// mean, error, power and the probability of stopping to 1e-9.
#[test]
fn simons_designs_by_enumeration() -> Answer {
    let file = std::fs::read_to_string("tests/data/simon.csv").unwrap();
    let mut compared = 0;
    for line in file.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |k: usize| cells[k].parse::<f64>().unwrap();
        let count = |k: usize| cells[k].parse::<u64>().unwrap();
        let optimum = if cells[4] == "optimal" { TwoStageOptimum::Optimal } else { TwoStageOptimum::Minimax };
        let design = TwoStageDesign::new(number(0), number(1)).alpha(number(2)).power(1.0 - number(3));
        let found = design.optimum(optimum).fit()?;
        let counts = (found.first(), found.both());
        assert_eq!(counts, ((count(5), count(6)), (count(7), count(8))), "{line}");
        for (found, expected) in [
            (found.expected_subjects(), number(9)),
            (found.error(), number(10)),
            (found.power(), number(11)),
            (found.stopping_probability(), number(12)),
        ] {
            assert!((found - expected).abs() <= 1e-9 * expected, "{line}: {found}");
            compared += 1;
        }
    }
    assert_eq!(compared, 4 * 102);
    Ok(())
}

/// No design of any counts up to 26 subjects is better: the search by brute force.
#[test]
fn the_search_misses_nothing() -> Answer {
    let design = TwoStageDesign::new(0.1, 0.4).alpha(0.1).power(0.85);
    let found = design.fit()?;
    let mut least = f64::INFINITY;
    for n in 2..=26_u64 {
        for n1 in 1..n {
            for r1 in 0..n1 {
                for r in r1..n {
                    let other = design.given((r1, n1), (r, n))?;
                    if other.error() <= 0.1 && other.power() >= 0.85 {
                        least = least.min(other.expected_subjects());
                    }
                }
            }
        }
    }
    assert!((found.expected_subjects() - least).abs() < 1e-12, "{found} {least}");
    Ok(())
}

/// R 4.2.2: the smallest n by qbinom and pbinom; the first is A'Hern's (2001) 6 of 25.
#[test]
fn exact_single_stage() -> Answer {
    let references = [
        (0.1, 0.3, 0.05, 0.2, 25, 6, 0.0333999446114953, 0.806511557911935),
        (0.05, 0.2, 0.05, 0.2, 27, 4, 0.0437359452905194, 0.817716653761232),
        (0.2, 0.4, 0.05, 0.1, 47, 15, 0.0366368930406167, 0.901225667848178),
        (0.5, 0.65, 0.025, 0.1, 114, 68, 0.024362343199341, 0.901525447495372),
        (0.9, 0.97, 0.1, 0.2, 65, 62, 0.0995528251864017, 0.868876814895536),
        (0.3, 0.5, 0.1, 0.1, 39, 16, 0.094413140540195, 0.900204566540196),
    ];
    for (p0, p1, alpha, beta, n, needed, error, power) in references {
        let found = ExactBinomialDesign::new(p0, p1).alpha(alpha).power(1.0 - beta).fit()?;
        assert_eq!((found.subjects(), found.needed()), (n, needed), "{found}");
        assert!((found.error() - error).abs() < 1e-13 && (found.power() - power).abs() < 1e-12, "{found}");
        assert!(found.lasting() >= n);
        for larger in found.lasting()..found.lasting() + 40 {
            assert!(
                ExactBinomialDesign::new(p0, p1).alpha(alpha).with_subjects(larger)?.power() >= 1.0 - beta
            );
        }
    }
    Ok(())
}

fn weibull(pieces: usize) -> Result<Hazard, Error> {
    Hazard::approximating(|t| 2f64.ln() * (t / 9.0).powf(1.22), 8.0, pieces)
}

/// Wu (2015), section 4: 88 subjects for the ratio 1/1.75, accrual 5 and follow-up 3, level 0.05, power 0.8.
#[test]
fn one_sample_log_rank_of_wu() -> Answer {
    let earlier = weibull(200)?;
    let design = OneSampleDesign::new(earlier.times(1.0 / 1.75), earlier, Accrual::uniform(1.0, 5.0)?, 8.0);
    let plan = design.clone().fit()?;
    assert_eq!(plan.rounded(), 88);
    let again = design.clone().target(Target::Subjects(plan.subjects())).fit()?;
    assert!((again.power() - 0.8).abs() < 1e-12);
    let again = design.clone().target(Target::Events(plan.events())).fit()?;
    assert!((again.power() - 0.8).abs() < 1e-12);
    let mut last = 0.0;
    for n in [10.0, 40.0, 160.0] {
        let power = design.clone().target(Target::Subjects(n)).fit()?.power();
        assert!(power > last);
        last = power;
    }
    // The known hazard against itself.
    let none = OneSampleDesign::new(weibull(200)?, weibull(200)?, Accrual::uniform(1.0, 5.0)?, 8.0).fit();
    assert!(none.unwrap_err().to_string().contains("below the one it is compared with"));
    Ok(())
}

/// scipy 1.17.1, adaptive quadrature: Weibull itself, not its pieces; dropout 0.05.
#[test]
fn one_sample_moments_of_a_curve() -> Answer {
    let earlier = weibull(1000)?;
    let design = OneSampleDesign::new(earlier.times(1.0 / 1.75), earlier, Accrual::uniform(1.0, 5.0)?, 8.0)
        .dropout(Hazard::constant(0.05)?);
    let plan = design.fit()?;
    // The pieces are an approximation of the order of their width squared.
    assert!((plan.subjects() / 101.60827697980832 - 1.0).abs() < 1e-4, "{plan}");
    Ok(())
}

/// The crate's test on simulated trials of 88 subjects against the hazard of Wu's example: 4,000 with the effect, 5 standard errors and
/// a percentage point and a half for the normal approximation of 30 events; 4,000 without one, of whom 48 have the event: as many errors
/// and half a percentage point.
#[test]
fn simulated_one_sample_trials() -> Answer {
    let earlier = weibull(8)?;
    let variances = [OneSampleVariance::Expected, OneSampleVariance::Mean];
    let better = earlier.times(1.0 / 1.75);
    let plan = |variance| {
        let design = OneSampleDesign::new(better.clone(), earlier.clone(), Accrual::uniform(1.0, 5.0)?, 8.0);
        design.variance(variance).target(Target::Subjects(88.0)).fit()
    };
    for (own, effect) in [(&better, true), (&earlier, false)] {
        let shown = [AtomicUsize::new(0), AtomicUsize::new(0)];
        let procedure = |sample: &Sample| {
            let own: Vec<usize> = (0..sample.time().len()).filter(|&i| sample.experimental()[i]).collect();
            let time: Vec<f64> = own.iter().map(|&i| sample.time()[i]).collect();
            let event: Vec<bool> = own.iter().map(|&i| sample.event()[i]).collect();
            let data = RightCensored::new(&time, &event).ok()?;
            for (variance, count) in variances.iter().zip(&shown) {
                let test = OneSampleLogRank::new().variance(*variance);
                let z = test.test(&data, |t| earlier.cumulative(t)).ok()?.z()?;
                count.fetch_add(usize::from(z <= -1.6448536269514722), Ordering::Relaxed);
            }
            None
        };
        // For each subject of the control arm, which is not looked at, there are 22 in the other.
        let assumed = Assumptions::new(own.clone(), earlier.clone(), Accrual::uniform(92.0, 5.0)?);
        let simulation = Simulation::new(assumed.allocation(22.0)?).trials(4_000).seed(8);
        simulation.cutoff(Cutoff::Time(8.0)).run(&procedure)?;
        for (variance, count) in variances.iter().zip(&shown) {
            let plan = plan(*variance)?;
            let (expected, formula) = if effect { (plan.power(), 0.015) } else { (0.05, 0.005) };
            let share = count.load(Ordering::Relaxed) as f64 / 4_000.0;
            let bound = 5.0 * (expected * (1.0 - expected) / 4_000.0).sqrt() + formula;
            assert!((share - expected).abs() < bound, "{variance:?}: {share}, expected {expected}\n{plan}");
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_planned_says_what_to_do() -> Answer {
    let text = |e: Error| e.to_string();
    assert!(
        text(ExactBinomialDesign::new(0.3, 0.3).fit().unwrap_err()).contains("above the rate of no interest")
    );
    assert!(text(ExactBinomialDesign::new(0.0, 0.3).fit().unwrap_err()).contains("inside (0, 1)"));
    assert!(text(TwoStageDesign::new(0.3, 0.31).fit().unwrap_err()).contains("larger difference"));
    assert!(text(TwoStageDesign::new(0.1, 0.3).given((3, 3), (5, 29)).unwrap_err()).contains("fewer"));
    assert!(ExactBinomialDesign::new(0.1, 0.3).with_subjects(0).is_err());
    let none = Hazard::constant(0.0)?;
    let design = OneSampleDesign::new(none.clone(), none, Accrual::uniform(1.0, 5.0)?, 8.0);
    assert!(text(design.fit().unwrap_err()).contains("raise the hazard or follow longer"));
    assert!(Hazard::through(&[12.0, 24.0], &[0.7, 0.8]).is_err() && Hazard::through(&[], &[]).is_err());
    assert!(Hazard::approximating(|t| -t, 5.0, 10).is_err() && Hazard::approximating(|t| t, 5.0, 0).is_err());
    Ok(())
}
