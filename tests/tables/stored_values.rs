//! What is read back was checked: every field of every stored type is mutated, and the result is refused or harmless.
//!
//! Harmless means: whatever can be asked of the value answers without a panic, at once, with probabilities in [0, 1] and
//! errors of at least 0. What every fit writes is read back as it was.
#![cfg(feature = "serde")]

use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};

use greenwood::Result;
use greenwood::survival::contrast::{
    AverageHazardRatio, InvertedLogRank, MeanMeasure, Measure, MedianMeasure,
};
use greenwood::survival::curve::{
    Actuarial, Bandwidth, FlemingHarrington, LifeTable, SmoothedHazard, SmoothedHazardCurve,
    TurnbullBootstrap,
};
use greenwood::survival::data::{Landmark, NearTies};
use greenwood::survival::log_rank::{
    Adjustment, IntervalLogRank, MonteCarloIntervalLogRank, OneSampleLogRank, PairwiseLogRank, PepeMori,
    Renyi,
};
use greenwood::survival::multi_state::{Occupation, TransitionProbability};
use greenwood::survival::permutation::MonteCarloLogRank;
use greenwood::survival::regression::{
    AdditiveHazards, AdditiveModel, CauseSpecificRisk, Family, Frailty, IntervalModel, IntervalRegression,
    MeanLink, ParametricModel, QuantileModel, QuantileRegression, RestrictedMeanModel,
    RestrictedMeanRegression,
};
use greenwood::survival::result::{Estimate, HazardRatioMethod, TestSummary};
use greenwood::survival::risk_table::RiskTables;
use greenwood::survival::{
    AalenJohansen, Alternative, Band, CompetingRisks, Concordance, CoxPh, Design, ExactLogRank, FineGray,
    Gray, Groups, Histories, IntervalCensored, KaplanMeier, LogRank, MaxCombo, Parametric, RightCensored,
    RiskTable, SurvivalCurve, Turnbull, Weight, Weights, WinRatio,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// What a value answered: numbers that must be probabilities, and numbers that must be at least 0.
#[derive(Default)]
pub(super) struct Answers {
    probabilities: Vec<f64>,
    sizes: Vec<f64>,
}

impl Answers {
    pub(super) fn p(&mut self, p: impl Into<Option<f64>>) -> &mut Self {
        self.probabilities.extend(p.into());
        self
    }

    pub(super) fn size(&mut self, size: impl Into<Option<f64>>) -> &mut Self {
        self.sizes.extend(size.into());
        self
    }

    fn check(&self) -> std::result::Result<(), String> {
        if let Some(p) = self.probabilities.iter().find(|p| !(-1e-12..=1.0 + 1e-9).contains(*p)) {
            return Err(format!("a probability of {p}"));
        }
        match self.sizes.iter().find(|s| !(**s >= 0.0)) {
            Some(size) => Err(format!("an error or count of {size}")),
            None => Ok(()),
        }
    }
}

/// Every value that stands at one place of a document, replaced.
fn replacements(at: &Value) -> Vec<Value> {
    match at {
        Value::Number(n) => {
            let numbers = [
                json!(-1),
                json!(0),
                json!(1),
                json!(2),
                json!(0.5),
                json!(-1e300),
                json!(1e300),
                json!(1e-300),
                json!(4294967295_u64),
                json!(4294967296_u64),
                json!(u64::MAX),
                Value::Null,
            ];
            let near = n.as_f64().map(|x| json!(x * (1.0 + 1e-6) + 1e-6));
            let next = n.as_u64().map(|x| json!(x.wrapping_add(1)));
            numbers.into_iter().chain(near).chain(next).collect()
        }
        Value::Bool(b) => vec![json!(!b), Value::Null],
        Value::String(_) => vec![json!(""), json!("another"), Value::Null, json!(3)],
        Value::Null => vec![json!(0.5), json!(-1), json!(1e300), json!([]), json!([0.5, 0.25])],
        Value::Array(items) => {
            let mut all = vec![json!([]), Value::Null];
            if let Some(last) = items.last() {
                all.push(Value::Array(items[..items.len() - 1].to_vec()));
                all.push(Value::Array(items.iter().chain([last]).cloned().collect()));
                all.push(Value::Array(items.iter().rev().cloned().collect()));
                all.push(Value::Array(vec![last.clone(); items.len()]));
            }
            all
        }
        Value::Object(fields) => fields
            .keys()
            .map(|key| {
                let mut fewer = fields.clone();
                fewer.remove(key);
                Value::Object(fewer)
            })
            .chain([Value::Null])
            .collect(),
    }
}

/// All documents that differ from this one at one place. Of long arrays the ends and the middle are enough.
fn mutations(value: &Value) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> =
        replacements(value).into_iter().map(|v| (format!(" = {v}"), v)).collect();
    match value {
        Value::Array(items) => {
            let n = items.len();
            for i in (0..n).filter(|&i| i == 0 || i + 1 == n || i == n / 2) {
                for (path, inner) in mutations(&items[i]) {
                    let mut items = items.clone();
                    items[i] = inner;
                    all.push((format!("[{i}]{path}"), Value::Array(items)));
                }
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                for (path, inner) in mutations(field) {
                    let mut fields = fields.clone();
                    fields.insert(key.clone(), inner);
                    all.push((format!(".{key}{path}"), Value::Object(fields)));
                }
            }
        }
        _ => (),
    }
    all
}

