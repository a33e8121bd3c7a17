//! What a client asks about phases, and is told of them: answers as soon as the board has all that was published when it asked,
//! and what follows with the mail, in the order of the event log. It ends with the connection. While sequence numbers start again
//! nothing is told; then all that is followed, and what waits is answered.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::{Event, EventBody, SessionName};
use fix_codec::messages::BusinessMessageReject;
use fix_codec::values::{BusinessRejectReason, SubscriptionRequestType};
use fix_codec::{EncodeBody, Message, MsgType};
use fix_session::{BusinessReject, Outputs, SendOptions, Session, Status};
use sequencer::EventPosition;

use super::actor::Actor;
use crate::trading_status::{
    self, Board, NO_SUCH_SESSION, Question, Subject, Subscriptions, Unasked, Untaken,
};

/// What a client is told that names no instrument.
const UNKNOWN_SYMBOL: &str = "Symbol(55) is no instrument of this venue";

/// What the client of one session has asked about phases.
pub(super) struct TradingStatus {
    board: Arc<Board>,
    session: SessionName,
    subscriptions: Subscriptions,
    /// Questions that wait for the board, in order.
    asked: VecDeque<Asked>,
}

/// A question that waits for its answer.
struct Asked {
    question: Question,
    /// MsgSeqNum(34) of the message that asked it; `None` when it belongs to numbers that are over.
    msg_seq_num: Option<u64>,
    /// What must be on the board first.
    position: EventPosition,
}

impl TradingStatus {
    /// Nothing is asked yet.
    pub(super) fn new(board: Arc<Board>, session: SessionName) -> Self {
        Self {
            board,
            session,
            subscriptions: Subscriptions::default(),
            asked: VecDeque::new(),
        }
    }

    /// Waits until a question can be answered; for ever while there is none.
    pub(super) async fn ready(&self) {
        match self.asked.front() {
            Some(first) => self.board.reached(first.position).await,
            None => std::future::pending().await,
        }
    }

    /// Takes a message that asks about phases, or refuses it. The answer is to come.
    pub(super) fn ask(
        &mut self,
        now: DateTime<Utc>,
        message: &Message<'_>,
        (session, outputs): (&mut Session, &mut Outputs),
    ) {
        let question = match trading_status::question(message) {
            Ok(question) => question,
            Err(Unasked::Message(reject)) => {
                session.reject(now, message, &reject, outputs);
                return;
            }
            Err(Unasked::Session(name, id))
                if message.msg_type() == MsgType::TradingSessionStatusRequest =>
            {
                let refused = trading_status::market_refused(&name, id);
                session.answer(now, message, &refused, outputs);
                return;
            }
            Err(Unasked::Session(name, _)) => {
                let why = (BusinessRejectReason::Other, NO_SUCH_SESSION);
                session.reject_business(now, message, &reject(why, name.as_str()), outputs);
                return;
            }
            Err(Unasked::Symbol(name)) => {
                let why = (BusinessRejectReason::UnknownSecurity, UNKNOWN_SYMBOL);
                session.reject_business(now, message, &reject(why, name.as_str()), outputs);
                return;
            }
        };
        if let Err(untaken) = self.take(question, message.header.msg_seq_num) {
            let reason = match untaken {
                Untaken::Unknown => BusinessRejectReason::UnknownId,
                Untaken::Duplicate
                | Untaken::TooMany
                | Untaken::Other(_)
                | Untaken::Followed(_) => BusinessRejectReason::Other,
            };
            let text = untaken.to_string();
            let refused = reject((reason, &text), question.name.as_str());
            session.reject_business(now, message, &refused, outputs);
        }
    }

    fn next_ready(&mut self) -> Option<Asked> {
        let first = self.asked.front()?;
        self.board
            .has(first.position)
            .then(|| self.asked.pop_front())?
    }

    /// Takes a question, whose answer is to come.
    fn take(&mut self, question: Question, msg_seq_num: u64) -> Result<(), Untaken> {
        let Question {
            name,
            subject,
            wish,
        } = question;
        if wish == SubscriptionRequestType::Unsubscribe {
            self.end(question)?;
            let begun = Question {
                wish: SubscriptionRequestType::SnapshotAndUpdates,
                ..question
            };
            self.asked.retain(|asked| asked.question != begun);
            return Ok(());
        }
        if self.subscriptions.has(&name, subject) {
            return Err(Untaken::Duplicate);
        }
        let once = |asked: &&Asked| asked.question.wish == SubscriptionRequestType::Snapshot;
        let waiting = self.asked.iter().filter(once).count();
        self.subscriptions.check_room(waiting)?;
        if wish == SubscriptionRequestType::SnapshotAndUpdates {
            self.subscriptions.begin(name, subject)?;
        }
        self.asked.push_back(Asked {
            question,
            msg_seq_num: Some(msg_seq_num),
            position: self.board.published(),
        });
        Ok(())
    }

    /// Ends the subscription that a question is about. Without any this session follows the board no more.
    fn end(&mut self, Question { name, subject, .. }: Question) -> Result<(), Untaken> {
        self.subscriptions.end(name, subject)?;
        if self.subscriptions.is_empty() {
            self.board.forget(&self.session);
        }
        Ok(())
    }
}

impl Actor {
    /// Answers the questions that can be. While sequence numbers start again, they wait.
    pub(super) fn answer_questions(&mut self, now: DateTime<Utc>) {
        if self.is_busy() {
            return;
        }
        while let Some(asked) = self.trading_status.next_ready() {
            match asked.question.subject {
                Subject::Instrument(_) => self.answer_about_instrument(now, &asked),
                Subject::Market => self.answer_about_market(now, &asked.question),
            }
        }
    }

