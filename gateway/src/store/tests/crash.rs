//! The process killed, or the power gone, at every step.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;

use super::super::{Stop, StoreError};
use super::{append, contents, killed, log_path, now, open};

#[test]
fn killed_after_every_write_all_of_it_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    let mut sent = BTreeMap::new();
    for step in 1..60 {
        let first = store.next_outgoing();
        let batch: Vec<_> = (first..first + step % 4 + 1)
            .map(|number| (number, step))
            .collect();
        append(&mut store, &batch);
        sent.extend(batch);
        store.set_next_incoming(step * 2);
        let crash = killed(directory.path());
        let (again, recovered) = open(crash.path());
        assert_eq!(
            (recovered.stop, recovered.handled, &recovered.cut),
            (Stop::Unclean, step, &None)
        );
        assert_eq!(contents(&again), sent);
        assert!(again.next_outgoing() > *sent.last_key_value().unwrap().0);
        assert!(
            again.next_incoming() <= step * 2,
            "never ahead of what was noted"
        );
        assert!(
            again.next_incoming() >= (step - 1) * 2,
            "the number noted before the last write is there"
        );
    }
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_to_whole_writes() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    let writes = [
        vec![(1, 4), (2, 4)],
        vec![(3, 0)],
        vec![(4, 6), (5, 6), (6, 7)],
        vec![(7, 9)],
    ];
    let mut ends = vec![(store.log.active().length, BTreeMap::new())];
    for write in &writes {
        append(&mut store, write);
        let mut all = ends.last().unwrap().1.clone();
        all.extend(write.iter().copied());
        ends.push((store.log.active().length, all));
    }
    let (shortest, longest) = (ends[0].0, ends[4].0);
    for length in shortest..=longest {
        let crash = killed(directory.path());
        let log = log_path(crash.path(), 0);
        OpenOptions::new()
            .write(true)
            .open(&log)
            .unwrap()
            .set_len(length)
            .unwrap();
        let (mut again, recovered) = open(crash.path());
        let (end, expected) = ends.iter().rev().find(|(end, _)| *end <= length).unwrap();
        assert_eq!(&contents(&again), expected, "{length}");
        assert_eq!(
            recovered.handled,
            expected.values().copied().max().unwrap_or(0)
        );
        assert_eq!(
            recovered.cut.map(|cut| (cut.path, cut.offset, cut.bytes)),
            (length > *end).then(|| (log, *end, length - end))
        );
        assert_eq!(
            again.next_outgoing(),
            1_026,
            "numbers that may have been seen are not used again"
        );
        append(&mut again, &[(1_026, 20)]);
        assert_eq!(contents(&again).len(), expected.len() + 1);
    }
}

#[test]
fn a_page_that_never_reached_the_disk_is_a_torn_tail() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    for number in 1..=400 {
        append(&mut store, &[(number, number)]);
    }
    assert!(store.log.active().length > 3 * 4_096);
    let crash = killed(directory.path());
    let log = OpenOptions::new()
        .write(true)
        .open(log_path(crash.path(), 0))
        .unwrap();
    log.write_all_at(&[0; 4_096], 4_096).unwrap();
    let (again, recovered) = open(crash.path());
    let left = contents(&again);
    let numbers: BTreeSet<_> = left.keys().copied().collect();
    assert_eq!(numbers, (1..=recovered.handled).collect());
    assert!(
        recovered
            .cut
            .is_some_and(|cut| cut.offset <= 4_096 && cut.bytes > 4_096)
    );
}

#[test]
fn events_noted_while_the_log_was_longer_do_not_count() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 5)]);
    let short = store.log.active().length;
    append(&mut store, &[(2, 8)]);
    store.set_handled(90);
    append(
        &mut store,
        &(3..=1_025).map(|number| (number, 8)).collect::<Vec<_>>(),
    );
    for (length, handled) in [(store.log.active().length, 90), (short + 1, 5), (short, 5)] {
        let crash = killed(directory.path());
        OpenOptions::new()
            .write(true)
            .open(log_path(crash.path(), 0))
            .unwrap()
            .set_len(length)
            .unwrap();
        assert_eq!(open(crash.path()).1.handled, handled);
    }
}

#[test]
fn leftovers_of_an_interrupted_step_are_harmless() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 5)]);
    let crash = killed(directory.path());
    // A state file half written, and the log of a reset that never came to be.
    fs::write(crash.path().join("state.next"), "cloudpit mess").unwrap();
    fs::write(log_path(crash.path(), 1), "CPFI").unwrap();
    let (mut again, recovered) = open(crash.path());
    assert_eq!((recovered.stop, again.epoch()), (Stop::Unclean, 0));
    again.reset(1, now()).unwrap();
    append(&mut again, &[(1, 6)]);
    assert_eq!(contents(&again), BTreeMap::from([(1, 6)]));
}

#[test]
fn killed_while_being_made_it_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    for head in 0..=store.log.active().length {
        let crash = killed(directory.path());
        fs::remove_file(crash.path().join("state")).unwrap();
        OpenOptions::new()
            .write(true)
            .open(log_path(crash.path(), 0))
            .unwrap()
            .set_len(head)
            .unwrap();
        assert_eq!(open(crash.path()).1.stop, Stop::New);
    }
}

#[test]
fn a_lost_file_is_named_and_not_made_up() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 5)]);
    for lost in ["state", "outbound.00000000.000000.log"] {
        let crash = killed(directory.path());
        fs::remove_file(crash.path().join(lost)).unwrap();
        let error = super::try_open(crash.path()).unwrap_err();
        assert!(
            matches!(&error, StoreError::Missing { path } if path.ends_with(lost)),
            "{error}"
        );
    }
}
