//! Adaptive tests and graphs of hypotheses: against rpact, R's p.adjust, the closed test, and by simulation.

use greenwood::trial::design::adaptive::{ClosedCombination, Dunnett, IntersectionTest, MultiArmSequential};
use greenwood::trial::design::{
    BoundaryType, FisherCombination, GraphicalProcedure, GroupSequential, InverseNormal, Spending,
};

use crate::random::Random;

/// rpact 3.3.4: getDesignFisher(kMax = 2, alpha, method = "fullAlpha", alpha0Vec)$criticalValues
#[test]
fn fisher_s_product_has_rpact_s_levels() {
    for (alpha, futility, first, product) in
        [(0.025, 0.5, 0.01018903047, 0.003804223466), (0.05, 0.5, 0.02331485171, 0.008704940696)]
    {
        let test = FisherCombination::new(alpha, futility).unwrap();
        assert!((test.first_stage_level() - first).abs() < 1e-8, "{test:?}");
        assert!((test.critical_product() - product).abs() < 1e-10, "{test:?}");
    }
}

/// Under no effect 200,000 trials of two stages reject in 2.5 %, within four standard errors (0.0014): gsDesign2 71 found 0.0237.
#[test]
fn combinations_keep_their_error() {
    let bounds = GroupSequential::at(&[0.4, 1.0]).fit().unwrap();
    let normal = InverseNormal::new(&[0.4, 0.6]).unwrap();
    let fisher = FisherCombination::new(0.025, 0.5).unwrap();
    let (mut random, mut rejected) = (Random(5), [0_u32; 2]);
    for _ in 0..200_000 {
        let p = [random.uniform().max(1e-15), random.uniform().max(1e-15)];
        let z = normal.statistics(&p).unwrap();
        rejected[0] += u32::from(z[0] >= bounds.z()[0] || z[1] >= bounds.z()[1]);
        rejected[1] += u32::from(fisher.rejects(p[0], p[1]).unwrap());
    }
    for count in rejected {
        let share = f64::from(count) / 200_000.0;
        assert!((share - 0.025).abs() < 0.0014, "{share}");
    }
}

#[test]
fn what_combinations_refuse() {
    let text = |e: greenwood::Error| e.to_string();
    assert_eq!(text(InverseNormal::new(&[]).unwrap_err()), "weights is empty: at least one value is needed");
    assert!(text(InverseNormal::new(&[0.5, 0.0]).unwrap_err()).contains("finite and above 0"));
    let two = InverseNormal::new(&[0.5, 0.5]).unwrap();
    assert!(
        text(two.statistics(&[0.1, 1.0]).unwrap_err()).contains("p_values is 1: it must be inside (0, 1)")
    );
    assert!(text(two.statistics(&[0.1; 3]).unwrap_err()).contains("p_values has 3 values"));
    assert!(text(FisherCombination::new(0.0, 0.5).unwrap_err()).contains("alpha is 0"));
    assert!(text(FisherCombination::new(0.025, 0.02).unwrap_err()).contains("futility is 0.02"));
    let test = FisherCombination::new(0.025, 0.5).unwrap();
    assert_eq!((test.conditional_error(0.6).unwrap(), test.conditional_error(0.001).unwrap()), (0.0, 1.0));
    assert!(test.rejects(0.1, f64::NAN).is_err());
}

fn near(found: &[f64], expected: &[f64]) {
    assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12), "{found:?} {expected:?}");
}

/// R 4.2.2: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.2), "holm"); cummax of the same.
#[test]
fn holm_and_fixed_sequences_are_graphs() {
    let p = [0.01, 0.04, 0.03, 0.005, 0.2];
    let holm = GraphicalProcedure::holm(5).unwrap();
    near(&holm.adjusted_p_values(&p).unwrap(), &[0.04, 0.09, 0.09, 0.025, 0.2]);
    let sequence = GraphicalProcedure::fixed_sequence(5).unwrap();
    near(&sequence.adjusted_p_values(&p).unwrap(), &[0.01, 0.04, 0.04, 0.04, 0.2]);
    near(&GraphicalProcedure::holm(1).unwrap().adjusted_p_values(&[0.3]).unwrap(), &[0.3]);
}

