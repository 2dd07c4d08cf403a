//! The sandwich of Fine and Gray with few covariates, one stratum, one censoring group and nobody who enters late: a walk
//! backwards and one forwards, with the sums in registers.
//!
//! What comes after a row (`Σ W dA` and `Σ W m dA` over later event times) is written down on the way back, where it is asked
//! for: of those with another event and of those who are censored. What comes before it (the hazard and its mean, those with
//! another event, what censoring did) is there on the way on, and with it the influence of the row, which is squared at once.

use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::fine_gray::censoring::{CensoringTies, CensoringWeights};
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
        let Self { rows, pass, risk: risk_of, .. } = *self;
        let (x, _) = rows.x.as_chunks::<P>();
        let (time, event, own) = (&rows.time[..], &rows.event[..], rows.weight.own());
        let events_first = self.weights.ties == CensoringTies::EventsFirst;
        let mut squares = [[0.0; P]; P];
        // The hazard so far and its mean; those with another event; `∫ q/π dΛᶜ`.
        let (mut drift, mut gone, mut pull) = (Level::<P>::ZERO, Level::<P>::ZERO, [0.0; P]);
        let (mut k, mut censorings) = (0, self.weights.censorings.iter().peekable());
        let mut i = stratum.rows.start;
        while i < stratum.rows.end {
            let (now, from) = (time[i], k);
            if let Some(tie) = stratum.ties.get(k).filter(|tie| tie.start == i) {
                debug_assert!(tie.time == now);
                drift.add(self.hazard[k], &means[k]);
                k += 1;
            }
            let mut end = i + 1;
            while end < stratum.rows.end && time[end] == now {
                end += 1;
            }
            let join = |gone: &mut Level<P>| {
                for j in (i..end).filter(|&j| !event[j] && pass.weight[j] > 0.0) {
                    gone.add(risk_of[j] * pass.weight[j], &x[j]);
                }
            };
            if events_first {
                join(&mut gone);
            }
            // Where events leave first a censoring moves what comes after its time, and is felt by those with an event at it.
            let (before, mut own_pull) = (pull, [0.0; P]);
            if let Some(c) = censorings.next_if(|c| c.time == now) {
                let (later, divisor) = (&after[if events_first { k } else { from }], c.divisor(events_first));
                let factor = c.censored / (c.at_risk * divisor);
                for j in 0..P {
                    let q = gone.x[j] * later.all - gone.all * later.x[j];
                    pull[j] += q * factor;
                    own_pull[j] = q / divisor;
                }
            }
            if !events_first {
                join(&mut gone);
            }
            let felt = if events_first { before } else { pull };
            for j in i..end {
                let weight = own.map_or(1.0, |w| w[j]);
                // G is estimated from subjects where weights are those of a sample.
                let unit = if self.sampling { weight.recip() } else { 1.0 };
                let risk = risk_of[j] / weight;
                let mut u: [f64; P];
                if event[j] {
                    u = std::array::from_fn(|a| {
                        (x[j][a] - means[from][a])
                            - risk * (x[j][a] * drift.all - drift.x[a])
                            - unit * felt[a]
                    });
                } else if pass.weight[j] > 0.0 {
                    let (w, later) = (pass.weight[j], &after[k]);
                    let exposure = drift.all + w * later.all;
                    u = std::array::from_fn(|a| {
                        -risk * (x[j][a] * exposure - (drift.x[a] + w * later.x[a])) - unit * felt[a]
                    });
                } else {
                    u = std::array::from_fn(|a| {
                        -risk * (x[j][a] * drift.all - drift.x[a]) - unit * (pull[a] - own_pull[a])
                    });
                }
                if own.is_some() {
                    let factor = if self.repeated { weight.sqrt() } else { weight };
                    u = u.map(|u| u * factor);
                }
                for a in 0..P {
                    for b in a..P {
                        squares[a][b] += u[a] * u[b];
                    }
                }
            }
            i = end;
        }
        squares
    }
}
