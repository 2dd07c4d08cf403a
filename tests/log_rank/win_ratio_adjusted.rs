//! Win statistics weighted for censoring: the definition written out in another language, closed forms, and what must not change.

use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::contrast::{AverageHazardRatio, AverageMethod, Divisor};
use greenwood::survival::{Groups, KaplanMeier, RightCensored, WinRatio};
use proptest::prelude::*;
use serde_json::Value;

/// `tests/data/win_ratio_adjusted.py`: all pairs and the Kaplan-Meier estimate of censoring by definition, the jackknife by differences of
/// fourth order in the weight of each subject (hence 1e-8 for variances). One and two endpoints, with and without ties, two strata.
#[test]
fn shares_and_variances_as_the_definition() {
    let text = std::fs::read_to_string("tests/data/win_ratio_adjusted.json").unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), 5);
    for case in &cases {
        let strata = case["strata"].as_array().unwrap();
        let mut rows = Vec::new();
        for (s, stratum) in strata.iter().enumerate() {
            for (arm, key) in ["first", "second"].into_iter().enumerate() {
                rows.extend(stratum[key].as_array().unwrap().iter().map(|row| (s, arm, row)));
            }
        }
        let arm = Groups::from_codes(&rows.iter().map(|r| r.1).collect::<Vec<_>>(), &["a", "b"]).unwrap();
        let endpoints = rows[0].2.as_array().unwrap().len();
        let column = |l: usize| {
            let time: Vec<f64> = rows.iter().map(|r| r.2[l][0].as_f64().unwrap()).collect();
            let event: Vec<bool> = rows.iter().map(|r| r.2[l][1].as_bool().unwrap()).collect();
            let data = RightCensored::new(time, event).unwrap();
            if strata.len() == 1 {
                return data;
            }
            data.with_strata(Groups::new(&rows.iter().map(|r| r.0).collect::<Vec<_>>())).unwrap()
        };
        let data: Vec<_> = (0..endpoints).map(column).collect();
        let mut how = WinRatio::new().divisor(Divisor::N).horizon(case["tau"].as_f64().unwrap());
        for endpoint in &data {
            how = how.endpoint("x", endpoint);
        }
        let found = how.estimate_adjusted(&arm, "a", "b").unwrap();
        let number = |key: &str, i: usize| case[key][i].as_f64().unwrap();
        for (endpoint, shares) in found.endpoints().iter().zip(case["shares"].as_array().unwrap()) {
            assert_relative_eq!(endpoint.wins(), shares[0].as_f64().unwrap(), max_relative = 1e-12);
            assert_relative_eq!(endpoint.losses(), shares[1].as_f64().unwrap(), max_relative = 1e-12);
        }
        let [ww, ll, wl] = [0, 1, 2].map(|i| number("variance", i));
        let (w, l) = (found.wins(), found.losses());
        let benefit = found.net_benefit().std_error().unwrap();
        assert_relative_eq!(benefit.powi(2), ww + ll - 2.0 * wl, max_relative = 1e-8);
        let ratio = found.win_ratio().std_error().unwrap();
        let of_log = ww / (w * w) + ll / (l * l) - 2.0 * wl / (w * l);
        assert_relative_eq!(ratio.powi(2), of_log, max_relative = 1e-8);
        assert_eq!(found.strata(), (if strata.len() == 1 { 0 } else { 2 }, 0));
    }
}

fn columns(time: &[f64], event: &[bool]) -> RightCensored<'static> {
    RightCensored::new(time.to_vec(), event.to_vec()).unwrap()
}

#[test]
fn what_has_no_weight_is_refused_and_the_text_says_how() {
    let data = columns(&[1., 2., 3., 4., 5., 6.], &[true, false, true, true, true, false]);
    let arm = Groups::from_codes(&[0, 0, 0, 1, 1, 1], &["new", "old"]).unwrap();
    let how = WinRatio::new().endpoint("death", &data);
    let err = how.estimate_adjusted(&arm, "new", "old").unwrap_err().to_string();
    assert!(err.contains("set a `horizon` that is within it"), "{err}");
    // All of "new" have died or been censored by 3, the last one died; all of "old" lose or win by then.
    assert!(how.clone().horizon(60.0).estimate_adjusted(&arm, "new", "old").is_ok());
    let cut = columns(&[1., 2., 3., 4., 5., 6.], &[true, true, false, true, true, false]);
    let err = WinRatio::new().endpoint("death", &cut).horizon(3.5).estimate_adjusted(&arm, "new", "old");
    assert_eq!(err.unwrap_err(), Error::BeyondFollowUp { tau: 3.5, last: 3.0 });
    assert!(how.clone().horizon(-1.0).estimate_adjusted(&arm, "new", "old").is_err());
    let late = data.clone().with_entry([0.5, 0., 0., 0., 0., 0.].to_vec()).unwrap();
    assert!(
        WinRatio::new().endpoint("death", &late).horizon(3.0).estimate_adjusted(&arm, "new", "old").is_err()
    );

    let wins = how.horizon(5.0).divisor(Divisor::N).estimate_adjusted(&arm, "old", "new").unwrap();
    let text = wins.to_string();
    assert!(text.starts_with("Win statistics weighted for censoring, old against new: 3 and 3 subjects, up to time 5 (variances divide by n)\n"));
    assert!(text.contains("death           100.0%       0.0%       0.0%"), "{text}");
    assert!(wins.win_ratio().value().unwrap().is_infinite() && wins.win_ratio().std_error().is_err());
}