/// The harness: one list of complaints over all types.
#[derive(Default)]
pub(super) struct Report {
    complaints: Vec<String>,
    tried: usize,
    accepted: usize,
}

impl Report {
    /// Reads an example back, and everything that differs from it at one place.
    pub(super) fn of<T>(&mut self, name: &str, example: &T, ask: impl Fn(&T, &mut Answers))
    where
        T: Serialize + DeserializeOwned + PartialEq + Debug,
    {
        let text = serde_json::to_string(example).unwrap();
        match serde_json::from_str::<T>(&text) {
            Ok(back) if back == *example => (),
            Ok(back) => self.complaints.push(format!("{name}: read back as another value: {back:?}")),
            Err(e) => self.complaints.push(format!("{name}: its own output is refused: {e}")),
        }
        let mut seen = 0;
        for (path, mutated) in mutations(&serde_json::from_str(&text).unwrap()) {
            self.tried += 1;
            let text = mutated.to_string();
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let Ok(value) = serde_json::from_str::<T>(&text) else { return Ok(false) };
                let mut answers = Answers::default();
                let _ = format!("{value:?}");
                ask(&value, &mut answers);
                answers.check().map(|()| true)
            }));
            let complaint = match outcome {
                Ok(Ok(accepted)) => {
                    self.accepted += usize::from(accepted);
                    None
                }
                Ok(Err(answer)) => Some(answer),
                Err(_) => Some("panics".to_string()),
            };
            if let Some(complaint) = complaint {
                seen += 1;
                if seen <= 6 {
                    self.complaints.push(format!("{name}{path}: {complaint}"));
                }
            }
        }
        if seen > 6 {
            self.complaints.push(format!("{name}: {} more", seen - 6));
        }
    }

    /// A value that prints itself.
    pub(super) fn printed<T>(&mut self, name: &str, example: &T, ask: impl Fn(&T, &mut Answers))
    where
        T: Serialize + DeserializeOwned + PartialEq + Debug + Display,
    {
        self.of(name, example, |value, answers| {
            let _ = (value.to_string(), format!("{value:#}"));
            ask(value, answers);
        });
    }
}

const MONTHS: [f64; 12] = [6.0, 7.0, 10.0, 15.0, 19.0, 25.0, 3.0, 4.0, 8.0, 11.0, 8.0, 8.0 + 1e-9];
const DIED: [bool; 12] = [true, false, true, true, false, false, true, true, true, false, true, true];
const ENTRY: [f64; 12] = [0.0, 2.0, 0.0, 8.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
const WEIGHT: [f64; 12] = [1.0, 0.3, 2.0, 1.0 / 3.0, 1.0, 1.5, 0.7, 0.1, 1.0, 2.0, 0.3, 0.2];

fn plain() -> RightCensored<'static> {
    RightCensored::new(&MONTHS, &DIED).unwrap()
}

/// Plain, entering late, weighted both ways, clustered, stratified.
fn kinds() -> Vec<RightCensored<'static>> {
    let late = plain().with_entry(&ENTRY).unwrap();
    vec![
        plain(),
        late.clone(),
        late.clone().with_weights(Weights::replication(&WEIGHT)).unwrap(),
        plain().with_weights(Weights::sampling(&WEIGHT)).unwrap(),
        late.with_clusters(&[1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]).unwrap(),
        plain()
            .with_strata(Groups::new(&["x", "y", "x", "y", "x", "y", "x", "y", "x", "y", "x", "y"]))
            .unwrap(),
        plain().with_ids(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]).unwrap(),
    ]
}

fn arms() -> Groups {
    Groups::new(&["new", "new", "new", "new", "new", "new", "old", "old", "old", "old", "old", "new"])
}

fn ask_curve(c: &SurvivalCurve, a: &mut Answers) {
    for t in [0.0, 5.0, 8.0, 15.0, 100.0] {
        let at = c.at(t);
        a.p(at.value().ok()).size(at.std_error().ok()).size(at.at_risk());
        if let Some((low, high)) = at.interval(0.95).ok().and_then(|i| i.bounds()) {
            a.p(low).p(high);
        }
    }
    a.size(c.median().value().ok()).size(c.restricted_mean(10.0).ok().map(|m| m.value()));
    let _ = (c.steps().count(), c.given_survival_to(5.0).map(|c| c.to_string()), Band::hall_wellner().fit(c));
    ask_table(c.table(), a);
}

