//! The beta distribution with both tails, and quantiles that hold far out.
//!
//! statrs 0.19's `inv_beta_reg` starts from a point cut to [1e-4, 0.9999] and loses the tails; its `beta_reg`
//! stops after 141 terms, too few for thousands at risk, and gives the upper tail only as a difference
//! from 1. So the continued fraction (DLMF 8.17.22, by Lentz's method) stands here, with each tail computed
//! where it is the small one. Its front factor `xᵃ (1 − x)ᵇ / B(a, b)` is a ratio of huge numbers: with Stirling's series
//! the large parts cancel on paper and not in `f64` (Didonato & Morris 1992, ACM Trans Math Softw 18:360), so parameters
//! of 1e9 keep eleven digits. Where both are above 1e5 the fraction, whose terms grow with the root of the smaller,
//! gives way to a Gauss-Legendre integral of the density beside x.

use statrs::function::gamma::ln_gamma;

use crate::numeric::quadrature::GaussLegendre;

/// A beta distribution with both parameters above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Beta {
    pub a: f64,
    pub b: f64,
    /// −log B(a, b); with both parameters large, what Stirling's series adds to it.
    ln_norm: f64,
}

/// From here on Stirling's series holds 16 digits.
const LARGE: f64 = 10.0;

impl Beta {
    pub(crate) fn new(a: f64, b: f64) -> Self {
        let (small, large) = (a.min(b), a.max(b));
        let ln_norm = if small >= LARGE {
            stirling(a + b) - stirling(a) - stirling(b)
        } else if large >= LARGE {
            // log Γ(s + l) − log Γ(l), with l log l taken out of both.
            let sum = small + large;
            (large - 0.5) * (small / large).ln_1p() + small * sum.ln() - small + stirling(sum)
                - stirling(large)
                - ln_gamma(small)
        } else {
            ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)
        };
        Self { a, b, ln_norm }
    }

    /// The logarithm of `xᵃ (1 − x)ᵇ / B(a, b)`.
    fn ln_front(&self, x: f64, complement: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        if a.min(b) >= LARGE {
            // a log(x/x₀) + b log((1 − x)/(1 − x₀)) around x₀ = a/(a + b), where the linear terms cancel.
            let lean = x * b - a * complement;
            let scale = a / (a + b) * (b / std::f64::consts::TAU);
            return 0.5 * scale.ln() + a * ln_1p_less(lean / a) + b * ln_1p_less(-lean / b) + self.ln_norm;
        }
        let (ln_x, ln_complement) = logs(x, complement);
        self.ln_norm + a * ln_x + b * ln_complement
    }

    /// P(X ≤ x).
    pub(crate) fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x >= 1.0 {
            1.0
        } else {
            self.tails(x, 1.0 - x).0
        }
    }

    /// P(X > x).
    pub(crate) fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            1.0
        } else if x >= 1.0 {
            0.0
        } else {
            self.tails(x, 1.0 - x).1
        }
    }

    /// The density, given `x` and `1 − x`, both above 0.
    pub(crate) fn density(&self, x: f64, complement: f64) -> f64 {
        let (ln_x, ln_complement) = logs(x, complement);
        (self.ln_front(x, complement) - ln_x - ln_complement).exp()
    }

    /// The value below which a share `p` lies, for `0 ≤ p ≤ 1`.
    ///
    /// Newton steps on the logarithm of the smaller tail as a function of the log odds of x, where it is
    /// concave and nearly straight; a step that leaves the bracket becomes a bisection.
    pub(crate) fn quantile(&self, p: f64) -> f64 {
        if p <= 0.0 {
            return 0.0;
        }
        if p >= 1.0 {
            return 1.0;
        }
        let lower_tail = p <= 0.5;
        let target = if lower_tail { p.ln() } else { (1.0 - p).ln() };
        // x = 1/(1 + e^−y): |y| < 745 covers every x and 1 − x above 1e-320.
        let (mut low, mut high) = (-740.0_f64, 740.0_f64);
        let mut y = (self.a / self.b).ln().clamp(low, high);
        for _ in 0..400 {
            let (x, complement) = (expit(y), expit(-y));
            let (below, above) = self.tails(x, complement);
            let tail = if lower_tail { below } else { above };
            let miss = tail.ln() - target;
            // The lower tail grows with y, the upper one falls.
            if (miss > 0.0) == lower_tail {
                high = y;
            } else {
                low = y;
            }
            let slope = self.density(x, complement) * x * complement / tail;
            let step = if lower_tail { -miss / slope } else { miss / slope };
            let next = if step.is_finite() && (low..=high).contains(&(y + step)) {
                y + step
            } else {
                f64::midpoint(low, high)
            };
            let done = (next - y).abs() <= 1e-15 * y.abs().max(1.0);
            y = next;
            if done {
                break;
            }
        }
        expit(y)
    }

    /// Both tails at `x`, given with its complement so that neither loses digits.
    fn tails(&self, x: f64, complement: f64) -> (f64, f64) {
        let (a, b) = (self.a, self.b);
        let front = self.ln_front(x, complement).exp();
        let tail = if a.min(b) < MANY_TERMS {
            |a: f64, b: f64, x: f64, _: f64| fraction(a, b, x) / a
        } else {
            beside
        };
        if x * (a + b + 2.0) < a + 1.0 {
            let below = (front * tail(a, b, x, complement)).min(1.0);
            (below, 1.0 - below)
        } else {
            let above = (front * tail(b, a, complement, x)).min(1.0);
            (1.0 - above, above)
        }
    }
}

