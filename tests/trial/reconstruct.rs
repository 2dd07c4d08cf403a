//! Reconstruction of orders from published figures: the published trial, an independent enumeration, and
//! simulated trials that must be found among their own reconstructions.

use std::ops::ControlFlow;

use approx::assert_relative_eq;
use greenwood::survival::result::HazardRatioMethod::{Cox, Peto, Pike};
use greenwood::survival::{CoxPh, Design, Groups, KaplanMeier, LogRank, RightCensored};
use greenwood::trial::examples::{Arm, FFS, saa};
use greenwood::trial::reconstruct::{
    ArmFigures, ArmOrders, Fact, FigureCheck, Interleavings, LaterCensoring, Published, SearchOutcome,
    StdErrorConvention, TestValue, TiedTimes, TrialFigures, Verdict,
};
use greenwood::{Error, TrialError};
use proptest::prelude::*;

type Result<T = ()> = greenwood::Result<T>;

/// BMC Pediatrics 2021, doi 10.1186/s12887-021-02562-x: nine children an arm, figures at 4 years.
fn arm(label: &str, survival: &str, std_error: &str) -> ArmFigures {
    ArmFigures::new(label, 9).survival(48.0, survival).std_error(48.0, std_error)
}

fn msc() -> ArmFigures {
    arm("MSC", "38.1%", "17.2%")
}

fn control() -> ArmFigures {
    arm("control", "66.7%", "15.7%")
}

/// `dcdddd0123`: a pattern and the numbers of later censorings.
fn patterns(found: &ArmOrders) -> Vec<String> {
    let text = |p: &greenwood::trial::reconstruct::ArmOrder| {
        let later: String = p.later_censorings().iter().map(ToString::to_string).collect();
        format!("{p} {later}")
    };
    let mut all: Vec<_> = found.patterns().iter().map(text).collect();
    all.sort();
    all
}

fn all_are_accounted_for(found: &ArmOrders) {
    let excluded: u128 = found.excluded().iter().map(|(_, orders)| orders).sum();
    assert_eq!(excluded + found.consistent(), found.examined(), "{found}");
}

/// All 1,023 strings were also enumerated in exact rational arithmetic outside of this crate.
#[test]
fn the_published_figures_determine_the_order_in_each_arm() -> Result {
    for (figures, s_alone, pattern, ties) in [
        (msc(), vec!["ccdddcd 012", "dcdccccd 01", "dcdccdd 012", "dcdddd 0123"], "dcdddd 0123", 240),
        (control(), vec!["cccdd 01234", "ccccccd 012", "dccccd 0123", "ddd 0123456"], "ddd 0123456", 508),
        (arm("OS", "88.9%", "10.5%"), vec!["d 012345678"], "d 012345678", 511),
    ] {
        let found = figures.reconstruct()?;
        assert_eq!((found.examined(), found.with_ties()), (1023, ties));
        assert_eq!(patterns(&found), [pattern]);
        assert_eq!((found.patterns_found(), found.ended()), (1, SearchOutcome::Complete));
        all_are_accounted_for(&found);
        let Some(Fact::Survival { printed, .. }) = figures.facts().first() else { panic!("no survival") };
        let alone = ArmFigures::new("S alone", 9).survival(48.0, &printed.to_string()).reconstruct()?;
        let mut expected = s_alone;
        expected.sort_unstable();
        assert_eq!(patterns(&alone), expected);
    }
    let found = msc().reconstruct()?;
    let order = &found.patterns()[0];
    assert_eq!((order.events(), order.at_risk()), (5, 3));
    assert_relative_eq!(order.estimates()[0].0, 8.0 / 21.0, max_relative = 1e-15);
    assert_relative_eq!(order.estimates()[0].1.unwrap(), 0.172216, epsilon = 5e-7);
    assert_eq!(order.orders()[0], [(9, true), (8, false), (7, true), (6, true), (5, true), (4, true)]);
    Ok(())
}

