//! What an observed slot means for one reassignment.

use std::cmp::Ordering;

use crate::provider::{InstanceView, Phase, ProviderError, REASSIGNMENT_TAG, SlotView, TaskView};

/// What a reassignment expects to find, from its record.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The reassignment's name, as tagged.
    pub reassignment: &'a str,
    /// The seller's instance.
    pub old_instance: &'a str,
    /// The seller's account.
    pub seller: &'a str,
    /// The buyer's account.
    pub buyer: &'a str,
    /// The venue's custody account at the provider.
    pub custody_account: &'a str,
    /// The slot's generation when it was last looked at; unknown before that.
    pub generation: Option<u64>,
    /// An image was ordered into the slot, which makes its generation grow.
    pub placing: bool,
    /// The digest that the buyer's image had before the point of no return.
    pub image_digest: Option<&'a str>,
}

/// Who occupies the slot, as far as this reassignment is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// The seller's instance, in custody for the seller.
    Old,
    /// Nobody, and nobody came after the seller's instance.
    Vacant,
    /// The instance that this reassignment placed.
    Ours {
        /// What it is doing.
        phase: Phase,
        /// It answers for itself.
        ready: bool,
        /// It was made from the image that the buyer named.
        right_image: bool,
    },
    /// The slot is out of the venue's custody and the old instance is not in it; who came after is
    /// the provider's own affair.
    Retired,
    /// The picture is older than one seen before: it says nothing.
    Past,
    /// Anything else: somebody changed what was in our custody.
    Strange,
}

/// How far the task of the latest call has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// There is none, or the answer with its name never came.
    Unknown,
    /// The provider is at it.
    Working,
    /// Done, says the provider.
    Succeeded,
    /// Not done, says the provider.
    Failed(ProviderError),
}

impl From<TaskView> for Task {
    fn from(view: TaskView) -> Self {
        match view {
            TaskView::Working => Self::Working,
            TaskView::Succeeded => Self::Succeeded,
            TaskView::Failed(error) => Self::Failed(error),
        }
    }
}

/// All that one observation told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Who is in the slot.
    pub occupant: Occupant,
    /// The slot is fenced by us for this reassignment.
    pub fenced_by_us: bool,
    /// The slot is fenced by somebody else.
    pub fenced_by_other: bool,
    /// How far the latest call's task has come.
    pub task: Task,
    /// How many live instances carry our tag outside of the slot.
    pub elsewhere: usize,
}

/// Reads a slot with the eyes of one reassignment.
#[must_use]
pub fn see(expected: &Expected<'_>, slot: &SlotView, task: Task, tagged: &[InstanceView]) -> Sight {
    let fence = slot.fence.as_deref();
    let fenced_by_us = fence == Some(expected.reassignment);
    let fenced_by_other = fence.is_some() && !fenced_by_us;
    // The answer that named the task may be lost; the slot shows that there is one.
    let task = if task == Task::Unknown && slot.busy {
        Task::Working
    } else {
        task
    };
    let elsewhere = tagged
        .iter()
        .filter(|instance| {
            instance.slot != slot.slot.as_str() && instance.phase != Phase::Terminated
        })
        .count();
    let occupant = occupant(expected, slot);
    Sight {
        occupant,
        fenced_by_us,
        fenced_by_other,
        task,
        elsewhere,
    }
}

fn occupant(expected: &Expected<'_>, slot: &SlotView) -> Occupant {
    let in_custody = slot
        .custody
        .as_ref()
        .is_some_and(|custody| custody.account == expected.custody_account);
    let old_alive = slot.instance.as_ref().filter(|instance| {
        instance.instance.as_str() == expected.old_instance && instance.phase != Phase::Terminated
    });
    match (old_alive, &slot.instance) {
        (Some(_), _) if !in_custody => Occupant::Strange,
        (None, _) if !in_custody => Occupant::Retired,
        (Some(instance), _) => old(expected, slot, instance),
        (None, Some(instance)) if instance.instance.as_str() != expected.old_instance => {
            ours(expected, slot, instance)
        }
        (None, _) => vacant(expected, slot),
    }
}

fn vacant(expected: &Expected<'_>, slot: &SlotView) -> Occupant {
    match expected.generation.map(|known| slot.generation.cmp(&known)) {
        None | Some(Ordering::Equal) => Occupant::Vacant,
        Some(Ordering::Less) => Occupant::Past,
        // A placing was accepted, and failed or is under way.
        Some(Ordering::Greater) if expected.placing => Occupant::Vacant,
        Some(Ordering::Greater) => Occupant::Strange,
    }
}

fn old(expected: &Expected<'_>, slot: &SlotView, instance: &InstanceView) -> Occupant {
    let for_seller = instance.account == expected.seller
        || slot
            .custody
            .as_ref()
            .is_some_and(|custody| custody.beneficiary == expected.seller);
    if for_seller {
        Occupant::Old
    } else {
        Occupant::Strange
    }
}

fn ours(expected: &Expected<'_>, slot: &SlotView, instance: &InstanceView) -> Occupant {
    let tag = instance.tags.get(REASSIGNMENT_TAG).map(String::as_str);
    let known = expected.generation.unwrap_or(0);
    if tag != Some(expected.reassignment)
        || instance.generation != slot.generation
        || instance.account != expected.buyer
    {
        let past = slot.generation < known;
        return if past {
            Occupant::Past
        } else {
            Occupant::Strange
        };
    }
    Occupant::Ours {
        phase: instance.phase,
        ready: instance.ready,
        right_image: expected.image_digest == Some(instance.image_digest.as_str()),
    }
}

#[cfg(test)]
mod tests;
