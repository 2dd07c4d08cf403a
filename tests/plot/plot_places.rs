//! The SVG read back: every corner, mark and number is where the raw data say, whatever the data are.
//!
//! The product limit and the counts are made here from the rows themselves, by their definitions.

use crate::figure::{Figure, ROUNDING};
use crate::random::Random;
use greenwood::plot::{CurvePlot, KaplanMeierPlot, PanelPlot, Style, TableRow, VerticalAxis};
use greenwood::survival::{Groups, KaplanMeier, RightCensored, Weights};

type Answer = Result<(), greenwood::Error>;

/// Rows `(entry, time, event, weight)`.
type Rows = Vec<(f64, f64, bool, f64)>;

/// Under observation just before t; an entry at 0 is none.
fn at_risk(rows: &Rows, t: f64) -> f64 {
    rows.iter().filter(|r| (r.0 == 0.0 || r.0 < t) && r.1 >= t).map(|r| r.3).sum()
}

fn total(rows: &Rows, t: f64, event: bool, until: fn(f64, f64) -> bool) -> f64 {
    rows.iter().filter(|r| r.2 == event && until(r.1, t)).map(|r| r.3).sum()
}

/// The product limit after t, by its definition.
fn survival(rows: &Rows, t: f64) -> f64 {
    let mut times: Vec<f64> = rows.iter().filter(|r| r.2 && r.1 <= t).map(|r| r.1).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    times.iter().map(|&u| 1.0 - total(rows, u, true, |a, b| a == b) / at_risk(rows, u)).product()
}

fn near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= ROUNDING, "{what}: {a} instead of {b}");
}

