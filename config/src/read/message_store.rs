//! Reads how much is kept of what was sent to each session.

use std::time::Duration;

use crate::mistake::{Fault, Report};
use crate::model::MessageStore;
use crate::table::Table;
use crate::value;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;
const HOUR: Duration = Duration::from_secs(3_600);

/// All of it fits this many files at least, so that a drop is a small part of what is kept.
const FILES_MIN: u64 = 4;

pub(super) fn message_store(table: &Table<'_>, report: &mut Report) -> MessageStore {
    let segment = |v| value::size(v, 64 * KIB..=GIB);
    let segment_bytes = table.or("segment_size", 16 * MIB, segment, report);
    let size = |v| value::size(v, 256 * KIB..=1_024 * GIB);
    let bytes_max = table.or("max_size", GIB, size, report);
    if bytes_max / FILES_MIN < segment_bytes {
        let fault = Fault::new(
            format!("holds less than {FILES_MIN} files of message_store.segment_size"),
            "Make it larger, or the files smaller",
        );
        report.add(&table.span_of("max_size"), &table.path("max_size"), fault);
    }
    let age = |v| value::duration(v, HOUR..=24 * 3_653 * HOUR);
    let age_max = table.or("max_age", 720 * HOUR, age, report);
    MessageStore {
        segment_bytes,
        bytes_max,
        age_max,
    }
}
