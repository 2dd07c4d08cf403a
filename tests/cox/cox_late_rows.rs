//! Risk sets that keep a trifle of what was taken away: subjects of 1e15 times the risk who enter later.
//!
//! Those who leave by 8 and those who enter at 10 never meet, so their likelihood is that of two strata, in which an x that is 40
//! larger changes nothing. R 4.2.2, survival 3.5-3: `coxph(Surv(time, status) ~ x + z + strata(late))`, `eps = 1e-14`.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::{CoxPh, Design, Groups, RightCensored, Ties};

const TIME: [f64; 20] =
    [1., 2., 2., 3., 4., 5., 5., 6., 7., 8., 11., 12., 12., 13., 14., 15., 15., 16., 17., 18.];
const STATUS: [u8; 20] = [1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1];
const X: [f64; 20] =
    [1.5, 0.3, 2.1, 0.8, 0.2, 1.1, 1.9, 0.6, 1.4, 0.1, 0.9, 1.8, 0.4, 1.3, 2.2, 0.7, 1.6, 0.5, 0.2, 1.2];
const Z: [f64; 20] = [0., 1., 1., 0., 1., 0., 1., 0., 1., 1., 1., 0., 0., 1., 1., 0., 1., 0., 0., 1.];

#[test]
fn what_little_is_left_at_risk_keeps_its_digits() -> Result<()> {
    let event = STATUS.map(|s| s == 1);
    let late = |i: usize| i >= 10;
    let entry: Vec<f64> = (0..20).map(|i| if late(i) { 10.0 } else { 0.0 }).collect();
    let far: Vec<f64> = (0..20).map(|i| if late(i) { X[i] + 40.0 } else { X[i] }).collect();
    let together = RightCensored::new(&TIME, &event)?.with_entry(&entry)?;
    let strata =
        Groups::from_codes(&(0..20).map(|i| usize::from(late(i))).collect::<Vec<_>>(), &["early", "late"])?;
    let apart = RightCensored::new(&TIME, &event)?.with_strata(strata)?;
    let efron = [
        0.8258437127720257,
        0.891515329321987,
        0.4811002063050054,
        -0.3414755092323729,
        0.8103432873593597,
        -0.116068223056478,
        -0.3610279702665091,
        -0.220776397085193,
        -1.488717972207729,
        -0.4807364639100959,
        0.9402842175823358,
        0.5569301524571106,
        -0.1311610479181874,
        0.6977961362895952,
        0.01882385490149308,
        0.2128654916736393,
        -0.04709771336796287,
        -0.7784583272359632,
        -0.00769985237458104,
        -1.462282912007479,
    ];
    let breslow = [
        0.8305680962451142,
        0.8616611472953922,
        0.4150850424905796,
        -0.3296031367555759,
        0.8004811079658962,
        -0.1629312518798043,
        -0.3826914517818449,
        -0.1624900416917248,
        -1.382166865694309,
        -0.487912646193724,
        0.9375617198859114,
        0.5764566173785248,
        -0.1380045696018816,
        0.6930434480238041,
        0.06376758995296572,
        0.1290323380036023,
        -0.121913303167404,
        -0.7420445308106038,
        -0.0009835208876518564,
        -1.396915788777267,
    ];
    let cases = [
        (
            Ties::Efron,
            [0.8695010610371198, -0.4971725679720153],
            [0.5687515274513101, 0.6893261304915113],
            efron,
        ),
        (
            Ties::Breslow,
            [0.8009779639163837, -0.4676942030512533],
            [0.5600991635971688, 0.6852180877946742],
            breslow,
        ),
    ];
    let log_likelihoods = [-23.04662479813812, -23.79303819760617];
    for ((ties, beta, errors, martingale), log_likelihood) in cases.into_iter().zip(log_likelihoods) {
        for (data, x) in [(&together, &far[..]), (&apart, &X[..])] {
            let design = Design::builder().numeric("x", x).numeric("z", &Z).build()?;
            let model = CoxPh::new().ties(ties).fit(data, &design)?;
            // A search ends where a step is of 1e-9 standard errors; x + 40 has lost two digits.
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
