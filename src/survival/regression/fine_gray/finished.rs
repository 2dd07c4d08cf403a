//! A finished search, read as a model: status, coefficients, both variances, the baselines.

use crate::numeric::cholesky::Cholesky;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::regression::cox::model::SideBySide;
use crate::survival::regression::cox::model::end_of_search::EndOfSearch;
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::design::Design;
use crate::survival::regression::fine_gray::baseline::SubdistributionBaseline;
use crate::survival::regression::fine_gray::model::FineGrayModel;
use crate::survival::regression::fine_gray::options::FineGray;
use crate::survival::regression::fine_gray::sandwich;
use crate::survival::regression::fine_gray::scan::Scan;
use crate::survival::regression::fingerprint::Fingerprint;

/// What was asked, where the search began and where it ended. Coefficients are those of the scaled covariates.
pub(super) struct Finished<'a, 'd, 'x> {
    pub options: &'a FineGray,
    pub data: &'a CompetingRisks<'d>,
    pub design: &'a Design<'x>,
    /// It stands at the end, over the rows that are left there.
    pub scan: &'a Scan,
    /// The likelihood at the start.
    pub start: &'a Point,
    pub end: EndOfSearch<'a>,
}

impl Finished<'_, '_, '_> {
    /// The model in the units of the covariates as they were given.
    pub fn into_model(self) -> FineGrayModel {
        let Self { options, data, design, start, end, .. } = self;
        let EndOfSearch { rows, found, .. } = end;
        let factor = end.factor();
        let none = || vec![0.0; rows.p * rows.p];
        let scaled = factor.as_ref().map_or_else(none, Cholesky::inverse);
        let mut robust = end.rescaled(factor.as_ref().map_or_else(none, |f| self.sandwich(f)));
        // Where the search ended so far off that nothing is left of the risk sets there is no information either.
        robust.iter_mut().filter(|v| !v.is_finite()).for_each(|v| *v = 0.0);
        let model = end.rescaled(scaled);
        let limit = end.limit(&model, Some(&robust));
        let (variance, model_variance) = (end.of_estimated(robust), end.of_estimated(model));
        let terms = end.terms(design.names(), factor.is_some(), &model_variance, Some(&variance));
        FineGrayModel {
            recipe: design.recipe().clone(),
            fingerprint: Fingerprint::of_known_competing(data, design, rows.strands.as_deref()),
            cause: options.cause.clone(),
            censoring_ties: options.censoring_ties,
            censoring_groups: options.censoring_groups.clone(),
            rows: data.len(),
            events: rows.event.iter().filter(|&&e| e).count(),
            log_likelihood: [start.log_likelihood, found.point.log_likelihood],
            score_test: end.score_test(start),
            iterations: found.iterations,
            stop: found.stop,
            // Of a limit there is none: at covariates 0 it may be 0 or infinite.
            baseline: if limit.is_some() { Vec::new() } else { self.baselines() },
            coefficients: SideBySide::of(&terms),
            terms,
            limit,
            variance,
            model_variance,
        }
    }

    /// Fine and Gray's sandwich about an information, in the scaled covariates.
    fn sandwich(&self, information: &Cholesky) -> Vec<f64> {
        sandwich::sandwich(self.end.left(), self.scan, self.data, information)
    }

    fn baselines(&self) -> Vec<SubdistributionBaseline> {
        let EndOfSearch { rows, found, .. } = self.end;
        // At covariates 0, which are not centred: exp(−shift − β'centre).
        let centre: f64 = (0..rows.p).map(|j| found.beta[j] * self.end.unit(j) * rows.centre[j]).sum();
        let unit = (-self.scan.shift - centre).exp();
        let labels = self.data.any_cause().strata();
        let mut hazards = self.scan.hazard.iter();
        let one = rows.strata.iter().map(|stratum| SubdistributionBaseline {
            label: labels.map_or(String::new(), |s| s.labels()[stratum.code].clone()),
            times: stratum.ties.iter().map(|t| t.time).collect(),
            jumps: hazards.by_ref().take(stratum.ties.len()).map(|h| h * unit).collect(),
            last: rows.time[stratum.rows.clone()].last().copied().unwrap_or(0.0),
        });
        one.collect()
    }
}
