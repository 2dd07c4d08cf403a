//! Recurrent events: the test of mean functions against R, what must hold whatever the data, traps, and every error.

use crate::common::Frame;
use crate::random;
use approx::assert_relative_eq;
use greenwood::survival::multi_state::{Occupation, OccupationVariance, TransitionProbability};
use greenwood::survival::recurrent::{
    EventModel, EventRate, MeanCumulative, MeanFunction, MeanTest, MeanVariance, RecurrentEvents,
};
use greenwood::survival::regression::Frailty;
use greenwood::survival::result::{NotEstimable, TestSummary};
use greenwood::survival::{
    CoxPh, Design, Groups, Histories, KaplanMeier, NelsonAalen, RightCensored, Weights,
};
use greenwood::{Error, Result};
use proptest::prelude::*;

fn codes(frame: &Frame, column: &str) -> Vec<u64> {
    frame.column(column).iter().map(|&x| x as u64).collect()
}

fn read(file: &str, [start, stop, event]: [&str; 3], code: f64) -> (Frame, RecurrentEvents) {
    let frame = Frame::read(file);
    let event: Vec<bool> = frame.column(event).iter().map(|&x| x == code).collect();
    let data =
        RecurrentEvents::new(&codes(&frame, "id"), frame.column(start), frame.column(stop), &event).unwrap();
    (frame, data)
}

/// R 4.2.2, survival 3.5-3: the influence matrices of survfit(Surv(start, stop, event) ~ rx, bladder2, id = id,
/// influence = TRUE), their increments weighted by K = Y1 Y2/(Y1 + Y2): z = -9.7597420471747327, V = 48.2124267705286798.
/// The others are the same sums written out in R from the definition, person by person, since survfit has no strata here.
#[test]
fn the_test_of_means_is_that_of_r_s_influences() -> Result<()> {
    let columns = ["tstart", "tstop", "status"];
    let (frame, data) = read("bladder2", ["start", "stop", "event"], 1.0);
    let test = MeanTest::test(&data, &Groups::new(&codes(&frame, "rx")))?;
    assert_relative_eq!(test.score()[0], 9.7597420471747327, max_relative = 1e-9);
    assert_relative_eq!(test.variance()[0], 48.2124267705286798, max_relative = 1e-9);
    assert_relative_eq!(test.statistic(), 1.9756849262277021, max_relative = 1e-9);
    assert_relative_eq!(test.p_value().unwrap(), 0.15984572983058268, max_relative = 1e-9);

    let (frame, data) = read("cgd", columns, 1.0);
    let treated = Groups::new(&codes(&frame, "treat")).sorted();
    let test = MeanTest::test(&data, &treated)?;
    assert_relative_eq!(test.statistic(), 11.423385728012805, max_relative = 1e-9);
    let within = data.with_strata(Groups::new(&codes(&frame, "inherit")))?;
    let test = MeanTest::test(&within, &treated)?;
    assert_relative_eq!(test.score()[0], 18.987138022676017, max_relative = 1e-9);
    assert_relative_eq!(test.statistic(), 11.454005579892948, max_relative = 1e-9);
    Ok(())
}

/// With deaths, R's sums written out from the definition (Ghosh & Lin 2000): three arms of the colon cancer trial.
#[test]
fn the_test_with_a_terminal_event_is_ghosh_and_lin_s() -> Result<()> {
    let (frame, data) = read("colon_ms", ["tstart", "tstop", "to"], 2.0);
    let dead: Vec<bool> = frame.column("to").iter().map(|&x| x == 3.0).collect();
    let data = data.with_terminal(&dead)?;
    let arms = Groups::new(&codes(&frame, "rx")).sorted();
    let test = MeanTest::test(&data, &arms)?;
    for (got, expected) in
        test.score().iter().zip([16.050834603187646, 15.882575676230985, -31.933410279418624])
    {
        assert_relative_eq!(*got, expected, max_relative = 1e-9);
    }
    assert_relative_eq!(test.variance()[1], -20.505214198035066, max_relative = 1e-9);
    assert_relative_eq!(test.statistic(), 26.956975599125947, max_relative = 1e-9);
    assert_relative_eq!(test.p_value().unwrap(), 1.4007709426830207e-06, max_relative = 1e-9);
    assert_eq!(test.df(), 2);
    let summary = TestSummary::from(&test).to_string();
    assert!(
        summary.starts_with(
            "Test of mean functions with a terminal event (Ghosh & Lin): statistic 26.957, 2 df"
        )
    );
    Ok(())
}

/// Rows of a few subjects: times on a grid or spread out, gaps, late entries, deaths, weights.
#[derive(Debug, Clone, Default)]
struct Rows {
    id: Vec<u32>,
    start: Vec<f64>,
    stop: Vec<f64>,
    event: Vec<bool>,
    terminal: Vec<bool>,
    weight: Vec<f64>,
    group: Vec<u32>,
}

impl Rows {
    fn push(
        &mut self,
        id: u32,
        (start, stop): (f64, f64),
        (event, terminal): (bool, bool),
        (weight, group): (f64, u32),
    ) {
        self.id.push(id);
        self.start.push(start);
        self.stop.push(stop);
        self.event.push(event);
        self.terminal.push(terminal);
        self.weight.push(weight);
        self.group.push(group);
    }

    fn pick(&self, order: &[usize]) -> Self {
        let mut rows = Self::default();
        for &i in order {
            let kinds = (self.event[i], self.terminal[i]);
            rows.push(self.id[i], (self.start[i], self.stop[i]), kinds, (self.weight[i], self.group[i]));
        }
        rows
    }

