//! The programs `design` and `simulate`, as a shell calls them.

use crate::program::{answer, greenwood, refusal};
use serde_json::Value;

fn near(value: &Value, expected: f64) {
    let found = value.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{found}, expected {expected}");
}

/// rpact 3.3.4, R 4.2.2: getSampleSizeSurvival(hazardRatio = 0.6, median2 = 12, accrualTime = c(0, 24), followUpTime = 12,
/// beta = 0.1, typeOfComputation).
#[test]
fn fixed_designs() {
    let flags = "design fixed --hazard-ratio 0.6 --control-median 12 --accrual 24 --followup 12 --power 0.9";
    let found = answer(flags);
    near(&found["events"], 161.06859190325582);
    near(&found["subjects"], 251.362800927403);
    near(&found["subjects_by_arm"][0], 125.6814004637015);
    near(&found["critical_hazard_ratio"], 0.7342778241895497);
    near(&found["duration"], 36.0);
    assert_eq!((&found["rounded"]["events"], &found["rounded"]["subjects"]), (&162.into(), &252.into()));
    let found = answer(&format!("{flags} --ratio 2 --formula freedman"));
    near(&found["events"], 158.9247738042894);
    near(&answer("design fixed --hazard-ratio 0.6 --events 161.06859190325582")["power"], 0.9);
    let by_subjects = flags.replace("--power 0.9", "--subjects 251.362800927403");
    near(&answer(&by_subjects)["power"], 0.9);
    let text = String::from_utf8(greenwood(flags).stdout).unwrap();
    assert!(text.contains("252 subjects (126 experimental, 126 control)"), "{text}");
}

/// rpact 3.3.4: getDesignGroupSequential(kMax = 3, alpha = 0.025, beta = 0.2, typeOfDesign = "asOF", typeBetaSpending = "bsKD",
/// gammaB = 2, bindingFutility = FALSE).
#[test]
fn bounds_with_spending_of_both_errors() {
    let flags =
        "design boundaries --looks 3 --alpha 0.025 --beta 0.2 --type as-of --beta-spending kim-demets";
    for parameter in ["--beta-parameter 2", "--parameter 2"] {
        let found = answer(&format!("{flags} {parameter}"));
        near(&found["z"][2], 1.9930474778520875);
        near(&found["futility_z"][0], -0.3420913756676771);
        near(&found["futility_z"][1], 0.9605654246479389);
    }
    let binding = answer(&format!("{flags} --beta-parameter 2 --binding"));
    near(&binding["z"][2], 1.9584241019911133);
    assert_eq!(binding.get("harm_z"), None);
    let harm = answer("design boundaries --looks 3 --harm-spending as-of");
    near(&harm["harm_z"][0], -3.7103028732625);
    let by_time = answer("design boundaries --fractions 0.3,1 --spending-time 0.5,1");
    near(&by_time["alpha_spent"][0], 0.0015253227579890005);
}

/// rpact 3.3.4: getSampleSizeSurvival(getDesignGroupSequential(kMax = 3, alpha = 0.025, beta = 0.1, typeOfDesign = "asOF"),
/// hazardRatio = 0.7, median2 = 12, accrualTime = c(0, 24), followUpTime = 12).
#[test]
fn plans_with_looks() {
    let flags =
        "design sequential --hazard-ratio 0.7 --control-median 12 --accrual 24 --followup 12 --looks 3";
    let found = answer(&format!("{flags} --power 0.9"));
    near(&found["events"], 334.2938040677388);
    near(&found["subjects"], 500.6191277072363);
    // Up: 334.3 events (the fixed design has 331), 250.3 subjects in each arm.
    assert_eq!((&found["rounded"]["events"], &found["rounded"]["subjects"]), (&335.into(), &502.into()));
    near(&found["time_by_look"][0], 16.826642499933445);
    near(&found["subjects_by_look"][0], 350.98912877325798);
    near(&found["expected_events_h0"], 333.6082902954935);
    near(&found["expected_events_h1"], 268.09247492308157);
    near(&found["expected_duration_h1"], 29.713065029463056);
    // The same events, given: the power is that of the plan.
    near(&answer(&format!("{flags} --events 334.2938040677388"))["power"], 0.9);
}

