//! MsgSeqNum(34) of what comes: in its turn, past, from beyond a gap; SequenceReset(4).

use fix_session::Settings;

use crate::script::{acceptor, check};

const LOGGED_ON: &str = "connect
    < 35=A|34=1|98=0|108=30
    > 35=A|34=1|98=0|108=30
    ! logged on, heartbeat 30\n";

/// Runs a script that starts after the Logons; both sides' next number is 2.
#[track_caller]
fn check_logged_on(script: &str) {
    check(acceptor(), &format!("{LOGGED_ON}{script}"));
}

#[test]
fn messages_are_delivered_in_their_turn() {
    check_logged_on(
        "< 35=B|34=2|148=a|33=1|58=text
         ! B 2
         < 35=B|34=3|97=Y|148=b|33=1|58=text
         ! B 3 PossResend
         < 35=0|34=4
         < 35=B|34=5|43=Y|122=now-1|148=c|33=1|58=text
         ! B 5 PossDup",
    );
}

#[test]
fn what_is_missing_is_asked_for_once_and_delivered_in_order() {
    check_logged_on(
        "< 35=B|34=4|148=d|33=1|58=text
         > 35=2|34=2|7=2|16=0
         < 35=B|34=5|148=e|33=1|58=text
         < 35=B|34=2|43=Y|122=now|148=b|33=1|58=text
         ! B 2 PossDup
         < 35=B|34=3|43=Y|122=now|148=c|33=1|58=text
         ! B 3 PossDup
         ! B 4
         ! B 5
         < 35=B|34=4|43=Y|122=now|148=d|33=1|58=text
         < 35=B|34=5|43=Y|122=now|148=e|33=1|58=text
         < 35=B|34=6|148=f|33=1|58=text
         ! B 6",
    );
}

#[test]
fn a_second_gap_is_asked_for_in_its_turn() {
    check_logged_on(
        "< 35=B|34=3|148=c|33=1|58=text
         > 35=2|34=2|7=2|16=0
         < 35=B|34=2|43=Y|122=now|148=b|33=1|58=text
         ! B 2 PossDup
         ! B 3
         < 35=B|34=5|148=e|33=1|58=text
         > 35=2|34=3|7=4|16=0",
    );
}

#[test]
fn what_does_not_fit_is_dropped_and_comes_again() {
    check(
        Settings {
            hold_limit_bytes: 0,
            ..acceptor()
        },
        &format!(
            "{LOGGED_ON}
             < 35=B|34=3|148=c|33=1|58=text
             > 35=2|34=2|7=2|16=0
             < 35=B|34=4|148=d|33=1|58=text
             < 35=B|34=2|43=Y|122=now|148=b|33=1|58=text
             ! B 2 PossDup
             < 35=B|34=3|43=Y|122=now|148=c|33=1|58=text
             ! B 3 PossDup
             < 35=B|34=4|43=Y|122=now|148=d|33=1|58=text
             ! B 4 PossDup"
        ),
    );
}

#[test]
fn a_gap_that_stays_open_is_asked_for_again_but_not_for_ever() {
    check_logged_on(
        "< 35=0|34=4
         > 35=2|34=2|7=2|16=0
         < 35=0|34=5
         +10
         > 35=2|34=3|7=2|16=0
         < 35=0|34=2|43=Y|122=now
         +9
         < 35=0|34=6
         +1
         > 35=2|34=4|7=3|16=0
         < 35=0|34=7
         +10
         > 35=2|34=5|7=3|16=0
         < 35=0|34=8
         +10
         > 35=5|34=6|58=ResendRequest was not answered
         +2
         ! logged out
         ! disconnect ResendTimeout",
    );
}

#[test]
fn held_messages_are_not_late_when_their_turn_comes() {
    check_logged_on(
        "< 35=1|34=3|112=HELD
         > 35=2|34=2|7=2|16=0
         +8
         < 35=0|34=2|43=Y|122=now-8
         > 35=0|34=3|112=HELD",
    );
    check(
        Settings {
            sending_time_tolerance: Some(std::time::Duration::from_secs(5)),
            ..acceptor()
        },
        &format!(
            "{LOGGED_ON}
             < 35=1|34=3|112=HELD
             > 35=2|34=2|7=2|16=0
             +8
             < 35=0|34=2|43=Y|122=now-8
             > 35=0|34=3|112=HELD"
        ),
    );
}

#[test]
fn a_number_that_is_past_ends_the_session() {
    check_logged_on(
        "< 35=0|34=2
         < 35=0|34=3
         < 35=0|34=2
         > 35=5|34=2|58=MsgSeqNum too low, expecting 4 but received 2
         ! logged out
         ! disconnect SequenceTooLow { expected: 4, received: 2 }",
    );
}

