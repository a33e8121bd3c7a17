//! A start from a snapshot gives what a replay of everything gives, and what is not good is passed over by name.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod market;

use std::fs;
use std::path::Path;

use engine::Engine;
use market::{
    Flow, contents, copy, cut, end_day, files, flip, last_file, memory, read_all, set_up, size,
    snapshots, start,
};
use sequencer::{OpenError, Options, RecoveryError, VerifyFrom, open, verify, verify_from};

fn options(directory: &Path) -> Options {
    Options {
        segment_bytes: 3_000,
        ..Options::new(directory)
    }
}

/// Three trading days, of which the two newest snapshots are kept, and some commands behind them.
fn three_days() -> tempfile::TempDir {
    let directory = memory();
    let mut flow = Flow::new(31);
    let mut opened = start(&options(directory.path()));
    opened.commands.submit_blocking(set_up()).unwrap();
    for commands in [5, 9, 7] {
        end_day(&mut opened, flow.take(commands));
    }
    for commands in [1, 3, 2] {
        opened
            .commands
            .submit_blocking(flow.take(commands))
            .unwrap();
    }
    opened.running.stop().unwrap();
    assert_eq!(snapshots(directory.path()).len(), 2);
    directory
}

fn without_snapshots(directory: &Path) -> tempfile::TempDir {
    let copy = copy(directory);
    fs::remove_dir_all(copy.path().join("snapshots")).unwrap();
    copy
}

fn state(engine: &Engine) -> Vec<u8> {
    postcard::to_allocvec(engine).unwrap()
}

