//! The inbox: events of the engine, each taken once and in order. Everything that an event brings
//! about here is in the transaction that counts it as taken.

use engine::{
    AccountName, Event, EventBody, InstanceName, ReassignmentStatus, SlotName, Symbol, Timestamp,
    Trade,
};

use super::{
    Read, Statement, Store, StoreError, Tx, alarm, commands,
    deposits::{self, Entry},
    nanos, number, rulings, steps,
};
use crate::{
    ledger::Amount,
    machine::{Stimulus, step},
    options::Limits,
    record::{Record, Terms},
};

/// What taking a batch of events brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Events of the batch that had been taken before, and were passed over.
    pub repeated: usize,
    /// Reassignments that are new, or of which the market has said something.
    pub reassignments: usize,
}

/// Why a batch of events was not taken; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// Events are missing before this batch.
    #[error("events {expected} to {first} are missing")]
    Gap {
        /// The position that comes next.
        expected: u64,
        /// The position of the batch.
        first: u64,
    },
    /// A trade is known with other terms: one of the two logs is not the one it was.
    #[error("trade {0} is known with other terms")]
    OtherBody(String),
    /// A trade has no positive price, or no provider.
    #[error("trade {0} cannot be settled")]
    Unusable(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// The position of the event that comes next.
    pub(crate) async fn next_position(&self) -> Result<u64, StoreError> {
        sqlx::query("SELECT next_position FROM progress")
            .row(&mut self.read().await?)
            .await?
            .count("next_position")
    }

    /// Takes events from `first` on.
    pub(crate) async fn take(
        &self,
        first: u64,
        events: &[Event],
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Taken, TakeError> {
        let taken = self.try_take(first, events, limits, now).await;
        if let Err(TakeError::OtherBody(trade)) = &taken {
            self.alarm(trade, "the event log has this trade with other terms", now)
                .await?;
        }
        taken
    }

    async fn try_take(
        &self,
        first: u64,
        events: &[Event],
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Taken, TakeError> {
        let mut tx = self.begin().await?;
        let expected: u64 = sqlx::query("SELECT next_position FROM progress")
            .row(&mut tx)
            .await?
            .count("next_position")?;
        if first > expected {
            return Err(TakeError::Gap { expected, first });
        }
        let mut taken = Taken::default();
        let mut position = first;
        for event in events {
            if position < expected {
                repeated(&mut tx, event).await?;
                taken.repeated = taken.repeated.saturating_add(1);
            } else {
                let new = apply(&mut tx, position, event, limits, now).await?;
                taken.reassignments = taken.reassignments.saturating_add(new);
            }
            position = position.saturating_add(1);
        }
        sqlx::query("UPDATE progress SET next_position = $1")
            .bind(number(position.max(expected))?)
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(taken)
    }
}

/// A trade that was taken before must still be the same trade.
async fn repeated(tx: &mut Tx<'_>, event: &Event) -> Result<(), TakeError> {
    if let EventBody::TradeExecuted(trade) = &event.body
        && !trade.test
    {
        known(tx, trade).await?;
    }
    Ok(())
}

async fn apply(
    tx: &mut Tx<'_>,
    position: u64,
    event: &Event,
    limits: &Limits,
    now: Timestamp,
) -> Result<usize, TakeError> {
    match &event.body {
        EventBody::TradeExecuted(trade) => {
            return trade_executed(tx, position, trade, limits, now).await;
        }
        EventBody::ReassignmentUpdated(update) => {
            let subject = update.reassignment.to_string();
            commands::arrived(tx, &subject, u32::from(update.status.code())).await?;
            match update.status {
                ReassignmentStatus::Terminating
                | ReassignmentStatus::Placing
                | ReassignmentStatus::Starting => {
                    rulings::begun(tx, &update.reassignment, now).await?;
                    return Ok(1);
                }
                ReassignmentStatus::Pending
                | ReassignmentStatus::Settled
                | ReassignmentStatus::Failed
                | ReassignmentStatus::Reversed => {}
            }
        }
        EventBody::TradeAmended(change) => return Ok(rulings::amended(tx, change, now).await?),
        EventBody::InstrumentListed(_)
        | EventBody::AccountOpened { .. }
        | EventBody::InstanceDeposited { .. }
        | EventBody::DepositRefused { .. }
        | EventBody::InstanceTransferred { .. }
        | EventBody::InstanceWithdrawn { .. }
        | EventBody::InstanceRetired { .. } => register(tx, &event.body).await?,
        EventBody::Ignored { .. }
        | EventBody::FirmAdmitted { .. }
        | EventBody::SessionAdmitted { .. }
        | EventBody::SessionReset { .. }
        | EventBody::OrderAccepted { .. }
        | EventBody::OrderRejected { .. }
        | EventBody::OrderFilled { .. }
        | EventBody::OrderCancelled { .. }
        | EventBody::OrderExpired { .. }
        | EventBody::CancelRejected { .. }
        | EventBody::WithdrawalRefused { .. }
        | EventBody::TradingDayEnded
        | EventBody::SessionConnected { .. }
        | EventBody::SessionDisconnected { .. }
        | EventBody::GraceEnded { .. }
        | EventBody::SelfMatchPreventionSet { .. }
        | EventBody::RiskLimitsChanged(_)
        | EventBody::PhaseChanged(_)
        | EventBody::PhaseScheduled { .. }
        | EventBody::AuctionHeld(_)
        | EventBody::HaltPolicySet { .. }
        | EventBody::OrderTriggered { .. }
        | EventBody::OrderReduced { .. }
        | EventBody::OrderReplaced { .. }
        | EventBody::ReplaceRejected { .. }
        | EventBody::OrdersCancelled { .. }
        | EventBody::MassCancelRejected { .. }
        | EventBody::OrderReported { .. }
        | EventBody::NothingReported { .. }
        | EventBody::FillAmended(_)
        | EventBody::TradeAmendmentRefused { .. }
        | EventBody::TradingBlocked { .. }
        | EventBody::TradingReleased { .. } => {}
    }
    Ok(0)
}

/// Keeps the copy of the register that deposits are compared with.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`apply` sends only these here, and names every other one"
)]
async fn register(tx: &mut Tx<'_>, body: &EventBody) -> Result<(), StoreError> {
    match *body {
        EventBody::InstrumentListed(instrument) => {
            deposits::instrument_listed(tx, &instrument).await
        }
        EventBody::AccountOpened {
            account, provider, ..
        } => deposits::account_opened(tx, &account, provider.as_ref()).await,
        EventBody::InstanceDeposited {
            provider,
            slot,
            instance,
            account,
            ..
        } => {
            let entry = Entry {
                provider,
                slot,
                instance,
                account,
            };
            deposits::held(tx, &entry).await
        }
        EventBody::DepositRefused {
            slot,
            instance,
            account,
            ref symbol,
            reason,
        } => {
            tracing::warn!(%slot, %instance, %account, %symbol, %reason, "deposit refused");
            // The refusal may be for want of such an instrument.
            match entry(tx, symbol, slot, instance, account).await? {
                Some(entry) => deposits::refused(tx, &entry).await,
                None => Ok(()),
            }
        }
        EventBody::InstanceTransferred {
            slot,
            instance,
            to,
            ref symbol,
            ..
        } => {
            let entry = entry(tx, symbol, slot, instance, to).await?;
            deposits::held(tx, &entry.ok_or(StoreError::Unreadable("symbol"))?).await
        }
        EventBody::InstanceWithdrawn {
            slot,
            instance,
            account,
            ref symbol,
            ..
        } => {
            let entry = entry(tx, symbol, slot, instance, account).await?;
            deposits::withdrawn(tx, &entry.ok_or(StoreError::Unreadable("symbol"))?).await
        }
        EventBody::InstanceRetired {
            slot,
            instance,
            from,
            ref symbol,
            ..
        } => {
            let entry = entry(tx, symbol, slot, instance, from).await?;
            deposits::retired(tx, &entry.ok_or(StoreError::Unreadable("symbol"))?).await
        }
        _ => Ok(()),
    }
}

