//! The table of what a figure shows has the numbers of the results, and the figures of smoothed hazards, Brier scores and
//! differences are where these say.

use crate::picture;
use crate::picture::{all_texts, paths, points, texts};
use greenwood::datasets::leukaemia;
use greenwood::plot::{
    CurvePlot, DataCell, DataTable, DifferencePlot, ForestPlot, ForestRow, KaplanMeierPlot, PanelPlot,
    Picture, ResidualPlot, RocPlot, Style, SwimmerLane, SwimmerPlot, TableRow, Text,
};
use greenwood::survival::curve::SmoothedHazard;
use greenwood::survival::prediction::{Brier, Calibration, Integration, TimeRoc};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, Groups, Interval, KaplanMeier, RightCensored, SurvivalCurve,
};
use greenwood::trial::Population;
use greenwood::trial::design::GroupSequential;
use greenwood::trial::examples::{Arm, Event, saa};

type Answer = Result<(), greenwood::Error>;

/// The value at a place, by the first and the last tick of an axis.
fn ruler(picture: &Picture, class: &str, pick: fn(&Text) -> f64) -> impl Fn(f64) -> f64 {
    let ticks = texts(picture, class);
    let number = |t: &Text| t.content.replace('\u{2212}', "-").parse::<f64>().unwrap();
    let (first, last) = (ticks[0], ticks[ticks.len() - 1]);
    let (a, b, va, vb) = (pick(first), pick(last), number(first), number(last));
    move |at| va + (at - a) / (b - a) * (vb - va)
}

fn axes(picture: &Picture) -> (impl Fn(f64) -> f64, impl Fn(f64) -> f64) {
    (ruler(picture, "time tick", |t| t.at.0), ruler(picture, "value tick", |t| t.at.1 - 0.35 * t.size))
}

fn assert_near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{what}: {a} instead of {b}");
}

fn number(cell: &DataCell) -> f64 {
    match cell {
        DataCell::Number(value) => *value,
        other => panic!("{other:?}"),
    }
}

fn arms() -> (Vec<SurvivalCurve>, Groups) {
    let (data, arm) = leukaemia().unwrap();
    (KaplanMeier::by_group(&data, &arm).unwrap(), arm)
}

/// Rows of a curve: `(time, value, lower, upper)`.
fn rows(table: &DataTable, curve: &str) -> Vec<Vec<DataCell>> {
    let own = |row: &&Vec<DataCell>| row[0] == DataCell::from(curve);
    table.rows.iter().filter(own).map(|row| row[1..].to_vec()).collect()
}

#[test]
fn the_table_of_curves_has_the_numbers_of_the_curves() -> Answer {
    let (curves, arm) = arms();
    let plot = KaplanMeierPlot::new(&curves)
        .labels(arm.labels())
        .time_axis("Months")
        .time_unit(4.345)
        .interval(0.9)
        .table(&[TableRow::AtRisk, TableRow::Events])
        .note("a note");
    let data = plot.data()?;
    let table = data.table("Curves").unwrap();
    assert_eq!(table.columns[..3], ["curve", "Months", "Event-free (%)"]);
    for (curve, label) in curves.iter().zip(arm.labels()) {
        let shown = rows(table, label);
        let steps: Vec<_> = curve.steps().filter(|s| s.row.events > 0.0).collect();
        let last = curve.last_time().unwrap();
        let end = usize::from(steps.last().unwrap().row.time < last);
        assert_eq!(shown.len(), 1 + steps.len() + end, "the start, each step, and the end of follow-up");
        assert_eq!((number(&shown[0][0]), number(&shown[0][1])), (0.0, 100.0));
        for (row, step) in shown[1..].iter().zip(&steps) {
            assert_near(number(&row[0]), step.row.time / 4.345, "a time");
            assert_near(number(&row[1]), 100.0 * step.estimate.value().unwrap(), "a value");
            match step.estimate.interval(0.9)?.bounds() {
                Some((lower, upper)) => {
                    assert_near(number(&row[2]), 100.0 * lower, "a lower limit");
                    assert_near(number(&row[3]), 100.0 * upper, "an upper limit");
                }
                None => assert_eq!(row[2..], [DataCell::Missing, DataCell::Missing]),
            }
        }
        let censored = rows(data.table("Censored").unwrap(), label);
        let censored: f64 = censored.iter().map(|row| number(&row[1])).sum();
        let expected: f64 = curve.steps().map(|s| s.row.censored).sum();
        assert_near(censored, expected, "all who were censored");
    }
    // The table under the axis is the one that is drawn.
    let under = data.table("Under the axis").unwrap();
    let picture = plot.build()?;
    let ticks: Vec<&str> = texts(&picture, "time tick").iter().map(|t| t.content.as_str()).collect();
    assert_eq!(under.columns[2..], ticks);
    for (k, heading) in ["Number at risk", "Events"].iter().enumerate() {
        for i in 0..2 {
            let row = &under.rows[2 * k + i];
            assert_eq!(row[..2], [DataCell::from(*heading), DataCell::from(&arm.labels()[i])]);
            let drawn = texts(&picture, &format!("count {}", i + 1));
            let drawn = &drawn[k * ticks.len()..(k + 1) * ticks.len()];
            assert!(row[2..].iter().zip(drawn).all(|(cell, text)| cell.to_string() == text.content));
        }
    }
    assert_eq!(data.table("Notes").unwrap().rows, [[DataCell::from("a note")]]);
    Ok(())
}

