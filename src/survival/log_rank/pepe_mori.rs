//! Pepe and Mori's test: do two groups differ in the cumulative incidence of a cause, over follow-up as a whole?

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::chi_square_sf;
use crate::print::{Number, PValue};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::log_rank::gray::check;
use crate::survival::result::estimate::{Estimate, Scale};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};
use crate::survival::result::test::TestSummary;
use crate::survival::risk_table::competing::CompetingRiskTable;
use crate::survival::risk_table::table::RiskTable;

/// Pepe and Mori's two-sample test of a cumulative incidence: the weighted area between the curves.
///
/// `A = ∫ W(t) (F₂(t) − F₁(t)) dt` up to τ, with `W = n Ĝ₁Ĝ₂/(n₁Ĝ₁ + n₂Ĝ₂)` and Ĝ the Kaplan-Meier estimate of censoring: late
/// differences count little where few are still observed. `Var ∫ W F_g = Σ (v₁² d₁ + v₂² d₂)/Y²` over the event times of group
/// g, with `v₁ = a (1 − F₂) − b`, `v₂ = a F₁ − b` (here F₁ is of the cause and F₂ of the others), `a = ∫_t^τ W` and
/// `b = ∫_t^τ W F₁`. The weights are taken as known. Where [`Gray`](super::Gray) weighs hazards of the subdistribution, this test
/// weighs the difference that a reader sees; it is the stronger one where curves part early and stay apart.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`until`](Self::until) | the earlier end of the two follow-ups | τ | above 0, at most the default |
///
/// # Cost
/// The tables of both groups, O(n log n), and one pass over their times.
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, Groups};
/// use greenwood::survival::log_rank::PepeMori;
///
/// let outcome =
///     [1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 2, 1, 0].map(|c| if c == 0 { None } else { Some(c) });
/// let time = [1., 2., 2., 3., 4., 4., 5., 6., 7., 8., 8., 9., 10., 12.];
/// let data = CompetingRisks::new(&time, &outcome)?;
/// let arm = Groups::new(&[1, 1, 2, 2, 1, 2, 1, 2, 1, 2, 2, 1, 1, 2]);
/// let test = PepeMori::new(&1).test(&data, &arm)?;
/// assert_eq!((test.group(), test.reference(), test.tau()), ("2", "1", 10.0));
/// assert!((test.statistic().unwrap() - 0.675730742907065).abs() < 1e-12); // the formula, in R
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Pepe & Mori (1993), Stat Med 12:737. Pintilie (2006), Competing Risks, section 5.2.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct PepeMori {
    cause: String,
    tau: Option<f64>,
}

/// The result of [`PepeMori`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PepeMoriTest {
    cause: String,
    labels: [String; 2],
    subjects: [usize; 2],
    observed: [f64; 2],
    tau: f64,
    area: f64,
    std_error: f64,
}

#[cfg(feature = "serde")]
checked_when_read!(PepeMoriTest {
    cause: String,
    labels: [String; 2],
    subjects: [usize; 2],
    observed: [f64; 2],
    tau: f64,
    area: f64,
    std_error: f64
});

#[cfg(feature = "serde")]
impl PepeMoriTest {
    fn check(&self) -> Result<()> {
        stored::size("tau", self.tau)?;
        stored::number("area", self.area)?;
        stored::size("std_error", self.std_error)?;
        self.observed.iter().try_for_each(|&d| stored::size("observed", d))?;
        self.subjects.iter().try_for_each(|&n| stored::count("the number of subjects", n))
    }
}

impl PepeMori {
    /// The test of a cause, over the follow-up that both groups have.
    pub fn new(cause: &(impl ToString + ?Sized)) -> Self {
        Self { cause: cause.to_string(), tau: None }
    }

    /// The end of the comparison.
    pub fn until(self, tau: f64) -> Self {
        Self { tau: Some(tau), ..self }
    }

