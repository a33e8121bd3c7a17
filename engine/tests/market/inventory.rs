//! Deposits, what holds an instance, reassignments, withdrawals, and a provider's buy-back; and how scripts write deposits
//! and withdrawals.

use engine::{Command, HoldingState};

use crate::desk::{after, check};

/// Two instances of account `a`, sold one each to B's image; the trade is command 4.
const SOLD: &str = "venue deposit s i a SMALL | venue deposit t j a SMALL | A sell 2@5 x=SMALL
    | B buy 1@5 x=SMALL image=web";
const SOLD_EVENTS: &str = "deposited s; deposited t; accepted 3; accepted 4;
    fill 3 1@5 1 left [i]; fill 4 1@5 0 left [i]; trade 4<3 1@5 [s/i];";

/// `deposit slot instance account symbol`, `withdraw slot account`.
pub(crate) fn command(words: &[&str]) -> Command {
    match *words {
        ["deposit", slot, instance, account, symbol] => Command::DepositInstance {
            slot: slot.parse().unwrap(),
            instance: instance.parse().unwrap(),
            account: account.parse().unwrap(),
            symbol: symbol.parse().unwrap(),
        },
        ["withdraw", slot, account] => Command::WithdrawInstance {
            slot: slot.parse().unwrap(),
            account: account.parse().unwrap(),
            reason: "asked for".parse().unwrap(),
        },
        _ => panic!("no such command: {words:?}"),
    }
}

#[track_caller]
fn check_sold(script: &str, expected: &str) {
    check(
        &format!("{SOLD} | {script}"),
        &format!("{SOLD_EVENTS} {expected}"),
    );
}

#[test]
fn named_instances_are_delivered_in_the_order_named() {
    check(
        "venue deposit s i a SMALL | venue deposit t j a SMALL | venue deposit u k a SMALL
         | A sell 3@5 x=SMALL instances=k,i,j | B buy 1@5 x=SMALL image=web
         | B buy 2@5 x=SMALL image=web",
        "deposited s; deposited t; deposited u; accepted 4;
         accepted 5; fill 4 1@5 2 left [k]; fill 5 1@5 0 left [k]; trade 5<4 1@5 [u/k];
         accepted 6; fill 4 2@5 0 left [i j]; fill 6 2@5 0 left [i j]; trade 6<4 2@5 [s/i t/j]",
    );
}

#[test]
fn others_are_drawn_in_the_order_of_their_slots_arrival() {
    check(
        "venue deposit z i a SMALL | venue deposit b j a SMALL | venue withdraw z a
         | venue deposit z k a SMALL | A sell 2@5 x=SMALL | B buy 2@5 x=SMALL image=web",
        "deposited z; deposited b; withdrawn z; deposited z; accepted 5; accepted 6;
         fill 5 2@5 0 left [k j]; fill 6 2@5 0 left [k j]; trade 6<5 2@5 [z/k b/j]",
    );
}

#[test]
fn a_taker_that_sells_delivers_too() {
    check(
        "B buy 1@5 x=SMALL image=web | venue deposit s i a SMALL | A sell 1@5 x=SMALL",
        "accepted 1; deposited s; accepted 3; fill 1 1@5 0 left [i]; fill 3 1@5 0 left [i];
         trade 1<3 1@5 [s/i]",
    );
}

#[test]
fn what_an_order_does_not_deliver_is_free_again() {
    let sell = "venue deposit s i a SMALL | venue deposit t j a SMALL | A sell 2@5 x=SMALL";
    let rows = [
        (
            "A cancel 3 | A sell 2@5 x=SMALL",
            "cancelled 3 by 4; accepted 5",
        ),
        (
            "venue day | A sell 2@5 x=SMALL",
            "expired 3; day-ended; accepted 5",
        ),
    ];
    for (script, expected) in rows {
        let told = format!("deposited s; deposited t; accepted 3; {expected}");
        check(&format!("{sell} | {script}"), &told);
    }
    check(
        "venue deposit s i a SMALL | A sell 1@5 x=SMALL ioc | A sell 1@5 x=SMALL fok
         | A sell 1@market x=SMALL | A sell 1@5 x=SMALL",
        "deposited s; accepted 2; cancelled 2 ImmediateOrCancel; accepted 3; cancelled 3 FillOrKill;
         accepted 4; cancelled 4 MarketUnfilled; accepted 5",
    );
    check_sold(
        "A cancel 3 | A sell 1@5 x=SMALL instances=j | A sell 1@5 x=SMALL instances=i",
        "cancelled 3 by 5; accepted 6; rejected 7 InstanceHeld",
    );
}

