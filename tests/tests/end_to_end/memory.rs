//! What the venue holds for clients that ask it to hold much: never more than is stated, and once they are gone it serves others.

use std::fs;
use std::time::Duration;

use fix_codec::values::Side;
use tests::memory::resident_bytes;
use tests::venue_process::VenueProcess;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

use crate::crowding::{closed, from};
use crate::limits::until;
use crate::wire::{connect, logon, message, now, rest};
use crate::{day, ground, log_on};

/// `fix.max_message_size`, unless configured otherwise.
const MESSAGE_MAX: usize = 64 * 1024;

const MIB: u64 = 1024 * 1024;

/// A TestRequest(1) that is so long as a whole.
fn test_request(sender: &str, number: u32, length: usize) -> Vec<u8> {
    let with = |id: &str| {
        let header = format!("34={number}|49={sender}|52={}|56=CLOUDPIT|", now());
        message("1", &format!("{header}112={id}|"))
    };
    // BodyLength(9) has five digits in both.
    let short = with(&"x".repeat(10_000));
    let long = with(&"x".repeat(10_000 + length - short.len()));
    assert_eq!(long.len(), length);
    long
}

/// The most memory that the venue has held so far, in bytes.
fn peak(venue: &VenueProcess) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", venue.pid()));
    let status = status.expect("the venue is there");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    let peak: Option<u64> = peak.and_then(|peak| peak.trim().parse().ok());
    peak.expect("the system says how much memory a process has held") * 1024
}

fn held(venue: &VenueProcess) -> u64 {
    resident_bytes(venue.pid()).expect("the venue is there")
}

#[tokio::test]
async fn a_test_request_as_long_as_a_message_may_be_is_answered_in_full() {
    let ground = ground();
    let venue = ground.start();
    let mut stream = connect(venue.address()).await;
    let longest = test_request("CLIENT1", 2, MESSAGE_MAX);
    let id = String::from_utf8_lossy(&longest);
    let (_, id) = id.split_once("\u{1}112=").expect("it has an identifier");
    let (id, _) = id.split_once('\u{1}').expect("it has an end");
    let sent = [logon("CLIENT1"), longest.clone()].concat();
    stream.write_all(&sent).await.expect("the venue reads");
    let answer = until(&mut stream, "|35=0|").await;
    let answer = match answer.contains(id) {
        true => answer,
        false => answer + &until(&mut stream, "|10=").await,
    };
    assert!(answer.contains(&format!("|112={id}|")), "it is cut short");
    let longer = test_request("CLIENT1", 3, MESSAGE_MAX + 1);
    // It is closed before all is read.
    drop(stream.write_all(&longer).await);
    let said = rest(&mut stream).await;
    let why = "|58=a message is longer than the 65536 bytes that are taken|";
    assert!(said.contains("|35=5|") && said.contains(why), "{said}");
}

#[tokio::test]
async fn what_is_announced_takes_no_memory_before_it_comes() {
    let ground = ground();
    let venue = ground.start();
    let before = peak(&venue);
    // Closed as soon as they are read: as strangers, they may announce 8 KiB.
    for _ in 0..200 {
        let mut stream = connect(venue.address()).await;
        let announced = b"8=FIX.4.4\x019=999999999\x0135=A\x01";
        stream.write_all(announced).await.expect("the venue reads");
        closed(&mut stream).await;
    }
    // As much as they may, and not to its end.
    let mut strangers = Vec::new();
    for number in 0..64 {
        let mut stream = from(2 + number / 8, venue.address()).await;
        let mut begun = b"8=FIX.4.4\x019=8000\x0135=A\x01".to_vec();
        begun.resize(7_900, b'x');
        stream.write_all(&begun).await.expect("the venue reads");
        strangers.push(stream);
    }
    let mut members = Vec::new();
    for number in 1..=16 {
        let name = format!("CLIENT{number}");
        let mut stream = connect(venue.address()).await;
        let logged_on = stream.write_all(&logon(&name)).await;
        logged_on.expect("the venue reads");
        let long = test_request(&name, 2, MESSAGE_MAX);
        let (begun, end) = long.split_at(MESSAGE_MAX - 10);
        stream.write_all(begun).await.expect("the venue reads");
        members.push((stream, end.to_vec()));
    }
    for (stream, end) in &mut members {
        stream.write_all(end).await.expect("the venue reads on");
        // It has had all of it, then.
        until(stream, "|112=").await;
    }
    let grown = peak(&venue).saturating_sub(before);
    assert!(grown < 16 * MIB, "{grown} bytes");
}

/// A client that sends TestRequests and reads no answer, until it is cut.
async fn deaf(venue: &VenueProcess) {
    let socket = TcpSocket::new_v4().expect("a socket can be had");
    let small = socket.set_recv_buffer_size(4_096);
    small.expect("a small buffer can be had");
    let stream = socket.connect(venue.address()).await;
    let mut stream: TcpStream = stream.expect("the venue takes connections");
    let header = format!("34=1|49=CLIENT1|52={}|56=CLOUDPIT|", now());
    let first = message("A", &format!("{header}98=0|108=30|141=Y|"));
    stream.write_all(&first).await.expect("the venue reads");
    for number in 2..10_000 {
        let request = test_request("CLIENT1", number, 60_000);
        let written =
            tokio::time::timeout(Duration::from_secs(60), stream.write_all(&request)).await;
        if written.expect("the venue reads on or cuts").is_err() {
            return;
        }
    }
    panic!("it was not cut");
}

#[tokio::test]
async fn a_slow_client_is_cut_and_what_was_held_for_it_serves_the_next() {
    const UNSENT: u64 = 8 * MIB;
    const TURNS: u64 = 20;
    let ground = ground();
    ground
        .configure(|text| text.replace("max_unsent_size = \"1GiB\"", "max_unsent_size = \"8MiB\""));
    let venue = ground.start();
    let mut good = log_on("CLIENT2", &venue).await;
    let before = held(&venue);
    for turn in 0..TURNS {
        deaf(&venue).await;
        let id = format!("good-{turn}");
        let sent = good.order(&id, &day(Side::Buy, 1, 1_000)).await;
        sent.expect("it is logged on still");
        good.answer(&id).await;
    }
    let why = format!("it left more than {UNSENT} bytes unread");
    venue.log_saying(&why).await;
    // All that it may leave unread was held: in a buffer that doubles when it is full, and once, not twenty times.
    let most = peak(&venue) - before;
    let range = UNSENT..UNSENT * TURNS / 2;
    assert!(range.contains(&most), "{most} bytes");
}
