//! What operators do with reassignments while workers are at them, and what is left in the books.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use engine::{Amendment, ReassignmentId, ReassignmentStatus, Remark, Timestamp};
use settlement::{
    ActError, Adapter, By, Payment, Settlement, State, Which,
    ledger::{Account, Amount},
    machine::{Act, ActRefusal, CashOut},
    open,
    provider::Class,
};

use crate::{
    books::Books,
    cloud::{Cloud, Fault},
    gate::Gate,
    market::{ALICE, BOB, Market, OPENING, cash, options, provider, usd},
    rulings::{finish, sold, state, work_until},
};

pub(crate) fn by() -> By {
    By {
        operator: "op".parse().unwrap(),
        reason: Remark::new("TICKET-1").unwrap(),
    }
}

pub(crate) async fn id(settlement: &Settlement) -> ReassignmentId {
    settlement.reassignments(0, 1).await.unwrap()[0].0
}

pub(crate) async fn act(settlement: &Settlement, act: Act) -> Result<State, ActError> {
    settlement.act(&id(settlement).await, &act, &by()).await
}

async fn refusal(settlement: &Settlement, what: Act) -> ActRefusal {
    match act(settlement, what).await {
        Err(ActError::Refused(refusal)) => refusal,
        other => panic!("{what:?}: {other:?}"),
    }
}

pub(crate) fn payment(micros: i128, reference: Option<&str>) -> Payment {
    Payment {
        currency: usd(),
        amount: Amount::new(micros).unwrap(),
        reference: reference.map(|text| Remark::new(text).unwrap()),
    }
}

