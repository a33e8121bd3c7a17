//! What settlement shows of itself: how a reassignment went, and who has which cash.

use engine::{
    AccountName, CurrencyCode, ImageName, InstanceName, Notional, ProviderName, ReassignmentId,
    SlotName, Symbol, Timestamp,
};
use sqlx::any::AnyRow;

use super::{Acted, Read, Statement, Store, StoreError, money, rows};
use crate::{ledger::Account, record::Record, state::State};

/// How one reassignment went so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The reassignment.
    pub reassignment: ReassignmentId,
    /// How far it has come.
    pub state: State,
    /// How far it had come when it was parked, if it is.
    pub parked_from: Option<State>,
    /// The instrument.
    pub symbol: Symbol,
    /// Whose the place is.
    pub provider: ProviderName,
    /// The place.
    pub slot: SlotName,
    /// What the buyer wants started there; nothing where its provider buys it back.
    pub image: Option<ImageName>,
    /// Who sold.
    pub seller: AccountName,
    /// Who bought.
    pub buyer: AccountName,
    /// The price.
    pub price: Notional,
    /// The price's currency.
    pub currency: CurrencyCode,
    /// When the trade was executed.
    pub executed_at: Timestamp,
    /// The seller's instance.
    pub old_instance: InstanceName,
    /// The process that it ran as, where the provider shows it.
    pub old_process: Option<u32>,
    /// The buyer's instance, once it is known.
    pub new_instance: Option<InstanceName>,
    /// The process that it runs as, where the provider shows it.
    pub new_process: Option<u32>,
    /// Where the buyer's instance answers, where the provider shows it.
    pub address: Option<String>,
    /// Every state that it was in, oldest first.
    pub transitions: Vec<Transition>,
    /// Every call that was made for it, oldest first.
    pub attempts: Vec<Attempt>,
    /// What operators did with it, and with its provider since its trade, oldest first.
    pub acts: Vec<Acted>,
}

/// Which reassignments are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// Those in this state; none: in all.
    pub state: Option<State>,
    /// Those of this provider; none: of all.
    pub provider: Option<ProviderName>,
    /// Those behind this one; none: from the oldest.
    pub after: Option<ReassignmentId>,
}

/// One reassignment in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The reassignment.
    pub reassignment: ReassignmentId,
    /// How far it has come.
    pub state: State,
    /// How far it had come when it was parked, if it is.
    pub parked_from: Option<State>,
    /// Since when.
    pub since: Timestamp,
    /// The instrument.
    pub symbol: Symbol,
    /// Whose the place is.
    pub provider: ProviderName,
    /// The place.
    pub slot: SlotName,
    /// Who sold.
    pub seller: AccountName,
    /// Who bought.
    pub buyer: AccountName,
    /// The price.
    pub price: Notional,
    /// The price's currency.
    pub currency: CurrencyCode,
}

/// A state was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Which.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Why; empty when the state says it all.
    pub why: String,
}

/// A call was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What was called: a state machine action by name.
    pub action: String,
    /// What it asked for, in words; empty for calls of earlier versions.
    pub request: String,
    /// Its idempotency token.
    pub token: String,
    /// When it was written down, just before it was made.
    pub started_at: Timestamp,
    /// When it was answered; never, when the venue died in between.
    pub answered_at: Option<Timestamp>,
    /// `accepted`, or the class of the failure.
    pub outcome: Option<String>,
    /// The provider's task, or its words.
    pub detail: Option<String>,
}

/// What one account of the ledger has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: Account,
    /// In which currency.
    pub currency: CurrencyCode,
    /// How much.
    pub amount: Notional,
}

/// Something that somebody had to look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// When.
    pub at: Timestamp,
    /// Of what: a reassignment, a trade, a slot, or `database`.
    pub subject: String,
    /// What, in words.
    pub what: String,
}

impl Store {
    /// Every balance, in the order of the accounts' names.
    pub(crate) async fn balances(&self) -> Result<Vec<Balance>, StoreError> {
        sqlx::query("SELECT * FROM balances ORDER BY account, currency")
            .rows(&mut self.read().await?)
            .await?
            .iter()
            .map(balance)
            .collect()
    }

