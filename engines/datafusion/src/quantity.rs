//! What can be asked: the names of the functions, their arguments and what they say of themselves.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields};

/// Which number of an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The estimate: the plain name.
    Value,
    /// Its standard error: `_se`.
    StdError,
    /// The lower confidence limit: `_lower`.
    Lower,
    /// The upper confidence limit: `_upper`.
    Upper,
    /// All four as a structure: `_ci`.
    All,
}

impl Part {
    fn suffix(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::StdError => "_se",
            Self::Lower => "_lower",
            Self::Upper => "_upper",
            Self::All => "_ci",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::StdError => "Standard error of: ",
            Self::Lower => "Lower confidence limit of: ",
            Self::Upper => "Upper confidence limit of: ",
            Self::All => "Structure of estimate, std_error, lower and upper of: ",
        }
    }
}

/// What a position in the call holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Time,
    Event,
    Cause,
    CauseAsked,
    /// A time, horizon or share: one number for the whole query.
    Number,
    Arm,
    Stratum,
    Entry,
    Weight,
    WeightKind,
}

/// What is estimated or tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Quantity {
    SurvivalAt,
    Median,
    Quantile,
    RestrictedMean,
    HazardAt,
    IncidenceAt,
    ChiSquare,
    DegreesOfFreedom,
    PValue,
    Curve,
    Events,
    PersonTime,
    Skipped,
}

use Quantity as Q;

const ALL: [Quantity; 13] = [
    Q::SurvivalAt,
    Q::Median,
    Q::Quantile,
    Q::RestrictedMean,
    Q::HazardAt,
    Q::IncidenceAt,
    Q::ChiSquare,
    Q::DegreesOfFreedom,
    Q::PValue,
    Q::Curve,
    Q::Events,
    Q::PersonTime,
    Q::Skipped,
];

/// Every function: what it asks and which part of the answer it returns.
pub(crate) fn all() -> impl Iterator<Item = (Quantity, Part)> {
    ALL.into_iter().flat_map(|q| q.parts().iter().map(move |&part| (q, part)))
}

