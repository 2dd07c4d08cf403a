//! Figures are where the data say: corners of steps and bands, marks, and each number under its tick.

use crate::picture::{paths, points, texts};
use greenwood::plot::{
    Anchor, BoxPlot, CurvePlot, DifferencePlot, ForestPlot, ForestRow, Format, Item, KaplanMeierPlot,
    Picture, ResidualPlot, StepSeries, Style, SwimmerLane, SwimmerPlot, TableRow, Text, VerticalAxis,
};
use greenwood::survival::{Groups, KaplanMeier, NelsonAalen, RightCensored, SurvivalCurve, Weights};

type Answer = Result<(), greenwood::Error>;

fn curve(time: &[f64], event: &[bool]) -> SurvivalCurve {
    KaplanMeier::fit(&RightCensored::new(time, event).unwrap())
}

/// The places of two ticks give the scale of an axis: the tests measure with the figure's own ruler.
struct Ruler {
    at: [f64; 2],
    value: [f64; 2],
}

impl Ruler {
    fn of(picture: &Picture, class: &str, pick: fn(&Text) -> f64) -> Self {
        let ticks = texts(picture, class);
        let number = |t: &Text| t.content.replace('\u{2212}', "-").parse::<f64>().unwrap();
        let (first, last) = (ticks[0], ticks[ticks.len() - 1]);
        Self { at: [pick(first), pick(last)], value: [number(first), number(last)] }
    }

    fn place(&self, value: f64) -> f64 {
        self.at[0] + (value - self.value[0]) / (self.value[1] - self.value[0]) * (self.at[1] - self.at[0])
    }
}

fn horizontal(picture: &Picture) -> Ruler {
    Ruler::of(picture, "time tick", |t| t.at.0)
}

/// Labels of the vertical axis stand a third of their size below their tick.
fn vertical(picture: &Picture) -> Ruler {
    Ruler::of(picture, "value tick", |t| t.at.1 - 0.35 * t.size)
}

fn assert_near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() < 1e-6, "{what}: {a} instead of {b}");
}

#[test]
fn corners_bands_marks_and_counts_are_where_the_data_say() -> Answer {
    // An event and a censoring at one time; the last subject is censored.
    let curve = curve(&[2.0, 4.0, 4.0, 6.0, 8.0, 10.0], &[true, true, false, false, true, false]);
    let picture = KaplanMeierPlot::new(std::slice::from_ref(&curve))
        .table(&[TableRow::AtRisk, TableRow::Censored, TableRow::Events])
        .build()?;
    let (x, y) = (horizontal(&picture), vertical(&picture));
    let line = points(paths(&picture, "curve 1")[0]);
    let mut expected = vec![(0.0, 100.0)];
    let mut last = 100.0;
    for (t, s) in [(2.0, 500.0 / 6.0), (4.0, 400.0 / 6.0), (8.0, 200.0 / 6.0)] {
        expected.extend([(t, last), (t, s)]);
        last = s;
    }
    // The curve ends where follow-up ends, and so does its band.
    expected.push((10.0, last));
    assert_eq!(line.len(), expected.len());
    for (&(px, py), (t, s)) in line.iter().zip(expected) {
        assert_near(px, x.place(t), "x of a corner");
        assert_near(py, y.place(s), "y of a corner");
    }
    let band = points(paths(&picture, "band 1")[0]);
    let (lower, upper) = curve.at(4.0).interval(0.95)?.bounds().unwrap();
    for limit in [lower, upper] {
        let corner = (x.place(4.0), y.place(100.0 * limit));
        assert!(band.iter().any(|p| (p.0 - corner.0).abs() < 1e-6 && (p.1 - corner.1).abs() < 1e-6));
    }
    assert_near(band.iter().map(|p| p.0).fold(0.0, f64::max), x.place(10.0), "the end of the band");
    // Marks stand on the curve, also at the time of an event.
    let marks: Vec<f64> = paths(&picture, "censored 1").iter().map(|m| points(m)[0].0).collect();
    assert_eq!(marks.len(), 3);
    for (mark, t) in marks.iter().zip([4.0, 6.0, 10.0]) {
        assert_near(*mark, x.place(t), "a mark");
    }
    let mark = points(paths(&picture, "censored 1")[0]);
    assert_near(
        f64::midpoint(mark[0].1, mark[1].1),
        y.place(400.0 / 6.0),
        "the height of a mark at the time of an event",
    );
    // At risk just before each tick: 0, 2, 4, …; then censored and events before it.
    let counts = texts(&picture, "count 1");
    let ticks = texts(&picture, "time tick");
    let rows: Vec<Vec<&str>> =
        counts.chunks(ticks.len()).map(|r| r.iter().map(|t| t.content.as_str()).collect()).collect();
    assert_eq!(ticks.iter().map(|t| t.content.as_str()).collect::<Vec<_>>(), ["0", "2", "4", "6", "8", "10"]);
    assert_eq!(rows[0], ["6", "6", "5", "3", "2", "1"]);
    assert_eq!(rows[1], ["0", "0", "0", "1", "2", "2"]);
    assert_eq!(rows[2], ["0", "0", "1", "2", "2", "3"]);
    for (i, count) in counts.iter().enumerate() {
        assert_eq!(count.anchor, Anchor::Middle);
        assert_near(count.at.0, ticks[i % ticks.len()].at.0, "a count under its tick");
    }
    Ok(())
}

