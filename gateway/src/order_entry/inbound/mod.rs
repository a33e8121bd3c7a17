//! What a client asks, from FIX to the market: one message in, one command out, or the answer that says
//! why not. Never looks at the market: what only the market knows (limits, accounts, instances), it refuses.
//!
//! # Who answers what
//!
//! | what is wrong with the message | answer |
//! |---|---|
//! | a type that this venue does not take | BusinessMessageReject(j), 380=3 |
//! | a required field missing, a value in the wrong format | Reject(3), 373=1 or 6 (by the codec) |
//! | a value beyond what the market can hold: Price(44) or StopPx(99) with more than six decimals, OrderQty(38), MinQty(110) or MaxFloor(111) below zero or not whole, TransactTime(60), ExpireDate(432) or ExpireTime(126) before 1970; ClOrdID(11), OrigClOrdID(41), OrdStatusReqID(790) and MassStatusReqID(584) over 36, ImageID(20002) and InstanceIDs(20001) over 64, SelfMatchPreventionID(2362) over 12 printable ASCII characters; more than 1,000 InstanceIDs | Reject(3), 373=5 |
//! | OrderQty(38) missing; Price(44) missing on a limit or stop-limit order; StopPx(99) missing on a stop or stop-limit order; ExpireDate(432) and ExpireTime(126) missing on a good-till-date order; Account(1) missing where the session has none of its own; Symbol(55) missing with 530=1 or 585=1 | BusinessMessageReject(j), 380=5 |
//! | Symbol(55) that no instrument can have, Account(1) that no account can have | ExecutionReport(8), 150=8, 103=1 or 15 |
//! | Currency(15) other than the instrument's; Side(54), OrdType(40) or TimeInForce(59) of FIX 4.4 that the venue does not offer; a field that asks for more than it offers (see `new_order`); ExecInst(18) other than 6; Price(44) on an order that has no limit, StopPx(99) on one that is no stop; both expiries in one order | ExecutionReport(8), 150=8, 103=11 |
//! | OrderID(37), Symbol(55) or Side(54) in a cancel or a change that no order can have | OrderCancelReject(9), 102=1 |
//! | the same in a question | BusinessMessageReject(j), 380=1 |
//! | terms of a change that are not offered in an order | BusinessMessageReject(j), 380=0: where the order stands is not known here |
//! | MassCancelRequestType(530) other than 1 and 7, or 7 with a Symbol(55), or a field that is not looked at | OrderMassCancelReport(r), 531=0, 532=0 |
//! | MassStatusReqType(585) other than 1 and 7, or 7 with a Symbol(55), or a field that is not looked at | BusinessMessageReject(j), 380=0 |
//! | everything else | the market's own answer, from its event |
//!
//! The first line that applies, from the top, is the answer. Answers given here are not in the journal: the
//! message that they refuse never became a command. Their OrderID(37) is `NONE`, and their ExecID(17) is made of
//! the session, its epoch and the message's number, so that none is ever given twice.

mod answer;
mod cancel;
mod many;
mod named;
mod new_order;
mod replace;
mod status;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::{
    AccountName, ClientOrderId, Command, CurrencyCode, Input, Origin, SessionName, Symbol,
};
use fix_codec::values::BusinessRejectReason;
use fix_codec::{Message, MsgType, SessionReject, SessionRejectReason};

use answer::text;
pub use answer::{Answer, Business, CancelRefused, MassCancelRefused, OrderRefused};

/// Who sent a message.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The session.
    pub session: SessionName,
    /// How often its numbers were set back to 1.
    pub epoch: u32,
    /// The account of an order that names none.
    pub default_account: Option<AccountName>,
    /// The currency of each instrument's prices.
    pub currencies: &'a BTreeMap<Symbol, CurrencyCode>,
}

/// Why a message did not become a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal<'a> {
    /// The session answers with a Reject(3).
    Message(SessionReject),
    /// An application message answers.
    Answer(Answer<'a>),
}

impl From<SessionReject> for Refusal<'_> {
    fn from(reject: SessionReject) -> Self {
        Self::Message(reject)
    }
}

impl<'a> From<Answer<'a>> for Refusal<'a> {
    fn from(answer: Answer<'a>) -> Self {
        Self::Answer(answer)
    }
}

/// Reads an application message as a command to the market. `now` is what an answer gives as its time.
///
/// # Errors
/// [`Refusal`]: the message is refused here, with this answer.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the some hundred types of FIX 4.4, six are taken"
)]
pub fn command<'a>(
    message: &Message<'a>,
    sender: &Sender<'_>,
    now: DateTime<Utc>,
) -> Result<Input, Refusal<'a>> {
    let command = match message.msg_type() {
        MsgType::NewOrderSingle => new_order::read(message, sender, now)?,
        MsgType::OrderCancelRequest => cancel::read(message, now)?,
        MsgType::OrderCancelReplaceRequest => replace::read(message, sender, now)?,
        MsgType::OrderStatusRequest => status::read(message)?,
        MsgType::OrderMassCancelRequest => many::cancel(message, now)?,
        MsgType::OrderMassStatusRequest => many::status(message)?,
        _ => return Err(unsupported(message)),
    };
    let command = if message.header.poss_resend {
        sent_again(command)
    } else {
        command
    };
    let origin = Origin::Session {
        session: sender.session,
        epoch: sender.epoch,
        msg_seq_num: message.header.msg_seq_num,
    };
    Ok(Input { origin, command })
}

/// PossResend(97)=Y: it is passed over where its ClOrdID(11) was seen before (FIX 4.4 Volume 2, test case 19).
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the commands, four carry a ClOrdID of their own"
)]
fn sent_again(command: Command) -> Command {
    match command {
        Command::SubmitOrder(order) => Command::SubmitOrderAgain(order),
        Command::CancelOrder(request) => Command::CancelOrderAgain(request),
        Command::ReplaceOrder(request) => Command::ReplaceOrderAgain(request),
        Command::CancelOrders(request) => Command::CancelOrdersAgain(request),
        other => other,
    }
}

/// Whether a message that does not come to the market is answered. A BusinessMessageReject(j) is not: two sides that refuse each
/// other's refusals would never stop.
pub fn is_answered(message: &Message<'_>) -> bool {
    message.msg_type() != MsgType::BusinessMessageReject
}

fn unsupported<'a>(message: &Message<'a>) -> Refusal<'a> {
    let text = text("Unsupported Message Type");
    let reason = BusinessRejectReason::UnsupportedMessageType;
    Answer::Business(Business::new(message, None, reason, text)).into()
}

/// A field is missing that this message, as it stands, needs.
fn missing<'a>(message: &Message<'a>, cl_ord_id: &'a str, what: &str) -> Refusal<'a> {
    let text = text(format_args!("{what} is missing"));
    let reason = BusinessRejectReason::ConditionallyRequiredFieldMissing;
    Answer::Business(Business::new(message, Some(cl_ord_id), reason, text)).into()
}

/// ClOrdID(11) or OrigClOrdID(41), as the market holds them.
fn client_order_id(tag: u32, name: &str) -> Result<ClientOrderId, SessionReject> {
    ClientOrderId::new(name).map_err(|_| out_of_range(tag))
}

/// A value is beyond what the market can hold.
fn out_of_range(tag: u32) -> SessionReject {
    SessionReject::new(SessionRejectReason::IncorrectValue, tag)
}
