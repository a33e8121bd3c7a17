//! Trades that are not settled, and what becomes of the instances that they sold.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::command::{Command, ReassignmentStatus};
use crate::event::{EventBody, ReassignmentUpdate, Trade, TradeLeg};
use crate::ids::{ReassignmentId, TradeId};
use crate::inventory::SlotPlace;
use crate::machine::Engine;
use crate::money::Quantity;
use crate::output::Output;
use crate::refusal::{AmendmentRefusal, IgnoreReason};
use crate::text::InstanceName;
use crate::view::HoldingState;

/// The trades with a reassignment that is not final.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Trades {
    // BTreeMap: written to snapshots in order.
    open: BTreeMap<TradeId, OpenTrade>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct OpenTrade {
    trade: Trade,
    /// By the number of the leg.
    legs: Vec<Leg>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Leg {
    slot: SlotPlace,
    /// None: nothing was heard of it yet.
    status: Option<ReassignmentStatus>,
    new_instance: Option<InstanceName>,
}

impl Leg {
    fn is_final(&self) -> bool {
        self.status.is_some_and(ReassignmentStatus::is_final)
    }

    /// Whether the seller's instance is surely what it was: nothing was begun, or it was undone.
    fn is_untouched(&self) -> bool {
        match self.status {
            None | Some(ReassignmentStatus::Pending | ReassignmentStatus::Reversed) => true,
            Some(
                ReassignmentStatus::Terminating
                | ReassignmentStatus::Placing
                | ReassignmentStatus::Starting
                | ReassignmentStatus::Settled
                | ReassignmentStatus::Failed,
            ) => false,
        }
    }
}

/// The slots of a trade that is undone.
#[derive(Debug, Default)]
pub(crate) struct Undone {
    /// All that were sold in it.
    pub(crate) sold: Vec<SlotPlace>,
    /// Those that it held until now.
    pub(crate) held: Vec<SlotPlace>,
}

impl Trades {
    fn leg(&self, id: ReassignmentId) -> Option<(&Trade, &Leg)> {
        let open = self.open.get(&id.trade)?;
        Some((&open.trade, open.legs.get(usize::try_from(id.leg).ok()?)?))
    }

    /// Takes note of how far a leg has come; forgets the trade when its last leg is final.
    fn advance(&mut self, id: ReassignmentId, leg: Leg) {
        let open = self
            .open
            .get_mut(&id.trade)
            .expect("the leg was found before");
        let number = usize::try_from(id.leg).expect("the leg was found before");
        open.legs[number] = leg;
        if open.legs.iter().all(Leg::is_final) {
            self.open.remove(&id.trade);
        }
    }

    /// The trades of which something is not settled, with how many instances that are.
    pub(crate) fn unsettled_trades(&self) -> impl Iterator<Item = (&Trade, Quantity)> {
        self.open.values().map(|open| {
            let legs = open.legs.iter().filter(|leg| !leg.is_final()).count();
            let legs = u64::try_from(legs).expect("fewer legs than memory");
            (&open.trade, Quantity::new(legs))
        })
    }

    /// Whether a trade of instances may still be undone, or change its price.
    pub(crate) fn check_not_begun(&self, trade: &Trade) -> Result<(), AmendmentRefusal> {
        let open = self.open.get(&trade.trade);
        let open = open.ok_or(AmendmentRefusal::ReassignmentsEnded)?;
        if open.trade != *trade {
            return Err(AmendmentRefusal::UnknownTrade);
        }
        if open.legs.iter().all(Leg::is_untouched) {
            Ok(())
        } else {
            Err(AmendmentRefusal::PastNoReturn)
        }
    }

    /// Forgets a trade, if it is one of instances, and leaves those legs in `trade` that held something until now.
    pub(crate) fn undo(&mut self, trade: &mut Trade) -> Undone {
        let Some(open) = self.open.remove(&trade.trade) else {
            return Undone::default();
        };
        keep_open(&mut trade.legs, &open.legs);
        let held = open.legs.iter().filter(|leg| !leg.is_final());
        Undone {
            sold: open.legs.iter().map(|leg| leg.slot).collect(),
            held: held.map(|leg| leg.slot).collect(),
        }
    }

    /// Takes note of the new price of a trade, if it is one of instances, and leaves those legs in `trade` that will be
    /// paid for.
    pub(crate) fn reprice(&mut self, trade: &mut Trade) {
        if let Some(open) = self.open.get_mut(&trade.trade) {
            open.trade.price = trade.price;
            keep_open(&mut trade.legs, &open.legs);
        }
    }

    /// A trade that is not settled.
    pub(crate) fn unsettled_trade(&self, trade: TradeId) -> Option<&Trade> {
        self.open.get(&trade).map(|open| &open.trade)
    }

    /// The slots of all legs that are not final, with their reassignments.
    pub(crate) fn unsettled(&self) -> impl Iterator<Item = (ReassignmentId, SlotPlace)> + '_ {
        self.open.iter().flat_map(|(&trade, open)| {
            let legs = (0..).zip(&open.legs).filter(|(_, leg)| !leg.is_final());
            legs.map(move |(leg, entry)| (ReassignmentId { trade, leg }, entry.slot))
        })
    }
}

