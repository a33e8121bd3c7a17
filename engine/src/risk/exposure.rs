//! What the orders of a scope come to: how many are open, what they are worth, and what is traded and not settled.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Place, Risk, places_of};
use crate::command::{Command, Sequenced};
use crate::event::Trade;
use crate::machine::Engine;
use crate::money::{Notional, Quantity};
use crate::order::Order;
use crate::registry::Registry;
use crate::text::CurrencyCode;

/// Counted as orders and trades come and go. Sums wrap, so that what is added and taken off again leaves no trace;
/// those that are compared with a limit do not ([`super::check`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Exposure {
    pub(super) orders: u64,
    /// By currency, ascending; none without anything.
    pub(super) money: Vec<Held>,
}

/// Amounts of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) currency: CurrencyCode,
    pub(super) open: Notional,
    pub(super) unsettled: Notional,
}

/// What is added to an exposure, or taken off it.
#[derive(Debug, Clone, Copy)]
struct Entry {
    currency: CurrencyCode,
    amount: Notional,
    kind: Kind,
    comes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An open order.
    Order,
    /// A part of an open order.
    Part,
    /// What was traded.
    Unsettled,
}

impl Exposure {
    pub(super) fn held(&self, currency: CurrencyCode) -> Held {
        let at = self.find(currency);
        at.map_or(Held::none(currency), |at| self.money[at])
    }

    fn find(&self, currency: CurrencyCode) -> Result<usize, usize> {
        self.money
            .binary_search_by(|held| held.currency.cmp(&currency))
    }

    fn enter(&mut self, entry: Entry) {
        if entry.kind == Kind::Order {
            let one = if entry.comes { 1 } else { u64::MAX };
            self.orders = self.orders.wrapping_add(one);
        }
        let at = self.find(entry.currency).unwrap_or_else(|at| {
            self.money.insert(at, Held::none(entry.currency));
            at
        });
        let held = &mut self.money[at];
        let sum = match entry.kind {
            Kind::Order | Kind::Part => &mut held.open,
            Kind::Unsettled => &mut held.unsettled,
        };
        let (before, amount) = (sum.micros(), entry.amount.micros());
        *sum = Notional::from_micros(if entry.comes {
            before.wrapping_add(amount)
        } else {
            before.wrapping_sub(amount)
        });
        if held.open == Notional::ZERO && held.unsettled == Notional::ZERO {
            self.money.remove(at);
        }
    }
}

impl Held {
    fn none(currency: CurrencyCode) -> Self {
        Self {
            currency,
            open: Notional::ZERO,
            unsettled: Notional::ZERO,
        }
    }
}

/// What an open order comes to: at its limit price, or at its stop price where it has none; one that collects for an
/// auction without either, at what it was held against limits with when it came.
pub(super) fn worth(order: &Order) -> Notional {
    let price = order.counting_price();
    price.map_or(Notional::ZERO, |price| price.times(order.leaves()))
}

impl Risk {
    /// An order rests from now on.
    #[inline]
    pub(crate) fn opened(&mut self, registry: &Registry, order: &Order) {
        if self.is_on() {
            self.count_order(registry, order, worth(order), (Kind::Order, true));
        }
    }

    /// An order rests no more.
    #[inline]
    pub(crate) fn closed(&mut self, registry: &Registry, order: &Order) {
        if self.is_on() {
            self.count_order(registry, order, worth(order), (Kind::Order, false));
        }
    }

    /// A resting order has lost so much of what was open of it.
    #[inline]
    pub(crate) fn shrank(&mut self, registry: &Registry, order: &Order, by: Quantity) {
        if self.is_on() {
            let price = order.counting_price();
            let amount = price.map_or(Notional::ZERO, |price| price.times(by));
            self.count_order(registry, order, amount, (Kind::Part, false));
        }
    }

    /// All orders are walked through once more.
    #[cfg(test)]
    fn note_measured(&self) {
        self.measured.set(self.measured.get().wrapping_add(1));
    }