/// With both parameters above this the continued fraction needs more terms than the integral has points.
const MANY_TERMS: f64 = 1e5;

/// The integral of the density below `x`, over `xᵃ (1 − x)ᵇ / B(a, b)`, for two large parameters and x below the mean.
///
/// Seen from x the logarithm of the density falls as `−g t − c t²/2 − …`, the linear term being what the lean of x
/// against the mean leaves of two huge numbers. Where that has come to −40 the rest is 1e-17 of it; up to there the
/// integrand is smooth on the scale of the range, so that six panels of 16 points hold all digits.
fn beside(a: f64, b: f64, x: f64, complement: f64) -> f64 {
    const PANELS: u32 = 6;
    let (a, b) = (a - 1.0, b - 1.0);
    let slope = (a * complement - b * x) / (x * complement);
    let curve = a / (x * x) + b / (complement * complement);
    let down = slope.max(0.0);
    let reach = (80.0 / (down + (down * down + 80.0 * curve).sqrt())).min(x);
    let fall = |t: f64| {
        (-slope * t + a * ln_1p_less(-t / x) + b * ln_1p_less(t / complement)).exp() / (x * complement)
    };
    let width = reach / f64::from(PANELS);
    let rule = GaussLegendre::of(16);
    (0..PANELS).map(|k| rule.integrate(f64::from(k) * width, f64::from(k + 1) * width, fall)).sum()
}

/// log x and log(1 − x), each from the smaller of the two.
fn logs(x: f64, complement: f64) -> (f64, f64) {
    if x < complement { (x.ln(), (-x).ln_1p()) } else { ((-complement).ln_1p(), complement.ln()) }
}

/// log(1 + u) − u.
fn ln_1p_less(u: f64) -> f64 {
    if u.abs() > 0.1 {
        return u.ln_1p() - u;
    }
    // −u²/2 + u³/3 − …: 16 terms at |u| = 0.1.
    let mut sum = 0.0;
    for k in (2..20).rev() {
        sum = f64::from(k).recip() - u * sum;
    }
    -u * u * sum
}

/// What log Γ(x) has beyond `(x − ½) log x − x + ½ log 2π`, for x ≥ 10 (DLMF 5.11.1: the first term left out is 1e-16).
fn stirling(x: f64) -> f64 {
    let y = (x * x).recip();
    let series = 1.0 / 12.0
        - y * (1.0 / 360.0
            - y * (1.0 / 1260.0
                - y * (1.0 / 1680.0 - y * (1.0 / 1188.0 - y * (691.0 / 360360.0 - y * (1.0 / 156.0))))));
    series / x
}

fn expit(y: f64) -> f64 {
    if y >= 0.0 { (1.0 + (-y).exp()).recip() } else { y.exp() / (1.0 + y.exp()) }
}

