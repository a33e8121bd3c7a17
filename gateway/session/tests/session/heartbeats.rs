//! Heartbeat(0) and TestRequest(1).

use crate::script::{acceptor, check};

#[test]
fn a_heartbeat_is_sent_when_nothing_was_for_an_interval() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         +20
         send something
         > 35=B|34=2|148=something|33=1|58=text
         < 35=0|34=2
         +29
         +1
         > 35=0|34=3
         < 35=0|34=3
         +30
         > 35=0|34=4",
    );
}

#[test]
fn a_test_request_is_answered_with_its_own_text() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=1|34=2|112=HELLO
         > 35=0|34=2|112=HELLO",
    );
}

#[test]
fn a_silent_peer_is_tested_and_then_given_up() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=10
         > 35=A|34=1|98=0|108=10
         ! logged on, heartbeat 10
         +11
         > 35=0|34=2
         +1
         > 35=1|34=3|112=TEST
         +10
         > 35=0|34=4
         +2
         ! logged out
         ! disconnect TestRequestTimeout",
    );
}

#[test]
fn whatever_comes_after_a_test_request_shows_that_the_peer_lives() {
    for alive in ["35=0|34=2|112=TEST", "35=0|34=2", "35=0|34=1|43=Y|122=now"] {
        check(
            acceptor(),
            &format!(
                "connect
                 < 35=A|34=1|98=0|108=10
                 > 35=A|34=1|98=0|108=10
                 ! logged on, heartbeat 10
                 +12
                 > 35=0|34=2
                 > 35=1|34=3|112=TEST
                 < {alive}
                 +9"
            ),
        );
    }
}

#[test]
fn a_tick_too_early_does_nothing() {
    check(
        acceptor(),
        "+5
         connect
         +0
         < 35=A|34=1|98=0|108=10
         > 35=A|34=1|98=0|108=10
         ! logged on, heartbeat 10
         +0
         +5
         +4",
    );
}
