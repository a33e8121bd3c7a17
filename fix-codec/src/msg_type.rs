//! MsgType(35): every message type of FIX 4.4, and codes that are none of them.

use core::fmt;

/// The longest MsgType(35) value kept; a longer one is no message type.
const CODE_LENGTH_MAX: usize = 8;

/// A MsgType(35) value that FIX 4.4 does not define, kept inline: 1 to 8 printable ASCII characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MsgTypeCode {
    length: u8,
    bytes: [u8; CODE_LENGTH_MAX],
}

impl MsgTypeCode {
    fn new(code: &[u8]) -> Option<Self> {
        let mut bytes = [0; CODE_LENGTH_MAX];
        if code.is_empty() || !code.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        bytes.get_mut(..code.len())?.copy_from_slice(code);
        Some(Self {
            length: u8::try_from(code.len()).ok()?,
            bytes,
        })
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let code = self
            .bytes
            .get(..usize::from(self.length))
            .unwrap_or_default();
        core::str::from_utf8(code).unwrap_or_default()
    }
}

impl fmt::Debug for MsgTypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

macro_rules! msg_types {
    ($($name:ident = $code:literal $bytes:literal,)*) => {
        /// MsgType(35), FIX 4.4 Volume 6.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum MsgType {
            $(
                #[doc = concat!(stringify!($name), "(", $code, ").")]
                $name,
            )*
            /// A code that FIX 4.4 does not define.
            Other(MsgTypeCode),
        }

        impl MsgType {
            /// The type with the code `code`; `None` when `code` is empty, longer than 8 bytes, or
            /// not printable ASCII.
            pub fn from_code(code: &[u8]) -> Option<Self> {
                match code {
                    $($bytes => Some(Self::$name),)*
                    _ => MsgTypeCode::new(code).map(Self::Other),
                }
            }

            /// The code, as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $code,)*
                    Self::Other(code) => code.as_str(),
                }
            }
        }
    };
}

msg_types! {
    Heartbeat = "0" b"0",
    TestRequest = "1" b"1",
    ResendRequest = "2" b"2",
    Reject = "3" b"3",
    SequenceReset = "4" b"4",
    Logout = "5" b"5",
    IOI = "6" b"6",
    Advertisement = "7" b"7",
    ExecutionReport = "8" b"8",
    OrderCancelReject = "9" b"9",
    Logon = "A" b"A",
    News = "B" b"B",
    Email = "C" b"C",
    NewOrderSingle = "D" b"D",
    NewOrderList = "E" b"E",
    OrderCancelRequest = "F" b"F",
    OrderCancelReplaceRequest = "G" b"G",
    OrderStatusRequest = "H" b"H",
    AllocationInstruction = "J" b"J",
    ListCancelRequest = "K" b"K",
    ListExecute = "L" b"L",
    ListStatusRequest = "M" b"M",
    ListStatus = "N" b"N",
    AllocationInstructionAck = "P" b"P",
    DontKnowTrade = "Q" b"Q",
    QuoteRequest = "R" b"R",
    Quote = "S" b"S",
    SettlementInstructions = "T" b"T",
    MarketDataRequest = "V" b"V",
    MarketDataSnapshotFullRefresh = "W" b"W",
    MarketDataIncrementalRefresh = "X" b"X",
    MarketDataRequestReject = "Y" b"Y",
    QuoteCancel = "Z" b"Z",
    QuoteStatusRequest = "a" b"a",
    MassQuoteAcknowledgement = "b" b"b",
    SecurityDefinitionRequest = "c" b"c",
    SecurityDefinition = "d" b"d",
    SecurityStatusRequest = "e" b"e",
    SecurityStatus = "f" b"f",
    TradingSessionStatusRequest = "g" b"g",
    TradingSessionStatus = "h" b"h",
    MassQuote = "i" b"i",
    BusinessMessageReject = "j" b"j",
    BidRequest = "k" b"k",
    BidResponse = "l" b"l",
    ListStrikePrice = "m" b"m",
    XMLnonFIX = "n" b"n",
    RegistrationInstructions = "o" b"o",
    RegistrationInstructionsResponse = "p" b"p",
    OrderMassCancelRequest = "q" b"q",
    OrderMassCancelReport = "r" b"r",
    NewOrderCross = "s" b"s",
    CrossOrderCancelReplaceRequest = "t" b"t",
    CrossOrderCancelRequest = "u" b"u",
    SecurityTypeRequest = "v" b"v",
    SecurityTypes = "w" b"w",
    SecurityListRequest = "x" b"x",
    SecurityList = "y" b"y",
    DerivativeSecurityListRequest = "z" b"z",
    DerivativeSecurityList = "AA" b"AA",
    NewOrderMultileg = "AB" b"AB",
    MultilegOrderCancelReplace = "AC" b"AC",
    TradeCaptureReportRequest = "AD" b"AD",
    TradeCaptureReport = "AE" b"AE",
    OrderMassStatusRequest = "AF" b"AF",
    QuoteRequestReject = "AG" b"AG",
    RFQRequest = "AH" b"AH",
    QuoteStatusReport = "AI" b"AI",
    QuoteResponse = "AJ" b"AJ",
    Confirmation = "AK" b"AK",
    PositionMaintenanceRequest = "AL" b"AL",
    PositionMaintenanceReport = "AM" b"AM",
    RequestForPositions = "AN" b"AN",
    RequestForPositionsAck = "AO" b"AO",
    PositionReport = "AP" b"AP",
    TradeCaptureReportRequestAck = "AQ" b"AQ",
    TradeCaptureReportAck = "AR" b"AR",
    AllocationReport = "AS" b"AS",
    AllocationReportAck = "AT" b"AT",
    ConfirmationAck = "AU" b"AU",
    SettlementInstructionRequest = "AV" b"AV",
    AssignmentReport = "AW" b"AW",
    CollateralRequest = "AX" b"AX",
    CollateralAssignment = "AY" b"AY",
    CollateralResponse = "AZ" b"AZ",
    CollateralReport = "BA" b"BA",
    CollateralInquiry = "BB" b"BB",
    NetworkCounterpartySystemStatusRequest = "BC" b"BC",
    NetworkCounterpartySystemStatusResponse = "BD" b"BD",
    UserRequest = "BE" b"BE",
    UserResponse = "BF" b"BF",
    CollateralInquiryAck = "BG" b"BG",
    ConfirmationRequest = "BH" b"BH",
}

impl MsgType {
    /// Whether this is a message of the session layer: Heartbeat(0), TestRequest(1),
    /// ResendRequest(2), Reject(3), SequenceReset(4), Logout(5) or Logon(A). They are never resent.
    pub const fn is_session(&self) -> bool {
        matches!(
            self,
            Self::Heartbeat
                | Self::TestRequest
                | Self::ResendRequest
                | Self::Reject
                | Self::SequenceReset
                | Self::Logout
                | Self::Logon
        )
    }
}

impl fmt::Display for MsgType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
