//! The programs `design` and `simulate`, as a shell calls them.

#[path = "common/program.rs"]
mod program;
use program::{answer, greenwood, refusal};
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
        ("design stopped --looks 3 --look 0 --z 1".into(), "looks are counted from 1"),
        ("design stopped --looks 3 --look 4 --z 1".into(), "look is 3: it must be a look of the design"),
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
