//! How the operators' channel says no: what was wrong and what to do, as JSON, with the status of HTTP that fits.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::IgnoreReason;
use sequencer::{ReadError, Stopped};
use serde::{Deserialize, Serialize};
use settlement::StoreError;

use super::audited::Said;

/// A call that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refused {
    /// The status of HTTP. It travels beside the text, not in it.
    #[serde(skip)]
    status: u16,
    /// What was wrong.
    pub(crate) wrong: String,
    /// What to do.
    pub(crate) remedy: String,
}

impl Refused {
    fn new(status: StatusCode, wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            wrong: wrong.into(),
            remedy: remedy.into(),
        }
    }

    /// The call cannot be read as one.
    pub(super) fn unreadable(status: StatusCode, wrong: impl Into<String>) -> Self {
        Self::new(
            status,
            wrong,
            "see docs/operations.md for what the call takes",
        )
    }

    /// It asks for something that there is not.
    pub(super) fn unknown(wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, wrong, remedy)
    }

    /// There is no such call.
    pub(super) fn no_such_call() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "there is no such call",
            "see docs/operations.md for those that there are; an older venue may have fewer",
        )
    }

    /// The call is there, but not with this method.
    pub(super) fn other_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "the call does not take this method",
            "read with GET, change with POST",
        )
    }

    /// A change needs somebody to answer for it.
    pub(super) fn no_operator(wrong: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            wrong,
            "say who asks in the header Cloudpit-Operator: 1 to 32 bytes of printable ASCII",
        )
    }

    /// A value is beyond what the call takes.
    pub(super) fn out_of_range(wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, wrong, remedy)
    }

    /// The market would not do it.
    pub(super) fn ignored(reason: IgnoreReason) -> Self {
        let (status, remedy) = match reason {
            IgnoreReason::AlreadySo => (StatusCode::CONFLICT, "nothing is to be done"),
            IgnoreReason::Unknown => (
                StatusCode::NOT_FOUND,
                "look up the name: cloudpit admin sessions, cloudpit admin firms, cloudpit admin phases",
            ),
            IgnoreReason::NotPermitted => (StatusCode::FORBIDDEN, "an operator may not do this"),
            IgnoreReason::Contradicts => {
                (StatusCode::CONFLICT, "use another name, or the known terms")
            }
            IgnoreReason::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "correct the value"),
            IgnoreReason::NotLater | IgnoreReason::AlreadyTaken | IgnoreReason::SeenBefore => {
                (StatusCode::CONFLICT, "look at how it stands first")
            }
            IgnoreReason::PhaseNotNext | IgnoreReason::HaltForbids => (
                StatusCode::CONFLICT,
                "look at its phase, and at what may follow it: cloudpit admin phases",
            ),
        };
        Self::new(status, reason.to_string(), remedy)
    }

    /// The market refused it, and said why.
    pub(super) fn by_market(wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, wrong, remedy)
    }

    /// Settlement does not do it now, and says why.
    pub(super) fn by_settlement(wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, wrong, remedy)
    }

    /// Settlement's books cannot be read, or written.
    pub(super) fn unreadable_books(error: &StoreError) -> Self {
        tracing::error!(%error, source = ?std::error::Error::source(error), "settlement's books failed an operator");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("settlement's books failed: {error}"),
            "see the venue's log; look at how it stands before you ask again",
        )
    }

    /// Whether the change was made is not known.
    pub(super) fn unanswered(why: &str) -> Self {
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            format!("{why}: the change may be made or not"),
            "look at how it stands, then ask again if it is still to be done",
        )
    }

    /// What the venue has recorded cannot be read.
    pub(super) fn unreadable_log(error: &ReadError) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("the event log cannot be read: {error}"),
            "nothing was changed; see the venue's log, and run cloudpit verify when it has stopped",
        )
    }

    /// The venue itself has failed at the call.
    pub(super) fn failed() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the call failed by a fault of the venue",
            "see the venue's log; look at how it stands before you ask again",
        )
    }
}

impl From<Stopped> for Refused {
    fn from(stopped: Stopped) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            stopped.to_string(),
            "ask again when the venue has started; a change may be made or not",
        )
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.wrong, self.remedy)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let said = Said(self.wrong.clone());
        let mut response = (status, Json(self)).into_response();
        response.extensions_mut().insert(said);
        response
    }
}
