//! Sequence numbers that start again. Each reset makes and syncs files, so few sessions do so at one time, in the order in
//! which they were asked to: one that trades waits for one reset, not for all that are asked for at one time.
//!
//! A session stands in this line at most once, whatever its client asks for and however often it comes back: the line is no
//! longer than there are sessions, and nobody is turned away from it. Whoever stands in it goes on with everything else: it
//! takes its mail, what operators want of it, and the end of its connection, and leaves with the venue.

use engine::{Command, Input, Origin};

use super::actor::{Actor, Failed};
use super::apart::apart;
use super::event::SessionEvent;
use super::turns::{Place, Turn};
use crate::clock;
use crate::net::Connection;

/// How much of what a client sends behind its Logon is read while it waits in the line: what it sends is not taken, but
/// that it closes is only seen by reading. Of one that sends more it is seen when its turn has come.
const READ_AHEAD_BYTES: usize = 4 * 1024;

/// Where a session stands among those that start their numbers again.
#[derive(Debug, Default)]
pub(super) enum TurnToReset {
    /// Its numbers go on.
    #[default]
    NotWanted,
    /// In the line.
    Awaited(Place),
    /// The reset is on its way; the turn is over when it is done.
    Held(Turn),
}

impl TurnToReset {
    /// The session's turn, when it comes; never, where it does not stand in the line.
    pub(super) async fn comes(&mut self) -> Turn {
        match self {
            Self::Awaited(place) => place.next().await,
            Self::NotWanted | Self::Held(_) => std::future::pending().await,
        }
    }

    /// Leaves the line. A reset that is on its way keeps its turn.
    pub(super) fn leave(&mut self) {
        if let Self::Awaited(_) = self {
            *self = Self::NotWanted;
        }
    }

    fn is_awaited(&self) -> bool {
        matches!(self, Self::Awaited(_))
    }

    /// The turn, if it has come; where the session stands is over.
    fn end(&mut self) -> Option<Turn> {
        match std::mem::take(self) {
            Self::Held(turn) => Some(turn),
            Self::NotWanted | Self::Awaited(_) => None,
        }
    }
}

impl Actor {
    /// Both sequence numbers are to start again at 1, when it is this session's turn. Once the venue takes no more
    /// commands that does not come, and the client is let go with the others.
    pub(super) fn stand_in_line_to_reset(&mut self) {
        if let Some(desk) = &self.desk {
            if desk.resets.are_taken() {
                self.observer.event(SessionEvent::ResetAwaited);
            }
            self.turn_to_reset = TurnToReset::Awaited(desk.resets.place());
        }
    }

    /// Whether bytes of the client are read though their turn has not come.
    pub(super) fn reads_ahead(&self) -> bool {
        let waiting = |connection: &Connection| connection.incoming.len();
        self.turn_to_reset.is_awaited()
            && self.connection.as_ref().map_or(0, waiting) < READ_AHEAD_BYTES
    }

    /// It is this session's turn: that its numbers start again is journaled first, and answered when it is durable.
    pub(super) fn begin_reset(&mut self, turn: Turn) {
        self.turn_to_reset = TurnToReset::Held(turn);
        self.session.reset_begun(clock::now());
        let epoch = self.store.epoch().saturating_add(1);
        self.answers.expect_reset(epoch);
        self.decoded.push(Input {
            origin: Origin::Venue,
            command: Command::ResetSession {
                session: self.profile.name,
                epoch,
            },
        });
    }

    /// The reset of the session's numbers is durable in the journal; now the store follows, and the Logon is answered.
    /// Whether reports from before it are made again.
    pub(super) fn reset(&mut self, epoch: u32) -> Result<bool, Failed> {
        // Over at the end, however that comes; one that asks again stands behind all others.
        let turn = self.turn_to_reset.end();
        // What was put out under the old numbers belongs to the old epoch.
        self.keep()?;
        self.transmit();
        self.outputs.clear();
        let carries = self.carry_over();
        let reset = apart(|| self.store.reset(epoch, clock::now()));
        reset.map_err(|source| self.failed(source))?;
        drop(turn);
        self.observer.event(SessionEvent::SequencesReset { epoch });
        self.session.reset_done(clock::now(), &mut self.outputs);
        self.tell_again(clock::now());
        // Whatever the client sent right behind its Logon has waited for this.
        self.take_input();
        Ok(carries)
    }
}

#[cfg(test)]
mod tests;
