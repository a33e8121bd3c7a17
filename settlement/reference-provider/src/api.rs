//! The JSON that the control plane speaks: requests and answers of `/v1`, and nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Labels of an instance, chosen by whoever placed it; at most [`crate::limits::TAGS_MAX`].
pub type Tags = BTreeMap<String, String>;

/// An image: bytes that a guest can be started from, named by their digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// The provider's id of this image, `img-…`.
    pub image_id: String,
    /// `blake3:` and 64 hexadecimal digits over the image's bytes.
    pub digest: String,
    /// Length in bytes.
    pub size: u64,
    /// The name given on upload.
    pub name: String,
    /// The account that uploaded it.
    pub owner: String,
    /// Accounts that may use it beside its owner; another customer sees only itself here.
    pub shared_with: Vec<String>,
}

/// Gives one more account the use of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShareImage {
    /// The account that may use the image from now on.
    pub account: String,
}

/// Who holds a slot for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Custody {
    /// The custody account.
    pub account: String,
    /// The account that the slot is held for.
    pub beneficiary: String,
}

/// While it stands, only the custody account may touch the slot's instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fence {
    /// Who asked for it, in the custodian's words, such as the id of a reassignment.
    pub holder: String,
    /// Why, for people.
    pub reason: String,
}

/// The exact place that an instance occupies; it outlives the instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Slot {
    /// The slot's name.
    pub slot_id: String,
    /// Where it is.
    pub region: String,
    /// What kind of instance it carries.
    pub instance_type: String,
    /// The memory limit of its guest, in MiB.
    pub memory_mib: u64,
    /// How many instances were accepted for it so far; every command names the one that it means.
    pub generation: u64,
    /// The account that has the slot; null while it is in the provider's pool.
    pub owner: Option<String>,
    /// Set while a custody account holds it.
    pub custody: Option<Custody>,
    /// Set while it is fenced.
    pub fence: Option<Fence>,
    /// The instance in it; null while it is vacant.
    pub instance: Option<Instance>,
    /// Where a guest in this slot answers, `127.0.0.1:port`; the same for the slot's whole life.
    pub address: String,
    /// The task that is changing the slot now.
    pub task_id: Option<String>,
}

/// What a listing of slots answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotList {
    /// In the order of their names.
    pub slots: Vec<Slot>,
}

/// Where an instance is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstanceState {
    /// Its image is in the slot, with the right digest; nothing runs.
    Placed,
    /// Its process is being started, or has not answered yet.
    Starting,
    /// Its process runs; `ready` says whether its beacon answered.
    Running,
    /// Its process ended by itself, with success, or was ended with the control plane.
    Stopped,
    /// It was ended on command and its slot wiped.
    Terminated,
    /// It could not be placed or started, or its process died.
    Failed,
}

/// One instance: an image in a slot, and its process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Instance {
    /// The provider's id of this instance, `i-…`; never used twice.
    pub instance_id: String,
    /// The slot that it is or was in.
    pub slot_id: String,
    /// The slot's generation that it belongs to.
    pub generation: u64,
    /// The account that it belongs to.
    pub account: String,
    /// The image that it was placed from.
    pub image_id: String,
    /// The digest of that image.
    pub image_digest: String,
    /// Where it is in its life.
    pub state: InstanceState,
    /// The process that runs it.
    pub pid: Option<u32>,
    /// Where its beacon answers, `127.0.0.1:port`, while it runs.
    pub address: Option<String>,
    /// Its labels.
    pub tags: Tags,
    /// Its beacon answered with the right instance, digest and nonce.
    pub ready: bool,
    /// A random value that only this run of this instance was told.
    pub nonce: String,
    /// What went wrong, when something did.
    pub detail: Option<String>,
}

/// What a listing of instances answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceList {
    /// Newest first; at most [`crate::limits::LISTED_MAX`].
    pub instances: Vec<Instance>,
    /// There were more than are listed.
    pub truncated: bool,
}

/// A customer asks for an instance in any free slot of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LaunchInstance {
    /// The image to start.
    pub image_id: String,
    /// The kind of slot wanted.
    pub instance_type: String,
    /// The region wanted; any, when absent.
    #[serde(default)]
    pub region: Option<String>,
    /// Labels of the new instance.
    #[serde(default)]
    pub tags: Tags,
}

/// The owner moves its slot, with the running instance, into custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DepositSlot {
    /// The custody account that is to hold it.
    pub custody_account: String,
    /// The account that it is held for.
    pub beneficiary: String,
}

/// Sets or renews a fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetFence {
    /// Who asks for it.
    pub holder: String,
    /// Why.
    pub reason: String,
}

/// Lifts a fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LiftFence {
    /// Who asked for the fence.
    pub holder: String,
}

/// Terminates, starts, retires or withdraws what is in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotCommand {
    /// The slot's generation that is meant.
    pub generation: u64,
    /// When given, the slot must be fenced by this holder: a fence that was lost is noticed.
    #[serde(default)]
    pub fence_holder: Option<String>,
}

/// Places an image in a vacant slot in custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlaceImage {
    /// The slot's generation that is meant; on acceptance the slot has the next one.
    pub generation: u64,
    /// The image; the custody account and `account` must both have the use of it.
    pub image_id: String,
    /// The account that the new instance belongs to; the slot's beneficiary from then on.
    pub account: String,
    /// Labels of the new instance.
    #[serde(default)]
    pub tags: Tags,
    /// When given, the slot must be fenced by this holder: a fence that was lost is noticed.
    #[serde(default)]
    pub fence_holder: Option<String>,
}

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Place and start an instance in a slot of the pool.
    Launch,
    /// End the instance and wipe the slot.
    Terminate,
    /// Put an image in the slot.
    Place,
    /// Start the placed instance and wait for its beacon.
    Start,
    /// Give the slot back to the pool.
    Retire,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Accepted and on disk.
    Pending,
    /// Under way.
    Running,
    /// Done.
    Succeeded,
    /// Not done; `error` says why.
    Failed,
}

/// Work that goes on after the request was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// The provider's id of this task, `task-…`.
    pub task_id: String,
    /// What it does.
    pub kind: TaskKind,
    /// The slot that it changes.
    pub slot_id: String,
    /// The slot's generation once the task was accepted.
    pub generation: u64,
    /// How far it is.
    pub state: TaskState,
    /// Why it failed.
    pub error: Option<ErrorDetail>,
    /// The instance that it is about.
    pub instance_id: Option<String>,
}

/// What went wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// One of the codes of [`crate::error::ErrorCode`].
    pub code: String,
    /// A sentence for people: what was wrong, and what to do about it.
    pub message: String,
}

/// What every refusal answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What a guest answers on its slot's port: one line of JSON for each connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Beacon {
    /// The instance that the guest was told that it is.
    pub instance_id: String,
    /// The digest of its image, `blake3:…`.
    pub image_digest: String,
    /// The nonce that it was told.
    pub nonce: String,
    /// Its process, where it can know.
    #[serde(default)]
    pub pid: Option<u32>,
    /// A name found inside the image.
    #[serde(default)]
    pub name: String,
}