#[test]
fn the_table_is_right_under_delayed_entry_and_weights() -> Answer {
    let data = RightCensored::new(&[4.0, 6.0, 8.0, 8.0], &[true, true, false, true])?
        .with_entry(&[0.0, 2.0, 5.0, 0.0])?;
    let picture =
        KaplanMeierPlot::new(&[KaplanMeier::fit(&data)]).ticks(&[0.0, 3.0, 5.0, 6.0, 8.0]).build()?;
    let counts: Vec<&str> = texts(&picture, "count 1").iter().map(|t| t.content.as_str()).collect();
    // At 0 nobody has entered after it; at 3 three are there; at 5 the fourth has just left and the third enters after it.
    assert_eq!(counts[1..], ["3", "2", "3", "2"]);

    let data =
        RightCensored::new(&[4.0, 6.0], &[true, false])?.with_weights(Weights::sampling(vec![10.4, 20.3]))?;
    let picture = KaplanMeierPlot::new(&[KaplanMeier::fit(&data)]).ticks(&[0.0, 5.0]).build()?;
    let counts: Vec<&str> = texts(&picture, "count 1").iter().map(|t| t.content.as_str()).collect();
    assert_eq!(counts, ["31", "20"], "sums of weights, rounded");
    Ok(())
}

#[test]
fn the_event_axis_turns_marks_and_bands_with_the_curve() -> Answer {
    let curve = curve(&[2.0, 4.0, 6.0], &[true, false, true]);
    let up = KaplanMeierPlot::new(&[curve]).vertical_axis(VerticalAxis::Event).build()?;
    let y = vertical(&up);
    let line = points(paths(&up, "curve 1")[0]);
    assert_near(line[2].1, y.place(100.0 / 3.0), "after the first event");
    let mark = points(paths(&up, "censored 1")[0]);
    assert_near(f64::midpoint(mark[0].1, mark[1].1), y.place(100.0 / 3.0), "the mark");
    Ok(())
}

/// Every figure of any data is a well-formed SVG with finite places inside its sheet, and the three formats are the same
/// bytes each time.
fn sound(picture: &Picture, what: &str) {
    let svg = picture.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_eq!(document.root_element().tag_name().name(), "svg");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{what}");
    assert!(
        document.descendants().any(|n| n.has_tag_name("title") && n.text().is_some_and(|t| !t.is_empty())),
        "{what}"
    );
    for item in &picture.items {
        let places = match item {
            Item::Path(path) => points(path),
            Item::Text(text) => vec![text.at],
        };
        for (x, y) in places {
            assert!(
                (-1.0..=picture.width + 1.0).contains(&x) && (-1.0..=picture.height + 1.0).contains(&y),
                "{what}: ({x}, {y})"
            );
        }
    }
    assert_eq!(svg, picture.to_svg());
    let png = picture.to_png(72.0).unwrap();
    assert_eq!(png[..4], [0x89, b'P', b'N', b'G']);
    assert_eq!(picture.to_bytes(Format::Pdf).unwrap(), picture.to_bytes(Format::Pdf).unwrap());
}

#[test]
fn any_data_make_a_figure() -> Answer {
    let cases: [(&str, Vec<f64>, Vec<bool>); 8] = [
        ("one subject", vec![5.0], vec![true]),
        ("one censored subject", vec![5.0], vec![false]),
        ("no events", vec![1.0, 2.0, 3.0], vec![false; 3]),
        ("all at one time", vec![2.0; 4], vec![true; 4]),
        ("an event at 0", vec![0.0, 1.0], vec![true, false]),
        ("only time 0", vec![0.0, 0.0], vec![true, false]),
        ("tiny times", vec![0.002, 0.004, 0.01], vec![true, false, true]),
        ("large times", vec![2e5, 5e5, 1e6], vec![true, true, false]),
    ];
    for (what, time, event) in cases {
        let data = RightCensored::new(&time, &event)?;
        let curves = [KaplanMeier::fit(&data)];
        sound(
            &KaplanMeierPlot::new(&curves).median_lines().landmarks(&[1.0]).note("p = 0.12").build()?,
            what,
        );
        sound(&KaplanMeierPlot::new(&curves).kmunicate().fraction().build()?, what);
        sound(&CurvePlot::hazards(&[NelsonAalen::fit(&data)]).build()?, what);
        sound(&CurvePlot::log_log(&curves).build()?, what);
        sound(&DifferencePlot::new(&curves[0], &curves[0]).build()?, what);
    }
    Ok(())
}