/// The weights of an intersection: the hypotheses outside it are taken out of the graph, one after the other.
fn weights_of(weights: &[f64], graph: &[Vec<f64>], inside: u32) -> Vec<f64> {
    let (mut w, mut g) = (weights.to_vec(), graph.to_vec());
    let n = w.len();
    for out in (0..n).filter(|i| inside >> i & 1 == 0) {
        let before = g.clone();
        for j in (0..n).filter(|&j| j != out) {
            w[j] += w[out] * before[out][j];
            for k in (0..n).filter(|&k| k != out) {
                let round = before[j][out] * before[out][j];
                g[j][k] = if j == k || round >= 1.0 {
                    0.0
                } else {
                    (before[j][k] + before[j][out] * before[out][k]) / (1.0 - round)
                };
            }
        }
        w[out] = 0.0;
        for j in 0..n {
            g[out][j] = 0.0;
            g[j][out] = 0.0;
        }
    }
    w
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]

    /// The procedure is the closed test with weighted Bonferroni tests: the adjusted p-value of a hypothesis is the largest of
    /// those of all intersections that hold it.
    #[test]
    fn a_graph_is_a_closed_test(
        p in proptest::collection::vec(0.0001..0.3_f64, 4),
        raw in proptest::collection::vec(0.05..1.0_f64, 20),
    ) {
        let total: f64 = raw[..4].iter().sum();
        let weights: Vec<f64> = raw[..4].iter().map(|w| w / total).collect();
        let graph: Vec<Vec<f64>> = (0..4)
            .map(|i| {
                let row: Vec<f64> = (0..4).map(|j| if i == j { 0.0 } else { raw[4 + 4 * i + j] }).collect();
                let sum: f64 = row.iter().sum();
                row.iter().map(|g| g / sum).collect()
            })
            .collect();
        let found = GraphicalProcedure::new(&weights, &graph).unwrap().adjusted_p_values(&p).unwrap();
        for i in 0..4 {
            let intersections = (1..16_u32).filter(|set| set >> i & 1 == 1);
            let largest = intersections
                .map(|set| {
                    let w = weights_of(&weights, &graph, set);
                    let one = |j: usize| if set >> j & 1 == 1 && w[j] > 0.0 { p[j] / w[j] } else { f64::INFINITY };
                    (0..4).map(one).fold(f64::INFINITY, f64::min)
                })
                .fold(0.0, f64::max)
                .min(1.0);
            proptest::prop_assert!((found[i] - largest).abs() < 1e-9, "{:?} {} {}", found, i, largest);
        }
    }
}

#[test]
fn what_is_no_graph_is_refused() {
    let text =
        |weights: &[f64], rows: &[&[f64]]| GraphicalProcedure::new(weights, rows).unwrap_err().to_string();
    assert_eq!(text(&[], &[]), "weights is empty: at least one value is needed");
    assert!(text(&[1.0], &[]).contains("transitions has 0 values"));
    assert!(text(&[0.7, 0.6], &[&[0.0, 1.0], &[1.0, 0.0]]).contains("weights is 1.2"));
    assert!(text(&[0.5, 0.5], &[&[0.0, 1.0], &[f64::NAN, 0.0]]).contains("transitions is NaN"));
    assert!(text(&[0.5, 0.5], &[&[0.5, 0.5], &[1.0, 0.0]]).contains("itself is 0.5: it must be 0"));
    let graph = GraphicalProcedure::holm(2).unwrap();
    assert!(graph.adjusted_p_values(&[0.1]).unwrap_err().to_string().contains("p_values has 1 values"));
    assert!(graph.adjusted_p_values(&[0.1, 1.1]).unwrap_err().to_string().contains("p_values is 1.1"));
    assert!(graph.rejected(&[0.1, 0.1], 0.0).unwrap_err().to_string().contains("alpha is 0"));
    assert!(GraphicalProcedure::holm(0).is_err() && GraphicalProcedure::fixed_sequence(0).is_err());
}

fn all_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < tolerance), "{found:?} {expected:?}");
}