    /// Every reassignment, oldest first, from the `offset`th.
    pub(crate) async fn reassignments(
        &self,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<(ReassignmentId, State)>, StoreError> {
        sqlx::query("SELECT id, state FROM reassignments ORDER BY position, id LIMIT $1 OFFSET $2")
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .rows(&mut self.read().await?)
            .await?
            .iter()
            .map(|row| Ok((row.parsed("id")?, row.state("state")?)))
            .collect()
    }

    /// Reassignments, oldest first, at most `limit`.
    pub(crate) async fn list(&self, which: &Which, limit: u32) -> Result<Vec<Listed>, StoreError> {
        let state = which.state.map_or("", State::name);
        let provider = which
            .provider
            .map_or_else(String::new, |name| name.to_string());
        let after = which.after.map_or_else(String::new, |id| id.to_string());
        sqlx::query(
            "SELECT * FROM reassignments
             WHERE ($1 = '' OR state = $1) AND ($2 = '' OR provider = $2)
               AND ($3 = '' OR position > (SELECT position FROM reassignments WHERE id = $3)
                 OR (position = (SELECT position FROM reassignments WHERE id = $3) AND id > $3))
             ORDER BY position, id LIMIT $4",
        )
        .bind(state)
        .bind(provider)
        .bind(after)
        .bind(i64::from(limit))
        .rows(&mut self.read().await?)
        .await?
        .iter()
        .map(|row| Ok(listed(&rows::record(row)?)))
        .collect()
    }

    /// What operators must know, oldest first: when, about what, what.
    pub(crate) async fn alarms(&self) -> Result<Vec<(Timestamp, String, String)>, StoreError> {
        sqlx::query("SELECT * FROM alarms ORDER BY number")
            .rows(&mut self.read().await?)
            .await?
            .iter()
            .map(|row| Ok((row.time("at")?, row.string("subject")?, row.string("what")?)))
            .collect()
    }

    /// The latest alarms, the latest first, at most `limit`.
    pub(crate) async fn latest_alarms(&self, limit: u32) -> Result<Vec<Alarm>, StoreError> {
        sqlx::query("SELECT * FROM alarms ORDER BY number DESC LIMIT $1")
            .bind(i64::from(limit))
            .rows(&mut self.read().await?)
            .await?
            .iter()
            .map(|row| {
                Ok(Alarm {
                    at: row.time("at")?,
                    subject: row.string("subject")?,
                    what: row.string("what")?,
                })
            })
            .collect()
    }

    /// How a reassignment went, if it is known.
    pub(crate) async fn timeline(
        &self,
        id: &ReassignmentId,
    ) -> Result<Option<Timeline>, StoreError> {
        let id = id.to_string();
        let mut tx = self.begin().await?;
        let row = sqlx::query("SELECT * FROM reassignments WHERE id = $1")
            .bind(&id)
            .maybe_row(&mut tx)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let transitions =
            sqlx::query("SELECT * FROM transitions WHERE reassignment = $1 ORDER BY number")
                .bind(&id)
                .rows(&mut tx)
                .await?;
        let attempts =
            sqlx::query("SELECT * FROM attempts WHERE reassignment = $1 ORDER BY number")
                .bind(&id)
                .rows(&mut tx)
                .await?;
        let transitions = transitions
            .iter()
            .map(transition)
            .collect::<Result<_, _>>()?;
        let attempts = attempts.iter().map(attempt).collect::<Result<_, _>>()?;
        let record = rows::record(&row)?;
        let terms = &record.terms;
        let acts = Self::acts(&mut tx, &id, &terms.provider, terms.executed_at).await?;
        Ok(Some(Timeline {
            acts,
            ..timeline(record, transitions, attempts)
        }))
    }
}

fn listed(record: &Record) -> Listed {
    let terms = &record.terms;
    Listed {
        reassignment: terms.id,
        state: record.state,
        parked_from: record.parked.map(|parked| parked.from),
        since: record.entered_at,
        symbol: terms.symbol,
        provider: terms.provider,
        slot: terms.slot,
        seller: terms.seller,
        buyer: terms.buyer,
        price: money(terms.price.micros()),
        currency: terms.currency,
    }
}

fn timeline(record: Record, transitions: Vec<Transition>, attempts: Vec<Attempt>) -> Timeline {
    let Record {
        terms,
        learnt,
        state,
        parked,
        ..
    } = record;
    Timeline {
        reassignment: terms.id,
        state,
        parked_from: parked.map(|parked| parked.from),
        symbol: terms.symbol,
        provider: terms.provider,
        slot: terms.slot,
        image: terms.image,
        seller: terms.seller,
        buyer: terms.buyer,
        price: money(terms.price.micros()),
        currency: terms.currency,
        executed_at: terms.executed_at,
        old_instance: terms.old_instance,
        old_process: learnt.old_process,
        new_instance: learnt.new_instance,
        new_process: learnt.new_process,
        address: learnt.address,
        transitions,
        attempts,
        acts: Vec::new(),
    }
}

fn transition(row: &AnyRow) -> Result<Transition, StoreError> {
    Ok(Transition {
        state: row.state("state")?,
        at: row.time("at")?,
        why: row.string("why")?,
    })
}

fn attempt(row: &AnyRow) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        action: row.string("action")?,
        request: row.string("request")?,
        token: row.string("token")?,
        started_at: row.time("started_at")?,
        answered_at: row.maybe_count("answered_at")?.map(Timestamp::from_nanos),
        outcome: row.maybe_string("outcome")?,
        detail: row.maybe_string("detail")?,
    })
}

fn balance(row: &AnyRow) -> Result<Balance, StoreError> {
    Ok(Balance {
        account: Account::parse(&row.string("account")?)
            .ok_or(StoreError::Unreadable("account"))?,
        currency: row.parsed("currency")?,
        amount: money(row.whole("amount")?),
    })
}
