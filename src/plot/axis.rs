//! Axes: from values to places, and where the ticks stand.

/// From a range of values to a range of places in points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    from: (f64, f64),
    to: (f64, f64),
    logarithmic: bool,
}

impl Scale {
    pub(crate) fn linear(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to, logarithmic: false }
    }

    /// Equal ratios are equal distances. Both ends are above 0.
    pub(crate) fn logarithmic(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from: (from.0.ln(), from.1.ln()), to, logarithmic: true }
    }

    pub(crate) fn place(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.ln() } else { value };
        let span = self.from.1 - self.from.0;
        let share = if span > 0.0 { (value - self.from.0) / span } else { 0.5 };
        self.to.0 + share * (self.to.1 - self.to.0)
    }

    /// Whether a value stands between the ends of the axis, or at one.
    pub(crate) fn reaches(&self, value: f64) -> bool {
        let value = if self.logarithmic { value.ln() } else { value };
        self.from.0.min(self.from.1) <= value && value <= self.from.0.max(self.from.1)
    }

    /// The value at a place.
    pub(crate) fn value(&self, place: f64) -> f64 {
        let value = self.from.0 + (place - self.to.0) / (self.to.1 - self.to.0) * (self.from.1 - self.from.0);
        if self.logarithmic { value.exp() } else { value }
    }
}

/// Round steps of a time axis in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// 1, 2, 5 times a power of ten.
    Decimal,
    /// Quarters and whole years in months.
    Months,
    /// Weeks in days.
    Days,
}

impl Rounding {
    /// From the name of the unit as it stands on the axis.
    pub(crate) fn of(axis: &str) -> Self {
        let axis = axis.to_lowercase();
        if axis.contains("month") {
            Self::Months
        } else if axis.contains("day") {
            Self::Days
        } else {
            Self::Decimal
        }
    }

    /// The smallest round step that is at least `step`.
    fn round_up(self, step: f64) -> f64 {
        let own: &[f64] = match self {
            Self::Decimal => &[],
            Self::Months => &[1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 36.0, 60.0, 120.0],
            Self::Days => &[1.0, 7.0, 14.0, 28.0, 30.0, 60.0, 90.0, 180.0, 365.0, 730.0],
        };
        // A hair below counts as reached: 0.3 / 0.1 is 2.9999…
        let enough = |candidate: f64| candidate >= step * (1.0 - 1e-9);
        if step > 0.5
            && let Some(&found) = own.iter().find(|&&s| enough(s))
        {
            return found;
        }
        let power = 10f64.powf(step.log10().floor());
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|&s| enough(s)).unwrap_or(10.0 * power)
    }
}

/// Ticks from 0 to at most `end`, no more than `most` steps.
pub(crate) fn ticks(end: f64, most: usize, rounding: Rounding) -> Vec<f64> {
    if !(end > 0.0 && end.is_finite()) {
        return vec![0.0];
    }
    let step = rounding.round_up(end / most.max(1) as f64);
    // Below the smallest numbers a step is rounded to 0.
    if !(step > 0.0) {
        return vec![0.0];
    }
    let count = (end / step * (1.0 + 1e-9)).floor() as usize;
    (0..=count).map(|i| i as f64 * step).collect()
}

/// Round values across a range, ends included where they are round.
///
/// No more than `most` steps, unless so few ticks came of it that an axis could not be read: -50 and 0 between -96 and 28.
pub(crate) fn ticks_between(low: f64, high: f64, most: usize) -> Vec<f64> {
    let usual = round_between(low, high, most.max(1));
    if usual.len() >= FEWEST { usual } else { round_between(low, high, 2 * most.max(1)) }
}

/// Fewer ticks than these are not a scale that can be read.
pub(crate) const FEWEST: usize = 4;

fn round_between(low: f64, high: f64, most: usize) -> Vec<f64> {
    let step = Rounding::Decimal.round_up((high - low) / most as f64);
    if !(step > 0.0 && step.is_finite()) {
        return vec![low];
    }
    let first = (low / step * (1.0 - 1e-12)).ceil();
    (0..=most + 1)
        .map(|i| (first + i as f64) * step)
        .filter(|&v| v <= high + 1e-9 * step)
        .map(|v| v + 0.0)
        .collect()
}

/// Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten inside the range, thinned to the powers where many, and
/// with 1.5, 3 and 7 beside them where few.
pub(crate) fn ticks_logarithmic(low: f64, high: f64) -> Vec<f64> {
    // Of all numbers there are.
    let (first, last) = ((low.log10().floor() as i32).max(-330), (high.log10().ceil() as i32).min(310));
    let of = |multiples: &[f64]| -> Vec<f64> {
        let all = (first..=last).flat_map(|p| multiples.iter().map(move |m| m * 10f64.powi(p)));
        all.filter(|v| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(v)).collect()
    };
    let fine = of(&[1.0, 2.0, 5.0]);
    match fine.len() {
        // Two numbers do not make a scale that can be read.
        0..=2 => of(&[1.0, 1.5, 2.0, 3.0, 5.0, 7.0]),
        3..=8 => fine,
        _ => of(&[1.0]),
    }
}

/// A number as it stands at a tick: no more digits than it has.
pub(crate) fn label(value: f64) -> String {
    let rounded = format!("{value:.10}");
    let short = rounded.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" || short.is_empty() {
        return "0".into();
    }
    if (value.abs() >= 1e7 || value != 0.0 && value.abs() < 1e-4) && value.is_finite() {
        return format!("{value:e}");
    }
    short.replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_in_their_unit() {
        assert_eq!(
            ticks(48.0, 8, Rounding::of("Months since randomisation")),
            [0.0, 6.0, 12.0, 18.0, 24.0, 30.0, 36.0, 42.0, 48.0]
        );
        assert_eq!(ticks(5.0, 8, Rounding::of("Years")), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(ticks(1022.0, 6, Rounding::of("Days")), [0.0, 180.0, 360.0, 540.0, 720.0, 900.0]);
        assert_eq!(ticks(0.01, 4, Rounding::Decimal).len(), 3);
        // The ends of the machine's numbers.
        assert_eq!(ticks(5e-324, 6, Rounding::Decimal), [0.0]);
        assert!((1..=7).contains(&ticks(1e308, 6, Rounding::Decimal).len()));
        assert!(ticks_logarithmic(5e-324, f64::INFINITY).len() > 600);
        assert_eq!(
            ticks(1e6, 5, Rounding::Decimal),
            [0.0, 200_000.0, 400_000.0, 600_000.0, 800_000.0, 1_000_000.0]
        );
        assert_eq!(ticks(f64::NAN, 5, Rounding::Decimal), [0.0]);
    }

    #[test]
    fn an_axis_between_two_values_has_four_ticks_or_more() {
        assert_eq!(ticks_between(-96.0, 28.0, 5), [-80.0, -60.0, -40.0, -20.0, 0.0, 20.0]);
        assert_eq!(ticks_between(0.0, 100.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        for most in 4..8 {
            for (low, high) in
                [(-0.7, 0.1), (-33.0, 1.0), (-2.4, 1.2), (0.0, 0.07), (-1e-3, 4e-3), (1e5, 3e6)]
            {
                let count = ticks_between(low, high, most).len();
                assert!((FEWEST..=2 * most + 1).contains(&count), "{count} from {low} to {high} of {most}");
            }
        }
    }

    #[test]
    fn labels_have_no_idle_digits() {
        let cases = [(0.1 + 0.2, "0.3"), (12.0, "12"), (-0.0, "0"), (-2.5, "\u{2212}2.5"), (1e8, "1e8")];
        for (value, text) in cases {
            assert_eq!(label(value), text);
        }
    }

    #[test]
    fn logarithmic_ticks_stay_inside() {
        assert_eq!(ticks_logarithmic(0.25, 4.0), [0.5, 1.0, 2.0]);
        assert_eq!(ticks_logarithmic(1e-4, 1e4).len(), 9);
        let few: Vec<String> = ticks_logarithmic(0.31, 1.4).into_iter().map(label).collect();
        assert_eq!(few, ["0.5", "0.7", "1"]);
    }
}
