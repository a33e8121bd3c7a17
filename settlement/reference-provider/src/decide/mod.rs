//! What a request does, as data: pure functions from the state to the records that would be written.
//!
//! Refusals are checked in one order everywhere: unreadable request, not visible, not allowed,
//! fenced, generation, busy, state, account, image. Nothing here reads a clock, a file or a socket.

pub(crate) mod access;
pub(crate) mod custody;
pub(crate) mod images;
pub(crate) mod instances;
pub(crate) mod launch;
pub(crate) mod progress;

pub(crate) mod reassign;

use crate::options::Role;
use crate::store::Record;

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) role: Role,
}

/// The accounts that the provider knows, with their roles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accounts(pub(crate) std::collections::BTreeMap<String, Role>);

/// Random values for one request, made outside so that decisions stay pure.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    pub(crate) task_id: String,
    pub(crate) instance_id: String,
    pub(crate) nonce: String,
}

/// What an accepted request does.
#[derive(Debug)]
pub(crate) struct Accepted<T> {
    /// The answer.
    pub(crate) answer: T,
    /// What is to be on disk before the answer leaves.
    pub(crate) records: Vec<Record>,
    /// The task to run afterwards.
    pub(crate) run: Option<String>,
}

impl<T> Accepted<T> {
    pub(crate) const fn at_once(answer: T, records: Vec<Record>) -> Self {
        Self {
            answer,
            records,
            run: None,
        }
    }
}
