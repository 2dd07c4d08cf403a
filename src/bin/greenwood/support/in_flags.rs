//! What the library advises, in the flags of the programs.

/// Advice of the library, and what it is in a program. A longer text stands before one that is a part of it.
const ADVICE: &[(&str, &str)] = &[
    ("use `LogRank` for all of them", "leave out --exact"),
    ("use `LogRank`, whose approximation is good at this size", "leave out --exact"),
    ("use `WeightedLogRank` for all of them", "take --test log-rank or a weighted one for all of them"),
    (
        "use `WeightedLogRank`, whose variance is robust",
        "take --test log-rank or a weighted one, whose variance is robust",
    ),
    (", or use `WeightedLogRank`", ", or leave out --exact"),
    ("use `WeightedLogRank`", "leave out --exact"),
    ("permute T, or use `MonteCarloLogRank`, which draws a sample of the allocations", "leave out --exact"),
    ("use `MonteCarloLogRank`, which draws a sample of the allocations", "leave out --exact"),
    ("use a robust interval (`Interval`)", "leave out --interval: the difference at --at has a robust one"),
    ("use the likelihood-ratio interval", "take --interval likelihood-ratio"),
    ("or `CoxPh` with clusters", "or leave out --frailty"),
    ("(`IncidenceVariance::Jackknife`)", "(--variance jackknife)"),
    ("(`OccupationVariance::Jackknife`)", "(--variance jackknife)"),
    ("(`MeanVariance::Robust`)", "(--variance robust)"),
    ("take `Turnbull::bootstrap`", "take --interval bootstrap"),
    ("use `IntervalLogRank`", "leave out --permutations"),
    ("take `IntervalVariance::Information`", "take --variance information"),
    ("use `Parametric`", "use the program parametric"),
    ("or `Parametric`", "or the program parametric"),
    ("(`on`)", "(--on)"),
    ("(`given_survival_to`)", "(--given-survival-to)"),
    ("use replication weights, or a ridge", "use replication weights, or leave out --firth"),
    ("`CoxPh::firth`", "`cox --firth`"),
];

/// The text as a program says it.
pub fn in_flags(text: &str) -> String {
    let mut text = text.to_string();
    // Most texts advise nothing.
    for (library, program) in ADVICE {
        if text.contains(library) {
            text = text.replace(library, program);
        }
    }
    text
}
