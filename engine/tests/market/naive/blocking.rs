//! The kill switch, in the naive market: a list of who is blocked.

use engine::{
    Blocked, CancelCause, Command, EventBody, FirmName, OrderStatus, SessionName, Timestamp,
    TradingScope,
};

use super::{Naive, Told, firm_of, is_open, timing};

impl Naive {
    pub(super) fn switch(&mut self, command: &Command, told: &mut Told) {
        let by = told.cause.input.origin;
        let known = |scope: &TradingScope| self.blocks.iter().position(|(one, _)| one == scope);
        match *command {
            Command::BlockTrading { scope, .. } if known(&scope).is_some() => told.ignore_so(),
            Command::BlockTrading { scope, reason } => {
                self.blocks.push((scope, told.cause.time));
                let mut ending: Vec<usize> = (0..self.orders.len())
                    .filter(|&at| {
                        let order = &self.orders[at].view;
                        is_open(order) && means(scope, order.firm, order.session)
                    })
                    .collect();
                // Firm by firm, and session by session, in the order of admission.
                ending.sort_by_key(|&at| {
                    let (firm, session) =
                        (&self.orders[at].view.firm, self.orders[at].view.session);
                    (firm.as_str().to_owned(), timing::rank(session), at)
                });
                told.tell(EventBody::TradingBlocked {
                    scope,
                    by,
                    reason,
                    orders: u64::try_from(ending.len()).unwrap(),
                });
                for at in ending {
                    let cause = CancelCause::TradingBlocked { scope };
                    self.end(at, OrderStatus::Cancelled, Some(cause), told);
                }
            }
            Command::ReleaseTrading { scope, reason } => match known(&scope) {
                None => told.ignore_so(),
                Some(at) => {
                    let (_, since): (_, Timestamp) = self.blocks.remove(at);
                    told.tell(EventBody::TradingReleased {
                        scope,
                        by,
                        reason,
                        since,
                    });
                }
            },
            ref other => panic!("no block and no release: {other:?}"),
        }
    }

    /// Whose block keeps a session from trading: the widest.
    pub(super) fn blocked(&self, session: SessionName) -> Result<(), Blocked> {
        let firm = firm_of(session);
        let scopes = [
            (TradingScope::Venue, Blocked::Venue),
            (TradingScope::Firm(firm), Blocked::Firm),
            (TradingScope::Session(session), Blocked::Session),
        ];
        let stands = |scope: &TradingScope| self.blocks.iter().any(|(one, _)| one == scope);
        let widest = scopes.into_iter().find(|(scope, _)| stands(scope));
        widest.map_or(Ok(()), |(_, blocked)| Err(blocked))
    }
}

fn means(scope: TradingScope, firm: FirmName, session: SessionName) -> bool {
    match scope {
        TradingScope::Session(meant) => meant == session,
        TradingScope::Firm(meant) => meant == firm,
        TradingScope::Venue => true,
    }
}
