//! A control plane in a temporary directory, and clients of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reference_provider::api::{Beacon, Image, Instance, Slot, Task, TaskState};
use reference_provider::{DriverKind, Options, Principal, Role, Running, SlotSpec, Token, serve};
use serde_json::{Value, json};

pub(crate) const SELLER: &str = "acme:1234";
pub(crate) const BUYER: &str = "acme:5678";
pub(crate) const CUSTODY: &str = "custody:cloudpit";
pub(crate) const OPERATOR: &str = "acme:operator";
pub(crate) const TYPE: &str = "m5.large";

const TRIES: u32 = 1500;
const INTERVAL: Duration = Duration::from_millis(20);

/// The program that is control plane and guest runtime.
pub(crate) fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_reference-control").into()
}

/// An image whose guest answers, with this name inside.
pub(crate) fn answering(name: &str) -> String {
    format!("#!/bin/sh\n# name: {name}\nexec \"$GUEST_RUNTIME\" guest \"$0\"\n")
}

pub(crate) fn options(directory: &Path, slots: usize) -> Options {
    let listen = "127.0.0.1:0".parse().expect("an address");
    let mut options = Options::new(directory.to_owned(), listen, program());
    options.stop_guests_on_exit = true;
    options.slots = (1..=slots)
        .map(|number| SlotSpec {
            slot_id: format!("slot-{number}"),
            region: "us-east-1".to_owned(),
            instance_type: TYPE.to_owned(),
            memory_mib: 256,
        })
        .collect();
    let principal = |account: &str, role| Principal {
        token: Token::new(token_of(account)),
        account: account.to_owned(),
        role,
    };
    options.principals = vec![
        principal(SELLER, Role::Customer),
        principal(BUYER, Role::Customer),
        principal(CUSTODY, Role::Custody),
        principal(OPERATOR, Role::Operator),
    ];
    options.driver = DriverKind::Process;
    options
}

pub(crate) fn token_of(account: &str) -> String {
    format!("secret of {account}")
}

/// A temporary directory that no process of a failed test outlives.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let inside = std::fs::read_link(entry.path().join("cwd"))
                .is_ok_and(|cwd| cwd.starts_with(self.path()));
            let pid = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            if let (true, Some(pid)) = (inside, pid) {
                kill(pid);
            }
        }
    }
}

/// Kills a process; that it has ended already is as good.
pub(crate) fn kill(pid: u32) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap_or_default();
}

/// A control plane, and the directory that it works in.
pub(crate) struct Plane {
    pub(crate) running: Running,
    pub(crate) options: Options,
    pub(crate) directory: Place,
}

impl Plane {
    pub(crate) async fn start(slots: usize) -> Self {
        Self::start_with(slots, |_| {}).await
    }

    pub(crate) async fn start_with(slots: usize, adjust: impl FnOnce(&mut Options)) -> Self {
        let directory = Place::new();
        let mut options = options(directory.path(), slots);
        adjust(&mut options);
        let running = serve(options.clone())
            .await
            .expect("the control plane starts");
        Self {
            running,
            options,
            directory,
        }
    }

    pub(crate) fn client(&self, account: &str) -> Client {
        Client::new(self.running.address().to_string(), account)
    }

    /// Stops the control plane, leaves its guests, and starts another in the same directory.
    pub(crate) async fn restart(self) -> Self {
        let Self {
            running,
            options,
            directory,
        } = self;
        drop(running);
        let running = serve(options.clone())
            .await
            .expect("the control plane starts again");
        Self {
            running,
            options,
            directory,
        }
    }
}

/// One account at a control plane.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    address: String,
    token: String,
}

/// A status and the JSON that came with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) replayed: bool,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok<T: serde::de::DeserializeOwned>(self) -> T {
        assert!(self.status < 300, "refused: {self:?}");
        serde_json::from_value(self.body).expect("the type of the answer")
    }

    /// Status and code of a refusal, such as `409 fenced`.
    #[track_caller]
    pub(crate) fn refusal(&self) -> String {
        let code = self.body["error"]["code"].as_str().unwrap_or("(no code)");
        let message = self.body["error"]["message"].as_str().unwrap_or_default();
        assert!(message.len() > 20, "a refusal says what to do: {self:?}");
        format!("{} {code}", self.status)
    }
}

