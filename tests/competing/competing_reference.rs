//! Competing risks against R, case by case: every case of the reference files is walked, and what is left out is listed
//! with its reason.
//!
//! R 4.2.2 with survival 3.5-3, cmprsk 2.2-11, etm 1.1.1, prodlim and riskRegression of Debian 12.

use crate::common::{Case, Report, cases, number, numbers};
use greenwood::survival::curve::{CumulativeIncidence, IncidenceEstimate, IncidenceVariance};
use greenwood::survival::log_rank::PepeMori;
use greenwood::survival::{AalenJohansen, Gray, Groups, Interval};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

/// Kinds and cases that are not checked here, each with its reason.
fn left_out(case: &Case) -> Option<&'static str> {
    match case.kind.as_str() {
        "coxph" => {
            return Some("an ordinary Cox model of one cause: checked with the others in cox_reference");
        }
        "crr" | "crr_predict" | "finegray_data" | "finegray_coxph" => {
            return Some("checked in competing_fine_gray");
        }
        "csc_absolute_risk" => return Some("checked in competing_absolute_risk"),
        _ => {}
    }
    (case.name.starts_with("mgus2_ms_")).then_some("an illness-death history, which is a multi-state model")
}

fn fits(case: &Case, kind: IncidenceVariance) -> Vec<CumulativeIncidence> {
    let frame = case.frame();
    let mut data = case.competing(&frame).unwrap();
    // R 3.5-3 ignores `cluster` in a multi-state survfit without ids: its answer is that of independent rows. What
    // clusters do is checked by the time lost (rmtl_small_weights_cluster), and by brute force in competing_properties.
    if case.kind.contains("survfit") && data.any_cause().clusters().is_some() {
        let ids: Vec<usize> = (0..data.len()).collect();
        data = data.with_clusters(&ids).unwrap();
    }
    let fits = AalenJohansen::new().variance(kind).by_group(&data, &case.groups_or_all(&frame)).unwrap();
    match case.inputs["start_time"].as_f64() {
        Some(s) => fits.iter().map(|f| f.given_event_free(s).unwrap()).collect(),
        None => fits,
    }
}

fn gray(case: &Case, report: &mut Report) {
    let e = &case.output["gray"];
    if !e.is_object() {
        return;
    }
    let frame = case.frame();
    let (mut data, groups) = (case.competing(&frame).unwrap(), case.groups(&frame, "group").unwrap());
    if let Some(strata) = case.groups(&frame, "strata") {
        data = data.with_strata(strata).unwrap();
    }
    for (i, cause) in e["causes"].as_array().unwrap().iter().enumerate() {
        let test =
            Gray::new(cause.as_str().unwrap()).rho(number(&case.inputs["rho"])).test(&data, &groups).unwrap();
        let what = format!("{} Gray {cause}", case.name);
        report.close(&what, test.statistic(), number(&e["chisq"][i]), TOLERANCE);
        report.close(&format!("{what} df"), test.df() as f64, number(&e["df"][i]), 0.0);
        // R's is one minus a probability: absolute to 1e-15 only.
        let (p, r) = (nan(test.p_value()), number(&e["p_value"][i]));
        if (p - r).abs() > 1e-14 {
            report.close(&format!("{what} p"), p, r, TOLERANCE);
        }
    }
}

