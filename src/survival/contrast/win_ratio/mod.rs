//! Win statistics: every subject of one group compared with every subject of the other, the first endpoint in the
//! order of priority first.
//!
//! [`WinRatio`] compares and gives [`WinStatistics`]: win ratio, win odds and net benefit with their intervals,
//! and the Finkelstein-Schoenfeld test. The comparison of pairs is in [`pairs`]; with one endpoint it is a
//! matter of ranks and takes a sort, with more it looks at every pair, block by block.
//!
//! Not here: [`LogRank`](crate::survival::LogRank), which compares at each time and not over the shared follow-up.

mod pairs;

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::not_estimable::NotEstimable;
use crate::survival::result::print::{PValue, pair};
use pairs::{Ranked, Tally};

/// By what the sum of squares in a U-statistic's variance is divided. With nine in a group it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Divisor {
    /// By n − 1: unbiased for the covariances, a little wider.
    #[default]
    NMinusOne,
    /// By n: the maximum likelihood form.
    N,
}

/// Compares two groups pair by pair over a hierarchy of endpoints.
///
/// Subject i wins against j on an endpoint if j had its event at a time up to which i was seen free of it;
/// where neither wins, the next endpoint decides; where none does, the pair is tied. An event and a censoring
/// at the same time are a win for the censored subject (events come first, as everywhere), two events at the
/// same time are tied.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`endpoint`](Self::endpoint) | | the endpoints, most important first | at least one |
/// | [`divisor`](Self::divisor) | n − 1 | of the sums of squares in the variances | |
///
/// # Cost
/// One endpoint: one sort, O(n log n). More: every pair once in each direction, with memory for the subjects
/// only.
///
/// # Example
/// Death, then failure, of nine children against nine:
/// ```
/// use greenwood::survival::{Groups, RightCensored, WinRatio};
///
/// let death = [2., 4., 50., 47., 46., 49., 48., 53., 60., 9., 44., 48., 40., 45., 48., 51., 56., 60.];
/// let died = [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0].map(|d| d == 1);
/// let failure = [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
/// let failed = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1);
/// let arm = Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["MSC", "control"])?;
///
/// let wins = WinRatio::new()
///     .endpoint("death", &RightCensored::new(&death, &died)?)
///     .endpoint("failure", &RightCensored::new(&failure, &failed)?)
///     .estimate(&arm, "MSC", "control")?;
/// assert_eq!((wins.wins(), wins.losses(), wins.ties()), (13, 41, 27));
/// assert_eq!(format!("{:.3}", wins.win_ratio()), "0.317 (95% CI 0.060 to 1.675), p = 0.176");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Pocock, Ariti, Collier & Wang (2012), Eur Heart J 33:176. Buyse (2010), Stat Med 29:3245 (net benefit).
/// Dong et al. (2020), Stat Biopharm Res 12:99 (win odds). Bebu & Lachin (2016), Biostatistics 17:178
/// (variances). Finkelstein & Schoenfeld (1999), Stat Med 18:1341.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is compared until `.estimate(…)` is called"]
pub struct WinRatio<'a> {
    endpoints: Vec<(String, &'a RightCensored<'a>)>,
    divisor: Divisor,
}

impl<'a> WinRatio<'a> {
    /// A comparison without endpoints yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next endpoint in the hierarchy: the same subjects in the same order.
    pub fn endpoint(mut self, name: &str, data: &'a RightCensored<'a>) -> Self {
        self.endpoints.push((name.to_string(), data));
        self
    }

    /// What the variances divide by.
    pub fn divisor(self, divisor: Divisor) -> Self {
        Self { divisor, ..self }
    }

    /// Compares every subject of `group` with every subject of `reference`.
    ///
    /// # Errors
    /// [`Error::Empty`] without an endpoint, or where one of the two groups has no subjects;
    /// [`Error::LengthMismatch`]; [`Error::UnknownLabel`]; [`Error::Unsupported`] for data with delayed entry
    /// (two subjects then share no common follow-up from the start), weights, clusters or strata.
    pub fn estimate(&self, groups: &Groups, group: &str, reference: &str) -> Result<WinStatistics> {
        if self.endpoints.is_empty() {
            return Err(Error::Empty { argument: "the list of endpoints" });
        }
        let codes = [groups.code(group)? as u32, groups.code(reference)? as u32];
        // Subjects of the two groups only, the first group first.
        let members: Vec<Vec<usize>> = codes
            .iter()
            .map(|&code| (0..groups.len()).filter(|&i| groups.codes()[i] == code).collect())
            .collect();
        if members.iter().any(Vec::is_empty) {
            return Err(Error::Empty { argument: "one of the two groups" });
        }
        let order = members.concat();
        let mut ranked = Vec::with_capacity(self.endpoints.len());
        for (_, data) in &self.endpoints {
            check(data, groups)?;
            ranked.push(Ranked::new(data, &order));
        }
        let tally = Tally::new(&ranked, members[0].len());
        Ok(WinStatistics::new(self, [group, reference], &members, &tally))
    }
}

