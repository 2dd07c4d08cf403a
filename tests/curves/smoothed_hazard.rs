//! The smoothed hazard against its formula computed in R, by integration, and on simulated data.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::curve::{Bandwidth, Kernel, SmoothedHazard};
use greenwood::survival::{Groups, NelsonAalen, RightCensored, RiskTable, Weights};

fn lung() -> RightCensored<'static> {
    let frame = Frame::read("lung");
    let event: Vec<bool> = frame.column("status").iter().map(|s| *s == 2.0).collect();
    RightCensored::new(frame.column("time").to_vec(), event).unwrap()
}

/// R 4.2.2: Σ K((t − tᵢ)/b)/b dᵢ/nᵢ and √Σ (K/b)² dᵢ/nᵢ² with dᵢ, nᵢ of survfit(Surv(time, status) ~ 1, lung) up to 700, Müller &
/// Wang's kernels written out; Epanechnikov with b = 120, biquadratic with b = 150.
#[test]
fn lung_is_that_of_the_formula() {
    let expected = [
        (0.0, [0.00121199700940208, 0.000499385121922186], [0.00105719495096596, 0.000446533509537537]),
        (40.0, [0.00137444045459364, 0.000261350497927373], [0.00128886235864781, 0.000277902589384008]),
        (100.0, [0.00186572035443419, 0.000219006894071898], [0.00182118442867499, 0.000219622083803198]),
        (250.0, [0.00275930515508087, 0.000343124963358039], [0.00274820887536273, 0.000334279919957781]),
        (400.0, [0.00293399437218319, 0.000504471312259214], [0.00296548125403765, 0.000490326595936896]),
        (600.0, [0.00346957891799747, 0.000865109769938439], [0.00345714199954456, 0.000899152314936186]),
        (690.0, [0.00441576209982525, 0.00250370888072389], [0.0049211884499881, 0.00238288324188866]),
        (700.0, [0.00445859718289267, 0.00299015580514399], [0.00519847150382141, 0.00268338887920845]),
    ];
    let smoothed = SmoothedHazard::new().between(0.0, 700.0).points(71);
    let epanechnikov = smoothed.bandwidth(Bandwidth::Fixed(120.0)).fit(&lung()).unwrap();
    let biquadratic = smoothed.kernel(Kernel::Biquadratic).bandwidth(Bandwidth::Fixed(150.0));
    let biquadratic = biquadratic.fit(&lung()).unwrap();
    for (time, e, b) in expected {
        for (curve, expected) in [(&epanechnikov, e), (&biquadratic, b)] {
            let point = curve.points().iter().find(|p| (p.time - time).abs() < 1e-9).unwrap();
            assert_relative_eq!(point.hazard, expected[0], max_relative = 1e-11);
            assert_relative_eq!(point.std_error.unwrap_or(0.0), expected[1], max_relative = 1e-11);
        }
    }
    // The interval is symmetric in the logarithm.
    let point = epanechnikov.points()[40];
    let (lower, upper) = point.interval(0.95).unwrap().bounds().unwrap();
    assert_relative_eq!(lower * upper, point.hazard * point.hazard, max_relative = 1e-12);
    assert_relative_eq!(
        (upper / lower).ln() / 2.0,
        1.959963984540054 * point.std_error.unwrap() / point.hazard,
        max_relative = 1e-9
    );
}

/// Its area is the increase of Nelson-Aalen to within the smoothing at the ends: 3 %.
#[test]
fn its_integral_is_the_cumulative_hazard() {
    let data = lung();
    let total = NelsonAalen::fit(&data).at(700.0).value().unwrap();
    for kernel in [Kernel::Epanechnikov, Kernel::Biquadratic] {
        for bandwidth in [Bandwidth::Fixed(60.0), Bandwidth::Fixed(150.0), Bandwidth::MinimumError] {
            let curve =
                SmoothedHazard::new().kernel(kernel).bandwidth(bandwidth).between(0.0, 700.0).points(701);
            let curve = curve.fit(&data).unwrap();
            assert!((curve.cumulative() / total - 1.0).abs() < 0.03, "{curve} {total}");
        }
    }
    // Without the correction what lies beyond the ends is lost.
    let corrected = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(150.0)).between(0.0, 700.0);
    let plain = corrected.without_correction().fit(&data).unwrap();
    let corrected = corrected.fit(&data).unwrap();
    assert!(plain.cumulative() < 0.97 * corrected.cumulative(), "{plain} {corrected}");
    // The kernel's half at the very end.
    let (at, full) = (plain.points().last().unwrap(), corrected.points().last().unwrap());
    assert!(at.hazard < 0.7 * full.hazard, "{at:?} {full:?}");
}

