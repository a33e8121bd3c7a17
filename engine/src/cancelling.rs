//! Ends resting orders: at the wish of their firm, and at the end of the trading day. Those that a timer ends are
//! in `timers`.

use crate::command::{CancelRequest, Origin, SessionRole, Side};
use crate::event::{CancelCause, EventBody, KnownOrder, OrderStatus};
use crate::ids::OrderId;
use crate::machine::Engine;
use crate::order::Order;
use crate::orders::Known;
use crate::output::Output;
use crate::refusal::CancelRefusal;
use crate::slab::Place;
use crate::text::{ClientOrderId, Symbol};

/// Why a request is refused, with the order that it named.
pub(crate) type Refused = (CancelRefusal, Option<KnownOrder>);

/// How a request names the order that it is about.
#[derive(Debug)]
pub(crate) struct OrderNamed {
    pub(crate) client_order_id: ClientOrderId,
    pub(crate) order_id: Option<OrderId>,
    pub(crate) symbol: Symbol,
    pub(crate) side: Side,
}

impl Engine {
    pub(crate) fn cancel(
        &mut self,
        origin: Origin,
        sender: Option<u32>,
        request: &CancelRequest,
        out: &mut Output<'_>,
    ) {
        let checked = self.check_cancel(sender, request);
        let firm = sender.map(|session| self.registry.sessions[session].firm);
        let refused_early = checked
            .as_ref()
            .is_err_and(|(why, _)| *why <= CancelRefusal::DuplicateClientOrderId);
        if let Some(firm) = firm.filter(|_| !refused_early) {
            self.orders.mark_used(firm, request.client_order_id);
        }
        match checked {
            Ok((place, session)) => {
                let session = self.registry.sessions[session].name;
                let client_order_id = request.client_order_id;
                let cause = CancelCause::Requested {
                    session,
                    client_order_id,
                };
                self.end(place, Ending::Cancelled(cause), out);
            }
            Err((reason, order)) => {
                let firm = firm.map(|firm| self.registry.firms[firm].name);
                let request = request.clone();
                out.push(EventBody::CancelRejected {
                    origin,
                    firm,
                    request,
                    order,
                    reason,
                });
            }
        }
    }

    /// The resting order that a session may cancel, or the first reason why not.
    fn check_cancel(
        &self,
        sender: Option<u32>,
        request: &CancelRequest,
    ) -> Result<(Place, u32), Refused> {
        self.check_change(
            sender,
            &request.client_order_id,
            &OrderNamed {
                client_order_id: request.original_client_order_id,
                order_id: request.order_id,
                symbol: request.symbol,
                side: request.side,
            },
        )
    }

    /// The resting order that a session may cancel or change by a request of this client order id, or the first
    /// reason why not. The order of the steps is the order of [`CancelRefusal`].
    pub(crate) fn check_change(
        &self,
        sender: Option<u32>,
        client_order_id: &ClientOrderId,
        named: &OrderNamed,
    ) -> Result<(Place, u32), Refused> {
        let session = sender.ok_or((CancelRefusal::SessionUnknown, None))?;
        let firm = self.registry.sessions[session].firm;
        match self.registry.sessions[session].role {
            SessionRole::OrderEntry => {}
            SessionRole::DropCopy => return Err((CancelRefusal::SessionNotPermitted, None)),
        }
        if self.orders.find(firm, client_order_id).is_some() {
            return Err((CancelRefusal::DuplicateClientOrderId, None));
        }
        let place = match self.orders.find(firm, &named.client_order_id) {
            None | Some(Known::Used) => return Err((CancelRefusal::UnknownOrder, None)),
            Some(Known::Done(place)) => {
                let order = self.orders.done(place).known();
                return Err((CancelRefusal::TooLateToCancel, Some(order)));
            }
            Some(Known::Replaced(id)) => {
                return Err((
                    CancelRefusal::OrderReplaced,
                    self.known(self.orders.renamed(id)),
                ));
            }
            Some(Known::Resting(place)) => place,
        };
        if self.is_named(&self.orders.resting[place], named) {
            Ok((place, session))
        } else {
            Err((
                CancelRefusal::OrderMismatch,
                self.known(Known::Resting(place)),
            ))
        }
    }

    /// Whether an order has the order id, if one is given, the instrument and the side that a request says.
    pub(crate) fn is_named(&self, order: &Order, named: &OrderNamed) -> bool {
        let symbol = self.registry.instruments[order.instrument].terms.symbol;
        named.order_id.is_none_or(|id| id == order.id)
            && named.symbol == symbol
            && named.side == order.side
    }

    /// An order and where it stands, as a refusal tells.
    fn known(&self, known: Known) -> Option<KnownOrder> {
        match known {
            Known::Resting(place) => Some(self.orders.resting[place].known()),
            Known::Done(place) => Some(self.orders.done(place).known()),
            Known::Replaced(_) | Known::Used => None,
        }
    }

    /// Expires day orders: instrument by instrument in the order of listing, bids before offers,
    /// each side in the order in which it trades, then the stops that wait, then orders at the close.
    pub(crate) fn end_trading_day(&mut self, out: &mut Output<'_>) {
        for instrument in (0..).take(self.books.len()) {
            self.expire_day_orders(instrument, out);
        }
        self.orders.end_day();
        self.amendments.end_day(out.number());
        out.push(EventBody::TradingDayEnded);
    }

    /// Expires the day orders of one instrument, in the order in which the end of the trading day does.
    pub(crate) fn expire_day_orders(&mut self, instrument: u32, out: &mut Output<'_>) {
        let mut ending = self.all_of(instrument);
        ending.retain(|&place| self.orders.resting[place].lifetime.ends_with_day());
        for place in ending {
            self.end(place, Ending::Expired, out);
        }
    }

    /// Ends a resting order: takes it out of its book, frees what it holds, and reports.
    pub(crate) fn end(&mut self, place: Place, ending: Ending, out: &mut Output<'_>) {
        self.unbook(place);
        let order = &self.orders.resting[place];
        self.inventory.release(order.undelivered(), order.id);
        let status = ending.status();
        match ending {
            Ending::Cancelled(cause) => out.make(|execution| EventBody::OrderCancelled {
                order: self.registry.view(order, status),
                execution,
                cause,
            }),
            Ending::Expired => out.make(|execution| EventBody::OrderExpired {
                order: self.registry.view(order, status),
                execution,
            }),
        }
        self.forget(place, status);
    }

    pub(crate) fn unbook(&mut self, place: Place) {
        let order = &self.orders.resting[place];
        let instrument = usize::try_from(order.instrument).expect("a place fits a pointer");
        let book = &mut self.books[instrument];
        if order.waits() {
            return book.stops.remove(order, place);
        }
        if !order.is_booked() {
            let known = book.closing.remove(&order.id);
            assert!(
                known == Some(place),
                "what is not in the book waits for the close"
            );
            return;
        }
        book.remove(place, &mut self.orders.resting, &mut self.levels);
    }
}

/// How a resting order ends, other than by a fill.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    Cancelled(CancelCause),
    Expired,
}

impl Ending {
    fn status(self) -> OrderStatus {
        match self {
            Self::Cancelled(_) => OrderStatus::Cancelled,
            Self::Expired => OrderStatus::Expired,
        }
    }
}
