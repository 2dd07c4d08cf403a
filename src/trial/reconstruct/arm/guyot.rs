//! Individual data from a digitised curve: the algorithm of Guyot et al. (2012), with its defects corrected.

use crate::error::{Error, Result, check_len};
use crate::trial::reconstruct::arm::digitized::{DigitizedArm, DigitizedPoint};

/// What is done about clicks that a survival curve cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Repair {
    /// Nothing: clicks out of order, rising curves and clicks beside the axes are errors.
    #[default]
    Refuse,
    /// Clicks are sorted by time, and none is higher than an earlier one. A click left of time 0 is moved to it, and one that
    /// is at most 0.05 above 1 or below 0 to that.
    Monotone,
}

/// Individual data that reproduce a digitised Kaplan-Meier curve and the numbers at risk below it.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | `time`, `survival` | | the clicks: the curve at these times | `survival` in [0, 1] |
/// | `subjects` | | the number at risk at 0 | ≥ 1 |
/// | [`at_risk`](Self::at_risk) | none | the numbers at risk just before given times | falling |
/// | [`events`](Self::events) | unknown | events in all | ≤ `subjects` |
/// | [`repair`](Self::repair) | refuse | clicks out of order, rising curves | |
///
/// # Method
/// Between two published numbers at risk the censorings are spread evenly; the drops of the curve then give
/// the events, `dₖ = round(n̂ₖ (1 − Sₖ/Ŝ))` with `Ŝ` the reconstructed curve so far; the number of censorings
/// is corrected by how far the reconstructed number at risk misses the published one, until they agree.
/// Behind the last published number the censoring rate is the average so far or, if the number of events is
/// known, what makes them add up; with neither nobody is censored before the end. Censored subjects leave in
/// the middle between two clicks.
///
/// # Differences from the published algorithm
/// * An event at the very time of a published number at risk is counted in it and belongs to the interval
///   that begins there. The original takes it for an event of the interval before and starts from a wrong
///   number of censorings.
/// * When the corrected number of censorings returns to 0, those placed before are taken back. The original
///   leaves its loop with them still in place, phantom censorings.
/// * A correction that runs in a circle ends at the best number of censorings seen, and the accuracy report
///   says what is left over. The original never ends.
/// * A time of the risk table that was not clicked gets a click of its own, so that no interval is without
///   one.
///
/// # Example
/// The 6-MP arm of Freireich's leukaemia trial, clicked to three decimals:
/// ```
/// use greenwood::trial::reconstruct::Guyot;
///
/// let time = [0., 6., 7., 8., 10., 13., 15., 16., 21., 22., 23., 30., 35.];
/// let survival = [1., 0.857, 0.807, 0.807, 0.753, 0.690, 0.690, 0.627, 0.627, 0.538, 0.448, 0.448, 0.448];
/// let arm = Guyot::new(&time, &survival, 21).at_risk(&[(8., 16), (15., 11), (21., 7), (30., 4)]).reconstruct()?;
/// assert_eq!(arm.clicks().iter().map(|k| k.events).collect::<Vec<_>>(), [0, 3, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0]);
/// assert_eq!(arm.data().len(), 21);
/// assert!(arm.accuracy().largest_difference() < 0.01);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Guyot, Ades, Ouwens & Welton (2012), BMC Med Res Methodol 12:9. Liu, Zhou & Lee (2021), BMC Med Res
/// Methodol 21:111.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is reconstructed until `.reconstruct()` is called"]
pub struct Guyot {
    time: Vec<f64>,
    survival: Vec<f64>,
    subjects: u32,
    at_risk: Vec<(f64, u32)>,
    events: Option<u32>,
    repair: Repair,
}

/// How far above 1, or below 0, a click may be for a repair.
const BESIDE: f64 = 0.05;

impl Guyot {
    /// A curve read at these times, of an arm of that many subjects.
    pub fn new(time: &[f64], survival: &[f64], subjects: u32) -> Self {
        let (time, survival) = (time.to_vec(), survival.to_vec());
        Self { time, survival, subjects, at_risk: Vec::new(), events: None, repair: Repair::default() }
    }

