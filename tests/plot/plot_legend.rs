//! Names and notes cover nothing, never overlap, and stay on the sheet.

use crate::figure::{Figure, ROUNDING, overlap, touches};
use crate::random::Random;
use greenwood::plot::{CurvePlot, Detail, KaplanMeierPlot, Legend, StepSeries, Style, VerticalAxis};
use greenwood::survival::{
    Groups, HazardRatio, KaplanMeier, LogRank, NelsonAalen, RightCensored, SurvivalCurve,
};

type Answer = Result<(), greenwood::Error>;

fn curves(seed: u64, groups: usize, n: usize, share: f64) -> Result<Vec<SurvivalCurve>, greenwood::Error> {
    let mut random = Random(seed);
    let mut uniform = || random.uniform();
    let mut curve = |i: usize| {
        let time: Vec<f64> = (0..n).map(|_| -(1.0 - uniform()).ln() * (5.0 + 3.0 * i as f64)).collect();
        let event: Vec<bool> = (0..n).map(|_| uniform() < share).collect();
        Ok(KaplanMeier::fit(&RightCensored::new(time, event)?))
    };
    (0..groups).map(&mut curve).collect()
}

fn is_name(class: &str) -> bool {
    class.starts_with("label ") || class == "note" || class.starts_with("key ")
}

/// Whatever stands in the panel covers no curve, band, mark or line, and no other text; all of it is on the sheet.
fn covers_nothing(figure: &Figure, what: &str) {
    let drawn = |class: &str| {
        ["curve", "band", "censored", "median", "landmark", "half", "bar "]
            .iter()
            .any(|c| class.starts_with(c))
    };
    let texts: Vec<_> = figure.texts.iter().filter(|t| is_name(&t.class)).collect();
    for (i, text) in texts.iter().enumerate() {
        let place = text.bounds();
        assert!(
            place.0 >= -ROUNDING
                && place.1 >= -ROUNDING
                && place.2 <= figure.width + ROUNDING
                && place.3 <= figure.height + ROUNDING,
            "{what}: {:?} leaves the sheet: {place:?} of {} x {}",
            text.content,
            figure.width,
            figure.height
        );
        for shape in figure.shapes.iter().filter(|s| drawn(&s.class)) {
            assert!(!touches(shape, place), "{what}: {:?} covers {}", text.content, shape.class);
        }
        for other in &texts[i + 1..] {
            assert!(!overlap(place, other.bounds()), "{what}: {:?} covers {:?}", text.content, other.content);
        }
        for other in figure.texts.iter().filter(|t| t.class.contains("tick") || t.class == "title") {
            assert!(!overlap(place, other.bounds()), "{what}: {:?} covers {:?}", text.content, other.content);
        }
    }
    for key in figure.shapes.iter().filter(|s| s.class.starts_with("key ")) {
        let xs = key.points.iter().map(|p| p.0);
        let ys = key.points.iter().map(|p| p.1);
        let fold = |v: &mut dyn Iterator<Item = f64>| {
            v.fold((f64::INFINITY, f64::NEG_INFINITY), |m, v| (m.0.min(v), m.1.max(v)))
        };
        let ((left, right), (top, bottom)) = (fold(&mut xs.into_iter()), fold(&mut ys.into_iter()));
        for shape in figure.shapes.iter().filter(|s| drawn(&s.class)) {
            assert!(
                !touches(shape, (left, top - 0.5, right, bottom + 0.5)),
                "{what}: a key covers {}",
                shape.class
            );
        }
    }
}

