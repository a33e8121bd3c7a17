//! The peer's ResendRequest(2), served from the driver's store.

use fix_session::{Outputs, ResendError, Resume, Session};

use crate::script::{acceptor, check, check_from};

/// The Logons, then 2: News, 3: Heartbeat, 4: News, 5: News, 6: Heartbeat.
const A_PAST: &str = "connect
    < 35=A|34=1|98=0|108=30
    > 35=A|34=1|98=0|108=30
    ! logged on, heartbeat 30
    send two
    > 35=B|34=2|148=two|33=1|58=text
    < 35=1|34=2|112=a
    > 35=0|34=3|112=a
    send four
    > 35=B|34=4|148=four|33=1|58=text
    +5
    send five
    > 35=B|34=5|148=five|33=1|58=text
    < 35=1|34=3|112=b
    > 35=0|34=6|112=b
    +5\n";

#[track_caller]
fn check_with_past(script: &str) {
    check(acceptor(), &format!("{A_PAST}{script}"));
}

#[test]
fn messages_are_resent_and_the_rest_gap_filled() {
    check_with_past(
        "< 35=2|34=4|7=1|16=0
         ! resend 1 to 6
         serve
         > 35=4|34=1|43=Y|122=T+10|123=Y|36=2
         > 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text
         > 35=4|34=3|43=Y|122=T+10|123=Y|36=4
         > 35=B|34=4|43=Y|122=T+0|148=four|33=1|58=text
         > 35=B|34=5|43=Y|122=T+5|148=five|33=1|58=text
         > 35=4|34=6|43=Y|122=T+10|123=Y|36=7
         send seven
         > 35=B|34=7|148=seven|33=1|58=text",
    );
}

#[test]
fn a_request_may_have_an_end() {
    for (request, answer) in [
        (
            "7=2|16=2",
            "! resend 2 to 2\nserve\n> 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text",
        ),
        (
            "7=3|16=3",
            "! resend 3 to 3\nserve\n> 35=4|34=3|43=Y|122=T+10|123=Y|36=4",
        ),
        (
            "7=5|16=100",
            "! resend 5 to 6\nserve\n> 35=B|34=5|43=Y|122=T+5|148=five|33=1|58=text
             > 35=4|34=6|43=Y|122=T+10|123=Y|36=7",
        ),
    ] {
        check_with_past(&format!("< 35=2|34=4|{request}\n{answer}"));
    }
}

#[test]
fn a_request_is_served_whatever_its_number() {
    for number in ["1", "3", "4", "9"] {
        let asked = if number == "9" {
            "\n> 35=2|34=7|7=4|16=0"
        } else {
            ""
        };
        check_with_past(&format!(
            "< 35=2|34={number}|7=2|16=2{asked}
             ! resend 2 to 2
             serve
             > 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text"
        ));
    }
    check_with_past(
        "< 35=2|34=3|43=Y|122=now|7=2|16=2
         < 35=2|34=3|7=9|16=0
         > 35=3|34=7|45=3|371=7|372=2|373=5|58=Value is incorrect (out of range) for this tag",
    );
}

#[test]
fn a_request_for_what_was_never_sent_is_rejected() {
    for (request, tag) in [("7=7|16=0", 7), ("7=0|16=0", 7), ("7=4|16=3", 16)] {
        check_with_past(&format!(
            "< 35=2|34=4|{request}
             > 35=3|34=7|45=4|371={tag}|372=2|373=5|58=Value is incorrect (out of range) for this tag
             < 35=1|34=5|112=HELLO
             > 35=0|34=8|112=HELLO"
        ));
    }
}

#[test]
fn live_messages_go_between_resent_ones_under_their_own_numbers() {
    check_with_past(
        "< 35=2|34=4|7=1|16=0
         ! resend 1 to 6
         serve 1
         > 35=4|34=1|43=Y|122=T+10|123=Y|36=2
         > 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text
         send live
         > 35=B|34=7|148=live|33=1|58=text
         < 35=1|34=5|112=c
         > 35=0|34=8|112=c
         serve
         > 35=4|34=3|43=Y|122=T+10|123=Y|36=4
         > 35=B|34=4|43=Y|122=T+0|148=four|33=1|58=text
         > 35=B|34=5|43=Y|122=T+5|148=five|33=1|58=text
         > 35=4|34=6|43=Y|122=T+10|123=Y|36=7",
    );
}

