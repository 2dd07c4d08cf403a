//! Other data.
//!
//! # 18. Competing risks: cumulative incidence and Gray's test
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
//! # 19. Delayed entry and weights
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
//! # 20. Batches or sites: risk tables that merge
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
//! # 21. Events that recur: the mean number by a time, and a model
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
//! # 22. Responders and non-responders, without crediting responders the time until they respond
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
//! # 23. Two small proportions, and what so few can tell
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
//! # 24. Response by a date, harms, and time to response beside death
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
//! # 25. A parametric model: by what factor is time stretched?
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
//! # 26. How large must a trial be?
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
