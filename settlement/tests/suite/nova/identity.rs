//! Tokens of Keystone, at a stand-in of ours for it, with a real Nova that takes them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use engine::Timestamp;
use serde_json::{Value, json};
use settlement::{
    KeystoneCredential, Nova, NovaIdentity, NovaSettings, Replacement, Secret, TokenSource,
    WallClock,
    provider::{Class, Provider},
};

use super::{
    plane::{ADMIN, Project, project, slot},
    shim::{self, Said, Shim},
};
use crate::market::ALICE;

/// 2026-01-01T00:00:00Z, in seconds.
const NEW_YEAR: u64 = 1_767_225_600;

fn secret(text: &str) -> TokenSource {
    TokenSource::Given(Secret::new(text))
}

fn password() -> KeystoneCredential {
    KeystoneCredential::Password {
        user: "cloudpit".to_owned(),
        domain: "Default".to_owned(),
        secret: secret("hunter2"),
    }
}

/// Answers as `POST /v3/auth/tokens` does: a token of one hour.
fn issued(token: &str, project: &str) -> Said {
    let body = json!({"token": {
        "methods": ["password"],
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "expires_at": "2026-01-01T01:00:00.000000Z",
        "project": {"id": project, "name": "custody", "domain": {"id": "default", "name": "Default"}},
    }});
    (
        201,
        vec![("x-subject-token", token.to_owned())],
        body.to_string(),
    )
}

/// An adapter that gets its tokens at the stand-in, and its clock.
fn adapter(
    project: &Project,
    keystone: &Shim,
    credential: KeystoneCredential,
) -> (Nova, Arc<AtomicU64>) {
    let now = Arc::new(AtomicU64::new(NEW_YEAR));
    let read = Arc::clone(&now);
    let clock: WallClock =
        Arc::new(move || Timestamp::from_nanos(read.load(Ordering::Relaxed) * 1_000_000_000));
    let settings = NovaSettings {
        identity: NovaIdentity::Keystone {
            endpoint: format!("http://{}/v3", keystone.address),
            credential,
        },
        ..project.settings_at(project.address, ADMIN, Replacement::Rebuild)
    };
    (Nova::new(&settings, &project.name, clock).unwrap(), now)
}

/// The line and the body of each request so far.
fn asked(keystone: &Shim) -> Vec<(String, Value)> {
    let heard = keystone.heard.lock().unwrap();
    let parts = heard.iter().map(|request| {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        (
            head.lines().next().unwrap().to_owned(),
            serde_json::from_str(body).unwrap(),
        )
    });
    parts.collect()
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_before_it_expires() {
    let Some(project) = project("keystone").await else {
        return;
    };
    let id = slot(&project.issue(ALICE, "host1").await);
    let (token, name) = (project.token(ADMIN), project.name.clone());
    let keystone = shim::start(move |_| issued(&token, &name)).await;
    let (nova, now) = adapter(&project, &keystone, password());
    for _ in 0..3 {
        nova.observe(&id).await.unwrap();
    }
    assert_eq!(asked(&keystone).len(), 1);
    now.store(NEW_YEAR + 3300, Ordering::Relaxed);
    nova.observe(&id).await.unwrap();
    nova.observe(&id).await.unwrap();
    assert_eq!(asked(&keystone).len(), 2);
    now.store(NEW_YEAR + 3599, Ordering::Relaxed);
    nova.observe(&id).await.unwrap();
    let asked = asked(&keystone);
    assert_eq!(asked.len(), 3);
    let (line, body) = &asked[0];
    assert_eq!(line, "POST /v3/auth/tokens HTTP/1.1");
    assert_eq!(
        *body,
        json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "cloudpit", "domain": {"name": "Default"}, "password": "hunter2",
            }}},
            "scope": {"project": {"id": project.name}},
        }})
    );
}

#[tokio::test]
async fn an_application_credential_brings_its_own_scope() {
    let Some(project) = project("credential").await else {
        return;
    };
    let id = slot(&project.issue(ALICE, "host1").await);
    let (token, name) = (project.token(ADMIN), project.name.clone());
    let keystone = shim::start(move |_| issued(&token, &name)).await;
    let credential = KeystoneCredential::Application {
        id: "c0ffee".to_owned(),
        secret: secret("hunter2"),
    };
    let (nova, _) = adapter(&project, &keystone, credential);
    nova.observe(&id).await.unwrap();
    let wanted = json!({"auth": {"identity": {
        "methods": ["application_credential"],
        "application_credential": {"id": "c0ffee", "secret": "hunter2"},
    }}});
    assert_eq!(asked(&keystone)[0].1, wanted);
}

