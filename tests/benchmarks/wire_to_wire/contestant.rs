//! Who is measured, and how each is started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::Programs;
use crate::venue_process::{VenueProcess, on_free_port};

/// A server that can be measured.
#[derive(Debug, Clone)]
pub(super) struct Contestant {
    pub(super) role: Role,
    pub(super) name: &'static str,
    program: PathBuf,
}

/// What a server is in the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// What every other is measured against.
    Floor,
    /// The venue; what it answered outlives the process.
    Buffered,
    /// As [`Role::Buffered`], with FIX logs of all that passes.
    Logged,
    /// The venue; what it answered outlives a loss of power.
    Fsync,
    /// Another build of the venue, buffered.
    ComparedBuffered,
    /// Another build of the venue, with fsync.
    ComparedFsync,
}

impl Role {
    /// Whether the disk is on the way to each answer.
    pub(super) fn syncs(self) -> bool {
        match self {
            Self::Floor | Self::Buffered | Self::Logged | Self::ComparedBuffered => false,
            Self::Fsync | Self::ComparedFsync => true,
        }
    }
}

/// Has a venue with this configuration keep FIX logs.
fn log_everything(config: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(config)?;
    let logged = text.replace(
        "[fix_log]\nenabled = false\n",
        "[fix_log]\nenabled = true\n",
    );
    anyhow::ensure!(logged != text, "the load test has FIX logs already");
    Ok(fs::write(config, logged)?)
}

impl Contestant {
    /// All of them, in the order in which they are measured.
    pub(super) fn all(programs: &Programs) -> Vec<Self> {
        let contestant = |role, name, program: &Path| Self {
            role,
            name,
            program: program.to_owned(),
        };
        let mut all = vec![
            contestant(Role::Floor, "floor", &programs.floor),
            contestant(Role::Buffered, "venue, buffered", &programs.venue),
        ];
        // Next to what it is held against: machines change.
        if programs.fix_log {
            let name = "venue, buffered, FIX logs";
            all.push(contestant(Role::Logged, name, &programs.venue));
        }
        all.push(contestant(Role::Fsync, "venue, fsync", &programs.venue));
        if let Some(compared) = &programs.compared {
            all.push(contestant(
                Role::ComparedBuffered,
                "compared, buffered",
                compared,
            ));
            all.push(contestant(Role::ComparedFsync, "compared, fsync", compared));
        }
        all
    }

    /// Starts it, with its data in `folder`.
    pub(super) fn start(&self, folder: &Path) -> anyhow::Result<VenueProcess> {
        let config = match self.role {
            Role::Floor => {
                return Ok(VenueProcess::start_command(&mut Command::new(
                    &self.program,
                ))?);
            }
            Role::Buffered | Role::Logged | Role::ComparedBuffered => "loadtest-buffered.toml",
            Role::Fsync | Role::ComparedFsync => "loadtest.toml",
        };
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples");
        let config =
            on_free_port(&examples.join(config), folder).context("the load-test configuration")?;
        if self.role == Role::Logged {
            log_everything(&config)?;
        }
        Ok(VenueProcess::start(
            &self.program,
            &config,
            &folder.join("data"),
        )?)
    }

    /// Ends it: a venue cleanly, for that is part of what must work.
    pub(super) fn stop(&self, process: VenueProcess) -> anyhow::Result<()> {
        if self.role == Role::Floor {
            process.kill()?;
            return Ok(());
        }
        let ended = process.stop()?;
        anyhow::ensure!(
            ended.success(),
            "{} did not stop cleanly: {ended}",
            self.name
        );
        Ok(())
    }
}
