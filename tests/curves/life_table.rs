//! The actuarial life table against R's `KMsurv`, by hand, and against Kaplan-Meier.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::curve::{Actuarial, LifeTable};
use greenwood::survival::{Groups, KaplanMeier, RightCensored, Weights};

fn lung() -> RightCensored<'static> {
    let frame = Frame::read("lung");
    let event: Vec<bool> = frame.column("status").iter().map(|s| *s == 2.0).collect();
    RightCensored::new(frame.column("time").to_vec(), event).unwrap()
}

const BREAKS: [f64; 11] = [0., 100., 200., 300., 400., 500., 600., 700., 800., 900., 1000.];

/// R 4.2.2, `KMsurv` 0.1-5: lifetab(c(seq(0, 1000, 100), NA), 228, nlost, nevent) of lung in intervals [a, b).
#[test]
fn lung_is_that_of_the_r_package() {
    let table = Actuarial::fit(&lung(), &BREAKS).unwrap();
    // The effective number, then survival, density and hazard, each with its error.
    let expected = [
        [
            227.5,
            1.0,
            0.0,
            0.001362637362637362,
            0.0002274521376467597,
            0.001462264150943396,
            0.0002619275030945200,
        ],
        [
            190.5,
            0.86373626373626378,
            0.02274521376467597,
            0.0018589599377000954,
            0.0002618056788841171,
            0.002411764705882353,
            0.0003739057741611572,
        ],
        [
            132.5,
            0.67784026996625424,
            0.03130619436731959,
            0.0014835749304921786,
            0.0002529426180846245,
            0.002457627118644068,
            0.0004529112395512315,
        ],
        [
            87.0,
            0.52948277691703638,
            0.03450887271053091,
            0.0015215022325202193,
            0.0002753603229970160,
            0.003355704697986577,
            0.0006616265583344370,
        ],
        [
            55.0,
            0.37733255366501445,
            0.03556250486557119,
            0.0008232710261782133,
            0.0002240054260409834,
            0.002448979591836735,
            0.0007016395082462129,
        ],
        [
            37.5,
            0.29500545104719311,
            0.03485126352591914,
            0.0007866812027925149,
            0.0002324238236556627,
            0.003076923076923077,
            0.0009614246632705278,
        ],
        [
            24.0,
            0.21633733076794162,
            0.03327200931301386,
            0.0007211244358931385,
            0.0002358714337666405,
            0.004000000000000000,
            0.0013856406460551018,
        ],
        [
            15.5,
            0.14422488717862778,
            0.03041976660955397,
            0.0006513382001615449,
            0.0002282732078866104,
            0.005833333333333334,
            0.0021089284220916970,
        ],
        [
            6.5,
            0.07909106716247329,
            0.02471108567201573,
            0.0002433571297306871,
            0.0001621152326799706,
            0.003636363636363636,
            0.0025284394282278268,
        ],
    ];
    for (row, e) in table.rows().iter().zip(expected) {
        let (density, hazard) =
            (row.density.zip(row.density_std_error), row.hazard.zip(row.hazard_std_error));
        let (density, hazard) = (density.unwrap(), hazard.unwrap());
        let found = [
            row.effective,
            row.survival,
            row.survival_std_error.unwrap_or(0.0),
            density.0,
            density.1,
            hazard.0,
            hazard.1,
        ];
        for (found, expected) in found.iter().zip(e) {
            assert_relative_eq!(*found, expected, max_relative = 1e-12);
        }
    }
}

/// The last intervals, and the median residual life by hand from the same figures.
#[test]
fn the_end_of_the_table_and_its_median() {
    let table = Actuarial::fit(&lung(), &BREAKS).unwrap();
    let [.., before, open] = table.rows() else { panic!() };
    // No event: a hazard of 0 without an error. The open interval has no rates.
    assert_eq!((before.hazard, before.hazard_std_error), (Some(0.0), None));
    assert_eq!((open.end, open.hazard, open.entering, open.withdrawn), (None, None, 2.0, 2.0));
    assert_relative_eq!(open.survival_std_error.unwrap(), 0.02230861182824495, max_relative = 1e-12);
    // Half of 1 is reached in [300, 400), linear between its ends; SAS's error from the density there.
    let into = 100.0 * (0.52948277691703638 - 0.5) / (0.52948277691703638 - 0.37733255366501445);
    assert_relative_eq!(table.median().unwrap(), 300.0 + into, max_relative = 1e-12);
    let se = 1.0 / (2.0 * 0.0015215022325202193 * 227.5_f64.sqrt());
    assert_relative_eq!(table.rows()[0].median_residual_std_error.unwrap(), se, max_relative = 1e-12);
    // Survival at 800 is 0.0791; half of it is never reached.
    assert_eq!(table.rows()[8].median_residual, None);
}

