//! Operators look at reassignments and decide of them at the command line, while a real control plane carries them out: the
//! parties are told, the books say who did it and why, and it outlives a kill of the venue.

use std::time::Duration;

use fix_codec::tags;
use gateway::clock;
use serde_json::Value;
use tests::guests;
use tests::program::run;
use tests::random::Random;

use crate::party::Party;
use crate::{PROGRAM, Stage, stop, trade};

/// Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks before something has failed to come.
const LOOKS: usize = 600;

impl Stage {
    /// Runs `cloudpit admin settlements` with these words: the exit code, and what was printed.
    async fn asked(&self, words: &str) -> (i32, Value) {
        let data = self.folder.path().join("venue");
        let data = data.to_str().expect("the path is text");
        let before = ["admin", "--data", data, "--json", "settlements"];
        let all: Vec<_> = before.into_iter().chain(words.split(' ')).collect();
        let ended = run(PROGRAM, &all, PATIENCE).await;
        match serde_json::from_str(&ended.output) {
            Ok(value) => (ended.code(), value),
            Err(error) => panic!("{words}: {error} in {ended:?}"),
        }
    }

    async fn decided(&self, words: &str) -> (i32, Value) {
        let words = format!("{words} --reason TICKET-1 --operator alice");
        self.asked(&words).await
    }

    /// What a firm's one account has free at the end of this day.
    async fn free_cash(&self, firm: &str) -> String {
        let today = clock::now().date_naive();
        let words = format!("statement {firm} --day {today} --format json");
        let (code, day) = self.asked(&words).await;
        assert_eq!(code, 0, "{day}");
        let accounts = day["accounts"].as_array().expect("a list");
        let free = accounts.iter().find(|one| {
            let name = one["account"].as_str();
            name.is_some_and(|name| name.starts_with("cash:"))
        });
        let free = free.expect("it has cash");
        assert_eq!(day["obligations"], Value::Array(Vec::new()));
        free["closing"].as_str().expect("an amount").to_owned()
    }

    /// Changes the configuration.
    fn configure(&self, old: &str, new: &str) {
        let path = self.folder.path().join("demo.toml");
        let text = std::fs::read_to_string(&path).expect("the configuration is there");
        assert!(text.contains(old), "{text}");
        std::fs::write(&path, text.replace(old, new)).expect("it can be written");
    }

    /// The reassignment in this state, as soon as there is one.
    async fn find(&self, state: &str) -> String {
        for _ in 0..LOOKS {
            let (code, listed) = self.asked(&format!("list --state {state}")).await;
            assert_eq!(code, 0, "{listed}");
            let found = listed["settlements"][0]["reassignment"].as_str();
            if let Some(found) = found {
                return found.to_owned();
            }
        }
        panic!("no reassignment comes to {state}");
    }
}

