//! The published trial: its figures as the report prints them, and what follows from the order of events.

use approx::assert_relative_eq;
use greenwood::survival::result::HazardRatioMethod::{Peto, Pike};
use greenwood::trial::examples::{Arm, Event, FFS, OS, saa};
use greenwood::trial::{Censoring, Time};

const FOUR_YEARS: Time = Time::years(4.0);

/// BMC Pediatrics 2021, doi 10.1186/s12887-021-02562-x, abstract.
#[test]
fn the_published_figures_are_reproduced() -> greenwood::Result<()> {
    let (os, ffs) = (saa().analyse(&OS)?, saa().analyse(&FFS)?);
    let text = |e: greenwood::survival::curve::SurvivalEstimate| format!("{e:.1}");
    assert_eq!(text(os.survival(Arm::Msc, FOUR_YEARS)?), "88.9% ± 10.5%");
    assert_eq!(text(os.survival(Arm::Control, FOUR_YEARS)?), "88.9% ± 10.5%");
    // As the trial's report prints it: 8/9 · 6/7 · 5/6 · 4/5 · 3/4 = 8/21 of nine children.
    assert_eq!(text(ffs.survival(Arm::Msc, FOUR_YEARS)?), "38.1% ± 17.2%");
    assert_eq!(text(ffs.survival(Arm::Control, FOUR_YEARS)?), "66.7% ± 15.7%");
    assert_eq!(format!("{:#}", ffs.survival(Arm::Msc, FOUR_YEARS)?), "38.1% (8.9% to 68.0%)");
    assert_eq!(ffs.survival(Arm::Msc, FOUR_YEARS)?.at_risk(), 3.0);
    let p = |a: &greenwood::trial::Analysis<Arm, Event>| -> greenwood::Result<String> {
        Ok(format!("{:.3}", a.contrast(Arm::Msc, Arm::Control)?.log_rank().p_value().unwrap()))
    };
    assert_eq!((p(&os)?, p(&ffs)?), ("0.929".into(), "0.153".into()));
    assert_eq!(os.follow_up()?.median(), Some(Time::months(48.0)));
    assert_eq!(os.follow_up()?.observed(), Time::months(48.0));
    // Per arm as in R, with the midpoint where the curve is exactly one half.
    assert_eq!(os.follow_up_of(Arm::Msc)?.median(), Some(Time::months(48.5)));
    assert_eq!(os.follow_up_of(Arm::Control)?.median(), Some(Time::months(48.0)));
    Ok(())
}

/// Exact fractions: 8/21 and √(1/72 + 1/42 + 1/30 + 1/20 + 1/12).
#[test]
fn the_estimates_are_exact_fractions() -> greenwood::Result<()> {
    let ffs = saa().analyse(&FFS)?.survival(Arm::Msc, FOUR_YEARS)?;
    assert_relative_eq!(ffs.value()?, 8.0 / 21.0, max_relative = 1e-15);
    let sum: f64 = [72.0, 42.0, 30.0, 20.0, 12.0].map(f64::recip).iter().sum();
    assert_relative_eq!(ffs.std_error().unwrap(), 8.0 / 21.0 * sum.sqrt(), max_relative = 1e-15);
    Ok(())
}

