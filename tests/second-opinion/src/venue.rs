//! The venue as a process: its configuration on a free port, where it listens, its end.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// What stands before the address in the line that says where it listens.
const ADDRESS_MARK: &str = " takes FIX 4.4 on ";

/// A running venue. Dropping it kills it.
pub(crate) struct Venue {
    child: Child,
    /// Where it takes connections.
    pub(crate) address: SocketAddr,
    /// What it writes after that is read and dropped, so that it never waits for a reader.
    _reader: std::thread::JoinHandle<()>,
}

impl Venue {
    /// Starts `program` with the load test's sessions and instruments, its files in `folder`.
    pub(crate) fn start(program: &Path, folder: &Path) -> anyhow::Result<Self> {
        let sample =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/examples/loadtest.toml");
        let text = fs::read_to_string(&sample).with_context(|| sample.display().to_string())?;
        let lines = text.lines().map(|line| {
            let listens = line.trim_start().starts_with("listen");
            if listens {
                "listen = \"127.0.0.1:0\""
            } else {
                line
            }
        });
        let config = folder.join("venue.toml");
        fs::write(&config, lines.collect::<Vec<_>>().join("\n"))?;
        let mut child = Command::new(program)
            .arg("run")
            .arg("--config")
            .arg(&config)
            .arg("--data")
            .arg(folder.join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| program.display().to_string())?;
        let output = child.stdout.take().context("it has an output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, address) = line.split_once(ADDRESS_MARK)?;
            address.trim().parse().ok()
        });
        let Some(address) = address else {
            child.kill()?;
            anyhow::bail!("the venue did not start: {}", child.wait()?);
        };
        let reader = std::thread::spawn(move || lines.for_each(drop));
        Ok(Self {
            child,
            address,
            _reader: reader,
        })
    }
}

impl Drop for Venue {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Writes the venue's dictionary as QuickFIX reads it; gives the file.
pub(crate) fn dictionary(program: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let written = Command::new(program)
        .args(["dictionary", "--format", "quickfix"])
        .output()?;
    anyhow::ensure!(written.status.success(), "no dictionary: {written:?}");
    let path = folder.join("venue.xml");
    fs::write(&path, written.stdout)?;
    Ok(path)
}
