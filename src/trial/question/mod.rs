//! What is asked: which events count, what intercurrent events mean, and of whom.

pub(crate) mod endpoint;
pub(crate) mod estimand;
pub(crate) mod population;
pub(crate) mod run_time;

pub use endpoint::{Ascertainment, Endpoint, Origin, Role};
pub use estimand::{Estimand, Strategy};
pub use population::Population;
pub use run_time::{EndpointDescription, RunTimeEndpoint};
