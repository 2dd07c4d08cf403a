//! The columns of one recipe, found in a design that was made by another: by name, whatever the order of columns and
//! levels.

use std::ops::Range;

use ndarray::{Array2, CowArray, Ix2};

use crate::error::{Error, ModelError, Result};
use crate::survival::regression::design::Design;
use crate::survival::regression::recipe::{Part, Recipe};

impl Recipe {
    /// The columns of this recipe from a design that may have been made by another one: by name, whatever the order of
    /// columns and levels.
    ///
    /// # Errors
    /// [`ModelError::MissingCovariate`](crate::ModelError::MissingCovariate), [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate), [`ModelError::UnknownLevel`](crate::ModelError::UnknownLevel); [`ModelError::OtherCovariate`](crate::ModelError::OtherCovariate)
    /// where a covariate has another kind, reference or knots.
    pub(in crate::survival::regression) fn align<'a>(
        &self,
        design: &'a Design,
    ) -> Result<CowArray<'a, f64, Ix2>> {
        if design.recipe() == self {
            return Ok(CowArray::from(design.matrix()));
        }
        let mut search = Search::new(self, design);
        for ((part, columns), products) in self.parts().zip(&self.0.products) {
            search.find(part, columns, products)?;
        }
        if let Some(extra) = search.used.iter().position(|used| !used) {
            let (covariate, known) = (design.names()[extra].clone(), self.covariates().join(", "));
            return Err(Error::Model(ModelError::UnknownCovariate { covariate, known }));
        }
        Ok(CowArray::from(search.matrix()))
    }
}

/// Where a column of a recipe comes from.
#[derive(Debug, Clone, Copy)]
enum Origin {
    Column(usize),
    Product(usize, usize),
    /// No row has the level.
    Zero,
}

/// A search for the columns of a recipe, covariate by covariate.
struct Search<'a, 'd> {
    recipe: &'a Recipe,
    design: &'a Design<'d>,
    origin: Vec<Origin>,
    /// Which columns of the design have been found.
    used: Vec<bool>,
    /// Which of them are no more than a name and numbers.
    plain: Vec<bool>,
}

impl<'a, 'd> Search<'a, 'd> {
    fn new(recipe: &'a Recipe, design: &'a Design<'d>) -> Self {
        let plain = design.recipe().parts().flat_map(|(part, columns)| columns.map(|_| part.is_numeric()));
        Self {
            recipe,
            design,
            origin: vec![Origin::Zero; recipe.columns().len()],
            used: vec![false; design.columns()],
            plain: plain.collect(),
        }
    }

    /// Finds one covariate: made in the same way; else as columns that have its columns' names; else, a product, by
    /// taking it again.
    fn find(&mut self, part: &Part, columns: Range<usize>, products: &[(usize, usize)]) -> Result<()> {
        let name = part.name();
        let same = self.design.recipe().parts().find(|(other, _)| other.name() == name);
        if let Some((other, there)) = same.clone().filter(|(other, _)| other.is_made_as(part)) {
            return self.take(part, columns.start, other, there);
        }
        if let Some(from) = self.columns_named(part, columns.clone()) {
            for (to, from) in columns.zip(from) {
                self.used[from] = true;
                self.origin[to] = Origin::Column(from);
            }
            return Ok(());
        }
        match (part, same) {
            (Part::Interaction { .. }, same) => {
                for (to, &(a, b)) in columns.zip(products) {
                    self.origin[to] = Origin::Product(a, b);
                }
                if let Some((_, there)) = same {
                    self.used[there].fill(true);
                }
                Ok(())
            }
            (_, Some((other, _))) => {
                let (model, rows) = (part.describe(), other.describe());
                Err(Error::Model(ModelError::OtherCovariate { covariate: name, model, rows }))
            }
            (_, None) => {
                Err(Error::Model(ModelError::MissingCovariate { covariate: name, what: part.describe() }))
            }
        }
    }

    /// Takes the columns of a part that is made in the same way, level by level where there are levels.
    fn take(&mut self, part: &Part, start: usize, other: &Part, there: Range<usize>) -> Result<()> {
        self.used[there.clone()].fill(true);
        for (k, from) in there.enumerate() {
            let to = match (part.levels(), other.level_of(k)) {
                (Some(known), Some(level)) => match known.iter().position(|l| l == level) {
                    Some(l) => part.column_of(l),
                    // A level that no row has is none.
                    None if self.design.matrix().column(from).iter().all(|&x| x == 0.0) => None,
                    None => {
                        let (level, known) = (level.clone(), known.join(", "));
                        return Err(Error::Model(ModelError::UnknownLevel {
                            covariate: part.name(),
                            level,
                            known,
                        }));
                    }
                },
                _ => Some(k),
            };
            if let Some(to) = to {
                self.origin[start + to] = Origin::Column(from);
            }
        }
        Ok(())
    }

    /// The columns of the design with the names of these, if they are all there. A column that is no more than a name and
    /// numbers stands for any column of that name.
    fn columns_named(&self, part: &Part, columns: Range<usize>) -> Option<Vec<usize>> {
        let stands = |i: usize| part.is_numeric() || self.plain[i];
        let named = |name: &String| self.design.names().iter().position(|n| n == name).filter(|&i| stands(i));
        self.recipe.columns()[columns].iter().map(named).collect()
    }

    fn matrix(&self) -> Array2<f64> {
        let given = self.design.matrix();
        let mut x = Array2::zeros((self.design.rows(), self.origin.len()));
        for (mut row, given) in x.rows_mut().into_iter().zip(given.rows()) {
            for (to, origin) in self.origin.iter().enumerate() {
                row[to] = match *origin {
                    Origin::Column(from) => given[from],
                    Origin::Product(a, b) => row[a] * row[b],
                    Origin::Zero => 0.0,
                };
            }
        }
        x
    }
}

impl Part {
    /// Does it make the same columns of the same values, but for levels that are missing or stand in another order?
    fn is_made_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Numeric { .. }, Self::Numeric { .. })
            | (Self::NumericWithin { .. }, Self::NumericWithin { .. }) => true,
            (Self::Factor { levels: a, reference: r, .. }, Self::Factor { levels: b, reference: s, .. }) => {
                a[*r] == b[*s]
            }
            (Self::NaturalSpline { knots: a, .. }, Self::NaturalSpline { knots: b, .. }) => a == b,
            // Products are taken again of the columns that are found.
            _ => false,
        }
    }

    /// The level that a column of the part stands for.
    fn level_of(&self, column: usize) -> Option<&String> {
        match self {
            Self::Factor { levels, reference, .. } => levels.get(column + usize::from(column >= *reference)),
            Self::NumericWithin { levels, .. } => levels.get(column),
            _ => None,
        }
    }
}
