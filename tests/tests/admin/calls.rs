//! What operators ask for at the command line, and what they get.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use fix_codec::values::{Side, TimeInForce};
use gateway::layout::Layout;
use serde_json::json;
use tests::ground::SYMBOL;
use tests::member::{Member, Terms};

use crate::ground;
use crate::operator::{admin, asked, audited};

#[tokio::test]
async fn operators_read_the_market_and_every_call_is_recorded() {
    let ground = ground();
    let venue = ground.start();
    let socket = Layout::new(&ground.data()).admin_socket();
    let found = fs::symlink_metadata(&socket).expect("the socket is there");
    assert!(found.file_type().is_socket());
    assert_eq!(found.mode() & 0o777, 0o600, "nobody else may call");

    let mut member = Member::new("CLIENT1");
    member
        .connect(venue.address())
        .await
        .expect("a member comes");
    let terms = Terms {
        symbol: SYMBOL,
        side: Side::Buy,
        quantity: 7,
        cents: 1_000,
        time_in_force: TimeInForce::Day,
    };
    for id in ["one", "two"] {
        member.order(id, &terms).await.expect("an order goes out");
        member.answer(id).await;
    }

    let (code, sessions) = asked(&ground, &["sessions"]).await;
    assert_eq!(code, 0);
    let sessions = sessions["sessions"].as_array().expect("a list").clone();
    let one = sessions.iter().find(|one| one["session"] == "CLIENT1");
    let one = one.expect("the member's session is listed");
    assert!(one["last_msg_seq_num"].as_u64() > Some(1), "{one}");
    let firm = one["firm"].as_str().expect("a name").to_owned();
    for listed in &sessions {
        assert_eq!(listed["logged_on"], listed["session"] == "CLIENT1");
    }

    let (_, behind) = asked(&ground, &["sessions", "--after", "CLIENT1"]).await;
    let behind = behind["sessions"].as_array().expect("a list").len();
    assert_eq!(behind, sessions.len() - 1, "CLIENT1 is the first");
    let (_, firms) = asked(&ground, &["firms"]).await;
    let firms = firms["firms"].as_array().expect("a list");
    assert!(
        firms.iter().any(|one| one["firm"] == firm.as_str()),
        "{firms:?}"
    );

    let (_, orders) = asked(&ground, &["orders", &firm]).await;
    let orders = orders["orders"].as_array().expect("a list");
    let ids: Vec<_> = orders.iter().map(|one| &one["client_order_id"]).collect();
    assert_eq!(ids, ["one", "two"]);
    let shown = admin(&ground, &["orders", &firm, "--operator", "alice"]).await;
    assert_eq!(shown.code(), 0);
    assert!(shown.output.starts_with("2 orders\n"), "{shown:?}");

    venue.stop().expect("the venue stops");
    assert!(!socket.exists(), "the socket is gone with the venue");
    let audited = audited(&ground);
    assert_eq!(audited.len(), 5);
    assert!(audited.iter().all(|line| line["outcome"] == "done"));
    assert!(audited.iter().all(|line| {
        line["user"]
            .as_str()
            .is_some_and(|user| user.contains("uid "))
    }));
    assert_eq!(audited[4]["operator"], "alice");
    let call = format!("GET /v1/orders?firm={firm}");
    assert_eq!(audited[4]["detail"], call.as_str());
}

#[tokio::test]
async fn what_is_refused_says_why_and_what_to_do() {
    let ground = ground();
    let none = admin(&ground, &["firms"]).await;
    assert_eq!(none.code(), 1, "no venue runs");
    assert!(none.complaints.contains("is it running"), "{none:?}");

    let venue = ground.start();
    let unknown = json!({
        "wrong": "there is no firm NOBODY",
        "remedy": "look it up: cloudpit admin firms",
    });
    assert_eq!(asked(&ground, &["orders", "NOBODY"]).await, (3, unknown));
    let told = admin(&ground, &["sessions", "--after", "NOBODY"]).await;
    assert_eq!(told.code(), 3);
    assert!(
        told.complaints.contains("there is no session NOBODY"),
        "{told:?}"
    );

    let withdraw = [
        "withdraw",
        "slot-1",
        "nobody:1",
        "--reason",
        "asked by its holder",
    ];
    let (code, refused) = asked(&ground, &withdraw).await;
    assert_eq!(code, 3);
    assert_eq!(refused["wrong"], "nobody answers for the change");
    let withdraw = [&withdraw[..], &["--operator", "alice"]].concat();
    let (code, refused) = asked(&ground, &withdraw).await;
    assert_eq!(code, 3);
    assert_eq!(refused["wrong"], "there is no such account");
    let wrong = admin(&ground, &["firms", "--operator", ""]).await;
    assert_eq!(wrong.code(), 2, "a wrong command line");

    venue.stop().expect("the venue stops");
    let audited = audited(&ground);
    assert_eq!(audited.len(), 4);
    assert!(audited.iter().all(|line| line["outcome"] == "refused"));
    let refused = "POST /v1/withdrawals: there is no such account";
    assert_eq!(audited[3]["detail"], refused);
    assert_eq!(audited[3]["operator"], "alice");
    // It was refused by the market, in its order of all commands, and that is on record there.
    assert!(ground.verify().next_event.get() > 0);
}
