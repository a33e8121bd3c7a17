//! What a peer does wrong once it is logged on, and what it costs.

use chrono::DateTime;
use fix_codec::frame::{Framing, next_frame};
use fix_codec::values::BusinessRejectReason;
use fix_codec::{Decoder, SessionReject, SessionRejectReason, tags};
use fix_session::{BusinessReject, Outputs, Received, Resume, Session, Settings};

use crate::script::{acceptor, check, whole};

#[track_caller]
fn check_logged_on(script: &str) {
    let logged_on = "connect
        < 35=A|34=1|98=0|108=30
        > 35=A|34=1|98=0|108=30
        ! logged on, heartbeat 30\n";
    check(acceptor(), &format!("{logged_on}{script}"));
}

#[test]
fn another_begin_string_is_logged_out() {
    check_logged_on(
        "< 35=1|34=2|112=HELLO|8=FIX.4.2
         > 35=5|34=2|58=Incorrect BeginString
         < 35=B|34=2|148=late|33=1|58=text
         < 35=5|34=3
         ! logged out
         ! disconnect BeginString",
    );
    check_logged_on(
        "< 35=1|34=2|112=HELLO|8=FIX.4.2
         > 35=5|34=2|58=Incorrect BeginString
         +2
         ! logged out
         ! disconnect BeginString",
    );
}

#[test]
fn other_comp_ids_are_rejected_and_logged_out() {
    for wrong in ["49=ANOTHER", "56=ANOTHER", "49=ANOTHER|56=ANOTHER"] {
        check_logged_on(&format!(
            "< 35=B|34=2|{wrong}|148=a|33=1|58=text
             > 35=3|34=2|45=2|372=B|373=9|58=CompID problem
             > 35=5|34=3
             < 35=5|34=3
             ! logged out
             ! disconnect CompId"
        ));
    }
}

#[test]
fn an_inaccurate_sending_time_is_rejected_and_logged_out() {
    for time in ["now-121", "now+121"] {
        check_logged_on(&format!(
            "< 35=0|34=2|52={time}
             > 35=3|34=2|45=2|372=0|373=10|58=SendingTime accuracy problem
             > 35=5|34=3
             < 35=5|34=3
             ! logged out
             ! disconnect SendingTime"
        ));
    }
}

#[test]
fn a_duplicate_without_its_first_time_is_rejected() {
    check_logged_on(
        "< 35=0|34=1|43=Y
         > 35=3|34=2|45=1|371=122|372=0|373=1|58=Required tag missing
         < 35=B|34=2|43=Y|148=a|33=1|58=text
         > 35=3|34=3|45=2|371=122|372=B|373=1|58=Required tag missing
         < 35=1|34=3|112=HELLO
         > 35=0|34=4|112=HELLO",
    );
}

#[test]
fn a_duplicate_from_the_future_is_rejected_and_logged_out() {
    check_logged_on(
        "< 35=0|34=1|43=Y|122=now+10
         > 35=3|34=2|45=1|372=0|373=10|58=SendingTime accuracy problem
         > 35=5|34=3
         < 35=5|34=2
         ! logged out
         ! disconnect SendingTime",
    );
}

#[test]
fn a_refused_message_uses_up_its_number() {
    check_logged_on(
        "< 35=1|34=2
         > 35=3|34=2|45=2|371=112|372=1|373=1|58=Required tag missing
         < 35=1|34=3|112=HELLO
         > 35=0|34=3|112=HELLO",
    );
}

#[test]
fn a_type_that_fix_does_not_know_is_rejected() {
    check_logged_on(
        "< 35=*|34=2
         > 35=3|34=2|45=2|372=*|373=11|58=Invalid MsgType",
    );
}

#[test]
fn a_header_field_that_is_missing_is_rejected_and_counted() {
    check_logged_on(
        "< 35=0|34=2|56=-
         > 35=3|34=2|45=2|371=56|372=0|373=1|58=Required tag missing
         < 35=0|34=3|52=yesterday
         > 35=3|34=3|45=3|371=52|372=0|373=6|58=Incorrect data format for value
         < 35=1|34=4|112=HELLO
         > 35=0|34=4|112=HELLO",
    );
}

