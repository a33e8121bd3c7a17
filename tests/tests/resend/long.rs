//! A long resend to a slow reader: live reports and heartbeats come between, and the venue's memory does not grow.

use std::fs;
use std::time::Duration;

use chrono::{DateTime, Utc};
use gateway::clock;

use tests::venue_process::VenueProcess;
use tokio::time::MissedTickBehavior;

use crate::reader::{Message, Reader};
use tests::shelf;

use crate::{ground, order, store_of};

/// Reports that were missed, unless the environment says otherwise.
const MESSAGES: u64 = 20_000;

/// An order is sent whenever so many messages were read.
const LIVE_EVERY: u64 = 500;

/// As many messages a second are read, so that the reader is slower than any venue.
const READ_A_SECOND: u64 = 40_000;

/// What the venue's memory may grow by, in KiB: far less than a part of what is resent.
const GROWTH_KIB_MAX: u64 = 8 * 1_024;

/// What waits before a live report at most: what the venue holds for the client, and the buffers of both sockets.
const BYTES_BEFORE_MAX: u64 = 5 << 20;

/// What was seen of one live request.
struct Live {
    sent: DateTime<Utc>,
    /// How much had been resent when it was sent.
    bytes: u64,
}

#[tokio::test]
async fn a_long_resend_holds_up_nothing_live_and_takes_no_memory() {
    let messages = std::env::var("RESEND_MESSAGES").ok();
    let messages = messages.map_or(MESSAGES, |text| {
        text.parse().expect("RESEND_MESSAGES is a number")
    });
    let ground = ground();
    shelf::fill(&store_of(&ground, "CLIENT1"), "CLIENT1", messages);
    let venue = ground.start();
    let mut reader = Reader::log_on("CLIENT1", venue.address(), 1).await;
    let before = peak_kib(&venue);

    reader.send("2", "7=1|16=0|").await;
    let (mut resent, mut bytes, mut live) = (0, 0, 0);
    let mut waiting: Option<Live> = None;
    let (mut delays, mut bytes_before) = (Vec::new(), 0);
    let mut pace = tokio::time::interval(Duration::from_millis(1));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let started = clock::now();
    while resent < messages {
        if resent % (READ_A_SECOND / 1_000) == 0 {
            pace.tick().await;
        }
        let message = reader.next().await;
        bytes += message.length();
        if message.is_resent() {
            resent += 1;
            check_resent(&message, resent);
        } else if is_answer(&message, live) {
            let asked = waiting.take().expect("it was asked for");
            delays.push((clock::now() - asked.sent).num_milliseconds());
            bytes_before = bytes_before.max(bytes - asked.bytes);
        }
        if resent % LIVE_EVERY == 0 && waiting.is_none() && message.is_resent() {
            live += 1;
            ask(&mut reader, live).await;
            waiting = Some(Live {
                sent: clock::now(),
                bytes,
            });
        }
    }
    let took = (clock::now() - started).num_milliseconds();
    let grown = peak_kib(&venue) - before;
    delays.sort();
    eprintln!(
        "{messages} messages resent in {took} ms; the venue's peak memory {before} KiB before, {grown} KiB more after; \
         {} live answers between, after {:?} ms in the median and {:?} ms at most, behind {bytes_before} bytes at most",
        delays.len(),
        delays.get(delays.len() / 2),
        delays.last()
    );
    assert!(delays.len() > 2, "live messages come between resent ones");
    assert!(grown <= GROWTH_KIB_MAX, "{grown} KiB more");
    assert!(
        bytes_before <= BYTES_BEFORE_MAX,
        "a live answer waited behind {bytes_before} bytes"
    );
}

/// Every other request is an order, every other a TestRequest.
async fn ask(reader: &mut Reader, live: u64) {
    if live.is_multiple_of(2) {
        reader.send("1", &format!("112=live-{live}|")).await;
    } else {
        reader.send("D", &order(&format!("live-{live}"))).await;
    }
}

fn is_answer(message: &Message, live: u64) -> bool {
    let id = format!("live-{live}");
    match message.get(35) {
        "0" => message.get(112) == id,
        "8" => message.get(11) == id,
        _ => false,
    }
}

/// The `number`th report is the one that was sent under this number.
fn check_resent(message: &Message, number: u64) {
    assert_eq!(message.number(34), number, "{message:?}");
    assert_eq!(message.get(11), format!("old-{number}"));
    assert!(!message.get(122).is_empty(), "{message:?}");
}

/// The most memory that the process has held so far.
fn peak_kib(venue: &VenueProcess) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", venue.pid()));
    let status = status.expect("the venue is there");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    let peak = peak.and_then(|peak| peak.trim().parse().ok());
    peak.expect("the system says how much memory a process has held")
}
