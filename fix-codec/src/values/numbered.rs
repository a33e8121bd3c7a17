//! Fields with a fixed list of values that are numbers (FIX 4.4 Volume 6, and the venue's own).

use super::code_macros::int_codes;

int_codes! {
    /// EncryptMethod(98).
    pub enum EncryptMethod {
        /// None: what the venue takes.
        None = 0,
        /// PKCS.
        Pkcs = 1,
        /// DES.
        Des = 2,
        /// PKCS and DES.
        PkcsDes = 3,
        /// PGP and DES.
        PgpDes = 4,
        /// PGP, DES and MD5.
        PgpDesMd5 = 5,
        /// PEM, DES and MD5.
        PemDesMd5 = 6,
    }

    /// OrdRejReason(103).
    pub enum OrdRejReason {
        /// Broker or exchange option.
        BrokerOption = 0,
        /// Unknown symbol.
        UnknownSymbol = 1,
        /// Exchange closed.
        ExchangeClosed = 2,
        /// The order exceeds a limit.
        OrderExceedsLimit = 3,
        /// Too late to enter.
        TooLateToEnter = 4,
        /// Unknown order.
        UnknownOrder = 5,
        /// Duplicate order, for instance a duplicate ClOrdID(11).
        DuplicateOrder = 6,
        /// Duplicate of an order communicated by voice.
        DuplicateOfVerbal = 7,
        /// Stale order.
        StaleOrder = 8,
        /// Trade along required.
        TradeAlongRequired = 9,
        /// Invalid investor id.
        InvalidInvestorId = 10,
        /// Unsupported order characteristic.
        UnsupportedCharacteristic = 11,
        /// Surveillance option.
        SurveillanceOption = 12,
        /// Incorrect quantity.
        IncorrectQuantity = 13,
        /// Incorrect allocated quantity.
        IncorrectAllocatedQuantity = 14,
        /// Unknown account.
        UnknownAccount = 15,
        /// Other.
        Other = 99,
    }

    /// CxlRejReason(102).
    pub enum CxlRejReason {
        /// Too late to cancel.
        TooLate = 0,
        /// Unknown order.
        UnknownOrder = 1,
        /// Broker or exchange option.
        BrokerOption = 2,
        /// The order is already pending cancel or replace.
        AlreadyPending = 3,
        /// A mass cancel could not be processed.
        MassCancelFailed = 4,
        /// OrigOrdModTime(586) is not the last TransactTime(60) of the order.
        OrigOrdModTimeMismatch = 5,
        /// Duplicate ClOrdID(11).
        DuplicateClOrdId = 6,
        /// Other.
        Other = 99,
    }

    /// MassCancelRejectReason(532).
    pub enum MassCancelRejectReason {
        /// Mass cancel not supported.
        NotSupported = 0,
        /// Invalid or unknown security.
        UnknownSecurity = 1,
        /// Invalid or unknown underlying.
        UnknownUnderlying = 2,
        /// Invalid or unknown product.
        UnknownProduct = 3,
        /// Invalid or unknown CFICode(461).
        UnknownCfiCode = 4,
        /// Invalid or unknown SecurityType(167).
        UnknownSecurityType = 5,
        /// Invalid or unknown trading session.
        UnknownTradingSession = 6,
        /// Other.
        Other = 99,
    }

    /// MassStatusReqType(585).
    pub enum MassStatusReqType {
        /// Orders for a security.
        Security = 1,
        /// Orders for an underlying security.
        UnderlyingSecurity = 2,
        /// Orders for a product.
        Product = 3,
        /// Orders for a CFICode(461).
        CfiCode = 4,
        /// Orders for a SecurityType(167).
        SecurityType = 5,
        /// Orders for a trading session.
        TradingSession = 6,
        /// All orders.
        All = 7,
        /// Orders for a party.
        PartyId = 8,
    }

    /// BusinessRejectReason(380).
    pub enum BusinessRejectReason {
        /// Other.
        Other = 0,
        /// Unknown id.
        UnknownId = 1,
        /// Unknown security.
        UnknownSecurity = 2,
        /// Unsupported message type.
        UnsupportedMessageType = 3,
        /// The application is not available.
        ApplicationNotAvailable = 4,
        /// A conditionally required field is missing.
        ConditionallyRequiredFieldMissing = 5,
        /// Not authorized.
        NotAuthorized = 6,
        /// DeliverToCompID(128) is not available now.
        DeliverToFirmNotAvailable = 7,
    }

    /// ExecRestatementReason(378).
    pub enum ExecRestatementReason {
        /// GT corporate action.
        GtCorporateAction = 0,
        /// GT renewal or restatement.
        GtRenewal = 1,
        /// Verbal change.
        VerbalChange = 2,
        /// Repricing of the order.
        Repricing = 3,
        /// Broker option.
        BrokerOption = 4,
        /// Partial decline of OrderQty(38).
        PartialDecline = 5,
        /// Cancel on trading halt.
        CancelOnTradingHalt = 6,
        /// Cancel on system failure.
        CancelOnSystemFailure = 7,
        /// Market option.
        MarketOption = 8,
        /// Cancelled, not best.
        CancelledNotBest = 9,
        /// Warehouse recap.
        WarehouseRecap = 10,
        /// Other.
        Other = 99,
    }

    /// LastLiquidityInd(851).
    pub enum LastLiquidityInd {
        /// Added liquidity: the order rested.
        Added = 1,
        /// Removed liquidity.
        Removed = 2,
        /// Liquidity routed out.
        RoutedOut = 3,
    }

    /// ConfirmTransType(666).
    pub enum ConfirmTransType {
        /// New.
        New = 0,
        /// Replace.
        Replace = 1,
        /// Cancel.
        Cancel = 2,
    }

    /// ConfirmType(773).
    pub enum ConfirmType {
        /// Status.
        Status = 1,
        /// Confirmation.
        Confirmation = 2,
        /// Confirmation request rejected.
        RequestRejected = 3,
    }

    /// ConfirmStatus(665).
    pub enum ConfirmStatus {
        /// Received.
        Received = 1,
        /// Mismatched account.
        MismatchedAccount = 2,
        /// Missing settlement instructions.
        MissingSettlementInstructions = 3,
        /// Confirmed.
        Confirmed = 4,
        /// Request rejected.
        RequestRejected = 5,
    }

    /// ReassignmentStatus(20004), of the venue.
    pub enum ReassignmentStatus {
        /// Not begun.
        Pending = 0,
        /// The seller's instance is being terminated.
        Terminating = 1,
        /// The buyer's image is being placed.
        Placing = 2,
        /// The buyer's image is being started.
        Starting = 3,
        /// Delivered, and paid for.
        Settled = 4,
        /// Failed for good.
        Failed = 5,
        /// Undone before the point of no return.
        Reversed = 6,
    }

    /// SelfMatchPreventionInstruction(2964) of FIX Latest; the last one is the venue's own.
    pub enum SelfMatchPreventionInstruction {
        /// Cancel the aggressive order.
        CancelAggressive = 1,
        /// Cancel the passive order.
        CancelPassive = 2,
        /// Cancel both.
        CancelBoth = 3,
        /// Take the smaller one off both, and cancel it.
        DecrementAndCancel = 100,
    }

    /// SecurityTradingStatus(326).
    pub enum SecurityTradingStatus {
        /// Opening delay.
        OpeningDelay = 1,
        /// Trading halt.
        TradingHalt = 2,
        /// Resume.
        Resume = 3,
        /// No open, no resume.
        NoOpenNoResume = 4,
        /// Price indication.
        PriceIndication = 5,
        /// Trading range indication.
        TradingRangeIndication = 6,
        /// Market imbalance, buy.
        MarketImbalanceBuy = 7,
        /// Market imbalance, sell.
        MarketImbalanceSell = 8,
        /// Market-on-close imbalance, buy.
        MarketOnCloseImbalanceBuy = 9,
        /// Market-on-close imbalance, sell.
        MarketOnCloseImbalanceSell = 10,
        /// No market imbalance.
        NoMarketImbalance = 12,
        /// No market-on-close imbalance.
        NoMarketOnCloseImbalance = 13,
        /// Pre-opening of the Intermarket Trading System.
        ItsPreOpening = 14,
        /// New price indication.
        NewPriceIndication = 15,
        /// Trade dissemination time.
        TradeDisseminationTime = 16,
        /// Ready to trade: the start of a session.
        ReadyToTrade = 17,
        /// Not available for trading: the end of a session.
        NotAvailableForTrading = 18,
        /// Not traded on this market.
        NotTradedOnThisMarket = 19,
        /// Unknown or invalid.
        UnknownOrInvalid = 20,
        /// Pre-open.
        PreOpen = 21,
        /// Opening rotation.
        OpeningRotation = 22,
        /// Fast market.
        FastMarket = 23,
    }

    /// TradSesStatus(340).
    pub enum TradSesStatus {
        /// Unknown.
        Unknown = 0,
        /// Halted.
        Halted = 1,
        /// Open.
        Open = 2,
        /// Closed.
        Closed = 3,
        /// Pre-open.
        PreOpen = 4,
        /// Pre-close.
        PreClose = 5,
        /// The request is rejected: see TradSesStatusRejReason(567).
        RequestRejected = 6,
    }

    /// TradSesStatusRejReason(567).
    pub enum TradSesStatusRejReason {
        /// TradingSessionID(336) is unknown or invalid.
        UnknownTradingSession = 1,
        /// Other.
        Other = 99,
    }
}
