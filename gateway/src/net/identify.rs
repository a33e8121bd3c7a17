//! Who a new connection says it is: the SenderCompID(49) of its first message, which must come soon. The message
//! itself is left in the buffer for the session to receive.

use std::io;

use engine::SessionName;
use fix_codec::Decoder;
use fix_codec::frame::{FrameError, Framing, next_frame};

use super::{Connection, Turn};

/// The most bytes a connection may send before its Logon is complete.
const LOGON_BYTES: usize = 8 * 1024;

/// Why a connection was not given to a session.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unidentified {
    /// The stream broke.
    #[error("the connection broke before a Logon came")]
    Broken(#[from] io::Error),
    /// The peer closed.
    #[error("the connection was closed before a Logon came")]
    Closed,
    /// Nothing that could be read as a message within the limit.
    #[error("no Logon within the first {LOGON_BYTES} bytes")]
    NoLogon,
    /// What came is no message.
    #[error("no message to begin with")]
    Garbled(#[from] FrameError),
    /// A SenderCompID that cannot be anybody's.
    #[error("SenderCompID {0:?} is nobody's here")]
    Nameless(String),
}

/// Reads until the first whole message and returns its SenderCompID(49).
pub(super) async fn identify(connection: &mut Connection) -> Result<SessionName, Unidentified> {
    loop {
        if let Some(name) = first_message(connection)? {
            return Ok(name);
        }
        if connection.incoming.len() > LOGON_BYTES {
            return Err(Unidentified::NoLogon);
        }
        match connection.turn(true).await? {
            Turn::Read | Turn::Wrote => {}
            Turn::Closed => return Err(Unidentified::Closed),
        }
    }
}

/// Whose the first whole message is; `None` while it is not whole. Whether it is a Logon, and a good one, is for the
/// session to say. Garbled bytes are ignored in a session; there is none yet, so they end the connection.
fn first_message(connection: &Connection) -> Result<Option<SessionName>, Unidentified> {
    let frame = match next_frame(&connection.incoming, LOGON_BYTES) {
        Framing::Incomplete => return Ok(None),
        Framing::Garbled { error, .. } => return Err(error.into()),
        Framing::Message(frame) => frame,
    };
    let mut decoder = Decoder::new();
    let sender = match decoder.decode(frame) {
        Ok(message) => Some(message.header.sender_comp_id),
        Err(error) => error.header.sender_comp_id,
    };
    name(sender.unwrap_or_default()).map(Some)
}

fn name(sender_comp_id: &str) -> Result<SessionName, Unidentified> {
    SessionName::new(sender_comp_id).map_err(|_| Unidentified::Nameless(sender_comp_id.to_owned()))
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::{Connection, identify};

    /// The name that a connection is given for `bytes`, after which the peer says no more; or why it has none.
    async fn identified(bytes: &str) -> String {
        let (mut peer, ours) = tokio::io::duplex(1024);
        let bytes = bytes.replace('|', "\u{1}");
        peer.write_all(bytes.as_bytes())
            .await
            .expect("it fits the pipe");
        drop(peer);
        match identify(&mut Connection::new(ours)).await {
            Ok(name) => name.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn the_first_message_says_whose_a_connection_is() {
        for (bytes, expected) in [
            ("8=FIX.4.4|9=11|35=A|49=ME|10=030|", "ME"),
            (
                "8=FIX.4.4|9=5|35=A|10=180|",
                "SenderCompID \"\" is nobody's here",
            ),
            (
                "8=FIX.4.4|9=7|35=A|49=ME|10=000|",
                "no message to begin with",
            ),
            (
                "8=FIX.4.4|9=11|35=A|49=ME|10=000|",
                "no message to begin with",
            ),
            ("GET / HTTP/1.1", "no message to begin with"),
            (
                "8=FIX.4.4|9=11|35=A|",
                "the connection was closed before a Logon came",
            ),
        ] {
            assert_eq!(identified(bytes).await, expected, "{bytes}");
        }
    }
}
