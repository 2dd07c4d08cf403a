//! What is printed of random data, edge ones among them, holds no number that a reader cannot use.

use greenwood::ndarray::Array2;
use greenwood::survival::curve::SmoothedHazard;
use greenwood::survival::log_rank::{Adjustment, PairwiseLogRank, Renyi};
use greenwood::survival::multi_state::Occupation;
use greenwood::survival::prediction::Concordance;
use greenwood::survival::recurrent::{MeanCumulative, MeanTest, RecurrentEvents};
use greenwood::survival::regression::{Family, TimeScale};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, CoxPh, Design, ExactLogRank, FineGray, Gray, Groups, Histories,
    IntervalCensored, KaplanMeier, LogRank, MaxCombo, NelsonAalen, Parametric, RightCensored, RiskTable,
    SmallSample, Turnbull, Weights,
};

use crate::random::Random;

/// The words of a text, without brackets and the like about them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(|w| w.trim_matches(|c: char| "(),;:[]%=<".contains(c)))
}

/// What is wrong with a text, if something is.
fn fault(text: &str) -> Option<String> {
    for bad in ["NaN", "None", "Some(", "Ok(", "Err(", " v "] {
        if text.contains(bad) {
            return Some(bad.to_string());
        }
    }
    let words: Vec<&str> = words(text).collect();
    for pair in words.windows(2) {
        if pair[0] == "1" && ["subjects", "events", "rows", "times", "steps", "iterations"].contains(&pair[1])
        {
            return Some(pair.join(" "));
        }
    }
    for word in words {
        let decimals =
            word.split_once('.').map_or(0, |(_, d)| d.chars().take_while(char::is_ascii_digit).count());
        let nothing = word.starts_with('-') && word.parse::<f64>().is_ok_and(|x| x == 0.0);
        let whole_power =
            word.contains('e') && word.parse::<f64>().is_ok_and(|x| x.abs() >= 1e-4 || x == 0.0);
        if ["inf", "-inf"].contains(&word) || decimals > 7 || nothing || whole_power {
            return Some(word.to_string());
        }
    }
    None
}

/// The text has no fault, and a name over two lines leaves it as it is.
fn clean(what: &str, text: impl std::fmt::Display) {
    let text = text.to_string();
    assert_eq!(fault(&text), None, "{what}: {text}");
    assert!(!text.is_empty() && !text.contains("a\nb"), "{what}: {text:?}");
}

struct Draw {
    time: Vec<f64>,
    event: Vec<bool>,
    group: Vec<usize>,
    age: Vec<f64>,
    cause: Vec<Option<u8>>,
    weight: Vec<f64>,
}

/// Thirds and sevenths of an odd unit, so that no sum is short; sometimes one row, no event, or one group.
fn draw(random: &mut Random, k: usize) -> Draw {
    let n = [1, 2, 3, 5, 12, 40][k % 6];
    let unit = 361.0 / 12.0 / 7.0;
    let time: Vec<f64> = (0..n).map(|_| (1 + random.below(30)) as f64 * unit).collect();
    let event: Vec<bool> = (0..n).map(|_| k % 5 != 1 && random.below(3) > 0).collect();
    let cause = event.iter().map(|e| e.then(|| 1 + u8::from(random.below(2) == 0))).collect();
    Draw {
        time,
        event,
        group: (0..n).map(|i| if k % 7 == 3 { 0 } else { i % 3 }).collect(),
        age: (0..n).map(|_| random.uniform() / 3.0).collect(),
        cause,
        weight: (0..n).map(|_| 0.1 + random.below(5) as f64 / 3.0).collect(),
    }
}

fn one_sample(d: &Draw, data: &RightCensored) {
    let curve = KaplanMeier::fit(data);
    clean("curve", &curve);
    clean("hazard", NelsonAalen::fit(data));
    clean("censoring", KaplanMeier::censoring(data));
    clean("table", RiskTable::new(data));
    for t in [0.0, d.time[0], 40.0, 1000.0] {
        clean("estimate", curve.at(t));
        clean("estimate with limits", format!("{:#}", curve.at(t)));
        for how in [SmallSample::beta_product(), SmallSample::rothman(), SmallSample::likelihood_ratio()] {
            if let Ok(limits) = curve.small_sample_interval(t, how) {
                clean("small sample", limits);
            }
        }
        if let Some(advice) = curve.advice(t) {
            clean("advice", advice);
        }
    }
    clean("median", curve.median());
    if let Ok(mean) = curve.restricted_mean(d.time[0]) {
        clean("restricted mean", mean);
    }
    if let Ok(hazard) = SmoothedHazard::new().fit(data) {
        clean("smoothed hazard", hazard);
    }
}

