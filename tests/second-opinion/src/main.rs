//! The venue against a FIX engine in Rust that is not ours: `quickfix-tokio`, which says of itself that it passes
//! QuickFIX's acceptance suite. It has the dictionary that the venue writes, and checks everything that it can check. It
//! must find nothing wrong, and get what it asks for.
//!
//! `second-opinion PROGRAM` starts the venue PROGRAM for itself.

mod client;
mod venue;

use std::path::PathBuf;

use anyhow::Context as _;

use client::{Client, header, value};
use venue::Venue;

const SIDE_BUY: char = '1';
const SIDE_SELL: char = '2';
const LEAVES_QTY: i32 = 151;
const POSS_DUP_FLAG: i32 = 43;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let program: PathBuf = std::env::args_os().nth(1).context("which program?")?.into();
    let folder = tempfile::tempdir()?;
    let dictionary = venue::dictionary(&program, folder.path())?;
    let venue = Venue::start(&program, folder.path())?;
    let start = |name| Client::start(name, venue.address, folder.path(), &dictionary);
    let mut client = start("CLIENT1").await;
    let mut other = start("CLIENT2").await;

    // An order, its answer, a fill.
    client.order("first", SIDE_BUY, 3).await;
    client.report("first", "0").await;
    sell(&mut other, "sale-1", 1).await;
    let fill = client.report("first", "F").await;
    assert_eq!(value(&fill, LEAVES_QTY), "2");

    // Both sides live: a heartbeat by itself, and one that was asked for.
    client.admin("0", None).await;
    client.ask("are you there").await;
    client.admin("0", Some("are you there")).await;

    client.order("second", SIDE_BUY, 1).await;
    client.report("second", "0").await;

    // It goes; what happens meanwhile is told when it comes back, with the numbers that it left with.
    let (sender, target) = client.stop().await;
    sell(&mut other, "sale-2", 3).await;
    let mut client = start("CLIENT1").await;
    let missed = client.report("first", "F").await;
    assert_eq!(value(&missed, LEAVES_QTY), "0");
    assert_eq!(header(&missed, POSS_DUP_FLAG), "Y");
    client.report("second", "F").await;

    // It skips numbers, and fills the gap that the venue asks for.
    client.skip_numbers(5).await;
    client.ask("with a gap before it").await;
    client.admin("2", None).await;
    client.order("third", SIDE_BUY, 1).await;
    client.report("third", "0").await;
    let (sender_now, target_now) = client.stop().await;
    assert!(sender_now > sender && target_now > target, "numbers go on");
    other.stop().await;
    Ok(())
}

/// Sells to whoever bids, all of it.
async fn sell(other: &mut Client, id: &str, quantity: u32) {
    other.order(id, SIDE_SELL, quantity).await;
    other.report(id, "0").await;
    loop {
        let fill = other.report(id, "F").await;
        if value(&fill, LEAVES_QTY) == "0" {
            return;
        }
    }
}
