//! Lines through steps, thinned to what print can show, and the place of a legend.

use crate::plot::axis::Scale;

/// Two places nearer than this along the axis are one: a tenth of a point, 720 to the inch.
const COLUMN: f64 = 0.1;

/// The corners of a step function: across at the old value, then up or down to the new one. Steps that fall into one
/// column of print are one step: the line passes through the same places.
pub(crate) fn step_line(
    start: (f64, f64),
    steps: &[(f64, f64)],
    end: f64,
    x: Scale,
    y: Scale,
) -> Vec<(f64, f64)> {
    let mut points = vec![(x.place(start.0), y.place(start.1))];
    let mut value = y.place(start.1);
    let mut column = f64::NEG_INFINITY;
    for &(time, next) in steps.iter().filter(|&&(time, _)| time <= end) {
        let (place, to) = (x.place(time), y.place(next));
        if place - column < COLUMN {
            // The last corner moves on: the line in this column is one stroke.
            if let Some(last) = points.last_mut() {
                last.1 = to;
            }
        } else {
            points.push((place, value));
            points.push((place, to));
            column = place;
        }
        value = to;
    }
    points.push((x.place(end), value));
    points
}

/// Where two sorted lists of marks would overlap they are one, with the sum of their counts.
pub(crate) fn merge_marks(marks: &[(f64, f64)], x: Scale, nearest: f64) -> Vec<(f64, f64, f64)> {
    let mut merged: Vec<(f64, f64, f64)> = Vec::new();
    for &(time, count) in marks {
        let place = x.place(time);
        match merged.last_mut() {
            Some((last, at, sum)) if place - *last < nearest => {
                *sum += count;
                *at = time;
            }
            _ => merged.push((place, time, count)),
        }
    }
    merged
}

/// How many of these points lie in the rectangle `(left, top, right, bottom)`, along the lines between them too.
pub(crate) fn inside(lines: &[Vec<(f64, f64)>], (left, top, right, bottom): (f64, f64, f64, f64)) -> usize {
    let crosses = |a: (f64, f64), b: (f64, f64)| {
        a.0.min(b.0) <= right && a.0.max(b.0) >= left && a.1.min(b.1) <= bottom && a.1.max(b.1) >= top
    };
    lines.iter().map(|line| line.windows(2).filter(|w| crosses(w[0], w[1])).count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(end: f64, to: f64) -> Scale {
        Scale::linear((0.0, end), (0.0, to))
    }

    #[test]
    fn a_step_goes_across_then_down() {
        let line =
            step_line((0.0, 1.0), &[(1.0, 0.5), (2.0, 0.25)], 4.0, scale(4.0, 40.0), scale(1.0, 100.0));
        assert_eq!(
            line,
            [(0.0, 100.0), (10.0, 100.0), (10.0, 50.0), (20.0, 50.0), (20.0, 25.0), (40.0, 25.0)]
        );
    }

    #[test]
    fn a_million_steps_are_no_more_than_print_shows() {
        let n = 1_000_000;
        let steps: Vec<(f64, f64)> =
            (1..=n).map(|i| (f64::from(i), 1.0 - f64::from(i) / f64::from(n))).collect();
        let line = step_line((0.0, 1.0), &steps, f64::from(n), scale(f64::from(n), 300.0), scale(1.0, 100.0));
        assert!(line.len() < 6_100, "{}", line.len());
        assert!(line.windows(2).all(|w| w[1].0 >= w[0].0 && w[1].1 <= w[0].1));
        assert_eq!(line.last(), Some(&(300.0, 0.0)));
    }

    #[test]
    fn marks_at_one_place_keep_their_count() {
        assert_eq!(
            merge_marks(&[(1.0, 1.0), (1.01, 2.0), (3.0, 1.0)], scale(4.0, 40.0), 0.5),
            [(10.0, 1.01, 3.0), (30.0, 3.0, 1.0)]
        );
    }
}
