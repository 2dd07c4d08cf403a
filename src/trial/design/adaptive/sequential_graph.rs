//! Several hypotheses and several looks, one error rate.

use crate::error::{Error, Result, check_len};
use crate::numeric::root;
use crate::trial::design::adaptive::level::{LARGEST, smallest_level};
use crate::trial::design::graphical::GraphicalProcedure;
use crate::trial::design::near_looks::{TOO_NEAR, too_near};
use crate::trial::design::recursion::Stage;
use crate::trial::design::spending::Spending;

/// A graph of hypotheses, each with its own spending function: the group-sequential graphical procedure.
///
/// At each look a hypothesis is rejected where its statistic has reached the bound of a group-sequential test at the level that the
/// graph gives it now, `wᵢ α`; then its weight moves along the graph, and the bounds of the others come down. Equivalently: the
/// **sequential p-value** of a hypothesis is the smallest level at which its own group-sequential test has rejected by now, and the
/// graph is applied to these.
///
/// The looks of a hypothesis stand at shares of its own final information. Levels grow with the error at every look for all
/// spending functions of [`Spending`] but amounts of one's own, which are refused: they belong to one error.
///
/// # Cost
/// Some milliseconds for each hypothesis and look.
///
/// # Example
/// Overall and progression-free survival share 0.025; whichever is shown hands its share to the other.
/// ```
/// use greenwood::trial::design::adaptive::SequentialGraph;
/// use greenwood::trial::design::{GraphicalProcedure, Spending};
///
/// let graph = GraphicalProcedure::new(&[0.8, 0.2], &[&[0.0, 1.0], &[1.0, 0.0]])?;
/// let test = SequentialGraph::new(graph, &[Spending::OBrienFleming, Spending::OBrienFleming])?;
/// // Statistics so far, at shares of each hypothesis's information: overall survival is at its first look of two.
/// let (os, pfs) = (vec![(0.6, 2.6)], vec![(0.7, 3.1), (1.0, 3.3)]);
/// assert_eq!(test.rejected(&[os.clone(), pfs], 0.025)?, [false, true]);
/// // With the 0.005 of the other, the first look of overall survival has a lower bound, but 2.6 does not reach it.
/// assert!(test.sequential_p_values(&[os, vec![]])?[0] > 0.025);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Maurer & Bretz (2013), Stat Biopharm Res 5:311. Liu & Anderson (2008), J Am Stat Assoc 103:1621.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SequentialGraph {
    graph: GraphicalProcedure,
    spending: Vec<Spending>,
}

