//! The kill switch: blocks the trading of a session, a firm or the venue, cancels what rests of it, and releases it when
//! it is told to, never by itself. Each block stands by itself: to release the venue releases no firm.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::cancelling::Ending;
use crate::command::{Command, Origin, TradingScope};
use crate::event::{CancelCause, EventBody};
use crate::ids::{CommandNumber, OrderId};
use crate::machine::Engine;
use crate::output::Output;
use crate::refusal::{Blocked, IgnoreReason};
use crate::slab::Place;
use crate::text::Remark;
use crate::time::Timestamp;

/// A block: who laid it down, when and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Who.
    pub by: Origin,
    /// Why.
    pub reason: Remark,
    /// When.
    pub since: Timestamp,
    /// The command that did it.
    pub command: CommandNumber,
}

/// Who is blocked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Blocks {
    venue: Option<Block>,
    /// By the place of the firm.
    firms: BTreeMap<u32, Block>,
    /// By the place of the session.
    sessions: BTreeMap<u32, Block>,
}

/// Whom a command means, by place.
#[derive(Debug, Clone, Copy)]
enum Whom {
    Session(u32),
    Firm(u32),
    Venue,
}

impl Blocks {
    /// What keeps a session of a firm from trading: the widest of what does.
    #[inline]
    pub(crate) fn check(&self, session: u32, firm: u32) -> Result<(), Blocked> {
        if self.venue.is_some() {
            Err(Blocked::Venue)
        } else if self.firms.contains_key(&firm) {
            Err(Blocked::Firm)
        } else if self.sessions.contains_key(&session) {
            Err(Blocked::Session)
        } else {
            Ok(())
        }
    }

    fn get(&self, whom: Whom) -> Option<&Block> {
        match whom {
            Whom::Session(session) => self.sessions.get(&session),
            Whom::Firm(firm) => self.firms.get(&firm),
            Whom::Venue => self.venue.as_ref(),
        }
    }

    fn add(&mut self, whom: Whom, block: Block) {
        match whom {
            Whom::Session(session) => drop(self.sessions.insert(session, block)),
            Whom::Firm(firm) => drop(self.firms.insert(firm, block)),
            Whom::Venue => self.venue = Some(block),
        }
    }

    fn remove(&mut self, whom: Whom) -> Option<Block> {
        match whom {
            Whom::Session(session) => self.sessions.remove(&session),
            Whom::Firm(firm) => self.firms.remove(&firm),
            Whom::Venue => self.venue.take(),
        }
    }

    /// Whether every block is of a firm or session that there is.
    pub(crate) fn fits(&self, firms: usize, sessions: usize) -> bool {
        let last = |blocks: &BTreeMap<u32, Block>| blocks.keys().next_back().copied();
        let within = |last: Option<u32>, count: usize| {
            last.is_none_or(|last| usize::try_from(last).is_ok_and(|last| last < count))
        };
        within(last(&self.firms), firms) && within(last(&self.sessions), sessions)
    }
}

impl Engine {
    /// Blocks or releases, as an operator says.
    pub(crate) fn switch_trading(
        &mut self,
        origin: Origin,
        command: &Command,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        match origin {
            Origin::Operator { .. } | Origin::Venue => {}
            Origin::Settlement | Origin::Session { .. } => return Err(IgnoreReason::NotPermitted),
        }
        if let Command::BlockTrading { scope, reason } = command {
            self.block(origin, *scope, *reason, out)
        } else if let Command::ReleaseTrading { scope, reason } = command {
            self.release(origin, *scope, *reason, out)
        } else {
            unreachable!("only blocks and releases come here")
        }
    }

    fn block(
        &mut self,
        by: Origin,
        scope: TradingScope,
        reason: Remark,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        let whom = self.whom(scope)?;
        if self.blocks.get(whom).is_some() {
            return Err(IgnoreReason::AlreadySo);
        }
        let block = Block {
            by,
            reason,
            since: out.time(),
            command: out.number(),
        };
        self.blocks.add(whom, block);
        let ending = self.resting_of(whom);
        out.push(EventBody::TradingBlocked {
            scope,
            by,
            reason,
            orders: u64::try_from(ending.len()).expect("fewer orders than memory"),
        });
        let cause = CancelCause::TradingBlocked { scope };
        for place in ending {
            self.end(place, Ending::Cancelled(cause), out);
        }
        Ok(())
    }

    fn release(
        &mut self,
        by: Origin,
        scope: TradingScope,
        reason: Remark,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        let whom = self.whom(scope)?;
        let block = self.blocks.remove(whom).ok_or(IgnoreReason::AlreadySo)?;
        out.push(EventBody::TradingReleased {
            scope,
            by,
            reason,
            since: block.since,
        });
        Ok(())
    }

    fn whom(&self, scope: TradingScope) -> Result<Whom, IgnoreReason> {
        let whom = match scope {
            TradingScope::Session(name) => self.registry.sessions.find(&name).map(Whom::Session),
            TradingScope::Firm(name) => self.registry.firms.find(&name).map(Whom::Firm),
            TradingScope::Venue => Some(Whom::Venue),
        };
        whom.ok_or(IgnoreReason::Unknown)
    }

    /// What rests of those who are meant, stops that wait included: firm by firm and session by session in the order of
    /// their admission, each in the order of acceptance. Looks through all orders, unless those of the firm are followed.
    fn resting_of(&self, whom: Whom) -> Vec<Place> {
        let (firm, session) = match whom {
            Whom::Session(session) => (Some(self.registry.sessions[session].firm), Some(session)),
            Whom::Firm(firm) => (Some(firm), None),
            Whom::Venue => (None, None),
        };
        if let Some(firm) = firm.filter(|&firm| self.orders.is_followed(firm)) {
            return self.orders.of_firm(firm, session);
        }
        let mut found: Vec<(u32, u32, OrderId, Place)> = Vec::new();
        for book in &self.books {
            for place in book.all(&self.orders.resting, &self.levels) {
                let order = &self.orders.resting[place];
                let meant = firm.is_none_or(|firm| firm == order.firm)
                    && session.is_none_or(|session| session == order.session);
                if meant {
                    found.push((order.firm, order.session, order.id, place));
                }
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(.., place)| place).collect()
    }

    /// Everybody who is blocked: the venue, then firms, then sessions, each in the order of admission.
    pub fn blocks(&self) -> impl Iterator<Item = (TradingScope, Block)> + '_ {
        let venue = self.blocks.venue.iter();
        let venue = venue.map(|block| (TradingScope::Venue, *block));
        let firms = self.blocks.firms.iter().map(|(&firm, block)| {
            let name = self.registry.firms[firm].name;
            (TradingScope::Firm(name), *block)
        });
        let sessions = self.blocks.sessions.iter().map(|(&session, block)| {
            let name = self.registry.sessions[session].name;
            (TradingScope::Session(name), *block)
        });
        venue.chain(firms).chain(sessions)
    }
}
