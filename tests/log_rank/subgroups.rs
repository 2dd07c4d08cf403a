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
