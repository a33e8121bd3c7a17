//! Every event is one line of the log and one count.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::DateTime;
use engine::{CancelScope, DisconnectCause};
use fix_session::DisconnectReason;
use tracing::{Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::{About, Beyond, Ended, Refusal, Rejection, SessionEvent};
use crate::logging;
use crate::metrics::Metrics;

/// What was logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines).trim().to_owned()
    }
}

/// What the event writes to the log, without its time, and what it counts.
fn told(event: SessionEvent<'_>) -> (String, String) {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(lines.clone())
        .with_max_level(Level::TRACE)
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .finish();
    let metrics = Metrics::counting(true);
    tell(event, subscriber, &metrics);
    let logged = lines.text();
    let page = metrics.page().expect("it counts").render();
    let counted = page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter(|line| !line.ends_with(" 0") && !line.contains("build_info"));
    let mut counted: Vec<&str> = counted.collect();
    counted.sort_unstable();
    (logged, counted.join("; "))
}

/// The line of the event in a log for machines.
fn told_as_json(event: SessionEvent<'_>) -> serde_json::Value {
    let lines = Lines::default();
    let subscriber = logging::as_json(lines.clone(), EnvFilter::new("trace"));
    tell(event, subscriber, &Metrics::none());
    serde_json::from_str(&lines.text()).expect("one line is one object")
}

