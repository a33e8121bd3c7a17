//! When a log cannot be written, nothing more is accepted or published, everybody is told why, and
//! nothing that was published is lost.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod market;

use std::process::Command;

use market::{Flow, files, set_up, size, start, wait};
use sequencer::{EventPosition, Options, ReadError, RunError, verify};

const DIRECTORY: &str = "FULL_DISK_DIRECTORY";

/// Runs this test again in a process that may write only small files: a write fails in the middle
/// of a batch, as it does on a full disk.
#[test]
fn a_write_that_fails_stops_the_venue_and_loses_nothing() {
    if let Ok(directory) = std::env::var(DIRECTORY) {
        return fill_the_disk(&Options::new(directory));
    }
    let directory = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    // In units of 512 bytes. Without the trap, the signal would end the process.
    let script = format!("trap '' XFSZ; ulimit -f 40; exec {}", this.display());
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(script).env(DIRECTORY, directory.path());
    let output = shell.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let published: u64 = std::fs::read_to_string(directory.path().join("published"))
        .unwrap()
        .parse()
        .unwrap();
    let opened = start(&Options::new(directory.path()));
    assert!(opened.recovery.next_event.get() >= published);
    opened
        .commands
        .submit_blocking(Flow::new(2).take(1))
        .unwrap();
    opened.running.stop().unwrap();
    verify(directory.path()).unwrap();
}

/// Leaves the end of what was published in a file.
fn fill_the_disk(options: &Options) {
    let opened = start(options);
    let mut reader = opened.events.reader(EventPosition::START);
    let mut flow = Flow::new(1);
    opened.commands.submit_blocking(set_up()).unwrap();
    let ended = loop {
        match wait(reader.next()) {
            Ok(_) => drop(opened.commands.submit_blocking(flow.take(7))),
            Err(ReadError::Ended(stopped)) => break stopped,
            Err(error) => panic!("{error}"),
        }
    };
    assert!(ended.to_string().contains("cannot write to"), "{ended}");
    assert_eq!(reader.position(), opened.events.end());
    assert_eq!(
        wait(opened.running.ended()).unwrap().to_string(),
        ended.cause.unwrap().to_string()
    );
    let refused = opened.commands.submit_blocking(flow.take(1)).unwrap_err();
    assert!(refused.cause.is_some(), "{refused}");
    std::fs::write(
        options.directory.join("published"),
        reader.position().to_string(),
    )
    .unwrap();
    let error = opened.running.stop().unwrap_err();
    assert!(matches!(&*error, RunError::File(_)), "{error}");
}

/// A segment that cannot be started is like a write that fails.
#[test]
fn a_segment_that_cannot_be_started_stops_the_venue() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        segment_bytes: 1,
        ..Options::new(directory.path())
    };
    let opened = start(&options);
    let journal = files(directory.path(), "journal");
    assert_eq!(size(&journal[0]), 0);
    // Something lies where the second segment goes.
    std::fs::create_dir(journal[0].with_file_name("00000000000000000008.journal")).unwrap();
    opened.commands.submit_blocking(set_up()).unwrap();
    let mut reader = opened.events.reader(EventPosition::START);
    wait(reader.next()).unwrap();
    drop(opened.commands.submit_blocking(Flow::new(1).take(1)));
    let Err(ReadError::Ended(ended)) = wait(reader.next()) else {
        panic!("expected the end")
    };
    assert!(ended.to_string().contains("cannot create"), "{ended}");
    opened.running.stop().unwrap_err();
}
