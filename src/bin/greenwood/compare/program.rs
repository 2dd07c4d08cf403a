//! `compare`: do groups differ, and by how much?

use greenwood::survival::log_rank::{LogRankTest, Renyi};
use greenwood::survival::result::HazardRatioMethod;
use greenwood::survival::result::print::pair as pair_of;
use greenwood::survival::risk_table::RiskTables;
use greenwood::survival::small_sample::Melded;
use greenwood::survival::{
    ExactLogRank, Groups, KaplanMeier, LogRank, MaxCombo, RightCensored, RiskTable, SurvivalCurve, Weight,
};
use serde_json::{Value, json};

use super::few::{difference_of_few, small_sample};
use crate::support::{
    Answer, Columns, Failure, Further, Program, Warnings, WeightKind, count, distinct, number, of_flag,
    reason, times_to_ask,
};

/// Tests of equality, hazard ratio and survival differences from a file.
#[derive(clap::Parser)]
#[command(after_help = "Example: compare aml.csv --time time --event status --by x --at 20 --exact")]
pub struct Options {
    #[command(flatten)]
    columns: Columns,
    /// Column with the groups to compare
    #[arg(long)]
    by: String,
    /// Column with strata to compare within
    #[arg(long)]
    strata: Option<String>,
    /// The test
    #[arg(long, value_enum, default_value = "log-rank")]
    test: Test,
    /// ρ of Fleming and Harrington's weights; 0 if left out
    #[arg(long, allow_negative_numbers = true)]
    rho: Option<f64>,
    /// γ of Fleming and Harrington's weights; 0 if left out
    #[arg(long, allow_negative_numbers = true)]
    gamma: Option<f64>,
    /// Add the exact permutation test of the weight's scores (two groups)
    #[arg(long)]
    exact: bool,
    /// Add the trend test over the groups in their order, with these scores or 0, 1, 2, …
    #[arg(long, value_delimiter = ',', num_args = 0.., allow_negative_numbers = true)]
    trend: Option<Vec<f64>>,
    /// Time at which the survival probabilities are compared (two groups)
    #[arg(long, allow_negative_numbers = true)]
    at: Option<f64>,
    /// Small-sample interval of each group's probability at that time, and the melded comparison
    #[arg(long, value_enum)]
    interval: Option<Method>,
    /// Confidence level, of what is estimated for two groups [default: 0.95]
    #[arg(long, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    level: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Test {
    LogRank,
    GehanBreslow,
    TaroneWare,
    PetoPeto,
    ModifiedPetoPeto,
    FlemingHarrington,
    MaxCombo,
    Renyi,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(super) enum Method {
    Bpcp,
    BpcpMidP,
    LikelihoodRatio,
    Rothman,
    Borkowf,
}

impl Options {
    fn weight(&self) -> Weight {
        match self.test {
            Test::GehanBreslow => Weight::GehanBreslow,
            Test::TaroneWare => Weight::TaroneWare,
            Test::PetoPeto => Weight::PetoPeto,
            Test::ModifiedPetoPeto => Weight::ModifiedPetoPeto,
            Test::FlemingHarrington => {
                Weight::fleming_harrington(self.rho.unwrap_or(0.0), self.gamma.unwrap_or(0.0))
            }
            Test::LogRank | Test::MaxCombo | Test::Renyi => Weight::LogRank,
        }
    }

    fn level(&self) -> f64 {
        self.level.unwrap_or(0.95)
    }

    fn further(&self) -> Further<'_> {
        Further { by: Some(&self.by), strata: self.strata.as_deref() }
    }

    fn name(&self) -> String {
        use clap::ValueEnum;
        self.test.to_possible_value().map_or(String::new(), |v| v.get_name().to_string())
    }
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        run(&self)
    }
}

/// A flag that this call would leave without effect is a mistake.
fn check(options: &Options) -> Result<(), Failure> {
    if options.test != Test::FlemingHarrington {
        for (flag, value) in [("--rho", options.rho), ("--gamma", options.gamma)] {
            if value.is_some() {
                return Err(format!(
                    "{flag} belongs to Fleming and Harrington's weights: add --test fleming-harrington, or leave it out"
                )
                .into());
            }
        }
    }
    if options.interval.is_some() && options.at.is_none() {
        return Err("--interval is that of a probability at a time: add --at, such as --at 24".into());
    }
    if let Some(t) = options.at {
        times_to_ask("--at", &[t])?;
    }
    distinct(&options.further().flags())
}

