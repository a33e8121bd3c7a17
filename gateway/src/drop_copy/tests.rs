//! Who gets copies of what, and what a copy says beside the report.

use config::Copied;
use engine::{
    CancelCause, CancelRefusal, Event, EventBody, OrderRefusal, OrderStatus, ReassignmentStatus,
};

use super::copies;
use crate::order_entry::tests::fixtures::*;
use crate::order_entry::tests::written;
use crate::order_entry::{outbound, routing::concerns};

fn copied(event: &Event, of: &Copied) -> Vec<String> {
    copies(event, of).map(|report| written(&report)).collect()
}

fn blue() -> Copied {
    Copied::Firms(vec![firm("RED"), firm("BLUE")])
}

/// The report with the fields of a copy in their places.
fn as_copy(report: &str, parties: &str) -> String {
    let at = if report.starts_with("35=8|") {
        "|17="
    } else {
        "|73="
    };
    let report = report.replace(at, &format!("|453=1|448={parties}{at}"));
    if report.starts_with("35=8|") {
        // CopyMsgIndicator(797) stands behind LastLiquidityInd(851), before the venue's own fields.
        match report.find("|20001=").or_else(|| report.find("|20002=")) {
            Some(at) => format!("{}|797=Y{}", &report[..at], &report[at..]),
            None => format!("{report}|797=Y"),
        }
    } else {
        report.replace("|665=", "|797=Y|665=")
    }
}

const OF_BLUE: &str = "BLUE|447=D|452=1|802=1|523=SELLER|803=3";
const OF_GREEN: &str = "GREEN|447=D|452=1|802=1|523=BUYER|803=3";

#[test]
fn a_copy_says_the_same_and_whose_it_is() {
    let sold = filled(
        sell(3, 30_750_000, OrderStatus::Filled),
        engine::Liquidity::Maker,
    );
    let bought = filled(
        buy(3, 30_750_000, OrderStatus::Filled),
        engine::Liquidity::Taker,
    );
    let refused = rejected(new_order(), OrderRefusal::PriceOffTick);
    for (event, parties) in [
        (accepted(sell(0, 0, OrderStatus::New)), OF_BLUE),
        (sold, OF_BLUE),
        (bought, OF_GREEN),
        (refused, OF_GREEN),
        (expired(sell(0, 0, OrderStatus::Expired)), OF_BLUE),
        (
            cancelled(buy(0, 0, OrderStatus::Cancelled), CancelCause::FillOrKill),
            OF_GREEN,
        ),
    ] {
        let concern = concerns(&event).next().unwrap();
        let report = written(&outbound::report(&event, &concern).unwrap());
        assert_eq!(copied(&event, &Copied::All), [as_copy(&report, parties)]);
    }
}

#[test]
fn only_the_firms_watched_are_copied() {
    let sold = accepted(sell(0, 0, OrderStatus::New));
    let bought = accepted(buy(0, 0, OrderStatus::New));
    for (event, of, copies) in [
        (&sold, blue(), 1),
        (&bought, blue(), 0),
        (&bought, Copied::All, 1),
        (&sold, Copied::Firms(Vec::new()), 0),
    ] {
        assert_eq!(copied(event, &of).len(), copies);
    }
}

#[test]
fn each_party_of_a_settlement_is_copied_to_its_watchers() {
    let event = updated(trade(), ReassignmentStatus::Settled);
    let reports: Vec<_> = concerns(&event)
        .map(|concern| written(&outbound::report(&event, &concern).unwrap()))
        .collect();
    let [buyer, seller] = [
        as_copy(&reports[0], OF_GREEN),
        as_copy(&reports[1], OF_BLUE),
    ];
    assert_eq!(copied(&event, &Copied::All), [buyer, seller.clone()]);
    assert_eq!(copied(&event, &blue()), [seller]);
    assert_eq!(copied(&traded(trade()), &blue()).len(), 2);
}

#[test]
fn one_copy_though_two_sessions_were_told() {
    let event = cancelled(sell(0, 0, OrderStatus::Cancelled), requested_by("SELLER2"));
    assert_eq!(concerns(&event).count(), 2);
    assert_eq!(copied(&event, &blue()).len(), 1);
}

#[test]
fn what_has_no_copy_is_not_copied() {
    assert!(
        copied(
            &cancel_rejected(None, CancelRefusal::UnknownOrder),
            &Copied::All
        )
        .is_empty()
    );
    assert!(copied(&event(EventBody::TradingDayEnded), &Copied::All).is_empty());
    let mut nobody = rejected(new_order(), OrderRefusal::SessionUnknown);
    if let EventBody::OrderRejected { firm, .. } = &mut nobody.body {
        *firm = None;
    }
    assert!(copied(&nobody, &Copied::All).is_empty());
}
