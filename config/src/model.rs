//! The configuration of a venue, typed: what a file without mistakes means. Never holds a secret.
//!
//! Fields are public, so that a program that embeds a configuration can set what it only knows at run
//! time (the demo sets the endpoint and the token of its own provider).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use engine::{
    AccountName, CurrencyCode, FirmKind, FirmName, HaltPolicy, Instrument, Notional, ProviderName,
    RegionName, RiskLimits, RiskScope, SelfMatchPolicy, SessionName, Symbol,
};

use crate::identity::{Identity, Lockout, Tls};
use crate::on_disconnect::OnDisconnect;
use crate::schedule::Schedule;
use crate::secret::Secret;
use crate::throttle::Throttle;
use crate::trading_calendar::TradingCalendar;
use crate::validation::Validation;

/// A venue's whole configuration.
///
/// Where data is kept is not part of it: that is the command line's `--data`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Who the venue is.
    pub venue: Venue,
    /// The FIX listener.
    pub fix: Fix,
    /// How the FIX listener encrypts; without it, it does not, and listens on loopback only.
    pub tls: Option<Tls>,
    /// How commands are made durable.
    pub journal: Journal,
    /// What is written down of the messages that pass.
    pub fix_log: FixLog,
    /// Where the venue shows what it counts.
    pub metrics: Metrics,
    /// How much is kept of what was sent to each session.
    pub message_store: MessageStore,
    /// Where settlement keeps its books.
    pub settlement: Settlement,
    /// The control planes, in the order of the file.
    pub providers: Vec<Provider>,
    /// What can be traded, in the order of the file. At least one.
    pub instruments: Vec<Instrument>,
    /// The members, in the order of the file. At least one.
    pub firms: Vec<Firm>,
    /// The members' accounts, in the order of the file.
    pub accounts: Vec<Account>,
    /// When sessions are held, in the order of the file.
    pub schedules: Vec<Schedule>,
    /// When instruments are in which phase, in the order of the file.
    pub trading_calendars: Vec<TradingCalendar>,
    /// What halts of instruments do, where that is not the default.
    pub halt_policies: BTreeMap<Symbol, HaltPolicy>,
    /// The members' FIX sessions, in the order of the file. At least one.
    pub sessions: Vec<Session>,
    /// What orders are held against, in the order of the file; each scope once.
    pub risk_limits: Vec<ScopedLimits>,
}

impl Config {
    /// The schedule that a session follows, if it follows one.
    #[must_use]
    pub fn schedule_of(&self, session: &Session) -> Option<&Schedule> {
        let name = session.schedule.as_deref()?;
        self.schedules.iter().find(|schedule| schedule.name == name)
    }
}

/// `[venue]`: who the venue is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Venue {
    /// The venue's CompID: TargetCompID(56) of what clients send, SenderCompID(49) of what they get.
    pub comp_id: SessionName,
    /// The venue's name for people.
    pub name: String,
}

/// `[fix]`: the listener, and what holds for every session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Where clients connect. Loopback only, unless there is [`Config::tls`]; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How far SendingTime(52) may be from the venue's clock, unless a session says otherwise.
    pub sending_time_tolerance: Duration,
    /// The precision of the times that the venue writes.
    pub time_precision: TimePrecision,
    /// The longest message taken, in bytes, from `8=` to the end of CheckSum(10).
    pub max_message_bytes: usize,
    /// A client that leaves more than this unread, in bytes, is disconnected; it gets what it missed
    /// by asking for it when it comes back.
    pub max_unsent_bytes: usize,
    /// A client that leaves a byte unread for longer is disconnected, likewise.
    pub max_unsent_time: Duration,
    /// Connections held at one time; more are closed at once.
    pub max_connections: usize,
    /// Of these, from one address (of IPv6: from one /64).
    pub max_connections_per_address: usize,
    /// Of these, before their Logon; with more, the one that has taken longest is closed.
    pub max_connections_before_logon: usize,
    /// New connections from one address in a second; more are closed at once.
    pub max_connection_rate: u32,
    /// Messages that a client asked for again are sent this many at a time, and what is new between.
    pub resend_batch: usize,
    /// A connection that has not logged on by then is closed.
    pub logon_timeout: Duration,
    /// How long the answer to a Logout(5) is waited for.
    pub logout_timeout: Duration,
    /// What follows failures to log on.
    pub lockout: Lockout,
}

/// The precision of the times that the venue writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimePrecision {
    /// `20260102-10:11:12.123`, as FIX 4.4 has it.
    Milliseconds,
    /// `20260102-10:11:12.123456`.
    Microseconds,
    /// `20260102-10:11:12.123456789`.
    Nanoseconds,
}

