//! The search for the variance of the frailties, and the model at its end.

use crate::error::Result;
use crate::numeric::root;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::{CoxModel, Stop};
use crate::survival::regression::design::Design;
use crate::survival::regression::frailty::law::{self, Law};
use crate::survival::regression::frailty::likelihood::Likelihood;
use crate::survival::regression::frailty::maximum::{Maximum, Search};
use crate::survival::regression::frailty::model::{FrailtyModel, Parts};
use crate::survival::regression::frailty::options::{Frailty, FrailtyVariance};
use crate::survival::result::interval::{ConfidenceInterval, z_of};

/// A variance below is none, and one above is not looked for.
const RANGE: (f64, f64) = (1e-6, 1e4);

/// The model without frailties, and the rows of both.
#[derive(Debug)]
pub(super) struct Start {
    pub cox: CoxModel,
    likelihood: Likelihood,
    free: Vec<usize>,
    without: Maximum,
}

impl Start {
    pub fn new(
        options: &Frailty,
        cox: CoxModel,
        data: &RightCensored,
        design: &Design,
        offset: Option<&[f64]>,
        (free, clusters): (Vec<usize>, usize),
    ) -> Result<Self> {
        let rows = Rows::new(data, design, offset)?;
        let beta = cox.coefficients().iter().zip(&rows.scale).map(|(b, s)| b * s).collect();
        let codes = data.clusters().unwrap_or_default();
        let likelihood = Likelihood::new(rows, data, codes, clusters, options.ties);
        let partial = cox.log_likelihood()[1];
        let without = Maximum {
            theta: 0.0,
            beta,
            b: vec![0.0; clusters],
            partial,
            penalised: partial,
            iterations: cox.iterations(),
            stop: cox.stop(),
        };
        Ok(Self { cox, likelihood, free, without })
    }
}

/// The model with the variance that was asked for.
pub(super) fn fit(options: &Frailty, start: Start, design: &Design) -> FrailtyModel {
    let Start { cox, likelihood, free, without } = start;
    let mut search = Search { likelihood, law: options.law, free: &free, most: options.max_iterations };
    // Without an event, or a maximum of Cox's likelihood, there is nothing to go on from.
    let found =
        if without.stop.is_success() { choose(&mut search, options.variance, &without) } else { without };
    let mut variance = if found.theta > 0.0 { search.variance(&found) } else { None };
    if let Some(variance) = variance.as_mut().filter(|_| options.full)
        && let Some([beta, sampling]) = search.full_variance(&found)
    {
        (variance.beta, variance.beta_sampling) = (beta, sampling);
    }
    let integrated = (options.law == Law::Gamma).then(|| integrated(&search, &found));
    let scale = &search.likelihood.rows.scale;
    let parts = Parts { options, cox: &cox, design, free: &free, scale, found: &found, variance, integrated };
    FrailtyModel::new(parts)
}

/// The log likelihood without gamma frailties.
fn integrated(search: &Search, at: &Maximum) -> f64 {
    let correction = if at.theta > 0.0 { law::integrated(at.theta, &search.likelihood.events) } else { 0.0 };
    at.penalised + correction
}

fn choose(search: &mut Search, variance: FrailtyVariance, without: &Maximum) -> Maximum {
    let clusters = without.b.len() as f64;
    let found = match variance {
        FrailtyVariance::Fixed(theta) => return search.at(theta, without),
        FrailtyVariance::Aic => return smallest_aic(search, without),
        FrailtyVariance::MaximumLikelihood => {
            where_zero(search, without, |s, at| law::integrated_slope(at.theta, &s.likelihood.events, &at.b))
        }
        FrailtyVariance::RestrictedMaximumLikelihood => where_zero(search, without, |s, at| {
            let squares: f64 = at.b.iter().map(|b| b * b).sum();
            let trace = s.variance(at).map_or(f64::NAN, |v| v.trace);
            ((squares + trace) / clusters - at.theta) / (at.theta * at.theta)
        }),
        FrailtyVariance::DegreesOfFreedom(df) => {
            where_zero(search, without, |s, at| s.variance(at).map_or(f64::NAN, |v| df - v.df))
        }
    };
    match variance {
        // A maximum between must also be above that at its edge.
        FrailtyVariance::MaximumLikelihood if integrated(search, &found) < without.partial => without.clone(),
        _ => found,
    }
}

/// Where `grow`, positive as long as the variance is too small, is 0; the model without frailties where it is nowhere positive.
fn where_zero(search: &mut Search, without: &Maximum, grow: impl Fn(&Search, &Maximum) -> f64) -> Maximum {
    let mut last = without.clone();
    let mut at = |search: &mut Search, x: f64| {
        last = search.at(x.exp(), &last);
        grow(search, &last)
    };
    let (least, most) = (RANGE.0.ln(), RANGE.1.ln());
    let step = 4_f64.ln();
    let (mut low, mut high) = (0.0, 0.0);
    if at(search, 0.0) > 0.0 {
        while high < most {
            high += step;
            if !(at(search, high) > 0.0) {
                break;
            }
            low = high;
        }
        if low == high {
            let end = search.at(RANGE.1, without);
            return Maximum { stop: Stop::MaxIterations, ..end };
        }
    } else {
        while low > least {
            low -= step;
            if at(search, low) > 0.0 {
                break;
            }
            high = low;
        }
        if low == high {
            return without.clone();
        }
    }
    match root::bracketed(low, high, |x| at(search, x)) {
        Some(x) => {
            let near = last.clone();
            search.at(x.exp(), &near)
        }
        None => Maximum { stop: Stop::NoAscent, ..search.at(low.exp(), without) },
    }
}