/// Draws the rows and reads the picture back.
fn check(what: &str, rows: &Rows, weighted: bool) -> Answer {
    let column = |f: fn(&(f64, f64, bool, f64)) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
    let event: Vec<bool> = rows.iter().map(|r| r.2).collect();
    let mut data = RightCensored::new(column(|r| r.1), event)?;
    if rows.iter().any(|r| r.0 > 0.0) {
        data = data.with_entry(column(|r| r.0))?;
    }
    if weighted {
        data = data.with_weights(Weights::sampling(column(|r| r.3)))?;
    }
    let curve = KaplanMeier::fit(&data);
    for event_axis in [false, true] {
        let mut plot = KaplanMeierPlot::new(std::slice::from_ref(&curve)).table(&[
            TableRow::AtRisk,
            TableRow::Censored,
            TableRow::Events,
            TableRow::AtRiskShare,
        ]);
        if event_axis {
            plot = plot.vertical_axis(VerticalAxis::Event);
        }
        let figure = Figure::read(&plot.to_svg()?);
        let (x, y) = (figure.time(), figure.value());
        let height = |s: f64| y(100.0 * if event_axis { 1.0 - s } else { s });
        let end = rows.iter().map(|r| r.1).fold(0.0, f64::max);

        // The curve: at 1 until the first event, across, then up or down, to the end of follow-up.
        let mut steps: Vec<f64> = rows.iter().filter(|r| r.2).map(|r| r.1).collect();
        steps.sort_by(f64::total_cmp);
        steps.dedup();
        let mut expected = vec![(x(0.0), height(1.0))];
        let mut last = 1.0;
        for &t in &steps {
            expected.push((x(t), height(last)));
            last = survival(rows, t);
            expected.push((x(t), height(last)));
        }
        expected.push((x(end), height(last)));
        // Corners that are one place in print are one corner.
        let line = &figure.shapes("curve 1")[0].points;
        let thin = |points: &[(f64, f64)]| {
            let mut thin: Vec<(f64, f64)> = Vec::new();
            for &p in points {
                if thin.last().is_none_or(|l| (l.0 - p.0).abs() > ROUNDING || (l.1 - p.1).abs() > ROUNDING) {
                    thin.push(p);
                }
            }
            thin
        };
        let (line, expected) = (thin(line), thin(&expected));
        assert_eq!(line.len(), expected.len(), "{what}: corners {line:?} {expected:?}");
        for (p, e) in line.iter().zip(&expected) {
            near(p.0, e.0, what);
            near(p.1, e.1, what);
        }

        // The band: its limits at each of its steps are those of the curve, on either side of it, and it ends with it.
        for band in figure.shapes("band 1") {
            for &t in &steps {
                let Some((lower, upper)) = curve.at(t).interval(0.95)?.bounds() else { continue };
                let of = |s: f64| (x(t), height(s));
                let has = |(px, py): (f64, f64)| {
                    band.points.iter().any(|p| (p.0 - px).abs() <= ROUNDING && (p.1 - py).abs() <= ROUNDING)
                };
                let drawn = band.points.iter().any(|p| (p.0 - x(t)).abs() <= ROUNDING);
                assert!(!drawn || has(of(lower)) && has(of(upper)), "{what}: the band at {t}");
            }
            let right = band.points.iter().map(|p| p.0).fold(0.0, f64::max);
            assert!(right <= x(end) + ROUNDING, "{what}: the band's end");
        }

        // Marks: on the curve, at every time of censoring, also where there was an event.
        let mut censored: Vec<f64> = rows.iter().filter(|r| !r.2).map(|r| r.1).collect();
        censored.sort_by(f64::total_cmp);
        censored.dedup();
        let marks = figure.shapes("censored 1");
        for mark in &marks {
            let (px, py) = (mark.points[0].0, f64::midpoint(mark.points[0].1, mark.points[1].1));
            let own = censored
                .iter()
                .find(|&&t| (x(t) - px).abs() <= 0.8 && (height(survival(rows, t)) - py).abs() <= ROUNDING);
            assert!(own.is_some(), "{what}: a mark at ({px}, {py})");
        }
        assert_eq!(marks.is_empty(), censored.is_empty(), "{what}");
        for &t in &censored {
            assert!(marks.iter().any(|m| (m.points[0].0 - x(t)).abs() <= 0.8), "{what}: no mark for {t}");
        }

        // The table: each number under its tick, and what the rows say.
        let all = if weighted { rows.iter().map(|r| r.3).sum::<f64>() } else { rows.len() as f64 };
        let mut counts = figure.texts("count 1").into_iter();
        for row in 0..4 {
            for tick in figure.texts("time tick") {
                let t: f64 = tick.content.parse().unwrap();
                let expected = match row {
                    0 => at_risk(rows, t),
                    1 => total(rows, t, false, |a, b| a < b),
                    2 => total(rows, t, true, |a, b| a < b),
                    _ => 100.0 * at_risk(rows, t) / all,
                };
                let count = counts.next().unwrap();
                near(count.at.0, tick.at.0, what);
                let shown: f64 = count.content.parse().unwrap();
                // Where the sum of weights lies at a half, either neighbour is its rounding.
                assert!((shown - expected).abs() <= 0.5 + 1e-6, "{what}: {shown} at {t}, not {expected}");
                assert!(row < 3 || (0.0..=100.0).contains(&shown), "{what}: {shown} % at risk");
            }
        }
        assert!(counts.next().is_none(), "{what}: a number without a tick");
    }
    Ok(())
}

fn random_rows(seed: u64, n: usize, entry: bool, weighted: bool, grid: f64) -> Rows {
    let mut random = Random(seed);
    let mut uniform = || random.uniform();
    (0..n)
        .map(|_| {
            let enters = if entry && uniform() < 0.5 { (uniform() * 5.0 / grid).floor() * grid } else { 0.0 };
            let time = enters + grid + (uniform() * 20.0 / grid).floor() * grid;
            (enters, time, uniform() < 0.6, if weighted { (0.25 + uniform()) * 3.0 } else { 1.0 })
        })
        .collect()
}

#[test]
fn the_picture_says_what_the_rows_say() -> Answer {
    for seed in 0..6 {
        for (n, grid) in [(3, 1.0), (12, 2.0), (40, 0.5), (90, 1.0)] {
            check("ties", &random_rows(seed, n, false, false, grid), false)?;
            check("weights", &random_rows(seed + 10, n, false, true, grid), true)?;
            check("entry", &random_rows(seed + 20, n, true, false, grid), false)?;
            check("entry and weights", &random_rows(seed + 30, n, true, true, grid), true)?;
        }
    }
    Ok(())
}