fn tell(event: SessionEvent<'_>, subscriber: impl Subscriber + Send + Sync, metrics: &Metrics) {
    let about = About {
        session: Some("ALDER-OMS".parse().expect("a name")),
        firm: Some("ALDER".parse().expect("a name")),
        peer: Some("127.0.0.1:4711".parse().expect("an address")),
    };
    tracing::subscriber::with_default(subscriber, || event.tell(&about, metrics));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: one row for each event")]
fn every_event_is_logged_and_counted() {
    let rejection = Rejection {
        ref_seq_num: "7",
        ref_msg_type: "D",
        ref_tag_id: "44",
        reason: "6",
        text: "Incorrect data format",
    };
    let unknown = Rejection {
        reason: "1000000",
        ..rejection
    };
    let of = |name: &str| format!("cloudpit_{name}{{firm=\"ALDER\"}} 1");
    let with = |name: &str, label: &str, value: &str| {
        format!("cloudpit_{name}{{firm=\"ALDER\",{label}=\"{value}\"}} 1")
    };
    let cancels_at = DateTime::from_timestamp(1_795_860_000, 0);
    use SessionEvent as Event;
    let table: Vec<(Event<'_>, &str, &str, String)> = vec![
        (
            Event::ConnectionAccepted,
            "DEBUG",
            "connection_accepted",
            "cloudpit_connections_accepted_total 1".into(),
        ),
        (
            Event::ConnectionRefused {
                reason: Refusal::UnknownCompId,
                detail: &"nobody",
            },
            "WARN",
            "connection_refused",
            "cloudpit_connections_refused_total{reason=\"unknown_comp_id\"} 1".into(),
        ),
        (
            Event::ConnectionRefused {
                reason: Refusal::Closed,
                detail: &"gone",
            },
            "DEBUG",
            "connection_refused",
            "cloudpit_connections_refused_total{reason=\"closed\"} 1".into(),
        ),
        (
            Event::Connected,
            "INFO",
            "connected",
            of("session_connections_total"),
        ),
        (
            Event::LogonRefused {
                reason: Ended::By(DisconnectReason::LogonInvalid),
                text: Some("no"),
            },
            "WARN",
            "logon_refused",
            with("session_logons_refused_total", "reason", "logon_invalid"),
        ),
        (
            Event::LoggedOn { heartbeat: None },
            "INFO",
            "logon",
            of("session_logons_total"),
        ),
        (
            Event::LockedOut { what: &"all of it" },
            "WARN",
            "locked_out",
            "cloudpit_lock_outs_total 1".into(),
        ),
        (
            Event::PasswordChanged,
            "INFO",
            "password_changed",
            "cloudpit_passwords_changed_total 1".into(),
        ),
        (
            Event::LogoutSent { text: None },
            "INFO",
            "logout_sent",
            with("session_logouts_total", "side", "venue"),
        ),
        (
            Event::LogoutReceived { text: Some("bye") },
            "INFO",
            "logout_received",
            with("session_logouts_total", "side", "client"),
        ),
        (
            Event::Disconnected {
                reason: Ended::ClosedByClient,
                detail: None,
            },
            "INFO",
            "disconnected",
            with("session_disconnects_total", "reason", "closed_by_client"),
        ),
        (
            Event::TurnedAway {
                reason: Refusal::TooFast,
                unsaid: Some(7),
            },
            "WARN",
            "connection_refused",
            "cloudpit_connections_refused_total{reason=\"too_fast\"} 1".into(),
        ),
        (
            Event::SlowConsumer {
                pending_bytes: 5,
                why: "so",
            },
            "WARN",
            "slow_consumer",
            of("session_slow_consumers_total"),
        ),
        (
            Event::Garbled { bytes: 1 },
            "WARN",
            "garbled",
            of("session_garbled_bytes_total"),
        ),
        (
            Event::GapFound { begin: 2, end: 0 },
            "INFO",
            "gap_found",
            of("session_gaps_total"),
        ),
        (
            Event::ResendAsked { begin: 2, end: 5 },
            "INFO",
            "resend_asked",
            of("session_resends_total"),
        ),
        (
            Event::ResendFailed {
                msg_seq_num: 3,
                error: &"damaged",
            },
            "ERROR",
            "resend_failed",
            of("session_resend_failures_total"),
        ),
        (
            Event::ResendGone { begin: 2, end: 5 },
            "WARN",
            "resend_gone",
            of("session_resends_gone_total"),
        ),
        (
            Event::MessagesDropped {
                files: 1,
                kept_from: 9,
            },
            "INFO",
            "messages_dropped",
            of("session_store_files_dropped_total"),
        ),
        (
            Event::NotAccepted {
                error: &"too many open files",
                unsaid: Some(2),
            },
            "WARN",
            "connection_not_accepted",
            "cloudpit_connections_not_accepted_total 1".into(),
        ),
        (
            Event::PasswordFault { error: &"no disk" },
            "ERROR",
            "password_fault",
            "cloudpit_password_faults_total 1".into(),
        ),
        (
            Event::LimitExceeded {
                beyond: Beyond::Refused,
                why: &"too many",
            },
            "DEBUG",
            "limit_exceeded",
            with("session_limits_exceeded_total", "outcome", "refused"),
        ),
        (
            Event::LimitExceeded {
                beyond: Beyond::LoggedOut,
                why: &"far too many",
            },
            "WARN",
            "limit_exceeded",
            with("session_limits_exceeded_total", "outcome", "logged_out"),
        ),
        (
            Event::EndNotice { text: "soon" },
            "INFO",
            "end_notice",
            of("session_end_notices_total"),
        ),
        (
            Event::HoursOver { text: "over" },
            "INFO",
            "hours_over",
            of("session_hours_over_total"),
        ),
        (
            Event::CancelArmed {
                why: DisconnectCause::Lost,
                cancels_at,
            },
            "INFO",
            "cancel_armed",
            with("session_cancels_on_disconnect_total", "step", "armed"),
        ),
        (
            Event::OrdersKept {
                why: DisconnectCause::HoursOver,
            },
            "INFO",
            "orders_kept",
            with("session_cancels_on_disconnect_total", "step", "kept"),
        ),
        (
            Event::CancelCalledOff { cancels_at },
            "INFO",
            "cancel_called_off",
            with("session_cancels_on_disconnect_total", "step", "called_off"),
        ),
        (
            Event::CancelFired {
                scope: CancelScope::Firm,
                orders: 3,
            },
            "WARN",
            "cancel_fired",
            [
                with("session_cancels_on_disconnect_total", "step", "fired"),
                "cloudpit_session_orders_cancelled_on_disconnect_total{firm=\"ALDER\"} 3".into(),
            ]
            .join("; "),
        ),
        (
            Event::ChangeTaken { change: "a" },
            "INFO",
            "reloaded",
            "cloudpit_reloaded_changes_total{result=\"taken\"} 1".into(),
        ),
        (
            Event::ChangeWaits { change: "b" },
            "WARN",
            "reload_waits",
            "cloudpit_reloaded_changes_total{result=\"waiting\"} 1".into(),
        ),
        (
            Event::ReloadRefused {
                error: &"two\nlines",
            },
            "ERROR",
            "reload_refused",
            "cloudpit_reloaded_changes_total{result=\"refused\"} 1".into(),
        ),
        (
            Event::StoreCut {
                file: &"outbound.00000000.000000.log",
                offset: 7,
                bytes: 3,
            },
            "WARN",
            "store_cut",
            of("session_stores_cut_total"),
        ),
        (
            Event::ReceiptsFailed { error: &"full" },
            "ERROR",
            "receipts_failed",
            of("session_receipts_failed_total"),
        ),
        (
            Event::OutOfService { error: &"damaged" },
            "ERROR",
            "out_of_service",
            of("session_out_of_service_total"),
        ),
        (
            Event::ResetAwaited,
            "INFO",
            "reset_awaited",
            of("session_resets_awaited_total"),
        ),
        (
            Event::SequencesReset { epoch: 1 },
            "INFO",
            "sequences_reset",
            of("session_resets_total"),
        ),
        (
            Event::ReportsCarriedOver { from: 7 },
            "INFO",
            "reports_carried_over",
            of("session_carry_overs_total"),
        ),
        (
            Event::SequenceResetReceived {
                gap_fill: true,
                new_seq_no: "9",
            },
            "INFO",
            "sequence_reset_received",
            with("session_sequence_resets_received_total", "mode", "gap_fill"),
        ),
        (
            Event::TestRequestSent,
            "INFO",
            "test_request_sent",
            with("session_test_requests_total", "side", "venue"),
        ),
        (
            Event::TestRequestReceived,
            "DEBUG",
            "test_request_received",
            with("session_test_requests_total", "side", "client"),
        ),
        (
            Event::RejectSent(&rejection),
            "INFO",
            "reject_sent",
            with("session_rejects_sent_total", "reason", "6"),
        ),
        (
            Event::BusinessRejectSent(&unknown),
            "INFO",
            "business_reject_sent",
            with("session_business_rejects_sent_total", "reason", "other"),
        ),
        (
            Event::RejectReceived(&rejection),
            "WARN",
            "reject_received",
            of("session_rejects_received_total"),
        ),
    ];
    for (event, level, name, counted) in table {
        let json = told_as_json(event);
        assert_eq!(
            (&json["event"], &json["level"]),
            (&name.into(), &level.into())
        );
        assert!(json["message"].is_string(), "{json}");
        let (line, count) = told(event);
        assert!(line.starts_with(level), "{name}: {line}");
        assert!(
            line.contains(&format!("event=\"{name}\"")),
            "{name}: {line}"
        );
        assert_eq!(placed(name), json["peer"] == "127.0.0.1:4711", "{json}");
        assert_eq!(placed(name), line.contains("peer=127.0.0.1:4711"), "{line}");
        let lines = if name == "reload_refused" { 2 } else { 1 };
        assert_eq!(line.lines().count(), lines, "{name}: {line}");
        assert_eq!(count, counted, "{name}");
    }
}

/// Whether an event says where the client is: not those of what is the venue's own.
fn placed(event: &str) -> bool {
    const OF_THE_VENUE: [&str; 12] = [
        "connection_not_accepted",
        "messages_dropped",
        "store_cut",
        "receipts_failed",
        "out_of_service",
        "cancel_armed",
        "orders_kept",
        "cancel_called_off",
        "cancel_fired",
        "reloaded",
        "reload_waits",
        "reload_refused",
    ];
    !OF_THE_VENUE.contains(&event)
}