/// Two subjects followed each, by hand: of "a" one is censored at 2, so that the other counts twice. It wins against the event at 3,
/// and loses its own at 4 against the one of "b" that is followed to 9.
#[test]
fn four_rows_by_hand() {
    let data = columns(&[2., 4., 3., 9.], &[false, true, true, false]);
    let arm = Groups::from_codes(&[0, 0, 1, 1], &["a", "b"]).unwrap();
    let wins = WinRatio::new().endpoint("death", &data).horizon(8.0).divisor(Divisor::N);
    let wins = wins.estimate_adjusted(&arm, "a", "b").unwrap();
    assert_eq!((wins.wins(), wins.losses()), (0.5, 0.5));
    // Plainly two of four pairs are tied.
    let plain = WinRatio::new().endpoint("death", &data).horizon(8.0).estimate(&arm, "a", "b").unwrap();
    assert_eq!((plain.wins(), plain.losses(), plain.ties()), (1, 1, 2));
}

/// A generator of its own, so that the sample is the same wherever the test runs.
struct Draw(u64);

impl Draw {
    fn exponential(&mut self, rate: f64) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let u = ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        -u.ln() / rate
    }
}

/// Death with hazards 0.1 and 0.2, a stay in hospital with 0.3 and 0.5, both up to 4; 40 % and more are censored before. Without
/// censoring P(win) on death is `∫ 0.2 e^(−0.3 t)`, on the stay `e^(−1.2) ∫ 0.5 e^(−0.8 t)`. The mean of 200 trials of 60 and 60 is
/// within 3.5 Monte Carlo errors of that, the error of a trial is what it says; the plain net benefit is far off.
#[test]
fn forty_percent_of_censoring_leave_no_bias() {
    let tau = 4.0;
    let within = |rate: f64, of: f64| rate * (1.0 - (-of * tau).exp()) / of;
    let both_alive = (-0.3_f64 * tau).exp();
    let wins = within(0.2, 0.3) + both_alive * within(0.5, 0.8);
    let losses = within(0.1, 0.3) + both_alive * within(0.3, 0.8);
    let mut draw = Draw(2020);
    let (mut found, mut plain, mut errors, mut censored) = (Vec::new(), Vec::new(), 0.0, 0);
    let trials = 200;
    for _ in 0..trials {
        let mut rows: [(Vec<f64>, Vec<bool>); 2] = Default::default();
        for i in 0..120 {
            let (death, stay) = if i < 60 { (0.1, 0.3) } else { (0.2, 0.5) };
            let (death, stay) = (draw.exponential(death), draw.exponential(stay));
            let lost = if i % 6 == 0 { 5.0 } else { draw.exponential(0.25) };
            censored += usize::from(lost < death.min(tau));
            let end = death.min(lost);
            for (column, (time, event)) in
                rows.iter_mut().zip([(end, death <= lost), (stay.min(end), stay <= end)])
            {
                column.0.push(time);
                column.1.push(event);
            }
        }
        let [death, stay] = rows.map(|(time, event)| RightCensored::new(time, event).unwrap());
        let arm = Groups::from_codes(&(0..120).map(|i| i / 60).collect::<Vec<_>>(), &["a", "b"]).unwrap();
        let how = WinRatio::new().endpoint("death", &death).endpoint("stay", &stay).horizon(tau);
        let adjusted = how.estimate_adjusted(&arm, "a", "b").unwrap();
        found.push(adjusted.net_benefit().value().unwrap());
        errors += adjusted.net_benefit().std_error().unwrap().powi(2) / f64::from(trials);
        plain.push(how.estimate(&arm, "a", "b").unwrap().net_benefit().value().unwrap());
    }
    assert!(censored > 200 * 120 * 35 / 100, "{censored}");
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let spread = |x: &[f64]| x.iter().map(|v| (v - mean(x)).powi(2)).sum::<f64>() / (x.len() - 1) as f64;
    let monte_carlo = (spread(&found) / f64::from(trials)).sqrt();
    let truth = wins - losses;
    assert!((mean(&found) - truth).abs() < 3.5 * monte_carlo, "{} {truth} {monte_carlo}", mean(&found));
    // A variance of 200 values is known to a tenth.
    assert!((errors / spread(&found) - 1.0).abs() < 0.35, "{errors} {}", spread(&found));
    let bias = mean(&plain) - truth;
    assert!(bias.abs() > 5.0 * (spread(&plain) / f64::from(trials)).sqrt(), "{bias}");
}

