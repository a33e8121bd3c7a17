//! Reads the sections that stand once in a file: the venue, its listener, its journal, its settlement.

use std::net::SocketAddr;
use std::time::Duration;

use engine::SessionName;

use crate::identity::Lockout;
use crate::mistake::{Fault, Report};
use crate::model::{Durability, Fix, Journal, Settlement, Store, TimePrecision, Venue};
use crate::table::Table;
use crate::value;

/// The venue's CompID when a file does not name it.
pub(super) const COMP_ID: &str = "CLOUDPIT";

pub(super) const KIB: u64 = 1024;
pub(super) const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

const PRECISIONS: [(&str, TimePrecision); 3] = [
    ("milliseconds", TimePrecision::Milliseconds),
    ("microseconds", TimePrecision::Microseconds),
    ("nanoseconds", TimePrecision::Nanoseconds),
];

/// Both logs together fit this many files of the journal's at least.
const JOURNAL_FILES_MIN: u64 = 8;

const DURABILITIES: [(&str, Durability); 2] = [
    ("fsync", Durability::Fsync),
    ("buffered", Durability::Buffered),
];

pub(super) fn venue(table: &Table<'_>, report: &mut Report) -> Option<Venue> {
    let default = value::parse_name::<SessionName>(COMP_ID).ok();
    let comp_id = table.or(
        "comp_id",
        default,
        |value| value::name(value).map(Some),
        report,
    );
    let name = table.or("name", "Cloudpit", value::string, report);
    if name.trim().is_empty() {
        let fault = Fault::new("is empty", "Write the venue's name, or leave the line out");
        report.add(&table.span_of("name"), &table.path("name"), fault);
    }
    Some(Venue {
        comp_id: comp_id?,
        name: name.trim().to_owned(),
    })
}

pub(super) fn fix(table: &Table<'_>, report: &mut Report) -> Option<Fix> {
    let listen = table.required("listen", value::address, report);
    let tolerance = sending_time_tolerance(table, report).unwrap_or(Duration::from_secs(120));
    let precision = TimePrecision::Microseconds;
    let precision = table.or(
        "time_precision",
        precision,
        |v| value::choice(v, &PRECISIONS),
        report,
    );
    let message = size_or(table, "max_message_size", 64 * KIB, KIB..=512 * KIB, report);
    let unsent = size_or(table, "max_unsent_size", 16 * MIB, 64 * KIB..=GIB, report);
    if unsent < message {
        let fault = Fault::new(
            "is smaller than fix.max_message_size, so a client could not be sent one message",
            "Make it at least as large",
        );
        report.add(
            &table.span_of("max_unsent_size"),
            &table.path("max_unsent_size"),
            fault,
        );
    }
    let resend_batch = count_or(table, "resend_batch", 64, 1..=1_024, report);
    let seconds = |from, to| Duration::from_secs(from)..=Duration::from_secs(to);
    let unsent_time = |v| value::duration(v, seconds(1, 3_600));
    let unsent_time = table.or(
        "max_unsent_time",
        Duration::from_secs(30),
        unsent_time,
        report,
    );
    let mut connections = |key, default| count_or(table, key, default, 1..=1_000_000, report);
    let max_connections = connections("max_connections", 1_024);
    let per_address = connections("max_connections_per_address", 256);
    let before_logon = connections("max_connections_before_logon", 256);
    let rate = connections("max_connection_rate", 100);
    let logon = |v| value::duration(v, seconds(1, 300));
    let logon = table.or("logon_timeout", Duration::from_secs(10), logon, report);
    let logout = |v| value::duration(v, seconds(1, 300));
    let logout = table.or("logout_timeout", Duration::from_secs(5), logout, report);
    Some(Fix {
        listen: listen.map(|found| found.value)?,
        sending_time_tolerance: tolerance,
        time_precision: precision,
        max_message_bytes: usize::try_from(message).ok()?,
        max_unsent_bytes: usize::try_from(unsent).ok()?,
        max_unsent_time: unsent_time,
        max_connections,
        max_connections_per_address: per_address,
        max_connections_before_logon: before_logon,
        max_connection_rate: u32::try_from(rate).ok()?,
        resend_batch,
        logon_timeout: logon,
        logout_timeout: logout,
        lockout: lockout(table, report)?,
    })
}

fn lockout(table: &Table<'_>, report: &mut Report) -> Option<Lockout> {
    let failures = count_or(table, "lockout_failures", 5, 1..=1_000, report);
    let mut time = |key, default: Duration| {
        let read = |value| value::duration(value, Duration::from_secs(1)..=DAY);
        table.or(key, default, read, report)
    };
    Some(Lockout {
        failures: u32::try_from(failures).ok()?,
        window: time("lockout_window", MINUTE),
        duration: time("lockout_duration", 5 * MINUTE),
    })
}

/// Without TLS the listener is for this machine only.
pub(super) fn check_listen(
    table: &Table<'_>,
    listen: SocketAddr,
    encrypts: bool,
    report: &mut Report,
) {
    if encrypts || listen.ip().is_loopback() {
        return;
    }
    let fault = Fault::new(
        format!("{listen} can be reached from other machines, and the listener does not encrypt"),
        "Listen on 127.0.0.1 or [::1], or set up [tls]",
    );
    report.add(&table.span_of("listen"), &table.path("listen"), fault);
}

