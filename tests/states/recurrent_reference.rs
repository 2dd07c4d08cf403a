//! Recurrent events against R, case by case: every case of the reference file is walked, and what is left out is listed
//! with its reason.
//!
//! R 4.2.2 with survival 3.5-3; the mean functions with a terminal event are computed from their formulas with an
//! infinitesimal jackknife over persons, since mets breaks ties at random order.

use crate::common::{Case, Frame, Report, cases, number, numbers};
use greenwood::survival::recurrent::{
    EventModel, EventRate, EventRows, MeanCumulative, MeanFunction, MeanRow, MeanVariance, RecurrentEvents,
};
use greenwood::survival::{CoxModel, CoxPh, Design, Groups, RightCensored, Ties, Weights};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;
/// Coefficients and what depends on them are iterated.
const ITERATED: f64 = 1e-7;

fn left_out(case: &Case) -> Option<&'static str> {
    match case.kind.as_str() {
        "coxph_frailty" => Some("the crate has no frailty models"),
        _ => None,
    }
}

fn ids(frame: &Frame, column: &str) -> Vec<u64> {
    frame.column(column).iter().map(|x| *x as u64).collect()
}

fn flags(frame: &Frame, column: &str, values: &Value) -> Vec<bool> {
    let values = numbers(values);
    frame.column(column).iter().map(|x| values.contains(x)).collect()
}

fn events(case: &Case, frame: &Frame) -> RecurrentEvents {
    let column = |key: &str| frame.column(case.text(key).unwrap());
    let event = flags(frame, case.text("event").unwrap(), &case.inputs["event_values"]);
    let mut data =
        RecurrentEvents::new(&ids(frame, case.text("id").unwrap()), column("start"), column("time"), &event)
            .unwrap();
    if let Some(death) = case.text("death") {
        data = data.with_terminal(&flags(frame, death, &serde_json::json!([1]))).unwrap();
    }
    if case.inputs["death_values"].is_array() {
        let terminal = flags(frame, case.text("event").unwrap(), &case.inputs["death_values"]);
        data = data.with_terminal(&terminal).unwrap();
    }
    if let Some(w) = case.text("weights") {
        data = data.with_weights(Weights::sampling(frame.column(w).to_vec())).unwrap();
    }
    if let Some(cluster) = case.text("cluster").filter(|&c| c != "id") {
        data = data.with_clusters(&ids(frame, cluster)).unwrap();
    }
    data
}

fn mean_functions(case: &Case, frame: &Frame) -> Vec<MeanFunction> {
    let kind = if case.inputs["robust"] == false { MeanVariance::Poisson } else { MeanVariance::Robust };
    let groups = case.groups_or_all(frame);
    MeanCumulative::new().variance(kind).by_group(&events(case, frame), &groups).unwrap()
}

fn mean_cumulative(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let fits = mean_functions(case, &frame);
    let curves = case.output["curves"].as_array().unwrap();
    assert_eq!(fits.len(), curves.len());
    for (fit, e) in fits.iter().zip(curves) {
        let what = format!("{} {}", case.name, e["strata"]);
        let times = numbers(&e["time"]);
        if e["n_risk"].is_array() {
            let column = |f: fn(&MeanRow) -> f64| -> Vec<f64> { fit.rows().iter().map(f).collect() };
            report.all_close(&format!("{what} time"), &column(MeanRow::time), &times, 0.0);
            report.all_close(
                &format!("{what} at risk"),
                &column(MeanRow::at_risk),
                &numbers(&e["n_risk"]),
                TOLERANCE,
            );
            report.all_close(
                &format!("{what} events"),
                &column(MeanRow::events),
                &numbers(&e["n_event"]),
                TOLERANCE,
            );
        }
        for (i, &t) in times.iter().enumerate() {
            // R carries a curve on beyond the last observation; here it ends.
            let t = t.min(fit.last_time());
            let at = fit.at(t);
            report.close(&format!("{what} at {t}"), at.value().unwrap(), numbers(&e["mcf"])[i], TOLERANCE);
            let se = at.std_error().unwrap_or(0.0);
            report.close(&format!("{what} se at {t}"), se, numbers(&e["se"])[i], TOLERANCE);
        }
    }
}

