//! The Kaplan-Meier curve of the censoring times, and what its estimation adds to a subject's influence.

/// A right-continuous step function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Steps {
    pub start: f64,
    pub times: Vec<f64>,
    pub values: Vec<f64>,
}

impl Steps {
    fn after(&self, passed: usize) -> f64 {
        if passed == 0 { self.start } else { self.values[passed - 1] }
    }

    /// Just before `t`.
    pub fn before(&self, t: f64) -> f64 {
        self.after(self.times.partition_point(|&x| x < t))
    }

    /// At `t`.
    pub fn at(&self, t: f64) -> f64 {
        self.after(self.times.partition_point(|&x| x <= t))
    }
}

/// Who was censored when, in which group and with which weight. An event leaves before a censoring at the same time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Censoring<'a> {
    pub time: &'a [f64],
    pub censored: &'a [bool],
    pub codes: &'a [u32],
    /// None: each row counts 1.
    pub weights: Option<&'a [f64]>,
}

impl Censoring<'_> {
    fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }

    /// The rows of a group in order of time.
    fn rows(&self, code: u32) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.time.len()).filter(|&i| self.codes[i] == code).collect();
        rows.sort_unstable_by(|&a, &b| self.time[a].total_cmp(&self.time[b]));
        rows
    }

    /// The weights of the rows from each position on.
    fn at_risk(&self, rows: &[usize]) -> Vec<f64> {
        sums_from_each(rows, |i| self.weight(i))
    }

    /// The curve of one group.
    pub fn curve(&self, code: u32) -> Steps {
        let rows = self.rows(code);
        let weights = self.at_risk(&rows);
        let mut steps = Steps { start: 1.0, times: Vec::new(), values: Vec::new() };
        let (mut passed, mut value) = (0, 1.0);
        for tied in rows.chunk_by(|&a, &b| self.time[a] == self.time[b]) {
            let of = |censored: bool| -> f64 {
                tied.iter().filter(|&&i| self.censored[i] == censored).map(|&i| self.weight(i)).sum()
            };
            let censored = of(true);
            // Events at the same time have left.
            let at_risk = weights[passed] - of(false);
            passed += tied.len();
            if censored > 0.0 {
                value *= (1.0 - censored / at_risk).max(0.0);
                steps.times.push(self.time[tied[0]]);
                steps.values.push(value);
            }
        }
        steps
    }

    /// The part of each subject's influence on a sum that comes through the estimated curves G: `Σⱼ hⱼ Λᵢ(uⱼ)` with Λᵢ
    /// the martingale of its censoring over the weight at risk, hⱼ what row j adds to the sum (its own weight within it)
    /// and uⱼ the time at which its G is taken. Censorings after `t` count for nothing.
    pub fn influence(&self, groups: u32, adds: &[f64], t: f64) -> Vec<f64> {
        let mut out = vec![0.0; adds.len()];
        for code in 0..groups {
            let rows = self.rows(code);
            // What those after each time add: G at a time counts for those who are still there.
            let (left, weights) = (sums_from_each(&rows, |i| adds[i]), self.at_risk(&rows));
            let (mut k, mut compensator) = (0, 0.0);
            for tied in rows.chunk_by(|&a, &b| self.time[a] == self.time[b]) {
                let at_risk = weights[k];
                k += tied.len();
                let counts = self.time[tied[0]] <= t && at_risk > 0.0;
                let censored: f64 = tied.iter().filter(|&&i| self.censored[i]).map(|&i| self.weight(i)).sum();
                if counts {
                    compensator += censored * left[k] / (at_risk * at_risk);
                }
                for &i in tied {
                    let own = counts && self.censored[i];
                    out[i] = if own { left[k] / at_risk } else { 0.0 } - compensator;
                }
            }
        }
        out
    }
}

/// Sums over the rows from each position on.
fn sums_from_each(rows: &[usize], of: impl Fn(usize) -> f64) -> Vec<f64> {
    let (mut left, mut sum) = (vec![0.0; rows.len() + 1], 0.0);
    for (k, &i) in rows.iter().enumerate().rev() {
        sum += of(i);
        left[k] = sum;
    }
    left
}
