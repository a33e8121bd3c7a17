//! Busts and corrections, to the very fields.

use engine::{Amendment, OrderStatus, Price, Quantity, Remark};

use super::fixtures::*;
use super::outbound_confirmations::check as check_confirmations;
use super::outbound_executions::check;

const CORRECT: Amendment = Amendment::Correct {
    price: Price::from_micros(10_250_000),
};

#[test]
fn a_busted_fill_has_filled_nothing() {
    // One that rests keeps what is open of it: it becomes smaller.
    let mut order = sell(0, 0, OrderStatus::New);
    (order.quantity, order.leaves) = (Quantity::new(1), Quantity::new(1));
    let event = fill_amended(order, Amendment::Bust);
    check(
        &event,
        "35=8|37=41|527=57-0|11=s-1|17=57-2|19=44-1|150=H|39=0|1=acme:7|55=ACME.us-east-1.m5.large|54=2|38=1|40=2|44=10.5|59=0|32=0|151=1|14=0|6=0|{T}|58=trade 57-0 busted: 2 at 10.25: clearly erroneous|851=1|20001=i-1 i-2",
    );
    // One that was filled is not open again.
    let order = buy(1, 10_500_000, OrderStatus::Cancelled);
    check(
        &fill_amended(order, Amendment::Bust),
        "35=8|37=41|527=57-0|11=b-1|17=57-2|19=44-1|150=H|39=4|{B}|32=0|151=0|14=1|6=10.5|{T}|58=trade 57-0 busted: 2 at 10.25: clearly erroneous|851=1|20001=i-1 i-2|20002=img-9",
    );
}

#[test]
fn a_corrected_fill_is_told_whole_with_its_new_price() {
    check(
        &fill_amended(sell(2, 20_500_000, OrderStatus::PartiallyFilled), CORRECT),
        "35=8|37=41|527=57-0|11=s-1|17=57-2|19=44-1|150=G|39=1|{S}|32=2|31=10.25|151=1|14=2|6=10.25|{T}|58=trade 57-0 corrected: 2 at 10.25: clearly erroneous|851=1|20001=i-1 i-2",
    );
    let mut order = buy(3, 31_000_000, OrderStatus::Filled);
    order.test = true;
    check(
        &fill_amended(order, CORRECT),
        "35=8|37=41|527=57-0|11=b-1|17=57-2|19=44-1|150=G|39=2|{B}|32=2|31=10.25|151=0|14=3|6=10.333333|{T}|58=test instrument: trade 57-0 corrected: 2 at 10.25: clearly erroneous|851=1|20001=i-1 i-2|20002=img-9",
    );
}

#[test]
fn a_bust_ends_the_chain_of_each_instance() {
    let mut trade = trade();
    // The other one was reversed before.
    trade.legs.remove(0);
    check_confirmations(
        &amended(trade, Amendment::Bust),
        &[
            "35=AK|664=57-0-1-B-6|772=57-0-1-B|666=2|773=2|665=5|{O}|{T}|54=1|{B}|58=slot slot-1: i-1: clearly erroneous|381=10.25|118=0|20001=i-1|20003=57-0-1|20004=6|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-6|772=57-0-1-S|666=2|773=2|665=5|{O}|{T}|54=2|{S}|58=slot slot-1: i-1: clearly erroneous|381=10.25|118=0|20001=i-1|20003=57-0-1|20004=6|711=0|555=0",
        ],
    );
}

#[test]
fn a_correction_goes_on_with_the_chain_of_each_instance() {
    let mut trade = trade();
    trade.legs.remove(0);
    check_confirmations(
        &amended(trade, CORRECT),
        &[
            "35=AK|664=57-0-1-B-c57|772=57-0-1-B|666=1|773=1|665=1|{O}|{T}|54=1|{B}|58=slot slot-1: i-1: clearly erroneous|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=0|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-c57|772=57-0-1-S|666=1|773=1|665=1|{O}|{T}|54=2|{S}|58=slot slot-1: i-1: clearly erroneous|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=0|711=0|555=0",
        ],
    );
}

#[test]
fn a_trade_of_a_test_instrument_has_no_chain() {
    let mut trade = trade();
    trade.legs.clear();
    for change in [Amendment::Bust, CORRECT] {
        check_confirmations(&amended(trade.clone(), change), &[], &[]);
    }
}

#[test]
fn the_longest_reason_is_told_whole() {
    let reason = "x".repeat(64);
    let mut event = fill_amended(sell(0, 0, OrderStatus::New), Amendment::Bust);
    if let engine::EventBody::FillAmended(amendment) = &mut event.body {
        amendment.reason = Remark::new(&reason).unwrap();
        amendment.order.test = true;
        amendment.fill.price = Price::from_micros(i64::MAX);
        amendment.fill.quantity = Quantity::new(u64::MAX);
        amendment.fill.trade.number = engine::CommandNumber::new(u64::MAX);
        amendment.fill.trade.index = u32::MAX;
    }
    let concern = crate::order_entry::routing::concerns(&event)
        .next()
        .unwrap();
    let told = super::written(&crate::order_entry::outbound::report(&event, &concern).unwrap());
    assert!(told.contains(&format!(": {reason}|")), "{told}");
}
