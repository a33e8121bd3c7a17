//! Serves the operators' channel: from the socket to the routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::connect_info::Connected;
use axum::middleware::from_fn_with_state;
use axum::serve::IncomingStream;
use settlement::Settlement;
use tokio::task::JoinHandle;

use super::audited::{Peer, audited};
use super::listener::AdminListener;
use super::market::Market;
use super::refused::Refused;
use super::routes;
use crate::audit::Audit;
use crate::layout::Layout;
use crate::metrics::Metrics;
use crate::sessions::Registry;

/// The most that a call may carry, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// What the routes work with.
#[derive(Clone)]
pub(crate) struct Office {
    /// The market.
    pub(crate) market: Market,
    /// The live sessions.
    pub(crate) sessions: Arc<Registry>,
    /// Settlement, where the venue has providers.
    pub(crate) settlement: Option<Settlement>,
    /// Held from a look at risk limits to their change, so that no operator undoes what another one does meanwhile.
    pub(crate) limits_in_change: Arc<tokio::sync::Mutex<()>>,
    /// Where every call is recorded.
    pub(crate) audit: Audit,
    /// Where calls are counted.
    pub(crate) metrics: Metrics,
}

/// The channel. Dropped, it takes no more calls, and its socket is gone; those that it has taken are carried out.
pub(crate) struct AdminServer {
    task: JoinHandle<()>,
}

impl AdminServer {
    /// Listens in the data folder.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub(crate) fn start(layout: &Layout, office: Office) -> anyhow::Result<Self> {
        let path = layout.admin_socket();
        let listener = AdminListener::bind(&path)?;
        let calls = routes::all()
            .fallback(async || Refused::no_such_call())
            .method_not_allowed_fallback(async || Refused::other_method())
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .layer(from_fn_with_state(office.clone(), audited))
            .with_state(office);
        let calls = Router::into_make_service_with_connect_info::<Peer>(calls);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, calls).await {
                tracing::error!(%error, "the operators' channel has ended");
            }
        });
        tracing::info!(path = %path.display(), "operators may call");
        Ok(Self { task })
    }
}

impl AdminServer {
    /// Takes no more calls. When this returns, the socket is gone.
    pub(crate) async fn stop(mut self) {
        self.task.abort();
        // It ends as it was told to.
        drop((&mut self.task).await);
    }
}

impl Drop for AdminServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connected<IncomingStream<'_, AdminListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, AdminListener>) -> Self {
        Self(stream.remote_addr().clone())
    }
}
