//! The configuration changed while the venue runs, by SIGHUP.

use std::fs;
use std::time::Duration;

use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use tests::ground::{Ground, SYMBOL, WATCH};
use tests::member::{Member, Terms};
use tests::venue_process::VenueProcess;

use crate::authority::Authority;
use crate::client::Client;
use crate::{audit, beside, ground, has_line, session};

/// Only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Has the venue read its configuration again, waits until it says that it has, and gives what it has put on record
/// about that.
pub(crate) async fn reload(ground: &Ground, venue: &VenueProcess) -> String {
    let before = audit(ground).len();
    venue.reload().expect("it runs");
    on_record(ground, before, &["\"reload\"", "by SIGHUP"]).await
}

/// Waits until a line with all of these parts is in the audit log after its first `before` bytes, and gives what is
/// there after those.
async fn on_record(ground: &Ground, before: usize, parts: &[&str]) -> String {
    let looks = async {
        loop {
            let record = audit(ground).split_off(before);
            if has_line(&record, parts) {
                return record;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, looks).await;
    found.unwrap_or_else(|_| panic!("{parts:?} is not in\n{}", audit(ground)))
}

pub(crate) fn day(side: Side, quantity: u32) -> Terms<'static> {
    Terms {
        symbol: SYMBOL,
        side,
        quantity,
        cents: 1000,
        time_in_force: TimeInForce::Day,
    }
}

pub(crate) async fn log_on(name: &str, venue: &VenueProcess) -> Member {
    let mut member = Member::new(name);
    if let Err(error) = member.connect(venue.address()).await {
        panic!("{name}: {error}; {}", venue.log());
    }
    member
}

/// A whole member: firm, account, session.
fn newcomer(name: &str) -> String {
    format!(
        "\n[[firms]]\nname = \"F-{name}\"\nkind = \"broker\"\n\n[[accounts]]\nname = \"bench:{name}\"\n\
         firm = \"F-{name}\"\n\n[[sessions]]\ncomp_id = \"{name}\"\nfirm = \"F-{name}\"\nrole = \"order_entry\"\n\
         default_account = \"bench:{name}\"\n"
    )
}

/// The configuration without the session of this CompID, whose table is the last of its kind before a blank line.
fn without(text: &str, name: &str) -> String {
    let head = format!("[[sessions]]\ncomp_id = \"{name}\"\n");
    let from = text.find(&head).expect("the session is there");
    let length = text[from..]
        .find("\n\n")
        .map_or(text.len() - from, |end| end + 2);
    format!("{}{}", &text[..from], &text[from + length..])
}

#[tokio::test]
async fn a_new_member_trades_at_once_and_after_a_restart() {
    let ground = ground();
    let venue = ground.start();
    let mut old = log_on("CLIENT1", &venue).await;
    ground.configure(|text| format!("{text}{}", newcomer("NEW")));
    let record = reload(&ground, &venue).await;
    for part in [
        "firm F-NEW added",
        "account bench:NEW added",
        "session NEW added",
    ] {
        assert!(has_line(&record, &["\"done\"", part]), "{record}");
    }
    let mut new = log_on("NEW", &venue).await;
    new.order("bid", &day(Side::Buy, 3))
        .await
        .expect("it is there");
    assert!(new.answer("bid").await.is(tags::EXEC_TYPE, "0"));
    old.order("offer", &day(Side::Sell, 1))
        .await
        .expect("it is there");
    new.until(|seen| seen.is(tags::EXEC_TYPE, "F")).await;
    venue.kill().expect("it ends");

    let venue = ground.start();
    new.client().abort();
    let back = new.connect(venue.address()).await;
    back.expect("it is a member as any other");
    new.order("second", &day(Side::Buy, 1))
        .await
        .expect("it is there");
    assert!(new.answer("second").await.is(tags::EXEC_TYPE, "0"));
    venue.stop().expect("it stops");
    drop(ground.verify());
}

#[tokio::test]
async fn a_removed_session_is_logged_out_and_gets_what_it_missed_when_it_is_let_in_again() {
    let ground = ground();
    let venue = ground.start();
    let mut away = log_on("CLIENT1", &venue).await;
    let mut other = log_on("CLIENT2", &venue).await;
    away.order("offer", &day(Side::Sell, 2))
        .await
        .expect("it is there");
    away.answer("offer").await;
    let whole = fs::read_to_string(ground.config()).expect("it can be read");
    ground.configure(|text| without(&text, "CLIENT1"));
    let record = reload(&ground, &venue).await;
    assert!(
        has_line(&record, &["\"done\"", "session CLIENT1 removed"]),
        "{record}"
    );
    away.rest().await;
    let mut client = Client::plain(venue.address()).await;
    assert_eq!(client.log_on("CLIENT1", 9, "").await, "");
    on_record(&ground, 0, &["\"logout\"", "CLIENT1"]).await;

    // Its order lives on.
    other
        .order("bid", &day(Side::Buy, 1))
        .await
        .expect("it is there");
    other.until(|seen| seen.is(tags::EXEC_TYPE, "F")).await;
    ground.configure(|_| whole);
    let record = reload(&ground, &venue).await;
    assert!(
        has_line(&record, &["\"done\"", "session CLIENT1 added"]),
        "{record}"
    );
    away.connect(venue.address())
        .await
        .expect("it is let in again");
    let missed = away.until(|seen| seen.is(tags::EXEC_TYPE, "F")).await;
    assert!(
        missed
            .last()
            .is_some_and(|seen| seen.is(tags::CUM_QTY, "1"))
    );

    // One that was removed before a start has a past that only another start takes up.
    ground.configure(|text| without(&text, "CLIENT3"));
    venue.stop().expect("it stops");
    let venue = ground.start();
    let head = "\n[[sessions]]\ncomp_id = \"CLIENT3\"\nfirm = \"FIRM3\"\nrole = \"order_entry\"\n";
    ground.configure(|text| format!("{text}{head}"));
    let record = reload(&ground, &venue).await;
    assert!(
        has_line(
            &record,
            &["\"refused\"", "needs a restart: session CLIENT3"]
        ),
        "{record}"
    );
}

#[tokio::test]
async fn a_file_with_mistakes_changes_nothing() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let good = fs::read_to_string(ground.config()).expect("it can be read");
    let moved = good.replacen("firm = \"FIRM2\"\nrole", "firm = \"FIRM1\"\nrole", 1);
    let moved = moved.replacen("default_account = \"bench:2\"\n", "", 1);
    for (text, why) in [
        (
            format!("{}oops\n", newcomer("NEW")),
            "cannot be read as TOML",
        ),
        (
            format!("{good}{}", newcomer("NEW").replace("broker", "baker")),
            "is not one of its values",
        ),
        (format!("{moved}{}", newcomer("NEW")), "whose it is stays"),
        (
            format!(
                "{good}{}password_hash_file = \"missing\"\n",
                newcomer("NEW")
            ),
            "cannot read the secret in file",
        ),
    ] {
        ground.configure(|_| text);
        let record = reload(&ground, &venue).await;
        assert!(has_line(&record, &["\"refused\"", why]), "{why}: {record}");
        assert!(!has_line(&record, &["\"reload\"", "\"done\""]), "{record}");
        let mut client = Client::plain(venue.address()).await;
        assert_eq!(client.log_on("NEW", 1, "").await, "", "{why}");
    }
    ground.configure(|_| good.replace("[fix]\n", "[fix]\nmax_connections = 99\n"));
    let record = reload(&ground, &venue).await;
    let waits = ["\"refused\"", "needs a restart: fix.max_connections"];
    assert!(has_line(&record, &waits), "{record}");
    member
        .order("order", &day(Side::Buy, 1))
        .await
        .expect("it is there");
    assert!(member.answer("order").await.is(tags::EXEC_TYPE, "0"));
}

