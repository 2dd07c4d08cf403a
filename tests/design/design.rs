//! Trial design against rpact 3.3.4, gsDesign 3.11 and closed forms in R 4.2.2: every case of the reference files of the
//! kinds that the crate has. Each case says its call.

use greenwood::trial::design::monitoring::{
    Effect, FutureEvents, Interim, conditional_power_of, conditional_rejection, log_rank_information,
    repeated_interval,
};
use greenwood::trial::design::{
    Accrual, Assumptions, Boundaries, BoundaryType, EventFormula, FixedDesign, Futility, GroupSequential,
    Hazard, Spending, StagewiseOrdering, Target,
};
use proptest::prelude::Just;
use serde_json::Value;

use crate::design_cases::{Check, boundary, cases, design, hazards, number, numbers};

#[test]
fn events_and_power_of_fixed_designs() {
    let mut check = Check::new();
    for case in cases() {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        let kind = case["kind"].as_str().unwrap();
        let formula = match kind {
            "events_schoenfeld" | "power_schoenfeld" => EventFormula::Schoenfeld,
            "events_freedman" => EventFormula::Freedman,
            _ => continue,
        };
        let design = FixedDesign::new(number(&i["hazard_ratio"]))
            .alpha(number(&i["alpha"]))
            .sides(number(&i["sides"]) as u32)
            .allocation(number(&i["allocation_ratio"]))
            .formula(formula);
        if kind == "power_schoenfeld" {
            let plan = design.target(Target::Events(number(&i["events"]))).fit().unwrap();
            check.near("power", plan.power(), number(&o["power"]), 1e-12);
        } else {
            let plan = design.target(Target::Power(number(&i["power"]))).fit().unwrap();
            check.near("events", plan.events(), number(&o["value"]), 1e-12);
            check.near("rounded", plan.rounded().events as f64, number(&o["rounded_up"]), 0.0);
        }
    }
    check.end("fixed designs", 350);
}

#[test]
fn event_probabilities() {
    let mut check = Check::new();
    for case in cases().iter().filter(|c| c["kind"] == "event_probability") {
        let i = &case["inputs"];
        check.name = case["name"].as_str().unwrap().into();
        let accrual = Accrual::uniform(1.0, number(&i["accrual"])).unwrap();
        let (hazard, dropout) = (
            Hazard::constant(number(&i["hazard"])).unwrap(),
            Hazard::constant(number(&i["dropout_hazard"])).unwrap(),
        );
        let total = number(&i["accrual"]) + number(&i["followup"]);
        let found = accrual.expected_events(total, &hazard, &dropout);
        // With an accrual of a millionth R's 1 − e^{−ka} keeps eight digits, and 18 + 1e-6 less 18 in our widths nine.
        let tolerance = if number(&i["accrual"]) < 1e-3 { 1e-8 } else { 1e-12 };
        check.near("probability", found, number(&case["output"]["probability"]), tolerance);
    }
    check.end("event probabilities", 32);
}

