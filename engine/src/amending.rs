//! Busts and corrects trades at an operator's wish: takes fills back from orders that rest or are done, frees the
//! instances sold, or changes what they cost. It never gives an order back what was taken from it: nothing that was
//! busted trades again by itself.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::command::{Amendment, Origin, Side, TradeAmendment};
use crate::event::{AmendedTrade, EventBody, Fill, FillAmendment, OrderView, Trade, TradeSide};
use crate::ids::{CommandNumber, ExecutionId, TradeId};
use crate::inventory::SlotPlace;
use crate::machine::Engine;
use crate::money::{Price, Quantity};
use crate::orders::Known;
use crate::output::Output;
use crate::refusal::{AmendmentRefusal, IgnoreReason};
use crate::slab::Place;
use crate::text::OperatorName;
use crate::trades::Undone;

/// The trades of this trading day that were busted or corrected.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Amendments {
    /// The command that ended the day before, if one did.
    day_before: Option<CommandNumber>,
    // BTreeMap: written to snapshots in order.
    of_today: BTreeMap<TradeId, Amended>,
}

/// How a trade stands that was busted or corrected.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Amended {
    price: Price,
    busted: bool,
    /// The latest reports that told the buyer and the seller of it.
    executions: [ExecutionId; 2],
}

/// The order of one party of a trade.
#[derive(Debug, Clone, Copy)]
enum Party {
    Resting(Place),
    Done(Place),
}

/// A trade that may be busted or corrected.
struct Subject {
    /// The trade with the price that it has now.
    trade: Trade,
    /// The latest reports that told the buyer and the seller of it.
    told: [ExecutionId; 2],
    /// The orders of the buyer and the seller.
    parties: [Party; 2],
}

impl Amendments {
    /// Forgets the trades of the day that this command ends.
    pub(crate) fn end_day(&mut self, command: CommandNumber) {
        self.day_before = Some(command);
        self.of_today.clear();
    }

    /// Trades that were busted or corrected, whether each was busted, and its price now. For checks of invariants.
    pub(crate) fn all(&self) -> impl Iterator<Item = (TradeId, bool, Price)> + '_ {
        let trades = self.of_today.iter();
        trades.map(|(&trade, amended)| (trade, amended.busted, amended.price))
    }

    /// Whether a trade is of this trading day.
    pub(crate) fn is_of_today(&self, trade: TradeId) -> bool {
        self.day_before.is_none_or(|ended| ended < trade.number)
    }
}

impl Engine {
    pub(crate) fn amend_trade(
        &mut self,
        origin: Origin,
        request: &TradeAmendment,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        let Origin::Operator { name: operator } = origin else {
            return Err(IgnoreReason::NotPermitted);
        };
        match self.check_amendment(request) {
            Ok(subject) => self.carry_out(operator, request, subject, out),
            Err(reason) => out.push(EventBody::TradeAmendmentRefused {
                operator,
                trade: request.trade.trade,
                change: request.change,
                reason,
            }),
        }
        Ok(())
    }

    /// What is to be busted or corrected, or the first reason why not. The order of the steps is the order of
    /// [`AmendmentRefusal`].
    fn check_amendment(&self, request: &TradeAmendment) -> Result<Subject, AmendmentRefusal> {
        let trade = &request.trade;
        if !self.amendments.is_of_today(trade.trade) {
            return Err(AmendmentRefusal::EarlierDay);
        }
        let known = self.amendments.of_today.get(&trade.trade);
        let now = Trade {
            price: known.map_or(trade.price, |amended| amended.price),
            ..trade.clone()
        };
        let unknown = AmendmentRefusal::UnknownTrade;
        // Both reports of a fill, and its trade, are of one command.
        let reports = [now.buyer.execution, now.seller.execution];
        if reports
            .iter()
            .any(|report| report.number != now.trade.number)
        {
            return Err(unknown);
        }
        let instrument = self.registry.instruments.find(&now.symbol);
        let listing = &self.registry.instruments[instrument.ok_or(unknown)?];
        let is_busted = known.is_some_and(|amended| amended.busted);
        let party = |side, of| self.party(&now, side, of, is_busted).ok_or(unknown);
        let parties = [
            party(Side::Buy, &now.buyer)?,
            party(Side::Sell, &now.seller)?,
        ];
        if now.test != listing.is_test() || now.legs.is_empty() != listing.is_test() {
            return Err(unknown);
        }
        if is_busted {
            return Err(AmendmentRefusal::AlreadyBusted);
        }
        if !now.test {
            self.trades.check_not_begun(&now)?;
        }
        if let Amendment::Correct { price } = request.change {
            check_price(price, now.price, listing.terms.tick)?;
        }
        if known.is_none() && self.amendments.of_today.len() >= AmendmentRefusal::TRADES_MAX {
            return Err(AmendmentRefusal::TooMany);
        }
        Ok(Subject {
            told: known.map_or(reports, |amended| amended.executions),
            trade: now,
            parties,
        })
    }

