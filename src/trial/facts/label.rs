//! How an arm or an event is called.

/// What the enums of a trial (its arms, its events) must be able to do: every plain enum that derives
/// `Debug, Clone, Copy, PartialEq` can, and so can `&str` and [`Name`](crate::trial::Name), which is known at run time.
///
/// Their `Debug` names appear in tables and errors. Words for people are a `Debug` of one's own, or other arms
/// ([`Trial::with_arms`](crate::trial::Trial::with_arms)).
///
/// # Example
/// ```
/// use std::fmt;
/// use greenwood::trial::{Endpoint, Exit, Subject, Time, Trial};
///
/// #[derive(Clone, Copy, PartialEq)]
/// enum Arm { Msc, Control }
///
/// impl fmt::Debug for Arm {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str(match self { Self::Msc => "MSC + IST", Self::Control => "IST" })
///     }
/// }
///
/// const OS: Endpoint<()> = Endpoint::overall_survival(|_| true);
/// let trial = Trial::new([
///     Subject::on(Arm::Msc).until(Time::days(9.0), Exit::Cutoff)?,
///     Subject::on(Arm::Control).until(Time::days(5.0), Exit::Terminal(()))?,
/// ]);
/// assert!(trial.analyse(&OS)?.report().build()?.to_string().contains("MSC + IST"));
/// # Ok::<(), greenwood::Error>(())
/// ```
pub trait Label: Copy + PartialEq + std::fmt::Debug {}

impl<T: Copy + PartialEq + std::fmt::Debug> Label for T {}

/// How an arm or an event is called: its `Debug` name, and a string as it is.
pub(crate) fn label(value: &impl std::fmt::Debug) -> String {
    let name = format!("{value:?}");
    let text = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
    text.map_or_else(|| name.clone(), |t| t.replace("\\\"", "\"").replace("\\'", "'").replace("\\\\", "\\"))
}
