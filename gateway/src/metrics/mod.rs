//! What the venue counts, for Prometheus to fetch. A venue without `[metrics]` counts nothing: every handle that it
//! gives out then does nothing.
//!
//! Handles are got once and kept: to count is one atomic addition, with no look-up and no allocation. There is no
//! global recorder, so that two venues in one process do not count together.

pub mod catalogue;
mod messages;
mod serve;
mod sessions;
mod settlement;

use std::sync::Arc;

use ::metrics::{Counter, Gauge, Key, Label, Level, Metadata, Recorder, SharedString};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use catalogue::{CATALOGUE, Kind, Metric};
pub(crate) use messages::MessageCounters;
pub(crate) use serve::{Gathered, MetricsServer};
pub(crate) use sessions::{SessionGauges, Standing};

/// What Prometheus is told of where a number comes from; it does not show it.
const METADATA: Metadata<'static> = Metadata::new("gateway", Level::INFO, None);

/// Where numbers are kept. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics {
    recorder: Option<Arc<PrometheusRecorder>>,
    per_session: bool,
}

impl Metrics {
    /// As the configuration wants it.
    pub(crate) fn of(config: &config::Metrics) -> Self {
        match config.listen {
            Some(_) => Self::counting(config.per_session),
            None => Self::none(),
        }
    }

    /// Counts nothing.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Counts all that the catalogue names; what is said of single sessions only where `per_session` is true.
    pub(crate) fn counting(per_session: bool) -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        for metric in CATALOGUE {
            let help = SharedString::const_str(metric.help);
            match metric.kind {
                Kind::Counter => recorder.describe_counter(metric.name.into(), None, help),
                Kind::Gauge => recorder.describe_gauge(metric.name.into(), None, help),
            }
        }
        let metrics = Self {
            recorder: Some(Arc::new(recorder)),
            per_session,
        };
        // What has no labels is there from the start, at 0.
        for metric in CATALOGUE.iter().filter(|metric| metric.labels.is_empty()) {
            match metric.kind {
                Kind::Counter => drop(metrics.counter(metric, &[])),
                Kind::Gauge => drop(metrics.gauge(metric, &[])),
            }
        }
        let version = env!("CARGO_PKG_VERSION");
        metrics.gauge(&catalogue::BUILD, &[version]).set(1);
        metrics
    }

    /// Whether single sessions are told apart.
    pub(crate) fn per_session(&self) -> bool {
        self.per_session
    }

    /// The counter of `metric` with these values of its labels.
    pub(crate) fn counter(&self, metric: &Metric, values: &[&str]) -> Counter {
        match &self.recorder {
            Some(recorder) => recorder.register_counter(&key(metric, values), &METADATA),
            None => Counter::noop(),
        }
    }

    /// The gauge of `metric` with these values of its labels.
    pub(crate) fn gauge(&self, metric: &Metric, values: &[&str]) -> Gauge {
        match &self.recorder {
            Some(recorder) => recorder.register_gauge(&key(metric, values), &METADATA),
            None => Gauge::noop(),
        }
    }

    /// What gives all numbers as text.
    pub(crate) fn page(&self) -> Option<PrometheusHandle> {
        self.recorder.as_ref().map(|recorder| recorder.handle())
    }
}

fn key(metric: &Metric, values: &[&str]) -> Key {
    assert_eq!(
        values.len(),
        metric.labels.len(),
        "{} has one value for each label",
        metric.name
    );
    let labels = metric.labels.iter().zip(values);
    let labels: Vec<Label> = labels
        .map(|(name, value)| Label::new(*name, (*value).to_owned()))
        .collect();
    Key::from_parts(metric.name, labels)
}

/// A count as a gauge has it. Exact up to 2^53: no sequence number and no position comes near.
#[expect(
    clippy::as_conversions,
    reason = "the exporter's numbers are floats, and this is the one place where ours become such"
)]
pub(crate) fn as_gauge(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
