//! What a trial reports of a binary endpoint, in one call.

use std::fmt;

use crate::error::Result;
use crate::print::{self, Number, PValue};
use crate::proportion::{
    Assumed, Boschloo, EffectEstimate, Fisher, Proportion, ProportionInterval, ProportionTest, TwoProportions,
};
use crate::survival::result::interval::z_of;
use crate::trial::report::Table;
use crate::trial::response::binary_analysis::{BinaryAnalysis, BinaryCounts};
use crate::trial::response::contrast::BinaryContrast;
use crate::trial::{Label, label};

/// A binary endpoint as it is reported: the arms, and one against another, with the sentence of what so few subjects
/// can tell.
///
/// Prints as text; [`tables`](Self::tables) have Markdown, LaTeX, HTML and CSV too.
///
/// # Example
/// ```
/// use greenwood::trial::examples::{Arm, RESPONSE, saa_course};
///
/// let report = saa_course().responses(&RESPONSE)?.report(Arm::Msc, Arm::Control, 0.95)?;
/// let text = report.to_string();
/// assert!(text.contains("11.1% (0.3% to 48.2%)") && text.contains("22.2% (2.8% to 60.0%)"));
/// assert!(report.tables()[1].to_markdown().contains("Fisher's exact test"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BinaryReport {
    endpoint: String,
    notes: Vec<String>,
    level: f64,
    arms: Vec<(String, BinaryCounts, Option<Proportion>)>,
    contrast: BinaryContrast,
    effects: Vec<EffectEstimate>,
    tests: Vec<ProportionTest>,
    /// What Fisher's and Boschloo's test find at 1 − level where the observed proportions are the truth.
    power: Vec<(String, f64)>,
}

impl<A: Label> BinaryAnalysis<A> {
    /// Everything that is reported of the endpoint, the arm `of` against the arm `against`. What would take too long
    /// for so many subjects (unconditional tests and intervals) is left out.
    ///
    /// # Errors
    /// As [`contrast`](Self::contrast); [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside
    /// (0, 1).
    pub fn report(&self, of: A, against: A, level: f64) -> Result<BinaryReport> {
        z_of(level)?;
        let contrast = self.contrast(of, against)?;
        let arm = |&arm: &A| {
            // In a comparison the reference counts as such.
            let proportion =
                if arm == against { Some(contrast.pair().reference()) } else { self.proportion(arm).ok() };
            Ok((label(&arm), self.counts(arm)?, proportion))
        };
        let exact = [contrast.exact_difference(), contrast.exact_ratio()];
        let mut effects = vec![contrast.difference(), contrast.ratio(), contrast.odds_ratio()];
        effects.extend(exact.into_iter().filter_map(Result::ok));
        effects.push(contrast.exact_odds_ratio());
        let mut tests = vec![contrast.fisher()];
        tests.extend([contrast.boschloo(), contrast.barnard()].into_iter().filter_map(Result::ok));
        Ok(BinaryReport {
            endpoint: self.endpoint().into(),
            notes: self.notes(),
            level,
            arms: self.arms().iter().map(arm).collect::<Result<_>>()?,
            effects,
            tests,
            power: power(contrast.pair(), 1.0 - level)?,
            contrast,
        })
    }

    /// What a reader must know: of whom, by when, and what the dead and the missing count as.
    fn notes(&self) -> Vec<String> {
        let [dead, missing] = self.rules();
        let mut notes = vec![
            format!("Population: {}. Date: {} after entry.", self.population(), self.date()),
            format!("Who died before the date: {dead}. Who left before it: {missing}."),
        ];
        if let Some(cutoff) = self.cutoff() {
            notes.push(format!("Data cutoff {cutoff} after the calendar's start."));
        }
        notes
    }
}

/// With more subjects than this the power is not asked for: it takes some ten maximisations.
const MOST_FOR_POWER: u64 = 1000;

/// What the tests would find if the observed proportions were the truth.
fn power(pair: &TwoProportions, alpha: f64) -> Result<Vec<(String, f64)>> {
    let assumed = |p: Proportion| Assumed::new(p.subjects(), p.value());
    let (group, reference) = (assumed(pair.group())?, assumed(pair.reference())?);
    if group.subjects() + reference.subjects() > MOST_FOR_POWER {
        return Ok(Vec::new());
    }
    let fisher = Fisher::new().power(group, reference, alpha).ok().map(|p| ("Fisher's".to_string(), p));
    let boschloo = Boschloo::new().power(group, reference, alpha).ok().map(|p| ("Boschloo's".to_string(), p));
    Ok(fisher.into_iter().chain(boschloo).collect())
}

/// 0.111 as `11.1%`.
fn percent(x: f64) -> String {
    format!("{:.1}%", Number(100.0 * x))
}

