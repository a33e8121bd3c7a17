//! Finds the place of an entry from a hash of its key. It keeps neither keys nor entries, only
//! eight bytes for each, so that it stays small and grows without looking at the entries.

use core::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::slab::Place;

#[derive(Debug, Clone, Default)]
pub(crate) struct Finder {
    table: HashTable<(u32, Place)>,
}

impl Finder {
    /// The hash of a key that has a last part by which keys follow one another, such as the last
    /// digit of a number. Keys that differ in the last four bits of it only are kept side by side:
    /// who counts upwards finds the next place in the cache.
    pub(crate) fn hash(head: impl Hash, last: u8) -> u32 {
        let [a, b, c, d, e, f, g, h] = FxBuildHasher.hash_one(head).to_le_bytes();
        let head =
            u32::from_le_bytes([a, b, c, d]) ^ u32::from_le_bytes([e, f, g, h]).rotate_left(16);
        let last = u32::from(last);
        (head & !0x0F) ^ (last & 0x0F) ^ (last << 25)
    }

    pub(crate) fn insert(&mut self, hash: u32, place: Place) {
        self.table
            .insert_unique(spread(hash), (hash, place), |&(hash, _)| spread(hash));
    }

    pub(crate) fn find(&self, hash: u32, is_it: impl Fn(Place) -> bool) -> Option<Place> {
        let found = self.table.find(spread(hash), |&(known, place)| {
            known == hash && is_it(place)
        });
        found.map(|&(_, place)| place)
    }

    /// Removes what was inserted under this hash with this place.
    ///
    /// # Panics
    /// When it was not: the entry and its finder would no longer agree.
    pub(crate) fn remove(&mut self, hash: u32, place: Place) {
        let entry = self
            .table
            .find_entry(spread(hash), |&known| known == (hash, place));
        entry.expect("what is removed was inserted").remove();
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }
}

/// The table takes its bucket from the low bits and its tag from the high ones.
fn spread(hash: u32) -> u64 {
    u64::from(hash) | u64::from(hash) << 32
}
