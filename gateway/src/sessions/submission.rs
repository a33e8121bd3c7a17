//! Hands what was decoded to the sequencer. Sessions that start their numbers again take turns: each makes and syncs files,
//! and however many ask for it at one time, a session that trades waits for one of them at most.

use engine::Command;
use fix_session::Status;

use super::actor::{Actor, Failed};

impl Actor {
    /// Hands what was decoded to the sequencer; waits while its queue is full, and, before a reset, for this session's turn.
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
            self.turn_to_reset = Some(desk.resets.place().next().await);
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
