//! A Newton step over increasing baselines: the quadratic approximation is maximised over levels in their order.
//!
//! Which neighbours become one level is found by pivots: pairs that would be out of order are joined, joined ones whose parts
//! pull apart are parted, all at once while that helps and else one alone. The curvature of the levels is sparse: a row couples
//! the two levels of its ends alone. It is factored within its envelope, or, where that is wide (exact times by the thousand beside
//! long intervals), solved by conjugate gradients: its elements off the diagonal are negative and its row sums positive.

use super::link::{A_SHIFT, AA, AB, B_SHIFT, BB, SHIFT};
use super::problem::{Condition, Evaluation, NONE, Point, Problem};
use crate::numeric::cholesky::Cholesky;
use crate::numeric::conjugate_gradient::Sparse;
use crate::numeric::envelope::Envelope;

/// So many operations a factor may cost: with more, conjugate gradients take a hundredth of a second for a hundred thousand rows.
const CHEAP: f64 = 2e7;

/// Where the quadratic approximation is largest.
pub(super) struct Target {
    pub levels: Vec<f64>,
    pub beta: Vec<f64>,
}

/// The curvature of the levels, ready to be solved.
enum Levels {
    Factored(Envelope),
    Sparse(Sparse),
}

impl Levels {
    /// From the diagonal and the elements off it.
    fn new(diagonal: Vec<f64>, pairs: Vec<(u32, u32, f64)>) -> Option<Self> {
        let mut first: Vec<usize> = (0..diagonal.len()).collect();
        for &(i, j, _) in &pairs {
            first[i as usize] = first[i as usize].min(j as usize);
        }
        let cost: f64 = first.iter().enumerate().map(|(i, &f)| ((i - f) as f64).powi(2)).sum();
        if cost > CHEAP {
            return Some(Self::Sparse(Sparse::new(diagonal, pairs)?));
        }
        let mut matrix = Envelope::new(&first);
        diagonal.iter().enumerate().for_each(|(i, &d)| matrix.add(i, i, d));
        for &(i, j, v) in &pairs {
            matrix.add(i as usize, j as usize, v);
        }
        matrix.factor()?;
        Some(Self::Factored(matrix))
    }

    fn solve(&self, b: &[f64]) -> Vec<f64> {
        match self {
            Self::Factored(matrix) => matrix.solve(b),
            Self::Sparse(matrix) => matrix.solve(b),
        }
    }
}

/// The system of one choice of joined levels.
struct Factored {
    levels: Levels,
    /// Column by column, `J⁻¹ C` of the coefficients that are free.
    borders: Vec<Vec<f64>>,
    solved: Vec<Vec<f64>>,
    /// What is left for the coefficients once the levels are taken out, over the free ones.
    schur: Vec<f64>,
}

pub(super) struct Step<'a> {
    pub problem: &'a Problem,
    pub at: &'a Evaluation,
    pub free: &'a [usize],
    /// Of each place its level.
    pub level_of: &'a [u32],
}