/// From counts it is the same table; with few in each interval and no withdrawals it is Kaplan-Meier.
#[test]
fn counts_weights_groups_and_short_intervals() {
    let data = lung();
    let table = Actuarial::fit(&data, &BREAKS).unwrap();
    let withdrawn: Vec<f64> = table.rows().iter().map(|r| r.withdrawn).collect();
    let events: Vec<f64> = table.rows().iter().map(|r| r.events).collect();
    assert_eq!(Actuarial::from_counts(&BREAKS, &withdrawn, &events).unwrap(), table);
    let n = data.len();
    let groups = Groups::new(&(0..n).map(|i| i % 2).collect::<Vec<_>>());
    let parts = Actuarial::by_group(&data, &groups, &BREAKS).unwrap();
    let sum = |k: usize, of: fn(&LifeTable, usize) -> f64| of(&parts[0], k) + of(&parts[1], k);
    for k in 0..9 {
        assert_eq!(sum(k, |t, k| t.rows()[k].events), table.rows()[k].events);
        assert_eq!(sum(k, |t, k| t.rows()[k].entering), table.rows()[k].entering);
    }
    let weights: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { 0.0 }).collect();
    let weighted = data.clone().with_weights(Weights::replication(weights)).unwrap();
    assert_eq!(Actuarial::fit(&weighted, &BREAKS).unwrap(), parts[0]);
    let days: Vec<f64> = (0..1100).map(|d| f64::from(d) + if d == 0 { 0.0 } else { 0.5 }).collect();
    let event = vec![true; n];
    let all = RightCensored::new(data.time().to_vec(), &event).unwrap();
    let fine = Actuarial::fit(&all, &days).unwrap();
    let km = KaplanMeier::fit(&all);
    for row in fine.rows().iter().skip(1).step_by(40) {
        assert_relative_eq!(row.survival, km.at(row.start).value().unwrap(), max_relative = 1e-12);
        let Ok(se) = km.at(row.start).std_error() else { continue };
        assert_relative_eq!(row.survival_std_error.unwrap(), se, max_relative = 1e-9);
    }
}

/// Entries by hand: two from the start, one enters at 5 (there from the start of that interval), one at 7 (half of it).
#[test]
fn late_entries_by_hand() {
    let data = RightCensored::new(&[3.0, 12.0, 11.0, 9.0], &[true, true, false, true]).unwrap();
    let data = data.with_entry(&[0.0, 0.0, 5.0, 7.0]).unwrap();
    let table = Actuarial::fit(&data, &[0.0, 5.0, 10.0, 15.0]).unwrap();
    let found: Vec<_> =
        table.rows().iter().map(|r| (r.entering, r.late, r.effective, r.conditional)).collect();
    assert_eq!(found[0], (2.0, 0.0, 2.0, 0.5));
    assert_eq!(found[1], (2.0, 1.0, 2.5, 1.0 / 2.5));
    assert_eq!(found[2], (2.0, 0.0, 1.5, 1.0 / 1.5));
    assert_eq!(table.rows().len(), 3); // nobody is in the open interval
    let text = table.to_string();
    assert!(text.contains("[5, 10)") && text.lines().count() == 5, "{text}");
}

#[test]
fn what_is_wrong_is_refused() {
    let data = lung();
    assert!(matches!(Actuarial::fit(&data, &[]), Err(Error::Empty { argument: "breaks" })));
    for breaks in
        [vec![1.0, 2.0], vec![0.0, 2.0, 2.0], vec![0.0, f64::NAN], vec![0.0, f64::INFINITY], vec![f64::NAN]]
    {
        assert!(matches!(Actuarial::fit(&data, &breaks), Err(Error::OutOfRange { .. })), "{breaks:?}");
    }
    assert!(matches!(Actuarial::from_counts(&[0.0], &[-1.0], &[1.0]), Err(Error::OutOfRange { .. })));
    assert!(matches!(Actuarial::from_counts(&[0.0], &[1.0, 2.0], &[1.0]), Err(Error::LengthMismatch { .. })));
}

