//! Nova's servers, and what the venue writes on them: how one server becomes the view of a slot.

use std::collections::BTreeMap;

use engine::{InstanceName, SlotName};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::provider::{
    Class, Custody, InstanceView, Order, Phase, Placement, ProviderError, REASSIGNMENT_TAG,
    SlotView,
};

/// Metadata: whose the server is, as the venue names accounts. Whoever gives a server into custody sets it.
pub(super) const ACCOUNT: &str = "cloudpit-account";
/// Metadata: counts the images that reassignments put into the slot; absent before the first.
const GENERATION: &str = "cloudpit-generation";
/// Metadata: the image that came with this metadata. Nova gives a server its old image back when no host takes the new
/// one, and keeps the new metadata.
const IMAGE: &str = "cloudpit-image";
/// Metadata: the host on which that was ordered.
const HOST: &str = "cloudpit-host";
/// Metadata: whose the server was before.
const ACCOUNT_BEFORE: &str = "cloudpit-account-before";
/// Metadata: the token of the call that put the image there, for whoever reads both sides' records.
const TOKEN: &str = "cloudpit-token";
/// Metadata: the slot, which is named by the id of the first server in it.
const SLOT: &str = "cloudpit-slot";

/// A lock's reason: fenced for the reassignment that follows.
const FENCED: &str = "cloudpit-reassignment:";
/// What a server's name begins with once it belongs to nobody any more, and its slot goes back to the provider's pool.
const LET_GO: &str = "cloudpit-let-go-";

/// A server, as far as settlement reads it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ServerBody {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    pub(super) status: String,
    tenant_id: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    /// The image's id and links; an empty text where the root is a volume.
    image: Value,
    flavor: FlavorBody,
    #[serde(default)]
    locked: bool,
    locked_reason: Option<String>,
    /// Absent where the venue's user may not see it, null where there is none.
    #[serde(default, rename = "OS-EXT-SRV-ATTR:host", deserialize_with = "present")]
    host: Option<Option<String>>,
    #[serde(rename = "OS-EXT-STS:task_state")]
    task_state: Option<String>,
    #[serde(rename = "OS-EXT-STS:power_state")]
    power_state: Option<i64>,
    #[serde(default, rename = "os-extended-volumes:volumes_attached")]
    volumes: Vec<Value>,
    #[serde(rename = "accessIPv4")]
    address: Option<String>,
    fault: Option<FaultBody>,
}

#[derive(Clone, Debug, Deserialize)]
struct FlavorBody {
    original_name: String,
}

#[derive(Clone, Debug, Deserialize)]
struct FaultBody {
    message: String,
}

fn present<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// Nova's number for a machine that is up.
const POWERED_ON: i64 = 1;

impl ServerBody {
    /// The slot whose place it is in, or was.
    pub(super) fn slot(&self) -> &str {
        self.metadata.get(SLOT).unwrap_or(&self.id)
    }

    /// Its flavor's name.
    pub(super) fn flavor(&self) -> &str {
        &self.flavor.original_name
    }

    /// Its host: what a slot is without one cannot be told.
    pub(super) fn host(&self) -> Result<Option<&str>, ProviderError> {
        match &self.host {
            Some(host) => Ok(host.as_deref().filter(|host| !host.is_empty())),
            None => Err(ProviderError::new(
                Class::Denied,
                "the venue's user does not see on which host a server is: give it a role that does",
            )),
        }
    }

    /// It was given into custody, and nothing but its root disk would outlive what was in it.
    pub(super) fn is_deliverable(&self) -> bool {
        self.metadata.contains_key(ACCOUNT) && self.volumes.is_empty() && self.image_id().is_some()
    }

    /// It was to be put on a host that did not take it.
    pub(super) fn is_stillborn(&self) -> bool {
        self.status == "ERROR"
            && matches!(self.host, Some(None))
            && self.metadata.contains_key(SLOT)
    }

    /// A host took it once, or it cannot be told.
    pub(super) fn was_on_a_host(&self) -> bool {
        !matches!(self.host, Some(None))
    }

    /// Nova's words on what went wrong, if anything did.
    pub(super) fn fault(&self) -> &str {
        self.fault
            .as_ref()
            .map_or("", |fault| fault.message.as_str())
    }

    /// It belongs, or belonged when it was deleted, to nobody any more.
    pub(super) fn was_let_go(&self) -> bool {
        self.name.starts_with(LET_GO)
    }

    fn reason(&self) -> Option<&str> {
        self.locked
            .then(|| self.locked_reason.as_deref().unwrap_or_default())
    }

    /// The project that it is in.
    pub(super) fn project(&self) -> &str {
        &self.tenant_id
    }

