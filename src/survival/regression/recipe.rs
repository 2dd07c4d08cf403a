//! How a design was made: which covariates, with which levels, reference, knots and products, in which order.
//!
//! A model keeps its recipe, so that rows for prediction are asked for by name and can be checked: a level that the
//! model does not know, a covariate that is missing or of another kind, other knots or another reference are refused.

mod align;

use std::ops::Range;
use std::sync::Arc;

use ndarray::Array2;

use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::regression::spline;

/// The recipe of a [`Design`](crate::survival::Design): every covariate with what makes columns of it. Kept by a fitted model.
///
/// Two recipes are equal where they make the same columns of the same values.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawRecipe", into = "RawRecipe"))]
pub struct Recipe(Arc<Inner>);

#[derive(Debug, Clone, PartialEq, Default)]
struct Inner {
    parts: Vec<Part>,
    /// The columns of each part.
    columns: Vec<Range<usize>>,
    /// The columns that each column of a part is the product of; empty where it is none.
    products: Vec<Vec<(usize, usize)>>,
    names: Vec<String>,
}

/// One covariate, and what makes columns of it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Part {
    /// The number itself.
    Numeric { name: String },
    /// The number within each level, 0 in the others.
    NumericWithin { name: String, levels: Vec<String> },
    /// An indicator of each level but the reference.
    Factor { name: String, levels: Vec<String>, reference: usize },
    /// The products of two sets of earlier columns.
    Interaction { left: String, right: String },
    /// The number and its natural cubic spline.
    NaturalSpline { name: String, knots: Vec<f64> },
}

/// The values that a part makes columns of, one per row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Numbers(Vec<f64>),
    Codes(Vec<u32>),
    NumbersWithin(Vec<f64>, Vec<u32>),
    /// The columns that are there already.
    Columns,
}

impl Source {
    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Self::Numbers(x) => Some(x.len()),
            Self::Codes(c) => Some(c.len()),
            Self::NumbersWithin(x, c) => Some(x.len().min(c.len())),
            Self::Columns => None,
        }
    }
}

impl Part {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Numeric { name }
            | Self::NumericWithin { name, .. }
            | Self::Factor { name, .. }
            | Self::NaturalSpline { name, .. } => name.clone(),
            Self::Interaction { left, right } => product(left, right),
        }
    }

    /// What it is, for people.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Numeric { .. } => "a number".into(),
            Self::NumericWithin { levels, .. } => format!("a number within the levels {}", levels.join(", ")),
            Self::Factor { levels, reference, .. } => {
                format!(
                    "a factor with the levels {} and the reference {}",
                    levels.join(", "),
                    levels[*reference]
                )
            }
            Self::Interaction { left, right } => format!("the product of {left} and {right}"),
            Self::NaturalSpline { knots, .. } => {
                let knots: Vec<String> = knots.iter().map(ToString::to_string).collect();
                format!("a natural spline with the knots {}", knots.join(", "))
            }
        }
    }

    fn is_numeric(&self) -> bool {
        matches!(self, Self::Numeric { .. })
    }

    /// The levels, where it has any.
    fn levels(&self) -> Option<&[String]> {
        match self {
            Self::NumericWithin { levels, .. } | Self::Factor { levels, .. } => Some(levels),
            _ => None,
        }
    }

    /// Which column of the part stands for a level.
    fn column_of(&self, level: usize) -> Option<usize> {
        match self {
            Self::Factor { reference, .. } if level == *reference => None,
            Self::Factor { reference, .. } => Some(level - usize::from(level > *reference)),
            _ => Some(level),
        }
    }
}

/// The name of the column, or of the set of columns, that is the product of two.
fn product(left: &str, right: &str) -> String {
    format!("{left} × {right}")
}

/// The name of a column that belongs to a level.
fn indicator(name: &str, level: &str) -> String {
    format!("{name}: {level}")
}

fn first_duplicate(names: &[String]) -> Option<&String> {
    let mut seen = std::collections::HashSet::with_capacity(names.len());
    names.iter().find(|name| !seen.insert(name.as_str()))
}

impl Inner {
    /// Adds a part.
    fn push(&mut self, part: Part) -> Result<()> {
        let mut products = Vec::new();
        if let Some(levels) = part.levels() {
            if levels.is_empty() {
                return Err(Error::Empty { argument: "the levels of a factor" });
            }
            if let Some(name) = first_duplicate(levels) {
                return Err(Error::DuplicateName { what: "levels of a factor", name: name.clone() });
            }
        }
        let new: Vec<String> = match &part {
            Part::Numeric { name } => vec![name.clone()],
            Part::NumericWithin { name, levels } => levels.iter().map(|l| indicator(name, l)).collect(),
            Part::Factor { name, levels, reference } => {
                if *reference >= levels.len() {
                    let (code, labels) = (*reference, levels.len());
                    return Err(Error::InvalidCode { index: 0, code, labels });
                }
                let others = levels.iter().enumerate().filter(|(l, _)| l != reference);
                others.map(|(_, level)| indicator(name, level)).collect()
            }
            Part::Interaction { left, right } => {
                let (left, right) = (self.resolve(left)?, self.resolve(right)?);
                products = left.flat_map(|i| right.clone().map(move |j| (i, j))).collect();
                products.iter().map(|&(i, j)| product(&self.names[i], &self.names[j])).collect()
            }
            Part::NaturalSpline { name, knots } => {
                spline::check(knots)?;
                let terms = (1..knots.len() - 1).map(|j| format!("{name} spline {j}"));
                std::iter::once(name.clone()).chain(terms).collect()
            }
        };
        let start = self.names.len();
        self.names.extend(new);
        self.columns.push(start..self.names.len());
        self.products.push(products);
        self.parts.push(part);
        Ok(())
    }

