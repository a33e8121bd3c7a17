//! The guests that really run, from the process table: the control plane is not asked.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a guest may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// A guest's process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The process.
    pub pid: u32,
    /// The folder that it runs in.
    pub folder: PathBuf,
    /// The environment that it was started with.
    environment: BTreeMap<String, String>,
}

impl Guest {
    /// Which instance it was started as.
    #[must_use]
    pub fn instance(&self) -> &str {
        self.variable("INSTANCE_ID")
    }

    /// Which slot it was started in.
    #[must_use]
    pub fn slot(&self) -> &str {
        self.variable("SLOT_ID")
    }

    /// The port that its beacon answers on.
    #[must_use]
    pub fn port(&self) -> &str {
        self.variable("SLOT_PORT")
    }

    /// What it says of itself on its port; nothing when it does not answer.
    #[must_use]
    pub fn beacon(&self) -> String {
        let Ok(port) = self.port().parse::<u16>() else {
            return String::new();
        };
        let mut said = String::new();
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            // What does not answer has said nothing.
            drop(stream.set_read_timeout(Some(ANSWER_TIME)));
            drop(BufReader::new(stream).read_line(&mut said));
        }
        said
    }

    fn variable(&self, name: &str) -> &str {
        self.environment.get(name).map_or("", String::as_str)
    }
}

/// Every process that runs in `folder` or below it.
///
/// # Panics
/// When the process table cannot be read.
#[must_use]
pub fn below(folder: &Path) -> Vec<Guest> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let entries = fs::read_dir("/proc").expect("the process table can be read");
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let guests = pids.filter_map(guest);
    guests
        .filter(|guest| guest.folder.starts_with(&folder))
        .collect()
}

/// Whatever cannot be read of a process is gone.
fn guest(pid: u32) -> Option<Guest> {
    let folder = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let environment = String::from_utf8_lossy(&environment);
    let variables = environment.split('\0').filter_map(|variable| {
        let (name, value) = variable.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    Some(Guest {
        pid,
        folder,
        environment: variables.collect(),
    })
}