#[test]
fn a_legend_covers_nothing() -> Answer {
    let mut inside = 0;
    let mut above = 0;
    for seed in 0..4 {
        for (groups, n, share) in [(1, 4, 0.5), (2, 30, 0.8), (3, 12, 0.3), (4, 200, 0.6), (8, 50, 0.9)] {
            let curves = curves(seed, groups, n, share)?;
            let names: Vec<String> =
                (0..groups).map(|i| format!("treatment {i}, {}", "dose ".repeat(i))).collect();
            for width_mm in [84.0, 120.0, 180.0] {
                let style = Style { width_mm, ..Style::journal() };
                let plot = KaplanMeierPlot::new(&curves)
                    .labels(&names)
                    .style(style)
                    .median_lines()
                    .landmarks(&[4.0]);
                let plots = [
                    plot.clone(),
                    plot.clone().note("Hazard ratio 0.67 (95% CI 0.45 to 0.99)").title("A title"),
                    plot.clone().vertical_axis(VerticalAxis::Event).note("p = 0.03"),
                    plot.clone().without_bands().legend(Legend::Above).note("p = 0.03"),
                    plot.clone().bars(&[]).legend(Legend::None).note("a line").note("another line"),
                ];
                for (i, plot) in plots.iter().enumerate() {
                    let figure = Figure::read(&plot.to_svg()?);
                    covers_nothing(
                        &figure,
                        &format!("seed {seed}, {groups} groups, {width_mm} mm, figure {i}"),
                    );
                    let shown = figure.texts.iter().filter(|t| t.class.starts_with("label ")).count();
                    assert_eq!(shown == 0, i == 4, "the legend of figure {i}");
                    if let Some(first) = figure.texts("label 1").first().filter(|_| i == 0) {
                        *(if first.at.1 > figure.panel().1 { &mut inside } else { &mut above }) += 1;
                    }
                }
            }
        }
    }
    assert!(inside > 30 && above > 2, "{inside} inside, {above} above");
    Ok(())
}

