//! What settlement is opened with. The gateway makes it from the configuration.

use std::{fmt, sync::Arc, time::Duration};

use engine::{AccountName, CurrencyCode, Notional, ProviderName, Timestamp};

use crate::{
    adapters::{HttpLimits, NovaSettings},
    breaker::BreakerLimits,
    budget::BudgetLimits,
    database::Database,
    provider::Provider,
    retry::Backoff,
    secret::TokenSource,
    state::State,
};

/// Reads the wall clock. Records carry its time; nothing is decided by it but how long a step has
/// taken and when it is tried again.
pub type WallClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What settlement is opened with.
#[derive(Clone)]
pub struct Options {
    /// Where the books are kept.
    pub database: Database,
    /// The control planes. A trade at a provider that is not here is parked for an operator.
    pub providers: Vec<ProviderSettings>,
    /// Cash that accounts start with. Each (account, currency) is credited once, ever: a later change
    /// of the amount has no effect.
    pub opening_cash: Vec<OpeningCash>,
    /// How long things may take and how often they are tried.
    pub limits: Limits,
    /// The wall clock.
    pub clock: WallClock,
    /// Stops workers at chosen instants, to test what a crash there leaves behind; none in production.
    pub crash: Option<CrashPoint>,
}

impl Options {
    /// Options with no providers, no cash and the usual limits.
    #[must_use]
    pub fn new(database: Database, clock: WallClock) -> Self {
        Self {
            database,
            providers: Vec::new(),
            opening_cash: Vec::new(),
            limits: Limits::default(),
            clock,
            crash: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("database", &self.database)
            .field("providers", &self.providers)
            .field("opening_cash", &self.opening_cash)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// One control plane.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// The provider, as instruments and accounts name it.
    pub name: ProviderName,
    /// The venue's account there, in which traded slots sit.
    pub custody_account: String,
    /// How it is spoken to.
    pub adapter: Adapter,
}

/// How a control plane is spoken to.
#[derive(Clone)]
pub enum Adapter {
    /// The API of the reference provider.
    Reference {
        /// Its base address, without `/v1`: https, or http on this machine.
        endpoint: String,
        /// The token that stands for the custody account.
        token: TokenSource,
        /// Bounds of each request.
        http: HttpLimits,
    },
    /// OpenStack Nova; the custody account is the id of a project.
    Nova(NovaSettings),
    /// An adapter made elsewhere.
    Custom(Arc<dyn Provider>),
}

impl fmt::Debug for Adapter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference {
                endpoint,
                token,
                http,
            } => formatter
                .debug_struct("Reference")
                .field("endpoint", endpoint)
                .field("token", token)
                .field("http", http)
                .finish(),
            Self::Nova(settings) => formatter.debug_tuple("Nova").field(settings).finish(),
            Self::Custom(_) => formatter.write_str("Custom"),
        }
    }
}

/// Cash that an account starts with.
#[derive(Clone, Copy, Debug)]
pub struct OpeningCash {
    /// Whose cash.
    pub account: AccountName,
    /// In which currency.
    pub currency: CurrencyCode,
    /// How much; not negative.
    pub amount: Notional,
}

/// How long things may take and how often they are tried. At each limit the reassignment ends
/// `BUSTED` before the point of no return, and is parked in `MANUAL` after it. The fence of one that has ended is taken
/// away however often it takes; beyond `attempts_max` that is an alarm, once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Reassignments that are worked on at once; the others wait in the database.
    pub workers_max: usize,
    /// Calls of one step, not counting throttled ones.
    pub attempts_max: u32,
    /// Between two looks at a slot that is being worked on.
    pub poll: Duration,
    /// Between attempts after a failure.
    pub retry: Backoff,
    /// Between attempts when the provider asked for fewer requests.
    pub throttle: Backoff,
    /// How long a trade waits for its buyer's cash, as when the buyer is being paid just now.
    pub funding: Duration,
    /// How long a trade waits for its buyer's image to be there and shared, and the slot to be fenced.
    /// How long the market takes to let it begin does not count. Also how long a provider may take to take a fence away
    /// before it is told again.
    pub fencing: Duration,
    /// How long the old instance may take to end, or a retired slot to be taken back.
    pub terminating: Duration,
    /// How long the image may take to be in the slot.
    pub placing: Duration,
    /// How long the buyer's instance may take to answer for itself.
    pub starting: Duration,
    /// When a provider is not asked any more in a region because nobody answers there.
    pub breaker: BreakerLimits,
    /// How many repeats a provider gets, whatever they are for.
    pub repeats: BudgetLimits,
    /// Between two looks for slots newly given into custody.
    pub deposits: Duration,
    /// Between two sweeps that compare a provider's listing of our custody with the register.
    pub sweeps: Duration,
    /// How long a worker holds a reassignment before another may take it over. What it asks of a provider is given up
    /// after half of that, and nothing is sent with less than half of it left.
    pub lease: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            workers_max: 32,
            attempts_max: 8,
            poll: Duration::from_millis(50),
            retry: Backoff {
                base: Duration::from_millis(100),
                cap: Duration::from_secs(30),
            },
            throttle: Backoff {
                base: Duration::from_secs(1),
                cap: Duration::from_secs(60),
            },
            funding: Duration::from_secs(60),
            fencing: Duration::from_secs(300),
            terminating: Duration::from_secs(600),
            placing: Duration::from_secs(600),
            starting: Duration::from_secs(600),
            breaker: BreakerLimits::default(),
            repeats: BudgetLimits::default(),
            deposits: Duration::from_secs(1),
            sweeps: Duration::from_secs(60),
            lease: Duration::from_secs(120),
        }
    }
}

impl Limits {
    /// How long a reassignment may stay in `state`.
    #[must_use]
    pub const fn of(&self, state: State) -> Duration {
        match state {
            State::Received => self.funding,
            State::Funded | State::Fenced | State::Asking => self.fencing,
            State::Terminating | State::Vacant => self.terminating,
            State::Placing | State::Placed => self.placing,
            State::Starting | State::Running => self.starting,
            State::Settled | State::Busted | State::CashSettled => self.fencing,
            State::Suspended | State::Manual => Duration::MAX,
        }
    }

    /// How long a worker waits for a provider's answer, all requests of one call or look together.
    pub(crate) fn answer_max(&self) -> Duration {
        self.lease.checked_div(2).unwrap_or_default()
    }
}

/// Asked at each [`Moment`] of each reassignment; `true` makes the worker stand still for ever, as if
/// the process had died there.
pub type CrashPoint = Arc<dyn Fn(&str, State, Moment) -> bool + Send + Sync>;

/// Instants at which a crash leaves something different behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A worker has taken the reassignment; nothing was done yet.
    Taken,
    /// Something was observed and is not written down.
    Observed,
    /// A step is written down; its call, if it has one, is not made.
    Written,
    /// A call was made and answered; the answer is not written down.
    Called,
}
