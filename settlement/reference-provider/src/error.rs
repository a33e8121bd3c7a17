//! What can go wrong: refusals of the HTTP face, and failures of the library.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::api::{ErrorBody, ErrorDetail};

/// The codes of the HTTP face, each with its one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: the request could not be read.
    BadRequest,
    /// 401: no bearer token, or an unknown one.
    Unauthorized,
    /// 403: the caller sees the thing but may not do this with it.
    Forbidden,
    /// 404: no such thing, or not the caller's.
    NotFound,
    /// 405: the path does not take this method.
    MethodNotAllowed,
    /// 408: the request did not arrive whole in time; nothing of it was applied.
    RequestTimeout,
    /// 409: another task is changing the slot.
    Conflict,
    /// 409: the slot has another generation than the request means.
    GenerationMismatch,
    /// 409: the slot or instance is not in a state that allows this.
    WrongState,
    /// 409: a fence of somebody else stands.
    Fenced,
    /// 409: the idempotency key was used for another request.
    IdempotencyMismatch,
    /// 413: the body is longer than allowed.
    TooLarge,
    /// 422: the image is missing, not shared, corrupt or of the wrong kind.
    BadImage,
    /// 429: too many requests at once.
    Throttled,
    /// 503: no free slot.
    NoCapacity,
    /// Of a task only: the guest ran, and its beacon did not answer in time.
    NotReady,
    /// Of a task only: the guest ended before its beacon answered.
    GuestFailed,
    /// 500: the control plane failed; the request may or may not have been applied.
    Internal,
}

impl ErrorCode {
    /// The code as it is written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::RequestTimeout => "request_timeout",
            Self::Conflict => "conflict",
            Self::GenerationMismatch => "generation_mismatch",
            Self::WrongState => "wrong_state",
            Self::Fenced => "fenced",
            Self::IdempotencyMismatch => "idempotency_mismatch",
            Self::TooLarge => "too_large",
            Self::BadImage => "bad_image",
            Self::Throttled => "throttled",
            Self::NoCapacity => "no_capacity",
            Self::NotReady => "not_ready",
            Self::GuestFailed => "guest_failed",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status of this code.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict
            | Self::GenerationMismatch
            | Self::WrongState
            | Self::Fenced
            | Self::IdempotencyMismatch => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadImage => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::NoCapacity => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotReady | Self::GuestFailed | Self::Internal => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }
}

/// A refusal: its code, what was wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The kind, for programs.
    pub code: ErrorCode,
    /// The sentence, for people.
    pub message: String,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// As it stands in a task.
    pub(crate) fn detail(&self) -> ErrorDetail {
        ErrorDetail {
            code: self.code.as_str().to_owned(),
            message: self.message.clone(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            error: self.detail(),
        };
        let mut response = (self.code.status(), axum::Json(body)).into_response();
        let header = match self.code {
            ErrorCode::Unauthorized => Some((axum::http::header::WWW_AUTHENTICATE, "Bearer")),
            ErrorCode::Throttled => Some((axum::http::header::RETRY_AFTER, "1")),
            ErrorCode::BadRequest
            | ErrorCode::Forbidden
            | ErrorCode::NotFound
            | ErrorCode::MethodNotAllowed
            | ErrorCode::RequestTimeout
            | ErrorCode::Conflict
            | ErrorCode::GenerationMismatch
            | ErrorCode::WrongState
            | ErrorCode::Fenced
            | ErrorCode::IdempotencyMismatch
            | ErrorCode::TooLarge
            | ErrorCode::BadImage
            | ErrorCode::NoCapacity
            | ErrorCode::NotReady
            | ErrorCode::GuestFailed
            | ErrorCode::Internal => None,
        };
        if let Some((name, value)) = header {
            response
                .headers_mut()
                .insert(name, axum::http::HeaderValue::from_static(value));
        }
        response
    }
}

/// Why the control plane could not start, or a guest could not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API carries bearer tokens in the clear and starts programs: it is for this machine only.
    #[error(
        "refusing to listen on {address}: the control plane listens on loopback only; use 127.0.0.1 or ::1"
    )]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address could not be bound.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// An option is wrong.
    #[error("option {option}: {what}")]
    Option {
        /// Which option.
        option: &'static str,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// Another control plane has this directory.
    #[error(
        "{path} is locked: another control plane uses this directory; stop it or choose another directory"
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("{doing} {path}: {source}")]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store is damaged other than by a torn last write.
    #[error(
        "{path} line {line} is damaged ({what}): restore the file from a copy, or start with an empty directory once no guest runs"
    )]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// 1-based line.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A guest was started without one of the variables that it needs.
    #[error(
        "environment variable {name} is not set or not usable: a guest is started by the control plane, which sets it"
    )]
    GuestEnvironment {
        /// The variable.
        name: &'static str,
    },
}

impl Error {
    pub(crate) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }
}
