//! `/metrics` and `/health` over HTTP, for this machine only. What nobody counts as it happens (how far readers are
//! behind) is looked up when somebody asks.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use sequencer::EventLog;
use settlement::Settlement;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::catalogue::{EVENT_LOG_END, SESSION_WAITING_BATCHES};
use super::{Metrics, as_gauge};
use crate::clock;
use crate::sessions::Registry;

/// The media type of Prometheus' text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is looked up at each request.
#[derive(Clone)]
pub(crate) struct Gathered {
    /// The sessions and their letterboxes.
    pub(crate) registry: Arc<Registry>,
    /// What the market has published.
    pub(crate) events: EventLog,
    /// Settlement, where the venue has providers.
    pub(crate) settlement: Option<Settlement>,
}

/// The listener. Dropped, it takes no more requests.
pub(crate) struct MetricsServer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Page {
    metrics: Metrics,
    handle: PrometheusHandle,
    gathered: Gathered,
}

impl MetricsServer {
    /// Listens on `address` and shows `metrics`.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub(crate) async fn start(
        address: SocketAddr,
        metrics: &Metrics,
        gathered: Gathered,
    ) -> anyhow::Result<Option<Self>> {
        let Some(handle) = metrics.page() else {
            return Ok(None);
        };
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot show metrics on {address}"))?;
        let address = listener.local_addr()?;
        let page = Page {
            metrics: metrics.clone(),
            handle,
            gathered,
        };
        let routes = Router::new()
            .route("/metrics", get(show))
            .route("/health", get(|| async { "ok\n" }))
            .with_state(page);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::warn!(%error, "metrics are not shown any more");
            }
        });
        tracing::info!(%address, "metrics are shown");
        Ok(Some(Self { address, task }))
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for MetricsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn show(State(page): State<Page>) -> impl IntoResponse {
    if let Some(settlement) = &page.gathered.settlement {
        let now = clock::timestamp(clock::now());
        if let Err(error) = super::settlement::look_up(settlement, &page.metrics, now).await {
            tracing::warn!(%error, "settlement's figures cannot be read");
        }
    }
    // Many sessions make a long text: no worker of the sessions is held up by it.
    let text = tokio::task::spawn_blocking(move || {
        page.gathered.look_up(&page.metrics);
        page.handle.render()
    });
    match text.await {
        Ok(text) => (StatusCode::OK, [(header::CONTENT_TYPE, TEXT_FORMAT)], text),
        Err(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            [(header::CONTENT_TYPE, TEXT_FORMAT)],
            String::new(),
        ),
    }
}

impl Gathered {
    fn look_up(&self, metrics: &Metrics) {
        let end = metrics.gauge(&EVENT_LOG_END, &[]);
        end.set(as_gauge(self.events.end().get()));
        if !metrics.per_session() {
            return;
        }
        self.registry.each_waiting(|name, batches| {
            let waiting = metrics.gauge(&SESSION_WAITING_BATCHES, &[name.as_str()]);
            waiting.set(as_gauge(u64::try_from(batches).unwrap_or(u64::MAX)));
        });
    }
}
