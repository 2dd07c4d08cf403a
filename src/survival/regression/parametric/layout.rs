//! Which coefficients there are: what each parameter of the distribution is the sum of.

use crate::survival::regression::parametric::distribution::Parameter;

/// What a coefficient is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Factor {
    /// 1.
    One,
    /// 1 in the stratum of this code, else 0.
    Stratum(usize),
    /// A column of the design.
    Column(usize),
}

/// A coefficient: the parameter that it adds to, and what it is multiplied by.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Coefficient {
    pub name: String,
    pub parameter: usize,
    pub factor: Factor,
}

/// What the parameters are sums of, and in which order that is reported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums<'a> {
    /// The columns of each parameter, by position and name.
    pub columns: &'a [Vec<(usize, String)>],
    pub strata: &'a [String],
    /// The parameter that each stratum has for itself.
    pub of_strata: Option<usize>,
    /// Do the covariates of the location stand before the other parameters?
    pub location_first: bool,
}

/// All coefficients in the order in which they are reported, and what is fixed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Layout {
    pub parameters: Vec<Parameter>,
    pub location: usize,
    pub coefficients: Vec<Coefficient>,
    /// A number that each parameter has beside its coefficients.
    pub fixed: Vec<f64>,
}

impl Layout {
    pub fn new(parameters: Vec<Parameter>, location: usize, sums: Sums, fixed: &[(usize, f64)]) -> Self {
        let Sums { columns, strata, of_strata, location_first } = sums;
        let mut coefficients = Vec::new();
        let is_fixed = |p: usize| fixed.iter().any(|(fixed, _)| *fixed == p);
        let own = |p: usize, into: &mut Vec<Coefficient>| {
            if !parameters[p].intercept || is_fixed(p) {
                return;
            }
            let name = parameters[p].working_name();
            if of_strata == Some(p) && !strata.is_empty() {
                into.extend(strata.iter().enumerate().map(|(code, label)| Coefficient {
                    name: format!("{name}: {label}"),
                    parameter: p,
                    factor: Factor::Stratum(code),
                }));
            } else {
                into.push(Coefficient { name, parameter: p, factor: Factor::One });
            }
        };
        let covariates = |p: usize, into: &mut Vec<Coefficient>| {
            into.extend(columns[p].iter().map(|(column, name)| Coefficient {
                name: if p == location { name.clone() } else { format!("{}({name})", parameters[p].name) },
                parameter: p,
                factor: Factor::Column(*column),
            }));
        };
        let others = || (0..parameters.len()).filter(|p| *p != location);
        if location_first {
            own(location, &mut coefficients);
            covariates(location, &mut coefficients);
            others().for_each(|p| own(p, &mut coefficients));
        } else {
            (0..parameters.len()).for_each(|p| own(p, &mut coefficients));
            covariates(location, &mut coefficients);
        }
        others().for_each(|p| covariates(p, &mut coefficients));
        let mut values = vec![0.0; parameters.len()];
        for (p, value) in fixed {
            values[*p] = *value;
        }
        Self { parameters, location, coefficients, fixed: values }
    }

    pub fn len(&self) -> usize {
        self.coefficients.len()
    }

    /// The same without covariates.
    pub fn null(&self) -> Self {
        let mut null = self.clone();
        null.coefficients.retain(|c| !matches!(c.factor, Factor::Column(_)));
        null
    }

    /// The working values of the parameters of a subject, with `x` its columns.
    pub fn values(&self, theta: &[f64], x: &[f64], stratum: usize, offset: f64) -> Vec<f64> {
        let mut values = self.fixed.clone();
        values[self.location] += offset;
        for (coefficient, b) in self.coefficients.iter().zip(theta) {
            values[coefficient.parameter] += b * coefficient.factor.of(x, stratum);
        }
        values
    }

    /// Starting values of the coefficients from those of the parameters.
    pub fn start(&self, parameters: &[f64]) -> Vec<f64> {
        self.coefficients
            .iter()
            .map(|c| if matches!(c.factor, Factor::Column(_)) { 0.0 } else { parameters[c.parameter] })
            .collect()
    }
}

impl Factor {
    pub fn of(self, x: &[f64], stratum: usize) -> f64 {
        match self {
            Self::One => 1.0,
            Self::Stratum(code) => f64::from(u8::from(code == stratum)),
            Self::Column(j) => x[j],
        }
    }
}
