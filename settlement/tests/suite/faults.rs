//! What becomes of a reassignment when the provider fails: in one given way, and at random.

use engine::ReassignmentStatus::{
    self, Failed, Pending, Placing, Reversed, Settled, Starting, Terminating,
};
use engine::Remark;
use proptest::prelude::*;
use settlement::{By, State, machine::Act, provider::Class};

use crate::{
    books::Books,
    cloud::{Cloud, Fault},
    market::{ACME, ALICE, BOB, Market, OPENING, cash},
    straight::venue,
};

/// One sale through these faults; ends in `status` and `state`, with this much cash at seller and
/// buyer beyond what they started with, and this much of the buyer's still set aside.
async fn check(
    faults: &[(&'static str, Fault)],
    wanted: (ReassignmentStatus, State),
    money: (i64, i64, i64),
) {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    cloud.script(faults);
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    let state = market.run_until_quiet(&settlement).await[0];
    let update = market.updates().last().unwrap();
    assert_eq!((update.status, state), wanted, "{faults:?} {update:?}");
    let (seller, buyer) = (cash(&settlement, ALICE).await, cash(&settlement, BOB).await);
    let got = (seller.0 - OPENING, buyer.0 - OPENING, buyer.1);
    assert_eq!(got, money, "{faults:?}");
    cloud.check_census();
    settlement.check_ledger().await.unwrap();
}

const SETTLED: (ReassignmentStatus, State) = (Settled, State::Settled);
const PAID: (i64, i64, i64) = (300, -300, 0);

#[tokio::test]
async fn one_fault_on_the_way_does_not_keep_it_from_settling() {
    use Class::{Conflict, NoCapacity, Throttled, Transient, Unknown};
    for call in [
        "fence",
        "terminate",
        "place",
        "start",
        "image",
        "observe",
        "task",
        "tagged",
        "release",
    ] {
        for fault in [
            Fault::Refused(Throttled),
            Fault::Refused(Transient),
            Fault::Refused(Unknown),
            Fault::Refused(Conflict),
            Fault::AppliedUnknown,
        ] {
            check(&[(call, fault)], SETTLED, PAID).await;
        }
    }
    for call in ["terminate", "place", "start"] {
        check(&[(call, Fault::TaskFails(Transient))], SETTLED, PAID).await;
    }
    check(&[("place", Fault::Refused(NoCapacity))], SETTLED, PAID).await;
    check(&[("observe", Fault::Stale); 12], SETTLED, PAID).await;
}

#[tokio::test]
async fn throttling_uses_no_attempts() {
    let throttled = Fault::Refused(Class::Throttled);
    check(&[("terminate", throttled); 30], SETTLED, PAID).await;
    check(&[("fence", throttled); 30], SETTLED, PAID).await;
}

#[tokio::test]
async fn before_the_point_of_no_return_it_is_undone() {
    let money = (0, 0, 0);
    let transient = Fault::Refused(Class::Transient);
    check(&[("fence", transient); 8], (Reversed, State::Busted), money).await;
}

#[tokio::test]
async fn past_the_point_of_no_return_it_is_parked_with_the_cash_set_aside() {
    // The market is told nothing: an operator may yet bring it to a delivery.
    let money = (0, -300, 300);
    for (told, faults) in [
        (
            Terminating,
            vec![("terminate", Fault::Refused(Class::Denied))],
        ),
        (Placing, vec![("place", Fault::Refused(Class::Denied))]),
        (Placing, vec![("place", Fault::Refused(Class::BadImage))]),
        (Placing, vec![("place", Fault::TaskFails(Class::BadImage))]),
        (Starting, vec![("start", Fault::Refused(Class::Denied))]),
        (
            Terminating,
            vec![("terminate", Fault::Refused(Class::Unknown)); 8],
        ),
        (
            Terminating,
            vec![("terminate", Fault::TaskFails(Class::Transient)); 8],
        ),
        (
            Starting,
            vec![("start", Fault::TaskFails(Class::Unknown)); 8],
        ),
    ] {
        check(&faults, (told, State::Manual), money).await;
    }
}

#[tokio::test]
async fn an_image_that_is_not_shared_is_waited_for_and_then_given_up() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    cloud.set_image("late", false);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some("late"));
    let sharer = cloud.clone();
    market
        .run(&settlement, |market| market.count(Pending) == 1)
        .await;
    sharer.set_image("late", true);
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(Settled), 1);

    // Without patience it is undone, and the old instance was never touched.
    let ended = cloud.ended().len();
    settlement.close().await;
    let mut impatient = crate::market::options(
        &books,
        settlement::Adapter::Custom(std::sync::Arc::new(cloud.clone())),
    );
    impatient.limits.fencing = std::time::Duration::ZERO;
    let settlement = settlement::open(impatient).await.unwrap();
    market.trade(BOB, ALICE, 300, 1, Some("missing"));
    market.run(&settlement, |market| market.ended() == 2).await;
    assert_eq!(market.count(Reversed), 1);
    assert_eq!(cloud.ended().len(), ended);
    assert_eq!(market.register()[0].2, BOB);
}