    fn data(&self, terminal: bool) -> RecurrentEvents {
        let data = RecurrentEvents::new(&self.id, &self.start, &self.stop, &self.event).unwrap();
        if terminal { data.with_terminal(&self.terminal).unwrap() } else { data }
    }

    fn groups(&self) -> Groups {
        let codes: Vec<usize> = self.group.iter().map(|&g| g as usize).collect();
        Groups::from_codes(&codes, &["a", "b", "c"]).unwrap()
    }
}

fn rows() -> impl Strategy<Value = Rows> {
    let row = (1_u32..6, any::<bool>(), 0_u32..8);
    let subject = (prop::collection::vec(row, 1..5), 0_u32..3, any::<bool>(), 1_u32..4, 0_u32..3);
    (prop::collection::vec(subject, 2..20), any::<bool>()).prop_map(|(subjects, fine)| {
        let mut rows = Rows::default();
        for (id, (own, entry, dies, weight, group)) in subjects.into_iter().enumerate() {
            let mut t = f64::from(entry);
            let last = own.len() - 1;
            for (k, (length, event, gap)) in own.into_iter().enumerate() {
                // Only some rows begin after a gap.
                let start = if gap == 0 && k > 0 { t + 1.0 } else { t };
                t = start + f64::from(length) * if fine { 1.37 + id as f64 * 0.01 } else { 1.0 };
                let kinds = (event, dies && k == last);
                rows.push(id as u32, (start, t), kinds, (f64::from(weight), group));
            }
        }
        rows
    })
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
}

/// Equal at every time of both, standard errors too.
fn same(a: &MeanFunction, b: &MeanFunction) -> bool {
    a.rows().len() == b.rows().len()
        && a.rows().iter().zip(b.rows()).all(|(x, y)| {
            // Variances: the root of a rounding error of 1e-18 is one of 1e-9.
            let variance = |e: std::result::Result<f64, NotEstimable>| e.unwrap_or(0.0).powi(2);
            x.time() == y.time()
                && close(x.value(), y.value())
                && close(variance(x.std_error()), variance(y.std_error()))
        })
}

