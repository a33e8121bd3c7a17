//! What a client asks about phases, and is told of them: answers as soon as the board has all that was published when it asked,
//! and what follows with the mail, in the order of the event log. It ends with the connection.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::{Event, EventBody};
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
    subscriptions: Subscriptions,
    /// Questions that wait for the board, in order.
    asked: VecDeque<Asked>,
}

/// A question that waits for its answer.
struct Asked {
    question: Question,
    /// MsgSeqNum(34) of the message that asked it.
    msg_seq_num: u64,
    /// What must be on the board first.
    position: EventPosition,
}

impl TradingStatus {
    /// Nothing is asked yet.
    pub(super) fn new(board: Arc<Board>) -> Self {
        Self {
            board,
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
                Untaken::Duplicate | Untaken::TooMany | Untaken::Other(_) => {
                    BusinessRejectReason::Other
                }
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
            self.subscriptions.end(name, subject)?;
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
            msg_seq_num,
            position: self.board.published(),
        });
        Ok(())
    }
}

impl Actor {
    /// Answers the questions that can be.
    pub(super) fn answer_questions(&mut self, now: DateTime<Utc>) {
        while let Some(asked) = self.trading_status.next_ready() {
            match asked.question.subject {
                Subject::Instrument(_) => self.answer_about_instrument(now, &asked),
                Subject::Market => self.answer_about_market(now, &asked.question),
            }
        }
    }

    fn answer_about_instrument(&mut self, now: DateTime<Utc>, asked: &Asked) {
        let Question { name, subject, .. } = asked.question;
        let TradingStatus {
            board,
            subscriptions,
            ..
        } = &mut self.trading_status;
        let Subject::Instrument(symbol) = subject else {
            return;
        };
        let follows = follows(&asked.question);
        let follower = follows.then_some(self.profile.name);
        let Some((known, from)) = board.instrument(&symbol, follower) else {
            if follows {
                // It was begun with the question.
                let ended = subscriptions.end(name, subject);
                assert_eq!(ended, Ok(()), "it was begun with the question");
            }
            let refused = BusinessMessageReject {
                ref_seq_num: Some(asked.msg_seq_num),
                business_reject_ref_id: Some(name.as_str()),
                text: Some(UNKNOWN_SYMBOL),
                ..BusinessMessageReject::new(
                    MsgType::SecurityStatusRequest.as_str(),
                    BusinessRejectReason::UnknownSecurity,
                )
            };
            return self.say(now, &refused);
        };
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
        if self.trading_status.subscriptions.is_empty() {
            return;
        }
        if let EventBody::PhaseChanged(change) = &event.body {
            let subscriptions = &self.trading_status.subscriptions;
            let names: Vec<_> = subscriptions
                .of_instrument(change.symbol, position)
                .collect();
            let known = (change.to, Some(event.time), &change.reason);
            for name in names {
                let update = trading_status::instrument(&name, &change.symbol, known, true);
                self.say(now, &update);
            }
        } else if !matches!(event.body, EventBody::InstrumentListed(_)) {
            return;
        }
        if self.trading_status.subscriptions.has_market() {
            self.tell_of_market(now);
        }
    }

    fn tell_of_market(&mut self, now: DateTime<Utc>) {
        let TradingStatus {
            board,
            subscriptions,
            ..
        } = &mut self.trading_status;
        let behind = subscriptions.of_market(board.standing());
        if behind.is_empty() {
            return;
        }
        let status = board.market(now, None);
        for name in &behind {
            subscriptions.told_market(name, status.standing);
        }
        for name in &behind {
            self.say(now, &trading_status::market(name, &status, true));
        }
    }

    /// The connection has ended, and with it what was asked in it.
    pub(super) fn forget_questions(&mut self) {
        let TradingStatus {
            board,
            subscriptions,
            asked,
        } = &mut self.trading_status;
        asked.clear();
        if !subscriptions.is_empty() {
            *subscriptions = Subscriptions::default();
            board.forget(&self.profile.name);
        }
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
