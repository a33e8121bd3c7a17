//! The venue process: sockets, order entry, drop copy, message stores, settlement's desk and the command line.

mod admin;
mod audit;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod drop_copy;
mod fix_log;
pub mod identity;
pub mod initiator;
pub mod layout;
mod limits;
pub mod logging;
pub mod metrics;
pub mod net;
pub mod order_entry;
mod publisher;
pub mod reload;
mod routing;
mod schedule;
mod sessions;
pub mod settlement_desk;
pub mod signals;
pub mod store;
mod timers;
mod trading_calendar;
mod trading_day;
mod trading_news;
mod trading_status;
pub mod venue;

pub use admin::limit_setting;
pub use sessions::session_settings;
