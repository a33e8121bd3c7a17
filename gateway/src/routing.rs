//! Which sessions an event is for: the parties that it concerns, and the drop-copy sessions of their firms.

use config::{Config, Copied, Role};
use engine::{Event, EventBody, SessionName};

use crate::order_entry::routing::concerns;

/// The sessions that get copies, and whose.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes {
    copies: Vec<(SessionName, Copied)>,
}

impl Routes {
    /// What the configuration says of copies.
    pub(crate) fn new(config: &Config) -> Self {
        let copies = config
            .sessions
            .iter()
            .filter_map(|session| match &session.role {
                Role::OrderEntry { .. } => None,
                Role::DropCopy { of } => Some((session.comp_id, of.clone())),
            })
            .collect();
        Self { copies }
    }

    /// Calls `visit` with each session that gets a message because of `event`; with the same one twice when it
    /// gets two.
    pub(crate) fn each(&self, event: &Event, mut visit: impl FnMut(&SessionName)) {
        if let EventBody::SessionReset { session, .. }
        | EventBody::SessionConnected { session, .. } = &event.body
        {
            visit(session);
        }
        for concern in concerns(event) {
            visit(concern.session);
            if !concern.is_copied() {
                continue;
            }
            for (session, copied) in &self.copies {
                let watched = match copied {
                    Copied::All => concern.firm.is_some(),
                    Copied::Firms(firms) => concern.firm.is_some_and(|firm| firms.contains(firm)),
                };
                if watched {
                    visit(session);
                }
            }
        }
    }
}
