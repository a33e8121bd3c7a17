//! What an operator has the market rule of a trade while settlement is at it: a bust or a correction counts if the market
//! takes it before settlement's begin, and only then, whatever dies when.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use engine::{Amendment, Command, Origin, Price, ReassignmentStatus};
use settlement::{Adapter, Moment, Settlement, State, open, provider::Class};

use crate::{
    books::{Books, MOMENTS},
    cloud::{Cloud, Fault},
    crashes::{Instant, mortal, run_until_death},
    market::{ALICE, BOB, Market, OPENING, cash, options},
    straight::venue,
};

/// What the trade costs at first.
const PRICE: i64 = 300;

const PATIENCE: Duration = Duration::from_secs(60);

const fn to(price: i64) -> Amendment {
    Amendment::Correct {
        price: Price::from_micros(price),
    }
}

/// Alice's one instance is sold to Bob; settlement has heard nothing of it yet.
pub(crate) async fn sold(cloud: &Cloud, books: &Books) -> (Market, Settlement) {
    let settlement = venue(cloud, books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, PRICE, 1, Some("img"));
    (market, settlement)
}

/// How far the last reassignment is that settlement has heard of.
pub(crate) async fn state(settlement: &Settlement) -> Option<State> {
    let known = settlement.reassignments(0, 10).await.unwrap();
    known.last().map(|(_, state)| *state)
}

/// Runs workers, without the market, until the reassignment is in this state.
pub(crate) async fn work_until(settlement: &Settlement, wanted: State) {
    let reached = async {
        while state(settlement).await != Some(wanted) {
            tokio::task::yield_now().await;
        }
    };
    let worked = tokio::time::timeout(PATIENCE, settlement.run(reached)).await;
    worked.expect("it comes to that").unwrap();
}

/// Runs everything until the reassignment has ended, in this state, and the slot is nobody's.
pub(crate) async fn finish(
    market: &mut Market,
    settlement: &Settlement,
    cloud: &Cloud,
    end: State,
) {
    let ended = async {
        while state(settlement).await != Some(end) || cloud.slot("slot-0").fence.is_some() {
            tokio::task::yield_now().await;
        }
    };
    market.run_until(settlement, ended).await;
}

/// Nothing of the trade is left: neither at the provider, nor in the register or the books.
async fn check_undone(market: &Market, settlement: &Settlement, cloud: &Cloud) {
    assert_eq!(cloud.ended(), Vec::<String>::new());
    cloud.check_census();
    assert_eq!(market.register()[0].2, ALICE);
    assert_eq!(market.ended(), 0, "the market knew it before settlement");
    for name in [ALICE, BOB] {
        assert_eq!(cash(settlement, name).await, (OPENING, 0), "{name}");
    }
    settlement.check_ledger().await.unwrap();
    assert_eq!(settlement.alarms().await.unwrap(), vec![]);
}

#[tokio::test]
async fn a_bust_that_frees_a_slot_which_settlement_found_strange_is_an_alarm() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (mut market, settlement) = sold(&cloud, &books).await;
    cloud.change("slot-0", |slot| slot.custody = None);
    market.feed(&settlement).await;
    work_until(&settlement, State::Busted).await;
    let strange = settlement.alarms().await.unwrap().len();
    // The operator comes before the market has heard of it.
    assert!(market.amend(Amendment::Bust));
    market.feed(&settlement).await;
    let alarms = settlement.alarms().await.unwrap();
    assert_eq!(alarms.len(), strange + 1);
    assert!(alarms[strange].2.contains("withdraw it"), "{alarms:?}");
}

/// It was delivered once, at this price.
async fn check_settled(market: &Market, settlement: &Settlement, cloud: &Cloud, price: i64) {
    assert_eq!(market.count(ReassignmentStatus::Settled), 1);
    assert_eq!(cloud.ended(), ["i-0"]);
    cloud.check_census();
    assert_eq!(market.register()[0].2, BOB);
    assert_eq!(cash(settlement, ALICE).await, (OPENING + price, 0));
    assert_eq!(cash(settlement, BOB).await, (OPENING - price, 0));
    let settled = market.updates().last().unwrap();
    assert_eq!(
        i64::try_from(settled.cash.unwrap().amount.micros()),
        Ok(price)
    );
    settlement.check_ledger().await.unwrap();
}

/// How far settlement is when the operator comes.
#[derive(Clone, Copy, Debug)]
enum Reached {
    Unheard,
    Heard,
    Unseen,
    Asking,
    Asked,
}

