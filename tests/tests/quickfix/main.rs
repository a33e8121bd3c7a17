//! The venue against a stock FIX engine: QuickFIX, in C++, over TCP. It keeps its own sequence numbers, message store
//! and validation, and is told nothing but what to send.

mod losses;
mod lossy;
mod member;
mod program;
mod schedule;

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use gateway::clock;
use gateway::store::{Chunk, Opening, Store};
use tests::venue_process::{VenueProcess, on_free_port};

use member::{Member, Side};
use program::{VENUE, client, complaints, dictionaries, scratch, verdicts};

/// How many orders of one instance each the seller sends while something breaks, before and after.
const FLOW: usize = 100;

/// A venue with its files.
struct Venue {
    config: PathBuf,
    data: PathBuf,
    process: VenueProcess,
}

impl Venue {
    fn start(example: &str, folder: &Path) -> Self {
        Self::start_with(example, folder, |text| text)
    }

    /// With a configuration that is changed before.
    fn start_with(example: &str, folder: &Path, change: impl FnOnce(String) -> String) -> Self {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples");
        let config = on_free_port(&examples.join(example), folder).expect("the sample is there");
        let text = fs::read_to_string(&config).expect("the configuration can be read");
        fs::write(&config, change(text)).expect("the configuration can be written");
        let data = folder.join("data");
        let process = run(&config, &data);
        Self {
            config,
            data,
            process,
        }
    }

    fn address(&self) -> SocketAddr {
        self.process.address()
    }

    /// Kills it and starts it again where it was.
    fn kill_and_restart(self) -> Self {
        let address = self.address();
        self.process.kill().expect("the venue can be killed");
        let text = fs::read_to_string(&self.config).expect("the configuration can be read");
        let text = text.replace("127.0.0.1:0", &address.to_string());
        fs::write(&self.config, text).expect("the configuration can be written");
        let process = run(&self.config, &self.data);
        Self { process, ..self }
    }
}

fn run(config: &Path, data: &Path) -> VenueProcess {
    VenueProcess::start(Path::new(VENUE), config, data).expect("the venue starts")
}

/// A buyer and a seller, logged on.
fn buyer_and_seller(client: &'static Path, folder: &Path, venue: &Venue) -> [Member; 2] {
    let dictionaries = dictionaries(folder);
    let dictionary = dictionaries.last().expect("there is ours at least");
    ["CLIENT1", "CLIENT2"].map(|name| {
        let names = (name, "CLOUDPIT");
        let mut member = Member::new(client, folder, names, venue.address(), dictionary);
        member.log_on();
        member
    })
}

/// The seller sells one instance at a time.
fn sell(seller: &mut Member, from: usize, count: usize) {
    for number in from..from + count {
        seller.order(&format!("flow-{number}"), Side::Sell, 1, "BENCH.A");
    }
}

/// Both have every fill of the flow, once.
fn check_flow(buyer: &Member, seller: &Member, count: usize) {
    let sold: BTreeSet<&str> = seller.fills("flow-").map(|fill| fill.get(11)).collect();
    assert_eq!(sold.len(), count, "each order of the flow was filled");
    assert_eq!(seller.fills("flow-").count(), count, "and only once");
    assert_eq!(buyer.fills("flow").count(), count, "the buyer has as many");
    buyer.assert_refused_nothing();
    seller.assert_refused_nothing();
}

#[test]
fn two_members_trade_and_one_comes_back_for_what_it_missed() {
    let Some(client) = client("a QuickFIX client is killed in mid-flow") else {
        return;
    };
    let folder = scratch("client-killed");
    let venue = Venue::start("loadtest.toml", &folder);
    let [mut buyer, mut seller] = buyer_and_seller(client, &folder, &venue);

    seller.order("offer", Side::Sell, 5, "BENCH.A");
    seller.wait_for_report("0", "offer");
    buyer.order("bid", Side::Buy, 5, "BENCH.A");
    buyer.wait_for_report("0", "bid");
    for fill in [
        buyer.wait_for_report("F", "bid"),
        seller.wait_for_report("F", "offer"),
    ] {
        assert_eq!(["5", "10", "2"], [32, 31, 39].map(|tag| fill.get(tag)));
    }
    buyer.order("unwanted", Side::Buy, 1, "BENCH.B");
    buyer.wait_for_report("0", "unwanted");
    buyer.cancel("cancel", "unwanted", "BENCH.B");
    buyer.wait_for_report("4", "cancel");

    buyer.order("flow", Side::Buy, 1_000, "BENCH.A");
    buyer.wait_for_report("0", "flow");
    sell(&mut seller, 0, FLOW);
    buyer.wait("get fills", |buyer| buyer.fills("flow").count() > FLOW / 10);
    buyer.kill();
    sell(&mut seller, FLOW, FLOW);
    seller.wait("sell all", |seller| {
        seller.fills("flow").count() == 2 * FLOW
    });
    let missed = 2 * FLOW - buyer.fills("flow").count();

    buyer.log_on();
    buyer.wait("get all it missed", |buyer| {
        buyer.fills("flow").count() == 2 * FLOW
    });
    assert!(
        missed >= FLOW && buyer.resent >= missed,
        "{missed} missed, {} resent",
        buyer.resent
    );
    check_flow(&buyer, &seller, 2 * FLOW);

    buyer.order("afterwards", Side::Buy, 1, "BENCH.B");
    buyer.wait_for_report("0", "afterwards");
    buyer.log_out();
    seller.log_out();
}

