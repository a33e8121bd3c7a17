//! Floods of Logons: those who send them get nowhere, and whoever trades meanwhile does not notice.

use std::net::SocketAddr;

use fix_codec::tags;
use fix_codec::values::Side;
use fix_session::{Credentials, Role};
use tests::ground::Ground;
use tests::member::Member;
use tests::venue_process::VenueProcess;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;

use crate::crowding::from;
use crate::limits::{ground_with, until};
use crate::wire::{connect, message, now, rest, until_closed};
use crate::{come_back, day, ground, log_on};

const PASSWORD: &str = "correct horse battery";

/// What a client is told whose password is wrong.
const WRONG: &str = "|58=Username(553) or Password(554) is not right|";

/// Failures after which an address is locked, unless configured otherwise.
const FAILURES_MAX: usize = 5;

/// Addresses that a flood comes from, Logons of each kind from each, and resets in a row.
const ADDRESSES: u8 = 20;
const LOGONS: usize = 10;
const RESETS: usize = 100;

/// A ground whose CLIENT1 has a password.
fn guarded() -> Ground {
    let ground = ground();
    let hash = gateway::identity::hash(PASSWORD);
    let head = "comp_id = \"CLIENT1\"\n";
    let line = format!("{head}password_hash = \"{}\"\n", hash.reveal());
    ground.configure(|text| text.replace(head, &line));
    ground
}

/// CLIENT1, who knows its password.
fn knowing() -> Member {
    let mut settings = Member::settings("CLIENT1");
    if let Role::Initiator { credentials, .. } = &mut settings.role {
        *credentials = Some(Credentials {
            username: "any".to_owned(),
            password: PASSWORD.to_owned(),
        });
    }
    Member::with(settings)
}

/// A Logon(A) with these fields more.
fn logon_with(sender: &str, more: &str) -> Vec<u8> {
    let header = format!("34=1|49={sender}|52={}|56=CLOUDPIT|", now());
    message("A", &format!("{header}98=0|108=30|{more}"))
}

/// What was said to one who floods from one address.
#[derive(Default)]
struct Said {
    to_guesses: Vec<String>,
    to_others: String,
}

/// Wrong passwords, names that nobody has, and the name of one who is logged on.
async fn flood(last: u8, address: SocketAddr) -> Said {
    let mut said = Said::default();
    for _ in 0..LOGONS {
        for (logon, guess) in [
            (logon_with("CLIENT1", "554=wrong|"), true),
            (logon_with(&format!("NOBODY{last}"), ""), false),
            (logon_with("CLIENT2", "141=Y|"), false),
        ] {
            let mut stream = from(last, address).await;
            // It may be closed before all is sent.
            drop(stream.write_all(&logon).await);
            let answer = rest(&mut stream).await;
            match guess {
                true => said.to_guesses.push(answer),
                false => said.to_others.push_str(&answer),
            }
        }
    }
    said
}