#[test]
fn hostile_and_foreign_labels_stay_labels() -> Answer {
    let names = [
        "<script>alert(1)</script>",
        "a & b \"quoted\" 'single'",
        "line\nbreak",
        "ישראל",
        "対照群",
        "x",
        "\u{0}\u{fffe}",
        &"wide ".repeat(12),
    ];
    let curves: Vec<SurvivalCurve> =
        (1..=8).map(|i| curve(&[f64::from(i), 9.0, 12.0], &[true, true, false])).collect();
    for width_mm in [84.0, 120.0, 240.0] {
        let style = Style { width_mm, ..Style::journal() };
        let picture = KaplanMeierPlot::new(&curves).labels(&names).title(names[0]).style(style).build()?;
        sound(&picture, "eight hostile names");
        let svg = picture.to_svg();
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;") && svg.contains("対照群"));
        // No label of the legend runs into the next one, nor off the sheet.
        for i in 1..8 {
            let (own, next) =
                (texts(&picture, &format!("label {i}"))[0], texts(&picture, &format!("label {}", i + 1))[0]);
            assert!(next.at.1 > own.at.1 || next.at.0 > own.at.0);
        }
    }
    Ok(())
}

/// What a line of print can show does not grow with the rows.
#[test]
fn a_million_subjects_are_a_small_file() -> Answer {
    let n = 1_000_000_u32;
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let time: Vec<f64> = (0..n).map(|_| -uniform().max(1e-12).ln()).collect();
    let event: Vec<bool> = (0..n).map(|_| uniform() < 0.5).collect();
    let arm: Vec<usize> = (0..n).map(|i| (i % 2) as usize).collect();
    let curves =
        KaplanMeier::by_group(&RightCensored::new(time, event)?, &Groups::from_codes(&arm, &["a", "b"])?)?;
    let svg = KaplanMeierPlot::new(&curves).labels(&["a", "b"]).to_svg()?;
    assert!(svg.len() < 200_000, "{} bytes", svg.len());
    Ok(())
}

#[test]
fn stacked_incidences_add_up() -> Answer {
    let relapse = StepSeries::new("relapse", 0.0, &[(1.0, 0.2), (3.0, 0.3)], 5.0)?;
    let death = StepSeries::new("death", 0.0, &[(2.0, 0.1), (4.0, 0.25)], 5.0)?;
    let picture = CurvePlot::steps(vec![relapse, death]).stacked().build()?;
    let y = vertical(&picture);
    let upper = points(paths(&picture, "curve 2")[0]);
    assert_near(upper[upper.len() - 1].1, y.place(0.55), "the sum at the end");
    sound(&picture, "stacked");
    Ok(())
}

#[test]
fn forest_intervals_are_clipped_with_arrows() -> Answer {
    let rows = vec![
        ForestRow::heading("Sex").interaction(0.000_01),
        ForestRow::new("women", 0.5, 0.25, 1.0).counts(10, 40),
        ForestRow::new("men", 2.0, 0.0, f64::INFINITY).counts(2, 30),
        ForestRow::not_estimable("unknown").counts(0, 3),
        ForestRow::new("all", 0.7, 0.4, 1.2).counts(12, 73).overall(),
    ];
    let picture = ForestPlot::new(rows).range(0.2, 5.0).favours("new better", "old better").build()?;
    sound(&picture, "forest");
    assert_eq!(paths(&picture, "arrow 3").len(), 2, "both ends of men");
    let x = |class: &str| points(paths(&picture, class)[0]);
    let middle = |p: Vec<(f64, f64)>| p.iter().map(|p| p.0).sum::<f64>() / p.len() as f64;
    let (none, half) = (x("no effect")[0].0, middle(x("estimate 2")));
    let (women, twice) = (x("interval 2"), middle(x("estimate 3")));
    assert_near(women[1].0, none, "an upper limit of 1 ends at no effect");
    assert_near(none - half, twice - none, "half and twice are equally far on a logarithmic axis");
    let figures: Vec<&str> =
        (1..=5).map(|i| texts(&picture, &format!("figures {i}"))[0].content.as_str()).collect();
    assert_eq!(
        figures,
        [
            "interaction p < 0.001",
            "0.50 (0.25 to 1.00)",
            "2.00 (0.00 to ∞)",
            "not estimable",
            "0.70 (0.40 to 1.20)"
        ]
    );
    Ok(())
}

