//! A fingerprint of the data of a fit: other data are told from them without keeping them.

use std::borrow::Cow;

use crate::error::{Error, FileError, ModelError, Result, check_len};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;

/// One number for each part of the data, so that an error can name the part that differs. The order of the rows counts.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Fingerprint {
    rows: usize,
    time: Digest,
    event: Digest,
    entry: Option<Digest>,
    weights: Option<Digest>,
    clusters: Option<Digest>,
    strata: Option<Digest>,
    near_ties: NearTies,
    columns: Vec<Digest>,
}

/// 64 bits that stand for a column; as text in a file, since a JSON number may lose the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
struct Digest(u64);

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        format!("{:016x}", digest.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        u64::from_str_radix(&text, 16).map(Self).map_err(|_| {
            Error::File(FileError::DataSet {
                action: "read",
                why: format!("the fingerprint \"{text}\" is not made of 16 hexadecimal digits"),
            })
        })
    }
}

/// A fingerprint of nothing.
pub(super) const START: u64 = 0x9e37_79b9_7f4a_7c15;

/// One more value: multiplied, so that every bit moves those above it, and turned, so that it moves those below too.
#[inline]
fn mix(digest: u64, value: u64) -> u64 {
    (digest ^ value).wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(29)
}

/// A negative zero is 0.
#[inline]
fn bits(x: f64) -> u64 {
    (x + 0.0).to_bits()
}

/// The fingerprint of one more number of a column.
#[inline]
pub(super) fn add(digest: u64, x: f64) -> u64 {
    mix(digest, bits(x))
}

impl Digest {
    /// Four strands side by side: one alone would wait for its own product at every step.
    fn of<T: Copy>(values: &[T], bits: impl Fn(T) -> u64) -> Self {
        let mut strands = [START, START ^ 1, START ^ 2, START ^ 3];
        let chunks = values.chunks_exact(4);
        let rest = chunks.remainder();
        for chunk in chunks {
            for (strand, &value) in strands.iter_mut().zip(chunk) {
                *strand = mix(*strand, bits(value));
            }
        }
        let rest = rest.iter().fold(values.len() as u64, |digest, &value| mix(digest, bits(value)));
        Self(strands.into_iter().fold(rest, mix))
    }

    fn of_numbers(values: &[f64]) -> Self {
        Self::of(values, bits)
    }

    fn with(self, value: u64) -> Self {
        Self(mix(self.0, value))
    }
}

impl Fingerprint {
    /// One pass over the data.
    pub(super) fn of(data: &RightCensored, design: &Design) -> Self {
        Self::with(data, design, columns(design))
    }

    /// The same where those of the columns are known: [`add`]ed up from [`START`], row by row.
    pub(super) fn of_known(data: &RightCensored, design: &Design, columns: Option<&[u64]>) -> Self {
        match columns {
            Some(columns) => Self::with(data, design, columns.to_vec()),
            None => Self::of(data, design),
        }
    }

    fn with(data: &RightCensored, design: &Design, columns: Vec<u64>) -> Self {
        let name = |digest, name: &String| name.bytes().fold(digest, |digest, b| mix(digest, u64::from(b)));
        Self {
            rows: data.len(),
            time: Digest::of_numbers(data.time()),
            event: Digest::of(data.event(), u64::from),
            entry: data.entry().map(Digest::of_numbers),
            weights: data
                .weights()
                .map(|w| Digest::of_numbers(w.values()).with(u64::from(matches!(w, Weights::Sampling(_))))),
            clusters: data.clusters().map(|c| Digest::of(c, u64::from)),
            strata: data.strata().map(|s| {
                let codes = Digest::of(s.codes(), u64::from);
                s.labels().iter().flat_map(|l| l.bytes().chain([0])).fold(codes, |d, b| d.with(u64::from(b)))
            }),
            near_ties: data.near_ties(),
            columns: columns
                .into_iter()
                .zip(design.names())
                .map(|(digest, n)| Digest(name(digest, n)))
                .collect(),
        }
    }

    /// The same where an event has one of several causes.
    pub(super) fn of_competing(data: &CompetingRisks, design: &Design) -> Self {
        Self { event: Digest::of(data.codes(), u64::from), ..Self::of(data.any_cause(), design) }
    }

    /// The same where those of the columns are known.
    pub(super) fn of_known_competing(
        data: &CompetingRisks,
        design: &Design,
        columns: Option<&[u64]>,
    ) -> Self {
        let event = Digest::of(data.codes(), u64::from);
        Self { event, ..Self::of_known(data.any_cause(), design, columns) }
    }

