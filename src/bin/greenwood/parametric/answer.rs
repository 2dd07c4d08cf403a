//! What `parametric` says of a fit.

use greenwood::survival::Design;
use greenwood::survival::regression::{ParametricModel, Predicted, Prediction};
use greenwood::survival::result::print::Number;
use ndarray::{Array1, Array2};
use serde_json::{Value, json};

use super::inputs::Inputs;
use super::program::Options;
use crate::support::{Failure, Warnings, count, named_row, number, of_flag};

impl Options {
    pub(super) fn answer(
        &self,
        fit: &ParametricModel,
        name: &str,
        inputs: &Inputs,
        text: &mut Vec<String>,
        warnings: &mut Warnings,
    ) -> Result<Value, Failure> {
        if !fit.stop().is_success() {
            warnings.add(format!("{name}: {}", fit.diagnosis()));
        }
        let mut answer = self.fields_of(fit, name, inputs)?;
        if self.at.is_empty() && self.quantiles.is_empty() && self.tau.is_none() {
            return Ok(answer);
        }
        if !fit.stop().has_curve() {
            warnings.add(format!("{name}: nothing is predicted from a model without a maximum"));
            return Ok(answer);
        }
        let subject = self.subject(fit, inputs)?.level(self.level)?;
        answer["at"] = self.at(&subject, fit, text)?.into();
        let mut quantiles = Vec::new();
        for &p in &self.quantiles {
            let time = subject.quantile(p).map_err(of_flag("--quantiles"))?;
            let beyond = time.value() > fit.last_time();
            let remark = if beyond { " (extrapolated)" } else { "" };
            let mut row = fields(&time, &format!("time of {p}{remark}"), text);
            row["p"] = p.into();
            row["extrapolated"] = beyond.into();
            quantiles.push(row);
        }
        answer["quantiles"] = quantiles.into();
        if let Some(tau) = self.tau {
            let mean = subject.restricted_mean(tau)?;
            let beyond = tau > fit.last_time();
            let remark = if beyond { " (extrapolated)" } else { "" };
            answer["rmst"] = fields(&mean, &format!("mean until {tau}{remark}"), text);
            answer["rmst"]["tau"] = tau.into();
            answer["rmst"]["extrapolated"] = beyond.into();
        }
        Ok(answer)
    }

    /// What is said of the fit itself.
    fn fields_of(&self, fit: &ParametricModel, name: &str, inputs: &Inputs) -> Result<Value, Failure> {
        let k = fit.coefficients().len();
        let (mut coefficients, mut parameters) = (Vec::new(), Vec::new());
        for (index, label) in fit.names().into_iter().enumerate() {
            let bounds = fit.interval(index, self.level)?.and_then(|limits| limits.bounds());
            let estimate = fit.coefficient(index);
            coefficients.push(json!({
                "name": label, "coef": number(estimate.as_ref().and_then(|e| e.value().ok())),
                "se": number(estimate.as_ref().and_then(|e| e.std_error().ok())),
                "lower": number(bounds.map(|b| b.0)), "upper": number(bounds.map(|b| b.1)),
            }));
            if let Some(natural) = fit.natural(index, self.level)? {
                parameters.push(json!({
                    "name": natural.name(), "estimate": number(natural.value()),
                    "lower": number(natural.bounds().map(|b| b.0)), "upper": number(natural.bounds().map(|b| b.1)),
                }));
            }
        }
        let matrix = |of: &Array2<f64>| -> Vec<Vec<Value>> {
            (0..k).map(|i| (0..k).map(|j| number(of[(i, j)])).collect()).collect()
        };
        let [n, events] = inputs.data.sizes().map(count);
        let mut answer = json!({
            "distribution": name, "n": n, "events": events, "loglik": number(fit.log_likelihood()),
            "aic": number(fit.aic()), "aicc": number(fit.aicc()), "bic": number(fit.bic()),
            "stop": fit.diagnosis(), "converged": fit.stop().is_success(), "coefficients": coefficients,
            "vcov": matrix(fit.variance()), "parameters": parameters, "at": [], "quantiles": [], "rmst": null,
        });
        if fit.is_excess() {
            answer["relative_survival"] = true.into();
        }
        if fit.is_robust() {
            answer["naive_vcov"] = matrix(fit.model_variance()).into();
        }
        Ok(answer)
    }

    fn at(
        &self,
        subject: &Prediction<'_>,
        fit: &ParametricModel,
        text: &mut Vec<String>,
    ) -> Result<Vec<Value>, Failure> {
        let mut rows = Vec::new();
        for &t in &self.at {
            let remark = if t > fit.last_time() { " (extrapolated)" } else { "" };
            let mut row = fields(&subject.survival(t)?, &format!("survival at {t}{remark}"), text);
            row["survival"] = row["estimate"].take();
            if let Value::Object(fields) = &mut row {
                fields.remove("estimate");
            }
            row["time"] = t.into();
            row["hazard"] = number(subject.hazard(t).ok().map(|h| h.value()));
            row["cumulative_hazard"] = number(subject.cumulative_hazard(t)?.value());
            row["extrapolated"] = (t > fit.last_time()).into();
            rows.push(row);
        }
        Ok(rows)
    }

    /// The subject of `--new`, or one with the means of all columns.
    pub(super) fn subject<'a>(
        &self,
        fit: &'a ParametricModel,
        inputs: &Inputs,
    ) -> Result<Prediction<'a>, Failure> {
        let design = &inputs.design;
        let (row, stratum) = named_row(&self.new, fit.row(), &self.factor, self.strata.as_deref())?;
        let named = self.new.iter().any(|pair| !pair.starts_with(self.strata.as_deref().unwrap_or("=")));
        let subject = if named || design.columns() == 0 {
            fit.predict(&row)?
        } else {
            let x = design.matrix();
            let weighted = inputs.weights.as_ref();
            let counts = weighted.map_or_else(|| Array1::ones(x.nrows()), |w| Array1::from(w.clone()));
            let mean = |j: usize| x.column(j).dot(&counts) / counts.sum();
            let means = Array2::from_shape_fn((1, x.ncols()), |(_, j)| mean(j));
            fit.predict(&Design::new(design.names(), means.view())?)?
        };
        match stratum {
            Some(label) => Ok(subject.stratum(label)?),
            None if fit.strata().len() > 1 => {
                let column = self.strata.as_deref().unwrap_or_default();
                let known = fit.strata().join(", ");
                Err(format!(
                    "each stratum of \"{column}\" has a curve of its own ({known}): add --new {column}=…"
                )
                .into())
            }
            None => Ok(subject),
        }
    }
}

fn fields(predicted: &Predicted, what: &str, text: &mut Vec<String>) -> Value {
    let bounds = predicted.bounds();
    let limits = bounds.map_or(String::new(), |b| format!(" ({:.4} to {:.4})", Number(b.0), Number(b.1)));
    text.push(format!("{what}: {:.4}{limits}", Number(predicted.value())));
    json!({
        "estimate": number(predicted.value()), "std_error": number(predicted.std_error()),
        "lower": number(bounds.map(|b| b.0)), "upper": number(bounds.map(|b| b.1)),
    })
}
