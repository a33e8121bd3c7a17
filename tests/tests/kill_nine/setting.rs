//! The venue to be killed: its program, its configuration and its data folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use gateway::layout::Layout;
use sequencer::VerifyReport;
use tempfile::TempDir;
use tests::random::Random;
use tests::venue_process::{VenueProcess, on_free_port};

use crate::power;
use crate::trader::WATCH;

/// What is traded.
pub(crate) const SYMBOLS: [&str; 2] = ["BENCH.A", "BENCH.B"];

const PROGRAM: &str = env!("CARGO_BIN_EXE_venue-under-test");

/// A start is killed within this time, in microseconds: before, in or after its recovery.
const START_MICROS: u64 = 60_000;

/// Where the story plays.
pub(crate) struct Setting {
    folder: TempDir,
    config: PathBuf,
}

impl Setting {
    /// The load test's members and instruments, on a free port, and one who watches them all.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples");
        let config = on_free_port(&examples.join("loadtest.toml"), folder.path());
        let config = config.expect("the load test's configuration can be copied");
        let mut text = fs::read_to_string(&config).expect("it was just written");
        text.push_str(&format!(
            "\n[[firms]]\nname = \"{WATCH}\"\nkind = \"regulator\"\n\n\
             [[sessions]]\ncomp_id = \"{WATCH}\"\nfirm = \"{WATCH}\"\nrole = \"drop_copy\"\ndrop_copy_of = \"all\"\n"
        ));
        fs::write(&config, text).expect("it was just written");
        Self { folder, config }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where the journal and the event log are.
    pub(crate) fn journal(&self) -> PathBuf {
        Layout::new(&self.data()).journal()
    }

    /// Starts the venue on whatever it has left.
    pub(crate) fn start(&self) -> VenueProcess {
        let venue = VenueProcess::start(Path::new(PROGRAM), &self.config, &self.data());
        venue.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Kills a start at a random instant.
    pub(crate) fn kill_while_it_starts(&self, random: &mut Random) {
        let mut command = Command::new(PROGRAM);
        command.arg("run").arg("--config").arg(&self.config);
        command.arg("--data").arg(self.data());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        let instant = Duration::from_micros(random.below(START_MICROS));
        #[expect(
            clippy::disallowed_methods,
            reason = "the instant is random: nothing is waited for"
        )]
        std::thread::sleep(instant);
        child.kill().expect("a running process can be killed");
        child.wait().expect("a child can be waited for");
    }

    /// What power loss would take now, as the venue does not run.
    pub(crate) fn lose_what_was_not_synced(&self, random: &mut Random) {
        power::lose(&self.data().join("sessions"), &self.journal(), random);
    }

    /// Both logs are good, and the journal replayed gives the event log byte for byte.
    pub(crate) fn verify(&self) -> VerifyReport {
        let verified = sequencer::verify(self.journal());
        verified.unwrap_or_else(|error| panic!("{error}"))
    }
}
