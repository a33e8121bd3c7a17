//! Typed, validated configuration of a venue: every mistake in a file is reported with its line and remedy.
//!
//! [`load`] reads a file and [`parse`] a text; both give the [`Config`] that it means, or all
//! [`Mistakes`] that were found in it. Every key is described in `docs/configuration.md`.
//!
//! This crate never opens a socket, never reads a clock, and reads a secret only when asked to
//! ([`Secret::read`]).

pub mod examples;
pub mod keys;

mod commands;
mod identity;
mod mistake;
mod model;
mod on_disconnect;
mod read;
mod schedule;
mod secret;
mod span;
mod table;
mod throttle;
mod trading_calendar;
mod validation;
mod value;

use std::io::Read;
use std::path::Path;

pub use identity::{
    Fingerprint, FingerprintError, Identity, Lockout, PasswordHash, PasswordHashError,
    PasswordPlace, PasswordPlaceError, Tls,
};
pub use mistake::{Mistake, Mistakes};
pub use model::{
    Account, Adapter, Config, Copied, Durability, Firm, Fix, FixLog, Journal, MessageStore,
    Metrics, Nova, NovaIdentity, Postgresql, Provider, Replacement, Role, ScopedLimits, Session,
    Settlement, Store, TimePrecision, Venue,
};
pub use on_disconnect::OnDisconnect;
pub use schedule::{Recurrence, Schedule};
pub use secret::{Secret, SecretError, SecretText};
pub use span::{Span, SpanError};
pub use throttle::{Throttle, Tiers};
pub use trading_calendar::TradingCalendar;
pub use validation::Validation;

/// The longest file that is taken, in bytes: far above ten thousand sessions.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads the configuration in a file.
///
/// # Errors
/// Every mistake in the file, or the one that it cannot be read.
pub fn load(path: impl AsRef<Path>) -> Result<Config, Mistakes> {
    let path = path.as_ref();
    let bytes = read_file(path).map_err(|error| {
        let what = format!("cannot be read: {error}");
        Mistakes::of_file(path, what, "Check the path and its permissions")
    })?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => parse(text, path),
        Err(error) => {
            let line = bytes
                .iter()
                .take(error.valid_up_to())
                .filter(|byte| **byte == b'\n')
                .count();
            let what = format!("is not UTF-8 text: line {} holds other bytes", line + 1);
            Err(Mistakes::of_file(path, what, "Save the file as UTF-8"))
        }
    }
}

/// Reads the configuration in a text. `file` is what the text is called in mistakes, and where relative
/// paths in it start from.
///
/// # Errors
/// Every mistake in the text.
pub fn parse(text: &str, file: impl AsRef<Path>) -> Result<Config, Mistakes> {
    let file = file.as_ref();
    if text.len() > FILE_BYTES_MAX {
        let what = format!("is longer than {FILE_BYTES_MAX} bytes");
        return Err(Mistakes::of_file(file, what, "Shorten it"));
    }
    read::config(text, file)
}

fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    // One byte above the limit tells `parse` that there is more.
    std::fs::File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
