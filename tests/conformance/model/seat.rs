//! One session and the driver around it: its store, and what it does with outputs. As `gateway::sessions` does it, without a
//! task, a disk or a clock.

use std::collections::BTreeMap;

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use config::{Config, Role};
use engine::{Command, Event, Input, Origin, SessionName};
use fix_codec::Decoder;
use fix_codec::frame::{Framing, next_frame};
use fix_session::{Action, Outputs, Received, Resume, SendOptions, Session, Status};
use gateway::order_entry::inbound::{self, Refusal, Sender};
use gateway::{order_entry, session_settings};

use super::market::{Currencies, currencies};

pub(super) struct Seat {
    pub(super) session: Session,
    /// The connection that it has.
    pub(super) connection: Option<String>,
    name: SessionName,
    role: Role,
    currencies: Currencies,
    epoch: u32,
    /// What may be resent.
    store: BTreeMap<u64, Vec<u8>>,
    out: Outputs,
}

/// What is left for others to do.
#[derive(Default)]
pub(super) struct Done {
    pub(super) hung_up: bool,
    pub(super) input: Option<Input>,
}

impl Seat {
    pub(super) fn new(config: &Config, session: &config::Session) -> Self {
        Self {
            session: Session::new(session_settings(config, session), Resume::default()),
            connection: None,
            name: session.comp_id,
            role: session.role.clone(),
            currencies: currencies(config),
            epoch: 0,
            store: BTreeMap::new(),
            out: Outputs::new(),
        }
    }

    pub(super) fn connect(&mut self, who: &str, now: DateTime<Utc>) {
        self.connection = Some(who.to_owned());
        self.session.connected(now, &mut self.out);
    }

    pub(super) fn disconnect(&mut self) {
        self.connection = None;
        self.session.disconnected();
    }

    pub(super) fn tick(&mut self, now: DateTime<Utc>) {
        self.session.tick(now, &mut self.out);
    }

    pub(super) fn log_out(&mut self, now: DateTime<Utc>, why: &str) {
        self.session.logout(now, Some(why), &mut self.out);
    }

    /// The reset that was asked for is journaled.
    pub(super) fn reset(&mut self, now: DateTime<Utc>) {
        self.epoch += 1;
        self.store.clear();
        self.session.reset_done(now, &mut self.out);
    }

    pub(super) fn report(&mut self, now: DateTime<Utc>, event: &Event) {
        for report in order_entry::reports(event, &self.name) {
            let options = SendOptions::default();
            self.session.send(now, &report, options, &mut self.out);
        }
    }

    /// Handles every whole message that came; gives what is for the market.
    pub(super) fn take_input(
        &mut self,
        now: DateTime<Utc>,
        config: &Config,
        incoming: &mut BytesMut,
    ) -> Vec<Input> {
        let mut inputs = Vec::new();
        while self.session.status() != Status::Resetting {
            match next_frame(incoming, config.fix.max_message_bytes) {
                Framing::Incomplete => break,
                Framing::Garbled { skip, .. } => {
                    self.session.receive_garbled();
                    drop(incoming.split_to(skip));
                }
                Framing::Message(frame) => {
                    let length = frame.len();
                    let bytes = incoming.split_to(length);
                    self.take_message(now, &bytes, &mut inputs);
                    while let Some(held) = self.session.next_held() {
                        self.take_message(now, &held, &mut inputs);
                    }
                }
            }
        }
        inputs
    }

    fn take_message(&mut self, now: DateTime<Utc>, bytes: &[u8], inputs: &mut Vec<Input>) {
        let Framing::Message(frame) = next_frame(bytes, bytes.len()) else {
            return;
        };
        let (session, out) = (&mut self.session, &mut self.out);
        let mut decoder = Decoder::new();
        let message = match decoder.decode(frame) {
            Ok(message) => message,
            Err(error) => return session.receive_invalid(now, &error, out),
        };
        match session.receive(now, &message, out) {
            Received::Handled => return,
            Received::Authenticate => return session.accept_logon(now, out),
            Received::Application => {}
        }
        if !inbound::is_answered(&message) {
            return;
        }
        let default_account = match &self.role {
            Role::OrderEntry { default_account } => *default_account,
            Role::DropCopy { .. } => None,
        };
        let sender = Sender {
            session: self.name,
            epoch: self.epoch,
            default_account,
            currencies: &self.currencies,
        };
        match inbound::command(&message, &sender, now) {
            Ok(input) => inputs.push(input),
            Err(Refusal::Message(why)) => {
                session.reject(now, &message, &why, out);
            }
            Err(Refusal::Answer(answer)) => {
                session.answer(now, &message, &answer, out);
            }
        }
    }

    /// Keeps, transmits and resends, until nothing is left to do here.
    pub(super) fn carry_out(&mut self, now: DateTime<Utc>, wire: &mut BytesMut) -> Done {
        let mut done = Done::default();
        loop {
            for stored in self.out.stored.iter().filter(|stored| stored.resendable) {
                let bytes = self.out.bytes(stored).to_vec();
                self.store.insert(stored.msg_seq_num, bytes);
            }
            wire.extend_from_slice(&self.out.wire);
            let actions = std::mem::take(&mut self.out.actions);
            self.out.clear();
            for action in actions {
                self.act(action, &mut done);
            }
            self.resend(now);
            if self.out.is_empty() {
                return done;
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what else a session may ask leaves nothing to do without I/O"
    )]
    fn act(&mut self, action: Action, done: &mut Done) {
        match action {
            Action::ResetSequences => {
                done.input = Some(Input {
                    origin: Origin::Venue,
                    command: Command::ResetSession {
                        session: self.name,
                        epoch: self.epoch + 1,
                    },
                });
            }
            Action::Disconnect(_) => {
                done.hung_up = true;
                self.disconnect();
            }
            _ => {}
        }
    }

    fn resend(&mut self, now: DateTime<Utc>) {
        let Some(range) = self.session.resending() else {
            return;
        };
        for (number, stored) in self.store.range(range.begin..=range.end) {
            let resent = self
                .session
                .resend_message(now, *number, stored, &mut self.out);
            resent.expect("what was stored can be sent again");
        }
        self.session.resend_done(now, &mut self.out);
    }
}
