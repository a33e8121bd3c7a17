//! A provider in memory that can be told to fail in every way that settlement must live with. It
//! keeps count of what really happened.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use engine::{AccountName, ImageName, InstanceName, SlotName};
use settlement::provider::{
    Accepted, Answer, Capabilities, Class, Custody, ImageView, InstanceView, Order, Phase,
    Placement, Provider, ProviderError, REASSIGNMENT_TAG, SlotView, TaskView,
};

use crate::market::{CUSTODY, REGION, TYPE};

/// How one call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not.
    None,
    /// It is refused with this class, and has no effect.
    Refused(Class),
    /// It has its effect, and the answer is lost.
    AppliedUnknown,
    /// It is accepted, and its task fails without effect.
    TaskFails(Class),
    /// An observation shows the slot as it was when it was observed before.
    Stale,
}

/// Chooses the fault of a call by its name.
pub(crate) type Plan = Box<dyn FnMut(&'static str) -> Fault + Send>;

/// A cloud that outlives the settlement that uses it. Clones are the same cloud.
#[derive(Clone)]
pub(crate) struct Cloud(Arc<Mutex<State>>);

struct State {
    slots: BTreeMap<String, SlotView>,
    images: BTreeMap<String, ImageView>,
    tasks: HashMap<String, Work>,
    answers: HashMap<String, (String, Accepted)>,
    before: HashMap<String, SlotView>,
    /// Looks at a task before it is done.
    slowness: u32,
    plan: Plan,
    next: u64,
    /// Every instance that was ended, and how often each reassignment's image was placed.
    ended: Vec<String>,
    placed: BTreeMap<String, u32>,
}

struct Work {
    slot: String,
    left: u32,
    change: Option<Change>,
    failed: Option<Class>,
}

enum Change {
    Terminate,
    Place(Box<InstanceView>),
    Start,
    Retire,
}

impl Cloud {
    /// Slots `slot-0…`, each with a running instance `i-0…` in custody for `beneficiary`.
    pub(crate) fn new(slots: usize, beneficiary: &str) -> Self {
        let slots = (0..slots)
            .map(|number| (format!("slot-{number}"), occupied(number, beneficiary)))
            .collect();
        Self(Arc::new(Mutex::new(State {
            slots,
            images: BTreeMap::from([("img".to_owned(), image("blake3:img", true))]),
            tasks: HashMap::new(),
            answers: HashMap::new(),
            before: HashMap::new(),
            slowness: 1,
            plan: Box::new(|_| Fault::None),
            next: 0,
            ended: Vec::new(),
            placed: BTreeMap::new(),
        })))
    }

    pub(crate) fn plan(&self, plan: impl FnMut(&'static str) -> Fault + Send + 'static) {
        self.0.lock().unwrap().plan = Box::new(plan);
    }

    /// The first calls of these names go wrong so; the others go well.
    pub(crate) fn script(&self, faults: &[(&'static str, Fault)]) {
        let mut left = faults.to_vec();
        self.plan(
            move |call| match left.iter().position(|(name, _)| *name == call) {
                Some(place) => left.remove(place).1,
                None => Fault::None,
            },
        );
    }

    pub(crate) fn slot(&self, name: &str) -> SlotView {
        self.0.lock().unwrap().slots[name].clone()
    }

    pub(crate) fn change(&self, name: &str, change: impl FnOnce(&mut SlotView)) {
        change(self.0.lock().unwrap().slots.get_mut(name).unwrap());
    }

    pub(crate) fn set_image(&self, name: &str, usable: bool) {
        let digest = format!("blake3:{name}");
        let view = image(&digest, usable);
        self.0.lock().unwrap().images.insert(name.to_owned(), view);
    }

    /// What really happened agrees with itself: nothing was ended twice, and no reassignment has two
    /// living instances.
    pub(crate) fn check_census(&self) {
        let state = self.0.lock().unwrap();
        let mut ended = state.ended.clone();
        ended.sort();
        ended.dedup();
        assert_eq!(
            ended.len(),
            state.ended.len(),
            "ended twice: {:?}",
            state.ended
        );
        for (reassignment, times) in &state.placed {
            assert_eq!(*times, 1, "placed {times} times: {reassignment}");
        }
    }

    pub(crate) fn ended(&self) -> Vec<String> {
        self.0.lock().unwrap().ended.clone()
    }

    fn call<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        work: impl FnOnce(&mut State) -> Result<T, ProviderError> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            let mut state = self.0.lock().unwrap();
            let fault = (state.plan)(name);
            match fault {
                Fault::Refused(class) => Err(refused(class)),
                Fault::AppliedUnknown => {
                    drop(work(&mut state));
                    Err(refused(Class::Unknown))
                }
                Fault::None | Fault::TaskFails(_) | Fault::Stale => work(&mut state),
            }
        })
    }

    /// A call that changes a slot, through its idempotency token.
    fn order<'a>(
        &'a self,
        name: &'static str,
        order: &'a Order,
        change: impl FnOnce(&mut State) -> Result<Change, ProviderError> + Send + 'a,
    ) -> Answer<'a, Accepted> {
        Box::pin(async move {
            let mut state = self.0.lock().unwrap();
            let fault = (state.plan)(name);
            if let Fault::Refused(class) = fault {
                return Err(refused(class));
            }
            let body = format!("{name} {} {}", order.slot, order.generation);
            let accepted = state.accept(order, body, fault, change);
            if fault == Fault::AppliedUnknown {
                return Err(refused(Class::Unknown));
            }
            accepted
        })
    }
}

