//! The covariates: a matrix with named columns, or a small builder of one.

use ndarray::{Array2, ArrayView2, Axis, CowArray, Ix2};

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;

/// Covariates: one row per subject, one named column per coefficient.
///
/// Made from any ndarray matrix without copying it ([`Design::new`]), or column by column
/// ([`Design::builder`]).
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
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Design<'a> {
    names: Vec<String>,
    x: CowArray<'a, f64, Ix2>,
}

impl<'a> Design<'a> {
    /// A design from a matrix of any memory layout, one name per column.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where names and columns differ in number; [`Error::InvalidCovariate`] where a
    /// value is NaN or infinite.
    pub fn new<S: ToString>(names: &[S], x: ArrayView2<'a, f64>) -> Result<Self> {
        let names = names.iter().map(ToString::to_string).collect();
        Self::checked(names, CowArray::from(x))
    }

    /// A design that is put together column by column.
    pub fn builder() -> DesignBuilder {
        DesignBuilder { names: Vec::new(), columns: Vec::new(), error: None }
    }

    fn checked(names: Vec<String>, x: CowArray<'a, f64, Ix2>) -> Result<Self> {
        if names.len() != x.ncols() {
            let (len, expected) = (names.len(), x.ncols());
            return Err(Error::LengthMismatch { argument: "names", len, other: "the design", expected });
        }
        if let Some(((index, column), &value)) = x.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(Error::InvalidCovariate { covariate: names[column].clone(), index, value });
        }
        Ok(Self { names, x })
    }

    /// The columns' names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The rows at the given positions, one of them as often as it is given.
    pub(crate) fn select(&self, rows: &[usize]) -> Design<'static> {
        Design { names: self.names.clone(), x: CowArray::from(self.x.select(Axis(0), rows)) }
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
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a design needs `.build()`"]
pub struct DesignBuilder {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
    error: Option<Error>,
}

impl DesignBuilder {
    /// A column of numbers.
    pub fn numeric(mut self, name: impl Into<String>, values: &[f64]) -> Self {
        self.names.push(name.into());
        self.columns.push(values.to_vec());
        self
    }

    /// A column of the numbers within each group, 0 in the others, named `name: label`: a coefficient per group, as of
    /// a period ([`Episodes`](crate::survival::Episodes)).
    pub fn numeric_within(mut self, name: &str, values: &[f64], groups: &Groups) -> Self {
        if groups.len() != values.len() {
            let (len, expected) = (groups.len(), values.len());
            let error = Error::LengthMismatch { argument: "groups", len, other: "the column", expected };
            self.error.get_or_insert(error);
            return self;
        }
        for (g, label) in groups.labels().iter().enumerate() {
            self.names.push(format!("{name}: {label}"));
            let own = |(&c, &x): (&u32, &f64)| if c as usize == g { x } else { 0.0 };
            self.columns.push(groups.codes().iter().zip(values).map(own).collect());
        }
        self
    }

    /// One indicator column for each group but the reference, named `name: label`.
    pub fn factor(mut self, name: &str, groups: &Groups, reference: &str) -> Self {
        let reference = match groups.code(reference) {
            Ok(code) => code,
            Err(e) => {
                self.error.get_or_insert(e);
                return self;
            }
        };
        for (g, label) in groups.labels().iter().enumerate().filter(|&(g, _)| g != reference) {
            self.names.push(format!("{name}: {label}"));
            self.columns.push(groups.codes().iter().map(|&c| f64::from(u8::from(c as usize == g))).collect());
        }
        self
    }

    /// The products of two sets of columns that were added before, by the names they were added under:
    /// `interaction("age", "arm")` multiplies `age` by every column of the factor `arm`.
    pub fn interaction(mut self, a: &str, b: &str) -> Self {
        let of = |name: &str| -> Vec<usize> {
            let prefix = format!("{name}: ");
            (0..self.names.len())
                .filter(|&i| self.names[i] == name || self.names[i].starts_with(&prefix))
                .collect()
        };
        let (left, right) = (of(a), of(b));
        if let Some(missing) = [(a, &left), (b, &right)].iter().find(|(_, found)| found.is_empty()) {
            let known = self.names.join(", ");
            self.error.get_or_insert(Error::UnknownCovariate { covariate: missing.0.to_string(), known });
            return self;
        }
        for &i in &left {
            for &j in &right {
                self.names.push(format!("{} × {}", self.names[i], self.names[j]));
                let product = self.columns[i].iter().zip(&self.columns[j]).map(|(x, y)| x * y).collect();
                self.columns.push(product);
            }
        }
        self
    }

    /// A natural cubic spline with the given knots (at least three, increasing): as many columns as knots less
    /// one, linear beyond the outer knots. The first column is the variable itself, the others are the
    /// truncated power basis of Harrell (2015, Regression Modeling Strategies, section 2.4.5), in units of x.
    pub fn natural_spline(mut self, name: &str, values: &[f64], knots: &[f64]) -> Self {
        let k = knots.len();
        if k < 3 || knots.windows(2).any(|w| !(w[0] < w[1])) {
            let must_be = "at least 3 increasing knots";
            self.error.get_or_insert(Error::OutOfRange { argument: "knots", value: k as f64, must_be });
            return self;
        }
        let cube = |x: f64| x.max(0.0).powi(3);
        let (last, before) = (knots[k - 1], knots[k - 2]);
        let scale = (last - knots[0]).powi(2);
        self = self.numeric(name, values);
        for (j, &knot) in knots[..k - 2].iter().enumerate() {
            let term = |x: f64| {
                let outer = cube(x - before) * (last - knot) - cube(x - last) * (before - knot);
                (cube(x - knot) - outer / (last - before)) / scale
            };
            self.names.push(format!("{name} spline {}", j + 1));
            self.columns.push(values.iter().map(|&x| term(x)).collect());
        }
        self
    }

    /// The design.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where columns differ in length; [`Error::InvalidCovariate`];
    /// [`Error::UnknownLabel`] for a reference level that does not exist; [`Error::UnknownCovariate`] for an
    /// interaction of columns that were not added; [`Error::OutOfRange`] for knots.
    pub fn build(self) -> Result<Design<'static>> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let (rows, columns) = (self.columns.first().map_or(0, Vec::len), self.columns.len());
        if let Some(column) = self.columns.iter().find(|c| c.len() != rows) {
            let (len, other) = (column.len(), "the first column");
            return Err(Error::LengthMismatch { argument: "a column", len, other, expected: rows });
        }
        let x = Array2::from_shape_fn((rows, columns), |(i, j)| self.columns[j][i]);
        Design::checked(self.names, CowArray::from(x))
    }
}
