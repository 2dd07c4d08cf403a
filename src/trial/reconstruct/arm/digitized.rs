//! What the reconstruction of a digitised curve returns: rows, and how well they reproduce it.

use std::fmt;

use crate::error::Result;
use crate::print::Number;
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::data::right_censored::RightCensored;
#[cfg(feature = "serde")]
use crate::survival::result::stored;

/// One click with what was reconstructed there.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DigitizedPoint {
    /// Its time.
    pub time: f64,
    /// The curve as it was clicked (as high as the click before, where it had to be added or lowered).
    pub published: f64,
    /// At risk just before it.
    pub at_risk: u32,
    /// Events at it.
    pub events: u32,
    /// Censorings between it and the next click.
    pub censored: u32,
    /// The reconstructed curve.
    pub survival: f64,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(DigitizedPoint {
    time: f64,
    published: f64,
    at_risk: u32,
    events: u32,
    censored: u32,
    survival: f64,
});

#[cfg(feature = "serde")]
impl DigitizedPoint {
    fn check(&self) -> crate::error::Result<()> {
        stored::size("a time", self.time)?;
        stored::probability("the published survival", self.published)?;
        stored::probability("survival", self.survival)?;
        stored::below("the number of events", self.events as usize, self.at_risk as usize + 1)
    }
}

/// How well reconstructed data reproduce what was published.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Accuracy {
    rmse: f64,
    mean_absolute: f64,
    largest: f64,
    at_risk: Vec<(f64, u32, u32)>,
    events: (Option<u32>, u32),
}

#[cfg(feature = "serde")]
stored::checked_when_read!(Accuracy {
    rmse: f64,
    mean_absolute: f64,
    largest: f64,
    at_risk: Vec<(f64, u32, u32)>,
    events: (Option<u32>, u32),
});

#[cfg(feature = "serde")]
impl Accuracy {
    fn check(&self) -> crate::error::Result<()> {
        let sizes = [self.rmse, self.mean_absolute, self.largest];
        sizes.into_iter().try_for_each(|x| stored::probability("a difference of survival", x))?;
        self.at_risk.iter().try_for_each(|row| stored::size("a time", row.0))
    }
}

impl Accuracy {
    /// The root of the mean squared difference between the reconstructed curve and the clicks.
    #[must_use]
    pub fn root_mean_square(&self) -> f64 {
        self.rmse
    }

    /// The mean absolute difference.
    #[must_use]
    pub fn mean_absolute(&self) -> f64 {
        self.mean_absolute
    }

    /// The largest absolute difference: the Kolmogorov-Smirnov distance at the clicks.
    #[must_use]
    pub fn largest_difference(&self) -> f64 {
        self.largest
    }

    /// For each time of the risk table the published and the reconstructed number at risk.
    #[must_use]
    pub fn at_risk(&self) -> &[(f64, u32, u32)] {
        &self.at_risk
    }

    /// The largest difference between the two.
    #[must_use]
    pub fn largest_at_risk_difference(&self) -> u32 {
        self.at_risk.iter().map(|r| r.1.abs_diff(r.2)).max().unwrap_or(0)
    }

    /// The published number of events, if there is one, and the reconstructed one.
    #[must_use]
    pub fn events(&self) -> (Option<u32>, u32) {
        self.events
    }
}

impl fmt::Display for Accuracy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "against the clicks: root mean square {:.4}, mean {:.4}, largest {:.4}",
            self.rmse, self.mean_absolute, self.largest
        )?;
        match self.events {
            (Some(published), found) => write!(f, "\nevents: {published} published, {found} reconstructed")?,
            (None, found) => write!(f, "\nevents: {found} reconstructed")?,
        }
        write!(f, "\n{:>10}  at risk  reconstructed", "time")?;
        for (time, published, found) in &self.at_risk {
            write!(f, "\n{:>10}  {published:>7}  {found:>13}", Number(*time))?;
        }
        Ok(())
    }
}

/// Individual data behind a digitised curve. They reproduce it; they are not the trial's.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DigitizedArm {
    clicks: Vec<DigitizedPoint>,
    data: RightCensored<'static>,
    accuracy: Accuracy,
}

impl DigitizedArm {
    pub(in crate::trial::reconstruct) fn new(
        clicks: Vec<DigitizedPoint>,
        subjects: u32,
        table: &[(f64, u32)],
        events: Option<u32>,
    ) -> Result<Self> {
        let last = clicks.last().map_or(0.0, |k| k.time);
        let mut rows = Vec::with_capacity(subjects as usize);
        for (k, click) in clicks.iter().enumerate() {
            let next = clicks.get(k + 1).map_or(last, |next| next.time);
            rows.extend(std::iter::repeat_n((click.time, true), click.events as usize));
            let middle = click.time + (next - click.time) / 2.0;
            rows.extend(std::iter::repeat_n((middle, false), click.censored as usize));
        }
        rows.resize(subjects as usize, (last, false));
        let (time, event): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
        let found = event.iter().filter(|d| **d).count() as u32;
        let data = RightCensored::new(time, event)?;
        let curve = KaplanMeier::fit(&data);
        let differences: Vec<f64> =
            clicks.iter().map(|k| (curve.carried(k.time) - k.published).abs()).collect();
        let mean =
            |f: fn(f64) -> f64| differences.iter().map(|&x| f(x)).sum::<f64>() / differences.len() as f64;
        let accuracy = Accuracy {
            rmse: mean(|x| x * x).sqrt(),
            mean_absolute: mean(|x| x),
            largest: differences.iter().copied().fold(0.0, f64::max),
            at_risk: table.iter().map(|&(t, n)| (t, n, curve.table().at_risk(t) as u32)).collect(),
            events: (events, found),
        };
        Ok(Self { clicks, data, accuracy })
    }

    /// The clicks with what was reconstructed at each.
    #[must_use]
    pub fn clicks(&self) -> &[DigitizedPoint] {
        &self.clicks
    }

    /// The rows as data: one subject each, in the order of time.
    #[must_use]
    pub fn data(&self) -> &RightCensored<'static> {
        &self.data
    }

    /// How well they reproduce what was published.
    #[must_use]
    pub fn accuracy(&self) -> &Accuracy {
        &self.accuracy
    }
}

impl fmt::Display for DigitizedArm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} subjects reconstructed from {} clicks\n{}",
            self.data.len(),
            self.clicks.len(),
            self.accuracy
        )?;
        write!(f, "\n{:>10}  at risk  events  censored  published  reconstructed", "time")?;
        for k in &self.clicks {
            write!(
                f,
                "\n{:>10}  {:>7}  {:>6}  {:>8}  {:>9.3}  {:>13.3}",
                Number(k.time),
                k.at_risk,
                k.events,
                k.censored,
                k.published,
                k.survival
            )?;
        }
        Ok(())
    }
}