/// The first sells the instance to the second when nothing is asked of the provider.
async fn trade_held_up(stage: &Stage, [seller, buyer]: [&mut Party; 2], instance: &str) {
    seller.offer(instance).await;
    let (code, switched) = stage.decided("suspend-provider ACME").await;
    assert_eq!((code, &switched["suspended"]), (0, &Value::Bool(true)));
    buyer.bid().await;
    for party in [seller, buyer] {
        let filled = party
            .member
            .until(|seen| seen.is(tags::EXEC_TYPE, "F"))
            .await;
        party.take(filled);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_operators_decide_is_done_told_and_written_down() {
    let stage = Stage::set(Random::of_seed(1));
    let mut seller = Party::new(&stage.control, "ALDER", "acme:1001").await;
    let mut buyer = Party::new(&stage.control, "BIRCH", "acme:1002").await;
    let (instance, slot) = stage.control.deposit("acme:1001", &seller.image).await;
    let venue = stage.start();
    for party in [&mut seller, &mut buyer] {
        party.come_back(&venue).await;
    }

    // One is undone before anything was asked of the provider.
    trade_held_up(&stage, [&mut seller, &mut buyer], &instance).await;
    let undone = stage.find("FUNDED").await;
    let (code, refused) = stage.decided(&format!("cash-out {undone}")).await;
    assert_eq!(code, 3);
    let wrong = "the seller has its instance in FUNDED: reverse it";
    assert_eq!(refused["wrong"], wrong);
    let (code, done) = stage.decided(&format!("reverse {undone}")).await;
    assert_eq!((code, &done["state"]), (0, &Value::from("BUSTED")));
    let known = Default::default();
    for party in [&mut seller, &mut buyer] {
        let ended = party.see_end(&known).await;
        assert!(ended.is(tags::REASSIGNMENT_STATUS, "6"), "{ended:?}");
        let text = ended.must(tags::TEXT);
        assert!(text.ends_with("TICKET-1"), "{text}");
    }
    let (_, resumed) = stage.decided("resume-provider ACME").await;
    assert_eq!(resumed["suspended"], false);

    // The next is held up by itself through a kill, and then let go.
    trade_held_up(&stage, [&mut seller, &mut buyer], &instance).await;
    let held = stage.find("FUNDED").await;
    assert_eq!(stage.decided(&format!("suspend {held}")).await.0, 0);
    assert_eq!(stage.decided("resume-provider ACME").await.0, 0);
    venue.kill().expect("a running process can be killed");
    for party in [&mut seller, &mut buyer] {
        party.see_the_rest().await;
    }
    let venue = stage.start();
    assert_eq!(stage.find("SUSPENDED").await, held);
    assert_eq!(stage.decided(&format!("resume {held}")).await.0, 0);
    let known = [undone].into_iter().collect();
    for party in [&mut seller, &mut buyer] {
        let ended = party.wait_until_ended(&venue, &known).await;
        assert!(ended.is(tags::REASSIGNMENT_STATUS, "4"), "{ended:?}");
    }
    check_shown(&stage, &held).await;
    check_day(&stage).await;
    let (_, listed) = stage.asked("list").await;
    assert_eq!(listed["settlements"].as_array().map(Vec::len), Some(2));
    let bought = buyer.settled[&held].must(tags::INSTANCE_IDS).to_owned();
    stage.check_guest(&slot, &bought);
    stop(venue, [&mut seller, &mut buyer]).await;
    stage.check_books((&slot, &bought), 1, 2).await;
    stage.control.stop();
    assert_eq!(guests::below(stage.folder.path()), [], "guests run on");
}

/// What a party is told of the end of a reassignment that failed.
async fn told_failed(party: &mut Party) -> String {
    let all = party
        .member
        .until(|seen| seen.is(tags::REASSIGNMENT_STATUS, "5"))
        .await;
    let last = all.last().expect("it ends with what was wanted");
    assert!(last.is(tags::NET_MONEY, "0"), "{last:?}");
    last.must(tags::TEXT).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_delivered_ends_in_cash_and_both_parties_are_told() {
    let stage = Stage::set(Random::of_seed(2));
    stage.configure(
        "[settlement]\n",
        "[settlement]\nstarting_timeout = \"1s\"\n",
    );
    let mut seller = Party::new(&stage.control, "ALDER", "acme:1001").await;
    let mut buyer = Party::new(&stage.control, "BIRCH", "acme:1002").await;
    let (instance, _) = stage.control.deposit("acme:1001", &seller.image).await;
    // What the buyer wants started ends at once.
    buyer.image = stage.control.upload("acme:1002", "broken", "exit 1").await;
    let venue = stage.start();
    for party in [&mut seller, &mut buyer] {
        party.come_back(&venue).await;
    }
    trade([&mut seller, &mut buyer], &instance).await;
    // They are away until it is decided: nobody would answer for them meanwhile.
    for party in [&mut seller, &mut buyer] {
        party.member.client().abort();
    }
    let parked = stage.find("MANUAL").await;
    let cash_out = format!("cash-out {parked} --difference 0.25");
    let (code, refused) = stage.decided(&cash_out).await;
    assert_eq!(code, 3);
    assert_eq!(refused["wrong"], "the default fund has too little USD");
    assert_eq!(stage.decided("fund USD 10.00").await.0, 0);
    let (code, done) = stage.decided(&cash_out).await;
    assert_eq!((code, &done["state"]), (0, &Value::from("CASH_SETTLED")));
    for party in [&mut seller, &mut buyer] {
        party.come_back(&venue).await;
        let text = told_failed(party).await;
        let wanted = "in cash: refunded, buyer +0.25, seller +1.00 USD";
        assert!(text.ends_with(wanted), "{text}");
    }
    for (firm, closing) in [("ALDER", "1001.00"), ("BIRCH", "1000.25")] {
        assert_eq!(stage.free_cash(firm).await, closing);
    }
    venue.stop().expect("the venue stops");
    stage.control.stop();
    assert_eq!(guests::below(stage.folder.path()), [], "guests run on");
}

/// The buyer's day ends with what the ledger has, nothing is owed, and nothing differs at the provider.
async fn check_day(stage: &Stage) {
    assert_eq!(stage.free_cash("BIRCH").await, "999.00");
    let (code, tomorrow) = stage.asked("statement BIRCH --day 2199-01-01").await;
    assert_eq!(code, 3);
    assert_eq!(tomorrow["wrong"], "2199-01-01 has not begun");
    let (_, found) = stage.asked("findings --all").await;
    assert_eq!(found["findings"], Value::Array(Vec::new()));
    let (_, providers) = stage.asked("providers").await;
    let breakers = &providers["providers"][0]["breakers"];
    assert_eq!(breakers[0]["state"], "closed", "{providers}");
}

/// The whole story of the one that was settled.
async fn check_shown(stage: &Stage, held: &str) {
    let (code, refused) = stage.decided(&format!("retry {held}")).await;
    assert_eq!(code, 3);
    let wrong = "it has ended as SETTLED: nothing can be done with it";
    assert_eq!(refused["wrong"], wrong);
    let (code, funded) = stage.decided("fund USD 100.00").await;
    assert_eq!((code, &funded["amount"]), (0, &Value::from("100.00")));
    let (code, shown) = stage.asked(&format!("show {held}")).await;
    assert_eq!(code, 0, "{shown}");
    assert_eq!(shown["state"], "SETTLED");
    let acts = shown["acts"].as_array().expect("a list");
    let words: Vec<_> = acts.iter().map(|act| &act["act"]).collect();
    let wanted = ["suspend", "resume-provider", "resume"];
    assert_eq!(words, wanted);
    assert!(
        acts.iter()
            .all(|act| act["operator"] == "alice" && act["reason"] == "TICKET-1"),
        "{acts:?}"
    );
    let place = shown["attempts"].as_array().expect("a list").iter();
    let place = place.clone().find(|call| call["action"] == "place");
    let place = place.expect("the image was placed");
    assert_eq!(place["token"].as_str().map(str::len), Some(12));
    assert!(place["answered_at"].is_string(), "{place}");
}
