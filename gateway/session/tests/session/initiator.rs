//! The side that opens the conversation.

use fix_session::{Credentials, Resume, Role, Settings};

use crate::script::{check, check_from, initiator};

#[test]
fn an_initiator_sends_its_logon_and_awaits_the_answer() {
    check(
        initiator(),
        "connect
         > 35=A|34=1|98=0|108=30
         < 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=B|34=2|148=a|33=1|58=text
         ! B 2
         send answer
         > 35=B|34=2|148=answer|33=1|58=text",
    );
}

#[test]
fn credentials_are_sent_with_the_logon() {
    let credentials = Some(Credentials {
        username: "alice".to_owned(),
        password: "hunter2".to_owned(),
    });
    assert!(!format!("{credentials:?}").contains("hunter2"));
    let role = Role::Initiator {
        heartbeat_seconds: 10,
        reset_on_logon: false,
        credentials,
    };
    check(
        Settings {
            role,
            ..initiator()
        },
        "connect
         > 35=A|34=1|98=0|108=10|553=alice|554=hunter2",
    );
}

#[test]
fn who_asks_for_a_reset_takes_the_answer_even_if_the_peer_may_not_ask() {
    let role = Role::Initiator {
        heartbeat_seconds: 30,
        reset_on_logon: true,
        credentials: None,
    };
    check(
        Settings {
            role,
            accept_reset: false,
            ..initiator()
        },
        "connect
         ! reset sequences
         reset
         > 35=A|34=1|98=0|108=30|141=Y
         < 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30
         < 35=A|34=1|98=0|108=30|141=Y
         > 35=5|34=2|58=ResetSeqNumFlag(141)=Y is not allowed
         +2
         ! logged out
         ! disconnect LogonInvalid",
    );
}

#[test]
fn a_refusal_ends_the_connection() {
    check(
        initiator(),
        "connect
         > 35=A|34=1|98=0|108=30
         < 35=5|34=1|58=not today
         ! disconnect RefusedByPeer
         disconnect
         connect
         > 35=A|34=2|98=0|108=30
         < 35=A|34=2|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn an_answer_that_does_not_come_ends_the_connection() {
    check(
        initiator(),
        "connect
         > 35=A|34=1|98=0|108=30
         +10
         ! disconnect LogonTimeout",
    );
}

#[test]
fn an_answer_with_another_interval_is_refused() {
    check(
        initiator(),
        "connect
         > 35=A|34=1|98=0|108=30
         < 35=A|34=1|98=0|108=60
         > 35=5|34=2|58=HeartBtInt(108) must be 30, as it was asked for
         ! disconnect LogonInvalid",
    );
}

#[test]
fn what_the_peer_sent_meanwhile_is_asked_for() {
    check_from(
        initiator(),
        Resume {
            next_outgoing: 3,
            next_incoming: 5,
        },
        "connect
         > 35=A|34=3|98=0|108=30
         < 35=A|34=9|98=0|108=30
         > 35=2|34=4|7=5|16=0
         ! logged on, heartbeat 30
         < 35=B|34=10|148=live|33=1|58=text
         < 35=B|34=5|43=Y|122=now-60|148=missed|33=1|58=text
         ! B 5 PossDup
         < 35=4|34=6|43=Y|122=now|36=10|123=Y
         ! B 10",
    );
}

#[test]
fn what_was_sent_between_the_logons_follows_them() {
    check(
        initiator(),
        "connect
         > 35=A|34=1|98=0|108=30
         send early
         ~ 35=B|34=2|148=early|33=1|58=text
         < 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         ! resend 2 to 2
         serve
         > 35=B|34=2|43=Y|122=T+0|148=early|33=1|58=text",
    );
}
