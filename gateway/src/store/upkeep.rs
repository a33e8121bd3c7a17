//! Upkeep of a store while it is open: a segment that is full or old is ended and the next begun, and what is beyond the
//! limits is dropped. It never drops what is being read, and never drops a message without having noted durably that it
//! did.

use std::fs::{self, File};
use std::io;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use chrono::{DateTime, Utc};

use super::Store;
use super::earlier::time;
use super::error::StoreError;
use super::reader::MessageReader;
use super::retention::Ended;
use super::segment::Segment;

/// A segment ends at this many times its size even when the disk has not taken its beginning yet.
const OVERSHOOT_MAX: u64 = 2;

/// Messages that a peer could ask for and that were dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// From the first to the last of them, within what was asked for.
    pub numbers: RangeInclusive<u64>,
    /// No message below this MsgSeqNum(34) is kept.
    pub kept_from: u64,
    /// Every message sent since then is kept.
    pub kept_since: DateTime<Utc>,
}

/// What a drop has dropped, for the log of the venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retired {
    /// Files that are gone.
    pub files: usize,
    /// No message below this MsgSeqNum(34) is kept.
    pub kept_from: u64,
}

/// A sync of a segment that is still appended to, so that little is left to sync when it ends.
#[derive(Debug)]
pub(super) struct EarlySync {
    syncing: JoinHandle<io::Result<()>>,
}

impl EarlySync {
    fn start(file: File) -> Option<Self> {
        let sync = move || file.sync_data();
        let thread = thread::Builder::new().name("store sync".into()).spawn(sync);
        // Without a thread the segment is synced when it ends.
        thread.ok().map(|syncing| Self { syncing })
    }

    pub(super) fn is_finished(&self) -> bool {
        self.syncing.is_finished()
    }

    fn wait(self) -> io::Result<()> {
        let synced = self.syncing.join();
        synced.unwrap_or_else(|_| Err(io::Error::other("the thread that syncs has panicked")))
    }
}

impl Store {
    /// Which messages among `numbers` were dropped by retention: they cannot be sent again, and the peer is to be told
    /// so. `None` when none was: what is not in the store then was never a message that is sent again.
    pub fn dropped(&self, numbers: RangeInclusive<u64>) -> Option<Dropped> {
        let oldest = self.log.first();
        Some(Dropped {
            numbers: self.dropped.hull(&numbers)?,
            kept_from: oldest.head.floor,
            kept_since: time(oldest.head.opened_us),
        })
    }

    /// When [`Store::upkeep`] has something to do because of the age of messages.
    pub fn upkeep_due(&self) -> Option<DateTime<Utc>> {
        let active = self.log.active();
        let opened = time(active.head.opened_us);
        let end = self
            .limits
            .end_by_age(opened, self.identity)
            .filter(|_| !active.is_empty());
        let earlier = self.earlier.front().map(|file| file.ended);
        let oldest = earlier.or_else(|| self.log.ended().next());
        let drop = oldest.and_then(|oldest| self.limits.drop_by_age(oldest.at));
        end.into_iter().chain(drop).min()
    }

    /// Whether [`Store::upkeep`] would wait for the disk.
    pub fn needs_upkeep(&self, now: DateTime<Utc>) -> bool {
        let active = self.log.active();
        active.length >= self.limits.segment_bytes
            || self.unchecked
            || self.upkeep_due().is_some_and(|due| due <= now)
    }

