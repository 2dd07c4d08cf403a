//! The private ground floor: knows no statistics vocabulary beyond "time". Each file says its idea, its error and its
//! source.
//!
//! * order and sums: `order` (sort keys), `radix` (keys with their rows), `near_ties` (times that differ by rounding), `sums` (compensated), `threads`, `numbers` (memory of large pages)
//! * distributions: `distribution` (normal, chi-square, Student's t), `beta`, `multivariate_normal` (the largest of several)
//! * the largest value of a polynomial: `bernstein` · probabilities moved by rates: `generator`
//! * solving: `root` (one equation), `cholesky`, `envelope` and `conjugate_gradient` (sparse systems), `quadratic_form` (uᵀ V⁻ u), `symmetric_eigen`,
//!   `hinges` (the linear programme of quantiles)
//! * many exponentials at once: `exp` · sums of a smooth function over many equally spaced points: `equal_steps`
//! * integers as few bytes, checksum: `bytes` · integrals: `quadrature`, `panels` (running) · random numbers that a seed decides: `random`

pub(crate) mod bernstein;
pub(crate) mod beta;
pub(crate) mod bytes;
pub(crate) mod cholesky;
pub(crate) mod conjugate_gradient;
pub(crate) mod distribution;
pub(crate) mod envelope;
pub(crate) mod equal_steps;
pub(crate) mod exp;
pub(crate) mod few_distinct;
pub(crate) mod generator;
pub(crate) mod hinges;
pub(crate) mod multivariate_normal;
pub(crate) mod near_ties;
pub(crate) mod numbers;
pub(crate) mod order;
pub(crate) mod panels;
pub(crate) mod quadratic_form;
pub(crate) mod quadrature;
pub(crate) mod radix;
pub(crate) mod random;
pub(crate) mod root;
pub(crate) mod sums;
pub(crate) mod symmetric_eigen;
pub(crate) mod threads;
