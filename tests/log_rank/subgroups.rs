//! The subgroup table against R, and what it cannot say.

use greenwood::trial::{Endpoint, Exit, Subject, Time, Trial};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Death,
}

const OS: Endpoint<Event> = Endpoint::overall_survival(|_| true);

fn veteran() -> Trial<&'static str, Event> {
    let text = std::fs::read_to_string("tests/data/veteran.csv").unwrap();
    let subject = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let exit = if cells[3] == "1" { Exit::Terminal(Event::Death) } else { Exit::Cutoff };
        let arm = if cells[0] == "2" { "new" } else { "standard" };
        let age: f64 = cells[6].parse().unwrap();
        Subject::on(arm)
            .baseline("cell type", cells[1])
            .baseline("age", age)
            .baseline("study", "one")
            .until(Time::days(cells[2].parse().unwrap()), exit)
            .unwrap()
    };
    Trial::new(text.lines().skip(1).map(subject))
}

/// R 4.2.2, survival 3.5-3: coxph(Surv(time, status) ~ new) within each celltype and in all;
/// anova(coxph(Surv(time, status) ~ new + celltype), coxph(Surv(time, status) ~ new * celltype)).
#[test]
fn cell_types_of_the_veterans() {
    let contrast = veteran().analyse(&OS).unwrap().contrast("new", "standard").unwrap();
    let table = contrast.subgroups(&["cell type", "study"], 0.95).unwrap();
    let near =
        |found: f64, expected: f64| assert!((found - expected).abs() < 1e-7 * expected, "{found} {expected}");
    let expected = [
        ("1", 0.544381308023, 0.250829466016, 1.18148403069, [20, 15], [18, 13]),
        ("2", 1.65206363089, 0.86296336251, 3.16272319205, [18, 30], [17, 28]),
        ("3", 1.22955334769, 0.527027203484, 2.86854535176, [18, 9], [17, 9]),
        ("4", 1.53562375807, 0.691706919768, 3.40916110417, [12, 15], [12, 14]),
        ("all", 1.01790090394, 0.714375526107, 1.45038878345, [68, 69], [64, 64]),
    ];
    let rows = table.factors()[0].subgroups().iter().chain([table.all()]);
    for (row, (level, ratio, low, high, subjects, events)) in rows.zip(expected) {
        assert_eq!((row.level(), row.subjects(), row.events()), (level, subjects, events));
        near(row.hazard_ratio().unwrap(), ratio);
        let (lower, upper) = row.interval().bounds().unwrap();
        near(lower, low);
        near(upper, high);
    }
    near(table.factors()[0].interaction().unwrap(), 0.0417480175158);
    // One level: nothing to interact with, and the row of all.
    let one = &table.factors()[1];
    assert_eq!(one.interaction(), None);
    assert_eq!(one.subgroups()[0].hazard_ratio(), table.all().hazard_ratio());
    let text = table.to_string();
    assert!(text.contains("cell type (interaction p = 0.042)"), "{text}");
    assert!(text.contains("18 / 20"), "{text}");
}

#[test]
fn what_is_no_subgroup_is_refused() {
    let contrast = veteran().analyse(&OS).unwrap().contrast("new", "standard").unwrap();
    let text = |name: &str, level: f64| contrast.subgroups(&[name], level).unwrap_err().to_string();
    assert!(text("age", 0.95).contains("give one for each range"));
    assert!(text("sex", 0.95).contains("sex"));
    assert!(text("cell type", 1.0).contains('1'));
}

/// An arm without events has no ratio, and says so.
#[test]
fn an_arm_without_events_has_no_ratio() {
    let died = Exit::Terminal(Event::Death);
    let subject = |arm, sex, day: f64, exit| {
        Subject::on(arm).baseline("sex", sex).until(Time::days(day), exit).unwrap()
    };
    let trial = Trial::new([
        subject("new", "f", 9.0, Exit::Cutoff),
        subject("old", "f", 4.0, died),
        subject("new", "m", 7.0, died),
        subject("old", "m", 5.0, died),
        subject("new", "m", 8.0, Exit::Cutoff),
        subject("old", "m", 9.0, died),
        subject("new", "x", 9.0, died),
    ]);
    let table = trial.analyse(&OS).unwrap().contrast("new", "old").unwrap().subgroups(&["sex"], 0.9).unwrap();
    let rows = table.factors()[0].subgroups();
    assert_eq!((rows[0].hazard_ratio(), rows[0].interval().bounds()), (None, None));
    assert_eq!((rows[2].hazard_ratio(), rows[2].subjects()), (None, [1, 0]));
    assert!(rows[1].hazard_ratio().is_some());
    assert!(table.to_string().contains("90% CI"), "{table}");
}

#[cfg(feature = "plot")]
#[test]
fn the_forest_plot_takes_its_rows() {
    let contrast = veteran().analyse(&OS).unwrap().contrast("new", "standard").unwrap();
    let rows = contrast.subgroups(&["cell type"], 0.95).unwrap().forest_rows();
    assert_eq!(rows.len(), 6);
    let svg = greenwood::plot::ForestPlot::new(rows).to_svg().unwrap();
    assert!(svg.contains("interaction p = 0.04"), "the plot says the interaction");
}