#[test]
fn what_cannot_be_read_has_its_turn_too() {
    check_logged_on(
        "< 35=0|34=1|43=Y|52=yesterday
         < 35=0|34=3|52=yesterday
         > 35=2|34=2|7=2|16=0
         < 35=0|34=1|52=yesterday
         > 35=5|34=3|58=MsgSeqNum too low, expecting 2 but received 1
         ! logged out
         ! disconnect SequenceTooLow { expected: 2, received: 1 }",
    );
}

#[test]
fn a_message_without_a_number_is_logged_out() {
    check_logged_on(
        "< 35=0|34=x
         > 35=5|34=2|58=MsgSeqNum(34) is missing
         ! logged out
         ! disconnect SequenceMissing",
    );
}

#[test]
fn a_wrong_reject_is_not_rejected() {
    check_logged_on(
        "< 35=3|34=2
         < 35=3|34=3|45=1
         < 35=1|34=4|112=HELLO
         > 35=0|34=2|112=HELLO",
    );
}

#[test]
fn what_is_garbled_is_ignored_and_missed() {
    check_logged_on(
        "garbled
         < 35=0|34=2
         garbled
         < 35=0|34=4
         > 35=2|34=2|7=3|16=0",
    );
}

#[test]
fn a_reject_goes_back_the_way_the_message_came() {
    check_logged_on(
        "< 35=1|34=2|115=JCD|116=CS|144=CHI
         > 35=3|34=2|128=JCD|129=CS|145=CHI|45=2|371=112|372=1|373=1|58=Required tag missing
         < 35=1|34=3|128=JCD|129=CS|145=CHI
         > 35=3|34=3|115=JCD|116=CS|144=CHI|45=3|371=112|372=1|373=1|58=Required tag missing",
    );
}

#[test]
fn a_driver_rejects_what_it_was_given() {
    let (now, mut out) = (DateTime::UNIX_EPOCH, Outputs::new());
    let settings = Settings {
        sending_time_tolerance: None,
        ..acceptor()
    };
    let mut session = Session::new(settings, Resume::default());
    let receive = |session: &mut Session, body: &str, out: &mut Outputs| {
        let bytes = whole(
            "FIX.4.4",
            &body.replace("H|", "49=CLIENT|56=VENUE|52=20261122-12:00:00|"),
        );
        let Framing::Message(frame) = next_frame(&bytes, 4096) else {
            panic!("a whole message")
        };
        let mut decoder = Decoder::new();
        let message = decoder.decode(frame).expect("a message");
        let received = session.receive(now, &message, out);
        if received == Received::Application {
            out.clear();
            let why = SessionReject::new(SessionRejectReason::IncorrectValue, tags::HEADLINE);
            assert_eq!(session.reject(now, &message, &why, out), 2);
            let why = BusinessReject {
                reason: BusinessRejectReason::UnsupportedMessageType,
                reference: Some("a"),
                text: Some("not taken here"),
            };
            assert_eq!(session.reject_business(now, &message, &why, out), 3);
        }
    };
    session.connected(now, &mut out);
    receive(&mut session, "35=A|34=1|H|98=0|108=30|", &mut out);
    receive(&mut session, "35=B|34=2|H|148=a|33=1|58=text|", &mut out);
    assert!(out.stored.iter().all(|stored| stored.resendable));
    let wire = String::from_utf8_lossy(&out.wire).replace('\u{1}', "|");
    for fields in [
        "|45=2|58=Value is incorrect (out of range) for this tag|371=148|372=B|373=5|",
        "|45=2|58=not taken here|372=B|379=a|380=3|",
    ] {
        for field in fields.split('|') {
            assert!(wire.contains(field), "{field} in {wire}");
        }
    }
}
