//! A wire between settlement and a control plane that loses, spoils and swells answers. One request
//! a connection.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What the wire does to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoil {
    /// Nothing.
    Pass,
    /// The request arrives and has its effect; the answer is a 500.
    ThenFail,
    /// The request arrives and has its effect; the connection breaks.
    ThenBreak,
    /// The request does not arrive; the answer asks for fewer.
    Throttle,
    /// The answer sends the client elsewhere.
    Redirect,
    /// The answer does not end.
    Swell,
}

/// Decides by the request's first line.
pub(crate) type Whim = Arc<dyn Fn(&str) -> Spoil + Send + Sync>;

/// A wire to `upstream`, cut when dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    server: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) async fn start(upstream: SocketAddr, whim: Whim) -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let whim = Arc::clone(&whim);
            // A broken connection is what this is for.
            tokio::spawn(async move { drop(serve(client, upstream, &whim).await) });
        }
    });
    Proxy { address, server }
}

async fn serve(mut client: TcpStream, upstream: SocketAddr, whim: &Whim) -> std::io::Result<()> {
    let request = read_request(&mut client).await?;
    let text = String::from_utf8_lossy(&request);
    let spoil = whim(text.lines().next().unwrap_or_default());
    match spoil {
        Spoil::Throttle => return client.write_all(b"HTTP/1.1 429 Slow\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await,
        Spoil::Redirect => return client.write_all(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await,
        Spoil::Swell => return swell(&mut client).await,
        Spoil::Pass | Spoil::ThenFail | Spoil::ThenBreak => {}
    }
    let answer = forward(&request, upstream).await?;
    match spoil {
        Spoil::ThenBreak => Ok(()),
        Spoil::ThenFail => {
            client
                .write_all(b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await
        }
        Spoil::Pass | Spoil::Throttle | Spoil::Redirect | Spoil::Swell => {
            client.write_all(&answer).await
        }
    }
}

async fn swell(client: &mut TcpStream) -> std::io::Result<()> {
    client
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\nconnection: close\r\n\r\n")
        .await?;
    loop {
        client.write_all(&[b' '; 65536]).await?;
    }
}

pub(crate) async fn read_request(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut request = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = client.read(&mut chunk).await?;
        request.extend_from_slice(&chunk[..read]);
        if read == 0 || is_whole(&request) {
            return Ok(request);
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    length.is_none_or(|length| body.len() >= length.trim().parse().unwrap())
}

/// Passes the request on, asking the other end to close, and reads its whole answer.
async fn forward(request: &[u8], upstream: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).await?;
    let head = request.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
    server.write_all(&request[..head]).await?;
    server.write_all(b"connection: close\r\n").await?;
    server.write_all(&request[head..]).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(answer)
}
