//! One arm as a search problem: which orders agree with the facts, decided exactly.

use num_rational::BigRational;

use crate::error::{Error, Result};
use crate::trial::reconstruct::arm::convention::{Number, StdErrorConvention, Tally};
use crate::trial::reconstruct::arm::facts::{Fact, Stage};
use crate::trial::reconstruct::published::Published;

/// One element of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trial::reconstruct) enum Mark {
    Event,
    Censored,
    /// A checkpoint.
    Check,
}

/// What an order amounts to so far.
#[derive(Debug, Clone, Copy)]
pub(in crate::trial::reconstruct) struct State {
    pub tally: Tally,
    pub survival: f64,
    /// The sum in the variance; infinite once nobody is left.
    pub sum: f64,
}

/// The facts with everything the search asks of them.
#[derive(Debug)]
pub(in crate::trial::reconstruct) struct Problem<'a> {
    pub facts: &'a [Fact],
    pub stages: Vec<Stage>,
    pub convention: StdErrorConvention,
    pub ahead: Vec<Ahead>,
    /// `orders[s][m]`: the orders that continue from stage `s` with `m` at risk.
    orders: Vec<Vec<u128>>,
}

/// What lies ahead of a stage: the next fact of each kind.
#[derive(Debug, Clone, Default)]
pub(in crate::trial::reconstruct) struct Ahead {
    pub at_risk: Option<(usize, u32)>,
    pub events: Option<(usize, u32)>,
    pub censored: Option<(usize, u32)>,
    pub survival: Option<Window>,
    pub total: Option<(usize, u32)>,
}

/// A published survival probability ahead.
#[derive(Debug, Clone, Copy)]
pub(in crate::trial::reconstruct) struct Window {
    pub fact: usize,
    pub low: f64,
    pub high: f64,
    /// At risk at least, and events at most, when it is reached.
    pub at_risk: u32,
    pub events: u32,
    /// A standard error beside it, as a variance.
    pub variance: Option<(usize, f64, f64)>,
}

/// Sums and products of at most a few hundred positive terms are right to 1e-13; the variance of a share
/// loses two digits more in `1 − S`. Whatever is this near to a bound is decided in fractions.
const DOUBT: f64 = 1e-9;

/// −1 below, 0 too near to tell, 1 above.
fn side(value: f64, bound: f64) -> i8 {
    i8::from(value > bound * (1.0 + DOUBT)) - i8::from(value < bound * (1.0 - DOUBT))
}

fn squared((low, high): (f64, f64)) -> (f64, f64) {
    (low * low, high * high)
}

impl<'a> Problem<'a> {
    pub fn new(subjects: u32, facts: &'a [Fact], convention: StdErrorConvention) -> Result<Self> {
        let stages = crate::trial::reconstruct::arm::facts::stages(facts);
        let orders = count_orders(subjects as usize, &stages).ok_or(Error::OutOfRange {
            argument: "subjects",
            value: subjects.into(),
            must_be: "fewer, or their figures at fewer times: their orders are counted in 128 bits",
        })?;
        let ahead = look_ahead(subjects, facts, &stages);
        Ok(Self { facts, stages, convention, ahead, orders })
    }

    /// How many orders continue from stage `s` with `m` at risk.
    pub fn orders(&self, stage: usize, at_risk: u32) -> u128 {
        self.orders[stage][at_risk as usize]
    }

    pub fn start(subjects: u32) -> State {
        let tally = Tally { subjects, at_risk: subjects, events: 0, censored: 0, at_last_event: subjects };
        State { tally, survival: 1.0, sum: 0.0 }
    }

    pub fn after(&self, state: &State, mark: Mark) -> State {
        let n = state.tally.at_risk;
        let mut next = *state;
        match mark {
            Mark::Check => return next,
            Mark::Censored => next.tally.censored += 1,
            Mark::Event => {
                next.tally.events += 1;
                next.tally.at_last_event = n;
                next.survival *= self.convention.factor(n);
                next.sum += self.convention.term(n).unwrap_or(f64::INFINITY);
            }
        }
        next.tally.at_risk -= 1;
        next
    }

    /// The fact that no continuation can meet, if one is known already.
    pub fn excluded(&self, stage: usize, state: &State) -> Option<usize> {
        let (ahead, tally) = (&self.ahead[stage], &state.tally);
        if let Some((fact, r)) = ahead.at_risk
            && tally.at_risk < r
        {
            return Some(fact);
        }
        if let Some((fact, d)) = ahead.events
            && (tally.events > d || tally.events + tally.at_risk < d)
        {
            return Some(fact);
        }
        if let Some((fact, c)) = ahead.censored
            && (tally.censored > c || tally.censored + tally.at_risk < c)
        {
            return Some(fact);
        }
        if let Some((fact, d)) = ahead.total
            && (tally.events > d || tally.events + tally.at_risk < d)
        {
            return Some(fact);
        }
        ahead.survival.and_then(|window| self.out_of_reach(&window, state))
    }

