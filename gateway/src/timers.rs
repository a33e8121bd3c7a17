//! Telling the market the time when a timer of its own is due, lest nothing else does: then a journaled command
//! fires it. One that passed while the venue was down is fired by the first command of its start.

use std::time::Duration;

use engine::{Command, Input, Origin, Timestamp};
use sequencer::CommandSender;
use tokio::sync::watch;

use crate::clock;

/// How long after a command nothing may have come of it before another is sent: the clock may have been set back in
/// between.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Fires each timer when it is due, until the venue drains.
pub(crate) async fn run(
    commands: CommandSender,
    mut next: watch::Receiver<Option<Timestamp>>,
    mut draining: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let mut not_before = None;
    loop {
        let due = next.borrow_and_update().and_then(clock::time);
        let deadline = due.max(not_before).filter(|_| due.is_some());
        tokio::select! {
            biased;
            _ = draining.wait_for(|draining| *draining) => return Ok(()),
            changed = next.changed() => if changed.is_ok() {
                not_before = None;
                continue;
            } else {
                // The engine has ended; the venue will hear of it elsewhere.
                return Ok(());
            },
            () = clock::until(deadline) => {}
        }
        let now = clock::now();
        // The wait may end a little before its time by the clock that commands are stamped by.
        if deadline.is_some_and(|deadline| now >= deadline) {
            let fire = Input {
                origin: Origin::Venue,
                command: Command::FireTimers,
            };
            commands.submit(vec![fire]).await?;
            not_before = Some(now + LOOK_AGAIN);
        }
    }
}
