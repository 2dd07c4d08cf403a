//! Win statistics within strata and up to a horizon: eight rows by hand, all pairs in a loop, and what must not
//! change. R's packages WINS and `BuyseTest` were not at hand.

use approx::assert_relative_eq;
use greenwood::survival::contrast::{Divisor, WinStatistics};
use greenwood::survival::{Groups, RightCensored, WinRatio};
use proptest::prelude::*;

const TIME: [f64; 8] = [2., 5., 3., 4., 9., 1., 4., 7.];
const EVENT: [bool; 8] = [true, false, true, true, false, true, false, true];

fn arm() -> Groups {
    Groups::new(&["a", "a", "b", "a", "a", "b", "b", "b"])
}

/// Two against one in X, two against three in Y.
fn rows() -> RightCensored<'static> {
    let centre = Groups::new(&["X", "X", "X", "Y", "Y", "Y", "Y", "Y"]);
    RightCensored::new(TIME.to_vec(), EVENT.to_vec()).unwrap().with_strata(centre).unwrap()
}

fn by_hand(how: WinRatio) -> WinStatistics {
    how.divisor(Divisor::N).estimate(&arm(), "a", "b").unwrap()
}

/// X: one win, one loss, N = 3. Y: three wins, two losses, one tie, N = 5. The shares of all (weights 1/N) are
/// W = 1/2 and L = 11/28; the strata's shares of the weight are 5/14 and 9/14; the variances and the covariance
/// are [1/8, 1/8, −1/8] in X, [5/72, 2/27, −1/18] in Y.
#[test]
fn eight_rows_by_hand() {
    let data = rows();
    let wins = by_hand(WinRatio::new().endpoint("death", &data));
    assert_eq!((wins.pairs(), wins.wins(), wins.losses(), wins.ties()), (8, 4, 3, 1));
    let counts: Vec<_> = wins.strata().iter().map(|s| (s.label(), s.wins(), s.losses(), s.ties())).collect();
    assert_eq!(counts, [("X", 1, 1, 0), ("Y", 3, 2, 1)]);
    assert_relative_eq!(wins.win_ratio().value().unwrap(), 14.0 / 11.0, max_relative = 1e-14);
    assert_relative_eq!(wins.win_odds().value().unwrap(), 31.0 / 25.0, max_relative = 1e-14);
    assert_relative_eq!(wins.net_benefit().value().unwrap(), 3.0 / 28.0, max_relative = 1e-14);
    let (w, l) = (0.5, 11.0 / 28.0);
    let [ww, ll, wl] = [5.0 / 112.0, 73.0 / 1568.0, -61.0 / 1568.0];
    let of_log = ww / (w * w) + ll / (l * l) - 2.0 * wl / (w * l);
    assert_relative_eq!(wins.win_ratio().std_error().unwrap().powi(2), of_log, max_relative = 1e-13);
    let of_benefit: f64 = 33.125 / 196.0;
    assert_relative_eq!(wins.net_benefit().std_error().unwrap().powi(2), of_benefit, max_relative = 1e-13);
    let slope = 2.0 / (1.0 - (3.0_f64 / 28.0).powi(2));
    assert_relative_eq!(
        wins.win_odds().std_error().unwrap(),
        slope * of_benefit.sqrt(),
        max_relative = 1e-13
    );
    let test = wins.finkelstein_schoenfeld();
    assert_eq!(test.statistic(), 1.0);
    assert_relative_eq!(test.variance(), 8.0 / 3.0 + 10.2, max_relative = 1e-14);
    // coin 1.4-2: independence_test of the scores within blocks.
    assert_relative_eq!(test.z().unwrap(), 0.2787834, epsilon = 6e-8);
    assert_relative_eq!(test.p_value().unwrap(), 0.780411, epsilon = 6e-7);
    assert_relative_eq!(wins.strata()[1].win_ratio().value().unwrap(), 1.5, max_relative = 1e-14);

    // One subject in a group of X: no variance with n − 1. Values and test remain.
    let wins = WinRatio::new().endpoint("death", &data).estimate(&arm(), "a", "b").unwrap();
    assert!(wins.win_ratio().std_error().is_err() && wins.strata()[1].win_ratio().std_error().is_ok());
    assert_relative_eq!(wins.win_ratio().value().unwrap(), 14.0 / 11.0, max_relative = 1e-14);
    assert_eq!(wins.finkelstein_schoenfeld(), test);
}

