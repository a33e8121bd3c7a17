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

/// The CompID of a member gone wrong.
pub(super) fn gone_wrong(number: usize) -> String {
    format!("WRONG{number}")
}

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
    let names = (0..size.idle)
        .map(idle)
        .chain((0..size.gone_wrong()).map(gone_wrong));
    for name in names {
        write!(
            text,
            "\n[[sessions]]\ncomp_id = \"{name}\"\nfirm = \"FIRM16\"\nrole = \"order_entry\"\n\
             default_account = \"bench:16\"\n"
        )?;
    }
    fs::write(&config, text)?;
    Ok(config)
}
