//! The two test data sets of Therneau & Grambsch (2000), Modeling Survival Data, appendix E, worked out by hand under
//! all rules for ties, with r = exp β; and the exact likelihoods of ties of any size by sums over orders and over subsets. Nothing here comes from another program.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::{Residuals, Status, Term};
use greenwood::survival::{CoxModel, CoxPh, Design, Groups, RightCensored, Ties, Weights};
use ndarray::Array2;

/// Roots to the last bits on either side; residuals are sums of a few terms.
const EXACT: f64 = 1e-11;

/// `a r² + b r + c`: what a log likelihood loses the logarithm of.
#[derive(Clone, Copy)]
struct Polynomial([f64; 3]);

impl Polynomial {
    fn at(self, r: f64) -> f64 {
        let [a, b, c] = self.0;
        (a * r + b) * r + c
    }

    /// `r d/dr log`, the first derivative in β.
    fn slope(self, r: f64) -> f64 {
        let [a, b, _] = self.0;
        (2.0 * a * r + b) * r / self.at(r)
    }

    /// The second: `r d/dr` of the first.
    fn curvature(self, r: f64) -> f64 {
        let [a, b, _] = self.0;
        (4.0 * a * r + b) * r / self.at(r) - self.slope(r).powi(2)
    }
}

fn linear(b: f64, c: f64) -> Polynomial {
    Polynomial([0.0, b, c])
}

/// `l(β) = k β − Σ log(polynomials)`.
struct Likelihood {
    /// The sum of x over the events.
    k: f64,
    lost: Vec<Polynomial>,
}

impl Likelihood {
    fn value(&self, beta: f64) -> f64 {
        self.k * beta - self.lost.iter().map(|q| q.at(beta.exp()).ln()).sum::<f64>()
    }

    fn score(&self, beta: f64) -> f64 {
        self.k - self.lost.iter().map(|q| q.slope(beta.exp())).sum::<f64>()
    }

    fn information(&self, beta: f64) -> f64 {
        self.lost.iter().map(|q| q.curvature(beta.exp())).sum()
    }

    /// Where the score, which falls, is zero.
    fn maximum(&self) -> f64 {
        let (mut low, mut high) = (-5.0, 5.0);
        while (high - low) > 1e-15 {
            let middle = f64::midpoint(low, high);
            if middle == low || middle == high {
                break;
            }
            if self.score(middle) > 0.0 { low = middle } else { high = middle }
        }
        low
    }
}

/// A row: entry, time, event, x.
type Row = (f64, f64, bool, f64);

/// A step of the hazard at x = 0: its time, its size, the mean of x over those at risk, and what share of it the events
/// at that time are exposed to.
type Step = (f64, f64, f64, f64);

fn fit(rows: &[Row], ties: Ties) -> Result<(CoxModel, Option<Residuals>)> {
    let column = |f: fn(&Row) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
    let mut data = RightCensored::new(column(|r| r.1), rows.iter().map(|r| r.2).collect::<Vec<_>>())?;
    if rows.iter().any(|r| r.0 > 0.0) {
        data = data.with_entry(column(|r| r.0))?;
    }
    let design = Design::builder().numeric("x", &column(|r| r.3)).build()?;
    let model = CoxPh::new().ties(ties).tolerance(1e-12).fit(&data, &design)?;
    let residuals = model.with(&data, &design)?.residuals().ok();
    Ok((model, residuals))
}

fn check_fit(model: &CoxModel, likelihood: &Likelihood) {
    let beta = likelihood.maximum();
    assert!(model.stop().is_success());
    assert_relative_eq!(model.coefficients()[0], beta, max_relative = EXACT, epsilon = EXACT);
    assert_relative_eq!(model.log_likelihood()[0], likelihood.value(0.0), max_relative = EXACT);
    assert_relative_eq!(model.log_likelihood()[1], likelihood.value(beta), max_relative = EXACT);
    assert_relative_eq!(model.variance()[[0, 0]], likelihood.information(beta).recip(), max_relative = EXACT);
    let test = likelihood.score(0.0).powi(2) / likelihood.information(0.0);
    assert_relative_eq!(model.score_test().statistic(), test, max_relative = EXACT);
}