#[test]
fn the_edges_of_data() -> Answer {
    let rows = |list: &[(f64, bool)]| list.iter().map(|&(t, d)| (0.0, t, d, 1.0)).collect::<Rows>();
    check("S reaches 0", &rows(&[(1.0, true), (2.0, true), (3.0, true)]), false)?;
    check("S stays 1", &rows(&[(1.0, false), (2.0, false), (3.0, false)]), false)?;
    check("one subject with the event", &rows(&[(5.0, true)]), false)?;
    check("one censored subject", &rows(&[(5.0, false)]), false)?;
    check("all at one time", &rows(&[(2.0, true), (2.0, false), (2.0, true)]), false)?;
    check("an event at 0", &rows(&[(0.0, true), (2.0, false), (3.0, true)]), false)?;
    check("a hundredth", &rows(&[(0.002, true), (0.005, false), (0.01, true), (0.01, false)]), false)?;
    check("a million", &rows(&[(2e5, true), (5e5, false), (1e6, true), (1e6, false)]), false)?;
    check("ten censored at one place", &rows(&[(4.0, false); 10]), false)
}

/// Long and short axes have ticks that can be told apart, and none of their labels overlap.
#[test]
fn ticks_of_any_axis_are_readable() -> Answer {
    for end in [0.01, 0.5, 1.0, 7.0, 60.0, 364.0, 5000.0, 1e6, 3.5e7] {
        for name in ["Time", "Months", "Days", "Years"] {
            for width_mm in [50.0, 84.0, 120.0, 250.0] {
                let curve = KaplanMeier::fit(&RightCensored::new(&[end * 0.4, end], &[true, false])?);
                let style = Style { width_mm, ..Style::journal() };
                let figure =
                    Figure::read(&KaplanMeierPlot::new(&[curve]).time_axis(name).style(style).to_svg()?);
                let ticks = figure.texts("time tick");
                assert!(ticks.len() >= 2, "{end} {name}: {} ticks", ticks.len());
                for pair in ticks.windows(2) {
                    assert!(pair[0].bounds().2 < pair[1].bounds().0, "{end} {name} at {width_mm} mm");
                    assert_ne!(pair[0].content, pair[1].content);
                }
                let last = ticks[ticks.len() - 1].bounds().2;
                assert!(last <= figure.width, "{end} {name} at {width_mm} mm: {last} of {}", figure.width);
            }
        }
    }
    Ok(())
}

/// A curve that is followed beyond the axis is cut there, with its band and its marks; the table stays with the ticks.
#[test]
fn an_axis_that_ends_early_cuts_everything() -> Answer {
    let rows = random_rows(4, 60, false, false, 0.5);
    let data = RightCensored::new(
        rows.iter().map(|r| r.1).collect::<Vec<_>>(),
        rows.iter().map(|r| r.2).collect::<Vec<_>>(),
    )?;
    let plot = KaplanMeierPlot::new(&[KaplanMeier::fit(&data)]).until(7.0).landmarks(&[3.0, 9.0]);
    let figure = Figure::read(&plot.to_svg()?);
    let right = figure.panel().2;
    for shape in figure.shapes.iter().filter(|s| s.class != "axis") {
        assert!(shape.points.iter().all(|p| p.0 <= right + ROUNDING), "{}", shape.class);
    }
    assert_eq!(figure.shapes("landmark").len(), 1, "the landmark beyond the axis is not drawn");
    for (count, tick) in figure.texts("count 1").iter().zip(figure.texts("time tick")) {
        let t: f64 = tick.content.parse().unwrap();
        near(count.at.0, tick.at.0, "a column");
        assert_eq!(count.content, at_risk(&rows, t).to_string());
    }
    Ok(())
}

/// The line to a median stands where the table of the curve has it, also on a flat step at one half.
#[test]
fn medians_are_those_of_the_table() -> Answer {
    let curve = KaplanMeier::fit(&RightCensored::new(&[2.0, 4.0, 8.0, 10.0], &[true; 4])?);
    assert_eq!(curve.median().value().ok(), Some(6.0), "between 4 and 8");
    let figure = Figure::read(&KaplanMeierPlot::new(&[curve]).median_lines().to_svg()?);
    let (x, y) = (figure.time(), figure.value());
    let line = &figure.shapes("median 1")[0].points;
    near(line[0].0, x(6.0), "the median");
    near(line[0].1, y(50.0), "at one half");
    Ok(())
}