#[test]
fn a_settled_reassignment_moves_the_entitlement_to_the_buyer_who_may_offer_it_again() {
    check_sold(
        "settlement update 4/0/0 pending | settlement update 4/0/0 terminating
         | settlement update 4/0/0 placing new | settlement update 4/0/0 starting
         | settlement update 4/0/0 settled | B sell 1@5 x=SMALL instances=new",
        "updated s Pending; updated s Terminating; updated s Placing; updated s Starting;
         updated s Settled; transferred s/new a>b; accepted 10",
    );
}

#[test]
fn a_status_is_taken_once_and_never_goes_back() {
    check_sold(
        "settlement update 4/0/0 placing | settlement update 4/0/0 placing
         | settlement update 4/0/0 terminating | settlement update 4/0/0 settled new
         | settlement update 4/0/0 settled new | settlement update 4/0/0 reversed",
        "updated s Placing; ignored NotLater; ignored NotLater;
         updated s Settled; transferred s/new a>b; ignored Unknown; ignored Unknown",
    );
}

#[test]
fn a_trade_of_two_settles_leg_by_leg() {
    check(
        "venue deposit s i a SMALL | venue deposit t j a SMALL | A sell 2@5 x=SMALL
         | B buy 2@5 x=SMALL image=web | settlement update 4/0/1 settled new
         | settlement update 4/0/1 failed | settlement update 4/0/0 failed",
        "deposited s; deposited t; accepted 3; accepted 4; fill 3 2@5 0 left [i j];
         fill 4 2@5 0 left [i j]; trade 4<3 2@5 [s/i t/j];
         updated t Settled; transferred t/new a>b; ignored NotLater; updated s Failed",
    );
}

#[test]
fn an_update_that_makes_no_sense_is_ignored() {
    check_sold(
        "settlement update 4/0/0 settled | settlement update 4/0/0 settled j
         | settlement update 4/0/7 settled new | settlement update 4/1/0 settled new
         | A update 4/0/0 settled new",
        "ignored Invalid; ignored Contradicts; ignored Unknown; ignored Unknown; ignored NotPermitted",
    );
}

#[test]
fn a_reversed_reassignment_leaves_the_instance_with_the_seller() {
    check_sold(
        "settlement update 4/0/0 reversed | A sell 1@5 x=SMALL instances=i",
        "updated s Reversed; accepted 6",
    );
}

#[test]
fn a_failed_reassignment_parks_the_slot() {
    check_sold(
        "settlement update 4/0/0 failed | A sell 1@5 x=SMALL instances=i | venue withdraw s a
         | operator withdraw s a",
        "updated s Failed; rejected 6 InstanceHeld; withdrawal-refused s Parked; withdrawn s",
    );
    let desk = after(&format!("{SOLD} | settlement update 4/0/0 failed"));
    let parked = desk.engine.inventory().next().unwrap();
    assert!(matches!(parked.state, HoldingState::Parked(_)));
    assert_eq!(parked.account.as_str(), "a");
}

#[test]
fn a_provider_buys_back_without_an_image_and_the_slot_retires() {
    check(
        "venue deposit s i a SMALL | A sell 1@5 x=SMALL | P buy 1@5 x=SMALL
         | settlement update 3/0/0 settled | venue deposit s i a SMALL | venue deposit s n a SMALL",
        "deposited s; accepted 2; accepted 3; fill 2 1@5 0 left [i]; fill 3 1@5 0 left [i];
         trade 3<2 1@5 [s/i] retire; updated s Settled; retired s/i;
         deposit-refused s InstanceEnded; deposited s",
    );
}