impl State {
    fn accept(
        &mut self,
        order: &Order,
        body: String,
        fault: Fault,
        change: impl FnOnce(&mut Self) -> Result<Change, ProviderError>,
    ) -> Result<Accepted, ProviderError> {
        if let Some((known, accepted)) = self.answers.get(&order.token) {
            assert_eq!(known, &body, "a token was used for another call");
            return Ok(accepted.clone());
        }
        let slot = self.find(order.slot.as_str())?;
        let fenced_by_us = slot.fence.as_ref() == Some(&order.reassignment);
        if slot.busy || slot.generation != order.generation || !fenced_by_us {
            return Err(refused(Class::Conflict));
        }
        let change = change(self)?;
        self.next += 1;
        let task = format!("task-{}", self.next);
        let failed = if let Fault::TaskFails(class) = fault {
            Some(class)
        } else {
            None
        };
        if let Change::Place(_) = change {
            self.find_mut(order.slot.as_str())?.generation += 1;
        }
        self.find_mut(order.slot.as_str())?.busy = true;
        let work = Work {
            slot: order.slot.to_string(),
            left: self.slowness,
            change: Some(change),
            failed,
        };
        self.tasks.insert(task.clone(), work);
        let accepted = Accepted { task: Some(task) };
        self.answers
            .insert(order.token.clone(), (body, accepted.clone()));
        Ok(accepted)
    }

    fn find(&self, slot: &str) -> Result<&SlotView, ProviderError> {
        self.slots.get(slot).ok_or_else(|| refused(Class::Gone))
    }

    fn find_mut(&mut self, slot: &str) -> Result<&mut SlotView, ProviderError> {
        self.slots.get_mut(slot).ok_or_else(|| refused(Class::Gone))
    }

    /// Each look at the cloud brings its work on.
    fn tick(&mut self) {
        let State {
            tasks,
            slots,
            ended,
            placed,
            ..
        } = self;
        for work in tasks.values_mut().filter(|work| work.change.is_some()) {
            if work.left > 0 {
                work.left -= 1;
                continue;
            }
            let slot = slots.get_mut(&work.slot).unwrap();
            slot.busy = false;
            let change = work.change.take().unwrap();
            if work.failed.is_none() {
                apply(slot, change, ended, placed);
            }
        }
    }
}

fn apply(
    slot: &mut SlotView,
    change: Change,
    ended: &mut Vec<String>,
    placed: &mut BTreeMap<String, u32>,
) {
    match change {
        Change::Terminate => {
            let instance = slot.instance.take().expect("an instance to end");
            ended.push(instance.instance.to_string());
        }
        Change::Place(instance) => {
            assert!(slot.instance.is_none(), "placed over another instance");
            let reassignment = instance.tags[REASSIGNMENT_TAG].clone();
            *placed.entry(reassignment).or_default() += 1;
            slot.instance = Some(*instance);
        }
        Change::Start => {
            let instance = slot.instance.as_mut().expect("an instance to start");
            instance.phase = Phase::Running;
            instance.ready = true;
            instance.process = Some(4242);
        }
        Change::Retire => {
            slot.custody = None;
            slot.fence = None;
        }
    }
}