#[tokio::test]
async fn certificates_change_under_those_who_are_connected() {
    let (ground, authority) = (ground(), Authority::new());
    authority.equip(&ground, "");
    let (first, next) = (
        authority.issue("first.example"),
        authority.issue("next.example"),
    );
    let line = format!("certificates = [\"{}\"]", first.fingerprint());
    session(&ground, "CLIENT1", &line);
    let venue = ground.start();
    let (old_config, new_config) = (
        authority.client(Some(&first)),
        authority.client(Some(&next)),
    );
    let mut old = Client::encrypted(venue.address(), &old_config).await;
    assert!(old.log_on("CLIENT1", 1, "").await.contains("|35=A|"));

    // The venue's own: new connections see it, the others stay.
    let shown = authority.renew(&ground);
    let record = reload(&ground, &venue).await;
    let read = format!("[tls] is read again: certificate {}", shown.fingerprint());
    assert!(has_line(&record, &["\"done\"", &read]), "{record}");
    let mut other = Client::encrypted(venue.address(), &new_config).await;
    assert!(shown.is(&other.venue));
    assert!(!shown.is(&old.venue));
    assert!(other.log_on("CLIENT2", 1, "").await.contains("|35=A|"));
    old.send("1", "CLIENT1", 2, "112=here|").await;
    assert!(old.next().await.contains("|112=here|"));

    // A file that is none changes nothing.
    fs::write(beside(&ground, "venue.key"), "nothing").expect("it can be written");
    let record = reload(&ground, &venue).await;
    assert!(has_line(&record, &["\"refused\"", "venue.key"]), "{record}");
    authority.renew(&ground);

    // The member's: both while it changes, then the next one alone.
    let both = format!(
        "certificates = [\"{}\", \"{}\"]",
        first.fingerprint(),
        next.fingerprint()
    );
    ground.configure(|text| text.replace(&line, &both));
    reload(&ground, &venue).await;
    old.send("1", "CLIENT1", 3, "112=still|").await;
    assert!(old.next().await.contains("|112=still|"));
    let last = format!("certificates = [\"{}\"]", next.fingerprint());
    ground.configure(|text| text.replace(&both, &last));
    reload(&ground, &venue).await;
    let logout = old.next().await;
    assert!(logout.contains("|35=5|"), "{logout}");
    assert!(
        logout.contains("is not this session's any more"),
        "{logout}"
    );
    old.send("5", "CLIENT1", 4, "").await;
    old.rest().await;
    let mut again = Client::encrypted(venue.address(), &old_config).await;
    assert_eq!(again.log_on("CLIENT1", 5, "").await, "");
    let mut new = Client::encrypted(venue.address(), &new_config).await;
    assert!(new.log_on("CLIENT1", 5, "").await.contains("|35=A|"));
}

