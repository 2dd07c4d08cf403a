//! The published trial, reproduced: mesenchymal stem cells (MSC) with standard immunosuppression against
//! standard immunosuppression alone in children with severe aplastic anaemia, 9 + 9 patients.
//!
//! `cargo run --release --example saa_trial`, and with figures
//! `cargo run --release --features plot --example saa_trial -- --plot DIR`

#[path = "../src/bin/greenwood/support/written.rs"]
mod written;

use std::io::Write;
use std::process::ExitCode;

use greenwood::proportion::Proportion;
use greenwood::survival::result::HazardRatioMethod::Peto;
use greenwood::trial::examples::{
    Arm, Course, Event, FFS, HARMS, OS, RESPONSE, TIME_TO_RESPONSE, saa, saa_course,
};
use greenwood::trial::{Analysis, Censoring, DataCutoff, Time, Trial};
use written::{Failure, written};

fn main() -> ExitCode {
    written(published)
}

/// The curves, what was concluded from them, and what else the abstract reports.
fn published(out: &mut dyn Write) -> Result<(), Failure> {
    let trial = saa();
    figures()?;
    writeln!(
        out,
        "Severe aplastic anaemia in children: MSC + immunosuppression against immunosuppression alone"
    )?;
    writeln!(
        out,
        "BMC Pediatrics 2021, doi 10.1186/s12887-021-02562-x; {} children\n",
        trial.subjects().len()
    )?;
    for endpoint in [OS, FFS] {
        at_four_years(out, &trial.analyse(&endpoint)?)?;
    }
    let os = trial.analyse(&OS)?;
    writeln!(
        out,
        "median follow-up {}; observed {:.0} months",
        os.follow_up()?,
        os.follow_up()?.observed().in_months()
    )?;
    how_sure(out, &trial)?;
    writeln!(
        out,
        "\nThe order of events was reconstructed from the published figures; the times are illustrative."
    )?;
    beside_the_curves(out)
}

/// The curve of each arm at four years, and how the two compare.
fn at_four_years(out: &mut dyn Write, analysis: &Analysis<Arm, Event>) -> Result<(), Failure> {
    let four_years = Time::years(4.0);
    writeln!(out, "4-year {}", analysis.endpoint())?;
    for arm in [Arm::Msc, Arm::Control] {
        let estimate = analysis.survival(arm, four_years)?;
        let (arm, at_risk) = (format!("{arm:?}"), estimate.at_risk());
        writeln!(out, "  {arm:<8} {estimate}, {at_risk} at risk; with 95% CI {estimate:#}")?;
    }
    let contrast = analysis.contrast(Arm::Msc, Arm::Control)?;
    if let Some(p) = contrast.log_rank().p_value() {
        writeln!(out, "  log-rank p = {p:.3}")?;
    }
    if let Some(ratio) = contrast.hazard_ratio(Peto) {
        writeln!(out, "  hazard ratio {ratio}")?;
    }
    writeln!(out, "  Msc minus Control {}\n", contrast.difference(four_years))?;
    Ok(())
}

/// Failure-free survival: who was at risk and who was lost, and what would be said had it gone otherwise.
fn how_sure(out: &mut dyn Write, trial: &Trial<Arm, Event>) -> Result<(), Failure> {
    let ffs = trial.analyse(&FFS)?;
    writeln!(out, "\nFFS, numbers at risk")?;
    writeln!(out, "{}", ffs.numbers_at_risk(&[0.0, 12.0, 24.0, 36.0, 48.0, 60.0].map(Time::months))?)?;
    writeln!(out, "\nFFS, reasons for censoring\n{}", ffs.reasons())?;

    writeln!(out, "\nFFS, had the child that was lost failed at once, or never")?;
    writeln!(out, "{}", ffs.censoring_bounds(Arm::Msc, Arm::Control, |reason| reason == Censoring::Lost)?)?;
    let fragility = ffs.contrast(Arm::Msc, Arm::Control)?.fragility(0.05)?;
    if let Some(index) = fragility.index {
        writeln!(
            out,
            "survival-inferred fragility index {index}: p = {:.3} after the move",
            fragility.p_after
        )?;
    }

    // The same trial as it was known two years in: later events have not happened yet.
    let early = trial.at(DataCutoff(Time::years(2.0)))?.analyse(&FFS)?;
    let events = early.records().iter().filter(|r| r.outcome.is_event()).count();
    writeln!(out, "\nHad the data been cut at 2 years: {events} failures known\n")?;
    writeln!(out, "{}", trial.explain(2, &FFS)?)?;
    Ok(())
}