fn same_test(a: &RecurrentEvents, b: &RecurrentEvents, groups: [&Groups; 2]) -> bool {
    let (a, b) = (MeanTest::test(a, groups[0]).unwrap(), MeanTest::test(b, groups[1]).unwrap());
    a.score().iter().zip(b.score()).all(|(x, y)| close(*x, *y))
        && a.variance().iter().zip(b.variance()).all(|(x, y)| close(*x, *y))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Rows in another order: the same bits (trap 3: no ties are broken at random).
    #[test]
    fn permuting_rows_changes_no_bit(rows in rows(), seed in any::<u64>(), terminal in any::<bool>()) {
        let mut random = random::Random(seed);
        let mut order: Vec<usize> = (0..rows.id.len()).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, random.below(i + 1));
        }
        let other = rows.pick(&order);
        let fit = |r: &Rows| MeanCumulative::new().fit(&r.data(terminal)).unwrap();
        prop_assert_eq!(fit(&rows), fit(&other));
        prop_assert!(same_test(&rows.data(terminal), &other.data(terminal), [&rows.groups(), &other.groups()]));
    }

    /// A row cut at a time without an event changes nothing, not even the times listed.
    #[test]
    fn splitting_rows_changes_nothing(rows in rows(), terminal in any::<bool>(), at in 0.1..0.9_f64) {
        let mut cut = Rows::default();
        for i in 0..rows.id.len() {
            let middle = rows.start[i] + at * (rows.stop[i] - rows.start[i]);
            let own = (rows.weight[i], rows.group[i]);
            cut.push(rows.id[i], (rows.start[i], middle), (false, false), own);
            cut.push(rows.id[i], (middle, rows.stop[i]), (rows.event[i], rows.terminal[i]), own);
        }
        let (a, b) = (rows.data(terminal), cut.data(terminal));
        prop_assert!(same(&MeanCumulative::new().fit(&a).unwrap(), &MeanCumulative::new().fit(&b).unwrap()));
        prop_assert!(same_test(&a, &b, [&rows.groups(), &cut.groups()]));
        let (a, b) = (EventRate::estimate(&a).unwrap(), EventRate::estimate(&b).unwrap());
        prop_assert!(close(a.value(), b.value()));
    }

    /// Times in another unit: the same means at the times in that unit; rates divide by it.
    #[test]
    fn a_unit_of_time_is_only_a_unit(rows in rows(), terminal in any::<bool>()) {
        let scaled = Rows {
            start: rows.start.iter().map(|t| t * 8.0).collect(),
            stop: rows.stop.iter().map(|t| t * 8.0).collect(),
            ..rows.clone()
        };
        let fit = |r: &Rows| MeanCumulative::new().fit(&r.data(terminal)).unwrap();
        let (a, b) = (fit(&rows), fit(&scaled));
        prop_assert_eq!(a.rows().len(), b.rows().len());
        for (x, y) in a.rows().iter().zip(b.rows()) {
            prop_assert_eq!((x.time() * 8.0, x.value(), x.std_error()), (y.time(), y.value(), y.std_error()));
        }
    }

    /// A replication weight of k is the subject k times; a sampling weight that is the same for all is none.
    #[test]
    fn a_weight_is_a_repetition(rows in rows(), terminal in any::<bool>()) {
        let weights = Weights::replication(rows.weight.clone());
        let weighted = rows.data(terminal).with_weights(weights).unwrap();
        let mut repeated = Rows::default();
        for i in 0..rows.id.len() {
            for k in 0..rows.weight[i] as u32 {
                let id = 10 * rows.id[i] + k;
                let kinds = (rows.event[i], rows.terminal[i]);
                repeated.push(id, (rows.start[i], rows.stop[i]), kinds, (1.0, rows.group[i]));
            }
        }
        let twice = repeated.data(terminal);
        prop_assert!(same(&MeanCumulative::new().fit(&weighted).unwrap(), &MeanCumulative::new().fit(&twice).unwrap()));
        prop_assert!(same_test(&weighted, &twice, [&rows.groups(), &repeated.groups()]));
        let rates = [&weighted, &twice].map(|d| EventRate::estimate(d).unwrap());
        prop_assert!(close(rates[0].value(), rates[1].value()));
        let errors = rates.map(|r| r.robust().std_error().unwrap_or(0.0));
        prop_assert!(close(errors[0], errors[1]));

        let plain = rows.data(terminal);
        let all = plain.clone().with_weights(Weights::sampling(vec![3.0; rows.id.len()])).unwrap();
        prop_assert!(same(&MeanCumulative::new().fit(&plain).unwrap(), &MeanCumulative::new().fit(&all).unwrap()));
    }

    /// With one event a subject and no terminal event the mean is Nelson and Aalen's hazard, and so is the Poisson error.
    #[test]
    fn one_event_a_subject_is_nelson_aalen(rows in rows()) {
        // The rows of all are those of as many subjects, each with one.
        let ids: Vec<usize> = (0..rows.id.len()).collect();
        let data = RecurrentEvents::new(&ids, &rows.start, &rows.stop, &rows.event).unwrap();
        let mean = MeanCumulative::new().variance(MeanVariance::Poisson).fit(&data).unwrap();
        let hazard = NelsonAalen::fit(
            &RightCensored::new(&rows.stop, &rows.event).unwrap().with_entry(&rows.start).unwrap(),
        );
        for row in mean.rows() {
            let h = hazard.at(row.time());
            prop_assert!(close(row.value(), h.value().unwrap()));
            prop_assert!(close(row.std_error().unwrap_or(0.0), h.std_error().unwrap_or(0.0)));
        }
    }

    /// Trap 1: the incidence of one recurrence with death never exceeds 1, and with survival without either adds up.
    #[test]
    fn a_first_event_with_death_is_an_incidence(rows in rows()) {
        let ids: Vec<usize> = (0..rows.id.len()).collect();
        let first: Vec<bool> = rows.event.iter().zip(&rows.terminal).map(|(&e, &d)| e && !d).collect();
        // An event ends the time at risk here: to have had it is to be gone.
        let gone: Vec<bool> = first.iter().zip(&rows.terminal).map(|(&e, &d)| e || d).collect();
        let data = RecurrentEvents::new(&ids, &rows.start, &rows.stop, &first).unwrap().with_terminal(&gone).unwrap();
        let mean = MeanCumulative::new().fit(&data).unwrap();
        let (mut incidence, mut deaths, mut before) = (0.0, 0.0, 1.0);
        for row in mean.rows() {
            incidence += before * row.events() / row.at_risk();
            deaths += before * (row.terminal_events() - row.events()) / row.at_risk();
            before = row.survival();
            prop_assert!(close(row.value(), incidence) && row.value() <= 1.0 + 1e-12);
            prop_assert!((row.value() + deaths + row.survival() - 1.0).abs() < 1e-12);
        }
    }

    /// All four models: rows in another order and rows that are cut give the same coefficients and robust errors.
    #[test]
    fn models_do_not_see_cuts_and_orders(rows in rows(), seed in any::<u64>()) {
        let mut random = random::Random(seed);
        let mut cut = Rows::default();
        for i in (0..rows.id.len()).rev() {
            let middle = rows.start[i] + (0.2 + 0.6 * random.uniform()) * (rows.stop[i] - rows.start[i]);
            cut.push(rows.id[i], (middle, rows.stop[i]), (rows.event[i], rows.terminal[i]), (1.0, rows.group[i]));
            cut.push(rows.id[i], (rows.start[i], middle), (false, false), (1.0, rows.group[i]));
        }
        let value = |id: u32| (f64::from(id) * 0.7).sin();
        let design = |r: &Rows| {
            let x: Vec<f64> = r.id.iter().map(|&id| value(id)).collect();
            Design::builder().numeric("x", &x).build().unwrap()
        };
        for model in
            [EventModel::andersen_gill(), EventModel::pwp_total(), EventModel::pwp_gap().up_to(2), EventModel::wlw()]
        {
            let (a, b) = (model.fit(&rows.data(true), &design(&rows)), model.fit(&cut.data(true), &design(&cut)));
            let (a, b) = (a.unwrap(), b.unwrap());
            // A monotone likelihood ends where rounding says.
            if !a.stop().is_success() || a.coefficients()[0].abs() > 5.0 { continue; }
            prop_assert!((a.coefficients()[0] - b.coefficients()[0]).abs() < 1e-6);
            let se = |m: &greenwood::survival::CoxModel| m.terms()[0].robust_std_error().unwrap_or(0.0);
            prop_assert!((se(&a) - se(&b)).abs() < 1e-6);
        }
    }
}

