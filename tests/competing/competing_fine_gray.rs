//! Fine-Gray models against R, case by case, and what must hold whatever the data.
//!
//! `crr` is that of cmprsk 2.2-11 (gtol 1e-12), `finegray` and `coxph` those of survival 3.5-3, R 4.2.2. Coefficients come
//! out of iterations: 1e-7; R's own are converged to about 1e-9 of a standard error.

use crate::common::{Case, Frame, Report, cases, number, numbers};
use approx::assert_relative_eq;
use greenwood::survival::regression::{CensoringTies, FineGrayModel, NewRow};
use greenwood::survival::{CompetingRisks, CoxPh, Design, FineGray, Groups, RightCensored, Ties, Weights};
use ndarray::Array2;
use proptest::prelude::*;
use serde_json::Value;

const TOLERANCE: f64 = 1e-7;

fn left_out(case: &Case) -> Option<&'static str> {
    if !case.inputs["time_interactions"].is_null() {
        return Some("coefficients that change with time are refused: their risk sums are no products");
    }
    (!case.inputs["censoring_strata"].is_null()).then_some(
        "survival 3.5-3 ends a stratum's weights at its last time (survival issue 329), though the model needs them at \
         events of all strata: checked in weights_of_strata_do_not_end_with_them",
    )
}

fn covariate(c: &Value, frame: &Frame) -> Vec<f64> {
    let column = frame.column(c["column"].as_str().unwrap());
    match c["equals"].as_f64() {
        Some(v) => column.iter().map(|&x| f64::from(u8::from(x == v))).collect(),
        None => column.to_vec(),
    }
}

fn design(case: &Case, frame: &Frame) -> Design<'static> {
    let mut design = Design::builder();
    for c in case.inputs["covariates"].as_array().unwrap() {
        design = design.numeric(c["column"].as_str().unwrap(), &covariate(c, frame));
    }
    design.build().unwrap()
}

fn groups_of(case: &Case, frame: &Frame, key: &str) -> Option<Groups> {
    case.groups(frame, key)
}

fn cause(case: &Case) -> String {
    case.inputs["cause"].to_string()
}

fn matrix(report: &mut Report, what: &str, got: &Array2<f64>, expected: &Value, tolerance: f64) {
    for (i, row) in expected.as_array().unwrap().iter().enumerate() {
        for (j, e) in numbers(row).into_iter().enumerate() {
            report.close(&format!("{what}[{i}, {j}]"), got[(i, j)], e, tolerance);
        }
    }
}

fn crr(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let (data, design) = (case.competing(&frame).unwrap(), design(case, &frame));
    let mut model = FineGray::new(&cause(case));
    if let Some(groups) = groups_of(case, &frame, "censoring_group") {
        model = model.censoring_groups(&groups);
    }
    let fit = model.fit(&data, &design).unwrap();
    let (name, e) = (&case.name, &case.output);
    if case.kind == "crr_predict" {
        predictions(name, &fit, &e["newdata"], &e["time"], &e["cif"], report);
        return;
    }
    report.all_close(&format!("{name} coef"), fit.coefficients(), &numbers(&e["coef"]), TOLERANCE);
    report.close(&format!("{name} loglik"), fit.log_likelihood()[1], number(&e["loglik"]), 1e-9);
    report.close(&format!("{name} null"), fit.log_likelihood()[0], number(&e["loglik_null"]), 1e-9);
    // With groups cmprsk's variance is another than the derivative of its own estimate, which the brute force of
    // the_sandwich_is_the_derivative agrees with here: it is 1e-4 to 2e-2 away.
    if groups_of(case, &frame, "censoring_group").is_none() {
        matrix(report, &format!("{name} vcov"), &fit.variance(), &e["vcov"], TOLERANCE);
    }
    // Despite its name the field holds the information.
    let information: Vec<Vec<f64>> =
        e["naive_inverse_information"].as_array().unwrap().iter().map(numbers).collect();
    let (p, naive) = (information.len(), fit.model_variance());
    for i in 0..p {
        for j in 0..p {
            let product: f64 = (0..p).map(|k| naive[(i, k)] * information[k][j]).sum();
            let unit = if i == j { 1.0 } else { 0.0 };
            let scale = (naive[(i, i)] * information[j][j]).sqrt();
            report.close(
                &format!("{name} information[{i}, {j}]"),
                1.0 + (product - unit) / scale,
                1.0,
                TOLERANCE,
            );
        }
    }
    let baseline = &fit.baseline()[0];
    let jumps = numbers(&e["baseline_subhazard_jumps"]);
    match e["baseline_rows_kept"].as_array() {
        Some(kept) => {
            for (k, jump) in kept.iter().zip(&jumps) {
                let at = k.as_u64().unwrap() as usize - 1;
                report.close(&format!("{name} jump {at}"), baseline.jumps()[at], *jump, TOLERANCE);
            }
        }
        None => report.all_close(&format!("{name} jumps"), baseline.jumps(), &jumps, TOLERANCE),
    }
    let predict = &e["predict"];
    if predict.is_object() {
        predictions(name, &fit, &predict["cov1"], &predict["time"], &predict["cif"], report);
    }
}

