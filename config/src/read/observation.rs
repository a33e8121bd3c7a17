//! Reads the sections that say how the venue is watched: its FIX logs and its metrics.

use std::net::SocketAddr;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

use super::settings::{KIB, MIB, count_or, size_or};
use crate::mistake::{Fault, Report};
use crate::model::{FixLog, Metrics};
use crate::table::Table;
use crate::value;

const HOUR: Duration = Duration::from_secs(3_600);
const YEAR: Duration = Duration::from_secs(366 * 24 * 3_600);
const GIB: u64 = 1024 * MIB;

pub(super) fn fix_log(table: &Table<'_>, report: &mut Report) -> Option<FixLog> {
    let enabled = table.or("enabled", true, value::boolean, report);
    let file = size_or(table, "max_file_size", 64 * MIB, 64 * KIB..=4 * GIB, report);
    let age = |v| value::duration(v, Duration::from_secs(60)..=YEAR);
    let age = table.or("max_file_age", 24 * HOUR, age, report);
    let files = count_or(table, "keep_files", 16, 1..=10_000, report);
    Some(FixLog {
        enabled,
        max_file_bytes: file,
        max_file_age: age,
        keep_files: files,
    })
}

pub(super) fn metrics(table: &Table<'_>, report: &mut Report) -> Option<Metrics> {
    let listen = table.optional("listen", loopback_address, report);
    let per_session = table.or("per_session", true, value::boolean, report);
    Some(Metrics {
        listen: listen.map(|found| found.value),
        per_session,
    })
}

/// Metrics are shown to whoever asks, so they are not shown to other machines.
fn loopback_address<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<SocketAddr, Fault> {
    let address = value::address(value)?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err(Fault::new(
        format!(
            "{address} can be reached from other machines, and whoever asks is shown the metrics"
        ),
        "Listen on 127.0.0.1 or [::1]",
    ))
}
