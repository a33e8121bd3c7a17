//! The venue's configuration for a crowd: the load test's, with a session for each of the crowd.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::arguments::Size;
use crate::ground::example;
use crate::venue_process::on_free_port;

/// An idle session's CompID.
pub(super) fn idle(number: usize) -> String {
    format!("IDLE{number}")
}

/// The CompID of a member that asks for everything again and reads nothing.
pub(super) fn deaf(number: usize) -> String {
    format!("DEAF{number}")
}

/// The CompID of a member that starts its numbers again without end.
pub(super) fn restless(number: usize) -> String {
    format!("RESTLESS{number}")
}

/// The CompID of a member that sends messages as long as they may be, and announces longer ones.
pub(super) fn verbose(number: usize) -> String {
    format!("VERBOSE{number}")
}

/// The CompID of a session that has a password, which no hostile client knows.
pub(super) const GUARDED: &str = "GUARDED";

/// Writes the configuration into `folder` and gives its path.
pub(super) fn configuration(folder: &Path, size: Size) -> anyhow::Result<PathBuf> {
    let config = on_free_port(&example("loadtest-buffered.toml"), folder)
        .context("the load test's configuration cannot be copied")?;
    let text = fs::read_to_string(&config)?;
    let own = |line: &&str| !line.starts_with("max_unsent") && !line.starts_with("max_connection");
    let kept: Vec<&str> = text.lines().filter(own).collect();
    // All idle sessions come from one address, at once. What the hostile meet is as it is by default.
    let all = size.sessions() + size.hostile + 100;
    let limits = format!(
        "[fix]\nmax_connections = {all}\nmax_connections_per_address = {all}\nmax_connection_rate = 20000"
    );
    let mut text = kept.join("\n").replace("[fix]", &limits);
    let numbers = 0..size.of_each_kind();
    let gone_wrong = [deaf, restless, verbose].map(|name| numbers.clone().map(name));
    let names = (0..size.idle).map(idle);
    let names = names.chain(gone_wrong.into_iter().flatten());
    for name in names.chain([GUARDED.to_owned()]) {
        write!(
            text,
            "\n[[sessions]]\ncomp_id = \"{name}\"\nfirm = \"FIRM16\"\nrole = \"order_entry\"\n\
             default_account = \"bench:16\"\naccept_reset = true\n"
        )?;
    }
    // It is the last of them.
    let hash = gateway::identity::hash("a password that is not told");
    writeln!(text, "password_hash = \"{}\"", hash.reveal())?;
    fs::write(&config, text)?;
    Ok(config)
}
