//! A log in several files: read across them, ended by size and by age, whole after a crash at any step, and no file of it
//! lost, changed or exchanged without a word.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::{Chunk, Damage, Limits, Stop, Store, StoreError};
use super::{append, contents, killed, later, now, open, open_limited, read, try_open};
use crate::store::segment::{SEGMENT_HEAD, path_of};

/// Segments of a few messages, all of which are kept.
pub(super) const SMALL: Limits = Limits {
    segment_bytes: 400,
    bytes_max: u64::MAX,
    age_max: None,
};

/// Ends the segment that is full; it may be synced beside first.
pub(super) fn end_segment(store: &mut Store) {
    let before = store.log.active().head.segment;
    assert!(store.log.active().length >= SMALL.segment_bytes);
    while store.log.active().head.segment == before {
        store.upkeep(now(), None).unwrap();
        std::thread::yield_now();
    }
}

/// Appends reports with these numbers, five a segment.
pub(super) fn fill(store: &mut Store, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        append(store, &[(number, number)]);
        if number % 10 == 0 {
            end_segment(store);
        }
    }
}

pub(super) fn segments(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    paths.sort();
    paths
}

#[test]
fn a_log_is_read_across_its_files() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), SMALL);
    fill(&mut store, 1..=57);
    assert_eq!(segments(directory.path()).len(), 6);
    let all: BTreeMap<u64, u64> = (1..=57).map(|number| (number, number)).collect();
    for crash in [false, true] {
        for (begin, end) in [
            (1, 57),
            (10, 11),
            (9, 31),
            (41, 41),
            (50, u64::MAX),
            (58, 60),
        ] {
            let expected = all.range(begin..=end).map(|(n, c)| (*n, *c)).collect();
            assert_eq!(
                read(&store, begin, end, 4).unwrap(),
                expected,
                "{begin}..={end} {crash}"
            );
        }
        drop(store);
        store = open_limited(directory.path(), SMALL).0;
    }
    let found = Store::close(store);
    found.unwrap();
    assert_eq!(contents(&open(directory.path()).0), all);
}

#[test]
fn a_reader_goes_on_when_its_segment_ends_under_it() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), SMALL);
    (1..=9).for_each(|number| append(&mut store, &[(number, number)]));
    let mut reader = store.reader(1..=25);
    let mut chunk = Chunk::default();
    store.read(&mut reader, 3, &mut chunk).unwrap();
    fill(&mut store, 10..=25);
    let mut numbers: Vec<u64> = chunk.iter().map(|message| message.msg_seq_num).collect();
    loop {
        store.read(&mut reader, 3, &mut chunk).unwrap();
        if chunk.is_empty() {
            break;
        }
        numbers.extend(chunk.iter().map(|message| message.msg_seq_num));
    }
    assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
}

#[test]
fn a_segment_ends_for_its_age_when_it_holds_a_message() {
    let directory = tempfile::tempdir().unwrap();
    let limits = Limits {
        age_max: Some(Duration::from_secs(80)),
        ..Limits::default()
    };
    let (mut store, _) = open_limited(directory.path(), limits);
    assert_eq!(store.upkeep_due(), None, "an empty store has nothing to do");
    append(&mut store, &[(1, 1)]);
    // An eighth of its age at the latest, and up to an eighth of that earlier.
    let due = store.upkeep_due().expect("it is to be ended");
    assert!(later(8) < due && due <= later(10), "{due}");
    store.upkeep(due - Duration::from_millis(1), None).unwrap();
    assert_eq!(segments(directory.path()).len(), 1, "it is not due yet");
    for (at, files) in [(8, 1), (10, 2), (30, 2)] {
        store.upkeep(later(at), None).unwrap();
        assert_eq!(segments(directory.path()).len(), files, "{at}");
    }
    assert_eq!(store.upkeep_due(), Some(later(90)), "ended at 10");
}

