//! The private ground floor: ordering, sums, distributions. Knows no statistics vocabulary beyond "time".

pub(crate) mod beta;
pub(crate) mod cholesky;
pub(crate) mod distribution;
pub(crate) mod few_distinct;
pub(crate) mod multivariate_normal;
pub(crate) mod near_ties;
pub(crate) mod order;
pub(crate) mod quadratic_form;
pub(crate) mod quadrature;
pub(crate) mod random;
pub(crate) mod root;
pub(crate) mod sums;
pub(crate) mod threads;
