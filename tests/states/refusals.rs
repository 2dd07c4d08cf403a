//! What the rooms of competing risks, states and recurrent events refuse, message by message.

use greenwood::Result;
use greenwood::survival::curve::{IncidenceRate, Pseudo, SimonMakuch};
use greenwood::survival::log_rank::PepeMori;
use greenwood::survival::multi_state::{Occupation, TransitionProbability};
use greenwood::survival::recurrent::{MeanCumulative, RecurrentEvents};
use greenwood::survival::regression::MultiStateCox;
use greenwood::survival::{CompetingRisks, Design, Groups, Histories, RightCensored, Ties, Weights};

fn text<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.map_or_else(|e| e.to_string(), |value| format!("no refusal: {value:?}"))
}

fn every(cases: &[(String, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(found, expected)| found != expected)
        .map(|(found, expected)| format!("found    {found}\nexpected {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_competing_risks() -> Result<()> {
    let time = [1., 2., 3., 4.];
    let data = CompetingRisks::new(&time, &[Some("a"), Some("b"), None, Some("a")])?;
    let two = Groups::new(&["x", "y", "x", "y"]);
    let three = Groups::new(&["x", "y", "z", "y"]);
    let plain = RightCensored::new(&time, &[true, true, false, true])?;
    let sampled = plain.clone().with_weights(Weights::sampling(vec![1.0; 4]))?;
    let halves = plain.clone().with_weights(Weights::replication(vec![1.0, 1.5, 1.0, 1.0]))?;
    let changed = plain.clone().split_at_change(&[Some(0.5), None, Some(1.0), None], "before", "after")?;
    every(&[
        (
            text(PepeMori::new("a").test(&data.clone().with_strata(two.clone())?, &two)),
            "Pepe and Mori's test is not available with strata: it compares two curves; Gray's test (`Gray`) compares \
             within strata",
        ),
        (text(PepeMori::new("a").test(&data, &three)), "the number of groups is 3: it must be 2"),
        (
            text(PepeMori::new("a").until(5.0).test(&data, &two)),
            "tau is 5: it must be above 0 and at most the end of follow-up of either group",
        ),
        (text(PepeMori::new("c").test(&data, &two)), "there is no cause \"c\": the causes are a, b"),
        (
            text(IncidenceRate::estimate(&sampled)),
            "an exact interval of a rate is not available with sampling weights or clusters: it counts independent \
             events; give one row per subject, or replication weights",
        ),
        (
            text(IncidenceRate::estimate(&halves)),
            "a replication weight is 1.5: it must be a whole number, since events are counted",
        ),
        (text(Pseudo::new(&[]).survival(&plain)), "times is empty: at least one value is needed"),
        (text(Pseudo::new(&[-1.0]).survival(&plain)), "times is -1: it must be finite and at least 0"),
        (
            text(Pseudo::new(&[2.0]).survival(&sampled)),
            "a pseudo-value is not available with sampling weights or clusters: it leaves out one independent subject: take \
             the infinitesimal ones, or give one row per subject, or replication weights",
        ),
        (
            text(Pseudo::new(&[2.0]).survival(&halves)),
            "a replication weight is 1.5: it must be a whole number of at least 1, since one subject is left out",
        ),
        (
            text(plain.split_at_change(&[None], "before", "after")),
            "changed_at has 1 values, but time has 4: the two must be equal in number",
        ),
        (
            text(changed.expand(&[1])),
            "column has 1 values, but the data before the split has 4: the two must be equal in number",
        ),
        (
            text(SimonMakuch::new().landmark(9.0).fit(&changed)),
            "the rows under observation after the landmark is empty: at least one value is needed",
        ),
    ]);
    Ok(())
}

#[test]
fn of_states_and_recurrent_events() -> Result<()> {
    let (ids, start, stop) = ([1, 1, 2, 3], [0., 2., 0., 0.], [2., 5., 6., 3.]);
    let states = ["well", "ill", "dead"];
    let to = [Some("ill"), Some("dead"), None, Some("dead")];
    let data = Histories::among(&states).rows(&ids, &start, &stop, &to)?;
    let design = Design::builder().numeric("x", &[0.1, 0.1, 0.9, 0.4]).build()?;
    let short = Design::builder().numeric("x", &[0.1]).build()?;
    let still = Histories::among(&states).rows(&ids, &start, &stop, &[None::<&str>, None, None, None])?;
    let cox = MultiStateCox::new;
    let fit = cox().fit(&data, &design)?;
    let renamed = Histories::among(&["well", "ill", "dead", "lost"]).rows(&ids, &start, &stop, &to)?;
    let many: Vec<String> = (0..95).map(|k| k.to_string()).collect();
    let crowd = Histories::among(&many).rows(
        &[1, 2],
        &[0., 0.],
        &[2., 3.],
        &[Some("1"), Some("2")].map(|s| s.map(String::from)),
    )?;
    let events = RecurrentEvents::new(&ids, &start, &stop, &[true, false, false, true])?;
    every(&[
        (
            text(cox().fit(&data, &short)),
            "the design has 1 values, but the histories has 4: the two must be equal in number",
        ),
        (
            text(cox().ties(Ties::Exact).fit(&data, &design)),
            "a multi-state Cox model is not available with exact ties: its variance is robust, and an exact likelihood \
             has no score of a single row; use Efron's or Breslow's ties",
        ),
        (text(cox().fit(&still, &design)), "the transitions is empty: at least one value is needed"),
        (
            text(cox().on(&[("ill", "well")], &["x"]).fit(&data, &design)),
            "nobody goes ill → well: the transitions are well → ill, well → dead, ill → dead",
        ),
        (
            text(
                cox()
                    .shared_baseline(&[("well", "dead"), ("ill", "dead")])
                    .shared_baseline(&[("well", "dead"), ("well", "ill")])
                    .fit(&data, &design),
            ),
            "two transitions with a shared baseline are named \"well → dead\": give each a name of its own",
        ),
        (
            text(fit.with(&renamed, &design).map(|_| ())),
            "the states or the columns of the design differs from that of the fit: give the data and the design that the \
             model was fitted to; new rows are predicted by name (`row`, `columns`)",
        ),
        (
            text(TransitionProbability::new(0.0).estimate(&crowd, &[1.0])),
            "the covariance of transition probabilities would be too large (95 states, their number to the fourth power): \
             take `TransitionVariance::None`",
        ),
        (
            text(TransitionProbability::new(-1.0).estimate(&data, &[1.0])),
            "s is -1: it must be finite and at least 0",
        ),
        (
            text(TransitionProbability::new(0.0).landmark("lost").estimate(&data, &[1.0])),
            "there is no state \"lost\": the states are well, ill, dead",
        ),
        (
            text(Occupation::new().by_group(&data, &Groups::new(&["a"]))),
            "groups has 1 values, but stop has 4: the two must be equal in number",
        ),
        (
            text(MeanCumulative::new().by_group(&events, &Groups::new(&["a"]))),
            "groups has 1 values, but stop has 4: the two must be equal in number",
        ),
        (
            text(Histories::among(&["well", "ill", "dead", "ill"]).rows(&ids, &start, &stop, &to)),
            "two states are named \"ill\": give each a name of its own",
        ),
        (
            text(data.clone().with_weights(Weights::replication(vec![2.0, 1.0, 1.0, 1.0]))),
            "a replication weight is not available with other weights in other rows of the subject: it says how many \
             subjects one stands for; weights that change are sampling weights",
        ),
    ]);
    Ok(())
}

/// What was written down and changed by hand is refused with the part that is wrong.
#[test]
#[cfg(feature = "serde")]
fn of_values_that_are_read_back() -> Result<()> {
    use greenwood::survival::multi_state::TransitionMatrix;
    use greenwood::survival::regression::{FineGrayModel, MultiStateCoxModel};
    use greenwood::survival::{FineGray, Gray};
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    fn changed<T: DeserializeOwned>(written: &Value, at: &str, to: Value) -> String {
        let mut changed = written.clone();
        *changed.pointer_mut(at).unwrap() = to;
        match serde_json::from_value::<T>(changed) {
            Ok(_) => "read".to_string(),
            Err(e) => e.to_string(),
        }
    }
    let time = [1., 2., 3., 4., 5., 6.];
    let outcome = [Some("a"), Some("b"), None, Some("a"), Some("a"), None];
    let data = CompetingRisks::new(&time, &outcome)?;
    let design = Design::builder().numeric("x", &[0.1, 0.7, 0.9, 0.4, 0.2, 0.5]).build()?;
    let model = serde_json::to_value(FineGray::new("a").fit(&data, &design)?).unwrap();
    let fine = |at: &str, to: Value| changed::<FineGrayModel>(&model, at, to);
    let (ids, start, stop) = ([1, 1, 2, 3], [0., 2., 0., 0.], [2., 5., 6., 3.]);
    let to = [Some("ill"), Some("dead"), None, Some("dead")];
    let histories = Histories::among(&["well", "ill", "dead"]).rows(&ids, &start, &stop, &to)?;
    let of_rows = Design::builder().numeric("x", &[0.1, 0.1, 0.9, 0.4]).build()?;
    let of_states =
        |model: MultiStateCox| serde_json::to_value(model.fit(&histories, &of_rows).unwrap()).unwrap();
    let states = of_states(MultiStateCox::new());
    let with_x = of_states(MultiStateCox::new().covariates(&["x"]));
    let cox = |at: &str, to: Value| changed::<MultiStateCoxModel>(&states, at, to);
    let matrix = &TransitionProbability::new(0.0).estimate(&histories, &[4.0])?[0];
    let matrix = serde_json::to_value(matrix).unwrap();
    let moves = |at: &str, to: Value| changed::<TransitionMatrix>(&matrix, at, to);
    let groups = Groups::new(&["x", "y", "x", "y", "x", "y"]);
    let gray = serde_json::to_value(Gray::new("a").test(&data, &groups)?).unwrap();
    every(&[
        (
            fine("/terms/0/name", json!("y")),
            "the terms is 1: it must be the columns of the recipe, by name and in their order",
        ),
        (
            fine("/rows", json!(7)),
            "the fingerprint is 7: it must be that of as many rows and columns as the model has",
        ),
        (fine("/events", json!(7)), "events is 7: it must be at most the number of rows"),
        (
            fine("/score_test/degrees_of_freedom", json!(2)),
            "degrees_of_freedom is 2: it must be at most the number of terms",
        ),
        (
            fine("/variance", json!([1.0, 2.0])),
            "the variance has 2 values, but a matrix of its terms has 1: the two must be equal in number",
        ),
        (fine("/variance/0", json!(-1.0)), "a variance is -1: it must be finite and at least 0"),
        (
            fine("/stop", json!({ "InfiniteCoefficient": { "covariate": 3 } })),
            "the infinite coefficient is 3: it must be the position of a term",
        ),
        (
            fine("/baseline/0/jumps/0", json!(-1.0)),
            "a jump of a hazard is -1: it must be at least 0 and finite",
        ),
        (
            changed::<MultiStateCoxModel>(&with_x, "/means", json!([])),
            "the means has 0 values, but the terms has 3: the two must be equal in number",
        ),
        (
            cox("/transitions/0/coefficients", json!([])),
            "the coefficients of a transition has 0 values, but the columns of the recipe has 1: the two must be equal in \
             number",
        ),
        (
            cox("/transitions/0/baseline", json!(9)),
            "a transition is 0: it must be one of states, baselines and coefficients that there are",
        ),
        (
            cox("/baselines/0/jumps/0", json!(-1.0)),
            "a jump of a hazard is -1: it must be finite and at least 0",
        ),
        (
            moves("/p", json!([1.0])),
            "probabilities has 1 values, but pairs of states has 9: the two must be equal in number",
        ),
        (
            moves("/covariance", json!([1.0])),
            "covariances has 1 values, but pairs of probabilities has 81: the two must be equal in number",
        ),
        (moves("/p/0", json!(2.0)), "a probability is 2: it must be in [0, 1]"),
        (
            changed::<greenwood::survival::log_rank::GrayTest>(&gray, "/variance", json!([])),
            "variance has 0 values, but a matrix of all groups but one has 1: the two must be equal in number",
        ),
    ]);
    Ok(())
}

/// What is left: tests and models that were written down, and a column that is too short.
#[test]
#[cfg(feature = "serde")]
fn of_stored_tests_and_models() -> Result<()> {
    use greenwood::survival::multi_state::MarkovTestResult;
    use greenwood::survival::recurrent::{EventModel, MeanTest, MeanTestResult};
    use greenwood::survival::regression::{FineGrayModel, Frailty, FrailtyModel};
    use serde_json::{Value, json};

    fn read<T: serde::de::DeserializeOwned>(written: &Value, at: &str, to: Value) -> String {
        let mut changed = written.clone();
        *changed.pointer_mut(at).unwrap() = to;
        serde_json::from_value::<T>(changed).err().map_or_else(|| "read".into(), |e| e.to_string())
    }
    let markov = json!({
        "from": "ill", "to": "dead", "replicates": 10, "as_large": [1, 1],
        "landmarks": [{ "time": 1.0, "groups": ["a", "b"], "subjects": [1, 1], "observed": [1.0, 0.0],
            "expected": [0.5, 0.5], "statistic": 1.0, "df": 1 }],
    });
    let (ids, start, stop) = ([1, 1, 2, 3], [0., 2., 0., 0.], [2., 5., 6., 3.]);
    let events = RecurrentEvents::new(&ids, &start, &stop, &[true, false, false, true])?;
    let design = Design::builder().numeric("x", &[0.1, 0.1, 0.9, 0.4]).build()?;
    let means = MeanTest::test(&events, &Groups::new(&["x", "x", "y", "y"]))?;
    let means = serde_json::to_value(means).unwrap();
    // All who have x = 1 are there at every event and have none.
    let outcome = [Some("a"), Some("b"), None, Some("a"), Some("a"), None];
    let data = CompetingRisks::new(&[1., 2., 3., 4., 5., 6.], &outcome)?;
    let apart = Design::builder().numeric("x", &[0., 1., 0., 0., 0., 1.]).build()?;
    let infinite = serde_json::to_value(greenwood::survival::FineGray::new("a").fit(&data, &apart)?).unwrap();
    let time = [1., 2., 3., 4., 5., 6., 7., 8.];
    let pairs = RightCensored::new(&time, &[true, true, false, true, true, true, false, true])?
        .with_clusters(&[1, 1, 2, 2, 3, 3, 4, 4])?;
    let x = Design::builder().numeric("x", &[0.3, 0.1, 0.5, 0.2, 0.9, 0.4, 0.6, 0.8]).build()?;
    let frailty = serde_json::to_value(Frailty::gamma().fit(&pairs, &x)?).unwrap();
    every(&[
        (read::<MarkovTestResult>(&markov, "/replicates", json!(10)), "read"),
        (
            read::<MarkovTestResult>(&markov, "/replicates", json!(0)),
            "replicates is 0: it must be at least 1 and below 2³²",
        ),
        (
            read::<MarkovTestResult>(&markov, "/landmarks/0/df", json!(2)),
            "df is 2: it must be below the number of groups",
        ),
        (
            read::<MeanTestResult>(&means, "/statistic", json!(99.0)),
            "the statistic is 99: it must be that of the score and its covariance",
        ),
        (
            read::<FineGrayModel>(&infinite, "/limit", json!(null)),
            "the limit is 0: it must be there where a coefficient is infinite, and only there",
        ),
        (
            read::<FrailtyModel>(&frailty, "/df/covariates/0", json!(99.0)),
            "degrees of freedom is 99: it must be at most the number of columns, or of clusters",
        ),
        (
            text(EventModel::andersen_gill().rows(&events, &design)?.expand(&[1])),
            "a row is 1: it must be a row of the column: give one value for each row of the data",
        ),
    ]);
    Ok(())
}