/// Alice's instance is sold to Bob, and is parked for this fault.
async fn parked(
    cloud: &Cloud,
    books: &Books,
    faults: &[(&'static str, Fault)],
) -> (Market, Settlement) {
    let (mut market, settlement) = sold(cloud, books).await;
    cloud.script(faults);
    assert_eq!(
        market.run_until_quiet(&settlement).await,
        [State::Manual],
        "{faults:?}"
    );
    assert_eq!(market.ended(), 0, "the market waits for the operator");
    cloud.plan(|_| Fault::None);
    (market, settlement)
}

pub(crate) async fn default_fund(settlement: &Settlement) -> i128 {
    let balances = settlement.balances().await.unwrap();
    let fund = balances
        .iter()
        .find(|balance| balance.account == Account::DefaultFund);
    fund.map_or(0, |balance| balance.amount.micros())
}

#[tokio::test]
async fn what_was_parked_is_retried_and_delivered() {
    for faults in [
        vec![("terminate", Fault::Refused(Class::Denied))],
        vec![("place", Fault::Refused(Class::BadImage))],
        vec![("place", Fault::TaskFails(Class::BadImage))],
        vec![("terminate", Fault::TaskFails(Class::Transient)); 8],
        vec![("start", Fault::TaskFails(Class::Unknown)); 8],
    ] {
        let Some(books) = Books::new() else { return };
        let cloud = Cloud::new(1, ALICE);
        let (mut market, settlement) = parked(&cloud, &books, &faults).await;
        assert_eq!(
            refusal(&settlement, Act::Resume).await,
            ActRefusal::NotSuspended
        );
        act(&settlement, Act::Retry).await.unwrap();
        finish(&mut market, &settlement, &cloud, State::Settled).await;
        market.run(&settlement, |market| market.ended() == 1).await;
        assert_eq!(market.count(ReassignmentStatus::Settled), 1, "{faults:?}");
        assert_eq!(market.register()[0].2, BOB);
        assert_eq!(cash(&settlement, ALICE).await, (OPENING + 300, 0));
        cloud.check_census();
        settlement.check_ledger().await.unwrap();

        let id = id(&settlement).await;
        let timeline = settlement.timeline(&id).await.unwrap().unwrap();
        let acts: Vec<_> = timeline.acts.iter().map(|act| act.act.as_str()).collect();
        assert_eq!(acts, ["retry"]);
        assert_eq!(timeline.acts[0].operator, "op");
        assert_eq!(timeline.acts[0].reason, "TICKET-1");
        let whys: Vec<_> = timeline.transitions.iter().map(|one| &one.why).collect();
        assert!(whys.iter().any(|why| *why == "retry by op: TICKET-1"));
        let place = timeline.attempts.iter().find(|call| call.action == "place");
        let request = &place.unwrap().request;
        assert_eq!(request, "place img for acme:bob into slot-0, generation 1");
        assert!(matches!(
            refusal(&settlement, Act::Retry).await,
            ActRefusal::Ended(State::Settled)
        ));
    }
}

/// Suspends it when it has come to `wanted`, with a worker at it; whether it came to that.
async fn suspend_at(market: &mut Market, settlement: &Settlement, wanted: State) -> bool {
    let suspended = std::cell::Cell::new(false);
    let seen = async {
        loop {
            match state(settlement).await {
                Some(now) if now == wanted => {
                    match act(settlement, Act::Suspend).await {
                        Ok(now) => assert_eq!(now, State::Suspended),
                        // It ended between the look and the act.
                        Err(ActError::Refused(ActRefusal::Ended(_))) => return,
                        Err(error) => panic!("{error:?}"),
                    }
                    suspended.set(true);
                    return;
                }
                Some(now) if now.is_end() => return,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    market.run_until(settlement, seen).await;
    suspended.get()
}

#[tokio::test]
async fn suspended_anywhere_it_stands_still_and_goes_on_through_a_restart() {
    let mut count = 0;
    for wanted in State::ALL
        .into_iter()
        .filter(|state| *state <= State::Running)
    {
        for way_on in [Act::Resume, Act::Retry] {
            let Some(books) = Books::new() else { return };
            let cloud = Cloud::new(1, ALICE);
            let (mut market, settlement) = sold(&cloud, &books).await;
            if !suspend_at(&mut market, &settlement, wanted).await {
                continue;
            }
            count += 1;
            settlement.close().await;
            let adapter = Adapter::Custom(Arc::new(cloud.clone()));
            let settlement = open(options(&books, adapter)).await.unwrap();
            let calls = count_calls(&cloud);
            // The market may say something meanwhile; nothing is asked of the provider.
            market.feed(&settlement).await;
            assert_eq!(
                market.run_until_quiet(&settlement).await,
                [State::Suspended]
            );
            assert_eq!(calls(), 0, "{wanted:?}");
            assert!(matches!(
                refusal(&settlement, Act::Suspend).await,
                ActRefusal::StandsStill(State::Suspended)
            ));
            settlement.check_ledger().await.unwrap();

            act(&settlement, way_on).await.unwrap();
            finish(&mut market, &settlement, &cloud, State::Settled).await;
            assert_eq!(cloud.ended(), ["i-0"], "{wanted:?}");
            cloud.check_census();
            assert_eq!(cash(&settlement, BOB).await, (OPENING - 300, 0));
            settlement.check_ledger().await.unwrap();
        }
    }
    assert!(count >= 10, "it was suspended only {count} times");
}

/// Counts the calls from now on, looks for deposits left out.
fn count_calls(cloud: &Cloud) -> impl Fn() -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    cloud.plan(move |call| {
        if call != "custody" {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        Fault::None
    });
    move || count.load(Ordering::Relaxed)
}

/// A venue whose worker is held up before `call`, with that worker running, by a clock that is so many nanoseconds ahead.
pub(crate) async fn held_up(
    call: &'static str,
    cloud: &Cloud,
    books: &Books,
    later: &Arc<AtomicU64>,
) -> (Market, Settlement, Gate) {
    let (market, settlement) = sold(cloud, books).await;
    settlement.close().await;
    let gate = Gate::before(cloud, call);
    let mut options = options(books, Adapter::Custom(Arc::new(gate.clone())));
    let (clock, later) = (options.clock, Arc::clone(later));
    options.clock = Arc::new(move || {
        let nanos = clock().nanos() + later.load(Ordering::Relaxed);
        Timestamp::from_nanos(nanos)
    });
    let settlement = open(options).await.unwrap();
    (market, settlement, gate)
}

/// Much more time passes than any step may take, with workers running.
async fn hours_pass(market: &mut Market, settlement: &Settlement, later: &AtomicU64) {
    later.fetch_add(7_200_000_000_000, Ordering::Relaxed);
    let turns = async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    };
    market.run_until(settlement, turns).await;
}

#[tokio::test]
async fn no_time_runs_while_it_is_suspended() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let later = Arc::default();
    let (mut market, settlement, gate) = held_up("start", &cloud, &books, &later).await;
    let suspended = async {
        gate.reached().await;
        act(&settlement, Act::Suspend).await.unwrap();
        gate.open();
    };
    market.run_until(&settlement, suspended).await;
    hours_pass(&mut market, &settlement, &later).await;
    act(&settlement, Act::Resume).await.unwrap();
    finish(&mut market, &settlement, &cloud, State::Settled).await;
    cloud.check_census();
}

#[tokio::test]
async fn a_worker_that_has_looked_before_it_was_reversed_ends_nothing() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (mut market, settlement) = sold(&cloud, &books).await;
    // It may begin; the worker's last look before that is under way.
    market.feed(&settlement).await;
    work_until(&settlement, State::Asking).await;
    settlement.close().await;
    let gate = Gate::before(&cloud, "observe");
    let adapter = Adapter::Custom(Arc::new(gate.clone()));
    let settlement = open(options(&books, adapter)).await.unwrap();
    let reversed = async {
        gate.reached().await;
        assert_eq!(state(&settlement).await, Some(State::Asking));
        act(&settlement, Act::Reverse).await.unwrap();
        gate.open();
    };
    market.run_until(&settlement, reversed).await;
    finish(&mut market, &settlement, &cloud, State::Busted).await;
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(ReassignmentStatus::Reversed), 1);
    assert_eq!(cloud.ended(), Vec::<String>::new());
    assert_eq!(market.register()[0].2, ALICE);
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn a_call_that_is_under_way_when_it_is_suspended_is_made_once() {
    for call in ["terminate", "place", "start"] {
        let Some(books) = Books::new() else { return };
        let cloud = Cloud::new(1, ALICE);
        let (mut market, settlement, gate) = held_up(call, &cloud, &books, &Arc::default()).await;
        let suspended = async {
            gate.reached().await;
            act(&settlement, Act::Suspend).await.unwrap();
            act(&settlement, Act::Resume).await.unwrap();
            gate.open();
        };
        market.run_until(&settlement, suspended).await;
        finish(&mut market, &settlement, &cloud, State::Settled).await;
        cloud.check_census();
        assert_eq!(cloud.ended(), ["i-0"]);
        settlement.check_ledger().await.unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_delivered_ends_in_cash() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let fault = [("place", Fault::Refused(Class::Denied))];
    let (mut market, settlement) = parked(&cloud, &books, &fault).await;
    let terms = CashOut {
        difference: Amount::new(120),
        instance_taken: None,
    };
    let short = act(&settlement, Act::CashOut(terms)).await;
    assert!(matches!(short, Err(ActError::FundShort(currency)) if currency == usd()));
    assert_eq!(state(&settlement).await, Some(State::Manual));
    settlement.fund(&payment(1_000, None), &by()).await.unwrap();
    assert!(matches!(
        refusal(&settlement, Act::Reverse).await,
        ActRefusal::PastNoReturn(State::Placing)
    ));

    act(&settlement, Act::CashOut(terms)).await.unwrap();
    finish(&mut market, &settlement, &cloud, State::CashSettled).await;
    market.run(&settlement, |market| market.ended() == 1).await;
    // Bob has his own, and 120; Alice, whose instance is gone, its price.
    assert_eq!(cash(&settlement, BOB).await, (OPENING + 120, 0));
    assert_eq!(cash(&settlement, ALICE).await, (OPENING + 300, 0));
    assert_eq!(default_fund(&settlement).await, 1_000 - 420);
    let last = market.updates().last().unwrap();
    assert_eq!(last.status, ReassignmentStatus::Failed);
    let text = last.text.unwrap();
    assert!(
        text.as_str()
            .starts_with("in cash: refunded, buyer +0.00012"),
        "{text}"
    );
    assert!(matches!(
        refusal(&settlement, Act::CashOut(terms)).await,
        ActRefusal::Ended(State::CashSettled)
    ));
    settlement.check_ledger().await.unwrap();
    settlement.close().await;
    settlement::check_ledger(&books.database()).await.unwrap();
}

#[tokio::test]
async fn a_seller_that_keeps_its_instance_is_paid_nothing() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let fault = [("terminate", Fault::Refused(Class::Denied))];
    let (mut market, settlement) = parked(&cloud, &books, &fault).await;
    let unsaid = Act::CashOut(CashOut::default());
    assert_eq!(
        refusal(&settlement, unsaid).await,
        ActRefusal::InstanceUnknown
    );
    let kept = CashOut {
        difference: None,
        instance_taken: Some(false),
    };
    act(&settlement, Act::CashOut(kept)).await.unwrap();
    finish(&mut market, &settlement, &cloud, State::CashSettled).await;
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
    assert_eq!(cash(&settlement, ALICE).await, (OPENING, 0));
    assert_eq!(cloud.ended(), Vec::<String>::new());
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn a_suspended_provider_is_not_asked_and_no_time_runs() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let later = Arc::default();
    let (mut market, settlement, gate) = held_up("place", &cloud, &books, &later).await;
    let suspended = async {
        gate.reached().await;
        let provider = provider();
        settlement.suspend_provider(&provider, &by()).await.unwrap();
        let again = settlement.suspend_provider(&provider, &by()).await;
        assert!(matches!(again, Err(ActError::AlreadySo("suspended"))));
        gate.open();
    };
    market.run_until(&settlement, suspended).await;
    let calls = count_calls(&cloud);
    hours_pass(&mut market, &settlement, &later).await;
    assert_eq!(state(&settlement).await, Some(State::Placing));
    assert_eq!(calls(), 0);

    settlement
        .resume_provider(&provider(), &by())
        .await
        .unwrap();
    finish(&mut market, &settlement, &cloud, State::Settled).await;
    cloud.check_census();
    let id = id(&settlement).await;
    let timeline = settlement.timeline(&id).await.unwrap().unwrap();
    let acts: Vec<_> = timeline.acts.iter().map(|act| act.act.as_str()).collect();
    assert_eq!(acts, ["suspend-provider", "resume-provider"]);
}

#[tokio::test]
async fn a_bust_is_undone_in_the_books_while_it_stands_still() {
    for suspended_provider in [false, true] {
        let Some(books) = Books::new() else { return };
        let cloud = Cloud::new(1, ALICE);
        let (mut market, settlement) = sold(&cloud, &books).await;
        market.feed(&settlement).await;
        work_until(&settlement, State::Asking).await;
        if suspended_provider {
            settlement
                .suspend_provider(&provider(), &by())
                .await
                .unwrap();
        } else {
            act(&settlement, Act::Suspend).await.unwrap();
        }
        assert!(market.amend(Amendment::Bust));
        market.feed(&settlement).await;
        assert!(matches!(
            refusal(&settlement, Act::Reverse).await,
            ActRefusal::Busted
        ));
        work_until(&settlement, State::Busted).await;
        assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
        if suspended_provider {
            assert!(cloud.slot("slot-0").fence.is_some(), "nothing is asked");
            let provider = provider();
            settlement.resume_provider(&provider, &by()).await.unwrap();
        }
        finish(&mut market, &settlement, &cloud, State::Busted).await;
        settlement.check_ledger().await.unwrap();
    }
}

#[tokio::test]
async fn reassignments_are_listed_by_state_a_page_at_a_time() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let fault = [("place", Fault::Refused(Class::Denied))];
    let (_, settlement) = parked(&cloud, &books, &fault).await;
    let list = async |which: Which| settlement.list(&which, 10).await.unwrap();
    let all = list(Which::default()).await;
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].state, all[0].parked_from, all[0].price.micros()),
        (State::Manual, Some(State::Placing), 300)
    );
    let of = |state| Which {
        state: Some(state),
        ..Which::default()
    };
    assert_eq!(list(of(State::Manual)).await, all);
    assert_eq!(list(of(State::Placing)).await, []);
    let behind = Which {
        after: Some(all[0].reassignment),
        ..Which::default()
    };
    assert_eq!(list(behind).await, []);
    let unknown = "9-9-9".parse().unwrap();
    let refused = settlement.act(&unknown, &Act::Retry, &by()).await;
    assert!(matches!(refused, Err(ActError::UnknownReassignment(_))));
}