/// `[journal]`: how commands are made durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// When a command counts as durable.
    pub durability: Durability,
    /// The journal starts another file beyond this size, in bytes.
    pub segment_bytes: u64,
    /// Commands that may wait for the engine; beyond it, those who submit wait.
    pub queue_limit: usize,
    /// Commands made durable together, at most.
    pub batch_limit: usize,
    /// A snapshot of the market is made after so many commands.
    pub snapshot_commands: u64,
    /// And after so many bytes of the journal, if that comes first.
    pub snapshot_bytes: u64,
    /// Good snapshots that are kept, the newest ones.
    pub keep_snapshots: usize,
    /// The oldest files of both logs go while they are larger than this together, in bytes. `None`: never.
    pub max_bytes: Option<u64>,
    /// A file of both logs goes when its latest command is this old. `None`: never.
    pub max_age: Option<Duration>,
    /// While the disk has less room than this, in bytes, no new orders are taken.
    pub keep_free_bytes: u64,
}

/// When a command counts as durable, so that its outcome may leave the venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// When the disk has confirmed it: nothing is lost by power loss.
    Fsync,
    /// When the operating system has it: nothing is lost when the process is killed, but what was not
    /// yet written is lost by power loss.
    Buffered,
}

/// `[fix_log]`: what is written down of the messages that pass, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixLog {
    /// Whether anything is.
    pub enabled: bool,
    /// A session's log goes on in another file beyond this size, in bytes.
    pub max_file_bytes: u64,
    /// And beyond this age.
    pub max_file_age: Duration,
    /// Files of one session that are kept, with the one that is written to; older ones are deleted.
    pub keep_files: usize,
}

/// `[metrics]`: where the venue shows what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    /// Where Prometheus fetches it, over HTTP; loopback only. `None`: nothing is counted.
    pub listen: Option<SocketAddr>,
    /// Whether single sessions are told apart: a few numbers for each.
    pub per_session: bool,
}

/// `[message_store]`: how much is kept of what was sent to each session, for it to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageStore {
    /// Another file is begun beyond this size, in bytes.
    pub segment_bytes: u64,
    /// The most that is kept for one session, in bytes; the oldest messages go first, a file at a time.
    pub bytes_max: u64,
    /// Messages older than this go, a file at a time.
    pub age_max: Duration,
}

/// `[settlement]`: where settlement keeps its books, and how long its steps may take.
///
/// A reassignment that stays in a step for longer ends before its point of no return, and is parked for
/// an operator after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The database.
    pub store: Store,
    /// Reassignments worked on at one time; more wait in the database.
    pub max_workers: usize,
    /// Calls made for one step before it is given up, not counting those that the provider put off.
    pub max_attempts: u32,
    /// Between two looks at a slot under way.
    pub poll_interval: Duration,
    /// Between two looks for slots newly given into custody.
    pub deposit_interval: Duration,
    /// Between two comparisons of a provider's listing of custody with the register.
    pub reconciliation_interval: Duration,
    /// How long a trade waits for its buyer's cash.
    pub funding_timeout: Duration,
    /// How long a trade waits for its buyer's image to be there, and for the slot to be fenced.
    pub fencing_timeout: Duration,
    /// How long the old instance may take to end.
    pub terminating_timeout: Duration,
    /// How long the image may take to be in the slot.
    pub placing_timeout: Duration,
    /// How long the buyer's instance may take to answer for itself.
    pub starting_timeout: Duration,
}

/// The database of settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// SQLite, in the data folder.
    Sqlite,
    /// A PostgreSQL server.
    Postgresql(Postgresql),
}

/// `[postgresql]`: the server that keeps settlement's books, where SQLite does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postgresql {
    /// A host name, an IP address, or the absolute path of the folder with the server's Unix socket.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The database on the server.
    pub database: String,
    /// The role that the venue logs in as.
    pub user: String,
    /// Its password; present unless the server is on this machine and knows the venue in another way.
    pub password: Option<Secret>,
    /// Whether the connection is encrypted and the server's certificate checked: always, unless it is on this machine.
    pub tls: bool,
    /// The authorities of the server's certificate, in PEM; the system's without a file.
    pub ca_file: Option<PathBuf>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long one statement may take on the server.
    pub statement_timeout: Duration,
    /// How long the server may be out of reach before the venue stops.
    pub outage_max: Duration,
}

