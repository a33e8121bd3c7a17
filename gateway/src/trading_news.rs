//! What the market says of trading itself, told where the published events pass: one structured line of the log and its counts
//! for each, once. Members are told by their reports; this is for operators.

use engine::{Engine, Event, EventBody, Origin, TradingScope};

use crate::metrics::Metrics;
use crate::metrics::catalogue::{ORDERS_CANCELLED_BY_BLOCKS, TRADING_BLOCKS, TRADING_SWITCHED};

/// Shows the blocks that stand at the start.
pub(crate) fn show_blocks(market: &Engine, metrics: &Metrics) {
    for word in ["session", "firm", "venue"] {
        metrics.gauge(&TRADING_BLOCKS, &[word]).set(0);
    }
    for (scope, _) in market.blocks() {
        metrics.gauge(&TRADING_BLOCKS, &[word(&scope)]).increment(1);
    }
}

/// Tells what `event` says of trading, if it does.
pub(crate) fn tell_of_trading(event: &Event, metrics: &Metrics) {
    let command = event.cause.get();
    if let EventBody::TradingBlocked {
        scope,
        by,
        reason,
        orders,
    } = &event.body
    {
        let by = who(by);
        tracing::warn!(event = "trading_blocked", %scope, by, %reason, orders, command, "trading is blocked");
        metrics.gauge(&TRADING_BLOCKS, &[word(scope)]).increment(1);
        count_switch(metrics, scope, "blocked");
        metrics
            .counter(&ORDERS_CANCELLED_BY_BLOCKS, &[])
            .increment(*orders);
    } else if let EventBody::TradingReleased {
        scope, by, reason, ..
    } = &event.body
    {
        let by = who(by);
        tracing::warn!(event = "trading_released", %scope, by, %reason, command, "trading is released");
        metrics.gauge(&TRADING_BLOCKS, &[word(scope)]).decrement(1);
        count_switch(metrics, scope, "released");
    }
}

fn count_switch(metrics: &Metrics, scope: &TradingScope, change: &str) {
    let counter = metrics.counter(&TRADING_SWITCHED, &[word(scope), change]);
    counter.increment(1);
}

fn word(scope: &TradingScope) -> &'static str {
    match scope {
        TradingScope::Session(_) => "session",
        TradingScope::Firm(_) => "firm",
        TradingScope::Venue => "venue",
    }
}

/// Who sent a command, in a word or a name.
pub(crate) fn who(origin: &Origin) -> &str {
    match origin {
        Origin::Venue => "the venue",
        Origin::Settlement => "settlement",
        Origin::Operator { name } => name.as_str(),
        Origin::Session { session, .. } => session.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use engine::{CommandNumber, Timestamp};

    use super::{Event, EventBody, Metrics, Origin, TradingScope, tell_of_trading, who};

    #[test]
    fn blocks_that_stand_are_shown_and_each_switch_is_counted() {
        let metrics = Metrics::counting(false);
        let by = Origin::Operator {
            name: "alice".parse().unwrap(),
        };
        assert_eq!(who(&by), "alice");
        let (scope, reason) = (
            TradingScope::Firm("ALDER".parse().unwrap()),
            "R-1".parse().unwrap(),
        );
        let blocked = |scope| EventBody::TradingBlocked {
            scope,
            by,
            reason,
            orders: 7,
        };
        let since = Timestamp::from_nanos(0);
        let released = EventBody::TradingReleased {
            scope,
            by,
            reason,
            since,
        };
        for body in [blocked(scope), blocked(TradingScope::Venue), released] {
            let event = Event {
                cause: CommandNumber::FIRST,
                index: 0,
                time: since,
                body,
            };
            tell_of_trading(&event, &metrics);
        }
        let page = metrics.page().unwrap().render();
        for line in [
            "cloudpit_trading_blocks{scope=\"firm\"} 0",
            "cloudpit_trading_blocks{scope=\"venue\"} 1",
            "cloudpit_trading_switched_total{scope=\"firm\",change=\"blocked\"} 1",
            "cloudpit_trading_switched_total{scope=\"firm\",change=\"released\"} 1",
            "cloudpit_orders_cancelled_by_blocks_total 14",
        ] {
            assert!(page.lines().any(|one| one == line), "{line}\n{page}");
        }
    }
}