    /// Ends the segment that is full or old, and drops what is beyond the limits. Cheap when there is nothing to do;
    /// otherwise a few syncs of small files. What `reading` is still to read stays.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the disk refuses; what was kept before is kept still.
    pub fn upkeep(
        &mut self,
        now: DateTime<Utc>,
        reading: Option<&MessageReader>,
    ) -> Result<Option<Retired>, StoreError> {
        if self.broken {
            return Ok(None);
        }
        let ends = self.segment_ends(now)?;
        let due = self.upkeep_due().is_some_and(|due| due <= now);
        if !ends && !due && !std::mem::take(&mut self.unchecked) {
            return Ok(None);
        }
        let mut goes = self.count_to_drop(ends, now);
        let earlier = goes.min(self.earlier.len());
        goes -= earlier;
        if let Some(segment) = reading.and_then(MessageReader::segment) {
            let behind = segment.saturating_sub(self.log.first().head.segment);
            goes = goes.min(usize::try_from(behind).unwrap_or(usize::MAX));
        }
        if ends {
            self.sync_early()?;
            let next = self.log.prepare_next(self.next_outgoing, now)?;
            self.note(goes, Some(&next.0))?;
            self.log.go_on(next);
        } else if goes > 0 {
            self.note(goes, None)?;
        }
        if earlier + goes == 0 {
            return Ok(None);
        }
        let gone: Vec<PathBuf> = self
            .earlier
            .drain(..earlier)
            .map(|file| file.path)
            .collect();
        let gone: Vec<PathBuf> = gone.into_iter().chain(self.log.forget(goes)).collect();
        remove(&gone)?;
        Ok(Some(Retired {
            files: gone.len(),
            kept_from: self.log.first().head.floor,
        }))
    }

    /// Waits for the sync beside, if one is under way: what it found nobody else is told.
    pub(super) fn sync_early(&mut self) -> Result<(), StoreError> {
        let waited = self.early_sync.take().map(EarlySync::wait);
        waited
            .unwrap_or(Ok(()))
            .map_err(StoreError::io("sync", &self.log.active().path))
    }

    /// Whether the segment that is appended to ends now. When it is full, most of it is synced beside first.
    fn segment_ends(&mut self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let active = self.log.active();
        if active.is_empty() {
            return Ok(false);
        }
        let opened = time(active.head.opened_us);
        let due = self.limits.end_by_age(opened, self.identity);
        if due.is_some_and(|due| due <= now) {
            return Ok(true);
        }
        if active.length < self.limits.segment_bytes {
            return Ok(false);
        }
        match &self.early_sync {
            Some(early) => Ok(early.is_finished()
                || active.length >= self.limits.segment_bytes.saturating_mul(OVERSHOOT_MAX)),
            None => {
                self.early_sync = EarlySync::start(self.log.file_again()?);
                Ok(self.early_sync.is_none())
            }
        }
    }

    /// Makes durable that the `goes` oldest segments are dropped, and which segment is the last.
    fn note(&mut self, goes: usize, next: Option<&Segment>) -> Result<(), StoreError> {
        let mut dropped = self.dropped.clone();
        let segments = self.log.sealed().iter().chain([self.log.active()]);
        let goes_first = segments.take(goes);
        goes_first.for_each(|segment| dropped.append(&segment.reports));
        let mut state = self.state(false);
        state.first_segment = state
            .first_segment
            .saturating_add(u32::try_from(goes).unwrap_or(u32::MAX));
        if let Some(next) = next {
            state.last_segment = next.head.segment;
            state.log_length = next.length;
        }
        state.dropped = dropped.clone();
        state.replace(&self.directory)?;
        self.dropped = dropped;
        Ok(())
    }

    /// How many of all files go, the oldest first; when the segment that is appended to `ends`, it is one of them.
    fn count_to_drop(&self, ends: bool, now: DateTime<Utc>) -> usize {
        let active = Ended {
            bytes: self.log.active().length,
            at: now,
        };
        let earlier = self.earlier.iter().map(|file| file.ended);
        let mut all: Vec<Ended> = earlier.chain(self.log.ended()).collect();
        if ends {
            all.push(active);
        }
        let open_bytes = if ends { 0 } else { active.bytes };
        self.limits.count_to_drop(all.into_iter(), open_bytes, now)
    }
}

/// Removes files that nobody asks for any more; that one is gone already is fine.
pub(super) fn remove(paths: &[PathBuf]) -> Result<(), StoreError> {
    for path in paths {
        match fs::remove_file(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::io("remove", path)(error)),
        }
    }
    Ok(())
}
