//! Tables on a grid: the curve of the data lies between the bounds, and parts merge into the whole.

use greenwood::survival::risk_table::GridTable;
use greenwood::survival::{KaplanMeier, RightCensored, RiskTable, Weights};
use proptest::prelude::*;

/// Five subjects by hand, width 10: at 10 (1 event of 5, 1 censored), at 20 (2 events of 3).
#[test]
fn bounds_by_hand() {
    let data = RightCensored::new(&[3.0, 8.0, 12.0, 15.0, 20.0], &[false, true, true, false, true]).unwrap();
    let grid = RiskTable::new(&data).on_grid(10.0).unwrap();
    assert_eq!(grid.table().times(), [10.0, 20.0]);
    let bounds: Vec<_> = grid.bounds().iter().map(|b| (b.time(), b.lower(), b.upper())).collect();
    assert_eq!(bounds[0], (10.0, 0.75, 0.8));
    assert_eq!((bounds[1].0, bounds[1].1), (20.0, 0.0));
    assert!((bounds[1].2 - 0.8 / 3.0).abs() < 1e-15);
    assert_eq!(KaplanMeier::fit(&data).at(10.0).value().unwrap(), 0.75);
}

#[test]
fn times_on_the_grid_stay_and_rounding_error_is_none() {
    let time = [0.1 + 0.2, 0.3, 0.7, 1.0];
    let table = RiskTable::new(&RightCensored::new(&time, &[true; 4]).unwrap());
    let grid = table.on_grid(0.1).unwrap();
    assert_eq!(grid.table().rows().map(|r| r.events).collect::<Vec<_>>(), [2.0, 1.0, 1.0]);
    assert!(grid.table().times().iter().zip([0.3, 0.7, 1.0]).all(|(a, b)| (a - b).abs() < 1e-12));
    for days in 1..100_u32 {
        let time = f64::from(days);
        let data = RightCensored::new(vec![time, 200.0], vec![true, false]).unwrap();
        assert_eq!(RiskTable::new(&data).on_grid(1.0).unwrap().into_table(), RiskTable::new(&data));
    }
}

#[test]
fn widths_that_mean_nothing_are_refused() {
    let table = RiskTable::new(&RightCensored::new(&[5.0], &[true]).unwrap());
    for width in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = table.on_grid(width).unwrap_err().to_string();
        assert_eq!(error, format!("width is {width}: it must be positive and finite"));
    }
    assert!(table.on_grid(1e-17).unwrap_err().to_string().contains("at least the last time divided by 2⁵²"));
    assert!(RiskTable::default().on_grid(1.0).unwrap().table().is_empty());
    // Entry at 2 + 1e-12, exit at 2 + 2e-12: both are 2 on a grid of whole numbers.
    let data = RightCensored::new(&[2.0 + 2e-12, 1.0], &[true, true])
        .unwrap()
        .with_near_ties(greenwood::survival::data::NearTies::Exact)
        .unwrap()
        .with_entry(&[2.0 + 1e-12, 0.0])
        .unwrap();
    let error = RiskTable::new(&data).on_grid(1.0).unwrap_err().to_string();
    assert!(error.contains("such that nobody enters and leaves within rounding error"), "{error}");
}

type Subject = (f64, bool, f64, u32);

fn table(rows: &[Subject], late: bool, weighted: bool) -> (RiskTable, greenwood::survival::SurvivalCurve) {
    let time: Vec<f64> = rows.iter().map(|r| r.0).collect();
    let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
    let mut data = RightCensored::new(time, event).unwrap();
    if late {
        data = data.with_entry(rows.iter().map(|r| r.0 * r.2 * 0.9).collect::<Vec<_>>()).unwrap();
    }
    if weighted {
        let weights: Vec<f64> = rows.iter().map(|r| f64::from(r.3)).collect();
        data = data.with_weights(Weights::replication(weights)).unwrap();
    }
    (RiskTable::new(&data), KaplanMeier::fit(&data))
}

proptest! {
    /// The curve of the data lies between the bounds at every time of the grid; the upper one is the table's own curve.
    #[test]
    fn the_curve_lies_between_its_bounds(
        rows in proptest::collection::vec((0.05..40.0_f64, any::<bool>(), 0.0..1.0_f64, 1..5_u32), 1..80),
        width in prop_oneof![Just(1.0), Just(0.1), 0.3..15.0_f64],
        late in any::<bool>(),
        weighted in any::<bool>(),
        cut in 0..80_usize,
    ) {
        let (whole, exact) = table(&rows, late, weighted);
        let grid = whole.on_grid(width).unwrap();
        prop_assert_eq!(grid.table().subjects(), rows.len());
        prop_assert!((grid.table().events() - whole.events()).abs() < 1e-9);
        let curve = KaplanMeier::from_table(grid.table().clone());
        // Beyond the last time of the data the curve stays.
        let exact = exact.extended();
        for bound in grid.bounds() {
            let s = exact.at(bound.time()).value().unwrap();
            prop_assert!(bound.lower() - 1e-12 <= s && s <= bound.upper() + 1e-12, "{bound:?} {s}");
            prop_assert!((curve.at(bound.time()).value().unwrap() - bound.upper()).abs() < 1e-12);
        }

        let cut = cut.min(rows.len() - 1);
        if cut > 0 {
            let part = |rows: &[Subject]| table(rows, late, weighted).0.on_grid(width).map(GridTable::into_table);
            let merged = part(&rows[..cut]).unwrap().merge(&part(&rows[cut..]).unwrap()).unwrap();
            prop_assert_eq!(&merged, grid.table());
        }
        // A grid as fine as the grid changes nothing.
        let again = grid.table().on_grid(width).unwrap();
        prop_assert_eq!(again.table(), grid.table());
    }
}