/// A trial from a file: day, event, arm, and levels by name.
fn from_file(
    file: &str,
    [time, event, arm]: [&str; 3],
    is: impl Fn(&str, &str) -> Option<(bool, bool)>,
    levels: &[&'static str],
) -> Trial<&'static str, Event> {
    let text = std::fs::read_to_string(format!("tests/data/{file}.csv")).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let (time, event, arm) = (at(time), at(event), at(arm));
    Trial::new(text.lines().skip(1).filter_map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let (died, new) = is(cells[event], cells[arm])?;
        let exit = if died { Exit::Terminal(Event::Death) } else { Exit::Cutoff };
        let mut subject = Subject::on(if new { "new" } else { "standard" });
        for level in levels {
            subject = subject.baseline(*level, cells[at(level)]);
        }
        Some(subject.until(Time::days(cells[time].parse().unwrap()), exit).unwrap())
    }))
}

/// A level, ratio and limits, subjects and events of the two arms.
type Row = (&'static str, Option<(f64, f64, f64)>, [usize; 2], [usize; 2]);

/// R 4.2.2, survival 3.5-3: coxph(Surv(time, ev) ~ new) within each level, and
/// anova(coxph(… ~ new + factor(f)), coxph(… ~ new * factor(f))): hormones against none in gbsg, D-penicillamine against placebo in
/// pbc (deaths). In stage 1 one arm has no event: no ratio, and an infinite coefficient in the interaction (R with eps = 1e-11: at its
/// default it stops at 0.641621008, two steps before).
#[test]
fn subgroups_of_two_other_trials() {
    let near =
        |found: f64, expected: f64| assert!((found - expected).abs() < 1e-7 * expected, "{found} {expected}");
    let check = |trial: Trial<&'static str, Event>, factor: &str, p: f64, expected: &[Row]| {
        let table = trial.analyse(&OS).unwrap().contrast("new", "standard").unwrap();
        let table = table.subgroups(&[factor], 0.95).unwrap();
        near(table.factors()[0].interaction().unwrap(), p);
        let rows: Vec<_> = table.factors()[0].subgroups().iter().chain([table.all()]).collect();
        assert_eq!(rows.len(), expected.len() + 1);
        for (row, (level, ratio, subjects, events)) in rows.iter().zip(expected) {
            assert_eq!((row.level(), row.subjects(), row.events()), (*level, *subjects, *events));
            assert_eq!(row.hazard_ratio().is_some(), ratio.is_some());
            if let Some((ratio, lower, upper)) = ratio {
                near(row.hazard_ratio().unwrap(), *ratio);
                let (low, high) = row.interval().bounds().unwrap();
                near(low, *lower);
                near(high, *upper);
            }
        }
        table.all().hazard_ratio().unwrap()
    };
    let gbsg = || {
        let is = |event: &str, arm: &str| Some((event == "1", arm == "1"));
        from_file("gbsg", ["rfstime", "status", "hormon"], is, &["meno", "grade"])
    };
    let all = check(
        gbsg(),
        "meno",
        0.891149248073,
        &[
            ("0", Some((0.690868599293, 0.433614521092, 1.100745935092)), [59, 231], [22, 97]),
            ("1", Some((0.667370765176, 0.494948286670, 0.899859137221)), [187, 209], [72, 108]),
        ],
    );
    near(all, 0.694884326984);
    check(
        gbsg(),
        "grade",
        0.629777717273,
        &[
            ("1", Some((0.709923761665, 0.265348419826, 1.899358389650)), [33, 48], [6, 12]),
            ("2", Some((0.654525480912, 0.486651663308, 0.880308519343)), [163, 281], [65, 137]),
            ("3", Some((0.907880049183, 0.558351132251, 1.476214761814)), [50, 111], [23, 56]),
        ],
    );
    let pbc = || {
        let is = |event: &str, arm: &str| ["1", "2"].contains(&arm).then_some((event == "2", arm == "1"));
        from_file("pbc", ["time", "status", "trt"], is, &["sex", "stage", "ascites"])
    };
    let all = check(
        pbc(),
        "sex",
        0.322535319183,
        &[
            ("1", Some((1.504289694362, 0.626808446336, 3.610173886122)), [21, 15], [14, 8]),
            ("2", Some((0.971857595195, 0.660352363578, 1.430307874148)), [137, 139], [51, 52]),
        ],
    );
    near(all, 1.058892733030);
    check(
        pbc(),
        "ascites",
        0.175765299204,
        &[
            ("0", Some((1.039105400214, 0.704606276037, 1.532401951949)), [144, 144], [52, 50]),
            ("1", Some((0.531809709210, 0.226768416465, 1.247182351140)), [14, 10], [13, 10]),
        ],
    );
    check(
        pbc(),
        "stage",
        0.6416208813814,
        &[
            ("1", None, [12, 4], [1, 0]),
            ("2", Some((1.555696364792, 0.563807890197, 4.292581252426)), [35, 32], [10, 6]),
            ("3", Some((0.905304425180, 0.494477766445, 1.657457944255)), [56, 64], [20, 23]),
            ("4", Some((1.151023848487, 0.701254643611, 1.889265064918)), [55, 54], [34, 31]),
        ],
    );
}
