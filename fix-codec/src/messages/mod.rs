//! The messages as types, for both directions: a venue reads what a client writes and the other way
//! round. Text and lists borrow from the message they were read from.
//!
//! Each type is read from a [`crate::Message`] with `try_from` and written by [`crate::encode`]. Reading takes
//! only the fields named here; that the message is right otherwise is for [`crate::dictionary::validate`].

mod confirmation;
mod execution_report;
mod group;
mod macros;
mod mass_cancel_report;
mod news;
mod order;
mod party;
mod reject;
mod replace;
mod session;
mod trading_status;

pub use confirmation::{Capacity, Confirmation, ConfirmedOrder};
pub use execution_report::ExecutionReport;
pub use group::{Group, GroupEntry, GroupIter};
pub use mass_cancel_report::OrderMassCancelReport;
pub use news::{LineOfText, News};
pub use order::{
    NewOrderSingle, OrderCancelRequest, OrderMassCancelRequest, OrderMassStatusRequest,
    OrderStatusRequest,
};
pub use party::{Party, PartySub};
pub use reject::{BusinessMessageReject, OrderCancelReject};
pub use replace::OrderCancelReplaceRequest;
pub use session::{
    Heartbeat, Logon, Logout, MessageTypeEntry, Reject, ResendRequest, SequenceReset, TestRequest,
};
pub use trading_status::{
    SecurityStatus, SecurityStatusRequest, TradingSessionStatus, TradingSessionStatusRequest,
};
