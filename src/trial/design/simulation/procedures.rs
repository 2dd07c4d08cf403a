//! Tests and estimators of the survival wing as procedures.

use crate::error::Result;
use crate::numeric::distribution::normal_quantile;
use crate::survival::contrast::{MeanMeasure, Measure};
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::log_rank::{LogRank, MaxCombo, Weight};
use crate::survival::regression::{CoxPh, Design};
use crate::survival::result::{Alternative, Estimate, Scale};
use crate::trial::design::simulation::finding::Finding;
use crate::trial::design::simulation::procedure::Procedure;
use crate::trial::design::simulation::sample::Sample;

/// A weighted log-rank test, within strata where there are some.
#[derive(Debug, Clone)]
pub struct WeightedProcedure(pub Weight);

impl Procedure for WeightedProcedure {
    fn analyse(&self, sample: &Sample) -> Finding {
        let test = || -> Result<Option<f64>> {
            let (data, arms) = sample.stratified_data()?;
            // The statistic is that of the first group, the control arm: more of its events than expected is a benefit.
            Ok(LogRank::weighted(self.0.clone()).test(&data, &arms)?.z())
        };
        test().into()
    }
}

/// `MaxCombo`, within strata where there are some: the normal quantile of its one-sided p-value.
#[derive(Debug, Clone)]
pub struct MaxComboProcedure(pub MaxCombo);

impl Procedure for MaxComboProcedure {
    fn analyse(&self, sample: &Sample) -> Finding {
        let test = || -> Result<Option<f64>> {
            let (data, arms) = sample.stratified_data()?;
            let p = self.0.test(&data, &arms)?.one_sided_p_value(Alternative::FirstHigher);
            // A p-value of 0 is below all that a number can hold, 38 standard deviations out.
            Ok(p.map(|p| -normal_quantile(p.clamp(f64::MIN_POSITIVE, 1.0 - 1e-16))))
        };
        test().into()
    }
}

/// The difference of restricted mean survival times up to a horizon, experimental less control, strata left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMeanProcedure(pub f64);

impl Procedure for RestrictedMeanProcedure {
    fn analyse(&self, sample: &Sample) -> Finding {
        let estimate = || -> Result<Finding> {
            let (data, arms) = sample.data()?;
            let curves = KaplanMeier::by_group(&data, &arms)?;
            let [control, experimental] = &curves[..] else { return Ok(Finding::none()) };
            let contrast = experimental.restricted_mean_contrast(control, self.0, MeanMeasure::Difference)?;
            Ok(Finding::of(&contrast, Alternative::FirstHigher))
        };
        estimate().into()
    }
}

/// The difference of the Kaplan-Meier estimates at a time, experimental less control, strata left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MilestoneProcedure(pub f64);

impl Procedure for MilestoneProcedure {
    fn analyse(&self, sample: &Sample) -> Finding {
        let estimate = || -> Result<Finding> {
            let (data, arms) = sample.data()?;
            let curves = KaplanMeier::by_group(&data, &arms)?;
            let [control, experimental] = &curves[..] else { return Ok(Finding::none()) };
            Ok((&experimental.contrast(control, self.0, Measure::Difference)).into())
        };
        estimate().into()
    }
}

/// Cox's model of the arm, within strata where there are some: Wald's test and the hazard ratio, experimental over control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CoxProcedure;

impl Procedure for CoxProcedure {
    fn analyse(&self, sample: &Sample) -> Finding {
        let fit = || -> Result<Finding> {
            let (data, _) = sample.stratified_data()?;
            let arm: Vec<f64> = sample.experimental.iter().map(|&e| f64::from(u8::from(e))).collect();
            let design = Design::builder().numeric("experimental", &arm).build()?;
            let model = CoxPh::new().fit(&data, &design)?;
            let Some(error) = model.terms().first().and_then(crate::survival::regression::Term::std_error)
            else {
                return Ok(Finding::none());
            };
            let ratio = Estimate::new(Scale::Log, model.coefficients()[0], error);
            Ok(Finding::of(&ratio, Alternative::FirstLower))
        };
        fit().into()
    }
}
