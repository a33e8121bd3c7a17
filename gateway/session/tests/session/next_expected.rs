//! NextExpectedMsgSeqNum(789) on the Logons, where both sides go by it.

use fix_session::{Resume, Settings};

use crate::script::{acceptor, check, check_from, initiator};

const PAST: Resume = Resume {
    next_outgoing: 7,
    next_incoming: 5,
};

fn heeding(settings: Settings) -> Settings {
    Settings {
        next_expected_msg_seq_num: true,
        ..settings
    }
}

#[test]
fn two_sides_in_step_say_so() {
    check_from(
        heeding(acceptor()),
        PAST,
        "connect
         < 35=A|34=5|98=0|108=30|789=7
         > 35=A|34=7|98=0|108=30|789=6
         ! logged on, heartbeat 30",
    );
}

#[test]
fn what_the_peer_misses_is_sent_without_being_asked_for() {
    check(
        heeding(acceptor()),
        "send one
         ~ 35=B|34=1|148=one|33=1|58=text
         send two
         ~ 35=B|34=2|148=two|33=1|58=text
         connect
         < 35=A|34=1|98=0|108=30|789=2
         > 35=A|34=3|98=0|108=30|789=2
         ! logged on, heartbeat 30
         ! resend 2 to 2
         serve
         > 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text",
    );
}

#[test]
fn what_we_miss_is_not_asked_for_unless_it_fails_to_come() {
    for (end, asked) in [
        ("< 35=4|34=5|43=Y|122=now|36=9|123=Y\n+10\n", ""),
        ("+10\n", "> 35=2|34=8|7=5|16=0\n"),
    ] {
        check_from(
            heeding(acceptor()),
            PAST,
            &format!(
                "connect
                 < 35=A|34=8|98=0|108=30|789=7
                 > 35=A|34=7|98=0|108=30|789=5
                 ! logged on, heartbeat 30
                 {end}{asked}"
            ),
        );
    }
}

#[test]
fn a_peer_without_it_is_asked() {
    check_from(
        heeding(acceptor()),
        PAST,
        "connect
         < 35=A|34=8|98=0|108=30
         > 35=A|34=7|98=0|108=30|789=5
         > 35=2|34=8|7=5|16=0
         ! logged on, heartbeat 30",
    );
}

#[test]
fn a_peer_that_expects_what_was_never_sent_is_refused() {
    for (expected, why) in [
        (
            "8",
            "NextExpectedMsgSeqNum(789) too high, sent below 7 but 8 is expected",
        ),
        (
            "0",
            "Value is incorrect (out of range) for this tag: tag 789",
        ),
    ] {
        check_from(
            heeding(acceptor()),
            PAST,
            &format!(
                "connect
                 < 35=A|34=5|98=0|108=30|789={expected}
                 > 35=5|34=7|58={why}
                 ! disconnect LogonInvalid"
            ),
        );
    }
}

#[test]
fn a_reset_starts_it_again_too() {
    check_from(
        heeding(acceptor()),
        PAST,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y|789=99
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y|789=2
         ! logged on, heartbeat 30",
    );
}

#[test]
fn where_it_is_not_agreed_it_is_passed_over() {
    check_from(
        acceptor(),
        PAST,
        "connect
         < 35=A|34=5|98=0|108=30|789=99
         > 35=A|34=7|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn an_initiator_goes_by_it_too() {
    check(
        heeding(initiator()),
        "send one
         ~ 35=B|34=1|148=one|33=1|58=text
         connect
         > 35=A|34=2|98=0|108=30|789=1
         < 35=A|34=4|98=0|108=30|789=1
         ! logged on, heartbeat 30
         ! resend 1 to 2
         serve
         > 35=B|34=1|43=Y|122=T+0|148=one|33=1|58=text
         > 35=4|34=2|43=Y|122=T+0|123=Y|36=3
         < 35=4|34=1|43=Y|122=now|36=5|123=Y
         < 35=1|34=5|112=HELLO
         > 35=0|34=3|112=HELLO",
    );
    check(
        heeding(initiator()),
        "connect
         > 35=A|34=1|98=0|108=30|789=1
         < 35=A|34=1|98=0|108=30|789=9
         > 35=5|34=2|58=NextExpectedMsgSeqNum(789) too high, sent below 2 but 9 is expected
         ! disconnect LogonInvalid",
    );
}