/// rpact 3.3.4: getAnalysisResults of the same design, cumulativeEvents = c(100, 200), cumulativeLogRanks = c(-2, -2.8).
#[test]
fn a_trial_that_stopped() {
    let found = answer("design stopped --looks 3 --look 2 --z 2.8 --events 200");
    near(&found["p_value"], 0.002607396417578567);
    near(&found["hazard_ratio"], 0.673228665705736);
    near(&found["hazard_ratio_interval"][0], 0.5101961029427804);
    near(&found["hazard_ratio_interval"][1], 0.8885260833898232);
    assert_eq!(answer("design stopped --looks 3 --look 2 --z 2.8")["hazard_ratio"], Value::Null);
}

/// Tests for hazards that are not proportional. gsDesign2: `fixed_design_ahr` of a delayed effect, to the digits it prints.
#[test]
fn hazards_that_are_not_proportional() {
    let flags = "design non-proportional --hazard-ratio 0.6 --delay 4 --control-median 12 --accrual 18 --followup 18 \
                 --dropout-hazard 0.001";
    let found = answer(&format!("{flags} --power 0.9 --test average-hazard-ratio"));
    assert!((found["subjects"].as_f64().unwrap() - 463.078).abs() < 5e-4, "{found}");
    assert!((found["events"].as_f64().unwrap() - 324.7077).abs() < 5e-5);
    let rate = std::f64::consts::LN_2 / 12.0;
    let same = answer(&format!(
        "design non-proportional --control-hazard {rate},{rate} --experimental-hazard {rate},{} --hazard-breaks 4 --accrual 18 \
         --followup 18 --dropout-hazard 0.001 --power 0.9 --test average-hazard-ratio",
        0.6 * rate
    ));
    near(&same["subjects"], found["subjects"].as_f64().unwrap());
    // Each test: the power of the subjects that it asks for, and the late weight asks for fewer than the plain test.
    let size = |test: &str| {
        let plan = answer(&format!("{flags} --power 0.9 {test}"));
        let n = plan["subjects"].as_f64().unwrap();
        near(&answer(&format!("{flags} --subjects {n} {test}"))["power"], 0.9);
        near(&plan["duration"], 36.0);
        n
    };
    let plain = size("--test log-rank");
    assert!(size("--test log-rank --weight fh:0:0.5") < plain);
    assert!(size("--test max-combo --weight log-rank,fh:0:1") < plain);
    assert!(size("--test rmst --tau 30") > 0.0 && size("--test milestone --tau 24") > 0.0);
    let text = String::from_utf8(greenwood(&format!("{flags} --power 0.9")).stdout).unwrap();
    assert!(text.contains("subjects"), "{text}");
}