#[test]
fn a_request_within_what_is_still_to_come_changes_nothing() {
    check_with_past(
        "< 35=2|34=4|7=1|16=0
         ! resend 1 to 6
         < 35=2|34=5|7=4|16=5
         serve
         > 35=4|34=1|43=Y|122=T+10|123=Y|36=2
         > 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text
         > 35=4|34=3|43=Y|122=T+10|123=Y|36=4
         > 35=B|34=4|43=Y|122=T+0|148=four|33=1|58=text
         > 35=B|34=5|43=Y|122=T+5|148=five|33=1|58=text
         > 35=4|34=6|43=Y|122=T+10|123=Y|36=7",
    );
}

#[test]
fn a_second_request_waits_for_the_first() {
    check_with_past(
        "< 35=2|34=4|7=4|16=5
         ! resend 4 to 5
         serve 1
         > 35=B|34=4|43=Y|122=T+0|148=four|33=1|58=text
         < 35=2|34=5|7=2|16=2
         serve
         > 35=B|34=5|43=Y|122=T+5|148=five|33=1|58=text
         ! resend 2 to 2
         serve
         > 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text",
    );
}

#[test]
fn two_sides_that_miss_messages_of_each_other_both_get_them() {
    check_with_past(
        "< 35=2|34=6|7=4|16=5
         > 35=2|34=7|7=4|16=0
         ! resend 4 to 5
         serve
         > 35=B|34=4|43=Y|122=T+0|148=four|33=1|58=text
         > 35=B|34=5|43=Y|122=T+5|148=five|33=1|58=text
         < 35=B|34=4|43=Y|122=now|148=d|33=1|58=text
         ! B 4 PossDup
         < 35=4|34=5|43=Y|122=now|36=7|123=Y
         < 35=1|34=7|112=HELLO
         > 35=0|34=8|112=HELLO",
    );
}

#[test]
fn a_reject_is_resent_like_the_answer_that_it_is() {
    check(
        acceptor(),
        "connect
         < 35=A|34=1|98=0|108=30
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         < 35=1|34=2
         > 35=3|34=2|45=2|371=112|372=1|373=1|58=Required tag missing
         < 35=2|34=3|7=2|16=0
         ! resend 2 to 2
         serve
         > 35=3|34=2|43=Y|122=T+0|45=2|371=112|372=1|373=1|58=Required tag missing",
    );
}

#[test]
fn numbers_that_an_unclean_stop_skipped_are_gap_filled() {
    check_from(
        acceptor(),
        Resume {
            next_outgoing: 1001,
            next_incoming: 8,
        },
        "connect
         < 35=A|34=8|98=0|108=30
         > 35=A|34=1001|98=0|108=30
         ! logged on, heartbeat 30
         send-again report
         > 35=B|34=1002|97=Y|148=report|33=1|58=text
         < 35=2|34=9|7=5|16=0
         ! resend 5 to 1002
         serve
         > 35=4|34=5|43=Y|122=T+0|123=Y|36=1002
         > 35=B|34=1002|97=Y|43=Y|122=T+0|148=report|33=1|58=text",
    );
}

#[test]
fn a_resend_ends_with_its_connection() {
    check_with_past(
        "< 35=2|34=4|7=1|16=0
         ! resend 1 to 6
         serve 1
         > 35=4|34=1|43=Y|122=T+10|123=Y|36=2
         > 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text
         disconnect
         connect
         < 35=A|34=5|98=0|108=30
         > 35=A|34=7|98=0|108=30
         ! logged on, heartbeat 30",
    );
    let mut session = Session::new(
        acceptor(),
        Resume {
            next_outgoing: 9,
            next_incoming: 9,
        },
    );
    let (now, mut out) = (chrono::DateTime::UNIX_EPOCH, Outputs::new());
    let stopped = session.resend_message(now, 3, b"35=B\x01", &mut out);
    assert_eq!(stopped, Err(ResendError::NotAsked));
    session.resend_done(now, &mut out);
    assert!(out.is_empty());
}

#[test]
fn more_requests_than_are_kept_are_merged() {
    let mut script = A_PAST.to_owned();
    let mut served = String::new();
    for (index, number) in [2, 4, 5, 2, 4, 5, 2, 4, 5, 2, 4, 5].iter().enumerate() {
        script.push_str(&format!("< 35=2|34={}|7={number}|16={number}\n", index + 4));
        if index == 0 {
            script.push_str("! resend 2 to 2\n");
        }
    }
    for (text, number, time) in [("two", 2, 0), ("four", 4, 0), ("five", 5, 5)] {
        served.push_str(&format!(
            "serve\n> 35=B|34={number}|43=Y|122=T+{time}|148={text}|33=1|58=text\n"
        ));
        served.push_str(match number {
            2 => "! resend 4 to 4\n",
            4 => "! resend 5 to 5\n",
            _ => "",
        });
    }
    check(acceptor(), &(script + &served));
}
