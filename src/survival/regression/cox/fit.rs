//! The fit of Cox's model: what is refused, which columns are free, and the way to the maximum.

use crate::error::{Error, ModelError, Result, check_len};
use crate::numeric::cholesky::Cholesky;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::firth::Firth;
use crate::survival::regression::cox::independent::{self, COLLINEAR, independent_columns};
use crate::survival::regression::cox::limit::unknown_directions;
use crate::survival::regression::cox::model::end_of_search::EndOfSearch;
use crate::survival::regression::cox::model::{CoxModel, Finished};
use crate::survival::regression::cox::newton::{Objective, maximise};
use crate::survival::regression::cox::options::{Collinear, CoxPh};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::residuals;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::stop::Stop;
use crate::survival::regression::cox::ties::Ties;
use crate::survival::regression::design::Design;
use crate::survival::regression::search_options;

/// Of its variance, or of the number of events, what a column keeps that may be rounding in part.
const DOUBTFUL: f64 = 1e-9;

/// A fit holds about eight square matrices of its columns, 200 MB each at this number.
const MOST_COLUMNS: usize = 5000;

impl CoxPh {
    fn check(&self, columns: usize) -> Result<()> {
        if columns > MOST_COLUMNS {
            return Err(Error::TooLarge {
                what: "a Cox model",
                size: format!("{columns} columns, {:.1} GB a matrix", (columns as f64).powi(2) * 8e-9),
                instead: "a factor with so many levels is an id or a date: use strata, clusters or fewer levels",
            });
        }
        search_options::check(self.ridge, self.tolerance, self.initial.as_deref(), columns)
    }

    fn check_firth(&self, data: &RightCensored) -> Result<()> {
        let (with, why) = if self.ties.of_sets() {
            ("exact ties", "use Efron's or Breslow's ties")
        } else if matches!(data.weights(), Some(Weights::Sampling(_))) {
            (
                "sampling weights",
                "their unit would decide how much the penalty counts; use replication weights, or a ridge",
            )
        } else {
            return Ok(());
        };
        Err(Error::Unsupported { method: "Firth's penalty", with, why })
    }

    /// A replication weight says how many subjects one stands for.
    fn check_subjects(&self, data: &RightCensored) -> Result<()> {
        let Some(subjects) = &self.subjects else { return Ok(()) };
        check_len("subjects", subjects.len(), "time", data.len())?;
        let Some(Weights::Replication(w)) = data.weights() else { return Ok(()) };
        let mut own = vec![None; subjects.len()];
        if subjects.iter().zip(w.iter()).all(|(&s, &w)| *own[s as usize].get_or_insert(w) == w) {
            return Ok(());
        }
        Err(Error::Unsupported {
            method: "a robust variance by subjects",
            with: "several replication weights of one subject",
            why: "a weight says how many subjects one stands for; weights that change are sampling weights",
        })
    }

    /// An exact likelihood is one of whole rows.
    fn check_weights(&self, data: &RightCensored) -> Result<()> {
        match data.weights() {
            None => Ok(()),
            Some(_) if self.ties == Ties::Exact => Err(Error::Model(ModelError::ExactTiesWithWeights)),
            Some(Weights::Replication(w)) if w.iter().all(|w| w.fract() == 0.0) => Ok(()),
            Some(weights) => Err(Error::Unsupported {
                method: "the exact marginal likelihood of ties",
                with: match weights {
                    Weights::Replication(_) => "replication weights that are not whole numbers",
                    Weights::Sampling(_) => "sampling weights",
                },
                why: "it sums over the orders of whole rows, and a part of a row has none; use Efron's or Breslow's ties",
            }),
        }
    }

    /// Fits the model.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where design, offset or starting values do not match the data;
    /// [`ModelError::InvalidCovariate`](crate::ModelError::InvalidCovariate) for values that are not finite; [`Error::OutOfRange`] for options;
    /// [`Error::TooLarge`] for more than 5,000 columns;
    /// [`ModelError::Collinear`](crate::ModelError::Collinear) where that is to be refused; [`ModelError::ExactTiesWithWeights`](crate::ModelError::ExactTiesWithWeights); [`Error::Unsupported`] for weights that
    /// are not numbers of rows under [`Ties::Marginal`];
    /// [`ModelError::InfiniteLikelihood`](crate::ModelError::InfiniteLikelihood) where starting values or offsets leave the likelihood without a value;
    /// [`Error::Unsupported`] for Firth's penalty with exact ties or sampling weights, and for clusters where events are
    /// tied under exact ties.
    pub fn fit(&self, data: &RightCensored, design: &Design) -> Result<CoxModel> {
        let (model, _) = self.fit_to(data, design, |offset| self.rows(data, design, offset))?;
        Ok(model)
    }

