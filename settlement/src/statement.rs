//! A day of accounts, added up by pure functions: what each had, every movement, what it has, and what is still to be paid
//! and delivered.

use std::collections::BTreeMap;

use engine::{AccountName, CurrencyCode, Notional, ReassignmentId, Symbol, Timestamp};

use crate::{
    ledger::{Account, Transfer},
    state::State,
};

/// A transfer as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Its place there.
    pub number: u64,
    /// When it was booked.
    pub at: Timestamp,
    /// What was booked.
    pub transfer: Transfer,
}

/// A day of some accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Each account that ever had something, free and set aside, in each currency.
    pub accounts: Vec<AccountDay>,
    /// What was traded and had not ended when the day did, oldest first.
    pub obligations: Vec<Obligation>,
    /// What of it is to be paid and received, by currency, micro-units.
    pub net_cash: BTreeMap<CurrencyCode, Net>,
    /// How many instances of it are to be delivered and received, by instrument.
    pub net_instances: BTreeMap<Symbol, Net>,
}

/// A day of one account in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountDay {
    /// The account of the ledger.
    pub account: Account,
    /// The currency.
    pub currency: CurrencyCode,
    /// What it had when the day began.
    pub opening: Notional,
    /// Every movement of the day, in the order of the ledger.
    pub movements: Vec<Movement>,
    /// What it had when the day ended.
    pub closing: Notional,
}

/// One movement of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// What was booked.
    pub booked: Booked,
    /// What it gave the account; below zero: took from it.
    pub change: Notional,
}

/// One reassignment that has not ended, as one of the accounts sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// The reassignment.
    pub reassignment: ReassignmentId,
    /// How far it had come.
    pub state: State,
    /// When its trade was executed.
    pub executed_at: Timestamp,
    /// Whose.
    pub account: AccountName,
    /// What the account owes.
    pub owes: Owes,
    /// The instrument.
    pub symbol: Symbol,
    /// The price.
    pub price: Notional,
    /// The price's currency.
    pub currency: CurrencyCode,
}

/// What an account owes of a trade that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owes {
    /// It bought: it is to pay, and to receive an instance.
    Cash,
    /// It sold: it is to deliver an instance, and to be paid.
    Instance,
}

/// What comes in and what goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Net {
    /// What is to be received.
    pub to_receive: i128,
    /// What is to be given.
    pub to_give: i128,
}

impl Net {
    /// What is to be received beyond what is to be given.
    #[must_use]
    pub const fn net(&self) -> i128 {
        self.to_receive.saturating_sub(self.to_give)
    }
}

/// A day of one account of the ledger in one currency: what it had, and what was booked on that day.
#[must_use]
pub fn account_day(
    account: Account,
    currency: CurrencyCode,
    opening: Notional,
    booked: Vec<Booked>,
) -> AccountDay {
    let mut closing = opening.micros();
    let movements = booked.into_iter().map(|booked| {
        let micros = i128::from(booked.transfer.amount.micros());
        let change = if booked.transfer.credit == account {
            micros
        } else {
            micros.saturating_neg()
        };
        closing = closing.saturating_add(change);
        let change = Notional::from_micros(change);
        Movement { booked, change }
    });
    let movements = movements.collect();
    AccountDay {
        account,
        currency,
        opening,
        movements,
        closing: Notional::from_micros(closing),
    }
}

impl Statement {
    /// Of these days and obligations.
    #[must_use]
    pub fn new(accounts: Vec<AccountDay>, obligations: Vec<Obligation>) -> Self {
        let (net_cash, net_instances) = nets(&obligations);
        Self {
            accounts,
            obligations,
            net_cash,
            net_instances,
        }
    }
}

type Nets = (BTreeMap<CurrencyCode, Net>, BTreeMap<Symbol, Net>);

fn nets(obligations: &[Obligation]) -> Nets {
    let (mut cash, mut instances) = Nets::default();
    for one in obligations {
        let money = cash.entry(one.currency).or_default();
        let things = instances.entry(one.symbol).or_default();
        let price = one.price.micros();
        match one.owes {
            Owes::Cash => {
                money.to_give = money.to_give.saturating_add(price);
                things.to_receive = things.to_receive.saturating_add(1);
            }
            Owes::Instance => {
                money.to_receive = money.to_receive.saturating_add(price);
                things.to_give = things.to_give.saturating_add(1);
            }
        }
    }
    (cash, instances)
}
