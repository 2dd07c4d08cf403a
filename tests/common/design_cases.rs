//! The reference cases of trial design, what they assume, and a list of what disagrees.
#![allow(dead_code, reason = "not every test uses every reader")]

use greenwood::trial::design::{BoundaryType, Futility, GroupSequential, Hazard, Spending};
use serde_json::Value;

pub fn cases() -> Vec<Value> {
    ["tests/data/design_1.json", "tests/data/design_2.json"]
        .iter()
        .flat_map(|file| serde_json::from_str::<Vec<Value>>(&std::fs::read_to_string(file).unwrap()).unwrap())
        .collect()
}

pub fn number(v: &Value) -> f64 {
    match v {
        Value::Number(n) => n.as_f64().unwrap(),
        Value::Array(a) if a.len() == 1 => number(&a[0]),
        Value::String(s) if s == "Inf" => f64::INFINITY,
        Value::String(s) if s == "-Inf" => f64::NEG_INFINITY,
        other => panic!("{other} is no number"),
    }
}

pub fn numbers(v: &Value) -> Vec<f64> {
    match v {
        Value::Array(a) => a.iter().map(number).collect(),
        other => vec![number(other)],
    }
}

pub struct Check {
    pub name: String,
    pub failures: Vec<String>,
    pub compared: usize,
}

impl Check {
    pub fn new() -> Self {
        Self { name: String::new(), failures: Vec::new(), compared: 0 }
    }

    pub fn near(&mut self, what: &str, found: f64, expected: f64, tolerance: f64) {
        self.compared += 1;
        let close = found == expected || (found - expected).abs() <= tolerance * expected.abs().max(1.0);
        if !close {
            self.failures.push(format!("{}: {what} is {found}, expected {expected}", self.name));
        }
    }

    pub fn all(&mut self, what: &str, found: &[f64], expected: &Value, tolerance: f64) {
        if expected.is_null() {
            return;
        }
        let expected = numbers(expected);
        if found.len() != expected.len() {
            self.failures.push(format!(
                "{}: {what} has {} values, expected {}",
                self.name,
                found.len(),
                expected.len()
            ));
            return;
        }
        for (f, e) in found.iter().zip(expected) {
            self.near(what, *f, e, tolerance);
        }
    }

    pub fn end(self, kind: &str, at_least: usize) {
        println!("{kind}: {} numbers compared", self.compared);
        assert!(
            self.failures.is_empty(),
            "{} of {}:\n{}",
            self.failures.len(),
            self.compared,
            self.failures.join("\n")
        );
        assert!(self.compared >= at_least, "only {} numbers compared", self.compared);
    }
}

pub fn hazards(i: &Value) -> Option<(Hazard, Hazard)> {
    let breaks: Vec<f64> =
        i.get("hazard_breaks").map_or(Vec::new(), |b| numbers(b).into_iter().filter(|b| *b > 0.0).collect());
    let control = if let Some(h) = i.get("control_hazards") {
        Hazard::piecewise(&breaks, &numbers(h)).unwrap()
    } else if let Some(h) = i.get("hazards") {
        let h = numbers(h);
        return Some((Hazard::constant(h[0]).unwrap(), Hazard::constant(h[1]).unwrap()));
    } else if let Some(h) = i.get("control_hazard") {
        Hazard::constant(number(h)).unwrap()
    } else if let Some(m) = i.get("control_median") {
        Hazard::median(number(m)).unwrap()
    } else {
        return None;
    };
    Some((control.times(number(i.get("hazard_ratio")?)), control))
}

pub fn boundary(i: &Value) -> Option<BoundaryType> {
    let parameter = |names: &[&str]| names.iter().find_map(|n| i.get(*n)).map(number);
    let text = i["type"].as_str()?;
    let spending = BoundaryType::Spending;
    Some(match text.split(' ').next()? {
        "OF" => BoundaryType::OBrienFleming,
        "P" => BoundaryType::Pocock,
        "WT" | "WToptimum" => BoundaryType::WangTsiatis(parameter(&["delta"])?),
        "HP" => BoundaryType::HaybittlePeto(parameter(&["constant"]).unwrap_or(3.0)),
        "asOF" => spending(Spending::OBrienFleming),
        "asP" => spending(Spending::Pocock),
        "asKD" => spending(Spending::KimDeMets(parameter(&["gamma"])?)),
        "asHSD" => spending(Spending::HwangShihDeCani(parameter(&["gamma"])?)),
        "asUser" => spending(Spending::User(numbers(i.get("user_alpha_spending")?))),
        "no" => BoundaryType::LastLookOnly,
        _ => return None,
    })
}

pub fn beta_spending(i: &Value) -> Option<Spending> {
    let gamma = || i.get("gamma_b").or(i.get("beta_gamma")).filter(|g| g.is_number()).map(number);
    Some(match i["beta_spending"].as_str()? {
        "bsOF" => Spending::OBrienFleming,
        "bsP" => Spending::Pocock,
        "bsKD" => Spending::KimDeMets(gamma()?),
        "bsHSD" => Spending::HwangShihDeCani(gamma()?),
        "bsUser" => Spending::User(numbers(i.get("user_beta_spending")?)),
        _ => return None,
    })
}

pub fn design(i: &Value) -> Option<GroupSequential> {
    let looks = match i.get("information_rates") {
        Some(rates) => GroupSequential::at(&numbers(rates)),
        None => GroupSequential::looks(number(&i["stages"]) as usize),
    };
    let mut design = looks.alpha(number(&i["alpha"])).boundary(boundary(i)?);
    if let Some(sides) = i.get("sides") {
        design = design.sides(number(sides) as u32);
    }
    if let Some(beta) = i.get("beta") {
        design = design.power(1.0 - number(beta));
    }
    if let Some(z) = i.get("futility_z") {
        let z = numbers(z).into_iter().map(|z| if z <= -6.0 { f64::NEG_INFINITY } else { z }).collect();
        design = design.futility(Futility::Z(z));
    }
    if i.get("beta_spending").is_some_and(|b| !b.is_null()) {
        design = design.futility(Futility::Spending(beta_spending(i)?));
    }
    let binding = i.get("binding").or(i.get("binding_futility")).and_then(Value::as_bool).unwrap_or(false);
    Some(design.binding(binding))
}