    /// The columns of a covariate, or the one column of that name.
    fn resolve(&self, name: &str) -> Result<Range<usize>> {
        if let Some(at) = self.parts.iter().position(|p| p.name() == name) {
            return Ok(self.columns[at].clone());
        }
        let column = self.names.iter().position(|n| n == name);
        column.map(|i| i..i + 1).ok_or_else(|| {
            Error::Model(ModelError::UnknownCovariate {
                covariate: name.into(),
                known: self.names.join(", "),
            })
        })
    }
}

impl Recipe {
    /// A recipe from its parts, one after the other.
    pub(super) fn new(parts: impl IntoIterator<Item = Part>) -> Result<Self> {
        let mut inner = Inner::default();
        for part in parts {
            inner.push(part)?;
        }
        let covariates: Vec<String> = inner.parts.iter().map(Part::name).collect();
        for (what, names) in [("covariates", &covariates), ("columns", &inner.names)] {
            if let Some(name) = first_duplicate(names) {
                return Err(Error::DuplicateName { what, name: name.clone() });
            }
        }
        Ok(Self(Arc::new(inner)))
    }

    /// No covariate at all.
    pub(super) fn empty() -> Self {
        Self(Arc::new(Inner::default()))
    }

    /// Columns of numbers, by name.
    pub(super) fn numeric<S: ToString>(names: &[S]) -> Result<Self> {
        Self::new(names.iter().map(|name| Part::Numeric { name: name.to_string() }))
    }

    /// The names of the columns, in their order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.0.names
    }

    /// The names of the covariates, products included, in the order in which they were added.
    #[must_use]
    pub fn covariates(&self) -> Vec<String> {
        self.0.parts.iter().map(Part::name).collect()
    }

    /// The levels of a factor, the reference included; `None` for what has no levels.
    #[must_use]
    pub fn levels(&self, covariate: &str) -> Option<&[String]> {
        self.parts().find(|(part, _)| part.name() == covariate).and_then(|(part, _)| part.levels())
    }

    /// The reference level of a factor; `None` for what has none.
    #[must_use]
    pub fn reference(&self, covariate: &str) -> Option<&str> {
        self.parts().find_map(|(part, _)| match part {
            Part::Factor { name, levels, reference } if name == covariate => {
                Some(levels[*reference].as_str())
            }
            _ => None,
        })
    }

    /// The knots of a natural spline; `None` for what has none.
    #[must_use]
    pub fn knots(&self, covariate: &str) -> Option<&[f64]> {
        self.parts().find_map(|(part, _)| match part {
            Part::NaturalSpline { name, knots } if name == covariate => Some(knots.as_slice()),
            _ => None,
        })
    }

    /// What a unit of a column is compared with: the reference level of a factor, else one unit less.
    pub(super) fn compared_with(&self, column: usize) -> String {
        match self.parts().find(|(_, columns)| columns.contains(&column)) {
            Some((Part::Factor { name, levels, reference }, _)) => indicator(name, &levels[*reference]),
            _ => "one unit less".into(),
        }
    }

    /// The columns of a covariate, or the one column of that name.
    pub(super) fn columns_of(&self, name: &str) -> Result<Range<usize>> {
        self.0.resolve(name)
    }

    /// The parts with their columns.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&Part, Range<usize>)> {
        self.0.parts.iter().zip(self.0.columns.iter().cloned())
    }

    /// The matrix of the values, one [`Source`] per part.
    pub(super) fn matrix(&self, sources: &[Source]) -> Result<Array2<f64>> {
        let rows = sources.iter().find_map(Source::len).unwrap_or(0);
        for len in sources.iter().filter_map(Source::len) {
            check_len("a covariate", len, "the first covariate", rows)?;
        }
        let mut x = Array2::zeros((rows, self.columns().len()));
        for (i, mut row) in x.rows_mut().into_iter().enumerate() {
            for (((part, columns), products), source) in self.parts().zip(&self.0.products).zip(sources) {
                let start = columns.start;
                match (part, source) {
                    (Part::NaturalSpline { knots, .. }, Source::Numbers(x)) => {
                        row[start] = x[i];
                        for j in 1..columns.len() {
                            row[start + j] = spline::column(x[i], knots, j);
                        }
                    }
                    (_, Source::Numbers(x)) => row[start] = x[i],
                    (part, Source::Codes(codes)) => {
                        if let Some(j) = part.column_of(codes[i] as usize) {
                            row[start + j] = 1.0;
                        }
                    }
                    (_, Source::NumbersWithin(x, codes)) => row[start + codes[i] as usize] = x[i],
                    (_, Source::Columns) => {
                        for (&(a, b), to) in products.iter().zip(columns) {
                            row[to] = row[a] * row[b];
                        }
                    }
                }
            }
        }
        Ok(x)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct RawRecipe {
    parts: Vec<Part>,
}

#[cfg(feature = "serde")]
impl From<Recipe> for RawRecipe {
    fn from(recipe: Recipe) -> Self {
        Self { parts: recipe.0.parts.clone() }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<RawRecipe> for Recipe {
    type Error = Error;

    fn try_from(raw: RawRecipe) -> Result<Self> {
        Self::new(raw.parts)
    }
}
