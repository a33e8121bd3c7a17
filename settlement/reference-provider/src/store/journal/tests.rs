//! The journal of the store: what is written comes back, and damage is found.

use std::fs;

use super::*;
use crate::api::Image;

fn image(name: &str) -> Record {
    Record::Image(Image {
        image_id: name.to_owned(),
        digest: format!("blake3:{name}"),
        size: 7,
        name: name.to_owned(),
        owner: "acme:1".to_owned(),
        shared_with: Vec::new(),
    })
}

fn names(state: &State) -> Vec<&str> {
    state.images.keys().map(String::as_str).collect()
}

/// A directory whose journal has three changes, each of two images.
fn written() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (mut journal, state) = Journal::open(directory.path()).expect("begins");
    assert_eq!(state, State::default());
    for (one, other) in [("a", "b"), ("c", "d"), ("e", "f")] {
        journal
            .append(&[image(one), image(other)])
            .expect("written");
    }
    directory
}

#[test]
fn keeps_whole_changes_whatever_is_torn_off_the_end() {
    let directory = written();
    let path = directory.path().join("journal");
    let whole = fs::read(&path).expect("written");
    let ends: Vec<usize> = (1..=whole.len())
        .filter(|end| whole[end - 1] == b'\n')
        .collect();
    for length in (HEADER.len()..=whole.len()).rev().step_by(13) {
        fs::write(&path, &whole[..length]).expect("torn");
        let (_, state) = Journal::open(directory.path()).expect("opens");
        // The header is the first line; every other whole line is a change of two.
        let changes = ends.iter().filter(|end| **end <= length).count() - 1;
        assert_eq!(
            names(&state),
            ["a", "b", "c", "d", "e", "f"][..2 * changes],
            "{length} bytes"
        );
    }
}

#[test]
fn refuses_damage_before_the_end() {
    let directory = written();
    let path = directory.path().join("journal");
    let whole = fs::read(&path).expect("written");
    let last_line = whole.len()
        - 1
        - whole
            .iter()
            .rev()
            .skip(1)
            .position(|byte| *byte == b'\n')
            .expect("lines");
    for position in (0..last_line - 1).step_by(13) {
        let mut damaged = whole.clone();
        damaged[position] ^= 1;
        fs::write(&path, damaged).expect("damaged");
        let opened = Journal::open(directory.path());
        assert!(
            matches!(opened, Err(Error::Damaged { .. })),
            "byte {position}"
        );
    }
}

#[test]
fn is_written_anew_without_what_was_replaced() {
    let directory = written();
    let path = directory.path().join("journal");
    let (mut journal, mut state) = Journal::open(directory.path()).expect("opens");
    let compact = fs::metadata(&path).expect("a file").len();
    for _ in 0..10 {
        journal.append(&[image("a")]).expect("written");
    }
    assert!(fs::metadata(&path).expect("a file").len() > compact);
    journal.bytes = JOURNAL_COMPACT_BYTES;
    journal.compact_when_long(&state).expect("written anew");
    assert_eq!(fs::metadata(&path).expect("a file").len(), compact);
    journal
        .append(&[image("g")])
        .expect("written to the new file");
    state.apply(image("g"));
    drop(journal);
    assert_eq!(Journal::open(directory.path()).expect("opens").1, state);
}
