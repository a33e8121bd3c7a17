//! How many messages a session may send: three buckets (messages, cancels, administrative), the first two with two
//! tiers. Over the first tier a message is refused, over the second the client is logged out. Never looks at what a
//! message asks for, and never reads a clock.
//!
//! - Cancels have a bucket of their own: whoever has sent too many orders can still take them back.
//! - Everything counts towards the second tier when it comes. Towards the first it counts when its turn comes, which may
//!   be later: many that waited behind a gap are no more welcome at one time than many that come.
//! - What is refused does not count towards the first tier, so a client that sends too much still has as much taken as
//!   the limit says.
//! - A message with PossDupFlag(43)=Y counts in neither: the venue asked for it, and has it answered already or
//!   wants it. It is taken at the pace of the first tier, and waits until then.

use std::fmt;
use std::time::Duration;

use fix_codec::{Header, MsgType};

use super::Time;
use super::window::Window;

/// Garbled bytes that weigh as much as one message.
const GARBLED_BYTES: usize = 4 * 1024;

/// What is to become of a message, as far as its coming goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is taken.
    Take,
    /// It waits, and everything behind it, until then at least.
    Wait(Time),
    /// It is not taken, and the client is logged out.
    LogOut(Exceeded),
}

/// A limit that was exceeded. Shows itself as a client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    what: &'static str,
    limit: u32,
    window: Duration,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            limit,
            window,
        } = self;
        write!(f, "more than {limit} {what} within {window:?}")
    }
}

/// What one session has sent of late.
#[derive(Debug, Clone)]
pub(crate) struct Throttle {
    /// None: nothing is limited.
    buckets: Option<Box<Buckets>>,
}

#[derive(Debug, Clone)]
struct Buckets {
    window: Duration,
    messages: Bucket,
    cancels: Bucket,
    admin: Window,
    admin_logout: u32,
    resends: Window,
}

/// One kind of message and its two tiers.
#[derive(Debug, Clone)]
struct Bucket {
    what: &'static str,
    /// What was taken.
    taken: Window,
    /// Everything on this connection.
    came: Window,
    reject: u32,
    logout: u32,
}

impl Throttle {
    /// As the configuration says; `None` limits nothing.
    pub(crate) fn new(limits: Option<&config::Throttle>) -> Self {
        let buckets = limits.map(|limits| {
            let bucket = |what, tiers: config::Tiers| Bucket {
                what,
                taken: Window::new(limits.window),
                came: Window::new(limits.window),
                reject: tiers.reject,
                logout: tiers.logout,
            };
            Box::new(Buckets {
                window: limits.window,
                messages: bucket("messages", limits.messages),
                cancels: bucket("cancels", limits.cancels),
                admin: Window::new(limits.window),
                admin_logout: limits.admin_logout,
                resends: Window::new(limits.window),
            })
        });
        Self { buckets }
    }

    /// One that limits nothing.
    pub(crate) fn off() -> Self {
        Self { buckets: None }
    }

    /// The client has connected: what it sent over an earlier connection may not log it out again. What was taken still
    /// counts.
    pub(crate) fn connected(&mut self) {
        if let Some(buckets) = &mut self.buckets {
            buckets.messages.came.clear();
            buckets.cancels.came.clear();
            buckets.admin.clear();
        }
    }

    /// A message has come. When its turn comes, it is to [`take`](Self::take) its place.
    pub(crate) fn came(&mut self, now: Time, header: &Header<'_>) -> Verdict {
        let Some(buckets) = &mut self.buckets else {
            return Verdict::Take;
        };
        if header.poss_dup {
            return buckets.resent(now);
        }
        let (window, msg_type) = (buckets.window, header.msg_type);
        if msg_type.is_session() {
            buckets.administrative(now, 1)
        } else {
            buckets.of(msg_type).came(now, window)
        }
    }

    /// A message came earlier, waited behind a gap, and is next.
    pub(crate) fn next_held(&mut self, now: Time, header: &Header<'_>) -> Verdict {
        match &mut self.buckets {
            Some(buckets) if header.poss_dup => buckets.resent(now),
            Some(_) | None => Verdict::Take,
        }
    }

    /// The turn of an application message has come: it is taken, or refused for this reason.
    pub(crate) fn take(&mut self, now: Time, header: &Header<'_>) -> Result<(), Exceeded> {
        match &mut self.buckets {
            Some(buckets) if !header.poss_dup => {
                let window = buckets.window;
                buckets.of(header.msg_type).take(now, window)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A message has come that cannot be read.
    pub(crate) fn unreadable(&mut self, now: Time) -> Verdict {
        self.weigh(now, 1)
    }

    /// So many bytes have come that are no message.
    pub(crate) fn garbled(&mut self, now: Time, bytes: usize) -> Verdict {
        let weight = u32::try_from(bytes / GARBLED_BYTES).unwrap_or(u32::MAX);
        self.weigh(now, weight.saturating_add(1))
    }

    fn weigh(&mut self, now: Time, weight: u32) -> Verdict {
        match &mut self.buckets {
            Some(buckets) => buckets.administrative(now, weight),
            None => Verdict::Take,
        }
    }
}

impl Buckets {
    fn of(&mut self, msg_type: MsgType) -> &mut Bucket {
        if is_cancel(msg_type) {
            &mut self.cancels
        } else {
            &mut self.messages
        }
    }

    fn administrative(&mut self, now: Time, weight: u32) -> Verdict {
        if self.admin.add(now, weight) <= self.admin_logout {
            return Verdict::Take;
        }
        Verdict::LogOut(Exceeded {
            what: "administrative or unreadable messages",
            limit: self.admin_logout,
            window: self.window,
        })
    }

    fn resent(&mut self, now: Time) -> Verdict {
        if self.resends.count(now) >= self.messages.reject {
            return Verdict::Wait(self.resends.next_slice(now));
        }
        self.resends.add(now, 1);
        Verdict::Take
    }
}

impl Bucket {
    fn came(&mut self, now: Time, window: Duration) -> Verdict {
        if self.came.add(now, 1) > self.logout {
            return Verdict::LogOut(self.exceeded(self.logout, window));
        }
        Verdict::Take
    }

    fn take(&mut self, now: Time, window: Duration) -> Result<(), Exceeded> {
        if self.taken.count(now) >= self.reject {
            return Err(self.exceeded(self.reject, window));
        }
        self.taken.add(now, 1);
        Ok(())
    }

    fn exceeded(&self, limit: u32, window: Duration) -> Exceeded {
        Exceeded {
            what: self.what,
            limit,
            window,
        }
    }
}

/// Whether a message only takes back what its sender has in the market.
fn is_cancel(msg_type: MsgType) -> bool {
    matches!(
        msg_type,
        MsgType::OrderCancelRequest | MsgType::OrderMassCancelRequest | MsgType::QuoteCancel
    )
}

#[cfg(test)]
mod tests;