/// A row of numbers, one for each column.
fn row(fit: &FineGrayModel, x: &[f64]) -> NewRow {
    fit.terms().iter().zip(x).fold(fit.row(), |row, (term, &x)| row.numeric(term.name(), x))
}

fn predictions(name: &str, fit: &FineGrayModel, x: &Value, time: &Value, cif: &Value, report: &mut Report) {
    for (i, t) in numbers(time).into_iter().enumerate() {
        for (j, x) in x.as_array().unwrap().iter().enumerate() {
            let got = fit.incidence(&row(fit, &numbers(x)), &[t]).unwrap()[0];
            report.close(&format!("{name} incidence {j} at {t}"), got, number(&cif[i][j]), TOLERANCE);
        }
    }
}

/// R's finegray: events leave first.
fn finegray(case: &Case, frame: &Frame) -> FineGray {
    let model = FineGray::new(&cause(case)).censoring_ties(CensoringTies::EventsFirst);
    match groups_of(case, frame, "censoring_strata") {
        Some(groups) => model.censoring_groups(&groups),
        None => model,
    }
}

fn expanded(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let rows = finegray(case, &frame).expand(&case.competing(&frame).unwrap()).unwrap();
    let e = &case.output;
    report.all_close(&format!("{} start", case.name), rows.start(), &numbers(&e["fgstart"]), 0.0);
    report.all_close(&format!("{} stop", case.name), rows.stop(), &numbers(&e["fgstop"]), 0.0);
    report.all_close(&format!("{} weight", case.name), rows.weight(), &numbers(&e["fgwt"]), 1e-12);
    let event: Vec<f64> = rows.event().iter().map(|&e| f64::from(u8::from(e))).collect();
    report.all_close(&format!("{} status", case.name), &event, &numbers(&e["fgstatus"]), 0.0);
}

