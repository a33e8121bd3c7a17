//! What a client gets from the venue.

use bytes::Bytes;
use fix_codec::frame::{Framing, next_frame};
use fix_codec::{Decoder, Message, MsgType};
use fix_session::DisconnectReason;

/// What came from the venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// Both Logons are exchanged.
    LoggedOn,
    /// An application message, in order, once.
    Message(OwnedMessage),
    /// The connection is gone; with the session's reason, if it was the session that closed it.
    Disconnected(Option<DisconnectReason>),
}

impl Incoming {
    /// Why the connection is gone, if that is what this says and the session closed it.
    pub(super) fn into_reason(self) -> Option<DisconnectReason> {
        match self {
            Self::Disconnected(reason) => reason,
            Self::LoggedOn | Self::Message(_) => None,
        }
    }
}

/// A message of the venue, kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedMessage {
    bytes: Bytes,
}

impl OwnedMessage {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes }
    }

    /// The message as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Decodes the message and hands it to `read`. `None` when it cannot be decoded, which the session layer
    /// has excluded for what it delivers.
    pub fn read<T>(&self, read: impl FnOnce(&Message<'_>) -> T) -> Option<T> {
        let Framing::Message(frame) = next_frame(&self.bytes, self.bytes.len()) else {
            return None;
        };
        let mut decoder = Decoder::new();
        let message = decoder.decode(frame).ok()?;
        Some(read(&message))
    }

    /// MsgType(35).
    #[must_use]
    pub fn msg_type(&self) -> Option<MsgType> {
        self.read(|message| message.header.msg_type)
    }

    /// The value of a field, if it is there and is text.
    #[must_use]
    pub fn field(&self, tag: u32) -> Option<String> {
        self.read(|message| {
            let value = message.get(tag)?;
            std::str::from_utf8(value).ok().map(str::to_owned)
        })?
    }
}

impl std::fmt::Display for OwnedMessage {
    /// The message with `|` for its delimiters.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy(&self.bytes);
        f.write_str(&text.replace('\u{1}', "|"))
    }
}
