//! What is kept on disk: one record for each slot, instance, task, image and idempotent answer.

use serde::{Deserialize, Serialize};

use crate::api::{
    Custody, ErrorDetail, Fence, Image, Instance, InstanceState, Tags, Task, TaskKind, TaskState,
};

/// One durable change: the whole new record, in place of the old one of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Record {
    Slot(SlotRecord),
    Instance(InstanceRecord),
    Task(TaskRecord),
    Image(Image),
    Answer(AnswerRecord),
}

/// A slot and who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SlotRecord {
    pub(crate) slot_id: String,
    pub(crate) region: String,
    pub(crate) instance_type: String,
    pub(crate) memory_mib: u64,
    pub(crate) port: u16,
    pub(crate) generation: u64,
    pub(crate) owner: Option<String>,
    pub(crate) custody: Option<Custody>,
    pub(crate) fence: Option<Fence>,
    pub(crate) instance_id: Option<String>,
    pub(crate) task_id: Option<String>,
}

impl SlotRecord {
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Back into the provider's pool: nobody's, and empty.
    pub(crate) fn return_to_pool(&mut self) {
        self.owner = None;
        self.custody = None;
        self.fence = None;
        self.instance_id = None;
    }
}

/// Which process exactly: a pid alone may be reused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessMark {
    pub(crate) pid: u32,
    /// Clock ticks from boot to its start: field 22 of `/proc/<pid>/stat`.
    pub(crate) start_ticks: u64,
    /// `/proc/sys/kernel/random/boot_id`: ticks count from the boot that this names.
    pub(crate) boot_id: String,
}

/// An instance, from the moment that its image is in the slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InstanceRecord {
    pub(crate) instance_id: String,
    /// Order of creation, for listings.
    pub(crate) sequence: u64,
    pub(crate) slot_id: String,
    pub(crate) generation: u64,
    pub(crate) account: String,
    pub(crate) image_id: String,
    pub(crate) image_digest: String,
    pub(crate) state: InstanceState,
    pub(crate) process: Option<ProcessMark>,
    pub(crate) address: String,
    pub(crate) tags: Tags,
    pub(crate) ready: bool,
    pub(crate) nonce: String,
    pub(crate) detail: Option<String>,
}

impl InstanceRecord {
    pub(crate) fn view(&self) -> Instance {
        Instance {
            instance_id: self.instance_id.clone(),
            slot_id: self.slot_id.clone(),
            generation: self.generation,
            account: self.account.clone(),
            image_id: self.image_id.clone(),
            image_digest: self.image_digest.clone(),
            state: self.state,
            pid: self.process.as_ref().map(|process| process.pid),
            address: self.process.as_ref().map(|_| self.address.clone()),
            tags: self.tags.clone(),
            ready: self.ready,
            nonce: self.nonce.clone(),
            detail: self.detail.clone(),
        }
    }
}

/// A task, with all that is needed to take it up again after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaskRecord {
    pub(crate) task_id: String,
    pub(crate) kind: TaskKind,
    pub(crate) slot_id: String,
    pub(crate) generation: u64,
    pub(crate) state: TaskState,
    pub(crate) error: Option<ErrorDetail>,
    pub(crate) instance_id: Option<String>,
    /// Whose request it was.
    pub(crate) requested_by: String,
    /// Of a launch or a placing, until it is placed: the instance to be.
    pub(crate) plan: Option<InstanceRecord>,
}

impl TaskRecord {
    pub(crate) fn view(&self) -> Task {
        Task {
            task_id: self.task_id.clone(),
            kind: self.kind,
            slot_id: self.slot_id.clone(),
            generation: self.generation,
            state: self.state,
            error: self.error.clone(),
            instance_id: self.instance_id.clone(),
        }
    }

    pub(crate) const fn is_over(&self) -> bool {
        match self.state {
            TaskState::Pending | TaskState::Running => false,
            TaskState::Succeeded | TaskState::Failed => true,
        }
    }
}

/// The answer that an idempotency key got, to be given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AnswerRecord {
    pub(crate) account: String,
    pub(crate) key: String,
    /// Digest over method, path and the request's content.
    pub(crate) fingerprint: String,
    pub(crate) status: u16,
    pub(crate) body: String,
}
