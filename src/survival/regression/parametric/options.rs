//! The options of a fit, and the fit.

use crate::error::{Error, ModelError, Result};
use crate::survival::regression::design::Design;
use crate::survival::regression::parametric::distribution::{Distribution, Link, Parameter};
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::layout::{Factor, Layout, Sums};
use crate::survival::regression::parametric::likelihood::{MOST, Problem};
use crate::survival::regression::parametric::model::{Fitted, ParametricModel};
use crate::survival::regression::parametric::observations::Observations;
use crate::survival::regression::parametric::prepared::Prepared;
use crate::survival::regression::parametric::search::Found;
use crate::survival::regression::parametric::stop::ParametricStop;

/// So many starts that lead to the maximum of an earlier one, one after the other, are enough.
const AGREEING: usize = 2;
/// A parametric model of survival: a distribution whose parameters are sums of covariates.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`location`](Self::location) | every column | the columns of the design that act on the location | known |
/// | [`on`](Self::on) | none | columns that act on another parameter | known |
/// | [`fixed`](Self::fixed) | estimated | the natural value of a parameter | in its range |
/// | [`offset`](Self::offset) | 0 | is added to the location | finite, one per row |
/// | [`max_iterations`](Self::max_iterations) | 200 | Newton steps of a search | |
/// | [`tolerance`](Self::tolerance) | 1e-9 | the last step, in standard errors | inside (0, 1) |
///
/// Strata of the data have a scale each (location-scale families only). Sampling weights and clusters make the variance
/// robust. Delayed entry is truncation: a row counts by its survival after entry; right truncation is
/// [`Observations::with_right_truncation`]. Rows of one subject ([`RightCensored::with_ids`](crate::survival::RightCensored::with_ids))
/// whose covariates change are refused where they do not act on the hazard of the moment: an accelerated time depends on the whole history.
///
/// Starting values come from several rough fits without covariates; families of three parameters or more are searched from
/// each of them and the highest maximum is kept. How it ended is part of the result: [`ParametricModel::stop`].
///
/// # Cost
/// Each Newton step is one pass over the rows, O(n p²) for p coefficients, and p³. A family of three parameters or more is searched
/// from several starts. With 65,536 rows or more a part of them is searched first, from whose maximum the whole takes few steps.
///
/// # Example
/// ```
/// use greenwood::survival::regression::Family;
/// use greenwood::survival::{Design, Parametric, RightCensored};
///
/// let data = RightCensored::new(&[2.0, 3.0, 5.0, 7.0], &[true, false, true, true])?;
/// let fit = Parametric::new(Family::Exponential).fit(&data, &Design::without_covariates(4))?;
/// assert!((fit.coefficients()[0] - (17.0_f64 / 3.0).ln()).abs() < 1e-12); // time at risk by events
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, chapter 3. Jackson (2016), J Stat Softw 70(8), for
/// covariates on any parameter. Each [`Family`] names its own.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct Parametric<D = Family> {
    distribution: D,
    location: Option<Vec<String>>,
    on: Vec<(String, Vec<String>)>,
    fixed: Vec<(String, f64)>,
    offset: Option<Vec<f64>>,
    max_iterations: usize,
    tolerance: f64,
}

impl Parametric {
    /// The model of a family, with the default options.
    pub fn new(family: Family) -> Self {
        Self::of(family)
    }
}

impl<D: Distribution> Parametric<D> {
    /// The model of any distribution, one's own too.
    pub fn of(distribution: D) -> Self {
        Self {
            distribution,
            location: None,
            on: Vec::new(),
            fixed: Vec::new(),
            offset: None,
            max_iterations: 200,
            tolerance: 1e-9,
        }
    }

    /// The columns of the design that act on the location, where that is not every one.
    pub fn location<S: ToString>(self, columns: &[S]) -> Self {
        Self { location: Some(columns.iter().map(ToString::to_string).collect()), ..self }
    }

    /// Columns of the design that act on this parameter too, on its working scale.
    pub fn on<S: ToString>(mut self, parameter: &str, columns: &[S]) -> Self {
        self.on.push((parameter.into(), columns.iter().map(ToString::to_string).collect()));
        self
    }

    /// The natural value of a parameter that is not estimated, such as a scale of 0.5.
    pub fn fixed(mut self, parameter: &str, value: f64) -> Self {
        self.fixed.push((parameter.into(), value));
        self
    }