/// Trap 2: an answer does not depend on the times asked for, and the first time of all counts.
#[test]
fn the_times_asked_for_change_nothing() -> Result<()> {
    let data = RecurrentEvents::new(
        &[1, 1, 2, 3],
        &[0., 1., 0., 0.],
        &[1., 4., 4., 2.],
        &[true, true, false, false],
    )?;
    let mean = MeanCumulative::new().fit(&data)?;
    assert_relative_eq!(mean.at(1.0).value()?, 1.0 / 3.0, max_relative = 1e-15);
    assert_relative_eq!(mean.at(4.0).value()?, 1.0 / 3.0 + 1.0 / 2.0, max_relative = 1e-15);
    assert_eq!(mean.just_before(4.0).value()?, mean.at(3.3).value()?);
    assert_eq!(mean.just_before(1.0).value()?, 0.0);
    assert_eq!((mean.at_risk(1.0), mean.at_risk(3.0), mean.at_risk(9.0)), (3.0, 2.0, 0.0));
    Ok(())
}

/// Trap 10 (reReg 27, 19): at one time the event comes before the terminal one and counts; a subject without any event is
/// at risk. Two subjects, one with an event and death at 2, one without anything until 3.
#[test]
fn an_event_at_the_time_of_death_counts() -> Result<()> {
    let data = RecurrentEvents::new(&["a", "b"], &[0., 0.], &[2., 3.], &[true, false])?
        .with_terminal(&[true, false])?;
    let mean = MeanCumulative::new().fit(&data)?;
    let row = &mean.rows()[0];
    assert_eq!((row.at_risk(), row.events(), row.terminal_events()), (2.0, 1.0, 1.0));
    assert_eq!((row.value(), row.survival()), (0.5, 0.5));
    // Without the second subject the mean would be 1.
    let alone = MeanCumulative::new().by_group(&data, &Groups::new(&["x", "y"]))?;
    assert_eq!((alone[0].at(2.0).value()?, alone[1].at(2.0).value()?), (1.0, 0.0));
    // All have died: nobody is left to have an event, so the mean stays. The other group is lost to view at 3.
    assert_eq!(alone[0].at(50.0).value()?, 1.0);
    assert_eq!(
        alone[1].at(50.0).value().unwrap_err().to_string(),
        "not estimable: follow-up ends at 3 with the curve above 0"
    );
    Ok(())
}

/// Trap 9: one kind of state is enough, and histories with more give the same as rows made for it.
#[test]
fn histories_with_more_states_hold_recurrent_events() -> Result<()> {
    let states = ["well", "ill", "dead"];
    let to = [Some("ill"), Some("well"), Some("ill"), None, Some("dead"), None];
    let ids = [1, 1, 1, 1, 2, 3];
    let (start, stop) = ([0., 2., 3., 5., 0., 0.], [2., 3., 5., 8., 4., 6.]);
    let histories = Histories::among(&states).rows(&ids, &start, &stop, &to)?;
    let data = RecurrentEvents::from_histories(&histories, "ill", Some("dead"))?;
    let event = [true, false, true, false, false, false];
    let direct = RecurrentEvents::new(&ids, &start, &stop, &event)?
        .with_terminal(&[false, false, false, false, true, false])?;
    assert_eq!(data.event_numbers(), [1, 2, 2, 3, 1, 1]);
    assert_eq!(data.event_numbers(), direct.event_numbers());
    for t in [1.0, 2.0, 4.5, 6.0, 8.0] {
        let of = |d| -> Result<f64> { Ok(MeanCumulative::new().fit(d)?.at(t).value()?) };
        assert_eq!(of(&data)?, of(&direct)?);
    }
    assert!(matches!(
        RecurrentEvents::from_histories(&histories, "sick", None).unwrap_err(),
        Error::UnknownState { .. }
    ));
    assert!(matches!(
        RecurrentEvents::from_histories(&histories, "ill", Some("ill")).unwrap_err(),
        Error::DuplicateName { .. }
    ));
    Ok(())
}

/// Trap 9 (mstate 30 and 5): two states work as well as five, and a transition that nobody makes after the landmark does
/// not shift the others.
#[test]
fn two_states_and_missing_transitions_are_no_special_case() -> Result<()> {
    let (ids, start, stop) = ([1, 2, 3, 4], [0.0; 4], [2., 3., 3., 5.]);
    let died = [Some("dead"), None, Some("dead"), Some("dead")];
    let two = Histories::among(&["alive", "dead"]).rows(&ids, &start, &stop, &died)?;
    let five = Histories::among(&["alive", "a", "b", "dead", "c"]).rows(&ids, &start, &stop, &died)?;
    let curve = KaplanMeier::fit(&RightCensored::new(&stop, &died.map(|d| d.is_some()))?);
    for t in [1.0, 2.0, 3.0, 4.0] {
        let (p, q) = (Occupation::new().fit(&two)?.at(t), Occupation::new().fit(&five)?.at(t));
        assert_relative_eq!(p[0].value()?, curve.at(t).value()?, max_relative = 1e-15);
        assert_eq!([p[0].value(), p[1].value()], [q[0].value(), q[3].value()]);
        assert_eq!([q[1].value(), q[2].value(), q[4].value()], [Ok(0.0); 3]);
    }
    // Before 1 one falls ill and one dies; after it the ill alone die: no transition from well is left.
    let to = [Some("ill"), Some("dead"), Some("dead"), None];
    let data = Histories::among(&["well", "ill", "dead"]).rows(
        &[1, 1, 2, 3],
        &[0., 0.5, 0., 0.],
        &[0.5, 4., 0.8, 6.],
        &to,
    )?;
    for model in [TransitionProbability::new(1.0), TransitionProbability::new(1.0).landmark("ill")] {
        let p = &model.estimate(&data, &[5.0])?[0];
        assert_eq!(
            [p.probability(1, 0), p.probability(1, 1), p.probability(1, 2)],
            [Ok(0.0), Ok(0.0), Ok(1.0)]
        );
    }
    // One check, with rows: what it finds, every estimate refuses (survival 258).
    let broken =
        Histories::among(&["well", "ill"]).rows(&[1, 1], &[0., 1.], &[2., 3.], &[Some("ill"), None])?;
    assert_eq!(broken.check().problems().len(), 1);
    assert!(
        RecurrentEvents::from_histories(&broken, "ill", None).is_err()
            && Occupation::new().fit(&broken).is_err()
    );
    Ok(())
}

