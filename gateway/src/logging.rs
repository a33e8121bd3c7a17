//! Where tracing goes: standard error, at the level that `CLOUDPIT_LOG` names (`info` unless told), as text for people or
//! as JSON for what collects logs.

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing::subscriber::set_global_default;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How the lines of the log are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line: `timestamp`, `level`, `target`, `message`, and the event's own fields beside them.
    Json,
}

/// Starts logging for the program. A second start changes nothing.
pub fn start(format: Format) {
    start_at("info", format);
}

/// Starts logging at `level` where `CLOUDPIT_LOG` names none.
pub fn start_at(level: &str, format: Format) {
    let filter = EnvFilter::try_from_env("CLOUDPIT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let started = match format {
        Format::Text => set_global_default(
            tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_ansi(std::io::stderr().is_terminal())
                .with_writer(std::io::stderr)
                .finish(),
        ),
        Format::Json => {
            tell_of_panics();
            set_global_default(as_json(std::io::stderr, filter))
        }
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}

/// Writes what passes `filter` to `writer`, one JSON object a line.
pub(crate) fn as_json<W>(writer: W, filter: EnvFilter) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(writer)
        .finish()
}

/// A panic is a line like any other: what collects the log would not know what to do with the text of several.
fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(event = "panic", "{panic}");
    }));
}
