//! The live FIX sessions: one task each, which owns the session's state machine, its message store and,
//! while the client is connected, its connection. Nothing here knows what an order is: messages go to
//! `order_entry` and `drop_copy`, which are the only dictionaries.

mod actor;
mod answers;
mod apart;
mod authentication;
mod coming;
mod control;
mod desk;
mod event;
mod farewell;
mod hours;
mod housekeeping;
mod input;
mod limits;
#[cfg(test)]
mod lone;
mod made_again;
mod mail;
mod market_news;
mod observer;
mod out_of_service;
mod output;
mod passing;
mod profile;
mod reason;
mod receipts;
mod registry;
mod renewal;
mod reports;
mod resend;
mod reset;
mod retention_notice;
mod seats;
mod submission;
mod trading_status;
mod turns;
mod unreceived;
mod watching;

pub(crate) use control::Control;
pub(crate) use desk::{Desk, Drained};
pub(crate) use event::{About, Refusal, SessionEvent};
pub(crate) use housekeeping::UNWRITTEN_EVENTS;
pub(crate) use mail::Mail;
pub(crate) use market_news::tell_of_client;
pub(crate) use observer::Observers;
pub use profile::settings as session_settings;
pub(crate) use registry::{Letterbox, Refused, Registry};
pub(crate) use seats::Seats;
pub(crate) use watching::left_behind;
