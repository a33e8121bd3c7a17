//! How one session stands, as gauges: a series for each session, where the configuration wants them.

use ::metrics::Gauge;

use super::catalogue::{
    SESSION_LOGGED_ON, SESSION_NEXT_INCOMING, SESSION_NEXT_OUTGOING, SESSION_PENDING_BYTES,
};
use super::{Metrics, as_gauge};

/// The gauges of one session.
pub(crate) struct SessionGauges {
    logged_on: Gauge,
    next_incoming: Gauge,
    next_outgoing: Gauge,
    pending: Gauge,
}

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether both Logons are exchanged.
    pub(crate) logged_on: bool,
    /// The MsgSeqNum(34) that is expected next.
    pub(crate) next_incoming: u64,
    /// The MsgSeqNum(34) that is sent next.
    pub(crate) next_outgoing: u64,
    /// Bytes that the client has not taken yet.
    pub(crate) pending: usize,
}

impl SessionGauges {
    /// The gauges of the session `name`.
    pub(crate) fn new(metrics: &Metrics, name: &str) -> Self {
        let gauge = |metric| match metrics.per_session() {
            true => metrics.gauge(metric, &[name]),
            false => Gauge::noop(),
        };
        Self {
            logged_on: gauge(&SESSION_LOGGED_ON),
            next_incoming: gauge(&SESSION_NEXT_INCOMING),
            next_outgoing: gauge(&SESSION_NEXT_OUTGOING),
            pending: gauge(&SESSION_PENDING_BYTES),
        }
    }

    /// Shows how the session stands now: four stores.
    pub(crate) fn show(&self, standing: Standing) {
        self.logged_on.set(f64::from(u8::from(standing.logged_on)));
        self.next_incoming.set(as_gauge(standing.next_incoming));
        self.next_outgoing.set(as_gauge(standing.next_outgoing));
        let pending = u64::try_from(standing.pending).unwrap_or(u64::MAX);
        self.pending.set(as_gauge(pending));
    }
}
