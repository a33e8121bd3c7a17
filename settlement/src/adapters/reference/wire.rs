//! The JSON of the reference API: only the fields that settlement reads, whatever else is there.

use std::collections::BTreeMap;

use engine::{InstanceName, SlotName};
use serde::{Deserialize, Serialize};

use crate::provider::{
    Class, Custody, ImageView, InstanceView, Order, Phase, Placement, ProviderError,
    REASSIGNMENT_TAG, SlotView, TaskView,
};

#[derive(Deserialize)]
pub(super) struct ErrorBody {
    pub(super) error: ErrorDetail,
}

#[derive(Deserialize)]
pub(super) struct ErrorDetail {
    pub(super) code: String,
    pub(super) message: String,
}

#[derive(Deserialize)]
pub(super) struct ImageBody {
    digest: String,
    owner: String,
    #[serde(default)]
    shared_with: Vec<String>,
}

impl ImageBody {
    pub(super) fn view(self, account: &str) -> ImageView {
        let usable = self.owner == account || self.shared_with.iter().any(|with| with == account);
        ImageView {
            digest: self.digest,
            usable,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct SlotBody {
    slot_id: String,
    region: String,
    instance_type: String,
    generation: u64,
    custody: Option<CustodyBody>,
    fence: Option<FenceSeen>,
    instance: Option<InstanceBody>,
    task_id: Option<String>,
}

#[derive(Deserialize)]
struct CustodyBody {
    account: String,
    beneficiary: String,
}

#[derive(Deserialize)]
struct FenceSeen {
    holder: String,
}

#[derive(Deserialize)]
pub(super) struct SlotList {
    pub(super) slots: Vec<SlotBody>,
}

/// A generation that can be: one that cannot be kept is no answer to act on.
fn generation(number: u64) -> Result<u64, ProviderError> {
    match i64::try_from(number) {
        Ok(_) => Ok(number),
        Err(_) => Err(unusable(&format!("generation {number}"))),
    }
}

impl SlotBody {
    pub(super) fn view(self) -> Result<SlotView, ProviderError> {
        Ok(SlotView {
            slot: SlotName::new(&self.slot_id).map_err(|_| unusable(&self.slot_id))?,
            region: self.region,
            instance_type: self.instance_type,
            generation: generation(self.generation)?,
            custody: self.custody.map(|custody| Custody {
                account: custody.account,
                beneficiary: custody.beneficiary,
            }),
            fence: self.fence.map(|fence| fence.holder),
            busy: self.task_id.is_some(),
            instance: self.instance.map(InstanceBody::view).transpose()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum InstanceState {
    Placed,
    Starting,
    Running,
    Stopped,
    Terminated,
    Failed,
}

#[derive(Deserialize)]
pub(super) struct InstanceBody {
    instance_id: String,
    slot_id: String,
    generation: u64,
    account: String,
    image_digest: String,
    state: InstanceState,
    pid: Option<u32>,
    address: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    ready: bool,
}

#[derive(Deserialize)]
pub(super) struct InstanceList {
    pub(super) instances: Vec<InstanceBody>,
}

impl InstanceBody {
    pub(super) fn view(self) -> Result<InstanceView, ProviderError> {
        Ok(InstanceView {
            instance: InstanceName::new(&self.instance_id)
                .map_err(|_| unusable(&self.instance_id))?,
            slot: self.slot_id,
            generation: generation(self.generation)?,
            account: self.account,
            image_digest: self.image_digest,
            phase: match self.state {
                InstanceState::Placed => Phase::Placed,
                InstanceState::Starting => Phase::Starting,
                InstanceState::Running => Phase::Running,
                InstanceState::Stopped => Phase::Stopped,
                InstanceState::Terminated => Phase::Terminated,
                InstanceState::Failed => Phase::Failed,
            },
            ready: self.ready,
            process: self.pid,
            address: self.address,
            tags: self.tags,
        })
    }
}

fn unusable(name: &str) -> ProviderError {
    ProviderError::new(Class::Unknown, &format!("unusable name {name:?}"))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum TaskState {
    Pending,
    Running,
    Succeeded,
    Failed,
}

#[derive(Deserialize)]
pub(super) struct TaskBody {
    pub(super) task_id: String,
    state: TaskState,
    error: Option<ErrorDetail>,
}

impl TaskBody {
    pub(super) fn view(self) -> TaskView {
        match self.state {
            TaskState::Pending | TaskState::Running => TaskView::Working,
            TaskState::Succeeded => TaskView::Succeeded,
            TaskState::Failed => {
                let (code, message) = self
                    .error
                    .map_or_else(Default::default, |error| (error.code, error.message));
                // A finished task is no unknown: it failed, and the slot will show how far it came.
                let class = class(&code).unwrap_or(Class::Transient);
                TaskView::Failed(ProviderError::new(class, &format!("{code} {message}")))
            }
        }
    }
}

/// What an error code means for a caller, if it is one that we know.
pub(super) fn class(code: &str) -> Option<Class> {
    match code {
        "throttled" => Some(Class::Throttled),
        "unauthorized" | "forbidden" | "bad_request" | "method_not_allowed" | "too_large" => {
            Some(Class::Denied)
        }
        "not_found" => Some(Class::Gone),
        "conflict" | "generation_mismatch" | "wrong_state" | "fenced" | "idempotency_mismatch" => {
            Some(Class::Conflict)
        }
        "bad_image" => Some(Class::BadImage),
        "no_capacity" => Some(Class::NoCapacity),
        // The request did not arrive whole, and no part of one is applied.
        "request_timeout" => Some(Class::Transient),
        _ => None,
    }
}

#[derive(Serialize)]
pub(super) struct FenceBody<'a> {
    holder: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl<'a> FenceBody<'a> {
    pub(super) const fn set(holder: &'a str) -> Self {
        Self {
            holder,
            reason: Some("reassignment through Cloudpit"),
        }
    }

    pub(super) const fn lift(holder: &'a str) -> Self {
        Self {
            holder,
            reason: None,
        }
    }
}

/// Terminate, start and retire. Names the fence, so that a lost one is noticed by the provider.
#[derive(Serialize)]
pub(super) struct SlotOrder<'a> {
    generation: u64,
    fence_holder: &'a str,
}

impl<'a> From<&'a Order> for SlotOrder<'a> {
    fn from(order: &'a Order) -> Self {
        Self {
            generation: order.generation,
            fence_holder: &order.reassignment,
        }
    }
}

#[derive(Serialize)]
pub(super) struct PlaceBody<'a> {
    generation: u64,
    image_id: &'a str,
    account: &'a str,
    tags: BTreeMap<&'static str, &'a str>,
    fence_holder: &'a str,
}

impl<'a> PlaceBody<'a> {
    pub(super) fn new(order: &'a Order, placement: &'a Placement) -> Self {
        Self {
            generation: order.generation,
            image_id: placement.image.as_str(),
            account: placement.account.as_str(),
            tags: BTreeMap::from([(REASSIGNMENT_TAG, order.reassignment.as_str())]),
            fence_holder: &order.reassignment,
        }
    }
}