/// `[[providers]]`: a control plane that carries out reassignments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The provider.
    pub name: ProviderName,
    /// The base URL of its control plane, without a slash at the end: `https`, or `http` on loopback.
    pub endpoint: String,
    /// The venue's custody account there, which holds every slot that trades.
    pub custody_account: String,
    /// The token that the control plane knows the venue by; or the password, or the secret, by which it gets tokens.
    pub token: Secret,
    /// A request without an answer by then has an unknown outcome, and is looked into.
    pub request_timeout: Duration,
    /// What is spoken there.
    pub adapter: Adapter,
}

/// What a control plane speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adapter {
    /// The API of the reference provider.
    Reference,
    /// The compute API of OpenStack.
    Nova(Nova),
}

/// A control plane of OpenStack: its custody account is the id of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nova {
    /// The region of all its servers, as instruments name it.
    pub region: RegionName,
    /// How an image comes into an occupied slot.
    pub replacement: Replacement,
    /// The base URL of its image API; without one, images are looked up through the compute API.
    pub image_endpoint: Option<String>,
    /// Where the venue's tokens come from.
    pub identity: NovaIdentity,
}

/// How an image comes into an occupied slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// The server is rebuilt.
    Rebuild,
    /// The server is deleted, and another is created on its host.
    Recreate {
        /// The network of the new server: `auto`, `none`, or the id of a network.
        network: String,
    },
}

/// Where the venue's tokens come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NovaIdentity {
    /// The configured secret is the token.
    Token,
    /// The configured secret is a user's password.
    Password {
        /// The base URL of the identity API.
        endpoint: String,
        /// The user's name.
        user: String,
        /// The name of the user's domain.
        user_domain: String,
    },
    /// The configured secret is an application credential's.
    ApplicationCredential {
        /// The base URL of the identity API.
        endpoint: String,
        /// The credential's id.
        id: String,
    },
}

/// `[[firms]]`: a member of the venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firm {
    /// The firm.
    pub name: FirmName,
    /// What it is.
    pub kind: FirmKind,
    /// Which provider it is; present for a firm of kind `provider`, and only then.
    pub provider: Option<ProviderName>,
    /// What is done when its orders would trade with each other, where they do not say themselves.
    pub self_match: SelfMatchPolicy,
}

/// `[[accounts]]`: a member's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account: Account(1).
    pub name: AccountName,
    /// Whose it is.
    pub firm: FirmName,
    /// Where its instances are; an account at no provider trades test instruments only.
    pub provider: Option<ProviderName>,
    /// Cash that it starts with, when settlement opens its books for the first time; at most one
    /// amount a currency, in the order of the currency codes.
    pub opening_cash: Vec<(CurrencyCode, Notional)>,
}

/// `[[risk_limits]]`: what the orders of a scope are held against before they rest or trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopedLimits {
    /// Whose orders.
    pub scope: RiskScope,
    /// The limits, only such as the scope may have; those that have none limit nothing.
    pub limits: RiskLimits,
}

/// `[[sessions]]`: one FIX session of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The client's CompID: SenderCompID(49) of what it sends.
    pub comp_id: SessionName,
    /// Whose it is.
    pub firm: FirmName,
    /// What it is for.
    pub role: Role,
    /// The shortest HeartBtInt(108) taken, in whole seconds; 0 s: the client may ask for none.
    pub heartbeat_min: Duration,
    /// The longest HeartBtInt(108) taken, in whole seconds.
    pub heartbeat_max: Duration,
    /// Whether a Logon(A) with ResetSeqNumFlag(141)=Y is taken.
    pub accept_reset: bool,
    /// How messages are checked.
    pub validation: Validation,
    /// How far SendingTime(52) may be from the venue's clock. None: it is not looked at.
    pub sending_time_tolerance: Option<Duration>,
    /// Whether LastMsgSeqNumProcessed(369) is on every message to the client.
    pub last_msg_seq_num_processed: bool,
    /// Whether both sides go by NextExpectedMsgSeqNum(789) of the Logons.
    pub next_expected_msg_seq_num: bool,
    /// What a client must show to log on.
    pub identity: Identity,
    /// Whether its messages are written to the FIX log.
    pub fix_log: bool,
    /// How many messages the client may send; `None`: as many as it likes.
    pub throttle: Option<Throttle>,
    /// What its open orders meet when it loses its client.
    pub on_disconnect: OnDisconnect,
    /// The name of the schedule that it follows; without one it is always open.
    pub schedule: Option<String>,
}

/// What a session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Orders in, reports out.
    OrderEntry {
        /// The account of orders that come without Account(1). Without a default, they are refused.
        default_account: Option<AccountName>,
    },
    /// Copies of the reports of firms.
    DropCopy {
        /// Whose reports.
        of: Copied,
    },
}

/// Whose reports a drop-copy session gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// Every firm's; for a regulator only.
    All,
    /// Those of these firms.
    Firms(Vec<FirmName>),
}