/// What is compared: the subjects, or their risk tables where the file was too long to keep them.
enum Compared {
    Subjects(Box<RightCensored<'static>>, Groups),
    Tables(RiskTables),
}

impl Compared {
    /// The tables suffice but for what is made of several tests or of allocations.
    fn read(options: &Options, warnings: &mut Warnings) -> Result<Self, Failure> {
        let needs_subjects = options.exact || matches!(options.test, Test::MaxCombo | Test::Renyi);
        if !needs_subjects && let Some(tables) = options.columns.streamed(options.further(), warnings)? {
            return Ok(Self::Tables(tables));
        }
        let table = options.columns.table(&options.further().flags(), warnings)?;
        let mut data = options.columns.data(&table, warnings)?;
        if let Some(column) = &options.strata {
            data = data.with_strata(table.groups("--strata", column)?)?;
        }
        Ok(Self::Subjects(Box::new(data), table.groups("--by", &options.by)?))
    }

    fn labels(&self) -> Vec<&str> {
        match self {
            Self::Subjects(_, groups) => groups.labels().iter().map(String::as_str).collect(),
            Self::Tables(tables) => tables.labels(),
        }
    }

    fn test(&self, weight: Weight) -> Result<LogRankTest, Failure> {
        let test = LogRank::weighted(weight);
        Ok(match self {
            Self::Subjects(data, groups) => test.test(data, groups)?,
            Self::Tables(tables) => test.from_tables(tables.tables(), &tables.labels())?,
        })
    }

