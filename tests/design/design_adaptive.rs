//! Adaptive tests and graphs of hypotheses: against rpact, R's p.adjust, the closed test, and by simulation.

use greenwood::trial::design::{FisherCombination, GraphicalProcedure, GroupSequential, InverseNormal};

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
