//! Numbers that were published before there was this code.

use greenwood::survival::Weight;
use greenwood::trial::design::non_proportional::{NonProportionalDesign, PlannedTest, StatisticVariance};
use greenwood::trial::design::{
    Accrual, Assumptions, BoundaryType, CompetingEffect, CompetingRisksDesign, EventFormula, FixedDesign,
    GroupSequential, Hazard, Target,
};

/// Jennison & Turnbull (2000), tables 2.1 and 2.3: Pocock's and O'Brien and Fleming's constants of two-sided designs with 2, 3, 4, 5
/// and 10 looks, as printed; and `tests/data/constants.py` (`numpy` 2.4, `scipy` 1.17.1), which has them, those of Wang and Tsiatis and the
/// inflation factors to 1e-10 by ten times the points.
#[test]
fn published_constants_and_more_of_their_digits() {
    let published = [
        (0.01, 0.5, [2.772, 2.873, 2.939, 2.986, 3.117]),
        (0.05, 0.5, [2.178, 2.289, 2.361, 2.413, 2.555]),
        (0.1, 0.5, [1.875, 1.992, 2.067, 2.122, 2.270]),
        (0.01, 0.0, [2.580, 2.595, 2.609, 2.621, 2.660]),
        (0.05, 0.0, [1.977, 2.004, 2.024, 2.040, 2.087]),
        (0.1, 0.0, [1.678, 1.710, 1.733, 1.751, 1.801]),
    ];
    let file = std::fs::read_to_string("tests/data/constants.csv").unwrap();
    let (mut rows, mut printed) = (0, 0);
    for line in file.lines().skip(1) {
        let v: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let design = |power: f64| {
            let design = GroupSequential::looks(v[2] as usize).sides(2).alpha(v[0]).power(power);
            design.boundary(BoundaryType::WangTsiatis(v[1])).fit().unwrap()
        };
        let (eighty, ninety) = (design(0.8), design(0.9));
        let constant = *ninety.z().last().unwrap();
        for (found, expected) in [(constant, v[3]), (eighty.inflation(), v[4]), (ninety.inflation(), v[5])] {
            assert!((found - expected).abs() < 1e-10, "{line}: {found}");
        }
        let of = published.iter().find(|(alpha, delta, _)| (*alpha, *delta) == (v[0], v[1]));
        if let Some((.., constants)) = of {
            let look = [2.0, 3.0, 4.0, 5.0, 10.0].iter().position(|k| *k == v[2]).unwrap();
            assert!((constant - constants[look]).abs() < 5.1e-4, "{line}: {}", constants[look]);
            printed += 1;
        }
        rows += 1;
    }
    assert_eq!((rows, printed), (75, 30));
}

/// The paper's own formula: gsDesign's nSurvival of type "rd", from Lachin & Foulkes (1986) and from the project's notes.
#[test]
fn lachin_and_foulkes_by_the_difference() {
    let of = |control: f64, ratio: f64, dropout: f64, accrual: f64, total: f64| {
        let dropout = Hazard::constant(dropout).unwrap();
        FixedDesign::new(ratio)
            .formula(EventFormula::LachinFoulkesDifference)
            .control(Hazard::constant(control).unwrap())
            .dropout(dropout.clone(), dropout)
            .accrual(accrual)
            .followup(total - accrual)
    };
    let plan = of(std::f64::consts::LN_2 / 12.0, 0.7, -(0.95_f64).ln() / 12.0, 12.0, 30.0).fit().unwrap();
    assert!((plan.subjects().unwrap() - 514.497979).abs() < 1e-5, "{:?}", plan.subjects());
    assert!((plan.events() - 336.357353).abs() < 1e-5);
    let plan = of(0.3, 2.0 / 3.0, 0.0, 3.0, 5.0).alpha(0.05).fit().unwrap();
    assert!((plan.subjects().unwrap() - 376.182262).abs() < 1e-5, "{:?}", plan.subjects());
}

