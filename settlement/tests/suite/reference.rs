//! Against the real reference provider, whose guests are real processes: over HTTP, and over a wire
//! that spoils answers.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use engine::{AccountName, ImageName, ReassignmentStatus, SlotName};
use reference_provider::{Options, Principal, Role, Running, SlotSpec, Token, serve};
use settlement::{
    Adapter, HttpLimits, ReferenceProvider, Secret, Settlement, TokenSource, open,
    provider::{Class, Provider},
};

use crate::{
    books::Books,
    market::{ACME, ALICE, BOB, CUSTODY, Market, OPENING, REGION, TYPE, cash, options},
    proxy::{self, Spoil, Whim},
};

const ADDRESS_SPACE_MIB: u64 = 4096;

/// Not a test of anything: what a guest runs. The image comes in the environment.
#[test]
fn guest_runtime() {
    if let Ok(image) = std::env::var("SUITE_GUEST_IMAGE") {
        match reference_provider::guest::run(Path::new(&image)) {
            Ok(never) => match never {},
            Err(error) => panic!("{error}"),
        }
    }
}

/// This very program, told to be a guest.
fn runtime(directory: &Path) -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let script = format!(
        "#!/bin/sh\nSUITE_GUEST_IMAGE=\"$2\" exec {} --exact reference::guest_runtime --nocapture --test-threads=1\n",
        program.display()
    );
    let path = directory.join("runtime");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn token(account: &str) -> String {
    format!("secret of {account}")
}

pub(crate) async fn plane(directory: &Path, slots: usize) -> Running {
    let listen = "127.0.0.1:0".parse().unwrap();
    let mut options = Options::new(directory.join("plane"), listen, runtime(directory));
    options.stop_guests_on_exit = true;
    options.slots = (0..slots)
        .map(|number| SlotSpec {
            slot_id: format!("slot-{number}"),
            region: REGION.to_owned(),
            instance_type: TYPE.to_owned(),
            memory_mib: ADDRESS_SPACE_MIB,
        })
        .collect();
    options.principals = [
        (ALICE, Role::Customer),
        (BOB, Role::Customer),
        (CUSTODY, Role::Custody),
        (ACME, Role::Operator),
    ]
    .map(|(account, role)| Principal {
        token: Token::new(token(account)),
        account: account.to_owned(),
        role,
    })
    .to_vec();
    serve(options).await.unwrap()
}

/// What a customer does at the provider.
pub(crate) struct Customer {
    http: reqwest::Client,
    base: String,
    account: &'static str,
}

impl Customer {
    pub(crate) fn new(address: SocketAddr, account: &'static str) -> Self {
        Self {
            http: reqwest::Client::new(),
            base: format!("http://{address}/v1"),
            account,
        }
    }