    #[cold]
    fn count_order(
        &mut self,
        registry: &Registry,
        order: &Order,
        amount: Notional,
        (kind, comes): (Kind, bool),
    ) {
        let entry = Entry {
            currency: registry.instruments[order.instrument].terms.currency,
            amount,
            kind,
            comes,
        };
        let firm = self.firms.get_mut(order.firm);
        let account = self.accounts.get_mut(order.account);
        let session = self.sessions.get_mut(order.session);
        for guard in [firm, account, session].into_iter().flatten() {
            guard.exposure.enter(entry);
        }
    }

    /// Two orders have traded what is to be settled; `holders` are firm and account of both.
    #[inline]
    pub(crate) fn traded(&mut self, trade: &Trade, holders: [(u32, u32); 2]) {
        if self.is_on() {
            let entry = unsettled(trade, trade.quantity, true);
            for (firm, account) in holders {
                self.count_trade(firm, account, entry);
            }
        }
    }

    /// So many instances of a trade are settled, or never will be.
    pub(crate) fn settled(&mut self, registry: &Registry, trade: &Trade, instances: Quantity) {
        self.count_parties(registry, trade, unsettled(trade, instances, false));
    }

    /// So many instances of a trade, which are not settled, cost what `after` says instead of what `before` says.
    pub(crate) fn repriced(
        &mut self,
        registry: &Registry,
        [before, after]: [&Trade; 2],
        instances: Quantity,
    ) {
        self.count_parties(registry, before, unsettled(before, instances, false));
        self.count_parties(registry, after, unsettled(after, instances, true));
    }

    fn count_parties(&mut self, registry: &Registry, trade: &Trade, entry: Entry) {
        if self.is_on() {
            for (firm, account) in parties(registry, trade) {
                self.count_trade(firm, account, entry);
            }
        }
    }

    #[cold]
    fn count_trade(&mut self, firm: u32, account: u32, entry: Entry) {
        let firm = self.firms.get_mut(firm);
        let account = self.accounts.get_mut(account);
        for guard in [firm, account].into_iter().flatten() {
            guard.exposure.enter(entry);
        }
    }
}

fn unsettled(trade: &Trade, instances: Quantity, comes: bool) -> Entry {
    Entry {
        currency: trade.currency,
        amount: trade.price.times(instances),
        kind: Kind::Unsettled,
        comes,
    }
}

/// Firm and account of the buyer and of the seller.
fn parties(registry: &Registry, trade: &Trade) -> [(u32, u32); 2] {
    [&trade.buyer, &trade.seller].map(|side| {
        let account = registry.accounts.find(&side.account);
        let account = account.expect("accounts stay open");
        (registry.accounts[account].firm, account)
    })
}

impl Engine {
    /// What the orders and trades of all scopes come to, where their counters do not hold: counted in one pass for all, and
    /// with nothing else of the scopes.
    pub(super) fn measured_where_stale(&self) -> Option<Risk> {
        self.risk.is_stale.then(|| {
            let mut risk = Risk::default();
            for (place, _) in self.risk.all() {
                risk.put(place, Some(Box::default()));
            }
            self.count_all(&mut risk);
            #[cfg(test)]
            self.risk.note_measured();
            risk
        })
    }

    /// What the orders and trades of a scope come to, looked up in its counter where that holds.
    pub(super) fn exposure(&self, whose: Place, counted: &Exposure) -> Exposure {
        if self.risk.is_stale {
            self.measured(whose)
        } else {
            counted.clone()
        }
    }

    /// What the orders and trades of a scope come to, counted one by one; nothing for an instrument.
    fn measured(&self, whose: Place) -> Exposure {
        let mut exposure = Exposure::default();
        if matches!(whose, Place::Instrument(_)) {
            return exposure;
        }
        #[cfg(test)]
        self.risk.note_measured();
        for book in &self.books {
            for place in book.all(&self.orders.resting, &self.levels) {
                let order = &self.orders.resting[place];
                if places_of(order).contains(&whose) {
                    exposure.enter(Entry {
                        currency: self.registry.instruments[order.instrument].terms.currency,
                        amount: worth(order),
                        kind: Kind::Order,
                        comes: true,
                    });
                }
            }
        }
        for (trade, instances) in self.trades.unsettled_trades() {
            for (firm, account) in parties(&self.registry, trade) {
                if [Place::Firm(firm), Place::Account(account)].contains(&whose) {
                    exposure.enter(unsettled(trade, instances, true));
                }
            }
        }
        exposure
    }

