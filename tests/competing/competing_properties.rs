//! What must hold of cumulative incidence whatever the data, traps that other programs fell into, and every error.

use crate::random;
use approx::assert_relative_eq;
use greenwood::survival::curve::{IncidenceEstimate, IncidenceVariance};
use greenwood::survival::data::NearTies;
use greenwood::survival::log_rank::Adjustment;
use greenwood::survival::result::NotEstimable;
use greenwood::survival::risk_table::CompetingRiskTable;
use greenwood::survival::{AalenJohansen, CompetingRisks, Gray, Groups, KaplanMeier, Weights};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Rows {
    time: Vec<f64>,
    entry: Vec<f64>,
    outcome: Vec<Option<u8>>,
    weight: Vec<f64>,
}

/// Times on a coarse grid (ties), or spread out; entries before them; up to three causes.
fn rows(causes: u8) -> impl Strategy<Value = Rows> {
    let one = (1_u32..40, 0.0..1.0_f64, 0..=causes, 1_u8..4, any::<bool>());
    (prop::collection::vec(one, 2..60), any::<bool>()).prop_map(|(rows, fine)| {
        let time: Vec<f64> =
            rows.iter().map(|r| if fine { f64::from(r.0) * 1.37 + r.1 } else { f64::from(r.0) }).collect();
        Rows {
            entry: rows
                .iter()
                .zip(&time)
                .map(|(r, t)| if r.4 { (t * r.1 * 0.9).floor() } else { 0.0 })
                .collect(),
            outcome: rows.iter().map(|r| (r.2 > 0).then_some(r.2)).collect(),
            weight: rows.iter().map(|r| f64::from(r.3)).collect(),
            time,
        }
    })
}

impl Rows {
    fn data(&self, entry: bool) -> CompetingRisks<'static> {
        let data = CompetingRisks::with_causes(self.time.clone(), &self.outcome, &[1, 2, 3]).unwrap();
        if entry { data.with_entry(self.entry.clone()).unwrap() } else { data }
    }

    fn pick(&self, order: &[usize]) -> Self {
        let pick = |v: &[f64]| order.iter().map(|&i| v[i]).collect();
        Self {
            time: pick(&self.time),
            entry: pick(&self.entry),
            weight: pick(&self.weight),
            outcome: order.iter().map(|&i| self.outcome[i]).collect(),
        }
    }
}

const KINDS: [IncidenceVariance; 3] =
    [IncidenceVariance::Jackknife, IncidenceVariance::Aalen, IncidenceVariance::Delta];