/// Only Greenwood admits all three figures with their full classes.
#[test]
fn only_greenwood_explains_all_three_standard_errors() -> Result {
    use StdErrorConvention::*;
    let published = [("38.1%", "17.2%"), ("66.7%", "15.7%"), ("88.9%", "10.5%")];
    for convention in StdErrorConvention::ALL {
        let mut counts = Vec::new();
        for (s, se) in published {
            let found = arm("arm", s, se).convention(convention).reconstruct()?;
            all_are_accounted_for(&found);
            counts.push(found.consistent());
        }
        let expected: [u128; 3] = match convention {
            Greenwood => [4, 7, 9],
            // One each: dcdddd, ddd and d, with nobody censored later.
            BinomialUncensored => [1, 1, 1],
            Binomial => [0, 19, 9],
            PetoAfterLastEvent => [0, 7, 9],
            Peto | Borkowf => [0, 1, 1],
            // cccdd with 0 to 4 later censorings: 2/3 with 15.7 % for the controls alone.
            Klein => [0, 5, 0],
            _ => [0, 0, 0],
        };
        assert_eq!(counts, expected, "{convention}");
    }
    Ok(())
}

fn interleavings(ties: TiedTimes, later: LaterCensoring) -> Result<Interleavings> {
    let figures = TrialFigures::new(msc(), control()).log_rank_p("0.153");
    figures.tied_times(ties).later_censoring(later).reconstruct()
}

/// The four classes of interleavings, each with its number, its range of p and what gives p = 0.153.
#[test]
fn one_untied_interleaving_gives_the_published_p() -> Result {
    use LaterCensoring::{Any, Fewest};
    use TiedTimes::{Admitted, Excluded};
    for (ties, later, number, low, high, distinct) in [
        (Excluded, Fewest, 84, 0.1025, 0.5146, 1),
        (Excluded, Any, 176_546, 0.0058, 0.9999, 1),
        (Admitted, Fewest, 3_872, 0.0791, 0.6190, 6),
        (Admitted, Any, 524_306_080, 0.0058, 1.0000, 20),
    ] {
        let found = interleavings(ties, later)?;
        assert_eq!((found.examined(), found.values().len()), (number, distinct));
        let [(least, _), (most, _)] = found.p_value_range().unwrap();
        assert_relative_eq!(*least, low, epsilon = 5e-5);
        assert_relative_eq!(*most, high, epsilon = 5e-5);
    }
    let found = interleavings(Excluded, Fewest)?;
    let [(_, least), (_, most)] = found.p_value_range().unwrap();
    assert_eq!((least.to_string(), most.to_string()), ("DCDDDDddd".into(), "dddDCDDDD".into()));
    let value = &found.values()[0];
    assert_eq!((found.consistent(), value.examples()[0].to_string()), (1, "DCDdDDDdd".into()));
    assert_relative_eq!(value.observed_minus_expected(), 1.943253, epsilon = 5e-7);
    assert_relative_eq!(value.variance(), 1.848247, epsilon = 5e-7);
    assert_relative_eq!(value.statistic().unwrap(), 2.043141, epsilon = 5e-7);
    assert_relative_eq!(value.p_value().unwrap(), 0.152894, epsilon = 5e-7);
    // The tied ones without further censoring.
    let found = interleavings(Admitted, Fewest)?;
    let mut examples: Vec<_> = found.values().iter().map(|v| v.examples()[0].to_string()).collect();
    examples.sort_unstable();
    let mut expected =
        ["DCDDDd{dd}D", "DCD{Dd}D{Ddd}", "DCD{Dd}D{Dd}d", "DCDdDDDdd", "DC{DDDd}Ddd", "DC{DD}{Dd}dDd"];
    expected.sort_unstable();
    assert_eq!(examples, expected);
    Ok(())
}

/// Peto's, Pike's and Cox's ratios of the order with p = 0.1529 (2.861663, 2.695268, 2.757377) admit it; a
/// wrong one excludes everything.
#[test]
fn a_hazard_ratio_is_one_more_figure() -> Result {
    let figures =
        || TrialFigures::new(msc(), control()).log_rank_p("0.153").later_censoring(LaterCensoring::Fewest);
    for (printed, method, orders) in [
        ("2.861663", Peto, 2),
        ("2.695268", Pike, 2),
        ("2.757377", Cox, 2),
        ("1.86", Cox, 0),
        ("1.86", Peto, 0),
    ] {
        let found = figures().hazard_ratio(printed, method).reconstruct()?;
        assert_eq!(
            (found.consistent(), found.ended()),
            (orders, SearchOutcome::Complete),
            "{printed} {method}"
        );
        let examples: Vec<_> =
            found.values().iter().flat_map(TestValue::examples).map(ToString::to_string).collect();
        assert_eq!(examples.contains(&"DCDdDDDdd".to_string()), orders > 0);
    }
    Ok(())
}

