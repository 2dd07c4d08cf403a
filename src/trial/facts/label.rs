//! How an arm or an event is called.

/// What the enums of a trial (its arms, its events) must be able to do: every plain enum that derives
/// `Debug, Clone, Copy, PartialEq` can, and so can `&str`. Their `Debug` names appear in tables and errors.
pub trait Label: Copy + PartialEq + std::fmt::Debug {}

impl<T: Copy + PartialEq + std::fmt::Debug> Label for T {}

/// How an arm or an event is called: its `Debug` name, and a string as it is.
pub(crate) fn label(value: &impl std::fmt::Debug) -> String {
    let name = format!("{value:?}");
    let text = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
    text.map_or_else(|| name.clone(), |t| t.replace("\\\"", "\"").replace("\\'", "'").replace("\\\\", "\\"))
}
