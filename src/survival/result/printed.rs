//! A result that is printed with an interval of the reader's choice.

use std::fmt;

use crate::error::Result;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::Interval;

/// A result with the interval that it is printed with: what `printed` gives.
///
/// `Display` of a result has limits at 95 %; `result.printed(0.90)?` is the same text with limits at 90 %, and
/// `result.printed(Interval::plain())?` has those of another scale, where the result knows it.
///
/// # Example
/// ```
/// use greenwood::survival::{CoxPh, Design, RightCensored};
/// use ndarray::array;
///
/// let data = RightCensored::new(&[4.0, 3.0, 1.0, 1.0, 2.0, 2.0, 3.0], &[true, true, true, false, true, true, false])?;
/// let x = array![[0.0], [2.0], [1.0], [1.0], [1.0], [0.0], [0.0]];
/// let model = CoxPh::new().fit(&data, &Design::new(&["x"], x.view())?)?;
/// assert!(model.to_string().contains("95% CI"));
/// assert!(model.printed(0.90)?.to_string().contains("90% CI"));
/// assert!(model.printed(1.5).is_err());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Printed<'a, T: ?Sized> {
    result: &'a T,
    interval: Interval,
}

/// Refuses a level outside (0, 1) now, since a formatter has no words for it, and a scale that the result lacks.
pub(crate) fn printed<T: PrintsLimits>(result: &T, interval: Interval) -> Result<Printed<'_, T>> {
    result.knows(interval)?;
    Ok(Printed { result, interval })
}

impl<T: PrintsLimits> fmt::Display for Printed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.result.print(self.interval, f)
    }
}

/// A text with confidence limits in it.
pub(crate) trait PrintsLimits {
    /// The text with the limits of `interval`.
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Refuses an interval that the result does not have; what is asked here is that of an [`Estimate`].
    fn knows(&self, interval: Interval) -> Result<()> {
        Estimate::with_error(Scale::Identity, 1.0, Ok(1.0)).interval(interval).map(|_| ())
    }
}

/// `Display` at 95 %, and `printed` at any level, for results whose text has limits.
macro_rules! prints_limits {
    ($($result:ty),+ $(,)?) => {$(
        impl std::fmt::Display for $result {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::survival::result::printed::PrintsLimits::print(
                    self,
                    $crate::survival::result::Interval::default(),
                    f,
                )
            }
        }

        impl $result {
            /// The text of the result with the limits of another interval: `printed(0.90)?`. See
            /// [`Printed`](crate::survival::result::Printed).
            ///
            /// # Errors
            /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1);
            /// [`Error::Unsupported`](crate::Error::Unsupported) for a scale that the result does not have.
            pub fn printed(
                &self,
                interval: impl Into<$crate::survival::result::Interval>,
            ) -> $crate::Result<$crate::survival::result::Printed<'_, Self>> {
                $crate::survival::result::printed::printed(self, interval.into())
            }
        }
    )+};
}
pub(crate) use prints_limits;
