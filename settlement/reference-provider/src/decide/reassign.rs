//! Terminate, place, start, retire: the four steps that change what is in a slot.

use super::access::{self, Hand, may_use_image, wrong_state};
use super::custody::no_such_account;
use super::launch::{accepted, planned};
use super::{Accepted, Accounts, Caller, Fresh};
use crate::api::{Image, InstanceState, PlaceImage, SlotCommand, Task, TaskKind, TaskState};
use crate::error::{ApiError, ErrorCode};
use crate::names;
use crate::options::Role;
use crate::store::{InstanceRecord, Record, SlotRecord, State, TaskRecord};

/// Ends the instance, whatever its state, and wipes the slot.
pub(crate) fn terminate(
    state: &State,
    caller: &Caller,
    slot_id: &str,
    request: &SlotCommand,
    fresh: &Fresh,
) -> Result<Accepted<Task>, ApiError> {
    let slot = access::slot(state, caller, slot_id)?;
    access::hand(caller, slot, request.fence_holder.as_deref())?;
    access::as_meant(slot, request.generation, request.fence_holder.as_deref())?;
    access::idle(slot)?;
    let Some(instance) = state.instance_in(slot) else {
        return Err(wrong_state(
            slot,
            "is vacant: there is nothing to terminate",
        ));
    };
    let instance_id = Some(instance.instance_id.clone());
    Ok(on_slot(
        slot,
        TaskKind::Terminate,
        instance_id,
        caller,
        fresh,
        Vec::new(),
    ))
}

/// Puts an image into a vacant slot in custody, for an account.
pub(crate) fn place(
    state: &State,
    accounts: &Accounts,
    caller: &Caller,
    slot_id: &str,
    request: &PlaceImage,
    fresh: &Fresh,
) -> Result<Accepted<Task>, ApiError> {
    names::check_name("account", &request.account)?;
    names::check_tags(&request.tags)?;
    let slot = access::slot(state, caller, slot_id)?;
    access::custodian(
        caller,
        slot,
        request.fence_holder.as_deref(),
        "place an image in it",
    )?;
    access::as_meant(slot, request.generation, request.fence_holder.as_deref())?;
    access::idle(slot)?;
    if slot.instance_id.is_some() {
        return Err(wrong_state(
            slot,
            "is occupied: terminate its instance first",
        ));
    }
    if accounts.0.get(&request.account) != Some(&Role::Customer) {
        return Err(no_such_account("customer account", &request.account));
    }
    let image = placeable_image(state, caller, request)?;
    let mut next = slot.clone();
    if let Some(custody) = &mut next.custody {
        custody.beneficiary.clone_from(&request.account);
    }
    let plan = planned(
        state,
        &mut next,
        image,
        &request.account,
        &request.tags,
        fresh,
    );
    Ok(accepted(next, plan, TaskKind::Place, caller, fresh))
}

/// Both the custodian and the account that it acts for must have the use of the image.
fn placeable_image<'a>(
    state: &'a State,
    caller: &Caller,
    request: &PlaceImage,
) -> Result<&'a Image, ApiError> {
    let image_id = &request.image_id;
    let seen = state
        .images
        .get(image_id)
        .filter(|image| may_use_image(&caller.account, image));
    let Some(image) = seen else {
        let message = format!(
            "there is no image {image_id:?} that custody account {} may use: its owner shares it with POST /v1/images/{{id}}/share",
            caller.account
        );
        return Err(ApiError::new(ErrorCode::BadImage, message));
    };
    if may_use_image(&request.account, image) {
        return Ok(image);
    }
    let message = format!(
        "image {image_id} is not shared with account {}: its owner shares it first",
        request.account
    );
    Err(ApiError::new(ErrorCode::BadImage, message))
}

/// Starts what is in the slot and does not run.
pub(crate) fn start(
    state: &State,
    caller: &Caller,
    slot_id: &str,
    request: &SlotCommand,
    fresh: &Fresh,
) -> Result<Accepted<Task>, ApiError> {
    let slot = access::slot(state, caller, slot_id)?;
    match access::hand(caller, slot, request.fence_holder.as_deref())? {
        Hand::Custodian | Hand::Holder => {}
        Hand::Operator => return Err(access::forbidden(caller, slot, "start its instance")),
    }
    access::as_meant(slot, request.generation, request.fence_holder.as_deref())?;
    access::idle(slot)?;
    let Some(instance) = state.instance_in(slot) else {
        return Err(wrong_state(slot, "is vacant: place an image first"));
    };
    let mut next = startable(slot, instance)?.clone();
    if next.state != InstanceState::Placed {
        // Only the run that is meant may answer with this nonce.
        next.nonce.clone_from(&fresh.nonce);
    }
    next.state = InstanceState::Starting;
    next.ready = false;
    next.detail = None;
    let instance_id = Some(next.instance_id.clone());
    Ok(on_slot(
        slot,
        TaskKind::Start,
        instance_id,
        caller,
        fresh,
        vec![Record::Instance(next)],
    ))
}

fn startable<'a>(
    slot: &SlotRecord,
    instance: &'a InstanceRecord,
) -> Result<&'a InstanceRecord, ApiError> {
    match instance.state {
        InstanceState::Placed | InstanceState::Stopped | InstanceState::Failed => Ok(instance),
        InstanceState::Starting | InstanceState::Running => Err(wrong_state(
            slot,
            "has an instance that runs already: there is nothing to start",
        )),
        InstanceState::Terminated => Err(wrong_state(slot, "is vacant: place an image first")),
    }
}

/// Gives a vacant slot in custody back to the provider's pool.
pub(crate) fn retire(
    state: &State,
    caller: &Caller,
    slot_id: &str,
    request: &SlotCommand,
    fresh: &Fresh,
) -> Result<Accepted<Task>, ApiError> {
    let slot = access::slot(state, caller, slot_id)?;
    access::custodian(caller, slot, request.fence_holder.as_deref(), "retire it")?;
    access::as_meant(slot, request.generation, request.fence_holder.as_deref())?;
    access::idle(slot)?;
    if slot.instance_id.is_some() {
        return Err(wrong_state(
            slot,
            "is occupied: terminate its instance first",
        ));
    }
    let mut next = slot.clone();
    next.return_to_pool();
    let mut task = new_task(slot, TaskKind::Retire, None, caller, fresh);
    task.state = TaskState::Succeeded;
    let records = vec![Record::Slot(next), Record::Task(task.clone())];
    Ok(Accepted::at_once(task.view(), records))
}

fn new_task(
    slot: &SlotRecord,
    kind: TaskKind,
    instance_id: Option<String>,
    caller: &Caller,
    fresh: &Fresh,
) -> TaskRecord {
    TaskRecord {
        task_id: fresh.task_id.clone(),
        kind,
        slot_id: slot.slot_id.clone(),
        generation: slot.generation,
        state: TaskState::Pending,
        error: None,
        instance_id,
        requested_by: caller.account.clone(),
        plan: None,
    }
}

fn on_slot(
    slot: &SlotRecord,
    kind: TaskKind,
    instance_id: Option<String>,
    caller: &Caller,
    fresh: &Fresh,
    mut records: Vec<Record>,
) -> Accepted<Task> {
    let task = new_task(slot, kind, instance_id, caller, fresh);
    let mut next = slot.clone();
    next.task_id = Some(task.task_id.clone());
    records.push(Record::Slot(next));
    records.push(Record::Task(task.clone()));
    Accepted {
        answer: task.view(),
        run: Some(task.task_id),
        records,
    }
}