/// A member trades until all of these have ended.
async fn trade_beside<T>(member: &mut Member, others: &[JoinHandle<T>]) {
    for number in 0.. {
        let ended = others.iter().all(JoinHandle::is_finished);
        let id = format!("beside-{number}");
        let sent = member.order(&id, &day(Side::Buy, 1, 1_000)).await;
        sent.expect("it is logged on still");
        assert!(member.answer(&id).await.is(tags::EXEC_TYPE, "0"));
        if ended {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_logons_gets_nowhere() {
    let ground = guarded();
    let venue = ground.start();
    let mut guarded = knowing();
    come_back(&mut guarded, &venue).await;
    let mut good = log_on("CLIENT2", &venue).await;
    // Its place is free for whoever shows the password.
    let next_outgoing = leave(guarded).await;
    let address = venue.address();
    let floods = (2..2 + ADDRESSES).map(|last| tokio::spawn(flood(last, address)));
    let floods: Vec<_> = floods.collect();
    trade_beside(&mut good, &floods).await;
    let mut told = 0;
    for flood in floods {
        let said = flood.await.expect("it gets to its end");
        assert_eq!(said.to_others, "");
        for answer in &said.to_guesses {
            assert!(answer.is_empty() || answer.contains(WRONG), "{answer}");
        }
        let answered = said.to_guesses.iter().filter(|answer| !answer.is_empty());
        let answered = answered.count();
        assert!(answered <= FAILURES_MAX, "{answered} guesses");
        told += answered;
    }
    assert!(told > 0, "no guess came as far as the password");
    // From where it has logged on before, it does so again, and its number is what it was.
    let mut again = knowing_at(next_outgoing);
    come_back(&mut again, &venue).await;
    let sent = again.order("again", &day(Side::Buy, 1, 1_000)).await;
    sent.expect("it is logged on");
    assert!(again.answer("again").await.is(tags::EXEC_TYPE, "0"));
}

/// [`knowing`], come back with the MsgSeqNum(34) that it sends next.
fn knowing_at(next_outgoing: u64) -> Member {
    let settings = knowing().client().session().settings().clone();
    Member::with_resume(settings, next_outgoing)
}

/// Logs out; gives the MsgSeqNum(34) of its next message.
async fn leave(mut member: Member) -> u64 {
    let left = member.client().logout().await;
    left.expect("the venue answers a Logout");
    member.client().session().next_outgoing()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_resets_is_answered_one_by_one() {
    let ground = ground();
    let venue = ground.start();
    let mut good = log_on("CLIENT2", &venue).await;
    let resets = tokio::spawn(resets(venue.address()));
    let resets = [resets];
    trade_beside(&mut good, &resets).await;
    let [resets] = resets;
    let said = resets.await.expect("every reset is answered");
    let answers: Vec<&str> = said.split("8=FIX.4.4|").skip(1).collect();
    let (last, logons) = answers.split_last().expect("something was said");
    assert_eq!(logons.len(), RESETS, "{said}");
    for logon in logons {
        assert!(
            logon.contains("|35=A|") && logon.contains("|34=1|"),
            "{logon}"
        );
        assert!(logon.contains("|141=Y|"), "{logon}");
    }
    assert!(last.contains("|35=0|") && last.contains("|34=2|"), "{last}");
    stop(venue, &ground);
}

/// Starts the numbers again and again, all at once; gives what was said until what came behind it is answered.
async fn resets(address: SocketAddr) -> String {
    let mut stream = connect(address).await;
    let header = format!("34=2|49=CLIENT1|52={}|56=CLOUDPIT|", now());
    let mut bytes = logon_with("CLIENT1", "141=Y|").repeat(RESETS);
    bytes.extend(message("1", &format!("{header}112=last|")));
    stream.write_all(&bytes).await.expect("the venue reads");
    until(&mut stream, "|112=last|").await
}

#[tokio::test]
async fn a_flood_of_resets_is_an_administrative_flood() {
    let ground = ground_with("window = \"1min\"\nadmin_logout = 10");
    let venue = ground.start();
    let flood = logon_with("CLIENT1", "141=Y|").repeat(RESETS);
    let said = until_closed(venue.address(), &flood).await;
    let why = "|58=more than 10 administrative or unreadable messages within 60s|";
    assert!(said.contains("|35=5|") && said.contains(why), "{said}");
    assert_eq!(said.matches("|35=A|").count(), 10, "{said}");
    // The throttle is the connection's: it may come back.
    let visit = [logon_with("CLIENT1", "141=Y|"), logout("CLIENT1", 2)].concat();
    let said = until_closed(venue.address(), &visit).await;
    assert!(said.contains("|35=A|") && said.contains("|35=5|"), "{said}");
    stop(venue, &ground);
}

/// A Logout(5) of this sender.
fn logout(sender: &str, number: u32) -> Vec<u8> {
    message(
        "5",
        &format!("34={number}|49={sender}|52={}|56=CLOUDPIT|", now()),
    )
}

/// Stops the venue, and looks whether its logs agree.
fn stop(venue: VenueProcess, ground: &Ground) {
    let ended = venue.stop().expect("it stops");
    assert!(ended.success(), "{ended}");
    let _report = ground.verify();
}
