//! The comparison of every pair over a hierarchy of endpoints: options, checks and the verb.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::survival::contrast::win_ratio::adjusted::{AdjustedWinStatistics, EndpointShares};
use crate::survival::contrast::win_ratio::censoring::{self, WeightedTally};
use crate::survival::contrast::win_ratio::pairs::{Ranked, Tally};
use crate::survival::contrast::win_ratio::shares::stratum_weight;
use crate::survival::contrast::win_ratio::statistics::{Divisor, WinStatistics};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;

/// Compares two groups pair by pair over a hierarchy of endpoints.
///
/// Subject i wins against j on an endpoint if j had its event at a time up to which i was seen free of it;
/// where neither wins, the next endpoint decides; where none does, the pair is tied. An event and a censoring
/// at the same time are a win for the censored subject (events come first, as everywhere), two events at the
/// same time are tied. On an endpoint whose event is wanted the two change places.
///
/// With a horizon τ the comparison ends there: a subject observed beyond τ counts as free of the event up to τ,
/// in every endpoint.
///
/// # Strata
/// If the data have strata ([`RightCensored::with_strata`]; those of any endpoint hold for all, for they are of the
/// subjects), pairs are made within strata only. With `Nₛ` subjects of both groups in stratum s and the weights
/// `wₛ = 1/Nₛ` of Mantel and Haenszel
///
/// `WR = Σ wₛ winsₛ / Σ wₛ lossesₛ`; shares `W = Σ wₛ winsₛ / Σ wₛ pairsₛ`, and `L` of the losses likewise;
/// net benefit `W − L`; win odds `(1 + W − L)/(1 − W + L)`.
///
/// Variances are those of the strata, times `(wₛ pairsₛ / Σ wₛ pairsₛ)²`, and the delta method; Dong et al. give
/// the variance under the null hypothesis, this is the one at the estimate, as without strata. A stratum with
/// subjects of one group only contributes nothing and is counted
/// ([`strata_without_pairs`](WinStatistics::strata_without_pairs)). A stratum with a single subject in one of the
/// groups has no variance with the divisor n − 1: then the estimates have no standard errors either, while the
/// Finkelstein-Schoenfeld test, which is summed over strata, remains.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`endpoint`](Self::endpoint), [`wanted_endpoint`](Self::wanted_endpoint) | | the endpoints, most important first | at least one |
/// | [`divisor`](Self::divisor) | n − 1 | of the sums of squares in the variances | |
/// | [`horizon`](Self::horizon) | none | the end τ of the comparison | above 0 and finite |
///
/// # Censoring
/// A pair that censoring leaves undecided is tied, so the measures of [`estimate`](Self::estimate) depend on the follow-up.
/// [`estimate_adjusted`](Self::estimate_adjusted) takes censoring out: it estimates what they would be, up to the horizon, if nobody were
/// censored.
///
/// # Cost
/// One endpoint: one sort, O(n log n). More: every pair (of a stratum) once in each direction, with memory for the
/// subjects only.
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
///
/// // Within two centres, up to four years.
/// let centre = Groups::new(&["A", "B", "A", "A", "B", "B", "A", "B", "A", "A", "B", "B", "A", "B", "A", "A", "B", "B"]);
/// let (death, failure) = (RightCensored::new(&death, &died)?, RightCensored::new(&failure, &failed)?);
/// let death = death.with_strata(centre)?;
/// let how = WinRatio::new().endpoint("death", &death).endpoint("failure", &failure).horizon(48.0);
/// let wins = how.estimate(&arm, "MSC", "control")?;
/// assert_eq!((wins.strata().len(), wins.pairs()), (2, 40));
/// let [a, b] = wins.strata() else { unreachable!() };
/// let by_hand = (a.wins() as f64 / 9.0 + b.wins() as f64 / 9.0) / (a.losses() as f64 / 9.0 + b.losses() as f64 / 9.0);
/// assert!((wins.win_ratio().value()? - by_hand).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Pocock, Ariti, Collier & Wang (2012), Eur Heart J 33:176. Buyse (2010), Stat Med 29:3245 (net benefit).
/// Dong et al. (2020), Stat Biopharm Res 12:99 (win odds). Bebu & Lachin (2016), Biostatistics 17:178
/// (variances). Dong, Qiu, Wang & Vandemeulebroecke (2018), J Biopharm Stat 28:778
/// (strata). Dong, Mao, Huang et al. (2020), J Biopharm Stat 30:882 (weights for censoring). Péron et al. (2018), Stat
/// Methods Med Res 27:1230. Finkelstein & Schoenfeld (1999), Stat Med 18:1341.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is compared until `.estimate(…)` is called"]
pub struct WinRatio<'a> {
    /// Name, data, and whether the event is wanted.
    pub(super) endpoints: Vec<(String, &'a RightCensored<'a>, bool)>,
    pub(super) divisor: Divisor,
    pub(super) horizon: Option<f64>,
}

