//! Every metric that the venue has: its name, its kind, its labels, and what it means. Nothing is counted that does
//! not stand here, and `docs/operations.md` shows this table (a test compares the two).
//!
//! What happens is counted by firm, for there are few; how a session stands has a series for each session, and can be
//! turned off.

/// One metric.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name, after the conventions of Prometheus.
    pub name: &'static str,
    /// What its number does.
    pub kind: Kind,
    /// The names of its labels, in the order in which their values are given.
    pub labels: &'static [&'static str],
    /// What the number means.
    pub help: &'static str,
}

/// What the number of a metric does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, from 0 at the start of the venue unless its help says otherwise.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// Declares the metrics, and the catalogue of them all.
macro_rules! metrics {
    ($($constant:ident: $kind:ident $name:literal $labels:tt $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $constant: Metric = Metric {
                name: $name,
                kind: Kind::$kind,
                labels: &$labels,
                help: $help,
            };
        )*

        /// Every metric, in the order of the manual.
        pub const CATALOGUE: &[&Metric] = &[$(&$constant,)*];
    };
}

metrics! {
    BUILD: Gauge "cloudpit_build_info" ["version"]
        "Always 1; the label is the version of the program.";
    CONNECTIONS_ACCEPTED: Counter "cloudpit_connections_accepted_total" []
        "Connections that the listener took, of members and of strangers.";
    CONNECTIONS_NOT_ACCEPTED: Counter "cloudpit_connections_not_accepted_total" []
        "Connections that could not be taken: the system was short of something.";
    CONNECTIONS_REFUSED: Counter "cloudpit_connections_refused_total" ["reason"]
        "Connections that were closed before they had a session.";
    LOCK_OUTS: Counter "cloudpit_lock_outs_total" []
        "Addresses and CompIDs that were locked out after failures.";
    PASSWORDS_CHANGED: Counter "cloudpit_passwords_changed_total" []
        "Passwords that members changed.";
    PASSWORD_FAULTS: Counter "cloudpit_password_faults_total" []
        "Passwords that could not be checked or kept, by a fault of the venue.";
    RELOADED_CHANGES: Counter "cloudpit_reloaded_changes_total" ["result"]
        "Changes of the configuration while the venue runs: taken, waiting for a restart, or refused (once for a whole file).";
    ADMIN_CALLS: Counter "cloudpit_admin_calls_total" ["kind", "outcome"]
        "Calls of the operators' channel, by kind (read or change) and outcome (done or refused).";
    TRADING_BLOCKS: Gauge "cloudpit_trading_blocks" ["scope"]
        "Blocks of trading that stand, by scope: session, firm or venue.";
    TRADING_SWITCHED: Counter "cloudpit_trading_switched_total" ["scope", "change"]
        "Times that trading was blocked or released, by scope and change (blocked or released).";
    ORDERS_CANCELLED_BY_BLOCKS: Counter "cloudpit_orders_cancelled_by_blocks_total" []
        "Orders that were cancelled because trading was blocked.";
    MESSAGES: Counter "cloudpit_messages_total" ["direction", "msg_type"]
        "FIX messages that came in or went out, by MsgType(35); resent ones count again.";
    COMMANDS_SUBMITTED: Counter "cloudpit_commands_submitted_total" []
        "Commands that sessions handed to the sequencer.";
    SESSION_CONNECTIONS: Counter "cloudpit_session_connections_total" ["firm"]
        "Connections that were given to their session.";
    LOGONS: Counter "cloudpit_session_logons_total" ["firm"]
        "Logons that were taken.";
    LOGONS_REFUSED: Counter "cloudpit_session_logons_refused_total" ["firm", "reason"]
        "Connections of a member that ended before a Logon was taken.";
    LOGOUTS: Counter "cloudpit_session_logouts_total" ["firm", "side"]
        "Logouts(5), by who sent them: client or venue.";
    DISCONNECTS: Counter "cloudpit_session_disconnects_total" ["firm", "reason"]
        "Connections of sessions that ended, by why.";
    SLOW_CONSUMERS: Counter "cloudpit_session_slow_consumers_total" ["firm"]
        "Clients that were cut because they left too much unread.";
    LIMITS_EXCEEDED: Counter "cloudpit_session_limits_exceeded_total" ["firm", "outcome"]
        "Times that a client sent more than it may, by what came of it: refused, held_back or logged_out.";
    GARBLED_BYTES: Counter "cloudpit_session_garbled_bytes_total" ["firm"]
        "Bytes that were no message and were passed over.";
    GAPS: Counter "cloudpit_session_gaps_total" ["firm"]
        "ResendRequests(2) of the venue: a client's messages were missing.";
    RESENDS: Counter "cloudpit_session_resends_total" ["firm"]
        "Ranges that clients asked for again and that were taken up.";
    MESSAGES_RESENT: Counter "cloudpit_session_messages_resent_total" ["firm"]
        "Messages that were sent again, gap fills not counted.";
    SEQUENCE_RESETS: Counter "cloudpit_session_resets_total" ["firm"]
        "Starts of both sequence numbers at 1.";
    RESETS_AWAITED: Counter "cloudpit_session_resets_awaited_total" ["firm"]
        "Starts of both sequence numbers at 1 that had to wait for others' first.";
    CARRY_OVERS: Counter "cloudpit_session_carry_overs_total" ["firm"]
        "Resets by a schedule at which reports that the client had not received were carried over.";
    END_NOTICES: Counter "cloudpit_session_end_notices_total" ["firm"]
        "Notices to clients that their hours end soon.";
    HOURS_OVER: Counter "cloudpit_session_hours_over_total" ["firm"]
        "Clients that were logged out at the end of their hours.";
    CANCELS_ON_DISCONNECT: Counter "cloudpit_session_cancels_on_disconnect_total" ["firm", "step"]
        "Losses of watched clients, by step: armed, called_off, fired; kept where nothing was to be cancelled.";
    ORDERS_CANCELLED: Counter "cloudpit_session_orders_cancelled_on_disconnect_total" ["firm"]
        "Orders that were cancelled because a client did not come back.";
    SEQUENCE_RESETS_RECEIVED: Counter "cloudpit_session_sequence_resets_received_total" ["firm", "mode"]
        "SequenceResets(4) of clients, by mode: gap_fill or reset.";
    TEST_REQUESTS: Counter "cloudpit_session_test_requests_total" ["firm", "side"]
        "TestRequests(1), by who sent them: client or venue.";
    REJECTS_SENT: Counter "cloudpit_session_rejects_sent_total" ["firm", "reason"]
        "Rejects(3) of the venue, by SessionRejectReason(373).";
    BUSINESS_REJECTS_SENT: Counter "cloudpit_session_business_rejects_sent_total" ["firm", "reason"]
        "BusinessMessageRejects(j) of the venue, by BusinessRejectReason(380).";
    REJECTS_RECEIVED: Counter "cloudpit_session_rejects_received_total" ["firm"]
        "Rejects(3) and BusinessMessageRejects(j) of clients.";
    RESEND_FAILURES: Counter "cloudpit_session_resend_failures_total" ["firm"]
        "Messages that should have been sent again and could not be; a gap fill stands for each.";
    RESENDS_GONE: Counter "cloudpit_session_resends_gone_total" ["firm"]
        "Ranges that clients asked for again of which some is no longer kept.";
    FILES_DROPPED: Counter "cloudpit_session_store_files_dropped_total" ["firm"]
        "Files of old messages that were dropped from message stores.";
    STORES_CUT: Counter "cloudpit_session_stores_cut_total" ["firm"]
        "Message stores whose torn end was cut when they were opened after an unclean stop.";
    RECEIPTS_FAILED: Counter "cloudpit_session_receipts_failed_total" ["firm"]
        "Times that what a client has received could not be written down.";
    OUT_OF_SERVICE: Counter "cloudpit_session_out_of_service_total" ["firm"]
        "Sessions whose message store has failed; each needs an operator.";
    FIX_LOG_DROPPED: Counter "cloudpit_fix_log_dropped_messages_total" []
        "Messages that are missing in a FIX log because the writer was behind.";
    FIX_LOG_LOST: Counter "cloudpit_fix_log_lost_messages_total" []
        "Messages that are missing in a FIX log because the disk did not take them.";
    SESSION_LOGGED_ON: Gauge "cloudpit_session_logged_on" ["session"]
        "1 while the session is logged on.";
    SESSION_NEXT_INCOMING: Gauge "cloudpit_session_next_incoming" ["session"]
        "The MsgSeqNum(34) that is expected next from the client.";
    SESSION_NEXT_OUTGOING: Gauge "cloudpit_session_next_outgoing" ["session"]
        "The MsgSeqNum(34) of the next message to the client.";
    SESSION_PENDING_BYTES: Gauge "cloudpit_session_pending_bytes" ["session"]
        "Bytes that the client has not taken yet.";
    SESSION_WAITING_BATCHES: Gauge "cloudpit_session_waiting_batches" ["session"]
        "Batches of events that the session has not turned into reports yet.";
    EVENT_LOG_END: Gauge "cloudpit_event_log_end" []
        "Events that the market has published since the venue first started.";
    PUBLISHER_POSITION: Gauge "cloudpit_publisher_position" []
        "Events of those that were brought to their sessions.";
    PUBLISHED_BATCHES: Counter "cloudpit_published_batches_total" []
        "Batches of events that were brought to their sessions.";
    PUBLISHED_EVENTS: Counter "cloudpit_published_events_total" []
        "Events that were brought to their sessions.";
    SETTLEMENTS_OPEN: Gauge "cloudpit_settlements_open" ["state"]
        "Reassignments that have not ended, by state.";
    SETTLEMENT_OLDEST: Gauge "cloudpit_settlements_oldest_seconds" []
        "Seconds since the oldest trade of which a reassignment has not ended; 0 where there is none.";
    SETTLEMENT_CALLS: Counter "cloudpit_settlement_calls_total" ["provider", "action", "outcome"]
        "Calls of settlement that change something at a provider, by what was called and outcome: accepted, or the class of the failure.";
    SETTLEMENT_BREAKER: Gauge "cloudpit_settlement_breaker_open" ["provider", "region"]
        "1 while a provider is not asked in a region because nobody answered there, or one request tries it.";
    SETTLEMENT_SUSPENDED: Gauge "cloudpit_settlement_provider_suspended" ["provider"]
        "1 while an operator has a provider left alone.";
    SETTLEMENT_FINDINGS: Gauge "cloudpit_settlement_findings" []
        "Differences between providers' listings of custody and the register that stand.";
    SETTLEMENT_ALARMS: Counter "cloudpit_settlement_alarms_total" []
        "Alarms of settlement since its books were opened for the first time.";
    JOURNAL_COMMANDS: Gauge "cloudpit_journal_commands" []
        "The number of the last command of the journal whose events were brought to their sessions.";
}
