//! Clients that come and go, and what happens when its time has come, in the naive market: before each command it
//! looks through all orders and clients for what is due first.

use engine::{
    CancelCause, CancelOnDisconnect, CancelScope, Command, DisconnectCause, EventBody, Expiry,
    OrderStatus, SessionName, TimeInForce, Timestamp,
};

use super::{Naive, Told, firm_of, is_open};

/// In the order of their admission.
const SESSIONS: [&str; 7] = ["A", "B", "M", "P", "R", "A2", "COPY"];

#[derive(Clone)]
pub(super) struct Client {
    session: SessionName,
    policy: CancelOnDisconnect,
    /// Since when it is lost.
    lost: Option<Timestamp>,
}

impl Client {
    fn due(&self) -> Option<Timestamp> {
        self.lost.map(|lost| lost.after(self.policy.grace))
    }
}

pub(super) fn rank(session: SessionName) -> usize {
    let mut sessions = SESSIONS.iter();
    sessions.position(|name| *name == session.as_str()).unwrap()
}

pub(super) fn expiry(time_in_force: TimeInForce) -> Option<Timestamp> {
    match time_in_force {
        TimeInForce::GoodTillDate(Expiry::At(time)) => Some(time),
        TimeInForce::GoodTillDate(Expiry::EndOf(day)) => {
            let next = u64::from(day.days()) + 1;
            Some(Timestamp::from_nanos(next * NANOS_PER_DAY))
        }
        _ => None,
    }
}

const NANOS_PER_DAY: u64 = 24 * 60 * 60 * 1_000_000_000;

/// The day of UTC, counted from 1970.
pub(super) fn day_of(time: Timestamp) -> u64 {
    time.nanos() / NANOS_PER_DAY
}

/// What is due: when, and at which place it is among its like. What takes orders away comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Order {
        time: Timestamp,
        at: usize,
    },
    Client {
        time: Timestamp,
        rank: usize,
        at: usize,
    },
    Reopening {
        time: Timestamp,
        at: usize,
    },
}

impl Naive {
    pub(super) fn connect(
        &mut self,
        session: SessionName,
        policy: Option<CancelOnDisconnect>,
        told: &mut Told,
    ) {
        let before = self.clients.iter().find(|known| known.session == session);
        let called_off = before.and_then(Client::due);
        self.clients.retain(|known| known.session != session);
        let client = policy.map(|policy| Client {
            session,
            policy,
            lost: None,
        });
        self.clients.extend(client);
        let firm = firm_of(session);
        told.tell(EventBody::SessionConnected {
            session,
            firm,
            policy,
            called_off,
        });
    }

    pub(super) fn disconnect(
        &mut self,
        session: SessionName,
        why: DisconnectCause,
        told: &mut Told,
    ) {
        let now = told.cause.time;
        let mut clients = self.clients.iter_mut();
        let known = clients.find(|known| known.session == session && known.lost.is_none());
        let Some(client) = known else {
            return told.ignore_so();
        };
        client.lost = Some(now);
        let logged_out = why == DisconnectCause::LoggedOut && !client.policy.on_logout;
        let forgiven = logged_out || why == DisconnectCause::HoursOver;
        let cancels_at = client.due().filter(|_| !forgiven);
        if forgiven {
            self.clients.retain(|known| known.session != session);
        }
        told.tell(EventBody::SessionDisconnected {
            session,
            firm: firm_of(session),
            why,
            cancels_at,
        });
    }

    pub(super) fn fire(&mut self, told: &mut Told) {
        let ends_day = told.cause.input.command == Command::EndTradingDay;
        let over = told.events.last().map(|event| &event.body) == Some(&EventBody::TradingDayEnded);
        while let Some(due) = self.first_due(told.cause.time) {
            match due {
                Due::Order { at, .. } => self.end(at, OrderStatus::Expired, None, told),
                Due::Client { at, .. } => self.give_up(at, told),
                // After the end of the day, where that is what comes.
                Due::Reopening { .. } if ends_day && !over => return,
                Due::Reopening { at, time } => self.reopen(at, time, told),
            }
        }
    }

    fn first_due(&self, now: Timestamp) -> Option<Due> {
        let orders = (0..self.orders.len()).filter_map(|at| {
            let order = &self.orders[at].view;
            let time = expiry(order.time_in_force).filter(|_| is_open(order))?;
            Some((time, Due::Order { time, at }))
        });
        let clients = (0..self.clients.len()).filter_map(|at| {
            let client = &self.clients[at];
            let (time, rank) = (client.due()?, rank(client.session));
            Some((time, Due::Client { time, rank, at }))
        });
        let reopenings = self.trading.iter().enumerate();
        let reopenings = reopenings.filter_map(|(at, trading)| {
            let time = trading.reopens_at?;
            Some((time, Due::Reopening { time, at }))
        });
        let all = orders.chain(clients).chain(reopenings);
        let due = all.filter(|(time, _)| *time <= now);
        due.map(|(_, due)| due).min()
    }

    fn give_up(&mut self, at: usize, told: &mut Told) {
        let Client {
            session, policy, ..
        } = self.clients.remove(at);
        let firm = firm_of(session);
        let mut ending: Vec<usize> = (0..self.orders.len())
            .filter(|&at| {
                let order = &self.orders[at].view;
                let outlives_day = matches!(
                    order.time_in_force,
                    TimeInForce::GoodTillCancel | TimeInForce::GoodTillDate(_)
                );
                let spared = policy.spares_good_till && outlives_day;
                is_open(order)
                    && !spared
                    && match policy.scope {
                        CancelScope::Session => order.session == session,
                        CancelScope::Firm => order.firm == firm,
                    }
            })
            .collect();
        ending.sort_by_key(|&at| (rank(self.orders[at].view.session), at));
        told.tell(EventBody::GraceEnded {
            session,
            firm,
            scope: policy.scope,
            orders: u64::try_from(ending.len()).unwrap(),
        });
        for at in ending {
            let cause = CancelCause::Disconnected { session };
            self.end(at, OrderStatus::Cancelled, Some(cause), told);
        }
    }
}
