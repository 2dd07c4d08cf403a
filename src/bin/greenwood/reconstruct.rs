//! From published figures to the data behind them: every order of events that agrees with a report, or the
//! proof that there is none.
//!
//! Without arguments: the published trial of mesenchymal stem cells in children's aplastic anaemia, from four
//! percentages and a p-value to the order of events that the other examples use.
//!
//! ```text
//! cargo run --release --example reconstruct
//! cargo run --release --example reconstruct -- --first "new n=20 S(12)=55.0% SE(12)=11.1% risk(12)=11 events=12" --check
//! cargo run --release --example reconstruct -- --first "MSC n=9 S(48)=38.1% SE(48)=17.2%" \
//!     --second "control n=9 S(48)=66.7% SE(48)=15.7%" --p 0.153 --no-ties
//! ```

use std::fmt::Write;
use std::ops::ControlFlow;

use clap::Parser;
use greenwood::survival::RightCensored;
use greenwood::survival::result::HazardRatioMethod;
use greenwood::trial::examples::{Arm, FFS, saa};
use greenwood::trial::reconstruct::{
    ArmFigures, ArmOrders, LaterCensoring, SearchOutcome, StdErrorConvention, TiedTimes, TrialFigures,
};

use crate::support::{Failure, Program, tell};

/// Finds every order of events and censorings that agrees with published figures.
///
/// An arm is a name followed by figures: n=9, S(48)=38.1%, SE(48)=17.2% at a landmark; risk(24)=5 just before
/// a time; events(48)=5 up to a time, events=6 in all; censored(48)=1 before a time, censored=3 in all;
/// median=15 or median=none.
#[derive(Parser, Debug)]
#[command(
    after_help = "Example: reconstruct --first \"MSC n=9 S(48)=38.1% SE(48)=17.2%\" --second \"control n=9 S(48)=66.7% SE(48)=15.7%\" --p 0.153 --no-ties"
)]
pub struct Options {
    /// The first arm, "name n=9 S(48)=38.1% …"; without it the published trial is reconstructed.
    #[arg(long)]
    first: Option<String>,
    /// The second arm.
    #[arg(long, requires = "first")]
    second: Option<String>,
    /// The two-sided p-value of the log-rank test, as printed.
    #[arg(long, requires = "second")]
    p: Option<String>,
    /// The hazard ratio of the first arm against the second by Peto's formula, as printed.
    #[arg(long, requires = "second")]
    hr: Option<String>,
    /// No two events at one time.
    #[arg(long)]
    no_ties: bool,
    /// Leave out one figure at a time: which one contradicts the others?
    #[arg(long)]
    check: bool,
    /// What the standard errors are, by the name that the table of a result shows; "list" shows all.
    #[arg(long, default_value = "Greenwood")]
    convention: String,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        run(&self)
    }
}

fn run(args: &Options) -> Result<String, Failure> {
    let mut out = String::new();
    match &args.first {
        Some(first) => own_figures(&mut out, args, first)?,
        None => published_trial(&mut out)?,
    }
    writeln!(
        out,
        "Not identified: all times (only their order is); ties within an arm, which change neither the curve nor\n\
         Greenwood's error; censorings behind the last event, within the ranges above; whatever happened after the\n\
         last published time, where no events are taken to have happened."
    )?;
    Ok(out)
}

fn own_figures(out: &mut String, args: &Options, first: &str) -> Result<(), Failure> {
    let Some(convention) = StdErrorConvention::ALL.into_iter().find(|c| c.to_string() == args.convention)
    else {
        let all: Vec<_> = StdErrorConvention::ALL.iter().map(ToString::to_string).collect();
        return Err(format!("the conventions for standard errors are: {}", all.join("; ")).into());
    };
    let first = arm(first)?.convention(convention);
    writeln!(out, "{}\n", orders(&first)?)?;
    let Some(second) = &args.second else {
        if args.check {
            writeln!(out, "{}\n", first.consistency()?)?;
        }
        return Ok(());
    };
    let second = arm(second)?.convention(convention);
    writeln!(out, "{}\n", orders(&second)?)?;
    let mut trial = TrialFigures::new(first, second);
    if let Some(p) = &args.p {
        trial = trial.log_rank_p(p);
    }
    if let Some(ratio) = &args.hr {
        trial = trial.hazard_ratio(ratio, HazardRatioMethod::Peto);
    }
    if args.no_ties {
        trial = trial.tied_times(TiedTimes::Excluded);
    }
    writeln!(out, "{}\n", trial.reconstruct()?)?;
    if args.check {
        writeln!(out, "{}\n", trial.consistency()?)?;
    }
    Ok(())
}

