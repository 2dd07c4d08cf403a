//! Diagrams and panels of predictions: boxes hold their texts, arrows keep away from boxes, points are where the numbers are.

use crate::picture::{all_texts, paths_of, points};
use greenwood::plot::{Anchor, CalibrationPlot, Path, Picture, RocPlot, StateDiagram, Style, Text};
use greenwood::survival::prediction::{Calibration, CalibrationTable, RocCurve, TimeRoc};
use greenwood::survival::{Histories, RightCensored};
use greenwood::trial::examples::{Arm, Event, saa};
use greenwood::trial::{Exit, Population, Subject, Time, Trial};

type Rectangle = (f64, f64, f64, f64);

fn content<'a>(picture: &'a Picture, class: &str) -> Vec<&'a str> {
    all_texts(picture).into_iter().filter(|t| t.class == class).map(|t| t.content.as_str()).collect()
}

fn extent(path: &Path) -> Rectangle {
    let start = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
    let wider = |r: Rectangle, (x, y): (f64, f64)| (r.0.min(x), r.1.min(y), r.2.max(x), r.3.max(y));
    points(path).into_iter().fold(start, wider)
}

/// The frames of a diagram: paths of five places whose class names a box.
fn frames(picture: &Picture, classes: &[&str]) -> Vec<Rectangle> {
    let is_state = |c: &str| c.starts_with("state ") && !c.ends_with("ground");
    paths_of(picture, |c| classes.contains(&c) || is_state(c)).into_iter().map(extent).collect()
}

/// A generous estimate of where a text is: 0.62 of its size for each character.
fn place(text: &Text) -> Rectangle {
    let width = 0.62 * text.size * text.content.chars().count() as f64;
    let left = match text.anchor {
        Anchor::Start => text.at.0,
        Anchor::Middle => text.at.0 - width / 2.0,
        Anchor::End => text.at.0 - width,
    };
    (left, text.at.1 - 0.75 * text.size, left + width, text.at.1 + 0.2 * text.size)
}

/// Does a line pass through the inside of a box, further than its frame?
fn passes(line: &[(f64, f64)], (left, top, right, bottom): Rectangle) -> bool {
    line.windows(2).any(|pair| {
        (0..=400).any(|i| {
            let share = f64::from(i) / 400.0;
            let x = pair[0].0 + share * (pair[1].0 - pair[0].0);
            let y = pair[0].1 + share * (pair[1].1 - pair[0].1);
            x > left + 0.1 && x < right - 0.1 && y > top + 0.1 && y < bottom - 0.1
        })
    })
}

fn overlap(a: Rectangle, b: Rectangle) -> bool {
    a.0 < b.2 - 1e-9 && b.0 < a.2 - 1e-9 && a.1 < b.3 - 1e-9 && b.1 < a.3 - 1e-9
}

/// Boxes do not touch one another, arrows touch boxes at their frames alone, texts in boxes stay in them, and nothing leaves
/// the picture.
fn assert_sound(picture: &Picture, boxes: &[Rectangle], arrows: &[&Path], what: &str) {
    for (i, &a) in boxes.iter().enumerate() {
        assert!(boxes[..i].iter().all(|&b| !overlap(a, b)), "{what}: boxes {a:?}");
        assert!(a.0 >= 0.0 && a.1 >= 0.0 && a.2 <= picture.width && a.3 <= picture.height, "{what}: {a:?}");
        for arrow in arrows {
            assert!(!passes(&points(arrow), a), "{what}: {} through the box at {a:?}", arrow.class);
        }
    }
    for text in all_texts(picture).into_iter().filter(|t| t.class.ends_with(" text")) {
        let (x, y) = text.at;
        let own = boxes.iter().find(|b| b.0 <= x && x <= b.2 && b.1 <= y && y <= b.3);
        let own = own.unwrap_or_else(|| panic!("{what}: {} stands in no box", text.content));
        let (_, top, _, bottom) = place(text);
        assert!(own.1 <= top && bottom <= own.3, "{what}: {}", text.content);
    }
}

fn diagram(names: &[&str], moves: &[(usize, usize)]) -> StateDiagram {
    let (mut id, mut start, mut stop, mut to, mut from) = (vec![], vec![], vec![], vec![], vec![]);
    for (i, &(a, b)) in moves.iter().enumerate() {
        for k in 0..=i {
            id.push(format!("{i}.{k}"));
            start.push(0.0);
            stop.push(1.0 + i as f64);
            from.push(names[a]);
            to.push(Some(names[b]));
        }
    }
    Histories::among(names).rows(&id, &start, &stop, &to).unwrap().with_from(&from).unwrap().figure()
}

