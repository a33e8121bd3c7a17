//! A disk that refuses: to write, to sync, to replace the state. Nothing that was kept is lost, nothing that failed is
//! thought kept.

use std::fs::{self, File, OpenOptions};
use std::os::fd::OwnedFd;

use super::super::{Outgoing, StoreError};
use super::segments::{SMALL, fill};
use super::{append, contents, killed, now, open, open_limited, text};

/// A file that can neither be written at a place, cut, nor synced.
fn refusing() -> File {
    let (_reader, writer) = std::io::pipe().unwrap();
    File::from(OwnedFd::from(writer))
}

fn report(msg_seq_num: u64, bytes: &[u8]) -> Outgoing<'_> {
    Outgoing {
        msg_seq_num,
        resendable: true,
        cause: msg_seq_num,
        bytes,
    }
}

#[test]
fn a_failed_write_that_cannot_be_taken_back_breaks_the_store_until_it_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 1)]);
    let good = std::mem::replace(&mut store.log.file, refusing().into());
    let message = text(2);
    let error = store.append([report(2, &message)]).unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Io {
                action: "append to",
                ..
            }
        ),
        "{error}"
    );
    let error = store.append([report(2, &message)]).unwrap_err();
    assert!(matches!(error, StoreError::Broken { .. }), "{error}");
    assert_eq!(
        store.next_outgoing(),
        2,
        "a number that failed was not used"
    );
    assert!(matches!(store.close(), Err(StoreError::Broken { .. })));
    drop(good);
    let (mut again, _) = open(directory.path());
    assert_eq!(contents(&again).len(), 1);
    let next = again.next_outgoing();
    append(&mut again, &[(next, 2)]);
}

#[test]
fn a_write_that_fails_in_the_middle_is_taken_back() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 1)]);
    // What a full disk leaves: a part of the record behind the end.
    let path = store.log.active().path.clone();
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(&[7; 20]);
    fs::write(&path, bytes).unwrap();
    store.log.restore().unwrap();
    append(&mut store, &[(2, 2)]);
    store.close().unwrap();
    assert_eq!(contents(&open(directory.path()).0).len(), 2);
}

#[test]
fn when_no_number_can_be_reserved_no_message_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    let blocked = directory.path().join("state.next");
    fs::create_dir(&blocked).unwrap();
    let message = text(1);
    let error = store.append([report(1, &message)]).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(contents(&store).is_empty());
    fs::remove_dir(&blocked).unwrap();
    append(&mut store, &[(1, 1)]);
    assert_eq!(contents(&store).len(), 1);
}

#[test]
fn a_sync_that_fails_ends_no_segment_and_makes_no_stop_a_clean_one() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open_limited(directory.path(), SMALL);
    fill(&mut store, 1..=9);
    append(&mut store, &[(10, 10)]);
    let good = std::mem::replace(&mut store.log.file, refusing().into());
    let failed = (0..2).find_map(|_| {
        // The first starts a sync beside; what that finds is told by the next.
        let upkeep = store.upkeep(now(), None);
        while store
            .early_sync
            .as_ref()
            .is_some_and(|early| !early.is_finished())
        {
            std::thread::yield_now();
        }
        upkeep.err()
    });
    assert!(
        matches!(failed, Some(StoreError::Io { action: "sync", .. })),
        "{failed:?}"
    );
    assert_eq!(store.log.active().head.segment, 0);
    assert!(matches!(
        store.close(),
        Err(StoreError::Io { action: "sync", .. })
    ));
    drop(good);
    assert_eq!(contents(&open(killed(directory.path()).path()).0).len(), 10);
}

#[test]
fn a_reset_that_fails_leaves_the_old_epoch() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = open(directory.path());
    append(&mut store, &[(1, 1)]);
    let blocked = directory.path().join("state.next");
    fs::create_dir(&blocked).unwrap();
    assert!(store.reset(1, now()).is_err());
    assert_eq!((store.epoch(), contents(&store).len()), (0, 1));
    fs::remove_dir(&blocked).unwrap();
    store.reset(1, now()).unwrap();
    assert_eq!((store.epoch(), contents(&store).len()), (1, 0));
    drop(store);
    assert!(
        OpenOptions::new()
            .read(true)
            .open(super::log_path(directory.path(), 0))
            .is_ok()
    );
}