type Subject = ((u32, bool), (u32, bool), bool);

/// +1 if i wins on the first endpoint that decides, −1 if it loses; of a wanted one the other way round.
fn naive(i: &Subject, j: &Subject, tau: f64, wanted: [bool; 2]) -> i64 {
    let cut = |(t, e): (u32, bool)| (f64::from(t).min(tau), e && f64::from(t) <= tau);
    for ((a, b), wanted) in [(i.0, j.0), (i.1, j.1)].map(|(a, b)| (cut(a), cut(b))).into_iter().zip(wanted) {
        let sign = if wanted { -1 } else { 1 };
        if b.1 && (b.0 < a.0 || b.0 == a.0 && !a.1) {
            return sign;
        }
        if a.1 && (a.0 < b.0 || a.0 == b.0 && !b.1) {
            return -sign;
        }
    }
    0
}

/// The next endpoint, wanted or not.
fn add<'a>(how: WinRatio<'a>, data: &'a RightCensored<'a>, wanted: bool) -> WinRatio<'a> {
    if wanted { how.wanted_endpoint("x", data) } else { how.endpoint("x", data) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Endpoints whose event is wanted, alone and in a hierarchy, with ties and a horizon: all pairs by definition, everybody
    /// against everybody for the test; and weighted, a wanted endpoint alone is the unwanted one read the other way round.
    #[test]
    fn a_wanted_event_is_a_win(
        subjects in prop::collection::vec(((1..9_u32, any::<bool>()), (1..9_u32, any::<bool>()), any::<bool>()), 4..30),
        wanted in any::<[bool; 2]>(), tau in prop::sample::select(vec![4.5, 6.0, 20.0]),
    ) {
        let column = |f: &dyn Fn(&Subject) -> (u32, bool)| {
            let (time, event): (Vec<f64>, Vec<bool>) = subjects.iter().map(|s| (f64::from(f(s).0), f(s).1)).unzip();
            RightCensored::new(time, event).unwrap()
        };
        let (one, two) = (column(&|s| s.0), column(&|s| s.1));
        let arm = Groups::from_codes(&subjects.iter().map(|s| usize::from(s.2)).collect::<Vec<_>>(), &["a", "b"]).unwrap();
        let how = add(add(WinRatio::new(), &one, wanted[0]), &two, wanted[1]).horizon(tau);
        let Ok(found) = how.estimate(&arm, "a", "b") else { return Ok(()) };
        let (a, b): (Vec<&Subject>, Vec<&Subject>) = subjects.iter().partition(|s| !s.2);
        let pairs: Vec<i64> = a.iter().flat_map(|i| b.iter().map(|j| naive(i, j, tau, wanted))).collect();
        prop_assert_eq!(found.wins(), pairs.iter().filter(|x| **x > 0).count() as u64);
        prop_assert_eq!(found.losses(), pairs.iter().filter(|x| **x < 0).count() as u64);
        let net = |i: &Subject| subjects.iter().map(|j| naive(i, j, tau, wanted)).sum::<i64>() as f64;
        let squares: f64 = subjects.iter().map(|i| net(i).powi(2)).sum();
        let (n1, n0) = (a.len() as f64, b.len() as f64);
        let variance = n1 * n0 / ((n1 + n0) * (n1 + n0 - 1.0)) * squares;
        prop_assert!((found.finkelstein_schoenfeld().variance() - variance).abs() < 1e-9 * (1.0 + variance));
        let alone = |wanted: bool| add(WinRatio::new(), &one, wanted).horizon(4.5);
        let (plain, turned) = (alone(false).estimate(&arm, "a", "b").unwrap(), alone(true).estimate(&arm, "b", "a").unwrap());
        prop_assert_eq!((plain.wins(), plain.losses()), (turned.wins(), turned.losses()));
        prop_assert_eq!(plain.net_benefit().std_error().is_ok(), turned.net_benefit().std_error().is_ok());
        if let Ok(plain) = alone(false).estimate_adjusted(&arm, "a", "b") {
            let turned = alone(true).estimate_adjusted(&arm, "b", "a").unwrap();
            prop_assert!((plain.wins() - turned.wins()).abs() < 1e-12 && (plain.losses() - turned.losses()).abs() < 1e-12);
            prop_assert!(plain.wins() + plain.losses() < 1.0 + 1e-9);
        }
    }

    /// Without censoring before the horizon: the plain statistics, errors and all, over one endpoint and two, with ties.
    #[test]
    fn without_censoring_nothing_changes(
        subjects in prop::collection::vec(((1..9_u32, any::<bool>()), (1..9_u32, any::<bool>()), any::<bool>()), 6..40),
        strata in any::<bool>(),
    ) {
        let tau = 8.5;
        // Who did not die was followed to 10; the second endpoint ends with death at the latest.
        let death = |s: &Subject| if s.0.1 { (f64::from(s.0.0), true) } else { (10.0, false) };
        let stay = |s: &Subject| {
            let (end, _) = death(s);
            if s.1.1 && f64::from(s.1.0) <= end { (f64::from(s.1.0), true) } else { (end, false) }
        };
        let column = |f: &dyn Fn(&Subject) -> (f64, bool)| {
            let (time, event): (Vec<f64>, Vec<bool>) = subjects.iter().map(f).unzip();
            let data = RightCensored::new(time, event).unwrap();
            let labels: Vec<usize> = (0..subjects.len()).map(|i| if strata { i % 2 } else { 0 }).collect();
            if strata { data.with_strata(Groups::new(&labels)).unwrap() } else { data }
        };
        let (one, two) = (column(&death), column(&stay));
        let codes: Vec<usize> = subjects.iter().map(|s| usize::from(s.2)).collect();
        let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
        for how in [WinRatio::new().endpoint("x", &one), WinRatio::new().endpoint("x", &one).endpoint("y", &two)] {
            let how = how.horizon(tau);
            let Ok(plain) = how.estimate(&arm, "a", "b") else { continue };
            let adjusted = how.estimate_adjusted(&arm, "a", "b").unwrap();
            for (a, b) in [(plain.win_ratio(), adjusted.win_ratio()), (plain.win_odds(), adjusted.win_odds()), (plain.net_benefit(), adjusted.net_benefit())] {
                for (a, b) in [(a.value(), b.value()), (a.std_error(), b.std_error())] {
                    prop_assert_eq!(a.is_ok(), b.is_ok());
                    let (a, b) = (a.unwrap_or(0.0), b.unwrap_or(0.0));
                    prop_assert!(a == b || (a - b).abs() <= 1e-10 * (1.0 + a.abs()), "{} {}", a, b);
                }
            }
        }
    }

    /// One endpoint: W and L are `∫ S₁ dF₀` and `∫ S₀ dF₁` of the Kaplan-Meier curves, so that (without ties) L/W is the average
    /// hazard ratio by the curves, with its error (divisor n). Read the other way round wins are losses.
    #[test]
    fn one_endpoint_is_an_integral_of_curves(order in Just((1..=30_u32).collect::<Vec<_>>()).prop_shuffle(), event in prop::collection::vec(any::<bool>(), 30), first in 6..24_usize) {
        let time: Vec<f64> = order.iter().map(|&t| f64::from(t)).collect();
        let data = RightCensored::new(time.clone(), event.clone()).unwrap();
        let arm = Groups::from_codes(&(0..30).map(|i| usize::from(i >= first)).collect::<Vec<_>>(), &["a", "b"]).unwrap();
        let curves = KaplanMeier::by_group(&data, &arm).unwrap();
        let tau = curves[0].common_horizon(&curves[1]).unwrap_or(30.0).min(25.0);
        let how = WinRatio::new().endpoint("death", &data).horizon(tau).divisor(Divisor::N);
        let found = how.estimate_adjusted(&arm, "a", "b").unwrap();
        let curve = |g: usize, t: f64| if t < 0.5 { 1.0 } else { curves[g].extended().at(t).value().unwrap() };
        let share = |of: usize| {
            let integrand = |t: f64| curve(of, t) * (curve(1 - of, t - 1.0) - curve(1 - of, t));
            (1..=tau as u32).map(|t| integrand(f64::from(t))).sum::<f64>()
        };
        prop_assert!((found.wins() - share(0)).abs() < 1e-12);
        prop_assert!((found.losses() - share(1)).abs() < 1e-12);
        let back = how.estimate_adjusted(&arm, "b", "a").unwrap();
        prop_assert!((found.wins() - back.losses()).abs() < 1e-12);
        let average = AverageHazardRatio::new().method(AverageMethod::Curves).until(tau);
        let average = average.estimate(&data, &arm, "b", "a").unwrap();
        if let (Ok(ratio), Ok(theta)) = (found.win_ratio().value(), average.value())
            && ratio > 0.0 && ratio.is_finite()
        {
            prop_assert!((ratio / theta - 1.0).abs() < 1e-10);
            if let (Ok(a), Ok(b)) = (found.win_ratio().std_error(), average.std_error()) {
                prop_assert!((a / b - 1.0).abs() < 1e-8, "{} {}", a, b);
            }
        }
    }
}
