//! Tests that need something which not every machine has.

use std::io::Write;

/// Whether all of `needs` are installed: each a name, and whether it is there. When one is not: names what is
/// skipped, or fails when `CLOUDPIT_REQUIRE_PROGRAMS=1` says that nothing may be.
///
/// # Panics
/// When something is missing that may not be.
#[must_use]
pub fn installed(what: &str, needs: &[(&str, bool)]) -> bool {
    let Some((missing, _)) = needs.iter().find(|(_, there)| !there) else {
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