/// R 4.2.2, survdiff and exact arithmetic, to the digits that were recorded. They depend on ranks only.
#[test]
fn the_comparison_depends_on_ranks_only() -> greenwood::Result<()> {
    let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    let test = contrast.log_rank();
    assert_eq!(test.observed(), [5.0, 3.0]);
    assert_relative_eq!(test.expected()[0], 3.056747, epsilon = 5e-7);
    assert_relative_eq!(test.statistic(), 2.043141, epsilon = 5e-7);
    assert_relative_eq!(test.p_value().unwrap(), 0.152894, epsilon = 5e-7);
    assert_relative_eq!(test.covariance(0, 0).unwrap(), 1.848247, epsilon = 5e-7);
    assert_relative_eq!(test.z().unwrap(), 1.429385, epsilon = 5e-7);
    let peto = contrast.hazard_ratio(Peto).unwrap();
    assert_eq!((peto.group(), peto.reference()), ("Msc", "Control"));
    assert_relative_eq!(peto.value()?, 2.861663, epsilon = 5e-7);
    let (lower, upper) = peto.interval(0.95)?.bounds().unwrap();
    assert_relative_eq!(lower, 0.676871, epsilon = 5e-7);
    assert_relative_eq!(upper, 12.098483, epsilon = 5e-7);
    assert_relative_eq!(contrast.hazard_ratio(Pike).unwrap().value()?, 2.695268, epsilon = 5e-7);
    assert_relative_eq!(peto.inverse().value()?, 1.0 / 2.861663, epsilon = 5e-7);

    let os = saa().analyse(&OS)?.contrast(Arm::Msc, Arm::Control)?;
    assert_relative_eq!(os.log_rank().observed()[0] - os.log_rank().expected()[0], 0.0625, epsilon = 1e-12);
    assert_relative_eq!(os.log_rank().covariance(0, 0).unwrap(), 0.496094, epsilon = 5e-7);
    assert_relative_eq!(os.log_rank().p_value().unwrap(), 0.929289, epsilon = 5e-5);
    Ok(())
}

/// R 4.2.2: z of the difference at 48 months and survRM2's restricted means, to the digits recorded.
#[test]
fn difference_and_restricted_means() -> greenwood::Result<()> {
    let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    let difference = contrast.difference(FOUR_YEARS);
    assert_relative_eq!(difference.value()?, -2.0 / 7.0, epsilon = 1e-15);
    assert_relative_eq!(difference.std_error().unwrap(), 0.233130, epsilon = 5e-7);
    assert_relative_eq!(difference.statistic().unwrap(), -1.225556, epsilon = 5e-7);
    assert_relative_eq!(difference.p_value().unwrap(), 0.220366, epsilon = 5e-7);
    let (lower, upper) = difference.interval(0.95)?.bounds().unwrap();
    assert_relative_eq!(lower, -0.742641, epsilon = 5e-7);
    assert_relative_eq!(upper, 0.171213, epsilon = 5e-7);

    let (msc, control) = contrast.restricted_means(Time::months(48.0))?;
    let months = |days: f64| Time::days(days).in_months();
    assert_relative_eq!(months(msc.value()), 23.968254, epsilon = 5e-7);
    assert_relative_eq!(months(msc.std_error().unwrap()), 6.763749, epsilon = 5e-7);
    assert_relative_eq!(months(control.value()), 38.444444, epsilon = 5e-7);
    assert_relative_eq!(months(control.std_error().unwrap()), 4.825629, epsilon = 5e-7);
    assert!(contrast.restricted_means(Time::months(61.0)).is_err());
    Ok(())
}

/// R 4.2.2, survfit with each conf.type, at 48 months.
#[test]
fn the_standard_intervals() -> greenwood::Result<()> {
    use greenwood::survival::Interval;
    let ffs = saa().analyse(&FFS)?;
    for (interval, msc, control) in [
        (Interval::plain(), (0.043415, 0.718490), (0.358688, 0.974645)),
        (Interval::log(), (0.157062, 0.923999), (0.420028, 1.0)),
        (Interval::log_log(), (0.089183, 0.680222), (0.281682, 0.878307)),
        (Interval::logit(), (0.128219, 0.720266), (0.333420, 0.888850)),
        (Interval::arcsine(), (0.097562, 0.719578), (0.345812, 0.918877)),
    ] {
        for (arm, (lower, upper)) in [(Arm::Msc, msc), (Arm::Control, control)] {
            let bounds = ffs.survival(arm, FOUR_YEARS)?.interval(interval)?.bounds().unwrap();
            assert_relative_eq!(bounds.0, lower, epsilon = 5e-7);
            assert_relative_eq!(bounds.1, upper, epsilon = 5e-7);
        }
    }
    Ok(())
}

