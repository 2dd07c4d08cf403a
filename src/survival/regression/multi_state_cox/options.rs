//! The options of a multi-state Cox model: which covariate acts on which transition.

use crate::error::{Error, Result};
use crate::survival::data::histories::Histories;
use crate::survival::regression::cox::{CoxPh, Ties};
use crate::survival::regression::design::Design;
use crate::survival::regression::multi_state_cox::model::MultiStateCoxModel;
use crate::survival::regression::multi_state_cox::plan::Plan;
use crate::survival::regression::multi_state_cox::stack::{initial, stack};

/// Cox's model of the transition hazards of a multi-state model: `dA_hj(t | x) = dA_b(hj)(t) exp(x'β_hj)`, all fitted at once.
///
/// A row of the histories is at risk of every transition out of the state that it is in; its covariates are those of the row.
/// Without more, every transition has a baseline of its own and no covariate. A later call about a transition and a covariate
/// replaces an earlier one.
///
/// | option | R's `coxph(list(Surv(a, b, state) ~ 1, …), id = id, istate = from)` | meaning |
/// |---|---|---|
/// | [`covariates`](Self::covariates) | `~ age + sex` | on every transition, each with coefficients of its own |
/// | [`on`](Self::on) | `1:2 + 1:3 ~ age` | on these, each with coefficients of its own |
/// | [`common`](Self::common) | `1:3 + 2:3 ~ age / common` | on these, one coefficient for all |
/// | [`shared_baseline`](Self::shared_baseline) | `1:3 + 2:3 ~ 1 / shared` | one baseline; the others are proportional to the first |
/// | [`ties`](Self::ties) | | Efron (default) or Breslow; R takes Breslow's whenever `ties` is named |
///
/// Histories may have gaps, delayed entry, weights (R's case weights are sampling weights) and clusters. The variance is
/// robust: summed over subjects, or over clusters where there are any (Lin & Wei 1989). A replication weight of k is k
/// subjects, apart unless they are in a cluster.
///
/// # Cost
/// One Cox fit: a row for each row of the histories and each transition out of its state, a column for each coefficient.
///
/// # Example
/// ```
/// use greenwood::survival::{Design, Histories};
/// use greenwood::survival::regression::MultiStateCox;
///
/// let data = Histories::among(&["well", "ill", "dead"]).rows(&["a", "a", "b", "c", "c", "d", "e", "e", "f"], &[0., 2., 0., 0., 3., 0., 0., 1., 0.], &[2., 5., 6., 3., 7., 4., 1., 8., 2.], &[Some("ill"), Some("dead"), None, Some("ill"), None, Some("dead"), Some("ill"), Some("dead"), Some("dead")])?;
/// let age = [61., 61., 50., 48., 48., 70., 58., 58., 66.];
/// let design = Design::builder().numeric("age", &age).build()?;
/// let fit = MultiStateCox::new()
///     .on(&[("well", "ill")], &["age"])
///     .common(&[("well", "dead"), ("ill", "dead")], &["age"])
///     .fit(&data, &design)?;
/// assert_eq!(fit.terms()[1].name(), "age (well → dead, ill → dead)");
/// // Where a patient of 60, well at first, will be.
/// let path = fit.predict(&fit.row().numeric("age", 60.0))?;
/// assert!((path.at(4.0)?.iter().sum::<f64>() - 1.0).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based on Counting Processes, VII.2. Putter, Fiocco & Geskus
/// (2007), Stat Med 26:2389. Therneau, Crowson & Atkinson, vignette "compete" of R's survival.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct MultiStateCox {
    pub(super) rules: Vec<Rule>,
    pub(super) shared: Vec<Vec<(String, String)>>,
    ties: Ties,
}

/// Covariates on transitions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    /// None: on all.
    pub on: Option<Vec<(String, String)>>,
    pub covariates: Vec<String>,
    pub common: bool,
}

fn named<S: ToString>(transitions: &[(S, S)]) -> Vec<(String, String)> {
    transitions.iter().map(|(h, j)| (h.to_string(), j.to_string())).collect()
}

impl MultiStateCox {
    /// Every transition with a baseline of its own and without covariates.
    pub fn new() -> Self {
        Self::default()
    }

    fn rule(mut self, on: Option<Vec<(String, String)>>, covariates: &[&str], common: bool) -> Self {
        let covariates = covariates.iter().map(ToString::to_string).collect();
        self.rules.push(Rule { on, covariates, common });
        self
    }

    /// Covariates of the design (or single columns of it, by name) on every transition, each with coefficients of its own.
    pub fn covariates(self, covariates: &[&str]) -> Self {
        self.rule(None, covariates, false)
    }

    /// Covariates on these transitions, each with coefficients of its own.
    pub fn on<S: ToString>(self, transitions: &[(S, S)], covariates: &[&str]) -> Self {
        self.rule(Some(named(transitions)), covariates, false)
    }

    /// Covariates on these transitions, with the same coefficients on all of them.
    pub fn common<S: ToString>(self, transitions: &[(S, S)], covariates: &[&str]) -> Self {
        self.rule(Some(named(transitions)), covariates, true)
    }

    /// One baseline for these transitions: the hazards of all but the first are proportional to that of the first, with a
    /// coefficient for each.
    pub fn shared_baseline<S: ToString>(mut self, transitions: &[(S, S)]) -> Self {
        self.shared.push(named(transitions));
        self
    }

    /// How events at one time share a risk set: Efron or Breslow.
    pub fn ties(self, ties: Ties) -> Self {
        Self { ties, ..self }
    }

    /// Fits the model: one row of the design for each row of the histories.
    ///
    /// # Errors
    /// [`Error::InconsistentHistory`]; [`Error::UnknownState`], [`Error::UnknownTransition`] for one that nobody makes;
    /// [`ModelError::UnknownCovariate`](crate::ModelError::UnknownCovariate); [`Error::DuplicateName`] for a transition with two baselines;
    /// [`Error::LengthMismatch`]; [`Error::Unsupported`] for exact ties;
    /// [`Error::Empty`] without any transition; those of [`CoxPh::fit`].
    pub fn fit(&self, data: &Histories, design: &Design) -> Result<MultiStateCoxModel> {
        self.check(data, design)?;
        let plan = Plan::new(self, data, design)?;
        let stacked = stack(&plan, data, design)?;
        let cox = CoxPh::new().ties(self.ties).robust_by(&stacked.subjects);
        let model = cox.fit(&stacked.data, &stacked.design)?;
        MultiStateCoxModel::new(model, plan, data, &stacked, design.recipe().clone(), initial(data))
    }

    fn check(&self, data: &Histories, design: &Design) -> Result<()> {
        data.check().into_result()?;
        if design.columns() > 0 && design.rows() != data.len() {
            let (len, expected) = (design.rows(), data.len());
            return Err(Error::LengthMismatch {
                argument: "the design",
                len,
                other: "the histories",
                expected,
            });
        }
        if self.ties.of_sets() {
            return Err(Error::Unsupported {
                method: "a multi-state Cox model",
                with: "exact ties",
                why: "its variance is robust, and an exact likelihood has no score of a single row; use Efron's or \
                      Breslow's ties",
            });
        }
        Ok(())
    }
}
