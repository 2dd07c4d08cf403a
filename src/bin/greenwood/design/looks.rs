//! The flags of the bounds.

use clap::{Args, ValueEnum};
use greenwood::trial::design::{Boundaries, BoundaryType, Futility, GroupSequential, Spending};

use crate::support::{Failure, by_flag};

/// The flags of the bounds that do not say the error rate, which the fixed design has too.
#[derive(Args)]
pub struct LookFlags {
    /// Number of looks at equal steps of the information
    #[arg(long)]
    looks: Option<usize>,
    /// Shares of the information at the looks, the last one 1
    // A list that begins with a negative number is no number: the library says what is wrong with it.
    #[arg(long, value_delimiter = ',', conflicts_with = "looks", allow_hyphen_values = true)]
    fractions: Vec<f64>,
    #[arg(long = "type", value_enum, default_value = "as-of")]
    kind: Kind,
    /// Wang and Tsiatis's Δ, Haybittle and Peto's bound, γ of hsd, ρ of kim-demets
    #[arg(long, allow_negative_numbers = true)]
    parameter: Option<f64>,
    /// Futility bounds at the looks before the last; "none" for a look without
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    futility_z: Vec<String>,
    /// The efficacy bounds count on the stops for futility
    #[arg(long)]
    binding: bool,
    /// Spending function of the type II error
    #[arg(long, value_enum, conflicts_with = "futility_z")]
    beta_spending: Option<Kind>,
    /// Parameter of that spending function; --parameter, where it is not given
    #[arg(long, allow_negative_numbers = true)]
    beta_parameter: Option<f64>,
    /// Spending function of a bound for harm
    #[arg(long, value_enum)]
    harm_spending: Option<Kind>,
    /// Parameter of that spending function
    #[arg(long, requires = "harm_spending", allow_negative_numbers = true)]
    harm_parameter: Option<f64>,
    /// Error that the bound for harm spends under no effect
    #[arg(long, requires = "harm_spending", default_value_t = 0.025, allow_negative_numbers = true)]
    harm_alpha: f64,
    /// Where on the spending functions each look stands, if not at its information: shares of the planned duration
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    spending_time: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Kind {
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

impl LookFlags {
    /// The bounds; `power` is the flag that said it.
    pub fn fit(&self, alpha: f64, sides: u32, power: f64, flag: &'static str) -> Result<Boundaries, Failure> {
        let own =
            match (self.parameter.is_some(), self.beta_parameter.is_some(), self.harm_parameter.is_some()) {
                (true, false, false) => "--parameter",
                (false, true, false) => "--beta-parameter",
                (false, false, true) => "--harm-parameter",
                _ => "--parameter, --beta-parameter or --harm-parameter",
            };
        let parameters = ["the parameter of Hwang, Shih and DeCani", "the power of Kim and DeMets"];
        let flags = [("power", flag), (parameters[0], own), (parameters[1], own)];
        self.design(alpha, sides, power)?.fit().map_err(by_flag(&flags))
    }

    fn design(&self, alpha: f64, sides: u32, power: f64) -> Result<GroupSequential, Failure> {
        let looks = match (self.looks, self.fractions.is_empty()) {
            (Some(0), _) => return Err("--looks 0: a design has at least one look".into()),
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
        self.check_parameters()?;
        let futility = self.futility()?;
        if self.binding && futility == Futility::None {
            return Err("--binding needs --futility-z or --beta-spending".into());
        }
        let mut design = looks
            .alpha(alpha)
            .sides(sides)
            .power(power)
            .boundary(boundary)
            .futility(futility)
            .binding(self.binding);
        if let Some(kind) = self.harm_spending {
            design =
                design.harm(spending_of(kind, self.harm_parameter, "--harm-parameter")?, self.harm_alpha);
        }
        if !self.spending_time.is_empty() {
            design = design.spending_time(&self.spending_time);
        }
        Ok(design)
    }

    /// A parameter belongs to a kind of bounds that has one.
    fn check_parameters(&self) -> Result<(), Failure> {
        let with = |kind: Kind| {
            matches!(kind, Kind::WangTsiatis | Kind::HaybittlePeto | Kind::Hsd | Kind::KimDemets)
        };
        let shared = self.beta_spending.is_some_and(with) && self.beta_parameter.is_none();
        if self.parameter.is_some() && !with(self.kind) && !shared {
            return Err(
                format!("--parameter has no meaning with --type {}: leave it out", name(self.kind)).into()
            );
        }
        if self.beta_parameter.is_some() && self.beta_spending.is_none() {
            return Err(
                "--beta-parameter belongs to --beta-spending: add it, or leave out --beta-parameter".into()
            );
        }
        Ok(())
    }

    fn futility(&self) -> Result<Futility, Failure> {
        Ok(if let Some(kind) = self.beta_spending {
            let parameter = self.beta_parameter.or(self.parameter);
            Futility::Spending(spending_of(kind, parameter, "--beta-parameter")?)
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
        })
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