#[tokio::test]
async fn a_slot_without_the_sellers_instance_leaves_circulation_and_frees_the_buyer() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    cloud.change("slot-0", |slot| slot.custody = None);
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(Failed), 1);
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
    assert_eq!(cloud.ended(), Vec::<String>::new());
    assert_eq!(settlement.alarms().await.unwrap().len(), 1);
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn a_slot_that_another_has_fenced_is_waited_for() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    cloud.change("slot-0", |slot| slot.fence = Some("maintenance".to_owned()));
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    market
        .run(&settlement, |market| market.count(Pending) == 1)
        .await;
    assert_eq!(market.ended(), 0);
    cloud.change("slot-0", |slot| slot.fence = None);
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(Settled), 1);
}

/// A stream of faults that is the same for the same seed.
fn faults(seed: u64, share: u8) -> impl FnMut(&'static str) -> Fault + Send {
    let mut drawn = 0_u64;
    move |call| {
        drawn += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(&drawn.to_le_bytes());
        let hash = hasher.finalize();
        let draw = hash.as_bytes();
        if draw[0] >= share {
            return Fault::None;
        }
        match (draw[1] % 6, call) {
            (0, _) => Fault::Refused(Class::Throttled),
            (1, _) => Fault::Refused(Class::Transient),
            (2, _) => Fault::Refused(Class::Unknown),
            (3, "observe") => Fault::Stale,
            (3, _) => Fault::Refused(Class::Conflict),
            (4, _) => Fault::TaskFails(Class::Transient),
            _ => Fault::AppliedUnknown,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn through_random_faults_each_ends_once_and_the_cash_agrees(seed: u64, share in 20_u8..100) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let Some(books) = Books::new() else { return };
            let cloud = Cloud::new(6, ALICE);
            let settlement = venue(&cloud, &books).await;
            let mut market = Market::open();
            market.run(&settlement, |market| market.register().len() == 6).await;
            cloud.plan(faults(seed, share));
            market.trade(ALICE, BOB, 10, 4, Some("img"));
            market.trade(ALICE, ACME, 7, 2, None);
            let states = market.run_until_quiet(&settlement).await;
            settlement.check_ledger().await.unwrap();
            // With the provider well again, an operator brings all that is parked to its end.
            cloud.plan(|_| Fault::None);
            let parked = states.iter().filter(|state| state.is_parked()).count();
            let by = By { operator: "op".parse().unwrap(), reason: Remark::new("mended").unwrap() };
            let known = settlement.reassignments(0, 6).await.unwrap();
            for (id, _) in known.iter().filter(|(_, state)| state.is_parked()) {
                settlement.act(id, &Act::Retry, &by).await.unwrap();
            }
            let states = market.run_until_quiet(&settlement).await;
            assert!(states.iter().all(|state| state.is_end()), "{parked} were retried: {states:?}");

            cloud.check_census();
            settlement.check_ledger().await.unwrap();
            // Whoever was told of a delivery has it; whoever was told that nothing happened, too.
            for update in market.updates() {
                let old = update.old_instance.to_string();
                match update.status {
                    Settled => assert!(cloud.ended().contains(&old)),
                    Reversed => assert!(!cloud.ended().contains(&old)),
                    Pending | Terminating | Placing | Starting | Failed => {}
                }
            }
            let paid: i64 = market.updates()
                .filter(|update| update.status == Settled)
                .map(|update| i64::try_from(update.cash.unwrap().amount.micros()).unwrap())
                .sum();
            assert_eq!(cash(&settlement, ALICE).await.0, OPENING + paid);
        });
    }
}
