//! The sandwich of Fine and Gray with few covariates, one stratum, one censoring group and nobody who enters late: a walk
//! backwards and one forwards, with the sums in registers.
//!
//! What comes after a row (`Σ W dA` and `Σ W m dA` over later event times) is written down on the way back, where it is asked
//! for: of those with another event and of those who are censored. What comes before it (the hazard and its mean, those with
//! another event, what censoring did) is there on the way on, and with it the influence of the row, which is squared at once.

use std::ops::Range;

use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::fine_gray::censoring::{Censoring, CensoringTies, CensoringWeights};
use crate::survival::regression::fine_gray::one_pass::{OnePass, of_columns};
use crate::survival::regression::fine_gray::scan::symmetric;

/// A sum of weights `r` and of `r x`, or of hazards `h` and of `h m`.
#[derive(Clone, Copy)]
struct Level<const P: usize> {
    all: f64,
    x: [f64; P],
}

impl<const P: usize> Level<P> {
    const ZERO: Self = Self { all: 0.0, x: [0.0; P] };

    #[inline]
    fn add(&mut self, factor: f64, x: &[f64; P]) {
        self.all += factor;
        for j in 0..P {
            self.x[j] += factor * x[j];
        }
    }
}

/// Where the search ended.
#[derive(Clone, Copy)]
pub(super) struct End<'a> {
    pub rows: &'a Rows,
    pub pass: &'a OnePass,
    /// Of each row.
    pub risk: &'a [f64],
    /// By event time: `d/S0` and `S1/S0`.
    pub hazard: &'a [f64],
    pub mean: &'a [f64],
    pub weights: &'a CensoringWeights,
    /// The weights are those of a sample: censoring is estimated from subjects.
    pub sampling: bool,
    /// A weight of k is k rows.
    pub repeated: bool,
}

impl End<'_> {
    /// `Σ u uᵀ` of the influences of the rows. Returns `None` where there is more than one stratum.
    pub fn meat(&self) -> Option<Vec<f64>> {
        of_columns!(self.rows.p, P => self.meat_with::<P>())
    }

    fn meat_with<const P: usize>(&self) -> Option<Vec<f64>> {
        let [stratum] = &self.rows.strata[..] else { return None };
        let (means, _) = self.mean.as_chunks::<P>();
        let after = self.after(stratum, means);
        let squares = self.squares(stratum, means, &after);
        let mut meat = squares.as_flattened().to_vec();
        symmetric(&mut meat, P);
        Some(meat)
    }

    /// `Σ W dA` and `Σ W m dA` over the event times from each on, and after the last.
    fn after<const P: usize>(&self, stratum: &Stratum, means: &[[f64; P]]) -> Vec<Level<P>> {
        let times = stratum.ties.len();
        let mut after = vec![Level::ZERO; times + 1];
        let mut sum = Level::ZERO;
        for (k, tie) in stratum.ties.iter().enumerate().rev() {
            sum.add(self.pass.weight[tie.start] * self.hazard[k], &means[k]);
            after[k] = sum;
        }
        after
    }

    /// From the first row to the last, time by time.
    fn squares<const P: usize>(
        &self,
        stratum: &Stratum,
        means: &[[f64; P]],
        after: &[Level<P>],
    ) -> [[f64; P]; P] {
        let time = &self.rows.time[..];
        let (x, _) = self.rows.x.as_chunks::<P>();
        let mut walk = Forwards { end: self, x, means, after, now: Now::ZERO, squares: [[0.0; P]; P] };
        let (mut k, mut censorings) = (0, self.weights.censorings.iter().peekable());
        let mut i = stratum.rows.start;
        while i < stratum.rows.end {
            let (now, from) = (time[i], k);
            if stratum.ties.get(k).is_some_and(|tie| tie.start == i) {
                walk.now.drift.add(self.hazard[k], &means[k]);
                k += 1;
            }
            let mut end = i + 1;
            while end < stratum.rows.end && time[end] == now {
                end += 1;
            }
            walk.censor(censorings.next_if(|c| c.time == now), i..end, (from, k));
            (i..end).for_each(|j| walk.count(j, (from, k)));
            i = end;
        }
        walk.squares
    }
}