    async fn post(&self, path: &str, body: Vec<u8>) -> serde_json::Value {
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .bearer_auth(token(self.account))
            .header("content-type", "application/json")
            .body(body);
        let answer = request.send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{path}: {}",
            answer.text().await.unwrap()
        );
        answer.json().await.unwrap()
    }

    async fn get(&self, path: &str) -> serde_json::Value {
        let request = self
            .http
            .get(format!("{}{path}", self.base))
            .bearer_auth(token(self.account));
        request.send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn upload(&self, name: &str) -> String {
        let image = format!("#!/bin/sh\n# name: {name}\nexec \"$GUEST_RUNTIME\" guest \"$0\"\n");
        let answer = self
            .post(&format!("/images?name={name}"), image.into_bytes())
            .await;
        answer["image_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn share(&self, image: &str) {
        let body = serde_json::json!({ "account": CUSTODY }).to_string();
        self.post(&format!("/images/{image}/share"), body.into_bytes())
            .await;
    }

    /// Launches an instance and gives its slot into custody.
    pub(crate) async fn launch_and_deposit(&self, image: &str) {
        let body = serde_json::json!({ "image_id": image, "instance_type": TYPE }).to_string();
        let task = self.post("/instances", body.into_bytes()).await;
        let (id, slot) = (
            task["task_id"].as_str().unwrap(),
            task["slot_id"].as_str().unwrap(),
        );
        loop {
            let task = self.get(&format!("/tasks/{id}")).await;
            match task["state"].as_str().unwrap() {
                "succeeded" => break,
                "failed" => panic!("{task}"),
                _ => tokio::task::yield_now().await,
            }
        }
        let body = serde_json::json!({ "custody_account": CUSTODY, "beneficiary": self.account });
        self.post(
            &format!("/slots/{slot}/deposit"),
            body.to_string().into_bytes(),
        )
        .await;
    }
}

pub(crate) async fn venue(books: &Books, address: SocketAddr) -> Settlement {
    let mut options = options(
        books,
        Adapter::Reference {
            endpoint: format!("http://{address}"),
            token: TokenSource::Given(Secret::new(&token(CUSTODY))),
            http: HttpLimits::default(),
        },
    );
    options.limits.poll = Duration::from_millis(20);
    open(options).await.unwrap()
}

/// What a guest says of itself.
async fn beacon(address: &str) -> serde_json::Value {
    use tokio::io::AsyncReadExt;
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut line = String::new();
    stream.read_to_string(&mut line).await.unwrap();
    serde_json::from_str(&line).unwrap()
}

fn is_alive(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_guests_are_sold_and_bought_back() {
    let Some(books) = Books::new() else { return };
    let directory = tempfile::tempdir().unwrap();
    let plane = plane(directory.path(), 1).await;
    let (alice, bob) = (
        Customer::new(plane.address(), ALICE),
        Customer::new(plane.address(), BOB),
    );
    let old = alice.upload("old").await;
    alice.launch_and_deposit(&old).await;
    let new = bob.upload("new").await;
    bob.share(&new).await;

    let settlement = venue(&books, plane.address()).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some(&new));
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(
        market.count(ReassignmentStatus::Settled),
        1,
        "{:#?}",
        market.updates().last()
    );

    let update = market.updates().last().unwrap();
    let timeline = settlement
        .timeline(&update.reassignment)
        .await
        .unwrap()
        .unwrap();
    let (before, after) = (timeline.old_process.unwrap(), timeline.new_process.unwrap());
    assert!(!is_alive(before) && is_alive(after));
    let said = beacon(timeline.address.as_deref().unwrap()).await;
    assert_eq!(said["name"], "new");
    assert_eq!(said["pid"], after);
    assert_eq!(
        said["instance_id"],
        update.new_instance.unwrap().to_string()
    );
    assert_eq!(market.register()[0].2, BOB);

    market.trade(BOB, ACME, 100, 1, None);
    market.run(&settlement, |market| market.ended() == 2).await;
    assert_eq!(
        market.count(ReassignmentStatus::Settled),
        2,
        "{:#?}",
        market.updates().last()
    );
    assert!(!is_alive(after));
    assert_eq!(market.register(), vec![]);
    let slot = Customer::new(plane.address(), ACME)
        .get("/slots/slot-0")
        .await;
    assert!(
        slot["owner"].is_null() && slot["custody"].is_null() && slot["fence"].is_null(),
        "{slot}"
    );
    assert_eq!(cash(&settlement, BOB).await, (OPENING - 200, 0));
    settlement.check_ledger().await.unwrap();
    plane.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_custody_may_not_use_ends_it_before_the_old_guest_is_touched() {
    let Some(books) = Books::new() else { return };
    let directory = tempfile::tempdir().unwrap();
    let plane = plane(directory.path(), 1).await;
    let (alice, bob) = (
        Customer::new(plane.address(), ALICE),
        Customer::new(plane.address(), BOB),
    );
    let old = alice.upload("old").await;
    alice.launch_and_deposit(&old).await;
    let private = bob.upload("private").await;
    let settlement = venue(&books, plane.address()).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    settlement.close().await;

    let mut impatient = options(
        &books,
        Adapter::Reference {
            endpoint: format!("http://{}", plane.address()),
            token: TokenSource::Given(Secret::new(&token(CUSTODY))),
            http: HttpLimits::default(),
        },
    );
    impatient.limits.fencing = Duration::ZERO;
    let settlement = open(impatient).await.unwrap();
    market.trade(ALICE, BOB, 300, 1, Some(&private));
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(ReassignmentStatus::Reversed), 1);
    let slot = alice.get("/slots/slot-0").await;
    assert_eq!(slot["instance"]["state"], "running", "{slot}");
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
    plane.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_wire_that_spoils_the_first_answer_of_each_kind_it_settles_once() {
    for spoil in [
        Spoil::ThenFail,
        Spoil::ThenBreak,
        Spoil::Throttle,
        Spoil::Redirect,
        Spoil::Swell,
    ] {
        let Some(books) = Books::new() else { return };
        let directory = tempfile::tempdir().unwrap();
        let plane = plane(directory.path(), 2).await;
        let (alice, bob) = (
            Customer::new(plane.address(), ALICE),
            Customer::new(plane.address(), BOB),
        );
        let old = alice.upload("old").await;
        alice.launch_and_deposit(&old).await;
        alice.launch_and_deposit(&old).await;
        let new = bob.upload("new").await;
        bob.share(&new).await;

        let calls: Mutex<BTreeMap<String, u32>> = Mutex::default();
        let whim: Whim = Arc::new(move |line: &str| {
            // `POST /v1/slots/slot-0/place` and the like, whatever the ids are.
            let verb = line
                .split(['/', ' ', '?'])
                .nth(5)
                .unwrap_or_default()
                .to_owned();
            let kind = format!("{} {verb}", line.split(' ').next().unwrap_or_default());
            let mut calls = calls.lock().unwrap();
            let count = calls.entry(kind).or_default();
            *count += 1;
            if *count == 1 { spoil } else { Spoil::Pass }
        });
        let wire = proxy::start(plane.address(), whim).await;
        let settlement = venue(&books, wire.address).await;
        let mut market = Market::open();
        market
            .run(&settlement, |market| market.register().len() == 2)
            .await;
        market.trade_instance(ALICE, BOB, 300, &market.register()[0].1.clone(), &new);
        market.trade(ALICE, ACME, 100, 1, None);
        market.run(&settlement, |market| market.ended() == 2).await;
        assert_eq!(
            market.count(ReassignmentStatus::Settled),
            2,
            "{spoil:?} {:#?}",
            market.updates().last()
        );
        assert_eq!(cash(&settlement, ALICE).await, (OPENING + 400, 0));
        settlement.check_ledger().await.unwrap();
        plane.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_and_every_broken_answer_has_its_class() {
    let directory = tempfile::tempdir().unwrap();
    let plane = plane(directory.path(), 1).await;
    let slot = SlotName::new("slot-0").unwrap();
    for (spoil, class) in [
        (Spoil::ThenFail, Class::Unknown),
        (Spoil::ThenBreak, Class::Unknown),
        (Spoil::Throttle, Class::Throttled),
        (Spoil::Redirect, Class::Unknown),
        (Spoil::Swell, Class::Unknown),
    ] {
        let wire = proxy::start(plane.address(), Arc::new(move |_: &str| spoil)).await;
        let provider = adapter(wire.address, CUSTODY);
        assert_eq!(
            provider.custody().await.unwrap_err().class,
            class,
            "{spoil:?}"
        );
    }
    let provider = adapter(plane.address(), CUSTODY);
    assert_eq!(
        provider.observe(&slot).await.unwrap_err().class,
        Class::Gone
    );
    assert_eq!(
        provider.task("task-none").await.unwrap_err().class,
        Class::Gone
    );
    let image = ImageName::new("img-none").unwrap();
    let account = AccountName::new(BOB).unwrap();
    assert_eq!(
        provider.image(&image, &account).await.unwrap_err().class,
        Class::Gone
    );
    let stranger = adapter(plane.address(), "nobody");
    let error = stranger.custody().await.unwrap_err();
    assert_eq!(error.class, Class::Denied);
    assert!(!error.message.contains("secret of"), "{error}");
    let closed = plane.address();
    plane.stop().await.unwrap();
    assert_eq!(
        adapter(closed, CUSTODY).custody().await.unwrap_err().class,
        Class::Transient
    );
}

pub(crate) fn adapter(address: SocketAddr, account: &str) -> ReferenceProvider {
    let token = Secret::new(&token(account));
    ReferenceProvider::new(
        &format!("http://{address}"),
        account,
        token,
        HttpLimits::default(),
    )
    .unwrap()
}