#[test]
fn expected_events_over_calendar_time() {
    let mut check = Check::new();
    for case in cases() {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        match case["kind"].as_str().unwrap() {
            "expected_events" => {
                let accrual =
                    Accrual::piecewise(&numbers(&i["accrual_breaks"]), &numbers(&i["accrual_rates"]))
                        .unwrap();
                let (h, d) = (
                    Hazard::constant(number(&i["hazard"])).unwrap(),
                    Hazard::constant(number(&i["dropout_hazard"])).unwrap(),
                );
                check.near(
                    "events",
                    accrual.expected_events(number(&i["calendar_time"]), &h, &d),
                    number(&o["value"]),
                    1e-12,
                );
            }
            "future_events" => {
                let mut future = FutureEvents::new(number(&i["at_risk"]), number(&i["hazard"]))
                    .dropout(number(&i["dropout_hazard"]));
                if let Some(n) = i.get("still_to_enter") {
                    future = future.entering(number(n), number(&i["entering_over"]));
                }
                let (horizon, expected) = (number(&i["horizon"]), number(&o["value"]));
                check.near("events", future.within(horizon).unwrap(), expected, 1e-12);
                check.near("time", future.time_until(expected).unwrap().unwrap(), horizon, 1e-10);
            }
            "event_probabilities" => {
                let Some((experimental, control)) = hazards(i) else { continue };
                let accrual = match i.get("accrual_breaks") {
                    Some(b) => Accrual::piecewise(&numbers(b), &numbers(&i["accrual_intensity"])).unwrap(),
                    None => Accrual::uniform(
                        number(&i["accrual"]) * number(&i["accrual_intensity"]),
                        number(&i["accrual"]),
                    )
                    .unwrap(),
                };
                let ratio = i.get("allocation_ratio").map_or(1.0, number);
                let mut assumed = Assumptions::new(experimental, control, accrual).allocation(ratio).unwrap();
                if let Some(p) = i.get("dropout_probability").or(i.get("dropout_probabilities")) {
                    let p = numbers(p);
                    let at = number(&i["dropout_time"]);
                    let of = |k: usize| Hazard::survival_at(at, 1.0 - p[k.min(p.len() - 1)]).unwrap();
                    assumed = assumed.dropout(of(0), of(1));
                }
                let times = numbers(&i["time"]);
                let by_arm: Vec<[f64; 2]> = times.iter().map(|&t| assumed.event_probabilities(t)).collect();
                check.all("arm 1", &by_arm.iter().map(|p| p[0]).collect::<Vec<_>>(), &o["arm1"], 1e-9);
                check.all("arm 2", &by_arm.iter().map(|p| p[1]).collect::<Vec<_>>(), &o["arm2"], 1e-9);
                check.near("subjects", assumed.accrual().subjects(), number(&o["max_subjects"]), 1e-12);
            }
            _ => {}
        }
    }
    check.end("expected events", 40);
}

/// rpact's tolerance is 1e-10 in the error, which is up to 1e-6 in a bound; its last bounds of spending designs and its
/// power of two-sided designs are good to 1e-5 (the reference's notes).
#[test]
fn group_sequential_bounds() {
    let mut check = Check::new();
    for case in cases().iter().filter(|c| c["kind"] == "group_sequential") {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        let found = design(i).unwrap().fit().unwrap();
        let two = found.sides() == 2;
        check.all("bounds", found.z(), &o["critical_values"], 3e-6);
        check.all("levels", &found.nominal_p(), &o["stage_levels"], 1e-7);
        check.all("spent", found.alpha_spent(), &o["alpha_spent"], 2e-8);
        if let Some(z) = o.get("futility_bounds").filter(|z| z.is_array()) {
            let z = Value::Array(
                numbers(z).into_iter().map(|z| if z <= -6.0 { "-Inf".into() } else { z.into() }).collect(),
            );
            check.all("futility", found.futility_z(), &z, 5e-6);
        }
        let drift = found.drift();
        let loose = if two { 2e-5 } else { 3e-6 };
        check.near("shift", drift * drift, number(&o["shift"]), loose);
        check.near("inflation", found.inflation(), number(&o["inflation_factor"]), loose);
        check.all("power", &found.power_by_look(drift), &o["power_by_stage"], loose);
        let size = |drift: f64| found.inflation() * found.expected_fraction(drift);
        for (field, at) in [
            ("asn_h1_relative", drift),
            ("asn_h1", drift),
            ("asn_h01", drift / 2.0),
            ("asn_h0_relative", 0.0),
            ("asn_h0", 0.0),
        ] {
            if let Some(expected) = o.get(field).filter(|v| v.is_number()) {
                check.near(field, size(at), number(expected), loose);
            }
        }
    }
    check.end("group-sequential designs", 1_000);
}

