//! Reads what a provider's control plane speaks, and what a control plane of OpenStack needs to be told.

use engine::{RegionName, Text};

use super::market::endpoint;
use crate::mistake::{Fault, Report};
use crate::model::{Adapter, Nova, NovaIdentity, Replacement};
use crate::table::Table;
use crate::value;

/// What a file may name as `adapter`.
#[derive(Clone, Copy)]
enum Spoken {
    Reference,
    Nova,
}

/// Keys that say something of OpenStack only.
const NOVA_KEYS: [&str; 8] = [
    "region",
    "replacement",
    "network",
    "image_endpoint",
    "identity_endpoint",
    "user",
    "user_domain",
    "application_credential",
];

pub(super) fn adapter(table: &Table<'_>, report: &mut Report) -> Option<Adapter> {
    let spoken = [("reference", Spoken::Reference), ("nova", Spoken::Nova)];
    let spoken = table.or(
        "adapter",
        Spoken::Reference,
        |v| value::choice(v, &spoken),
        report,
    );
    match spoken {
        Spoken::Reference => {
            let why = "does not apply: the adapter is not nova";
            forbid(
                table,
                &NOVA_KEYS,
                why,
                "Remove it, or set adapter = \"nova\"",
                report,
            );
            Some(Adapter::Reference)
        }
        Spoken::Nova => nova(table, report).map(Adapter::Nova),
    }
}

fn nova(table: &Table<'_>, report: &mut Report) -> Option<Nova> {
    let region = table.required("region", value::name::<RegionName>, report);
    let replacement = replacement(table, report);
    let image_endpoint = table.optional("image_endpoint", endpoint, report);
    let identity = identity(table, report);
    Some(Nova {
        region: region?.value,
        replacement,
        image_endpoint: image_endpoint.map(|found| found.value),
        identity: identity?,
    })
}

fn replacement(table: &Table<'_>, report: &mut Report) -> Replacement {
    let ways = [("rebuild", false), ("recreate", true)];
    let recreate = table.or("replacement", false, |v| value::choice(v, &ways), report);
    if recreate {
        let network = text(table, "network", report);
        return Replacement::Recreate {
            network: network.unwrap_or_else(|| "auto".to_owned()),
        };
    }
    let why = "does not apply: a server that is rebuilt keeps its networks";
    forbid(
        table,
        &["network"],
        why,
        "Remove it, or set replacement = \"recreate\"",
        report,
    );
    Replacement::Rebuild
}

fn identity(table: &Table<'_>, report: &mut Report) -> Option<NovaIdentity> {
    if !table.has("identity_endpoint") {
        let keys = ["user", "user_domain", "application_credential"];
        let why = "does not apply: without identity_endpoint the secret is a token";
        forbid(
            table,
            &keys,
            why,
            "Remove it, or add identity_endpoint",
            report,
        );
        return Some(NovaIdentity::Token);
    }
    let endpoint = table.optional("identity_endpoint", endpoint, report);
    if table.has("application_credential") {
        let why = "does not apply: application_credential says who the venue is";
        let remedy = "Keep application_credential or user, not both";
        forbid(table, &["user", "user_domain"], why, remedy, report);
        let id = text(table, "application_credential", report);
        return Some(NovaIdentity::ApplicationCredential {
            endpoint: endpoint?.value,
            id: id?,
        });
    }
    let user = table.required("user", value::name::<Text<64>>, report);
    let user_domain = text(table, "user_domain", report);
    Some(NovaIdentity::Password {
        endpoint: endpoint?.value,
        user: user?.value.to_string(),
        user_domain: user_domain.unwrap_or_else(|| "Default".to_owned()),
    })
}

fn text(table: &Table<'_>, key: &'static str, report: &mut Report) -> Option<String> {
    let found = table.optional(key, value::name::<Text<64>>, report);
    found.map(|found| found.value.to_string())
}

fn forbid(
    table: &Table<'_>,
    keys: &[&'static str],
    why: &'static str,
    remedy: &'static str,
    report: &mut Report,
) {
    for key in keys {
        table.forbid(key, Fault::new(why, remedy), report);
    }
}
