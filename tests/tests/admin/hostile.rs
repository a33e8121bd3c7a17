//! Calls that no command line makes: each is refused, and costs nobody else anything.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use gateway::layout::Layout;
use tests::ground::Ground;

use crate::ground;
use crate::operator::{admin, audited};

/// Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most connections at one time, as `docs/operations.md` says.
const CONNECTIONS_MAX: usize = 16;

fn connect(ground: &Ground) -> UnixStream {
    let socket = Layout::new(&ground.data()).admin_socket();
    let stream = UnixStream::connect(socket).expect("the venue listens");
    stream
        .set_read_timeout(Some(PATIENCE))
        .expect("it can wait");
    stream
}

/// Sends these bytes, and gives the whole answer.
fn answer(ground: &Ground, bytes: &str) -> String {
    let mut stream = connect(ground);
    // The venue may answer, and close, before it has read all.
    stream.write_all(bytes.as_bytes()).ok();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok();
    String::from_utf8_lossy(&text).into_owned()
}

fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         {headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_as_json() {
    let ground = ground();
    let venue = ground.start();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let alice = "Cloudpit-Operator: alice\r\n";
    let bob = "Cloudpit-Operator: b\u{e9}b\r\n";
    let withdraw = r#"{"slot":"s","account":"a","reason":"r"}"#;
    let large = "x".repeat(20_000);
    for (request, status, wrong) in [
        (get("/v2/firms"), 404, "there is no such call"),
        (get("/v1/withdrawals"), 405, "does not take this method"),
        (get("/v1/sessions?frim=A"), 400, "unknown field"),
        (get("/v1/orders"), 400, "missing field"),
        (get("/v1/orders?firm=A&from=-1"), 400, "invalid digit"),
        (post("/v1/withdrawals", "", withdraw), 400, "nobody answers"),
        (
            post("/v1/withdrawals", bob, withdraw),
            400,
            "the operator's name",
        ),
        (post("/v1/withdrawals", alice, "{"), 400, "EOF"),
        (
            post("/v1/withdrawals", alice, r#"{"slot":""}"#),
            422,
            "is empty",
        ),
        (
            post("/v1/withdrawals", alice, r#"{"solt":"s"}"#),
            422,
            "unknown field",
        ),
        (post("/v1/withdrawals", alice, &large), 413, "length limit"),
    ] {
        let answer = answer(&ground, &request);
        let head = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&head), "{request}\n{answer}");
        assert!(answer.contains(wrong), "{request}\n{answer}");
        assert!(answer.contains("\"remedy\":\""), "{request}\n{answer}");
    }
    venue.stop().expect("the venue stops");
    assert_eq!(audited(&ground).len(), 11, "each call is on record");
}

#[tokio::test]
async fn connections_that_say_nothing_make_others_wait_and_no_more() {
    let ground = ground();
    let venue = ground.start();
    let mut silent: Vec<_> = (0..CONNECTIONS_MAX).map(|_| connect(&ground)).collect();
    // Half a request each: the venue has taken them.
    for stream in &mut silent {
        stream
            .write_all(b"GET /v1/fi")
            .expect("the system takes it");
    }
    let mut waiting = connect(&ground);
    let request = "GET /v1/firms HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    waiting
        .write_all(request.as_bytes())
        .expect("the system takes it");
    silent.pop();
    let mut text = String::new();
    waiting
        .read_to_string(&mut text)
        .expect("it is answered when one has gone");
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
    drop(silent);
    assert_eq!(admin(&ground, &["firms"]).await.code(), 0);
    venue.stop().expect("the venue stops, whoever is connected");
}

#[tokio::test]
async fn a_socket_that_was_left_behind_is_no_hindrance_and_anything_else_is_kept() {
    let ground = ground();
    let venue = ground.start();
    venue.kill().expect("the venue can be killed");
    let socket = Layout::new(&ground.data()).admin_socket();
    assert!(socket.exists(), "a kill leaves it");
    let venue = ground.start();
    assert_eq!(admin(&ground, &["firms"]).await.code(), 0);
    venue.stop().expect("the venue stops");

    std::fs::write(&socket, "not a socket").expect("a file can be written");
    let venue = tests::venue_process::VenueProcess::start(
        ground.program(),
        ground.config(),
        &ground.data(),
    );
    let error = venue.expect_err("it does not start").to_string();
    assert!(error.contains("is no socket: move it away"), "{error}");
    assert_eq!(
        std::fs::read(&socket).expect("it is there"),
        b"not a socket"
    );
}
