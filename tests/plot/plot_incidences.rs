//! Incidences of many rows: thinned lines pass where the estimator does, and every number is the estimator's own.

use crate::figure::{Figure, ROUNDING};
use crate::random::Random;
use greenwood::plot::{CurvePlot, Style, TableRow};
use greenwood::survival::curve::CumulativeIncidence;
use greenwood::survival::{AalenJohansen, CompetingRisks, Weights};

type Answer = Result<(), greenwood::Error>;

/// Rows `(time, cause)` in months, of which some share a time.
fn many(rows: usize) -> (Vec<f64>, Vec<Option<&'static str>>) {
    let mut random = Random(11);
    let time = (0..rows).map(|_| (1e4 * random.uniform().powi(2)).round() / 1e4 * 60.0).collect();
    let cause = (0..rows).map(|_| match random.uniform() {
        x if x < 0.2 => None,
        x if x < 0.5 => Some("relapse"),
        x if x < 0.6 => Some("graft failure"),
        _ => Some("death"),
    });
    (time, cause.collect())
}

fn fit(time: &[f64], cause: &[Option<&str>]) -> Result<CumulativeIncidence, greenwood::Error> {
    let data = CompetingRisks::with_causes(time, cause, &["relapse", "graft failure", "death"])?;
    AalenJohansen::new().fit(&data)
}

/// The height of a line at a place, between the lowest and the highest point of a stroke.
fn heights(line: &[(f64, f64)], x: f64, near: f64) -> (f64, f64) {
    let before = line.partition_point(|p| p.0 < x - near).saturating_sub(1);
    let after = line.partition_point(|p| p.0 <= x + near).min(line.len() - 1);
    let all = line[before..=after].iter().map(|p| p.1);
    all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| (a.min(y), b.max(y)))
}

/// Lines of 8,000 rows, each cause on its own or on top of those before it, several rows to a column of print. Steps of a line are drawn
/// up to a tenth of a point early, and those of one estimate up to a quarter of that.
#[test]
fn thinned_lines_pass_where_the_estimates_do() -> Answer {
    let (time, cause) = many(8_000);
    let fit = fit(&time, &cause)?;
    let style = Style { width_mm: 50.0, ..Style::journal() };
    for stacked in [false, true] {
        let mut plot = CurvePlot::incidence(std::slice::from_ref(&fit), &["all"])?.style(style.clone());
        if stacked {
            plot = plot.stacked();
        }
        let figure = Figure::read(&plot.table(&[TableRow::Value]).ticks(&[0.0, 20.0, 60.0]).to_svg()?);
        let (x, y) = (figure.time(), figure.value());
        for (k, cause) in fit.causes().iter().enumerate() {
            let line = &figure.shapes(&format!("curve {}", k + 1))[0].points;
            assert!(line.len() < 3_000, "{} points", line.len());
            for i in 0..60 {
                let t = f64::from(i) + 0.5;
                let below = if stacked { 0 } else { k };
                let value = (below..=k).map(|j| fit.of(&fit.causes()[j]).map(|c| c.at(t).value()));
                let value: f64 = value.map(|v| v.unwrap().unwrap()).sum();
                let (top, bottom) = heights(line, x(t), 0.15);
                assert!((top - ROUNDING..=bottom + ROUNDING).contains(&y(value)), "{cause} at {t}: {value}");
            }
            // The numbers beside the lines are those of the estimator, whatever is drawn.
            let own: f64 = (if stacked { 0 } else { k }..=k)
                .map(|j| fit.of(&fit.causes()[j]).unwrap().at(20.0).value().unwrap())
                .sum();
            let counts = figure.texts(&format!("count {}", k + 1));
            let at = counts.iter().find(|t| (t.at.0 - x(20.0)).abs() < 0.01).unwrap();
            assert_eq!(at.content, format!("{own:.2}"), "{cause}, stacked: {stacked}");
        }
    }
    Ok(())
}

/// Who enters late is at risk from then on, weights are summed, and events are those of each cause: each number by its
/// definition.
#[test]
fn the_table_counts_entries_weights_and_causes() -> Answer {
    let time = [4.0, 6.0, 8.0, 8.0, 9.0, 3.0];
    let entry = [0.0, 2.0, 5.0, 0.0, 7.0, 0.0];
    let cause = [Some("a"), Some("b"), None, Some("a"), Some("b"), None];
    let weight = [1.4, 2.0, 0.6, 3.0, 1.0, 2.0];
    for weighted in [false, true] {
        let mut data = CompetingRisks::with_causes(&time, &cause, &["a", "b"])?.with_entry(&entry)?;
        if weighted {
            data = data.with_weights(Weights::sampling(weight.to_vec()))?;
        }
        let plot = CurvePlot::incidence(&[AalenJohansen::new().fit(&data)?], &["all"])?;
        let ticks = [3.5, 5.5, 6.5, 7.5, 9.0];
        let plot =
            plot.until(10.0).ticks(&ticks).table(&[TableRow::AtRisk, TableRow::Censored, TableRow::Events]);
        let figure = Figure::read(&plot.to_svg()?);
        let sum = |pick: &dyn Fn(usize) -> bool| {
            let of = |&i: &usize| if weighted { weight[i] } else { 1.0 };
            format!("{:.0}", (0..6).filter(|&i| pick(i)).map(|i| of(&i)).sum::<f64>() + 0.0)
        };
        let column = |pick: &dyn Fn(usize, f64) -> bool| ticks.map(|t| sum(&|i| pick(i, t)));
        let at_risk = column(&|i, t| entry[i] < t && time[i] >= t);
        let censored = column(&|i, t| time[i] < t && cause[i].is_none());
        let events = |of| column(&|i, t| time[i] < t && cause[i] == Some(of));
        let shown =
            |class: &str| -> Vec<String> { figure.texts(class).iter().map(|t| t.content.clone()).collect() };
        assert_eq!(shown("count 1"), [at_risk, censored, events("a")].concat(), "weighted: {weighted}");
        assert_eq!(shown("count 2"), events("b"), "weighted: {weighted}");
    }
    Ok(())
}
