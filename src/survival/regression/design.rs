//! The covariates: a matrix with named columns, or a small builder of one.

use ndarray::{Array2, ArrayView2, Axis, CowArray, Ix2};

use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::data::groups::Groups;
use crate::survival::regression::recipe::{Part, Recipe, Source};

/// Covariates: one row per subject, one named column per coefficient, and the [`Recipe`] by which they were made.
///
/// Made from any ndarray matrix without copying it ([`Design::new`]), or covariate by covariate
/// ([`Design::builder`]), which also makes the columns of factors, products and splines. A model keeps the recipe:
/// rows for prediction are given by name and checked against it.
///
/// # Example
/// ```
/// use greenwood::survival::{Design, Groups};
/// use ndarray::array;
///
/// let matrix = array![[61.0, 1.0], [48.0, 0.0]];
/// let design = Design::new(&["age", "treated"], matrix.view())?;
/// assert_eq!(design.names(), ["age", "treated"]);
///
/// let arm = Groups::new(&["control", "low", "high"]);
/// let design = Design::builder().numeric("age", &[61.0, 48.0, 55.0]).factor("arm", &arm, "control").build()?;
/// assert_eq!(design.names(), ["age", "arm: low", "arm: high"]);
/// assert_eq!(design.recipe().reference("arm"), Some("control"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Design<'a> {
    recipe: Recipe,
    x: CowArray<'a, f64, Ix2>,
}

/// No design is built with more numbers than this, 4 GB of them: a factor by mistake (an id, a date) would take all
/// memory. A matrix of one's own ([`Design::new`]) may be larger.
const MOST_NUMBERS: usize = 1 << 29;

impl<'a> Design<'a> {
    /// A design from a matrix of any memory layout, one name per column.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where names and columns differ in number; [`Error::DuplicateName`] where two columns
    /// have one name; [`ModelError::InvalidCovariate`] where a value is NaN or infinite.
    pub fn new<S: ToString>(names: &[S], x: ArrayView2<'a, f64>) -> Result<Self> {
        check_len("names", names.len(), "the design", x.ncols())?;
        Self::checked(Recipe::numeric(names)?, CowArray::from(x))
    }

    /// A design of so many rows without any covariate: the null model.
    #[must_use]
    pub fn without_covariates(rows: usize) -> Design<'static> {
        Design { recipe: Recipe::empty(), x: CowArray::from(Array2::zeros((rows, 0))) }
    }

    /// A design that is put together covariate by covariate.
    pub fn builder() -> DesignBuilder {
        DesignBuilder { parts: Vec::new(), sources: Vec::new(), columns: 0, error: None }
    }

    pub(super) fn checked(recipe: Recipe, x: CowArray<'a, f64, Ix2>) -> Result<Self> {
        if let Some(((index, column), &value)) = x.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(Error::Model(ModelError::InvalidCovariate {
                covariate: recipe.columns()[column].clone(),
                index,
                value,
            }));
        }
        Ok(Self { recipe, x })
    }

    /// The columns' names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.recipe.columns()
    }

    /// How the columns were made.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The rows at the given positions, one of them as often as it is given.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where a position is not that of a row.
    pub fn select(&self, rows: &[usize]) -> Result<Design<'static>> {
        if let Some(&row) = rows.iter().find(|&&row| row >= self.rows()) {
            let must_be = "the position of a row of the design";
            return Err(Error::OutOfRange { argument: "a row", value: row as f64, must_be });
        }
        Ok(Design { recipe: self.recipe.clone(), x: CowArray::from(self.x.select(Axis(0), rows)) })
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.x.nrows()
    }

    /// The number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.x.ncols()
    }

    /// The matrix.
    #[must_use]
    pub fn matrix(&self) -> ArrayView2<'_, f64> {
        self.x.view()
    }
}

/// Puts a [`Design`] together. Nothing is checked until [`build`](Self::build).
///
/// # Example
/// ```
/// use greenwood::survival::{Design, Groups};
///
/// let arm = Groups::new(&["new", "old", "new"]);
/// let design = Design::builder().numeric("age", &[61.0, 48.0, 55.0]).factor("arm", &arm, "old").build()?;
/// assert_eq!(design.names().len(), 2); // age, and new against old
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a design needs `.build()`"]
pub struct DesignBuilder {
    parts: Vec<Part>,
    sources: Vec<Source>,
    /// How many columns the parts make, products left out.
    columns: usize,
    error: Option<Error>,
}

