//! The whole way, from a session to its files.

use std::fs;
use std::path::Path;
use std::time::Duration;

use engine::SessionName;

use super::{FixLogs, Kind};
use crate::clock;
use crate::layout::Layout;
use crate::metrics::Metrics;

fn config() -> config::FixLog {
    config::FixLog {
        enabled: true,
        max_file_bytes: 1 << 20,
        max_file_age: Duration::from_secs(3_600),
        keep_files: 4,
    }
}

fn name(name: &str) -> SessionName {
    name.parse().expect("a name")
}

/// All lines of a log without their times.
fn lines(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder)
        .map(|entries| entries.map(|entry| entry.expect("it can be read").path()));
    let mut paths: Vec<_> = entries.into_iter().flatten().collect();
    paths.sort();
    let text: String = paths
        .iter()
        .map(|path| fs::read_to_string(path).expect("a log is text"))
        .collect();
    let line = |line: &str| {
        line.split_once(' ')
            .map_or(line, |(_, rest)| rest)
            .to_owned()
    };
    text.lines().map(line).collect()
}

#[test]
fn what_passes_is_written_by_session_and_secrets_are_not() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let layout = Layout::new(folder.path());
    let (logs, writer) = FixLogs::start(&config(), &layout, &Metrics::none()).expect("it starts");
    let mut one = logs.of(&name("ALDER-OMS"), true);
    let mut two = logs.of(&name("@refused"), true);
    let mut off = logs.of(&name("CEDAR-MM"), false);
    assert!(one.is_on() && !off.is_on());
    let logon = b"8=FIX.4.4\x0135=A\x01554=secret\x0110=000\x01";
    one.note(&"connected from 127.0.0.1:1");
    for log in [&mut one, &mut off] {
        log.add(clock::now(), Kind::In, logon);
    }
    one.hand_on();
    one.add(clock::now(), Kind::Garbled, b"554=sec");
    one.hand_on();
    one.add(clock::now(), Kind::Unfinished, b"ret\x01");
    two.add(clock::now(), Kind::Out, b"8=FIX.4.4\x0135=0\x01");
    logs.refused(&"127.0.0.1:2", &"nobody", logon);
    // Dropping hands on what is left.
    drop((one, two, off));
    writer.expect("it is on").end();
    let expected = [
        "note    connected from 127.0.0.1:1",
        "in      8=FIX.4.4|35=A|554=***|10=000|",
        "garbled 554=***",
        "cut off |",
    ];
    assert_eq!(lines(&layout.fix_log(&name("ALDER-OMS"))), expected);
    let expected = ["out     8=FIX.4.4|35=0|"];
    assert_eq!(lines(&layout.fix_log(&name("@refused"))), expected);
    assert_eq!(lines(&layout.fix_log(&name("CEDAR-MM"))), [""; 0]);
    let expected = [
        "note    connection from 127.0.0.1:2 refused: nobody",
        "refused 8=FIX.4.4|35=A|554=***|10=000|",
    ];
    assert_eq!(lines(&layout.fix_log_of_refused()), expected);
}

#[test]
fn a_log_that_cannot_be_written_stops_nobody_and_says_so_when_it_can() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let layout = Layout::new(folder.path());
    // A file where the folder of all logs should be.
    let above = layout.fix_log_of_refused();
    let above = above.parent().expect("it is below another");
    fs::write(above, "").expect("there is room");
    let metrics = Metrics::counting(false);
    let (logs, writer) = FixLogs::start(&config(), &layout, &metrics).expect("it starts");
    let mut log = logs.of(&name("ALDER-OMS"), true);
    for _ in 0..3 {
        log.add(clock::now(), Kind::In, b"8=FIX.4.4\x01");
    }
    log.hand_on();
    let lost = || {
        let page = metrics.page().expect("it counts").render();
        page.contains("cloudpit_fix_log_lost_messages_total 3\n")
    };
    let patience = clock::now() + chrono::TimeDelta::seconds(60);
    while !lost() {
        assert!(clock::now() < patience, "nothing was lost");
        std::thread::yield_now();
    }
    fs::remove_file(above).expect("it is there");
    log.add(clock::now(), Kind::In, b"8=FIX.4.4\x01");
    drop(log);
    writer.expect("it is on").end();
    let expected = ["note    3 messages not logged", "in      8=FIX.4.4|"];
    assert_eq!(lines(&layout.fix_log(&name("ALDER-OMS"))), expected);
}

#[test]
fn more_sessions_than_files_may_be_open_are_all_logged() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let layout = Layout::new(folder.path());
    let (logs, writer) = FixLogs::start(&config(), &layout, &Metrics::none()).expect("it starts");
    let names: Vec<SessionName> = (0..300).map(|number| name(&format!("S{number}"))).collect();
    let mut all: Vec<_> = names.iter().map(|name| logs.of(name, true)).collect();
    for round in ["first", "second", "third"] {
        for log in &mut all {
            log.add(clock::now(), Kind::Out, round.as_bytes());
            log.hand_on();
        }
    }
    drop(all);
    writer.expect("it is on").end();
    for name in names {
        let expected = ["out     first", "out     second", "out     third"];
        assert_eq!(lines(&layout.fix_log(&name)), expected, "{name}");
    }
}