#[test]
fn the_tables_under_the_curves() -> greenwood::Result<()> {
    let ffs = saa().analyse(&FFS)?;
    let table = ffs.numbers_at_risk(&[0.0, 12.0, 48.0, 60.0].map(Time::months))?;
    assert_eq!(
        table.to_string(),
        "months                   0    12    48    60\n\
         Msc        at risk       9     5     3     1\n\
         \u{20}          censored      0     1     1     3\n\
         \u{20}          events        0     3     5     5\n\
         Control    at risk       9     8     4     1\n\
         \u{20}          censored      0     0     2     5\n\
         \u{20}          events        0     1     3     3"
    );
    for arm in [Arm::Msc, Arm::Control] {
        let columns = table.at_risk(arm)?.into_iter().zip(table.censored(arm)?).zip(table.events(arm)?);
        assert!(columns.into_iter().all(|((a, c), e)| a + c + e == 9));
    }
    assert_eq!(
        ffs.reasons().to_string(),
        "Msc        censored 4: lost to follow-up 1, end of study 3\n\
         Control    censored 6: end of study 6"
    );
    assert_eq!(ffs.reasons().count(Arm::Msc, Censoring::Lost), 1);
    Ok(())
}

/// R 4.2.2: coin, coxph, and exact counting, to the digits recorded.
#[test]
fn every_comparison_is_reachable_from_the_trial() -> greenwood::Result<()> {
    use greenwood::survival::Weight;
    use greenwood::survival::contrast::{MeanMeasure, Measure};
    let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    let exact = contrast.exact_log_rank()?;
    assert_relative_eq!(exact.p_value(), 7964.0 / 48620.0, max_relative = 1e-9);
    assert_relative_eq!(exact.mid_p_value(), 0.162073, epsilon = 5e-7);
    let gehan = contrast.weighted_log_rank(Weight::GehanBreslow)?;
    assert!(gehan.p_value().is_some_and(|p| p > 0.1 && p < 0.2));
    assert_relative_eq!(contrast.max_combo()?.p_value().unwrap(), 0.19098688, epsilon = 1e-6);
    let cox = contrast.cox(&[])?;
    assert_relative_eq!(cox.terms()[0].hazard_ratio(), 2.757377, epsilon = 5e-7);
    let (lower, upper) = cox.terms()[0].interval(0.95)?.bounds().unwrap();
    assert_relative_eq!(lower, 0.648648, epsilon = 5e-7);
    assert_relative_eq!(upper, 11.721501, epsilon = 5e-6);
    assert_relative_eq!(cox.terms()[0].p_value().unwrap(), 0.169533, epsilon = 5e-7);
    assert_relative_eq!(cox.likelihood_ratio_test().p_value().unwrap(), 0.160604, epsilon = 5e-7);
    assert_relative_eq!(cox.score_test().p_value().unwrap(), 0.152894, epsilon = 5e-7);
    // Just before 48 months, at which a child of each arm leaves.
    let t = Time::months(47.9);
    assert_relative_eq!(
        contrast.survival_contrast(t, Measure::Difference).value()?,
        -2.0 / 7.0,
        epsilon = 1e-12
    );
    assert!(contrast.melded(t)?.p_value() > 0.2);
    let ratio = contrast.restricted_mean_contrast(Time::months(48.0), MeanMeasure::Ratio)?;
    assert_relative_eq!(ratio.value()?, 0.6234517, epsilon = 5e-7);
    assert!(contrast.number_needed_to_treat(t, 0.95)?.to_string().starts_with("3.5 for one event more"));
    let inverted = contrast.inverted_log_rank()?;
    assert!(inverted.value().is_ok_and(|hr| hr > 2.0 && hr < 4.0));
    Ok(())
}