fn matrix(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn interval(case: &Case) -> Option<Interval> {
    let interval = match case.text("conf_type")? {
        "plain" => Interval::plain(),
        "log" => Interval::log(),
        "log-log" => Interval::log_log(),
        "logit" => Interval::logit(),
        // "none"; and "arcsin", for which R's multi-state curves have no limits.
        _ => return None,
    };
    Some(interval.level(case.inputs["conf_int"].as_f64().unwrap_or(0.95)))
}

/// A standard error of 0 in R is none here.
fn or_zero(x: impl IntoIterator<Item = f64>) -> f64 {
    x.into_iter().next().unwrap_or(0.0)
}

fn nan(x: impl IntoIterator<Item = f64>) -> f64 {
    x.into_iter().next().unwrap_or(f64::NAN)
}

/// One row of R's table: states in order, the event-free one first.
fn check_row(
    report: &mut Report,
    what: &str,
    (free, estimates): ((f64, Option<f64>), &[IncidenceEstimate]),
    e: &Value,
    row: usize,
    interval: Option<Interval>,
) {
    let cell = |column: &str, state: usize| number(&e[column][row][state]);
    report.close(&format!("{what} free"), free.0, cell("pstate", 0), TOLERANCE);
    // Standard errors come out of differences of numbers of size one: relative to at least 1e-3 of that.
    let mut close_error = |what: String, got: f64, expected: f64| {
        if (got - expected).abs() > 1e-12 {
            report.close(&what, got, expected, TOLERANCE);
        } else {
            report.checked += 1;
        }
    };
    close_error(format!("{what} free se"), or_zero(free.1), cell("std_err", 0));
    for (k, f) in estimates.iter().enumerate() {
        close_error(format!("{what} se {k}"), or_zero(f.std_error()), cell("std_err", k + 1));
    }
    for (k, f) in estimates.iter().enumerate() {
        let value = f.value().unwrap();
        report.close(&format!("{what} incidence {k}"), value, cell("pstate", k + 1), TOLERANCE);
        // Where the incidence is 0 R writes limits of 0; here a width of 0 is no certainty.
        if let Some(interval) = interval.filter(|_| value > 0.0 && value < 1.0) {
            let limits = f.interval(interval).unwrap();
            report.close(&format!("{what} lower {k}"), nan(limits.lower), cell("lower", k + 1), TOLERANCE);
            report.close(&format!("{what} upper {k}"), nan(limits.upper), cell("upper", k + 1), TOLERANCE);
        } else {
            assert!(value > 0.0 || f.interval(0.95).unwrap().bounds().is_none());
        }
    }
}

fn survfit(case: &Case, report: &mut Report) {
    for (fit, e) in
        fits(case, IncidenceVariance::Jackknife).iter().zip(case.output["curves"].as_array().unwrap())
    {
        let what = format!("{} {}", case.name, e["strata"]);
        let rows: Vec<_> = fit.rows().collect();
        report.all_close(
            &format!("{what} time"),
            &rows.iter().map(|r| r.row().time).collect::<Vec<_>>(),
            &numbers(&e["time"]),
            TOLERANCE,
        );
        for (i, r) in rows.iter().enumerate() {
            let what = format!("{what} at {}", r.row().time);
            // R's counts are of rows where the probabilities are weighted.
            let subjects = r.row().subjects_at_risk;
            report.close(&format!("{what} n"), f64::from(subjects), number(&e["n_risk"][i][0]), 0.0);
            let free = (r.event_free(), r.event_free_std_error());
            check_row(report, &what, (free, r.incidence()), e, i, interval(case));
        }
    }
}

fn summary(case: &Case, report: &mut Report) {
    let times = numbers(&case.inputs["times"]);
    for (fit, e) in
        fits(case, IncidenceVariance::Jackknife).iter().zip(case.output["curves"].as_array().unwrap())
    {
        // R's `extend = TRUE`.
        let fit = fit.extended();
        for (i, &t) in times.iter().enumerate() {
            let what = format!("{} {} at {t}", case.name, e["strata"]);
            let estimates: Vec<_> = fit.curves().map(|c| c.at(t)).collect();
            check_row(report, &what, (fit.event_free(t).unwrap(), &estimates), e, i, interval(case));
        }
    }
}

/// cmprsk: corners of steps (its curve of 0 up to the first event comes first), in order of cause, then group.
fn cuminc(case: &Case, report: &mut Report) {
    gray(case, report);
    let fits = fits(case, IncidenceVariance::Aalen);
    let causes = fits[0].causes().len();
    let curves = case.output["curves"].as_array().unwrap();
    // A group without an event of a cause has a curve too.
    assert_eq!(curves.len(), fits.len() * causes, "{}", case.name);
    for (i, e) in curves.iter().enumerate() {
        let (fit, cause) = (&fits[i % fits.len()], i / fits.len());
        let curve = fit.curves().nth(cause).unwrap();
        let (time, est, var) = (numbers(&e["time"]), numbers(&e["est"]), numbers(&e["var"]));
        for j in 0..time.len() {
            let upper_corner = j + 1 == time.len() || time[j + 1] > time[j];
            if !upper_corner || j == 0 {
                continue;
            }
            let (what, at) =
                (format!("{} {} at {}", case.name, e["group_and_cause"], time[j]), curve.at(time[j]));
            report.close(&what, at.value().unwrap(), est[j], TOLERANCE);
            report.close(&format!("{what} var"), or_zero(at.std_error()).powi(2), var[j], TOLERANCE);
        }
    }
}

fn cuminc_at_times(case: &Case, report: &mut Report) {
    gray(case, report);
    let fits = fits(case, IncidenceVariance::Aalen);
    let (est, var) = (matrix(&case.output["est"]), matrix(&case.output["var"]));
    for (i, (est, var)) in est.iter().zip(&var).enumerate() {
        let curve = fits[i % fits.len()].curves().nth(i / fits.len()).unwrap();
        for (j, t) in
            numbers(&case.inputs["times"]).into_iter().enumerate().filter(|(j, _)| !est[*j].is_nan())
        {
            let what = format!("{} curve {i} at {t}", case.name);
            report.close(&what, curve.at(t).value().unwrap(), est[j], TOLERANCE);
            report.close(&format!("{what} var"), or_zero(curve.at(t).std_error()).powi(2), var[j], TOLERANCE);
        }
    }
}

fn delta(case: &Case, report: &mut Report) {
    let fit = &fits(case, IncidenceVariance::Delta)[0];
    let curve = fit.of(&case.inputs["cause"]).unwrap();
    let columns = ["time", "n_risk", "cif", "var_delta"].map(|c| numbers(&case.output[c]));
    for i in 0..columns[0].len() {
        let (what, at) = (format!("{} at {}", case.name, columns[0][i]), curve.at(columns[0][i]));
        report.close(&format!("{what} n"), at.at_risk(), columns[1][i], 0.0);
        report.close(&what, at.value().unwrap(), columns[2][i], TOLERANCE);
        // The Marubini-Valsecchi form, which takes causes for independent, tied events for separate ones.
        let marubini = marubini_valsecchi(fit, curve.cause(), columns[0][i]);
        report.close(&format!("{what} var"), marubini, columns[3][i], TOLERANCE);
    }
}

/// `Σ (F(t) − F)² d/(n(n − d)) + Σ S² (n − d_k)/n³ d_k − 2 Σ (F(t) − F) S d_k/n²`: Marubini & Valsecchi (1995), from the
/// numbers that the fit reports.
fn marubini_valsecchi(fit: &CumulativeIncidence, cause: &str, t: f64) -> f64 {
    let curve = fit.of(cause).unwrap();
    let last = curve.at(t).value().unwrap();
    fit.table()
        .all()
        .rows()
        .enumerate()
        .take_while(|(_, r)| r.time <= t)
        .map(|(i, r)| {
            let (n, d, own) = (r.at_risk, r.events, fit.table().events(i, cause).unwrap());
            if d == 0.0 {
                return 0.0;
            }
            let g = last - curve.at(r.time).value().unwrap();
            let s = if i == 0 { 1.0 } else { fit.event_free_values()[i - 1] };
            let first = if n > d { g * g * d / (n * (n - d)) } else { 0.0 };
            first + s * s * (n - own) / n.powi(3) * own - 2.0 * g * s * own / (n * n)
        })
        .sum()
}

fn etm(case: &Case, report: &mut Report) {
    let fits = fits(case, IncidenceVariance::Delta);
    let groups: Vec<&Value> = if case.output["CIF 1"].is_object() {
        vec![&case.output]
    } else {
        case.output.as_object().unwrap().iter().filter(|(k, _)| *k != "warnings").map(|(_, v)| v).collect()
    };
    for (fit, group) in fits.iter().zip(groups) {
        for curve in fit.curves() {
            let e = &group[format!("CIF {}", curve.cause())];
            if e.is_null() {
                report.close(
                    &format!("{} {}", case.name, curve.cause()),
                    fit.extended().of(curve.cause()).unwrap().at(f64::MAX).value().unwrap(),
                    0.0,
                    0.0,
                );
                continue;
            }
            let times = numbers(&e["time"]);
            for (i, &t) in times.iter().enumerate() {
                let (what, at) = (format!("{} {} at {t}", case.name, curve.cause()), curve.at(t));
                report.close(&what, at.value().unwrap(), number(&e["p"][i]), TOLERANCE);
                report.close(
                    &format!("{what} var"),
                    or_zero(at.std_error()).powi(2),
                    number(&e["var"][i]),
                    TOLERANCE,
                );
                if at.value().unwrap() > 0.0 {
                    let limits = at.interval_of_complement(Interval::log_log()).unwrap();
                    report.close(
                        &format!("{what} lower"),
                        nan(limits.lower),
                        number(&e["lower"][i]),
                        TOLERANCE,
                    );
                    report.close(
                        &format!("{what} upper"),
                        nan(limits.upper),
                        number(&e["upper"][i]),
                        TOLERANCE,
                    );
                }
            }
        }
    }
}

/// prodlim prints 15 digits only.
fn prodlim(case: &Case, report: &mut Report) {
    for (fit, e) in fits(case, IncidenceVariance::Delta).iter().zip(case.output["curves"].as_array().unwrap())
    {
        let curve = fit.of(&case.inputs["cause"]).unwrap();
        for (i, t) in numbers(&e["time"]).into_iter().enumerate() {
            let (what, at) = (format!("{} {} at {t}", case.name, e["group"]), curve.at(t));
            if number(&e["est"][i]).is_nan() {
                continue;
            }
            report.close(&what, at.value().unwrap(), number(&e["est"][i]), TOLERANCE);
            report.close(&format!("{what} se"), or_zero(at.std_error()), number(&e["se"][i]), TOLERANCE);
            if at.value().unwrap() > 0.0 {
                let limits = at.interval(Interval::plain()).unwrap();
                report.close(&format!("{what} lower"), nan(limits.lower), number(&e["lower"][i]), TOLERANCE);
                report.close(&format!("{what} upper"), nan(limits.upper), number(&e["upper"][i]), TOLERANCE);
            }
        }
    }
}

fn sojourn(case: &Case, report: &mut Report) {
    let fits = fits(case, IncidenceVariance::Jackknife);
    let tau = number(&case.inputs["tau"]);
    let means = |fit: &CumulativeIncidence| {
        let mut all = vec![fit.event_free_time(tau).unwrap()];
        all.extend(fit.curves().map(|c| c.time_lost(tau).unwrap()));
        all
    };
    if case.kind == "multistate_rmean" {
        let values: Vec<f64> =
            means(&fits[0]).iter().map(greenwood::survival::curve::TimeLost::value).collect();
        report.all_close(&case.name, &values, &numbers(&case.output["rmean"]), TOLERANCE);
        return;
    }
    let (rmean, se) = (matrix(&case.output["rmean"]), matrix(&case.output["se"]));
    let all: Vec<_> = fits.iter().map(means).collect();
    for (g, of_group) in all.iter().enumerate() {
        for (k, m) in of_group.iter().enumerate() {
            let what = format!("{} group {g} state {k}", case.name);
            report.close(&what, m.value(), rmean[g][k], TOLERANCE);
            report.close(&format!("{what} se"), or_zero(m.std_error()), se[g][k], TOLERANCE);
        }
    }
    let e = &case.output["difference"];
    if e.is_object() {
        let differences: Vec<_> = (0..all[0].len()).map(|k| all[1][k].difference(&all[0][k])).collect();
        let column = |f: &dyn Fn(&greenwood::survival::result::Estimate) -> f64| {
            differences.iter().map(f).collect::<Vec<_>>()
        };
        report.all_close(&case.name, &column(&|d| d.value().unwrap()), &numbers(&e["estimate"]), TOLERANCE);
        // An error that comes from one group alone is none here.
        let p_values = numbers(&e["p_value"]);
        for ((d, se), p) in differences.iter().zip(numbers(&e["se"])).zip(p_values) {
            let Ok(own) = d.std_error() else { continue };
            report.close(&format!("{} se", case.name), own, se, TOLERANCE);
            report.close(&format!("{} p", case.name), nan(d.p_value()), p, TOLERANCE);
        }
    }
}

fn difference(case: &Case, report: &mut Report) {
    let fits = fits(case, IncidenceVariance::Jackknife);
    for cause in ["1", "2"] {
        let e = &case.output[format!("cause{cause}")];
        for (i, t) in numbers(&e["times"]).into_iter().enumerate() {
            let [reference, group] = [0, 1].map(|g| fits[g].of(cause).unwrap().at(t));
            let d = group.difference(&reference);
            let limits = d.interval(0.95).unwrap();
            let what = format!("{} {cause} at {t}", case.name);
            report.close(
                &format!("{what} estimate"),
                d.value().unwrap(),
                number(&e["estimate"][i]),
                TOLERANCE,
            );
            // A standard error of 0 is none here, and neither is one that comes from one group alone.
            let Ok(se) = d.std_error() else {
                let of_one = or_zero(group.std_error()).max(or_zero(reference.std_error()));
                report.close(&format!("{what} se"), of_one, number(&e["se"][i]), TOLERANCE);
                assert_eq!(or_zero(group.std_error()).min(or_zero(reference.std_error())), 0.0);
                continue;
            };
            for (column, got) in [
                ("se", se),
                ("lower", nan(limits.lower)),
                ("upper", nan(limits.upper)),
                ("p_value", nan(d.p_value())),
            ] {
                report.close(&format!("{what} {column}"), got, number(&e[column][i]), TOLERANCE);
            }
        }
    }
}

fn quantiles(case: &Case, report: &mut Report) {
    let p = numbers(&case.inputs["probs"]);
    let by_prodlim = case.kind == "prodlim_cif_quantile";
    let expected: Vec<&Value> = if by_prodlim {
        case.output["curves"].as_object().unwrap().values().collect()
    } else {
        case.output["quantile"].as_array().unwrap().iter().collect()
    };
    for (fit, e) in fits(case, IncidenceVariance::Delta).iter().zip(expected) {
        let found = fit.of(&case.inputs["cause"]).unwrap().quantiles(&p, Interval::plain()).unwrap();
        let column = |f: &dyn Fn(&greenwood::survival::curve::IncidenceQuantile) -> Option<f64>| {
            found.iter().map(|q| nan(f(q))).collect::<Vec<_>>()
        };
        let values = column(&|q| q.value());
        if by_prodlim {
            report.all_close(&case.name, &values, &numbers(&e["quantile"]), 0.0);
            report.all_close(&case.name, &column(&|q| q.interval().lower), &numbers(&e["lower"]), 0.0);
            report.all_close(&case.name, &column(&|q| q.interval().upper), &numbers(&e["upper"]), 0.0);
        } else {
            report.all_close(&case.name, &values, &numbers(e), 0.0);
        }
    }
}

fn conditional(case: &Case, report: &mut Report) {
    for (fit, e) in fits(case, IncidenceVariance::Delta).iter().zip(case.output["curves"].as_array().unwrap())
    {
        let curve = fit.of(&case.inputs["cause"]).unwrap();
        for (i, t) in numbers(&e["time"]).into_iter().enumerate() {
            let got = nan(curve.conditional_probability(t));
            report.close(&format!("{} at {t}", case.name), got, number(&e["cp"][i]), TOLERANCE);
        }
    }
}

#[test]
fn every_case_agrees_with_r() {
    let mut report = Report::default();
    for case in ["competing", "competing2"].into_iter().flat_map(cases) {
        if left_out(&case).is_some() {
            continue;
        }
        report.cases += 1;
        match case.kind.as_str() {
            "survfit_multistate" => survfit(&case, &mut report),
            "summary_survfit_multistate" => summary(&case, &mut report),
            "cuminc_gray" => cuminc(&case, &mut report),
            "cuminc_at_times" => cuminc_at_times(&case, &mut report),
            "cif_delta_variance" => delta(&case, &mut report),
            "etm_cif" => etm(&case, &mut report),
            "prodlim_cif" => prodlim(&case, &mut report),
            "sojourn_competing" | "multistate_rmean" => sojourn(&case, &mut report),
            "cif_difference" => difference(&case, &mut report),
            "cif_quantile" | "prodlim_cif_quantile" => quantiles(&case, &mut report),
            "conditional_probability" => conditional(&case, &mut report),
            other => report.fail(&format!("{}: a kind without a check, {other}", case.name)),
        }
    }
    report.finish("competing risks");
}

/// Pepe and Mori's test written out from the formula in R 4.2.2, with the curves of `survfit` and loops over the intervals
/// (area, error, chi-square, τ): pbc by treatment for both causes, mgus2 by sex for both, the first until 120 too.
#[test]
fn pepe_and_mori() {
    let expected = [
        ("pbc_by_trt", "1", None, [-18.306984158443488, 42.853890869959578, 0.182495891971067, 4523.0]),
        ("pbc_by_trt", "2", None, [7.93727435372726, 99.5681538317822, 6.35479982434311e-03, 4523.0]),
        (
            "mgus2_by_sex_at_times",
            "1",
            None,
            [-2.340409330015304, 1.872726118269053, 1.561834840294108, 394.0],
        ),
        (
            "mgus2_by_sex_at_times",
            "1",
            Some(120.0),
            [-1.181817162198451, 0.890376601177792, 1.761785812026770, 120.0],
        ),
        // With events at τ itself: at the end of follow-up, and before.
        ("small_groups", "1", None, [-0.651282051282051, 0.947441277157022, 0.472534601950971, 7.0]),
        ("small_groups", "1", Some(4.0), [-0.333333333333333, 0.474666874739863, 0.493150684931507, 4.0]),
        ("mgus2_by_sex_at_times", "2", None, [13.4170300326057, 3.60535176040442, 13.8489707065335, 394.0]),
    ];
    let mut report = Report::default();
    for (name, cause, until, e) in expected {
        let case = cases("competing").into_iter().find(|c| c.name == name).unwrap();
        let frame = case.frame();
        let (data, groups) = (case.competing(&frame).unwrap(), case.groups(&frame, "group").unwrap());
        let model = until.map_or(PepeMori::new(cause), |tau| PepeMori::new(cause).until(tau));
        let test = model.test(&data, &groups).unwrap();
        let what = format!("{name} {cause} {until:?}");
        report.close(&format!("{what} area"), test.area().value().unwrap(), e[0], TOLERANCE);
        report.close(&format!("{what} se"), test.area().std_error().unwrap(), e[1], TOLERANCE);
        report.close(&what, test.statistic().unwrap(), e[2], TOLERANCE);
        report.close(&format!("{what} tau"), test.tau(), e[3], 0.0);
        report.close(&format!("{what} p"), test.p_value().unwrap(), nan(test.area().p_value()), 1e-9);
    }
    report.finish("Pepe and Mori");
}

#[test]
fn pepe_and_mori_refuse() {
    let case = cases("competing").into_iter().find(|c| c.name == "small_groups").unwrap();
    let frame = case.frame();
    let (data, groups) = (case.competing(&frame).unwrap(), case.groups(&frame, "group").unwrap());
    assert!(PepeMori::new("1").test(&data, &groups).unwrap().to_string().contains("on 1 df"));
    let error = |t: PepeMori| t.test(&data, &groups).unwrap_err().to_string();
    assert!(error(PepeMori::new("7")).contains("no cause"));
    assert!(error(PepeMori::new("1").until(1e6)).contains("tau is 1000000"));
    let three: Vec<usize> = (0..data.len()).map(|i| i % 3).collect();
    let three = Groups::from_codes(&three, &["a", "b", "c"]).unwrap();
    assert!(PepeMori::new("1").test(&data, &three).unwrap_err().to_string().contains("number of groups"));
    let strata = data.clone().with_strata(groups.clone()).unwrap();
    assert!(PepeMori::new("1").test(&strata, &groups).unwrap_err().to_string().contains("strata"));
    let late = data.clone().with_entry(vec![0.5; data.len()]).unwrap();
    assert!(PepeMori::new("1").test(&late, &groups).unwrap_err().to_string().contains("delayed entry"));
}
