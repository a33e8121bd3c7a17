//! What a command prints for the person who gave it: results on standard output, complaints on standard error.

use std::io::Write;

/// Prints one line. A closed pipe is not an error: the reader has seen enough.
pub fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Prints an error with all of its causes.
pub(super) fn complain(error: &anyhow::Error) {
    let mut out = std::io::stderr().lock();
    drop(writeln!(out, "cloudpit: {error:#}"));
}
