//! Rows for prediction, given by name and checked against the recipe of the model.

use std::collections::{HashMap, HashSet};

use ndarray::{CowArray, Ix2};

use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::regression::design::Design;
use crate::survival::regression::recipe::{Part, Recipe, Source};

/// Many new rows, given by named columns. Made by [`CoxModel::columns`](crate::survival::CoxModel::columns) or
/// [`Recipe::columns_by_name`].
///
/// Products and splines follow from the columns that they are made of. Nothing is checked until the rows are used or
/// [`build`](Self::build) is called.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is predicted until the rows are given to a model"]
pub struct NewColumns {
    recipe: Recipe,
    numbers: Vec<(String, Vec<f64>)>,
    levels: Vec<(String, Vec<String>)>,
}

/// One new row, such as a patient, given by name. Made by [`CoxModel::row`](crate::survival::CoxModel::row) or
/// [`Recipe::row`].
///
/// # Example
/// ```
/// use greenwood::survival::{CoxPh, Design, Groups, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5., 6., 8.], &[true, true, true, false, true, true, true, true])?;
/// let dose = Groups::new(&["high", "low", "none", "high", "none", "low", "none", "high"]);
/// let age = [61., 48., 70., 52., 66., 59., 50., 63.];
/// let fit = CoxPh::new().fit(&data, &Design::builder().numeric("age", &age).factor("dose", &dose, "none").build()?)?;
///
/// let patient = fit.row().numeric("age", 60.0).level("dose", "low");
/// assert_eq!(fit.linear_predictor(&patient)?[0], 60.0 * fit.coefficients()[0] + fit.coefficients()[2]);
///
/// let error = fit.linear_predictor(&fit.row().numeric("age", 60.0).level("dose", "double")).unwrap_err();
/// assert_eq!(error.to_string(), "covariate dose has no level \"double\": its levels are high, low, none");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is predicted until the row is given to a model"]
pub struct NewRow(NewColumns);

impl Recipe {
    /// A new row by name.
    pub fn row(&self) -> NewRow {
        NewRow(self.columns_by_name())
    }

    /// Many new rows by named columns.
    pub fn columns_by_name(&self) -> NewColumns {
        NewColumns { recipe: self.clone(), numbers: Vec::new(), levels: Vec::new() }
    }
}

impl NewRow {
    /// A number: a numeric covariate, or the variable of a spline.
    pub fn numeric(self, name: &str, value: f64) -> Self {
        Self(self.0.numeric(name, &[value]))
    }

    /// The level of a factor, or of the groups within which a number has its own coefficient.
    pub fn level(self, name: &str, level: impl ToString) -> Self {
        Self(self.0.levels(name, &[level]))
    }

    /// The row as a design.
    ///
    /// # Errors
    /// As [`NewColumns::build`].
    pub fn build(&self) -> Result<Design<'static>> {
        self.0.build()
    }
}

impl NewColumns {
    /// Numbers, one per row: a numeric covariate, or the variable of a spline.
    pub fn numeric(mut self, name: &str, values: &[f64]) -> Self {
        self.numbers.push((name.into(), values.to_vec()));
        self
    }

    /// Levels, one per row: of a factor, or of the groups within which a number has its own coefficient.
    pub fn levels<L: ToString>(mut self, name: &str, levels: &[L]) -> Self {
        self.levels.push((name.into(), levels.iter().map(ToString::to_string).collect()));
        self
    }

