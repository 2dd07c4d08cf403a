//! Estimates and the log-rank test against R, case by case: 1e-9 relative for every number.

use crate::common::{Case, Report, cases, number, numbers};
use greenwood::survival::curve::{CumulativeHazard, FlemingHarrington};
use greenwood::survival::result::{ConfidenceInterval, LowerLimit, NotEstimable};
use greenwood::survival::{Interval, KaplanMeier, LogRank, NelsonAalen, RightCensored, SurvivalCurve};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

fn nan(x: Option<f64>) -> f64 {
    x.unwrap_or(f64::NAN)
}

/// R's standard error where nobody has had the event yet, or the influences cancel, is 0; here there is none.
fn error(x: Result<f64, NotEstimable>) -> f64 {
    match x {
        Err(NotEstimable::CurveIsOne | NotEstimable::NoVariation) => 0.0,
        other => other.unwrap_or(f64::NAN),
    }
}

fn interval(case: &Case) -> Interval {
    let interval = match case.text("conf_type").unwrap_or("log") {
        "plain" => Interval::plain(),
        "log" => Interval::log(),
        "log-log" => Interval::log_log(),
        "logit" => Interval::logit(),
        "arcsin" => Interval::arcsine(),
        other => panic!("{other}"),
    };
    interval.level(case.inputs["conf_int"].as_f64().unwrap_or(0.95)).lower_limit(
        match case.text("conf_lower") {
            Some("peto") => LowerLimit::Peto,
            Some("modified") => LowerLimit::Modified,
            _ => LowerLimit::Usual,
        },
    )
}

/// A curve and a cumulative hazard per group, by R's `stype` and `ctype`.
fn fits(case: &Case) -> greenwood::Result<Vec<(SurvivalCurve, CumulativeHazard)>> {
    let frame = case.frame();
    let mut data = case.right_censored(&frame)?;
    let groups = case.groups(&frame, "group");
    let one = |data: &RightCensored| -> greenwood::Result<Vec<(SurvivalCurve, CumulativeHazard)>> {
        let hazards = match (&groups, case.inputs["ctype"] == 2) {
            (None, false) => vec![NelsonAalen::fit(data)],
            (None, true) => vec![FlemingHarrington::fit(data)],
            (Some(g), false) => NelsonAalen::by_group(data, g)?,
            (Some(g), true) => FlemingHarrington::by_group(data, g)?,
        };
        let curves = if case.inputs["stype"] == 2 {
            hazards.iter().map(CumulativeHazard::survival).collect()
        } else if let Some(g) = &groups {
            KaplanMeier::by_group(data, g)?
        } else {
            vec![KaplanMeier::fit(data)]
        };
        Ok(curves.into_iter().zip(hazards).collect())
    };
    let mut fits = one(&data)?;
    if let Some(s) = case.inputs["start_time"].as_f64() {
        // The conditional hazard is that of the subjects still observed at s.
        let keep: Vec<bool> = data.time().iter().map(|&t| t >= s).collect();
        data = data.filter(&keep)?;
        let hazards = one(&data)?;
        fits = fits
            .into_iter()
            .zip(hazards)
            .map(|((curve, _), (_, hazard))| Ok((curve.given_survival_to(s)?, hazard)))
            .collect::<greenwood::Result<_>>()?;
    }
    Ok(fits)
}

/// Cases that are not this crate's, each with its reason.
fn excluded(case: &Case) -> Option<&'static str> {
    if case.kind == "km_ci" {
        return Some("intervals for small samples and bands have tests of their own");
    }
    let name = case.name.as_str();
    match name {
        "km_negative_times" => Some("negative times are refused"),
        "lefttrunc_start_equals_stop_becomes_missing" => Some("an empty interval is refused, not dropped"),
        _ => None,
    }
}

