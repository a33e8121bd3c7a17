//! TLS and client certificates.

use tests::ground::{Ground, SYMBOL};
use tests::hours::{Hours, next_second};

use crate::authority::{Authority, Issued};
use crate::client::Client;
use crate::{audit, ground, has_line, session};

/// A ClientHello of TLS 1.2, for an elliptic curve and an AES suite of that version.
fn hello_of_tls_1_2() -> Vec<u8> {
    let suites: &[u8] = &[0xc0, 0x2b, 0xc0, 0x2f];
    let extensions: &[u8] = &[
        0, 10, 0, 4, 0, 2, 0, 23, // supported_groups: secp256r1
        0, 11, 0, 2, 1, 0, // ec_point_formats: uncompressed
        0, 13, 0, 6, 0, 4, 4, 3, 8, 4, // signature_algorithms
    ];
    let length = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len());
        length.expect("it is short").to_be_bytes()
    };
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.push(0);
    body.extend(length(suites));
    body.extend(suites);
    body.extend([1, 0]);
    body.extend(length(extensions));
    body.extend(extensions);
    let mut handshake = vec![1, 0];
    handshake.extend(length(&body));
    handshake.extend(body);
    let mut record = vec![22, 3, 1];
    record.extend(length(&handshake));
    record.extend(handshake);
    record
}

/// A venue whose CLIENT1 has a certificate of its own, with that and the authority.
fn equipped() -> (Ground, Authority, Issued) {
    let (ground, authority) = (ground(), Authority::new());
    let own = authority.issue("client1.example");
    authority.equip(&ground, "");
    let line = format!("certificates = [\"{}\"]", own.fingerprint());
    session(&ground, "CLIENT1", &line);
    (ground, authority, own)
}

#[tokio::test]
async fn a_session_is_its_certificates_and_no_others() {
    let (ground, authority, own) = equipped();
    let venue = ground.start();
    let other = authority.issue("client2.example");
    let forged = Authority::new().issue("client1.example");
    let expired = authority.issue_until("client2.example", 2001);
    for (what, certificate, sender, expected) in [
        ("its own", Some(&own), "CLIENT1", "|35=A|"),
        ("another member's", Some(&other), "CLIENT1", ""),
        ("another authority's", Some(&forged), "CLIENT1", ""),
        ("none", None, "CLIENT1", ""),
        ("an expired one", Some(&expired), "CLIENT2", ""),
        // A session without a certificate of its own takes any of the authority, but not none.
        ("any", Some(&other), "CLIENT2", "|35=A|"),
        ("none", None, "CLIENT2", ""),
        ("a member's", Some(&own), "NOBODY", ""),
    ] {
        let config = authority.client(certificate);
        let mut client = Client::encrypted(venue.address(), &config).await;
        let answer = client.log_on(sender, 1, "").await;
        let fits = answer.contains(expected) && answer.is_empty() == expected.is_empty();
        assert!(fits, "{what} as {sender}: {answer:?}; {}", venue.log());
    }
    venue.stop().expect("it stops");
    let (audit, fingerprint) = (audit(&ground), own.fingerprint());
    for parts in [
        ["\"logon\"", "\"done\"", "CLIENT1", fingerprint.as_str()],
        [
            "\"logon\"",
            "\"refused\"",
            "CLIENT1",
            "its certificate is not",
        ],
        [
            "\"connection\"",
            "\"refused\"",
            "127.0.0.1",
            "invalid peer certificate",
        ],
        [
            "\"logon\"",
            "\"refused\"",
            "NOBODY",
            "no session is configured",
        ],
        ["\"logout\"", "\"done\"", "CLIENT1", fingerprint.as_str()],
    ] {
        assert!(has_line(&audit, &parts), "{parts:?} is not in\n{audit}");
    }
}

#[tokio::test]
async fn where_certificates_are_optional_a_session_may_still_need_its_own() {
    let (ground, authority) = (ground(), Authority::new());
    let own = authority.issue("client1.example");
    authority.equip(&ground, "require_client_certificate = false");
    let line = format!("certificates = [\"{}\"]", own.fingerprint());
    session(&ground, "CLIENT1", &line);
    let venue = ground.start();
    for (certificate, sender, expected) in [
        (None, "CLIENT1", ""),
        (Some(&own), "CLIENT1", "|35=A|"),
        (None, "CLIENT2", "|35=A|"),
    ] {
        let config = authority.client(certificate);
        let mut client = Client::encrypted(venue.address(), &config).await;
        let answer = client.log_on(sender, 1, "").await;
        let fits = answer.contains(expected) && answer.is_empty() == expected.is_empty();
        assert!(fits, "{sender}: {answer:?}; {}", venue.log());
    }
}

