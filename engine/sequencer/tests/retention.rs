//! Both logs are dropped from the oldest on where they are limited: never what a snapshot or a reader needs, never
//! without saying so, and what is kept is as good as before.

mod market;

use std::fs;
use std::path::Path;
use std::time::Duration;

use engine::{Event, Timestamp};
use market::{
    Flow, contents, copy, end_day, files, flip, memory, read_all, set_up, snapshots, start, wait,
};
use sequencer::{
    EventPosition, Opened, Options, ReadError, VerifyError, VerifyFrom, open, verify, verify_from,
};

fn options(directory: &Path) -> Options {
    Options {
        segment_bytes: 1_500,
        bytes_max: Some(8_000),
        ring_events: 5,
        ..Options::new(directory)
    }
}

/// Ends trading days until something was dropped; at most 20. The first event that is kept.
fn until_dropped(opened: &mut Opened, flow: &mut Flow) -> Option<EventPosition> {
    for _ in 0..20 {
        end_day(opened, flow.take(12));
        let kept_from = opened.archive.borrow().kept_from;
        if kept_from.is_some() {
            return kept_from;
        }
    }
    None
}

/// What a reader gets from a position on, to the end.
fn read(opened: &Opened, from: EventPosition) -> Result<Vec<Event>, ReadError> {
    let mut reader = opened.events.reader(from);
    let mut events = Vec::new();
    while let Some(batch) = reader.try_next()? {
        events.extend_from_slice(&batch);
    }
    Ok(events)
}

#[test]
fn what_is_beyond_a_size_is_dropped_and_the_rest_is_as_good_as_before() {
    let directory = memory();
    let mut opened = start(&options(directory.path()));
    opened.commands.submit_blocking(set_up()).unwrap();
    let mut flow = Flow::new(3);
    let mut seen = Vec::new();
    let mut reader = opened.events.reader(EventPosition::START);
    opened.hold.release();
    let mut kept_from = None;
    while kept_from.is_none() && seen.len() < 10_000 {
        end_day(&mut opened, flow.take(12));
        while let Some(batch) = reader.try_next().unwrap() {
            seen.extend_from_slice(&batch);
        }
        kept_from = opened.archive.borrow().kept_from;
    }
    let kept_from = kept_from.unwrap();
    assert!(kept_from > EventPosition::START);
    let kept = usize::try_from(kept_from.get()).unwrap();
    for position in 0..kept_from.get() {
        let position = EventPosition::new(position);
        let expected = format!(
            "the events from position {position} are no longer kept: the event log begins with position {kept_from}"
        );
        assert_eq!(read(&opened, position).unwrap_err().to_string(), expected);
    }
    assert_eq!(read(&opened, kept_from).unwrap(), seen[kept..]);
    opened.running.stop().unwrap();

    assert!(matches!(
        verify(directory.path()),
        Err(VerifyError::StartDropped { .. })
    ));
    let report = verify_from(directory.path(), VerifyFrom::Snapshot).unwrap();
    assert_eq!(report.snapshots, 2);
    let opened = start(&options(directory.path()));
    assert_eq!(read(&opened, kept_from).unwrap(), seen[kept..]);
    assert!(matches!(
        wait(opened.events.reader(EventPosition::START).next()),
        Err(ReadError::Dropped { kept_from: from, .. }) if from == kept_from
    ));
    opened.running.stop().unwrap();
}

#[test]
fn both_newest_snapshots_can_be_started_from_after_a_drop() {
    let directory = memory();
    let mut opened = start(&options(directory.path()));
    opened.commands.submit_blocking(set_up()).unwrap();
    opened.hold.release();
    until_dropped(&mut opened, &mut Flow::new(3)).unwrap();
    opened
        .commands
        .submit_blocking(Flow::new(4).take(3))
        .unwrap();
    opened.running.stop().unwrap();
    let whole = contents(directory.path());
    for damaged in snapshots(directory.path()) {
        let copy = copy(directory.path());
        let damaged = damaged.strip_prefix(directory.path()).unwrap();
        flip(&copy.path().join(damaged), 200);
        start(&options(copy.path())).running.stop().unwrap();
        assert_eq!(contents(copy.path()), whole);
    }
}

