//! Twenty-six tasks of a survival analysis. Each recipe is compiled and run with the tests, and asserts its result.
//!
//! Most recipes use the trial of 6-mercaptopurine in acute leukaemia (Freireich et al. 1963, Blood 21:699; 21 + 21 children,
//! weeks in remission, twelve of the 6-MP arm censored), which comes with the crate:
//! ```
//! let (data, arm) = greenwood::datasets::leukaemia()?;
//! assert_eq!((data.len(), arm.labels()), (42, &["6-MP".to_string(), "placebo".to_string()][..]));
//! # Ok::<(), greenwood::Error>(())
//! ```
//! Numbers marked with R come from R 4.2.2 with survival 3.5-3.
//!
//! # Curves
//!
//! ## 1. A Kaplan-Meier curve for each group, with intervals
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let at_ten = curves[0].at(10.0);
//! assert_eq!(at_ten.to_string(), "75.3% ± 9.6%");
//! assert!((at_ten.std_error()? - 0.096349653).abs() < 1e-8); // R: summary(survfit(...), times = 10)
//! // The default interval is log-log at 95 %.
//! let (lower, upper) = at_ten.interval(0.95)?.bounds().unwrap();
//! assert!((lower - 0.50319951).abs() < 1e-7 && (upper - 0.88936184).abs() < 1e-7); // R: conf.type = "log-log"
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 2. The interval that R's `survfit` prints by default
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{Interval, KaplanMeier};
//!
//! let (data, arm) = leukaemia()?;
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! let (lower, upper) = curve.at(10.0).interval(Interval::log())?.bounds().unwrap();
//! assert!((lower - 0.585918982).abs() < 1e-8 && (upper - 0.967574755).abs() < 1e-8); // R: summary(survfit(...))
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 3. The median with its interval
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! assert_eq!(curves[0].median().to_string(), "23 (95% CI 13 to not reached)"); // R: quantile(survfit(...), 0.5)
//! assert_eq!(curves[1].median().to_string(), "8 (95% CI 4 to 11)");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 4. The restricted mean and the difference of two
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//! use greenwood::survival::contrast::MeanMeasure;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let mean = curves[0].restricted_mean(23.0)?;
//! assert!((mean.value() - 17.90924369748).abs() < 1e-9); // R: summary(survfit(...), rmean = 23)
//! assert!((mean.std_error()? - 1.55318997825).abs() < 1e-9);
//! let gain = curves[0].restricted_mean_contrast(&curves[1], 23.0, MeanMeasure::Difference)?;
//! assert!((gain.value()? - (17.90924369748 - 8.66666666667)).abs() < 1e-9);
//! assert!(gain.p_value().unwrap() < 0.001);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 5. The median follow-up (reverse Kaplan-Meier)
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let follow_up = &KaplanMeier::censoring_by_group(&data, &arm)?[0];
//! assert_eq!(follow_up.median().value()?, 25.0); // R: quantile(survfit(Surv(weeks, 1 - relapse) ~ arm), 0.5)
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 6. The numbers at risk under a figure
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//!
//! let (data, arm) = leukaemia()?;
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! let at_risk: Vec<f64> = [0.0, 10.0, 20.0, 30.0].iter().map(|&t| curve.table().at_risk(t)).collect();
//! assert_eq!(at_risk, [21.0, 15.0, 8.0, 4.0]); // those under observation just before each time
//! # Ok::<(), greenwood::Error>(())
//! ```
//! With the feature `plot`, `KaplanMeierPlot::new(&curves).labels(&["6-MP", "placebo"]).save("curve.svg")?` draws the
//! curves with these numbers under the ticks.
//!
//! ## 7. A band around the whole curve
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{Band, KaplanMeier};
//!
//! let (data, arm) = leukaemia()?;
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! let band = Band::equal_precision().fit(curve)?;
//! // A simultaneous band is wider than the interval at one time.
//! assert!(band.at(10.0).unwrap().lower < curve.at(10.0).interval(0.95)?.lower);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # Tests and contrasts
//!
//! ## 8. The log-rank test
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::LogRank;
//!
//! let (data, arm) = leukaemia()?;
//! let test = LogRank::test(&data, &arm)?;
//! assert!((test.statistic() - 16.7929409892).abs() < 1e-9); // R: survdiff(Surv(weeks, relapse) ~ arm)
//! assert_eq!((test.observed(), test.df()), (&[9.0, 21.0][..], 1));
//! assert!((test.expected()[0] - 19.250501).abs() < 1e-6);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 9. A weighted and a stratified log-rank test
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{Groups, LogRank, Weight};
//!
//! let (data, arm) = leukaemia()?;
//! let early = LogRank::weighted(Weight::fleming_harrington(1.0, 0.0)).test(&data, &arm)?;
//! assert!((early.statistic() - 14.4571508187).abs() < 1e-9); // R: survdiff(..., rho = 1)
//!
//! // Strata belong to the data, so every test and model respects them.
//! let site = Groups::new(&["a", "b", "c"].repeat(14));
//! let stratified = LogRank::test(&data.with_strata(site)?, &arm)?;
//! assert!((stratified.statistic() - 15.1816069949).abs() < 1e-9); // R: survdiff(... ~ arm + strata(site))
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 10. Hazards that are not proportional: the largest of several tests
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::MaxCombo;
//!
//! let (data, arm) = leukaemia()?;
//! let test = MaxCombo::new().test(&data, &arm)?;
//! assert!((test.p_value().unwrap() - 1.0987e-4).abs() < 1e-8); // R: nph, logrank.maxtest
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 11. A small trial: the exact test and an interval with guaranteed coverage
//! ```
//! use greenwood::survival::{ExactLogRank, Groups, KaplanMeier, RightCensored, SmallSample};
//!
//! let months = [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
//! let failed = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1);
//! let arm = Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["new", "old"])?;
//! let data = RightCensored::new(&months, &failed)?;
//!
//! let exact = ExactLogRank::new().test(&data, &arm)?;
//! assert!((exact.p_value() - 7964.0 / 48620.0).abs() < 1e-14); // R: coin, logrank_test(distribution = "exact")
//! let curve = &KaplanMeier::by_group(&data, &arm)?[0];
//! assert_eq!(curve.small_sample_interval(36.0, SmallSample::beta_product())?.to_string(), "0.087 to 0.760");
//! assert!(curve.advice(36.0).is_some()); // few are at risk: the normal approximation is in doubt
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 12. The difference of two survival probabilities, and the number needed to treat
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::KaplanMeier;
//! use greenwood::survival::contrast::NeededValue;
//!
//! let (data, arm) = leukaemia()?;
//! let curves = KaplanMeier::by_group(&data, &arm)?;
//! let difference = curves[0].difference(&curves[1], 10.0);
//! assert!((difference.value()? - (0.752941176471 - 0.380952380952)).abs() < 1e-11); // R: summary(survfit(...), times = 10)
//! let needed = curves[0].number_needed_to_treat(&curves[1], 10.0, 0.95)?;
//! assert!(matches!(needed.value()?, NeededValue::OneFewer(n) if (n - 1.0 / difference.value()?).abs() < 1e-12));
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # Regression
//!
//! ## 13. A Cox model
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = CoxPh::new().fit(&data, &design)?;
//! assert!(fit.stop().is_success());
//! let term = &fit.terms()[0];
//! assert!((term.coefficient() + 1.572125149).abs() < 1e-8); // R: coxph(Surv(weeks, relapse) ~ arm)
//! assert!((term.std_error().unwrap() - 0.412396718).abs() < 1e-8);
//! assert!((term.hazard_ratio() - 0.207603525).abs() < 1e-8);
//! println!("{fit}");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 14. Are the hazards proportional?
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design};
//! use greenwood::survival::regression::TimeScale;
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = CoxPh::new().fit(&data, &design)?;
//! let test = fit.with(&data, &design)?.proportional_hazards(TimeScale::KaplanMeier)?;
//! assert!((test.global().statistic() - 0.022863378).abs() < 1e-7); // R: cox.zph(fit)
//! assert!((test.global().p_value().unwrap() - 0.87981).abs() < 1e-5);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 15. The predicted curve of a new patient
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = CoxPh::new().fit(&data, &design)?;
//! let baseline = fit.with(&data, &design)?.baseline()?;
//! let curve = baseline.curve(&fit.row().level("arm", "6-MP"))?;
//! assert!((curve.value(10.0)? - 0.80261799).abs() < 1e-7); // R: survfit(fit, newdata = ...)
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 16. An effect that changes with time
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::{CoxPh, Design};
//!
//! let (data, _) = leukaemia()?;
//! let treated: Vec<f64> = (0..42).map(|i| if i < 21 { 1.0 } else { 0.0 }).collect();
//! let rows = data.split_at(&[10.0])?;
//! let design = Design::builder().numeric_within("6-MP", &rows.expand(&treated)?, rows.periods()).build()?;
//! let fit = CoxPh::new().fit(rows.data(), &design)?;
//! // R: survSplit(..., cut = 10), then coxph(Surv(tstart, weeks, relapse) ~ treated:strata(episode))
//! assert!((fit.coefficients()[0] + 1.30851004575).abs() < 1e-7);
//! assert!((fit.coefficients()[1] + 1.91079943486).abs() < 1e-7);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 17. How well a score predicts: the concordance
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::Concordance;
//!
//! let (data, arm) = leukaemia()?;
//! let score: Vec<f64> = arm.codes().iter().map(|&code| f64::from(code)).collect(); // placebo: the higher risk
//! let c = Concordance::new().estimate(&data, &score)?;
//! assert!((c.value()? - 0.690042076).abs() < 1e-8); // R: concordance(coxph(...))
//! assert!((c.std_error()? - 0.0411353889).abs() < 1e-9);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # Other data
//!
//! ## 18. Competing risks: cumulative incidence and Gray's test
//! ```
//! use greenwood::survival::{AalenJohansen, CompetingRisks, Gray, Groups};
//!
//! let cause = [1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 2, 1, 0].map(|c| if c == 0 { None } else { Some(c) });
//! let time = [1., 2., 2., 3., 4., 4., 5., 6., 7., 8., 8., 9., 10., 12.];
//! let arm = Groups::new(&[1, 1, 2, 2, 1, 2, 1, 2, 1, 2, 2, 1, 1, 2]);
//! let data = CompetingRisks::new(&time, &cause)?;
//!
//! let incidence = AalenJohansen::new().fit(&data)?;
//! let (one, two) = (incidence.of(&1)?.at(7.0).value()?, incidence.of(&2)?.at(7.0).value()?);
//! assert!((one + two + incidence.event_free(7.0)?.0 - 1.0).abs() < 1e-12); // the probabilities add up
//! let test = Gray::new(&1).test(&data, &arm)?;
//! assert!((test.statistic() - 0.7629625147374788).abs() < 1e-12); // R: cmprsk::cuminc
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 19. Delayed entry and weights
//! ```
//! use greenwood::survival::{KaplanMeier, RightCensored, Weights};
//!
//! let data = RightCensored::new(&[5.0, 8.0, 8.0, 9.0], &[true, false, true, true])?;
//! // The third subject came under observation after time 6: at 5 only three are at risk.
//! let late = data.clone().with_entry(&[0.0, 0.0, 6.0, 0.0])?;
//! assert_eq!(KaplanMeier::fit(&late).at(5.0).value()?, 1.0 - 1.0 / 3.0);
//! // A replication weight of 2 is the row twice.
//! let twice = data.with_weights(Weights::replication(&[2.0, 1.0, 1.0, 1.0]))?;
//! assert!((KaplanMeier::fit(&twice).at(5.0).value()? - 3.0 / 5.0).abs() < 1e-15);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 20. Batches or sites: risk tables that merge
//! ```
//! use greenwood::survival::{KaplanMeier, RightCensored, RiskTable};
//!
//! let first = RightCensored::new(&[5.0, 8.0], &[true, false])?;
//! let second = RightCensored::new(&[6.0, 8.0], &[true, true])?;
//! let whole = RiskTable::merge_all(&[RiskTable::new(&first), RiskTable::new(&second)])?;
//! let together = RightCensored::new(&[5.0, 8.0, 6.0, 8.0], &[true, false, true, true])?;
//! assert_eq!(KaplanMeier::from_table(whole), KaplanMeier::fit(&together));
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 21. Events that recur: the mean number by a time, and a model
//! ```
//! use greenwood::survival::recurrent::{EventModel, MeanCumulative, MeanTest, RecurrentEvents};
//! use greenwood::survival::{Design, Groups};
//!
//! // One row from event to event, and one to the end of observation: infections of six children, days since admission.
//! let child = [1, 1, 1, 2, 2, 3, 4, 4, 5, 6];
//! let from = [0., 2., 4., 0., 3., 0., 0., 5., 0., 0.];
//! let until = [2., 4., 9., 3., 8., 9., 5., 9., 8., 7.];
//! let infection = [true, true, false, true, false, true, true, false, false, false];
//! let arm = Groups::new(&["old", "old", "old", "old", "old", "old", "new", "new", "new", "new"]);
//! let data = RecurrentEvents::new(&child, &from, &until, &infection)?;
//!
//! let means = MeanCumulative::new().by_group(&data, &arm)?;
//! assert_eq!(means[0].at(5.0).to_string(), "1.000 ± 0.471"); // three infections among three children
//! assert_eq!(means[1].at(5.0).to_string(), "0.333 ± 0.272");
//! let test = MeanTest::test(&data, &arm)?;
//! assert!((test.statistic() - 32.0 / 7.0).abs() < 1e-12); // (4/3)² / (7/18): six children, so no more than a hint
//!
//! // Andersen and Gill's model: every infection alike, standard errors by child.
//! let design = Design::builder().factor("arm", &arm, "old").build()?;
//! let fit = EventModel::andersen_gill().fit(&data, &design)?;
//! assert!(fit.terms()[0].hazard_ratio() < 1.0 && fit.terms()[0].robust_std_error().is_some());
//!
//! // Two die: the dead have no further infections.
//! let died = [false, false, false, false, true, false, false, false, true, false];
//! let with_death = MeanCumulative::new().by_group(&data.with_terminal(&died)?, &arm)?;
//! assert!(with_death[0].at(9.0).value()? < means[0].at(9.0).value()?);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 22. Responders and non-responders, without crediting responders the time until they respond
//! ```
//! use greenwood::survival::RightCensored;
//! use greenwood::survival::curve::SimonMakuch;
//! use greenwood::survival::log_rank::MantelByar;
//!
//! // The first ten patients of the Stanford heart transplant programme: days, and the day of the transplant.
//! let days = [50., 6., 16., 39., 18., 3., 675., 40., 85., 58.];
//! let transplant = [None, None, Some(1.), Some(36.), None, None, Some(51.), None, None, Some(12.)];
//! let rows = RightCensored::new(&days, &[true; 10])?.split_at_change(&transplant, "waiting", "transplanted")?;
//! let test = MantelByar::test(&rows)?;
//! assert_eq!(test.observed(), [6.0, 4.0]);
//! let curves = SimonMakuch::new().landmark(14.0).fit(&rows)?; // from a day at which some have a new heart
//! assert_eq!(curves[1].at(20.0).value()?, 0.5);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 23. Two small proportions, and what so few can tell
//! ```
//! use greenwood::proportion::{Assumed, Boschloo, ChanZhang, Fisher, Proportion, ProportionInterval, TwoProportions};
//!
//! let (new, old) = (Proportion::new(7, 34)?, Proportion::new(1, 34)?);
//! assert_eq!(format!("{:.3}", new.interval(ProportionInterval::wilson())?), "0.103 to 0.368");
//! let pair = TwoProportions::new(new, old);
//! let (fisher, boschloo) = (Fisher::new().test(&pair), Boschloo::new().test(&pair)?);
//! assert_eq!(format!("{:.4} {:.4}", fisher.p_value(), boschloo.p_value()), "0.0544 0.0385");
//! assert_eq!(ChanZhang::difference().estimate(&pair)?.to_string(), "0.176 (95% CI 0.019 to 0.358), p = 0.028");
//! // Were these the truth, a trial of this size would find it by Boschloo's test in little more than half of all cases.
//! let power = Boschloo::new().power(Assumed::new(34, new.value())?, Assumed::new(34, old.value())?, 0.05)?;
//! assert_eq!(format!("{power:.2}"), "0.58");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 24. Response by a date, harms, and time to response beside death
//! ```
//! use greenwood::trial::examples::{Arm, Course, HARMS, RESPONSE, TIME_TO_RESPONSE, saa_course};
//! use greenwood::trial::{CountAs, Time};
//!
//! let trial = saa_course();
//! let response = trial.responses(&RESPONSE)?;
//! println!("{}", response.report(Arm::Msc, Arm::Control, 0.95)?);
//! // The same records under another rule for the dead and the missing.
//! let worst = response.counting([CountAs::WorstCase; 2]).contrast(Arm::Msc, Arm::Control)?;
//! assert_eq!(worst.pair().to_string(), "1/9 (11.1%) against 2/9 (22.2%)");
//! println!("{}", trial.adverse_events(&HARMS)?);
//! assert_eq!(trial.adverse_events(&HARMS)?.row(Arm::Msc, Course::Anaphylaxis)?.with_event, 4);
//! let by_90_days = trial.analyse(&TIME_TO_RESPONSE)?.incidence(Arm::Control, Time::days(90.0))?;
//! assert_eq!(by_90_days.to_string(), "22.2% ± 13.9%");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 25. A parametric model: by what factor is time stretched?
//! ```
//! use greenwood::datasets::leukaemia;
//! use greenwood::survival::regression::Family;
//! use greenwood::survival::{Design, Parametric};
//!
//! let (data, arm) = leukaemia()?;
//! let design = Design::builder().factor("arm", &arm, "placebo").build()?;
//! let fit = Parametric::new(Family::Weibull).fit(&data, &design)?;
//! assert!(fit.stop().is_success());
//! let factor = fit.coefficients()[1].exp(); // remissions with 6-MP last 3.6 times as long
//! assert!((factor - 3.55137405098).abs() < 1e-6); // R: exp(coef(survreg(Surv(weeks, relapse) ~ arm)))
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! ## 26. How large must a trial be?
//! ```
//! use greenwood::trial::design::{FixedDesign, Hazard, Target};
//!
//! let plan = FixedDesign::new(0.6).target(Target::Power(0.9)).control(Hazard::median(12.0)?);
//! let plan = plan.accrual(24.0).followup(12.0).fit()?; // months
//! assert_eq!(plan.rounded().events, 162);
//! assert!((plan.subjects().unwrap() - 251.362800927403).abs() < 1e-9); // R: rpact, getSampleSizeSurvival
//! # Ok::<(), greenwood::Error>(())
//! ```
//! Looks at the data on the way, weighted tests, exact single-arm designs and simulated trials: [`trial::design`](crate::trial::design).
//!
//! A Parquet file of any length, a record batch of Arrow, or a table of results for another program: the page
//! `columns` (features `arrow` and `parquet`).
