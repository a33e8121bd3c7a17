//! Where in a log a number lies, roughly: one entry for every so many records, never more than a fixed
//! number of entries. It never reads the log.

/// Entries kept at most; when they are full, every second one is dropped and entries come half as often.
const ENTRIES_MAX: usize = 256;

/// Records between two entries, at first.
const STRIDE_MIN: u64 = 64;

#[derive(Debug)]
pub(super) struct Index {
    /// (MsgSeqNum, offset), both ascending.
    entries: Vec<(u64, u64)>,
    stride: u64,
    records: u64,
}

impl Index {
    pub(super) fn new() -> Self {
        Self {
            entries: Vec::new(),
            stride: STRIDE_MIN,
            records: 0,
        }
    }

    /// Notes that the next record has this number and lies at this offset.
    pub(super) fn push(&mut self, msg_seq_num: u64, offset: u64) {
        if self.records.is_multiple_of(self.stride) {
            if self.entries.len() == ENTRIES_MAX {
                self.thin_out();
            }
            if self.records.is_multiple_of(self.stride) {
                self.entries.push((msg_seq_num, offset));
            }
        }
        self.records += 1;
    }

    /// Gives back memory that is not used: nothing is noted any more.
    pub(super) fn give_back(&mut self) {
        self.entries.shrink_to_fit();
    }

    /// Forgets what lies at this offset or behind it.
    pub(super) fn truncate(&mut self, offset: u64) {
        self.entries
            .truncate(self.entries.partition_point(|(_, at)| *at < offset));
    }

    /// An offset at or before the first record whose number is at least `msg_seq_num`; `None` when the
    /// first record of the log is the place to start.
    pub(super) fn before(&self, msg_seq_num: u64) -> Option<u64> {
        let after = self
            .entries
            .partition_point(|(number, _)| *number <= msg_seq_num);
        after.checked_sub(1).map(|last| self.entries[last].1)
    }

    fn thin_out(&mut self) {
        let mut keep = false;
        self.entries.retain(|_| {
            keep = !keep;
            keep
        });
        self.stride *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES_MAX, Index};

    #[test]
    fn finds_the_place_and_stays_small() {
        let mut index = Index::new();
        for record in 0..1_000_000_u64 {
            index.push(record + 1, record * 100);
        }
        assert!(index.entries.len() <= ENTRIES_MAX);
        for number in [1, 2, 64, 65, 66, 4_096, 999_999, 1_000_000, 2_000_000] {
            let offset = index
                .before(number)
                .expect("the first record is always an entry");
            let first = offset / 100 + 1;
            assert!(
                first <= number && number.min(1_000_000) - first < index.stride,
                "{number}: {first}"
            );
        }
        assert_eq!(index.before(0), None);
    }
}
