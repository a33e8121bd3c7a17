//! What a client asks about phases: SecurityStatusRequest(e) and TradingSessionStatusRequest(g) (FIX 4.4 Volume 3). Never looks
//! an instrument up.

use engine::{Symbol, Text};
use fix_codec::messages::{SecurityStatusRequest, TradingSessionStatusRequest};
use fix_codec::values::SubscriptionRequestType;
use fix_codec::{Message, MsgType, SessionReject, SessionRejectReason, tags};

use super::words::TRADING_SESSION_ID;

/// SecurityStatusReqID(324) or TradSesReqID(335).
pub(crate) type RequestName = Text<64>;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Question {
    /// The client's name for it.
    pub(crate) name: RequestName,
    /// Of what.
    pub(crate) subject: Subject,
    /// Once, or from now on, or no more.
    pub(crate) wish: SubscriptionRequestType,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// One instrument.
    Instrument(Symbol),
    /// The market as a whole.
    Market,
}

/// Why a message asks nothing that could be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unasked<'a> {
    /// The session rejects it: Reject(3).
    Message(SessionReject),
    /// No instrument can have this Symbol(55).
    Symbol(RequestName),
    /// It asks for a trading session that is not there, or for a part of one.
    Session(RequestName, &'a str),
}

impl From<SessionReject> for Unasked<'_> {
    fn from(reject: SessionReject) -> Self {
        Self::Message(reject)
    }
}

/// Whether a message is one of those that are answered here.
pub(crate) fn is_question(message: &Message<'_>) -> bool {
    matches!(
        message.msg_type(),
        MsgType::SecurityStatusRequest | MsgType::TradingSessionStatusRequest
    )
}

/// What a message asks that [`is_question`].
///
/// # Errors
/// [`Unasked`]: why it cannot be answered.
pub(crate) fn question<'a>(message: &Message<'a>) -> Result<Question, Unasked<'a>> {
    if message.msg_type() == MsgType::TradingSessionStatusRequest {
        let request = TradingSessionStatusRequest::try_from(message)?;
        let name = name(tags::TRAD_SES_REQ_ID, request.trad_ses_req_id)?;
        let session = request.trading_session_id;
        whole_day(name, session, request.trading_session_sub_id)?;
        return Ok(Question {
            name,
            subject: Subject::Market,
            wish: request.subscription_request_type,
        });
    }
    let request = SecurityStatusRequest::try_from(message)?;
    let name = name(tags::SECURITY_STATUS_REQ_ID, request.security_status_req_id)?;
    let session = request.trading_session_id;
    whole_day(name, session, request.trading_session_sub_id)?;
    let symbol = Symbol::new(request.symbol).map_err(|_| Unasked::Symbol(name))?;
    Ok(Question {
        name,
        subject: Subject::Instrument(symbol),
        wish: request.subscription_request_type,
    })
}

/// A name that can be kept.
fn name(tag: u32, text: &str) -> Result<RequestName, SessionReject> {
    let wrong = SessionReject::new(SessionRejectReason::IncorrectValue, tag);
    RequestName::new(text).map_err(|_| wrong)
}

/// There is one trading session, and nobody is told of a part of it alone.
fn whole_day<'a>(
    name: RequestName,
    session: Option<&'a str>,
    part: Option<&'a str>,
) -> Result<(), Unasked<'a>> {
    let session = session.unwrap_or(TRADING_SESSION_ID);
    if session == TRADING_SESSION_ID && part.is_none() {
        Ok(())
    } else {
        Err(Unasked::Session(name, session))
    }
}

#[cfg(test)]
mod tests {
    use super::{Unasked, is_question, question};
    use crate::order_entry::tests::read;

    /// What a message asks, written `NAME SUBJECT WISH`, or why it does not.
    fn asked(fields: &str) -> String {
        read(fields, |message| {
            assert!(is_question(message));
            match question(message) {
                Ok(asked) => {
                    let (name, subject, wish) = (asked.name, asked.subject, asked.wish);
                    format!("{name} {subject:?} {wish:?}")
                }
                Err(Unasked::Message(reject)) => format!("reject {reject:?}"),
                Err(Unasked::Symbol(name)) => format!("{name}: no symbol"),
                Err(Unasked::Session(name, session)) => format!("{name}: no session {session}"),
            }
        })
    }

    #[test]
    fn what_is_asked_and_what_cannot_be() {
        let long = "x".repeat(65);
        for (fields, expected) in [
            ("35=e|324=q|55=A|263=0", "q Instrument(\"A\") Snapshot"),
            (
                "35=e|324=q|55=A|263=1|336=1",
                "q Instrument(\"A\") SnapshotAndUpdates",
            ),
            ("35=e|324=q|55=A|263=2", "q Instrument(\"A\") Unsubscribe"),
            ("35=e|324=q|55=A|263=0|336=2", "q: no session 2"),
            ("35=e|324=q|55=A|263=0|625=3", "q: no session 1"),
            ("35=g|335=q|263=1", "q Market SnapshotAndUpdates"),
            ("35=g|335=q|263=0|336=1", "q Market Snapshot"),
            ("35=g|335=q|263=0|336=NIGHT", "q: no session NIGHT"),
        ] {
            assert_eq!(asked(fields), expected, "{fields}");
        }
        let far = format!("35=e|324=q|55={long}|263=0");
        assert_eq!(asked(&far), "q: no symbol");
        for tag in [324, 335] {
            let kind = if tag == 324 { "e|55=A" } else { "g" };
            let told = asked(&format!("35={kind}|{tag}={long}|263=0"));
            assert!(
                told.starts_with("reject") && told.contains(&tag.to_string()),
                "{told}"
            );
        }
    }
}
