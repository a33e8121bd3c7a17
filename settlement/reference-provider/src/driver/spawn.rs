//! Starting a process that does nothing before its gate is opened, under limits, in its own group.

use std::fs::OpenOptions;
use std::path::Path;
use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, Command};

use super::{Seat, console};
use crate::error::{ApiError, ErrorCode};
use crate::store::{ProcessMark, internal};

/// Waits for a line that says go; its standard input ends without one when the control plane dies.
/// Then it sets the limits and becomes the guest: the pid stays the same.
const GATE: &str = r#"read -r word && [ "$word" = go ] || exit 125
ulimit -c 0 && ulimit -f "$1" || exit 125
[ "$2" = 0 ] || ulimit -v "$2" || exit 125
shift 2
exec "$@" </dev/null"#;

/// What the guest becomes.
pub(super) struct Program<'a> {
    /// With its arguments.
    pub(super) arguments: Vec<std::ffi::OsString>,
    /// The limit of its address space in KiB; 0 for none.
    pub(super) memory_kib: u64,
    /// The longest file that it may write, in bytes.
    pub(super) file_bytes: u64,
    /// Variables beside those that every guest gets.
    pub(super) variables: Vec<(&'static str, &'a Path)>,
}

/// A process that waits at its gate.
#[derive(Debug)]
pub(crate) struct Gated {
    child: Child,
    gate: ChildStdin,
    mark: ProcessMark,
}

impl Gated {
    pub(crate) const fn mark(&self) -> &ProcessMark {
        &self.mark
    }

    /// Lets it run.
    pub(crate) async fn open(&mut self) -> Result<(), ApiError> {
        let opened = self.gate.write_all(b"go\n").await;
        opened.map_err(|error| failed(&format!("its process ended at the gate: {error}")))
    }

    /// The process; whether it was let through or not, it may be waited for.
    pub(crate) fn into_child(self) -> Child {
        self.child
    }
}

pub(super) fn spawn(seat: &Seat, program: Program<'_>) -> Result<Gated, ApiError> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", GATE, "sh"]);
    // The shell counts this limit in blocks of 512 bytes.
    command
        .arg((program.file_bytes / 512).to_string())
        .arg(program.memory_kib.to_string());
    command.args(program.arguments);
    command.current_dir(&seat.directory).env_clear();
    command
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", &seat.directory);
    command
        .env("SLOT_ID", &seat.slot.slot_id)
        .env("SLOT_PORT", seat.slot.port.to_string());
    command
        .env("INSTANCE_ID", &seat.instance.instance_id)
        .env("INSTANCE_NONCE", &seat.instance.nonce);
    command.envs(program.variables);
    let log = console::open(
        &seat.directory,
        OpenOptions::new().append(true).create(true),
    );
    let log = log.map_err(|error| failed(&format!("its console cannot be opened: {error}")))?;
    let log_too = log
        .try_clone()
        .map_err(|error| failed(&error.to_string()))?;
    command.stdin(Stdio::piped()).stdout(log).stderr(log_too);
    // Its own group, so that a signal to the control plane's terminal is not the guest's.
    command.process_group(0).kill_on_drop(false);
    let mut child = command
        .spawn()
        .map_err(|error| failed(&error.to_string()))?;
    let gate = child
        .stdin
        .take()
        .ok_or_else(|| internal("the guest's gate is missing"))?;
    let mark = child.id().and_then(ProcessMark::of);
    let mark = mark.ok_or_else(|| failed("its process cannot be found in /proc"))?;
    Ok(Gated { child, gate, mark })
}

fn failed(what: &str) -> ApiError {
    let message =
        format!("the guest could not be started: {what}; an operator looks at the provider");
    ApiError::new(ErrorCode::GuestFailed, message)
}
