//! Who is measured, and how each is started.

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
            Self::Floor | Self::Buffered | Self::ComparedBuffered => false,
            Self::Fsync | Self::ComparedFsync => true,
        }
    }
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
            contestant(Role::Fsync, "venue, fsync", &programs.venue),
        ];
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
            Role::Buffered | Role::ComparedBuffered => "loadtest-buffered.toml",
            Role::Fsync | Role::ComparedFsync => "loadtest.toml",
        };
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples");
        let config =
            on_free_port(&examples.join(config), folder).context("the load-test configuration")?;
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