    /// Compares the second group with the first.
    ///
    /// # Errors
    /// [`Error::UnknownCause`]; [`Error::LengthMismatch`]; [`Error::OutOfRange`] for a τ outside the follow-up of both groups
    /// or another number of groups than two; [`Error::Unsupported`] with strata, delayed entry, sampling weights or clusters.
    pub fn test(&self, data: &CompetingRisks, groups: &Groups) -> Result<PepeMoriTest> {
        let cause = data.position(&self.cause)?;
        check(data, "Pepe and Mori's test")?;
        if data.any_cause().strata().is_some() {
            return Err(Error::Unsupported {
                method: "Pepe and Mori's test",
                with: "strata",
                why: "it compares two curves; Gray's test (`Gray`) compares within strata",
            });
        }
        if groups.count() != 2 {
            let (value, must_be) = (groups.count() as f64, "2");
            return Err(Error::OutOfRange { argument: "the number of groups", value, must_be });
        }
        let tables = CompetingRiskTable::by_group(data, groups)?;
        let [first, second] = tables.as_slice() else {
            return Err(Error::TooFewGroups { found: tables.len() });
        };
        // The last time of somebody with a weight.
        let ends = [first, second].map(|t| t.all().rows().rfind(|r| r.at_risk > 0.0).map_or(0.0, |r| r.time));
        let end = ends[0].min(ends[1]);
        let tau = self.tau.unwrap_or(end);
        if !(tau > 0.0 && tau <= end) {
            let must_be = "above 0 and at most the end of follow-up of either group";
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be });
        }
        let curves = [first, second].map(|t| Curves::new(t, cause));
        let weight = Weight::new(&curves, tau);
        let sums = [0, 1].map(|g| curves[g].weighted(&weight, tau));
        let (area, std_error) = (sums[1].0 - sums[0].0, (sums[0].1 + sums[1].1).sqrt());
        if !(area.is_finite() && std_error.is_finite()) {
            let must_be =
                "below 1e150, so that the square of an area is a number: divide all times by a constant";
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be });
        }
        Ok(PepeMoriTest {
            cause: self.cause.clone(),
            labels: [groups.labels()[0].clone(), groups.labels()[1].clone()],
            subjects: [first, second].map(|t| RiskTable::counted([t.all()])),
            observed: [first.total_of(cause), second.total_of(cause)],
            tau,
            area,
            std_error,
        })
    }
}

/// What one group is like just after each of its times.
struct Curves {
    n: f64,
    times: Vec<f64>,
    at_risk: Vec<f64>,
    own: Vec<f64>,
    other: Vec<f64>,
    /// The cause, the others, and not censored.
    incidence: Vec<f64>,
    others: Vec<f64>,
    uncensored: Vec<f64>,
}

/// A value that changes at times, from one before the first.
fn value_at(times: &[f64], values: &[f64], before: f64, t: f64) -> f64 {
    times.partition_point(|&x| x <= t).checked_sub(1).map_or(before, |i| values[i])
}

impl Curves {
    fn new(table: &CompetingRiskTable, cause: usize) -> Self {
        let rows: Vec<_> = table.all().rows().collect();
        let n = rows.first().map_or(0.0, |r| r.at_risk);
        let mut c = Self {
            n,
            times: Vec::new(),
            at_risk: Vec::new(),
            own: Vec::new(),
            other: Vec::new(),
            incidence: Vec::new(),
            others: Vec::new(),
            uncensored: Vec::new(),
        };
        let (mut free, mut f, mut g, mut kept) = (1.0, 0.0, 0.0, 1.0);
        for (i, r) in rows.iter().enumerate() {
            let own = table.events_of(i, cause);
            let other = (r.events - own).max(0.0);
            f += free * own / r.at_risk;
            g += free * other / r.at_risk;
            free *= if r.events < r.at_risk { 1.0 - r.events / r.at_risk } else { 0.0 };
            // Events leave before censorings.
            let left = r.at_risk - r.events;
            if r.censored > 0.0 {
                kept *= if r.censored < left { 1.0 - r.censored / left } else { 0.0 };
            }
            c.times.push(r.time);
            c.at_risk.push(r.at_risk);
            c.own.push(own);
            c.other.push(other);
            c.incidence.push(f);
            c.others.push(g);
            c.uncensored.push(kept);
        }
        c
    }

