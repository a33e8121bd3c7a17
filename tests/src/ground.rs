//! Where a venue under test plays: its program, its configuration on a free port, its data folder.

use std::fs;
use std::path::{Path, PathBuf};

use gateway::layout::Layout;
use sequencer::{VerifyFrom, VerifyReport};
use tempfile::TempDir;

use crate::venue_process::{VenueProcess, on_free_port};

/// The session that gets a copy of every report.
pub const WATCH: &str = "WATCH";

/// A test instrument of the ground.
pub const SYMBOL: &str = "BENCH.A";

/// One venue's files, removed at the end.
#[derive(Debug)]
pub struct Ground {
    folder: TempDir,
    program: PathBuf,
    config: PathBuf,
}

impl Ground {
    /// The load test's members `CLIENT1` to `CLIENT16` and instruments, and [`WATCH`], who watches them all.
    ///
    /// # Panics
    /// When the files cannot be had: no test can run then.
    #[must_use]
    pub fn new(program: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let config = on_free_port(&example("loadtest.toml"), folder.path());
        let config = config.expect("the load test's configuration can be copied");
        let ground = Self {
            folder,
            program: program.into(),
            config,
        };
        ground.configure(|text| {
            format!(
                "{text}\n[[firms]]\nname = \"{WATCH}\"\nkind = \"regulator\"\n\n[[sessions]]\ncomp_id = \"{WATCH}\"\n\
                 firm = \"{WATCH}\"\nrole = \"drop_copy\"\ndrop_copy_of = \"all\"\n"
            )
        });
        ground
    }

    /// Changes the configuration file.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn configure(&self, change: impl FnOnce(String) -> String) {
        let text = fs::read_to_string(&self.config).expect("the configuration is there");
        fs::write(&self.config, change(text)).expect("the configuration can be written");
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The configuration file.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Where the venue keeps everything.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where the journal and the event log are.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        Layout::new(&self.data()).journal()
    }

    /// Starts the venue on whatever it has left.
    ///
    /// # Panics
    /// When it does not start; with its log.
    #[must_use]
    pub fn start(&self) -> VenueProcess {
        let venue = VenueProcess::start(&self.program, &self.config, &self.data());
        venue.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Both logs are good, and the journal replayed gives the event log byte for byte.
    ///
    /// # Panics
    /// When they are not.
    #[must_use]
    pub fn verify(&self) -> VerifyReport {
        self.verify_from(VerifyFrom::Start)
    }

    /// The same, replayed from there.
    ///
    /// # Panics
    /// When they are not.
    #[must_use]
    pub fn verify_from(&self, from: VerifyFrom) -> VerifyReport {
        let verified = sequencer::verify_from(self.journal(), from);
        verified.unwrap_or_else(|error| panic!("{error}"))
    }
}

/// A file of `config/examples`.
#[must_use]
pub fn example(name: &str) -> PathBuf {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples");
    examples.join(name)
}
