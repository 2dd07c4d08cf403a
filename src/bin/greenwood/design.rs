//! `design`: sample size, group-sequential bounds, interim results.

use clap::{Args, Parser, Subcommand, ValueEnum};
use greenwood::trial::design::monitoring::{Effect, Interim};
use greenwood::trial::design::{
    Accrual, Boundaries, BoundaryType, EventFormula, FixedDesign, FixedPlan, Futility, GroupSequential,
    Hazard, SequentialPlan, Spending, Target,
};
use serde_json::{Map, Value, json};

use crate::support::{Failure, Program, Warnings, json_text, number};

/// Plans a trial: events and subjects, when to look, what an interim result allows.
#[derive(Parser)]
#[command(
    after_help = "Example: design fixed --hazard-ratio 0.7 --control-median 12 --accrual 24 --followup 12 --power 0.9"
)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Events, subjects and duration of a trial with one look
    Fixed(FixedFlags),
    /// Bounds of a group-sequential design
    Boundaries(BoundaryFlags),
    /// Both together: events, subjects and calendar time at each look
    Sequential(SequentialFlags),
    /// The probability of success, given an interim result
    ConditionalPower(ConditionalFlags),
    /// Events to expect by a calendar time
    ExpectedEvents(ExpectedFlags),
}

#[derive(Args)]
struct FixedFlags {
    /// Hazard ratio of the experimental arm against the control arm
    #[arg(long, allow_negative_numbers = true)]
    hazard_ratio: f64,
    /// Hazard of the control arm
    #[arg(long, allow_negative_numbers = true)]
    control_hazard: Option<f64>,
    /// Median of the control arm
    #[arg(long, conflicts_with = "control_hazard", allow_negative_numbers = true)]
    control_median: Option<f64>,
    /// Duration of accrual
    #[arg(long, allow_negative_numbers = true)]
    accrual: Option<f64>,
    /// Follow-up after the last entry
    #[arg(long, allow_negative_numbers = true)]
    followup: Option<f64>,
    /// Hazard of dropping out, of both arms
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    dropout_hazard: f64,
    /// Experimental subjects for each control subject
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    ratio: f64,
    /// Error rate
    #[arg(long, default_value_t = 0.025, allow_negative_numbers = true)]
    alpha: f64,
    /// One-sided or two-sided
    #[arg(long, default_value_t = 1)]
    sides: u32,
    /// Power
    #[arg(long, allow_negative_numbers = true)]
    power: Option<f64>,
    /// Number of subjects, for which the power is found
    #[arg(long, conflicts_with = "power", allow_negative_numbers = true)]
    subjects: Option<f64>,
    /// Number of events, for which the power is found
    #[arg(long, conflicts_with_all = ["power", "subjects"], allow_negative_numbers = true)]
    events: Option<f64>,
    #[arg(long, value_enum, default_value = "schoenfeld")]
    formula: Formula,
    /// Hazard ratio to be excluded: above 1 for non-inferiority
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    margin: f64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Formula {
    Schoenfeld,
    Freedman,
    LachinFoulkes,
    LachinFoulkesDifference,
    BernsteinLagakos,
}

/// The flags of the bounds that do not say the error rate, which the fixed design has too.
#[derive(Args)]
struct LookFlags {
    /// Number of looks at equal steps of the information
    #[arg(long)]
    looks: Option<usize>,
    /// Shares of the information at the looks, the last one 1
    #[arg(long, value_delimiter = ',', conflicts_with = "looks", allow_negative_numbers = true)]
    fractions: Vec<f64>,
    #[arg(long = "type", value_enum, default_value = "as-of")]
    kind: Kind,
    /// Wang and Tsiatis's Δ, Haybittle and Peto's bound, γ of hsd, ρ of kim-demets
    #[arg(long, allow_negative_numbers = true)]
    parameter: Option<f64>,
    /// Futility bounds at the looks before the last; "none" for a look without
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    futility_z: Vec<String>,
    /// The efficacy bounds count on the stops for futility
    #[arg(long)]
    binding: bool,
    /// Spending function of the type II error
    #[arg(long, value_enum, conflicts_with = "futility_z")]
    beta_spending: Option<Kind>,
    /// Parameter of that spending function
    #[arg(long, allow_negative_numbers = true)]
    beta_parameter: Option<f64>,
}

#[derive(Args)]
struct BoundaryFlags {
    #[command(flatten)]
    looks: LookFlags,
    /// Error rate, of both sides together
    #[arg(long, default_value_t = 0.025, allow_negative_numbers = true)]
    alpha: f64,
    /// One-sided or two-sided
    #[arg(long, default_value_t = 1)]
    sides: u32,
    /// One minus the power
    #[arg(long, default_value_t = 0.1, allow_negative_numbers = true)]
    beta: f64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct SequentialFlags {
    #[command(flatten)]
    fixed: FixedFlags,
    #[command(flatten)]
    looks: LookFlags,
    /// One minus the power, where --power is not given
    #[arg(long, conflicts_with = "power", allow_negative_numbers = true)]
    beta: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Kind {
    /// O'Brien and Fleming's bounds
    Of,
    /// Pocock's bounds
    Pocock,
    WangTsiatis,
    HaybittlePeto,
    /// O'Brien-Fleming-like spending
    AsOf,
    /// Pocock-like spending
    AsPocock,
    /// Hwang, Shih and DeCani's spending
    Hsd,
    KimDemets,
}

#[derive(Args)]
struct ConditionalFlags {
    /// The statistic at the look
    #[arg(long, allow_negative_numbers = true)]
    z: f64,
    /// Share of the information at the look
    #[arg(long, allow_negative_numbers = true)]
    fraction: f64,
    /// Critical value of the final statistic
    #[arg(long, allow_negative_numbers = true)]
    critical: f64,
    /// "trend", or the expected final statistic
    #[arg(long, default_value = "trend", allow_negative_numbers = true)]
    effect: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ExpectedFlags {
    /// Calendar times between which the accrual rates hold, from 0
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    accrual_breaks: Vec<f64>,
    /// Accrual rates between the breaks
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    accrual_rates: Vec<f64>,
    /// Hazard of the event
    #[arg(long, allow_negative_numbers = true)]
    hazard: f64,
    /// Hazard of dropping out
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    dropout_hazard: f64,
    /// Calendar time
    #[arg(long, allow_negative_numbers = true)]
    at: f64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        let none = Warnings::default();
        match self.what {
            What::Fixed(flags) => {
                let plan = flags.design(flags.power)?.fit()?;
                let text = if flags.json {
                    json_text(Value::Object(fixed_fields(&plan)), &none)
                } else {
                    plan.to_string()
                };
                Ok(text)
            }
            What::Boundaries(flags) => {
                let bounds = flags.looks.design(flags.alpha, flags.sides, 1.0 - flags.beta)?.fit()?;
                Ok(if flags.json {
                    json_text(Value::Object(boundary_fields(&bounds)), &none)
                } else {
                    bounds.to_string()
                })
            }
            What::Sequential(flags) => flags.run(&none),
            What::ConditionalPower(flags) => flags.run(&none),
            What::ExpectedEvents(flags) => {
                // A last rate without an end goes on to the time asked for.
                let mut breaks = flags.accrual_breaks.clone();
                if breaks.len() == flags.accrual_rates.len() {
                    breaks.push(flags.at.max(breaks.last().copied().unwrap_or(0.0) + 1e-9));
                }
                let accrual = Accrual::piecewise(&breaks, &flags.accrual_rates)
                    .map_err(|e| format!("--accrual-breaks, --accrual-rates: {e}"))?;
                let (hazard, dropout) =
                    (rate("--hazard", flags.hazard)?, rate("--dropout-hazard", flags.dropout_hazard)?);
                if !(flags.at >= 0.0 && flags.at.is_finite()) {
                    return Err(format!("--at {}: a time must be finite and at least 0", flags.at).into());
                }
                let events = accrual.expected_events(flags.at, &hazard, &dropout);
                Ok(if flags.json {
                    json_text(json!({ "events": number(events) }), &none)
                } else {
                    format!(
                        "{events:.2} events are expected by {}, of {:.1} subjects entered",
                        flags.at,
                        accrual.entered_by(flags.at)
                    )
                })
            }
        }
    }
}

fn rate(flag: &str, value: f64) -> Result<Hazard, Failure> {
    Hazard::constant(value).map_err(|e| format!("{flag} {value}: {e}").into())
}

impl FixedFlags {
    fn design(&self, power: Option<f64>) -> Result<FixedDesign, Failure> {
        let target = match (power, self.subjects, self.events) {
            (Some(power), ..) => Target::Power(power),
            (_, Some(n), _) => Target::Subjects(n),
            (.., Some(d)) => Target::Events(d),
            _ => return Err("one of --power, --subjects and --events is needed, such as --power 0.9".into()),
        };
        let mut design = FixedDesign::new(self.hazard_ratio)
            .alpha(self.alpha)
            .sides(self.sides)
            .target(target)
            .allocation(self.ratio)
            .margin(self.margin)
            .formula(match self.formula {
                Formula::Schoenfeld => EventFormula::Schoenfeld,
                Formula::Freedman => EventFormula::Freedman,
                Formula::LachinFoulkes => EventFormula::LachinFoulkes,
                Formula::LachinFoulkesDifference => EventFormula::LachinFoulkesDifference,
                Formula::BernsteinLagakos => EventFormula::BernsteinLagakos,
            });
        let control = match (self.control_hazard, self.control_median) {
            (Some(hazard), _) => Some(rate("--control-hazard", hazard)?),
            (_, Some(median)) => {
                Some(Hazard::median(median).map_err(|e| format!("--control-median {median}: {e}"))?)
            }
            _ => None,
        };
        if let Some(control) = control {
            design = design.control(control);
        }
        if let Some(accrual) = self.accrual {
            design = design.accrual(accrual);
        }
        let dropout = rate("--dropout-hazard", self.dropout_hazard)?;
        Ok(design.followup(self.followup.unwrap_or(0.0)).dropout(dropout.clone(), dropout))
    }
}

impl LookFlags {
    fn design(&self, alpha: f64, sides: u32, power: f64) -> Result<GroupSequential, Failure> {
        let looks = match (self.looks, self.fractions.is_empty()) {
            (Some(looks), _) => GroupSequential::looks(looks),
            (None, false) => GroupSequential::at(&self.fractions),
            (None, true) => return Err("one of --looks and --fractions is needed, such as --looks 3".into()),
        };
        let boundary = match self.kind {
            Kind::Of => BoundaryType::OBrienFleming,
            Kind::Pocock => BoundaryType::Pocock,
            Kind::WangTsiatis => BoundaryType::WangTsiatis(needed(self.parameter, self.kind, "--parameter")?),
            Kind::HaybittlePeto => BoundaryType::HaybittlePeto(self.parameter.unwrap_or(3.0)),
            spending => BoundaryType::Spending(spending_of(spending, self.parameter, "--parameter")?),
        };
        let with = matches!(self.kind, Kind::WangTsiatis | Kind::HaybittlePeto | Kind::Hsd | Kind::KimDemets);
        if self.parameter.is_some() && !with {
            return Err(
                format!("--parameter has no meaning with --type {}: leave it out", name(self.kind)).into()
            );
        }
        if self.beta_parameter.is_some() && self.beta_spending.is_none() {
            return Err(
                "--beta-parameter belongs to --beta-spending: add it, or leave out --beta-parameter".into()
            );
        }
        let futility = if let Some(kind) = self.beta_spending {
            Futility::Spending(spending_of(kind, self.beta_parameter, "--beta-parameter")?)
        } else if self.futility_z.is_empty() {
            Futility::None
        } else {
            let one = |text: &String| match text.as_str() {
                "none" | "-Inf" => Ok(f64::NEG_INFINITY),
                other => other
                    .parse::<f64>()
                    .map_err(|_| format!("--futility-z: \"{other}\" is neither a number nor none")),
            };
            Futility::Z(self.futility_z.iter().map(one).collect::<Result<_, _>>()?)
        };
        if self.binding && futility == Futility::None {
            return Err("--binding needs --futility-z or --beta-spending".into());
        }
        Ok(looks
            .alpha(alpha)
            .sides(sides)
            .power(power)
            .boundary(boundary)
            .futility(futility)
            .binding(self.binding))
    }
}

fn name(kind: Kind) -> String {
    kind.to_possible_value().map_or(String::new(), |v| v.get_name().to_string())
}

fn needed(parameter: Option<f64>, kind: Kind, flag: &str) -> Result<f64, Failure> {
    parameter.ok_or_else(|| format!("{} needs {flag}", name(kind)).into())
}

fn spending_of(kind: Kind, parameter: Option<f64>, flag: &str) -> Result<Spending, Failure> {
    Ok(match kind {
        Kind::AsOf => Spending::OBrienFleming,
        Kind::AsPocock => Spending::Pocock,
        Kind::Hsd => Spending::HwangShihDeCani(needed(parameter, kind, flag)?),
        Kind::KimDemets => Spending::KimDeMets(needed(parameter, kind, flag)?),
        other => {
            return Err(format!(
                "{} is no spending function: take as-of, as-pocock, hsd or kim-demets",
                name(other)
            )
            .into());
        }
    })
}

impl SequentialFlags {
    fn run(&self, warnings: &Warnings) -> Result<String, Failure> {
        if self.fixed.subjects.is_some() || self.fixed.events.is_some() {
            return Err(
                "a sequential design is planned for a power: give --power instead of --subjects or --events"
                    .into(),
            );
        }
        let power = self.fixed.power.or(self.beta.map(|b| 1.0 - b));
        let power = power.ok_or("--power is needed, such as --power 0.9")?;
        let bounds = self.looks.design(self.fixed.alpha, self.fixed.sides, power)?.fit()?;
        let plan = self.fixed.design(Some(power))?.sequential(&bounds)?;
        Ok(if self.fixed.json { json_text(sequential_fields(&plan), warnings) } else { plan.to_string() })
    }
}

impl ConditionalFlags {
    fn run(&self, warnings: &Warnings) -> Result<String, Failure> {
        let effect = match self.effect.as_str() {
            "trend" => Effect::Trend,
            drift => Effect::Drift(
                drift.parse().map_err(|_| format!("--effect is \"{drift}\": give trend or a number"))?,
            ),
        };
        let interim = Interim::new(self.z, self.fraction)?;
        let (conditional, predictive) =
            (interim.conditional_power(self.critical, effect)?, interim.predictive_power(self.critical)?);
        Ok(if self.json {
            json_text(
                json!({ "conditional_power": number(conditional), "predictive_power": number(predictive) }),
                warnings,
            )
        } else {
            format!(
                "conditional power {:.2}%, predictive power {:.2}%",
                100.0 * conditional,
                100.0 * predictive
            )
        })
    }
}

fn list(values: &[f64]) -> Value {
    values.iter().map(|&v| number(v)).collect()
}

fn fixed_fields(plan: &FixedPlan) -> Map<String, Value> {
    let rounded = plan.rounded();
    let mut fields = Map::new();
    for (field, value) in [
        ("events", number(plan.events())),
        ("subjects", number(plan.subjects())),
        ("subjects_by_arm", plan.subjects_by_arm().map_or(Value::Null, |a| list(&a))),
        ("duration", number(plan.duration())),
        ("power", number(plan.power())),
        ("critical_hazard_ratio", number(plan.critical_hazard_ratio())),
        (
            "rounded",
            json!({ "events": rounded.events, "subjects": rounded.subjects, "subjects_by_arm": rounded.by_arm }),
        ),
    ] {
        fields.insert(field.into(), value);
    }
    fields
}

fn boundary_fields(bounds: &Boundaries) -> Map<String, Value> {
    let drift = bounds.drift();
    let futility = if bounds.has_futility() { list(bounds.futility_z()) } else { Value::Null };
    let mut fields = Map::new();
    for (field, value) in [
        ("fractions", list(bounds.fractions())),
        ("z", list(bounds.z())),
        ("alpha_spent", list(bounds.alpha_spent())),
        ("nominal_p", list(&bounds.nominal_p())),
        ("futility_z", futility),
        ("inflation", number(bounds.inflation())),
        ("drift", number(drift)),
        ("power_by_look", list(&bounds.power_by_look(drift))),
        ("rejection_by_look", list(&bounds.rejection_by_look(drift))),
        ("futility_by_look", list(&bounds.futility_by_look(drift))),
        ("expected_fraction_h0", number(bounds.expected_fraction(0.0))),
        ("expected_fraction_h1", number(bounds.expected_fraction(drift))),
        ("average_size_h0", number(bounds.inflation() * bounds.expected_fraction(0.0))),
        ("average_size_h1", number(bounds.inflation() * bounds.expected_fraction(drift))),
    ] {
        fields.insert(field.into(), value);
    }
    fields
}

fn sequential_fields(plan: &SequentialPlan) -> Value {
    let mut fields = fixed_fields(plan.fixed());
    fields.extend(boundary_fields(plan.boundaries()));
    let ratios: Value = plan.critical_hazard_ratios().into_iter().map(number).collect();
    for (field, value) in [
        ("events", number(plan.events())),
        ("fixed_events", number(plan.fixed().events())),
        ("events_by_look", list(&plan.events_by_look())),
        ("subjects_by_look", plan.subjects_by_look().map_or(Value::Null, list)),
        ("time_by_look", plan.time_by_look().map_or(Value::Null, list)),
        ("expected_events_h0", number(plan.expected_events(0.0))),
        ("expected_events_h1", number(plan.expected_events(plan.boundaries().drift()))),
        ("critical_hazard_ratio_by_look", ratios),
    ] {
        fields.insert(field.into(), value);
    }
    Value::Object(fields)
}
