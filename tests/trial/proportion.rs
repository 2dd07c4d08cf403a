//! Proportions against R 4.2.2, scipy 1.17.1, statsmodels 0.15.0 and published tables, and what must hold for all
//! counts.

use approx::{assert_abs_diff_eq, assert_relative_eq};
use greenwood::Error;
use greenwood::proportion::{
    Assumed, Barnard, Boschloo, ChanZhang, ConditionalOddsRatio, EffectEstimate, EffectMeasure, Fisher,
    MiettinenNurminen, Proportion, ProportionInterval, ProportionTest, TwoProportions,
};
use greenwood::survival::result::TestSummary;
use greenwood::survival::result::{Alternative, NotEstimable};
use proptest::prelude::*;

fn pair([x, n, y, m]: [u64; 4]) -> TwoProportions {
    TwoProportions::new(Proportion::new(x, n).unwrap(), Proportion::new(y, m).unwrap())
}

fn limits(of: &Proportion, interval: impl Into<ProportionInterval>) -> [f64; 2] {
    of.interval(interval).unwrap().bounds().unwrap().into()
}

fn bounds(estimate: &EffectEstimate, level: f64) -> [f64; 2] {
    estimate.interval(level).unwrap().bounds().unwrap().into()
}

/// Two-sided, lower, higher.
fn p_values(test: &ProportionTest) -> [f64; 3] {
    let side = |alternative| test.one_sided_p_value(alternative);
    [test.p_value(), side(Alternative::FirstLower), side(Alternative::FirstHigher)]
}

fn assert_close<const N: usize>(found: [f64; N], expected: [f64; N], tolerance: f64) {
    for (found, expected) in found.into_iter().zip(expected) {
        assert_relative_eq!(found, expected, max_relative = tolerance, epsilon = 1e-300);
    }
}

/// R 4.2.2: `binom.test(x, n)$conf.int`.
#[test]
fn clopper_and_pearsons_limits_are_those_of_r() {
    for (x, n, expected) in [
        (0, 9, [0.0, 0.33626711687994293]),
        (1, 9, [0.0028091367465992146, 0.48249651491733703]),
        (4, 9, [0.13699566226516655, 0.78799149322113193]),
        (9, 9, [0.66373288312005707, 1.0]),
        (81, 263, [0.25273674558527121, 0.3676219226013514]),
        (1, 29, [0.0008726468835799228, 0.17764429548872285]),
    ] {
        assert_close(limits(&Proportion::new(x, n).unwrap(), 0.95), expected, 1e-12);
    }
}

/// scipy 1.17.1: `binomtest(x, n).proportion_ci(0.95, 'wilson')`; the mid-p limits are roots of its `binom.sf` and
/// `pmf` by the definition (brentq, xtol 1e-15).
#[test]
fn wilsons_and_mid_p_limits_are_those_of_scipy() {
    for (x, n, wilson, mid_p) in [
        (0, 9, [0.0, 0.29914504841954404], [0.0, 0.2831288355631138]),
        (1, 9, [0.019890887638544907, 0.434999705576656], [0.005557130801527437, 0.4386419281886415]),
        (4, 9, [0.18877852109766463, 0.733348706504507], [0.16046306238624952, 0.7595760154920926]),
        (9, 9, [0.7008549515804559, 1.0], [0.7168711644368861, 1.0]),
        (81, 263, [0.2552885198782742, 0.36620957698280004], [0.25440210494552234, 0.3657734742577771]),
        (15, 148, [0.06238639953073629, 0.16048724172330803], [0.06006360266553197, 0.1581217330506118]),
        (500, 1000, [0.4690696003681042, 0.5309303996318958], [0.4690322624145975, 0.5309677375854025]),
    ] {
        let of = Proportion::new(x, n).unwrap();
        assert_close(limits(&of, ProportionInterval::wilson()), wilson, 1e-12);
        assert_close(limits(&of, ProportionInterval::mid_p()), mid_p, 1e-12);
    }
}

/// R's `BlakerCI` 1.0-6 prints `binom.blaker.limits(3, 10)` as 0.08726443 0.61941066 in its manual.
#[test]
fn blakers_limits_are_the_published_ones() {
    let limits = limits(&Proportion::new(3, 10).unwrap(), ProportionInterval::blaker());
    assert_abs_diff_eq!(limits[0], 0.08726443, epsilon = 5e-9);
    assert_abs_diff_eq!(limits[1], 0.61941066, epsilon = 5e-9);
}