/// Near ties are one time, judged once (trap 7): 0.1 + 0.2 and 0.3.
#[test]
fn times_that_differ_by_rounding_are_one() -> Result<()> {
    let data = RecurrentEvents::new(&[1, 2, 3], &[0.; 3], &[0.1 + 0.2, 0.3, 1.0], &[true, true, false])?;
    let mean = MeanCumulative::new().fit(&data)?;
    assert_eq!(mean.rows().len(), 2);
    assert_relative_eq!(mean.at(0.5).value()?, 2.0 / 3.0, max_relative = 1e-15);
    // Gap times are differences, and are rounded again: 0.3 − 0.1 and 0.2 are one gap.
    let rows = RecurrentEvents::new(&[1, 1, 2], &[0., 0.1, 0.], &[0.1, 0.3, 0.2], &[true, true, true])?;
    let design = Design::builder().numeric("x", &[0., 0., 1.]).build()?;
    let gap = EventModel::pwp_gap().up_to(1).rows(&rows, &design)?;
    assert_eq!(NelsonAalen::fit(gap.data()).table().len(), 2);
    Ok(())
}

#[test]
fn degenerate_data_have_answers() -> Result<()> {
    // No events at all.
    let none = RecurrentEvents::new(&[1, 2], &[0., 0.], &[3., 4.], &[false, false])?;
    let mean = MeanCumulative::new().fit(&none)?;
    let nobody = Err(NotEstimable::CurveIsOne);
    assert_eq!((mean.at(2.0).value()?, mean.events(), mean.rows()[1].std_error()), (0.0, 0.0, nobody));
    assert_eq!(mean.at(2.0).to_string(), "0.000 (no standard error: nobody has had the event yet)");
    assert!(mean.at(2.0).std_error().is_err() && mean.at(2.0).interval(0.95)?.bounds().is_none());
    let arms = Groups::new(&["a", "b"]);
    let test = MeanTest::test(&none, &arms)?;
    assert_eq!((test.statistic(), test.df(), test.p_value()), (0.0, 0, None));
    assert!(test.to_string().ends_with("no event time compares the groups: no p-value"));
    assert_eq!(EventRate::estimate(&none)?.value(), 0.0);
    assert!(EventRate::estimate(&none)?.robust().std_error().is_err());
    // One subject a group: no variance among subjects, so no test, not one of 1e30.
    let one = RecurrentEvents::new(&[1, 2], &[0., 0.], &[3., 4.], &[true, false])?;
    assert_eq!(MeanTest::test(&one, &arms)?.df(), 0);
    // A weight of 0 leaves a row out of every sum; huge ones change nothing but the counts.
    let weighted = one.clone().with_weights(Weights::sampling(vec![0.0, 1.0]))?;
    assert_eq!(MeanCumulative::new().fit(&weighted)?.at(4.0).value()?, 0.0);
    let huge = one.clone().with_weights(Weights::sampling(vec![1e100, 1e100]))?;
    assert_relative_eq!(MeanCumulative::new().fit(&huge)?.at(4.0).value()?, 0.5);
    let plain = MeanCumulative::new().fit(&one)?.at(4.0).std_error()?;
    assert_relative_eq!(MeanCumulative::new().fit(&huge)?.at(4.0).std_error()?, plain, max_relative = 1e-12);
    let too_huge = one.clone().with_weights(Weights::sampling(vec![1e200, 1.0])).unwrap_err().to_string();
    assert!(too_huge.contains("their sum must be at most 1e150"), "{too_huge}");
    let infinite = one.clone().with_weights(Weights::sampling(vec![f64::INFINITY, 1.0]));
    assert!(matches!(infinite, Err(Error::InvalidWeight { index: 0, .. })));
    assert!(mean.at(f64::NAN).value().is_err() && mean.at(-1.0).value().is_err());
    Ok(())
}

