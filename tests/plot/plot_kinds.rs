//! Figures of models, states and trials are where the results say.

use crate::picture::{paths, points, texts};
use greenwood::datasets::leukaemia;
use greenwood::plot::{CurvePlot, Item, KaplanMeierPlot, Picture, Text};
use greenwood::survival::multi_state::Occupation;
use greenwood::survival::regression::Family;
use greenwood::survival::{
    CoxPh, Design, Groups, Histories, KaplanMeier, NelsonAalen, Parametric, RightCensored,
};
use greenwood::trial::Time;
use greenwood::trial::examples::{Arm, FFS, TIME_TO_RESPONSE, saa, saa_course};

type Answer = Result<(), greenwood::Error>;

/// The value at a place, by the first and the last tick of an axis.
fn ruler(picture: &Picture, class: &str, pick: fn(&Text) -> f64) -> impl Fn(f64) -> f64 {
    let ticks = texts(picture, class);
    let number = |t: &Text| t.content.replace('\u{2212}', "-").parse::<f64>().unwrap();
    let (first, last) = (ticks[0], ticks[ticks.len() - 1]);
    let (a, b, va, vb) = (pick(first), pick(last), number(first), number(last));
    move |at| va + (at - a) / (b - a) * (vb - va)
}

fn times(picture: &Picture) -> impl Fn(f64) -> f64 {
    ruler(picture, "time tick", |t| t.at.0)
}