/// Jaki, Pallmann & Magirr (2019), J Stat Softw 88(4): bounds as R's `MAMS` prints them, whose rule of 20 points holds three
/// digits; all digits by `tests/data/multi_arm.py` (numpy, scipy).
#[test]
fn bounds_of_several_arms_are_those_of_mams_and_scipy() {
    let triangular =
        |ratio: f64| MultiArmSequential::looks(3, 2).alpha(0.05).ratios(&[ratio]).triangular().fit().unwrap();
    let (two, one) = (triangular(0.5), triangular(1.0));
    all_near(two.z(), &[2.359, 2.225], 1e-3);
    all_near(two.futility_z(), &[0.786], 1e-3);
    all_near(one.z(), &[2.330, 2.197], 1e-3);
    all_near(one.futility_z(), &[0.777], 1e-3);
    all_near(two.z(), &[2.3597226568369556, 2.2247678564919307], 1e-7);
    all_near(one.z(), &[2.3304013474865983, 2.197123460925389], 1e-7);
    let four = MultiArmSequential::looks(4, 2).fit().unwrap();
    all_near(four.z(), &[3.4613177365912913, 2.4475212433849745], 1e-7);
    // Rules of 24 and 40 points there.
    let pocock = MultiArmSequential::at(2, &[0.3, 0.6, 1.0]).ratios(&[2.0]).boundary(BoundaryType::Pocock);
    all_near(pocock.fit().unwrap().z(), &[2.5171759923917723; 3], 1e-6);
    // Arms of half, once and twice the size of the control, which the lower bound of 0 binds.
    let sizes =
        MultiArmSequential::at(3, &[0.4, 1.0]).ratios(&[0.5, 1.0, 2.0]).futility(&[0.0]).binding(true);
    let sizes = sizes.fit().unwrap();
    all_near(sizes.z(), &[3.7089259798589613, 2.345730753865222], 1e-7);
    assert!(sizes.to_string().contains("the arms 0.5, 1, 2 times the control"), "{sizes}");
    let limit = |arm| sizes.repeated_ratio_limit(arm, 2, 0.7, 200.0).unwrap();
    assert!((limit(2) / (0.7 * (sizes.z()[1] * 3.0 / 400_f64.sqrt()).exp()) - 1.0).abs() < 1e-12);
    assert!(sizes.repeated_ratio_limit(3, 2, 0.7, 200.0).unwrap_err().to_string().contains("arm is 3"));
    // One look of them is Dunnett's test of these sizes.
    let one = MultiArmSequential::looks(3, 1).ratios(&[0.5, 1.0, 2.0]).fit().unwrap();
    let dunnett = Dunnett::new(&[0.5, 1.0, 2.0]).unwrap().critical_value(0.025).unwrap();
    all_near(one.z(), &[dunnett], 1e-9);
    // One look is Dunnett's test: 2.062 in the article, 79 subjects in each of four arms for 0.9 where effects are 0.545 and 0.178.
    let dunnett = MultiArmSequential::looks(3, 1).alpha(0.05).fit().unwrap();
    all_near(dunnett.z(), &[2.062], 1e-3);
    let power = |n: f64| {
        let per_effect = (n / 2.0).sqrt();
        let [best, other] = [0.65, 0.55].map(|p| std::f64::consts::SQRT_2 * normal_quantile(p) * per_effect);
        dunnett.power(best, other).unwrap()
    };
    assert!(power(79.0) >= 0.9 && power(78.0) < 0.9, "{} {}", power(79.0), power(78.0));
    // Two looks: 76 subjects in each arm, 152 in the control arm; steps of two.
    let power = |n: f64| {
        let per_effect = (n * 2.0 / 3.0).sqrt();
        let [best, other] = [0.65, 0.55].map(|p| std::f64::consts::SQRT_2 * normal_quantile(p) * per_effect);
        two.power(best, other).unwrap()
    };
    assert!(power(76.0) >= 0.9 && power(74.0) < 0.9, "{} {}", power(76.0), power(74.0));
    assert!(two.to_string().starts_with("3 arms against one control, 2 looks"), "{two}");
}

/// The normal quantile of two numbers, by R.
fn normal_quantile(p: f64) -> f64 {
    if p == 0.65 { 0.38532046640756773 } else { 0.12566134685507402 }
}

