//! Several hypotheses, one error rate: weights that move along a graph.

use crate::error::{Error, Result, check_len, check_size};
use crate::trial::design::checks;

/// The sequentially rejective graphical procedure with weighted Bonferroni tests: strong control of the family-wise error.
///
/// Hypothesis i is rejected where `pᵢ ≤ wᵢ α`. Then its weight moves along the graph, `wⱼ ← wⱼ + wᵢ gᵢⱼ`, and the graph
/// closes over it, `gⱼₖ ← (gⱼₖ + gⱼᵢ gᵢₖ) / (1 − gⱼᵢ gᵢⱼ)`; and so on until nothing is rejected. Holm's test, fixed
/// sequences, fallback and gatekeeping are graphs.
///
/// # Example
/// Two primary hypotheses with a secondary one each:
/// ```
/// use greenwood::trial::design::GraphicalProcedure;
///
/// let graph = GraphicalProcedure::new(
///     &[0.5, 0.5, 0.0, 0.0],
///     &[&[0.0, 0.5, 0.5, 0.0], &[0.5, 0.0, 0.0, 0.5], &[0.0, 1.0, 0.0, 0.0], &[1.0, 0.0, 0.0, 0.0]],
/// )?;
/// let adjusted = graph.adjusted_p_values(&[0.02, 0.055, 0.012, 0.03])?;
/// // By hand: 0.02 / ½; then H3 has ¼ and H2 ¾; then H2 has the whole that is left.
/// assert_eq!(adjusted[0], 0.04);
/// assert_eq!(graph.rejected(&[0.02, 0.055, 0.012, 0.03], 0.05)?, [true, false, true, false]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Bretz, Maurer, Brannath & Posch (2009), Stat Med 28:586. Maurer & Bretz (2013), Stat Biopharm Res 5:311.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GraphicalProcedure {
    weights: Vec<f64>,
    transitions: Vec<Vec<f64>>,
}

/// A transition for each pair of hypotheses, eight bytes and a list's head each.
fn check_hypotheses(hypotheses: usize) -> Result<()> {
    let instead = "test the hypotheses in families of fewer";
    check_size(
        "the table of transitions",
        hypotheses,
        hypotheses.saturating_mul(8).saturating_add(24),
        instead,
    )
}

