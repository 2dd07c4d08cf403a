//! What an editor sees on the printed page: whole names, ticks that can be read, nothing hidden under a line.

use crate::picture::{all_texts, paths_of, texts};
use greenwood::plot::{ForestPlot, ForestRow, Item, KaplanMeierPlot, PanelPlot, Style, TableRow};
use greenwood::survival::{Groups, KaplanMeier, RightCensored, SurvivalCurve};
use greenwood::trial::examples::{Arm, FFS, saa};

type Answer = Result<(), greenwood::Error>;

/// Curves of groups with these names, twelve subjects each.
fn curves(names: &[&str]) -> Result<Vec<SurvivalCurve>, greenwood::Error> {
    let rows = 12 * names.len();
    let time: Vec<f64> = (0..rows).map(|i| 0.4 + (i * 7 % 23) as f64 * 0.4).collect();
    let event: Vec<bool> = (0..rows).map(|i| i % 3 > 0).collect();
    let group: Vec<&str> = (0..rows).map(|i| names[i % names.len()]).collect();
    KaplanMeier::by_group(&RightCensored::new(time, event)?, &Groups::new(&group))
}

#[test]
fn names_under_the_axis_are_whole_and_on_the_sheet() -> Answer {
    let long = "Observation only, with visits every three months to year five";
    let figure = KaplanMeierPlot::new(&curves(&["a", "b"])?)
        .labels(&[long, "short"])
        .table(&[TableRow::AtRisk, TableRow::Events])
        .build()?;
    let lines: Vec<&str> = texts(&figure, "row 1").iter().map(|t| t.content.as_str()).collect();
    assert_eq!(lines.join(" "), format!("{long} {long}"));
    assert!(all_texts(&figure).iter().all(|t| t.bounds().3 < figure.height), "a row below the sheet");
    // A number stands beside the first line of its name.
    assert_eq!(texts(&figure, "row 1")[0].at.1, texts(&figure, "count 1")[0].at.1);
    // The gap before the second block is wider than between its rows.
    let heading = texts(&figure, "table heading")[1].at.1;
    let (before, after) = (texts(&figure, "row 2")[0].at.1, texts(&figure, "row 1")[lines.len() / 2].at.1);
    assert!(heading - before > 1.2 * (after - heading));
    Ok(())
}

#[test]
fn narrow_panels_have_ticks_that_can_be_read() -> Answer {
    let plot = KaplanMeierPlot::new(&curves(&["a", "b"])?).labels(&["Levamisole + 5-FU", "none"]);
    let style = Style { width_mm: 180.0, ..Style::journal() };
    for (count, columns) in [(2, 2), (3, 3), (4, 2), (5, 3)] {
        let panels = (0..count).map(|k| (format!("stratum {k}"), plot.clone())).collect();
        let sheet = PanelPlot::new(panels).style(style.clone()).build()?;
        let of = |k: usize| {
            let ticks = texts(&sheet, &format!("panel {k} time tick"));
            ticks.into_iter().map(|t| (t.content.clone(), t.at)).collect::<Vec<_>>()
        };
        let beside = (1..=count).filter(|&k| of(k)[0].1.1 == of(1)[0].1.1).count();
        assert_eq!(beside, columns, "{count} panels");
        assert!((1..=count).all(|k| of(k).len() >= 4), "{count} panels have {:?}", of(1));
        let names = |k| of(k).into_iter().map(|t| t.0).collect::<Vec<_>>();
        assert!((1..=count).all(|k| names(k) == names(1)));
    }
    Ok(())
}

#[test]
fn no_line_of_a_landmark_hides_a_mark_and_many_bands_are_faint() -> Answer {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let opacity = |n: usize| -> Result<f64, greenwood::Error> {
        let figure = KaplanMeierPlot::new(&curves(&names[..n])?).landmarks(&[4.0]).median_lines().build()?;
        let class = |item: &Item| match item {
            Item::Path(path) => path.class.clone(),
            Item::Text(text) => text.class.clone(),
        };
        let place = |start: &str| figure.items.iter().position(|i| class(i).starts_with(start)).unwrap();
        assert!(place("landmark") < place("curve") && place("median") < place("censored"));
        Ok(paths_of(&figure, |c| c == "band 1")[0].fill.unwrap().1)
    };
    assert_eq!(opacity(3)?, 0.15);
    assert_eq!(opacity(8)?, 0.15 * 3.0 / 8.0);
    Ok(())
}

#[test]
fn the_axis_of_a_forest_has_a_number_on_both_sides_of_no_effect() -> Answer {
    let rows = vec![ForestRow::new("women", 0.6, 0.35, 1.02), ForestRow::new("men", 0.8, 0.55, 1.16)];
    let figure = ForestPlot::new(rows).build()?;
    let ticks: Vec<&str> = texts(&figure, "tick").iter().map(|t| t.content.as_str()).collect();
    assert_eq!(ticks, ["0.3", "0.5", "0.7", "1", "1.5"]);
    Ok(())
}

#[test]
fn a_report_holds_a_figure_that_can_be_read_aloud() -> Answer {
    let analysis = saa().analyse(&FFS)?;
    let figure = analysis.contrast(Arm::Msc, Arm::Control)?.figure()?.build()?;
    let html = analysis.report().contrast(Arm::Msc, Arm::Control).build()?.to_html_with(&figure);
    let (from, to) = (html.find("<figure>").unwrap(), html.find("</figure>").unwrap() + "</figure>".len());
    assert_eq!(html.matches("<figure>").count(), 1);
    let document = roxmltree::Document::parse(&html[from..to]).unwrap();
    let svg = document.root_element().first_element_child().unwrap();
    assert_eq!(svg.attribute("role"), Some("img"));
    let said: Vec<&str> =
        svg.children().filter(roxmltree::Node::is_element).take(2).filter_map(|n| n.text()).collect();
    assert_eq!(said, [figure.title.as_str(), figure.description.as_str()]);
    assert!(said[1].contains("median"), "{}", said[1]);
    Ok(())
}
