//! What retention drops, and that it never does so in silence.

use std::fs;
use std::time::Duration;

use super::super::{Chunk, Limits};
use super::segments::{SMALL, end_segment, fill, segments};
use super::{append, contents, killed, later, now, open_limited};
use crate::store::segment::path_of;

/// Room for two small segments or so.
const TIGHT: Limits = Limits {
    bytes_max: 1_200,
    ..SMALL
};

#[test]
fn the_oldest_files_go_and_what_a_peer_could_ask_for_is_remembered() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), TIGHT);
    fill(&mut store, 1..=57);
    let kept = contents(&store);
    let first = *kept.first_key_value().unwrap().0;
    assert!(first > 30, "{first} is kept");
    let dropped = store.dropped(5..=100).expect("some was dropped");
    assert_eq!((dropped.numbers, dropped.kept_from), (5..=first - 1, first));
    assert_eq!(store.dropped(first..=57), None);
    for _crash in 0..2 {
        drop(store);
        store = open_limited(directory.path(), TIGHT).0;
        assert_eq!(contents(&store), kept);
        let dropped = store.dropped(1..=u64::MAX).expect("it is remembered");
        assert_eq!((dropped.numbers, dropped.kept_from), (1..=first - 1, first));
    }
}

#[test]
fn numbers_that_were_never_reports_are_not_said_to_be_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), TIGHT);
    // 1 to 4 are reports, 5 to 20 administrative, 21 to 1,000 never used.
    (1..=4).for_each(|number| append(&mut store, &[(number, number)]));
    (5..=20).for_each(|number| append(&mut store, &[(number, 0)]));
    end_segment(&mut store);
    (1_001..=1_012).for_each(|number| append(&mut store, &[(number, number)]));
    end_segment(&mut store);
    for number in 1_013..=1_060 {
        append(&mut store, &[(number, 0)]);
        if number % 12 == 0 {
            end_segment(&mut store);
        }
    }
    for (asked, dropped) in [
        (1..=2_000, Some(1..=1_012)),
        (3..=20, Some(3..=4)),
        (5..=1_000, None),
        (900..=1_005, Some(1_001..=1_005)),
        (1_013..=2_000, None),
    ] {
        let told = store.dropped(asked.clone()).map(|dropped| dropped.numbers);
        assert_eq!(told, dropped, "{asked:?}");
    }
}

#[test]
fn what_is_being_read_stays_until_it_was_read() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), SMALL);
    fill(&mut store, 1..=52);
    let mut reader = store.reader(15..=40);
    let mut chunk = Chunk::default();
    store.read(&mut reader, 2, &mut chunk).unwrap();
    store.limits = Limits {
        bytes_max: 0,
        ..SMALL
    };
    store.unchecked = true;
    store.upkeep(now(), Some(&reader)).unwrap();
    assert_eq!(*contents(&store).first_key_value().unwrap().0, 11);
    let mut read = chunk.len();
    loop {
        store.read(&mut reader, 2, &mut chunk).unwrap();
        if chunk.is_empty() {
            break;
        }
        read += chunk.len();
    }
    assert_eq!(read, 26);
    store.unchecked = true;
    store.upkeep(now(), Some(&reader)).unwrap();
    assert_eq!(*contents(&store).first_key_value().unwrap().0, 51);
}

#[test]
fn old_messages_go_when_the_youngest_beside_them_is_old() {
    let directory = tempfile::tempdir().unwrap();
    let limits = Limits {
        age_max: Some(Duration::from_secs(80)),
        ..Limits::default()
    };
    let (mut store, _) = open_limited(directory.path(), limits);
    append(&mut store, &[(1, 1)]);
    store.upkeep(later(10), None).unwrap();
    append(&mut store, &[(2, 2)]);
    for (at, kept) in [(89, 2), (90, 1), (150, 1)] {
        store.upkeep(later(at), None).unwrap();
        assert_eq!(contents(&store).len(), kept, "{at}");
    }
    // At 89 the second was ended.
    assert_eq!(store.upkeep_due(), Some(later(169)));
    store.upkeep(later(169), None).unwrap();
    assert!(contents(&store).is_empty());
    assert_eq!(store.upkeep_due(), None);
    let dropped = store.dropped(1..=9).expect("both were");
    assert_eq!(
        (dropped.numbers, dropped.kept_from, dropped.kept_since),
        (1..=2, 3, later(89))
    );
}

#[test]
fn earlier_epochs_go_first_and_an_empty_one_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), SMALL);
    fill(&mut store, 1..=15);
    store.reset(1, later(5)).unwrap();
    store.reset(2, later(6)).unwrap();
    fill(&mut store, 1..=15);
    let all = segments(directory.path());
    assert_eq!(
        all.iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap())
            .collect::<Vec<_>>(),
        [
            "outbound.00000000.000000.log",
            "outbound.00000000.000001.log",
            "outbound.00000002.000000.log",
            "outbound.00000002.000001.log",
        ]
    );
    drop(store);
    let bytes: u64 = all.iter().map(|path| path.metadata().unwrap().len()).sum();
    let limits = Limits {
        bytes_max: bytes - 1,
        ..SMALL
    };
    let (mut store, _) = open_limited(directory.path(), limits);
    let retired = store
        .upkeep(now(), None)
        .unwrap()
        .expect("one file is too much");
    assert_eq!((retired.files, retired.kept_from), (1, 1));
    assert_eq!(segments(directory.path()), all[1..]);
    assert_eq!((store.dropped(1..=99), contents(&store).len()), (None, 15));
}

#[test]
fn killed_at_any_step_of_a_drop_it_is_noted_or_nothing_has_gone() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), SMALL);
    fill(&mut store, 1..=35);
    let before = killed(directory.path());
    store.limits = Limits {
        bytes_max: 0,
        ..SMALL
    };
    store.unchecked = true;
    store.upkeep(now(), None).unwrap();
    assert_eq!(segments(directory.path()).len(), 1);
    // Noted, and some of the files are still there.
    for left in 0..=3 {
        let crash = killed(directory.path());
        for segment in left..3 {
            fs::copy(
                path_of(before.path(), 0, segment),
                path_of(crash.path(), 0, segment),
            )
            .unwrap();
        }
        let (again, _) = open_limited(crash.path(), SMALL);
        assert_eq!(contents(&again).len(), 5);
        assert_eq!(
            again.dropped(1..=99).map(|dropped| dropped.numbers),
            Some(1..=30)
        );
        assert_eq!(
            segments(crash.path()).len(),
            1,
            "what an interrupted drop left is gone"
        );
    }
}