/// "name n=9 S(48)=38.1% …"
fn arm(text: &str) -> Result<ArmFigures, Failure> {
    let mut words = text.split_whitespace();
    let name = words.next().ok_or("an arm begins with its name")?;
    let (mut figures, mut subjects) = (Vec::new(), None);
    for word in words {
        let wrong =
            || format!("\"{word}\" is not understood: write n=9, S(48)=38.1%, risk(24)=5, events=6 …");
        let (key, value) = word.split_once('=').ok_or_else(wrong)?;
        let (key, time) = match key.split_once('(') {
            Some((key, rest)) => {
                (key, Some(rest.strip_suffix(')').ok_or_else(wrong)?.parse::<f64>().map_err(|_| wrong())?))
            }
            None => (key, None),
        };
        if key == "n" {
            subjects = Some(value.parse().map_err(|_| wrong())?);
        } else {
            figures.push((key.to_string(), time, value.to_string(), wrong()));
        }
    }
    let mut arm = ArmFigures::new(name, subjects.ok_or("an arm needs its number of subjects: n=9")?);
    for (key, time, value, wrong) in figures {
        let count = || value.parse::<u32>().map_err(|_| wrong.clone());
        arm = match (key.as_str(), time) {
            ("S", Some(t)) => arm.survival(t, &value),
            ("SE", Some(t)) => arm.std_error(t, &value),
            ("risk", Some(t)) => arm.at_risk(t, count()?),
            ("events", Some(t)) => arm.events_by(t, count()?),
            ("events", None) => arm.events(count()?),
            ("censored", Some(t)) => arm.censored_before(t, count()?),
            ("censored", None) => arm.censored(count()?),
            ("median", None) if value == "none" => arm.median_not_reached(),
            ("median", None) => arm.median(value.parse().map_err(|_| wrong)?),
            _ => return Err(wrong.into()),
        };
    }
    Ok(arm)
}

/// All orders of an arm, with a sign of life in a long search.
fn orders(figures: &ArmFigures) -> Result<ArmOrders, Failure> {
    let mut calls = 0;
    let found = figures.reconstruct_with(|progress| {
        calls += 1;
        if calls % 4096 == 0 {
            let share = progress.decided as f64 / progress.orders as f64;
            tell(format_args!(
                "{}: {:.1}% decided, {} found",
                figures.label(),
                100.0 * share,
                progress.found
            ));
        }
        ControlFlow::Continue(())
    })?;
    if found.consistent() == 0 && found.ended() == SearchOutcome::Complete {
        tell(format_args!(
            "{}: no data have all these figures; --check looks for the wrong one",
            figures.label()
        ));
    }
    Ok(found)
}

/// BMC Pediatrics 2021, doi 10.1186/s12887-021-02562-x: all that its abstract says of failure-free survival.
fn published_trial(out: &mut String) -> Result<(), Failure> {
    writeln!(
        out,
        "Mesenchymal stem cells in severe aplastic anaemia, 9 + 9 children. Published, at 4 years:"
    )?;
    writeln!(out, "  failure-free survival 38.1% ± 17.2% against 66.7% ± 15.7%, p = 0.153\n")?;
    let figures = |label, s, se| ArmFigures::new(label, 9).survival(48.0, s).std_error(48.0, se);
    let (msc, control) = (figures("MSC", "38.1%", "17.2%"), figures("control", "66.7%", "15.7%"));

    writeln!(out, "What is behind the ±? Orders that agree, by convention:")?;
    for convention in StdErrorConvention::ALL {
        let count = |arm: &ArmFigures| {
            Ok::<_, Failure>(arm.clone().convention(convention).reconstruct()?.consistent())
        };
        writeln!(out, "  {:<30} {:>4} {:>4}", convention.to_string(), count(&msc)?, count(&control)?)?;
    }
    writeln!(out, "\n{}\n\n{}\n", msc.reconstruct()?, control.reconstruct()?)?;

    let trial = TrialFigures::new(msc.clone(), control.clone()).log_rank_p("0.153");
    for (ties, later) in [
        (TiedTimes::Excluded, LaterCensoring::Fewest),
        (TiedTimes::Excluded, LaterCensoring::Any),
        (TiedTimes::Admitted, LaterCensoring::Fewest),
        (TiedTimes::Admitted, LaterCensoring::Any),
    ] {
        writeln!(out, "{}\n", trial.clone().tied_times(ties).later_censoring(later).reconstruct()?)?;
    }

    // The trial of the other examples, as rows.
    let ffs = saa().analyse(&FFS)?;
    let rows = |arm| {
        let own = ffs.records().iter().filter(|r| r.arm == arm);
        let rows: (Vec<f64>, Vec<bool>) = own.map(|r| (r.time.in_months(), r.outcome.is_event())).unzip();
        RightCensored::new(rows.0, rows.1)
    };
    let order = trial.interleaving_of(&rows(Arm::Msc)?, &rows(Arm::Control)?)?;
    let untied = trial.tied_times(TiedTimes::Excluded).reconstruct()?;
    assert!(untied.arms()[0].contains(&msc.order_of(&rows(Arm::Msc)?)?));
    assert!(untied.arms()[1].contains(&control.order_of(&rows(Arm::Control)?)?));
    assert!(untied.contains(&order));
    writeln!(
        out,
        "`trial::examples::saa()` has the order {order}: one of these, and without ties the only one up to the"
    )?;
    writeln!(out, "censorings behind the last failure.\n")?;
    Ok(())
}
