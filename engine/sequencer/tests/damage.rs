//! Whatever happens to the files is found: a write that a crash interrupted is cut, everything else
//! is refused, and what is refused is not touched.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod market;

use std::fs;
use std::path::Path;

use market::{
    Flow, Sizes, batches, contents, copy, cut, files, flip, last_file, memory, read_all, size,
    start, write_logs,
};
use sequencer::{OpenError, Options, RecoveryError, VerifyError, open, verify};

/// Logs of seven small batches; how long they were before the last batch.
fn small_logs() -> (tempfile::TempDir, Sizes) {
    let directory = memory();
    let sizes = write_logs(
        &Options::new(directory.path()),
        &batches(&[1, 2, 1, 3, 1, 2], 7),
    );
    (directory, *sizes.last().unwrap())
}

/// Logs of many segments.
fn many_segments() -> tempfile::TempDir {
    let directory = memory();
    let options = Options {
        segment_bytes: 1_000,
        ..Options::new(directory.path())
    };
    write_logs(&options, &batches(&[3; 20], 5));
    assert!(files(directory.path(), "journal").len() > 4);
    directory
}

fn refused(directory: &Path) -> RecoveryError {
    let before = contents(directory);
    let verified = match verify(directory) {
        Err(VerifyError::Logs(error)) => error,
        other => panic!("expected a refusal, got {other:?}"),
    };
    match open(&Options::new(directory), market::clock()) {
        Err(OpenError::Recovery(error)) => assert_eq!(error.to_string(), verified.to_string()),
        other => panic!("expected a refusal, got {other:?}"),
    }
    assert_eq!(
        contents(directory),
        before,
        "what is refused is not touched"
    );
    verified
}

/// The start succeeds, and the logs are then good and can be written on.
fn accepted(directory: &Path) -> sequencer::RecoveryReport {
    let options = Options::new(directory);
    let opened = start(&options);
    opened
        .commands
        .submit_blocking(Flow::new(99).take(2))
        .unwrap();
    let report = opened.recovery.clone();
    opened.running.stop().unwrap();
    let verified = verify(directory).unwrap();
    assert_eq!(verified.next_command.get(), report.next_command.get() + 2);
    assert_eq!((verified.journal_cut, verified.events_missing), (None, 0));
    report
}

#[test]
fn a_torn_tail_is_cut_wherever_it_was_torn() {
    let (logs, before) = small_logs();
    let end = size(&last_file(logs.path(), "journal"));
    let commands = verify(logs.path()).unwrap().next_command.get() - 1 - 2;
    for torn in before.journal..end {
        let logs = copy(logs.path());
        cut(&last_file(logs.path(), "events"), before.events);
        cut(&last_file(logs.path(), "journal"), torn);
        let report = accepted(logs.path());
        assert_eq!(report.commands, commands);
        let cut = report.journal_cut.map_or(0, |cut| cut.bytes);
        assert_eq!(cut, torn - before.journal);
    }
}

#[test]
fn a_tail_that_was_never_written_is_cut() {
    let (logs, before) = small_logs();
    let journal = last_file(logs.path(), "journal");
    let end = size(&journal);
    cut(&last_file(logs.path(), "events"), before.events);
    // The file was made longer, but none or only the first part of the bytes arrived.
    for written in [0, 1, 4, 50, 116, 120] {
        let logs = copy(logs.path());
        let journal = last_file(logs.path(), "journal");
        cut(&journal, before.journal + written);
        cut(&journal, end);
        let report = accepted(logs.path());
        assert_eq!(report.journal_cut.unwrap().bytes, end - before.journal);
    }
}

#[test]
fn a_torn_tail_is_refused_if_its_events_were_published() {
    let (logs, before) = small_logs();
    let end = size(&last_file(logs.path(), "journal"));
    let events_end = size(&last_file(logs.path(), "events"));
    for (torn, events) in [
        (before.journal, events_end),
        (before.journal + 1, events_end),
        (end - 1, events_end),
        (end - 1, before.events + 1),
        (before.journal, before.events + 1),
    ] {
        let logs = copy(logs.path());
        cut(&last_file(logs.path(), "events"), events);
        cut(&last_file(logs.path(), "journal"), torn);
        let error = refused(logs.path());
        assert!(
            matches!(error, RecoveryError::EventLogAhead { .. }),
            "{error}"
        );
    }
}

