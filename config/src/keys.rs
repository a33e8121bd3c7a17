//! Every key that a file may hold, in one place: the walker takes no other, and the manual names them all.

/// One key of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The key as it is written in the file.
    pub name: &'static str,
    /// A value that it takes, as written in the file; shown when the key is missing.
    pub example: &'static str,
}

/// One table of the file, or one array of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// The name between the brackets.
    pub name: &'static str,
    /// Whether it is written `[[name]]`, once for each thing that it declares.
    pub repeated: bool,
    /// The keys that it takes.
    pub keys: &'static [Key],
}

const fn key(name: &'static str, example: &'static str) -> Key {
    Key { name, example }
}

/// `[venue]`: who the venue is.
pub const VENUE: Section = Section {
    name: "venue",
    repeated: false,
    keys: &[key("comp_id", "\"CLOUDPIT\""), key("name", "\"Cloudpit\"")],
};

/// `[fix]`: the listener and what holds for every session.
pub const FIX: Section = Section {
    name: "fix",
    repeated: false,
    keys: &[
        key("listen", "\"127.0.0.1:9878\""),
        key("sending_time_tolerance", "\"120s\""),
        key("time_precision", "\"microseconds\""),
        key("max_message_size", "\"64KiB\""),
        key("max_unsent_size", "\"16MiB\""),
        key("max_unsent_time", "\"30s\""),
        key("max_connections", "1024"),
        key("max_connections_per_address", "256"),
        key("max_connections_before_logon", "256"),
        key("max_connection_rate", "100"),
        key("resend_batch", "64"),
        key("logon_timeout", "\"10s\""),
        key("logout_timeout", "\"5s\""),
        key("lockout_failures", "5"),
        key("lockout_window", "\"1min\""),
        key("lockout_duration", "\"5min\""),
    ],
};

/// `[tls]`: how the FIX listener encrypts.
pub const TLS: Section = Section {
    name: "tls",
    repeated: false,
    keys: &[
        key("certificate_file", "\"venue.pem\""),
        key("key_file", "\"venue.key\""),
        key("client_ca_file", "\"members-ca.pem\""),
        key("require_client_certificate", "true"),
    ],
};

/// `[journal]`: how commands are made durable.
pub const JOURNAL: Section = Section {
    name: "journal",
    repeated: false,
    keys: &[
        key("durability", "\"fsync\""),
        key("segment_size", "\"256MiB\""),
        key("queue_limit", "65536"),
        key("batch_limit", "1024"),
        key("snapshot_commands", "1000000"),
        key("snapshot_size", "\"256MiB\""),
        key("keep_snapshots", "2"),
        key("max_size", "\"64GiB\""),
        key("max_age", "\"2160h\""),
        key("keep_free", "\"256MiB\""),
    ],
};

/// `[fix_log]`: what is written down of the messages that pass.
pub const FIX_LOG: Section = Section {
    name: "fix_log",
    repeated: false,
    keys: &[
        key("enabled", "true"),
        key("max_file_size", "\"64MiB\""),
        key("max_file_age", "\"24h\""),
        key("keep_files", "16"),
    ],
};

/// `[metrics]`: where the venue shows what it counts.
pub const METRICS: Section = Section {
    name: "metrics",
    repeated: false,
    keys: &[
        key("listen", "\"127.0.0.1:9090\""),
        key("per_session", "true"),
    ],
};

/// `[message_store]`: how much is kept of what was sent to each session.
pub const MESSAGE_STORE: Section = Section {
    name: "message_store",
    repeated: false,
    keys: &[
        key("segment_size", "\"16MiB\""),
        key("max_size", "\"1GiB\""),
        key("max_age", "\"720h\""),
    ],
};

/// `[settlement]`: where settlement keeps its books, and how long its steps may take.
pub const SETTLEMENT: Section = Section {
    name: "settlement",
    repeated: false,
    keys: &[
        key("store", "\"sqlite\""),
        key("max_workers", "32"),
        key("max_attempts", "8"),
        key("poll_interval", "\"50ms\""),
        key("deposit_interval", "\"1s\""),
        key("reconciliation_interval", "\"60s\""),
        key("funding_timeout", "\"60s\""),
        key("fencing_timeout", "\"5min\""),
        key("terminating_timeout", "\"10min\""),
        key("placing_timeout", "\"10min\""),
        key("starting_timeout", "\"10min\""),
    ],
};

