//! What a QuickFIX client or the venue may lose, and how both are in step again: messages on their way, a hundred thousand
//! of them while it was away, the client's store, the venue's.

use std::fs;
use std::path::Path;

use tests::ground::SYMBOL;
use tests::shelf;
use tests::venue_process::{ProcessError, VenueProcess};

use super::lossy::Lossy;
use super::member::{Member, Side};
use super::program::{VENUE, client, dictionaries, scratch};
use super::{FLOW, Venue, buyer_and_seller, check_flow, sell};

/// As many reports are missed by a member that was away for long.
const MISSED: u64 = 100_000;

/// The member whose things are lost.
const NAMES: (&str, &str) = ("CLIENT1", "CLOUDPIT");

fn member(client: &'static Path, folder: &Path, venue: &Venue) -> Member {
    let dictionary = dictionaries(folder).pop().expect("there is ours at least");
    Member::new(client, folder, NAMES, venue.address(), &dictionary)
}

#[test]
fn messages_lost_in_mid_flow_are_asked_for_and_come() {
    let Some(client) = client("a QuickFIX client over a connection that loses messages") else {
        return;
    };
    let folder = scratch("lossy");
    let venue = Venue::start("loadtest.toml", &folder);
    let lossy = Lossy::new(venue.address(), "flow");
    let dictionary = dictionaries(&folder).pop().expect("there is ours at least");
    let mut buyer = Member::new(client, &folder, NAMES, lossy.address(), &dictionary);
    let names = ("CLIENT2", "CLOUDPIT");
    let mut seller = Member::new(client, &folder, names, venue.address(), &dictionary);
    buyer.log_on();
    seller.log_on();

    buyer.order("flow", Side::Buy, 1_000, SYMBOL);
    seller.order("first", Side::Sell, 1, "BENCH.B");
    seller.wait_for_report("0", "first");
    sell(&mut seller, 0, FLOW);
    seller.wait("sell all", |seller| seller.fills("flow").count() == FLOW);
    // Whatever was lost last shows when something follows.
    buyer.order("afterwards", Side::Buy, 1, "BENCH.C");
    buyer.wait_for_report("0", "afterwards");
    buyer.wait("get all", |buyer| buyer.fills("flow").count() == FLOW);
    let lost = lossy.lost().len();
    assert!(lost >= FLOW / 5, "only {lost} messages were lost");
    assert!(buyer.resent >= lost, "{lost} lost, {} resent", buyer.resent);
    check_flow(&buyer, &seller, FLOW);
    buyer.log_out();
    seller.log_out();
}

#[test]
fn a_member_that_was_away_for_long_gets_a_hundred_thousand_reports() {
    let Some(client) = client("a QuickFIX client that missed 100,000 reports") else {
        return;
    };
    let folder = scratch("away");
    let store = folder.join("data/sessions/CLIENT1");
    shelf::fill(&store, NAMES.0, MISSED);
    let venue = Venue::start("loadtest.toml", &folder);
    let mut member = member(client, &folder, &venue);
    member.log_on();
    // It is live meanwhile, though QuickFIX takes nothing live before it has what it missed.
    member.order("live", Side::Buy, 1, SYMBOL);
    let missed = usize::try_from(MISSED).expect("it is a small number");
    member.wait("get all it missed", |member| member.resent == missed);
    member.wait_for_report("0", "live");
    member.order("afterwards", Side::Buy, 1, SYMBOL);
    member.wait_for_report("0", "afterwards");
    member.log_out();
    member.assert_refused_nothing();
}

#[test]
fn a_member_that_lost_its_store_is_told_and_starts_again() {
    let Some(client) = client("a QuickFIX client that lost its store") else {
        return;
    };
    let folder = scratch("store-lost");
    let venue = Venue::start("loadtest.toml", &folder);
    let mut before = member(client, &folder, &venue);
    before.log_on();
    for id in ["one", "two", "three"] {
        before.order(id, Side::Buy, 1, SYMBOL);
        before.wait_for_report("0", id);
    }
    before.log_out();

    // What it had received is lost, what it had sent is not: it asks for everything.
    before.lose_incoming_number();
    before.log_on();
    before.wait("get everything again", |member| member.resent == 3);
    before.log_out();
    before.assert_refused_nothing();

    // All is lost: its number is too low, and it is told so.
    before.lose_store();
    before.start();
    before.wait("be told what is wrong", |member| {
        let mut texts = member.logouts.iter();
        texts.any(|text| text.starts_with("MsgSeqNum too low, expecting "))
    });
    assert!(!before.logged_on);
    before.kill();

    // With 141=Y both start again; what was ordered lives on.
    let mut anew = member(client, &folder, &venue);
    anew.reset_on_logon();
    anew.log_on();
    anew.cancel("cancel", "two", SYMBOL);
    anew.wait_for_report("4", "cancel");
    anew.log_out();
    anew.assert_refused_nothing();
}

#[test]
fn a_venue_that_lost_the_store_of_a_member_does_not_start_until_it_is_back() {
    let Some(client) = client("a venue that lost the store of a QuickFIX client") else {
        return;
    };
    let folder = scratch("venue-store-lost");
    let venue = Venue::start("loadtest.toml", &folder);
    let address = venue.address();
    let [mut buyer, mut seller] = buyer_and_seller(client, &folder, &venue);
    buyer.order("bid", Side::Buy, 1, SYMBOL);
    buyer.wait_for_report("0", "bid");
    let Venue {
        config,
        data,
        process,
    } = venue;
    buyer.log_out();
    seller.log_out();
    assert!(process.stop().expect("the venue stops").success());
    let text = fs::read_to_string(&config).expect("the configuration can be read");
    let text = text.replace("127.0.0.1:0", &address.to_string());
    fs::write(&config, text).expect("the configuration can be written");

    let store = data.join("sessions/CLIENT1");
    let copy = folder.join("copy");
    fs::rename(&store, &copy).expect("the store can be moved");
    match VenueProcess::start(Path::new(VENUE), &config, &data) {
        Err(ProcessError::NoAddress { log, .. }) => {
            assert!(log.contains("session CLIENT1 cannot be opened"), "{log}");
            assert!(log.contains("its message store is gone"), "{log}");
        }
        other => panic!("it starts as if nothing were missing: {other:?}"),
    }
    // The documented way back: the folder from a copy.
    drop(fs::remove_dir_all(&store));
    fs::rename(&copy, &store).expect("the store can be moved back");
    let venue = VenueProcess::start(Path::new(VENUE), &config, &data);
    let _venue = venue.expect("the venue starts");
    buyer.log_on();
    buyer.cancel("cancel", "bid", SYMBOL);
    buyer.wait_for_report("4", "cancel");
    buyer.log_out();
    buyer.assert_refused_nothing();
}