fn finegray_coxph(case: &mut Case, report: &mut Report) {
    // Here the call weighs all rows first, and only the model drops those without a covariate.
    let dropped_late = case.text("note").is_some_and(|n| n.contains("delayed entry on the age scale"));
    if dropped_late {
        case.inputs["complete_cases"] = Value::Null;
    }
    let frame = case.frame();
    let mut data = case.competing(&frame).unwrap();
    let strata = groups_of(case, &frame, "strata");
    if let Some(strata) = &strata {
        data = data.with_strata(strata.clone()).unwrap();
    }
    let (name, e, model) = (&case.name, &case.output, finegray(case, &frame));
    let rows = model.expand(&data).unwrap();
    let covariates: Vec<Vec<f64>> =
        case.inputs["covariates"].as_array().unwrap().iter().map(|c| covariate(c, &frame)).collect();
    let kept: Vec<usize> =
        (0..rows.row().len()).filter(|&k| covariates.iter().all(|x| !x[rows.row()[k]].is_nan())).collect();
    let take = |v: &[f64]| kept.iter().map(|&k| v[k]).collect::<Vec<f64>>();
    let subjects: Vec<usize> = kept.iter().map(|&k| rows.row()[k]).collect();
    let pick = |v: &[f64]| subjects.iter().map(|&i| v[i]).collect::<Vec<f64>>();
    let mut long =
        RightCensored::new(take(rows.stop()), kept.iter().map(|&k| rows.event()[k]).collect::<Vec<_>>())
            .unwrap()
            .with_entry(take(rows.start()))
            .unwrap()
            .with_weights(Weights::sampling(take(rows.weight())))
            .unwrap()
            .with_clusters(&subjects)
            .unwrap();
    if let Some(strata) = &strata {
        let codes: Vec<usize> = subjects.iter().map(|&i| strata.codes()[i] as usize).collect();
        long = long.with_strata(Groups::from_codes(&codes, strata.labels()).unwrap()).unwrap();
    }
    let mut long_design = Design::builder();
    for (c, x) in case.inputs["covariates"].as_array().unwrap().iter().zip(&covariates) {
        long_design = long_design.numeric(c["column"].as_str().unwrap(), &pick(x));
    }
    let ties = if case.text("ties") == Some("efron") { Ties::Efron } else { Ties::Breslow };
    let cox = CoxPh::new().ties(ties).fit(&long, &long_design.build().unwrap()).unwrap();
    report.all_close(&format!("{name} expanded coef"), cox.coefficients(), &numbers(&e["coef"]), TOLERANCE);
    report.close(&format!("{name} expanded loglik"), cox.log_likelihood()[1], number(&e["loglik"]), 1e-9);
    matrix(report, &format!("{name} expanded vcov"), &cox.variance(), &e["vcov"], TOLERANCE);
    if ties == Ties::Efron || dropped_late {
        return;
    }
    let fit = model.fit(&data, &design(case, &frame)).unwrap();
    report.all_close(&format!("{name} coef"), fit.coefficients(), &numbers(&e["coef"]), TOLERANCE);
    report.close(&format!("{name} loglik"), fit.log_likelihood()[1], number(&e["loglik"]), 1e-9);
    report.close(&format!("{name} null"), fit.log_likelihood()[0], number(&e["loglik_null"]), 1e-9);
    matrix(report, &format!("{name} naive"), &fit.model_variance(), &e["naive_vcov"], TOLERANCE);
    if data.any_cause().entry().is_some() {
        // Weights taken as known: the sandwich is R's robust variance.
        matrix(report, &format!("{name} vcov"), &fit.variance(), &e["vcov"], TOLERANCE);
    }
    if let Some(curves) = e["predict"]["curves"].as_array() {
        let x = e["predict"]["newdata"].as_object().unwrap();
        let covariates = case.inputs["covariates"].as_array().unwrap();
        for (s, curve) in curves.iter().enumerate() {
            for (i, t) in numbers(&e["predict"]["times"]).into_iter().enumerate() {
                for (j, cif) in numbers(&curve["cif"][i]).into_iter().enumerate() {
                    let x: Vec<f64> =
                        covariates.iter().map(|c| number(&x[c["column"].as_str().unwrap()][j])).collect();
                    let of = fit.stratum(fit.baseline()[s].label()).unwrap();
                    let got = of.incidence(&row(&of, &x), &[t]).unwrap()[0];
                    report.close(&format!("{name} stratum {s} incidence {j} at {t}"), got, cif, TOLERANCE);
                }
            }
        }
    }
}