/// The event at 4 counts up to 4 and not up to 3.5.
#[test]
fn a_horizon_by_hand() {
    let data = rows();
    let upto = |tau| by_hand(WinRatio::new().endpoint("death", &data).horizon(tau));
    let (four, before) = (upto(4.0), upto(3.5));
    assert_eq!((four.wins(), four.losses()), (3, 3));
    assert_relative_eq!(four.win_ratio().value().unwrap(), 1.0, max_relative = 1e-14);
    assert_eq!((before.wins(), before.losses(), before.horizon()), (3, 1, Some(3.5)));
    assert_relative_eq!(before.win_ratio().value().unwrap(), 2.2, max_relative = 1e-14);
    let far = upto(9.5);
    let without = by_hand(WinRatio::new().endpoint("death", &data));
    assert_eq!((far.win_ratio(), far.net_benefit()), (without.win_ratio(), without.net_benefit()));
    assert_eq!(far.finkelstein_schoenfeld(), without.finkelstein_schoenfeld());
    // As if the study had ended then.
    let cut = data.restrict(4.0).unwrap();
    assert_eq!(by_hand(WinRatio::new().endpoint("death", &cut)).win_ratio(), four.win_ratio());
}

#[test]
fn the_text_names_horizon_and_strata() {
    let time = [&TIME[..], &[3.0]].concat();
    let event = [&EVENT[..], &[true]].concat();
    let centre = Groups::new(&["X", "X", "X", "Y", "Y", "Y", "Y", "Y", "Z"]);
    let data = RightCensored::new(time, event).unwrap().with_strata(centre).unwrap();
    let arm = Groups::new(&["a", "a", "b", "a", "a", "b", "b", "b", "a"]);
    let how = WinRatio::new().endpoint("death", &data).divisor(Divisor::N);
    let wins = how.clone().horizon(8.5).estimate(&arm, "a", "b").unwrap();
    assert_eq!((wins.strata().len(), wins.strata_without_pairs()), (3, 1));
    assert!(wins.strata()[2].win_ratio().value().is_err());
    assert_eq!(wins.win_ratio(), by_hand(WinRatio::new().endpoint("death", &rows())).win_ratio());
    let text = wins.to_string();
    let first = "Win statistics, a against b: 8 pairs of 5 and 4 within 3 strata, up to time 8.5 (variances divide by n)";
    assert_eq!(text.lines().next().unwrap(), first);
    let last =
        "strata are weighted by 1/N (Dong et al. 2018); 1 of 3 with subjects of one group only: no pairs";
    assert_eq!(text.lines().last().unwrap(), last);
}

#[test]
fn horizons_and_strata_that_are_none_are_refused() {
    let data = rows();
    let how = WinRatio::new().endpoint("death", &data);
    for (tau, text) in [(f64::NAN, "NaN"), (0.0, "0"), (-1.0, "-1"), (f64::INFINITY, "inf")] {
        let err = how.clone().horizon(tau).estimate(&arm(), "a", "b").unwrap_err();
        assert_eq!(err.to_string(), format!("horizon is {text}: it must be above 0 and finite"));
    }
    let apart = RightCensored::new(&TIME, &EVENT).unwrap().with_strata(arm()).unwrap();
    let err = WinRatio::new().endpoint("death", &apart).estimate(&arm(), "a", "b").unwrap_err();
    assert!(err.to_string().starts_with("the list of strata with subjects of both groups is empty"));
    let err = how.endpoint("other", &apart).estimate(&arm(), "a", "b").unwrap_err();
    assert!(err.to_string().contains("strata that differ between endpoints"));
}

type Subject = ((u32, bool), (u32, bool), bool, usize);

/// +1 if i wins, −1 if it loses, both endpoints cut at τ.
fn naive(i: &Subject, j: &Subject, tau: f64) -> f64 {
    let cut = |(t, e): (u32, bool)| (f64::from(t).min(tau), e && f64::from(t) <= tau);
    for (a, b) in [(i.0, j.0), (i.1, j.1)].map(|(a, b)| (cut(a), cut(b))) {
        if b.1 && (b.0 < a.0 || b.0 == a.0 && !a.1) {
            return 1.0;
        }
        if a.1 && (a.0 < b.0 || a.0 == b.0 && !b.1) {
            return -1.0;
        }
    }
    0.0
}

