//! A sequencer starts on an empty directory, takes commands, stops, and starts again.

use engine::{Command, Input, Origin, Timestamp};
use sequencer::{OpenError, Options, open, verify};

fn commands(count: usize) -> Vec<Input> {
    (0..count)
        .map(|_| Input {
            origin: Origin::Venue,
            command: Command::EndTradingDay,
        })
        .collect()
}

fn clock() -> impl sequencer::Clock {
    let mut nanos = 0;
    move || {
        nanos += 1;
        Timestamp::from_nanos(nanos)
    }
}

#[test]
fn what_was_submitted_is_there_after_a_stop() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options::new(directory.path());
    for run in 0..3 {
        let opened = open(&options, clock()).unwrap();
        // Replayed, or in the snapshot that the stop made of the ended days.
        assert_eq!(opened.recovery.next_command.get(), run * 5 + 1);
        opened.commands.submit_blocking(commands(5)).unwrap();
        opened.running.stop().unwrap();
        assert!(opened.commands.submit_blocking(commands(1)).is_err());
    }
    assert_eq!(verify(directory.path()).unwrap().next_command.get(), 16);
}

#[test]
fn a_second_venue_is_kept_out() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options::new(directory.path());
    let opened = open(&options, clock()).unwrap();
    assert!(matches!(
        open(&options, clock()),
        Err(OpenError::Directory(_))
    ));
    assert!(verify(directory.path()).is_err());
    opened.running.stop().unwrap();
    verify(directory.path()).unwrap();
}
