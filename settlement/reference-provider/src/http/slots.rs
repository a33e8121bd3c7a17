//! `/v1/slots`: listing, custody, fences and the four steps of a reassignment.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::App;
use super::extract::{Id, IdempotencyKey, JsonBody, Parameters};
use super::idempotency::Asked;
use crate::api::{
    DepositSlot, ErrorBody, LiftFence, PlaceImage, SetFence, Slot, SlotCommand, SlotList, Task,
};
use crate::decide::{Caller, access, custody, reassign};
use crate::error::ApiError;
use crate::fresh::fresh;

#[derive(Deserialize)]
pub(super) struct ListParameters {
    custody: Option<String>,
}

/// The slots that the caller sees, in the order of their names.
#[utoipa::path(get, path = "/v1/slots", tag = "slots", security(("bearer" = [])),
    params(("custody" = Option<String>, Query, description = "only those that this custody account holds")),
    responses((status = 200, body = SlotList), (status = "4XX", body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Parameters(wanted): Parameters<ListParameters>,
) -> Json<SlotList> {
    let held_by = |slot: &crate::store::SlotRecord| {
        let custodian = slot.custody.as_ref().map(|custody| &custody.account);
        wanted.custody.is_none() || wanted.custody.as_ref() == custodian
    };
    Json(app.0.store.read(|state| {
        SlotList {
            slots: access::slots(state, &caller)
                .filter(|slot| held_by(slot))
                .map(|slot| state.slot_view(slot))
                .collect(),
        }
    }))
}

/// One slot with the instance in it.
#[utoipa::path(get, path = "/v1/slots/{id}", tag = "slots", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Slot), (status = "4XX", body = ErrorBody)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Slot>, ApiError> {
    app.0.store.read(|state| {
        let slot = access::slot(state, &caller, &id)?;
        Ok(Json(state.slot_view(slot)))
    })
}

/// The owner moves its slot, with the running instance, into custody.
#[utoipa::path(post, path = "/v1/slots/{id}/deposit", tag = "slots", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = DepositSlot,
    responses((status = 200, body = Slot), (status = "4XX", body = ErrorBody)))]
pub(super) async fn deposit(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<DepositSlot>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, key, &format!("deposit {id}"), &request)?;
    let accounts = app.0.accounts.clone();
    app.change(asked, StatusCode::OK, move |state, caller| {
        custody::deposit(state, &accounts, caller, &id, &request)
    })
    .await
}

/// The custodian gives the slot, with the instance in it, back to its beneficiary.
#[utoipa::path(post, path = "/v1/slots/{id}/withdraw", tag = "slots", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = SlotCommand,
    responses((status = 200, body = Slot), (status = "4XX", body = ErrorBody)))]
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<SlotCommand>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, key, &format!("withdraw {id}"), &request)?;
    app.change(asked, StatusCode::OK, move |state, caller| {
        custody::withdraw(state, caller, &id, &request)
    })
    .await
}

/// The custodian keeps everybody else from touching the slot; the same holder may repeat it.
#[utoipa::path(put, path = "/v1/slots/{id}/fence", tag = "slots", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = SetFence,
    responses((status = 200, body = Slot), (status = "4XX", body = ErrorBody)))]
pub(super) async fn fence(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    JsonBody(request): JsonBody<SetFence>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, IdempotencyKey(None), "fence", &request)?;
    app.change(asked, StatusCode::OK, move |state, caller| {
        custody::fence(state, caller, &id, &request)
    })
    .await
}

/// The holder of the fence lifts it; lifting a fence that is not there changes nothing.
#[utoipa::path(delete, path = "/v1/slots/{id}/fence", tag = "slots", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = LiftFence,
    responses((status = 200, body = Slot), (status = "4XX", body = ErrorBody)))]
pub(super) async fn lift(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    JsonBody(request): JsonBody<LiftFence>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, IdempotencyKey(None), "lift", &request)?;
    app.change(asked, StatusCode::OK, move |state, caller| {
        custody::lift(state, caller, &id, &request)
    })
    .await
}

/// Ends the instance and wipes the slot.
#[utoipa::path(post, path = "/v1/slots/{id}/terminate", tag = "reassignment", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = SlotCommand,
    responses((status = 202, body = Task), (status = "4XX", body = ErrorBody)))]
pub(super) async fn terminate(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<SlotCommand>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, key, &format!("terminate {id}"), &request)?;
    let fresh = fresh()?;
    app.change(asked, StatusCode::ACCEPTED, move |state, caller| {
        reassign::terminate(state, caller, &id, &request, &fresh)
    })
    .await
}

/// Puts an image into the vacant slot; the slot has the next generation from the acceptance on.
#[utoipa::path(post, path = "/v1/slots/{id}/place", tag = "reassignment", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = PlaceImage,
    responses((status = 202, body = Task), (status = "4XX", body = ErrorBody)))]
pub(super) async fn place(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<PlaceImage>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, key, &format!("place {id}"), &request)?;
    let fresh = fresh()?;
    let accounts = app.0.accounts.clone();
    app.change(asked, StatusCode::ACCEPTED, move |state, caller| {
        reassign::place(state, &accounts, caller, &id, &request, &fresh)
    })
    .await
}

/// Starts the instance in the slot; the task succeeds when its beacon answered.
#[utoipa::path(post, path = "/v1/slots/{id}/start", tag = "reassignment", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = SlotCommand,
    responses((status = 202, body = Task), (status = "4XX", body = ErrorBody)))]
pub(super) async fn start(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<SlotCommand>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, key, &format!("start {id}"), &request)?;
    let fresh = fresh()?;
    app.change(asked, StatusCode::ACCEPTED, move |state, caller| {
        reassign::start(state, caller, &id, &request, &fresh)
    })
    .await
}

/// Gives the vacant slot back to the provider's pool; the task has succeeded when it is answered.
#[utoipa::path(post, path = "/v1/slots/{id}/retire", tag = "reassignment", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = SlotCommand,
    responses((status = 202, body = Task), (status = "4XX", body = ErrorBody)))]
pub(super) async fn retire(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<SlotCommand>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, key, &format!("retire {id}"), &request)?;
    let fresh = fresh()?;
    app.change(asked, StatusCode::ACCEPTED, move |state, caller| {
        reassign::retire(state, caller, &id, &request, &fresh)
    })
    .await
}
