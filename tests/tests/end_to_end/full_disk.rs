//! A venue whose disk is nearly full refuses new orders in words, takes cancels, and loses nothing that it took.

use fix_codec::tags;
use fix_codec::values::Side;
use tests::ground::SYMBOL;
use tests::member::Member;
use tests::venue_process::VenueProcess;

use crate::{day, ground, log_on};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_refused_while_the_disk_is_nearly_full_and_cancels_are_not() {
    let ground = ground();
    let keep_free = |size: &'static str| {
        move |text: String| {
            text.replace(
                "[journal]\n",
                &format!("[journal]\nkeep_free = \"{size}\"\n"),
            )
        }
    };
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    member
        .order("RESTS", &day(Side::Buy, 1, 10_000))
        .await
        .expect("the venue is there");
    assert!(member.answer("RESTS").await.is(tags::ORD_STATUS, "0"));
    stop(venue, &mut member).await;

    // More than any disk has.
    ground.configure(keep_free("65536GiB"));
    let venue = ground.start();
    member.connect(venue.address()).await.expect("it logs on");
    member
        .order("REFUSED", &day(Side::Buy, 1, 10_000))
        .await
        .expect("the venue is there");
    let refused = member.until(|seen| seen.is(tags::MSG_TYPE, "j")).await;
    let refused = refused.last().expect("it was refused");
    assert_eq!(refused.must(tags::BUSINESS_REJECT_REASON), "4");
    assert_eq!(refused.must(tags::BUSINESS_REJECT_REF_ID), "REFUSED");
    assert_eq!(
        refused.must(tags::TEXT),
        "the venue takes no new orders for now: not taken; cancels are taken"
    );
    member
        .cancel("CANCEL", "RESTS", SYMBOL, Side::Buy)
        .await
        .expect("the venue is there");
    assert!(member.answer("CANCEL").await.is(tags::ORD_STATUS, "4"));
    venue.log_saying("the disk is nearly full").await;
    stop(venue, &mut member).await;

    ground.configure(|text| text.replace("65536GiB", "1MiB"));
    let venue = ground.start();
    member.connect(venue.address()).await.expect("it logs on");
    // The refused ClOrdID was not used.
    member
        .order("REFUSED", &day(Side::Buy, 1, 10_000))
        .await
        .expect("the venue is there");
    assert!(member.answer("REFUSED").await.is(tags::ORD_STATUS, "0"));
    stop(venue, &mut member).await;
    let _report = ground.verify();
}

async fn stop(venue: VenueProcess, member: &mut Member) {
    let stopping = tokio::task::spawn_blocking(|| venue.stop());
    member.rest().await;
    let ended = stopping.await.expect("waiting does not fail");
    assert!(ended.expect("the venue stops").success());
}
