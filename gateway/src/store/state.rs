//! The small state file of a store: text that an operator can read, replaced as a whole, checked by a CRC32C.
//! It never holds a message.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::error::{Damage, StoreError};

const FILE: &str = "state";
const FILE_NEXT: &str = "state.next";
const HEAD: &str = "cloudpit message store 1";

/// What is kept of a session beside its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) epoch: u32,
    pub(super) next_incoming: u64,
    /// Exact after a clean stop only.
    pub(super) next_outgoing: u64,
    /// No number at or above this was ever used.
    pub(super) reserved_outgoing_end: u64,
    /// Events before this position were handled by the time the log had `log_length` bytes.
    pub(super) handled: u64,
    pub(super) log_length: u64,
    pub(super) clean: bool,
}

impl State {
    /// Reads the state file; `None` when there is none.
    pub(super) fn read(directory: &Path) -> Result<Option<Self>, StoreError> {
        let path = directory.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("read", &path)(error)),
        };
        match Self::parse(&bytes) {
            Some(state) => Ok(Some(state)),
            None => Err(StoreError::damaged(&path, 0, Damage::State)),
        }
    }

    /// Replaces the state file by this: durable when it returns, and the old one or the new one, never
    /// a mixture, at any moment in between.
    pub(super) fn replace(&self, directory: &Path) -> Result<(), StoreError> {
        let (path, next) = (directory.join(FILE), directory.join(FILE_NEXT));
        let mut file = File::create(&next).map_err(StoreError::io("create", &next))?;
        file.write_all(self.render().as_bytes())
            .map_err(StoreError::io("write", &next))?;
        file.sync_all().map_err(StoreError::io("sync", &next))?;
        fs::rename(&next, &path).map_err(StoreError::io("replace", &path))?;
        sync_directory(directory)
    }

    /// Writes the state file of a new store beside its place, without a sync.
    pub(super) fn prepare(&self, directory: &Path) -> Result<(), StoreError> {
        let next = directory.join(FILE_NEXT);
        fs::write(&next, self.render()).map_err(StoreError::io("write", &next))
    }

    /// Puts what was prepared in its place, without a sync.
    pub(super) fn put_in_place(directory: &Path) -> Result<(), StoreError> {
        let (path, next) = (directory.join(FILE), directory.join(FILE_NEXT));
        fs::rename(&next, &path).map_err(StoreError::io("replace", &path))
    }

    fn render(&self) -> String {
        let Self {
            epoch,
            next_incoming,
            next_outgoing,
            reserved_outgoing_end,
            handled,
            log_length,
            clean,
        } = self;
        let mut text = format!(
            "{HEAD}\nepoch {epoch}\nnext_incoming {next_incoming}\nnext_outgoing {next_outgoing}\n\
             reserved_outgoing_end {reserved_outgoing_end}\nhandled {handled}\nlog_length {log_length}\nclean {clean}\n"
        );
        let checksum = crc32c::crc32c(text.as_bytes());
        text.push_str(&format!("crc32c {checksum:08x}\n"));
        text
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let state = Self {
            epoch: value("epoch")?.parse().ok()?,
            next_incoming: value("next_incoming")?.parse().ok()?,
            next_outgoing: value("next_outgoing")?.parse().ok()?,
            reserved_outgoing_end: value("reserved_outgoing_end")?.parse().ok()?,
            handled: value("handled")?.parse().ok()?,
            log_length: value("log_length")?.parse().ok()?,
            clean: value("clean")?.parse().ok()?,
        };
        // One text for one state: writing it again checks the checksum and every byte besides.
        (state.render() == text).then_some(state)
    }
}

/// Makes what was created or renamed in a folder durable.
pub(super) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    let folder = File::open(directory).map_err(StoreError::io("open", directory))?;
    folder.sync_all().map_err(StoreError::io("sync", directory))
}