/// The largest partial log likelihood less the degrees of freedom: looked for in steps, then by golden sections.
fn smallest_aic(search: &mut Search, without: &Maximum) -> Maximum {
    /// Of the logarithms of variances that are tried.
    const LEAST: f64 = -9.0;
    const STEP: f64 = 0.75;
    let mut last = without.clone();
    let mut value = |search: &mut Search, x: f64| {
        last = search.at(x.exp(), &last);
        search.variance(&last).map_or(f64::NEG_INFINITY, |v| last.partial - v.df)
    };
    // The first maximum from below: with a large variance the arrow is no approximation, and its degrees of freedom are none.
    let (mut best, mut highest) = (LEAST, value(search, LEAST));
    while best < RANGE.1.ln() {
        let next = value(search, best + STEP);
        if !(next > highest) {
            break;
        }
        (best, highest) = (best + STEP, next);
    }
    let golden = 0.5 * (5_f64.sqrt() - 1.0);
    let (mut a, mut b) = (best - STEP, best + STEP);
    let (mut c, mut d) = (b - golden * (b - a), a + golden * (b - a));
    let (mut at_c, mut at_d) = (value(search, c), value(search, d));
    // The square root of the precision of the likelihood is that of its place.
    while b - a > 1e-7 {
        if at_c > at_d {
            (b, d, at_d) = (d, c, at_c);
            c = b - golden * (b - a);
            at_c = value(search, c);
        } else {
            (a, c, at_c) = (c, d, at_d);
            d = a + golden * (b - a);
            at_d = value(search, d);
        }
    }
    if !(at_c.max(at_d) > without.partial) {
        return without.clone();
    }
    let near = last.clone();
    search.at(f64::midpoint(a, b).exp(), &near)
}

/// The log likelihood of which the profile is taken: that without gamma frailties, or the restricted one of normal ones.
fn profiled(search: &Search, at: &Maximum) -> f64 {
    match search.law {
        Law::Gamma => integrated(search, at),
        Law::Gaussian => search.restricted(at).unwrap_or(f64::NEG_INFINITY),
    }
}

/// The largest restricted likelihood near a variance, by golden sections of its logarithm.
fn largest_restricted(search: &mut Search, from: &Maximum) -> Maximum {
    let mut last = from.clone();
    let middle = from.theta.ln();
    let (mut a, mut b) = (middle - 1.5, middle + 1.5);
    let golden = 0.5 * (5_f64.sqrt() - 1.0);
    // The square root of the precision of the likelihood is that of its place.
    while b - a > 1e-7 {
        let (c, d) = (b - golden * (b - a), a + golden * (b - a));
        let mut value = |x: f64| {
            last = search.at(x.exp(), &last);
            profiled(search, &last)
        };
        if value(c) > value(d) { b = d } else { a = c }
    }
    search.at(f64::midpoint(a, b).exp(), &last.clone())
}

/// Where the likelihood without the frailties is as far below its maximum as the level allows.
pub(super) fn variance_interval(options: &Frailty, start: Start, level: f64) -> Result<ConfidenceInterval> {
    let z = z_of(level)?;
    let Start { likelihood, free, without, .. } = start;
    if !without.stop.is_success() {
        return Ok(ConfidenceInterval::new(None, level));
    }
    let mut search = Search { likelihood, law: options.law, free: &free, most: options.max_iterations };
    let mut best = choose(&mut search, options.variance, &without);
    // Without frailties: the information of the coefficients alone is left.
    let mut none = without.partial;
    if options.law == Law::Gaussian {
        let near = search.at(RANGE.0 * 1e-6, &without);
        none = profiled(&search, &near);
        if best.theta > 0.0 {
            best = largest_restricted(&mut search, &best);
        }
    }
    let most = if best.theta > 0.0 { profiled(&search, &best).max(none) } else { none };
    let least = most - 0.5 * z * z;
    let mut last = best.clone();
    let mut above = |search: &mut Search, x: f64| {
        last = search.at(x.exp(), &last);
        profiled(search, &last) - least
    };
    let lower = if none >= least {
        0.0
    } else {
        root::bracketed(RANGE.0.ln(), best.theta.ln(), |x| above(&mut search, x)).map_or(0.0, f64::exp)
    };
    let mut high = best.theta.max(RANGE.0).ln();
    let from = high;
    while above(&mut search, high) > 0.0 && high < RANGE.1.ln() {
        high += 2.0;
    }
    let upper = root::bracketed(from, high, |x| above(&mut search, x)).map_or(f64::INFINITY, f64::exp);
    Ok(ConfidenceInterval::new(Some((lower, upper)), level))
}
