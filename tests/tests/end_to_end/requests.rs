//! Orders that live are changed, asked for and cancelled together, over TCP; a restart changes nothing about it.

use fix_codec::messages::{
    NewOrderSingle, OrderCancelReplaceRequest, OrderMassCancelRequest, OrderMassStatusRequest,
    OrderStatusRequest,
};
use fix_codec::tags;
use fix_codec::values::{MassCancelRequestType, MassStatusReqType, OrdType, Side};
use gateway::clock;
use rust_decimal::Decimal;
use tests::ground::SYMBOL;
use tests::member::Member;

use crate::{come_back, day, ground, log_on};

async fn replace(member: &mut Member, id: &str, order: &str, quantity: i64, cents: i64) {
    let now = clock::now();
    let request = OrderCancelReplaceRequest {
        orig_cl_ord_id: order,
        order_id: None,
        order: NewOrderSingle {
            order_qty: Some(quantity.into()),
            price: Some(Decimal::new(cents, 2)),
            ..NewOrderSingle::new(id, SYMBOL, Side::Buy, now, OrdType::Limit)
        },
    };
    member.send(&request).await.expect("the venue is there");
}

async fn status(member: &mut Member, order: &str) -> String {
    let request = OrderStatusRequest::new(order, SYMBOL, Side::Buy);
    member.send(&request).await.expect("the venue is there");
    let told = member.until(|seen| seen.is(tags::EXEC_TYPE, "I")).await;
    let told = told.last().expect("it ends with what was wanted");
    format!(
        "{} {} {}",
        told.must(tags::CL_ORD_ID),
        told.must(tags::ORD_STATUS),
        told.must(tags::LEAVES_QTY)
    )
}

#[tokio::test]
async fn orders_are_changed_asked_for_and_cancelled_together() {
    let ground = ground();
    let venue = ground.start();
    let mut buyer = log_on("CLIENT1", &venue).await;
    let mut seller = log_on("CLIENT2", &venue).await;
    for (id, cents) in [("bid", 900), ("low", 800)] {
        buyer
            .order(id, &day(Side::Buy, 5, cents))
            .await
            .expect("sent");
        buyer.answer(id).await;
    }

    // A chain of changes, sent without waiting; the last one crosses.
    seller
        .order("offer", &day(Side::Sell, 2, 1000))
        .await
        .expect("sent");
    seller.answer("offer").await;
    replace(&mut buyer, "bid-2", "bid", 4, 900).await;
    replace(&mut buyer, "bid-3", "bid-2", 4, 1000).await;
    let told = buyer.until(|seen| seen.is(tags::EXEC_TYPE, "F")).await;
    let kinds: Vec<_> = told
        .iter()
        .map(|seen| (seen.must(tags::EXEC_TYPE), seen.must(tags::CL_ORD_ID)))
        .collect();
    assert_eq!(kinds, [("5", "bid-2"), ("5", "bid-3"), ("F", "bid-3")]);
    assert!(told[1].is(tags::ORIG_CL_ORD_ID, "bid-2"));
    replace(&mut buyer, "bid-4", "bid", 9, 900).await;
    let refused = buyer.answer("bid-4").await;
    assert!(refused.is(tags::MSG_TYPE, "9") && refused.is(tags::CXL_REJ_RESPONSE_TO, "2"));
    assert_eq!(status(&mut buyer, "bid").await, "bid-3 1 2");
    assert_eq!(status(&mut buyer, "none").await, "none 8 0");

    venue.kill().expect("it ran");
    buyer.rest().await;
    let venue = ground.start();
    come_back(&mut buyer, &venue).await;
    assert_eq!(status(&mut buyer, "bid").await, "bid-3 1 2");
    let request = OrderMassStatusRequest::new("all", MassStatusReqType::All);
    buyer.send(&request).await.expect("the venue is there");
    let told = buyer
        .until(|seen| seen.is(tags::LAST_RPT_REQUESTED, "Y"))
        .await;
    let names: Vec<_> = told.iter().map(|seen| seen.must(tags::CL_ORD_ID)).collect();
    assert_eq!(names, ["bid-3", "low"]);

    let all = MassCancelRequestType::All;
    let request = OrderMassCancelRequest::new("stop", all, clock::now());
    buyer.send(&request).await.expect("the venue is there");
    let report = buyer.answer("stop").await;
    assert!(report.is(tags::MSG_TYPE, "r") && report.is(tags::TOTAL_AFFECTED_ORDERS, "2"));
    for id in ["bid-3", "low"] {
        assert!(buyer.answer(id).await.is(tags::ORD_STATUS, "4"));
    }
    assert_eq!(status(&mut buyer, "low").await, "low 4 0");
}
