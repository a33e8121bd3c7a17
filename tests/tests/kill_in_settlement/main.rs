//! The venue is killed (SIGKILL) at random instants of reassignments that a control plane in another process carries
//! out with real guests. Each ends settled once, the guest that runs is the one in the register, the ledger adds up.
//!
//! `SETTLEMENT_SEED` repeats a run's choices (not its timing), `SETTLEMENT_ROUNDS` makes it longer.

mod amended;
mod control_plane;
mod operated;
mod party;
#[path = "../../../settlement/tests/postgresql/server.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "other tests do more to their servers; what fails there fails the test"
)]
mod server;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use engine::{EventBody, ReassignmentStatus};
use fix_codec::tags;
use gateway::clock::SystemClock;
use gateway::layout::Layout;
use sequencer::EventPosition;
use settlement::{Database, Postgresql, Protection};
use tempfile::TempDir;
use tests::ground::example;
use tests::guests::{self, Guest};
use tests::random::Random;
use tests::venue_process::{VenueProcess, on_free_port};

use control_plane::{CUSTODY, ControlPlane, token_file};
use party::Party;
use server::Server;

const PROGRAM: &str = env!("CARGO_BIN_EXE_venue-under-test");

/// How many reassignments are interrupted, unless the environment says otherwise.
const ROUNDS: u64 = 6;

/// How many there are in this run.
fn rounds() -> u64 {
    let rounds = std::env::var("SETTLEMENT_ROUNDS").ok();
    rounds.map_or(ROUNDS, |rounds| rounds.parse().expect("it is a number"))
}

/// A reassignment takes less than this, in microseconds: some kills come after its end.
const REASSIGNMENT_MICROS: u64 = 100_000;

/// Kills of one reassignment at the most.
const KILLS_MAX: u64 = 3;

