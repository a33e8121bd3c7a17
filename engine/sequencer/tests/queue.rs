//! The queue of commands has a limit: senders wait, or are told at once.

mod market;

use std::sync::mpsc;

use engine::Timestamp;
use market::{Flow, memory};
use sequencer::{OpenError, Options, OptionsError, TrySubmitError, open, verify};

#[test]
fn a_full_queue_makes_senders_wait() {
    let directory = memory();
    let options = Options {
        queue_limit: 4,
        batch_limit: 2,
        ..Options::new(directory.path())
    };
    // The engine thread reads the clock once for each batch: here it waits for the test.
    let (reached, at_clock) = mpsc::channel();
    let (go_on, gate) = mpsc::channel::<()>();
    let clock = move || {
        // At the end of the test the other ends are gone: then nobody waits any more.
        reached.send(()).ok();
        gate.recv().ok();
        Timestamp::from_nanos(1)
    };
    let opened = open(&options, clock).unwrap();
    let mut flow = Flow::new(1);
    opened.commands.try_submit(flow.take(1)).unwrap();
    at_clock.recv().unwrap();

    // The engine thread has taken the first command: four fit, in whatever pieces.
    opened.commands.try_submit(flow.take(2)).unwrap();
    opened.commands.try_submit(flow.take(1)).unwrap();
    let two = flow.take(2);
    match opened.commands.try_submit(two.clone()) {
        Err(TrySubmitError::Full(back)) => assert_eq!(back, two),
        other => panic!("expected a full queue, got {other:?}"),
    }
    opened.commands.try_submit(flow.take(1)).unwrap();
    assert!(matches!(
        opened.commands.try_submit(flow.take(1)),
        Err(TrySubmitError::Full(_))
    ));
    // More than a batch never fits at once.
    assert!(matches!(
        opened.commands.try_submit(flow.take(3)),
        Err(TrySubmitError::Full(_))
    ));

    // Ten commands, more than the whole queue, go in as room comes.
    let sender = opened.commands.clone();
    let ten = flow.take(10);
    let waiting = std::thread::spawn(move || sender.submit_blocking(ten));
    drop(go_on);
    waiting.join().unwrap().unwrap();
    opened.running.stop().unwrap();
    assert!(matches!(
        opened.commands.try_submit(flow.take(1)),
        Err(TrySubmitError::Stopped(stopped)) if stopped.cause.is_none()
    ));
    assert_eq!(
        verify(directory.path()).unwrap().next_command.get(),
        1 + 1 + 4 + 10
    );
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let directory = memory();
    for (queue_limit, batch_limit, expected) in [
        (10, 0, OptionsError::BatchLimit(0)),
        (100_000, 65_537, OptionsError::BatchLimit(65_537)),
        (9, 10, OptionsError::QueueLimit(9)),
        (1 << 25, 10, OptionsError::QueueLimit(1 << 25)),
    ] {
        let options = Options {
            queue_limit,
            batch_limit,
            ..Options::new(directory.path())
        };
        match open(&options, market::clock()) {
            Err(OpenError::Options(error)) => assert_eq!(error, expected),
            other => panic!("expected {expected}, got {other:?}"),
        }
    }
}
