//! Where instruments and trading sessions stand: SecurityStatusRequest(e), SecurityStatus(f),
//! TradingSessionStatusRequest(g) and TradingSessionStatus(h) (FIX 4.4 Volume 3).

use chrono::{DateTime, Utc};

use super::macros::messages;
use crate::tags;
use crate::values::{
    SecurityTradingStatus, SubscriptionRequestType, TradSesStatus, TradSesStatusRejReason,
};

messages! {
    /// SecurityStatusRequest(e).
    pub struct SecurityStatusRequest<'a> {
        /// SecurityStatusReqID(324).
        required security_status_req_id: &'a str = tags::SECURITY_STATUS_REQ_ID,
        /// Symbol(55).
        required symbol: &'a str = tags::SYMBOL,
        /// SubscriptionRequestType(263).
        required subscription_request_type: SubscriptionRequestType = tags::SUBSCRIPTION_REQUEST_TYPE,
        /// TradingSessionID(336).
        optional trading_session_id: &'a str = tags::TRADING_SESSION_ID,
        /// TradingSessionSubID(625).
        optional trading_session_sub_id: &'a str = tags::TRADING_SESSION_SUB_ID,
    }

    /// SecurityStatus(f).
    pub struct SecurityStatus<'a> {
        /// SecurityStatusReqID(324).
        optional security_status_req_id: &'a str = tags::SECURITY_STATUS_REQ_ID,
        /// Symbol(55).
        required symbol: &'a str = tags::SYMBOL,
        /// TradingSessionID(336).
        optional trading_session_id: &'a str = tags::TRADING_SESSION_ID,
        /// TradingSessionSubID(625).
        optional trading_session_sub_id: &'a str = tags::TRADING_SESSION_SUB_ID,
        /// UnsolicitedIndicator(325).
        optional unsolicited_indicator: bool = tags::UNSOLICITED_INDICATOR,
        /// SecurityTradingStatus(326).
        optional security_trading_status: SecurityTradingStatus = tags::SECURITY_TRADING_STATUS,
        /// TransactTime(60).
        optional transact_time: DateTime<Utc> = tags::TRANSACT_TIME,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
    }

    /// TradingSessionStatusRequest(g).
    pub struct TradingSessionStatusRequest<'a> {
        /// TradSesReqID(335).
        required trad_ses_req_id: &'a str = tags::TRAD_SES_REQ_ID,
        /// TradingSessionID(336).
        optional trading_session_id: &'a str = tags::TRADING_SESSION_ID,
        /// TradingSessionSubID(625).
        optional trading_session_sub_id: &'a str = tags::TRADING_SESSION_SUB_ID,
        /// SubscriptionRequestType(263).
        required subscription_request_type: SubscriptionRequestType = tags::SUBSCRIPTION_REQUEST_TYPE,
    }

    /// TradingSessionStatus(h).
    pub struct TradingSessionStatus<'a> {
        /// TradSesReqID(335).
        optional trad_ses_req_id: &'a str = tags::TRAD_SES_REQ_ID,
        /// TradingSessionID(336).
        required trading_session_id: &'a str = tags::TRADING_SESSION_ID,
        /// TradingSessionSubID(625).
        optional trading_session_sub_id: &'a str = tags::TRADING_SESSION_SUB_ID,
        /// UnsolicitedIndicator(325).
        optional unsolicited_indicator: bool = tags::UNSOLICITED_INDICATOR,
        /// TradSesStatus(340).
        required trad_ses_status: TradSesStatus = tags::TRAD_SES_STATUS,
        /// TradSesStatusRejReason(567).
        optional trad_ses_status_rej_reason: TradSesStatusRejReason = tags::TRAD_SES_STATUS_REJ_REASON,
        /// TradSesStartTime(341).
        optional trad_ses_start_time: DateTime<Utc> = tags::TRAD_SES_START_TIME,
        /// TradSesOpenTime(342).
        optional trad_ses_open_time: DateTime<Utc> = tags::TRAD_SES_OPEN_TIME,
        /// TradSesPreCloseTime(343).
        optional trad_ses_pre_close_time: DateTime<Utc> = tags::TRAD_SES_PRE_CLOSE_TIME,
        /// TradSesCloseTime(344).
        optional trad_ses_close_time: DateTime<Utc> = tags::TRAD_SES_CLOSE_TIME,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
    }
}
