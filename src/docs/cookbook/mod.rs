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
//! | page | tasks |
//! |---|---|
//! | [`curves`] | 1. A Kaplan-Meier curve for each group, with intervals<br>2. The interval that R's `survfit` prints by default<br>3. The median with its interval<br>4. The restricted mean and the difference of two<br>5. The median follow-up (reverse Kaplan-Meier)<br>6. The numbers at risk under a figure<br>7. A band around the whole curve |
//! | [`tests_and_contrasts`] | 8. The log-rank test<br>9. A weighted and a stratified log-rank test<br>10. Hazards that are not proportional: the largest of several tests<br>11. A small trial: the exact test and an interval with guaranteed coverage<br>12. The difference of two survival probabilities, and the number needed to treat |
//! | [`regression`] | 13. A Cox model<br>14. Are the hazards proportional?<br>15. The predicted curve of a new patient<br>16. An effect that changes with time<br>17. How well a score predicts: the concordance |
//! | [`other_data`] | 18. Competing risks: cumulative incidence and Gray's test<br>19. Delayed entry and weights<br>20. Batches or sites: risk tables that merge<br>21. Events that recur: the mean number by a time, and a model<br>22. Responders and non-responders, without crediting responders the time until they respond<br>23. Two small proportions, and what so few can tell<br>24. Response by a date, harms, and time to response beside death<br>25. A parametric model: by what factor is time stretched?<br>26. How large must a trial be? |

pub mod curves;
pub mod other_data;
pub mod regression;
pub mod tests_and_contrasts;
