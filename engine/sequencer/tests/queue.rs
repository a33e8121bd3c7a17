//! The queue of commands has a limit: senders wait, or are told at once.

mod market;

use std::sync::mpsc;

use engine::{CommandNumber, Engine, Timestamp};
use market::{Flow, memory};
use sequencer::{EventPosition, OpenError, Options, OptionsError, TrySubmitError, open, verify};

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

#[tokio::test]
async fn who_asks_for_a_number_gets_that_of_its_command_once_its_events_are_published() {
    let directory = memory();
    let options = Options {
        queue_limit: 8,
        batch_limit: 2,
        ..Options::new(directory.path())
    };
    let opened = open(&options, market::clock()).unwrap();
    let mut flow = Flow::new(1);
    let mut expected = 1;
    // More senders than the queue has room for: each gets its own number, and with it its own events.
    for others in [0, 1, 2, 5, 20] {
        let mut reader = opened.events.reader(opened.events.end());
        opened.commands.submit(flow.take(others)).await.unwrap();
        let [input] = <[_; 1]>::try_from(flow.take(1)).unwrap();
        let origin = input.origin;
        let number = opened.commands.submit_numbered(input).await.unwrap();
        expected += u64::try_from(others).unwrap();
        assert_eq!(
            number.get(),
            expected,
            "behind {others} others of {origin:?}"
        );
        expected += 1;
        let mut seen = false;
        while let Some(batch) = reader.try_next().unwrap() {
            seen |= batch.events().iter().any(|event| event.cause == number);
        }
        assert!(seen, "the events of {number} are there already");
    }
    opened.running.stop().unwrap();
    let [input] = <[_; 1]>::try_from(flow.take(1)).unwrap();
    let stopped = opened.commands.submit_numbered(input).await.unwrap_err();
    assert!(stopped.cause.is_none());
}

#[tokio::test]
async fn who_looks_sees_what_is_published_and_no_command_is_made_of_it() {
    let directory = memory();
    let opened = open(&Options::new(directory.path()), market::clock()).unwrap();
    let last = |engine: &Engine| engine.last_command();
    assert_eq!(opened.commands.look(last).await.unwrap(), None);
    opened.commands.submit(Flow::new(1).take(7)).await.unwrap();
    let seen = opened.commands.look(last).await.unwrap();
    assert_eq!(seen.map(CommandNumber::get), Some(7));
    let mut reader = opened.events.reader(EventPosition::START);
    let published = reader.try_next().unwrap().unwrap();
    assert_eq!(published.events()[0].cause.get(), 1);
    opened.running.stop().unwrap();
    assert!(opened.commands.look(last).await.is_err());
    assert_eq!(verify(directory.path()).unwrap().next_command.get(), 8);
}
