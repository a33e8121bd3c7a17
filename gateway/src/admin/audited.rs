//! Puts every call of the operators' channel on record: who asked, for what, and how it went. A call is carried out to its
//! end, and recorded, also when whoever asked has gone.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::OperatorName;

use super::caller::operator_named;
use super::peer::LocalPeer;
use super::refused::Refused;
use super::server::Office;
use crate::audit::{Entry, Outcome, What};
use crate::metrics::catalogue::ADMIN_CALLS;

/// The most of a call's path that is recorded, in bytes.
const PATH_BYTES_MAX: usize = 200;

/// What an answer says of itself, for the record.
#[derive(Debug, Clone)]
pub(super) struct Said(pub(super) String);

/// An answer, and what the record says of it.
pub(super) struct Told<T> {
    /// For the record: what was done, and why.
    pub(super) said: String,
    /// For who asked.
    pub(super) answer: T,
}

impl<T: IntoResponse> IntoResponse for Told<T> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        response.extensions_mut().insert(Said(self.said));
        response
    }
}

/// Who called, and for what.
struct Call {
    peer: Arc<LocalPeer>,
    operator: Option<OperatorName>,
    changes: bool,
    path: String,
}

pub(super) async fn audited(
    State(office): State<Office>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let call = Call {
        peer: peer.0,
        operator: operator_named(request.headers()).ok().flatten(),
        changes: !matches!(*request.method(), Method::GET | Method::HEAD),
        path: path(request.method(), request.uri()),
    };
    let carried_out = tokio::spawn(async move {
        let response = next.run(request).await;
        call.record(&office, &response);
        response
    });
    match carried_out.await {
        Ok(response) => response,
        Err(_) => Refused::failed().into_response(),
    }
}

/// The other end of a connection, as the handlers get it.
#[derive(Debug, Clone)]
pub(super) struct Peer(pub(super) Arc<LocalPeer>);

impl Call {
    fn record(&self, office: &Office, response: &Response) {
        let done = response.status().is_success();
        let outcome = if done {
            Outcome::Done
        } else {
            Outcome::Refused
        };
        let said = response.extensions().get::<Said>();
        let detail = match said {
            Some(Said(said)) => format!("{}: {said}", self.path),
            None => self.path.clone(),
        };
        let operator = self.operator.map(|name| name.to_string());
        let (peer, kind) = (&self.peer, if self.changes { "change" } else { "read" });
        tracing::info!(event = "admin_call", operator, %peer, kind, done, detail, "an operator called");
        let outcome_word = if done { "done" } else { "refused" };
        office
            .metrics
            .counter(&ADMIN_CALLS, &[kind, outcome_word])
            .increment(1);
        let entry = Entry::new(What::Admin, outcome, detail);
        office.audit.record(&entry.by(operator, peer.to_string()));
    }
}

/// What was called, cut where it is long.
fn path(method: &Method, uri: &Uri) -> String {
    let mut path = format!("{method} {uri}");
    if path.len() > PATH_BYTES_MAX {
        let end = (0..=PATH_BYTES_MAX)
            .rev()
            .find(|at| path.is_char_boundary(*at));
        path.truncate(end.unwrap_or(0));
        path.push_str("...");
    }
    path
}
