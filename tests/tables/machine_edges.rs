//! Numbers at the edge of the machine: what overflows is refused by name or is no limit, and what would never end is refused at once.

use approx::assert_relative_eq;
use greenwood::survival::contrast::NumberNeeded;
use greenwood::survival::curve::{Actuarial, IncidenceRate, Pseudo};
use greenwood::survival::log_rank::{MonteCarloIntervalLogRank, PepeMori};
use greenwood::survival::multi_state::MarkovTest;
use greenwood::survival::permutation::MonteCarloLogRank;
use greenwood::survival::prediction::{Brier, Calibration, ExplainedVariation};
use greenwood::survival::regression::IntervalRegression;
use greenwood::survival::result::{ConfidenceInterval, Estimate, Scale};
use greenwood::survival::{
    CompetingRisks, CoxPh, Design, Gray, Groups, Histories, IntervalCensored, LogRank, RightCensored,
    Turnbull, Weight, Weights,
};
use greenwood::trial::reconstruct::ReportedHazardRatio;
use greenwood::{Error, Result};

const TIME: [f64; 6] = [1., 2., 3., 4., 5., 6.];
const DIED: [bool; 6] = [true, true, false, true, true, false];

/// Events, and both limits of their mean.
const LIMITS: [(u64, f64, f64); 2] = [
    (200_000, 199124.42499654117, 200878.47149996288),
    (4_000_000_000, 3999876041.940695, 4000123960.9536266),
];

fn data() -> RightCensored<'static> {
    RightCensored::new(&TIME, &DIED).unwrap()
}

fn arms() -> Groups {
    Groups::new(&["a", "b", "a", "b", "a", "b"])
}

fn words<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// Limits that overflow are none, an impossible range cuts nothing, and a z that overflows is the largest number.
#[test]
fn limits_that_no_number_holds() -> Result<()> {
    for (lower, upper) in [(f64::NAN, 1.0), (1e-300, 5e-324), (f64::NAN, f64::NAN), (1.0, -1.0)] {
        let estimate = Estimate::new(Scale::Identity, 0.5, 0.1).within(lower, upper);
        let (low, high) = estimate.interval(0.95)?.bounds().unwrap();
        assert!(low <= high && !estimate.to_string().contains("NaN"), "{estimate}");
    }
    let huge = Estimate::new(Scale::Identity, -1.0, f64::MAX).interval(0.95)?;
    assert_eq!((huge.lower, huge.upper), (None, None));
    let ratio = Estimate::new(Scale::Log, 0.0, 1e155);
    assert_eq!(ratio.interval(0.95)?, ConfidenceInterval { lower: Some(0.0), upper: None, level: 0.95 });
    assert_eq!(Estimate::new(Scale::Identity, 1e300, 5e-324).statistic(), Some(f64::MAX));
    // The quantile of the level next to 1, by its small tail. scipy: -norm.ppf(2**-54).
    let next = Estimate::new(Scale::Identity, 0.0, 1.0).interval(1.0 - f64::EPSILON / 2.0)?;
    assert_relative_eq!(next.upper.unwrap(), 8.292361075813595, max_relative = 1e-9);
    Ok(())
}

/// R 4.2.2: qgamma(c(0.025, 0.975), c(d, d + 1)) for 200,000 and 4 × 10⁹ events.
#[test]
fn rates_of_very_many_events() -> Result<()> {
    for (events, lower, upper) in LIMITS {
        let (low, high) = IncidenceRate::new(events, 1.0)?.interval(0.95)?.bounds().unwrap();
        assert_relative_eq!(low, lower, max_relative = 1e-12);
        assert_relative_eq!(high, upper, max_relative = 1e-12);
    }
    assert!(words(IncidenceRate::new(3, 5e-324)).contains("person_time is"));
    let error = words(ReportedHazardRatio::from_log_rank(-1.0, 1e-300));
    assert!(
        error.starts_with("the logarithm of the hazard ratio is ") && error.contains("exponential"),
        "{error}"
    );
    Ok(())
}

#[test]
fn weights_that_lose_their_digits() {
    let with = |w: f64| data().with_weights(Weights::replication(vec![w; 6]));
    assert_eq!(
        words(with(5e-324)),
        "weights[0] is 5e-324: a weight must be finite and at least 0, and 2.3e-308 or more where it is above 0"
    );
    // Gehan and Breslow's weight is the number at risk, itself a sum of weights.
    let sampled = data().with_weights(Weights::sampling(vec![1e-170; 6])).unwrap();
    let test = LogRank::weighted(Weight::GehanBreslow).test(&sampled, &arms());
    assert!(words(test).starts_with("the largest weight of an event time is "));
    assert!(LogRank::test(&sampled, &arms()).unwrap().p_value().is_some());
    assert!(with(1e-140).is_ok());
}

#[test]
fn intervals_of_a_life_table_that_are_too_short_for_a_rate() -> Result<()> {
    let data = RightCensored::new(&[0.0, 0.0, 1.0, 2.0], &[true, true, true, false])?;
    for data in [data.clone(), data.with_clusters(&[1, 1, 2, 2])?] {
        let table = Actuarial::fit(&data, &[0.0, 5e-324])?;
        assert_eq!((table.rows()[0].density, table.rows()[0].hazard), (None, None));
        assert!(!format!("{table:?}{table}").contains("NaN"));
    }
    Ok(())
}

