//! The ledger: what it takes, what it refuses, and what never changes whatever is tried.

use proptest::prelude::*;

use super::*;

fn account(name: &str) -> AccountName {
    AccountName::new(name).unwrap()
}

fn usd() -> CurrencyCode {
    CurrencyCode::new("USD").unwrap()
}

fn amount(micros: i128) -> Amount {
    Amount::new(micros).unwrap()
}

fn opening(name: &str, micros: i128) -> Transfer {
    Transfer {
        kind: Kind::Opening,
        subject: format!("{name} USD"),
        debit: Account::External,
        credit: Account::Cash(account(name)),
        currency: usd(),
        amount: amount(micros),
    }
}

fn price(reassignment: &str, buyer: &str, seller: &str, micros: i128) -> Price {
    Price {
        reassignment: reassignment.to_owned(),
        buyer: account(buyer),
        seller: account(seller),
        currency: usd(),
        amount: amount(micros),
    }
}

#[test]
fn account_names_read_back() {
    for known in [
        Account::Cash(account("acme:1234")),
        Account::Reserved(account("venue:escrow")),
        Account::Escrow,
        Account::Fees,
        Account::Suspense,
        Account::DefaultFund,
        Account::External,
    ] {
        assert_eq!(Account::parse(&known.to_string()), Some(known));
    }
    assert_eq!(Account::parse("acme:1234"), None);
    assert_eq!(Account::parse("cash:"), None);
}

#[test]
fn an_amount_is_more_than_nothing_and_fits() {
    assert_eq!(Amount::new(0), None);
    assert_eq!(Amount::new(-1), None);
    assert_eq!(Amount::new(i128::from(i64::MAX) + 1), None);
    assert_eq!(Amount::new(1).map(Amount::micros), Some(1));
}

#[test]
fn the_price_is_set_aside_and_then_paid() {
    let mut book = Book::default();
    let price = price("1-0-0", "buyer", "seller", 40);
    book.apply(&opening("buyer", 100)).unwrap();
    book.apply(&price.reserve()).unwrap();
    assert_eq!(book.balance(&Account::Cash(account("buyer")), usd()), 60);
    assert_eq!(book.pending("1-0-0"), 40);
    for transfer in price.post() {
        book.apply(&transfer).unwrap();
    }
    assert_eq!(book.balance(&Account::Cash(account("seller")), usd()), 40);
    assert_eq!(book.balance(&Account::Escrow, usd()), 0);
    assert_eq!(book.pending("1-0-0"), 0);
}

#[test]
fn what_may_not_be_booked_changes_nothing() {
    let mut book = Book::default();
    let (one, two) = (
        price("1-0-0", "buyer", "seller", 70),
        price("2-0-0", "buyer", "seller", 70),
    );
    book.apply(&opening("buyer", 100)).unwrap();
    book.apply(&one.reserve()).unwrap();
    let before = book.clone();
    for refused in [
        opening("buyer", 100),
        one.reserve(),
        two.reserve(),
        two.void(),
        one.post()[1].clone(),
    ] {
        assert!(book.apply(&refused).is_err(), "{refused:?}");
        assert!(book.balances().eq(before.balances()), "{refused:?}");
    }
    // Given back once, it can be neither given back nor paid again.
    book.apply(&one.void()).unwrap();
    assert!(book.apply(&one.void()).is_err());
    assert!(book.apply(&one.post()[0]).is_err());
}

/// What can be tried with one of a few reassignments.
#[derive(Clone, Copy, Debug)]
enum Try {
    Reserve,
    Void,
    Post,
    CashOut { difference: bool, taken: bool },
    Fund(i128),
}

fn tries() -> impl Strategy<Value = Try> {
    prop_oneof![
        Just(Try::Reserve),
        Just(Try::Void),
        Just(Try::Post),
        (any::<bool>(), any::<bool>())
            .prop_map(|(difference, taken)| Try::CashOut { difference, taken }),
        (1_i128..500).prop_map(Try::Fund),
    ]
}

