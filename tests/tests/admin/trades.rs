//! Trades that an operator busts and corrects: what both parties and who watches them are told, and when it is refused.

use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use serde_json::{Value, json};
use tests::ground::{Ground, SYMBOL, WATCH};
use tests::member::{Member, Seen, Terms};
use tests::venue_process::VenueProcess;

use crate::ground;
use crate::operator::{admin, asked, audited};

/// What an operator says for each change here.
const WHY: [&str; 4] = ["--reason", "clearly erroneous", "--operator", "alice"];

/// Two who trade, and one who watches them.
struct Parties {
    seller: Member,
    buyer: Member,
    watch: Member,
}

impl Parties {
    async fn come(venue: &VenueProcess) -> Self {
        let mut parties = Self {
            seller: Member::new("CLIENT1"),
            buyer: Member::new("CLIENT2"),
            watch: Member::new(WATCH),
        };
        parties.come_back(venue).await;
        parties
    }

    async fn come_back(&mut self, venue: &VenueProcess) {
        for member in [&mut self.seller, &mut self.buyer, &mut self.watch] {
            let connected = member.connect(venue.address()).await;
            connected.unwrap_or_else(|error| panic!("{error}; {}", venue.log()));
        }
    }

    /// A sell of 7 that stays open with 3, and a buy of 4 that is filled by it: the reports on both fills.
    async fn trade(&mut self, sell: &str, buy: &str) -> [Seen; 2] {
        let terms = |side, quantity| Terms {
            symbol: SYMBOL,
            side,
            quantity,
            cents: 1_000,
            time_in_force: TimeInForce::Day,
        };
        let sent = self.seller.order(sell, &terms(Side::Sell, 7)).await;
        sent.expect("an order goes out");
        self.seller.answer(sell).await;
        let sent = self.buyer.order(buy, &terms(Side::Buy, 4)).await;
        sent.expect("an order goes out");
        let fills = [self.seller_told("F").await, self.buyer_told("F").await];
        for _ in &fills {
            told(&mut self.watch, "F").await;
        }
        fills
    }

    async fn seller_told(&mut self, exec_type: &str) -> Seen {
        told(&mut self.seller, exec_type).await
    }

    async fn buyer_told(&mut self, exec_type: &str) -> Seen {
        told(&mut self.buyer, exec_type).await
    }
}

/// The next report of this ExecType(150).
async fn told(member: &mut Member, exec_type: &str) -> Seen {
    let mut all = member
        .until(|seen| seen.is(tags::EXEC_TYPE, exec_type))
        .await;
    all.pop().expect("it ends with what was wanted")
}

async fn change(ground: &Ground, words: &[&str]) -> (i32, Value) {
    asked(ground, &[words, &WHY].concat()).await
}

#[track_caller]
fn says(seen: &Seen, fields: &[(u32, &str)]) {
    for (tag, value) in fields {
        assert!(seen.is(*tag, value), "{tag}={value} expected: {seen:?}");
    }
}

/// Who watches gets a copy of each party's report on the bust.
async fn check_copies(watch: &mut Member, trade: &str, reports: [&Seen; 2]) {
    let mut copies = Vec::new();
    for _ in &reports {
        let copy = told(watch, "H").await;
        let marks = [
            (tags::COPY_MSG_INDICATOR, "Y"),
            (tags::SECONDARY_EXEC_ID, trade),
        ];
        says(&copy, &marks);
        copies.push(copy.must(tags::EXEC_ID).to_owned());
    }
    copies.sort();
    let mut originals = reports.map(|report| report.must(tags::EXEC_ID).to_owned());
    originals.sort();
    assert_eq!(copies, originals);
}

