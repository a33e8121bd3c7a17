//! Self-match prevention: which orders are each other's own, and what is done instead of their trade.

use engine::{Command, SelfMatchInstruction, SelfMatchPolicy, SelfMatchScope};

use crate::desk::check;

/// `self-match A account|firm taker|maker|both|decrement`.
pub(crate) fn command(words: &[&str]) -> Command {
    let policy = SelfMatchPolicy {
        scope: match words[1] {
            "account" => SelfMatchScope::Account,
            "firm" => SelfMatchScope::Firm,
            other => panic!("no such scope: {other}"),
        },
        instruction: instruction(words[2]),
    };
    let firm = words[0].parse().unwrap();
    Command::SetSelfMatchPrevention { firm, policy }
}

pub(crate) fn instruction(word: &str) -> SelfMatchInstruction {
    match word {
        "taker" => SelfMatchInstruction::CancelTaker,
        "maker" => SelfMatchInstruction::CancelMaker,
        "both" => SelfMatchInstruction::CancelBoth,
        "decrement" => SelfMatchInstruction::DecrementAndCancel,
        other => panic!("no such instruction: {other}"),
    }
}

#[test]
fn by_default_the_order_that_takes_is_cancelled() {
    check(
        "A sell 2@5 | A buy 2@5",
        "accepted 1; accepted 2; cancelled 2 SelfTradePrevented",
    );
    check(
        "B sell 1@4 | A sell 2@5 | A2 buy 3@5 a=a",
        "accepted 1; accepted 2; accepted 3; fill 1 1@4 0 left; fill 3 1@4 2 left; trade 3<1 1@4;
         cancelled 3 SelfTradePrevented",
    );
    check(
        "A sell 2@5 | A buy 1@market",
        "accepted 1; accepted 2; cancelled 2 SelfTradePrevented",
    );
}

#[test]
fn two_accounts_of_one_firm_may_trade() {
    check(
        "A sell 1@5 | A buy 1@5 a=a2",
        "accepted 1; accepted 2; fill 1 1@5 0 left; fill 2 1@5 0 left; trade 2<1 1@5",
    );
}

#[test]
fn the_order_that_takes_says_what_is_done() {
    check(
        "A sell 2@5 | B sell 1@5 | A buy 2@5 own=maker",
        "accepted 1; accepted 2; accepted 3; cancelled 1 SelfTradePrevented;
         fill 2 1@5 0 left; fill 3 1@5 1 left; trade 3<2 1@5",
    );
    check(
        "A sell 2@5 | B sell 1@5 | A buy 2@5 own=both",
        "accepted 1; accepted 2; accepted 3; cancelled 1 SelfTradePrevented; cancelled 3 SelfTradePrevented",
    );
    // What the resting order asked for is not looked at.
    check(
        "A sell 2@5 own=both | A buy 2@5",
        "accepted 1; accepted 2; cancelled 2 SelfTradePrevented",
    );
}

#[test]
fn decrement_takes_the_smaller_off_both() {
    check(
        "A sell 2@5 | B sell 9@5 | A buy 3@5 own=decrement",
        "accepted 1; accepted 2; accepted 3; cancelled 1 SelfTradePrevented; reduced 3 to 1 1 left;
         fill 2 1@5 8 left; fill 3 1@5 0 left; trade 3<2 1@5",
    );
    check(
        "A sell 5@5 | B sell 1@5 | A buy 2@5 own=decrement | M buy 4@5",
        "accepted 1; accepted 2; accepted 3; reduced 1 to 3 3 left; cancelled 3 SelfTradePrevented;
         accepted 4; fill 1 3@5 0 left; fill 4 3@5 1 left; trade 4<1 3@5;
         fill 2 1@5 0 left; fill 4 1@5 0 left; trade 4<2 1@5",
    );
    check(
        "A sell 2@5 | A buy 2@5 own=decrement",
        "accepted 1; accepted 2; cancelled 1 SelfTradePrevented; cancelled 2 SelfTradePrevented",
    );
    check(
        "A sell 9@5 | B buy 4@5 | A buy 2@5 own=decrement | A cancel 1",
        "accepted 1; accepted 2; fill 1 4@5 5 left; fill 2 4@5 0 left; trade 2<1 4@5;
         accepted 3; reduced 1 to 7 3 left; cancelled 3 SelfTradePrevented; cancelled 1 by 4",
    );
}