#[test]
fn the_table_can_be_read_as_text_csv_and_html() -> Answer {
    let (curves, _) = arms();
    let hostile = ["<script>\"a\", b</script>", "second"];
    let data = KaplanMeierPlot::new(&curves).labels(&hostile).data()?;
    let html = data.to_html();
    assert!(html.contains("&lt;script&gt;&quot;a&quot;, b&lt;/script&gt;") && !html.contains("<script>"));
    roxmltree::Document::parse(&html).unwrap();
    let csv = data.tables[0].to_csv();
    let mut reader = csv_rows(&csv);
    assert_eq!(reader.remove(0).len(), data.tables[0].columns.len());
    assert!(reader.iter().all(|row| row.len() == data.tables[0].columns.len()));
    assert_eq!(reader[0][0], hostile[0]);
    let text = data.to_string();
    assert!(text.contains("Curves\n") && text.contains("Under the axis\n"), "{text}");
    Ok(())
}

/// The cells of a CSV, by the rules of RFC 4180.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.push(chars.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

/// A bar of the panel: every kind of figure has its numbers.
#[test]
fn every_kind_has_its_numbers() -> Answer {
    let (curves, arm) = arms();
    let of = |i: usize| KaplanMeierPlot::new(&curves[i..=i]).labels(&arm.labels()[i..=i]);
    let panels = PanelPlot::new(vec![("x", of(0)), ("y", of(1))]).data()?;
    assert!(panels.table("x: Curves").is_some() && panels.table("y: Under the axis").is_some());

    let difference = DifferencePlot::new(&curves[0], &curves[1]).data()?;
    let shown = &difference.table("Curves").unwrap().rows;
    let at = number(&shown[5][1]);
    let expected = curves[0].at(at).value().unwrap() - curves[1].at(at).value().unwrap();
    assert_near(number(&shown[5][2]), 100.0 * expected, "a difference");

    let forest = ForestPlot::new(vec![
        ForestRow::heading("Sex").interaction(0.41),
        ForestRow::new("women", 0.6, 0.35, 1.02).counts(40, 90),
        ForestRow::not_estimable("men"),
    ]);
    assert_eq!(
        forest.data()?.tables[0].to_csv(),
        "subgroup,events,n,Hazard ratio,lower limit,upper limit,interaction p\n\
         Sex,,,,,,0.41\nwomen,40,90,0.6,0.35,1.02,\nmen,,,,,,\n"
    );
    let swimmer =
        SwimmerPlot::new(vec![SwimmerLane::new("01", 30.0).group("new").event(4.0, "response").ongoing()]);
    assert_eq!(swimmer.data()?.tables[1].to_csv(), "subject,Time,event\n01,4,response\n");
    assert_eq!(
        ResidualPlot::new(&[1.0, 2.0], &[0.5, -0.5]).data()?.tables[0].to_csv(),
        "Time,Residual\n1,0.5\n2,-0.5\n"
    );

    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0], &[true, true, true, true, false])?;
    let marker = [0.9, 0.4, 0.5, 0.2, 0.1];
    let roc = TimeRoc::new().estimate(&data, &marker, 2.0)?;
    let shown = RocPlot::new(std::slice::from_ref(&roc)).data()?;
    assert_eq!(shown.table("Curves").unwrap().rows.len(), roc.points().len());
    assert_near(number(&shown.table("Areas").unwrap().rows[0][2]), roc.auc().value().unwrap(), "an area");
    let calibration = Calibration::new().groups(2).estimate(&data, &marker, 2.0)?;
    let shown = calibration.figure().data()?;
    assert_near(number(&shown.tables[0].rows[0][1]), 100.0 * calibration.groups()[0].mean_risk(), "a risk");

    let bounds = GroupSequential::looks(3).fit()?;
    let shown = bounds.figure().observed(&[0.7]).data()?;
    let table = &shown.tables[0];
    for (row, &z) in table.rows.iter().zip(bounds.z()) {
        assert_near(number(&row[2]), z, "a bound");
    }
    assert_near(number(table.rows[0].last().unwrap()), 0.7, "the first look");

    let all: Population<Arm, Event> = Population::new("all", |_| true);
    let flow = saa().flow(&[all]).figure().data();
    assert!(flow.to_string().contains("randomised"));
    Ok(())
}

