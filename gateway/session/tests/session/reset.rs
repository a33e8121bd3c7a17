//! ResetSeqNumFlag(141)=Y, made durable by the driver before it is answered.

use fix_session::{Resume, Role, Settings};

use crate::script::{acceptor, authenticating, check, check_from, initiator};

const A_PAST: Resume = Resume {
    next_outgoing: 70,
    next_incoming: 50,
};

#[test]
fn a_reset_is_answered_when_it_is_durable() {
    check_from(
        acceptor(),
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         +9
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30
         < 35=1|34=2|112=HELLO
         > 35=0|34=2|112=HELLO",
    );
}

#[test]
fn a_reset_may_be_forbidden() {
    check_from(
        Settings {
            accept_reset: false,
            ..acceptor()
        },
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y
         > 35=5|34=70|58=ResetSeqNumFlag(141)=Y is not allowed
         ! disconnect LogonInvalid",
    );
}

#[test]
fn a_reset_starts_at_one() {
    check(
        acceptor(),
        "connect
         < 35=A|34=2|98=0|108=30|141=Y
         > 35=5|34=1|58=MsgSeqNum(34) must be 1 with ResetSeqNumFlag(141)=Y
         ! disconnect LogonInvalid",
    );
}

#[test]
fn a_session_that_is_logged_on_may_be_reset() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=1|34=2|112=a
         > 35=0|34=2|112=a
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         < 35=1|34=2|112=early
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30
         < 35=1|34=2|112=b
         > 35=0|34=2|112=b",
    );
}

#[test]
fn a_reset_outlives_its_connection() {
    check_from(
        acceptor(),
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         disconnect
         reset done
         connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_reset_that_is_not_durable_in_time_ends_its_connection() {
    // Ten seconds from when the driver has begun with it, however long the client has waited for its turn.
    check_from(
        authenticating(),
        A_PAST,
        "connect
         +6
         < 35=A|34=1|98=0|108=30|141=Y
         ! authenticate
         accept
         ! reset sequences
         +600
         reset begun
         +9
         reset begun
         +1
         ! disconnect LogonTimeout
         disconnect
         +60
         connect
         < 35=A|34=1|98=0|108=30
         ! authenticate
         accept
         +9
         reset done
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_reset_of_a_connection_before_ends_the_next_that_waits_for_it_in_vain() {
    // From its own Logon, where the driver is at it already.
    check_from(
        acceptor(),
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         reset begun
         disconnect
         connect
         +1
         < 35=A|34=1|98=0|108=30
         +9
         +1
         ! disconnect LogonTimeout",
    );
    // Where it is not, as any other.
    check_from(
        acceptor(),
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         disconnect
         connect
         < 35=A|34=1|98=0|108=30
         +600
         reset begun
         +9
         +1
         ! disconnect LogonTimeout",
    );
}

#[test]
fn a_client_that_is_logged_on_has_as_long_for_a_reset_and_each_reset_its_own_time() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         +20
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         +600
         reset begun
         +10
         ! disconnect LogonTimeout
         disconnect
         reset done
         reset begun
         connect
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         +600
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_logon_waits_for_the_reset_of_a_connection_before() {
    check_from(
        acceptor(),
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         disconnect
         connect
         < 35=A|34=1|98=0|108=30|141=Y
         disconnect
         connect
         < 35=A|34=3|98=0|108=30
         reset done
         > 35=A|34=1|98=0|108=30
         > 35=2|34=2|7=1|16=0
         ! logged on, heartbeat 30",
    );
}

#[test]
#[should_panic(expected = "not reset under a connection")]
fn a_driver_may_not_reset_under_a_connection() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         reset done",
    );
}

#[test]
fn a_reset_after_our_logout_comes_too_late() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         logout
         > 35=5|34=2
         < 35=A|34=1|98=0|108=30|141=Y
         < 35=5|34=2
         ! logged out
         ! disconnect LoggedOut",
    );
}

#[test]
fn a_driver_may_reset_between_connections() {
    check_from(
        acceptor(),
        A_PAST,
        "reset done
         send first
         ~ 35=B|34=1|148=first|33=1|58=text",
    );
}

#[test]
fn an_initiator_may_start_with_a_reset() {
    let role = Role::Initiator {
        heartbeat_seconds: 30,
        reset_on_logon: true,
        credentials: None,
    };
    check_from(
        Settings {
            role,
            ..initiator()
        },
        A_PAST,
        "connect
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         < 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30
         send first
         > 35=B|34=2|148=first|33=1|58=text",
    );
}

#[test]
fn an_initiator_takes_no_reset_that_it_did_not_ask_for() {
    check_from(
        initiator(),
        A_PAST,
        "connect
         > 35=A|34=70|98=0|108=30
         < 35=A|34=1|98=0|108=30|141=Y
         > 35=5|34=71|58=ResetSeqNumFlag(141)=Y is not allowed
         ! disconnect LogonInvalid",
    );
}