#[test]
fn power_and_average_information() {
    let mut check = Check::new();
    for case in cases().iter().filter(|c| c["kind"] == "power_and_asn") {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        let found = design(i).unwrap().fit().unwrap();
        let n = number(&o["n_max"]);
        for (k, theta) in numbers(&o["theta"]).into_iter().enumerate() {
            let drift = theta * n.sqrt();
            check.near(
                "size",
                n * found.expected_fraction(drift),
                numbers(&o["average_sample_number"])[k],
                1e-6,
            );
            check.near("power", found.power(drift), numbers(&o["overall_reject"])[k], 3e-7);
        }
    }
    check.end("power and average information", 20);
}

#[test]
fn spending_functions() {
    let mut check = Check::new();
    for case in cases().iter().filter(|c| c["kind"] == "alpha_spending") {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        let parameter =
            || number(i.get("parameter").or(i.get("gamma")).or(i.get("rho")).or(i.get("par")).unwrap());
        let spending = match i["type"].as_str().unwrap() {
            "asOF" | "OBF" => Spending::OBrienFleming,
            "asP" | "Pocock" => Spending::Pocock,
            "HSD" => Spending::HwangShihDeCani(parameter()),
            "KimDeMets" => Spending::KimDeMets(parameter()),
            _ => continue,
        };
        let found = spending.spent(&numbers(&i["t"]), number(&i["alpha"])).unwrap();
        // R takes the early amounts as 2 − 2Φ: what is left of it there are 16 digits after the point.
        let expected = o.get("spent").or(o.get("value")).unwrap();
        for (f, e) in found.iter().zip(numbers(expected)) {
            check.compared += 1;
            assert!((f - e).abs() <= 1e-12 * e + 1e-15, "{}: {f} and {e}", check.name);
        }
    }
    check.end("spending functions", 40);
}

#[test]
fn conditional_and_predictive_power() {
    let mut check = Check::new();
    for case in cases() {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        let kind = case["kind"].as_str().unwrap();
        if !["conditional_power", "predictive_power"].contains(&kind) {
            continue;
        }
        let interim = Interim::new(number(&i["z"]), number(&i["t"])).unwrap();
        let critical = number(&i["z_crit"]);
        let found = if kind == "predictive_power" {
            interim.predictive_power(critical).unwrap()
        } else {
            let effect = i.get("drift").map_or(Effect::Trend, |d| Effect::Drift(number(d)));
            interim.conditional_power(critical, effect).unwrap()
        };
        check.near(kind, found, number(&o["value"]), 1e-11);
    }
    check.end("conditional power", 18);
}

/// gsDesign's nSurv: 1e-8, the accuracy of its root finder.
#[test]
fn lachin_and_foulkes() {
    let mut check = Check::new();
    for case in cases().iter().filter(|c| c["kind"] == "lachin_foulkes") {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        let formula = match i["method"].as_str().unwrap() {
            "LachinFoulkes" => EventFormula::LachinFoulkes,
            "Schoenfeld" => EventFormula::Schoenfeld,
            "Freedman" => EventFormula::Freedman,
            _ => EventFormula::BernsteinLagakos,
        };
        let (_, control) = hazards(i).unwrap();
        let dropout = Hazard::constant(number(&i["dropout_hazard"])).unwrap();
        let accrual = match i.get("accrual_durations") {
            Some(d) => {
                let mut breaks = vec![0.0];
                for d in numbers(d) {
                    breaks.push(breaks[breaks.len() - 1] + d);
                }
                Accrual::piecewise(&breaks, &numbers(&i["relative_accrual"])).unwrap()
            }
            None => Accrual::uniform(1.0, number(&i["accrual"])).unwrap(),
        };
        let plan = FixedDesign::new(number(&i["hazard_ratio"]))
            .alpha(number(&i["alpha"]))
            .sides(number(&i["sides"]) as u32)
            .target(Target::Power(1.0 - number(&i["beta"])))
            .formula(formula)
            .control(control)
            .dropout(dropout.clone(), dropout)
            .accrual_shape(accrual)
            .followup(number(&i["followup"]))
            .fit()
            .unwrap();
        check.near("n", plan.subjects().unwrap(), number(&o["n"]), 1e-8);
        check.near("events", plan.events(), number(&o["events"]), 1e-8);
        let by_arm = plan.assumptions().unwrap().expected_events(number(&i["study"]));
        check.near("experimental", by_arm[0], numbers(&o["events_experimental_h1"]).iter().sum(), 1e-8);
        check.near("control", by_arm[1], numbers(&o["events_control_h1"]).iter().sum(), 1e-8);
    }
    check.end("Lachin and Foulkes", 60);
}

