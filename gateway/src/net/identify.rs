//! Who a new connection says it is: the SenderCompID(49) of its first message, which must come soon. The message
//! itself is left in the buffer for the session to receive.

use std::io;

use bytes::Buf;
use engine::SessionName;
use fix_codec::Decoder;
use fix_codec::frame::{Framing, next_frame};

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

/// Whose the first whole message is; `None` while it is not whole. Garbled bytes before it are dropped. Whether it
/// is a Logon, and a good one, is for the session to say.
fn first_message(connection: &mut Connection) -> Result<Option<SessionName>, Unidentified> {
    loop {
        let skip = match next_frame(&connection.incoming, LOGON_BYTES) {
            Framing::Incomplete => return Ok(None),
            Framing::Garbled { skip, .. } => skip,
            Framing::Message(frame) => {
                let mut decoder = Decoder::new();
                let sender = match decoder.decode(frame) {
                    Ok(message) => Some(message.header.sender_comp_id),
                    Err(error) => error.header.sender_comp_id,
                };
                return name(sender.unwrap_or_default()).map(Some);
            }
        };
        connection.incoming.advance(skip);
    }
}

fn name(sender_comp_id: &str) -> Result<SessionName, Unidentified> {
    SessionName::new(sender_comp_id).map_err(|_| Unidentified::Nameless(sender_comp_id.to_owned()))
}
