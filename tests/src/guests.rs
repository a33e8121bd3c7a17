//! The guests that really run, from the process table: the control plane is not asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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
