//! Hands what was decoded to the sequencer.

use super::actor::{Actor, Failed};

impl Actor {
    /// Hands what was decoded to the sequencer; waits while its queue is full.
    pub(super) async fn submit(&mut self) -> Result<(), Failed> {
        if self.decoded.is_empty() {
            return Ok(());
        }
        let Some(desk) = &self.desk else {
            self.decoded.clear();
            return Ok(());
        };
        let commands = std::mem::take(&mut self.decoded);
        self.observer.submitted(commands.len());
        desk.commands
            .submit(commands)
            .await
            .map_err(|_| Failed::Sequencer)
    }
}
