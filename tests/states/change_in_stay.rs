//! The change in length of stay against R's etm, by hand, and against derivatives.

use greenwood::survival::multi_state::ChangeInStay;
use greenwood::survival::{Histories, Weights};
use greenwood::{Error, Result};

const ID: [u32; 30] = [
    1, 2, 3, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 11, 12, 13, 13, 14, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
    24,
];
const ENTRY: [f64; 30] = [
    0., 0., 0., 2., 0., 4., 0., 1., 0., 2., 0., 0., 0., 2., 2., 0., 2., 0., 1., 0., 2., 0., 0., 0., 2., 0.,
    0., 0., 2., 3.,
];
const EXIT: [f64; 30] = [
    5., 4., 4., 7., 4., 9., 1., 7., 1., 4., 3., 5., 2., 5., 3., 2., 3., 1., 3., 5., 6., 3., 4., 5., 4., 3.,
    2., 3., 3., 9.,
];
/// Ill, discharged, dead; 0 for a censored row.
const TO: [u8; 30] =
    [0, 0, 0, 2, 1, 2, 1, 3, 0, 2, 0, 3, 1, 3, 2, 1, 2, 1, 3, 0, 2, 2, 2, 2, 3, 2, 2, 3, 1, 0];

fn data() -> Result<Histories> {
    let names = ["in", "ill", "out", "dead"];
    let to: Vec<Option<&str>> = TO.iter().map(|&to| (to > 0).then(|| names[to as usize])).collect();
    Histories::among(&names).rows(&ID, &ENTRY, &EXIT, &to)
}

/// R 4.2, etm 1.1.1: `clos(etm(d, c("0", "1", "2", "3"), tra, "cens", 0))$e.phi` of these rows, with tied times, censored and
/// late ones. (With one absorbing state etm's `clos` has other stays without the intermediate state, for the same data; those
/// with two are the formula.)
#[test]
fn the_change_is_that_of_etm() -> Result<()> {
    let change = ChangeInStay::new("in", "ill").estimate(&data()?)?;
    assert!((change.value()? - 1.0404206675811616).abs() < 1e-12, "{:?}", change.value());
    // Where the ends are is not asked: one of them, or two.
    let to: Vec<Option<&str>> =
        TO.iter().map(|&to| (to > 0).then(|| ["in", "ill", "out", "out"][to as usize])).collect();
    let one_end = Histories::among(&["in", "ill", "out"]).rows(&ID, &ENTRY, &EXIT, &to)?;
    let of_one = ChangeInStay::new("in", "ill").estimate(&one_end)?;
    assert!((of_one.value()? - change.value()?).abs() < 1e-12);
    assert!((of_one.std_error()? - change.std_error()?).abs() < 1e-12);
    Ok(())
}

/// The variance is the sum of the squares of the derivatives by the weights of the subjects, at any horizon.
#[test]
fn its_error_is_that_of_derivatives() -> Result<()> {
    for tau in [4.0, 6.5, 9.0] {
        let model = ChangeInStay::new("in", "ill").until(tau);
        let mut squares = 0.0;
        for id in 1..=24 {
            let with = |weight: f64| -> Result<f64> {
                let weights: Vec<f64> = ID.iter().map(|&i| if i == id { weight } else { 1.0 }).collect();
                Ok(model.estimate(&data()?.with_weights(Weights::sampling(weights))?)?.value()?)
            };
            // Central differences: their error is of the order of the square of the step.
            let slope = (with(1.0 + 1e-4)? - with(1.0 - 1e-4)?) / 2e-4;
            squares += slope * slope;
        }
        let error = model.estimate(&data()?)?.std_error()?;
        assert!((squares.sqrt() - error).abs() < 1e-6, "{tau}: {} {error}", squares.sqrt());
    }
    Ok(())
}

/// A replication weight is the row twice; the order of the rows changes nothing.
#[test]
fn weights_are_subjects() -> Result<()> {
    let change = ChangeInStay::new("in", "ill");
    let twice = data()?.with_weights(Weights::replication(vec![2.0; 30]))?;
    let (one, two) = (change.estimate(&data()?)?, change.estimate(&twice)?);
    assert!((one.value()? - two.value()?).abs() < 1e-12);
    assert!((one.std_error()? / two.std_error()? - 2.0_f64.sqrt()).abs() < 1e-12);
    Ok(())
}

#[test]
fn what_has_no_change_is_refused() -> Result<()> {
    let text = |result: Result<_>| {
        result.map(|_: greenwood::survival::result::Estimate| ()).unwrap_err().to_string()
    };
    let data = data()?;
    assert!(text(ChangeInStay::new("in", "in").estimate(&data)).contains("one state twice"));
    assert!(text(ChangeInStay::new("in", "elsewhere").estimate(&data)).contains("elsewhere"));
    let never = Histories::among(&["in", "ill", "out"]).transitions(
        &[1, 2],
        &[2.0, 3.0],
        &["out", "out"].map(Some),
    )?;
    assert!(
        text(ChangeInStay::new("in", "ill").estimate(&never))
            .contains("from the initial to the intermediate state")
    );
    for tau in [0.0, -1.0, 9.5, f64::NAN] {
        let refused = ChangeInStay::new("in", "ill").until(tau).estimate(&data);
        assert!(matches!(refused, Err(Error::OutOfRange { argument: "tau", .. })), "{tau}");
    }
    let back = Histories::among(&["in", "ill", "out"]).transitions(
        &[1, 1, 1, 2],
        &[1.0, 2.0, 3.0, 4.0],
        &["ill", "in", "out", "out"].map(Some),
    )?;
    assert!(text(ChangeInStay::new("in", "ill").estimate(&back)).contains("returns to the initial state"));
    Ok(())
}
