//! `greenwood plot`: every kind of figure of files that ship with the tests, and what it refuses.

use crate::figure::Figure;
use crate::program::{file, greenwood, refusal};
use greenwood::survival::CompetingRisks;
use greenwood::survival::prediction::{Outcomes, TimeRoc};

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
        ("smoothed-hazard", "--time-axis Months --time-unit 30.4375 --level 0.9 --legend direct"),
        ("swimmer", "--title Lanes"),
        ("forest", "--subgroups ph_ecog --skip-missing"),
        ("forest", ""),
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
    let no_groups =
        refusal(&format!("plot {} --time time --event status --kind forest -o x.svg", data("aml")));
    assert!(no_groups.contains("--kind forest needs --by COLUMN"), "{no_groups}");
    let mgus = format!("plot {} --time time --event event -o none.svg --kind incidence", data("mgus241"));
    assert!(refusal(&format!("{mgus} --causes 1,2 --stacked --by sex")).contains("use --panels"));
    assert!(refusal(&format!("{mgus} --causes 1")).contains("neither 0 (censored) nor one of --causes"));
    let png = format!("plot {} {LUNG} -o none.gif", data("lung"));
    assert!(refusal(&png).contains(".svg, .png or .pdf"));
}

/// Forty subjects with risks of the event by 5 and by 10 and a marker.
fn predicted(name: &str) -> String {
    let mut rows = vec!["time,event,r5,r10,marker\n".to_string()];
    for i in 0..40 {
        let hazard = 0.02 + 0.004 * f64::from(i * 17 % 40);
        let risk = |t: f64| 1.0 - (-hazard * t).exp();
        let time = 1 + (53 - i) * 13 % 23;
        let event = u8::from(i % 4 > 0);
        rows.push(format!("{time},{event},{},{},{}\n", risk(5.0), risk(10.0), i * 7 % 11));
    }
    file(name, rows.concat().as_bytes())
}

#[test]
fn scores_of_predicted_risks_are_drawn() {
    let file = format!("{} --time time --event event", predicted("p_predicted.csv"));
    let brier = draw("p_brier.svg", &format!("{file} --kind brier --risk r5,r10 --horizon 5,10 --level 0.9"));
    let words =
        |figure: &Figure| figure.texts.iter().map(|t| t.content.clone()).collect::<Vec<_>>().join(" ");
    assert!(words(&brier).contains("one risk for all") && words(&brier).contains("Integrated: model 0."));
    assert_eq!(brier.shapes("curve 1")[0].points.len(), 3, "0 and two times");
    let roc = draw("p_roc.svg", &format!("{file} --kind roc --risk r10,marker --horizon 10"));
    assert!(words(&roc).contains("r10, AUC") && words(&roc).contains("marker, AUC"));
    let calibration =
        draw("p_cal.svg", &format!("{file} --kind calibration --risk r10 --horizon 10 --groups 4"));
    assert!(words(&calibration).contains("Predicted risk (%)"));
    assert_eq!(calibration.shapes("group 4").len(), 1);

    let plot = format!("plot {file} -o none.svg");
    for (flags, expected) in [
        ("--kind brier --risk r5,r10 --horizon 5", "a time for each column"),
        ("--kind roc --risk r5", "one --horizon TIME"),
        ("--kind calibration --risk r5,r10 --horizon 5", "name one column"),
        ("--kind calibration --risk marker --horizon 5", "--risk \"marker\" is 7: a risk is from 0 to 1"),
        ("--risk r5", "--risk changes nothing in --kind survival"),
        ("--kind roc --risk r5 --horizon 5 --level 0.9", "--level changes nothing in --kind roc"),
        ("--kind roc --risk r5 --horizon 5 --groups 4", "--groups changes nothing in --kind roc"),
    ] {
        let refused = refusal(&format!("{plot} {flags}"));
        assert!(refused.contains(expected), "{flags}: {refused}");
    }
}

