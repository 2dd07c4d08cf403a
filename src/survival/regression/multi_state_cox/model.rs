//! What was fitted: the coefficients, the baselines, and what they predict.

use std::fmt;

use ndarray::Array2;

use crate::error::{Error, ModelError, NotEstimable, Result};
use crate::print::counted;
use crate::survival::data::histories::Histories;
use crate::survival::multi_state::state_occupation::check_distribution;
use crate::survival::regression::cox::{CoxModel, Stop};
use crate::survival::regression::multi_state_cox::plan::{Plan, Transition};
use crate::survival::regression::multi_state_cox::predicted::OccupationPath;
use crate::survival::regression::multi_state_cox::stack::Stacked;
use crate::survival::regression::new_rows::{NewColumns, NewRow, NewRows, one_row};
use crate::survival::regression::recipe::Recipe;
use crate::survival::regression::term::{Status, Term};

/// The steps of one baseline hazard, at the means of the columns of the Cox model.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Steps {
    pub times: Vec<f64>,
    pub jumps: Vec<f64>,
}

/// A fitted multi-state Cox model. Made by [`MultiStateCox::fit`](super::MultiStateCox::fit).
///
/// It keeps its baselines and predicts without the data; standard errors of predictions need them ([`with`](Self::with)).
///
/// A probability is `p(t | x) = p(s) Π exp(dA(u | x))`, the matrix exponential of the hazards at each time, as R's
/// `survfit(coxph(list(…)), newdata)`: it stays a probability however large a hazard is. mstate and etm take
/// `p(s) Π (I + dA(u | x))` ([`product_integral`](Self::product_integral)), which is the Aalen-Johansen estimate where there are
/// no covariates.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::RawModel"))]
pub struct MultiStateCoxModel {
    pub(super) recipe: Recipe,
    pub(super) states: Vec<String>,
    pub(super) transitions: Vec<Transition>,
    pub(super) model: CoxModel,
    /// None where a coefficient is infinite.
    pub(super) baselines: Vec<Steps>,
    pub(super) means: Vec<f64>,
    pub(super) initial: Vec<f64>,
    pub(super) start: f64,
    pub(super) last: f64,
    pub(super) product_integral: bool,
}

impl MultiStateCoxModel {
    pub(super) fn new(
        model: CoxModel,
        plan: Plan,
        data: &Histories,
        stacked: &Stacked,
        recipe: Recipe,
        initial: Vec<f64>,
    ) -> Result<Self> {
        let (mut baselines, mut means) = (
            vec![Steps { times: Vec::new(), jumps: Vec::new() }; plan.baselines.len()],
            vec![0.0; plan.names.len()],
        );
        if infinite(model.terms()).is_none() {
            let fitted = model.with(&stacked.data, &stacked.design)?;
            let steps = fitted.hazard_steps()?;
            means = steps.means().to_vec();
            for s in steps.strata() {
                baselines[s.code] = Steps { times: s.times, jumps: s.jumps };
            }
        }
        let observed = (0..data.len()).filter(|&i| data.weight(i) > 0.0);
        let last = observed.map(|i| data.stop[i]).fold(0.0, f64::max);
        let (states, transitions) = (data.states.clone(), plan.transitions);
        Ok(Self {
            recipe,
            states,
            transitions,
            model,
            baselines,
            means,
            initial,
            start: 0.0,
            last,
            product_integral: false,
        })
    }

    /// The states, in order.
    #[must_use]
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The transitions that subjects make, and how often: a replication weight of k is k subjects.
    pub fn transitions(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        let state = |s: u32| self.states[s as usize].as_str();
        self.transitions.iter().map(move |t| (state(t.from), state(t.to), t.events))
    }