/// Blaker's acceptability by its definition, for every p of a grid: those outside the limits are not acceptable, and
/// just inside there are some that are.
#[test]
fn blakers_limits_are_where_acceptability_ends() {
    let choose = |n: u64, k: u64| (0..k).map(|i| (n - i) as f64 / (k - i) as f64).product::<f64>();
    let law = |n: u64, p: f64| -> Vec<f64> {
        (0..=n).map(|k| choose(n, k) * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)).collect()
    };
    let acceptability = |x: usize, n: u64, p: f64| {
        let law = law(n, p);
        let (below, above): (f64, f64) = (law[..=x].iter().sum(), law[x..].iter().sum());
        let own = below.min(above);
        let other = (0..=n as usize + 1).map(|k| {
            if above <= below {
                law[..k].iter().sum::<f64>()
            } else {
                law[k.min(n as usize + 1)..].iter().sum()
            }
        });
        own + other.filter(|tail| *tail <= own * (1.0 + 1e-12)).fold(0.0, f64::max)
    };
    for n in [5, 9, 14] {
        for x in 0..=n {
            let of = Proportion::new(x, n).unwrap();
            let [lower, upper] = limits(&of, ProportionInterval::blaker());
            for i in 1..2000 {
                let p = f64::from(i) / 2000.0;
                let accepted = acceptability(x as usize, n, p) > 0.05;
                assert!(!accepted || (lower - 1e-9..=upper + 1e-9).contains(&p), "{x} of {n}, {p}");
            }
            for edge in [lower + 1e-9, upper - 1e-9] {
                assert!(acceptability(x as usize, n, edge) >= 0.05 - 1e-7, "{x} of {n}, {edge}");
            }
        }
    }
}

/// R 4.2.2: `fisher.test(matrix(c(x, n - x, y, m - y), 2), alternative = …)$p.value`.
#[test]
fn fishers_p_values_are_those_of_r() {
    for (counts, expected) in [
        ([1, 9, 2, 9], [1.0, 0.50000000000000011, 0.89705882352941169]),
        ([7, 15, 12, 15], [0.12813593203398327, 0.06406796601699162, 0.98953023488255876]),
        ([56, 70, 48, 80], [0.012521129749209175, 0.99787526845044572, 0.0063247111298983692]),
        ([7, 34, 1, 34], [0.054400130495065667, 0.99754380681711241, 0.027200065247532837]),
        ([0, 9, 2, 9], [0.47058823529411747, 0.23529411764705871, 1.0]),
    ] {
        assert_close(p_values(&Fisher::new().test(&pair(counts))), expected, 1e-12);
    }
    // contingencytables (Fagerland, Lydersen & Laake 2017, table 4.11) prints 0.04466.
    assert_abs_diff_eq!(
        Fisher::new().mid_p().test(&pair([0, 16, 15, 72])).p_value(),
        0.04466,
        epsilon = 5e-6
    );
    // By hand: of C(8, 4) = 70 ways 16 + 1 are at least so good; half of the 16 are left out.
    let tea = Fisher::new().mid_p().test(&pair([3, 4, 1, 4]));
    assert_close(p_values(&tea), [18.0 / 70.0, 61.0 / 70.0, 9.0 / 70.0], 1e-12);
}

/// One side of Boschloo: scipy 1.17.1, `boschloo_exact(table, alternative, n=256)`, where its local search found the
/// maximum. The other values: the definition in scipy (`fisher_exact` or z of every table, the maximum over 4001
/// common probabilities refined by `minimize_scalar`). scipy's own `barnard_exact` stops at a lower peak for 7/15
/// against 12/15 (0.068153).
#[test]
fn unconditional_p_values_are_the_largest_ones() {
    for (counts, boschloo, barnard, lower) in [
        ([1, 9, 2, 9], 1.0, 0.6722541177077663, 0.40726470947265575),
        ([3, 4, 1, 4], 0.28906250000000006, 0.28906250000000006, 0.8789062500000003),
        ([7, 15, 12, 15], 0.06821830932319467, 0.06821830932319467, 0.0341091546615974),
        ([0, 9, 2, 9], 0.23843383789062508, 0.21159761778514236, 0.11921691894531239),
        ([8, 20, 14, 25], 0.3302067108897128, 0.3515891553593966, 0.15273821461093917),
        ([7, 34, 1, 34], 0.03846392212274334, 0.028105841116298855, 0.9947217229930755),
    ] {
        let found = Boschloo::new().test(&pair(counts)).unwrap();
        let of_barnard = Barnard::new().test(&pair(counts)).unwrap();
        let found = [found.p_value(), of_barnard.p_value(), found.one_sided_p_value(Alternative::FirstLower)];
        assert_close(found, [boschloo, barnard, lower], 1e-9);
    }
}