/// All pairs of one stratum, or of data without strata.
pub(super) struct Compared<'g> {
    pub stratum: Option<&'g str>,
    pub subjects: [usize; 2],
    pub tally: Tally,
}

impl<'a> WinRatio<'a> {
    /// A comparison without endpoints yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next endpoint in the hierarchy: the same subjects in the same order.
    pub fn endpoint(mut self, name: &str, data: &'a RightCensored<'a>) -> Self {
        self.endpoints.push((name.to_string(), data, false));
        self
    }

    /// The next endpoint, whose event is one to be reached (recovery, response): who has it first wins, over one who was seen
    /// without it up to that time.
    ///
    /// ```
    /// use greenwood::survival::{Groups, RightCensored, WinRatio};
    ///
    /// let recovery = RightCensored::new(&[3.0, 5.0, 4.0, 9.0], &[true, true, true, false])?;
    /// let arm = Groups::from_codes(&[0, 0, 1, 1], &["new", "old"])?;
    /// let wins = WinRatio::new().wanted_endpoint("recovery", &recovery).estimate(&arm, "new", "old")?;
    /// assert_eq!((wins.wins(), wins.losses()), (3, 1));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn wanted_endpoint(mut self, name: &str, data: &'a RightCensored<'a>) -> Self {
        self.endpoints.push((name.to_string(), data, true));
        self
    }

    /// What the variances divide by.
    pub fn divisor(self, divisor: Divisor) -> Self {
        Self { divisor, ..self }
    }

    /// The end of the comparison: an event at `tau` still counts, what was observed later does not.
    pub fn horizon(self, tau: f64) -> Self {
        Self { horizon: Some(tau), ..self }
    }

    /// Compares every subject of `group` with every subject of `reference`, of the same stratum if the data have strata.
    ///
    /// # Errors
    /// [`Error::Empty`] without an endpoint, where one of the two groups has no subjects or no stratum has both;
    /// [`Error::LengthMismatch`]; [`Error::UnknownLabel`]; [`Error::OutOfRange`] for a horizon that is not above 0 and
    /// finite; [`Error::Unsupported`] for data with delayed entry (two subjects then share no common follow-up from the
    /// start), weights or clusters, and where two endpoints have different strata.
    pub fn estimate(&self, groups: &Groups, group: &str, reference: &str) -> Result<WinStatistics> {
        let Checked { merged, strata, members } = self.checked(groups, group, reference)?;
        let horizon = self.horizon.unwrap_or(f64::INFINITY);
        let compared: Vec<_> = members
            .iter()
            .map(|(stratum, both)| {
                let order = both.concat();
                let ranked: Vec<_> = merged
                    .iter()
                    .zip(&self.endpoints)
                    .map(|(data, (_, _, wanted))| Ranked::new(data, *wanted, &order, horizon))
                    .collect();
                Compared {
                    stratum: strata.map(|s| s.labels()[*stratum].as_str()),
                    subjects: [both[0].len(), both[1].len()],
                    tally: Tally::new(&ranked, both[0].len()),
                }
            })
            .collect();
        Ok(WinStatistics::new(self, [group, reference], &compared))
    }

    /// Options and data checked, the subjects of the two groups sorted into the strata.
    fn checked<'s>(&'s self, groups: &Groups, group: &str, reference: &str) -> Result<Checked<'s>> {
        if self.endpoints.is_empty() {
            return Err(Error::Empty { argument: "the list of endpoints" });
        }
        if let Some(tau) = self.horizon {
            check_horizon(tau)?;
        }
        let codes = [groups.code(group)? as u32, groups.code(reference)? as u32];
        for code in codes {
            if !groups.codes().contains(&code) {
                return Err(Error::Empty { argument: "one of the two groups" });
            }
        }
        let mut strata = None;
        let mut merged = Vec::with_capacity(self.endpoints.len());
        for (_, data, _) in &self.endpoints {
            check(data, groups)?;
            strata = common_strata(strata, data.strata())?;
            merged.push(data.merged());
        }
        // Subjects of the two groups only, the first group first.
        let members = (0..).zip(members(groups, codes, strata));
        let members: Vec<_> = members.filter(|(_, both)| both.iter().any(|one| !one.is_empty())).collect();
        if members.iter().all(|(_, both)| both.iter().any(Vec::is_empty)) {
            return Err(Error::Empty { argument: "the list of strata with subjects of both groups" });
        }
        Ok(Checked { merged, strata, members })
    }

    /// The same as it would be without censoring, up to the [`horizon`](Self::horizon), which has to be set: a pair that an endpoint
    /// decides counts `1/(G₁(D₁−) G₀(D₀−))` times, G the Kaplan-Meier estimate of not being censored in each group (of a stratum), D
    /// how long each of the two had to be under observation for that.
    ///
    /// That is until the event that decides and, where endpoints above are tied, until the horizon, up to which the tie has to hold; no
    /// longer than until the own event on the first endpoint. With one endpoint, W and L are
    /// `∫ S₁ dF₀` and `∫ S₀ dF₁` of the Kaplan-Meier curves, Péron's scores summed; without censoring before the horizon the
    /// measures are those of [`estimate`](Self::estimate) with that horizon.
    ///
    /// # Assumptions
    /// Censoring is independent and common to the endpoints of a subject: its observation ends where any endpoint is censored before
    /// the first endpoint's event. The first endpoint is the one that ends observation (death), if there is such a one.
    ///
    /// # Variance
    /// The infinitesimal jackknife, `Σ ψψ'/n²` in each group (or over n(n − 1), see [`divisor`](Self::divisor)): each subject's own share of
    /// wins and losses, and what its being censored or not does to the estimated G. Nothing is held fixed. Shares of strata
    /// have the weights `pairs/N`, held.
    ///
    /// # Cost
    /// Every pair (of a stratum) once, whatever the number of endpoints.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate); [`Error::Unsupported`] without a horizon; [`Error::BeyondFollowUp`] where the follow-up of a
    /// group (of a stratum) ends before the horizon.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{Groups, RightCensored, WinRatio};
    ///
    /// let death = RightCensored::new(&[2., 9., 7., 9., 3., 5., 9., 4.], &[true, false, true, false, true, true, false, false])?;
    /// let stroke = RightCensored::new(&[2., 3., 4., 9., 1., 5., 6., 4.], &[false, true, true, false, true, false, true, false])?;
    /// let arm = Groups::from_codes(&[0, 0, 0, 0, 1, 1, 1, 1], &["new", "old"])?;
    /// let how = WinRatio::new().endpoint("death", &death).endpoint("stroke", &stroke).horizon(8.0);
    /// let adjusted = how.estimate_adjusted(&arm, "new", "old")?;
    /// // Of "old" one was lost at 4, so that the two who were followed longer count 3/2 times from then on.
    /// assert!((adjusted.net_benefit().value()? - 0.125).abs() < 1e-12);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn estimate_adjusted(
        &self,
        groups: &Groups,
        group: &str,
        reference: &str,
    ) -> Result<AdjustedWinStatistics> {
        let Some(horizon) = self.horizon else {
            return Err(Error::Unsupported {
                method: "the win ratio weighted for censoring",
                with: "no horizon",
                why: "what is beyond follow-up has no weight: set a `horizon` that is within it",
            });
        };
        let Checked { merged, strata, members } = self.checked(groups, group, reference)?;
        let data: Vec<&RightCensored> = merged.iter().map(AsRef::as_ref).collect();
        let wanted: Vec<bool> = self.endpoints.iter().map(|(_, _, wanted)| *wanted).collect();
        let subjects = |g: usize| members.iter().map(|(_, both)| both[g].len()).sum();
        let compared: Vec<_> =
            members.iter().map(|(_, both)| both).filter(|both| !both.iter().any(Vec::is_empty)).collect();
        let weight = |both: &[Vec<usize>; 2]| stratum_weight([both[0].len(), both[1].len()]);
        let total: f64 = compared.iter().map(|both| weight(both)).sum();
        let mut pooled = WeightedTally::zero(self.endpoints.len());
        for both in &compared {
            let share = if compared.len() == 1 { 1.0 } else { weight(both) / total };
            pooled.add(share, &censoring::tally(&data, &wanted, both, horizon, self.divisor)?);
        }
        let endpoints = self.endpoints.iter().zip(&pooled.by_endpoint);
        let endpoints = endpoints.map(|((name, ..), &[wins, losses])| EndpointShares {
            name: name.clone(),
            wins,
            losses,
        });
        Ok(AdjustedWinStatistics {
            group: group.to_string(),
            reference: reference.to_string(),
            subjects: [subjects(0), subjects(1)],
            endpoints: endpoints.collect(),
            divisor: self.divisor,
            variance: pooled.variance,
            horizon,
            strata: strata.map_or(0, |_| members.len()),
            strata_without_pairs: members.len() - compared.len(),
        })
    }
}