    /// Counts anew what everybody's orders and trades come to, where scopes have got limits since that was done; not before
    /// a command that lays down further ones, lest a start counts once for each.
    #[inline]
    pub(crate) fn measure_new(&mut self, next: &Sequenced) {
        if self.risk.is_stale {
            let lays_down = matches!(
                next.input.command,
                Command::SetRiskLimits { .. } | Command::ReleaseRiskLimits { .. }
            );
            let timer_fires = self.next_timer().is_some_and(|due| due <= next.time);
            if !lays_down || timer_fires {
                self.measure_all();
            }
        }
    }

    /// Counts anew what everybody's orders and trades come to, in one pass for all.
    #[cold]
    pub(crate) fn measure_all(&mut self) {
        let mut risk = core::mem::take(&mut self.risk);
        for guards in [&mut risk.firms, &mut risk.accounts, &mut risk.sessions] {
            for guard in guards.all_mut() {
                guard.exposure = Exposure::default();
            }
        }
        self.count_all(&mut risk);
        risk.is_stale = false;
        #[cfg(test)]
        risk.note_measured();
        self.risk = risk;
    }

    /// Counts all orders and trades for those who have limits, and nothing yet.
    fn count_all(&self, risk: &mut Risk) {
        for book in &self.books {
            for place in book.all(&self.orders.resting, &self.levels) {
                risk.opened(&self.registry, &self.orders.resting[place]);
            }
        }
        for (trade, instances) in self.trades.unsettled_trades() {
            risk.count_parties(&self.registry, trade, unsettled(trade, instances, true));
        }
    }

    /// Asserts that the counters are what the orders and trades come to.
    pub(crate) fn check_exposure(&self) {
        for (place, guard) in self.risk.all().filter(|_| !self.risk.is_stale) {
            assert!(
                guard.exposure == self.measured(place),
                "what is open and unsettled is counted as it is"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use crate::command::{
        Command, FirmKind, Input, Origin, RiskLimits, RiskScope, Sequenced, TradingScope,
    };
    use crate::ids::CommandNumber;
    use crate::machine::Engine;
    use crate::time::Timestamp;

    fn apply(engine: &mut Engine, command: Command) {
        let last = engine.last_command();
        let number = last.map_or(CommandNumber::FIRST, |last| last.next().expect("few"));
        let origin = Origin::Venue;
        let sequenced = Sequenced {
            number,
            time: Timestamp::default(),
            input: Input { origin, command },
        };
        engine.apply(&sequenced, &mut Vec::new());
    }

    #[test]
    fn all_that_gets_limits_in_a_row_is_measured_in_one_pass() {
        let mut engine = Engine::new();
        let firms = (0..50).map(|n| format!("F{n}").parse().expect("a firm"));
        let firms: Vec<_> = firms.collect();
        for &firm in &firms {
            let kind = FirmKind::Broker;
            apply(&mut engine, Command::AdmitFirm { firm, kind });
        }
        for _ in 0..2 {
            for &firm in &firms {
                let limits = Command::SetRiskLimits {
                    scope: RiskScope::Firm(firm),
                    limits: RiskLimits {
                        max_open_orders: Some(5),
                        ..RiskLimits::default()
                    },
                    reason: None,
                };
                apply(&mut engine, limits);
            }
        }
        assert_eq!(engine.risk.measured.get(), 0, "nothing is counted yet");
        // Who looks meanwhile has them counted once, however many there are.
        assert_eq!(engine.risk_limits().count(), 50);
        assert_eq!(engine.risk.measured.get(), 1);
        for _ in 0..2 {
            let block = Command::BlockTrading {
                scope: TradingScope::Venue,
                reason: "a test".parse().expect("a reason"),
            };
            apply(&mut engine, block);
            assert_eq!(engine.risk.measured.get(), 2);
        }
    }
}