#[test]
fn errors_say_what_and_where() -> Result<()> {
    let new = |start: &[f64], stop: &[f64], event: &[bool]| RecurrentEvents::new(&[1, 1], start, stop, event);
    let text = |r: Result<RecurrentEvents>| r.unwrap_err().to_string();
    assert!(text(new(&[0., 2.], &[2., f64::NAN], &[true; 2])).starts_with("stop[1] is NaN"));
    assert!(text(new(&[0., -2.], &[2., 3.], &[true; 2])).starts_with("start[1] is -2"));
    assert!(matches!(new(&[0., 2.], &[2., 2.], &[true; 2]), Err(Error::EmptyInterval { index: 1, .. })));
    assert!(matches!(
        new(&[0., 1.], &[2., 3.], &[true; 2]),
        Err(Error::InconsistentHistory { index: 1, .. })
    ));
    assert!(matches!(
        new(&[0., 2.], &[2., 3.], &[true]),
        Err(Error::LengthMismatch { argument: "event", .. })
    ));
    assert!(matches!(RecurrentEvents::new::<u8>(&[], &[], &[], &[]), Err(Error::Empty { argument: "stop" })));
    let data = new(&[0., 2.], &[2., 3.], &[true, false])?;
    let after = data.clone().with_terminal(&[true, false]).unwrap_err().to_string();
    assert!(
        after.starts_with("subject 1, row 1: it follows the terminal event of the subject; 1 such row(s)"),
        "{after}"
    );
    assert!(matches!(
        data.clone().with_terminal(&[true]),
        Err(Error::LengthMismatch { argument: "terminal", .. })
    ));
    let groups = Groups::new(&["a"]);
    assert!(matches!(
        data.clone().with_strata(groups.clone()),
        Err(Error::LengthMismatch { argument: "strata", .. })
    ));
    assert!(MeanCumulative::new().by_group(&data, &groups).is_err());
    assert!(EventRate::by_group(&data, &groups).is_err() && MeanTest::test(&data, &groups).is_err());
    assert!(matches!(
        MeanTest::test(&data, &Groups::new(&["a", "a"])),
        Err(Error::TooFewGroups { found: 1 })
    ));
    let empty = Groups::from_codes(&[0, 0], &["a", "b"])?;
    assert!(matches!(MeanCumulative::new().by_group(&data, &empty), Err(Error::Empty { .. })));
    assert!(data.clone().with_weights(Weights::replication(vec![1.0, 2.0])).is_err());

    let poisson = MeanCumulative::new().variance(MeanVariance::Poisson);
    let sampled = data.clone().with_weights(Weights::sampling(vec![0.5, 0.5]))?;
    let why = poisson.fit(&sampled).unwrap_err().to_string();
    assert!(why.contains("sampling weights or clusters") && why.contains("MeanVariance::Robust"), "{why}");
    let dead = data.clone().with_terminal(&[false, true])?;
    assert!(poisson.fit(&dead).unwrap_err().to_string().contains("a terminal event"));
    assert!(EventRate::estimate(&sampled).unwrap_err().to_string().contains("sampling weights"));
    let fractions = data.clone().with_weights(Weights::replication(vec![1.5, 1.5]))?;
    assert!(EventRate::estimate(&fractions).unwrap_err().to_string().contains("whole number"));

    let design = Design::builder().numeric("x", &[0., 1.]).build()?;
    let repeated = data.clone().with_weights(Weights::replication(vec![2.0, 2.0]))?;
    let frailty = Frailty::gamma();
    let why = EventModel::andersen_gill().fit_frailty(&repeated, &design, &frailty).unwrap_err().to_string();
    assert!(why.contains("replication weights without clusters"), "{why}");
    assert!(matches!(
        EventModel::wlw().up_to(0).rows(&data, &design),
        Err(Error::OutOfRange { argument: "up_to", .. })
    ));
    let strata = Groups::new(&["a", "b"]);
    assert!(EventModel::wlw().event_strata(strata.clone()).rows(&data, &design).is_err());
    assert!(EventModel::pwp_gap().event_strata(groups).rows(&data, &design).is_err());
    let short = Design::builder().numeric("x", &[0.]).build()?;
    assert!(matches!(
        EventModel::pwp_gap().rows(&data, &short),
        Err(Error::LengthMismatch { argument: "the design", .. })
    ));
    let rows = EventModel::pwp_total().event_strata(strata).rows(&data, &design)?;
    assert_eq!(rows.data().strata().unwrap().labels(), ["a", "b"]);
    assert!(rows.expand(&[1]).is_err());
    Ok(())
}

/// Strata of the data are crossed with event numbers, and clusters of the data replace subjects.
#[test]
fn strata_and_clusters_go_into_the_models() -> Result<()> {
    let (frame, data) = read("cgd", ["tstart", "tstop", "status"], 1.0);
    let design = Design::builder().numeric("treat", frame.column("treat")).build()?;
    let data =
        data.with_strata(Groups::new(&codes(&frame, "inherit")))?.with_clusters(&codes(&frame, "hos_cat"))?;
    let rows = EventModel::pwp_total().up_to(2).rows(&data, &design)?;
    let strata = rows.data().strata().unwrap();
    assert_eq!(strata.count(), 4);
    assert_eq!(strata.labels()[0], "1, 2");
    // By hand: the same rows given to the Cox engine.
    let number: Vec<String> = (0..frame.len())
        .map(|i| format!("{} {}", frame.column("enum")[i].min(2.0), frame.column("inherit")[i]))
        .collect();
    let event: Vec<bool> = frame.column("status").iter().map(|&s| s == 1.0).collect();
    let by_hand = RightCensored::new(frame.column("tstop"), &event)?
        .with_entry(frame.column("tstart"))?
        .with_strata(Groups::new(&number))?
        .with_clusters(&codes(&frame, "hos_cat"))?;
    let (fit, expected) =
        (CoxPh::new().fit(rows.data(), rows.design())?, CoxPh::new().fit(&by_hand, &design)?);
    assert_relative_eq!(fit.coefficients()[0], expected.coefficients()[0], max_relative = 1e-12);
    let se = |m: &greenwood::survival::CoxModel| m.terms()[0].robust_std_error().unwrap();
    assert_relative_eq!(se(&fit), se(&expected), max_relative = 1e-12);
    Ok(())
}