/// scipy 1.17.1: `contingency.odds_ratio(table, kind='conditional')` and its 95 % interval. (R's `fisher.test` stops
/// at four digits.) Its roots are good to 1e-9.
#[test]
fn conditional_odds_ratios_are_those_of_scipy() {
    for (counts, value, expected) in [
        ([1, 9, 2, 9], 0.45774247774835797, [0.00660398601197278, 10.63389163485288]),
        ([3, 4, 1, 4], 6.408319658199662, [0.21173559544657966, 626.2435305888141]),
        ([7, 15, 12, 15], 0.2309419409587989, [0.029292871845823177, 1.3772717024332382]),
        ([0, 9, 2, 9], 0.0, [0.0, 5.2205200732485215]),
        ([9, 9, 5, 9], f64::INFINITY, [0.7883115089661933, f64::INFINITY]),
        ([74, 117, 31, 63], 1.7706446966602292, [0.9105381198454934, 3.4608986962762525]),
    ] {
        let estimate = ConditionalOddsRatio::new().estimate(&pair(counts));
        assert_relative_eq!(estimate.value().unwrap(), value, max_relative = 1e-9);
        assert_close(bounds(&estimate, 0.95), expected, 1e-9);
    }
    // contingencytables prints the mid-p limits of the tasting of tea as 0.3101 and 308.5568.
    let tea = bounds(&ConditionalOddsRatio::new().mid_p().estimate(&pair([3, 4, 1, 4])), 0.95);
    assert_abs_diff_eq!(tea[0], 0.3101, epsilon = 5e-5);
    assert_abs_diff_eq!(tea[1], 308.5568, epsilon = 5e-5);
}

/// R 4.2.2: the restricted likelihood maximised by `optimize` and `uniroot`, the limits by `uniroot` (1e-14).
/// (statsmodels' interval for the difference is another one; Newcombe (1998), table II, method 6, prints the values
/// below.)
#[test]
fn miettinen_and_nurminens_differences_are_the_published_ones() {
    for (counts, expected) in [
        ([1, 9, 2, 9], [-0.4779433660315065, 0.27766739944534191]),
        ([3, 4, 1, 4], [-0.22226643804532548, 0.86793600297863838]),
        ([7, 15, 12, 15], [-0.61396781619190521, 0.017736371745685733]),
        ([56, 70, 48, 80], [0.052829713245844713, 0.33817294001586834]),
        ([8, 20, 14, 25], [-0.42744356586845178, 0.13463316175776777]),
        ([7, 34, 1, 34], [0.027041626583446797, 0.34529121696622372]),
        ([9, 10, 3, 10], [0.17002501642439904, 0.84064954394332791]),
        ([5, 56, 0, 29], [-0.032596561743513552, 0.1933309766908857]),
    ] {
        assert_close(bounds(&MiettinenNurminen::difference().estimate(&pair(counts)), 0.95), expected, 1e-9);
    }
    for (counts, expected) in [
        ([56, 70, 48, 80], [0.0528, 0.3382]),
        ([9, 10, 3, 10], [0.1700, 0.8406]),
        ([5, 56, 0, 29], [-0.0326, 0.1933]),
        ([0, 10, 0, 20], [-0.1658, 0.2844]),
        ([0, 16, 15, 72], [-0.3164, -0.0056]),
    ] {
        let found = bounds(&MiettinenNurminen::difference().estimate(&pair(counts)), 0.95);
        assert_abs_diff_eq!(found[..], expected[..], epsilon = 5e-5);
    }
}

/// statsmodels 0.15.0: `confint_proportions_2indep(x, n, y, m, compare='ratio' | 'odds-ratio', method='score',
/// correction=True)`, good to 1e-9, and the p-value of `score_test_proportions_2indep(…, compare='diff',
/// correction=True)`.
#[test]
fn miettinen_and_nurminens_ratios_are_those_of_statsmodels() {
    for (counts, ratio, odds_ratio, p) in [
        (
            [1, 9, 2, 9],
            [0.06852210262387269, 3.426012285073874],
            [0.04556188076352725, 4.535296367109262],
            0.5387949380177839,
        ),
        (
            [3, 4, 1, 4],
            [0.6262450004022692, 19.050503566422233],
            [0.40488334095036904, 200.0576260062253],
            0.18587673236587576,
        ),
        (
            [7, 15, 12, 15],
            [0.29622644768731715, 1.0293545454778141],
            [0.045437979850704094, 1.0776749705021997],
            0.06253289981625237,
        ),
        (
            [8, 20, 14, 25],
            [0.36084696297668556, 1.3200218828048117],
            [0.15974796962053048, 1.7191922499399896],
            0.2914213195420594,
        ),
        (
            [7, 34, 1, 34],
            [1.2085679750900284, 43.03297223869471],
            [1.2466223602451689, 56.46157554538696],
            0.0249839256169589,
        ),
    ] {
        let pair = pair(counts);
        let of_ratio = MiettinenNurminen::ratio().estimate(&pair);
        assert_close(bounds(&of_ratio, 0.95), ratio, 1e-9);
        assert_close(bounds(&MiettinenNurminen::odds_ratio().estimate(&pair), 0.95), odds_ratio, 1e-9);
        assert_relative_eq!(of_ratio.p_value(), p, max_relative = 1e-9);
    }
}

