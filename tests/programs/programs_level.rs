//! The level of an interval: every text that has limits has those that were asked for, and a flag that would change nothing
//! is refused.

use crate::program::{greenwood, refusal};

/// The calls, each with a piece of its text at 80 %.
const CALLS: [(&str, &str); 8] = [
    // R: confint(coxph(Surv(time, status == 2) ~ age, lung), level = 0.8), exponentiated: 1.006955, 1.030980
    (
        "cox tests/data/lung.csv --time time --event status --event-value 2 --covariates age",
        "1.0070 to 1.0310",
    ),
    ("compare tests/data/lung.csv --time time --event status --event-value 2 --by sex --at 300", "80% CI"),
    ("curve tests/data/lung.csv --time time --event status --event-value 2 --rmst 300", "80% CI"),
    (
        "incidence tests/data/mgus2.csv --time etime --event event --causes 1,2 --by sex --at 60 --difference --tau 60",
        "80% CI",
    ),
    (
        "incidence tests/data/mgus2.csv --time etime --event event --causes 1,2 --fine-gray 1 --covariates age",
        "80% CI of exp",
    ),
    (
        "recurrent tests/data/cgd.csv --id id --start tstart --stop tstop --event status --at 200",
        "0.002 to 0.028",
    ),
    (
        "recurrent tests/data/cgd.csv --id id --start tstart --stop tstop --event status --model andersen-gill \
         --covariates treat",
        "80% CI",
    ),
    (
        "multistate tests/data/mgus2_ms.csv --id id --start tstart --stop tstop --to event --states 0,1,2 --at 60 --tau 60",
        "80% CI",
    ),
];

#[test]
fn the_level_reaches_the_text() {
    for (call, piece) in CALLS {
        let text = |flags: &str| {
            let output = greenwood(&format!("{call} {flags}"));
            assert!(output.status.success(), "{call}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let usual = text("");
        assert_eq!(usual, text("--level 0.95"), "{call}");
        let narrow = text("--level 0.8");
        // Not the words alone: the numbers of some line differ.
        assert_ne!(narrow.replace("80%", "95%"), usual, "{call}");
        assert!(narrow.contains(piece) && !narrow.contains("95%") && !usual.contains("80%"), "{narrow}");
        for level in ["nan", "0", "1", "-1", "95"] {
            let error = refusal(&format!("{call} --level {level}"));
            assert!(error.contains("--level") && error.contains("inside (0, 1)"), "{error}");
        }
    }
}

#[test]
fn flags_that_would_change_nothing_are_refused() {
    let mgus = "incidence tests/data/mgus2.csv --time etime --event event --causes 1,2";
    let lung = "tests/data/lung.csv --time time --event status --event-value 2";
    for (call, flag) in [
        (format!("{mgus} --strata sex"), "--strata"),
        (format!("parametric {lung} --distribution weibull --knots 2"), "--knots"),
        (format!("curve {lung} --rmst nan"), "--rmst"),
    ] {
        let error = refusal(&call);
        assert!(error.starts_with(&format!("error: {flag}")), "{error}");
    }
    // The exact likelihood has no robust variance either, and says so.
    let error = refusal(&format!("cox {lung} --covariates age --ties exact --robust"));
    assert!(error.contains("a robust variance is not available with exact ties"), "{error}");
}

#[test]
fn errors_without_a_row_name_the_flag() {
    let path = crate::program::file("no_weight.csv", b"t,e,c,w\n1,1,1,0\n2,1,2,0\n3,0,0,0\n");
    let error = refusal(&format!("curve {path} --time t --event e --weight w --weight-kind sampling"));
    assert!(error.contains("--weight \"w\": all weights are 0"), "{error}");
    let error = refusal(&format!("incidence {path} --time t --event c --causes 1,2 --tau 9"));
    assert!(error.starts_with("error: --tau 9: tau is 9, but follow-up ends at 3"), "{error}");
}

/// The limits of a p-value by permutation are those of --level in the text as in the JSON; a mean time has no p-value.
#[test]
fn limits_of_permutations_and_mean_times() {
    let rows: Vec<String> =
        (0..12).map(|i| format!("{},{},{}", i, i + 2 + i % 3, ["a", "b"][i % 2])).collect();
    let path = crate::program::file("level.csv", format!("l,u,g\n{}\n", rows.join("\n")).as_bytes());
    let call = format!("npmle {path} --lower l --upper u --by g --test sun --permutations 200 --level 0.8");
    let limits = &crate::program::answer(&call)["test"]["permutation"];
    let text = String::from_utf8(greenwood(&call).stdout).unwrap();
    let [lower, upper] = ["lower", "upper"].map(|k| limits[k].as_f64().unwrap());
    assert!(text.contains(&format!("(80% CI {lower:.4} to {upper:.4};")), "{text}");
    let times = greenwood(
        "multistate tests/data/mgus2_ms.csv --id id --start tstart --stop tstop --to event --states 0,1,2 --tau 60",
    );
    let text = String::from_utf8(times.stdout).unwrap();
    let line = text.lines().find(|l| l.starts_with("mean time in 1")).unwrap();
    assert!(line.contains("(95% CI ") && !line.contains("p ="), "{line}");
}