/// The error is what it should be for every kind of bounds, by 40,000 simulated trials within four standard errors; spending is kept
/// exactly, one arm has the plain bounds, and the p-value of a bound is the error.
#[test]
fn several_arms_keep_the_family_wise_error() {
    let spending = BoundaryType::Spending(Spending::OBrienFleming);
    let designs = [
        MultiArmSequential::looks(3, 2).triangular(),
        MultiArmSequential::at(2, &[0.4, 1.0]).boundary(spending.clone()).futility(&[0.3]).binding(true),
        MultiArmSequential::looks(4, 2).boundary(BoundaryType::HaybittlePeto(3.0)).ratios(&[0.5]),
        MultiArmSequential::looks(2, 2).ratios(&[0.5, 2.0]),
    ];
    let mut random = Random(3);
    for (design, ratios) in designs.iter().zip([vec![1.0_f64; 3], vec![1.0; 2], vec![0.5; 4], vec![0.5, 2.0]])
    {
        let arms = ratios.len();
        let bounds = design.clone().fit().unwrap();
        assert!((bounds.alpha_spent()[1] - 0.025).abs() < 1e-9, "{bounds}");
        let (trials, mut wrong) = (40_000, 0.0);
        for _ in 0..trials {
            let (mut at, mut before) = (vec![0.0; arms + 1], 0.0);
            let (mut left, mut shown) = (vec![true; arms], false);
            for (k, &t) in bounds.fractions().iter().enumerate() {
                for own in &mut at {
                    *own += f64::sqrt(t - before) * gauss(&mut random);
                }
                before = t;
                for arm in 0..arms {
                    let ratio = ratios[arm];
                    let z = (at[arm + 1] - ratio.sqrt() * at[0]) / ((1.0 + ratio) * t).sqrt();
                    shown |= left[arm] && z >= bounds.z()[k];
                    left[arm] &= bounds.futility_z().get(k).is_none_or(|low| z >= *low);
                }
            }
            wrong += f64::from(u8::from(shown));
        }
        let share = wrong / f64::from(trials);
        assert!(
            (share - 0.025).abs() < 4.0 * (0.025 * 0.975 / f64::from(trials)).sqrt(),
            "{share}: {bounds}"
        );
    }
    // Of arms of several sizes the power is that of the size with the least: 20,000 trials with one arm that has an effect.
    let bounds = MultiArmSequential::looks(2, 2).ratios(&[0.5, 2.0]).fit().unwrap();
    let shown = |effect: usize, random: &mut Random| {
        let mut at = [0.0; 3];
        for (k, z) in bounds.z().iter().enumerate() {
            for own in &mut at {
                *own += f64::sqrt(0.5) * gauss(random);
            }
            let t = 0.5 * (k + 1) as f64;
            let of = |arm: usize| {
                let (ratio, drift) = ([0.5_f64, 2.0][arm], if arm == effect { 3.0 } else { 1.0 });
                (at[arm + 1] - ratio.sqrt() * at[0]) / ((1.0 + ratio) * t).sqrt() + drift * t.sqrt()
            };
            let best = [of(0), of(1)];
            if best[0].max(best[1]) >= *z {
                return best[effect] >= *z && best[effect] > best[1 - effect];
            }
        }
        false
    };
    let share = |effect: usize, random: &mut Random| {
        (0..20_000).filter(|_| shown(effect, random)).count() as f64 / 20_000.0
    };
    let (least, power) = (share(0, &mut random).min(share(1, &mut random)), bounds.power(3.0, 1.0).unwrap());
    assert!((least - power).abs() < 5.0 * (0.25_f64 / 20_000.0).sqrt(), "{least} and {power}");
    let plain = GroupSequential::at(&[0.4, 1.0]).boundary(spending.clone()).fit().unwrap();
    let one = MultiArmSequential::at(1, &[0.4, 1.0]).boundary(spending.clone()).fit().unwrap();
    all_near(one.z(), plain.z(), 1e-8);
    for boundary in [BoundaryType::OBrienFleming, BoundaryType::Pocock, spending] {
        let bounds = MultiArmSequential::looks(2, 2).boundary(boundary).fit().unwrap();
        let p = bounds.repeated_p_values(2, &[bounds.z()[1], 0.0]).unwrap();
        assert!((p[0] - 0.025).abs() < 1e-8 && p[1] > 0.5, "{p:?}");
        assert!(bounds.repeated_drift_limit(1, bounds.z()[0]).unwrap().abs() < 1e-12);
        let limit = bounds.repeated_ratio_limit(1, 2, 0.7, 200.0).unwrap();
        assert!((limit / (0.7 * (bounds.z()[1] * 2.0 / 200_f64.sqrt()).exp()) - 1.0).abs() < 1e-12);
        let any = bounds.any_rejection_by_look(&[0.0, 3.0]).unwrap();
        assert!(any[1] > 0.5 && any[0] < any[1]);
    }
}

