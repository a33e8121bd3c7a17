//! What a call carries: who answers for it, and what it asks for. What cannot be read is refused with what to do.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use engine::OperatorName;
use serde::de::DeserializeOwned;

use super::refused::Refused;

/// The header that names who answers for a call. A change needs it.
pub(crate) const OPERATOR_HEADER: &str = "cloudpit-operator";

/// Who answers for a change.
pub(super) struct Operator(pub(super) OperatorName);

impl<S: Sync> FromRequestParts<S> for Operator {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let named = operator_named(&parts.headers)?;
        let named = named.ok_or_else(|| Refused::no_operator("nobody answers for the change"))?;
        Ok(Self(named))
    }
}

/// Who is named as answering for a call, if anybody is.
pub(super) fn operator_named(headers: &HeaderMap) -> Result<Option<OperatorName>, Refused> {
    let Some(value) = headers.get(OPERATOR_HEADER) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let name = OperatorName::new(text);
    name.map(Some)
        .map_err(|error| Refused::no_operator(format!("the operator's name {error}")))
}

/// The body of a call, as JSON.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(error) => Err(Refused::unreadable(error.status(), error.body_text())),
        }
    }
}

/// What stands behind the `?` of a call.
pub(super) struct Asked<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(Refused::unreadable(error.status(), error.body_text())),
        }
    }
}
