//! A factor: which group each subject belongs to.

use std::collections::HashMap;
use std::hash::Hash;

use crate::error::{Error, Result, check_len};

/// Which group each subject belongs to: a code per subject and a label per code.
///
/// Codes are numbered by first appearance of their label, or as the caller gives them. Labels may be of any
/// type that can be compared, hashed and written; they are kept as text, for results name them.
///
/// # Example
/// ```
/// use greenwood::survival::Groups;
///
/// let arm = Groups::new(&["treated", "control", "treated"]);
/// assert_eq!(arm.labels(), ["treated", "control"]);
/// assert_eq!(arm.codes(), [0, 1, 0]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawGroups"))]
pub struct Groups {
    codes: Vec<u32>,
    labels: Vec<String>,
}

impl Groups {
    /// Groups numbered in the order in which their labels first appear. Labels that are written alike are one.
    pub fn new<L: Eq + Hash + ToString>(labels: &[L]) -> Self {
        let (mut codes, firsts) = encode(labels);
        let mut texts: Vec<String> = firsts.into_iter().map(|i| labels[i].to_string()).collect();
        // Values that differ but are written alike are one group: results name groups by their text.
        let (renumbered, firsts) = encode(&texts);
        if firsts.len() < texts.len() {
            for code in &mut codes {
                *code = renumbered[*code as usize];
            }
            texts = firsts.into_iter().map(|i| std::mem::take(&mut texts[i])).collect();
        }
        Self { codes, labels: texts }
    }

    /// Groups from ready codes `0..labels.len()`, in the order of `labels`. A label may be without subjects.
    ///
    /// # Errors
    /// [`Error::InvalidCode`] where a code has no label; [`Error::DuplicateLabel`] where two groups have one name.
    pub fn from_codes<L: ToString>(codes: &[usize], labels: &[L]) -> Result<Self> {
        if let Some((index, &code)) = codes.iter().enumerate().find(|&(_, &c)| c >= labels.len()) {
            return Err(Error::InvalidCode { index, code, labels: labels.len() });
        }
        let mut seen: HashMap<String, usize> = HashMap::with_capacity(labels.len());
        for (second, label) in labels.iter().enumerate() {
            if let Some(first) = seen.insert(label.to_string(), second) {
                return Err(Error::DuplicateLabel { label: label.to_string(), first, second });
            }
        }
        Ok(Self {
            codes: codes.iter().map(|&c| c as u32).collect(),
            labels: labels.iter().map(ToString::to_string).collect(),
        })
    }

    /// Groups of codes and distinct labels that belong together.
    #[cfg(feature = "arrow")]
    pub(crate) fn from_parts(codes: Vec<u32>, labels: Vec<String>) -> Self {
        Self { codes, labels }
    }

    /// The same groups, numbered in increasing order of their labels as text.
    #[must_use]
    pub fn sorted(self) -> Self {
        self.sorted_by(str::cmp)
    }

