//! What a provider's listing of our custody and the register say differently, as a pure function. It repairs nothing, and
//! neither does whoever calls it: somebody must find out who is right.

use std::collections::{BTreeMap, BTreeSet};

use engine::{AccountName, InstanceName, SlotName};

use crate::provider::{InstanceView, Phase, REASSIGNMENT_TAG, SlotView};

/// How the two differ about a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// The register has it; the provider does not list it, or nothing lives there.
    Missing,
    /// Another instance lives there than the register has.
    OtherInstance,
    /// The instance of the register lives in another slot.
    WrongSlot,
    /// The instance was made from another image than the buyer's.
    WrongImage,
    /// What lives there lives in another slot as well.
    Duplicate,
    /// It is in our custody, and the register does not have it.
    Orphan,
    /// It is fenced, and no reassignment is under way.
    StrayFence,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Missing,
        Self::OtherInstance,
        Self::WrongSlot,
        Self::WrongImage,
        Self::Duplicate,
        Self::Orphan,
        Self::StrayFence,
    ];

    /// The word by which it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::OtherInstance => "other-instance",
            Self::WrongSlot => "wrong-slot",
            Self::WrongImage => "wrong-image",
            Self::Duplicate => "duplicate",
            Self::Orphan => "orphan",
            Self::StrayFence => "stray-fence",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A slot as the register has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The slot.
    pub slot: SlotName,
    /// The instance there.
    pub instance: InstanceName,
    /// Who is entitled to it.
    pub account: AccountName,
    /// Its deposit was asked for, and the market has not answered yet: it is not compared.
    pub asked: bool,
    /// The digest of the image that a reassignment placed there.
    pub image_digest: Option<String>,
}

/// One difference. There is at most one of each kind for each slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The slot.
    pub slot: SlotName,
    /// How the two differ about it.
    pub kind: FindingKind,
    /// In words.
    pub detail: String,
}

/// Compares a listing with the register.
#[must_use]
pub fn compare(held: &[Held], listing: &[SlotView]) -> Vec<Difference> {
    let mut found = BTreeMap::new();
    let mut differ = |slot: SlotName, kind, detail: String| {
        found.entry((slot, kind)).or_insert(detail);
    };
    let listed: BTreeMap<_, _> = listing.iter().map(|view| (view.slot, view)).collect();
    let homes: BTreeMap<_, _> = listing
        .iter()
        .filter_map(|view| Some((living(view)?.instance, view.slot)))
        .collect();
    for one in held.iter().filter(|one| !one.asked) {
        let view = listed.get(&one.slot).copied();
        if let Some((kind, detail)) = content(one, view, &homes) {
            differ(one.slot, kind, detail);
        }
    }
    let known: BTreeSet<_> = held.iter().map(|one| one.slot).collect();
    for view in listing {
        if !known.contains(&view.slot) && !view.busy {
            differ(view.slot, FindingKind::Orphan, orphan(view));
        }
        if let Some(fence) = &view.fence {
            let detail = format!("fenced in the name of {fence}");
            differ(view.slot, FindingKind::StrayFence, detail);
        }
    }
    for (slot, detail) in duplicates(listing) {
        differ(slot, FindingKind::Duplicate, detail);
    }
    let found = found.into_iter();
    found
        .map(|((slot, kind), detail)| Difference { slot, kind, detail })
        .collect()
}

fn living(view: &SlotView) -> Option<&InstanceView> {
    let instance = view.instance.as_ref();
    instance.filter(|instance| instance.phase != Phase::Terminated)
}

/// What is in a slot of the register, against what should be.
fn content(
    held: &Held,
    view: Option<&SlotView>,
    homes: &BTreeMap<InstanceName, SlotName>,
) -> Option<(FindingKind, String)> {
    let (instance, account) = (held.instance, held.account);
    let elsewhere = homes.get(&instance).filter(|home| **home != held.slot);
    if let Some(home) = elsewhere {
        let detail = format!("instance {instance} of {account} is in {home}");
        return Some((FindingKind::WrongSlot, detail));
    }
    let Some(view) = view else {
        let detail = format!("the provider does not list it; instance {instance} of {account}");
        return Some((FindingKind::Missing, detail));
    };
    let Some(seen) = living(view) else {
        let detail = format!("nothing lives there; instance {instance} of {account}");
        return Some((FindingKind::Missing, detail));
    };
    if seen.instance != instance {
        let detail = format!(
            "instance {} instead of {instance} of {account}",
            seen.instance
        );
        return Some((FindingKind::OtherInstance, detail));
    }
    let digest = held.image_digest.as_ref()?;
    (*digest != seen.image_digest).then(|| {
        let detail = format!("image {} instead of {digest}", seen.image_digest);
        (FindingKind::WrongImage, detail)
    })
}

fn orphan(view: &SlotView) -> String {
    let custody = view.custody.as_ref();
    let whose = custody.map_or("nobody", |custody| custody.beneficiary.as_str());
    match living(view) {
        Some(instance) => format!("instance {} for {whose}", instance.instance),
        None => format!("nothing lives there; for {whose}"),
    }
}

