//! Finds a trade in the event log by the command that caused it: the market itself does not keep trades that have nothing
//! to settle.

use engine::{EventBody, Trade, TradeId};
use sequencer::{EventLog, EventPosition, ReadError};

/// The trade as it was executed; nothing if there is none, or the event log does not go back to it.
pub(super) async fn executed(events: &EventLog, id: TradeId) -> Result<Option<Trade>, ReadError> {
    // Retention drops nothing while this looks.
    let _hold = events.hold(EventPosition::START);
    let mut from = events.kept_from();
    let mut to = events.end();
    // Causes ascend. Each round halves what is left, and reads from disk for a part of a second at the most: from the
    // start of a file at the worst.
    while from < to {
        let middle = EventPosition::new(from.get().midpoint(to.get()));
        let batch = events.reader(middle).next().await?;
        match batch.events() {
            [.., last] if last.cause < id.number => from = batch.end(),
            _ => to = middle,
        }
    }
    first_of(events, from, id).await
}

/// Looks through the events of one command, whose first is at this position or in the batch there.
async fn first_of(
    events: &EventLog,
    mut from: EventPosition,
    id: TradeId,
) -> Result<Option<Trade>, ReadError> {
    while from < events.end() {
        let batch = events.reader(from).next().await?;
        for event in batch.events() {
            if event.cause > id.number {
                return Ok(None);
            }
            if let EventBody::TradeExecuted(trade) = &event.body
                && trade.trade == id
            {
                return Ok(Some(trade.clone()));
            }
        }
        from = batch.end();
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
