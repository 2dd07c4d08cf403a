//! Missing values over all columns together: dropped and counted, or refused.

use greenwood::Error;
use greenwood::survival::data::CompleteCases;

const NA: f64 = f64::NAN;

#[test]
fn gaps_are_judged_over_all_columns_together() -> greenwood::Result<()> {
    let (time, arm) = ([1.0, NA, 3.0, 4.0, 5.0], ["a", "b", "NA", " . ", "b"]);
    let stage = [Some(1), Some(2), None, Some(1), Some(2)];
    let columns = CompleteCases::new()
        .numbers("time", &time)
        .text("arm", &arm, &["NA", ".", ""])
        .options("stage", &stage);
    let complete = columns.drop()?;
    assert_eq!(complete.keep(), [true, false, false, false, true]);
    assert_eq!(complete.dropped(), 3);
    let missing = complete.missing().iter().map(|(name, n)| (name.as_str(), *n)).collect::<Vec<_>>();
    assert_eq!(missing, [("time", 1), ("arm", 2), ("stage", 1)]);
    assert_eq!(complete.to_string(), "3 of 5 rows left out for missing values: time 1, arm 2, stage 1");
    assert_eq!(complete.select(&arm)?, ["a", "b"]);
    assert!(matches!(complete.select(&[1, 2]), Err(Error::LengthMismatch { len: 2, expected: 5, .. })));
    assert_eq!(
        columns.refuse().unwrap_err(),
        Error::MissingValues { column: "time".into(), count: 1, first: 1 }
    );
    let whole = CompleteCases::new().numbers("time", &[1.0, 2.0]);
    assert_eq!((whole.refuse(), whole.drop()?.to_string()), (Ok(()), "no missing values in 2 rows".into()));
    Ok(())
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let uneven = CompleteCases::new().numbers("time", &[1.0]).numbers("age", &[1.0, 2.0]);
    assert!(matches!(uneven.drop(), Err(Error::LengthMismatch { .. })));
    assert!(matches!(uneven.refuse(), Err(Error::LengthMismatch { .. })));
    assert_eq!(
        CompleteCases::new().drop().unwrap_err().to_string(),
        "the list of columns is empty: at least one value is needed"
    );
    let none = CompleteCases::new().numbers("time", &[NA, 1.0]).numbers("age", &[2.0, NA]);
    assert!(matches!(none.drop(), Err(Error::Empty { argument: "the list of rows without missing values" })));
}
