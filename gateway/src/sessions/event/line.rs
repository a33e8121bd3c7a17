//! The line of the log that tells each event, and the count that goes with it: one arm for each.

use tracing::field::display;

use super::count::{Count, code, many, of, once};
use super::{About, Beyond, Refusal, Rejection, SessionEvent};
use crate::metrics::catalogue as count;
use crate::sessions::reason::{scope_word, why_gone};

impl SessionEvent<'_> {
    /// One line of the log; gives what it adds to, so that no event can be logged without being counted.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each event, read as a table"
    )]
    pub(super) fn log(self, about: &About) -> Count {
        let session = about.session.map(display);
        let peer = about.peer.map(display);
        match self {
            Self::ConnectionAccepted => {
                tracing::debug!(event = "connection_accepted", peer, "connection accepted");
                once(&count::CONNECTIONS_ACCEPTED)
            }
            Self::NotAccepted { error, unsaid } => {
                if let Some(unsaid) = unsaid {
                    tracing::warn!(event = "connection_not_accepted", %error, unsaid, "a connection could not be accepted");
                }
                once(&count::CONNECTIONS_NOT_ACCEPTED)
            }
            Self::ConnectionRefused { reason, detail } => {
                let reason = reason.as_str();
                // One that says nothing and goes (a port scan, a health check) is no mistake.
                if reason == Refusal::Closed.as_str() {
                    tracing::debug!(event = "connection_refused", peer, reason, %detail, "connection refused");
                } else {
                    tracing::warn!(event = "connection_refused", session, peer, reason, %detail, "connection refused");
                }
                of(&count::CONNECTIONS_REFUSED, reason)
            }
            Self::TurnedAway { reason, unsaid } => {
                let reason = reason.as_str();
                if let Some(unsaid) = unsaid {
                    tracing::warn!(
                        event = "connection_refused",
                        peer,
                        reason,
                        unsaid,
                        "one connection too many"
                    );
                }
                of(&count::CONNECTIONS_REFUSED, reason)
            }
            Self::Connected => {
                tracing::info!(event = "connected", session, peer, "connected");
                once(&count::SESSION_CONNECTIONS)
            }
            Self::LogonRefused { reason, text } => {
                let reason = reason.as_str();
                tracing::warn!(
                    event = "logon_refused",
                    session,
                    peer,
                    reason,
                    text,
                    "logon refused"
                );
                of(&count::LOGONS_REFUSED, reason)
            }
            Self::LoggedOn { heartbeat } => {
                tracing::info!(event = "logon", session, peer, ?heartbeat, "logged on");
                once(&count::LOGONS)
            }
            Self::LockedOut { what } => {
                tracing::warn!(event = "locked_out", session, peer, %what, "lock-out");
                once(&count::LOCK_OUTS)
            }
            Self::PasswordChanged => {
                tracing::info!(
                    event = "password_changed",
                    session,
                    peer,
                    "the password was changed"
                );
                once(&count::PASSWORDS_CHANGED)
            }
            Self::PasswordFault { error } => {
                tracing::error!(event = "password_fault", session, peer, %error, "a password could not be checked or kept");
                once(&count::PASSWORD_FAULTS)
            }
            Self::LogoutSent { text } => {
                tracing::info!(event = "logout_sent", session, peer, text, "logout sent");
                of(&count::LOGOUTS, "venue")
            }
            Self::LogoutReceived { text } => {
                tracing::info!(
                    event = "logout_received",
                    session,
                    peer,
                    text,
                    "logout received"
                );
                of(&count::LOGOUTS, "client")
            }
            Self::Disconnected { reason, detail } => {
                let (reason, detail) = (reason.as_str(), detail.map(display));
                tracing::info!(
                    event = "disconnected",
                    session,
                    peer,
                    reason,
                    detail,
                    "disconnected"
                );
                of(&count::DISCONNECTS, reason)
            }
            Self::SlowConsumer { pending_bytes, why } => {
                tracing::warn!(
                    event = "slow_consumer",
                    session,
                    peer,
                    pending_bytes,
                    why,
                    "slow consumer: cut; it gets what it missed when it comes back"
                );
                once(&count::SLOW_CONSUMERS)
            }
            Self::LimitExceeded { beyond, why } => {
                let outcome = beyond.as_str();
                // One that logs the client out comes once; the others as often as the client wants.
                if beyond == Beyond::LoggedOut {
                    tracing::warn!(event = "limit_exceeded", session, peer, outcome, %why, "beyond a limit: logged out");
                } else {
                    tracing::debug!(event = "limit_exceeded", session, peer, outcome, %why, "beyond a limit");
                }
                of(&count::LIMITS_EXCEEDED, outcome)
            }
            Self::Garbled { bytes } => {
                tracing::warn!(event = "garbled", session, peer, bytes, "garbled: skipped");
                many(&count::GARBLED_BYTES, bytes)
            }
            Self::GapFound { begin, end } => {
                tracing::info!(
                    event = "gap_found",
                    session,
                    peer,
                    begin,
                    end,
                    "messages are missing: asked for"
                );
                once(&count::GAPS)
            }
            Self::ResendAsked { begin, end } => {
                tracing::info!(
                    event = "resend_asked",
                    session,
                    peer,
                    begin,
                    end,
                    "messages are asked for again"
                );
                once(&count::RESENDS)
            }
            Self::ResendFailed { msg_seq_num, error } => {
                tracing::error!(
                    event = "resend_failed", session, peer, msg_seq_num, %error,
                    "a message could not be sent again"
                );
                once(&count::RESEND_FAILURES)
            }
            Self::ResendGone { begin, end } => {
                tracing::warn!(
                    event = "resend_gone",
                    session,
                    peer,
                    begin,
                    end,
                    "messages are asked for that are no longer kept"
                );
                once(&count::RESENDS_GONE)
            }
            Self::MessagesDropped { files, kept_from } => {
                tracing::info!(
                    event = "messages_dropped",
                    session,
                    files,
                    kept_from,
                    "old messages were dropped"
                );
                many(&count::FILES_DROPPED, files)
            }
            Self::StoreCut {
                file,
                offset,
                bytes,
            } => {
                tracing::warn!(
                    event = "store_cut", session, %file, offset, bytes,
                    "the end of the message store was torn and was cut"
                );
                once(&count::STORES_CUT)
            }
            Self::ReceiptsFailed { error } => {
                tracing::error!(
                    event = "receipts_failed", session, %error,
                    "what the client has received could not be written down"
                );
                once(&count::RECEIPTS_FAILED)
            }
            Self::OutOfService { error } => {
                tracing::error!(
                    event = "out_of_service", session, %error,
                    "out of service: others go on; restore its message store and start the venue again"
                );
                once(&count::OUT_OF_SERVICE)
            }
            Self::ResetAwaited => {
                tracing::info!(
                    event = "reset_awaited",
                    session,
                    peer,
                    "waits for its turn to start the sequence numbers again"
                );
                once(&count::RESETS_AWAITED)
            }
            Self::SequencesReset { epoch } => {
                tracing::info!(
                    event = "sequences_reset",
                    session,
                    peer,
                    epoch,
                    "sequence numbers start again"
                );
                once(&count::SEQUENCE_RESETS)
            }
            Self::ReportsCarriedOver { from } => {
                tracing::info!(event = "reports_carried_over", session, peer, %from, "reports are carried over");
                once(&count::CARRY_OVERS)
            }
            Self::EndNotice { text } => {
                tracing::info!(event = "end_notice", session, peer, text, "notice given");
                once(&count::END_NOTICES)
            }
            Self::HoursOver { text } => {
                tracing::info!(
                    event = "hours_over",
                    session,
                    peer,
                    text,
                    "the hours are over"
                );
                once(&count::HOURS_OVER)
            }
            Self::CancelArmed { why, cancels_at } => {
                let (why, cancels_at) = (why_gone(why), cancels_at.map(display));
                tracing::info!(
                    event = "cancel_armed",
                    session,
                    why,
                    cancels_at,
                    "orders are cancelled unless the client comes back"
                );
                of(&count::CANCELS_ON_DISCONNECT, "armed")
            }
            Self::OrdersKept { why } => {
                let why = why_gone(why);
                tracing::info!(event = "orders_kept", session, why, "orders are kept");
                of(&count::CANCELS_ON_DISCONNECT, "kept")
            }
            Self::CancelCalledOff { cancels_at } => {
                let cancels_at = cancels_at.map(display);
                tracing::info!(
                    event = "cancel_called_off",
                    session,
                    cancels_at,
                    "the client is back: orders are kept"
                );
                of(&count::CANCELS_ON_DISCONNECT, "called_off")
            }
            Self::CancelFired { scope, orders } => {
                let scope = scope_word(scope);
                tracing::warn!(
                    event = "cancel_fired",
                    session,
                    scope,
                    orders,
                    "the client did not come back: orders are cancelled"
                );
                of(&count::CANCELS_ON_DISCONNECT, "fired").and(&count::ORDERS_CANCELLED, orders)
            }
            Self::ChangeTaken { change } => {
                tracing::info!(event = "reloaded", change, "reloaded");
                of(&count::RELOADED_CHANGES, "taken")
            }
            Self::ChangeWaits { change } => {
                tracing::warn!(
                    event = "reload_waits",
                    change,
                    "not reloaded: it needs a restart"
                );
                of(&count::RELOADED_CHANGES, "waiting")
            }
            Self::ReloadRefused { error } => {
                tracing::error!(event = "reload_refused", %error, "not reloaded, nothing was changed");
                of(&count::RELOADED_CHANGES, "refused")
            }
            Self::SequenceResetReceived {
                gap_fill,
                new_seq_no,
            } => {
                tracing::info!(
                    event = "sequence_reset_received",
                    session,
                    peer,
                    gap_fill,
                    new_seq_no,
                    "sequence reset received"
                );
                let mode = if gap_fill { "gap_fill" } else { "reset" };
                of(&count::SEQUENCE_RESETS_RECEIVED, mode)
            }
            Self::TestRequestSent => {
                tracing::info!(
                    event = "test_request_sent",
                    session,
                    peer,
                    "the client is silent: asked whether it is there"
                );
                of(&count::TEST_REQUESTS, "venue")
            }
            Self::TestRequestReceived => {
                tracing::debug!(
                    event = "test_request_received",
                    session,
                    peer,
                    "test request received"
                );
                of(&count::TEST_REQUESTS, "client")
            }
            Self::RejectSent(rejection) => {
                let Rejection {
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id,
                    reason,
                    text,
                } = *rejection;
                tracing::info!(
                    event = "reject_sent",
                    session,
                    peer,
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id,
                    reason,
                    text,
                    "a message was rejected"
                );
                of(&count::REJECTS_SENT, code(reason))
            }
            Self::BusinessRejectSent(rejection) => {
                let Rejection {
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id: _,
                    reason,
                    text,
                } = *rejection;
                tracing::info!(
                    event = "business_reject_sent",
                    session,
                    peer,
                    ref_seq_num,
                    ref_msg_type,
                    reason,
                    text,
                    "an application message was rejected"
                );
                of(&count::BUSINESS_REJECTS_SENT, code(reason))
            }
            Self::RejectReceived(rejection) => {
                let Rejection {
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id,
                    reason,
                    text,
                } = *rejection;
                tracing::warn!(
                    event = "reject_received",
                    session,
                    peer,
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id,
                    reason,
                    text,
                    "the client rejected a message"
                );
                once(&count::REJECTS_RECEIVED)
            }
        }
    }
}
