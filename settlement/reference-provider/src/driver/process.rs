//! Guests that are plain processes, and ending the processes of any guest.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::spawn::{self, Gated, Program};
use super::{IMAGE_FILE, Seat};
use crate::census;
use crate::error::{ApiError, ErrorCode};
use crate::limits::{GUEST_FILE_BYTES_MAX, KILL_TIME_MAX, POLL_INTERVAL, TERMINATE_GRACE};

/// Starts the image as a program.
pub(super) fn spawn(seat: &Seat, guest_runtime: &Path) -> Result<Gated, ApiError> {
    spawn::spawn(
        seat,
        Program {
            arguments: vec![format!("./{IMAGE_FILE}").into()],
            memory_kib: seat.slot.memory_mib.saturating_mul(1024),
            file_bytes: GUEST_FILE_BYTES_MAX,
            variables: vec![("GUEST_RUNTIME", guest_runtime)],
        },
    )
}

/// Asks the guest's process group to end, then kills whatever is left of the instance.
pub(super) async fn end(seat: &Seat) -> Result<(), ApiError> {
    if let Some(mark) = &seat.instance.process
        && mark.is_alive()
    {
        signal_group(mark.pid, Signal::TERM);
        wait_until(TERMINATE_GRACE, || !mark.is_alive()).await;
    }
    let gone = || {
        let left = census::processes_of(&seat.instance.instance_id);
        for pid in &left {
            signal(*pid, Signal::KILL);
        }
        left.is_empty()
            && seat
                .instance
                .process
                .as_ref()
                .is_none_or(|mark| !mark.is_alive())
    };
    if wait_until(KILL_TIME_MAX, gone).await {
        return Ok(());
    }
    let message = format!(
        "instance {} does not end, not even when killed: an operator looks at its process",
        seat.instance.instance_id
    );
    Err(ApiError::new(ErrorCode::Internal, message))
}

/// Looks again and again until it is so; false when it is not so in time.
async fn wait_until(time: std::time::Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = tokio::time::Instant::now() + time;
    loop {
        if is_so() {
            return true;
        }
        if tokio::time::Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

fn pid_of(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

fn signal_group(pid: u32, signal: Signal) {
    if let Some(pid) = pid_of(pid)
        && let Err(error) = kill_process_group(pid, signal)
    {
        // It may have ended by itself just now; whoever waits sees what became of it.
        tracing::debug!(%error, ?pid, "a process group was not signalled");
    }
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = pid_of(pid)
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::debug!(%error, ?pid, "a process was not signalled");
    }
}
