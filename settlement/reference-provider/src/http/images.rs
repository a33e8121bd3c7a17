//! `/v1/images`: uploading, showing and sharing images.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::App;
use super::extract::{Id, IdempotencyKey, JsonBody, Parameters};
use super::idempotency::Asked;
use super::limit::{arriving, throttled};
use crate::api::{ErrorBody, Image, ShareImage};
use crate::blobs::Incoming;
use crate::decide::{Caller, images as decisions};
use crate::error::{ApiError, ErrorCode};
use crate::names;

#[derive(Deserialize)]
pub(super) struct UploadParameters {
    name: String,
}

/// Takes an image's bytes. The same bytes under the same name are the same image.
#[utoipa::path(post, path = "/v1/images", tag = "images", security(("bearer" = [])),
    params(("name" = String, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Image), (status = "4XX", body = ErrorBody)))]
pub(super) async fn upload(
    State(app): State<App>,
    caller: Caller,
    Parameters(UploadParameters { name }): Parameters<UploadParameters>,
    key: IdempotencyKey,
    request: Request,
) -> Result<Response, ApiError> {
    names::check_name("name", &name)?;
    let Ok(_permit) = app.0.uploads.try_acquire() else {
        return Err(throttled("uploads"));
    };
    let (digest, size) = arriving(receive(&app, request.into_body())).await?;
    let asked = Asked::new(caller, key, "upload", &(&name, &digest))?;
    app.change(asked, StatusCode::CREATED, move |state, caller| {
        Ok(decisions::register(state, caller, &name, &digest, size))
    })
    .await
}

async fn receive(app: &App, body: Body) -> Result<(String, u64), ApiError> {
    let mut incoming = Incoming::create(&app.0.images, app.0.image_bytes_max).await?;
    let mut body = body;
    while let Some(chunk) = next_chunk(&mut body).await? {
        incoming.write(&chunk).await?;
    }
    incoming.keep().await
}

async fn next_chunk(body: &mut Body) -> Result<Option<axum::body::Bytes>, ApiError> {
    use axum::body::HttpBody;
    loop {
        let frame =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_frame(context))
                .await;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => {
                return Err(ApiError::new(
                    ErrorCode::BadRequest,
                    "the body broke off: send it again",
                ));
            }
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// An image that the caller has the use of.
#[utoipa::path(get, path = "/v1/images/{id}", tag = "images", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Image), (status = "4XX", body = ErrorBody)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Image>, ApiError> {
    app.0
        .store
        .read(|state| decisions::show(state, &caller, &id))
        .map(Json)
}

/// The owner gives one more account the use of an image.
#[utoipa::path(post, path = "/v1/images/{id}/share", tag = "images", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ShareImage,
    responses((status = 200, body = Image), (status = "4XX", body = ErrorBody)))]
pub(super) async fn share(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<ShareImage>,
) -> Result<Response, ApiError> {
    let asked = Asked::new(caller, key, &format!("share {id}"), &request)?;
    let accounts = app.0.accounts.clone();
    app.change(asked, StatusCode::OK, move |state, caller| {
        decisions::share(state, &accounts, caller, &id, &request)
    })
    .await
}
