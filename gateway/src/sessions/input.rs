//! From bytes to commands: frames what was read, lets the session layer judge each message, and hands those whose
//! turn it is to order entry.

use bytes::Buf;
use chrono::{DateTime, Utc};
use config::Role;
use engine::{Command, Input};
use fix_codec::Message;
use fix_codec::frame::{Frame, Framing, next_frame};
use fix_codec::messages::Logon;
use fix_codec::values::BusinessRejectReason;
use fix_session::{BusinessReject, Outputs, Received, Session, Status};

use super::actor::Actor;
use super::desk::Desk;
use super::event::{Beyond, SessionEvent};
use super::limits::{self, Arrival, Handled};
use crate::clock;
use crate::identity::Claim;
use crate::limits::Verdict;
use crate::order_entry::inbound::{self, Refusal, Sender};
use crate::trading_status;

/// What a drop-copy session is told that sends an order.
const NO_ORDERS: BusinessReject<'static> = BusinessReject {
    reason: BusinessRejectReason::NotAuthorized,
    reference: None,
    text: Some("a drop-copy session takes no orders"),
};

/// What one is told that asks in which phase the market is.
const NO_QUESTIONS: BusinessReject<'static> = BusinessReject {
    text: Some("a drop-copy session may not ask where trading stands: ask in one for order entry"),
    ..NO_ORDERS
};

