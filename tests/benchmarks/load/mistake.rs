//! Why a load proves nothing.

use super::super::wire::NotAMessage;
use super::orders::Wrong;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    /// A connection failed, or could not be made.
    #[error("a connection failed")]
    Connection(#[from] std::io::Error),
    /// The server closed a connection.
    #[error("{session}: the server closed the connection")]
    Closed {
        /// Whose.
        session: String,
    },
    /// The server sent what is no message.
    #[error(transparent)]
    NotAMessage(#[from] NotAMessage),
    /// CheckSum(10) of a message is wrong.
    #[error("wrong checksum: {0}")]
    Checksum(String),
    /// MsgSeqNum(34) of a message is not the next.
    #[error("MsgSeqNum(34) should be {expected}: {message}")]
    Sequence {
        /// What it should be.
        expected: u64,
        /// The message.
        message: String,
    },
    /// The server refused something, or sent what nobody asked for.
    #[error("refused or unasked for: {0}")]
    Refused(String),
    /// An answer names no order that was sent.
    #[error("an answer to no order: {0}")]
    UnknownOrder(String),
    /// An order was answered a second time.
    #[error("answered twice: {0}")]
    AnsweredTwice(String),
    /// An order was filled before it was accepted.
    #[error("filled before it was accepted: {0}")]
    FilledFirst(String),
    /// A Logon or a Logout was not answered in time.
    #[error("no {what} in time from the server")]
    Silence {
        /// What was waited for.
        what: &'static str,
    },
    /// Orders that were never answered.
    #[error("{orders} orders were not answered")]
    Unanswered {
        /// How many.
        orders: usize,
    },
    /// Not every buy that was filled has its sell.
    #[error("{bought} were bought, but {sold} were sold")]
    Uneven {
        /// Filled on the buying side, in instances.
        bought: u64,
        /// Filled on the selling side, in instances.
        sold: u64,
    },
    /// The server fell too far behind the pace.
    #[error("the server does not keep up: {orders} orders are unanswered")]
    Behind {
        /// How many.
        orders: usize,
    },
    /// Nothing was measured.
    #[error("no order was answered in the time that is measured")]
    Nothing,
}

impl Mistake {
    /// What is wrong with this message.
    pub(super) fn of(wrong: Wrong, message: String) -> Self {
        match wrong {
            Wrong::Unknown => Self::UnknownOrder(message),
            Wrong::Twice => Self::AnsweredTwice(message),
            Wrong::FilledFirst => Self::FilledFirst(message),
            Wrong::Refused => Self::Refused(message),
        }
    }
}