/// Pintilie's (2002) closed form; rpact's events; Yu and Ganju's formula by hand; tests/data/equivalence.py.
#[test]
fn other_designs_of_two_arms() {
    let competing = "design competing-risks --hazard-ratio 0.6 --control-hazard 0.05 --competing-hazard 0.03 --accrual 12 \
                     --followup 24";
    let found = answer(&format!("{competing} --power 0.9"));
    near(&found["event_probabilities"][1], 0.5660988285831924);
    near(&found["events"], 161.06859190325582);
    let n = found["subjects"].as_f64().unwrap();
    near(&answer(&format!("{competing} --subjects {n}"))["power"], 0.9);
    let incidence = answer(&format!("{competing} --power 0.9 --effect subdistribution"));
    assert!(incidence["subjects"].as_f64().unwrap() > n);

    let clusters = "design cluster --cluster-size 20 --correlation 0.05 --variation 0.5 --hazard-ratio 0.6 --control-median 12 \
                    --accrual 24 --followup 12";
    let found = answer(&format!("{clusters} --power 0.9"));
    near(&found["design_effect"], 2.2);
    near(&found["subjects"], 2.2 * 251.362800927403);
    near(&found["events_without_clusters"], 161.06859190325582);
    assert_eq!(found["clusters_by_arm"], serde_json::json!([14, 14]));
    let n = found["subjects"].as_f64().unwrap();
    let given = answer(&format!("{clusters} --subjects {n}"));
    near(&given["power"], 0.9);
    near(&given["subjects"], n);

    let z = 1.959963984540054 + 1.2815515655446004_f64;
    let found = answer("design win-ratio --win-ratio 1.5 --ties 0.1 --power 0.9");
    near(&found["subjects"], 4.0 * 1.1 / (3.0 * 0.25 * 0.9) * z * z / 1.5_f64.ln().powi(2));

    let equivalence = "design equivalence --upper 1.25 --control-median 12 --accrual 24 --followup 24";
    let found = answer(&format!("{equivalence} --power 0.9"));
    near(&found["events"], 869.372333148061);
    near(&found["subjects"], 1005.3483752050016);
    near(&found["duration"], 48.0);
    near(&answer(&format!("{equivalence} --subjects 1005.3483752050016"))["power"], 0.9);
    let skewed = "design equivalence --upper 1.3 --lower 0.75 --hazard-ratio 0.95 --alpha 0.025 --ratio 2 --control-hazard 0.05,0.03 \
                  --hazard-breaks 6 --dropout-hazard 0.01 --accrual 18 --followup 30 --power 0.8";
    near(&answer(skewed)["subjects_by_arm"][0], 731.7200101275304);
}

/// R 4.2.2 (pbinom), `tests/data/simon.csv` and `tests/data/one_sample.py`.
#[test]
fn designs_of_one_arm() {
    let found = answer("design exact --null 0.1 --hoped 0.3");
    assert_eq!((&found["subjects"], &found["needed"]), (&25.into(), &6.into()));
    near(&found["error"], 0.0333999446114953);
    near(&found["power"], 0.806511557911935);
    assert_eq!(answer("design exact --null 0.1 --hoped 0.3 --subjects 25")["needed"], 6);
    let found = answer("design two-stage --null 0.1 --hoped 0.3 --optimum minimax");
    assert_eq!([&found["r1"], &found["n1"], &found["r"], &found["n"]], [1, 15, 5, 25]);
    near(&found["expected_subjects"], 19.50956981080936);
    near(&found["power"], 0.8017005704188654);
    let flags = "design one-sample --control-median 9 --hazard-ratio 0.6 --accrual 5 --followup 3";
    let found = answer(&format!("{flags} --power 0.8"));
    near(&found["subjects"], 93.3834153504146);
    near(&found["events"], 20.796612364884563);
    near(&found["expected_events"], 34.661020608140944);
    near(&answer(&format!("{flags} --subjects 93.3834153504146"))["power"], 0.8);
    near(
        &answer("design one-sample --control-median 9 --median 15 --accrual 5 --followup 3 --power 0.8")["subjects"],
        93.3834153504146,
    );
}