/// Nobody is in a risk set: residuals are 0 and nothing is explained.
#[test]
fn a_cox_model_of_nobody_at_risk() -> Result<()> {
    let data = RightCensored::new(&[3.0], &[false])?;
    let design = Design::builder().numeric("x", &[2.0]).build()?;
    let model = CoxPh::new().fit(&data, &design)?;
    assert_eq!(model.with(&data, &design)?.residuals()?.martingale(), [0.0]);
    assert!(matches!(ExplainedVariation::estimate(&model, &data, &design), Err(Error::NotEstimable { .. })));
    let far = CoxPh::new()
        .max_iterations(usize::MAX)
        .fit(&self::data(), &Design::builder().numeric("x", &TIME).build()?)?;
    assert!(!far.to_string().is_empty());
    Ok(())
}

#[test]
fn covariates_whose_squares_are_no_numbers() {
    for unit in [1e-160, 1e-300, 1e155, 1e300] {
        let x = [1., 0., 3., 2., 5., 4.].map(|x| x * unit);
        let design = Design::builder().numeric("dose", &x).build().unwrap();
        let error = words(CoxPh::new().fit(&data(), &design));
        assert!(
            error.starts_with("covariate dose varies by ") && error.contains("multiply the column"),
            "{error}"
        );
    }
}

/// `1 − F` may fall below 0 by a rounding error, and a fractional power of that is no number.
#[test]
fn a_fractional_power_of_a_rounding_error() -> Result<()> {
    let time: Vec<f64> = (0..60).map(|i| f64::from((i * 37) % 61) + 0.25).collect();
    let cause: Vec<Option<&str>> = (0..60).map(|i| (i % 2 == 0).then_some("a")).collect();
    let weights: Vec<f64> = (0..60).map(|i| f64::from(i % 3)).collect();
    let data = CompetingRisks::new(time, &cause)?.with_weights(Weights::replication(weights))?;
    let own = Groups::new(&(0..60).collect::<Vec<_>>());
    for rho in [5e-324, 0.3, 0.5] {
        let test = Gray::new("a").rho(rho).test(&data, &own)?;
        assert!(test.variance().iter().chain(test.score()).all(|v| v.is_finite()), "{rho}");
    }
    Ok(())
}

/// What would take for ever is refused before it begins, with its size.
#[test]
fn samples_without_end() -> Result<()> {
    let size = |result: String, says: &str| assert!(result.contains(says), "{result}");
    let many = usize::MAX;
    size(
        words(MonteCarloLogRank::new().replicates(many).test(&data(), &arms())),
        "18446744073709551615 samples",
    );
    let visits = IntervalCensored::new(&TIME, TIME.map(|t| t + 1.0).to_vec())?;
    size(
        words(MonteCarloIntervalLogRank::default().replicates(many).test(&visits, &arms())),
        "18446744073709551615 samples",
    );
    size(words(Turnbull::bootstrap(&visits, &[2.0], many, 1)), "18446744073709551615 samples of 6 subjects");
    let weighted = visits.with_weights(Weights::replication(vec![1e9; 6]))?;
    size(words(Turnbull::bootstrap(&weighted, &[2.0], 200, 1)), "200 samples of 6000000000 subjects");
    let ids = ["a", "a", "b", "b", "c", "c"];
    let (start, stop) = ([0., 1., 0., 2., 0., 4.], [1., 9., 2., 8., 4., 6.]);
    let to = ["ill", "dead", "ill", "dead", "ill", "dead"].map(Some);
    let histories = Histories::among(&["well", "ill", "dead"]).rows(&ids, &start, &stop, &to)?;
    size(
        words(MarkovTest::new("ill", "dead").at(&[3.0]).replicates(many).test(&histories)),
        "18446744073709551615 samples",
    );
    Ok(())
}

#[test]
fn times_whose_squares_are_no_numbers() -> Result<()> {
    let far = TIME.map(|t| t * 1e155);
    let cause = ["a", "b", "a", "b", "a", "b"].map(Some);
    let error = words(PepeMori::new("a").test(&CompetingRisks::new(&far, &cause)?, &arms()));
    assert!(error.starts_with("tau is ") && error.contains("divide all times"), "{error}");
    let data = RightCensored::new(&far, &DIED)?;
    let plain = Pseudo::new(&[4.0]).restricted_mean(&self::data())?.std_errors().unwrap()[0];
    let scaled = Pseudo::new(&[4e155]).restricted_mean(&data)?.std_errors().unwrap()[0];
    assert_relative_eq!(scaled / 1e155, plain, max_relative = 1e-12);
    assert!(words(Brier::new().estimate(&data, &[0.5; 6], f64::INFINITY)).starts_with("t is inf"));
    Ok(())
}

/// What a fit writes is read back, with limits and expectations that are infinite.
#[cfg(feature = "serde")]
#[test]
fn own_output_with_infinite_parts_is_read_back() -> Result<()> {
    fn read<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
        assert_eq!(&serde_json::from_str::<T>(&serde_json::to_string(value).unwrap()).unwrap(), value);
    }
    let limits = |lower, upper| ConfidenceInterval { lower: Some(lower), upper: Some(upper), level: 0.95 };
    for interval in [limits(0.0, 0.2), limits(-0.2, 0.0), limits(5e-324, 0.3), limits(-0.1, 5e-324)] {
        read(&NumberNeeded::from_difference(0.1, interval));
    }
    read(&NumberNeeded::from_difference(5e-324, limits(-0.1, 0.1)));
    let curve = greenwood::survival::KaplanMeier::fit(&data());

    read(&curve.number_needed_to_treat(&curve, f64::INFINITY, 0.95)?);
    let table = Calibration::new().groups(2).estimate(&data(), &[1.0, 0.9, 0.4, 0.6, 0.2, 0.1], 4.0)?;
    assert_eq!(table.expected_events(), f64::INFINITY);
    read(&table);
    let one = IntervalCensored::new(&[3.0], &[3.0])?;
    let design = Design::builder().numeric("x", &[2.0]).build()?;
    read(&IntervalRegression::proportional_hazards().fit(&one, &design)?);
    Ok(())
}