/// Slots whose instance, or its reassignment, is found in another slot as well.
fn duplicates(listing: &[SlotView]) -> Vec<(SlotName, String)> {
    let mut by_name: BTreeMap<String, Vec<SlotName>> = BTreeMap::new();
    for view in listing {
        let Some(instance) = living(view) else {
            continue;
        };
        let name = format!("instance {}", instance.instance);
        by_name.entry(name).or_default().push(view.slot);
        if let Some(tag) = instance.tags.get(REASSIGNMENT_TAG) {
            let name = format!("an instance of reassignment {tag}");
            by_name.entry(name).or_default().push(view.slot);
        }
    }
    let mut found = Vec::new();
    for (name, slots) in by_name.iter().filter(|(_, slots)| slots.len() > 1) {
        for slot in slots {
            let others: Vec<_> = slots.iter().filter(|other| *other != slot).collect();
            let others: Vec<_> = others.into_iter().map(ToString::to_string).collect();
            found.push((
                *slot,
                format!("{name} lives in {} as well", others.join(", ")),
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Custody;

    /// `slot instance [digest]` of the register; `?` behind the slot: only asked for.
    fn held(text: &str) -> Held {
        let words: Vec<_> = text.split_whitespace().collect();
        Held {
            slot: SlotName::new(words[0].trim_end_matches('?')).unwrap(),
            instance: InstanceName::new(words[1]).unwrap(),
            account: AccountName::new("acme:alice").unwrap(),
            asked: words[0].ends_with('?'),
            image_digest: words.get(2).map(|digest| (*digest).to_owned()),
        }
    }

    /// `slot instance digest` of the listing, `-` for no instance; then `tag:…`, `fence:…`, `busy`, `dead`.
    fn view(text: &str) -> SlotView {
        let words: Vec<_> = text.split_whitespace().collect();
        let find = |prefix| words.iter().find_map(|word| word.strip_prefix(prefix));
        let instance = InstanceName::new(words[1]).ok().filter(|_| words[1] != "-");
        let phase = if words.contains(&"dead") {
            Phase::Terminated
        } else {
            Phase::Running
        };
        SlotView {
            slot: SlotName::new(words[0]).unwrap(),
            region: String::new(),
            instance_type: String::new(),
            generation: 1,
            custody: Some(Custody {
                account: "custody".to_owned(),
                beneficiary: "acme:alice".to_owned(),
            }),
            fence: find("fence:").map(str::to_owned),
            busy: words.contains(&"busy"),
            instance: instance.map(|instance| InstanceView {
                instance,
                slot: words[0].to_owned(),
                generation: 1,
                account: "acme:alice".to_owned(),
                image_digest: words.get(2).unwrap_or(&"").to_string(),
                phase,
                ready: true,
                process: None,
                address: None,
                tags: find("tag:")
                    .map(|tag| (REASSIGNMENT_TAG.to_owned(), tag.to_owned()))
                    .into_iter()
                    .collect(),
            }),
        }
    }

    /// `register; … | listing; … -> slot kind; …`
    fn check(table: &str) {
        let parts = |text: &str| {
            let parts = text.split(';').map(str::trim).map(str::to_owned);
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>()
        };
        for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (given, wanted) = line.split_once("->").expect(line);
            let (register, listing) = given.split_once('|').expect(line);
            let register: Vec<_> = parts(register).iter().map(|text| held(text)).collect();
            let listing: Vec<_> = parts(listing).iter().map(|text| view(text)).collect();
            let found = compare(&register, &listing);
            let found: Vec<_> = found
                .iter()
                .map(|one| format!("{} {}", one.slot, one.kind.name()))
                .collect();
            assert_eq!(found, parts(wanted), "{line}");
        }
    }

    #[test]
    fn what_differs_is_found_once_for_each_slot_and_kind() {
        check(
            "
            s1 i1          | s1 i1 d            ->
            s1 i1 d        | s1 i1 d            ->
            s1 i1 d        | s1 i1 e            -> s1 wrong-image
            s1 i1          |                    -> s1 missing
            s1 i1          | s1 -               -> s1 missing
            s1 i1          | s1 i1 d dead       -> s1 missing
            s1 i1          | s1 i2 d            -> s1 other-instance
            s1 i1; s2 i2   | s1 i2 d; s2 i1 d   -> s1 wrong-slot; s2 wrong-slot
            s1 i1          | s2 i1 d            -> s1 wrong-slot; s2 orphan
            s1? i1         |                    ->
            s1? i1         | s1 i1 d            ->
                           | s1 i1 d            -> s1 orphan
                           | s1 -               -> s1 orphan
                           | s1 i1 d busy       ->
            s1 i1          | s1 i1 d fence:7-0-0 -> s1 stray-fence
            s1 i1; s2 i2   | s1 i1 d tag:7; s2 i2 d tag:7 -> s1 duplicate; s2 duplicate
            s1 i1; s2 i2   | s1 i1 d; s2 i1 d   -> s1 wrong-slot; s1 duplicate; s2 other-instance; s2 duplicate
            s1 i1; s2 i2   | s1 i1 d tag:7; s2 i2 d tag:8 ->
            ",
        );
    }
}