/// Brings settlement so far; the commands that come to the market only behind the operator's.
async fn reach(
    reached: Reached,
    market: &Market,
    settlement: &Settlement,
    cloud: &Cloud,
) -> Vec<Command> {
    match reached {
        Reached::Unheard => {}
        Reached::Heard => market.feed(settlement).await,
        Reached::Unseen => {
            cloud.plan(|call| match call {
                "observe" => Fault::Refused(Class::Transient),
                _ => Fault::None,
            });
            market.feed(settlement).await;
            work_until(settlement, State::Funded).await;
        }
        Reached::Asking => {
            market.feed(settlement).await;
            work_until(settlement, State::Asking).await;
        }
        Reached::Asked => {
            market.feed(settlement).await;
            work_until(settlement, State::Asking).await;
            return passed_on(settlement).await;
        }
    }
    Vec::new()
}

/// Takes what settlement has for the market.
async fn passed_on(settlement: &Settlement) -> Vec<Command> {
    let commands = settlement.next_commands().await.unwrap();
    let ids: Vec<_> = commands.iter().map(|(id, _)| *id).collect();
    settlement.mark_submitted(&ids).await.unwrap();
    commands.into_iter().map(|(_, command)| command).collect()
}

/// The operator comes, then what was on its way, and the provider can be reached again.
fn amend(market: &mut Market, cloud: &Cloud, change: Amendment, on_its_way: Vec<Command>) {
    assert!(market.amend(change));
    for command in on_its_way {
        market.submit(Origin::Settlement, command);
    }
    cloud.plan(|_| Fault::None);
}

const WAYS: [Reached; 5] = [
    Reached::Unheard,
    Reached::Heard,
    Reached::Unseen,
    Reached::Asking,
    Reached::Asked,
];

#[tokio::test]
async fn a_bust_before_the_begin_gives_everything_back_and_the_instance_can_be_sold_again() {
    for reached in WAYS {
        let Some(books) = Books::new() else { return };
        let cloud = Cloud::new(1, ALICE);
        let (mut market, settlement) = sold(&cloud, &books).await;
        let on_its_way = reach(reached, &market, &settlement, &cloud).await;
        amend(&mut market, &cloud, Amendment::Bust, on_its_way);
        finish(&mut market, &settlement, &cloud, State::Busted).await;
        check_undone(&market, &settlement, &cloud).await;
        let id = settlement.reassignments(0, 1).await.unwrap()[0].0;
        let timeline = settlement.timeline(&id).await.unwrap().unwrap();
        let last = timeline.transitions.last().unwrap();
        assert_eq!(last.state, State::Busted);
        assert_eq!(last.why, "the trade was busted by op: clearly erroneous");

        market.trade(ALICE, BOB, 400, 1, Some("img"));
        finish(&mut market, &settlement, &cloud, State::Settled).await;
        check_settled(&market, &settlement, &cloud, 400).await;
    }
}

#[tokio::test]
async fn a_correction_before_the_begin_changes_what_is_paid() {
    for reached in WAYS {
        for prices in [&[PRICE + 150][..], &[PRICE + 150, 7]] {
            let Some(books) = Books::new() else { return };
            let cloud = Cloud::new(1, ALICE);
            let (mut market, settlement) = sold(&cloud, &books).await;
            let on_its_way = reach(reached, &market, &settlement, &cloud).await;
            let (last, others) = prices.split_last().unwrap();
            for price in others {
                amend(&mut market, &cloud, to(*price), vec![]);
            }
            amend(&mut market, &cloud, to(*last), on_its_way);
            finish(&mut market, &settlement, &cloud, State::Settled).await;
            check_settled(&market, &settlement, &cloud, *last).await;
        }
    }
}

