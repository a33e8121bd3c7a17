//! Stand-ins of ours for services of OpenStack that cannot be had here, written from their public API references: they
//! answer what a test tells them to. What is shown with them is shown of our side only.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{io::AsyncWriteExt, net::TcpListener, task::JoinHandle};

use crate::proxy::read_request;

/// An answer: status, headers of its own, body.
pub(crate) type Said = (u16, Vec<(&'static str, String)>, String);

/// A service that answers each request with what a function of it says. Cut when dropped.
pub(crate) struct Shim {
    pub(crate) address: SocketAddr,
    /// Every request so far.
    pub(crate) heard: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Drop for Shim {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) async fn start(answer: impl Fn(&str) -> Said + Send + Sync + 'static) -> Shim {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&heard);
    let server = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let request = read_request(&mut client).await.unwrap();
            let request = String::from_utf8(request).unwrap();
            let (status, headers, body) = answer(&request);
            record.lock().unwrap().push(request);
            let mut text = format!(
                "HTTP/1.1 {status} As Told\r\ncontent-length: {}\r\nconnection: close\r\n",
                body.len()
            );
            for (name, value) in headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            client
                .write_all(format!("{text}\r\n{body}").as_bytes())
                .await
                .unwrap();
        }
    });
    Shim {
        address,
        heard,
        server,
    }
}