#[test]
fn killed_at_any_step_of_going_on_in_the_next_file_nothing_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), SMALL);
    fill(&mut store, 1..=9);
    append(&mut store, &[(10, 10)]);
    let before = killed(directory.path());
    end_segment(&mut store);
    let next = path_of(directory.path(), 0, 1);
    let head = fs::read(&next).unwrap();
    // The next file is there in part, or whole, and the state does not know of it.
    for length in 0..=head.len() {
        let crash = killed(before.path());
        fs::write(path_of(crash.path(), 0, 1), &head[..length]).unwrap();
        let (mut again, recovered) = open_limited(crash.path(), SMALL);
        assert_eq!((recovered.stop, recovered.handled), (Stop::Unclean, 10));
        assert_eq!(contents(&again).len(), 10);
        end_segment(&mut again);
        let next = again.next_outgoing();
        append(&mut again, &[(next, 11)]);
        assert_eq!(contents(&again).len(), 11);
    }
    let crash = killed(directory.path());
    let (again, recovered) = open_limited(crash.path(), SMALL);
    assert_eq!((recovered.handled, contents(&again).len()), (10, 10));
}

/// A store with two ended segments and one that is appended to.
fn three(directory: &Path) -> Store {
    let (mut store, _) = open_limited(directory, SMALL);
    fill(&mut store, 1..=25);
    store
}

#[test]
fn whatever_happens_to_an_ended_segment_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Some(three(directory.path()));
    for clean in [false, true] {
        if clean {
            store.take().unwrap().close().unwrap();
        }
        // A store that cannot be opened is left as it is, so that one copy does for all.
        let crash = killed(directory.path());
        for victim in [0, 1] {
            let path = path_of(crash.path(), 0, victim);
            let good = fs::read(&path).unwrap();
            let flips = (0..good.len()).map(|at| {
                let mut bad = good.clone();
                bad[at] ^= 1 << (at % 8);
                bad
            });
            let shorter = (0..good.len()).map(|length| good[..length].to_vec());
            let longer = [
                [good.as_slice(), &[0]].concat(),
                [good.as_slice(), &good[SEGMENT_HEAD..]].concat(),
            ];
            for bad in flips.chain(shorter).chain(longer) {
                fs::write(&path, &bad).unwrap();
                match try_open(crash.path()) {
                    Err(StoreError::Damaged { path, damage, .. }) => {
                        // A shorter or longer file shows where the next one begins.
                        let named = if damage == Damage::Follows {
                            victim + 1
                        } else {
                            victim
                        };
                        assert_eq!(path, path_of(crash.path(), 0, named));
                    }
                    other => panic!("{victim} {clean}: {other:?}"),
                }
            }
            fs::write(&path, &good).unwrap();
        }
    }
}

#[test]
fn a_missing_exchanged_or_foreign_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let (_store, _foreign) = (three(directory.path()), three(other.path()));
    for segment in 0..3 {
        let crash = killed(directory.path());
        let path = path_of(crash.path(), 0, segment);
        fs::remove_file(&path).unwrap();
        let missing = matches!(try_open(crash.path()), Err(StoreError::Missing { path: named }) if named == path);
        assert!(missing, "{segment} is missing");

        for from in [
            path_of(directory.path(), 0, (segment + 1) % 3),
            path_of(other.path(), 0, segment),
        ] {
            fs::copy(from, &path).unwrap();
            match try_open(crash.path()) {
                Err(StoreError::Damaged {
                    path: named,
                    damage,
                    ..
                }) => {
                    assert_eq!((named, damage), (path.clone(), Damage::Head));
                }
                other => panic!("{segment}: {other:?}"),
            }
        }
    }
    let crash = killed(directory.path());
    for name in [
        "notes.txt",
        "outbound.x.log",
        "outbound.00000000.log",
        "state~",
    ] {
        fs::write(crash.path().join(name), "left by somebody").unwrap();
    }
    assert_eq!(
        contents(&open(crash.path()).0).len(),
        25,
        "what is not ours is let be"
    );
}

#[test]
fn a_file_that_goes_while_it_is_read_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = three(directory.path());
    fs::remove_file(path_of(directory.path(), 0, 1)).unwrap();
    let error = read(&store, 1, 25, 10).unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    assert_eq!(
        read(&store, 1, 9, 10).unwrap().len(),
        9,
        "the others are there"
    );
}

#[test]
fn another_version_is_said_to_be_one() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    drop(store);
    let text = "cloudpit message store 1\nepoch 0\n";
    let text = format!("{text}crc32c {:08x}\n", crc32c::crc32c(text.as_bytes()));
    fs::write(directory.path().join("state"), text).unwrap();
    let error = try_open(directory.path()).unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Damaged {
                damage: Damage::Version,
                ..
            }
        ),
        "{error}"
    );
}
