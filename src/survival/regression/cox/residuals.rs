//! Residuals of a fitted model.

use ndarray::{Array2, ArrayView2};

use crate::error::{Error, Result};
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::score::{mean_at, risk_sums, score_rows, ties_for_risk_sets};
use crate::survival::regression::cox::tied_sets;
use crate::survival::regression::cox::with_data::FittedData;

/// The residuals of a model, row by row in the order of the data (Therneau, Grambsch & Fleming 1990, Biometrika
/// 77:147). Rows of weight 0 have zeros. Made by [`FittedData::residuals`].
///
/// # Example
/// ```
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// let data = RightCensored::new(&[1., 2., 3., 4.], &[true, true, false, true])?;
/// let design = Design::builder().numeric("x", &[1.0, 0.0, 0.5, 0.2]).build()?;
/// let fit = CoxPh::new().fit(&data, &design)?;
/// let residuals = fit.with(&data, &design)?.residuals()?;
/// // Each sums to the score, which is 0 at the estimates.
/// assert!(residuals.score()?.sum().abs() < 1e-9 && residuals.schoenfeld().sum().abs() < 1e-9);
/// assert_eq!(residuals.event_times(), [1.0, 2.0, 4.0]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawResiduals"))]
pub struct Residuals {
    martingale: Vec<f64>,
    deviance: Vec<f64>,
    expected: Vec<f64>,
    /// Score residuals and dfbeta; none under an exact likelihood of tied events.
    by_row: Option<ByRow>,
    schoenfeld: Array2<f64>,
    scaled_schoenfeld: Array2<f64>,
    event_times: Vec<f64>,
}

/// What each row adds to the score, and moves the coefficients by.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct ByRow {
    score: Array2<f64>,
    dfbeta: Array2<f64>,
}

impl Residuals {
    /// Event less expected events: `δ − exp(η) ∫ dH`. Under exact ties H is Breslow's.
    #[must_use]
    pub fn martingale(&self) -> &[f64] {
        &self.martingale
    }

    /// `sign(M) √(−2 (M + δ log(δ − M)))`, M the martingale residual.
    #[must_use]
    pub fn deviance(&self) -> &[f64] {
        &self.deviance
    }

    /// Expected events, `exp(η) ∫ dH`.
    #[must_use]
    pub fn expected(&self) -> &[f64] {
        &self.expected
    }

    /// Each row's share of the score, rows × covariates, not multiplied by weights.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where events are tied under exact ties: an exact likelihood gives its score to the
    /// set of those who have the event, and not to rows.
    pub fn score(&self) -> Result<ArrayView2<'_, f64>> {
        self.by_row.as_ref().map(|r| r.score.view()).ok_or(no_score("a score residual"))
    }

    /// How much each row moves the coefficients (score × variance), multiplied by weights.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn dfbeta(&self) -> Result<ArrayView2<'_, f64>> {
        self.by_row.as_ref().map(|r| r.dfbeta.view()).ok_or(no_score("a dfbeta residual"))
    }

    /// For each event, ordered by stratum and time: the covariates less their mean over the risk set. Under exact ties
    /// the residuals of a time sum to its share of the score (under [`Ties::Exact`](super::Ties::Exact) the mean is that of the d
    /// who have the event over all choices of d at risk).
    #[must_use]
    pub fn schoenfeld(&self) -> ArrayView2<'_, f64> {
        self.schoenfeld.view()
    }

    /// Schoenfeld residuals × variance × events + coefficients (Grambsch & Therneau 1994, Biometrika 81:515).
    #[must_use]
    pub fn scaled_schoenfeld(&self) -> ArrayView2<'_, f64> {
        self.scaled_schoenfeld.view()
    }

    /// The times of the events of the Schoenfeld residuals.
    #[must_use]
    pub fn event_times(&self) -> &[f64] {
        &self.event_times
    }
}

/// Nothing belongs to a row where an exact likelihood has tied events.
pub(super) fn no_score(method: &'static str) -> Error {
    Error::Unsupported {
        method,
        with: "exact ties",
        why: "where events are tied an exact likelihood has no score of a single row; use Efron's or Breslow's ties",
    }
}