    /// The curve of each group, over all strata.
    fn curves(&self) -> Result<Vec<SurvivalCurve>, Failure> {
        match self {
            Self::Subjects(data, groups) => Ok(KaplanMeier::by_group(data, groups)?),
            Self::Tables(tables) => (0..tables.labels().len())
                .map(|g| {
                    let whole =
                        RiskTable::merge_all(tables.tables().iter().map(|of_stratum| &of_stratum[g]))?;
                    Ok(KaplanMeier::from_table(whole))
                })
                .collect(),
        }
    }
}

fn run(options: &Options) -> Result<String, Failure> {
    check(options)?;
    let mut warnings = Warnings::default();
    let compared = Compared::read(options, &mut warnings)?;
    let labels = compared.labels();
    if options.at.is_some() && labels.len() != 2 {
        return Err(format!(
            "--at compares two groups at a time, and --by \"{}\" has {}: leave it out, or take the curves with the \
             program curve",
            options.by,
            labels.len()
        )
        .into());
    }
    if options.level.is_some() && labels.len() != 2 {
        return Err(format!(
            "--level is that of limits, which two groups have, and --by \"{}\" has {}: leave it out",
            options.by,
            labels.len()
        )
        .into());
    }
    let test = compared.test(options.weight())?;
    let mut answer = base(options, &test);
    if let Compared::Subjects(data, groups) = &compared {
        combined(options, data, groups, &mut answer)?;
        permuted(options, data, groups, &mut answer)?;
    }
    if let Some(scores) = &options.trend {
        let scores =
            if scores.is_empty() { (0..labels.len()).map(|g| g as f64).collect() } else { scores.clone() };
        let trend = test.trend(&scores).map_err(of_flag("--trend"))?;
        answer.text.push(trend.to_string());
        answer.add(
            "trend",
            json!({ "scores": scores, "statistic": trend.statistic(), "z": number(trend.z()), "p_value": number(trend.p_value()) }),
        );
    }
    pair(options, &compared, &test, (&mut answer, &mut warnings))?;
    Ok(answer.print(options.columns.rows.json, &warnings))
}

/// The test itself. Fields without a value are null.
fn base(options: &Options, test: &LogRankTest) -> Answer {
    let replicated = options.columns.rows.weight_kind == Some(WeightKind::Replication);
    let group = |g: usize| {
        let n = if replicated { count(test.sizes()[g]) } else { test.subjects()[g].into() };
        json!({
            "label": test.labels()[g], "n": n,
            "observed": test.observed()[g], "expected": test.expected()[g],
        })
    };
    let variance: Vec<Vec<f64>> = test.variance().rows().into_iter().map(|r| r.to_vec()).collect();
    let mut answer = Answer::default();
    answer.text.push(test.to_string());
    answer.add("test", options.name());
    answer.add("statistic", test.statistic());
    answer.add("df", test.df());
    answer.add("p_value", number(test.p_value()));
    answer.add("z", number(test.z()));
    answer.add("groups", (0..test.labels().len()).map(group).collect::<Vec<_>>());
    answer.add("variance", variance);
    answer.add("hazard_ratio", Value::Null);
    answer.add("difference", Value::Null);
    answer
}

/// The tests that are made of several: they replace statistic and p-value.
fn combined(
    options: &Options,
    data: &RightCensored,
    groups: &Groups,
    answer: &mut Answer,
) -> Result<(), Failure> {
    let (statistic, p) = match options.test {
        Test::MaxCombo => {
            let test = MaxCombo::new().test(data, groups).map_err(of_flag("--test max-combo"))?;
            answer.text.push(test.to_string());
            (test.statistic(), test.p_value())
        }
        Test::Renyi => {
            let test = Renyi::new().test(data, groups).map_err(of_flag("--test renyi"))?;
            answer.text.push(test.to_string());
            (test.statistic(), test.p_value())
        }
        _ => return Ok(()),
    };
    for (field, value) in
        [("statistic", number(statistic)), ("p_value", number(p)), ("df", Value::Null), ("z", Value::Null)]
    {
        answer.add(field, value);
    }
    Ok(())
}

fn permuted(
    options: &Options,
    data: &RightCensored,
    groups: &Groups,
    answer: &mut Answer,
) -> Result<(), Failure> {
    if !options.exact {
        return Ok(());
    }
    let test = ExactLogRank::new().weight(options.weight()).test(data, groups).map_err(of_flag("--exact"))?;
    answer.text.push(test.to_string());
    answer.add("exact",
        json!({
            "statistic": test.statistic(), "expectation": test.expectation(), "variance": test.variance(),
            // Scripts read the number of allocations under this older name, so the field keeps it.
            "p_value": test.p_value(), "mid_p_value": test.mid_p_value(), "labellings": number(test.allocations()),
            "error": test.error(),
        }),
    );
    Ok(())
}

/// What is said of two groups only: the first compared with the second.
fn pair(
    options: &Options,
    compared: &Compared,
    test: &LogRankTest,
    (answer, warnings): (&mut Answer, &mut Warnings),
) -> Result<(), Failure> {
    if let (Some(method), Some(t)) = (options.interval, options.at) {
        let curves = compared.curves()?;
        small_sample(options.level(), (method, t), curves.iter().zip(compared.labels()), answer)?;
        if let ([of, against], Method::Bpcp | Method::BpcpMidP) = (curves.as_slice(), method) {
            let melded = of.melded(against, t);
            let melded = if method == Method::BpcpMidP { melded.map(Melded::mid_p) } else { melded };
            difference_of_few(options.level(), melded, answer)?;
        }
    }
    let labels = compared.labels();
    let [of, against] = labels.as_slice() else { return Ok(()) };
    if test.is_plain()
        && !test.is_robust()
        && let Some(r) = test.hazard_ratio(of, against, HazardRatioMethod::Peto)?
    {
        let limits = r.interval(options.level())?;
        answer.text.push(format!("hazard ratio {}", r.printed(options.level())?));
        answer.add("hazard_ratio",
            json!({
                "of": r.group(), "against": r.reference(), "method": r.method().to_string().to_lowercase(),
                "estimate": number(r.value().ok()), "lower": number(limits.lower), "upper": number(limits.upper),
            }),
        );
    }
    if let Some(t) = options.at {
        let curves = compared.curves()?;
        labels.iter().zip(&curves).for_each(|(label, curve)| warnings.of(label, &curve.warnings()));
        let d = curves[0].difference(&curves[1], t);
        let limits = d.interval(options.level())?;
        answer.text.push(format!(
            "survival at {t}, {}: {}",
            pair_of(of, against),
            d.printed(options.level())?
        ));
        answer.add(
            "difference",
            json!({
                "time": d.time(), "estimate": number(d.value().ok()), "std_error": number(d.std_error().ok()),
                "lower": number(limits.lower), "upper": number(limits.upper), "p_value": number(d.p_value()),
                "not_estimable": reason(d.not_estimable()),
            }),
        );
    }
    Ok(())
}
