//! What the sessions share with each other and with the market, for as long as they take orders. Never decides anything.

use std::sync::Arc;

use sequencer::CommandSender;
use tokio::sync::mpsc;

use super::turns::Turns;
use crate::trading_status::Board;

/// Held by every session until it takes no more orders; when all are dropped, the venue may stop the sequencer.
#[derive(Clone)]
pub(crate) struct Drained {
    _held: mpsc::Sender<()>,
}

impl Drained {
    /// The guard, and what closes when every copy of it is gone.
    pub(crate) fn new() -> (Self, mpsc::Receiver<()>) {
        let (held, gone) = mpsc::channel(1);
        (Self { _held: held }, gone)
    }
}

/// What a session needs to take orders; given back when the venue drains.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(super) commands: CommandSender,
    /// Of those that resend; shared by all sessions of the venue, as are the next.
    pub(super) turns: Turns,
    /// Of those that start their numbers again.
    pub(super) resets: Turns,
    /// Where instruments are, for those who ask.
    pub(super) board: Arc<Board>,
    _drained: Drained,
}

impl Desk {
    /// Where commands go, and the guard that is held for as long as they may.
    pub(crate) fn new(commands: CommandSender, board: Arc<Board>, drained: Drained) -> Self {
        Self {
            commands,
            turns: Turns::new(),
            resets: Turns::new(),
            board,
            _drained: drained,
        }
    }

    /// Whether the venue has room on its disk for new orders.
    pub(super) fn has_room(&self) -> bool {
        self.commands.takes_orders()
    }
}