/// A standard normal number (Box & Muller 1958).
fn gauss(random: &mut Random) -> f64 {
    (-2.0 * random.uniform().max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * random.uniform()).cos()
}

#[test]
fn what_several_arms_refuse() {
    let text = |design: MultiArmSequential| design.fit().unwrap_err().to_string();
    let two = || MultiArmSequential::looks(2, 2);
    assert!(text(MultiArmSequential::looks(0, 2)).contains("arms is 0"));
    assert!(text(MultiArmSequential::looks(2, 0)).contains("fractions is empty"));
    assert!(text(MultiArmSequential::looks(2, 5)).contains("looks is 5: it must be at most 4"));
    assert!(text(MultiArmSequential::at(2, &[0.5, 0.51, 1.0])).contains("fractions[1] is 0.51 after 0.5"));
    assert!(text(MultiArmSequential::at(2, &[0.5])).contains("the last fraction is 0.5: it must be 1"));
    assert!(text(MultiArmSequential::at(2, &[f64::NAN, 1.0])).contains("fractions[0] is NaN"));
    assert!(text(two().alpha(0.0)).contains("alpha is 0") && text(two().alpha(0.6)).contains("alpha is 0.6"));
    assert!(
        text(two().ratios(&[f64::NAN])).contains("ratios is NaN")
            && text(two().ratios(&[1.0, 0.0])).contains("ratios is 0")
            && text(two().ratios(&[1.0; 3])).contains("ratios has 3 values")
            && text(two().ratios(&[])).contains("ratios has 0 values")
    );
    assert!(text(two().futility(&[0.0, 0.0])).contains("futility has 2 values"));
    assert!(text(two().futility(&[f64::NAN])).contains("futility is NaN"));
    assert!(text(two().boundary(BoundaryType::WangTsiatis(9.0))).contains("Wang and Tsiatis's Δ is 9"));
    let low = BoundaryType::HaybittlePeto(1.0);
    assert!(text(two().boundary(low.clone())).contains("spend the whole error; raise their bounds"));
    // Lower bounds above the upper ones: all arms are decided at the first look, by Dunnett's test.
    let decided = two().futility(&[9.0]).binding(true).fit().unwrap();
    assert!(
        decided.futility_z()[0] == decided.z()[0] && (decided.z()[0] - 2.212135).abs() < 1e-5,
        "{decided}"
    );
    let bounds = two().fit().unwrap();
    let refused = |e: greenwood::Result<Vec<f64>>| e.unwrap_err().to_string();
    assert!(refused(bounds.repeated_p_values(0, &[1.0, 1.0])).contains("look is 0"));
    assert!(refused(bounds.repeated_p_values(1, &[1.0])).contains("z has 1 values"));
    assert!(refused(bounds.any_rejection_by_look(&[f64::NAN, 0.0])).contains("drifts is NaN"));
    assert!(bounds.power(f64::INFINITY, 0.0).unwrap_err().to_string().contains("best is inf"));
    assert!(
        bounds.repeated_ratio_limit(0, 1, -1.0, 10.0).unwrap_err().to_string().contains("hazard_ratio is -1")
    );
    let fixed = two().boundary(BoundaryType::HaybittlePeto(3.0)).fit().unwrap();
    assert!(refused(fixed.repeated_p_values(1, &[1.0, 1.0])).contains("fixed at this look"));
}

