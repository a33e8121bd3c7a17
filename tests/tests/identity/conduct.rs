//! What a lost client leads to, and whether a session's messages are logged, changed by SIGHUP while its client is there.

use std::fs;

use fix_codec::tags;
use fix_codec::values::Side;
use gateway::layout::Layout;
use tests::ground::{Ground, WATCH};
use tests::member::{Member, Seen};
use tests::venue_process::VenueProcess;

use crate::reload::{day, log_on, reload};
use crate::{ground, session};

/// Orders are cancelled with their client, at once.
const CANCELS: &str = "cancel_on_disconnect = \"session\"\ncancel_grace = \"0s\"";

/// Sends an order that rests, drops the connection and comes back.
async fn rest_and_come_back(member: &mut Member, id: &str, venue: &VenueProcess) {
    send(member, id).await;
    member.client().abort();
    let back = member.connect(venue.address()).await;
    back.unwrap_or_else(|error| panic!("{id}: {error}; {}", venue.log()));
}

async fn send(member: &mut Member, id: &str) {
    let sent = member.order(id, &day(Side::Buy, 1)).await;
    sent.expect("it is there");
    assert!(member.answer(id).await.is(tags::EXEC_TYPE, "0"), "{id}");
}

/// What has become of which order, in turn, up to the last new one of this name.
async fn copies(watch: &mut Member, last: &str) -> Vec<String> {
    let is_last = |seen: &Seen| seen.is(tags::EXEC_TYPE, "0") && seen.is(tags::CL_ORD_ID, last);
    let seen = watch.until(is_last).await;
    let copies = seen.iter().map(|seen| {
        let [id, what] = [tags::CL_ORD_ID, tags::EXEC_TYPE].map(|tag| seen.must(tag));
        format!("{id} {what}")
    });
    copies.collect()
}

fn without_line(ground: &Ground, lines: &str) {
    ground.configure(|text| text.replace(&format!("{lines}\n"), ""));
}

#[tokio::test]
async fn what_a_loss_leads_to_is_what_was_in_force_at_the_logon() {
    let ground = ground();
    let venue = ground.start();
    let mut watch = log_on(WATCH, &venue).await;
    let mut member = log_on("CLIENT1", &venue).await;
    session(&ground, "CLIENT1", CANCELS);
    reload(&ground, &venue).await;
    // That Logon had agreed on nothing, and this one has.
    rest_and_come_back(&mut member, "kept", &venue).await;
    send(&mut member, "gone").await;
    without_line(&ground, CANCELS);
    reload(&ground, &venue).await;
    // Still what this connection's Logon agreed on; and not the next one's.
    member.client().abort();
    let cancelled = |seen: &Seen| seen.is(tags::EXEC_TYPE, "4") && seen.is(tags::CL_ORD_ID, "gone");
    let seen = watch.until(cancelled).await;
    let cancels = seen.iter().filter(|seen| seen.is(tags::EXEC_TYPE, "4"));
    assert_eq!(cancels.count(), 2, "{seen:#?}");
    let back = member.connect(venue.address()).await;
    back.expect("it is let in");
    rest_and_come_back(&mut member, "stays", &venue).await;
    send(&mut member, "last").await;
    assert_eq!(copies(&mut watch, "last").await, ["stays 0", "last 0"]);
    assert!(venue.stop().expect("it stops").success());
}

#[tokio::test]
async fn a_log_is_kept_from_when_it_is_wanted_until_it_is_not() {
    const OFF: &str = "fix_log = false";
    let ground = ground();
    ground
        .configure(|text| text.replace("[fix_log]\nenabled = false", "[fix_log]\nenabled = true"));
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    send(&mut member, "before").await;
    session(&ground, "CLIENT1", OFF);
    reload(&ground, &venue).await;
    send(&mut member, "between").await;
    without_line(&ground, OFF);
    reload(&ground, &venue).await;
    send(&mut member, "after").await;
    assert!(venue.stop().expect("it stops").success());
    let name = "CLIENT1".parse().expect("a name");
    let folder = Layout::new(&ground.data()).fix_log(&name);
    let entries = fs::read_dir(folder).expect("there is a log");
    let texts = entries.map(|entry| fs::read_to_string(entry.expect("it can be read").path()));
    let text: String = texts.map(|text| text.expect("it is text")).collect();
    for (id, logged) in [("before", true), ("between", false), ("after", true)] {
        assert_eq!(text.contains(&format!("|11={id}|")), logged, "{id}: {text}");
    }
}
