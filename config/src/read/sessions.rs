//! Reads the FIX sessions of the members.

use std::path::Path;
use std::time::Duration;

use engine::{AccountName, FirmKind, FirmName, SessionName};
use toml::Spanned;
use toml::de::DeValue;

use super::declared::Declared;
use super::on_disconnect::on_disconnect;
use super::throttles::{self, Throttles};
use super::{conduct, drop_copy, every, identity};
use crate::identity::Tls;
use crate::mistake::{Fault, Report};
use crate::model::{Fix, Role, Session};
use crate::table::{Found, Table};
use crate::value;

/// The roles that a session may name.
#[derive(Clone, Copy)]
enum RoleWord {
    OrderEntry,
    DropCopy,
}

const ROLES: [(&str, RoleWord); 2] = [
    ("order_entry", RoleWord::OrderEntry),
    ("drop_copy", RoleWord::DropCopy),
];

/// No client asks for more.
const HEARTBEAT_MAX: Duration = Duration::from_secs(24 * 3_600);

/// What the file says for all sessions.
#[derive(Clone, Copy)]
pub(super) struct VenueWide<'a> {
    /// The file, where relative paths start from.
    pub(super) file: &'a Path,
    pub(super) fix: Option<&'a Fix>,
    pub(super) tls: Option<&'a Tls>,
    pub(super) throttles: &'a Throttles,
}

pub(super) fn sessions(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    venue_wide: VenueWide<'_>,
    report: &mut Report,
) -> Option<Vec<Session>> {
    every(tables, |table| session(table, declared, venue_wide, report))
}

fn session(
    table: &Table<'_>,
    declared: &Declared<'_>,
    venue_wide: VenueWide<'_>,
    report: &mut Report,
) -> Option<Session> {
    declared.sessions.check_unique(table, "comp_id", report);
    let comp_id = table.required("comp_id", value::name::<SessionName>, report);
    check_not_the_venue(table, declared, report);
    let firm = table.required("firm", value::name::<FirmName>, report);
    let raw_firm = table.raw("firm");
    if let Some(firm) = &raw_firm {
        declared
            .firms
            .check_known(firm, &table.path("firm"), report);
    }
    let role = table.required("role", |v| value::choice(v, &ROLES), report);
    let role = role.and_then(|role| match role.value {
        RoleWord::OrderEntry => order_entry(table, raw_firm, declared, report),
        RoleWord::DropCopy => drop_copy::role(table, raw_firm, declared, report),
    });
    let on_disconnect = on_disconnect(table, role.as_ref(), report);
    let (heartbeat_min, heartbeat_max) = heartbeats(table, report);
    let accept_reset = table.or("accept_reset", true, value::boolean, report);
    let venue_tolerance = venue_wide.fix.map(|fix| fix.sending_time_tolerance);
    let identity = identity::identity(table, venue_wide.file, report);
    if let Some(fix) = venue_wide.fix {
        identity::check_listener(table, &identity, fix.listen, venue_wide.tls, report);
    }
    let fix_log = table.or("fix_log", true, value::boolean, report);
    let validation = conduct::validation(table, report);
    let tolerance = conduct::sending_time_tolerance(table, venue_tolerance, report);
    let mut flag = |key| table.or(key, false, value::boolean, report);
    let last_msg_seq_num_processed = flag("last_msg_seq_num_processed");
    let next_expected_msg_seq_num = flag("next_expected_msg_seq_num");
    let throttle = throttles::of_session(table, declared, venue_wide.throttles, report);
    let schedule = schedule(table, declared, report);
    Some(Session {
        comp_id: comp_id?.value,
        firm: firm?.value,
        role: role?,
        heartbeat_min,
        heartbeat_max,
        accept_reset,
        validation,
        sending_time_tolerance: tolerance?,
        identity,
        fix_log,
        last_msg_seq_num_processed,
        next_expected_msg_seq_num,
        throttle,
        on_disconnect,
        schedule,
    })
}