    /// Numbers at risk just before these times, as below a curve. That at 0, if given, is the number of
    /// subjects.
    pub fn at_risk(self, table: &[(f64, u32)]) -> Self {
        Self { at_risk: table.to_vec(), ..self }
    }

    /// The number of events in all.
    pub fn events(self, events: u32) -> Self {
        Self { events: Some(events), ..self }
    }

    /// What is done about clicks out of order and rising curves.
    pub fn repair(self, repair: Repair) -> Self {
        Self { repair, ..self }
    }

    /// Finds data that reproduce the curve.
    ///
    /// # Errors
    /// [`Error::Empty`] without clicks; [`Error::LengthMismatch`]; [`Error::InvalidTime`];
    /// [`Error::InvalidProbability`]; [`Error::NotMonotone`] for clicks out of order, a rising curve (see
    /// [`Repair`]) or rising numbers at risk; [`Error::OutOfRange`] for no subjects, a number at risk at 0
    /// that is not theirs or more events than subjects.
    ///
    /// # Cost
    /// One pass over the clicks of an interval for each correction of its censorings.
    pub fn reconstruct(&self) -> Result<DigitizedArm> {
        let curve = self.curve()?;
        let intervals = self.intervals(&curve);
        let mut walk = Walk::new(curve, self.subjects);
        for pair in intervals.windows(2) {
            walk.between(pair[0].0, pair[1].0, pair[1].1);
        }
        if let Some(&(last, _)) = intervals.last() {
            walk.behind(last, self.events);
        }
        DigitizedArm::new(walk.clicks, self.subjects, &self.table(), self.events)
    }

    /// The risk table with the number at 0.
    fn table(&self) -> Vec<(f64, u32)> {
        let rest = self.at_risk.iter().copied().filter(|(t, _)| *t > 0.0);
        [(0.0, self.subjects)].into_iter().chain(rest).collect()
    }