    /// The rows in the layout in which this method walks them.
    pub(super) fn rows(&self, data: &RightCensored, design: &Design, offset: Option<&[f64]>) -> Result<Rows> {
        if self.searches_in_lanes() {
            Rows::for_search(data, design, offset)
        } else {
            Rows::new(data, design, offset)
        }
    }

    /// Sets of tied rows, Firth's penalty and a robust variance ask row by row.
    pub(super) fn searches_in_lanes(&self) -> bool {
        !(self.firth || self.ties.of_sets() || self.robust)
    }

    /// Fits the model to the rows that `rows` makes once the options are checked.
    pub(super) fn fit_to(
        &self,
        data: &RightCensored,
        design: &Design,
        rows: impl FnOnce(Option<&[f64]>) -> Result<Rows>,
    ) -> Result<(CoxModel, Rows)> {
        self.check(design.columns())?;
        if self.ties.of_sets() {
            self.check_weights(data)?;
        }
        if self.firth {
            self.check_firth(data)?;
        }
        self.check_subjects(data)?;
        let rows = rows(self.offset.as_deref())?;
        let model = self.fit_rows(data, design, &rows)?;
        Ok((model, rows))
    }

    fn fit_rows(&self, data: &RightCensored, design: &Design, rows: &Rows) -> Result<CoxModel> {
        if self.ties.of_sets() && (data.is_robust() || self.robust) && rows.has_tied_events() {
            return Err(residuals::no_score("a robust variance"));
        }
        let p = rows.p;
        let ridge = self.ridge * data.mean_sampling_weight();
        let penalty = rows.scale.iter().map(|s| if *s > 0.0 { ridge / (s * s) } else { 0.0 }).collect();
        let mut objective = Objective::new(rows, self.ties, penalty);
        let mut initial: Vec<f64> = match &self.initial {
            Some(initial) => initial.iter().zip(&rows.scale).map(|(b, s)| b * s).collect(),
            None => vec![0.0; p],
        };
        let mut start = Point::new(p);
        objective.evaluate(&initial, &mut start);
        if !start.log_likelihood.is_finite() {
            return Err(Error::Model(ModelError::InfiniteLikelihood));
        }
        let events = rows.event_weight();
        let mut free = Cholesky::independent(&start.information, p, COLLINEAR.0, COLLINEAR.1 * events);
        // In strata what is left of a column that is constant within them may be more than nothing.
        let is_rounding = |free: &[usize]| independent::doubtful(&start.information, p, free, 0).is_some();
        let doubtful = || Cholesky::independent(&start.information, p, DOUBTFUL, events).len() < p;
        if free.len() < p || rows.strata.len() > 1 && doubtful() || is_rounding(&free) {
            // A start without information is no redundant column.
            free = independent_columns(rows, self.ties);
        }
        // A redundant column counts as 0: where it starts elsewhere, those that stay take its part over.
        if let Some(moved) = without_redundant(rows, self.ties, &free, &initial) {
            initial = moved;
            objective.evaluate(&initial, &mut start);
        }
        if self.collinear == Collinear::Refuse
            && let Some(j) = (0..p).find(|j| !free.contains(j))
        {
            return Err(Error::Model(ModelError::Collinear { covariate: design.names()[j].clone() }));
        }
        // The determinant of an information without columns is 1, and its logarithm nothing.
        if self.firth && !free.is_empty() {
            objective.firth = Some(Firth::new(&free, &rows.scale));
            objective.evaluate(&initial, &mut start);
            if !start.log_likelihood.is_finite() {
                return Err(Error::Model(ModelError::InfiniteLikelihood));
            }
        }
        let mut found = maximise(
            &mut objective,
            initial.clone(),
            start.clone(),
            &free,
            self.tolerance,
            self.max_iterations,
        );
        if !rows.event.contains(&true) {
            found.stop = Stop::NoEvents;
        }
        let end = EndOfSearch { rows, free: &free, found: &found };
        Ok(Finished { options: self, data, design, initial: &initial, start: &start, end }.into_model())
    }
}

/// The same linear predictors with the redundant columns at 0. Returns `None` if they are 0 already.
fn without_redundant(rows: &Rows, ties: Ties, free: &[usize], beta: &[f64]) -> Option<Vec<f64>> {
    let mut redundant = (0..rows.p).filter(|j| !free.contains(j));
    redundant.clone().find(|&j| beta[j] != 0.0)?;
    let mut moved = beta.to_vec();
    for (direction, k) in unknown_directions(rows, ties, free).iter().zip(&mut redundant) {
        for (b, d) in moved.iter_mut().zip(direction) {
            *b -= beta[k] * d;
        }
    }
    Some(moved)
}
