//! What the driver says with its decision on a Logon, and settings that change between connections.

use fix_session::{Resume, Settings};

use crate::script::{authenticating, check, check_from};

#[test]
fn an_answer_says_what_the_driver_has_to_say_once() {
    check(
        authenticating(),
        "connect
         < 35=A|34=1|98=0|108=30|553=alice|554=secret|925=better
         ! authenticate alice
         accept the password was changed
         > 35=A|34=1|98=0|108=30|58=the password was changed
         ! logged on, heartbeat 30
         disconnect
         connect
         < 35=A|34=2|98=0|108=30|553=alice|554=better
         ! authenticate alice
         accept
         > 35=A|34=2|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn an_answer_waits_for_a_reset_with_what_it_says() {
    check(
        authenticating(),
        "connect
         < 35=A|34=1|98=0|108=30|141=Y|553=alice|925=better
         ! authenticate alice
         accept the password was changed
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y|58=the password was changed
         ! logged on, heartbeat 30",
    );
}

#[test]
fn settings_change_between_connections_and_numbers_go_on() {
    check(
        authenticating(),
        "connect
         < 35=A|34=1|98=0|108=30|553=alice
         ! authenticate alice
         accept
         > 35=A|34=1|98=0|108=30
         ! logged on, heartbeat 30
         disconnect
         change
         connect
         < 35=A|34=2|98=0|108=30
         > 35=A|34=2|98=0|108=30
         ! logged on, heartbeat 30",
    );
}

#[test]
fn numbers_are_checked_before_the_driver_does_anything_for_a_logon() {
    let past = Resume {
        next_outgoing: 7,
        next_incoming: 5,
    };
    let settings = || Settings {
        next_expected_msg_seq_num: true,
        ..authenticating()
    };
    let refused = [
        (
            "34=2|98=0|108=30",
            "MsgSeqNum too low, expecting 5 but received 2",
            "SequenceTooLow { expected: 5, received: 2 }",
        ),
        (
            "34=5|98=0|108=30|789=9",
            "NextExpectedMsgSeqNum(789) too high, sent below 7 but 9 is expected",
            "LogonInvalid",
        ),
    ];
    for (logon, text, reason) in refused {
        let script = format!(
            "connect
             < 35=A|{logon}
             ! authenticate
             check the password was changed
             > 35=5|34=7|58={text}; the password was changed
             ! disconnect {reason}"
        );
        check_from(settings(), past, &script);
    }
    check_from(
        settings(),
        past,
        "connect
         < 35=A|34=5|98=0|108=30|789=7
         ! authenticate
         check
         > 35=A|34=7|98=0|108=30|789=6
         ! logged on, heartbeat 30",
    );
    check_from(
        settings(),
        past,
        "connect
         < 35=A|34=1|98=0|108=30|141=Y
         ! authenticate
         check
         ! reset sequences
         reset done
         > 35=A|34=1|98=0|108=30|141=Y|789=2
         ! logged on, heartbeat 30",
    );
}
