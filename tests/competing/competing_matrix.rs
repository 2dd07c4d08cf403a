//! The matrix {weights} × {entry} × {ties} × {strata} over incidences, Gray's test, Fine and Gray's model, pseudo-values, state
//! occupation and mean functions: what must not change when rows are permuted, scaled, repeated, split or merged.

use crate::random;
use greenwood::survival::curve::Pseudo;
use greenwood::survival::multi_state::Occupation;
use greenwood::survival::recurrent::{MeanCumulative, RecurrentEvents};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, Design, FineGray, Gray, Groups, Histories, KaplanMeier, RightCensored,
    Weights,
};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Weighting {
    None,
    Replication,
    Sampling,
}

/// A cell of the matrix. Ties are in the data: times on a grid or apart.
#[derive(Debug, Clone, Copy)]
struct Cell {
    weights: Weighting,
    entry: bool,
    strata: bool,
}

fn cells() -> impl Strategy<Value = Cell> {
    let weights = prop_oneof![Just(Weighting::None), Just(Weighting::Replication), Just(Weighting::Sampling)];
    (weights, any::<bool>(), any::<bool>()).prop_map(|(weights, entry, strata)| Cell {
        weights,
        entry,
        strata,
    })
}

/// What a subject is made of: half its time, what it lacks of the next, cause, weight, group, stratum, x, and whether it is ill.
type Drawn = (u32, f64, u8, u8, usize, usize, f64, bool);

/// Under observation in `(entry, time]`, ill from `ill` on, if ever.
#[derive(Debug, Clone, PartialEq)]
struct Subject {
    id: usize,
    entry: f64,
    ill: Option<f64>,
    time: f64,
    /// 0 where censored.
    cause: u8,
    weight: u8,
    group: usize,
    stratum: usize,
    x: f64,
}

fn subjects() -> impl Strategy<Value = Vec<Subject>> {
    let one =
        (1_u32..14, 0.0..1.0_f64, 0_u8..3, 1_u8..4, 0_usize..2, 0_usize..2, -1.0..1.0_f64, any::<bool>());
    (prop::collection::vec(one, 8..40), any::<bool>()).prop_map(|(rows, tied)| {
        let subject = |(id, r): (usize, Drawn)| {
            let (t, part, cause, weight, group, stratum, x, ill) = r;
            let time = f64::from(2 * t) + if tied { 0.0 } else { part };
            // A fifth enter late. Nobody is ill before entry or after the end.
            let entry = if part < 0.2 { f64::from(t) - 1.0 } else { 0.0 };
            Subject {
                id,
                entry,
                ill: ill.then_some(f64::from(2 * t) - 0.5),
                time,
                cause,
                weight,
                group,
                stratum,
                x,
            }
        };
        rows.into_iter().enumerate().map(subject).collect()
    })
}

fn column<T>(rows: &[Subject], of: impl Fn(&Subject) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// The weights of rows; a repetition has its own id and the weight 1.
fn weights(rows: &[Subject], cell: Cell) -> Option<Weights<'static>> {
    let w = column(rows, |r| f64::from(r.weight));
    match cell.weights {
        Weighting::None => None,
        Weighting::Replication => Some(Weights::replication(w)),
        Weighting::Sampling => Some(Weights::sampling(w.iter().map(|w| w / 3.0).collect::<Vec<_>>())),
    }
}

fn competing(rows: &[Subject], cell: Cell) -> CompetingRisks<'static> {
    let outcome = column(rows, |r| (r.cause > 0).then_some(r.cause));
    let mut data = CompetingRisks::with_causes(column(rows, |r| r.time), &outcome, &[1, 2]).unwrap();
    if cell.entry {
        data = data.with_entry(column(rows, |r| r.entry)).unwrap();
    }
    if let Some(weights) = weights(rows, cell) {
        data = data.with_weights(weights).unwrap();
    }
    if cell.strata {
        data =
            data.with_strata(Groups::from_codes(&column(rows, |r| r.stratum), &["s", "t"]).unwrap()).unwrap();
    }
    data
}

fn groups(rows: &[Subject]) -> Groups {
    Groups::from_codes(&column(rows, |r| r.group), &["a", "b"]).unwrap()
}

/// Start-stop rows of the same subjects: id, interval, whether they are ill in it, and whether it ends with illness.
struct Long {
    of: Vec<Subject>,
    start: Vec<f64>,
    stop: Vec<f64>,
    ill: Vec<bool>,
    becomes_ill: Vec<bool>,
}

