//! The small state file of a store: text that an operator can read, replaced as a whole, checked by a CRC32C.
//! It never holds a message.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::error::{Damage, StoreError};
use super::runs::Runs;

const FILE: &str = "state";
const FILE_NEXT: &str = "state.next";
const HEAD_OF_ANY: &str = "cloudpit message store ";
const HEAD: &str = "cloudpit message store 2";

/// What is kept of a session beside its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// Which store this is: the same in every segment.
    pub(super) identity: u64,
    pub(super) epoch: u32,
    pub(super) next_incoming: u64,
    /// Exact after a clean stop only.
    pub(super) next_outgoing: u64,
    /// No number at or above this was ever used.
    pub(super) reserved_outgoing_end: u64,
    /// Events before this position were handled by the time the last segment had `log_length` bytes.
    pub(super) handled: u64,
    /// The oldest segment that is kept.
    pub(super) first_segment: u32,
    /// The segment that is appended to.
    pub(super) last_segment: u32,
    pub(super) log_length: u64,
    /// Which messages that a peer could ask for were dropped.
    pub(super) dropped: Runs,
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
            None if is_of_another_version(&bytes) => {
                Err(StoreError::damaged(&path, 0, Damage::Version))
            }
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
            identity,
            epoch,
            next_incoming,
            next_outgoing,
            reserved_outgoing_end,
            handled,
            first_segment,
            last_segment,
            log_length,
            dropped,
            clean,
        } = self;
        let mut text = format!(
            "{HEAD}\nidentity {identity:016x}\nepoch {epoch}\nnext_incoming {next_incoming}\nnext_outgoing {next_outgoing}\n\
             reserved_outgoing_end {reserved_outgoing_end}\nhandled {handled}\nfirst_segment {first_segment}\n\
             last_segment {last_segment}\nlog_length {log_length}\ndropped {dropped}\nclean {clean}\n"
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
            identity: u64::from_str_radix(value("identity")?, 16).ok()?,
            epoch: value("epoch")?.parse().ok()?,
            next_incoming: value("next_incoming")?.parse().ok()?,
            next_outgoing: value("next_outgoing")?.parse().ok()?,
            reserved_outgoing_end: value("reserved_outgoing_end")?.parse().ok()?,
            handled: value("handled")?.parse().ok()?,
            first_segment: value("first_segment")?.parse().ok()?,
            last_segment: value("last_segment")?.parse().ok()?,
            log_length: value("log_length")?.parse().ok()?,
            dropped: Runs::parse(value("dropped")?)?,
            clean: value("clean")?.parse().ok()?,
        };
        // One text for one state: writing it again checks the checksum and every byte besides.
        (state.render() == text && state.first_segment <= state.last_segment).then_some(state)
    }
}

/// Whether it begins as a whole state file of another version would, and its checksum is right.
fn is_of_another_version(bytes: &[u8]) -> bool {
    let Some((body, checksum)) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.rsplit_once("crc32c "))
    else {
        return false;
    };
    let intact = format!("{:08x}\n", crc32c::crc32c(body.as_bytes())) == checksum;
    intact && body.starts_with(HEAD_OF_ANY) && !body.starts_with(HEAD)
}

/// Makes what was created or renamed in a folder durable.
pub(super) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    let folder = File::open(directory).map_err(StoreError::io("open", directory))?;
    folder.sync_all().map_err(StoreError::io("sync", directory))
}
