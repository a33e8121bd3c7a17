//! What is behind a session: order entry and the market, or drop copy. It checks that whatever was delivered is answered,
//! once, and that the answers tell nobody what is not his.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use config::Copied;
use engine::{Event, EventBody, Input, Origin, TradingScope};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::values::BusinessRejectReason;
use fix_codec::{Decoder, Message, MsgType, tags};
use fix_session::{BusinessReject, Outputs, SendOptions, Session};
use gateway::order_entry::Report;
use gateway::order_entry::inbound::{self, Refusal, Sender};
use gateway::{drop_copy, order_entry};

use super::case::{DeskKind, Other, Setup};
use super::market::{self, Market, Request};
use super::record::readable;
use super::statement::{Statement, Told};

/// Reports on one command that are looked at for something new, at most.
const NOTED_MAX: usize = 6;

/// Order entry for one session, or drop copy.
pub(super) struct Desk {
    kind: DeskKind,
    epoch: u32,
    /// Whether the market cancels the client's orders when it is gone.
    cancels: bool,
    /// Whether an order that names no account is for the session's own.
    account: bool,
    market: Market,
    /// Commands on their way to the market.
    pending: Vec<Input>,
    statement: Statement,
    /// The blocks that the client is under.
    blocks: BTreeSet<TradingScope>,
    /// What was answered since someone looked.
    pub(super) seen: Vec<Seen>,
}

/// What came of a message or a command.
pub(super) type Seen = (String, Vec<Told>);

impl Desk {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            kind: setup.desk,
            epoch: 0,
            cancels: setup.cancels,
            account: setup.account,
            market: Market::new(),
            pending: Vec::new(),
            statement: Statement::default(),
            blocks: BTreeSet::new(),
            seen: Vec::new(),
        }
    }

    /// Takes a message that the session has delivered: it is on its way to the market, or answered at once.
    pub(super) fn take(
        &mut self,
        session: &mut Session,
        now: DateTime<Utc>,
        message: &Message<'_>,
        out: &mut Outputs,
    ) {
        let before = out.stored.len();
        if self.kind == DeskKind::Copies {
            let why = BusinessReject {
                reason: BusinessRejectReason::NotAuthorized,
                reference: None,
                text: Some("no orders here"),
            };
            session.reject_business(now, message, &why, out);
        } else {
            match inbound::command(message, &self.sender(), now) {
                Ok(input) => {
                    self.pending.push(input);
                    return;
                }
                Err(Refusal::Message(reject)) => {
                    session.reject(now, message, &reject, out);
                }
                Err(Refusal::Answer(answer)) => {
                    session.answer(now, message, &answer, out);
                }
            }
        }
        let told = self.read(out, before);
        let [answer] = told.as_slice() else {
            panic!("{} answers to {}", told.len(), readable(message.bytes()));
        };
        answer.check_refers_to(message);
        self.note(message.msg_type().as_str(), told);
    }

    /// Whether an order is due an answer that comes with this number: not, where a message with it was an order before the
    /// venue lost track of what came.
    pub(super) fn answers_orders(&self, msg_seq_num: u64) -> bool {
        self.kind == DeskKind::Orders && msg_seq_num > self.market.taken(self.epoch)
    }

    /// Takes what another session sends, if it can be read.
    pub(super) fn take_other(&mut self, who: Other, now: DateTime<Utc>, bytes: &[u8]) {
        let Framing::Message(frame) = next_frame(bytes, bytes.len()) else {
            return;
        };
        let mut decoder = Decoder::new();
        let Ok(message) = decoder.decode(frame) else {
            return;
        };
        if validate(&message, ValidationOptions::RELAXED).is_err() {
            return;
        }
        if let Ok(input) = inbound::command(&message, &self.sender(), now) {
            let input = self.market.as_others(input, who);
            self.pending.push(input);
        }
    }

    /// Something that happens in the market by itself.
    pub(super) fn happens(&mut self, input: Input) {
        self.pending.push(input);
    }

    pub(super) fn settles(&mut self, place: u32, status: u8) {
        let input = self.market.settle(place, status);
        self.pending.extend(input);
    }

    /// An operator asks for this, if the words ask for anything.
    pub(super) fn operated(&mut self, words: &str) {
        let input = self.market.asked_by_operator(words);
        self.pending.extend(input);
    }

    pub(super) fn client_came(&mut self) {
        if self.cancels {
            self.pending.push(market::connected());
        }
    }

    pub(super) fn client_left(&mut self) {
        if self.cancels {
            self.pending.push(market::disconnected());
        }
    }

    pub(super) fn reset(&mut self) {
        self.epoch += 1;
        let input = market::reset(self.epoch);
        self.pending.push(input);
    }

    /// Lets the market do what was asked, and sends what is to be told of it.
    pub(super) fn settle(&mut self, session: &mut Session, now: DateTime<Utc>, out: &mut Outputs) {
        for input in std::mem::take(&mut self.pending) {
            let own = matches!(
                &input.origin,
                Origin::Session { session, .. } if *session == market::client()
            );
            let request = market::request(&input.command).filter(|_| own);
            let events = self.market.apply(now, input);
            let before = out.stored.len();
            let mut sent = 0;
            for event in &events {
                sent += self.report(event, session, now, out);
            }
            let told = self.read(out, before);
            assert_eq!(told.len(), sent, "each report is sent once");
            for told in &told {
                self.statement.take(told);
            }
            if let Some((request, cl_ord_id)) = &request {
                check_answered(*request, cl_ord_id, &events, &told);
                self.check_blocked(*request, &told);
            }
            for event in &events {
                self.note_block(&event.body);
            }
            let asked = request.map(|(request, _)| format!("{request:?}"));
            let ignored = events.iter().find_map(market::ignored);
            self.note(&format!("{asked:?} {ignored:?}"), told);
        }
    }

    /// Sends the reports on an event; how many there are.
    fn report(
        &self,
        event: &Event,
        session: &mut Session,
        now: DateTime<Utc>,
        out: &mut Outputs,
    ) -> usize {
        let mut sent = 0;
        let mut send = |body: &Report<'_>| {
            sent += 1;
            let number = session.next_outgoing();
            let given = session.send(now, body, SendOptions::default(), out);
            assert_eq!(given, number);
        };
        if self.kind == DeskKind::Copies {
            let of = Copied::Firms(vec![Market::firm()]);
            drop_copy::copies(event, &of).for_each(|copy| send(&copy));
        } else {
            let client = market::client();
            order_entry::reports(event, &client).for_each(|report| send(&report));
        }
        sent
    }

    /// What was put out from this place on, read and held against our own dictionary.
    fn read(&self, out: &Outputs, from: usize) -> Vec<Told> {
        let stored = out.stored.iter().skip(from);
        let told = stored.map(|stored| {
            let bytes = out.bytes(stored);
            let Framing::Message(frame) = next_frame(bytes, bytes.len()) else {
                panic!("no message of ours: {}", readable(bytes));
            };
            let mut decoder = Decoder::new();
            let message = decoder.decode(frame).expect("ours can be read");
            let valid = validate(&message, ValidationOptions::STRICT);
            assert_eq!(valid, Ok(()), "ours: {}", readable(bytes));
            let secret = bytes.windows(market::SECRET.len());
            let told = secret.filter(|window| *window == market::SECRET.as_bytes());
            assert_eq!(told.count(), 0, "another's: {}", readable(bytes));
            Told::of(&message)
        });
        told.collect()
    }

    /// Whoever is blocked gets no order in, and changes none.
    fn check_blocked(&self, request: Request, told: &[Told]) {
        let enters = matches!(request, Request::Order | Request::Change);
        if enters && !self.blocks.is_empty() {
            let taken = told.iter().find(|told| told.exec_type_is(&["0", "5", "F"]));
            assert!(taken.is_none(), "blocked by {:?}: {taken:?}", self.blocks);
        }
    }

    /// Keeps account of blocks. Where one begins, nothing that the client was told of rests any more.
    fn note_block(&mut self, event: &EventBody) {
        let firm = self.kind == DeskKind::Copies;
        if let EventBody::TradingBlocked { scope, .. } = event
            && market::concerns_client(scope, firm)
        {
            self.blocks.insert(*scope);
            self.statement.check_none_open();
        } else if let EventBody::TradingReleased { scope, .. } = event {
            self.blocks.remove(scope);
        }
    }

    fn sender(&self) -> Sender<'_> {
        Sender {
            session: market::client(),
            epoch: self.epoch,
            default_account: self.account.then(market::account),
            currencies: self.market.currencies(),
        }
    }

    fn note(&mut self, what: &str, mut told: Vec<Told>) {
        told.truncate(NOTED_MAX);
        self.seen.push((what.to_owned(), told));
    }
}

