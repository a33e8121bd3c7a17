//! Many stores made at once, and what a crash may leave of that.

use std::fs;
use std::path::PathBuf;

use super::super::{Opening, Stop, Store};
use super::{append, contents, now, open};

#[test]
fn stores_made_together_are_as_those_made_alone() {
    let folder = tempfile::tempdir().unwrap();
    let directories: Vec<PathBuf> = (0..20)
        .map(|number| folder.path().join(format!("session-{number}")))
        .collect();
    // One is there already, and what it holds stays.
    let (mut store, _) = open(&directories[3]);
    append(&mut store, &[(1, 5), (2, 6)]);
    store.close().unwrap();
    // Of another, a crash has left everything but the last step.
    fs::create_dir_all(&directories[4]).unwrap();
    fs::write(directories[4].join("state.next"), "half of it").unwrap();

    for _ in 0..2 {
        let opening = Opening {
            first_event: 42,
            ..Opening::at(now())
        };
        Store::found(folder.path(), &directories, &opening).unwrap();
    }
    for (number, directory) in directories.iter().enumerate() {
        let (mut store, recovered) = open(directory);
        assert_eq!(recovered.stop, Stop::Clean, "{number}");
        if number == 3 {
            assert_eq!(store.next_outgoing(), 3);
            assert_eq!(recovered.handled, 6);
            continue;
        }
        assert_eq!((store.next_outgoing(), store.next_incoming()), (1, 1));
        assert_eq!((store.epoch(), recovered.handled), (0, 42));
        append(&mut store, &[(1, 50)]);
        assert_eq!(contents(&store).len(), 1);
    }
}

#[test]
fn a_log_without_its_state_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("session");
    let (mut store, _) = open(&directory);
    append(&mut store, &[(1, 5)]);
    drop(store);
    fs::remove_file(directory.join("state")).unwrap();
    let founded = Store::found(
        folder.path(),
        std::slice::from_ref(&directory),
        &Opening::at(now()),
    );
    assert!(founded.is_err());
    assert!(!directory.join("state").exists());
}
