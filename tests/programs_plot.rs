//! `greenwood plot`: every kind of figure of files that ship with the tests, and what it refuses.

#[path = "common/figure.rs"]
mod figure;
#[path = "common/program.rs"]
mod program;

use figure::Figure;
use program::{greenwood, refusal};

fn draw(name: &str, arguments: &str) -> Figure {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let output = greenwood(&format!("plot {arguments} -o {}", path.display()));
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout, b"", "{arguments}: nothing is printed");
    Figure::read(&std::fs::read_to_string(path).unwrap())
}

fn data(file: &str) -> String {
    format!("{}/tests/data/{file}.csv", env!("CARGO_MANIFEST_DIR"))
}

const LUNG: &str = "--time time --event status --event-value 2 --by sex";

#[test]
fn every_kind_is_drawn() {
    let lung = format!("{} {LUNG}", data("lung"));
    let figure =
        draw("p_survival.svg", &format!("{lung} --width-mm 84 --time-axis Months --time-unit 30.4375"));
    assert!((figure.width - 84.0 * 72.0 / 25.4).abs() < 0.01);
    // R 4.2.2: summary(survfit(Surv(time, status) ~ sex, lung), times = c(0, 182.625))$n.risk is 138, 86 and 90, 70.
    let counts = |figure: &Figure, i: usize| {
        figure.texts(&format!("count {i}")).iter().map(|t| t.content.clone()).collect::<Vec<_>>()
    };
    assert_eq!((counts(&figure, 1)[0].as_str(), counts(&figure, 2)[0].as_str()), ("138", "90"));
    assert_eq!((counts(&figure, 1)[1].as_str(), counts(&figure, 2)[1].as_str()), ("86", "70"));
    assert_eq!(figure.texts("time tick")[1].content, "6");
    for (kind, flags) in [
        ("cumulative-hazard", "--bars --table none"),
        ("log-log", "--legend direct"),
        ("survival", "--rising --fraction --value-axis Dead --no-bands --no-marks --greys"),
        ("survival", "--preset kmunicate --medians --landmarks 100,400 --test --hazard-ratio"),
        (
            "survival",
            "--preset slides --mean-to 600 --name-with n,events,median --table at-risk-percent,value",
        ),
        ("survival", "--panels ph_ecog --skip-missing --legend above --kmunicate"),
        ("swimmer", "--title Lanes"),
        ("forest", "--subgroups ph_ecog --skip-missing"),
    ] {
        let figure = draw(&format!("p_{kind}.svg"), &format!("{lung} --kind {kind} {flags}"));
        assert!(figure.shapes.len() > 5, "{kind} {flags}");
    }
    let mgus = format!("{} --time time --event event --causes 1,2 --kind incidence", data("mgus241"));
    for flags in
        ["", "--stacked", "--by sex --legend direct", "--panels sex --stacked", "--fraction --until 20"]
    {
        let figure = draw("p_incidence.svg", &format!("{mgus} {flags}"));
        assert!(!figure.texts.is_empty(), "{flags}");
    }
}

/// Start-stop rows: 103 patients in 172 rows, 75 deaths, 28 censored (R 4.2.2: survfit with `id`), not 97 rows that end
/// without a death.
#[test]
fn a_subject_of_several_rows_is_counted_once() {
    let heart = format!("{} --time stop --entry start --event event --table at-risk,censored", data("heart"));
    let counts =
        |figure: &Figure| figure.texts("count 1").iter().map(|t| t.content.clone()).collect::<Vec<_>>();
    let rows = draw("p_rows.svg", &format!("{heart} --until 2000"));
    let subjects = draw("p_subjects.svg", &format!("{heart} --until 2000 --id id"));
    let columns = rows.texts("time tick").len();
    let (rows, subjects) = (counts(&rows), counts(&subjects));
    assert_eq!((rows[columns - 1].as_str(), subjects[columns - 1].as_str()), ("0", "0"));
    assert_eq!((rows[2 * columns - 1].as_str(), subjects[2 * columns - 1].as_str()), ("97", "28"));
    assert_eq!((rows[0].as_str(), subjects[0].as_str()), ("103", "103"));
    assert_eq!(rows[..columns], subjects[..columns], "the risk sets are the same");
}

/// The same numbers stand in the panel as the programs print: R 4.2.2, `survdiff` and `coxph` of `lung` by sex.
#[test]
fn the_panel_says_what_the_programs_say() {
    let figure =
        draw("p_notes.svg", &format!("{} {LUNG} --test --hazard-ratio --name-with median", data("lung")));
    let join =
        |class: &str| figure.texts(class).iter().map(|t| t.content.clone()).collect::<Vec<_>>().join(" ");
    let notes = join("note");
    assert!(notes.contains("Log-rank test: p = 0.001"), "{notes}");
    assert!(notes.contains("Hazard ratio, 2 against 1: 0.59 (95% CI 0.42 to 0.82)"), "{notes}");
    // survfit(Surv(time, status) ~ sex, lung, conf.type = "log-log"): 270 (210, 306) and 426 (345, 524).
    assert_eq!(join("label 1"), "1, median 270 (95% CI 210 to 306)");
    assert_eq!(join("label 2"), "2, median 426 (95% CI 345 to 524)");
}

#[test]
fn three_formats_are_written() {
    for (ending, head) in [("png", &b"\x89PNG"[..]), ("pdf", b"%PDF-1.7"), ("svg", b"<svg")] {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("p_format.{ending}"));
        let output = greenwood(&format!("plot {} {LUNG} -o {}", data("lung"), path.display()));
        assert!(output.status.success());
        assert!(std::fs::read(&path).unwrap().starts_with(head), "{ending}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let lung = format!("plot {} {LUNG} -o none.svg", data("lung"));
    for (flags, expected) in [
        ("--stacked", "--stacked belongs to --kind incidence"),
        ("--subgroups ph_ecog", "--subgroups belongs to --kind forest"),
        ("--kind forest --subgroups ph_ecog --panels inst --skip-missing", "--panels belongs to curves"),
        ("--kind log-log --mean-to 100", "--mean-to and --rising belong to --kind survival"),
        ("--kind swimmer --test", "--test and --hazard-ratio belong to curves"),
        ("--mean-to 5000", "5000"),
        ("--time-unit 0", "time_unit is 0"),
        ("--width-mm 5", "width_mm is 5"),
    ] {
        let refused = refusal(&format!("{lung} {flags}"));
        assert!(refused.contains(expected), "{flags}: {refused}");
    }
    let mgus = format!("plot {} --time time --event event -o none.svg --kind incidence", data("mgus241"));
    assert!(refusal(&format!("{mgus} --causes 1,2 --stacked --by sex")).contains("use --panels"));
    assert!(refusal(&format!("{mgus} --causes 1")).contains("neither 0 (censored) nor one of --causes"));
    let png = format!("plot {} {LUNG} -o none.gif", data("lung"));
    assert!(refusal(&png).contains(".svg, .png or .pdf"));
}
