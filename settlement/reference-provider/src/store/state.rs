//! All records in memory, by name. Changed only by applying records that are already on disk.

use std::collections::BTreeMap;

use super::records::{AnswerRecord, InstanceRecord, Record, SlotRecord, TaskRecord};
use crate::api::{Image, Slot};

/// Everything that the control plane knows.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) slots: BTreeMap<String, SlotRecord>,
    pub(crate) instances: BTreeMap<String, InstanceRecord>,
    pub(crate) tasks: BTreeMap<String, TaskRecord>,
    pub(crate) images: BTreeMap<String, Image>,
    pub(crate) answers: BTreeMap<(String, String), AnswerRecord>,
}

impl State {
    /// Puts one record in place of the old one of its name.
    pub(crate) fn apply(&mut self, record: Record) {
        match record {
            Record::Slot(slot) => {
                self.slots.insert(slot.slot_id.clone(), slot);
            }
            Record::Instance(instance) => {
                self.instances
                    .insert(instance.instance_id.clone(), instance);
            }
            Record::Task(task) => {
                self.tasks.insert(task.task_id.clone(), task);
            }
            Record::Image(image) => {
                self.images.insert(image.image_id.clone(), image);
            }
            Record::Answer(answer) => {
                let name = (answer.account.clone(), answer.key.clone());
                self.answers.insert(name, answer);
            }
        }
    }

    /// Every record, in an order that does not matter: no record needs another to be applied.
    pub(crate) fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let slots = self.slots.values().cloned().map(Record::Slot);
        let instances = self.instances.values().cloned().map(Record::Instance);
        let tasks = self.tasks.values().cloned().map(Record::Task);
        let images = self.images.values().cloned().map(Record::Image);
        let answers = self.answers.values().cloned().map(Record::Answer);
        slots
            .chain(instances)
            .chain(tasks)
            .chain(images)
            .chain(answers)
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
            + self.instances.len()
            + self.tasks.len()
            + self.images.len()
            + self.answers.len()
    }

    /// The sequence of the next instance.
    pub(crate) fn next_sequence(&self) -> u64 {
        u64::try_from(self.instances.len() + self.tasks.len()).unwrap_or(u64::MAX)
    }

    /// The instance that is in a slot.
    pub(crate) fn instance_in(&self, slot: &SlotRecord) -> Option<&InstanceRecord> {
        self.instances.get(slot.instance_id.as_ref()?)
    }

    /// The task that is changing a slot.
    pub(crate) fn task_of(&self, slot: &SlotRecord) -> Option<&TaskRecord> {
        self.tasks.get(slot.task_id.as_ref()?)
    }

    /// A slot as it is shown.
    pub(crate) fn slot_view(&self, slot: &SlotRecord) -> Slot {
        Slot {
            slot_id: slot.slot_id.clone(),
            region: slot.region.clone(),
            instance_type: slot.instance_type.clone(),
            memory_mib: slot.memory_mib,
            generation: slot.generation,
            owner: slot.owner.clone(),
            custody: slot.custody.clone(),
            fence: slot.fence.clone(),
            instance: self.instance_in(slot).map(InstanceRecord::view),
            address: slot.address(),
            task_id: slot.task_id.clone(),
        }
    }
}
