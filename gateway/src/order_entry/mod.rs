//! The only dictionary between FIX words and the market's words, but for phases, which `trading_status` tells.
//!
//! - [`inbound`]: a client's message becomes a command, or the answer that says why not.
//! - [`routing`]: an event of the market concerns these sessions.
//! - [`outbound`]: an event becomes the report that a session gets.
//!
//! What goes out derives from an event alone, so the same event gives the same report again after a crash. Nothing here
//! knows a sequence number, a clock, a socket or a file, and nothing here decides a price.

mod amounts;
mod codes;
pub mod inbound;
pub mod outbound;
mod refusals;
pub mod routing;
#[cfg(test)]
pub(crate) mod tests;
mod times;
mod words;

use engine::{Event, SessionName};
pub use outbound::Report;

/// The reports on an event that a session gets, in order.
pub fn reports<'e>(event: &'e Event, session: &SessionName) -> impl Iterator<Item = Report<'e>> {
    routing::concerns(event)
        .filter(move |concern| concern.session == session)
        .filter_map(|concern| outbound::report(event, &concern))
}
