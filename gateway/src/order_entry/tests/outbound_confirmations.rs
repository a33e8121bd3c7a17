//! Events about settlement, to the very fields.

use engine::{Event, ReassignmentStatus};

use super::fixtures::*;
use super::written;
use crate::order_entry::reports;

const AT: &str = "60=20231114-22:13:20.123456|75=20231114|55=ACME.us-east-1.m5.large|80=1";
const BUYER: &str = "15=USD|862=1|528=A|863=1|79=acme:9|6=10.25";
const PROVIDER: &str = "15=USD|862=1|528=P|863=1|79=acme:9|6=10.25";
const SELLER: &str = "15=USD|862=1|528=A|863=1|79=acme:7|6=10.25";

/// The buyer's and the seller's confirmations say exactly this: `{T}`, `{B}`, `{P}` and `{S}` stand for the
/// fields above, `{O}` for the party's order.
pub(super) fn check(event: &Event, buyer: &[&str], seller: &[&str]) {
    for (name, order, expected) in [
        ("BUYER", "73=1|11=b-1|37=57", buyer),
        ("SELLER", "73=1|11=s-1|37=41", seller),
    ] {
        let found: Vec<_> = reports(event, &session(name))
            .map(|report| written(&report))
            .collect();
        let fill = |text: &&str| {
            text.replace("{T}", AT)
                .replace("{B}", BUYER)
                .replace("{P}", PROVIDER)
                .replace("{S}", SELLER)
                .replace("{O}", order)
        };
        assert_eq!(found, expected.iter().map(fill).collect::<Vec<_>>());
    }
}

#[test]
fn a_trade_opens_a_chain_for_each_instance_and_party() {
    check(
        &traded(trade()),
        &[
            "35=AK|664=57-0-0-B|666=0|773=1|665=1|{O}|{T}|54=1|{B}|58=slot slot-0: i-0|381=10.25|118=10.25|20001=i-0|20003=57-0-0|20004=0|711=0|555=0",
            "35=AK|664=57-0-1-B|666=0|773=1|665=1|{O}|{T}|54=1|{B}|58=slot slot-1: i-1|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=0|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-0-S|666=0|773=1|665=1|{O}|{T}|54=2|{S}|58=slot slot-0: i-0|381=10.25|118=10.25|20001=i-0|20003=57-0-0|20004=0|711=0|555=0",
            "35=AK|664=57-0-1-S|666=0|773=1|665=1|{O}|{T}|54=2|{S}|58=slot slot-1: i-1|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=0|711=0|555=0",
        ],
    );
}

#[test]
fn milestones_replace() {
    check(
        &updated(trade(), ReassignmentStatus::Terminating),
        &[
            "35=AK|664=57-0-1-B-1|772=57-0-1-B|666=1|773=1|665=1|{O}|{T}|54=1|{B}|58=slot slot-1: i-1|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=1|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-1|772=57-0-1-S|666=1|773=1|665=1|{O}|{T}|54=2|{S}|58=slot slot-1: i-1|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=1|711=0|555=0",
        ],
    );
    check(
        &updated(trade(), ReassignmentStatus::Placing),
        &[
            "35=AK|664=57-0-1-B-2|772=57-0-1-B|666=1|773=1|665=1|{O}|{T}|54=1|{B}|58=slot slot-1: i-1|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=2|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-2|772=57-0-1-S|666=1|773=1|665=1|{O}|{T}|54=2|{S}|58=slot slot-1: i-1|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=2|711=0|555=0",
        ],
    );
    // Only the buyer learns the buyer's instance.
    check(
        &updated(trade(), ReassignmentStatus::Starting),
        &[
            "35=AK|664=57-0-1-B-3|772=57-0-1-B|666=1|773=1|665=1|{O}|{T}|54=1|{B}|58=slot slot-1: i-1 -> i-77|381=10.25|118=10.25|20001=i-77|20003=57-0-1|20004=3|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-3|772=57-0-1-S|666=1|773=1|665=1|{O}|{T}|54=2|{S}|58=slot slot-1: i-1|381=10.25|118=10.25|20001=i-1|20003=57-0-1|20004=3|711=0|555=0",
        ],
    );
}

#[test]
fn settled_confirms_with_what_was_paid() {
    check(
        &updated(trade(), ReassignmentStatus::Settled),
        &[
            "35=AK|664=57-0-1-B-4|772=57-0-1-B|666=1|773=2|665=4|{O}|{T}|54=1|{B}|58=slot slot-1: i-1 -> i-77: guest answered|381=10.25|118=10.25|64=20231114|20001=i-77|20003=57-0-1|20004=4|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-4|772=57-0-1-S|666=1|773=2|665=4|{O}|{T}|54=2|{S}|58=slot slot-1: i-1: guest answered|381=10.25|118=10.25|64=20231114|20001=i-1|20003=57-0-1|20004=4|711=0|555=0",
        ],
    );
}

#[test]
fn a_provider_buys_back_as_principal() {
    let mut trade = trade();
    (trade.retire, trade.image) = (true, None);
    check(
        &updated(trade, ReassignmentStatus::Settled),
        &[
            "35=AK|664=57-0-1-B-4|772=57-0-1-B|666=1|773=2|665=4|{O}|{T}|54=1|{P}|58=slot slot-1: i-1: guest answered|381=10.25|118=10.25|64=20231114|20001=i-1|20003=57-0-1|20004=4|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-4|772=57-0-1-S|666=1|773=2|665=4|{O}|{T}|54=2|{S}|58=slot slot-1: i-1: guest answered|381=10.25|118=10.25|64=20231114|20001=i-1|20003=57-0-1|20004=4|711=0|555=0",
        ],
    );
}

#[test]
fn failed_and_reversed_cancel_and_nothing_is_paid() {
    check(
        &updated(trade(), ReassignmentStatus::Failed),
        &[
            "35=AK|664=57-0-1-B-5|772=57-0-1-B|666=2|773=2|665=5|{O}|{T}|54=1|{B}|58=slot slot-1: i-1: guest answered|381=10.25|118=0|20001=i-1|20003=57-0-1|20004=5|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-5|772=57-0-1-S|666=2|773=2|665=5|{O}|{T}|54=2|{S}|58=slot slot-1: i-1: guest answered|381=10.25|118=0|20001=i-1|20003=57-0-1|20004=5|711=0|555=0",
        ],
    );
    check(
        &updated(trade(), ReassignmentStatus::Reversed),
        &[
            "35=AK|664=57-0-1-B-6|772=57-0-1-B|666=2|773=2|665=5|{O}|{T}|54=1|{B}|58=slot slot-1: i-1: guest answered|381=10.25|118=0|20001=i-1|20003=57-0-1|20004=6|711=0|555=0",
        ],
        &[
            "35=AK|664=57-0-1-S-6|772=57-0-1-S|666=2|773=2|665=5|{O}|{T}|54=2|{S}|58=slot slot-1: i-1: guest answered|381=10.25|118=0|20001=i-1|20003=57-0-1|20004=6|711=0|555=0",
        ],
    );
}
