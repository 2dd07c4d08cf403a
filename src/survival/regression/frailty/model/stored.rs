//! A model with frailties, read back: checked as it is read.

use crate::error::{Error, Result, check_len};
use crate::survival::regression::cox::{Stop, Ties};
use crate::survival::regression::frailty::law::Law;
use crate::survival::regression::frailty::model::{FrailtyDf, FrailtyModel};
use crate::survival::regression::term::Term;
use crate::survival::result::stored::{self, checked_when_read};

checked_when_read!(FrailtyModel {
    law: Law,
    ties: Ties,
    rows: usize,
    events: usize,
    theta: f64,
    terms: Vec<Term>,
    variance: Vec<f64>,
    sampling_variance: Vec<f64>,
    frailties: Vec<f64>,
    frailty_variances: Vec<f64>,
    df: FrailtyDf,
    log_likelihood: [f64; 2],
    without: f64,
    integrated: Option<f64>,
    iterations: usize,
    stop: Stop,
});

impl FrailtyModel {
    fn check(&self) -> Result<()> {
        let (p, k) = (self.terms.len(), self.frailties.len());
        let lengths = [
            ("the variances", self.variance.len(), p * p),
            ("the sampling variances", self.sampling_variance.len(), p * p),
            ("the variances of the frailties", self.frailty_variances.len(), k),
        ];
        for (argument, len, expected) in lengths {
            check_len(argument, len, "the model", expected)?;
        }
        stored::size("theta", self.theta)?;
        stored::covariance(&self.variance, p)?;
        stored::covariance(&self.sampling_variance, p)?;
        self.frailties.iter().try_for_each(|&b| stored::number("a log frailty", b))?;
        self.frailty_variances.iter().try_for_each(|&v| stored::size("a variance", v))?;
        let within = |value: f64, most: usize| {
            if value.abs() <= most as f64 + 1.0 {
                return Ok(());
            }
            let must_be = "at most the number of columns, or of clusters";
            Err(Error::OutOfRange { argument: "degrees of freedom", value, must_be })
        };
        self.df.covariates.iter().try_for_each(|&d| within(d, p))?;
        within(self.df.frailty, k)?;
        let likelihoods = self.log_likelihood.iter().chain([&self.without]).chain(&self.integrated);
        likelihoods.copied().try_for_each(|l| stored::number("a log likelihood", l))
    }
}
