//! Ends many resting orders at the wish of their firm, and finds the orders that such a wish, or a question about many, is
//! about.

use alloc::vec::Vec;

use crate::cancelling::Ending;
use crate::command::{MassCancelRequest, OrderFilter, OrdersOf, Origin, SessionRole};
use crate::event::{CancelCause, EventBody};
use crate::machine::Engine;
use crate::output::Output;
use crate::refusal::MassCancelRefusal;
use crate::slab::Place;

impl Engine {
    pub(crate) fn cancel_many(
        &mut self,
        origin: Origin,
        sender: Option<u32>,
        request: &MassCancelRequest,
        out: &mut Output<'_>,
    ) {
        let firm = sender.map(|session| self.registry.sessions[session].firm);
        let checked = self.check_mass_cancel(sender, request);
        let used = checked.as_ref().map_or_else(
            |why| *why > MassCancelRefusal::DuplicateClientOrderId,
            |_| true,
        );
        if let Some(firm) = firm.filter(|_| used) {
            self.orders.mark_used(firm, request.client_order_id);
        }
        match checked {
            Ok(session) => self.end_many(session, request, out),
            Err(reason) => out.push(EventBody::MassCancelRejected {
                origin,
                firm: firm.map(|firm| self.registry.firms[firm].name),
                request: request.clone(),
                reason,
            }),
        }
    }

    /// The session that asks, or the first reason why not. The order of the steps is the order of
    /// [`MassCancelRefusal`].
    fn check_mass_cancel(
        &self,
        sender: Option<u32>,
        request: &MassCancelRequest,
    ) -> Result<u32, MassCancelRefusal> {
        let session = sender.ok_or(MassCancelRefusal::SessionUnknown)?;
        let firm = self.registry.sessions[session].firm;
        match self.registry.sessions[session].role {
            SessionRole::OrderEntry => {}
            SessionRole::DropCopy => return Err(MassCancelRefusal::SessionNotPermitted),
        }
        if self.orders.find(firm, &request.client_order_id).is_some() {
            return Err(MassCancelRefusal::DuplicateClientOrderId);
        }
        let symbol = request.which.symbol;
        if symbol.is_some_and(|symbol| self.registry.instruments.find(&symbol).is_none()) {
            return Err(MassCancelRefusal::UnknownInstrument);
        }
        Ok(session)
    }

    fn end_many(&mut self, session: u32, request: &MassCancelRequest, out: &mut Output<'_>) {
        let ending = self.filtered(session, &request.which);
        let known = &self.registry.sessions[session];
        let session = known.name;
        out.push(EventBody::OrdersCancelled {
            session,
            firm: self.registry.firms[known.firm].name,
            request: request.clone(),
            orders: u64::try_from(ending.len()).expect("fewer orders than memory"),
        });
        let cause = CancelCause::MassCancelled {
            session,
            client_order_id: request.client_order_id,
        };
        for place in ending {
            self.end(place, Ending::Cancelled(cause), out);
        }
    }

    /// The resting orders that a session means: session by session in the order of admission, each in the order of
    /// acceptance.
    pub(crate) fn filtered(&mut self, session: u32, which: &OrderFilter) -> Vec<Place> {
        let firm = self.registry.sessions[session].firm;
        let instrument = which
            .symbol
            .map(|symbol| self.registry.instruments.find(&symbol));
        self.follow(firm);
        let of = match which.of {
            OrdersOf::Session => Some(session),
            OrdersOf::Firm => None,
        };
        let mut places = self.orders.of_firm(firm, of);
        places.retain(|&place| {
            let order = &self.orders.resting[place];
            instrument.is_none_or(|instrument| instrument == Some(order.instrument))
                && which.side.is_none_or(|side| side == order.side)
        });
        places
    }
}