#[tokio::test]
async fn passwords_and_heartbeats_change_for_the_next_logon() {
    let ground = ground();
    let venue = ground.start();
    let mut first = Client::plain(venue.address()).await;
    assert!(first.log_on("CLIENT1", 1, "").await.contains("|35=A|"));
    let hash = gateway::identity::hash("correct horse battery");
    let lines = format!(
        "password_hash = \"{}\"\nheartbeat_max = \"20s\"",
        hash.reveal()
    );
    // The sample says it too.
    ground.configure(|text| {
        let from = text.find("comp_id = \"CLIENT1\"\n").expect("it is there");
        let (before, after) = text.split_at(from);
        let after = after.replacen("heartbeat_max", "# heartbeat_max", 1);
        format!("{before}{after}")
    });
    session(&ground, "CLIENT1", &lines);
    let record = reload(&ground, &venue).await;
    assert!(
        has_line(&record, &["CLIENT1 changed: ", "heartbeat_max", "password"]),
        "{record}"
    );
    // Who is logged on stays so, as it was.
    first.send("1", "CLIENT1", 2, "112=here|").await;
    assert!(first.next().await.contains("|112=here|"));
    first.send("5", "CLIENT1", 3, "").await;
    first.rest().await;
    let mut next = Client::plain(venue.address()).await;
    let refused = next
        .log_on("CLIENT1", 4, "554=correct horse battery|")
        .await;
    let bounds = "HeartBtInt(108) must be between";
    assert!(refused.contains(bounds), "{refused}; {}", venue.log());
    let mut next = Client::plain(venue.address()).await;
    next.send("A", "CLIENT1", 4, "98=0|108=10|").await;
    let refused = next.next().await;
    assert!(refused.contains("Password(554) is not right"), "{refused}");
    next.rest().await;
    let mut next = Client::plain(venue.address()).await;
    next.send("A", "CLIENT1", 4, "98=0|108=10|554=correct horse battery|")
        .await;
    let answer = next.next().await;
    assert!(answer.contains("|35=A|"), "{answer}");

    // The file that a hash is in may change under its name.
    let file = beside(&ground, "client2.hash");
    let give = |password| {
        let hash = gateway::identity::hash(password);
        fs::write(&file, hash.reveal()).expect("a file can be written");
    };
    give("correct horse battery");
    session(&ground, "CLIENT2", "password_hash_file = \"client2.hash\"");
    reload(&ground, &venue).await;
    give("staple sixteen times");
    let record = reload(&ground, &venue).await;
    assert!(
        has_line(
            &record,
            &["\"done\"", "session CLIENT2 has another password"]
        ),
        "{record}"
    );
    let mut client = Client::plain(venue.address()).await;
    let answer = client
        .log_on("CLIENT2", 1, "554=staple sixteen times|")
        .await;
    assert!(answer.contains("|35=A|"), "{answer}");
}

#[tokio::test]
async fn a_removed_drop_copy_goes_on_gathering_its_copies() {
    let ground = ground();
    let venue = ground.start();
    let whole = fs::read_to_string(ground.config()).expect("it can be read");
    ground.configure(|text| without(&text, WATCH));
    reload(&ground, &venue).await;
    let mut member = log_on("CLIENT1", &venue).await;
    let order = member.order("order", &day(Side::Buy, 1)).await;
    order.expect("it is there");
    member.answer("order").await;
    ground.configure(|_| whole);
    reload(&ground, &venue).await;
    let mut watch = log_on(WATCH, &venue).await;
    assert!(watch.answer("order").await.is(tags::EXEC_TYPE, "0"));
}

#[tokio::test]
async fn orders_flow_while_the_configuration_changes() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    for round in 0..6 {
        for number in 0..100 {
            let id = format!("{round}-{number}");
            member
                .order(&id, &day(Side::Buy, 1))
                .await
                .expect("it is there");
        }
        let tick = format!("tick = \"0.00000{}\"", 1 + round % 2);
        ground.configure(|text| {
            let lines = text.lines().map(|line| match line.starts_with("tick = ") {
                true => format!("{tick}\n"),
                false => format!("{line}\n"),
            });
            lines.collect()
        });
        reload(&ground, &venue).await;
        let last = format!("{round}-99");
        let all = member.until(|seen| seen.is(tags::CL_ORD_ID, &last)).await;
        let accepted = all.iter().filter(|seen| seen.is(tags::EXEC_TYPE, "0"));
        assert_eq!(accepted.count(), 100);
    }
    venue.stop().expect("it stops");
    drop(ground.verify());
}