fn check(data: &RightCensored, groups: &Groups) -> Result<()> {
    groups.check_len("groups", data.len())?;
    let refuse = |with, why| Err(Error::Unsupported { method: "the win ratio", with, why });
    if data.entry().is_some_and(|e| e.iter().any(|&e| e > 0.0)) {
        return refuse("delayed entry", "a pair is compared over the follow-up it shares from the start");
    }
    if data.weights().is_some() || data.clusters().is_some() {
        return refuse("weights or clusters", "its variance is that of independent, equal subjects");
    }
    if data.strata().is_some() {
        return refuse("strata", "pairs within strata need a rule to combine them; compare each stratum");
    }
    Ok(())
}

/// Wins and losses that one endpoint decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EndpointWins {
    name: String,
    wins: u64,
    losses: u64,
}

impl EndpointWins {
    /// The endpoint.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Pairs that the first group won on it.
    #[must_use]
    pub fn wins(&self) -> u64 {
        self.wins
    }

    /// Pairs that the first group lost on it.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.losses
    }
}

/// The outcome of a [`WinRatio`] comparison.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WinStatistics {
    group: String,
    reference: String,
    subjects: [usize; 2],
    endpoints: Vec<EndpointWins>,
    divisor: Divisor,
    /// Of the shares of wins and losses: their variances and their covariance.
    variance: Option<[f64; 3]>,
    finkelstein_schoenfeld: FinkelsteinSchoenfeld,
}

impl WinStatistics {
    fn new(how: &WinRatio, labels: [&str; 2], members: &[Vec<usize>], tally: &Tally) -> Self {
        let subjects = [members[0].len(), members[1].len()];
        let pairs =
            |name: &String, &[wins, losses]: &[u64; 2]| EndpointWins { name: name.clone(), wins, losses };
        let endpoints = how
            .endpoints
            .iter()
            .zip(&tally.by_endpoint)
            .map(|((name, _), counts)| pairs(name, counts))
            .collect();
        Self {
            group: labels[0].to_string(),
            reference: labels[1].to_string(),
            subjects,
            endpoints,
            divisor: how.divisor,
            variance: variance(tally, subjects, how.divisor),
            finkelstein_schoenfeld: FinkelsteinSchoenfeld::new(tally, subjects),
        }
    }

    /// The group whose wins are counted.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The group it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Wins and losses by the endpoint that decided, in the order of the hierarchy.
    #[must_use]
    pub fn endpoints(&self) -> &[EndpointWins] {
        &self.endpoints
    }

    /// Pairs that the first group won.
    #[must_use]
    pub fn wins(&self) -> u64 {
        self.endpoints.iter().map(|e| e.wins).sum()
    }

    /// Pairs that it lost.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.endpoints.iter().map(|e| e.losses).sum()
    }

    /// All pairs.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.subjects[0] as u64 * self.subjects[1] as u64
    }

    /// Pairs that no endpoint decided.
    #[must_use]
    pub fn ties(&self) -> u64 {
        self.pairs() - self.wins() - self.losses()
    }

    /// The divisor of the variances.
    #[must_use]
    pub fn divisor(&self) -> Divisor {
        self.divisor
    }

    fn shares(&self) -> (f64, f64) {
        let pairs = self.pairs() as f64;
        (self.wins() as f64 / pairs, self.losses() as f64 / pairs)
    }

    /// Wins over losses: above 1 the first group wins more than it loses.
    #[must_use]
    pub fn win_ratio(&self) -> Estimate {
        let (w, l) = self.shares();
        let variance = self.variance.map(|[ww, ll, wl]| ww / (w * w) + ll / (l * l) - 2.0 * wl / (w * l));
        let std_error = variance.map(|v| v.max(0.0).sqrt()).ok_or(NotEstimable::NoVariation);
        Estimate::with_error(Scale::Log, (w / l).ln(), std_error)
    }

    /// Wins and half of the ties over losses and half of the ties.
    #[must_use]
    pub fn win_odds(&self) -> Estimate {
        let (w, l) = self.shares();
        let benefit = w - l;
        // The odds are (1 + benefit)/(1 − benefit).
        let slope = 2.0 / (1.0 - benefit * benefit);
        let std_error = self.benefit_error().map(|se| slope * se);
        Estimate::with_error(Scale::Log, ((1.0 + benefit) / (1.0 - benefit)).ln(), std_error)
    }

    /// The share of wins less the share of losses.
    #[must_use]
    pub fn net_benefit(&self) -> Estimate {
        let (w, l) = self.shares();
        Estimate::with_error(Scale::Identity, w - l, self.benefit_error()).within(-1.0, 1.0)
    }

    fn benefit_error(&self) -> Result<f64, NotEstimable> {
        let error = self.variance.map(|[ww, ll, wl]| (ww + ll - 2.0 * wl).max(0.0).sqrt());
        error.ok_or(NotEstimable::NoVariation)
    }

    /// The Finkelstein-Schoenfeld test that no group wins more than it loses.
    #[must_use]
    pub fn finkelstein_schoenfeld(&self) -> FinkelsteinSchoenfeld {
        self.finkelstein_schoenfeld
    }
}

