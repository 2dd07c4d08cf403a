//! The published trial, nine children against nine, read with methods made for so few: what can be said, and
//! what cannot.
//!
//! `cargo run --release --example saa_small_sample`

use greenwood::survival::contrast::{InvertedLogRank, MeanMeasure, Measure};
use greenwood::survival::{Interval, RightCensored, SmallSample, WinRatio};
use greenwood::trial::Time;
use greenwood::trial::examples::{Arm, FFS, OS, saa};

fn main() -> greenwood::Result<()> {
    let trial = saa();
    let ffs = trial.analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    let os = trial.analyse(&OS)?.contrast(Arm::Msc, Arm::Control)?;
    let (msc, control) = ffs.curves();
    let four_years = Time::years(4.0).in_days();

    println!(
        "Severe aplastic anaemia: stem cells (Msc) against Control, 9 + 9 children, failure-free at 4 years"
    );
    println!(
        "(BMC Pediatrics 2021; order of events reconstructed from the published figures, times illustrative)\n"
    );

    println!("One arm at a time: 95% intervals      Msc               Control");
    let usual = |name: &str, how: Interval| -> greenwood::Result<()> {
        let (a, b) = (msc.at(four_years).interval(how)?, control.at(four_years).interval(how)?);
        println!("  {name:<34} {a:.3}    {b:.3}");
        Ok(())
    };
    usual("plain", Interval::plain())?;
    usual("log-log (usual)", Interval::log_log())?;
    for (name, how) in [
        ("likelihood ratio", SmallSample::likelihood_ratio()),
        ("Rothman-Wilson", SmallSample::rothman()),
        ("Borkowf, shrunken", SmallSample::borkowf_shrunken()),
        ("beta product, mid-p", SmallSample::beta_product_mid_p()),
        ("beta product (guaranteed)", SmallSample::beta_product()),
    ] {
        let interval =
            |curve: &greenwood::survival::SurvivalCurve| curve.small_sample_interval(four_years, how);
        println!("  {name:<34} {:.3}    {:.3}", interval(msc)?, interval(control)?);
    }
    for (arm, curve) in [("Msc", msc), ("Control", control)] {
        if let Some(advice) = curve.advice(four_years) {
            println!("  {arm}: {advice}");
        }
    }

    println!("\nThe two arms at 4 years");
    for measure in [Measure::Difference, Measure::Ratio, Measure::OddsRatio, Measure::CumulativeHazardRatio] {
        println!("  {:<28} {:.2}", measure.to_string(), msc.contrast(control, four_years, measure));
    }
    let melded = msc.melded(control, four_years)?;
    println!(
        "  melded difference            {:.2}, p = {:.3}",
        melded.interval(Measure::Difference, 0.95)?,
        melded.p_value()
    );
    println!(
        "  the same, mid-p              {:.2}, p = {:.3}",
        {
            let mid_p = melded.clone().mid_p();
            mid_p.interval(Measure::Difference, 0.95)?
        },
        melded.clone().mid_p().p_value()
    );
    println!("  number needed to treat       {}", msc.number_needed_to_treat(control, four_years, 0.95)?);

    println!("\nOver the four years");
    for (name, measure) in [
        ("restricted mean, difference (days)", MeanMeasure::Difference),
        ("ratio of restricted means", MeanMeasure::Ratio),
        ("ratio of times lost", MeanMeasure::TimeLostRatio),
    ] {
        println!("  {name:<35} {}", msc.restricted_mean_contrast(control, four_years, measure)?);
    }
    let (data, arm) = ffs.survival_data();
    println!("  hazard ratio  {}", InvertedLogRank::fit(data, arm, ffs.of(), ffs.against())?);
    if let Some(p) = ffs.log_rank().p_value() {
        println!("  log-rank p = {p:.3}");
    }
    if let Some(advice) = ffs.log_rank().advice() {
        println!("  {advice}");
    }

    let (deaths, _): (&RightCensored, _) = os.survival_data();
    let wins = WinRatio::new().endpoint("death", deaths).endpoint("failure", data).estimate(
        arm,
        ffs.of(),
        ffs.against(),
    )?;
    println!("\n{wins}");

    println!(
        "\nWhat nine against nine can say: failure was more frequent with stem cells in this sample (5 against 3).\n\
         What it cannot: every interval above holds no effect, a benefit of one child in five or six, and a harm of\n\
         more than one in two. Neither equality nor a difference has been shown."
    );
    Ok(())
}
