//! Statements of days against the ledger that they are of.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use engine::{Notional, Timestamp};
use proptest::prelude::*;
use settlement::{
    Adapter, Settlement, State,
    ledger::Account,
    open,
    provider::Class,
    statement::{Net, Owes, Statement},
};

use crate::{
    books::Books,
    cloud::{Cloud, Fault},
    market::{ACME, ALICE, BOB, Market, account, options, symbol, usd},
};

const DAY: u64 = 86_400_000_000_000;
/// The midnight before the clock of these tests starts.
const FIRST: u64 = 1_700_000_000_000_000_000 / DAY * DAY;

/// A venue by a clock that is so many nanoseconds ahead.
async fn venue(cloud: &Cloud, books: &Books, later: &Arc<AtomicU64>) -> Settlement {
    let mut options = options(books, Adapter::Custom(Arc::new(cloud.clone())));
    let (clock, later) = (options.clock, Arc::clone(later));
    options.clock = Arc::new(move || {
        let nanos = clock().nanos() + later.load(Ordering::Relaxed);
        Timestamp::from_nanos(nanos)
    });
    open(options).await.unwrap()
}

async fn day(settlement: &Settlement, names: &[&str], number: u64) -> Statement {
    let accounts: Vec<_> = names.iter().map(|name| account(name)).collect();
    let at = |number| Timestamp::from_nanos(FIRST + number * DAY);
    let day = settlement.statement(&accounts, at(number), at(number + 1));
    day.await.unwrap()
}

fn amounts(
    statement: &Statement,
    of: impl Fn(&settlement::statement::AccountDay) -> Notional,
) -> BTreeMap<Account, i128> {
    let days = statement.accounts.iter();
    days.map(|day| (day.account, of(day).micros()))
        .filter(|(_, micros)| *micros != 0)
        .collect()
}

/// Each day goes on where the one before ended, and the last one ends with what the ledger has.
async fn check_days(settlement: &Settlement, days: u64) {
    let names = [ALICE, BOB, ACME];
    let mut before = BTreeMap::new();
    for number in 0..=days {
        let statement = day(settlement, &names, number).await;
        assert_eq!(amounts(&statement, |day| day.opening), before);
        let mut total = 0;
        for day in &statement.accounts {
            let changes = day.movements.iter().map(|one| one.change.micros());
            let change: i128 = changes.sum();
            assert_eq!(day.opening.micros() + change, day.closing.micros());
            assert!(day.closing.micros() >= 0, "{day:?}");
            let in_order = day
                .movements
                .windows(2)
                .all(|two| two[0].booked.number < two[1].booked.number);
            assert!(in_order, "{day:?}");
            total += day.closing.micros();
        }
        assert_eq!(total, 3 * i128::from(crate::market::OPENING));
        before = amounts(&statement, |day| day.closing);
    }
    let balances = settlement.balances().await.unwrap();
    let balances: BTreeMap<_, _> = balances
        .iter()
        .filter(|one| one.account.owner().is_some() && one.amount.micros() != 0)
        .map(|one| (one.account, one.amount.micros()))
        .collect();
    assert_eq!(before, balances);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn days_follow_on_each_other_and_end_with_the_ledger(
        trades in prop::collection::vec((1_i64..1_000, 0_u64..3, any::<bool>()), 1..7),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let Some(books) = Books::new() else { return };
            let cloud = Cloud::new(8, ALICE);
            let later = Arc::default();
            let settlement = venue(&cloud, &books, &later).await;
            let mut market = Market::open();
            market.run(&settlement, |market| market.register().len() == 8).await;
            let mut days = 0;
            for (price, wait, parked) in trades {
                if parked {
                    cloud.script(&[("place", Fault::Refused(Class::Denied))]);
                }
                market.trade(ALICE, BOB, price, 1, Some("img"));
                market.run_until_quiet(&settlement).await;
                days += wait;
                later.fetch_add(wait * DAY, Ordering::Relaxed);
            }
            check_days(&settlement, days + 1).await;
            settlement.check_ledger().await.unwrap();
        });
    }
}

#[tokio::test]
async fn what_has_not_ended_is_owed_on_both_sides_and_nets() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(2, ALICE);
    let later = Arc::default();
    let settlement = venue(&cloud, &books, &later).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 2)
        .await;
    cloud.script(&[("place", Fault::Refused(Class::Denied))]);
    market.trade(ALICE, BOB, 300, 2, Some("img"));
    let mut states = market.run_until_quiet(&settlement).await;
    states.sort();
    assert_eq!(states, [State::Settled, State::Manual]);

    let bought = day(&settlement, &[BOB], 0).await;
    assert_eq!(bought.obligations.len(), 1);
    let one = bought.obligations[0];
    assert_eq!((one.owes, one.state), (Owes::Cash, State::Manual));
    assert_eq!(one.price.micros(), 300);
    let owed = Net {
        to_receive: 0,
        to_give: 300,
    };
    assert_eq!(bought.net_cash[&usd()], owed);
    assert_eq!(bought.net_instances[&symbol()].net(), 1);
    let sold = day(&settlement, &[ALICE], 0).await;
    assert_eq!(sold.obligations[0].owes, Owes::Instance);
    assert_eq!(sold.net_cash[&usd()].net(), 300);
    assert_eq!(sold.net_instances[&symbol()].net(), -1);
    // Both of one firm: it owes itself nothing in the end.
    let both = day(&settlement, &[ALICE, BOB], 0).await;
    assert_eq!(both.net_cash[&usd()].net(), 0);

    // On the next day it is delivered: it was owed at the end of the first all the same.
    later.fetch_add(DAY, Ordering::Relaxed);
    let known = settlement.reassignments(0, 2).await.unwrap();
    let (id, _) = known.iter().find(|(_, state)| state.is_parked()).unwrap();
    let by = settlement::By {
        operator: "op".parse().unwrap(),
        reason: "room again".parse().unwrap(),
    };
    let retry = settlement::machine::Act::Retry;
    settlement.act(id, &retry, &by).await.unwrap();
    market.run_until_quiet(&settlement).await;
    assert_eq!(day(&settlement, &[BOB], 0).await, bought);
    assert_eq!(day(&settlement, &[BOB], 1).await.obligations, []);
}
