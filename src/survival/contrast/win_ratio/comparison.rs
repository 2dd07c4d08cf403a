//! The comparison of every pair over a hierarchy of endpoints: options, checks and the verb.

use crate::error::{Error, Result};
use crate::survival::contrast::win_ratio::pairs::{Ranked, Tally};
use crate::survival::contrast::win_ratio::statistics::{Divisor, WinStatistics};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;

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
        let names = self.endpoints.iter().map(|(name, _)| name.as_str());
        Ok(WinStatistics::new(names, self.divisor, [group, reference], &members, &tally))
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
