//! Deposit, withdrawal, fences: who holds a slot, and who may touch it.

use super::access::{self, wrong_state};
use super::{Accepted, Accounts, Caller};
use crate::api::{
    Custody, DepositSlot, Fence, InstanceState, LiftFence, SetFence, Slot, SlotCommand,
};
use crate::error::{ApiError, ErrorCode};
use crate::names;
use crate::options::Role;
use crate::store::{Record, SlotRecord, State};

/// The owner moves its slot with the running instance into custody.
pub(crate) fn deposit(
    state: &State,
    accounts: &Accounts,
    caller: &Caller,
    slot_id: &str,
    request: &DepositSlot,
) -> Result<Accepted<Slot>, ApiError> {
    names::check_name("custody_account", &request.custody_account)?;
    names::check_name("beneficiary", &request.beneficiary)?;
    let slot = access::slot(state, caller, slot_id)?;
    if slot.owner.as_ref() != Some(&caller.account) || slot.custody.is_some() {
        return Err(access::forbidden(caller, slot, "deposit it"));
    }
    access::idle(slot)?;
    let running = state
        .instance_in(slot)
        .is_some_and(|instance| instance.state == InstanceState::Running);
    if !running {
        return Err(wrong_state(
            slot,
            "has no running instance: deposit it once its instance runs",
        ));
    }
    if accounts.0.get(&request.custody_account) != Some(&Role::Custody) {
        return Err(no_such_account("custody account", &request.custody_account));
    }
    if accounts.0.get(&request.beneficiary) != Some(&Role::Customer) {
        return Err(no_such_account("customer account", &request.beneficiary));
    }
    let mut next = slot.clone();
    next.owner = Some(request.custody_account.clone());
    next.custody = Some(Custody {
        account: request.custody_account.clone(),
        beneficiary: request.beneficiary.clone(),
    });
    Ok(changed(state, next))
}

/// The custodian gives the slot, with whatever is in it, to its beneficiary.
pub(crate) fn withdraw(
    state: &State,
    caller: &Caller,
    slot_id: &str,
    request: &SlotCommand,
) -> Result<Accepted<Slot>, ApiError> {
    let slot = access::slot(state, caller, slot_id)?;
    access::custodian(caller, slot, request.fence_holder.as_deref(), "withdraw it")?;
    access::as_meant(slot, request.generation, request.fence_holder.as_deref())?;
    access::idle(slot)?;
    if slot.instance_id.is_none() {
        return Err(wrong_state(slot, "is vacant: retire it instead"));
    }
    let mut next = slot.clone();
    next.owner = slot
        .custody
        .as_ref()
        .map(|custody| custody.beneficiary.clone());
    next.custody = None;
    next.fence = None;
    Ok(changed(state, next))
}

/// The custodian keeps everybody else from touching the slot. The same holder may repeat it.
pub(crate) fn fence(
    state: &State,
    caller: &Caller,
    slot_id: &str,
    request: &SetFence,
) -> Result<Accepted<Slot>, ApiError> {
    names::check_name("holder", &request.holder)?;
    names::check_text("reason", &request.reason)?;
    let slot = access::slot(state, caller, slot_id)?;
    access::custodian(caller, slot, Some(&request.holder), "fence it")?;
    let mut next = slot.clone();
    next.fence = Some(Fence {
        holder: request.holder.clone(),
        reason: request.reason.clone(),
    });
    Ok(changed(state, next))
}

/// The holder of the fence lifts it. Lifting what is not there changes nothing.
pub(crate) fn lift(
    state: &State,
    caller: &Caller,
    slot_id: &str,
    request: &LiftFence,
) -> Result<Accepted<Slot>, ApiError> {
    names::check_name("holder", &request.holder)?;
    let slot = access::slot(state, caller, slot_id)?;
    access::custodian(caller, slot, Some(&request.holder), "lift its fence")?;
    let mut next = slot.clone();
    next.fence = None;
    Ok(changed(state, next))
}

fn changed(state: &State, next: SlotRecord) -> Accepted<Slot> {
    let answer = state.slot_view(&next);
    let known = state.slots.get(&next.slot_id) == Some(&next);
    let records = if known {
        Vec::new()
    } else {
        vec![Record::Slot(next)]
    };
    Accepted::at_once(answer, records)
}

pub(crate) fn no_such_account(what: &str, name: &str) -> ApiError {
    let message = format!("there is no {what} {name:?} at this provider: check its name");
    ApiError::new(ErrorCode::NotFound, message)
}
