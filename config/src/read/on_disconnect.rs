//! Reads what a session's open orders meet when it loses its client.

use std::time::Duration;

use engine::CancelScope;

use crate::mistake::{Fault, Report};
use crate::model::Role;
use crate::on_disconnect::OnDisconnect;
use crate::table::Table;
use crate::value;

const SCOPES: [(&str, Option<CancelScope>); 3] = [
    ("none", None),
    ("session", Some(CancelScope::Session)),
    ("firm", Some(CancelScope::Firm)),
];

/// Nobody waits longer for a client.
const GRACE_MAX: Duration = Duration::from_secs(3_600);

pub(super) fn on_disconnect(
    table: &Table<'_>,
    role: Option<&Role>,
    report: &mut Report,
) -> OnDisconnect {
    if matches!(role, Some(Role::DropCopy { .. })) {
        for key in [
            "cancel_on_disconnect",
            "cancel_choice",
            "cancel_grace",
            "cancel_spares_good_till",
            "cancel_on_logout",
        ] {
            let fault = Fault::new(
                "belongs to order entry",
                "Remove it, or set role = \"order_entry\"",
            );
            table.forbid(key, fault, report);
        }
        return OnDisconnect::NOTHING;
    }
    let default = OnDisconnect::DEFAULT;
    OnDisconnect {
        scope: table.or(
            "cancel_on_disconnect",
            default.scope,
            |v| value::choice(v, &SCOPES),
            report,
        ),
        client_chooses: table.or(
            "cancel_choice",
            default.client_chooses,
            value::boolean,
            report,
        ),
        grace: table.or(
            "cancel_grace",
            default.grace,
            |v| value::duration(v, Duration::ZERO..=GRACE_MAX),
            report,
        ),
        spares_good_till: table.or(
            "cancel_spares_good_till",
            default.spares_good_till,
            value::boolean,
            report,
        ),
        on_logout: table.or(
            "cancel_on_logout",
            default.on_logout,
            value::boolean,
            report,
        ),
    }
}