/// R 4.2.2, by the definition: z of every table with the likelihood maximised by `optimize`, the largest probability
/// over 801 values of the nuisance parameter refined by `optimize`, the limit bisected to 1e-9. So 2e-9.
#[test]
fn chan_and_zhangs_differences_are_those_of_the_definition() {
    for (counts, expected) in [
        ([1, 9, 2, 9], [-0.501086801654916, 0.290183901560206]),
        ([3, 4, 1, 4], [-0.301711588643592, 0.936291947093144]),
        ([7, 15, 12, 15], [-0.636986325679865, 0.0238597674449647]),
        ([8, 20, 14, 25], [-0.438907969498576, 0.141816133516676]),
    ] {
        let found = bounds(&ChanZhang::difference().estimate(&pair(counts)).unwrap(), 0.95);
        assert_abs_diff_eq!(found[..], expected[..], epsilon = 2e-9);
    }
}

/// The same by R for the ratio. `optimize` finds z to 1e-8, so R takes scores within 1e-7 for equal (here 1e-9); a
/// limit that is a jump, as the lower one of 7/15 against 12/15, moves with that by 3e-7.
#[test]
fn chan_and_zhangs_ratios_are_those_of_the_definition() {
    for (counts, expected) in [
        ([1, 9, 2, 9], [0.0185366743730881, 5.18041321743199]),
        ([3, 4, 1, 4], [0.559467796766899, 84.8426762977239]),
        ([7, 15, 12, 15], [0.260807398843187, 1.03715251216495]),
    ] {
        assert_close(bounds(&ChanZhang::ratio().estimate(&pair(counts)).unwrap(), 0.95), expected, 1e-6);
    }
}

/// Nobody in nine: limits and p-values, no error.
#[test]
fn zero_events_have_an_upper_limit() {
    let none = Proportion::new(0, 9).unwrap();
    assert_relative_eq!(
        none.upper_limit(0.95).unwrap(),
        1.0 - 0.05_f64.powf(1.0 / 9.0),
        max_relative = 1e-12
    );
    assert_eq!((none.rule_of_three(), none.lower_limit(0.95)), (Some(1.0 / 3.0), Ok(0.0)));
    assert_eq!(
        (Proportion::new(1, 9).unwrap().rule_of_three(), Proportion::new(0, 2).unwrap().rule_of_three()),
        (None, Some(1.0))
    );
    let neither = pair([0, 9, 0, 11]);
    assert_eq!(p_values(&Fisher::new().test(&neither)), [1.0; 3]);
    assert_eq!(p_values(&Boschloo::new().test(&neither).unwrap()), [1.0; 3]);
    assert_eq!(p_values(&Barnard::new().test(&neither).unwrap()), [1.0; 3]);
    assert_eq!(neither.ratio(), Err(NotEstimable::Undefined));
    for estimate in [
        MiettinenNurminen::ratio().estimate(&neither),
        MiettinenNurminen::odds_ratio().estimate(&neither),
        ConditionalOddsRatio::new().estimate(&neither),
        ChanZhang::ratio().estimate(&neither).unwrap(),
    ] {
        assert_eq!((bounds(&estimate, 0.95), estimate.p_value()), ([0.0, f64::INFINITY], 1.0));
        assert_eq!(estimate.to_string(), "not estimable: 0/0 (95% CI 0.000 to ∞), p = 1.000");
    }
    let difference = bounds(&MiettinenNurminen::difference().estimate(&neither), 0.95);
    assert!(difference[0] < -0.2 && difference[1] > 0.2);
    // Everybody against nobody: the limit is the end of what is possible.
    let all = pair([9, 9, 0, 9]);
    for estimate in
        [MiettinenNurminen::difference().estimate(&all), ChanZhang::difference().estimate(&all).unwrap()]
    {
        let [lower, upper] = bounds(&estimate, 0.95);
        assert!(upper == 1.0 && (0.3..1.0).contains(&lower));
    }
}

