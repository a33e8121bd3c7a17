//! Two sessions over a connection that splits the bytes anywhere, breaks at any time and loses what
//! was on its way: every message is delivered once, in order, on both sides.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::{Decoder, tags};
use fix_session::{
    Action, Outputs, Received, ResendError, Resume, SendOptions, Session, Settings, Status,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
use proptest::sample::select;

use crate::script::news;

/// One thing that happens. A side is 0 (the acceptor) or 1 (the initiator).
#[derive(Clone, Debug)]
enum Event {
    Connect,
    /// The connection breaks; what was on its way is lost.
    Break,
    Send(usize),
    /// So many bytes from this side reach the other.
    Deliver(usize, usize),
    /// This side resends so many messages.
    Serve(usize, usize),
    /// Time goes on to the next deadline.
    Wait,
    Logout(usize),
    /// This side starts again from its store, having skipped so many numbers.
    Restart(usize, u64),
}

fn event() -> impl Strategy<Value = Event> {
    let side = || 0..2_usize;
    prop_oneof![
        2 => Just(Event::Connect),
        1 => Just(Event::Break),
        8 => side().prop_map(Event::Send),
        8 => (side(), prop_oneof![1..400_usize, Just(usize::MAX)])
            .prop_map(|(side, bytes)| Event::Deliver(side, bytes)),
        3 => (side(), 1..4_usize).prop_map(|(side, messages)| Event::Serve(side, messages)),
        1 => Just(Event::Wait),
        1 => side().prop_map(Event::Logout),
        1 => (side(), 0..50_u64).prop_map(|(side, skipped)| Event::Restart(side, skipped)),
    ]
}

proptest! {
    #[test]
    fn every_message_is_delivered_once_and_in_order(
        events in vec(event(), 1..120),
        hold_limit_bytes in select(vec![0_usize, 600, 1 << 20]),
        heartbeat_seconds in select(vec![1_u32, 30]),
    ) {
        let mut pair = Pair::new(hold_limit_bytes, heartbeat_seconds);
        for event in events {
            pair.happen(event);
        }
        pair.finish();
    }
}

struct Side {
    settings: Settings,
    session: Session,
    out: Outputs,
    store: BTreeMap<u64, Vec<u8>>,
    /// On its way to the other side.
    on_wire: VecDeque<u8>,
    /// Came, but is not a whole message yet.
    came: Vec<u8>,
    sent: u64,
    delivered: u64,
    /// Asked for the connection to be closed.
    closing: bool,
}

impl Side {
    fn new(settings: Settings) -> Self {
        Self {
            session: Session::new(settings.clone(), Resume::default()),
            settings,
            out: Outputs::new(),
            store: BTreeMap::new(),
            on_wire: VecDeque::new(),
            came: Vec::new(),
            sent: 0,
            delivered: 0,
            closing: false,
        }
    }

    fn send(&mut self, now: DateTime<Utc>) {
        let text = self.sent.to_string();
        self.sent += 1;
        self.session
            .send(now, &news(&text), SendOptions::default(), &mut self.out);
        self.carry_out();
    }

    fn receive(&mut self, now: DateTime<Utc>, bytes: &[u8]) {
        self.came.extend_from_slice(bytes);
        loop {
            let length = match next_frame(&self.came, 4096) {
                Framing::Message(frame) => frame.len(),
                Framing::Incomplete => return,
                Framing::Garbled { .. } => panic!("the connection breaks nothing"),
            };
            let message: Vec<u8> = self.came.drain(..length).collect();
            self.take(now, &message);
            while let Some(held) = self.session.next_held() {
                self.take(now, &held);
            }
        }
    }

    fn take(&mut self, now: DateTime<Utc>, bytes: &[u8]) {
        let Framing::Message(frame) = next_frame(bytes, 4096) else {
            panic!("a whole message")
        };
        let mut decoder = Decoder::new();
        let message = decoder
            .decode(frame)
            .expect("sessions send what can be read");
        if self.session.receive(now, &message, &mut self.out) == Received::Application {
            let text = message.get(tags::HEADLINE).expect("a headline");
            assert_eq!(String::from_utf8_lossy(text), self.delivered.to_string());
            self.delivered += 1;
        }
        self.carry_out();
    }

    fn serve(&mut self, now: DateTime<Utc>, limit: usize) {
        let Some(range) = self.session.resending() else {
            return;
        };
        let mut rest = self.store.range(range.begin..=range.end.max(range.begin));
        for (msg_seq_num, stored) in rest.by_ref().take(limit) {
            match self
                .session
                .resend_message(now, *msg_seq_num, stored, &mut self.out)
            {
                Ok(()) | Err(ResendError::OutOfRange { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        if rest.next().is_none() {
            self.session.resend_done(now, &mut self.out);
        }
        self.carry_out();
    }

    fn carry_out(&mut self) {
        for stored in &self.out.stored {
            let bytes = self.out.bytes(stored).to_vec();
            if stored.resendable {
                let before = self.store.insert(stored.msg_seq_num, bytes);
                assert_eq!(before, None, "no number is used twice");
            }
        }
        if !self.closing {
            self.on_wire.extend(&self.out.wire);
        }
        for action in self.out.actions.drain(..) {
            match action {
                Action::Disconnect(_) => self.closing = true,
                Action::ResetSequences => panic!("nobody asks for a reset"),
                Action::LoggedOn { .. } | Action::LoggedOut | Action::Resend(_) => {}
            }
        }
        self.out.clear();
    }

    fn restart(&mut self, skipped: u64) {
        let resume = Resume {
            next_outgoing: self.session.next_outgoing() + skipped,
            next_incoming: self.session.next_incoming(),
        };
        self.session = Session::new(self.settings.clone(), resume);
    }
}

struct Pair {
    sides: [Side; 2],
    now: DateTime<Utc>,
    connected: bool,
}

impl Pair {
    fn new(hold_limit_bytes: usize, heartbeat_seconds: u32) -> Self {
        let acceptor = Settings {
            hold_limit_bytes,
            ..Settings::acceptor("A", "B")
        };
        let initiator = Settings {
            hold_limit_bytes,
            ..Settings::initiator("B", "A", heartbeat_seconds)
        };
        Self {
            sides: [Side::new(acceptor), Side::new(initiator)],
            now: DateTime::from_timestamp(1_700_000_000, 0).expect("a valid time"),
            connected: false,
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Connect => self.connect(),
            Event::Break => self.disconnect(),
            Event::Send(side) => self.sides[side].send(self.now),
            Event::Deliver(from, bytes) => self.deliver(from, bytes),
            Event::Serve(side, messages) => self.sides[side].serve(self.now, messages),
            Event::Wait => self.wait(),
            Event::Logout(side) => {
                let side = &mut self.sides[side];
                side.session.logout(self.now, None, &mut side.out);
                side.carry_out();
            }
            Event::Restart(side, skipped) => {
                self.disconnect();
                self.sides[side].restart(skipped);
            }
        }
        self.close_if_asked();
    }

    fn connect(&mut self) {
        if !self.connected {
            self.connected = true;
            for side in &mut self.sides {
                side.session.connected(self.now, &mut side.out);
                side.carry_out();
            }
        }
    }

    fn disconnect(&mut self) {
        self.connected = false;
        for side in &mut self.sides {
            side.session.disconnected();
            side.on_wire.clear();
            side.came.clear();
            side.closing = false;
        }
    }

    fn deliver(&mut self, from: usize, bytes: usize) {
        let on_wire = &mut self.sides[from].on_wire;
        let length = bytes.min(on_wire.len());
        let bytes: Vec<u8> = on_wire.drain(..length).collect();
        self.sides[1 - from].receive(self.now, &bytes);
    }

    /// A side that closes has its last words heard.
    fn close_if_asked(&mut self) {
        for from in [0, 1] {
            if self.sides[from].closing {
                self.deliver(from, usize::MAX);
                self.disconnect();
            }
        }
    }

    fn wait(&mut self) {
        let deadlines = self.sides.iter().filter_map(|side| side.session.deadline());
        if let Some(deadline) = deadlines.min() {
            self.now = self.now.max(deadline);
            for side in &mut self.sides {
                side.session.tick(self.now, &mut side.out);
                side.carry_out();
            }
        }
    }

    /// The connection holds from now on: all that was sent arrives.
    fn finish(&mut self) {
        for _ in 0..100 {
            self.connect();
            for side in [0, 1, 0, 1] {
                self.deliver(side, usize::MAX);
                self.sides[side].serve(self.now, usize::MAX);
            }
            self.close_if_asked();
            let [acceptor, initiator] = &self.sides;
            if acceptor.delivered == initiator.sent && initiator.delivered == acceptor.sent {
                return;
            }
            if self.sides.iter().all(|side| side.on_wire.is_empty()) {
                self.wait();
            }
            self.close_if_asked();
        }
        let [acceptor, initiator] = &self.sides;
        panic!(
            "stuck: {} of {} and {} of {} delivered; {:?} {:?}",
            acceptor.delivered,
            initiator.sent,
            initiator.delivered,
            acceptor.sent,
            acceptor.session.status(),
            initiator.session.status(),
        );
    }
}

#[test]
fn two_sessions_talk_and_part() {
    let mut pair = Pair::new(1 << 20, 30);
    pair.connect();
    for side in [1, 0] {
        pair.deliver(side, usize::MAX);
    }
    assert!(
        pair.sides
            .iter()
            .all(|side| side.session.status() == Status::LoggedOn)
    );
    for side in [0, 1, 0, 1] {
        pair.happen(Event::Send(side));
        pair.happen(Event::Deliver(side, usize::MAX));
    }
    pair.happen(Event::Logout(1));
    pair.happen(Event::Deliver(1, usize::MAX));
    assert!(
        pair.sides
            .iter()
            .all(|side| side.session.status() == Status::Disconnected)
    );
    assert!(pair.sides.iter().all(|side| side.delivered == 2));
}
