//! What handlers take from a request: the caller, ids, the idempotency key and JSON of bounded size.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::App;
use super::limit::arriving;
use crate::decide::Caller;
use crate::error::{ApiError, ErrorCode};
use crate::limits::{JSON_BYTES_MAX, KEY_BYTES_MAX};

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let parts = header.and_then(|value| value.split_once(' '));
        let token = parts
            .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer").then_some(token));
        token.and_then(|token| app.caller(token.trim())).cloned().ok_or_else(|| {
            let message = "no known bearer token: send \"Authorization: Bearer <token>\" with a token of this provider";
            ApiError::new(ErrorCode::Unauthorized, message)
        })
    }
}

/// The `{id}` of the path.
pub(super) struct Id(pub(super) String);

impl FromRequestParts<App> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match Path::<String>::from_request_parts(parts, app).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(error) => {
                let message = format!("the id in the path cannot be read: {}", error.body_text());
                Err(ApiError::new(ErrorCode::BadRequest, message))
            }
        }
    }
}

/// The query of the path, as `T`.
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match Query::<T>::from_request_parts(parts, app).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(error) => Err(ApiError::new(ErrorCode::BadRequest, error.body_text())),
        }
    }
}

/// The header `Idempotency-Key`, when it is there.
pub(super) struct IdempotencyKey(pub(super) Option<String>);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        match value.to_str() {
            Ok(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) => Ok(Self(Some(key.to_owned()))),
            Ok(_) | Err(_) => {
                let message = format!(
                    "Idempotency-Key is not usable: send 1 to {KEY_BYTES_MAX} printable ASCII characters"
                );
                Err(ApiError::new(ErrorCode::BadRequest, message))
            }
        }
    }
}

/// A JSON body, at most [`JSON_BYTES_MAX`] long.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _app: &App) -> Result<Self, ApiError> {
        let bytes = arriving(read_body(request.into_body())).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let message = format!(
                "the body is not the JSON that this path takes: {error}; see GET /v1/openapi.json"
            );
            ApiError::new(ErrorCode::BadRequest, message)
        })
    }
}

async fn read_body(body: Body) -> Result<axum::body::Bytes, ApiError> {
    to_bytes(body, JSON_BYTES_MAX).await.map_err(|_| {
        let message = format!(
            "the body is longer than {JSON_BYTES_MAX} bytes or broke off: send a shorter one"
        );
        ApiError::new(ErrorCode::TooLarge, message)
    })
}