#[test]
fn every_changed_byte_of_a_published_journal_is_refused() {
    let (logs, _) = small_logs();
    for byte in 0..usize::try_from(size(&last_file(logs.path(), "journal"))).unwrap() {
        let logs = copy(logs.path());
        flip(&last_file(logs.path(), "journal"), byte);
        refused(logs.path());
    }
}

#[test]
fn every_changed_byte_of_an_unpublished_batch_is_cut_or_refused() {
    let (logs, before) = small_logs();
    cut(&last_file(logs.path(), "events"), before.events);
    let commands = verify(logs.path()).unwrap().next_command.get() - 1;
    let end = size(&last_file(logs.path(), "journal"));
    for byte in 0..usize::try_from(end).unwrap() {
        let logs = copy(logs.path());
        flip(&last_file(logs.path(), "journal"), byte);
        let last = byte >= usize::try_from(before.journal).unwrap();
        match verify(logs.path()) {
            Err(_) => drop(refused(logs.path())),
            Ok(report) => {
                assert!(last, "byte {byte} is of a published batch");
                assert_eq!(report.journal_cut.unwrap().bytes, end - before.journal);
                assert_eq!(accepted(logs.path()).commands, commands - 2);
            }
        }
    }
}

#[test]
fn every_changed_byte_of_the_event_log_is_put_right_or_refused() {
    let (logs, before) = small_logs();
    let good = contents(logs.path());
    let end = usize::try_from(size(&last_file(logs.path(), "events"))).unwrap();
    for byte in 0..end {
        let logs = copy(logs.path());
        flip(&last_file(logs.path(), "events"), byte);
        match verify(logs.path()) {
            Err(_) => drop(refused(logs.path())),
            Ok(report) => {
                assert!(byte >= usize::try_from(before.events).unwrap());
                assert!(report.events_missing > 0 && report.events_cut.is_some());
                let opened = start(&Options::new(logs.path()));
                opened.running.stop().unwrap();
                assert_eq!(contents(logs.path()), good);
            }
        }
    }
}

#[test]
fn a_short_event_log_is_completed_byte_for_byte() {
    let (logs, _) = small_logs();
    let good = contents(logs.path());
    for events in 0..size(&last_file(logs.path(), "events")) {
        let logs = copy(logs.path());
        cut(&last_file(logs.path(), "events"), events);
        let opened = start(&Options::new(logs.path()));
        assert!(opened.recovery.events_rebuilt > 0);
        let read = read_all(&opened, 0);
        assert_eq!(u64::try_from(read.len()).unwrap(), opened.recovery.events);
        opened.running.stop().unwrap();
        assert_eq!(contents(logs.path()), good);
    }
}

#[test]
fn a_missing_event_log_is_made_again_in_the_same_segments() {
    let logs = many_segments();
    let good = contents(logs.path());
    for kept in 0..files(logs.path(), "events").len() {
        let logs = copy(logs.path());
        for file in files(logs.path(), "events").into_iter().skip(kept) {
            fs::remove_file(file).unwrap();
        }
        let missing = verify(logs.path()).unwrap().events_missing;
        // Another limit of segments applies to what is new, not to what is made again.
        let opened = start(&Options::new(logs.path()));
        assert_eq!(opened.recovery.events_rebuilt, missing);
        opened.running.stop().unwrap();
        assert_eq!(contents(logs.path()), good);
    }
}

#[test]
fn a_missing_segment_is_refused() {
    let logs = many_segments();
    let count = files(logs.path(), "journal").len();
    for log in ["journal", "events"] {
        // The last one of the event log may be made again; that is another test.
        for missing in 0..if log == "journal" { count } else { count - 1 } {
            let logs = copy(logs.path());
            fs::remove_file(&files(logs.path(), log)[missing]).unwrap();
            refused(logs.path());
        }
    }
}

