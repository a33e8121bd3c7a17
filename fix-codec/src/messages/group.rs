//! A repeating group as a list of typed entries, read from a message or given as a slice.

use core::fmt;

use crate::dictionary::GroupDefinition;
use crate::{BodyWriter, Entries, Fields, SessionReject};

/// One entry of a repeating group, as a type.
pub trait GroupEntry<'a>: Copy {
    /// What the data dictionary says of the group.
    const DEFINITION: &'static GroupDefinition;

    /// Reads an entry from its fields.
    ///
    /// # Errors
    /// [`SessionReject`] when a required field is missing or a value cannot be read.
    fn read(fields: Fields<'a>) -> Result<Self, SessionReject>;

    /// Writes the fields of the entry.
    fn write(&self, out: &mut BodyWriter<'_>);
}

/// The entries of a repeating group. Reading from a message checks all of them first.
#[derive(Clone, Copy)]
pub struct Group<'a, E>(Source<'a, E>);

#[derive(Clone, Copy)]
enum Source<'a, E> {
    Slice(&'a [E]),
    Message(Entries<'a>),
}

impl<'a, E: GroupEntry<'a>> Group<'a, E> {
    /// The group with these entries.
    pub const fn new(entries: &'a [E]) -> Self {
        Self(Source::Slice(entries))
    }

    pub(crate) fn read(entries: Entries<'a>) -> Result<Self, SessionReject> {
        { entries }.try_for_each(|fields| E::read(fields).map(|_| ()))?;
        Ok(Self(Source::Message(entries)))
    }

    /// Each entry in turn.
    pub fn iter(&self) -> GroupIter<'a, E> {
        GroupIter(self.0)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Source::Slice(entries) => entries.len(),
            Source::Message(entries) => entries.count(),
        }
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Source::Slice(entries) => entries.is_empty(),
            Source::Message(entries) => entries.extent() == 0,
        }
    }
}

impl<'a, E: GroupEntry<'a>> Default for Group<'a, E> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<'a, E: GroupEntry<'a>> From<&'a [E]> for Group<'a, E> {
    fn from(entries: &'a [E]) -> Self {
        Self::new(entries)
    }
}

impl<'a, E: GroupEntry<'a> + PartialEq> PartialEq for Group<'a, E> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, E: GroupEntry<'a> + fmt::Debug> fmt::Debug for Group<'a, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, E: GroupEntry<'a>> IntoIterator for &Group<'a, E> {
    type Item = E;
    type IntoIter = GroupIter<'a, E>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Goes through a [`Group`].
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "an iterator over what the group shows"
)]
pub struct GroupIter<'a, E>(Source<'a, E>);

impl<'a, E: GroupEntry<'a>> Iterator for GroupIter<'a, E> {
    type Item = E;

    fn next(&mut self) -> Option<E> {
        match &mut self.0 {
            Source::Slice(entries) => {
                let (first, others) = entries.split_first()?;
                *entries = others;
                Some(*first)
            }
            // Every entry could be read when the group was.
            Source::Message(entries) => E::read(entries.next()?).ok(),
        }
    }
}
