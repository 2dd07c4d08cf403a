//! The published trial, nine children against nine, read with methods made for so few: what can be said, and
//! what cannot.
//!
//! `cargo run --release --example saa_small_sample`

#[path = "../src/bin/greenwood/support/written.rs"]
mod written;

use std::io::Write;
use std::process::ExitCode;

use greenwood::proportion::{Assumed, Boschloo};
use greenwood::survival::contrast::{InvertedLogRank, MeanMeasure, Measure, WinStatistics};
use greenwood::survival::{Interval, SmallSample, SurvivalCurve, WinRatio};
use greenwood::trial::design::simulation::{Cutoff, LogRankProcedure, Procedure, Sample, Simulation};
use greenwood::trial::design::{Accrual, Assumptions, Hazard};
use greenwood::trial::examples::{Arm, FFS, OS, saa};
use greenwood::trial::{Contrast, Time};
use written::{Failure, written};

fn main() -> ExitCode {
    written(nine_against_nine)
}

/// Each arm, the two at four years, over the four years, and what so few could have shown.
fn nine_against_nine(out: &mut dyn Write) -> Result<(), Failure> {
    let trial = saa();
    let ffs = trial.analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    let os = trial.analyse(&OS)?.contrast(Arm::Msc, Arm::Control)?;

    writeln!(
        out,
        "Severe aplastic anaemia: stem cells (Msc) against Control, 9 + 9 children, failure-free at 4 years"
    )?;
    writeln!(
        out,
        "(BMC Pediatrics 2021; order of events reconstructed from the published figures, times illustrative)\n"
    )?;
    one_arm_at_a_time(out, ffs.curves())?;
    two_arms_at_four_years(out, ffs.curves())?;
    over_four_years(out, &ffs)?;
    writeln!(out, "\n{}", wins(&os, &ffs)?)?;
    what_could_have_been_shown(out)?;
    writeln!(
        out,
        "\nWhat nine against nine can say: failure was more frequent with stem cells in this sample (5 against 3).\n\
         What it cannot: every interval above holds no effect, a benefit of one child in five or six, and a harm of\n\
         more than one in two. Neither equality nor a difference has been shown."
    )?;
    Ok(())
}

fn four_years() -> f64 {
    Time::years(4.0).in_days()
}

/// The intervals of each arm: by the normal approximation, and made for few subjects.
fn one_arm_at_a_time(
    out: &mut dyn Write,
    (msc, control): (&SurvivalCurve, &SurvivalCurve),
) -> Result<(), Failure> {
    writeln!(out, "One arm at a time: 95% intervals      Msc               Control")?;
    for (name, how) in [("plain", Interval::plain()), ("log-log (usual)", Interval::log_log())] {
        let (a, b) = (msc.at(four_years()).interval(how)?, control.at(four_years()).interval(how)?);
        writeln!(out, "  {name:<34} {a:.3}    {b:.3}")?;
    }
    for (name, how) in [
        ("likelihood ratio", SmallSample::likelihood_ratio()),
        ("Rothman-Wilson", SmallSample::rothman()),
        ("Borkowf, shrunken", SmallSample::borkowf_shrunken()),
        ("beta product, mid-p", SmallSample::beta_product_mid_p()),
        ("beta product (guaranteed)", SmallSample::beta_product()),
    ] {
        let interval = |curve: &SurvivalCurve| curve.small_sample_interval(four_years(), how);
        writeln!(out, "  {name:<34} {:.3}    {:.3}", interval(msc)?, interval(control)?)?;
    }
    for (arm, curve) in [("Msc", msc), ("Control", control)] {
        if let Some(advice) = curve.advice(four_years()) {
            writeln!(out, "  {arm}: {advice}")?;
        }
    }
    Ok(())
}

/// Measures of the difference at one time.
fn two_arms_at_four_years(
    out: &mut dyn Write,
    (msc, control): (&SurvivalCurve, &SurvivalCurve),
) -> Result<(), Failure> {
    writeln!(out, "\nThe two arms at 4 years")?;
    for measure in [Measure::Difference, Measure::Ratio, Measure::OddsRatio, Measure::CumulativeHazardRatio] {
        writeln!(out, "  {:<28} {:.2}", measure.to_string(), msc.contrast(control, four_years(), measure))?;
    }
    let melded = msc.melded(control, four_years())?;
    let mid_p = melded.clone().mid_p();
    for (name, melded) in [("melded difference", melded), ("the same, mid-p", mid_p)] {
        let limits = melded.interval(Measure::Difference, 0.95)?;
        writeln!(out, "  {name:<28} {limits:.2}, p = {:.3}", melded.p_value())?;
    }
    let needed = msc.number_needed_to_treat(control, four_years(), 0.95)?;
    writeln!(out, "  {:<28} {needed}", "number needed to treat")?;
    Ok(())
}