/// Martingale, score and Schoenfeld residuals from their definitions: what happened less what each step foresaw.
fn check_residuals(residuals: &Residuals, rows: &[Row], steps: &[Step], r: f64) {
    let mut schoenfeld = Vec::new();
    for (i, &(entry, time, event, x)) in rows.iter().enumerate() {
        let (mut martingale, mut score) = (f64::from(u8::from(event)), 0.0);
        let own: Vec<f64> = steps.iter().filter(|s| s.0 == time).map(|s| s.2).collect();
        if event {
            // The events of a tie leave under the mean of its steps' means.
            let mean = own.iter().sum::<f64>() / own.len() as f64;
            score += x - mean;
            schoenfeld.push((time, x - mean));
        }
        for &(at, hazard, mean, share) in steps.iter().filter(|s| entry < s.0 && s.0 <= time) {
            let share = if event && at == time { share } else { 1.0 };
            let expected = r.powf(x) * hazard * share;
            martingale -= expected;
            score -= expected * (x - mean);
        }
        assert_relative_eq!(residuals.martingale()[i], martingale, max_relative = 1e-10, epsilon = EXACT);
        assert_relative_eq!(residuals.score().unwrap()[[i, 0]], score, max_relative = 1e-10, epsilon = EXACT);
    }
    schoenfeld.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(residuals.event_times(), schoenfeld.iter().map(|s| s.0).collect::<Vec<_>>());
    for (got, (_, expected)) in residuals.schoenfeld().iter().zip(schoenfeld) {
        assert_relative_eq!(*got, expected, max_relative = 1e-10, epsilon = EXACT);
    }
}

/// Test data 1 (the row without status left out).
///
/// ```text
/// t = 1: at risk r, r, r, 1, 1, 1 · t = 6: r, 1, 1, 1, of whom r and 1 have the event · t = 9: 1 alone
/// ```
const FIRST: [Row; 6] = [
    (0., 1., true, 1.),
    (0., 1., false, 1.),
    (0., 6., true, 1.),
    (0., 6., true, 0.),
    (0., 8., false, 0.),
    (0., 9., true, 0.),
];

/// `l = 2β − log(3r + 3) − 2 log(r + 3)`; the score `2 − r/(r+1) − 2r/(r+3)` is zero where r² − 3r − 6 = 0.
#[test]
fn the_first_data_under_breslows_ties() -> Result<()> {
    let (model, residuals) = fit(&FIRST, Ties::Breslow)?;
    let r: f64 = f64::midpoint(3.0, 33f64.sqrt());
    let likelihood = Likelihood { k: 2.0, lost: vec![linear(3., 3.), linear(1., 3.), linear(1., 3.)] };
    assert_relative_eq!(likelihood.maximum(), r.ln(), max_relative = EXACT);
    check_fit(&model, &likelihood);
    // At β = 0: U = 2 − 1/2 − 2/4 = 1, I = 1/4 + 2 · 3/16 = 5/8.
    assert_relative_eq!(model.score_test().statistic(), 8.0 / 5.0, max_relative = EXACT);
    let steps =
        [(1., 1. / (3. * r + 3.), r / (r + 1.), 1.), (6., 2. / (r + 3.), r / (r + 3.), 1.), (9., 1., 0., 1.)];
    check_residuals(&residuals.unwrap(), &FIRST, &steps, r);
    Ok(())
}

/// The second of the two at t = 6 leaves a risk set in which each of them counts one half: r/2 + 1/2 + 2.
/// `l = 2β − log(3r + 3) − log(r + 3) − log((r + 5)/2)`; the score is zero where r³ − 23r − 30 = 0.
#[test]
fn the_first_data_under_efrons_ties() -> Result<()> {
    let (model, residuals) = fit(&FIRST, Ties::Efron)?;
    let likelihood = Likelihood { k: 2.0, lost: vec![linear(3., 3.), linear(1., 3.), linear(0.5, 2.5)] };
    let r = likelihood.maximum().exp();
    assert!((r.powi(3) - 23.0 * r - 30.0).abs() < 1e-10);
    check_fit(&model, &likelihood);
    // At β = 0: U = 2 − 1/2 − 1/4 − 1/6 = 13/12, I = 1/4 + 3/16 + 5/36 = 83/144.
    assert_relative_eq!(model.score_test().statistic(), 169.0 / 83.0, max_relative = EXACT);
    let steps = [
        (1., 1. / (3. * r + 3.), r / (r + 1.), 1.),
        (6., 1. / (r + 3.), r / (r + 3.), 1.),
        (6., 2. / (r + 5.), r / (r + 5.), 0.5),
        (9., 1., 0., 1.),
    ];
    check_residuals(&residuals.unwrap(), &FIRST, &steps, r);
    Ok(())
}

