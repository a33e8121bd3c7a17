//! Who sees what, and who may touch a slot.

use super::Caller;
use crate::api::{Image, InstanceState};
use crate::error::{ApiError, ErrorCode};
use crate::options::Role;
use crate::store::{InstanceRecord, SlotRecord, State};

/// In which capacity a caller acts on a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hand {
    /// The account that holds it in custody.
    Custodian,
    /// The account that has it, or that it is held for.
    Holder,
    /// The provider.
    Operator,
}

pub(crate) fn not_found(what: &str, name: &str) -> ApiError {
    let shown: String = name.chars().take(80).collect();
    let message = format!(
        "there is no {what} {shown:?} that this account may see: check the id and the token"
    );
    ApiError::new(ErrorCode::NotFound, message)
}

fn sees_slot(caller: &Caller, slot: &SlotRecord) -> bool {
    let account = Some(caller.account.as_str());
    caller.role == Role::Operator
        || slot.owner.as_deref() == account
        || slot.custody.as_ref().is_some_and(|custody| {
            Some(custody.account.as_str()) == account
                || Some(custody.beneficiary.as_str()) == account
        })
}

/// The slots that a caller sees.
pub(crate) fn slots<'a>(
    state: &'a State,
    caller: &'a Caller,
) -> impl Iterator<Item = &'a SlotRecord> {
    state
        .slots
        .values()
        .filter(move |slot| sees_slot(caller, slot))
}

/// A slot by name; what the caller may not see is not found.
pub(crate) fn slot<'a>(
    state: &'a State,
    caller: &Caller,
    slot_id: &str,
) -> Result<&'a SlotRecord, ApiError> {
    let found = state
        .slots
        .get(slot_id)
        .filter(|slot| sees_slot(caller, slot));
    found.ok_or_else(|| not_found("slot", slot_id))
}

/// Whether a caller sees an instance: its account, whoever sees its slot while it is there, and the operator.
pub(crate) fn sees_instance(state: &State, caller: &Caller, instance: &InstanceRecord) -> bool {
    if caller.role == Role::Operator || instance.account == caller.account {
        return true;
    }
    let Some(slot) = state.slots.get(&instance.slot_id) else {
        return false;
    };
    // A custodian goes on seeing what it ended or failed to place, as long as it holds the slot.
    let custodian = slot
        .custody
        .as_ref()
        .is_some_and(|custody| custody.account == caller.account);
    custodian
        || (instance.state != InstanceState::Terminated
            && slot.instance_id.as_ref() == Some(&instance.instance_id)
            && sees_slot(caller, slot))
}

/// Whether an account has the use of an image.
pub(crate) fn may_use_image(account: &str, image: &Image) -> bool {
    image.owner == account || image.shared_with.iter().any(|other| other == account)
}

/// Refuses whoever may not touch the slot now, or says in which capacity the caller does.
pub(crate) fn hand(
    caller: &Caller,
    slot: &SlotRecord,
    fence_holder: Option<&str>,
) -> Result<Hand, ApiError> {
    let account = caller.account.as_str();
    let custodian = slot
        .custody
        .as_ref()
        .is_some_and(|custody| custody.account == account);
    if let Some(fence) = &slot.fence {
        let other = fence_holder.is_some_and(|holder| holder != fence.holder);
        if !custodian || other {
            return Err(fenced(slot, &fence.holder));
        }
    }
    if custodian {
        return Ok(Hand::Custodian);
    }
    let held_for = slot
        .custody
        .as_ref()
        .map_or(slot.owner.as_deref(), |custody| {
            Some(custody.beneficiary.as_str())
        });
    if held_for == Some(account) {
        return Ok(Hand::Holder);
    }
    if caller.role == Role::Operator {
        return Ok(Hand::Operator);
    }
    Err(forbidden(caller, slot, "touch it"))
}

/// Refuses everyone but the slot's custodian.
pub(crate) fn custodian(
    caller: &Caller,
    slot: &SlotRecord,
    fence_holder: Option<&str>,
    action: &str,
) -> Result<(), ApiError> {
    match hand(caller, slot, fence_holder)? {
        Hand::Custodian => Ok(()),
        Hand::Holder | Hand::Operator => Err(forbidden(caller, slot, action)),
    }
}

pub(crate) fn forbidden(caller: &Caller, slot: &SlotRecord, action: &str) -> ApiError {
    let message = format!(
        "account {} may not {action}: slot {} is {}; use the token of the account that may",
        caller.account,
        slot.slot_id,
        match (&slot.custody, &slot.owner) {
            (Some(custody), _) => format!("in the custody of {}", custody.account),
            (None, Some(_)) => "not in custody; its owner deposits it first".to_owned(),
            (None, None) => "in the provider's pool".to_owned(),
        }
    );
    ApiError::new(ErrorCode::Forbidden, message)
}

fn fenced(slot: &SlotRecord, holder: &str) -> ApiError {
    let message = format!(
        "slot {} is fenced by {holder:?}: wait until that holder lifts the fence",
        slot.slot_id
    );
    ApiError::new(ErrorCode::Fenced, message)
}

/// Refuses when the fence that the caller relies on is not there, or the slot has another generation.
/// A fence of another holder was refused before.
pub(crate) fn as_meant(
    slot: &SlotRecord,
    meant: u64,
    fence_holder: Option<&str>,
) -> Result<(), ApiError> {
    if let (Some(holder), None) = (fence_holder, &slot.fence) {
        let what =
            format!("is not fenced by {holder:?}: read the slot, fence it again, or name no fence");
        return Err(wrong_state(slot, &what));
    }
    if slot.generation == meant {
        return Ok(());
    }
    let message = format!(
        "slot {} has generation {}, the request means {meant}: read the slot and decide anew",
        slot.slot_id, slot.generation
    );
    Err(ApiError::new(ErrorCode::GenerationMismatch, message))
}

/// Refuses while a task is changing the slot.
pub(crate) fn idle(slot: &SlotRecord) -> Result<(), ApiError> {
    let Some(task_id) = &slot.task_id else {
        return Ok(());
    };
    let message = format!(
        "slot {} is being changed by task {task_id}: wait for it to end",
        slot.slot_id
    );
    Err(ApiError::new(ErrorCode::Conflict, message))
}

pub(crate) fn wrong_state(slot: &SlotRecord, what: &str) -> ApiError {
    ApiError::new(
        ErrorCode::WrongState,
        format!("slot {} {what}", slot.slot_id),
    )
}