/// What there is at a time on the way on.
struct Now<const P: usize> {
    /// The hazard so far and its mean.
    drift: Level<P>,
    /// Those with another event.
    gone: Level<P>,
    /// `∫ q/π dΛᶜ`, the influence of the estimated G: on those who are censored now, and on those with an event.
    influence: [f64; P],
    of_events: [f64; P],
    /// `q/π` of those who are censored now.
    own_influence: [f64; P],
}

impl<const P: usize> Now<P> {
    const ZERO: Self = Self {
        drift: Level::ZERO,
        gone: Level::ZERO,
        influence: [0.0; P],
        of_events: [0.0; P],
        own_influence: [0.0; P],
    };
}

/// The walk from the first row to the last.
struct Forwards<'a, const P: usize> {
    end: &'a End<'a>,
    x: &'a [[f64; P]],
    means: &'a [[f64; P]],
    after: &'a [Level<P>],
    now: Now<P>,
    squares: [[f64; P]; P],
}

impl<const P: usize> Forwards<'_, P> {
    /// What the rows of a time do to those with another event and, where some are censored, to the weights. `from` and `k`
    /// are the numbers of event times before it and until it.
    #[inline]
    fn censor(&mut self, censoring: Option<&Censoring>, rows: Range<usize>, (from, k): (usize, usize)) {
        let events_first = self.end.weights.ties == CensoringTies::EventsFirst;
        // Where events leave first a censoring moves what comes after its time, and those with an event at it do not feel it.
        if events_first {
            self.join(rows.clone());
            self.now.of_events = self.now.influence;
        }
        if let Some(c) = censoring {
            let later = &self.after[if events_first { k } else { from }];
            let divisor = c.divisor(events_first);
            let factor = c.censored / (c.at_risk * divisor);
            for j in 0..P {
                let q = self.now.gone.x[j] * later.all - self.now.gone.all * later.x[j];
                self.now.influence[j] += q * factor;
                self.now.own_influence[j] = q / divisor;
            }
        }
        if !events_first {
            self.join(rows);
            self.now.of_events = self.now.influence;
        }
    }

    #[inline]
    fn join(&mut self, rows: Range<usize>) {
        let End { pass, risk, .. } = *self.end;
        for j in rows.filter(|&j| !self.end.rows.event[j] && pass.weight[j] > 0.0) {
            self.now.gone.add(risk[j] * pass.weight[j], &self.x[j]);
        }
    }

    /// The square of the influence of a row.
    #[inline]
    fn count(&mut self, j: usize, (from, k): (usize, usize)) {
        let End { rows, pass, .. } = *self.end;
        let Now { drift, influence, of_events, own_influence, .. } = &self.now;
        let weight = rows.weight.own().map_or(1.0, |w| w[j]);
        // G is estimated from subjects where weights are those of a sample.
        let unit = if self.end.sampling { weight.recip() } else { 1.0 };
        let risk = self.end.risk[j] / weight;
        let x = &self.x[j];
        let mut u: [f64; P] = if rows.event[j] {
            let mean = &self.means[from];
            std::array::from_fn(|a| {
                (x[a] - mean[a]) - risk * (x[a] * drift.all - drift.x[a]) - unit * of_events[a]
            })
        } else if pass.weight[j] > 0.0 {
            let (w, later) = (pass.weight[j], &self.after[k]);
            let exposure = drift.all + w * later.all;
            std::array::from_fn(|a| {
                -risk * (x[a] * exposure - (drift.x[a] + w * later.x[a])) - unit * of_events[a]
            })
        } else {
            std::array::from_fn(|a| {
                -risk * (x[a] * drift.all - drift.x[a]) - unit * (influence[a] - own_influence[a])
            })
        };
        if rows.weight.own().is_some() {
            let factor = if self.end.repeated { weight.sqrt() } else { weight };
            u = u.map(|u| u * factor);
        }
        for a in 0..P {
            for b in a..P {
                self.squares[a][b] += u[a] * u[b];
            }
        }
    }
}
