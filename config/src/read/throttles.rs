//! Reads the throttles, and which of them is a session's.

use std::time::Duration;

use super::declared::Declared;
use crate::mistake::{Fault, Report};
use crate::table::Table;
use crate::throttle::{Throttle, Tiers};
use crate::value;

/// What a session names that has no throttle.
const NONE: &str = "none";

/// The throttle of sessions that name none.
const DEFAULT: &str = "default";

/// The most messages of a window.
const MESSAGES_MAX: u32 = 10_000_000;

/// The throttles of a file, by name.
pub(super) type Throttles = Vec<(String, Throttle)>;

/// Every throttle without mistakes. The mistakes of the others are reported.
pub(super) fn throttles(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    report: &mut Report,
) -> Throttles {
    let read = tables.iter().map(|table| throttle(table, declared, report));
    read.collect::<Vec<_>>().into_iter().flatten().collect()
}

fn throttle(
    table: &Table<'_>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<(String, Throttle)> {
    declared.throttles.check_unique(table, "name", report);
    let name = table.required("name", value::string, report);
    if let Some(name) = name.as_ref().filter(|name| name.value == NONE) {
        let fault = Fault::new(
            "\"none\" is what a session without limits names",
            "Give the throttle another name",
        );
        report.add(&name.span, &table.path("name"), fault);
    }
    let range = Duration::from_millis(100)..=Duration::from_secs(60);
    let default = Throttle::DEFAULT;
    let window = table.or(
        "window",
        default.window,
        |v| value::duration(v, range),
        report,
    );
    let messages = tiers(
        table,
        ["messages_reject", "messages_logout"],
        default.messages.reject,
        report,
    );
    let cancels = tiers(
        table,
        ["cancels_reject", "cancels_logout"],
        messages.reject.saturating_mul(2).min(MESSAGES_MAX),
        report,
    );
    let admin_logout = count_or(table, "admin_logout", default.admin_logout, report);
    let throttle = Throttle {
        window,
        messages,
        cancels,
        admin_logout,
    };
    Some((name?.value.to_owned(), throttle))
}

/// The two limits of a bucket; the second is twice the first unless it is written.
fn tiers(
    table: &Table<'_>,
    [reject_key, logout_key]: [&'static str; 2],
    default: u32,
    report: &mut Report,
) -> Tiers {
    let reject = count_or(table, reject_key, default, report);
    let twice = reject.saturating_mul(2).min(MESSAGES_MAX);
    let logout = count_or(table, logout_key, twice, report);
    if logout < reject {
        let fault = Fault::new(
            format!("is below {reject_key}, so nothing would ever be refused"),
            "Make it at least as large",
        );
        report.add(&table.span_of(logout_key), &table.path(logout_key), fault);
    }
    Tiers { reject, logout }
}

fn count_or(table: &Table<'_>, key: &'static str, default: u32, report: &mut Report) -> u32 {
    let read = |v| value::integer(v, 1..=u64::from(MESSAGES_MAX));
    let found = table.optional(key, read, report);
    found
        .and_then(|found| u32::try_from(found.value).ok())
        .unwrap_or(default)
}

/// The throttle of the session in `table`; `None` where it has none.
pub(super) fn of_session(
    table: &Table<'_>,
    declared: &Declared<'_>,
    throttles: &Throttles,
    report: &mut Report,
) -> Option<Throttle> {
    // Read for its mistakes: one that is no text.
    table.optional("throttle", value::string, report);
    let named = table.raw("throttle");
    if let Some(name) = &named {
        if name.value == NONE {
            return None;
        }
        if name.value != DEFAULT {
            let path = table.path("throttle");
            declared.throttles.check_known(name, &path, report);
        }
    }
    let name = named.map_or(DEFAULT, |name| name.value);
    let declared = throttles.iter().find(|(known, _)| known == name);
    Some(declared.map_or(Throttle::DEFAULT, |(_, throttle)| throttle.clone()))
}
