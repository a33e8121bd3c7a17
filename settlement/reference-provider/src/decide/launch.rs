//! A customer launches an instance in a free slot of the pool.

use super::access::{may_use_image, not_found};
use super::{Accepted, Caller, Fresh};
use crate::api::{Image, InstanceState, LaunchInstance, Tags, Task, TaskKind, TaskState};
use crate::error::{ApiError, ErrorCode};
use crate::names;
use crate::options::Role;
use crate::store::{InstanceRecord, Record, SlotRecord, State, TaskRecord};

/// Takes the first free slot of the kind asked for; its task places the image and starts it.
pub(crate) fn launch(
    state: &State,
    caller: &Caller,
    request: &LaunchInstance,
    fresh: &Fresh,
) -> Result<Accepted<Task>, ApiError> {
    names::check_tags(&request.tags)?;
    if caller.role != Role::Customer {
        let message = format!(
            "account {} is no customer's: launch with a customer's token",
            caller.account
        );
        return Err(ApiError::new(ErrorCode::Forbidden, message));
    }
    let image = usable_image(state, &caller.account, &request.image_id)?;
    let slot = free_slot(state, request).ok_or_else(|| no_capacity(request))?;
    let mut next = slot.clone();
    next.owner = Some(caller.account.clone());
    let plan = planned(
        state,
        &mut next,
        image,
        &caller.account,
        &request.tags,
        fresh,
    );
    Ok(accepted(next, plan, TaskKind::Launch, caller, fresh))
}

fn free_slot<'a>(state: &'a State, request: &LaunchInstance) -> Option<&'a SlotRecord> {
    state.slots.values().find(|slot| {
        slot.owner.is_none()
            && slot.instance_id.is_none()
            && slot.task_id.is_none()
            && slot.instance_type == request.instance_type
            && request
                .region
                .as_ref()
                .is_none_or(|region| *region == slot.region)
    })
}

fn no_capacity(request: &LaunchInstance) -> ApiError {
    let region = request.region.as_deref().unwrap_or("any region");
    let message = format!(
        "no free slot of type {:?} in {region}: ask for another type or region, or later",
        request.instance_type
    );
    ApiError::new(ErrorCode::NoCapacity, message)
}

fn usable_image<'a>(
    state: &'a State,
    account: &str,
    image_id: &str,
) -> Result<&'a Image, ApiError> {
    let found = state
        .images
        .get(image_id)
        .filter(|image| may_use_image(account, image));
    found.ok_or_else(|| {
        let message = not_found("image", image_id).message;
        ApiError::new(ErrorCode::BadImage, message)
    })
}

/// The instance to be; takes the slot's next generation.
pub(super) fn planned(
    state: &State,
    slot: &mut SlotRecord,
    image: &Image,
    account: &str,
    tags: &Tags,
    fresh: &Fresh,
) -> InstanceRecord {
    slot.generation += 1;
    InstanceRecord {
        instance_id: fresh.instance_id.clone(),
        sequence: state.next_sequence(),
        slot_id: slot.slot_id.clone(),
        generation: slot.generation,
        account: account.to_owned(),
        image_id: image.image_id.clone(),
        image_digest: image.digest.clone(),
        state: InstanceState::Placed,
        process: None,
        address: slot.address(),
        tags: tags.clone(),
        ready: false,
        nonce: fresh.nonce.clone(),
        detail: None,
    }
}

/// A launch or placing: the slot is busy with a task that carries the plan.
pub(super) fn accepted(
    mut slot: SlotRecord,
    plan: InstanceRecord,
    kind: TaskKind,
    caller: &Caller,
    fresh: &Fresh,
) -> Accepted<Task> {
    let task = TaskRecord {
        task_id: fresh.task_id.clone(),
        kind,
        slot_id: slot.slot_id.clone(),
        generation: slot.generation,
        state: TaskState::Pending,
        error: None,
        instance_id: Some(plan.instance_id.clone()),
        requested_by: caller.account.clone(),
        plan: Some(plan),
    };
    slot.task_id = Some(task.task_id.clone());
    Accepted {
        answer: task.view(),
        run: Some(task.task_id.clone()),
        records: vec![Record::Slot(slot), Record::Task(task)],
    }
}
