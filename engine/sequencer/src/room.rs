//! Whether the disk has room for new orders: below a reserve none are taken, while what is left still takes cancels and
//! all that settles what was traded.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::storage::Storage;

/// Looks how much room there is, and tells everybody.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    storage: Arc<dyn Storage>,
    folder: PathBuf,
    /// In bytes.
    reserve: u64,
    scarce: Arc<AtomicBool>,
}

impl Room {
    pub(crate) fn new(storage: Arc<dyn Storage>, folder: PathBuf, reserve: u64) -> Self {
        Self {
            storage,
            folder,
            reserve,
            scarce: Arc::default(),
        }
    }

    /// Looks now, and says so in the log when there has come to be too little room, or enough again. What cannot be told
    /// changes nothing.
    pub(crate) fn look(&self) {
        let Some(free) = self.free() else {
            return;
        };
        let (free_bytes, reserve_bytes) = (free, self.reserve);
        let scarce = free < self.reserve;
        let was = self.scarce.swap(scarce, Ordering::Relaxed);
        if scarce && !was {
            tracing::error!(
                free_bytes,
                reserve_bytes,
                folder = %self.folder.display(),
                "the disk is nearly full: no new orders are taken; cancels and settlement go on. Make room"
            );
        } else if was && !scarce {
            tracing::info!(
                free_bytes,
                reserve_bytes,
                "there is room on the disk again: orders are taken"
            );
        }
    }

    /// Whether there is less room than the reserve.
    pub(crate) fn is_scarce(&self) -> bool {
        self.scarce.load(Ordering::Relaxed)
    }

    /// Whether so many bytes more would leave the reserve. True if that cannot be told.
    pub(crate) fn has_beside_reserve(&self, bytes: u64) -> bool {
        self.free()
            .is_none_or(|free| free >= self.reserve.saturating_add(bytes))
    }

    fn free(&self) -> Option<u64> {
        match self.storage.free_bytes(&self.folder) {
            Ok(free) => Some(free),
            Err(error) => {
                tracing::warn!(%error, folder = %self.folder.display(), "cannot tell how much room the disk has");
                None
            }
        }
    }
}