/// One death in each arm. If the censored child was lost between the two deaths, p = 0.9293.
#[test]
fn overall_survival_has_one_p_per_number_lost_between_the_deaths() -> Result {
    let figures = TrialFigures::new(arm("MSC", "88.9%", "10.5%"), arm("control", "88.9%", "10.5%"));
    let found = figures.tied_times(TiedTimes::Excluded).reconstruct()?;
    let value_of = |order: &str| {
        let gives = |v: &&TestValue| v.examples().iter().any(|e| e.to_string() == order);
        found.values().iter().find(gives).unwrap()
    };
    assert_relative_eq!(value_of("Dd").p_value().unwrap(), 0.9668, epsilon = 5e-5);
    let value = value_of("DCd");
    assert_relative_eq!(value.p_value().unwrap(), 0.9293, epsilon = 5e-5);
    assert_relative_eq!(value.observed_minus_expected(), 0.0625, max_relative = 1e-15);
    assert_relative_eq!(value.variance(), 0.496094, epsilon = 5e-7);
    let tied = TrialFigures::new(arm("MSC", "88.9%", "10.5%"), arm("control", "88.9%", "10.5%"));
    let tied = tied.later_censoring(LaterCensoring::Fewest).reconstruct()?;
    assert_eq!(tied.p_value_range().unwrap()[1].0, 1.0);
    assert_eq!(tied.p_value_range().unwrap()[1].1.to_string(), "{Dd}");
    Ok(())
}

/// The trial of the examples is one of the reconstructions.
#[test]
fn the_example_trial_is_a_reconstruction() -> Result {
    let ffs = saa().analyse(&FFS)?;
    let rows = |arm: Arm| {
        let own: Vec<_> = ffs.records().iter().filter(|r| r.arm == arm).collect();
        let time: Vec<f64> = own.iter().map(|r| r.time.in_months()).collect();
        let event: Vec<bool> = own.iter().map(|r| r.outcome.is_event()).collect();
        RightCensored::new(time, event)
    };
    let (treated, controls) = (rows(Arm::Msc)?, rows(Arm::Control)?);
    let figures = TrialFigures::new(msc(), control()).log_rank_p("0.153");
    for ties in [TiedTimes::Admitted, TiedTimes::Excluded] {
        let found = figures.clone().tied_times(ties).reconstruct()?;
        assert!(found.arms()[0].contains(&msc().order_of(&treated)?));
        assert!(found.arms()[1].contains(&control().order_of(&controls)?));
        let order = figures.interleaving_of(&treated, &controls)?;
        assert_eq!(order.to_string(), "DCDdDDDddcc");
        assert!(found.contains(&order));
    }
    Ok(())
}

#[test]
fn what_cannot_be_is_proved_to_be_impossible() -> Result {
    // With 9 children the curve cannot be at 40.0 % with an error of 10.0 %.
    let found = arm("arm", "40.0%", "10.0%").reconstruct()?;
    assert_eq!((found.consistent(), found.ended()), (0, SearchOutcome::Complete));
    all_are_accounted_for(&found);
    let found = msc().at_risk(48.0, 5).events(2).reconstruct()?;
    assert_eq!(found.consistent(), 0);
    all_are_accounted_for(&found);
    // More at risk later than before; more events than subjects; a median at 0.
    for figures in [
        ArmFigures::new("arm", 9).at_risk(12.0, 4).at_risk(24.0, 5),
        ArmFigures::new("arm", 9).events_by(12.0, 10),
        ArmFigures::new("arm", 9).median(12.0).events_by(12.0, 2).censored_before(12.0, 0),
        ArmFigures::new("arm", 9).at_risk(12.0, 9).events(5).censored(5),
    ] {
        let found = figures.reconstruct()?;
        assert_eq!((found.consistent(), found.ended()), (0, SearchOutcome::Complete), "{found}");
        all_are_accounted_for(&found);
    }
    Ok(())
}

