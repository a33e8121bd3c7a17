//! Turns for work that can wait. Of all the sessions that send again what their clients asked for, and of all that start
//! their numbers again, few do so at one time, in the order in which they came, and what else is ready to run has its
//! turn before each: a session that trades waits for one batch or one reset at most, however many others ask for
//! everything they ever got.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hands out turns. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

/// One turn. It is over when it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

/// A session's place in the line, if it is in it.
pub(super) struct Place {
    turns: Turns,
    waiting: Option<Pin<Box<dyn Future<Output = Turn> + Send>>>,
}

impl Turns {
    /// So many at one time that half of the cores are left for everything else; one at least.
    pub(super) fn new() -> Self {
        Self::of(Self::at_one_time())
    }

    fn at_one_time() -> usize {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        (cores / 2).max(1)
    }

    fn of(at_one_time: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_one_time)))
    }

    /// Whether a turn has to be waited for.
    pub(super) fn are_taken(&self) -> bool {
        self.0.available_permits() == 0
    }

    /// A place in the line; nobody stands there yet.
    pub(super) fn place(&self) -> Place {
        Place {
            turns: self.clone(),
            waiting: None,
        }
    }

    /// All turns that can be had, each when it comes: while they are held, everybody waits.
    #[cfg(test)]
    pub(super) async fn all(&self) -> Vec<Turn> {
        let mut turns = Vec::new();
        for _ in 0..Self::at_one_time() {
            turns.push(self.place().next().await);
        }
        turns
    }

    async fn next(self) -> Turn {
        // Never closed.
        let permit = self.0.acquire_owned().await.ok();
        // What has come from the network meanwhile is looked at, and runs first.
        tokio::task::yield_now().await;
        Turn { _permit: permit }
    }
}

impl Place {
    /// Waits for a turn. Dropping the future leaves the place in the line as it is; one who does not go on waiting must
    /// [`leave`](Self::leave), for it is given its turn all the same and keeps it from the others.
    pub(super) async fn next(&mut self) -> Turn {
        let turn = self.stand().await;
        self.waiting = None;
        turn
    }

    /// A turn, if it has come by now. The place in the line stays as it is.
    pub(super) fn now(&mut self) -> Option<Turn> {
        let mut context = Context::from_waker(Waker::noop());
        match self.stand().poll(&mut context) {
            Poll::Ready(turn) => {
                self.waiting = None;
                Some(turn)
            }
            Poll::Pending => None,
        }
    }

    /// Leaves the line.
    pub(super) fn leave(&mut self) {
        self.waiting = None;
    }

    fn stand(&mut self) -> Pin<&mut (dyn Future<Output = Turn> + Send)> {
        let turns = &self.turns;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(turns.clone().next()));
        waiting.as_mut()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.waiting.is_some();
        f.debug_struct("Place").field("waiting", &waiting).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    #[tokio::test]
    async fn turns_come_in_the_order_in_which_they_were_asked_for() {
        let turns = Turns::of(1);
        let [mut one, mut two, mut three] = [turns.place(), turns.place(), turns.place()];
        assert!(!turns.are_taken());
        let turn = one.next().await;
        assert!(turns.are_taken());
        assert!(two.now().is_none());
        assert!(three.now().is_none());
        // Whoever has had a turn stands behind those who wait.
        assert!(one.now().is_none());
        drop(turn);
        assert!(three.now().is_none());
        let turn = two.next().await;
        drop(turn);
        let turn = three.next().await;
        assert!(one.now().is_none());
        drop(turn);
        one.next().await;
    }

    #[tokio::test]
    async fn one_who_leaves_the_line_keeps_nobody_waiting() {
        let turns = Turns::of(1);
        let [mut one, mut two, mut three] = [turns.place(), turns.place(), turns.place()];
        let turn = one.next().await;
        assert!(two.now().is_none());
        assert!(three.now().is_none());
        // It is given to the second now, who does not ask for it.
        drop(turn);
        assert!(three.now().is_none());
        two.leave();
        three.next().await;
    }

    #[tokio::test]
    async fn what_else_is_ready_runs_before_each_turn() {
        let turns = Turns::of(1);
        let mut place = turns.place();
        let other = tokio::spawn(async {});
        place.next().await;
        assert!(other.is_finished());
    }
}
