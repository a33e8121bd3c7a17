//! Logout(5) from either side.

use crate::script::{acceptor, check};

#[test]
fn an_unsolicited_logout_is_answered_and_ends_the_connection() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=5|34=2
         > 35=5|34=2
         ! logged out
         ! disconnect LoggedOut
         disconnect
         connect
         < 35=A|34=3|98=0|108=30
         > 35=A|34=3|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_logout_is_answered_whatever_its_number() {
    for number in [2, 3, 9] {
        let script = format!(
            "connect
             < 35=A|34=1|98=0|108=30
             > 35=A|34=1|98=0|108=30
             ! logged on, heartbeat 30
             < 35=0|34=2
             < 35=5|34={number}
             > 35=5|34=2
             ! logged out
             ! disconnect LoggedOut"
        );
        check(acceptor(), &script);
    }
}

#[test]
fn our_logout_waits_for_the_peers() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         logout closing for the night
         > 35=5|34=2|58=closing for the night
         +1
         < 35=5|34=2
         ! logged out
         ! disconnect LoggedOut",
    );
}

#[test]
fn our_logout_does_not_wait_for_ever() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         logout
         > 35=5|34=2
         +2
         ! logged out
         ! disconnect LogoutTimeout",
    );
}

#[test]
fn after_our_logout_messages_are_delivered_and_answers_kept() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         logout
         > 35=5|34=2
         < 35=B|34=2|148=in flight|33=1|58=text
         ! B 2
         send answer
         ~ 35=B|34=3|148=answer|33=1|58=text
         < 35=5|34=3
         ! logged out
         ! disconnect LoggedOut
         disconnect
         connect
         < 35=A|34=4|98=0|108=30
         > 35=A|34=4|98=0|108=30
         ! logged on, heartbeat 30
         < 35=2|34=5|7=3|16=0
         ! resend 3 to 4
         serve
         > 35=B|34=3|43=Y|122=T+0|148=answer|33=1|58=text
         > 35=4|34=4|43=Y|122=T+0|123=Y|36=5",
    );
}

#[test]
fn a_resend_request_is_served_after_our_logout() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         send one
         > 35=B|34=2|148=one|33=1|58=text
         logout
         > 35=5|34=3
         < 35=2|34=2|7=2|16=0
         ! resend 2 to 3
         serve
         > 35=B|34=2|43=Y|122=T+0|148=one|33=1|58=text
         > 35=4|34=3|43=Y|122=T+0|123=Y|36=4
         < 35=5|34=3
         ! logged out
         ! disconnect LoggedOut",
    );
}

#[test]
fn a_logout_from_beyond_a_gap_is_answered_and_the_gap_found_later() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=5|34=4
         > 35=5|34=2
         ! logged out
         ! disconnect LoggedOut
         disconnect
         connect
         < 35=A|34=5|98=0|108=30
         > 35=A|34=3|98=0|108=30
         > 35=2|34=4|7=2|16=0
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_logout_before_the_logons_just_ends_the_connection() {
    check(
        acceptor(),
        "logout
         connect
         logout
         ! disconnect Expelled
         logout
         < 35=A|34=1|98=0|108=30
         disconnect",
    );
}

#[test]
fn an_expelled_peer_is_told_why_and_not_waited_for() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         expel too much
         > 35=5|34=2|58=too much
         ! logged out
         ! disconnect Expelled
         expel again
         < 35=B|34=2|148=behind it|33=1|58=text
         disconnect
         connect
         < 35=A|34=3|98=0|108=30
         > 35=A|34=3|98=0|108=30
         > 35=2|34=4|7=2|16=0
         ! logged on, heartbeat 30",
    );
}

#[test]
fn whoever_is_expelled_before_the_logons_is_told_nothing() {
    check(
        acceptor(),
        "connect
         expel too much
         ! disconnect Expelled",
    );
}

#[test]
fn an_expulsion_ends_the_wait_for_the_answer_to_a_logout() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         logout
         > 35=5|34=2
         expel too much
         ! logged out
         ! disconnect Expelled",
    );
}
