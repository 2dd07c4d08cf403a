//! What must hold whatever the data: one matrix of {weights} × {entry} × {ties} × {strata}, over every
//! estimator and test.

use approx::assert_relative_eq;
use greenwood::survival::curve::{
    CumulativeHazard, FlatStep, FlemingHarrington, QuantileRule, SurvivalEstimate,
};
use greenwood::survival::data::NearTies;
use greenwood::survival::log_rank::LogRankTest;
use greenwood::survival::{
    Groups, Interval, KaplanMeier, LogRank, NelsonAalen, RightCensored, RiskTable, SurvivalCurve, Weights,
};
use proptest::prelude::*;

/// One row of the raw data.
#[derive(Debug, Clone, Copy)]
struct Subject {
    time: f64,
    event: bool,
    entry: f64,
    weight: f64,
    group: usize,
    stratum: usize,
    id: usize,
}

/// A cell of the matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    weights: Kind,
    entry: bool,
    strata: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    None,
    Replication,
    Sampling,
    Clusters,
}

fn cells() -> impl Strategy<Value = Cell> {
    let kinds = [Kind::None, Kind::Replication, Kind::Sampling, Kind::Clusters];
    (prop::sample::select(kinds.to_vec()), any::<bool>(), any::<bool>())
        .prop_map(|(weights, entry, strata)| Cell { weights, entry, strata })
}

/// Subjects with heavy ties (quarters up to 5) or none, half of them entering late, in up to three groups.
fn subjects() -> impl Strategy<Value = Vec<Subject>> {
    any::<bool>().prop_flat_map(|ties| {
        let time = if ties {
            (1..=20_u32).prop_map(|q| f64::from(q) / 4.0).boxed()
        } else {
            (0.01..5.0_f64).boxed()
        };
        let row = (time, any::<bool>(), 0.0..1.0_f64, 1..4_u32, 0..3_usize, 0..2_usize, 0..40_usize);
        prop::collection::vec(row, 1..40).prop_map(move |rows| {
            let subject = |(time, event, late, weight, group, stratum, id): (f64, _, f64, u32, _, _, _)| {
                // On the same grid, so that entries tie with exits; before the time in any case.
                let at = if ties { (late * 8.0 * time).floor() / 8.0 } else { late * time };
                let entry = if late < 0.5 || at >= time { 0.0 } else { at };
                Subject { time, event, entry, weight: f64::from(weight), group, stratum, id }
            };
            rows.into_iter().map(subject).collect()
        })
    })
}

fn data(rows: &[Subject], cell: Cell) -> RightCensored<'static> {
    let column = |f: fn(&Subject) -> f64| rows.iter().map(f).collect::<Vec<_>>();
    let events: Vec<bool> = rows.iter().map(|r| r.event).collect();
    let mut data = RightCensored::new(column(|r| r.time), events).unwrap();
    if cell.entry {
        data = data.with_entry(column(|r| r.entry)).unwrap();
    }
    data = match cell.weights {
        Kind::Replication => data.with_weights(Weights::replication(column(|r| r.weight))).unwrap(),
        Kind::Sampling => data.with_weights(Weights::sampling(column(|r| r.weight))).unwrap(),
        _ => data,
    };
    if cell.weights == Kind::Clusters {
        data = data.with_clusters(&rows.iter().map(|r| r.id).collect::<Vec<_>>()).unwrap();
    }
    if cell.strata {
        data = data.with_strata(strata(rows)).unwrap();
    }
    data
}

fn groups(rows: &[Subject]) -> Groups {
    Groups::from_codes(&rows.iter().map(|r| r.group).collect::<Vec<_>>(), &["a", "b", "c"]).unwrap()
}

fn strata(rows: &[Subject]) -> Groups {
    Groups::from_codes(&rows.iter().map(|r| r.stratum).collect::<Vec<_>>(), &["one", "two"]).unwrap()
}

/// R's rule, as it is written: of the sorted distinct times one that follows another by at most √ε, absolutely or relative
/// to their mean, is the same time; a chain takes its first.
fn without_near_ties(rows: &[Subject], cell: Cell) -> Vec<Subject> {
    let mut times: Vec<f64> = rows.iter().map(|r| r.time).collect();
    if cell.entry {
        times.extend(rows.iter().map(|r| r.entry));
    }
    times.sort_by(f64::total_cmp);
    times.dedup();
    let tolerance = f64::EPSILON.sqrt() * f64::max(1.0, times.iter().sum::<f64>() / times.len() as f64);
    let mut firsts = times.clone();
    for i in 1..times.len() {
        if times[i] - times[i - 1] <= tolerance {
            firsts[i] = firsts[i - 1];
        }
    }
    let first = |t: f64| times.iter().position(|&x| x == t).map_or(t, |i| firsts[i]);
    rows.iter().map(|r| Subject { time: first(r.time), entry: first(r.entry), ..*r }).collect()
}