fn check_curve(case: &Case, report: &mut Report) {
    let fits = match fits(case) {
        Ok(fits) => fits,
        Err(e) => return report.fail(&format!("{}: {e}", case.name)),
    };
    let expected = case.output["curves"].as_array().unwrap();
    if fits.len() != expected.len() {
        return report.fail(&format!("{}: {} curves", case.name, fits.len()));
    }
    let interval = interval(case);
    for ((curve, hazard), e) in fits.iter().zip(expected) {
        let what = |column: &str| format!("{} {} {column}", case.name, e["strata"].as_str().unwrap_or(""));
        let steps: Vec<_> = curve.steps().collect();
        let check = |report: &mut Report, column: &str, got: Vec<f64>| {
            report.all_close(&what(column), &got, &numbers(&e[column]), TOLERANCE);
        };
        let columns =
            |f: &dyn Fn(&greenwood::survival::curve::Step) -> f64| steps.iter().map(f).collect::<Vec<_>>();
        check(report, "time", columns(&|s| s.row.time));
        check(report, "n_risk", columns(&|s| s.row.at_risk));
        check(report, "n_event", columns(&|s| s.row.events));
        // With ids R counts as censored only the last row of a subject; here every row is one.
        if case.text("id").is_none() {
            check(report, "n_censor", columns(&|s| s.row.censored));
        }
        check(report, "surv", columns(&|s| nan(s.estimate.value().ok())));
        // Where S is 0 there is no standard error and no interval here: NaN in R's model-based fits too, but
        // 0 in its robust ones, for which the plain interval is then [0, 0].
        let plain = case.text("conf_type") == Some("plain");
        let zero = |s: &greenwood::survival::curve::Step, x: Option<f64>, r_has_one: bool| {
            if s.estimate.value() == Ok(0.0) && curve.is_robust() && r_has_one {
                assert_eq!(x, None);
                return 0.0;
            }
            nan(x)
        };
        // Where S is 1 R's plain and logarithmic limits are both 1: a width of 0, which is no certainty.
        let one = matches!(case.text("conf_type"), None | Some("plain" | "log"));
        let limits = |s: &greenwood::survival::curve::Step| {
            let limits = s.estimate.interval(interval).unwrap();
            if s.estimate.value() == Ok(1.0) && one {
                assert_eq!(limits.bounds(), None);
                return ConfidenceInterval { lower: Some(1.0), upper: Some(1.0), ..limits };
            }
            limits
        };
        check(
            report,
            "se_surv",
            columns(&|s| match s.estimate.std_error() {
                Err(NotEstimable::CurveIsZero) => zero(s, None, true),
                other => error(other),
            }),
        );
        check(report, "lower", columns(&|s| zero(s, limits(s).lower, plain)));
        check(report, "upper", columns(&|s| zero(s, limits(s).upper, plain)));
        check(report, "cumhaz", columns(&|s| nan(hazard.at(s.row.time).value().ok())));
        check(report, "se_cumhaz", columns(&|s| error(hazard.at(s.row.time).std_error())));
    }
}

/// `summary(fit, times)`: events and censorings since the previous time of the list.
fn check_summary(case: &Case, report: &mut Report) {
    let times = numbers(&case.inputs["times"]);
    let interval = interval(case);
    for ((curve, hazard), e) in fits(case).unwrap().iter().zip(case.output["curves"].as_array().unwrap()) {
        // R carries the curve on beyond follow-up where it is asked to.
        let (curve, hazard) = (curve.extended(), hazard.extended());
        let at = curve.at_many(&times);
        let what = |column: &str| format!("{} {} {column}", case.name, e["strata"].as_str().unwrap());
        let mut check = |column: &str, got: Vec<f64>| {
            report.all_close(&what(column), &got, &numbers(&e[column]), TOLERANCE);
        };
        for (estimate, &t) in at.iter().zip(&times) {
            assert_eq!(*estimate, curve.at(t));
        }
        // With delayed entry R reports those at risk at the next time at which somebody leaves, even if they
        // have not entered at the time asked for; here it is those under observation then.
        if case.text("start").is_none() {
            check("n_risk", at.iter().map(greenwood::survival::curve::SurvivalEstimate::at_risk).collect());
        }
        let mut before = 0.0;
        check(
            "n_event",
            at.iter().map(|s| s.events() - std::mem::replace(&mut before, s.events())).collect(),
        );
        check("surv", at.iter().map(|s| nan(s.value().ok())).collect());
        check("se_surv", at.iter().map(|s| error(s.std_error())).collect());
        let limits = |s: &greenwood::survival::curve::SurvivalEstimate| -> ConfidenceInterval {
            // At S = 1 R's summary repeats the limits of the start of the curve: 1 on every scale.
            let limits = s.interval(interval).unwrap();
            if s.value() == Ok(1.0) {
                ConfidenceInterval { lower: Some(1.0), upper: Some(1.0), ..limits }
            } else {
                limits
            }
        };
        check("lower", at.iter().map(|s| nan(limits(s).lower)).collect());
        check("upper", at.iter().map(|s| nan(limits(s).upper)).collect());
        check("cumhaz", times.iter().map(|&t| nan(hazard.at(t).value().ok())).collect());
    }
}

