//! The bounds of a group-sequential design, and what they do under any truth.

use std::fmt;

use crate::print::{self, Number, significant};
use crate::trial::design::exits::exits;
use crate::trial::design::spending::Spending;
use crate::trial::report::Table;

/// How the efficacy bounds come about.
///
/// # Example
/// ```
/// use greenwood::trial::design::{BoundaryType, GroupSequential};
///
/// let pocock = GroupSequential::looks(3).boundary(BoundaryType::Pocock).fit()?;
/// assert!((pocock.z()[0] - pocock.z()[2]).abs() < 1e-12);
/// let late = GroupSequential::looks(3).boundary(BoundaryType::OBrienFleming).fit()?;
/// assert!((late.z()[0] - 3f64.sqrt() * late.z()[2]).abs() < 1e-9); // c/√t
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum BoundaryType {
    /// `c / √t` (O'Brien & Fleming 1979).
    OBrienFleming,
    /// The same bound at every look (Pocock 1977).
    Pocock,
    /// `c t^{Δ − ½}` (Wang & Tsiatis 1987): Δ = 0 is O'Brien-Fleming, ½ is Pocock.
    WangTsiatis(f64),
    /// This bound at every look before the last (Haybittle 1971; Peto 1976): 3 is usual.
    HaybittlePeto(f64),
    /// What a spending function leaves at each look.
    Spending(Spending),
    /// No stop for efficacy before the last look.
    LastLookOnly,
}

/// The bounds of a group-sequential design, on the scale of the standard normal statistic, with what they cost.
///
/// Made by [`GroupSequential::fit`](crate::trial::design::GroupSequential::fit).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Boundaries {
    pub(crate) fractions: Vec<f64>,
    /// Efficacy; infinite where a look cannot stop the trial.
    pub(crate) upper: Vec<f64>,
    /// Futility; −∞ where there is none. Two-sided designs have none.
    pub(crate) futility: Vec<f64>,
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
    pub(crate) sides: u32,
    pub(crate) binding: bool,
    pub(crate) drift: f64,
    pub(crate) alpha_spent: Vec<f64>,
    pub(crate) fixed_drift: f64,
    /// Stops for harm; empty where the design has none.
    pub(crate) harm: Vec<f64>,
}

impl Boundaries {
    /// The share of the final information at each look.
    #[must_use]
    pub fn fractions(&self) -> &[f64] {
        &self.fractions
    }

    /// The bound for efficacy at each look: the trial stops where the statistic reaches it (its absolute value, where
    /// there are two sides). Infinite where a look cannot stop it.
    #[must_use]
    pub fn z(&self) -> &[f64] {
        &self.upper
    }

    /// The bound for futility at each look but the last; −∞ where there is none.
    #[must_use]
    pub fn futility_z(&self) -> &[f64] {
        &self.futility[..self.futility.len() - 1]
    }

    /// Does any look stop for futility?
    #[must_use]
    pub fn has_futility(&self) -> bool {
        self.futility_z().iter().any(|z| *z > f64::NEG_INFINITY)
    }

    /// The bound for harm at each look: the trial stops where the statistic falls below it. Empty where the design has
    /// none. It is spent under no effect and lies under every bound for futility, so it changes no other number.
    #[must_use]
    pub fn harm_z(&self) -> &[f64] {
        &self.harm
    }

    /// The probability of stopping for harm at each look, at a drift, among trials that no look has stopped for efficacy
    /// or harm (stops for futility are not counted on). Empty without bounds for harm.
    #[must_use]
    pub fn harm_by_look(&self, drift: f64) -> Vec<f64> {
        if self.harm.is_empty() {
            Vec::new()
        } else {
            exits(&self.fractions, &self.harm, &self.upper, drift).1
        }
    }

    /// One-sided or two-sided.
    #[must_use]
    pub fn sides(&self) -> u32 {
        self.sides
    }

    /// The error rate of the whole design.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// One minus the power at the [`drift`](Self::drift).
    #[must_use]
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The one-sided p-value that reaches the bound at each look.
    #[must_use]
    pub fn nominal_p(&self) -> Vec<f64> {
        self.upper.iter().map(|&z| crate::numeric::distribution::normal_sf(z)).collect()
    }

    /// The error spent up to each look.
    #[must_use]
    pub fn alpha_spent(&self) -> &[f64] {
        &self.alpha_spent
    }

    /// The expected final statistic at which the design has its power.
    #[must_use]
    pub fn drift(&self) -> f64 {
        self.drift
    }

    /// The maximal information relative to a design with one look: the squared ratio of the drifts.
    #[must_use]
    pub fn inflation(&self) -> f64 {
        (self.drift / self.fixed_drift).powi(2)
    }

    /// Do the efficacy bounds count on the stops for futility?
    #[must_use]
    pub fn is_binding(&self) -> bool {
        self.binding
    }

    fn lower(&self) -> Vec<f64> {
        if self.sides == 2 { self.upper.iter().map(|z| -z).collect() } else { self.futility.clone() }
    }

    /// The probability of stopping for efficacy at each look, on the side of the effect, at a drift.
    #[must_use]
    pub fn rejection_by_look(&self, drift: f64) -> Vec<f64> {
        exits(&self.fractions, &self.lower(), &self.upper, drift).0
    }