fn survival_curves(data: &RightCensored) -> [SurvivalCurve; 4] {
    [
        KaplanMeier::fit(data),
        NelsonAalen::fit(data).survival(),
        FlemingHarrington::fit(data).survival(),
        KaplanMeier::censoring(data),
    ]
}

fn hazards(data: &RightCensored) -> [CumulativeHazard; 2] {
    [NelsonAalen::fit(data), FlemingHarrington::fit(data)]
}

/// Everything that is reported of the data, as numbers. NaN where there is no value.
fn numbers(data: &RightCensored, groups: &Groups, scale: f64) -> Vec<f64> {
    let mut all = Vec::new();
    let grid: Vec<f64> = (0..=22).map(|i| f64::from(i) * 0.25 * scale).collect();
    for curve in survival_curves(data) {
        for e in curve.at_many(&grid) {
            all.extend([
                e.value().unwrap_or(f64::NAN),
                e.std_error().unwrap_or(f64::NAN),
                e.at_risk(),
                e.events(),
            ]);
            for transform in [Interval::plain(), Interval::log_log(), Interval::logit()] {
                let i = e.interval(transform).unwrap();
                all.extend([i.lower.unwrap_or(f64::NAN), i.upper.unwrap_or(f64::NAN)]);
            }
        }
        for tau in [1.0, 2.5] {
            if let Ok(mean) = curve.restricted_mean(tau * scale) {
                all.extend([mean.value() / scale, mean.std_error().unwrap_or(f64::NAN) / scale]);
            }
        }
        let p = [0.1, 0.25, 0.5, 0.9];
        for q in curve.quantiles(&p, QuantileRule::from(0.9).flat_step(FlatStep::First)).unwrap() {
            all.push(q.value().unwrap_or(f64::NAN) / scale);
        }
    }
    for hazard in hazards(data) {
        for &t in &grid {
            let h = hazard.at(t);
            all.extend([h.value().unwrap_or(f64::NAN), h.std_error().unwrap_or(f64::NAN)]);
        }
    }
    all.extend(test_numbers(&LogRank::test(data, groups).unwrap()));
    all
}

fn test_numbers(test: &LogRankTest) -> Vec<f64> {
    let mut all = vec![test.statistic(), test.df() as f64, test.p_value().unwrap_or(f64::NAN)];
    all.extend(test.observed());
    all.extend(test.expected());
    all.extend(test.variance());
    all
}

fn assert_same(got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (i, (&g, &e)) in got.iter().zip(expected).enumerate() {
        // Sums in another order: 1e-9 relative, and 1e-9 absolutely where they cancel.
        let same = g == e || g.is_nan() && e.is_nan() || (g - e).abs() <= 1e-9 * e.abs().max(1.0);
        assert!(same, "number {i}: got {g}, expected {e}");
    }
}

