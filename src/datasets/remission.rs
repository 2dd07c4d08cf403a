//! Two classics of the field: remissions of leukaemia, in weeks.

use crate::error::Result;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;

fn two_arms(arms: [(&'static str, &[(f64, bool)]); 2]) -> Result<(RightCensored<'static>, Groups)> {
    let rows = || arms.iter().flat_map(|(arm, rows)| rows.iter().map(move |row| (*arm, row)));
    let time: Vec<f64> = rows().map(|(_, row)| row.0).collect();
    let event: Vec<bool> = rows().map(|(_, row)| row.1).collect();
    let arm: Vec<&str> = rows().map(|(arm, _)| arm).collect();
    Ok((RightCensored::new(time, event)?, Groups::new(&arm)))
}

/// Weeks of remission of 42 children with acute leukaemia, 21 with 6-mercaptopurine ("6-MP") and 21 with placebo.
///
/// Source: Freireich et al. (1963), Blood 21:699; the times as in Gehan (1965), Biometrika 52:203, table 1.
///
/// # Errors
/// None in fact: the data are valid.
///
/// # Example
/// R 4.2.2, survival 3.5-3: `survdiff(Surv(weeks, relapse) ~ arm)` has χ² = 16.79294.
/// ```
/// use greenwood::datasets::leukaemia;
/// use greenwood::survival::{KaplanMeier, LogRank};
///
/// let (data, arm) = leukaemia()?;
/// assert!((LogRank::test(&data, &arm)?.statistic() - 16.79294098921654).abs() < 1e-9);
/// assert_eq!(KaplanMeier::by_group(&data, &arm)?[1].median().value()?, 8.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
pub fn leukaemia() -> Result<(RightCensored<'static>, Groups)> {
    let (r, c) = (true, false);
    two_arms([
        (
            "6-MP",
            &[
                (6.0, r),
                (6.0, r),
                (6.0, r),
                (6.0, c),
                (7.0, r),
                (9.0, c),
                (10.0, r),
                (10.0, c),
                (11.0, c),
                (13.0, r),
                (16.0, r),
                (17.0, c),
                (19.0, c),
                (20.0, c),
                (22.0, r),
                (23.0, r),
                (25.0, c),
                (32.0, c),
                (32.0, c),
                (34.0, c),
                (35.0, c),
            ],
        ),
        (
            "placebo",
            &[
                (1.0, r),
                (1.0, r),
                (2.0, r),
                (2.0, r),
                (3.0, r),
                (4.0, r),
                (4.0, r),
                (5.0, r),
                (5.0, r),
                (8.0, r),
                (8.0, r),
                (8.0, r),
                (8.0, r),
                (11.0, r),
                (11.0, r),
                (12.0, r),
                (12.0, r),
                (15.0, r),
                (17.0, r),
                (22.0, r),
                (23.0, r),
            ],
        ),
    ])
}

/// Weeks of remission of 23 adults with acute myelogenous leukaemia, 11 with maintenance chemotherapy and 12 without: R's
/// `aml`.
///
/// Source: Embury et al. (1977), West J Med 126:267; as in Miller (1981), Survival Analysis, page 49.
///
/// # Errors
/// None in fact: the data are valid.
///
/// # Example
/// R 4.2.2, survival 3.5-3: `survdiff(Surv(time, status) ~ x, aml)` has χ² = 3.396389.
/// ```
/// use greenwood::datasets::maintenance;
/// use greenwood::survival::LogRank;
///
/// let (data, arm) = maintenance()?;
/// assert!((LogRank::test(&data, &arm)?.statistic() - 3.3963886989776).abs() < 1e-9);
/// # Ok::<(), greenwood::Error>(())
/// ```
pub fn maintenance() -> Result<(RightCensored<'static>, Groups)> {
    let (r, c) = (true, false);
    two_arms([
        (
            "maintained",
            &[
                (9.0, r),
                (13.0, r),
                (13.0, c),
                (18.0, r),
                (23.0, r),
                (28.0, c),
                (31.0, r),
                (34.0, r),
                (45.0, c),
                (48.0, r),
                (161.0, c),
            ],
        ),
        (
            "nonmaintained",
            &[
                (5.0, r),
                (5.0, r),
                (8.0, r),
                (8.0, r),
                (12.0, r),
                (16.0, c),
                (23.0, r),
                (27.0, r),
                (30.0, r),
                (33.0, r),
                (43.0, r),
                (45.0, r),
            ],
        ),
    ])
}
