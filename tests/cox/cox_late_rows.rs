//! Risk sets that keep a trifle of what was taken away: subjects of 1e18 times the risk who enter later.
//!
//! Those who leave by 8 and those who enter at 10 never meet, so their likelihood is that of two strata, in which an x that is 80
//! larger changes nothing. The last enters at the last event and is at risk of none, whatever its x (3 in R). R 4.2.2, survival
//! 3.5-3: `coxph(Surv(entry, time, status) ~ x + z + strata(late))`, `eps = 1e-14`.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::{CoxPh, Design, Groups, RightCensored, Ties};

const TIME: [f64; 21] =
    [1., 2., 2., 3., 4., 5., 5., 8., 8., 8., 11., 12., 12., 13., 14., 15., 15., 16., 17., 18., 20.];
const STATUS: [u8; 21] = [1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0];
const X: [f64; 21] =
    [1.5, 0.3, 2.1, 0.8, 0.2, 1.1, 1.9, 0.6, 1.4, 0.1, 0.9, 1.8, 0.4, 1.3, 2.2, 0.7, 1.6, 0.5, 0.2, 1.2, 3e3];
const Z: [f64; 21] = [0., 1., 1., 0., 1., 0., 1., 0., 1., 1., 1., 0., 0., 1., 1., 0., 1., 0., 0., 1., 1.];

#[test]
fn what_little_is_left_at_risk_keeps_its_digits() -> Result<()> {
    let event = STATUS.map(|s| s == 1);
    let late = |i: usize| i >= 10;
    let entry: Vec<f64> =
        (0..21).map(|i| [0.0, 10.0, 18.0][usize::from(late(i)) + usize::from(i == 20)]).collect();
    let far: Vec<f64> = (0..21).map(|i| if late(i) { X[i] + 80.0 } else { X[i] }).collect();
    let together = RightCensored::new(&TIME, &event)?.with_entry(&entry)?;
    let strata =
        Groups::from_codes(&(0..21).map(|i| usize::from(late(i))).collect::<Vec<_>>(), &["early", "late"])?;
    let apart = RightCensored::new(&TIME, &event)?.with_entry(&entry)?.with_strata(strata)?;
    let efron = [
        0.8621974630212064,
        0.8339205689433475,
        0.5554633193003902,
        -0.3275669624082014,
        0.7049047662901811,
        0.04076627102224517,
        -0.222888095050382,
        -0.4276301916275367,
        -2.125323131712078,
        0.1061559922208295,
        0.9214548030920571,
        0.6744256751749935,
        -0.1513835845142302,
        0.6550397648499073,
        0.166821168365729,
        0.2299157888532917,
        -0.03694469142090906,
        -0.8048433387358063,
        -0.09588112078596023,
        -1.558604464879073,
        0.,
    ];
    let breslow = [
        0.8659338418965947,
        0.7967449228803607,
        0.4853862084645755,
        -0.3091770660536171,
        0.7019967116709374,
        0.004145740416814592,
        -0.2805698219265942,
        -0.448866786182069,
        -1.863099007231335,
        0.04750525606433331,
        0.9193576740823959,
        0.6851862739229935,
        -0.1528505404574121,
        0.6504743553924817,
        0.1792763219100522,
        0.1654034362226939,
        -0.1300493356056505,
        -0.7527485430129701,
        -0.05702635675302825,
        -1.507023285701555,
        0.,
    ];
    let cases = [
        (
            Ties::Efron,
            [0.5469813325306615, -0.1947492016413577],
            [0.5098920409534807, 0.6367894178749814],
            efron,
        ),
        (
            Ties::Breslow,
            [0.5160860956613975, -0.1614093664538264],
            [0.5012103750021214, 0.6296441960601654],
            breslow,
        ),
    ];
    let log_likelihoods = [-24.42911435882643, -25.44489702825967];
    for ((ties, beta, errors, martingale), log_likelihood) in cases.into_iter().zip(log_likelihoods) {
        for (data, x) in [(&together, &far[..]), (&apart, &X[..])] {
            let design = Design::builder().numeric("x", x).numeric("z", &Z).build()?;
            let model = CoxPh::new().ties(ties).fit(data, &design)?;
            // A search ends where a step is of 1e-9 standard errors; x + 80 has lost two digits.
            assert_relative_eq!(model.log_likelihood()[1], log_likelihood, max_relative = 1e-9);
            for j in 0..2 {
                assert_relative_eq!(model.coefficients()[j], beta[j], max_relative = 1e-7);
                assert_relative_eq!(
                    model.terms()[j].model_std_error().unwrap(),
                    errors[j],
                    max_relative = 1e-7
                );
            }
            let found = model.with(data, &design)?.residuals()?;
            for (found, right) in found.martingale().iter().zip(martingale) {
                assert_relative_eq!(*found, right, epsilon = 1e-7);
            }
        }
    }
    Ok(())
}
