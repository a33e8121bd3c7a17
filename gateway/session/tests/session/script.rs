//! One session under a script: what goes in and what comes out, line by line.
//!
//! | line | means |
//! |---|---|
//! | `connect`, `disconnect` | the connection is there, is gone |
//! | `< 35=0\|34=2` | the peer sends this; 8, 9, 49, 56, 52 and 10 are added where they are not given |
//! | `garbled` | the peer sends bytes that are no message |
//! | `send TEXT` | we send a News(B) with the headline TEXT |
//! | `logout TEXT` | we log out |
//! | `accept`, `refuse TEXT` | the driver decides on a Logon |
//! | `accept anew` | the driver accepts a Logon that begins a new trading session |
//! | `reset begun` | the driver has begun with the reset that it was asked for |
//! | `reset done` | the driver has made the reset durable |
//! | `serve N` | the driver resends up to N messages from its store |
//! | `serve` | the driver resends all that is asked for, and says that it is done |
//! | `+30` | 30 seconds pass; the session is ticked whenever it wants to be |
//! | `> 35=0\|34=2` | transmitted: all fields but 8, 9, 49, 56, 52 and 10 |
//! | `~ 35=B\|34=2` | kept, not transmitted |
//! | `! ...` | an action, or a message handed to the application |
//!
//! A time is written `now`, `now-121`, `now+10`; one in the output as seconds since the start, `T+3`.
//! `<`, `+` and the words are input; the rest is output. A script passes when running its input
//! gives the whole script again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::messages::{Group, LineOfText, News};
use fix_codec::{Decoder, tags};
use fix_session::{Action, Outputs, Place, Received, Resume, Role, SendOptions, Session, Settings};

/// The names that scripts are written for: we are `VENUE`, the peer is `CLIENT`.
pub(crate) fn acceptor() -> Settings {
    Settings::acceptor("VENUE", "CLIENT")
}

/// As [`acceptor`], from the other side: we open the conversation.
pub(crate) fn initiator() -> Settings {
    Settings::initiator("VENUE", "CLIENT", 30)
}

/// An acceptor whose driver decides on each Logon.
pub(crate) fn authenticating() -> Settings {
    let role = Role::Acceptor {
        heartbeat_seconds: 0..=600,
        authenticate: true,
    };
    Settings { role, ..acceptor() }
}

/// Runs a script with a new session.
#[track_caller]
pub(crate) fn check(settings: Settings, script: &str) {
    check_from(settings, Resume::default(), script);
}

/// Runs a script with a session that has a past.
#[track_caller]
pub(crate) fn check_from(settings: Settings, resume: Resume, script: &str) {
    let expected: Vec<&str> = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let mut bench = Bench::new(settings, resume);
    for line in &expected {
        if !line.starts_with(['>', '~', '!']) {
            bench.transcript.push((*line).to_owned());
            bench.run(line);
        }
    }
    assert_eq!(bench.transcript.join("\n"), expected.join("\n"));
}

/// A session, the driver around it, and what has happened so far.
struct Bench {
    session: Session,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
    out: Outputs,
    /// The driver's store: what may be resent.
    store: BTreeMap<u64, Vec<u8>>,
    next_stored: u64,
    transcript: Vec<String>,
}

impl Bench {
    fn new(settings: Settings, resume: Resume) -> Self {
        let start = DateTime::from_timestamp(1_700_000_000, 0).expect("a valid time");
        Self {
            session: Session::new(settings, resume),
            start,
            now: start,
            out: Outputs::new(),
            store: BTreeMap::new(),
            next_stored: resume.next_outgoing,
            transcript: Vec::new(),
        }
    }