/// Four subjects and a median: an event crosses ½ at it (events at the same time may follow, censorings at that time
/// come after it), or the curve is at ½ on both sides of it.
#[test]
fn a_median_is_an_event_or_the_middle_of_a_step_at_one_half() -> Result {
    let found = ArmFigures::new("arm", 4).median(10.0).reconstruct()?;
    let expected = [
        "cccd 0", "ccd 01", "ccdd 0", "cdcd 0", "cdd 0", "cddd 0", "dccd 0", "dcd 0", "dcdd 0", "dd 012",
        "ddd 0", "dddd 0",
    ];
    assert_eq!(patterns(&found), expected);
    all_are_accounted_for(&found);
    Ok(())
}

#[test]
fn a_result_says_when_it_is_not_complete() -> Result {
    let figures = ArmFigures::new("arm", 20).survival(12.0, "55%");
    let all = figures.reconstruct()?;
    assert_eq!(all.ended(), SearchOutcome::Complete);
    let some = figures.clone().limit(3).reconstruct()?;
    assert_eq!((some.ended(), some.patterns().len()), (SearchOutcome::Truncated, 3));
    assert_eq!((some.consistent(), some.patterns_found()), (all.consistent(), all.patterns_found()));
    let stopped = figures.clone().budget(100).reconstruct()?;
    assert_eq!(stopped.ended(), SearchOutcome::Stopped);
    assert!(stopped.consistent() < all.consistent());
    assert!(stopped.to_string().contains("stopped before the end"));
    let mut calls = 0;
    let large = ArmFigures::new("arm", 40).survival(12.0, "43.6%").std_error(12.0, "8.8%");
    let stopped = large.reconstruct_with(|progress| {
        calls += 1;
        assert!(progress.decided <= progress.orders && progress.steps > 0);
        ControlFlow::Break(())
    })?;
    assert_eq!((stopped.ended(), calls), (SearchOutcome::Stopped, 1));
    Ok(())
}

#[test]
fn errors_say_what_to_do() {
    let text = |figures: ArmFigures| figures.reconstruct().unwrap_err().to_string();
    assert_eq!(
        text(arm("arm", "38,1%", "17.2%")),
        "\"38,1%\" is not a printed figure: digits with at most one point, \"<\" before or \"%\" behind them \
         (38.1%, 0.381, <0.001), and no more than 15 digits"
    );
    assert!(
        text(ArmFigures::new("arm", 0).at_risk(1.0, 1))
            .starts_with("subjects is 0: it must be between 1 and 100")
    );
    assert!(
        text(ArmFigures::new("arm", 9).events(3)).starts_with("the list of figures at a landmark is empty")
    );
    assert!(text(arm("arm", "0.5", "0.1").at_risk(-1.0, 4)).starts_with("times of the figures[2] is -1"));
    let many = (1..40).fold(ArmFigures::new("arm", 100), |arm, t| arm.events_by(f64::from(t), 2));
    assert!(text(many).contains("their orders are counted in 128 bits"));
    let two = TrialFigures::new(
        ArmFigures::new("a", 30).at_risk(1.0, 30),
        ArmFigures::new("b", 30).at_risk(1.0, 30),
    );
    assert!(two.reconstruct().unwrap_err().to_string().starts_with("subjects of both arms is 60"));
    let two = TrialFigures::new(msc(), control().at_risk(60.0, 1));
    assert!(two.reconstruct().unwrap_err().to_string().contains("figures that end at different times"));
    let huge = ArmFigures::new("arm", 9)
        .events_by(1.0, u32::MAX)
        .censored(u32::MAX)
        .events(u32::MAX)
        .at_risk(0.0, u32::MAX);
    assert_eq!(huge.reconstruct().unwrap().consistent(), 0);
    let two = TrialFigures::new(msc().events(6), control());
    assert!(matches!(two.reconstruct(), Err(Error::Unsupported { .. })));
}

