//! Self-match prevention: which two orders are each other's own, and what is done instead of their trade.

use crate::cancelling::Ending;
use crate::command::{SelfMatchInstruction, SelfMatchPolicy, SelfMatchScope};
use crate::event::{CancelCause, EventBody};
use crate::machine::Engine;
use crate::money::Quantity;
use crate::order::{Delivery, Order};
use crate::output::Output;
use crate::refusal::IgnoreReason;
use crate::registry::SetUp;
use crate::slab::Place;
use crate::text::{FirmName, SelfMatchGroup};

/// What makes orders each other's own: they are where they share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OwnKey {
    /// The account.
    Account(u32),
    /// A group of a firm.
    Group(u32, SelfMatchGroup),
    /// The firm, where that is laid down.
    Firm(u32),
}

impl Engine {
    /// What makes an order somebody's own; [`Self::self_match`] asks for the same of two.
    pub(crate) fn own_keys(&self, order: &Order) -> [Option<OwnKey>; 2] {
        let firm = order.firm;
        match self.registry.firms[firm].self_match.scope {
            SelfMatchScope::Firm => [Some(OwnKey::Firm(firm)), None],
            SelfMatchScope::Account => {
                let group = group(order).map(|group| OwnKey::Group(firm, *group));
                [Some(OwnKey::Account(order.account)), group]
            }
        }
    }

    /// Lays down what holds for the orders of a firm that say nothing themselves; those that rest included.
    pub(crate) fn set_self_match_policy(
        &mut self,
        firm: FirmName,
        policy: SelfMatchPolicy,
    ) -> SetUp {
        let place = self.registry.firms.find(&firm);
        let known = &mut self.registry.firms[place.ok_or(IgnoreReason::Unknown)?];
        if known.self_match == policy {
            return Err(IgnoreReason::AlreadySo);
        }
        known.self_match = policy;
        Ok(EventBody::SelfMatchPreventionSet { firm, policy })
    }

    /// What is to be done instead of a trade of these two; nothing when they may trade. Orders of one account, or
    /// of one group of a firm, are always each other's own. The order that takes says what is done.
    #[inline]
    pub(crate) fn self_match(&self, taker: &Order, maker: &Order) -> Option<SelfMatchInstruction> {
        // Most pairs are of two firms, and cost no more than this.
        if taker.firm != maker.firm {
            return None;
        }
        let policy = self.registry.firms[taker.firm].self_match;
        let one_account = taker.account == maker.account;
        let one_group = group(taker).is_some() && group(taker) == group(maker);
        if !one_account && !one_group && policy.scope == SelfMatchScope::Account {
            return None;
        }
        let own = taker
            .conditions()
            .and_then(|own| own.self_match_instruction);
        Some(own.unwrap_or(policy.instruction))
    }

    /// Does it. Says whether the order that takes may go on.
    pub(crate) fn prevent_self_match(
        &mut self,
        taker: &mut Order,
        place: Place,
        instruction: SelfMatchInstruction,
        out: &mut Output<'_>,
    ) -> bool {
        let cancelled = Ending::Cancelled(CancelCause::SelfTradePrevented);
        match instruction {
            SelfMatchInstruction::CancelTaker => false,
            SelfMatchInstruction::CancelMaker => {
                self.end(place, cancelled, out);
                true
            }
            SelfMatchInstruction::CancelBoth => {
                self.end(place, cancelled, out);
                false
            }
            SelfMatchInstruction::DecrementAndCancel => {
                let (taken, resting) = (taker.leaves(), self.orders.resting[place].leaves());
                if resting > taken {
                    self.reduce_resting(place, taken, out);
                    return false;
                }
                self.end(place, cancelled, out);
                if resting < taken {
                    self.reduce(taker, resting, out);
                }
                resting < taken
            }
        }
    }

    /// Takes so much off an order that rests on, less than is open of it. It keeps its place in line.
    pub(crate) fn reduce_resting(&mut self, place: Place, by: Quantity, out: &mut Output<'_>) {
        let mut order = self.orders.resting[place].clone();
        let shown = order.displayed();
        self.reduce(&mut order, by, out);
        // What is not shown goes first.
        let hidden_now = shown.checked_sub(order.displayed());
        let hidden_now = hidden_now.expect("no more is shown of what became smaller");
        self.levels[order.links.level].take(hidden_now);
        self.risk.shrank(&self.registry, &order, by);
        self.orders.resting[place] = order;
    }

    /// Takes so much off an order, less than is open of it, and frees what it would have delivered last.
    fn reduce(&mut self, order: &mut Order, by: Quantity, out: &mut Output<'_>) {
        assert!(by < order.leaves(), "something stays open");
        let rest = order.quantity.checked_sub(by);
        order.quantity = rest.expect("less is taken off than is open");
        order.hide_excess();
        if let Delivery::Slots(slots) = &mut order.delivery
            && !slots.is_empty()
        {
            let kept = usize::try_from(order.quantity.get()).expect("slots fit into memory");
            self.inventory.release(&slots[kept..], order.id);
            slots.truncate(kept);
        }
        let execution = out.execution();
        out.push(EventBody::OrderReduced {
            order: self.registry.view(order, order.status()),
            execution,
        });
    }
}

fn group(order: &Order) -> Option<&SelfMatchGroup> {
    order.conditions()?.self_match_group.as_ref()
}
