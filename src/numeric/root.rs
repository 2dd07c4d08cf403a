//! Roots of monotone functions in a bracket.

/// The root of `f` in [`low`, `high`], whose ends have values of opposite sign (or 0): Brent's method
/// (Brent 1973, chapter 4), to the last bits of `f64`. Where the signs agree the end with the value nearer
/// to 0 is returned: on a monotone function that is where the root lies beyond.
pub(crate) fn find(low: f64, high: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 || (fa > 0.0) == (fb > 0.0) {
        return if fa.abs() <= fb.abs() { a } else { b };
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
    b
}

#[cfg(test)]
mod tests {
    use super::find;
    use approx::assert_relative_eq;

    #[test]
    fn roots_are_found_to_the_last_bits() {
        assert_relative_eq!(find(0.0, 2.0, |x| x * x - 2.0), 2f64.sqrt(), max_relative = 1e-15);
        assert_relative_eq!(find(0.0, 1.0, |x| x.cos() - x), 0.7390851332151607, max_relative = 1e-15);
        assert_relative_eq!(find(0.0, 1.0, |x| x - 1e-12), 1e-12, max_relative = 1e-12);
        assert_eq!(find(1.0, 2.0, |x| x), 1.0);
    }
}
