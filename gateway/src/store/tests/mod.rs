//! Tests of the store on real files.

mod crash;
mod damage;
mod faults;
mod founding;
mod model;
mod plain;
mod retention;
mod segments;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::segment::path_of;
use super::{Chunk, Limits, Opening, Outgoing, Recovered, Store, StoreError};

/// A message with this number, as the tests write it: its bytes follow from the number.
fn text(number: u64) -> Vec<u8> {
    format!(
        "8=FIX.4.4|34={number}|58={}|",
        "x".repeat(usize::try_from(number % 40).unwrap())
    )
    .into_bytes()
}

/// Appends messages (number, cause) in one write.
fn append(store: &mut Store, messages: &[(u64, u64)]) {
    let texts: Vec<_> = messages.iter().map(|(number, _)| text(*number)).collect();
    let outgoing = messages
        .iter()
        .zip(&texts)
        .map(|((msg_seq_num, cause), bytes)| Outgoing {
            msg_seq_num: *msg_seq_num,
            resendable: *cause != 0,
            cause: *cause,
            bytes,
        });
    store.append(outgoing).unwrap();
}

/// All that a store holds, as number and cause; checks that each message is what was written.
fn contents(store: &Store) -> BTreeMap<u64, u64> {
    read(store, 1, u64::MAX, 7).unwrap()
}

fn read(
    store: &Store,
    begin: u64,
    end: u64,
    messages_max: usize,
) -> Result<BTreeMap<u64, u64>, StoreError> {
    let mut reader = store.reader(begin..=end);
    let (mut chunk, mut all) = (Chunk::default(), BTreeMap::new());
    loop {
        store.read(&mut reader, messages_max, &mut chunk)?;
        assert!(chunk.len() <= messages_max);
        if chunk.is_empty() {
            return Ok(all);
        }
        for message in chunk.iter() {
            assert_eq!(
                message.bytes,
                text(message.msg_seq_num),
                "never serves what was not written"
            );
            assert_eq!(message.resendable, message.cause != 0);
            assert!(
                all.last_key_value()
                    .is_none_or(|(last, _)| *last < message.msg_seq_num)
            );
            all.insert(message.msg_seq_num, message.cause);
        }
    }
}

/// What a crash leaves: a copy of the folder as it is now.
fn killed(directory: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

/// A moment.
fn now() -> DateTime<Utc> {
    later(0)
}

/// Some seconds after [`now`].
fn later(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_860_000 + seconds, 0).expect("a time of a test")
}

fn open(directory: &Path) -> (Store, Recovered) {
    try_open(directory).unwrap()
}

fn try_open(directory: &Path) -> Result<(Store, Recovered), StoreError> {
    Store::open(directory, &Opening::at(now()))
}

/// Opens a store whose segments end at this length, and which keeps this much.
fn open_limited(directory: &Path, limits: Limits) -> (Store, Recovered) {
    let opening = Opening {
        limits,
        ..Opening::at(now())
    };
    Store::open(directory, &opening).unwrap()
}

/// The first file of an epoch.
fn log_path(directory: &Path, epoch: u32) -> PathBuf {
    path_of(directory, epoch, 0)
}
