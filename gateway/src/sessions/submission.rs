//! Hands what was decoded to the sequencer. Sessions that start their numbers again take turns: each makes and syncs files,
//! and a session that trades waits for one of them, not for all that ask at one time.

use std::time::Duration;

use engine::Command;
use fix_session::Status;

use super::actor::{Actor, Failed};

/// The longest that a session waits for its turn; then it goes on without one. It takes no mail while it waits, and what
/// brings mail waits behind it for everybody.
const PATIENCE: Duration = Duration::from_millis(250);

impl Actor {
    /// Hands what was decoded to the sequencer; waits while its queue is full, and, before a reset, a
    /// little for this session's turn.
    pub(super) async fn submit(&mut self) -> Result<(), Failed> {
        if self.decoded.is_empty() {
            return Ok(());
        }
        let Some(desk) = &self.desk else {
            self.decoded.clear();
            return Ok(());
        };
        let is_reset =
            |input: &engine::Input| matches!(input.command, Command::ResetSession { .. });
        if self.turn_to_reset.is_none() && self.decoded.iter().any(is_reset) {
            let mut place = desk.resets.place();
            self.turn_to_reset = tokio::time::timeout(PATIENCE, place.next()).await.ok();
        }
        let commands = std::mem::take(&mut self.decoded);
        self.observer.submitted(commands.len());
        desk.commands
            .submit(commands)
            .await
            .map_err(|_| Failed::Sequencer)
    }

    /// Gives the turn on when the reset is no longer waited for, whatever became of it.
    pub(super) fn end_turn_to_reset(&mut self) {
        if self.session.status() != Status::Resetting {
            self.turn_to_reset = None;
        }
    }
}
