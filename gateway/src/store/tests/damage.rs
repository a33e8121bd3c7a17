//! A bit flipped at every byte of every file: found and named, never served.

use std::fs;
use std::path::Path;

use super::super::segment::SEGMENT_HEAD;
use super::super::{Store, StoreError};
use super::{append, contents, killed, log_path, open, try_open};

/// A store with three writes in a folder; returns where the last write starts.
fn filled(directory: &Path) -> (Store, u64) {
    let (mut store, _) = open(directory);
    append(&mut store, &[(1, 4), (2, 4)]);
    append(&mut store, &[(3, 0)]);
    let last = store.log.active().length;
    append(&mut store, &[(4, 6), (5, 6)]);
    (store, last)
}

/// Opens a copy of the folder for every byte of a file, with one bit of that byte flipped.
fn flip_each(
    directory: &Path,
    file: &Path,
    mut check: impl FnMut(u64, Result<Store, StoreError>, bool),
) {
    let good = fs::read(file).unwrap();
    for (at, byte) in good.iter().enumerate() {
        for bit in [0, 5, 7] {
            let crash = killed(directory);
            let mut bad = good.clone();
            bad[at] = byte ^ (1 << bit);
            fs::write(crash.path().join(file.file_name().unwrap()), bad).unwrap();
            let opened = try_open(crash.path());
            let cut = opened
                .as_ref()
                .is_ok_and(|(_, recovered)| recovered.cut.is_some());
            check(
                u64::try_from(at).unwrap(),
                opened.map(|(store, _)| store),
                cut,
            );
        }
    }
}

fn assert_names(result: Result<Store, StoreError>, name: &str, at: u64) {
    match result {
        Err(StoreError::Damaged { path, offset, .. }) if path.ends_with(name) => {
            assert!(offset <= at)
        }
        Ok(_) => panic!("a flip at byte {at} of {name} was not found"),
        Err(other) => panic!("a flip at byte {at} of {name} was taken for: {other}"),
    }
}

#[test]
fn after_a_clean_stop_every_flip_is_named() {
    let directory = tempfile::tempdir().unwrap();
    filled(directory.path()).0.close().unwrap();
    for name in ["state", "outbound.00000000.000000.log"] {
        flip_each(
            directory.path(),
            &directory.path().join(name),
            |at, result, _| assert_names(result, name, at),
        );
    }
}

#[test]
fn after_a_clean_stop_a_shorter_or_longer_log_is_named() {
    let directory = tempfile::tempdir().unwrap();
    filled(directory.path()).0.close().unwrap();
    let good = fs::read(log_path(directory.path(), 0)).unwrap();
    let longer = [good.as_slice(), &[0]].concat();
    for bad in (0..good.len())
        .map(|length| &good[..length])
        .chain([longer.as_slice()])
    {
        let crash = killed(directory.path());
        fs::write(log_path(crash.path(), 0), bad).unwrap();
        let result = try_open(crash.path()).map(|(store, _)| store);
        assert_names(
            result,
            "outbound.00000000.000000.log",
            u64::try_from(bad.len()).unwrap(),
        );
    }
}

#[test]
fn after_an_unclean_stop_a_flip_in_the_middle_is_named_and_in_the_tail_cut() {
    let directory = tempfile::tempdir().unwrap();
    let (_store, last) = filled(directory.path());
    flip_each(
        directory.path(),
        &directory.path().join("state"),
        |at, result, _| assert_names(result, "state", at),
    );
    flip_each(
        directory.path(),
        &log_path(directory.path(), 0),
        |at, result, cut| match result {
            Ok(store) if at >= last => {
                assert!(cut, "a flip at byte {at} was not found");
                assert_eq!(contents(&store).len(), 3);
            }
            result => assert_names(result, "outbound.00000000.000000.log", at),
        },
    );
}

#[test]
fn damage_that_comes_after_opening_is_named_by_the_read() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = filled(directory.path());
    let path = log_path(directory.path(), 0);
    let good = fs::read(&path).unwrap();
    for at in SEGMENT_HEAD..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 4;
        fs::write(&path, &bad).unwrap();
        assert!(
            matches!(
                super::read(&store, 1, 9, 10),
                Err(StoreError::Damaged { .. })
            ),
            "{at}"
        );
    }
    fs::write(&path, &good).unwrap();
    assert_eq!(contents(&store).len(), 5);
}