/// Measures of the whole curves, and the test with what is to be thought of it.
fn over_four_years(out: &mut dyn Write, ffs: &Contrast) -> Result<(), Failure> {
    let (msc, control) = ffs.curves();
    writeln!(out, "\nOver the four years")?;
    for (name, measure) in [
        ("restricted mean, difference (days)", MeanMeasure::Difference),
        ("ratio of restricted means", MeanMeasure::Ratio),
        ("ratio of times lost", MeanMeasure::TimeLostRatio),
    ] {
        writeln!(out, "  {name:<35} {}", msc.restricted_mean_contrast(control, four_years(), measure)?)?;
    }
    let (data, arm) = ffs.survival_data();
    writeln!(out, "  hazard ratio  {}", InvertedLogRank::fit(data, arm, ffs.of(), ffs.against())?)?;
    if let Some(p) = ffs.log_rank().p_value() {
        writeln!(out, "  log-rank p = {p:.3}")?;
    }
    if let Some(advice) = ffs.log_rank().advice() {
        writeln!(out, "  {advice}")?;
    }
    Ok(())
}

/// Every child of one arm against every child of the other: who lived longer, and where that is not known, who failed later.
fn wins(os: &Contrast, ffs: &Contrast) -> Result<WinStatistics, Failure> {
    let (deaths, arm) = os.survival_data();
    let (failures, _) = ffs.survival_data();
    let method = WinRatio::new().endpoint("death", deaths).endpoint("failure", failures);
    Ok(method.estimate(arm, ffs.of(), ffs.against())?)
}

/// The power of nine against nine where a third of the control arm fails within four years, as was observed, and everybody
/// is followed for four years; and the effects that would have been shown in four trials of five.
fn what_could_have_been_shown(out: &mut dyn Write) -> Result<(), Failure> {
    let (years, control_failure) = (4.0, 1.0 / 3.0);
    let control = Hazard::survival_at(years, 1.0 - control_failure)?;
    let two_sided = |sample: &Sample| LogRankProcedure.statistic(sample).map(f64::abs);
    let log_rank = |ratio: f64| -> greenwood::Result<f64> {
        let assumed = Assumptions::new(control.times(ratio), control.clone(), Accrual::uniform(18.0, 0.0)?);
        let simulation = Simulation::new(assumed).trials(20_000).seed(9).cutoff(Cutoff::Time(years));
        Ok(simulation.run(&two_sided)?.power())
    };
    // The risk at four years under a hazard ratio, and the exact power of the comparison of the two risks.
    let risk = |ratio: f64| 1.0 - (1.0 - control_failure).powf(ratio);
    let boschloo =
        |risk: f64| Boschloo::new().power(Assumed::new(9, risk)?, Assumed::new(9, control_failure)?, 0.05);

    writeln!(
        out,
        "\nWhat nine against nine could have shown (two-sided 0.05; a third of the controls fail)"
    )?;
    writeln!(out, "  hazard ratio   risk at 4 years   log-rank (20,000 trials)   Boschloo (exact)")?;
    for ratio in [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0] {
        writeln!(
            out,
            "  {ratio:>12.2} {:>16.1}% {:>25.1}% {:>17.1}%",
            100.0 * risk(ratio),
            100.0 * log_rank(ratio)?,
            100.0 * boschloo(risk(ratio))?
        )?;
    }
    let mut detectable = None;
    for percent in (0..=100).rev() {
        let risk = f64::from(percent) / 100.0;
        if boschloo(risk)? < 0.8 {
            break;
        }
        detectable = Some(percent);
    }
    match detectable {
        Some(percent) => writeln!(
            out,
            "  80% power (Boschloo) needs a risk of {percent}% or more: a harm of {} points. {}",
            f64::from(percent) - (100.0 * control_failure).round(),
            if boschloo(0.0)? < 0.8 { "No benefit has it." } else { "" }
        )?,
        None => writeln!(out, "  No risk has 80% power.")?,
    }
    Ok(())
}
