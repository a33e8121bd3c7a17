//! Two members trade, each gets its reports, and the one who watches gets copies of all of them.

use fix_codec::tags;
use fix_codec::values::Side;
use tests::ground::{SYMBOL, WATCH};
use tests::member::Seen;

use crate::{day, ground, log_on};

#[tokio::test]
async fn two_members_trade_and_a_third_watches() {
    let ground = ground();
    let venue = ground.start();
    let mut seller = log_on("CLIENT1", &venue).await;
    let mut buyer = log_on("CLIENT2", &venue).await;
    let mut watch = log_on(WATCH, &venue).await;

    let offer = seller.order("offer", &day(Side::Sell, 5, 1000)).await;
    offer.expect("the venue is there");
    let mut reports = vec![seller.answer("offer").await];
    let bid = buyer.order("bid", &day(Side::Buy, 3, 1010)).await;
    bid.expect("the venue is there");
    let bought = buyer.until(|seen| seen.is(tags::EXEC_TYPE, "F")).await;
    let sold = seller.until(|seen| seen.is(tags::EXEC_TYPE, "F")).await;
    let cancel = seller.cancel("cancel", "offer", SYMBOL, Side::Sell).await;
    cancel.expect("the venue is there");
    let cancelled = seller.answer("cancel").await;
    let again = seller.cancel("again", "offer", SYMBOL, Side::Sell).await;
    again.expect("the venue is there");
    assert!(seller.answer("again").await.is(tags::MSG_TYPE, "9"));

    reports.push(bought[0].clone());
    reports.extend(sold);
    reports.push(bought[1].clone());
    reports.push(cancelled);
    let told: Vec<_> = reports.iter().map(summary).collect();
    assert_eq!(
        told,
        [
            "offer: 150=0 39=0 14=0 151=5",
            "bid: 150=0 39=0 14=0 151=3",
            "offer: 150=F 39=1 14=3 151=2 3@10",
            "bid: 150=F 39=2 14=3 151=0 3@10",
            "cancel: 150=4 39=4 14=3 151=0",
        ]
    );
    let copies = watch.until(|seen| seen.is(tags::EXEC_TYPE, "4")).await;
    let ids = |all: &[Seen]| -> Vec<String> {
        let ids = all.iter().map(|seen| seen.must(tags::EXEC_ID).to_owned());
        ids.collect()
    };
    assert_eq!(ids(&copies), ids(&reports), "in the order of the market");
    let marked = |copy: &Seen| copy.is(tags::COPY_MSG_INDICATOR, "Y");
    assert!(copies.iter().all(marked), "{copies:#?}");
    let firms: Vec<_> = copies
        .iter()
        .map(|copy| copy.must(tags::PARTY_ID))
        .collect();
    assert_eq!(firms, ["FIRM1", "FIRM2", "FIRM1", "FIRM2", "FIRM1"]);
}

#[tokio::test]
async fn one_who_watches_cannot_trade() {
    let ground = ground();
    let venue = ground.start();
    let mut watch = log_on(WATCH, &venue).await;
    let order = watch.order("order", &day(Side::Buy, 1, 1000)).await;
    order.expect("the venue is there");
    let answer = watch.until(|_| true).await;
    assert!(answer[0].is(tags::MSG_TYPE, "j"), "{answer:?}");
}

fn summary(seen: &Seen) -> String {
    let mut text = format!("{}:", seen.must(tags::CL_ORD_ID));
    for tag in [
        tags::EXEC_TYPE,
        tags::ORD_STATUS,
        tags::CUM_QTY,
        tags::LEAVES_QTY,
    ] {
        text.push_str(&format!(" {tag}={}", seen.must(tag)));
    }
    if let (Some(quantity), Some(price)) = (seen.get(tags::LAST_QTY), seen.get(tags::LAST_PX)) {
        text.push_str(&format!(" {quantity}@{price}"));
    }
    text
}
