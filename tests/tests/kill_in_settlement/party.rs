//! One who holds the instance, or is to hold it: what it asks for, and what it was told of reassignments.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fix_codec::messages::NewOrderSingle;
use fix_codec::tags;
use fix_codec::values::{OrdType, Side, TokenList};
use gateway::clock;
use rust_decimal::Decimal;
use tests::member::{Member, Seen};
use tests::venue_process::VenueProcess;

use crate::control_plane::ControlPlane;

const SYMBOL: &str = "ACME.us-east-1.m5.large";

/// Between two tries to offer an instance whose deposit the venue has not seen yet, and how many.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: u32 = 1500;

/// One who holds the instance, or is to hold it.
pub(crate) struct Party {
    pub(crate) member: Member,
    pub(crate) image: String,
    requests: u32,
    /// What came, by ReassignmentID(20003), of those that were settled.
    pub(crate) settled: BTreeMap<String, Seen>,
}

impl Party {
    pub(crate) async fn new(control: &ControlPlane, name: &str, account: &str) -> Self {
        Self {
            member: Member::new(name),
            image: control.image(account, &name.to_lowercase()).await,
            requests: 0,
            settled: BTreeMap::new(),
        }
    }

    pub(crate) async fn come_back(&mut self, venue: &VenueProcess) {
        let connected = self.member.connect(venue.address()).await;
        connected.unwrap_or_else(|error| panic!("{}: {error}", self.member.name()));
    }

    /// What the venue still has to say before it ends the connection.
    pub(crate) async fn see_the_rest(&mut self) {
        let rest = self.member.rest().await;
        self.take(rest);
    }

    /// Offers the instance as soon as the venue knows it.
    pub(crate) async fn offer(&mut self, instance: &str) {
        for _ in 0..LOOKS {
            let tokens = [instance];
            let id = self.send(Side::Sell, Some(&tokens)).await;
            let all = self
                .member
                .until(|seen| seen.is(tags::CL_ORD_ID, &id))
                .await;
            let accepted = all.last().is_some_and(|seen| seen.is(tags::EXEC_TYPE, "0"));
            self.take(all);
            if accepted {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("the venue does not know {instance}");
    }

    pub(crate) async fn bid(&mut self) {
        self.send(Side::Buy, None).await;
    }

    async fn send(&mut self, side: Side, instances: Option<&[&str]>) -> String {
        self.requests += 1;
        let id = format!("{}-{}", self.member.name(), self.requests);
        let image = self.image.clone();
        let order = NewOrderSingle {
            order_qty: Some(Decimal::ONE),
            price: Some(Decimal::ONE),
            instance_ids: instances.map(TokenList::Tokens),
            image_id: (side == Side::Buy).then_some(image.as_str()),
            ..NewOrderSingle::new(&id, SYMBOL, side, clock::now(), OrdType::Limit)
        };
        self.member.send(&order).await.expect("the venue is there");
        id
    }

    /// Comes back and waits until a reassignment that is not among `known` is settled; the instance that it tells of.
    pub(crate) async fn wait_until_settled(
        &mut self,
        venue: &VenueProcess,
        known: &BTreeSet<String>,
    ) -> String {
        self.come_back(venue).await;
        loop {
            let found = self.settled.iter().find(|(id, _)| !known.contains(*id));
            if let Some((_, seen)) = found {
                return seen.must(tags::INSTANCE_IDS).to_owned();
            }
            let all = self.member.until(is_settled).await;
            self.take(all);
        }
    }

    pub(crate) fn take(&mut self, all: Vec<Seen>) {
        for seen in all {
            let failed =
                seen.is(tags::REASSIGNMENT_STATUS, "5") || seen.is(tags::REASSIGNMENT_STATUS, "6");
            assert!(!failed, "not settled: {seen:?}");
            if !is_settled(&seen) {
                continue;
            }
            let id = seen.must(tags::REASSIGNMENT_ID).to_owned();
            if let Some(known) = self.settled.get(&id) {
                assert!(seen.may_be_known(), "{known:?} came again: {seen:?}");
                assert_eq!(known.content(), seen.content());
            }
            self.settled.insert(id, seen);
        }
    }
}

fn is_settled(seen: &Seen) -> bool {
    seen.is(tags::MSG_TYPE, "AK") && seen.is(tags::REASSIGNMENT_STATUS, "4")
}