#[tokio::test]
async fn a_bust_reaches_both_parties_and_who_watches_them() {
    let ground = ground();
    let venue = ground.start();
    let mut parties = Parties::come(&venue).await;
    let [sold, bought] = parties.trade("s-1", "b-1").await;
    let trade = sold.must(tags::SECONDARY_EXEC_ID).to_owned();
    assert!(bought.is(tags::SECONDARY_EXEC_ID, &trade));
    // The buyer is away: it is told when it comes back.
    parties.buyer.client().abort();

    let (code, busted) = change(&ground, &["bust", &trade]).await;
    assert_eq!(code, 0, "{busted}");
    assert_eq!(busted["change"], "busted");
    assert_eq!(busted["trade"], trade.as_str());
    assert_eq!(
        (&busted["quantity"], &busted["price"]),
        (&json!(4), &json!("10.00"))
    );
    let party = |side: &str| busted[side]["client_order_id"].clone();
    assert_eq!(
        (party("seller"), party("buyer")),
        (json!("s-1"), json!("b-1"))
    );

    let at_seller = parties.seller_told("H").await;
    let refers = (tags::EXEC_REF_ID, sold.must(tags::EXEC_ID));
    // What rests keeps what is open of it; what was filled is not open again.
    let text = format!("test instrument: trade {trade} busted: 4 at 10.00: clearly erroneous");
    let (left, kept) = ((tags::LEAVES_QTY, "3"), (tags::ORDER_QTY, "3"));
    let nothing = [
        (tags::CUM_QTY, "0"),
        (tags::AVG_PX, "0"),
        (tags::LAST_QTY, "0"),
    ];
    says(
        &at_seller,
        &[
            refers,
            left,
            kept,
            (tags::ORD_STATUS, "0"),
            (tags::TEXT, &text),
        ],
    );
    says(&at_seller, &nothing);
    let exec_id = at_seller.must(tags::EXEC_ID);
    assert_ne!(exec_id, sold.must(tags::EXEC_ID));

    let connected = parties.buyer.connect(venue.address()).await;
    connected.expect("the buyer comes back");
    let at_buyer = parties.buyer_told("H").await;
    let refers = (tags::EXEC_REF_ID, bought.must(tags::EXEC_ID));
    says(
        &at_buyer,
        &[refers, (tags::LEAVES_QTY, "0"), (tags::ORD_STATUS, "4")],
    );
    says(&at_buyer, &nothing);

    check_copies(&mut parties.watch, &trade, [&at_seller, &at_buyer]).await;
    let (code, again) = change(&ground, &["bust", &trade]).await;
    let wrong = format!("trade {trade}: the trade is busted already");
    assert_eq!((code, &again["wrong"]), (3, &json!(wrong)));
    venue.stop().expect("the venue stops");
    let audited = audited(&ground);
    assert_eq!(audited.len(), 2);
    let detail = audited[0]["detail"].as_str().expect("it is text");
    assert!(
        detail.contains("busted: trade ") && detail.ends_with("reason: clearly erroneous"),
        "{detail}"
    );
    assert!(ground.verify().next_event.get() > 0);
}

#[tokio::test]
async fn a_correction_outlives_a_kill_and_is_told_to_who_has_forgotten_everything() {
    let ground = ground();
    let venue = ground.start();
    let mut parties = Parties::come(&venue).await;
    let [sold, _] = parties.trade("s-1", "b-1").await;
    let trade = sold.must(tags::SECONDARY_EXEC_ID).to_owned();
    let (code, first) = change(&ground, &["correct", &trade, "9.50"]).await;
    assert_eq!((code, &first["price"]), (0, &json!("9.50")), "{first}");
    let corrected = parties.seller_told("G").await;
    let reports = (
        sold.must(tags::EXEC_ID),
        corrected.must(tags::EXEC_ID).to_owned(),
    );
    says(
        &corrected,
        &[
            (tags::EXEC_REF_ID, reports.0),
            (tags::LAST_PX, "9.5"),
            (tags::AVG_PX, "9.5"),
        ],
    );
    says(
        &corrected,
        &[
            (tags::CUM_QTY, "4"),
            (tags::LEAVES_QTY, "3"),
            (tags::ORD_STATUS, "1"),
        ],
    );
    venue.kill().expect("a running process can be killed");

    // What refers to a fill refers to what was said of it last.
    let venue = ground.start();
    let (code, second) = change(&ground, &["correct", &trade, "10.01"]).await;
    assert_eq!(code, 0, "{second}");
    let mut seller = parties.seller.without_memory();
    let connected = seller.connect(venue.address()).await;
    connected.expect("the seller comes back");
    let told_first = told(&mut seller, "G").await;
    assert_eq!(told_first.content(), corrected.content());
    let told_second = told(&mut seller, "G").await;
    says(
        &told_second,
        &[(tags::EXEC_REF_ID, &reports.1), (tags::AVG_PX, "10.01")],
    );
    venue.stop().expect("the venue stops");
    assert!(ground.verify().next_event.get() > 0);
}

#[tokio::test]
async fn what_cannot_be_busted_or_corrected_is_refused_and_says_why() {
    let ground = ground();
    let venue = ground.start();
    let mut parties = Parties::come(&venue).await;
    let [sold, _] = parties.trade("s-1", "b-1").await;
    let trade = sold.must(tags::SECONDARY_EXEC_ID);
    for (words, wrong) in [
        (&["bust", "1-0"][..], "there is no trade 1-0"),
        (&["bust", "999999-0"], "there is no trade 999999-0"),
        (&["correct", trade, "0"], "the price must be more than zero"),
        (&["correct", trade, "10"], "has this price already"),
    ] {
        let (code, refused) = change(&ground, words).await;
        assert_eq!(code, 3, "{words:?}");
        let said = refused["wrong"].as_str().expect("it is text");
        assert!(said.contains(wrong), "{words:?}: {said}");
        assert!(
            refused["remedy"]
                .as_str()
                .is_some_and(|remedy| !remedy.is_empty())
        );
    }
    let unnamed = asked(&ground, &["bust", trade, "--reason", "why"]).await;
    assert_eq!(unnamed.0, 3, "nobody answers for it");
    for words in [
        &["bust", "x"][..],
        &["correct", trade, "1e3"],
        &["bust", trade],
    ] {
        assert_eq!(admin(&ground, words).await.code(), 2, "{words:?}");
    }
    venue.stop().expect("the venue stops");
}
