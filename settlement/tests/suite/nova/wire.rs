//! Over a wire that loses and spoils answers of a real Nova.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use engine::ReassignmentStatus;
use serde_json::json;
use settlement::{
    Replacement, open,
    provider::{Class, Provider},
};

use super::plane::{ADMIN, NEW, project, recreate, slot};
use crate::{
    books::Books,
    market::{ALICE, BOB, Market, OPENING, cash},
    proxy::{self, Spoil, Whim},
};

/// Spoils every change, where it has its effect nevertheless; else half of all requests, in an order that no sequence of
/// requests falls into step with.
fn whim(spoil: Spoil) -> Whim {
    let requests = AtomicUsize::new(0);
    Arc::new(move |line: &str| {
        let applied = matches!(spoil, Spoil::ThenFail | Spoil::ThenBreak);
        let turn = requests.fetch_add(1, Ordering::Relaxed).count_ones() % 2 == 1;
        let change = !line.starts_with("GET");
        if if applied { change } else { turn } {
            spoil
        } else {
            Spoil::Pass
        }
    })
}

async fn survive(replacement: Replacement, spoil: Spoil) {
    let kind = if replacement == Replacement::Rebuild {
        "rebuild"
    } else {
        "recreate"
    };
    let Some(project) = project(&format!("wire-{kind}-{spoil:?}")).await else {
        return;
    };
    project.issue(ALICE, "host2").await;
    let wire = proxy::start(project.address, whim(spoil)).await;
    let books = Books::new().unwrap();
    let settings = project.settings_at(wire.address, ADMIN, replacement);
    let mut options = project.options(&books, settings);
    // Half of all looks and half of all changes fail: three of four attempts do.
    options.limits.attempts_max = 60;
    let settlement = open(options).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some(NEW));
    market.run_until_quiet(&settlement).await;
    let last = market.updates().last().unwrap();
    let told = settlement.timeline(&last.reassignment).await.unwrap();
    assert_eq!(
        market.count(ReassignmentStatus::Settled),
        1,
        "{spoil:?} {told:#?}"
    );
    let servers = project.servers().await;
    assert_eq!(servers.len(), 1, "{spoil:?}");
    let server = project.server(&servers[0]).await;
    assert_eq!(
        (&server["image"]["id"], &server["OS-EXT-SRV-ATTR:host"]),
        (&json!(NEW), &json!("host2")),
        "{spoil:?}"
    );
    assert_eq!(
        cash(&settlement, ALICE).await,
        (OPENING + 300, 0),
        "{spoil:?}"
    );
    settlement.check_ledger().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_wire_that_spoils_answers_it_settles_once() {
    for spoil in [
        Spoil::ThenFail,
        Spoil::ThenBreak,
        Spoil::Throttle,
        Spoil::Redirect,
        Spoil::Swell,
    ] {
        survive(Replacement::Rebuild, spoil).await;
    }
    for spoil in [Spoil::ThenFail, Spoil::ThenBreak] {
        survive(recreate(), spoil).await;
    }
}

#[tokio::test]
async fn a_broken_answer_leaves_the_effect_unknown() {
    let Some(project) = project("broken").await else {
        return;
    };
    let id = project.issue(ALICE, "host1").await;
    for (spoil, class) in [
        (Spoil::ThenFail, Class::Unknown),
        (Spoil::ThenBreak, Class::Unknown),
        (Spoil::Throttle, Class::Throttled),
        (Spoil::Redirect, Class::Unknown),
        (Spoil::Swell, Class::Unknown),
    ] {
        let wire = proxy::start(project.address, Arc::new(move |_: &str| spoil)).await;
        let nova = project.open(&project.settings_at(wire.address, ADMIN, Replacement::Rebuild));
        let error = nova.observe(&slot(&id)).await.unwrap_err();
        assert_eq!(error.class, class, "{spoil:?}");
        assert!(!error.message.contains(ADMIN), "{error}");
    }
}
