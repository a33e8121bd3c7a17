//! Ctrl-C and SIGTERM: how a person or a supervisor asks the program to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Both signals, listened to from now on.
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

/// Starts to listen for both signals.
///
/// # Errors
/// When the system refuses a signal handler.
pub fn stop_requested() -> io::Result<StopSignals> {
    Ok(StopSignals {
        interrupt: signal(SignalKind::interrupt())?,
        terminate: signal(SignalKind::terminate())?,
    })
}

impl StopSignals {
    /// Waits for the next of either.
    pub async fn requested(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => tracing::info!("interrupted: stopping"),
            _ = self.terminate.recv() => tracing::info!("told to terminate: stopping"),
        }
    }
}
