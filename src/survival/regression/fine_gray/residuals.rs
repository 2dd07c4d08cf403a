//! Residuals of a fitted model.

use ndarray::{Array2, ArrayView2};

#[cfg(feature = "serde")]
use crate::error::{Result, check_len};
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
/// let residuals = fit.with(&data, &design)?.residuals();
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
            check_len(argument, of.nrows(), "their rows", expected)?;
            check_len(argument, of.ncols(), "the covariates", p)?;
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
    /// All residuals. Where the likelihood is monotone they are those of the limit: expected events, and means over risk sets, are
    /// taken over the rows that are undecided against an event. The dfbeta residuals, and the scaled Schoenfeld residuals, of a
    /// coefficient without a finite value are 0.
    #[must_use]
    pub fn residuals(&self) -> SubdistributionResiduals {
        let (rows, scan, p, n) = (&self.rows, &self.scan, self.rows.p, self.data.len());
        let unscale = |j: usize| if rows.scale[j] > 0.0 { rows.scale[j].recip() } else { 0.0 };
        let (score, moves) = self.score_and_moves();
        let finite = |j: usize| self.model.coefficients()[j].is_finite();
        let mut out = SubdistributionResiduals {
            martingale: vec![0.0; n],
            score: Array2::zeros((n, p)),
            dfbeta: Array2::zeros((n, p)),
            schoenfeld: Array2::zeros((0, p)),
            scaled_schoenfeld: Array2::zeros((0, p)),
            event_times: Vec::new(),
        };
        let exposure = scan.exposures(rows, &scan.hazard);
        for (i, &at) in rows.order.iter().enumerate() {
            let event = f64::from(u8::from(rows.event[i]));
            out.martingale[at] = event - scan.risk[i] / rows.weight[i] * exposure[i];
            for j in 0..p {
                out.score[(at, j)] = score[i * p + j] * rows.scale[j];
                if finite(j) {
                    out.dfbeta[(at, j)] = moves[i * p + j] * rows.weight[i] * unscale(j);
                }
            }
        }
        (out.schoenfeld, out.event_times) = self.schoenfeld();
        out.scaled_schoenfeld = self.scaled(&out.schoenfeld);
        out
    }

    /// The covariates of each event less the mean of its time, and the times: by stratum of the data and time, tied events in the
    /// order of the data.
    fn schoenfeld(&self) -> (Array2<f64>, Vec<f64>) {
        let (rows, p) = (&self.rows, self.rows.p);
        let mut events: Vec<(usize, f64, usize, usize)> = Vec::new();
        let ties = rows.strata.iter().flat_map(|s| s.ties.iter().map(|tie| (s.code, tie)));
        for (k, (code, tie)) in ties.enumerate() {
            events.extend((tie.start..tie.events_end).map(|i| (code, tie.time, i, k)));
        }
        let place = |e: &(usize, f64, usize, usize)| rows.order[e.2];
        events.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(place(a).cmp(&place(b))));
        let residuals = Array2::from_shape_fn((events.len(), p), |(e, j)| {
            let (_, _, i, k) = events[e];
            (rows.row(i)[j] - self.scan.mean[k * p + j]) * rows.scale[j]
        });
        (residuals, events.iter().map(|e| e.1).collect())
    }

    fn scaled(&self, schoenfeld: &Array2<f64>) -> Array2<f64> {
        let (p, v, events) = (self.rows.p, self.model.variance_of_finite(), schoenfeld.nrows() as f64);
        let coefficients = self.model.coefficients();
        Array2::from_shape_fn(schoenfeld.dim(), |(e, j)| {
            if !coefficients[j].is_finite() {
                return 0.0;
            }
            let dot: f64 = (0..p).map(|k| schoenfeld[(e, k)] * v[k * p + j]).sum();
            dot * events + coefficients[j]
        })
    }
}
