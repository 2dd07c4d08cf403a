//! The conventions of other programs as presets, so that a print-out of theirs can be matched number by number.

use crate::print::{self, Number};
use crate::survival::curve::quantile::{FlatStep, Quantile, QuantileRule};
use crate::survival::result::interval::Interval;

/// Whose conventions intervals and quantiles follow.
///
/// | | interval of S(t) and of quantiles | a quantile where the curve is flat at 1 − p | what is not reached |
/// |---|---|---|---|
/// | [`Greenwood`](Self::Greenwood) | log-log | midpoint; to the last observation where it drops no further | `not reached` |
/// | [`R`](Self::R) | log | the same | `NA` |
/// | [`Sas`](Self::Sas) | linear | midpoint of the two event times; not reached where it drops no further | `NE` |
/// | [`SasLogLog`](Self::SasLogLog) | log-log, LIFETEST's default from SAS 9.2 on | the same | `NE` |
///
/// It goes wherever an [`Interval`] or a [`QuantileRule`] goes.
///
/// # Example
/// The first quartile of the 38 patients with lymphoblastic leukaemia of Klein & Moeschberger (2003): the SAS/STAT
/// user's guide prints 107 to 276 for linear limits and 86 to 230 for log-log ones.
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
/// use greenwood::survival::curve::Conventions;
///
/// let days = [
///     1., 55., 74., 86., 104., 107., 109., 110., 122., 122., 129., 172., 192., 194., 226., 230., 276., 332., 383., 418.,
///     466., 487., 526., 530., 609., 662., 996., 1111., 1167., 1182., 1199., 1330., 1377., 1433., 1462., 1496., 1602.,
///     2081.,
/// ];
/// let free = [226., 530., 996., 1111., 1167., 1182., 1199., 1330., 1377., 1433., 1462., 1496., 1602., 2081.];
/// let failed = days.map(|day| !free.contains(&day));
/// let curve = KaplanMeier::fit(&RightCensored::new(&days, &failed)?);
/// let quartile = |conventions| curve.quantiles(&[0.25], conventions);
/// assert_eq!(quartile(Conventions::Sas)?[0].interval().bounds(), Some((107.0, 276.0)));
/// assert_eq!(quartile(Conventions::SasLogLog)?[0].interval().bounds(), Some((86.0, 230.0)));
/// let late = curve.quantiles(&[0.75], Conventions::Sas)?[0];
/// assert_eq!(Conventions::Sas.text(&late), "NE (609, NE)");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// SAS/STAT User's Guide, The LIFETEST Procedure, "Breslow, Fleming-Harrington, and Kaplan-Meier Methods".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Conventions {
    /// This crate's.
    #[default]
    Greenwood,
    /// R's `survfit` with its defaults.
    R,
    /// SAS's `PROC LIFETEST` with `CONFTYPE=LINEAR`.
    Sas,
    /// SAS's `PROC LIFETEST` with `CONFTYPE=LOGLOG`, its default since SAS 9.2.
    SasLogLog,
}

impl Conventions {
    /// The interval at 95 %.
    #[must_use]
    pub fn interval(self) -> Interval {
        match self {
            Self::Greenwood | Self::SasLogLog => Interval::log_log(),
            Self::R => Interval::log(),
            Self::Sas => Interval::plain(),
        }
    }

    /// The rule for quantiles.
    #[must_use]
    pub fn quantile_rule(self) -> QuantileRule {
        let flat = match self {
            Self::Greenwood | Self::R => FlatStep::Midpoint,
            Self::Sas | Self::SasLogLog => FlatStep::MidpointOfEvents,
        };
        QuantileRule::default().with_interval(self.interval()).flat_step(flat)
    }

    /// What is written for a quantile, or a limit, that is not reached.
    #[must_use]
    pub fn not_reached(self) -> &'static str {
        match self {
            Self::Greenwood => "not reached",
            Self::R => "NA",
            Self::Sas | Self::SasLogLog => "NE",
        }
    }

    /// A quantile as it stands in a table: `11.6 (10.4, NE)`.
    #[must_use]
    pub fn text(self, quantile: &Quantile) -> String {
        let text =
            |t: Option<f64>| t.map_or_else(|| self.not_reached().to_string(), |t| Number(t).to_string());
        let interval = quantile.interval();
        let separator = if self == Self::Greenwood { " to " } else { ", " };
        let limits = format!("{}{separator}{}", text(interval.lower), text(interval.upper));
        format!("{} ({limits})", text(quantile.value().ok()))
    }
}

impl From<Conventions> for Interval {
    fn from(conventions: Conventions) -> Self {
        conventions.interval()
    }
}

impl From<Conventions> for QuantileRule {
    fn from(conventions: Conventions) -> Self {
        conventions.quantile_rule()
    }
}

impl std::fmt::Display for Conventions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        print::pad_left(
            f,
            match self {
                Self::Greenwood => "greenwood",
                Self::R => "R",
                Self::Sas => "SAS (CONFTYPE=LINEAR)",
                Self::SasLogLog => "SAS (CONFTYPE=LOGLOG)",
            },
        )
    }
}
