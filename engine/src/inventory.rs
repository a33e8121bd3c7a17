//! The register: which instances are deliverable, whose they are, and what holds each. An instance
//! is held by at most one live order or unsettled trade.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::directory::{Directory, Named};
use crate::ids::{OrderId, ReassignmentId};
use crate::refusal::OrderRefusal;
use crate::text::{InstanceName, SlotName};
use crate::view::HoldingState;

/// A slot's place in the register. Smaller means that it came into the register earlier.
pub(crate) type SlotPlace = u32;

/// A slot that is or was in the register.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Slot {
    pub(crate) provider: u32,
    pub(crate) name: SlotName,
    pub(crate) instance: InstanceName,
    pub(crate) account: u32,
    pub(crate) instrument: u32,
    /// None: the slot has left the register. It keeps its place for when it comes back.
    pub(crate) state: Option<HoldingState>,
    /// Whether it left for its provider's pool: its instance was terminated and never comes back.
    pub(crate) retired: bool,
}

impl Named for Slot {
    type Name = (u32, SlotName);
    fn name(&self) -> (u32, SlotName) {
        (self.provider, self.name)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Directory<Slot>")]
pub(crate) struct Inventory {
    slots: Directory<Slot>,
    /// The slot of each instance in the register, by provider and name.
    by_instance: HashMap<(u32, InstanceName), SlotPlace, FxBuildHasher>,
    /// The free slots of each account and instrument, drawn on from the front.
    free: HashMap<(u32, u32), BTreeSet<SlotPlace>, FxBuildHasher>,
}

impl Inventory {
    pub(crate) fn slot(&self, place: SlotPlace) -> &Slot {
        &self.slots[place]
    }

    /// All slots that are or were in the register, in order of arrival.
    pub(crate) fn slots(&self) -> impl Iterator<Item = (SlotPlace, &Slot)> {
        self.slots.iter()
    }

    pub(crate) fn find_slot(&self, provider: u32, name: SlotName) -> Option<SlotPlace> {
        self.slots.find(&(provider, name))
    }

    pub(crate) fn find_instance(&self, provider: u32, name: InstanceName) -> Option<SlotPlace> {
        self.by_instance.get(&(provider, name)).copied()
    }

    /// Enters a free instance; its slot is not in the register now, and neither is the instance.
    pub(crate) fn enter(&mut self, entry: Slot) {
        assert!(
            entry.state == Some(HoldingState::Free),
            "what enters the register is free"
        );
        let (name, instance) = (entry.name(), (entry.provider, entry.instance));
        let place = match self.slots.find(&name) {
            Some(place) => {
                assert!(
                    self.slots[place].state.is_none(),
                    "a slot is in the register once"
                );
                self.slots[place] = entry;
                place
            }
            None => self.slots.add(entry),
        };
        self.index(place, instance);
    }

    /// Takes a slot out of the register.
    pub(crate) fn leave(&mut self, place: SlotPlace) {
        self.set_state(place, None);
        let slot = &self.slots[place];
        let known = self.by_instance.remove(&(slot.provider, slot.instance));
        assert!(
            known == Some(place),
            "an instance in the register is found by its name"
        );
    }

    /// Takes a slot out of the register for good: what was in it was terminated.
    pub(crate) fn retire(&mut self, place: SlotPlace) {
        self.leave(place);
        self.slots[place].retired = true;
    }

    /// Changes what holds an instance.
    pub(crate) fn set_state(&mut self, place: SlotPlace, state: Option<HoldingState>) {
        let slot = &mut self.slots[place];
        let free = self
            .free
            .entry((slot.account, slot.instrument))
            .or_default();
        if slot.state == Some(HoldingState::Free) {
            assert!(
                free.remove(&place),
                "a free slot is found among the free ones"
            );
        }
        if state == Some(HoldingState::Free) {
            free.insert(place);
        }
        slot.state = state;
    }

    /// Gives a slot and a new instance in it to another account, where it is free.
    pub(crate) fn transfer(&mut self, place: SlotPlace, account: u32, instance: InstanceName) {
        self.leave(place);
        let slot = &mut self.slots[place];
        (slot.account, slot.instance, slot.state) = (account, instance, Some(HoldingState::Free));
        let instance = (slot.provider, instance);
        self.index(place, instance);
    }

    /// Holds instances that are free for an order.
    pub(crate) fn hold(&mut self, places: &[SlotPlace], order: OrderId) {
        for &place in places {
            assert!(
                self.slots[place].state == Some(HoldingState::Free),
                "only free slots are held"
            );
            self.set_state(place, Some(HoldingState::HeldByOrder(order)));
        }
    }

    /// Frees instances that an order holds.
    pub(crate) fn release(&mut self, places: &[SlotPlace], order: OrderId) {
        for &place in places {
            let held = self.slots[place].state == Some(HoldingState::HeldByOrder(order));
            assert!(held, "an order releases only what it holds");
            self.set_state(place, Some(HoldingState::Free));
        }
    }

    /// Passes an instance from the order that holds it to the reassignment of its sale.
    pub(crate) fn sell(&mut self, place: SlotPlace, order: OrderId, sale: ReassignmentId) {
        let held = self.slots[place].state == Some(HoldingState::HeldByOrder(order));
        assert!(held, "an order sells only what it holds");
        self.set_state(place, Some(HoldingState::InReassignment(sale)));
    }

    /// Frees instances of which the sale is undone.
    pub(crate) fn free(&mut self, places: &[SlotPlace]) {
        for &place in places {
            let sold = matches!(
                self.slots[place].state,
                Some(HoldingState::InReassignment(_))
            );
            assert!(sold, "only what was sold comes back");
            self.set_state(place, Some(HoldingState::Free));
        }
    }

    /// The first `count` free slots of an account, in the order in which they first came into the
    /// register.
    pub(crate) fn draw(
        &self,
        account: u32,
        instrument: u32,
        count: u64,
    ) -> Result<Vec<SlotPlace>, OrderRefusal> {
        let too_few = OrderRefusal::NotEnoughFreeInstances;
        let free = self.free.get(&(account, instrument)).ok_or(too_few)?;
        let count = usize::try_from(count).map_err(|_| too_few)?;
        if free.len() < count {
            Err(too_few)
        } else {
            Ok(free.iter().take(count).copied().collect())
        }
    }

    /// Whether a slot is found among the free ones. For checks of invariants.
    pub(crate) fn is_listed_free(&self, place: SlotPlace) -> bool {
        let slot = &self.slots[place];
        let free = self.free.get(&(slot.account, slot.instrument));
        free.is_some_and(|free| free.contains(&place))
    }

    fn index(&mut self, place: SlotPlace, instance: (u32, InstanceName)) {
        let known = self.by_instance.insert(instance, place);
        assert!(known.is_none(), "an instance is in the register once");
        let slot = &self.slots[place];
        if slot.state == Some(HoldingState::Free) {
            self.free
                .entry((slot.account, slot.instrument))
                .or_default()
                .insert(place);
        }
    }
}

impl From<Directory<Slot>> for Inventory {
    fn from(slots: Directory<Slot>) -> Self {
        let mut inventory = Self {
            slots,
            ..Self::default()
        };
        let held: Vec<_> = inventory
            .slots
            .iter()
            .map(|(place, slot)| (place, slot.clone()))
            .collect();
        for (place, slot) in held.into_iter().filter(|(_, slot)| slot.state.is_some()) {
            inventory.index(place, (slot.provider, slot.instance));
        }
        inventory
    }
}

impl Serialize for Inventory {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.slots.serialize(serializer)
    }
}
