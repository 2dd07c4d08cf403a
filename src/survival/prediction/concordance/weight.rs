//! What a pair of subjects counts, by the time at which the first of them has the event.

use crate::error::{Error, Result};

/// What a pair counts in a concordance: a weight of the time at which its event happens, and an end.
///
/// With S and G the Kaplan-Meier curves of events and of censoring just before that time, and n the number at risk
/// of N (sums of weights; within strata):
///
/// | | weight | what it estimates |
/// |---|---|---|
/// | [`equal`](Self::equal) | 1 | Harrell's C: the share of comparable pairs; it depends on the censoring |
/// | [`uno`](Self::uno) | 1/G² | Uno's C: that of all pairs, had none been censored before the end |
/// | [`survival`](Self::survival) | N S/n | nearly the same, and tamer in the tail (Peto & Wilcoxon) |
/// | [`schemper`](Self::schemper) | N S/(n G) | Schemper's; like Uno's where no entry is delayed |
/// | [`information`](Self::information) | 1/n | that of the score of a Cox model |
///
/// Late pairs may weigh much where G is small: end with [`until`](Self::until) where few are left. Weights are taken
/// as known in the standard error, as in R.
///
/// # References
/// Uno, Cai, Pencina, D'Agostino & Wei (2011), Stat Med 30:1105. Schemper, Wakounig & Heinze (2009), Stat Med 28:2473.
/// Therneau & Atkinson, vignette "concordance" of R's survival.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PairWeight {
    kind: Kind,
    until: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Kind {
    Equal,
    Survival,
    Schemper,
    Uno,
    Information,
}

impl PairWeight {
    const fn new(kind: Kind) -> Self {
        Self { kind, until: None }
    }

    /// Every pair counts the same: Harrell's C (R's `timewt = "n"`).
    #[must_use]
    pub const fn equal() -> Self {
        Self::new(Kind::Equal)
    }

    /// By survival over the share still at risk (R's `"S"`).
    #[must_use]
    pub const fn survival() -> Self {
        Self::new(Kind::Survival)
    }

    /// By survival over the share at risk, and over the chance of not being censored (R's `"S/G"`).
    #[must_use]
    pub const fn schemper() -> Self {
        Self::new(Kind::Schemper)
    }

    /// By the inverse chance that neither of the two is censored: Uno's C (R's `"n/G2"`).
    #[must_use]
    pub const fn uno() -> Self {
        Self::new(Kind::Uno)
    }

    /// By the inverse number at risk (R's `"I"`).
    #[must_use]
    pub const fn information() -> Self {
        Self::new(Kind::Information)
    }

    /// Pairs whose event comes after `time` do not count (R's `ymax`; the τ of Uno).
    #[must_use]
    pub const fn until(self, time: f64) -> Self {
        Self { until: Some(time), ..self }
    }

    /// Does every pair that counts, count 1?
    pub(super) fn counts_all_alike(self) -> bool {
        self.kind == Kind::Equal
    }

    /// Does a pair whose event is at `time` count?
    pub(super) fn counts_at(self, time: f64) -> bool {
        self.until.is_none_or(|until| time <= until)
    }

    pub(super) fn check(self, delayed_entry: bool) -> Result<()> {
        if let Some(value) = self.until.filter(|t| !(0.0..f64::INFINITY).contains(t)) {
            return Err(Error::OutOfRange { argument: "until", value, must_be: "finite and at least 0" });
        }
        if delayed_entry && matches!(self.kind, Kind::Schemper | Kind::Uno) {
            return Err(Error::Unsupported {
                method: "a weight by the chance of not being censored",
                with: "delayed entry",
                why: "the curve of censoring would need the entries; take `PairWeight::survival` or `equal`",
            });
        }
        Ok(())
    }

    /// The weight of the pairs of each row's event, of rows in order of time, events before censorings; `delayed` are
    /// entries after 0 in their order.
    pub(super) fn of_rows(
        self,
        time: &[f64],
        event: &[bool],
        weights: &[f64],
        delayed: &[(f64, usize)],
    ) -> Vec<f64> {
        let total: f64 = weights.iter().sum();
        let mut of_rows = vec![1.0; time.len()];
        // The curves just before a time, and what has left and is yet to enter then.
        let (mut survival, mut uncensored, mut gone) = (1.0, 1.0, 0.0);
        let mut absent: f64 = delayed.iter().map(|&(_, k)| weights[k]).sum();
        let (mut start, mut entering) = (0, delayed);
        // With a single event no curve is needed (and R makes none).
        let kind = if event.iter().filter(|e| **e).count() < 2 { Kind::Equal } else { self.kind };
        while start < time.len() {
            let t = time[start];
            while let Some((&(_, k), rest)) = entering.split_first().filter(|((entry, _), _)| *entry < t) {
                absent -= weights[k];
                entering = rest;
            }
            let at_risk = total - absent - gone;
            let end = start + time[start..].partition_point(|&x| x == t);
            let events = start + event[start..end].partition_point(|&e| e);
            let weight = match kind {
                Kind::Equal => 1.0,
                Kind::Survival => total * survival / at_risk,
                Kind::Schemper => total * survival / (uncensored * at_risk),
                Kind::Uno => (uncensored * uncensored).recip(),
                Kind::Information => at_risk.recip(),
            };
            // Nobody of any weight is left: what such a pair would count is multiplied by 0.
            let counts = self.counts_at(t) && weight.is_finite();
            of_rows[start..end].fill(if counts { weight } else { 0.0 });
            let failed: f64 = weights[start..events].iter().sum();
            let censored: f64 = weights[events..end].iter().sum();
            if failed > 0.0 {
                survival *= (1.0 - failed / at_risk).max(0.0);
            }
            if censored > 0.0 {
                uncensored *= (1.0 - censored / (at_risk - failed)).max(0.0);
            }
            gone += failed + censored;
            start = end;
        }
        of_rows
    }
}