fn refused(directory: &Path) -> RecoveryError {
    let before = contents(directory);
    match open(&options(directory), market::clock()) {
        Err(OpenError::Recovery(error)) => {
            assert_eq!(
                contents(directory),
                before,
                "what is refused is not touched"
            );
            error
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_start_from_a_snapshot_is_a_start_from_the_first_command() {
    let with = three_days();
    let without = without_snapshots(with.path());
    let [one, other] = [&with, &without].map(|directory| {
        let opened = start(&options(directory.path()));
        let events = read_all(&opened, 0);
        opened
            .commands
            .submit_blocking(Flow::new(5).take(20))
            .unwrap();
        let view = state(&opened.engine_view);
        opened.running.stop().unwrap();
        (opened.recovery, view, events)
    });
    assert_eq!(one.1, other.1);
    assert_eq!(one.2, other.2);
    assert_eq!(one.0.next_command, other.0.next_command);
    assert_eq!(one.0.next_event, other.0.next_event);
    assert_eq!(one.0.time, other.0.time);
    assert_eq!(one.0.journal_chain, other.0.journal_chain);
    assert_eq!(one.0.event_chain, other.0.event_chain);
    // What came behind the third day, and all.
    assert_eq!(
        (one.0.commands, other.0.commands),
        (6, 7 + 5 + 9 + 7 + 3 + 6)
    );
    assert_eq!(contents(with.path()), contents(without.path()));
    let report = verify(with.path()).unwrap();
    assert_eq!((report.snapshots, report.days), (2, 3));
}

#[test]
fn every_changed_byte_of_a_snapshot_is_named_and_the_one_before_it_taken() {
    let good = three_days();
    let newest = snapshots(good.path()).pop().unwrap();
    let expected = state(&start(&options(copy(good.path()).path())).engine_view);
    for byte in 0..usize::try_from(size(&newest)).unwrap() {
        let logs = copy(good.path());
        let newest = snapshots(logs.path()).pop().unwrap();
        flip(&newest, byte);
        verify(logs.path()).unwrap_err();
        let opened = start(&options(logs.path()));
        assert_eq!(opened.recovery.passed_over.len(), 1, "byte {byte}");
        assert!(opened.recovery.passed_over[0].starts_with(newest.to_str().unwrap()));
        assert!(opened.recovery.snapshot.is_some());
        assert_eq!(state(&opened.engine_view), expected);
        opened.running.stop().unwrap();
    }
}

#[test]
fn a_snapshot_of_any_other_length_is_passed_over() {
    let good = three_days();
    let length = size(&snapshots(good.path()).pop().unwrap());
    for bytes in (0..length).step_by(7).chain([length - 1, length + 1]) {
        let logs = copy(good.path());
        cut(&snapshots(logs.path()).pop().unwrap(), bytes);
        let opened = start(&options(logs.path()));
        assert_eq!(opened.recovery.passed_over.len(), 1, "{bytes} bytes");
        opened.running.stop().unwrap();
    }
}

#[test]
fn without_a_good_snapshot_the_whole_journal_is_replayed_if_it_is_there() {
    let good = three_days();
    let logs = copy(good.path());
    for snapshot in snapshots(logs.path()) {
        flip(&snapshot, 200);
    }
    let opened = start(&options(logs.path()));
    assert_eq!(opened.recovery.snapshot, None);
    assert_eq!(opened.recovery.passed_over.len(), 2);
    assert_eq!(opened.recovery.commands, 7 + 5 + 9 + 7 + 3 + 6);
    opened.running.stop().unwrap();

    let logs = copy(good.path());
    for log in ["journal", "events"] {
        fs::remove_file(&files(logs.path(), log)[0]).unwrap();
    }
    // Behind what is missing everything is as it was.
    start(&options(logs.path())).running.stop().unwrap();
    assert!(matches!(
        verify(logs.path()),
        Err(sequencer::VerifyError::StartDropped { .. })
    ));
    let report = verify_from(logs.path(), VerifyFrom::Snapshot).unwrap();
    assert_eq!(
        (report.snapshots, report.days, report.days_before),
        (2, 1, 2)
    );
    assert!(report.batches_before > 0);
    for snapshot in snapshots(logs.path()) {
        flip(&snapshot, 200);
    }
    let error = refused(logs.path());
    assert!(matches!(error, RecoveryError::StartMissing { .. }));
    for snapshot in snapshots(logs.path()) {
        let named = format!("; {}: the hash of the state", snapshot.display());
        assert!(error.to_string().contains(&named), "{error}");
    }
}

#[test]
fn a_journal_that_ends_before_a_good_snapshot_has_lost_commands() {
    let good = three_days();
    for cut_to in [0, 1, 500] {
        let logs = copy(good.path());
        let newest = snapshots(logs.path()).pop().unwrap();
        let next: u64 = newest
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        for log in ["journal", "events"] {
            let first_command = |file: &Path| -> u64 {
                file.file_stem().unwrap().to_str().unwrap().parse().unwrap()
            };
            for file in files(logs.path(), log) {
                if first_command(&file) >= next {
                    fs::remove_file(file).unwrap();
                }
            }
            let last = last_file(logs.path(), log);
            cut(&last, cut_to.min(size(&last) - 1));
        }
        let error = refused(logs.path());
        assert!(
            matches!(error, RecoveryError::SnapshotAhead { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(newest.to_str().unwrap()));
    }
}

#[test]
fn a_snapshot_of_another_venue_is_passed_over() {
    let (one, other) = (three_days(), memory());
    let mut opened = start(&options(other.path()));
    opened.commands.submit_blocking(set_up()).unwrap();
    let mut flow = Flow::new(77);
    for commands in [5, 9, 7] {
        end_day(&mut opened, flow.take(commands));
    }
    opened.running.stop().unwrap();
    let foreign = snapshots(other.path()).pop().unwrap();
    let place = one
        .path()
        .join("snapshots")
        .join(foreign.file_name().unwrap());
    assert!(place.exists(), "both were made at the same command");
    fs::copy(&foreign, &place).unwrap();
    let opened = start(&options(one.path()));
    assert!(opened.recovery.passed_over[0].contains("the journal has another batch"));
    opened.running.stop().unwrap();
}

#[test]
fn an_event_log_that_ends_before_a_snapshot_is_made_again_from_an_earlier_place() {
    let good = three_days();
    let whole = contents(good.path());
    for kept in 0..files(good.path(), "events").len() {
        let logs = copy(good.path());
        for file in files(logs.path(), "events").into_iter().skip(kept) {
            fs::remove_file(file).unwrap();
        }
        let opened = start(&options(logs.path()));
        assert!(opened.recovery.events_rebuilt > 0);
        opened.running.stop().unwrap();
        assert_eq!(contents(logs.path()), whole, "{kept} files were kept");
    }
}

#[test]
fn what_a_crash_left_of_a_snapshot_is_removed() {
    let good = three_days();
    let partial = snapshots(good.path())
        .pop()
        .unwrap()
        .with_extension("partial");
    fs::write(&partial, "the first part of").unwrap();
    verify(good.path()).unwrap();
    start(&options(good.path())).running.stop().unwrap();
    assert!(!partial.exists());
}

#[test]
fn a_snapshot_is_due_after_so_many_commands_and_after_a_long_replay() {
    let directory = memory();
    let options = Options {
        snapshot_commands: 30,
        ..options(directory.path())
    };
    let mut opened = start(&options);
    opened.commands.submit_blocking(set_up()).unwrap();
    opened
        .commands
        .submit_blocking(Flow::new(3).take(29))
        .unwrap();
    let made = market::wait(opened.archive.wait_for(|status| status.made > 0));
    assert_eq!(made.unwrap().snapshot.unwrap().get(), 1 + 7 + 29);
    opened.running.stop().unwrap();
    fs::remove_dir_all(directory.path().join("snapshots")).unwrap();
    let mut opened = start(&options);
    market::wait(opened.archive.wait_for(|status| status.made > 0)).unwrap();
    opened.running.stop().unwrap();
    assert_eq!(start(&options).recovery.commands, 0);
}

#[test]
fn the_record_of_the_days_is_held_against_the_journal() {
    let good = three_days();
    let days = fs::read_to_string(good.path().join("days")).unwrap();
    assert_eq!(days.lines().count(), 1 + 3);

    let logs = copy(good.path());
    flip(&logs.path().join("days"), 40);
    assert!(matches!(refused(logs.path()), RecoveryError::Days(_)));
    verify(logs.path()).unwrap_err();

    // A good record, but of other days.
    let other = memory();
    let mut opened = start(&options(other.path()));
    opened.commands.submit_blocking(set_up()).unwrap();
    end_day(&mut opened, Flow::new(1).take(5));
    opened.running.stop().unwrap();
    let logs = copy(good.path());
    fs::copy(other.path().join("days"), logs.path().join("days")).unwrap();
    let error = verify(logs.path()).unwrap_err().to_string();
    assert!(error.contains("ended a trading day in state"), "{error}");

    // The last day is lost: the venue had not come to it yet.
    let logs = copy(good.path());
    let lost = days.trim_end().rfind('\n').unwrap() + 1;
    fs::write(logs.path().join("days"), &days[..lost]).unwrap();
    let report = verify(logs.path()).unwrap();
    assert_eq!((report.days, report.days_unrecorded), (2, 1));
}

#[test]
fn what_is_changed_before_a_snapshot_is_found_by_verify_and_behind_it_by_the_start_too() {
    let good = three_days();
    let newest = snapshots(good.path()).pop().unwrap();
    let next: u64 = stem(&newest).parse().unwrap();
    let mut found = 0;
    for log in ["journal", "events"] {
        for (at, file) in files(good.path(), log).iter().enumerate() {
            // Every byte of one file is tried where there is no snapshot; here some of each.
            for byte in (at..usize::try_from(size(file)).unwrap()).step_by(41) {
                let logs = copy(good.path());
                flip(&files(logs.path(), log)[at], byte);
                let verified = [VerifyFrom::Start, VerifyFrom::Snapshot]
                    .map(|from| verify_from(logs.path(), from));
                let is_last = *file == last_file(good.path(), log);
                for report in verified {
                    // Behind the end of what was published a crash can have left it.
                    assert!(
                        report.is_err() || is_last && report.unwrap().events_missing > 0,
                        "byte {byte} of {}",
                        file.display()
                    );
                }
                if stem(file).parse::<u64>().unwrap() >= next && !is_last {
                    refused(logs.path());
                }
                found += 1;
            }
        }
    }
    assert!(found > 100);
}

fn stem(file: &Path) -> &str {
    file.file_stem().unwrap().to_str().unwrap()
}
