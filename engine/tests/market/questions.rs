//! Cancels of many orders, and where orders stand.

use engine::{EventBody, StatusRefusal};

use crate::desk::{after, check};

#[test]
fn many_are_cancelled_at_once() {
    let resting = "A buy 1@5 | A2 buy 2@4 a=a | A buy 3@5 x=COARSE id=c | B buy 4@2
        | A sell 5@9";
    let told = "accepted 1; accepted 2; accepted c; accepted 4; accepted 5;";
    for (request, answer) in [
        (
            "A cancel-all",
            "cancelling 3 by 6; cancelled 1 with all by 6; cancelled c with all by 6;
             cancelled 5 with all by 6",
        ),
        (
            "A cancel-all firm",
            "cancelling 4 by 6; cancelled 1 with all by 6; cancelled c with all by 6;
             cancelled 5 with all by 6; cancelled 2 with all by 6",
        ),
        (
            "A cancel-all firm x=TEST",
            "cancelling 3 by 6; cancelled 1 with all by 6; cancelled 5 with all by 6;
             cancelled 2 with all by 6",
        ),
        (
            "A cancel-all x=TEST side=sell",
            "cancelling 1 by 6; cancelled 5 with all by 6",
        ),
        ("M cancel-all firm", "cancelling 0 by 6"),
        (
            "A cancel-all x=NONE",
            "mass-cancel-rejected 6 UnknownInstrument",
        ),
        (
            "A cancel-all id=1",
            "mass-cancel-rejected 1 DuplicateClientOrderId",
        ),
        (
            "COPY cancel-all",
            "mass-cancel-rejected 6 SessionNotPermitted",
        ),
        ("X cancel-all", "mass-cancel-rejected 6 SessionUnknown"),
    ] {
        check(
            &format!("{resting} | {request}"),
            &format!("{told} {answer}"),
        );
    }
}

#[test]
fn where_an_order_stands() {
    let orders = "A buy 5@5 | B sell 2@5 | A buy 1@4 | A cancel 3 | A buy 0@5 | A buy 1@4 gtc
        | A replace 6 1@3 gtc";
    let told = "accepted 1; accepted 2; fill 1 2@5 3 left; fill 2 2@5 0 left; trade 1<2 2@5;
        accepted 3; cancelled 3 by 4; rejected 5 QuantityInvalid; accepted 6;
        replaced 6>7 1 left New;";
    for (question, answer) in [
        ("A status 1", "report 1 2/5 3 left PartiallyFilled"),
        ("A2 status 1", "report 1 2/5 3 left PartiallyFilled"),
        ("B status 2", "report 2 2/2 0 left Filled"),
        ("A status 3", "report 3 0/1 0 left Cancelled"),
        ("A status 6", "report 7 0/1 1 left New"),
        ("A status 7", "report 7 0/1 1 left New"),
        ("A status 7 order=6", "report 7 0/1 1 left New"),
        ("A status 7 order=1", "no-report UnknownOrder"),
        ("A status 1 side=sell", "no-report UnknownOrder"),
        ("A status 1 x=COARSE", "no-report UnknownOrder"),
        ("A status 4", "no-report UnknownOrder"),
        ("A status 5", "no-report UnknownOrder"),
        ("B status 1", "no-report UnknownOrder"),
        ("X status 1", "no-report SessionUnknown"),
        ("COPY status 1", "no-report SessionNotPermitted"),
        (
            "venue day | A status 3",
            "expired 1; day-ended; no-report UnknownOrder",
        ),
    ] {
        check(
            &format!("{orders} | {question}"),
            &format!("{told} {answer}"),
        );
    }
}

#[test]
fn where_many_orders_stand() {
    let orders = "A buy 5@5 | A2 buy 1@4 a=a | A sell 1@9";
    let told = "accepted 1; accepted 2; accepted 3;";
    for (question, answer) in [
        (
            "A statuses",
            "report 1 0/5 5 left New all/2; report 3 0/1 1 left New all/2 last",
        ),
        (
            "A statuses firm side=buy id=q",
            "report 1 0/5 5 left New q/2; report 2 0/1 1 left New q/2 last",
        ),
        ("A statuses x=COARSE", "no-report NoOrders"),
        ("A statuses x=NONE", "no-report NoOrders"),
        ("B statuses firm", "no-report NoOrders"),
        ("COPY statuses", "no-report SessionNotPermitted"),
    ] {
        check(
            &format!("{orders} | {question}"),
            &format!("{told} {answer}"),
        );
    }
}

#[test]
fn one_answer_names_so_many_orders_at_most() {
    let orders: Vec<String> = (0..501).map(|_| "A buy 1@5".to_owned()).collect();
    let mut desk = after(&orders.join(" | "));
    let told = desk.run("A statuses");
    let EventBody::NothingReported { reason, .. } = &told[0].body else {
        panic!("{told:?}");
    };
    assert_eq!((told.len(), *reason), (1, StatusRefusal::TooManyOrders));
    desk.run("A cancel 1");
    assert_eq!(desk.run("A statuses").len(), 500);
}