/// Risks of one cause beside another: the numbers are those of the library, and neither those of the event alone nor those
/// of any event.
#[test]
fn risks_of_one_of_several_causes_are_judged() {
    let rows = std::fs::read_to_string(predicted("p_predicted_causes.csv")).unwrap();
    // Every third event is one of the other cause.
    let mut events = 0;
    let rows = rows.lines().map(|line| {
        let (time, rest) = line.split_once(',').unwrap();
        events += u32::from(rest.starts_with("1,"));
        match rest.strip_prefix("1,") {
            Some(rest) if events % 3 == 0 => format!("{time},2,{rest}\n"),
            _ => format!("{line}\n"),
        }
    });
    let rows: String = rows.collect();
    let mut columns: [Vec<f64>; 4] = Default::default();
    for line in rows.lines().skip(1) {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.parse().unwrap());
        }
    }
    let [time, event, _, risk] = &columns;
    let outcome: Vec<Option<String>> = event.iter().map(|e| (*e > 0.0).then(|| e.to_string())).collect();
    let competing = CompetingRisks::with_causes(time, &outcome, &["1".to_string(), "2".to_string()]).unwrap();
    let area = TimeRoc::new().estimate(Outcomes::of_cause(&competing, "1").unwrap(), risk, 10.0).unwrap();
    let path = file("p_causes.csv", rows.as_bytes());
    let by_program = |flags: &str| {
        let numbers = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("p_causes_numbers.csv");
        draw(
            "p_causes.svg",
            &format!("{path} --time time --event event {flags} --data {}", numbers.display()),
        );
        std::fs::read_to_string(numbers).unwrap()
    };
    let roc = by_program("--causes 1,2 --kind roc --risk r10 --horizon 10");
    let expected = format!("{:?}", area.auc().value().unwrap());
    assert!(roc.contains(&expected), "{expected}: {roc}");
    for flags in
        ["--kind brier --risk r5,r10 --horizon 5,10", "--kind calibration --risk r10 --horizon 10 --groups 4"]
    {
        assert_ne!(
            by_program(&format!("--causes 1,2 {flags}")),
            by_program(&format!("--causes 2,1 {flags}"))
        );
    }
    let plot =
        format!("plot {path} --time time --event event -o none.svg --kind roc --risk r10 --horizon 10");
    assert!(refusal(&format!("{plot} --causes 1")).contains("neither 0 (censored) nor one of --causes"));
    assert!(refusal(&format!("{plot} --causes 1,2 --event-value 1")).contains("contradict each other"));
}

#[test]
fn states_are_drawn() {
    let rows = b"id,a,b,to,g\n1,0,3,2,x\n1,3,8,3,x\n2,0,5,3,y\n3,0,9,0,x\n4,0,2,2,y\n4,2,7,0,y\n";
    let path = file("p_states.csv", rows);
    let states = format!("{path} --kind states --id id --entry a --time b --event to --states 1,2,3");
    for flags in ["", "--stacked", "--panels g --stacked", "--table at-risk,value --legend direct", "--bars"]
    {
        let figure = draw("p_states.svg", &format!("{states} {flags}"));
        assert!(figure.texts.iter().any(|t| t.content == "Probability of the state"), "{flags}");
    }
    let plot = format!("plot {path} --kind states --entry a --time b --event to --states 1,2,3 -o none.svg");
    assert!(refusal(&plot).contains("--kind states needs --states LIST, --id COLUMN"));
    for (flags, expected) in [
        ("--by g", "use --panels COLUMN instead of --by"),
        ("--table events", "--table events: --kind states has at-risk, value, none"),
        ("--event g", "cannot be used multiple times"),
        ("--name-with n", "--name-with changes nothing in --kind states"),
    ] {
        let refused = refusal(&format!("{plot} --id id {flags}"));
        assert!(refused.contains(expected), "{flags}: {refused}");
    }
    let unknown = refusal(&plot.replace("1,2,3", "1,2").replace("--kind", "--id id --kind"));
    assert!(
        unknown.contains("--event \"to\" is \"3\", which is neither 0 (none) nor among --states 1, 2"),
        "{unknown}"
    );
}