impl SequentialGraph {
    /// A graph, and the spending function of each hypothesis.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is a function for each hypothesis; [`Error::OutOfRange`] for a parameter that is not
    /// allowed; [`Error::Unsupported`] for amounts of one's own.
    pub fn new(graph: GraphicalProcedure, spending: &[Spending]) -> Result<Self> {
        let expected = graph.weights().len();
        check_len("spending", spending.len(), "hypotheses", expected)?;
        for own in spending {
            if matches!(own, Spending::User(_)) {
                return Err(Error::Unsupported {
                    method: "a graph with several looks",
                    with: "amounts of error of one's own",
                    why: "the level of a hypothesis changes with every rejection: use a spending function",
                });
            }
            own.check(1, LARGEST)?;
        }
        Ok(Self { graph, spending: spending.to_vec() })
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &GraphicalProcedure {
        &self.graph
    }

    /// The sequential p-value of each hypothesis: the smallest one-sided level at which its own group-sequential test has rejected at
    /// one of its looks so far; 1 where it is above ½, and where it has not been looked at. Looks are pairs of the share of the
    /// hypothesis's final information and the statistic.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there are looks (or an empty list) for each hypothesis; [`Error::NotMonotone`] for shares that
    /// do not increase within (0, 1]; [`Error::OutOfRange`] for statistics that are not finite and more than 50 looks;
    /// [`Error::Unsupported`] for looks so many and so near to each other that their bounds would take minutes.
    pub fn sequential_p_values(&self, looks: &[Vec<(f64, f64)>]) -> Result<Vec<f64>> {
        check_len("looks", looks.len(), "hypotheses", self.spending.len())?;
        for own in looks {
            check_looks(own)?;
        }
        Ok(looks.iter().zip(&self.spending).map(|(own, spending)| sequential_p(own, spending)).collect())
    }

    /// The smallest error rate of the whole at which each hypothesis is rejected, at most 1.
    ///
    /// # Errors
    /// As [`sequential_p_values`](Self::sequential_p_values).
    pub fn adjusted_p_values(&self, looks: &[Vec<(f64, f64)>]) -> Result<Vec<f64>> {
        self.graph.adjusted_p_values(&self.sequential_p_values(looks)?)
    }

    /// Which hypotheses are rejected by now at a family-wise error rate.
    ///
    /// # Errors
    /// As [`sequential_p_values`](Self::sequential_p_values); [`Error::OutOfRange`] for an error rate outside (0, ½].
    pub fn rejected(&self, looks: &[Vec<(f64, f64)>], alpha: f64) -> Result<Vec<bool>> {
        if !(alpha > 0.0 && alpha <= LARGEST) {
            return Err(Error::OutOfRange {
                argument: "alpha",
                value: alpha,
                must_be: "above 0 and at most 0.5",
            });
        }
        Ok(self.adjusted_p_values(looks)?.into_iter().map(|p| p <= alpha).collect())
    }
}

fn check_looks(looks: &[(f64, f64)]) -> Result<()> {
    let mut previous = 0.0;
    for (index, &(value, z)) in looks.iter().enumerate() {
        if !(value > previous + 1e-6 && value <= 1.0) {
            let must = "shares of the information increase from above 0 to at most 1";
            return Err(Error::NotMonotone { argument: "looks", index, value, previous, must });
        }
        if !z.is_finite() {
            return Err(Error::OutOfRange { argument: "a statistic", value: z, must_be: "finite" });
        }
        previous = value;
    }
    if looks.len() > 50 {
        return Err(Error::OutOfRange {
            argument: "looks",
            value: looks.len() as f64,
            must_be: "at most 50",
        });
    }
    let fractions: Vec<f64> = looks.iter().map(|l| l.0).collect();
    if too_near(&fractions) { Err(TOO_NEAR) } else { Ok(()) }
}

/// The bounds at these looks at a level: what is spent at each is the probability to pass it first.
fn bounds(looks: &[(f64, f64)], spending: &Spending, alpha: f64) -> Vec<f64> {
    let (mut stage, mut spent, mut found) = (Stage::start(0.0), 0.0, Vec::with_capacity(looks.len()));
    for (k, &(t, _)) in looks.iter().enumerate() {
        let total = spending.at(t, alpha, k);
        let own = (total - spent).max(0.0);
        // Below 1e-300 nothing is spent that a number could hold.
        let bound =
            if own < 1e-300 { f64::INFINITY } else { root::find(-9.0, 40.0, |z| own - stage.above(t, z)) };
        found.push(bound);
        spent = total;
        if k + 1 < looks.len() {
            stage = stage.next(t, f64::NEG_INFINITY, bound, looks[k + 1].0);
        }
    }
    found
}

fn sequential_p(looks: &[(f64, f64)], spending: &Spending) -> f64 {
    if looks.is_empty() {
        return 1.0;
    }
    // By how much some look has passed its bound: it grows with the level.
    let margin = |alpha: f64| {
        let bounds = bounds(looks, spending, alpha);
        looks.iter().zip(bounds).map(|(&(_, z), bound)| z - bound).fold(-100.0, f64::max)
    };
    let best = looks.iter().map(|l| l.1).fold(f64::NEG_INFINITY, f64::max);
    smallest_level(best, 1e-290, margin)
}