#[test]
fn a_decremented_sell_frees_what_it_would_have_delivered_last() {
    check(
        "venue deposit s i a SMALL | venue deposit t j a SMALL | venue deposit u k a SMALL
         | A sell 3@5 x=SMALL instances=k,i,j | A buy 1@5 x=SMALL image=web own=decrement
         | A sell 1@6 x=SMALL instances=j | B buy 3@6 x=SMALL image=web",
        "deposited s; deposited t; deposited u; accepted 4; accepted 5; reduced 4 to 2 2 left;
         cancelled 5 SelfTradePrevented; accepted 6; accepted 7;
         fill 4 2@5 0 left [k i]; fill 7 2@5 1 left [k i]; trade 7<4 2@5 [u/k s/i];
         fill 6 1@6 0 left [j]; fill 7 1@6 0 left [j]; trade 7<6 1@6 [t/j]",
    );
}

#[test]
fn orders_of_one_group_are_each_others_own() {
    check(
        "A sell 1@5 group=g | A buy 1@5 a=a2 group=g",
        "accepted 1; accepted 2; cancelled 2 SelfTradePrevented",
    );
    check(
        "A sell 1@5 group=g | A buy 1@5 a=a2 group=h",
        "accepted 1; accepted 2; fill 1 1@5 0 left; fill 2 1@5 0 left; trade 2<1 1@5",
    );
    check(
        "A sell 1@5 group=g | A buy 1@5 a=a2",
        "accepted 1; accepted 2; fill 1 1@5 0 left; fill 2 1@5 0 left; trade 2<1 1@5",
    );
    // A group is a firm's own: nobody cancels the orders of another firm with it.
    check(
        "A sell 1@5 group=g | B buy 1@5 group=g own=maker",
        "accepted 1; accepted 2; fill 1 1@5 0 left; fill 2 1@5 0 left; trade 2<1 1@5",
    );
    // One account is never bought from by itself, whatever the groups.
    check(
        "A sell 1@5 group=g | A buy 1@5 group=h",
        "accepted 1; accepted 2; cancelled 2 SelfTradePrevented",
    );
}

#[test]
fn a_firm_lays_down_what_holds_for_its_orders() {
    check(
        "venue self-match A firm maker | A sell 1@5 | A buy 1@5 a=a2 | A sell 1@5 own=taker",
        "self-match A; accepted 2; accepted 3; cancelled 2 SelfTradePrevented; accepted 4;
         cancelled 4 SelfTradePrevented",
    );
    check(
        "A sell 1@5 | venue self-match A account both | B buy 1@4 | A buy 1@5 | B sell 1@4",
        "accepted 1; self-match A; accepted 3; accepted 4; cancelled 1 SelfTradePrevented;
         cancelled 4 SelfTradePrevented; accepted 5; cancelled 5 SelfTradePrevented",
    );
}

#[test]
fn what_is_laid_down_is_checked() {
    check(
        "venue self-match A firm maker | venue self-match A firm maker | venue self-match NONE firm maker
         | venue self-match A account taker | A self-match A firm both",
        "self-match A; ignored AlreadySo; ignored Unknown; self-match A; ignored NotPermitted",
    );
    check("venue self-match A account taker", "ignored AlreadySo");
}

#[test]
fn fill_or_kill_counts_what_it_may_trade() {
    let rows = [
        ("", "cancelled 3 FillOrKill"),
        ("own=both", "cancelled 3 FillOrKill"),
        ("own=decrement", "cancelled 3 FillOrKill"),
        // The orders that it would cancel are passed over; they go only if it is filled.
        (
            "own=maker",
            "fill 1 1@4 0 left; fill 3 1@4 1 left; trade 3<1 1@4; cancelled 2 SelfTradePrevented;
             fill 4 1@6 0 left; fill 3 1@6 0 left; trade 3<4 1@6",
        ),
    ];
    for (own, expected) in rows {
        check(
            &format!("B sell 1@4 | A sell 2@5 | B sell 1@6 id=4 | A buy 2@6 fok id=3 {own}"),
            &format!("accepted 1; accepted 2; accepted 4; accepted 3; {expected}"),
        );
    }
    check(
        "A sell 2@5 | B sell 1@6 | A buy 2@6 fok own=maker",
        "accepted 1; accepted 2; accepted 3; cancelled 3 FillOrKill",
    );
}
