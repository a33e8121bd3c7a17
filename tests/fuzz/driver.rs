//! A session, its store and its clock, driven as the venue drives one. What its interface promises is checked at every
//! call; what it puts out is [`Record`]'s to check.

mod sending;

use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use chrono::{DateTime, Utc};
use fix_codec::dictionary::validate;
use fix_codec::frame::{Framing, next_frame};
use fix_codec::values::CancelOrdersOnDisconnect;
use fix_codec::{Decoder, Fault, Message, MsgType, tags};
use fix_session::{Action, Outputs, Received, Resume, Session, Settings, Status};

use super::case::{DeskKind, Setup, Verdict};
use super::desk::Desk;
use super::market;
use super::record::{Record, Sent};

/// The longest message that is taken, in bytes.
pub(super) const MESSAGE_MAX: usize = 4_096;

/// Deadlines that may come due in one wait, at most. The longest wait holds far fewer.
const TURNS_MAX: u32 = 2_000;

/// A session and the driver around it.
pub(super) struct Driver {
    settings: Settings,
    pub(super) session: Session,
    out: Outputs,
    pub(super) now: DateTime<Utc>,
    pub(super) record: Record,
    incoming: BytesMut,
    pub(super) connected: bool,
    /// What takes the messages that are delivered.
    pub(super) desk: Option<Desk>,
    /// Carries out once for all that came together.
    batch: bool,
    /// Makes a reset durable only when time passes.
    pub(super) slow_reset: bool,
    reset_due: bool,
    /// What went to the peer since someone looked.
    pub(super) to_peer: Vec<u8>,
    /// The same, read.
    pub(super) sent: Vec<Sent>,
    /// Headlines of the News(B) that were delivered since someone looked.
    pub(super) delivered: Vec<Vec<u8>>,
    /// What came, and what became of it, since someone looked.
    pub(super) came: Vec<Came>,
}

/// One message or piece of garbage that came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Came {
    pub(super) before: &'static str,
    pub(super) what: What,
    pub(super) after: &'static str,
    /// How many messages had been sent before it.
    pub(super) sent_before: usize,
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// A message: its type, whether it is before its turn, and whether it says that it may be known.
    Message(MsgType, core::cmp::Ordering, bool, bool),
    /// A frame that could not be read.
    Unreadable(String),
    Garbled,
}

impl Driver {
    pub(super) fn new(settings: Settings, resume: Resume, batch: bool, slow_reset: bool) -> Self {
        let record = Record::new(
            &settings.sender_comp_id,
            &settings.target_comp_id,
            resume.next_outgoing,
        );
        Self {
            session: Session::new(settings.clone(), resume),
            settings,
            out: Outputs::new(),
            now: start(),
            record,
            incoming: BytesMut::new(),
            desk: None,
            connected: false,
            batch,
            slow_reset,
            reset_due: false,
            to_peer: Vec::new(),
            sent: Vec::new(),
            delivered: Vec::new(),
            came: Vec::new(),
        }
    }

    /// Puts order entry or drop copy behind the session.
    pub(super) fn staffed(mut self, setup: &Setup) -> Self {
        let staffed = setup.desk != DeskKind::None;
        self.desk = staffed.then(|| Desk::new(setup));
        self
    }

    pub(super) fn connect(&mut self) {
        if self.connected {
            return;
        }
        self.connected = true;
        self.session.connected(self.now, &mut self.out);
        self.carry_out();
    }

    pub(super) fn disconnect(&mut self) {
        if let Some(desk) = self.desk.as_mut().filter(|_| self.connected) {
            desk.client_left();
        }
        self.connected = false;
        self.incoming.clear();
        self.session.disconnected();
        assert_eq!(self.session.status(), Status::Disconnected);
        assert_eq!(self.session.held_bytes(), 0, "nothing is held for nobody");
        assert_eq!(self.session.deadline(), None);
    }

    /// The process starts again from its store, so many numbers further on. Of what came, the last so many messages are
    /// not known to have come.
    pub(super) fn restart(&mut self, skipped: u64, lost: u64) {
        self.disconnect();
        // A reset that was asked for is made durable before anything else is.
        self.reset();
        self.record.skip(skipped);
        let resume = Resume {
            next_outgoing: self.session.next_outgoing() + skipped,
            next_incoming: self.session.next_incoming().saturating_sub(lost).max(1),
        };
        let demanded = self.session.demands_reset();
        self.session = Session::new(self.settings.clone(), resume);
        if demanded {
            self.session.demand_reset();
        }
    }

