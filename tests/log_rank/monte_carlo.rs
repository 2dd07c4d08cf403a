//! The Monte Carlo permutation test and re-randomisation by a trial's own scheme.

use std::ops::ControlFlow;

use approx::assert_relative_eq;
use greenwood::survival::permutation::{MonteCarloLogRank, PermutedBlocks};
use greenwood::survival::{Alternative, ExactLogRank, Groups, RightCensored, Weights};

const MONTHS: [f64; 18] =
    [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];

fn trial() -> (RightCensored<'static>, Groups) {
    let failed = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1);
    let arm = Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["MSC", "control"]).unwrap();
    (RightCensored::new(MONTHS.to_vec(), failed.to_vec()).unwrap(), arm)
}

#[test]
fn the_sample_agrees_with_all_allocations() -> greenwood::Result<()> {
    let (data, arm) = trial();
    let sample = MonteCarloLogRank::new().replicates(200_000).seed(7).test(&data, &arm)?;
    let exact = ExactLogRank::new().test(&data, &arm)?;
    // Four standard errors of a share of 200,000.
    assert_relative_eq!(sample.p_value(), exact.p_value(), epsilon = 0.0035);
    let one = Alternative::FirstHigher;
    assert_relative_eq!(sample.one_sided_p_value(one), exact.one_sided_p_value(one), epsilon = 0.0025);
    assert!(sample.interval(0.9999)?.contains(exact.p_value()));
    assert_relative_eq!(sample.statistic(), exact.statistic(), max_relative = 1e-12);
    // Within given blocks, and within strata.
    let blocks = Groups::new(&[0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    let sample = MonteCarloLogRank::new().replicates(100_000).within(blocks.clone()).test(&data, &arm)?;
    let exact = ExactLogRank::new().within(blocks.clone()).test(&data, &arm)?;
    assert!(sample.interval(0.9999)?.contains(exact.p_value()));
    let strata = data.with_strata(blocks)?;
    let sample = MonteCarloLogRank::new().replicates(100_000).test(&strata, &arm)?;
    assert!(sample.interval(0.9999)?.contains(ExactLogRank::new().test(&strata, &arm)?.p_value()));
    Ok(())
}

/// Blocks of two, one of each arm: re-randomisation is the exchange within the pairs, of which there are 2⁹.
#[test]
fn re_randomisation_follows_the_scheme() -> greenwood::Result<()> {
    let (data, _) = trial();
    let arm = Groups::from_codes(&[0, 1].repeat(9), &["A", "B"])?;
    let pairs = Groups::new(&(0..18).map(|i| i / 2).collect::<Vec<_>>());
    let exact = ExactLogRank::new().within(pairs).test(&data, &arm)?;
    let scheme = PermutedBlocks { sizes: vec![2], ratio: (1, 1) };
    let sample = MonteCarloLogRank::new().replicates(100_000).scheme(scheme).test(&data, &arm)?;
    assert!(sample.interval(0.9999)?.contains(exact.p_value()), "{sample} {exact}");
    // One block of everybody is the plain shuffle.
    let all = PermutedBlocks { sizes: vec![18], ratio: (1, 1) };
    let sample = MonteCarloLogRank::new().replicates(100_000).scheme(all).test(&data, &arm)?;
    assert!(sample.interval(0.9999)?.contains(ExactLogRank::new().test(&data, &arm)?.p_value()));
    // Unequal ratio and random sizes run, and give a p-value.
    let mixed = PermutedBlocks { sizes: vec![3, 6], ratio: (2, 1) };
    let p = MonteCarloLogRank::new().replicates(2_000).scheme(mixed).test(&data, &arm)?.p_value();
    assert!(p > 0.0 && p <= 1.0);
    Ok(())
}

#[test]
fn a_seed_is_a_result_and_progress_may_stop() -> greenwood::Result<()> {
    let (data, arm) = trial();
    let test = |seed| MonteCarloLogRank::new().replicates(5_000).seed(seed).test(&data, &arm).unwrap();
    assert_eq!(test(3), test(3));
    assert_ne!(test(3).p_value(), test(4).p_value());
    // Every allocation has its own generator: the first thousand are the same in a longer run.
    let mut seen = Vec::new();
    let stopped = MonteCarloLogRank::new().seed(3).test_with_progress(&data, &arm, |done| {
        seen.push(done);
        if done == 2_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    assert_eq!((seen, stopped.replicates()), (vec![1_000, 2_000], 2_000));
    assert_eq!(
        stopped.p_value(),
        MonteCarloLogRank::new().replicates(2_000).seed(3).test(&data, &arm)?.p_value()
    );
    Ok(())
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let (data, arm) = trial();
    let message = |t: MonteCarloLogRank| t.test(&data, &arm).unwrap_err().to_string();
    assert_eq!(message(MonteCarloLogRank::new().replicates(0)), "replicates is 0: it must be at least 1");
    let scheme = |sizes, ratio| MonteCarloLogRank::new().scheme(PermutedBlocks { sizes, ratio });
    assert_eq!(message(scheme(vec![4], (0, 1))), "ratio is 0: it must be above 0 on both sides");
    assert_eq!(message(scheme(vec![], (1, 1))), "sizes is empty: at least one value is needed");
    let three = Groups::new(&(0..18).map(|i| i % 3).collect::<Vec<_>>());
    let err = MonteCarloLogRank::new().test(&data, &three).unwrap_err().to_string();
    assert!(err.starts_with("the Monte Carlo log-rank test compares 2 groups, but there are 3"), "{err}");
    let sampling = data.clone().with_weights(Weights::sampling(vec![1.0; 18])).unwrap();
    let err = MonteCarloLogRank::new().test(&sampling, &arm).unwrap_err().to_string();
    assert!(err.starts_with("the Monte Carlo log-rank test is not available with sampling weights"), "{err}");
}