/// `[postgresql]`: the server that keeps settlement's books, where SQLite does not.
pub const POSTGRESQL: Section = Section {
    name: "postgresql",
    repeated: false,
    keys: &[
        key("host", "\"db.venue.example\""),
        key("port", "5432"),
        key("database", "\"cloudpit\""),
        key("user", "\"cloudpit\""),
        key("password_file", "\"postgresql.password\""),
        key("password_env", "\"POSTGRESQL_PASSWORD\""),
        key("ca_file", "\"postgresql-ca.pem\""),
        key("connect_timeout", "\"10s\""),
        key("statement_timeout", "\"10s\""),
        key("max_outage", "\"5min\""),
    ],
};

/// `[[providers]]`: the control planes that carry out reassignments.
pub const PROVIDERS: Section = Section {
    name: "providers",
    repeated: true,
    keys: &[
        key("name", "\"ACME\""),
        key("endpoint", "\"https://control.acme.example\""),
        key("custody_account", "\"cloudpit-custody\""),
        key("token_file", "\"acme.token\""),
        key("token_env", "\"ACME_TOKEN\""),
        key("request_timeout", "\"10s\""),
        key("adapter", "\"nova\""),
        key("region", "\"RegionOne\""),
        key("replacement", "\"rebuild\""),
        key("network", "\"auto\""),
        key("image_endpoint", "\"https://image.acme.example\""),
        key("identity_endpoint", "\"https://identity.acme.example/v3\""),
        key("user", "\"cloudpit\""),
        key("user_domain", "\"Default\""),
        key("application_credential", "\"4f1b0c2d\""),
    ],
};

/// `[[instruments]]`: what can be traded.
pub const INSTRUMENTS: Section = Section {
    name: "instruments",
    repeated: true,
    keys: &[
        key("symbol", "\"ACME.us-east-1.m5.large\""),
        key("test", "true"),
        key("provider", "\"ACME\""),
        key("region", "\"us-east-1\""),
        key("instance_type", "\"m5.large\""),
        key("currency", "\"USD\""),
        key("tick", "\"0.01\""),
        key("max_order_quantity", "100"),
    ],
};

/// `[[firms]]`: the members.
pub const FIRMS: Section = Section {
    name: "firms",
    repeated: true,
    keys: &[
        key("name", "\"ALDER\""),
        key("kind", "\"broker\""),
        key("provider", "\"ACME\""),
        key("self_match_scope", "\"firm\""),
        key("self_match", "\"cancel_maker\""),
    ],
};

/// `[[accounts]]`: the members' accounts.
pub const ACCOUNTS: Section = Section {
    name: "accounts",
    repeated: true,
    keys: &[
        key("name", "\"acme:1001\""),
        key("firm", "\"ALDER\""),
        key("provider", "\"ACME\""),
        key("opening_cash", "{ USD = \"10000.00\" }"),
    ],
};

/// `[[throttles]]`: how many messages a session may send.
pub const THROTTLES: Section = Section {
    name: "throttles",
    repeated: true,
    keys: &[
        key("name", "\"brisk\""),
        key("window", "\"1s\""),
        key("messages_reject", "5000"),
        key("messages_logout", "10000"),
        key("cancels_reject", "10000"),
        key("cancels_logout", "20000"),
        key("admin_logout", "1000"),
    ],
};

/// `[[schedules]]`: when sessions are held.
pub const SCHEDULES: Section = Section {
    name: "schedules",
    repeated: true,
    keys: &[
        key("name", "\"new-york\""),
        key("time_zone", "\"America/New_York\""),
        key("kind", "\"daily\""),
        key("days", "[\"monday\", \"tuesday\"]"),
        key("start_day", "\"sunday\""),
        key("end_day", "\"friday\""),
        key("start", "\"17:00\""),
        key("end", "\"16:30\""),
        key("holidays", "[\"2026-12-25\"]"),
        key("notice_before_end", "[\"15min\", \"1min\"]"),
        key("reset_at_start", "true"),
    ],
};