#[test]
fn curves_are_those_of_r() {
    let mut report = Report::default();
    let files = ["km_1", "km_2", "edge"];
    for case in files.into_iter().flat_map(cases) {
        match case.kind.as_str() {
            _ if excluded(&case).is_some() => continue,
            "survfit" => check_curve(&case, &mut report),
            "summary_survfit" => check_summary(&case, &mut report),
            _ => continue,
        }
        report.cases += 1;
    }
    report.finish("curves");
}

#[test]
fn quantiles_are_those_of_r() {
    let mut report = Report::default();
    for case in cases("quantiles") {
        report.cases += 1;
        let fits = fits(&case).unwrap();
        if case.kind == "median_table" {
            for (g, (curve, _)) in fits.iter().enumerate() {
                let q = curve.quantiles(&[0.5], interval(&case)).unwrap()[0];
                let at = |column: &str| number(&case.output[column][g]);
                report.close(
                    &format!("{} median {g}", case.name),
                    nan(q.value().ok()),
                    at("median"),
                    TOLERANCE,
                );
                report.close(
                    &format!("{} lower {g}", case.name),
                    nan(q.interval().lower),
                    at("lower"),
                    TOLERANCE,
                );
                report.close(
                    &format!("{} upper {g}", case.name),
                    nan(q.interval().upper),
                    at("upper"),
                    TOLERANCE,
                );
                report.close(
                    &format!("{} n {g}", case.name),
                    curve.table().subjects() as f64,
                    at("records"),
                    0.0,
                );
                report.close(&format!("{} events {g}", case.name), curve.table().events(), at("events"), 0.0);
            }
            continue;
        }
        let probs = numbers(&case.inputs["probs"]);
        for ((curve, _), e) in fits.iter().zip(case.output["curves"].as_array().unwrap()) {
            let got = curve.quantiles(&probs, interval(&case)).unwrap();
            let what = |c: &str| format!("{} {} {c}", case.name, e["strata"]);
            let column = |f: &dyn Fn(&greenwood::survival::curve::Quantile) -> Option<f64>| {
                got.iter().map(|q| nan(f(q))).collect::<Vec<_>>()
            };
            report.all_close(
                &what("quantile"),
                &column(&|q| q.value().ok()),
                &numbers(&e["quantile"]),
                TOLERANCE,
            );
            report.all_close(
                &what("lower"),
                &column(&|q| q.interval().lower),
                &numbers(&e["lower"]),
                TOLERANCE,
            );
            report.all_close(
                &what("upper"),
                &column(&|q| q.interval().upper),
                &numbers(&e["upper"]),
                TOLERANCE,
            );
        }
    }
    report.finish("quantiles");
}