/// Hoeffding's first-order variances of the shares of wins and losses and their covariance: the covariance of
/// each subject's own share over its group, summed over the two groups.
fn variance(tally: &Tally, subjects: [usize; 2], divisor: Divisor) -> Option<[f64; 3]> {
    let mut total = [0.0; 3];
    for group in 0..2 {
        let (n, opponents) = (subjects[group] as f64, subjects[1 - group] as f64);
        let divide_by = match divisor {
            Divisor::N => n,
            Divisor::NMinusOne => n - 1.0,
        };
        if divide_by <= 0.0 {
            return None;
        }
        let own = if group == 0 { 0..subjects[0] } else { subjects[0]..subjects[0] + subjects[1] };
        // The first group's view: what the second group's subjects lose, it wins.
        let view = |i: usize| {
            let [a, b] = tally.against_others[i].map(|x| f64::from(x) / opponents);
            if group == 0 { (a, b) } else { (b, a) }
        };
        let (mut w, mut l) = (0.0, 0.0);
        own.clone().map(view).for_each(|(a, b)| (w, l) = (w + a / n, l + b / n));
        for (a, b) in own.map(view) {
            for (sum, x) in total.iter_mut().zip([(a - w) * (a - w), (b - l) * (b - l), (a - w) * (b - l)]) {
                *sum += x / (divide_by * n);
            }
        }
    }
    Some(total)
}

/// The Finkelstein-Schoenfeld test: each subject's wins less losses against everybody, summed over the first
/// group, with its permutation variance. With one endpoint it is Gehan's test.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FinkelsteinSchoenfeld {
    statistic: f64,
    variance: f64,
}

impl FinkelsteinSchoenfeld {
    fn new(tally: &Tally, subjects: [usize; 2]) -> Self {
        let (n1, n0) = (subjects[0] as f64, subjects[1] as f64);
        let n = n1 + n0;
        // Comparisons inside a group cancel in its sum: T is wins less losses against the other group.
        let statistic = tally.net[..subjects[0]].iter().map(|&u| u as f64).sum();
        let squares: f64 = tally.net.iter().map(|&u| (u as f64).powi(2)).sum();
        Self { statistic, variance: n1 * n0 / (n * (n - 1.0)) * squares }
    }

    /// T: wins less losses of the first group.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its variance over all permutations of the groups, `n₁n₀/(N(N − 1)) Σ U²`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// T over its standard deviation; `None` where all pairs are tied.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        (self.variance > 0.0).then(|| self.statistic / self.variance.sqrt())
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(normal_two_sided)
    }
}

impl fmt::Display for WinStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Win statistics, {}: {} pairs of {} and {} (variances divide by {})",
            pair(&self.group, &self.reference),
            self.pairs(),
            self.subjects[0],
            self.subjects[1],
            if self.divisor == Divisor::N { "n" } else { "n − 1" }
        )?;
        let width = self.endpoints.iter().map(|e| e.name.chars().count()).max().unwrap_or(0).max(11);
        write!(f, "\n{:width$} {:>10} {:>10} {:>10}", "decided by", "won", "lost", "tied")?;
        let mut left = self.pairs();
        for e in &self.endpoints {
            left -= e.wins + e.losses;
            write!(f, "\n{:width$} {:>10} {:>10} {:>10}", e.name, e.wins, e.losses, left)?;
        }
        write!(f, "\n{:width$} {:.3}", "win ratio", self.win_ratio())?;
        write!(f, "\n{:width$} {:.3}", "win odds", self.win_odds())?;
        write!(f, "\n{:width$} {:.3}", "net benefit", self.net_benefit())?;
        match self.finkelstein_schoenfeld.z().zip(self.finkelstein_schoenfeld.p_value()) {
            Some((z, p)) => write!(f, "\nFinkelstein-Schoenfeld z = {z:.3}, {:#}", PValue(p)),
            None => write!(f, "\nall pairs are tied: no test"),
        }
    }
}
