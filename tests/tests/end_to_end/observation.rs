//! What those see who watch a venue: its metrics over HTTP, and the FIX logs of its sessions.

use std::fs;
use std::path::Path;
use std::time::Duration;

use fix_codec::values::Side;
use gateway::layout::Layout;
use tests::ground::Ground;
use tests::member::PATIENCE;
use tests::venue_process::VenueProcess;
use tokio::io::AsyncWriteExt as _;

use crate::wire::{connect, message, now, rest, until_closed};
use crate::{come_back, day, ground, log_on};

/// What stands before the address in the line of the log that tells where the metrics are.
const MARK: &str = "metrics are shown address=";

/// How often is looked whether something has happened.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// A password that must not be found anywhere.
const PASSWORD: &str = "correct-horse";

/// A venue that logs all sessions but `CLIENT2`, and shows its metrics.
fn watched() -> Ground {
    let ground = ground();
    ground.configure(|text| {
        let one = "comp_id = \"CLIENT2\"\n";
        let text = text.replace("[fix_log]\nenabled = false", "[fix_log]\nenabled = true");
        let text = text.replace(one, &format!("{one}fix_log = false\n"));
        format!("{text}\n[metrics]\nlisten = \"127.0.0.1:0\"\n")
    });
    ground
}

/// Where the venue shows its metrics.
async fn metrics_address(venue: &VenueProcess) -> String {
    let said = tokio::time::timeout(PATIENCE, async {
        loop {
            let log = venue.log();
            if let Some((_, rest)) = log.split_once(MARK) {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                return rest[..end].to_owned();
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    });
    said.await
        .unwrap_or_else(|_| panic!("the log does not say where: {}", venue.log()))
}

/// The metrics, once they show all these lines.
async fn scrape(address: &str, wanted: &[String]) -> String {
    let mut page = String::new();
    let seen = tokio::time::timeout(PATIENCE, async {
        loop {
            let answer = reqwest::get(format!("http://{address}/metrics")).await;
            page = answer
                .expect("they are shown")
                .text()
                .await
                .expect("they are text");
            let shown = |line: &String| page.lines().any(|shown| shown == line);
            if wanted.iter().all(shown) {
                return;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    });
    if seen.await.is_ok() {
        return page;
    }
    let missing: Vec<_> = wanted
        .iter()
        .filter(|line| !page.lines().any(|shown| shown == line.as_str()))
        .collect();
    panic!("{missing:#?} are not among\n{page}")
}

/// All lines of a FIX log; none where there is no log.
fn lines(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let text = paths.map(|path| fs::read_to_string(path).expect("a log is text"));
    let text: String = text.collect();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_small_session_life_is_counted_and_logged() {
    let ground = watched();
    let venue = ground.start();
    let address = metrics_address(&venue).await;
    let health = reqwest::get(format!("http://{address}/health")).await;
    assert!(health.expect("it is served").status().is_success());

    let mut member = log_on("CLIENT1", &venue).await;
    let order = member.order("one", &day(Side::Buy, 1, 1000)).await;
    order.expect("the venue is there");
    member.answer("one").await;
    let mut other = log_on("CLIENT2", &venue).await;
    let order = other.order("two", &day(Side::Buy, 1, 1000)).await;
    order.expect("the venue is there");
    other.answer("two").await;
    // A Logon with a password, noise behind it, and the beginning of a message with one; then nobody.
    let logon = format!(
        "34=1|49=CLIENT3|52={}|56=CLOUDPIT|98=0|108=30|553=me|554={PASSWORD}|",
        now()
    );
    let noise = format!("8=FIX.4.4|9=99|554={PASSWORD}").replace('|', "\u{1}");
    let bytes = [message("A", &logon), noise.clone().into_bytes()].concat();
    let mut stream = connect(venue.address()).await;
    stream.write_all(&bytes).await.expect("it reads");
    // Logged on before it is closed from this side.
    let on = "cloudpit_session_logons_total{firm=\"FIRM3\"} 1";
    scrape(&address, &[on.to_owned()]).await;
    stream.shutdown().await.expect("it is open");
    rest(&mut stream).await;
    until_closed(venue.address(), format!("GET /?554={PASSWORD}").as_bytes()).await;

    let messages = |direction: &str, msg_type: &str, count: u32| {
        format!(
            "cloudpit_messages_total{{direction=\"{direction}\",msg_type=\"{msg_type}\"}} {count}"
        )
    };
    let wanted = [
        messages("in", "A", 3),
        messages("out", "A", 3),
        messages("in", "D", 2),
        messages("out", "8", 2),
        "cloudpit_session_logons_total{firm=\"FIRM1\"} 1".to_owned(),
        "cloudpit_session_logged_on{session=\"CLIENT1\"} 1".to_owned(),
        "cloudpit_session_logged_on{session=\"CLIENT3\"} 0".to_owned(),
        "cloudpit_session_next_incoming{session=\"CLIENT1\"} 3".to_owned(),
        "cloudpit_session_next_outgoing{session=\"CLIENT1\"} 3".to_owned(),
        "cloudpit_session_disconnects_total{firm=\"FIRM3\",reason=\"closed_by_client\"} 1"
            .to_owned(),
        "cloudpit_connections_refused_total{reason=\"not_a_message\"} 1".to_owned(),
        "cloudpit_connections_accepted_total 4".to_owned(),
        "cloudpit_commands_submitted_total 2".to_owned(),
    ];
    let page = scrape(&address, &wanted).await;
    assert!(!page.contains("session_logons_refused_total{"), "{page}");
    member.client().logout().await.expect("it is logged on");
    other.client().logout().await.expect("it is logged on");
    let log = venue.log();
    let status = venue.stop().expect("it stops");
    assert!(status.success());
    assert!(!log.contains(PASSWORD), "{log}");
    check_logs(&Layout::new(&ground.data()));
}

fn check_logs(layout: &Layout) {
    let of = |name: &str| lines(&layout.fix_log(&name.parse().expect("a name")));
    let has = |lines: &[String], word: &str, part: &str| {
        let found = |line: &String| {
            let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
            rest.starts_with(word) && rest.contains(part)
        };
        assert!(lines.iter().any(found), "{word} {part}: {lines:#?}");
    };
    let one = of("CLIENT1");
    for (word, part) in [
        ("note ", "connected from 127.0.0.1:"),
        ("in ", "|35=A|"),
        ("out ", "|35=A|"),
        ("in ", "|11=one|"),
        ("out ", "|35=8|"),
        ("out ", "|35=5|"),
        ("note ", "disconnected: logged_out"),
    ] {
        has(&one, word, part);
    }
    assert_eq!(of("CLIENT2"), [""; 0], "it is off for this one");
    let three = of("CLIENT3");
    has(&three, "in ", "|553=me|554=***|10=");
    has(&three, "cut off ", "8=FIX.4.4|9=99|554=***");
    let refused = lines(&layout.fix_log_of_refused());
    has(&refused, "refused ", "GET /?554=***");
    for line in [one, three, refused].concat() {
        assert!(!line.contains(PASSWORD), "{line}");
    }
}

#[tokio::test]
async fn what_becomes_of_a_lost_clients_orders_is_counted() {
    let ground = watched();
    for (session, grace) in [("CLIENT1", "1h"), ("CLIENT2", "0s")] {
        ground.configure(|text| {
            let client = format!("comp_id = \"{session}\"\n");
            let keys = format!("cancel_on_disconnect = \"session\"\ncancel_grace = \"{grace}\"\n");
            text.replace(&client, &format!("{client}{keys}"))
        });
    }
    let venue = ground.start();
    let address = metrics_address(&venue).await;
    let step = |firm: u32, step: &str| {
        format!(
            "cloudpit_session_cancels_on_disconnect_total{{firm=\"FIRM{firm}\",step=\"{step}\"}} 1"
        )
    };
    let mut patient = log_on("CLIENT1", &venue).await;
    patient.client().abort();
    scrape(&address, &[step(1, "armed")]).await;
    come_back(&mut patient, &venue).await;
    scrape(&address, &[step(1, "called_off")]).await;

    let mut hasty = log_on("CLIENT2", &venue).await;
    let order = hasty.order("one", &day(Side::Buy, 1, 1000)).await;
    order.expect("the venue is there");
    hasty.answer("one").await;
    hasty.client().abort();
    let orders = "cloudpit_session_orders_cancelled_on_disconnect_total{firm=\"FIRM2\"} 1";
    scrape(&address, &[step(2, "fired"), orders.to_owned()]).await;
    assert!(venue.stop().expect("it stops").success());
}
