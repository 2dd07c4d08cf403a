//! Tests of interval-censored groups: sums and covariances by numerical derivatives of their likelihoods, one-sided p-values by
//! listing all allocations, what is refused and what is read back.

use approx::assert_relative_eq;
use greenwood::survival::log_rank::{
    IntervalLogRank, IntervalScore, IntervalVariance, MonteCarloIntervalLogRank,
};
use greenwood::survival::result::Alternative;
use greenwood::survival::{Groups, IntervalCensored, Weights};
use greenwood::{Error, Result};

const INF: f64 = f64::INFINITY;

/// Rows (L, R], entry, group and weight.
type Row = (f64, f64, f64, usize, f64);

fn test_of(rows: &[Row], score: IntervalScore) -> Result<(Vec<f64>, Vec<f64>)> {
    let column = |pick: fn(&Row) -> f64| rows.iter().map(pick).collect::<Vec<f64>>();
    let data = IntervalCensored::new(column(|r| r.0), column(|r| r.1))?
        .with_entry(column(|r| r.2))?
        .with_weights(Weights::replication(column(|r| r.4)))?;
    let groups = Groups::from_codes(&rows.iter().map(|r| r.3).collect::<Vec<_>>(), &["a", "b"])?;
    let test = IntervalLogRank::new(score).variance(IntervalVariance::Information).test(&data, &groups)?;
    Ok((test.sums().to_vec(), test.covariance().to_vec()))
}

/// mpmath, 40 digits: the likelihood in the effects of both groups and the steps, maximised over the steps, and its derivatives;
/// the covariance is `I_ββ − I_βγ I_γγ⁻¹ I_γβ`.
#[test]
fn sums_and_covariances_are_derivatives_of_the_likelihood() -> Result<()> {
    // Survival 1, 4/7 and 0: one number is estimated.
    let two: [Row; 4] =
        [(0., 1., 0., 0, 2.), (0., 1., 0., 1, 1.), (1., INF, 0., 0, 1.), (1., INF, 0., 1, 3.)];
    // Rows that enter after the first step and after the second.
    let entry: [Row; 11] = [
        (0., 1., 0., 0, 2.),
        (0., 1., 0., 1, 1.),
        (1., 2., 0., 0, 1.),
        (1., 2., 1., 1, 1.),
        (2., 3., 1., 0, 1.),
        (2., 3., 1., 1, 1.),
        (1., 3., 0., 1, 1.),
        (0., 2., 0., 0, 1.),
        (3., INF, 0., 1, 2.),
        (3., INF, 2., 0, 1.),
        (2., INF, 2., 1, 1.),
    ];
    for (rows, score, sum, variance) in [
        (&two[..], IntervalScore::Finkelstein, 0.93269297989237114, 0.66281603775132434),
        (&two[..], IntervalScore::Wilcoxon, 0.71428571428571429, 0.41982507288629738),
        (&two[..], IntervalScore::Sun, 0.71428571428571429, 0.41982507288629738),
        (&entry[..], IntervalScore::Finkelstein, 1.7760441399651522, 1.9505611736559188),
        (&entry[..], IntervalScore::Wilcoxon, 1.089597502293753, 0.61808102275505029),
        (&entry[..], IntervalScore::Sun, 1.3459374727590761, 1.1812587021502944),
    ] {
        let (sums, covariance) = test_of(rows, score)?;
        for (found, right) in sums.iter().zip([sum, -sum]) {
            assert_relative_eq!(*found, right, max_relative = 1e-7); // the curve is iterated
        }
        for (found, right) in covariance.iter().zip([variance, -variance, -variance, variance]) {
            assert_relative_eq!(*found, right, max_relative = 1e-7);
        }
    }
    Ok(())
}

