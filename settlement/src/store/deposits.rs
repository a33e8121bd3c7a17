//! What the event log has shown of instruments, accounts and instances, and the deposits that it
//! does not know yet.

use engine::{
    AccountName, Command, InstanceName, Instrument, InstrumentKind, ProviderName, SlotName, Symbol,
};

use super::{Read, Statement, Store, StoreError, Tx, commands, words};
use crate::provider::{Phase, SlotView};

impl Store {
    /// Compares a provider's listing of our custody with the register, and asks the engine to take in
    /// what is new. Gives the number of new deposits.
    pub(crate) async fn compare_custody(
        &self,
        provider: &ProviderName,
        listing: &[SlotView],
    ) -> Result<usize, StoreError> {
        let mut tx = self.begin().await?;
        let mut new: usize = 0;
        for slot in listing {
            if deposit(&mut tx, provider, slot).await? {
                new = new.saturating_add(1);
            }
        }
        forget_departed(&mut tx, provider, listing).await?;
        tx.commit().await?;
        Ok(new)
    }
}

/// One slot of one provider, and what is in it for whom.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) provider: ProviderName,
    pub(super) slot: SlotName,
    pub(super) instance: InstanceName,
    pub(super) account: AccountName,
}

impl Entry {
    fn subject(&self) -> String {
        format!("deposit:{}:{}", self.provider, self.slot)
    }
}

async fn deposit(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    view: &SlotView,
) -> Result<bool, StoreError> {
    let (Some(custody), Some(instance)) = (&view.custody, &view.instance) else {
        return Ok(false);
    };
    let Ok(account) = AccountName::new(&custody.beneficiary) else {
        return Ok(false);
    };
    if instance.phase != Phase::Running || view.busy {
        return Ok(false);
    }
    let Some(symbol) = symbol(tx, provider, view).await? else {
        return Ok(false);
    };
    let entry = Entry {
        provider: *provider,
        slot: view.slot,
        instance: instance.instance,
        account,
    };
    if !is_account_at(tx, &entry).await? || !is_new(tx, &entry).await? {
        return Ok(false);
    }
    remember(tx, &entry, "asked").await?;
    let command = Command::DepositInstance {
        slot: entry.slot,
        instance: entry.instance,
        account,
        symbol,
    };
    commands::enqueue(tx, &entry.subject(), 0, &command).await?;
    tracing::info!(slot = %entry.slot, instance = %entry.instance, %account, %symbol, "deposit seen");
    Ok(true)
}

/// What such an instance trades as: the first symbol by its bytes, for the order of texts is each database's own.
async fn symbol(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    view: &SlotView,
) -> Result<Option<Symbol>, StoreError> {
    let rows = sqlx::query(
        "SELECT symbol FROM instruments WHERE provider = $1 AND region = $2 AND instance_type = $3",
    )
    .bind(provider.as_str())
    .bind(words(&view.region))
    .bind(words(&view.instance_type))
    .rows(tx)
    .await?;
    let mut first: Option<Symbol> = None;
    for row in &rows {
        let symbol: Symbol = row.parsed("symbol")?;
        if first.is_none_or(|first| symbol.as_str() < first.as_str()) {
            first = Some(symbol);
        }
    }
    Ok(first)
}

async fn is_account_at(tx: &mut Tx<'_>, entry: &Entry) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT account FROM accounts WHERE account = $1 AND provider = $2")
        .bind(entry.account.as_str())
        .bind(entry.provider.as_str())
        .maybe_row(tx)
        .await?;
    Ok(row.is_some())
}

/// A listing may be older than the register: an instance that was there once is never new, until a
/// listing has shown that it left.
async fn is_new(tx: &mut Tx<'_>, entry: &Entry) -> Result<bool, StoreError> {
    let row =
        sqlx::query("SELECT instance, standing FROM register WHERE provider = $1 AND slot = $2")
            .bind(entry.provider.as_str())
            .bind(entry.slot.as_str())
            .maybe_row(tx)
            .await?;
    let Some(row) = row else {
        return Ok(true);
    };
    let in_register = matches!(row.string("standing")?.as_str(), "asked" | "held");
    Ok(!in_register && row.string("instance")? != entry.instance.as_str())
}

