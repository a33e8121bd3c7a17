//! Calls that are under way when an operator comes, that nobody answers, or that are not sent in time; and payments whose
//! answer was lost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use engine::{Amendment, Timestamp};
use settlement::{
    ActError, Adapter, Booked, Moment, Settlement, State,
    machine::{Act, CashOut},
    open,
};

use crate::{
    books::Books,
    cloud::Cloud,
    gate::Gate,
    market::{ALICE, BOB, Market, OPENING, cash, options},
    operators::{act, by, default_fund, held_up, id, payment},
    rulings::{finish, sold, state},
};

/// Longer than a lease, shorter than any step may take.
const LEASE_AND_MORE: u64 = 130_000_000_000;

/// Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The call that keeps this act from being done.
async fn kept_by(settlement: &Settlement, what: Act) -> String {
    match act(settlement, what).await {
        Err(ActError::CallUnderWay { action, .. }) => action,
        other => panic!("{what:?}: {other:?}"),
    }
}

/// Suspends it while `call` is under way; the process of the worker ends before the answer.
async fn suspended_in(
    call: &'static str,
    cloud: &Cloud,
    books: &Books,
    later: &Arc<AtomicU64>,
) -> (Market, Settlement) {
    let (mut market, settlement, gate) = held_up(call, cloud, books, later).await;
    let suspended = async {
        gate.reached().await;
        act(&settlement, Act::Suspend).await.unwrap();
    };
    // Whether the call has its effect is seen by nobody.
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let run = async {
        tokio::select! {
            () = suspended => {}
            () = market.pump(&settlement, |_| false) => {}
        }
        gate.open();
        drop(stop);
    };
    let work = settlement.run(async move { drop(stopped.await) });
    let ((), worked) = tokio::join!(run, work);
    worked.unwrap();
    (market, settlement)
}

