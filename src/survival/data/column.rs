//! Columns of numbers in whatever the caller keeps them.

use std::borrow::Cow;

use ndarray::{Array1, ArrayView1};

/// A column of values that can be borrowed where it lies contiguously and is copied where it does not.
///
/// Slices, arrays, `Vec`s, `Cow`s and one-dimensional ndarray arrays and views are columns. Another container becomes one
/// by the method [`into_cow`](Self::into_cow): one value per row, in order; nothing else is asked of it.
///
/// # Example
/// ```
/// use std::borrow::Cow;
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::data::Column;
///
/// struct Days(Vec<f64>);
/// impl<'a> Column<'a, f64> for &'a Days {
///     fn into_cow(self) -> Cow<'a, [f64]> {
///         Cow::Borrowed(&self.0)
///     }
/// }
/// let days = Days(vec![6.0, 7.0]);
/// assert_eq!(RightCensored::new(&days, &[true, false])?.time(), [6.0, 7.0]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no column of `{T}`",
    label = "a slice, an array, a `Vec`, a `Cow` or a one-dimensional ndarray array or view of `{T}` is",
    note = "times, entries, weights and covariates are `f64`, events are `bool`; convert with \
            `.iter().map(…).collect::<Vec<_>>()`, and pass a `Vec` by reference to keep it"
)]
pub trait Column<'a, T: Clone> {
    /// The values as one slice.
    fn into_cow(self) -> Cow<'a, [T]>;
}

macro_rules! column {
    ($([$($generics:tt)*] $type:ty, $self:ident => $value:expr;)*) => {$(
        impl<'a, T: Clone, $($generics)*> Column<'a, T> for $type {
            fn into_cow($self) -> Cow<'a, [T]> {
                $value
            }
        }
    )*};
}

column! {
    [] &'a [T], self => Cow::Borrowed(self);
    [const N: usize] &'a [T; N], self => Cow::Borrowed(self);
    [] &'a Vec<T>, self => Cow::Borrowed(self);
    [] Vec<T>, self => Cow::Owned(self);
    [] Cow<'a, [T]>, self => self;
    [] ArrayView1<'a, T>, self => match self.to_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(self.to_vec()),
    };
    [] &'a Array1<T>, self => self.view().into_cow();
    [] Array1<T>, self => Cow::Owned(self.to_vec());
}
