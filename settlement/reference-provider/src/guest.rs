//! The runtime that an image may exec: it says who it is on its slot's port, until it is ended.
//!
//! An image is then a shell script:
//! ```sh
//! #!/bin/sh
//! # name: acme-web-7
//! exec "$GUEST_RUNTIME" guest "$0"
//! ```
//! It runs in one thread, listens on loopback only, keeps nothing, and ends on SIGTERM as any
//! process does. Call it before starting any other thread: slots limit the address space.

use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::api::Beacon;
use crate::blobs::digest_text;
use crate::error::Error;

const ANSWER_TIME_MAX: Duration = Duration::from_secs(1);
const BIND_TRIES: u32 = 250;
const BIND_INTERVAL: Duration = Duration::from_millis(20);

/// Answers every connection to `127.0.0.1:$SLOT_PORT` with one line of JSON, a
/// [`Beacon`]: instance id and nonce as the environment says, digest and name
/// from the image file itself.
///
/// # Errors
/// Returns only when something is wrong: `SLOT_PORT`, `INSTANCE_ID` or `INSTANCE_NONCE` is not set,
/// the image cannot be read, or the port cannot be had within five seconds.
pub fn run(image_path: &Path) -> Result<std::convert::Infallible, Error> {
    let image = std::fs::read(image_path).map_err(Error::file("reading", image_path))?;
    let port: u16 = variable("SLOT_PORT")?
        .parse()
        .map_err(|_| Error::GuestEnvironment { name: "SLOT_PORT" })?;
    let beacon = Beacon {
        instance_id: variable("INSTANCE_ID")?,
        image_digest: digest_text(&blake3::hash(&image)),
        nonce: variable("INSTANCE_NONCE")?,
        pid: Some(std::process::id()),
        name: name_inside(&image),
    };
    drop(image);
    let mut line = serde_json::to_vec(&beacon)
        .map_err(|error| Error::file("describing", image_path)(error.into()))?;
    line.push(b'\n');
    let listener = listen(port)?;
    loop {
        if let Ok((stream, _)) = listener.accept() {
            // A caller that does not take its answer has only itself to blame.
            drop(answer(stream, &line));
        }
    }
}

fn variable(name: &'static str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| Error::GuestEnvironment { name })
}

/// The port may be another process's for a moment, as the local end of a short connection.
fn listen(port: u16) -> Result<TcpListener, Error> {
    let address = (Ipv4Addr::LOCALHOST, port).into();
    let mut tries = 0;
    loop {
        match TcpListener::bind(address) {
            Ok(listener) => return Ok(listener),
            Err(source) if tries >= BIND_TRIES => return Err(Error::Listen { address, source }),
            Err(_) => tries += 1,
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a guest is one thread without a runtime: its address space is limited"
        )]
        std::thread::sleep(BIND_INTERVAL);
    }
}

fn answer(mut stream: TcpStream, line: &[u8]) -> io::Result<()> {
    stream.set_write_timeout(Some(ANSWER_TIME_MAX))?;
    stream.write_all(line)?;
    stream.shutdown(Shutdown::Write)
}

/// What follows `# name:` on one of the image's first lines; empty when there is none.
fn name_inside(image: &[u8]) -> String {
    let head = String::from_utf8_lossy(image.get(..4096).unwrap_or(image)).into_owned();
    let name = head
        .lines()
        .take(16)
        .find_map(|line| line.strip_prefix("# name:"));
    name.unwrap_or_default().trim().chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::name_inside;

    #[test]
    fn finds_the_name_in_the_image() {
        for (image, name) in [
            ("#!/bin/sh\n# name: web-7\nexec x\n", "web-7"),
            ("#!/bin/sh\nexec x\n", ""),
            ("", ""),
            ("\u{0}# name: no\n# name: yes\n", "yes"),
        ] {
            assert_eq!(name_inside(image.as_bytes()), name);
        }
    }
}
