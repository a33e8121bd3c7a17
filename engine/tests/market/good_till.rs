//! Orders that outlive the trading day: good till cancel, and good till a date or a time.

use engine::{Timestamp, TradingDay};

use crate::desk::check;

/// Beats in a day.
const DAY: u64 = 86_400_000_000;

#[test]
fn a_good_till_order_outlives_the_trading_day() {
    check(
        "A buy 1@5 | A buy 1@4 gtc | A buy 1@3 lastday=1 | A buy 1@2 till=99 | venue day | B sell 3@2",
        "accepted 1; accepted 2; accepted 3; accepted 4; expired 1; day-ended;
         accepted 6; fill 2 1@4 0 left; fill 6 1@4 2 left; trade 2<6 1@4;
         fill 3 1@3 0 left; fill 6 1@3 1 left; trade 3<6 1@3;
         fill 4 1@2 0 left; fill 6 1@2 0 left; trade 4<6 1@2",
    );
}

#[test]
fn it_keeps_its_client_order_id_and_can_be_cancelled_by_it() {
    check(
        "A buy 1@5 gtc | venue day | A buy 1@5 id=1 | A cancel 1 | A buy 1@5 id=1 | venue day | A buy 1@5 id=1",
        "accepted 1; day-ended; rejected 1 DuplicateClientOrderId; cancelled 1 by 4;
         rejected 1 DuplicateClientOrderId; day-ended; accepted 1",
    );
    check(
        "A buy 1@5 gtc | venue day | B sell 1@5 | A cancel 1",
        "accepted 1; day-ended; accepted 3; fill 1 1@5 0 left; fill 3 1@5 0 left; trade 1<3 1@5;
         cancel-rejected 4 TooLateToCancel (1 Filled)",
    );
}

#[test]
fn it_expires_at_its_time() {
    check(
        "A buy 1@5 till=3 | B sell 1@9 | B sell 1@5",
        "accepted 1; accepted 2; expired 1; accepted 3",
    );
    check(
        "A buy 1@5 till=4 | B sell 1@9 | B sell 1@5",
        "accepted 1; accepted 2; accepted 3; fill 1 1@5 0 left; fill 3 1@5 0 left; trade 1<3 1@5",
    );
    check(
        "A buy 2@5 till=9 | B sell 1@5 | wait 9 | venue fire | A cancel 1",
        "accepted 1; accepted 2; fill 1 1@5 1 left; fill 2 1@5 0 left; trade 1<2 1@5;
         expired 1; cancel-rejected 4 TooLateToCancel (1 Expired)",
    );
}

#[test]
fn it_expires_with_the_end_of_its_last_day() {
    check(
        &format!(
            "A buy 1@5 lastday=0 | A buy 1@4 lastday=1 | A buy 1@3 gtc | wait {} | venue fire | venue day
             | wait {DAY} | venue day",
            DAY - 5
        ),
        "accepted 1; accepted 2; accepted 3; ignored AlreadySo; expired 1; day-ended; expired 2; day-ended",
    );
    // A venue that was down over midnight makes up for it, in the order of the days.
    check(
        &format!(
            "A buy 1@5 | A buy 1@4 lastday=1 | A buy 1@3 lastday=0 | wait {} | venue day",
            2 * DAY - 3
        ),
        "accepted 1; accepted 2; accepted 3; expired 3; expired 2; expired 1; day-ended",
    );
}

#[test]
fn one_that_would_have_expired_already_is_refused() {
    check(
        "A buy 1@5 till=1 | A buy 1@5 till=3 | A buy 1@5 till=0 | A buy 1@5 id=1",
        "rejected 1 ExpiryPassed; accepted 2; expired 2; rejected 3 ExpiryPassed; rejected 1 DuplicateClientOrderId",
    );
    check(
        &format!("wait {DAY} | A buy 1@5 lastday=0 | A buy 1@5 lastday=1"),
        "rejected 1 ExpiryPassed; accepted 2",
    );
}

#[test]
fn the_expiry_ranks_behind_the_price_and_before_the_image() {
    check(
        "A buy 0@5 till=0 | A buy 1@0 till=0 | A buy 1@6 x=COARSE till=0 | A sell 1@5 image=web till=0
         | A buy 1@5 x=SMALL till=0",
        "rejected 1 QuantityInvalid; rejected 2 PriceInvalid; rejected 3 PriceOffTick; rejected 4 ExpiryPassed;
         rejected 5 ExpiryPassed",
    );
}

#[test]
fn a_market_order_never_rests_whatever_it_says() {
    check(
        "A buy 1@market gtc | A buy 1@market till=99",
        "accepted 1; cancelled 1 MarketUnfilled; accepted 2; cancelled 2 MarketUnfilled",
    );
}

#[test]
fn an_expired_order_frees_what_it_held() {
    check(
        "settlement deposit s-1 i-1 a SMALL | A sell 1@5 x=SMALL till=3 | A sell 1@5 x=SMALL gtc",
        "deposited s-1; accepted 2; expired 2; accepted 3",
    );
}

#[test]
fn days_begin_and_end_at_midnight_utc() {
    for (nanos, day) in [
        (0, 0),
        (86_399_999_999_999, 0),
        (86_400_000_000_000, 1),
        (1_700_000_000_000_000_000, 19_675),
    ] {
        assert_eq!(TradingDay::of(Timestamp::from_nanos(nanos)).days(), day);
    }
    let end = TradingDay::from_days(19_675).end();
    assert_eq!(end.nanos(), 1_700_006_400_000_000_000);
    let last = TradingDay::from_days(u32::MAX);
    assert_eq!(TradingDay::of(last.end()).days(), last.days() + 1);
}