/// The power is the sum over all tables; for Fisher's test in R 4.2.2, with p of every table from `fisher.test`:
/// `sum(outer(dbinom(0:9, 9, 1/9), dbinom(0:9, 9, 2/9))[p <= .05])`.
#[test]
fn power_is_the_probability_of_the_rejected_tables() {
    let (group, reference) = (Assumed::new(9, 1.0 / 9.0).unwrap(), Assumed::new(9, 2.0 / 9.0).unwrap());
    let by_hand = |p_value: &dyn Fn(&TwoProportions) -> f64| {
        let choose = |k: u64| (0..k).map(|i| (9 - i) as f64 / (k - i) as f64).product::<f64>();
        let law = |k: u64, p: f64| choose(k) * p.powi(k as i32) * (1.0 - p).powi(9 - k as i32);
        let tables = (0..=9).flat_map(|x| (0..=9).map(move |y| (x, y)));
        let rejected = tables.filter(|&(x, y)| p_value(&pair([x, 9, y, 9])) <= 0.05);
        rejected.map(|(x, y)| law(x, 1.0 / 9.0) * law(y, 2.0 / 9.0)).sum::<f64>()
    };
    let fisher = Fisher::new().power(group, reference, 0.05).unwrap();
    assert_relative_eq!(fisher, 0.0128146717726084, max_relative = 1e-12);
    assert_relative_eq!(fisher, by_hand(&|pair| Fisher::new().test(pair).p_value()), max_relative = 1e-12);
    let boschloo = Boschloo::new().power(group, reference, 0.05).unwrap();
    let p = |pair: &TwoProportions| Boschloo::new().test(pair).unwrap().p_value();
    assert_relative_eq!(boschloo, by_hand(&p), max_relative = 1e-12);
    let barnard = Barnard::new().power(group, reference, 0.05).unwrap();
    let p = |pair: &TwoProportions| Barnard::new().test(pair).unwrap().p_value();
    assert_relative_eq!(barnard, by_hand(&p), max_relative = 1e-12);
    assert!(boschloo > fisher);
}

#[test]
fn every_refusal_says_what_to_do() {
    let text = |result: Result<Proportion, Error>| result.unwrap_err().to_string();
    assert_eq!(text(Proportion::new(0, 0)), "subjects is 0: it must be at least 1 and at most 2^53");
    assert_eq!(text(Proportion::new(10, 9)), "events is 10: it must be at most the number of subjects");
    assert_eq!(text(Proportion::of([])), "outcomes is empty: at least one value is needed");
    let one = Proportion::new(1, 9).unwrap();
    for level in [0.0, 1.0, -1.0, f64::NAN, f64::INFINITY] {
        for interval in [
            ProportionInterval::clopper_pearson(),
            ProportionInterval::wilson(),
            ProportionInterval::mid_p(),
            ProportionInterval::blaker(),
        ] {
            let err = one.interval(interval.level(level)).unwrap_err().to_string();
            assert_eq!(err, format!("level is {level}: it must be inside (0, 1), such as 0.95"));
        }
        assert!(one.upper_limit(level).is_err() && one.lower_limit(level).is_err());
        let difference = MiettinenNurminen::difference().estimate(&pair([1, 9, 2, 9]));
        assert!(difference.interval(level).is_err());
    }
    let plain = greenwood::survival::Interval::plain();
    let err =
        MiettinenNurminen::ratio().estimate(&pair([1, 9, 2, 9])).interval(plain).unwrap_err().to_string();
    assert_eq!(
        err,
        "an interval of two proportions is not available with another scale or lower limit: its limits come from the \
         test: give a level alone"
    );
    let large = pair([1, 3000, 2, 3000]);
    assert_eq!(
        Boschloo::new().test(&large).unwrap_err().to_string(),
        "an unconditional exact test would be too large (6000 subjects, 4000 at most): with so many subjects take \
         Fisher's test, or Miettinen and Nurminen's interval"
    );
    assert!(Barnard::new().test(&large).is_err());
    assert_eq!(
        ChanZhang::ratio().estimate(&large).unwrap_err().to_string(),
        "an exact unconditional interval would be too large (9006001 tables): with so many subjects take Miettinen and \
         Nurminen's interval"
    );
    let assumed = Assumed::new(9, 0.5).unwrap();
    assert_eq!(Assumed::new(9, 1.5).unwrap_err().to_string(), "probability is 1.5: it must be in [0, 1]");
    assert_eq!(
        Fisher::new().power(assumed, assumed, 0.0).unwrap_err().to_string(),
        "alpha is 0: it must be inside (0, 1)"
    );
    let many = Assumed::new(5000, 0.5).unwrap();
    assert_eq!(
        Fisher::new().power(many, many, 0.05).unwrap_err().to_string(),
        "the power of an exact test would be too large (25010001 tables): with so many subjects take the power of the \
         score test"
    );
    assert!(
        Boschloo::new().power(many, many, 0.05).is_err()
            && Barnard::new().power(assumed, assumed, 1.0).is_err()
    );
}