impl BinaryReport {
    /// The endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The comparison.
    #[must_use]
    pub fn contrast(&self) -> &BinaryContrast {
        &self.contrast
    }

    /// The effects: Miettinen and Nurminen's, then the exact ones that can be had.
    #[must_use]
    pub fn effects(&self) -> &[EffectEstimate] {
        &self.effects
    }

    /// The tests: Fisher's, then the unconditional ones that can be had.
    #[must_use]
    pub fn tests(&self) -> &[ProportionTest] {
        &self.tests
    }

    /// What so few subjects can tell: the exact interval of the difference, and the power of the tests if the observed
    /// proportions were the truth.
    #[must_use]
    pub fn sentence(&self) -> String {
        let pair = self.contrast.pair();
        let (group, reference) = (pair.group(), pair.reference());
        let exact = self.contrast.exact_difference().unwrap_or_else(|_| self.contrast.difference());
        let points = |x: f64| format!("{:+.1}", Number(100.0 * x));
        let limits = exact.interval(self.level).map(|i| i.limits(points)).unwrap_or_default();
        let possible = format!(
            "{}/{} against {}/{} leaves a difference of {limits} percentage points possible ({} CI, {})",
            group.events(),
            group.subjects(),
            reference.events(),
            reference.subjects(),
            print::level(self.level),
            exact.method(),
        );
        let found: Vec<String> = self
            .power
            .iter()
            .map(|(test, power)| format!("by {test} test with probability {}", percent(*power)))
            .collect();
        if found.is_empty() || group.value() == reference.value() {
            return possible + ".";
        }
        format!(
            "{possible}; were {} against {} the truth, a trial of this size would find it {}.",
            percent(group.value()),
            percent(reference.value()),
            found.join(", ")
        )
    }

    /// The report as tables: the arms, the comparison.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        vec![self.arms_table(), self.comparison_table()]
    }

    fn arms_table(&self) -> Table {
        let header = std::iter::once(String::new()).chain(self.arms.iter().map(|a| a.0.clone())).collect();
        let mut table = Table::new(self.endpoint.clone(), header);
        let not_due = self.arms.iter().any(|a| a.1.not_due > 0);
        let mut line = |name: String, cell: &dyn Fn(&BinaryCounts, Option<&Proportion>) -> String| {
            table.push(
                name,
                self.arms.iter().map(|(_, counts, proportion)| cell(counts, proportion.as_ref())),
            );
        };
        line("Subjects".into(), &|c, _| c.subjects().to_string());
        line("  responders".into(), &|c, _| c.responders.to_string());
        line("  non-responders".into(), &|c, _| c.non_responders.to_string());
        line("  died before the date".into(), &|c, _| c.dead.to_string());
        line("  left before the date".into(), &|c, _| c.missing.to_string());
        if not_due {
            line("  date not yet reached".into(), &|c, _| c.not_due.to_string());
        }
        line("Counted".into(), &|_, p| {
            print::or_missing(p, |p| format!("{} of {}", p.events(), p.subjects()))
        });
        let level = print::level(self.level);
        for (name, interval) in [
            ("Clopper-Pearson", ProportionInterval::clopper_pearson()),
            ("Blaker", ProportionInterval::blaker()),
            ("Wilson", ProportionInterval::wilson()),
        ] {
            let cell = |p: &Proportion| {
                let limits = p.interval(interval.level(self.level)).map(|i| i.limits(percent));
                format!("{} ({})", percent(p.value()), limits.unwrap_or_default())
            };
            line(format!("Proportion ({level} CI, {name})"), &|_, p| print::or_missing(p, cell));
        }
        table.notes.clone_from(&self.notes);
        table
    }

    fn comparison_table(&self) -> Table {
        let header = ["", "Estimate", "p"].map(String::from).into();
        let pair = print::pair(self.contrast.of(), self.contrast.against());
        let mut table = Table::new(format!("{}: {pair}", self.endpoint), header);
        for test in &self.tests {
            table.push(test.method().to_string(), [String::new(), format!("{:.4}", PValue(test.p_value()))]);
        }
        let level = print::level(self.level);
        for effect in &self.effects {
            let text = |x: f64| format!("{:.3}", Number(x));
            let limits = effect.interval(self.level).map(|i| i.limits(text)).unwrap_or_default();
            let value = effect.value().map_or_else(|because| because.to_string(), text);
            let name =
                format!("{} ({level} CI, {})", capital(&effect.measure().to_string()), effect.method());
            table.push(name, [format!("{value} ({limits})"), format!("{:.4}", PValue(effect.p_value()))]);
        }
        table.notes.push(self.sentence());
        table
    }
}

/// A phrase at the beginning of a row.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

impl fmt::Display for BinaryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, table) in self.tables().iter().enumerate() {
            write!(f, "{}{table}", if i == 0 { "" } else { "\n\n" })?;
        }
        Ok(())
    }
}