    /// The coefficients with their names, status and standard errors.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        self.model.terms()
    }

    /// The coefficients, in the order of the [`terms`](Self::terms).
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        self.model.coefficients()
    }

    /// The term that multiplies a column of the design on a transition. Returns `None` if there is none.
    ///
    /// # Errors
    /// [`Error::UnknownState`], [`Error::UnknownTransition`], [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate).
    pub fn term(&self, from: &str, to: &str, column: &str) -> Result<Option<&Term>> {
        let state = |s: &str| {
            let known = || self.states.join(", ");
            self.states
                .iter()
                .position(|x| x == s)
                .ok_or_else(|| Error::UnknownState { state: s.into(), known: known() })
        };
        let pair = (state(from)? as u32, state(to)? as u32);
        let known = || self.transitions.iter().map(|t| t.name(&self.states)).collect::<Vec<_>>().join(", ");
        let transition = self.transitions.iter().find(|t| (t.from, t.to) == pair).ok_or_else(|| {
            Error::UnknownTransition { transition: format!("{from} → {to}"), known: known() }
        })?;
        let column = self.recipe.columns().iter().position(|c| c == column).ok_or_else(|| {
            Error::Model(ModelError::UnknownCovariate {
                covariate: column.into(),
                known: self.recipe.columns().join(", "),
            })
        })?;
        Ok(transition.coefficients[column].map(|k| &self.terms()[k]))
    }

    /// The robust covariance of the coefficients, summed over subjects or clusters.
    #[must_use]
    pub fn variance(&self) -> Array2<f64> {
        self.model.variance()
    }

    /// The inverse information, which takes rows for independent.
    #[must_use]
    pub fn model_variance(&self) -> Array2<f64> {
        self.model.model_variance()
    }

    /// The log partial likelihood without covariates and at the end.
    #[must_use]
    pub fn log_likelihood(&self) -> [f64; 2] {
        self.model.log_likelihood()
    }

    /// Why the iteration ended.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.model.stop()
    }

    /// The Cox model of all rows, each once for every transition out of its state; its strata are the baselines.
    #[must_use]
    pub fn cox(&self) -> &CoxModel {
        &self.model
    }

    /// How the covariates were made.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// A new row, such as a patient, given by name.
    pub fn row(&self) -> NewRow {
        self.recipe.row()
    }

    /// Many new rows, given by named columns.
    pub fn columns(&self) -> NewColumns {
        self.recipe.columns_by_name()
    }

    /// Predictions start in one state at `s`: probabilities `P(s, t)` of who is in it then. Events at `s` are over.
    ///
    /// # Errors
    /// [`Error::UnknownState`]; [`Error::OutOfRange`] for a time that is negative or not finite.
    pub fn from_state(self, state: &(impl ToString + ?Sized), s: f64) -> Result<Self> {
        let name = state.to_string();
        let known = self.states.join(", ");
        let at =
            self.states.iter().position(|x| *x == name).ok_or(Error::UnknownState { state: name, known })?;
        if !(0.0..f64::INFINITY).contains(&s) {
            return Err(Error::OutOfRange { argument: "s", value: s, must_be: "finite and at least 0" });
        }
        let initial = (0..self.states.len()).map(|h| f64::from(u8::from(h == at))).collect();
        Ok(Self { initial, start: s, ..self })
    }

    /// Predictions start at 0 from this distribution over the states. Without it they start from the shares among those at
    /// risk at the first transition, as R's do.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] and [`Error::OutOfRange`] for what is no distribution.
    pub fn initial(self, initial: &[f64]) -> Result<Self> {
        check_distribution(initial, self.states.len())?;
        Ok(Self { initial: initial.to_vec(), start: 0.0, ..self })
    }

    /// Predictions by `I + dA` and not by `exp(dA)`: the Aalen-Johansen form, as mstate's `probtrans`. It leaves [0, 1] where a
    /// hazard at one time exceeds 1.
    #[must_use]
    pub fn product_integral(self) -> Self {
        Self { product_integral: true, ..self }
    }

    /// The probability of each state over time for one row, without standard errors.
    ///
    /// # Errors
    /// [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient); those of [`CoxModel::linear_predictor`] for the row;
    /// [`Error::NotEstimable`] for one at which hazards overflow.
    pub fn predict(&self, row: &impl NewRows) -> Result<OccupationPath> {
        let x = self.one(row)?;
        let (mut p, mut times, mut probability) = (self.initial.clone(), Vec::new(), Vec::new());
        for step in self.steps(&self.ratios(&x)) {
            self.advance(&mut p, &step.rates);
            times.push(step.time);
            probability.extend(&p);
        }
        // Hazards that overflow at a row far from all others.
        if probability.iter().any(|p: &f64| !p.is_finite()) {
            return Err(NotEstimable::Undefined.into());
        }
        let (states, initial) = (self.states.clone(), self.initial.clone());
        Ok(OccupationPath { states, start: self.start, last: self.last, initial, times, probability })
    }

    /// The row of the design, where predictions can be made.
    pub(super) fn one(&self, row: &impl NewRows) -> Result<Vec<f64>> {
        match infinite(self.terms()) {
            Some(term) => Err(Error::Model(ModelError::InfiniteCoefficient {
                covariate: term.name().into(),
                remedy: "leave the covariate out, or give the transitions one coefficient",
            })),
            None => one_row(row, &self.recipe, "the row"),
        }
    }
}

fn infinite(terms: &[Term]) -> Option<&Term> {
    let finite = |t: &&Term| !matches!(t.status(), Status::Estimated | Status::Redundant);
    terms.iter().find(finite)
}

impl fmt::Display for MultiStateCoxModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events: usize = self.transitions.iter().map(|t| t.events).sum();
        writeln!(
            f,
            "Multi-state model with {} states and {}",
            self.states.len(),
            counted(events, "transition")
        )?;
        for t in &self.transitions {
            let of_other = |o: &&Transition| o.baseline == t.baseline && o.ratio.is_none();
            let to = t.ratio.and_then(|_| self.transitions.iter().find(of_other));
            let to = to.map_or(String::new(), |o| format!(", proportional to {}", o.name(&self.states)));
            writeln!(f, "  {}: {}{to}", t.name(&self.states), t.events)?;
        }
        write!(f, "{}", self.model)
    }
}
