//! How much of a store is kept, and what goes first. Pure: it touches no file and reads no clock.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The most files that a store has beside the one that it appends to; when there are more, the oldest go.
const FILES_MAX: usize = 1_024;

/// A file goes after its age; it is ended after this part of it, so that not all goes at once. Stores that were made at the
/// same time end theirs up to this part of that part earlier, each at its own time: ten thousand do not all sync at
/// once.
const AGE_PARTS: u32 = 8;

/// How much of a store is kept. Files go whole, oldest first; the one that is appended to stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Another file is begun when one has this many bytes, or soon after.
    pub segment_bytes: u64,
    /// All files together hold at most this many bytes, and what came since the last file was begun.
    pub bytes_max: u64,
    /// Messages go when they are this old and their file holds no younger one; `None`: they do not age.
    pub age_max: Option<Duration>,
}

impl Default for Limits {
    /// 16 MiB a file, 1 GiB in all, 30 days.
    fn default() -> Self {
        Self {
            segment_bytes: 16 << 20,
            bytes_max: 1 << 30,
            age_max: Some(Duration::from_secs(30 * 24 * 3_600)),
        }
    }
}

/// A file that is appended to no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) bytes: u64,
    /// When the next one was begun: nothing in it is younger.
    pub(super) at: DateTime<Utc>,
}

impl Limits {
    /// How many of the `ended` files, which are the oldest first, are to go at `now`.
    pub(super) fn count_to_drop(
        &self,
        ended: impl ExactSizeIterator<Item = Ended> + Clone,
        open_bytes: u64,
        now: DateTime<Utc>,
    ) -> usize {
        let mut files = ended.len();
        let mut bytes = open_bytes + ended.clone().map(|file| file.bytes).sum::<u64>();
        ended
            .take_while(|file| {
                let goes = files > FILES_MAX || bytes > self.bytes_max || self.is_old(file, now);
                files -= 1;
                bytes -= file.bytes;
                goes
            })
            .count()
    }

    /// When a file that was begun at `opened`, of the store with this identity, is to be ended for its age.
    pub(super) fn end_by_age(&self, opened: DateTime<Utc>, identity: u64) -> Option<DateTime<Utc>> {
        let part = self.age_max? / AGE_PARTS;
        // The half that is made of the store's folder: that of the time may be the same for many.
        let share = u128::from(identity >> 32);
        let earlier = ((part / AGE_PARTS).as_nanos() * share) >> 32;
        let earlier = Duration::from_nanos(u64::try_from(earlier).unwrap_or(u64::MAX));
        Some(opened + part.saturating_sub(earlier))
    }

    /// When a file that was ended then is to go for its age.
    pub(super) fn drop_by_age(&self, ended: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.age_max.map(|age| ended + age)
    }

    fn is_old(&self, file: &Ended, now: DateTime<Utc>) -> bool {
        self.drop_by_age(file.at).is_some_and(|due| due <= now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;

    use super::{Ended, FILES_MAX, Limits};

    /// How many of files of these (bytes, seconds when ended) go, when 10 bytes more are in the open one.
    fn dropped(bytes_max: u64, age_s: Option<u64>, files: &[(u64, i64)], now_s: i64) -> usize {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).expect("a time of this table");
        let limits = Limits {
            segment_bytes: 100,
            bytes_max,
            age_max: age_s.map(Duration::from_secs),
        };
        let files: Vec<_> = files
            .iter()
            .map(|(bytes, ended)| Ended {
                bytes: *bytes,
                at: at(*ended),
            })
            .collect();
        limits.count_to_drop(files.iter().copied(), 10, at(now_s))
    }

    #[test]
    fn files_are_ended_within_an_eighth_of_their_age_each_store_at_its_own_time() {
        let limits = Limits {
            age_max: Some(Duration::from_secs(64 * 8)),
            ..Limits::default()
        };
        let opened = DateTime::from_timestamp(1_000, 0).expect("a time of this table");
        for (identity, seconds) in [
            (0, 64),
            (0xffff_ffff, 64),
            (0x4000_0000 << 32, 62),
            (0x8000_0000 << 32, 60),
            (0xc000_0000 << 32, 58),
        ] {
            let ends = limits.end_by_age(opened, identity);
            let expected = opened + Duration::from_secs(seconds);
            assert_eq!(ends, Some(expected), "{identity:016x}");
        }
        let last = limits.end_by_age(opened, u64::MAX);
        assert!(last > Some(opened + Duration::from_secs(56)), "{last:?}");
        let ageless = Limits {
            age_max: None,
            ..limits
        };
        assert_eq!(ageless.end_by_age(opened, 0), None);
    }

    #[test]
    fn the_oldest_files_go_until_both_limits_hold() {
        let files = [(100, 10), (50, 20), (100, 30)];
        for (bytes_max, age_s, now_s, goes) in [
            (260, None, 1_000, 0),
            (259, None, 1_000, 1),
            (160, None, 1_000, 1),
            (159, None, 1_000, 2),
            (0, None, 1_000, 3),
            (1_000, Some(100), 109, 0),
            (1_000, Some(100), 110, 1),
            (1_000, Some(100), 129, 2),
            (1_000, Some(100), 130, 3),
            (159, Some(100), 110, 2),
            (1_000, Some(100), 0, 0),
        ] {
            assert_eq!(
                dropped(bytes_max, age_s, &files, now_s),
                goes,
                "{bytes_max} {age_s:?} {now_s}"
            );
        }
        let many = vec![(1, 0); FILES_MAX + 3];
        assert_eq!(dropped(u64::MAX, None, &many, 0), 3);
    }
}