#[test]
fn swimmers_boxes_and_residuals_are_sound() -> Answer {
    let lanes = (0..40).map(|i| {
        SwimmerLane::new(format!("{i}"), f64::from(i))
            .group(["new", "old"][i as usize % 2])
            .event(f64::from(i) / 2.0, "response")
    });
    let picture = SwimmerPlot::new(lanes.collect()).time_axis("Months").build()?;
    sound(&picture, "swimmer");
    assert_eq!(texts(&picture, "subject 1")[0].content, "39", "the longest at the top");
    sound(
        &BoxPlot::new(vec![vec!["healthy"], vec!["ill", "dead"]])
            .arrow(0, 1, "12")
            .arrow(1, 0, "3")
            .arrow(1, 2, "5")
            .build()?,
        "states",
    );
    sound(&ResidualPlot::new(&[1.0, 1.0, 1.0], &[0.0, 1.0, 2.0]).build()?, "residuals at one time");
    sound(&Picture::beside(&[picture.clone(), picture], 2), "two on a sheet");
    Ok(())
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let one = [curve(&[1.0, 2.0], &[true, false])];
    let text = |r: Result<Picture, greenwood::Error>| r.unwrap_err().to_string();
    for (error, expected) in [
        (text(KaplanMeierPlot::new(&[]).build()), "curves is empty: at least one value is needed"),
        (
            text(KaplanMeierPlot::new(&one).labels(&["a", "b"]).build()),
            "labels has 2 values, but curves has 1: the two must be equal in number",
        ),
        (
            text(KaplanMeierPlot::new(&one).time_unit(0.0).build()),
            "time_unit is 0: it must be above 0 and finite",
        ),
        (
            text(KaplanMeierPlot::new(&one).until(f64::NAN).build()),
            "until is NaN: it must be above 0 and finite",
        ),
        (
            text(KaplanMeierPlot::new(&one).ticks(&[-1.0]).build()),
            "ticks is -1: it must be finite and at least 0",
        ),
        (text(SwimmerPlot::new(Vec::new()).build()), "lanes is empty: at least one value is needed"),
        (text(ForestPlot::new(Vec::new()).build()), "rows is empty: at least one value is needed"),
        (
            text(ResidualPlot::new(&[1.0], &[]).build()),
            "y has 0 values, but x has 1: the two must be equal in number",
        ),
        (
            text(ForestPlot::new(vec![ForestRow::new("a", f64::NAN, 0.0, 1.0)]).build()),
            "an estimate of the forest plot is NaN: it must be between its limits, and at least 0 on a logarithmic axis",
        ),
    ] {
        assert_eq!(error, expected);
    }
    assert!(StepSeries::new("a", 0.0, &[(2.0, 0.1), (1.0, 0.2)], 3.0).is_err());
    let picture = KaplanMeierPlot::new(&one).build().unwrap();
    assert!(picture.save("figure.docx").unwrap_err().to_string().contains(".svg, .png or .pdf"));
    assert!(picture.save("/nowhere/figure.svg").unwrap_err().to_string().contains("cannot be written"));
    assert!(picture.to_png(0.0).is_err() && picture.to_png(f64::NAN).is_err());
}

/// A picture is data: it survives JSON.
#[test]
#[cfg(feature = "serde")]
fn a_picture_is_data() -> Answer {
    let picture = KaplanMeierPlot::new(&[curve(&[1.0, 2.0], &[true, false])]).build()?;
    let read: Picture = serde_json::from_str(&serde_json::to_string(&picture).unwrap()).unwrap();
    assert_eq!(read, picture);
    Ok(())
}

/// Incidences are drawn where the estimator has them, and causes that are not named are refused by name.
#[test]
fn incidences_are_those_of_the_estimator() -> Answer {
    use greenwood::survival::{AalenJohansen, CompetingRisks};
    let outcome = [Some("a"), Some("a"), Some("b"), Some("a"), None, Some("a")];
    let fit = AalenJohansen::new().fit(&CompetingRisks::new(&[1.0, 1.0, 1.0, 2.0, 2.0, 3.0], &outcome)?)?;
    let picture = CurvePlot::incidence(std::slice::from_ref(&fit), &["all"])?.build()?;
    let y = vertical(&picture);
    for (k, cause) in ["a", "b"].into_iter().enumerate() {
        let line = points(paths(&picture, &format!("curve {}", k + 1))[0]);
        assert_near(line[line.len() - 1].1, y.place(fit.of(cause)?.at(3.0).value()?), cause);
    }
    sound(&picture, "incidence");
    assert!(CurvePlot::incidence(&[fit], &["a", "b"]).is_err());
    Ok(())
}