impl DesignBuilder {
    fn add(mut self, part: Part, columns: usize, source: Source) -> Self {
        self.columns = self.columns.saturating_add(columns);
        self.parts.push(part);
        self.sources.push(source);
        self
    }

    fn refuse(mut self, error: Error) -> Self {
        self.error.get_or_insert(error);
        self
    }

    /// A column of numbers.
    pub fn numeric(self, name: impl Into<String>, values: &[f64]) -> Self {
        self.add(Part::Numeric { name: name.into() }, 1, Source::Numbers(values.to_vec()))
    }

    /// A column of the numbers within each group, 0 in the others, named `name: label`: a coefficient per group, as of
    /// a period ([`Episodes`](crate::survival::Episodes)).
    pub fn numeric_within(self, name: &str, values: &[f64], groups: &Groups) -> Self {
        if groups.len() != values.len() {
            let (len, expected) = (groups.len(), values.len());
            return self.refuse(Error::LengthMismatch {
                argument: "groups",
                len,
                other: "the column",
                expected,
            });
        }
        let part = Part::NumericWithin { name: name.into(), levels: groups.labels().to_vec() };
        self.add(part, groups.count(), Source::NumbersWithin(values.to_vec(), groups.codes().to_vec()))
    }

    /// One indicator column for each group but the reference, named `name: label`.
    pub fn factor(self, name: &str, groups: &Groups, reference: &str) -> Self {
        let reference = match groups.code(reference) {
            Ok(code) => code,
            Err(error) => return self.refuse(error),
        };
        let part = Part::Factor { name: name.into(), levels: groups.labels().to_vec(), reference };
        self.add(part, groups.count() - 1, Source::Codes(groups.codes().to_vec()))
    }

    /// The products of two sets of columns that were added before, by the names they were added under:
    /// `interaction("age", "arm")` multiplies `age` (all columns of it, where it is a spline) by every column of the
    /// factor `arm`. The set is named `age × arm`, and can be multiplied again.
    pub fn interaction(self, a: &str, b: &str) -> Self {
        // How many columns that makes is known once the recipe is.
        self.add(Part::Interaction { left: a.into(), right: b.into() }, 0, Source::Columns)
    }

    /// A natural cubic spline with the given knots (at least three, increasing): as many columns as knots less
    /// one, linear beyond the outer knots. The first column is the variable itself, the others are the
    /// truncated power basis of Harrell (2015, Regression Modeling Strategies, section 2.4.5), in units of x.
    pub fn natural_spline(self, name: &str, values: &[f64], knots: &[f64]) -> Self {
        let part = Part::NaturalSpline { name: name.into(), knots: knots.to_vec() };
        self.add(part, knots.len().saturating_sub(1), Source::Numbers(values.to_vec()))
    }

    /// The design.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where covariates differ in length; [`Error::DuplicateName`] where two covariates or
    /// columns have one name; [`ModelError::InvalidCovariate`]; [`Error::UnknownLabel`] for a reference level that does not
    /// exist; [`ModelError::UnknownCovariate`] for an interaction of columns that were not added before;
    /// [`Error::OutOfRange`] for knots; [`Error::TooLarge`] for a factor of so many levels that its columns would not
    /// fit into memory.
    pub fn build(self) -> Result<Design<'static>> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let rows = self.sources.iter().find_map(Source::len).unwrap_or(0);
        // Before a name or a number of them is made.
        too_large(rows, self.columns)?;
        let recipe = Recipe::new(self.parts)?;
        too_large(rows, recipe.columns().len())?;
        let x = recipe.matrix(&self.sources)?;
        Design::checked(recipe, CowArray::from(x))
    }
}

fn too_large(rows: usize, columns: usize) -> Result<()> {
    let numbers = rows.saturating_mul(columns);
    if numbers <= MOST_NUMBERS {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "the design",
        size: format!("{rows} rows × {columns} columns, {:.1} GB", numbers as f64 * 8e-9),
        instead: "a factor with so many levels is an id or a date: use strata, clusters or fewer levels",
    })
}