    /// The same groups, numbered in the order that `compare` gives their labels.
    #[must_use]
    pub fn sorted_by(self, mut compare: impl FnMut(&str, &str) -> std::cmp::Ordering) -> Self {
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        order.sort_by(|&a, &b| compare(&self.labels[a], &self.labels[b]));
        let mut rank = vec![0u32; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old] = new as u32;
        }
        Self {
            codes: self.codes.iter().map(|&c| rank[c as usize]).collect(),
            labels: order.into_iter().map(|old| self.labels[old].clone()).collect(),
        }
    }

    /// The number of subjects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Are there no subjects?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The number of groups, those without subjects included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// One label per group, in the order of their codes.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// One code per subject, an index into [`labels`](Self::labels).
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The code of a label.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`] where no group has it.
    pub fn code(&self, label: &str) -> Result<usize> {
        self.labels
            .iter()
            .position(|l| l == label)
            .ok_or_else(|| Error::UnknownLabel { label: label.into(), known: self.labels.join(", ") })
    }

    /// The groups of the subjects for which `keep` is true, with the same labels.
    pub(crate) fn filter(&self, keep: &[bool]) -> Self {
        let codes = self.codes.iter().zip(keep).filter(|&(_, &k)| k).map(|(&c, _)| c).collect();
        Self { codes, labels: self.labels.clone() }
    }

    /// The same groups without labels that nobody has.
    pub(crate) fn occupied(self) -> Self {
        let mut number = vec![0; self.labels.len()];
        self.codes.iter().for_each(|&c| number[c as usize] = 1);
        let keep: Vec<bool> = number.iter().map(|&n| n > 0).collect();
        let mut count = 0;
        for n in &mut number {
            count += std::mem::replace(n, count);
        }
        let labels = self.labels.into_iter().zip(keep).filter(|(_, kept)| *kept).map(|(label, _)| label);
        Self { codes: self.codes.iter().map(|&c| number[c as usize]).collect(), labels: labels.collect() }
    }

    /// The groups of these subjects, in this order, with the same labels.
    pub(crate) fn picked(&self, rows: &[usize]) -> Self {
        Self { codes: rows.iter().map(|&i| self.codes[i]).collect(), labels: self.labels.clone() }
    }

    pub(crate) fn check_len(&self, argument: &'static str, expected: usize) -> Result<()> {
        check_len(argument, self.len(), "time", expected)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawGroups {
    codes: Vec<usize>,
    labels: Vec<String>,
}

#[cfg(feature = "serde")]
impl TryFrom<RawGroups> for Groups {
    type Error = Error;

    fn try_from(raw: RawGroups) -> Result<Self> {
        Self::from_codes(&raw.codes, &raw.labels)
    }
}

/// Codes by first appearance, and the position of each code's first appearance.
pub(crate) fn encode<L: Eq + Hash>(labels: &[L]) -> (Vec<u32>, Vec<usize>) {
    // A handful of labels (arms, strata) is found faster by looking than by hashing.
    const FEW: usize = 8;
    let mut firsts: Vec<usize> = Vec::new();
    let mut codes = Vec::with_capacity(labels.len());
    let mut map: HashMap<&L, u32> = HashMap::new();
    for (i, label) in labels.iter().enumerate() {
        let found = if firsts.len() <= FEW {
            firsts.iter().position(|&f| labels[f] == *label).map(|c| c as u32)
        } else {
            map.get(label).copied()
        };
        codes.push(found.unwrap_or_else(|| {
            let code = firsts.len() as u32;
            firsts.push(i);
            if firsts.len() == FEW + 1 {
                map.extend(firsts.iter().enumerate().map(|(c, &f)| (&labels[f], c as u32)));
            } else if firsts.len() > FEW {
                map.insert(label, code);
            }
            code
        }));
    }
    (codes, firsts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_labels_are_coded_as_few_are() {
        let ids: Vec<u32> = (0..100).chain(0..100).collect();
        let (codes, firsts) = encode(&ids);
        assert_eq!(codes, ids);
        assert_eq!(firsts.len(), 100);
    }

    #[test]
    fn sorting_moves_labels_and_codes_together() {
        let groups = Groups::new(&["b", "a", "b", "c"]).sorted();
        assert_eq!(groups.labels(), ["a", "b", "c"]);
        assert_eq!(groups.codes(), [1, 0, 1, 2]);
    }

    #[test]
    fn a_code_without_label_and_a_label_without_code_are_refused() {
        let err = Groups::from_codes(&[0, 2], &["a", "b"]).unwrap_err();
        assert_eq!(err.to_string(), "codes[1] is 2, but there are only 2 labels");
        let err = Groups::new(&["a", "b"]).code("x").unwrap_err();
        assert_eq!(err.to_string(), "no subject is labelled \"x\": the labels are a, b");
    }
}