    /// Up, with nothing left to do.
    pub(super) fn is_up(&self) -> bool {
        self.phase() == Phase::Running && self.power_state == Some(POWERED_ON) && !self.is_busy()
    }

    /// Nova gave up on what it was doing to it.
    pub(super) fn is_stuck(&self) -> bool {
        self.phase() == Phase::Failed && !self.is_busy()
    }

    /// In whose name it is locked.
    pub(super) fn fence(&self) -> Option<String> {
        let reason = self.reason()?;
        let ours = reason.strip_prefix(FENCED);
        Some(ours.map_or_else(|| format!("locked: {reason}"), str::to_owned))
    }

    fn image_id(&self) -> Option<&str> {
        self.image.get("id")?.as_str()
    }

    fn is_busy(&self) -> bool {
        self.task_state.is_some() || matches!(self.status.as_str(), "BUILD" | "REBUILD")
    }

    fn phase(&self) -> Phase {
        match self.status.as_str() {
            "ACTIVE" => Phase::Running,
            "BUILD" | "REBUILD" => Phase::Placed,
            "SHUTOFF" | "PAUSED" | "SUSPENDED" | "RESCUE" | "SHELVED" | "SHELVED_OFFLOADED" => {
                Phase::Stopped
            }
            "DELETED" | "SOFT_DELETED" => Phase::Terminated,
            "ERROR" => Phase::Failed,
            // Rebooting, moving, or a word that is newer than this: on its way, until it says that it is there.
            _ => Phase::Starting,
        }
    }

    /// What the venue's marks say, as far as they hold.
    fn marks(&self) -> Result<Marks<'_>, ProviderError> {
        let text = |key: &str| self.metadata.get(key).map(String::as_str);
        let written = match text(GENERATION) {
            None => 0,
            Some(number) => number
                .parse::<u64>()
                .ok()
                .filter(|number| i64::try_from(*number).is_ok())
                .ok_or_else(|| self.unusable(&format!("{GENERATION} {number:?}")))?,
        };
        let applied = text(IMAGE).is_none_or(|image| Some(image) == self.image_id());
        let moved = match (text(HOST), self.host()?) {
            (Some(ordered), Some(host)) => ordered != host,
            _ => false,
        };
        Ok(Marks {
            generation: written,
            account: text(ACCOUNT).unwrap_or_default(),
            account_before: text(ACCOUNT_BEFORE).unwrap_or_default(),
            // What was delivered on another host than ordered is not what was ordered.
            reassignment: text(REASSIGNMENT_TAG).filter(|_| applied && !moved),
            applied,
        })
    }

    /// What is in the server now. As long as Nova is at it, that is what was in it before: it may yet find no host that
    /// takes the image, and give the old one back.
    fn contents(&self) -> Result<Marks<'_>, ProviderError> {
        let marks = self.marks()?;
        let ordered = self.metadata.contains_key(IMAGE);
        let done = marks.applied && self.status != "REBUILD";
        Ok(if done || !ordered {
            marks
        } else {
            marks.before()
        })
    }

    fn unusable(&self, what: &str) -> ProviderError {
        ProviderError::new(
            Class::Unknown,
            &format!("server {} has an unusable {what}", self.id),
        )
    }

    /// The slot that this server is in, and what is in it.
    pub(super) fn slot_view(&self, region: &str) -> Result<SlotView, ProviderError> {
        let marks = self.contents()?;
        let vacant = self.is_nowhere()? || self.was_let_go();
        let (generation, instance) = if vacant {
            (
                marks
                    .generation
                    .saturating_sub(u64::from(!self.was_let_go())),
                None,
            )
        } else {
            (marks.generation, Some(self.instance(&marks)?))
        };
        Ok(SlotView {
            slot: SlotName::new(self.slot()).map_err(|_| self.unusable("slot"))?,
            region: region.to_owned(),
            instance_type: self.flavor().to_owned(),
            generation,
            custody: Some(Custody {
                account: self.tenant_id.clone(),
                beneficiary: marks.account.to_owned(),
            }),
            fence: self.fence(),
            busy: self.is_busy(),
            instance,
        })
    }

    /// A server that the venue created is in its slot once it has a host. Any other without one has left its place.
    fn is_nowhere(&self) -> Result<bool, ProviderError> {
        match self.host()? {
            Some(_) => Ok(false),
            None if self.metadata.contains_key(SLOT)
                && matches!(self.status.as_str(), "BUILD" | "ERROR") =>
            {
                Ok(true)
            }
            None => Err(ProviderError::new(
                Class::Conflict,
                &format!("server {} is {} and on no host", self.id, self.status),
            )),
        }
    }

    /// What is in the slot.
    pub(super) fn instance_view(&self) -> Result<InstanceView, ProviderError> {
        self.instance(&self.contents()?)
    }

    fn instance(&self, marks: &Marks<'_>) -> Result<InstanceView, ProviderError> {
        let phase = self.phase();
        let name = instance_name(&self.id, marks.generation);
        let tag = marks
            .reassignment
            .map(|name| (REASSIGNMENT_TAG.to_owned(), name.to_owned()));
        Ok(InstanceView {
            instance: InstanceName::new(&name).map_err(|_| self.unusable("id"))?,
            slot: self.slot().to_owned(),
            generation: marks.generation,
            account: marks.account.to_owned(),
            image_digest: digest(self.image_id().unwrap_or("none")),
            phase,
            // Nobody asks the guest: that Nova shows it up and has nothing left to do is all that can be had.
            ready: self.is_up(),
            process: None,
            address: self.address.clone().filter(|address| !address.is_empty()),
            tags: tag.into_iter().collect(),
        })
    }

    /// Takes an order that is meant for the server as it is now, and for nobody else's hands.
    pub(super) fn meant_by(&self, order: &Order, region: &str) -> Result<SlotView, ProviderError> {
        let view = self.slot_view(region)?;
        let wrong = if view.generation != order.generation {
            Some("has another generation")
        } else if view.busy {
            Some("is being changed")
        } else if view.fence.as_ref() != Some(&order.reassignment) {
            Some("is not fenced by us")
        } else {
            None
        };
        match wrong {
            None => Ok(view),
            Some(wrong) => Err(ProviderError::new(
                Class::Conflict,
                &format!("slot {} {wrong}", order.slot),
            )),
        }
    }

    /// It holds what `order` asks for.
    pub(super) fn fulfils(&self, order: &Order) -> Result<bool, ProviderError> {
        Ok(self.marks()?.reassignment == Some(order.reassignment.as_str()))
    }
}

