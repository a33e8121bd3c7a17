//! Limits in time and restricted instruments; which limit comes first; who lays limits down, and which may be.

use crate::desk::{after, check};
use crate::risk::{SCOPES, at_and_beyond, refusal};

#[test]
fn the_rate_of_orders_and_changes() {
    for (scope, name) in &SCOPES[..3] {
        let set = format!("venue limits {scope} rate=2/8 | A buy 1@5 id=x | A replace x 2@5 id=y");
        at_and_beyond(
            &set,
            "wait 8 | A buy 1@5",
            "wait 5 | A buy 1@5",
            &format!("{name}: more than 2 orders in 8000ns"),
        );
    }
    // Cancels do not count, nor does what is refused.
    check(
        "venue limits firm=A rate=1/8 qty=9 | A buy 10@5 | A buy 1@5 id=x | A cancel x | A replace x 2@5 | A2 buy 1@6 a=a2",
        "limits of firm A; rejected 2 [firm A: order quantity is 10, limit 9]; accepted x; cancelled x by 4;
         replace-rejected 5 Order(TooLateToCancel) (3 Cancelled); rejected 6 [firm A: more than 1 orders in 8000ns]",
    );
    // Another window begins to count anew; another number goes on.
    check(
        "venue limits firm=A rate=1/8 | A buy 1@5 | venue limits firm=A rate=2/8 | A buy 1@5 | A buy 1@5 |
         venue limits firm=A rate=1/9 | A buy 1@5",
        "limits of firm A; accepted 2; limits of firm A; accepted 4; rejected 5 [firm A: more than 2 orders in 8000ns];
         limits of firm A; accepted 7",
    );
}

#[test]
fn an_order_that_comes_twice() {
    for (scope, name) in &SCOPES[..3] {
        let text = format!("{name}: a like order was taken less than 5000ns before");
        let set = format!("venue limits {scope} dup=5 | A buy 2@5 id=x");
        at_and_beyond(&set, "wait 4 | A buy 2@5", "wait 3 | A buy 2@5", &text);
        // Though the first one is gone.
        at_and_beyond(&set, "A buy 2@6", "A cancel x | A buy 2@5", &text);
    }
    // Whatever differs makes another order; a change is none.
    check(
        "venue limits firm=A dup=50 | A buy 2@5 | A buy 3@5 | A buy 2@4 | A sell 2@9 | A buy 2@5 a=a2 | A buy 2@5 x=COARSE |
         A buy 2@5 stop=7 | A buy 2@market stop=7 | A replace 2 2@5 id=r | A buy 2@5",
        "limits of firm A; accepted 2; accepted 3; accepted 4; accepted 5; accepted 6; accepted 7; accepted 8; accepted 9;
         replaced 2>r 2 left New; rejected 11 [firm A: a like order was taken less than 50000ns before]",
    );
}

#[test]
fn restricted_instruments() {
    for (scope, name) in &SCOPES[..2] {
        let set = format!("venue limits {scope} restrict=COARSE,TEST");
        let text = format!("{name}: TEST is restricted");
        at_and_beyond(&set, "A buy 2@5 x=LARGE image=i", "A buy 2@5", &text);
    }
    // What rests stays, and may be cancelled.
    check(
        "A buy 2@5 | venue limits firm=A restrict=TEST | A replace 1 1@5 | B sell 1@5 | A cancel 1",
        "accepted 1; limits of firm A; replace-rejected 3 Terms([firm A: TEST is restricted]) (1 New); accepted 4;
         fill 1 1@5 1 left; fill 4 1@5 0 left; trade 1<4 1@5; cancelled 1 by 5",
    );
}

#[test]
fn the_firm_comes_before_the_account_the_session_and_the_instrument() {
    let mut set: Vec<String> = SCOPES
        .iter()
        .map(|(scope, _)| format!("venue limits {scope} qty=1"))
        .collect();
    for (_, name) in SCOPES {
        let text = format!("{name}: order quantity is 2, limit 1");
        at_and_beyond(&set.join(" | "), "A buy 1@5", "A buy 2@5", &text);
        set.remove(0);
    }
}

/// All limits at once, of which an order breaks fewer from row to row.
#[test]
fn of_one_scope_the_first_limit_is_the_answer_and_limits_come_last() {
    let all = "venue limits instrument=TEST ref=10 | A buy 1@10 | venue limits firm=A \
               restrict=COARSE qty=5 band=1000 notional=30 orders=1 open=40 credit=40 rate=1/90 dup=90";
    let rows = [
        ("6@20 x=NONE", "UnknownInstrument"),
        ("6@20 min=7", "MinimumQuantityInvalid"),
        ("6@20 x=COARSE", "[firm A: COARSE is restricted]"),
        ("6@20", "[firm A: order quantity is 6, limit 5]"),
        (
            "5@20",
            "[firm A: price is 0.00002, band 0.000009 to 0.000011]",
        ),
        (
            "5@10",
            "[firm A: order notional is 0.00005 USD, limit 0.00003]",
        ),
        ("1@10", "[firm A: open orders would be 2, limit 1]"),
    ];
    for (order, expected) in rows {
        assert_eq!(refused(all, &format!("A buy {order}")), expected, "{order}");
    }
    let rows = [
        (
            "orders=9",
            "4@10",
            "open notional would be 0.00005 USD, limit 0.00004",
        ),
        (
            "orders=9 open=90",
            "4@10",
            "open and unsettled notional would be 0.00005 USD, credit 0.00004",
        ),
        ("orders=9 open=90", "1@10", "more than 1 orders in 90000ns"),
        (
            "orders=9 open=90 rate=9/90",
            "1@10",
            "a like order was taken less than 90000ns before",
        ),
    ];
    for (wider, order, expected) in rows {
        let set = format!(
            "venue limits firm=A rate=9/90 dup=90 | A buy 1@10 | \
             venue limits firm=A open=40 credit=40 rate=1/90 dup=90 {wider}"
        );
        let told = refused(&set, &format!("A buy {order}"));
        assert_eq!(told, format!("[firm A: {expected}]"), "{wider}");
    }
}

