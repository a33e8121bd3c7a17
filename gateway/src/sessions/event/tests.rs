//! Every event is one line of the log and one count.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use fix_session::DisconnectReason;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

use super::{About, Ended, Refusal, Rejection, SessionEvent};
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
    let about = About {
        session: Some("ALDER-OMS".parse().expect("a name")),
        firm: Some("ALDER".parse().expect("a name")),
        peer: Some("127.0.0.1:4711".parse().expect("an address")),
    };
    tracing::subscriber::with_default(subscriber, || event.tell(&about, &metrics));
    let logged = lines.0.lock().unwrap_or_else(PoisonError::into_inner);
    let logged = String::from_utf8_lossy(&logged).trim().to_owned();
    let page = metrics.page().expect("it counts").render();
    let counted = page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter(|line| !line.ends_with(" 0") && !line.contains("build_info"));
    (logged, counted.collect::<Vec<_>>().join("; "))
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
            Event::OutOfService { error: &"damaged" },
            "ERROR",
            "out_of_service",
            of("session_out_of_service_total"),
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
        let (line, count) = told(event);
        assert!(line.starts_with(level), "{name}: {line}");
        assert!(
            line.contains(&format!("event=\"{name}\"")),
            "{name}: {line}"
        );
        let of_the_store = ["messages_dropped", "out_of_service"].contains(&name);
        let placed = line.contains("peer=127.0.0.1:4711") || of_the_store;
        assert!(placed, "{name}: {line}");
        assert_eq!(line.lines().count(), 1, "{name}: {line}");
        assert_eq!(count, counted, "{name}");
    }
}
