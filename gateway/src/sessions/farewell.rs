//! The end of a connection that the session itself ends: its last bytes go out while the session goes on, and how the client
//! closes may show that it has read them all.

use std::time::Duration;

use fix_session::DisconnectReason;

use super::actor::Actor;
use super::event::Ended;
use super::unreceived::goodbye;
use crate::net::Connection;

/// That a client has closed after it had read everything: the number of its farewell.
pub(super) type HasRead = Option<u64>;

impl Actor {
    /// Closes the connection once the client has taken what is pending, or has had its time for it. The session
    /// does not wait for that.
    pub(super) fn hang_up(&mut self, reason: DisconnectReason) {
        self.record_refusal(reason);
        self.record_end(&format!("{reason:?}"));
        let untaken = self.connection.as_ref().map_or(0, Connection::pending);
        let said = goodbye(reason, untaken, self.watching.is_logging_out());
        let connection = self.connection.take();
        let unsettled = self.part(said);
        if let Some(connection) = connection {
            self.observer
                .disconnected(Ended::By(reason), None, &connection.incoming);
            let time = self.profile.goodbye_time;
            self.last_words
                .spawn(last_words(connection, time, unsettled));
        }
        self.disconnected(Ended::By(reason));
    }

    /// The last bytes of a connection are gone.
    pub(super) fn said_goodbye(&mut self, has_read: HasRead) {
        if let Some(farewell) = has_read {
            self.settle_receipts(farewell);
        }
    }

    /// Waits for the last bytes of all connections that were hung up.
    pub(super) async fn await_last_words(&mut self) {
        while let Some(ended) = self.last_words.join_next().await {
            // One that panicked has shown nothing.
            self.said_goodbye(ended.unwrap_or_default());
        }
    }
}

/// Sends what is left. Where a farewell is `unsettled`, waits for the client to close, too.
async fn last_words(mut connection: Connection, time: Duration, unsettled: Option<u64>) -> HasRead {
    let ended = async {
        match unsettled {
            Some(_) => connection.finish_and_await_close().await,
            None => connection.finish().await,
        }
    };
    let ended = tokio::time::timeout(time, ended).await;
    tracing::debug!(?ended, "the last bytes of a connection");
    unsettled.filter(|_| matches!(ended, Ok(Ok(()))))
}
