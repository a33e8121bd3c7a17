//! Somebody interferes with what is in our custody: sweeps find it, write it down, and raise each alarm once.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
};

use engine::{AccountName, ImageName, SlotName};
use settlement::{
    Finding, ReferenceProvider, Settlement, State,
    provider::{Class, Order, Phase, Placement, Provider},
    reconcile::FindingKind::{self, *},
};

use crate::{
    books::Books,
    cloud::{Cloud, Fault},
    market::{ALICE, BOB, CUSTODY, Market, OPENING, cash},
    reference::{self, Customer, plane},
    rulings::{finish, state},
    straight::venue,
};

async fn standing(settlement: &Settlement) -> Vec<Finding> {
    settlement.findings(false, 100).await.unwrap()
}

/// Runs everything until just these findings stand, in the order of slots and kinds.
async fn until_found(market: &mut Market, settlement: &Settlement, wanted: &[(&str, FindingKind)]) {
    let found = async || {
        let standing = standing(settlement).await;
        let mut found: Vec<_> = standing
            .iter()
            .map(|one| (one.slot.to_string(), one.kind))
            .collect();
        found.sort();
        found
    };
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(slot, kind)| ((*slot).to_owned(), *kind))
        .collect();
    let reached = async {
        while found().await != wanted {
            tokio::task::yield_now().await;
        }
    };
    market.run_until(settlement, reached).await;
}

async fn deposited(market: &mut Market, settlement: &Settlement, count: usize) {
    market
        .run(settlement, |market| market.register().len() == count)
        .await;
}

#[tokio::test]
async fn what_is_found_stands_until_it_is_gone_and_is_one_alarm() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(2, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    deposited(&mut market, &settlement, 2).await;
    let register = market.register();

    let instance = cloud.slot("slot-0").instance;
    cloud.change("slot-0", |slot| slot.instance = None);
    until_found(&mut market, &settlement, &[("slot-0", Missing)]).await;
    cloud.change("slot-1", |slot| slot.fence = Some("maintenance".to_owned()));
    let both = [("slot-0", Missing), ("slot-1", StrayFence)];
    until_found(&mut market, &settlement, &both).await;
    let found = standing(&settlement).await;
    assert!(found[0].first_seen < found[0].last_seen);
    cloud.change("slot-0", |slot| slot.instance = instance);
    until_found(&mut market, &settlement, &[("slot-1", StrayFence)]).await;
    cloud.change("slot-1", |slot| slot.fence = None);
    until_found(&mut market, &settlement, &[]).await;

    let all = settlement.findings(true, 100).await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|one| one.gone_at > Some(one.last_seen)));
    let alarms = settlement.alarms().await.unwrap();
    let about: Vec<_> = alarms.iter().map(|(_, subject, _)| subject).collect();
    assert_eq!(about, ["slot:acme:slot-0", "slot:acme:slot-1"]);
    // Nothing was repaired.
    assert_eq!(market.register(), register);
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn what_settlement_does_to_a_slot_is_no_finding() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(3, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    deposited(&mut market, &settlement, 3).await;
    for (seller, buyer) in [(ALICE, BOB), (BOB, ALICE), (ALICE, BOB)] {
        market.trade(seller, buyer, 10, 3, Some("img"));
        market.run_until_quiet(&settlement).await;
    }
    // One that is parked is under way for as long as it is.
    cloud.script(&[("place", Fault::Refused(Class::Denied))]);
    market.trade(BOB, ALICE, 10, 1, Some("img"));
    let states = market.run_until_quiet(&settlement).await;
    assert_eq!(states.last(), Some(&State::Manual));
    let calls = sweeps(&cloud, 6);
    market.run_until(&settlement, calls).await;
    assert_eq!(settlement.findings(true, 100).await.unwrap(), []);
    settlement.check_ledger().await.unwrap();
}

/// Ends when custody was listed so often; each deposit look lists it, too, four times as often.
async fn sweeps(cloud: &Cloud, count: usize) {
    let left = Arc::new(AtomicUsize::new(count * 5));
    let listed = Arc::clone(&left);
    cloud.plan(move |call| {
        if call == "custody" {
            let now = listed.load(Relaxed);
            listed.store(now.saturating_sub(1), Relaxed);
        }
        Fault::None
    });
    while left.load(Relaxed) > 0 {
        tokio::task::yield_now().await;
    }
}

/// Who has the venue's own token at the provider, and no business with it.
struct Meddler {
    provider: ReferenceProvider,
    orders: AtomicU64,
}

impl Meddler {
    async fn order(&self, slot: &str) -> Order {
        let slot = SlotName::new(slot).unwrap();
        loop {
            let seen = self.provider.observe(&slot).await.unwrap();
            if !seen.busy {
                let generation = seen.generation;
                return Order {
                    reassignment: "meddling".to_owned(),
                    slot,
                    generation,
                    token: format!("meddling-{}", self.orders.fetch_add(1, Relaxed)),
                    retire: false,
                };
            }
            tokio::task::yield_now().await;
        }
    }

