//! Things that are named once and never leave: a list in order of arrival, and a way to find one by
//! its name. The list is the state; the way to find is made again from it.

use alloc::vec::Vec;
use core::hash::Hash;
use core::ops::{Index, IndexMut};

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize, Serializer};

/// A thing that carries its own name, which never changes.
pub(crate) trait Named {
    type Name: Copy + Eq + Hash;
    fn name(&self) -> Self::Name;
}

#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Vec<T>", bound(deserialize = "T: Deserialize<'de>"))]
pub(crate) struct Directory<T: Named> {
    entries: Vec<T>,
    places: HashMap<T::Name, u32, FxBuildHasher>,
}

impl<T: Named> Default for Directory<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            places: HashMap::default(),
        }
    }
}

impl<T: Named> Directory<T> {
    /// The place of the thing of this name.
    pub(crate) fn find(&self, name: &T::Name) -> Option<u32> {
        self.places.get(name).copied()
    }

    /// Adds a thing whose name is new, and says its place.
    pub(crate) fn add(&mut self, entry: T) -> u32 {
        let place = u32::try_from(self.entries.len()).expect("fewer entries than places");
        let known = self.places.insert(entry.name(), place);
        assert!(known.is_none(), "a name is added once");
        self.entries.push(entry);
        place
    }

    /// The place of the thing of this name, which is added when it is new.
    pub(crate) fn find_or_add(&mut self, name: &T::Name, entry: impl FnOnce() -> T) -> u32 {
        self.find(name).unwrap_or_else(|| self.add(entry()))
    }

    /// All places and things, in order of arrival.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(self.entries.iter())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

impl<T: Named> Index<u32> for Directory<T> {
    type Output = T;
    fn index(&self, place: u32) -> &T {
        &self.entries[usize::try_from(place).expect("a place fits a pointer")]
    }
}

impl<T: Named> IndexMut<u32> for Directory<T> {
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.entries[usize::try_from(place).expect("a place fits a pointer")]
    }
}

impl<T: Named> From<Vec<T>> for Directory<T> {
    fn from(entries: Vec<T>) -> Self {
        let places = (0..)
            .zip(&entries)
            .map(|(place, entry)| (entry.name(), place))
            .collect();
        Self { entries, places }
    }
}

impl<T: Named + Serialize> Serialize for Directory<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries.serialize(serializer)
    }
}