#[test]
fn sample_sizes_of_rpact() {
    let mut check = Check::new();
    for case in cases().iter().filter(|c| c["kind"] == "rpact_sample_size") {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        let formula = match i.get("method").and_then(Value::as_str) {
            None | Some("Schoenfeld") => EventFormula::Schoenfeld,
            Some("Freedman") => EventFormula::Freedman,
            Some("HsiehFreedman") => EventFormula::HsiehFreedman,
            Some(other) => panic!("{}: {other}", check.name),
        };
        let (_, control) = hazards(i).unwrap();
        let power = 1.0 - number(&i["beta"]);
        let mut design = FixedDesign::new(number(&i["hazard_ratio"]))
            .alpha(number(&i["alpha"]))
            .sides(number(&i["sides"]) as u32)
            .target(Target::Power(power))
            .formula(formula)
            .allocation(i.get("allocation_ratio").map_or(1.0, number))
            .control(control)
            .accrual(number(&i["accrual"]))
            .followup(number(&i["followup"]));
        if let Some(p) = i.get("dropout_probability") {
            let dropout = Hazard::survival_at(number(&i["dropout_time"]), 1.0 - number(p)).unwrap();
            design = design.dropout(dropout.clone(), dropout);
        }
        let plan = design.fit().unwrap();
        check.all("events", &[plan.events()], &o["events"], 1e-9);
        check.all("subjects", &[plan.subjects().unwrap()], &o["subjects"], 1e-9);
        check.all("experimental", &[plan.subjects_by_arm().unwrap()[0]], &o["subjects1"], 1e-9);
        if i.get("stages").is_some() {
            let bounds = GroupSequential::looks(number(&i["stages"]) as usize)
                .alpha(number(&i["alpha"]))
                .power(power)
                .boundary(boundary(i).unwrap())
                .fit()
                .unwrap();
            let plan = design.sequential(&bounds).unwrap();
            check.all("most events", &[plan.events()], &o["max_events"], 1e-6);
            check.all("most subjects", &[plan.subjects().unwrap()], &o["max_subjects"], 1e-6);
            check.all("times", plan.time_by_look().unwrap(), &o["analysis_time"], 1e-6);
            let ratios: Vec<f64> = plan.critical_hazard_ratios().into_iter().flatten().collect();
            check.all("ratios", &ratios, &o["critical_hr"], 1e-6);
        } else if formula == EventFormula::Schoenfeld && number(&i["sides"]) == 1.0 {
            check.all("ratio", &[plan.critical_hazard_ratio()], &o["critical_hr"], 1e-9);
        }
    }
    check.end("sample sizes", 90);
}

