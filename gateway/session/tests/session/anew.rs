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
