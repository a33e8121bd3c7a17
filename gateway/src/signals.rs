//! Ctrl-C and SIGTERM: how a person or a supervisor asks the program to stop; SIGHUP: to read its configuration again.

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

/// The signal that asks for the configuration to be read again, listened to from now on.
pub struct ReloadSignal {
    hangup: Signal,
}

/// Starts to listen for SIGHUP.
///
/// # Errors
/// When the system refuses a signal handler.
pub fn reload_requested() -> io::Result<ReloadSignal> {
    let hangup = signal(SignalKind::hangup())?;
    Ok(ReloadSignal { hangup })
}

impl ReloadSignal {
    /// Waits for the next. Several that come at once are one.
    pub async fn requested(&mut self) {
        match self.hangup.recv().await {
            Some(()) => tracing::info!("told to read the configuration again"),
            None => std::future::pending().await,
        }
    }
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
