//! One matrix of {weights} × {entry} × {ties} × {strata} × {clusters}, over every estimator, test, model and measure.

#![allow(clippy::unnecessary_wraps)] // every method has one form, whether or not it can be refused

#[path = "../common/random.rs"]
mod random;

mod curves;
mod models;
mod reference;
mod sample;
mod shown;
mod states;
mod tests;

use sample::{Cell, Sample, Subject, Weighting, subjects};
use shown::{Outcome, difference};

struct Method {
    name: &'static str,
    run: fn(&Sample) -> Outcome,
    tolerance: f64,
}

const CLOSED: f64 = 1e-9;
/// Newton's last step.
const ITERATIVE: f64 = 1e-7;

macro_rules! methods {
    ($($tolerance:ident: $($module:ident::$name:ident),*;)*) => {
        const METHODS: &[Method] = &[
            $($(Method {
                name: concat!(stringify!($module), "::", stringify!($name)),
                run: $module::$name,
                tolerance: $tolerance,
            },)*)*
        ];
    };
}

methods! {
    CLOSED: curves::kaplan_meier, curves::censoring, curves::nelson_aalen, curves::fleming_harrington, curves::bands,
        curves::contrasts, curves::life_table, curves::smoothed_hazard, curves::incidence_rate, curves::pseudo_values,
        curves::infinitesimal_pseudo_values, curves::incidences, curves::win_ratio, curves::simon_makuch,
        tests::log_rank, tests::pairwise_log_rank, tests::renyi, tests::one_sample, tests::exact_log_rank,
        tests::monte_carlo_log_rank, tests::gray, tests::pepe_mori,
        models::concordance, models::concordance_uno, models::brier, models::roc, models::calibration, models::censoring_weights,
        models::explained_variation,
        states::history_check, states::occupation, states::transition_probability, states::landmark_probability,
        states::change_in_stay, states::markov, states::pseudo_values, states::infinitesimal_pseudo_values,
        states::mean_function, states::mean_test, states::event_rate;
    ITERATIVE: curves::small_samples, curves::inverted_log_rank, curves::average_hazard_ratio, tests::max_combo,
        tests::interval_log_rank, tests::monte_carlo_interval_log_rank,
        models::cox_efron, models::cox_breslow, models::cox_robust, models::cox_exact, models::cox_marginal, models::cox_firth,
        models::cox_ridge, models::cause_specific_risk, models::frailty, models::gaussian_frailty, models::additive_hazards,
        models::restricted_mean_weighted, models::restricted_mean_pseudo, models::restricted_mean_infinitesimal, models::quantile_portnoy, models::quantile_peng_huang,
        models::weibull, models::log_normal, models::spline, models::fine_gray, models::turnbull, models::turnbull_likelihood,
        models::turnbull_bootstrap, models::interval_regression,
        states::multi_state_cox, states::andersen_gill, states::pwp_total, states::pwp_gap, states::wlw, states::event_frailty;
}

/// A tied sample and one without ties.
const SEEDS: u64 = 2;
const SIZE: usize = 24;

/// What two answers are compared by, and which methods and names of numbers are not.
#[derive(Clone, Copy, Default)]
struct Except {
    methods: &'static [&'static str],
    names: &'static [&'static str],
    /// Texts hold numbers of those names.
    texts: bool,
    /// Order and sign of the numbers are no information.
    sizes: bool,
}

