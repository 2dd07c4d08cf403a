//! A number for each row that most data do not have: weights, offsets.

use std::ops::Index;
use std::sync::Arc;

/// A number for each row, kept only where there is more to know than one value for all.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct PerRow {
    all: f64,
    own: Option<Arc<Vec<f64>>>,
}

impl PerRow {
    /// The same number for each row.
    pub fn all(all: f64) -> Self {
        Self { all, own: None }
    }

    /// Of each row its own: the values of these rows, if there are any.
    pub fn of(all: f64, values: Option<&[f64]>, rows: &[usize]) -> Self {
        Self { all, own: values.map(|v| Arc::new(rows.iter().map(|&i| v[i]).collect())) }
    }

    /// These numbers.
    pub fn each(values: Vec<f64>) -> Self {
        Self { all: 0.0, own: Some(Arc::new(values)) }
    }

    /// The numbers, where they are kept.
    pub fn own(&self) -> Option<&[f64]> {
        self.own.as_deref().map(Vec::as_slice)
    }

    /// These rows of it.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self::of(self.all, self.own(), rows)
    }
}

impl Index<usize> for PerRow {
    type Output = f64;

    #[inline]
    fn index(&self, row: usize) -> &f64 {
        self.own.as_ref().map_or(&self.all, |own| &own[row])
    }
}