    fn run(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (now, session, out) = (self.now, &mut self.session, &mut self.out);
        match word {
            "connect" => session.connected(now, out),
            "disconnect" => session.disconnected(),
            // A driver that starts again, with what it kept of a demand.
            "demand" => session.demand_reset(),
            "garbled" => session.receive_garbled(),
            "accept" if rest.is_empty() => session.accept_logon(now, out),
            "accept" if rest == "anew" => {
                session.number_anew();
                session.accept_logon(now, out);
            }
            "check" => {
                let text = (!rest.is_empty()).then_some(rest);
                if session.check_logon(now, text, out) {
                    session.accept_logon_saying(now, text, out);
                }
            }
            "accept" => session.accept_logon_saying(now, Some(rest), out),
            // Another driver's settings: it asks for no authentication.
            "change" => session.change_settings(acceptor()),
            "refuse" => session.refuse_logon(now, rest, out),
            "logout" => session.logout(now, (!rest.is_empty()).then_some(rest), out),
            "expel" => session.expel(now, rest, out),
            "send" => {
                session.send(now, &news(rest), SendOptions::default(), out);
            }
            "send-again" => {
                let options = SendOptions {
                    poss_resend: true,
                    ..SendOptions::default()
                };
                session.send(now, &news(rest), options, out);
            }
            "reset" if rest == "begun" => session.reset_begun(now),
            "reset" => {
                self.store.clear();
                self.next_stored = 1;
                session.reset_done(now, out);
            }
            "serve" if rest.is_empty() => self.serve_all(),
            "serve" => self.serve(rest.parse().expect("a number of messages")),
            "<" => self.receive(rest),
            _ => match word.strip_prefix('+') {
                Some(seconds) => self.wait(seconds.parse().expect("a number of seconds")),
                None => panic!("no such line: {line}"),
            },
        }
        self.carry_out();
    }

    fn wait(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(deadline) = self.session.deadline().filter(|deadline| *deadline <= end) {
            assert!(deadline >= self.now, "a deadline that was left undone");
            self.now = deadline;
            self.session.tick(self.now, &mut self.out);
            self.carry_out();
        }
        self.now = end;
        self.session.tick(self.now, &mut self.out);
    }

    fn receive(&mut self, fields: &str) {
        let bytes = self.message(fields);
        self.receive_bytes(&bytes);
        while let Some(held) = self.session.next_held() {
            self.carry_out();
            self.receive_bytes(&held);
        }
    }

    fn receive_bytes(&mut self, bytes: &[u8]) {
        let Framing::Message(frame) = next_frame(bytes, 1 << 16) else {
            panic!("a script's messages are whole: {}", readable(bytes));
        };
        match Decoder::new().decode(frame) {
            Ok(message) => match self.session.receive(self.now, &message, &mut self.out) {
                Received::Handled => {}
                Received::Authenticate => {
                    let username = message.get(tags::USERNAME).map(readable);
                    let line = format!("! authenticate {}", username.unwrap_or_default());
                    self.transcript.push(line.trim().to_owned());
                }
                Received::Application => {
                    let header = &message.header;
                    let mut line = format!("! {} {}", header.msg_type, header.msg_seq_num);
                    for (flag, name) in [
                        (header.poss_dup, " PossDup"),
                        (header.poss_resend, " PossResend"),
                    ] {
                        line.push_str(if flag { name } else { "" });
                    }
                    self.transcript.push(line);
                }
            },
            Err(error) => self
                .session
                .receive_invalid(self.now, &error, &mut self.out),
        }
    }

    /// Resends at most `limit` messages.
    fn serve(&mut self, limit: usize) {
        let range = self
            .session
            .resending()
            .expect("the script serves what was asked for");
        let messages: Vec<_> = self
            .store
            .range(range.begin..=range.end)
            .take(limit)
            .collect();
        for (msg_seq_num, stored) in messages {
            self.session
                .resend_message(self.now, *msg_seq_num, stored, &mut self.out)
                .expect("stored messages can be resent");
        }
    }

    fn serve_all(&mut self) {
        self.serve(usize::MAX);
        self.session.resend_done(self.now, &mut self.out);
    }

    /// Does what a driver does with outputs, and writes it down.
    fn carry_out(&mut self) {
        for stored in &self.out.stored {
            assert_eq!(
                stored.msg_seq_num, self.next_stored,
                "numbers are given out without holes"
            );
            self.next_stored += 1;
            let bytes = self.out.bytes(stored);
            if stored.resendable {
                self.store.insert(stored.msg_seq_num, bytes.to_vec());
            }
            if stored.place == Place::Unsent {
                self.transcript.push(format!("~ {}", self.shown(bytes)));
            }
        }
        let wire = self.out.wire.split();
        let mut rest = &wire[..];
        while let Framing::Message(frame) = next_frame(rest, 1 << 16) {
            self.transcript
                .push(format!("> {}", self.shown(frame.bytes())));
            rest = &rest[frame.len()..];
        }
        assert_eq!(rest, b"", "what goes on the wire is whole");
        while let Some(action) = self.out.actions.pop_front() {
            self.transcript.push(format!("! {}", named(action)));
        }
        self.out.clear();
    }