fn ask_table(t: &RiskTable, a: &mut Answers) {
    for row in t.rows() {
        a.size(row.at_risk).size(row.events).size(row.censored).size(row.entered);
    }
    let _ = (t.merge(t).map(|t| t.to_string()), t.merge_near_ties().to_string());
}

fn ask_data(d: &RightCensored, a: &mut Answers) {
    ask_table(&RiskTable::new(d), a);
    let _ = (d.gaps(), d.restrict(5.0), KaplanMeier::fit(d).to_string());
}

fn ask_estimate(e: &Estimate, a: &mut Answers) {
    a.p(e.p_value()).size(e.std_error().ok());
    let _ = (e.interval(0.9), e.negated().to_string());
}

#[test]
fn data_and_tables() -> Result<()> {
    let mut report = Report::default();
    report.of("Groups", &arms(), |g, _| drop(g.clone().sorted()));
    report.of("NearTies", &NearTies::Merge, |_, _| ());
    for data in kinds() {
        report.of("RightCensored", &data, ask_data);
        report.printed("RiskTable", &RiskTable::new(&data), ask_table);
        report.printed("RiskTables", &RiskTables::new(&data, &arms())?, |t, a| {
            t.tables().iter().flatten().for_each(|t| ask_table(t, a));
            let _ = (t.merge(t), t.table("new").map(RiskTable::len));
        });
    }
    report.of("Episodes", &plain().split_at(&[5.0, 10.0])?, |e, a| {
        ask_data(e.data(), a);
        let _ = e.expand(&MONTHS);
    });
    report.printed(
        "LandmarkCohort",
        &Landmark::at(5.0).with_groups(&plain(), &arms(), &[0.0; 12])?,
        |c, a| {
            ask_data(c.data(), a);
            let _ = LogRank::test(c.data(), c.groups());
        },
    );
    finish(report);
    Ok(())
}

#[test]
fn curves() -> Result<()> {
    let mut report = Report::default();
    let kinds = kinds();
    for data in [&kinds[2], &kinds[3], &kinds[4]] {
        let curve = KaplanMeier::fit(data);
        report.printed("SurvivalCurve", &curve, ask_curve);
    }
    for data in [&kinds[1], &kinds[4]] {
        let curve = KaplanMeier::fit(data);
        report.printed("SurvivalCurve (censoring)", &KaplanMeier::censoring(data), ask_curve);
        report.printed("SurvivalCurve (conditional)", &curve.given_survival_to(5.0)?, ask_curve);
        report.printed("CumulativeHazard", &FlemingHarrington::fit(data), |h, a| {
            for t in [0.0, 8.0, 15.0] {
                a.size(h.at(t).value().ok()).size(h.at(t).std_error().ok());
            }
            ask_curve(&h.survival(), a);
        });
    }
    let curve = KaplanMeier::fit(&plain());
    report.printed("SurvivalEstimate", &curve.at(8.0), |e, a| {
        a.p(e.value().ok()).size(e.std_error().ok());
        let _ = e.interval(0.9);
    });
    report.of("Step", &curve.steps().next().unwrap(), |_, _| ());
    report.printed("Quantile", &curve.median(), |q, a| {
        a.size(q.value().ok()).p(q.p());
    });
    report.printed("RestrictedMean", &curve.restricted_mean(10.0)?, |m, a| {
        a.size(m.value()).size(m.std_error().ok()).size(m.time_lost());
        let _ = m.interval(0.9);
    });
    report.printed("ConfidenceInterval", &curve.at(8.0).interval(0.9)?, |i, a| {
        if let Some((low, high)) = i.bounds() {
            a.size(high - low);
        }
    });
    for band in [Band::hall_wellner(), Band::equal_precision()] {
        report.printed("SurvivalBand", &band.fit(&curve)?, |b, a| {
            a.size(b.critical_value());
            for t in [0.0, 4.0, 8.0, 15.0, 50.0] {
                if let Some((low, high)) = b.at(t).and_then(|i| i.bounds()) {
                    a.p(low).p(high);
                }
            }
        });
    }
    finish(report);
    Ok(())
}

