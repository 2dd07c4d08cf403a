//! The log-rank test with sampling weights and clusters.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::survival::{Groups, LogRank, RightCensored, Weights};

fn codes(frame: &Frame, column: &str) -> Groups {
    Groups::new(&frame.column(column).iter().map(|x| *x as i64).collect::<Vec<_>>()).sorted()
}

fn data(frame: &Frame, time: &str, status: &str, event: f64) -> RightCensored<'static> {
    let events: Vec<bool> = frame.column(status).iter().map(|&s| s == event).collect();
    RightCensored::new(frame.column(time).to_vec(), events).unwrap()
}

fn ids(frame: &Frame, column: &str) -> Vec<i64> {
    frame.column(column).iter().map(|&x| x as i64).collect()
}

/// R 4.2.2, survival 3.5-3: the robust score test of a Cox model at 0 under Breslow's ties, which is the
/// log-rank test with the sandwich variance.
/// `coxph(Surv(time, status == 2) ~ sex, lung, cluster = inst, ties = "breslow", iter = 0)$rscore` and so on.
#[test]
fn the_robust_log_rank_test_is_the_robust_score_test() {
    let lung = Frame::read("lung");
    let lung = lung.keep(&lung.column("inst").iter().map(|x| !x.is_nan()).collect::<Vec<_>>());
    let test = LogRank::test(
        &data(&lung, "time", "status", 2.0).with_clusters(&ids(&lung, "inst")).unwrap(),
        &codes(&lung, "sex"),
    )
    .unwrap();
    assert!(test.is_robust());
    assert_relative_eq!(test.statistic(), 6.830111217039366, max_relative = 1e-9);

    let veteran = Frame::read("veteran");
    let weighted = data(&veteran, "time", "status", 1.0)
        .with_weights(Weights::sampling(veteran.column("w").to_vec()))
        .unwrap();
    let test = LogRank::test(&weighted, &codes(&veteran, "celltype")).unwrap();
    assert_relative_eq!(test.statistic(), 38.19971703723719, max_relative = 1e-9);
    assert_eq!(test.df(), 3);
    let stratified = weighted.with_strata(codes(&veteran, "celltype")).unwrap();
    let test = LogRank::test(&stratified, &codes(&veteran, "trt")).unwrap();
    assert_relative_eq!(test.statistic(), 0.1577589063703204, max_relative = 1e-9);

    let heart = Frame::read("heart");
    let late = data(&heart, "stop", "event", 1.0)
        .with_entry(heart.column("start").to_vec())
        .unwrap()
        .with_clusters(&ids(&heart, "id"))
        .unwrap();
    let test = LogRank::test(&late, &codes(&heart, "transplant")).unwrap();
    assert_relative_eq!(test.statistic(), 0.1726850118668544, max_relative = 1e-9);
}
