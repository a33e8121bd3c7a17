//! Makes the stores of many new sessions at once: what must be durable is synced together, so that ten thousand cost
//! about as much as one. Never touches a store that is there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::log::Log;
use super::opening::{Opening, identity};
use super::runs::Runs;
use super::state::State;
use super::{FIRST_EPOCH, Store};

impl Store {
    /// Makes a store in every one of `directories`, all below `above`, where there is none; it regards the events
    /// before [`Opening::first_event`] as handled. All of them are durable when this returns; after a crash in between, each is
    /// there whole or not at all.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn found(
        above: &Path,
        directories: &[PathBuf],
        opening: &Opening,
    ) -> Result<(), StoreError> {
        let mut new = Vec::new();
        for directory in directories {
            if State::read(directory)?.is_none() {
                new.push(directory);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        for directory in &new {
            prepare(directory, opening)?;
        }
        sync_all(above)?;
        for directory in &new {
            State::put_in_place(directory)?;
        }
        sync_all(above)
    }
}

/// Everything but the last step, which makes it a store.
fn prepare(directory: &Path, opening: &Opening) -> Result<(), StoreError> {
    fs::create_dir_all(directory).map_err(StoreError::io("create", directory))?;
    Log::refuse_orphans(directory)?;
    let identity = identity(directory, opening.now);
    let log = Log::create_unsynced(directory, FIRST_EPOCH, identity, opening.now)?;
    let state = State {
        identity,
        epoch: FIRST_EPOCH,
        next_incoming: 1,
        next_outgoing: 1,
        reserved_outgoing_end: 1,
        handled: opening.first_event,
        first_segment: 0,
        last_segment: 0,
        log_length: log.active().length,
        dropped: Runs::default(),
        clean: true,
    };
    state.prepare(directory)
}

/// Makes everything durable that was written to the disk of a folder.
fn sync_all(folder: &Path) -> Result<(), StoreError> {
    let error = StoreError::io("sync", folder);
    let synced = File::open(folder).and_then(|file| Ok(rustix::fs::syncfs(file)?));
    synced.map_err(error)
}
