//! Opening a store, or making it: what the last run left, and what of it counts.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::error::StoreError;
use super::log::Log;
use super::retention::Limits;
use super::runs::Runs;
use super::state::State;
use super::{BLOCK_MIN, FIRST_EPOCH, Store, earlier};

/// What a store is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// How much is kept.
    pub limits: Limits,
    /// The time now.
    pub now: DateTime<Utc>,
    /// A store that is made new regards the events before this position as handled: they were before its session.
    pub first_event: u64,
}

/// What opening a store found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// How the last run ended.
    pub stop: Stop,
    /// The position of the first event whose reports may be missing: every event before it was handled,
    /// that is, its reports are in the log or it had none for this session.
    pub handled: u64,
    /// The tail that was cut from the log, if any.
    pub cut: Option<Cut>,
}

/// How the last run of a store ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// There was no store: a new one was made, both numbers at 1.
    New,
    /// By [`Store::close`]: numbers go on exactly where they were.
    Clean,
    /// In any other way: outgoing numbers go on at the end of the reserved block, and reports of events
    /// from [`Recovered::handled`] on are to be made again, marked PossResend(97)=Y.
    Unclean,
}

/// A torn tail that was cut from a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub path: PathBuf,
    /// Where the good part ends, in bytes.
    pub offset: u64,
    /// How many bytes were cut.
    pub bytes: u64,
}

impl Opening {
    /// With the default limits, from the first event on.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            limits: Limits::default(),
            now,
            first_event: 0,
        }
    }
}

impl Store {
    /// Opens the store in `directory`, or makes it (and the folders above it).
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a file is not what was written (beyond the torn tail of an unclean
    /// stop), [`StoreError::Missing`] when one of its files is gone, [`StoreError::InUse`] when another
    /// process has it, [`StoreError::Io`] when the disk refuses.
    pub fn open(directory: &Path, opening: &Opening) -> Result<(Self, Recovered), StoreError> {
        fs::create_dir_all(directory).map_err(StoreError::io("create", directory))?;
        let Some(state) = State::read(directory)? else {
            return Self::create(directory, opening);
        };
        let (log, survey) = Log::open(directory, &state)?;
        let earlier = earlier::find(directory, &state, earlier::time(log.first().head.opened_us))?;
        let (stop, next_outgoing) = if state.clean {
            (Stop::Clean, state.next_outgoing)
        } else {
            (Stop::Unclean, state.reserved_outgoing_end)
        };
        let handled = survey.handled(log.active().length, &state);
        let store = Self {
            directory: directory.to_owned(),
            limits: opening.limits,
            identity: state.identity,
            log,
            earlier,
            dropped: state.dropped,
            early_sync: None,
            unchecked: true,
            epoch: state.epoch,
            next_outgoing,
            next_incoming: state.next_incoming.max(survey.next_incoming),
            reserved_outgoing_end: state.reserved_outgoing_end,
            block: BLOCK_MIN,
            handled,
            handled_written: handled,
            broken: false,
        };
        let recovered = Recovered {
            stop,
            handled,
            cut: survey.cut,
        };
        Ok((store, recovered))
    }

    fn create(directory: &Path, opening: &Opening) -> Result<(Self, Recovered), StoreError> {
        Log::refuse_orphans(directory)?;
        let identity = identity(directory, opening.now);
        let log = Log::create(directory, FIRST_EPOCH, identity, opening.now)?;
        let handled = opening.first_event;
        let store = Self {
            directory: directory.to_owned(),
            limits: opening.limits,
            identity,
            log,
            earlier: Default::default(),
            dropped: Runs::default(),
            early_sync: None,
            unchecked: false,
            epoch: FIRST_EPOCH,
            next_outgoing: 1,
            next_incoming: 1,
            reserved_outgoing_end: 1,
            block: BLOCK_MIN,
            handled,
            handled_written: handled,
            broken: false,
        };
        store.state(true).replace(directory)?;
        let recovered = Recovered {
            stop: Stop::New,
            handled,
            cut: None,
        };
        Ok((store, recovered))
    }
}

/// What tells the files of this store from those of any other: where and when it was made.
pub(super) fn identity(directory: &Path, now: DateTime<Utc>) -> u64 {
    let place = crc32c::crc32c(directory.as_os_str().as_encoded_bytes());
    let moment = now.timestamp_micros().to_le_bytes();
    u64::from(place) << 32 | u64::from(crc32c::crc32c(&moment))
}
