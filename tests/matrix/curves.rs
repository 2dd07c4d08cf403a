//! Curves, what is asked of them, and contrasts of two.

use greenwood::survival::contrast::{
    AverageHazardRatio, AverageMethod, InvertedLogRank, MeanMeasure, Measure, MedianMeasure,
};
use greenwood::survival::curve::{
    Actuarial, Bandwidth, CumulativeHazard, FlemingHarrington, IncidenceRate, Pseudo, SimonMakuch,
    SmoothedHazard,
};
use greenwood::survival::{
    AalenJohansen, Band, Interval, KaplanMeier, NelsonAalen, SmallSample, SurvivalCurve, WinRatio,
};

use crate::sample::{Sample, column};
use crate::shown::{Outcome, Shown};

const GRID: [f64; 5] = [3.0, 6.0, 10.0, 15.0, 20.0];

fn of_curve(shown: &mut Shown, curve: &SurvivalCurve) {
    for e in curve.at_many(&GRID) {
        shown.maybe("S", e.value(), &[]).maybe("se", e.std_error(), &[]);
        shown.number("at risk", e.at_risk()).number("events", e.events());
        for transform in [Interval::plain(), Interval::log(), Interval::log_log(), Interval::logit()] {
            shown.maybe("interval", e.interval(transform), &[]);
        }
        shown.text("at", e);
    }
    shown.maybe("mean", curve.restricted_mean(8.0), &[]).maybe(
        "quantiles",
        curve.quantiles(&[0.25, 0.5], 0.9),
        &[],
    );
    shown.text("printed", curve).text("advice", format!("{:?}", curve.advice(6.0)));
    shown.text("small risk sets", format!("{:?}", curve.warnings()));
}

pub fn kaplan_meier(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    of_curve(&mut shown, &KaplanMeier::fit(&of.right()));
    for curve in KaplanMeier::by_group(&of.right(), &of.groups())? {
        of_curve(&mut shown, &curve);
    }
    of_curve(&mut shown, &KaplanMeier::fit(&of.right()).given_survival_to(3.0)?);
    Ok(shown)
}

pub fn censoring(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    of_curve(&mut shown, &KaplanMeier::censoring(&of.right()));
    Ok(shown)
}

fn of_hazard(hazard: &CumulativeHazard) -> Outcome {
    let mut shown = Shown::default();
    for t in GRID {
        let e = hazard.at(t);
        shown.maybe("H", e.value(), &[]).maybe("se", e.std_error(), &[]);
        shown.maybe("interval", e.interval(0.9), &[]);
    }
    shown.text("printed", hazard);
    of_curve(&mut shown, &hazard.survival());
    Ok(shown)
}

pub fn nelson_aalen(of: &Sample) -> Outcome {
    of_hazard(&NelsonAalen::fit(&of.right()))
}

pub fn fleming_harrington(of: &Sample) -> Outcome {
    of_hazard(&FlemingHarrington::fit(&of.right()))
}

pub fn bands(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let curve = KaplanMeier::fit(&of.right());
    for band in [Band::hall_wellner(), Band::equal_precision()] {
        let band = band.fit(&curve)?;
        shown.text("printed", &band);
        for t in GRID {
            shown.all("at", &band.at(t), &[]);
        }
        shown.number("critical", band.critical_value());
    }
    Ok(shown)
}

pub fn small_samples(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let curves = KaplanMeier::by_group(&of.right(), &of.groups())?;
    for t in [3.0, 6.0] {
        for how in [
            SmallSample::beta_product(),
            SmallSample::beta_product_mid_p(),
            SmallSample::likelihood_ratio(),
            SmallSample::rothman(),
            SmallSample::borkowf(),
            SmallSample::borkowf_shrunken(),
        ] {
            shown.maybe("interval", curves[0].small_sample_interval(t, how), &[]);
        }
        match curves[1].melded(&curves[0], t) {
            Ok(melded) => {
                shown.text("melded", format!("{melded:?}"));
                for measure in [Measure::Difference, Measure::Ratio] {
                    shown.maybe("melded interval", melded.interval(measure, 0.95), &[]);
                }
                shown.text("melded", &melded).all("p", &melded.p_value(), &[]);
            }
            Err(error) => drop(shown.text("melded", error)),
        }
    }
    Ok(shown)
}

pub fn contrasts(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let curves = KaplanMeier::by_group(&of.right(), &of.groups())?;
    for measure in [Measure::Difference, Measure::Ratio, Measure::OddsRatio] {
        let contrast = curves[1].contrast(&curves[0], 6.0, measure);
        shown.text("contrast", contrast);
    }
    for measure in [MeanMeasure::Difference, MeanMeasure::Ratio] {
        shown.maybe("means", curves[1].restricted_mean_contrast(&curves[0], 6.0, measure), &[]);
    }
    for measure in [MedianMeasure::Difference, MedianMeasure::Ratio] {
        match curves[1].median_contrast(&curves[0], measure, 0.9) {
            Ok(contrast) => drop(shown.text("medians", contrast)),
            Err(error) => drop(shown.text("medians", error)),
        }
    }
    Ok(shown)
}