impl Quantity {
    /// The parts that exist.
    pub(crate) fn parts(self) -> &'static [Part] {
        match self {
            Q::SurvivalAt | Q::RestrictedMean | Q::HazardAt | Q::IncidenceAt => {
                &[Part::Value, Part::StdError, Part::Lower, Part::Upper, Part::All]
            }
            Q::Median | Q::Quantile => &[Part::Value, Part::Lower, Part::Upper, Part::All],
            _ => &[Part::Value],
        }
    }

    fn stem(self) -> &'static str {
        match self {
            Q::SurvivalAt => "km_survival_at",
            Q::Median => "km_median",
            Q::Quantile => "km_quantile",
            Q::RestrictedMean => "km_rmst",
            Q::HazardAt => "nelson_aalen_at",
            Q::IncidenceAt => "cuminc_at",
            Q::ChiSquare => "logrank_chi2",
            Q::DegreesOfFreedom => "logrank_df",
            Q::PValue => "logrank_p",
            Q::Curve => "km_curve",
            Q::Events => "events",
            Q::PersonTime => "person_time",
            Q::Skipped => "km_skipped",
        }
    }

    pub(crate) fn name(self, part: Part) -> String {
        format!("{}{}", self.stem(), part.suffix())
    }

    pub(crate) fn description(self, part: Part) -> String {
        let what = match self {
            Q::SurvivalAt => {
                "the Kaplan-Meier estimate of the survival probability at t; NULL beyond follow-up"
            }
            Q::Median => {
                "the Kaplan-Meier median survival time; NULL where the curve does not come down to 1/2"
            }
            Q::Quantile => "the time by which a share p has had the event; NULL where it is not reached",
            Q::RestrictedMean => {
                "the restricted mean survival time up to tau; NULL where nobody is followed so long"
            }
            Q::HazardAt => "the Nelson-Aalen estimate of the cumulative hazard at t; NULL beyond follow-up",
            Q::IncidenceAt => {
                "the Aalen-Johansen estimate of the cumulative incidence of cause_asked at t, the other causes competing"
            }
            Q::ChiSquare => "the chi-square of the log-rank test of the arms, within strata if there are any",
            Q::DegreesOfFreedom => "the degrees of freedom of the log-rank test of the arms",
            Q::PValue => {
                "the two-sided p-value of the log-rank test of the arms, within strata if there are any"
            }
            Q::Curve => {
                "the Kaplan-Meier curve as a list of rows (time, at_risk, events, censored, survival, std_error, lower, \
                 upper); unnest gives one row for each time"
            }
            Q::Events => "the number of events: sum of weights",
            Q::PersonTime => "the time under observation: sum of weights times (time less entry)",
            Q::Skipped => "the number of rows that are left out: time, event, arm, stratum or weight is NULL",
        };
        let text = format!("{}{what}.", part.words());
        let mut chars = text.chars();
        chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
    }

    /// Name and role of each argument, and how many must be given.
    pub(crate) fn arguments(self) -> (Vec<(&'static str, Role)>, usize) {
        let mut arguments = vec![("time", Role::Time)];
        arguments.push(if self == Q::IncidenceAt { ("cause", Role::Cause) } else { ("event", Role::Event) });
        match self {
            Q::SurvivalAt | Q::HazardAt => arguments.push(("t", Role::Number)),
            Q::Quantile => arguments.push(("p", Role::Number)),
            Q::RestrictedMean => arguments.push(("tau", Role::Number)),
            Q::IncidenceAt => arguments.extend([("cause_asked", Role::CauseAsked), ("t", Role::Number)]),
            _ => {}
        }
        if self.is_test() {
            arguments.push(("arm", Role::Arm));
        }
        let required = arguments.len();
        if self.is_test() {
            arguments.push(("stratum", Role::Stratum));
        }
        arguments.extend([
            ("entry", Role::Entry),
            ("weight", Role::Weight),
            ("weight_kind", Role::WeightKind),
        ]);
        (arguments, required)
    }

    pub(crate) fn is_test(self) -> bool {
        matches!(self, Q::ChiSquare | Q::DegreesOfFreedom | Q::PValue)
    }

    pub(crate) fn return_type(self, part: Part) -> DataType {
        match (self, part) {
            (Q::Curve, _) => {
                DataType::List(Arc::new(Field::new_list_field(DataType::Struct(curve_fields()), true)))
            }
            (Q::DegreesOfFreedom | Q::Skipped, _) => DataType::Int64,
            (_, Part::All) => DataType::Struct(estimate_fields()),
            _ => DataType::Float64,
        }
    }
}

fn numbers(names: &[&str]) -> Fields {
    names.iter().map(|name| Field::new(*name, DataType::Float64, true)).collect()
}

/// The fields of a row of `km_curve`.
pub(crate) fn curve_fields() -> Fields {
    numbers(&["time", "at_risk", "events", "censored", "survival", "std_error", "lower", "upper"])
}

/// The fields of the `_ci` functions.
pub(crate) fn estimate_fields() -> Fields {
    numbers(&["estimate", "std_error", "lower", "upper"])
}

/// What an argument means, for the documentation.
pub(crate) fn meaning(role: Role) -> &'static str {
    match role {
        Role::Time => {
            "Time to the event or to censoring: a number of at least 0. Rows where it is NULL are skipped."
        }
        Role::Event => "TRUE or 1 for the event, FALSE or 0 for censored.",
        Role::Cause => "What happened: an integer or a text; 0 is censored.",
        Role::CauseAsked => {
            "The cause whose incidence is estimated: a constant. One that does not occur has incidence 0."
        }
        Role::Number => "One number for the whole query.",
        Role::Arm => "The group that is compared with the others: two or more.",
        Role::Stratum => "Arms are compared within strata only. NULL in its place: none.",
        Role::Entry => "Optional. Delayed entry: under observation in (entry, time]. NULL: from the start.",
        Role::Weight => "Optional. The row counts so many times; 0 leaves it out.",
        Role::WeightKind => {
            "Optional. 'replication'; 'sampling' is refused, since its variance needs the subjects."
        }
    }
}