/// Of the six pairs at t = 6, three have r and three have not: `l = 2(β − log(3r + 3))` is monotone and rises to −2 log 3.
#[test]
fn the_first_data_under_exact_ties_has_no_maximum() -> Result<()> {
    let (model, residuals) = fit(&FIRST, Ties::Exact)?;
    assert_eq!(model.terms()[0].status(), Status::PlusInfinity);
    assert!(residuals.is_none());
    assert_relative_eq!(model.log_likelihood()[0], -2.0 * 6f64.ln(), max_relative = EXACT);
    // Approached, not reached: the fit ends where a step gains 1e-12.
    assert_relative_eq!(model.log_likelihood()[1], -2.0 * 3f64.ln(), max_relative = 1e-6);
    Ok(())
}

/// Test data 2, with entries: a tie at t = 9, and nobody twice.
///
/// ```text
/// t = 2: r + 1 · t = 3: r + 2 · t = 6: 3r + 2 · t = 7 and t = 8: 3r + 1 · t = 9: 3r + 2, of whom r and r have the event
/// ```
const SECOND: [Row; 10] = [
    (1., 2., true, 1.),
    (2., 3., true, 0.),
    (5., 6., true, 0.),
    (2., 7., true, 1.),
    (1., 8., true, 0.),
    (7., 9., true, 1.),
    (3., 9., true, 1.),
    (4., 9., false, 1.),
    (8., 14., false, 0.),
    (8., 17., false, 0.),
];

/// The steps before the tie are the same under every rule.
fn before_the_tie(r: f64) -> Vec<Step> {
    [(2., 1., 1.), (3., 1., 2.), (6., 3., 2.), (7., 3., 1.), (8., 3., 1.)]
        .map(|(t, b, c)| (t, 1. / (b * r + c), b * r / (b * r + c), 1.))
        .to_vec()
}

fn second(last: &[Polynomial]) -> Likelihood {
    let mut lost = vec![linear(1., 1.), linear(1., 2.), linear(3., 2.), linear(3., 1.), linear(3., 1.)];
    lost.extend(last);
    Likelihood { k: 4.0, lost }
}

/// `l = 4β − log(r+1) − log(r+2) − 3 log(3r+2) − 2 log(3r+1)`.
#[test]
fn the_second_data_under_breslows_ties() -> Result<()> {
    let (model, residuals) = fit(&SECOND, Ties::Breslow)?;
    let likelihood = second(&[linear(3., 2.), linear(3., 2.)]);
    check_fit(&model, &likelihood);
    let r = likelihood.maximum().exp();
    let mut steps = before_the_tie(r);
    steps.push((9., 2. / (3. * r + 2.), 3. * r / (3. * r + 2.), 1.));
    check_residuals(&residuals.unwrap(), &SECOND, &steps, r);
    Ok(())
}

/// The second of the tie leaves 3r + 2 − ½ · 2r = 2r + 2.
#[test]
fn the_second_data_under_efrons_ties() -> Result<()> {
    let (model, residuals) = fit(&SECOND, Ties::Efron)?;
    let likelihood = second(&[linear(3., 2.), linear(2., 2.)]);
    check_fit(&model, &likelihood);
    let r = likelihood.maximum().exp();
    let mut steps = before_the_tie(r);
    steps.push((9., 1. / (3. * r + 2.), 3. * r / (3. * r + 2.), 1.));
    steps.push((9., 1. / (2. * r + 2.), r / (r + 1.), 0.5));
    check_residuals(&residuals.unwrap(), &SECOND, &steps, r);
    Ok(())
}

