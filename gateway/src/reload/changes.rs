//! What differs between the configuration in force and another one: what can be taken now, what needs a restart,
//! and what contradicts. Pure: nothing is changed by looking.

use std::collections::{BTreeMap, BTreeSet};

use config::{Account, Config, Firm, Fix, Schedule, ScopedLimits, Session};
use engine::{HaltPolicy, Instrument, RiskLimits, SessionName, Symbol};

use super::calendars::calendars;
use super::change::Change;

/// All that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changes {
    /// What is taken now.
    pub(super) taken: Vec<Change>,
    /// What needs a restart, and is left as it was.
    pub(super) waiting: Vec<String>,
    /// What cannot be: then nothing is taken.
    pub(super) contradictions: Vec<String>,
    /// The configuration in force when it is taken.
    pub(super) effective: Config,
    /// Of that, what the market is to be told.
    pub(super) declared: Config,
    /// What was declared since the start and is not any more. The market keeps it, and it may not come back as
    /// something else.
    pub(super) past: Config,
}

/// What differs in `new` from `old`, which is in force after `past` was declared and removed. Sessions that are
/// `dormant` have a past which only a start takes up.
pub(super) fn changes(
    old: &Config,
    past: &Config,
    new: &Config,
    dormant: &BTreeSet<SessionName>,
) -> Changes {
    let mut changes = Changes {
        taken: Vec::new(),
        waiting: Vec::new(),
        contradictions: Vec::new(),
        effective: new.clone(),
        declared: nothing_of(new),
        past: nothing_of(new),
    };
    changes.sections(old, new);
    changes.fix(&old.fix, &new.fix);
    changes.instruments(&old.instruments, &past.instruments, &new.instruments);
    changes.firms(&old.firms, &past.firms, &new.firms);
    changes.accounts(&old.accounts, &past.accounts, &new.accounts);
    changes.schedules(&old.schedules, &new.schedules);
    changes.sessions(&old.sessions, &past.sessions, &new.sessions, dormant);
    changes.risk_limits(&old.risk_limits, &new.risk_limits);
    let calendars = calendars(&old.trading_calendars, &new.trading_calendars);
    changes.taken.extend(calendars);
    changes.halt_policies(&old.halt_policies, new);
    changes
}

/// As `config`, with nothing in it that the market is told.
pub(super) fn nothing_of(config: &Config) -> Config {
    Config {
        instruments: Vec::new(),
        firms: Vec::new(),
        accounts: Vec::new(),
        sessions: Vec::new(),
        halt_policies: BTreeMap::new(),
        risk_limits: Vec::new(),
        ..config.clone()
    }
}

impl Changes {
    /// Whole sections that only a start reads.
    fn sections(&mut self, old: &Config, new: &Config) {
        let Config {
            venue,
            fix: _,
            tls,
            journal,
            fix_log,
            metrics,
            message_store,
            settlement,
            providers,
            instruments: _,
            firms: _,
            accounts: _,
            schedules: _,
            trading_calendars: _,
            halt_policies: _,
            sessions: _,
            risk_limits: _,
        } = old;
        let effective = &mut self.effective;
        let mut keep = |same: bool, name: &str| {
            if !same {
                self.waiting.push(name.to_owned());
            }
        };
        keep(*venue == new.venue, "[venue]");
        keep(
            tls.is_some() == new.tls.is_some(),
            "[tls], whether there is any",
        );
        keep(*journal == new.journal, "[journal]");
        keep(*fix_log == new.fix_log, "[fix_log]");
        keep(*metrics == new.metrics, "[metrics]");
        keep(*message_store == new.message_store, "[message_store]");
        keep(*settlement == new.settlement, "[settlement]");
        keep(*providers == new.providers, "[[providers]]");
        effective.venue = venue.clone();
        if tls.is_some() != new.tls.is_some() {
            effective.tls.clone_from(tls);
        }
        effective.journal = journal.clone();
        effective.fix_log = fix_log.clone();
        effective.metrics = metrics.clone();
        effective.message_store = *message_store;
        effective.settlement = settlement.clone();
        effective.providers.clone_from(providers);
    }