#[test]
fn tests_of_groups() -> Result<()> {
    let mut report = Report::default();
    let sides = [Alternative::FirstLower, Alternative::FirstHigher];
    for (kind, data) in kinds().into_iter().enumerate() {
        report.printed("LogRankTest", &LogRank::test(&data, &arms())?, |t, a| {
            a.p(t.p_value()).size(t.statistic());
            for side in sides {
                a.p(t.one_sided_p_value(side));
            }
            let _ = (t.z(), t.covariance(1, 1), t.variance(), t.advice(), t.trend(&[1.0, 2.0]));
            let _ = t.hazard_ratio("new", "old", HazardRatioMethod::Peto);
        });
        // An integral in three dimensions for each changed number: once. The others are in one.
        let mut max_combo = MaxCombo::new();
        if kind > 0 {
            let late = Weight::fleming_harrington(0.0, 1.0);
            max_combo = max_combo.weights([Weight::fleming_harrington(0.0, 0.0), late]);
        }
        report.printed("MaxComboTest", &max_combo.test(&data, &arms())?, |t, a| {
            a.p(t.p_value()).size(t.p_value_error());
            for side in sides {
                a.p(t.one_sided_p_value(side));
            }
            let _ = (t.z(), t.covariance(1, 2), t.largest(), t.correlation(0, 3));
        });
    }
    report.printed("RenyiTest", &Renyi::new().test(&plain(), &arms())?, |t, a| {
        a.p(t.p_value()).size(t.variance()).size(t.largest());
        for side in sides {
            a.p(t.one_sided_p_value(side));
        }
    });
    let three = Groups::new(&["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"]);
    report.printed("PairwiseTest", &PairwiseLogRank::new().test(&plain(), &three)?, |t, a| {
        for c in t.comparisons() {
            a.p(c.p_value()).p(c.adjusted_p_value());
            let _ = (c.group(), c.reference(), c.test().to_string());
        }
    });
    report.printed("TrendTest", &LogRank::test(&plain(), &three)?.trend(&[0.0, 1.0, 2.0])?, |t, a| {
        a.p(t.p_value()).size(t.statistic());
        for side in sides {
            a.p(t.one_sided_p_value(side));
        }
    });
    let hazard: Vec<f64> = MONTHS.iter().map(|t| t / 20.0).collect();
    report.printed(
        "OneSampleTest",
        &OneSampleLogRank::new().test_with_expected(&plain(), &hazard)?,
        |t, a| {
            a.p(t.p_value()).size(t.variance()).size(t.expected());
            for side in sides {
                a.p(t.one_sided_p_value(side));
            }
        },
    );
    report.printed("ExactTest", &ExactLogRank::new().test(&plain(), &arms())?, |t, a| {
        a.p(t.p_value()).p(t.mid_p_value()).p(t.asymptotic_p_value()).size(t.variance()).size(t.error());
        for side in sides {
            a.p(t.one_sided_p_value(side)).p(t.one_sided_mid_p_value(side));
        }
        a.size(t.allocations());
    });
    let monte_carlo = MonteCarloLogRank::new().replicates(99).test(&plain(), &arms())?;
    report.printed("MonteCarloTest", &monte_carlo, |t, a| {
        a.p(t.p_value());
        for side in sides {
            a.p(t.one_sided_p_value(side));
        }
        let _ = (t.interval(0.95), t.replicates());
    });
    finish(report);
    Ok(())
}

#[test]
fn contrasts() -> Result<()> {
    let mut report = Report::default();
    let curves = KaplanMeier::by_group(&plain(), &arms())?;
    let (a, b) = (&curves[0], &curves[1]);
    for measure in [Measure::Difference, Measure::Ratio, Measure::OddsRatio] {
        report.printed("SurvivalContrast", &a.contrast(b, 8.0, measure), |c, a| {
            a.p(c.p_value()).size(c.std_error().ok());
            let _ = (c.interval(0.9), c.p_value_above(0.1));
        });
    }
    report.printed("Estimate", &a.restricted_mean_contrast(b, 8.0, MeanMeasure::Difference)?, ask_estimate);
    report.printed("MedianContrast", &a.median_contrast(b, MedianMeasure::Difference, 0.9)?, |c, a| {
        if let Some((low, high)) = c.interval().bounds() {
            a.size(high - low);
        }
    });
    report.printed("InvertedLogRank", &InvertedLogRank::fit(&plain(), &arms(), "new", "old")?, |r, a| {
        a.size(r.value().ok()).p(r.p_value(1.0).ok().flatten());
        if let Some((low, high)) = r.interval(0.9).ok().and_then(|i| i.bounds()) {
            a.size(low).size(high - low);
        }
    });
    let margin = InvertedLogRank::fit(&plain(), &arms(), "new", "old")?.test(1.3)?;
    report.printed("RatioTest", &margin, |t, a| {
        a.p(t.p_value()).p(t.one_sided_p_value(Alternative::FirstLower));
        let _ = (t.sentence(Alternative::FirstHigher), TestSummary::from(t).to_string());
    });
    for how in [AverageHazardRatio::new(), AverageHazardRatio::new().until(10.0)] {
        report.printed("AverageRatio", &how.estimate(&plain(), &arms(), "new", "old")?, |r, a| {
            a.p(r.p_value()).p(r.concordance().ok()).size(r.value().ok()).size(r.std_error().ok());
            let _ = (r.concordance_interval(0.9), r.sentence());
        });
    }
    let data = plain();
    let wins = WinRatio::new().endpoint("death", &data).estimate(&arms(), "new", "old")?;
    let adjusted =
        WinRatio::new().endpoint("death", &data).horizon(8.0).estimate_adjusted(&arms(), "new", "old")?;
    report.printed("AdjustedWinStatistics", &adjusted, |w, a| {
        for e in [w.win_ratio(), w.win_odds(), w.net_benefit()] {
            ask_estimate(&e, a);
        }
        a.size(w.wins()).size(w.losses());
    });
    report.printed("WinStatistics", &wins, |w, a| {
        for e in [w.win_ratio(), w.win_odds(), w.net_benefit()] {
            ask_estimate(&e, a);
        }
        a.p(w.finkelstein_schoenfeld().p_value()).size(w.ties() as f64).size(w.pairs() as f64);
        a.size(w.finkelstein_schoenfeld().variance());
    });
    let ratio = LogRank::test(&plain(), &arms())?.hazard_ratio("new", "old", HazardRatioMethod::Peto);
    report.printed("HazardRatio", &ratio?.unwrap(), |r, a| {
        a.p(r.p_value()).size(r.value().ok()).size(r.std_error().ok());
        let _ = (r.interval(0.9), r.inverse().to_string(), r.sentence());
    });
    let score: Vec<f64> = MONTHS.iter().map(|t| (t * 7.0) % 5.0).collect();
    report.printed("ConcordanceEstimate", &Concordance::new().estimate(&plain(), &score)?, |c, a| {
        a.p(c.value().ok()).size(c.std_error().ok()).size(c.concordant()).size(c.tied());
        let _ = c.interval(0.9);
    });

    finish(report);
    Ok(())
}

