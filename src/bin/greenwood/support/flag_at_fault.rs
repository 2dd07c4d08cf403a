//! Which flag an error of the library is about, in the planning of trials.

use greenwood::Error;

use crate::support::written::Failure;

/// Which flag gives an argument of the library.
const FLAGS: &[(&str, &str)] = &[
    ("hazard_ratio", "--hazard-ratio"),
    ("the ratio of the effect", "--hazard-ratio"),
    ("ratio", "--hazard-ratio"),
    ("delay", "--delay"),
    ("margin", "--margin"),
    ("the lower margin", "--lower"),
    ("the upper margin", "--upper"),
    ("the win ratio", "--win-ratio"),
    ("ties", "--ties"),
    ("allocation", "--ratio"),
    ("alpha", "--alpha"),
    ("sides", "--sides"),
    ("power", "--power"),
    ("subjects", "--subjects"),
    ("events", "--events"),
    ("duration", "--accrual"),
    ("accrual", "--accrual"),
    ("the number of events", "--hazard-ratio, --control-hazard or --control-median, --dropout-hazard"),
    ("the number of subjects", "--hazard-ratio, --control-hazard or --control-median, --dropout-hazard"),
    ("accrual and follow-up", "--accrual, --followup"),
    ("the time of the analysis", "--accrual, --followup"),
    ("the control hazard", "--control-hazard or --control-median, --dropout-hazard"),
    ("the expected number of events", "--control-hazard or --control-median, --dropout-hazard"),
    ("the probability of the event", "--control-hazard or --control-median, --dropout-hazard"),
    ("expected less observed events", "--hazard"),
    ("the test", "--test, --weight, --tau, --hazard-ratio, --control-hazard or --control-median"),
    ("looks", "--looks"),
    ("fractions", "--fractions"),
    ("the last fraction", "--fractions"),
    ("Wang and Tsiatis's Δ", "--parameter"),
    ("Haybittle and Peto's bound", "--parameter"),
    ("the parameter of Hwang, Shih and DeCani", "--parameter"),
    ("the power of Kim and DeMets", "--parameter"),
    ("futility", "--futility-z"),
    ("spending_time", "--spending-time"),
    ("the last spending_time", "--spending-time"),
    ("z", "--z"),
    ("level", "--level"),
    ("fraction", "--fraction"),
    ("critical", "--critical"),
    ("drift", "--effect"),
    ("the rate of no interest", "--null"),
    ("the target rate", "--hoped"),
    ("the mean size of a cluster", "--cluster-size"),
    ("the intracluster correlation", "--correlation"),
];

/// The error with the flag at fault before it. `own` are the arguments that have another flag in this design, or none of the
/// others.
pub fn by_flag(own: &[(&'static str, &'static str)]) -> impl Fn(Error) -> Failure + use<> {
    let flags: Vec<(&str, &str)> = own.iter().chain(FLAGS).copied().collect();
    move |error| {
        let argument = match &error {
            Error::OutOfRange { argument, .. }
            | Error::NotMonotone { argument, .. }
            | Error::LengthMismatch { argument, .. }
            | Error::Empty { argument } => Some(*argument),
            Error::Unsupported { method: "this planned test", .. } => Some("the test"),
            _ => None,
        };
        let flag = argument.and_then(|a| flags.iter().find(|(name, _)| *name == a));
        flag.map_or_else(|| error.to_string(), |(_, flag)| format!("{flag}: {error}")).into()
    }
}

/// The error with this flag before it.
pub fn of_flag(flag: &'static str) -> impl Fn(Error) -> Failure + use<> {
    move |error| format!("{flag}: {error}").into()
}
