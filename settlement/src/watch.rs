//! Looks at providers' listings of our custody again and again: for slots that were given into it, and for what differs from
//! the register. A provider that an operator has suspended is not looked at.

use std::sync::Arc;

use engine::ProviderName;

use crate::{store::StoreError, worker::Shared};

/// Looks for slots that were given into our custody.
pub(crate) async fn watch_deposits(
    shared: Arc<Shared>,
    name: ProviderName,
) -> Result<(), StoreError> {
    let Some(plane) = shared.planes.get(&name) else {
        return Ok(());
    };
    loop {
        if !is_suspended(&shared, &name).await? {
            match plane.provider.custody().await {
                Ok(slots) => {
                    if shared.store.compare_custody(&name, &slots).await? > 0 {
                        shared.commands.notify_one();
                    }
                }
                Err(error) => {
                    tracing::warn!(provider = %name, %error, "custody cannot be listed");
                }
            }
        }
        tokio::time::sleep(shared.limits.deposits).await;
    }
}

/// Looks for what differs from the register. The first look is an interval after the start: what was under way then has
/// settled down.
pub(crate) async fn watch_register(
    shared: Arc<Shared>,
    name: ProviderName,
) -> Result<(), StoreError> {
    let Some(plane) = shared.planes.get(&name) else {
        return Ok(());
    };
    loop {
        tokio::time::sleep(shared.limits.sweeps).await;
        if is_suspended(&shared, &name).await? {
            continue;
        }
        let asked_at = shared.now();
        match plane.provider.custody().await {
            Ok(slots) => {
                let (store, now) = (&shared.store, shared.now());
                let found = store.sweep(&name, &slots, asked_at, now).await?;
                tracing::debug!(provider = %name, slots = slots.len(), found, "register compared");
            }
            Err(error) => {
                tracing::warn!(provider = %name, %error, "the register cannot be compared");
            }
        }
    }
}

async fn is_suspended(shared: &Shared, name: &ProviderName) -> Result<bool, StoreError> {
    let suspended = shared.store.suspended_providers().await?;
    Ok(suspended.iter().any(|one| one.provider == *name))
}
