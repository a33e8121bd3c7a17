//! What the steps of a task, and the end of a process, do to the records.
//!
//! Each takes the newest state and gives what changes; none assumes that it is asked only once.

use super::Accepted;
use crate::api::{InstanceState, TaskKind, TaskState};
use crate::error::{ApiError, ErrorCode};
use crate::store::{InstanceRecord, ProcessMark, Record, SlotRecord, State, TaskRecord, internal};

/// What a step is told when its task is no longer there or over: another has done it.
type Step = Result<Accepted<()>, ApiError>;

fn records(records: Vec<Record>) -> Step {
    Ok(Accepted::at_once((), records))
}

/// A task that is not over, with its slot.
fn open(state: &State, task_id: &str) -> Result<(TaskRecord, SlotRecord), ApiError> {
    let task = state.tasks.get(task_id).filter(|task| !task.is_over());
    let task = task.ok_or_else(|| internal("the task is over already"))?;
    let slot = state
        .slots
        .get(&task.slot_id)
        .ok_or_else(|| internal("the task's slot is gone"))?;
    Ok((task.clone(), slot.clone()))
}

fn instance_of(state: &State, task: &TaskRecord) -> Result<InstanceRecord, ApiError> {
    let instance = task
        .instance_id
        .as_ref()
        .and_then(|id| state.instances.get(id));
    instance
        .cloned()
        .ok_or_else(|| internal("the task's instance is gone"))
}

fn succeeded(mut task: TaskRecord, mut slot: SlotRecord, mut others: Vec<Record>) -> Step {
    task.state = TaskState::Succeeded;
    task.plan = None;
    slot.task_id = None;
    others.extend([Record::Task(task), Record::Slot(slot)]);
    records(others)
}

fn gave_up(
    mut task: TaskRecord,
    mut slot: SlotRecord,
    error: &ApiError,
    mut others: Vec<Record>,
) -> Step {
    task.state = TaskState::Failed;
    task.error = Some(error.detail());
    task.plan = None;
    slot.task_id = None;
    others.extend([Record::Task(task), Record::Slot(slot)]);
    records(others)
}

/// The task is under way.
pub(crate) fn begun(state: &State, task_id: &str) -> Step {
    let (mut task, _) = open(state, task_id)?;
    task.state = TaskState::Running;
    records(vec![Record::Task(task)])
}

/// The image is in the slot. A placing is done; a launch goes on to start it.
pub(crate) fn placed(state: &State, task_id: &str) -> Step {
    let (mut task, mut slot) = open(state, task_id)?;
    let mut instance = task
        .plan
        .take()
        .ok_or_else(|| internal("the task has no plan"))?;
    slot.instance_id = Some(instance.instance_id.clone());
    if task.kind == TaskKind::Launch {
        instance.state = InstanceState::Starting;
        return records(vec![
            Record::Instance(instance),
            Record::Task(task),
            Record::Slot(slot),
        ]);
    }
    succeeded(task, slot, vec![Record::Instance(instance)])
}

/// The image could not be put there: the slot is vacant, and after a launch it is the pool's again.
pub(crate) fn not_placed(state: &State, task_id: &str, error: &ApiError) -> Step {
    let (mut task, mut slot) = open(state, task_id)?;
    let mut instance = task
        .plan
        .take()
        .ok_or_else(|| internal("the task has no plan"))?;
    instance.state = InstanceState::Failed;
    instance.detail = Some(error.message.clone());
    if task.kind == TaskKind::Launch {
        slot.return_to_pool();
    }
    gave_up(task, slot, error, vec![Record::Instance(instance)])
}

/// This process is the instance's; it does not run the image before this is on disk.
pub(crate) fn has_process(state: &State, task_id: &str, mark: ProcessMark) -> Step {
    let (task, _) = open(state, task_id)?;
    let mut instance = instance_of(state, &task)?;
    instance.state = InstanceState::Starting;
    instance.process = Some(mark);
    instance.detail = None;
    records(vec![Record::Instance(instance)])
}

/// The beacon answered.
pub(crate) fn ready(state: &State, task_id: &str) -> Step {
    let (task, slot) = open(state, task_id)?;
    let mut instance = instance_of(state, &task)?;
    if instance.process.is_some() {
        instance.state = InstanceState::Running;
        instance.ready = true;
    }
    succeeded(task, slot, vec![Record::Instance(instance)])
}

/// The instance could not be started, or did not answer; what still runs goes on running.
pub(crate) fn not_started(state: &State, task_id: &str, error: &ApiError) -> Step {
    let (task, slot) = open(state, task_id)?;
    let mut instance = instance_of(state, &task)?;
    instance.state = match (&instance.process, instance.state) {
        (Some(_), _) => InstanceState::Running,
        (None, InstanceState::Stopped) => InstanceState::Stopped,
        (None, _) => InstanceState::Failed,
    };
    instance.ready = false;
    instance.detail.get_or_insert_with(|| error.message.clone());
    gave_up(task, slot, error, vec![Record::Instance(instance)])
}

/// The process is gone and the slot is wiped. Out of custody, the slot is the pool's again.
pub(crate) fn terminated(state: &State, task_id: &str) -> Step {
    let (task, mut slot) = open(state, task_id)?;
    let mut instance = instance_of(state, &task)?;
    instance.state = InstanceState::Terminated;
    instance.process = None;
    instance.ready = false;
    slot.instance_id = None;
    if slot.custody.is_none() {
        slot.return_to_pool();
    }
    succeeded(task, slot, vec![Record::Instance(instance)])
}

/// The instance could not be ended: it stays what it was, and terminating may be tried again.
pub(crate) fn not_terminated(state: &State, task_id: &str, error: &ApiError) -> Step {
    let (task, slot) = open(state, task_id)?;
    gave_up(task, slot, error, Vec::new())
}

/// How a process ended.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) state: InstanceState,
    pub(crate) detail: String,
}

/// The instance's process is gone, and no command of ours ended it.
pub(crate) fn exited(state: &State, instance_id: &str, mark: &ProcessMark, ended: Ended) -> Step {
    let Some(instance) = state
        .instances
        .get(instance_id)
        .filter(|instance| instance.process.as_ref() == Some(mark))
    else {
        return records(Vec::new());
    };
    let slot = state.slots.get(&instance.slot_id);
    let terminating = slot
        .and_then(|slot| state.task_of(slot))
        .is_some_and(|task| task.kind == TaskKind::Terminate);
    if terminating {
        return records(Vec::new());
    }
    let mut next = instance.clone();
    next.process = None;
    next.ready = false;
    next.state = ended.state;
    next.detail = Some(ended.detail);
    records(vec![Record::Instance(next)])
}

/// The error of a guest that ended before its beacon answered.
pub(crate) fn guest_failed(instance: &InstanceRecord) -> ApiError {
    let detail = instance.detail.as_deref().unwrap_or("its process ended");
    let message = format!(
        "instance {} ended before its beacon answered: {detail}; look at the image",
        instance.instance_id
    );
    ApiError::new(ErrorCode::GuestFailed, message)
}
