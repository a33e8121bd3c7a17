//! What the configuration says of one session, as its task and its state machine use it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use config::{Config, OnDisconnect, Role, TimePrecision};
use engine::{CurrencyCode, FirmName, SessionName, Symbol};
use fix_codec::dictionary::ValidationOptions;
use fix_session::{Settings, Timeouts};

use crate::order_entry::inbound::Sender;
use crate::schedule::Calendar;
use crate::store::Limits;

/// One session of a member.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// The client's CompID.
    pub(crate) name: SessionName,
    /// Whose it is.
    pub(crate) firm: FirmName,
    /// Whether its messages are written to the FIX log.
    pub(crate) fix_log: bool,
    /// What it is for.
    pub(crate) role: Role,
    /// The longest message that is taken, in bytes.
    pub(crate) max_message_bytes: usize,
    /// A client that has more bytes than this still to take is cut.
    pub(crate) max_unsent_bytes: usize,
    /// As is one whose oldest byte is older.
    pub(crate) max_unsent_time: Duration,
    /// How many messages the client may send.
    pub(crate) throttle: Option<config::Throttle>,
    /// Messages that are sent again at a time.
    pub(crate) resend_batch: usize,
    /// What its open orders meet when it loses its client.
    pub(crate) on_disconnect: OnDisconnect,
    /// How much its message store keeps.
    pub(crate) store_limits: Limits,
    /// Whether its message store holds no file open between two uses: there are too many sessions for that.
    pub(crate) store_rests: bool,
    /// How long the last bytes of a connection may take.
    pub(crate) goodbye_time: Duration,
    /// The hours at which it is open; `None`: always.
    pub(crate) calendar: Option<Arc<Calendar>>,
    /// The currency of each instrument's prices; one map for all sessions.
    pub(crate) currencies: Arc<BTreeMap<Symbol, CurrencyCode>>,
}

impl Profile {
    /// What `config` says of `session`.
    pub(crate) fn new(
        config: &Config,
        session: &config::Session,
        currencies: &Arc<BTreeMap<Symbol, CurrencyCode>>,
    ) -> Self {
        Self {
            name: session.comp_id,
            firm: session.firm,
            fix_log: session.fix_log,
            role: session.role.clone(),
            max_message_bytes: config.fix.max_message_bytes,
            max_unsent_bytes: config.fix.max_unsent_bytes,
            max_unsent_time: config.fix.max_unsent_time,
            throttle: session.throttle.clone(),
            resend_batch: config.fix.resend_batch,
            on_disconnect: session.on_disconnect,
            store_limits: Limits {
                segment_bytes: config.message_store.segment_bytes,
                bytes_max: config.message_store.bytes_max,
                age_max: Some(config.message_store.age_max),
            },
            store_rests: false,
            goodbye_time: config.fix.logout_timeout,
            calendar: None,
            currencies: Arc::clone(currencies),
        }
    }

    /// Who sends what comes in this session, as order entry asks.
    pub(crate) fn sender(&self, epoch: u32) -> Sender<'_> {
        let default_account = match &self.role {
            Role::OrderEntry { default_account } => *default_account,
            Role::DropCopy { .. } => None,
        };
        Sender {
            session: self.name,
            epoch,
            default_account,
            currencies: &self.currencies,
        }
    }
}

/// How the state machine of `session` is set up.
pub fn settings(config: &Config, session: &config::Session) -> Settings {
    let mut settings = Settings::acceptor(config.venue.comp_id.as_str(), session.comp_id.as_str());
    settings.role = fix_session::Role::Acceptor {
        heartbeat_seconds: heartbeat(session),
        authenticate: true,
    };
    settings.sending_time_tolerance = session.sending_time_tolerance;
    settings.accept_reset = session.accept_reset;
    settings.last_msg_seq_num_processed = session.last_msg_seq_num_processed;
    settings.next_expected_msg_seq_num = session.next_expected_msg_seq_num;
    settings.precision = match config.fix.time_precision {
        TimePrecision::Milliseconds => fix_codec::values::TimePrecision::Millis,
        TimePrecision::Microseconds => fix_codec::values::TimePrecision::Micros,
        TimePrecision::Nanoseconds => fix_codec::values::TimePrecision::Nanos,
    };
    settings.validation = ValidationOptions {
        allow_unknown_user_defined: !session.validation.user_defined_fields,
        allow_unknown: session.validation.allow_unknown_fields,
        require_field_order: session.validation.field_order,
        require_values: session.validation.field_values,
    };
    settings.timeouts = Timeouts {
        logon: config.fix.logon_timeout,
        logout: config.fix.logout_timeout,
        ..Timeouts::default()
    };
    settings
}

fn heartbeat(session: &config::Session) -> RangeInclusive<u32> {
    let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    seconds(session.heartbeat_min)..=seconds(session.heartbeat_max)
}
