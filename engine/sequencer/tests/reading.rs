//! Readers get every event once, in order, from any position, from memory or from disk, and hold
//! nobody up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod market;

use engine::{CommandNumber, Event, EventBody, IgnoreReason};
use market::{Flow, batches, copy, read_all, set_up, start, wait, write_logs};
use sequencer::{EventPosition, Opened, Options, ReadError, open, verify};

fn options(directory: &tempfile::TempDir) -> Options {
    // Small segments and little memory, so that readers meet every boundary.
    Options {
        segment_bytes: 4_000,
        ring_events: 10,
        ..Options::new(directory.path())
    }
}

/// A sequencer that has published 61 batches.
fn busy(directory: &tempfile::TempDir) -> Opened {
    let opened = start(&options(directory));
    let mut reader = opened.events.reader(EventPosition::START);
    for batch in batches(&[3; 60], 3) {
        opened.commands.submit_blocking(batch).unwrap();
        wait(reader.next()).unwrap();
    }
    opened
}

#[test]
fn a_reader_from_any_position_gets_the_same_events() {
    let directory = tempfile::tempdir().unwrap();
    let opened = busy(&directory);
    let all = read_all(&opened, 0);
    assert_eq!(opened.events.end().get(), u64::try_from(all.len()).unwrap());
    for (from, position) in (0..=all.len()).zip(0..) {
        assert_eq!(read_all(&opened, position), all[from..], "from {position}");
    }
    opened.running.stop().unwrap();

    // After a start nothing is in memory: everything comes from disk.
    let opened = start(&options(&directory));
    for (from, position) in (0..=all.len()).zip(0..) {
        assert_eq!(
            read_all(&opened, position),
            all[from..],
            "from {position} on disk"
        );
    }
    opened.running.stop().unwrap();
}

#[test]
fn waiting_readers_get_the_same_events() {
    let directory = tempfile::tempdir().unwrap();
    let opened = busy(&directory);
    let all = read_all(&opened, 0);
    let mut reader = opened.events.reader(EventPosition::START);
    let events = wait(async {
        let mut events = Vec::new();
        while reader.position() < opened.events.end() {
            events.extend_from_slice(&reader.next().await.unwrap());
        }
        events
    });
    assert_eq!(events, all);
    opened.running.stop().unwrap();
}

#[test]
fn a_reader_that_never_reads_holds_up_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let opened = start(&options(&directory));
    let mut slow = opened.events.reader(EventPosition::START);
    let mut quick = opened.events.reader(EventPosition::START);
    let mut seen = Vec::new();
    for batch in batches(&[5; 50], 4) {
        opened.commands.submit_blocking(batch).unwrap();
        seen.extend_from_slice(&wait(quick.next()).unwrap());
    }
    let mut late = Vec::new();
    while let Some(batch) = slow.try_next().unwrap() {
        late.extend_from_slice(&batch);
    }
    assert_eq!(late, seen);
    opened.running.stop().unwrap();
}

#[test]
fn readers_are_told_the_end_after_the_last_event() {
    let directory = tempfile::tempdir().unwrap();
    let opened = start(&options(&directory));
    opened.commands.submit_blocking(set_up()).unwrap();
    let mut reader = opened.events.reader(EventPosition::START);
    let mut ahead = opened.events.reader(EventPosition::new(1_000_000));
    opened.running.stop().unwrap();
    let batch = wait(reader.next()).unwrap();
    assert_eq!(batch.end(), opened.events.end());
    assert!(
        matches!(wait(reader.next()), Err(ReadError::Ended(stopped)) if stopped.cause.is_none())
    );
    assert!(matches!(wait(ahead.next()), Err(ReadError::Ended(_))));
    assert!(ahead.try_next().unwrap().is_none());
}

