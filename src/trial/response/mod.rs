//! Who has responded by a date: binary endpoints, from the subject's own record.
//!
//! A [`BinaryEndpoint`] is a date and, as every endpoint, a total function from the user's enum of events: which event
//! is a response, which rules one out. [`Trial::responses`] makes a [`BinaryRecord`] of every subject, and says of
//! each how it is known: responded, did not, died before, or was lost before. What the dead and the missing count as
//! is a rule with a name ([`CountAs`]), part of the endpoint and of everything that is printed; under a worst or best
//! case they count differently in the two arms. The statistics are those of [`proportion`](crate::proportion).
//!
//! Not here: how long until the response, with death as a competing event
//! ([`Endpoint::time_to`](crate::trial::Endpoint::time_to),
//! [`Analysis::incidence`](crate::trial::Analysis::incidence)); how long it lasts
//! ([`Endpoint::from_first`](crate::trial::Endpoint::from_first)).
//!
//! [`Trial::responses`]: crate::trial::Trial::responses

pub(crate) mod binary_analysis;
pub(crate) mod binary_endpoint;
pub(crate) mod binary_report;
pub(crate) mod contrast;

pub use binary_analysis::{BinaryAnalysis, BinaryCounts, BinaryRecord, BinaryStatus};
pub use binary_endpoint::{BinaryEndpoint, BinaryRole, CountAs};
pub use binary_report::BinaryReport;
pub use contrast::BinaryContrast;