/// rpact 3.3.4, getRepeatedPValues and getRepeatedConfidenceIntervals of getStageResults(getDesignInverseNormal(…)): the cases of
/// `tests/data/adaptive_multi_arm.R`. Its multivariate normal probabilities hold six digits: the largest difference was 2.2e-5.
#[test]
fn repeated_p_values_and_limits_are_those_of_rpact() {
    let (some, gone) = (Some, None::<f64>);
    let of = GroupSequential::at(&[0.5, 1.0]);
    let pocock = GroupSequential::at(&[0.3, 0.6, 1.0]).boundary(BoundaryType::Spending(Spending::Pocock));
    let none = f64::NAN;
    // Statistics and events of each stage; repeated p-values and lower limits of the hazard ratio after each.
    let cases = [
        (
            &of,
            IntersectionTest::Dunnett,
            vec![[some(2.2), some(1.99), some(2.32)], [some(1.8), some(2.01), some(2.11)]],
            vec![[25.0, 27.0, 20.0], [32.0, 30.0, 28.0]],
            vec![[0.117662407654; 3], [0.00520313775696039; 3]],
            vec![
                [0.650745367612872, 0.610029907874928, 0.652670433492018],
                [1.06443148155094, 1.06451757338358, 1.16923196772584],
            ],
        ),
        (
            &pocock,
            IntersectionTest::Bonferroni,
            vec![
                [some(1.2), some(0.1), some(1.32)],
                [some(1.8), gone, some(2.11)],
                [some(1.1), gone, some(1.7)],
            ],
            vec![[25.0, 27.0, 20.0], [32.0, 1.0, 28.0], [20.0, 1.0, 30.0]],
            // Levels above a half are 1 here and 0.5 there.
            vec![
                [1.0; 3],
                [0.0979556745233352, none, 0.0979556745233352],
                [0.0378469544692536, none, 0.0318673793720749],
            ],
            vec![
                [0.548758830506013, 0.367572774936786, 0.539418787873929],
                [0.80897479669241, none, 0.863578417461429],
                [0.854689193910856, none, 0.980814449466989],
            ],
        ),
        (
            &of,
            IntersectionTest::Simes,
            vec![[some(1.9), some(1.2), some(2.1)], [some(1.96), some(1.8), gone]],
            vec![[25.0, 27.0, 20.0], [32.0, 30.0, 1.0]],
            vec![
                [0.179109199802464, 0.265165214466899, 0.152583486829617],
                [0.00854651122715652, 0.0171994290948506, none],
            ],
            vec![
                [0.574459581312528, 0.44805917537621, 0.588421349111706],
                [1.03601402663721, 0.874541535720355, none],
            ],
        ),
    ];
    for (design, kind, stages, events, p_values, limits) in cases {
        let test = ClosedCombination::new(&design.fit().unwrap(), 3).intersection(kind);
        for look in 1..=stages.len() {
            let found = test.test(&stages[..look]).unwrap();
            let p = found.repeated_p_values(design, look).unwrap();
            let information: Vec<[f64; 3]> = events[..look].iter().map(|d| d.map(|d| d / 4.0)).collect();
            let low = test.repeated_limits(&stages[..look], &information).unwrap();
            for arm in 0..3 {
                let (p_value, limit) = (p_values[look - 1][arm], limits[look - 1][arm]);
                assert!(
                    p_value.is_nan() || (p[arm] / p_value - 1.0).abs() < 5e-5,
                    "{kind:?}, look {look}, arm {arm}: {} and {p_value}",
                    p[arm]
                );
                match low[arm] {
                    Some(low) => {
                        assert!(
                            (low.exp() / limit - 1.0).abs() < 5e-5,
                            "{kind:?} {look} {arm}: {} {limit}",
                            low.exp()
                        );
                    }
                    None => assert!(limit.is_nan()),
                }
            }
        }
    }
    let test = ClosedCombination::new(&of.fit().unwrap(), 2);
    let stage = [[some(1.0), some(2.0)]];
    let text = |e: greenwood::Error| e.to_string();
    assert!(text(test.repeated_limits(&stage, &[[1.0, 0.0]]).unwrap_err()).contains("information is 0"));
    assert!(
        text(test.repeated_limits(&stage, &[[1.0]]).unwrap_err())
            .contains("information of a stage has 1 values")
    );
    let none: [[f64; 2]; 0] = [];
    assert!(text(test.repeated_limits(&stage, &none).unwrap_err()).contains("information has 0 values"));
    let found = test.test(&stage).unwrap();
    assert!(text(found.repeated_p_values(&of, 2).unwrap_err()).contains("look is 2"));
    assert!(
        text(found.repeated_p_values(&pocock, 1).unwrap_err()).contains("the design's looks has 3 values")
    );
    let fixed = GroupSequential::looks(2).boundary(BoundaryType::HaybittlePeto(3.0));
    assert!(
        text(found.repeated_p_values(&fixed, 1).unwrap_err()).contains("bounds that belong to one error")
    );
}