/// Conditional rejection, conditional power and repeated intervals at an interim analysis.
#[test]
fn analyses_of_a_running_trial() {
    let mut check = Check::new();
    let as_of = GroupSequential::looks(3).power(0.9).fit().unwrap();
    let hsd = GroupSequential::at(&[0.5, 0.75, 1.0])
        .power(0.8)
        .boundary(BoundaryType::Spending(Spending::HwangShihDeCani(-4.0)))
        .futility(Futility::Z(vec![0.0, 0.5]))
        .fit()
        .unwrap();
    let pocock = GroupSequential::looks(2).boundary(BoundaryType::Pocock).power(0.8).fit().unwrap();
    for case in cases().iter().filter(|c| c["kind"] == "group_sequential_analysis") {
        let (i, o) = (&case["inputs"], &case["output"]);
        check.name = case["name"].as_str().unwrap().into();
        let bounds: &Boundaries = match i["design"].as_str().unwrap() {
            "asOF, 3 equal stages, one-sided 0.025, power 0.9" => &as_of,
            "Pocock, 2 stages, one-sided 0.025" => &pocock,
            "HSD -4 at 0.5, 0.75, 1, one-sided 0.025, power 0.8, non-binding futility z 0, 0.5" => &hsd,
            other => panic!("{other}"),
        };
        assert_eq!(i["direction"], "hazard ratio below one is benefit");
        let (events, z) = (numbers(&i["cumulative_events"]), numbers(&i["cumulative_log_rank_z"]));
        let ratio = number(&i["allocation_ratio"]);
        for k in 0..events.len() {
            let of = |field: &str| o[field].get(k).filter(|v| v.is_number()).map(number);
            if let Some(expected) =
                of("conditional_rejection_probabilities").filter(|_| k + 1 < bounds.fractions().len())
            {
                check.near("rejection", conditional_rejection(bounds, k, -z[k]).unwrap(), expected, 1e-6);
            }
            let hazard_ratio = (z[k] * (1.0 + ratio) / (ratio * events[k]).sqrt()).exp();
            if let (Some(low), Some(high)) = (of("rci_lower"), of("rci_upper")) {
                let information = log_rank_information(events[k], ratio).unwrap();
                let found = repeated_interval(bounds, k, hazard_ratio, information).unwrap();
                check.near("lower", found.0, low, 1e-5);
                check.near("upper", found.1, high, 1e-5);
            }
        }
        let k = events.len() - 1;
        if let Some(p) = o.get("final_p").and_then(|p| p.get(k)).filter(|p| p.is_number()) {
            // rpact's estimates are roots to about 1e-6.
            let stopped =
                StagewiseOrdering::new().events(events[k]).allocation(ratio).estimate(bounds, k, -z[k]);
            let stopped = stopped.unwrap();
            let (low, high) = stopped.hazard_ratio_interval(0.95).unwrap().unwrap();
            check.near("final p", stopped.p_value(), number(p), 1e-7);
            let median = stopped.hazard_ratio().unwrap();
            check.near("median-unbiased", median, number(&o["median_unbiased"][k]), 3e-6);
            check.near("final lower", low, number(&o["final_lower"][k]), 3e-6);
            check.near("final upper", high, number(&o["final_upper"][k]), 3e-6);
        }
        if let (Some(planned), Some(assumed)) = (i.get("planned_events"), i.get("assumed_hazard_ratio")) {
            // rpact's looks are then at the events that are there and those that are planned; with equal steps they are ours.
            let total = events[k] + numbers(planned).iter().sum::<f64>();
            let equal = bounds
                .fractions()
                .iter()
                .zip(0..)
                .take(k + 1)
                .all(|(t, j)| (t * total - events[j]).abs() < 1e-9);
            if equal {
                let drift = -number(assumed).ln() * (ratio * total).sqrt() / (1.0 + ratio);
                let later = conditional_power_of(bounds, k, -z[k], drift).unwrap();
                let mut sum = 0.0;
                for (j, p) in later.iter().enumerate() {
                    sum += p;
                    check.near("conditional power", sum, number(&o["conditional_power"][k + 1 + j]), 1e-6);
                }
            }
        }
    }
    check.end("analyses", 20);
}

