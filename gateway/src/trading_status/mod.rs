//! Where instruments and the market stand, for members who ask: SecurityStatusRequest(e) -> SecurityStatus(f) and
//! TradingSessionStatusRequest(g) -> TradingSessionStatus(h). The dictionary between FIX words and the market's for phases, as
//! `order_entry` is for orders.
//!
//! - `Board`: the phase of every instrument, as far as its events were brought to sessions.
//! - `question`: what a client's message asks for.
//! - `Subscriptions`: what one client is told unasked.
//! - `words`, `answer`: a phase becomes a message.
//!
//! What goes out here is never made again: it is true when it is sent, and a client that was away asks anew.

mod answer;
mod board;
mod census;
mod hours;
mod question;
mod subscriptions;
mod words;

pub(crate) use answer::{instrument, market, market_refused};
pub(crate) use board::Board;
pub(crate) use question::{Question, Subject, Unasked, is_question, question};
pub(crate) use subscriptions::{Subscriptions, Untaken};

/// What a client is told that asks for another trading session than the day, or for a part of it.
pub(crate) const NO_SUCH_SESSION: &str = "there is one trading session: TradingSessionID(336)=1, or none; and no TradingSessionSubID(625)";
