//! A client that is bytes on a socket: it can send what no session layer would, and sees every byte of the answer.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A message with these fields after MsgType(35), written `49=A|56=B|…`; length and checksum are right.
pub(crate) fn message(msg_type: &str, fields: &str) -> Vec<u8> {
    let body = format!("35={msg_type}|{fields}").replace('|', "\u{1}");
    let mut text = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len());
    let sum = text.bytes().fold(0_u8, u8::wrapping_add);
    text.push_str(&format!("10={sum:03}\u{1}"));
    text.into_bytes()
}

/// SendingTime(52) now.
pub(crate) fn now() -> String {
    gateway::clock::now()
        .format("%Y%m%d-%H:%M:%S%.6f")
        .to_string()
}

/// A Logon(A) of this sender.
pub(crate) fn logon(sender: &str) -> Vec<u8> {
    let header = format!("34=1|49={sender}|52={}|56=CLOUDPIT|", now());
    message("A", &format!("{header}98=0|108=30|"))
}

/// Sends bytes and gives everything that comes until the venue closes, with `|` for delimiters. Closing without a
/// word while bytes are on their way resets the connection: that is a close too.
pub(crate) async fn until_closed(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address).await;
    // It may be closed before all is sent.
    drop(stream.write_all(bytes).await);
    rest(&mut stream).await
}

pub(crate) async fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await;
    stream.expect("the venue takes connections")
}

/// Everything until the venue closes.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut all)).await;
    let text = String::from_utf8_lossy(&all).replace('\u{1}', "|");
    assert!(ended.is_ok(), "the connection stays open; it said {text}");
    text
}
