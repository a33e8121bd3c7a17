//! A set of tags, as bits: membership in one load, also at compile time.

/// Tags of FIX 4.4 end at 956; everything below this has the slot of its own number.
const STANDARD_END: u32 = 1_000;
/// CancelOrdersOnDisconnect(8013) and the range reserved for the venue, each with its first slot.
const USER_DEFINED: [(u32, u32, u32); 2] = [(8_013, 8_013, 1_000), (20_001, 20_019, 1_001)];

/// A set of defined tags. Tags that nobody defines are never members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TagSet([u64; 16]);

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "const functions; slots are below SLOTS, so words are below 16"
)]
impl TagSet {
    /// How many slots there are; slot 0 stands for every undefined tag.
    pub(crate) const SLOTS: usize = 1_024;
    /// No tags.
    pub(crate) const EMPTY: Self = Self([0; 16]);

    /// The place of a tag in tables: 1 and up, or 0 for a tag outside of the defined ranges.
    #[inline]
    pub(crate) const fn slot(tag: u32) -> usize {
        if tag < STANDARD_END {
            return tag as usize;
        }
        let mut range = 0;
        while range < USER_DEFINED.len() {
            let (first, last, slot) = USER_DEFINED[range];
            if first <= tag && tag <= last {
                return (slot + tag - first) as usize;
            }
            range += 1;
        }
        0
    }

    /// The tag of a slot.
    const fn tag(slot: u32) -> u32 {
        let mut range = 0;
        while range < USER_DEFINED.len() {
            let (first, last, first_slot) = USER_DEFINED[range];
            if first_slot <= slot && slot <= first_slot + (last - first) {
                return first + slot - first_slot;
            }
            range += 1;
        }
        slot
    }

    /// This set and one more tag.
    pub(crate) const fn with(mut self, tag: u32) -> Self {
        let slot = Self::slot(tag);
        assert!(slot != 0, "only defined tags are members");
        self.0[slot / 64] |= 1 << (slot % 64);
        self
    }

    /// Both sets.
    pub(crate) const fn union(mut self, other: Self) -> Self {
        let mut word = 0;
        while word < self.0.len() {
            self.0[word] |= other.0[word];
            word += 1;
        }
        self
    }

    /// Whether `tag` is a member.
    #[inline]
    pub const fn contains(&self, tag: u32) -> bool {
        let slot = Self::slot(tag);
        slot != 0 && self.0[slot / 64] >> (slot % 64) & 1 == 1
    }

    /// Adds a tag; gives back whether it was new. Tags that nobody defines are always new.
    #[inline]
    pub(crate) const fn insert(&mut self, tag: u32) -> bool {
        let slot = Self::slot(tag);
        if slot == 0 {
            return true;
        }
        let bit = 1 << (slot % 64);
        let new = self.0[slot / 64] & bit == 0;
        self.0[slot / 64] |= bit;
        new
    }

    /// The lowest-numbered member that `other` does not have.
    pub(crate) fn first_missing_from(&self, other: &Self) -> Option<u32> {
        let (word, missing) = self
            .0
            .iter()
            .zip(other.0)
            .map(|(mine, theirs)| mine & !theirs)
            .enumerate()
            .find(|(_, missing)| *missing != 0)?;
        Some(Self::tag(word as u32 * 64 + missing.trailing_zeros()))
    }
}
