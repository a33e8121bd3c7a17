//! What happens to one session, as data: how it is set up, and step by step what its peer and its driver do.

use std::time::Duration;

use fix_codec::dictionary::ValidationOptions;
use fix_codec::values::TimePrecision;
use fix_session::{Resume, Role, Settings};

/// Our CompID in every case.
pub(super) const OURS: &str = "VENUE";

/// The peer's.
pub(super) const PEER: &str = "CLIENT";

/// A setup, and what happens then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) setup: Setup,
    pub(super) steps: Vec<Step>,
}

/// How a session and its driver are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Setup {
    pub(super) side: Side,
    /// Who is behind the session.
    pub(super) desk: DeskKind,
    /// The market cancels the client's orders when it has been gone for a while.
    pub(super) cancels: bool,
    pub(super) validation: ValidationOptions,
    pub(super) accept_reset: bool,
    /// LastMsgSeqNumProcessed(369) on every message.
    pub(super) last_processed: bool,
    /// NextExpectedMsgSeqNum(789) on our Logons, and heeded on the peer's.
    pub(super) next_expected: bool,
    /// Orders that name no account are for the one of the session.
    pub(super) account: bool,
    /// Decimals of the seconds in our times: 0, 3, 6 or 9.
    pub(super) decimals: u32,
    /// Messages from beyond a gap that are kept, in bytes.
    pub(super) hold_limit: u32,
    /// HeartBtInt(108) of an initiator, in seconds.
    pub(super) heartbeat: u32,
    /// How far SendingTime(52) may be off, in seconds; 0: as far as it likes.
    pub(super) tolerance: u32,
    /// The numbers that both sides go on with.
    pub(super) next: u32,
    /// Bytes come so many at a time; 0: as they are sent.
    pub(super) chunk: u32,
    /// The driver carries out once for all that came together, not after each message.
    pub(super) batch: bool,
    /// The driver makes a reset durable only when time passes.
    pub(super) slow_reset: bool,
}

/// Which side the session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Acceptor,
    /// An acceptor whose driver decides on each Logon.
    Deciding,
    Initiator,
    /// An initiator that resets the numbers at each Logon.
    Resetting,
}

/// What takes the application messages that a session delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeskKind {
    /// Nobody; the driver sends News(B) of its own.
    None,
    /// Order entry, with a market behind it.
    Orders,
    /// Drop copy, of the peer's firm.
    Copies,
}

/// A session of the market that has no part in the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// Of another firm.
    Rival,
    /// Of the peer's own firm.
    Colleague,
    /// Of the provider, who buys back.
    Provider,
}

/// What a driver decides on a Logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Accept,
    /// After a look at its numbers, and with a text.
    Greet,
    /// It is the first of a trading session: numbers start again.
    Anew,
    Refuse,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    /// The connection is lost.
    Disconnect,
    Message(PeerMessage),
    Bytes(Vec<u8>),
    /// So many milliseconds pass.
    Wait(u32),
    /// An application message of ours; with PossResend(97)=Y or not.
    Send(bool),
    Logout,
    /// The driver has had enough of the peer.
    Expel,
    Decide(Verdict),
    /// The driver resends up to so many messages.
    Serve(u32),
    /// The venue starts again, so many numbers further on; of what came, so many are not known any more.
    Restart(u32, u32),
    /// A trading session begins while nobody is there: numbers start again.
    Renew,
    /// Another session sends this to the market.
    Other(Other, PeerMessage),
    /// Of the instances that were sold, this one's reassignment comes so far: ReassignmentStatus(20004).
    Settle(u32, u8),
    EndDay,
    /// The peer's firm brings an instance of this number, or takes it away.
    Deposit(u32),
    Withdraw(u32),
    /// An operator or a calendar asks for this, in the words of `market::operators`.
    Operator(String),
}

/// A message of the peer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PeerMessage {
    pub(super) fault: Fault,
    /// Between BodyLength(9) and CheckSum(10), in order.
    pub(super) fields: Vec<PeerField>,
}

/// A field of the peer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PeerField {
    pub(super) tag: Vec<u8>,
    pub(super) value: Value,
}

/// A value, some of which are known only when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Bytes(Vec<u8>),
    /// The number that the session expects next, and so many more.
    Expected(i64),
    /// The number that the session sends next, and so many more.
    Outgoing(i64),
    /// The time of day, and so many seconds more.
    Now(i64),
}

/// What is wrong with the bytes of a message. Positions count from its start, and again from there behind its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// BodyLength(9) is off by so many.
    Length(i32),
    /// CheckSum(10) is off by so many.
    Sum(u8),
    /// BodyLength(9) has so many zeros in front.
    Zeros(u8),
    /// A bit is turned: where, and which.
    Flip(u32, u8),
    /// It ends there.
    Cut(u32),
    /// That byte is missing.
    Drop(u32),
    /// That byte comes twice.
    Double(u32),
}

impl Setup {
    /// The one that most cases have.
    pub(super) const PLAIN: Self = Self {
        side: Side::Acceptor,
        desk: DeskKind::None,
        cancels: false,
        validation: ValidationOptions::STRICT,
        accept_reset: true,
        last_processed: false,
        next_expected: false,
        account: false,
        decimals: 6,
        hold_limit: 1 << 16,
        heartbeat: 30,
        tolerance: 120,
        next: 1,
        chunk: 0,
        batch: false,
        slow_reset: false,
    };

    /// The session's own settings.
    pub(super) fn settings(&self, ours: &str, peer: &str) -> Settings {
        let mut settings = match self.side {
            Side::Acceptor | Side::Deciding => Settings::acceptor(ours, peer),
            Side::Initiator | Side::Resetting => Settings::initiator(ours, peer, self.heartbeat),
        };
        match &mut settings.role {
            Role::Acceptor { authenticate, .. } => *authenticate = self.side == Side::Deciding,
            Role::Initiator { reset_on_logon, .. } => {
                *reset_on_logon = self.side == Side::Resetting;
            }
        }
        let tolerance = Duration::from_secs(u64::from(self.tolerance));
        settings.sending_time_tolerance = (!tolerance.is_zero()).then_some(tolerance);
        settings.accept_reset = self.accept_reset;
        settings.last_msg_seq_num_processed = self.last_processed;
        settings.next_expected_msg_seq_num = self.next_expected;
        settings.precision = match self.decimals {
            0 => TimePrecision::Seconds,
            3 => TimePrecision::Millis,
            9 => TimePrecision::Nanos,
            _ => TimePrecision::Micros,
        };
        settings.validation = self.validation;
        settings.hold_limit_bytes = usize::try_from(self.hold_limit).unwrap_or(usize::MAX);
        settings
    }

    /// Where both sides' numbers go on.
    pub(super) fn resume(&self) -> Resume {
        let next = u64::from(self.next.max(1));
        Resume {
            next_outgoing: next,
            next_incoming: next,
        }
    }

    /// How many bytes come at a time.
    pub(super) fn chunk(&self) -> usize {
        match usize::try_from(self.chunk) {
            Ok(0) | Err(_) => usize::MAX,
            Ok(bytes) => bytes,
        }
    }
}

impl Side {
    /// Whether it waits for the peer's Logon.
    pub(super) fn accepts(self) -> bool {
        matches!(self, Self::Acceptor | Self::Deciding)
    }
}
