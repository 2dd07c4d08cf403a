//! A finished search, read as a model: status, coefficients, variances and the score test.

use crate::numeric::cholesky::Cholesky;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::limit::unknown_directions;
use crate::survival::regression::cox::model::end_of_search::EndOfSearch;
use crate::survival::regression::cox::model::{CoxModel, SideBySide};
use crate::survival::regression::cox::partial_likelihood::{Point, Workspace};
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::{CoxPh, score};
use crate::survival::regression::design::Design;
use crate::survival::regression::fingerprint::Fingerprint;

/// What was asked, where the search began and where it ended. Coefficients are those of the scaled covariates.
pub(in crate::survival::regression::cox) struct Finished<'a, 'd> {
    pub options: &'a CoxPh,
    pub data: &'a RightCensored<'a>,
    pub design: &'a Design<'d>,
    pub initial: &'a [f64],
    /// The likelihood there.
    pub start: &'a Point,
    pub end: EndOfSearch<'a>,
}

impl Finished<'_, '_> {
    /// The model in the units of the covariates as they were given.
    pub fn into_model(self) -> CoxModel {
        let Self { options, data, design, start, end, .. } = self;
        let EndOfSearch { rows, free, found } = end;
        let factor = end.factor();
        let none = || vec![0.0; rows.p * rows.p];
        let scaled = factor.as_ref().map_or_else(none, Cholesky::inverse);
        let is_robust = data.is_robust() || options.robust;
        let units = (data, options.subjects.as_deref());
        let gauge_robust = is_robust.then(|| {
            let workspace = self.workspace_at(end.left(), &found.beta);
            let of = |factor| score::sandwich(end.left(), &workspace, units, factor);
            end.rescaled(factor.as_ref().map_or_else(none, of))
        });
        // A penalty has a score of its own, which belongs to no cluster.
        let plain = options.ridge == 0.0 && !options.firth;
        let robust_score_test = (is_robust && plain).then(|| {
            let workspace = self.workspace_at(rows, self.initial);
            score::robust_test(rows, &workspace, units, (&start.information, free))
        });
        let gauge_variance = end.rescaled(scaled);
        let limit = end.limit(&gauge_variance, gauge_robust.as_deref());
        let model_variance = end.of_estimated(gauge_variance);
        let robust_variance = gauge_robust.map(|v| end.of_estimated(v));
        let terms = end.terms(design.names(), factor.is_some(), &model_variance, robust_variance.as_deref());
        CoxModel {
            recipe: design.recipe().clone(),
            fingerprint: Fingerprint::of_known(data, design, rows.strands.as_deref()),
            ties: options.ties,
            rows: data.len(),
            events: rows.event.iter().filter(|&&e| e).count(),
            coefficients: SideBySide::of(&terms),
            terms,
            offset: options.offset.clone(),
            initial: self.initial.iter().enumerate().map(|(j, b)| b * end.unit(j)).collect(),
            log_likelihood: [start.log_likelihood, found.point.log_likelihood],
            score_test: end.score_test(start),
            robust_score_test,
            unknown: self.unknown(),
            limit,
            iterations: found.iterations,
            stop: found.stop,
            ridge: options.ridge,
            firth: options.firth,
            model_variance,
            robust_variance,
        }
    }

    /// The hazards at some coefficients, by the rule for ties.
    fn workspace_at(&self, rows: &Rows, beta: &[f64]) -> Workspace {
        let mut workspace = Workspace::new(rows);
        workspace.hazards(rows, beta, score::ties_for_risk_sets(self.options.ties));
        workspace.martingale(rows);
        workspace
    }

    /// The directions that the data do not know of, in the units of the covariates as they were given.
    fn unknown(&self) -> Vec<Vec<f64>> {
        // A covariate that does not vary has no scale, and is a direction alone.
        let EndOfSearch { rows, free, .. } = self.end;
        let unit = |j: usize| if rows.scale[j] > 0.0 { self.end.unit(j) } else { 1.0 };
        let directions = unknown_directions(rows, self.options.ties, free);
        directions.iter().map(|d| d.iter().enumerate().map(|(j, d)| d * unit(j)).collect()).collect()
    }
}
