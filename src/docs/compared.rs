//! Facts about other packages beside this one: what was measured, what was checked, and where the others do more.
//!
//! # Speed
//! Medians in milliseconds for one million unsorted subjects, one thread; each peer in turn with greenwood, two or three rounds, and the
//! range of the ratios within a round. `cargo bench` makes the figures of greenwood; those of the others are from data drawn the same way.
//!
//! | 10⁶ rows | greenwood | R `survival` 3.5 | statsmodels 0.15 | lifelines 0.30 |
//! |---|---|---|---|---|
//! | Kaplan-Meier with variance, continuous times | 48–64 | 2,077–2,299 (42–48 ×) | 102–136 (1.9–2.5 ×) | 1,433–1,444 (23–27 ×) |
//! | Kaplan-Meier with variance, whole days | 2.0–3.3 | 1,151–1,666 (580–830 ×) | 55–66 (17–25 ×) | 122–171 (37–63 ×) |
//! | two-sample log-rank, continuous times | 64–85 | 2,696–2,989 (41–47 ×) | 174–211 (2.3–2.7 ×) | 1,610–1,978 (22–23 ×) |
//! | two-sample log-rank, whole days | 2.3–4.0 | 1,936–2,758 (830–1,190 ×) | 66–84 (17–30 ×) | 210–253 (53–99 ×) |
//!
//! The calls are `survfit`, `survdiff`, `SurvfuncRight`, `KaplanMeierFitter` and their log-rank tests. A Cox fit of 10⁶ rows
//! with five covariates takes 0.18 to 0.19 s here and 3.7 to 3.9 times as long in R's bare `coxph.fit`.
//!
//! The same file as whole processes, from its start to the medians of two arms and the log-rank test (10⁶ rows, whole days; R and lifelines
//! include their own start, 1.4 and 2.0 s; CPU time in turn on a busy machine). All find the medians 1299 and 1039 and the statistic
//! 7314.8808.
//!
//! | | file | CPU time in s | peak of memory in MB |
//! |---|---|---|---|
//! | greenwood, `examples/large_file.rs`, with a second, bare read of the file | Parquet | 0.06 | 17 |
//! | lifelines 0.30.3 with pandas | Parquet | 3.2 | 416 |
//! | lifelines 0.30.3 with pandas | CSV | 2.8 | 395 |
//! | R `survival` with `data.table::fread` | CSV | 8.2 | 429 |
//!
//! With 10⁷ rows in Parquet greenwood takes 0.63 s and 18 MB, lifelines 11 s and 2.0 GB. With 10⁶ continuous times greenwood takes 0.53 s
//! and 94 MB, lifelines (CSV) 6.5 s and 678 MB, R 11.7 s and 671 MB.
//!
//! # Numbers
//! The tests compare with R 4.2.2 (survival 3.5-3, coin 1.4-2, km.ci 0.5-6): curves, variances, intervals, quantiles,
//! restricted means and log-rank tests at a relative tolerance of 1e-9, Cox models at 1e-8 to 1e-7.
//!
//! Of lifelines 0.30.3 these answers were checked and are not the expected ones:
//!
//! | case | lifelines 0.30.3 | expected |
//! |---|---|---|
//! | variance of a restricted mean, one data set | 0.516 | 0.0152 |
//! | Cox baseline hazard under delayed entry, at one time | 0.171 | 0.427 |
//! | Fleming-Harrington (0, 1) test after equal rows became weights | p from 4.0e-6 to 1.0e-9 | p stays 4.0e-6 |
//!
//! # What each has
//! | | greenwood | R `survival` | lifelines | scikit-survival |
//! |---|---|---|---|---|
//! | delayed entry in log-rank tests | yes | no | no | no |
//! | stratified log-rank test | yes | yes | no | no |
//! | competing risks: incidence | yes | yes | yes | yes |
//! | competing risks: Gray's test, Fine and Gray's model | yes | model, with `finegray` (tests and `crr`: `cmprsk`) | no | no |
//! | multi-state: occupation; Cox model of each transition | yes | yes | no | no |
//! | recurrent events: mean function, its test with a terminal event | yes | mean function (test: `mets`) | no | no |
//! | relative survival, cure models | yes | no (`relsurv`, `flexsurvcure`) | cure | no |
//! | the design of a trial, group-sequential | yes | no (`rpact`, `gsDesign`) | no | no |
//! | figures with numbers at risk | yes | no (`ggsurvfit`, `survminer`) | yes | no |
//! | Firth's penalty in a Cox model | yes | no (`coxphf`) | no | no |
//! | exact permutation log-rank test | yes | no (`coin`) | no | no |
//! | risk tables that merge | yes | no | no | no |
//! | parametric models | yes | yes | yes | no |
//! | interval censoring | nonparametric estimate and tests, parametric models | estimate, parametric models (tests: `interval`) | yes | no |
//! | Brier score, time-dependent AUC | yes | Brier | no | yes |
//! | elastic net | no | no (`glmnet`) | yes | yes |
//! | forests and boosting | no | no | no | yes |
//! | frailty models | gamma, Gaussian | yes | no | no |
//!
//! "Not yet" is listed in [`scope`](super::scope).
//!
//! # An invariant that others can be held to
//! A replication weight of 2 is the row twice, in every estimator and every test:
//! ```
//! use greenwood::survival::{Groups, LogRank, RightCensored, Weight, Weights};
//!
//! let (time, event) = ([1.0, 2.0, 3.0, 4.0], [true, true, false, true]);
//! let twice = |x: [f64; 4]| [x, x].concat();
//! let weighted = RightCensored::new(&time, &event)?.with_weights(Weights::replication(&[2.0; 4]))?;
//! let rows = RightCensored::new(twice(time), [event, event].concat())?;
//! let arm = ["new", "old", "new", "old"];
//!
//! let late = LogRank::weighted(Weight::fleming_harrington(0.0, 1.0));
//! let (a, b) = (late.test(&weighted, &Groups::new(&arm))?, late.test(&rows, &Groups::new(&[arm, arm].concat()))?);
//! assert!((a.statistic() - b.statistic()).abs() < 1e-12);
//! # Ok::<(), greenwood::Error>(())
//! ```
