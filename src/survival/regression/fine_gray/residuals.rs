//! Residuals of a fitted model.

use ndarray::{Array2, ArrayView2};

use crate::error::Result;
use crate::survival::regression::fine_gray::with_data::FittedCompetingRisks;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The residuals of a Fine-Gray model, row by row in the order of the data. Rows of weight 0 have zeros. Made by
/// [`FittedCompetingRisks::residuals`].
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, Design, FineGray};
///
/// let outcome = [Some("a"), Some("b"), Some("a"), None, Some("a")];
/// let data = CompetingRisks::new(&[1., 2., 3., 4., 5.], &outcome)?;
/// let design = Design::builder().numeric("x", &[0.3, 0.1, 0.8, 0.5, 0.4]).build()?;
/// let fit = FineGray::new("a").fit(&data, &design)?;
/// let residuals = fit.with(&data, &design)?.residuals()?;
/// assert_eq!(residuals.event_times(), [1.0, 3.0, 5.0]);
/// // The squares of what each row moves the coefficient by sum to its variance.
/// let squares: f64 = residuals.dfbeta().iter().map(|b| b * b).sum();
/// assert!((squares - fit.variance()[[0, 0]]).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SubdistributionResiduals {
    martingale: Vec<f64>,
    score: Array2<f64>,
    dfbeta: Array2<f64>,
    schoenfeld: Array2<f64>,
    scaled_schoenfeld: Array2<f64>,
    event_times: Vec<f64>,
}

#[cfg(feature = "serde")]
checked_when_read!(SubdistributionResiduals {
    martingale: Vec<f64>,
    score: Array2<f64>,
    dfbeta: Array2<f64>,
    schoenfeld: Array2<f64>,
    scaled_schoenfeld: Array2<f64>,
    event_times: Vec<f64>,
});

#[cfg(feature = "serde")]
impl SubdistributionResiduals {
    fn check(&self) -> Result<()> {
        let (rows, events, p) = (self.martingale.len(), self.event_times.len(), self.score.ncols());
        for (argument, of, expected) in [
            ("score residuals", &self.score, rows),
            ("dfbeta residuals", &self.dfbeta, rows),
            ("Schoenfeld residuals", &self.schoenfeld, events),
            ("scaled Schoenfeld residuals", &self.scaled_schoenfeld, events),
        ] {
            stored::length(argument, of.nrows(), "their rows", expected)?;
            stored::length(argument, of.ncols(), "the covariates", p)?;
            of.iter().try_for_each(|&x| stored::number("a residual", x))?;
        }
        self.martingale.iter().try_for_each(|&x| stored::number("a residual", x))?;
        self.event_times.iter().try_for_each(|&t| stored::size("time", t))
    }
}

impl SubdistributionResiduals {
    /// Events of the cause less those expected: `δ − exp(x'β) ∫ w dH₀`, over the time at risk of the subdistribution, which goes on
    /// after another event.
    #[must_use]
    pub fn martingale(&self) -> &[f64] {
        &self.martingale
    }

    /// Each row's share of the score, rows × covariates, not multiplied by weights: `∫ (x − m) w dM`, and what its time of
    /// censoring does through the weights of others (not with delayed entry).
    #[must_use]
    pub fn score(&self) -> ArrayView2<'_, f64> {
        self.score.view()
    }

    /// How much each row moves the coefficients (score × inverse information), multiplied by weights: where rows are no
    /// clusters and weights no replications, their squares and products sum to the variance.
    #[must_use]
    pub fn dfbeta(&self) -> ArrayView2<'_, f64> {
        self.dfbeta.view()
    }

    /// For each event of the cause, ordered by stratum and time: the covariates less their mean over the risk set of the
    /// subdistribution. Summed over the events of a time they are `res` of cmprsk's `crr`.
    #[must_use]
    pub fn schoenfeld(&self) -> ArrayView2<'_, f64> {
        self.schoenfeld.view()
    }

    /// Schoenfeld residuals × inverse information × events + coefficients, as Grambsch & Therneau (1994) scale those of Cox's
    /// model: their smooth against time shows how a coefficient changes.
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

impl FittedCompetingRisks<'_> {
    /// All residuals.
    ///
    /// # Errors
    /// [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient).
    pub fn residuals(&self) -> Result<SubdistributionResiduals> {
        self.refuse_infinite()?;
        let (rows, scan, p, n) = (&self.rows, &self.scan, self.rows.p, self.data.len());
        let unscale = |j: usize| if rows.scale[j] > 0.0 { rows.scale[j].recip() } else { 0.0 };
        let (score, moves) = (self.score(), self.moves());
        let mut out = SubdistributionResiduals {
            martingale: vec![0.0; n],
            score: Array2::zeros((n, p)),
            dfbeta: Array2::zeros((n, p)),
            schoenfeld: Array2::zeros((0, p)),
            scaled_schoenfeld: Array2::zeros((0, p)),
            event_times: Vec::new(),
        };
        for (i, &at) in rows.order.iter().enumerate() {
            let event = f64::from(u8::from(rows.event[i]));
            out.martingale[at] = event - scan.risk[i] / rows.weight[i] * scan.exposure[i];
            for j in 0..p {
                out.score[(at, j)] = score[i * p + j] * rows.scale[j];
                out.dfbeta[(at, j)] = moves[i * p + j] * rows.weight[i] * unscale(j);
            }
        }
        let mut schoenfeld = Vec::new();
        for (k, tie) in rows.strata.iter().flat_map(|s| &s.ties).enumerate() {
            for i in tie.start..tie.events_end {
                let own = rows.row(i).iter().zip(&scan.mean[k * p..(k + 1) * p]);
                schoenfeld.extend(own.zip(&rows.scale).map(|((x, m), s)| (x - m) * s));
                out.event_times.push(tie.time);
            }
        }
        let events = out.event_times.len();
        out.schoenfeld = Array2::from_shape_vec((events, p), schoenfeld).unwrap_or_default();
        let mut scaled = out.schoenfeld.dot(&self.model.model_variance()) * events as f64;
        for mut row in scaled.rows_mut() {
            row.iter_mut().zip(self.model.coefficients()).for_each(|(x, b)| *x += b);
        }
        out.scaled_schoenfeld = scaled;
        Ok(out)
    }
}