/// The fields that scripts count on, by their names, and the numbers of those that no other test asks for: Lan & Wittes's conditional
/// power (R 4.2.2), expected events by the closed form of one hazard, bounds by rpact 3.3.4, the null and the drift of a plan by them.
#[test]
fn every_field_of_the_contract_is_there() {
    let interim = "design conditional-power --z 1.5 --fraction 0.5 --critical 1.959963984540054";
    for (effect, expected) in [
        ("--effect 0", 0.101721),
        ("--effect trend", 0.590252),
        ("", 0.590252),
        ("--effect 3.2415155501446543", 0.846205),
    ] {
        let found = answer(&format!("{interim} {effect}"));
        near(&found["conditional_power"], expected);
        near(&found["predictive_power"], 0.564094);
    }
    let events = answer(
        "design expected-events --accrual-breaks 0,6 --accrual-rates 5 --hazard 0.1 --dropout-hazard 0.02 --at 12",
    );
    let k = 0.12_f64;
    near(&events["events"], 30.0 * 0.1 / k * (1.0 - ((-6.0 * k).exp() - (-12.0 * k).exp()) / (6.0 * k)));
    let bounds = answer("design boundaries --fractions 0.5,1 --beta 0.1");
    for (field, expected) in
        [("fractions", [0.5, 1.0]), ("z", [2.962588, 1.968596]), ("alpha_spent", [0.00152532, 0.025])]
    {
        near(&bounds[field][0], expected[0]);
        near(&bounds[field][1], expected[1]);
    }
    let names = [
        "fractions",
        "z",
        "alpha_spent",
        "nominal_p",
        "futility_z",
        "inflation",
        "drift",
        "power_by_look",
        "rejection_by_look",
        "expected_fraction_h0",
        "expected_fraction_h1",
    ];
    let flags =
        "--hazard-ratio 0.7 --control-median 12 --accrual 24 --followup 12 --fractions 0.5,1 --futility-z 0";
    let plan = answer(&format!("design sequential {flags} --power 0.9"));
    let with_looks =
        ["events_by_look", "subjects_by_look", "time_by_look", "expected_events_h0", "expected_events_h1"];
    let fixed =
        ["events", "subjects", "subjects_by_arm", "duration", "power", "critical_hazard_ratio", "rounded"];
    for name in names.iter().chain(&with_looks).chain(&fixed) {
        assert!(plan.get(name).is_some_and(|v| !v.is_null()), "sequential has no {name}: {plan}");
    }
    assert!(names.iter().all(|name| bounds.get(name).is_some()), "{bounds}");
    // What is spent is the sum of what is rejected, under no effect; the power that of the plan's drift.
    let sum = |v: &Value| v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).sum::<f64>();
    assert!((sum(&bounds["rejection_by_look"]) - 0.9).abs() < 1e-9, "{bounds}");
    near(&bounds["power_by_look"][1], 0.9);
    assert!(
        bounds["expected_fraction_h0"].as_f64().unwrap() > bounds["expected_fraction_h1"].as_f64().unwrap()
    );
    let found =
        answer("simulate --hazard-ratio 0.6 --control-median 12 --subjects 60 --accrual 12 --trials 50");
    for name in ["trials", "power", "std_error", "events", "duration"] {
        assert!(found.get(name).is_some_and(|v| !v.is_null()), "simulate has no {name}: {found}");
    }
}