/// `[[trading_calendars]]`: when instruments are in which phase.
pub const TRADING_CALENDARS: Section = Section {
    name: "trading_calendars",
    repeated: true,
    keys: &[
        key("instruments", "[\"ACME.us-east-1.m5.large\"]"),
        key("time_zone", "\"America/New_York\""),
        key("days", "[\"monday\", \"tuesday\"]"),
        key("holidays", "[\"2026-12-25\"]"),
        key("pre_open", "\"08:00\""),
        key("opening_auction", "\"09:25\""),
        key("continuous", "\"09:30\""),
        key("closing_auction", "\"16:00\""),
        key("close", "\"16:05\""),
    ],
};

/// `[[halt_policies]]`: what halts of instruments do.
pub const HALT_POLICIES: Section = Section {
    name: "halt_policies",
    repeated: true,
    keys: &[
        key("instruments", "[\"ACME.us-east-1.m5.large\"]"),
        key("orders", "\"cancel\""),
        key("reopening_call", "\"5min\""),
    ],
};

/// `[[sessions]]`: the FIX sessions of the members.
pub const SESSIONS: Section = Section {
    name: "sessions",
    repeated: true,
    keys: &[
        key("comp_id", "\"ALDER-OMS\""),
        key("firm", "\"ALDER\""),
        key("role", "\"order_entry\""),
        key("default_account", "\"acme:1001\""),
        key("drop_copy_of", "[\"ALDER\"]"),
        key("heartbeat_min", "\"1s\""),
        key("heartbeat_max", "\"300s\""),
        key("accept_reset", "true"),
        key("validation", "\"strict\""),
        key("validate_field_order", "true"),
        key("validate_field_values", "true"),
        key("validate_user_defined_fields", "true"),
        key("allow_unknown_fields", "false"),
        key("last_msg_seq_num_processed", "false"),
        key("next_expected_msg_seq_num", "false"),
        key("check_sending_time", "true"),
        key("sending_time_tolerance", "\"120s\""),
        key("username", "\"alder\""),
        key("password_hash", "\"$argon2id$…\""),
        key("password_hash_file", "\"alder-oms.hash\""),
        key("certificates", "[\"9f86d0…\"]"),
        key("allow_from", "[\"10.1.0.0/16\"]"),
        key("fix_log", "true"),
        key("throttle", "\"brisk\""),
        key("cancel_on_disconnect", "\"session\""),
        key("cancel_choice", "true"),
        key("cancel_grace", "\"10s\""),
        key("cancel_spares_good_till", "true"),
        key("cancel_on_logout", "true"),
        key("schedule", "\"new-york\""),
    ],
};

/// `[[risk_limits]]`: how much the orders of a firm, an account or a session, or on an instrument, may come to.
pub const RISK_LIMITS: Section = Section {
    name: "risk_limits",
    repeated: true,
    keys: &[
        key("firm", "\"ALDER\""),
        key("account", "\"acme:1001\""),
        key("session", "\"ALDER-OMS\""),
        key("instrument", "\"ACME.us-east-1.m5.large\""),
        key("max_order_quantity", "100"),
        key("max_order_notional", "{ USD = \"5000.00\" }"),
        key("price_band_basis_points", "1000"),
        key("reference_price", "\"0.05\""),
        key("max_open_orders", "1000"),
        key("max_open_notional", "{ USD = \"50000.00\" }"),
        key("credit", "{ USD = \"100000.00\" }"),
        key("order_rate", "100"),
        key("order_rate_window", "\"1s\""),
        key("duplicate_window", "\"500ms\""),
        key("restricted", "[\"TEST.A\"]"),
    ],
};

/// Every section, in the order of the manual.
pub const SECTIONS: [&Section; 19] = [
    &VENUE,
    &FIX,
    &TLS,
    &JOURNAL,
    &FIX_LOG,
    &METRICS,
    &MESSAGE_STORE,
    &SETTLEMENT,
    &POSTGRESQL,
    &PROVIDERS,
    &INSTRUMENTS,
    &FIRMS,
    &ACCOUNTS,
    &THROTTLES,
    &SCHEDULES,
    &TRADING_CALENDARS,
    &HALT_POLICIES,
    &SESSIONS,
    &RISK_LIMITS,
];
