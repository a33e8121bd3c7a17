//! A client that sends and never reads costs itself only: it is cut, others are served, and it gets everything when
//! it comes back.

use std::time::Duration;

use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use tests::ground::SYMBOL;
use tests::member::{Member, Terms};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;

use crate::wire::{logon, message, now};
use crate::{come_back, day, ground, log_on};

/// Orders in one write.
const BURST: u32 = 200;

/// Bursts after which the client must have been cut: far more bytes than any buffer on the way holds.
const BURSTS_MAX: u32 = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_too_much_unread_harms_nobody_else() {
    let why = "it left more than 65536 bytes unread";
    a_deaf_client_is_cut(
        "max_unsent_size = \"1GiB\"",
        "max_unsent_size = \"64KiB\"",
        why,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_nothing_for_too_long_harms_nobody_else() {
    let why = "it left bytes unread for 1s";
    a_deaf_client_is_cut("max_unsent_time = \"1h\"", "max_unsent_time = \"1s\"", why).await;
}

/// One member sends orders and reads nothing, until it is cut by the limit that takes the place of `from`; the log says
/// `why`.
async fn a_deaf_client_is_cut(from: &str, to: &str, why: &str) {
    let ground = ground();
    ground.configure(|text| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
            .replace("durability = \"fsync\"", "durability = \"buffered\"")
    });
    let venue = ground.start();
    let mut brisk = log_on("CLIENT2", &venue).await;
    let socket = TcpSocket::new_v4().expect("a socket can be had");
    let small = socket.set_recv_buffer_size(4096);
    small.expect("a small buffer can be had");
    let mut deaf = socket
        .connect(venue.address())
        .await
        .expect("the venue takes connections");
    deaf.write_all(&logon("CLIENT1")).await.expect("it reads");

    let mut sent = 0;
    for burst in 0.. {
        assert!(burst < BURSTS_MAX, "{sent} orders and it was not cut");
        let orders: Vec<u8> = (0..BURST).flat_map(|n| order(sent + n)).collect();
        sent += BURST;
        let written = tokio::time::timeout(Duration::from_secs(60), deaf.write_all(&orders)).await;
        if written.expect("the venue reads on or cuts").is_err() {
            break;
        }
        let id = format!("brisk-{burst}");
        let order = brisk.order(&id, &day(Side::Sell, 1, 5000)).await;
        order.expect("others are served");
        brisk.answer(&id).await;
    }
    drop(deaf);
    let mut back = Member::returning("CLIENT1", u64::from(sent) + 2);
    come_back(&mut back, &venue).await;
    let last = Terms {
        time_in_force: TimeInForce::ImmediateOrCancel,
        symbol: SYMBOL,
        ..day(Side::Buy, 1, 1)
    };
    back.order("last", &last).await.expect("the venue is there");
    let all = back.until(|seen| seen.is(tags::CL_ORD_ID, "last")).await;
    // Those that it sent while it was cut never arrived; those that did were answered in order.
    for (number, seen) in all.iter().take(all.len() - 1).enumerate() {
        assert!(
            seen.is(tags::CL_ORD_ID, &format!("deaf-{number}")),
            "{seen:?}"
        );
    }
    assert!(all.len() > 1000, "only {} answers", all.len());
    venue.log_saying(why).await;
}

/// An order of the deaf client: the `number`th after its Logon.
fn order(number: u32) -> Vec<u8> {
    let (sequence, now) = (number + 2, now());
    let header = format!("34={sequence}|49=CLIENT1|52={now}|56=CLOUDPIT|");
    let terms = format!("11=deaf-{number}|55={SYMBOL}|54=1|60={now}|38=1|40=2|44=10|");
    message("D", &format!("{header}{terms}"))
}
