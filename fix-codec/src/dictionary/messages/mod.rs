//! Every message of FIX 4.4 that the venue takes or sends, field by field.

use super::MessageDefinition;
use crate::MsgType;

mod confirmation;
mod market_data;
mod news;
mod order;
mod quote;
mod reference;
mod report;
mod session;
mod trade;

pub use confirmation::CONFIRMATION;
pub use market_data::{
    MARKET_DATA_INCREMENTAL_REFRESH, MARKET_DATA_REQUEST, MARKET_DATA_REQUEST_REJECT,
    MARKET_DATA_SNAPSHOT_FULL_REFRESH,
};
pub use news::NEWS;
pub use order::{
    NEW_ORDER_SINGLE, ORDER_CANCEL_REPLACE_REQUEST, ORDER_CANCEL_REQUEST,
    ORDER_MASS_CANCEL_REQUEST, ORDER_MASS_STATUS_REQUEST, ORDER_STATUS_REQUEST,
};
pub use quote::{
    MASS_QUOTE, MASS_QUOTE_ACKNOWLEDGEMENT, QUOTE, QUOTE_CANCEL, QUOTE_REQUEST, QUOTE_STATUS_REPORT,
};
pub use reference::{
    SECURITY_DEFINITION, SECURITY_DEFINITION_REQUEST, SECURITY_LIST, SECURITY_LIST_REQUEST,
    SECURITY_STATUS, SECURITY_STATUS_REQUEST, TRADING_SESSION_STATUS,
    TRADING_SESSION_STATUS_REQUEST,
};
pub use report::{
    BUSINESS_MESSAGE_REJECT, EXECUTION_REPORT, ORDER_CANCEL_REJECT, ORDER_MASS_CANCEL_REPORT,
};
pub use session::{HEARTBEAT, LOGON, LOGOUT, REJECT, RESEND_REQUEST, SEQUENCE_RESET, TEST_REQUEST};
pub use trade::{
    TRADE_CAPTURE_REPORT, TRADE_CAPTURE_REPORT_REQUEST, TRADE_CAPTURE_REPORT_REQUEST_ACK,
};

/// Every definition.
pub static ALL: &[&MessageDefinition] = &[
    &LOGON,
    &HEARTBEAT,
    &TEST_REQUEST,
    &RESEND_REQUEST,
    &REJECT,
    &SEQUENCE_RESET,
    &LOGOUT,
    &NEW_ORDER_SINGLE,
    &ORDER_CANCEL_REQUEST,
    &ORDER_CANCEL_REPLACE_REQUEST,
    &ORDER_STATUS_REQUEST,
    &ORDER_MASS_CANCEL_REQUEST,
    &ORDER_MASS_STATUS_REQUEST,
    &EXECUTION_REPORT,
    &ORDER_CANCEL_REJECT,
    &ORDER_MASS_CANCEL_REPORT,
    &BUSINESS_MESSAGE_REJECT,
    &CONFIRMATION,
    &NEWS,
    &TRADE_CAPTURE_REPORT_REQUEST,
    &TRADE_CAPTURE_REPORT,
    &TRADE_CAPTURE_REPORT_REQUEST_ACK,
    &QUOTE_REQUEST,
    &QUOTE,
    &QUOTE_CANCEL,
    &MASS_QUOTE,
    &MASS_QUOTE_ACKNOWLEDGEMENT,
    &QUOTE_STATUS_REPORT,
    &MARKET_DATA_REQUEST,
    &MARKET_DATA_SNAPSHOT_FULL_REFRESH,
    &MARKET_DATA_INCREMENTAL_REFRESH,
    &MARKET_DATA_REQUEST_REJECT,
    &SECURITY_LIST_REQUEST,
    &SECURITY_LIST,
    &SECURITY_DEFINITION_REQUEST,
    &SECURITY_DEFINITION,
    &SECURITY_STATUS_REQUEST,
    &SECURITY_STATUS,
    &TRADING_SESSION_STATUS_REQUEST,
    &TRADING_SESSION_STATUS,
];

/// The definition of a message type; `None` for one that the venue neither takes nor sends.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other types are not defined here"
)]
pub const fn message(msg_type: MsgType) -> Option<&'static MessageDefinition> {
    Some(match msg_type {
        MsgType::Logon => &LOGON,
        MsgType::Heartbeat => &HEARTBEAT,
        MsgType::TestRequest => &TEST_REQUEST,
        MsgType::ResendRequest => &RESEND_REQUEST,
        MsgType::Reject => &REJECT,
        MsgType::SequenceReset => &SEQUENCE_RESET,
        MsgType::Logout => &LOGOUT,
        MsgType::NewOrderSingle => &NEW_ORDER_SINGLE,
        MsgType::OrderCancelRequest => &ORDER_CANCEL_REQUEST,
        MsgType::OrderCancelReplaceRequest => &ORDER_CANCEL_REPLACE_REQUEST,
        MsgType::OrderStatusRequest => &ORDER_STATUS_REQUEST,
        MsgType::OrderMassCancelRequest => &ORDER_MASS_CANCEL_REQUEST,
        MsgType::OrderMassStatusRequest => &ORDER_MASS_STATUS_REQUEST,
        MsgType::ExecutionReport => &EXECUTION_REPORT,
        MsgType::OrderCancelReject => &ORDER_CANCEL_REJECT,
        MsgType::OrderMassCancelReport => &ORDER_MASS_CANCEL_REPORT,
        MsgType::BusinessMessageReject => &BUSINESS_MESSAGE_REJECT,
        MsgType::Confirmation => &CONFIRMATION,
        MsgType::News => &NEWS,
        MsgType::TradeCaptureReportRequest => &TRADE_CAPTURE_REPORT_REQUEST,
        MsgType::TradeCaptureReport => &TRADE_CAPTURE_REPORT,
        MsgType::TradeCaptureReportRequestAck => &TRADE_CAPTURE_REPORT_REQUEST_ACK,
        MsgType::QuoteRequest => &QUOTE_REQUEST,
        MsgType::Quote => &QUOTE,
        MsgType::QuoteCancel => &QUOTE_CANCEL,
        MsgType::MassQuote => &MASS_QUOTE,
        MsgType::MassQuoteAcknowledgement => &MASS_QUOTE_ACKNOWLEDGEMENT,
        MsgType::QuoteStatusReport => &QUOTE_STATUS_REPORT,
        MsgType::MarketDataRequest => &MARKET_DATA_REQUEST,
        MsgType::MarketDataSnapshotFullRefresh => &MARKET_DATA_SNAPSHOT_FULL_REFRESH,
        MsgType::MarketDataIncrementalRefresh => &MARKET_DATA_INCREMENTAL_REFRESH,
        MsgType::MarketDataRequestReject => &MARKET_DATA_REQUEST_REJECT,
        MsgType::SecurityListRequest => &SECURITY_LIST_REQUEST,
        MsgType::SecurityList => &SECURITY_LIST,
        MsgType::SecurityDefinitionRequest => &SECURITY_DEFINITION_REQUEST,
        MsgType::SecurityDefinition => &SECURITY_DEFINITION,
        MsgType::SecurityStatusRequest => &SECURITY_STATUS_REQUEST,
        MsgType::SecurityStatus => &SECURITY_STATUS,
        MsgType::TradingSessionStatusRequest => &TRADING_SESSION_STATUS_REQUEST,
        MsgType::TradingSessionStatus => &TRADING_SESSION_STATUS,
        _ => return None,
    })
}