/// The flag at fault stands first.
#[test]
#[allow(clippy::too_many_lines)] // one list
fn errors_name_the_flag() {
    let trial = "--control-median 12 --accrual 12 --followup 12 --power 0.9";
    for (flags, expected) in [
        (
            "design fixed --hazard-ratio 0.7 --power 0.9 --ratio -1".into(),
            "--ratio: allocation is -1: it must be finite",
        ),
        ("design fixed --hazard-ratio 0.7 --power 1.2".into(), "--power: power is 1.2"),
        ("design fixed --hazard-ratio 0.7 --events -5".into(), "--events: target is -5"),
        ("design fixed --hazard-ratio 0.7 --power 0.9 --alpha 0".into(), "--alpha: alpha is 0"),
        ("design fixed --hazard-ratio 0.7 --power 0.9 --sides 3".into(), "--sides: sides is 3"),
        (
            "design fixed --hazard-ratio 0.7 --power 0.9 --control-median 0".into(),
            "--control-median: median is 0",
        ),
        ("design boundaries --looks 99".into(), "--looks: looks is 99: it must be at most 50"),
        ("design boundaries --looks 3 --beta 1".into(), "--beta: power is 0"),
        (
            "design boundaries --looks 3 --type hsd --parameter 99".into(),
            "--parameter: the parameter of Hwang",
        ),
        (
            "design boundaries --looks 3 --beta-spending kim-demets --beta-parameter 0".into(),
            "--beta-parameter: the power of Kim and DeMets is 0",
        ),
        ("design boundaries --looks 3 --futility-z 0".into(), "--futility-z: futility has 1 values"),
        (
            "design boundaries --looks 2 --spending-time 0.5,0.9".into(),
            "--spending-time: the last spending_time is 0.9",
        ),
        ("design conditional-power --z 2 --fraction 1 --critical 2".into(), "--fraction: fraction is 1"),
        ("design stopped --looks 3 --look 1 --z 99".into(), "--z: z is 99"),
        ("design stopped --looks 3 --look 1 --z 2 --level 1".into(), "--level: level is 1"),
        (
            format!("design cluster --cluster-size 0 --correlation 0.1 --hazard-ratio 0.7 {trial}"),
            "--cluster-size: the mean",
        ),
        (
            format!("design cluster --cluster-size 9 --correlation 2 --hazard-ratio 0.7 {trial}"),
            "--correlation: the intra",
        ),
        (
            format!("design competing-risks --hazard-ratio 1 --competing-hazard 0.1 {trial}"),
            "--hazard-ratio: the ratio of the effect is 1",
        ),
        (
            format!("design competing-risks --hazard-ratio 0.7 --competing-hazard -1 {trial}"),
            "--competing-hazard -1",
        ),
        (
            format!("design equivalence --upper 1.2 --hazard-ratio 1.3 {trial}"),
            "--hazard-ratio: hazard_ratio is 1.3",
        ),
        (
            format!("design equivalence --upper 0.8 {trial}"),
            "--upper: the lower margin is 1.25: it must be below",
        ),
        ("design equivalence --upper 1.2 --subjects 100".into(), "give these, or the events"),
        ("design win-ratio --win-ratio 1 --power 0.9".into(), "--win-ratio: the win ratio is 1"),
        ("design win-ratio --win-ratio 2 --ties 1 --power 0.9".into(), "--ties: ties is 1"),
        (format!("design non-proportional --hazard-ratio 0.7 --test rmst {trial}"), "needs --tau"),
        (
            format!("design non-proportional --hazard-ratio 0.7 --test rmst --tau 99 {trial}"),
            "--tau: the horizon is 99",
        ),
        (
            format!("design non-proportional --hazard-ratio 0.7 --weight fh:x:1 {trial}"),
            "--weight fh:x:1: \"x\" is no number",
        ),
        (
            format!("design non-proportional --hazard-ratio 0.7 --weight late {trial}"),
            "--weight late: take log-rank",
        ),
        (
            format!("design non-proportional --hazard-ratio 0.7 --weight fh:0:-1 {trial}"),
            "--weight: gamma is -1",
        ),
        (
            format!("design non-proportional --hazard-ratio 1.4 {trial}"),
            "error: --hazard-ratio: the expected statistic",
        ),
        (
            "design non-proportional --hazard-ratio 0.7 --control-hazard 0.1,0.2 --accrual 12 --power 0.9"
                .into(),
            "--control-hazard has 2 rates: with 0 --hazard-breaks",
        ),
        ("design exact --null 0.3 --hoped 0.3".into(), "--hoped: the target rate is 0.3"),
        (
            "design exact --null 0.1 --hoped 0.3 --subjects 2.5".into(),
            "--subjects is 2.5: it must be a whole number",
        ),
        ("design two-stage --null 0 --hoped 0.3".into(), "--null: the rate of no interest is 0"),
        (
            "design one-sample --control-median 9 --median 9 --accrual 5 --followup 3 --power 0.8".into(),
            "--median: expected less observed events is 0",
        ),
        ("design one-sample --control-median 9 --median 15 --power 0.8".into(), "--accrual is needed"),
        (
            "design one-sample --control-median 9 --hazard-ratio 5e-324 --accrual 5 --power 0.8".into(),
            "--hazard-ratio is 5e-324: so little leaves no hazard",
        ),
        (
            "design one-sample --control-median 9 --hazard 0 --accrual 5 --power 0.8".into(),
            "--hazard: the events under the assumed hazard is 0",
        ),
        ("design boundaries --fractions -inf,1".into(), "--fractions: fractions[0] is -inf after 0"),
        (
            "design non-proportional --hazard-ratio 1 --control-median 9 --accrual 5 --followup 9 --power 0.8".into(),
            "error: --hazard-ratio: the expected statistic is 0",
        ),
    ] {
        let found = refusal(&flags);
        assert!(found.contains(expected), "{flags}: {found}");
    }
}

