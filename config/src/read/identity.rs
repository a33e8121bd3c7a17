//! Reads who may connect: the listener's TLS, and what a client must show to log on as a session.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use toml::Spanned;
use toml::de::DeValue;

use super::secrets::file_name;
use crate::identity::{Fingerprint, Identity, PasswordHash, PasswordPlace, Tls};
use crate::mistake::{Fault, Report};
use crate::table::{Table, article};
use crate::value;

/// Fingerprints or networks that one session may name.
const LIST_MAX: usize = 64;

/// The longest Username(553), in bytes.
const USERNAME_BYTES_MAX: usize = 64;

/// `[tls]`, where the file has it.
pub(super) fn tls(table: &Table<'_>, file: &Path, report: &mut Report) -> Option<Tls> {
    if !table.is_there() {
        return None;
    }
    let mut path = |key| {
        let name = table.optional(key, file_name, report);
        name.map(|name| beside(file, name.value))
    };
    let (certificate, key) = (path("certificate_file"), path("key_file"));
    let authorities = path("client_ca_file");
    for needed in ["certificate_file", "key_file"] {
        if !table.has(needed) {
            table.missing(needed, report);
        }
    }
    let asked = authorities.is_some();
    let require = table.or("require_client_certificate", asked, value::boolean, report);
    if require && !table.has("client_ca_file") {
        let fault = Fault::new(
            "cannot be: no authority of client certificates is named",
            "Name their authority's file in client_ca_file",
        );
        let name = "require_client_certificate";
        report.add(&table.span_of(name), &table.path(name), fault);
    }
    Some(Tls {
        certificate_file: certificate?,
        key_file: key?,
        client_ca_file: authorities,
        require_client_certificate: require,
    })
}

/// What a client must show to log on as the session of this table.
pub(super) fn identity(table: &Table<'_>, file: &Path, report: &mut Report) -> Identity {
    let username = table.optional("username", username, report);
    let password = password(table, file, report);
    if table.has("username") && !table.has("password_hash") && !table.has("password_hash_file") {
        let fault = Fault::new(
            "is of no use without a password",
            "Add password_hash_file, or remove it",
        );
        report.add(&table.span_of("username"), &table.path("username"), fault);
    }
    Identity {
        username: username.map(|found| found.value.to_owned()),
        password,
        certificates: list(table, "certificates", fingerprint, report),
        allow_from: list(table, "allow_from", network, report),
    }
}

/// Says what of a session does not go with the listener.
pub(super) fn check_listener(
    table: &Table<'_>,
    identity: &Identity,
    listen: SocketAddr,
    tls: Option<&Tls>,
    report: &mut Report,
) {
    let asked = tls.is_some_and(|tls| tls.client_ca_file.is_some());
    if !identity.certificates.is_empty() && !asked {
        let fault = Fault::new(
            "cannot be: no client certificate is asked for",
            "Name their authority's file in tls.client_ca_file",
        );
        let key = "certificates";
        report.add(&table.span_of(key), &table.path(key), fault);
    }
    let shows_nothing = !table.has("certificates")
        && !table.has("password_hash")
        && !table.has("password_hash_file");
    if tls.is_some() && !listen.ip().is_loopback() && shows_nothing {
        let fault = Fault::new(
            "could be used by anybody who reaches the listener",
            "Give the session password_hash_file or certificates",
        );
        report.add(&table.span_of("comp_id"), &table.path("comp_id"), fault);
    }
}

fn password(table: &Table<'_>, file: &Path, report: &mut Report) -> Option<PasswordPlace> {
    let here = table.optional("password_hash", password_hash, report);
    let elsewhere = table.optional("password_hash_file", file_name, report);
    if table.has("password_hash") {
        let fault = Fault::new(
            "says what password_hash says as well",
            "Keep password_hash or password_hash_file, not both",
        );
        table.forbid("password_hash_file", fault, report);
    }
    here.map(|hash| PasswordPlace::Here(hash.value))
        .or(elsewhere.map(|name| PasswordPlace::File(beside(file, name.value))))
}

/// What stands here may be the password itself: it is not repeated.
fn password_hash<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<PasswordHash, Fault> {
    value::string(value)?
        .parse::<PasswordHash>()
        .map_err(|error| {
            Fault::new(
                format!("is no usable password hash: {error}"),
                "Make one with: cloudpit hash-password",
            )
        })
}

fn username<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<&'a str, Fault> {
    let text = value::string(value)?;
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !text.is_empty() && text.len() <= USERNAME_BYTES_MAX && printable {
        return Ok(text);
    }
    Err(Fault::new(
        format!("{text:?} cannot be a Username(553)"),
        format!("Write 1 to {USERNAME_BYTES_MAX} printable ASCII characters"),
    ))
}

fn fingerprint(text: &str) -> Result<Fingerprint, Fault> {
    text.parse().map_err(|error| {
        Fault::new(
            format!("{text:?} is no fingerprint: {error}"),
            "Write what this prints: openssl x509 -noout -fingerprint -sha256 -in CERTIFICATE",
        )
    })
}

fn network(text: &str) -> Result<IpNet, Fault> {
    let network = text.parse::<IpNet>().ok();
    let network = network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    network.ok_or_else(|| {
        Fault::new(
            format!("{text:?} is no network"),
            "Write an address with the length of its prefix, such as \"10.1.0.0/16\" or \"2001:db8::/32\"",
        )
    })
}

/// An array of texts, each read by `read`; nothing where the key is absent.
fn list<T>(
    table: &Table<'_>,
    key: &'static str,
    read: impl Fn(&str) -> Result<T, Fault>,
    report: &mut Report,
) -> Vec<T> {
    let Some(value) = table.value(key) else {
        return Vec::new();
    };
    let items = value.get_ref().as_array();
    let Some(items) = items.filter(|items| !items.is_empty() && items.len() <= LIST_MAX) else {
        let fault = Fault::new(
            format!(
                "is {}, where an array of 1 to {LIST_MAX} strings is expected",
                article(value.get_ref())
            ),
            "Write the strings in brackets, or leave the line out",
        );
        report.add(&value.span(), &table.path(key), fault);
        return Vec::new();
    };
    let mut all = Vec::with_capacity(items.len());
    for item in items.iter() {
        match value::string(item).and_then(&read) {
            Ok(one) => all.push(one),
            Err(fault) => report.add(&item.span(), &table.path(key), fault),
        }
    }
    all
}

/// A relative path starts at the folder of the configuration file.
fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(name)
}
