//! How many requests are worked on at once, and how long each may take to arrive.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use crate::error::{ApiError, ErrorCode};
use crate::limits::REQUEST_TIME_MAX;

/// Refuses one request too many with 429.
pub(super) async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let Ok(_permit) = app.0.requests.try_acquire() else {
        return throttled("requests").into_response();
    };
    next.run(request).await
}

/// Gives up on a body that does not arrive in time.
pub(super) async fn arriving<T>(
    body: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let arrived = tokio::time::timeout(REQUEST_TIME_MAX, body).await;
    arrived.unwrap_or_else(|_| {
        let message = "the body did not arrive in time, and nothing of the request was applied: send it again";
        Err(ApiError::new(ErrorCode::RequestTimeout, message))
    })
}

pub(super) fn throttled(what: &str) -> ApiError {
    ApiError::new(
        ErrorCode::Throttled,
        format!("too many {what} at once: wait a moment and send it again"),
    )
}