/// Weibull times of shape 2 (hazard 2t/100) at their quantiles: the rule finds a bandwidth with which the line is met.
#[test]
fn the_rule_finds_a_bandwidth() {
    let n = 1000;
    let time: Vec<f64> =
        (0..n).map(|i| 10.0 * (-(1.0 - (f64::from(i) + 0.5) / f64::from(n)).ln()).sqrt()).collect();
    let data = RightCensored::new(&time, vec![true; n as usize]).unwrap();
    let curve = SmoothedHazard::new().fit(&data).unwrap();
    let (start, end) = curve.range();
    assert_eq!(start, 0.0);
    assert!(RiskTable::new(&data).at_risk(end) >= 10.0);
    for point in curve.points().iter().filter(|p| p.time < 18.0) {
        let off = (point.hazard - 0.02 * point.time).abs();
        assert!(off < 3.0 * point.std_error.unwrap_or(0.0) + 0.003, "{point:?}");
    }
    // A straight line has no bias: wide bandwidths have the smallest error.
    assert!(curve.bandwidth() > (end - start) / 5.0, "{curve}");
    // The scale of time is no part of it.
    let months: Vec<f64> = time.iter().map(|t| t * 30.0).collect();
    let scaled =
        SmoothedHazard::new().fit(&RightCensored::new(&months, vec![true; n as usize]).unwrap()).unwrap();
    assert_relative_eq!(scaled.bandwidth(), 30.0 * curve.bandwidth(), max_relative = 1e-9);
    assert!(curve.to_string().starts_with("Smoothed hazard: "), "{curve}");
}

#[test]
fn weights_groups_entries_and_tables() {
    let data = lung();
    let n = data.len();
    let smoothed = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(100.0)).between(0.0, 600.0);
    let twice = data.clone().with_weights(Weights::replication(vec![2.0; n])).unwrap();
    let (one, two) = (smoothed.fit(&data).unwrap(), smoothed.fit(&twice).unwrap());
    for (a, b) in one.points().iter().zip(two.points()) {
        assert_relative_eq!(a.hazard, b.hazard, max_relative = 1e-12);
        assert_relative_eq!(
            a.std_error.unwrap_or(0.0),
            b.std_error.unwrap_or(0.0) * 2.0_f64.sqrt(),
            max_relative = 1e-12
        );
    }
    assert_eq!(smoothed.from_table(&RiskTable::new(&data)).unwrap(), one);
    let arm = Groups::new(&(0..n).map(|i| i % 2).collect::<Vec<_>>());
    assert_eq!(smoothed.by_group(&data, &arm).unwrap().len(), 2);
    // Everyone enters at 50: the range starts there.
    let later: Vec<f64> = data.time().iter().map(|t| t + 50.0).collect();
    let late = RightCensored::new(later, data.event().to_vec()).unwrap().with_entry(vec![50.0; n]).unwrap();
    let late = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(100.0)).fit(&late).unwrap();
    let start = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(100.0)).fit(&data).unwrap();
    assert_eq!(late.range(), (50.0, start.range().1 + 50.0));
    assert_relative_eq!(late.points()[30].hazard, start.points()[30].hazard, max_relative = 1e-9);
}

#[test]
fn what_cannot_be_is_refused_or_is_an_answer() {
    let data = lung();
    let smoothed = SmoothedHazard::new();
    for wrong in [
        smoothed.bandwidth(Bandwidth::Fixed(0.0)),
        smoothed.bandwidth(Bandwidth::Fixed(f64::NAN)),
        smoothed.bandwidth(Bandwidth::Fixed(1e9)),
        smoothed.between(5.0, 5.0),
        smoothed.between(-1.0, 5.0),
        smoothed.between(0.0, f64::INFINITY),
        smoothed.points(1),
        // Nobody is under observation after 1022, and one over the square of the bandwidth is no number.
        smoothed.between(0.0, 2000.0),
        smoothed.between(0.0, 700.0).bandwidth(Bandwidth::Fixed(1e-320)),
    ] {
        assert!(matches!(wrong.fit(&data), Err(Error::OutOfRange { .. })), "{wrong:?}");
    }
    assert!(matches!(smoothed.points(usize::MAX).fit(&data), Err(Error::TooLarge { .. })));
    let sampled = data.clone().with_weights(Weights::sampling(vec![1.5; data.len()])).unwrap();
    assert!(matches!(smoothed.from_table(&RiskTable::new(&sampled)), Err(Error::Unsupported { .. })));
    // Hostile: one event, none, all tied, tiny and huge times.
    for (time, event) in [
        (vec![1.0, 2.0], vec![true, false]),
        (vec![1.0, 2.0], vec![false, false]),
        (vec![3.0; 20], vec![true; 20]),
        (vec![1e-12, 2e-12, 3e-12], vec![true; 3]),
        (vec![1e12, 2e12, 3e12], vec![true; 3]),
    ] {
        let curve = smoothed.fit(&RightCensored::new(time, event).unwrap()).unwrap();
        assert!(
            curve.points().iter().all(|p| p.hazard.is_finite() && p.std_error.is_none_or(f64::is_finite)),
            "{curve}"
        );
    }
    let zero = smoothed.fit(&RightCensored::new(&[0.0], &[true]).unwrap());
    assert!(matches!(zero, Err(Error::OutOfRange { .. })));
}