#[test]
fn figures_are_read_as_they_are_printed() -> Result {
    for (text, value, low, high) in [
        ("38.1%", 0.381, 0.3805, 0.3815),
        ("0.153", 0.153, 0.1525, 0.1535),
        (" 5 % ", 0.05, 0.045, 0.055),
        ("<0.001", 0.001, 0.0, 0.001),
        ("0", 0.0, 0.0, 0.5),
        (".5", 0.5, 0.45, 0.55),
    ] {
        let printed: Published = text.parse()?;
        let (l, h) = printed.bounds();
        assert_relative_eq!(printed.value(), value, max_relative = 1e-15);
        assert_relative_eq!(l, low, max_relative = 1e-15);
        assert_relative_eq!(h, high, max_relative = 1e-15);
        assert_eq!(printed.to_string().parse::<Published>()?, printed);
    }
    for text in ["", "%", "-1", "1e3", "0.1.2", "1234567890.123456", "abc", "±3"] {
        assert!(
            matches!(text.parse::<Published>(), Err(Error::Trial(TrialError::UnreadableFigure { .. }))),
            "{text}"
        );
    }
    // 0.0625 printed with three decimals may be 0.062 or 0.063.
    for text in ["0.062", "0.063"] {
        assert_eq!(
            ArmFigures::new("arm", 16).survival(1.0, text).events_by(1.0, 15).reconstruct()?.consistent(),
            2
        );
    }
    Ok(())
}

/// Simulated subjects: times with ties, and whether they end with an event.
fn subjects(most: usize) -> impl Strategy<Value = Vec<(f64, bool)>> {
    prop::collection::vec(((1..60_u32).prop_map(f64::from), prop::bool::weighted(0.6)), 2..most)
}

fn data(rows: &[(f64, bool)]) -> RightCensored<'static> {
    let (time, event): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
    RightCensored::new(time, event).unwrap()
}

/// What a report would print of these data at two landmarks.
fn publish(label: &str, data: &RightCensored, decimals: usize, with_counts: bool) -> ArmFigures {
    let curve = KaplanMeier::fit(data).extended();
    let mut figures = ArmFigures::new(label, data.len() as u32);
    for landmark in [20.0, 40.0] {
        let estimate = curve.at(landmark);
        figures = figures.survival(landmark, &format!("{:.decimals$}", estimate.value().unwrap()));
        if let Ok(se) = estimate.std_error() {
            figures = figures.std_error(landmark, &format!("{se:.decimals$}"));
        }
    }
    if with_counts {
        figures = figures.at_risk(20.0, curve.table().at_risk(20.0) as u32);
        let by = data.time().iter().zip(data.event()).filter(|(t, d)| **t <= 40.0 && **d).count();
        figures = figures.events_by(40.0, by as u32);
    }
    figures
}