impl Actor {
    /// Handles every whole message that was read. While a reset of the sequence numbers or the client's coming is being
    /// made durable, or a password checked, what follows waits.
    pub(super) fn take_input(&mut self) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        // Taken out for the while, so that messages are read where they lie.
        let mut incoming = std::mem::take(&mut connection.incoming);
        let now = clock::now();
        let mut taken = 0;
        let mut garbled = 0;
        let mut unfinished = false;
        // Where bytes begin that are no message and are not logged yet.
        let mut noise = None;
        self.take_held(now);
        while self.may_take() {
            let rest = incoming.get(taken..).unwrap_or_default();
            match next_frame(rest, self.profile.max_message_bytes) {
                Framing::Incomplete => {
                    unfinished = !rest.is_empty();
                    break;
                }
                Framing::Garbled { skip, error } => {
                    self.take_garbled(now, skip, error);
                    noise = noise.or(Some(taken));
                    garbled += skip;
                    taken += skip;
                }
                Framing::Message(frame) => {
                    if self.take_message(now, frame, Arrival::Now) == Handled::Later {
                        break;
                    }
                    self.log_noise(now, &incoming, noise.take(), taken);
                    self.observer.came(now, frame.bytes());
                    taken += frame.len();
                    self.take_held(now);
                }
            }
        }
        self.log_noise(now, &incoming, noise, taken);
        if garbled > 0 {
            // One line a read, however many pieces there were: a log must not be the larger of the two.
            self.observer
                .event(SessionEvent::Garbled { bytes: garbled });
        }
        self.demands.read(now, unfinished, taken > 0);
        incoming.advance(taken);
        if let Some(connection) = &mut self.connection {
            connection.give_back(incoming);
        }
    }

    /// Logs the bytes from `begin` to `end`, which are no message, if there are any.
    fn log_noise(&mut self, now: DateTime<Utc>, bytes: &[u8], begin: Option<usize>, end: usize) {
        if let Some(noise) = begin.and_then(|begin| bytes.get(begin..end)) {
            self.observer.garbled(now, noise);
        }
    }

    /// Whether the next message is to be handled now.
    fn may_take(&self) -> bool {
        let closing = self.session.status() == Status::Closing;
        !closing && !self.is_busy() && self.demands.may_read()
    }

    /// Handles the messages that waited behind a gap which is closed now.
    fn take_held(&mut self, now: DateTime<Utc>) {
        while self.may_take() {
            let aside = self.demands.take_up();
            let Some(held) = aside.or_else(|| self.session.next_held()) else {
                return;
            };
            let Framing::Message(frame) = next_frame(&held, self.profile.max_message_bytes) else {
                continue;
            };
            if self.take_message(now, frame, Arrival::Earlier) == Handled::Later {
                self.demands.put_aside(held);
            }
        }
    }

    /// Handles one message, unless it has to wait.
    fn take_message(&mut self, now: DateTime<Utc>, frame: Frame<'_>, arrival: Arrival) -> Handled {
        let message = match self.decoder.decode(frame) {
            Ok(message) => message,
            Err(error) => {
                self.observer.received_unreadable();
                self.session.receive_invalid(now, &error, &mut self.outputs);
                self.count_unreadable(now);
                return Handled::Now;
            }
        };
        match self.demands.weigh(now, &message.header, arrival) {
            Verdict::Take => {}
            Verdict::Wait(_) => {
                self.tell_limit(Beyond::HeldBack, &"messages sent again come too fast");
                return Handled::Later;
            }
            Verdict::LogOut(why) => {
                self.expel(now, &why.to_string());
                return Handled::Now;
            }
        }
        self.observer.received(&message);
        match self.session.receive(now, &message, &mut self.outputs) {
            Received::Application => {}
            Received::Authenticate => {
                let claim = Claim::of(&message);
                let logon = Logon::try_from(&message).ok();
                let asked = logon.and_then(|logon| logon.cancel_orders_on_disconnect);
                self.watching.ask(asked);
                self.authenticate(claim);
                return Handled::Now;
            }
            Received::Handled => return Handled::Now,
        }
        if self.desk.is_none() {
            // The venue takes no more orders: this one stays the client's, who is asked for it at the next Logon.
            self.first_untaken.get_or_insert(message.header.msg_seq_num);
            return Handled::Now;
        }
        if !inbound::is_answered(&message) {
            return Handled::Now;
        }
        let is_question = trading_status::is_question(&message);
        if matches!(self.profile.role, Role::DropCopy { .. }) {
            let why = [&NO_ORDERS, &NO_QUESTIONS][usize::from(is_question)];
            self.session
                .reject_business(now, &message, why, &mut self.outputs);
            return Handled::Now;
        }
        if let Some(why) = self.demands.take(now, &message.header) {
            let beyond = Beyond::Refused;
            self.observer
                .event(SessionEvent::LimitExceeded { beyond, why: &why });
            limits::refuse(&mut self.session, now, &message, why, &mut self.outputs);
            return Handled::Now;
        }
        if is_question {
            let way = (&mut self.session, &mut self.outputs);
            self.trading_status.ask(now, &message, way);
            self.answer_questions(now);
            return Handled::Now;
        }
        let sender = self.profile.sender(self.store.epoch());
        let way = (&mut self.session, &mut self.outputs);
        let input = enter(now, &message, &sender, self.desk.as_ref(), way);
        self.decoded.extend(input);
        Handled::Now
    }
}

/// The command that a message asks for; nothing where it is answered here.
fn enter(
    now: DateTime<Utc>,
    message: &Message<'_>,
    sender: &Sender<'_>,
    desk: Option<&Desk>,
    (session, outputs): (&mut Session, &mut Outputs),
) -> Option<Input> {
    match inbound::command(message, sender, now) {
        Ok(input) if lacks_room(desk, &input.command) => {
            limits::refuse_for_room(session, now, message, outputs);
        }
        Ok(input) => return Some(input),
        Err(Refusal::Message(reject)) => {
            session.reject(now, message, &reject, outputs);
        }
        Err(Refusal::Answer(answer)) => {
            session.answer(now, message, &answer, outputs);
        }
    }
    None
}

/// Whether this is a new order while the disk has too little room for those.
fn lacks_room(desk: Option<&Desk>, command: &Command) -> bool {
    let is_order = matches!(
        command,
        Command::SubmitOrder(_) | Command::SubmitOrderAgain(_)
    );
    is_order && desk.is_some_and(|desk| !desk.has_room())
}
