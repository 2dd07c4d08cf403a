//! The average by the curves of the groups (Kalbfleisch & Prentice).

use crate::error::NotEstimable;
use crate::survival::contrast::average_hazard_ratio::influence::Responses;
use crate::survival::contrast::average_hazard_ratio::pairs::{EventRow, Stratum, survival_before};

/// `ln θ` and how it responds: `θ_g = Σ W d_g/n_g`, `W = (S₁ S₀)^α` just before each event time.
///
/// A change of the hazard of a group at u moves its own sum by W(u), and both sums by what it does to the curve afterwards:
/// with `A_g(u) = Σ_{t > u} W d_g/n_g`, `∂ ln θ/∂Λ₁(u) = W(u)/θ₁ − α c (A₁/θ₁ − A₀/θ₀)`, `c = n/(n − d)`, and for the reference
/// the same with −W/θ₀ in front. A row's response is that of the hazards, `(δ − d/n)/n`.
pub(super) fn average(stratum: &Stratum, power: f64) -> Result<(f64, Responses), NotEstimable> {
    let rows = &stratum.rows;
    let [first, second] = [0, 1].map(|g| survival_before(rows, Some(g)));
    let weight = |i: usize| {
        let curves: f64 = first[i] * second[i];
        if rows[i].is_compared() { curves.powf(power) } else { 0.0 }
    };
    let weights: Vec<f64> = (0..rows.len()).map(weight).collect();
    let hazard =
        |row: &EventRow, g: usize| if row.events[g] > 0.0 { row.events[g] / row.at_risk[g] } else { 0.0 };
    let total = |g: usize| rows.iter().zip(&weights).map(|(row, w)| w * hazard(row, g)).sum::<f64>();
    let theta = [total(0), total(1)];
    if theta == [0.0; 2] {
        return Err(NotEstimable::NothingCompared);
    }
    let zeros = || [vec![0.0; rows.len()], vec![0.0; rows.len()]];
    let (mut event, mut at_risk) = (zeros(), zeros());
    let mut after = [0.0; 2];
    for (i, row) in rows.iter().enumerate().rev() {
        let through_curves = power * (after[0] / theta[0] - after[1] / theta[1]);
        for g in 0..2 {
            let (n, d) = (row.at_risk[g], row.events[g]);
            if n > 0.0 && theta[0] > 0.0 && theta[1] > 0.0 {
                let sign = if g == 0 { 1.0 } else { -1.0 };
                let left = n - d;
                // After a group's last event its curve is 0, and nothing is left to respond.
                let curve = if left > 0.0 { through_curves * n / left } else { 0.0 };
                let of_hazard = sign * weights[i] / theta[g] - curve;
                event[g][i] = of_hazard / n;
                at_risk[g][i] = of_hazard / n * (d / n);
            }
            after[g] += weights[i] * hazard(row, g);
        }
    }
    let times = rows.iter().map(|row| row.time).collect();
    Ok((theta[0].ln() - theta[1].ln(), Responses { times, event, at_risk }))
}