    /// Numbers that are added to the location, one per row.
    pub fn offset(self, offset: &[f64]) -> Self {
        Self { offset: Some(offset.to_vec()), ..self }
    }

    /// The limit of Newton steps.
    pub fn max_iterations(self, max_iterations: usize) -> Self {
        Self { max_iterations, ..self }
    }

    /// The size of the last step, in standard errors, that counts as none.
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Fits the model.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::OutOfRange`] for options; [`ModelError::UnknownName`](crate::ModelError::UnknownName) for a parameter,
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate) for a column; [`ModelError::InvalidCovariate`](crate::ModelError::InvalidCovariate) for an offset;
    /// [`Error::InvalidObservation`] for a time that the distribution cannot have; [`ModelError::Collinear`](crate::ModelError::Collinear);
    /// [`Error::Unsupported`] for strata of a family without a scale, covariates that change within a subject, knots or
    /// cuts that the data do not allow; [`ModelError::InfiniteLikelihood`](crate::ModelError::InfiniteLikelihood) where no starting value has a finite likelihood. A
    /// likelihood without a maximum is no error: see [`ParametricModel::stop`].
    pub fn fit(&self, data: impl Into<Observations>, design: &Design) -> Result<ParametricModel<D>> {
        let data = data.into();
        self.check(&data, design)?;
        let distribution = self.distribution.resolved(&|| data.log_event_times())?;
        let parameters = distribution.parameters();
        if parameters.len() > MOST {
            let value = parameters.len() as f64;
            let must_be = "at most 26: give fewer knots or cuts";
            return Err(Error::OutOfRange { argument: "the number of parameters", value, must_be });
        }
        if distribution.is_accelerated() {
            data.refuse_changes(design)?;
        }
        let fixed = self.fixed_values(&parameters)?;
        let columns = self.columns_of(&parameters, distribution.location(), design)?;
        let of_strata = self.of_strata(&data, &parameters, &fixed)?;
        let strata = of_strata.and(data.strata.as_ref()).map_or(&[][..], |s| s.labels());
        let location_first = distribution.standard_form().is_some();
        let sums = Sums { columns: &columns, strata, of_strata, location_first };
        let layout = Layout::new(parameters, distribution.location(), sums, &fixed);
        // What acts on one parameter by itself would act on several of those of another basis.
        let alone = self.on.is_empty() && self.fixed.is_empty();
        let (searched, turn) = alone.then(|| distribution.conditioned()).flatten().unzip();
        let searched = searched.unwrap_or_else(|| distribution.clone());
        let mut prepared = Prepared::new(&searched, &data, design, &layout, self.offset.as_deref())?;
        prepared.turn = turn;
        let found = if prepared.rows.has_events() {
            let problem = Problem { distribution: &searched, rows: &prepared.rows, layout: &prepared.layout };
            let found = self.search(problem, &prepared)?;
            self.settled(problem, &prepared, found)
        } else {
            prepared.without_events(&searched)
        };
        let (data, offset) = (&data, self.offset.as_deref());
        let fitted = Fitted { distribution, searched, layout, prepared, found, data, design, offset };
        Ok(ParametricModel::new(fitted))
    }

    fn check(&self, data: &Observations, design: &Design) -> Result<()> {
        let n = data.len();
        let mut lengths = vec![("the design", design.rows())];
        lengths.extend(self.offset.iter().map(|o| ("offset", o.len())));
        if let Some(&(argument, len)) = lengths.iter().find(|(_, len)| *len != n) {
            return Err(Error::LengthMismatch { argument, len, other: "the observations", expected: n });
        }
        let offset = self.offset.as_deref().unwrap_or_default();
        if let Some((index, &value)) = offset.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::Model(ModelError::InvalidCovariate {
                covariate: "offset".into(),
                index,
                value,
            }));
        }
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            let value = self.tolerance;
            return Err(Error::OutOfRange { argument: "tolerance", value, must_be: "inside (0, 1)" });
        }
        for index in (0..n).filter(|_| self.distribution.is_positive()) {
            let (lower, upper) = (data.lower[index], data.upper[index]);
            // (−∞, R] and (−1, R] say no more than (0, R]; an event at 0 or before has no logarithm.
            if upper <= 0.0 {
                let why = "this distribution has times above 0 only";
                return Err(Error::InvalidObservation { index, lower, upper, why });
            }
        }
        Ok(())
    }

    fn position(parameters: &[Parameter], name: &str) -> Result<usize> {
        parameters.iter().position(|p| p.name == name).ok_or_else(|| {
            let known: Vec<&str> = parameters.iter().map(Parameter::name).collect();
            Error::Model(ModelError::UnknownName {
                what: "parameter",
                name: name.into(),
                known: known.join(", "),
            })
        })
    }

    fn fixed_values(&self, parameters: &[Parameter]) -> Result<Vec<(usize, f64)>> {
        let one = |(name, value): &(String, f64)| {
            let p = Self::position(parameters, name)?;
            let working = parameters[p].link.working(*value);
            let must_be = match parameters[p].link {
                _ if working.is_finite() => return Ok((p, working)),
                Link::Identity => "finite",
                Link::Log => "finite and above 0",
                Link::Logit => "inside (0, 1)",
            };
            Err(Error::OutOfRange { argument: "the fixed value of a parameter", value: *value, must_be })
        };
        let fixed: Vec<(usize, f64)> = self.fixed.iter().map(one).collect::<Result<_>>()?;
        match (1..fixed.len()).find(|&i| fixed[..i].iter().any(|f| f.0 == fixed[i].0)) {
            Some(i) => Err(Error::DuplicateName { what: "fixed parameters", name: self.fixed[i].0.clone() }),
            None => Ok(fixed),
        }
    }

    /// The columns that act on each parameter.
    fn columns_of(
        &self,
        parameters: &[Parameter],
        location: usize,
        design: &Design,
    ) -> Result<Vec<Vec<(usize, String)>>> {
        let column = |name: &String| {
            let at = design.names().iter().position(|known| known == name);
            at.map(|j| (j, name.clone())).ok_or_else(|| {
                let known = design.names().join(", ");
                Error::Model(ModelError::UnknownCovariate { covariate: name.clone(), known })
            })
        };
        let mut columns = vec![Vec::new(); parameters.len()];
        let all = self.location.as_deref().unwrap_or(design.names());
        let on =
            self.on.iter().map(|(name, of)| Ok::<_, Error>((Self::position(parameters, name)?, &of[..])));
        for one in std::iter::once(Ok((location, all))).chain(on) {
            let (p, of_parameter) = one?;
            for name in of_parameter {
                let one = column(name)?;
                if columns[p].contains(&one) {
                    let what = "columns of one parameter";
                    return Err(Error::DuplicateName { what, name: name.clone() });
                }
                columns[p].push(one);
            }
        }
        Ok(columns)
    }

    /// The parameter that each stratum has for itself.
    fn of_strata(
        &self,
        data: &Observations,
        parameters: &[Parameter],
        fixed: &[(usize, f64)],
    ) -> Result<Option<usize>> {
        if data.strata.is_none() {
            return Ok(None);
        }
        if self.distribution.standard_form().is_none() {
            let why = "only a location-scale family has a scale in each stratum: let a parameter depend on the \
                       covariate (`on`)";
            return Err(Error::Unsupported { method: "this family", with: "strata", why });
        }
        let has_scale = parameters.len() > 1 && !fixed.iter().any(|(p, _)| *p == 1);
        Ok(has_scale.then_some(1))
    }

    /// Of many rows a part is searched first: from its maximum the whole takes few steps.
    fn search(&self, problem: Problem<D>, prepared: &Prepared) -> Result<Found> {
        let step = problem.rows.step_of_a_part();
        if step >= 4 {
            let rows = problem.rows.every(step);
            if rows.has_events()
                && let Ok(found) = self.search_rows(Problem { rows: &rows, ..problem }, prepared)
                && found.stop == ParametricStop::Converged
                && let Some(found) =
                    problem.maximise(&problem.nearer(&found, rows.len()), self.max_iterations, self.tolerance)
                && found.stop == ParametricStop::Converged
            {
                return Ok(found);
            }
        }
        self.search_rows(problem, prepared)
    }

    /// From every start, without covariates first where there are three parameters or more; the highest maximum is kept. Wider starts help.
    pub(super) fn search_rows(&self, problem: Problem<D>, prepared: &Prepared) -> Result<Found> {
        let parameters = problem.layout.parameters.len();
        let [own, wider] = prepared.starts(problem.distribution);
        let null = problem.layout.null();
        // Beside a background the excess may be small early or late: the likelihood has local maxima in any family.
        let excess = problem.rows.background.is_some();
        let several = excess || parameters > 2 || problem.distribution.standard_form().is_none();
        let every = excess || parameters > 2;
        let covariates = null.len() < problem.layout.len();
        let first_layout = if several && covariates { &null } else { problem.layout };
        let first = Problem { layout: first_layout, ..problem };
        let from = |problem: Problem<D>, starts: &[Vec<f64>]| {
            let starts = starts.iter().map(|s| problem.layout.start(s));
            if several { most_plausible(problem, starts) } else { starts.collect() }
        };
        let mut best = self.best(first, None, &from(first, &own), every);
        if excess || best.as_ref().is_none_or(|b| !b.stop.has_end()) {
            best = self.best(first, best, &from(first, &wider), every);
        }
        if several && covariates {
            let whole = |theta: &[f64]| -> Vec<f64> {
                let mut own = theta.iter();
                let coefficients = problem.layout.coefficients.iter();
                coefficients
                    .map(|c| {
                        let column = matches!(c.factor, Factor::Column(_));
                        if column { 0.0 } else { own.next().copied().unwrap_or(0.0) }
                    })
                    .collect()
            };
            let without = best.as_ref().map(|found| found.stop);
            // Where the model without covariates had no maximum, its start may serve the whole one better.
            let more = excess || best.as_ref().is_none_or(|b| !b.stop.is_success());
            let null: Vec<Vec<f64>> = best.iter().map(|found| whole(&found.theta)).collect();
            best = self.best(problem, None, &null, excess);
            if more {
                best = self.best(problem, best, &from(problem, &own), excess);
            }
            if excess || best.as_ref().is_none_or(|b| !b.stop.has_end()) {
                best = self.best(problem, best, &from(problem, &wider), excess);
            }
            // What is without limit in a part of the model is so in the whole, which was searched from far out.
            if let (Some(found), Some(ParametricStop::NoMaximum { coefficient })) = (&mut best, without)
                && found.stop == ParametricStop::MaxIterations
            {
                let own = |j: &usize| !matches!(problem.layout.coefficients[*j].factor, Factor::Column(_));
                if let Some(coefficient) = (0..problem.layout.len()).filter(own).nth(coefficient) {
                    found.stop = ParametricStop::NoMaximum { coefficient };
                    found.determined[coefficient] = false;
                }
            }
        }
        best.ok_or(Error::Model(ModelError::InfiniteLikelihood))
    }

    /// The best of the searches from these starts and of one before: all of them, or as many as it takes to find a maximum.
    fn best(
        &self,
        problem: Problem<D>,
        before: Option<Found>,
        from: &[Vec<f64>],
        all: bool,
    ) -> Option<Found> {
        let mut best = before;
        if !all && best.as_ref().is_some_and(|b| b.stop.is_success()) {
            return best;
        }
        let mut agreeing = 0;
        for start in from {
            let Some(found) = problem.maximise(start, self.max_iterations, self.tolerance) else { continue };
            let done = found.stop == ParametricStop::Converged;
            let same =
                |b: &Found| done && b.stop == found.stop && (found.point.value - b.point.value).abs() < 1e-7;
            agreeing = if best.as_ref().is_some_and(same) { agreeing + 1 } else { 0 };
            let better = best.as_ref().is_none_or(|b| {
                let higher = found.point.value > b.point.value + 1e-7;
                let unbounded = matches!(found.stop, ParametricStop::NoMaximum { .. });
                match (done, b.stop.is_success()) {
                    (true, false) => higher || !matches!(b.stop, ParametricStop::NoMaximum { .. }),
                    (false, true) => higher && !unbounded,
                    _ => higher,
                }
            });
            if better {
                best = Some(found);
            }
            if done && (!all || agreeing == AGREEING) {
                break;
            }
        }
        best
    }
}

/// The most plausible starts first.
fn most_plausible<D: Distribution>(
    problem: Problem<D>,
    starts: impl Iterator<Item = Vec<f64>>,
) -> Vec<Vec<f64>> {
    let mut ranked: Vec<(f64, Vec<f64>)> = starts.map(|s| (problem.evaluate(&s).value, s)).collect();
    ranked.retain(|(value, _)| value.is_finite());
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().map(|(_, s)| s).take(6).collect()
}
