//! Histories, recurrent events, and their models.

use greenwood::survival::curve::Pseudo;
use greenwood::survival::multi_state::{ChangeInStay, MarkovTest, Occupation, TransitionProbability};
use greenwood::survival::recurrent::{EventModel, EventRate, MeanCumulative, MeanTest};
use greenwood::survival::regression::{Frailty, MultiStateCox};

use crate::models::sorted;
use crate::sample::{Sample, Subject};
use crate::shown::{Outcome, Shown};

const SEARCH: [&str; 5] = ["fingerprint", "iterations", "recipe", "frailties", "frailty_variances"];

pub fn history_check(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, _) = of.histories();
    let check = data.check();
    shown.numbers("transitions", check.transitions().iter().flatten().map(|&n| n as f64));
    shown.numbers("censored", check.censored().iter().map(|&n| n as f64));
    shown.numbers("visits", check.visits().iter().flatten().map(|&n| n as f64));
    shown.number("all subjects", check.subjects() as f64);
    Ok(shown)
}

pub fn occupation(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, long) = of.histories();
    let groups = of.groups_of(&long.of);
    let mut fits = Occupation::new().by_group(&data, &groups)?;
    fits.push(Occupation::new().fit(&data)?);
    for fit in fits {
        shown.text("printed", &fit);
        for t in [4.0, 8.0, 12.0] {
            for e in fit.extended().at(t) {
                shown.maybe("p", e.value(), &[]).maybe("se", e.std_error(), &[]).maybe(
                    "limits",
                    e.interval(0.9),
                    &[],
                );
            }
        }
    }
    for time in Occupation::new().time_in_state(&data, 8.0)? {
        shown.number("time", time.value()).maybe("se", time.std_error(), &[]).text("time", time.estimate());
    }
    Ok(shown)
}

pub fn transition_probability(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, _) = of.histories();
    for matrix in TransitionProbability::new(2.0).estimate(&data, &[6.0, 10.0])? {
        shown.all("P", &matrix, &[]).text("P", &matrix);
    }
    Ok(shown)
}

pub fn landmark_probability(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, _) = of.histories();
    for matrix in TransitionProbability::new(2.0).landmark(&"well").estimate(&data, &[6.0, 10.0])? {
        shown.all("P", &matrix, &[]).text("P", &matrix);
    }
    Ok(shown)
}

pub fn change_in_stay(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, _) = of.histories();
    shown.text("change", ChangeInStay::new(&"well", &"ill").estimate(&data)?);
    Ok(shown)
}

pub fn markov(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, _) = of.histories();
    let test = MarkovTest::new(&"ill", &"dead").at(&[6.0]).test(&data)?;
    shown.all("test", &test, &[]);
    Ok(shown)
}

pub fn multi_state_cox(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, long) = of.histories();
    let design = Sample::design_of(&long.of);
    let model = MultiStateCox::new().covariates(&["x"]).common(&[("well", "dead"), ("ill", "dead")], &["x"]);
    let model = model.shared_baseline(&[("well", "dead"), ("ill", "dead")]).fit(&data, &design)?;
    shown.text("model", &model);
    shown.numbers(
        "coefficients",
        model.terms().iter().map(greenwood::survival::regression::Term::coefficient),
    );
    shown.numbers("variance", model.variance().iter().copied());
    let row = model.row().numeric("x", 0.3).numeric("b", 1.0);
    for e in model.with(&data, &design)?.predict(&row, &[6.0])?[0].estimates() {
        shown.maybe("p", e.value(), &[]).maybe("se", e.std_error(), &[]);
    }
    Ok(shown)
}

fn pseudo(of: &Sample, method: &Pseudo) -> Outcome {
    let mut shown = Shown::default();
    let (data, long) = of.histories();
    let labels = data.ids().labels();
    let subject = |label: &String| long.of.iter().find(|r| r.id.to_string() == *label).unwrap();
    let weight = |r: &Subject| if of.weights(&[]).is_some() { r.weight } else { 1.0 };
    let w: Vec<f64> = labels.iter().map(|l| weight(subject(l))).collect();
    for values in [method.occupation(&data, "ill")?, method.time_in_state(&data, "ill")?] {
        shown.numbers("estimate", values.estimate().iter().copied());
        for column in values.values().columns() {
            for power in [1, 2] {
                let sum: f64 = column.iter().zip(&w).map(|(v, w)| w * v.powi(power)).sum();
                shown.number("sum", sum / 100.0);
            }
        }
        shown.all("std errors", &values.std_errors(), &[]);
    }
    Ok(shown)
}

pub fn pseudo_values(of: &Sample) -> Outcome {
    pseudo(of, &Pseudo::new(&[4.0, 8.0]))
}

pub fn infinitesimal_pseudo_values(of: &Sample) -> Outcome {
    pseudo(of, &Pseudo::new(&[4.0, 8.0]).infinitesimal())
}

pub fn mean_function(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, long) = of.events();
    let mut fits = MeanCumulative::new().by_group(&data, &of.groups_of(&long.of))?;
    fits.push(MeanCumulative::new().fit(&data)?);
    for fit in fits {
        shown.text("printed", &fit);
        for t in [4.0, 8.0, 12.0] {
            let at = fit.at(t);
            shown.maybe("mean", at.value(), &[]).maybe("se", at.std_error(), &[]).text("at", at);
        }
    }
    Ok(shown)
}

pub fn mean_test(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, long) = of.events();
    let test = MeanTest::test(&data, &of.groups_of(&long.of))?;
    shown.all("test", &test, &[]).text("test", &test);
    Ok(shown)
}

pub fn event_rate(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, long) = of.events();
    let mut rates = EventRate::by_group(&data, &of.groups_of(&long.of))?;
    rates.push(EventRate::estimate(&data)?);
    for rate in rates {
        shown.all("rate", &rate, &[]).text("rate", rate).text("robust", rate.robust());
    }
    Ok(shown)
}

fn event_model(of: &Sample, model: &EventModel) -> Outcome {
    let mut shown = Shown::default();
    let (data, long) = of.events();
    let fit = model.fit(&data, &Sample::design_of(&long.of))?;
    shown.all("model", &fit, &SEARCH).text("model", &fit);
    Ok(shown)
}

pub fn andersen_gill(of: &Sample) -> Outcome {
    event_model(of, &EventModel::andersen_gill())
}

pub fn pwp_total(of: &Sample) -> Outcome {
    event_model(of, &EventModel::pwp_total())
}

pub fn pwp_gap(of: &Sample) -> Outcome {
    event_model(of, &EventModel::pwp_gap())
}

pub fn wlw(of: &Sample) -> Outcome {
    event_model(of, &EventModel::wlw())
}

pub fn event_frailty(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, long) = of.events();
    let fit =
        EventModel::andersen_gill().fit_frailty(&data, &Sample::design_of(&long.of), &Frailty::gamma())?;
    shown.all("model", &fit, &SEARCH).text("model", &fit).numbers("frailties", sorted(fit.frailties()));
    Ok(shown)
}
