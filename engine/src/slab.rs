//! Room for many things of one kind, each named by a small number. It grows by whole chunks, so
//! that what is in it never moves and growing never copies.

use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

/// Entries in one chunk.
const CHUNK: usize = 1 << 12;

/// The place of an entry in a [`Slab`]; [`NONE`] for no entry.
pub(crate) type Place = u32;

/// The place of nothing.
pub(crate) const NONE: Place = Place::MAX;

#[derive(Debug, Clone)]
pub(crate) struct Slab<T> {
    chunks: Vec<Vec<T>>,
    free: Vec<Place>,
    length: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            free: Vec::new(),
            length: 0,
        }
    }
}

impl<T> Slab<T> {
    /// Puts an entry where one was released last, or at the end. It is made only now, where it stays: it may be large.
    // Inlined, or it would be moved there.
    #[inline(always)]
    pub(crate) fn insert_with(&mut self, entry: impl FnOnce() -> T) -> Place {
        if let Some(place) = self.free.pop() {
            self[place] = entry();
            return place;
        }
        let place = self.end();
        assert!(place != NONE, "fewer entries than there are places");
        if self.length.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        self.chunks
            .last_mut()
            .expect("a chunk was pushed before the first entry")
            .extend(core::iter::once_with(entry));
        self.length = self
            .length
            .checked_add(1)
            .expect("fewer entries than there are places");
        place
    }

    /// Lets the place be used again. What is in it stays until then, and means nothing.
    pub(crate) fn release(&mut self, place: Place) {
        self.free.push(place);
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.length
            .checked_sub(self.free.len())
            .expect("no more is released than was put in")
    }

    /// The place behind the last entry. Before it there may be released ones.
    pub(crate) fn end(&self) -> Place {
        Place::try_from(self.length).expect("fewer entries than there are places")
    }

    /// All entries in order, where none was ever released.
    pub(crate) fn iter_full(&self) -> impl Iterator<Item = &T> {
        assert!(
            self.free.is_empty(),
            "a released entry must not be looked at"
        );
        self.chunks.iter().flatten()
    }

    fn split(place: Place) -> (usize, usize) {
        let place = usize::try_from(place).expect("a place fits a pointer");
        (place.wrapping_div(CHUNK), place.wrapping_rem(CHUNK))
    }
}

impl<T> Index<Place> for Slab<T> {
    type Output = T;
    fn index(&self, place: Place) -> &T {
        let (chunk, offset) = Self::split(place);
        &self.chunks[chunk][offset]
    }
}

impl<T> IndexMut<Place> for Slab<T> {
    fn index_mut(&mut self, place: Place) -> &mut T {
        let (chunk, offset) = Self::split(place);
        &mut self.chunks[chunk][offset]
    }
}