    /// The rows as a design.
    ///
    /// # Errors
    /// [`ModelError::MissingCovariate`] and [`ModelError::UnknownCovariate`] by name; [`ModelError::UnknownLevel`];
    /// [`ModelError::OtherCovariate`] where a level is given for a number or the other way round;
    /// [`Error::DuplicateName`] where a covariate is given twice; [`ModelError::InvalidCovariate`] for values that are not
    /// finite; [`Error::LengthMismatch`].
    pub fn build(&self) -> Result<Design<'static>> {
        self.check_names()?;
        let sources =
            self.recipe.parts().map(|(part, _)| self.source(part)).collect::<Result<Vec<Source>>>()?;
        Design::checked(self.recipe.clone(), CowArray::from(self.recipe.matrix(&sources)?))
    }

    /// Every name is one of the recipe's, and given once as what it is.
    fn check_names(&self) -> Result<()> {
        let parts: HashMap<String, &Part> =
            self.recipe.parts().map(|(part, _)| (part.name(), part)).collect();
        let kinds = [
            ("a number", self.numbers.iter().map(|(name, _)| name).collect::<Vec<_>>()),
            ("a level", self.levels.iter().map(|(name, _)| name).collect()),
        ];
        for (rows, names) in kinds {
            let mut seen = HashSet::with_capacity(names.len());
            for name in names {
                if !seen.insert(name) {
                    return Err(Error::DuplicateName { what: "values of a new row", name: name.clone() });
                }
                let part = match parts.get(name) {
                    None | Some(Part::Interaction { .. }) => {
                        let known = parts_in_order(&self.recipe);
                        return Err(Error::Model(ModelError::UnknownCovariate {
                            covariate: name.clone(),
                            known,
                        }));
                    }
                    Some(part) => part,
                };
                let fits = match part {
                    Part::Factor { .. } => rows == "a level",
                    Part::NumericWithin { .. } => true,
                    _ => rows == "a number",
                };
                if !fits {
                    let (covariate, model) = (name.clone(), part.describe());
                    return Err(Error::Model(ModelError::OtherCovariate {
                        covariate,
                        model,
                        rows: rows.into(),
                    }));
                }
            }
        }
        Ok(())
    }

    fn source(&self, part: &Part) -> Result<Source> {
        let name = part.name();
        let missing = |what: &str| {
            Error::Model(ModelError::MissingCovariate { covariate: name.clone(), what: what.into() })
        };
        let numbers = || {
            let found = self.numbers.iter().find(|(n, _)| *n == name);
            found.map(|(_, values)| values.clone()).ok_or_else(|| missing("a number"))
        };
        let codes = |known: &[String]| -> Result<Vec<u32>> {
            let (_, levels) = self
                .levels
                .iter()
                .find(|(n, _)| *n == name)
                .ok_or_else(|| missing(&format!("a level, one of {}", known.join(", "))))?;
            let code = |level: &String| {
                let code = known.iter().position(|k| k == level).map(|code| code as u32);
                code.ok_or_else(|| {
                    Error::Model(ModelError::UnknownLevel {
                        covariate: name.clone(),
                        level: level.clone(),
                        known: known.join(", "),
                    })
                })
            };
            levels.iter().map(code).collect()
        };
        Ok(match part {
            Part::Numeric { .. } | Part::NaturalSpline { .. } => Source::Numbers(numbers()?),
            Part::Factor { levels, .. } => Source::Codes(codes(levels)?),
            Part::NumericWithin { levels, .. } => {
                let (numbers, codes) = (numbers()?, codes(levels)?);
                check_len("the levels", codes.len(), "the numbers within them", numbers.len())?;
                Source::NumbersWithin(numbers, codes)
            }
            Part::Interaction { .. } => Source::Columns,
        })
    }
}

/// The covariates that are given a value, products left out.
fn parts_in_order(recipe: &Recipe) -> String {
    let given = recipe.parts().filter(|(part, _)| !matches!(part, Part::Interaction { .. }));
    given.map(|(part, _)| part.name()).collect::<Vec<_>>().join(", ")
}

/// Rows that a model can predict for: a [`NewRow`], [`NewColumns`], or a [`Design`], all of them by name.
///
/// A design is matched to the model covariate by covariate, whatever the order of its columns and levels; a matrix
/// ([`Design::new`]) by the names of its columns. The trait is sealed.
pub trait NewRows: sealed::Aligned {}

impl<T: sealed::Aligned> NewRows for T {}

pub(super) mod sealed {
    use super::{CowArray, Design, Ix2, NewColumns, NewRow, Recipe, Result};

    /// The columns of a recipe, from rows that may have been made by another one.
    pub trait Aligned {
        fn aligned(&self, recipe: &Recipe) -> Result<CowArray<'_, f64, Ix2>>;
    }

    impl Aligned for Design<'_> {
        fn aligned(&self, recipe: &Recipe) -> Result<CowArray<'_, f64, Ix2>> {
            recipe.align(self)
        }
    }

    impl Aligned for NewColumns {
        fn aligned(&self, recipe: &Recipe) -> Result<CowArray<'_, f64, Ix2>> {
            let design = self.build()?;
            recipe.align(&design).map(|x| CowArray::from(x.into_owned()))
        }
    }

    impl Aligned for NewRow {
        fn aligned(&self, recipe: &Recipe) -> Result<CowArray<'_, f64, Ix2>> {
            self.0.aligned(recipe)
        }
    }
}

/// The one row that is asked for.
pub(super) fn one_row(rows: &impl NewRows, recipe: &Recipe, argument: &'static str) -> Result<Vec<f64>> {
    let x = rows.aligned(recipe)?;
    // A model without covariates asks for none.
    if x.nrows() != 1 && x.ncols() > 0 {
        let (len, other) = (x.nrows(), "one row");
        return Err(Error::LengthMismatch { argument, len, other, expected: 1 });
    }
    Ok(x.rows().into_iter().next().map(|row| row.to_vec()).unwrap_or_default())
}