/// A p-value that no interleaving gives, a standard error with a typing error.
#[test]
fn a_contradiction_names_its_suspects() -> Result {
    let trial = TrialFigures::new(msc(), control()).tied_times(TiedTimes::Excluded);
    let right = trial.clone().log_rank_p("0.153").consistency()?;
    assert_eq!((right.verdict(), right.suspects().count()), (Verdict::Possible, 0));
    let check = trial.log_rank_p("<0.001").consistency()?;
    let suspects: Vec<_> = check.suspects().map(FigureCheck::figure).collect();
    assert_eq!((check.verdict(), suspects), (Verdict::Impossible, vec!["log-rank p <0.001"]));
    let check = arm("MSC", "38.1%", "18.2%").events_by(48.0, 5).consistency()?;
    assert_eq!(
        check.to_string(),
        "MSC: the 3 figures together are impossible\n\
         figure                      the others   then it would be\n\
         survival 38.1% at 48        possible     0.2116 to 0.3386\n\
         standard error 18.2% at 48  possible     0.1722\n\
         5 events by 48              impossible"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A subject who publishes rounded figures of an arm is found among its reconstructions, and every order is
    /// accounted for.
    #[test]
    fn the_truth_is_among_the_orders(rows in subjects(14), decimals in 2..5_usize, counts: bool) {
        let data = data(&rows);
        let figures = publish("arm", &data, decimals, counts).limit(1_000_000);
        let found = figures.reconstruct().unwrap();
        all_are_accounted_for(&found);
        let truth = figures.order_of(&data).unwrap();
        prop_assert!(found.contains(&truth), "{truth} is missing\n{found}");
    }

    /// The definition itself: every string of events and censorings is fitted and compared with what is
    /// printed. Where a number at risk is given, events at that very time are tried too.
    #[test]
    fn the_search_finds_what_trying_everything_finds(n in 2..8_usize, pick: usize, at_risk: bool, events: bool) {
        let bits = |len: usize| (0..1_u32 << len).map(move |bits| (0..len).map(|i| bits >> i & 1 == 1).collect::<Vec<_>>());
        let strings = (0..=n).flat_map(bits);
        let tied = |s: &Vec<bool>| 0..=if at_risk { n - s.len() } else { 0 };
        let orders: Vec<_> = strings.flat_map(|s| tied(&s).map(move |tied| (s.clone(), tied))).collect();
        let fit = |(string, tied): &(Vec<bool>, usize)| {
            let mut rows: Vec<_> = string.iter().enumerate().map(|(i, &d)| (i as f64 + 1.0, d)).collect();
            rows.extend(vec![(20.0, true); *tied]);
            rows.resize(n, (50.0, false));
            KaplanMeier::fit(&data(&rows)).extended().at(20.0)
        };
        let count = |(string, tied): &(Vec<bool>, usize)| string.iter().filter(|d| **d).count() + tied;
        let truth = &orders[pick % orders.len()];
        let estimate = fit(truth);
        let Ok(se) = estimate.std_error() else { return Ok(()) };
        let (s, se) = (format!("{:.2}", estimate.value().unwrap()), format!("{se:.2}"));
        let mut figures = ArmFigures::new("arm", n as u32).survival(20.0, &s).std_error(20.0, &se);
        if events {
            figures = figures.events_by(20.0, count(truth) as u32);
        }
        if at_risk {
            figures = figures.at_risk(20.0, (n - truth.0.len()) as u32);
        }
        let found = figures.reconstruct().unwrap();
        let (s, se): (Published, Published) = (s.parse().unwrap(), se.parse().unwrap());
        let agrees = |order: &&(Vec<bool>, usize)| {
            let estimate = fit(order);
            s.admits(estimate.value().unwrap())
                && estimate.std_error().is_ok_and(|x| se.admits(x))
                && (!events || count(order) == count(truth))
                && (!at_risk || order.0.len() == truth.0.len())
        };
        prop_assert_eq!(found.consistent(), orders.iter().filter(agrees).count() as u128, "{}", found);
        prop_assert_eq!(found.examined(), orders.len() as u128);
    }

    /// Every convention finds untied data whose standard error was computed by its formula.
    #[test]
    fn each_convention_finds_its_own_figures(marks in prop::collection::vec(any::<bool>(), 3..12), which in 0..12_usize) {
        use StdErrorConvention::*;
        let convention = StdErrorConvention::ALL[which];
        let n = marks.len() as f64;
        let reached = &marks[..marks.len() - 1];
        let (mut s, mut hazard, mut greenwood, mut aalen, mut klein) = (1.0, 0.0, 0.0, 0.0, 0.0);
        let (mut died, mut at_last) = (0.0, n);
        for (i, _) in reached.iter().enumerate().filter(|(_, d)| **d) {
            let at_risk = n - i as f64;
            s *= 1.0 - 1.0 / at_risk;
            hazard += 1.0 / at_risk;
            greenwood += 1.0 / (at_risk * (at_risk - 1.0));
            aalen += 1.0 / at_risk.powi(2);
            klein += (at_risk - 1.0) / at_risk.powi(3);
            (died, at_last) = (died + 1.0, at_risk);
        }
        prop_assume!(died > 0.0);
        let (left, censored) = (1.0, reached.len() as f64 - died);
        let breslow = f64::exp(-hazard);
        let w = if s >= 0.5 { s } else { f64::min(0.5, 1.0 - died / n) };
        let (s, variance) = match convention {
            Greenwood => (s, s * s * greenwood),
            Binomial => (s, s * (1.0 - s) / n),
            BinomialUncensored => (s, s * (1.0 - s) / (n - censored)),
            Peto => (s, s * s * (1.0 - s) / left),
            PetoAfterLastEvent => (s, s * s * (1.0 - s) / (at_last - 1.0)),
            PetoBeforeLastEvent => (s, s * s * (1.0 - s) / at_last),
            Borkowf => (s, w * (1.0 - w) / (n - censored)),
            Tsiatis => (s, s * s * aalen),
            Klein => (s, s * s * klein),
            FlemingHarrington | NelsonAalen => (breslow, breslow.powi(2) * aalen),
            _ => (breslow, breslow.powi(2) * greenwood),
        };
        let figures = ArmFigures::new("arm", marks.len() as u32).convention(convention)
            .survival(99.0, &format!("{s:.4}")).std_error(99.0, &format!("{:.4}", variance.sqrt()));
        let found = figures.reconstruct().unwrap();
        all_are_accounted_for(&found);
        let time: Vec<f64> = (1..=marks.len()).map(|t| if t == marks.len() { 100.0 } else { t as f64 }).collect();
        let truth = figures.order_of(&RightCensored::new(time, &marks).unwrap()).unwrap();
        prop_assert!(found.contains(&truth), "{convention}: {truth} is missing\n{found}");
    }

    /// The same with a median, where the curve reaches one.
    #[test]
    fn a_median_does_not_exclude_the_truth(rows in subjects(12)) {
        let data = data(&rows);
        let curve = KaplanMeier::fit(&data);
        let figures = publish("arm", &data, 3, false).limit(1_000_000);
        let with = match curve.median().value().ok() {
            Some(time) => figures.median(time),
            None => return Ok(()),
        };
        let found = with.reconstruct().unwrap();
        all_are_accounted_for(&found);
        let truth = with.order_of(&data).unwrap();
        prop_assert!(found.contains(&truth), "{truth} is missing\n{found}");
    }

    /// Two arms and the p-value of their log-rank test.
    #[test]
    fn the_truth_is_among_the_interleavings(a in subjects(7), b in subjects(7)) {
        // Nothing after the last landmark enters the test.
        let cut = |rows: &[(f64, bool)]| -> Vec<_> {
            rows.iter().map(|&(t, d)| (t.min(41.0), d && t <= 40.0)).collect()
        };
        let (a, b) = (cut(&a), cut(&b));
        let (first, second) = (data(&a), data(&b));
        let groups = Groups::from_codes(&[vec![0; a.len()], vec![1; b.len()]].concat(), &["a", "b"]).unwrap();
        let both = data(&[a, b].concat());
        let test = LogRank::test(&both, &groups).unwrap();
        let Some(p) = test.p_value() else { return Ok(()) };
        let figures = TrialFigures::new(publish("a", &first, 3, true), publish("b", &second, 3, true));
        let found = figures.clone().log_rank_p(&format!("{p:.3}")).reconstruct().unwrap();
        let order = figures.interleaving_of(&first, &second).unwrap();
        prop_assert!(found.contains(&order), "{order} is missing\n{found}");
        let (u, v) = (test.observed()[0] - test.expected()[0], test.covariance(0, 0).unwrap());
        let same = |t: &TestValue| (t.observed_minus_expected() - u).abs() < 1e-9 && (t.variance() - v).abs() < 1e-9;
        prop_assert!(found.values().iter().any(same), "{u} and {v} are missing\n{found}");
        // And the hazard ratio of a Cox model, if it is finite.
        let indicator: Vec<f64> = (0..groups.len()).map(|i| if groups.codes()[i] == 0 { 1.0 } else { 0.0 }).collect();
        let design = Design::builder().numeric("a", &indicator).build().unwrap();
        if let Ok(model) = CoxPh::new().fit(&both, &design)
            && let Ok(Some(ratio)) = model.hazard_ratio("a")
            && (0.05..20.0).contains(&ratio.value().unwrap())
        {
            let ratio = format!("{:.3}", ratio.value().unwrap());
            let found = figures.log_rank_p(&format!("{p:.3}")).hazard_ratio(&ratio, Cox).reconstruct().unwrap();
            prop_assert!(found.contains(&order) && found.values().iter().any(same), "{order}, {ratio}\n{found}");
        }
    }
}

/// Two subjects in each arm, checkpoints at different times: all data on a grid that is fine enough for every
/// order are tried, and what they look like is compared with what is found.
#[test]
fn the_interleavings_are_those_of_all_data_with_these_figures() -> Result {
    // Four times between any two checkpoints, the checkpoints themselves, and one behind them.
    let grid = [1., 2., 3., 4., 10., 11., 12., 13., 13.5, 14., 15., 16., 17., 18., 20., 30.];
    let one: Vec<(f64, bool)> =
        grid.iter().flat_map(|&t| [(t, true), (t, false)]).filter(|r| *r != (30., true)).collect();
    let both = |second: &(f64, bool)| one.iter().map(|first| [*first, *second]).collect::<Vec<_>>();
    let all: Vec<_> = one.iter().flat_map(both).collect();
    let facts = |label: &str, rows: &[(f64, bool)], times: [f64; 2], table: bool| {
        let curve = KaplanMeier::fit(&data(rows)).extended();
        let figures = ArmFigures::new(label, 2).limit(1000);
        times.into_iter().fold(figures, |figures, t| {
            let figures = figures.survival(t, &format!("{:.2}", curve.at(t).value().unwrap()));
            if table { figures.at_risk(t, curve.table().at_risk(t) as u32) } else { figures }
        })
    };
    for (i, (a, b, table)) in [
        ([(2., true), (12., false)], [(11., true), (15., true)], false),
        ([(10., true), (10., false)], [(14., true), (20., true)], true),
        ([(10., true), (20., true)], [(10., true), (30., false)], false),
        ([(3., false), (14., true)], [(1., false), (30., false)], true),
        ([(20., false), (30., false)], [(14., false), (20., true)], true),
    ]
    .into_iter()
    .enumerate()
    {
        let (first, second) = (facts("a", &a, [10., 20.], table), facts("b", &b, [14., 20.], table));
        let same = |figures: &ArmFigures, times: [f64; 2]| -> Vec<RightCensored> {
            let alike = all.iter().filter(|rows| facts(figures.label(), *rows, times, table) == *figures);
            alike.map(|rows| data(rows)).collect()
        };
        let trial = TrialFigures::new(first.clone(), second.clone()).limit(100_000);
        let mut expected = std::collections::BTreeSet::new();
        for a in &same(&first, [10., 20.]) {
            for b in &same(&second, [14., 20.]) {
                expected.insert(trial.interleaving_of(a, b)?.to_string());
            }
        }
        let found = trial.reconstruct()?;
        let listed: std::collections::BTreeSet<String> =
            found.values().iter().flat_map(TestValue::examples).map(ToString::to_string).collect();
        assert_eq!(listed, expected, "case {i}");
    }
    Ok(())
}

#[test]
fn results_print_as_tables() -> Result {
    assert_eq!(
        msc().reconstruct()?.to_string(),
        "MSC: 9 subjects, standard errors Greenwood\n\
         1023 orders examined, 4 consistent in 1 pattern(s), 240 with ties\n  \
         survival 38.1% at 48                     excludes 1011\n  \
         standard error 17.2% at 48               excludes 8\n\
         pattern  then censored  left  orders  with ties\n\
         dcdddd          0 to 3   0-3       4        240"
    );
    assert_eq!(
        interleavings(TiedTimes::Excluded, LaterCensoring::Fewest)?.to_string(),
        "MSC (capitals) and control: 84 interleavings, no ties, fewest later censorings\n\
         p from 0.1025 (DCDDDDddd) to 0.5146 (dddDCDDDD)\n\
         p = 0.153: 1 interleavings, 1 distinct values\n    \
         O - E         V chi-square         p       orders  for example\n \
         1.943253  1.848247   2.043141  0.152894            1  DCDdDDDdd"
    );
    // Checkpoints within an order, with the number still under observation.
    let found = msc().at_risk(24.0, 4).events_by(24.0, 4).reconstruct()?;
    assert_eq!(patterns(&found), ["dcddd|4 d 0123"]);
    Ok(())
}

/// What is found can be written down; a published number is written as it was printed.
#[cfg(feature = "serde")]
#[test]
fn results_can_be_written() -> Result {
    let json = |value: serde_json::Result<serde_json::Value>| value.unwrap();
    let arm = json(serde_json::to_value(msc().reconstruct()?));
    assert_eq!(arm["orders"], 1023);
    assert_eq!(arm["excluded"][0][0]["Survival"]["printed"], "38.1%");
    let trial = interleavings(TiedTimes::Excluded, LaterCensoring::Fewest)?;
    assert_eq!(json(serde_json::to_value(&trial))["p_value"], "0.153");
    let check = msc().consistency()?;
    let text = serde_json::to_string(&check).unwrap();
    assert_eq!(serde_json::from_str::<greenwood::trial::reconstruct::Consistency>(&text).unwrap(), check);
    assert!(serde_json::from_str::<Published>("\"38,1\"").is_err());
    Ok(())
}
