//! `/v1/instances` and `/v1/tasks`: launching, and seeing how things are.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::App;
use super::extract::{Id, IdempotencyKey, JsonBody, Parameters};
use super::idempotency::Asked;
use crate::api::{ErrorBody, Instance, InstanceList, LaunchInstance, Task};
use crate::decide::{Caller, instances, launch as launching};
use crate::error::{ApiError, ErrorCode};
use crate::fresh::fresh;

#[derive(Deserialize)]
pub(super) struct ListParameters {
    tag: Option<String>,
}

/// The instances that the caller sees, of every state, newest first.
#[utoipa::path(get, path = "/v1/instances", tag = "instances", security(("bearer" = [])),
    params(("tag" = Option<String>, Query, description = "key:value, only those with this tag")),
    responses((status = 200, body = InstanceList), (status = "4XX", body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Parameters(wanted): Parameters<ListParameters>,
) -> Result<Json<InstanceList>, ApiError> {
    let tag = match &wanted.tag {
        None => None,
        Some(text) => Some(text.split_once(':').ok_or_else(|| {
            ApiError::new(
                ErrorCode::BadRequest,
                "tag is not key:value: write it as tag=key:value",
            )
        })?),
    };
    Ok(Json(
        app.0
            .store
            .read(|state| instances::list(state, &caller, tag)),
    ))
}

/// One instance, of any state.
#[utoipa::path(get, path = "/v1/instances/{id}", tag = "instances", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Instance), (status = "4XX", body = ErrorBody)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Instance>, ApiError> {
    app.0
        .store
        .read(|state| instances::show(state, &caller, &id))
        .map(Json)
}

/// A customer launches an instance in a free slot of the pool.
#[utoipa::path(post, path = "/v1/instances", tag = "instances", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header)), request_body = LaunchInstance,
    responses((status = 202, body = Task), (status = "4XX", body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn launch(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<LaunchInstance>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, key, "launch", &request)?;
    let fresh = fresh()?;
    app.change(asked, StatusCode::ACCEPTED, move |state, caller| {
        launching::launch(state, caller, &request, &fresh)
    })
    .await
}

/// How far a task is that the caller asked for.
#[utoipa::path(get, path = "/v1/tasks/{id}", tag = "tasks", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Task), (status = "4XX", body = ErrorBody)))]
pub(super) async fn task(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Task>, ApiError> {
    app.0
        .store
        .read(|state| instances::task(state, &caller, &id))
        .map(Json)
}