/// What else the abstract reports: the response at 90 days, anaphylaxis, no clonal evolution.
fn beside_the_curves(out: &mut dyn Write) -> Result<(), Failure> {
    let (msc, control) = (Arm::Msc, Arm::Control);
    let trial = saa_course();
    writeln!(
        out,
        "\nBeside the curves (the numbers are the abstract's; which child, and on which day, is illustrative)\n"
    )?;
    writeln!(out, "{}\n", trial.responses(&RESPONSE)?.report(msc, control, 0.95)?)?;

    let response = trial.analyse(&TIME_TO_RESPONSE)?;
    writeln!(out, "{}, beside death, by 90 days", response.endpoint())?;
    for arm in [msc, control] {
        writeln!(out, "  {:<8} {}", format!("{arm:?}"), response.incidence(arm, Time::days(90.0))?)?;
    }
    writeln!(out, "  {}\n", response.incidence_contrast(msc, control)?.gray()?)?;

    let harms = trial.adverse_events(&HARMS)?;
    let anaphylaxis = harms.proportion(msc, Course::Anaphylaxis)?;
    let rate = harms.first_rate(msc, Course::Anaphylaxis)?;
    writeln!(
        out,
        "Anaphylaxis to antithymocyte globulin, stem-cell arm (the abstract says nothing of the controls)"
    )?;
    writeln!(out, "  {anaphylaxis:#}, Clopper-Pearson")?;
    writeln!(out, "  per patient-year free of it {:.3} (95% CI {})", rate.value(), rate.interval(0.95)?)?;

    writeln!(out, "Clonal evolution: in nobody")?;
    let none = |arm| harms.proportion(arm, Course::Outcome(Event::ClonalEvolution));
    let (of_msc, of_control) = (none(msc)?, none(control)?);
    let both =
        Proportion::new(of_msc.events() + of_control.events(), of_msc.subjects() + of_control.subjects())?;
    for (who, none) in [("Msc", of_msc), ("Control", of_control), ("both", both)] {
        let upper = 100.0 * none.upper_limit(0.95)?;
        let three =
            none.rule_of_three().map_or(String::new(), |x| format!("; rule of three {:.1}%", 100.0 * x));
        writeln!(
            out,
            "  {who:<8} {}/{}: at most {upper:.1}% with 95% confidence{three}",
            none.events(),
            none.subjects()
        )?;
    }
    Ok(())
}

/// With `--plot DIR` the two curves are drawn into the folder.
#[cfg(feature = "plot")]
fn figures() -> greenwood::Result<()> {
    let mut arguments = std::env::args().skip_while(|a| a != "--plot").skip(1);
    let Some(folder) = arguments.next() else { return Ok(()) };
    let trial = saa();
    for (endpoint, name, axis) in
        [(OS, "saa_os.svg", "Overall survival"), (FFS, "saa_ffs.svg", "Failure-free survival")]
    {
        let analysis = trial.analyse(&endpoint)?;
        let p = analysis.contrast(Arm::Msc, Arm::Control)?.log_rank().p_value();
        let note = p.map_or(String::new(), |p| format!("log-rank p = {p:.3}"));
        let figure = analysis.figure(&[Arm::Msc, Arm::Control])?.title(format!("{axis} by arm"));
        let figure = figure.labels(&["MSC + IST", "IST alone"]).value_axis(axis).note(note);
        figure.until(60.0).landmarks(&[48.0]).save(std::path::Path::new(&folder).join(name))?;
    }
    Ok(())
}

#[cfg(not(feature = "plot"))]
fn figures() -> Result<(), Failure> {
    if std::env::args().any(|a| a == "--plot") {
        let with = "cargo run --release --features plot --example saa_trial -- --plot DIR";
        return Err(format!("--plot draws with the feature plot: {with}").into());
    }
    Ok(())
}
