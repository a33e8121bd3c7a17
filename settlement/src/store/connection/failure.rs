//! What a failure of the database means: whether the connection is gone, and whether it may pass.

use crate::store::StoreError;

/// Why a PostgreSQL server cannot keep the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is too old.
    #[error("it is older than PostgreSQL 14. Use a later one")]
    Version,
    /// It forgets what it has confirmed.
    #[error("it runs with fsync = off, and would forget payments. Set fsync = on")]
    Forgetful,
    /// It does not write.
    #[error("it is a standby, or read-only. Name the primary in postgresql.host")]
    Standby,
    /// It cannot hold every name.
    #[error("the database's encoding is not UTF8. Make one with ENCODING 'UTF8'")]
    Encoding,
}

impl StoreError {
    /// It may work later, without anything being done here: the server restarts, changes its role, is full for a moment.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) => is_lost(error) || is_busy(error),
            Self::Unreachable(error) => {
                is_lost(error) || is_busy(error) || matches!(error, sqlx::Error::Tls(_))
            }
            Self::Lost | Self::NoAnswer | Self::Held | Self::Unfit(Unfit::Standby) => true,
            Self::Migration(_)
            | Self::Unreadable(_)
            | Self::TooLarge
            | Self::Json(_)
            | Self::Ledger(_)
            | Self::Broken(_)
            | Self::LeaseLost
            | Self::Closed
            | Self::TakenOver
            | Self::Unfit(_)
            | Self::Password(_)
            | Self::Directory(_) => false,
        }
    }
}

/// The session is over.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(error) = error {
        // The server ends the session: an administrator did, it stops or has crashed, it starts, or we were silent
        // within a transaction.
        return error.code().is_some_and(|code| {
            code.starts_with("08") || code.starts_with("57P") || code.starts_with("25P0")
        });
    }
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed
    )
}

/// The session goes on, and the statement may work later: no room or no connection left, a lock of somebody else's, a
/// statement that took too long.
fn is_busy(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return false;
    };
    error.code().is_some_and(|code| {
        code.starts_with("53") || matches!(&*code, "40001" | "40P01" | "55P03" | "57014")
    })
}
