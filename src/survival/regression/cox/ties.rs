//! How events at one time share a risk set.

/// How events at one time share a risk set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ties {
    /// Efron (1977): they leave one after the other, on average.
    #[default]
    Efron,
    /// Breslow (1974): each sees all of them at risk.
    Breslow,
    /// Cox's discrete likelihood: which d of those at risk (SAS `TIES=DISCRETE`). Costly with many ties.
    Exact,
}

impl std::fmt::Display for Ties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Efron => "Efron",
            Self::Breslow => "Breslow",
            Self::Exact => "exact",
        })
    }
}