#[test]
fn names_at_the_ends_never_overlap() -> Answer {
    for seed in 0..8 {
        for (groups, n, share) in [(2, 30, 1.0), (3, 60, 0.2), (5, 20, 0.9), (8, 50, 0.5)] {
            let curves = curves(seed, groups, n, share)?;
            let names: Vec<String> = (0..groups).map(|i| format!("group {i}")).collect();
            let plot = KaplanMeierPlot::new(&curves).labels(&names).legend(Legend::Direct);
            let figure = Figure::read(&plot.to_svg()?);
            let what = format!("seed {seed}, {groups} groups");
            let labels: Vec<_> = figure.texts.iter().filter(|t| t.class.starts_with("label ")).collect();
            assert!(labels.len() >= groups, "{what}");
            for (i, label) in labels.iter().enumerate() {
                let place = label.bounds();
                assert!(
                    place.2 <= figure.width && place.3 <= figure.height,
                    "{what}: {:?} leaves the sheet",
                    label.content
                );
                for other in &labels[i + 1..] {
                    assert!(
                        !overlap(place, other.bounds()),
                        "{what}: {} and {}",
                        label.content,
                        other.content
                    );
                }
                // No name lies on a curve or a mark.
                for shape in figure
                    .shapes
                    .iter()
                    .filter(|s| s.class.starts_with("curve") || s.class.starts_with("censored"))
                {
                    assert!(!touches(shape, place), "{what}: {} lies on {}", label.content, shape.class);
                }
            }
            // A name is near its curve's end, or a line leads from there to it.
            for i in 1..=groups {
                let end = *figure.shapes(&format!("curve {i}"))[0].points.last().unwrap();
                let place = figure.texts(&format!("label {i}"))[0].bounds();
                let near = |p: (f64, f64)| {
                    let (dx, dy) = ((place.0 - p.0).max(0.0), (place.1 - p.1).max(p.1 - place.3).max(0.0));
                    dx.hypot(dy)
                };
                match figure.shapes(&format!("leader {i}")).first() {
                    None => {
                        assert!(near(end) < 14.0, "{what}: name {i} is {} points from its end", near(end));
                    }
                    Some(leader) => {
                        let (from, to) = (leader.points[0], *leader.points.last().unwrap());
                        assert!(
                            (from.0 - end.0).hypot(from.1 - end.1) < 2.0 * ROUNDING,
                            "{what}: leader {i}"
                        );
                        assert!(near(to) < 5.0, "{what}: leader {i} ends {} points from its name", near(to));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Names at the ends that find no room at all stand above the panel.
#[test]
fn too_many_names_for_the_margin_stand_above() -> Answer {
    let series: Result<Vec<StepSeries>, _> = (0..30)
        .map(|i| StepSeries::new(format!("state {i}"), 0.0, &[(1.0, 0.01 * f64::from(i))], 5.0))
        .collect();
    let figure = Figure::read(&CurvePlot::steps(series?).legend(Legend::Direct).to_svg()?);
    let top = figure.panel().1;
    for i in 1..=30 {
        assert!(figure.texts(&format!("label {i}"))[0].at.1 < top);
    }
    covers_nothing(&figure, "thirty states");
    Ok(())
}

/// Sixty letters, letters from the right, and letters that the font lacks: whole on the sheet, and said to be missing.
#[test]
fn names_of_any_kind_are_whole() -> Answer {
    let sixty = "a treatment arm with a name of sixty letters, like this one.";
    assert_eq!(sixty.chars().count(), 60);
    let names = [
        sixty,
        "ישראל וירושלים",
        "対照群対照群対照群対照群対照群対照群",
        "مجموعة التحكم",
        "Größe µ ≥ 5",
        &"w".repeat(60),
        "<b>",
        "𝔘",
    ];
    let curves = curves(3, 8, 25, 0.6)?;
    for legend in [Legend::Inside, Legend::Above, Legend::Direct] {
        for width_mm in [84.0, 120.0, 200.0] {
            let style = Style { width_mm, ..Style::journal() };
            let plot = KaplanMeierPlot::new(&curves).labels(&names).legend(legend).style(style);
            let picture = plot.build()?;
            let figure = Figure::read(&picture.to_svg());
            let what = format!("{legend:?} at {width_mm} mm");
            if legend != Legend::Direct {
                covers_nothing(&figure, &what);
            }
            for (i, name) in names.iter().enumerate() {
                let lines = figure.texts(&format!("label {}", i + 1));
                let shown: String = lines.iter().map(|t| t.content.clone()).collect();
                let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                assert_eq!(letters(&shown), letters(name), "{what}: no letter is lost");
                assert!(lines.iter().all(|t| t.bounds().2 <= figure.width + ROUNDING), "{what}: {name}");
            }
            // The row names of the table are cut before they run into the numbers.
            for i in 1..=8 {
                let name = figure.texts(&format!("row {i}"))[0].bounds();
                for count in figure.texts(&format!("count {i}")) {
                    assert!(!overlap(name, count.bounds()), "{what}: row {i} runs into {:?}", count.content);
                }
            }
            let missing: String = picture.missing_characters().into_iter().collect();
            assert!(missing.contains('対') && missing.contains('م') && missing.contains('𝔘'), "{missing}");
            assert!(!missing.contains('ש') && !missing.contains('ß') && !missing.contains('≥'), "{missing}");
        }
    }
    Ok(())
}

#[test]
fn what_is_noted_is_what_was_computed() -> Answer {
    let arm = Groups::new(&["old", "new", "old", "new", "old", "new", "old", "new"]);
    let time = [2.0, 3.0, 5.0, 6.0, 8.0, 9.0, 12.0, 13.0];
    let data = RightCensored::new(&time, &[true, true, true, true, true, false, false, true])?;
    let test = LogRank::test(&data, &arm)?;
    let ratio: HazardRatio = greenwood::survival::CoxPh::new()
        .fit(&data, &greenwood::survival::Design::builder().factor("arm", &arm, "old").build()?)?
        .hazard_ratio("arm: new")?
        .unwrap();
    let curves = KaplanMeier::by_group(&data, &arm)?;
    let plot = KaplanMeierPlot::new(&curves)
        .labels(arm.labels())
        .name_with(&[Detail::Subjects, Detail::Events, Detail::Median])
        .test(&test)
        .hazard_ratio(&ratio, 0.9)?;
    let picture = plot.build()?;
    let figure = Figure::read(&picture.to_svg());
    let join =
        |class: &str| figure.texts(class).iter().map(|t| t.content.clone()).collect::<Vec<_>>().join(" ");
    assert!(
        join("label 1").starts_with("old, n = 4, 3 events, median 6.5 (95% CI 2 to "),
        "{}",
        join("label 1")
    );
    let notes = join("note");
    assert!(notes.contains(&format!("Log-rank test: p = {:.3}", test.p_value().unwrap())), "{notes}");
    let (lower, upper) = ratio.interval(0.9)?.bounds().unwrap();
    let expected = format!("{:.2} (90% CI {lower:.2} to {upper:.2})", ratio.value().unwrap());
    assert!(notes.contains(&expected), "{notes} not {expected}");
    // A hazard has no median: nothing is said of it.
    let hazards = NelsonAalen::by_group(&data, &arm)?;
    let svg = CurvePlot::hazards(&hazards).labels(arm.labels()).name_with(&[Detail::Median]).to_svg()?;
    assert!(!svg.contains("median"));
    Ok(())
}
