//! The two exact likelihoods, which give their score to the set of rows that have the event at one time, and not to a row:
//! the discrete one ([`exact`]) and the marginal one ([`marginal`]).

use crate::survival::regression::cox::partial_likelihood::{Point, Workspace};
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Tie;
use crate::survival::regression::cox::tie_moments::TieMoments;
use crate::survival::regression::cox::{Ties, exact, marginal};

/// The moments of each event time at `beta`, in the order of strata and ties. The workspace keeps the linear predictor.
pub(super) fn each_tie(
    rows: &Rows,
    ties: Ties,
    beta: &[f64],
    workspace: &mut Workspace,
    visit: impl FnMut(&Tie, TieMoments),
) {
    if ties == Ties::Marginal {
        marginal::each_tie(rows, beta, workspace, visit);
    } else {
        exact::each_tie(rows, beta, workspace, visit);
    }
}

/// The log likelihood, gradient and information at `beta`. The workspace keeps the linear predictor.
pub(super) fn evaluate(rows: &Rows, ties: Ties, beta: &[f64], workspace: &mut Workspace, point: &mut Point) {
    point.log_likelihood = 0.0;
    point.gradient.fill(0.0);
    point.information.fill(0.0);
    each_tie(rows, ties, beta, workspace, |tie, moments| {
        point.log_likelihood += moments.log_likelihood;
        for (g, s) in point.gradient.iter_mut().zip(score(rows, tie, &moments)) {
            *g += s;
        }
        for (total, v) in point.information.iter_mut().zip(moments.covariance) {
            *total += v;
        }
    });
}

/// What a tie adds to the score.
pub(super) fn score(rows: &Rows, tie: &Tie, moments: &TieMoments) -> Vec<f64> {
    let mut score = vec![0.0; rows.p];
    for i in tie.start..tie.events_end {
        for (s, x) in score.iter_mut().zip(rows.row(i)) {
            *s += rows.weight[i] * x;
        }
    }
    score.iter_mut().zip(moments.mean).for_each(|(s, m)| *s -= m);
    score
}