    fn out_of_reach(&self, window: &Window, state: &State) -> Option<usize> {
        let (m, r) = (state.tally.at_risk, window.at_risk);
        if state.survival < window.low * (1.0 - DOUBT) || r > m {
            return Some(window.fact);
        }
        // Deaths lower the curve most where fewest are left: r + k, …, r + 1 at risk, a product of r/(r + k).
        let k = (m - r).min(window.events.saturating_sub(state.tally.events));
        let (m, r, k) = (f64::from(m), f64::from(r), f64::from(k));
        let lowest = if k == 0.0 { 1.0 } else { r / (r + k) };
        if !self.convention.is_exponential() && state.survival * lowest > window.high * (1.0 + DOUBT) {
            return Some(window.fact);
        }
        if let Some((fact, low, high)) = window.variance
            && self.convention.is_sum()
        {
            let most = state.survival.min(window.high);
            let least =
                window.low.max(if self.convention.is_exponential() { 0.0 } else { state.survival * lowest });
            if least * least * state.sum > high * (1.0 + DOUBT) {
                return Some(fact);
            }
            // Greenwood's sum is largest where fewest are left: 1/r − 1/(r + k).
            if self.convention == StdErrorConvention::Greenwood && r > 0.0 && m >= r {
                let sum = state.sum + r.recip() - (r + k).recip();
                if most * most * sum < low * (1.0 - DOUBT) {
                    return Some(fact);
                }
            }
        }
        None
    }

    /// The first fact of this stage that the order up to here contradicts. `path` gives the order; it is
    /// asked only where a decision hangs on the last bits.
    pub fn contradicted(&self, stage: usize, state: &State, path: &dyn Fn() -> Vec<Mark>) -> Option<usize> {
        let last = stage + 1 == self.stages.len();
        self.stages[stage].facts.iter().copied().find(|&i| !self.agrees(i, last, state, path))
    }

    fn agrees(&self, fact: usize, last: bool, state: &State, path: &dyn Fn() -> Vec<Mark>) -> bool {
        let tally = &state.tally;
        match self.facts[fact] {
            Fact::AtRisk { count, .. } => tally.at_risk == count,
            Fact::Events { by: Some(_), count } => tally.events == count,
            Fact::Censored { before: Some(_), count } => tally.censored == count,
            Fact::Events { by: None, count } => {
                debug_assert!(last);
                tally.events <= count && count <= tally.events + tally.at_risk
            }
            // Follow-up ends with an event or a censoring for everybody.
            Fact::Censored { before: None, count } => {
                let events = self.facts.iter().find_map(|f| match f {
                    Fact::Events { by: None, count } => Some(*count),
                    _ => None,
                });
                tally.censored <= count
                    && count <= tally.censored + tally.at_risk
                    && events.is_none_or(|d| d.checked_add(count) == Some(tally.subjects))
            }
            Fact::Survival { printed, .. } => self.survival_agrees(printed, state, path),
            Fact::StdError { printed, .. } => self.std_error_agrees(printed, state, path),
            Fact::Median { time: None } => self.half(state, path).is_ge(),
            Fact::Median { time: Some(_) } => self.median_agrees(state, path),
        }
    }

    fn survival_agrees(&self, printed: Published, state: &State, path: &dyn Fn() -> Vec<Mark>) -> bool {
        let (low, high) = printed.bounds();
        match (side(state.survival, low), side(state.survival, high)) {
            (-1, _) | (_, 1) => false,
            (1, -1) => true,
            // An exponential is no fraction and cannot lie on a bound: a difference below 1e-9 is let
            // through.
            _ if self.convention.is_exponential() => true,
            _ => {
                let (low, high) = printed.exact();
                let s = self.exact(&path()).0;
                low <= s && s <= high
            }
        }
    }

    fn std_error_agrees(&self, printed: Published, state: &State, path: &dyn Fn() -> Vec<Mark>) -> bool {
        // Where the curve is 0 there is no standard error.
        if state.survival <= 0.0 {
            return false;
        }
        let Some(variance) = self.convention.variance(&state.tally, state.survival, state.sum) else {
            return false;
        };
        let (low, high) = squared(printed.bounds());
        match (side(variance, low), side(variance, high)) {
            (-1, _) | (_, 1) => false,
            (1, -1) => true,
            _ if self.convention.is_exponential() => true,
            _ => {
                let (low, high) = printed.exact();
                let (s, sum) = self.exact(&path());
                let Some(sum) = sum else { return false };
                self.convention
                    .variance(&state.tally, s, sum)
                    .is_some_and(|v| &low * &low <= v && v <= &high * &high)
            }
        }
    }