    /// Are these the data of the fit?
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) with the part that differs.
    pub(super) fn check(&self, data: &RightCensored, design: &Design) -> Result<()> {
        self.check_with(data.len(), design, || Self::of(data, design))
    }

    /// The same where an event has one of several causes.
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) with the part that differs.
    pub(super) fn check_competing(&self, data: &CompetingRisks, design: &Design) -> Result<()> {
        self.check_with(data.len(), design, || Self::of_competing(data, design))
    }

    fn check_with(&self, rows: usize, design: &Design, given: impl FnOnce() -> Self) -> Result<()> {
        let other = |part: &str| Err(Error::Model(ModelError::OtherData { part: part.into() }));
        if self.rows != rows {
            return other(&format!("the number of rows ({rows}, not {})", self.rows));
        }
        check_len("the design", design.rows(), "time", rows)?;
        if self.columns.len() != design.columns() {
            let (found, own) = (design.columns(), self.columns.len());
            return other(&format!("the number of columns of the design ({found}, not {own})"));
        }
        let given = given();
        self.check_rows(&given)?;
        match self.columns.iter().zip(&given.columns).position(|(own, given)| own != given) {
            Some(j) => other(&format!("covariate {}", design.names()[j])),
            None => Ok(()),
        }
    }

    /// Are these the same rows, whatever the covariates?
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) with the part that differs.
    pub(super) fn check_rows(&self, given: &Self) -> Result<()> {
        for (same, part) in [
            (self.rows == given.rows, "the number of rows"),
            (self.time == given.time, "time"),
            (self.event == given.event, "event"),
            (self.entry == given.entry, "entry"),
            (self.weights == given.weights, "the weights"),
            (self.clusters == given.clusters, "the clusters"),
            (self.strata == given.strata, "the strata"),
            (self.near_ties == given.near_ties, "the rule for near ties"),
        ] {
            if !same {
                return Err(Error::Model(ModelError::OtherData { part: part.into() }));
            }
        }
        Ok(())
    }

    /// Does it belong to so many rows and columns?
    #[cfg(feature = "serde")]
    pub(super) fn has_shape(&self, rows: usize, columns: usize) -> bool {
        self.rows == rows && self.columns.len() == columns
    }
}

/// The same of rows that have other parts than a time and an event: a digest of each part, which a name goes with.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct PartsFingerprint(Vec<(String, Option<Digest>)>);

impl PartsFingerprint {
    pub(super) fn of<'a>(parts: impl IntoIterator<Item = (&'a str, Option<Cow<'a, [f64]>>)>) -> Self {
        let one = |(name, values): (&str, Option<Cow<[f64]>>)| {
            (name.into(), values.map(|v| Digest::of_numbers(&v)))
        };
        Self(parts.into_iter().map(one).collect())
    }

    /// Are these the data of the fit?
    ///
    /// # Errors
    /// [`ModelError::OtherData`](crate::ModelError::OtherData) with the part that differs.
    pub(super) fn check(&self, given: &Self) -> Result<()> {
        self.check_but(given, "")
    }

    /// The same where a part is given later.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub(super) fn check_but(&self, given: &Self, later: &str) -> Result<()> {
        let differs = |(own, given): &(&(String, _), &(String, _))| own != given && own.0 != later;
        match self.0.iter().zip(&given.0).find(differs) {
            Some(((part, _), _)) => Err(Error::Model(ModelError::OtherData { part: part.clone() })),
            None => Ok(()),
        }
    }
}

/// A digest of each column.
fn columns(design: &Design) -> Vec<u64> {
    let matrix = design.matrix();
    let p = design.columns();
    let mut digests = vec![START; p];
    match (matrix.as_slice(), p) {
        // As the rows lie in memory; the columns are the strands. A known number of them stays in registers.
        (_, 0) => {}
        (Some(flat), 1) => strands::<1>(flat, &mut digests),
        (Some(flat), 2) => strands::<2>(flat, &mut digests),
        (Some(flat), 3) => strands::<3>(flat, &mut digests),
        (Some(flat), 4) => strands::<4>(flat, &mut digests),
        (Some(flat), 5) => strands::<5>(flat, &mut digests),
        (Some(flat), 6) => strands::<6>(flat, &mut digests),
        (Some(flat), 7) => strands::<7>(flat, &mut digests),
        (Some(flat), 8) => strands::<8>(flat, &mut digests),
        (Some(flat), _) => {
            for row in flat.chunks_exact(p) {
                for (digest, &x) in digests.iter_mut().zip(row) {
                    *digest = add(*digest, x);
                }
            }
        }
        (None, _) => {
            for (digest, column) in digests.iter_mut().zip(matrix.columns()) {
                *digest = column.iter().fold(*digest, |digest, &x| add(digest, x));
            }
        }
    }
    digests
}

fn strands<const P: usize>(flat: &[f64], digests: &mut [u64]) {
    let mut own = [START; P];
    for row in flat.chunks_exact(P) {
        for j in 0..P {
            own[j] = add(own[j], row[j]);
        }
    }
    digests.copy_from_slice(&own);
}
