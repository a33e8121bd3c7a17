//! Tests that need a program which not every machine has.

use std::io::Write;
use std::process::{Command, Stdio};

/// Whether all these programs are installed. When one is not: names what is skipped, or fails when
/// `CLOUDPIT_REQUIRE_PROGRAMS=1` says that nothing may be.
pub(crate) fn installed(what: &str, programs: &[&str]) -> bool {
    let missing = programs.iter().find(|program| !runs(program));
    let Some(missing) = missing else {
        return true;
    };
    let required = std::env::var("CLOUDPIT_REQUIRE_PROGRAMS").is_ok_and(|value| value == "1");
    assert!(!required, "{what}: {missing} is not installed");
    // Not `eprintln!`, which the test runner keeps to itself when a test passes.
    writeln!(
        std::io::stderr(),
        "skipped: {what}: {missing} is not installed"
    )
    .expect("standard error takes a line");
    false
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