#[test]
fn every_case_agrees_with_r() {
    let mut report = Report::default();
    for mut case in ["competing", "competing2"].into_iter().flat_map(cases) {
        if left_out(&case).is_some() {
            continue;
        }
        match case.kind.as_str() {
            "crr" | "crr_predict" => crr(&case, &mut report),
            "finegray_data" => expanded(&case, &mut report),
            "finegray_coxph" => finegray_coxph(&mut case, &mut report),
            _ => continue, // in competing_reference
        }
        report.cases += 1;
    }
    report.finish("Fine-Gray");
}

/// What R 3.5-3 gets wrong, from first principles: G by treatment, W(t)/W(T) at every event of the cause, then
/// `coxph(Surv(a, b, s) ~ age + edema, weights = w, cluster = id, ties = "breslow")` (R 4.2.2, survival 3.5-3; a row for
/// each subject and event time, G(t) = Π over censoring times u < t in the group of 1 − c/(n − d)).
#[test]
fn weights_of_strata_do_not_end_with_them() {
    let frame = Frame::read("pbc");
    let frame = frame.keep(&frame.column("trt").iter().map(|x| !x.is_nan()).collect::<Vec<_>>());
    let outcome: Vec<Option<u8>> =
        frame.column("status").iter().map(|&s| (s > 0.0).then_some(s as u8)).collect();
    let data = CompetingRisks::with_causes(frame.column("time").to_vec(), &outcome, &[1, 2]).unwrap();
    let design = Design::builder()
        .numeric("age", frame.column("age"))
        .numeric("edema", frame.column("edema"))
        .build()
        .unwrap();
    let arms: Vec<u8> = frame.column("trt").iter().map(|&x| x as u8).collect();
    for (cause, coefficients, log_likelihood) in [
        (1, [-0.099217084051897372, -0.464589472381368551], -95.970688141402022),
        (2, [0.036469221872624184, 2.231287668690676629], -609.23162692697497),
    ] {
        let fit = FineGray::new(&cause)
            .censoring_ties(CensoringTies::EventsFirst)
            .censoring_groups(&Groups::new(&arms))
            .fit(&data, &design)
            .unwrap();
        assert_relative_eq!(fit.coefficients()[0], coefficients[0], max_relative = 1e-7);
        assert_relative_eq!(fit.coefficients()[1], coefficients[1], max_relative = 1e-7);
        assert_relative_eq!(fit.log_likelihood()[1], log_likelihood, max_relative = 1e-12);
    }
}

#[derive(Debug, Clone)]
struct Rows {
    time: Vec<f64>,
    entry: Vec<f64>,
    outcome: Vec<Option<u8>>,
    x: Vec<f64>,
    weight: Vec<f64>,
    group: Vec<usize>,
}

/// With ties or without.
fn rows(tied: bool) -> impl Strategy<Value = Rows> {
    let one = (1_u32..30, 0.0..1.0_f64, 0_u8..=2, -1.0..1.0_f64, -1.0..1.0_f64, 1_u8..4, 0..2_usize);
    prop::collection::vec(one, 25..60).prop_map(move |rows| Rows {
        time: rows.iter().map(|r| f64::from(r.0) + if tied { 0.0 } else { r.1 }).collect(),
        entry: rows.iter().map(|r| if r.1 < 0.3 { (f64::from(r.0) * 0.5).floor() } else { 0.0 }).collect(),
        outcome: rows.iter().map(|r| (r.2 > 0).then_some(r.2)).collect(),
        x: rows.iter().flat_map(|r| [r.3, r.4]).collect(),
        weight: rows.iter().map(|r| f64::from(r.5)).collect(),
        group: rows.iter().map(|r| r.6).collect(),
    })
}

