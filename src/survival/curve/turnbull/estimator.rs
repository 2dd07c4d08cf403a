//! The estimator and how it ends.

use crate::error::Result;
use crate::survival::curve::turnbull::curve::TurnbullCurve;
use crate::survival::curve::turnbull::hazards::Problem;
use crate::survival::curve::turnbull::intersections::Intersections;
use crate::survival::curve::turnbull::{em, newton};
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::IntervalCensored;

/// The nonparametric maximum-likelihood estimate of survival from interval-censored data (Turnbull's).
///
/// Maximises `Σ wᵢ log Σ_{j in Iᵢ} pⱼ` over the masses p of the maximal intersections. They are unique: each intersection
/// ends where an interval ends, so the interval's probabilities determine them one after another. Where the mass lies
/// within an intersection, the data do not say ([`TurnbullCurve::at`]). Right-censored data give Kaplan-Meier.
///
/// # Delayed entry
/// A row that entered at E adds `log P(Iᵢ) − log P(after E)`. Mass may then also lie on what an entry cuts off an
/// interval. The likelihood is concave in the cumulative hazard, in which it is maximised. Its maximum need not exist in the
/// masses ([`TurnbullCurve::exhausted`]), and need not be unique ([`TurnbullCurve::unique`]). Right-censored data with entries
/// give Kaplan-Meier with entries.
///
/// # Weights
/// Of either kind: the estimate is the same. Strata and clusters leave it as it is; they matter where rows are drawn
/// again ([`Turnbull::bootstrap`]).
///
/// # Certificate
/// The likelihood is concave, so masses with `Σ_{i covers j} wᵢ/Pᵢ ≤ Σw` for all j are its maximum.
/// [`TurnbullCurve::kkt_gap`] is by how much that is exceeded at most, relative to Σw; the log likelihood is below its
/// maximum by no more than the gap times Σw. [`TurnbullCurve::converged`] says whether it is at most 1e-7.
///
/// # Cost
/// A sort; then each step is one pass over the distinct intervals and, with k points of mass (up to 400), k³/3
/// operations a few times. With more points an EM iteration, at most 2000 steps.
///
/// # Example
/// The visits of three subjects, one of whom is only known to be free of the event at 3.
/// ```
/// use greenwood::survival::{IntervalCensored, Turnbull};
///
/// let data = IntervalCensored::new(&[0.0, 1.0, 3.0], &[2.0, 4.0, f64::INFINITY])?;
/// let curve = Turnbull::fit(&data);
/// let masses: Vec<(f64, f64)> = curve.intervals().map(|i| (i.left, i.mass)).collect();
/// assert_eq!(masses.len(), 2); // (1, 2] and (3, 4]
/// assert!(curve.kkt_gap() < 1e-10 && curve.converged());
/// let region = curve.at(1.5); // the event of (1, 2] may have been or not
/// assert!(region.lower < region.upper && region.upper == 1.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Peto (1973), Appl Stat 22:86. Turnbull (1976), J R Stat Soc B 38:290. Gentleman & Geyer (1994), Biometrika 81:618.
/// Wang (2008), Comput Stat Data Anal 52:2388. With delayed entry: Alioum & Commenges (1996), Biometrics 52:512; Pan &
/// Chappell (1998), Lifetime Data Anal 4:187; Hudgens (2005), J R Stat Soc B 67:573.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Turnbull;

impl Turnbull {
    /// The estimate over all rows.
    #[must_use]
    pub fn fit(data: &IntervalCensored) -> TurnbullCurve {
        of(&Intersections::new(data), data)
    }

    /// One fit per group, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch); [`Error::Empty`](crate::Error::Empty) where a group has no
    /// rows; [`Error::ZeroWeights`](crate::Error::ZeroWeights) where none of its rows counts.
    pub fn by_group(data: &IntervalCensored, groups: &Groups) -> Result<Vec<TurnbullCurve>> {
        groups.labels().iter().map(|label| Ok(Self::fit(&data.subset(groups, label)?))).collect()
    }
}

/// The gap at which an iteration stops.
const TOLERANCE: f64 = 1e-13;

fn of(cells: &Intersections, data: &IntervalCensored) -> TurnbullCurve {
    if cells.truncated {
        let problem = Problem::new(cells, 0.0, 0);
        let solution = problem.solve();
        let unique = problem.is_unique(cells, &solution);
        return TurnbullCurve::truncated(cells, solution, unique, data.len());
    }
    let (mut mass, iterations) =
        newton::masses(cells, TOLERANCE, 300).unwrap_or_else(|| em::masses(cells, 1e-10, 2000));
    let sum: f64 = mass.iter().sum();
    for p in &mut mass {
        *p /= sum;
    }
    TurnbullCurve::new(cells, mass, iterations, data.len())
}