#[test]
fn a_duplicate_that_says_so_is_ignored() {
    check_logged_on(
        "< 35=B|34=2|148=b|33=1|58=text
         ! B 2
         < 35=B|34=2|43=Y|122=now|148=b|33=1|58=text
         < 35=1|34=2|43=Y|122=now|112=HELLO
         < 35=1|34=3|112=HELLO
         > 35=0|34=2|112=HELLO",
    );
}

#[test]
fn a_gap_fill_moves_on_to_its_new_number() {
    check_logged_on(
        "< 35=4|34=2|36=20|123=Y
         < 35=1|34=20|112=HELLO
         > 35=0|34=2|112=HELLO",
    );
}

#[test]
fn a_gap_fill_from_beyond_a_gap_waits_for_its_turn() {
    check_logged_on(
        "< 35=4|34=3|36=20|123=Y
         > 35=2|34=2|7=2|16=0
         < 35=1|34=20|112=HELLO
         < 35=0|34=2|43=Y|122=now
         > 35=0|34=3|112=HELLO",
    );
}

#[test]
fn a_gap_fill_that_is_past_is_ignored_or_ends_the_session() {
    check_logged_on(
        "< 35=4|34=1|43=Y|122=now-1|36=20|123=Y
         < 35=1|34=2|112=HELLO
         > 35=0|34=2|112=HELLO
         < 35=4|34=1|36=20|123=Y
         > 35=5|34=3|58=MsgSeqNum too low, expecting 3 but received 1
         ! logged out
         ! disconnect SequenceTooLow { expected: 3, received: 1 }",
    );
}

#[test]
fn a_gap_fill_that_goes_nowhere_is_rejected() {
    check_logged_on(
        "< 35=4|34=2|36=2|123=Y
         > 35=3|34=2|45=2|371=36|372=4|373=5|58=Value is incorrect (out of range) for this tag
         < 35=1|34=2|112=HELLO
         > 35=0|34=3|112=HELLO",
    );
}

#[test]
fn a_sequence_reset_goes_up_whatever_its_own_number() {
    check_logged_on(
        "< 35=4|34=9|36=25
         < 35=1|34=25|112=HELLO
         > 35=0|34=2|112=HELLO
         < 35=4|34=1|36=50|123=N
         < 35=1|34=50|112=HELLO
         > 35=0|34=3|112=HELLO
         < 35=4|34=1|36=51|123=N
         < 35=1|34=51|112=HELLO
         > 35=0|34=4|112=HELLO",
    );
}

#[test]
fn a_sequence_reset_never_goes_down() {
    check_logged_on(
        "< 35=4|34=2|36=1
         > 35=3|34=2|45=2|371=36|372=4|373=5|58=Value is incorrect (out of range) for this tag
         < 35=1|34=2|112=HELLO
         > 35=0|34=3|112=HELLO",
    );
}

#[test]
fn no_peer_can_count_us_to_the_end() {
    for beyond in ["1000000000000000", "18446744073709551614"] {
        check_logged_on(&format!(
            "< 35=4|34=2|36={beyond}
             > 35=3|34=2|45=2|371=36|372=4|373=5|58=Value is incorrect (out of range) for this tag
             < 35=4|34=2|36={beyond}|123=Y
             > 35=3|34=3|45=2|371=36|372=4|373=5|58=Value is incorrect (out of range) for this tag",
        ));
    }
    check_logged_on(
        "< 35=4|34=2|36=999999999999999
         < 35=1|34=999999999999999|112=HELLO
         > 35=0|34=2|112=HELLO
         < 35=1|34=1000000000000000|112=HELLO
         > 35=0|34=3|112=HELLO
         < 35=1|34=18446744073709551615|112=HELLO
         > 35=2|34=4|7=1000000000000001|16=0",
    );
}

#[test]
fn a_sequence_reset_past_a_gap_closes_it() {
    check_logged_on(
        "< 35=B|34=5|148=e|33=1|58=text
         > 35=2|34=2|7=2|16=0
         < 35=4|34=1|36=5|123=N
         ! B 5
         < 35=B|34=6|148=f|33=1|58=text
         ! B 6",
    );
}

#[test]
fn what_a_sequence_reset_passes_over_is_forgotten() {
    check_logged_on(
        "< 35=B|34=4|148=d|33=1|58=text
         > 35=2|34=2|7=2|16=0
         < 35=4|34=1|36=6|123=N
         < 35=B|34=6|148=f|33=1|58=text
         ! B 6",
    );
}

#[test]
fn what_is_held_does_not_outlive_its_connection() {
    check_logged_on(
        "< 35=B|34=3|148=before|33=1|58=text
         > 35=2|34=2|7=2|16=0
         disconnect
         reset done
         connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=B|34=2|148=after|33=1|58=text
         ! B 2",
    );
}