impl Rows {
    fn data(&self) -> CompetingRisks<'static> {
        CompetingRisks::with_causes(self.time.clone(), &self.outcome, &[1, 2]).unwrap()
    }

    fn design(&self) -> Design<'static> {
        let column = |j: usize| self.x.iter().skip(j).step_by(2).copied().collect::<Vec<_>>();
        Design::builder().numeric("a", &column(0)).numeric("b", &column(1)).build().unwrap()
    }

    fn pick(&self, order: &[usize]) -> Self {
        let pick = |v: &[f64]| order.iter().map(|&i| v[i]).collect();
        Self {
            time: pick(&self.time),
            entry: pick(&self.entry),
            weight: pick(&self.weight),
            outcome: order.iter().map(|&i| self.outcome[i]).collect(),
            x: order.iter().flat_map(|&i| [self.x[2 * i], self.x[2 * i + 1]]).collect(),
            group: order.iter().map(|&i| self.group[i]).collect(),
        }
    }

    fn groups(&self) -> Groups {
        Groups::from_codes(&self.group, &["p", "q"]).unwrap()
    }

    /// Enough events of the cause for a maximum.
    fn is_rich(&self) -> bool {
        self.outcome.iter().filter(|o| **o == Some(1)).count() >= 6
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The sandwich, with what the estimated G adds, is the derivative of the coefficients in the weights of the rows:
    /// with ties, censoring groups and strata too. (Replication weights count in G.) So are the residuals of a row, and the
    /// standard error of a predicted incidence.
    #[test]
    fn the_sandwich_is_the_derivative(rows in rows(false), strata in any::<bool>(), groups in any::<bool>(), tied in any::<bool>()) {
        // A fit for each row and side: small data sets tell as much.
        let rows = rows.pick(&(0..rows.time.len().min(32)).collect::<Vec<_>>());
        prop_assume!(rows.is_rich());
        let rows = if tied { Rows { time: rows.time.iter().map(|t| t.floor()).collect(), ..rows } } else { rows };
        let n = rows.time.len();
        // One censoring that leaves nobody has no derivative.
        prop_assume!((0..n).filter(|&i| rows.time[i] >= 25.0).all(|i| rows.outcome[i].is_some()));
        let weighed = |w: Vec<f64>| {
            let data = rows.data().with_weights(Weights::replication(w)).unwrap();
            if strata { data.with_strata(rows.groups()).unwrap() } else { data }
        };
        let fit = |w: Vec<f64>| {
            let data = weighed(w);
            let mut model = FineGray::new(&1).censoring_ties(CensoringTies::EventsFirst).tolerance(1e-12);
            if groups { model = model.censoring_groups(&rows.groups()); }
            model.fit(&data, &rows.design()).unwrap()
        };
        let at = fit(vec![1.0; n]);
        prop_assume!(at.stop().is_success() && at.coefficients().iter().all(|b| b.abs() < 3.0));
        let (ones, design) = (weighed(vec![1.0; n]), rows.design());
        let beside = at.with(&ones, &design).unwrap();
        let residuals = beside.residuals();
        let (x, mut of_risk): ([f64; 2], f64) = ([0.3, -0.4], 0.0);
        let mut sum = [[0.0; 2]; 2];
        for i in 0..n {
            let moved = |h: f64| {
                let mut w = vec![1.0; n];
                w[i] += h;
                let fit = fit(w);
                let b = fit.coefficients();
                let hazard = fit.baseline()[0].at(12.0).unwrap_or(f64::NAN) * (b[0] * x[0] + b[1] * x[1]).exp();
                [b[0], b[1], -(-hazard).exp_m1()]
            };
            let (up, down) = (moved(1e-4), moved(-1e-4));
            let [u @ .., risk] = [0, 1, 2].map(|j| (up[j] - down[j]) / 2e-4);
            of_risk += risk * risk;
            for j in 0..2 {
                let got = residuals.dfbeta()[(i, j)];
                prop_assert!((got - u[j]).abs() < 1e-4 * at.variance()[(j, j)].sqrt(), "row {i}: {got} {}", u[j]);
            }
            for a in 0..2 { for b in 0..2 { sum[a][b] += u[a] * u[b]; } }
        }
        for a in 0..2 {
            for b in 0..2 {
                let scale = (sum[a][a] * sum[b][b]).sqrt();
                prop_assert!((at.variance()[(a, b)] - sum[a][b]).abs() < 1e-4 * scale, "{} {}", at.variance()[(a, b)], sum[a][b]);
            }
        }
        let row = at.row().numeric("a", x[0]).numeric("b", x[1]);
        let of_first = if strata { at.with(&ones, &design).unwrap().stratum(at.baseline()[0].label()) } else { beside };
        if let Ok(risk) = of_first.incidence(&row, &[12.0]) {
            let se = risk[0].std_error().unwrap_or(0.0);
            prop_assert!((se - of_risk.sqrt()).abs() <= 1e-4 * of_risk.sqrt(), "{} {}", se, of_risk.sqrt());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Without competing events it is Cox's model with Breslow's ties, strata, late entries and weights included; and the
    /// sandwich is the robust variance of Lin and Wei.
    #[test]
    fn without_competing_events_it_is_cox(rows in rows(true), late in any::<bool>(), weighted in any::<bool>(), strata in any::<bool>()) {
        prop_assume!(rows.is_rich());
        let outcome: Vec<Option<u8>> = rows.outcome.iter().map(|o| o.filter(|&c| c == 1)).collect();
        let mut data = CompetingRisks::with_causes(rows.time.clone(), &outcome, &[1, 2]).unwrap();
        if late { data = data.with_entry(rows.entry.clone()).unwrap(); }
        data = data.with_weights(Weights::sampling(if weighted { rows.weight.clone() } else { vec![1.0; rows.time.len()] })).unwrap();
        if strata { data = data.with_strata(rows.groups()).unwrap(); }
        let design = rows.design();
        let fit = FineGray::new(&1).fit(&data, &design).unwrap();
        let cox = CoxPh::new().ties(Ties::Breslow).fit(data.any_cause(), &design).unwrap();
        prop_assert_eq!(fit.stop(), cox.stop());
        prop_assume!(fit.stop().is_success());
        for j in 0..2 {
            prop_assert!((fit.coefficients()[j] - cox.coefficients()[j]).abs() < 1e-8);
            prop_assert!((fit.log_likelihood()[1] - cox.log_likelihood()[1]).abs() < 1e-9);
            for i in 0..2 {
                prop_assert!((fit.variance()[(i, j)] - cox.variance()[(i, j)]).abs() < 1e-7 * cox.variance()[(i, i)].max(cox.variance()[(j, j)]));
            }
        }
    }

    /// A replication weight of k is the row k times; the order of the rows does not matter; a cluster of copies is a
    /// sampling weight.
    #[test]
    fn weights_are_repetitions(rows in rows(true), late in any::<bool>()) {
        prop_assume!(rows.is_rich());
        let long = rows.pick(&(0..rows.time.len()).flat_map(|i| vec![i; rows.weight[i] as usize]).collect::<Vec<_>>());
        let turned = rows.pick(&(0..rows.time.len()).rev().collect::<Vec<_>>());
        let fit = |rows: &Rows, weighted: bool| {
            let mut data = rows.data();
            if late { data = data.with_entry(rows.entry.clone()).unwrap(); }
            if weighted { data = data.with_weights(Weights::replication(rows.weight.clone())).unwrap(); }
            FineGray::new(&1).fit(&data, &rows.design())
        };
        let one = fit(&rows, true);
        let Ok(one) = one else { prop_assert_eq!(one.unwrap_err(), fit(&long, false).unwrap_err()); return Ok(()); };
        prop_assume!(one.stop().is_success());
        for other in [fit(&long, false).unwrap(), fit(&turned, true).unwrap()] {
            for j in 0..2 {
                prop_assert!((one.coefficients()[j] - other.coefficients()[j]).abs() < 1e-8);
                prop_assert!((one.variance()[(j, j)] / other.variance()[(j, j)] - 1.0).abs() < 1e-7);
            }
            prop_assert!((one.log_likelihood()[1] / other.log_likelihood()[1] - 1.0).abs() < 1e-10);
        }
    }

    /// The scan is the expanded data set.
    #[test]
    fn the_scan_is_the_expanded_data(rows in rows(true), late in any::<bool>(), groups in any::<bool>()) {
        prop_assume!(rows.is_rich());
        let mut data = rows.data();
        if late { data = data.with_entry(rows.entry.clone()).unwrap(); }
        let mut model = FineGray::new(&1).censoring_ties(CensoringTies::EventsFirst);
        if groups { model = model.censoring_groups(&rows.groups()); }
        let Ok(fit) = model.fit(&data, &rows.design()) else { return Ok(()) };
        prop_assume!(fit.stop().is_success());
        let long = model.expand(&data).unwrap();
        let x = rows.pick(long.row()).design();
        let long = RightCensored::new(long.stop(), long.event()).unwrap().with_entry(long.start()).unwrap()
            .with_weights(Weights::sampling(long.weight())).unwrap();
        let cox = CoxPh::new().ties(Ties::Breslow).fit(&long, &x).unwrap();
        for j in 0..2 { prop_assert!((fit.coefficients()[j] - cox.coefficients()[j]).abs() < 1e-8); }
        prop_assert!((fit.log_likelihood()[1] - cox.log_likelihood()[1]).abs() < 1e-9);
    }
}

/// Trap 6: no censored row at all, with late entries: the weights come from the entries alone. By hand: the second
/// subject has its event at 3, when nobody else enters afterwards; at 4 the third alone is under observation.
#[test]
fn without_censored_rows_the_weights_come_from_entry() {
    let data = CompetingRisks::new(&[1., 3., 4.], &[Some(1), Some(2), Some(2)])
        .unwrap()
        .with_entry(vec![0., 0., 2.])
        .unwrap();
    // Cause 2: the first subject stays after its event at 1. At 2 one of two under observation has just entered:
    // H(1) = 1/2, H(3) = H(4) = 1, so its weight is 2.
    let rows = FineGray::new(&2).expand(&data).unwrap();
    assert_eq!(rows.row(), [0, 0, 1, 2]);
    assert_eq!(rows.weight(), [1.0, 2.0, 1.0, 1.0]);
    assert_eq!((rows.start()[1], rows.stop()[1]), (2.0, 4.0));
    let x = Design::builder().numeric("x", &[0.3, -0.2, 0.9]).build().unwrap();
    let fit = FineGray::new(&2).fit(&data, &x).unwrap();
    // At β = 0: log likelihood −ln(1 + 1 + 2) − ln(1 + 2).
    assert_relative_eq!(fit.log_likelihood()[0], -(12.0_f64.ln()), max_relative = 1e-14);
    // Cause 1 is a cause and no censoring: one event, among the two who are there, and nobody who is weighted.
    let fit = FineGray::new(&1).fit(&data, &x).unwrap();
    assert_eq!(fit.events(), 1);
    assert_relative_eq!(fit.log_likelihood()[0], -(2.0_f64.ln()), max_relative = 1e-14);
    let rows = FineGray::new(&1).expand(&data).unwrap();
    assert_eq!(rows.weight().iter().filter(|w| **w != 1.0).count(), 0, "{:?}", rows.weight());
}

/// What `CoxPh` promises holds here: redundant columns are named, infinite coefficients are data.
#[test]
fn redundant_and_infinite_coefficients() {
    use greenwood::survival::regression::{Collinear, Status, Stop};
    let time = [1., 2., 3., 4., 5., 6., 7., 8.];
    let outcome = [Some(1), Some(2), Some(1), None, Some(1), Some(2), None, None];
    let data = CompetingRisks::new(&time, &outcome).unwrap();
    let x = [0.5, 0.1, -0.3, 0.8, -0.6, 0.2, 0.4, -0.1];
    let twice: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
    let design = Design::builder().numeric("x", &x).numeric("twice", &twice).build().unwrap();
    let fit = FineGray::new(&1).fit(&data, &design).unwrap();
    assert_eq!((fit.terms()[0].status(), fit.terms()[1].status()), (Status::Estimated, Status::Redundant));
    assert_eq!(
        FineGray::new(&1).collinear(Collinear::Refuse).fit(&data, &design).unwrap_err().to_string(),
        "covariate twice is constant or a combination of earlier ones: leave it out, or let it be dropped \
         (`Collinear::Drop`)"
    );
    let treated = [1., 0., 1., 0., 1., 0., 0., 0.];
    let design = Design::builder().numeric("treated", &treated).build().unwrap();
    let fit = FineGray::new(&1).fit(&data, &design).unwrap();
    assert_eq!(fit.stop(), Stop::InfiniteCoefficient { covariate: 0 });
    assert_eq!(fit.coefficients(), [f64::INFINITY]);
    assert_eq!(
        fit.incidence(&fit.row().numeric("treated", 1.0), &[5.0]).unwrap_err().to_string(),
        "the coefficient of treated is infinite, so that this has no value: fit with a penalty \
         (`FineGray::ridge`), or leave the covariate out"
    );
    let ridge = FineGray::new(&1).ridge(1.0).fit(&data, &design).unwrap();
    assert!(ridge.stop().is_success() && ridge.coefficients()[0] > 0.0);
}

#[test]
fn every_error_has_its_text() {
    let data = CompetingRisks::new(&[1., 2., 3., 4.], &[Some(1), Some(2), Some(1), None]).unwrap();
    let x = Design::builder().numeric("x", &[0.3, 0.7, 0.2, -0.4]).build().unwrap();
    let text = |e: greenwood::Error| e.to_string();
    assert_eq!(
        text(FineGray::new(&3).fit(&data, &x).unwrap_err()),
        "there is no cause \"3\": the causes are 1, 2"
    );
    assert_eq!(
        text(FineGray::new(&1).ridge(-1.0).fit(&data, &x).unwrap_err()),
        "ridge is -1: it must be finite and at least 0"
    );
    assert_eq!(
        text(FineGray::new(&1).tolerance(0.0).fit(&data, &x).unwrap_err()),
        "tolerance is 0: it must be inside (0, 1)"
    );
    assert_eq!(
        text(FineGray::new(&1).initial(&[0.0, 1.0]).fit(&data, &x).unwrap_err()),
        "initial has 2 values, but the design's columns has 1: the two must be equal in number"
    );
    assert_eq!(
        text(FineGray::new(&1).censoring_groups(&Groups::new(&["a"])).fit(&data, &x).unwrap_err()),
        "censoring groups has 1 values, but time has 4: the two must be equal in number"
    );
    let fit = FineGray::new(&1).fit(&data, &x).unwrap();
    assert_eq!(
        text(fit.incidence(&fit.row(), &[1.0]).unwrap_err()),
        "the new rows have no x: the model needs a number"
    );
    let row = fit.row().numeric("x", 0.1);
    assert_eq!(
        text(fit.incidence(&row, &[f64::NAN]).unwrap_err()),
        "not estimable: a time must be a number of at least 0"
    );
    assert_eq!(
        text(fit.incidence(&row, &[4.5]).unwrap_err()),
        "not estimable: follow-up ends at 4 with the curve above 0"
    );
    let emptied = CompetingRisks::new(&[1., 3., 4., 5.], &[Some(2), Some(1), None, Some(1)])
        .unwrap()
        .with_entry(vec![0., 2., 2., 2.])
        .unwrap();
    assert_eq!(
        text(FineGray::new(&1).fit(&emptied, &x).unwrap_err()),
        "the weights of the subdistribution are not defined: at 2 all who are under observation have just entered, and \
         somebody had an event before; leave out what was observed up to then, or start there"
    );
}