/// The line and the band of a smoothed hazard are its points and their limits, per unit of the axis.
#[test]
fn smoothed_hazards_are_where_their_points_say() -> Answer {
    let (data, arm) = leukaemia()?;
    let hazards = SmoothedHazard::new().by_group(&data, &arm)?;
    for unit in [1.0, 4.0] {
        let plot = CurvePlot::smoothed_hazards(&hazards)?.time_unit(unit).interval(0.8);
        let picture = plot.build()?;
        let (x, y) = axes(&picture);
        let (_, _, _, bottom) = panel(&picture);
        for (i, hazard) in hazards.iter().enumerate() {
            let line = points(paths(&picture, &format!("curve {}", i + 1))[0]);
            assert_eq!(line.len(), hazard.points().len());
            for (&(px, py), point) in line.iter().zip(hazard.points()) {
                assert!((x(px) - point.time / unit).abs() < 1e-6);
                assert!((y(py) - point.hazard * unit).abs() < 1e-6, "{} {}", y(py), point.hazard);
                assert!(py <= bottom + 1e-9);
            }
            let corners: Vec<(f64, f64)> =
                paths(&picture, &format!("band {}", i + 1)).into_iter().flat_map(points).collect();
            let middle = &hazard.points()[50];
            let (lower, upper) = middle.interval(0.8)?.bounds().unwrap();
            for limit in [lower, upper] {
                let there = |&(px, py): &(f64, f64)| {
                    (x(px) - middle.time / unit).abs() < 1e-6 && (y(py) - limit * unit).abs() < 1e-6
                };
                assert!(corners.iter().any(there), "{limit}");
            }
        }
        // The table has the limits that the axis cuts, too.
        let shown = plot.data()?;
        let first = rows(shown.table("Curves").unwrap(), "1");
        for (row, point) in first.iter().zip(hazards[0].points()) {
            match point.interval(0.8)?.bounds() {
                Some((_, upper)) => assert_near(number(&row[3]), upper * unit, "an upper limit"),
                None => assert_eq!(row[3], DataCell::Missing),
            }
        }
    }
    Ok(())
}