impl FittedData<'_> {
    /// All residuals. Where the likelihood is monotone they are those of the limit: expected events, and means over risk
    /// sets, are taken over the rows that are undecided against an event. The dfbeta residuals, and the scaled Schoenfeld
    /// residuals, of a coefficient without a finite value are 0.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where a coefficient is infinite and events are tied under exact ties.
    pub fn residuals(&self) -> Result<Residuals> {
        let rows = self.undecided()?;
        let workspace = self.hazards_by(ties_for_risk_sets(self.model.ties()), &rows);
        let ties = self.model.ties();
        let of_sets = ties.of_sets() && rows.has_tied_events();
        let [martingale, deviance, expected] = self.martingale(&rows, &workspace);
        let (schoenfeld, event_times) =
            if of_sets { self.schoenfeld_of_sets(&rows) } else { schoenfeld(&rows, &workspace) };
        Ok(Residuals {
            martingale,
            deviance,
            expected,
            by_row: (!of_sets).then(|| self.by_row(&rows, &workspace)),
            scaled_schoenfeld: self.scaled(&schoenfeld),
            schoenfeld,
            event_times,
        })
    }

    /// Martingale and deviance residuals, and the expected events.
    fn martingale(&self, rows: &Rows, workspace: &Workspace) -> [Vec<f64>; 3] {
        let n = self.data.len();
        let (mut martingale, mut deviance, mut expected) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for (i, &at) in rows.order.iter().enumerate() {
            let event = f64::from(u8::from(rows.event[i]));
            let own = workspace.risk[i] / rows.weight[i] * workspace.exposure[i];
            let m = event - own;
            (expected[at], martingale[at]) = (own, m);
            // A hazard that has underflowed is no reason for an infinite residual.
            let log = if event > 0.0 { own.max(f64::MIN_POSITIVE).ln() } else { 0.0 };
            deviance[at] = m.signum() * (-2.0 * (m + event * log)).max(0.0).sqrt();
        }
        [martingale, deviance, expected]
    }

    fn by_row(&self, rows: &Rows, workspace: &Workspace) -> ByRow {
        let (n, p) = (self.data.len(), rows.p);
        let (mut score, mut dfbeta) = (Array2::zeros((n, p)), Array2::zeros((n, p)));
        let v = self.variance_of_finite();
        for (i, row) in score_rows(rows, workspace).chunks_exact(p.max(1)).enumerate() {
            let at = rows.order[i];
            for j in 0..p {
                score[[at, j]] = row[j] * rows.scale[j];
            }
            for j in (0..p).filter(|&j| self.is_finite(j)) {
                let dot: f64 = (0..p).map(|k| score[[at, k]] * v[k * p + j]).sum();
                dfbeta[[at, j]] = rows.weight[i] * dot;
            }
        }
        ByRow { score, dfbeta }
    }

    fn is_finite(&self, j: usize) -> bool {
        self.model.coefficients[j].is_finite()
    }

    /// Of an exact likelihood: the mean of a row that has the event, so that the residuals of a time sum to its score.
    fn schoenfeld_of_sets(&self, rows: &Rows) -> (Array2<f64>, Vec<f64>) {
        let mut means: Vec<Vec<f64>> = Vec::new();
        let mut workspace = Workspace::new(rows);
        let beta = self.scaled_coefficients();
        tied_sets::each_tie(rows, self.model.ties(), &beta, &mut workspace, |tie, moments| {
            means.push(moments.mean.iter().map(|m| m / tie.weight).collect());
        });
        less_means(rows, &means)
    }

    fn scaled(&self, schoenfeld: &Array2<f64>) -> Array2<f64> {
        let (p, v, events) = (self.rows.p, self.variance_of_finite(), schoenfeld.nrows() as f64);
        Array2::from_shape_fn(schoenfeld.dim(), |(e, j)| {
            if !self.is_finite(j) {
                return 0.0;
            }
            let dot: f64 = (0..p).map(|k| schoenfeld[[e, k]] * v[k * p + j]).sum();
            dot * events + self.model.coefficients[j]
        })
    }
}