fn values(picture: &Picture) -> impl Fn(f64) -> f64 {
    ruler(picture, "value tick", |t| t.at.1 - 0.35 * t.size)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

/// No text of a picture leaves it, and no two texts of one line touch.
fn assert_texts_fit(picture: &Picture, what: &str) {
    for item in &picture.items {
        if let Item::Text(text) = item {
            let inside =
                (0.0..=picture.width).contains(&text.at.0) && (0.0..=picture.height).contains(&text.at.1);
            assert!(inside, "{what}: {} at {:?}", text.content, text.at);
        }
    }
}

fn small() -> (RightCensored<'static>, Design<'static>) {
    let time = vec![4.0, 3.0, 1.0, 7.0, 2.0, 5.0, 6.0, 8.0];
    let event = vec![true, true, true, false, true, true, true, false];
    let age = [61.0, 48.0, 70.0, 52.0, 66.0, 59.0, 50.0, 63.0];
    let design = Design::builder().numeric("age", &age).build().unwrap();
    (RightCensored::new(time, event).unwrap(), design)
}

#[test]
fn a_predicted_curve_steps_where_the_model_says() -> Answer {
    let (data, design) = small();
    let fit = CoxPh::new().fit(&data, &design)?;
    let curve = fit.with(&data, &design)?.baseline()?.curve(&fit.row().numeric("age", 60.0))?;
    let picture = curve.figure()?.build()?;
    let (t, s) = (times(&picture), values(&picture));
    let line = points(paths(&picture, "curve 1")[0]);
    // Two corners for each of six steps, and both ends.
    assert_eq!(line.len(), 2 * curve.times().len() + 2);
    for (i, (time, survival)) in curve.steps().enumerate() {
        let (x, y) = line[2 * i + 2];
        assert!(near(t(x), time) && near(s(y), survival), "{} {} for {time} {survival}", t(x), s(y));
    }
    assert!(near(t(line[line.len() - 1].0), curve.last_time()));
    let band = points(paths(&picture, "band 1")[0]);
    let (_, upper) = curve.interval(5.0, 0.95)?.bounds().unwrap();
    assert!(band.iter().any(|p| near(t(p.0), 5.0) && near(s(p.1), upper)));
    assert!(CurvePlot::predicted(&[curve], &["a", "b"]).unwrap_err().to_string().contains("labels"));
    Ok(())
}

#[test]
fn a_model_runs_through_its_own_values_beside_the_observed_steps() -> Answer {
    let (data, _) = small();
    let fit = Parametric::new(Family::Weibull).fit(&data, &Design::without_covariates(8))?;
    let model = fit.predict(&fit.row())?;
    let observed = KaplanMeier::fit(&data);
    let picture =
        CurvePlot::model_over(std::slice::from_ref(&observed), std::slice::from_ref(&model), &["all"])?
            .build()?;
    let (t, s) = (times(&picture), values(&picture));
    let line = points(paths(&picture, "curve 2")[0]);
    assert_eq!(line.len(), 101);
    for &(x, y) in &line {
        let expected = model.survival(t(x))?.value();
        assert!((s(y) - expected).abs() < 1e-6, "at {}: {} for {expected}", t(x), s(y));
    }
    // An axis that ends between two places cuts the line there.
    let models = std::slice::from_ref(&model);
    let early =
        CurvePlot::model_over(std::slice::from_ref(&observed), models, &["all"])?.until(3.03).build()?;
    let last = points(paths(&early, "curve 2")[0]).pop().unwrap();
    let (t, v) = (times(&early), values(&early));
    assert!(near(t(last.0), 3.03) && (v(last.1) - model.survival(3.03)?.value()).abs() < 1e-3);
    let t = times(&picture);
    let steps = points(paths(&picture, "curve 1")[0]);
    assert!(steps.iter().any(|p| near(t(p.0), 3.0) && near(s(p.1), observed.at(3.0).value().unwrap())));
    // One colour for both, and no counts of a model's subjects.
    let color = |class: &str| paths(&picture, class)[0].stroke.as_ref().unwrap().color;
    assert_eq!(color("curve 1"), color("curve 2"));
    assert!(texts(&picture, "count 2").is_empty());
    Ok(())
}

fn illness() -> Histories {
    let (ill, dead) = (Some("ill"), Some("dead"));
    let to = [ill, dead, dead, None, ill, None];
    let from = ["well", "ill", "well", "well", "well", "ill"];
    Histories::among(&["well", "ill", "dead"])
        .rows(&[1, 1, 2, 3, 4, 4], &[0., 3., 0., 0., 0., 2.], &[3., 8., 5., 9., 2., 7.], &to)
        .unwrap()
        .with_from(&from)
        .unwrap()
}

#[test]
fn states_are_where_their_probabilities_say_and_fill_the_panel_when_stacked() -> Answer {
    let occupation = Occupation::new().fit(&illness())?;
    let picture = occupation.figure()?.build()?;
    let (t, s) = (times(&picture), values(&picture));
    for k in 0..3 {
        let line = points(paths(&picture, &format!("curve {}", k + 1))[0]);
        for at in [2.0, 3.0, 5.0, 8.0] {
            let expected = occupation.at(at)[k].value()?;
            // The line is at this height just after the time.
            let (_, y) = *line.iter().rev().find(|p| t(p.0) <= at + 1e-9).unwrap();
            assert!(near(s(y), expected), "state {k} at {at}: {} for {expected}", s(y));
        }
    }
    // Just before 5 one subject is well (number 3) and number 2 leaves at 5; two are ill.
    let at_five = |k: usize| {
        let class = format!("count {}", k + 1);
        let ticks = texts(&picture, "time tick");
        let place = ticks.iter().find(|tick| tick.content == "5").map(|tick| tick.at.0);
        texts(&picture, &class).iter().find(|c| Some(c.at.0) == place).map(|c| c.content.clone())
    };
    assert_eq!((at_five(0).as_deref(), at_five(1).as_deref()), (Some("2"), Some("2")));
    let stacked = occupation.figure()?.stacked().build()?;
    let s = values(&stacked);
    let top = points(paths(&stacked, "curve 3")[0]);
    assert!(top.iter().all(|p| near(s(p.1), 1.0)), "the last state ends at 1");
    Ok(())
}

#[test]
fn a_trial_draws_its_contrast_with_the_numbers_of_its_report() -> Answer {
    let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
    let picture = contrast.figure()?.build()?;
    let notes: Vec<&str> = texts(&picture, "note").iter().map(|t| t.content.as_str()).collect();
    let ratio = contrast.cox(&[])?.hazard_ratio("Msc")?.unwrap().value()?;
    assert!(notes[0].starts_with(&format!("Hazard ratio {ratio:.2} (95% CI ")), "{notes:?}");
    assert_eq!(notes[1], format!("Log-rank p = {:.3}", contrast.log_rank().p_value().unwrap()));

    let picture = contrast.difference_figure().build()?;
    let (t, d) = (times(&picture), values(&picture));
    let line = points(paths(&picture, "curve 1")[0]);
    let at = Time::months(12.0);
    let expected = 100.0 * contrast.difference(at).value()?;
    assert!(line.iter().any(|p| near(t(p.0), 12.0) && near(d(p.1), expected)), "{expected}");
    Ok(())
}

#[test]
fn incidences_of_a_trial_show_the_event_beside_what_competes() -> Answer {
    let analysis = saa_course().analyse(&TIME_TO_RESPONSE)?;
    let picture = analysis.incidence_figure(&[Arm::Msc, Arm::Control])?.until(6.0).build()?;
    let labels: Vec<&str> =
        (1..=4).flat_map(|i| texts(&picture, &format!("label {i}"))).map(|t| t.content.as_str()).collect();
    assert_eq!(labels, ["Msc: event", "Msc: competing event", "Control: event", "Control: competing event"]);
    let contrast = analysis.incidence_contrast(Arm::Msc, Arm::Control)?;
    let picture = contrast.figure()?.until(6.0).build()?;
    assert_texts_fit(&picture, "incidence");
    let (t, f) = (times(&picture), values(&picture));
    for (i, arm) in [Arm::Msc, Arm::Control].into_iter().enumerate() {
        let line = points(paths(&picture, &format!("curve {}", i + 1))[0]);
        let last = line[line.len() - 1];
        assert!(near(t(last.0), 6.0));
        assert!(near(f(last.1), analysis.incidence(arm, Time::months(6.0))?.value()?));
    }
    Ok(())
}

#[test]
fn groups_without_a_curve_of_their_own_are_refused() {
    let (data, _) = small();
    let groups = Groups::new(&["a", "a", "a", "a", "b", "b", "b", "b"]);
    let curves = KaplanMeier::by_group(&data, &groups).unwrap();
    let fit = Parametric::new(Family::Exponential).fit(&data, &Design::without_covariates(8)).unwrap();
    let model = [fit.predict(&fit.row()).unwrap()];
    let error = CurvePlot::model_over(&curves, &model, &["a", "b"]).unwrap_err();
    assert!(error.to_string().contains("predicted"), "{error}");
}

/// A band of steps has no width where its curve ends: limits from there on make no room that stays empty.
#[test]
fn the_axis_of_hazards_ends_above_what_is_drawn() -> Answer {
    let (data, arm) = leukaemia()?;
    let hazards = NelsonAalen::by_group(&data, &arm)?;
    let picture = CurvePlot::hazards(&hazards).labels(arm.labels()).build()?;
    let highest = |class: &str| -> f64 {
        paths(&picture, class).iter().flat_map(|p| points(p)).map(|p| p.1).fold(f64::INFINITY, f64::min)
    };
    let value = values(&picture);
    // Placebo: 2.532 to its last event at 23 weeks, with an upper limit of 4.5; then 3.532, up to 8.
    let top = value(highest("band 2"));
    assert!((4.0..5.0).contains(&top), "{top}");
    assert_eq!(texts(&picture, "value tick").last().unwrap().content, "5");
    Ok(())
}

/// The panel begins where the names under it end: those of the risk sets, not the longer ones of the curves.
#[test]
fn names_of_curves_that_have_no_row_take_no_room() -> Answer {
    let analysis = saa_course().analyse(&TIME_TO_RESPONSE)?;
    let picture = analysis.incidence_figure(&[Arm::Msc, Arm::Control])?.until(6.0).build()?;
    let rows: Vec<&Text> = (1..=4).flat_map(|i| texts(&picture, &format!("row {i}"))).collect();
    assert_eq!(rows.iter().map(|t| t.content.as_str()).collect::<Vec<_>>(), ["Msc", "Control"]);
    let left =
        paths(&picture, "axis").iter().flat_map(|p| points(p)).map(|p| p.0).fold(f64::INFINITY, f64::min);
    assert!(left < 60.0, "{left} points for two short names");
    Ok(())
}

/// Ten who were censored at one time do not look like one (ggsurvfit 276), and the mark follows the curve.
#[test]
fn a_mark_of_ten_is_taller_than_a_mark_of_one() -> Answer {
    let mut time = vec![2.0, 3.0, 9.0];
    let mut event = vec![true, false, true];
    time.extend([6.0; 10]);
    event.extend([false; 10]);
    let curve = KaplanMeier::fit(&RightCensored::new(time, event)?);
    let picture = KaplanMeierPlot::new(&[curve]).build()?;
    let marks: Vec<_> = paths(&picture, "censored 1").into_iter().map(points).collect();
    let height = |mark: &[(f64, f64)]| (mark[0].1 - mark[1].1).abs();
    assert_eq!(marks.len(), 2);
    assert!(height(&marks[1]) > 1.3 * height(&marks[0]));
    let middle = |mark: &[(f64, f64)]| f64::midpoint(mark[0].1, mark[1].1);
    assert!((middle(&marks[0]) - middle(&marks[1])).abs() < 1e-9, "both lie on one step");
    Ok(())
}

/// Readers who cannot see the figure are told its title, each curve at a few times, its median and its counts (maidr 805); the axis
/// does not say "survival" where the event is not death (JASP 3690).
#[test]
fn a_figure_is_told_in_words() -> Answer {
    let curve = KaplanMeier::fit(&RightCensored::new(&[2.0, 4.0, 6.0, 8.0], &[true, true, false, true])?);
    let plot = KaplanMeierPlot::new(&[curve]).labels(&["new"]).title("Relapse & death").time_axis("Months");
    let svg = plot.to_svg()?;
    assert!(svg.contains("<title") && svg.contains("Relapse &amp; death</title>"), "{svg}");
    let told = "Event-free (%) over months. new: 75 at 2, 50 at 4, 50 at 6, 0 at 8; median ";
    let words = &plot.build()?.description;
    assert!(words.starts_with(told) && words.ends_with("; 3 events, 1 censored."), "{words}");
    assert!(!svg.contains("urvival"), "the event need not be death");
    Ok(())
}
