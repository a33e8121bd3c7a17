//! Fields with a fixed list of values, as enums: one variant for every value of FIX 4.4. Those that
//! are characters; those that are numbers are in `numbered`.

use super::{FieldValue, ValueError};
use crate::BodyWriter;

use super::code_macros::char_codes;

char_codes! {
    /// Side(54).
    pub enum Side {
        /// Buy.
        Buy = b'1',
        /// Sell.
        Sell = b'2',
        /// Buy minus.
        BuyMinus = b'3',
        /// Sell plus.
        SellPlus = b'4',
        /// Sell short.
        SellShort = b'5',
        /// Sell short exempt.
        SellShortExempt = b'6',
        /// Undisclosed.
        Undisclosed = b'7',
        /// Cross.
        Cross = b'8',
        /// Cross short.
        CrossShort = b'9',
        /// Cross short exempt.
        CrossShortExempt = b'A',
        /// As defined, for multileg orders.
        AsDefined = b'B',
        /// Opposite, for multileg orders.
        Opposite = b'C',
        /// Subscribe.
        Subscribe = b'D',
        /// Redeem.
        Redeem = b'E',
        /// Lend.
        Lend = b'F',
        /// Borrow.
        Borrow = b'G',
    }

    /// OrdType(40).
    pub enum OrdType {
        /// Market.
        Market = b'1',
        /// Limit.
        Limit = b'2',
        /// Stop.
        Stop = b'3',
        /// Stop limit.
        StopLimit = b'4',
        /// Market on close (no longer used).
        MarketOnClose = b'5',
        /// With or without.
        WithOrWithout = b'6',
        /// Limit or better.
        LimitOrBetter = b'7',
        /// Limit with or without.
        LimitWithOrWithout = b'8',
        /// On basis.
        OnBasis = b'9',
        /// On close (no longer used).
        OnClose = b'A',
        /// Limit on close (no longer used).
        LimitOnClose = b'B',
        /// Forex, market (no longer used).
        ForexMarket = b'C',
        /// Previously quoted.
        PreviouslyQuoted = b'D',
        /// Previously indicated.
        PreviouslyIndicated = b'E',
        /// Forex, limit (no longer used).
        ForexLimit = b'F',
        /// Forex, swap.
        ForexSwap = b'G',
        /// Forex, previously quoted (no longer used).
        ForexPreviouslyQuoted = b'H',
        /// Funari.
        Funari = b'I',
        /// Market if touched.
        MarketIfTouched = b'J',
        /// Market with what is left over as limit.
        MarketWithLeftOverAsLimit = b'K',
        /// Previous fund valuation point.
        PreviousFundValuationPoint = b'L',
        /// Next fund valuation point.
        NextFundValuationPoint = b'M',
        /// Pegged.
        Pegged = b'P',
    }

    /// TimeInForce(59). Absent means Day.
    pub enum TimeInForce {
        /// Day.
        Day = b'0',
        /// Good till cancel.
        GoodTillCancel = b'1',
        /// At the opening.
        AtTheOpening = b'2',
        /// Immediate or cancel.
        ImmediateOrCancel = b'3',
        /// Fill or kill.
        FillOrKill = b'4',
        /// Good till crossing.
        GoodTillCrossing = b'5',
        /// Good till date.
        GoodTillDate = b'6',
        /// At the close.
        AtTheClose = b'7',
    }

    /// ExecType(150).
    pub enum ExecType {
        /// New.
        New = b'0',
        /// Done for day.
        DoneForDay = b'3',
        /// Cancelled.
        Cancelled = b'4',
        /// Replaced.
        Replaced = b'5',
        /// Pending cancel.
        PendingCancel = b'6',
        /// Stopped.
        Stopped = b'7',
        /// Rejected.
        Rejected = b'8',
        /// Suspended.
        Suspended = b'9',
        /// Pending new.
        PendingNew = b'A',
        /// Calculated.
        Calculated = b'B',
        /// Expired.
        Expired = b'C',
        /// Restated.
        Restated = b'D',
        /// Pending replace.
        PendingReplace = b'E',
        /// Trade: a partial fill or a fill.
        Trade = b'F',
        /// Trade correct.
        TradeCorrect = b'G',
        /// Trade cancel.
        TradeCancel = b'H',
        /// Order status.
        OrderStatus = b'I',
        /// Triggered or activated by the system: a stop order is elected. Of FIX 5.0.
        TriggeredOrActivated = b'L',
    }

    /// OrdStatus(39).
    pub enum OrdStatus {
        /// New.
        New = b'0',
        /// Partially filled.
        PartiallyFilled = b'1',
        /// Filled.
        Filled = b'2',
        /// Done for day.
        DoneForDay = b'3',
        /// Cancelled.
        Cancelled = b'4',
        /// Replaced (no longer used).
        Replaced = b'5',
        /// Pending cancel.
        PendingCancel = b'6',
        /// Stopped.
        Stopped = b'7',
        /// Rejected.
        Rejected = b'8',
        /// Suspended.
        Suspended = b'9',
        /// Pending new.
        PendingNew = b'A',
        /// Calculated.
        Calculated = b'B',
        /// Expired.
        Expired = b'C',
        /// Accepted for bidding.
        AcceptedForBidding = b'D',
        /// Pending replace.
        PendingReplace = b'E',
    }

    /// CxlRejResponseTo(434).
    pub enum CxlRejResponseTo {
        /// OrderCancelRequest(F).
        OrderCancelRequest = b'1',
        /// OrderCancelReplaceRequest(G).
        OrderCancelReplaceRequest = b'2',
    }

    /// MassCancelRequestType(530).
    pub enum MassCancelRequestType {
        /// Orders for a security.
        Security = b'1',
        /// Orders for an underlying security.
        UnderlyingSecurity = b'2',
        /// Orders for a product.
        Product = b'3',
        /// Orders for a CFICode(461).
        CfiCode = b'4',
        /// Orders for a SecurityType(167).
        SecurityType = b'5',
        /// Orders for a trading session.
        TradingSession = b'6',
        /// All orders.
        All = b'7',
    }

    /// MassCancelResponse(531).
    pub enum MassCancelResponse {
        /// Rejected: see MassCancelRejectReason(532).
        Rejected = b'0',
        /// Orders for a security are cancelled.
        Security = b'1',
        /// Orders for an underlying security are cancelled.
        UnderlyingSecurity = b'2',
        /// Orders for a product are cancelled.
        Product = b'3',
        /// Orders for a CFICode(461) are cancelled.
        CfiCode = b'4',
        /// Orders for a SecurityType(167) are cancelled.
        SecurityType = b'5',
        /// Orders for a trading session are cancelled.
        TradingSession = b'6',
        /// All orders are cancelled.
        All = b'7',
    }

    /// RequestScope(20006), of the venue.
    pub enum RequestScope {
        /// The orders of all sessions of the firm.
        Firm = b'F',
        /// The orders of the session that asks.
        Session = b'S',
    }

    /// HandlInst(21).
    pub enum HandlInst {
        /// Automated, private.
        AutomatedPrivate = b'1',
        /// Automated, public.
        AutomatedPublic = b'2',
        /// Manual.
        Manual = b'3',
    }

    /// OrderCapacity(528).
    pub enum OrderCapacity {
        /// Agency.
        Agency = b'A',
        /// Proprietary.
        Proprietary = b'G',
        /// Individual.
        Individual = b'I',
        /// Principal.
        Principal = b'P',
        /// Riskless principal.
        RisklessPrincipal = b'R',
        /// Agent for another member.
        AgentForOtherMember = b'W',
    }

    /// CancelOrdersOnDisconnect(8013), of the venue: whose orders are cancelled when the session is lost.
    pub enum CancelOrdersOnDisconnect {
        /// Nobody's.
        None = b'N',
        /// Those of the session.
        Session = b'S',
        /// All of the firm's.
        Firm = b'Y',
    }

    /// MsgDirection(385).
    pub enum MsgDirection {
        /// The sender of the Logon receives the message type.
        Receive = b'R',
        /// The sender of the Logon sends it.
        Send = b'S',
    }

    /// Urgency(61).
    pub enum Urgency {
        /// Normal.
        Normal = b'0',
        /// Flash.
        Flash = b'1',
        /// Background.
        Background = b'2',
    }

    /// SubscriptionRequestType(263).
    pub enum SubscriptionRequestType {
        /// Once, as it stands.
        Snapshot = b'0',
        /// As it stands, and every change of it.
        SnapshotAndUpdates = b'1',
        /// No more changes.
        Unsubscribe = b'2',
    }
}
