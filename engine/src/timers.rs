//! What happens by itself when its time has come: good-till-date orders expire, orders of lost sessions are
//! cancelled, and the auction ends with which an instrument reopens. Time is that of commands: a timer fires before the first
//! command that is not earlier, which may come long after, for a market that was down.

use crate::cancelling::Ending;
use crate::disconnect::{CancelScope, Connection};
use crate::event::{CancelCause, EventBody};
use crate::ids::OrderId;
use crate::machine::Engine;
use crate::output::Output;
use crate::time::Timestamp;

impl Engine {
    /// When the next timer is due, if any runs. A command of that time or later fires it; who submits commands
    /// sends [`FireTimers`](crate::Command::FireTimers) then, lest nothing else comes.
    #[must_use]
    pub fn next_timer(&self) -> Option<Timestamp> {
        let expiry = self.orders.next_expiry().map(|(due, _)| due);
        let lost = self.lost.first().map(|&(due, _)| due);
        let reopening = self.reopening.first().map(|&(due, _)| due);
        expiry.into_iter().chain(lost).chain(reopening).min()
    }

    /// Fires what is due. What takes orders out of the market comes before what lets them trade, for nothing may trade that
    /// should be gone, however late the command is: orders that expire first, then lost sessions, then instruments that
    /// reopen; each in the order of the times at which they are due, and those of one time in the order of acceptance,
    /// of admission and of listing.
    pub(crate) fn fire_timers(&mut self, out: &mut Output<'_>) {
        self.fire_endings(out);
        while let Some(&(due, _)) = self.reopening.first()
            && due <= out.time()
        {
            self.reopen(out);
        }
    }

    /// The same before an end of the trading day: nothing reopens, lest what the day expires trades in its auction.
    pub(crate) fn fire_endings(&mut self, out: &mut Output<'_>) {
        while let Some((due, order)) = self.orders.next_expiry()
            && due <= out.time()
        {
            self.expire(order, out);
        }
        while let Some(&(due, _)) = self.lost.first()
            && due <= out.time()
        {
            self.end_grace(out);
        }
    }

    fn expire(&mut self, order: OrderId, out: &mut Output<'_>) {
        let place = self.orders.find_id(order);
        let place = place.expect("the timer of an order ends with it");
        self.end(place, Ending::Expired, out);
    }

    /// Cancels the orders of the session that is lost for the longest: session by session in the order of
    /// admission, each in the order of acceptance.
    fn end_grace(&mut self, out: &mut Output<'_>) {
        let (_, place) = self.lost.pop_first().expect("a timer is due");
        let known = &mut self.registry.sessions[place];
        let Connection::Lost { policy, .. } = core::mem::take(&mut known.connection) else {
            unreachable!("the timer of a session ends with its loss");
        };
        let (session, firm) = (known.name, known.firm);
        let of = match policy.scope {
            CancelScope::Session => Some(place),
            CancelScope::Firm => None,
        };
        let mut ending = self.orders.of_firm(firm, of);
        ending.retain(|&place| {
            let order = &self.orders.resting[place];
            !(policy.spares_good_till && order.time_in_force().is_good_till())
        });
        out.push(EventBody::GraceEnded {
            session,
            firm: self.registry.firms[firm].name,
            scope: policy.scope,
            orders: u64::try_from(ending.len()).expect("fewer orders than memory"),
        });
        let cause = CancelCause::Disconnected { session };
        for place in ending {
            self.end(place, Ending::Cancelled(cause), out);
        }
    }
}