/// No limit, however high, makes the axis so long that the hazards lie at its foot.
#[test]
fn a_band_of_hazards_stays_in_its_panel() -> Answer {
    let time: Vec<f64> = (1..=40).map(f64::from).collect();
    let event: Vec<bool> = (1..=40).map(|i| i % 9 == 1).collect();
    let hazard = SmoothedHazard::new()
        .bandwidth(greenwood::survival::curve::Bandwidth::Fixed(4.0))
        .between(0.0, 38.0)
        .fit(&RightCensored::new(time, event)?)?;
    let picture = hazard.figure()?.build()?;
    let (left, top, right, bottom) = panel(&picture);
    for path in picture::paths_of(&picture, |class| class.starts_with("band") || class.starts_with("curve")) {
        for (x, y) in points(path) {
            assert!(
                x >= left - 1e-6 && x <= right + 1e-6 && y >= top - 1e-6 && y <= bottom + 1e-6,
                "({x}, {y})"
            );
        }
    }
    let highest = paths(&picture, "curve 1")[0];
    let rise = points(highest).iter().map(|p| bottom - p.1).fold(0.0, f64::max);
    assert!(rise > 0.25 * (bottom - top), "the highest hazard at {rise} of {}", bottom - top);
    Ok(())
}

/// Left, top, right and bottom of the axes.
fn panel(picture: &Picture) -> (f64, f64, f64, f64) {
    let corners = paths(picture, "axis").into_iter().map(points).find(|p| p.len() == 3).unwrap();
    (corners[0].0, corners[0].1, corners[2].0, corners[2].1)
}

#[test]
fn brier_scores_are_where_they_were_estimated() -> Answer {
    let time: Vec<f64> = (1..=30).map(f64::from).collect();
    let event: Vec<bool> = (1..=30).map(|i| i % 3 != 0).collect();
    let data = RightCensored::new(time, event)?;
    let times = [4.0, 9.0, 15.0, 22.0];
    let risks = |of: fn(usize) -> f64| -> Vec<Vec<f64>> {
        times.iter().map(|t| (0..30).map(|i| 1.0 - (-of(i) * t).exp()).collect()).collect()
    };
    let good = Brier::new().over_time(&data, &risks(|i| 0.12 - 0.003 * i as f64), &times)?;
    let poor = Brier::new().over_time(&data, &risks(|_| 0.01), &times)?;
    let plot = CurvePlot::brier(&[good.clone(), poor.clone()], &["good", "poor"])?;
    let picture = plot.build()?;
    let (x, y) = axes(&picture);
    for (i, curve) in [&good, &poor].into_iter().enumerate() {
        let line = points(paths(&picture, &format!("curve {}", i + 1))[0]);
        assert_eq!(line.len(), 1 + times.len(), "from 0 on");
        assert!(x(line[0].0).abs() < 1e-6 && y(line[0].1).abs() < 1e-6);
        for (&(px, py), score) in line[1..].iter().zip(curve.scores()) {
            assert!((x(px) - score.time()).abs() < 1e-6 && (y(py) - score.value()).abs() < 1e-6);
        }
        let reference = points(paths(&picture, "curve 3")[0]);
        for (&(_, py), score) in reference[1..].iter().zip(curve.scores()) {
            assert!((y(py) - score.null_value()).abs() < 1e-6, "one reference for both");
        }
    }
    let band: Vec<(f64, f64)> = paths(&picture, "band 1").into_iter().flat_map(points).collect();
    let (lower, upper) = good.scores()[2].estimate().interval(0.95)?.bounds().unwrap();
    for limit in [lower, upper] {
        assert!(band.iter().any(|&(px, py)| (x(px) - 15.0).abs() < 1e-6 && (y(py) - limit).abs() < 1e-6));
    }
    let words = texts(&picture, "note").iter().map(|t| t.content.clone()).collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(&format!("good {:.3}", good.integrated(Integration::Trapezoid).unwrap())),
        "{words}"
    );
    assert!(CurvePlot::brier(&[good], &["a", "b"]).is_err());
    Ok(())
}

/// The level of a band is that which is asked for, also of incidences.
#[test]
fn the_level_of_incidences_is_honoured() -> Answer {
    let outcome = [Some("a"), None, Some("b"), Some("a"), None, Some("a")];
    let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &outcome)?;
    let fit = AalenJohansen::new().fit(&data)?;
    for interval in [Interval::default().level(0.5), Interval::plain().level(0.9)] {
        let plot = CurvePlot::incidence(std::slice::from_ref(&fit), &["all"])?.interval(interval);
        let table = plot.data()?;
        let shown = rows(table.table("Curves").unwrap(), "a");
        let (lower, upper) = fit.of("a")?.at(4.0).interval(interval)?.bounds().unwrap();
        let row = shown.iter().find(|row| number(&row[0]) == 4.0).unwrap();
        assert_near(number(&row[2]), lower, "the lower limit");
        assert_near(number(&row[3]), upper, "the upper limit");
    }
    Ok(())
}