    /// The clicks, checked, with one at 0 and one at each time of the risk table.
    fn curve(&self) -> Result<Vec<(f64, f64)>> {
        self.check()?;
        let onto = |(t, s): (&f64, &f64)| (t.max(0.0), s.clamp(0.0, 1.0));
        let mut clicks: Vec<_> = self.time.iter().zip(&self.survival).map(onto).collect();
        if self.repair == Repair::Monotone {
            clicks.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
        }
        // Two clicks at one time are the two ends of a step: the curve has its lower value from there on.
        clicks.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = earlier.1.min(later.1);
            }
            same
        });
        let table = self.table();
        let unclicked: Vec<f64> =
            table.iter().map(|r| r.0).filter(|t| clicks.iter().all(|k| k.0 != *t)).collect();
        clicks.extend(unclicked.into_iter().map(|t| (t, f64::INFINITY)));
        clicks.sort_by(|a, b| a.0.total_cmp(&b.0));
        // A click that was not made, and under repair one that is too high, is as high as the one before it.
        let mut height = 1.0_f64;
        for click in &mut clicks {
            height = height.min(click.1);
            click.1 = height;
        }
        Ok(clicks)
    }

    fn check(&self) -> Result<()> {
        self.check_clicks()?;
        self.check_risk_table()?;
        if let Some(events) = self.events.filter(|d| *d > self.subjects) {
            let must_be = "at most the number of subjects";
            return Err(Error::OutOfRange { argument: "events", value: events.into(), must_be });
        }
        Ok(())
    }

    fn check_clicks(&self) -> Result<()> {
        if self.time.is_empty() {
            return Err(Error::Empty { argument: "the list of clicks" });
        }
        check_len("survival", self.survival.len(), "time", self.time.len())?;
        let repaired = self.repair == Repair::Monotone;
        if let Some(&value) = self.time.iter().find(|t| **t < 0.0 && t.is_finite() && !repaired) {
            let must_be =
                "at least 0; correct it, or have what lies left of the axis moved to it (`Repair::Monotone`)";
            return Err(Error::OutOfRange { argument: "the time of a click", value, must_be });
        }
        let onto_axis = |t: f64| if repaired && t.is_finite() { t.max(0.0) } else { t };
        check_times("time", self.time.iter().map(|&t| onto_axis(t)))?;
        let beside = if repaired { BESIDE } else { 0.0 };
        let near = |s: &f64| (-beside..=1.0 + beside).contains(s);
        if let Some(index) = self.survival.iter().position(|s| !near(s)) {
            let value = self.survival[index];
            return Err(Error::InvalidProbability { argument: "survival", index, value });
        }
        if self.repair == Repair::Refuse {
            let must =
                "clicks must be in the order of time; correct them, or have them sorted (`Repair::Monotone`)";
            sorted("time", &self.time, |a, b| a <= b, must)?;
            let must = "a survival curve cannot rise; correct the clicks, or lower them (`Repair::Monotone`)";
            sorted("survival", &self.survival, |a, b| a >= b, must)?;
        }
        Ok(())
    }

    fn check_risk_table(&self) -> Result<()> {
        let times: Vec<f64> = self.at_risk.iter().map(|r| r.0).collect();
        check_times("at_risk", times.iter().copied())?;
        sorted("at_risk times", &times, |a, b| a < b, "the times of a risk table must increase")?;
        let counts: Vec<f64> = self.at_risk.iter().map(|r| f64::from(r.1)).collect();
        sorted("at_risk counts", &counts, |a, b| a >= b, "numbers at risk cannot rise; correct the table")?;
        let subjects = f64::from(self.subjects);
        if !(subjects >= 1.0) {
            return Err(Error::OutOfRange { argument: "subjects", value: subjects, must_be: "at least 1" });
        }
        if let Some(&(time, count)) = self.at_risk.first()
            && ((time == 0.0 && count != self.subjects) || count > self.subjects)
        {
            let must_be = "the number of subjects at time 0, and no more than that later";
            return Err(Error::OutOfRange { argument: "at_risk counts[0]", value: count.into(), must_be });
        }
        Ok(())
    }

    /// For each published number at risk the click at its time.
    fn intervals(&self, curve: &[(f64, f64)]) -> Vec<(usize, u32)> {
        let click = |(t, n): (f64, u32)| (curve.partition_point(|k| k.0 < t), n);
        self.table().into_iter().map(click).collect()
    }
}

fn check_times(argument: &'static str, times: impl Iterator<Item = f64>) -> Result<()> {
    let wrong = times.enumerate().find(|(_, t)| !(0.0..f64::INFINITY).contains(t));
    wrong.map_or(Ok(()), |(index, value)| Err(Error::InvalidTime { argument, index, value }))
}

/// Refuses values of which one does not follow the one before it as `follows(before, after)` has it.
fn sorted(
    argument: &'static str,
    values: &[f64],
    follows: fn(f64, f64) -> bool,
    must: &'static str,
) -> Result<()> {
    let wrong = values.windows(2).position(|w| !follows(w[0], w[1]));
    wrong.map_or(Ok(()), |i| {
        let (value, previous) = (values[i + 1], values[i]);
        Err(Error::NotMonotone { argument, index: i + 1, value, previous, must })
    })
}

/// The reconstruction as it proceeds from click to click.
struct Walk {
    clicks: Vec<DigitizedPoint>,
    /// Censorings in the finished intervals.
    censored: u32,
}

impl Walk {
    fn new(curve: Vec<(f64, f64)>, subjects: u32) -> Self {
        let click = |(time, published)| DigitizedPoint {
            time,
            published,
            at_risk: subjects,
            events: 0,
            censored: 0,
            survival: 1.0,
        };
        Self { clicks: curve.into_iter().map(click).collect(), censored: 0 }
    }

