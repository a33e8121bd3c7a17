//! What the event log has shown of instruments, accounts and instances, and the deposits that it
//! does not know yet.

use engine::{
    AccountName, Command, InstanceName, Instrument, InstrumentKind, ProviderName, SlotName,
};

use super::{Read, Store, StoreError, Tx, commands};
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
    if !is_account_at(tx, &account, provider).await?
        || !is_new(tx, view, &instance.instance).await?
    {
        return Ok(false);
    }
    remember(
        tx,
        &view.slot,
        &instance.instance,
        &account,
        provider,
        "asked",
    )
    .await?;
    let command = Command::DepositInstance {
        slot: view.slot,
        instance: instance.instance,
        account,
        symbol,
    };
    commands::enqueue(tx, &subject(&view.slot), 0, &command).await?;
    tracing::info!(slot = %view.slot, instance = %instance.instance, %account, %symbol, "deposit seen");
    Ok(true)
}

async fn symbol(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    view: &SlotView,
) -> Result<Option<engine::Symbol>, StoreError> {
    sqlx::query("SELECT symbol FROM instruments WHERE provider = $1 AND region = $2 AND instance_type = $3 ORDER BY symbol LIMIT 1")
        .bind(provider.as_str())
        .bind(&view.region)
        .bind(&view.instance_type)
        .fetch_optional(&mut **tx)
        .await?
        .map(|row| row.parsed("symbol"))
        .transpose()
}

async fn is_account_at(
    tx: &mut Tx<'_>,
    account: &AccountName,
    provider: &ProviderName,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT account FROM accounts WHERE account = $1 AND provider = $2")
        .bind(account.as_str())
        .bind(provider.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}

/// A listing may be older than the register: an instance that was there once is never new, until a
/// listing has shown that it left.
async fn is_new(
    tx: &mut Tx<'_>,
    view: &SlotView,
    instance: &InstanceName,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT instance, standing FROM register WHERE slot = $1")
        .bind(view.slot.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else {
        return Ok(true);
    };
    let in_register = matches!(row.string("standing")?.as_str(), "asked" | "held");
    Ok(!in_register && row.string("instance")? != instance.as_str())
}

/// Slots that left the register and the provider's listing may be deposited again.
async fn forget_departed(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    listing: &[SlotView],
) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT slot FROM register WHERE provider = $1 AND standing IN ('refused', 'withdrawn', 'retired')")
        .bind(provider.as_str())
        .fetch_all(&mut **tx)
        .await?;
    for row in &rows {
        let slot = row.string("slot")?;
        if !listing.iter().any(|view| view.slot.as_str() == slot) {
            sqlx::query("DELETE FROM register WHERE slot = $1")
                .bind(slot)
                .execute(&mut **tx)
                .await?;
        }
    }
    Ok(())
}

fn subject(slot: &SlotName) -> String {
    format!("deposit:{slot}")
}

async fn remember(
    tx: &mut Tx<'_>,
    slot: &SlotName,
    instance: &InstanceName,
    account: &AccountName,
    provider: &ProviderName,
    standing: &'static str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO register (slot, provider, instance, account, standing) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (slot) DO UPDATE SET provider = excluded.provider, instance = excluded.instance,
           account = excluded.account, standing = excluded.standing",
    )
    .bind(slot.as_str())
    .bind(provider.as_str())
    .bind(instance.as_str())
    .bind(account.as_str())
    .bind(standing)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn deposited(
    tx: &mut Tx<'_>,
    slot: &SlotName,
    instance: &InstanceName,
    account: &AccountName,
    provider: &ProviderName,
) -> Result<(), StoreError> {
    remember(tx, slot, instance, account, provider, "held").await?;
    commands::arrived(tx, &subject(slot), 0).await
}

/// An operator's own deposit may have been refused, of a slot that is in the register.
pub(super) async fn refused(tx: &mut Tx<'_>, slot: &SlotName) -> Result<(), StoreError> {
    sqlx::query("UPDATE register SET standing = 'refused' WHERE slot = $1 AND standing = 'asked'")
        .bind(slot.as_str())
        .execute(&mut **tx)
        .await?;
    commands::arrived(tx, &subject(slot), 0).await
}

pub(super) async fn transferred(
    tx: &mut Tx<'_>,
    slot: &SlotName,
    instance: &InstanceName,
    account: &AccountName,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE register SET instance = $1, account = $2 WHERE slot = $3")
        .bind(instance.as_str())
        .bind(account.as_str())
        .bind(slot.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(super) async fn left(
    tx: &mut Tx<'_>,
    slot: &SlotName,
    standing: &'static str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE register SET standing = $1 WHERE slot = $2")
        .bind(standing)
        .bind(slot.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
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
    .execute(&mut **tx)
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
    .execute(&mut **tx)
    .await?;
    Ok(())
}