    fn fix(&mut self, old: &Fix, new: &Fix) {
        let kept = &mut self.effective.fix;
        let mut keep = |same: bool, name: &str| {
            if !same {
                self.waiting.push(name.to_owned());
            }
        };
        keep(old.listen == new.listen, "fix.listen");
        let connections = old.max_connections == new.max_connections;
        keep(connections, "fix.max_connections");
        let address = old.max_connections_per_address == new.max_connections_per_address;
        keep(address, "fix.max_connections_per_address");
        let strangers = old.max_connections_before_logon == new.max_connections_before_logon;
        keep(strangers, "fix.max_connections_before_logon");
        let rate = old.max_connection_rate == new.max_connection_rate;
        keep(rate, "fix.max_connection_rate");
        keep(old.logon_timeout == new.logon_timeout, "fix.logon_timeout");
        kept.listen = old.listen;
        kept.max_connections = old.max_connections;
        kept.max_connections_per_address = old.max_connections_per_address;
        kept.max_connections_before_logon = old.max_connections_before_logon;
        kept.max_connection_rate = old.max_connection_rate;
        kept.logon_timeout = old.logon_timeout;
        if old.lockout != new.lockout {
            self.taken.push(Change::Fix("fix.lockout"));
        }
        // A new key belongs here: into the table below, or above, where it stays as it was.
        let Fix {
            listen: _,
            max_connections: _,
            max_connections_per_address: _,
            max_connections_before_logon: _,
            max_connection_rate: _,
            logon_timeout: _,
            lockout: _,
            // A session has its own, which says whether that is different.
            sending_time_tolerance: _,
            time_precision,
            max_message_bytes,
            max_unsent_bytes,
            max_unsent_time,
            resend_batch,
            logout_timeout,
        } = old;
        let message = *max_message_bytes == new.max_message_bytes;
        let unsent = *max_unsent_bytes == new.max_unsent_bytes;
        let unsent_time = *max_unsent_time == new.max_unsent_time;
        for (same, key) in [
            (*time_precision == new.time_precision, "fix.time_precision"),
            (message, "fix.max_message_size"),
            (unsent, "fix.max_unsent_size"),
            (unsent_time, "fix.max_unsent_time"),
            (*resend_batch == new.resend_batch, "fix.resend_batch"),
            (*logout_timeout == new.logout_timeout, "fix.logout_timeout"),
        ] {
            if !same {
                self.taken.push(Change::Fix(key));
            }
        }
    }

    fn instruments(&mut self, old: &[Instrument], past: &[Instrument], new: &[Instrument]) {
        let known: BTreeMap<_, _> = past
            .iter()
            .chain(old)
            .map(|one| (one.symbol, one))
            .collect();
        let current: BTreeSet<_> = old.iter().map(|one| one.symbol).collect();
        for instrument in new {
            let name = instrument.symbol.to_string();
            let before = known.get(&instrument.symbol);
            let contradicts = before.is_some_and(|before| {
                before.kind != instrument.kind || before.currency != instrument.currency
            });
            if contradicts {
                let what = format!("instrument {name}: what it is and its currency stay");
                self.contradictions.push(what);
            }
            if !current.contains(&instrument.symbol) {
                self.taken.push(Change::Declared("instrument", name));
            } else if before.is_some_and(|before| *before != instrument) {
                self.taken.push(Change::InstrumentChanged(name));
            } else {
                continue;
            }
            self.declared.instruments.push(*instrument);
        }
        let names: BTreeSet<_> = new.iter().map(|one| one.symbol).collect();
        for gone in old.iter().filter(|one| !names.contains(&one.symbol)) {
            let kept = Change::Kept("instrument", gone.symbol.to_string());
            self.taken.push(kept);
        }
        let gone = known
            .into_values()
            .filter(|one| !names.contains(&one.symbol));
        self.past.instruments = gone.copied().collect();
    }