#[test]
fn parametric_models() -> Result<()> {
    let mut report = Report::default();
    let design = Design::builder().numeric("x", &WEIGHT).build()?;
    for name in ["weibull", "gompertz", "spline-odds", "cure-mixture-log-normal", "generalized-gamma"] {
        let strata = Groups::new(&["x", "y", "x", "y", "x", "y", "x", "y", "x", "y", "x", "y"]);
        let data = if name == "weibull" { plain().with_strata(strata)? } else { plain() };
        let fit = Parametric::new(name.parse::<Family>()?).fit(&data, &design)?;
        report.printed(name, &fit, |model: &ParametricModel, a| {
            for index in 0..model.coefficients().len() {
                a.size(model.coefficient(index).and_then(|c| c.std_error().ok()));
                let _ = (model.interval(index, 0.9), model.natural(index, 0.9));
            }
            let _ = (model.names().len(), model.diagnosis(), model.aicc(), model.bic());
            let Ok(subject) = model.predict(&model.row().numeric("x", 0.4)) else { return };
            for t in [1e-3, 5.0, 100.0] {
                let survival = subject.survival(t).ok();
                a.p(survival.map(|s| s.value())).size(survival.and_then(|s| s.std_error()));
                if let Some((low, high)) = survival.and_then(|s| s.bounds()) {
                    a.p(low).p(high);
                }
                a.size(subject.hazard(t).ok().map(|h| h.value()));
                a.size(subject.cumulative_hazard(t).ok().map(|h| h.value()));
            }
            a.size(subject.quantile(0.5).ok().map(|q| q.value()));
            let _ = subject.simulate(3, 1);
        });
    }
    finish(report);
    Ok(())
}