impl Provider for Cloud {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            fences: true,
            tokens: true,
            replaces: false,
        }
    }

    fn observe<'a>(&'a self, slot: &'a SlotName) -> Answer<'a, SlotView> {
        Box::pin(async move {
            let mut state = self.0.lock().unwrap();
            let fault = (state.plan)("observe");
            if let Fault::Refused(class) = fault {
                return Err(refused(class));
            }
            state.tick();
            let now = state.find(slot.as_str())?.clone();
            if now.custody.is_none() {
                return Err(refused(Class::Gone));
            }
            if fault == Fault::Stale
                && let Some(before) = state.before.get(slot.as_str())
            {
                return Ok(before.clone());
            }
            state.before.insert(slot.to_string(), now.clone());
            Ok(now)
        })
    }

    fn task<'a>(&'a self, task: &'a str) -> Answer<'a, TaskView> {
        self.call("task", move |state| {
            let work = state.tasks.get(task).ok_or_else(|| refused(Class::Gone))?;
            Ok(match (&work.change, work.failed) {
                (Some(_), _) => TaskView::Working,
                (None, Some(class)) => TaskView::Failed(refused(class)),
                (None, None) => TaskView::Succeeded,
            })
        })
    }

    fn image<'a>(
        &'a self,
        image: &'a ImageName,
        _account: &'a AccountName,
    ) -> Answer<'a, ImageView> {
        self.call("image", move |state| {
            let found = state.images.get(image.as_str()).cloned();
            found.ok_or_else(|| refused(Class::Gone))
        })
    }

    fn fence<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        self.call("fence", move |state| {
            let slot = state.find_mut(order.slot.as_str())?;
            if slot
                .fence
                .as_ref()
                .is_some_and(|holder| *holder != order.reassignment)
            {
                return Err(refused(Class::Conflict));
            }
            slot.fence = Some(order.reassignment.clone());
            Ok(Accepted::default())
        })
    }

    fn release<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        self.call("release", move |state| {
            let slot = state.find_mut(order.slot.as_str())?;
            if slot.fence.as_ref() == Some(&order.reassignment) {
                slot.fence = None;
            }
            Ok(Accepted::default())
        })
    }

    fn terminate<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        self.order("terminate", order, move |state| {
            let slot = state.find(order.slot.as_str())?;
            if slot.instance.is_none() {
                return Err(refused(Class::Conflict));
            }
            Ok(Change::Terminate)
        })
    }

    fn place<'a>(&'a self, order: &'a Order, placement: &'a Placement) -> Answer<'a, Accepted> {
        self.order("place", order, move |state| {
            let usable = state
                .images
                .get(placement.image.as_str())
                .is_some_and(|image| image.usable);
            if !usable {
                return Err(refused(Class::BadImage));
            }
            if state.find(order.slot.as_str())?.instance.is_some() {
                return Err(refused(Class::Conflict));
            }
            state.next += 1;
            let name = format!("i-new-{}", state.next);
            let mut instance = running(&name, order.slot.as_str(), placement.account.as_str());
            instance.phase = Phase::Placed;
            instance.ready = false;
            instance.process = None;
            instance.generation = order.generation + 1;
            instance.image_digest = state.images[placement.image.as_str()].digest.clone();
            let tag = (REASSIGNMENT_TAG.to_owned(), order.reassignment.clone());
            instance.tags = BTreeMap::from([tag]);
            Ok(Change::Place(Box::new(instance)))
        })
    }

    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        self.order("start", order, move |state| {
            let slot = state.find(order.slot.as_str())?;
            let startable = slot
                .instance
                .as_ref()
                .is_some_and(|it| it.phase != Phase::Running);
            if startable {
                Ok(Change::Start)
            } else {
                Err(refused(Class::Conflict))
            }
        })
    }

    fn retire<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted> {
        self.order("retire", order, move |state| {
            let slot = state.find(order.slot.as_str())?;
            if slot.instance.is_some() || slot.custody.is_none() {
                return Err(refused(Class::Conflict));
            }
            Ok(Change::Retire)
        })
    }

    fn tagged<'a>(&'a self, reassignment: &'a str) -> Answer<'a, Vec<InstanceView>> {
        self.call("tagged", move |state| {
            let instances = state
                .slots
                .values()
                .filter_map(|slot| slot.instance.clone());
            Ok(instances
                .filter(|instance| {
                    instance.tags.get(REASSIGNMENT_TAG).map(String::as_str) == Some(reassignment)
                })
                .collect())
        })
    }

    fn custody(&self) -> Answer<'_, Vec<SlotView>> {
        self.call("custody", |state| {
            let slots = state.slots.values();
            Ok(slots
                .filter(|slot| slot.custody.is_some())
                .cloned()
                .collect())
        })
    }
}

fn refused(class: Class) -> ProviderError {
    // What a provider says may hold anything.
    ProviderError::new(class, "as\0planned")
}

fn image(digest: &str, usable: bool) -> ImageView {
    ImageView {
        digest: digest.to_owned(),
        usable,
    }
}

fn occupied(number: usize, beneficiary: &str) -> SlotView {
    let name = format!("slot-{number}");
    SlotView {
        slot: SlotName::new(&name).unwrap(),
        region: REGION.to_owned(),
        instance_type: TYPE.to_owned(),
        generation: 1,
        custody: Some(Custody {
            account: CUSTODY.to_owned(),
            beneficiary: beneficiary.to_owned(),
        }),
        fence: None,
        busy: false,
        instance: Some(running(&format!("i-{number}"), &name, beneficiary)),
    }
}

fn running(name: &str, slot: &str, account: &str) -> InstanceView {
    InstanceView {
        instance: InstanceName::new(name).unwrap(),
        slot: slot.to_owned(),
        generation: 1,
        account: account.to_owned(),
        image_digest: "blake3:old".to_owned(),
        phase: Phase::Running,
        ready: true,
        process: Some(1717),
        address: None,
        tags: BTreeMap::new(),
    }
}
