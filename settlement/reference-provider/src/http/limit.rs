//! How many requests are worked on at once, and how long each may take.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use crate::error::{ApiError, ErrorCode};
use crate::limits::REQUEST_TIME_MAX;

/// Refuses one request too many with 429, and one that takes too long with 408.
pub(super) async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let Ok(_permit) = app.0.requests.try_acquire() else {
        return throttled("requests").into_response();
    };
    match tokio::time::timeout(REQUEST_TIME_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let message =
                "the request took too long: look whether it was applied before it is sent again";
            ApiError::new(ErrorCode::RequestTimeout, message).into_response()
        }
    }
}

pub(super) fn throttled(what: &str) -> ApiError {
    ApiError::new(
        ErrorCode::Throttled,
        format!("too many {what} at once: wait a moment and send it again"),
    )
}
