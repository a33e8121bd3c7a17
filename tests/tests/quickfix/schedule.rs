//! The end of a session and the start of the next, with a QuickFIX client that knows of no hours and never resets by itself.

use tests::hours::Hours;

use crate::member::{Member, Side};
use crate::program::{client, dictionaries, scratch};
use crate::{Venue, buyer_and_seller};

/// Long enough for a venue and two clients to start, on a busy machine.
const UNTIL_THE_END: i64 = 20;

/// Long enough for a client to try and be refused.
const PAUSE: i64 = 6;

#[test]
fn a_member_is_told_of_the_end_refused_until_the_start_and_then_starts_again_at_one() {
    let Some(client) = client("a session ends and the next starts under a QuickFIX client") else {
        return;
    };
    let folder = scratch("schedule");
    // What takes longest comes before the clock runs.
    drop(dictionaries(&folder));
    let hours = Hours::ending_in(UNTIL_THE_END, PAUSE);
    let venue = Venue::start_with("loadtest.toml", &folder, |text| {
        hours.kept_by(&["CLIENT1"], &text)
    });
    let [mut member, mut other] = buyer_and_seller(client, &folder, &venue);
    member.may_be_reset = true;
    member.order("bid", Side::Buy, 5, "BENCH.A");
    member.wait_for_report("0", "bid");
    other.order("first", Side::Sell, 1, "BENCH.A");
    member.wait_for_report("F", "bid");

    wait_to_be_told(&mut member, &hours.headline());
    wait_to_be_told(
        &mut member,
        &format!("the session has ended; {}", hours.opens()),
    );
    member.wait("be logged out", |member| !member.logged_on);
    let closed = format!("the session is closed; {}", hours.opens());
    wait_to_be_told(&mut member, &closed);
    other.order("second", Side::Sell, 2, "BENCH.A");
    other.wait_for_report("F", "second");

    member.wait("log on again", |member| member.logged_on);
    member.order("after", Side::Buy, 1, "BENCH.B");
    let after = member.wait_for_report("0", "after");
    member.wait("get the fill", |member| member.fills("bid").count() == 2);
    // The Logon was 1, and nothing came twice: the fill while it was closed was 2.
    let second = member.fills("bid").find(|fill| fill.get(32) == "2");
    assert_eq!(second.map(|fill| fill.get(34)), Some("2"));
    assert_eq!(after.get(34), "3");
    assert_eq!(member.resent, 0);
    member.log_out();
    other.log_out();
    member.assert_refused_nothing();
    other.assert_refused_nothing();
}

#[track_caller]
fn wait_to_be_told(member: &mut Member, what: &str) {
    member.wait(what, |member| member.told.iter().any(|told| told == what));
}