    /// The probability of stopping for futility at each look but the last, at a drift; 0 in two-sided designs.
    #[must_use]
    pub fn futility_by_look(&self, drift: f64) -> Vec<f64> {
        if self.sides == 2 {
            return vec![0.0; self.fractions.len() - 1];
        }
        let (_, mut below) = exits(&self.fractions, &self.futility, &self.upper, drift);
        below.pop();
        below
    }

    /// The power up to each look at a drift.
    #[must_use]
    pub fn power_by_look(&self, drift: f64) -> Vec<f64> {
        let mut sum = 0.0;
        self.rejection_by_look(drift)
            .into_iter()
            .map(|p| {
                sum += p;
                sum
            })
            .collect()
    }

    /// The power at a drift.
    #[must_use]
    pub fn power(&self, drift: f64) -> f64 {
        self.rejection_by_look(drift).iter().sum()
    }

    /// The probability of stopping at each look, for efficacy (on either side) or futility, at a drift; all that are left
    /// stop at the last.
    #[must_use]
    pub fn stop_by_look(&self, drift: f64) -> Vec<f64> {
        let (above, below) = exits(&self.fractions, &self.lower(), &self.upper, drift);
        let mut stops: Vec<f64> = above.iter().zip(below).map(|(a, b)| a + b).collect();
        let last = stops.len() - 1;
        stops[last] = (1.0 - stops[..last].iter().sum::<f64>()).max(0.0);
        stops
    }

    /// The mean of a quantity, known at each look, when the trial stops.
    pub(crate) fn mean_at_stop(&self, drift: f64, by_look: &[f64]) -> f64 {
        self.stop_by_look(drift).iter().zip(by_look).map(|(p, x)| p * x).sum()
    }

    /// The share of the maximal information that is used on average at a drift.
    #[must_use]
    pub fn expected_fraction(&self, drift: f64) -> f64 {
        self.mean_at_stop(drift, &self.fractions)
    }
}

impl Boundaries {
    /// The bounds as a table, for a protocol: as text, Markdown, HTML, LaTeX or CSV.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::GroupSequential;
    ///
    /// let table = GroupSequential::looks(2).fit()?.table();
    /// assert_eq!(table.rows[0][..3], ["1", "50.0%", "2.9626"]);
    /// assert!(table.to_latex().contains("\\begin{tabular}") && table.to_html().contains("<table>"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn table(&self) -> Table {
        let stated = |z: f64| if z.is_finite() { format!("{z:.4}") } else { print::MISSING.into() };
        let names = ["Look", "Information", "Efficacy z", "Nominal p", "Error spent", "Power"];
        let mut header: Vec<String> = names.map(Into::into).into();
        header.extend(self.has_futility().then(|| "Futility z".into()));
        header.extend((!self.harm.is_empty()).then(|| "Harm z".into()));
        let sides = if self.sides == 2 { "two-sided" } else { "one-sided" };
        let mut table = Table::new(format!("Bounds of {} looks", self.fractions.len()), header);
        let (nominal, power) = (self.nominal_p(), self.power_by_look(self.drift));
        for (k, t) in self.fractions.iter().enumerate() {
            let mut row = vec![
                (k + 1).to_string(),
                format!("{:.1}%", 100.0 * t),
                stated(self.upper[k]),
                format!("{:.6}", nominal[k]),
                format!("{:.6}", self.alpha_spent[k]),
                format!("{:.1}%", 100.0 * power[k]),
            ];
            if self.has_futility() {
                row.push(self.futility_z().get(k).map_or(String::new(), |&z| stated(z)));
            }
            row.extend(self.harm.get(k).map(|&z| stated(z)));
            table.rows.push(row);
        }
        table.notes.push(format!(
            "{sides} error {}; power where the expected final statistic is {:.4}; maximal information {:.4} times that of one look.",
            self.alpha,
            self.drift,
            self.inflation()
        ));
        table
    }
}

/// The table of the bounds.
impl fmt::Display for Boundaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} looks, {} error {}, power {:.1}% at drift {:.4}; maximal information {:.4} times that of one look",
            self.fractions.len(),
            if self.sides == 2 { "two-sided" } else { "one-sided" },
            Number(self.alpha),
            100.0 * (1.0 - self.beta),
            self.drift,
            self.inflation()
        )?;
        write!(
            f,
            "{:>4} {:>12} {:>10} {:>12} {:>10} {:>10}",
            "look", "information", "efficacy z", "nominal p", "spent", "power"
        )?;
        if self.has_futility() {
            write!(f, " {:>10}", "futility z")?;
        }
        if !self.harm.is_empty() {
            write!(f, " {:>10}", "harm z")?;
        }
        let power = self.power_by_look(self.drift);
        for (k, t) in self.fractions.iter().enumerate() {
            let z = if self.upper[k].is_finite() {
                format!("{:.4}", self.upper[k])
            } else {
                print::MISSING.into()
            };
            write!(
                f,
                "\n{:>4} {:>11.1}% {z:>10} {:>12} {:>10.6} {:>9.1}%",
                k + 1,
                100.0 * t,
                significant(self.nominal_p()[k]),
                self.alpha_spent[k],
                100.0 * power[k]
            )?;
            let stated = |z: f64| if z.is_finite() { format!("{z:.4}") } else { print::MISSING.into() };
            if self.has_futility() {
                let bound = self.futility_z().get(k).map_or(String::new(), |&z| stated(z));
                write!(f, " {bound:>10}")?;
            }
            if let Some(&bound) = self.harm.get(k) {
                write!(f, " {:>10}", stated(bound))?;
            }
        }
        Ok(())
    }
}