#[test]
fn a_segment_that_ends_early_is_refused() {
    let logs = many_segments();
    for log in ["journal", "events"] {
        let length = size(&files(logs.path(), log)[1]);
        for bytes in [0, 1, 115, 116, length - 1] {
            let logs = copy(logs.path());
            cut(&files(logs.path(), log)[1], bytes);
            refused(logs.path());
        }
    }
}

#[test]
fn an_event_log_that_goes_on_after_the_journal_is_refused() {
    let (logs, _) = small_logs();
    for more in [&b"x"[..], &[0; 200]] {
        let logs = copy(logs.path());
        let events = last_file(logs.path(), "events");
        let mut bytes = fs::read(&events).unwrap();
        bytes.extend_from_slice(more);
        fs::write(&events, bytes).unwrap();
        assert!(matches!(
            refused(logs.path()),
            RecoveryError::EventLogAhead { .. }
        ));
    }
}

#[test]
fn good_logs_that_do_not_belong_together_are_refused() {
    let (logs, _) = small_logs();
    let other = memory();
    write_logs(
        &Options::new(other.path()),
        &batches(&[1, 2, 1, 3, 1, 2], 8),
    );
    fs::copy(
        last_file(other.path(), "events"),
        last_file(logs.path(), "events"),
    )
    .unwrap();
    assert!(matches!(
        refused(logs.path()),
        RecoveryError::EventLogDiffers { .. }
    ));

    let (one, two) = (many_segments(), many_segments());
    let options = Options {
        segment_bytes: 1_000,
        ..Options::new(two.path())
    };
    fs::remove_dir_all(two.path().join("journal")).unwrap();
    fs::remove_dir_all(two.path().join("events")).unwrap();
    write_logs(&options, &batches(&[3; 20], 6));
    for (from, to) in files(two.path(), "journal")
        .iter()
        .zip(files(one.path(), "journal"))
        .skip(1)
    {
        if from.file_name() == to.file_name() {
            fs::copy(from, to).unwrap();
        }
    }
    refused(one.path());
}

#[test]
fn foreign_files_are_refused() {
    let (logs, _) = small_logs();
    for name in [
        "journal/notes.txt",
        "events/1.events",
        "journal/00000000000000000001.events",
    ] {
        let logs = copy(logs.path());
        fs::write(logs.path().join(name), "hello").unwrap();
        assert!(matches!(
            refused(logs.path()),
            RecoveryError::ForeignFile(_)
        ));
    }
    let logs = copy(logs.path());
    fs::remove_file(last_file(logs.path(), "events")).unwrap();
    fs::write(
        last_file(logs.path(), "journal"),
        "hello, this is not a journal",
    )
    .unwrap();
    assert!(refused(logs.path()).to_string().contains("move it away"));
}

/// Where a header has its versions, its checksum, and how long it is; see the table in `batch.rs`.
const FORMAT_AT: usize = 4;
const SCHEMA_AT: usize = 6;
const CHECKSUM_AT: usize = 112;

#[test]
fn another_version_is_refused_with_what_to_do() {
    for (log, field, found, read, what) in [
        ("journal", FORMAT_AT, 2_u16, 1, "a file of format"),
        ("journal", SCHEMA_AT, 3, 4, "commands and events of"),
        ("journal", SCHEMA_AT, 5, 4, "commands and events of"),
        ("events", FORMAT_AT, 2, 1, "a file of format"),
        ("events", SCHEMA_AT, 3, 4, "commands and events of"),
    ] {
        let logs = many_segments();
        let file = &files(logs.path(), log)[0];
        let mut bytes = fs::read(file).unwrap();
        bytes[field..field + 2].copy_from_slice(&found.to_le_bytes());
        let checksum = crc32c::crc32c(&bytes[..CHECKSUM_AT]).to_le_bytes();
        bytes[CHECKSUM_AT..CHECKSUM_AT + 4].copy_from_slice(&checksum);
        fs::write(file, bytes).unwrap();
        let text = refused(logs.path()).to_string();
        let expected = format!(
            "{}: at byte 0: found {what} version {found}; this program reads version {read}. Nothing was \
             changed. Start the version of the program that wrote this file",
            file.display()
        );
        assert!(text.starts_with(&expected), "{text}");
    }
}
