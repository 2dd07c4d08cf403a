//! Every kind of case in the reference files of parametric models and interval censoring is walked.

use crate::walked::{Walked, disagreements};

/// Models, and their residuals.
const SURVREG: &str = concat!(include_str!("parametric.rs"), include_str!("parametric_residuals.rs"));
const CURVES: &str = include_str!("../curves/interval_censored.rs");

const INTERVALS: &str = include_str!("parametric_intervals.rs");

const NAMES: &str = "R's own names for the coefficients, in an order that the tests know";
const OTHER_SEARCH: &str = "how R's own search went";

const SURVREG_OUT: &[(&str, &str)] = &[("term_names", NAMES), ("var_names", NAMES)];
const COARSE: &[(&str, &str)] =
    &[("curves", "R's EM stops at changes of 5e-5 and puts mass at midpoints: no reference for a maximum")];
const OWN_GAP: &[(&str, &str)] =
    &[("kkt_gap", "the gap of the reference itself; ours is asked to be below 1e-9")];

const fn walked(
    (file, kind, cases): (&'static str, &'static str, usize),
    by: &'static str,
    left_out: &'static [(&'static str, &'static str)],
) -> Walked {
    Walked { file, kind, cases, by, left_out }
}

const LIST: [Walked; 13] = [
    walked(
        ("aft", "survreg", 81),
        SURVREG,
        &[("term_names", NAMES), ("var_names", NAMES), ("iterations", OTHER_SEARCH)],
    ),
    walked(("aft", "survreg_distribution", 8), SURVREG, &[]),
    walked(("survreg", "survreg", 20), SURVREG, &[]),
    walked(("parametric2", "survreg", 46), SURVREG, SURVREG_OUT),
    walked(
        ("parametric2", "parametric_mle", 62),
        SURVREG,
        &[("parameters", NAMES), ("newton_decrement", OTHER_SEARCH), ("warnings", OTHER_SEARCH)],
    ),
    walked(("parametric2", "piecewise_exponential", 6), SURVREG, &[("parameters", NAMES)]),
    walked(("turnbull", "interval_npmle", 18), CURVES, OWN_GAP),
    walked(("turnbull", "survfit_turnbull_coarse", 3), CURVES, COARSE),
    walked(("interval", "interval_npmle", 31), CURVES, OWN_GAP),
    walked(("interval", "survfit_turnbull_coarse", 6), CURVES, COARSE),
    walked(("interval", "interval_test", 30), CURVES, &[]),
    walked(("interval", "interval_parametric", 50), INTERVALS, &[("parameters", NAMES)]),
    walked(
        ("interval", "interval_semiparametric", 10),
        include_str!("interval_regression.rs"),
        &[("iterations", OTHER_SEARCH)],
    ),
];

#[test]
fn every_kind_of_case_is_walked() {
    let wrong = disagreements(&LIST);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
