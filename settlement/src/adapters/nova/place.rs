//! Finds what is in a slot, and what was: a slot outlives its servers where they are deleted and created anew.

use std::cmp::Reverse;

use engine::SlotName;

use super::{
    compute::Compute,
    server::{ServerBody, generation_in, name_part},
};
use crate::provider::{Class, Custody, InstanceView, ProviderError, REASSIGNMENT_TAG, SlotView};

/// What a slot holds.
pub(super) enum Found {
    /// A server.
    Live(ServerBody),
    /// Nothing: this was the last server in it, which Nova remembers for as long as its operators keep deleted rows.
    Left(ServerBody),
}

/// Looks into a slot whose server keeps its id.
pub(super) async fn look(compute: &Compute, slot: &SlotName) -> Result<ServerBody, ProviderError> {
    compute.server(slot.as_str()).await
}

/// Looks into a slot whose servers come and go: for the first by its id, for later ones by their names, which are all
/// that Nova finds a deleted server by.
pub(super) async fn search(compute: &Compute, slot: &SlotName) -> Result<Found, ProviderError> {
    match compute.server(slot.as_str()).await {
        Ok(server) => return Ok(Found::Live(server)),
        Err(error) if error.class == Class::Gone => {}
        Err(error) => return Err(error),
    }
    let name = name_part(slot);
    let mut live = compute.servers(&[("name", &name)]).await?;
    live.retain(|server| server.slot() == slot.as_str());
    if let Some(server) = occupant(live, slot) {
        return Ok(Found::Live(server));
    }
    let mut left = compute
        .servers(&[("deleted", "true"), ("name", &name)])
        .await?;
    left.extend(
        compute
            .servers(&[("deleted", "true"), ("uuid", slot.as_str())])
            .await?,
    );
    // What no host took was never in the slot.
    left.retain(|server| {
        (server.name.contains(&name) || server.id == slot.as_str()) && server.was_on_a_host()
    });
    match occupant(left, slot) {
        Some(server) if !server.was_let_go() => Ok(Found::Left(server)),
        _ => Err(ProviderError::new(
            Class::Gone,
            &format!("no server is or was in slot {slot}"),
        )),
    }
}

/// The one of several that counts: the latest, and of two that are equally late always the same.
pub(super) fn occupant(servers: Vec<ServerBody>, slot: &SlotName) -> Option<ServerBody> {
    let latest = |server: &ServerBody| {
        (
            Reverse(generation_in(&server.name, slot)),
            server.id.clone(),
        )
    };
    servers.into_iter().min_by_key(latest)
}

/// The instances that `reassignment` placed. Of two in one slot, one is beside it: no slot has room for two.
pub(super) fn instances(
    servers: Vec<ServerBody>,
    reassignment: &str,
) -> Result<Vec<InstanceView>, ProviderError> {
    let mut views: Vec<InstanceView> = Vec::new();
    for server in servers {
        let mut view = server.instance_view()?;
        if view.tags.get(REASSIGNMENT_TAG).map(String::as_str) != Some(reassignment) {
            continue;
        }
        if views.iter().any(|other| other.slot == view.slot) {
            view.slot = format!("beside {}", view.slot);
        }
        views.push(view);
    }
    Ok(views)
}

/// The view of a slot that nothing is in.
pub(super) fn vacant(left: &ServerBody, slot: &SlotName, region: &str) -> SlotView {
    SlotView {
        slot: *slot,
        region: region.to_owned(),
        instance_type: left.flavor().to_owned(),
        generation: generation_in(&left.name, slot),
        custody: Some(Custody {
            account: left.project().to_owned(),
            beneficiary: String::new(),
        }),
        fence: left.fence(),
        busy: false,
        instance: None,
    }
}
