//! What a session's open orders meet when it loses its client. Only data.

use std::time::Duration;

use engine::{CancelOnDisconnect, CancelScope};

/// What the open orders of a session meet when it loses its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnDisconnect {
    /// Whose orders are cancelled, unless the client asks for something else; `None`: nobody's.
    pub scope: Option<CancelScope>,
    /// Whether the client may ask for something else: CancelOrdersOnDisconnect(8013) of its Logon(A).
    pub client_chooses: bool,
    /// How long it may be away before they are.
    pub grace: Duration,
    /// Whether good-till-cancel and good-till-date orders are left alone.
    pub spares_good_till: bool,
    /// Whether a Logout(5) of the client counts too.
    pub on_logout: bool,
}

impl OnDisconnect {
    /// Nothing is cancelled, and the client cannot change that.
    pub const NOTHING: Self = Self {
        scope: None,
        client_chooses: false,
        ..Self::DEFAULT
    };

    /// What holds where the file says nothing.
    pub const DEFAULT: Self = Self {
        scope: None,
        client_chooses: true,
        grace: Duration::from_secs(10),
        spares_good_till: true,
        on_logout: true,
    };

    /// What the market is told, when orders in `scope` are to be cancelled.
    #[must_use]
    pub fn policy(&self, scope: Option<CancelScope>) -> Option<CancelOnDisconnect> {
        scope.map(|scope| CancelOnDisconnect {
            scope,
            grace: self.grace,
            spares_good_till: self.spares_good_till,
            on_logout: self.on_logout,
        })
    }
}