fn recurrent_marginal(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let fit = MeanCumulative::new().fit(&events(case, &frame)).unwrap();
    for (i, t) in numbers(&case.output["times"]).into_iter().enumerate() {
        let at = fit.at(t);
        report.close(
            &format!("{} at {t}", case.name),
            at.value().unwrap(),
            numbers(&case.output["mean"])[i],
            TOLERANCE,
        );
        let se = at.std_error().unwrap_or(0.0);
        report.close(&format!("{} se at {t}", case.name), se, numbers(&case.output["se"])[i], TOLERANCE);
    }
}

fn event_rate(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let groups = case.groups_or_all(&frame);
    let rates = EventRate::by_group(&events(case, &frame), &groups).unwrap();
    for (rate, label) in rates.iter().zip(groups.labels()) {
        let e = &case.output[label.rsplit('=').next().unwrap()];
        let what = format!("{} {label}", case.name);
        report.close(&format!("{what} events"), rate.poisson().events() as f64, number(&e["events"]), 0.0);
        report.close(
            &format!("{what} time"),
            rate.poisson().person_time(),
            number(&e["exposure"]),
            TOLERANCE,
        );
        report.close(&format!("{what} rate"), rate.value(), number(&e["rate"]), TOLERANCE);
        let poisson = (rate.poisson().events() as f64).sqrt().recip();
        report.close(&format!("{what} Poisson"), poisson, number(&e["se_log_poisson"]), TOLERANCE);
        report.close(
            &format!("{what} robust"),
            rate.robust().std_error().unwrap(),
            number(&e["se_log_robust"]),
            TOLERANCE,
        );
    }
}

fn cox(case: &Case) -> CoxPh {
    CoxPh::new().tolerance(1e-12).ties(if case.text("ties") == Some("breslow") {
        Ties::Breslow
    } else {
        Ties::Efron
    })
}

fn model(case: &Case) -> Option<EventModel> {
    let capped = case.inputs["strata"]["expression"] == "min(enum, 3)";
    let name = case.text("model").unwrap_or_default();
    let model = if name.starts_with("Andersen-Gill") {
        EventModel::andersen_gill()
    } else if name.contains("total time") {
        EventModel::pwp_total()
    } else if name.contains("gap time") {
        EventModel::pwp_gap()
    } else {
        return None;
    };
    Some(if capped { model.up_to(3) } else { model }.cox(cox(case)))
}

fn design(case: &Case, frame: &Frame) -> Design<'static> {
    let mut design = Design::builder();
    for c in case.inputs["covariates"].as_array().unwrap() {
        let name = c["column"].as_str().unwrap();
        design = design.numeric(name, frame.column(name));
    }
    design.build().unwrap()
}

/// Rows that stand as R's call takes them: total time from 0, strata as the column says, one cluster a person.
fn marginal(case: &Case, frame: &Frame) -> CoxModel {
    let event = flags(frame, case.text("event").unwrap(), &case.inputs["event_values"]);
    let mut data = RightCensored::new(frame.column(case.text("time").unwrap()).to_vec(), event)
        .unwrap()
        .with_clusters(&ids(frame, "id"))
        .unwrap();
    let numbers = Groups::new(&frame.columns.get("enum").map_or_else(Vec::new, |_| ids(frame, "enum")));
    if !case.names("strata").is_empty() {
        data = data.with_strata(numbers.clone()).unwrap();
    }
    let covariates = case.inputs["covariates"].as_array().unwrap();
    let design = if covariates[0]["product"].is_array() {
        Design::builder().numeric_within("rx", frame.column("rx"), &numbers).build().unwrap()
    } else {
        design(case, frame)
    };
    cox(case).fit(&data, &design).unwrap()
}

