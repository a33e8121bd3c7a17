//! What an observed slot means for one reassignment, case by case.

use std::collections::BTreeMap;

use engine::{InstanceName, SlotName};

use super::*;
use crate::provider::Custody;

const EXPECTED: Expected<'_> = Expected {
    reassignment: "9-0-0",
    old_instance: "i-old",
    seller: "acme:seller",
    buyer: "acme:buyer",
    custody_account: "acme:custody",
    generation: Some(3),
    placing: false,
    image_digest: Some("blake3:good"),
};

fn instance(name: &str, generation: u64, account: &str, phase: Phase) -> InstanceView {
    let tags = BTreeMap::from([(REASSIGNMENT_TAG.to_owned(), "9-0-0".to_owned())]);
    InstanceView {
        instance: InstanceName::new(name).unwrap(),
        slot: "slot-1".to_owned(),
        generation,
        account: account.to_owned(),
        image_digest: "blake3:good".to_owned(),
        phase,
        ready: true,
        process: Some(77),
        address: None,
        tags: if name == "i-new" {
            tags
        } else {
            BTreeMap::new()
        },
    }
}

fn slot(generation: u64, instance: Option<InstanceView>) -> SlotView {
    SlotView {
        slot: SlotName::new("slot-1").unwrap(),
        region: "r".to_owned(),
        instance_type: "t".to_owned(),
        generation,
        custody: Some(Custody {
            account: "acme:custody".to_owned(),
            beneficiary: "acme:seller".to_owned(),
        }),
        fence: None,
        busy: false,
        instance,
    }
}

fn occupant_of(slot: &SlotView) -> Occupant {
    see(&EXPECTED, slot, Task::Unknown, &[]).occupant
}

const READY: Occupant = Occupant::Ours {
    phase: Phase::Running,
    ready: true,
    right_image: true,
};

#[test]
fn who_is_in_the_slot() {
    let old = |phase| Some(instance("i-old", 3, "acme:seller", phase));
    let new = |generation, account| Some(instance("i-new", generation, account, Phase::Running));
    for (slot, wanted) in [
        (slot(3, old(Phase::Running)), Occupant::Old),
        (slot(3, old(Phase::Stopped)), Occupant::Old),
        (slot(3, old(Phase::Terminated)), Occupant::Vacant),
        (slot(3, None), Occupant::Vacant),
        (slot(2, None), Occupant::Past),
        (slot(4, None), Occupant::Strange),
        (slot(4, old(Phase::Terminated)), Occupant::Strange),
        (slot(4, new(4, "acme:buyer")), READY),
        (slot(5, new(5, "acme:buyer")), READY),
        (slot(5, new(4, "acme:buyer")), Occupant::Strange),
        (slot(4, new(4, "acme:other")), Occupant::Strange),
        (
            slot(4, Some(instance("i-x", 4, "acme:buyer", Phase::Running))),
            Occupant::Strange,
        ),
        (
            slot(
                2,
                Some(instance("i-older", 2, "acme:buyer", Phase::Running)),
            ),
            Occupant::Past,
        ),
    ] {
        assert_eq!(occupant_of(&slot), wanted, "{slot:?}");
    }
}

#[test]
fn a_slot_out_of_our_custody_is_retired_unless_the_old_instance_lives_there() {
    let mut view = slot(3, None);
    view.custody = None;
    assert_eq!(occupant_of(&view), Occupant::Retired);
    view.instance = Some(instance("i-next", 4, "acme:stranger", Phase::Running));
    assert_eq!(occupant_of(&view), Occupant::Retired);
    view.instance = Some(instance("i-old", 3, "acme:seller", Phase::Running));
    assert_eq!(occupant_of(&view), Occupant::Strange);
}

#[test]
fn an_instance_made_from_another_image_is_known() {
    let mut view = slot(4, Some(instance("i-new", 4, "acme:buyer", Phase::Placed)));
    if let Some(instance) = &mut view.instance {
        instance.image_digest = "blake3:evil".to_owned();
    }
    let wrong = Occupant::Ours {
        phase: Phase::Placed,
        ready: true,
        right_image: false,
    };
    assert_eq!(occupant_of(&view), wrong);
}

#[test]
fn a_fence_is_ours_by_the_name_of_the_reassignment() {
    let mut view = slot(3, None);
    for (holder, ours, other) in [
        (None, false, false),
        (Some("9-0-0"), true, false),
        (Some("8-0-0"), false, true),
    ] {
        view.fence = holder.map(str::to_owned);
        let sight = see(&EXPECTED, &view, Task::Unknown, &[]);
        assert_eq!(
            (sight.fenced_by_us, sight.fenced_by_other),
            (ours, other),
            "{holder:?}"
        );
    }
}

#[test]
fn a_busy_slot_has_a_task_even_if_its_name_was_lost() {
    let mut view = slot(3, None);
    view.busy = true;
    assert_eq!(
        see(&EXPECTED, &view, Task::Unknown, &[]).task,
        Task::Working
    );
    assert_eq!(
        see(&EXPECTED, &view, Task::Succeeded, &[]).task,
        Task::Succeeded
    );
}

#[test]
fn a_living_twin_in_another_slot_is_counted() {
    let mut twin = instance("i-new", 1, "acme:buyer", Phase::Running);
    twin.slot = "slot-2".to_owned();
    let mut dead = twin.clone();
    dead.phase = Phase::Terminated;
    let own = instance("i-new", 4, "acme:buyer", Phase::Running);
    let sight = see(&EXPECTED, &slot(3, None), Task::Unknown, &[own, twin, dead]);
    assert_eq!(sight.elsewhere, 1);
}

#[test]
fn a_placing_that_was_accepted_makes_the_generation_grow() {
    let placing = Expected {
        placing: true,
        ..EXPECTED
    };
    for (generation, wanted) in [
        (2, Occupant::Past),
        (3, Occupant::Vacant),
        (4, Occupant::Vacant),
    ] {
        let sight = see(&placing, &slot(generation, None), Task::Unknown, &[]);
        assert_eq!(sight.occupant, wanted, "{generation}");
    }
}
