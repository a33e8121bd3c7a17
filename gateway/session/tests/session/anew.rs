//! A Logon that begins a new trading session: both sequence numbers start again at 1 before it is answered.

use fix_session::{Resume, Settings};

use crate::script::{authenticating, check_from};

const A_PAST: Resume = Resume {
    next_outgoing: 70,
    next_incoming: 50,
};

#[test]
fn a_peer_that_has_started_again_itself_is_answered_with_number_one() {
    check_from(
        authenticating(),
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30
         ! authenticate
         accept anew
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=1|34=2|112=a
         > 35=0|34=2|112=a",
    );
}

#[test]
fn a_peer_that_asks_for_the_reset_itself_gets_one() {
    check_from(
        authenticating(),
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y
         ! authenticate
         accept anew
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30
         < 35=1|34=2|112=a
         > 35=0|34=2|112=a",
    );
}

#[test]
fn a_peer_that_goes_on_counting_is_told_to_start_again() {
    // As QuickFIX answers: with a Logon of its own.
    check_from(
        Settings {
            accept_reset: false,
            ..authenticating()
        },
        A_PAST,
        "connect
         < 35=A|34=50|98=0|108=30
         ! authenticate
         accept anew
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30
         < 35=A|34=1|98=0|108=30|141=Y
         send first
         > 35=B|34=2|148=first|33=1|58=text
         < 35=1|34=2|112=a
         > 35=0|34=3|112=a",
    );
    // Without a word.
    check_from(
        authenticating(),
        A_PAST,
        "connect
         < 35=A|34=50|98=0|108=30
         ! authenticate
         accept anew
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30
         < 35=1|34=1|112=a
         > 35=0|34=2|112=a
         < 35=A|34=1|98=0|108=30|141=Y
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_peer_that_did_not_hear_of_it_is_told_again() {
    check_from(
        authenticating(),
        A_PAST,
        "connect
         < 35=A|34=50|98=0|108=30
         ! authenticate
         accept anew
         ! reset sequences
         disconnect
         reset done
         connect
         < 35=A|34=51|98=0|108=30
         ! authenticate
         accept
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30
         disconnect
         connect
         < 35=A|34=1|98=0|108=30
         ! authenticate
         accept
         > 35=A|34=2|98=0|108=30
         ! logged on, heartbeat 30
         disconnect
         connect
         < 35=A|34=3|98=0|108=30
         ! authenticate
         accept
         > 35=A|34=3|98=0|108=30
         > 35=2|34=4|7=2|16=0
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_reset_that_is_under_way_is_not_asked_for_twice() {
    check_from(
        authenticating(),
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30
         ! authenticate
         accept anew
         ! reset sequences
         disconnect
         connect
         < 35=A|34=1|98=0|108=30
         ! authenticate
         accept anew
         reset done
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_refused_logon_begins_nothing() {
    check_from(
        authenticating(),
        A_PAST,
        "connect
         < 35=A|34=50|98=0|108=30
         ! authenticate
         refuse the session is closed
         > 35=5|34=70|58=the session is closed
         ! disconnect LogonRefused
         disconnect
         connect
         < 35=A|34=50|98=0|108=30
         ! authenticate
         accept
         > 35=A|34=71|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_peer_that_has_started_only_its_own_numbers_again_is_told_too() {
    check_from(
        Settings {
            next_expected_msg_seq_num: true,
            ..authenticating()
        },
        A_PAST,
        "connect
         < 35=A|34=1|98=0|108=30|789=70
         ! authenticate
         accept anew
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y|789=1
         ! logged on, heartbeat 30
         < 35=1|34=1|112=a
         > 35=0|34=2|112=a",
    );
}

/// A peer that goes on counting has been told to start again; its next number is 51.
const TOLD: &str = "connect
    < 35=A|34=50|98=0|108=30
    ! authenticate
    accept anew
    ! reset sequences
    reset done
    > 35=A|34=1|98=0|108=30|141=Y
    ! logged on, heartbeat 30\n";

#[test]
fn what_was_sent_under_the_old_numbers_is_neither_taken_nor_asked_for() {
    let start = "MsgSeqNum starts again at 1, but received";
    for (old, number, dup) in [
        ("35=B|34=51|148=b|33=1|58=text", 51, ""),
        ("35=0|34=51", 51, ""),
        ("35=0|34=51|98=9", 51, ""),
        ("35=2|34=51|7=1|16=0", 51, ""),
        ("35=4|34=51|36=60", 51, ""),
        ("35=4|34=51|36=60|123=Y", 51, ""),
        (
            "35=B|34=1|43=Y|122=now-9|148=b|33=1|58=text",
            1,
            " with PossDupFlag(43)=Y",
        ),
        (
            "35=B|34=1|43=Y|148=b|33=1|58=text",
            1,
            " with PossDupFlag(43)=Y",
        ),
    ] {
        check_from(
            authenticating(),
            A_PAST,
            &format!(
                "{TOLD}
                 < {old}
                 > 35=5|34=2|58={start} {number}{dup}
                 ! logged out
                 ! disconnect SequenceNotReset {{ received: {number} }}
                 disconnect
                 connect
                 < 35=A|34=52|98=0|108=30
                 ! authenticate
                 accept
                 ! reset sequences
                 reset done
                 > 35=A|34=1|98=0|108=30|141=Y
                 ! logged on, heartbeat 30
                 < 35=1|34=1|112=a
                 > 35=0|34=2|112=a"
            ),
        );
    }
}

#[test]
fn a_peer_that_was_told_to_start_again_may_leave_under_its_old_numbers() {
    check_from(
        authenticating(),
        A_PAST,
        &format!(
            "{TOLD}
             < 35=5|34=51
             > 35=5|34=2
             ! logged out
             ! disconnect LoggedOut"
        ),
    );
    // Nor does a Logout of ours open the door to them.
    check_from(
        authenticating(),
        A_PAST,
        &format!(
            "{TOLD}
             logout
             > 35=5|34=2
             < 35=B|34=1|43=Y|122=now-9|148=b|33=1|58=text
             ! logged out
             ! disconnect SequenceNotReset {{ received: 1 }}"
        ),
    );
}

#[test]
fn a_peer_that_was_told_to_start_again_and_says_nothing_is_asked_and_then_logged_out() {
    // Without heartbeats nothing else would ever show that it has not.
    let told = TOLD
        .replace("108=30", "108=0")
        .replace("heartbeat 30", "heartbeat 0");
    for told in [TOLD, &told] {
        check_from(
            authenticating(),
            A_PAST,
            &format!(
                "{told}
                 +9
                 +1
                 > 35=1|34=2|112=TEST
                 +9
                 +1
                 > 35=5|34=3|58=MsgSeqNum starts again at 1, but nothing came with it
                 ! logged out
                 ! disconnect ResetTimeout"
            ),
        );
        check_from(
            authenticating(),
            A_PAST,
            &format!(
                "{told}
                 +10
                 > 35=1|34=2|112=TEST
                 < 35=0|34=1|112=TEST
                 +29"
            ),
        );
    }
}

#[test]
fn what_does_not_count_gives_a_peer_no_more_time_to_start_again() {
    check_from(
        authenticating(),
        A_PAST,
        &format!(
            "{TOLD}
             +9
             < 35=4|34=1|36=1
             +1
             > 35=1|34=2|112=TEST
             +9
             < 35=4|34=1|36=1
             +1
             > 35=5|34=3|58=MsgSeqNum starts again at 1, but nothing came with it
             ! logged out
             ! disconnect ResetTimeout"
        ),
    );
}

#[test]
fn a_sequence_reset_to_one_is_no_start() {
    check_from(
        authenticating(),
        A_PAST,
        &format!(
            "{TOLD}
             < 35=4|34=1|36=1
             < 35=0|34=51
             > 35=5|34=2|58=MsgSeqNum starts again at 1, but received 51
             ! logged out
             ! disconnect SequenceNotReset {{ received: 51 }}"
        ),
    );
}

#[test]
fn a_demand_outlives_the_driver() {
    let started_again = Resume {
        next_outgoing: 1_001,
        next_incoming: 1,
    };
    check_from(
        authenticating(),
        started_again,
        "demand
         connect
         < 35=A|34=51|98=0|108=30
         ! authenticate
         accept
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y
         ! logged on, heartbeat 30",
    );
}