#[test]
fn a_provider_with_an_image_buys_like_anyone() {
    check(
        "venue deposit s i a SMALL | A sell 1@5 x=SMALL | P buy 1@5 x=SMALL image=web",
        "deposited s; accepted 2; accepted 3; fill 2 1@5 0 left [i]; fill 3 1@5 0 left [i];
         trade 3<2 1@5 [s/i]",
    );
}

#[test]
fn deposits() {
    let rows = [
        ("A deposit s i a SMALL", "deposit-refused s NotPermitted"),
        (
            "venue deposit s i a NONE",
            "deposit-refused s UnknownInstrument",
        ),
        (
            "venue deposit s i a TEST",
            "deposit-refused s TestInstrument",
        ),
        (
            "venue deposit s i none SMALL",
            "deposit-refused s UnknownAccount",
        ),
        (
            "venue deposit s i a-zeta SMALL",
            "deposit-refused s AccountNotAtProvider",
        ),
        (
            "venue deposit s i a SMALL | venue deposit s i a SMALL",
            "deposited s; ignored AlreadySo",
        ),
        (
            "venue deposit s i a SMALL | venue deposit s j a SMALL",
            "deposited s; deposit-refused s SlotTaken",
        ),
        (
            "venue deposit s i a SMALL | settlement deposit s i b SMALL",
            "deposited s; deposit-refused s SlotTaken",
        ),
        (
            "venue deposit s i a SMALL | operator deposit t i a SMALL",
            "deposited s; deposit-refused t InstanceTaken",
        ),
        (
            // Names are each provider's own.
            "venue deposit s i a SMALL | venue deposit s i a-zeta ELSEWHERE",
            "deposited s; deposited s",
        ),
        (
            "venue deposit s i a SMALL | A sell 1@5 x=SMALL | venue deposit s i a SMALL",
            "deposited s; accepted 2; ignored AlreadySo",
        ),
    ];
    for (script, expected) in rows {
        check(script, expected);
    }
}

#[test]
fn withdrawals() {
    let rows = [
        ("A withdraw s a", "withdrawal-refused s NotPermitted"),
        (
            "venue withdraw s none",
            "withdrawal-refused s UnknownAccount",
        ),
        ("venue withdraw s a", "withdrawal-refused s UnknownSlot"),
        (
            "venue withdraw s a-none",
            "withdrawal-refused s UnknownSlot",
        ),
        (
            "venue deposit s i a SMALL | venue withdraw s b",
            "deposited s; withdrawal-refused s NotOfAccount",
        ),
        (
            "venue deposit s i a SMALL | A sell 1@5 x=SMALL | venue withdraw s a",
            "deposited s; accepted 2; withdrawal-refused s HeldByOrder",
        ),
        (
            "venue deposit s i a SMALL | venue withdraw s a | venue withdraw s a
             | A sell 1@5 x=SMALL | venue deposit s i a SMALL",
            "deposited s; withdrawn s; ignored AlreadySo; rejected 4 NotEnoughFreeInstances;
             deposited s",
        ),
    ];
    for (script, expected) in rows {
        check(script, expected);
    }
    check_sold("venue withdraw s a", "withdrawal-refused s HeldByTrade");
}

#[test]
fn the_register_tells_what_holds_each_instance() {
    let desk = after(SOLD);
    let told: Vec<_> = desk
        .engine
        .inventory()
        .map(|holding| {
            format!(
                "{} {} {} {}",
                holding.slot, holding.account, holding.firm, holding.symbol
            )
        })
        .collect();
    assert_eq!(told, ["s a A SMALL", "t a A SMALL"]);
    let states: Vec<_> = desk
        .engine
        .inventory()
        .map(|holding| holding.state)
        .collect();
    assert!(matches!(
        states[..],
        [
            HoldingState::InReassignment(_),
            HoldingState::HeldByOrder(_)
        ]
    ));
}
