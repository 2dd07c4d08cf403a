//! Covariates, row by row of episodes.

use crate::error::Result;
use crate::survival::data::episodes::Episodes;
use crate::survival::regression::design::Design;

impl Episodes {
    /// The covariates of the original data, row by row of the episodes.
    ///
    /// # Errors
    /// As [`expand`](Self::expand).
    pub fn expand_design(&self, design: &Design) -> Result<Design<'static>> {
        self.check("the design", design.rows())?;
        design.select(self.source())
    }
}