fn compare(case: &Case, what: &str, fit: &CoxModel, report: &mut Report) {
    let o = &case.output;
    report.close(&format!("{what} events"), fit.events() as f64, number(&o["n_event"]), 0.0);
    report.all_close(&format!("{what} coef"), fit.coefficients(), &numbers(&o["coef"]), ITERATED);
    let se: Vec<f64> = fit.terms().iter().map(|t| t.robust_std_error().unwrap()).collect();
    report.all_close(&format!("{what} robust se"), &se, &numbers(&o["se"]), ITERATED);
    let se: Vec<f64> = fit.terms().iter().map(|t| t.model_std_error().unwrap()).collect();
    report.all_close(&format!("{what} naive se"), &se, &numbers(&o["naive_se"]), ITERATED);
    for (i, row) in o["vcov"].as_array().unwrap().iter().enumerate() {
        for (j, e) in numbers(row).into_iter().enumerate() {
            // An element near 0 beside large ones: relative to the standard errors.
            let got = fit.variance()[[i, j]];
            let scale = (fit.variance()[[i, i]] * fit.variance()[[j, j]]).sqrt();
            report.close(&format!("{what} vcov {i} {j}"), got / scale + 1.0, e / scale + 1.0, ITERATED);
        }
    }
    let [null, loglik] = fit.log_likelihood();
    report.close(&format!("{what} null"), null, number(&o["loglik_null"]), ITERATED);
    report.close(&format!("{what} loglik"), loglik, number(&o["loglik"]), ITERATED);
    report.close(&format!("{what} wald"), fit.wald_test().statistic(), number(&o["wald_test"]), ITERATED);
}

fn coxph(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let Some(model) = model(case) else {
        let fit = marginal(case, &frame);
        compare(case, &case.name, &fit, report);
        if case.name.starts_with("wlw") {
            marginal_from_histories(case, report);
        }
        return;
    };
    let data = events(case, &frame);
    let fit = model.fit(&data, &design(case, &frame)).unwrap();
    report.close(&format!("{} n", case.name), fit.rows() as f64, number(&case.output["n"]), 0.0);
    compare(case, &case.name, &fit, report);
}

/// The same model from the rows of `bladder2`, one after the other in time: the four rows of each person are made here.
fn marginal_from_histories(case: &Case, report: &mut Report) {
    let frame = Frame::read("bladder2");
    let event: Vec<bool> = frame.column("event").iter().map(|&e| e == 1.0).collect();
    let data = RecurrentEvents::new(&ids(&frame, "id"), frame.column("start"), frame.column("stop"), &event)
        .unwrap();
    let what = format!("{} from bladder2", case.name);
    let base = ["rx", "number", "size"];
    let base = base.iter().fold(Design::builder(), |d, c| d.numeric(*c, frame.column(c))).build().unwrap();
    let rows: EventRows = EventModel::wlw().rows(&data, &base).unwrap();
    let fit = if case.name.contains("separate") {
        let rx = rows.expand(frame.column("rx")).unwrap();
        let design = Design::builder().numeric_within("rx", &rx, rows.numbers()).build().unwrap();
        cox(case).fit(rows.data(), &design).unwrap()
    } else {
        cox(case).fit(rows.data(), rows.design()).unwrap()
    };
    report.close(&format!("{what} n"), fit.rows() as f64, number(&case.output["n"]), 0.0);
    compare(case, &what, &fit, report);
}

#[test]
fn every_case_of_the_reference() {
    let mut report = Report::default();
    let mut without = 0;
    for case in cases("recurrent") {
        if left_out(&case).is_some() {
            without += 1;
            continue;
        }
        report.cases += 1;
        match case.kind.as_str() {
            "mean_cumulative_function" => mean_cumulative(&case, &mut report),
            "recurrent_marginal" => recurrent_marginal(&case, &mut report),
            "event_rate" => event_rate(&case, &mut report),
            "coxph" => coxph(&case, &mut report),
            kind => panic!("{kind}"),
        }
    }
    assert_eq!(without, 12, "frailty models");
    report.finish("recurrent");
}
