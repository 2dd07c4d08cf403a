//! The bounds of five looks and the search for a design, each beside its floor, and beside rpact in the same run where `Rscript`
//! and rpact are installed (printed once, in milliseconds, with the difference of what was found): R's processor time within one
//! session, of calls that are repeated, against the time that passes here.
//!
//! The floor of bounds is one pass over the looks with bounds that are known; that of a search is one evaluation of the expected
//! events. Bounds take some three times their floor: a root at each look and the drift are sums over points that are there; classical
//! bounds take a pass for each value of their constant.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use greenwood::survival::log_rank::Weight;
use greenwood::trial::design::non_proportional::{NonProportionalDesign, PlannedTest};
use greenwood::trial::design::single_arm::{ExactBinomialDesign, TwoStageDesign};
use greenwood::trial::design::{
    Accrual, Assumptions, BoundaryType, EquivalenceDesign, FixedDesign, Futility, GroupSequential, Hazard,
    Spending, StagewiseOrdering, Target,
};

const SCRIPT: &str = r#"
suppressMessages(library(rpact))
time <- function(f) { f(); median(replicate(7, system.time(for (i in 1:5) f())[[1]])) / 5 }
bounds <- function(type) getDesignGroupSequential(kMax = 5, alpha = 0.025, beta = 0.1, sided = 1, typeOfDesign = type)
search <- function() getSampleSizeSurvival(alpha = 0.025, beta = 0.1, sided = 1, hazardRatio = 0.7, lambda2 = log(2) / 12,
                                           accrualTime = 24, maxNumberOfSubjects = 480)
cat(time(function() bounds("asOF")), bounds("asOF")$criticalValues[1:4], "\n")
cat(time(function() bounds("OF")), bounds("OF")$criticalValues[1:4], "\n")
cat(time(search), search()$followUpTime, "\n")
looks <- bounds("asOF")
size <- function() getSampleSizeSurvival(looks, hazardRatio = 0.7, lambda2 = log(2) / 12, accrualTime = 24, followUpTime = 12)
cat(time(size), size()$maxNumberOfSubjects, "\n")
"#;

fn design(boundary: BoundaryType) -> GroupSequential {
    GroupSequential::looks(5).boundary(boundary)
}

fn spending() -> BoundaryType {
    BoundaryType::Spending(Spending::OBrienFleming)
}

fn search() -> FixedDesign {
    FixedDesign::new(0.7).target(Target::Power(0.9)).control(Hazard::median(12.0).unwrap()).accrual(24.0)
}

/// The median of some runs in milliseconds.
fn clock(mut f: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..31)
        .map(|_| {
            let start = Instant::now();
            f();
            1e3 * start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[15]
}

fn beside_rpact() {
    let Ok(output) = Command::new("Rscript").args(["-e", SCRIPT]).output() else { return };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows: Vec<Vec<f64>> =
        text.lines().map(|l| l.split_whitespace().filter_map(|w| w.parse().ok()).collect()).collect();
    if rows.len() != 4 || rows.iter().any(Vec::is_empty) {
        return;
    }
    for (row, boundary, name) in
        [(&rows[0], spending(), "spending"), (&rows[1], BoundaryType::OBrienFleming, "classic")]
    {
        let own = clock(|| drop(black_box(design(boundary.clone()).fit().unwrap())));
        let found = design(boundary.clone()).fit().unwrap();
        // R prints seven digits.
        let off = found.z().iter().zip(&row[1..]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < 1e-5, "{name}: {off}");
        println!(
            "bounds of 5 looks, {name}: rpact {:.1} ms, here {own:.4} ms: {:.0} times",
            1e3 * row[0],
            1e3 * row[0] / own
        );
    }
    let own = clock(|| assert!(black_box(search().followup_for(480.0).unwrap()).is_some()));
    let off = (search().followup_for(480.0).unwrap().unwrap() - rows[2][1]).abs();
    assert!(off < 1e-4, "{off}");
    println!(
        "search for the follow-up: rpact {:.1} ms, here {own:.4} ms: {:.0} times",
        1e3 * rows[2][0],
        1e3 * rows[2][0] / own
    );
    let looks = design(spending()).fit().unwrap();
    let size = || search().followup(12.0).sequential(&looks).unwrap();
    let own = clock(|| drop(black_box(size())));
    let off = (size().subjects().unwrap() - rows[3][1]).abs();
    // rpact's drift is good to six digits, R prints seven.
    assert!(off < 1e-2, "{off}");
    println!(
        "size and times of 5 looks: rpact {:.1} ms, here {own:.4} ms: {:.0} times",
        1e3 * rows[3][0],
        1e3 * rows[3][0] / own
    );
}

fn benches(c: &mut Criterion) {
    beside_rpact();
    let mut group = c.benchmark_group("design");
    let bounds = design(spending()).fit().unwrap();
    group.bench_function("floor/known bounds", |b| b.iter(|| black_box(&bounds).power(3.3)));
    group.bench_function("bounds/spending", |b| b.iter(|| design(spending()).fit().unwrap()));
    group.bench_function("bounds/classic", |b| b.iter(|| design(BoundaryType::OBrienFleming).fit().unwrap()));
    let control = Hazard::median(12.0).unwrap();
    let assumed =
        Assumptions::new(control.times(0.7), control.clone(), Accrual::uniform(480.0, 24.0).unwrap());
    group.bench_function("floor/expected events", |b| b.iter(|| black_box(&assumed).expected_events(36.0)));
    let futility = || design(spending()).futility(Futility::Spending(Spending::OBrienFleming));
    group.bench_function("bounds/futility spending", |b| b.iter(|| futility().fit().unwrap()));
    group.bench_function("search/follow-up", |b| b.iter(|| search().followup_for(480.0).unwrap()));
    group.bench_function("fixed/subjects", |b| b.iter(|| search().followup(12.0).fit().unwrap()));
    let stopped = || StagewiseOrdering::new().estimate(&bounds, 2, 2.9).unwrap();
    group.bench_function("stopped/p and estimate", |b| b.iter(|| stopped().p_value()));
    group.bench_function("stopped/interval", |b| b.iter(|| stopped().drift_interval(0.95).unwrap()));
    let equivalence =
        || EquivalenceDesign::new(1.25).control(control.clone()).accrual(24.0).followup(24.0).fit().unwrap();
    group.bench_function("equivalence/subjects", |b| b.iter(equivalence));
    let late = || PlannedTest::LogRank(Weight::fleming_harrington(0.0, 0.5));
    group.bench_function("size/weighted log-rank", |b| {
        b.iter(|| NonProportionalDesign::new(assumed.clone(), late(), 36.0).fit().unwrap().subjects());
    });
    let combined = || {
        PlannedTest::MaxCombo(vec![
            Weight::LogRank,
            Weight::fleming_harrington(0.0, 1.0),
            Weight::fleming_harrington(1.0, 0.0),
        ])
    };
    group.sample_size(20);
    group.bench_function("size/MaxCombo of three", |b| {
        b.iter(|| NonProportionalDesign::new(assumed.clone(), combined(), 36.0).fit().unwrap().subjects());
    });
    group.bench_function("size/exact", |b| b.iter(|| ExactBinomialDesign::new(0.1, 0.3).fit().unwrap()));
    group.bench_function("size/two stages", |b| b.iter(|| TwoStageDesign::new(0.1, 0.3).fit().unwrap()));
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