/// Slots that left the register and the provider's listing may be deposited again.
async fn forget_departed(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    listing: &[SlotView],
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT slot FROM register
         WHERE provider = $1 AND standing IN ('refused', 'withdrawn', 'retired')",
    )
    .bind(provider.as_str())
    .rows(tx)
    .await?;
    for row in &rows {
        let slot = row.string("slot")?;
        if !listing.iter().any(|view| view.slot.as_str() == slot) {
            sqlx::query("DELETE FROM register WHERE provider = $1 AND slot = $2")
                .bind(provider.as_str())
                .bind(slot)
                .run(tx)
                .await?;
        }
    }
    Ok(())
}

async fn remember(
    tx: &mut Tx<'_>,
    entry: &Entry,
    standing: &'static str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO register (provider, slot, instance, account, standing)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (provider, slot) DO UPDATE SET instance = excluded.instance,
           account = excluded.account, standing = excluded.standing",
    )
    .bind(entry.provider.as_str())
    .bind(entry.slot.as_str())
    .bind(entry.instance.as_str())
    .bind(entry.account.as_str())
    .bind(standing)
    .run(tx)
    .await?;
    Ok(())
}

/// An instance is in the register, entitled to whom the entry says.
pub(super) async fn held(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    remember(tx, entry, "held").await?;
    commands::arrived(tx, &entry.subject(), 0).await
}

/// An operator's own deposit may have been refused, of a slot that is in the register.
pub(super) async fn refused(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE register SET standing = 'refused'
         WHERE provider = $1 AND slot = $2 AND standing = 'asked'",
    )
    .bind(entry.provider.as_str())
    .bind(entry.slot.as_str())
    .run(tx)
    .await?;
    commands::arrived(tx, &entry.subject(), 0).await
}

/// An instance left the register.
pub(super) async fn withdrawn(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    remember(tx, entry, "withdrawn").await
}

/// A slot left the register for its provider's pool.
pub(super) async fn retired(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    remember(tx, entry, "retired").await
}

/// The provider of an instrument, if it was listed.
pub(super) async fn provider_of(
    tx: &mut Tx<'_>,
    symbol: &Symbol,
) -> Result<Option<ProviderName>, StoreError> {
    sqlx::query("SELECT provider FROM instruments WHERE symbol = $1")
        .bind(symbol.as_str())
        .maybe_row(tx)
        .await?
        .map(|row| row.parsed("provider"))
        .transpose()
}

pub(super) async fn instrument_listed(
    tx: &mut Tx<'_>,
    instrument: &Instrument,
) -> Result<(), StoreError> {
    let InstrumentKind::Instances {
        provider,
        region,
        instance_type,
    } = instrument.kind
    else {
        // A test instrument has no inventory.
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO instruments (symbol, provider, region, instance_type) VALUES ($1, $2, $3, $4)
         ON CONFLICT (symbol) DO UPDATE SET provider = excluded.provider, region = excluded.region,
           instance_type = excluded.instance_type",
    )
    .bind(instrument.symbol.as_str())
    .bind(provider.as_str())
    .bind(region.as_str())
    .bind(instance_type.as_str())
    .run(tx)
    .await?;
    Ok(())
}

pub(super) async fn account_opened(
    tx: &mut Tx<'_>,
    account: &AccountName,
    provider: Option<&ProviderName>,
) -> Result<(), StoreError> {
    let Some(provider) = provider else {
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO accounts (account, provider) VALUES ($1, $2)
         ON CONFLICT (account) DO UPDATE SET provider = excluded.provider",
    )
    .bind(account.as_str())
    .bind(provider.as_str())
    .run(tx)
    .await?;
    Ok(())
}
