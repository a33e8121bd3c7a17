//! One key, one answer: a request that changes something is decided, written down with its answer,
//! and only then answered and carried out.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::App;
use super::extract::IdempotencyKey;
use crate::decide::{Accepted, Caller};
use crate::error::{ApiError, ErrorCode};
use crate::limits::RECORDS_MAX;
use crate::store::{AnswerRecord, Record, State, internal};

/// A request as far as its key is concerned.
pub(super) struct Asked {
    pub(super) caller: Caller,
    pub(super) key: IdempotencyKey,
    fingerprint: String,
}

impl Asked {
    /// `what` names method and path; `content` is what the body says, however it was written.
    pub(super) fn new(
        caller: Caller,
        key: IdempotencyKey,
        what: &str,
        content: &impl Serialize,
    ) -> Result<Self, ApiError> {
        let content = serde_json::to_string(content)
            .map_err(|_| internal("the request cannot be written as JSON"))?;
        let fingerprint = blake3::hash(format!("{what}\n{content}").as_bytes())
            .to_hex()
            .to_string();
        Ok(Self {
            caller,
            key,
            fingerprint,
        })
    }
}

struct Answer {
    status: StatusCode,
    body: String,
    replayed: bool,
}

impl App {
    /// Decides, writes down, answers; the task that was accepted runs on.
    /// Only acceptances are kept under a key: a refusal changed nothing and may be asked again.
    pub(super) async fn change<T: Serialize + Send + 'static>(
        &self,
        asked: Asked,
        status: StatusCode,
        decide: impl FnOnce(&State, &Caller) -> Result<Accepted<T>, ApiError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let app = self.clone();
        // Not given up with the connection: what is on disk must also be carried out.
        let work = tokio::spawn(async move {
            let accepted = app
                .0
                .store
                .change(move |state| answered(state, &asked, status, decide))
                .await?;
            if let Some(task_id) = accepted.run {
                app.0.runner.run(task_id);
            }
            Ok(accepted.answer)
        });
        let answer = work
            .await
            .map_err(|_| internal("the request's worker ended: look whether it was applied"))??;
        Ok(respond(answer))
    }
}

fn answered<T: Serialize>(
    state: &State,
    asked: &Asked,
    status: StatusCode,
    decide: impl FnOnce(&State, &Caller) -> Result<Accepted<T>, ApiError>,
) -> Result<Accepted<Answer>, ApiError> {
    if let Some(known) = known_answer(state, asked)? {
        return Ok(Accepted::at_once(known, Vec::new()));
    }
    if state.len() >= RECORDS_MAX {
        let message = format!(
            "the control plane keeps {RECORDS_MAX} records, which is the most: an operator begins a new directory"
        );
        return Err(ApiError::new(ErrorCode::NoCapacity, message));
    }
    let accepted = decide(state, &asked.caller)?;
    let body = serde_json::to_string(&accepted.answer)
        .map_err(|_| internal("the answer cannot be written as JSON"))?;
    let mut records = accepted.records;
    if let Some(key) = &asked.key.0 {
        records.push(Record::Answer(AnswerRecord {
            account: asked.caller.account.clone(),
            key: key.clone(),
            fingerprint: asked.fingerprint.clone(),
            status: status.as_u16(),
            body: body.clone(),
        }));
    }
    let answer = Answer {
        status,
        body,
        replayed: false,
    };
    Ok(Accepted {
        answer,
        records,
        run: accepted.run,
    })
}

fn known_answer(state: &State, asked: &Asked) -> Result<Option<Answer>, ApiError> {
    let Some(key) = &asked.key.0 else {
        return Ok(None);
    };
    let Some(known) = state
        .answers
        .get(&(asked.caller.account.clone(), key.clone()))
    else {
        return Ok(None);
    };
    if known.fingerprint != asked.fingerprint {
        let message = format!(
            "idempotency key {key:?} was used for another request: use a new key for a new request"
        );
        return Err(ApiError::new(ErrorCode::IdempotencyMismatch, message));
    }
    let status = StatusCode::from_u16(known.status)
        .map_err(|_| internal("the kept answer has no valid status"))?;
    Ok(Some(Answer {
        status,
        body: known.body.clone(),
        replayed: true,
    }))
}

fn respond(answer: Answer) -> Response {
    let json = HeaderValue::from_static("application/json");
    let mut response = (answer.status, [(CONTENT_TYPE, json)], answer.body).into_response();
    if answer.replayed {
        let name = HeaderName::from_static("idempotent-replayed");
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static("true"));
    }
    response
}