/// Compares the answers of every method to two samples, in every cell; a method that fails is told once.
fn compare(what: &str, cells: &[Cell], except: Except, change: impl Fn(&Sample) -> (Sample, Sample)) {
    let only = std::env::var("MATRIX_ONLY").unwrap_or_default();
    let mut failures = Vec::new();
    let chosen = METHODS.iter().filter(|m| m.name.contains(&only) && !except.methods.contains(&m.name));
    for method in chosen {
        let mut of_method: Vec<String> = Vec::new();
        for &cell in cells {
            for seed in 0..SEEDS {
                let (other, sample) = change(&Sample::new(subjects(seed, SIZE), cell));
                let got = except.of((method.run)(&other));
                let expected = except.of((method.run)(&sample));
                if let Some(text) = difference(&got, &expected, method.tolerance) {
                    of_method.push(format!("{cell:?}, seed {seed}: {text}"));
                }
            }
        }
        if let Some(first) = of_method.first() {
            failures.push(format!("## {} ({} times): {first}", method.name, of_method.len()));
        }
    }
    assert!(failures.is_empty(), "{what}:\n{}", failures.join("\n"));
}

impl Except {
    fn of(self, outcome: Outcome) -> Outcome {
        let mut shown = outcome?.without(self.names);
        if self.texts || self.sizes {
            shown.texts.clear();
        }
        if self.sizes {
            let mut sizes: Vec<f64> = shown.numbers.iter().map(|n| n.1.abs()).collect();
            sizes.sort_by(f64::total_cmp);
            shown.numbers = sizes.into_iter().map(|x| (String::new(), x)).collect();
        }
        Ok(shown)
    }
}

fn cells(of: impl Fn(&Cell) -> bool) -> Vec<Cell> {
    Cell::all().into_iter().filter(of).collect()
}

/// Draws that hang on the order of the rows, which is no information to what they estimate.
const DRAWN: &[&str] =
    &["tests::monte_carlo_log_rank", "tests::monte_carlo_interval_log_rank", "models::turnbull_bootstrap"];

/// Those whose refusal of weights says what to do.
const WITHOUT_WEIGHTS: &[&str] = &[
    "curves::win_ratio",
    "models::brier",
    "models::roc",
    "models::calibration",
    "models::censoring_weights",
    "models::explained_variation",
    "models::cox_exact",
    "states::markov",
];

/// A replication weight of k is the subject k times; within a cluster the k are together.
#[test]
fn a_weight_is_a_repetition() {
    let replicated = cells(|c| c.weights == Weighting::Replication);
    let methods: &'static [&'static str] =
        [WITHOUT_WEIGHTS, DRAWN, &["states::event_frailty"]].concat().leak();
    // Models count rows, as R does.
    let except = Except { methods, names: &["rows", "events", "known", "subjects"], ..Except::default() };
    compare("weighted, for written out", &replicated, except, |of| {
        let copies = |r: &Subject| -> Vec<Subject> {
            (0..r.weight as usize).map(|k| Subject { id: 10 * r.id + k, weight: 1.0, ..r.clone() }).collect()
        };
        let plain = Cell { weights: Weighting::None, ..of.cell };
        (of.clone(), Sample { rows: of.rows.iter().flat_map(copies).collect(), cell: plain, ..of.clone() })
    });
}

/// The order of the rows is not information, nor are the names of subjects and clusters.
#[test]
fn permuting_rows_changes_nothing() {
    compare("in another order", &Cell::all(), Except { methods: DRAWN, ..Except::default() }, |of| {
        let mut random = random::Random(of.rows.len() as u64 + 7);
        let mut other = of.clone();
        for i in (1..other.rows.len()).rev() {
            other.rows.swap(i, random.below(i + 1));
        }
        for r in &mut other.rows {
            r.id = 1000 - r.id;
            r.cluster = 50 - r.cluster;
        }
        (other, of.clone())
    });
}