async fn entry(
    tx: &mut Tx<'_>,
    symbol: &Symbol,
    slot: SlotName,
    instance: InstanceName,
    account: AccountName,
) -> Result<Option<Entry>, StoreError> {
    let provider = deposits::provider_of(tx, symbol).await?;
    Ok(provider.map(|provider| Entry {
        provider,
        slot,
        instance,
        account,
    }))
}

async fn trade_executed(
    tx: &mut Tx<'_>,
    position: u64,
    trade: &Trade,
    limits: &Limits,
    now: Timestamp,
) -> Result<usize, TakeError> {
    if trade.test || known(tx, trade).await? {
        return Ok(0);
    }
    sqlx::query("INSERT INTO inbox (trade, position, body_hash) VALUES ($1, $2, $3)")
        .bind(trade.trade.to_string())
        .bind(number(position)?)
        .bind(hash(trade)?)
        .run(tx)
        .await?;
    for terms in terms(trade)? {
        receive(tx, position, terms, limits, now).await?;
    }
    Ok(trade.legs.len())
}

/// Whether the trade was taken before, with these very terms.
async fn known(tx: &mut Tx<'_>, trade: &Trade) -> Result<bool, TakeError> {
    let row = sqlx::query("SELECT body_hash FROM inbox WHERE trade = $1")
        .bind(trade.trade.to_string())
        .maybe_row(tx)
        .await?;
    match row {
        None => Ok(false),
        Some(row) if row.string("body_hash")? == hash(trade)? => Ok(true),
        Some(_) => Err(TakeError::OtherBody(trade.trade.to_string())),
    }
}