#[test]
fn members_resynchronise_with_a_venue_that_was_killed() {
    let Some(client) = client("the venue is killed under QuickFIX clients") else {
        return;
    };
    let folder = scratch("venue-killed");
    let venue = Venue::start("loadtest.toml", &folder);
    let [mut buyer, mut seller] = buyer_and_seller(client, &folder, &venue);

    buyer.order("flow", Side::Buy, 1_000, "BENCH.A");
    buyer.wait_for_report("0", "flow");
    sell(&mut seller, 0, FLOW);
    buyer.wait("get fills", |buyer| buyer.fills("flow").count() > FLOW / 10);
    let venue = venue.kill_and_restart();
    // QuickFIX keeps what it cannot send, and sends it when the venue asks for it.
    sell(&mut seller, FLOW, FLOW);

    seller.wait("sell all", |seller| {
        seller.fills("flow").count() == 2 * FLOW
    });
    buyer.wait("buy all", |buyer| buyer.fills("flow").count() == 2 * FLOW);
    check_flow(&buyer, &seller, 2 * FLOW);

    buyer.order("afterwards", Side::Buy, 1, "BENCH.B");
    buyer.wait_for_report("0", "afterwards");
    buyer.log_out();
    seller.log_out();
    assert!(
        venue
            .process
            .stop()
            .expect("the venue can be stopped")
            .success()
    );
}

#[test]
fn a_member_of_the_conformance_sample_trades() {
    let Some(client) = client("a QuickFIX client of the conformance sample") else {
        return;
    };
    let folder = scratch("conformance");
    let venue = Venue::start("conformance.toml", &folder);
    for dictionary in dictionaries(&folder) {
        let mut member = Member::new(
            client,
            &folder,
            ("TW", "ISLD"),
            venue.address(),
            &dictionary,
        );
        member.log_on();
        let order = dictionary
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy();
        let [bid, offer] = ["bid", "offer"].map(|side| format!("{order}-{side}"));
        member.order(&bid, Side::Buy, 1, "LNUX");
        member.order_with(&offer, Side::Sell, 1, "LNUX", "1=test:tw-other");
        member.wait_for_report("F", &bid);
        member.wait_for_report("F", &offer);
        member.log_out();
        member.assert_refused_nothing();
    }
}

#[test]
fn quickfix_accepts_every_message_of_the_demo() {
    let Some(client) = client("QuickFIX's validation of the demo's messages") else {
        return;
    };
    let folder = scratch("demo");
    let data = folder.join("data");
    let mut demo = Command::new(VENUE);
    demo.args(["demo", "--once", "--data"]).arg(&data);
    let told = demo.output().expect("the demo can be run");
    assert!(told.status.success(), "{}", complaints(&told));

    let messages = sent_by(&data.join("venue"));
    let types: BTreeSet<&[u8]> = messages.iter().map(|message| msg_type(message)).collect();
    let settlement_and_trades = [b"8".as_slice(), b"AK"];
    assert!(
        settlement_and_trades
            .iter()
            .all(|kind| types.contains(kind)),
        "{types:?}"
    );
    for dictionary in dictionaries(&folder) {
        let verdicts = verdicts(client, &dictionary, &messages);
        assert_eq!(verdicts.len(), messages.len());
        for (verdict, message) in verdicts.iter().zip(&messages) {
            let message = String::from_utf8_lossy(message);
            assert_eq!(verdict, "valid", "by {}: {message}", dictionary.display());
        }
    }
}

#[test]
fn a_member_is_told_where_trading_stands() {
    let Some(client) = client("a QuickFIX client asks where trading stands") else {
        return;
    };
    let folder = scratch("trading-status");
    let venue = Venue::start("loadtest.toml", &folder);
    let [mut buyer, _seller] = buyer_and_seller(client, &folder, &venue);
    for (question, answer) in [
        ("e 324=q-1 55=BENCH.A 263=1", "17"),
        ("e 324=q-1 55=BENCH.A 263=2", ""),
        ("g 335=q-2 263=0", "2"),
    ] {
        buyer.ask(question);
        let told = |buyer: &Member| buyer.told.last().is_some_and(|last| last == answer);
        if !answer.is_empty() {
            buyer.wait("be told where trading stands", told);
        }
    }
    buyer.assert_refused_nothing();
}

/// Every message in the stores of a venue that has stopped.
fn sent_by(venue: &Path) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let sessions = fs::read_dir(venue.join("sessions")).expect("the venue has sessions");
    for session in sessions {
        let session = session.expect("a folder can be listed").path();
        let (store, _) =
            Store::open(&session, &Opening::at(clock::now())).expect("the store is sound");
        let mut reader = store.reader(1..=store.next_outgoing().saturating_sub(1));
        let mut chunk = Chunk::default();
        loop {
            store
                .read(&mut reader, 64, &mut chunk)
                .expect("the store can be read");
            if chunk.is_empty() {
                break;
            }
            messages.extend(chunk.iter().map(|message| message.bytes.to_vec()));
        }
    }
    messages
}

/// The value of MsgType(35).
fn msg_type(message: &[u8]) -> &[u8] {
    let fields = message.split(|byte| *byte == 1);
    let mut msg_types = fields.filter_map(|field| field.strip_prefix(b"35="));
    msg_types.next().unwrap_or_default()
}
