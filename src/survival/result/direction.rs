//! Is the event wanted? Which way a hazard ratio, or a number needed to treat, is good.

use std::fmt;

/// Whether the event is one to avoid (death) or one to reach (recovery).
///
/// Without it a sentence says which group has the higher rate, and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Direction {
    /// Not said: no group is favoured.
    #[default]
    Unknown,
    /// The event is to be avoided: death, relapse, failure. Fewer are better.
    Unwanted,
    /// The event is to be reached: recovery, engraftment, response. More are better.
    Wanted,
}

impl Direction {
    /// What a hazard ratio below 1 means: `A hazard ratio below 1 is a lower rate with A than with B`, and which
    /// group it favours, if that is known.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::result::Direction;
    ///
    /// let note = |direction: Direction| direction.below_one("new", "old");
    /// assert_eq!(note(Direction::Unknown), "A hazard ratio below 1 means a lower rate of events in new than in old.");
    /// assert!(note(Direction::Wanted).ends_with(", which favours old."));
    /// ```
    #[must_use]
    pub fn below_one(self, group: &str, reference: &str) -> String {
        let rate =
            format!("A hazard ratio below 1 means a lower rate of events in {group} than in {reference}");
        match self {
            Self::Unknown => format!("{rate}."),
            Self::Unwanted => format!("{rate}, which favours {group}."),
            Self::Wanted => format!("{rate}, which favours {reference}."),
        }
    }

    /// What stands left and right of no effect on an axis of hazard ratios, such as in a forest plot: which group a ratio
    /// below 1, and one above, favours. `None` where it is not known whether the event is wanted.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::result::Direction;
    ///
    /// let [left, right] = Direction::Unwanted.favours("new", "old").unwrap();
    /// assert_eq!((left.as_str(), right.as_str()), ("favours new", "favours old"));
    /// assert_eq!(Direction::Wanted.favours("new", "old"), Direction::Unwanted.favours("old", "new"));
    /// assert_eq!(Direction::Unknown.favours("new", "old"), None);
    /// ```
    #[must_use]
    pub fn favours(self, group: &str, reference: &str) -> Option<[String; 2]> {
        let (below, above) = match self {
            Self::Unknown => return None,
            Self::Unwanted => (group, reference),
            Self::Wanted => (reference, group),
        };
        Some([below, above].map(|favoured| format!("favours {favoured}")))
    }

    /// What a ratio of rates says: `the rate of events is lower in A than in B`, and which group that favours, if it
    /// is known.
    #[must_use]
    pub fn of_rates(self, ratio: f64, group: &str, reference: &str) -> String {
        let (rate, lower, higher) = if ratio < 1.0 {
            ("lower", group, reference)
        } else if ratio > 1.0 {
            ("higher", reference, group)
        } else {
            return format!("the rate of events is the same in {group} and {reference}");
        };
        let rate = format!("the rate of events is {rate} in {group} than in {reference}");
        match self {
            Self::Unknown => rate,
            Self::Unwanted => format!("{rate}, which favours {lower}"),
            Self::Wanted => format!("{rate}, which favours {higher}"),
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unknown => "not known to be wanted or unwanted",
            Self::Unwanted => "unwanted",
            Self::Wanted => "wanted",
        })
    }
}
