//! Reads what the market is made of: providers and instruments.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use engine::{Instrument, InstrumentKind, Price, ProviderName, Quantity, Symbol, Text};
use toml::Spanned;
use toml::de::DeValue;
use url::{Host, Url};

use super::declared::Declared;
use super::{every, nova, secrets};
use crate::mistake::{Fault, Report};
use crate::model::Provider;
use crate::table::Table;
use crate::value;

/// The most that one order on a test instrument may be for, whatever a file says.
const TEST_QUANTITY_MAX: u64 = 1_000_000_000;

/// The most instances that one order may be for: a report names each of them, and is one message.
const INSTANCES_MAX: u64 = 10_000;

pub(super) fn providers(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    file: &Path,
    report: &mut Report,
) -> Option<Vec<Provider>> {
    every(tables, |table| provider(table, declared, file, report))
}

fn provider(
    table: &Table<'_>,
    declared: &Declared<'_>,
    file: &Path,
    report: &mut Report,
) -> Option<Provider> {
    declared.providers.check_unique(table, "name", report);
    let name = table.required("name", value::name::<ProviderName>, report);
    let endpoint = table.required("endpoint", endpoint, report);
    let custody_account = table.required("custody_account", value::name::<Text<64>>, report);
    let token = secrets::one_of(table, "token_file", "token_env", file, report);
    let timeout = |v| value::duration(v, Duration::from_millis(100)..=Duration::from_secs(60));
    let timeout = table.or("request_timeout", Duration::from_secs(10), timeout, report);
    let adapter = nova::adapter(table, report);
    Some(Provider {
        name: name?.value,
        endpoint: endpoint?.value,
        custody_account: custody_account?.value.to_string(),
        token: token?,
        request_timeout: timeout,
        adapter: adapter?,
    })
}

/// A base URL: https, or http on this machine; nothing in it but host, port and path.
pub(super) fn endpoint<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<String, Fault> {
    let text = value::string(value)?;
    let example = "Write a URL such as \"https://control.acme.example\"";
    let url =
        Url::parse(text).map_err(|error| Fault::new(format!("is not a URL: {error}"), example))?;
    if !url.username().is_empty() || url.password().is_some() {
        // The user part may be a secret: the URL is not repeated.
        return Err(Fault::new(
            "holds a user name or password",
            "Keep the secret in token_file or token_env",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Fault::new(
            "holds a query or a fragment",
            "End it with the path",
        ));
    }
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(Fault::new(format!("{text:?} names no host"), example)),
    };
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        "http" => {
            return Err(Fault::new(
                format!("{text:?} would send the token unencrypted to another machine"),
                "Use https; http is for a control plane on this machine",
            ));
        }
        _ => {
            return Err(Fault::new(
                format!("{text:?} is neither https nor http"),
                example,
            ));
        }
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub(super) fn instruments(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Vec<Instrument>> {
    check_one_for_each_kind(tables, report);
    every(tables, |table| instrument(table, declared, report))
}

/// An instance belongs to the instrument of its provider, region and type: there is one at most.
fn check_one_for_each_kind(tables: &[Table<'_>], report: &mut Report) {
    let mut first = BTreeMap::new();
    for table in tables {
        let kind = ["provider", "region", "instance_type"].map(|key| table.raw(key));
        let [Some(provider), Some(region), Some(instance_type)] = kind else {
            continue;
        };
        let kind = (provider.value, region.value, instance_type.value);
        let Some(other) = first.insert(kind, table) else {
            continue;
        };
        first.insert(kind, other);
        let (line, _) = report.place(other.span_of("symbol").start);
        let fault = Fault::new(
            format!("these instances have an instrument already, on line {line}"),
            "Keep one instrument for each provider, region and instance_type",
        );
        report.add(&instance_type.span, &table.path("instance_type"), fault);
    }
}

fn instrument(
    table: &Table<'_>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Instrument> {
    declared.instruments.check_unique(table, "symbol", report);
    let symbol = table.required("symbol", value::name::<Symbol>, report);
    let kind = instrument_kind(table, declared, report);
    let currency = table.required("currency", value::name, report);
    let tick = table.required("tick", value::micros, report);
    let quantity_max = match kind {
        Some(InstrumentKind::Instances { .. }) => INSTANCES_MAX,
        Some(InstrumentKind::Test) | None => TEST_QUANTITY_MAX,
    };
    let quantity = |v| value::integer(v, 1..=quantity_max);
    let quantity = table.required("max_order_quantity", quantity, report);
    Some(Instrument {
        symbol: symbol?.value,
        kind: kind?,
        currency: currency?.value,
        tick: Price::from_micros(tick?.value),
        max_order_quantity: Quantity::new(quantity?.value),
    })
}

fn instrument_kind(
    table: &Table<'_>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<InstrumentKind> {
    if table.or("test", false, value::boolean, report) {
        for key in ["provider", "region", "instance_type"] {
            let fault = Fault::new(
                "does not apply: a test instrument stands for no instances",
                "Remove it, or remove test = true",
            );
            table.forbid(key, fault, report);
        }
        return Some(InstrumentKind::Test);
    }
    if let Some(name) = table.raw("provider") {
        declared
            .providers
            .check_known(&name, &table.path("provider"), report);
    }
    let provider = table.required("provider", value::name, report);
    let region = table.required("region", value::name, report);
    let instance_type = table.required("instance_type", value::name, report);
    Some(InstrumentKind::Instances {
        provider: provider?.value,
        region: region?.value,
        instance_type: instance_type?.value,
    })
}