/// Of the ten pairs of r, r, r, 1, 1: three of r², six of r, one of 1.
#[test]
fn the_second_data_under_exact_ties() -> Result<()> {
    let (model, _) = fit(&SECOND, Ties::Exact)?;
    check_fit(&model, &second(&[Polynomial([3., 6., 1.])]));
    Ok(())
}

/// Two orders of the two r, each r²/((3r + 2)(2r + 2)): twice Efron's likelihood, since the two are alike.
#[test]
fn the_second_data_under_marginal_ties() -> Result<()> {
    let (model, _) = fit(&SECOND, Ties::Marginal)?;
    check_fit(&model, &second(&[linear(3., 2.), linear(1., 1.)]));
    Ok(())
}

/// The first data with a row r that is censored at 7 and a row 1 that fails at 1 with the others: there is a maximum. At t = 1, of
/// 3r + 5 − 1: r and 1 fail in either order; at t = 6, r and 1 before r + 2.
#[test]
fn two_orders_of_unlike_rows_by_hand() -> Result<()> {
    let mut rows = FIRST.to_vec();
    rows.extend([(0., 7., false, 1.), (0., 1., true, 0.)]);
    let (model, _) = fit(&rows, Ties::Marginal)?;
    // All at risk at 1: 4r + 4.
    let first = |r: f64| r / (4. * r + 4.) * (1. / (3. * r + 4.) + 1. / (4. * r + 3.));
    // At 6: r, 1, and r + 2 that stay.
    let second = |r: f64| r / (2. * r + 3.) * (1. / (r + 3.) + 1. / (2. * r + 2.));
    let value = |beta: f64| first(beta.exp()).ln() + second(beta.exp()).ln();
    let beta = model.coefficients()[0];
    assert!(model.stop().is_success());
    assert_relative_eq!(model.log_likelihood()[0], value(0.0), max_relative = EXACT);
    assert_relative_eq!(model.log_likelihood()[1], value(beta), max_relative = EXACT);
    // Central differences of the fourth order: their error is about 1e-11.
    let h = 1e-3;
    let slope =
        (8. * (value(beta + h) - value(beta - h)) - value(beta + 2. * h) + value(beta - 2. * h)) / (12. * h);
    assert!(slope.abs() < 1e-9, "{slope}");
    Ok(())
}

/// A covariate pair, entry, time, event, stratum and weight of a row.
#[derive(Clone, Copy)]
struct Full {
    x: [f64; 2],
    entry: f64,
    time: f64,
    event: bool,
    stratum: usize,
    weight: usize,
}

/// Five times for twelve rows: ties of up to four events, beside censorings and late entries.
fn tied(seed: u64) -> Vec<Full> {
    let mut state = seed;
    let mut next = move |n: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    let row = |_| {
        let time = 1.0 + next(5) as f64;
        Full {
            x: [next(7) as f64 / 3.0 - 1.0, next(2) as f64],
            entry: if next(4) == 0 { (time - 1.0 - next(3) as f64).max(0.0) } else { 0.0 },
            time,
            event: next(3) > 0,
            stratum: next(2) as usize,
            weight: 1 + next(2) as usize,
        }
    };
    (0..12).map(row).collect()
}

