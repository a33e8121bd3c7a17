//! What the program says and exits with, command by command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fix_codec::values::{Side, TimeInForce};
use tests::ground::{Ground, SYMBOL, example};
use tests::member::{Member, Terms};
use tests::program::{Ended, run};
use tests::provider_process::ProviderProcess;
use tests::venue_process::VenueProcess;

const PROGRAM: &str = env!("CARGO_BIN_EXE_venue-under-test");

/// Nothing here takes long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file with a mistake on each of these lines.
const MISTAKEN: &str = r#"[venue]
comp_idd = "CLOUDPIT"

[fix]
listen = "127.0.0.1"

[journal]
durability = "sometimes"

[[instruments]]
symbol = "A"
test = true
currency = "USD"
tick = "zero"
max_order_quantity = 1

[[sessions]]
comp_id = "CLIENT1"
firm = "NOBODY"
role = "order_entry"
"#;
const MISTAKEN_LINES: [u32; 5] = [2, 5, 8, 14, 19];

async fn program(arguments: &[&str]) -> Ended {
    run(PROGRAM, arguments, PATIENCE).await
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

#[tokio::test]
async fn every_sample_of_a_venue_is_correct() {
    let folder = example("");
    let entries = fs::read_dir(folder).expect("the samples can be read");
    let mut checked = 0;
    for entry in entries {
        let path = entry.expect("the samples can be read").path();
        if path.ends_with("provider.toml") {
            continue;
        }
        let ended = program(&["check-config", text(&path)]).await;
        assert_eq!(ended.code(), 0, "{ended:?}");
        assert!(ended.output.contains("correct"), "{ended:?}");
        checked += 1;
    }
    assert!(checked >= 5, "only {checked} samples");
}

#[tokio::test]
async fn every_mistake_is_told_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("mistaken.toml");
    fs::write(&file, MISTAKEN).expect("a file can be written");
    let ended = program(&["check-config", text(&file)]).await;
    assert_eq!(ended.code(), 1);
    for line in MISTAKEN_LINES {
        let place = format!("mistaken.toml:{line}:");
        assert!(ended.output.contains(&place), "{place}\n{}", ended.output);
    }

    let data = folder.path().join("data");
    let arguments = ["run", "--config", text(&file), "--data", text(&data)];
    let ended = program(&arguments).await;
    assert_eq!(ended.code(), 1);
    for line in MISTAKEN_LINES {
        let place = format!("mistaken.toml:{line}:");
        assert!(ended.complaints.contains(&place), "{}", ended.complaints);
    }
    assert!(!data.exists(), "something was started");
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let missing = ["check-config", "/nonexistent/venue.toml"];
    let ended = program(&missing).await;
    assert_eq!(ended.code(), 1);
    let said = format!("{}{}", ended.output, ended.complaints);
    assert!(said.contains("/nonexistent/venue.toml"), "{said}");

    let ended = program(&["verify", "--data", "/nonexistent"]).await;
    assert_eq!(ended.code(), 1);
    assert!(ended.complaints.contains("/nonexistent"), "{ended:?}");

    assert_eq!(program(&["sell-everything"]).await.code(), 2);
}