/// What the venue's marks say.
struct Marks<'a> {
    generation: u64,
    account: &'a str,
    account_before: &'a str,
    reassignment: Option<&'a str>,
    /// The server has the image that they came with.
    applied: bool,
}

impl Marks<'_> {
    /// As they were before the last order.
    fn before(self) -> Self {
        Self {
            generation: self.generation.saturating_sub(1),
            account: self.account_before,
            reassignment: None,
            ..self
        }
    }
}

/// Two instances have one name never: a server that is rebuilt keeps its id.
fn instance_name(id: &str, generation: u64) -> String {
    match generation {
        0 => id.to_owned(),
        generation => format!("{id}.{generation}"),
    }
}

/// What stands for an image's bytes: its id, under which Glance never changes them.
pub(super) fn digest(image: &str) -> String {
    format!("image:{image}")
}

/// The reason of our fence.
pub(super) fn fenced_by(order: &Order) -> String {
    format!("{FENCED}{}", order.reassignment)
}

/// What a server's name begins with once `reassignment` put an image into it.
pub(super) fn name_start(reassignment: &str) -> String {
    format!("cloudpit-{reassignment}-of-")
}

/// What is within the name of every server that was created for `slot`; the generation follows.
pub(super) fn name_part(slot: &SlotName) -> String {
    format!("-of-{slot}-")
}

/// The name of a server that takes an image: it outlives the server, which its metadata does not.
pub(super) fn name(order: &Order) -> String {
    let generation = order.generation.saturating_add(1);
    format!(
        "{}{}-{generation}",
        name_start(&order.reassignment),
        order.slot
    )
}

/// The name of a server that belongs to nobody any more.
pub(super) fn let_go_by(order: &Order) -> String {
    let Order {
        reassignment,
        slot,
        generation,
        ..
    } = order;
    format!("{LET_GO}{reassignment}-of-{slot}-{generation}")
}

/// What the guest may call itself: the seller's name is not for the buyer.
pub(super) fn hostname(order: &Order) -> String {
    format!("cloudpit-{}", order.reassignment)
}

/// The generation in the name of a server that is gone; a server that nobody named so was the first in its slot.
pub(super) fn generation_in(name: &str, slot: &SlotName) -> u64 {
    let found = name
        .split_once(&name_part(slot))
        .map(|(_, generation)| generation);
    found
        .and_then(|generation| generation.parse().ok())
        .unwrap_or(0)
}

/// What is written on the server that takes the image.
pub(super) fn metadata(
    order: &Order,
    placement: &Placement,
    host: &str,
    before: &str,
) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        (REASSIGNMENT_TAG, order.reassignment.clone()),
        (GENERATION, order.generation.saturating_add(1).to_string()),
        (ACCOUNT, placement.account.to_string()),
        (ACCOUNT_BEFORE, before.to_owned()),
        (IMAGE, placement.image.to_string()),
        (HOST, host.to_owned()),
        (TOKEN, order.token.clone()),
        (SLOT, order.slot.to_string()),
    ])
}

#[cfg(test)]
mod tests;