proptest! {
    /// Without competing events the incidence is one minus Kaplan-Meier, bit for bit, and so is its standard error.
    #[test]
    fn one_cause_is_kaplan_meier(rows in rows(1), late in any::<bool>(), weighted in any::<bool>()) {
        let mut data = CompetingRisks::with_causes(rows.time.clone(), &rows.outcome, &[1]).unwrap();
        if late { data = data.with_entry(rows.entry.clone()).unwrap(); }
        if weighted { data = data.with_weights(Weights::replication(rows.weight.clone())).unwrap(); }
        let curve = KaplanMeier::fit(data.any_cause());
        let fit = AalenJohansen::new().variance(IncidenceVariance::Delta).fit(&data).unwrap();
        prop_assert_eq!(fit.event_free_values(), curve.values());
        let incidence = fit.of("1").unwrap();
        for (&t, &s) in curve.table().times().iter().zip(curve.values()) {
            let f = incidence.at(t);
            prop_assert_eq!(Ok(1.0 - s), f.value());
            if s > 0.0 && s < 1.0 { prop_assert_eq!(curve.at(t).std_error(), f.std_error()); }
        }
        // The same with two causes declared of which one never comes.
        let two = AalenJohansen::new().variance(IncidenceVariance::Delta).fit(&rows.data(late)).unwrap();
        if !weighted {
            prop_assert!(two.of("1").unwrap().values().eq(incidence.values()));
        }
    }

    /// Trap 1: incidences and the event-free probability add up to 1 at every row.
    #[test]
    fn probabilities_add_up(rows in rows(3), late in any::<bool>()) {
        let fit = AalenJohansen::new().fit(&rows.data(late)).unwrap();
        for row in fit.rows() {
            let sum: f64 = row.incidence().iter().map(|e| e.value().unwrap()).sum();
            prop_assert!((sum + row.event_free() - 1.0).abs() < 1e-13);
            let known = |e: &IncidenceEstimate| match e.std_error() {
                Ok(se) => se > 0.0 && se.is_finite(),
                Err(NotEstimable::CurveIsOne) => e.value() == Ok(0.0),
                Err(because) => because == NotEstimable::NoVariation,
            };
            prop_assert!(row.incidence().iter().all(known));
        }
    }

    /// Trap 3: the order of the rows does not matter, to the last bit, with weights and late entries too.
    #[test]
    fn permuted_rows_give_the_same_bits(rows in rows(3), late in any::<bool>(), weighted in any::<bool>(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..rows.time.len()).collect();
        order.sort_by_key(|&i| (i as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let fit = |rows: &Rows| {
            let mut data = rows.data(late);
            if weighted { data = data.with_weights(Weights::sampling(rows.weight.iter().map(|w| w / 3.0).collect::<Vec<_>>())).unwrap(); }
            AalenJohansen::new().fit(&data).unwrap()
        };
        let (one, other) = (fit(&rows), fit(&rows.pick(&order)));
        for (a, b) in one.rows().zip(other.rows()) {
            for (a, b) in a.incidence().iter().zip(b.incidence()) {
                prop_assert_eq!(a.value(), b.value());
                prop_assert_eq!(a.at_risk(), b.at_risk());
                prop_assert_eq!(a.std_error(), b.std_error());
            }
        }
    }

    /// A replication weight of k is the row k times: same estimates, same variances of every kind.
    #[test]
    fn a_weight_is_a_repetition(rows in rows(2), late in any::<bool>()) {
        let repeated: Vec<usize> =
            (0..rows.time.len()).flat_map(|i| vec![i; rows.weight[i] as usize]).collect();
        for kind in KINDS {
            let weighted = rows.data(late).with_weights(Weights::replication(rows.weight.clone())).unwrap();
            let weighted = AalenJohansen::new().variance(kind).fit(&weighted).unwrap();
            let long = AalenJohansen::new().variance(kind).fit(&rows.pick(&repeated).data(late)).unwrap();
            for (a, b) in weighted.rows().zip(long.rows()) {
                for (a, b) in a.incidence().iter().zip(b.incidence()) {
                    prop_assert!((a.value().unwrap() - b.value().unwrap()).abs() < 1e-13);
                    let (a, b) = (a.std_error().unwrap_or(0.0), b.std_error().unwrap_or(0.0));
                    prop_assert!((a * a - b * b).abs() < 1e-13, "{kind}: {a} {b}");
                }
            }
        }
    }

    /// The table of the whole is the merge of the tables of its parts.
    #[test]
    fn tables_merge(rows in rows(3), late in any::<bool>(), part in prop::collection::vec(0..3_usize, 60)) {
        let data = rows.data(late).with_near_ties(NearTies::Exact).unwrap();
        let groups = Groups::from_codes(&part[..rows.time.len()], &["a", "b", "c"]).unwrap();
        let tables = CompetingRiskTable::by_group(&data, &groups).unwrap();
        let whole = CompetingRiskTable::new(&data);
        let forth = tables[0].merge(&tables[1]).unwrap().merge(&tables[2]).unwrap();
        let back = tables[2].merge(&tables[0].merge(&tables[1]).unwrap()).unwrap();
        prop_assert_eq!(&forth, &whole);
        prop_assert_eq!(&back, &whole);
    }

    /// Days are counted and spread-out times sorted: the same table by either way.
    #[test]
    fn counting_and_sorting_agree(rows in rows(3), late in any::<bool>()) {
        let counted = CompetingRiskTable::new(&rows.data(late));
        let scaled = Rows { time: rows.time.iter().map(|t| t / 8.0).collect(), entry: rows.entry.iter().map(|t| t / 8.0).collect(), ..rows };
        let sorted = CompetingRiskTable::new(&scaled.data(late));
        prop_assert_eq!(counted.all().len(), sorted.all().len());
        for (i, (a, b)) in counted.all().rows().zip(sorted.all().rows()).enumerate() {
            prop_assert_eq!(a.time / 8.0, b.time);
            prop_assert_eq!((a.at_risk, a.events, a.censored, a.entered), (b.at_risk, b.events, b.censored, b.entered));
            for cause in ["1", "2", "3"] {
                prop_assert_eq!(counted.events(i, cause).unwrap(), sorted.events(i, cause).unwrap());
            }
        }
    }

    /// The infinitesimal jackknife by its definition: derivatives in the weights, summed within clusters.
    #[test]
    fn the_jackknife_is_the_derivative(rows in rows(2), late in any::<bool>(), clusters in 2..6_usize) {
        let n = rows.time.len();
        let ids: Vec<usize> = (0..n).map(|i| i % clusters).collect();
        let with = |w: Vec<f64>| {
            let data = rows.data(late).with_weights(Weights::sampling(w)).unwrap().with_clusters(&ids).unwrap();
            AalenJohansen::new().fit(&data).unwrap().extended()
        };
        let fit = with(rows.weight.clone());
        let (t, tau) = (20.0, 18.0_f64.min(fit.last_time().unwrap()));
        let mut influence = vec![[0.0; 2]; clusters];
        for i in 0..n {
            let value = |h: f64| {
                let mut w = rows.weight.clone();
                w[i] += h;
                let fit = with(w);
                let curve = fit.of("2").unwrap();
                [curve.at(t).value().unwrap(), curve.time_lost(tau).unwrap().value()]
            };
            let (up, down) = (value(1e-5), value(-1e-5));
            for k in 0..2 { influence[ids[i]][k] += rows.weight[i] * (up[k] - down[k]) / 2e-5; }
        }
        let curve = fit.of("2").unwrap();
        let [at, area] = [0, 1].map(|k| influence.iter().map(|u| u[k] * u[k]).sum::<f64>().sqrt());
        prop_assert!((curve.at(t).std_error().unwrap_or(0.0) - at).abs() < 1e-5 * (1.0 + at));
        prop_assert!((curve.time_lost(tau).unwrap().std_error().unwrap_or(0.0) - area).abs() < 1e-4 * (1.0 + area));
    }
}

/// Trap 1 (a public report of incidences built on exp(−H), which exceed 1): by hand.
#[test]
fn ties_of_several_causes_by_hand() {
    let outcome = ["a", "a", "b", "a", "b", "a"].map(Some);
    let data = CompetingRisks::new(&[1., 1., 1., 2., 2., 3.], &outcome).unwrap();
    let fit = AalenJohansen::new().fit(&data).unwrap();
    for (t, a, b) in [(1.0, 1.0 / 3.0, 1.0 / 6.0), (2.0, 0.5, 1.0 / 3.0), (3.0, 2.0 / 3.0, 1.0 / 3.0)] {
        assert_relative_eq!(fit.of("a").unwrap().at(t).value().unwrap(), a, max_relative = 1e-15);
        assert_relative_eq!(fit.of("b").unwrap().at(t).value().unwrap(), b, max_relative = 1e-15);
    }
    assert_eq!(fit.event_free(3.0), Ok((0.0, None)));
}

/// Trap 2 (answers that depend on the times asked for; an event at the first time of all that is lost).
#[test]
fn the_times_asked_for_change_nothing() {
    let outcome = [None, Some(1), Some(1), Some(2), Some(2), None];
    let fit =
        AalenJohansen::new().fit(&CompetingRisks::new(&[1., 2., 3., 4., 5., 6.], &outcome).unwrap()).unwrap();
    let two = fit.of(&2).unwrap();
    assert_relative_eq!(two.at(6.0).value().unwrap(), 0.4, max_relative = 1e-15);
    assert_relative_eq!(two.at(5.0).value().unwrap(), 0.4, max_relative = 1e-15);
    assert_eq!((two.just_before(4.0).value(), two.at(4.0).events()), (Ok(0.0), 1.0));
    let first = CompetingRisks::new(&[0.0, 1.0], &[Some("a"), None]).unwrap();
    assert_eq!(AalenJohansen::new().fit(&first).unwrap().of("a").unwrap().at(0.0).value(), Ok(0.5));
}

/// Times whose exponents and causes leave no room in one integer take the general way: the same numbers.
#[test]
fn extreme_times_and_many_causes() {
    let time = [f64::MIN_POSITIVE, 1e-200, 1.0, 1e200, f64::MAX, 0.0];
    let outcome: Vec<Option<usize>> = (0..6).map(|i| (i != 2).then_some(i)).collect();
    let causes: Vec<usize> = (0..300).collect();
    let data = CompetingRisks::with_causes(&time, &outcome, &causes)
        .unwrap()
        .with_near_ties(NearTies::Exact)
        .unwrap();
    let fit = AalenJohansen::new().fit(&data).unwrap();
    assert_eq!(fit.table().all().times(), [0.0, f64::MIN_POSITIVE, 1e-200, 1.0, 1e200, f64::MAX]);
    assert_relative_eq!(fit.of(&5).unwrap().at(1.0).value().unwrap(), 1.0 / 6.0);
    assert_relative_eq!(fit.of(&4).unwrap().at(f64::MAX).value().unwrap(), 0.25);
}

/// Near ties are judged once, over all groups, without and with weights.
#[test]
fn near_ties_are_one_time() {
    let outcome = [Some("a"), Some("b"), None, Some("a")];
    let data = CompetingRisks::new(&[0.1 + 0.2, 0.3, 0.5, 0.7], &outcome).unwrap();
    let groups = Groups::new(&["x", "y", "x", "y"]);
    for data in [data.clone(), data.with_weights(Weights::replication(vec![1.0; 4])).unwrap()] {
        assert_eq!(CompetingRiskTable::new(&data).all().times(), [0.3, 0.5, 0.7]);
        let tables = CompetingRiskTable::by_group(&data, &groups).unwrap();
        assert_eq!((tables[0].all().times(), tables[1].all().times()), (&[0.3, 0.5][..], &[0.3, 0.7][..]));
    }
}

#[test]
fn every_error_has_its_text() {
    let data = CompetingRisks::new(&[1.0, 2.0], &[Some("a"), Some("b")]).unwrap();
    let text = |e: greenwood::Error| e.to_string();
    assert_eq!(
        text(CompetingRisks::new(&[1.0], &[None::<u8>]).unwrap_err()),
        "causes is empty: at least one value is needed"
    );
    assert_eq!(
        text(CompetingRisks::with_causes(&[1.0], &[Some(3)], &[1, 2]).unwrap_err()),
        "there is no cause \"3\": the causes are 1, 2"
    );
    assert_eq!(
        text(CompetingRisks::new(&[1.0, f64::NAN], &[Some(1), None]).unwrap_err()),
        "time[1] is NaN: a time must be finite and at least 0; if the clock starts later, subtract its start, or use \
         delayed entry"
    );
    assert_eq!(
        text(CompetingRisks::new(&[1.0], &[Some(1), None]).unwrap_err()),
        "event has 2 values, but time has 1: the two must be equal in number"
    );
    let fit = AalenJohansen::new().fit(&data).unwrap();
    assert_eq!(text(fit.of("c").unwrap_err()), "there is no cause \"c\": the causes are a, b");
    let a = fit.of("a").unwrap();
    assert_eq!(
        text(a.time_lost(0.0).unwrap_err()),
        "tau is 0: it must be finite and above the time at which the curve starts"
    );
    assert_eq!(text(a.quantiles(&[1.5], 0.95).unwrap_err()), "p is 1.5: it must be in [0, 1]");
    assert_eq!(text(fit.given_event_free(f64::NAN).unwrap_err()), "s is NaN: it must be at least 0");
    assert_eq!(
        text(fit.given_event_free(3.0).unwrap_err()),
        "the risk set at s is empty: at least one value is needed"
    );
    let censored = CompetingRisks::new(&[1.0, 2.0], &[Some("a"), None]).unwrap();
    let fit = AalenJohansen::new().fit(&censored).unwrap();
    assert_eq!(
        text(fit.of("a").unwrap().time_lost(5.0).unwrap_err()),
        "tau is 5, but follow-up ends at 2 with survival still above 0: the curve is not defined further on; choose a tau \
         of at most 2"
    );
    let other = CompetingRiskTable::new(&censored);
    assert_eq!(
        text(CompetingRiskTable::new(&data).merge(&other).unwrap_err()),
        "the tables' causes differ (a, b and a): build both with the same causes in the same order"
    );
    let clustered = data.with_clusters(&[1, 1]).unwrap();
    assert_eq!(
        text(AalenJohansen::new().variance(IncidenceVariance::Aalen).fit(&clustered).unwrap_err()),
        "Aalen's or the delta variance of an incidence is not available with sampling weights or clusters: it takes rows \
         for independent subjects; use the jackknife (`IncidenceVariance::Jackknife`)"
    );
}

/// Trap 4: Gray's weights must be calibrated under heavy censoring. 40 % censored, equal incidence, 2,000 samples of 60:
/// between 3 % and 7 % of the tests reject at 5 % (four standard errors around it), with two groups and with three.
#[test]
fn grays_test_keeps_its_size_under_censoring() {
    let mut random = random::Random(7);
    for k in [2_usize, 3] {
        let (mut rejected, trials) = (0, 2000);
        for _ in 0..trials {
            let n = 60;
            let (mut time, mut outcome) = (Vec::new(), Vec::new());
            for _ in 0..n {
                let exponential = |u: f64| -(1.0 - u).ln();
                let (event, censored) = (exponential(random.uniform()), exponential(random.uniform()) * 1.5);
                time.push(event.min(censored));
                let cause = if random.uniform() < 0.5 { 1 } else { 2 };
                outcome.push((event <= censored).then_some(cause));
            }
            let codes: Vec<usize> = (0..n).map(|i| i % k).collect();
            let labels: Vec<usize> = (0..k).collect();
            let data = CompetingRisks::with_causes(time, &outcome, &[1, 2]).unwrap();
            let test = Gray::new(&1).test(&data, &Groups::from_codes(&codes, &labels).unwrap()).unwrap();
            rejected += usize::from(test.p_value().is_some_and(|p| p < 0.05));
        }
        let share = rejected as f64 / f64::from(trials);
        assert!((0.030..0.070).contains(&share), "{k} groups: {share}");
    }
}

/// Trap 5: two columns of groups are as many groups as they have pairs, with the degrees of freedom of these, and none of the
/// two is lost.
#[test]
fn two_columns_of_groups_are_their_pairs() {
    let time = [1., 2., 2., 3., 4., 4., 5., 6., 7., 8., 8., 9., 10., 12., 3., 6.];
    let outcome = [1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 2, 1, 0, 1, 2].map(|c| (c > 0).then_some(c));
    let data = CompetingRisks::new(&time, &outcome).unwrap();
    let (arm, sex): (Vec<usize>, Vec<usize>) = (0..16).map(|i| (i % 2, (i / 2) % 2)).unzip();
    let pairs: Vec<String> = arm.iter().zip(&sex).map(|(a, s)| format!("arm {a}, sex {s}")).collect();
    let groups = Groups::new(&pairs);
    assert_eq!(groups.count(), 4);
    let test = Gray::new(&1).test(&data, &groups).unwrap();
    assert_eq!(test.df(), 3);
    let curves = AalenJohansen::new().by_group(&data, &groups).unwrap();
    assert_eq!(curves.len(), 4);
    for column in [&arm, &sex] {
        let one = Gray::new(&1).test(&data, &Groups::from_codes(column, &[0, 1]).unwrap()).unwrap();
        assert_eq!(one.df(), 1);
        assert!((one.statistic() - test.statistic()).abs() > 1e-3);
    }
}

/// The scores add up to 0; a weight of 2 is the row twice; with one pair, pairwise is the test; the order of the groups
/// does not matter.
#[test]
fn grays_test_by_its_symmetries() {
    let time = [1., 2., 2., 3., 4., 4., 5., 6., 7., 8., 8., 9., 10., 12.];
    let outcome: Vec<Option<u8>> =
        [1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 2, 1, 0].iter().map(|&c| (c > 0).then_some(c)).collect();
    let arm = ["a", "a", "b", "c", "a", "b", "c", "b", "a", "b", "c", "a", "a", "b"];
    let data = CompetingRisks::new(&time, &outcome).unwrap();
    let groups = Groups::new(&arm);
    let test = Gray::new(&1).rho(0.5).test(&data, &groups).unwrap();
    assert_relative_eq!(test.score().iter().sum::<f64>(), 0.0, epsilon = 1e-14);
    let turned = Gray::new(&1).rho(0.5).test(&data, &groups.clone().sorted_by(|a, b| b.cmp(a))).unwrap();
    assert_relative_eq!(turned.statistic(), test.statistic(), max_relative = 1e-12);

    let weighted = data.clone().with_weights(Weights::replication(vec![2.0; 14])).unwrap();
    let twice: Vec<f64> = time.iter().flat_map(|&t| [t, t]).collect();
    let (twice_outcome, twice_arm): (Vec<_>, Vec<_>) =
        outcome.iter().zip(&arm).flat_map(|(&o, &a)| [(o, a), (o, a)]).unzip();
    let long = CompetingRisks::new(&twice, &twice_outcome).unwrap();
    assert_relative_eq!(
        Gray::new(&1).test(&weighted, &groups).unwrap().statistic(),
        Gray::new(&1).test(&long, &Groups::new(&twice_arm)).unwrap().statistic(),
        max_relative = 1e-12
    );

    let pairs = Gray::new(&1).pairwise(&data, &groups, Adjustment::Bonferroni).unwrap();
    assert_eq!(pairs.tests().len(), 3);
    let keep: Vec<bool> = arm.iter().map(|&a| a != "b").collect();
    let pair: Vec<&str> = arm.iter().copied().filter(|&a| a != "b").collect();
    let alone = Gray::new(&1).test(&data.filter(&keep).unwrap(), &Groups::new(&pair)).unwrap();
    assert_relative_eq!(pairs.tests()[1].statistic(), alone.statistic(), max_relative = 1e-12);
    assert_eq!(pairs.adjusted_p_values()[1], alone.p_value().map(|p| (3.0 * p).min(1.0)));

    // No event of the cause: nothing is compared.
    let none = CompetingRisks::with_causes(&time, &outcome, &[1, 2, 3]).unwrap();
    let test = Gray::new(&3).test(&none, &groups).unwrap();
    assert_eq!((test.statistic(), test.df(), test.p_value()), (0.0, 0, None));

    let text = |e: greenwood::Error| e.to_string();
    let late = data.clone().with_entry(vec![0.5; 14]).unwrap();
    assert_eq!(
        text(Gray::new(&1).test(&late, &groups).unwrap_err()),
        "Gray's test is not available with delayed entry: its variance is derived for groups that are observed from the \
         start; fit a Fine-Gray model with the group as covariate"
    );
    let sampled = data.clone().with_weights(Weights::sampling(vec![1.0; 14])).unwrap();
    assert_eq!(
        text(Gray::new(&1).test(&sampled, &groups).unwrap_err()),
        "Gray's test is not available with sampling weights or clusters: its variance takes rows for independent \
         subjects; fit a Fine-Gray model with the group as covariate"
    );
    assert_eq!(
        text(Gray::new(&1).rho(f64::NAN).test(&data, &groups).unwrap_err()),
        "rho is NaN: it must be finite"
    );
    assert_eq!(
        text(Gray::new(&4).test(&data, &groups).unwrap_err()),
        "there is no cause \"4\": the causes are 1, 2"
    );
    assert_eq!(
        text(Gray::new(&1).test(&data, &Groups::new(&["a"; 14])).unwrap_err()),
        "1 group(s) found: a comparison needs at least 2"
    );
}

/// What a table cannot tell is not there; a group without subjects has curves that never move.
#[test]
fn missing_variances_and_empty_groups() {
    let data = CompetingRisks::new(&[1.0, 2.0, 3.0], &[Some("a"), Some("b"), None]).unwrap();
    let sampling = data.clone().with_weights(Weights::sampling(vec![1.0, 2.0, 1.0])).unwrap();
    let from_table = AalenJohansen::new().from_table(CompetingRiskTable::new(&sampling));
    assert_eq!(from_table.of("a").unwrap().at(2.0).std_error(), Err(NotEstimable::NoSubjects));
    assert_eq!(
        from_table.of("a").unwrap().at(2.0).to_string(),
        "25.0% (no standard error: a table of sampling weights has no variance without the subjects)"
    );
    let groups = Groups::from_codes(&[0, 0, 0], &["all", "nobody"]).unwrap();
    let nobody = &AalenJohansen::new().by_group(&data, &groups).unwrap()[1];
    assert_eq!(nobody.of("a").unwrap().at(5.0).value(), Err(NotEstimable::Nobody));
    assert_eq!(nobody.last_time(), None);
    assert!(nobody.of("a").unwrap().time_lost(5.0).is_err());
}

#[cfg(feature = "serde")]
#[test]
fn what_is_stored_is_read_back_and_checked() {
    let data = CompetingRisks::new(&[1.0, 2.5, 2.5, 3.0], &[Some("a"), Some("b"), None, Some("a")])
        .unwrap()
        .with_weights(Weights::sampling(vec![0.5, 1.5, 1.0, 2.0]))
        .unwrap();
    let again: CompetingRisks = serde_json::from_str(&serde_json::to_string(&data).unwrap()).unwrap();
    assert_eq!(again, data);
    let fit = AalenJohansen::new().fit(&data).unwrap();
    let text = serde_json::to_string(&fit).unwrap();
    let again: greenwood::survival::curve::CumulativeIncidence = serde_json::from_str(&text).unwrap();
    assert_eq!(again, fit);
    let mutated = text.replace("\"incidence\":[", "\"incidence\":[0.5,");
    assert!(serde_json::from_str::<greenwood::survival::curve::CumulativeIncidence>(&mutated).is_err());
    let read = |text: &str| serde_json::from_str::<greenwood::survival::curve::IncidenceEstimate>(text);
    for t in [0.5, 2.5, 99.0, f64::NAN] {
        let at = fit.of("a").unwrap().at(t);
        assert_eq!(read(&serde_json::to_string(&at).unwrap()).unwrap(), at);
    }
    let text = serde_json::to_string(&fit.of("a").unwrap().at(1.0)).unwrap();
    for (from, to, why) in [
        ("\"value\":{\"Ok\":0.0", "\"value\":{\"Ok\":1.0", "a cumulative incidence is 1.1"),
        ("\"std_error\":{\"Ok\":", "\"std_error\":{\"Ok\":-", "the standard error of an incidence is -"),
        ("\"events\":0.5", "\"events\":-0.5", "the number of events is -0.5"),
    ] {
        let error = read(&text.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(why), "{text} {error}");
    }
}

/// Beyond follow-up, with one still free of every cause, nothing is known; carried on by name; where nobody is left the
/// last values stay. As for Kaplan-Meier.
#[test]
fn beyond_follow_up_is_not_estimable() {
    let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0], &[Some("a"), Some("b"), Some("a"), None]).unwrap();
    let fit = AalenJohansen::new().fit(&data).unwrap();
    let a = fit.of("a").unwrap();
    let late = NotEstimable::BeyondFollowUp { time: 5.0, last: 4.0 };
    assert_eq!((a.at(4.0).value(), a.at(4.0 * (1.0 + 1e-9)).value()), (Ok(0.5), Ok(0.5)));
    assert_eq!((a.at(5.0).value(), a.at(5.0).std_error()), (Err(late), Err(late)));
    assert_eq!((a.just_before(5.0).value(), fit.event_free(5.0)), (Err(late), Err(late)));
    assert_eq!(a.conditional_probability(5.0), Err(late));
    assert_eq!(a.at(5.0).to_string(), "not estimable: follow-up ends at 4 with the curve above 0");
    assert_eq!(a.at(5.0).interval(0.95).unwrap().bounds(), None);
    assert_eq!(a.at(5.0).difference(&a.at(3.0)).value(), Err(late));
    assert_eq!(a.at(3.0).ratio(&a.at(5.0)).value(), Err(late));
    assert_eq!(KaplanMeier::fit(data.any_cause()).at(5.0).value(), Err(late));
    let on = fit.extended();
    assert!(on.is_extended() && !fit.is_extended());
    assert_eq!((on.of("a").unwrap().at(5.0).value(), on.event_free(5.0).unwrap().0), (Ok(0.5), 0.25));
    assert_eq!(a.at(f64::NAN).value(), Err(NotEstimable::InvalidTime));
    assert_eq!(on.of("a").unwrap().at(-1.0).value(), Err(NotEstimable::InvalidTime));
    let from_two = fit.given_event_free(2.0).unwrap();
    let early = NotEstimable::BeforeStart { time: 1.0, start: 2.0 };
    assert_eq!(from_two.of("b").unwrap().at(1.0).value(), Err(early));
    // Nobody is left: what comes later is known.
    let all = CompetingRisks::new(&[1.0, 2.0], &[Some("a"), Some("b")]).unwrap();
    let fit = AalenJohansen::new().fit(&all).unwrap();
    assert_eq!((fit.of("a").unwrap().at(9.0).value(), fit.event_free(9.0)), (Ok(0.5), Ok((0.0, None))));
    assert_eq!(fit.of("b").unwrap().conditional_probability(9.0), Ok(1.0));
}