fn refused(set: &str, order: &str) -> String {
    let mut desk = after(set);
    let events = desk.run(order);
    let engine::EventBody::OrderRejected { reason, .. } = &events[0].body else {
        panic!("{events:?}");
    };
    refusal(reason)
}

#[test]
fn an_operator_overrides_the_configuration_until_it_is_released() {
    check(
        "venue limits firm=A qty=10 | operator limits firm=A qty=20 why | A buy 20@5 | A buy 21@5 |
         venue limits firm=A qty=5 | A buy 20@5 | operator release firm=A why | A buy 6@5 | A buy 5@5 |
         operator release firm=A why",
        "limits of firm A; limits of firm A by operator; accepted 3;
         rejected 4 [firm A: order quantity is 21, limit 20]; limits of firm A by operator; accepted 6;
         limits of firm A; rejected 8 [firm A: order quantity is 6, limit 5]; accepted 9; ignored AlreadySo",
    );
    // No limits at all are a word, too.
    check(
        "venue limits firm=A qty=1 | operator limits firm=A why | A buy 2@5 | venue limits firm=A |
         operator release firm=A why",
        "limits of firm A; limits of firm A by operator; accepted 3; limits of firm A by operator; limits of firm A",
    );
}

#[test]
fn who_may_lay_them_down_and_what_may_be_laid_down() {
    let rows = [
        ("A limits firm=A qty=1", "NotPermitted"),
        ("settlement limits firm=A qty=1", "NotPermitted"),
        ("venue release firm=A why", "NotPermitted"),
        ("A release firm=A why", "NotPermitted"),
        ("operator limits firm=A qty=1", "Invalid"),
        ("operator release firm=A", "Invalid"),
        ("venue limits firm=A", "AlreadySo"),
        ("operator release firm=A why", "AlreadySo"),
        ("venue limits firm=NONE qty=1", "Unknown"),
        ("venue limits account=none qty=1", "Unknown"),
        ("venue limits session=NONE qty=1", "Unknown"),
        ("venue limits instrument=NONE qty=1", "Unknown"),
        ("operator release firm=NONE why", "Unknown"),
        ("venue limits firm=A restrict=NONE", "Unknown"),
        ("venue limits firm=A qty=0", "Invalid"),
        ("venue limits firm=A band=0", "Invalid"),
        ("venue limits firm=A band=100001", "Invalid"),
        ("venue limits firm=A orders=0", "Invalid"),
        ("venue limits firm=A notional=0", "Invalid"),
        ("venue limits firm=A open=-1", "Invalid"),
        ("venue limits firm=A credit=0", "Invalid"),
        ("venue limits firm=A rate=0/5", "Invalid"),
        ("venue limits firm=A rate=1/0", "Invalid"),
        ("venue limits firm=A rate=1/86400000001", "Invalid"),
        ("venue limits firm=A dup=0", "Invalid"),
        ("venue limits firm=A dup=86400000001", "Invalid"),
        ("venue limits firm=A restrict=TEST,TEST", "Invalid"),
        ("venue limits instrument=TEST ref=0", "Invalid"),
        ("venue limits instrument=TEST notional=5 in=EUR", "Invalid"),
        // What makes no sense for such a scope.
        ("venue limits firm=A ref=5", "Invalid"),
        ("venue limits account=a ref=5", "Invalid"),
        ("venue limits session=A ref=5", "Invalid"),
        ("venue limits session=A credit=5", "Invalid"),
        ("venue limits session=A restrict=TEST", "Invalid"),
        ("venue limits instrument=TEST orders=5", "Invalid"),
        ("venue limits instrument=TEST open=5", "Invalid"),
        ("venue limits instrument=TEST credit=5", "Invalid"),
        ("venue limits instrument=TEST rate=5/5", "Invalid"),
        ("venue limits instrument=TEST dup=5", "Invalid"),
        ("venue limits instrument=TEST restrict=TEST", "Invalid"),
    ];
    for (script, reason) in rows {
        check(script, &format!("ignored {reason}"));
    }
    check(
        "venue limits firm=A restrict=TEST,LARGE | venue limits firm=A restrict=LARGE,TEST",
        "limits of firm A; ignored AlreadySo",
    );
}