/// With `cut`, each interval in two.
fn long(rows: &[Subject], cell: Cell, cut: Option<f64>) -> Long {
    let mut long = Long { of: vec![], start: vec![], stop: vec![], ill: vec![], becomes_ill: vec![] };
    for r in rows {
        let entry = if cell.entry { r.entry } else { 0.0 };
        let spells = match r.ill {
            Some(at) => vec![(entry, at, false, true), (at, r.time, true, false)],
            None => vec![(entry, r.time, false, false)],
        };
        for (start, stop, ill, becomes_ill) in spells {
            let mut push = |start, stop, becomes_ill| {
                long.of.push(r.clone());
                long.start.push(start);
                long.stop.push(stop);
                long.ill.push(ill);
                long.becomes_ill.push(becomes_ill);
            };
            match cut {
                Some(share) => {
                    let middle = start + share * (stop - start);
                    push(start, middle, false);
                    push(middle, stop, becomes_ill);
                }
                None => push(start, stop, becomes_ill),
            }
        }
    }
    long
}

impl Long {
    fn last(&self, i: usize) -> bool {
        self.stop[i] == self.of[i].time
    }

    fn ids(&self) -> Vec<usize> {
        column(&self.of, |r| r.id)
    }

    fn histories(&self, cell: Cell) -> Histories {
        let to = |i: usize| match (self.becomes_ill[i], self.last(i) && self.of[i].cause > 0) {
            (true, _) => Some("ill"),
            (_, true) => Some("dead"),
            _ => None,
        };
        let to: Vec<Option<&str>> = (0..self.of.len()).map(to).collect();
        let from: Vec<&str> = self.ill.iter().map(|&ill| if ill { "ill" } else { "well" }).collect();
        let data = Histories::among(&["well", "ill", "dead"])
            .rows(&self.ids(), &self.start, &self.stop, &to)
            .unwrap();
        let data = data.with_from(&from).unwrap();
        match weights(&self.of, cell) {
            Some(weights) => data.with_weights(weights).unwrap(),
            None => data,
        }
    }

    /// Illness is an event, the first cause a second one; the other cause is terminal.
    fn events(&self, cell: Cell) -> RecurrentEvents {
        let ends = |i: usize, cause: u8| self.last(i) && self.of[i].cause == cause;
        let event: Vec<bool> = (0..self.of.len()).map(|i| self.becomes_ill[i] || ends(i, 1)).collect();
        let terminal: Vec<bool> = (0..self.of.len()).map(|i| ends(i, 2)).collect();
        let data = RecurrentEvents::new(&self.ids(), &self.start, &self.stop, &event).unwrap();
        let data = data.with_terminal(&terminal).unwrap();
        match weights(&self.of, cell) {
            Some(weights) => data.with_weights(weights).unwrap(),
            None => data,
        }
    }
}

