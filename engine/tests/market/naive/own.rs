//! Orders that are each other's own, in the naive market.

use engine::{
    CancelCause, EventBody, FirmName, IgnoreReason, OrderStatus, Quantity, SelfMatchInstruction,
    SelfMatchPolicy, SelfMatchScope,
};

use super::special::conditions_of;
use super::{Naive, Told};

impl Naive {
    pub(super) fn lay_down(&mut self, firm: FirmName, policy: SelfMatchPolicy, told: &mut Told) {
        if self.laid_down(firm) == policy {
            let (origin, reason) = (told.cause.input.origin, IgnoreReason::AlreadySo);
            return told.tell(EventBody::Ignored { origin, reason });
        }
        self.self_match.push((firm, policy));
        told.tell(EventBody::SelfMatchPreventionSet { firm, policy });
    }

    fn laid_down(&self, firm: FirmName) -> SelfMatchPolicy {
        let mut known = self.self_match.iter().rev();
        let last = known.find(|(known, _)| *known == firm);
        last.map_or_else(SelfMatchPolicy::default, |(_, policy)| *policy)
    }

    /// What is done instead of a trade of two orders, when they are each other's own.
    pub(super) fn instruction(&self, taker: usize, maker: usize) -> Option<SelfMatchInstruction> {
        let (taker, maker) = (&self.orders[taker].view, &self.orders[maker].view);
        let policy = self.laid_down(taker.firm);
        let (came, rested) = (conditions_of(taker), conditions_of(maker));
        let same_group =
            came.self_match_group.is_some() && came.self_match_group == rested.self_match_group;
        let own = taker.account == maker.account
            || taker.firm == maker.firm && (same_group || policy.scope == SelfMatchScope::Firm);
        own.then(|| came.self_match_instruction.unwrap_or(policy.instruction))
    }

    /// Does it. Says whether the order that came may not go on.
    pub(super) fn prevent(
        &mut self,
        taker: usize,
        maker: usize,
        instruction: SelfMatchInstruction,
        told: &mut Told,
    ) -> bool {
        let (came, rested) = (
            self.orders[taker].view.leaves.get(),
            self.orders[maker].view.leaves.get(),
        );
        let (ends_taker, ends_maker) = match instruction {
            SelfMatchInstruction::CancelTaker => (true, false),
            SelfMatchInstruction::CancelMaker => (false, true),
            SelfMatchInstruction::CancelBoth => (true, true),
            SelfMatchInstruction::DecrementAndCancel => (came <= rested, rested <= came),
        };
        let decrement = instruction == SelfMatchInstruction::DecrementAndCancel;
        if ends_maker {
            let cause = Some(CancelCause::SelfTradePrevented);
            self.end(maker, OrderStatus::Cancelled, cause, told);
        } else if decrement {
            self.reduce(maker, came, told);
        }
        if decrement && !ends_taker {
            self.reduce(taker, rested, told);
        }
        ends_taker
    }

    fn reduce(&mut self, at: usize, by: u64, told: &mut Told) {
        let order = &mut self.orders[at].view;
        order.quantity = Quantity::new(order.quantity.get() - by);
        order.leaves = Quantity::new(order.leaves.get() - by);
        let shown = self.orders[at].shown;
        self.orders[at].shown = shown.min(self.orders[at].view.leaves.get());
        let order = &self.orders[at].view;
        let kept = usize::try_from(order.leaves.get()).unwrap();
        let order = order.clone();
        let held = &mut self.orders[at].holds;
        let freed = held.split_off(kept.min(held.len()));
        for slot in freed {
            self.holding(slot).free = true;
        }
        let execution = told.execution();
        told.tell(EventBody::OrderReduced { order, execution });
    }
}
