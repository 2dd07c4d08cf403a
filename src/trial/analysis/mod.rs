//! One question asked of every subject, and one arm against another.

#[allow(clippy::module_inception, reason = "the file is named for its type")]
pub(crate) mod analysis;
pub(crate) mod comparisons;
pub(crate) mod contrast;
pub(crate) mod counts;
pub(crate) mod flow;
pub(crate) mod follow_up;
pub(crate) mod incidence;
pub(crate) mod incidence_contrast;
pub(crate) mod interval_censored;
pub(crate) mod record;
pub(crate) mod subgroups;
pub(crate) mod trial;

pub use analysis::Analysis;
pub use comparisons::{Comparison, Comparisons};
pub use contrast::Contrast;
pub use counts::{CensoringReasons, NumbersAtRisk};
pub use flow::Flow;
pub use follow_up::FollowUp;
pub use incidence::Incidence;
pub use incidence_contrast::IncidenceContrast;
pub use record::{Censoring, Decision, Outcome, Record, Window};
pub use subgroups::{Subgroup, SubgroupFactor, Subgroups};
pub use trial::Trial;