/// Everything that plays.
struct Stage {
    folder: TempDir,
    control: ControlPlane,
    random: Random,
    /// Where settlement keeps its books.
    database: Database,
    /// What keeps them, where SQLite does not.
    _server: Option<Server>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reassignment_settles_once_whenever_the_venue_is_killed() {
    let stage = Stage::set(Random::of_seed(Random::seed("SETTLEMENT_SEED")));
    kill_it(stage, rounds()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_postgresql_a_reassignment_settles_once_whenever_the_venue_is_killed() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let stage = Stage::set(Random::of_seed(Random::seed("SETTLEMENT_SEED")));
    kill_it(stage.with(server), rounds().div_ceil(2)).await;
}

/// Each round is one reassignment, interrupted at random instants.
async fn kill_it(mut stage: Stage, rounds: u64) {
    let mut seller = Party::new(&stage.control, "ALDER", "acme:1001").await;
    let mut buyer = Party::new(&stage.control, "BIRCH", "acme:1002").await;
    let (mut instance, slot) = stage.control.deposit("acme:1001", &seller.image).await;
    let mut reassignments = BTreeSet::new();
    for round in 1..=rounds {
        let venue = stage.start();
        for party in [&mut seller, &mut buyer] {
            party.come_back(&venue).await;
        }
        trade([&mut seller, &mut buyer], &instance).await;
        let kills = stage.kill(venue, [&mut seller, &mut buyer]).await;
        let venue = stage.start();
        let before = instance;
        let bought = buyer.wait_until_ended(&venue, &reassignments).await;
        let sold = seller.wait_until_ended(&venue, &reassignments).await;
        for ended in [&bought, &sold] {
            assert!(ended.is(tags::REASSIGNMENT_STATUS, "4"), "{ended:?}");
        }
        instance = bought.must(tags::INSTANCE_IDS).to_owned();
        assert!(sold.is(tags::INSTANCE_IDS, &before), "{sold:?}");
        assert_ne!(instance, before);
        reassignments = buyer.ended().chain(seller.ended()).collect();
        let now = u64::try_from(reassignments.len()).expect("it is small");
        assert_eq!(now, round, "one reassignment a round");
        stage.check_guest(&slot, &instance);
        stop(venue, [&mut seller, &mut buyer]).await;
        eprintln!("round {round}: settled as {instance} after {kills} kills");
        std::mem::swap(&mut seller, &mut buyer);
    }
    stage.check_books((&slot, &instance), rounds, rounds).await;
    stage.control.stop();
    assert_eq!(guests::below(stage.folder.path()), [], "guests run on");
}

/// The first sells the instance to the second; the trade.
async fn trade([seller, buyer]: [&mut Party; 2], instance: &str) -> String {
    seller.offer(instance).await;
    buyer.bid().await;
    let mut trade = String::new();
    for party in [seller, buyer] {
        let filled = party
            .member
            .until(|seen| seen.is(tags::EXEC_TYPE, "F"))
            .await;
        let fill = filled.last().expect("it ends with what was wanted");
        trade = fill.must(tags::SECONDARY_EXEC_ID).to_owned();
        party.take(filled);
    }
    trade
}

/// Stops the venue cleanly; everybody says goodbye.
async fn stop(venue: VenueProcess, parties: [&mut Party; 2]) {
    let stopping = tokio::task::spawn_blocking(|| venue.stop());
    for party in parties {
        party.see_the_rest().await;
    }
    let ended = stopping.await.expect("waiting does not fail");
    assert!(ended.expect("the venue stops").success());
}

impl Stage {
    fn set(random: Random) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let control = ControlPlane::start(Path::new(PROGRAM), folder.path());
        let config = on_free_port(&example("demo.toml"), folder.path());
        let config = config.expect("the demo's configuration can be copied");
        let text = std::fs::read_to_string(&config).expect("it was just written");
        let text = text
            .replace("http://127.0.0.1:1", control.endpoint())
            .replace("acme.token", &token_file(CUSTODY));
        std::fs::write(&config, text).expect("it can be written");
        let directory = Layout::new(&folder.path().join("venue")).settlement();
        Self {
            folder,
            control,
            random,
            database: Database::Sqlite { directory },
            _server: None,
        }
    }

    /// The same with its books on a server.
    fn with(self, server: Server) -> Self {
        const NAME: &str = "books";
        server.make_database(NAME);
        let host = server.host().to_str().expect("it is a short path");
        let config = self.folder.path().join("demo.toml");
        let text = std::fs::read_to_string(&config).expect("it was written");
        let text = text.replace("store = \"sqlite\"", "store = \"postgresql\"");
        let settings = Postgresql {
            host: host.to_owned(),
            port: server::PORT,
            database: NAME.to_owned(),
            user: server::USER.to_owned(),
            password: None,
            protection: Protection::None,
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(10),
            outage_max: Duration::from_secs(10),
        };
        let table = format!(
            "\n[postgresql]\nhost = \"{host}\"\nport = {}\ndatabase = \"{NAME}\"\nuser = \"{}\"\n",
            settings.port, settings.user
        );
        std::fs::write(&config, text + &table).expect("it can be written");
        Self {
            database: Database::Postgresql(settings),
            _server: Some(server),
            ..self
        }
    }

    fn layout(&self) -> Layout {
        Layout::new(&self.folder.path().join("venue"))
    }

    fn start(&self) -> VenueProcess {
        let (config, data) = (
            self.folder.path().join("demo.toml"),
            self.folder.path().join("venue"),
        );
        let venue = VenueProcess::start(Path::new(PROGRAM), &config, &data);
        venue.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Kills the venue at random instants of what is going on, one or more times. How often.
    async fn kill(&mut self, first: VenueProcess, parties: [&mut Party; 2]) -> u64 {
        let mut venue = first;
        let kills = 1 + self.random.below(KILLS_MAX);
        for kill in 1..=kills {
            // Not to wait for anything: the instant must fall anywhere.
            let instant = Duration::from_micros(self.random.below(REASSIGNMENT_MICROS));
            tokio::time::sleep(instant).await;
            venue.kill().expect("a running process can be killed");
            sequencer::verify(self.layout().journal()).unwrap_or_else(|error| panic!("{error}"));
            if kill == kills {
                break;
            }
            venue = self.start();
        }
        for party in parties {
            party.see_the_rest().await;
        }
        kills
    }

    /// One guest runs in the slot, and it is this instance; none runs elsewhere.
    fn check_guest(&self, slot: &str, instance: &str) {
        let guests = guests::below(&self.folder.path().join("provider"));
        let found: Vec<_> = guests
            .iter()
            .map(|guest| (guest.slot(), guest.instance()))
            .collect();
        assert_eq!(found, [(slot, instance)]);
        let beacon = guests.iter().map(Guest::beacon).next().unwrap_or_default();
        assert!(beacon.contains(instance), "{slot} answers {beacon}");
    }

    /// The register holds the instance, so many reassignments were settled, each once, and the ledger adds up: it knows
    /// `all` of them.
    async fn check_books(&self, (slot, instance): (&str, &str), settlements: u64, all: u64) {
        let options = sequencer::Options::new(self.layout().journal());
        let opened = sequencer::open(&options, SystemClock).expect("the logs are good");
        opened.engine_view.check_invariants();
        let register: Vec<_> = opened
            .engine_view
            .inventory()
            .map(|held| (held.slot.to_string(), held.instance.to_string()))
            .collect();
        assert_eq!(register, [(slot.to_owned(), instance.to_owned())]);
        let mut reader = opened.events.reader(EventPosition::START);
        let (mut settled, mut transferred) = (BTreeSet::new(), 0);
        while reader.position() < opened.events.end() {
            let batch = reader.next().await.expect("the event log can be read");
            for event in batch.events() {
                if let EventBody::ReassignmentUpdated(update) = &event.body
                    && update.status == ReassignmentStatus::Settled
                {
                    let first = settled.insert(update.reassignment);
                    assert!(first, "{} was settled twice", update.reassignment);
                }
                transferred +=
                    u64::from(matches!(event.body, EventBody::InstanceTransferred { .. }));
            }
        }
        opened.running.stop().expect("nothing was written");
        assert_eq!(transferred, settlements);
        let ledger = settlement::check_ledger(&self.database).await;
        let ledger = ledger.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(u64::try_from(ledger.reassignments), Ok(all));
        let said = std::process::Command::new(PROGRAM)
            .arg("check-ledger")
            .arg("--config")
            .arg(self.folder.path().join("demo.toml"))
            .arg("--data")
            .arg(self.folder.path().join("venue"))
            .output()
            .expect("the program can be run");
        let text = String::from_utf8_lossy(&said.stdout);
        let transfers = ledger.transfers;
        let expected =
            format!("the ledger: correct. {transfers} transfers, {all} reassignments.\n");
        assert_eq!(text, expected, "{said:?}");
    }
}