    fn firms(&mut self, old: &[Firm], past: &[Firm], new: &[Firm]) {
        let known: BTreeMap<_, _> = past.iter().chain(old).map(|one| (one.name, one)).collect();
        let current: BTreeSet<_> = old.iter().map(|one| one.name).collect();
        for firm in new {
            let before = known.get(&firm.name);
            let other = before
                .is_some_and(|before| before.kind != firm.kind || before.provider != firm.provider);
            if other {
                let what = format!("firm {}: what it is stays", firm.name);
                self.contradictions.push(what);
            } else if !current.contains(&firm.name) {
                let added = Change::Declared("firm", firm.name.to_string());
                self.taken.push(added);
                self.declared.firms.push(firm.clone());
            } else if before.is_some_and(|before| before.self_match != firm.self_match) {
                let changed = Change::FirmChanged(firm.name.to_string());
                self.taken.push(changed);
                self.declared.firms.push(firm.clone());
            }
        }
        let names: BTreeSet<_> = new.iter().map(|one| one.name).collect();
        for gone in old.iter().filter(|one| !names.contains(&one.name)) {
            let kept = Change::Kept("firm", gone.name.to_string());
            self.taken.push(kept);
        }
        let gone = known.into_values().filter(|one| !names.contains(&one.name));
        self.past.firms = gone.cloned().collect();
    }

    fn accounts(&mut self, old: &[Account], past: &[Account], new: &[Account]) {
        let known: BTreeMap<_, _> = past.iter().chain(old).map(|one| (one.name, one)).collect();
        let current: BTreeSet<_> = old.iter().map(|one| one.name).collect();
        for account in new {
            let name = account.name.to_string();
            let before = known.get(&account.name);
            let cash = before.map_or(&[][..], |before| &before.opening_cash);
            if cash != account.opening_cash {
                // Settlement credits it when it opens its books.
                self.waiting
                    .push(format!("the opening_cash of account {name}"));
            }
            let other = before.is_some_and(|before| {
                before.firm != account.firm || before.provider != account.provider
            });
            if other {
                let what = format!("account {name}: whose and where it is stays");
                self.contradictions.push(what);
            } else if !current.contains(&account.name) {
                self.taken.push(Change::Declared("account", name));
                self.declared.accounts.push(account.clone());
            }
        }
        let names: BTreeSet<_> = new.iter().map(|one| one.name).collect();
        for gone in old.iter().filter(|one| !names.contains(&one.name)) {
            let kept = Change::Kept("account", gone.name.to_string());
            self.taken.push(kept);
        }
        let gone = known.into_values().filter(|one| !names.contains(&one.name));
        self.past.accounts = gone.cloned().collect();
    }

    /// Only a start reads them; new sessions may follow new ones.
    fn schedules(&mut self, old: &[Schedule], new: &[Schedule]) {
        let known: BTreeMap<_, _> = new.iter().map(|one| (&one.name, one)).collect();
        let different = old
            .iter()
            .filter(|one| known.get(&one.name) != Some(one))
            .map(|one| format!("schedule {}", one.name));
        self.waiting.extend(different);
        let names: BTreeSet<_> = old.iter().map(|one| &one.name).collect();
        let added = new.iter().filter(|one| !names.contains(&one.name));
        self.effective.schedules = old.iter().chain(added).cloned().collect();
    }

    fn sessions(
        &mut self,
        old: &[Session],
        past: &[Session],
        new: &[Session],
        dormant: &BTreeSet<SessionName>,
    ) {
        let current: BTreeMap<_, _> = old.iter().map(|one| (one.comp_id, one)).collect();
        let past: BTreeMap<_, _> = past.iter().map(|one| (one.comp_id, one)).collect();
        for session in new {
            let name = session.comp_id;
            if let Some(before) = current.get(&name) {
                self.session(before, session);
            } else if dormant.contains(&name) {
                self.waiting.push(format!(
                    "session {name}, which had been removed before the start"
                ));
                self.effective.sessions.retain(|one| one.comp_id != name);
            } else {
                let before = past.get(&name);
                self.check_firm(before.map_or(session, |before| before), session);
                self.taken.push(Change::SessionAdded(name));
                self.declared.sessions.push(session.clone());
            }
        }
        let names: BTreeSet<_> = new.iter().map(|one| one.comp_id).collect();
        let gone = old.iter().map(|one| one.comp_id);
        let gone = gone.filter(|name| !names.contains(name));
        self.taken.extend(gone.map(Change::SessionRemoved));
        let known = past.into_iter().chain(current);
        let gone = known.filter(|(name, _)| !names.contains(name));
        self.past.sessions = gone.map(|(_, session)| session.clone()).collect();
    }