/// The log likelihood: over the orders of tied events (`marginal`), or over all sets of d at risk.
fn by_definition(rows: &[Full], beta: [f64; 2], marginal: bool) -> f64 {
    let risk = |r: &Full| (r.x[0] * beta[0] + r.x[1] * beta[1]).exp();
    let mut times: Vec<(usize, f64)> = rows.iter().filter(|r| r.event).map(|r| (r.stratum, r.time)).collect();
    times.sort_by(|a, b| a.partial_cmp(b).unwrap());
    times.dedup();
    let mut total = 0.0;
    for (stratum, time) in times {
        let at_risk = |r: &&Full| r.stratum == stratum && r.entry < time && r.time >= time;
        let (own, others): (Vec<&Full>, Vec<&Full>) =
            rows.iter().filter(at_risk).partition(|r| r.event && r.time == time);
        let (own, others): (Vec<f64>, Vec<f64>) =
            (own.into_iter().map(risk).collect(), others.into_iter().map(risk).collect());
        let d = own.len();
        total += if marginal {
            // P[s]: the sum over the orders of the events in the set s, the others still at risk.
            let rest: f64 = others.iter().sum();
            let mut p = vec![0.0; 1 << d];
            p[0] = 1.0;
            for s in 1..1_usize << d {
                let members = || (0..d).filter(|j| s >> j & 1 == 1);
                let all: f64 = rest + members().map(|j| own[j]).sum::<f64>();
                p[s] = members().map(|j| own[j] / all * p[s & !(1 << j)]).sum();
            }
            p[(1 << d) - 1].ln()
        } else {
            // Elementary symmetric sums.
            let mut e = vec![0.0; d + 1];
            e[0] = 1.0;
            for r in own.iter().chain(&others) {
                (1..=d).rev().for_each(|k| e[k] += r * e[k - 1]);
            }
            own.iter().map(|r| r.ln()).sum::<f64>() - e[d].ln()
        };
    }
    total
}

fn full_fit(rows: &[Full], ties: Ties, weighted: bool) -> Result<CoxModel> {
    let column = |f: fn(&Full) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
    let strata: Vec<usize> = rows.iter().map(|r| r.stratum).collect();
    let mut data = RightCensored::new(column(|r| r.time), rows.iter().map(|r| r.event).collect::<Vec<_>>())?
        .with_entry(column(|r| r.entry))?
        .with_strata(Groups::from_codes(&strata, &["s", "t"])?)?;
    if weighted {
        data = data.with_weights(Weights::replication(column(|r| r.weight as f64)))?;
    }
    let x = Array2::from_shape_fn((rows.len(), 2), |(i, j)| rows[i].x[j]);
    CoxPh::new().ties(ties).tolerance(1e-12).fit(&data, &Design::new(&["x", "z"], x.view())?)
}

/// Both exact likelihoods by their definitions, at finite maxima: value, zero score and information by differences of the fourth
/// order, whose rounding is about 1e-13/h².
#[test]
fn exact_likelihoods_by_their_definitions() -> Result<()> {
    let mut finite = 0;
    for seed in 0..30 {
        let rows = tied(seed);
        for marginal in [true, false] {
            let model = full_fit(&rows, if marginal { Ties::Marginal } else { Ties::Exact }, false)?;
            assert_relative_eq!(
                model.log_likelihood()[0],
                by_definition(&rows, [0.0; 2], marginal),
                max_relative = 1e-12,
                epsilon = 1e-13
            );
            if model.terms().iter().any(|t| t.status() != Status::Estimated) {
                continue;
            }
            finite += 1;
            let b = model.coefficients();
            let value = |u: f64, v: f64| by_definition(&rows, [b[0] + u, b[1] + v], marginal);
            assert_relative_eq!(model.log_likelihood()[1], value(0.0, 0.0), max_relative = 1e-12);
            let h = 1e-3;
            let slope = |f: &dyn Fn(f64) -> f64| (8. * (f(h) - f(-h)) - f(2. * h) + f(-2. * h)) / (12. * h);
            assert!(slope(&|u| value(u, 0.0)).abs() < 1e-8 && slope(&|v| value(0.0, v)).abs() < 1e-8);
            let h = 1e-2;
            let bend = |f: &dyn Fn(f64) -> f64| {
                (16. * (f(h) + f(-h)) - f(2. * h) - f(-2. * h) - 30. * f(0.0)) / (12. * h * h)
            };
            let own = [bend(&|u| value(u, 0.0)), bend(&|v| value(0.0, v))];
            let both = bend(&|u| value(u, u));
            let cross = 0.5 * (both - own[0] - own[1]);
            let determinant = own[0] * own[1] - cross * cross;
            let v = model.variance();
            for (got, expected) in [(v[[0, 0]], -own[1]), (v[[1, 1]], -own[0]), (v[[0, 1]], cross)] {
                assert_relative_eq!(got, expected / determinant, max_relative = 1e-6, epsilon = 1e-7);
            }
        }
    }
    assert!(finite > 30, "{finite}");
    Ok(())
}