    /// A trading session begins: where nobody is there, numbers start again.
    pub(super) fn renew(&mut self) {
        if !self.connected {
            self.session.change_settings(self.settings.clone());
            self.reset_due = true;
            self.reset();
        }
    }

    /// Something happens at the desk, and is carried out.
    pub(super) fn at_desk(&mut self, happens: impl FnOnce(&mut Desk)) {
        if let Some(desk) = &mut self.desk {
            happens(desk);
            self.carry_out();
        }
    }

    pub(super) fn logout(&mut self) {
        self.session.logout(self.now, None, &mut self.out);
        self.carry_out();
    }

    /// The driver has had enough of the peer.
    pub(super) fn expel(&mut self) {
        self.session.expel(self.now, "enough", &mut self.out);
        self.carry_out();
    }

    pub(super) fn decide(&mut self, verdict: Verdict) {
        let (session, now, out) = (&mut self.session, self.now, &mut self.out);
        match verdict {
            Verdict::Accept => session.accept_logon(now, out),
            Verdict::Greet => {
                session.set_cancel_on_disconnect(Some(CancelOrdersOnDisconnect::Session));
                if session.check_logon(now, Some("welcome"), out) {
                    session.accept_logon_saying(now, Some("welcome"), out);
                }
            }
            Verdict::Anew => {
                session.number_anew();
                session.accept_logon(now, out);
            }
            Verdict::Refuse => session.refuse_logon(now, "no", out),
        }
        self.carry_out();
        self.take_input();
    }

    pub(super) fn receive(&mut self, bytes: &[u8], chunk: usize) {
        for piece in bytes.chunks(chunk.max(1)) {
            // What comes while the driver is asked for something waits with the peer.
            if !self.connected || !self.is_reading() && self.incoming.len() > MESSAGE_MAX {
                return;
            }
            self.incoming.extend_from_slice(piece);
            self.take_input();
        }
    }

