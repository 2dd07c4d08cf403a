//! The likelihood of one row as a function of the baseline at the ends of its interval, with its derivatives.

use std::fmt;

/// The scale on which covariates add to the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum IntervalLink {
    /// `log(−log S)`, so that `exp β` is a hazard ratio.
    ProportionalHazards,
    /// `log((1 − S)/S)`, so that `exp β` is the ratio of the odds of an event by t.
    ProportionalOdds,
}

impl fmt::Display for IntervalLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ProportionalHazards => "Proportional hazards",
            Self::ProportionalOdds => "Proportional odds",
        })
    }
}

/// `log P(a < G ≤ b)` with its derivatives by a, by b and by what is added to both.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    pub value: f64,
    pub by: [f64; 3],
    /// Minus the second derivatives: aa, bb, ab, and of each with the shift, and of the shift twice.
    pub curvature: [f64; 6],
}

/// Of [`Cell::curvature`].
pub(super) const AA: usize = 0;
pub(super) const BB: usize = 1;
pub(super) const AB: usize = 2;
pub(super) const A_SHIFT: usize = 3;
pub(super) const B_SHIFT: usize = 4;
pub(super) const SHIFT: usize = 5;

fn softplus(u: f64) -> f64 {
    u.max(0.0) + (-u.abs()).exp().ln_1p()
}

/// The logistic distribution function.
fn logistic(u: f64) -> f64 {
    if u >= 0.0 {
        1.0 / (1.0 + (-u).exp())
    } else {
        let e = u.exp();
        e / (1.0 + e)
    }
}

impl IntervalLink {
    /// On the scale of the model, from a probability of the event.
    pub(super) fn of_probability(self, event: f64, survival: f64) -> f64 {
        match self {
            Self::ProportionalHazards if event < 0.5 => (-(-event).ln_1p()).ln(),
            Self::ProportionalHazards => (-survival.ln()).ln(),
            Self::ProportionalOdds => (event / survival).ln(),
        }
    }

    /// `log P(a + shift < G ≤ b + shift)`.
    pub(super) fn log_probability(self, a: f64, b: f64, shift: f64) -> f64 {
        match self {
            Self::ProportionalHazards => {
                let at_a = (a + shift).exp();
                let between = between(a, b, shift, at_a);
                let within = if between > 40.0 { 0.0 } else { (-(-between).exp_m1()).ln() };
                within - at_a
            }
            Self::ProportionalOdds => {
                let within = if a.is_finite() && b.is_finite() { (-(a - b).exp_m1()).ln() } else { 0.0 };
                let before = if a.is_finite() { softplus(a + shift) } else { 0.0 };
                let after = if b.is_finite() { softplus(-b - shift) } else { 0.0 };
                within - before - after
            }
        }
    }

    /// The same with its derivatives.
    pub(super) fn cell(self, a: f64, b: f64, shift: f64) -> Cell {
        match self {
            Self::ProportionalHazards => hazards(a, b, shift),
            Self::ProportionalOdds => odds(a, b, shift),
        }
    }
}

/// The cumulative hazard from one end of the interval to the other.
fn between(a: f64, b: f64, shift: f64, at_a: f64) -> f64 {
    if b == f64::INFINITY {
        f64::INFINITY
    } else if a == f64::NEG_INFINITY {
        (b + shift).exp()
    } else {
        at_a * (b - a).exp_m1()
    }
}

