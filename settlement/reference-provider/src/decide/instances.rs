//! Showing instances and tasks.

use super::Caller;
use super::access::{not_found, sees_instance};
use crate::api::{Instance, InstanceList, Task};
use crate::error::ApiError;
use crate::limits::LISTED_MAX;
use crate::options::Role;
use crate::store::{InstanceRecord, State};

/// One instance that the caller sees.
pub(crate) fn show(
    state: &State,
    caller: &Caller,
    instance_id: &str,
) -> Result<Instance, ApiError> {
    let found = state
        .instances
        .get(instance_id)
        .filter(|instance| sees_instance(state, caller, instance));
    found
        .map(InstanceRecord::view)
        .ok_or_else(|| not_found("instance", instance_id))
}

/// The instances that the caller sees, of every state, newest first; with one tag when asked.
pub(crate) fn list(state: &State, caller: &Caller, tag: Option<(&str, &str)>) -> InstanceList {
    let tagged = |instance: &InstanceRecord| {
        tag.is_none_or(|(key, value)| instance.tags.get(key).is_some_and(|found| found == value))
    };
    let mut found: Vec<&InstanceRecord> = state
        .instances
        .values()
        .filter(|instance| tagged(instance) && sees_instance(state, caller, instance))
        .collect();
    found.sort_unstable_by_key(|instance| std::cmp::Reverse(instance.sequence));
    let truncated = found.len() > LISTED_MAX;
    let instances = found
        .into_iter()
        .take(LISTED_MAX)
        .map(InstanceRecord::view)
        .collect();
    InstanceList {
        instances,
        truncated,
    }
}

/// One task that the caller asked for.
pub(crate) fn task(state: &State, caller: &Caller, task_id: &str) -> Result<Task, ApiError> {
    let mine = |account: &str| account == caller.account || caller.role == Role::Operator;
    let found = state
        .tasks
        .get(task_id)
        .filter(|task| mine(&task.requested_by));
    found
        .map(|task| task.view())
        .ok_or_else(|| not_found("task", task_id))
}
