//! The covariates of sorted rows, in the layout in which they are walked.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use crate::numeric::numbers::Numbers;
use crate::survival::regression::cox::lanes::Lanes;

/// Row-major numbers, or lanes that are brought into that order when it is first asked for.
#[derive(Debug, Clone, Default)]
pub(in crate::survival::regression) struct Covariates {
    by_row: OnceLock<Numbers<f64>>,
    lanes: Option<Box<Lanes>>,
}

impl Covariates {
    pub fn in_lanes(lanes: Lanes) -> Self {
        Self { by_row: OnceLock::new(), lanes: Some(Box::new(lanes)) }
    }

    /// The lanes, where the rows stand in them.
    pub fn lanes(&self) -> Option<&Lanes> {
        self.lanes.as_deref()
    }

    /// The memory of row-major numbers, for others.
    pub fn into_numbers(self) -> Numbers<f64> {
        self.by_row.into_inner().unwrap_or_default()
    }
}

impl From<Numbers<f64>> for Covariates {
    fn from(by_row: Numbers<f64>) -> Self {
        Self { by_row: OnceLock::from(by_row), lanes: None }
    }
}

impl FromIterator<f64> for Covariates {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        Self::from(Numbers::from_iter(numbers))
    }
}

impl Deref for Covariates {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        self.by_row.get_or_init(|| self.lanes.as_ref().map_or_else(Numbers::default, |lanes| lanes.by_row()))
    }
}

impl DerefMut for Covariates {
    fn deref_mut(&mut self) -> &mut [f64] {
        let _ = Deref::deref(self);
        // Lanes would not see what is changed.
        self.lanes = None;
        self.by_row.get_mut().map_or(&mut [], |numbers| &mut numbers[..])
    }
}
