//! A firm's day in cash: what each account had, every movement, what it has; and what it is still to pay and deliver.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use chrono::{Days, NaiveDate, NaiveTime};
use engine::{AccountName, CurrencyCode, FirmName, Notional, ReassignmentId, Symbol, Timestamp};
use serde::{Deserialize, Serialize};
use settlement::StatementError;
use settlement::statement::{self as book, Owes};

use super::{settlement, unreadable};
use crate::admin::caller::Asked;
use crate::admin::moment::written;
use crate::admin::{Office, Refused, plain};
use crate::clock;

/// Where it is asked for.
pub(crate) const STATEMENT: &str = "/v1/settlements/statement";

/// Which statement is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Whose.
    pub(crate) firm: FirmName,
    /// Which day, in UTC.
    #[serde(with = "plain")]
    pub(crate) day: NaiveDate,
}

/// A firm's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statement {
    /// Whose.
    pub(crate) firm: FirmName,
    /// Which day, in UTC.
    #[serde(with = "plain")]
    pub(crate) day: NaiveDate,
    /// Whether the day is over; if not, it is as of now.
    pub(crate) complete: bool,
    /// Each account, free (`cash:`) and set aside (`reserved:`), in each currency.
    pub(crate) accounts: Vec<AccountDay>,
    /// What was traded and had not ended when the day did, oldest first.
    pub(crate) obligations: Vec<Obligation>,
    /// What of it is to be paid and received.
    pub(crate) net_cash: Vec<NetCash>,
    /// What of it is to be delivered and received.
    pub(crate) net_instances: Vec<NetInstances>,
}

/// A day of one account in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountDay {
    /// The account of the ledger.
    pub(crate) account: String,
    /// The currency.
    pub(crate) currency: CurrencyCode,
    /// What it had when the day began.
    #[serde(with = "plain")]
    pub(crate) opening: Notional,
    /// Every movement, in the order of the ledger.
    pub(crate) movements: Vec<Movement>,
    /// What it had when the day ended.
    #[serde(with = "plain")]
    pub(crate) closing: Notional,
}

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Movement {
    /// Its place in the ledger.
    pub(crate) number: u64,
    /// When.
    pub(crate) at: String,
    /// What for.
    pub(crate) kind: String,
    /// What it belongs to: a reassignment, most often.
    pub(crate) subject: String,
    /// The account on the other side, where it is one of the same firm or the venue's; others are not named.
    pub(crate) counterpart: Option<String>,
    /// What it gave the account; below zero: took from it.
    #[serde(with = "plain")]
    pub(crate) change: Notional,
}

/// One reassignment that had not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Obligation {
    /// ReassignmentID(20003).
    #[serde(with = "plain")]
    pub(crate) reassignment: ReassignmentId,
    /// How far it had come.
    pub(crate) state: String,
    /// When it was traded.
    pub(crate) executed_at: String,
    /// Whose.
    pub(crate) account: AccountName,
    /// `cash`: it bought, and is to pay. `instance`: it sold, and is to deliver.
    pub(crate) owes: String,
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// The price.
    #[serde(with = "plain")]
    pub(crate) price: Notional,
    /// The price's currency.
    pub(crate) currency: CurrencyCode,
}

/// What is to be paid in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetCash {
    /// The currency.
    pub(crate) currency: CurrencyCode,
    /// What is to be received.
    #[serde(with = "plain")]
    pub(crate) to_receive: Notional,
    /// What is to be paid.
    #[serde(with = "plain")]
    pub(crate) to_pay: Notional,
    /// The first less the second.
    #[serde(with = "plain")]
    pub(crate) net: Notional,
}

/// What is to be delivered of one instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetInstances {
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// How many are to be received.
    #[serde(with = "plain")]
    pub(crate) to_receive: i128,
    /// How many are to be delivered.
    #[serde(with = "plain")]
    pub(crate) to_deliver: i128,
    /// The first less the second.
    #[serde(with = "plain")]
    pub(crate) net: i128,
}

pub(super) fn routes() -> Router<Office> {
    Router::new().route(STATEMENT, get(statement))
}