/// Beyond the last observation of a curve above 0 R extends it flat; here that is refused.
#[test]
fn restricted_means_are_those_of_r() {
    let mut report = Report::default();
    let mut refused = 0;
    for case in cases("rmst") {
        let tau = numbers(&case.inputs["tau"]);
        if case.kind != "rmst" {
            continue; // rmst_auto is below; pseudo-values are not built yet
        }
        report.cases += 1;
        for ((curve, _), e) in fits(&case).unwrap().iter().zip(case.output["curves"].as_array().unwrap()) {
            let last = curve.last_time().unwrap();
            let ends_above_0 = curve.values().last().unwrap() > &0.0;
            for (i, &tau) in tau.iter().enumerate() {
                let what = format!("{} {} tau {tau}", case.name, e["strata"]);
                match curve.restricted_mean(tau) {
                    Ok(mean) => {
                        report.close(&what, mean.value(), number(&e["rmst"][i]), TOLERANCE);
                        report.close(&what, error(mean.std_error()), number(&e["se"][i]), TOLERANCE);
                    }
                    Err(_) if tau > last && ends_above_0 => refused += 1,
                    Err(e) => report.fail(&format!("{what}: {e}")),
                }
            }
        }
    }
    for case in
        cases("rmst").iter().filter(|c| c.kind == "rmst_auto" && c.text("rmean") == Some("individual"))
    {
        report.cases += 1;
        for (g, (curve, _)) in fits(case).unwrap().iter().enumerate() {
            let mean = curve.restricted_mean(curve.last_time().unwrap()).unwrap();
            report.close(&case.name, mean.value(), number(&case.output["rmst"][g]), TOLERANCE);
            report.close(&case.name, error(mean.std_error()), number(&case.output["se"][g]), TOLERANCE);
        }
    }
    println!("{refused} restricted means beyond follow-up refused");
    report.finish("restricted means");
}

#[test]
fn log_rank_tests_are_those_of_r() {
    let mut report = Report::default();
    for case in ["logrank", "edge"].into_iter().flat_map(cases) {
        let plain = case.inputs["rho"].as_f64().unwrap_or(0.0) == 0.0;
        let weighted = case.kind == "weighted_logrank" && case.text("weight") == Some("logrank")
            || case.text("weight") == Some("fh") && plain && number(&case.inputs["gamma"]) == 0.0;
        if !(case.kind == "survdiff" && plain || weighted) {
            continue;
        }
        report.cases += 1;
        let frame = case.frame();
        let mut data = case.right_censored(&frame).unwrap();
        if let Some(strata) = case.groups(&frame, "strata") {
            data = data.with_strata(strata).unwrap();
        }
        let test = LogRank::test(&data, &case.groups(&frame, "group").unwrap()).unwrap();
        let out = &case.output;
        if !out["error"].is_null() {
            // R solves with a singular matrix here; the answer is that nothing can be compared.
            assert_eq!(case.name, "logrank_all_at_one_time");
            assert_eq!((test.statistic(), test.df(), test.p_value()), (0.0, 0, None));
            continue;
        }
        let what = |c: &str| format!("{} {c}", case.name);
        for (column, per_stratum, total) in [
            (
                "observed",
                test.strata()
                    .iter()
                    .map(greenwood::survival::log_rank::StratumCounts::observed)
                    .collect::<Vec<_>>(),
                test.observed(),
            ),
            (
                "expected",
                test.strata().iter().map(greenwood::survival::log_rank::StratumCounts::expected).collect(),
                test.expected(),
            ),
        ] {
            if out[column][0].is_array() {
                for (g, row) in out[column].as_array().unwrap().iter().enumerate() {
                    let got: Vec<f64> = per_stratum.iter().map(|s| s[g]).collect();
                    report.all_close(&what(column), &got, &numbers(row), TOLERANCE);
                }
            } else {
                report.all_close(&what(column), total, &numbers(&out[column]), TOLERANCE);
            }
        }
        let variance: Vec<f64> = out["var"].as_array().unwrap().iter().flat_map(numbers).collect();
        report.all_close(&what("var"), test.variance().as_slice().unwrap(), &variance, TOLERANCE);
        report.close(&what("chisq"), test.statistic(), number(&out["chisq"]), TOLERANCE);
        if out.get("df").is_some_and(Value::is_number) {
            report.close(&what("df"), test.df() as f64, number(&out["df"]), 0.0);
            report.close(&what("p"), nan(test.p_value()), number(&out["p_value"]), TOLERANCE);
        }
        if let Some(z) = out.get("z_first_group") {
            report.close(&what("z"), nan(test.z()), number(z), TOLERANCE);
        }
    }
    report.finish("log-rank");
}
