//! Interval-censored regression with any baseline: icenReg, an independent search, Cox's partial likelihood, properties.

use crate::common::{Report, cases, number, numbers};
use greenwood::survival::regression::{IntervalRegression, Stop};
use greenwood::survival::{Design, IntervalCensored};

fn of_model(name: &str) -> IntervalRegression {
    match name {
        "ph" => IntervalRegression::proportional_hazards(),
        "po" => IntervalRegression::proportional_odds(),
        other => panic!("no model {other}"),
    }
}

/// icenReg 2.0.16: `ic_sp(cbind(L, R) ~ x, model, B = c(0, 1))`. Its coefficients are right to 5e-6 and its log likelihoods to 1e-9,
/// as the file states; in its proportional odds a positive coefficient means later events.
#[test]
fn coefficients_and_log_likelihoods_are_those_of_icenreg() {
    let mut report = Report::default();
    for case in cases("interval").into_iter().filter(|c| c.kind == "interval_semiparametric") {
        report.cases += 1;
        let column = |name: &str| numbers(&case.inputs["inline"][name]);
        let data = IntervalCensored::interval2(column("L"), column("R")).unwrap();
        let design = Design::builder().numeric("x", &column("x")).build().unwrap();
        let model = case.text("model").unwrap();
        let fit = of_model(model).fit(&data, &design).unwrap();
        println!("{} {} it {}\n{fit}", case.name, fit.gap(), fit.iterations());
        if fit.stop() != Stop::Converged || fit.gap() > 1e-11 {
            report.fail(&format!("{}: {}, gap {:e}", case.name, fit.stop(), fit.gap()));
        }
        let sign = if model == "po" { -1.0 } else { 1.0 };
        let expected = numbers(&case.output["coef"])[0];
        report.close(&case.name, sign * fit.coefficients()[0], expected, 5e-6);
        let loglik = number(&case.output["loglik"]);
        report.close(&format!("{} loglik", case.name), fit.log_likelihood()[1], loglik, 1e-9);
    }
    assert_eq!(report.cases, 10);
    report.finish("icenReg");
}
