//! Groups without events: the limit is the model of the rows that are left, whatever the family, the coding, or how far a search
//! would have gone.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::{Family, ParametricStop};
use greenwood::survival::{Design, Parametric, RightCensored};

const TIME: [f64; 14] = [4.1, 9.7, 2.3, 14.8, 6.6, 11.2, 3.5, 8.9, 17.4, 5.2, 7.3, 12.9, 1.8, 10.4];
const EVENT: [bool; 14] =
    [true, true, true, false, true, true, true, false, true, true, false, false, false, false];
const X: [f64; 14] = [2., -1., 3., 0., 1., -2., 2., 1., -3., 0., 1., -1., 2., 0.];
/// The last four are of a group in which nobody has the event.
const WITHOUT: usize = 4;

fn families() -> [Family; 8] {
    [
        Family::Exponential,
        Family::Weibull,
        Family::LogNormal,
        Family::LogLogistic,
        Family::WeibullPh,
        Family::Gompertz,
        Family::Gamma,
        Family::spline_hazard(0),
    ]
}

#[test]
fn a_group_without_events_leaves_the_model_of_the_others() -> Result<()> {
    let n = TIME.len();
    let group: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i >= n - WITHOUT))).collect();
    let data = RightCensored::new(&TIME, &EVENT)?;
    let rest = RightCensored::new(&TIME[..n - WITHOUT], &EVENT[..n - WITHOUT])?;
    let of_rest = Design::builder().numeric("x", &X[..n - WITHOUT]).build()?;
    // Beside the group itself: a column that holds it and x, so that the two are nearly one.
    let mixed: Vec<f64> = X.iter().zip(&group).map(|(x, g)| 100.0 * x + g).collect();
    for family in families() {
        let right = Parametric::new(family.clone()).fit(&rest, &of_rest)?;
        assert_eq!(right.stop(), ParametricStop::Converged, "{family:?}");
        for (design, second) in [
            (Design::builder().numeric("x", &X).numeric("group", &group).build()?, "group"),
            (Design::builder().numeric("x", &X).numeric("mixed", &mixed).build()?, "mixed"),
        ] {
            let fit = Parametric::new(family.clone()).fit(&data, &design)?;
            let what = format!("{family:?} {second}");
            assert!(matches!(fit.stop(), ParametricStop::Separated { .. }), "{what}: {}", fit.diagnosis());
            assert_relative_eq!(fit.log_likelihood(), right.log_likelihood(), max_relative = 1e-9);
            for x in [-2.0, 1.5] {
                let with_events = if second == "group" { 0.0 } else { 100.0 * x };
                let one = fit.predict(&fit.row().numeric("x", x).numeric(second, with_events))?;
                let two = right.predict(&right.row().numeric("x", x))?;
                for t in [3.0, 10.0] {
                    let (a, b) = (one.survival(t)?, two.survival(t)?);
                    assert_relative_eq!(a.value(), b.value(), max_relative = 1e-7);
                    assert_relative_eq!(
                        a.std_error().unwrap(),
                        b.std_error().unwrap(),
                        max_relative = 1e-5 // of a generalised inverse
                    );
                }
                let without = fit.predict(&fit.row().numeric("x", x).numeric(second, with_events + 1.0))?;
                assert_eq!(without.survival(10.0)?.value(), 1.0, "{what}");
                let beyond = fit.predict(&fit.row().numeric("x", x).numeric(second, with_events - 1.0))?;
                assert_eq!(beyond.survival(10.0)?.value(), 0.0, "{what}");
                assert_eq!(without.quantile(0.5)?.value(), f64::INFINITY, "{what}");
            }
        }
    }
    Ok(())
}