/// A row of weight 0 is nobody: it may be left out.
#[test]
fn a_weight_of_zero_is_nobody() {
    // Of a cluster without weight a frailty is told, and exact pseudo-values refuse what is no subject. A row of weight 0 stays
    // among the rows that are printed.
    let methods = &[
        "models::turnbull_bootstrap",
        "models::frailty",
        "models::gaussian_frailty",
        "states::event_frailty",
        "curves::pseudo_values",
        "states::pseudo_values",
        "models::restricted_mean_pseudo",
    ];
    let names = &["rows", "events", "known", "subjects", "at_risk", "printed", "small risk sets"];
    let weighted = cells(|c| c.weights != Weighting::None);
    compare(
        "with rows of weight 0, for left out",
        &weighted,
        Except { methods, names, ..Except::default() },
        |of| {
            let mut with = of.clone();
            with.rows.iter_mut().filter(|r| r.id % 5 == 3).for_each(|r| r.weight = 0.0);
            let without = with.rows.iter().filter(|r| r.weight > 0.0).cloned().collect();
            (with, Sample { rows: without, ..of.clone() })
        },
    );
}

/// Sampling weights have no unit: but for sums of weights.
#[test]
fn sampling_weights_have_no_unit() {
    let sampled = cells(|c| c.weights == Weighting::Sampling);
    let except = Except { names: IN_UNITS, texts: true, ..Except::default() };
    compare("sampling weights in another unit", &sampled, except, |of| {
        (Sample { scale: 8.0 / 3.0, ..of.clone() }, of.clone())
    });
}

/// Sums of weights, and their squares.
const IN_UNITS: &[&str] = &[
    "at risk",
    "events",
    "observed",
    "expected",
    "variance",
    "score",
    "u",
    "covariance",
    "unit",
    "concordant",
    "discordant",
    "tied_score",
    "tied_time",
    "tied",
    "log_likelihood",
    "log likelihood",
    "model_variance",
    "score_test",
    "test_covariance",
    "test_score",
    "test_sums",
    "late",
    "std_error",
    // The test of proportional hazards is model-based, as R's `cox.zph`, and so is the error of a predicted curve; the docs of both say so.
    "hazards",
    "predicted",
    "ratio",
    "profile",
    "entering",
    "withdrawn",
    "effective",
    "highest",
    "lowest",
    "end",
];

/// Clusters of one row each are none, beside sampling weights, whose variance is robust anyway.
#[test]
fn clusters_of_one_are_none() {
    let sampled = cells(|c| c.weights == Weighting::Sampling && !c.clusters);
    let methods = &["models::frailty", "models::gaussian_frailty", "models::turnbull_bootstrap"];
    compare("clusters of one", &sampled, Except { methods, ..Except::default() }, |of| {
        let mut alone = of.clone();
        alone.cell.clusters = true;
        alone.rows.iter_mut().for_each(|r| r.cluster = 3 * r.id);
        (alone, of.clone())
    });
}

/// Histories whose rows are cut in two are the same histories.
#[test]
fn cutting_histories_changes_nothing() {
    let methods: Vec<&str> =
        METHODS.iter().map(|m| m.name).filter(|name| !name.starts_with("states::")).collect();
    let except = Except { methods: methods.leak(), names: &["rows", "events"], ..Except::default() };
    compare("histories in two", &Cell::all(), except, |of| {
        (Sample { cut: Some(0.4), ..of.clone() }, of.clone())
    });
}

/// The order of the labels of groups is not information: the same numbers, but for order and sign.
#[test]
fn the_order_of_labels_is_no_information() {
    // Contrasts have a direction, and so have one-sided p-values; a group that is a covariate is one.
    let directed =
        ["curves::contrasts", "curves::small_samples", "curves::incidences", "curves::inverted_log_rank"];
    let covariates = METHODS.iter().map(|m| m.name).filter(|name| name.starts_with("models::"));
    let methods: Vec<&str> = DRAWN.iter().copied().chain(directed).chain(covariates).collect();
    let except = Except { methods: methods.leak(), names: &["p"], sizes: true, ..Except::default() };
    compare("labels in another order", &Cell::all(), except, |of| {
        let mut other = Sample { labels: ["b", "a"], ..of.clone() };
        other.rows.iter_mut().for_each(|r| r.group = 1 - r.group);
        (other, of.clone())
    });
}