pub fn life_table(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let breaks = [0.0, 3.0, 7.0, 12.0, 26.0];
    let table = Actuarial::fit(&of.right(), &breaks)?;
    shown.all("table", &table, &[]).text("table", &table);
    for table in Actuarial::by_group(&of.right(), &of.groups(), &breaks)? {
        shown.all("table", &table, &[]).text("table", &table);
    }
    Ok(shown)
}

pub fn smoothed_hazard(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    for bandwidth in [Bandwidth::Fixed(5.0), Bandwidth::default()] {
        let fit = SmoothedHazard::new().bandwidth(bandwidth).points(5).fit(&of.right())?;
        shown.all("hazard", &fit, &[]);
    }
    Ok(shown)
}

pub fn incidence_rate(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    for rate in [IncidenceRate::estimate(&of.right())?, IncidenceRate::of_cause(&of.competing(), "1")?] {
        shown.all("rate", &rate, &[]).text("rate", rate).maybe("interval", rate.interval(0.95), &[]);
    }
    Ok(shown)
}

/// Sums and sums of squares, each row as often as it counts.
fn pseudo(of: &Sample, method: &Pseudo) -> Outcome {
    let mut shown = Shown::default();
    let w = column(&of.rows, |r| if of.weights(&[]).is_some() { r.weight } else { 1.0 });
    for values in [
        method.survival(&of.right())?,
        method.restricted_mean(&of.right())?,
        method.cumulative_hazard(&of.right())?,
        method.incidence(&of.competing(), "1")?,
        method.time_lost(&of.competing(), "2")?,
    ] {
        shown.numbers("estimate", values.estimate().iter().copied());
        for column in values.values().columns() {
            for power in [1, 2] {
                let sum: f64 = column.iter().zip(&w).map(|(v, w)| w * v.powi(power)).sum();
                shown.number("sum", sum / 100.0);
            }
        }
        shown.all("std errors", &values.std_errors(), &[]);
    }
    Ok(shown)
}

pub fn pseudo_values(of: &Sample) -> Outcome {
    pseudo(of, &Pseudo::new(&[4.0, 8.0]))
}

pub fn infinitesimal_pseudo_values(of: &Sample) -> Outcome {
    pseudo(of, &Pseudo::new(&[4.0, 8.0]).infinitesimal())
}

pub fn incidences(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let data = of.competing();
    let mut fits = AalenJohansen::new().by_group(&data, &of.groups())?;
    let (b, a) = (fits.remove(1), fits.remove(0));
    let contrast = |t: f64| Ok::<_, greenwood::Error>((b.of("1")?.at(t), a.of("1")?.at(t)));
    for t in GRID {
        let (b, a) = contrast(t)?;
        shown.text("difference", b.difference(&a)).text("ratio", b.ratio(&a));
    }
    let whole = AalenJohansen::new().fit(&data)?;
    for fit in [&whole, &a, &b] {
        shown.text("printed", fit);
        for curve in fit.curves() {
            for t in GRID {
                let e = curve.at(t);
                shown.maybe("F", e.value(), &[]).maybe("se", e.std_error(), &[]).text("at", e);
                shown.maybe("interval", e.interval(Interval::log_log()), &[]);
            }
            shown.maybe("lost", curve.time_lost(8.0), &[]);
            shown.maybe("quantiles", curve.quantiles(&[0.1, 0.3], 0.95), &[]);
        }
    }
    Ok(shown)
}

pub fn win_ratio(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let death = of.competing().cause_specific("2")?;
    let any = of.right();
    let wins = WinRatio::new().endpoint("death", &death).endpoint("any", &any);
    let wins = wins.estimate(&of.groups(), of.labels[1], of.labels[0])?;
    shown.all("wins", &wins, &[]).text("wins", &wins);
    Ok(shown)
}

pub fn inverted_log_rank(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let fit = InvertedLogRank::fit(&of.right(), &of.groups(), of.labels[1], of.labels[0])?;
    shown.text("fit", &fit).all("p", &fit.p_value(1.2)?, &[]).maybe("interval", fit.interval(0.9), &[]);
    Ok(shown)
}

pub fn average_hazard_ratio(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    for method in [AverageMethod::Curves, AverageMethod::default()] {
        let fit = AverageHazardRatio::new().method(method).until(8.0);
        let fit = fit.estimate(&of.right(), &of.groups(), of.labels[1], of.labels[0])?;
        shown.all("ratio", &fit, &[]).text("ratio", &fit);
    }
    Ok(shown)
}

pub fn simon_makuch(of: &Sample) -> Outcome {
    let changes = column(&of.rows, |r| r.ill.filter(|&t| !of.cell.entry || t > r.entry));
    let rows = of.right().split_at_change(&changes, "well", "ill")?;
    let mut shown = Shown::default();
    for curve in SimonMakuch::new().fit(&rows)? {
        of_curve(&mut shown, &curve);
    }
    let test = greenwood::survival::log_rank::MantelByar::test(&rows)?;
    shown.all("test", &test, &[]).text("test", &test);
    Ok(shown)
}