/// R 4.2.2, survival 3.5-3: survfit(Surv(t, e) ~ g) has the time 1 in both groups; of group b alone it is 1 + 1e-9.
#[test]
fn a_near_tie_across_groups_is_one_time_in_the_whole() {
    let (t, e) = ([1.0, 2.0, 1.0 + 1e-9, 3.0], [true, true, true, false]);
    let data = RightCensored::new(&t, &e).unwrap();
    let arms = Groups::new(&["a", "a", "b", "b"]);
    let by_group = KaplanMeier::by_group(&data, &arms).unwrap();
    assert_eq!(by_group[1].table().times(), [1.0, 3.0]);
    assert_eq!(KaplanMeier::fit(&data.subset(&arms, "b").unwrap()).table().times(), [1.0 + 1e-9, 3.0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// P9: the order of the rows is not information. To the last bit without robust variances.
    #[test]
    fn permuting_rows_changes_nothing(rows in subjects(), cell in cells(), seed in any::<u64>()) {
        let mut shuffled = rows.clone();
        let mut state = seed;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        let expected = numbers(&data(&rows, cell), &groups(&rows), 1.0);
        let got = numbers(&data(&shuffled, cell), &groups(&shuffled), 1.0);
        if matches!(cell.weights, Kind::None | Kind::Replication) {
            let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&got), bits(&expected));
        } else {
            assert_same(&got, &expected);
        }
    }

    /// Days or years: probabilities, tests and p-values do not know the unit.
    #[test]
    fn the_unit_of_time_does_not_matter(rows in subjects(), cell in cells(), power in 0..12_i32) {
        let scale = 2f64.powi(power);
        let scaled: Vec<Subject> =
            rows.iter().map(|r| Subject { time: r.time * scale, entry: r.entry * scale, ..*r }).collect();
        assert_same(
            &numbers(&data(&scaled, cell), &groups(&scaled), scale),
            &numbers(&data(&rows, cell), &groups(&rows), 1.0),
        );
    }

    /// A13: a replication weight of k is the row k times.
    #[test]
    fn a_weight_is_a_repetition(rows in subjects(), entry in any::<bool>(), strata in any::<bool>()) {
        let repeated: Vec<Subject> =
            rows.iter().flat_map(|r| std::iter::repeat_n(*r, r.weight as usize)).collect();
        let weighted = Cell { weights: Kind::Replication, entry, strata };
        let plain = Cell { weights: Kind::None, entry, strata };
        assert_same(
            &numbers(&data(&rows, weighted), &groups(&rows), 1.0),
            &numbers(&data(&repeated, plain), &groups(&repeated), 1.0),
        );
    }

    /// The scale of sampling weights is arbitrary.
    #[test]
    fn sampling_weights_have_no_unit(rows in subjects(), entry in any::<bool>()) {
        let cell = Cell { weights: Kind::Sampling, entry, strata: false };
        let scaled: Vec<Subject> = rows.iter().map(|r| Subject { weight: r.weight / 8.0, ..*r }).collect();
        for (a, b) in survival_curves(&data(&rows, cell)).iter().zip(survival_curves(&data(&scaled, cell))) {
            for (a, b) in a.steps().zip(b.steps()) {
                let value = |e: SurvivalEstimate| e.value().unwrap_or(-1.0);
                assert_relative_eq!(value(a.estimate), value(b.estimate), epsilon = 1e-12);
                let se = |s: &greenwood::survival::curve::Step| s.estimate.std_error().unwrap_or(0.0);
                assert_relative_eq!(se(&a), se(&b), epsilon = 1e-9);
            }
        }
        let a = LogRank::test(&data(&rows, cell), &groups(&rows)).unwrap();
        let b = LogRank::test(&data(&scaled, cell), &groups(&scaled)).unwrap();
        assert_relative_eq!(a.statistic(), b.statistic(), max_relative = 1e-9, epsilon = 1e-9);
    }

    /// A subject observed in two pieces is one subject; robust variances see that through the cluster.
    #[test]
    fn splitting_a_row_changes_nothing(rows in subjects(), cell in cells(), share in 0.1..0.9_f64) {
        let mut rows = rows;
        for (i, row) in rows.iter_mut().enumerate() {
            if !cell.entry {
                row.entry = 0.0;
            }
            row.id = i;
        }
        let whole = Cell { weights: if cell.weights == Kind::Sampling { Kind::Clusters } else { cell.weights }, entry: true, ..cell };
        let split: Vec<Subject> = rows
            .iter()
            .flat_map(|r| {
                let cut = r.entry + share * (r.time - r.entry);
                [Subject { time: cut, event: false, ..*r }, Subject { entry: cut, ..*r }]
            })
            .collect();
        let (a, b) = (data(&rows, whole), data(&split, whole));
        // The cuts are censorings of rows, not of subjects: the censoring distribution is not compared.
        for (a, b) in survival_curves(&a)[..3].iter().zip(&survival_curves(&b)[..3]) {
            for step in a.steps() {
                let (e, f) = (step.estimate, b.at(step.row.time));
                assert_eq!(e.value().is_ok(), f.value().is_ok());
                assert_relative_eq!(e.value().unwrap_or(0.0), f.value().unwrap_or(0.0), epsilon = 1e-12);
                assert_relative_eq!(e.at_risk(), f.at_risk(), epsilon = 1e-12);
                assert_relative_eq!(e.std_error().unwrap_or(0.0), f.std_error().unwrap_or(0.0), epsilon = 1e-9);
            }
        }
        assert_same(
            &test_numbers(&LogRank::test(&b, &groups(&split)).unwrap()),
            &test_numbers(&LogRank::test(&a, &groups(&rows)).unwrap()),
        );
    }

    /// A subject who enters at 0 was there all along.
    #[test]
    fn an_entry_at_zero_is_none(rows in subjects(), cell in cells()) {
        let rows: Vec<Subject> = rows.iter().map(|r| Subject { entry: 0.0, ..*r }).collect();
        let (with, without) = (Cell { entry: true, ..cell }, Cell { entry: false, ..cell });
        assert_same(
            &numbers(&data(&rows, with), &groups(&rows), 1.0),
            &numbers(&data(&rows, without), &groups(&rows), 1.0),
        );
    }

    /// P2: the table of the whole is the merge of the tables of its parts, in any grouping, to the last bit
    /// where counts are whole; and what is computed from it is the same.
    #[test]
    fn tables_merge_in_any_grouping(rows in subjects(), cell in cells(), cut in 0.0..1.0_f64, cut2 in 0.0..1.0_f64) {
        let cell = Cell { strata: false, ..cell };
        let n = rows.len();
        let (i, j) = ((cut * n as f64) as usize, (cut2 * n as f64) as usize);
        let (i, j) = (i.min(j), i.max(j));
        let part = |from: usize, to: usize| {
            (from < to).then(|| RiskTable::new(&data(&rows[from..to], cell)))
        };
        let parts: Vec<RiskTable> = [part(0, i), part(i, j), part(j, n)].into_iter().flatten().collect();
        let left = parts[1..].iter().try_fold(parts[0].clone(), |sum, t| sum.merge(t)).unwrap();
        let last = parts.len() - 1;
        let right = parts[..last].iter().rev().try_fold(parts[last].clone(), |sum, t| t.merge(&sum)).unwrap();
        let whole = RiskTable::new(&data(&rows, cell));
        assert_eq!(left, whole);
        assert_eq!(right, whole);
        assert_eq!(left.merge_near_ties(), whole);
    }

    /// One group's curve is the curve of its rows, at the times of the whole: near ties are judged over all groups together.
    #[test]
    fn grouping_is_subsetting(mut rows in subjects(), cell in cells(), nudges in prop::collection::vec(0..3_u32, 40)) {
        for (row, nudge) in rows.iter_mut().zip(nudges) {
            row.time += f64::from(nudge) * 4e-9;
        }
        let (all, arms) = (data(&rows, cell), groups(&rows));
        let by_group = KaplanMeier::by_group(&all, &arms).unwrap();
        let whole = data(&without_near_ties(&rows, cell), cell).with_near_ties(NearTies::Exact).unwrap();
        let exact = KaplanMeier::by_group(&whole, &arms).unwrap();
        for (g, label) in arms.labels().iter().enumerate() {
            match whole.subset(&arms, label) {
                Ok(subset) => {
                    let alone = KaplanMeier::fit(&subset);
                    assert_eq!(alone.table(), exact[g].table());
                    let rows: Vec<_> = alone.table().rows().collect();
                    assert_eq!(rows, by_group[g].table().rows().collect::<Vec<_>>());
                    assert_eq!(alone.values(), by_group[g].values());
                    for (a, b) in alone.log_variance().iter().zip(by_group[g].log_variance()) {
                        assert_relative_eq!(a, b, epsilon = 1e-12);
                    }
                }
                Err(e) => {
                    assert_eq!(e.to_string(), "the selection is empty: at least one value is needed");
                    assert!(by_group[g].table().is_empty());
                }
            }
        }
    }

    /// A reporting grid changes nothing: asking at many times, in any order, is asking at each.
    #[test]
    fn asking_often_is_asking_once(rows in subjects(), cell in cells(), mut times in prop::collection::vec(0.0..6.0_f64, 0..20)) {
        times.extend([0.0, 2.5, 2.5, 100.0]);
        for curve in survival_curves(&data(&rows, cell)) {
            for (estimate, &t) in curve.at_many(&times).iter().zip(&times) {
                assert_eq!(*estimate, curve.at(t));
            }
            for step in curve.steps() {
                assert_eq!(step.estimate, curve.at(step.row.time));
            }
        }
    }

    /// Curves fall, hazards rise, limits hold the estimate, nothing is NaN.
    #[test]
    fn curves_are_monotone_and_limits_hold_the_estimate(rows in subjects(), cell in cells(), level in 0.5..0.999_f64) {
        let data = data(&rows, cell);
        for curve in survival_curves(&data) {
            let mut last = 1.0;
            for step in curve.steps() {
                let e = step.estimate;
                // A row of weight 0 behind all others is beyond follow-up.
                let Ok(value) = e.value() else { continue };
                assert!((0.0..=last).contains(&value), "{value} after {last}");
                last = value;
                assert!(e.std_error().is_err() || e.std_error().is_ok_and(|se| se > 0.0 && se.is_finite()));
                for transform in
                    [Interval::plain(), Interval::log(), Interval::log_log(), Interval::logit(), Interval::arcsine()]
                {
                    let interval = e.interval(transform.level(level)).unwrap();
                    if let Some((lower, upper)) = interval.bounds() {
                        assert!((0.0..=1.0).contains(&lower) && (0.0..=1.0).contains(&upper));
                        assert!(lower <= value + 1e-12 && value <= upper + 1e-12);
                    }
                }
            }
            if let Ok(mean) = curve.restricted_mean(2.0) {
                assert!((0.0..=2.0 + 1e-12).contains(&mean.value()));
            }
            let p: Vec<f64> = (0..=20).map(|i| f64::from(i) / 20.0).collect();
            let quantiles = curve.quantiles(&p, level).unwrap();
            for pair in quantiles.windows(2) {
                if let (Ok(a), Ok(b)) = (pair[0].value(), pair[1].value()) {
                    assert!(a <= b);
                }
            }
        }
        for hazard in hazards(&data) {
            assert!(hazard.values().windows(2).all(|w| w[0] <= w[1]));
        }
    }

    /// Ending the study at τ changes nothing before τ.
    #[test]
    fn restriction_keeps_the_past(rows in subjects(), cell in cells(), tau in 0.5..6.0_f64) {
        let all = data(&rows, cell);
        let Ok(early) = all.restrict(tau) else { return Ok(()) };
        for (a, b) in survival_curves(&all)[..3].iter().zip(&survival_curves(&early)[..3]) {
            for step in a.steps().filter(|s| s.row.time <= tau) {
                let (e, f) = (step.estimate, b.at(step.row.time));
                assert_eq!(e.value().is_ok(), f.value().is_ok());
                assert_relative_eq!(e.value().unwrap_or(0.0), f.value().unwrap_or(0.0), epsilon = 1e-12);
                assert_relative_eq!(e.std_error().unwrap_or(0.0), f.std_error().unwrap_or(0.0), epsilon = 1e-9);
            }
        }
    }

    /// The stratified test is the sum of the strata; one stratum is no strata; observed = expected in all.
    #[test]
    fn strata_add_up(rows in subjects(), cell in cells()) {
        let arms = groups(&rows);
        let stratified = LogRank::test(&data(&rows, Cell { strata: true, ..cell }), &arms).unwrap();
        let flat: Vec<Subject> = rows.iter().map(|r| Subject { stratum: 0, ..*r }).collect();
        let one = LogRank::test(&data(&flat, Cell { strata: true, ..cell }), &arms).unwrap();
        let none = LogRank::test(&data(&flat, Cell { strata: false, ..cell }), &arms).unwrap();
        assert_same(&test_numbers(&one), &test_numbers(&none));
        let total = |v: &[f64]| v.iter().sum::<f64>();
        assert_relative_eq!(total(stratified.observed()), total(stratified.expected()), epsilon = 1e-9);
        if cell.weights == Kind::None || cell.weights == Kind::Replication {
            let mut variance = ndarray::Array2::<f64>::zeros((3, 3));
            for s in 0..2 {
                let part: Vec<Subject> = rows.iter().filter(|r| r.stratum == s).copied().collect();
                if !part.is_empty() {
                    let alone = LogRank::test(&data(&part, Cell { strata: false, ..cell }), &groups(&part)).unwrap();
                    variance += &alone.variance();
                }
            }
            for (a, b) in stratified.variance().iter().zip(&variance) {
                assert_relative_eq!(a, b, epsilon = 1e-9);
            }
        }
    }

    /// Swapping two groups turns the sign and nothing else.
    #[test]
    fn direction_is_a_sign(rows in subjects(), cell in cells()) {
        let two: Vec<usize> = rows.iter().map(|r| r.group % 2).collect();
        let swapped: Vec<usize> = two.iter().map(|g| 1 - g).collect();
        let data = data(&rows, cell);
        let a = LogRank::test(&data, &Groups::from_codes(&two, &["a", "b"]).unwrap()).unwrap();
        let b = LogRank::test(&data, &Groups::from_codes(&swapped, &["b", "a"]).unwrap()).unwrap();
        assert_relative_eq!(a.z().unwrap_or(0.0), -b.z().unwrap_or(0.0), epsilon = 1e-9);
        assert_relative_eq!(a.statistic(), b.statistic(), epsilon = 1e-9);
    }
}