#[test]
fn results_print_as_sentences() {
    let pair = pair([1, 9, 2, 9]);
    assert_eq!(format!("{:>12}|{:.0}", pair.group(), pair.reference()), " 1/9 (11.1%)|2/9 (22%)");
    assert_eq!(
        format!("{pair:#}"),
        "1/9, 11.1% (95% CI 0.3% to 48.2%) against 2/9, 22.2% (95% CI 2.8% to 60.0%)"
    );
    let test = Barnard::new().test(&pair).unwrap();
    assert!(test.to_string().starts_with(
        "Barnard's exact test: p = 0.672, 1/9 (11.1%) against 2/9 (22.2%); least favourable common probability 0."
    ));
    let summary = TestSummary::from(&Fisher::new().test(&pair));
    assert_eq!(summary.to_string(), "Fisher's exact test: p = 1.000 (18 subjects, 3 events)");
    assert_eq!(ProportionInterval::blaker().level(0.9).to_string(), "90% CI, Blaker");
    assert_eq!(EffectMeasure::OddsRatio.to_string(), "odds ratio");
}

/// Counts of millions neither take long nor lose digits: Clopper-Pearson and Blaker enclose Wilson's within 1/n.
#[test]
fn large_counts_hold() {
    let of = Proportion::new(300_000, 1_000_000).unwrap();
    let wilson = limits(&of, ProportionInterval::wilson());
    for interval in
        [ProportionInterval::clopper_pearson(), ProportionInterval::mid_p(), ProportionInterval::blaker()]
    {
        let found = limits(&of, interval);
        assert_abs_diff_eq!(found[..], wilson[..], epsilon = 2e-6);
    }
    // Near the largest counts too: an exact limit lies half a count further out than Wilson's, 0.5/n of a limit near 0.3.
    let of = Proportion::new(300_000_000_000_000, 1_000_000_000_000_000).unwrap();
    let wilson = limits(&of, ProportionInterval::wilson());
    let found = limits(&of, ProportionInterval::blaker());
    assert_abs_diff_eq!(found[..], wilson[..], epsilon = 1e-14);
    let pair = pair([30_000, 100_000, 30_500, 100_000]);
    let (fisher, score) =
        (Fisher::new().test(&pair).p_value(), MiettinenNurminen::difference().estimate(&pair));
    assert_relative_eq!(fisher, score.p_value(), max_relative = 0.02);
    // An exact limit lies half a count further out: 0.5/(100,000 · 0.3 · 0.7/2) = 4.8e-5 of the odds ratio.
    assert_relative_eq!(
        bounds(&ConditionalOddsRatio::new().estimate(&pair), 0.95)[0],
        bounds(&MiettinenNurminen::odds_ratio().estimate(&pair), 0.95)[0],
        max_relative = 1e-4
    );
}