    fn answer_about_instrument(&mut self, now: DateTime<Utc>, asked: &Asked) {
        let Question { name, subject, .. } = asked.question;
        let Subject::Instrument(symbol) = subject else {
            return;
        };
        let follows = follows(&asked.question);
        let follower = follows.then_some(self.profile.name);
        let found = self.trading_status.board.instrument(&symbol, follower);
        let Some((known, from)) = found else {
            if follows {
                let ended = self.trading_status.end(asked.question);
                assert_eq!(ended, Ok(()), "it was begun with the question");
            }
            let refused = BusinessMessageReject {
                ref_seq_num: asked.msg_seq_num,
                business_reject_ref_id: Some(name.as_str()),
                text: Some(UNKNOWN_SYMBOL),
                ..BusinessMessageReject::new(
                    MsgType::SecurityStatusRequest.as_str(),
                    BusinessRejectReason::UnknownSecurity,
                )
            };
            return self.say(now, &refused);
        };
        let subscriptions = &mut self.trading_status.subscriptions;
        subscriptions.told_instrument(&name, from);
        let known = (known.phase, known.since, &known.reason);
        let answer = trading_status::instrument(&name, &symbol, known, false);
        self.say(now, &answer);
    }

    fn answer_about_market(&mut self, now: DateTime<Utc>, question: &Question) {
        let TradingStatus {
            board,
            subscriptions,
            ..
        } = &mut self.trading_status;
        let follower = follows(question).then_some(self.profile.name);
        let status = board.market(now, follower);
        subscriptions.told_market(&question.name, status.standing);
        self.say(now, &trading_status::market(&question.name, &status, false));
    }

    /// Tells the client what an event says of phases, as far as it wants to know. The market is told of as it stands now, which
    /// may be later: what lay between is passed over.
    pub(super) fn tell_of_phases(
        &mut self,
        now: DateTime<Utc>,
        position: EventPosition,
        event: &Event,
    ) {
        if self.trading_status.subscriptions.is_empty() || self.session.status() != Status::LoggedOn
        {
            return;
        }
        if let EventBody::PhaseChanged(change) = &event.body {
            let subscriptions = &self.trading_status.subscriptions;
            let name = subscriptions.of_instrument(&change.symbol, position);
            let known = (change.to, Some(event.time), &change.reason);
            if let Some(name) = name {
                let update = trading_status::instrument(&name, &change.symbol, known, true);
                self.say(now, &update);
            }
        } else if !matches!(event.body, EventBody::InstrumentListed(_)) {
            return;
        }
        self.tell_of_market(now);
    }

    /// Tells the market to the one that was told that it stands otherwise, if there is one.
    fn tell_of_market(&mut self, now: DateTime<Utc>) {
        let TradingStatus {
            board,
            subscriptions,
            ..
        } = &mut self.trading_status;
        let Some((name, told)) = subscriptions.of_market() else {
            return;
        };
        let Some(status) = board.market_unlike(told, now) else {
            return;
        };
        subscriptions.told_market(&name, status.standing);
        self.say(now, &trading_status::market(&name, &status, true));
    }

    /// Sequence numbers have started again in the middle of a connection, if there is one. What came under the old ones the client may
    /// not have, and what happened meanwhile it was not told: it is told where all stands that it follows, and what waited is answered.
    pub(super) fn tell_again(&mut self, now: DateTime<Utc>) {
        for asked in &mut self.trading_status.asked {
            asked.msg_seq_num = None;
        }
        if self.session.status() != Status::LoggedOn {
            return;
        }
        for (name, symbol) in self.trading_status.subscriptions.answered() {
            let found = self.trading_status.board.instrument(&symbol, None);
            let (known, from) = found.expect("an instrument that was listed stays so");
            let subscriptions = &mut self.trading_status.subscriptions;
            subscriptions.told_instrument(&name, from);
            let known = (known.phase, known.since, &known.reason);
            let update = trading_status::instrument(&name, &symbol, known, true);
            self.say(now, &update);
        }
        if let Some((name, _)) = self.trading_status.subscriptions.of_market() {
            let status = self.trading_status.board.market(now, None);
            let subscriptions = &mut self.trading_status.subscriptions;
            subscriptions.told_market(&name, status.standing);
            self.say(now, &trading_status::market(&name, &status, true));
        }
        self.answer_questions(now);
    }

    /// The connection has ended, and with it what was asked in it.
    pub(super) fn forget_questions(&mut self) {
        let TradingStatus {
            board,
            session,
            subscriptions,
            asked,
        } = &mut self.trading_status;
        asked.clear();
        *subscriptions = Subscriptions::default();
        board.forget(session);
    }

    /// Sends what is of use now or never: nothing is kept for a client that is on its way out.
    fn say(&mut self, now: DateTime<Utc>, body: &impl EncodeBody) {
        if self.session.status() == Status::LoggedOn {
            let options = SendOptions::default();
            self.session.send(now, body, options, &mut self.outputs);
        }
    }
}

/// Whether an answer begins a subscription.
fn follows(question: &Question) -> bool {
    question.wish == SubscriptionRequestType::SnapshotAndUpdates
}

fn reject<'a>((reason, text): (BusinessRejectReason, &'a str), id: &'a str) -> BusinessReject<'a> {
    BusinessReject {
        reason,
        reference: Some(id),
        text: Some(text),
    }
}

#[cfg(test)]
mod tests;
