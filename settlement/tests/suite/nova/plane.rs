//! The Nova that all tests of one run share, and projects in it: each test has its own.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, LazyLock, OnceLock},
    time::Duration,
};

use engine::{AccountName, ImageName, SlotName};
use reqwest::Method;
use serde_json::{Value, json};
use settlement::{
    Adapter, HttpLimits, Nova, NovaIdentity, NovaSettings, Options, Replacement, Secret,
    TokenSource,
    provider::{Order, Placement},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::books::Books;
use crate::market::{REGION, TYPE, clock, options};

/// Names the Python that has Nova installed, as `.ci/run` installs it.
const PYTHON: &str = "CLOUDPIT_NOVA_PYTHON";
/// An administrator's roles.
pub(crate) const ADMIN: &str = "admin,member,reader";
/// The roles of a customer.
pub(crate) const MEMBER: &str = "member,reader";
/// Images of Nova's own fixture for Glance.
pub(crate) const OLD: &str = "155d900f-4e14-4e4c-a73d-069cbf4541e6";
pub(crate) const NEW: &str = "a2459075-d96c-40d5-893e-577ff92e721c";
/// Images that our script adds: no host can run the first, no flavor holds the second, the third is not there yet.
pub(crate) const FOREIGN: &str = "0a000000-0000-4000-8000-000000000001";
pub(crate) const HUGE: &str = "0a000000-0000-4000-8000-000000000002";
pub(crate) const QUEUED: &str = "0a000000-0000-4000-8000-000000000003";
/// A flavor of which one host takes one.
pub(crate) const WHOLE_HOST: &str = "whole-host";

/// The control plane of this run, and what keeps it alive: it ends when its standard input does, with this process.
struct Plane {
    address: SocketAddr,
    _process: Child,
}

static PLANE: OnceLock<Option<Plane>> = OnceLock::new();
/// Tests that use it at once: it is one process with one thread, and slow for each where it is busy for many.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));
/// Between two looks at a server that is waited for.
const PAUSE: Duration = Duration::from_millis(60);
/// Nothing that is waited for takes longer, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A project of its own at the shared Nova, unless this machine has none: then says what is skipped, or fails where
/// nothing may be.
pub(crate) async fn project(test: &str) -> Option<Project> {
    let started = tokio::task::spawn_blocking(|| {
        PLANE.get_or_init(start).as_ref().map(|plane| plane.address)
    });
    let Some(address) = started.await.unwrap() else {
        let required = std::env::var("CLOUDPIT_REQUIRE_PROGRAMS").is_ok_and(|value| value == "1");
        assert!(!required, "{test}: {PYTHON} names no Python with Nova");
        // Not `eprintln!`, which the test runner keeps to itself when a test passes.
        writeln!(
            std::io::stderr(),
            "skipped: {test}: {PYTHON} names no Python with Nova"
        )
        .expect("standard error takes a line");
        return None;
    };
    let project = Project {
        http: reqwest::Client::new(),
        address,
        name: format!("custody-{test}"),
        _turn: Arc::clone(&TURNS).acquire_owned().await.unwrap(),
    };
    project.add_flavors().await;
    Some(project)
}

fn start() -> Option<Plane> {
    let python = std::env::var_os(PYTHON)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nova/serve.py");
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nova.log");
    let mut process = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
    let address = said.find_map(|line| line.unwrap().strip_prefix("listening ").map(str::to_owned));
    let address = address.unwrap_or_else(|| panic!("Nova did not start: see {}", log.display()));
    Some(Plane {
        address: address.parse().unwrap(),
        _process: process,
    })
}

/// The custody project of one test.
pub(crate) struct Project {
    http: reqwest::Client,
    pub(crate) address: SocketAddr,
    pub(crate) name: String,
    _turn: OwnedSemaphorePermit,
}

impl Project {
    pub(crate) fn token(&self, roles: &str) -> String {
        // Nova's fixture in the place of Keystone takes who is called so for an administrator, whatever the roles.
        let user = if roles == ADMIN { "admin" } else { "someone" };
        format!("{user}:{}:{roles}", self.name)
    }

    /// One request, by somebody of these roles in this project.
    pub(crate) async fn ask(
        &self,
        roles: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        let mut request = self
            .http
            .request(method, format!("http://{}/v2.1{path}", self.address))
            .header("x-auth-token", self.token(roles))
            .header("openstack-api-version", "compute 2.93");
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn add_flavors(&self) {
        for (name, memory_mib) in [(TYPE, 512), (WHOLE_HOST, 500_000)] {
            let flavor = json!({"flavor": {"id": name, "name": name, "ram": memory_mib, "vcpus": 1, "disk": 1}});
            let (status, said) = self.ask(ADMIN, Method::POST, "/flavors", flavor).await;
            assert!([200, 409].contains(&status), "{said}");
        }
    }

    pub(crate) async fn act(&self, roles: &str, server: &str, action: Value) -> (u16, Value) {
        self.ask(
            roles,
            Method::POST,
            &format!("/servers/{server}/action"),
            action,
        )
        .await
    }

    pub(crate) async fn server(&self, id: &str) -> Value {
        let (_, mut body) = self
            .ask(ADMIN, Method::GET, &format!("/servers/{id}"), Value::Null)
            .await;
        body["server"].take()
    }

    /// Waits until a server is as `wanted` says.
    pub(crate) async fn until(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let waited = tokio::time::timeout(PATIENCE, async {
            let mut pause = tokio::time::interval(PAUSE);
            loop {
                pause.tick().await;
                let server = self.server(id).await;
                if wanted(&server) {
                    return server;
                }
            }
        });
        match waited.await {
            Ok(server) => server,
            Err(_) => panic!("{}", self.server(id).await),
        }
    }

    /// A running server of `account` on `host`, as a provider issues it.
    pub(crate) async fn issue(&self, account: &str, host: &str) -> String {
        self.issue_as(account, host, TYPE).await
    }

    pub(crate) async fn issue_as(&self, account: &str, host: &str, flavor: &str) -> String {
        let metadata = json!({"cloudpit-account": account});
        let server = json!({"server": {
            "name": "web", "imageRef": OLD, "flavorRef": flavor, "host": host, "networks": "none", "metadata": metadata,
        }});
        let (status, said) = self.ask(ADMIN, Method::POST, "/servers", server).await;
        assert_eq!(status, 202, "{said}");
        let id = said["server"]["id"].as_str().unwrap().to_owned();
        let server = self.until(&id, |server| server["status"] != "BUILD").await;
        assert_eq!(server["status"], "ACTIVE", "{}", server["fault"]["message"]);
        id
    }

    /// The servers of the project that there are now.
    pub(crate) async fn servers(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        loop {
            let from = ids
                .last()
                .map_or_else(String::new, |last| format!("?marker={last}"));
            let (_, body) = self
                .ask(ADMIN, Method::GET, &format!("/servers{from}"), Value::Null)
                .await;
            let page = body["servers"].as_array().unwrap();
            if page.is_empty() {
                return ids;
            }
            ids.extend(
                page.iter()
                    .map(|server| server["id"].as_str().unwrap().to_owned()),
            );
        }
    }

    /// What an adapter is opened with that comes to `address` as somebody of these roles.
    pub(crate) fn settings_at(
        &self,
        address: SocketAddr,
        roles: &str,
        replacement: Replacement,
    ) -> NovaSettings {
        NovaSettings {
            endpoint: format!("http://{address}/v2.1"),
            image_endpoint: None,
            region: REGION.to_owned(),
            identity: NovaIdentity::Token(TokenSource::Given(Secret::new(&self.token(roles)))),
            replacement,
            http: HttpLimits::default(),
        }
    }

    pub(crate) fn settings(&self) -> NovaSettings {
        self.settings_at(self.address, ADMIN, Replacement::Rebuild)
    }

    pub(crate) fn adapter(&self) -> Nova {
        self.open(&self.settings())
    }

    pub(crate) fn open(&self, settings: &NovaSettings) -> Nova {
        Nova::new(settings, &self.name, clock()).unwrap()
    }

    /// What settlement is opened with to use this project.
    pub(crate) fn options(&self, books: &Books, settings: NovaSettings) -> Options {
        let mut options = options(books, Adapter::Nova(settings));
        options.providers[0].custody_account.clone_from(&self.name);
        // A look costs this control plane some ten milliseconds of a core.
        options.limits.poll = PAUSE;
        options.limits.deposits = 4 * PAUSE;
        options
    }
}

pub(crate) fn recreate() -> Replacement {
    Replacement::Recreate {
        network: "none".to_owned(),
    }
}

pub(crate) fn slot(id: &str) -> SlotName {
    SlotName::new(id).unwrap()
}

/// What the reassignment `7-0-0` orders.
pub(crate) fn order(id: &str, generation: u64) -> Order {
    Order {
        reassignment: "7-0-0".to_owned(),
        slot: slot(id),
        generation,
        token: format!("token-{generation}"),
        retire: false,
    }
}

/// What a buyer wants placed.
pub(crate) fn placement(image: &str) -> Placement {
    Placement {
        image: ImageName::new(image).unwrap(),
        account: AccountName::new(crate::market::BOB).unwrap(),
    }
}
