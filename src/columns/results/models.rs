//! The coefficients of models, and estimates.

use super::limits::limits;
use crate::columns::tidy::{Tidy, ToRecordBatch};
use crate::error::Result;
use crate::survival::contrast::AverageRatio;
use crate::survival::contrast::SurvivalContrast;
use crate::survival::regression::multi_state_cox::MultiStateCoxModel;
use crate::survival::regression::parametric::{Distribution, ParametricModel};
use crate::survival::regression::{CoxModel, FineGrayModel, FrailtyModel, IntervalModel, Term};
use crate::survival::result::{Estimate, HazardRatio, Interval};

/// The terms of a model of hazards.
fn terms(terms: &[Term], interval: Interval) -> Result<Tidy> {
    let between: Vec<_> = terms.iter().map(|t| t.interval(interval)).collect::<Result<_>>()?;
    let table = Tidy::default()
        .texts("term", terms.iter().map(|t| Some(t.name().into())))
        .numbers("coefficient", terms.iter().map(Term::coefficient))
        .numbers("std_error", terms.iter().map(Term::std_error))
        .numbers("z", terms.iter().map(Term::z))
        .numbers("p_value", terms.iter().map(Term::p_value))
        .numbers("hazard_ratio", terms.iter().map(Term::hazard_ratio));
    Ok(limits(table, &between).texts("status", terms.iter().map(|t| Some(format!("{:?}", t.status())))))
}

impl ToRecordBatch for CoxModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        terms(self.terms(), interval)
    }
}

/// The columns of a Cox model; the hazard is that of the subdistribution.
impl ToRecordBatch for FineGrayModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        terms(self.terms(), interval)
    }
}

/// The columns of a Cox model; under proportional odds `hazard_ratio` is the odds ratio of an event.
impl ToRecordBatch for IntervalModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        terms(self.terms(), interval)
    }
}

/// The columns of a Cox model.
impl ToRecordBatch for MultiStateCoxModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        terms(self.terms(), interval)
    }
}

/// The columns of a Cox model; the frailties are [`FrailtyModel::frailties`].
impl ToRecordBatch for FrailtyModel {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        terms(self.terms(), interval)
    }
}

/// Coefficients and limits on the working scale, then the value on the natural scale of the parameter.
impl<D: Distribution> ToRecordBatch for ParametricModel<D> {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let names = self.names();
        let mut natural = Vec::with_capacity(names.len());
        let mut estimates = Vec::with_capacity(names.len());
        for k in 0..names.len() {
            natural.extend(self.natural(k, interval)?);
            estimates.extend(self.coefficient(k));
        }
        let between: Vec<_> = estimates.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .texts("term", names.iter().map(|name| Some((*name).into())))
            .numbers("coefficient", estimates.iter().map(|e| e.value().ok()))
            .numbers("std_error", estimates.iter().map(|e| e.std_error().ok()));
        let reason = |e: &Estimate| e.value().err().map(|because| because.to_string());
        Ok(limits(table, &between)
            .texts("parameter", natural.iter().map(|n| Some(n.name().into())))
            .numbers("value", natural.iter().map(crate::survival::regression::parametric::Natural::value))
            .texts("not_estimable", estimates.iter().map(reason)))
    }
}

impl ToRecordBatch for [Estimate] {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        let between: Vec<_> = self.iter().map(|e| e.interval(interval)).collect::<Result<_>>()?;
        let table = Tidy::default()
            .numbers("estimate", self.iter().map(|e| e.value().ok()))
            .numbers("std_error", self.iter().map(|e| e.std_error().ok()));
        Ok(limits(table, &between)
            .numbers("p_value", self.iter().map(Estimate::p_value))
            .texts("scale", self.iter().map(|e| Some(format!("{:?}", e.scale())))))
    }
}

impl ToRecordBatch for Estimate {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        std::slice::from_ref(self).tidy_with(interval)
    }
}

/// The columns of an estimate.
impl ToRecordBatch for HazardRatio {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        Estimate::from(self.clone()).tidy_with(interval)
    }
}

/// The columns of an estimate.
impl ToRecordBatch for AverageRatio {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        self.estimate().tidy_with(interval)
    }
}

/// The columns of an estimate.
impl ToRecordBatch for SurvivalContrast {
    fn tidy_with(&self, interval: Interval) -> Result<Tidy> {
        Estimate::from(*self).tidy_with(interval)
    }
}