    /// The order of a party, if it is the one that the trade says, and has such a fill unless that was busted.
    fn party(&self, trade: &Trade, side: Side, of: &TradeSide, busted: bool) -> Option<Party> {
        let firm = self.registry.firms.find(&of.firm)?;
        let known = match self.orders.find(firm, &of.client_order_id)? {
            Known::Replaced(id) => self.orders.renamed(id),
            known @ (Known::Resting(_) | Known::Done(_) | Known::Used) => known,
        };
        let (party, order) = match known {
            Known::Resting(place) => (Party::Resting(place), &self.orders.resting[place]),
            Known::Done(place) => (Party::Done(place), &self.orders.done(place).order),
            Known::Replaced(_) | Known::Used => return None,
        };
        let symbol = self.registry.instruments[order.instrument].terms.symbol;
        let filled = trade.price.times(trade.quantity);
        let has_fill = busted
            || trade.price > Price::from_micros(0)
                && !trade.quantity.is_zero()
                && trade.quantity <= order.cumulative
                && filled <= order.filled_notional;
        let same = order.id == of.order && order.side == side && symbol == trade.symbol;
        (same && has_fill).then_some(party)
    }

    fn carry_out(
        &mut self,
        operator: OperatorName,
        request: &TradeAmendment,
        subject: Subject,
        out: &mut Output<'_>,
    ) {
        let Subject {
            trade: before,
            told,
            parties,
        } = subject;
        let mut trade = before.clone();
        if let Amendment::Correct { price } = request.change {
            trade.price = price;
        }
        let slots = self.take_back(&before, &mut trade, request.change);
        let mut executions = told;
        for (at, side) in [&before.buyer, &before.seller].into_iter().enumerate() {
            let (change, reason) = (request.change, request.reason);
            let order = self.restate(parties[at], &before, change, &slots.sold);
            let execution = out.execution();
            executions[at] = execution;
            out.push(EventBody::FillAmended(Box::new(FillAmendment {
                order,
                execution,
                refers_to: told[at],
                fill: Fill {
                    trade: trade.trade,
                    price: trade.price,
                    quantity: trade.quantity,
                    instances: before.legs.iter().map(|leg| leg.instance).collect(),
                    liquidity: side.liquidity,
                },
                change,
                reason,
            })));
        }
        self.inventory.free(&slots.held);
        let amended = Amended {
            price: trade.price,
            busted: request.change == Amendment::Bust,
            executions,
        };
        self.amendments.of_today.insert(trade.trade, amended);
        out.push(EventBody::TradeAmended(Box::new(AmendedTrade {
            trade,
            change: request.change,
            operator,
            reason: request.reason,
        })));
    }

    /// Forgets a trade that is not settled, or what it cost until now, and counts what its parties owe anew. Leaves
    /// those legs in `trade` that were not at their end.
    fn take_back(&mut self, before: &Trade, trade: &mut Trade, change: Amendment) -> Undone {
        let slots = match change {
            Amendment::Bust => self.trades.undo(trade),
            Amendment::Correct { .. } => {
                self.trades.reprice(trade);
                Undone::default()
            }
        };
        let open = u64::try_from(trade.legs.len()).expect("fewer legs than memory");
        let open = Quantity::new(open);
        match change {
            Amendment::Bust => self.risk.settled(&self.registry, before, open),
            Amendment::Correct { .. } => {
                self.risk.repriced(&self.registry, [before, trade], open);
            }
        }
        slots
    }

    /// Takes a fill back from an order, or changes what it cost; how the order stands then.
    fn restate(
        &mut self,
        party: Party,
        trade: &Trade,
        change: Amendment,
        sold: &[SlotPlace],
    ) -> OrderView {
        let cost = trade.price.times(trade.quantity);
        match party {
            Party::Resting(place) => {
                let order = &mut self.orders.resting[place];
                match change {
                    Amendment::Bust => order.shrink(trade.quantity, cost, sold),
                    Amendment::Correct { price } => {
                        order.cost_instead(cost, price.times(trade.quantity));
                    }
                }
                self.registry.view(order, order.status())
            }
            Party::Done(place) => {
                let done = self.orders.done_mut(place);
                match change {
                    Amendment::Bust => done.unfill(trade.quantity, cost),
                    Amendment::Correct { price } => {
                        done.order.cost_instead(cost, price.times(trade.quantity));
                    }
                }
                self.registry.view(&done.order, done.status)
            }
        }
    }
}

fn check_price(price: Price, now: Price, tick: Price) -> Result<(), AmendmentRefusal> {
    if price <= Price::from_micros(0) {
        Err(AmendmentRefusal::PriceInvalid)
    } else if !price.is_multiple_of(tick) {
        Err(AmendmentRefusal::PriceOffTick)
    } else if price == now {
        Err(AmendmentRefusal::PriceUnchanged)
    } else {
        Ok(())
    }
}
