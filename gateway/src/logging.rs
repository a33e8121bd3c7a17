//! Where tracing goes: standard error, at the level that `CLOUDPIT_LOG` names (`info` unless told).

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging for the program. A second start changes nothing.
pub fn start() {
    start_at("info");
}

/// Starts logging at `level` where `CLOUDPIT_LOG` names none.
pub fn start_at(level: &str) {
    let filter = EnvFilter::try_from_env("CLOUDPIT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}
