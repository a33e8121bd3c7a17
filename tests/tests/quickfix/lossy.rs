//! A connection that loses messages of the venue's, whole ones, so that only their numbers show it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use fix_codec::frame::{Framing, next_frame};

/// The longest message that passes.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// A listener that passes everything on to the venue and back, but for the messages that it loses.
pub(crate) struct Lossy {
    address: SocketAddr,
    lost: Arc<Mutex<BTreeSet<u64>>>,
}

impl Lossy {
    /// In front of the venue at this address. Of the reports whose ClOrdID(11) starts so, two of five are lost when they
    /// are sent first.
    pub(crate) fn new(venue: SocketAddr, cl_ord_id: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port can be had");
        let address = listener.local_addr().expect("it has an address");
        let lost = Arc::new(Mutex::new(BTreeSet::new()));
        let losses = Arc::clone(&lost);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let venue = TcpStream::connect(venue).expect("the venue takes connections");
                let both = [&client, &venue].map(|stream| stream.try_clone().expect("a handle"));
                thread::spawn(move || pass(client, venue));
                let losses = Arc::clone(&losses);
                let [client, venue] = both;
                thread::spawn(move || lose(venue, client, cl_ord_id, &losses));
            }
        });
        Self { address, lost }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The numbers that were lost so far.
    pub(crate) fn lost(&self) -> BTreeSet<u64> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.clone()
    }
}

/// Passes on what the client sends, until either side ends.
fn pass(mut client: TcpStream, mut venue: TcpStream) {
    drop(std::io::copy(&mut client, &mut venue));
    drop(venue.shutdown(Shutdown::Both));
}

/// Passes on what the venue sends, but for some of it.
fn lose(mut venue: TcpStream, mut client: TcpStream, cl_ord_id: &str, lost: &Mutex<BTreeSet<u64>>) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4_096];
    while let Ok(count @ 1..) = venue.read(&mut piece) {
        bytes.extend_from_slice(&piece[..count]);
        while let Framing::Message(frame) = next_frame(&bytes, MESSAGE_BYTES_MAX) {
            let message: Vec<u8> = bytes.drain(..frame.len()).collect();
            match number_to_lose(&message, cl_ord_id) {
                Some(number) => {
                    let mut lost = lost.lock().unwrap_or_else(PoisonError::into_inner);
                    lost.insert(number);
                }
                None => {
                    if client.write_all(&message).is_err() {
                        return;
                    }
                }
            }
        }
    }
    drop(client.shutdown(Shutdown::Both));
}

/// The MsgSeqNum(34) of a message that is to be lost.
fn number_to_lose(message: &[u8], cl_ord_id: &str) -> Option<u64> {
    let text = String::from_utf8_lossy(message);
    let field = |start: &str| {
        text.split('\u{1}')
            .find_map(|field| field.strip_prefix(start).map(str::to_owned))
    };
    let number: u64 = field("34=")?.parse().ok()?;
    let loses = field("43=").is_none() && field("11=")?.starts_with(cl_ord_id) && number % 5 < 2;
    loses.then_some(number)
}