#[test]
fn bars_and_means_are_where_the_estimates_say() -> Answer {
    let arm = Groups::new(&["new", "old", "new", "old", "new", "old", "new", "old"]);
    let time = [2.0, 3.0, 5.0, 6.0, 8.0, 9.0, 12.0, 12.0];
    let data = RightCensored::new(&time, &[true, true, false, true, true, false, false, true])?;
    let curves = KaplanMeier::by_group(&data, &arm)?;
    let plot = KaplanMeierPlot::new(&curves).labels(arm.labels()).bars(&[4.0, 8.0, 20.0]).mean_to(10.0);
    let figure = Figure::read(&plot.to_svg()?);
    let (x, y) = (figure.time(), figure.value());
    for (i, curve) in curves.iter().enumerate() {
        let bars = figure.shapes(&format!("bar {}", i + 1));
        assert_eq!(bars.len(), 2, "none beyond follow-up");
        for (bar, t) in bars.iter().zip([4.0, 8.0]) {
            let (lower, upper) = curve.at(t).interval(0.95)?.bounds().unwrap();
            near(bar.points[0].1, y(100.0 * lower), "the lower end");
            near(bar.points[3].1, y(100.0 * upper), "the upper end");
            // Beside each other: a quarter of the letters' size to either side.
            near(bar.points[2].0, x(t) + [-2.0, 2.0][i], "the place of a bar");
        }
        // The corners of the area enclose the restricted mean: by the shoelace formula, in units of the axes.
        let corners = &figure.shapes(&format!("mean {}", i + 1))[0].points;
        let closed = corners.iter().zip(corners.iter().cycle().skip(1));
        let area = closed.map(|(a, b)| (a.0 * b.1 - b.0 * a.1) / 2.0).sum::<f64>().abs();
        let mean = area / (x(1.0) - x(0.0)) / (y(0.0) - y(100.0));
        assert!((mean - curve.restricted_mean(10.0)?.value()).abs() < 0.005, "{mean}");
    }
    let note = figure.texts("note").iter().map(|t| t.content.clone()).collect::<Vec<_>>().join(" ");
    let mean = |i: usize| (curves[i].restricted_mean(10.0).unwrap().value() * 100.0).round() / 100.0;
    assert_eq!(note, format!("Restricted mean to 10: new: {}, old: {}", mean(0), mean(1)));
    assert!(CurvePlot::log_log(&curves).mean_to(3.0).build().is_err(), "a mean of what is no survival curve");
    Ok(())
}

/// Panels have the same axes, a table each, and one legend; a group has one colour and one number in all of them.
#[test]
fn panels_share_their_axes() -> Answer {
    let arm = Groups::from_codes(&[0, 1, 0, 1, 0], &["new", "old"])?;
    let one = Groups::from_codes(&[1, 1], &["new", "old"])?;
    let women = RightCensored::new(&[2.0, 4.0, 6.0, 9.0, 30.0], &[true, true, true, false, false])?;
    let men = RightCensored::new(&[3.0, 5.0], &[true, false])?;
    let of = |data: &RightCensored, arm: &Groups| -> Result<CurvePlot, greenwood::Error> {
        Ok(KaplanMeierPlot::new(&KaplanMeier::by_group(data, arm)?).labels(arm.labels()))
    };
    let panels = PanelPlot::new(vec![("women", of(&women, &arm)?), ("men", of(&men, &one)?)]);
    let figure = Figure::read(&panels.columns(2).title("By sex").to_svg()?);
    let places =
        |class: &str| figure.texts(class).iter().map(|t| (t.content.clone(), t.at)).collect::<Vec<_>>();
    let (left, right) = (places("panel 1 time tick"), places("panel 2 time tick"));
    assert!(left.len() > 2 && left.len() == right.len());
    for (a, b) in left.iter().zip(&right) {
        assert_eq!(a.0, b.0);
        near(b.1.0 - a.1.0, figure.width / 2.0, "the same place in either panel");
        near(b.1.1, a.1.1, "on one line");
    }
    for panel in ["panel 1", "panel 2"] {
        assert_eq!(figure.texts(&format!("{panel} table heading")).len(), 1);
        let ticks = places(&format!("{panel} time tick"));
        for arm in 1..=2 {
            let counts = places(&format!("{panel} count {arm}"));
            assert_eq!(counts.len(), ticks.len());
            counts.iter().zip(&ticks).for_each(|(c, t)| near(c.1.0, t.1.0, "a column"));
        }
    }
    assert_eq!(places("panel 2 count 1")[0].0, "0", "nobody of the new arm");
    assert_eq!(figure.texts("label 1").len() + figure.texts("label 2").len(), 2, "one legend");
    assert_eq!(figure.texts("panel 2 value axis").len(), 0, "the axis is named once in a row");
    assert!(PanelPlot::new(Vec::<(String, CurvePlot)>::new()).build().is_err());
    Ok(())
}

