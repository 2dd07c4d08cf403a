//! A Cox model of a CSV file.
//!
//! `cargo run --release --example cox -- FILE --time COL --event COL --covariates a,b [--factor c] [--strata COL] …`

mod support;

use std::process::ExitCode;

use clap::Parser;
use greenwood::survival::{Concordance, CoxPh, Design, Ties, TimeScale, Weights};
use serde_json::{Value, json};
use support::{Columns, Failure, WeightKind, json as number};

#[derive(Parser)]
#[command(about = "Cox's proportional-hazards model of a CSV file")]
struct Options {
    #[command(flatten)]
    columns: Columns,
    /// Column with the start of each row: the same as --entry
    #[arg(long, conflicts_with = "entry")]
    start: Option<String>,
    /// Numeric covariates
    #[arg(long, value_delimiter = ',')]
    covariates: Vec<String>,
    /// Covariates that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    factor: Vec<String>,
    /// Column with strata
    #[arg(long)]
    strata: Option<String>,
    /// Column that is added to the linear predictor
    #[arg(long)]
    offset: Option<String>,
    #[arg(long, value_enum, default_value = "efron")]
    ties: TiesName,
    /// Firth's penalty, with intervals and p-values from the profile of the penalised likelihood
    #[arg(long)]
    firth: bool,
    /// Robust variance, every row its own cluster
    #[arg(long)]
    robust: bool,
    /// Confidence level
    #[arg(long, default_value_t = 0.95)]
    level: f64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum TiesName {
    Efron,
    Breslow,
    Exact,
}

fn main() -> ExitCode {
    support::main_with(|| run(Options::parse()))
}

#[allow(clippy::too_many_lines)] // one report, top to bottom
fn run(mut options: Options) -> Result<(), Failure> {
    options.columns.entry = options.columns.entry.or(options.start.take());
    let covariates: Vec<Option<String>> =
        options.covariates.iter().chain(&options.factor).cloned().map(Some).collect();
    let mut used: Vec<&Option<String>> = covariates.iter().collect();
    used.extend([&options.strata, &options.offset]);
    let table = options.columns.table(&used)?;
    let mut data = options.columns.data(&table)?;
    if let Some(column) = &options.strata {
        data = data.with_strata(table.groups(column)?)?;
    }
    if options.robust && options.columns.cluster.is_none() {
        let sampling = matches!(options.columns.weight_kind, Some(WeightKind::Sampling));
        if options.columns.weight.is_none() {
            data = data.with_weights(Weights::sampling(vec![1.0; table.len()]))?;
        } else if !sampling {
            data = data.with_clusters(&(0..table.len()).collect::<Vec<_>>())?;
        }
    }
    let mut design = Design::builder();
    for column in &options.covariates {
        design = design.numeric(column, &table.numbers(column)?);
    }
    for column in &options.factor {
        let groups = table.groups(column)?;
        let reference = groups.labels()[0].clone();
        design = design.factor(column, &groups, &reference);
    }
    let design = design.build()?;
    let mut model = CoxPh::new().ties(match options.ties {
        TiesName::Efron => Ties::Efron,
        TiesName::Breslow => Ties::Breslow,
        TiesName::Exact => Ties::Exact,
    });
    let offset = options.offset.as_ref().map(|column| table.numbers(column)).transpose()?;
    if let Some(offset) = &offset {
        model = model.offset(offset);
    }
    if options.firth {
        model = model.firth();
    }
    let fit = model.fit(&data, &design)?;
    let finite = fit.coefficients().iter().all(|b| b.is_finite());
    let concordance = if finite {
        let mut score = fit.linear_predictor(design.matrix())?;
        if let Some(offset) = &offset {
            score.iter_mut().zip(offset).for_each(|(s, o)| *s += o);
        }
        Some(Concordance::new(&data, &score)?)
    } else {
        None
    };
    let zph =
        if finite { Some(fit.proportional_hazards(&data, &design, TimeScale::default())?) } else { None };
    if !options.columns.json {
        println!("{fit}");
        for term in fit.terms().iter().filter(|_| options.firth) {
            let interval = fit.profile_interval(&term.name, options.level, &data, &design)?;
            let test = fit.likelihood_ratio_test_of(&[&term.name], &data, &design)?;
            println!("{}: profile of the hazard ratio {interval:.4}; likelihood ratio {test}", term.name);
        }
        if let Some(c) = concordance {
            println!("concordance      {c}");
        }
        if let Some(zph) = zph {
            println!("{zph}");
        }
        return Ok(());
    }
    let coefficients = fit
        .terms()
        .iter()
        .map(|t| {
            let (limits, p_value) = if options.firth {
                let test = fit.likelihood_ratio_test_of(&[&t.name], &data, &design)?;
                (fit.profile_interval(&t.name, options.level, &data, &design)?, test.p_value())
            } else {
                (t.interval(options.level)?, t.p_value())
            };
            Ok(json!({
                "name": t.name, "coef": number(t.coefficient), "se": number(t.std_error),
                "robust_se": number(t.robust_std_error), "z": number(t.z()), "p_value": number(p_value),
                "hazard_ratio": number(t.hazard_ratio()),
                "lower": number(limits.lower), "upper": number(limits.upper),
                "status": format!("{:?}", t.status),
            }))
        })
        .collect::<Result<Vec<Value>, Failure>>()?;
    let vcov: Vec<Vec<f64>> = fit.variance().rows().into_iter().map(|r| r.to_vec()).collect();
    let mut baseline = Vec::new();
    if finite {
        let base = fit.baseline(&data, &design)?;
        for s in 0..base.strata() {
            let curve = base.at_zero(s)?;
            for (time, hazard) in curve.times().iter().zip(curve.cumulative_hazard()) {
                baseline.push(json!({ "stratum": base.label(s), "time": time, "cumulative_hazard": hazard }));
            }
        }
    }
    let test = |t: &greenwood::survival::TestResult| json!({ "statistic": t.statistic, "df": t.degrees_of_freedom, "p_value": number(t.p_value()) });
    let zph: Vec<Value> = zph.map_or(Vec::new(), |zph| {
        let names = zph.names().iter().map(String::as_str).chain(["GLOBAL"]);
        names
            .zip(zph.terms().iter().copied().chain([zph.global()]))
            .map(|(name, t)| {
                let mut value = test(&t);
                value["name"] = name.into();
                value
            })
            .collect()
    });
    let result = json!({
        "n": fit.rows(), "events": fit.events(), "ties": fit.ties().to_string().to_lowercase(),
        "converged": fit.stop().is_success(), "stop": format!("{:?}", fit.stop()), "iterations": fit.iterations(),
        "loglik": fit.log_likelihood(), "coefficients": coefficients, "vcov": vcov,
        "score": test(&fit.score_test()), "wald": test(&fit.wald_test()), "lrt": test(&fit.likelihood_ratio_test()),
        "concordance": concordance.map(|c| json!({ "estimate": number(c.estimate()), "se": number(c.std_error()) })),
        "baseline": baseline, "zph": zph,
    });
    println!("{result}");
    Ok(())
}