#[cfg(feature = "serde")]
#[test]
fn stored_results_come_back_and_impossible_ones_do_not() {
    let pair = pair([1, 9, 2, 9]);
    let test = Boschloo::new().test(&pair).unwrap();
    let text = serde_json::to_string(&test).unwrap();
    assert_eq!(serde_json::from_str::<ProportionTest>(&text).unwrap(), test);
    let changed = text.replacen("\"p_value\":1.0", "\"p_value\":1.5", 1);
    assert_ne!(changed, text);
    let err = serde_json::from_str::<ProportionTest>(&changed).unwrap_err().to_string();
    assert!(err.starts_with("the p-value is 1.5: it must be in [0, 1]"), "{err}");
    let err = serde_json::from_str::<Proportion>(r#"{"events":3,"subjects":2}"#).unwrap_err().to_string();
    assert!(err.starts_with("events is 3"), "{err}");
    let estimate = ChanZhang::ratio().estimate(&pair).unwrap();
    let text = serde_json::to_string(&estimate).unwrap();
    assert_eq!(serde_json::from_str::<EffectEstimate>(&text).unwrap(), estimate);
    let err =
        serde_json::from_str::<EffectEstimate>(&text.replace("Ratio", "OddsRatio")).unwrap_err().to_string();
    assert!(err.starts_with("an exact effect is not available with this measure"), "{err}");
    assert!(serde_json::from_str::<EffectEstimate>(&text.replace("ChanZhang", "Conditional")).is_err());
    assert!(serde_json::from_str::<Assumed>(r#"{"subjects":3,"probability":2.0}"#).is_err());
    let interval = ProportionInterval::blaker().level(0.9);
    let text = serde_json::to_string(&interval).unwrap();
    assert_eq!(serde_json::from_str::<ProportionInterval>(&text).unwrap(), interval);
}

fn proportion(most: u64) -> impl Strategy<Value = Proportion> {
    (1..=most).prop_flat_map(|n| (0..=n).prop_map(move |x| Proportion::new(x, n).unwrap()))
}

fn two(most: u64) -> impl Strategy<Value = TwoProportions> {
    (proportion(most), proportion(most)).prop_map(|(group, reference)| TwoProportions::new(group, reference))
}

/// All methods for an effect.
fn estimates(pair: &TwoProportions) -> Vec<EffectEstimate> {
    vec![
        MiettinenNurminen::difference().estimate(pair),
        MiettinenNurminen::ratio().estimate(pair),
        MiettinenNurminen::odds_ratio().estimate(pair),
        ConditionalOddsRatio::new().estimate(pair),
        ConditionalOddsRatio::new().mid_p().estimate(pair),
        ChanZhang::difference().estimate(pair).unwrap(),
        ChanZhang::ratio().estimate(pair).unwrap(),
    ]
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// The limits hold the estimate, grow with the level, and are turned round with the event.
    #[test]
    fn limits_hold_the_estimate_and_are_nested(of in proportion(60), levels in (0.05..0.99, 0.05..0.99)) {
        let (low, high) = if levels.0 < levels.1 { levels } else { (levels.1, levels.0) };
        for interval in [
            ProportionInterval::clopper_pearson(), ProportionInterval::wilson(), ProportionInterval::mid_p(),
            ProportionInterval::blaker(),
        ] {
            let [wide, narrow] = [high, low].map(|level| limits(&of, interval.level(level)));
            prop_assert!(wide[0] <= narrow[0] + 1e-12 && narrow[1] <= wide[1] + 1e-12, "{interval}");
            prop_assert!(wide[0] <= of.value() + 1e-12 && of.value() <= wide[1] + 1e-12 && 0.0 <= wide[0] && wide[1] <= 1.0);
            let [lower, upper] = limits(&of.complement(), interval.level(high));
            prop_assert!(near(lower, 1.0 - wide[1], 1e-12) && near(upper, 1.0 - wide[0], 1e-12), "{interval}");
        }
        // Blaker's interval lies within Clopper and Pearson's.
        let [outer, inner] = [ProportionInterval::clopper_pearson(), ProportionInterval::blaker()]
            .map(|interval| limits(&of, interval.level(high)));
        prop_assert!(outer[0] <= inner[0] + 1e-12 && inner[1] <= outer[1] + 1e-12);
    }

    /// Tests do not know which group comes first, nor which outcome is the event; Boschloo's p-value is at most
    /// Fisher's.
    #[test]
    fn tests_are_symmetric_and_boschloos_is_the_smaller(pair in two(25)) {
        let tests = |pair: &TwoProportions| [
            Fisher::new().test(pair), Fisher::new().mid_p().test(pair), Barnard::new().test(pair).unwrap(),
            Boschloo::new().test(pair).unwrap(),
        ];
        let all = tests(&pair).map(|t| p_values(&t));
        let swapped = tests(&pair.swapped()).map(|t| p_values(&t));
        let other = tests(&pair.complement()).map(|t| p_values(&t));
        for ((here, swapped), other) in all.iter().zip(&swapped).zip(&other) {
            prop_assert!(here.iter().all(|p| (0.0..=1.0).contains(p)));
            for turned in [swapped, other] {
                prop_assert!(near(here[0], turned[0], 1e-9) && near(here[1], turned[2], 1e-9) && near(here[2], turned[1], 1e-9));
            }
        }
        let [fisher, mid, _, boschloo] = all;
        for side in 0..3 {
            prop_assert!(boschloo[side] <= fisher[side] * (1.0 + 1e-9) && mid[side] <= fisher[side]);
        }
    }

    /// Effects hold the estimate, are nested, agree with their own test, and turn round with the groups and with the
    /// event.
    #[test]
    fn effects_are_symmetric_and_nested(pair in two(9)) {
        let (swapped, other) = (estimates(&pair.swapped()), estimates(&pair.complement()));
        for (i, estimate) in estimates(&pair).iter().enumerate() {
            let [wide, narrow] = [0.95, 0.8].map(|level| bounds(estimate, level));
            prop_assert!(wide[0] <= narrow[0] + 1e-8 && narrow[1] <= wide[1] * (1.0 + 1e-8) + 1e-8, "{estimate:?}");
            if let Ok(value) = estimate.value() {
                prop_assert!(wide[0] <= value + 1e-9 && value <= wide[1] * (1.0 + 1e-8) + 1e-9, "{estimate:?} {wide:?}");
            }
            let p = estimate.p_value();
            prop_assert!((0.0..=1.0).contains(&p));
            let none = estimate.measure().no_effect();
            if (p - 0.05).abs() > 1e-6 {
                prop_assert_eq!(p > 0.05, (wide[0]..=wide[1]).contains(&none), "{:?} {:?} {}", estimate, wide, p);
            }
            let turn = |x: f64| if estimate.measure() == EffectMeasure::Difference { -x } else { x.recip() };
            let [lower, upper] = bounds(&swapped[i], 0.95);
            prop_assert!(near(lower, turn(wide[1]), 1e-8) && near(upper, turn(wide[0]), 1e-8));
            // A ratio of risks is not the ratio of the complements; differences and odds are.
            if estimate.measure() != EffectMeasure::Ratio {
                let [lower, upper] = bounds(&other[i], 0.95);
                prop_assert!(near(lower, turn(wide[1]), 1e-7) && near(upper, turn(wide[0]), 1e-7), "{:?} {:?} {:?}", estimate, wide, [lower, upper]);
            }
        }
    }
}

/// Laws of very many values are not written out. R 4.2.2: phyper(5e7, 1e8, 1e8, 100010000), which is symmetric, and
/// phyper(3e6, 1e7, 2e7, 9005000), both sides.
#[test]
fn tests_of_huge_counts() {
    let million = 1_000_000;
    let test = Fisher::new().test(&pair([50 * million, 100 * million, 50_010_000, 100 * million]));
    assert_relative_eq!(test.p_value(), 0.15734071970257049, max_relative = 1e-9);
    assert_relative_eq!(
        test.one_sided_p_value(Alternative::FirstLower),
        0.078670359851285246,
        max_relative = 1e-9
    );
    assert_relative_eq!(
        test.one_sided_p_value(Alternative::FirstHigher),
        0.92137115089843924,
        max_relative = 1e-9
    );
    let test = Fisher::new().test(&pair([3 * million, 10 * million, 6_005_000, 20 * million]));
    assert_relative_eq!(
        test.one_sided_p_value(Alternative::FirstLower),
        0.079571025575418661,
        max_relative = 1e-9
    );
    assert_relative_eq!(
        test.one_sided_p_value(Alternative::FirstHigher),
        0.920554022731196797,
        max_relative = 1e-9
    );
    // As many events as values in the table, nearly all of them without weight: one p-value does not cost their square.
    let few = Fisher::new().test(&pair([100_000, 1 << 33, 100_500, 1 << 33]));
    assert!((0.25..0.28).contains(&few.p_value()), "{few}");
    // Conditional limits look at the counts around what was observed: beside those without conditions, which are close to them.
    let of = pair([3 * million, 10 * million, 6_005_000, 20 * million]);
    let exact = ConditionalOddsRatio::new().estimate(&of);
    let score = MiettinenNurminen::odds_ratio().estimate(&of);
    assert_relative_eq!(exact.value().unwrap(), score.value().unwrap(), max_relative = 1e-6);
    let ends = |e: &EffectEstimate| <[f64; 2]>::from(e.interval(0.95).unwrap().bounds().unwrap());
    for (a, b) in ends(&exact).into_iter().zip(ends(&score)) {
        // Two methods, not one number twice: exact and score limits part by the order of one over the number of events.
        assert_relative_eq!(a, b, max_relative = 1e-5);
    }
    let huge = ConditionalOddsRatio::new().estimate(&pair([1 << 52, 1 << 53, 1 << 51, 1 << 53]));
    assert_relative_eq!(huge.value().unwrap(), 3.0, max_relative = 1e-9);
    assert!(matches!(huge.interval(0.95), Err(Error::TooLarge { .. })));
}
