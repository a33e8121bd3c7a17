//! The built program over TCP and TLS: who may log on as whom, with what certificate and password, what failures
//! lead to, what is on record, and all of it changed without a restart.

mod authority;
mod certificates;
mod client;
mod conduct;
mod idle;
mod lock_out;
mod openssl;
mod passwords;
mod reload;

use std::fs;
use std::path::PathBuf;

use tests::ground::Ground;

/// A venue that has never run.
fn ground() -> Ground {
    Ground::new(env!("CARGO_BIN_EXE_venue-under-test"))
}

/// A file beside the configuration.
fn beside(ground: &Ground, name: &str) -> PathBuf {
    let folder = ground.config().parent().expect("it is in a folder");
    folder.join(name)
}

/// Gives the session of this CompID more lines.
fn session(ground: &Ground, name: &str, lines: &str) {
    let head = format!("comp_id = \"{name}\"\n");
    ground.configure(|text| {
        assert!(text.contains(&head), "no session {name}");
        text.replace(&head, &format!("{head}{lines}\n"))
    });
}

/// Everything that the audit log says.
fn audit(ground: &Ground) -> String {
    let folder = ground.data().join("audit");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("there is an audit log")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.sort();
    let texts = paths.iter().map(fs::read_to_string);
    let text: Result<String, _> = texts.collect();
    text.expect("it is text")
}

/// Whether one line of the audit log has all of these parts.
fn has_line(audit: &str, parts: &[&str]) -> bool {
    audit
        .lines()
        .any(|line| parts.iter().all(|part| line.contains(part)))
}
