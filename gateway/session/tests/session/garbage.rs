//! A peer that sends whatever it likes: the session never panics, never uses a number twice, and
//! never delivers one twice.

use std::time::Duration;

use chrono::{DateTime, Utc};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::{Decoder, tags};
use fix_session::{Action, Outputs, Received, Resume, SendOptions, Session};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;

use crate::script::{acceptor, authenticating, news, whole};

#[derive(Clone, Debug)]
enum Event {
    /// A message with these fields after its type and number.
    Message(&'static str, String, Vec<(u32, &'static str)>),
    Bytes(Vec<u8>),
    Wait(u32),
    Send,
    Logout,
    Serve,
}

const TYPES: [&str; 12] = ["0", "1", "2", "3", "4", "5", "A", "A", "B", "D", "8", "*"];
const VALUES: [&str; 13] = [
    "Y",
    "N",
    "0",
    "1",
    "2",
    "3",
    "9",
    "30",
    "",
    "-1",
    "18446744073709551615",
    "CLIENT",
    "text",
];
const FIELDS: [u32; 17] = [
    7, 16, 36, 43, 45, 49, 56, 52, 58, 97, 98, 108, 112, 122, 123, 141, 148,
];

fn event() -> impl Strategy<Value = Event> {
    let number = prop_oneof![
        6 => (1..12_u64).prop_map(|number| number.to_string()),
        1 => select(VALUES.to_vec()).prop_map(str::to_owned),
    ];
    let fields = vec((select(FIELDS.to_vec()), select(VALUES.to_vec())), 0..5);
    prop_oneof![
        12 => (select(TYPES.to_vec()), number, fields)
            .prop_map(|(msg_type, number, fields)| Event::Message(msg_type, number, fields)),
        1 => vec(any::<u8>(), 0..60).prop_map(Event::Bytes),
        1 => (0..40_u32).prop_map(Event::Wait),
        1 => Just(Event::Send),
        1 => Just(Event::Logout),
        1 => Just(Event::Serve),
    ]
}

proptest! {
    #[test]
    fn nothing_that_a_peer_sends_breaks_a_session(
        events in vec(event(), 1..80),
        authenticate in any::<bool>(),
    ) {
        let mut victim = Victim::new(authenticate);
        for event in events {
            victim.happen(event);
        }
    }
}

struct Victim {
    session: Session,
    out: Outputs,
    now: DateTime<Utc>,
    next_stored: u64,
    /// The number below which every message has been delivered.
    delivered_below: u64,
}

impl Victim {
    fn new(authenticate: bool) -> Self {
        let settings = if authenticate {
            authenticating()
        } else {
            acceptor()
        };
        let mut victim = Self {
            session: Session::new(settings, Resume::default()),
            out: Outputs::new(),
            now: DateTime::from_timestamp(1_700_000_000, 0).expect("a valid time"),
            next_stored: 1,
            delivered_below: 1,
        };
        victim.session.connected(victim.now, &mut victim.out);
        victim.happen(Event::Message(
            "A",
            "1".to_owned(),
            vec![(98, "0"), (108, "30")],
        ));
        victim
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Message(msg_type, number, fields) => {
                self.receive(&self.message(msg_type, &number, &fields));
            }
            Event::Bytes(bytes) => self.receive(&bytes),
            Event::Wait(seconds) => {
                self.now += Duration::from_secs(u64::from(seconds));
                self.session.tick(self.now, &mut self.out);
            }
            Event::Send => {
                self.session.send(
                    self.now,
                    &news("ours"),
                    SendOptions::default(),
                    &mut self.out,
                );
            }
            Event::Logout => self.session.logout(self.now, None, &mut self.out),
            Event::Serve => self.session.resend_done(self.now, &mut self.out),
        }
        self.carry_out();
    }

    fn message(&self, msg_type: &str, number: &str, fields: &[(u32, &str)]) -> Vec<u8> {
        let time = self.now.format("%Y%m%d-%H:%M:%S");
        let mut body = format!("35={msg_type}|34={number}|");
        for (tag, value) in [
            (49, "CLIENT"),
            (56, "VENUE"),
            (52, time.to_string().as_str()),
        ] {
            if fields.iter().all(|(given, _)| *given != tag) {
                body.push_str(&format!("{tag}={value}|"));
            }
        }
        for (tag, value) in fields {
            body.push_str(&format!("{tag}={value}|"));
        }
        whole("FIX.4.4", &body)
    }

    fn receive(&mut self, bytes: &[u8]) {
        let Framing::Message(frame) = next_frame(bytes, 4096) else {
            return self.session.receive_garbled();
        };
        let mut decoder = Decoder::new();
        match decoder.decode(frame) {
            Ok(message) => match self.session.receive(self.now, &message, &mut self.out) {
                Received::Handled => {}
                Received::Authenticate => {
                    if message.get(tags::ENCRYPT_METHOD) == Some(b"0") {
                        self.session.accept_logon(self.now, &mut self.out);
                    }
                }
                Received::Application => {
                    assert!(message.header.msg_seq_num >= self.delivered_below);
                    self.delivered_below = message.header.msg_seq_num + 1;
                }
            },
            Err(error) => self
                .session
                .receive_invalid(self.now, &error, &mut self.out),
        }
        self.carry_out();
        while let Some(held) = self.session.next_held() {
            self.receive(&held);
        }
    }

    fn carry_out(&mut self) {
        for stored in &self.out.stored {
            assert_eq!(stored.msg_seq_num, self.next_stored);
            self.next_stored += 1;
        }
        let actions: Vec<Action> = self.out.actions.drain(..).collect();
        self.out.clear();
        for action in actions {
            match action {
                Action::ResetSequences => {
                    self.next_stored = 1;
                    self.delivered_below = 1;
                    self.session.reset_done(self.now, &mut self.out);
                    self.carry_out();
                }
                Action::Disconnect(_) => {
                    self.session.disconnected();
                    self.session.connected(self.now, &mut self.out);
                }
                Action::LoggedOn { .. } | Action::LoggedOut | Action::Resend(_) => {}
            }
        }
    }
}