/// The continued fraction of the incomplete beta function; about √max(a, b) terms for x below the mean.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-290;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = away(1.0 - (a + b) * x / (a + 1.0)).recip();
    let mut h = d;
    // Some √min(a, b) steps near the mean: hundreds at the most, since two large parameters are integrated.
    for m in 1..1_000_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a - 1.0 + 2.0 * m) * (a + 2.0 * m));
        d = away(1.0 + even * d).recip();
        c = away(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 1.0 + 2.0 * m));
        d = away(1.0 + odd * d).recip();
        c = away(1.0 + odd / c);
        h *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// R 4.2.2: `qbeta(p, a, b)`, `pbeta(0.3, a, b)`, `pbeta(0.9, a, b, lower.tail = FALSE)`.
    #[test]
    fn tails_and_quantiles_are_those_of_r() {
        for (a, b, p, quantile, below, above) in [
            (7.0, 3.0, 0.025, 0.39990642628368783, 0.0042908939999999982, 0.052972137999999981),
            (6.0, 4.0, 0.975, 0.86300433773483343, 0.02529484199999997, 0.0083310939999999868),
            (9.0, 1.0, 1e-06, 0.21544346900318836, 1.9682999999999994e-05, 0.61257951099999963),
            (4.045872, 4.944954, 0.025, 0.16091425351971386, 0.1845447282766309, 0.00049621603890691529),
            (1.0, 1.0, 0.3, 0.29999999999999999, 0.29999999999999999, 0.099999999999999978),
            (0.5, 0.5, 1e-10, 2.4674011002723406e-20, 0.36901011956554525, 0.20483276469913339),
            (200.0, 300.0, 0.025, 0.3575004924537632, 1.0496985243292928e-06, 1.7106014558524553e-165),
            (200.0, 300.0, 1e-12, 0.2557737154297467, 1.0496985243292928e-06, 1.7106014558524553e-165),
            (1.136, 1.389, 0.5, 0.43494873108621862, 0.34009080636789818, 0.047379496848185002),
        ] {
            let beta = Beta::new(a, b);
            assert_relative_eq!(beta.quantile(p), quantile, max_relative = 1e-12);
            assert_relative_eq!(beta.cdf(0.3), below, max_relative = 1e-12);
            assert_relative_eq!(beta.sf(0.9), above, max_relative = 1e-12);
        }
        // p = 1 − 1e-9 is itself rounded, to 1e-7 of its distance from 1.
        assert_relative_eq!(
            Beta::new(8.0, 2.0).quantile(0.999999999),
            0.99999472947249157,
            max_relative = 1e-12
        );
        // With parameters of 1e5 the log of the density is a difference of numbers near 1e6: 1e-10 is left.
        for (a, b, p, quantile) in
            [(50000.0, 10.0, 1e-4, 0.99947632457334601), (100000.5, 70000.25, 0.975, 0.5905741452067591)]
        {
            assert_relative_eq!(Beta::new(a, b).quantile(p), quantile, max_relative = 1e-12);
        }
    }

    /// R 4.2.2: `qbeta(p, a, b)`, and for quantiles next to 1 `qbeta(p, b, a, lower.tail = FALSE)`, their complement.
    #[test]
    fn parameters_of_a_billion_keep_their_digits() {
        for (a, b, p, quantile, complement) in [
            (1000000000.0, 1.0, 0.025, 0.99999999631112058, 3.6888794473100178e-09),
            (1000000001.0, 1000000000.0, 0.975, 0.5000219133135011, 0.49997808668649885),
            (1.0, 1000000000.0, 0.5, 6.9314718031971976e-10, 0.99999999930685279),
            (3.0, 2000000.0, 0.025, 3.0933585893553068e-07, 0.99999969066414107),
            (2000000.0, 3.5, 0.975, 0.99999957753305813, 4.2246694188832005e-07),
            (100000.0, 12.0, 1e-06, 0.99963894078949955, 0.00036105921050048071),
            (12.0, 10.5, 0.3, 0.4784648275161526, 0.5215351724838474),
        ] {
            let beta = Beta::new(a, b);
            assert_relative_eq!(beta.quantile(p), quantile, max_relative = 1e-11);
            let other = Beta::new(b, a);
            assert_relative_eq!(other.sf(complement), p, max_relative = 1e-7);
        }
    }

    /// The integral beside x is mpmath's quadrature with 50 digits, and the distribution beyond with 60.
    /// (R 4.2.2 has 0.0786496035 for the first of them.) The exponent is a difference of numbers near 1e14.
    #[test]
    fn large_parameters_are_integrated() {
        for (a, b, z, expected) in [
            (4e5_f64, 3e5_f64, -0.1_f64, 0.0027996104901605240514),
            (2e5, 9e6, -3.0, 0.0006889759441454290856),
            (9e6, 2e5, -8.0, 0.00027830293688493899789),
            (1e6, 1e6, 0.0, 0.0017724540724622612378),
            (5e5, 5e5, -30.0, 0.000066592904517630993276),
        ] {
            let mean = a / (a + b);
            let x = mean + z * (mean * (1.0 - mean) / (a + b)).sqrt();
            assert_relative_eq!(beside(a, b, x, 1.0 - x), expected, max_relative = 1e-13);
            // The continued fraction, which is taken for smaller parameters, loses a digit more here.
            assert_relative_eq!(fraction(a, b, x) / a, expected, max_relative = 1e-11);
        }
        for (a, b, x, below) in [
            (1e14, 1e14, 0.5 - 5e-8, 0.078649603634389435),
            (3e14, 7e14, 0.3 - 4e-8, 0.0028877485123552072),
            (5e14 + 1.0, 5e14, 0.5 - 2e-8, 0.10295159981679917),
        ] {
            assert_relative_eq!(Beta::new(a, b).cdf(x), below, max_relative = 1e-8);
        }
    }

    #[test]
    fn the_ends_are_the_ends() {
        let beta = Beta::new(2.0, 3.0);
        assert_eq!((beta.quantile(0.0), beta.quantile(1.0)), (0.0, 1.0));
        assert_eq!((beta.cdf(-1.0), beta.cdf(2.0), beta.sf(-1.0), beta.sf(2.0)), (0.0, 1.0, 1.0, 0.0));
    }
}
