//! A store in its ordinary life: new, clean stop, reset, long reads.

use std::collections::BTreeMap;

use super::super::{BLOCK_MAX, BLOCK_MIN, Cut, FIRST_EPOCH, Outgoing, Recovered, Stop, StoreError};
use super::{append, contents, log_path, now, open, read, try_open};

#[test]
fn a_new_store_starts_at_one() {
    let directory = tempfile::tempdir().unwrap();
    let (store, recovered) = open(&directory.path().join("venue/CLIENT1"));
    assert_eq!(
        recovered,
        Recovered {
            stop: Stop::New,
            handled: 0,
            cut: None
        }
    );
    assert_eq!(
        (store.next_outgoing(), store.next_incoming(), store.epoch()),
        (1, 1, FIRST_EPOCH)
    );
    assert!(contents(&store).is_empty());
}

#[test]
fn a_clean_stop_resumes_exactly() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 0), (2, 7), (3, 7)]);
    store.set_next_incoming(12);
    store.set_handled(40);
    store.close().unwrap();
    let (store, recovered) = open(directory.path());
    assert_eq!(
        recovered,
        Recovered {
            stop: Stop::Clean,
            handled: 40,
            cut: None
        }
    );
    assert_eq!((store.next_outgoing(), store.next_incoming()), (4, 12));
    assert_eq!(contents(&store), BTreeMap::from([(1, 0), (2, 7), (3, 7)]));
}

#[test]
fn a_clean_stop_without_use_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let (store, _) = open(directory.path());
        assert_eq!(store.next_outgoing(), 1);
        store.close().unwrap();
    }
}

#[test]
fn an_unclean_stop_jumps_behind_the_block() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 0), (2, 7)]);
    store.set_next_incoming(5);
    append(&mut store, &[(3, 9)]);
    drop(store);
    let (mut store, recovered) = open(directory.path());
    assert_eq!(
        recovered,
        Recovered {
            stop: Stop::Unclean,
            handled: 9,
            cut: None
        }
    );
    assert_eq!(
        (store.next_outgoing(), store.next_incoming()),
        (BLOCK_MIN + 2, 5)
    );
    append(&mut store, &[(BLOCK_MIN + 2, 10)]);
    assert_eq!(
        contents(&store),
        BTreeMap::from([(1, 0), (2, 7), (3, 9), (BLOCK_MIN + 2, 10)])
    );
    drop(store);
    assert_eq!(open(directory.path()).0.next_outgoing(), 2 * BLOCK_MIN + 2);
}

#[test]
fn a_busy_session_reserves_more_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    let mut ends = Vec::new();
    for number in 1..=300_000 {
        append(&mut store, &[(number, 0)]);
        if ends.last() != Some(&store.reserved_outgoing_end) {
            ends.push(store.reserved_outgoing_end);
        }
    }
    let blocks: Vec<_> = ends.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(ends[0], BLOCK_MIN + 1);
    assert_eq!(
        blocks,
        [
            2_048, 4_096, 8_192, 16_384, 32_768, BLOCK_MAX, BLOCK_MAX, BLOCK_MAX, BLOCK_MAX
        ]
    );
}

#[test]
fn any_range_reads_back() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    let mut next = 1;
    let mut expected = BTreeMap::new();
    while next < 3_000 {
        let batch: Vec<_> = (next..next + next % 5 + 1)
            .map(|number| (number, number / 3))
            .collect();
        append(&mut store, &batch);
        expected.extend(batch);
        next = store.next_outgoing() + u64::from(next % 7 == 0);
    }
    for (begin, end) in [
        (1, 1),
        (1, 3_000),
        (64, 65),
        (65, 64),
        (500, 1_700),
        (2_999, u64::MAX),
        (9_000, 9_001),
    ] {
        let found = read(&store, begin, end, 100).unwrap();
        let wanted: BTreeMap<_, _> = expected
            .iter()
            .filter(|(n, _)| (begin..=end).contains(n))
            .map(|(n, c)| (*n, *c))
            .collect();
        assert_eq!(found, wanted, "{begin}..={end}");
    }
}

#[test]
fn a_reset_starts_again_and_keeps_the_old_log() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 3), (2, 4)]);
    let mut reader = store.reader(1..=2);
    store.reset(2, now()).unwrap();
    assert_eq!(
        (store.next_outgoing(), store.next_incoming(), store.epoch()),
        (1, 1, 2)
    );
    let mut chunk = super::Chunk::default();
    store.read(&mut reader, 10, &mut chunk).unwrap();
    assert!(
        chunk.is_empty(),
        "numbers of the old epoch are not those of the new one"
    );
    append(&mut store, &[(1, 9)]);
    assert_eq!(contents(&store), BTreeMap::from([(1, 9)]));
    assert!(
        log_path(directory.path(), FIRST_EPOCH)
            .metadata()
            .unwrap()
            .len()
            > 60
    );
    assert!(matches!(
        store.reset(2, now()),
        Err(StoreError::EpochNotLater {
            current: 2,
            asked: 2
        })
    ));
    drop(store);
    let (store, recovered) = open(directory.path());
    assert_eq!(
        recovered,
        Recovered {
            stop: Stop::Unclean,
            handled: 9,
            cut: None::<Cut>
        }
    );
    assert_eq!(store.epoch(), 2);
}

#[test]
fn a_reset_keeps_what_was_handled() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 30)]);
    store.set_handled(35);
    store.reset(1, now()).unwrap();
    drop(store);
    let (store, recovered) = open(directory.path());
    assert_eq!((recovered.handled, store.next_outgoing()), (35, 1));
}

#[test]
fn only_one_may_open_it() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    assert!(matches!(
        try_open(directory.path()),
        Err(StoreError::InUse { .. })
    ));
    drop(store);
    open(directory.path());
}

#[test]
#[should_panic(expected = "used twice")]
fn a_number_used_twice_is_our_bug() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 0), (1, 0)]);
}

#[test]
fn too_long_a_message_is_refused_and_nothing_written() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    let long = vec![b'x'; super::super::MESSAGE_BYTES_MAX + 1];
    let message = Outgoing {
        msg_seq_num: 1,
        resendable: true,
        cause: 1,
        bytes: &long,
    };
    assert!(matches!(
        store.append([message]),
        Err(StoreError::MessageTooLong { .. })
    ));
    assert_eq!(store.next_outgoing(), 1);
    append(&mut store, &[(1, 1)]);
    assert_eq!(contents(&store), BTreeMap::from([(1, 1)]));
}

#[test]
fn a_store_that_rests_between_uses_is_the_same_and_holds_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    for number in 1..=20 {
        append(&mut store, &[(number, number)]);
        store.rest();
        assert!(store.log.file.get().is_none());
        assert_eq!(contents(&store).len(), usize::try_from(number).unwrap());
        store.upkeep(now(), None).unwrap();
        store.rest();
    }
    store.reset(1, now()).unwrap();
    store.rest();
    append(&mut store, &[(1, 21)]);
    store.rest();
    store.close().unwrap();
    let (store, recovered) = open(directory.path());
    assert_eq!(recovered.stop, Stop::Clean);
    assert_eq!(contents(&store), BTreeMap::from([(1, 21)]));
}
