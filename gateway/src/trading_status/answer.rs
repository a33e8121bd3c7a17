//! Where an instrument or the market stands, as messages: SecurityStatus(f) and TradingSessionStatus(h) (FIX 4.4 Volume 3).

use engine::{Phase, Remark, Symbol, Timestamp};
use fix_codec::messages::{SecurityStatus, TradingSessionStatus};
use fix_codec::values::{TradSesStatus, TradSesStatusRejReason};

use super::board::MarketStatus;
use super::question::RequestName;
use super::words::{TRADING_SESSION_ID, security_trading_status, trading_session_sub_id};
use crate::clock;

/// SecurityStatus(f): an instrument's phase, since when it is in it and why, as far as that is known. `unsolicited`: it was not
/// asked for just now.
pub(crate) fn instrument<'a>(
    name: &'a RequestName,
    symbol: &'a Symbol,
    (phase, since, reason): (Phase, Option<Timestamp>, &'a Option<Remark>),
    unsolicited: bool,
) -> SecurityStatus<'a> {
    SecurityStatus {
        security_status_req_id: Some(name.as_str()),
        trading_session_id: Some(TRADING_SESSION_ID),
        trading_session_sub_id: trading_session_sub_id(phase),
        unsolicited_indicator: Some(unsolicited),
        security_trading_status: security_trading_status(phase),
        transact_time: since.and_then(clock::time),
        text: reason.as_ref().map(Remark::as_str),
        ..SecurityStatus::new(symbol.as_str())
    }
}

/// TradingSessionStatus(h): where the market as a whole stands.
pub(crate) fn market<'a>(
    name: &'a RequestName,
    status: &'a MarketStatus,
    unsolicited: bool,
) -> TradingSessionStatus<'a> {
    let MarketStatus {
        standing,
        hours,
        text,
    } = status;
    let hours = hours.unwrap_or_default();
    TradingSessionStatus {
        trad_ses_req_id: Some(name.as_str()),
        trading_session_sub_id: standing.phase.and_then(trading_session_sub_id),
        unsolicited_indicator: Some(unsolicited),
        trad_ses_start_time: hours.start,
        trad_ses_open_time: hours.open,
        trad_ses_pre_close_time: hours.pre_close,
        trad_ses_close_time: hours.close,
        text: text.as_deref(),
        ..TradingSessionStatus::new(TRADING_SESSION_ID, standing.status)
    }
}

/// TradingSessionStatus(h) of a trading session that is not there.
pub(crate) fn market_refused<'a>(
    name: &'a RequestName,
    session: &'a str,
) -> TradingSessionStatus<'a> {
    TradingSessionStatus {
        trad_ses_req_id: Some(name.as_str()),
        trad_ses_status_rej_reason: Some(TradSesStatusRejReason::UnknownTradingSession),
        text: Some(super::NO_SUCH_SESSION),
        ..TradingSessionStatus::new(session, TradSesStatus::RequestRejected)
    }
}