fn keep_open(legs: &mut Vec<TradeLeg>, states: &[Leg]) {
    let mut states = states.iter();
    legs.retain(|_| states.next().is_some_and(|leg| !leg.is_final()));
}

impl Engine {
    /// Reports a trade, and passes each instance sold from its order to a reassignment.
    /// `holders` are firm and account of both parties.
    pub(crate) fn execute(
        &mut self,
        mut trade: Trade,
        slots: &[SlotPlace],
        holders: [(u32, u32); 2],
        out: &mut Output<'_>,
    ) {
        for (leg, &place) in (0..).zip(slots) {
            let reassignment = ReassignmentId {
                trade: trade.trade,
                leg,
            };
            let slot = self.inventory.slot(place);
            trade.legs.push(TradeLeg {
                reassignment,
                slot: slot.name,
                instance: slot.instance,
            });
            self.inventory.sell(place, trade.seller.order, reassignment);
        }
        if !trade.legs.is_empty() {
            let leg = |&slot| Leg {
                slot,
                status: None,
                new_instance: None,
            };
            let open = OpenTrade {
                trade: trade.clone(),
                legs: slots.iter().map(leg).collect(),
            };
            self.trades.open.insert(trade.trade, open);
            self.risk.traded(&trade, holders);
        }
        out.push(EventBody::TradeExecuted(trade));
    }

    /// Moves a reassignment on. A status may be skipped; none is taken twice or after a final one.
    pub(crate) fn update_reassignment(
        &mut self,
        command: &Command,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        let Command::UpdateReassignment {
            reassignment,
            status,
            new_instance,
            text,
            cash,
        } = command
        else {
            unreachable!("only updates of reassignments come here");
        };
        let (trade, leg) = self
            .trades
            .leg(*reassignment)
            .ok_or(IgnoreReason::Unknown)?;
        if leg.is_final() || leg.status >= Some(*status) {
            return Err(IgnoreReason::NotLater);
        }
        let new_instance = new_instance.or(leg.new_instance);
        let leg = Leg {
            slot: leg.slot,
            status: Some(*status),
            new_instance,
        };
        if *status == ReassignmentStatus::Settled && !trade.retire {
            self.check_delivery(leg)?;
        }
        let slot = self.inventory.slot(leg.slot);
        let update = ReassignmentUpdate {
            reassignment: *reassignment,
            trade: trade.clone(),
            slot: slot.name,
            old_instance: slot.instance,
            new_instance,
            status: *status,
            text: *text,
            cash: *cash,
        };
        self.trades.advance(*reassignment, leg);
        if status.is_final() {
            self.risk
                .settled(&self.registry, &update.trade, Quantity::new(1));
        }
        out.push(EventBody::ReassignmentUpdated(Box::new(update.clone())));
        self.conclude(&update, leg, out);
        Ok(())
    }

    /// What is delivered must be named, and be new.
    fn check_delivery(&self, leg: Leg) -> Result<(), IgnoreReason> {
        let instance = leg.new_instance.ok_or(IgnoreReason::Invalid)?;
        let provider = self.inventory.slot(leg.slot).provider;
        match self.inventory.find_instance(provider, instance) {
            Some(place) if place != leg.slot => Err(IgnoreReason::Contradicts),
            Some(_) | None => Ok(()),
        }
    }

    /// Changes the register as the end of a reassignment asks.
    fn conclude(&mut self, update: &ReassignmentUpdate, leg: Leg, out: &mut Output<'_>) {
        let ReassignmentUpdate {
            reassignment,
            slot,
            old_instance,
            ..
        } = *update;
        let (symbol, from) = (update.trade.symbol, update.trade.seller.account);
        match update.status {
            ReassignmentStatus::Pending
            | ReassignmentStatus::Terminating
            | ReassignmentStatus::Placing
            | ReassignmentStatus::Starting => {}
            ReassignmentStatus::Failed => {
                self.inventory
                    .set_state(leg.slot, Some(HoldingState::Parked(reassignment)));
            }
            ReassignmentStatus::Reversed => {
                self.inventory.set_state(leg.slot, Some(HoldingState::Free));
            }
            ReassignmentStatus::Settled if update.trade.retire => {
                self.inventory.retire(leg.slot);
                let instance = old_instance;
                out.push(EventBody::InstanceRetired {
                    reassignment,
                    slot,
                    instance,
                    from,
                    symbol,
                });
            }
            ReassignmentStatus::Settled => {
                let to = update.trade.buyer.account;
                let account = self
                    .registry
                    .accounts
                    .find(&to)
                    .expect("accounts stay open");
                let instance = update.new_instance.expect("a delivery was checked");
                self.inventory.transfer(leg.slot, account, instance);
                let transfer = EventBody::InstanceTransferred {
                    reassignment,
                    slot,
                    instance,
                    from,
                    to,
                    symbol,
                };
                out.push(transfer);
            }
        }
    }
}