/// What a client asked for is answered once; what it has asked for before, not again.
fn check_answered(request: Request, cl_ord_id: &str, events: &[Event], told: &[Told]) {
    let repeated = events.iter().any(market::is_repeated);
    let answers = told.iter().filter(|told| match request {
        Request::Order => {
            told.msg_type == MsgType::ExecutionReport && told.exec_type_is(&["0", "8"])
        }
        Request::Cancel => told.msg_type == MsgType::OrderCancelReject || told.exec_type_is(&["4"]),
        Request::Change => told.msg_type == MsgType::OrderCancelReject || told.exec_type_is(&["5"]),
        Request::CancelAll => told.msg_type == MsgType::OrderMassCancelReport,
        Request::Status => told.exec_type_is(&["I"]),
        // Of many reports, one is the last.
        Request::StatusOfAll => told.exec_type_is(&["I"]) && told.is(tags::LAST_RPT_REQUESTED, "Y"),
    });
    let answers = answers.filter(|told| match request {
        // It is told by the name that it has now.
        Request::Status => true,
        Request::StatusOfAll => told.is(tags::MASS_STATUS_REQ_ID, cl_ord_id),
        Request::Order | Request::Cancel | Request::Change | Request::CancelAll => {
            told.is(tags::CL_ORD_ID, cl_ord_id)
        }
    });
    assert_eq!(
        answers.count(),
        usize::from(!repeated),
        "answers to {request:?} {cl_ord_id}: {events:?}"
    );
}
