//! Says where orders stand, to who asks. Changes nothing in the market.

use crate::cancelling::OrderNamed;
use crate::command::{MassStatusRequest, Origin, SessionRole, StatusRequest};
use crate::event::{Asked, EventBody, OrderView, Question};
use crate::machine::Engine;
use crate::orders::Known;
use crate::output::Output;
use crate::refusal::StatusRefusal;

/// How many orders one answer names at most: a short question must not fill the logs, nor a client's connection.
const REPORTED_MAX: usize = 500;

impl Engine {
    pub(crate) fn report_order(
        &self,
        origin: Origin,
        sender: Option<u32>,
        request: &StatusRequest,
        out: &mut Output<'_>,
    ) {
        let found = self
            .check_asker(sender)
            .and_then(|session| Ok((session, self.asked_order(session, request)?)));
        match found {
            Ok((session, order)) => out.push(EventBody::OrderReported {
                session: self.registry.sessions[session].name,
                order,
                execution: out.execution(),
                answers: Question::Order {
                    request_id: request.request_id,
                },
            }),
            Err(reason) => {
                self.report_nothing(origin, sender, Asked::Order(request.clone()), reason, out);
            }
        }
    }

    pub(crate) fn report_orders(
        &mut self,
        origin: Origin,
        sender: Option<u32>,
        request: &MassStatusRequest,
        out: &mut Output<'_>,
    ) {
        let asked = self.check_asker(sender).and_then(|session| {
            let places = self.filtered(session, &request.which);
            match places.len() {
                0 => Err(StatusRefusal::NoOrders),
                1..=REPORTED_MAX => Ok((session, places)),
                _ => Err(StatusRefusal::TooManyOrders),
            }
        });
        let (session, places) = match asked {
            Ok(found) => found,
            Err(reason) => {
                let asked = Asked::Orders(request.clone());
                return self.report_nothing(origin, sender, asked, reason, out);
            }
        };
        let total = u64::try_from(places.len()).expect("fewer orders than memory");
        for (number, &place) in (1..).zip(&places) {
            let order = &self.orders.resting[place];
            out.push(EventBody::OrderReported {
                session: self.registry.sessions[session].name,
                order: self.registry.view(order, order.status()),
                execution: out.execution(),
                answers: Question::Orders {
                    request_id: request.request_id,
                    total,
                    last: number == total,
                },
            });
        }
    }

    fn check_asker(&self, sender: Option<u32>) -> Result<u32, StatusRefusal> {
        let session = sender.ok_or(StatusRefusal::SessionUnknown)?;
        match self.registry.sessions[session].role {
            SessionRole::OrderEntry => Ok(session),
            SessionRole::DropCopy => Err(StatusRefusal::SessionNotPermitted),
        }
    }

    /// An order by any name that it has had today.
    fn asked_order(
        &self,
        session: u32,
        request: &StatusRequest,
    ) -> Result<OrderView, StatusRefusal> {
        let firm = self.registry.sessions[session].firm;
        let known = match self.orders.find(firm, &request.client_order_id) {
            Some(Known::Replaced(id)) => Some(self.orders.renamed(id)),
            known => known,
        };
        let (order, status) = match known {
            Some(Known::Resting(place)) => {
                let order = &self.orders.resting[place];
                (order, order.status())
            }
            Some(Known::Done(place)) => {
                let done = self.orders.done(place);
                (&done.order, done.status)
            }
            Some(Known::Replaced(_) | Known::Used) | None => {
                return Err(StatusRefusal::UnknownOrder);
            }
        };
        let named = OrderNamed {
            client_order_id: request.client_order_id,
            order_id: request.order_id,
            symbol: request.symbol,
            side: request.side,
        };
        if self.is_named(order, &named) {
            Ok(self.registry.view(order, status))
        } else {
            Err(StatusRefusal::UnknownOrder)
        }
    }

    fn report_nothing(
        &self,
        origin: Origin,
        sender: Option<u32>,
        asked: Asked,
        reason: StatusRefusal,
        out: &mut Output<'_>,
    ) {
        let firm = sender.map(|session| self.registry.sessions[session].firm);
        out.push(EventBody::NothingReported {
            origin,
            firm: firm.map(|firm| self.registry.firms[firm].name),
            asked,
            execution: out.execution(),
            reason,
        });
    }
}
