//! Where the programs that are measured lie.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::Arguments;

/// The programs, and where they may keep data.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The floor.
    pub floor: PathBuf,
    /// The venue.
    pub venue: PathBuf,
    /// Another build of the venue, if two are compared.
    pub(super) compared: Option<PathBuf>,
    /// Whether the venue is measured with its FIX logs too.
    pub(super) fix_log: bool,
    /// The folder that data folders are made in.
    pub(super) folder: PathBuf,
}

impl Programs {
    /// These programs, with data beside them unless the arguments say otherwise.
    #[must_use]
    pub fn new(floor: PathBuf, venue: PathBuf, arguments: &Arguments) -> Self {
        let beside = venue.parent().unwrap_or(Path::new("."));
        Self {
            compared: arguments.compare.clone(),
            fix_log: arguments.fix_log,
            folder: arguments
                .folder
                .clone()
                .unwrap_or_else(|| beside.to_owned()),
            floor,
            venue,
        }
    }

    /// The programs beside this one, which `cargo` has built along with it. Run by `cargo run`, which builds only
    /// what it runs, it has them brought up to date first: yesterday's venue is not to be measured.
    ///
    /// # Errors
    /// When they are not there, or cannot be built.
    pub fn beside_this_one(arguments: &Arguments) -> anyhow::Result<Self> {
        let this = env::current_exe().context("where this program lies is not known")?;
        let folder = this.parent().unwrap_or(Path::new("."));
        if let Some(cargo) = env::var_os("CARGO") {
            let profile = match folder.file_name().and_then(|name| name.to_str()) {
                Some("debug") | None => "dev",
                Some(profile) => profile,
            };
            let built = Command::new(cargo)
                .args([
                    "build",
                    "--package",
                    "tests",
                    "--bins",
                    "--profile",
                    profile,
                ])
                .status()
                .context("cargo cannot be run")?;
            anyhow::ensure!(
                built.success(),
                "the programs to be measured cannot be built"
            );
        }
        let [floor, venue] = ["floor", "venue-under-test"].map(|name| folder.join(name));
        for program in [&floor, &venue] {
            anyhow::ensure!(
                program.is_file(),
                "{} is missing: build all of package tests",
                program.display()
            );
        }
        Ok(Self::new(floor, venue, arguments))
    }
}
