//! The HTTP face: routes, and the way of a request through limits, caller, decision and answer.

mod extract;
mod idempotency;
mod images;
mod instances;
mod limit;
mod listener;
mod openapi;
mod slots;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get, post, put};
use tokio::sync::Semaphore;

pub(crate) use self::listener::Bounded;
use crate::decide::{Accounts, Caller};
use crate::error::{ApiError, ErrorCode};
use crate::limits::{REQUESTS_MAX, UPLOADS_MAX};
use crate::options::Options;
use crate::runner::Runner;
use crate::store::Store;

/// What every handler is given.
#[derive(Debug, Clone)]
pub(crate) struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Store,
    runner: Runner,
    accounts: Accounts,
    /// Digests of the tokens: compared in constant time, and no token is kept.
    callers: Vec<(blake3::Hash, Caller)>,
    images: PathBuf,
    image_bytes_max: u64,
    requests: Semaphore,
    uploads: Semaphore,
}

impl App {
    pub(crate) fn new(options: &Options, store: Store, runner: Runner, images: PathBuf) -> Self {
        let caller = |principal: &crate::options::Principal| Caller {
            account: principal.account.clone(),
            role: principal.role,
        };
        let principals = &options.principals;
        Self(Arc::new(Shared {
            store,
            runner,
            accounts: Accounts(
                principals
                    .iter()
                    .map(|p| (p.account.clone(), p.role))
                    .collect(),
            ),
            callers: principals
                .iter()
                .map(|p| (p.token.digest(), caller(p)))
                .collect(),
            images,
            image_bytes_max: options.image_bytes_max,
            requests: Semaphore::new(REQUESTS_MAX),
            uploads: Semaphore::new(UPLOADS_MAX),
        }))
    }

    fn caller(&self, token: &str) -> Option<&Caller> {
        let shown = blake3::hash(token.as_bytes());
        self.0
            .callers
            .iter()
            .find(|(digest, _)| *digest == shown)
            .map(|(_, caller)| caller)
    }
}

/// Every path with what it takes. The description of the API is tested against this table.
fn routes() -> Vec<(&'static str, MethodRouter<App>)> {
    vec![
        ("/v1/openapi.json", get(openapi::show)),
        ("/v1/images", post(images::upload)),
        ("/v1/images/{id}", get(images::show)),
        ("/v1/images/{id}/share", post(images::share)),
        ("/v1/slots", get(slots::list)),
        ("/v1/slots/{id}", get(slots::show)),
        ("/v1/slots/{id}/deposit", post(slots::deposit)),
        ("/v1/slots/{id}/withdraw", post(slots::withdraw)),
        (
            "/v1/slots/{id}/fence",
            put(slots::fence).delete(slots::lift),
        ),
        ("/v1/slots/{id}/terminate", post(slots::terminate)),
        ("/v1/slots/{id}/place", post(slots::place)),
        ("/v1/slots/{id}/start", post(slots::start)),
        ("/v1/slots/{id}/retire", post(slots::retire)),
        (
            "/v1/instances",
            get(instances::list).post(instances::launch),
        ),
        ("/v1/instances/{id}", get(instances::show)),
        ("/v1/tasks/{id}", get(instances::task)),
    ]
}

/// The whole service. A layer that injects faults fits between the limits and the routes.
pub(crate) fn router(app: App) -> Router {
    routes()
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| {
            router.route(path, methods)
        })
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            limit::limit,
        ))
        .with_state(app)
}

async fn no_such_path() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "there is no such path: GET /v1/openapi.json lists them",
    )
}

async fn no_such_method() -> ApiError {
    let message = "this path does not take this method: GET /v1/openapi.json lists what it takes";
    ApiError::new(ErrorCode::MethodNotAllowed, message)
}