async fn statement(
    State(office): State<Office>,
    Asked(which): Asked<Which>,
) -> Result<Json<Statement>, Refused> {
    let settlement = settlement(&office)?;
    let Which { firm, day } = which;
    let accounts = office.market.look(move |engine| {
        let known = engine.firms().any(|(name, _)| name == firm);
        known.then(|| engine.accounts_of(&firm).collect::<Vec<_>>())
    });
    let accounts = accounts.await?.ok_or_else(|| {
        Refused::unknown(
            format!("there is no firm {firm}"),
            "look it up: cloudpit admin firms",
        )
    })?;
    let (begin, end) = bounds(day)?;
    let now = clock::timestamp(clock::now());
    if begin > now {
        return Err(Refused::out_of_range(
            format!("{day} has not begun"),
            "ask for a day that has, in UTC",
        ));
    }
    let found = settlement.statement(&accounts, begin, end).await;
    let found = found.map_err(|error| match error {
        StatementError::TooLarge => Refused::out_of_range(
            error.to_string(),
            "read the day from a copy of settlement's books",
        ),
        StatementError::Store(error) => unreadable(error),
    })?;
    Ok(Json(told(which, end <= now, &accounts, found)))
}

/// When a day begins and ends, in UTC.
fn bounds(day: NaiveDate) -> Result<(Timestamp, Timestamp), Refused> {
    let midnight = |day: NaiveDate| clock::timestamp(day.and_time(NaiveTime::MIN).and_utc());
    let next = day.checked_add_days(Days::new(1));
    let bounds = next.map(|next| (midnight(day), midnight(next)));
    bounds.filter(|(begin, end)| begin < end).ok_or_else(|| {
        Refused::out_of_range(
            format!("{day} is no day of this venue"),
            "ask for a day from 1970 on",
        )
    })
}

fn told(
    which: Which,
    complete: bool,
    accounts: &[AccountName],
    found: book::Statement,
) -> Statement {
    let amount = Notional::from_micros;
    let net_cash = found.net_cash.iter().map(|(currency, net)| NetCash {
        currency: *currency,
        to_receive: amount(net.to_receive),
        to_pay: amount(net.to_give),
        net: amount(net.net()),
    });
    let net_instances = found
        .net_instances
        .iter()
        .map(|(symbol, net)| NetInstances {
            symbol: *symbol,
            to_receive: net.to_receive,
            to_deliver: net.to_give,
            net: net.net(),
        });
    Statement {
        firm: which.firm,
        day: which.day,
        complete,
        net_cash: net_cash.collect(),
        net_instances: net_instances.collect(),
        accounts: found
            .accounts
            .iter()
            .map(|day| account_day(day, accounts))
            .collect(),
        obligations: found.obligations.iter().map(obligation).collect(),
    }
}

fn account_day(day: &book::AccountDay, own: &[AccountName]) -> AccountDay {
    let movements = day.movements.iter().map(|movement| {
        let transfer = &movement.booked.transfer;
        let other = if transfer.credit == day.account {
            transfer.debit
        } else {
            transfer.credit
        };
        let owner = other.owner();
        let shown = owner.is_none_or(|owner| own.contains(&owner));
        Movement {
            number: movement.booked.number,
            at: written(movement.booked.at),
            kind: transfer.kind.name().to_owned(),
            subject: transfer.subject.clone(),
            counterpart: shown.then(|| other.to_string()),
            change: movement.change,
        }
    });
    AccountDay {
        account: day.account.to_string(),
        currency: day.currency,
        opening: day.opening,
        movements: movements.collect(),
        closing: day.closing,
    }
}

fn obligation(one: &book::Obligation) -> Obligation {
    Obligation {
        reassignment: one.reassignment,
        state: one.state.name().to_owned(),
        executed_at: written(one.executed_at),
        account: one.account,
        owes: match one.owes {
            Owes::Cash => "cash".to_owned(),
            Owes::Instance => "instance".to_owned(),
        },
        symbol: one.symbol,
        price: one.price,
        currency: one.currency,
    }
}