    /// The median is at the end of this stage: the curve is at most ½ there and was above ½ before the events
    /// at that time; or it is exactly ½ over a stretch of which the printed median is the middle.
    fn median_agrees(&self, state: &State, path: &dyn Fn() -> Vec<Mark>) -> bool {
        match self.half(state, path) {
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Less => {
                let path = path();
                let mut before = Self::start(state.tally.subjects);
                for (i, &mark) in path.iter().enumerate() {
                    let after = self.after(&before, mark);
                    if self.half(&after, &|| path[..=i].to_vec()).is_le() {
                        // The crossing is in this stage, and whatever follows it are events at the same time.
                        return path[i + 1..].iter().all(|m| *m == Mark::Event);
                    }
                    before = after;
                }
                false
            }
        }
    }

    /// The curve against ½.
    fn half(&self, state: &State, path: &dyn Fn() -> Vec<Mark>) -> std::cmp::Ordering {
        match side(state.survival, 0.5) {
            -1 => std::cmp::Ordering::Less,
            1 => std::cmp::Ordering::Greater,
            _ if self.convention.is_exponential() => state.survival.total_cmp(&0.5),
            _ => self.exact(&path()).0.cmp(&BigRational::new(1.into(), 2.into())),
        }
    }

    /// The Kaplan-Meier curve and the sum of the variance as fractions.
    fn exact(&self, path: &[Mark]) -> (BigRational, Option<BigRational>) {
        let mut n = self.orders[0].len() as u32 - 1;
        let (mut s, mut sum) = (BigRational::whole(1), Some(BigRational::whole(0)));
        for &mark in path {
            if mark == Mark::Event {
                s *= BigRational::new((n - 1).into(), n.into());
                sum = sum.zip(self.convention.term::<BigRational>(n)).map(|(sum, term)| sum + term);
            }
            if mark != Mark::Check {
                n -= 1;
            }
        }
        (s, sum)
    }
}

/// `table[s][m] = table[s+1][m] + ways(s)·table[s][m−1]`: from `m` at risk a stage may end, or lose one
/// subject to an event or, unless it holds events only, to a censoring.
fn count_orders(subjects: usize, stages: &[Stage]) -> Option<Vec<Vec<u128>>> {
    let mut table = vec![vec![1_u128; subjects + 1]; stages.len() + 1];
    for (s, stage) in stages.iter().enumerate().rev() {
        let ways = if stage.tied { 1 } else { 2 };
        for m in 0..=subjects {
            let longer = if m > 0 { table[s][m - 1].checked_mul(ways)? } else { 0 };
            table[s][m] = table[s + 1][m].checked_add(longer)?;
        }
    }
    Some(table)
}

fn look_ahead(subjects: u32, facts: &[Fact], stages: &[Stage]) -> Vec<Ahead> {
    let total = facts.iter().enumerate().find_map(|(i, fact)| match *fact {
        Fact::Events { by: None, count } => Some((i, count)),
        Fact::Censored { before: None, count } => Some((i, subjects.saturating_sub(count))),
        _ => None,
    });
    let mut ahead = Ahead { total, ..Ahead::default() };
    let mut list = Vec::with_capacity(stages.len());
    for stage in stages.iter().rev() {
        let mut window: Option<Window> = None;
        // Ranks increase along the list, so the counts of this stage are known before its window is made.
        for &i in &stage.facts {
            match facts[i] {
                Fact::AtRisk { count, .. } => ahead.at_risk = Some((i, count)),
                Fact::Events { by: Some(_), count } => ahead.events = Some((i, count)),
                Fact::Censored { before: Some(_), count } => ahead.censored = Some((i, count)),
                Fact::Survival { printed, .. } => {
                    let (low, high) = printed.bounds();
                    let at_risk = ahead.at_risk.map_or(0, |(_, r)| r);
                    let known = [ahead.events, total].into_iter().flatten().map(|(_, d)| d).min();
                    let events = known.unwrap_or(subjects);
                    window = Some(Window { fact: i, low, high, at_risk, events, variance: None });
                }
                Fact::StdError { printed, .. } => {
                    if let Some(window) = &mut window {
                        let (low, high) = squared(printed.bounds());
                        window.variance = Some((i, low, high));
                    }
                }
                _ => {}
            }
        }
        ahead.survival = window.or(ahead.survival);
        list.push(ahead.clone());
    }
    list.reverse();
    list
}