/// Competing risks and their models.
#[test]
fn competing_risks() -> Result<()> {
    let mut report = Report::default();
    let outcome: Vec<Option<u8>> = (0..12).map(|i| [Some(1), Some(2), None, Some(1)][i % 4]).collect();
    let data = CompetingRisks::with_causes(&MONTHS, &outcome, &[1, 2])?;
    report.printed("GrayTest", &Gray::new(&1).test(&data, &arms())?, |t, a| {
        a.p(t.p_value()).size(t.statistic());
        let _ = TestSummary::from(t);
    });
    let three = Groups::new(&["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"]);
    report.printed("GrayTest", &Gray::new(&1).test(&data, &three)?, |t, a| {
        a.p(t.p_value()).size(t.statistic());
    });
    report.printed("PairwiseGrayTest", &Gray::new(&1).pairwise(&data, &three, Adjustment::Holm)?, |t, a| {
        t.adjusted_p_values().iter().for_each(|&p| {
            a.p(p);
        });
        t.tests().iter().for_each(|t| {
            a.p(t.p_value());
        });
    });
    report.printed("PepeMoriTest", &PepeMori::new(&1).test(&data, &arms())?, |t, a| {
        a.p(t.p_value());
        let _ = (t.statistic(), t.area(), TestSummary::from(t));
    });
    let fit = AalenJohansen::new().fit(&data)?;
    let one = fit.of(&1)?;
    report.printed("CumulativeIncidence", &fit, |c, a| {
        for curve in c.curves() {
            for t in [0.0, 8.0, 100.0] {
                a.p(curve.at(t).value().ok()).size(curve.at(t).std_error().ok());
            }
            let _ = (curve.quantiles(&[0.1], 0.9), curve.time_lost(10.0));
        }
        let _ = c.rows().count();
    });
    report.printed("IncidenceEstimate", &one.at(8.0), |e, a| {
        a.p(e.value().ok()).size(e.std_error().ok()).size(e.at_risk());
        let _ = (e.interval(0.9), e.interval_of_complement(0.9), e.difference(e).p_value(), e.ratio(e));
    });
    report.printed("IncidenceEstimate", &one.at(f64::NAN), |e, a| {
        a.p(e.value().ok());
    });
    report.printed("IncidenceEstimate", &one.at(100.0), |e, a| {
        a.p(e.value().ok());
    });
    report.of("IncidenceQuantile", &one.quantiles(&[0.2], 0.9)?[0], |q, a| {
        a.p(q.p()).size(q.value());
    });
    report.printed("TimeLost", &one.time_lost(10.0)?, |l, a| {
        a.size(l.value()).size(l.std_error().ok());
        let _ = (l.interval(0.9), l.difference(l));
    });
    report.of("IncidenceRow", &fit.rows().next().unwrap(), |r, a| {
        a.p(r.event_free());
        let _ = r.events().iter().zip(r.incidence()).count();
    });
    let design = Design::builder().numeric("x", &WEIGHT).build()?;
    let gray = FineGray::new(&1).fit(&data, &design)?;
    report.of("SubdistributionBaseline", &gray.baseline()[0], |b, a| {
        a.size(b.at(8.0).ok());
    });
    report.printed("FineGrayModel", &gray, |m, a| {
        for term in m.terms() {
            a.p(term.p_value()).size(term.std_error());
        }
        a.p(m.wald_test().p_value())
            .p(m.score_test().p_value())
            .p(m.incidence(&m.row().numeric("x", 0.4), &[8.0]).ok().map(|f| f[0]));
        let _ = m
            .with(&data, &design)
            .map(|m| (m.residuals(), m.incidence(&gray.row().numeric("x", 0.4), &[8.0])));
    });
    let residuals = gray.with(&data, &design)?.residuals();
    report.of("SubdistributionResiduals", &residuals, |r, _| {
        let _ =
            (r.martingale(), r.score(), r.dfbeta(), r.schoenfeld(), r.scaled_schoenfeld(), r.event_times());
    });
    report.of("SubdistributionRows", &FineGray::new(&1).expand(&data)?, |r, a| {
        for ((_, w), _) in r.row().iter().zip(r.weight()).zip(r.stop()) {
            a.size(*w);
        }
    });
    finish(report);
    Ok(())
}

/// Absolute risks, tests of visits, and states.
#[test]
fn risks_visits_and_states() -> Result<()> {
    let mut report = Report::default();
    let outcome: Vec<Option<u8>> = (0..12).map(|i| [Some(1), Some(2), None, Some(1)][i % 4]).collect();
    let data = CompetingRisks::with_causes(&MONTHS, &outcome, &[1, 2])?;
    let three = Groups::new(&["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"]);
    let design = Design::builder().numeric("x", &WEIGHT).build()?;
    let rows = [1, 2].map(|k| data.cause_specific(&k).unwrap());
    let fits = rows.each_ref().map(|r| CoxPh::new().fit(r, &design).unwrap());
    let beside = [0, 1].map(|k| fits[k].with(&rows[k], &design).unwrap());
    let new = fits[0].row().numeric("x", 1.0);
    let risk = CauseSpecificRisk::new(&[(1, &beside[0], &new), (2, &beside[1], &new)])?.of(&1, 8.0)?;
    report.printed("RiskEstimate", &risk, |r, a| {
        a.p(r.value()).size(r.std_error().ok()).size(r.time());
        if let Some((low, high)) = r.interval(0.9).ok().and_then(|i| i.bounds()) {
            a.p(low).p(high);
        }
    });
    let died: Vec<bool> = DIED.to_vec();
    let clustered =
        RightCensored::new(MONTHS.to_vec(), died)?.with_clusters(&[1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])?;
    let frailty = Frailty::gamma().fit(&clustered, &design)?;
    report.printed("FrailtyModel", &frailty, |m, a| {
        a.size(m.theta());
        for test in
            [Some(m.frailty_test()), m.variance_test(), Some(m.likelihood_ratio_test())].into_iter().flatten()
        {
            a.p(test.p_value());
        }
        let _ = (m.variance(), m.sampling_variance(), m.coefficients());
    });
    report.printed("FrailtyTest", &frailty.likelihood_ratio_test(), |t, a| {
        a.p(t.p_value());
    });
    let upper: Vec<f64> =
        MONTHS.iter().zip(DIED).map(|(t, d)| if d { t + 2.0 } else { f64::INFINITY }).collect();
    let visits = IntervalCensored::new(&MONTHS, &upper)?;
    for groups in [arms(), three] {
        report.printed("IntervalLogRankTest", &IntervalLogRank::default().test(&visits, &groups)?, |t, a| {
            a.p(t.p_value()).size(t.statistic());
            let _ = (t.z(), TestSummary::from(t));
        });
    }
    let histories = Histories::among(&["well", "ill", "dead"]).rows(
        &["a", "a", "b", "b", "c", "d"],
        &[0., 1., 0., 2., 0., 0.],
        &[1., 9., 2., 8., 4., 5.],
        &[Some("ill"), Some("dead"), Some("ill"), None, Some("dead"), None],
    )?;
    let occupation = Occupation::new();
    report.of("OccupationEstimate", &occupation.fit(&histories)?.at(3.0)[0], |e, a| {
        a.p(e.value().unwrap_or(0.5)).size(e.std_error().unwrap_or(0.0));
        let _ = e.interval(0.9);
    });
    let moves = TransitionProbability::new(0.0).estimate(&histories, &[3.0, 20.0])?;
    report.printed("TransitionMatrix", &moves[0], |m, a| {
        for (from, to) in [(0, 1), (1, 2), (2, 2)] {
            let p = m.probability(from, to).unwrap_or(0.0);
            let se = m.std_error(from, to).unwrap_or(0.0);
            a.p((!p.is_nan()).then_some(p)).size((!se.is_nan()).then_some(se));
        }
        let _ = (m.is_known(0), m.covariance((0, 1), (0, 2)), m.times());
    });
    report.of("TimeInState", &occupation.time_in_state(&histories, 5.0)?[0], |t, a| {
        a.size(t.value()).size(t.std_error().ok());
        let _ = t.estimate().interval(0.9);
    });
    finish(report);
    Ok(())
}