/// The variance of a mean over pairs of `score`, from the means of each subject.
fn mean_variance(own: &[&Subject], others: &[&Subject], score: &dyn Fn(&Subject, &Subject) -> f64) -> f64 {
    let n = own.len() as f64;
    let mean_of = |i: &&Subject| others.iter().map(|j| score(i, j)).sum::<f64>() / others.len() as f64;
    let means: Vec<f64> = own.iter().map(mean_of).collect();
    let mean = means.iter().sum::<f64>() / n;
    means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (n * n)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// All pairs of a stratum in a loop, and the linear form of each measure for its variance.
    #[test]
    fn within_strata_by_definition(
        subjects in prop::collection::vec(
            ((1..12_u32, any::<bool>()), (1..12_u32, any::<bool>()), any::<bool>(), 0..3_usize), 6..40),
        tau in prop::sample::select(vec![3.5, 6.0, 100.0]),
    ) {
        let column = |f: &dyn Fn(&Subject) -> (u32, bool)| {
            let (time, event): (Vec<f64>, Vec<bool>) =
                subjects.iter().map(|s| { let (t, e) = f(s); (f64::from(t), e) }).unzip();
            RightCensored::new(time, event).unwrap()
        };
        let (one, two) = (column(&|s| s.0), column(&|s| s.1));
        let codes = |f: &dyn Fn(&Subject) -> usize| subjects.iter().map(f).collect::<Vec<_>>();
        let groups = Groups::from_codes(&codes(&|s| usize::from(s.2)), &["a", "b"]).unwrap();
        let strata = Groups::from_codes(&codes(&|s| s.3), &["x", "y", "z"]).unwrap();
        let two = two.with_strata(strata).unwrap();
        let how = WinRatio::new().endpoint("one", &one).endpoint("two", &two).divisor(Divisor::N).horizon(tau);
        let split: Vec<[Vec<&Subject>; 2]> = (0..3)
            .map(|s| [false, true].map(|b| subjects.iter().filter(|x| x.3 == s && x.2 == b).collect()))
            .filter(|[a, b]: &[Vec<&Subject>; 2]| !a.is_empty() && !b.is_empty())
            .collect();
        prop_assume!(!split.is_empty());
        let wins = how.estimate(&groups, "a", "b").unwrap();

        let share = |sign: f64| {
            let of = |[a, b]: &[Vec<&Subject>; 2]| {
                let won = a.iter().flat_map(|i| b.iter().map(|j| naive(i, j, tau))).filter(|&x| x == sign);
                won.count() as f64 / (a.len() + b.len()) as f64
            };
            split.iter().map(of).sum::<f64>()
        };
        let weight = |[a, b]: &[Vec<&Subject>; 2]| (a.len() * b.len()) as f64 / (a.len() + b.len()) as f64;
        let total: f64 = split.iter().map(weight).sum();
        let (w, l) = (share(1.0) / total, share(-1.0) / total);
        prop_assert!((wins.net_benefit().value().unwrap() - (w - l)).abs() < 1e-12);
        let error = |for_win: f64, for_loss: f64| {
            let score = |i: &Subject, j: &Subject| match naive(i, j, tau) {
                x if x > 0.0 => for_win,
                x if x < 0.0 => -for_loss,
                _ => 0.0,
            };
            let back = |j: &Subject, i: &Subject| score(i, j);
            let of = |s: &[Vec<&Subject>; 2]| {
                let own = mean_variance(&s[0], &s[1], &score) + mean_variance(&s[1], &s[0], &back);
                (weight(s) / total).powi(2) * own
            };
            split.iter().map(of).sum::<f64>().sqrt()
        };
        let found = wins.net_benefit().std_error().unwrap_or(0.0);
        prop_assert!((found.powi(2) - error(1.0, 1.0).powi(2)).abs() < 1e-12);
        if w > 0.0 && l > 0.0 {
            prop_assert!((wins.win_ratio().value().unwrap() / (w / l) - 1.0).abs() < 1e-12);
            let (found, expected) = (wins.win_ratio().std_error().unwrap_or(0.0), error(1.0 / w, 1.0 / l));
            prop_assert!((found.powi(2) - expected.powi(2)).abs() < 1e-9 * (1.0 + expected));
        }

        // A constant label is no stratum.
        let (all, alike) = (Groups::new(&vec!["all"; subjects.len()]), column(&|s| s.1));
        let labelled = alike.clone().with_strata(all).unwrap();
        let compare = |two: &RightCensored| {
            WinRatio::new().endpoint("one", &one).endpoint("two", two).estimate(&groups, "a", "b").unwrap()
        };
        let (plain, single) = (compare(&alike), compare(&labelled));
        prop_assert_eq!(plain.finkelstein_schoenfeld(), single.finkelstein_schoenfeld());
        for (a, b) in [(plain.win_ratio(), single.win_ratio()), (plain.net_benefit(), single.net_benefit())] {
            for (a, b) in [(a.value(), b.value()), (a.std_error(), b.std_error())] {
                prop_assert_eq!(a.is_ok(), b.is_ok());
                let (a, b) = (a.unwrap_or(0.0), b.unwrap_or(0.0));
                prop_assert!(a == b || (a - b).abs() <= 1e-12 * a.abs());
            }
        }
    }
}
