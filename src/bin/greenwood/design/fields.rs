//! The numbers of a plan as JSON.

use greenwood::trial::design::{Boundaries, FixedPlan, RoundedPlan, SequentialPlan, StagewiseResult};
use serde_json::{Map, Value, json};

use crate::support::number;

pub fn list(values: &[f64]) -> Value {
    values.iter().map(|&v| number(v)).collect()
}

pub fn fixed_fields(plan: &FixedPlan) -> Map<String, Value> {
    let mut fields = Map::new();
    for (field, value) in [
        ("events", number(plan.events())),
        ("subjects", number(plan.subjects())),
        ("subjects_by_arm", plan.subjects_by_arm().map_or(Value::Null, |a| list(&a))),
        ("duration", number(plan.duration())),
        ("power", number(plan.power())),
        ("critical_hazard_ratio", number(plan.critical_hazard_ratio())),
        ("rounded", rounded_fields(&plan.rounded())),
    ] {
        fields.insert(field.into(), value);
    }
    fields
}

pub fn rounded_fields(plan: &RoundedPlan) -> Value {
    json!({ "events": plan.events, "subjects": plan.subjects, "subjects_by_arm": plan.by_arm })
}

pub fn boundary_fields(bounds: &Boundaries) -> Map<String, Value> {
    boundary_fields_at(bounds, bounds.drift())
}

/// The same with power and expectations at another drift.
fn boundary_fields_at(bounds: &Boundaries, drift: f64) -> Map<String, Value> {
    let futility = if bounds.has_futility() { list(bounds.futility_z()) } else { Value::Null };
    let mut fields = Map::new();
    for (field, value) in [
        ("fractions", list(bounds.fractions())),
        ("z", list(bounds.z())),
        ("alpha_spent", list(bounds.alpha_spent())),
        ("nominal_p", list(&bounds.nominal_p())),
        ("futility_z", futility),
        ("inflation", number(bounds.inflation())),
        ("drift", number(drift)),
        ("power_by_look", list(&bounds.power_by_look(drift))),
        ("rejection_by_look", list(&bounds.rejection_by_look(drift))),
        ("futility_by_look", list(&bounds.futility_by_look(drift))),
        ("expected_fraction_h0", number(bounds.expected_fraction(0.0))),
        ("expected_fraction_h1", number(bounds.expected_fraction(drift))),
        ("average_size_h0", number(bounds.inflation() * bounds.expected_fraction(0.0))),
        ("average_size_h1", number(bounds.inflation() * bounds.expected_fraction(drift))),
    ] {
        fields.insert(field.into(), value);
    }
    if !bounds.harm_z().is_empty() {
        fields.insert("harm_z".into(), list(bounds.harm_z()));
        fields.insert("harm_by_look_h0".into(), list(&bounds.harm_by_look(0.0)));
    }
    fields
}

pub fn sequential_fields(plan: &SequentialPlan) -> Value {
    let mut fields = fixed_fields(plan.fixed());
    fields.extend(boundary_fields_at(plan.boundaries(), plan.drift()));
    let ratios: Value = plan.critical_hazard_ratios().into_iter().map(number).collect();
    for (field, value) in [
        ("events", number(plan.events())),
        ("rounded", rounded_fields(&plan.rounded())),
        ("fixed_events", number(plan.fixed().events())),
        ("events_by_look", list(&plan.events_by_look())),
        ("subjects_by_look", plan.subjects_by_look().map_or(Value::Null, list)),
        ("time_by_look", plan.time_by_look().map_or(Value::Null, list)),
        ("expected_events_h0", number(plan.expected_events(0.0))),
        ("expected_events_h1", number(plan.expected_events(plan.drift()))),
        ("power", number(plan.power())),
        ("expected_duration_h1", number(plan.expected_duration())),
        ("expected_subjects_h1", number(plan.expected_subjects())),
        ("critical_hazard_ratio_by_look", ratios),
    ] {
        fields.insert(field.into(), value);
    }
    Value::Object(fields)
}

pub fn stopped_fields(stopped: &StagewiseResult, level: f64) -> greenwood::Result<Value> {
    let pair = |(low, high): (f64, f64)| list(&[low, high]);
    Ok(json!({
        "p_value": number(stopped.p_value()),
        "drift": number(stopped.drift()),
        "drift_interval": pair(stopped.drift_interval(level)?),
        "hazard_ratio": number(stopped.hazard_ratio()),
        "hazard_ratio_interval": stopped.hazard_ratio_interval(level)?.map_or(Value::Null, pair),
    }))
}