    /// Time passes; whatever is due meanwhile is done when it is. A reset that is slow is done at the end of it.
    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        // From here on a slow one takes its time.
        self.session.reset_begun(self.now);
        let mut turns = 0;
        while let Some(deadline) = self.session.deadline().filter(|due| *due <= end) {
            turns += 1;
            assert!(turns < TURNS_MAX, "a deadline that comes again and again");
            self.now = self.now.max(deadline);
            self.tick();
            let next = self.session.deadline();
            assert!(
                next.is_none_or(|next| next > self.now),
                "a deadline that was left undone"
            );
        }
        self.now = end;
        self.tick();
        self.reset();
        self.at_desk(|desk| desk.happens(market::timers()));
    }

    fn tick(&mut self) {
        self.session.tick(self.now, &mut self.out);
        self.carry_out();
    }

    /// While the driver is asked for something, what came can wait.
    fn is_reading(&self) -> bool {
        !matches!(
            self.session.status(),
            Status::Authenticating | Status::Resetting
        )
    }

    fn take_input(&mut self) {
        while self.connected && self.is_reading() {
            let bytes = match self.session.next_held() {
                Some(held) => held,
                None => match next_frame(&self.incoming, MESSAGE_MAX) {
                    Framing::Incomplete => break,
                    Framing::Garbled { skip, .. } => {
                        assert!(skip > 0 && skip <= self.incoming.len());
                        self.incoming.advance(skip);
                        self.take_garbled();
                        continue;
                    }
                    Framing::Message(frame) => {
                        let length = frame.len();
                        self.incoming.split_to(length).freeze()
                    }
                },
            };
            self.take(&bytes);
            if !self.batch {
                self.carry_out();
            }
        }
        let waits = self.connected && self.is_reading();
        assert!(
            !waits || self.incoming.len() <= MESSAGE_MAX,
            "a message that never ends"
        );
        self.carry_out();
    }

    fn take_garbled(&mut self) {
        let (status, next, garbled) = (
            name(self.session.status()),
            self.session.next_incoming(),
            self.session.garbled(),
        );
        self.session.receive_garbled();
        assert_eq!(self.session.garbled(), garbled + 1);
        assert_eq!(self.session.next_incoming(), next);
        self.note(status, What::Garbled);
    }

    fn take(&mut self, bytes: &[u8]) {
        let Framing::Message(frame) = next_frame(bytes, MESSAGE_MAX) else {
            panic!("what was one message is one still");
        };
        let before = name(self.session.status());
        let expected = self.session.next_incoming();
        let mut decoder = Decoder::new();
        let what = match decoder.decode(frame) {
            Ok(message) => {
                let received = self.session.receive(self.now, &message, &mut self.out);
                self.check_received(&message, received, expected);
                if let Some(desk) = &mut self.desk
                    && received == Received::Application
                {
                    desk.take(&mut self.session, self.now, &message, &mut self.out);
                }
                let header = &message.header;
                What::Message(
                    header.msg_type,
                    header.msg_seq_num.cmp(&expected),
                    header.poss_dup,
                    received == Received::Application,
                )
            }
            Err(error) => {
                self.session
                    .receive_invalid(self.now, &error, &mut self.out);
                match error.fault {
                    Fault::Garbled => What::Garbled,
                    Fault::Reject(why) => What::Unreadable(format!("{why:?}")),
                }
            }
        };
        assert!(
            self.session.next_incoming() >= expected,
            "numbers that had their turn have it again"
        );
        let limit = self.settings.hold_limit_bytes;
        assert!(self.session.held_bytes() <= limit, "too much is held");
        self.note(before, what);
    }

    /// What is handed to the application is right, is in its turn, and will not be handed to it again.
    fn check_received(&mut self, message: &Message<'_>, received: Received, expected: u64) {
        let header = &message.header;
        match received {
            Received::Application => {
                assert!(!header.msg_type.is_session());
                assert_eq!(header.msg_seq_num, expected, "not its turn");
                assert_eq!(self.session.next_incoming(), expected + 1);
                let valid = validate(message, self.settings.validation);
                assert_eq!(valid, Ok(()), "not valid, and delivered");
                assert_eq!(header.sender_comp_id, self.settings.target_comp_id);
                assert_eq!(header.target_comp_id, self.settings.sender_comp_id);
                if let Some(headline) = message.get(tags::HEADLINE) {
                    self.delivered.push(headline.to_vec());
                }
            }
            Received::Authenticate => {
                assert_eq!(self.session.status(), Status::Authenticating);
                assert_eq!(header.msg_type, MsgType::Logon);
            }
            Received::Handled => {}
        }
    }

    fn note(&mut self, before: &'static str, what: What) {
        self.came.push(Came {
            before,
            what,
            after: name(self.session.status()),
            sent_before: self.sent.len(),
        });
    }

    fn carry_out(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.settle(&mut self.session, self.now, &mut self.out);
        }
        self.record.keep(&self.out);
        let sent = self.record.transmitted(self.now, &self.out.wire);
        if self.connected {
            self.to_peer.extend_from_slice(&self.out.wire);
        } else {
            assert_eq!(sent, [], "sent to nobody");
        }
        self.sent.extend(sent);
        let actions = std::mem::take(&mut self.out.actions);
        self.out.clear();
        let mut closed = false;
        for action in actions {
            assert!(!closed, "after the end of the connection comes {action:?}");
            match action {
                Action::Disconnect(_) => {
                    assert_eq!(self.session.status(), Status::Closing);
                    closed = true;
                }
                Action::ResetSequences => {
                    assert!(!self.reset_due, "a reset is asked for once");
                    self.reset_due = true;
                }
                Action::Resend(range) => {
                    assert!(range.begin <= range.end);
                    assert!(range.end < self.session.next_outgoing());
                }
                Action::LoggedOn { .. } => {
                    if let Some(desk) = &mut self.desk {
                        desk.client_came();
                    }
                }
                Action::LoggedOut => {}
            }
        }
        if closed {
            self.disconnect();
        }
        if !self.slow_reset {
            self.reset();
        }
    }

    /// Makes the reset durable that was asked for.
    pub(super) fn reset(&mut self) {
        if self.reset_due {
            self.reset_due = false;
            // What the market has said by now comes under the old numbers.
            self.carry_out();
            self.record.reset();
            if let Some(desk) = &mut self.desk {
                desk.reset();
            }
            self.session.reset_done(self.now, &mut self.out);
            self.carry_out();
            self.take_input();
        }
    }
}

/// When every case begins.
pub(super) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("a valid time")
}

fn name(status: Status) -> &'static str {
    match status {
        Status::Disconnected => "disconnected",
        Status::AwaitingLogon => "awaiting logon",
        Status::Authenticating => "authenticating",
        Status::Resetting => "resetting",
        Status::LoggedOn => "logged on",
        Status::LoggingOut => "logging out",
        Status::Closing => "closing",
    }
}