    fn risk_limits(&mut self, old: &[ScopedLimits], new: &[ScopedLimits]) {
        let before: BTreeMap<_, _> = old.iter().map(|one| (one.scope, one)).collect();
        for one in new {
            if before.get(&one.scope) != Some(&one) {
                self.taken.push(Change::LimitsSet(one.scope));
                self.declared.risk_limits.push(one.clone());
            }
        }
        let now: BTreeSet<_> = new.iter().map(|one| one.scope).collect();
        for gone in old.iter().filter(|one| !now.contains(&one.scope)) {
            self.taken.push(Change::LimitsLifted(gone.scope));
            self.declared.risk_limits.push(ScopedLimits {
                scope: gone.scope,
                limits: RiskLimits::default(),
            });
        }
    }

    /// Of instruments that are declared; those that are not any more keep what they have.
    fn halt_policies(&mut self, old: &BTreeMap<Symbol, HaltPolicy>, new: &Config) {
        let mut changed = Vec::new();
        for instrument in &new.instruments {
            let symbol = instrument.symbol;
            let of = |policies: &BTreeMap<_, _>| policies.get(&symbol).copied().unwrap_or_default();
            let policy: HaltPolicy = of(&new.halt_policies);
            if of(old) != policy {
                changed.push(symbol);
                self.declared.halt_policies.insert(symbol, policy);
            }
        }
        if !changed.is_empty() {
            self.taken.push(Change::HaltPolicySet(changed));
        }
    }

    fn check_firm(&mut self, before: &Session, after: &Session) {
        if before.firm != after.firm {
            let what = format!("session {}: whose it is stays", before.comp_id);
            self.contradictions.push(what);
        }
    }

    fn session(&mut self, before: &Session, after: &Session) {
        let Session {
            comp_id: name,
            firm: _,
            role,
            heartbeat_min,
            heartbeat_max,
            accept_reset,
            validation,
            sending_time_tolerance,
            identity,
            fix_log,
            last_msg_seq_num_processed,
            next_expected_msg_seq_num,
            throttle,
            on_disconnect,
            schedule,
        } = before;
        if *schedule != after.schedule {
            self.waiting.push(format!("the schedule of session {name}"));
            let sessions = self.effective.sessions.iter_mut();
            for session in sessions.filter(|one| one.comp_id == *name) {
                session.schedule.clone_from(schedule);
            }
        }
        self.check_firm(before, after);
        let tolerance = *sending_time_tolerance == after.sending_time_tolerance;
        let last_processed = *last_msg_seq_num_processed == after.last_msg_seq_num_processed;
        let next_expected = *next_expected_msg_seq_num == after.next_expected_msg_seq_num;
        // A session of the other role cannot have it: that goes without saying.
        let same_end = *role != after.role || *on_disconnect == after.on_disconnect;
        let (old, new) = (identity, &after.identity);
        let keys = [
            (*role == after.role, "role"),
            (*heartbeat_min == after.heartbeat_min, "heartbeat_min"),
            (*heartbeat_max == after.heartbeat_max, "heartbeat_max"),
            (*accept_reset == after.accept_reset, "accept_reset"),
            (*validation == after.validation, "validation"),
            (tolerance, "sending_time_tolerance"),
            (*fix_log == after.fix_log, "fix_log"),
            (last_processed, "last_msg_seq_num_processed"),
            (next_expected, "next_expected_msg_seq_num"),
            (same_end, "cancel_…"),
            (old.username == new.username, "username"),
            (old.password == new.password, "password"),
            (old.certificates == new.certificates, "certificates"),
            (old.allow_from == new.allow_from, "allow_from"),
            (*throttle == after.throttle, "throttle"),
        ];
        let different = keys.iter().filter(|(same, _)| !same).map(|(_, key)| *key);
        let different: Vec<_> = different.collect();
        if different.is_empty() {
            return;
        }
        if *role != after.role {
            self.declared.sessions.push(after.clone());
        }
        self.taken.push(Change::SessionChanged(*name, different));
    }
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