/// Size under equal means where few subjects have most of the events (frailty 0.2 or 1.8) and 40 % die or are lost early:
/// 600 data sets of 2 × 40 subjects. The Monte Carlo error of 5 % is 0.9 %; the limits are three of them either side.
#[test]
fn the_test_of_means_keeps_its_level() -> Result<()> {
    let mut random = random::Random(20);
    let mut rejected = [0, 0];
    for _ in 0..600 {
        let mut rows = Rows::default();
        for id in 0..80 {
            let frailty = if random.below(2) == 0 { 0.2 } else { 1.8 };
            let mut wait = |rate: f64| -(1.0 - random.uniform()).ln() / rate;
            let (death, lost) = (wait(0.25 * frailty), wait(0.25));
            let end = death.min(lost).min(2.0);
            let mut t = 0.0;
            loop {
                let next = t + wait(frailty);
                let stop = next.min(end);
                rows.push(id, (t, stop), (next < end, stop == death), (1.0, id % 2));
                if next >= end {
                    break;
                }
                t = next;
            }
        }
        let groups = Groups::new(&rows.group);
        for (terminal, count) in [false, true].into_iter().zip(&mut rejected) {
            *count += u32::from(MeanTest::test(&rows.data(terminal), &groups)?.p_value().unwrap() < 0.05);
        }
    }
    for count in rejected {
        assert!((14..=47).contains(&count), "{rejected:?} of 600");
    }
    Ok(())
}

