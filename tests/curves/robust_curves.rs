//! Robust errors of curves: of the censoring, where events leave first, and of those who are left at a later time.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::{KaplanMeier, RightCensored, Weights};

const TIME: [f64; 10] = [1., 2., 2., 2., 3., 3., 4., 5., 5., 6.];
const EVENT: [bool; 10] = [true, true, false, false, true, false, false, true, false, false];
const WEIGHT: [f64; 10] = [1., 2., 0.5, 1.5, 1., 3., 2., 1., 0.5, 1.];
const CLUSTER: [u32; 10] = [0, 1, 0, 2, 1, 3, 2, 3, 0, 1];

/// mpmath: `G = Π (1 − c/(n − d))` and its logarithm's derivatives in the weights, squared and summed over clusters or over rows;
/// the curve of the events in the same way.
#[test]
fn errors_are_derivatives_in_the_weights() -> Result<()> {
    let weighted = RightCensored::new(TIME.to_vec(), EVENT.to_vec())?
        .with_weights(Weights::sampling(WEIGHT.to_vec()))?;
    let clustered = weighted.clone().with_clusters(CLUSTER.as_ref())?;
    for (t, g, by_cluster, by_row) in [
        (2.0, 0.80952380952380952, 0.11725789998955008, 0.14215354211934222),
        (3.0, 0.48571428571428571, 0.13154835865762402, 0.22328910447482425),
        (4.0, 0.26984126984126984, 0.13256204710658846, 0.16439365417889414),
        (5.0, 0.17989417989417989, 0.14010995074871989, 0.14940253226081403),
    ] {
        for (data, error) in [(&clustered, by_cluster), (&weighted, by_row)] {
            let at = KaplanMeier::censoring(data).at(t);
            assert_relative_eq!(at.value()?, g, max_relative = 1e-12);
            assert_relative_eq!(at.std_error()?, error, max_relative = 1e-9);
        }
    }
    for (t, s, by_cluster, by_row) in [
        (2.0, 0.77777777777777778, 0.12697323967523879, 0.14723081333331949),
        (3.0, 0.68627450980392157, 0.19172749108832912, 0.1660901411945901),
        (5.0, 0.41176470588235294, 0.12088197726673001, 0.22648847116636145),
    ] {
        for (data, error) in [(&clustered, by_cluster), (&weighted, by_row)] {
            let at = KaplanMeier::fit(data).at(t);
            assert_relative_eq!(at.value()?, s, max_relative = 1e-12);
            assert_relative_eq!(at.std_error()?, error, max_relative = 1e-9);
        }
    }
    Ok(())
}

/// The curve given survival to 2.5 is that of the rows that are observed later, with the entries that come later.
#[test]
fn a_later_start_is_that_of_the_rows_that_are_left() -> Result<()> {
    let entry = [0., 0., 1., 0., 1.5, 2.6, 0.5, 3.5, 2.5, 4.];
    let kept: Vec<usize> = (0..10).filter(|&i| TIME[i] >= 2.5).collect();
    let pick = |column: &[f64]| kept.iter().map(|&i| column[i]).collect::<Vec<f64>>();
    let rows = |time: Vec<f64>, event: Vec<bool>, entry: Vec<f64>, weight: Vec<f64>, cluster: Vec<u32>| {
        RightCensored::new(time, event)?
            .with_entry(entry)?
            .with_weights(Weights::sampling(weight))?
            .with_clusters(&cluster)
    };
    let all = rows(TIME.to_vec(), EVENT.to_vec(), entry.to_vec(), WEIGHT.to_vec(), CLUSTER.to_vec())?;
    let left = rows(
        pick(&TIME),
        kept.iter().map(|&i| EVENT[i]).collect(),
        pick(&entry).iter().map(|&e| if e < 2.5 { 0.0 } else { e }).collect(),
        pick(&WEIGHT),
        kept.iter().map(|&i| CLUSTER[i]).collect(),
    )?;
    for (whole, alone) in [
        (KaplanMeier::fit(&all), KaplanMeier::fit(&left)),
        (KaplanMeier::censoring(&all), KaplanMeier::censoring(&left)),
    ] {
        let whole = whole.given_survival_to(2.5)?;
        for t in [3.0, 4.0, 5.0, 5.5] {
            let (found, right) = (whole.at(t), alone.at(t));
            assert_relative_eq!(found.value()?, right.value()?, max_relative = 1e-12);
            match right.std_error() {
                Ok(error) => assert_relative_eq!(found.std_error()?, error, max_relative = 1e-9),
                Err(why) => assert_eq!(found.std_error(), Err(why)),
            }
        }
    }
    Ok(())
}