#[test]
fn senders_keep_their_order_and_none_is_lost() {
    const EACH: u64 = 2_000;
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        queue_limit: 16,
        batch_limit: 8,
        ..options(&directory)
    };
    let opened = start(&options);
    opened.commands.submit_blocking(set_up()).unwrap();
    std::thread::scope(|scope| {
        for session in 0..2 {
            let commands = opened.commands.clone();
            scope.spawn(move || {
                let mut flow = Flow::new(session);
                let mut left = EACH;
                // Pieces of 1 to 20: smaller and larger than a batch.
                for size in (1..=20).cycle() {
                    let size = left.min(size);
                    let piece = (0..size).map(|_| flow.next_of(session)).collect();
                    commands.submit_blocking(piece).unwrap();
                    left -= size;
                    if left == 0 {
                        break;
                    }
                }
            });
        }
    });
    opened.running.stop().unwrap();
    let commands = verify(directory.path()).unwrap().next_command;
    assert_eq!(commands, CommandNumber::new(1 + 7 + 2 * EACH));
    // A message out of its order would have been ignored by the engine.
    let opened = start(&options);
    let out_of_order = |event: &Event| {
        matches!(
            event.body,
            EventBody::Ignored {
                reason: IgnoreReason::AlreadyTaken,
                ..
            }
        )
    };
    assert!(!read_all(&opened, 0).iter().any(out_of_order));
    opened.running.stop().unwrap();
}

#[test]
fn a_copy_taken_at_any_moment_has_everything_published_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let opened = start(&options(&directory));
    let mut reader = opened.events.reader(EventPosition::START);
    let mut flow = Flow::new(11);
    opened.commands.submit_blocking(set_up()).unwrap();
    let mut published = Vec::new();
    for round in 0..20 {
        for size in 1..4 {
            opened.commands.submit_blocking(flow.take(size)).unwrap();
        }
        published.extend_from_slice(&wait(reader.next()).unwrap());
        // As kill -9 would leave it: with the engine thread somewhere in its work.
        let copy = copy_events_first(directory.path());
        let copied = open(&options(&copy), market::clock()).unwrap();
        let events = read_all(&copied, 0);
        assert_eq!(events[..published.len()], published, "round {round}");
        copied.running.stop().unwrap();
        verify(copy.path()).unwrap();
    }
    opened.running.stop().unwrap();
}

/// The journal is copied last, so that it is never behind the event log of the copy.
fn copy_events_first(directory: &std::path::Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for log in ["events", "journal"] {
        std::fs::create_dir(copy.path().join(log)).unwrap();
        for file in market::files(directory, log) {
            std::fs::copy(&file, copy.path().join(log).join(file.file_name().unwrap())).unwrap();
        }
    }
    copy
}

#[test]
fn the_clock_never_goes_back() {
    let directory = tempfile::tempdir().unwrap();
    let options = options(&directory);
    let mut times = [50, 40, 60, 10].into_iter().cycle();
    let clock = move || engine::Timestamp::from_nanos(times.next().unwrap());
    let opened = open(&options, clock.clone()).unwrap();
    let mut reader = opened.events.reader(EventPosition::START);
    for batch in batches(&[1; 6], 1) {
        opened.commands.submit_blocking(batch).unwrap();
        wait(reader.next()).unwrap();
    }
    opened.running.stop().unwrap();
    let opened = open(&options, clock).unwrap();
    opened
        .commands
        .submit_blocking(Flow::new(2).take(1))
        .unwrap();
    opened.running.stop().unwrap();
    let opened = start(&options);
    let mut times: Vec<_> = read_all(&opened, 0)
        .iter()
        .map(|event| event.time.nanos())
        .collect();
    assert!(times.is_sorted());
    times.dedup();
    assert_eq!(times, [50, 60]);
    opened.running.stop().unwrap();
}

#[test]
fn what_is_written_does_not_depend_on_how_it_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    write_logs(&options(&directory), &batches(&[4; 30], 9));
    let copies = [copy(directory.path()), copy(directory.path())];
    for copy in &copies {
        std::fs::remove_dir_all(copy.path().join("events")).unwrap();
        start(&Options::new(copy.path())).running.stop().unwrap();
        assert_eq!(
            market::contents(copy.path()),
            market::contents(directory.path())
        );
    }
}