/// Events by Schoenfeld's formula as two articles print them. Phadnis, Wetmore & Mayo (2017), Stat Med 36:4121, table 3: 80 % power,
/// one-sided 0.05, two equal arms, rounded up to an even number. Trials 16:213 (2015), table 1: two-sided 0.05, of subjects of whom half
/// have the event, each arm rounded up.
#[test]
fn schoenfelds_events_as_printed() {
    let design = |ratio: f64| FixedDesign::new(ratio).target(Target::Power(0.8));
    let one_sided = [
        (0.85, 938),
        (0.8, 498),
        (0.75, 300),
        (0.7, 196),
        (0.65, 134),
        (0.6, 96),
        (0.55, 70),
        (0.5, 52),
        (0.45, 40),
        (0.4, 30),
    ];
    for (ratio, printed) in one_sided {
        let events = design(ratio).alpha(0.05).fit().unwrap().rounded().events;
        assert_eq!(events + events % 2, printed, "{ratio}");
    }
    for (ratio, subjects) in [(1.25_f64, 1264), (1.5, 384), (1.75, 204), (2.0, 132)] {
        let plan = design(ratio.recip()).alpha(0.05).sides(2).fit().unwrap();
        assert_eq!(4 * (plan.events() / 2.0).ceil() as u32, subjects, "{ratio}");
    }
}

/// The log-rank test by its expected statistic, Lakatos (1988), as two R packages print it. rashnu 0.1, its README: survival 0.3 and 0.5
/// at 12, accrual 24, follow-up 24, two-sided 0.05, power 0.8: 115 subjects, 58 in each arm, with 55.6 and 49.7 events, summed over
/// steps of a 24th, and the power 0.803. lrstat, its vignette on Schoenfeld's formula: survival 0.8 and 0.6 at 12, 200 subjects over 12: 40
/// events after 13.63, power 0.713 there, 0.712 by its 10,000 simulated trials.
#[test]
fn lakatos_as_printed() {
    let at = |p: f64| Hazard::survival_at(12.0, p).unwrap();
    let design = |assumed: &Assumptions, time: f64| {
        NonProportionalDesign::new(assumed.clone(), PlannedTest::LogRank(Weight::LogRank), time)
            .sides(2)
            .alpha(0.05)
    };
    let assumed = Assumptions::new(at(0.5), at(0.3), Accrual::uniform(116.0, 24.0).unwrap());
    let pooled = design(&assumed, 48.0).variance(StatisticVariance::Pooled);
    let plan = pooled.clone().target(Target::Power(0.8)).fit().unwrap();
    assert_eq!(plan.rounded().by_arm, Some([58, 58]), "{plan}");
    let plan = pooled.target(Target::Subjects(115.0)).fit().unwrap();
    let [experimental, control] = plan.events_by_arm();
    assert!((plan.power() - 0.803).abs() < 5.1e-4, "{}", plan.power());
    assert!((control - 55.6).abs() < 0.1 && (experimental - 49.7).abs() < 0.1, "{experimental} {control}");

    let assumed = Assumptions::new(at(0.8), at(0.6), Accrual::uniform(200.0, 12.0).unwrap());
    assert!((assumed.time_of_events(40.0).unwrap() - 13.63).abs() < 0.005);
    let plan = design(&assumed, 13.63).variance(StatisticVariance::Pooled).target(Target::Subjects(200.0));
    // 0.7138 here: three digits there, by a differential equation on a grid.
    assert!((plan.fit().unwrap().power() - 0.713).abs() < 1e-3);
}

/// Pintilie's (2002) formula as the manual of PASS prints it (Logrank Tests Accounting for Competing Risks): 150 subjects enter over 3 of
/// 5 years, of whom 0.5 and 0.7071068 are without the event at 3 years and 0.4 without the competing one: power 0.6162274.
#[test]
fn pintilie_as_printed() {
    let at = |p: f64| Hazard::survival_at(3.0, p).unwrap();
    let effect = CompetingEffect::CauseSpecific(0.5);
    let plan = CompetingRisksDesign::new(effect, at(0.5), Accrual::uniform(150.0, 3.0).unwrap(), 5.0)
        .competing(at(0.4))
        .sides(2)
        .alpha(0.05)
        .target(Target::Subjects(150.0))
        .fit()
        .unwrap();
    // What is given has seven digits.
    assert!((plan.power() - 0.6162274).abs() < 2e-7, "{}", plan.power());
}
