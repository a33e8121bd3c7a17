//! What the market says of a session's client, told as events of the session: what its loss leads to. It is told where the
//! published events pass, once each, whether or not the session has a task of its own then.

use engine::{Event, EventBody};

use super::event::{About, SessionEvent};
use crate::clock;
use crate::metrics::Metrics;

/// Tells what `event` says of a session's client, if it does.
pub(crate) fn tell_of_client(event: &Event, metrics: &Metrics) {
    if let Some((about, event)) = of_client(&event.body) {
        event.tell(&about, metrics);
    }
}

fn of_client(body: &EventBody) -> Option<(About, SessionEvent<'static>)> {
    let (session, firm, event) = if let EventBody::SessionDisconnected {
        session,
        firm,
        why,
        cancels_at,
    } = body
    {
        let why = *why;
        let event = match *cancels_at {
            Some(cancels_at) => SessionEvent::CancelArmed {
                why,
                cancels_at: clock::time(cancels_at),
            },
            None => SessionEvent::OrdersKept { why },
        };
        (session, firm, event)
    } else if let EventBody::SessionConnected {
        session,
        firm,
        called_off: Some(cancels_at),
        ..
    } = body
    {
        let cancels_at = clock::time(*cancels_at);
        (session, firm, SessionEvent::CancelCalledOff { cancels_at })
    } else if let EventBody::GraceEnded {
        session,
        firm,
        scope,
        orders,
    } = body
    {
        let (scope, orders) = (*scope, *orders);
        (session, firm, SessionEvent::CancelFired { scope, orders })
    } else {
        return None;
    };
    let about = About {
        session: Some(*session),
        firm: Some(*firm),
        peer: None,
    };
    Some((about, event))
}