#[test]
fn arrows_of_a_state_diagram_go_around_boxes() {
    type Graph<'a> = (&'a [&'a str], &'a [(usize, usize)]);
    let long = "a state whose name is so long that sixty characters do not do it";
    let cases: [Graph; 7] = [
        (&["well", "ill", "dead"], &[(0, 1), (1, 0), (0, 2), (1, 2)]),
        (&["a", "b"], &[(0, 1)]),
        (&["a", "b", "c"], &[(0, 1), (1, 2), (2, 0)]),
        (
            &["a", "b", "c", "d", "e"],
            &[(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)],
        ),
        (&["a", "b", "c", "d"], &[(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (0, 3), (3, 0)]),
        (&["start", long, "end"], &[(0, 1), (1, 2), (0, 2)]),
        (
            &["a", "b", "c", "d", "e", "f", "g", "h"],
            &[(0, 7), (1, 7), (2, 7), (3, 7), (4, 7), (5, 7), (6, 7), (0, 6), (6, 0)],
        ),
    ];
    for (names, moves) in cases {
        let picture = diagram(names, moves).build().unwrap();
        let what = format!("{names:?} {moves:?}");
        let boxes = frames(&picture, &[]);
        assert_eq!(boxes.len(), names.len(), "{what}");
        let arrows = paths_of(&picture, |c| c == "move");
        assert_eq!(arrows.len(), moves.len(), "{what}");
        assert_sound(&picture, &boxes, &arrows, &what);
        // Each arrow ends at the frame of the box that it goes to, and starts at that which it comes from.
        let heads = paths_of(&picture, |c| c == "move head");
        for (arrow, head) in arrows.iter().zip(&heads) {
            let (start, tip) = (points(arrow)[0], points(head)[0]);
            let at_frame =
                |(x, y): (f64, f64)| boxes.iter().any(|b| (x == b.0 || x == b.2) && b.1 <= y && y <= b.3);
            assert!(at_frame(start) && at_frame(tip), "{what}: {start:?} {tip:?}");
        }
        // Each number stands outside every box, and no two of them touch.
        let counts: Vec<Rectangle> =
            all_texts(&picture).into_iter().filter(|t| t.class == "count").map(place).collect();
        assert_eq!(counts.len(), moves.len(), "{what}");
        for (i, &count) in counts.iter().enumerate() {
            assert!(boxes.iter().all(|&b| !overlap(count, b)), "{what}: a number in a box");
            assert!(counts[..i].iter().all(|&c| !overlap(count, c)), "{what}: numbers overlap");
        }
    }
}

#[test]
fn a_state_diagram_counts_subjects_and_moves() {
    let to = [Some("ill"), Some("dead"), Some("dead"), None, Some("ill"), None];
    let from = ["well", "ill", "well", "well", "well", "ill"];
    let stop = [3.0, 8.0, 5.0, 9.0, 2.0, 7.0];
    let data = Histories::among(&["well", "ill", "dead"])
        .rows(&[1, 1, 2, 3, 4, 4], &[0., 3., 0., 0., 0., 2.], &stop, &to)
        .unwrap()
        .with_from(&from)
        .unwrap();
    let picture = data.figure().build().unwrap();
    assert_eq!(content(&picture, "state 1 text"), ["well", "at the start 4", "at the end 1"]);
    assert_eq!(content(&picture, "state 2 text"), ["ill", "at the end 1"]);
    assert_eq!(content(&picture, "state 3 text"), ["dead", "at the end 2"]);
    let mut counts = content(&picture, "count");
    counts.sort_unstable();
    assert_eq!(counts, ["1", "1", "2"]);
    assert!(picture.description.contains("well to ill: 2"), "{}", picture.description);
}

fn flow(arms: usize, name: &str) -> Picture {
    let subjects = (0..6 * arms).map(|i| {
        let exit = match i % 3 {
            0 => Exit::Terminal(Event::Death),
            1 => Exit::Lost,
            _ => Exit::Cutoff,
        };
        Subject::on(format!("{name} {}", i % arms).leak() as &str)
            .until(Time::months(3.0 + i as f64), exit)
            .unwrap()
    });
    let trial = Trial::new(subjects);
    let all: Population<&str, Event> = Population::new("full analysis set", |_| true);
    let reason = "previous treatment with antithymocyte globulin or with another drug that excludes it";
    trial
        .flow(&[all])
        .screened(6 * arms + 5, &[("no consent", 2), (reason, 3)])
        .unwrap()
        .figure()
        .build()
        .unwrap()
}

#[test]
fn a_flow_chart_holds_its_texts_for_one_arm_and_for_eight() {
    let boxes = ["assessed", "excluded", "randomised", "allocation", "follow-up", "analysis"];
    for (arms, name) in [(1, "arm"), (2, "arm"), (3, "a longer name of an arm"), (8, "arm"), (2, "<b>&\"")] {
        let picture = flow(arms, name);
        let what = format!("{arms} arms {name}");
        let frames = frames(&picture, &boxes);
        assert_eq!(frames.len(), 3 + 3 * arms, "{what}");
        let lines = paths_of(&picture, |c| c == "arrow" || c == "trunk");
        assert_sound(&picture, &frames, &lines, &what);
        let counted: usize = (0..6 * arms).filter(|i| i % 3 == 1).count();
        // A count may stand in a line of its own.
        let lost: usize = content(&picture, "follow-up text")
            .join(" ")
            .split("Lost to follow-up (n = ")
            .filter_map(|t| t.split(')').next()?.parse::<usize>().ok())
            .sum();
        assert_eq!(lost, counted, "{what}");
        let svg = picture.to_svg();
        assert!(!svg.contains("<b>"), "{what}");
        roxmltree::Document::parse(&svg).unwrap();
    }
}

#[test]
fn a_flow_chart_has_the_counts_of_its_flow() {
    let flow = saa().flow(&[]).screened(21, &[("no consent", 3)]).unwrap();
    let picture = flow.figure().title("SAA").build().unwrap();
    assert_eq!(content(&picture, "assessed text"), ["Assessed for eligibility (n = 21)"]);
    assert_eq!(content(&picture, "excluded text"), ["Excluded (n = 3)", "no consent (n = 3)"]);
    assert_eq!(content(&picture, "randomised text"), ["Randomised (n = 18)"]);
    assert!(content(&picture, "allocation text").contains(&"Allocated to Msc (n = 9)"));
    assert!(picture.description.contains("Msc: randomised 9"), "{}", picture.description);
    assert_eq!(flow.lost().iter().sum::<usize>() + flow.still_followed().iter().sum::<usize>() + 2, 18);
    let _ = Arm::Msc;
}

fn scored() -> (RightCensored<'static>, [f64; 10]) {
    let time: Vec<f64> = (1..=10).map(f64::from).collect();
    let event = vec![true, true, false, true, true, false, true, true, false, true];
    (RightCensored::new(time, event).unwrap(), [0.9, 0.25, 0.7, 0.5, 0.6, 0.4, 0.3, 0.2, 0.3, 0.1])
}

fn roc() -> RocCurve {
    let (data, risk) = scored();
    TimeRoc::new().estimate(&data, &risk, 5.0).unwrap()
}

fn table() -> CalibrationTable {
    let (data, risk) = scored();
    Calibration::new().groups(3).estimate(&data, &risk, 5.0).unwrap()
}

/// From places to values, by the ends of the axis.
fn square(picture: &Picture, most: f64) -> impl Fn((f64, f64)) -> (f64, f64) {
    let [start, end] = points(paths_of(picture, |c| c == "equal")[0])[..] else { panic!() };
    move |(x, y)| (most * (x - start.0) / (end.0 - start.0), most * (y - start.1) / (end.1 - start.1))
}

#[test]
fn points_of_a_roc_curve_are_its_shares_and_the_legend_keeps_away() {
    let curve = roc();
    let weak = {
        let (data, _) = scored();
        TimeRoc::new().estimate(&data, &[1., 2., 3., 4., 5., 6., 7., 8., 9., 10.], 5.0).unwrap()
    };
    for curves in [vec![curve.clone()], vec![curve.clone(), weak.clone()], vec![weak]] {
        let labels: Vec<String> = (0..curves.len()).map(|i| format!("marker {i}")).collect();
        let picture = RocPlot::new(&curves).labels(&labels).build().unwrap();
        let value = square(&picture, 1.0);
        for (i, curve) in curves.iter().enumerate() {
            let line = points(paths_of(&picture, |c| c == format!("curve {}", i + 1))[0]);
            assert_eq!(line.len(), curve.points().len());
            for (&at, point) in line.iter().zip(curve.points()) {
                let (x, y) = value(at);
                assert!((x - point.false_positives()).abs() < 1e-9 && (y - point.sensitivity()).abs() < 1e-9);
            }
            for text in all_texts(&picture).into_iter().filter(|t| t.class.starts_with("label")) {
                let own = place(text);
                // The estimate of the width is generous; the right end of the text is known to fit.
                let own = (own.0, own.1, own.2.min(picture.width), own.3);
                assert!(!passes(&line, own), "{} under curve {i}", text.content);
                assert!(own.3 <= picture.height);
            }
        }
    }
    let auc = curve.auc().value().unwrap();
    let picture = curve.figure().build().unwrap();
    let label = content(&picture, "label 1")[0];
    assert!(label.starts_with(&format!("AUC {auc:.2} (95% CI")), "{label}");
    assert!(RocPlot::new(&[]).build().is_err());
    assert!(RocPlot::new(&[roc()]).labels(&["a", "b"]).build().is_err());
}

#[test]
fn groups_of_a_calibration_stand_at_their_risks() {
    let table = table();
    let plot: CalibrationPlot = table.figure();
    let picture = plot.style(Style::journal()).build().unwrap();
    let value = square(&picture, 100.0);
    let middles: Vec<(f64, f64)> = paths_of(&picture, |c| c.starts_with("group "))
        .into_iter()
        .map(|p| {
            let (left, top, right, bottom) = extent(p);
            value((f64::midpoint(left, right), f64::midpoint(top, bottom)))
        })
        .collect();
    assert_eq!(middles.len(), table.groups().len());
    for ((x, y), group) in middles.iter().zip(table.groups()) {
        assert!((x - 100.0 * group.mean_risk()).abs() < 1e-9);
        assert!((y - 100.0 * group.observed().value().unwrap()).abs() < 1e-9);
    }
    let bars: Vec<Rectangle> = paths_of(&picture, |c| c == "interval 1").into_iter().map(extent).collect();
    if let Some((lower, upper)) = table.interval(&table.groups()[0]).unwrap().bounds() {
        let (_, top) = value((bars[0].0, bars[0].1));
        let (_, bottom) = value((bars[0].0, bars[0].3));
        assert!((top - 100.0 * upper).abs() < 1e-9 && (bottom - 100.0 * lower).abs() < 1e-9);
    }
    assert!(content(&picture, "note").iter().any(|n| n.starts_with("Slope ")));
    assert!(content(&picture, "note").iter().any(|n| n.starts_with("O/E ")));
}

/// The notes of a calibration plot cover no bar: they move within the panel, or stand under the axis.
#[test]
fn notes_of_a_calibration_keep_away_from_its_bars() {
    let (data, _) = greenwood::datasets::leukaemia().unwrap();
    let risk: Vec<f64> =
        (0..data.len()).map(|i| (0.05 + 0.9 * ((i * 17) % 42) as f64 / 42.0).min(0.95)).collect();
    // A line of digits and spaces is narrower than a line of letters.
    let digits = |(left, top, right, bottom): Rectangle| (left, top, left + 0.8 * (right - left), bottom);
    let mut places = [0; 2];
    for groups in 1..=8 {
        let table = Calibration::new().groups(groups).estimate(&data, &risk, 10.0).unwrap();
        let picture = table.figure().build().unwrap();
        let axis = paths_of(&picture, |c| c == "axis").into_iter().map(extent).next().unwrap();
        let notes: Vec<Rectangle> =
            all_texts(&picture).into_iter().filter(|t| t.class == "note").map(place).map(digits).collect();
        assert_eq!(notes.len(), 2);
        for note in notes {
            for path in paths_of(&picture, |c| c.starts_with("interval ") || c.starts_with("group ")) {
                let own = extent(path);
                let apart = own.2 < note.0 || note.2 < own.0 || own.3 < note.1 || note.3 < own.1;
                assert!(apart, "{groups} groups: {} under a note", path.class);
            }
            assert!(note.0 >= 0.0 && note.2 <= picture.width && note.3 <= picture.height);
            places[usize::from(note.1 > axis.3)] += 1;
        }
    }
    assert!(places[0] > 0 && places[1] > 0, "within and under: {places:?}");
}
