//! Logon(A) as an acceptor takes it.

use std::time::Duration;

use fix_session::{Resume, Role, Settings};

use crate::script::{acceptor, authenticating, check, check_from};

#[test]
fn a_logon_is_answered_with_the_interval_asked_for() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn an_interval_of_zero_means_no_heartbeats() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=0
         > 35=A|34=1|98=0|108=0
         ! logged on, heartbeat 0
         +86400",
    );
}

#[test]
fn an_interval_out_of_bounds_is_refused() {
    let role = Role::Acceptor {
        heartbeat_seconds: 5..=60,
        authenticate: false,
    };
    let settings = Settings { role, ..acceptor() };
    for seconds in ["0", "4", "61", "4294967296"] {
        let script = format!(
            "connect
             < 35=A|34=1|98=0|108={seconds}
             > 35=5|34=1|58=HeartBtInt(108) must be between 5 and 60
             ! disconnect LogonInvalid"
        );
        check(settings.clone(), &script);
    }
    for seconds in [5, 60] {
        let script = format!(
            "connect
             < 35=A|34=1|98=0|108={seconds}
             > 35=A|34=1|98=0|108={seconds}
             ! logged on, heartbeat {seconds}"
        );
        check(settings.clone(), &script);
    }
}

#[test]
fn encryption_is_refused() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=1|108=30
         > 35=5|34=1|58=EncryptMethod(98) must be 0
         ! disconnect LogonInvalid",
    );
}

#[test]
fn what_is_not_a_logon_of_the_peer_is_not_answered() {
    for (first, reason) in [
        ("35=0|34=1", "NotLogon"),
        ("35=5|34=1", "NotLogon"),
        ("35=A|34=1|98=0|108=30|8=FIX.4.2", "BeginString"),
        ("35=A|34=1|98=0|108=30|49=ANOTHER", "CompId"),
        ("35=A|34=1|98=0|108=30|56=ANOTHER", "CompId"),
        ("35=A|34=1|98=0|108=30|52=now-121", "SendingTime"),
        ("35=A|34=1|98=0|108=30|52=now+121", "SendingTime"),
        ("35=A|34=x|98=0|108=30", "LogonInvalid"),
    ] {
        check(
            acceptor(),
            &format!("connect\n< {first}\n! disconnect {reason}"),
        );
    }
}

#[test]
fn a_connection_without_a_logon_is_closed() {
    check(
        acceptor(),
        "connect
         +9
         +1
         ! disconnect LogonTimeout",
    );
}

#[test]
fn sending_time_is_not_looked_at_without_a_tolerance() {
    check(
        Settings {
            sending_time_tolerance: None,
            ..acceptor()
        },
        "connect
         < 35=A|34=1|98=0|108=30|52=now-86400
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn sending_time_may_be_off_by_the_tolerance() {
    let sending_time_tolerance = Some(Duration::from_secs(10));
    for offset in ["now-10", "now+10"] {
        check(
            Settings {
                sending_time_tolerance,
                ..acceptor()
            },
            &format!(
                "connect
                 < 35=A|34=1|98=0|108=30|52={offset}
                 > 35=A|34=1|98=0|108=30
                 ! logged on, heartbeat 30"
            ),
        );
    }
}

#[test]
fn a_number_too_high_is_answered_and_what_is_missing_asked_for() {
    check(
        acceptor(),
        "connect
         < 35=A|34=5|98=0|108=30
         > 35=A|34=1|98=0|108=30
         > 35=2|34=2|7=1|16=0
         ! logged on, heartbeat 30
         < 35=4|34=1|43=Y|122=now|36=6|123=Y
         < 35=1|34=6|112=HELLO
         > 35=0|34=3|112=HELLO",
    );
}

#[test]
fn a_number_too_low_is_refused_with_both_numbers() {
    check_from(
        acceptor(),
        Resume {
            next_outgoing: 7,
            next_incoming: 5,
        },
        "connect
         < 35=A|34=2|98=0|108=30
         > 35=5|34=7|58=MsgSeqNum too low, expecting 5 but received 2
         ! disconnect SequenceTooLow { expected: 5, received: 2 }",
    );
}

#[test]
fn a_logon_with_a_wrong_field_is_told_which() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0
         > 35=5|34=1|58=Required tag missing: tag 108
         ! disconnect LogonInvalid",
    );
}

#[test]
fn a_stranger_is_not_told_which_number_is_expected() {
    check_from(
        authenticating(),
        Resume {
            next_outgoing: 7,
            next_incoming: 5,
        },
        "connect
         < 35=A|34=2|98=0|108=30|553=mallory
         ! authenticate mallory
         refuse no such user or password
         > 35=5|34=7|58=no such user or password
         ! disconnect LogonRefused
         disconnect
         connect
         < 35=A|34=2|98=0|108=30|553=alice
         ! authenticate alice
         accept
         > 35=5|34=8|58=MsgSeqNum too low, expecting 5 but received 2
         ! disconnect SequenceTooLow { expected: 5, received: 2 }",
    );
}

#[test]
fn numbers_go_on_over_connections_and_restarts() {
    check_from(
        acceptor(),
        Resume {
            next_outgoing: 7,
            next_incoming: 5,
        },
        "connect
         < 35=A|34=5|98=0|108=30
         > 35=A|34=7|98=0|108=30
         ! logged on, heartbeat 30
         disconnect
         connect
         < 35=A|34=6|98=0|108=30
         > 35=A|34=8|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn the_driver_decides_on_a_logon() {
    check(
        authenticating(),
        "connect
         < 35=A|34=1|98=0|108=30|553=alice|554=secret
         ! authenticate alice
         accept
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_logon_that_the_driver_refuses_uses_up_no_number_of_the_peer() {
    check(
        authenticating(),
        "connect
         < 35=A|34=1|98=0|108=30|553=mallory
         ! authenticate mallory
         refuse no such user or password
         > 35=5|34=1|58=no such user or password
         ! disconnect LogonRefused
         disconnect
         connect
         < 35=A|34=1|98=0|108=30|553=alice
         ! authenticate alice
         accept
         > 35=A|34=2|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_decision_that_does_not_come_ends_the_connection() {
    check(
        authenticating(),
        "connect
         < 35=A|34=1|98=0|108=30
         ! authenticate
         +10
         ! disconnect LogonTimeout
         disconnect
         accept",
    );
}

#[test]
fn what_comes_before_the_decision_is_asked_for_again() {
    check(
        authenticating(),
        "connect
         < 35=A|34=1|98=0|108=30
         ! authenticate
         < 35=1|34=2|112=EARLY
         accept
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=1|34=3|112=LATER
         > 35=2|34=2|7=2|16=0
         < 35=4|34=2|43=Y|122=now|36=3|123=Y
         > 35=0|34=3|112=LATER",
    );
}

#[test]
fn a_second_logon_without_a_reset_is_rejected() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=A|34=2|98=0|108=30
         > 35=3|34=2|45=2|372=A|373=99|58=already logged on",
    );
}

#[test]
fn the_last_number_processed_is_told_when_wanted() {
    check(
        Settings {
            last_msg_seq_num_processed: true,
            ..acceptor()
        },
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|369=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=1|34=2|112=HELLO
         > 35=0|34=2|369=2|112=HELLO",
    );
}