/// Numbers of subjects under a weighted curve, on request.
#[test]
fn a_weighted_table_can_count_subjects() -> Answer {
    let data = RightCensored::new(&[4.0, 6.0, 9.0], &[true, false, true])?
        .with_weights(Weights::sampling(vec![2.5, 3.25, 4.0]))?;
    let plot = KaplanMeierPlot::new(&[KaplanMeier::fit(&data)]).ticks(&[0.0, 5.0, 9.0]);
    let counts = |plot: &CurvePlot| -> Result<Vec<String>, greenwood::Error> {
        Ok(Figure::read(&plot.to_svg()?).texts("count 1").iter().map(|t| t.content.clone()).collect())
    };
    assert_eq!(counts(&plot)?, ["10", "7", "4"]);
    assert_eq!(counts(&plot.count_subjects())?, ["3", "2", "1"]);
    Ok(())
}

/// A row that a user fills moves with the ticks, and values stand beside the curve that has them.
#[test]
fn rows_of_ones_own_stand_under_their_ticks() -> Answer {
    let curve = KaplanMeier::fit(&RightCensored::new(&[2.0, 4.0, 8.0], &[true, false, true])?);
    let plot = KaplanMeierPlot::new(&[curve]).table(&[TableRow::Value]).own_row("Twice the time", |i, t| {
        assert_eq!(i, 0);
        format!("{}", 2.0 * t)
    });
    for ticks in [vec![0.0, 4.0, 8.0], vec![1.0, 2.0, 6.0, 8.0]] {
        let figure = Figure::read(&plot.clone().until(10.0).ticks(&ticks).to_svg()?);
        let counts: Vec<String> = figure.texts("count 1").iter().map(|t| t.content.clone()).collect();
        let twice: Vec<String> = ticks.iter().map(|t| format!("{}", 2.0 * t)).collect();
        assert_eq!(counts[ticks.len()..], twice);
        assert_eq!(
            counts[..ticks.len()],
            if ticks.len() == 3 { vec!["100", "67", "0"] } else { vec!["100", "67", "67", "0"] }
        );
    }
    Ok(())
}

/// A cause that comes last leaves nobody behind, whichever cause it is.
#[test]
fn nobody_is_at_risk_after_the_last_event_of_any_cause() -> Answer {
    use greenwood::survival::{AalenJohansen, CompetingRisks};
    for order in [["a", "b"], ["b", "a"]] {
        let outcome = [Some(order[0]), None, Some(order[1])];
        let data = CompetingRisks::with_causes(&[1.0, 2.0, 3.0], &outcome, &["a", "b"])?;
        let fit = AalenJohansen::new().fit(&data)?;
        let plot = CurvePlot::incidence(std::slice::from_ref(&fit), &["all"])?;
        let plot = plot.until(6.0).ticks(&[0.0, 3.0, 5.0]);
        let figure = Figure::read(&plot.to_svg()?);
        let counts: Vec<&str> = figure.texts("count 1").iter().map(|t| t.content.as_str()).collect();
        assert_eq!(counts, ["3", "1", "0"], "one row for the causes, which share it");
        assert_eq!(figure.texts("count 2").len(), 0);
        // Two groups of causes are not stacked on each other.
        let two = CurvePlot::incidence(&[fit.clone(), fit], &["x", "y"])?.stacked();
        assert!(two.build().unwrap_err().to_string().contains("PanelPlot"));
    }
    Ok(())
}
