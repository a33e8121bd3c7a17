//! Lets operators read what there is, a piece at a time: firms, and the accounts and resting orders of one of them.

use alloc::vec::Vec;

use crate::command::FirmKind;
use crate::event::OrderView;
use crate::machine::Engine;
use crate::text::{AccountName, FirmName};

/// Some of the resting orders of a firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPage {
    /// The orders, in no order that means anything.
    pub orders: Vec<OrderView>,
    /// Where to go on; none: there are no more.
    pub next: Option<u32>,
}

impl Engine {
    /// All firms and what they are, in the order of their admission.
    pub fn firms(&self) -> impl Iterator<Item = (FirmName, FirmKind)> + '_ {
        let firms = self.registry.firms.iter();
        firms.map(|(_, firm)| (firm.name, firm.kind))
    }

    /// The accounts of a firm, in the order in which they were opened; nothing of an unknown one.
    pub fn accounts_of(&self, firm: &FirmName) -> impl Iterator<Item = AccountName> + '_ {
        let firm = self.registry.firms.find(firm);
        let accounts = self.registry.accounts.iter();
        accounts
            .filter(move |(_, account)| Some(account.firm) == firm)
            .map(|(_, account)| account.name)
    }

    /// The resting orders of a firm among the next `places` for orders, from `from` on, which is 0 at first. It takes time
    /// in proportion to `places`, however many orders there are. What rests all the while is found by going on to the end; an
    /// order that is replaced meanwhile may be found twice, or not at all. Of an unknown firm there are none.
    #[must_use]
    pub fn browse_orders(&self, firm: &FirmName, from: u32, places: u32) -> OrderPage {
        let resting = &self.orders.resting;
        let end = resting.end();
        let until = from.saturating_add(places).min(end);
        let orders = match self.registry.firms.find(firm) {
            None => Vec::new(),
            Some(firm) => (from..until)
                .map(|place| (place, &resting[place]))
                // What was released still lies there, and is not found.
                .filter(|(place, order)| {
                    order.firm == firm && self.orders.find_id(order.id) == Some(*place)
                })
                .map(|(_, order)| self.registry.view(order, order.status()))
                .collect(),
        };
        OrderPage {
            orders,
            next: (until < end).then_some(until),
        }
    }
}