/// Where nobody leaves early every error is that of a multinomial sample, so the robust ones are the same.
#[test]
fn robust_errors_without_withdrawals_are_the_plain_ones() {
    let data = RightCensored::new(lung().time().to_vec(), vec![true; 228]).unwrap();
    let plain = Actuarial::fit(&data, &BREAKS).unwrap();
    let each: Vec<usize> = (0..data.len()).collect();
    let robust = Actuarial::fit(&data.with_clusters(&each).unwrap(), &BREAKS).unwrap();
    assert!(robust.is_robust() && !plain.is_robust() && robust.to_string().contains("robust se"));
    for (a, b) in plain.rows().iter().zip(robust.rows()) {
        assert_relative_eq!(
            a.conditional_std_error.unwrap_or(0.0),
            b.conditional_std_error.unwrap_or(0.0),
            max_relative = 1e-12,
            epsilon = 1e-15
        );
        assert_relative_eq!(
            a.survival_std_error.unwrap_or(0.0),
            b.survival_std_error.unwrap_or(0.0),
            max_relative = 1e-12,
            epsilon = 1e-15
        );
        for (a, b) in [(a.density_std_error, b.density_std_error), (a.hazard_std_error, b.hazard_std_error)] {
            assert_eq!(a.is_some(), b.is_some());
            assert_relative_eq!(a.unwrap_or(1.0), b.unwrap_or(1.0), max_relative = 1e-12);
        }
    }
}

/// The definition: squares of the derivatives of each estimate in the weight of a cluster, here by differences (1e-6, what
/// these leave of ten digits).
#[test]
fn robust_errors_are_sums_of_squared_influences() {
    let lung = lung();
    let n = lung.len();
    let ids: Vec<usize> = (0..n).map(|i| i % 37).collect();
    let entry: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { 0.3 * lung.time()[i] } else { 0.0 }).collect();
    let weights: Vec<f64> = (0..n).map(|i| 1.0 + 0.1 * (i % 7) as f64).collect();
    let table = |w: &[f64]| {
        let data = RightCensored::new(lung.time().to_vec(), lung.event().to_vec()).unwrap();
        let data = data.with_entry(&entry).unwrap().with_weights(Weights::sampling(w.to_vec())).unwrap();
        Actuarial::fit(&data.with_clusters(&ids).unwrap(), &BREAKS).unwrap()
    };
    let of = |t: &LifeTable| -> Vec<[f64; 5]> {
        let number = |x: Option<f64>| x.unwrap_or(0.0);
        t.rows()
            .iter()
            .map(|r| {
                [r.conditional, r.survival, number(r.density), number(r.hazard), number(r.median_residual)]
            })
            .collect()
    };
    let found = table(&weights);
    let mut squares = vec![[0.0; 5]; found.rows().len()];
    for cluster in 0..37 {
        let shifted = |h: f64| -> Vec<f64> {
            (0..n).map(|i| weights[i] * if ids[i] == cluster { 1.0 + h } else { 1.0 }).collect()
        };
        let (up, down) = (of(&table(&shifted(1e-5))), of(&table(&shifted(-1e-5))));
        for (k, row) in squares.iter_mut().enumerate() {
            for j in 0..5 {
                row[j] += ((up[k][j] - down[k][j]) / 2e-5).powi(2);
            }
        }
    }
    for (row, squares) in found.rows().iter().zip(&squares).take(9) {
        let errors = [
            row.conditional_std_error.unwrap_or(0.0),
            row.survival_std_error.unwrap_or(0.0),
            row.density_std_error.unwrap_or(0.0),
            row.hazard_std_error.unwrap_or(0.0),
            row.median_residual_std_error.unwrap_or(0.0),
        ];
        for (error, square) in errors.iter().zip(squares) {
            assert_relative_eq!(*error, square.sqrt(), max_relative = 1e-6, epsilon = 1e-12);
        }
    }
}

/// A group with nobody in it has no survival; the unit of weights is none of the table's business; sums that are no numbers are
/// refused.
#[test]
fn nobody_small_weights_and_huge_counts() {
    let data = lung();
    let breaks = [0.0, 100.0, 200.0, 400.0];
    let codes = vec![0; data.len()];
    let groups = Groups::from_codes(&codes, &["all", "nobody"]).unwrap();
    let tables = Actuarial::by_group(&data, &groups, &breaks).unwrap();
    assert!(tables[1].rows().is_empty() && tables[1].survival_after().is_none());
    assert!((0.0..1.0).contains(&tables[0].survival_after().unwrap()));
    for weight in [1e-12, 1e12] {
        let weighted = data.clone().with_weights(Weights::replication(vec![weight; data.len()])).unwrap();
        let table = Actuarial::fit(&weighted, &breaks).unwrap();
        assert_eq!(table.rows().len(), tables[0].rows().len());
        assert_relative_eq!(
            table.survival_after().unwrap(),
            tables[0].survival_after().unwrap(),
            max_relative = 1e-12
        );
    }
    let error = Actuarial::from_counts(&[0.0, 1.0], &[1e308, 1e308], &[1e308, 0.0]).unwrap_err();
    assert_eq!(error.to_string(), "the sum of the counts is inf: it must be below 1.8e308");
}
