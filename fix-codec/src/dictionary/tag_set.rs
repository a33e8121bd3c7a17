//! A set of tags, as bits: membership in one load, also at compile time.

/// Tags of FIX 4.4 end at 956; everything below this has the slot of its own number.
const STANDARD_END: u32 = TagSet::STANDARD_END;
/// CancelOrdersOnDisconnect(8013) has the first slot after those.
const CANCEL_ON_DISCONNECT: (u32, u32) = (8_013, STANDARD_END);
/// The range reserved for the venue, 20001 to 20019, has the next ones.
const VENUE: (u32, u32, u32) = (20_001, 20_019, STANDARD_END + 1);
/// Fields of later versions of FIX have those after that.
const SELF_MATCH_PREVENTION_ID: (u32, u32) = (2_362, STANDARD_END + 20);
const SELF_MATCH_PREVENTION_INSTRUCTION: (u32, u32) = (2_964, STANDARD_END + 21);

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
    /// Tags below this have the slot of their own number.
    pub(crate) const STANDARD_END: u32 = 1_000;
    /// No tags.
    pub(crate) const EMPTY: Self = Self([0; 16]);

    /// The place of a tag in tables: 1 and up, or 0 for a tag outside of the defined ranges.
    #[inline(always)]
    pub(crate) const fn slot(tag: u32) -> u32 {
        if tag < STANDARD_END {
            tag
        } else if VENUE.0 <= tag && tag <= VENUE.1 {
            VENUE.2 + (tag - VENUE.0)
        } else if tag == CANCEL_ON_DISCONNECT.0 {
            CANCEL_ON_DISCONNECT.1
        } else if tag == SELF_MATCH_PREVENTION_ID.0 {
            SELF_MATCH_PREVENTION_ID.1
        } else if tag == SELF_MATCH_PREVENTION_INSTRUCTION.0 {
            SELF_MATCH_PREVENTION_INSTRUCTION.1
        } else {
            0
        }
    }

    /// The tag of a slot.
    pub(super) const fn tag(slot: u32) -> u32 {
        if slot < STANDARD_END {
            slot
        } else if slot == CANCEL_ON_DISCONNECT.1 {
            CANCEL_ON_DISCONNECT.0
        } else if slot == SELF_MATCH_PREVENTION_ID.1 {
            SELF_MATCH_PREVENTION_ID.0
        } else if slot == SELF_MATCH_PREVENTION_INSTRUCTION.1 {
            SELF_MATCH_PREVENTION_INSTRUCTION.0
        } else {
            VENUE.0 + (slot - VENUE.2)
        }
    }

    /// This set and one more tag.
    pub(crate) const fn with(mut self, tag: u32) -> Self {
        let slot = Self::slot(tag) as usize;
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

    /// This set without one tag.
    pub(super) const fn without(mut self, tag: u32) -> Self {
        let slot = Self::slot(tag) as usize;
        self.0[slot / 64] &= !(1 << (slot % 64));
        self
    }

    /// Whether `tag` is a member.
    #[inline(always)]
    pub const fn contains(&self, tag: u32) -> bool {
        // Slot 0 is never a member.
        let slot = Self::slot(tag) as usize;
        self.0[slot / 64 % 16] >> (slot % 64) & 1 == 1
    }

    /// Takes the tag of a slot out; gives back whether it was a member.
    #[inline(always)]
    pub(super) const fn withdraw(&mut self, slot: u32) -> bool {
        let slot = slot as usize;
        let bit = 1 << (slot % 64);
        let word = self.0[slot / 64 % 16];
        self.0[slot / 64 % 16] = word & !bit;
        word & bit != 0
    }

    /// The lowest-numbered member that `other` has too.
    #[inline(always)]
    pub(super) fn first_also_in(&self, other: &Self) -> Option<u32> {
        // All words at once: mostly there is none.
        let both = self
            .0
            .iter()
            .zip(other.0)
            .fold(0, |all, (mine, theirs)| all | (mine & theirs));
        if both == 0 {
            return None;
        }
        self.first_in_both(other)
    }

    #[cold]
    fn first_in_both(&self, other: &Self) -> Option<u32> {
        let (word, both) = self
            .0
            .iter()
            .zip(other.0)
            .map(|(mine, theirs)| mine & theirs)
            .enumerate()
            .find(|(_, both)| *both != 0)?;
        Some(Self::tag(word as u32 * 64 + both.trailing_zeros()))
    }
}
