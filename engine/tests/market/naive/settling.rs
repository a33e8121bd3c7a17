//! What settlement says, taken by the naive market.

use super::*;

impl Naive {
    pub(super) fn update(
        &mut self,
        id: ReassignmentId,
        status: ReassignmentStatus,
        new_instance: Option<InstanceName>,
        told: &mut Told,
    ) {
        let origin = told.cause.input.origin;
        let ignore = |reason| EventBody::Ignored { origin, reason };
        let Some(at) = self.sales.iter().position(|sale| sale.id == id) else {
            return told.tell(ignore(engine::IgnoreReason::Unknown));
        };
        let of_trade = self.sales.iter().filter(|sale| sale.id.trade == id.trade);
        if of_trade
            .map(|sale| sale.status)
            .all(|status| status.is_some_and(|s| s.is_final()))
        {
            return told.tell(ignore(engine::IgnoreReason::Unknown));
        }
        let sale = &mut self.sales[at];
        if sale
            .status
            .is_some_and(|known| known.is_final() || known >= status)
        {
            return told.tell(ignore(engine::IgnoreReason::NotLater));
        }
        sale.status = Some(status);
        let (trade, slot, old_instance) = (sale.trade.clone(), sale.slot, sale.old_instance);
        let update = ReassignmentUpdate {
            reassignment: id,
            trade: trade.clone(),
            slot,
            old_instance,
            new_instance,
            status,
            text: None,
            cash: None,
        };
        told.tell(EventBody::ReassignmentUpdated(Box::new(update)));
        let (from, to, symbol) = (trade.seller.account, trade.buyer.account, trade.symbol);
        let reassignment = id;
        match status {
            ReassignmentStatus::Reversed => self.holding(slot).free = true,
            ReassignmentStatus::Settled if trade.retire => {
                self.holdings.retain(|holding| holding.slot != slot);
                let instance = old_instance;
                told.tell(EventBody::InstanceRetired {
                    reassignment,
                    slot,
                    instance,
                    from,
                    symbol,
                });
            }
            ReassignmentStatus::Settled => {
                let instance = new_instance.unwrap();
                let holding = self.holding(slot);
                (holding.instance, holding.account, holding.free) = (instance, to, true);
                told.tell(EventBody::InstanceTransferred {
                    reassignment,
                    slot,
                    instance,
                    from,
                    to,
                    symbol,
                });
            }
            _ => {}
        }
    }

    pub(super) fn holding(&mut self, slot: SlotName) -> &mut NaiveHolding {
        self.holdings
            .iter_mut()
            .find(|holding| holding.slot == slot)
            .unwrap()
    }
}
