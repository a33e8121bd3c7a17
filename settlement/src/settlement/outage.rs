//! What is done while the database is out of reach: what may be repeated is, for as long as the outage may last.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    store::{CheckError, StatementError, StoreError, TakeError},
    worker::Shared,
};

/// The first wait before the database is tried again; each further one is twice as long.
const WAIT_MIN: Duration = Duration::from_millis(50);
/// No wait is longer than this.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A failure that may be one of the database.
pub(crate) trait Failure {
    /// The database may do it later.
    fn is_passing(&self) -> bool;
}

impl Failure for StoreError {
    fn is_passing(&self) -> bool {
        Self::is_passing(self)
    }
}

impl Failure for TakeError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }
}

impl Failure for CheckError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }
}

impl Failure for StatementError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_passing())
    }
}

/// Does `work`, once more where a connection was lost that nobody had used meanwhile. For who looks, and had better hear
/// that the database is away than wait for it.
pub(crate) async fn twice<T, E, W>(work: impl Fn() -> W) -> Result<T, E>
where
    E: Failure,
    W: Future<Output = Result<T, E>>,
{
    match work().await {
        Err(error) if error.is_passing() => work().await,
        done => done,
    }
}

/// Does `work` until the database has done it or has been away for too long. Where settlement is to stop, it is tried
/// once more, and not waited for: a stop takes no longer than one answer may. Only for work that may be done twice:
/// that of which no answer came may have been done.
pub(crate) async fn patiently<T, E, W>(shared: &Shared, work: impl Fn() -> W) -> Result<T, E>
where
    E: Failure,
    W: Future<Output = Result<T, E>>,
{
    let outage_max = shared.store.outage_max();
    let started = Instant::now();
    let mut wait = WAIT_MIN;
    loop {
        let is_last = shared.is_stopping();
        match work().await {
            Err(error) if error.is_passing() && !is_last && started.elapsed() < outage_max => {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = shared.stopped() => {}
                }
                wait = wait.saturating_mul(2).min(WAIT_MAX);
            }
            done => {
                if wait > WAIT_MIN {
                    shared.wake();
                }
                return done;
            }
        }
    }
}