fn schoenfeld(rows: &Rows, workspace: &Workspace) -> (Array2<f64>, Vec<f64>) {
    let sums = risk_sums(rows, workspace);
    let ties = rows.strata.iter().flat_map(|s| &s.ties).enumerate();
    let means = ties.map(|(k, tie)| mean_at(rows, workspace, &sums, k, tie.weight));
    less_means(rows, &means.collect::<Vec<_>>())
}

/// The covariates of each event less the mean of its time, and the times.
fn less_means(rows: &Rows, means: &[Vec<f64>]) -> (Array2<f64>, Vec<f64>) {
    let p = rows.p;
    // By stratum of the data and time, tied events in the order of the data.
    let mut events: Vec<(usize, f64, usize, &[f64])> = Vec::new();
    let ties = rows.strata.iter().flat_map(|s| s.ties.iter().map(|tie| (s.code, tie)));
    for ((code, tie), mean) in ties.zip(means) {
        events.extend((tie.start..tie.events_end).map(|i| (code, tie.time, i, mean.as_slice())));
    }
    events
        .sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(rows.order[a.2].cmp(&rows.order[b.2])));
    let residuals = Array2::from_shape_fn((events.len(), p), |(e, j)| {
        let (_, _, i, mean) = events[e];
        (rows.row(i)[j] - mean[j]) * rows.scale[j]
    });
    (residuals, events.iter().map(|e| e.1).collect())
}

#[cfg(feature = "serde")]
mod stored {
    //! Residuals as they are read back: of one number of rows, covariates and events.

    use super::{Array2, ByRow, Error, Residuals, Result};

    #[derive(serde::Deserialize)]
    pub(super) struct RawResiduals {
        martingale: Vec<f64>,
        deviance: Vec<f64>,
        expected: Vec<f64>,
        by_row: Option<ByRow>,
        schoenfeld: Array2<f64>,
        scaled_schoenfeld: Array2<f64>,
        event_times: Vec<f64>,
    }

    impl TryFrom<RawResiduals> for Residuals {
        type Error = Error;

        fn try_from(raw: RawResiduals) -> Result<Self> {
            let (n, p) = (raw.martingale.len(), raw.schoenfeld.ncols());
            let by_row = raw.by_row.as_ref();
            for (argument, len, expected) in [
                ("the deviance residuals", raw.deviance.len(), n),
                ("the expected events", raw.expected.len(), n),
                ("the score residuals", by_row.map_or(n * p, |r| r.score.len()), n * p),
                ("the dfbeta residuals", by_row.map_or(n * p, |r| r.dfbeta.len()), n * p),
                ("the columns of dfbeta", by_row.map_or(p, |r| r.dfbeta.ncols()), p),
                ("the columns of the score", by_row.map_or(p, |r| r.score.ncols()), p),
                ("the scaled residuals", raw.scaled_schoenfeld.nrows(), raw.schoenfeld.nrows()),
                ("the columns of the scaled residuals", raw.scaled_schoenfeld.ncols(), p),
                ("the event times", raw.event_times.len(), raw.schoenfeld.nrows()),
            ] {
                crate::error::check_len(argument, len, "the other residuals", expected)?;
            }
            if let Some(&value) = raw.expected.iter().find(|e| !(**e >= 0.0)) {
                let must_be = "at least 0";
                return Err(Error::OutOfRange { argument: "a number of expected events", value, must_be });
            }
            if let Some((index, &value)) =
                raw.event_times.iter().enumerate().find(|(_, t)| !(0.0..f64::INFINITY).contains(*t))
            {
                return Err(Error::InvalidTime { argument: "the event times", index, value });
            }
            let RawResiduals { martingale, deviance, expected, by_row, .. } = raw;
            let (schoenfeld, scaled_schoenfeld) = (raw.schoenfeld, raw.scaled_schoenfeld);
            let event_times = raw.event_times;
            Ok(Self { martingale, deviance, expected, by_row, schoenfeld, scaled_schoenfeld, event_times })
        }
    }
}
