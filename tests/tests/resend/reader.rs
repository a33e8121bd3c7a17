//! A client that reads a stream of messages no faster than it is told to, and sends what no session layer would.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use fix_codec::frame::{Framing, next_frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest message that is read.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// A connection of a client that counts its own numbers.
pub(crate) struct Reader {
    stream: TcpStream,
    incoming: BytesMut,
    name: &'static str,
    next_outgoing: u64,
}

/// A message that came.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    text: String,
}

impl Message {
    /// The first value of a field; empty when there is none.
    pub(crate) fn get(&self, tag: u32) -> &str {
        let start = format!("{tag}=");
        let mut fields = self.text.split('\u{1}');
        fields
            .find_map(|field| field.strip_prefix(start.as_str()))
            .unwrap_or_default()
    }

    /// A field that is a whole number.
    pub(crate) fn number(&self, tag: u32) -> u64 {
        let value = self.get(tag).parse();
        value.unwrap_or_else(|_| panic!("no number in field {tag} of {self:?}"))
    }

    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        u64::try_from(self.text.len()).expect("a message is short")
    }

    /// Whether it was sent before.
    pub(crate) fn is_resent(&self) -> bool {
        self.get(43) == "Y"
    }
}

impl Reader {
    /// Connects and logs on with this number, as a client does that has lost everything but its own numbers.
    pub(crate) async fn log_on(name: &'static str, address: SocketAddr, next: u64) -> Self {
        let mut reader = Self::connect(name, address, next).await;
        reader.send("A", "98=0|108=30|").await;
        assert_eq!(reader.next().await.get(35), "A");
        reader
    }

    /// Connects; the next message that it sends has this number.
    pub(crate) async fn connect(name: &'static str, address: SocketAddr, next: u64) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket can be had");
        socket
            .set_recv_buffer_size(64 * 1024)
            .expect("a small buffer can be had");
        let stream = socket.connect(address).await;
        Self {
            stream: stream.expect("the venue takes connections"),
            incoming: BytesMut::new(),
            name,
            next_outgoing: next,
        }
    }

    /// The MsgSeqNum(34) that it sends next.
    pub(crate) fn next_outgoing(&self) -> u64 {
        self.next_outgoing
    }

    /// Sends a message with these fields after its header.
    pub(crate) async fn send(&mut self, msg_type: &str, fields: &str) {
        let bytes = self.message(msg_type, fields);
        self.send_bytes(&bytes).await;
    }

    /// Sends bytes as they are.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        let sent = self.stream.write_all(bytes).await;
        sent.expect("the venue reads");
    }

    /// The next message of this client, not sent yet.
    pub(crate) fn message(&mut self, msg_type: &str, fields: &str) -> Vec<u8> {
        let now = gateway::clock::now().format("%Y%m%d-%H:%M:%S%.6f");
        let (number, name) = (self.next_outgoing, self.name);
        self.next_outgoing += 1;
        let body = format!("35={msg_type}|34={number}|49={name}|52={now}|56=CLOUDPIT|{fields}");
        let body = body.replace('|', "\u{1}");
        let mut text = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len());
        let sum = text.bytes().fold(0_u8, u8::wrapping_add);
        text.push_str(&format!("10={sum:03}\u{1}"));
        text.into_bytes()
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Message {
        self.try_next()
            .await
            .expect("the venue keeps the connection")
    }

    /// The next message; `None` when the venue has closed the connection.
    pub(crate) async fn try_next(&mut self) -> Option<Message> {
        loop {
            match next_frame(&self.incoming, MESSAGE_BYTES_MAX) {
                Framing::Message(frame) => {
                    let length = frame.len();
                    let text = String::from_utf8_lossy(&self.incoming[..length]).into_owned();
                    self.incoming.advance(length);
                    return Some(Message { text });
                }
                Framing::Incomplete => {}
                Framing::Garbled { error, .. } => panic!("the venue sends garbage: {error}"),
            }
            let read = self.stream.read_buf(&mut self.incoming);
            let read = tokio::time::timeout(PATIENCE, read).await;
            // A reset is an end too.
            if read.expect("something comes").unwrap_or(0) == 0 {
                return None;
            }
        }
    }
}
