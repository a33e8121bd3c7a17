//! A client that is bytes on a stream, encrypted or not: it logs on with the fields it is given, and sees what comes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::authority::VENUE_NAME;

/// Only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// A connection.
pub(crate) struct Client {
    stream: Box<dyn Bytes>,
    read: Vec<u8>,
    /// The certificate that the venue showed.
    pub(crate) venue: Vec<u8>,
}

impl Client {
    /// Without encryption.
    pub(crate) async fn plain(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await;
        Self {
            stream: Box::new(stream.expect("the venue takes connections")),
            read: Vec::new(),
            venue: Vec::new(),
        }
    }

    /// Encrypted. In TLS 1.3 the client is done before the venue has looked at its certificate: that it is refused,
    /// shows when it reads.
    pub(crate) async fn encrypted(address: SocketAddr, config: &Arc<ClientConfig>) -> Self {
        let stream = TcpStream::connect(address).await;
        let stream = stream.expect("the venue takes connections");
        let name = ServerName::try_from(VENUE_NAME).expect("it is a name");
        let connector = TlsConnector::from(Arc::clone(config));
        let stream = connector.connect(name, stream).await;
        let stream = stream.expect("the venue shows a certificate of the authority");
        let shown = stream.get_ref().1.peer_certificates();
        let venue = shown
            .and_then(|shown| shown.first())
            .map(|der| der.to_vec());
        Self {
            stream: Box::new(stream),
            read: Vec::new(),
            venue: venue.unwrap_or_default(),
        }
    }

    /// Sends a Logon with these fields more, written `553=me|554=secret|`, and gives the first message that comes;
    /// what came instead when the venue closes.
    pub(crate) async fn log_on(&mut self, sender: &str, number: u64, more: &str) -> String {
        self.send("A", sender, number, &format!("98=0|108=30|{more}"))
            .await;
        self.next().await
    }

    /// Sends a message.
    pub(crate) async fn send(&mut self, msg_type: &str, sender: &str, number: u64, body: &str) {
        let time = gateway::clock::now().format("%Y%m%d-%H:%M:%S%.6f");
        let header = format!("35={msg_type}|34={number}|49={sender}|52={time}|56=CLOUDPIT|");
        let body = format!("{header}{body}").replace('|', "\u{1}");
        let mut text = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len());
        let sum = text.bytes().fold(0_u8, u8::wrapping_add);
        text.push_str(&format!("10={sum:03}\u{1}"));
        self.send_bytes(text.as_bytes()).await;
    }

    /// Sends bytes. The venue may have closed: what comes says so.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        drop(self.stream.write_all(bytes).await);
        drop(self.stream.flush().await);
    }

    /// The next message, with `|` for delimiters; all that came without being one when the venue closes.
    pub(crate) async fn next(&mut self) -> String {
        loop {
            if let Some(end) = end_of_message(&self.read) {
                let message: Vec<u8> = self.read.drain(..end).collect();
                return String::from_utf8_lossy(&message).replace('\u{1}', "|");
            }
            if !self.read_some().await {
                let rest = std::mem::take(&mut self.read);
                return String::from_utf8_lossy(&rest).replace('\u{1}', "|");
            }
        }
    }

    /// Every byte until the venue closes.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while self.read_some().await {}
        std::mem::take(&mut self.read)
    }

    /// Whether there was more before the venue closed.
    async fn read_some(&mut self) -> bool {
        let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.read)).await;
        let read = read.expect("the venue answers or closes");
        read.is_ok_and(|count| count > 0)
    }
}

fn end_of_message(bytes: &[u8]) -> Option<usize> {
    let sum = bytes.windows(4).position(|part| part == b"\x0110=")?;
    let end = sum + 8;
    (bytes.len() >= end).then_some(end)
}
