//! Many numbers side by side, in memory that comes cheaply.
//!
//! A page of 4 KB is handed over at its first touch, which costs a fifth of a fit of a million rows. Linux has pages of 2 MB for whom
//! asks, five hundred times fewer: so long lists ask. Elsewhere, and where there are none, they are ordinary vectors.

use std::ops::{Deref, DerefMut};

use bytemuck::{Pod, Zeroable};

/// Fewer bytes come out of memory that the allocator has at hand.
#[cfg(target_os = "linux")]
const MANY: usize = 1 << 22;

/// A list of numbers whose length may shrink.
pub(crate) struct Numbers<T> {
    store: Store<T>,
    len: usize,
}

enum Store<T> {
    Heap(Vec<T>),
    #[cfg(target_os = "linux")]
    Pages(memmap2::MmapMut),
}

impl<T: Pod + Zeroable> Numbers<T> {
    /// So many zeros.
    pub fn zeros(len: usize) -> Self {
        #[cfg(target_os = "linux")]
        if let Some(pages) = pages(len.saturating_mul(size_of::<T>())) {
            return Self { store: Store::Pages(pages), len };
        }
        Self { store: Store::Heap(vec![T::zeroed(); len]), len }
    }

    /// Leaves out all but the first `len`.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Numbers made of these one by one, in the same memory where they are as long.
    pub fn map<U: Pod + Zeroable>(mut self, each: impl Fn(T) -> U) -> Numbers<U> {
        if size_of::<T>() != size_of::<U>() {
            return self.iter().map(|&x| each(x)).collect();
        }
        let len = self.len;
        let store = match self.store {
            Store::Heap(numbers) => Store::Heap(numbers.into_iter().take(len).map(each).collect()),
            #[cfg(target_os = "linux")]
            Store::Pages(ref mut pages) => {
                let numbers: &mut [T] = bytemuck::cast_slice_mut(&mut pages[..len * size_of::<T>()]);
                for x in numbers {
                    *x = bytemuck::cast(each(*x));
                }
                let Store::Pages(pages) = self.store else { return Numbers::default() };
                Store::Pages(pages)
            }
        };
        Numbers { store, len }
    }
}

/// Memory of so many bytes in large pages, if that is worth it and there are any.
#[cfg(target_os = "linux")]
fn pages(bytes: usize) -> Option<memmap2::MmapMut> {
    if bytes < MANY {
        return None;
    }
    let pages = memmap2::MmapMut::map_anon(bytes).ok()?;
    // Where there are none, those of the usual size serve.
    let _ = pages.advise(memmap2::Advice::HugePage);
    Some(pages)
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { store: Store::Heap(Vec::new()), len: 0 }
    }
}

impl<T> From<Vec<T>> for Numbers<T> {
    fn from(numbers: Vec<T>) -> Self {
        Self { len: numbers.len(), store: Store::Heap(numbers) }
    }
}

impl<T> FromIterator<T> for Numbers<T> {
    fn from_iter<I: IntoIterator<Item = T>>(numbers: I) -> Self {
        Self::from(numbers.into_iter().collect::<Vec<T>>())
    }
}

impl<T: Pod> Clone for Numbers<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl<T: Pod + std::fmt::Debug> std::fmt::Debug for Numbers<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self[..].fmt(f)
    }
}

impl<T: Pod> Deref for Numbers<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.store {
            Store::Heap(numbers) => &numbers[..self.len],
            #[cfg(target_os = "linux")]
            Store::Pages(pages) => bytemuck::cast_slice(&pages[..self.len * size_of::<T>()]),
        }
    }
}

impl<T: Pod> DerefMut for Numbers<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.store {
            Store::Heap(numbers) => &mut numbers[..self.len],
            #[cfg(target_os = "linux")]
            Store::Pages(pages) => bytemuck::cast_slice_mut(&mut pages[..self.len * size_of::<T>()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_numbers_are_one_list() {
        for len in [0, 1, 1000, 600_000] {
            let mut numbers: Numbers<u64> = Numbers::zeros(len);
            assert!(numbers.iter().all(|&x| x == 0));
            for (i, x) in numbers.iter_mut().enumerate() {
                *x = i as u64;
            }
            let copy = numbers.clone();
            numbers.truncate(len.saturating_sub(3));
            let halves = numbers.map(|x| x as f64 / 2.0);
            assert_eq!(halves.len(), len.saturating_sub(3));
            assert!(halves.iter().enumerate().all(|(i, &x)| x == i as f64 / 2.0));
            assert!(copy.len() == len && copy.iter().enumerate().all(|(i, &x)| x == i as u64));
            let short = copy.map(|x| x as u32);
            assert_eq!(short.last().copied(), len.checked_sub(1).map(|last| last as u32));
        }
    }
}
