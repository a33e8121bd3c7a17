//! Reads where settlement keeps its books: in SQLite, or on which PostgreSQL server.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;
use url::Host;

use super::secrets;
use crate::mistake::{Fault, Report};
use crate::model::{Postgresql, Store};
use crate::table::Table;
use crate::value;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgresql,
}

const KINDS: [(&str, Kind); 2] = [("sqlite", Kind::Sqlite), ("postgresql", Kind::Postgresql)];

/// The longest name that PostgreSQL keeps whole, in bytes.
const NAME_BYTES_MAX: usize = 63;

const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn store(
    settlement: &Table<'_>,
    server: &Table<'_>,
    file: &Path,
    report: &mut Report,
) -> Option<Store> {
    let kind = |v| value::choice(v, &KINDS);
    match settlement.or("store", Kind::Sqlite, kind, report) {
        Kind::Postgresql => postgresql(server, file, report).map(Store::Postgresql),
        Kind::Sqlite => {
            if server.is_there() {
                let fault = Fault::new(
                    "is of no use: settlement keeps its books in SQLite",
                    "Write settlement.store = \"postgresql\", or remove this table",
                );
                report.add(&server.span_of("host"), "postgresql", fault);
            }
            Some(Store::Sqlite)
        }
    }
}

fn postgresql(table: &Table<'_>, file: &Path, report: &mut Report) -> Option<Postgresql> {
    let host = table.required("host", host, report);
    let port = |v| value::integer(v, 1..=u64::from(u16::MAX));
    let port = table.or("port", 5432, port, report);
    let database = table.required("database", name, report);
    let user = table.required("user", name, report);
    let place = host.as_ref().map(|host| Place::of(host.value));
    let named = table.has("password_file") || table.has("password_env");
    let password = if named || place == Some(Place::Elsewhere) {
        secrets::one_of(table, "password_file", "password_env", file, report).map(Some)
    } else {
        Some(None)
    };
    let authorities = table.optional("ca_file", secrets::file_name, report);
    if place == Some(Place::Socket) {
        let fault = Fault::new(
            "is of no use over a Unix socket, which is not encrypted",
            "Remove it, or name the server by its host name",
        );
        table.forbid("ca_file", fault, report);
    }
    let connect = |v| value::duration(v, Duration::from_secs(1)..=MINUTE);
    let connect = table.or("connect_timeout", Duration::from_secs(10), connect, report);
    let statement = |v| value::duration(v, Duration::from_secs(1)..=10 * MINUTE);
    let statement = table.or(
        "statement_timeout",
        Duration::from_secs(10),
        statement,
        report,
    );
    let outage = |v| value::duration(v, Duration::from_secs(1)..=24 * 60 * MINUTE);
    let outage = table.or("max_outage", 5 * MINUTE, outage, report);
    let folder = file.parent().unwrap_or(Path::new(""));
    Some(Postgresql {
        host: host?.value.to_owned(),
        port: u16::try_from(port).ok()?,
        database: database?.value.to_owned(),
        user: user?.value.to_owned(),
        password: password?,
        tls: place? == Place::Elsewhere || authorities.is_some(),
        ca_file: authorities.map(|name| folder.join(name.value)),
        connect_timeout: connect,
        statement_timeout: statement,
        outage_max: outage,
    })
}

/// Where a server is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On this machine, at a Unix socket.
    Socket,
    /// On this machine.
    Here,
    /// Anywhere else: what is sent there passes by others.
    Elsewhere,
}

impl Place {
    fn of(host: &str) -> Self {
        if host.starts_with('/') {
            return Self::Socket;
        }
        let here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        if here { Self::Here } else { Self::Elsewhere }
    }
}

/// A host name, an IP address or an absolute path.
fn host<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<&'a str, Fault> {
    let text = value::string(value)?;
    let printable = !text.chars().any(char::is_control);
    let is_path = text.starts_with('/') && printable;
    let is_name = text.parse::<IpAddr>().is_ok() || Host::parse(text).is_ok();
    if is_path || is_name {
        return Ok(text);
    }
    // A whole address may hold a password: it is not repeated.
    Err(Fault::new(
        "is not a host",
        "Write a host name, an IP address or the folder of a Unix socket, such as \"db.venue.example\" or \
         \"/run/postgresql\"; the port, the user and the database have keys of their own",
    ))
}

fn name<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<&'a str, Fault> {
    let text = value::string(value)?;
    let printable = !text.chars().any(char::is_control);
    if printable && (1..=NAME_BYTES_MAX).contains(&text.len()) {
        return Ok(text);
    }
    Err(Fault::new(
        format!("is not a name of 1 to {NAME_BYTES_MAX} bytes"),
        "Write the name as it is on the server",
    ))
}