pub(super) fn journal(table: &Table<'_>, report: &mut Report) -> Option<Journal> {
    let durability = Durability::Fsync;
    let durability = table.or(
        "durability",
        durability,
        |v| value::choice(v, &DURABILITIES),
        report,
    );
    let segment = size_or(table, "segment_size", 256 * MIB, 64 * KIB..=4 * GIB, report);
    let queue = count_or(table, "queue_limit", 65_536, 1..=16_777_216, report);
    let batch = count_or(table, "batch_limit", 1_024.min(queue), 1..=65_536, report);
    if batch > queue {
        let fault = Fault::new(
            "is larger than journal.queue_limit, so no batch could fill",
            "Make it at most as large",
        );
        report.add(
            &table.span_of("batch_limit"),
            &table.path("batch_limit"),
            fault,
        );
    }
    let commands = count_or(
        table,
        "snapshot_commands",
        1_000_000,
        100..=1_000_000_000,
        report,
    );
    let age = |v| value::duration(v, 60 * MINUTE..=3_653 * DAY);
    let max_age = table.optional("max_age", age, report);
    Some(Journal {
        max_bytes: journal_size(table, segment, report),
        max_age: max_age.map(|found| found.value),
        keep_free_bytes: size_or(
            table,
            "keep_free",
            256 * MIB,
            MIB..=64 * 1_024 * GIB,
            report,
        ),
        durability,
        segment_bytes: segment,
        queue_limit: queue,
        batch_limit: batch,
        snapshot_commands: u64::try_from(commands).ok()?,
        snapshot_bytes: size_or(table, "snapshot_size", 256 * MIB, MIB..=64 * GIB, report),
        keep_snapshots: count_or(table, "keep_snapshots", 2, 2..=100, report),
    })
}

/// How large both logs may become: enough for some files of each, so that a drop is a small part of what is kept.
fn journal_size(table: &Table<'_>, segment: u64, report: &mut Report) -> Option<u64> {
    let size = |v| value::size(v, 512 * KIB..=1_024 * 1_024 * GIB);
    let found = table.optional("max_size", size, report)?;
    if found.value / JOURNAL_FILES_MIN < segment {
        let fault = Fault::new(
            format!("holds less than {JOURNAL_FILES_MIN} files of journal.segment_size"),
            "Make it larger, or the files smaller",
        );
        report.add(&table.span_of("max_size"), &table.path("max_size"), fault);
    }
    Some(found.value)
}

pub(super) fn settlement(
    table: &Table<'_>,
    store: Option<Store>,
    report: &mut Report,
) -> Option<Settlement> {
    let workers = count_or(table, "max_workers", 32, 1..=1_024, report);
    let attempts = count_or(table, "max_attempts", 8, 1..=1_000, report);
    let mut interval = |key, default: u64| {
        let range = Duration::from_millis(10)..=MINUTE;
        let read = |value| value::duration(value, range);
        table.or(key, Duration::from_millis(default), read, report)
    };
    let poll_interval = interval("poll_interval", 50);
    let deposit_interval = interval("deposit_interval", 1_000);
    let mut step = |key, default: Duration| {
        let read = |value| value::duration(value, Duration::from_secs(1)..=DAY);
        table.or(key, default, read, report)
    };
    Some(Settlement {
        store: store?,
        max_workers: workers,
        max_attempts: u32::try_from(attempts).ok()?,
        poll_interval,
        deposit_interval,
        reconciliation_interval: step("reconciliation_interval", MINUTE),
        funding_timeout: step("funding_timeout", MINUTE),
        fencing_timeout: step("fencing_timeout", 5 * MINUTE),
        terminating_timeout: step("terminating_timeout", 10 * MINUTE),
        placing_timeout: step("placing_timeout", 10 * MINUTE),
        starting_timeout: step("starting_timeout", 10 * MINUTE),
    })
}

/// How far SendingTime(52) may be from the venue's clock, where the table says so.
pub(super) fn sending_time_tolerance(table: &Table<'_>, report: &mut Report) -> Option<Duration> {
    let range = Duration::from_secs(1)..=DAY;
    let read = |value| value::duration(value, range);
    table
        .optional("sending_time_tolerance", read, report)
        .map(|found| found.value)
}

pub(super) fn size_or(
    table: &Table<'_>,
    key: &'static str,
    default: u64,
    range: std::ops::RangeInclusive<u64>,
    report: &mut Report,
) -> u64 {
    table.or(key, default, |value| value::size(value, range), report)
}

pub(super) fn count_or(
    table: &Table<'_>,
    key: &'static str,
    default: usize,
    range: std::ops::RangeInclusive<u64>,
    report: &mut Report,
) -> usize {
    let read = |value| value::integer(value, range);
    let found = table.optional(key, read, report);
    found
        .and_then(|found| usize::try_from(found.value).ok())
        .unwrap_or(default)
}
