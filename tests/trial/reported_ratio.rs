//! Hazard ratios recovered from reports. Expected values: the formulas in R 4.2.2 (`qnorm`, `log`), with 16
//! digits.

use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::result::HazardRatioMethod::Peto;
use greenwood::trial::examples::{Arm, FFS, saa};
use greenwood::trial::reconstruct::{CurveReading, Direction, EventCount, ReportedHazardRatio};

type Result<T = ()> = greenwood::Result<T>;

/// `se <- (log(1.02) - log(.71)) / (2 * qnorm(.975))`, and a 90 % interval.
#[test]
fn from_an_interval() -> Result {
    let ratio = ReportedHazardRatio::from_interval(0.85, (0.71, 1.02), 0.95)?;
    assert_relative_eq!(ratio.log_std_error(), 0.09242336570995087, max_relative = 1e-13);
    assert_relative_eq!(ratio.variance(), 117.0675259641853, max_relative = 1e-13);
    assert_relative_eq!(ratio.observed_minus_expected(), -19.02568899865236, max_relative = 1e-13);
    let ratio = ReportedHazardRatio::from_interval(0.8, (0.6, 1.1), 0.90)?;
    assert_relative_eq!(ratio.log_std_error(), 0.1842522014234519, max_relative = 1e-13);
    Ok(())
}

/// Lancet 1999, 354:533: p = 0.075, 485 deaths of 491 + 485 patients. Tierney et al. (2007) take z = 1.78
/// from this p.
#[test]
fn from_a_p_value_and_events() -> Result {
    let total = EventCount::Total { events: 485.0, first: 491.0, second: 485.0 };
    let ratio = ReportedHazardRatio::from_p_value(0.075, total, Direction::Lower)?;
    assert_relative_eq!(ratio.variance(), 121.2454176884574, max_relative = 1e-13);
    assert_relative_eq!(ratio.observed_minus_expected(), -19.60495939967143, max_relative = 1e-13);
    assert_relative_eq!(ratio.estimate(), 0.8506993545935336, max_relative = 1e-13);
    assert_relative_eq!(ratio.log_estimate() / ratio.log_std_error(), -1.78, epsilon = 0.005);
    assert_relative_eq!(ratio.p_value(), 0.075, max_relative = 1e-12);
    let each = EventCount::PerGroup { first: 229.0, second: 256.0 };
    let other = ReportedHazardRatio::from_p_value(0.075, each, Direction::Higher)?;
    assert_relative_eq!(other.variance(), 120.8742268041237, max_relative = 1e-13);
    assert_relative_eq!(other.log_estimate(), 0.1619445830606905, max_relative = 1e-13);
    let total = EventCount::Total { events: 100.0, first: 1.0, second: 1.0 };
    let tiny = ReportedHazardRatio::from_p_value(1e-12, total, Direction::Lower)?;
    assert_relative_eq!(tiny.log_estimate(), -1.426101369634265, max_relative = 1e-13);
    let none = ReportedHazardRatio::from_p_value(1.0, total, Direction::Lower)?;
    assert_eq!(none.estimate(), 1.0);
    Ok(())
}

/// The one-step ratio of the example trial, from its own O − E and V.
#[test]
fn from_observed_and_expected() -> Result {
    let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    let test = contrast.log_rank();
    let (u, v) = (test.observed()[0] - test.expected()[0], test.covariance(0, 0).unwrap());
    let ratio = ReportedHazardRatio::from_log_rank(u, v)?.named(contrast.of(), contrast.against());
    let peto = contrast.hazard_ratio(Peto).unwrap();
    assert_relative_eq!(ratio.estimate(), peto.value()?, max_relative = 1e-14);
    assert_eq!(ratio.interval(0.95)?.bounds(), peto.interval(0.95)?.bounds());
    assert_relative_eq!(ratio.p_value(), test.p_value().unwrap(), max_relative = 1e-12);
    assert_eq!(ratio.to_string(), "2.86 (95% CI 0.68 to 12.10), Msc against Control (from O - E and V)");
    Ok(())
}

/// Four intervals by the formulas of Williamson et al. (2002), vectorised in R.
#[test]
fn from_curves_with_numbers_at_risk() -> Result {
    let first =
        CurveReading { survival: &[1.0, 0.85, 0.70, 0.60, 0.55], at_risk: &[100., 82., 60., 40., 20.] };
    let second =
        CurveReading { survival: &[1.0, 0.75, 0.55, 0.45, 0.38], at_risk: &[98., 70., 45., 28., 12.] };
    let ratio = ReportedHazardRatio::from_curves(first, second)?;
    assert_relative_eq!(ratio.log_estimate(), -0.4380078309953561, max_relative = 1e-12);
    assert_relative_eq!(ratio.variance(), 1.0 / 0.03669051112075598, max_relative = 1e-12);
    let other = ReportedHazardRatio::from_curves(second, first)?;
    assert_relative_eq!(other.log_estimate(), -ratio.log_estimate(), max_relative = 1e-12);
    Ok(())
}

#[test]
fn errors_say_what_is_allowed() {
    let text = |e: Result<ReportedHazardRatio>| e.unwrap_err().to_string();
    let interval = |r, l, u| ReportedHazardRatio::from_interval(r, (l, u), 0.95);
    assert!(
        text(interval(0.0, 0.5, 2.0)).starts_with("hazard ratio is 0: it must be a finite number above 0")
    );
    assert!(text(interval(3.0, 0.5, 2.0)).starts_with("hazard ratio is 3: it must be within its limits"));
    assert!(text(interval(1.0, -0.5, 2.0)).starts_with("lower limit is -0.5"));
    assert!(text(ReportedHazardRatio::from_log_rank(1.0, 0.0)).starts_with("variance of O - E is 0"));
    let p = |p, d| {
        let events = EventCount::PerGroup { first: d, second: 3.0 };
        ReportedHazardRatio::from_p_value(p, events, Direction::Lower)
    };
    assert!(text(p(0.0, 2.0)).starts_with("p is 0"));
    assert!(text(p(0.5, f64::NAN)).starts_with("events in the first group is NaN"));
    let rising = CurveReading { survival: &[1.0, 0.5, 0.6], at_risk: &[9.0, 5.0, 4.0] };
    let falling = CurveReading { survival: &[1.0, 1.0, 1.0], at_risk: &[9.0, 5.0, 4.0] };
    assert!(
        text(ReportedHazardRatio::from_curves(rising, falling))
            .starts_with("first curve[2] is 0.6 after 0.5")
    );
    let none = ReportedHazardRatio::from_curves(falling, falling);
    assert!(matches!(none, Err(Error::Unsupported { .. })));
}