    /// A message of ours as a script writes it; what goes without saying must be right.
    fn shown(&self, bytes: &[u8]) -> String {
        let text = readable(bytes);
        let mut line = String::new();
        for field in text.split('|').filter(|field| !field.is_empty()) {
            let (tag, value) = field.split_once('=').expect("our own fields have a value");
            match tag {
                "9" | "10" => {}
                "8" => assert_eq!(value, "FIX.4.4"),
                "49" => assert_eq!(value, "VENUE"),
                "56" => assert_eq!(value, "CLIENT"),
                "52" => assert_eq!(self.seconds(value), (self.now - self.start).num_seconds()),
                "122" => write!(line, "|122=T+{}", self.seconds(value)).expect("text grows"),
                _ => write!(line, "|{field}").expect("text grows"),
            }
        }
        line.split_off(1)
    }

    fn seconds(&self, time: &str) -> i64 {
        let time = chrono::NaiveDateTime::parse_from_str(time, "%Y%m%d-%H:%M:%S%.f");
        (time.expect("our own times are right").and_utc() - self.start).num_seconds()
    }

    /// A whole message from a script's fields.
    fn message(&self, fields: &str) -> Vec<u8> {
        let mut begin_string = "FIX.4.4";
        let mut header = [("49", "CLIENT"), ("56", "VENUE"), ("52", "now")];
        let mut others = Vec::new();
        for field in fields.split('|') {
            let (tag, value) = field
                .split_once('=')
                .expect("a script's fields have a value");
            match header.iter_mut().find(|(given, _)| *given == tag) {
                Some(known) => known.1 = value,
                None if tag == "8" => begin_string = value,
                None => others.push((tag, value)),
            }
        }
        others.splice(2..2, header.into_iter().filter(|(_, value)| *value != "-"));
        let mut body = String::new();
        for (tag, value) in others {
            let value = if ["52", "122"].contains(&tag) {
                self.time(value)
            } else {
                value.to_owned()
            };
            write!(body, "{tag}={value}|").expect("text grows");
        }
        whole(begin_string, &body)
    }

    fn time(&self, value: &str) -> String {
        let Some(offset) = value.strip_prefix("now") else {
            return value.to_owned();
        };
        let seconds = if offset.is_empty() {
            0
        } else {
            offset.parse().expect("seconds")
        };
        let time = self.now + TimeDelta::seconds(seconds);
        time.to_rfc3339_opts(SecondsFormat::Millis, true)
            .replace('-', "")
            .replace('T', "-")
            .replace('Z', "")
    }
}

/// A message with BodyLength(9) and CheckSum(10) from its fields with `|` for SOH.
pub(crate) fn whole(begin_string: &str, body: &str) -> Vec<u8> {
    let text = format!("8={begin_string}|9={}|{body}", body.len());
    let mut bytes = text.replace('|', "\u{1}").into_bytes();
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    bytes.extend(format!("10={sum:03}\u{1}").into_bytes());
    bytes
}

/// A News(B) with the headline `text`, our application message.
pub(crate) fn news(text: &str) -> News<'_> {
    const LINES: &[LineOfText<'_>] = &[LineOfText {
        text: "text",
        encoded_text: None,
    }];
    News {
        orig_time: None,
        urgency: None,
        headline: text,
        lines_of_text: Group::new(LINES),
        url_link: None,
    }
}

fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\u{1}', "|")
}

fn named(action: Action) -> String {
    match action {
        Action::LoggedOn { heartbeat } => {
            format!(
                "logged on, heartbeat {}",
                heartbeat.unwrap_or_default().as_secs()
            )
        }
        Action::Resend(range) => format!("resend {} to {}", range.begin, range.end),
        Action::ResetSequences => "reset sequences".to_owned(),
        Action::LoggedOut => "logged out".to_owned(),
        Action::Disconnect(reason) => format!("disconnect {reason:?}"),
    }
}