    /// From the click `from` up to, not including, the click `to`, at which `at_risk` are published.
    fn between(&mut self, from: usize, to: usize, at_risk: u32) {
        let target = i64::from(at_risk);
        let start = self.clicks[from].at_risk;
        // The curve just before each of the two numbers: an event at such a time is still counted in its
        // number.
        let published = |k: usize| if k == 0 { 1.0 } else { self.clicks[k - 1].published };
        let kept = if published(from) > 0.0 { published(to) / published(from) } else { 0.0 };
        let guess = (f64::from(start) * kept).round_ties_even() as i64 - target;
        let (mut censored, mut seen) = (guess.clamp(0, i64::from(start)), Vec::new());
        let mut best = (u64::MAX, censored);
        while !seen.contains(&censored) {
            seen.push(censored);
            let excess = i64::from(self.fill(from, to, censored)) - target;
            if excess.unsigned_abs() <= best.0 {
                best = (excess.unsigned_abs(), censored);
            }
            censored = (censored + excess).clamp(0, i64::from(start));
        }
        let left = self.fill(from, to, best.1);
        self.censored += best.1 as u32;
        // Where the published number is missed the reconstruction goes on with its own: nobody is made up.
        self.clicks[to].at_risk = left;
    }

    /// From the last published number at risk to the end.
    fn behind(&mut self, from: usize, events: Option<u32>) {
        let end = self.clicks.len();
        let before: u32 = self.clicks[..from].iter().map(|k| k.events).sum();
        let start = i64::from(self.clicks[from].at_risk);
        let (origin, first, last) = (self.clicks[0].time, self.clicks[from].time, self.clicks[end - 1].time);
        // The time covered so far ends with the last click before this interval.
        let covered = from.checked_sub(1).map_or(0.0, |k| self.clicks[k].time - origin);
        let average = if covered > 0.0 { f64::from(self.censored) * (last - first) / covered } else { 0.0 };
        let mut censored = (average.round_ties_even() as i64).min(start);
        let Some(events) = events.map(i64::from) else {
            self.fill(from, end, censored);
            return;
        };
        if i64::from(before) >= events {
            // All events have happened: the rest stays to the end.
            for k in from..end {
                self.clicks[k] = DigitizedPoint {
                    at_risk: start as u32,
                    events: 0,
                    censored: 0,
                    ..self.clicks[k].clone()
                };
            }
            self.level(from);
            return;
        }
        let (mut seen, mut best) = (Vec::new(), (u64::MAX, censored));
        while !seen.contains(&censored) {
            seen.push(censored);
            self.fill(from, end, censored);
            let excess = self.clicks.iter().map(|k| i64::from(k.events)).sum::<i64>() - events;
            if excess.unsigned_abs() <= best.0 {
                best = (excess.unsigned_abs(), censored);
            }
            censored = (censored + excess).clamp(0, start);
        }
        self.fill(from, end, best.1);
    }

    /// The reconstructed curve stays where it was before the click `from`.
    fn level(&mut self, from: usize) {
        let survival = from.checked_sub(1).map_or(1.0, |k| self.clicks[k].survival);
        for click in &mut self.clicks[from..] {
            click.survival = survival;
        }
    }

    /// Places that many censorings, reads the events off the curve, and returns how many are left at risk.
    fn fill(&mut self, from: usize, to: usize, censored: i64) -> u32 {
        let start = self.clicks[from].time;
        // Up to the next published number, or to the last click.
        let end = self.clicks[to.min(self.clicks.len() - 1)].time;
        let step = (end - start) / (censored + 1) as f64;
        let mut placed = 0;
        let mut survival = from.checked_sub(1).map_or(1.0, |k| self.clicks[k].survival);
        let mut left = self.clicks[from].at_risk;
        for k in from..to {
            let next = self.clicks.get(k + 1).map_or(f64::INFINITY, |next| next.time);
            let click = &mut self.clicks[k];
            let drop = if survival > 0.0 { 1.0 - click.published / survival } else { 0.0 };
            let events = ((f64::from(left) * drop).round_ties_even().max(0.0) as u32).min(left);
            // Censorings in (this click, the next]; the last click keeps none.
            let mut here = 0;
            while placed < censored && start + (placed + 1) as f64 * step <= next && next.is_finite() {
                placed += 1;
                here += 1;
            }
            if events > 0 {
                survival *= 1.0 - f64::from(events) / f64::from(left);
            }
            (click.at_risk, click.events, click.survival) = (left, events, survival);
            click.censored = here.min(left - events);
            left -= events + click.censored;
        }
        left
    }
}
