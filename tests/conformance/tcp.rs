//! The ground that is the built program: a process of its own for each scenario, and real connections.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fix_codec::frame::{Framing, next_frame};
use tempfile::TempDir;
use tests::venue_process::{VenueProcess, on_free_port};

use crate::play::{self, Stage};
use crate::scenario::Scenario;
use crate::settings;

/// How long the venue may take over anything. Only a failing scenario waits that long.
const PATIENCE: Duration = Duration::from_secs(30);

/// No message of the venue is longer.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

struct Program {
    venue: Option<VenueProcess>,
    stopping: Option<JoinHandle<Result<(), String>>>,
    connections: BTreeMap<String, Connection>,
    _folder: TempDir,
}

struct Connection {
    stream: TcpStream,
    incoming: Vec<u8>,
}

/// # Errors
/// As [`play::play`], with the end of the venue's log.
pub(crate) fn play(scenario: &Scenario) -> Result<(), String> {
    let mut program = Program::start(&scenario.settings)?;
    play::play(scenario, &mut program).map_err(|why| {
        let log = program.venue.as_ref().map(VenueProcess::log);
        format!(
            "{why}\n  the venue's log ends with:\n{}",
            log.unwrap_or_default()
        )
    })?;
    program.end()
}

impl Program {
    fn start(settings: &[String]) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(text)?;
        let sample = folder.path().join("sample.toml");
        fs::write(&sample, settings::text(settings)?).map_err(text)?;
        let run = folder.path().join("run");
        fs::create_dir(&run).map_err(text)?;
        let config = on_free_port(&sample, &run).map_err(text)?;
        let program = Path::new(env!("CARGO_BIN_EXE_venue-under-test"));
        let data = folder.path().join("data");
        let venue = VenueProcess::start(program, &config, &data).map_err(text)?;
        Ok(Self {
            venue: Some(venue),
            stopping: None,
            connections: BTreeMap::new(),
            _folder: folder,
        })
    }

    /// A venue that was told to stop must have stopped well.
    fn end(mut self) -> Result<(), String> {
        self.connections.clear();
        let stopped = self.stopping.take().map(JoinHandle::join);
        stopped
            .unwrap_or(Ok(Ok(())))
            .unwrap_or_else(|_| Err("waiting for it failed".to_owned()))
    }

    fn connection(&mut self, who: &str) -> Result<&mut Connection, String> {
        let connection = self.connections.get_mut(who);
        connection.ok_or_else(|| format!("{who} is not connected"))
    }
}

impl Stage for Program {
    fn now(&self) -> DateTime<Utc> {
        gateway::clock::now()
    }

    fn connect(&mut self, who: &str) -> Result<(), String> {
        let venue = self.venue.as_ref().ok_or("the venue has stopped")?;
        let stream = TcpStream::connect(venue.address()).map_err(text)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(text)?;
        stream.set_nodelay(true).map_err(text)?;
        let incoming = Vec::new();
        self.connections
            .insert(who.to_owned(), Connection { stream, incoming });
        Ok(())
    }

    fn disconnect(&mut self, who: &str) -> Result<(), String> {
        let connection = self.connections.remove(who);
        connection
            .map(drop)
            .ok_or_else(|| format!("{who} is not connected"))
    }

    fn send(&mut self, who: &str, bytes: &[u8]) -> Result<(), String> {
        let connection = self.connection(who)?;
        match connection.stream.write_all(bytes) {
            Ok(()) => Ok(()),
            // What the venue has closed meanwhile takes nothing; whether it should have been is for the next line.
            Err(error) if is_closed(error.kind()) => Ok(()),
            Err(error) => Err(text(error)),
        }
    }

    fn next(&mut self, who: &str) -> Result<Option<Vec<u8>>, String> {
        let connection = self.connection(who)?;
        loop {
            match next_frame(&connection.incoming, MESSAGE_BYTES_MAX) {
                Framing::Message(frame) => {
                    let length = frame.len();
                    return Ok(Some(connection.incoming.drain(..length).collect()));
                }
                Framing::Garbled { error, .. } => {
                    return Err(format!("the venue sends garbage: {error}"));
                }
                Framing::Incomplete => {}
            }
            let mut chunk = [0; 4096];
            match connection.stream.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(count) => connection.incoming.extend(chunk.iter().take(count)),
                Err(error) if is_closed(error.kind()) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("nothing comes: {error}")),
            }
        }
    }

    fn pass(&mut self, _: Duration) -> Result<(), String> {
        Err("time is the model's to move".to_owned())
    }

    fn stop(&mut self) -> Result<(), String> {
        let venue = self.venue.take().ok_or("the venue has stopped")?;
        // It stops when its clients have said goodbye, which the scenario goes on with.
        let stopping = std::thread::spawn(|| match venue.stop() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("the venue ended with {status}")),
            Err(error) => Err(text(error)),
        });
        self.stopping = Some(stopping);
        Ok(())
    }
}

fn is_closed(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted
    )
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