/// The help of every subcommand ends with an example that runs.
#[test]
fn the_examples_of_the_help_run() {
    for name in [
        "fixed",
        "boundaries",
        "sequential",
        "stopped",
        "conditional-power",
        "expected-events",
        "non-proportional",
        "competing-risks",
        "cluster",
        "win-ratio",
        "equivalence",
        "exact",
        "two-stage",
        "one-sample",
    ] {
        let help = String::from_utf8(greenwood(&format!("design {name} --help")).stdout).unwrap();
        let example = help.trim_end().lines().last().unwrap();
        let call = example.strip_prefix("Example: ").unwrap_or_else(|| panic!("{name}: {help}"));
        let output = greenwood(call);
        assert!(output.status.success(), "{call}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(answer(call).is_object(), "{call}");
    }
}

/// Every refusal says what to do.
#[test]
fn hostile_plans_are_refused_in_a_line() {
    let fixed = "design fixed --power 0.9 --hazard-ratio";
    for (flags, expected) in [
        (format!("{fixed} 1"), "hazard_ratio is 1: it must be different from the margin"),
        (
            format!("{fixed} 0.7 --control-hazard 0 --accrual 12 --followup 12"),
            "the control hazard is 0: it must be above 0 within the follow-up: nobody would have an event",
        ),
        (
            format!("{fixed} 0.7 --control-hazard 0.1 --accrual 0 --followup 0"),
            "accrual and follow-up is 0: it must be above 0 together: nobody would be followed",
        ),
        ("design fixed --hazard-ratio 0.7".into(), "one of --power, --subjects and --events is needed"),
        ("design fixed --hazard-ratio 0.7 --events 0".into(), "it must be a finite number above 0"),
        ("design boundaries --fractions 0.5,0.4,1".into(), "fractions of the information increase"),
        ("design boundaries --fractions 0,1".into(), "fractions of the information increase"),
        ("design boundaries --looks 3 --parameter 2".into(), "--parameter has no meaning with --type as-of"),
        ("design boundaries --looks 3 --type hsd".into(), "hsd needs --parameter"),
        (
            "design expected-events --accrual-breaks 0,6 --accrual-rates 0 --hazard 0.1 --at 12".into(),
            "it must be above 0 in some piece: nobody would enter",
        ),
        ("design boundaries --looks 0".into(), "--looks 0: a design has at least one look"),
        (
            "simulate --hazard-ratio 0.6 --control-hazard 0 --subjects 9 --accrual 1".into(),
            "nobody would have an event",
        ),
        (
            "simulate --hazard-ratio 0.6 --control-median 9 --subjects 9 --accrual 1 --events 10".into(),
            "--events 10: it must be at most the 9 of --subjects",
        ),
        ("design stopped --looks 3 --look 0 --z 1".into(), "looks are counted from 1"),
        (
            "design stopped --looks 3 --look 4 --z 1".into(),
            "--look 4: the design has 3 looks, counted from 1",
        ),
        ("design conditional-power --z 2 --fraction 1 --critical 2".into(), "it must be inside (0, 1)"),
    ] {
        let found = refusal(&flags);
        assert!(found.contains(expected), "{flags}: {found}");
    }
}

#[test]
fn simulations_are_the_same_for_any_number_of_threads() {
    let flags = "simulate --hazard-ratio 0.6 --control-median 12 --subjects 200 --accrual 24 --events 120 --trials 600";
    let one = answer(&format!("{flags} --threads 1"));
    assert_eq!(one, answer(&format!("{flags} --threads 3")));
    assert_eq!(one["trials"], 600);
}

/// Both scenarios in one answer: power with bias and coverage, and the type I error.
#[test]
fn simulations_tell_power_and_error_together() {
    let flags = "simulate --hazard-ratio 0.6 --control-median 12 --subjects 100 --accrual 24 --events 60 --until 40 --trials 300 \
                 --test cox --truth 0.6 --blocks 4 --type-i-error --dropout-hazard 0.01 --dropout-tau 0.3";
    let found = answer(flags);
    assert!(found["power"].as_f64().unwrap() > found["type_i_error"].as_f64().unwrap() + 0.2, "{found}");
    assert!(
        found["coverage"].as_f64().unwrap() > 0.9 && found["bias_std_error"].as_f64().unwrap() < 0.05,
        "{found}"
    );
    for (flags, part) in [
        (
            "simulate --hazard-ratio 0.6 --control-median 12 --subjects 50 --accrual 9 --test milestone",
            "needs --tau",
        ),
        ("simulate --hazard-ratio 0.6 --control-median 12 --subjects 50 --accrual 9 --until 20", "--events"),
        (
            "simulate --hazard-ratio 0.6 --control-median 12 --subjects 50 --accrual 9 --blocks 3",
            "a block size is 3",
        ),
        (
            "simulate --hazard-ratio 0.6 --control-median 12 --subjects 50 --accrual 9 --dropout-tau 1",
            "Kendall's tau",
        ),
    ] {
        let error = refusal(flags);
        assert!(error.contains(part), "{flags}: {error}");
    }
}

/// rpact 3.3.4: getDesignGroupSequential(kMax = 3, typeOfDesign = "P", alpha = 0.02, beta = 0.2, futilityBounds = c(-0.4, 0.6),
/// bindingFutility = FALSE). A list may begin with a negative number.
#[test]
fn a_list_may_begin_below_zero() {
    let found =
        answer("design boundaries --looks 3 --type pocock --alpha 0.02 --beta 0.2 --futility-z -0.4,0.6");
    near(&found["futility_z"][0], -0.4);
    near(&found["z"][2], 2.37812159925252);
    near(&found["drift"], 3.13284418685887);
    let error = refusal("design boundaries --looks 3 --futility-z -x,0");
    assert!(error.contains("--futility-z"), "{error}");
}

/// What was once let through, or broke off: durations that are none, sizes that nobody can count, looks without number.
#[test]
fn numbers_beyond_all_measure_are_refused() {
    let fixed = "design fixed --power 0.9 --hazard-ratio 0.7";
    let simulate = "simulate --hazard-ratio 0.7 --control-median 12 --accrual 12 --subjects 50";
    for (flags, expected) in [
        (format!("{fixed} --control-median 12 --accrual -1 --followup 12"), "--accrual: accrual is -1"),
        (format!("{fixed} --control-median 12 --accrual NaN --followup 12"), "--accrual: accrual is NaN"),
        (
            format!("{fixed} --control-median 12 --accrual 12 --followup 1e300"),
            "--accrual, --followup: accrual and",
        ),
        (format!("{fixed} --control-hazard 1e-300 --accrual 12 --followup 12"), "the number of subjects is"),
        (format!("{fixed} --ratio 1e-300"), "--ratio: allocation is"),
        (format!("{fixed} --alpha 1e-300"), "--alpha: alpha is"),
        ("design fixed --hazard-ratio 0.7 --events 1e300".into(), "the number of events is"),
        (
            "design boundaries --looks 100000000000".into(),
            "--looks: looks is 100000000000: it must be at most 50",
        ),
        ("design equivalence --upper 1.25 --power 0.9 --alpha 1e-300".into(), "--alpha: alpha is"),
        (format!("{simulate} --delay -1"), "--delay -1: it must be finite and at least 0"),
        (format!("{simulate} --followup NaN"), "--followup NaN"),
        (format!("{simulate} --test rmst --tau 0"), "--tau 0: it must be finite and above 0"),
        (format!("{simulate} --test fleming-harrington --rho inf"), "--rho inf"),
        (format!("{simulate} --accrual -3").replace("--accrual 12 ", ""), "--accrual -3: it must be"),
        (format!("{simulate} --dropout-hazard -1"), "--dropout-hazard: rates is -1"),
    ] {
        let found = refusal(&flags);
        assert!(found.contains(expected), "{flags}: {found}");
    }
}

/// What is no number, infinite, negative or none at all names its flag in one line, in every subcommand.
#[test]
fn every_hostile_value_names_its_flag() {
    let course = "--control-median 12 --accrual 24 --followup 12";
    let simulate = "simulate --hazard-ratio 0.6 --control-median 12 --accrual 24 --subjects 60 --trials 20";
    for (program, flags) in [
        (
            format!("design fixed --power 0.9 {course}"),
            "--hazard-ratio=1 --hazard-ratio=0 --hazard-ratio=-inf",
        ),
        (format!("design fixed --power 0.9 --hazard-ratio 0.7 {course}"), "--ratio=1e9 --sides=-1 --sides=3"),
        (
            "design boundaries".into(),
            "--looks=0 --looks=-1 --looks=1e9 --fractions=0.5,0.5000000001,1 --fractions=0,1",
        ),
        ("design sequential --hazard-ratio 0.7".into(), "--looks=-1"),
        ("design sequential --hazard-ratio 0.7 --looks 3".into(), "--power=nan --power=-inf --events=0"),
        ("design stopped --looks 3 --z 2.8".into(), "--look=-1 --look=0 --look=4"),
        ("design conditional-power --z 1 --critical 2".into(), "--fraction=0 --fraction=-1 --fraction=nan"),
        (
            "design expected-events --accrual-breaks 0,6 --at 12 --hazard 0.1".into(),
            "--accrual-rates=0 --accrual-rates=-1 --accrual-rates=1e99",
        ),
        ("design equivalence --power 0.9".into(), "--upper=1 --upper=nan --upper=-inf --upper=0"),
        ("design win-ratio --power 0.9".into(), "--win-ratio=1 --win-ratio=nan --win-ratio=-1"),
        (
            format!("design cluster --hazard-ratio 0.7 --power 0.9 {course} --correlation 0.05"),
            "--cluster-size=0 --cluster-size=nan --cluster-size=-inf",
        ),
        (
            format!("design non-proportional --power 0.9 {course} --test log-rank"),
            "--hazard-ratio=1e20 --hazard-ratio=1 --hazard-ratio=-inf",
        ),
        (
            "design one-sample --hazard-ratio 0.6 --accrual 5 --followup 3 --power 0.8".into(),
            "--control-median=1e99",
        ),
        (
            simulate.into(),
            "--trials=-1 --trials=0 --seed=-1 --alpha=nan --followup=1e99 --events=0 --events=-1 --dropout-hazard=inf --ratio=0",
        ),
        (format!("{simulate} --events 40"), "--looks=0 --looks=-1 --until=nan --blocks=-1 --blocks=3"),
    ] {
        for flag in flags.split(' ') {
            // Both ways to write a value.
            for written in [flag.to_string(), flag.replace('=', " ")] {
                let found = refusal(&format!("{program} {written}"));
                let name = flag.split('=').next().unwrap();
                assert!(
                    found.contains(name) && found.trim_end().lines().count() == 1,
                    "{program} {written}: {found}"
                );
            }
        }
    }
}

/// `--progress` shows a bar on standard error and changes nothing else; a closed pipe ends quietly.
#[test]
fn simulations_show_their_progress_and_end_with_the_pipe() {
    let flags = "simulate --hazard-ratio 0.6 --control-median 12 --subjects 100 --accrual 24 --events 60 --trials 300";
    let quiet = greenwood(&format!("{flags} --json"));
    let shown = greenwood(&format!("{flags} --json --progress"));
    assert!(shown.status.success() && quiet.stderr.is_empty());
    assert_eq!(quiet.stdout, shown.stdout);
    let bar = String::from_utf8(shown.stderr).unwrap();
    assert!(bar.ends_with(&format!("[{}] 100% of 300 trials\n", "#".repeat(40))), "{bar}");
    let study = String::from_utf8(greenwood(&format!("{flags} --type-i-error --progress")).stderr).unwrap();
    assert!(study.contains(" 50% of 600 trials") && study.contains("100% of 600 trials"), "{study}");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_greenwood"))
        .args(flags.split(' '))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