/// Three of eight in the first group. All 56 allocations listed: how many sums are at least the observed one, at most it, and as
/// far from 0.
#[test]
fn one_sided_p_values_are_those_of_all_allocations() -> Result<()> {
    let data =
        IntervalCensored::new(vec![0., 0., 0., 1., 1., 2., 2., 3.], vec![1., 1., 1., 2., 2., 3., 3., INF])?;
    for (codes, turned) in [([1, 1, 0, 1, 1, 0, 1, 0], false), ([0, 0, 1, 0, 0, 1, 0, 1], true)] {
        let arm = Groups::from_codes(&codes, &["a", "b"])?;
        for (score, sum, higher, lower, far) in [
            (IntervalScore::Wilcoxon, -0.75, 48.0, 14.0, 27.0),
            (IntervalScore::Sun, -1.2583333333333333, 51.0, 11.0, 18.0),
            (IntervalScore::Finkelstein, -1.7276252682812812, 51.0, 11.0, 18.0),
        ] {
            let test = MonteCarloIntervalLogRank::new(score).replicates(40_000).test(&data, &arm)?;
            let (sum, higher, lower) = if turned { (-sum, lower, higher) } else { (sum, higher, lower) };
            assert_relative_eq!(test.asymptotic().sums()[0], sum, max_relative = 1e-9);
            let one = |alternative| test.one_sided_p_value(alternative).unwrap();
            for (found, right) in [
                (one(Alternative::FirstHigher), higher / 56.0),
                (one(Alternative::FirstLower), lower / 56.0),
                (test.p_value(), far / 56.0),
            ] {
                // Five standard errors of 40,000 draws.
                assert!(
                    (found - right).abs() < 5.0 * (right * (1.0 - right) / 4e4_f64).sqrt(),
                    "{found} {right}"
                );
            }
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_tested_is_refused() -> Result<()> {
    let data = IntervalCensored::new(vec![0., 1., 2., 3.], vec![1., 2., 3., INF])?;
    let arm = Groups::new(&["a", "b", "a", "b"]);
    let weighted = |w: [f64; 4]| data.clone().with_weights(Weights::replication(w.to_vec()));
    let refused = |data: &IntervalCensored| {
        MonteCarloIntervalLogRank::default().replicates(10).test(data, &arm).unwrap_err().to_string()
    };
    // One that is not whole among others that are.
    assert!(refused(&weighted([1., 1.5, 2., 1.])?).contains("fractional weights"));
    assert!(refused(&weighted([1., 1e7, 1e7, 1.])?).contains("subjects"));
    assert!(matches!(
        MonteCarloIntervalLogRank::default().replicates(0).test(&data, &arm),
        Err(Error::OutOfRange { argument: "replicates", .. })
    ));
    // Two labels, but one group with subjects; and a group whose weights are 0.
    let one = Groups::from_codes(&[0; 4], &["a", "b"])?;
    for (data, groups) in [(data.clone(), &one), (weighted([1., 0., 1., 0.])?, &arm)] {
        assert!(matches!(
            IntervalLogRank::default().test(&data, groups),
            Err(Error::TooFewGroups { found: 1 })
        ));
    }
    Ok(())
}

/// A stored test is that of its own sums and covariance.
#[cfg(feature = "serde")]
#[test]
fn a_stored_test_is_checked() -> Result<()> {
    use greenwood::survival::log_rank::IntervalLogRankTest;
    use serde_json::{from_value, json, to_value};

    let data = IntervalCensored::new(vec![0., 0., 1., 1., 2., 3.], vec![1., 2., 2., 3., 3., INF])?;
    let groups = Groups::new(&["a", "b", "c", "a", "b", "c"]);
    for variance in [IntervalVariance::Permutation, IntervalVariance::Information] {
        let test = IntervalLogRank::default().variance(variance).test(&data, &groups)?;
        let stored = to_value(&test).unwrap();
        assert_eq!(from_value::<IntervalLogRankTest>(stored.clone()).unwrap(), test);
        for (path, other, says) in [
            ("/labels", json!(["a"]), "group"),
            ("/sizes", json!([1.0]), "sizes"),
            ("/sums", json!([1.0]), "sums"),
            ("/covariance", json!([1.0]), "covariance"),
            ("/sizes/0", json!(-1.0), "the size of a group"),
            ("/covariance/0", json!(-1.0), ""),
            ("/statistic", json!(-1.0), "the statistic"),
            ("/statistic", json!(test.statistic() + 1.0), "the statistic"),
            ("/df", json!(3), "df"),
            ("/df", json!(1), "df"),
            ("/df", json!(0), "df"),
        ] {
            let mut changed = stored.clone();
            *changed.pointer_mut(path).unwrap() = other;
            let error = from_value::<IntervalLogRankTest>(changed).unwrap_err().to_string();
            assert!(error.contains(says), "{path}: {error}");
        }
    }
    Ok(())
}

/// By hand: survival 1, ½ and 0, scores ½ and −½, whose variance is ½; exchanged between two subjects ½ · ½ is left, so chi-square is
/// 1. One subject alone is exchanged with nobody.
#[test]
fn two_subjects_can_be_exchanged() -> Result<()> {
    let data = IntervalCensored::new(vec![0., 1.], vec![1., 2.])?;
    let test = IntervalLogRank::new(IntervalScore::Wilcoxon).test(&data, &Groups::new(&["a", "b"]))?;
    for (found, right) in
        test.sums().iter().chain(test.covariance()).zip([0.5, -0.5, 0.25, -0.25, -0.25, 0.25])
    {
        assert_relative_eq!(*found, right, max_relative = 1e-9);
    }
    assert_relative_eq!(test.statistic(), 1.0, max_relative = 1e-9);
    assert_eq!(test.df(), 1);
    Ok(())
}
