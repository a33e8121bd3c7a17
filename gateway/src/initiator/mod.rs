//! A FIX client of the venue over TCP: the same session state machine, as an initiator. The demo's banks,
//! the tests and whoever plays messages to a peer use it. It keeps its messages in memory only.

mod error;
mod history;
mod incoming;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Buf;
use fix_codec::frame::{Framing, next_frame};
use fix_codec::{Decoder, EncodeBody};
use fix_session::{
    Action, DisconnectReason, Outputs, Received, Resume, SendOptions, Session, Settings, Status,
};
use tokio::net::TcpStream;

pub use error::ClientError;
use history::History;
pub use incoming::{Incoming, OwnedMessage};

use crate::clock;
use crate::net::{Connection, Turn};

/// The longest message that a client takes, in bytes.
const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// One FIX session with a venue. It outlives connections: after [`Client::connect`] fails or the connection is
/// lost, connect again, and what was missed is asked for.
pub struct Client {
    session: Session,
    outputs: Outputs,
    decoder: Decoder,
    history: History,
    connection: Option<Connection>,
    received: VecDeque<Incoming>,
}

impl Client {
    /// A client that is not connected yet and whose sequence numbers start at 1.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self::resume(settings, Resume::default())
    }

    /// A client that takes up its sequence numbers at `resume`; what it sent before, it cannot send again.
    #[must_use]
    pub fn resume(settings: Settings, resume: Resume) -> Self {
        Self {
            session: Session::new(settings, resume),
            outputs: Outputs::new(),
            decoder: Decoder::new(),
            history: History::default(),
            connection: None,
            received: VecDeque::new(),
        }
    }

    /// Connects and logs on.
    ///
    /// # Errors
    /// When nobody listens at `address`, or the venue refuses the Logon.
    pub async fn connect(&mut self, address: SocketAddr) -> Result<(), ClientError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        self.connection = Some(Connection::new(stream));
        self.session.connected(clock::now(), &mut self.outputs);
        self.carry_out().await?;
        while self.session.status() != Status::LoggedOn {
            if self.connection.is_none() {
                let reason = self.received.pop_back().and_then(Incoming::into_reason);
                return Err(ClientError::Refused(reason));
            }
            self.advance().await?;
        }
        Ok(())
    }

    /// Sends a message; returns its MsgSeqNum(34). Without a connection it is kept, and the venue asks for it
    /// at the next Logon.
    ///
    /// # Errors
    /// When the connection breaks; the message is kept all the same.
    pub async fn send(&mut self, body: &impl EncodeBody) -> Result<u64, ClientError> {
        let number = self.session.send(
            clock::now(),
            body,
            SendOptions::default(),
            &mut self.outputs,
        );
        self.carry_out().await?;
        Ok(number)
    }

    /// What comes next: a message of the venue, or the end of the connection. Heartbeats are answered meanwhile.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn next(&mut self) -> Result<Incoming, ClientError> {
        loop {
            if let Some(incoming) = self.received.pop_front() {
                return Ok(incoming);
            }
            self.advance().await?;
        }
    }

    /// As [`Client::next`], but only application messages.
    ///
    /// # Errors
    /// When the connection ends, or nothing has come within `patience`.
    pub async fn next_message(&mut self, patience: Duration) -> Result<OwnedMessage, ClientError> {
        let message = async {
            loop {
                match self.next().await? {
                    Incoming::Message(message) => return Ok(message),
                    Incoming::LoggedOn => {}
                    Incoming::Disconnected(reason) => {
                        return Err(ClientError::Disconnected(reason));
                    }
                }
            }
        };
        tokio::time::timeout(patience, message)
            .await
            .map_err(|_| ClientError::Silence(patience))?
    }

    /// Logs out and waits for the venue's answer. What the venue sends until then is still there for
    /// [`Client::next`].
    ///
    /// # Errors
    /// When there is no connection or it breaks.
    pub async fn logout(&mut self) -> Result<(), ClientError> {
        self.session.logout(clock::now(), None, &mut self.outputs);
        self.carry_out().await?;
        while self.connection.is_some() {
            self.advance().await?;
        }
        Ok(())
    }

    /// Drops the connection without a word, as a crash or a cut cable would.
    pub fn abort(&mut self) {
        self.connection = None;
        self.session.disconnected();
        self.outputs.clear();
    }

    /// Whether there is a connection.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// The session's state machine, to look at.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Waits for bytes, room to write, or a deadline; handles what came.
    async fn advance(&mut self) -> Result<(), ClientError> {
        let deadline = self.session.deadline();
        let Some(connection) = &mut self.connection else {
            return Err(ClientError::NotConnected);
        };
        let turn = tokio::select! {
            turn = connection.turn(true) => Some(turn),
            () = clock::until(deadline) => None,
        };
        match turn {
            Some(Ok(Turn::Read)) => self.take_input(),
            Some(Ok(Turn::Wrote)) => {}
            Some(Ok(Turn::Closed)) => self.hang_up(None),
            Some(Err(error)) => {
                self.hang_up(None);
                return Err(error.into());
            }
            None => self.session.tick(clock::now(), &mut self.outputs),
        }
        self.carry_out().await
    }

    fn take_input(&mut self) {
        let now = clock::now();
        while let Some(connection) = &mut self.connection {
            let taken = match next_frame(&connection.incoming, MAX_MESSAGE_BYTES) {
                Framing::Incomplete => return,
                Framing::Garbled { skip, .. } => {
                    self.session.receive_garbled();
                    connection.incoming.advance(skip);
                    continue;
                }
                Framing::Message(frame) => frame.len(),
            };
            let bytes = connection.incoming.split_to(taken).freeze();
            self.take_message(now, bytes);
            while let Some(held) = self.session.next_held() {
                self.take_message(now, held);
            }
        }
    }

    fn take_message(&mut self, now: chrono::DateTime<chrono::Utc>, bytes: bytes::Bytes) {
        let Framing::Message(frame) = next_frame(&bytes, MAX_MESSAGE_BYTES) else {
            return;
        };
        match self.decoder.decode(frame) {
            Ok(message) => match self.session.receive(now, &message, &mut self.outputs) {
                Received::Application => {
                    let message = OwnedMessage::new(bytes.clone());
                    self.received.push_back(Incoming::Message(message));
                }
                Received::Authenticate | Received::Handled => {}
            },
            Err(error) => self.session.receive_invalid(now, &error, &mut self.outputs),
        }
    }

    async fn carry_out(&mut self) -> Result<(), ClientError> {
        loop {
            self.history.keep(&self.outputs);
            if let Some(connection) = &mut self.connection
                && let Err(error) = connection.transmit(&self.outputs.wire)
            {
                self.outputs.clear();
                self.hang_up(None);
                return Err(error.into());
            }
            let actions = std::mem::take(&mut self.outputs.actions);
            self.outputs.clear();
            for action in actions {
                self.act(action).await;
            }
            self.resend();
            if self.outputs.is_empty() {
                return Ok(());
            }
        }
    }

    async fn act(&mut self, action: Action) {
        match action {
            Action::LoggedOn { .. } => self.received.push_back(Incoming::LoggedOn),
            Action::LoggedOut | Action::Resend(_) => {}
            Action::ResetSequences => {
                self.history = History::default();
                self.session.reset_done(clock::now(), &mut self.outputs);
            }
            Action::Disconnect(reason) => {
                if let Some(connection) = &mut self.connection {
                    drop(connection.flush().await);
                }
                self.hang_up(Some(reason));
            }
        }
    }

    fn hang_up(&mut self, reason: Option<DisconnectReason>) {
        self.connection = None;
        self.session.disconnected();
        self.received.push_back(Incoming::Disconnected(reason));
    }

    /// Sends all of what the venue asked for again: a client has little.
    fn resend(&mut self) {
        let Some(range) = self.session.resending() else {
            return;
        };
        let now = clock::now();
        for (number, message) in self.history.range(range.begin, range.end) {
            let again = self
                .session
                .resend_message(now, number, message, &mut self.outputs);
            if let Err(error) = again {
                tracing::warn!(%error, "a message could not be sent again");
            }
        }
        self.session.resend_done(now, &mut self.outputs);
    }
}