#[tokio::test]
async fn what_may_be_ended_at_the_provider_is_not_ended_in_cash_meanwhile() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let later = Arc::default();
    let (mut market, settlement) = suspended_in("terminate", &cloud, &books, &later).await;
    let kept = Act::CashOut(CashOut {
        difference: None,
        instance_taken: Some(false),
    });
    assert_eq!(kept_by(&settlement, kept).await, "terminate");
    assert_eq!(state(&settlement).await, Some(State::Suspended));
    later.fetch_add(LEASE_AND_MORE, Ordering::Relaxed);
    // Whoever looks now sees that it is gone.
    act(&settlement, Act::Resume).await.unwrap();
    finish(&mut market, &settlement, &cloud, State::Settled).await;
    assert_eq!(cloud.ended(), ["i-0"]);
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn what_may_be_fenced_meanwhile_is_not_undone() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let later = Arc::default();
    let (mut market, settlement) = suspended_in("fence", &cloud, &books, &later).await;
    assert_eq!(kept_by(&settlement, Act::Reverse).await, "fence");
    later.fetch_add(LEASE_AND_MORE, Ordering::Relaxed);
    act(&settlement, Act::Reverse).await.unwrap();
    finish(&mut market, &settlement, &cloud, State::Busted).await;
    assert_eq!(cloud.ended(), Vec::<String>::new());
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn a_bust_waits_for_a_fence_that_is_under_way() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let later = Arc::default();
    let (mut market, settlement, gate) = held_up("fence", &cloud, &books, &later).await;
    market.feed(&settlement).await;
    let story = async {
        gate.reached().await;
        act(&settlement, Act::Suspend).await.unwrap();
        assert!(market.amend(Amendment::Bust));
        market.feed(&settlement).await;
        for _ in 0..200 {
            assert_eq!(state(&settlement).await, Some(State::Suspended));
        }
        gate.open();
        while cloud.slot("slot-0").fence.is_none() {
            tokio::task::yield_now().await;
        }
        later.fetch_add(LEASE_AND_MORE, Ordering::Relaxed);
        while state(&settlement).await != Some(State::Busted)
            || cloud.slot("slot-0").fence.is_some()
        {
            tokio::task::yield_now().await;
        }
    };
    let worked = tokio::time::timeout(PATIENCE, settlement.run(story)).await;
    worked.expect("it comes to that").unwrap();
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn a_call_that_nobody_answers_ends_well_before_its_lease() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (mut market, settlement) = sold(&cloud, &books).await;
    settlement.close().await;
    let gate = Gate::before(&cloud, "terminate");
    let mut options = options(&books, Adapter::Custom(Arc::new(gate.clone())));
    options.limits.lease = Duration::from_secs(4);
    let settlement = open(options).await.unwrap();
    let given_up = async {
        gate.reached().await;
        loop {
            let timeline = settlement.timeline(&id(&settlement).await).await.unwrap();
            let attempts = timeline.unwrap().attempts;
            let first = attempts.iter().find(|call| call.action == "terminate");
            if let Some(outcome) = first.and_then(|call| call.outcome.clone()) {
                assert_eq!(outcome, "unknown");
                let detail = first.and_then(|call| call.detail.clone()).unwrap();
                assert_eq!(detail, "no answer within 2s");
                return gate.open();
            }
            tokio::task::yield_now().await;
        }
    };
    market.run_until(&settlement, given_up).await;
    finish(&mut market, &settlement, &cloud, State::Settled).await;
    cloud.check_census();
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn what_was_written_down_too_late_is_not_sent() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (mut market, settlement) = sold(&cloud, &books).await;
    settlement.close().await;
    let mut options = options(&books, Adapter::Custom(Arc::new(cloud.clone())));
    let (later, clock) = (Arc::new(AtomicU64::new(0)), options.clock);
    let ahead = Arc::clone(&later);
    options.clock =
        Arc::new(move || Timestamp::from_nanos(clock().nanos() + ahead.load(Ordering::Relaxed)));
    let delayed = AtomicBool::new(false);
    options.crash = Some(Arc::new(move |_, state, moment| {
        let here = state == State::Terminating && moment == Moment::Written;
        if here && !delayed.swap(true, Ordering::Relaxed) {
            // More than half of the lease, and less than all of it.
            later.fetch_add(70_000_000_000, Ordering::Relaxed);
        }
        false
    }));
    let settlement = open(options).await.unwrap();
    finish(&mut market, &settlement, &cloud, State::Settled).await;
    let timeline = settlement.timeline(&id(&settlement).await).await.unwrap();
    let attempts = timeline.unwrap().attempts;
    let ends = attempts.iter().filter(|call| call.action == "terminate");
    let outcomes: Vec<_> = ends.map(|call| call.outcome.as_deref()).collect();
    assert_eq!(outcomes, [Some("transient"), Some("accepted")]);
    cloud.check_census();
}

#[tokio::test]
async fn a_payment_with_a_reference_is_booked_once() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (_, settlement) = sold(&cloud, &books).await;
    let pay = async |micros, reference| settlement.fund(&payment(micros, reference), &by()).await;
    assert_eq!(pay(700, Some("WIRE-1")).await.unwrap(), Booked::Now);
    assert_eq!(pay(700, Some("WIRE-1")).await.unwrap(), Booked::Before);
    let other = pay(800, Some("WIRE-1")).await;
    assert!(
        matches!(&other, Err(ActError::ReferenceTaken { amount, .. }) if amount.micros() == 700),
        "{other:?}"
    );
    assert_eq!(default_fund(&settlement).await, 700);
    // Another reference, or none, is another payment, whatever the reference looks like.
    for reference in [Some("1"), Some("2"), None, None, Some("3")] {
        assert_eq!(pay(10, reference).await.unwrap(), Booked::Now);
    }
    assert_eq!(default_fund(&settlement).await, 750);
    settlement.check_ledger().await.unwrap();
}
