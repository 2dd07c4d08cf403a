//! What one fit leaves for the next.

use crate::error::Result;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::options::CoxPh;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::design::Design;

/// What many Cox fits share: room, and the order of the rows as long as the data stay the same.
///
/// A scan of many covariates over the same patients (markers, cut points, subsets of columns) sorts the times, finds the risk
/// sets and gathers the events once. Whether the data are those of the last fit is found by comparing them, so other data may come at
/// any time: their order is then made again. Results are those of [`CoxPh::fit`], bit for bit.
///
/// # Example
/// Each of three markers alone:
/// ```
/// use greenwood::survival::regression::CoxWorkspace;
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5.], &[true, true, true, false, true, true])?;
/// let markers = [[0.3, 1.1, 2.0, -0.4, 0.1, 0.9], [1., 0., 0., 1., 0., 1.], [0.2, 0.1, 0.4, 0.3, 0.9, 0.8]];
/// let mut workspace = CoxWorkspace::new();
/// for marker in &markers {
///     let design = Design::builder().numeric("marker", marker).build()?;
///     let fit = CoxPh::new().fit_with(&mut workspace, &data, &design)?;
///     assert_eq!(fit, CoxPh::new().fit(&data, &design)?);
/// }
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct CoxWorkspace {
    last: Option<(RightCensored<'static>, Rows)>,
}

impl CoxWorkspace {
    /// An empty workspace.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl CoxPh {
    /// Fits the model as [`fit`](Self::fit) does, with what an earlier fit left in the workspace. A fit that is refused
    /// leaves it empty.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit).
    pub fn fit_with(
        &self,
        workspace: &mut CoxWorkspace,
        data: &RightCensored,
        design: &Design,
    ) -> Result<CoxModel> {
        let mut kept = None;
        let (model, rows) = self.fit_to(data, design, |offset| {
            let Some((last, rows)) = workspace.last.take() else {
                return Rows::for_search(data, design, offset);
            };
            let same = last == *data;
            kept = same.then_some(last);
            rows.renew(same, data, design, offset, self.searches_in_lanes())
        })?;
        workspace.last = Some((kept.unwrap_or_else(|| data.to_owned_data()), rows));
        Ok(model)
    }
}