    async fn end(&self, slot: &str) {
        let order = self.order(slot).await;
        self.provider.fence(&order).await.unwrap();
        let order = self.order(slot).await;
        self.provider.terminate(&order).await.unwrap();
        let order = self.order(slot).await;
        self.provider.release(&order).await.unwrap();
    }

    async fn place(&self, slot: &str, image: &str) {
        let order = self.order(slot).await;
        self.provider.fence(&order).await.unwrap();
        let placement = Placement {
            image: ImageName::new(image).unwrap(),
            account: AccountName::new(BOB).unwrap(),
        };
        let order = self.order(slot).await;
        self.provider.place(&order, &placement).await.unwrap();
        let order = self.order(slot).await;
        self.provider.start(&order).await.unwrap();
        loop {
            let order = self.order(slot).await;
            let seen = self.provider.observe(&order.slot).await.unwrap();
            if seen.instance.is_some_and(|it| it.phase == Phase::Running) {
                self.provider.release(&order).await.unwrap();
                return;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_real_control_plane_what_is_ended_replaced_and_doubled_is_found() {
    let Some(books) = Books::new() else { return };
    let directory = tempfile::tempdir().unwrap();
    let plane = plane(directory.path(), 3).await;
    let (alice, bob) = (
        Customer::new(plane.address(), ALICE),
        Customer::new(plane.address(), BOB),
    );
    let old = alice.upload("old").await;
    for _ in 0..3 {
        alice.launch_and_deposit(&old).await;
    }
    let new = bob.upload("new").await;
    bob.share(&new).await;
    let settlement = reference::venue(&books, plane.address()).await;
    let mut market = Market::open();
    deposited(&mut market, &settlement, 3).await;
    let register = market.register();
    let meddler = Meddler {
        provider: reference::adapter(plane.address(), CUSTODY),
        orders: AtomicU64::new(0),
    };

    meddler.end("slot-0").await;
    until_found(&mut market, &settlement, &[("slot-0", Missing)]).await;
    meddler.place("slot-0", &new).await;
    let replaced = [("slot-0", OtherInstance)];
    until_found(&mut market, &settlement, &replaced).await;
    meddler.end("slot-1").await;
    meddler.place("slot-1", &new).await;
    let doubled = [
        ("slot-0", OtherInstance),
        ("slot-0", Duplicate),
        ("slot-1", OtherInstance),
        ("slot-1", Duplicate),
    ];
    until_found(&mut market, &settlement, &doubled).await;

    // Nothing was repaired, and the slot that nobody touched can be sold.
    assert_eq!(market.register(), register);
    assert_eq!(cash(&settlement, ALICE).await, (OPENING, 0));
    let untouched = register.iter().find(|row| row.0 == "slot-2").unwrap();
    market.trade_instance(ALICE, BOB, 300, &untouched.1, &new);
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(state(&settlement).await, Some(State::Settled));
    settlement.check_ledger().await.unwrap();
    plane.stop().await.unwrap();
}

#[tokio::test]
async fn a_provider_that_says_nothing_is_waited_for_and_no_attempt_is_used_up() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    deposited(&mut market, &settlement, 1).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    cloud.plan(move |call| match call {
        "custody" => Fault::None,
        _ => {
            counted.fetch_add(1, Relaxed);
            Fault::Refused(Class::Unknown)
        }
    });
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    let long = async {
        // More than any step may try; most of them are probes of the open breaker.
        while asked.load(Relaxed) < 60 {
            tokio::task::yield_now().await;
        }
    };
    market.run_until(&settlement, long).await;
    assert_eq!(state(&settlement).await, Some(State::Funded));
    let (line, breaker) = settlement.breakers()[0];
    assert_eq!(line.region.unwrap().as_str(), crate::market::REGION);
    assert_ne!(breaker.name(), "closed");
    let id = settlement.reassignments(0, 1).await.unwrap()[0].0;
    let timeline = settlement.timeline(&id).await.unwrap().unwrap();
    assert_eq!(timeline.attempts, []);

    cloud.plan(|_| Fault::None);
    finish(&mut market, &settlement, &cloud, State::Settled).await;
    assert_eq!(settlement.breakers()[0].1.name(), "closed");
    let calls = settlement.calls();
    assert!(calls.iter().all(|call| call.outcome == "accepted"));
    assert_eq!(calls.len(), 5, "{calls:?}");
    let figures = settlement.figures().await.unwrap();
    assert!(figures.open.iter().all(|(_, count)| *count == 0));
    assert_eq!((figures.oldest, figures.findings), (None, 0));
}
