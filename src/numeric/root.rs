//! Roots of monotone functions in a bracket: Brent's method (Brent 1973, Algorithms for Minimization without
//! Derivatives, chapter 4), bisection with interpolation, to the last bits of `f64` in at most 200 steps.
//!
//! An end of the bracket is no root. Where the end itself is the answer (a limit that reaches 0 or 1) it is asked for by
//! name, with [`find`]; where it is none, [`bracketed`] says so.

/// The root of the monotone `f` in [`low`, `high`], or the end with the value nearer to 0 where there is none: for limits
/// that are cut to their range.
pub(crate) fn find(low: f64, high: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let ends = (f(low), f(high));
    brent((low, high), ends, f).unwrap_or(if ends.0.abs() <= ends.1.abs() { low } else { high })
}

/// The root of `f` in [`low`, `high`]. Returns `None` if the values at the ends have one sign (or are not numbers).
pub(crate) fn bracketed(low: f64, high: f64, mut f: impl FnMut(f64) -> f64) -> Option<f64> {
    let ends = (f(low), f(high));
    brent((low, high), ends, f)
}

/// The root of an increasing `f` in [`low`, `high`] that is nearly a line of slope 1, from `start`: secants, halving where one
/// leaves what is known to hold the root. Such a root takes four to six values. Returns `None` if there is no root,
/// or a value is not a number.
pub(crate) fn secant(low: f64, high: f64, start: f64, f: impl FnMut(f64) -> f64) -> Option<f64> {
    secants((low, high), (start, 1.0), (high - low, 1e-14), f).map(|(root, _)| root)
}

/// The same where a `rough` curve beside `f` costs little: its root and its slope there are the start, so that one or two values of
/// `f` suffice.
pub(crate) fn secant_after(
    rough: impl FnMut(f64) -> f64,
    f: impl FnMut(f64) -> f64,
    (low, high, start): (f64, f64, f64),
) -> Option<f64> {
    match secants((low, high), (start, 1.0), (high - low, 1e-10), rough) {
        // The slopes differ by some times as much as the roots do, for which a millionth stands.
        Some(start) => secants((low, high), start, (1e-6, 1e-14), f).map(|(root, _)| root),
        None => secant(low, high, start, f),
    }
}

/// Secants from a start with a slope until the product of a step and the step before it is small enough: the root, and the slope there.
fn secants(
    (mut low, mut high): (f64, f64),
    (start, mut slope): (f64, f64),
    (mut last, enough): (f64, f64),
    mut f: impl FnMut(f64) -> f64,
) -> Option<(f64, f64)> {
    let mut x = start.clamp(low, high);
    let mut fx = f(x);
    let mut signs = (false, false);
    for _ in 0..200 {
        if fx.is_nan() {
            return None;
        }
        if fx == 0.0 {
            return Some((x, slope));
        }
        if fx > 0.0 {
            (high, signs.1) = (x, true);
        } else {
            (low, signs.0) = (x, true);
        }
        let mut next = x - fx / slope;
        if !(low <= next && next <= high) {
            next = f64::midpoint(low, high);
        }
        let step = next - x;
        // An error of a secant is of the order of the product of the two before it, times the curvature, which is small.
        if (step * last).abs() <= enough || step.abs() <= 2.0 * f64::EPSILON * x.abs() {
            return (signs == (true, true) || fx.abs() < 1e-6).then_some((next, slope));
        }
        let value = f(next);
        let chord = (value - fx) / step;
        slope = if chord > 0.0 && chord.is_finite() { chord } else { 0.5 * slope };
        (x, fx, last) = (next, value, step);
    }
    (signs == (true, true)).then_some((x, slope))
}

fn brent((low, high): (f64, f64), (fa, fb): (f64, f64), mut f: impl FnMut(f64) -> f64) -> Option<f64> {
    let (mut a, mut b, mut fa, mut fb) = (low, high, fa, fb);
    if fa == 0.0 || fb == 0.0 {
        return Some(if fa == 0.0 { a } else { b });
    }
    if fa.is_nan() || fb.is_nan() || (fa > 0.0) == (fb > 0.0) {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut last = b - a;
    let mut before_last = last;
    for _ in 0..200 {
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            last = b - a;
            before_last = last;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + f64::MIN_POSITIVE;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || fb == 0.0 {
            break;
        }
        if before_last.abs() >= tolerance && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q;
            }
            p = p.abs();
            if 2.0 * p < (3.0 * half * q - (tolerance * q).abs()).min((before_last * q).abs()) {
                (before_last, last) = (last, p / q);
            } else {
                (last, before_last) = (half, half);
            }
        } else {
            (last, before_last) = (half, half);
        }
        (a, fa) = (b, fb);
        b += if last.abs() > tolerance { last } else { tolerance.copysign(half) };
        fb = f(b);
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::{bracketed, find, secant, secant_after};
    use approx::assert_relative_eq;

    #[test]
    fn roots_are_found_to_the_last_bits() {
        assert_relative_eq!(find(0.0, 2.0, |x| x * x - 2.0), 2f64.sqrt(), max_relative = 1e-15);
        assert_relative_eq!(find(0.0, 1.0, |x| x.cos() - x), 0.7390851332151607, max_relative = 1e-15);
        assert_relative_eq!(find(0.0, 1.0, |x| x - 1e-12), 1e-12, max_relative = 1e-12);
        assert_eq!(find(1.0, 2.0, |x| x), 1.0);
        assert_eq!(bracketed(1.0, 2.0, |x| x), None);
        assert_eq!(bracketed(1.0, 2.0, |x| x - 2.0), Some(2.0));
        assert_eq!(bracketed(1.0, 2.0, |_| f64::NAN), None);
    }

    #[test]
    fn secants_take_few_values() {
        let mut values = 0;
        let found = secant(0.0, 1e3, 1.0, |x| {
            values += 1;
            x + 0.1 * x.sin() - 2.0
        });
        assert_relative_eq!(found.unwrap(), 1.9055509031068203, max_relative = 1e-14);
        assert!(values <= 7, "{values}");
        // Beside a rough curve one value is enough; where the rough one has no root, or one far away, the search is as without it.
        for (shift, most) in [(1e-9, 1), (0.01, 4), (1e4, 8)] {
            let mut values = 0;
            let rough = |x: f64| x + 0.1 * x.sin() - 2.0 + shift;
            let exact = |x: f64| {
                values += 1;
                x + 0.1 * x.sin() - 2.0
            };
            let found = secant_after(rough, exact, (0.0, 1e3, 1.0));
            assert_relative_eq!(found.unwrap(), 1.9055509031068203, max_relative = 1e-14);
            assert!(values <= most, "{shift}: {values}");
        }
        // A curve that is far from such a line, a jump (which is no line: only the half of the digits), no root.
        assert_relative_eq!(secant(0.0, 1e3, 1.0, |x| x.powi(5) - 32.0).unwrap(), 2.0, max_relative = 1e-14);
        let jump = |x: f64| if x < 2.0 { -1.0 } else { 1.0 };
        assert_relative_eq!(secant(0.0, 1e3, 1.0, jump).unwrap(), 2.0, max_relative = 1e-6);
        assert_eq!(secant(0.0, 8.0, 1.0, |_| -1.0), None);
        assert_eq!(secant(0.0, 1.0, 0.5, |_| f64::NAN), None);
    }
}
