//! What the driver says with its decision on a Logon, and settings that change between connections.

use crate::script::{authenticating, check};

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
