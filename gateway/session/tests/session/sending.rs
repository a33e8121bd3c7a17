//! Messages of the application: numbered at any time, transmitted when there is someone.

use chrono::DateTime;
use fix_session::{Outputs, Place, Resume, SendOptions, Session};

use crate::script::{acceptor, check, news};

#[test]
fn what_is_sent_without_a_peer_is_kept_and_asked_for() {
    check(
        acceptor(),
        "send one
         ~ 35=B|34=1|148=one|33=1|58=text
         connect
         send two
         ~ 35=B|34=2|148=two|33=1|58=text
         +3
         < 35=A|34=1|98=0|108=30
         > 35=A|34=3|98=0|108=30
         ! logged on, heartbeat 30
         send three
         > 35=B|34=4|148=three|33=1|58=text
         < 35=2|34=2|7=1|16=0
         ! resend 1 to 4
         serve
         > 35=B|34=1|43=Y|122=T+0|148=one|33=1|58=text
         > 35=B|34=2|43=Y|122=T+0|148=two|33=1|58=text
         > 35=4|34=3|43=Y|122=T+3|123=Y|36=4
         > 35=B|34=4|43=Y|122=T+3|148=three|33=1|58=text",
    );
}

#[test]
fn what_may_have_been_said_before_is_marked() {
    check(
        acceptor(),
        "send-again report
         ~ 35=B|34=1|97=Y|148=report|33=1|58=text",
    );
}

#[test]
fn the_store_is_told_of_each_message_with_its_cause() {
    let (now, mut out) = (DateTime::UNIX_EPOCH, Outputs::new());
    let mut session = Session::new(
        acceptor(),
        Resume {
            next_outgoing: 5,
            next_incoming: 1,
        },
    );
    let options = SendOptions {
        cause: 77,
        poss_resend: false,
    };
    assert_eq!(session.send(now, &news("hello"), options, &mut out), 5);
    assert_eq!(session.next_outgoing(), 6);
    let [stored] = &out.stored[..] else {
        panic!("one message, one entry")
    };
    assert_eq!(
        (stored.msg_seq_num, stored.cause, stored.resendable),
        (5, 77, true)
    );
    assert_eq!(stored.place, Place::Unsent);
    assert_eq!(out.bytes(stored), &out.unsent[..]);
    assert!(out.wire.is_empty());
    out.clear();
    assert!(out.is_empty());
}