fn funding(number: usize, micros: i128) -> Transfer {
    Transfer {
        kind: Kind::Funding,
        subject: format!("venue:default_fund {number}"),
        debit: Account::External,
        credit: Account::DefaultFund,
        ..opening("a", micros)
    }
}

#[test]
fn what_ends_in_cash_gives_the_buyer_its_own_and_pays_from_the_default_fund_alone() {
    for (difference, taken, fund, buyer, seller) in [
        (None, false, 0, 100, 0),
        (Some(25), false, 25, 125, 0),
        (None, true, 40, 100, 40),
        (Some(25), true, 65, 125, 40),
    ] {
        let price = price("1-0-0", "buyer", "seller", 40);
        let mut book = Book::default();
        book.apply(&opening("buyer", 100)).unwrap();
        book.apply(&price.reserve()).unwrap();
        if fund > 0 {
            book.apply(&funding(1, fund)).unwrap();
        }
        for transfer in price.cash_out(difference.and_then(Amount::new), taken) {
            book.apply(&transfer).unwrap();
        }
        assert_eq!(book.balance(&Account::Cash(account("buyer")), usd()), buyer);
        assert_eq!(
            book.balance(&Account::Cash(account("seller")), usd()),
            seller
        );
        assert_eq!(book.balance(&Account::DefaultFund, usd()), 0);
        assert_eq!(book.pending("1-0-0"), 0);
        assert!(book.apply(&price.post()[0]).is_err(), "it is paid once");
    }
}

proptest! {
    #[test]
    fn no_order_of_events_makes_or_loses_cash(
        opening_micros in prop::array::uniform3(1_i128..1_000),
        prices in prop::array::uniform4((0_usize..3, 0_usize..3, 1_i128..700)),
        tries in prop::collection::vec((0_usize..4, tries()), 0..60),
    ) {
        let names = ["a", "b", "c"];
        let mut book = Book::default();
        for (name, micros) in names.iter().zip(opening_micros) {
            book.apply(&opening(name, micros)).unwrap();
        }
        let mut paid_in = 0;
        for (number, (which, what)) in tries.into_iter().enumerate() {
            let (buyer, seller, micros) = prices[which];
            let price = price(&format!("{which}-0-0"), names[buyer], names[seller], micros);
            let mut trial = book.clone();
            let booked = match what {
                Try::Reserve => trial.apply(&price.reserve()),
                Try::Void => trial.apply(&price.void()),
                Try::Post => price.post().iter().try_for_each(|transfer| trial.apply(transfer)),
                Try::CashOut { difference, taken } => {
                    let difference = difference.then(|| amount(micros));
                    let transfers = price.cash_out(difference, taken);
                    transfers.iter().try_for_each(|transfer| trial.apply(transfer))
                }
                Try::Fund(micros) => {
                    paid_in = i128::saturating_add(paid_in, micros);
                    trial.apply(&funding(number, micros))
                }
            };
            // As in the database: all of a step's transfers or none.
            if booked.is_ok() {
                book = trial;
            }
            prop_assert!(book.unbalanced().is_empty());
            prop_assert_eq!(book.balance(&Account::Escrow, usd()), 0);
            for (account, _, micros) in book.balances() {
                prop_assert!(micros >= 0 || account.may_be_negative());
            }
            let total: i64 = book.balances()
                .filter(|(account, ..)| **account != Account::External)
                .map(|(.., micros)| micros)
                .sum();
            prop_assert_eq!(i128::from(total), opening_micros.into_iter().fold(paid_in, i128::saturating_add));
            let reserved: i64 = names.iter()
                .map(|name| book.balance(&Account::Reserved(account(name)), usd()))
                .sum();
            let pending: i64 = (0..4).map(|which| book.pending(&format!("{which}-0-0"))).sum();
            prop_assert_eq!(reserved, pending);
        }
    }
}
