//! Just enough of a FIX client for one of a crowd: what it sends, as bytes.

use std::sync::LazyLock;

use super::super::clock::{Clock, TimeText};
use super::super::wire::Writer;

/// One clock for the whole crowd.
static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::start);

/// What one client sends.
#[derive(Debug)]
pub(super) struct Voice {
    comp_id: String,
    next_outgoing: u64,
}

impl Voice {
    pub(super) fn new(comp_id: String) -> Self {
        Self {
            comp_id,
            next_outgoing: 1,
        }
    }

    /// A Logon(A); with ResetSeqNumFlag(141)=Y where the client has forgotten its numbers.
    pub(super) fn logon(&mut self, heartbeat_seconds: u64, reset: bool) -> Vec<u8> {
        self.say(b"A", |writer, _| {
            writer
                .text(b"98=", b"0")
                .number(b"108=", heartbeat_seconds)
                .text(b"141=", if reset { b"Y" } else { b"N" });
        })
    }

    /// A Logon(A) with a Password(554) that is wrong.
    pub(super) fn guess(&mut self) -> Vec<u8> {
        self.say(b"A", |writer, _| {
            writer
                .text(b"98=", b"0")
                .number(b"108=", 30)
                .text(b"554=", b"not the password");
        })
    }

    /// A Logon(A) that starts the numbers again: the next message is number 2.
    pub(super) fn start_again(&mut self) -> Vec<u8> {
        self.next_outgoing = 1;
        self.logon(30, true)
    }

    /// A TestRequest(1) with a TestReqID(112) of so many bytes.
    pub(super) fn test_request(&mut self, length: usize) -> Vec<u8> {
        let id = vec![b'x'; length];
        self.say(b"1", |writer, _| {
            writer.text(b"112=", &id);
        })
    }

    /// A Heartbeat(0).
    pub(super) fn heartbeat(&mut self) -> Vec<u8> {
        self.say(b"0", |_, _| {})
    }

    /// A Logout(5).
    pub(super) fn logout(&mut self) -> Vec<u8> {
        self.say(b"5", |_, _| {})
    }

    /// A ResendRequest(2) for everything.
    pub(super) fn resend_request(&mut self) -> Vec<u8> {
        self.say(b"2", |writer, _| {
            writer.text(b"7=", b"1").text(b"16=", b"0");
        })
    }

    /// A NewOrderSingle(D) that is refused by the market: there is no such instrument.
    pub(super) fn order(&mut self) -> Vec<u8> {
        let id = format!("{}-{}", self.comp_id, self.next_outgoing);
        self.say(b"D", |writer, time| {
            writer
                .text(b"11=", id.as_bytes())
                .text(b"55=", b"NOTHING")
                .text(b"54=", b"1")
                .text(b"60=", time)
                .text(b"38=", b"1")
                .text(b"40=", b"1");
        })
    }

    fn say(&mut self, msg_type: &[u8], body: impl FnOnce(&mut Writer, &[u8])) -> Vec<u8> {
        let mut time = TimeText::new();
        time.set(CLOCK.time_of_day(CLOCK.now()));
        let mut writer = Writer::default();
        writer
            .begin(msg_type)
            .text(b"49=", self.comp_id.as_bytes())
            .text(b"56=", b"CLOUDPIT")
            .number(b"34=", self.next_outgoing)
            .text(b"52=", time.bytes());
        body(&mut writer, time.bytes());
        self.next_outgoing += 1;
        let mut message = Vec::new();
        writer.finish(&mut message);
        message
    }
}