impl Step<'_> {
    /// The ends of a row, as numbers of what `of` makes of their levels.
    fn ends(&self, row: usize, of: &[u32]) -> [Option<usize>; 2] {
        let r = &self.problem.rows[row];
        [r.lower, r.upper]
            .map(|place| (place != NONE).then(|| of[self.level_of[place as usize] as usize] as usize))
    }

    fn factor(&self, pool_of: &[u32], pools: usize) -> Option<Factored> {
        let problem = self.problem;
        let (mut diagonal, mut pairs) = (vec![0.0; pools], Vec::new());
        let k = self.free.len();
        let mut borders = vec![vec![0.0; pools]; k];
        let mut own = vec![0.0; k * k];
        for (i, cell) in self.at.cells.iter().enumerate() {
            let [a, b] = self.ends(i, pool_of);
            let w = problem.rows[i].weight;
            let c = &cell.curvature;
            let x = &problem.x[i * problem.p..(i + 1) * problem.p];
            let mut add = |end: usize, own: f64, with_shift: f64| {
                diagonal[end] += w * own;
                for (border, &j) in borders.iter_mut().zip(self.free) {
                    border[end] += w * with_shift * x[j];
                }
            };
            if let Some(a) = a {
                add(a, c[AA], c[A_SHIFT]);
            }
            if let Some(b) = b {
                add(b, c[BB], c[B_SHIFT]);
            }
            match (a, b) {
                (Some(a), Some(b)) if a == b => diagonal[a] += 2.0 * w * c[AB],
                (Some(a), Some(b)) => pairs.push((b as u32, a as u32, w * c[AB])),
                _ => {}
            }
            for (l, &j) in self.free.iter().enumerate() {
                for (m, &h) in self.free[..=l].iter().enumerate() {
                    own[l * k + m] += w * c[SHIFT] * x[j] * x[h];
                }
            }
        }
        let levels = Levels::new(diagonal, pairs)?;
        let solved: Vec<Vec<f64>> = borders.iter().map(|b| levels.solve(b)).collect();
        for l in 0..k {
            for m in 0..=l {
                let taken: f64 = borders[l].iter().zip(&solved[m]).map(|(b, s)| b * s).sum();
                own[l * k + m] -= taken;
                own[m * k + l] = own[l * k + m];
            }
        }
        Some(Factored { levels, borders, solved, schur: own })
    }

    /// `J d` of moves of the levels and of the free coefficients, level by level.
    fn product(&self, levels: &[f64], beta: &[f64]) -> Vec<f64> {
        let problem = self.problem;
        let mut product = vec![0.0; levels.len()];
        for (i, cell) in self.at.cells.iter().enumerate() {
            let row = &problem.rows[i];
            let c = &cell.curvature;
            let x = &problem.x[i * problem.p..(i + 1) * problem.p];
            let shift: f64 = self.free.iter().zip(beta).map(|(&j, b)| x[j] * b).sum();
            let level = |place: u32| (place != NONE).then(|| self.level_of[place as usize] as usize);
            let (a, b) = (level(row.lower), level(row.upper));
            let (of_a, of_b) = (a.map_or(0.0, |a| levels[a]), b.map_or(0.0, |b| levels[b]));
            if let Some(a) = a {
                product[a] += row.weight * (c[AA] * of_a + c[AB] * of_b + c[A_SHIFT] * shift);
            }
            if let Some(b) = b {
                product[b] += row.weight * (c[BB] * of_b + c[AB] * of_a + c[B_SHIFT] * shift);
            }
        }
        product
    }

    /// The information about the free coefficients with the levels of a point as they are joined: what is left of their
    /// curvature once the levels are taken out.
    pub fn information(&self, point: &Point) -> Option<Vec<f64>> {
        let pools = point.starts.len();
        let each: Vec<u32> = (0..pools as u32).collect();
        Some(self.factor(&each, pools)?.schur)
    }

    /// The maximum of the quadratic approximation.
    pub fn target(&self, point: &Point, condition: &Condition) -> Option<Target> {
        let levels = point.levels.len();
        let noise = 1e-12 * self.problem.total;
        let begins: Vec<bool> = point.starts.iter().map(|&s| self.problem.chain[s as usize]).collect();
        let mut joined = vec![false; levels];
        let (mut fewest, mut chances) = (levels + 1, 3);
        let mut target = None;
        for _ in 0..60 {
            let mut pool_of = vec![0u32; levels];
            let mut heads = vec![0];
            for l in 1..levels {
                if begins[l] || !joined[l] {
                    heads.push(l);
                }
                pool_of[l] = heads.len() as u32 - 1;
            }
            let next = self.solved(point, condition, &pool_of, &heads)?;
            let moves: Vec<f64> = next.levels.iter().zip(&point.levels).map(|(n, o)| n - o).collect();
            let turns: Vec<f64> = self.free.iter().map(|&j| next.beta[j] - point.beta[j]).collect();
            let product = self.product(&moves, &turns);
            let mut wrong = Vec::new();
            let mut rise = 0.0;
            for l in (1..levels).rev() {
                rise += condition.by_level[l] - product[l];
                if begins[l] {
                    rise = 0.0;
                } else if joined[l] {
                    if rise > noise {
                        wrong.push(l);
                    }
                } else {
                    rise = 0.0;
                    if next.levels[l] < next.levels[l - 1] {
                        wrong.push(l);
                    }
                }
            }
            target = Some(next);
            if wrong.is_empty() {
                break;
            }
            if wrong.len() < fewest {
                (fewest, chances) = (wrong.len(), 3);
            } else if chances > 0 {
                chances -= 1;
            }
            let some = if chances > 0 { &wrong[..] } else { &wrong[..1] };
            for &l in some {
                joined[l] = !joined[l];
            }
        }
        // Where the pivots have not ended, what is out of order is not moved past its neighbour.
        let mut target = target?;
        for l in 1..levels {
            if !begins[l] && target.levels[l] < target.levels[l - 1] {
                target.levels[l] = target.levels[l - 1];
            }
        }
        Some(target)
    }

    /// The maximum with these levels joined.
    fn solved(
        &self,
        point: &Point,
        condition: &Condition,
        pool_of: &[u32],
        heads: &[usize],
    ) -> Option<Target> {
        let factored = self.factor(pool_of, heads.len())?;
        // Each level first goes to the head of its pool.
        let gathered: Vec<f64> = pool_of.iter().map(|&pool| point.levels[heads[pool as usize]]).collect();
        let gather: Vec<f64> = gathered.iter().zip(&point.levels).map(|(to, from)| to - from).collect();
        let moved = gather.iter().any(|&g| g != 0.0);
        let mut by_pool = vec![0.0; heads.len()];
        let cost = if moved { self.product(&gather, &vec![0.0; self.free.len()]) } else { Vec::new() };
        for (l, &pool) in pool_of.iter().enumerate() {
            by_pool[pool as usize] += condition.by_level[l] - if moved { cost[l] } else { 0.0 };
        }
        let k = self.free.len();
        let mut turns = vec![0.0; k];
        if k > 0 {
            let half = factored.levels.solve(&by_pool);
            let mut score: Vec<f64> = self.free.iter().map(|&j| condition.score[j]).collect();
            for (s, border) in score.iter_mut().zip(&factored.borders) {
                *s -= border.iter().zip(&half).map(|(b, h)| b * h).sum::<f64>();
            }
            if moved {
                for (s, c) in score.iter_mut().zip(self.border_product(&gather)) {
                    *s -= c;
                }
            }
            let all: Vec<usize> = (0..k).collect();
            turns = Cholesky::new(&factored.schur, k, &all)
                .or_else(|| Cholesky::new(&lifted(&factored.schur, k), k, &all))?
                .solve(&score);
        }
        let mut pools = factored.levels.solve(&by_pool);
        for (turn, solved) in turns.iter().zip(&factored.solved) {
            for (p, s) in pools.iter_mut().zip(solved) {
                *p -= turn * s;
            }
        }
        let levels = gathered.iter().zip(pool_of).map(|(g, &pool)| g + pools[pool as usize]).collect();
        let mut beta = point.beta.clone();
        for (&j, turn) in self.free.iter().zip(turns) {
            beta[j] += turn;
        }
        Some(Target { levels, beta })
    }

    /// `C' d` of moves of the levels.
    fn border_product(&self, levels: &[f64]) -> Vec<f64> {
        let problem = self.problem;
        let mut product = vec![0.0; self.free.len()];
        for (i, cell) in self.at.cells.iter().enumerate() {
            let row = &problem.rows[i];
            let of = |place: u32| {
                if place == NONE { 0.0 } else { levels[self.level_of[place as usize] as usize] }
            };
            let moved = cell.curvature[A_SHIFT] * of(row.lower) + cell.curvature[B_SHIFT] * of(row.upper);
            for (sum, &j) in product.iter_mut().zip(self.free) {
                *sum += row.weight * moved * problem.x[i * problem.p + j];
            }
        }
        product
    }
}