/// Life tables, smoothed hazards, additive models and what is drawn again of visits.
#[test]
fn tables_hazards_and_samples() -> Result<()> {
    let mut report = Report::default();
    report.printed("LifeTable", &Actuarial::fit(&plain(), &[0.0, 6.0, 12.0])?, |t: &LifeTable, a| {
        // A table of nobody has no rows, and no survival.
        a.p(t.survival_after()).size(t.median());
        for row in t.rows() {
            a.p(row.conditional).p(row.survival).size(row.survival_std_error).size(row.hazard);
            let _ = row.survival_interval(0.9);
        }
    });
    let smoothed = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(3.0)).points(5).fit(&plain())?;
    report.printed("SmoothedHazardCurve", &smoothed, |c: &SmoothedHazardCurve, a| {
        a.size(c.cumulative()).size(c.bandwidth());
        for point in c.points() {
            a.size(point.hazard).size(point.std_error.unwrap_or(0.0));
            let _ = point.interval(0.9);
        }
    });
    let upper: Vec<f64> =
        MONTHS.iter().zip(DIED).map(|(t, d)| if d { t + 2.0 } else { f64::INFINITY }).collect();
    let visits = IntervalCensored::new(&MONTHS, &upper)?;
    let x = Design::builder().numeric("x", &[0., 1., 0., 1., 1., 0., 0., 1., 0., 1., 1., 0.]).build()?;
    let fit = IntervalRegression::proportional_odds().fit(&visits, &x)?;
    report.printed("IntervalModel", &fit, |model: &IntervalModel, a| {
        a.size(model.gap()).size(model.subjects()).p(model.likelihood_ratio_test().p_value());
        if let Ok(curve) = model.curve(&model.row().numeric("x", 0.5)) {
            for mass in curve.intersections() {
                a.p(mass.survival_after);
            }
        }
    });
    let samples = Turnbull::bootstrap(&visits, &[5.0, 9.0], 20, 1)?;
    report.printed("TurnbullBootstrap", &samples, |b: &TurnbullBootstrap, a| {
        for &t in b.times() {
            a.size(b.std_error(t).ok()).p(b.estimate(t).ok().map(|r| r.lower));
            if let Some((low, high)) = b.interval(t, 0.9).ok().and_then(|i| i.bounds()) {
                a.p(low).p(high);
            }
        }
        a.size(b.samples() as f64).size(b.not_converged() as f64);
    });
    let test = MonteCarloIntervalLogRank::default().replicates(200).test(&visits, &arms())?;
    report.printed("MonteCarloIntervalTest", &test, |t, a| {
        a.p(t.p_value()).p(t.one_sided_p_value(Alternative::FirstLower)).p(t.asymptotic().p_value());
        let _ = (t.interval(0.9), TestSummary::from(t));
    });
    let design = Design::builder().numeric("x", &WEIGHT).build()?;
    let strata = Groups::new(&["x", "y", "x", "y", "x", "y", "x", "y", "x", "y", "x", "y"]);
    for data in [plain(), plain().with_strata(strata)?] {
        let model = AdditiveHazards::new().fit(&data, &design)?;
        report.printed("AdditiveModel", &model, |m: &AdditiveModel, a| {
            for t in [0.0, 5.0, 100.0] {
                for estimate in m.at(t).into_iter().flatten() {
                    a.size(estimate.std_error().ok());
                }
                let row = m.row().numeric("x", 0.4);
                let _ = (m.cumulative_hazard(&row, t), m.survival(&row, t));
                let _ = m.stratum("y").and_then(|m| m.cumulative_hazard(&row, t));
            }
            a.p(m.test().p_value());
            let _ = (m.path().count(), m.weighted_sums(), m.weighted_covariance());
        });
        let effects = AdditiveHazards::new().effects(&data, &design, 20, 1)?;
        report.printed("EffectTest", &effects[0], |e, a| {
            a.p(e.supremum_p_value()).p(e.departure_p_value()).size(e.supremum()).size(e.departure());
        });
    }
    for link in [MeanLink::Identity, MeanLink::Log, MeanLink::LogTimeLost, MeanLink::Logit] {
        let model = RestrictedMeanRegression::new(8.0).link(link).fit(&plain(), &design)?;
        report.printed("RestrictedMeanModel", &model, |m: &RestrictedMeanModel, a| {
            for estimate in m.coefficients() {
                a.size(estimate.std_error().ok());
                let _ = estimate.interval(0.9);
            }
            let row = m.row().numeric("x", 0.4);
            a.size(m.tau()).size(m.restricted_mean(&row).ok().and_then(|e| e.std_error().ok()));
            let _ = (m.is_success(), m.covariance(), m.link(), m.method());
        });
    }
    for samples in [0, 4] {
        let fit = QuantileRegression::new().grid(&[0.1, 0.3, 0.5, 0.95]).bootstrap(samples, 1);
        report.printed("QuantileModel", &fit.fit(&plain(), &design)?, |m: &QuantileModel, a| {
            let row = m.row().numeric("x", 0.4);
            for &tau in m.grid() {
                for estimate in m.coefficients(tau).into_iter().flatten().chain(m.quantile(&row, tau)) {
                    a.size(estimate.std_error().ok());
                    let _ = estimate.interval(0.9);
                }
            }
            let _ = (m.path().count(), m.end(), m.samples());
        });
    }
    finish(report);
    Ok(())
}

