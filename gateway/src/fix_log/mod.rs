//! FIX logs: every message that passed, in and out, with its time, for people and `grep`. Not a record that anything
//! relies on: the journal and the message stores are that.
//!
//! - A session gathers what passed in a buffer (one copy) and hands it on once it has done its work; it never waits, and
//!   wakes nobody. What does not fit is dropped, and the log says how many are missing.
//! - One thread masks secrets, makes lines, and writes them. Nothing is synced: a crash may take the last moments.
//! - A folder for each session under `fix-log` of the data folder, and `@refused` for the first bytes of connections that
//!   were refused.

mod chunk;
mod file;
mod line;
mod mask;
mod queue;
mod writer;

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use engine::SessionName;

use crate::clock;
use crate::layout::Layout;
use crate::metrics::Metrics;
use crate::metrics::catalogue::{FIX_LOG_DROPPED, FIX_LOG_LOST};
use chunk::Records;
use file::Rotation;
pub(crate) use line::Kind;
use queue::{Log, Sender, queue};
pub(crate) use writer::Writer;

/// What is kept of the first bytes of a connection that was refused.
const REFUSED_BYTES: usize = 1_024;

/// The FIX logs of a venue. Clones write to the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct FixLogs {
    on: Option<Arc<On>>,
}

#[derive(Debug)]
struct On {
    layout: Layout,
    sender: Sender,
    refused: Log,
}

impl FixLogs {
    /// Starts the writer, where the configuration wants logs.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(
        config: &config::FixLog,
        layout: &Layout,
        metrics: &Metrics,
    ) -> anyhow::Result<(Self, Option<Writer>)> {
        if !config.enabled {
            return Ok((Self::default(), None));
        }
        let (sender, incoming) = queue(metrics.counter(&FIX_LOG_DROPPED, &[]));
        let rotation = Rotation {
            bytes: config.max_file_bytes,
            age: config.max_file_age,
            files: config.keep_files,
        };
        let lost = metrics.counter(&FIX_LOG_LOST, &[]);
        let writer = Writer::start(incoming, rotation, lost);
        let writer = writer.context("the FIX logs have no thread")?;
        let refused = Log::new(sender.clone(), folder(&layout.fix_log_of_refused()));
        let on = On {
            layout: layout.clone(),
            sender,
            refused,
        };
        let on = Some(Arc::new(on));
        Ok((Self { on }, Some(writer)))
    }

    /// The log of one session; one that takes nothing where there are none or `wanted` is false.
    pub(crate) fn of(&self, session: &SessionName, wanted: bool) -> SessionLog {
        let on = self.on.as_ref().filter(|_| wanted);
        let log = on.map(|on| {
            let folder = folder(&on.layout.fix_log(session));
            Log::new(on.sender.clone(), folder)
        });
        SessionLog { log }
    }

    /// A connection was refused: why, and what it began with.
    pub(crate) fn refused(&self, peer: &dyn Display, why: &dyn Display, first: &[u8]) {
        let Some(on) = &self.on else {
            return;
        };
        let (now, mut records) = (clock::now(), Records::default());
        let note = format!("connection from {peer} refused: {why}");
        records.add(now, Kind::Note, note.as_bytes());
        if !first.is_empty() {
            let first = first.get(..REFUSED_BYTES).unwrap_or(first);
            records.add(now, Kind::Refused, first);
        }
        on.refused.send(now, records, false);
    }
}

fn folder(path: &Path) -> Arc<Path> {
    Arc::from(path)
}

/// What one session writes to its log.
#[derive(Debug)]
pub(crate) struct SessionLog {
    log: Option<Log>,
}

impl SessionLog {
    /// Whether it takes anything.
    pub(crate) fn is_on(&self) -> bool {
        self.log.is_some()
    }

    /// Something passed.
    pub(crate) fn add(&mut self, time: DateTime<Utc>, kind: Kind, bytes: &[u8]) {
        if let Some(log) = &mut self.log {
            log.add(time, kind, bytes);
        }
    }

    /// Something is to be remarked.
    pub(crate) fn note(&mut self, remark: &dyn Display) {
        if let Some(log) = &mut self.log {
            log.add(clock::now(), Kind::Note, remark.to_string().as_bytes());
        }
    }

    /// Hands on what was gathered.
    pub(crate) fn hand_on(&mut self) {
        if let Some(log) = &mut self.log {
            log.hand_on(clock::now());
        }
    }
}

impl Drop for SessionLog {
    fn drop(&mut self) {
        if let Some(log) = &mut self.log {
            log.end(clock::now());
        }
    }
}

#[cfg(test)]
mod tests;