impl Client {
    pub(crate) fn new(address: String, account: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            address,
            token: token_of(account),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        let url = format!("http://{}/v1{path}", self.address);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let replayed = response.headers().contains_key("idempotent-replayed");
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer {
            status,
            body,
            replayed,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("POST", path).json(&body)).await
    }

    pub(crate) async fn post_with_key(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(
            self.request("POST", path)
                .header("Idempotency-Key", key)
                .json(&body),
        )
        .await
    }

    pub(crate) async fn slot(&self, slot_id: &str) -> Slot {
        self.get(&format!("/slots/{slot_id}")).await.ok()
    }

    pub(crate) async fn instance(&self, instance_id: &str) -> Instance {
        self.get(&format!("/instances/{instance_id}")).await.ok()
    }

    pub(crate) async fn upload(&self, name: &str, bytes: impl Into<Vec<u8>>) -> Image {
        let request = self
            .request("POST", &format!("/images?name={name}"))
            .body(bytes.into());
        self.send(request).await.ok()
    }

    pub(crate) async fn share(&self, image: &Image, account: &str) {
        let path = format!("/images/{}/share", image.image_id);
        let shared: Image = self.post(&path, json!({"account": account})).await.ok();
        assert!(shared.shared_with.contains(&account.to_owned()));
    }

    /// Waits until a task is over.
    pub(crate) async fn finished(&self, task: &Task) -> Task {
        let path = format!("/tasks/{}", task.task_id);
        for _ in 0..TRIES {
            let now: Task = self.get(&path).await.ok();
            match now.state {
                TaskState::Pending | TaskState::Running => tokio::time::sleep(INTERVAL).await,
                TaskState::Succeeded | TaskState::Failed => return now,
            }
        }
        panic!("a task does not end: {task:?}");
    }

    /// Asks for a task and waits until it has succeeded.
    pub(crate) async fn done(&self, path: &str, body: Value) -> Task {
        let task: Task = self.post(path, body).await.ok();
        let task = self.finished(&task).await;
        assert_eq!(task.state, TaskState::Succeeded, "{task:?}");
        task
    }

    /// Launches an image and waits until it runs.
    pub(crate) async fn launch(&self, image: &Image) -> Instance {
        let body =
            json!({"image_id": image.image_id, "instance_type": TYPE, "tags": {"by": "test"}});
        let task = self.done("/instances", body).await;
        self.instance(task.instance_id.as_deref().expect("an instance"))
            .await
    }

    pub(crate) async fn deposit(&self, slot_id: &str, beneficiary: &str) -> Slot {
        let body = json!({"custody_account": CUSTODY, "beneficiary": beneficiary});
        self.post(&format!("/slots/{slot_id}/deposit"), body)
            .await
            .ok()
    }
}

/// Waits until it is so.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    for _ in 0..TRIES {
        if is_so().await {
            return;
        }
        tokio::time::sleep(INTERVAL).await;
    }
    panic!("never so: {what}");
}

/// What the guest at this address says itself.
pub(crate) async fn ask_guest(address: &str) -> Option<Beacon> {
    use tokio::io::AsyncReadExt;
    let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok()?;
    serde_json::from_str(text.trim()).ok()
}

/// Whether a process of this pid exists and is not merely waiting to be collected.
pub(crate) fn exists(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// How many processes say that they are this instance.
pub(crate) fn processes_of(instance_id: &str) -> usize {
    let wanted = format!("INSTANCE_ID={instance_id}");
    let entries = std::fs::read_dir("/proc").expect("/proc");
    entries
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("environ")).ok())
        .filter(|environment| {
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == wanted.as_bytes())
        })
        .count()
}