/// The numbers of a figure stand beside it, in three forms. R 4.2.2: summary(survfit(Surv(time, status) ~ sex, lung),
/// times = c(0, 182.625)) has 138, 86 and 90, 70 at risk.
#[test]
fn the_numbers_of_a_figure_are_written_on_request() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (ending, expected) in [
        ("csv", "Number at risk,1,138,86,"),
        ("txt", "Number at risk  1      138  86"),
        ("html", "<td>Number at risk</td><td>1</td><td>138</td><td>86</td>"),
    ] {
        let path = folder.join(format!("p_numbers.{ending}"));
        let flags = format!("--time-axis Months --time-unit 30.4375 --data {}", path.display());
        draw("p_numbers.svg", &format!("{} {LUNG} {flags}", data("lung")));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(expected), "{ending}: {text}");
    }
    for (kind, flags) in [
        ("forest", "--subgroups ph_ecog --skip-missing"),
        ("swimmer", ""),
        ("smoothed-hazard", ""),
        ("survival", "--panels ph_ecog --skip-missing"),
    ] {
        let path = folder.join("p_kind.csv");
        draw(
            "p_kind.svg",
            &format!("{} {LUNG} --kind {kind} {flags} --data {}", data("lung"), path.display()),
        );
        assert!(std::fs::read_to_string(&path).unwrap().lines().count() > 3, "{kind}");
    }
    let refused =
        refusal(&format!("plot {} {LUNG} -o {}/p_x.svg --data none.xlsx", data("lung"), folder.display()));
    assert!(refused.contains("--data none.xlsx") && refused.contains(".csv, .html or .txt"), "{refused}");
}

/// A flag that would change nothing is refused by its name.
#[test]
fn no_flag_is_ignored() {
    let lung = format!("plot {} {LUNG} -o none.svg --skip-missing", data("lung"));
    let forest = "--kind forest --subgroups ph_ecog";
    for (kind, flag, value) in [
        ("--kind swimmer", "--kmunicate", ""),
        ("--kind swimmer", "--preset kmunicate", ""),
        ("--kind swimmer", "--landmarks", " 100"),
        ("--kind swimmer", "--until", " 100"),
        ("--kind swimmer", "--level", " 0.9"),
        ("--kind swimmer", "--weight", " age --weight-kind sampling"),
        ("--kind swimmer", "--entry", " age"),
        (forest, "--landmarks", " 100"),
        (forest, "--time-axis", " Days"),
        (forest, "--time-unit", " 30"),
        (forest, "--legend", " direct"),
        (forest, "--table", " none"),
        (forest, "--medians", ""),
        ("--kind cumulative-hazard", "--medians", ""),
        ("--kind cumulative-hazard", "--fraction", ""),
        ("--kind log-log", "--bars", ""),
        ("--kind smoothed-hazard", "--name-with", " n"),
        ("--kind smoothed-hazard", "--kmunicate", ""),
        ("", "--states", " 1,2"),
        ("", "--groups", " 4"),
    ] {
        let refused = refusal(&format!("{lung} {kind} {flag}{value}"));
        assert!(refused.contains(&format!("{flag} changes nothing in --kind")), "{kind} {flag}: {refused}");
    }
    for (flags, expected) in [
        ("--bars --no-bands", "--bars and --no-bands contradict each other"),
        ("--medians --rising", "leave out --rising or --medians"),
        ("--json", "--json changes nothing in plot"),
        ("--kind log-log --level 0.9", "--level changes nothing in --kind log-log"),
        ("--kind cumulative-hazard --name-with median", "has no medians"),
        ("--kind smoothed-hazard --table events", "--table events: --kind smoothed-hazard has value, none"),
    ] {
        let refused = refusal(&format!("{lung} {flags}"));
        assert!(refused.contains(expected), "{flags}: {refused}");
    }
    let mgus = format!(
        "plot {} --time time --event event --causes 1,2 --kind incidence -o none.svg",
        data("mgus241")
    );
    for flag in ["--count-subjects", "--event-value 1", "--id id", "--medians"] {
        let name = flag.split(' ').next().unwrap();
        let refused = refusal(&format!("{mgus} {flag}"));
        assert!(
            refused.contains(&format!("{name} changes nothing in --kind incidence")),
            "{flag}: {refused}"
        );
    }
}

