//! When the events will come: against the closed form, by simulation, and what is refused.

use greenwood::trial::design::monitoring::FutureEvents;
use greenwood::trial::design::simulation::{Cutoff, Simulation};
use greenwood::trial::design::{Accrual, Assumptions, EventForecast, Hazard, Tail};
use greenwood::trial::{DataCutoff, Endpoint, Exit, Subject, Time, Trial};

use crate::random::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Death,
}

const OS: Endpoint<Event> = Endpoint::overall_survival(|_| true);

/// Entry, end and exit of each subject.
fn trial(rows: &[(f64, f64, bool)]) -> Trial<&'static str, Event> {
    let subject = |&(entry, end, dead): &(f64, f64, bool)| {
        let exit = if dead { Exit::Terminal(Event::Death) } else { Exit::Lost };
        Subject::on("a").entered(Time::days(entry)).until(Time::days(end), exit).unwrap()
    };
    Trial::new(rows.iter().map(subject))
}

/// 200 subjects over 400 days, exponential deaths and losses.
fn drawn(seed: u64) -> Trial<&'static str, Event> {
    let mut random = Random(seed);
    let mut exponential = |rate: f64| -(1.0 - random.uniform()).ln() / rate;
    let rows: Vec<(f64, f64, bool)> = (0..200)
        .map(|i| {
            let (death, loss) = (exponential(0.002), exponential(0.0003));
            (f64::from(i) * 2.0, death.min(loss), death <= loss)
        })
        .collect();
    trial(&rows)
}

/// With one hazard the expected number is the closed form, which the reference file of future events checks.
#[test]
fn an_exponential_forecast_is_the_closed_form() {
    let so_far = drawn(1).at(DataCutoff(Time::days(500.0))).unwrap();
    let forecast = EventForecast::new().entering(60.0, Time::days(90.0)).of(&so_far, &OS).unwrap();
    let analysis = so_far.analyse(&OS).unwrap();
    let person_time: f64 = analysis.records().iter().map(|r| r.time.in_days()).sum();
    let events = forecast.events() as f64;
    let lost = (analysis.records().len() - forecast.events() - forecast.at_risk()) as f64;
    let closed = FutureEvents::new(forecast.at_risk() as f64, events / person_time)
        .dropout(lost / person_time)
        .entering(60.0, 90.0);
    for horizon in [10.0, 90.0, 400.0] {
        let found = forecast.expected_by(Time::days(500.0 + horizon)) - events;
        let expected = closed.within(horizon).unwrap();
        assert!((found - expected).abs() < 1e-9 * expected, "{found} {expected}");
    }
    let wanted = forecast.events() + 40;
    let date = forecast.date_of(wanted).unwrap().unwrap();
    let expected = closed.time_until(40.0).unwrap().unwrap();
    assert!((date.date().in_days() - 500.0 - expected).abs() < 1e-6);
    assert!(date.earliest() < date.date() && date.date() < date.latest().unwrap());
    assert_eq!(forecast.information_fraction(2.0 * events), 0.5);
}

/// Four subjects by hand: deaths after 10 and 20 days, two under observation after 15 and 30. The curve is 3/4 from 10 and
/// 3/8 from 20; the tail has the hazard ln(8/3)/20.
#[test]
fn a_kaplan_meier_forecast_by_hand() {
    let all = trial(&[(0.0, 10.0, true), (0.0, 20.0, true), (85.0, 300.0, true), (70.0, 300.0, true)]);
    let so_far = all.at(DataCutoff(Time::days(100.0))).unwrap();
    let forecast = EventForecast::new().tail(Tail::KaplanMeier).of(&so_far, &OS).unwrap();
    let hazard = (8.0_f64 / 3.0).ln() / 20.0;
    let first = 1.0 - 0.5 * (-hazard * 5.0).exp();
    let second = 1.0 - (-hazard * 10.0).exp();
    let found = forecast.expected_by(Time::days(110.0));
    assert!((found - (2.0 + first + second)).abs() < 1e-12, "{found}");
}

/// The 80 % interval holds the true date in 80 % of 400 trials: 3.3 standard errors of that share are 0.066, and what is
/// rounded to whole events is on the safe side.
#[test]
fn the_interval_holds_the_date_as_often_as_it_says() {
    let mut held = 0;
    for seed in 0..400 {
        let whole = drawn(1000 + seed);
        let so_far = whole.at(DataCutoff(Time::days(450.0))).unwrap();
        let forecast = EventForecast::new().level(0.8).of(&so_far, &OS).unwrap();
        let number = forecast.events() + 30;
        let truth = whole.cutoff_at_events(&OS, number).unwrap().0;
        let date = forecast.date_of(number).unwrap().unwrap();
        held += usize::from(date.earliest() <= truth && date.latest().is_none_or(|l| truth <= l));
    }
    let share = f64::from(held as u32) / 400.0;
    assert!((share - 0.8).abs() < 0.066, "{share}");
}

#[test]
fn what_cannot_be_predicted_is_said() {
    let whole = drawn(3);
    let text = |e: greenwood::Error| e.to_string();
    assert!(
        text(EventForecast::new().of(&whole, &OS).unwrap_err()).contains("take the trial at a cutoff first")
    );
    let early = trial(&[(0.0, 50.0, true), (0.0, 60.0, true)]).at(DataCutoff(Time::days(10.0))).unwrap();
    let none = text(EventForecast::new().of(&early, &OS).unwrap_err());
    assert!(none.contains("FutureEvents takes one that is assumed"), "{none}");
    let so_far = whole.at(DataCutoff(Time::days(300.0))).unwrap();
    let forecast = EventForecast::new().of(&so_far, &OS).unwrap();
    assert!(text(forecast.date_of(1).unwrap_err()).contains("Trial::cutoff_at_events knows the dates"));
    // More than there are subjects: never.
    assert_eq!(forecast.date_of(1000).unwrap(), None);
    let level = EventForecast::new().level(1.0).of(&so_far, &OS).unwrap_err();
    assert_eq!(text(level), "level is 1: it must be inside (0, 1)");
    let entering = EventForecast::new().entering(f64::NAN, Time::ZERO).of(&so_far, &OS).unwrap_err();
    assert_eq!(text(entering), "entering is NaN: it must be finite and at least 0");
}

/// Both arms do not end with one number of events: they follow their rates (Mediana 8); 5,000 subjects overflow nothing
/// (Mediana 2).
#[test]
fn simulated_arms_follow_their_rates() {
    let control = Hazard::constant(0.01).unwrap();
    let accrual = Accrual::uniform(5000.0, 10.0).unwrap();
    let assumed = Assumptions::new(control.times(0.5), control, accrual);
    let expected = assumed.expected_events(40.0);
    let sample = Simulation::new(assumed).cutoff(Cutoff::Time(40.0)).sample(0).unwrap();
    let mut found = [0.0_f64; 2];
    for (&event, &own) in sample.event().iter().zip(sample.experimental()) {
        found[usize::from(!own)] += f64::from(u8::from(event));
    }
    for arm in 0..2 {
        assert!((found[arm] - expected[arm]).abs() < 4.0 * expected[arm].sqrt(), "{found:?} {expected:?}");
    }
    assert!(found[0] < 0.7 * found[1]);
}
