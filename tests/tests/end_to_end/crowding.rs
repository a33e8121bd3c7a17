//! Connections that crowd: half open, by the drop, too many, too fast. Members get in all the same.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use fix_codec::tags;
use fix_codec::values::Side;
use tests::ground::Ground;
use tests::member::Member;
use tests::venue_process::VenueProcess;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::{day, ground, log_on};

/// A ground whose listener has these limits.
fn ground_with(limits: &str) -> Ground {
    let ground = ground();
    ground.configure(|text| {
        let own = |line: &&str| !line.starts_with("max_connection");
        let text: Vec<&str> = text.lines().filter(own).collect();
        text.join("\n")
            .replace("[fix]\n", &format!("[fix]\n{limits}\n"))
    });
    ground
}

/// A connection from another address of this machine: 127.0.0.LAST.
pub(crate) async fn from(last: u8, venue: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket can be had");
    let address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0));
    socket.bind(address).expect("all of 127/8 is this machine");
    let stream = socket.connect(venue).await;
    stream.expect("the venue takes connections")
}

/// Waits until the venue has closed a connection.
pub(crate) async fn closed(stream: &mut TcpStream) {
    let mut byte = [0];
    let read = tokio::time::timeout(Duration::from_secs(60), stream.read(&mut byte)).await;
    let read = read.expect("the venue closes it");
    // Closed while bytes were on their way: that is a close too.
    assert!(!read.is_ok_and(|count| count > 0), "it says something");
}

/// Whether the venue has not closed it: all that it has closed earlier is known by now, for an answer came since.
fn is_open(stream: &TcpStream) -> bool {
    let mut byte = [0];
    let tried = stream.try_read(&mut byte);
    tried.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

/// A member logs on and trades.
async fn trades(name: &str, venue: &VenueProcess) {
    let mut member = log_on(name, venue).await;
    let sent = member.order("order", &day(Side::Buy, 1, 1_000)).await;
    sent.expect("the venue reads");
    assert!(member.answer("order").await.is(tags::EXEC_TYPE, "0"));
}

#[tokio::test]
async fn those_who_do_not_log_on_make_room() {
    let ground = ground_with("max_connections_before_logon = 8");
    let venue = ground.start();
    // Two at most from one address.
    let mut held = Vec::new();
    for last in [2, 2, 2, 3, 4, 5, 6, 7, 8] {
        held.push(from(last, venue.address()).await);
    }
    closed(&mut held[0]).await;
    // All eight places are taken: the one that has waited longest makes room for a member.
    trades("CLIENT1", &venue).await;
    closed(&mut held[1]).await;
    let open = held.iter().filter(|stream| is_open(stream)).count();
    assert_eq!(open, 7);
}

#[tokio::test]
async fn one_address_does_not_take_all_places() {
    let ground = ground_with("max_connections_per_address = 2\nmax_connections = 3");
    let venue = ground.start();
    let first = log_on("CLIENT1", &venue).await;
    let second = log_on("CLIENT2", &venue).await;
    // Members stay; one more from their address is closed.
    closed(&mut from(1, venue.address()).await).await;
    // The last place is a stranger's, who makes room for the next.
    let mut third = from(2, venue.address()).await;
    let fourth = from(3, venue.address()).await;
    closed(&mut third).await;
    drop(fourth);
    drop(first);
    // Its place is free as soon as the venue has seen it go.
    let mut next = Member::new("CLIENT3");
    let comes = async {
        while next.connect(venue.address()).await.is_err() {
            next = Member::new("CLIENT3");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(60), comes).await;
    came.expect("a place that was left is free");
    drop(second);
}

#[tokio::test]
async fn new_connections_come_at_a_pace() {
    let ground = ground_with("max_connection_rate = 5");
    let venue = ground.start();
    let mut held = Vec::new();
    for _ in 0..50 {
        held.push(from(2, venue.address()).await);
    }
    trades("CLIENT1", &venue).await;
    let open = held.iter().filter(|stream| is_open(stream)).count();
    // Within a second five; the machine may have taken a few seconds over this.
    assert!((1..=30).contains(&open), "{open}");
}

#[tokio::test]
async fn a_logon_by_the_drop_comes_too_late() {
    let ground = ground_with("logon_timeout = \"1s\"");
    let venue = ground.start();
    let (mut reads, mut writes) = from(2, venue.address()).await.into_split();
    let drip = tokio::spawn(async move {
        let begun = b"8=FIX.4.4\x019=4000\x0135=A\x01".iter();
        for byte in begun.chain(std::iter::repeat(&b'x')) {
            if writes.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut all = Vec::new();
    // The message alone would take forty seconds.
    let read = tokio::time::timeout(Duration::from_secs(30), reads.read_to_end(&mut all)).await;
    assert!(
        read.is_ok(),
        "the time for a Logon begins anew with each byte"
    );
    assert!(all.is_empty());
    drip.abort();
    trades("CLIENT1", &venue).await;
}
