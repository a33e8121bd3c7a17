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
    /// The same of those that were undone.
    pub(crate) undone: BTreeMap<String, Seen>,
    /// ExecID(17) of each report on a fill that was busted, with its SecondaryExecID(527).
    pub(crate) busted: BTreeMap<String, String>,
}

impl Party {
    pub(crate) async fn new(control: &ControlPlane, name: &str, account: &str) -> Self {
        Self {
            member: Member::new(name),
            image: control.image(account, &name.to_lowercase()).await,
            requests: 0,
            settled: BTreeMap::new(),
            undone: BTreeMap::new(),
            busted: BTreeMap::new(),
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

    /// Comes back and waits until a reassignment that is not among `known` has ended; what tells of its end.
    pub(crate) async fn wait_until_ended(
        &mut self,
        venue: &VenueProcess,
        known: &BTreeSet<String>,
    ) -> Seen {
        self.come_back(venue).await;
        self.see_end(known).await
    }

    /// The same of one who is there.
    pub(crate) async fn see_end(&mut self, known: &BTreeSet<String>) -> Seen {
        loop {
            let mut ended = self.settled.iter().chain(&self.undone);
            if let Some((_, seen)) = ended.find(|(id, _)| !known.contains(*id)) {
                return seen.clone();
            }
            let all = self.member.until(is_end).await;
            self.take(all);
        }
    }

    /// The reassignments that have ended.
    pub(crate) fn ended(&self) -> impl Iterator<Item = String> {
        self.settled.keys().chain(self.undone.keys()).cloned()
    }

    pub(crate) fn take(&mut self, all: Vec<Seen>) {
        for seen in all {
            assert!(!seen.is(tags::REASSIGNMENT_STATUS, "5"), "failed: {seen:?}");
            if seen.is(tags::EXEC_TYPE, "H") {
                let trade = seen.must(tags::SECONDARY_EXEC_ID).to_owned();
                self.busted
                    .insert(seen.must(tags::EXEC_ID).to_owned(), trade);
            }
            if !is_end(&seen) {
                continue;
            }
            let id = seen.must(tags::REASSIGNMENT_ID).to_owned();
            let (ended, other) = match seen.must(tags::REASSIGNMENT_STATUS) {
                "4" => (&mut self.settled, &self.undone),
                _ => (&mut self.undone, &self.settled),
            };
            assert!(!other.contains_key(&id), "two ends: {seen:?}");
            if let Some(known) = ended.get(&id) {
                assert!(seen.may_be_known(), "{known:?} came again: {seen:?}");
                assert_eq!(known.content(), seen.content());
            }
            ended.insert(id, seen);
        }
    }
}

fn is_end(seen: &Seen) -> bool {
    let status = seen.get(tags::REASSIGNMENT_STATUS);
    seen.is(tags::MSG_TYPE, "AK") && matches!(status, Some("4" | "6"))
}