#[tokio::test]
async fn a_price_beyond_the_buyers_cash_is_waited_for_until_it_is_corrected_or_busted() {
    for reached in WAYS {
        for change in [to(250), Amendment::Bust] {
            let Some(books) = Books::new() else { return };
            let cloud = Cloud::new(1, ALICE);
            let (mut market, settlement) = sold(&cloud, &books).await;
            reach(reached, &market, &settlement, &cloud).await;
            amend(&mut market, &cloud, to(OPENING + 1), vec![]);
            market.feed(&settlement).await;
            work_until(&settlement, State::Received).await;
            assert_eq!(cash(&settlement, BOB).await, (OPENING, 0), "{reached:?}");
            assert!(market.amend(change));
            match change {
                Amendment::Bust => {
                    finish(&mut market, &settlement, &cloud, State::Busted).await;
                    check_undone(&market, &settlement, &cloud).await;
                }
                Amendment::Correct { price } => {
                    finish(&mut market, &settlement, &cloud, State::Settled).await;
                    check_settled(&market, &settlement, &cloud, price.micros()).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn once_the_market_has_let_it_begin_nothing_is_amended() {
    for change in [Amendment::Bust, to(250)] {
        let Some(books) = Books::new() else { return };
        let cloud = Cloud::new(1, ALICE);
        let (mut market, settlement) = sold(&cloud, &books).await;
        market.feed(&settlement).await;
        work_until(&settlement, State::Asking).await;
        // The market takes the begin; settlement has not heard that yet.
        for command in passed_on(&settlement).await {
            market.submit(Origin::Settlement, command);
        }
        assert_eq!(market.count(ReassignmentStatus::Terminating), 1);
        assert_eq!(cloud.ended(), Vec::<String>::new());
        assert!(!market.amend(change));
        finish(&mut market, &settlement, &cloud, State::Settled).await;
        check_settled(&market, &settlement, &cloud, PRICE).await;
    }
}

#[tokio::test]
async fn a_price_beyond_the_buyers_cash_undoes_even_what_the_market_lets_begin() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (mut market, settlement) = sold(&cloud, &books).await;
    let on_its_way = reach(Reached::Asked, &market, &settlement, &cloud).await;
    settlement.close().await;
    amend(&mut market, &cloud, to(OPENING + 1), on_its_way);
    assert_eq!(market.count(ReassignmentStatus::Terminating), 1);

    let mut poor = options(&books, Adapter::Custom(Arc::new(cloud.clone())));
    poor.limits.funding = Duration::ZERO;
    let settlement = open(poor).await.unwrap();
    finish(&mut market, &settlement, &cloud, State::Busted).await;
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(ReassignmentStatus::Reversed), 1);
    assert_eq!(cloud.ended(), Vec::<String>::new());
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
    settlement.check_ledger().await.unwrap();
}

/// Settlement dies at `instant`; the operator comes before it is there again. Whether it came to that, and to an amendment.
async fn survive(
    instant: Instant,
    change: Amendment,
    seen: &Arc<std::sync::Mutex<BTreeSet<String>>>,
) -> Option<(bool, bool)> {
    let books = Books::new()?;
    let cloud = Cloud::new(1, ALICE);
    let (mut market, settlement) = sold(&cloud, &books).await;
    settlement.close().await;
    let (settlement, died) = mortal(&books, &cloud, seen, Some(instant)).await;
    let dead = run_until_death(&mut market, settlement, &died).await;
    let amended = market.amend(change);

    // Its next life ends there too, where it comes by again; then it lives.
    let again = match change {
        Amendment::Bust => (State::Busted, Moment::Written),
        Amendment::Correct { .. } => instant,
    };
    let (settlement, died) = mortal(&books, &cloud, seen, Some(again)).await;
    let quiet = async {
        let ended = [Some(State::Busted), Some(State::Settled)];
        while !ended.contains(&state(&settlement).await) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = died.notified() => {}
        () = quiet => {}
        () = market.pump(&settlement, |_| false) => {}
        worked = settlement.run(std::future::pending()) => worked.unwrap(),
    }
    settlement.close().await;
    let (settlement, _) = mortal(&books, &cloud, seen, None).await;
    match (amended, change) {
        (true, Amendment::Bust) => {
            finish(&mut market, &settlement, &cloud, State::Busted).await;
            check_undone(&market, &settlement, &cloud).await;
        }
        (true, Amendment::Correct { price }) => {
            finish(&mut market, &settlement, &cloud, State::Settled).await;
            check_settled(&market, &settlement, &cloud, price.micros()).await;
        }
        (false, _) => {
            finish(&mut market, &settlement, &cloud, State::Settled).await;
            check_settled(&market, &settlement, &cloud, PRICE).await;
        }
    }
    settlement.close().await;
    settlement::check_ledger(&books.database()).await.unwrap();
    Some((dead, amended))
}

#[tokio::test]
async fn a_death_between_begin_and_amendment_decides_nothing() {
    for change in [Amendment::Bust, to(450)] {
        let seen = Arc::default();
        let (mut deaths, mut amendments) = (0, 0);
        // The others are not come by.
        let states = State::ALL
            .into_iter()
            .filter(|state| *state <= State::Running);
        for state in states {
            for moment in MOMENTS {
                let survived = survive((state, moment), change, &seen).await;
                let Some((dead, amended)) = survived else {
                    return;
                };
                deaths += usize::from(dead);
                amendments += usize::from(amended);
            }
        }
        assert!(
            deaths >= 5 * MOMENTS.len(),
            "only {deaths} deaths; instants seen: {seen:?}"
        );
        assert!(
            (MOMENTS.len()..deaths).contains(&amendments),
            "{amendments} amendments at {deaths} deaths; instants seen: {seen:?}"
        );
    }
}