/// The schedule that the session names, which must be declared.
fn schedule(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) -> Option<String> {
    let name = table.optional("schedule", value::string, report)?;
    let path = table.path("schedule");
    let known = declared.schedules.check_known(&name, &path, report);
    known.then(|| name.value.to_owned())
}

fn check_not_the_venue(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) {
    let Some(name) = table.raw("comp_id") else {
        return;
    };
    if name.value == declared.venue_comp_id {
        let fault = Fault::new(
            format!("{:?} is the venue's own CompID", name.value),
            "Give the session another one",
        );
        report.add(&name.span, &table.path("comp_id"), fault);
    }
}

fn heartbeats(table: &Table<'_>, report: &mut Report) -> (Duration, Duration) {
    let min = table.or("heartbeat_min", Duration::from_secs(1), heartbeat, report);
    let max = table.or("heartbeat_max", Duration::from_secs(300), heartbeat, report);
    if min > max {
        let key = if table.has("heartbeat_min") {
            "heartbeat_min"
        } else {
            "heartbeat_max"
        };
        let fault = Fault::new(
            "leaves no interval: heartbeat_min is above heartbeat_max",
            "Make heartbeat_min the smaller one",
        );
        report.add(&table.span_of(key), &table.path(key), fault);
    }
    (min, max)
}

/// HeartBtInt(108) counts whole seconds.
fn heartbeat<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<Duration, Fault> {
    let duration = value::duration(value, Duration::ZERO..=HEARTBEAT_MAX)?;
    if duration.subsec_nanos() == 0 {
        return Ok(duration);
    }
    Err(Fault::new(
        "is not in whole seconds",
        "Write whole seconds, such as \"30s\"",
    ))
}

fn order_entry(
    table: &Table<'_>,
    firm: Option<Found<&str>>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Role> {
    let fault = Fault::new(
        "belongs to drop copy",
        "Remove it, or set role = \"drop_copy\"",
    );
    table.forbid("drop_copy_of", fault, report);
    if let Some(firm) = &firm {
        check_may_trade(table, firm, declared, report);
    }
    if let Some(account) = table.raw("default_account") {
        check_default_account(table, &account, firm.as_ref(), declared, report);
    }
    let account = table.optional("default_account", value::name::<AccountName>, report);
    Some(Role::OrderEntry {
        default_account: account.map(|found| found.value),
    })
}

fn check_may_trade(
    table: &Table<'_>,
    firm: &Found<&str>,
    declared: &Declared<'_>,
    report: &mut Report,
) {
    let Some(kind) = declared.kind_of(firm.value) else {
        return;
    };
    let name = firm.value;
    if kind == FirmKind::Regulator {
        let fault = Fault::new(
            format!("{name:?} is a regulator, which does not trade"),
            "Set role = \"drop_copy\", or name another firm",
        );
        report.add(&firm.span, &table.path("firm"), fault);
    } else if !declared.has_account(name) {
        let fault = Fault::new(
            format!("{name:?} has no account to trade in"),
            "Declare one for it in [[accounts]]",
        );
        report.add_absence(&firm.span, &table.path("firm"), fault);
    }
}

fn check_default_account(
    table: &Table<'_>,
    account: &Found<&str>,
    firm: Option<&Found<&str>>,
    declared: &Declared<'_>,
    report: &mut Report,
) {
    let path = table.path("default_account");
    if !declared.accounts.check_known(account, &path, report) {
        return;
    }
    let (Some(owner), Some(firm)) = (declared.firm_of(account.value), firm) else {
        return;
    };
    if owner != firm.value {
        let fault = Fault::new(
            format!(
                "{:?} belongs to {owner:?}, not to {:?}",
                account.value, firm.value
            ),
            "Name an account of the session's own firm",
        );
        report.add(&account.span, &path, fault);
    }
}