#[tokio::test]
async fn a_token_that_nova_takes_no_more_is_replaced_at_the_next_call() {
    let Some(project) = project("revoked").await else {
        return;
    };
    let id = slot(&project.issue(ALICE, "host1").await);
    let (good, name) = (project.token(ADMIN), project.name.clone());
    let fetched = AtomicUsize::new(0);
    let keystone = shim::start(move |_| {
        let first = fetched.fetch_add(1, Ordering::Relaxed) == 0;
        issued(if first { "revoked" } else { &good }, &name)
    })
    .await;
    let (nova, _) = adapter(&project, &keystone, password());
    let error = nova.observe(&id).await.unwrap_err();
    // Nova refused it before it looked: nothing was done.
    assert_eq!(error.class, Class::Transient);
    nova.observe(&id).await.unwrap();
    assert_eq!(asked(&keystone).len(), 2);
}

#[tokio::test]
async fn what_keystone_refuses_or_spoils_has_its_class_and_shows_no_secret() {
    let Some(project) = project("refused").await else {
        return;
    };
    let name = project.name.clone();
    let refusal =
        json!({"error": {"code": 401, "title": "Unauthorized", "message": "no hunter here"}})
            .to_string();
    let no_time = json!({"token": {"expires_at": "soon", "project": {"id": name}}}).to_string();
    let header = |token: &str| vec![("x-subject-token", token.to_owned())];
    for (said, class) in [
        ((401, vec![], refusal), Class::Denied),
        ((403, vec![], String::new()), Class::Denied),
        ((429, vec![], String::new()), Class::Throttled),
        ((500, vec![], String::new()), Class::Transient),
        ((503, vec![], "<html>".to_owned()), Class::Transient),
        ((201, header("t"), "{".to_owned()), Class::Transient),
        ((201, header("t"), no_time), Class::Transient),
        ((201, vec![], issued("t", &name).2), Class::Transient),
        // A token for another project would act there.
        (issued("t", "another"), Class::Denied),
        (
            (
                201,
                header("t"),
                json!({"token": {"expires_at": "2026-01-01T01:00:00Z"}}).to_string(),
            ),
            Class::Denied,
        ),
    ] {
        let answer = said.clone();
        let keystone = shim::start(move |_| answer.clone()).await;
        let (nova, _) = adapter(&project, &keystone, password());
        let error = nova.observe(&slot("any")).await.unwrap_err();
        assert_eq!(error.class, class, "{said:?}");
        assert!(!error.message.contains("hunter2"), "{error}");
    }
    let closed = {
        let keystone = shim::start(|_| (500, vec![], String::new())).await;
        adapter(&project, &keystone, password()).0
    };
    assert_eq!(
        closed.observe(&slot("any")).await.unwrap_err().class,
        Class::Transient
    );
}

#[tokio::test]
async fn a_control_plane_that_speaks_an_older_version_is_refused() {
    let Some(project) = project("older").await else {
        return;
    };
    let server = json!({"server": {
        "id": "any", "status": "ACTIVE", "tenant_id": project.name, "image": {"id": "i"}, "flavor": {"original_name": "f"},
        "OS-EXT-SRV-ATTR:host": "h",
    }});
    let too_new = json!({"computeFault": {"code": 406, "message": "Version 2.93 is not supported by the API."}});
    let spoken = |version: &str| vec![("openstack-api-version", format!("compute {version}"))];
    for (said, wanted) in [
        ((200, spoken("2.93"), server.to_string()), None),
        (
            (200, spoken("2.1"), server.to_string()),
            Some(Class::Denied),
        ),
        // From before there were versions.
        ((200, vec![], server.to_string()), Some(Class::Denied)),
        (
            (406, spoken("2.90"), too_new.to_string()),
            Some(Class::Denied),
        ),
    ] {
        let answer = said.clone();
        let older = shim::start(move |_| answer.clone()).await;
        let nova = project.open(&project.settings_at(older.address, ADMIN, Replacement::Rebuild));
        let seen = nova.observe(&slot("any")).await;
        assert_eq!(seen.err().map(|error| error.class), wanted, "{said:?}");
    }
}