/// Numbers with a name and how far they may differ, relative to the larger of 1 and themselves.
type Numbers = Vec<(&'static str, f64, f64)>;

const CLOSED: f64 = 1e-9;
/// Newton's last step.
const ITERATIVE: f64 = 1e-7;

fn times(rows: &[Subject]) -> (Vec<f64>, f64) {
    let last = rows.iter().map(|r| r.time).fold(0.0, f64::max);
    ((1..=6).map(|i| last * f64::from(i) / 6.0).collect(), last)
}

fn incidence_numbers(data: &CompetingRisks, times: &[f64], tau: f64) -> Numbers {
    let fit = AalenJohansen::new().fit(data).unwrap();
    let mut numbers = Vec::new();
    for curve in fit.curves() {
        for &t in times {
            let at = curve.at(t);
            numbers.push(("incidence", at.value().unwrap_or(f64::NAN), CLOSED));
            numbers.push((
                "its variance",
                at.value().and(Ok(at.std_error().unwrap_or(0.0))).unwrap_or(f64::NAN).powi(2),
                CLOSED,
            ));
        }
        if let Ok(lost) = curve.time_lost(tau) {
            numbers.push(("time lost", lost.value() / tau, CLOSED));
            numbers.push(("its variance", lost.std_error().unwrap_or(0.0).powi(2) / tau / tau, CLOSED));
        }
        for q in curve.quantiles(&[0.1, 0.3], 0.95).unwrap() {
            numbers.push(("quantile", q.value().map_or(f64::NAN, |t| t / tau), CLOSED));
        }
    }
    numbers
}

/// Everything that can be asked of competing risks, with times in units of `tau`.
fn competing_numbers(rows: &[Subject], cell: Cell) -> Numbers {
    let (data, groups) = (competing(rows, cell), groups(rows));
    let (times, tau) = times(rows);
    let mut numbers = incidence_numbers(&data, &times, tau);
    for cause in [1, 2] {
        match Gray::new(&cause).rho(0.5).test(&data, &groups) {
            Ok(test) => {
                numbers.extend(test.score().iter().map(|&u| ("Gray's score", u, CLOSED)));
                numbers.extend(test.variance().iter().map(|&v| ("Gray's variance", v, CLOSED)));
            }
            // Refused with entries (if anybody enters late) and sampling weights, in each of two equal data sets.
            Err(_) => numbers.push(("Gray is refused", 1.0, 0.0)),
        }
    }
    let design = Design::builder()
        .numeric("x", &column(rows, |r| r.x))
        .numeric("b", &column(rows, |r| r.group as f64))
        .build()
        .unwrap();
    match FineGray::new(&1).fit(&data, &design) {
        Ok(fit) => {
            numbers.push(("null log likelihood", fit.log_likelihood()[0], CLOSED));
            // Near a monotone likelihood the maximum is flat: what is compared is well determined.
            if fit.stop().is_success() && fit.coefficients().iter().all(|b| b.abs() < 4.0) {
                numbers.push(("log likelihood", fit.log_likelihood()[1], CLOSED));
                numbers.extend(fit.coefficients().iter().map(|&b| ("coefficient", b, ITERATIVE)));
                numbers.extend(fit.variance().iter().map(|&v| ("sandwich", v, 10.0 * ITERATIVE)));
            }
        }
        Err(_) => numbers.push(("Fine-Gray is refused", 1.0, 0.0)),
    }
    match Pseudo::new(&times[..4]).incidence(&data, "1") {
        Ok(pseudo) => {
            let w = data.any_cause().weights().map(Weights::values);
            for column in pseudo.values().columns() {
                let each = || column.iter().enumerate().map(|(i, v)| (w.map_or(1.0, |w| w[i]), v));
                numbers.push(("pseudo-values", each().map(|(w, v)| w * v).sum::<f64>() / 40.0, CLOSED));
                numbers.push(("their squares", each().map(|(w, v)| w * v * v).sum::<f64>() / 40.0, CLOSED));
            }
        }
        Err(_) => numbers.push(("pseudo-values are refused", 1.0, 0.0)),
    }
    numbers
}

fn history_numbers(rows: &[Subject], cell: Cell, cut: Option<f64>) -> Numbers {
    let long = long(rows, cell, cut);
    let (times, _) = times(rows);
    let mut numbers = Vec::new();
    let histories = long.histories(cell);
    let fit = Occupation::new().fit(&histories).unwrap();
    for &t in &times {
        let at = fit.extended().at(t);
        let sum: f64 = at.iter().map(|e| e.value().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-12, "the states add up to {sum}");
        for e in at {
            numbers.push(("occupation", e.value().unwrap(), CLOSED));
            numbers.push(("its variance", e.std_error().unwrap_or(0.0).powi(2), CLOSED));
        }
    }
    let tau = times[4];
    for time in Occupation::new().time_in_state(&histories, tau).unwrap() {
        numbers.push(("time in state", time.value() / tau, CLOSED));
        numbers.push(("its variance", (time.std_error().unwrap_or(0.0) / tau).powi(2), CLOSED));
    }
    let mean = MeanCumulative::new().fit(&long.events(cell)).unwrap();
    for &t in &times {
        let at = mean.at(t);
        numbers.push(("mean", at.value().unwrap_or(f64::NAN), CLOSED));
        numbers.push(("its variance", at.std_error().unwrap_or(f64::NAN).powi(2), CLOSED));
    }
    numbers
}

fn all_numbers(rows: &[Subject], cell: Cell) -> Numbers {
    let mut numbers = competing_numbers(rows, cell);
    numbers.extend(history_numbers(rows, cell, None));
    numbers
}

#[track_caller]
fn assert_same(got: &Numbers, expected: &Numbers) {
    assert_eq!(got.len(), expected.len(), "{got:?}\n{expected:?}");
    for (i, (a, b)) in got.iter().zip(expected).enumerate() {
        assert_eq!(a.0, b.0);
        let same =
            (a.1 - b.1).abs() <= a.2 * a.1.abs().max(b.1.abs()).max(1.0) || a.1.is_nan() && b.1.is_nan();
        assert!(same, "{} (number {i}): {} and {}", a.0, a.1, b.1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The order of the rows does not matter, nor do the names of the subjects.
    #[test]
    fn permuting_rows_changes_nothing(rows in subjects(), cell in cells(), seed in any::<u64>()) {
        let mut random = random::Random(seed);
        let mut other = rows.clone();
        for i in (1..other.len()).rev() {
            other.swap(i, random.below(i + 1));
        }
        for r in &mut other {
            r.id = 1000 - r.id;
        }
        assert_same(&all_numbers(&other, cell), &all_numbers(&rows, cell));
    }

    /// Times in another unit: the same probabilities at the times in that unit.
    #[test]
    fn the_unit_of_time_does_not_matter(rows in subjects(), cell in cells(), power in 0..10_i32) {
        let unit = 2.0_f64.powi(power);
        let scale = |r: &Subject| Subject {
            entry: r.entry * unit, time: r.time * unit, ill: r.ill.map(|t| t * unit), ..r.clone()
        };
        assert_same(&all_numbers(&column(&rows, scale), cell), &all_numbers(&rows, cell));
    }

    /// A replication weight of k is the subject k times, with entries, ties and strata.
    #[test]
    fn a_weight_is_a_repetition(rows in subjects(), entry in any::<bool>(), strata in any::<bool>()) {
        let repeated: Vec<Subject> = rows
            .iter()
            .flat_map(|r| (0..usize::from(r.weight)).map(|k| Subject { id: 10 * r.id + k, weight: 1, ..r.clone() }))
            .collect();
        let weighted = Cell { weights: Weighting::Replication, entry, strata };
        let plain = Cell { weights: Weighting::None, entry, strata };
        assert_same(&all_numbers(&rows, weighted), &all_numbers(&repeated, plain));
    }

    /// Sampling weights have no unit, and where all are equal they are none (but for the kind of variance).
    #[test]
    fn sampling_weights_have_no_unit(rows in subjects(), entry in any::<bool>(), strata in any::<bool>()) {
        let cell = Cell { weights: Weighting::Sampling, entry, strata };
        let thrice: Vec<Subject> = column(&rows, |r| Subject { weight: 3 * r.weight, ..r.clone() });
        let without_likelihoods = |rows: &[Subject]| -> Numbers {
            let of_weights = |n: &(&'static str, f64, f64)| !n.0.ends_with("log likelihood");
            all_numbers(rows, cell).into_iter().filter(of_weights).collect()
        };
        assert_same(&without_likelihoods(&thrice), &without_likelihoods(&rows));
        let equal: Vec<Subject> = column(&rows, |r| Subject { weight: 2, ..r.clone() });
        let of = |cell| history_numbers(&equal, cell, None);
        assert_same(&of(cell), &of(Cell { weights: Weighting::None, ..cell }));
        let (times, tau) = times(&equal);
        let of = |cell| incidence_numbers(&competing(&equal, cell), &times, tau);
        assert_same(&of(cell), &of(Cell { weights: Weighting::None, ..cell }));
    }

    /// A row that is cut in two, of one subject, changes nothing: incidences with the subject as cluster, histories as they
    /// are.
    #[test]
    fn splitting_a_row_changes_nothing(rows in subjects(), cell in cells(), share in 0.1..0.9_f64) {
        assert_same(&history_numbers(&rows, cell, Some(share)), &history_numbers(&rows, cell, None));
        let with_entry = Cell { entry: true, ..cell };
        let rows: Vec<Subject> = column(&rows, |r| Subject { entry: if cell.entry { r.entry } else { 0.0 }, ..r.clone() });
        let cut: Vec<Subject> = rows
            .iter()
            .flat_map(|r| {
                let middle = r.entry + share * (r.time - r.entry);
                [Subject { time: middle, cause: 0, ..r.clone() }, Subject { entry: middle, ..r.clone() }]
            })
            .collect();
        let (times, tau) = times(&rows);
        let of = |rows: &[Subject]| {
            let data = competing(rows, with_entry).with_clusters(&column(rows, |r| r.id)).unwrap();
            incidence_numbers(&data, &times, tau)
        };
        assert_same(&of(&cut), &of(&rows));
    }

    /// A fit by group is that of the group's rows (near ties apart: none here).
    #[test]
    fn grouping_is_subsetting(rows in subjects(), cell in cells()) {
        // A group without rows is refused by each, which is tested by name elsewhere.
        if (0..2).any(|g| rows.iter().all(|r| r.group != g)) { return Ok(()); }
        let (data, groups) = (competing(&rows, cell), groups(&rows));
        let long = long(&rows, cell, None);
        let (histories, events) = (long.histories(cell), long.events(cell));
        let of_rows = Groups::from_codes(&column(&long.of, |r| r.group), &["a", "b"]).unwrap();
        let fits = AalenJohansen::new().by_group(&data, &groups).unwrap();
        let means = MeanCumulative::new().by_group(&events, &of_rows).unwrap();
        for g in 0..2 {
            let own: Vec<Subject> = rows.iter().filter(|r| r.group == g).cloned().collect();
            let alone = AalenJohansen::new().fit(&competing(&own, cell)).unwrap();
            for (a, b) in fits[g].rows().zip(alone.rows()) {
                prop_assert_eq!(a, b);
            }
            let long = self::long(&own, cell, None);
            let fits = Occupation::new().by_group(&histories, &of_rows).unwrap();
            let alone = Occupation::new().fit(&long.histories(cell)).unwrap();
            prop_assert_eq!(fits[g].times(), alone.times());
            for (a, b) in fits[g].rows().zip(alone.rows()) {
                prop_assert_eq!(a, b);
            }
            let alone = MeanCumulative::new().fit(&long.events(cell)).unwrap();
            prop_assert_eq!(means[g].rows(), alone.rows());
        }
    }

    /// Without illness the occupation of the first state is Kaplan-Meier, errors included, in every cell.
    #[test]
    fn two_states_are_kaplan_meier(rows in subjects(), cell in cells()) {
        let cell = Cell { strata: false, ..cell };
        let rows: Vec<Subject> = column(&rows, |r| Subject { ill: None, ..r.clone() });
        let fit = Occupation::new().fit(&long(&rows, cell, None).histories(cell)).unwrap();
        let event = column(&rows, |r| r.cause > 0);
        let mut data = RightCensored::new(column(&rows, |r| r.time), event).unwrap();
        if cell.entry { data = data.with_entry(column(&rows, |r| r.entry)).unwrap(); }
        if let Some(weights) = weights(&rows, cell) { data = data.with_weights(weights).unwrap(); }
        // With late entries the jackknife is not Greenwood's variance: the robust one is asked for.
        let robust = cell.entry && cell.weights == Weighting::None;
        if robust { data = data.with_clusters(&column(&rows, |r| r.id)).unwrap(); }
        let curve = KaplanMeier::fit(&data);
        for &t in &times(&rows).0 {
            let (at, s) = (fit.at(t)[0], curve.at(t));
            let Ok(value) = s.value() else { continue };
            prop_assert!((at.value().unwrap() - value).abs() < 1e-12);
            if let Ok(se) = s.std_error() && (robust || !cell.entry) {
                let found = at.std_error().unwrap();
                prop_assert!((found - se).abs() < 1e-9, "{found} {se}");
            }
        }
    }
}

/// A row of weight 0 is nobody: it may be left out.
#[test]
fn a_weight_of_zero_is_nobody() {
    let mut random = random::Random(3);
    let mut rows = Vec::new();
    for id in 0..40 {
        let t = 2.0 * (1.0 + 10.0 * random.uniform()).floor();
        let entry = if id % 5 == 0 { t / 2.0 - 1.0 } else { 0.0 };
        rows.push(Subject {
            id,
            entry,
            ill: (id % 2 == 0).then_some(t - 0.5),
            time: t,
            cause: random.below(3) as u8,
            weight: if id % 4 == 0 { 0 } else { 1 + random.below(3) as u8 },
            group: id % 2,
            stratum: (id / 2) % 2,
            x: random.uniform(),
        });
    }
    let weighty: Vec<Subject> = rows.iter().filter(|r| r.weight > 0).cloned().collect();
    for weights in [Weighting::Replication, Weighting::Sampling] {
        for (entry, strata) in [(false, false), (false, true), (true, false), (true, true)] {
            let cell = Cell { weights, entry, strata };
            let numbers = |rows: &[Subject]| -> Numbers {
                // Whom a replication weight of 0 stands for cannot be left out: pseudo-values are refused.
                all_numbers(rows, cell)
                    .into_iter()
                    .filter(|n| {
                        !matches!(n.0, "pseudo-values" | "their squares" | "pseudo-values are refused")
                    })
                    .collect()
            };
            assert_same(&numbers(&rows), &numbers(&weighty));
        }
    }
}
