//! Pseudo-values of the probabilities of states.

use crate::common::{Report, cases, numbers};
use crate::multi_state_reference::histories;
use greenwood::survival::curve::Pseudo;
use greenwood::survival::multi_state::Occupation;

/// All rows of a subject left out, against R's loop; and the infinitesimal ones against the errors of the curves.
#[test]
fn of_states_they_are_those_of_r() {
    let mut report = Report::default();
    for case in cases("pseudo").into_iter().filter(|c| c.kind == "pseudo_states") {
        let frame = case.frame();
        let data = histories(&case, &frame);
        let times = numbers(&case.inputs["times"]);
        let states = data.states().to_vec();
        let occupation = Occupation::new().initial_error().fit(&data).unwrap();
        report.cases += 1;
        let ids = numbers(&case.output["id"]);
        for (j, state) in states.iter().enumerate() {
            let pseudo = Pseudo::new(&times).occupation(&data, state).unwrap();
            let infinitesimal = Pseudo::new(&times).infinitesimal().occupation(&data, state).unwrap();
            for (k, &t) in times.iter().enumerate() {
                let at = numbers(&case.output["estimate"])[k * states.len() + j];
                report.close(&case.name, pseudo.estimate()[k], at, 1e-9);
                let one_start = occupation.initial().contains(&1.0);
                if one_start {
                    let squares: f64 = infinitesimal.influence().column(k).iter().map(|u| u * u).sum();
                    let error = occupation.at(t)[j].std_error().unwrap_or(0.0);
                    assert!((squares.sqrt() - error).abs() < 1e-10, "{} {t} {state}", case.name);
                }
            }
            for (row, id) in ids.iter().enumerate() {
                let own = data.ids().labels().iter().position(|l| l.parse() == Ok(*id)).unwrap();
                let expected = numbers(&case.output["pseudo"][row]);
                for k in 0..times.len() {
                    let (got, e) = (pseudo.values()[[own, k]], expected[k * states.len() + j]);
                    if (got - e).abs() > 1e-11 {
                        report.close(&format!("{}[{id}, {k}, {state}]", case.name), got, e, 1e-9);
                    } else {
                        report.checked += 1;
                    }
                }
            }
        }
    }
    assert_eq!(report.cases, 2);
    report.finish("pseudo-values of states");
}
