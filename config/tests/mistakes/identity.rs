//! Mistakes in who may connect: TLS, passwords, certificates, networks.

use super::check;

const LISTEN: &str = "listen = \"127.0.0.1:9878\"\n";
const SESSION: &str = "default_account = \"acme:1\"\n";
const HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$dTRCmWwAtGP0zGZBgQ5pXk1mC3l3cBvWzQxxWOqVJ0k";

#[test]
fn tls() {
    let with = |lines: &str| format!("{LISTEN}[tls]\n{lines}");
    check(
        LISTEN,
        &with("certificate_file = \"a.pem\"\nkey_file = \"a.key\"\n"),
        &[],
    );
    check(
        LISTEN,
        &with("certificate_file = \"a.pem\"\n"),
        &["f:5:1: tls.key_file: is missing. Add a line such as: key_file = \"venue.key\"."],
    );
    check(
        LISTEN,
        &with(
            "certificate_file = \"a.pem\"\nkey_file = \"a.key\"\nrequire_client_certificate = true\n",
        ),
        &[
            "f:8:30: tls.require_client_certificate: cannot be: no authority of client certificates is \
         named. Name their authority's file in client_ca_file.",
        ],
    );
    let abroad = with("certificate_file = \"a.pem\"\nkey_file = \"a.key\"\n").replace("127", "10");
    check(
        LISTEN,
        &abroad,
        &[
            "f:43:11: sessions.comp_id: could be used by anybody who reaches the listener. \
         Give the session password_hash_file or certificates.",
            "f:48:11: sessions.comp_id: could be used by anybody who reaches the listener. \
         Give the session password_hash_file or certificates.",
        ],
    );
}

#[test]
fn what_a_client_shows() {
    let with = |lines: &str| format!("{SESSION}{lines}\n");
    check(
        SESSION,
        &with(&format!("password_hash = \"{HASH}\"\nusername = \"me\"")),
        &[],
    );
    check(
        SESSION,
        &with("allow_from = [\"10.0.0.0/8\", \"192.0.2.1\", \"2001:db8::/32\"]"),
        &[],
    );
    check(
        SESSION,
        &with("password_hash = \"hunter2\""),
        &[
            "f:44:17: sessions.password_hash: is no usable password hash: it is no PHC string. \
         Make one with: cloudpit hash-password.",
        ],
    );
    check(
        SESSION,
        &with("password = \"hunter2\""),
        &[
            "f:44:1: sessions.password: is not taken: a secret does not stand in this file. \
         Remove it, and say where it is kept with password_hash_file.",
        ],
    );
    check(
        SESSION,
        &with(&format!(
            "password_hash = \"{HASH}\"\npassword_hash_file = \"x\""
        )),
        &[
            "f:45:22: sessions.password_hash_file: says what password_hash says as well. \
         Keep password_hash or password_hash_file, not both.",
        ],
    );
    check(
        SESSION,
        &with("username = \"me\""),
        &[
            "f:44:12: sessions.username: is of no use without a password. \
         Add password_hash_file, or remove it.",
        ],
    );
    check(
        SESSION,
        &with(&format!("certificates = [\"{}\"]", "0f".repeat(32))),
        &[
            "f:44:16: sessions.certificates: cannot be: no client certificate is asked for. \
         Name their authority's file in tls.client_ca_file.",
        ],
    );
}

#[test]
fn lists() {
    let with = |lines: &str| format!("{SESSION}{lines}\n");
    check(
        SESSION,
        &with("allow_from = [\"10.0.0.0/33\", 5]"),
        &[
            "f:44:15: sessions.allow_from: \"10.0.0.0/33\" is no network. Write an address with the length of \
         its prefix, such as \"10.1.0.0/16\" or \"2001:db8::/32\".",
            "f:44:30: sessions.allow_from: is an integer, where a string is expected. \
         Put it in quotes: \"5\".",
        ],
    );
    check(
        SESSION,
        &with("allow_from = []"),
        &[
            "f:44:14: sessions.allow_from: is an array, where an array of 1 to 64 strings is expected. \
         Write the strings in brackets, or leave the line out.",
        ],
    );
}
