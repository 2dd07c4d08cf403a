//! Where the likelihood of a subdistribution has no maximum: the cone of infinite directions, and the fit in its limit.
//!
//! Whether the likelihood is monotone along a direction is a matter of who is at risk with whom, not of how much a row
//! weighs. A row with another event stays at risk as long as its weight is above 0, so its pairs are those of a row of Cox's
//! model that leaves after the last such event time: the cone of these rows is that of the model. In the limit the pairs
//! that are left undecided lie in strata of their own, with the weights of all.

use std::borrow::Cow;
use std::sync::Arc;

use crate::survival::regression::cox::baseline::limit::split_by_rays;
use crate::survival::regression::cox::independent::independent_columns;
use crate::survival::regression::cox::limit::Directions;
use crate::survival::regression::cox::newton::{Maximum, Objective, begin, go_on};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::{Ties, separation};
use crate::survival::regression::fine_gray::risk_set::RiskSet;
use crate::survival::regression::fine_gray::scan::Scan;

/// How far a search goes.
pub(super) struct Reach {
    pub tolerance: f64,
    pub max_iterations: usize,
}

impl RiskSet {
    pub fn scan(self: &Arc<Self>, rows: &Rows) -> Scan {
        Scan::new(rows, Arc::clone(self))
    }

    /// The maximum over the coefficients `free`, or that of the limit, and the scan that stands there.
    pub fn maximise(
        self: &Arc<Self>,
        (rows, mut scan): (&Rows, Scan),
        penalty: &[f64],
        (initial, start): (&[f64], Point),
        free: &[usize],
        reach: &Reach,
    ) -> (Maximum, Scan) {
        let Reach { tolerance, max_iterations } = *reach;
        let mut objective = objective(rows, &mut scan, penalty);
        let (mut found, certain) =
            begin(&mut objective, initial.to_vec(), start, free, tolerance, max_iterations);
        drop(objective);
        let left = if certain { None } else { self.undecided(rows, &scan, free) };
        if let Some((directions, split)) = left {
            let (mut scan, none) = (self.scan(&split), vec![0.0; rows.p]);
            found.point = point(&split, &mut scan, &none, initial);
            found.beta = initial.to_vec();
            let most = found.iterations.saturating_add(max_iterations);
            let mut objective = self::objective(&split, &mut scan, &none);
            found = go_on(&mut objective, found, directions.free(), tolerance, most);
            drop(objective);
            scan.stand_at(&split, &found.beta);
            directions.mark(&mut found, split);
            return (found, scan);
        }
        if !certain {
            let mut objective = self::objective(rows, &mut scan, penalty);
            found = go_on(&mut objective, found, free, tolerance, max_iterations);
        }
        // The last evaluation of the search may have been another point.
        scan.stand_at(rows, &found.beta);
        (found, scan)
    }

    /// The infinite directions and the rows of the limit. Returns `None` if no coefficient can run to infinity.
    fn undecided(&self, rows: &Rows, scan: &Scan, free: &[usize]) -> Option<(Directions, Rows)> {
        let pairs = rows.leaving_at(&scan.last_at_risk(rows));
        let monotone = separation::limit(&pairs, Ties::Breslow, free)?;
        let directions = Directions::new(&pairs, &monotone, Ties::Breslow, free);
        let split = rows.split_as(&monotone.left, &self.other);
        Some((directions, split))
    }

    /// The rows of a limit that is known, in strata whose events stand at one place along each of its `rays`.
    pub fn of_limit(self: &Arc<Self>, rows: Rows, free: &[usize], rays: &[Vec<f64>]) -> Rows {
        let pairs = rows.leaving_at(&self.scan(&rows).last_at_risk(&rows));
        let Some(monotone) = separation::limit(&pairs, Ties::Breslow, free) else { return rows };
        let split = rows.split_as(&monotone.left, &self.other);
        split_by_rays(Cow::Owned(split), rays).into_owned().with_idle_hidden(&self.other)
    }
}

fn objective<'a>(rows: &'a Rows, scan: &'a mut Scan, penalty: &[f64]) -> Objective<'a> {
    let mut objective = Objective::new(rows, Ties::Breslow, penalty.to_vec());
    objective.risk_sets = Some(Box::new(scan));
    objective
}

/// The likelihood at `beta`.
pub(super) fn point(rows: &Rows, scan: &mut Scan, penalty: &[f64], beta: &[f64]) -> Point {
    let mut point = Point::new(rows.p);
    objective(rows, scan, penalty).evaluate(beta, &mut point);
    point
}

/// The columns that the pairs can tell of, whatever the weights and the starting values.
pub(super) fn independent(rows: &Rows, scan: &Scan) -> Vec<usize> {
    independent_columns(&rows.leaving_at(&scan.last_at_risk(rows)), Ties::Breslow)
}