/// The level of a band is honoured by incidences, and that of a forest stands above its limits.
#[test]
fn levels_are_those_that_are_asked_for() {
    let mgus = format!("{} --time time --event event --causes 1,2 --kind incidence", data("mgus241"));
    let height = |level: &str| {
        let figure = draw("p_level.svg", &format!("{mgus} --level {level}"));
        let band = &figure.shapes("band 1")[0].points;
        band.iter().map(|p| p.1).fold(0.0, f64::max) - band.iter().map(|p| p.1).fold(f64::INFINITY, f64::min)
    };
    assert!(height("0.5") < height("0.99"));
    let flags = "--kind forest --subgroups ph_ecog --skip-missing --level 0.9";
    let forest = draw("p_forest_level.svg", &format!("{} {LUNG} {flags}", data("lung")));
    assert!(forest.texts("head").iter().any(|t| t.content.ends_with("(90% CI)")));
}

/// The width of a forest is the one that is asked for, or it is refused.
#[test]
fn a_forest_is_as_wide_as_asked() {
    let forest = format!("{} {LUNG} --kind forest --subgroups ph_ecog --skip-missing", data("lung"));
    for width in [110.0, 130.0, 200.0] {
        let figure = draw("p_forest_width.svg", &format!("{forest} --width-mm {width}"));
        assert!((figure.width - width * 72.0 / 25.4).abs() < 0.01, "{width}: {}", figure.width);
    }
    let path = file("p_narrow.csv", b"time,event,arm,sex\n1,1,0,0\n2,1,1,0\n3,1,0,1\n4,1,1,1\n");
    let forest = format!("{path} --time time --event event --by arm --kind forest --subgroups sex");
    let refused = refusal(&format!("plot {forest} --width-mm 60 -o none.svg"));
    assert!(refused.contains("width_mm is 60") && refused.contains("wide enough"), "{refused}");
}

/// Weights and clusters are those of the fit in every row of a forest, and a subject with several rows is counted once.
#[test]
fn a_forest_honours_weights_and_ids() {
    let row = |i: u8| {
        let (time, event) = (1 + i * 5 % 17, u8::from(!i.is_multiple_of(3)));
        format!("{},{time},{event},{},{},{}\n", i / 2, i / 2 % 2, i / 4 % 2, 1 + i % 4)
    };
    let rows = (0..24).map(row).collect::<Vec<_>>().concat();
    let path = file("p_weights.csv", format!("id,time,event,arm,sex,w\n{rows}").as_bytes());
    let forest = format!("{path} --time time --event event --by arm --kind forest --subgroups sex");
    let figures = |flags: &str| {
        let figure = draw("p_forest_w.svg", &format!("{forest} {flags}"));
        let of = |class: &str| {
            figure
                .texts
                .iter()
                .filter(|t| t.class.starts_with(class))
                .map(|t| t.content.clone())
                .collect::<Vec<_>>()
        };
        (of("figures"), of("counts"))
    };
    let (plain, counts) = figures("");
    let (weighted, _) = figures("--weight w --weight-kind sampling");
    assert!(plain.iter().zip(&weighted).filter(|(a, b)| a != b).count() >= 3, "{plain:?} {weighted:?}");
    assert_eq!(counts.last().unwrap(), "16 / 24");
    let (_, counts) = figures("--id id");
    assert_eq!(counts.last().unwrap(), "16 / 12");
}
