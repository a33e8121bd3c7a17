//! Phases in the words of FIX 4.4, and nothing else.
//!
//! | phase | SecurityTradingStatus(326) | TradingSessionSubID(625) |
//! |---|---|---|
//! | pre-open | 21 pre-open | 1 |
//! | opening auction | 22 opening rotation | 2 |
//! | continuous trading | 17 ready to trade | 3 |
//! | halt | 2 trading halt | none |
//! | closing auction | none: FIX 4.4 has no value for it | 4 |
//! | closed | 18 not available for trading | 5 |
//!
//! TradingSessionSubID(625) is left to the parties by FIX 4.4; its values are those that later versions of FIX have given
//! it, as is the one TradingSessionID(336), the day.

use engine::Phase;
use fix_codec::values::SecurityTradingStatus;

/// TradingSessionID(336): there is one trading session, the day.
pub(super) const TRADING_SESSION_ID: &str = "1";

/// SecurityTradingStatus(326) of an instrument in this phase.
pub(super) const fn security_trading_status(phase: Phase) -> Option<SecurityTradingStatus> {
    match phase {
        Phase::Closed => Some(SecurityTradingStatus::NotAvailableForTrading),
        Phase::PreOpen => Some(SecurityTradingStatus::PreOpen),
        Phase::OpeningAuction => Some(SecurityTradingStatus::OpeningRotation),
        Phase::Continuous => Some(SecurityTradingStatus::ReadyToTrade),
        Phase::Halted => Some(SecurityTradingStatus::TradingHalt),
        Phase::ClosingAuction => None,
    }
}

/// TradingSessionSubID(625) of this phase.
pub(super) const fn trading_session_sub_id(phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::PreOpen => Some("1"),
        Phase::OpeningAuction => Some("2"),
        Phase::Continuous => Some("3"),
        Phase::ClosingAuction => Some("4"),
        Phase::Closed => Some("5"),
        Phase::Halted => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Phase, security_trading_status, trading_session_sub_id};

    #[test]
    fn no_two_phases_look_alike() {
        for (phase, status, sub_id) in [
            (Phase::Closed, Some(18), Some("5")),
            (Phase::PreOpen, Some(21), Some("1")),
            (Phase::OpeningAuction, Some(22), Some("2")),
            (Phase::Continuous, Some(17), Some("3")),
            (Phase::Halted, Some(2), None),
            (Phase::ClosingAuction, None, Some("4")),
        ] {
            let code = security_trading_status(phase).map(|status| status.code());
            assert_eq!(code, status, "{phase}");
            assert_eq!(trading_session_sub_id(phase), sub_id, "{phase}");
        }
    }
}