/// Differences of one sign use the whole height of the panel.
#[test]
fn the_axis_of_a_difference_ends_near_what_is_drawn() -> Answer {
    let old =
        KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 9.0], &[true, true, true, true, false])?);
    let new = KaplanMeier::fit(&RightCensored::new(
        &[8.0, 9.0, 9.0, 9.0, 9.0],
        &[true, false, false, false, false],
    )?);
    for (one, two) in [(&new, &old), (&old, &new)] {
        let picture = DifferencePlot::new(one, two).build()?;
        let (_, top, _, bottom) = panel(&picture);
        let drawn = picture::paths_of(&picture, |class| {
            class.starts_with("band") || class.starts_with("curve") || class == "no difference"
        });
        let heights: Vec<f64> = drawn.into_iter().flat_map(points).map(|p| p.1).collect();
        let (high, low) = (
            heights.iter().copied().fold(f64::INFINITY, f64::min),
            heights.iter().copied().fold(0.0, f64::max),
        );
        assert!(high >= top && low <= bottom);
        assert!(low - high > 0.85 * (bottom - top), "{} of {}", low - high, bottom - top);
    }
    Ok(())
}

/// The name of a stage at the margin is no longer than the stage.
#[test]
fn names_of_stages_keep_to_their_rules() -> Answer {
    let all: Population<Arm, Event> = Population::new("all", |_| true);
    for style in [Style::journal(), Style::slides()] {
        let picture = saa().flow(std::slice::from_ref(&all)).figure().style(style).build()?;
        let rules: Vec<(f64, f64)> =
            paths(&picture, "stage rule").into_iter().map(points).map(|p| (p[0].1, p[1].1)).collect();
        let names: Vec<&Text> = all_texts(&picture).into_iter().filter(|t| t.class == "stage").collect();
        assert_eq!(names.len(), rules.len());
        for (name, (top, bottom)) in names.into_iter().zip(rules) {
            let (_, first, _, last) = name.bounds();
            assert!(
                first >= top - 1e-6 && last <= bottom + 1e-6,
                "{}: {first}..{last} of {top}..{bottom}",
                name.content
            );
        }
    }
    Ok(())
}

/// Names of sixty letters, also with counts beside them, are whole and cover no number.
#[test]
fn long_names_of_subgroups_are_whole() -> Answer {
    let long = "previous treatment with at least two lines of chemotherapy, as recorded";
    for width_mm in [125.0, 160.0] {
        let rows = vec![
            ForestRow::heading(long).interaction(0.2),
            ForestRow::new(long, 0.7, 0.5, 0.9).counts(1200, 34_000),
            ForestRow::new("all", 0.7, 0.6, 0.8).counts(1200, 34_000).overall(),
        ];
        let plot = ForestPlot::new(rows).effect("Hazard ratio of death, new treatment against the old one");
        let picture = plot.style(Style { width_mm, ..Style::journal() }).build()?;
        for k in [1, 2] {
            let lines: Vec<&str> =
                texts(&picture, &format!("name {k}")).iter().map(|t| t.content.as_str()).collect();
            assert_eq!(lines.join(" "), long);
        }
        let all = all_texts(&picture);
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                let (a_, b_) = (a.bounds(), b.bounds());
                let apart = a_.2 <= b_.0 || b_.2 <= a_.0 || a_.3 <= b_.1 || b_.3 <= a_.1;
                assert!(apart, "{width_mm}: \"{}\" and \"{}\"", a.content, b.content);
            }
        }
        let axis = points(paths(&picture, "axis")[0])[0].0;
        for k in 1..=3 {
            for text in texts(&picture, &format!("name {k}")) {
                assert!(text.bounds().2 < axis, "{}", text.content);
            }
        }
    }
    Ok(())
}
