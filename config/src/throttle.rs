//! How many messages a session may send: what `[[throttles]]` says, and what holds without it.

use std::time::Duration;

/// `[[throttles]]`: how many messages a session may send within a window of time.
///
/// Sessions name it; [`Throttle::DEFAULT`] is that of a session that names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    /// The time over which messages are counted.
    pub window: Duration,
    /// Application messages, but for cancels.
    pub messages: Tiers,
    /// Cancels.
    pub cancels: Tiers,
    /// Administrative and unreadable messages in a window; with more, the client is logged out.
    pub admin_logout: u32,
}

/// Two limits of one kind of message, in messages a window. The second is never below the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiers {
    /// So many are taken; more are refused.
    pub reject: u32,
    /// So many may come; with more, the client is logged out.
    pub logout: u32,
}

impl Throttle {
    /// Far above what people and most programs send, and far below what the venue can take.
    pub const DEFAULT: Self = Self {
        window: Duration::from_secs(1),
        messages: Tiers {
            reject: 5_000,
            logout: 10_000,
        },
        cancels: Tiers {
            reject: 10_000,
            logout: 20_000,
        },
        admin_logout: 1_000,
    };
}