    /// `∫ W F` and its variance.
    fn weighted(&self, weight: &Weight, tau: f64) -> (f64, f64) {
        // From the last interval back: a and b at its start.
        let (mut a, mut b, mut variance) = (0.0, 0.0, 0.0);
        // What happens at the end moves no area any more.
        let mut next = self.times.partition_point(|&t| t < tau);
        for i in (0..weight.times.len()).rev() {
            let (start, end) = (weight.times[i], weight.times.get(i + 1).copied().unwrap_or(tau));
            let area = weight.values[i] * (end - start);
            a += area;
            b += area * value_at(&self.times, &self.incidence, 0.0, start);
            while next > 0 && self.times[next - 1] >= start {
                next -= 1;
                let (own, other) = (self.own[next], self.other[next]);
                let by_own = a * (1.0 - self.others[next]) - b;
                let by_other = a * self.incidence[next] - b;
                variance += (by_own * by_own * own + by_other * by_other * other)
                    / (self.at_risk[next] * self.at_risk[next]);
            }
        }
        (b, variance)
    }
}

/// W on the intervals between the times of both groups, from 0.
struct Weight {
    times: Vec<f64>,
    values: Vec<f64>,
}

impl Weight {
    fn new(curves: &[Curves; 2], tau: f64) -> Self {
        let mut times: Vec<f64> = curves.iter().flat_map(|c| c.times.iter().copied()).collect();
        times.push(0.0);
        times.retain(|&t| t < tau);
        times.sort_by(f64::total_cmp);
        times.dedup();
        let value = |&t: &f64| {
            let [a, b] = [0, 1].map(|g| value_at(&curves[g].times, &curves[g].uncensored, 1.0, t));
            let [m, n] = [curves[0].n, curves[1].n];
            let below = m * a + n * b;
            if below > 0.0 { (m + n) * a * b / below } else { 0.0 }
        };
        let values = times.iter().map(value).collect();
        Self { times, values }
    }
}

impl PepeMoriTest {
    /// The cause.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// The group that is compared.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.labels[1]
    }

    /// The group that it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.labels[0]
    }

    /// The end of the comparison.
    #[must_use]
    pub fn tau(&self) -> f64 {
        self.tau
    }

    /// The weighted area between the curves, group less reference, with its error.
    #[must_use]
    pub fn area(&self) -> Estimate {
        Estimate::new(Scale::Identity, self.area, self.std_error)
    }

    /// The chi-square statistic, with one degree of freedom. Returns `None` if nothing varies.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        (self.std_error > 0.0).then(|| (self.area / self.std_error).powi(2))
    }

    /// The p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.statistic().map(|x| chi_square_sf(x, 1))
    }
}

impl From<&PepeMoriTest> for TestSummary {
    fn from(test: &PepeMoriTest) -> Self {
        Self::new(format!("Pepe and Mori's test, {}", test.cause), test.statistic(), test.p_value())
            .with_df(1)
            .with_counts(test.subjects.iter().sum(), test.observed.iter().sum())
    }
}

impl fmt::Display for PepeMoriTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [reference, group] = &self.labels;
        write!(
            f,
            "Pepe and Mori's test, cause {}, {group} less {reference} until {}",
            self.cause,
            Number(self.tau)
        )?;
        let Some((x, p)) = self.statistic().zip(self.p_value()) else { return write!(f, ": nothing varies") };
        write!(f, ": chi-square {x:.4} on 1 df, {:#}", PValue(p))
    }
}
