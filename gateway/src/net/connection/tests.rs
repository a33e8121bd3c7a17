//! What the end of a connection shows of what its peer has read.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Connection;

/// A connection, and the peer's side of it.
async fn pair() -> (Connection, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (peer, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (Connection::new(accepted.unwrap().0), peer.unwrap())
}

/// Whether a connection that says something, and then goodbye, ends without an error when its peer does this.
async fn has_read(peer_does: impl AsyncFnOnce(TcpStream)) -> bool {
    let (mut connection, peer) = pair().await;
    connection.transmit(b"a report").unwrap();
    let (ended, ()) = tokio::join!(connection.finish_and_await_close(), peer_does(peer));
    ended.is_ok()
}

#[tokio::test]
async fn a_peer_that_has_read_all_closes_in_peace() {
    let read_to_the_end = async |mut peer: TcpStream| {
        peer.write_all(b"late words").await.unwrap();
        let mut all = Vec::new();
        peer.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"a report");
    };
    assert!(has_read(read_to_the_end).await);
    let read_and_close = async |mut peer: TcpStream| {
        peer.read_exact(&mut [0; 8]).await.unwrap();
    };
    assert!(has_read(read_and_close).await);
}

#[tokio::test]
async fn a_peer_that_closes_with_something_unread_is_found_out() {
    let close_when_it_is_there = async |peer: TcpStream| {
        peer.peek(&mut [0; 8]).await.unwrap();
    };
    assert!(!has_read(close_when_it_is_there).await);
    let read_a_part = async |mut peer: TcpStream| {
        peer.read_exact(&mut [0; 3]).await.unwrap();
    };
    assert!(!has_read(read_a_part).await);
}

#[tokio::test]
async fn a_peer_that_has_closed_before_it_was_sent_anything_is_found_out() {
    let (mut connection, peer) = pair().await;
    drop(peer);
    connection.transmit(b"a report").unwrap();
    assert!(connection.finish_and_await_close().await.is_err());
}