/// With A and B the cumulative hazards at the ends, `D = B − A`: `−A + log(1 − exp(−D))`. All differences of large terms are
/// taken out by hand: `q = D/(exp D − 1)` and `s = q + D` say everything.
fn hazards(a: f64, b: f64, shift: f64) -> Cell {
    let at_a = (a + shift).exp();
    let d = between(a, b, shift, at_a);
    let (over, q, rest, value) = if d > 40.0 {
        // 1 − exp(−D) is 1 to the last bit; D exp(−D) is not 0 yet.
        let over = (-d).exp();
        let q = if over > 0.0 { d * over } else { 0.0 };
        (over, q, if d < f64::INFINITY { q + d - 1.0 } else { 0.0 }, -over - at_a)
    } else {
        let over = 1.0 / d.exp_m1();
        let q = d * over;
        let rest = if d < 0.02 { d / 2.0 + d * d / 12.0 - d.powi(4) / 720.0 } else { q + d - 1.0 };
        (over, q, rest, (-(-d).exp_m1()).ln() - at_a)
    };
    // f(a)/P and f(b)/P.
    let rate_a = at_a * (1.0 + over);
    let rate_b = if b.is_finite() { (at_a + d) * over } else { 0.0 };
    let missing = if d < 0.02 { d - rest } else { 1.0 - q };
    Cell {
        value,
        by: [-rate_a, rate_b, q - at_a],
        curvature: [
            rate_a * (1.0 + at_a * over),
            rate_b * (rate_a + rest),
            -rate_a * rate_b,
            rate_a * missing,
            rate_b * rest,
            q * rest + at_a,
        ],
    }
}

/// `log(1 − exp(a − b)) − log(1 + exp a) − log(1 + exp(−b))`.
fn odds(a: f64, b: f64, shift: f64) -> Cell {
    let (both, over) = if a.is_finite() && b.is_finite() {
        let over = 1.0 / (b - a).exp_m1();
        (over * (1.0 + over), over)
    } else {
        (0.0, 0.0)
    };
    let (before, after) = (logistic(a + shift), logistic(-b - shift));
    let (f_a, f_b) = (before * logistic(-a - shift), after * logistic(b + shift));
    let edge = |x: f64, of: f64| if x.is_finite() { of } else { 0.0 };
    Cell {
        value: IntervalLink::ProportionalOdds.log_probability(a, b, shift),
        by: [edge(a, -over - before), edge(b, over + after), after - before],
        curvature: [edge(a, both + f_a), edge(b, both + f_b), -both, f_a, f_b, f_a + f_b],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Derivatives agree with differences, also where an end is infinite. A difference over 2h = 2e-5 is off by h² of the third
    /// derivative and by rounding over h: some 1e-8 here.
    #[test]
    fn derivatives_are_those_of_differences() {
        for link in [IntervalLink::ProportionalHazards, IntervalLink::ProportionalOdds] {
            for (a, b) in [
                (-1.2, 0.4),
                (-3.0, -2.9),
                (0.5, 1.9),
                (-8.0, 3.0),
                (-9.0, -8.5),
                (f64::NEG_INFINITY, -0.3),
                (f64::NEG_INFINITY, -6.0),
                (0.7, f64::INFINITY),
                (-4.0, f64::INFINITY),
            ] {
                let (shift, h) = (0.3, 1e-5);
                let at = |da: f64, db: f64, ds: f64| link.cell(a + da, b + db, shift + ds);
                let cell = at(0.0, 0.0, 0.0);
                assert_relative_eq!(cell.value, link.log_probability(a, b, shift), max_relative = 1e-13);
                let moves = [(h, 0.0, 0.0), (0.0, h, 0.0), (0.0, 0.0, h)];
                let index = [[AA, AB, A_SHIFT], [AB, BB, B_SHIFT], [A_SHIFT, B_SHIFT, SHIFT]];
                for (i, (da, db, ds)) in moves.into_iter().enumerate() {
                    let (up, down) = (at(da, db, ds), at(-da, -db, -ds));
                    let slope = (up.value - down.value) / (2.0 * h);
                    assert_relative_eq!(cell.by[i], slope, max_relative = 1e-7, epsilon = 1e-9);
                    for j in 0..3 {
                        let curve = -(up.by[j] - down.by[j]) / (2.0 * h);
                        let found = cell.curvature[index[i][j]];
                        assert_relative_eq!(found, curve, max_relative = 1e-7, epsilon = 1e-9);
                    }
                }
            }
        }
    }
}
