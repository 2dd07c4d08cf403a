//! Simultaneous bands: weights that repeat rows, critical values of any size, and the cost at scale.

use approx::assert_relative_eq;
use greenwood::survival::{Band, KaplanMeier, RightCensored, SurvivalCurve, Weights};

fn six(repeat: usize, weight: Option<f64>) -> SurvivalCurve {
    let time: Vec<f64> =
        [1., 2., 3., 4., 5., 6.].into_iter().flat_map(|t| std::iter::repeat_n(t, repeat)).collect();
    let event = [true, true, false, true, true, false];
    let event: Vec<bool> = event.into_iter().flat_map(|d| std::iter::repeat_n(d, repeat)).collect();
    let data = RightCensored::new(&time, &event).unwrap();
    let weights = vec![weight.unwrap_or(1.0); time.len()];
    let data =
        if weight.is_some() { data.with_weights(Weights::replication(weights)).unwrap() } else { data };
    KaplanMeier::fit(&data)
}

/// A weight of 4 is the row four times, of which Hall and Wellner's n knows: 1.35696, (0.323, 0.865) at 2, by the rows
/// written out.
#[test]
fn a_replication_weight_counts_as_rows() {
    for band in [Band::hall_wellner(), Band::equal_precision()] {
        let (weighted, written) = (band.fit(&six(1, Some(4.0))).unwrap(), band.fit(&six(4, None)).unwrap());
        assert_relative_eq!(weighted.critical_value(), written.critical_value(), max_relative = 1e-12);
        for t in [1.0, 2.0, 3.5, 5.0] {
            let (a, b) =
                (weighted.at(t).unwrap().bounds().unwrap(), written.at(t).unwrap().bounds().unwrap());
            assert_relative_eq!(a.0, b.0, max_relative = 1e-12);
            assert_relative_eq!(a.1, b.1, max_relative = 1e-12);
        }
    }
    let band = Band::hall_wellner().fit(&six(1, Some(4.0))).unwrap();
    assert_eq!(format!("{:.5}", band.critical_value()), "1.35696");
    assert_eq!(band.at(2.0).unwrap().to_string(), "0.323 to 0.865");
}

/// One event among n: the band is the interval at a point, and k is 1.96 √(a(1 − a)) with a = 1/n.
#[test]
fn one_event_among_a_million() {
    let n = 1_000_000;
    let mut time = vec![10.0; n];
    let mut event = vec![false; n];
    (time[0], event[0]) = (1.0, true);
    let curve = KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap());
    let band = Band::hall_wellner().fit(&curve).unwrap();
    // The right value is known to six digits: 1.95996 / 1000.
    assert_relative_eq!(band.critical_value(), 0.00195996, max_relative = 1e-5);
    let pointwise = curve.at(1.0).interval(0.95).unwrap().bounds().unwrap();
    let (lower, upper) = band.at(1.0).unwrap().bounds().unwrap();
    // (1 + nσ²)/√n against 1/√(a(1 − a)): they differ by 1/n.
    assert_relative_eq!(lower, pointwise.0, max_relative = 1e-9);
    assert_relative_eq!(upper, pointwise.1, max_relative = 1e-9);
    // Any level has its own critical value: with one time it is the normal quantile.
    for (level, z) in [(0.1, 0.12566134685507402), (0.23, 0.29237489622680402), (0.5, 0.67448975019608171)] {
        let band = Band::equal_precision().level(level).fit(&curve).unwrap();
        assert_relative_eq!(band.critical_value(), z, max_relative = 1e-9); // R: qnorm((1 + level)/2)
    }
}

/// 10⁵ points are one pass, not 10¹⁰ steps: 6.6 s once, in release.
#[test]
fn a_hundred_thousand_points_are_one_pass() {
    let time: Vec<f64> = (1..=100_000).map(f64::from).collect();
    let curve = KaplanMeier::fit(&RightCensored::new(&time, vec![true; 100_000]).unwrap());
    let band = Band::equal_precision().between(1000.0, 99_000.0).fit(&curve).unwrap();
    assert!(band.at(50_000.5).unwrap().contains(0.5));
}