/// A data folder with some history, on which no venue runs.
async fn with_history() -> Ground {
    let ground = Ground::new(PROGRAM);
    let venue = ground.start();
    let mut member = Member::new("CLIENT1");
    let connected = member.connect(venue.address()).await;
    connected.expect("a member can log on");
    for number in 0..20 {
        let id = format!("order-{number}");
        let terms = Terms {
            symbol: SYMBOL,
            side: Side::Buy,
            quantity: 1,
            cents: 100,
            time_in_force: TimeInForce::Day,
        };
        let sent = member.order(&id, &terms).await;
        sent.expect("the venue is there");
        member.answer(&id).await;
    }
    venue.kill().expect("a running process can be killed");
    ground
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_tells_good_logs_from_damaged_ones() {
    let ground = with_history().await;
    let data = ground.data();
    let arguments = ["verify", "--data", text(&data)];
    let ended = program(&arguments).await;
    assert_eq!(ended.code(), 0, "{ended:?}");
    assert!(ended.output.contains("correct"), "{ended:?}");

    let segment = first_segment(&ground.journal().join("journal"));
    let mut bytes = fs::read(&segment).expect("the journal can be read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, &bytes).expect("the journal can be written");
    let ended = program(&arguments).await;
    assert_eq!(ended.code(), 1, "{ended:?}");
    let name = segment.file_name().unwrap_or_default().to_string_lossy();
    assert!(ended.complaints.contains(&*name), "{ended:?}");

    // A venue does not start on it either, and leaves it as it is.
    let config = ground.config().to_owned();
    let arguments = ["run", "--config", text(&config), "--data", text(&data)];
    assert_eq!(program(&arguments).await.code(), 1);
    let after = fs::read(&segment).expect("the journal can be read");
    assert!(after == bytes, "the damaged journal was changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_venues_cannot_run_on_one_folder() {
    let ground = Ground::new(PROGRAM);
    let venue = ground.start();
    let (config, data) = (ground.config().to_owned(), ground.data());
    let arguments = ["run", "--config", text(&config), "--data", text(&data)];
    let ended = program(&arguments).await;
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(venue.stop().expect("the first runs on").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_control_plane_runs_from_its_sample() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let sample = fs::read_to_string(example("provider.toml")).expect("the sample is there");
    let config = folder.path().join("provider.toml");
    fs::write(&config, sample.replace("127.0.0.1:8100", "127.0.0.1:0")).expect("it can be written");
    fs::write(folder.path().join("acme.token"), "token-of-custody\n").expect("it can be written");
    let tokens = [
        ("ALDER_TOKEN", "token-of-alder"),
        ("BIRCH_TOKEN", "token-of-birch"),
        ("OPERATOR_TOKEN", "token-of-operator"),
    ];
    let data = folder.path().join("data");
    let provider = ProviderProcess::start(Path::new(PROGRAM), &config, &data, &tokens);
    let provider = provider.expect("the control plane starts");
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.expect("a client can be made");
    let get = async |path: &str, token: &str| {
        let url = format!("{}{path}", provider.base());
        let answer = client.get(url).bearer_auth(token).send().await;
        let answer = answer.expect("the control plane answers");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("an answer has a body"))
    };
    let (status, description) = get("/openapi.json", "").await;
    assert_eq!(status, 200);
    assert!(description.contains("\"openapi\""), "{description}");
    let (status, slots) = get("/slots", "token-of-operator").await;
    assert_eq!(status, 200);
    assert!(
        slots.contains("slot-1") && slots.contains("slot-2"),
        "{slots}"
    );
    assert_eq!(get("/slots", "token-of-nobody").await.0, 401);
    let ended = provider.stop().expect("it can be told to stop");
    assert_eq!(ended.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_a_log_for_machines_is_an_object() {
    let ground = Ground::new(PROGRAM);
    let config = ground.config().to_owned();
    let mut command = Command::new(PROGRAM);
    command.args(["run", "--log-format", "json", "--config", text(&config)]);
    command.args(["--data", text(&ground.data())]);
    command.env("CLOUDPIT_LOG", "debug");
    let venue = VenueProcess::start_command(&mut command).expect("the venue starts");
    let mut member = Member::new("CLIENT1");
    let connected = member.connect(venue.address()).await;
    connected.expect("a member can log on");
    let lines = logged_when(&venue, "\"event\":\"logon\"").await;
    assert!(venue.stop().expect("it stops").success());
    let logon = lines
        .iter()
        .find(|line| line["event"] == "logon")
        .expect("it was there");
    assert_eq!(logon["level"], "INFO", "{logon}");
    assert_eq!(logon["session"], "CLIENT1", "{logon}");
    assert_eq!(logon["message"], "logged on", "{logon}");
    for field in ["timestamp", "target", "peer"] {
        assert!(logon[field].is_string(), "{logon}");
    }

    // What keeps it from starting is such a line, too.
    let missing = "/nonexistent/venue.toml";
    let ended = program(&["run", "--log-format", "json", "--config", missing]).await;
    assert_eq!(ended.code(), 1);
    let error = objects(&ended.complaints);
    let last = error.last().expect("it complains");
    assert_eq!(last["level"], "ERROR", "{last}");
    let message = last["message"].as_str().unwrap_or_default();
    assert!(message.contains(missing), "{last}");
}

/// The log of a venue that has this in it, each line as JSON.
async fn logged_when(venue: &VenueProcess, wanted: &str) -> Vec<serde_json::Value> {
    let logged = async {
        loop {
            let log = venue.log();
            if log.contains(wanted) {
                return objects(&log);
            }
            tokio::task::yield_now().await;
        }
    };
    let logged = tokio::time::timeout(PATIENCE, logged).await;
    logged.unwrap_or_else(|_| panic!("{wanted} is not in\n{}", venue.log()))
}

fn objects(log: &str) -> Vec<serde_json::Value> {
    let objects = log.lines().map(|line| {
        let object = serde_json::from_str(line);
        object.unwrap_or_else(|error| panic!("{error}: {line}"))
    });
    objects.collect()
}

fn first_segment(folder: &Path) -> PathBuf {
    let entries = fs::read_dir(folder).expect("the journal's folder can be read");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.min().expect("there is a segment")
}