/// The information with a small part of its largest element added to the diagonal: where a baseline of its own takes the place of
/// a coefficient (a group that shares no end of an interval with the others), the likelihood is level along a line, and the search
/// goes on at right angles to it.
fn lifted(schur: &[f64], k: usize) -> Vec<f64> {
    let largest = (0..k).map(|j| schur[j * k + j].abs()).fold(f64::MIN_POSITIVE, f64::max);
    let mut lifted = schur.to_vec();
    (0..k).for_each(|j| lifted[j * k + j] += 1e-6 * largest);
    lifted
}

impl Step<'_> {
    /// Each level by its own curvature alone, put in order by weighted means of neighbours (the iterative convex minorant of
    /// Groeneboom): always an ascent.
    pub fn isotonic(&self, point: &Point, condition: &Condition) -> Target {
        let mut own = vec![0.0; point.levels.len()];
        for (row, cell) in self.problem.rows.iter().zip(&self.at.cells) {
            for (place, of) in [(row.lower, AA), (row.upper, BB)] {
                if place != NONE {
                    own[self.level_of[place as usize] as usize] += row.weight * cell.curvature[of];
                }
            }
        }
        // Value, weight and number of each block of levels.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        let mut closed = 0;
        for (l, &level) in point.levels.iter().enumerate() {
            if self.problem.chain[point.starts[l] as usize] {
                closed = blocks.len();
            }
            let weight = own[l].max(1e-300);
            let mut block = (level + (condition.by_level[l] / weight).clamp(-1e3, 1e3), weight, 1);
            while blocks.len() > closed && blocks.last().is_some_and(|last| last.0 >= block.0) {
                let Some(last) = blocks.pop() else { break };
                let weight = last.1 + block.1;
                block = ((last.0 * last.1 + block.0 * block.1) / weight, weight, last.2 + block.2);
            }
            blocks.push(block);
        }
        let levels = blocks.iter().flat_map(|&(value, _, count)| std::iter::repeat_n(value, count)).collect();
        Target { levels, beta: point.beta.clone() }
    }
}