/// The definition: squares of the derivatives of the hazard in the weight of a cluster, here by differences (1e-6, what these
/// leave of ten digits).
#[test]
fn robust_errors_are_sums_of_squared_influences() {
    let lung = lung();
    let n = lung.len();
    let ids: Vec<usize> = (0..n).map(|i| i % 37).collect();
    let entry: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { 0.3 * lung.time()[i] } else { 0.0 }).collect();
    let weights: Vec<f64> = (0..n).map(|i| 1.0 + 0.1 * (i % 7) as f64).collect();
    let smoothed = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(90.0)).between(20.0, 500.0).points(7);
    let fit = |w: &[f64]| {
        let data = RightCensored::new(lung.time().to_vec(), lung.event().to_vec()).unwrap();
        let data = data.with_entry(&entry).unwrap().with_weights(Weights::sampling(w.to_vec())).unwrap();
        smoothed.fit(&data.with_clusters(&ids).unwrap()).unwrap()
    };
    let found = fit(&weights);
    assert!(found.is_robust() && found.to_string().contains("robust se"));
    let mut squares = [0.0; 7];
    for cluster in 0..37 {
        let shifted = |h: f64| -> Vec<f64> {
            (0..n).map(|i| weights[i] * if ids[i] == cluster { 1.0 + h } else { 1.0 }).collect()
        };
        let (up, down) = (fit(&shifted(1e-5)), fit(&shifted(-1e-5)));
        for (k, square) in squares.iter_mut().enumerate() {
            *square += ((up.points()[k].hazard - down.points()[k].hazard) / 2e-5).powi(2);
        }
    }
    for (point, square) in found.points().iter().zip(squares) {
        assert_relative_eq!(point.std_error.unwrap_or(0.0), square.sqrt(), max_relative = 1e-6);
    }
    // Every subject in both halves of a doubled sample: clusters of two leave the error as it is, as rows it would shrink.
    let twice = |x: &[f64]| [x, x].concat();
    let event = [lung.event(), lung.event()].concat();
    let doubled = RightCensored::new(twice(lung.time()), event).unwrap();
    let clusters: Vec<usize> = (0..2 * n).map(|i| i % n).collect();
    let one = smoothed.fit(&lung.clone().with_clusters(&(0..n).collect::<Vec<_>>()).unwrap()).unwrap();
    let two = smoothed.fit(&doubled.with_clusters(&clusters).unwrap()).unwrap();
    for (a, b) in one.points().iter().zip(two.points()) {
        assert_relative_eq!(a.std_error.unwrap_or(0.0), b.std_error.unwrap_or(0.0), max_relative = 1e-9);
    }
}

/// Python 3, numpy: the sums of the formula with Müller & Wang's kernel written out, over the deaths of the Stanford heart transplants
/// (late entries, ties) up to 360, bandwidth 90; then with weights 1 + (row number modulo 3).
#[test]
fn late_entries_and_weights_are_those_of_the_formula() {
    let plain = [
        (0.0, 0.010140612627997335, 0.0024708955985887496),
        (30.0, 0.007909236467441162, 0.0012250397257325522),
        (60.0, 0.0060376819725177135, 0.0008426552652728648),
        (150.0, 0.002160427207153677, 0.0005281493031770276),
        (270.0, 0.0015470073176482725, 0.0005232911398495868),
        (345.0, 0.002188742025589529, 0.001292960903095202),
        (360.0, 0.0021590037818769335, 0.0016456122331539574),
    ];
    let weighted = [
        (0.0, 0.009789398292558194, 0.001736093175029866),
        (30.0, 0.007744141338432381, 0.0008550503236754866),
        (60.0, 0.005906802390252002, 0.0005884586739584508),
        (150.0, 0.002428835088760923, 0.00039965891921656994),
        (270.0, 0.001735678838920338, 0.0003844229726233687),
        (345.0, 0.002829356051497699, 0.001046340105046279),
        (360.0, 0.0029514506686142868, 0.0013216512211006602),
    ];
    let frame = Frame::read("heart");
    let event: Vec<bool> = frame.column("event").iter().map(|e| *e == 1.0).collect();
    let data = RightCensored::new(frame.column("stop").to_vec(), event).unwrap();
    let data = data.with_entry(frame.column("start").to_vec()).unwrap();
    let weights = (1..=data.len()).map(|i| 1.0 + (i % 3) as f64).collect::<Vec<f64>>();
    let repeated = data.clone().with_weights(Weights::replication(weights)).unwrap();
    let smoothed = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(90.0)).between(0.0, 360.0).points(25);
    for (data, expected) in [(data, plain), (repeated, weighted)] {
        let curve = smoothed.fit(&data).unwrap();
        for (time, hazard, error) in expected {
            let point = curve.points().iter().find(|p| (p.time - time).abs() < 1e-9).unwrap();
            assert_relative_eq!(point.hazard, hazard, max_relative = 1e-11);
            assert_relative_eq!(point.std_error.unwrap_or(0.0), error, max_relative = 1e-11);
        }
    }
}