fn groups_of(d: &Draw, data: &RightCensored, labels: usize) {
    let codes: Vec<usize> = d.group.iter().map(|g| g % labels).collect();
    let names = ["a\nb", "β & long name of an arm that is wide", ""];
    let groups = Groups::from_codes(&codes, &names[..labels]).unwrap();
    if let Ok(test) = LogRank::test(data, &groups) {
        clean("log-rank", &test);
        if let Ok(trend) = test.trend(&[1.0 / 3.0, 2.0 / 3.0, 1.0][..labels]) {
            clean("trend", trend);
        }
        if let Some(advice) = test.advice() {
            clean("advice", advice);
        }
    }
    if let Ok(test) = PairwiseLogRank::new().test(data, &groups) {
        clean("pairwise", test);
    }
    if let Ok(test) = MaxCombo::new().test(data, &groups) {
        clean("MaxCombo", test);
    }
    if let Ok(test) = Renyi::new().test(data, &groups) {
        clean("Renyi", test);
    }
    if let Ok(test) = ExactLogRank::new().test(data, &groups) {
        clean("exact", test);
    }
    let factor = Design::builder().numeric("age", &d.age).factor("group", &groups, names[0]).build();
    if let Ok(design) = factor {
        models(d, data, &design);
    }
}

fn models(d: &Draw, data: &RightCensored, design: &Design) {
    if let Ok(fit) = CoxPh::new().fit(data, design) {
        clean("Cox", &fit);
        if let Ok(test) = fit.with(data, design).and_then(|f| f.proportional_hazards(TimeScale::default())) {
            clean("proportional hazards", test);
        }
        if let Ok(concordance) = Concordance::new().estimate(data, &d.age) {
            clean("concordance", concordance);
        }
    }
    if let Ok(fit) = CoxPh::new().firth().fit(data, design) {
        clean("Firth", fit);
    }
    if let Ok(fit) = Parametric::new(Family::Weibull).location(design.names()).fit(data, design) {
        clean("parametric", fit);
    }
}

fn other_rooms(d: &Draw, data: &RightCensored) {
    let n = d.time.len();
    let groups = Groups::from_codes(&d.group.iter().map(|g| g % 2).collect::<Vec<_>>(), &["x", "y"]).unwrap();
    let causes = CompetingRisks::with_causes(&d.time, &d.cause, &[1_u8, 2]).unwrap();
    let incidence = AalenJohansen::new().fit(&causes).unwrap();
    clean("incidence", &incidence);
    clean("competing table", incidence.table());
    if let Ok(test) = Gray::new(&1).test(&causes, &groups) {
        clean("Gray", test);
    }
    if let Ok(test) = Gray::new(&1).pairwise(&causes, &groups, Adjustment::Holm) {
        clean("pairwise Gray", test);
    }
    let x = Array2::from_shape_fn((n, 1), |(i, _)| d.age[i]);
    if let Ok(fit) =
        Design::new(&["age"], x.view()).and_then(|design| FineGray::new(&1).fit(&causes, &design))
    {
        clean("Fine-Gray", fit);
    }
    let lower: Vec<f64> = d.time.iter().map(|t| t / 3.0).collect();
    let upper: Vec<f64> =
        d.time.iter().zip(&d.event).map(|(&t, &e)| if e { t } else { f64::INFINITY }).collect();
    clean("Turnbull", Turnbull::fit(&IntervalCensored::interval2(lower, upper).unwrap()));
    let (ids, start): (Vec<usize>, Vec<f64>) = (0..n).map(|i| (i, 0.0)).unzip();
    let recurrent = RecurrentEvents::new(&ids, &start, &d.time, &d.event).unwrap();
    if let Ok(mean) = MeanCumulative::new().fit(&recurrent) {
        clean("mean function", mean);
    }
    if let Ok(test) = MeanTest::test(&recurrent, &groups) {
        clean("test of means", test);
    }
    let to: Vec<Option<&str>> = d.event.iter().map(|e| e.then_some("a state with a long name")).collect();
    let states = Histories::among(&["first", "a state with a long name"]);
    let histories = states.rows(&ids, &start, &d.time, &to).unwrap();
    clean("check", histories.check());
    if let Ok(occupation) = Occupation::new().fit(&histories) {
        clean("occupation", occupation);
    }
    clean(
        "replicated",
        KaplanMeier::fit(&data.clone().with_weights(Weights::replication(&d.weight)).unwrap()),
    );
    clean("sampled", KaplanMeier::fit(&data.clone().with_weights(Weights::sampling(&d.weight)).unwrap()));
}

#[test]
fn what_is_printed_can_be_read() {
    let mut random = Random(20);
    for k in 0..84 {
        let d = draw(&mut random, k);
        let data = RightCensored::new(&d.time, &d.event).unwrap();
        one_sample(&d, &data);
        groups_of(&d, &data, 2);
        groups_of(&d, &data, 3);
        other_rooms(&d, &data);
    }
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    for bad in
        ["x NaN", "30.083333333333332", "z -0.000", "4.862e4", "1 events", "a v b", "up to inf", "0.0e0"]
    {
        assert!(fault(bad).is_some(), "{bad}");
    }
    for good in ["30.08333", "1 event", "-0.001", "2.2e-16", "p < 0.001", "–", "∞"] {
        assert_eq!(fault(good), None);
    }
}