impl GraphicalProcedure {
    /// The share of the error of each hypothesis, and row by row the share of its weight that each one hands to the others.
    ///
    /// # Errors
    /// [`Error::Empty`] without hypotheses; [`Error::LengthMismatch`] for rows of another length; [`Error::OutOfRange`] for
    /// weights or transitions outside [0, 1], for sums above 1, and for a hypothesis that hands weight to itself.
    pub fn new<R: AsRef<[f64]>>(weights: &[f64], transitions: &[R]) -> Result<Self> {
        let count = weights.len();
        if count == 0 {
            return Err(Error::Empty { argument: "weights" });
        }
        let unequal =
            |argument, len| Error::LengthMismatch { argument, len, other: "weights", expected: count };
        if transitions.len() != count {
            return Err(unequal("transitions", transitions.len()));
        }
        let shares = |argument: &'static str, values: &[f64]| -> Result<()> {
            let sum: f64 = values.iter().sum();
            let outside = values.iter().copied().find(|v| !(0.0..=1.0).contains(v));
            // Thirds do not add to 1 in the last bit.
            match outside.or((sum > 1.0 + 1e-9).then_some(sum)) {
                Some(value) => {
                    Err(Error::OutOfRange { argument, value, must_be: "between 0 and 1, each and in sum" })
                }
                None => Ok(()),
            }
        };
        shares("weights", weights)?;
        for (i, row) in transitions.iter().enumerate() {
            let row = row.as_ref();
            if row.len() != count {
                return Err(unequal("a row of transitions", row.len()));
            }
            shares("transitions", row)?;
            if row[i] != 0.0 {
                let (argument, value) = ("a transition from a hypothesis to itself", row[i]);
                return Err(Error::OutOfRange { argument, value, must_be: "0" });
            }
        }
        let transitions = transitions.iter().map(|r| r.as_ref().to_vec()).collect();
        Ok(Self { weights: weights.to_vec(), transitions })
    }

    /// Holm's test: equal weights, handed on evenly.
    ///
    /// # Errors
    /// [`Error::Empty`] for no hypotheses; [`Error::TooLarge`] for more than a table of transitions can hold.
    pub fn holm(hypotheses: usize) -> Result<Self> {
        check_hypotheses(hypotheses)?;
        let (n, share) = (hypotheses as f64, 1.0 / (hypotheses as f64 - 1.0));
        let row = |i: usize| (0..hypotheses).map(|j| if i == j { 0.0 } else { share }).collect::<Vec<_>>();
        let rows: Vec<Vec<f64>> = (0..hypotheses).map(row).collect();
        Self::new(&vec![1.0 / n; hypotheses], &rows)
    }

    /// A fixed sequence: each hypothesis is tested where all before it are rejected.
    ///
    /// # Errors
    /// [`Error::Empty`] for no hypotheses; [`Error::TooLarge`] for more than a table of transitions can hold.
    pub fn fixed_sequence(hypotheses: usize) -> Result<Self> {
        check_hypotheses(hypotheses)?;
        let row = |i: usize| (0..hypotheses).map(|j| f64::from(u8::from(j == i + 1))).collect::<Vec<_>>();
        let rows: Vec<Vec<f64>> = (0..hypotheses).map(row).collect();
        let weights: Vec<f64> = (0..hypotheses).map(|i| f64::from(u8::from(i == 0))).collect();
        Self::new(&weights, &rows)
    }

    /// The weights.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The smallest error rate at which each hypothesis is rejected, at most 1.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is a p-value for each hypothesis; [`Error::OutOfRange`] for one outside [0, 1].
    pub fn adjusted_p_values(&self, p_values: &[f64]) -> Result<Vec<f64>> {
        let count = self.weights.len();
        check_len("p_values", p_values.len(), "hypotheses", count)?;
        if let Some(&value) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(Error::OutOfRange { argument: "p_values", value, must_be: "between 0 and 1" });
        }
        let (mut weights, mut graph) = (self.weights.clone(), self.transitions.clone());
        let mut adjusted = vec![1.0; count];
        let mut left: Vec<usize> = (0..count).collect();
        let mut reached: f64 = 0.0;
        while !left.is_empty() {
            let need = |i: usize| if weights[i] > 0.0 { p_values[i] / weights[i] } else { f64::INFINITY };
            let next = left.iter().copied().min_by(|&a, &b| need(a).total_cmp(&need(b)));
            let Some(next) = next.filter(|&i| need(i).is_finite()) else { break };
            reached = reached.max(need(next)).min(1.0);
            adjusted[next] = reached;
            left.retain(|&i| i != next);
            let old = graph.clone();
            for &j in &left {
                weights[j] += weights[next] * old[next][j];
                for &k in &left {
                    let round = old[j][next] * old[next][j];
                    graph[j][k] = if j == k || round >= 1.0 {
                        0.0
                    } else {
                        (old[j][k] + old[j][next] * old[next][k]) / (1.0 - round)
                    };
                }
            }
            weights[next] = 0.0;
        }
        Ok(adjusted)
    }

    /// Which hypotheses are rejected at a family-wise error rate.
    ///
    /// # Errors
    /// As [`adjusted_p_values`](Self::adjusted_p_values); [`Error::OutOfRange`] for an error rate outside (0, 1).
    pub fn rejected(&self, p_values: &[f64], alpha: f64) -> Result<Vec<bool>> {
        checks::inside("alpha", alpha)?;
        Ok(self.adjusted_p_values(p_values)?.into_iter().map(|p| p <= alpha).collect())
    }
}
