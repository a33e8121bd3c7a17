//! One row for each refusal, and for the order in which they take precedence.

use crate::desk::check;

#[test]
fn orders() {
    let rows = [
        ("X buy 1@5", "rejected 1 SessionUnknown"),
        ("operator buy 1@5", "rejected 1 SessionUnknown"),
        ("COPY buy 1@5 a=a", "rejected 1 SessionNotPermitted"),
        ("R buy 1@5", "rejected 1 FirmNotPermitted"),
        (
            "A buy 1@5 | A2 buy 1@5 id=1 a=a",
            "accepted 1; rejected 1 DuplicateClientOrderId",
        ),
        ("A buy 1@5 x=NONE", "rejected 1 UnknownInstrument"),
        ("A buy 1@5 a=none", "rejected 1 UnknownAccount"),
        ("A buy 1@5 a=b", "rejected 1 AccountNotOfFirm"),
        (
            "A buy 1@5 x=SMALL a=a-zeta image=i",
            "rejected 1 AccountNotAtProvider",
        ),
        (
            "A buy 1@5 x=SMALL a=a-none image=i",
            "rejected 1 AccountNotAtProvider",
        ),
        ("A buy 0@5", "rejected 1 QuantityInvalid"),
        ("A buy 1001@5", "rejected 1 QuantityAboveLimit"),
        ("A buy 1@0", "rejected 1 PriceInvalid"),
        ("A buy 1@-5", "rejected 1 PriceInvalid"),
        ("A buy 1@7 x=COARSE", "rejected 1 PriceOffTick"),
        ("A sell 1@5 image=web", "rejected 1 ImageNotAllowed"),
        ("A buy 1@5 x=SMALL", "rejected 1 ImageRequired"),
        ("M buy 1@5 x=SMALL", "rejected 1 ImageRequired"),
        (
            "A buy 1@5 x=SMALL image=web instances=i",
            "rejected 1 InstancesNotAllowed",
        ),
        ("A sell 1@5 instances=i", "rejected 1 InstancesNotAllowed"),
    ];
    for (script, expected) in rows {
        check(script, expected);
    }
}

#[test]
fn sells_of_instances() {
    let held = "venue deposit s i a SMALL | venue deposit t j a2 SMALL | venue deposit u k b SMALL
        | venue deposit v l a LARGE | venue deposit w m a SMALL";
    let deposited = "deposited s; deposited t; deposited u; deposited v; deposited w;";
    let rows = [
        (
            "A sell 2@5 x=SMALL instances=i",
            "rejected 6 InstanceCountMismatch",
        ),
        (
            "A sell 2@5 x=SMALL instances=i,i",
            "rejected 6 InstanceRepeated",
        ),
        (
            "A sell 1@5 x=SMALL instances=zzz",
            "rejected 6 InstanceUnknown",
        ),
        (
            "A sell 1@5 x=SMALL instances=k",
            "rejected 6 InstanceUnknown",
        ),
        (
            "A sell 1@5 x=SMALL instances=j",
            "rejected 6 InstanceNotOfAccount",
        ),
        (
            "A sell 1@5 x=SMALL instances=l",
            "rejected 6 InstanceWrongInstrument",
        ),
        (
            "A sell 2@5 x=SMALL instances=l,zzz",
            "rejected 6 InstanceUnknown",
        ),
        (
            "A sell 2@5 x=SMALL instances=zzz,l",
            "rejected 6 InstanceUnknown",
        ),
        ("A sell 3@5 x=SMALL", "rejected 6 NotEnoughFreeInstances"),
        ("B sell 1@5 x=LARGE", "rejected 6 NotEnoughFreeInstances"),
        (
            "A sell 1@5 x=SMALL instances=i | A sell 1@5 x=SMALL instances=i",
            "accepted 6; rejected 7 InstanceHeld",
        ),
        (
            "A sell 1@5 x=SMALL | A sell 2@5 x=SMALL",
            "accepted 6; rejected 7 NotEnoughFreeInstances",
        ),
    ];
    for (script, expected) in rows {
        check(
            &format!("{held} | {script}"),
            &format!("{deposited} {expected}"),
        );
    }
}

