//! Work for two threads or more with the feature `rayon`; without it the same work, one after the other.
//!
//! Every piece computes what it would alone, in the same order, so the bits do not depend on threads.

/// Fewer numbers than this are not worth a second thread.
#[cfg(feature = "rayon")]
const WORTH: usize = 1 << 18;

/// Are so many numbers read by more than one thread?
pub(crate) fn several(numbers: usize) -> bool {
    #[cfg(feature = "rayon")]
    return numbers >= WORTH && rayon::current_num_threads() > 1;
    #[cfg(not(feature = "rayon"))]
    {
        let _ = numbers;
        false
    }
}

/// Both, side by side where they read many numbers.
pub(crate) fn join(numbers: usize, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    #[cfg(feature = "rayon")]
    if numbers >= WORTH {
        rayon::join(a, b);
        return;
    }
    let _ = numbers;
    a();
    b();
}

/// Each block of `to` with the block of `from` that belongs to it: so many values of the one for so many of the other.
pub(crate) fn blocks<A: Send, B: Sync>(
    (to, per): (&mut [A], usize),
    (from, of): (&[B], usize),
    work: impl Fn(&mut [A], &[B]) + Send + Sync,
) {
    #[cfg(feature = "rayon")]
    if to.len() >= WORTH {
        use rayon::prelude::*;
        to.par_chunks_mut(per)
            .zip(from.par_chunks(of))
            .with_min_len(64)
            .for_each(|(to, from)| work(to, from));
        return;
    }
    to.chunks_mut(per).zip(from.chunks(of)).for_each(|(to, from)| work(to, from));
}