/// Results are read back as they were written, and a file that was changed is refused.
#[cfg(feature = "serde")]
#[test]
fn results_are_stored_and_checked() -> Result<()> {
    let data = RecurrentEvents::new(
        &[1, 1, 2, 3],
        &[0., 1., 0., 0.],
        &[1., 4., 4., 2.],
        &[true, true, false, false],
    )?
    .with_terminal(&[false, false, true, false])?;
    let groups = Groups::new(&["a", "a", "b", "a"]);
    let text = serde_json::to_string(&data).unwrap();
    assert_eq!(serde_json::from_str::<RecurrentEvents>(&text).unwrap(), data);
    let broken =
        text.replace("\"terminal\":[false,false,true,false]", "\"terminal\":[true,false,true,false]");
    let error = serde_json::from_str::<RecurrentEvents>(&broken).unwrap_err().to_string();
    assert!(error.contains("it follows the terminal event"), "{error}");
    let mean = MeanCumulative::new().fit(&data)?;
    let text = serde_json::to_string(&mean).unwrap();
    assert_eq!(serde_json::from_str::<MeanFunction>(&text).unwrap(), mean);
    for (was, is, why) in [
        ("\"time\":2.0", "\"time\":0.5", "times[1]"),
        ("\"event_free\":1.0", "\"event_free\":1.5", "a probability"),
        ("\"variance\":", "\"variance\":-", "a variance"),
    ] {
        let error = serde_json::from_str::<MeanFunction>(&text.replacen(was, is, 1)).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    let test = MeanTest::test(&data, &groups)?;
    let text = serde_json::to_string(&test).unwrap();
    assert_eq!(serde_json::from_str::<greenwood::survival::recurrent::MeanTestResult>(&text).unwrap(), test);
    let error = text.replace("\"df\":1", "\"df\":2");
    assert!(serde_json::from_str::<greenwood::survival::recurrent::MeanTestResult>(&error).is_err());
    let rate = EventRate::estimate(&data)?;
    let text = serde_json::to_string(&rate).unwrap();
    assert_eq!(serde_json::from_str::<EventRate>(&text).unwrap(), rate);
    Ok(())
}

/// Whole messages: of states, transitions, means, rates and models of recurrent events.
#[test]
#[allow(clippy::too_many_lines, reason = "a list of messages")]
fn every_refusal_says_what_and_what_to_do() {
    let data = Histories::among(&["well", "ill"]).rows(
        &[1, 1, 2],
        &[0., 2., 0.],
        &[2., 5., 6.],
        &[Some("ill"), None, None],
    );
    let data = data.unwrap();
    let sampled = data.clone().with_weights(Weights::sampling(vec![1.5; 3])).unwrap();
    let aalen = Occupation::new().variance(OccupationVariance::Aalen);
    let out =
        |argument: &str, value: &str, must_be: &str| format!("{argument} is {value}: it must be {must_be}");
    let not = |method: &str, with: &str, why: &str| format!("{method} is not available with {with}: {why}");
    let robust = "sampling weights or clusters";
    let tau = "after the start and at most the last time under observation";
    for (found, text) in [
        (
            aalen.fit(&sampled).map(|_| ()),
            not(
                "Aalen's or Greenwood's variance of a state occupation",
                robust,
                "it takes rows for independent subjects; use the jackknife (`OccupationVariance::Jackknife`)",
            ),
        ),
        (
            Occupation::new().initial(&[1.5, -0.5]).fit(&data).map(|_| ()),
            out("initial", "1.5", "probabilities, which add up to 1"),
        ),
        (
            Occupation::new().initial(&[0.5, 0.4]).fit(&data).map(|_| ()),
            out("the sum of initial", "0.9", "1"),
        ),
        (
            Occupation::new().from_time(f64::NAN).fit(&data).map(|_| ()),
            out("s", "NaN", "finite and at least 0"),
        ),
        (Occupation::new().time_in_state(&data, 7.0).map(|_| ()), out("tau", "7", tau)),
        (
            TransitionProbability::new(2.0).estimate(&data, &[1.0]).map(|_| ()),
            out("a time", "1", "finite and at least s"),
        ),
        (
            TransitionProbability::new(0.0).estimate(&sampled, &[1.0]).map(|_| ()),
            not(
                "the covariance of transition probabilities",
                robust,
                "it takes rows for independent subjects; take `TransitionVariance::None`, or the jackknife of `Occupation`",
            ),
        ),
    ] {
        assert_eq!(found.unwrap_err().to_string(), text);
    }
    let nobody =
        TransitionProbability::new(5.5).landmark("ill").estimate(&data, &[6.0]).unwrap_err().to_string();
    assert!(nobody.starts_with("the landmark state at s"), "{nobody}");
    let events =
        RecurrentEvents::new(&[1, 1, 2], &[0., 2., 0.], &[2., 5., 6.], &[true, false, false]).unwrap();
    let design = Design::builder().numeric("x", &[0., 0., 1.]).build().unwrap();
    let sampled = events.clone().with_weights(Weights::sampling(vec![1.5; 3])).unwrap();
    let halves = events.clone().with_weights(Weights::replication(vec![1.5; 3])).unwrap();
    let strata = Groups::new(&["a", "a", "b"]);
    for (found, text) in [
        (
            MeanCumulative::new().variance(MeanVariance::Poisson).fit(&sampled).map(|_| ()),
            not(
                "the Poisson variance of a mean function",
                robust,
                "it takes events for independent of each other; use the robust variance (`MeanVariance::Robust`)",
            ),
        ),
        (
            EventRate::estimate(&sampled).map(|_| ()),
            not(
                "an exact interval of a rate",
                "sampling weights",
                "it counts events; fit the mean function, which takes such weights",
            ),
        ),
        (
            EventRate::estimate(&halves).map(|_| ()),
            out("a replication weight", "1.5", "a whole number, since events are counted"),
        ),
        (
            EventModel::pwp_gap().up_to(0).fit(&events, &design).map(|_| ()),
            out("up_to", "0", "at least 1: the number of the last event with a baseline of its own"),
        ),
        (
            EventModel::andersen_gill().fit_frailty(&halves, &design, &Frailty::gamma()).map(|_| ()),
            not(
                "a frailty of each subject",
                "replication weights without clusters",
                "the k subjects of a weight would have k frailties, of which the rows know one: give each subject its rows, \
                 or a model with a robust variance",
            ),
        ),
        (
            EventModel::wlw().event_strata(strata).fit(&events, &design).map(|_| ()),
            not(
                "an Andersen-Gill or Wei-Lin-Weissfeld model",
                "other strata of events",
                "it has no such strata, or makes them itself: give strata with the data (`with_strata`)",
            ),
        ),
    ] {
        assert_eq!(found.unwrap_err().to_string(), text);
    }
}

/// A group's means, rates and states are those of its rows alone, with strata, weights and clusters that cross groups.
#[test]
fn groups_in_one_pass_are_the_groups_alone() {
    let (frame, data) = read("cgd", ["tstart", "tstop", "status"], 1.0);
    let weights: Vec<f64> = frame.column("age").iter().map(|a| 1.0 + a / 10.0).collect();
    let data = data.with_weights(Weights::sampling(weights.clone())).unwrap();
    let groups = Groups::new(&codes(&frame, "hos_cat"));
    let means = MeanCumulative::new().by_group(&data, &groups).unwrap();
    let states = Occupation::new().by_group(data.histories(), &groups).unwrap();
    for g in 0..groups.count() {
        let keep: Vec<bool> = groups.codes().iter().map(|&c| c as usize == g).collect();
        let rows = data.histories().filter(&keep).unwrap();
        let kept: Vec<usize> = (0..keep.len()).filter(|&i| keep[i]).collect();
        let event: Vec<bool> = kept.iter().map(|&i| data.event()[i]).collect();
        let weights: Vec<f64> = kept.iter().map(|&i| weights[i]).collect();
        let ids: Vec<u32> = rows.ids().codes().to_vec();
        let alone = RecurrentEvents::new(&ids, rows.start(), rows.stop(), &event).unwrap();
        let alone = alone.with_weights(Weights::sampling(weights)).unwrap();
        assert_eq!(MeanCumulative::new().fit(&alone).unwrap(), means[g]);
        assert_eq!(Occupation::new().fit(&rows).unwrap(), states[g]);
    }
}

/// A mean that nobody can move, since one subject alone is there, has no error: rounding is none.
#[test]
fn one_subject_alone_has_no_error() -> Result<()> {
    let (start, stop) = ([0.0, 0.7, 1.9, 3.2], [0.7, 1.9, 3.2, 4.234]);
    let weights = Weights::sampling(vec![0.3; 4]);
    let data = RecurrentEvents::new(&[7; 4], &start, &stop, &[true; 4])?.with_weights(weights)?;
    let mean = MeanCumulative::new().fit(&data)?;
    assert_eq!(mean.at(4.234).value()?, 4.0);
    assert!(mean.at(4.234).std_error().is_err(), "{:?}", mean.at(4.234).std_error());
    Ok(())
}

/// Where each subject has had one event and nobody was censored, the mean number is 1 in every sample: every subject's
/// influence is 0, and what is left of the sums is rounding (an interval from 0.9999999927 to 1.0000000073 was made of it).
#[test]
fn what_adds_up_to_no_variance_is_no_interval() {
    for n in 2..60_u32 {
        let (mut ids, mut start, mut stop, mut event) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for i in 0..n {
            // Under observation from 0 to 5, with one event.
            let time = f64::from((i * 7 + 3) % 11) / 3.0 + 0.1;
            ids.extend([i, i]);
            start.extend([0.0, time]);
            stop.extend([time, 5.0]);
            event.extend([true, false]);
        }
        let data = RecurrentEvents::new(&ids, &start, &stop, &event).unwrap();
        let mean = MeanCumulative::new().fit(&data).unwrap();
        let last = mean.rows().last().unwrap();
        assert!(
            (last.value() - 1.0).abs() < 1e-12 && last.std_error() == Err(NotEstimable::NoVariation),
            "{n}: {last:?}"
        );
        assert_eq!(mean.at(4.0).interval(0.95).unwrap().bounds(), None, "{n}");
    }
}