pub(super) fn finish(report: Report) {
    let Report { complaints, tried, accepted } = report;
    assert!(
        complaints.is_empty(),
        "{} complaints ({tried} tried, {accepted} accepted):\n{}",
        complaints.len(),
        complaints.join("\n")
    );
    assert!(tried > 100);
}

/// The trial wing and the proportions.
#[test]
fn what_a_trial_reports() {
    use greenwood::proportion::{Fisher, Proportion, TwoProportions};
    use greenwood::trial::examples::{Arm, FFS, RESPONSE, TIME_TO_RESPONSE, saa, saa_course};
    use greenwood::trial::{Comparisons, Population, Time};

    let mut report = Report::default();
    let trial = saa();
    let analysis = trial.analyse(&FFS).unwrap();
    let contrast = analysis.contrast(Arm::Msc, Arm::Control).unwrap();
    let everybody = Population::new("everybody", |_| true);
    let flow = trial.flow(&[everybody]).screened(21, &[("no consent", 3)]).unwrap();
    report.printed("Flow", &flow, |flow, a| {
        for i in 0..flow.arms().len() {
            a.size(flow.lost()[i] as f64)
                .size(flow.still_followed()[i] as f64)
                .size(flow.randomised()[i] as f64);
        }
        #[cfg(feature = "plot")]
        let _ = (flow.figure().to_svg(), flow.figure().data().to_csv());
    });
    report.printed("FollowUp", &analysis.follow_up().unwrap(), |f, a| {
        a.size(f.completeness());
        let _ = (f.median(), f.limits(), f.observed(), f.potential());
    });
    let mut comparisons = Comparisons::at(Time::years(2.0));
    comparisons.push("all", &analysis, Arm::Msc, Arm::Control).unwrap();
    report.printed("Comparisons", &comparisons, |_, _| ());
    report.of("Fragility", &contrast.fragility(0.05).unwrap(), |_, _| ());
    let course = saa_course();
    let responses = course.responses(&RESPONSE).unwrap();
    report.printed("BinaryContrast", &responses.contrast(Arm::Msc, Arm::Control).unwrap(), |c, a| {
        a.p(c.fisher().p_value()).p(c.difference().p_value());
        let _ = (c.ratio().interval(0.95), c.exact_odds_ratio().interval(0.95), c.boschloo());
    });
    let incidence = course.analyse(&TIME_TO_RESPONSE).unwrap();
    report.printed("Incidence", &incidence.incidence(Arm::Msc, Time::days(60.0)).unwrap(), |i, a| {
        a.p(i.value().ok()).size(i.std_error().ok());
        let _ = i.interval(0.95);
    });
    let table = analysis.report().contrast(Arm::Msc, Arm::Control).build().unwrap().tables().remove(0);
    report.printed("Table", &table, |t, _| {
        let _ = (t.to_markdown(), t.to_latex(), t.to_csv(), t.to_html());
    });
    let pair = TwoProportions::new(Proportion::new(7, 34).unwrap(), Proportion::new(1, 34).unwrap());
    report.printed("ProportionTest", &Fisher::new().test(&pair), |t, a| {
        a.p(t.p_value());
    });
    finish(report);
}
