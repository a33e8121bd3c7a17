//! OpenSSL as a second opinion on the listener: what it can and cannot connect with.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tests::ground::Ground;
use tests::program::run;
use tests::requirements::installed;

use crate::authority::Authority;
use crate::{beside, ground};

const PATIENCE: Duration = Duration::from_secs(60);

/// What `openssl s_client` says of a handshake with these arguments.
async fn s_client(ground: &Ground, address: SocketAddr, arguments: &[&str]) -> String {
    let path = |name: &str| beside(ground, name).to_string_lossy().into_owned();
    let (address, authority) = (address.to_string(), path("members-ca.pem"));
    let (certificate, key) = (path("client.pem"), path("client.key"));
    let mut all = vec!["s_client", "-connect", &address, "-CAfile", &authority];
    all.extend([
        "-servername",
        crate::authority::VENUE_NAME,
        "-verify_return_error",
    ]);
    for argument in arguments {
        match *argument {
            "-cert" => all.extend(["-cert", &certificate, "-key", &key]),
            other => all.push(other),
        }
    }
    let ended = run("openssl", &all, PATIENCE).await;
    format!("{}\n{}", ended.output, ended.complaints)
}

#[tokio::test]
async fn openssl_agrees() {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !installed("openssl_agrees", &[("openssl", there)]) {
        return;
    }
    let (ground, authority) = (ground(), Authority::new());
    authority.equip(&ground, "");
    ground.configure(|text| text.replace("[fix]\n", "[fix]\nlogon_timeout = \"1s\"\n"));
    let client = authority.issue("client.example");
    fs::write(beside(&ground, "client.pem"), &client.pem).expect("a file can be written");
    fs::write(beside(&ground, "client.key"), &client.key_pem).expect("a file can be written");
    let venue = ground.start();
    assert!(authority.pem().starts_with("-----BEGIN CERTIFICATE-----"));

    let good = s_client(&ground, venue.address(), &["-cert"]).await;
    assert!(good.contains("TLSv1.3"), "{good}");
    assert!(good.contains("Verify return code: 0 (ok)"), "{good}");
    assert!(
        good.contains("Acceptable client certificate CA names"),
        "{good}"
    );

    let older = s_client(&ground, venue.address(), &["-cert", "-tls1_2"]).await;
    assert!(older.contains("alert protocol version"), "{older}");
}