/// Each row is wrong in every way that comes later than the one told.
#[test]
fn the_first_reason_in_precedence_is_told() {
    let rows = [
        ("X buy 0@0 x=NONE a=none", "rejected 1 SessionUnknown"),
        (
            "COPY buy 0@0 x=NONE a=none",
            "rejected 1 SessionNotPermitted",
        ),
        ("R buy 0@0 x=NONE a=none", "rejected 1 FirmNotPermitted"),
        (
            "A buy 1@5 | A buy 0@0 x=NONE a=none id=1",
            "accepted 1; rejected 1 DuplicateClientOrderId",
        ),
        ("A buy 0@0 x=NONE a=none", "rejected 1 UnknownInstrument"),
        ("A buy 0@0 x=SMALL a=none", "rejected 1 UnknownAccount"),
        ("A buy 0@0 x=ELSEWHERE a=b", "rejected 1 AccountNotOfFirm"),
        ("A buy 0@0 x=ELSEWHERE", "rejected 1 AccountNotAtProvider"),
        ("A buy 0@0 x=SMALL", "rejected 1 QuantityInvalid"),
        ("A buy 1001@0 x=SMALL", "rejected 1 QuantityAboveLimit"),
        (
            "A sell 2@0 x=COARSE image=i instances=i",
            "rejected 1 PriceInvalid",
        ),
        (
            "A sell 2@7 x=COARSE image=i instances=i",
            "rejected 1 PriceOffTick",
        ),
        (
            "A sell 2@5 x=SMALL image=i instances=i",
            "rejected 1 ImageNotAllowed",
        ),
        ("A buy 2@5 x=SMALL instances=i", "rejected 1 ImageRequired"),
        (
            "A sell 3@5 x=SMALL instances=i,i",
            "rejected 1 InstanceCountMismatch",
        ),
        (
            "A sell 2@5 x=SMALL instances=i,i",
            "rejected 1 InstanceRepeated",
        ),
    ];
    for (script, expected) in rows {
        check(script, expected);
    }
}

#[test]
fn a_refused_order_has_used_its_name() {
    check(
        "A buy 0@5 | A buy 1@5 id=1 | A cancel 1",
        "rejected 1 QuantityInvalid; rejected 1 DuplicateClientOrderId; cancel-rejected 3 UnknownOrder",
    );
    check(
        "COPY buy 1@5 a=a | A buy 1@5 id=1",
        "rejected 1 SessionNotPermitted; accepted 1",
    );
}

#[test]
fn names_are_each_firms_own() {
    check("A buy 1@5 | B buy 1@5 id=1", "accepted 1; accepted 1");
}

#[test]
fn cancels() {
    let rows = [
        ("A buy 1@5 | X cancel 1", "accepted 1; cancel-rejected 2 SessionUnknown"),
        ("A buy 1@5 | operator cancel 1", "accepted 1; cancel-rejected 2 SessionUnknown"),
        ("A buy 1@5 | COPY cancel 1", "accepted 1; cancel-rejected 2 SessionNotPermitted"),
        ("A buy 1@5 | A cancel 1 id=1", "accepted 1; cancel-rejected 1 DuplicateClientOrderId"),
        ("A cancel 9", "cancel-rejected 1 UnknownOrder"),
        ("A buy 1@5 | B cancel 1", "accepted 1; cancel-rejected 2 UnknownOrder"),
        (
            "A buy 1@5 | A cancel 1 | A cancel 1 | A cancel 2",
            "accepted 1; cancelled 1 by 2; cancel-rejected 3 TooLateToCancel (1 Cancelled);
             cancel-rejected 4 UnknownOrder",
        ),
        (
            "A buy 1@5 ioc | A cancel 1",
            "accepted 1; cancelled 1 ImmediateOrCancel; cancel-rejected 2 TooLateToCancel (1 Cancelled)",
        ),
        (
            "A buy 1@5 | B sell 1@5 | A cancel 1 | B cancel 2",
            "accepted 1; accepted 2; fill 1 1@5 0 left; fill 2 1@5 0 left; trade 1<2 1@5;
             cancel-rejected 3 TooLateToCancel (1 Filled); cancel-rejected 4 TooLateToCancel (2 Filled)",
        ),
        ("A buy 1@5 | A cancel 1 side=sell", "accepted 1; cancel-rejected 2 OrderMismatch (1 New)"),
        ("A buy 1@5 | A cancel 1 x=SMALL", "accepted 1; cancel-rejected 2 OrderMismatch (1 New)"),
        ("A buy 1@5 | A cancel 1 order=9", "accepted 1; cancel-rejected 2 OrderMismatch (1 New)"),
        ("A buy 1@5 | A cancel 8 id=1 x=SMALL", "accepted 1; cancel-rejected 1 DuplicateClientOrderId"),
        ("A cancel 9 | A cancel 9 id=1", "cancel-rejected 1 UnknownOrder; cancel-rejected 1 DuplicateClientOrderId"),
    ];
    for (script, expected) in rows {
        check(script, expected);
    }
}