#[test]
fn what_cannot_be_planned_is_said() {
    let text = |e: greenwood::Error| e.to_string();
    let fixed =
        |h: f64| FixedDesign::new(h).control(Hazard::constant(0.05).unwrap()).accrual(12.0).followup(12.0);
    for (error, expected) in [
        (
            text(fixed(1.0).fit().unwrap_err()),
            "hazard_ratio is 1: it must be different from the margin: no number of events shows a difference that is not there",
        ),
        (text(fixed(0.0).fit().unwrap_err()), "hazard_ratio is 0: it must be finite and above 0"),
        (text(fixed(0.7).alpha(1.0).fit().unwrap_err()), "alpha is 1: it must be inside (0, 1)"),
        (text(fixed(0.7).sides(3).fit().unwrap_err()), "sides is 3: it must be 1 or 2"),
        (
            text(fixed(0.7).target(Target::Power(1.0)).fit().unwrap_err()),
            "power is 1: it must be inside (0, 1)",
        ),
        (
            text(fixed(0.7).target(Target::Events(0.0)).fit().unwrap_err()),
            "target is 0: it must be a finite number above 0",
        ),
        (
            text(fixed(0.7).accrual(-1.0).fit().unwrap_err()),
            "accrual is -1: it must be a finite duration of at least 0",
        ),
        (
            text(FixedDesign::new(0.7).target(Target::Subjects(100.0)).fit().unwrap_err()),
            "this sample size is not available with a hazard ratio alone: subjects need the control hazard, the accrual and the follow-up",
        ),
        (
            text(
                FixedDesign::new(0.7)
                    .control(Hazard::constant(0.0).unwrap())
                    .accrual(1.0)
                    .followup(1.0)
                    .fit()
                    .unwrap_err(),
            ),
            "the control hazard is 0: it must be above 0 within the follow-up: nobody would have an event",
        ),
        (text(Hazard::constant(-0.1).unwrap_err()), "rates is -0.1: it must be finite and at least 0"),
        (
            text(Hazard::piecewise(&[6.0], &[0.1]).unwrap_err()),
            "rates has 1 values, but the pieces between breaks has 2: the two must be equal in number",
        ),
        (
            text(Accrual::piecewise(&[0.0, 5.0], &[0.0]).unwrap_err()),
            "the accrual rates is 0: it must be above 0 in some piece: nobody would enter",
        ),
        (
            text(GroupSequential::at(&[0.5, 0.5, 1.0]).fit().unwrap_err()),
            "fractions[1] is 0.5 after 0.5: fractions of the information increase from above 0 to 1",
        ),
        (
            text(GroupSequential::at(&[0.0, 1.0]).fit().unwrap_err()),
            "fractions[0] is 0 after 0: fractions of the information increase from above 0 to 1",
        ),
        (text(GroupSequential::at(&[0.5, 0.9]).fit().unwrap_err()), "the last fraction is 0.9: it must be 1"),
        (
            text(GroupSequential::at(&[]).fit().unwrap_err()),
            "fractions is empty: at least one value is needed",
        ),
        (text(Interim::new(1.0, 1.0).unwrap_err()), "fraction is 1: it must be inside (0, 1)"),
    ] {
        assert_eq!(error, expected);
    }
    let two_sided = GroupSequential::looks(2).sides(2).futility(Futility::Z(vec![0.0])).fit().unwrap_err();
    assert!(text(two_sided).contains("take one side with half the error"));
    let spent = GroupSequential::looks(3).boundary(BoundaryType::HaybittlePeto(1.0)).fit().unwrap_err();
    assert!(text(spent).contains("spend the whole error"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]

    /// Power grows with the events, and a look with nothing to spend changes nothing.
    #[test]
    fn looks_that_spend_nothing_change_nothing(alpha in 0.005..0.1_f64, power in 0.5..0.97_f64, t in 0.2..0.8_f64) {
        let one = GroupSequential::looks(1).alpha(alpha).power(power).fit().unwrap();
        let none = GroupSequential::at(&[t, 1.0])
            .alpha(alpha)
            .power(power)
            .boundary(BoundaryType::Spending(Spending::User(vec![0.0, alpha])))
            .fit()
            .unwrap();
        proptest::prop_assert!((one.z()[0] - none.z()[1]).abs() < 1e-9);
        proptest::prop_assert!((one.drift() - none.drift()).abs() < 1e-9);
        proptest::prop_assert!((one.inflation() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_error_is_spent_and_power_grows(looks in 2..6_usize, alpha in 0.01..0.06_f64, rho in 0.5..4.0_f64) {
        let bounds = GroupSequential::looks(looks).alpha(alpha).boundary(BoundaryType::Spending(Spending::KimDeMets(rho))).fit().unwrap();
        proptest::prop_assert!((bounds.alpha_spent()[looks - 1] - alpha).abs() < 1e-11);
        proptest::prop_assert!((bounds.power(0.0) - alpha).abs() < 1e-11);
        let powers: Vec<f64> = (0..8).map(|d| bounds.power(f64::from(d) / 2.0)).collect();
        proptest::prop_assert!(powers.windows(2).all(|w| w[0] < w[1]));
    }

    /// Whatever is asked for, looks near to each other too: the design has its error and its power, or says why there is none.
    #[test]
    fn any_design_has_its_error_and_power(
        steps in proptest::collection::vec(1e-4..1.0_f64, 1..6),
        kind in 0..6_usize,
        parameter in 0.0..1.0_f64,
        alpha in proptest::prop_oneof![Just(0.025), 1e-9..0.6_f64],
        power in proptest::prop_oneof![Just(0.9), 0.3..0.9999_f64],
        futility in proptest::option::of(proptest::collection::vec(-3.0..2.0_f64, 6)),
        spent in proptest::bool::ANY,
        binding in proptest::bool::ANY,
    ) {
        let total: f64 = steps.iter().sum();
        let mut sum = 0.0;
        let mut fractions: Vec<f64> = steps.iter().map(|s| { sum += s / total; sum }).collect();
        let looks = fractions.len();
        fractions[looks - 1] = 1.0;
        let boundary = match kind {
            0 => BoundaryType::WangTsiatis(4.0 * parameter - 2.0),
            1 => BoundaryType::HaybittlePeto(2.0 + 6.0 * parameter),
            2 => BoundaryType::LastLookOnly,
            3 => BoundaryType::Spending(Spending::OBrienFleming),
            4 => BoundaryType::Spending(Spending::HwangShihDeCani(20.0 * parameter - 10.0)),
            _ => BoundaryType::Spending(Spending::KimDeMets(0.1 + 5.0 * parameter)),
        };
        let futility = match futility {
            None => Futility::None,
            Some(_) if spent => Futility::Spending(Spending::KimDeMets(0.5 + 3.0 * parameter)),
            Some(z) => Futility::Z(z[..looks - 1].to_vec()),
        };
        let binding = binding && futility != Futility::None;
        let design = GroupSequential::at(&fractions).alpha(alpha).power(power).boundary(boundary).futility(futility);
        match design.binding(binding).fit() {
            Ok(found) => {
                proptest::prop_assert!((found.alpha_spent()[looks - 1] - alpha).abs() < 1e-9 * alpha + 1e-14, "{found}");
                proptest::prop_assert!((found.power(found.drift()) - power).abs() < 1e-9, "{found}");
            }
            Err(greenwood::Error::OutOfRange { .. } | greenwood::Error::NotMonotone { .. }) => {}
            Err(e) => {
                let text = e.to_string();
                proptest::prop_assert!(text.contains("raise their bounds") || text.contains("lower these bounds") || text.contains("lower them"), "{text}");
            }
        }
    }

    #[test]
    fn subjects_events_and_power_agree(h in 0.4..0.9_f64, power in 0.6..0.95_f64, ratio in 0.5..3.0_f64, formula in 0..4_usize) {
        let formula = [EventFormula::Schoenfeld, EventFormula::Freedman, EventFormula::LachinFoulkes, EventFormula::BernsteinLagakos][formula];
        let design = FixedDesign::new(h).formula(formula).allocation(ratio).control(Hazard::constant(0.05).unwrap()).accrual(10.0).followup(20.0);
        let plan = design.clone().target(Target::Power(power)).fit().unwrap();
        for target in [Target::Subjects(plan.subjects().unwrap()), Target::Events(plan.events())] {
            let back = design.clone().target(target).fit().unwrap();
            proptest::prop_assert!((back.power() - power).abs() < 1e-10);
        }
        let found = design.clone().target(Target::Subjects(plan.subjects().unwrap())).detectable_ratio(power).unwrap();
        proptest::prop_assert!((found - h).abs() < 1e-8);
        let followup = design.target(Target::Power(power)).followup_for(plan.subjects().unwrap()).unwrap().unwrap();
        proptest::prop_assert!((followup - 20.0).abs() < 1e-6);
    }
}