fn hash(trade: &Trade) -> Result<String, StoreError> {
    Ok(blake3::hash(&serde_json::to_vec(trade)?)
        .to_hex()
        .to_string())
}

fn terms(trade: &Trade) -> Result<Vec<Terms>, TakeError> {
    let unusable = || TakeError::Unusable(trade.trade.to_string());
    let provider = trade.provider.ok_or_else(unusable)?;
    let price = Amount::new(i128::from(trade.price.micros())).ok_or_else(unusable)?;
    if trade.image.is_none() && !trade.retire {
        return Err(unusable());
    }
    let terms = trade.legs.iter().map(|leg| Terms {
        id: leg.reassignment,
        symbol: trade.symbol,
        provider,
        slot: leg.slot,
        old_instance: leg.instance,
        image: trade.image.filter(|_| !trade.retire),
        retire: trade.retire,
        buyer: trade.buyer.account,
        seller: trade.seller.account,
        currency: trade.currency,
        price,
        executed_at: trade.executed_at,
    });
    Ok(terms.collect())
}

/// Writes a new reassignment down and sets its price aside at once, if the buyer has it.
async fn receive(
    tx: &mut Tx<'_>,
    position: u64,
    terms: Terms,
    limits: &Limits,
    now: Timestamp,
) -> Result<(), TakeError> {
    let record = Record::received(terms, now);
    let enough = steps::has_funds(tx, &record).await?;
    let decision = step(
        &record.facts(limits, true, now),
        &Stimulus::Funds { enough },
    );
    let next = record.after(&decision, record.learnt.clone(), now);
    insert(tx, position, &next, now).await?;
    steps::transition(tx, &record, "", now).await?;
    steps::consequences(tx, &record, &next, &decision, now).await?;
    if !enough {
        alarm(
            tx,
            &next.terms.id.to_string(),
            "the buyer's cash is short",
            now,
        )
        .await?;
    }
    Ok(())
}

async fn insert(
    tx: &mut Tx<'_>,
    position: u64,
    record: &Record,
    now: Timestamp,
) -> Result<(), StoreError> {
    let terms = &record.terms;
    sqlx::query(
        "INSERT INTO reassignments (id, trade, position, symbol, provider, slot, old_instance, image,
           retire, buyer, seller, currency, price, executed_at, state, entered_at, awake, due_at,
           attempts, failures, round, fence_held, lease_epoch, lease_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
           0, 0, 0, 0, 0, 0)",
    )
    .bind(terms.id.to_string())
    .bind(terms.id.trade.to_string())
    .bind(number(position)?)
    .bind(terms.symbol.as_str())
    .bind(terms.provider.as_str())
    .bind(terms.slot.as_str())
    .bind(terms.old_instance.as_str())
    .bind(terms.image.map(|image| image.to_string()))
    .bind(i64::from(terms.retire))
    .bind(terms.buyer.as_str())
    .bind(terms.seller.as_str())
    .bind(terms.currency.as_str())
    .bind(terms.price.micros())
    .bind(nanos(terms.executed_at)?)
    .bind(record.state.name())
    .bind(nanos(record.entered_at)?)
    .bind(i64::from(record.is_awake()))
    .bind(nanos(now)?)
    .run(tx)
    .await?;
    Ok(())
}