#[test]
fn nothing_is_dropped_that_a_reader_has_not_passed() {
    let directory = memory();
    let mut opened = start(&options(directory.path()));
    opened.commands.submit_blocking(set_up()).unwrap();
    let mut flow = Flow::new(5);
    // Nobody has said yet which events are needed.
    assert_eq!(until_dropped(&mut opened, &mut flow), None);
    let mut slow = opened.events.reader(EventPosition::START);
    let held = opened.events.hold(EventPosition::START);
    opened.hold.release();
    assert_eq!(until_dropped(&mut opened, &mut flow), None);
    let mut passed = EventPosition::START;
    for _ in 0..10 {
        passed = slow.try_next().unwrap().unwrap().first();
    }
    assert_eq!(
        until_dropped(&mut opened, &mut flow),
        None,
        "the hold is still there"
    );
    drop(held);
    let kept_from = until_dropped(&mut opened, &mut flow).unwrap();
    // What was given out last is still there: it may not have been dealt with.
    assert!(kept_from <= passed);
    assert_eq!(
        read(&opened, passed).unwrap(),
        read_all(&opened, passed.get())
    );
    opened.running.stop().unwrap();
}

#[test]
fn what_is_too_old_by_the_time_of_the_journal_is_dropped() {
    let directory = memory();
    let hour = 3_600_000_000_000;
    let mut nanos = 1_700_000_000_000_000_000;
    let clock = move || {
        nanos += hour;
        Timestamp::from_nanos(nanos)
    };
    let options = Options {
        bytes_max: None,
        age_max: Some(Duration::from_secs(10 * 3_600)),
        ..options(directory.path())
    };
    let mut opened = open(&options, clock).unwrap();
    opened.commands.submit_blocking(set_up()).unwrap();
    opened.hold.release();
    let kept_from = until_dropped(&mut opened, &mut Flow::new(6)).unwrap();
    let times: Vec<_> = read(&opened, kept_from)
        .unwrap()
        .iter()
        .map(|event| event.time.nanos())
        .collect();
    let (first, last) = (times[0], times[times.len() - 1]);
    // A file is kept whole, and with it what is older than the limit.
    assert!(last - first >= 9 * hour, "{}", (last - first) / hour);
    opened.running.stop().unwrap();
}

#[test]
fn a_drop_that_was_interrupted_is_finished() {
    let directory = memory();
    let mut opened = start(&options(directory.path()));
    opened.commands.submit_blocking(set_up()).unwrap();
    let mut flow = Flow::new(3);
    assert_eq!(until_dropped(&mut opened, &mut flow), None);
    opened.running.stop().unwrap();
    for log in ["journal", "events"] {
        let copy = copy(directory.path());
        fs::remove_file(&files(copy.path(), log)[0]).unwrap();
        let mut opened = start(&options(copy.path()));
        opened.hold.release();
        until_dropped(&mut opened, &mut flow).unwrap();
        opened.running.stop().unwrap();
        let names = |log: &str| -> Vec<_> {
            let files = files(copy.path(), log).into_iter();
            files
                .map(|file| file.file_stem().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names("journal"), names("events"));
        verify_from(copy.path(), VerifyFrom::Snapshot).unwrap();
    }
}

#[test]
fn a_segment_that_is_missing_before_a_snapshot_is_found() {
    let directory = memory();
    let mut opened = start(&options(directory.path()));
    opened.commands.submit_blocking(set_up()).unwrap();
    assert_eq!(until_dropped(&mut opened, &mut Flow::new(3)), None);
    opened.running.stop().unwrap();
    let count = files(directory.path(), "journal").len();
    for missing in 1..count - 4 {
        // Of one log: the start refuses.
        for log in ["journal", "events"] {
            let copy = copy(directory.path());
            let file = &files(copy.path(), log)[missing];
            fs::remove_file(file).unwrap();
            let error = open(&options(copy.path()), market::clock()).unwrap_err();
            assert!(
                error.to_string().contains(file.to_str().unwrap()),
                "{error}"
            );
            verify_from(copy.path(), VerifyFrom::Snapshot).unwrap_err();
        }
        // Of both: verify finds it, and so does who reads there.
        let copy = copy(directory.path());
        for log in ["journal", "events"] {
            fs::remove_file(&files(copy.path(), log)[missing]).unwrap();
        }
        verify_from(copy.path(), VerifyFrom::Snapshot).unwrap_err();
        let opened = start(&options(copy.path()));
        let error = read(&opened, EventPosition::START).unwrap_err();
        assert!(matches!(error, ReadError::Missing(_)), "{error}");
        opened.running.stop().unwrap();
    }
}