/// A replication weight of 2 is the row twice, tied with itself.
#[test]
fn whole_weights_are_rows_in_the_marginal_likelihood() -> Result<()> {
    for seed in 0..20 {
        let rows = tied(seed);
        let repeated: Vec<Full> = rows.iter().flat_map(|r| vec![*r; r.weight]).collect();
        let (one, two) =
            (full_fit(&rows, Ties::Marginal, true)?, full_fit(&repeated, Ties::Marginal, false)?);
        for k in 0..2 {
            let pair = [&one, &two].map(|m| m.log_likelihood()[k]);
            // The supremum of a monotone likelihood may be 0, and is approached to 1e-12.
            assert_relative_eq!(pair[0], pair[1], max_relative = 1e-10, epsilon = 1e-10);
        }
        for (a, b) in one.terms().iter().zip(two.terms()) {
            assert_eq!(a.status(), b.status(), "seed {seed}");
            if a.status() == Status::Estimated {
                assert_relative_eq!(a.coefficient(), b.coefficient(), max_relative = 1e-8, epsilon = 1e-9);
                assert_relative_eq!(a.std_error().unwrap(), b.std_error().unwrap(), max_relative = 1e-8);
            }
        }
    }
    let refused = |weights: Weights| -> Result<String> {
        let data = RightCensored::new(&[1.0, 2.0, 2.0], &[true, true, true])?.with_weights(weights)?;
        let design = Design::builder().numeric("x", &[1.0, 0.0, 2.0]).build()?;
        Ok(CoxPh::new().ties(Ties::Marginal).fit(&data, &design).unwrap_err().to_string())
    };
    let start = "the exact marginal likelihood of ties is not available with";
    let text = refused(Weights::replication(&[1.0, 1.5, 2.0]))?;
    assert!(text.starts_with(&format!("{start} replication weights that are not whole numbers")), "{text}");
    let text = refused(Weights::sampling(&[1.0, 2.0, 2.0]))?;
    assert!(text.starts_with(&format!("{start} sampling weights")), "{text}");
    Ok(())
}

/// At a limit both exact likelihoods reach the supremum of their definitions: along some directions the coefficients of those are
/// moved on until nothing is gained, the others are maximised by Newton's steps with differences.
#[test]
fn exact_likelihoods_at_infinite_coefficients() -> Result<()> {
    let mut infinite = 0;
    for seed in 0..160 {
        let mut rows = tied(seed);
        // Who has z = 1 fails later, or never: z is often −∞.
        for row in &mut rows {
            if row.x[1] > 0.0 {
                (row.event, row.entry) = (row.event && row.time == 5.0, 0.0);
            }
        }
        for marginal in [true, false] {
            let model = full_fit(&rows, if marginal { Ties::Marginal } else { Ties::Exact }, false)?;
            let status: Vec<Status> = model.terms().iter().map(Term::status).collect();
            if status != [Status::Estimated, Status::MinusInfinity] {
                continue;
            }
            infinite += 1;
            // At z = −35 what is left to gain is below 1e-13.
            let value = |u: f64| by_definition(&rows, [model.coefficients()[0] + u, -35.0], marginal);
            assert_relative_eq!(model.log_likelihood()[1], value(0.0), max_relative = 1e-10, epsilon = 1e-11);
            let h = 1e-2;
            let slope = (8. * (value(h) - value(-h)) - value(2. * h) + value(-2. * h)) / (12. * h);
            let bend = (16. * (value(h) + value(-h)) - value(2. * h) - value(-2. * h) - 30. * value(0.0))
                / (12. * h * h);
            assert!(slope.abs() < 1e-6, "seed {seed}, {slope}");
            let error = model.terms()[0].std_error().unwrap_or(f64::NAN);
            // The reference is a difference: it leaves out h⁴/90 of the sixth derivative, and a likelihood's last digits count 1/h² times.
            assert_relative_eq!(error * error, -1.0 / bend, max_relative = 1e-5);
        }
    }
    assert!(infinite > 15, "{infinite}");
    Ok(())
}
