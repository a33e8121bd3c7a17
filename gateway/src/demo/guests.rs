//! Looking at guests themselves: the process table, and what answers on a slot's port. The control plane is not
//! asked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use reference_provider::api::Beacon;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;

/// The most bytes a guest may say.
const BEACON_BYTES_MAX: u64 = 4096;
/// How long a guest may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// A guest that was seen running.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    /// The process that answered.
    pub(super) pid: u32,
    /// Which instance it says it is.
    pub(super) instance: String,
    /// The digest of the image that it was started from, as it found it itself.
    pub(super) image_digest: String,
    /// The name inside of that image.
    pub(super) name: String,
    /// The folder that the process runs in: its slot.
    pub(super) folder: PathBuf,
    /// When the kernel started it, in clock ticks since boot: with the pid, one process for ever.
    started_ticks: u64,
}

impl Guest {
    /// Asks whoever answers at `address` who it is, and looks the process up.
    pub(super) async fn look(address: &str) -> anyhow::Result<Self> {
        let beacon = tokio::time::timeout(ANSWER_TIME, ask(address))
            .await
            .with_context(|| format!("nobody answers at {address}"))??;
        let pid = beacon
            .pid
            .context("the guest does not say which process it is")?;
        let folder = std::fs::read_link(format!("/proc/{pid}/cwd"))
            .with_context(|| format!("there is no process {pid}"))?;
        let started_ticks =
            started_ticks(pid).context("the process ended while it was looked at")?;
        Ok(Self {
            pid,
            instance: beacon.instance_id,
            image_digest: beacon.image_digest,
            name: beacon.name,
            folder,
            started_ticks,
        })
    }

    /// Checks that the guest runs in the slot whose folder is `slot`.
    pub(super) fn is_in(&self, slot: &Path) -> anyhow::Result<()> {
        let slot = slot.canonicalize().context("the slot has no folder")?;
        ensure!(
            self.folder.starts_with(&slot),
            "process {} runs in {}, not in its slot {}",
            self.pid,
            self.folder.display(),
            slot.display()
        );
        Ok(())
    }

    /// Checks that the process is gone; another one that has got its number since does not count.
    pub(super) fn is_gone(&self) -> anyhow::Result<()> {
        ensure!(
            started_ticks(self.pid) != Some(self.started_ticks),
            "process {} still runs",
            self.pid
        );
        Ok(())
    }
}

async fn ask(address: &str) -> anyhow::Result<Beacon> {
    let stream = TcpStream::connect(address).await?;
    let mut line = String::new();
    BufReader::new(stream.take(BEACON_BYTES_MAX))
        .read_line(&mut line)
        .await?;
    serde_json::from_str(line.trim()).context("what answers there is no guest")
}

/// When a process was started: field 22 of `/proc/PID/stat`, unless it is gone or waits to be reaped.
fn started_ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may hold spaces.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    if state == "Z" || state == "X" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}
