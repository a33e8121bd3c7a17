//! The venue to be killed.

use std::process::{Command, Stdio};
use std::time::Duration;

use tests::ground::Ground;
use tests::random::Random;

use crate::{Kept, power};

/// A start is killed within this time, in microseconds: before, in or after its recovery.
const START_MICROS: u64 = 60_000;

/// A venue that has never run. Its message stores go on in another file often, and where little is to be `kept`, as little as
/// may be.
pub(crate) fn ground(kept: Kept) -> Ground {
    let ground = Ground::new(env!("CARGO_BIN_EXE_venue-under-test"));
    let limit = match kept {
        Kept::All => "",
        Kept::Little => "max_size = \"256KiB\"\n",
    };
    ground.configure(|text| format!("{text}\n[message_store]\nsegment_size = \"64KiB\"\n{limit}"));
    ground
}

/// A venue that has never run, makes snapshots often and keeps little of both logs.
pub(crate) fn ground_of_short_logs() -> Ground {
    let ground = ground(Kept::All);
    let keys = "segment_size = \"64KiB\"\nsnapshot_commands = 100\nmax_size = \"512KiB\"\n";
    ground.configure(|text| text.replace("[journal]\n", &format!("[journal]\n{keys}")));
    ground
}

/// Whether the first files of the journal are gone.
pub(crate) fn has_dropped(ground: &Ground) -> bool {
    let first = format!("{:020}.journal", 1);
    !ground.journal().join("journal").join(first).exists()
}

/// Kills a start at a random instant.
pub(crate) fn kill_while_it_starts(ground: &Ground, random: &mut Random) {
    let mut command = Command::new(ground.program());
    command.arg("run").arg("--config").arg(ground.config());
    command.arg("--data").arg(ground.data());
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
pub(crate) fn lose_what_was_not_synced(ground: &Ground, random: &mut Random) {
    power::lose(&ground.data().join("sessions"), &ground.journal(), random);
}