/// What was checked: the endpoints with their near ties merged, the strata, and the members of those that have any.
struct Checked<'s> {
    merged: Vec<Cow<'s, RightCensored<'s>>>,
    strata: Option<&'s Groups>,
    members: Vec<(usize, [Vec<usize>; 2])>,
}

pub(super) fn check_horizon(tau: f64) -> Result<()> {
    if tau > 0.0 && tau < f64::INFINITY {
        return Ok(());
    }
    Err(Error::OutOfRange { argument: "horizon", value: tau, must_be: "above 0 and finite" })
}

/// The strata of the subjects: those of any endpoint, if no other has different ones.
fn common_strata<'s>(known: Option<&'s Groups>, more: Option<&'s Groups>) -> Result<Option<&'s Groups>> {
    if let Some((a, b)) = known.zip(more) {
        let label = |g: &'s Groups, i: usize| &g.labels()[g.codes()[i] as usize];
        if (0..a.len()).any(|i| label(a, i) != label(b, i)) {
            return Err(Error::Unsupported {
                method: "the win ratio",
                with: "strata that differ between endpoints",
                why: "a subject belongs to one stratum; give the strata to one endpoint, or the same to all",
            });
        }
    }
    Ok(known.or(more))
}

/// The subjects of either group, per stratum.
fn members(groups: &Groups, codes: [u32; 2], strata: Option<&Groups>) -> Vec<[Vec<usize>; 2]> {
    let mut members = vec![[Vec::new(), Vec::new()]; strata.map_or(1, Groups::count)];
    for (i, code) in groups.codes().iter().enumerate() {
        let stratum = strata.map_or(0, |s| s.codes()[i] as usize);
        for (own, into) in codes.iter().zip(&mut members[stratum]) {
            if own == code {
                into.push(i);
            }
        }
    }
    members
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
    Ok(())
}