#[tokio::test]
async fn who_does_not_encrypt_or_log_on_in_time_is_closed() {
    let (ground, authority, own) = equipped();
    ground.configure(|text| text.replace("[fix]\n", "[fix]\nlogon_timeout = \"1s\"\n"));
    let venue = ground.start();
    let mut silent = Client::plain(venue.address()).await;
    let mut slow = Client::plain(venue.address()).await;
    slow.send_bytes(&hello_of_tls_1_2()[..20]).await;
    let config = authority.client(Some(&own));
    let mut encrypted = Client::encrypted(venue.address(), &config).await;
    assert_eq!(silent.rest().await, b"");
    assert_eq!(slow.rest().await, b"");
    assert_eq!(encrypted.rest().await, b"");
}

#[tokio::test]
async fn only_tls_1_3_is_spoken() {
    let (ground, _, _) = equipped();
    let venue = ground.start();
    let mut older = Client::plain(venue.address()).await;
    older.send_bytes(&hello_of_tls_1_2()).await;
    let answer = older.rest().await;
    // An alert, fatal: protocol_version.
    assert_eq!(answer.get(..1), Some(&[21][..]), "{answer:?}");
    assert_eq!(answer.get(5..), Some(&[2, 70][..]), "{answer:?}");

    let mut plain = Client::plain(venue.address()).await;
    let answer = plain.log_on("CLIENT2", 1, "").await;
    assert!(!answer.contains("8=FIX"), "{answer:?}");
}

#[tokio::test]
async fn a_second_logon_is_refused_without_harm_to_the_first() {
    let (ground, authority, own) = equipped();
    let venue = ground.start();
    let config = authority.client(Some(&own));
    let mut first = Client::encrypted(venue.address(), &config).await;
    let answer = first.log_on("CLIENT1", 1, "").await;
    assert!(answer.contains("|35=A|"), "{answer}");
    let mut second = Client::encrypted(venue.address(), &config).await;
    assert_eq!(second.log_on("CLIENT1", 2, "").await, "");
    first.send("1", "CLIENT1", 2, "112=still here|").await;
    let answer = first.next().await;
    assert!(answer.contains("|35=0|"), "{answer}");
    assert!(answer.contains("|112=still here|"), "{answer}");
}

#[tokio::test]
async fn a_large_answer_comes_whole_through_tls() {
    let (ground, authority, own) = equipped();
    let venue = ground.start();
    let mut client = Client::encrypted(venue.address(), &authority.client(Some(&own))).await;
    client.log_on("CLIENT1", 1, "").await;
    // More than all buffers on the way hold, asked for before any of it is read.
    let id = "x".repeat(8_000);
    for number in 2..1_002 {
        client
            .send("1", "CLIENT1", number, &format!("112={number}{id}|"))
            .await;
    }
    for number in 2..1_002 {
        let answer = client.next().await;
        let fits = answer.contains(&format!("|112={number}x"));
        assert!(
            fits,
            "{number}: {}",
            answer.chars().take(200).collect::<String>()
        );
    }
}

#[tokio::test]
async fn a_client_that_has_read_all_over_tls_gets_nothing_twice_in_the_next_session() {
    let (ground, authority, own) = equipped();
    let config = authority.client(Some(&own));
    let order = |id: &str| {
        let time = gateway::clock::now().format("%Y%m%d-%H:%M:%S");
        format!("11={id}|55={SYMBOL}|54=1|38=1|40=2|44=10|59=0|60={time}|")
    };
    for (round, reads_on) in [("a", false), ("b", true)] {
        next_second().await;
        let hours = Hours::begun(gateway::clock::now());
        ground.configure(|text| hours.kept_by(&["CLIENT1"], &text));
        let venue = ground.start();
        let mut client = Client::encrypted(venue.address(), &config).await;
        let answer = client.log_on("CLIENT1", 1, "").await;
        assert!(answer.contains("|35=A|"), "{answer}");
        // Nothing of the session before comes first.
        client.send("D", "CLIENT1", 2, &order(round)).await;
        let report = client.next().await;
        let own = format!("|11={round}|");
        assert!(
            report.contains("|35=8|") && report.contains(&own),
            "{report}"
        );
        client.send("5", "CLIENT1", 3, "").await;
        assert!(client.next().await.contains("|35=5|"));
        if reads_on {
            client.rest().await;
        }
        // With or without what TLS has for a goodbye.
        drop(client);
        assert!(venue.stop().expect("it stops").success());
    }
    next_second().await;
    let hours = Hours::begun(gateway::clock::now());
    ground.configure(|text| hours.kept_by(&["CLIENT1"], &text));
    let venue = ground.start();
    let mut client = Client::encrypted(venue.address(), &config).await;
    client.log_on("CLIENT1", 1, "").await;
    client.send("D", "CLIENT1", 2, &order("c")).await;
    let report = client.next().await;
    assert!(report.contains("|11=c|"), "{report}");
    assert!(venue.stop().expect("it stops").success());
}
