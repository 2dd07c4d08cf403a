//! What is asked of every trial.

use crate::trial::design::simulation::finding::Finding;
use crate::trial::design::simulation::sample::Sample;

/// An analysis of a simulated trial: a test of the experimental arm against the control arm, an estimate, or both.
///
/// A function of a [`Sample`] that returns a [`Finding`], an `Option<f64>` (a statistic) or a `Result` of either is one, so every
/// test and estimator of the crate can be. A function of a `&Trial<A, E>` is one for a
/// [`TrialSimulation`](crate::trial::design::simulation::TrialSimulation).
///
/// # Example
/// The ratio of restricted means, which no procedure of this room has:
/// ```
/// use greenwood::Error;
/// use greenwood::survival::KaplanMeier;
/// use greenwood::survival::contrast::MeanMeasure;
/// use greenwood::survival::result::Alternative;
/// use greenwood::trial::design::simulation::{Cutoff, Finding, Sample, Simulation};
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
///
/// let ratio = |sample: &Sample| -> Result<Finding, Error> {
///     let (data, arms) = sample.data()?;                                     // control first
///     let curves = KaplanMeier::by_group(&data, &arms)?;
///     let ratio = curves[1].restricted_mean_contrast(&curves[0], 18.0, MeanMeasure::Ratio)?;
///     Ok(Finding::of(&ratio, Alternative::FirstHigher))
/// };
/// let control = Hazard::median(12.0)?;
/// let mean = |rate: f64| (1.0 - (-18.0 * rate).exp()) / rate;
/// let truth = mean(0.6 * control.rate(0.0)) / mean(control.rate(0.0));
/// let assumed = Assumptions::new(control.times(0.6), control, Accrual::uniform(200.0, 12.0)?);
/// let found = Simulation::new(assumed).cutoff(Cutoff::Time(36.0)).trials(300).truth(truth).run(&ratio)?;
/// let (bias, error) = found.bias().unwrap();
/// assert!(bias.abs() < 4.0 * error);
/// # Ok::<(), greenwood::Error>(())
/// ```
pub trait Procedure<S = Sample>: Sync {
    /// What the analysis says.
    fn analyse(&self, sample: &S) -> Finding;

    /// The statistic alone.
    fn statistic(&self, sample: &S) -> Option<f64> {
        self.analyse(sample).statistic()
    }
}

impl<S, R: Into<Finding>, F: Fn(&S) -> R + Sync> Procedure<S> for F {
    fn analyse(&self, sample: &S) -> Finding {
        self(sample).into()
    }
}
